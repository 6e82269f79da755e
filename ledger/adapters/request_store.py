"""Nonces of signed requests and answers under idempotency keys, in SQLite.

A nonce or a key is claimed by inserting it under a primary key: of any number of threads and
processes exactly one insert succeeds. Answers may carry what a license says: the file is readable
by its owner only, and rows go after a day.
"""

from __future__ import annotations

import contextlib
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path

from ledger.errors import StoreOutageError
from ledger.ports import KeptAnswer

_SCHEMA = """
CREATE TABLE IF NOT EXISTS nonce (
  key_id TEXT, nonce TEXT, until INTEGER NOT NULL, PRIMARY KEY (key_id, nonce)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS nonce_until ON nonce (until);
CREATE TABLE IF NOT EXISTS answer (
  owner TEXT, key TEXT, request BLOB NOT NULL, status INTEGER NOT NULL, body BLOB NOT NULL,
  at INTEGER NOT NULL, PRIMARY KEY (owner, key));
CREATE INDEX IF NOT EXISTS answer_at ON answer (at);
"""
_LICENSE_IN_ANSWERS = """
SELECT owner, key FROM answer WHERE CASE WHEN json_valid(CAST(body AS TEXT))
THEN json_extract(CAST(body AS TEXT), '$.envelope.anchor.licenseId') END = ?
"""
_BUSY = 30.0  # seconds a writer waits for the others
MEMORY = 86_400
"""Seconds for which answers are kept."""
LEASE = 120
"""Seconds after which a claim without an answer is taken to be of a process that died."""


class SqliteRequests:
    """The `RequestStore` port.

    Args:
        path: The database file; made with permissions 0600 where it does not exist.
        patience: Seconds for which `begin` waits for another holder of the same key.

    Raises:
        StoreOutageError: `REQUESTS_OUTAGE`, here and in every method.
    """

    def __init__(self, path: Path, patience: float = 30.0) -> None:
        self._path, self._patience = path, patience
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch(mode=0o600)
        except OSError as error:
            raise StoreOutageError("REQUESTS_OUTAGE", reason=str(error.strerror)) from error
        with self._open() as database:
            database.execute("PRAGMA journal_mode = WAL")
            database.executescript(_SCHEMA)

    def claim_nonce(self, key_id: str, nonce: str, now: int, until: int) -> bool:
        """Use up a key's nonce; True for exactly one caller until the moment `until`."""
        with self._writing() as database:
            database.execute("DELETE FROM nonce WHERE until < ?", (now,))
            row = (key_id, nonce, until)
            return database.execute("INSERT OR IGNORE INTO nonce VALUES (?, ?, ?)", row).rowcount == 1

    def begin(self, owner: str, key: str, request: bytes, now: int) -> KeptAnswer | None:
        """Claim an idempotency key.

        Returns:
            None where the caller is to do the work and then `finish` or `release`; else what is
            kept, with status 0 where the one who holds it did not end in time.
        """
        deadline = time.monotonic() + self._patience
        pause = 0.02
        while True:
            kept = self._claim(owner, key, request, now)
            if kept is None or kept.status or kept.request != request or time.monotonic() >= deadline:
                return kept
            time.sleep(pause)
            pause = min(0.5, pause * 1.5)

    def finish(self, owner: str, key: str, status: int, body: bytes) -> None:
        """Keep the answer for a claimed key."""
        with self._writing() as database:
            change = "UPDATE answer SET status = ?, body = ? WHERE owner = ? AND key = ?"
            database.execute(change, (status, body, owner, key))

    def release(self, owner: str, key: str) -> None:
        """Give a claimed key back; one that has its answer stays."""
        with self._writing() as database:
            database.execute("DELETE FROM answer WHERE owner = ? AND key = ? AND status = 0", (owner, key))

    def count(self, license_id: str) -> int:
        """How many answers carry the file of a license."""
        with self._open() as database:
            return len(database.execute(_LICENSE_IN_ANSWERS, (license_id,)).fetchall())

    def forget(self, license_id: str) -> None:
        """Forget the answers that carry the file of a license. Only `compact` leaves nothing of them."""
        with self._writing() as database:
            found = database.execute(_LICENSE_IN_ANSWERS, (license_id,)).fetchall()
            database.executemany("DELETE FROM answer WHERE owner = ? AND key = ?", found)

    def compact(self) -> None:
        """Write the file anew, and empty what was written ahead of it.

        Raises:
            StoreOutageError: `REQUESTS_OUTAGE`, also where another process reads in it all the while.
        """
        with self._open() as database:
            database.execute("VACUUM")
            if database.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]:
                raise StoreOutageError("REQUESTS_OUTAGE", reason="busy")

    def _claim(self, owner: str, key: str, request: bytes, now: int) -> KeptAnswer | None:
        with self._writing() as database:
            old = "DELETE FROM answer WHERE at < ? OR (status = 0 AND at < ?)"
            database.execute(old, (now - MEMORY, now - LEASE))
            row = (owner, key, request, 0, b"", now)
            made = database.execute("INSERT OR IGNORE INTO answer VALUES (?, ?, ?, ?, ?, ?)", row)
            if made.rowcount == 1:
                return None
            query = "SELECT request, status, body FROM answer WHERE owner = ? AND key = ?"
            return KeptAnswer(*database.execute(query, (owner, key)).fetchone())

    @contextlib.contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        with self._open() as database:
            database.execute("BEGIN IMMEDIATE")
            try:
                yield database
            except BaseException:
                database.execute("ROLLBACK")
                raise
            database.execute("COMMIT")

    @contextlib.contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        try:
            with contextlib.closing(
                sqlite3.connect(self._path, timeout=_BUSY, isolation_level=None)
            ) as database:
                database.execute("PRAGMA secure_delete = ON")  # deleted is overwritten, not just unlinked
                yield database
        except sqlite3.Error as error:
            raise StoreOutageError("REQUESTS_OUTAGE", reason=str(error)) from error
