"""Calendars of working days: the holidays of a year, and the weekends that are worked for them (调休).

    {"format": "elicense-calendar/1", "year", "holidays": [{"name": {"zh", "en"}, "from", "until"}],
     "workdays": [DAY], "source"}

`holidays` are ranges of whole days, both ends in them; `workdays` are Saturdays and Sundays that are worked;
all other days count as Monday to Friday do. `source` says where it was published. Everything lies in the
year: a day of the year before goes into a further version of that year's calendar.
The ledger has the keccak-256 of the RFC 8785 form, as of any code table, under the name `CALENDAR-YEAR`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

from eth_hash.auto import keccak

from ledger.domain.canonical import JsonObject, canonical
from ledger.domain.deadlines import is_weekday
from ledger.domain.strict_form import StrictForm
from ledger.errors import MalformedError

FORMAT = "elicense-calendar/1"
FIRST_YEAR, LAST_YEAR = 1992, 2999
"""Since 1992 legal days have one offset; a calendar is published weeks before its year, not ages."""
MOST_HOLIDAYS = 100
"""Days of a year that may be holidays, so that every deadline ends: three times what was ever published."""
_MOST_WORKDAYS = 104
_PREFIX = "CALENDAR-"
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_FORM = StrictForm("CALENDAR_MALFORMED")


@dataclass(frozen=True)
class Holiday:
    """A range of days off, with its name in two languages; both ends are in it."""

    zh: str
    en: str
    first: date
    last: date

    def days(self) -> Iterator[date]:
        """Each of its days."""
        return (self.first + timedelta(days=n) for n in range((self.last - self.first).days + 1))


@dataclass(frozen=True)
class Calendar:
    """The working days of one year.

    Attributes:
        year: It.
        holidays: In the order of the file.
        workdays: Saturdays and Sundays that are worked, in the order of the file.
        source: Where it was published.
    """

    year: int
    holidays: tuple[Holiday, ...]
    workdays: tuple[date, ...]
    source: str

    def is_working_day(self, day: date) -> bool:
        """Whether a day of its year counts."""
        return day in self.workdays or (is_weekday(day) and day not in self.days_off)

    @cached_property
    def days_off(self) -> frozenset[date]:
        """All days of all holidays, weekends among them."""
        return frozenset(day for each in self.holidays for day in each.days())

    @property
    def working_days(self) -> int:
        """How many the year has.

        Example:
            >>> Calendar(2026, (), (), "").working_days
            261
        """
        return sum(self.is_working_day(day) for day in days_of(self.year))

    @property
    def digest(self) -> str:
        """What the ledger has of it, 0x-hex."""
        return "0x" + keccak(canonical(self.as_json())).hex()

    def as_json(self) -> JsonObject:
        """The form of the module's head."""
        return {
            "format": FORMAT,
            "year": self.year,
            "holidays": [
                {
                    "name": {"zh": each.zh, "en": each.en},
                    "from": each.first.isoformat(),
                    "until": each.last.isoformat(),
                }
                for each in self.holidays
            ],
            "workdays": [day.isoformat() for day in self.workdays],
            "source": self.source,
        }


def days_of(year: int) -> Iterator[date]:
    """Each day of a year.

    Example:
        >>> sum(1 for _ in days_of(2028))
        366
    """
    first = date(year, 1, 1)
    return (first + timedelta(days=n) for n in range((date(year + 1, 1, 1) - first).days))


def table_name(year: int) -> str:
    """The name of the code table that has a year's calendar.

    Example:
        >>> table_name(2026)
        'CALENDAR-2026'
    """
    return f"{_PREFIX}{year:04d}"


def year_of(name: str) -> int | None:
    """The year of which a code table is the calendar, by its name; None of any other table.

    Example:
        >>> year_of("CALENDAR-2026"), year_of("CALENDAR-26"), year_of("SEX")
        (2026, None, None)
    """
    digits = name.removeprefix(_PREFIX)
    is_year = name.startswith(_PREFIX) and len(digits) == 4 and digits.isascii() and digits.isdigit()
    return int(digits) if is_year and FIRST_YEAR <= int(digits) <= LAST_YEAR else None


def read_calendar(form: Mapping[str, object]) -> Calendar:
    """A calendar in the form of the module's head.

    Raises:
        MalformedError: `CALENDAR_MALFORMED` with the member at fault; `CALENDAR_DAY`: no day of the
            calendar; `CALENDAR_YEAR`: of another year; `CALENDAR_RANGE`: its end lies before its beginning;
            `CALENDAR_DAY_TWICE`; `CALENDAR_WORKDAY`: no Saturday or Sunday, or a holiday.
    """
    _FORM.require(form.get("format") == FORMAT, "format")
    _FORM.require(form.keys() == {"format", "year", "holidays", "workdays", "source"}, "keys")
    year = form["year"]
    if isinstance(year, bool) or not isinstance(year, int) or not FIRST_YEAR <= year <= LAST_YEAR:
        raise _FORM.fault("year")
    holidays = tuple(_holiday(each, year) for each in _listed(form["holidays"], "holidays", MOST_HOLIDAYS))
    workdays = tuple(_day(each, year) for each in _listed(form["workdays"], "workdays", _MOST_WORKDAYS))
    calendar = Calendar(year, holidays, workdays, _FORM.text(form["source"], "source"))
    _require_once(calendar)
    return calendar


def _listed(value: object, field: str, most: int) -> list[object]:
    if not isinstance(value, list) or len(value) > most:
        raise _FORM.fault(field)
    return value


def _holiday(value: object, year: int) -> Holiday:
    if not isinstance(value, dict) or value.keys() != {"name", "from", "until"}:
        raise _FORM.fault("holidays")
    name = value["name"]
    if not isinstance(name, dict) or name.keys() != {"zh", "en"}:
        raise _FORM.fault("holidays/name")
    zh, en = (_FORM.text(name[language], f"holidays/name/{language}") for language in ("zh", "en"))
    first, last = _day(value["from"], year), _day(value["until"], year)
    if last < first:
        raise MalformedError("CALENDAR_RANGE", first=first.isoformat(), last=last.isoformat())
    return Holiday(zh, en, first, last)


def _day(value: object, year: int) -> date:
    if not isinstance(value, str) or not _DAY.fullmatch(value):
        raise MalformedError("CALENDAR_DAY", text=str(value)[:40])
    try:
        day = date.fromisoformat(value)
    except ValueError:
        raise MalformedError("CALENDAR_DAY", text=value) from None
    if day.year != year:
        raise MalformedError("CALENDAR_YEAR", day=value, year=year)
    return day


def _require_once(calendar: Calendar) -> None:
    """Refuse a day that is named twice, and a make-up day that would be none."""
    for day in calendar.workdays:
        if is_weekday(day) or day in calendar.days_off:
            raise MalformedError("CALENDAR_WORKDAY", day=day.isoformat())
    named = Counter(day for each in calendar.holidays for day in each.days()) + Counter(calendar.workdays)
    twice = next((day for day, times in sorted(named.items()) if times > 1), None)
    if twice is not None:
        raise MalformedError("CALENDAR_DAY_TWICE", day=twice.isoformat())
    _FORM.require(len(calendar.days_off) <= MOST_HOLIDAYS, "holidays")
