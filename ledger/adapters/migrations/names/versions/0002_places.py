"""Where a license stands in its batch, so that one that a renewal names by its place is found."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "names_2"
down_revision = "names_1"


def upgrade() -> None:
    """Add the column; what was noted before has no place, and is found by its identifier only."""
    op.add_column("names", sa.Column("place", sa.Text, nullable=False, server_default=""))
    op.create_index("ix_names_place", "names", ["place"])


def downgrade() -> None:
    """Drop it."""
    op.drop_index("ix_names_place", "names")
    op.drop_column("names", "place")
