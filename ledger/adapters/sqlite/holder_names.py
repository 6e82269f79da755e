"""Which licenses a holder has, as the home of their issuer finds them: under a keyed digest of the code.

The digest is HMAC-SM3 under the issuer's secret: whoever has the file alone cannot try codes out.
"""

from __future__ import annotations

from pathlib import Path

from ledger.adapters.sqlite.file import SqliteFile
from ledger.errors import StoreOutageError
from ledger.ports.holder_names import Noted

_SCHEMA = """
DROP TABLE IF EXISTS seen;
CREATE TABLE IF NOT EXISTS looked (issuer TEXT PRIMARY KEY, until INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS waiting (
  issuer TEXT, license_id TEXT, PRIMARY KEY (issuer, license_id)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS forgotten (license_id TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS holder (
  digest BLOB, license_id TEXT, PRIMARY KEY (digest, license_id)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS holder_license ON holder (license_id);
"""


class SqliteHolderNames:
    """The `HolderNames` port, and `Rows` of erasures.

    Args:
        path: The database file.

    Raises:
        StoreOutageError: `USES_OUTAGE`, here and in every method.
    """

    def __init__(self, path: Path) -> None:
        self._file = SqliteFile(
            path, _SCHEMA, lambda reason: StoreOutageError("USES_OUTAGE", path=str(path), reason=reason)
        )

    def looked_until(self, issuer: str) -> int:
        """Number of the last name of an issuer that was looked at; 0 before the first."""
        with self._file.reading() as database:
            row = database.execute("SELECT until FROM looked WHERE issuer = ?", (issuer,)).fetchone()
        return 0 if row is None else int(row[0])

    def waiting(self, issuer: str) -> list[str]:
        """Licenses of an issuer that were named before they had a file."""
        query = "SELECT license_id FROM waiting WHERE issuer = ? ORDER BY license_id"
        with self._file.reading() as database:
            return [row[0] for row in database.execute(query, (issuer,))]

    def note(self, issuer: str, noted: Noted) -> None:
        """Note what was looked at; what was forgotten stays so, whichever file comes back."""
        rows = [(digest, each, each) for each, digests in noted.found.items() for digest in digests]
        unless = "WHERE NOT EXISTS (SELECT 1 FROM forgotten WHERE license_id = ?)"
        with self._file.writing() as database:
            done = [(issuer, each) for each in noted.found]
            database.executemany("DELETE FROM waiting WHERE issuer = ? AND license_id = ?", done)
            late = [(issuer, each) for each in noted.waiting]
            database.executemany("INSERT OR IGNORE INTO waiting VALUES (?, ?)", late)
            database.executemany(f"INSERT OR IGNORE INTO holder SELECT ?, ? {unless}", rows)
            if noted.until:
                database.execute("REPLACE INTO looked VALUES (?, ?)", (issuer, noted.until))

    def of(self, digest: bytes) -> list[str]:
        """The licenses under a digest."""
        query = "SELECT license_id FROM holder WHERE digest = ? ORDER BY license_id"
        with self._file.reading() as database:
            return [row[0] for row in database.execute(query, (digest,))]

    def count(self, license_id: str) -> int:
        """How many digests a license is found under."""
        query = "SELECT COUNT(*) FROM holder WHERE license_id = ?"
        with self._file.reading() as database:
            return int(database.execute(query, (license_id,)).fetchone()[0])

    def forget(self, license_id: str) -> None:
        """Forget those; the license is not noted again."""
        with self._file.writing() as database:
            database.execute("INSERT OR IGNORE INTO forgotten VALUES (?)", (license_id,))
            database.execute("DELETE FROM waiting WHERE license_id = ?", (license_id,))
            database.execute("DELETE FROM holder WHERE license_id = ?", (license_id,))

    def compact(self) -> None:
        """Write the file anew."""
        self._file.compact()
