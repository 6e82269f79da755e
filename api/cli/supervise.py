"""`elicense supervise`: what bodies promised, held against the ledger, and what they owe by law."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Annotated

import typer

from api.cli.bodies import with_names
from api.cli.options import Network, RpcUrls, moment, open_ledger
from api.cli.origin_words import findings_text
from api.cli.output import Outcome, said, worded
from api.cli.promise_files import held_promises
from api.cli.registry_words import read_uscc
from api.cli.supervise_words import effect_text, routes_text, sharing_text
from ledger.bootstrap import Ledger
from ledger.domain.canonical import JsonObject
from ledger.domain.overdue_texts import CODES
from ledger.domain.words import PROMISE
from ledger.errors import OutageError, UsageError
from ledger.service.absent_texts import AbsentText
from ledger.service.supervise_promises import SupervisedPromises, supervise
from ledger.service.supervise_routes import CODE as BROKEN
from ledger.service.supervise_sharing import Without

app = typer.Typer(add_completion=False, help="Hold what was promised, and what was due, against the ledger.")


AssumeWeekdays = Annotated[
    bool,
    typer.Option(
        "--assume-weekdays", help="Count Monday to Friday by calendars whose text is not here, and say so."
    ),
]


WithoutSectors = Annotated[
    bool, typer.Option("--without-sectors", help="Hold no grant against rules of sectors, and say so.")
]


WithoutExtensions = Annotated[
    bool,
    typer.Option("--without-extensions", help="Count no extension of an update of the catalog, and say so."),
]


AssumeDefaults = Annotated[
    bool,
    typer.Option(
        "--assume-defaults",
        help="Count the regulation's numbers for rulebooks whose text is not here, and say so.",
    ),
]


@app.callback()
def supervising() -> None:
    """Hold what was promised, and what was due, against the ledger."""


@app.command("promises")
def promises(
    paths: Annotated[
        list[str] | None,
        typer.Argument(metavar="[FILE|FOLDER]...", help="Promises, or answers with one; else this home's."),
    ] = None,
    lodged: Annotated[
        bool, typer.Option("--lodged", help="All that bodies lodged on the ledger, the same on every node.")
    ] = False,
    leave_out: Annotated[
        bool, typer.Option("--leave-out", help="Leave out lodged lists that are not here, and say so.")
    ] = False,
    network: Network = None,
    rpc: RpcUrls = None,
) -> Outcome:
    """Find broken promises: recorded late, by how much, or not at all. Without files, those of this home."""
    if (lodged and paths) or (leave_out and not lodged):
        raise UsageError("PROMISES_WHICH")
    ledger = open_ledger(network, rpc)
    try:
        if lodged:
            return _promises_told(ledger, ledger.supervised.lodged(ledger.judging().at_head()), leave_out)
        given = list(held_promises(paths)) if paths else ledger.promises_given()
        judging = ledger.judging().at_head()
        found = supervise(given, judging, ledger.verifier, ledger.trust.ledger_id)
        return _promises_told(ledger, found)
    except OutageError as error:
        return Outcome(error=error, exit_code=3)


def _promises_told(ledger: Ledger, found: SupervisedPromises, leaves_out: bool = True) -> Outcome:
    """Broken is worse than not known; what is no promise is nobody's fault that could be named."""
    data, text = found.as_json(), lambda: with_names(ledger, ledger.index, _text(found))
    if found.findings:
        return Outcome(data, text, code=found.findings[0].code, exit_code=1)
    if found.absent and not leaves_out:
        return Outcome(data, text, OutageError("PROMISES_NOT_HERE"), exit_code=3)
    return Outcome(data, text)


@app.command("sharing")
def sharing(
    org: Annotated[
        str | None, typer.Option("--org", metavar="USCC", help="Only what this body owes; else all bodies.")
    ] = None,
    at: Annotated[
        str | None, typer.Option("--at", metavar="TIME", help="Moment as of which it is said; else now.")
    ] = None,
    since: Annotated[
        str | None, typer.Option("--since", metavar="TIME", help="Only what fell due from then on.")
    ] = None,
    assume_weekdays: AssumeWeekdays = False,
    without_sectors: WithoutSectors = False,
    without_extensions: WithoutExtensions = False,
    assume_defaults: AssumeDefaults = False,
    network: Network = None,
    rpc: RpcUrls = None,
) -> Outcome:
    """Find what was late or never came where data are shared, and what rules of sectors did not allow."""
    body = read_uscc(org) if org is not None else ""
    try:
        ledger, period = open_ledger(network, rpc), (moment(at), moment(since) or 0)
        without = Without(assume_weekdays, without_sectors, without_extensions, assume_defaults)
        found = ledger.supervised.sharing(*period, body, without)
    except OutageError as error:
        return Outcome(error=error, exit_code=3)
    codes = [CODES[each.deadline.step] for each in found.findings]
    codes += [each.notice.code for each in found.breaches]
    codes += [each.code for each in found.against or ()]
    codes += [str(each.as_json()["code"]) for each in found.raised]
    data = found.as_json()
    return _told(ledger, data, lambda: sharing_text(data), codes, found.absent)


def _told(
    ledger: Ledger,
    data: JsonObject,
    text: Callable[[], str],
    codes: Sequence[str],
    absent: Sequence[AbsentText],
) -> Outcome:
    """What was found is worse than what could not be judged for want of a text."""

    def named() -> str:
        return with_names(ledger, ledger.index, text())

    if codes:
        return Outcome(data, named, code=codes[0], exit_code=1)
    if absent:
        return Outcome(data, named, absent[0].error, exit_code=3)
    return Outcome(data, named)


