"""Challenges, short presentations and redemptions of one verifier, in SQLite.

A challenge is redeemed by inserting its id under a primary key: of any number of threads and
processes exactly one insert succeeds. What is personal (presentations) goes as soon as it was
redeemed or is too old; what is left is ids and times.
"""

from __future__ import annotations

from pathlib import Path

from ledger.adapters.sqlite.file import SqliteFile
from ledger.errors import StoreOutageError

_SCHEMA = """
CREATE TABLE IF NOT EXISTS challenge (id BLOB PRIMARY KEY, form TEXT NOT NULL, expires INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS presentation (
  id BLOB PRIMARY KEY, challenge BLOB NOT NULL, text TEXT NOT NULL, expires INTEGER NOT NULL);
CREATE INDEX IF NOT EXISTS presentation_challenge ON presentation (challenge);
CREATE TABLE IF NOT EXISTS redemption (challenge BLOB PRIMARY KEY, at INTEGER NOT NULL);
"""
_MEMORY = 7 * 86_400
"""Seconds for which redemptions are remembered; a challenge lives 300 at most."""


class SqliteRedemptions:
    """The `RedemptionStore` port.

    Args:
        path: The database file; made with permissions 0600 where it does not exist.

    Raises:
        StoreOutageError: `REDEMPTIONS_OUTAGE`, here and in every method.
    """

    def __init__(self, path: str | Path) -> None:
        self._file = SqliteFile(
            Path(path),
            f"BEGIN IMMEDIATE;{_SCHEMA}COMMIT;",  # without a log, those who make the file at once wait
            lambda reason: StoreOutageError("REDEMPTIONS_OUTAGE", reason=reason),
            has_log=False,
        )

    def keep_challenge(self, challenge: bytes, form: str, expires: int) -> None:
        """Remember a challenge (its JSON text) until it expires."""
        with self._file.writing() as database:
            database.execute("INSERT INTO challenge VALUES (?, ?, ?)", (challenge, form, expires))

    def challenge(self, challenge: bytes) -> str | None:
        """The JSON text of a challenge, or None."""
        with self._file.reading() as database:
            row = database.execute("SELECT form FROM challenge WHERE id = ?", (challenge,)).fetchone()
        return row[0] if row else None

    def keep_presentation(
        self, presentation: bytes, challenge: bytes, text: str, expires: int, limit: int
    ) -> bool:
        """Keep a presentation until it expires; False where `limit` are kept for its challenge already."""
        with self._file.writing() as database:
            count = "SELECT COUNT(*) FROM presentation WHERE challenge = ? AND id != ?"
            if database.execute(count, (challenge, presentation)).fetchone()[0] >= limit:
                return False
            row = (presentation, challenge, text, expires)
            database.execute("INSERT OR REPLACE INTO presentation VALUES (?, ?, ?, ?)", row)
        return True

    def presentation(self, presentation: bytes) -> str | None:
        """The text of a kept presentation, or None."""
        with self._file.reading() as database:
            query = "SELECT text FROM presentation WHERE id = ? AND text != ''"
            row = database.execute(query, (presentation,)).fetchone()
        return row[0] if row else None

    def answered(self, presentation: bytes) -> bytes | None:
        """The id of the challenge for which a presentation was left, also after it was redeemed."""
        with self._file.reading() as database:
            query = "SELECT challenge FROM presentation WHERE id = ?"
            row = database.execute(query, (presentation,)).fetchone()
        return row[0] if row else None

    def redeem(self, challenge: bytes, at: int) -> bool:
        """Use up a challenge; True for exactly one caller, ever."""
        with self._file.writing() as database:
            done = database.execute("INSERT OR IGNORE INTO redemption VALUES (?, ?)", (challenge, at))
            first = done.rowcount == 1
            database.execute("UPDATE presentation SET text = '' WHERE challenge = ?", (challenge,))
        return first

    def is_redeemed(self, challenge: bytes) -> bool:
        """Whether a challenge was used up."""
        with self._file.reading() as database:
            query = "SELECT 1 FROM redemption WHERE challenge = ?"
            return database.execute(query, (challenge,)).fetchone() is not None

    def forget(self, before: int) -> None:
        """Drop challenges and presentations that expired before a moment, and very old redemptions."""
        with self._file.writing() as database:
            database.execute("DELETE FROM presentation WHERE expires < ?", (before,))
            database.execute("DELETE FROM challenge WHERE expires < ?", (before,))
            database.execute("DELETE FROM redemption WHERE at < ?", (before - _MEMORY,))
