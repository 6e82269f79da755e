"""`elicense correction`: who doubts which data, what the provider answers, who has to hear of it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from api.cli import remote
from api.cli.bodies import body_of, with_names
from api.cli.correction_words import card, line, waiting, who
from api.cli.files import write_out
from api.cli.governing import table
from api.cli.options import Network, RpcUrls
from api.cli.output import Outcome, read_input, said
from api.cli.reading import ReadApi, ReadKey, ReadOrg, reading
from api.cli.registry_words import RegionOption, read_region, read_uscc
from api.cli.requests import key_file
from api.cli.sharing import (
    BodyOption,
    FieldListOption,
    ReasonOption,
    SharingDesk,
    Signatures,
    SigningKey,
    desk_of,
    entities_of,
    holders_message,
    listed,
    named_fields,
    resources_in,
    told,
)
from api.cli.texts import TextsAsked, TextsIn, TextsKey, TextsOut, TextsPlain, TextsSend, TextsTo, texts_told
from ledger.bootstrap import Ledger
from ledger.domain.message_form import is_word
from ledger.domain.sharing import Outcome as Decision
from ledger.domain.sharing_entities import Correction, Grant, Resource
from ledger.errors import UsageError
from ledger.ports import Entities
from ledger.service import share_corrections
from ledger.service.evidence import MOST_BYTES
from ledger.service.hand_texts import digests_of_correction
from ledger.service.share import Shared, ShareOrder
from ledger.service.share_corrections import Answer, CorrectionOrders, Doubt, correction_in
from ledger.service.share_resources import read_key, resource_in
from ledger.service.shown_corrections import MOST_ROWS, Wanted

app = typer.Typer(add_completion=False, help="Corrections: doubts about shared data, and who hears of them.")

SubjectArgument = Annotated[
    str, typer.Argument(metavar="LICENSE|RESOURCE", help="A license, or OWNER/CODE of a resource.")
]
CorrectionArgument = Annotated[str, typer.Argument(metavar="CORRECTION", help="The correction's id.")]
FieldsOption = Annotated[
    str, typer.Option("--fields", metavar="a,b", help="Fields of the resource, by name.")
]
EvidenceOption = Annotated[
    str,
    typer.Option("--evidence", metavar="FILE", help="Kept in this home; the ledger gets a salted digest."),
]
ResourceOption = Annotated[
    str | None,
    typer.Option("--resource", metavar="OWNER/CODE", help="Of which resource, where that is unclear."),
]
UpheldOption = Annotated[bool, typer.Option("--upheld/--rejected", help="How it goes.")]
VersionOption = Annotated[
    int, typer.Option("--version", metavar="N", min=0, help="The version of the resource that corrects.")
]
LicenseOption = Annotated[
    str, typer.Option("--license", metavar="ID", help="The license that corrects the doubted one.")
]
TextOption = Annotated[
    str, typer.Option("--text", metavar="TEXT", help="In words; the ledger gets a salted digest.")
]


@app.command("open")
def open_(
    subject: SubjectArgument,
    fields: FieldsOption,
    evidence: EvidenceOption,
    key: SigningKey,
    grant: Annotated[
        str | None, typer.Option("--grant", metavar="GRANT", help="Under which the data were used.")
    ] = None,
    resource: ResourceOption = None,
    field_list: FieldListOption = None,
    org: BodyOption = None,
    signatures: Signatures = None,
    api: remote.Api = None,
    network: Network = None,
    rpc: RpcUrls = None,
) -> Outcome:
    """Doubt data that your body used; the provider has to answer."""
    desk = desk_of(network, rpc, [key], signatures, api, org)
    ledger, body, state = desk.ledger, desk.body(), desk.state
    license_id, name = _subject(ledger, subject, resource)
    used = _used(ledger, state, body, grant, name, license_id)
    about = resource_in(state, used.resource)
    names = named_fields(ledger, about, used.version, field_list)
    kept = ledger.evidence.keep(read_input(evidence, MOST_BYTES + 1))
    doubt = Doubt(about, license_id, names.bitmap(listed(fields)), kept)
    shared = desk.send(_orders(ledger).open(body, used, doubt, desk.by))
    return _answered(desk, shared, {"grant": used.grant_id})


@app.command("ask")
def ask(
    file: Annotated[str, typer.Argument(metavar="FILE", help="What the holder's wallet wrote.")],
    key: ReadKey = None,
    org: BodyOption = None,
    api: remote.Api = None,
    network: Network = None,
    rpc: RpcUrls = None,
) -> Outcome:
    """Put what a holder asks to be corrected onto the ledger; anybody relays it."""
    desk = desk_of(network, rpc, [], None, api, org, key)
    shared = desk.hand_in(holders_message(desk.ledger, file, ("AskCorrection",)).message)
    return _answered(desk, shared, {})


@app.command("contest")
def contest(
    file: Annotated[str, typer.Argument(metavar="FILE", help="What the holder's wallet wrote.")],
    key: ReadKey = None,
    org: BodyOption = None,
    api: remote.Api = None,
    network: Network = None,
    rpc: RpcUrls = None,
) -> Outcome:
    """Take what a holder asked for to a region above the owner's, as the holder signed; anybody relays it."""
    desk = desk_of(network, rpc, [], None, api, org, key)
    shared = desk.hand_in(holders_message(desk.ledger, file, ("ContestCorrection",)).message)
    return _answered(desk, shared, {})


