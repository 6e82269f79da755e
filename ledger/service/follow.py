"""Following the ledger: the index grows record by record by the same `apply` that replay uses.

Each run of records is kept together with its cursor, so that a process which dies leaves the index
at a whole block. Where the chain was rewritten the index goes back to the newest block that still
stands. Where records do not add up to the Journal's head, nothing is kept and `INDEX_DIVERGED` says
at which record.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from ledger.domain.apply import apply
from ledger.domain.entities import Entity
from ledger.domain.facts import fact_of
from ledger.domain.messages import message_digest
from ledger.domain.records import RawLog, Record, RecordBody, record_of
from ledger.domain.state import Refused
from ledger.errors import ChainOutageError, TrustError
from ledger.ports import Advance, Cursor, Index, LedgerReader
from ledger.proof.headers import Header
from ledger.proof.journal import Walk

BATCH_RECORDS = 1_000
"""Records after which a run is kept, at the next block's end."""

_MOST_MOVES = 8


class IndexDivergedError(TrustError):
    """The records that a node serves do not make the state that the ledger has."""


class _Moved(Exception):
    """The chain was rewritten while it was read."""


class _Outrun(Exception):
    """Another process moved the index meanwhile; what was computed may mix two states."""


class Follow:
    """Brings an index up to the head of the chain.

    Args:
        reader: The ledger as a node shows it.
        index: What is brought up; several processes may share it.
    """

    def __init__(self, reader: LedgerReader, index: Index) -> None:
        self._reader, self._index = reader, index

    @property
    def index(self) -> Index:
        """What is brought up."""
        return self._index

    def sync(self) -> Header:
        """Follow the ledger to the newest block.

        Returns:
            The block at which the index now stands.

        Raises:
            IndexDivergedError: `INDEX_DIVERGED`: records are missing, altered or not allowed.
            ChainOutageError: No usable answer, or `CHAIN_UNSETTLED`.
            StoreOutageError: The index cannot be read or written.
        """
        moves = 0
        while True:
            target = self._reader.head()
            cursor = self._standing(target)
            if cursor and cursor.block_hash == target.hash:
                return target
            if cursor and cursor.block >= target.number:
                return self._reader.header(cursor.block_hash)
            try:
                self._advance(cursor, target)
            except _Outrun:
                continue
            except _Moved:
                moves += 1
                if moves == _MOST_MOVES:
                    raise ChainOutageError("CHAIN_UNSETTLED", block=target.number) from None
                continue
            return target

    def _standing(self, target: Header) -> Cursor | None:
        """The cursor, after going back to the newest block that is still part of the chain."""
        cursor = self._index.cursor()
        if cursor is None or cursor.block_hash == target.hash or self._is_canonical(cursor):
            return cursor
        back = next((each for each in self._index.heads() if self._is_canonical(each)), None)
        self._index.roll_back(back)
        return back

    def _is_canonical(self, cursor: Cursor) -> bool:
        return self._hash_at(cursor.block) == cursor.block_hash

    def _hash_at(self, block: int) -> str | None:
        try:
            return self._reader.header(block).hash
        except ChainOutageError as error:
            if error.code != "CHAIN_NO_BLOCK":
                raise
            return None

    def _advance(self, cursor: Cursor | None, target: Header) -> None:
        run = _Run(self._index, cursor)
        try:
            for log in self._reader.logs(cursor.block + 1 if cursor else None, target.number):
                if run.taken >= BATCH_RECORDS and log.block != run.block:
                    run = self._keep(run, run.block, target)
                run.take(log)
            run.finish(*self._reader.journal(target.number))
        except IndexDivergedError:
            self._require_unmoved(target)
            if self._index.cursor() != run.since:
                raise _Outrun from None
            raise
        self._keep(run, target.number, target)

    def _keep(self, run: _Run, block: int, target: Header) -> _Run:
        """Put a run that ends with `block`; `target` still standing shows that it is on one chain."""
        block_hash = target.hash if block == target.number else self._reader.header(block).hash
        self._require_unmoved(target)
        until = Cursor(run.walk.seq, run.walk.head, block, block_hash)
        if not self._index.put(Advance(run.since, until, run.changes, run.messages)):
            raise _Outrun
        return _Run(self._index, until)

    def _require_unmoved(self, target: Header) -> None:
        if self._hash_at(target.number) != target.hash:
            raise _Moved


@dataclass(frozen=True)
class _ReadOnce(Record):
    """A record whose body, which several steps read, is decoded once."""

    @cached_property
    def _body(self) -> RecordBody:
        return super().decoded()

    def decoded(self) -> RecordBody:
        return self._body


class _Run:
    """Records taken since a cursor and what they change, seen as one state with the index below."""

    def __init__(self, index: Index, since: Cursor | None) -> None:
        self._index, self.since = index, since
        self._seen: dict[tuple[str, str], Entity | None] = {}
        self.walk = Walk(since.head, since.seq) if since else Walk(index.ledger_id)
        self.changes: dict[tuple[str, str], tuple[Entity, int]] = {}
        self.messages: dict[str, int] = {}
        self.taken, self.block = 0, -1

    @property
    def ledger_id(self) -> bytes:
        return self._index.ledger_id

    def get(self, table: str, key: str) -> Entity | None:
        place = (table, key)
        if place not in self._seen:
            self._seen[place] = self._index.get(table, key)
        return self._seen[place]

    def take(self, log: RawLog) -> None:
        try:
            record = _ReadOnce(**vars(record_of(log)))
        except TrustError as error:
            raise _diverged(self.walk.seq + 1, f"{error.code}: {error.fields['what']}") from error
        _, findings = self.walk.take(record)
        if findings:
            raise _diverged(record.seq, f"{findings[0].code}: {findings[0].detail}")
        self._apply(record)
        self.taken, self.block = self.taken + 1, record.block

    def finish(self, seq: int, head: bytes) -> None:
        findings = self.walk.finish(seq, head)
        if findings:
            first = min(self.walk.seq, seq) + (self.walk.seq != seq)
            raise _diverged(first, f"{findings[0].code}: {findings[0].detail}")

    def _apply(self, record: Record) -> None:
        try:
            changes = apply(self, fact_of(record))
        except (Refused, ValueError) as refusal:  # ValueError: a number that is no act, purpose or scope
            raise _diverged(record.seq, str(refusal)) from refusal
        except TrustError as error:
            raise _diverged(record.seq, f"{error.code}: {error.fields['what']}") from error
        for change in changes:
            place = (change.table, change.key)
            self._seen[place] = change.entity
            self.changes[place] = (change.entity, record.seq)
        digest = message_digest(record.message_type(), record.decoded().data)
        self.messages.setdefault(digest, record.seq)


def _diverged(seq: int, detail: str) -> IndexDivergedError:
    return IndexDivergedError("INDEX_DIVERGED", seq=seq, detail=detail)
