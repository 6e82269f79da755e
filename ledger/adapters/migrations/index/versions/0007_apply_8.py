"""Entities of apply/8: what was derived before is derived again."""

from __future__ import annotations

from ledger.adapters.migrations import empty_index

revision = "index_7"
down_revision = "index_6"


def upgrade() -> None:
    """Empty the index."""
    empty_index()


def downgrade() -> None:
    """The same: earlier versions read other entities."""
    empty_index()
