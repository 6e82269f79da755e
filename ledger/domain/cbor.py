"""The part of CBOR that presentations use, in its one deterministic form (RFC 8949 4.2.1).

Integers, byte strings, text, arrays, false, true, null and the empty map; no tags, no floats, no
indefinite lengths. Every value has exactly one encoding, and the reader refuses all others, so that
what was signed cannot be written in a second way. It is small on purpose: it reads what a
stranger's camera saw.
"""

from __future__ import annotations

from ledger.errors import MalformedError

CborValue = None | bool | int | bytes | str | list["CborValue"] | dict[str, "CborValue"]

MAX_DEPTH = 8
_UNSIGNED, _NEGATIVE, _BYTES, _TEXT, _ARRAY, _MAP, _SIMPLE = 0, 1, 2, 3, 4, 5, 7
_CONSTANTS: dict[int, bool | None] = {20: False, 21: True, 22: None}


def encode(value: object) -> bytes:
    """The deterministic encoding of a value.

    Raises:
        MalformedError: `CBOR_MALFORMED` for what this part of CBOR does not carry.

    Example:
        >>> encode([1, -2, b"3", "四", None]).hex()
        '850121413363e59b9bf6'
    """
    match value:
        case None | bool():
            return bytes([_SIMPLE << 5 | {False: 20, True: 21, None: 22}[value]])
        case int():
            return _head(_UNSIGNED, value) if value >= 0 else _head(_NEGATIVE, -1 - value)
        case bytes():
            return _head(_BYTES, len(value)) + value
        case str():
            raw = _utf8(value)
            return _head(_TEXT, len(raw)) + raw
        case list():
            return _head(_ARRAY, len(value)) + b"".join(encode(item) for item in value)
        case dict() if not value:
            return _head(_MAP, 0)
    raise MalformedError("CBOR_MALFORMED", reason="type")


def decode(data: bytes) -> CborValue:
    """Read one value that fills `data` exactly.

    Raises:
        MalformedError: `CBOR_MALFORMED`; never anything else, whatever the bytes.

    Example:
        >>> decode(bytes.fromhex("8301f6a0"))
        [1, None, {}]
    """
    reader = _Reader(data)
    value = reader.value(0)
    if reader.place != len(data):
        raise MalformedError("CBOR_MALFORMED", reason="trailing")
    return value


class _Reader:
    def __init__(self, data: bytes) -> None:
        self._data = data
        self.place = 0

    def value(self, depth: int) -> CborValue:
        if depth > MAX_DEPTH:
            raise MalformedError("CBOR_MALFORMED", reason="depth")
        major, low = divmod(self._take(1)[0], 32)
        if major == _SIMPLE:
            return _constant(low)
        number = self._argument(low)
        if major == _ARRAY:
            return self._array(number, depth)
        if major == _MAP and number == 0:
            return {}
        return self._scalar(major, number)

    def _scalar(self, major: int, number: int) -> CborValue:
        if major == _UNSIGNED:
            return number
        if major == _NEGATIVE:
            return -1 - number
        if major == _BYTES:
            return self._take(number)
        if major == _TEXT:
            return _text(self._take(number))
        raise MalformedError("CBOR_MALFORMED", reason="type")

    def _array(self, count: int, depth: int) -> list[CborValue]:
        if count > len(self._data) - self.place:  # an item has at least one byte
            raise MalformedError("CBOR_MALFORMED", reason="length")
        return [self.value(depth + 1) for _ in range(count)]

    def _argument(self, low: int) -> int:
        if low < 24:
            return low
        if low > 27:
            raise MalformedError("CBOR_MALFORMED", reason="length")
        width = 1 << (low - 24)
        number = int.from_bytes(self._take(width), "big")
        if number < (24 if width == 1 else 1 << (4 * width)):
            raise MalformedError("CBOR_MALFORMED", reason="not shortest")
        return number

    def _take(self, count: int) -> bytes:
        start, self.place = self.place, self.place + count
        if self.place > len(self._data):
            raise MalformedError("CBOR_MALFORMED", reason="length")
        return self._data[start : self.place]


def _head(major: int, number: int) -> bytes:
    if number < 24:
        return bytes([major << 5 | number])
    for low, width in ((24, 1), (25, 2), (26, 4), (27, 8)):
        if number < 1 << (8 * width):
            return bytes([major << 5 | low]) + number.to_bytes(width, "big")
    raise MalformedError("CBOR_MALFORMED", reason="integer")


def _constant(low: int) -> bool | None:
    if low not in _CONSTANTS:
        raise MalformedError("CBOR_MALFORMED", reason="type")
    return _CONSTANTS[low]


def _text(raw: bytes) -> str:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        raise MalformedError("CBOR_MALFORMED", reason="utf-8") from None


def _utf8(text: str) -> bytes:
    try:
        return text.encode("utf-8")
    except UnicodeEncodeError:
        raise MalformedError("CBOR_MALFORMED", reason="utf-8") from None
