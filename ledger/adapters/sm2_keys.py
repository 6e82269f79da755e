"""SM2 key files: PEM that OpenSSL reads and writes.

Private keys are PKCS#8 (RFC 5958), plain or under a passphrase (PBES2, RFC 8018); SEC 1 is read
too. Public keys are SubjectPublicKeyInfo; an X.509 certificate is read for its key. DER is read
strictly enough that a key file has one meaning; what is no SM2 key is refused by name.
"""

from __future__ import annotations

import base64
import binascii
import contextlib
import hashlib
import os
import re
import secrets
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES, SM4
from cryptography.hazmat.primitives.ciphers.modes import CBC
from cryptography.hazmat.primitives.padding import PKCS7

from ledger.domain import sm
from ledger.errors import MalformedError, UsageError

LARGEST_FILE = 1 << 16  # bytes

_ITERATIONS = 600_000  # PBKDF2 rounds, OWASP 2023 for HMAC-SHA-256
_MOST_ITERATIONS = 10_000_000
_INTEGER, _BIT_STRING, _OCTETS, _NULL, _OID, _SEQUENCE = 2, 3, 4, 5, 6, 0x30

_EC_KEY = bytes.fromhex("2a8648ce3d0201")
_SM2 = bytes.fromhex("2a811ccf5501822d")
_PBES2 = bytes.fromhex("2a864886f70d01050d")
_PBKDF2 = bytes.fromhex("2a864886f70d01050c")
_HMAC_SHA256 = bytes.fromhex("2a864886f70d0209")
_SM4_CBC = bytes.fromhex("2a811ccf55016802")
_PRFS = {
    bytes.fromhex("2a864886f70d0207"): "sha1",
    _HMAC_SHA256: "sha256",
    bytes.fromhex("2a864886f70d020a"): "sha384",
    bytes.fromhex("2a864886f70d020b"): "sha512",
    bytes.fromhex("2a811ccf5501831102"): "sm3",
}
_CIPHERS: dict[bytes, tuple[Callable[[bytes], AES | SM4], int]] = {
    bytes.fromhex("60864801650304012a"): (AES, 32),
    bytes.fromhex("608648016503040116"): (AES, 24),
    bytes.fromhex("608648016503040102"): (AES, 16),
    _SM4_CBC: (SM4, 16),
}


class PrivateKey(NamedTuple):
    """What a private key file holds: `scalar` (32 bytes) and, if the file has it, the public key."""

    scalar: bytes
    public_key: bytes | None


class KeyFile(NamedTuple):
    """A key file's content: `public_key` (65 bytes, None if only a scalar is there) and `private`."""

    public_key: bytes | None
    private: PrivateKey | None


# --- reading ------------------------------------------------------------------------------


def read_key_file(path: str, passphrase: bytes | None = None) -> KeyFile:
    """Read a private key, a public key or a certificate in PEM.

    Args:
        path: The file.
        passphrase: For an encrypted private key.

    Raises:
        UsageError: `KEY_FILE_UNREADABLE`, `KEY_PASSPHRASE_NEEDED`, `KEY_PASSPHRASE_WRONG`.
        MalformedError: `KEY_FILE_MALFORMED`, `KEY_NOT_SM2`, `SM2_KEY_INVALID`.
    """
    try:
        with Path(path).open("rb") as file:
            pem = file.read(LARGEST_FILE + 1)
    except (OSError, ValueError) as error:
        raise UsageError("KEY_FILE_UNREADABLE", path=path, reason=_reason(error)) from error
    return parse_key(pem, path, passphrase)


def parse_key(pem: bytes, path: str = "-", passphrase: bytes | None = None) -> KeyFile:
    """Read the first key or certificate in PEM text; other blocks (EC PARAMETERS) are passed over.

    Args:
        pem: The text.
        path: Its name in errors.
        passphrase: For an encrypted private key.

    Raises:
        UsageError: `KEY_PASSPHRASE_NEEDED`, `KEY_PASSPHRASE_WRONG`.
        MalformedError: `KEY_FILE_MALFORMED`, `KEY_NOT_SM2`, `SM2_KEY_INVALID`.
    """
    if len(pem) > LARGEST_FILE:
        raise MalformedError("KEY_FILE_MALFORMED", path=path, reason="size")
    try:
        label, der = _first_block(pem)
        return _parse_block(label, der, passphrase)
    except _BadFormError as error:
        raise MalformedError("KEY_FILE_MALFORMED", path=path, reason=str(error)) from error
    except _NotSm2Error as error:
        raise MalformedError("KEY_NOT_SM2", path=path) from error
    except _PassphraseError as error:
        raise UsageError(str(error), path=path) from error


