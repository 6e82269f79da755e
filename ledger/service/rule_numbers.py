"""Which number of working days counts for a deadline, by the rulebooks on the ledger.

A deadline has the number that its body's region, or the nearest above it, named when it began to run: of the
versions that were recorded before that and had begun, the one that began last. What is recorded later changes
nothing that runs or ran (docs/adr/0043). A version that a compromised key signed does not count, nor one
whose text contradicts the ledger, and no number beyond the regulation's.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property

from ledger.domain.deadlines import DEFAULTS, Number, Ruled, RuleOf, Start, by_default
from ledger.domain.entities import IsVoid
from ledger.domain.lineage import superiors_of, void_as_of
from ledger.domain.rulebook import TABLE, Rulebook
from ledger.domain.sharing_entities import CodeTable, CodeTableVersion
from ledger.errors import OutageError
from ledger.service.code_tables import begins
from ledger.service.region_tables import RegionTables

FindRulebook = Callable[[str], Rulebook | None]
"""From a digest to the rulebook, where its text is at hand."""


@dataclass(frozen=True)
class Running:
    """A version of a region's rulebook that counts.

    Attributes:
        region: Whose.
        version: Its number.
        published: It, as the ledger has it.
    """

    region: int
    version: int
    published: CodeTableVersion


@dataclass(frozen=True)
class RuleNumbers:
    """Tells numbers of working days, by one state of the ledger.

    Attributes:
        tables: The code tables of the ledger as it was known at a moment.
        known_at: The moment.
        find: Finds texts of rulebooks.
        assumes_defaults: Whether the regulation's numbers count where there is a rulebook and its text is not
            here; else that is refused.
    """

    tables: RegionTables
    known_at: int
    find: FindRulebook
    assumes_defaults: bool = True
    _places: dict[tuple[int, Start], list[list[Running]]] = field(default_factory=dict)
    _texts: dict[str, Rulebook | None] = field(default_factory=dict)

    def of(self, body: str) -> RuleOf:
        """The numbers that count for a body, by its credit code.

        They raise `RULEBOOK_NOT_HERE` (OutageError) where the text of one is not here, if that is refused.
        """
        return self.of_region(self.tables.region_of(body)) if self._has_any else by_default

    def of_region(self, region: int) -> RuleOf:
        """The same of a region."""
        return lambda number, start: self._ruled(region, number, start)

    def counting(self, region: int, start: Start) -> Running | None:
        """The version of a region itself that counts for what begins then; None for none.

        Raises:
            OutageError: `RULEBOOK_NOT_HERE`.
        """
        found = self._counting(self._versions(region, start))
        return found[0] if found else None

    def _ruled(self, region: int, number: Number, start: Start) -> Ruled:
        for versions in self._running(region, start):
            place, text = self._counting(versions) or (None, None)
            if place is None:
                continue
            most, named = DEFAULTS[number], (place.region, place.version, place.published.digest)
            if text is None:
                return Ruled(number, most, *named)
            rule = text.of(number)
            if rule is not None:
                return Ruled(number, min(rule.days, most), *named, said=rule.days)
        return by_default(number)

    def _running(self, region: int, start: Start) -> list[list[Running]]:
        """The versions that may count for what begins then, region by region, the nearest first."""
        if (region, start) not in self._places:
            line = superiors_of(self.tables.seen, region, start.at, min(self.known_at, start.at - 1))
            self._places[region, start] = [self._versions(code, start) for code in line]
        return self._places[region, start]

    def _versions(self, region: int, start: Start) -> list[Running]:
        table = self.tables.of(region, TABLE)
        found = running_at(table, start, self._is_void) if table else []
        return [Running(region, *each) for each in found]

    def _counting(self, versions: list[Running]) -> tuple[Running, Rulebook | None] | None:
        """The last that the ledger does not contradict; without its text where that is not here.

        What is not here ends the search, since it might count.
        """
        for place in versions:
            text = self._text(place)
            if text is None or fits(text, place):
                return place, text
        return None

    def _text(self, place: Running) -> Rulebook | None:
        """The text; None where the regulation's numbers are counted in its place."""
        digest = place.published.digest
        if digest not in self._texts:
            self._texts[digest] = self.find(digest)
        found = self._texts[digest]
        if found is not None or self.assumes_defaults:
            return found
        named = {"region": f"{place.region:06d}", "version": place.version, "digest": digest}
        raise OutageError("RULEBOOK_NOT_HERE", **named)

    @cached_property
    def _has_any(self) -> bool:
        return self.tables.may_have(lambda name: name == TABLE)

    @cached_property
    def _is_void(self) -> IsVoid:
        return void_as_of(self.tables.seen, self.known_at)


def running_at(table: CodeTable, start: Start, is_void: IsVoid) -> list[tuple[int, CodeTableVersion]]:
    """Numbers and contents of the versions that may count for what begins to run then, the last one first.

    They stand on the ledger before the record by which that begins; where none is named, they were recorded
    in an earlier second.
    """
    counting = [
        (begins(each), number, each)
        for number, each in enumerate(table.versions, 1)
        if each.since <= start.at
        and (each.seq < start.seq if start.seq else each.recorded_at < start.at)
        and not is_void(each.key_id, each.recorded_at)
    ]
    return [each[1:] for each in sorted(counting, key=lambda each: each[:2], reverse=True)]


def fits(text: Rulebook, place: Running) -> bool:
    """Whether a text says of itself what the ledger says of it; one that does not counts nowhere."""
    said = (place.region, place.version, place.published.since)
    return (text.region, text.version, text.since) == said
