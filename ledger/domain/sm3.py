"""SM3 (GB/T 32905-2016) and what is built from it: HMAC and the SM2 key derivation.

`hashlib` computes SM3 wherever its OpenSSL carries it; otherwise the plain implementation below
gives the same digests, slowly.
"""

from __future__ import annotations

import hashlib
from typing import Protocol

BLOCK_SIZE = 64
DIGEST_SIZE = 32

_IV: tuple[int, ...] = (
    0x7380166F,
    0x4914B2B9,
    0x172442D7,
    0xDA8A0600,
    0xA96F30BC,
    0x163138AA,
    0xE38DEE4D,
    0xB0FB0E4E,
)
_MASK = 0xFFFFFFFF
_INNER_PAD, _OUTER_PAD = (bytes(byte ^ pad for byte in range(256)) for pad in (0x36, 0x5C))


class Digest(Protocol):
    """A running hash."""

    def update(self, data: bytes, /) -> None:
        """Take in more bytes."""
        ...

    def digest(self) -> bytes:
        """The 32-byte digest of all bytes so far."""
        ...


def new_sm3(data: bytes = b"") -> Digest:
    """A running SM3 hash, for input that does not fit in memory.

    Args:
        data: First bytes of the input.

    Example:
        >>> running = new_sm3(b"a")
        >>> running.update(b"bc")
        >>> running.digest() == sm3(b"abc")
        True
    """
    return hashlib.new("sm3", data) if _EMPTY else PlainSm3(data)


def sm3(data: bytes) -> bytes:
    """The SM3 digest, 32 bytes.

    Args:
        data: The whole message.

    Example:
        >>> sm3(b"abc").hex()
        '66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0'
    """
    running = _EMPTY.copy() if _EMPTY else PlainSm3()
    running.update(data)
    return running.digest()


def hmac_sm3(key: bytes, message: bytes) -> bytes:
    """HMAC (RFC 2104) over SM3, 32 bytes.

    Args:
        key: Secret of any length; longer than 64 bytes is hashed first.
        message: What is authenticated.

    Example:
        >>> hmac_sm3(b"key", b"The quick brown fox jumps over the lazy dog").hex()[:16]
        'bd4a34077888162b'
    """
    block = (sm3(key) if len(key) > BLOCK_SIZE else key).ljust(BLOCK_SIZE, b"\0")
    return sm3(block.translate(_OUTER_PAD) + sm3(block.translate(_INNER_PAD) + message))


def kdf(shared: bytes, length: int) -> bytes:
    """The key derivation of GB/T 32918.4 5.4.3.

    Args:
        shared: The secret both sides hold, Z in the standard.
        length: Bytes wanted.

    Example:
        >>> kdf(bytes([1]) * 64, 4).hex()
        '8c2656c5'
    """
    blocks = -(-length // DIGEST_SIZE)
    stream = b"".join(sm3(shared + counter.to_bytes(4, "big")) for counter in range(1, blocks + 1))
    return stream[:length]


class PlainSm3:
    """SM3 in plain Python, for hosts whose `hashlib` lacks it.

    Example:
        >>> PlainSm3(b"abc").digest() == sm3(b"abc")
        True
    """

    def __init__(self, data: bytes = b"") -> None:
        self._state = _IV
        self._tail = b""
        self._length = 0
        self.update(data)

    def update(self, data: bytes, /) -> None:
        """Take in more bytes."""
        self._length += len(data)
        pending = self._tail + data
        whole = len(pending) - len(pending) % BLOCK_SIZE
        self._state = _absorb(self._state, pending[:whole])
        self._tail = pending[whole:]

    def digest(self) -> bytes:
        """The 32-byte digest of all bytes so far; more may follow."""
        zeros = (55 - self._length) % BLOCK_SIZE
        closing = self._tail + b"\x80" + bytes(zeros) + (8 * self._length).to_bytes(8, "big")
        return b"".join(word.to_bytes(4, "big") for word in _absorb(self._state, closing))


def _absorb(state: tuple[int, ...], blocks: bytes) -> tuple[int, ...]:
    for start in range(0, len(blocks), BLOCK_SIZE):
        state = _compress(state, blocks[start : start + BLOCK_SIZE])
    return state


def _rotate(word: int, count: int) -> int:
    return ((word << count) | (word >> (32 - count))) & _MASK


def _expand(block: bytes) -> list[int]:
    words = [int.from_bytes(block[i : i + 4], "big") for i in range(0, BLOCK_SIZE, 4)]
    for j in range(16, 68):
        mixed = words[j - 16] ^ words[j - 9] ^ _rotate(words[j - 3], 15)
        permuted = mixed ^ _rotate(mixed, 15) ^ _rotate(mixed, 23)
        words.append(permuted ^ _rotate(words[j - 13], 7) ^ words[j - 6])
    return words


# T_j rotated left by j mod 32, once for all blocks (GB/T 32905 4.2, 5.3.3).
_ROUND_CONSTANTS = tuple(_rotate(0x79CC4519 if j < 16 else 0x7A879D8A, j % 32) for j in range(64))


def _compress(state: tuple[int, ...], block: bytes) -> tuple[int, ...]:
    words = _expand(block)
    a, b, c, d, e, f, g, h = state
    for j in range(64):
        a12 = _rotate(a, 12)
        ss1 = _rotate((a12 + e + _ROUND_CONSTANTS[j]) & _MASK, 7)
        if j < 16:
            ff, gg = a ^ b ^ c, e ^ f ^ g
        else:
            ff, gg = (a & b) | (a & c) | (b & c), (e & f) | (~e & g)
        tt1 = (ff + d + (ss1 ^ a12) + (words[j] ^ words[j + 4])) & _MASK
        tt2 = (gg + h + ss1 + words[j]) & _MASK
        a, b, c, d = tt1, a, _rotate(b, 9), c
        e, f, g, h = tt2 ^ _rotate(tt2, 9) ^ _rotate(tt2, 17), e, _rotate(f, 19), g
    return tuple(old ^ new for old, new in zip(state, (a, b, c, d, e, f, g, h), strict=True))


def _empty_sm3() -> hashlib._Hash | None:
    try:
        return hashlib.new("sm3")
    except ValueError:
        return None


_EMPTY = _empty_sm3()
"""A hash of nothing, where `hashlib` has SM3: copied in half the time that finding it by name takes."""