def _parse_block(label: str, der: bytes, passphrase: bytes | None) -> KeyFile:
    if label == "PUBLIC KEY":
        return KeyFile(_parse_spki(_Reader(der).only(_SEQUENCE)), None)
    if label == "CERTIFICATE":
        return KeyFile(_parse_certificate(der), None)
    if label == "ENCRYPTED PRIVATE KEY":
        der = _decrypt(der, passphrase)
        label = "PRIVATE KEY"
    private = _parse_pkcs8(der) if label == "PRIVATE KEY" else _parse_sec1(der, named=False)
    return KeyFile(private.public_key, private)


def _first_block(pem: bytes) -> tuple[str, bytes]:
    """Label and DER of the first block that can hold a key."""
    labels = rb"(PRIVATE KEY|ENCRYPTED PRIVATE KEY|EC PRIVATE KEY|PUBLIC KEY|CERTIFICATE)"
    found = re.search(rb"-----BEGIN " + labels + rb"-----\s(.*?)-----END \1-----", pem, re.DOTALL)
    if not found:
        raise _BadFormError("no PEM key")
    body = b"".join(found[2].split())
    if b"Proc-Type" in body:
        raise _BadFormError("legacy PEM encryption")
    try:
        return found[1].decode("ascii"), base64.b64decode(body, validate=True)
    except binascii.Error as error:
        raise _BadFormError("base64") from error


def _parse_spki(spki: _Reader) -> bytes:
    _require_sm2(spki.enter(_SEQUENCE))
    point = _bits(spki.take(_BIT_STRING))
    spki.end()
    return sm.decode_point(point)


def _parse_certificate(der: bytes) -> bytes:
    """The SPKI of a certificate (RFC 5280 4.1): the sixth field after the optional version."""
    tbs = _Reader(der).only(_SEQUENCE).enter(_SEQUENCE)
    tbs.take_if(0xA0)
    tbs.take(_INTEGER)
    for _ in range(4):  # signature algorithm, issuer, validity, subject
        tbs.take(_SEQUENCE)
    return _parse_spki(tbs.enter(_SEQUENCE))


def _parse_pkcs8(der: bytes) -> PrivateKey:
    info = _Reader(der).only(_SEQUENCE)
    if info.take(_INTEGER) not in (b"\0", b"\1"):
        raise _BadFormError("PKCS#8 version")
    _require_sm2(info.enter(_SEQUENCE))
    return _parse_sec1(info.take(_OCTETS), named=True)


def _parse_sec1(der: bytes, named: bool) -> PrivateKey:
    """`ECPrivateKey` of RFC 5915; `named` when the curve was named outside."""
    key = _Reader(der).only(_SEQUENCE)
    if key.take(_INTEGER) != b"\1":
        raise _BadFormError("SEC 1 version")
    scalar = key.take(_OCTETS)
    parameters = key.take_if(0xA0)
    if parameters != _der(_OID, _SM2) and not (named and parameters is None):
        raise _NotSm2Error
    point = key.take_if(0xA1)
    key.end()
    sm.check_private_key(scalar)
    public_key = None if point is None else sm.decode_point(_bits(_Reader(point).all(_BIT_STRING)))
    return PrivateKey(scalar, public_key)


def _require_sm2(algorithm: _Reader) -> None:
    if algorithm.take(_OID) != _EC_KEY or algorithm.take_if(_OID) != _SM2:
        raise _NotSm2Error
    algorithm.end()


# --- passphrases --------------------------------------------------------------------------


