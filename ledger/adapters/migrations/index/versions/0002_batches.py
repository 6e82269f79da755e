"""Entities of apply/2: what was derived before is derived again."""

from __future__ import annotations

from alembic import op

revision = "index_2"
down_revision = "index_1"

_DERIVED = ("entities", "licenses", "messages", "cursor", "heads", "undo")


def upgrade() -> None:
    """Empty the index; it follows the ledger again from its first record."""
    for name in _DERIVED:
        op.execute(f"DELETE FROM {name}")  # noqa: S608


def downgrade() -> None:
    """The same: earlier versions read other entities."""
    upgrade()
