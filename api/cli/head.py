"""`elicense head`: heads of other ledgers that regions vouch for, and whether they still stand there."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Annotated

import typer

from api.cli import remote
from api.cli.files import pretty
from api.cli.governing import By, table
from api.cli.options import Network, PinnedHead, RpcUrls, Trust, open_ledger
from api.cli.output import Outcome, said
from api.cli.published import PublishedForms, Send, require_service
from api.cli.reading import ReadApi, ReadKey, ReadOrg, reading
from api.cli.registry_words import RegionOption, read_region
from api.cli.sharing import Signatures, desk_of, told
from api.cli.showing import write
from ledger.bootstrap import Ledger
from ledger.domain.canonical import JsonObject
from ledger.domain.ledger_head import LedgerHead, head_table, read_head
from ledger.domain.words import HEAD_OUTCOME
from ledger.errors import OutageError, TrustError, UnknownIdError, UsageError
from ledger.service.sources import Asked
from ledger.service.witness_heads import (
    CODES,
    MAX_HEAD_FILE,
    CheckedHead,
    Compared,
    Compares,
    HeadOutcome,
    WitnessedHeads,
    checked,
    compare,
    head_of,
    publish,
    worst,
)

app = typer.Typer(add_completion=False, help="Heads of ledgers that vouch for each other.")
FORMS = PublishedForms("heads", "/v1/heads", read_head, MAX_HEAD_FILE)

Other = Annotated[
    str | None,
    typer.Option("--other", metavar="FILE", help="Trust file of the other ledger, to read it."),
]
OtherRpc = Annotated[
    list[str] | None, typer.Option("--other-rpc", metavar="URL", help="Node of the other ledger.")
]
FileArgument = Annotated[str, typer.Argument(metavar="FILE", help="The head (elicense-head/1), - for stdin.")]
Out = Annotated[str | None, typer.Option("--out", metavar="FILE", help="Also write it, to hand it on.")]
_HEADS = ("region", "ledgerId", "version", "seq", "block", "publishedAt")


@app.command("tell")
def tell(
    out: Out = None,
    trust: Trust = "rpc",
    head: PinnedHead = None,
    network: Network = None,
    rpc: RpcUrls = None,
) -> Outcome:
    """Tell the present head of this ledger, for others to vouch for; needs no key."""
    ledger = open_ledger(network, rpc)
    made = head_of(ledger.histories(Asked(trust, head)), ledger.trust)
    if out is not None:
        write(out, pretty(made.as_json()))
    data = {**_told(made), "trust": trust, "file": out}
    return Outcome(data, text=_line(made))


@app.command("witness")
def witness(
    region: RegionOption,
    by: By,
    file: Annotated[
        str, typer.Argument(metavar="[FILE]", help="The head; without it, the present one of --other.")
    ] = "",
    other: Other = None,
    other_rpc: OtherRpc = None,
    trust: Trust = "rpc",
    head: PinnedHead = None,
    signatures: Signatures = None,
    api: remote.Api = None,
    key: ReadKey = None,
    org: ReadOrg = None,
    network: Network = None,
    rpc: RpcUrls = None,
) -> Outcome:
    """Vouch for a head of another ledger; --other reads it first, else it is told as unchecked."""
    if not file and other is None:
        raise UsageError("HEAD_FROM_WHERE")
    if not file and signatures is not None:
        raise UsageError("HEAD_FILE_FIRST")
    given, code = FORMS.read(file) if file else None, read_region(region)
    desk = desk_of(network, rpc, by, signatures, api, org, key)
    ledger, heads = desk.ledger, desk.ledger.published.witnessed_heads(desk.state)
    beside = ledger.beside(Path(other), other_rpc or ()) if other is not None else None
    made = given if beside is None else _read_there(beside, given, Asked(trust, head), heads, code)
    assert made is not None, "one of both is given"
    heads.require_next(code, made)
    ledger.published.heads.keep(made)  # before it is recorded: nobody else may have it
    shared = desk.send(publish(code, made, desk.by))
    if beside is not None:
        ledger.remember_other(beside.trust)
    is_sent = api is not None and shared.seq is not None
    if is_sent:
        desk.service().post("/v1/heads", made.as_json())
    told_trust = trust if beside else None
    data = {
        **_told(made),
        "region": region,
        "table": made.table,
        "trust": told_trust,
        "checked": beside is not None,
        "sent": is_sent,
    }
    lines = [f"{region}  {_line(made)}", *([] if beside is not None else [_unchecked()])]
    return told(shared, data, "\n".join(lines))


def _unchecked() -> str:
    return said(
        "  注意：没有读取该账本，序号、区块和摘要只凭本地区所称，未经核对；加 --other 先行核对",
        "  UNCHECKED: the other ledger was not read, so the numbers stand on the region's word alone; "
        "--other checks them first",
    )


def _read_there(
    ledger: Ledger, given: LedgerHead | None, asked: Asked, heads: WitnessedHeads, region: int
) -> LedgerHead:
    """The head that was handed in, or the present one; nothing that is not so, and of no rewritten ledger."""
    histories = ledger.histories(asked)
    made = given or head_of(histories, ledger.trust)
    known = [each.head for each in heads.all(region, made.ledger_id) if each.head and not each.is_void]
    for each, found in zip([made, *known], compare(histories, ledger.trust, [made, *known]), strict=True):
        _require_holds(each, found)
    return made


@app.command("list")
def list_heads(
    region: Annotated[
        str | None, typer.Option("--region", metavar="CODE", help="Only of this region.")
    ] = None,
    api: ReadApi = None,
    key: ReadKey = None,
    org: ReadOrg = None,
    network: Network = None,
    rpc: RpcUrls = None,
) -> Outcome:
    """List the heads of other ledgers that regions vouched for."""
    code = read_region(region) if region else None
    ledger, state = reading(network, rpc, api, key, org)
    rows = [each.as_json() for each in ledger.published.witnessed_heads(state).all(code)]
    return Outcome({"heads": rows}, text=table(rows, *_HEADS))


@app.command("show")
def show(
    region: Annotated[str, typer.Argument(metavar="REGION", help="Its six digits.")],
    ledger_id: Annotated[str, typer.Argument(metavar="LEDGER", help="Id of the other ledger.")],
    out: Out = None,
    api: ReadApi = None,
    key: ReadKey = None,
    org: ReadOrg = None,
    network: Network = None,
    rpc: RpcUrls = None,
) -> Outcome:
    """Show what a region vouched for last of a ledger; with --api missing texts are fetched and kept."""
    code = read_region(region)
    ledger, state = reading(network, rpc, api, key, org)
    showing = ledger.published.witnessed_heads(state)
    data = showing.show(code, ledger_id.lower())
    absent = [str(each["digest"]) for each in data["versions"] if each["ledgerId"] is None]
    if FORMS.fetch_absent(ledger.published.heads, absent, ledger, key, org):
        data = showing.show(code, ledger_id.lower())
    if out is not None:
        if data["head"] is None:
            raise UnknownIdError("HEAD_TEXT_NOT_HERE", digest=data["digest"])
        write(out, pretty(data["head"]))
    return Outcome({**data, "file": out}, text=table(data["versions"], *_HEADS))


@app.command("keep")
def keep(
    file: FileArgument,
    send: Send = False,
    api: ReadApi = None,
    key: ReadKey = None,
    org: ReadOrg = None,
    network: Network = None,
    rpc: RpcUrls = None,
) -> Outcome:
    """Keep the text of a head that a region vouched for, so that this home can check it."""
    require_service(send, api, key)
    form = FORMS.form(file)
    ledger, state = reading(network, rpc, api, key, org)
    places = ledger.published.witnessed_heads(state).take(form)
    made = read_head(form)
    FORMS.leave_if(send, form, ledger, key, org)
    where = "  ".join(f"{each['region']} #{each['version']}" for each in places)
    return Outcome({**_told(made), "published": places, "sent": send}, text=f"{_line(made)}\n  {where}")


@app.command("check")
def check(
    other: Other = None,
    other_rpc: OtherRpc = None,
    region: Annotated[
        str | None, typer.Option("--region", metavar="CODE", help="Only of this region.")
    ] = None,
    trust: Trust = "rpc",
    head: PinnedHead = None,
    network: Network = None,
    rpc: RpcUrls = None,
) -> Outcome:
    """Hold every head that was vouched for against its ledger as it stands now."""
    code = read_region(region) if region else None
    ledger, state = reading(network, rpc, None, None, None)
    named = [ledger.beside(Path(other), other_rpc or ())] if other is not None else ledger.known_others()
    only = named[0].trust.ledger_id if other is not None else None
    wanted = [each for each in ledger.published.witnessed_heads(state).all(code, only) if not each.is_void]
    ledgers = {head_table(each.trust.ledger_id): _compares(each, Asked(trust, head)) for each in named}
    try:
        rows = checked(wanted, ledgers)
    except TrustError as error:
        if error.code != "TRUST_NOT_REACHED":
            raise
        return Outcome({"trust": trust}, error=error, exit_code=3)
    return _outcome(rows, trust)


def _compares(ledger: Ledger, asked: Asked) -> Compares:
    return lambda heads: compare(ledger.histories(asked), ledger.trust, heads)


def _outcome(rows: list[CheckedHead], trust: str) -> Outcome:
    found = Counter(each.compared.outcome.value for each in rows)
    shown = [each.as_json() for each in rows]
    counts = {each.value: found[each.value] for each in HeadOutcome}
    outcome = worst(rows)
    status = {HeadOutcome.HOLDS: 0, HeadOutcome.DIFFERS: 1}.get(outcome, 3)
    words = {"outcome": HEAD_OUTCOME}
    text = table(shown, *_HEADS, "outcome", "what", words=words)
    return Outcome(
        {"trust": trust, "counts": counts, "heads": shown}, text=text, code=CODES[outcome], exit_code=status
    )


def _require_holds(head: LedgerHead, found: Compared) -> None:
    if found.outcome is HeadOutcome.DIFFERS:
        raise TrustError("HEAD_DIFFERS", block=head.block, seq=head.seq, what=found.what)
    if found.outcome is HeadOutcome.NOT_REACHED:
        raise OutageError("HEAD_NOT_REACHED", block=head.block, seq=head.seq)


def _told(head: LedgerHead) -> JsonObject:
    return {"digest": head.digest, "head": head.as_json()}


def _line(head: LedgerHead) -> str:
    seq, block = said("序号", "seq"), said("区块", "block")
    return f"{head.ledger_id}  {seq} {head.seq}  {block} {head.block}  {head.digest}"
