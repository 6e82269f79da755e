"""Uses that stand in batches, as their provider keeps them: part of its SQLite file of uses."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Iterator, Mapping, Sequence

from ledger.adapters.sqlite.file import SqliteFile
from ledger.domain.canonical import JsonObject
from ledger.domain.use_receipt import RecordPlace
from ledger.ports.uses import BatchCounts, GatheredUse, Gathering, KeptBatch, UseState

BATCH_SCHEMA = """
CREATE TABLE IF NOT EXISTS gathered (
  id TEXT PRIMARY KEY, grant_id TEXT NOT NULL, words TEXT NOT NULL, promise TEXT NOT NULL,
  at INTEGER NOT NULL, batch TEXT NOT NULL DEFAULT '', place INTEGER NOT NULL DEFAULT 0,
  anchor_by INTEGER NOT NULL, anchored INTEGER) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS gathered_open ON gathered (grant_id, at) WHERE batch = '';
CREATE INDEX IF NOT EXISTS gathered_batch ON gathered (batch, place);
CREATE INDEX IF NOT EXISTS gathered_due ON gathered (anchor_by) WHERE anchored IS NULL;
CREATE INDEX IF NOT EXISTS gathered_late ON gathered (id) WHERE anchored > anchor_by;
CREATE TABLE IF NOT EXISTS use_batch (
  object TEXT PRIMARY KEY, grant_id TEXT NOT NULL, state TEXT NOT NULL, digest TEXT NOT NULL,
  message TEXT NOT NULL, sign_by INTEGER NOT NULL, is_late INTEGER NOT NULL) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS use_batch_state ON use_batch (state, grant_id);
"""
_GATHERED = "SELECT id, grant_id, words, promise, at, batch, place FROM gathered"
_OVER = frozenset({UseState.RECORDED, UseState.ENDED})


class UseBatchRows:
    """The half of the `UseStore` port that is about batches.

    Args:
        file: With the tables of `BATCH_SCHEMA`, and that of uses.
    """

    def __init__(self, file: SqliteFile) -> None:
        self._file = file

    def gathered(self, use_id: str) -> GatheredUse | None:
        """A use that was gathered, or None."""
        with self._file.reading() as database:
            row = database.execute(f"{_GATHERED} WHERE id = ?", (use_id,)).fetchone()
        return None if row is None else _gathered(row)

    def gatherings(self) -> list[Gathering]:
        """The grants of which uses are in no batch yet."""
        query = "SELECT grant_id, COUNT(*), MIN(at) FROM gathered WHERE batch = '' GROUP BY grant_id"
        with self._file.reading() as database:
            return [Gathering(*row) for row in database.execute(query)]

    def in_no_batch(self, grant: str, limit: int) -> list[GatheredUse]:
        """The uses of a grant that are in no batch yet, the oldest first."""
        query = f"{_GATHERED} WHERE grant_id = ? AND batch = '' ORDER BY at, id LIMIT ?"
        with self._file.reading() as database:
            return [_gathered(row) for row in database.execute(query, (grant, limit))]

    def close(self, batch: KeptBatch, uses: Sequence[str]) -> bool:
        """Keep a batch with its uses in their order; False where one of them is in a batch already."""
        change = "UPDATE gathered SET batch = ?, place = ? WHERE id = ? AND batch = ''"
        rows = [(batch.object, place, each) for place, each in enumerate(uses)]
        with self._file.trying() as database:
            if database.executemany(change, rows).rowcount != len(rows):
                return False
            database.execute("INSERT INTO use_batch VALUES (?, ?, ?, ?, ?, ?, ?)", _row(batch))
            database.execute("COMMIT")
        return True

    def batch(self, object_id: str) -> KeptBatch | None:
        """A batch by its object, or None."""
        with self._file.reading() as database:
            return _find(database, object_id)

    def batches(self, states: Collection[UseState], grant: str = "") -> list[KeptBatch]:
        """The batches in some states, of a grant or of any, the oldest first."""
        marks = ", ".join("?" * len(states))
        query = f"SELECT * FROM use_batch WHERE state IN ({marks}) AND ? IN ('', grant_id) ORDER BY sign_by, object"  # noqa: S608, E501 - our words
        with self._file.reading() as database:
            rows = database.execute(query, (*(each.value for each in states), grant))
            return [_batch(row) for row in rows]

    def leaves_of(self, object_id: str) -> list[GatheredUse]:
        """The uses in a batch, in its order."""
        with self._file.reading() as database:
            rows = database.execute(f"{_GATHERED} WHERE batch = ? ORDER BY place", (object_id,))
            return [_gathered(row) for row in rows]

    def change_batch(self, batch: KeptBatch, before: KeptBatch, place: RecordPlace | None = None) -> bool:
        """Keep another state of a batch that is as it was read, and of its uses where it is over."""
        with self._file.writing() as database:
            if _find(database, batch.object) != before:
                return False
            database.execute("REPLACE INTO use_batch VALUES (?, ?, ?, ?, ?, ?, ?)", _row(batch))
            if batch.state in _OVER:
                _end_uses(database, batch, place)
        return True

    def anchored(self, uses: Collection[str], at: int) -> None:
        """Note when gathered uses were first recorded, in a batch or as left unsigned."""
        change = "UPDATE gathered SET anchored = ? WHERE id = ? AND anchored IS NULL"
        with self._file.writing() as database:
            database.executemany(change, [(at, each) for each in uses])

    def left_unsigned(self) -> Mapping[str, list[str]]:
        """Uses whose record as left unsigned is under way: by the digest of the message that carries it."""
        query = (
            "SELECT refusal.message, gathered.id FROM gathered JOIN refusal ON refusal.id = gathered.id "
            "WHERE anchored IS NULL AND refusal.message != ''"
        )
        found: dict[str, list[str]] = {}
        with self._file.reading() as database:
            for message, use_id in database.execute(query):
                found.setdefault(message, []).append(use_id)
        return found

    def unsigned_record(self, use_id: str) -> JsonObject | None:
        """The recorded message that tells that a use was left unsigned, or None."""
        query = (
            "SELECT carrier.message FROM gathered JOIN refusal USING (id) "
            "JOIN carrier ON carrier.digest = refusal.message WHERE id = ? AND anchored IS NOT NULL"
        )
        with self._file.reading() as database:
            row = database.execute(query, (use_id,)).fetchone()
        return None if row is None else dict(json.loads(row[0]))

    def batch_counts(self, now: int) -> BatchCounts:
        """How uses in batches stand at a moment."""
        of_batches = (
            "SELECT COUNT(*), COALESCE(SUM(is_late), 0), COUNT(DISTINCT CASE WHEN is_late THEN grant_id END) "
            "FROM (SELECT b.grant_id, b.is_late FROM use_batch b JOIN gathered g ON g.batch = b.object "
            "WHERE b.state = 'OFFERED')"
        )
        broken = (
            "SELECT (SELECT COUNT(*) FROM gathered WHERE anchored > anchor_by) + "
            "(SELECT COUNT(*) FROM gathered WHERE anchored IS NULL AND anchor_by < ?)"
        )
        with self._file.reading() as database:
            waiting = database.execute("SELECT COUNT(*) FROM gathered WHERE batch = ''").fetchone()
            return BatchCounts(
                *waiting,
                *database.execute(of_batches).fetchone(),
                *database.execute(broken, (now,)).fetchone(),
            )

    def promises(self) -> Iterator[JsonObject]:
        """All promises of uses, in the order in which they were given."""
        with self._file.reading() as database:
            for (text,) in database.execute("SELECT promise FROM gathered ORDER BY at, id"):
                yield dict(json.loads(text))


def insert_gathered(database: sqlite3.Connection, gathered: GatheredUse, anchor_by: int) -> None:
    """Keep a use that was gathered, within somebody's transaction."""
    row = (
        gathered.id,
        gathered.grant,
        json.dumps(gathered.words),
        json.dumps(gathered.promise, ensure_ascii=False),
        gathered.at,
        anchor_by,
    )
    columns = "id, grant_id, words, promise, at, anchor_by"
    database.execute(f"INSERT INTO gathered ({columns}) VALUES (?, ?, ?, ?, ?, ?)", row)  # noqa: S608 - ours


