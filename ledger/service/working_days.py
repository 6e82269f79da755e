"""Which days are worked where, by the calendars on the ledger, and which of them was counted by.

A day is judged by what was recorded before it began, and by nothing later: the calendar of the body's region,
else of the nearest region above it that has one for the year; of its versions the last. Without any it is
Monday to Friday. So whoever publishes changes days to come only, and nothing that has fallen due
(docs/adr/0036). A version that a compromised key signed does not count.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cached_property

from ledger.domain.calendars import FIRST_YEAR, LAST_YEAR, Calendar, days_of, table_name, year_of
from ledger.domain.canonical import JsonObject
from ledger.domain.deadlines import FARTHEST, IN_WORKING_DAYS, Deadline, IsWorkingDay, is_weekday
from ledger.domain.entities import IsVoid
from ledger.domain.lineage import superiors_of, void_as_of
from ledger.domain.moments import SHANGHAI, start_of_day
from ledger.domain.sharing_entities import CodeTable, CodeTableVersion
from ledger.domain.state import StateView, typed
from ledger.errors import OutageError
from ledger.service.region_tables import RegionTables, table_key

FindCalendar = Callable[[str], Calendar | None]
"""From a digest to the calendar, where its text is at hand."""


@dataclass(frozen=True, order=True)
class Counted:
    """By what days of a year were counted.

    Attributes:
        year: Of those days.
        region: Whose calendar; 0 where there is none, and Monday to Friday were counted.
        version: Of that calendar.
        digest: Of that version; empty for none.
    """

    year: int
    region: int = 0
    version: int = 0
    digest: str = ""


@dataclass(frozen=True)
class WorkingDays:
    """Tells working days, by one state of the ledger.

    Attributes:
        state: The ledger as it was known at a moment.
        known_at: The moment.
        find: Finds texts of calendars.
        assumes_weekdays: Whether Monday to Friday are counted where there is a calendar and its text is not
            here; else that is refused.
    """

    state: StateView
    known_at: int
    find: FindCalendar
    assumes_weekdays: bool = True
    _sources: dict[tuple[int, date], Counted] = field(default_factory=dict)
    _texts: dict[str, Calendar | None] = field(default_factory=dict)

    def of(self, body: str) -> IsWorkingDay:
        """The calendar that counts for a body, by its credit code.

        It raises `CALENDAR_NOT_HERE` (OutageError) of a day whose calendar is not here, if that is refused.
        """
        return self.of_region(self._region_of(body))

    def of_region(self, region: int) -> IsWorkingDay:
        """The same of a region."""

        def is_working_day(day: date) -> bool:
            calendar = self._calendar(self._source(region, day))
            return is_weekday(day) if calendar is None else calendar.is_working_day(day)

        return is_working_day

    def counted(self, body: str, deadline: Deadline) -> list[Counted]:
        """By what the days of a body's deadline were counted; nothing of one that is not in working days."""
        if deadline.step not in IN_WORKING_DAYS:
            return []
        return self.counted_between(self._region_of(body), deadline.since, deadline.due)

    def counted_between(self, region: int, since: int, due: int) -> list[Counted]:
        """By what the days after the one of `since` and before `due` were counted, in order of years."""
        return sorted({self._source(region, day) for day in _days_between(since, due)})

    def told(self, body: str, deadline: Deadline) -> list[JsonObject]:
        """The member `calendars` beside a deadline."""
        return [self.as_json(each) for each in self.counted(body, deadline)]

    def as_json(self, counted: Counted) -> JsonObject:
        """A member of `calendars`; one without a text here has a digest, and was counted by weekdays."""
        is_used = self._calendar(counted) is not None
        return {
            "year": counted.year,
            "countedBy": "CALENDAR" if is_used else "WEEKDAYS",
            "region": f"{counted.region:06d}" if counted.region else None,
            "version": counted.version or None,
            "digest": counted.digest or None,
        }

    def _source(self, region: int, day: date) -> Counted:
        known = self._sources.get((region, day))
        if known is None:
            known = self._sources[region, day] = self._found(region, day)
        return known

    def _found(self, region: int, day: date) -> Counted:
        begins, name = start_of_day(day), table_name(day.year)
        if not self.tables.may_have(lambda each: each == name):
            return Counted(day.year)
        for code in superiors_of(self.tables.seen, region, begins, min(self.known_at, begins - 1)):
            table = self.tables.of(code, name)
            counting = version_for(table, day, self._is_void) if table else None
            if counting is not None:
                return Counted(day.year, code, counting[0], counting[1].digest)
        return Counted(day.year)

    def _calendar(self, counted: Counted) -> Calendar | None:
        """The text; None where there is none, or Monday to Friday are counted in its place."""
        if not counted.digest:
            return None
        if counted.digest not in self._texts:
            self._texts[counted.digest] = self.find(counted.digest)
        found = self._texts[counted.digest]
        if found is not None and found.year == counted.year:
            return found
        if self.assumes_weekdays:
            return None
        named = {"region": f"{counted.region:06d}", "year": counted.year, "digest": counted.digest}
        raise OutageError("CALENDAR_NOT_HERE", **named)

    def _region_of(self, body: str) -> int:
        """The region of a body; 0 where it does not matter, since no region has any calendar."""
        return self.tables.region_of(body) if self._has_any else 0

    @cached_property
    def tables(self) -> RegionTables:
        """The code tables of that state, each read once."""
        return RegionTables(self.state)

    @cached_property
    def _has_any(self) -> bool:
        return self.tables.may_have(lambda name: year_of(name) is not None)

    @cached_property
    def _is_void(self) -> IsVoid:
        return void_as_of(self.tables.seen, self.known_at)


def calendar_names(since: int) -> list[str]:
    """The names of the calendars by which the months after a moment, in Unix seconds, are counted.

    Example:
        >>> calendar_names(1_767_225_600)
        ['CALENDAR-2026', 'CALENDAR-2027']
    """
    first = FIRST_YEAR if since >= FARTHEST else datetime.fromtimestamp(since, SHANGHAI).year
    return [table_name(year) for year in (first, first + 1) if FIRST_YEAR <= year <= LAST_YEAR]


def calendar_table(state: StateView, region: int, year: int) -> CodeTable | None:
    """The code table that has a region's calendar of a year; None where it never published one."""
    return typed(state, "codeTable", table_key(region, table_name(year)), CodeTable)


def version_for(table: CodeTable, day: date, is_void: IsVoid) -> tuple[int, CodeTableVersion] | None:
    """Number and content of the version by which a day is judged; None where none was recorded before it."""
    begins = start_of_day(day)
    counting = [
        (each.since, number, each)
        for number, each in enumerate(table.versions, 1)
        if each.recorded_at < begins and each.since <= begins and not is_void(each.key_id, each.recorded_at)
    ]
    return max(counting, key=lambda each: each[:2])[1:] if counting else None


def spans(table: CodeTable, year: int, is_void: IsVoid) -> dict[int, tuple[date, date]]:
    """The first and last day of the year that each version counts for; one that counts for none is not in."""
    found: dict[int, tuple[date, date]] = {}
    for day in days_of(year):
        counting = version_for(table, day, is_void)
        if counting is not None:
            first, _ = found.get(counting[0], (day, day))
            found[counting[0]] = (first, day)
    return found


def _days_between(since: int, due: int) -> Iterator[date]:
    if since >= FARTHEST:
        return iter(())
    first, last = (datetime.fromtimestamp(each, SHANGHAI).date() for each in (since, due - 1))
    return (first + timedelta(days=n) for n in range(1, (last - first).days + 1))