@app.command("origins")
def origins(
    org: Annotated[
        str | None, typer.Option("--org", metavar="USCC", help="Only what this body collects; else all.")
    ] = None,
    at: Annotated[
        str | None, typer.Option("--at", metavar="TIME", help="Moment as of which it is said; else now.")
    ] = None,
    since: Annotated[
        str | None, typer.Option("--since", metavar="TIME", help="Only what began from then on.")
    ] = None,
    leave_out: Annotated[
        bool,
        typer.Option("--leave-out", help="Leave out files of origins that are not here, and say so."),
    ] = False,
    network: Network = None,
    rpc: RpcUrls = None,
) -> Outcome:
    """Find what bodies collect again from people or enterprises, and what came from below and stays."""
    body = read_uscc(org) if org is not None else ""
    try:
        ledger, period = open_ledger(network, rpc), (moment(at), moment(since) or 0)
        found = ledger.supervised.origins(*period, body, leave_out)
    except OutageError as error:
        return Outcome(error=error, exit_code=3)
    data = found.as_json()
    codes = [each["code"] for each in (*data["findings"], *data["unlisted"])]
    return _told(ledger, data, lambda: findings_text(data), codes, ())


@app.command("effect")
def effect(
    org: Annotated[
        str | None, typer.Option("--org", metavar="USCC", help="Only what this body owns; else all bodies.")
    ] = None,
    at: Annotated[
        str | None, typer.Option("--at", metavar="TIME", help="Moment as of which it is said; else now.")
    ] = None,
    since: Annotated[
        str | None, typer.Option("--since", metavar="TIME", help="Only what was recorded from then on.")
    ] = None,
    assume_weekdays: AssumeWeekdays = False,
    without_extensions: WithoutExtensions = False,
    assume_defaults: AssumeDefaults = False,
    network: Network = None,
    rpc: RpcUrls = None,
) -> Outcome:
    """Measure what came of sharing: uses of each entry, what they crossed, whose rights they met, scores."""
    body = read_uscc(org) if org is not None else ""
    try:
        ledger, period = open_ledger(network, rpc), (moment(at), moment(since) or 0)
        without = Without(calendars=assume_weekdays, extensions=without_extensions, rulebooks=assume_defaults)
        found = ledger.supervised.effect(*period, body, without)
    except OutageError as error:
        return Outcome(error=error, exit_code=3)
    data = found.as_json()
    return _told(ledger, data, lambda: effect_text(data), (), found.sharing.absent)


@app.command("routes")
def routes(
    org: Annotated[
        str | None, typer.Option("--org", metavar="USCC", help="Only what this body owns; else all bodies.")
    ] = None,
    at: Annotated[
        str | None, typer.Option("--at", metavar="TIME", help="Moment as of which it is said; else now.")
    ] = None,
    since: Annotated[
        str | None, typer.Option("--since", metavar="TIME", help="Only what was recorded from then on.")
    ] = None,
    network: Network = None,
    rpc: RpcUrls = None,
) -> Outcome:
    """Find uses that took another way than the route policy said, as far as slips that this home saw tell."""
    body = read_uscc(org) if org is not None else ""
    try:
        ledger = open_ledger(network, rpc)
        found = ledger.supervised.routes(moment(at), moment(since) or 0, body)
        data = found.as_json()
    except OutageError as error:
        return Outcome(error=error, exit_code=3)
    codes = [BROKEN for _ in found.findings]
    return _told(ledger, data, lambda: routes_text(data), codes, found.absent)


def _text(found: SupervisedPromises) -> str:
    shown = found.as_json()
    counts = "  ".join(f"{worded(PROMISE, name)} {count}" for name, count in shown["counts"].items())
    lines = [f"{counts}  ({shown['asOf']})"]
    lines += [_finding(each) for each in shown["findings"]]
    lines += [_no_promise(each) for each in shown["noPromises"]]
    lines += [_absent(each) for each in shown["notHere"]]
    return "\n".join(lines if found.findings else [*lines, said("没有发现", "no findings")])


def _finding(each: JsonObject) -> str:
    """A promise that was not kept, or why it is none of this ledger's."""
    late = each["secondsLate"]
    what = (
        said(f"应于 {each['anchorBy']} 前上链，迟 {late} 秒", f"due before {each['anchorBy']}, {late} s late")
        if late is not None
        else said("不是本账本的承诺", "no promise of this ledger")
    )
    named = [f"✗ {each['code']}", str(each["by"]), what, str(each["file"] or each["digest"])]
    return "  ".join([*named, *_lodged_by(each)])


def _no_promise(each: JsonObject) -> str:
    what = said("存证的不是本账本的承诺，不计", "lodged, but no promise of this ledger; not counted")
    return "  ".join([f"○ {each['code']}", what, str(each["digest"]), *_lodged_by(each)])


def _absent(each: JsonObject) -> str:
    what = said("其内容不在本机，未核对", "its text is not here, not held against the ledger")
    return f"? PROMISES_NOT_HERE  {each['lodgedBy']} #{each['version']}  {what}  {each['digest']}"


def _lodged_by(each: JsonObject) -> list[str]:
    """Who lodged a promise first."""
    by = [f"{place['lodgedBy']} #{place['version']}" for place in each["lodged"][:1]]
    return [said(f"由 {where} 存证", f"lodged by {where}") for where in by]
