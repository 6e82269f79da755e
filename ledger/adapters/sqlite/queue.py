"""The queue of accepted messages in SQLite: every change is one transaction, on disk before it returns.

A message is found by its digest, by the idempotency key under which it came, and by the objects that
it is about. What never changes (the message, the promise) and how far it is stand in columns of
their own, so that a change writes little.

No content of a license is in it: a message has digests, a batch the hashes of its leaves.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from ledger.adapters.sqlite.file import SqliteFile
from ledger.domain.messages import Domain
from ledger.domain.signed_message import signed_from_json
from ledger.errors import StoreOutageError
from ledger.ports import Clock, Transaction
from ledger.ports.queue import (
    KEY_SECONDS,
    NO_KEYS,
    KeysSeen,
    MessageState,
    PlaceTakenError,
    Queued,
    QueueMovedError,
    QueueState,
    Reason,
    Recorded,
    Request,
)

_SCHEMA = """
CREATE TABLE IF NOT EXISTS message (
  number INTEGER PRIMARY KEY AUTOINCREMENT, digest TEXT NOT NULL UNIQUE, owner TEXT NOT NULL,
  request_key TEXT, request_digest TEXT, accepted_at INTEGER NOT NULL, body TEXT NOT NULL, promise TEXT,
  due INTEGER, state TEXT NOT NULL, anchored_at INTEGER, block INTEGER, recorded_at INTEGER,
  is_final INTEGER NOT NULL, progress TEXT NOT NULL);
