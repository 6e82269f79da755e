"""Entities, cursor, places to go back to, and what looking up needs."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "index_1"
down_revision = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "entities",
        sa.Column("table_name", sa.Text, primary_key=True),
        sa.Column("key", sa.Text, primary_key=True),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("seq", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "licenses",
        sa.Column("license_id", sa.Text, primary_key=True),
        sa.Column("issuer", sa.Text, nullable=False, index=True),
        sa.Column("license_type", sa.Text, nullable=False, index=True),
    )
    op.create_table(
        "messages",
        sa.Column("digest", sa.Text, primary_key=True),
        sa.Column("seq", sa.BigInteger, nullable=False, index=True),
    )
    for name in ("cursor", "heads"):
        op.create_table(
            name,
            sa.Column("block", sa.BigInteger, primary_key=True, autoincrement=False),
            sa.Column("block_hash", sa.Text, nullable=False),
            sa.Column("seq", sa.BigInteger, nullable=False),
            sa.Column("head", sa.Text, nullable=False),
        )
    op.create_table(
        "undo",
        sa.Column("block", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("table_name", sa.Text, primary_key=True),
        sa.Column("key", sa.Text, primary_key=True),
        sa.Column("body", sa.Text),
        sa.Column("seq", sa.BigInteger),
    )
    op.create_table("ledger", sa.Column("ledger_id", sa.Text, primary_key=True))


def downgrade() -> None:
    """Drop them: all of it can be derived again."""
    for name in ("ledger", "undo", "heads", "cursor", "messages", "licenses", "entities"):
        op.drop_table(name)
