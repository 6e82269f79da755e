"""Records: what the Journal emitted, read strictly.

A record comes from one log of the Journal's only event,
`Record(uint64 indexed seq, bytes32 indexed object, uint16 indexed kind, address writer, uint64 time,
bytes body)`. Its body is `abi.encode(bytes data, Signature[] signatures)`, where `data` is the
message as it was signed; that of a batch has a third member, `bytes32[] leaves`, and so have uses (their
words) and what holders sign (the proof whose keys these are). Whatever is not the one strict encoding of
that is `BAD_RECORD`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from eth_abi.abi import encode
from eth_hash.auto import keccak

from ledger.domain.messages import MESSAGE_OF, Kind, MessageType
from ledger.domain.strict_abi import decode_strict
from ledger.errors import TrustError

RECORD_TOPIC = keccak(b"Record(uint64,bytes32,uint16,address,uint64,bytes)")
"""First topic of the Journal's event."""

SIGNATURE_TYPE = "(bytes32,uint16,bytes32,bytes32)"
"""`Signature`: key id, algorithm (1 = SM2 with SM3), r, s."""

Values = dict[str, object]
"""Members of a message by name."""

_BODY_TYPES = ["bytes", f"{SIGNATURE_TYPE}[]"]
_BATCH_TYPES = [*_BODY_TYPES, "bytes32[]"]
_WITH_LEAVES = frozenset(
    {
        Kind.LICENSE_BATCH_ISSUED,
        Kind.LICENSE_BATCH_ISSUED_BY_RENEWAL,
        Kind.CONSENT_GIVEN,
        Kind.CONSENT_WITHDRAWN,
        Kind.CORRECTION_ASKED,
        Kind.CORRECTION_CONTESTED,
        Kind.DATA_USED,
        Kind.ITEM_REGISTERED,
        Kind.REPEAT_TOLD,
        Kind.DATA_USED_IN_BATCH,
        Kind.USES_REFUSED_IN_BATCH,
    }
)
_LOG_TYPES = ["address", "uint64", "bytes"]


@dataclass(frozen=True)
class RecordSignature:
    """One signature of a record.

    Attributes:
        key_id: keccak256(X‖Y) of the signing key, 32 bytes.
        alg: 1 for SM2 with SM3.
        r: 32 bytes.
        s: 32 bytes.
    """

    key_id: bytes
    alg: int
    r: bytes
    s: bytes

    @property
    def raw(self) -> bytes:
        """64 bytes, `r‖s`."""
        return self.r + self.s


@dataclass(frozen=True)
class RecordBody:
    """The body of a record: the message as it was signed, who signed it, and the words beside it, if any."""

    data: bytes
    signatures: tuple[RecordSignature, ...]
    leaves: tuple[bytes, ...] = ()

    def encode(self) -> bytes:
        """The bytes that the contracts append."""
        rows = [(each.key_id, each.alg, each.r, each.s) for each in self.signatures]
        if self.leaves:
            return encode(_BATCH_TYPES, [self.data, rows, list(self.leaves)])
        return encode(_BODY_TYPES, [self.data, rows])


@dataclass(frozen=True)
class RawLog:
    """One log of the Journal as a node served it, not yet trusted or read."""

    topics: tuple[bytes, ...]
    data: bytes
    block: int
    tx_hash: str
    log_index: int


@dataclass(frozen=True)
class Record:
    """One entry of the Journal.

    Attributes:
        seq: Position, from 1.
        object: What it is about (`ledger.domain.objects`), 32 bytes.
        kind: A number of `Kind`, or one that this version does not know.
        writer: Contract that appended it, 0x-hex in lower case.
        time: Seconds since 1970 of its block.
        body: `abi.encode(bytes data, Signature[] signatures)`, for some kinds with `bytes32[] leaves` behind.
        block: Height of its block.
        tx_hash: 0x-hex.
        log_index: Position among the logs of its block.
    """

    seq: int
    object: bytes
    kind: int
    writer: str
    time: int
    body: bytes
    block: int
    tx_hash: str
    log_index: int

    def decoded(self) -> RecordBody:
        """The body, read strictly.

        Raises:
            TrustError: `BAD_RECORD`: it is not the encoding of a body.
        """
        types = _BATCH_TYPES if self.kind in _WITH_LEAVES else _BODY_TYPES
        data, rows, *leaves = _strict(types, self.body, self.seq, "body")
        return RecordBody(data, tuple(RecordSignature(*row) for row in rows), *leaves)

    def message(self) -> tuple[MessageType, Values]:
        """What was signed: its struct and its members by name, hashes as 0x-hex.

        Raises:
            TrustError: `BAD_RECORD`: unknown kind, or not the encoding of that kind's message.
        """
        struct = self.message_type()
        try:
            return struct, struct.values(self.decoded().data)
        except ValueError:
            raise TrustError("BAD_RECORD", seq=self.seq, what="message") from None

    def message_type(self) -> MessageType:
        """The struct that records of this kind carry.

        Raises:
            TrustError: `BAD_RECORD`: a kind that this version does not know.
        """
        try:
            return MESSAGE_OF[Kind(self.kind)]
        except (ValueError, KeyError):
            raise TrustError("BAD_RECORD", seq=self.seq, what=f"kind {self.kind}") from None


def record_of(log: RawLog) -> Record:
    """The record that a log of the Journal carries.

    Raises:
        TrustError: `BAD_RECORD`: other topics, or topics and data that are not strictly encoded.
    """
    where = f"{log.tx_hash}#{log.log_index}"
    if len(log.topics) != 4 or log.topics[0] != RECORD_TOPIC or any(len(t) != 32 for t in log.topics):
        raise TrustError("BAD_RECORD", seq=where, what="topics")
    seq = _topic_number(log.topics[1], 64, where)
    kind = _topic_number(log.topics[3], 16, where)
    writer, time, body = _strict(_LOG_TYPES, log.data, where, "data")
    return Record(seq, log.topics[2], kind, writer, time, body, log.block, log.tx_hash, log.log_index)


def raw_log_of(record: Record) -> RawLog:
    """The inverse of `record_of`."""
    topics = (RECORD_TOPIC, record.seq.to_bytes(32, "big"), record.object, record.kind.to_bytes(32, "big"))
    data = encode(_LOG_TYPES, [record.writer, record.time, record.body])
    return RawLog(topics, data, record.block, record.tx_hash, record.log_index)


def _topic_number(word: bytes, bits: int, where: object) -> int:
    number = int.from_bytes(word, "big")
    if number >> bits:
        raise TrustError("BAD_RECORD", seq=where, what="topics")
    return number


def _strict(types: Sequence[str], data: bytes, seq: object, what: str) -> Any:
    try:
        return decode_strict(types, data)
    except ValueError:
        raise TrustError("BAD_RECORD", seq=seq, what=what) from None
