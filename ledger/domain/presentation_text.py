"""Presentations as the texts in QR codes: `EL1:` + base45 (RFC 9285) of deterministic CBOR.

    short  [1, id, key hint, first signature]                            at most   160 bytes
    whole  [4, challenge id, challenge digest, licenses, made at, seconds to live, signatures]
                                                                         at most 1,400 bytes
    kept   [5, … as whole, without the first signature]                  at most 32,768 bytes

`kept` is what a wallet leaves at the verifier's API, never a QR code. Signatures stand one after
another, in the order of `Presentation.signers`. One presentation has exactly one text: whatever
reads differently is refused. Each license is

    [struct, members, issuer's signature, disclosure, keys, leaf]

with members in the order of `ledger.domain.messages`, and keys as two compressed points. The leaf is
null for a single license, else `[members of the leaf, index, path]`. A 32-byte word loses its
trailing zeros; the leaves that a batch renews are told by their runs where that is shorter. What the
rest tells is left out: a holder binding that is that of the two keys is null, and the leaf's content
digest is the one that the fields lead to.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from ledger.domain import base45, cbor
from ledger.domain.bit_runs import runs_of, word_of
from ledger.domain.canonical import MAX_INTEGER
from ledger.domain.challenge import ID_BYTES
from ledger.domain.fields_tree import Disclosure
from ledger.domain.holders import PublicPair
from ledger.domain.license_tree import LEAF_WORDS
from ledger.domain.messages import MESSAGES, OPENING, MessageType
from ledger.domain.presentation import (
    HINT_BYTES,
    MAX_LICENSES,
    Presentation,
    ShortPresentation,
    ShownLicense,
)
from ledger.domain.sm import decode_point
from ledger.errors import BadProofError, MalformedError

PREFIX = "EL1:"
MAX_SHORT = 160
MAX_WHOLE = 1400
"""Bytes that QR version 31 at error correction M still holds as base45."""
MAX_KEPT = 32_768
LATEST = 253_402_300_799
"""The last second of the year 9999, in seconds since 1970."""

_SHORT, _WHOLE, _KEPT = 1, 4, 5
_LIMITS = {_SHORT: MAX_SHORT, _WHOLE: MAX_WHOLE, _KEPT: MAX_KEPT}
_STRUCTS = ("Issue", "Amend", "IssueBatch", "RenewBatch")
_SIGNATURE, _POINT, _HASH = 64, 33, 32  # bytes
_CODES = {"issuer", "licenseType"}
_LEAVES = {f"leaves{word}" for word in range(LEAF_WORDS)}
_LEAF = tuple(pair for pair in OPENING.members if pair[0] not in {"batch", "index", "digest", "proof"})

Members = Sequence[tuple[str, str]]


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
    return _text([_WHOLE, *_items(presentation), b"".join(presentation.signatures)])


def kept_text(presentation: Presentation) -> str:
    """The text left at the verifier's API: without the first signature, which only the QR code has.

    Raises:
        MalformedError: `PRESENTATION_TOO_LARGE` above 32,768 bytes.
    """
    return _text([_KEPT, *_items(presentation), b"".join(presentation.signatures[1:])])


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
            _require(len(name) == _HASH and len(hint) == HINT_BYTES, "short")
            _require(len(signature) == _SIGNATURE, "signature")
            return ShortPresentation(name, hint, signature)
        case [4, *items, bytes(joined)]:
            found = _presentation(items)
            return _same(_signed(found, _split(joined, _SIGNATURE, "signature")), text, whole_text)
    raise _malformed("mode")


def read_kept(text: str) -> Presentation:
    """Read a presentation as it is left at the API, without its first signature.

    Raises:
        MalformedError: As `read_qr`.
    """
    match _list(text):
        case [5, *items, bytes(joined)]:
            found = _presentation(items)
            return _same(_signed(found, (b"", *_split(joined, _SIGNATURE, "signature"))), text, kept_text)
    raise _malformed("mode")


def _same(presentation: Presentation, text: str, write: Callable[[Presentation], str]) -> Presentation:
    # The signatures cover the JSON form; this closes the gap between it and the bytes read.
    _require(write(presentation) == text, "form")
    return presentation


def _signed(presentation: Presentation, signatures: tuple[bytes, ...]) -> Presentation:
    _require(len(signatures) == len(presentation.signers), "signature")
    return presentation.with_signatures(signatures)


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


# --- a presentation as CBOR values ------------------------------------------------------------


def _items(presentation: Presentation) -> list[object]:
    return [
        presentation.challenge_id,
        presentation.challenge_digest,
        [_license_items(shown) for shown in presentation.licenses],
        presentation.made_at,
        presentation.expires - presentation.made_at,
    ]


def _presentation(items: list[cbor.CborValue]) -> Presentation:
    match items:
        case [bytes(challenge), bytes(digest), list(licenses), int(made_at), int(life)]:
            _require(len(challenge) == ID_BYTES and len(digest) == _HASH, "challenge")
            _require(_counts(made_at) and _counts(life) and made_at + life <= LATEST, "time")
            _require(0 < len(licenses) <= MAX_LICENSES, "licenses")
            shown = tuple(_license(each) for each in licenses)
            _require(len({each.license_id for each in shown}) == len(shown), "licenses")
            return Presentation(challenge, digest, shown, made_at, made_at + life)
    raise _malformed("form")


def _license_items(shown: ShownLicense) -> list[object]:
    return [
        _STRUCTS.index(shown.message),
        _words(MESSAGES[shown.message].fields, shown.signed, shown.holder),
        shown.signature,
        shown.disclosure.as_list(),
        b"".join(_compressed(point) for point in shown.holder),
        _leaf_items(shown),
    ]


def _leaf_items(shown: ShownLicense) -> list[object] | None:
    if shown.leaf is None:
        return None
    path = b"".join(bytes.fromhex(word[2:]) for word in shown.proof)
    return [_words(_LEAF, shown.leaf, shown.holder), shown.index, path]


def _license(form: cbor.CborValue) -> ShownLicense:
    match form:
        case [int(number), list(members), bytes(signature), list(disclosure), bytes(keys), leaf]:
            _require(_counts(number) and number < len(_STRUCTS), "message")
            _require(len(signature) == _SIGNATURE, "issuer")
            struct, holder, shown = MESSAGES[_STRUCTS[number]], _pair(keys), _disclosure(disclosure)
            signed = _values(struct.fields, members, holder)
            if not _is_of_batch(struct):
                _require(leaf is None, "leaf")
                return ShownLicense(struct.name, signed, signature, shown, holder)
            return ShownLicense(struct.name, signed, signature, shown, holder, *_leaf(leaf, shown, holder))
    raise _malformed("license")


def _leaf(
    form: cbor.CborValue, shown: Disclosure, holder: PublicPair
) -> tuple[dict[str, object], int, tuple[str, ...]]:
    match form:
        case [list(members), int(index), bytes(path)] if _counts(index):
            digest = "0x" + shown.content_digest().hex()
            proof = tuple("0x" + word.hex() for word in _split(path, _HASH, "leaf"))
            return {"digest": digest, **_values(_LEAF, members, holder)}, index, proof
    raise _malformed("leaf")


def _counts(value: int) -> bool:
    """Whether it is a number from 0 on; CBOR's true and false are none."""
    return type(value) is int and value >= 0


