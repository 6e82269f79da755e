"""Official documents (电子公文): what a license type of kind DOCUMENT means, and who and what is not of it.

A document is what a body says to many: a notice, an opinion, a reply. It goes through the same types, files,
records and proofs as a license, but nobody holds it. Where a license names holders, a document names its
issuing body, and a document is bound to no device, moves to no other region and is lost by nobody.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import Enum
from typing import Any
from unicodedata import category, normalize

from ledger.domain.acts import Act
from ledger.domain.secrecy import MEMBER, require_unclassified
from ledger.domain.sm3 import sm3
from ledger.errors import RuleError

KIND = "kind"
"""The member that says so in the definition of a type, in a license (where it is a field) and its input."""

SECRECY = frozenset({MEMBER, "密级"})
"""Names under which an input may say that a document is a state secret."""

_SERIAL_DIGITS = 20
_PLAIN = {"Ps": "〔", "Pe": "〕", "Cf": ""}
"""What stands for a character in a number, by its category in Unicode."""


class TypeKind(Enum):
    """What the things of a type are."""

    LICENSE = "LICENSE"
    DOCUMENT = "DOCUMENT"


ACTS = frozenset(
    {
        Act.ISSUE,
        Act.CHANGE,
        Act.CORRECT,
        Act.RENEW,
        Act.REPLACE,
        Act.SUSPEND,
        Act.RESUME,
        Act.ANNUL,
        Act.WITHDRAW,
    }
)
"""What can be done to a document. The other acts are about what somebody holds."""

NAMED = {
    "number": "metadata/certificateNumber",
    "title": "metadata/certificateName",
    "issuerName": "metadata/certificateIssuingAuthorityName",
    "issuer": "metadata/certificateIssuingAuthorityCode",
    "issuedDate": "metadata/certificateIssuedDate",
}
"""What tells people which document it is, and whose: by name, the path of the field."""

OF_HOLDERS = frozenset({"Bind", "Freeze", "TransferOut", "Represent"})
"""Messages about the holder of a license."""


def kind_of(license_: Mapping[str, Any]) -> TypeKind:
    """What a license says that it is; without the member it is a license.

    Example:
        >>> kind_of({"kind": "DOCUMENT"}).name, kind_of({"metadata": {}}).name
        ('DOCUMENT', 'LICENSE')
    """
    return TypeKind(license_.get(KIND, TypeKind.LICENSE.value))


def named_document(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Which document it is and whose, by the fields that are shown; None for each that is not."""
    return {name: fields.get(path) for name, path in NAMED.items()}


def document_serial(number: str) -> str:
    """The serial of a document that is given none: 20 digits of its number's SM3.

    One number of a body and type has one serial, however it is written: with full-width digits, with other
    brackets, with spaces. Anchored again it has the same identifier and is refused.

    Example:
        >>> document_serial("示例发〔2026〕12号"), document_serial("示例发 [２０２６] 12 号")
        ('C7CF5415E1C9FD35F5BC', 'C7CF5415E1C9FD35F5BC')
    """
    return sm3(_plain_number(number).encode()).hex()[:_SERIAL_DIGITS].upper()


def _plain_number(number: str) -> str:
    """NFKC, every kind of brackets as 〔〕, without spaces and what is not seen."""
    seen = (each for each in normalize("NFKC", number) if not each.isspace())
    return "".join(_PLAIN.get(category(each), each) for each in seen)


def markings(given: Mapping[str, Any]) -> Iterator[tuple[str, RuleError]]:
    """Every member of a document's input that says it is a state secret, by path, and how it is refused.

    Of a license the definition of its type says so; of a document also each by itself.
    """
    yield from _marked(given, "")


def _marked(value: object, path: str) -> Iterator[tuple[str, RuleError]]:
    if isinstance(value, list):
        for place, inner in enumerate(value):
            yield from _marked(inner, f"{path}{place}/")
    if not isinstance(value, Mapping):
        return
    for name, inner in value.items():
        if name not in SECRECY:
            yield from _marked(inner, f"{path}{name}/")
            continue
        try:
            require_unclassified({MEMBER: inner or None}, f"{path}{name}")
        except RuleError as refused:
            yield f"{path}{name}", refused
