"""The label of a copy (数据标签): what was handed out, to whom, for what, until when; signed.

    {"format": "elicense-label/1", "ledgerId", "licenseId", "resource": {"owner", "code", "version"},
     "fieldList": [{"name", "grade"}, …], "grade", "purpose": {"code", "text", "salt", "digest"}, "item",
     "grantee": {"uscc", "name"}, "grant", "request", "issuedAt", "until",
     "content", "file": null | {"sm3", "size"}, "provider": {"uscc", "keyId", "publicKey"}, "signature"}

The provider signs TAG(label) ‖ SM3(RFC 8785 form without `signature`). `content` is SM3 of the
disclosure that the copy carries, `file` what its face was before the label went in; so a label belongs
to one copy. `fieldList` is the published list of the resource's version, whose digests the ledger has: by
it anybody can tell that the fields lie within those of the grant. `purpose.digest` is the salted digest
that the grant has on the ledger, `request` the digest of the request that the use records: by both, and by
`grant`, the label leads to the records. It travels with the copy and verifies alone by the key it names;
whose key that is, the ledger tells.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from ledger.domain.canonical import JsonObject, JsonValue
from ledger.domain.field_list import HIGHEST_GRADE, FieldList, field_list
from ledger.domain.messages import key_id
from ledger.domain.moments import SHANGHAI, rfc3339
from ledger.domain.salted_text import SaltedText, salted_text
from ledger.domain.sm import TAG_LABEL
from ledger.domain.strict_form import StrictForm
from ledger.domain.unsigned import unsigned_digest
from ledger.errors import (
    BadProofError,
    BadSignatureError,
    MalformedError,
    StalePresentationError,
    WrongLedgerError,
)

FORMAT = "elicense-label/1"

_FORM = StrictForm("LABEL_MALFORMED")
_KEYS = {
    "format",
    "ledgerId",
    "licenseId",
    "resource",
    "fieldList",
    "grade",
    "purpose",
    "item",
    "grantee",
    "grant",
    "request",
    "issuedAt",
    "until",
    "content",
    "file",
    "provider",
    "signature",
}


class Verifies(Protocol):
    """What is needed of the `Verifier` port here."""

    def verify(self, public_key: bytes, message: bytes, signature: bytes) -> bool:
        """Whether the SM2 signature holds; never raises on data."""
        ...


@dataclass(frozen=True, slots=True)
class FaceFile:
    """The face of a copy as a file, before its label was put in.

    Attributes:
        sm3: Of its bytes, 64 hex digits.
        size: How many they are.
    """

    sm3: str
    size: int


@dataclass(frozen=True, slots=True)
class UseTerms:
    """On what a use rests, and for whom and what it is.

    Attributes:
        ledger_id: The ledger that grant and use stand on, 0x-hex.
        license_id: The license of which fields are handed out, 0x-hex.
        owner: Credit code of the body whose resource it is.
        code: The owner's code for the resource.
        version: Of the resource.
        listed: The published list of its fields.
        grade: The highest of the fields, 1 open to 4 most sensitive.
        purpose_code: The purpose as a code, or empty.
        purpose: The purpose in words, with the salt of its digest on the ledger.
        item: Code of the matter that it is needed for, or empty.
        grantee: Credit code of the body that it is for.
        grantee_name: Its registered name.
        grant: The grant's object, 0x-hex.
        request: Digest of the request that the use answers, 0x-hex.
        until: First second at which the copy may no longer be relied on.
    """

    ledger_id: str
    license_id: str
    owner: str
    code: str
    version: int
    listed: FieldList
    grade: int
    purpose_code: str
    purpose: SaltedText
    item: str
    grantee: str
    grantee_name: str
    grant: str
    request: str
    until: int


@dataclass(frozen=True, slots=True)
class Label:
    """One label.

    Attributes:
        terms: On what the copy rests.
        issued_at: When it was made, in Unix seconds.
        content: SM3 of the disclosure in the copy, 32 bytes.
        file: Its face, where it has one to look at.
        provider: Credit code of the body that handed it out.
        public_key: Its signing key, 65 bytes.
        signature: 64 bytes; empty before it is signed.
    """

    terms: UseTerms
    issued_at: int
    content: bytes
    file: FaceFile | None
    provider: str
    public_key: bytes
    signature: bytes = b""

    @property
    def key_id(self) -> str:
        """Id of the provider's key, 0x-hex."""
        return "0x" + key_id(self.public_key).hex()

    @property
    def copy_number(self) -> str:
        """The number (副本编号) that people read off a copy."""
        return copy_number(self.issued_at, self.terms.request)

    def message(self) -> bytes:
        """The 64 bytes that are signed."""
        return TAG_LABEL + unsigned_digest(self.as_json())

    def signed(self, signature: bytes) -> Label:
        """The same label with its signature."""
        return replace(self, signature=signature)

    def as_json(self) -> JsonObject:
        """The form of the module's head."""
        terms, file = self.terms, self.file
        purpose = {"code": terms.purpose_code, **terms.purpose.as_json(), "digest": terms.purpose.digest}
        return {
            "format": FORMAT,
            "ledgerId": terms.ledger_id,
            "licenseId": terms.license_id,
            "resource": {"owner": terms.owner, "code": terms.code, "version": terms.version},
            "fieldList": terms.listed.as_json()["fields"],
            "grade": terms.grade,
            "purpose": purpose,
            "item": terms.item,
            "grantee": {"uscc": terms.grantee, "name": terms.grantee_name},
            "grant": terms.grant,
            "request": terms.request,
            "issuedAt": rfc3339(self.issued_at),
            "until": rfc3339(terms.until),
            "content": self.content.hex(),
            "file": {"sm3": file.sm3, "size": file.size} if file else None,
            "provider": {
                "uscc": self.provider,
                "keyId": self.key_id,
                "publicKey": self.public_key.hex(),
            },
            "signature": self.signature.hex(),
        }

    def check(
        self, verifier: Verifies, content: bytes, ledger_id: str | None = None, key: bytes | None = None
    ) -> None:
        """Let pass only the label that its provider signed for this content on this ledger.

        Whether it is still time, `require_current` tells.

        Args:
            verifier: SM2.
            content: SM3 of the disclosure that it was found with, 32 bytes.
            ledger_id: Of the ledger that is meant, 0x-hex; None takes any.
            key: The provider's signing key, 65 bytes; None takes the one that the label names.

        Raises:
            BadSignatureError: `LABEL_SIGNATURE_BAD`.
            WrongLedgerError: `WRONG_LEDGER`.
            BadProofError: `LABEL_OF_ANOTHER`: it belongs to another copy.
        """
        if key not in (None, self.public_key):
            raise BadSignatureError("LABEL_SIGNATURE_BAD", key=self.key_id)
        if not verifier.verify(self.public_key, self.message(), self.signature):
            raise BadSignatureError("LABEL_SIGNATURE_BAD", key=self.key_id)
        found = self.terms.ledger_id
        if ledger_id not in (None, found):
            raise WrongLedgerError("WRONG_LEDGER", what="ledgerId", expected=ledger_id, found=found)
        if content != self.content:
            raise BadProofError("LABEL_OF_ANOTHER", grant=self.terms.grant)

    def require_current(self, now: int) -> None:
        """Let pass only before the end.

        Raises:
            StalePresentationError: `LABEL_EXPIRED`.
        """
        if now >= self.terms.until:
            raise StalePresentationError("LABEL_EXPIRED", until=rfc3339(self.terms.until))