CREATE UNIQUE INDEX IF NOT EXISTS message_request ON message (owner, request_key);
CREATE INDEX IF NOT EXISTS message_state ON message (state, number);
CREATE INDEX IF NOT EXISTS message_anchored ON message (anchored_at);
CREATE INDEX IF NOT EXISTS message_open ON message (block) WHERE state = 'ANCHORED' AND is_final = 0;
CREATE INDEX IF NOT EXISTS message_due ON message (due) WHERE recorded_at IS NULL;
CREATE INDEX IF NOT EXISTS message_late ON message (number) WHERE recorded_at > due;
CREATE TABLE IF NOT EXISTS touched (
  object TEXT, number INTEGER, is_changed INTEGER NOT NULL DEFAULT 1,
  PRIMARY KEY (object, number)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS touched_number ON touched (number);
CREATE TABLE IF NOT EXISTS seen (id INTEGER PRIMARY KEY CHECK (id = 1), at INTEGER NOT NULL);
"""
_COLUMNS = "number, owner, request_key, request_digest, accepted_at, body, promise, state, is_final, progress"
_PENDING = "('ACCEPTED', 'SENT')"
_ADD_CHANGED = "ALTER TABLE touched ADD COLUMN is_changed INTEGER NOT NULL DEFAULT 1"
_READY = f"""
SELECT number FROM (
  SELECT number, ROW_NUMBER() OVER (PARTITION BY own.owner ORDER BY number) + COALESCE(sent, 0) AS turn
  FROM message AS own LEFT JOIN (
    SELECT owner, COUNT(*) AS sent FROM message WHERE state = 'SENT' GROUP BY owner) AS away USING (owner)
  WHERE state = 'ACCEPTED' AND NOT EXISTS (
    SELECT 1 FROM touched AS mine
    JOIN touched AS other ON other.object = mine.object AND other.number < mine.number AND other.is_changed
    JOIN message AS before ON before.number = other.number AND before.state IN {_PENDING}
    WHERE mine.number = own.number))
ORDER BY turn, number LIMIT ?
"""  # noqa: S608 - constant
"""Numbers of accepted messages that need nothing which a pending one before them changes, body by body."""
_BROKEN = (
    "SELECT (SELECT COUNT(*) FROM message WHERE recorded_at IS NULL AND due < :now) "
    "+ (SELECT COUNT(*) FROM message WHERE recorded_at > due)"
)
_WHOLE = (
    f"SELECT MIN(accepted_at) FROM message WHERE state IN {_PENDING}",  # noqa: S608 - constant
    "SELECT MAX(anchored_at) FROM message",
    _BROKEN,
)
"""What `QueueState` tells behind the counts."""
_SIGHTING = 60  # seconds between two notes that a node answered

DomainOf = Callable[[str], Domain]


class SqliteQueue:
    """The `MessageQueue` port, with `Sightings`; threads and processes share it.

    Args:
        path: The database file; made with permissions 0600 where it does not exist.
        domain_of: From the name of a contract to its EIP-712 domain.
        clock: When messages were anchored, for the queue's state.

    Raises:
        StoreOutageError: `QUEUE_OUTAGE`, here and in every method.
    """

    def __init__(self, path: Path, domain_of: DomainOf, clock: Clock) -> None:
        self._domain_of, self._clock = domain_of, clock
        self._file = SqliteFile(
            path, _SCHEMA, lambda reason: StoreOutageError("QUEUE_OUTAGE", path=str(path), reason=reason)
        )
        with self._file.reading() as database:
            if "is_changed" not in {row[1] for row in database.execute("PRAGMA table_info(touched)")}:
                database.execute(_ADD_CHANGED)  # a file of an earlier version

    def add(
        self,
        queued: Queued,
        objects: Collection[str],
        seen: int,
        instead_of: str = "",
        keys: KeysSeen = NO_KEYS,
    ) -> Queued:
        """Take a message in, and note of one that will never be recorded that it comes in its place.

        Raises:
            QueueMovedError: It is here already, or a pending message about one of its objects has a
                number above `seen`, or one that changes one of its keys has one above theirs.
            PlaceTakenError: The message of `instead_of` is not here, not given up, or was replaced.
        """
        with self._file.writing() as database:
            known = self._require_unmoved(database, queued, objects, seen, keys)
            if queued.request is not None:
                self._free_key(database, queued.owner, queued.request.key)
            if instead_of:
                self._replace(database, instead_of, queued.digest)
            return self._added(database, queued, objects, known)

    def add_all(self, queued: Sequence[Queued], seen: int, keys: Sequence[KeysSeen]) -> list[Queued]:
        """Take several messages in, in one transaction; raises as `add`, of one of them."""
        with self._file.writing() as database:
            known = [
                self._require_unmoved(database, each, each.message.needed, seen, own)
                for each, own in zip(queued, keys, strict=True)
            ]
            return [
                self._added(database, each, each.message.needed, before)
                for each, before in zip(queued, known, strict=True)
            ]

    def _require_unmoved(
        self,
        database: sqlite3.Connection,
        queued: Queued,
        objects: Collection[str],
        seen: int,
        keys: KeysSeen,
    ) -> Queued | None:
        """The same message as it was given up here, if it was."""
        known = self._found(database, "digest = ?", queued.digest)
        is_here = known is not None and known.is_alive
        if is_here or _newest(database, {*objects, *queued.message.touched}) > seen:
            raise QueueMovedError
        if _newest(database, keys.keys, changing=True) > keys.number:
            raise QueueMovedError
        return known

    def _added(
        self, database: sqlite3.Connection, queued: Queued, objects: Collection[str], known: Queued | None
    ) -> Queued:
        changed = queued.message.touched
        if known is not None:
            _forget(database, known.number)
        number = self._insert(database, queued)
        own = sorted({*objects, *queued.message.needed})
        rows = [(each, number, each in changed) for each in own]
        database.executemany("INSERT INTO touched (object, number, is_changed) VALUES (?, ?, ?)", rows)
        return self._found(database, "number = ?", number) or queued

    def change(self, queued: Sequence[Queued], was: MessageState) -> list[Queued]:
        """Keep messages as they are now, each where its state is still `was`; those that were kept."""
        change = (
            "UPDATE message SET state = ?, anchored_at = COALESCE(anchored_at, ?), block = ?, "
            "recorded_at = ?, is_final = ?, progress = ? WHERE number = ? AND state = ?"
        )
        kept = []
        with self._file.writing() as database:
            for each in queued:
                row = (*self._state_columns(each), each.number, was.value)
                if database.execute(change, row).rowcount == 1:
                    kept.append(each)
        return kept

    def promise(self, queued: Queued) -> Queued:
        """Keep the promise of a message that waits without one; gives it as it is kept then."""
        change = (
            f"UPDATE message SET promise = ?, due = ? WHERE state IN {_PENDING} "  # noqa: S608 - constant
            "AND number = ? AND promise IS NULL"
        )
        with self._file.writing() as database:
            row = (_text(queued.promise or {}), queued.due, queued.number)
            database.execute(change, row)
            return self._found(database, "digest = ?", queued.digest) or queued

    def find(self, digest: str) -> Queued | None:
        """The message with a digest, or None."""
        with self._file.reading() as database:
            return self._found(database, "digest = ?", digest)

    def of_request(self, owner: str, key: str) -> Queued | None:
        """The message under a body's idempotency key, of the last day or still waiting, or None."""
        with self._file.reading() as database:
            found = self._found(database, "owner = ? AND request_key = ?", owner, key)
        return None if found is None or self._is_over(found) else found

    def waiting(self) -> int:
        """How many messages are not yet decided."""
        with self._file.reading() as database:
            query = f"SELECT COUNT(*) FROM message WHERE state IN {_PENDING}"  # noqa: S608 - constant
            return int(database.execute(query).fetchone()[0])

    def sent(self, limit: int) -> list[Queued]:
        """The first messages that are under way, in their order."""
        return self._rows("state = 'SENT' ORDER BY number LIMIT ?", limit)

    def ready(self, limit: int) -> list[Queued]:
        """Messages that can be sent next, shared among their bodies, in the order of acceptance."""
        return self._rows(f"number IN ({_READY}) ORDER BY number", limit)

    def about(self, objects: Collection[str]) -> list[Queued]:
        """All pending messages about these objects and about what those rest on, in their order."""
        found: dict[int, Queued] = {}
        asked, wanted = set[str](), set(objects)
        with self._file.reading() as database:
            while wanted:
                asked |= wanted
                for each in self._touching(database, wanted):
                    found[each.number] = each
                wanted = {name for each in found.values() for name in each.message.needed} - asked
        return [found[number] for number in sorted(found)]

    def unsettled(self, until_block: int, limit: int) -> list[Queued]:
        """Anchored messages in blocks up to a height whose records are not yet final."""
        where = "state = 'ANCHORED' AND is_final = 0 AND block <= ? ORDER BY block LIMIT ?"
        return self._rows(where, until_block, limit)

    def rows(self, state: MessageState | None, limit: int, after: int = 0) -> list[Queued]:
        """Messages in their order, behind the number `after`."""
        where = "(? IS NULL OR state = ?) AND number > ? ORDER BY number LIMIT ?"
        return self._rows(where, state, state, after, limit)

    def state(self) -> QueueState:
        """The queue as a whole."""
        with self._file.reading() as database:
            counted = database.execute("SELECT state, COUNT(*) FROM message GROUP BY state").fetchall()
            told = [database.execute(each, {"now": self._now()}).fetchone()[0] for each in _WHOLE]
        return QueueState({MessageState(state): count for state, count in counted}, *told)

    def saw_ledger(self, at: int) -> None:
        """Note when a node answered; to the minute, so that looking costs no write."""
        if at - (self.ledger_seen() or 0) >= _SIGHTING:
            with self._file.writing() as database:
                database.execute("INSERT OR REPLACE INTO seen VALUES (1, ?)", (at,))

    def ledger_seen(self) -> int | None:
        """When a node answered last, or None."""
        with self._file.reading() as database:
            row = database.execute("SELECT at FROM seen").fetchone()
        return row[0] if row else None

    def _is_over(self, queued: Queued) -> bool:
        """Whether the idempotency key under which it came counts no more."""
        return not queued.is_pending and queued.accepted_at < self._now() - KEY_SECONDS

    def _free_key(self, database: sqlite3.Connection, owner: str, key: str) -> None:
        """Give a key back that counts no more."""
        old = self._found(database, "owner = ? AND request_key = ?", owner, key)
        if old is not None and self._is_over(old):
            free = "UPDATE message SET request_key = NULL, request_digest = NULL WHERE number = ?"
            database.execute(free, (old.number,))

    def _replace(self, database: sqlite3.Connection, digest: str, successor: str) -> None:
        old = self._found(database, "digest = ?", digest)
        if old is None or not old.is_open:
            raise PlaceTakenError
        progress = _text(_progress(replace(old, resigned_as=successor)))
        database.execute("UPDATE message SET progress = ? WHERE number = ?", (progress, old.number))

    def _insert(self, database: sqlite3.Connection, queued: Queued) -> int:
        request, message = queued.request, queued.message
        row = (
            queued.digest,
            queued.owner,
            request.key if request else None,
            request.digest if request else None,
            queued.accepted_at,
            _text(message.as_json()),
            None if queued.promise is None else _text(queued.promise),
            queued.due,
            *self._state_columns(queued),
        )
        insert = (
            "INSERT INTO message (digest, owner, request_key, request_digest, accepted_at, body, promise, "
            "due, state, anchored_at, block, recorded_at, is_final, progress) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
        )
        return int(database.execute(insert, row).lastrowid or 0)

    def _state_columns(self, queued: Queued) -> tuple[str | int | None, ...]:
        """State, when that was anchored, at which height and block time, whether that is final, all else."""
        record = queued.record
        place = (None, None, None) if record is None else (self._now(), record.block, record.time)
        return queued.state.value, *place, queued.is_final, _text(_progress(queued))

    def _now(self) -> int:
        return int(self._clock.now().timestamp())

    def _found(self, database: sqlite3.Connection, where: str, *values: object) -> Queued | None:
        query = f"SELECT {_COLUMNS} FROM message WHERE {where}"  # noqa: S608 - `where` is ours
        row = database.execute(query, values).fetchone()
        return None if row is None else self._queued(row)

    def _rows(self, where: str, *values: object) -> list[Queued]:
        query = f"SELECT {_COLUMNS} FROM message WHERE {where}"  # noqa: S608 - `where` is ours
        with self._file.reading() as database:
            return [self._queued(row) for row in database.execute(query, values)]

    def _touching(self, database: sqlite3.Connection, objects: Collection[str]) -> list[Queued]:
        query = (
            f"SELECT {_COLUMNS} FROM message WHERE state IN {_PENDING} AND number IN "  # noqa: S608 - constant
            "(SELECT number FROM touched WHERE object = ?)"
        )
        return [self._queued(row) for each in sorted(objects) for row in database.execute(query, (each,))]

    def _queued(self, row: Sequence[Any]) -> Queued:
        number, owner, key, digest, accepted_at, body, promise, state, is_final, progress = row
        kept = json.loads(progress)
        return Queued(
            message=signed_from_json(json.loads(body), self._domain_of),
            owner=owner,
            accepted_at=accepted_at,
            promise=None if promise is None else json.loads(promise),
            request=None if key is None else Request(key, digest),
            state=MessageState(state),
            transactions=tuple(_transaction(each) for each in kept["transactions"]),
            record=None if kept["record"] is None else Recorded(**kept["record"]),
            reason=None if kept["reason"] is None else Reason(**kept["reason"]),
            gas=kept["gas"],
            resigned_as=kept["resigned_as"],
            is_final=bool(is_final),
            number=number,
        )


def _newest(database: sqlite3.Connection, objects: Collection[str], *, changing: bool = False) -> int:
    """The highest number of a pending message about one of these objects, or that changes one, or 0."""
    query = (
        f"SELECT MAX(number) FROM message WHERE state IN {_PENDING} AND number IN "  # noqa: S608 - constant
        f"(SELECT number FROM touched WHERE object = ?{' AND is_changed' if changing else ''})"
    )
    return max((database.execute(query, (each,)).fetchone()[0] or 0 for each in objects), default=0)


def _forget(database: sqlite3.Connection, number: int) -> None:
    database.execute("DELETE FROM touched WHERE number = ?", (number,))
    database.execute("DELETE FROM message WHERE number = ?", (number,))


def _progress(queued: Queued) -> dict[str, object]:
    record, reason = queued.record, queued.reason
    return {
        "transactions": [{**vars(each), "raw": each.raw.hex()} for each in queued.transactions],
        "record": None if record is None else vars(record),
        "reason": None if reason is None else vars(reason),
        "gas": queued.gas,
        "resigned_as": queued.resigned_as,
    }


def _transaction(kept: Mapping[str, Any]) -> Transaction:
    return Transaction(**{**kept, "raw": bytes.fromhex(kept["raw"])})


def _text(form: Mapping[str, object]) -> str:
    return json.dumps(form, ensure_ascii=False, separators=(",", ":"))
