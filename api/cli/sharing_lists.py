"""`elicense duty`, `code-table` and `library`: what regions set about sharing, and what bodies publish."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

import typer

from api.cli import remote
from api.cli.catalog_texts import TextAsked, TextIn, TextOut, TextSend, text_told
from api.cli.deadline_words import deadline
from api.cli.governing import By, state_of, table
from api.cli.options import Network, RpcUrls, ending, moment, open_ledger
from api.cli.output import Outcome, read_input, said, worded
from api.cli.reading import ReadApi, ReadKey, ReadOrg, reading
from api.cli.registry_words import RegionOption, Until, read_region, read_uscc
from api.cli.resource import LIBRARIES
from api.cli.sharing import (
    ResourceArgument,
    Signatures,
    desk_of,
    one_of,
    told,
)
from ledger.bootstrap import Ledger
from ledger.domain.canonical import JsonObject, parse_strict
from ledger.domain.moments import rfc3339
from ledger.domain.sharing import BaseLibrary, DutyKind
from ledger.domain.sharing_entities import CodeTable, Duty, resource_key
from ledger.domain.words import BASE_LIBRARY, DUTY_KIND, TABLE_STANDING
from ledger.errors import Bilingual, LedgerError, TrustError, UsageError
from ledger.service import share_owed
from ledger.service.calendars import keep_calendar
from ledger.service.catalog_texts import Of, of_duty
from ledger.service.code_tables import TableStanding, table_in, table_json, tables_with
from ledger.service.extensions import keep_extensions
from ledger.service.list_registry import shown_time
from ledger.service.listed_bodies import listed_bodies
from ledger.service.lodged_promises import keep_promises
from ledger.service.routes import keep_routes
from ledger.service.rulebooks import keep_rulebook
from ledger.service.seals import Publisher, keep_seals
from ledger.service.sectors import keep_sectors
from ledger.service.share_resources import read_key
from ledger.service.sharing_grounds import keep_grounds
from ledger.service.shown_resources import duty_json
from ledger.service.witness_heads import keep_head

duty_app = typer.Typer(add_completion=False, help="Responsibility lists.")
code_table_app = typer.Typer(add_completion=False, help="Code tables.")
library_app = typer.Typer(add_completion=False, help="Base libraries.")

_STANDINGS, _DUTY = {"standing": TABLE_STANDING}, {"kind": DUTY_KIND}
_KINDS = {"share": int(DutyKind.SHARE), "flow-back": int(DutyKind.FLOW_BACK)}


@duty_app.command("set")
def duty_set(
    resource: ResourceArgument,
    region: RegionOption,
    what: Annotated[str, typer.Option("--what", metavar="TEXT", help="The item, as the list words it.")],
    by: By,
    due: Annotated[
        str | None, typer.Option("--due", metavar="TIME", help="Last day, or first moment too late.")
    ] = None,
    kind: Annotated[str, typer.Option("--kind", metavar="KIND", help="share or flow-back.")] = "share",
    strike: Annotated[bool, typer.Option("--strike", help="Strike it out.")] = False,
    signatures: Signatures = None,
    api: remote.Api = None,
    key: ReadKey = None,
    org: ReadOrg = None,
    network: Network = None,
    rpc: RpcUrls = None,
) -> Outcome:
    """Set an item of a region's responsibility list; signed by the region or a superior one."""
    if (due is None) != strike:
        raise UsageError("DUTY_DUE")
    if not what.strip():
        raise UsageError("WORDS_EMPTY", name="--what")
    desk = desk_of(network, rpc, by, signatures, api, org, key)
    owner, code = read_key(resource).split("/", 1)
    number, end = one_of("--kind", kind, _KINDS), ending(due)
    words = desk.ledger.catalog_texts.what(what)
    order = share_owed.set_duty(read_region(region), owner, code, DutyKind(number), words, end, desk.by)
    shared = desk.send(order)
    found = resource_key(owner, code)
    data = {
        "duty": shared.about,
        "region": region,
        "owner": owner,
        "resource": found,
        "due": shown_time(end),
        "past": 0 < end <= int(desk.ledger.clock.now().timestamp()),
    }
    head = f"{found}  {_due(data['due']) or said('已删去', 'struck out')}"
    late = said("  ! 期限已过，登记之时即为逾期", "  ! The term is past: it is overdue from its record on")
    return told(shared, data, f"{head}\n{late}" if data["past"] else head)


