"""SM2 by the system's OpenSSL 3 (`libcrypto`), called through ctypes.

Only scalar work is left to OpenSSL: e is computed here, DER is parsed here, keys and ranges are
checked here first. ctypes releases the GIL for each call; every call has its own contexts, and an
`EVP_PKEY` or `EC_GROUP` that threads share is only read.
"""

from __future__ import annotations

import ctypes
import ctypes.util
import hmac
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache

from ledger.domain import sm
from ledger.errors import LedgerError, MalformedError, TrustError
from ledger.ports import Entropy

_NAME = "libcrypto.so.3"
_NID_SM2 = 1172
_CONSTANT_TIME = 4  # BN_FLG_CONSTTIME
_UNCOMPRESSED = 4
_SPKI = bytes.fromhex("3059301306072a8648ce3d020106082a811ccf5501822d034200")
_PKCS8 = bytes.fromhex("308187020100301306072a8648ce3d020106082a811ccf5501822d046d306b0201010420")
_PKCS8_POINT = bytes.fromhex("a144034200")

_POINTER, _INT, _SIZE = ctypes.c_void_p, ctypes.c_int, ctypes.c_size_t
_BYTES, _REFERENCE = ctypes.c_char_p, ctypes.c_void_p
# name: (result, arguments), from openssl/{evp,ec,bn,x509,crypto,err}.h
_PROTOTYPES: dict[str, tuple[object, list[object]]] = {
    "OpenSSL_version": (_BYTES, [_INT]),
    "OPENSSL_version_major": (ctypes.c_uint, []),
    "ERR_clear_error": (None, []),
    "d2i_PUBKEY": (_POINTER, [_POINTER, _REFERENCE, ctypes.c_long]),
    "d2i_AutoPrivateKey": (_POINTER, [_POINTER, _REFERENCE, ctypes.c_long]),
    "EVP_PKEY_free": (None, [_POINTER]),
    "EVP_PKEY_get_bn_param": (_INT, [_POINTER, _BYTES, _REFERENCE]),
    "EVP_PKEY_CTX_new": (_POINTER, [_POINTER, _POINTER]),
    "EVP_PKEY_CTX_new_from_name": (_POINTER, [_POINTER, _BYTES, _BYTES]),
    "EVP_PKEY_CTX_free": (None, [_POINTER]),
    "EVP_PKEY_keygen_init": (_INT, [_POINTER]),
    "EVP_PKEY_keygen": (_INT, [_POINTER, _REFERENCE]),
    "EVP_PKEY_sign_init": (_INT, [_POINTER]),
    "EVP_PKEY_sign": (_INT, [_POINTER, _BYTES, _REFERENCE, _BYTES, _SIZE]),
    "EVP_PKEY_verify_init": (_INT, [_POINTER]),
    "EVP_PKEY_verify": (_INT, [_POINTER, _BYTES, _SIZE, _BYTES, _SIZE]),
    "EC_GROUP_new_by_curve_name": (_POINTER, [_INT]),
    "EC_POINT_new": (_POINTER, [_POINTER]),
    "EC_POINT_clear_free": (None, [_POINTER]),
    "EC_POINT_oct2point": (_INT, [_POINTER, _POINTER, _BYTES, _SIZE, _POINTER]),
    "EC_POINT_point2oct": (_SIZE, [_POINTER, _POINTER, _INT, _BYTES, _SIZE, _POINTER]),
    "EC_POINT_mul": (_INT, [_POINTER] * 6),
    "BN_bin2bn": (_POINTER, [_BYTES, _INT, _POINTER]),
    "BN_bn2binpad": (_INT, [_POINTER, _BYTES, _INT]),
    "BN_set_flags": (None, [_POINTER, _INT]),
    "BN_clear_free": (None, [_POINTER]),
}

# GB/T 32918.5-2017 annex A: the standard's own signature.
_PROBE_KEY = bytes.fromhex(
    "0409f9df311e5421a150dd7d161e4bc5c672179fad1833fc076bb08ff356f35020"
    "ccea490ce26775a52dc6ea718cc1aa600aed05fbf35e084a6632f6072da9ad13"
)
_PROBE_SIGNATURE = bytes.fromhex(
    "f5a03b0648d2c4630eeac513e1bb81a15944da3827d5b74143ac7eaceee720b3"
    "b1b6aa29df212fd8763182bc0d421ca1bb9038fd1f7f42d4840b69c485bbc1aa"
)


