"""A handout: a copy on its way to the one body that it was made for.

    {"format": "elicense-handout/1", "ledgerId", "grant", "request", "licenseId", "version", "mediaType",
     "to", "wrapped", "sealed"}

The copy is SM4-GCM under a key that is used once; the key is wrapped by SM2 encryption for the
grantee's encryption key `to`, outside the sealed bytes. These are bound to all that stands around them
but the wrapped key: a blob of another use, grant, license or reader does not open.
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass

from ledger.domain.canonical import JsonObject, canonical
from ledger.domain.label import Label
from ledger.domain.sm import is_public_key, sm3
from ledger.domain.strict_form import StrictForm
from ledger.errors import BadProofError

FORMAT = "elicense-handout/1"
PLAIN, ANNOTATED = "application/json", "application/pdf"
MAX_COPY = 32 << 20
"""Most bytes of a copy."""
MAX_FILE = MAX_COPY // 3 * 4 + (1 << 16)
"""Most bytes of the file that carries it."""

_FORM = StrictForm("HANDOUT_MALFORMED")
_BINDING = b"elicense/1/handout"
_TERMS = ("ledgerId", "grant", "request", "licenseId")
_MAX_WRAPPED = 512


@dataclass(frozen=True, slots=True)
class HandoutTerms:
    """To which use a handout belongs.

    Attributes:
        ledger_id: 0x-hex.
        grant: The grant's object, 0x-hex.
        request: Digest of the request that is answered, 0x-hex.
        license_id: 0x-hex.
        version: Of the resource.
    """

    ledger_id: str
    grant: str
    request: str
    license_id: str
    version: int

    @classmethod
    def of(cls, label: Label) -> HandoutTerms:
        """Those of a label."""
        terms = label.terms
        return cls(terms.ledger_id, terms.grant, terms.request, terms.license_id, terms.version)

    def as_json(self) -> JsonObject:
        """Their members in the file."""
        return {
            "ledgerId": self.ledger_id,
            "grant": self.grant,
            "request": self.request,
            "licenseId": self.license_id,
            "version": self.version,
        }

    def require(self, expected: HandoutTerms) -> None:
        """Refuse what belongs to another use.

        Raises:
            BadProofError: `HANDOUT_OF_ANOTHER`, naming the member.
        """
        wanted = expected.as_json()
        for name, value in self.as_json().items():
            if wanted[name] != value:
                raise BadProofError("HANDOUT_OF_ANOTHER", part=name)


@dataclass(frozen=True, slots=True)
class Handout:
    """One handout.

    Attributes:
        terms: To which use it belongs.
        media_type: Of the copy: `PLAIN` or `ANNOTATED`.
        to: The grantee's encryption key, 65 bytes.
        wrapped: The key of the sealed bytes, encrypted to it, in DER.
        sealed: The encrypted copy.
    """

    terms: HandoutTerms
    media_type: str
    to: bytes
    wrapped: bytes
    sealed: bytes

    @property
    def digest(self) -> str:
        """SM3 of the RFC 8785 form, 0x-hex: what the use records as the digest of its response."""
        return "0x" + sm3(canonical(self.as_json())).hex()

    def as_json(self) -> JsonObject:
        """The form of the module's head; `sealed` is base64."""
        return {
            "format": FORMAT,
            **self.terms.as_json(),
            "mediaType": self.media_type,
            "to": self.to.hex(),
            "wrapped": self.wrapped.hex(),
            "sealed": base64.b64encode(self.sealed).decode(),
        }


def associated(terms: HandoutTerms, media_type: str, to: bytes) -> bytes:
    """What the sealed bytes are bound to."""
    return _BINDING + canonical({**terms.as_json(), "mediaType": media_type, "to": to.hex()})


def handout_from_json(form: JsonObject) -> Handout:
    """Read a handout from outside; form only, nothing is opened.

    Raises:
        MalformedError: `HANDOUT_MALFORMED` with the member at fault.
    """
    members = {"format", *_TERMS, "version", "mediaType", "to", "wrapped", "sealed"}
    _FORM.require(set(form) == members and form["format"] == FORMAT, "format")
    ledger_id, grant, request, license_id = (
        "0x" + _FORM.hexed(form, name, 32, "0x").hex() for name in _TERMS
    )
    version, wrapped = form["version"], form["wrapped"]
    if type(version) is not int or not 0 < version < 1 << 32:
        raise _FORM.fault("version")
    _FORM.require(form["mediaType"] in (PLAIN, ANNOTATED), "mediaType")
    _FORM.require(isinstance(wrapped, str) and 0 < len(wrapped) <= 2 * _MAX_WRAPPED, "wrapped")
    to = _FORM.hexed(form, "to", 65)
    _FORM.require(is_public_key(to), "to")
    found = Handout(
        terms=HandoutTerms(ledger_id, grant, request, license_id, version),
        media_type=form["mediaType"],
        to=to,
        wrapped=_FORM.hexed(form, "wrapped", len(wrapped) // 2),
        sealed=_decoded(form["sealed"]),
    )
    _FORM.require(found.as_json() == form, "form")
    return found


def _decoded(value: object) -> bytes:
    if not isinstance(value, str) or not value:
        raise _FORM.fault("sealed")
    try:
        return base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        raise _FORM.fault("sealed") from None
