"""Uses in batches as their grantee keeps them, in SQLite: what it asked for, and which batches it signed."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from ledger.adapters.sqlite.file import SqliteFile
from ledger.domain.canonical import JsonObject
from ledger.errors import StoreOutageError
from ledger.ports.asked import OVER, AskedUse

_SCHEMA = """
CREATE TABLE IF NOT EXISTS asked (
  id TEXT PRIMARY KEY, grant_id TEXT NOT NULL, fields TEXT NOT NULL, words TEXT, promise TEXT,
  batch TEXT NOT NULL DEFAULT '', place INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS asked_open ON asked (grant_id) WHERE batch = '';
CREATE INDEX IF NOT EXISTS asked_batch ON asked (batch, place);
"""
_ALL = "SELECT id, grant_id, fields, words, promise, batch, place FROM asked"


class SqliteAsked:
    """The `AskedStore` port.

    Args:
        path: The database file.

    Raises:
        StoreOutageError: `USES_OUTAGE`, here and in every method.
    """

    def __init__(self, path: Path) -> None:
        def outage(reason: str) -> StoreOutageError:
            return StoreOutageError("USES_OUTAGE", path=str(path), reason=reason)

        self._file = SqliteFile(path, _SCHEMA, outage)

    def keep(self, use: AskedUse) -> None:
        """Keep what is about to be asked for; what is kept stays."""
        row = (use.id, use.grant, f"0x{use.fields:064x}")
        with self._file.writing() as database:
            database.execute("INSERT OR IGNORE INTO asked (id, grant_id, fields) VALUES (?, ?, ?)", row)

    def told(self, use_id: str, words: Sequence[str], promise: JsonObject) -> None:
        """Keep what the provider answered."""
        row = (json.dumps(list(words)), json.dumps(promise, ensure_ascii=False), use_id)
        with self._file.writing() as database:
            database.execute("UPDATE asked SET words = ?, promise = ? WHERE id = ?", row)

    def drop(self, use_id: str) -> None:
        """Forget what nothing came of."""
        with self._file.writing() as database:
            database.execute("DELETE FROM asked WHERE id = ? AND words IS NULL", (use_id,))

    def find(self, use_id: str) -> AskedUse | None:
        """A use, or None."""
        with self._file.reading() as database:
            row = database.execute(f"{_ALL} WHERE id = ?", (use_id,)).fetchone()
        return None if row is None else _asked(row)

    def unsigned(self, grant: str = "") -> list[AskedUse]:
        """What was asked for under a grant, or any, and stands in no batch that was signed here."""
        with self._file.reading() as database:
            rows = database.execute(f"{_ALL} WHERE batch = '' AND ? IN ('', grant_id) ORDER BY id", (grant,))
            return [_asked(row) for row in rows]

    def sign(self, batch: str, uses: Sequence[str]) -> None:
        """Note, before a signature is sent, which uses it is for."""
        rows = [(batch, place, each) for place, each in enumerate(uses)]
        with self._file.writing() as database:
            database.executemany("UPDATE asked SET batch = ?, place = ? WHERE id = ?", rows)

    def end(self, uses: Sequence[str]) -> None:
        """Note that uses will stand in no batch any more."""
        with self._file.writing() as database:
            database.executemany("UPDATE asked SET batch = ? WHERE id = ?", [(OVER, each) for each in uses])

    def leaves_of(self, batch: str) -> list[AskedUse]:
        """The uses in a batch that was signed here, in its order."""
        with self._file.reading() as database:
            rows = database.execute(f"{_ALL} WHERE batch = ? ORDER BY place", (batch,))
            return [_asked(row) for row in rows]


def _asked(row: Sequence[str | int | None]) -> AskedUse:
    id_, grant, fields, words, promise, batch, place = row
    return AskedUse(
        id=str(id_),
        grant=str(grant),
        fields=int(str(fields), 16),
        words=None if words is None else tuple(json.loads(str(words))),
        promise=None if promise is None else dict(json.loads(str(promise))),
        batch=str(batch),
        index=int(place or 0),
    )
