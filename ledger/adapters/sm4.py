"""SM4-GCM (GB/T 32907-2016, RFC 8998) by the `cryptography` package."""

from __future__ import annotations

import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import SM4
from cryptography.hazmat.primitives.ciphers.modes import GCM

from ledger.errors import MalformedError, TrustError

KEY_SIZE = 16
NONCE_SIZE = 12
TAG_SIZE = 16


class Sm4Gcm:
    """The `Sealer` port: authenticated encryption under a 16-byte key.

    A sealed blob is nonce (12) ‖ ciphertext ‖ tag (16). The nonce is random, so one key should
    seal at most 2^32 blobs; this project takes a fresh key for each.

    Example:
        >>> sealer = Sm4Gcm()
        >>> key = sealer.new_key()
        >>> sealer.open(key, sealer.seal(key, "证照".encode(), b"purpose"), b"purpose").decode()
        '证照'
    """

    def new_key(self) -> bytes:
        """A fresh random key, 16 bytes."""
        return secrets.token_bytes(KEY_SIZE)

    def seal(self, key: bytes, plaintext: bytes, associated: bytes = b"") -> bytes:
        """Encrypt and authenticate.

        Args:
            key: 16 bytes.
            plaintext: The content, possibly empty.
            associated: What the blob is bound to but does not contain.

        Raises:
            MalformedError: `SM4_KEY_INVALID`.
        """
        nonce = secrets.token_bytes(NONCE_SIZE)
        return nonce + _encrypt(key, nonce, plaintext, associated)

    def open(self, key: bytes, sealed: bytes, associated: bytes = b"") -> bytes:
        """Authenticate and decrypt what `seal` made.

        Raises:
            MalformedError: `SM4_KEY_INVALID`.
            TrustError: `SM4_OPEN_FAILED`: another key, other associated bytes, or altered.
        """
        return _decrypt(key, sealed[:NONCE_SIZE], sealed[NONCE_SIZE:], associated)


def _encrypt(key: bytes, nonce: bytes, plaintext: bytes, associated: bytes) -> bytes:
    encryptor = Cipher(_algorithm(key), GCM(nonce)).encryptor()
    encryptor.authenticate_additional_data(associated)
    return encryptor.update(plaintext) + encryptor.finalize() + encryptor.tag


def _decrypt(key: bytes, nonce: bytes, sealed: bytes, associated: bytes) -> bytes:
    algorithm = _algorithm(key)
    if len(nonce) != NONCE_SIZE or len(sealed) < TAG_SIZE:
        raise TrustError("SM4_OPEN_FAILED")
    decryptor = Cipher(algorithm, GCM(nonce, sealed[-TAG_SIZE:])).decryptor()
    decryptor.authenticate_additional_data(associated)
    plaintext = decryptor.update(sealed[:-TAG_SIZE])
    try:
        return plaintext + decryptor.finalize()
    except InvalidTag as error:
        raise TrustError("SM4_OPEN_FAILED") from error


def _algorithm(key: bytes) -> SM4:
    if len(key) != KEY_SIZE:
        raise MalformedError("SM4_KEY_INVALID", size=len(key))
    return SM4(key)