class LibcryptoUnusableError(Exception):
    """This libcrypto is absent, too old, or does not compute SM2. The reason is the text."""


class SystemEntropy:
    """Randomness from the operating system (`Entropy` port)."""

    def token(self, size: int) -> bytes:
        """`size` random bytes."""
        return secrets.token_bytes(size)


class Libcrypto:
    """One loaded libcrypto, proved able to do SM2.

    Args:
        path: The library's file; None takes the one that the system's loader finds.

    Raises:
        LibcryptoUnusableError: It cannot be loaded, is older than 3.0, or fails the probe: a
            fresh key signs and verifies, the standard's signature holds, an altered one does not.
    """

    def __init__(self, path: str | None = None) -> None:
        self._lib = _load(path)
        group = self._lib.EC_GROUP_new_by_curve_name(_NID_SM2)
        if not group:
            raise LibcryptoUnusableError(f"{self.name} has no SM2 curve")
        self._group = group
        self._public = lru_cache(maxsize=1024)(self._load_public)
        self._probe()

    @property
    def name(self) -> str:
        """For example `libcrypto 3.0.19`."""
        text: bytes = self._lib.OpenSSL_version(0)
        return "libcrypto " + text.decode("ascii", "replace").split()[1]

    # --- keys ---

    def generate(self) -> bytes:
        """A new private key, 32 bytes, from OpenSSL's random generator."""
        while True:
            private_key = self._generate()
            if 1 <= int.from_bytes(private_key, "big") <= sm.N - 2:
                return private_key

    def public_key(self, private_key: bytes) -> bytes:
        """The 65-byte public key of a private key, by OpenSSL's constant-time ladder.

        Raises:
            MalformedError: `SM2_KEY_INVALID`.
        """
        sm.check_private_key(private_key)
        return self._multiply(private_key, None)

    def _generate(self) -> bytes:
        with self._freed(
            "EVP_PKEY_CTX_free", self._lib.EVP_PKEY_CTX_new_from_name(None, b"SM2", None)
        ) as context:
            key = ctypes.c_void_p()
            self._must(self._lib.EVP_PKEY_keygen_init(context))
            self._must(self._lib.EVP_PKEY_keygen(context, ctypes.byref(key)))
        with self._freed("EVP_PKEY_free", key.value) as pkey:
            scalar = ctypes.c_void_p()
            self._must(self._lib.EVP_PKEY_get_bn_param(pkey, b"priv", ctypes.byref(scalar)))
        with self._freed("BN_clear_free", scalar.value) as number:
            out = ctypes.create_string_buffer(32)
            self._must(self._lib.BN_bn2binpad(number, out, 32))
            return out.raw

    def _load_public(self, public_key: bytes) -> _Key:
        return _Key(self._lib, self._lib.d2i_PUBKEY, _SPKI + public_key)

    def _load_private(self, private_key: bytes, public_key: bytes) -> _Key:
        return _Key(self._lib, self._lib.d2i_AutoPrivateKey, _PKCS8 + private_key + _PKCS8_POINT + public_key)

    # --- signatures, on e: the ports take messages ---

    def _sign(self, key: _Key, e: bytes) -> bytes:
        size, der = ctypes.c_size_t(80), ctypes.create_string_buffer(80)
        with self._freed("EVP_PKEY_CTX_free", self._lib.EVP_PKEY_CTX_new(key.pointer, None)) as context:
            self._must(self._lib.EVP_PKEY_sign_init(context))
            self._must(self._lib.EVP_PKEY_sign(context, der, ctypes.byref(size), e, len(e)))
        return sm.signature_from_der(der.raw[: size.value])

    def _verify(self, public_key: bytes, e: bytes, signature: bytes) -> bool:
        if not (sm.is_signature(signature) and sm.is_public_key(public_key)):
            return False
        key, der = self._public(public_key), sm.signature_to_der(signature)
        with self._freed("EVP_PKEY_CTX_free", self._lib.EVP_PKEY_CTX_new(key.pointer, None)) as context:
            self._must(self._lib.EVP_PKEY_verify_init(context))
            held: int = self._lib.EVP_PKEY_verify(context, der, len(der), e, len(e))
        if held != 1:
            self._lib.ERR_clear_error()
        return held == 1

    # --- points ---

    def _multiply(self, scalar: bytes, point: bytes | None) -> bytes:
        """scalar·point (the base point if None), 65 bytes; never the point at infinity here."""
        new_point = self._lib.EC_POINT_new
        with (
            self._freed("BN_clear_free", self._lib.BN_bin2bn(scalar, len(scalar), None)) as number,
            self._freed("EC_POINT_clear_free", new_point(self._group)) as factor,
            self._freed("EC_POINT_clear_free", new_point(self._group)) as product,
        ):
            self._lib.BN_set_flags(number, _CONSTANT_TIME)
            if point is None:
                self._must(self._lib.EC_POINT_mul(self._group, product, number, None, None, None))
            else:
                self._must(self._lib.EC_POINT_oct2point(self._group, factor, point, len(point), None))
                self._must(self._lib.EC_POINT_mul(self._group, product, None, factor, number, None))
            out = ctypes.create_string_buffer(65)
            self._must(self._lib.EC_POINT_point2oct(self._group, product, _UNCOMPRESSED, out, 65, None) == 65)
            return out.raw

    # --- the machinery ---

    @contextmanager
    def _freed(self, free: str, pointer: int | None) -> Iterator[int]:
        if not pointer:
            self._must(0)
        try:
            yield pointer or 0
        finally:
            getattr(self._lib, free)(pointer)

    def _must(self, result: int) -> None:
        if result <= 0:
            self._lib.ERR_clear_error()
            raise LibcryptoUnusableError(f"{self.name} failed an operation that cannot fail")

    def _probe(self) -> None:
        verifier = LibcryptoVerifier(self)
        signer = LibcryptoSigner(self, self.generate())
        altered = _PROBE_SIGNATURE[:-1] + b"\0"
        try:
            passed = (
                verifier.verify(signer.public_key, b"probe", signer.sign(b"probe"))
                and verifier.verify(_PROBE_KEY, b"message digest", _PROBE_SIGNATURE)
                and not verifier.verify(_PROBE_KEY, b"message digest", altered)
            )
        except LedgerError as error:
            raise LibcryptoUnusableError(f"{self.name} failed the SM2 probe: {error.code}") from error
        if not passed:
            raise LibcryptoUnusableError(f"{self.name} failed the SM2 probe")


