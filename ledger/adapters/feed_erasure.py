"""The folders of feeds, asked to let go of one license: its file, and what the book keeps of its lines."""

from __future__ import annotations

import contextlib
import fcntl
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from ledger.domain.feed import serial_name
from ledger.domain.identifiers import serial_of
from ledger.errors import RuleError, StoreOutageError, UsageError

BOOK, LOCK = ".collect.db", ".collect.lock"


class FeedFolders:
    """License files of collected licenses.

    A line that waits for its correction holds what the source said of a license. It is part of the feed
    and is settled there, so that a license about which one waits is not erased before.

    Args:
        folders: Of the feeds of one issuer and type.
        wipe: Overwrites and removes a file (`ledger.adapters.disk.wipe`).
    """

    def __init__(self, folders: Sequence[Path], wipe: Callable[[Path], bool]) -> None:
        self._folders, self._wipe = folders, wipe

    def count(self, identifier: str, license_id: str) -> int:
        """How many files there are of a license.

        Raises:
            RuleError: `ERASURE_FEED_OPEN`: a line about it is not settled.
            StoreOutageError: `FEED_BOOK`, here and in every method.
        """
        for folder in self._folders:
            with self._book(folder) as book:
                if book is not None and _waits(book, identifier, license_id):
                    raise RuleError("ERASURE_FEED_OPEN", path=str(folder), id=license_id)
        return sum(file.exists() for folder in self._folders for file in _files(folder, identifier))

    def forget(self, identifier: str) -> None:
        """Destroy the files of a license."""
        for folder in self._folders:
            for file in _files(folder, identifier):
                try:
                    self._wipe(file)
                except OSError as error:
                    raise _outage(folder, error) from error

    def compact(self) -> None:
        """Leave nothing in the books of lines that were settled.

        Raises:
            UsageError: `FOLDER_BUSY`: a feed is being collected there.
        """
        for folder in self._folders:
            with self._book(folder) as book:
                if book is not None:
                    book.execute("VACUUM")
                    book.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    @contextlib.contextmanager
    def _book(self, folder: Path) -> Iterator[sqlite3.Connection | None]:
        """The book of a folder, held against other processes; None where the folder has none."""
        if not (folder / BOOK).exists():
            yield None
            return
        try:
            with (
                (folder / LOCK).open("a") as lock,
                contextlib.closing(sqlite3.connect(folder / BOOK, isolation_level=None)) as book,
            ):
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                yield book
        except BlockingIOError:
            raise UsageError("FOLDER_BUSY", path=str(folder)) from None
        except (sqlite3.Error, OSError) as error:
            raise _outage(folder, error) from error


def _files(folder: Path, identifier: str) -> tuple[Path, Path]:
    """The license file, and what a write of it that broke off may have left."""
    name = f"{identifier}.elic.json"
    return folder / name, folder / f".{name}.new"


def _waits(book: sqlite3.Connection, identifier: str, license_id: str) -> bool:
    """Whether a file was not taken to its end, or a line about the license is rejected and not settled."""
    if book.execute("SELECT 1 FROM file WHERE is_done = 0").fetchone():
        return True
    names = (f"identifier:{identifier}", serial_name(serial_of(identifier)), f"license:{license_id}")
    query = (
        "SELECT 1 FROM open_name WHERE name IN (?, ?, ?) OR name IN "
        "(SELECT b.name FROM name a JOIN name b USING (lineage) WHERE a.name IN (?, ?, ?))"
    )
    return book.execute(query, names * 2).fetchone() is not None


def _outage(folder: Path, error: Exception) -> StoreOutageError:
    return StoreOutageError("FEED_BOOK", path=str(folder), reason=str(error))