@duty_app.command("list")
def duty_list(
    region: Annotated[str | None, typer.Option("--region", metavar="CODE", help="Only of this list.")] = None,
    owner: Annotated[str | None, typer.Option("--owner", metavar="USCC", help="Only of this body.")] = None,
    network: Network = None,
    rpc: RpcUrls = None,
) -> Outcome:
    """List what is owed, by when, whether a probe found it, and what is overdue."""
    ledger = open_ledger(network, rpc)
    state, now = state_of(ledger), int(ledger.clock.now().timestamp())
    number = read_region(region) if region else None
    rows = [
        {**duty_json(state, name, each, now), "text": _words(ledger, each)}
        for name, each in state.entities("duty")
        if isinstance(each, Duty) and number in (None, each.region) and owner in (None, each.owner)
    ]
    rows.sort(key=lambda row: str(row["due"]))
    shown = [{**row, "due": _due(row["due"])} for row in rows]
    columns = ("resource", "kind", "due", "metAt", "overdue")
    return Outcome({"duties": rows}, text=table(shown, *columns, words=_DUTY))


def _due(end: object) -> str:
    return deadline(str(end)) if end else ""


@duty_app.command("text")
def duty_text(
    duty: Annotated[str, typer.Argument(metavar="DUTY", help="The duty's id.")],
    in_: TextIn = None,
    out: TextOut = None,
    send: TextSend = False,
    api: ReadApi = None,
    key: ReadKey = None,
    org: ReadOrg = None,
    network: Network = None,
    rpc: RpcUrls = None,
) -> Outcome:
    """Tell what an item of a list says; with --api also from the service that has the words."""
    desk = desk_of(network, rpc, [], None, api, org, key)
    announced = of_duty(desk.state, duty)
    return text_told(desk, announced, f"duties/{announced.about}", TextAsked(in_, out, send))


def _words(ledger: Ledger, duty: Duty) -> str | None:
    found = ledger.catalog_texts.find(Of.WHAT, duty.terms[-1].what)
    return found.text if found else None


@code_table_app.command("set")
def code_table_set(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Of the table.")],
    file: Annotated[str, typer.Option("--in", metavar="FILE", help="The table as JSON, as it is published.")],
    by: By,
    region: Annotated[str | None, typer.Option("--region", metavar="CODE", help="Whose table it is.")] = None,
    publisher: Annotated[str | None, typer.Option("--org", metavar="USCC", help="Whose table it is.")] = None,
    since: Annotated[str | None, typer.Option("--from", metavar="TIME", help="From when it counts.")] = None,
    signatures: Signatures = None,
    api: remote.Api = None,
    key: ReadKey = None,
    network: Network = None,
    rpc: RpcUrls = None,
) -> Outcome:
    """Publish a version of a code table: a region's, or a body's."""
    if (region is None) == (publisher is None):
        raise UsageError("CODE_TABLE_OF")
    desk = desk_of(network, rpc, by, signatures, api, publisher, key)
    form, now = parse_strict(read_input(file)), int(desk.ledger.clock.now().timestamp())
    begins, rev = moment(since) or now, None
    if region is not None:
        keep_calendar(desk.ledger.published.calendars, name, form)
        keep_sectors(desk.ledger.published.sectors, name, form)
        keep_grounds(desk.ledger.published.grounds_kept, name, form)
        keep_extensions(desk.state, desk.ledger.published.extensions, read_region(region), name, form)
        books, code = desk.ledger.published.rulebooks, read_region(region)
        rev = keep_rulebook(desk.state, books, code, name, form, begins)
        keep_head(desk.ledger.published.heads, name, form)
        keep_routes(desk.ledger.published.routes, name, form)
    else:
        keep_promises(desk.ledger.published.promise_lists, name, form)
    whose = (read_region(region) if region else 0, read_uscc(publisher) if publisher else "")
    keep_seals(desk.state, desk.ledger.published.seals, Publisher(*whose), name, form, now)
    shared = desk.send(replace(share_owed.set_code_table(*whose, name, form, begins, desk.by), rev=rev))
    data = {"name": name, "publisher": region or publisher, "digest": share_owed.table_digest(form)}
    return told(shared, {**data, "since": shown_time(begins)}, f"{name}  {data['digest']}")


@code_table_app.command("list")
def code_table_list(network: Network = None, rpc: RpcUrls = None) -> Outcome:
    """List code tables with their newest version."""
    state = state_of(open_ledger(network, rpc))
    bodies = listed_bodies(state)
    tables = [each for _, each in state.entities("codeTable") if isinstance(each, CodeTable)]
    rows = [
        {
            "name": each.name,
            "publisher": bodies.get(each.publisher, each.publisher),
            "version": len(each.versions),
            "digest": each.versions[-1].digest,
            "since": rfc3339(each.versions[-1].since),
        }
        for each in tables
    ]
    return Outcome({"codeTables": rows}, text=table(rows, "name", "publisher", "version", "since"))


