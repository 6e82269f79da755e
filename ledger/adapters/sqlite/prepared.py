"""Messages that wait for a signature made elsewhere, with the licenses and salts that belong to them.

They are overwritten and gone a day after their message has run out, or with the first message that is
prepared after that; and when a license of theirs is erased.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from pathlib import Path

from ledger.adapters.sqlite.file import SqliteFile
from ledger.domain.canonical import JsonObject
from ledger.errors import StoreOutageError
from ledger.ports import Clock

_SCHEMA = """
CREATE TABLE IF NOT EXISTS prepared (digest TEXT PRIMARY KEY, form TEXT NOT NULL, until INTEGER NOT NULL);
CREATE INDEX IF NOT EXISTS prepared_until ON prepared (until);
CREATE TABLE IF NOT EXISTS issues (
  license_id TEXT, digest TEXT REFERENCES prepared ON DELETE CASCADE,
  PRIMARY KEY (license_id, digest)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS issues_digest ON issues (digest);
"""
_MEMORY = 86_400  # seconds for which a prepared message is kept after it has run out


class SqlitePrepared:
    """The `PreparedMessages` port, and `Rows` of erasures.

    Args:
        path: The database file.
        clock: Tells what has run out.

    Raises:
        StoreOutageError: `QUEUE_OUTAGE`, here and in every method.
    """

    def __init__(self, path: Path, clock: Clock) -> None:
        self._clock = clock
        self._file = SqliteFile(
            path, _SCHEMA, lambda reason: StoreOutageError("QUEUE_OUTAGE", path=str(path), reason=reason)
        )

    def prepare(self, digest: str, form: JsonObject, until: int, issues: Collection[str]) -> None:
        """Keep what belongs to a message that waits for its signature; forget what ran out."""
        now = int(self._clock.now().timestamp())
        text = json.dumps(form, ensure_ascii=False, separators=(",", ":"))
        with self._file.writing() as database:
            database.execute("DELETE FROM prepared WHERE until < ?", (now - _MEMORY,))
            database.execute("INSERT OR REPLACE INTO prepared VALUES (?, ?, ?)", (digest, text, until))
            rows = [(each, digest) for each in issues]
            database.executemany("INSERT OR IGNORE INTO issues VALUES (?, ?)", rows)

    def prepared(self, digest: str) -> JsonObject | None:
        """What was kept under a message's digest, or None."""
        with self._file.reading() as database:
            row = database.execute("SELECT form FROM prepared WHERE digest = ?", (digest,)).fetchone()
        return json.loads(row[0]) if row else None

    def count(self, license_id: str) -> int:
        """How many messages issue a license."""
        query = "SELECT COUNT(*) FROM issues WHERE license_id = ?"
        with self._file.reading() as database:
            return int(database.execute(query, (license_id,)).fetchone()[0])

    def forget(self, license_id: str) -> None:
        """Forget those. Only `compact` leaves nothing of them."""
        change = "DELETE FROM prepared WHERE digest IN (SELECT digest FROM issues WHERE license_id = ?)"
        with self._file.writing() as database:
            database.execute(change, (license_id,))

    def compact(self) -> None:
        """Write the file anew."""
        self._file.compact()