def copy_number(issued_at: int, request: str) -> str:
    """The number (副本编号) of a copy made at a moment: its time in China, and the request's start.

    Args:
        issued_at: Unix seconds.
        request: Digest of the request, 0x-hex.

    Example:
        >>> copy_number(0, "0x" + "ab" * 32)
        '19700101080000ABABABABABAB'
    """
    moment = datetime.fromtimestamp(issued_at, SHANGHAI)
    return moment.strftime("%Y%m%d%H%M%S").rjust(14, "0") + request[2:14].upper()


def label_from_json(form: JsonObject) -> Label:
    """Read a label from outside; form only, the signature is not checked.

    Raises:
        MalformedError: `LABEL_MALFORMED` with the member at fault.
    """
    _FORM.require(set(form) == _KEYS and form["format"] == FORMAT, "format")
    provider, public_key = _FORM.party(form["provider"], "provider")
    if provider is None:
        raise _FORM.fault("uscc")
    _code(provider, "uscc", 1)
    found = Label(
        terms=_terms(form),
        issued_at=_FORM.instant(form, "issuedAt"),
        content=_FORM.hexed(form, "content", 32),
        file=_file(form["file"]),
        provider=provider,
        public_key=public_key,
        signature=_FORM.hexed(form, "signature", 64),
    )
    _FORM.require(found.terms.until > found.issued_at, "until")
    _FORM.require(found.as_json() == form, "form")
    return found


def _terms(form: JsonObject) -> UseTerms:
    ids = {name: _word(form, name) for name in ("ledgerId", "licenseId", "grant", "request")}
    resource = _part(form, "resource", {"owner", "code", "version"})
    grantee = _part(form, "grantee", {"uscc", "name"})
    purpose = _part(form, "purpose", {"code", "text", "salt", "digest"})
    salted = salted_text({name: purpose[name] for name in ("text", "salt")})
    if salted is None:
        raise _FORM.fault("purpose")
    _FORM.text(salted.text, "purpose")
    return UseTerms(
        ledger_id=ids["ledgerId"],
        license_id=ids["licenseId"],
        owner=_code(resource["owner"], "owner", 1),
        code=_code(resource["code"], "code", 1),
        version=_number(resource["version"], "version", 1, 0xFFFFFFFF),
        listed=_listed(form["fieldList"]),
        grade=_number(form["grade"], "grade", 1, HIGHEST_GRADE),
        purpose_code=_code(purpose["code"], "purpose"),
        purpose=salted,
        item=_code(form["item"], "item"),
        grantee=_code(grantee["uscc"], "grantee", 1),
        grantee_name=_FORM.text(grantee["name"], "grantee"),
        grant=ids["grant"],
        request=ids["request"],
        until=_FORM.instant(form, "until"),
    )


def _listed(value: JsonValue) -> FieldList:
    try:
        return field_list(value)
    except MalformedError:
        raise _FORM.fault("fieldList") from None


def _file(value: object) -> FaceFile | None:
    if value is None:
        return None
    if not isinstance(value, dict) or set(value) != {"sm3", "size"}:
        raise _FORM.fault("file")
    return FaceFile(_FORM.hexed(value, "sm3", 32).hex(), _number(value["size"], "size", 1, 1 << 32))


def _part(form: JsonObject, field: str, members: set[str]) -> JsonObject:
    value = form[field]
    if not isinstance(value, dict) or set(value) != members:
        raise _FORM.fault(field)
    return value


def _code(value: object, field: str, least: int = 0) -> str:
    """ASCII text that fits into a word."""
    if not isinstance(value, str) or not least <= len(value) <= 32:
        raise _FORM.fault(field)
    _FORM.require(value.isascii() and value.isprintable(), field)
    return value


def _number(value: object, field: str, least: int, most: int) -> int:
    if type(value) is not int or not least <= value <= most:
        raise _FORM.fault(field)
    return value


def _word(form: JsonObject, field: str) -> str:
    return "0x" + _FORM.hexed(form, field, 32, "0x").hex()
