"""`elicense document`: official documents (电子公文), by the same services as licenses."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Annotated
from urllib.parse import quote

import typer

from api.cli import keys, remote
from api.cli.bodies import body_of
from api.cli.document_files import anchored_layout, layout_of, with_layouts
from api.cli.governing import table
from api.cli.license import AmendOrder, act_command, amend_by, issue_input, show
from api.cli.license_batch import Rows, issue_rows, issuer_fields, orders_of
from api.cli.options import KeyFile, LicenseFile, Network, RpcUrls, moment, open_ledger
from api.cli.output import Outcome, said
from ledger.bootstrap import Ledger
from ledger.domain.acts import only_ground
from ledger.domain.canonical import JsonObject
from ledger.domain.identifiers import LicenseIdentifier
from ledger.domain.license_types import LicenseType
from ledger.domain.official import TypeKind, document_serial
from ledger.domain.official_texts import statuses
from ledger.domain.sheet_rows import input_of
from ledger.errors import LedgerError, MalformedError, RuleError, UsageError
from ledger.ports import Signer
from ledger.service.body_names import BodyNames
from ledger.service.orders import MAX_BATCH

app = typer.Typer(add_completion=False, help="Anchor official documents and record what becomes of them.")

Layout = Annotated[str, typer.Argument(metavar="FILE", help="The sealed layout file, OFD or PDF.")]
TypeOption = Annotated[str, typer.Option("--type", metavar="CODE", help="Its type, of kind DOCUMENT.")]
Number = Annotated[str, typer.Option("--number", metavar="TEXT", help="Its number, as it bears it.")]
Title = Annotated[str, typer.Option("--title", metavar="TEXT", help="Its title.")]
Day = Annotated[str, typer.Option("--date", metavar="DAY", help="The day that it bears.")]
FirstDay = Annotated[
    str | None,
    typer.Option("--effective-from", metavar="DAY", help="First day of effect; that day by default."),
]
LastDay = Annotated[
    str | None, typer.Option("--until", metavar="DAY", help="Last day of effect, where it says one.")
]
To = Annotated[
    list[str] | None, typer.Option("--to", metavar="TEXT", help="To whom it goes; may be repeated.")
]
Seal = Annotated[str | None, typer.Option("--seal", metavar="SERIAL", help="Of the seal on it.")]
More = Annotated[
    list[str] | None,
    typer.Option("--field", metavar="NAME=VALUE", help="A field of its type; may be repeated."),
]
Area = Annotated[
    str | None, typer.Option("--area", metavar="CODE", help="Region of the body; as registered by default.")
]
BodyName = Annotated[
    str | None,
    typer.Option("--issuer-name", metavar="TEXT", help="Of the issuing body, where it is not known here."),
]
Out = Annotated[
    str | None,
    typer.Option("--out", metavar="FILE", help="The anchor file; beside the layout file by default."),
]


@app.command("anchor")
def anchor(
    file: Layout,
    type_: TypeOption,
    number: Number,
    title: Title,
    date: Day,
    key: KeyFile,
    effective_from: FirstDay = None,
    until: LastDay = None,
    to: To = None,
    seal: Seal = None,
    field: More = None,
    area: Area = None,
    issuer_name: BodyName = None,
    out: Out = None,
    request_id: Annotated[
        str | None, typer.Option("--request-id", metavar="ID", help="Same id, same answer.")
    ] = None,
    api: remote.Api = None,
    org: remote.Org = None,
    network: Network = None,
    rpc: RpcUrls = None,
) -> Outcome:
    """Anchor an official document: what it is and the digest of its layout file, under salts."""
    ledger, signer = open_ledger(network, rpc, api), keys.signer(key)
    told = _Told(number, title, date, effective_from, until, to, seal, area, issuer_name, field)
    given = _input(ledger, signer, org, type_, file, told)
    _require_unused(ledger, given, (type_, given.get("serial") or document_serial(number)))
    try:
        return issue_input(ledger, org, given, signer, _anchor_file(file, out, given), request_id)
    except LedgerError as refused:
        if refused.code == "LICENSE_EXISTS":
            raise RuleError("DOCUMENT_EXISTS", number=number, id=str(refused.fields.get("id"))) from None
        raise


@app.command("anchor-batch")
def anchor_batch(
    file: Annotated[str, typer.Argument(metavar="SHEET", help="Sheet: .csv, .xlsx or .jsonl.")],
    type_: Annotated[str, typer.Option("--type", metavar="CODE", help="Type of every row.")],
    key: KeyFile,
    out: Annotated[str, typer.Option("--out", metavar="DIR", help="Where the anchor files go.")],
    layouts: Annotated[
        str | None,
        typer.Option(
            "--layouts", metavar="DIR", help="Where the layout files are; beside the sheet by default."
        ),
    ] = None,
    size: Annotated[int, typer.Option("--size", min=1, max=MAX_BATCH, help="Documents a batch.")] = MAX_BATCH,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with what was begun in DIR.")] = False,
    area: Area = None,
    issuer_name: BodyName = None,
    api: remote.Api = None,
    org: remote.Org = None,
    network: Network = None,
    rpc: RpcUrls = None,
) -> Outcome:
    """Anchor the documents of a sheet, up to 1,000 under one signature."""
    ledger, signer = open_ledger(network, rpc, api), keys.signer(key)
    kind, orders = _document_type(ledger, type_), orders_of(ledger, org, signer)
    given = {"certificateTypeCode": type_, **_body(ledger, signer, org, area, issuer_name)}
    folder = Path(layouts) if layouts else Path(file).parent
    rows = Rows(Path(file), kind, given, out, size, resume, lambda sheet: with_layouts(sheet, folder))
    return issue_rows(ledger, signer, orders, rows)


@app.command("replace")
def replace_(
    id_: Annotated[str, typer.Argument(metavar="ID", help="Identifier or licenseId of the earlier one.")],
    file: Layout,
    number: Number,
    title: Title,
    date: Day,
    key: KeyFile,
    kind: Annotated[
        str, typer.Option("--kind", help="replace, change (revised), correct or renew.")
    ] = "replace",
    ground: Annotated[
        str | None, typer.Option("--ground", metavar="CODE", help="Why; `type show` lists the fit ones.")
    ] = None,
    effective: Annotated[str | None, typer.Option("--effective", metavar="TIME", help="From when.")] = None,
    effective_from: FirstDay = None,
    until: LastDay = None,
    to: To = None,
    seal: Seal = None,
    field: More = None,
    area: Area = None,
    issuer_name: BodyName = None,
    out: Out = None,
    of_file: LicenseFile = None,
    api: remote.Api = None,
    org: remote.Org = None,
    network: Network = None,
    rpc: RpcUrls = None,
) -> Outcome:
    """Anchor the document that revises or replaces another; the earlier one is superseded."""
    ledger, signer = open_ledger(network, rpc, api, of_file), keys.signer(key)
    type_ = _type_of(ledger, id_)
    told = _Told(number, title, date, effective_from, until, to, seal, area, issuer_name, field)
    given = _input(ledger, signer, org, type_, file, told)
    _require_unused(ledger, given, (type_, given.get("serial") or _serial_of(ledger, id_)))
    order = AmendOrder(kind, ground or only_ground(kind), moment(effective) or 0)
    return amend_by(ledger, org, id_, given, order, signer, _anchor_file(file, out, given))


app.command("show", help="Where a document stands, by the ledger alone.")(show)


for _verb, _name, _help in (
    ("withdraw", "repeal", "Repeal a document: it has no effect from then on (废止)."),
    ("annul", "annul", "Annul a document: it counts as never issued (撤销)."),
    ("suspend", "suspend", "Suspend a document (暂停执行)."),
    ("resume", "resume", "Resume a suspended document (恢复执行)."),
):
    act_command(app, _verb, _name, _help, TypeKind.DOCUMENT)


@app.command("list")
def list_(
    issuer: Annotated[
        str, typer.Option("--issuer", metavar="USCC", help="Whose documents, of those that this home knows.")
    ],
    network: Network = None,
    rpc: RpcUrls = None,
) -> Outcome:
    """List the documents of a body that this home anchored or took in, with where they stand now."""
    ledger = open_ledger(network, rpc)
    rows = [each.as_json() for each in ledger.official_documents().of(issuer)]
    none = said("没有公文", "no documents")
    columns = ("number", "title", "issuedDate", "status", "identifier")
    text = table(rows, *columns, words={"status": statuses(TypeKind.DOCUMENT)}) if rows else none
    return Outcome({"issuer": issuer, "documents": rows}, text=text)


class _Told:
    """What the options say of a document, by the names of columns."""

    def __init__(
        self,
        number: str,
        title: str,
        date: str,
        effective: str | None,
        until: str | None,
        to: list[str] | None,
        seal: str | None,
        area: str | None,
        issuer_name: str | None,
        more: list[str] | None,
    ) -> None:
        named = {"number": number, "title": title, "date": date, "effective": effective, "until": until}
        self.cells = {name: text for name, text in {**named, "seal": seal}.items() if text is not None}
        self.to, self.area, self.issuer_name = to, area, issuer_name
        for text in more or []:
            name, separator, value = text.partition("=")
            if not separator:
                raise UsageError("DOCUMENT_FIELD", text=text[:80])
            self.cells[name.strip()] = value


def _input(ledger: Ledger, signer: Signer, org: str | None, type_: str, file: str, told: _Told) -> JsonObject:
    """The input that options and layout file make."""
    kind, layout = _document_type(ledger, type_), layout_of(file)
    given = input_of(told.cells, kind)
    if told.to:
        given["face"] = {**given.get("face", {}), "addressees": told.to}
    body = _body(ledger, signer, org, told.area, told.issuer_name)
    given["metadata"] = {"certificateTypeCode": type_, **body, **given.get("metadata", {})}
    given["layout"] = {**given.get("layout", {}), "sm3": layout.sm3, "mediaType": layout.media_type}
    given.setdefault("face", {})
    return given


def _document_type(ledger: Ledger, code: str) -> LicenseType:
    """A type of kind DOCUMENT; raises `NOT_A_DOCUMENT`, `LICENSE_TYPE_UNKNOWN`."""
    kind = ledger.types().get(code)
    if not kind.is_document:
        raise RuleError("NOT_A_DOCUMENT", id=f"{kind.name_zh} {code}")
    return kind


def _type_of(ledger: Ledger, id_: str) -> str:
    """The type of a document that is there, by its identifier, else by the ledger."""
    with suppress(MalformedError):
        return LicenseIdentifier.parse(id_, strict=False).type_code
    license_id, _ = ledger.resolve(id_)
    return ledger.license_now(license_id).license_type


def _require_unused(ledger: Ledger, given: JsonObject, own: tuple[str, str]) -> None:
    """Hold a number against those that this home knows; through a service that is not asked of any."""
    metadata = given["metadata"]
    issuer, number = (metadata.get(f"certificate{each}") for each in ("IssuingAuthorityCode", "Number"))
    if not ledger.settings.api and isinstance(issuer, str) and isinstance(number, str):
        ledger.official_documents().require_unused(issuer, number, own)


def _serial_of(ledger: Ledger, id_: str) -> str:
    """The serial of a document that is there; empty where its identifier is not known here."""
    _, identifier = ledger.resolve(id_) if not ledger.settings.api else (id_, id_)
    with suppress(MalformedError):
        return LicenseIdentifier.parse(identifier or "", strict=False).serial
    return ""


def _body(
    ledger: Ledger, signer: Signer, org: str | None, area: str | None, name: str | None
) -> dict[str, str]:
    """Whose document it is: the body that signs, by its registered name and region where they are known."""
    orders = orders_of(ledger, org, signer)
    fields = {member: str(text) for member, text in issuer_fields(ledger, signer, name, orders, org).items()}
    if orders is None:
        body = body_of(ledger, signer)
        known = BodyNames(ledger.index, ledger.party_texts).of(body.uscc)
        if name is None and known is None:
            raise UsageError("DOCUMENT_BODY_NAME", uscc=body.uscc)
        if name is not None:
            ledger.party_texts.keep_name(body.name_digest, name)
        fields["certificateIssuingAuthorityName"] = name or str(known)
        area = area or f"{body.region:06d}"
    elif area is None:
        told = orders.service.get(f"/v1/organisations/{quote(str(org), safe='')}")
        area = str(told["region"])
    return {**fields, **({"certificateAreaCode": area} if area else {})}


def _anchor_file(layout: str, out: str | None, given: JsonObject) -> str:
    """Where the anchor file goes: beside the layout file under its name, so that it is found there.

    Raises:
        UsageError: `FILE_EXISTS`: there is something else than an anchor file of this very layout file.
    """
    target = Path(out) if out else Path(layout).with_suffix(".elic.json")
    if target.exists() and anchored_layout(target) != given["layout"]["sm3"]:
        raise UsageError("FILE_EXISTS", path=str(target))
    return str(target)
