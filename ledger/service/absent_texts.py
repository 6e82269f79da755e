"""Which published texts were missing where something had to be judged, and of whom.

What does not need them is judged all the same, and comes out alike in every home; what does is named, so that
nobody takes an answer for all there is (docs/adr/0047).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TypeVar

from ledger.domain.canonical import JsonObject
from ledger.errors import OutageError

T = TypeVar("T")
_Key = tuple[str, str, str]

CODES = (
    "CALENDAR_NOT_HERE",
    "RULEBOOK_NOT_HERE",
    "EXTENSIONS_NOT_HERE",
    "SECTORS_NOT_HERE",
    "SECTOR_GRADES_NOT_HERE",
    "ROUTES_NOT_HERE",
)
"""What supervision goes on after, in the order in which the answer has them."""


@dataclass(frozen=True)
class AbsentText:
    """A text that was missing.

    Attributes:
        error: Which, and what to do.
        bodies: Who was not judged for want of it, by credit code, and in how many matters.
    """

    error: OutageError
    bodies: Counter[str]

    def as_json(self) -> JsonObject:
        """A member of `notHere` of `supervise sharing`, `effect` and `routes`."""
        fields = self.error.fields
        return {
            "code": self.error.code,
            "region": fields.get("region"),
            "year": fields.get("year"),
            "version": fields.get("version"),
            "digest": fields["digest"],
            "bodies": sorted(self.bodies),
            "notJudged": self.bodies.total(),
        }


@dataclass
class AbsentTexts:
    """Collects the texts that were missing."""

    _errors: dict[_Key, OutageError] = field(default_factory=dict)
    _bodies: dict[_Key, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))

    def judged(
        self, body: str, judge: Callable[[], Iterable[T]], is_gap: Callable[[], bool] = lambda: True
    ) -> list[T]:
        """What comes of one matter of a body; where a text is missing, what came before that.

        Args:
            body: By its credit code.
            judge: Judges the matter.
            is_gap: Whether it matters that a text is missing, which is then noted; asked only where it is.
        """
        found = list[T]()
        try:
            for each in judge():
                found.append(each)
        except OutageError as error:
            if error.code not in CODES:
                raise
            if is_gap():
                self._note(error, body)
        return found

    def _note(self, error: OutageError, body: str) -> None:
        key = (error.code, str(error.fields.get("region")), str(error.fields["digest"]))
        self._errors.setdefault(key, error)
        self._bodies[key][body] += 1

    def found(self) -> list[AbsentText]:
        """Each text once, by what it is, region and year."""
        found = [AbsentText(error, self._bodies[key]) for key, error in self._errors.items()]
        return sorted(found, key=_place)


def _place(absent: AbsentText) -> tuple[int, str, str, str]:
    told = absent.error.fields
    region, year, digest = (str(told.get(name, "")) for name in ("region", "year", "digest"))
    return CODES.index(absent.error.code), region, year, digest
