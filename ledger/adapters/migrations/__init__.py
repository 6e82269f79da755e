"""Schema changes of what a home keeps in SQL: `index` (derived) and `names` (kept)."""

from __future__ import annotations

from alembic import op

_DERIVED = ("entities", "licenses", "messages", "cursor", "heads", "undo")


def empty_index() -> None:
    """Forget what was derived: the index follows the ledger again from its first record."""
    for name in _DERIVED:
        op.execute(f"DELETE FROM {name}")  # noqa: S608
