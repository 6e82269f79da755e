"""Forms of answers about editions of open data."""

from __future__ import annotations

from typing import Literal

from api.schemas import Answered, Hash, Moment


class EditionRow(Answered):
    """An edition, and where it stands; `supersededBy` is the number of the one that took its place."""

    resource: str
    owner: str
    edition: int
    standing: Literal["CURRENT", "SUPERSEDED", "NOT_YET", "WITHDRAWN", "KEY_COMPROMISED"]
    superseded_by: int | None
    digest: str
    size: int
    media_type: str
    license: str
    since: Moment
    published_at: Moment
    published_by: str | None
    key_id: Hash
    rows: int | None
    root: Hash | None
    withdrawn_at: Moment | None
    reason: int | None
    open: bool
    seq: int


class Editions(Answered):
    """Editions; an empty list says that nobody published those bytes."""

    editions: list[EditionRow]
