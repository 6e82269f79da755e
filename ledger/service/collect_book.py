"""What collecting needs to remember, as a port; `ledger.adapters.feed_book` keeps it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol

from ledger.domain.canonical import JsonObject
from ledger.domain.feed import FeedEntry
from ledger.domain.feed_fates import Fate, Held, Said
from ledger.domain.sheet_rows import RowFault


class Book(Protocol):
    """What is known of one feed, on disk, while one of its files is taken over."""

    @property
    def place(self) -> str:
        """Where it is kept, for people."""
        ...

    @property
    def due(self) -> int:
        """The number that the next increment goes on with; 0 before the first one."""
        ...

    @property
    def begins(self) -> int:
        """The number that the feed began with here; 0 before the first line."""
        ...

    def said(self, sequence: int) -> Said | None:
        """What a number said before, or None."""
        ...

    def open_before(self, entry: FeedEntry) -> int | None:
        """The number of a rejected line about the same license, said before this one."""
        ...

    def held(self, identifier: str) -> Held | None:
        """A license that the feed brought, by its identifier."""
        ...

    def newest(self, serial: str) -> Held | None:
        """The one that the feed brought last under a serial."""
        ...

    def begun_batch(self) -> frozenset[int]:
        """The lines whose batch was begun and not ended; empty where there is none."""
        ...

    def begun_at(self, sequence: int) -> int | None:
        """The revision that the license of a line had when the line was begun; None where it was not."""
        ...

    def begun(self) -> frozenset[int]:
        """Every line that was begun and not ended."""
        ...

    def begin_batch(self, entries: Sequence[FeedEntry]) -> None:
        """Note that lines are about to be issued as one batch; on disk on return."""
        ...

    def begin(self, entry: FeedEntry, rev: int) -> None:
        """Note that a line is about to be recorded of a license that has this revision; on disk on return."""
        ...

    def drop(self, sequences: Iterable[int]) -> None:
        """Forget that lines were begun: refused as they were, they never will be recorded so."""
        ...

    def end(self, done: Sequence[tuple[FeedEntry, Fate, Held | None]], batch: JsonObject | None) -> None:
        """Note what became of lines that were begun; on disk on return."""
        ...

    def settle(self, entry: FeedEntry) -> None:
        """Note a line by which nothing had to be recorded."""
        ...

    def reject(self, entry: FeedEntry, faults: Sequence[RowFault]) -> None:
        """Keep a line with the reasons against it."""
        ...

    def finish(self, until: int) -> None:
        """Note that the file was taken to its end; on disk on return."""
        ...

    def batches(self) -> list[JsonObject]:
        """The batches of the file at hand, in order."""
        ...
