"""By when things are to be done where data are shared: numbers of working days, and how they are counted.

Defaults after 政务数据共享条例 (国务院令第809号) arts. 17, 21-22, 26-29; rulebooks of regions may say less
(`ledger.domain.rulebook`). The first day is not counted, and the last one ends at midnight; one that would
fall on a holiday is the next working day (民法典 arts. 201, 203). Which days are worked, calendars say
(`ledger.domain.calendars`); without one it is Monday to Friday.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from ledger.domain.canonical import JsonObject
from ledger.domain.extensions import Extended
from ledger.domain.moments import SHANGHAI, end_of_day

_DAY = 86_400


class Number(StrEnum):
    """A number of working days that the regulation has, and that a rulebook may make smaller."""

    ANSWER = "ANSWER"
    """To answer a request for what is shared unconditionally."""
    DECISION = "DECISION"
    """To decide on what is shared on conditions."""
    REVIEW = "REVIEW"
    """To review such a decision, where it has to be; counted from the request, too."""
    NOTICE = "NOTICE"
    """What a notice of missing material adds to both."""
    PROVISION = "PROVISION"
    """From a grant's effect until its data can be had."""
    CORRECTION_ANSWER = "CORRECTION_ANSWER"
    """To answer a correction."""
    ACKNOWLEDGEMENT = "ACKNOWLEDGEMENT"
    """In which a past user acknowledges a correction."""
    CATALOG_UPDATE = "CATALOG_UPDATE"
    """To bring the catalog up to date after something changed."""
    EXTENSION = "EXTENSION"
    """By which a superior may extend that at most (`ledger.domain.extensions`)."""


DEFAULTS: Mapping[Number, int] = {
    Number.ANSWER: 1,
    Number.DECISION: 10,
    Number.REVIEW: 10,
    Number.NOTICE: 10,
    Number.PROVISION: 20,
    Number.CORRECTION_ANSWER: 10,
    Number.ACKNOWLEDGEMENT: 5,
    Number.CATALOG_UPDATE: 10,
    Number.EXTENSION: 5,
}
"""What counts where no rulebook says less, and what none may exceed."""

FARTHEST = 253_086_739_200
"""The first moment (9990-01-01) from which no calendar is counted: a grant may begin at any time, and days
end with the year 9999."""

IsWorkingDay = Callable[[date], bool]
"""Whether a day counts: a calendar of holidays and of weekends that are worked."""


def is_weekday(day: date) -> bool:
    """A calendar without holidays.

    Example:
        >>> is_weekday(date(2026, 1, 3)), is_weekday(date(2026, 1, 5))
        (False, True)
    """
    return day.weekday() < 5


def due_after(start: int, working_days: int, is_working_day: IsWorkingDay = is_weekday) -> int:
    """The first moment that is too late, in Unix seconds: midnight after the last of these working days.

    Args:
        start: What the deadline counts from, in Unix seconds; from `FARTHEST` on every day counts.
        working_days: How many, at least 1.
        is_working_day: The calendar.

    Example:
        >>> friday = int(datetime(2026, 1, 2, 12, tzinfo=SHANGHAI).timestamp())
        >>> datetime.fromtimestamp(due_after(friday, 1), SHANGHAI).isoformat()
        '2026-01-06T00:00:00+08:00'
    """
    if start >= FARTHEST:
        return start + working_days * _DAY
    day = datetime.fromtimestamp(start, SHANGHAI).date()
    for _ in range(working_days):
        day += timedelta(days=1)
        while not is_working_day(day):
            day += timedelta(days=1)
    return end_of_day(day)


@dataclass(frozen=True)
class Ruled:
    """A number of working days that counts, and by what.

    Attributes:
        number: Which.
        days: How many count.
        region: Whose rulebook was looked at; 0 where none names the number.
        version: Of that rulebook.
        digest: Of that version; empty for none.
        said: What it says, which may be more than the regulation allows; 0 for none, or where its text is
            not known.
    """

    number: Number
    days: int
    region: int = 0
    version: int = 0
    digest: str = ""
    said: int = 0

    @property
    def counted_by(self) -> str:
        """`RULEBOOK`; `LIMIT`, where that says more than is allowed; else `DEFAULT`.

        Example:
            >>> Ruled(Number.DECISION, 10, 310000, 1, "0x00", said=30).counted_by
            'LIMIT'
        """
        if not self.said:
            return "DEFAULT"
        return "LIMIT" if self.said > self.days else "RULEBOOK"

    def as_json(self) -> JsonObject:
        """A member of `rulebook` beside a deadline; one by default with a digest lacks that text here."""
        return {
            "number": self.number.value,
            "days": self.days,
            "countedBy": self.counted_by,
            "region": f"{self.region:06d}" if self.region else None,
            "version": self.version or None,
            "digest": self.digest or None,
            "said": self.said or None,
        }


