"""What the services need from the world, in the domain's words.

Adapters in `ledger.adapters` (and the wallet's own) implement these; services receive them.
"""

from __future__ import annotations

from datetime import datetime
from typing import Protocol


class Clock(Protocol):
    """Where time comes from."""

    def now(self) -> datetime:
        """The present moment, aware, in UTC."""
        ...


class Entropy(Protocol):
    """Where randomness comes from."""

    def token(self, size: int) -> bytes:
        """`size` bytes from a cryptographically secure source."""
        ...


class Signer(Protocol):
    """One SM2 private key, wherever it lives (file, UKey, HSM)."""

    @property
    def public_key(self) -> bytes:
        """65 bytes, `04‖X‖Y`."""
        ...

    def sign(self, message: bytes, uid: bytes = b"1234567812345678") -> bytes:
        """64 bytes, `r‖s`, over `message` (GB/T 32918.2; e = SM3(Z‖message))."""
        ...


class Verifier(Protocol):
    """Checks SM2 signatures. Never raises on data: whatever is not a signature is False."""

    @property
    def backend(self) -> str:
        """The name shown in results, for example `libcrypto 3.0.19`."""
        ...

    def verify(
        self, public_key: bytes, message: bytes, signature: bytes, uid: bytes = b"1234567812345678"
    ) -> bool:
        """Whether `signature` (64 bytes, `r‖s`) by `public_key` (65 bytes, `04‖X‖Y`) holds."""
        ...