@app.command("attest")
def attest(
    subject: SubjectArgument,
    fields: FieldsOption,
    evidence: EvidenceOption,
    key: SigningKey,
    match: Annotated[
        bool | None, typer.Option("--match/--mismatch", help="Whether they match what your body knows.")
    ] = None,
    resource: ResourceOption = None,
    field_list: FieldListOption = None,
    org: BodyOption = None,
    signatures: Signatures = None,
    api: remote.Api = None,
    network: Network = None,
    rpc: RpcUrls = None,
) -> Outcome:
    """Say whether data match what your body knows (多元校核); a mismatch opens a correction by rule."""
    if match is None:
        raise UsageError("ATTESTED_HOW")
    desk = desk_of(network, rpc, [key], signatures, api, org)
    ledger, body, state = desk.ledger, desk.body(), desk.state
    license_id, name = _subject(ledger, subject, resource)
    about = resource_in(state, name) if name else _resource_of(ledger, state, license_id)
    names = named_fields(ledger, about, about.version, field_list)
    kept = ledger.evidence.keep(read_input(evidence, MOST_BYTES + 1))
    doubt = Doubt(about, license_id, names.bitmap(listed(fields)), kept)
    outcome = Decision.YES if match else Decision.NO
    shared = desk.send(_orders(ledger).attest(body, doubt, outcome, desk.by))
    data = {"attestation": shared.about, "match": match, "resource": about.key}
    return _answered(desk, shared, data)


@app.command("answer")
def answer(
    correction: CorrectionArgument,
    upheld: UpheldOption,
    key: SigningKey,
    version: VersionOption = 0,
    license_: LicenseOption = "",
    reason: ReasonOption = 0,
    text: TextOption = "",
    org: BodyOption = None,
    signatures: Signatures = None,
    api: remote.Api = None,
    network: Network = None,
    rpc: RpcUrls = None,
) -> Outcome:
    """Uphold a doubt, naming what corrects it, or reject it with a reason; by the provider."""
    desk = desk_of(network, rpc, [key], signatures, api, org)
    found, given = _answer_to(desk, correction, upheld, version, license_, reason, text)
    return _sent(desk, _orders(desk.ledger).answer(found, given, desk.by))


@app.command("dispute")
def dispute(
    correction: CorrectionArgument,
    region: RegionOption,
    key: SigningKey,
    text: TextOption = "",
    org: BodyOption = None,
    signatures: Signatures = None,
    api: remote.Api = None,
    network: Network = None,
    rpc: RpcUrls = None,
) -> Outcome:
    """Take it to a region above the owner's; by who opened it, or the owner."""
    desk = desk_of(network, rpc, [key], signatures, api, org)
    found = correction_in(desk.state, correction)
    number = read_region(region)
    return _sent(desk, _orders(desk.ledger).dispute(found, desk.body(), number, text, desk.by))