@dataclass(frozen=True)
class Start:
    """When a deadline begins to run.

    Attributes:
        at: In Unix seconds.
        seq: The record by which it does; 0 where it is none.
    """

    at: int
    seq: int = 0


def by_default(number: Number, _: Start | None = None) -> Ruled:
    """What counts where no rulebook is looked at.

    Example:
        >>> by_default(Number.PROVISION).days
        20
    """
    return Ruled(number, DEFAULTS[number])


RuleOf = Callable[[Number, Start], Ruled]
"""The number that counts for a deadline which begins to run then."""


@dataclass(frozen=True)
class Counting:
    """By what the deadlines of one body are counted.

    Attributes:
        is_working_day: Its calendar.
        rule: Its numbers.
    """

    is_working_day: IsWorkingDay = is_weekday
    rule: RuleOf = by_default

    def until(self, start: Start, *numbers: Number) -> tuple[int, tuple[Ruled, ...]]:
        """The first moment that is too late by the sum of some numbers, and by what they count.

        Args:
            start: What the deadline counts from.
            numbers: One, and what was added to it.
        """
        ruled = tuple(self.rule(each, start) for each in numbers)
        return due_after(start.at, sum(each.days for each in ruled), self.is_working_day), ruled


PLAIN = Counting()
"""Monday to Friday, and the numbers of the regulation."""


class Step(StrEnum):
    """What is waited for: in so many working days, or until a time that a record names."""

    ANSWER = "ANSWER"
    """To a request that needs no decision: by rule, when it is made."""
    DECISION = "DECISION"
    REVIEW = "REVIEW"
    PROVISION = "PROVISION"
    CORRECTION_ANSWER = "CORRECTION_ANSWER"
    ACKNOWLEDGEMENT = "ACKNOWLEDGEMENT"
    UPDATE = "UPDATE"
    """Of data, within the cycle that their owner promised."""
    CATALOG_UPDATE = "CATALOG_UPDATE"
    EXCEPTION = "EXCEPTION"
    """That an exception from unconditional sharing is renewed or lifted before its end."""
    DUTY = "DUTY"


IN_WORKING_DAYS = frozenset(Step) - {Step.UPDATE, Step.EXCEPTION, Step.DUTY}
"""What is counted in working days; the rest is due at a time that a record names or promises."""


@dataclass(frozen=True)
class Deadline:
    """What was to be done by when.

    Attributes:
        step: What.
        since: What it counts from.
        due: The first moment that is too late.
        done_at: When it was done; 0 while it is not.
        ended_at: When nobody waited for it any more though it was not done; 0 while somebody does.
        seq: The record that it counts from; 0 where that is not kept.
        extended: By what `due` is later than it would have been; None where by nothing.
        ruled: By which numbers of working days `due` is counted; none where it is not.
    """

    step: Step
    since: int
    due: int
    done_at: int = 0
    ended_at: int = 0
    seq: int = 0
    extended: Extended | None = None
    ruled: tuple[Ruled, ...] = ()

    def closed_at(self, at: int) -> int:
        """When it was done, or waited for no more, as it stood at `at`; 0 while it was open.

        Example:
            >>> Deadline(Step.REVIEW, 0, 100, ended_at=50).closed_at(200)
            50
        """
        closed = self.done_at or self.ended_at
        return closed if closed <= at else 0

    def is_overdue(self, at: int) -> bool:
        """Whether it was done too late, or is late at `at`; an end of the wait in time is no delay.

        Example:
            >>> Deadline(Step.DECISION, 0, 100, done_at=99).is_overdue(200)
            False
        """
        return (self.closed_at(at) or at) >= self.due
