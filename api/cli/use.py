"""`elicense use`: data under a grant, asked for and fetched; what was used and refused; receipts."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from api.cli import keys
from api.cli.bodies import body_of, with_names
from api.cli.derived_words import derived_line
from api.cli.files import pretty
from api.cli.governing import state_of, table
from api.cli.grant import FieldsOption, GrantArgument
from api.cli.options import Network, RpcUrls, open_ledger
from api.cli.output import Outcome, read_input, said, worded
from api.cli.sharing import BodyOption, FieldListOption, fields_behind, listed, told
from api.cli.sign_loop import SignLoop
from api.cli.using import (
    Operator,
    OutFolder,
    OwnKey,
    OwnName,
    ProviderApi,
    ReaderKey,
    Via,
    Wait,
    direct_channel,
    folder_of,
    using_desk,
    write_all,
)
from api.make_providing import make_providing
from ledger.adapters.platform_folder import PlatformParcels
from ledger.bootstrap import Ledger
from ledger.domain.canonical import JsonObject, canonical, parse_strict
from ledger.domain.derived import derived_named
from ledger.domain.disclosed_row import DisclosedRow, state_told
from ledger.domain.grants import GrantStanding
from ledger.domain.handout import ANNOTATED, PLAIN
from ledger.domain.moments import rfc3339
from ledger.domain.objects import from_ascii32
from ledger.domain.statistics import read_statistics
from ledger.domain.use_receipt import use_receipt
from ledger.domain.verdict_texts import RESULT_TEXTS
from ledger.domain.words import REFUSAL, STATUS, USE_KIND
from ledger.errors import OutcomeUnknownError, StoreOutageError, UsageError
from ledger.service.answer_parcels import AnswerParcels
from ledger.service.check_receipts import CheckReceipts
from ledger.service.countersign import Countersign
from ledger.service.handed_sharing import HandedSharing
from ledger.service.share_grants import grant_in
from ledger.service.shown_uses import UseFilter
from ledger.service.sign_offers import CARRIED
from ledger.service.use_data import Used, UseOrder
from ledger.service.use_refusals import SignRefusals
from ledger.service.verify_copies import read_copy

app = typer.Typer(add_completion=False, help="Uses of granted data.")

_OF_USES = frozenset({"Use", "UseBatch", "RefuseUse", "RefuseBatch"})
_SUFFIX = {ANNOTATED: "copy.pdf", PLAIN: "copy.json"}


@app.command("request")
def request(
    grant: GrantArgument,
    fields: FieldsOption,
    key: OwnKey,
    encryption_key: ReaderKey,
    out: OutFolder,
    license_: Annotated[
        str, typer.Argument(metavar="[LICENSE]", help="Identifier, licenseId or use code; none with --row.")
    ] = "",
    row: Annotated[
        str, typer.Option("--row", metavar="ROWKEY", help="Of a data set; it goes to the provider only.")
    ] = "",
    api: ProviderApi = None,
    via: Via = None,
    operator: Operator = "",
    plain: Annotated[bool, typer.Option("--plain", help="A copy for programs, without a face.")] = False,
    batch: Annotated[
        bool, typer.Option("--batch", help="Let the record stand in a batch, which `use sign` signs.")
    ] = False,
    name: OwnName = None,
    wait: Wait = 60,
    field_list: FieldListOption = None,
    org: BodyOption = None,
    network: Network = None,
    rpc: RpcUrls = None,
) -> Outcome:
    """Use a license or a row: ask, check and sign, fetch the copy; run again, it goes on where it was."""
    if bool(license_) is bool(row.strip()):
        raise UsageError("USE_SUBJECT")
    desk = using_desk(open_ledger(network, rpc, api), grant, key, encryption_key, org, via)
    digest = desk.resource.versions[desk.granted.version - 1].fields_digest
    names = fields_behind(desk.ledger, digest, desk.resource.key, field_list)
    bitmap = names.bitmap(listed(fields))
    order = UseOrder(
        grant=desk.granted,
        fields=bitmap,
        names=tuple(names.named(bitmap)),
        license=license_,
        owner=desk.resource.owner,
        purpose=desk.purpose,
        operator=desk.operator(operator, license_),
        grantee_name=desk.name(name),
        media_type=PLAIN if plain else ANNOTATED,
        is_batched=batch,
        row=row.strip(),
    )
    folder = folder_of(out)
    used = desk.use(order, folder, wait)
    return delivered(folder, used, desk.ledger)


@app.command("statistics")
def statistics(
    grant: GrantArgument,
    by: Annotated[str, typer.Option("--by", metavar="a,b", help="Fields by whose values rows are counted.")],
    key: OwnKey,
    encryption_key: ReaderKey,
    out: OutFolder,
    api: ProviderApi = None,
    via: Via = None,
    operator: Operator = "",
    name: OwnName = None,
    wait: Wait = 60,
    field_list: FieldListOption = None,
    org: BodyOption = None,
    network: Network = None,
    rpc: RpcUrls = None,
) -> Outcome:
    """Have the rows of a data set counted by values, under a grant for statistics; no row is handed out."""
    desk = using_desk(open_ledger(network, rpc, api), grant, key, encryption_key, org, via)
    digest = desk.resource.versions[desk.granted.version - 1].fields_digest
    names = fields_behind(desk.ledger, digest, desk.resource.key, field_list)
    bitmap = names.bitmap(listed(by))
    order = UseOrder(
        grant=desk.granted,
        fields=bitmap,
        names=tuple(names.named(bitmap)),
        license="",
        owner=desk.resource.owner,
        purpose=desk.purpose,
        operator=desk.operator(operator),
        grantee_name=desk.name(name),
        media_type=PLAIN,
        is_counted=True,
    )
    folder = folder_of(out)
    return _counted(folder, desk.use(order, folder, wait))


@app.command("sign")
def sign(
    grants: Annotated[list[str], typer.Argument(metavar="GRANT...", help="Objects of grants.")],
    key: OwnKey,
    api: ProviderApi = None,
    watch: Annotated[bool, typer.Option("--watch", help="Go on until SIGTERM or Ctrl-C.")] = False,
    wait: Wait = 60,
    org: BodyOption = None,
    network: Network = None,
    rpc: RpcUrls = None,
) -> Outcome:
    """Sign the batches of what this home used: only what it asked for, and all of it."""
    ledger, signer = open_ledger(network, rpc, api), keys.signer(key)
    grantee = org or body_of(ledger, signer).uscc
    names = [grant_in(ledger.follow(), each).grant_id for each in grants]
    signing = Countersign(
        direct_channel(ledger, grantee, signer),
        ledger.uses_asked,
        signer,
        ledger.domain_of_records,
        lambda grant: _is_over(ledger, grant),
    )
    run = SignLoop(signing.step, names)
    run.watch() if watch else run.until_signed(wait)
    error = None if watch or not run.waiting else OutcomeUnknownError("USES_WAITING", count=run.waiting)
    lines = [f"{each['batch']}  {each['size']}  {said('序号', 'seq')} {each['seq']}" for each in run.batches]
    lines.append(said(f"尚未合批 {run.waiting} 次", f"{run.waiting} uses in no batch yet"))
    return Outcome({"batches": run.batches, "waiting": run.waiting}, text="\n".join(lines), error=error)


@app.command("answer")
def answer(
    folder: Annotated[str, typer.Argument(metavar="FOLDER", help="Of the platform, on your side.")],
    key: OwnKey,
    network: Network = None,
    rpc: RpcUrls = None,
) -> Outcome:
    """Answer what a platform carried: offer or refuse, record what was signed, hand out."""
    ledger, signer = open_ledger(network, rpc), keys.signer(key)
    body = body_of(ledger, signer).uscc
    held = {body: signer}.get
    providing = make_providing(ledger, held, ledger.accepting(), patience=CARRIED)
    parcels, desk = PlatformParcels(Path(folder)), ledger.desk
    offers, releases = providing.offers, providing.releases
    refusals = SignRefusals(ledger.trust.ledger_id, body, signer, ledger.clock)
    known = (ledger.published.check_hops(), ledger.published.known_ways)
    rows = AnswerParcels(parcels, offers, releases, providing.offer_json, desk, refusals, *known).run()
    providing.step()
    _carried(ledger)
    shown = [{"use": each.use, "answer": each.answer, "reason": each.code} for each in rows]
    waiting = next((each.error for each in rows if each.answer == "WAITING"), None)
    return Outcome({"uses": shown}, text=table(shown, "answer", "reason", "use"), error=waiting)


def _carried(ledger: Ledger) -> None:
    """Bring what was refused onto the ledger, unless a service of this home does that anyway."""
    try:
        ledger.outbox().drain()
    except StoreOutageError as error:
        if error.code != "OUTBOX_LED":
            raise


@app.command("list")
def list_(
    grant: Annotated[str | None, typer.Option("--grant", metavar="GRANT", help="Only under this.")] = None,
    grantee: Annotated[str | None, typer.Option("--grantee", metavar="USCC", help="Only by this.")] = None,
    owner: Annotated[str | None, typer.Option("--owner", metavar="USCC", help="Only of its data.")] = None,
    network: Network = None,
    rpc: RpcUrls = None,
) -> Outcome:
    """List what was used and what was refused, as the ledger has it."""
    ledger = open_ledger(network, rpc)
    shown = ledger.uses(state_of(ledger))
    wanted = grant.lower() if grant else None
    rows = shown.rows(UseFilter(wanted, grantee, owner))
    unsigned = [each.as_json() for each in ledger.unsigned_uses() if wanted in (None, each.grant)]
    return Outcome({"uses": rows, "unsigned": unsigned}, text=lambda: _listed(rows, unsigned))


@app.command("show")
def show(
    use: Annotated[
        str,
        typer.Argument(
            metavar="USE", help="Its object, the number of its record, or the digest of its request."
        ),
    ],
    network: Network = None,
    rpc: RpcUrls = None,
) -> Outcome:
    """Show one use or refusal."""
    ledger = open_ledger(network, rpc)
    state = state_of(ledger)
    data = ledger.uses(state).show(use)
    kind = worded(USE_KIND, data["kind"])
    why = f"  {worded(REFUSAL, data['reasonCode'])}" if data.get("reasonCode") else ""
    text = f"{data['object']}\n  {kind}{why}  {data['grantee']} ← {data['resource']}  {data['recordedAt']}"
    return Outcome(data, text=lambda: with_names(ledger, state, text))


@app.command("verify-receipt")
def verify_receipt(
    file: Annotated[str, typer.Argument(metavar="FILE", help="The receipt.")],
    network: Network = None,
    rpc: RpcUrls = None,
) -> Outcome:
    """Hold a receipt against the ledger: who signed it, and whether the use stands there as it says."""
    ledger = open_ledger(network, rpc)
    receipt = use_receipt(parse_strict(read_input(file)))
    found = CheckReceipts(ledger.follow, ledger.verifier).check(receipt)
    data = {
        "object": receipt.object,
        "use": receipt.request,
        "grant": receipt.grant,
        "provider": receipt.provider,
        "grantee": receipt.grantee,
        "seq": found.record.seq,
        "index": receipt.batch.index if receipt.batch else None,
        "recordedAt": rfc3339(found.record.recorded_at),
    }
    text = said("回执属实，上链于", "the receipt is true; recorded at")
    return Outcome(
        data, text=f"{receipt.object}\n  {text} {data['recordedAt']} ({said('序号', 'seq')} {data['seq']})"
    )


@app.command("record")
def record(
    file: Annotated[
        str, typer.Argument(metavar="FILE", help="A use, a batch or a refusal that its bodies signed.")
    ],
    network: Network = None,
    rpc: RpcUrls = None,
) -> Outcome:
    """Record what was used over a platform that exists: the message that both sides signed."""
    ledger = open_ledger(network, rpc)
    handed = HandedSharing.from_json(parse_strict(read_input(file)))
    if handed.struct not in _OF_USES:
        raise UsageError("USE_MESSAGE_KIND", struct=handed.struct[:40])
    shared = ledger.sharing().hand_in(handed.read(ledger.domain_of_records))
    return told(shared, {}, shared.about)


def _listed(rows: list[JsonObject], unsigned: list[JsonObject]) -> object:
    """What people read of `use list`."""
    from rich.console import Group

    told = [{**row, "reason": row["reasonCode"] or ""} for row in rows]
    listed = table(told, "seq", "kind", "reason", "grantee", "resource", "recordedAt", "object")()
    if not unsigned:
        return listed
    head = said("待用证单位签名：", "waiting for the grantee's signature:")
    return Group(listed, head, table(unsigned, "side", "grant", "uses", "late", "signBy")())  # type: ignore[arg-type]


def _is_over(ledger: Ledger, grant: str) -> bool:
    state = ledger.follow()
    return ledger.grants(state).standing(grant_in(state, grant)) is not GrantStanding.IN_EFFECT


def delivered(folder: Path, used: Used, ledger: Ledger) -> Outcome:
    """Write the copy as it may be used, and beside it what shows by what right.

    Args:
        folder: Where to.
        used: What came of an order.
        ledger: Tells where the license stands now, and what follows from what in it.
    """
    standing = ledger.standing_of_copy(used.copy)
    copy = folder / _SUFFIX[used.handout.media_type]
    receipt, promise = used.receipt, used.promise
    files = {"request.json": used.request.as_json(), "handout.json": used.handout.as_json()}
    if receipt is not None:
        files["receipt.json"] = receipt.as_json()
    if promise is not None:
        files["promise.json"] = promise
    write_all({copy: used.copy, **{folder / name: pretty(form) for name, form in files.items()}})
    row, derived = _row_of(used), _derived_of(used, ledger)
    data = {
        "use": used.request.digest,
        "object": receipt.object if receipt else None,
        "licenseId": used.handout.terms.license_id,
        "standing": standing,
        "row": row,
        "derived": derived,
        "seq": receipt.place.seq if receipt and receipt.place else None,
        "copy": str(copy),
        "receipt": str(folder / "receipt.json") if receipt else None,
        "promise": str(folder / "promise.json") if promise else None,
    }
    stands = _stands(standing) if row is None else _loaded(row)
    seq = data["seq"]
    place = said(f"序号 {seq}", f"seq {seq}") if seq else said("已承诺上链", "the record is promised")
    lines = [
        str(copy),
        f"  {said('用证', 'use')} {data['object'] or data['use']} ({place})",
        stands,
        *(f"  {derived_line(each['field'], each)}" for each in derived),
    ]
    return Outcome(data, text="\n".join(lines))


def _counted(folder: Path, used: Used) -> Outcome:
    """Write the table, and beside it what shows by what right."""
    counts, receipt = read_statistics(used.copy), used.receipt
    assert receipt is not None, "statistics are asked for in no batch"
    forms = {
        "request": used.request.as_json(),
        "handout": used.handout.as_json(),
        "receipt": receipt.as_json(),
    }
    files = {folder / f"{name}.json": pretty(form) for name, form in forms.items()}
    write_all({folder / "statistics.json": used.copy, **files})
    told = counts.as_json()
    data = {
        "use": used.request.digest,
        "object": receipt.object,
        "seq": receipt.place.seq if receipt.place else None,
        **{name: told[name] for name in ("resource", "state", "loadedAt", "by", "least", "cells")},
        "file": str(folder / "statistics.json"),
        "receipt": str(folder / "receipt.json"),
    }
    rows = [f"  {each['count']:>8}  {canonical(each['values']).decode()}" for each in told["cells"]]
    least = counts.least
    note = said(
        f"  不足 {least} 行的不列，行数均向下取为 {least} 的倍数",
        f"  cells of fewer than {least} rows are left out, counts rounded down to multiples of {least}",
    )
    return Outcome(data, text="\n".join([f"{counts.resource}  {', '.join(counts.by)}", *rows, note]))


def _derived_of(used: Used, ledger: Ledger) -> list[JsonObject]:
    """Which fields of the copy are masked or follow otherwise from others."""
    disclosed = read_copy(used.copy).disclosed
    if isinstance(disclosed, DisclosedRow):
        return derived_named(ledger.row_derived(disclosed), list(disclosed.values))
    code = from_ascii32(str(disclosed.shown.signed["licenseType"]))
    return derived_named(ledger.derived_of(code), list(disclosed.values))


def _row_of(used: Used) -> JsonObject | None:
    """Of which state of a data set the row is; None of a license."""
    disclosed = read_copy(used.copy).disclosed if used.request.row else None
    if not isinstance(disclosed, DisclosedRow):
        return None
    return {"state": disclosed.state_digest, **state_told(disclosed.state)}


def _loaded(row: JsonObject) -> str:
    """What people read of how old a row is."""
    return said(
        f"  数据载入于 {row['loadedAt']}，共 {row['rows']} 行",
        f"  loaded at {row['loadedAt']}, {row['rows']} rows",
    )


def _stands(standing: JsonObject | None) -> str:
    """What people read of where the license stands now."""
    if standing is None:
        return said("  证照现状：账本索引中尚无", "  the license is not in the index yet")
    result = RESULT_TEXTS.get(standing["status"])
    told = said(*result) if result else standing["status"]
    successor = standing["supersededBy"]
    by = f" {said('替代件', 'superseded by')} {successor}" if successor else ""
    status = worded(STATUS, standing["status"])
    return f"  {said('证照现状', 'the license now')}: {status}  {told}{by}"