class LibcryptoVerifier:
    """The `Verifier` port over libcrypto."""

    def __init__(self, library: Libcrypto) -> None:
        self._library = library

    @property
    def backend(self) -> str:
        """For example `libcrypto 3.0.19`."""
        return self._library.name

    def verify(self, public_key: bytes, message: bytes, signature: bytes, uid: bytes = sm.DEFAULT_ID) -> bool:
        """Whether the signature holds; False for whatever is not a key, signature or ID."""
        if len(public_key) != 65 or len(uid) > sm.LONGEST_ID:
            return False
        return self._verify_digest(public_key, sm.signed_digest(public_key, message, uid), signature)

    def _verify_digest(self, public_key: bytes, e: bytes, signature: bytes) -> bool:
        """For tests: anybody can make an (e, r, s) that holds, so no caller may choose e."""
        return self._library._verify(public_key, e, signature)


class LibcryptoSigner:
    """The `Signer` port over libcrypto; nonces come from OpenSSL's random generator.

    Args:
        library: A probed libcrypto.
        private_key: 32 bytes.

    Raises:
        MalformedError: `SM2_KEY_INVALID`.
    """

    def __init__(self, library: Libcrypto, private_key: bytes) -> None:
        self._library = library
        self._public_key = library.public_key(private_key)
        self._key = library._load_private(private_key, self._public_key)

    @property
    def backend(self) -> str:
        """For example `libcrypto 3.0.19`."""
        return self._library.name

    @property
    def public_key(self) -> bytes:
        """65 bytes, `04‖X‖Y`."""
        return self._public_key

    def sign(self, message: bytes, uid: bytes = sm.DEFAULT_ID) -> bytes:
        """64 bytes `r‖s` over e = SM3(Z‖message).

        Raises:
            MalformedError: `SM2_ID_TOO_LONG`.
        """
        return self._library._sign(self._key, sm.signed_digest(self._public_key, message, uid))


