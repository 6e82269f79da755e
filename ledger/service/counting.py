"""How deadlines are counted: by calendars, and by the numbers of rulebooks; and which of them were."""

from __future__ import annotations

from dataclasses import dataclass

from ledger.domain.canonical import JsonObject
from ledger.domain.deadlines import Counting, Deadline
from ledger.domain.rulebook import TABLE
from ledger.domain.state import StateView
from ledger.service.region_tables import table_objects
from ledger.service.rule_numbers import FindRulebook, RuleNumbers
from ledger.service.working_days import FindCalendar, WorkingDays, calendar_names


@dataclass(frozen=True)
class FindTexts:
    """What finds the texts by which deadlines are counted.

    Attributes:
        calendar: Of calendars.
        rulebook: Of rulebooks.
    """

    calendar: FindCalendar = lambda _: None
    rulebook: FindRulebook = lambda _: None


@dataclass(frozen=True)
class CountDeadlines:
    """Tells how deadlines are counted, by one state of the ledger.

    Attributes:
        days: Tells working days.
        rules: Tells how many of them there are.
    """

    days: WorkingDays
    rules: RuleNumbers

    @classmethod
    def by(
        cls,
        state: StateView,
        known_at: int,
        texts: FindTexts,
        *,
        assumes_weekdays: bool = True,
        assumes_defaults: bool = True,
    ) -> CountDeadlines:
        """By a state of the ledger, as it was known at a moment.

        Args:
            state: The ledger.
            known_at: The moment.
            texts: Finds texts.
            assumes_weekdays: Whether Monday to Friday are counted by a calendar whose text is not here.
            assumes_defaults: Whether the regulation's numbers count for a rulebook whose text is not here.
        """
        days = WorkingDays(state, known_at, texts.calendar, assumes_weekdays)
        return cls(days, RuleNumbers(days.tables, known_at, texts.rulebook, assumes_defaults))

    def of(self, body: str) -> Counting:
        """How the deadlines of a body are counted, by its credit code.

        What it counts raises `CALENDAR_NOT_HERE` and `RULEBOOK_NOT_HERE` (OutageError) where a text is not
        here and nothing is assumed in its place.
        """
        return Counting(self.days.of(body), self.rules.of(body))

    def told(self, body: str, deadline: Deadline) -> JsonObject:
        """The members `calendars` and `rulebook` beside a deadline."""
        return {
            "calendars": self.days.told(body, deadline),
            "rulebook": [each.as_json() for each in deadline.ruled],
        }


def counting_objects(state: StateView, body: str, since: int) -> set[bytes]:
    """Objects whose histories decide how a body's deadlines are counted that begin at a moment.

    Ask again with the state that these give until nothing new is asked for.

    Args:
        state: As far as it is known.
        body: Credit code.
        since: The moment, in Unix seconds.
    """
    return table_objects(state, body, [*calendar_names(since), TABLE])
