"""The Journal's two digests, recomputed: the head over all records, the word of each object.

    head' = keccak256(abi.encode(head, seq, blockNumber, time, writer, kind, object, keccak256(body)))

with the ledger id as the first head. Per object the Journal keeps one word, `rev` in the top 32
bits and H in the low 224, where

    H' = low 224 bits of keccak256(abi.encode(H, seq, blockNumber, time, writer, kind, keccak256(body)))

starting from 0. A record that was omitted, invented, edited, reordered or moved to another block
changes them. Nothing here sorts, deduplicates or repairs.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from eth_hash.auto import keccak

from ledger.domain.records import RawLog, Record, record_of
from ledger.errors import TrustError

LOW_224 = (1 << 224) - 1
HEAD_EVERY = 1024
"""The Journal keeps the head of every record whose seq is a multiple of this."""


def next_head(head: bytes, record: Record) -> bytes:
    """The head after `record`, 32 bytes."""
    return keccak(head + _placed(record) + record.object + keccak(record.body))


def next_object(word: bytes, record: Record) -> bytes:
    """The word of the record's object after `record`.

    Args:
        word: The word before it, 32 bytes; zeros for a new object.
        record: One record about the object.
    """
    before = int.from_bytes(word, "big")
    word = (before & LOW_224).to_bytes(32, "big")
    digest = int.from_bytes(keccak(word + _placed(record) + keccak(record.body)), "big")
    return (((before >> 224) + 1) << 224 | digest & LOW_224).to_bytes(32, "big")


def _placed(record: Record) -> bytes:
    """`abi.encode(seq, blockNumber, time, writer, kind)`: each a word of its own."""
    words = (record.seq, record.block, record.time, int(record.writer, 16), record.kind)
    return b"".join(each.to_bytes(32, "big") for each in words)


def object_word(records: Iterable[Record]) -> bytes:
    """The word of an object whose whole history is `records`, in order.

    Example:
        >>> object_word([]) == bytes(32)
        True
    """
    word = bytes(32)
    for record in records:
        word = next_object(word, record)
    return word


def revision(word: bytes) -> int:
    """How many facts an object's word counts.

    Example:
        >>> revision((3 << 224 | 0xABC).to_bytes(32, "big"))
        3
    """
    return int.from_bytes(word, "big") >> 224


def object_slot(object_id: bytes, mapping_slot: int) -> int:
    """Storage slot of an object's word in a Solidity mapping at `mapping_slot`."""
    return mapping_key(int.from_bytes(object_id, "big"), mapping_slot)


def mapping_key(key: int, mapping_slot: int) -> int:
    """Storage slot of `mapping[key]`: keccak256(key ‖ slot) as Solidity lays it out."""
    return int.from_bytes(keccak(key.to_bytes(32, "big") + mapping_slot.to_bytes(32, "big")), "big")


def array_slot(slot: int) -> int:
    """Storage slot of the first element of a dynamic array whose length stands at `slot`."""
    return int.from_bytes(keccak(slot.to_bytes(32, "big")), "big")


@dataclass(frozen=True)
class Finding:
    """Something that does not hold in the records.

    Attributes:
        code: `SEQ_GAP`, `HEAD_MISMATCH`, `BAD_RECORD`, or another code of the interfaces' list.
        seq: The record where it shows; None where no record can be named.
        tx_hash: Its transaction, 0x-hex, where known.
        detail: What was expected and what was found.
    """

    code: str
    seq: int | None
    tx_hash: str | None
    detail: str


@dataclass
class Walk:
    """One pass over the records as they were served.

    Attributes:
        head: Head after the last record taken; at first the ledger id or a known head.
        seq: Seq of the last record taken.
        expected: Known heads by seq (every 1,024th, from `headAt`), compared on the way.
    """

    head: bytes
    seq: int = 0
    expected: Mapping[int, bytes] = field(default_factory=dict)
    _place: tuple[int, int] = (-1, -1)

    def take(self, log: RawLog | Record) -> tuple[Record | None, list[Finding]]:
        """Go on by one: the record, or None when the log carries none, and what is wrong with it."""
        try:
            record = record_of(log) if isinstance(log, RawLog) else log
            record.decoded()
        except TrustError as error:
            detail = str(error.fields["what"])
            seq = log.seq if isinstance(log, Record) else None
            return None, [Finding("BAD_RECORD", seq, log.tx_hash, detail)]
        findings = self._order(record)
        self.head = next_head(self.head, record)
        self.seq, self._place = record.seq, (record.block, record.log_index)
        return record, findings + self._compare(record)

    def finish(self, seq: int, head: bytes) -> list[Finding]:
        """Compare with the seq and head that the ledger itself holds."""
        if self.head == head and self.seq == seq:
            return []
        detail = f"computed {self.seq} 0x{self.head.hex()}, ledger {seq} 0x{head.hex()}"
        return [Finding("HEAD_MISMATCH", self.seq, None, detail)]

    def _order(self, record: Record) -> list[Finding]:
        found = []
        if record.seq != self.seq + 1:
            detail = f"{record.seq} after {self.seq}"
            found.append(Finding("SEQ_GAP", record.seq, record.tx_hash, detail))
        if (record.block, record.log_index) <= self._place:
            detail = f"block {record.block} log {record.log_index} after {self._place}"
            found.append(Finding("BAD_RECORD", record.seq, record.tx_hash, detail))
        return found

    def _compare(self, record: Record) -> list[Finding]:
        known = self.expected.get(record.seq)
        if known is None or known == self.head:
            return []
        detail = f"computed 0x{self.head.hex()}, ledger 0x{known.hex()}"
        return [Finding("HEAD_MISMATCH", record.seq, record.tx_hash, detail)]
