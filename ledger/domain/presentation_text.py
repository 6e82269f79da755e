"""Presentations as the texts in QR codes: `EL1:` + base45 (RFC 9285) of deterministic CBOR.

    short  [1, id, key hint, signature]                                  at most   160 bytes
    whole  [2, challenge id, nonce, challenge digest, message, members, issuer key, issuer
            signature, disclosure, holder key, holder encryption key, made at, seconds to live,
            signature]                                                   at most 1,400 bytes
    kept   [3, … as whole, without the signature]                        at most 16,384 bytes

`kept` is what a wallet leaves at the verifier's API, never a QR code. Members stand in the order of
`ledger.domain.messages`, without `keyId`; a 32-byte word loses its trailing zeros; public keys are
compressed points. One presentation has exactly one text: whatever reads differently is refused.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ledger.domain import base45, cbor
from ledger.domain.canonical import MAX_INTEGER
from ledger.domain.challenge import ID_BYTES
from ledger.domain.fields_tree import Disclosure
from ledger.domain.messages import MESSAGES, MessageType
from ledger.domain.presentation import HINT_BYTES, Presentation, ShortPresentation
from ledger.domain.sm import decode_point
from ledger.errors import BadProofError, MalformedError

PREFIX = "EL1:"
MAX_SHORT = 160
MAX_WHOLE = 1400
"""Bytes that QR version 31 at error correction M still holds as base45."""
MAX_KEPT = 16_384
LATEST = 253_402_300_799
"""The last second of the year 9999, in seconds since 1970."""

_SHORT, _WHOLE, _KEPT = 1, 2, 3
_LIMITS = {_SHORT: MAX_SHORT, _WHOLE: MAX_WHOLE, _KEPT: MAX_KEPT}
_MESSAGE_NUMBERS = {"Issue": 0, "Amend": 1}
_CODES = {"issuer", "licenseType"}
_MESSAGE_NAMES = {number: name for name, number in _MESSAGE_NUMBERS.items()}


def short_text(presentation: ShortPresentation) -> str:
    """The text of the short QR code.

    Raises:
        MalformedError: `PRESENTATION_TOO_LARGE`.
    """
    return _text([_SHORT, presentation.id, presentation.key_hint, presentation.signature])


def whole_text(presentation: Presentation) -> str:
    """The text of the QR code that needs no network.

    Raises:
        MalformedError: `PRESENTATION_TOO_LARGE` above 1,400 bytes.
    """
    return _text([_WHOLE, *_items(presentation), presentation.signature])


def kept_text(presentation: Presentation) -> str:
    """The text left at the verifier's API: without the holder's signature, which only the QR code has.

    Raises:
        MalformedError: `PRESENTATION_TOO_LARGE` above 16,384 bytes.
    """
    return _text([_KEPT, *_items(presentation)])


def size_of(text: str) -> int:
    """Bytes that a text decodes to."""
    return len(_decoded(text))


def read_qr(text: str) -> ShortPresentation | Presentation:
    """Read what a QR code carried; form only, nothing is verified.

    Raises:
        MalformedError: `QR_TEXT_MALFORMED`, `CBOR_MALFORMED`, `PRESENTATION_MALFORMED`,
            `PRESENTATION_TOO_LARGE`; never anything else, whatever the text.
    """
    match _list(text):
        case [1, bytes(name), bytes(hint), bytes(signature)]:
            _require(len(name) == 32 and len(hint) == HINT_BYTES and len(signature) == 64, "short")
            return ShortPresentation(name, hint, signature)
        case [2, *items, bytes(signature)]:
            _require(len(signature) == 64, "signature")
            return _same(_presentation(items).with_signature(signature), text, whole_text)
    raise _malformed("mode")


def read_kept(text: str) -> Presentation:
    """Read a presentation as it is left at the API, without signature.

    Raises:
        MalformedError: As `read_qr`.
    """
    match _list(text):
        case [3, *items]:
            return _same(_presentation(items), text, kept_text)
    raise _malformed("mode")


def _same(presentation: Presentation, text: str, write: Callable[[Presentation], str]) -> Presentation:
    # The signature covers the JSON form; this closes the gap between it and the bytes read.
    _require(write(presentation) == text, "form")
    return presentation


def _text(items: list[object]) -> str:
    data = cbor.encode(items)
    limit = _LIMITS[int(str(items[0]))]
    if len(data) > limit:
        raise MalformedError("PRESENTATION_TOO_LARGE", size=len(data), limit=limit)
    return PREFIX + base45.encode(data)


def _decoded(text: str) -> bytes:
    if not text.startswith(PREFIX):
        raise MalformedError("QR_TEXT_MALFORMED", reason="prefix")
    if len(text) > len(PREFIX) + MAX_KEPT // 2 * 3:
        raise MalformedError("PRESENTATION_TOO_LARGE", size=len(text), limit=MAX_KEPT)
    return base45.decode(text[len(PREFIX) :])


def _list(text: str) -> list[cbor.CborValue]:
    data = _decoded(text)
    items = cbor.decode(data)
    if not isinstance(items, list) or not items or type(items[0]) is not int:
        raise _malformed("form")
    limit = _LIMITS.get(items[0], 0)
    if len(data) > limit > 0:
        raise MalformedError("PRESENTATION_TOO_LARGE", size=len(data), limit=limit)
    return items


def _items(presentation: Presentation) -> list[object]:
    number = _MESSAGE_NUMBERS[presentation.message]
    return [
        presentation.challenge_id,
        presentation.nonce,
        presentation.challenge_digest,
        number,
        _members(MESSAGES[presentation.message], presentation.signed),
        presentation.issuer_key,
        presentation.issuer_signature,
        presentation.disclosure.as_list(),
        _compressed(presentation.holder_key),
        _compressed(presentation.holder_encryption_key),
        presentation.made_at,
        presentation.expires - presentation.made_at,
    ]


def _presentation(items: list[cbor.CborValue]) -> Presentation:
    match items:
        case [
            bytes(challenge),
            bytes(nonce),
            bytes(digest),
            int(number),
            list(members),
            bytes(issuer_key),
            bytes(issuer_signature),
            list(disclosure),
            bytes(holder_key),
            bytes(encryption_key),
            int(made_at),
            int(life),
        ]:
            _require(len(challenge) == len(nonce) == ID_BYTES and len(digest) == 32, "challenge")
            _require(len(issuer_key) == 32 and len(issuer_signature) == 64, "issuer")
            _require(number in _MESSAGE_NAMES, "message")
            _require(min(made_at, life) >= 0 and made_at + life <= LATEST, "time")
            message = _MESSAGE_NAMES[number]
            return Presentation(
                challenge_id=challenge,
                nonce=nonce,
                challenge_digest=digest,
                message=message,
                signed=_values(MESSAGES[message], members),
                issuer_key=issuer_key,
                issuer_signature=issuer_signature,
                disclosure=_disclosure(disclosure),
                holder_key=_point(holder_key),
                holder_encryption_key=_point(encryption_key),
                made_at=made_at,
                expires=made_at + life,
            )
    raise _malformed("form")


def _members(message: MessageType, signed: Mapping[str, object]) -> list[object]:
    return [_word(signed[name]) for name, _ in message.fields[1:]]


def _word(value: object) -> object:
    if isinstance(value, str):
        return bytes.fromhex(value.removeprefix("0x")).rstrip(b"\0")
    return value


def _values(message: MessageType, members: list[cbor.CborValue]) -> dict[str, object]:
    fields = message.fields[1:]
    _require(len(members) == len(fields), "members")
    for (name, _), member in zip(fields, members, strict=True):
        _require(name not in _CODES or _is_code(member), name)
    return {name: _value(kind, member) for (name, kind), member in zip(fields, members, strict=True)}


def _is_code(member: cbor.CborValue) -> bool:
    return isinstance(member, bytes) and member.isascii() and member.isalnum()


def _value(kind: str, member: cbor.CborValue) -> object:
    if kind == "bytes32":
        return "0x" + _bytes32(member).hex()
    bits = int(kind.removeprefix("uint"))
    if type(member) is not int or not 0 <= member < min(1 << bits, MAX_INTEGER + 1):
        raise _malformed("members")
    return member


def _bytes32(member: cbor.CborValue) -> bytes:
    if not isinstance(member, bytes) or len(member) > 32:
        raise _malformed("members")
    return member.ljust(32, b"\0")


def _disclosure(form: list[cbor.CborValue]) -> Disclosure:
    try:
        found = Disclosure.from_list(form)
        found.content_digest()
    except (BadProofError, MalformedError):
        raise _malformed("disclosure") from None
    return found


def _compressed(point: bytes) -> bytes:
    return bytes([2 + (point[64] & 1)]) + point[1:33]


def _point(encoding: bytes) -> bytes:
    if len(encoding) != 33:
        raise _malformed("key")
    try:
        return decode_point(encoding)
    except MalformedError:
        raise _malformed("key") from None


def _require(holds: bool, part: str) -> None:
    if not holds:
        raise _malformed(part)


def _malformed(part: str) -> MalformedError:
    return MalformedError("PRESENTATION_MALFORMED", part=part)
