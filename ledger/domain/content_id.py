"""The id of a document's encrypted bytes, the same in a folder and in IPFS.

A document is one block: CIDv1, codec raw (0x55), SHA-256, in lower-case base32 without padding
(multiformats CID specification; RFC 4648). IPFS cuts files above 256 KiB into several blocks, whose
root is another id; encrypted machine-readable licenses are a few KiB, so more is refused here.
"""

from __future__ import annotations

import base64
import binascii
import hashlib

from ledger.errors import MalformedError

MAX_BYTES = 256 * 1024
"""One block of IPFS's default chunker."""

_PREFIX = bytes([0x01, 0x55, 0x12, 0x20])
_LENGTH = 59
_ALPHABET = frozenset("abcdefghijklmnopqrstuvwxyz234567")


def cid_of(data: bytes) -> str:
    """The content id of bytes.

    Raises:
        MalformedError: `CONTENT_TOO_LARGE`.

    Example:
        >>> cid_of(b"")
        'bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku'
    """
    if len(data) > MAX_BYTES:
        raise MalformedError("CONTENT_TOO_LARGE", size=len(data), limit=MAX_BYTES)
    return _spelled(_PREFIX + hashlib.sha256(data).digest())


def digest_in(cid: str) -> bytes:
    """The SHA-256 digest that a content id names, 32 bytes.

    Only the one spelling that `cid_of` writes is taken: no other codec, hash, base, case or path.

    Raises:
        MalformedError: `CID_MALFORMED`.

    Example:
        >>> digest_in("bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku").hex()[:16]
        'e3b0c44298fc1c14'
    """
    if len(cid) != _LENGTH or cid[0] != "b" or not _ALPHABET.issuperset(cid):
        raise MalformedError("CID_MALFORMED", reason="form")
    try:
        raw = base64.b32decode(cid[1:].upper() + "======")
    except binascii.Error:
        raise MalformedError("CID_MALFORMED", reason="base32") from None
    if raw[:4] != _PREFIX:
        raise MalformedError("CID_MALFORMED", reason="codec")
    if _spelled(raw) != cid:
        raise MalformedError("CID_MALFORMED", reason="spelling")
    return raw[4:]


def _spelled(raw: bytes) -> str:
    return "b" + base64.b32encode(raw).decode().lower().rstrip("=")