@app.command("settle")
def settle(
    correction: CorrectionArgument,
    upheld: UpheldOption,
    by: Annotated[str, typer.Option("--by", metavar="PEM", help="Governing key of the region.")],
    version: VersionOption = 0,
    license_: LicenseOption = "",
    reason: ReasonOption = 0,
    text: TextOption = "",
    key: ReadKey = None,
    org: BodyOption = None,
    signatures: Signatures = None,
    api: remote.Api = None,
    network: Network = None,
    rpc: RpcUrls = None,
) -> Outcome:
    """Settle what was disputed, for good; by the region that it went to, or a superior one."""
    desk = desk_of(network, rpc, [by], signatures, api, org, key)
    found, given = _answer_to(desk, correction, upheld, version, license_, reason, text)
    return _sent(desk, _orders(desk.ledger).settle(found, given, desk.by))


@app.command("acknowledge")
def acknowledge(
    correction: CorrectionArgument,
    key: SigningKey,
    org: BodyOption = None,
    signatures: Signatures = None,
    api: remote.Api = None,
    network: Network = None,
    rpc: RpcUrls = None,
) -> Outcome:
    """Say that your body heard of a correction of what it had used."""
    desk = desk_of(network, rpc, [key], signatures, api, org)
    body, state = desk.body(), desk.state
    found = correction_in(state, correction)
    shared = desk.send(share_corrections.acknowledge(state, found, body, desk.by))
    data = {"correction": found.correction_id, "body": body, "acknowledgement": shared.about}
    after = desk.state_after
    shown = None if after is None else desk.ledger.corrections(after).notice(found, body)
    text = said(f"{body} 已知悉 {found.correction_id}", f"{body} heard of {found.correction_id}")
    return told(shared, {**data, "notice": shown}, text)


@app.command("list")
def list_(
    is_mine: Annotated[
        bool, typer.Option("--mine", help="What concerns the body of --org or --key: notices come first.")
    ] = False,
    is_open: Annotated[bool, typer.Option("--open", help="Only what waits for an answer.")] = False,
    is_overdue: Annotated[bool, typer.Option("--overdue", help="Only what somebody is late with.")] = False,
    license_: Annotated[str | None, typer.Option("--license", metavar="ID", help="Only about this.")] = None,
    resource: ResourceOption = None,
    limit: Annotated[int, typer.Option("--limit", min=1, max=MOST_ROWS, help="Rows at most.")] = 100,
    after: Annotated[str, typer.Option("--after", metavar="CORRECTION", help="Begin behind this one.")] = "",
    org: BodyOption = None,
    key: Annotated[
        str | None, typer.Option("--key", metavar="PEM", help="A key of the body that asks.")
    ] = None,
    api: ReadApi = None,
    network: Network = None,
    rpc: RpcUrls = None,
) -> Outcome:
    """List corrections with where they stand, who is next and who is late; the oldest first."""
    ledger, state = reading(network, rpc, api, key if api else None, org)
    wanted = Wanted(
        body=_whose(ledger, org, key) if is_mine else "",
        is_open=is_open,
        is_overdue=is_overdue,
        license_id=ledger.resolve(license_)[0] if license_ else "",
        resource=read_key(resource) if resource else "",
        limit=limit,
        after=after.lower(),
    )
    data = ledger.corrections(state).rows(wanted)
    rows = [
        {**row, "openedBy": who(row["openedBy"]), "waitsFor": waiting(row)} for row in data["corrections"]
    ]
    heads = ("correction", "state", "resource", "openedBy", "overdue", "waitsFor")
    return Outcome(data, text=table(rows, *heads))


@app.command("show")
def show(
    correction: CorrectionArgument,
    api: ReadApi = None,
    key: ReadKey = None,
    org: ReadOrg = None,
    network: Network = None,
    rpc: RpcUrls = None,
) -> Outcome:
    """Show one correction: every step, who is next, who used the data, who has heard."""
    ledger, state = reading(network, rpc, api, key, org)
    data = ledger.corrections(state).show(correction_in(state, correction))
    return Outcome(data, text=lambda: with_names(ledger, state, card(data)))


