"""Entities of apply/9: what was derived before is derived again."""

from __future__ import annotations

from ledger.adapters.migrations import empty_index

revision = "index_8"
down_revision = "index_7"


def upgrade() -> None:
    """Empty the index."""
    empty_index()


def downgrade() -> None:
    """The same: earlier versions read other entities."""
    empty_index()
