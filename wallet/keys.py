"""One signing pair and one encryption pair per license, all derived from one seed.

Pairs of one holder have nothing in common that an outsider could see, so keys do not link licenses,
and the seed alone brings them all back. The derivation is HMAC-SM3 in counter mode (NIST SP
800-108r1 4.1) under a label of its own for each use, 512 bits reduced to [1, n − 2]: the bias is
below 2^−255.
"""

from __future__ import annotations

from typing import NamedTuple

from ledger.domain.sm import N, hmac_sm3

SEED_BYTES = 32
_SIGNING = b"elicense/1/wallet/signing"
_ENCRYPTION = b"elicense/1/wallet/encryption"


class PrivatePair(NamedTuple):
    """The private keys for one license: two scalars of 32 bytes."""

    signing: bytes
    encryption: bytes


def derive(seed: bytes, index: int) -> PrivatePair:
    """The pair number `index` of a seed.

    Args:
        seed: 32 random bytes.
        index: From 0, below 2^32.

    Example:
        >>> first, second = derive(bytes(32), 0), derive(bytes(32), 1)
        >>> len({*first, *second}), derive(bytes(32), 1) == second
        (4, True)
    """
    return PrivatePair(_scalar(seed, _SIGNING, index), _scalar(seed, _ENCRYPTION, index))


def _scalar(seed: bytes, label: bytes, index: int) -> bytes:
    place = label + b"\0" + index.to_bytes(4, "big")
    wide = b"".join(hmac_sm3(seed, bytes([block]) + place) for block in (1, 2))
    return (int.from_bytes(wide, "big") % (N - 2) + 1).to_bytes(32, "big")
