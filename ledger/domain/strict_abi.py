"""Reading what contracts encoded, by its one strict encoding (Solidity's contract ABI specification).

Whoever replays a ledger reads every word of it, so this is written for speed: one pass, no second encoding to
compare with (ADR 0029). It reads the types that records are made of, and nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

_Read = Callable[[bytes, int], Any]
_ZEROS = bytes(32)
_TUPLE = re.compile(r"\(([a-z0-9]+(?:,[a-z0-9]+)*)\)")


def decode_strict(types: Sequence[str], data: bytes) -> tuple[Any, ...]:
    """The values of `abi.encode`, from exactly the bytes that it makes of them.

    Args:
        types: `uintN`, `bytes32`, `address`, `bytes`, and arrays of the fixed ones or of tuples of them.
        data: The encoding.

    Returns:
        Numbers, bytes, addresses in lower-case 0x-hex, tuples.

    Raises:
        ValueError: Something else, or the same otherwise encoded: padding that is not zero, an offset to
            somewhere else, too few or too many bytes.

    Example:
        >>> decode_strict(["uint8", "address"], bytes(31) + b"\\7" + bytes(30) + b"ab")
        (7, '0x0000000000000000000000000000000000006162')
        >>> decode_strict(["uint8"], b"\\1" * 32)
        Traceback (most recent call last):
            ...
        ValueError: a word that is no uint8
    """
    values, end = [], 32 * sum(_words(each) for each in types)
    at = 0
    for each in types:
        if _is_dynamic(each):
            if _number(data, at) != end:
                raise ValueError("an offset to somewhere else")
            value, end = _dynamic(each, data, end)
        else:
            value = _fixed(each)(data, at)
        values.append(value)
        at += 32 * _words(each)
    if end != len(data):
        raise ValueError(f"{len(data)} bytes, where {end} were to be read")
    return tuple(values)


def _is_dynamic(kind: str) -> bool:
    return kind == "bytes" or kind.endswith("[]")


def _dynamic(kind: str, data: bytes, at: int) -> tuple[Any, int]:
    """A value behind its length, and where it ends."""
    count, at = _number(data, at), at + 32
    if kind == "bytes":
        padded = -(-count // 32) * 32
        value, padding = data[at : at + count], data[at + count : at + padded]
        if len(value) + len(padding) != padded or padding != _ZEROS[: len(padding)]:
            raise ValueError("bytes that are not padded by zeros")
        return value, at + padded
    inner = kind[:-2]
    read, size = _fixed(inner), 32 * _words(inner)
    end = at + count * size
    if end > len(data):
        raise ValueError("an array that goes on behind the end")
    return tuple(read(data, place) for place in range(at, end, size)), end


@cache
def _words(kind: str) -> int:
    """How many words a value takes in its head."""
    members = _TUPLE.fullmatch(kind)
    return len(members[1].split(",")) if members else 1


@cache
def _fixed(kind: str) -> _Read:
    """What reads a value of a fixed type at a place."""
    if members := _TUPLE.fullmatch(kind):
        places = [(32 * place, _fixed(each)) for place, each in enumerate(members[1].split(","))]
        return lambda data, at: tuple(read(data, at + place) for place, read in places)
    if kind == "bytes32":
        return _word
    if kind == "address":
        return _address
    if size := re.fullmatch(r"uint([0-9]+)", kind):
        return _uint(int(size[1]))
    raise ValueError(f"no type of records: {kind}")


def _word(data: bytes, at: int) -> bytes:
    word = data[at : at + 32]
    if len(word) != 32:
        raise ValueError("too few bytes")
    return word


def _number(data: bytes, at: int) -> int:
    return int.from_bytes(_word(data, at), "big")


def _uint(bits: int) -> _Read:
    def read(data: bytes, at: int) -> int:
        number = _number(data, at)
        if number >> bits:
            raise ValueError(f"a word that is no uint{bits}")
        return number

    return read


def _address(data: bytes, at: int) -> str:
    word = _word(data, at)
    if word[:12] != _ZEROS[:12]:
        raise ValueError("a word that is no address")
    return "0x" + word[12:].hex()
