"""Base45 (RFC 9285): bytes as the characters that a QR code holds most densely.

Two bytes are three characters, a last single byte two. Read strictly, so that one byte string has
exactly one text.
"""

from __future__ import annotations

from ledger.errors import MalformedError

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
# The first two characters of a group, by its value modulo 45².
_LOW = [low + high for high in ALPHABET for low in ALPHABET]
_VALUE = {character: value for value, character in enumerate(ALPHABET)}


def encode(data: bytes) -> str:
    """The base45 text of some bytes.

    Example:
        >>> encode(b"base-45")
        'UJCLQE7W581'
    """
    whole = len(data) & ~1
    pairs = [data[place] << 8 | data[place + 1] for place in range(0, whole, 2)]
    text = "".join([_LOW[value % 2025] + ALPHABET[value // 2025] for value in pairs])
    return text + _LOW[data[whole]] if whole < len(data) else text


def decode(text: str) -> bytes:
    """The bytes of a base45 text.

    Raises:
        MalformedError: `QR_TEXT_MALFORMED` for a character, a length or a group that no bytes give.

    Example:
        >>> decode("QED8WEX0")
        b'ietf!'
    """
    if len(text) % 3 == 1 or any(character not in _VALUE for character in text):
        raise MalformedError("QR_TEXT_MALFORMED", reason="base45")
    values = [_VALUE[character] for character in text]
    whole = len(values) // 3 * 3
    groups = [_group(values[place : place + 3]) for place in range(0, whole, 3)]
    data = b"".join([_bytes(value, 2) for value in groups])
    return data + _bytes(_group(values[whole:]), 1) if whole < len(values) else data


def _group(digits: list[int]) -> int:
    return digits[0] + 45 * digits[1] + 2025 * sum(digits[2:])


def _bytes(value: int, size: int) -> bytes:
    if value >= 256**size:
        raise MalformedError("QR_TEXT_MALFORMED", reason="base45")
    return value.to_bytes(size, "big")
