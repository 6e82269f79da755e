"""Which line of a sheet had an identifier first: a table of 20 bytes a place, for sheets of any length.

A dictionary of texts would take ten times as much, and a hundred thousand rows would be felt.
"""

from __future__ import annotations

import struct
from array import array
from hashlib import blake2b

_SMALLEST = 1 << 10
_PAIR = struct.Struct("<QQ")


class FirstLines:
    """Remembers identifiers by their 128-bit digests, with open addressing.

    Example:
        >>> lines = FirstLines()
        >>> lines.first_of("a", 2), lines.first_of("b", 3), lines.first_of("a", 4)
        (2, 3, 2)
    """

    def __init__(self) -> None:
        self._count = 0
        self._make(_SMALLEST)

    def first_of(self, identifier: str, line: int) -> int:
        """The line that had an identifier first: `line` itself where none had it before.

        Args:
            identifier: Any text.
            line: From 1, below 2^32.
        """
        if 3 * self._count > 2 * len(self._lines):
            self._grow()
        key = _PAIR.unpack(blake2b(identifier.encode(), digest_size=16).digest())
        place = self._place_of(key)
        if not self._lines[place]:
            self._put(place, key, line)
            self._count += 1
        return self._lines[place]

    def find(self, identifier: str) -> int | None:
        """The line that has an identifier; None where none has it."""
        key = _PAIR.unpack(blake2b(identifier.encode(), digest_size=16).digest())
        return self._lines[self._place_of(key)] or None

    def _place_of(self, key: tuple[int, int]) -> int:
        """Where a key is, or where it belongs."""
        place, last = key[0] % len(self._lines), len(self._lines) - 1
        while self._lines[place] and (self._high[place], self._low[place]) != key:
            place = place + 1 if place < last else 0
        return place

    def _put(self, place: int, key: tuple[int, int], line: int) -> None:
        self._high[place], self._low[place] = key
        self._lines[place] = line

    def _make(self, size: int) -> None:
        self._high, self._low = array("Q", bytes(8 * size)), array("Q", bytes(8 * size))
        self._lines = array("I", bytes(4 * size))

    def _grow(self) -> None:
        old = zip(self._high, self._low, self._lines, strict=True)
        self._make(2 * len(self._lines))
        for high, low, line in old:
            if line:
                key = (high, low)
                self._put(self._place_of(key), key, line)
