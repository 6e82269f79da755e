"""Which SM2 implementation serves this process, and the keys that come with it.

This is the composition root for cryptography: the ledger's own bootstrap, the wallet's and the
command line take their signers and verifiers from here. libcrypto is probed once, at first use.
Where it cannot do SM2, signatures are checked in plain Python, the result says so (`backend`), and
whatever needs a private key stops with `SM2_BACKEND_MISSING`: there is no weaker way to sign.
"""

from __future__ import annotations

import os
from functools import lru_cache
from typing import NamedTuple

from ledger.adapters.libcrypto import (
    Libcrypto,
    LibcryptoDecryptor,
    LibcryptoEncryptor,
    LibcryptoSigner,
    LibcryptoUnusableError,
    LibcryptoVerifier,
)
from ledger.adapters.sm2_keys import PrivateKey, read_key_file
from ledger.adapters.sm2_pure import PureVerifier
from ledger.errors import MalformedError, UsageError
from ledger.ports import Decryptor, Encryptor, Verifier


class Backend(NamedTuple):
    """What the probe found: the library, or why there is none."""

    library: Libcrypto | None
    reason: str

    def require(self) -> Libcrypto:
        """The library.

        Raises:
            UsageError: `SM2_BACKEND_MISSING`.
        """
        if self.library is None:
            raise UsageError("SM2_BACKEND_MISSING", reason=self.reason)
        return self.library


@lru_cache(maxsize=1)
def backend() -> Backend:
    """The process's SM2 backend, found and probed once.

    `ELICENSE_LIBCRYPTO` names the library's file; otherwise the system's loader finds it.
    """
    try:
        return Backend(Libcrypto(os.environ.get("ELICENSE_LIBCRYPTO") or None), "")
    except LibcryptoUnusableError as error:
        return Backend(None, str(error))


@lru_cache(maxsize=1)
def verifier() -> Verifier:
    """The verifier of this process: libcrypto, or plain Python where that has no SM2."""
    library = backend().library
    return PureVerifier() if library is None else LibcryptoVerifier(library)


def generate_key() -> bytes:
    """A new private key, 32 bytes.

    Raises:
        UsageError: `SM2_BACKEND_MISSING`.
    """
    return backend().require().generate()


def signer(private_key: bytes) -> LibcryptoSigner:
    """A signer for a private key of 32 bytes.

    Raises:
        UsageError: `SM2_BACKEND_MISSING`.
        MalformedError: `SM2_KEY_INVALID`.
    """
    return LibcryptoSigner(backend().require(), private_key)


def encryptor() -> Encryptor:
    """SM2 encryption to public keys.

    Raises:
        UsageError: `SM2_BACKEND_MISSING`.
    """
    return LibcryptoEncryptor(backend().require())


def decryptor(private_key: bytes) -> Decryptor:
    """SM2 decryption with a private key of 32 bytes.

    Raises:
        UsageError: `SM2_BACKEND_MISSING`.
        MalformedError: `SM2_KEY_INVALID`.
    """
    return LibcryptoDecryptor(backend().require(), private_key)


def load_signer(path: str, passphrase: bytes | None = None) -> LibcryptoSigner:
    """The signer of a private key file.

    Args:
        path: PEM, PKCS#8 or SEC 1.
        passphrase: For an encrypted file.

    Raises:
        UsageError: `SM2_BACKEND_MISSING`, `KEY_FILE_UNREADABLE`, `KEY_PASSPHRASE_NEEDED`,
            `KEY_PASSPHRASE_WRONG`, `KEY_NOT_PRIVATE`.
        MalformedError: `KEY_FILE_MALFORMED`, `KEY_NOT_SM2`, `SM2_KEY_INVALID`.
    """
    private = _private(path, passphrase)
    loaded = signer(private.scalar)
    if private.public_key not in (None, loaded.public_key):
        raise MalformedError("SM2_KEY_INVALID", reason="pair-mismatch")
    return loaded


def load_decryptor(path: str, passphrase: bytes | None = None) -> Decryptor:
    """The decryptor of a private key file; raises as `load_signer`."""
    return decryptor(_private(path, passphrase).scalar)


def load_public_key(path: str, passphrase: bytes | None = None) -> bytes:
    """The public key, 65 bytes, of a public key file, a certificate or a private key file.

    Raises:
        UsageError: As `load_signer`.
        MalformedError: As `load_signer`.
    """
    public_key, private = read_key_file(path, passphrase)
    if private is None and public_key is not None:
        return public_key
    if public_key is not None and backend().library is None:
        return public_key  # cannot be recomputed here; the file names it
    return load_signer(path, passphrase).public_key


def _private(path: str, passphrase: bytes | None) -> PrivateKey:
    content = read_key_file(path, passphrase)
    if content.private is None:
        raise UsageError("KEY_NOT_PRIVATE", path=path)
    return content.private
