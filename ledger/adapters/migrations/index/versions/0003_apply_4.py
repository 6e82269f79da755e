"""Entities of apply/4: what was derived before is derived again."""

from __future__ import annotations

from ledger.adapters.migrations import empty_index

revision = "index_3"
down_revision = "index_2"


def upgrade() -> None:
    """Empty the index."""
    empty_index()


def downgrade() -> None:
    """The same: earlier versions read other entities."""
    empty_index()
