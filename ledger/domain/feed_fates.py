"""What becomes of the lines of a feed, and how those that were rejected are written down."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from enum import Enum
from typing import Literal, NamedTuple

from ledger.domain.canonical import parse_strict
from ledger.domain.feed import UNREAD
from ledger.domain.feed_header import FeedHeader, FeedKind
from ledger.domain.sheet_rows import REASON_COLUMN, RowFault
from ledger.errors import MalformedError


class Fate(Enum):
    """What became of a line."""

    INSERTED = "inserted"
    UPDATED = "updated"
    ENDED = "ended"
    SUSPENDED = "suspended"
    LIFTED = "lifted"
    UNCHANGED = "unchanged"
    BEGUN = "begun"
    OPEN = "open"

    @property
    def is_settled(self) -> bool:
        """Whether the line needs nothing more."""
        return self not in (Fate.BEGUN, Fate.OPEN)


class Held(NamedTuple):
    """A license that a feed brought."""

    identifier: str
    license_id: str


class Said(NamedTuple):
    """What a number said before, what became of it, and whether that was in an earlier file."""

    digest: str
    fate: Fate
    is_older: bool


class RejectedLine(NamedTuple):
    """A line that is not carried out, with the reasons."""

    sequence: int
    text: str
    faults: Sequence[RowFault]


def corrections(
    lines: Iterable[RejectedLine], header: FeedHeader, language: Literal["zh", "en"]
) -> Iterator[str]:
    """The rejected lines as a feed of corrections: each as it was, and its reasons behind it.

    Corrected, the file goes in again as it is. A line that was no JSON object stands in one.

    Args:
        lines: In order of their numbers.
        header: Of a file of the same feed.
        language: Of the reasons.
    """
    first = None
    for line in lines:
        if first is None:
            first = line.sequence
            own = replace(header, kind=FeedKind.CORRECTIONS, first=first)
            yield json.dumps(own.as_json(), ensure_ascii=False)
        reason = "; ".join(f"{fault.code}: {fault.message[language]}" for fault in line.faults)
        yield json.dumps({**_said(line), REASON_COLUMN: reason}, ensure_ascii=False)


def _said(line: RejectedLine) -> dict[str, object]:
    try:
        given = parse_strict(line.text.encode())
    except (MalformedError, UnicodeEncodeError):
        return {"sequence": line.sequence, UNREAD: line.text.encode("utf-8", "replace").decode()}
    return {**given, "sequence": line.sequence}
