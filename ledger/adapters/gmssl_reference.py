"""The gmssl package as a second opinion on SM2 signatures. Reference only.

gmssl 3.2.2 draws nonces from a predictable generator, checks neither ranges nor keys, and strips
zeros and fours from keys handed to its constructor. Here every input is validated first, the key is
set past the constructor, and nonces come from `secrets`. It still is not constant time.
"""

from __future__ import annotations

import secrets
from importlib.metadata import version

from gmssl.sm2 import CryptSM2

from ledger.domain import sm
from ledger.errors import MalformedError


class GmsslVerifier:
    """The `Verifier` port over gmssl."""

    @property
    def backend(self) -> str:
        """For example `gmssl 3.2.2 (reference)`."""
        return _name()

    def verify(self, public_key: bytes, message: bytes, signature: bytes, uid: bytes = sm.DEFAULT_ID) -> bool:
        """Whether the signature holds; False for whatever is not a key, signature or ID."""
        if len(public_key) != 65 or len(uid) > sm.LONGEST_ID:
            return False
        return self._verify_digest(public_key, sm.signed_digest(public_key, message, uid), signature)

    def _verify_digest(self, public_key: bytes, e: bytes, signature: bytes) -> bool:
        if not (sm.is_signature(signature) and sm.is_public_key(public_key)):
            return False
        try:
            return bool(_engine(public_key).verify(signature.hex(), e))
        except TypeError:  # gmssl has no point at infinity: it computes with None
            return False


class GmsslSigner:
    """The `Signer` port over gmssl; made by `unsafe_gmssl_signer` alone."""

    def __init__(self, private_key: bytes, public_key: bytes) -> None:
        self._public_key = public_key
        self._engine = _engine(public_key, private_key.hex())

    @property
    def backend(self) -> str:
        """For example `gmssl 3.2.2 (reference)`."""
        return _name()

    @property
    def public_key(self) -> bytes:
        """65 bytes, `04‖X‖Y`."""
        return self._public_key

    def sign(self, message: bytes, uid: bytes = sm.DEFAULT_ID) -> bytes:
        """64 bytes `r‖s` over e = SM3(Z‖message).

        Raises:
            MalformedError: `SM2_ID_TOO_LONG`.
        """
        e = sm.signed_digest(self._public_key, message, uid)
        while True:
            nonce = 1 + secrets.randbelow(sm.N - 1)
            signature = self._engine.sign(e, f"{nonce:064x}")
            if signature is not None:
                return bytes.fromhex(signature)


def unsafe_gmssl_signer(private_key: bytes) -> GmsslSigner:
    """A signer whose arithmetic leaks through timing: for tests and comparison, never for records.

    Args:
        private_key: 32 bytes.

    Raises:
        MalformedError: `SM2_KEY_INVALID`.
    """
    d = sm.check_private_key(private_key)
    engine = CryptSM2(private_key="", public_key="")
    x_y: str | None = engine._kg(d, engine.ecc_table["g"])
    if x_y is None:
        raise MalformedError("SM2_KEY_INVALID", reason="range")
    return GmsslSigner(private_key, sm.check_public_key(b"\x04" + bytes.fromhex(x_y)))


def _engine(public_key: bytes, private_key: str = "") -> CryptSM2:
    engine = CryptSM2(private_key=private_key, public_key="")
    engine.public_key = public_key[1:].hex()
    return engine


def _name() -> str:
    return f"gmssl {version('gmssl')} (reference)"
