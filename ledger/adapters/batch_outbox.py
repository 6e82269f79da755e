"""Drafts of batches in SQLite: a batch and all its licenses are kept in one transaction.

A process that dies leaves a batch with every one of its licenses, or nothing. A license is found by
its id however many there are, and stands in one batch at most.
"""

from __future__ import annotations

import sqlite3
import weakref
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import RLock
from typing import Any

from ledger.domain.canonical import JsonObject, canonical, parse_strict
from ledger.errors import RuleError, StoreOutageError
from ledger.ports import KeptLeaf

FILE = "batches.db"

_SCHEMA = """
CREATE TABLE IF NOT EXISTS batch (key BLOB PRIMARY KEY, entry BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS leaf (
  license_id BLOB PRIMARY KEY, batch BLOB NOT NULL, place INTEGER NOT NULL, cid TEXT, envelope BLOB NOT NULL);
CREATE INDEX IF NOT EXISTS leaf_batch ON leaf (batch, place);
"""
_PATIENCE = 30.0  # seconds a writer waits for the others


class SqliteBatchOutbox:
    """The `BatchOutbox` port. Threads share an object, processes share the file.

    Args:
        folder: Where the database stands; made on first use, readable by its owner only.
    """

    def __init__(self, folder: Path) -> None:
        self._file = folder / FILE
        self._lock = RLock()
        self._opened: sqlite3.Connection | None = None
        self._closing: Callable[[], object] = lambda: None

    def begin(self, key: str, entry: JsonObject, leaves: Sequence[KeptLeaf]) -> None:
        """Keep a new batch with its licenses; on return all of it is on disk, before that nothing.

        Raises:
            RuleError: `LICENSE_EXISTS`: another batch has one of them.
            StoreOutageError: `OUTBOX`, here and in every method.
        """
        rows = [
            (_raw(leaf.license_id), _raw(key), place, leaf.cid, leaf.envelope)
            for place, leaf in enumerate(leaves)
        ]
        with self._writing() as database:
            database.execute("INSERT INTO batch VALUES (?, ?)", (_raw(key), canonical(entry)))
            try:
                database.executemany("INSERT INTO leaf VALUES (?, ?, ?, ?, ?)", rows)
            except sqlite3.IntegrityError:
                ids = (each.license_id for each in leaves)
                known = next((each for each in ids if self.batch_of(each) not in (None, key)), key)
                raise RuleError("LICENSE_EXISTS", id=known) from None

    def load(self, key: str) -> JsonObject | None:
        """The entry of a batch, or None."""
        found = self._one("SELECT entry FROM batch WHERE key = ?", key)
        return parse_strict(found[0]) if found else None

    def save(self, key: str, entry: JsonObject) -> None:
        """Put another entry in place of a batch's; on return it is on disk."""
        with self._writing() as database:
            database.execute("UPDATE batch SET entry = ? WHERE key = ?", (canonical(entry), _raw(key)))

    def leaves(self, key: str) -> list[KeptLeaf]:
        """The licenses of a batch in the order of their leaves."""
        query = "SELECT license_id, envelope, cid FROM leaf WHERE batch = ? ORDER BY place"
        with self._database() as database:
            rows = database.execute(query, (_raw(key),)).fetchall()
        return [KeptLeaf("0x" + license_id.hex(), envelope, cid) for license_id, envelope, cid in rows]

    def leaf(self, license_id: str) -> KeptLeaf | None:
        """A license of any batch, or None."""
        found = self._one("SELECT envelope, cid FROM leaf WHERE license_id = ?", license_id)
        return KeptLeaf(license_id, *found) if found else None

    def batch_of(self, license_id: str) -> str | None:
        """The batch that has a license, or None."""
        found = self._one("SELECT batch FROM leaf WHERE license_id = ?", license_id)
        return "0x" + found[0].hex() if found else None

    def drop(self, key: str) -> None:
        """Forget a batch that never reached the ledger, and its licenses."""
        with self._writing() as database:
            database.execute("DELETE FROM leaf WHERE batch = ?", (_raw(key),))
            database.execute("DELETE FROM batch WHERE key = ?", (_raw(key),))

    def count(self, license_id: str) -> int:
        """1 where a license is in a batch."""
        return int(self.leaf(license_id) is not None)

    def forget(self, license_id: str) -> None:
        """Forget a license of a batch; the others keep their places. Only `compact` leaves nothing of it."""
        with self._writing() as database:
            database.execute("DELETE FROM leaf WHERE license_id = ?", (_raw(license_id),))

    def compact(self) -> None:
        """Write the file anew: what SQLite moved about inside its pages stays nowhere in it."""
        with self._database() as database:
            database.execute("VACUUM")
            database.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def close(self) -> None:
        """Let go of the file until it is used again."""
        with self._lock:
            self._closing()
            self._opened = None

    def _one(self, query: str, name: str) -> tuple[Any, ...] | None:
        with self._database() as database:
            found: tuple[Any, ...] | None = database.execute(query, (_raw(name),)).fetchone()
        return found

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        with self._database() as database:
            database.execute("BEGIN IMMEDIATE")
            try:
                yield database
                database.execute("COMMIT")
            except BaseException:
                database.execute("ROLLBACK")
                raise

    @contextmanager
    def _database(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            try:
                if self._opened is None:
                    self._opened = self._open()
                yield self._opened
            except (sqlite3.Error, OSError) as error:
                raise StoreOutageError("OUTBOX", path=str(self._file), reason=str(error)) from error

    def _open(self) -> sqlite3.Connection:
        self._file.parent.mkdir(parents=True, exist_ok=True)
        self._file.touch(mode=0o600)
        database = sqlite3.connect(
            self._file, timeout=_PATIENCE, isolation_level=None, check_same_thread=False
        )
        self._closing = weakref.finalize(self, database.close)
        database.execute("PRAGMA synchronous = FULL")
        database.execute("PRAGMA secure_delete = ON")  # deleted is overwritten, not just unlinked
        database.executescript(_SCHEMA)
        return database


def _raw(name: str) -> bytes:
    return bytes.fromhex(name[2:])
