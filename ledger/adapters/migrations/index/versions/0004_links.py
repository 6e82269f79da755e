"""By what entities are found beside their keys."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from ledger.adapters.migrations import empty_index

revision = "index_4"
down_revision = "index_3"


def upgrade() -> None:
    """Make the table of links; what was derived before is derived again."""
    names = ("table_name", "found_by", "value", "key")
    columns = [sa.Column(name, sa.Text, primary_key=True) for name in names]
    op.create_table("links", *columns)
    op.create_index("links_of", "links", ["table_name", "key"])
    empty_index()


def downgrade() -> None:
    """Drop it."""
    op.drop_table("links")
