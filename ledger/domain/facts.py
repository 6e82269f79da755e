"""A record, decoded into the words of the domain."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ledger.domain.messages import Kind
from ledger.domain.records import Record

Values = Mapping[str, object]


@dataclass(frozen=True)
class Fact:
    """When something was recorded, by which keys, what it says.

    `values` are the members of the signed struct by name, hashes as 0x-hex.
    """

    seq: int
    time: int
    kind: Kind
    values: Values
    key_ids: tuple[str, ...]


def fact_of(record: Record) -> Fact:
    """Decode a record.

    Raises:
        TrustError: `BAD_RECORD`: not what the contracts write.
    """
    _, values = record.message()
    keys = tuple("0x" + signature.key_id.hex() for signature in record.decoded().signatures)
    return Fact(record.seq, record.time, Kind(record.kind), values, keys)
