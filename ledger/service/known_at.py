"""An index as it was known at a moment, so that what tells of the present tells of any past one, too."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ledger.domain.entities import Entity
from ledger.domain.history import as_known
from ledger.domain.links import By
from ledger.ports import Entities


@dataclass(frozen=True)
class KnownAt:
    """Reads what is shared, and who shares, as of a moment (`ledger.domain.history`).

    By words it finds what is found by them now: what no longer has a word (`By.OPEN`) is missed.

    Attributes:
        state: With everything that was recorded.
        at: The moment.
    """

    state: Entities
    at: int

    @property
    def ledger_id(self) -> bytes:
        """The ledger that it is of, 32 bytes."""
        return self.state.ledger_id

    def get(self, table: str, key: str) -> Entity | None:
        """The entity as known then, or None."""
        found = self.state.get(table, key)
        return as_known(found, self.at) if found is not None else None

    def entities(self, table: str, after: str = "") -> Iterator[tuple[str, Entity]]:
        """The entities of a table that were known then, with their keys, by key."""
        return self._known(self.state.entities(table, after))

    def linked(self, table: str, by: By, value: str, after: str = "") -> Iterator[tuple[str, Entity]]:
        """Those of them that are found by a word."""
        return self._known(self.state.linked(table, by, value, after))

    def _known(self, found: Iterable[tuple[str, Entity]]) -> Iterator[tuple[str, Entity]]:
        for key, each in found:
            known = as_known(each, self.at)
            if known is not None:
                yield key, known