def _is_of_batch(struct: MessageType) -> bool:
    """Whether a struct signs the root of a batch, so that a license is a leaf under it."""
    return any(name == "root" for name, _ in struct.members)


def _words(members: Members, values: Mapping[str, object], holder: PublicPair) -> list[object]:
    return [
        None if _is_told(name, values[name], holder) else _word(name, values[name]) for name, _ in members
    ]


def _is_told(name: str, value: object, holder: PublicPair) -> bool:
    return name == "holderBinding" and value == holder.binding


def _word(name: str, value: object) -> object:
    if not isinstance(value, str):
        return value
    word = bytes.fromhex(value.removeprefix("0x"))
    short, runs = word.rstrip(b"\0"), runs_of(word) if name in _LEAVES else []
    return runs if runs and len(cbor.encode(runs)) < len(cbor.encode(short)) else short


def _values(members: Members, words: list[cbor.CborValue], holder: PublicPair) -> dict[str, object]:
    _require(len(words) == len(members), "members")
    return {
        name: holder.binding if word is None and name == "holderBinding" else _value(name, kind, word)
        for (name, kind), word in zip(members, words, strict=True)
    }


def _value(name: str, kind: str, word: cbor.CborValue) -> object:
    if kind == "bytes32":
        _require(name not in _CODES or _is_code(word), name)
        return "0x" + (_of_runs(word) if name in _LEAVES and isinstance(word, list) else _bytes32(word)).hex()
    bits = int(kind.removeprefix("uint"))
    if type(word) is not int or not 0 <= word < min(1 << bits, MAX_INTEGER + 1):
        raise _malformed("members")
    return word


def _is_code(word: cbor.CborValue) -> bool:
    return isinstance(word, bytes) and word.isascii() and word.isalnum()


def _bytes32(word: cbor.CborValue) -> bytes:
    if not isinstance(word, bytes) or len(word) > _HASH:
        raise _malformed("members")
    return word.ljust(_HASH, b"\0")


def _of_runs(runs: list[cbor.CborValue]) -> bytes:
    lengths = [each for each in runs if isinstance(each, int) and _counts(each)]
    _require(len(lengths) == len(runs), "members")
    try:
        return word_of(lengths)
    except ValueError:
        raise _malformed("members") from None


def _disclosure(form: list[cbor.CborValue]) -> Disclosure:
    try:
        found = Disclosure.from_list(form)
        found.content_digest()
    except (BadProofError, MalformedError):
        raise _malformed("disclosure") from None
    return found


def _pair(joined: bytes) -> PublicPair:
    points = _split(joined, _POINT, "key")
    _require(len(points) == len(PublicPair._fields), "key")
    return PublicPair(*(_point(point) for point in points))


def _split(joined: bytes, size: int, part: str) -> tuple[bytes, ...]:
    _require(len(joined) % size == 0, part)
    return tuple(joined[start : start + size] for start in range(0, len(joined), size))


def _compressed(point: bytes) -> bytes:
    return bytes([2 + (point[64] & 1)]) + point[1:33]


def _point(encoding: bytes) -> bytes:
    try:
        return decode_point(encoding)
    except MalformedError:
        raise _malformed("key") from None


def _require(holds: bool, part: str) -> None:
    if not holds:
        raise _malformed(part)


def _malformed(part: str) -> MalformedError:
    return MalformedError("PRESENTATION_MALFORMED", part=part)