TableArgument = Annotated[
    str,
    typer.Argument(metavar="PUBLISHER/NAME", help="A region's six digits or a credit code, and the name."),
]


@code_table_app.command("show")
def code_table_show(
    table_: TableArgument,
    at: Annotated[str | None, typer.Option("--at", metavar="TIME", help="As of when; else now.")] = None,
    file: Annotated[
        str | None, typer.Option("--file", metavar="FILE", help="The table, to be held against the ledger.")
    ] = None,
    api: ReadApi = None,
    key: ReadKey = None,
    org: ReadOrg = None,
    network: Network = None,
    rpc: RpcUrls = None,
) -> Outcome:
    """Show which version of a code table counts at a moment, and all that were published."""
    ledger, state = reading(network, rpc, api, key, org)
    when = moment(at) if at else int(ledger.clock.now().timestamp())
    data = table_json(state, table_in(state, table_), when or 0)
    if file is None:
        shown = table(data["versions"], "version", "since", "standing", words=_STANDINGS)
        return Outcome({**data, "table": None}, text=shown)
    form = parse_strict(read_input(file))
    digest = share_owed.table_digest(form)
    if digest != data["digest"]:
        raise UsageError("CODE_TABLE_OTHER", given=digest, recorded=str(data["digest"]))
    return Outcome({**data, "table": form}, text=f"{table_}  {data['version']}  {digest}")


@code_table_app.command("check")
def code_table_check(
    file: Annotated[str, typer.Argument(metavar="FILE", help="The table as JSON.")],
    of: Annotated[
        str | None, typer.Option("--of", metavar="PUBLISHER/NAME", help="Only as this table.")
    ] = None,
    at: Annotated[str | None, typer.Option("--at", metavar="TIME", help="As of when; else now.")] = None,
    api: ReadApi = None,
    key: ReadKey = None,
    org: ReadOrg = None,
    network: Network = None,
    rpc: RpcUrls = None,
) -> Outcome:
    """Tell whether a file is a code table that counts: that a publisher has in effect at a moment."""
    ledger, state = reading(network, rpc, api, key, org)
    when = moment(at) if at else int(ledger.clock.now().timestamp())
    digest = share_owed.table_digest(parse_strict(read_input(file)))
    rows = tables_with(state, digest, when or 0, of)
    data = {"digest": digest, "at": rfc3339(when or 0), "tables": rows}
    shown = table(rows, "name", "publisher", "version", "since", "standing", words=_STANDINGS)
    return Outcome(data, text=shown if rows else digest, error=_out_of_effect(digest, rows, str(data["at"])))


def _out_of_effect(digest: str, rows: list[JsonObject], at: str) -> LedgerError | None:
    """Why a file is no code table that counts; None where it is one."""
    if not rows:
        return TrustError("NOT_A_CODE_TABLE", digest=digest)
    if any(row["standing"] == TableStanding.IN_EFFECT for row in rows):
        return None
    last = rows[-1]
    named = {"table": f"{last['publisher']}/{last['name']}", "version": last["version"]}
    return TrustError(
        "CODE_TABLE_NOT_IN_EFFECT",
        **named,
        at=at,
        standing=Bilingual(TABLE_STANDING[last["standing"]][0], last["standing"]),
    )


@library_app.command("name-writer")
def name_writer(
    library: Annotated[str, typer.Argument(metavar="LIBRARY", help=", ".join(list(LIBRARIES)[1:]))],
    region: RegionOption,
    body: Annotated[str, typer.Option("--body", metavar="USCC", help="Who may write in it.")],
    by: By,
    since: Annotated[str | None, typer.Option("--from", metavar="TIME", help="From when.")] = None,
    until: Until = None,
    signatures: Signatures = None,
    api: remote.Api = None,
    key: ReadKey = None,
    org: ReadOrg = None,
    network: Network = None,
    rpc: RpcUrls = None,
) -> Outcome:
    """Name a body that writes in a base library of a region; a term that is over ends the right."""
    desk, uscc = desk_of(network, rpc, by, signatures, api, org, key), read_uscc(body)
    chosen = BaseLibrary(one_of("LIBRARY", library, LIBRARIES))
    term = (moment(since) or 0, ending(until))
    shared = desk.send(share_owed.name_writer(read_region(region), chosen, uscc, *term, desk.by))
    data = {"library": chosen.name, "region": region, "body": uscc, "until": shown_time(term[1])}
    return told(shared, data, f"{worded(BASE_LIBRARY, chosen.name)} {region}: {uscc}")
