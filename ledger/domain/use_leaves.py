"""Leaves of batches of uses and of refusals: keccak-256 of what each says, in words of 32 bytes.

    use      = keccak256(0x00 ‖ grant ‖ kind ‖ fields ‖ requestDigest ‖ responseDigest ‖ commitment)
    refusal  = keccak256(0x00 ‖ grantee ‖ grant ‖ reason ‖ requestDigest)

A request's digest is of 32 random bytes among others, so that nobody finds what a leaf says by trying.
"""

from __future__ import annotations

from collections.abc import Sequence

from eth_hash.auto import keccak

from ledger.domain.objects import ascii32
from ledger.domain.rules.uses import use_words
from ledger.domain.sharing_entities import Use

_LEAF = b"\0"
"""Keeps leaves and inner nodes apart."""


def use_leaf(use: Use) -> bytes:
    """The leaf of one use."""
    return leaf_of(use_words(use))


def leaf_of(words: Sequence[bytes]) -> bytes:
    """The leaf of what some words say."""
    return keccak(_LEAF + b"".join(words))


def refusal_leaf(grantee: str, grant: str, reason: int, request: str) -> bytes:
    """The leaf of one refusal.

    Args:
        grantee: Credit code of who asked.
        grant: That was named, 0x-hex.
        reason: Number (`ledger.domain.use_reasons`).
        request: Digest of the request, 0x-hex.

    Example:
        >>> refusal_leaf("11310118MB1A2B3C4D", "0x" + "00" * 32, 5, "0x" + "11" * 32).hex()[:8]
        '573301b9'
    """
    return leaf_of(refusal_words(grantee, grant, reason, request))


def refusal_words(grantee: str, grant: str, reason: int, request: str) -> tuple[bytes, ...]:
    """What the leaf of a refusal is made of; arguments as of `refusal_leaf`."""
    hashes = (bytes.fromhex(grant[2:]), reason.to_bytes(32, "big"), bytes.fromhex(request[2:]))
    return (ascii32(grantee), *hashes)
