"""Base45 (RFC 9285): bytes as the characters that a QR code holds most densely.

Two bytes are three characters, a last single byte two. Read strictly, so that one byte string has
exactly one text.
"""

from __future__ import annotations

from ledger.errors import MalformedError

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
_VALUE = {character: value for value, character in enumerate(ALPHABET)}


def encode(data: bytes) -> str:
    """The base45 text of some bytes.

    Example:
        >>> encode(b"base-45")
        'UJCLQE7W581'
    """
    pairs = (data[start : start + 2] for start in range(0, len(data), 2))
    return "".join(_characters(pair) for pair in pairs)


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
    groups = (text[start : start + 3] for start in range(0, len(text), 3))
    return b"".join(_bytes(group) for group in groups)


def _characters(pair: bytes) -> str:
    value = int.from_bytes(pair, "big")
    digits = []
    for _ in range(len(pair) + 1):
        value, digit = divmod(value, 45)
        digits.append(ALPHABET[digit])
    return "".join(digits)


def _bytes(group: str) -> bytes:
    value: int = sum(_VALUE[character] * 45**place for place, character in enumerate(group))
    size = len(group) - 1
    if value >= 256**size:
        raise MalformedError("QR_TEXT_MALFORMED", reason="base45")
    return value.to_bytes(size, "big")
