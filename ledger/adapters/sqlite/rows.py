"""The rows of data sets, in SQLite: encrypted, found by keyed digests, with the tree over them."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TypeVar

from ledger.adapters.sqlite.file import SqliteFile
from ledger.domain.row_tree import row_levels
from ledger.errors import StoreOutageError
from ledger.ports.rows import KeptRow, KeptState, SealedRow

T = TypeVar("T")

_SCHEMA = """
CREATE TABLE IF NOT EXISTS state (
  id INTEGER PRIMARY KEY AUTOINCREMENT, resource TEXT NOT NULL UNIQUE, loaded_at INTEGER NOT NULL,
  rows INTEGER NOT NULL, root BLOB NOT NULL, key_field TEXT NOT NULL, nonce BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS row (
  state INTEGER, key BLOB, place INTEGER NOT NULL DEFAULT 0, digest BLOB NOT NULL, sealed BLOB NOT NULL,
  PRIMARY KEY (state, key)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS node (
  state INTEGER, level INTEGER, place INTEGER, hash BLOB NOT NULL,
  PRIMARY KEY (state, level, place)) WITHOUT ROWID;
"""
_DRAFT = "INSERT INTO state (resource, loaded_at, rows, root, key_field, nonce) VALUES (?, 0, 0, x'', ?, ?)"
_STATE = "SELECT id, resource, loaded_at, rows, root, key_field, nonce FROM state WHERE resource = ?"


class SqliteRows:
    """The `RowStore` port.

    Args:
        path: The database file.

    Raises:
        StoreOutageError: `ROWS_OUTAGE`, here and in every method.
    """

    def __init__(self, path: Path) -> None:
        def outage(reason: str) -> StoreOutageError:
            return StoreOutageError("ROWS_OUTAGE", path=str(path), reason=reason)

        self._file = SqliteFile(path, _SCHEMA, outage)

    def state(self, resource: str) -> KeptState | None:
        """A data set as it was loaded last, or None."""
        with self._file.reading() as database:
            found = _state(database, resource)
        return found[1] if found else None

    def find(self, resource: str, key: bytes) -> tuple[KeptState, KeptRow | None] | None:
        """A row by the digest of its key, and of which state it is, both of one moment."""
        with self._file.reading() as database:
            database.execute("BEGIN")
            found = _state(database, resource)
            if found is None:
                return None
            number, state = found
            query = "SELECT place, digest, sealed FROM row WHERE state = ? AND key = ?"
            row = database.execute(query, (number, key)).fetchone()
            if row is None:
                return state, None
            proof = _proof(database, number, int(row[0]), state.rows)
        return state, KeptRow(SealedRow(key, bytes(row[1]), bytes(row[2])), int(row[0]), proof)

    def counted(self, resource: str, count: Callable[[KeptState, Iterator[SealedRow]], T]) -> T | None:
        """What somebody counts of all rows of one state; None where nothing was loaded."""
        with self._file.reading() as database:
            database.execute("BEGIN")
            found = _state(database, resource)
            if found is None:
                return None
            number, state = found
            query = "SELECT key, digest, sealed FROM row WHERE state = ?"
            rows = database.execute(query, (number,))
            return count(state, (SealedRow(*map(bytes, row)) for row in rows))

    def replace(
        self, resource: str, key_field: str, nonce: bytes, rows: Iterable[SealedRow], now: Callable[[], int]
    ) -> KeptState:
        """Keep a new state; what `rows` raises leaves the last one in its place."""
        with self._file.writing() as database:
            _drop(database, resource)
            number = database.execute(_DRAFT, (resource, key_field, nonce)).lastrowid
            insert = "INSERT INTO row (state, key, digest, sealed) VALUES (?, ?, ?, ?)"
            database.executemany(insert, ((number, *each) for each in rows))
            root, count = _plant(database, number)
            loaded = now()
            change = "UPDATE state SET loaded_at = ?, rows = ?, root = ? WHERE id = ?"
            database.execute(change, (loaded, count, root, number))
        self._emptied()
        return KeptState(resource, loaded, count, root, key_field, nonce)

    def remove(self, resource: str) -> bool:
        """Forget a data set; whether there was one."""
        with self._file.writing() as database:
            was_there = _drop(database, resource)
        self._emptied()
        return was_there

    def _emptied(self) -> None:
        """Leave nothing of the last state in what is written ahead, unless somebody reads just now."""
        with self._file.reading() as database:
            database.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()


def _state(database: sqlite3.Connection, resource: str) -> tuple[int, KeptState] | None:
    row = database.execute(_STATE, (resource,)).fetchone()
    return None if row is None else (int(row[0]), KeptState(*row[1:]))


def _drop(database: sqlite3.Connection, resource: str) -> bool:
    found = _state(database, resource)
    if found is None:
        return False
    for table, column in (("row", "state"), ("node", "state"), ("state", "id")):
        database.execute(f"DELETE FROM {table} WHERE {column} = ?", (found[0],))  # noqa: S608 - our words
    return True


def _plant(database: sqlite3.Connection, number: int | None) -> tuple[bytes, int]:
    """Give the rows their places and keep the tree over them: its root, and how many they are."""
    query = "SELECT key, digest FROM row WHERE state = ? ORDER BY key"
    rows = database.execute(query, (number,)).fetchall()
    places = ((place, number, row[0]) for place, row in enumerate(rows))
    database.executemany("UPDATE row SET place = ? WHERE state = ? AND key = ?", places)
    built = row_levels([row[1] for row in rows])
    nodes = (
        (number, level, place, each) for level, row in enumerate(built) for place, each in enumerate(row)
    )
    database.executemany("INSERT INTO node VALUES (?, ?, ?, ?)", nodes)
    return built[-1][0], len(rows)


def _proof(database: sqlite3.Connection, number: int, place: int, rows: int) -> tuple[bytes, ...]:
    query = "SELECT hash FROM node WHERE state = ? AND level = ? AND place = ?"
    proof, level, width = [], 0, rows
    while width > 1:
        if place ^ 1 < width:
            found = database.execute(query, (number, level, place ^ 1)).fetchone()
            proof.append(bytes(found[0]) if found else b"")
        place, width, level = place // 2, (width + 1) // 2, level + 1
    return tuple(proof)