@app.command("evidence")
def evidence(
    correction: CorrectionArgument,
    out: Annotated[
        str | None, typer.Option("--out", metavar="FILE", help="Write it, to be handed to the other side.")
    ] = None,
    in_: Annotated[
        str | None, typer.Option("--in", metavar="FILE", help="Take in what the other side wrote.")
    ] = None,
    file: Annotated[
        str | None, typer.Option("--file", metavar="FILE", help="Write the file of evidence itself.")
    ] = None,
    api: ReadApi = None,
    key: ReadKey = None,
    org: ReadOrg = None,
    network: Network = None,
    rpc: RpcUrls = None,
) -> Outcome:
    """Hand evidence on, or take it in: whatever is handed in is held against the digest on the ledger."""
    ledger, state = reading(network, rpc, api, key, org)
    digest = correction_in(state, correction).evidence
    if in_ is not None:
        ledger.evidence.take_in(digest, read_input(in_, MOST_BYTES + 33))
    salted = ledger.evidence.salted(digest)
    for path, data in ((out, salted), (file, salted[32:])):
        if path is not None:
            write_out(Path(path), data, 0o600)
    written = file or out
    shown = {"correction": correction.lower(), "digest": digest, "bytes": len(salted) - 32, "file": written}
    return Outcome(shown, text=digest + (f"\n→ {written}" if written else ""))


@app.command("text")
def text(
    correction: CorrectionArgument,
    out: TextsOut = None,
    to: TextsTo = None,
    plain: TextsPlain = False,
    in_: TextsIn = None,
    encryption_key: TextsKey = None,
    send: TextsSend = False,
    api: ReadApi = None,
    key: ReadKey = None,
    org: ReadOrg = None,
    network: Network = None,
    rpc: RpcUrls = None,
) -> Outcome:
    """Hand on the words behind a correction's digests, or take them in, each held against the ledger."""
    ledger, state = reading(network, rpc, api, key, org)
    digests = digests_of_correction(correction_in(state, correction))
    asked = TextsAsked(out, to, plain, in_, encryption_key, send, key, org)
    return texts_told(ledger, state, "correction", digests, asked)


def _subject(ledger: Ledger, subject: str, resource: str | None) -> tuple[str, str | None]:
    """License id, empty for none, and key of the resource, where that is named."""
    if "/" in subject:
        return "", read_key(subject)
    name = subject.lower()
    license_id = name if is_word(name) else ledger.resolve(subject)[0]  # a leaf is on no list of ids
    return license_id, read_key(resource) if resource else None


def _used(
    ledger: Ledger, state: Entities, body: str, grant: str | None, resource: str | None, license_id: str
) -> Grant:
    grants = [each for each in entities_of(state, "grant", Grant) if grant in (None, each.grant_id)]
    now = int(ledger.clock.now().timestamp())
    return share_corrections.used_grant(state, grants, body, resource, license_id, now)


def _resource_of(ledger: Ledger, state: Entities, license_id: str) -> Resource:
    now = int(ledger.clock.now().timestamp())
    return share_corrections.resource_of_license(state, resources_in(state), license_id, now)


def _answer_to(
    desk: SharingDesk,
    correction: str,
    upheld: bool,
    version: int,
    license_: str,
    reason: int,
    text: str,
) -> tuple[Correction, Answer]:
    ledger, state = desk.ledger, desk.state
    found = correction_in(state, correction)
    corrects = ledger.resolve(license_)[0] if license_ else ""
    given = Answer(Decision.YES if upheld else Decision.NO, corrects, version, reason, text)
    given.require_right(state, found, int(ledger.clock.now().timestamp()))
    return found, given


def _sent(desk: SharingDesk, order: ShareOrder) -> Outcome:
    return _answered(desk, desk.send(order), {})


def _answered(desk: SharingDesk, shared: Shared, data: dict[str, object]) -> Outcome:
    """Where the correction stands after what was written; unknown where nobody tells yet."""
    after = desk.found_after("correction", shared.about, Correction)
    row = desk.ledger.corrections(after[0]).row(after[1]) if after else {}
    names = ("correction", "state", "resource", "licenseId", "fields", "answer", "next", "toTell")
    standing = {name: row.get(name) for name in names}
    text = "\n".join([shared.about, *([f"  {line(row)}"] if row else [])])
    return told(shared, {**standing, **data}, text)


def _whose(ledger: Ledger, org: str | None, key: str | None) -> str:
    if org is not None:
        return read_uscc(org)
    if key is None:
        raise UsageError("CORRECTIONS_OF_WHOM")
    return body_of(ledger, key_file(key)).uscc


def _orders(ledger: Ledger) -> CorrectionOrders:
    return CorrectionOrders(ledger.party_texts, ledger.entropy)
