"""A doubt beside a verdict: which fields of a license somebody says are wrong, and what came of it.

It is read from the histories of a correction and of its resource alone. Whether the one who doubts might
is judged by replay; the ledger's contracts let nobody else record one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from ledger.domain.canonical import JsonObject
from ledger.domain.corrections import OPEN_STATES, answer_deadline, state_at, upheld
from ledger.domain.deadlines import PLAIN, Counting, Deadline
from ledger.domain.facts import Fact
from ledger.domain.field_list import FieldList
from ledger.domain.messages import Kind
from ledger.domain.moments import rfc3339
from ledger.domain.objects import from_ascii32, resource_object
from ledger.domain.rules.corrections import BEGINS, begun_correction, continued_correction
from ledger.domain.sharing import CorrectionState
from ledger.domain.sharing_entities import Correction
from ledger.domain.state import raw_of, str_of, text_of

CORRECTION_OPEN = "CORRECTION_OPEN"
"""Flag beside a verdict: somebody entitled to doubts fields of the license, and that is not settled."""

CALENDAR, WEEKDAYS = "CALENDAR", "WEEKDAYS"

NameFields = Callable[[str], FieldList | None]
"""From the digest of a resource's list of fields to the list, where it is at hand."""


@dataclass(frozen=True)
class Doubt:
    """A correction about a license, as known at a moment.

    Attributes:
        correction: With what was recorded until then.
        license_type: Of the resource whose fields are doubted; empty for a data set.
        fields_digest: Of the list by which they have names.
        counting: How the provider's deadlines are counted; by default where no text is known here.
        told: By what it was counted, as beside every deadline; empty where nobody looked.
    """

    correction: Correction
    license_type: str
    fields_digest: str
    counting: Counting = PLAIN
    told: JsonObject = field(default_factory=dict)

    @property
    def deadline(self) -> Deadline:
        """By when the provider answers."""
        return answer_deadline(self.correction, self.counting)

    @property
    def is_awaited(self) -> bool:
        """Whether its answer is: then it is due at a moment."""
        return self.correction.state is CorrectionState.OPEN

    @property
    def is_open(self) -> bool:
        """Whether nobody has answered it, or the answer is disputed."""
        return self.correction.state in OPEN_STATES

    def as_json(self, name_fields: NameFields, at: int) -> JsonObject:
        """A member of `corrections` beside a verdict.

        Args:
            name_fields: Names fields; those that it does not know are numbers after `#`.
            at: The moment as of which it may be overdue.
        """
        correction, deadline, awaits = self.correction, self.deadline, self.is_awaited
        listed = name_fields(self.fields_digest) or FieldList((), ())
        calendars, rulebook = (self.told.get(name, []) for name in ("calendars", "rulebook"))
        counted = CALENDAR if CALENDAR in {each["countedBy"] for each in calendars} else WEEKDAYS
        return {
            "correction": correction.correction_id,
            "state": correction.state.name,
            "fields": list(listed.named(correction.fields)),
            "resource": correction.resource,
            "openedAt": rfc3339(deadline.since),
            "due": rfc3339(deadline.due) if awaits else None,
            "overdue": awaits and deadline.is_overdue(at),
            "countedBy": counted if awaits else None,
            "calendars": calendars if awaits else [],
            "rulebook": rulebook if awaits else [],
            "correctedBy": _corrected_by(correction),
        }


def _corrected_by(correction: Correction) -> JsonObject | None:
    """What corrects: a license, or a version of the resource; None where the doubt was not upheld."""
    step = upheld(correction)
    if step is None:
        return None
    return {
        "licenseId": step.license_id if int(step.license_id, 16) else None,
        "version": step.version or None,
    }


def resource_of(facts: Sequence[Fact]) -> bytes | None:
    """Object of the resource that a correction is about, by its history; None of what is none."""
    values = facts[0].values if facts and facts[0].kind in BEGINS else None
    return resource_object(text_of(values, "owner"), raw_of(str_of(values, "code"))) if values else None


def correction_of(facts: Sequence[Fact]) -> Correction | None:
    """The correction that its history tells, facts in order; None of what is none."""
    if not facts or facts[0].kind not in BEGINS:
        return None
    correction = begun_correction(facts[0])
    for fact in facts[1:]:
        correction = continued_correction(correction, fact)
    return correction


def doubt_of(facts: Sequence[Fact], resource: Iterable[Fact], known_at: int) -> Doubt | None:
    """The doubt that a correction's history tells, as known at a moment; None before it was opened.

    Args:
        facts: About the correction, in order.
        resource: About its resource, in order.
        known_at: The moment.
    """
    told = [fact for fact in facts if fact.time <= known_at]
    correction = correction_of(told)
    if correction is None:
        return None
    versions = [
        fact.values for fact in resource if fact.kind is Kind.RESOURCE_REGISTERED and fact.seq < told[0].seq
    ]
    if not versions or state_at(correction, known_at) is None:
        return None
    current = versions[-1]
    return Doubt(correction, from_ascii32(str_of(current, "licenseType")), str_of(current, "fieldsDigest"))


def doubts_shown(doubts: Iterable[Doubt], license_type: str) -> list[Doubt]:
    """Those that stand beside a verdict on a license: open or upheld, about what its type shares.

    Example:
        >>> doubts_shown([], "11100000000013338W001")
        []
    """
    of_type = (each for each in doubts if each.license_type == license_type)
    return [each for each in of_type if each.is_open or upheld(each.correction)]


def doubt_flags(doubts: Iterable[Doubt]) -> tuple[str, ...]:
    """The flag, while one of them is open.

    Example:
        >>> doubt_flags([])
        ()
    """
    return (CORRECTION_OPEN,) if any(each.is_open for each in doubts) else ()
