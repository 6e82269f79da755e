"""Checking the index row by row against the ledger: `audit fsck`.

The state is made again in memory from the records, with all that the index derives from them, and
every column of every row is compared. Of `names`, which no chain holds, only what the ledger knows
is compared: that the license exists and who issued it. A leaf of a batch to which nothing happened
has no record that names it; of such a license the batch and its issuer are compared.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from ledger.domain.apply import State, apply
from ledger.domain.canonical import JsonObject, canonical, parse_strict
from ledger.domain.entities import Batch, Entity, License
from ledger.domain.entity_json import entity_to_json
from ledger.domain.facts import fact_of
from ledger.domain.links import links_of
from ledger.domain.messages import message_digest
from ledger.domain.objects import from_ascii32
from ledger.domain.records import Record
from ledger.domain.state import Change, Refused
from ledger.errors import ChainOutageError, MalformedError, TrustError
from ledger.ports import Index, IndexRow, LedgerReader
from ledger.proof.journal import Walk
from ledger.service.follow import IndexDivergedError

KEY = "key"
"""Column named when a whole row is missing or surplus."""

Columns = dict[str, object]


@dataclass(frozen=True)
class Difference:
    """One column that differs.

    Attributes:
        table: Of the index; entities stand under their own table (`license`, `region`, …).
        key: Of the row.
        column: Field of the entity or column of the table; `key` for a row that one side lacks.
        index: What the index has, None where the row is missing.
        ledger: What the ledger says, None where the row is surplus.
    """

    table: str
    key: str
    column: str
    index: object
    ledger: object

    def as_json(self) -> JsonObject:
        """The members of `differences` in docs/interfaces.md."""
        return {
            "table": self.table,
            "key": self.key,
            "column": self.column,
            "index": self.index,
            "ledger": self.ledger,
        }


@dataclass(frozen=True)
class Fsck:
    """What was found: rows compared, and every difference.

    Attributes:
        rows: How many the index has.
        differences: Where it and the ledger say otherwise.
        block: Height at which they were compared; -1 where the index is empty, and nothing was.
        head: Height of the ledger's newest block.
    """

    rows: int
    differences: tuple[Difference, ...]
    block: int
    head: int

    @property
    def is_empty(self) -> bool:
        """Whether the index follows no ledger yet."""
        return self.block < 0

    def as_json(self) -> JsonObject:
        """The keys of `audit fsck`."""
        return {
            "rows": self.rows,
            "differences": [each.as_json() for each in self.differences],
            "block": None if self.is_empty else self.block,
            "behind": self.head - self.block,
        }


def check_index(reader: LedgerReader, index: Index) -> Fsck:
    """Compare an index with the ledger, at the block at which the index stands.

    Args:
        reader: The ledger; that its records are complete is checked against the Journal's head.
        index: May lag behind; a name newer than it is looked up on the ledger.

    Raises:
        IndexDivergedError: `INDEX_DIVERGED`: the node's own records do not add up.
        ChainOutageError: No usable answer.
        StoreOutageError: The index cannot be read.
    """
    reader.check_ledger()  # an index without rows would need nothing else of it
    stored = list(index.rows())
    block = _standing(reader, stored)
    heads = [_height(row) for row in stored if row.table == "heads"]
    rebuilt = _Rebuilt(index.ledger_id, sorted({each for each in heads if 0 <= each < block} | {block}))
    if block >= 0:
        rebuilt.replay(reader, block)
    derived = [row for row in stored if row.table != "names"]
    differences = [*_compare(derived, rebuilt.tables(reader)), *_check_names(stored, rebuilt.state, reader)]
    return Fsck(len(stored), tuple(differences), block, max(block, reader.head().number))


def _standing(reader: LedgerReader, stored: list[IndexRow]) -> int:
    """Height of the newest place of the index whose block hash is right; -1 for an empty index."""
    claims = [row for row in stored if row.table in ("cursor", "heads")]
    for row in sorted(claims, key=_height, reverse=True):
        if row.columns["block_hash"] == _hash_at(reader, _height(row)):
            return _height(row)
    return reader.head().number if claims else -1


def _height(row: IndexRow) -> int:
    return int(row.key) if row.key.isascii() and row.key.isdigit() else -1


def _hash_at(reader: LedgerReader, block: int) -> str | None:
    if block < 0:
        return None
    try:
        return reader.header(block).hash
    except ChainOutageError as error:
        if error.code != "CHAIN_NO_BLOCK":
            raise
        return None


class _Rebuilt:
    """The derived tables, made again record by record.

    Args:
        ledger_id: First head of the Journal.
        places: Blocks at which the index kept a head, rising; the last is where it stands.
    """

    def __init__(self, ledger_id: bytes, places: list[int]) -> None:
        self.state = State(ledger_id)
        self._ledger_id, self._places = ledger_id, places
        self._walk = Walk(ledger_id)
        self._seqs: dict[tuple[str, str], int] = {}
        self._messages: dict[str, int] = {}
        self._undo: dict[tuple[int, str, str], tuple[Entity | None, int | None]] = {}
        self._heads: dict[int, tuple[int, bytes]] = {}

    def replay(self, reader: LedgerReader, block: int) -> None:
        for record in reader.records(None, block):
            self._pass_places(record.block)
            self._take(record)
        self._pass_places(block + 1)
        for finding in self._walk.finish(*reader.journal(block)):
            raise _diverged(self._walk.seq, f"{finding.code}: {finding.detail}")

    def _pass_places(self, block: int) -> None:
        """Note where the Journal stood at every place before `block`."""
        while len(self._heads) < len(self._places) and self._places[len(self._heads)] < block:
            self._heads[self._places[len(self._heads)]] = (self._walk.seq, self._walk.head)

    def _take(self, record: Record) -> None:
        _, findings = self._walk.take(record)
        if findings:
            raise _diverged(record.seq, f"{findings[0].code}: {findings[0].detail}")
        try:
            changes = apply(self.state, fact_of(record))
        except (Refused, TrustError, ValueError) as error:
            raise _diverged(record.seq, str(error)) from error
        for change in changes:
            self._change(change, record.seq)
        digest = message_digest(record.message_type(), record.decoded().data)
        self._messages.setdefault(digest, record.seq)

    def _change(self, change: Change, seq: int) -> None:
        passed = len(self._heads)
        if 0 < passed < len(self._places):  # what led to the first place can never be undone
            place = (self._places[passed], change.table, change.key)
            before = self.state.get(change.table, change.key)
            self._undo.setdefault(place, (before, self._seqs.get(place[1:])))
        self.state.put(change)
        self._seqs[change.table, change.key] = seq

    def tables(self, reader: LedgerReader) -> dict[tuple[str, str], Columns]:
        """Every row that the index should have, by table and key."""
        rows: dict[tuple[str, str], Columns] = {("ledger", "0x" + self._ledger_id.hex()): {}}
        for block, (seq, head) in self._heads.items():
            place: Columns = {"block_hash": _hash_at(reader, block), "seq": seq, "head": "0x" + head.hex()}
            rows["heads", str(block)] = place
            if block == self._places[-1]:
                rows["cursor", str(block)] = place
        for (table, key), seq in self._seqs.items():
            rows |= _entity_rows(table, key, self.state.tables[table][key], seq)
        for (block, table, key), (before, was) in self._undo.items():
            rows["undo", f"{block}/{table}/{key}"] = {"body": before and _body(before), "seq": was}
        return rows | {("messages", digest): {"seq": seq} for digest, seq in self._messages.items()}


def _entity_rows(table: str, key: str, entity: Entity, seq: int) -> dict[tuple[str, str], Columns]:
    rows: dict[tuple[str, str], Columns] = {
        ("entities", f"{table}/{key}"): {"body": _body(entity), "seq": seq},
    }
    if isinstance(entity, License):
        rows["licenses", key] = {"issuer": entity.issuer, "license_type": entity.license_type}
    links: dict[tuple[str, str], Columns] = {
        ("links", f"{table}/{by}/{value}/{key}"): {} for by, value in links_of(entity)
    }
    return rows | links


def _body(entity: Entity) -> str:
    return canonical(entity_to_json(entity)).decode()


def _compare(stored: list[IndexRow], expected: dict[tuple[str, str], Columns]) -> Iterator[Difference]:
    left = dict(expected)
    for row in stored:
        ledger = left.pop((row.table, row.key), None)
        if ledger is None:
            yield _difference(row.table, row.key, KEY, row.key, None)
        else:
            yield from _compare_columns(row, ledger)
    for table, key in left:
        yield _difference(table, key, KEY, None, key)


def _compare_columns(row: IndexRow, ledger: Mapping[str, object]) -> Iterator[Difference]:
    for column, value in ledger.items():
        found = row.columns[column]
        if found == value and type(found) is type(value):
            continue
        if column == "body" and row.table == "entities":
            yield from _compare_bodies(row, str(value))
        else:
            yield _difference(row.table, row.key, column, found, value)


def _compare_bodies(row: IndexRow, ledger: str) -> Iterator[Difference]:
    """Name the fields of an entity; the whole body where it is unreadable or in another form."""
    left, right = _parsed(row.columns["body"]), parse_strict(ledger.encode())
    changed = [column for column in right if left is not None and left.get(column) != right[column]]
    for column in changed:
        yield _difference(row.table, row.key, column, (left or {}).get(column), right[column])
    if not changed:
        yield _difference(row.table, row.key, "body", row.columns["body"], ledger)


def _parsed(body: object) -> JsonObject | None:
    try:
        return parse_strict(str(body).encode())
    except (MalformedError, UnicodeEncodeError):
        return None


def _check_names(stored: list[IndexRow], state: State, reader: LedgerReader) -> Iterator[Difference]:
    for row in stored:
        if row.table != "names":
            continue
        issuer = _issuer(str(row.columns["license_id"]), str(row.columns["place"]), state, reader)
        if issuer is None:
            yield _difference("names", row.key, "license_id", row.columns["license_id"], None)
        elif issuer != row.columns["issuer"]:
            yield _difference("names", row.key, "issuer", row.columns["issuer"], issuer)


def _issuer(license_id: str, place: str, state: State, reader: LedgerReader) -> str | None:
    """Who issued a license; None for one that the ledger does not know."""
    license_ = state.get("license", license_id)
    if isinstance(license_, License):
        return license_.issuer
    batch, _, index = place.partition("/")
    if not index.isdecimal():
        return _first_values(license_id, reader).issuer
    known = state.get("batch", batch)
    if isinstance(known, Batch):
        is_leaf = int(index) < known.size and int(index) not in known.opened
        return known.issuer if is_leaf else None
    first = _first_values(batch, reader)
    return first.issuer if int(index) < first.size else None


class _First(NamedTuple):
    issuer: str | None
    size: int


def _first_values(object_id: str, reader: LedgerReader) -> _First:
    """What the first record of an object says; of what was named since the index stood."""
    word = object_id.removeprefix("0x")
    if len(word) != 64 or set(word) - set("0123456789abcdef"):
        return _First(None, 0)
    first = next(iter(reader.records_of(bytes.fromhex(word))), None)
    values = fact_of(first).values if first is not None else {}
    issuer = values.get("issuer")
    return _First(None if issuer is None else from_ascii32(str(issuer)), int(str(values.get("size", 0))))


def _difference(table: str, key: str, column: str, index: object, ledger: object) -> Difference:
    if table == "entities":
        table, _, key = key.partition("/")
    return Difference(table, key, column, index, ledger)


def _diverged(seq: int, detail: str) -> IndexDivergedError:
    return IndexDivergedError("INDEX_DIVERGED", seq=seq, detail=detail)
