"""Presentations as the texts in QR codes: `EL1:` + base45 (RFC 9285) of deterministic CBOR.

    short  [1, id, key hint, first signature]                            at most   160 bytes
    whole  [4, challenge id, challenge digest, ledger id, licenses, attestation, made at, seconds to
            live, signatures]                                            at most 1,400 bytes
    kept   [5, … as whole, without the first signature]                  at most 32,768 bytes
    draft  [6, … as whole, with a list of signatures]                    at most 32,768 bytes

`kept` is what a wallet leaves at the verifier's API, `draft` what one holder hands to the next who has to
sign too, an empty string for each signature that is missing; neither is ever a QR code. Signatures stand
one after another, in the order of `Presentation.signers`. One presentation has exactly one text: whatever
reads differently is refused. Each license is what `ledger.domain.shown_items` makes of it. The
attestation is null where the holder's keys sign, else `[compressed point, method, officer]`.
"""

from __future__ import annotations

from collections.abc import Callable

from ledger.domain import base45, cbor
from ledger.domain.attestation import Attestation, Method
from ledger.domain.challenge import ID_BYTES
from ledger.domain.presentation import (
    HINT_BYTES,
    MAX_LICENSES,
    Presentation,
    ShortPresentation,
    ShownLicense,
)
from ledger.domain.shown_items import (
    HASH_BYTES,
    SIGNATURE_BYTES,
    compressed,
    counts,
    malformed,
    read_license,
    read_point,
    require,
    split,
    write_license,
)
from ledger.errors import MalformedError

PREFIX = "EL1:"
MAX_SHORT = 160
MAX_WHOLE = 1400
"""Bytes that QR version 31 at error correction M still holds as base45."""
MAX_KEPT = 32_768
LATEST = 253_402_300_799
"""The last second of the year 9999, in seconds since 1970."""

_SHORT, _WHOLE, _KEPT, _DRAFT = 1, 4, 5, 6
_LIMITS = {_SHORT: MAX_SHORT, _WHOLE: MAX_WHOLE, _KEPT: MAX_KEPT, _DRAFT: MAX_KEPT}


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


def draft_text(presentation: Presentation) -> str:
    """The text of one that not all have signed yet; an empty signature of each who has not.

    Raises:
        MalformedError: `PRESENTATION_TOO_LARGE` above 32,768 bytes.
    """
    return _text([_DRAFT, *_items(presentation), list(presentation.signatures)])


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
            require(len(name) == HASH_BYTES and len(hint) == HINT_BYTES, "short")
            require(len(signature) == SIGNATURE_BYTES, "signature")
            return ShortPresentation(name, hint, signature)
        case [4, *items, bytes(joined)]:
            found = _presentation(items)
            return _same(_signed(found, split(joined, SIGNATURE_BYTES, "signature")), text, whole_text)
    raise malformed("mode")


def read_kept(text: str) -> Presentation:
    """Read a presentation as it is left at the API, without its first signature.

    Raises:
        MalformedError: As `read_qr`.
    """
    match _list(text):
        case [5, *items, bytes(joined)]:
            found = _presentation(items)
            return _same(_signed(found, (b"", *split(joined, SIGNATURE_BYTES, "signature"))), text, kept_text)
    raise malformed("mode")


def read_draft(text: str) -> Presentation:
    """Read a presentation that not all have signed yet.

    Raises:
        MalformedError: As `read_qr`.
    """
    match _list(text):
        case [6, *items, list(given)]:
            signatures = tuple(each for each in given if isinstance(each, bytes))
            require(len(signatures) == len(given), "signature")
            require(all(len(each) in (0, SIGNATURE_BYTES) for each in signatures), "signature")
            return _same(_signed(_presentation(items), signatures), text, draft_text)
    raise malformed("mode")


def _same(presentation: Presentation, text: str, write: Callable[[Presentation], str]) -> Presentation:
    # The signatures cover the JSON form; this closes the gap between it and the bytes read.
    require(write(presentation) == text, "form")
    return presentation


def _signed(presentation: Presentation, signatures: tuple[bytes, ...]) -> Presentation:
    require(len(signatures) == len(presentation.signers), "signature")
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
        raise malformed("form")
    limit = _LIMITS.get(items[0], 0)
    if len(data) > limit > 0:
        raise MalformedError("PRESENTATION_TOO_LARGE", size=len(data), limit=limit)
    return items


# --- a presentation as CBOR values ------------------------------------------------------------


def _items(presentation: Presentation) -> list[object]:
    ledger_id, (first, *others) = presentation.ledger_id, presentation.licenses
    return [
        presentation.challenge_id,
        presentation.challenge_digest,
        ledger_id,
        [write_license(first, ledger_id), *(write_license(each, ledger_id, first) for each in others)],
        _attestation_items(presentation.attestation),
        presentation.made_at,
        presentation.expires - presentation.made_at,
    ]


def _presentation(items: list[cbor.CborValue]) -> Presentation:
    match items:
        case [bytes(challenge), bytes(digest), bytes(ledger), list(forms), attested, int(made_at), int(life)]:
            require(len(challenge) == ID_BYTES and len(digest) == HASH_BYTES, "challenge")
            require(len(ledger) == HASH_BYTES, "ledger")
            require(counts(made_at) and counts(life) and made_at + life <= LATEST, "time")
            licenses, attestation = _licenses(forms, ledger), _attestation(attested)
            require(all((each.holder is None) == (attestation is not None) for each in licenses), "key")
            return Presentation(challenge, digest, ledger, licenses, made_at, made_at + life, attestation)
    raise malformed("form")


def _licenses(forms: list[cbor.CborValue], ledger_id: bytes) -> tuple[ShownLicense, ...]:
    require(0 < len(forms) <= MAX_LICENSES, "licenses")
    first = read_license(forms[0], ledger_id)
    shown = (first, *(read_license(form, ledger_id, first) for form in forms[1:]))
    require(len({each.license_id for each in shown}) == len(shown), "licenses")
    return shown


def _attestation_items(attestation: Attestation | None) -> list[object] | None:
    if attestation is None:
        return None
    return [compressed(attestation.public_key), int(attestation.method), attestation.officer]


def _attestation(form: cbor.CborValue) -> Attestation | None:
    match form:
        case None:
            return None
        case [bytes(point), int(method), bytes(officer)]:
            require(counts(method) and method in set(Method), "attestation")
            require(len(officer) in (0, HASH_BYTES), "attestation")
            return Attestation(read_point(point), Method(method), officer)
    raise malformed("attestation")
