"""RLP, the encoding of headers and trie nodes: canonical form only (Yellow Paper, appendix B)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

from ledger.errors import BadProofError

Item: TypeAlias = "bytes | list[Item]"

_MAX_DEPTH = 8


def encode_rlp(item: bytes | Sequence[bytes]) -> bytes:
    """The encoding of one string, or of one list of strings.

    Example:
        >>> encode_rlp([b"cat", b""]).hex()
        'c58363617480'
    """
    if isinstance(item, bytes):
        return item if len(item) == 1 and item[0] < 0x80 else _head(0x80, len(item)) + item
    payload = b"".join(encode_rlp(each) for each in item)
    return _head(0xC0, len(payload)) + payload


def decode_rlp(data: bytes) -> Item:
    r"""One RLP item, canonical form only, nothing after it.

    Raises:
        BadProofError: `BAD_PROOF`.

    Example:
        >>> decode_rlp(bytes.fromhex("c20102"))
        [b'\x01', b'\x02']
    """
    item, end = _item(data, 0, 0)
    if end != len(data):
        raise _bad()
    return item


def _head(base: int, size: int) -> bytes:
    if size <= 55:
        return bytes([base + size])
    digits = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([base + 55 + len(digits)]) + digits


def _item(data: bytes, start: int, depth: int) -> tuple[Item, int]:
    if start >= len(data) or depth > _MAX_DEPTH:
        raise _bad()
    first = data[start]
    if first < 0x80:
        return data[start : start + 1], start + 1
    is_list = first >= 0xC0
    begin, end = _extent(data, start, first - (0xC0 if is_list else 0x80))
    if is_list:
        return _items(data, begin, end, depth + 1), end
    if end - begin == 1 and data[begin] < 0x80:
        raise _bad()
    return data[begin:end], end


def _items(data: bytes, begin: int, end: int, depth: int) -> list[Item]:
    items: list[Item] = []
    while begin < end:
        item, begin = _item(data, begin, depth)
        items.append(item)
    if begin != end:
        raise _bad()
    return items


def _extent(data: bytes, start: int, offset: int) -> tuple[int, int]:
    """Where the payload begins and ends; `offset` is the first byte less its base."""
    begin, size = start + 1, offset
    if offset > 55:
        begin = start + 1 + offset - 55
        digits = data[start + 1 : begin]
        size = int.from_bytes(digits, "big")
        if len(digits) != offset - 55 or digits[0] == 0 or size <= 55:
            raise _bad()
    if begin + size > len(data):
        raise _bad()
    return begin, begin + size


def _bad() -> BadProofError:
    return BadProofError("BAD_PROOF", what="rlp")
