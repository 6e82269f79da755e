"""A file of this project as the text of a QR code: `EL2:` + base45 (RFC 9285) of zlib (RFC 1950).

So a counter asks a holder, and her wallet answers, without a network between the two. What a file says is
trusted for its signatures and what the ledger bears out, never for the way it came.
"""

from __future__ import annotations

import zlib

from ledger.domain import base45
from ledger.domain.canonical import JsonObject, canonical, parse_strict
from ledger.errors import MalformedError

PREFIX = "EL2:"
MOST_PACKED = 1_400
"""Bytes that QR version 31 at error correction M still holds as base45."""
MOST_UNPACKED = 32_768


def form_text(form: JsonObject) -> str:
    """The text of a file.

    Raises:
        MalformedError: `FORM_TOO_LARGE` above 1,400 bytes.

    Example:
        >>> read_form_text(form_text({"format": "elicense-example/1"}))
        {'format': 'elicense-example/1'}
    """
    packed = zlib.compress(canonical(form), 9)
    if len(packed) > MOST_PACKED:
        raise MalformedError("FORM_TOO_LARGE", size=len(packed), limit=MOST_PACKED)
    return PREFIX + base45.encode(packed)


def read_form_text(text: str) -> JsonObject:
    """The file that a text stands for; whatever it is, no more than 32,768 bytes are unpacked.

    Raises:
        MalformedError: `FORM_TEXT_MALFORMED`, or as `parse_strict`.
    """
    if not text.startswith(PREFIX) or len(text) > len(PREFIX) + MOST_PACKED // 2 * 3:
        raise MalformedError("FORM_TEXT_MALFORMED")
    try:
        packed, unpacker = base45.decode(text[len(PREFIX) :]), zlib.decompressobj()
        data = unpacker.decompress(packed, MOST_UNPACKED)
    except (MalformedError, zlib.error):
        raise MalformedError("FORM_TEXT_MALFORMED") from None
    if not unpacker.eof or unpacker.unused_data:
        raise MalformedError("FORM_TEXT_MALFORMED")
    return parse_strict(data)
