"""Block headers: the hash is computed from the fields, never believed.

Covers the headers of London and of the later forks, whose fields are appended in a fixed order.
Source: Ethereum Yellow Paper 4.3; EIP-1559, 4895, 4844, 4788, 7685.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from eth_hash.auto import keccak

from ledger.errors import BadProofError
from ledger.proof.rlp import encode_rlp

_HEX = re.compile(r"0x[0-9a-f]*")
_QUANTITY = re.compile(r"0x(0|[1-9a-f][0-9a-f]{0,63})")

_FIELDS: tuple[tuple[str, int | None], ...] = (
    ("parentHash", 32),
    ("sha3Uncles", 32),
    ("miner", 20),
    ("stateRoot", 32),
    ("transactionsRoot", 32),
    ("receiptsRoot", 32),
    ("logsBloom", 256),
    ("difficulty", 0),
    ("number", 0),
    ("gasLimit", 0),
    ("gasUsed", 0),
    ("timestamp", 0),
    ("extraData", None),
    ("mixHash", 32),
    ("nonce", 8),
)
"""Name in the JSON answer, and size in bytes: 0 for a number, None for any length."""

_LATER: tuple[tuple[str, int | None], ...] = (
    ("baseFeePerGas", 0),
    ("withdrawalsRoot", 32),
    ("blobGasUsed", 0),
    ("excessBlobGas", 0),
    ("parentBeaconBlockRoot", 32),
    ("requestsHash", 32),
)


@dataclass(frozen=True)
class Header:
    """A block header whose hash was recomputed.

    It is self-consistent, not yet authenticated: any node can make one up.

    Attributes:
        hash: 0x-hex.
        number: Height.
        time: Seconds since 1970 as the block states them.
        parent_hash: 0x-hex.
        state_root: 32 bytes, under which accounts and storage are proved.
        receipts_root: 32 bytes.
        rlp: The encoded header, keccak256 of which is `hash`.
    """

    hash: str
    number: int
    time: int
    parent_hash: str
    state_root: bytes
    receipts_root: bytes
    rlp: bytes


def header_of(block: Mapping[str, object]) -> Header:
    """Read an `eth_getBlockByNumber` answer and recompute its hash.

    Raises:
        BadProofError: `BAD_HEADER`: a field is missing, malformed, or the hash is not that of the fields.
    """
    fields = [_field(block, name, size) for name, size in _FIELDS]
    encoded = encode_rlp(fields + _later(block))
    found = "0x" + keccak(encoded).hex()
    if block.get("hash") != found:
        raise BadProofError("BAD_HEADER", what=f"hash {block.get('hash')} computed {found}")
    return Header(
        hash=found,
        number=int.from_bytes(fields[8], "big"),
        time=int.from_bytes(fields[11], "big"),
        parent_hash="0x" + fields[0].hex(),
        state_root=fields[3],
        receipts_root=fields[5],
        rlp=encoded,
    )


def _later(block: Mapping[str, object]) -> list[bytes]:
    fields = []
    for position, (name, size) in enumerate(_LATER):
        if block.get(name) is None:
            if any(block.get(after) is not None for after, _ in _LATER[position:]):
                raise BadProofError("BAD_HEADER", what=name)
            break
        fields.append(_field(block, name, size))
    return fields


def _field(block: Mapping[str, object], name: str, size: int | None) -> bytes:
    text = block.get(name)
    pattern = _QUANTITY if size == 0 else _HEX
    if not isinstance(text, str) or not pattern.fullmatch(text):
        raise BadProofError("BAD_HEADER", what=name)
    if size == 0:
        number = int(text, 16)
        return number.to_bytes((number.bit_length() + 7) // 8, "big")
    if len(text) % 2 or (size is not None and len(text) != 2 + 2 * size):
        raise BadProofError("BAD_HEADER", what=name)
    return bytes.fromhex(text[2:])