def _end_uses(database: sqlite3.Connection, batch: KeptBatch, place: RecordPlace | None) -> None:
    among = "id IN (SELECT id FROM gathered WHERE batch = ?)"
    shown = None if place is None else json.dumps(place_json(place))
    change = f"UPDATE use SET state = ?, object = ?, digest = ?, place = ? WHERE {among}"  # noqa: S608 - ours
    database.execute(change, (batch.state.value, batch.object, batch.digest, shown, batch.object))
    if place is not None:
        change = "UPDATE gathered SET anchored = ? WHERE batch = ? AND anchored IS NULL"
        database.execute(change, (place.time, batch.object))


def place_json(place: RecordPlace) -> JsonObject:
    """A place as it is kept."""
    return {"seq": place.seq, "tx_hash": place.tx_hash, "block": place.block, "time": place.time}


def _find(database: sqlite3.Connection, object_id: str) -> KeptBatch | None:
    row = database.execute("SELECT * FROM use_batch WHERE object = ?", (object_id,)).fetchone()
    return None if row is None else _batch(row)


def _gathered(row: Sequence[str | int]) -> GatheredUse:
    id_, grant, words, promise, at, batch, place = row
    told = dict(json.loads(str(promise)))
    return GatheredUse(
        str(id_), str(grant), tuple(json.loads(str(words))), told, int(at), str(batch), int(place)
    )


def _batch(row: Sequence[str | int]) -> KeptBatch:
    object_, grant, state, digest, message, sign_by, is_late = row
    form = dict(json.loads(str(message)))
    return KeptBatch(
        str(object_), str(grant), UseState(str(state)), str(digest), form, int(sign_by), bool(is_late)
    )


def _row(batch: KeptBatch) -> tuple[str | int, ...]:
    form = json.dumps(batch.message, ensure_ascii=False, separators=(",", ":"))
    values = (batch.object, batch.grant, batch.state.value, batch.digest, form, batch.sign_by)
    return (*values, int(batch.is_late))
