"""Which number of working days counts for a deadline, by the rulebooks on the ledger.

A deadline has the number that its body's region, or the nearest above it, named when it began to run: of the
versions that were recorded before that and had begun, the one that began last. What is recorded later changes
nothing that runs or ran (docs/adr/0043). A version that a compromised key signed does not
count, and no number beyond the regulation's.
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
    _places: dict[tuple[int, Start], list[Running]] = field(default_factory=dict)
    _texts: dict[str, Rulebook | None] = field(default_factory=dict)

    def of(self, body: str) -> RuleOf:
        """The numbers that count for a body, by its credit code.

        They raise `RULEBOOK_NOT_HERE` (OutageError) where the text of one is not here, if that is refused.
        """
        return self.of_region(self.tables.region_of(body)) if self._has_any else by_default

    def of_region(self, region: int) -> RuleOf:
        """The same of a region."""
        return lambda number, start: self._ruled(region, number, start)

    def _ruled(self, region: int, number: Number, start: Start) -> Ruled:
        for place in self._running(region, start):
            text, most = self._text(place), DEFAULTS[number]
            named = (place.region, place.version, place.published.digest)
            rule = text.of(number) if text else None
            if text is None:
                return Ruled(number, most, *named)
            if rule is not None:
                return Ruled(number, min(rule.days, most), *named, said=rule.days)
        return by_default(number)

    def _running(self, region: int, start: Start) -> list[Running]:
        """The versions that count for what begins then, of the nearest region first."""
        if (region, start) not in self._places:
            line = superiors_of(self.tables.seen, region, start.at, min(self.known_at, start.at - 1))
            found = ((code, self.tables.of(code, TABLE)) for code in line)
            self._places[region, start] = [
                Running(code, *counting)
                for code, table in found
                if table and (counting := running_at(table, start, self._is_void))
            ]
        return self._places[region, start]

    def _text(self, place: Running) -> Rulebook | None:
        """The text; None where the regulation's numbers are counted in its place."""
        digest = place.published.digest
        if digest not in self._texts:
            self._texts[digest] = self.find(digest)
        found = self._texts[digest]
        if found is not None and fits(found, place.region, place.version, place.published):
            return found
        if self.assumes_defaults:
            return None
        named = {"region": f"{place.region:06d}", "version": place.version, "digest": digest}
        raise OutageError("RULEBOOK_NOT_HERE", **named)

    @cached_property
    def _has_any(self) -> bool:
        return self.tables.may_have(lambda name: name == TABLE)

    @cached_property
    def _is_void(self) -> IsVoid:
        return void_as_of(self.tables.seen, self.known_at)


def running_at(table: CodeTable, start: Start, is_void: IsVoid) -> tuple[int, CodeTableVersion] | None:
    """Number and content of the version that counts for what begins to run then; None for none.

    It stands on the ledger before the record by which that begins; where none is named, it was recorded in
    an earlier second.
    """
    counting = [
        (begins(each), number, each)
        for number, each in enumerate(table.versions, 1)
        if each.since <= start.at
        and (each.seq < start.seq if start.seq else each.recorded_at < start.at)
        and not is_void(each.key_id, each.recorded_at)
    ]
    return max(counting, key=lambda each: each[:2])[1:] if counting else None


def fits(text: Rulebook, region: int, version: int, published: CodeTableVersion) -> bool:
    """Whether a text says of itself what the ledger says of it; one that does not is none."""
    return (text.region, text.version, text.since) == (region, version, published.since)
