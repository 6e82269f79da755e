"""Nonces of signed requests and answers under idempotency keys, in SQLite.

A nonce or a key is claimed by inserting it under a primary key: of any number of threads and
processes exactly one insert succeeds. Answers may carry what a license says: the file is readable
by its owner only, and rows go after a day.
"""

from __future__ import annotations

import os
from pathlib import Path

from ledger.adapters.sqlite.file import SqliteFile
from ledger.errors import StoreOutageError
from ledger.ports import KeptAnswer
from ledger.ports.queue import KEY_SECONDS

_SCHEMA = """
CREATE TABLE IF NOT EXISTS nonce (
  key_id TEXT, nonce TEXT, until INTEGER NOT NULL, PRIMARY KEY (key_id, nonce)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS nonce_until ON nonce (until);
CREATE TABLE IF NOT EXISTS answer (
  owner TEXT, key TEXT, request BLOB NOT NULL, status INTEGER NOT NULL, body BLOB NOT NULL,
  at INTEGER NOT NULL, holder INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (owner, key));
CREATE INDEX IF NOT EXISTS answer_at ON answer (at);
"""
_LICENSE_IN_ANSWERS = """
SELECT owner, key FROM (
  SELECT owner, key, CASE WHEN json_valid(CAST(body AS TEXT)) THEN CAST(body AS TEXT) END AS text FROM answer)
WHERE CASE WHEN json_type(text, '$.license') = 'object'
THEN COALESCE(json_extract(text, '$.signed.newLicenseId'), json_extract(text, '$.signed.licenseId'))
ELSE json_extract(text, '$.envelope.anchor.licenseId') END = ?
"""
LEASE = 120
"""Seconds after which a claim without an answer counts no more; at once, where its process died."""
_ADD_HOLDER = "ALTER TABLE answer ADD COLUMN holder INTEGER NOT NULL DEFAULT 0"


class SqliteRequests:
    """The `RequestStore` port.

    Args:
        path: The database file; made with permissions 0600 where it does not exist.

    Raises:
        StoreOutageError: `REQUESTS_OUTAGE`, here and in every method.
    """

    def __init__(self, path: Path) -> None:
        self._file = SqliteFile(
            path, _SCHEMA, lambda reason: StoreOutageError("REQUESTS_OUTAGE", reason=reason)
        )
        with self._file.reading() as database:
            if "holder" not in {row[1] for row in database.execute("PRAGMA table_info(answer)")}:
                database.execute(_ADD_HOLDER)  # a file of an earlier version

    def claim_nonce(self, key_id: str, nonce: str, now: int, until: int) -> bool:
        """Use up a key's nonce; True for exactly one caller until the moment `until`."""
        with self._file.writing() as database:
            database.execute("DELETE FROM nonce WHERE until < ?", (now,))
            row = (key_id, nonce, until)
            return database.execute("INSERT OR IGNORE INTO nonce VALUES (?, ?, ?)", row).rowcount == 1

    def begin(self, owner: str, key: str, request: bytes, now: int) -> KeptAnswer | None:
        """Claim an idempotency key.

        Returns:
            None where the caller is to do the work and then `finish` or `release`; else what is
            kept, with status 0 where the one who holds it has not ended yet.
        """
        with self._file.writing() as database:
            old = "DELETE FROM answer WHERE at < ? OR (status = 0 AND at < ?)"
            database.execute(old, (now - KEY_SECONDS, now - LEASE))
            row = (owner, key, request, 0, b"", now, os.getpid())
            insert = (
                "INSERT OR IGNORE INTO answer (owner, key, request, status, body, at, holder) "
                "VALUES (?, ?, ?, ?, ?, ?, ?)"
            )
            if database.execute(insert, row).rowcount == 1:
                return None
            query = "SELECT request, status, body, holder FROM answer WHERE owner = ? AND key = ?"
            *kept, holder = database.execute(query, (owner, key)).fetchone()
            if kept[1] == 0 and kept[0] == request and _is_dead(holder):
                take = "UPDATE answer SET at = ?, holder = ? WHERE owner = ? AND key = ?"
                database.execute(take, (now, os.getpid(), owner, key))
                return None
            return KeptAnswer(*kept)

    def finish(self, owner: str, key: str, status: int, body: bytes) -> None:
        """Keep the answer for a claimed key."""
        with self._file.writing() as database:
            change = "UPDATE answer SET status = ?, body = ? WHERE owner = ? AND key = ?"
            database.execute(change, (status, body, owner, key))

    def release(self, owner: str, key: str) -> None:
        """Give a claimed key back; one that has its answer stays."""
        with self._file.writing() as database:
            database.execute("DELETE FROM answer WHERE owner = ? AND key = ? AND status = 0", (owner, key))

    def count(self, license_id: str) -> int:
        """How many answers carry a license: its file, or what was to be signed for it."""
        with self._file.reading() as database:
            return len(database.execute(_LICENSE_IN_ANSWERS, (license_id,)).fetchall())

    def forget(self, license_id: str) -> None:
        """Forget the answers that carry a license. Only `compact` leaves nothing of them."""
        with self._file.writing() as database:
            found = database.execute(_LICENSE_IN_ANSWERS, (license_id,)).fetchall()
            database.executemany("DELETE FROM answer WHERE owner = ? AND key = ?", found)

    def compact(self) -> None:
        """Write the file anew, and empty what was written ahead of it; raises as `SqliteFile.compact`."""
        self._file.compact()


def _is_dead(process: int) -> bool:
    """Whether a process of this machine has ended; one that is not known may live."""
    if process <= 0:
        return False
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return True
    except OSError:
        return False
    return False
