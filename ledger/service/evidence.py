"""Evidence of doubts: files that stay in the home, on the ledger a salted digest of each.

What is kept and handed on is one run of bytes, 32 random ones and then the file; the SM3 of all of it is
what the ledger holds, so that whoever gets it checks it with any SM3 tool, and nobody guesses it.
"""

from __future__ import annotations

from typing import Protocol

from ledger.domain.sm import sm3
from ledger.errors import MalformedError, UnknownIdError, UsageError
from ledger.ports import Entropy

SALT_BYTES = 32
MOST_BYTES = 16 << 20
"""Largest file of evidence."""


class KeptBytes(Protocol):
    """Bytes under the digest that the ledger has of them."""

    def load(self, digest: str) -> bytes | None:
        """The bytes, or None."""
        ...

    def save(self, digest: str, data: bytes) -> None:
        """Keep bytes; on return they are on disk."""
        ...


class Evidence:
    """What this home knows behind the digests of evidence.

    Args:
        kept: Where it is kept.
        entropy: Salts.
    """

    def __init__(self, kept: KeptBytes, entropy: Entropy) -> None:
        self._kept, self._entropy = kept, entropy

    def keep(self, file: bytes) -> str:
        """Keep a file under a fresh salt; gives what the ledger gets, 0x-hex.

        Raises:
            MalformedError: `EVIDENCE_SIZE`.
        """
        if not 0 < len(file) <= MOST_BYTES:
            raise MalformedError("EVIDENCE_SIZE", size=len(file), most=MOST_BYTES)
        salted = self._entropy.token(SALT_BYTES) + file
        digest = _digest_of(salted)
        self._kept.save(digest, salted)
        return digest

    def take_in(self, digest: str, salted: bytes) -> bytes:
        """Keep what somebody else handed on; gives the file in it.

        Raises:
            UsageError: `EVIDENCE_OF_ANOTHER`: it is not what the ledger holds the digest of.
        """
        if _digest_of(salted) != digest or len(salted) <= SALT_BYTES:
            raise UsageError("EVIDENCE_OF_ANOTHER", given=_digest_of(salted), recorded=digest)
        self._kept.save(digest, salted)
        return salted[SALT_BYTES:]

    def salted(self, digest: str) -> bytes:
        """What is to be handed on; raises `EVIDENCE_NOT_HERE`."""
        kept = self._kept.load(digest)
        if kept is None:
            raise UnknownIdError("EVIDENCE_NOT_HERE", digest=digest)
        return kept

    def is_here(self, digest: str) -> bool:
        """Whether this home has it."""
        return self._kept.load(digest) is not None


def _digest_of(salted: bytes) -> str:
    return "0x" + sm3(salted).hex()
