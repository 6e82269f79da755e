"""Calendars of working days: published by regions, kept by whoever counts by them.

The ledger has a calendar's digest as a version of the region's code table `CALENDAR-YEAR`; its text is a file
that anybody may hand on. A table of that name that a body publishes is no calendar: which days are worked is
for regions to say, and their governing key, or that of a superior region, signs it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from ledger.domain.calendars import FIRST_YEAR, LAST_YEAR, Calendar, read_calendar, table_name, year_of
from ledger.domain.canonical import JsonObject
from ledger.domain.deadlines import due_after
from ledger.domain.entities import IsVoid
from ledger.domain.lineage import void_as_of
from ledger.domain.moments import SHANGHAI, rfc3339, start_of_day
from ledger.domain.sharing_entities import CodeTable
from ledger.errors import MalformedError, RuleError, UnknownIdError, UsageError
from ledger.ports import Entities
from ledger.service import share_owed
from ledger.service.code_tables import places_of, region_tables, says_already
from ledger.service.kept_forms import KeptForms
from ledger.service.party_texts import ByDigest
from ledger.service.share import ShareOrder
from ledger.service.signing import KeyFile
from ledger.service.working_days import WorkingDays, calendar_table, spans

MAX_CALENDAR_FILE = 1 << 18
"""Bytes of a calendar's file that are read."""


class Calendars(KeptForms[Calendar]):
    """The texts of calendars that a home keeps.

    Args:
        kept: Where they are kept, by digest.
    """

    def __init__(self, kept: ByDigest) -> None:
        super().__init__(kept, read_calendar, "CALENDAR_TEXT_NOT_HERE")

    def take(self, state: Entities, form: Mapping[str, object]) -> list[JsonObject]:
        """Keep a calendar that somebody hands in, where a region published it; tells as what.

        Raises:
            MalformedError: As `read_calendar`.
            TrustError: `NOT_A_CALENDAR`: no region published this, or it was altered.
        """
        calendar = read_calendar(form)
        places = published(state, calendar)
        return self.keep_published(calendar, places, "NOT_A_CALENDAR", year=calendar.year)


def published(state: Entities, calendar: Calendar) -> list[JsonObject]:
    """As which versions of which regions a calendar stands on the ledger, by region."""
    own = ((region, table) for region, year, table in _tables(state) if year == calendar.year)
    return places_of(own, calendar.digest)


def publish(state: Entities, region: int, calendar: Calendar, now: int, by: Sequence[KeyFile]) -> ShareOrder:
    """Publish a region's calendar of a year, or its next version; by the region or a superior one.

    Args:
        state: The ledger.
        region: Whose it is.
        calendar: Its text.
        now: The present, in Unix seconds.
        by: Governing keys.

    Raises:
        RuleError: `CALENDAR_YEAR_OVER`: it would count for no day any more; `CALENDAR_THERE`.
    """
    if datetime.fromtimestamp(now, SHANGHAI).date() >= date(calendar.year, 12, 31):
        raise RuleError("CALENDAR_YEAR_OVER", year=calendar.year)
    table = calendar_table(state, region, calendar.year)
    since = start_of_day(date(calendar.year, 1, 1))
    if says_already(state, table, calendar.digest, since):
        raise RuleError("CALENDAR_THERE", region=f"{region:06d}", year=calendar.year)
    name = table_name(calendar.year)
    return share_owed.set_code_table(region, "", name, calendar.as_json(), since, by)


def keep_calendar(calendars: Calendars, name: str, form: Mapping[str, object]) -> None:
    """Keep the calendar that a region publishes as any other code table; of another table nothing is asked.

    Raises:
        MalformedError: As `read_calendar`; `CALENDAR_OTHER_YEAR`.
    """
    year = year_of(name)
    if year is None:
        return
    calendar = read_calendar(form)
    if calendar.year != year:
        raise MalformedError("CALENDAR_OTHER_YEAR", name=name, year=calendar.year)
    calendars.keep(calendar)


@dataclass(frozen=True)
class ShowCalendars:
    """Tells which calendars regions published, and what they say.

    Attributes:
        state: The ledger.
        calendars: The texts that this home keeps.
        now: The moment asked about.
    """

    state: Entities
    calendars: Calendars
    now: int

    def rows(self, region: int | None = None, year: int | None = None) -> list[JsonObject]:
        """The members of `calendars` of `calendar list`: all versions, by region, year and number."""
        return [
            row
            for code, own, table in _tables(self.state)
            if region in (None, code) and year in (None, own)
            for row in self._versions(code, own, table)
        ]

    def show(self, region: int, year: int) -> JsonObject:
        """The keys of `calendar show`; raises `UNKNOWN_CALENDAR`."""
        table = calendar_table(self.state, region, year)
        if table is None:
            raise UnknownIdError("UNKNOWN_CALENDAR", region=f"{region:06d}", year=year)
        text = self.calendars.find(table.versions[-1].digest)
        return {
            "region": f"{region:06d}",
            "year": year,
            "digest": table.versions[-1].digest,
            "versions": self._versions(region, year, table),
            "workingDays": text.working_days if text else None,
            "calendar": text.as_json() if text else None,
        }

    def due(self, region: int, since: int, working_days: int) -> JsonObject:
        """The keys of `calendar due`.

        Raises:
            UsageError: `CALENDAR_FAR`: in no year that may have a calendar.
            OutageError: `CALENDAR_NOT_HERE`.
        """
        if not start_of_day(date(FIRST_YEAR, 1, 1)) <= since < start_of_day(date(LAST_YEAR, 1, 1)):
            raise UsageError("CALENDAR_FAR", time=rfc3339(since))
        days = WorkingDays(self.state, self.now, self.calendars.find, assumes_weekdays=False)
        due = due_after(since, working_days, days.of_region(region))
        return {
            "region": f"{region:06d}",
            "since": rfc3339(since),
            "workingDays": working_days,
            "lastDay": datetime.fromtimestamp(due - 1, SHANGHAI).date().isoformat(),
            "due": rfc3339(due),
            "calendars": [days.as_json(each) for each in days.counted_between(region, since, due)],
        }

    def _versions(self, region: int, year: int, table: CodeTable) -> list[JsonObject]:
        counts = spans(table, year, self._is_void)
        return [
            {
                "region": f"{region:06d}",
                "year": year,
                "version": number,
                "digest": each.digest,
                "publishedAt": rfc3339(each.recorded_at),
                "countsFrom": counts[number][0].isoformat() if number in counts else None,
                "countsUntil": counts[number][1].isoformat() if number in counts else None,
                "here": self.calendars.find(each.digest) is not None,
            }
            for number, each in enumerate(table.versions, 1)
        ]

    @property
    def _is_void(self) -> IsVoid:
        return void_as_of(self.state, self.now)


def _tables(state: Entities) -> Iterator[tuple[int, int, CodeTable]]:
    """Region, year and table of every calendar, by region and year."""
    for region, table in region_tables(state, lambda name: year_of(name) is not None):
        year = year_of(table.name)
        assert year is not None, "it was asked for"
        yield region, year, table
