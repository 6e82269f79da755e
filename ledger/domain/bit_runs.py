"""Words of bits by their runs: short where most bits stand in long rows of ones or zeros."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

BITS = 256


def runs_of(word: bytes) -> list[int]:
    """Lengths of the rows of equal bits of a 32-byte word, from the lowest bit on, zeros first.

    Example:
        >>> runs_of((0b1101).to_bytes(32, "big")), runs_of(b"\\xff" * 32)
        ([0, 1, 1, 2, 252], [0, 256])
    """
    number = int.from_bytes(word, "big")
    rows = [(bit, len(list(row))) for bit, row in groupby(number >> place & 1 for place in range(BITS))]
    return [0] * rows[0][0] + [length for _, length in rows]


def word_of(runs: Sequence[int]) -> bytes:
    """The inverse.

    Raises:
        ValueError: No runs of 256 bits.
    """
    if sum(runs) != BITS or any(length < 0 for length in runs):
        raise ValueError("no runs of 256 bits")
    number = place = 0
    for turn, length in enumerate(runs):
        number |= (turn % 2) * ((1 << length) - 1) << place
        place += length
    return number.to_bytes(BITS // 8, "big")