class LibcryptoEncryptor:
    """The `Encryptor` port over libcrypto (GB/T 32918.4-2016 6.1).

    Args:
        library: A probed libcrypto.
        entropy: Where the nonce k comes from.
    """

    def __init__(self, library: Libcrypto, entropy: Entropy | None = None) -> None:
        self._library = library
        self._entropy = entropy or SystemEntropy()

    def encrypt(self, public_key: bytes, plaintext: bytes) -> bytes:
        """The DER ciphertext (GM/T 0009 7.2) that only the key's owner can open.

        Raises:
            MalformedError: `SM2_KEY_INVALID`, `SM2_PLAINTEXT_EMPTY`.
        """
        sm.check_public_key(public_key)
        if not plaintext:
            raise MalformedError("SM2_PLAINTEXT_EMPTY")
        while True:
            nonce = self._nonce()
            secret = self._library._multiply(nonce, public_key)
            stream = sm.mask(secret, len(plaintext))
            if stream is not None:
                break
        point = self._library._multiply(nonce, None)
        return sm.Ciphertext(point, sm.integrity_check(secret, plaintext), _xor(plaintext, stream)).to_der()

    def _nonce(self) -> bytes:
        while True:
            nonce = self._entropy.token(32)
            if 0 < int.from_bytes(nonce, "big") < sm.N:
                return nonce


class LibcryptoDecryptor:
    """The `Decryptor` port over libcrypto (GB/T 32918.4-2016 7.1).

    Args:
        library: A probed libcrypto.
        private_key: 32 bytes.

    Raises:
        MalformedError: `SM2_KEY_INVALID`.
    """

    def __init__(self, library: Libcrypto, private_key: bytes) -> None:
        self._library = library
        self._public_key = library.public_key(private_key)
        self._private_key = private_key

    @property
    def public_key(self) -> bytes:
        """65 bytes, `04‖X‖Y`."""
        return self._public_key

    def decrypt(self, ciphertext: bytes) -> bytes:
        """The plaintext of a DER ciphertext.

        Raises:
            MalformedError: `SM2_CIPHERTEXT_MALFORMED`: not strict DER, or C1 off the curve.
            TrustError: `SM2_DECRYPTION_FAILED`: another key's, or altered.
        """
        return self._open(sm.ciphertext_from_der(ciphertext))

    def _open(self, ciphertext: sm.Ciphertext) -> bytes:
        secret = self._library._multiply(self._private_key, ciphertext.point)
        stream = sm.mask(secret, len(ciphertext.masked))
        if stream is None:
            raise TrustError("SM2_DECRYPTION_FAILED")
        plaintext = _xor(ciphertext.masked, stream)
        if not hmac.compare_digest(sm.integrity_check(secret, plaintext), ciphertext.check):
            raise TrustError("SM2_DECRYPTION_FAILED")
        return plaintext


class _Key:
    """An `EVP_PKEY`, freed when the last user lets go of it."""

    def __init__(self, lib: ctypes.CDLL, decode: Callable[..., int | None], der: bytes) -> None:
        self._free = lib.EVP_PKEY_free
        cursor = ctypes.c_char_p(der)
        self.pointer = decode(None, ctypes.byref(cursor), len(der))
        if not self.pointer:
            lib.ERR_clear_error()
            raise MalformedError("SM2_KEY_INVALID", reason="libcrypto")

    def __del__(self) -> None:
        if self.pointer:
            self._free(self.pointer)


def _opened(path: str | None) -> ctypes.CDLL:
    try:
        return ctypes.CDLL(path or _NAME)
    except OSError:
        # Looking for another name starts a process, and takes longer than many a command.
        found = None if path else ctypes.util.find_library("crypto")
        if found is None:
            raise
        return ctypes.CDLL(found)


def _load(path: str | None) -> ctypes.CDLL:
    """Load the library and declare its functions; a missing one means an older or another library."""
    name = path or _NAME
    try:
        lib = _opened(path)
        for function, (result, arguments) in _PROTOTYPES.items():
            prototype = getattr(lib, function)
            prototype.restype, prototype.argtypes = result, arguments
    except (OSError, AttributeError) as error:
        raise LibcryptoUnusableError(f"{name}: {error}") from error
    if lib.OPENSSL_version_major() < 3:
        raise LibcryptoUnusableError(f"{name} is older than OpenSSL 3")
    return lib


def _xor(left: bytes, right: bytes) -> bytes:
    size = len(left)
    return (int.from_bytes(left, "big") ^ int.from_bytes(right, "big")).to_bytes(size, "big")
