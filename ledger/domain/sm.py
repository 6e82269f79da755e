"""SM2 as facts: the curve, what counts as a key and a signature, what exactly is signed.

Nothing here signs or decides whether a signature holds; adapters do, through the ports.
Sources: GB/T 32918-2016/2017 (SM2), GM/T 0009-2012 (its encodings), GB/T 32905-2016 (SM3).

Encodings inside the project have one form each: a public key is 65 bytes `04‖X‖Y`, a signature
64 bytes `r‖s`. DER and compressed points exist at the edges only.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from ledger.domain.sm3 import hmac_sm3, kdf, new_sm3, sm3
from ledger.errors import MalformedError

# sm2p256v1, GB/T 32918.5-2017 clause 2; OID 1.2.156.10197.1.301.
P = 0xFFFFFFFE_FFFFFFFF_FFFFFFFF_FFFFFFFF_FFFFFFFF_00000000_FFFFFFFF_FFFFFFFF
A = P - 3
B = 0x28E9FA9E_9D9F5E34_4D5A9E4B_CF6509A7_F39789F5_15AB8F92_DDBCBD41_4D940E93
N = 0xFFFFFFFE_FFFFFFFF_FFFFFFFF_FFFFFFFF_7203DF6B_21C6052B_53BBF409_39D54123
GX = 0x32C4AE2C_1F198119_5F990446_6A39C994_8FE30BBF_F2660BE1_715A4589_334C74C7
GY = 0xBC3736A2_F4F6779C_59BDCEE3_6B692153_D0A9877C_C62A4740_02DF32E5_2139F0A0

DEFAULT_ID = b"1234567812345678"
LONGEST_ID = 8191  # bytes: the length field counts bits in 16 bits

_TAG_NAMES = (
    "ledger",
    "request",
    "challenge",
    "presentation",
    "promise",
    "receipt",
    "checkpoint",
    "document",
    "erasure",
    "label",
    "holder",
    "use",
    "hold",
    "retention",
    "archive",
    "conversion",
    "verification-receipt",
    "use-refusal",
    "hop",
)


def tag(name: str) -> bytes:
    """The 32 bytes that open every signed message of one kind: SM3("elicense/1/" + name).

    A signature made for one kind can therefore never serve as another.

    Args:
        name: One of the kinds below; another name is a programming mistake.

    Example:
        >>> tag("ledger") == sm3(b"elicense/1/ledger") == TAG_LEDGER
        True
    """
    return TAGS[name]


TAGS = {name: sm3(b"elicense/1/" + name.encode("ascii")) for name in _TAG_NAMES}
TAG_LEDGER = TAGS["ledger"]
TAG_REQUEST = TAGS["request"]
TAG_CHALLENGE = TAGS["challenge"]
TAG_PRESENTATION = TAGS["presentation"]
TAG_PROMISE = TAGS["promise"]
TAG_RECEIPT = TAGS["receipt"]
TAG_CHECKPOINT = TAGS["checkpoint"]
TAG_DOCUMENT = TAGS["document"]
TAG_ERASURE = TAGS["erasure"]
TAG_LABEL = TAGS["label"]
TAG_HOLDER = TAGS["holder"]
TAG_USE = TAGS["use"]
TAG_HOLD = TAGS["hold"]
TAG_RETENTION = TAGS["retention"]
TAG_ARCHIVE = TAGS["archive"]
TAG_CONVERSION = TAGS["conversion"]
TAG_VERIFICATION_RECEIPT = TAGS["verification-receipt"]
TAG_USE_REFUSAL = TAGS["use-refusal"]
TAG_HOP = TAGS["hop"]


# --- keys ---------------------------------------------------------------------------------


def check_public_key(public_key: bytes) -> bytes:
    """Give back a public key that is one, or refuse it.

    Args:
        public_key: 65 bytes, `04‖X‖Y`.

    Returns:
        The same bytes.

    Raises:
        MalformedError: `SM2_KEY_INVALID`; `reason` is `length`, `prefix`, `range`, `off-curve`
            or `negated-base` (P = −G: its private key n − 1 has no (1 + d)⁻¹, and one known r
            makes every s verify).
    """
    if len(public_key) != 65:
        raise _bad_key("length")
    if public_key[0] != 4:
        raise _bad_key("prefix")
    x, y = coordinates(public_key)
    if x >= P or y >= P:
        raise _bad_key("range")
    if (y * y - _cubic(x)) % P:
        raise _bad_key("off-curve")
    if (x, y) == (GX, P - GY):
        raise _bad_key("negated-base")
    return public_key


def is_public_key(public_key: bytes) -> bool:
    """Whether `check_public_key` accepts it."""
    try:
        check_public_key(public_key)
    except MalformedError:
        return False
    return True


def decode_point(encoding: bytes) -> bytes:
    """Read a public key in either SEC 1 form, `04‖X‖Y` or compressed `02|03‖X`.

    The hybrid forms 06 and 07 and the point at infinity are refused.

    Args:
        encoding: 65 or 33 bytes.

    Returns:
        65 bytes, `04‖X‖Y`.

    Raises:
        MalformedError: `SM2_KEY_INVALID`.
    """
    if len(encoding) != 33:
        return check_public_key(encoding)
    if encoding[0] not in (2, 3):
        raise _bad_key("prefix")
    x = int.from_bytes(encoding[1:], "big")
    if x >= P:
        raise _bad_key("range")
    y = pow(_cubic(x), (P + 1) // 4, P)  # p = 3 mod 4
    if y & 1 != encoding[0] & 1:
        y = P - y
    return check_public_key(encode_point(x, y))


def encode_point(x: int, y: int) -> bytes:
    """`04‖X‖Y`, 65 bytes, of affine coordinates below p."""
    return b"\x04" + x.to_bytes(32, "big") + y.to_bytes(32, "big")


def coordinates(public_key: bytes) -> tuple[int, int]:
    """X and Y of a 65-byte public key; nothing is checked."""
    return int.from_bytes(public_key[1:33], "big"), int.from_bytes(public_key[33:], "big")


def check_private_key(private_key: bytes) -> int:
    """The scalar d of a private key, or a refusal.

    Args:
        private_key: 32 bytes, big-endian.

    Raises:
        MalformedError: `SM2_KEY_INVALID` unless 1 ≤ d ≤ n − 2 (GB/T 32918.1 6.1). OpenSSL
            loads d = n − 1, which cannot sign.
    """
    if len(private_key) != 32:
        raise _bad_key("length")
    d = int.from_bytes(private_key, "big")
    if not 1 <= d <= N - 2:
        raise _bad_key("range")
    return d


def _cubic(x: int) -> int:
    return (x * x * x + A * x + B) % P


def _bad_key(reason: str) -> MalformedError:
    return MalformedError("SM2_KEY_INVALID", reason=reason)


# --- what is signed -----------------------------------------------------------------------


@lru_cache(maxsize=4096)
def identity_digest(public_key: bytes, uid: bytes = DEFAULT_ID) -> bytes:
    """Z: SM3 over the signer's ID, the curve and the public key (GB/T 32918.2 5.5).

    Args:
        public_key: 65 bytes, `04‖X‖Y`.
        uid: The signer's distinguishing ID, at most 8191 bytes.

    Raises:
        MalformedError: `SM2_ID_TOO_LONG`.
    """
    if len(uid) > LONGEST_ID:
        raise MalformedError("SM2_ID_TOO_LONG", size=len(uid), longest=LONGEST_ID)
    curve = b"".join(value.to_bytes(32, "big") for value in (A, B, GX, GY))
    return sm3((8 * len(uid)).to_bytes(2, "big") + uid + curve + public_key[1:])


def signed_digest(public_key: bytes, message: bytes, uid: bytes = DEFAULT_ID) -> bytes:
    """SM3(Z‖message), 32 bytes: the e of the signature equation.

    Raises:
        MalformedError: `SM2_ID_TOO_LONG`.
    """
    return sm3(identity_digest(public_key, uid) + message)


# --- signatures ---------------------------------------------------------------------------


def is_signature(signature: bytes) -> bool:
    """Whether these bytes have the form of a signature: 64 bytes, r and s in [1, n−1], r + s ≠ n.

    Example:
        >>> is_signature(bytes(64)), is_signature(bytes(31) + b"1" + bytes(31) + b"2")
        (False, True)
    """
    if len(signature) != 64:
        return False
    r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
    return 0 < r < N and 0 < s < N and r + s != N


def signature_to_der(signature: bytes) -> bytes:
    """`SEQUENCE { INTEGER r, INTEGER s }` of a 64-byte signature.

    Raises:
        MalformedError: `SM2_SIGNATURE_MALFORMED`.
    """
    if not is_signature(signature):
        raise _bad_signature()
    return _der(0x30, _der_integer(signature[:32]) + _der_integer(signature[32:]))


def signature_from_der(der: bytes) -> bytes:
    """The 64 bytes `r‖s` of a DER signature, read strictly: one value has one encoding.

    Raises:
        MalformedError: `SM2_SIGNATURE_MALFORMED` for anything but the exact DER form.
    """
    signature = b"".join(_der_unsigned(body) for body in _der_integers(der))
    if not is_signature(signature) or signature_to_der(signature) != der:
        raise _bad_signature()
    return signature


def _der_integers(der: bytes) -> tuple[bytes, bytes]:
    """Split a short-form SEQUENCE of two short-form INTEGERs; the caller compares the re-encoding."""
    if len(der) < 8 or der[0] != 0x30 or der[1] != len(der) - 2 or der[2] != 2:
        raise _bad_signature()
    split = 4 + der[3]
    if split + 2 > len(der) or der[split] != 2 or der[split + 1] != len(der) - split - 2:
        raise _bad_signature()
    return der[4:split], der[split + 2 :]


def _der_unsigned(body: bytes) -> bytes:
    value = int.from_bytes(body, "big")
    if value.bit_length() > 256:
        raise _bad_signature()
    return value.to_bytes(32, "big")


def _bad_signature() -> MalformedError:
    return MalformedError("SM2_SIGNATURE_MALFORMED")


# --- ciphertexts --------------------------------------------------------------------------


class Ciphertext(NamedTuple):
    """An SM2 ciphertext: `point` is C1 (65 bytes), `check` C3 (32 bytes), `masked` C2."""

    point: bytes
    check: bytes
    masked: bytes

    def to_der(self) -> bytes:
        """`SEQUENCE { INTEGER x, INTEGER y, OCTET STRING C3, OCTET STRING C2 }`, GM/T 0009 7.2."""
        c1 = _der_integer(self.point[1:33]) + _der_integer(self.point[33:])
        return _der(0x30, c1 + _der(4, self.check) + _der(4, self.masked))

    def to_c1c3c2(self) -> bytes:
        """C1‖C3‖C2 (GB/T 32918.4-2016), C1 with its 04."""
        return self.point + self.check + self.masked


def ciphertext_from_der(der: bytes) -> Ciphertext:
    """Read a ciphertext of GM/T 0009 7.2 strictly; C1 is on the curve.

    Raises:
        MalformedError: `SM2_CIPHERTEXT_MALFORMED`.
    """
    try:
        x, y, check, masked = _ciphertext_fields(der)
        ciphertext = Ciphertext(_on_curve(encode_point(x, y)), check, masked)
    except (MalformedError, OverflowError, IndexError) as error:
        raise MalformedError("SM2_CIPHERTEXT_MALFORMED") from error
    if len(check) != 32 or not masked or ciphertext.to_der() != der:
        raise MalformedError("SM2_CIPHERTEXT_MALFORMED")
    return ciphertext


def ciphertext_from_c1c3c2(raw: bytes) -> Ciphertext:
    """Read C1‖C3‖C2; C1 is on the curve.

    Raises:
        MalformedError: `SM2_CIPHERTEXT_MALFORMED`.
    """
    if len(raw) <= 97:
        raise MalformedError("SM2_CIPHERTEXT_MALFORMED")
    try:
        return Ciphertext(_on_curve(raw[:65]), raw[65:97], raw[97:])
    except MalformedError as error:
        raise MalformedError("SM2_CIPHERTEXT_MALFORMED") from error


def mask(secret_point: bytes, size: int) -> bytes | None:
    """The key stream t of `size` bytes from [k]P = [d]C1, or None when it is all zero.

    Args:
        secret_point: 65 bytes, `04‖x2‖y2`.
        size: Bytes of plaintext.
    """
    stream = kdf(secret_point[1:], size)
    return stream if any(stream) else None


def integrity_check(secret_point: bytes, plaintext: bytes) -> bytes:
    """C3 = SM3(x2‖M‖y2), 32 bytes."""
    return sm3(secret_point[1:33] + plaintext + secret_point[33:])


def _on_curve(point: bytes) -> bytes:
    """C1 may be any point of the curve: −G is no key, but k = n − 1 is a nonce like another."""
    if point == encode_point(GX, P - GY):
        return point
    return check_public_key(point)


def _ciphertext_fields(der: bytes) -> tuple[int, int, bytes, bytes]:
    _, body = _der_value(der, 0x30)
    rest, x = _der_value(body, 2)
    rest, y = _der_value(rest, 2)
    rest, check = _der_value(rest, 4)
    _, masked = _der_value(rest, 4)
    return int.from_bytes(x, "big"), int.from_bytes(y, "big"), check, masked


def _der_value(data: bytes, kind: int) -> tuple[bytes, bytes]:
    """What follows the first value, and that value; a sloppy form shows when it is encoded again."""
    if data[0] != kind:
        raise MalformedError("SM2_CIPHERTEXT_MALFORMED")
    start, size = 2, data[1]
    if size & 0x80:
        start += size & 0x7F
        size = int.from_bytes(data[2:start], "big")
    return data[start + size :], data[start : start + size]


def _der(kind: int, body: bytes) -> bytes:
    size = len(body)
    if size < 0x80:
        return bytes((kind, size)) + body
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((kind, 0x80 | len(length))) + length + body


def _der_integer(value: bytes) -> bytes:
    body = value.lstrip(b"\0") or b"\0"
    return _der(2, b"\0" + body if body[0] & 0x80 else body)


__all__ = [
    "DEFAULT_ID",
    "GX",
    "GY",
    "LONGEST_ID",
    "TAGS",
    "TAG_ARCHIVE",
    "TAG_CHALLENGE",
    "TAG_CHECKPOINT",
    "TAG_CONVERSION",
    "TAG_DOCUMENT",
    "TAG_ERASURE",
    "TAG_HOLD",
    "TAG_LABEL",
    "TAG_LEDGER",
    "TAG_PRESENTATION",
    "TAG_PROMISE",
    "TAG_RECEIPT",
    "TAG_REQUEST",
    "TAG_RETENTION",
    "TAG_USE",
    "TAG_VERIFICATION_RECEIPT",
    "A",
    "B",
    "Ciphertext",
    "N",
    "P",
    "check_private_key",
    "check_public_key",
    "ciphertext_from_c1c3c2",
    "ciphertext_from_der",
    "coordinates",
    "decode_point",
    "encode_point",
    "hmac_sm3",
    "identity_digest",
    "integrity_check",
    "is_public_key",
    "is_signature",
    "kdf",
    "mask",
    "new_sm3",
    "signature_from_der",
    "signature_to_der",
    "signed_digest",
    "sm3",
    "tag",
]
