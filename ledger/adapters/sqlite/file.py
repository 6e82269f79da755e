"""A SQLite file of a home that threads and processes share: one connection for each piece of work."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

from ledger.errors import StoreOutageError

_BUSY = 30.0  # seconds a writer waits for the others


class SqliteFile:
    """One database, readable by its owner only.

    Args:
        path: The file; made with permissions 0600 where it does not exist.
        schema: SQL that makes its tables where they are missing.
        outage: From a reason to the error that is raised where the file cannot be used.
        has_log: Whether writers write ahead, beside readers; without it nothing of a row is left in a log.

    Raises:
        StoreOutageError: Of `outage`, here and in every method.
    """

    def __init__(
        self, path: Path, schema: str, outage: Callable[[str], StoreOutageError], *, has_log: bool = True
    ) -> None:
        self._path, self._outage = path, outage
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch(mode=0o600)
        except OSError as error:
            raise outage(str(error.strerror)) from error
        with self.reading() as database:
            if has_log:
                database.execute("PRAGMA journal_mode = WAL")
            database.executescript(schema)

    @contextlib.contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """A connection outside of any transaction."""
        try:
            with contextlib.closing(
                sqlite3.connect(self._path, timeout=_BUSY, isolation_level=None)
            ) as database:
                database.execute("PRAGMA synchronous = FULL")  # a commit is on disk when it returns
                database.execute("PRAGMA secure_delete = ON")  # deleted is overwritten, not just unlinked
                database.execute("PRAGMA foreign_keys = ON")
                yield database
        except sqlite3.Error as error:
            raise self._outage(str(error)) from error

    @contextlib.contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """A transaction: all of it is on disk afterwards, or nothing."""
        with self.reading() as database:
            database.execute("BEGIN IMMEDIATE")
            try:
                yield database
            except BaseException:
                database.execute("ROLLBACK")
                raise
            database.execute("COMMIT")

    @contextlib.contextmanager
    def trying(self) -> Iterator[sqlite3.Connection]:
        """A transaction of which nothing stays unless its user commits it."""
        with self.reading() as database:
            database.execute("BEGIN IMMEDIATE")
            try:
                yield database
            finally:
                if database.in_transaction:
                    database.execute("ROLLBACK")

    def compact(self) -> None:
        """Write the file anew, and empty what was written ahead of it: nothing is left of what is deleted.

        Raises:
            StoreOutageError: Also where another process reads in it all the while.
        """
        with self.reading() as database:
            database.execute("VACUUM")
            if database.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]:
                raise self._outage("busy")