def _decrypt(der: bytes, passphrase: bytes | None) -> bytes:
    if not passphrase:
        raise _PassphraseError("KEY_PASSPHRASE_NEEDED")
    outer = _Reader(der).only(_SEQUENCE)
    cipher, key_size, derive, iv = _parse_pbes2(outer.enter(_SEQUENCE))
    ciphertext = outer.take(_OCTETS)
    if len(iv) != 16 or not ciphertext or len(ciphertext) % 16:
        raise _BadFormError("PBES2 sizes")
    decryptor = Cipher(cipher(derive(passphrase, key_size)), CBC(iv)).decryptor()
    unpadder = PKCS7(128).unpadder()
    try:
        plain = unpadder.update(decryptor.update(ciphertext) + decryptor.finalize()) + unpadder.finalize()
        _Reader(plain).only(_SEQUENCE)
    except (ValueError, _BadFormError) as error:
        raise _PassphraseError("KEY_PASSPHRASE_WRONG") from error
    return plain


_Derive = Callable[[bytes, int], bytes]


def _parse_pbes2(algorithm: _Reader) -> tuple[Callable[[bytes], AES | SM4], int, _Derive, bytes]:
    if algorithm.take(_OID) != _PBES2:
        raise _BadFormError("encryption other than PBES2")
    schemes = algorithm.enter(_SEQUENCE)
    derivation, encryption = schemes.enter(_SEQUENCE), schemes.enter(_SEQUENCE)
    if derivation.take(_OID) != _PBKDF2:
        raise _BadFormError("key derivation other than PBKDF2")
    known = _CIPHERS.get(encryption.take(_OID))
    if known is None:
        raise _BadFormError("cipher")
    return *known, _parse_pbkdf2(derivation.enter(_SEQUENCE)), encryption.take(_OCTETS)


def _parse_pbkdf2(parameters: _Reader) -> _Derive:
    salt = parameters.take(_OCTETS)
    iterations = int.from_bytes(parameters.take(_INTEGER), "big")
    parameters.take_if(_INTEGER)  # key length, given by the cipher
    prf = parameters.take_if(_SEQUENCE)
    name = "sha1" if prf is None else _PRFS.get(_Reader(prf).take(_OID), "unknown")
    if name not in hashlib.algorithms_available or not 1 <= iterations <= _MOST_ITERATIONS:
        raise _BadFormError("PBKDF2 parameters")
    return lambda passphrase, size: hashlib.pbkdf2_hmac(name, passphrase, salt, iterations, size)


def _encrypt(pkcs8: bytes, passphrase: bytes) -> bytes:
    """PBES2 with PBKDF2-HMAC-SHA-256 and SM4-CBC."""
    salt, iv = secrets.token_bytes(16), secrets.token_bytes(16)
    key = hashlib.pbkdf2_hmac("sha256", passphrase, salt, _ITERATIONS, 16)
    padder = PKCS7(128).padder()
    encryptor = Cipher(SM4(key), CBC(iv)).encryptor()
    ciphertext = encryptor.update(padder.update(pkcs8) + padder.finalize()) + encryptor.finalize()
    prf = _der(_SEQUENCE, _der(_OID, _HMAC_SHA256) + _der(_NULL, b""))
    rounds = _der(_INTEGER, _ITERATIONS.to_bytes(3, "big"))
    derivation = _der(_SEQUENCE, _der(_OID, _PBKDF2) + _der(_SEQUENCE, _der(_OCTETS, salt) + rounds + prf))
    encryption = _der(_SEQUENCE, _der(_OID, _SM4_CBC) + _der(_OCTETS, iv))
    algorithm = _der(_SEQUENCE, _der(_OID, _PBES2) + _der(_SEQUENCE, derivation + encryption))
    return _der(_SEQUENCE, algorithm + _der(_OCTETS, ciphertext))


# --- writing ------------------------------------------------------------------------------


def private_key_pem(private_key: bytes, public_key: bytes, passphrase: bytes | None = None) -> str:
    """PKCS#8 text of a key pair, encrypted if a passphrase is given.

    Args:
        private_key: 32 bytes.
        public_key: 65 bytes, its own.
        passphrase: Not empty.
    """
    point = _der(0xA1, _der(_BIT_STRING, b"\0" + public_key))
    sec1 = _der(_SEQUENCE, _der(_INTEGER, b"\1") + _der(_OCTETS, private_key) + point)
    pkcs8 = _der(_SEQUENCE, _der(_INTEGER, b"\0") + _ALGORITHM + _der(_OCTETS, sec1))
    if passphrase is None:
        return _pem("PRIVATE KEY", pkcs8)
    return _pem("ENCRYPTED PRIVATE KEY", _encrypt(pkcs8, passphrase))


