"""From records to state: one pure function, used by the live index, by replay and by verification.

`apply(state, fact)` reads entities through a view and returns the entities that the record
makes or changes; whoever calls stores them. What a record may not do is refused with the finding
code of `docs/interfaces.md`, so that a ledger whose contracts did not run is found out. What each
kind of record does stands in `ledger/domain/rules/`.
"""

from __future__ import annotations

from collections.abc import Mapping

from ledger.domain.entities import Entity
from ledger.domain.facts import Fact
from ledger.domain.messages import Kind
from ledger.domain.rules import (
    batches,
    catalog,
    corrections,
    declarations,
    editions,
    grants,
    items,
    licenses,
    registry,
    representations,
    resources,
    uses,
)
from ledger.domain.state import Change, Refused, Rule, StateView

APPLY_VERSION = "apply/10"
"""Named in state digests; changes whenever the meaning of a record changes."""

_APPLY: Mapping[Kind, Rule] = {
    **registry.APPLY,
    **catalog.APPLY,
    **licenses.APPLY,
    **batches.APPLY,
    **representations.APPLY,
    **resources.APPLY,
    **grants.APPLY,
    **uses.APPLY,
    **corrections.APPLY,
    **items.APPLY,
    **editions.APPLY,
    **declarations.APPLY,
}


class State:
    """All entities in memory, as a `StateView`.

    Args:
        ledger_id: The ledger that it is of, 32 bytes.
    """

    def __init__(self, ledger_id: bytes) -> None:
        self.ledger_id = ledger_id
        self.tables: dict[str, dict[str, Entity]] = {}

    def get(self, table: str, key: str) -> Entity | None:
        """The entity, or None."""
        return self.tables.get(table, {}).get(key)

    def put(self, change: Change) -> None:
        """Store one change."""
        self.tables.setdefault(change.table, {})[change.key] = change.entity

    def apply(self, fact: Fact) -> list[Change]:
        """Apply a fact and keep what it changes."""
        changes = apply(self, fact)
        for change in changes:
            self.put(change)
        return changes


def apply(state: StateView, fact: Fact) -> list[Change]:
    """What `fact` changes in `state`.

    Args:
        state: Entities before the fact.
        fact: The decoded record.

    Returns:
        Entities after the fact; `state` itself is untouched.

    Raises:
        Refused: The record breaks a rule that the contracts enforce.
    """
    try:
        return _APPLY[fact.kind](state, fact)
    except (ValueError, KeyError, IndexError) as error:
        raise Refused("BAD_RECORD", f"a value out of range: {error}") from None
