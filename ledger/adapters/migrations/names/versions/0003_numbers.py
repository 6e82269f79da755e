"""In which order names were noted, so that what is new since is found without looking at all of them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "names_3"
down_revision = "names_2"


def upgrade() -> None:
    """Number what was noted before by its identifiers."""
    op.add_column("names", sa.Column("number", sa.BigInteger, nullable=False, server_default="0"))
    ranked = "SELECT identifier, ROW_NUMBER() OVER (ORDER BY identifier) AS place FROM names"
    op.execute(
        f"UPDATE names SET number = (SELECT place FROM ({ranked}) AS r "  # noqa: S608 - our words
        "WHERE r.identifier = names.identifier)"
    )
    op.create_index("ix_names_number", "names", ["issuer", "number"])


def downgrade() -> None:
    """Drop it."""
    op.drop_index("ix_names_number", "names")
    op.drop_column("names", "number")