def public_key_pem(public_key: bytes) -> str:
    """SubjectPublicKeyInfo text of a 65-byte public key."""
    return _pem("PUBLIC KEY", _der(_SEQUENCE, _ALGORITHM + _der(_BIT_STRING, b"\0" + public_key)))


def write_new_file(path: str, text: str, mode: int = 0o600) -> None:
    """Write a file that does not exist yet: whole or not at all, and never over another.

    Args:
        path: The file.
        text: Its content.
        mode: Its permissions from the first moment.

    Raises:
        UsageError: `KEY_FILE_EXISTS`, `KEY_FILE_UNWRITABLE`.
    """
    target = Path(path)
    draft = target.with_name(f".{target.name}.{secrets.token_hex(8)}")
    try:
        with _removed_after(draft):
            descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
            with os.fdopen(descriptor, "w", encoding="ascii") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            os.link(draft, target)  # unlike a rename, refuses an existing name
    except FileExistsError as error:
        raise UsageError("KEY_FILE_EXISTS", path=path) from error
    except (OSError, ValueError) as error:
        raise UsageError("KEY_FILE_UNWRITABLE", path=path, reason=_reason(error)) from error


@contextlib.contextmanager
def _removed_after(draft: Path) -> Iterator[None]:
    try:
        yield
    finally:
        with contextlib.suppress(OSError):
            draft.unlink()


def _pem(label: str, der: bytes) -> str:
    body = base64.b64encode(der).decode("ascii")
    lines = [body[start : start + 64] for start in range(0, len(body), 64)]
    return "\n".join([f"-----BEGIN {label}-----", *lines, f"-----END {label}-----", ""])


def _reason(error: Exception) -> str:
    return (isinstance(error, OSError) and error.strerror) or str(error)


# --- DER ----------------------------------------------------------------------------------


class _BadFormError(Exception):
    """Not the structure expected; the text says where."""


class _NotSm2Error(Exception):
    """A key of another algorithm or curve."""


class _PassphraseError(Exception):
    """The text is the error code."""


class _Reader:
    """Reads the values of one DER structure in order."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    def take(self, kind: int) -> bytes:
        """The next value's content; it must be of this kind."""
        data = self._data
        if len(data) < 2 or data[0] != kind:
            raise _BadFormError("structure")
        start, size = 2, data[1]
        if size >= 0x80:
            start += size - 0x80
            size = int.from_bytes(data[2:start], "big")
        body = data[start : start + size]
        if _der(kind, body) != data[: start + size]:  # not DER, or cut off
            raise _BadFormError("structure")
        self._data = data[start + size :]
        return body

    def take_if(self, kind: int) -> bytes | None:
        """The next value's content if it is of this kind."""
        return self.take(kind) if self._data[:1] == bytes((kind,)) else None

    def enter(self, kind: int) -> _Reader:
        """A reader of the next value's content."""
        return _Reader(self.take(kind))

    def all(self, kind: int) -> bytes:
        """The content of the one value that is here."""
        body = self.take(kind)
        self.end()
        return body

    def only(self, kind: int) -> _Reader:
        """A reader of the content of the one value that is here."""
        return _Reader(self.all(kind))

    def end(self) -> None:
        """Nothing may follow."""
        if self._data:
            raise _BadFormError("trailing bytes")


def _bits(body: bytes) -> bytes:
    """The bytes of a BIT STRING without unused bits."""
    if body[:1] != b"\0":
        raise _BadFormError("bit string")
    return body[1:]


def _der(kind: int, body: bytes) -> bytes:
    size = len(body)
    if size < 0x80:
        return bytes((kind, size)) + body
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((kind, 0x80 | len(length))) + length + body


_ALGORITHM = _der(_SEQUENCE, _der(_OID, _EC_KEY) + _der(_OID, _SM2))
