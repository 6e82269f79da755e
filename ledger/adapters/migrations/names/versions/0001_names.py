"""The identifiers that this home knows, which the chain never holds."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "names_1"
down_revision = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "names",
        sa.Column("identifier", sa.Text, primary_key=True),
        sa.Column("license_id", sa.Text, nullable=False, index=True),
        sa.Column("issuer", sa.Text, nullable=False),
        sa.Column("cid", sa.Text, nullable=False),
        sa.Column("added_at", sa.BigInteger, nullable=False),
    )


def downgrade() -> None:
    """Drop it; what it held cannot be derived again."""
    op.drop_table("names")
