"""`elicense calendar`: which days are worked where, as regions publish it, and what is due by that."""

from __future__ import annotations

from typing import Annotated

import typer

from api.cli import remote
from api.cli.calendar_words import counted_by
from api.cli.files import pretty
from api.cli.governing import By, table
from api.cli.options import Network, RpcUrls, moment
from api.cli.output import Outcome, said
from api.cli.published import PublishedForms, Send
from api.cli.reading import ReadApi, ReadKey, ReadOrg, reading
from api.cli.registry_words import RegionOption, read_region
from api.cli.sharing import Signatures, desk_of, told
from api.cli.showing import write
from ledger.domain.calendars import FIRST_YEAR, LAST_YEAR, Calendar, read_calendar
from ledger.errors import OutageError, UsageError
from ledger.service.calendars import MAX_CALENDAR_FILE, publish

app = typer.Typer(add_completion=False, help="Calendars of working days.")

FileArgument = Annotated[
    str, typer.Argument(metavar="FILE", help="The calendar (elicense-calendar/1), - for stdin.")
]
RegionArgument = Annotated[str, typer.Argument(metavar="REGION", help="Its six digits.")]
YearArgument = Annotated[int, typer.Argument(metavar="YEAR", min=FIRST_YEAR, max=LAST_YEAR, help="The year.")]
FORMS = PublishedForms("calendar", "/v1/calendars", read_calendar, MAX_CALENDAR_FILE)
_HEADS = ("region", "year", "version", "countsFrom", "countsUntil", "here")


@app.command("check")
def check(file: FileArgument) -> Outcome:
    """Tell whether a file is a calendar, and how many days it has worked; asks no ledger."""
    calendar = FORMS.read(file)
    data = {
        "year": calendar.year,
        "digest": calendar.digest,
        "holidays": [
            {"zh": each.zh, "en": each.en, "days": sum(1 for _ in each.days())} for each in calendar.holidays
        ],
        "daysOff": len(calendar.days_off),
        "workdays": len(calendar.workdays),
        "workingDays": calendar.working_days,
    }
    return Outcome(data, text=_lines(calendar))


@app.command("publish")
def publish_calendar(
    file: FileArgument,
    region: RegionOption,
    by: By,
    signatures: Signatures = None,
    api: remote.Api = None,
    key: ReadKey = None,
    org: ReadOrg = None,
    network: Network = None,
    rpc: RpcUrls = None,
) -> Outcome:
    """Publish a region's calendar of a year, or its next version; signed by the region or a superior one."""
    calendar, code = FORMS.read(file), read_region(region)
    desk = desk_of(network, rpc, by, signatures, api, org, key)
    ledger = desk.ledger
    order = publish(desk.state, code, calendar, int(ledger.clock.now().timestamp()), desk.by)
    shared = desk.send(order)
    ledger.published.calendars.keep(calendar)
    is_sent = FORMS.leave_recorded(desk, shared, calendar, api)
    data = {"region": region, "year": calendar.year, "digest": calendar.digest, "sent": is_sent}
    return told(shared, data, f"{region} {calendar.year}  {calendar.digest}")


@app.command("list")
def list_calendars(
    region: Annotated[
        str | None, typer.Option("--region", metavar="CODE", help="Only of this region.")
    ] = None,
    year: Annotated[int | None, typer.Option("--year", metavar="YEAR", help="Only of this year.")] = None,
    api: ReadApi = None,
    key: ReadKey = None,
    org: ReadOrg = None,
    network: Network = None,
    rpc: RpcUrls = None,
) -> Outcome:
    """List the calendars that regions published, each version with the days that it counts for."""
    code = read_region(region) if region else None
    ledger, state = reading(network, rpc, api, key, org)
    rows = ledger.published.showing_calendars(state).rows(code, year)
    return Outcome({"calendars": rows}, text=table(rows, *_HEADS))


@app.command("show")
def show(
    region: RegionArgument,
    year: YearArgument,
    out: Annotated[
        str | None, typer.Option("--out", metavar="FILE", help="Also write it, to hand it on.")
    ] = None,
    api: ReadApi = None,
    key: ReadKey = None,
    org: ReadOrg = None,
    network: Network = None,
    rpc: RpcUrls = None,
) -> Outcome:
    """Show a region's calendar of a year; with --api a text that is not here is fetched and kept."""
    code = read_region(region)
    ledger, state = reading(network, rpc, api, key, org)
    showing = ledger.published.showing_calendars(state)
    data = showing.show(code, year)
    absent = [str(each["digest"]) for each in data["versions"] if not each["here"]]
    if FORMS.fetch_absent(ledger.published.calendars, absent, ledger, key, org):
        data = showing.show(code, year)
    if out is not None:
        write(out, pretty(ledger.published.calendars.told(str(data["digest"]))))
    found = ledger.published.calendars.find(str(data["digest"]))
    lines = _lines(found) if found else said("本机没有其内容", "its text is not here")
    return Outcome({**data, "file": out}, text=f"{region} {year}  {data['digest']}\n{lines}")


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
    """Keep the text of a calendar that a region published, so that this home can count by it."""
    if send and (api is None or key is None):
        raise UsageError("CALENDAR_SENT_WHERE")
    form = FORMS.form(file)
    ledger, state = reading(network, rpc, api, key, org)
    places = ledger.published.calendars.take(state, form)
    calendar = read_calendar(form)
    FORMS.leave_if(send, form, ledger, key, org)
    data = {"year": calendar.year, "digest": calendar.digest, "published": places, "sent": send}
    where = "  ".join(f"{each['region']} #{each['version']}" for each in places)
    return Outcome(data, text=f"{calendar.year}  {calendar.digest}\n  {where}")


@app.command("due")
def due(
    region: RegionArgument,
    days: Annotated[int, typer.Option("--days", min=1, max=366, metavar="N", help="How many working days.")],
    since: Annotated[
        str | None, typer.Option("--from", metavar="TIME", help="What they count from; else now.")
    ] = None,
    api: ReadApi = None,
    key: ReadKey = None,
    org: ReadOrg = None,
    network: Network = None,
    rpc: RpcUrls = None,
) -> Outcome:
    """Tell when something is due that has so many working days in a region, and by which calendar."""
    code, begun = read_region(region), moment(since)
    ledger, state = reading(network, rpc, api, key, org)
    begins = int(ledger.clock.now().timestamp()) if begun is None else begun
    try:
        data = ledger.published.showing_calendars(state).due(code, begins, days)
    except OutageError as error:
        return Outcome(error=error, exit_code=3)
    until = said(f"末日 {data['lastDay']}", f"last day {data['lastDay']}")
    return Outcome(data, text=f"{until}  ({counted_by(data['calendars'])})")


def _lines(calendar: Calendar) -> str:
    rows = [f"  {each.first} – {each.last}  {said(each.zh, each.en)}" for each in calendar.holidays]
    worked = said("调休上班", "worked")
    rows += [f"  {day}  {worked}" for day in sorted(calendar.workdays)]
    count = said(f"工作日 {calendar.working_days}", f"{calendar.working_days} working days")
    return "\n".join([f"{calendar.year}  {count}  {calendar.digest}", *rows, f"  {calendar.source}"])
