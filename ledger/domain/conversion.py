"""Who converted a paper license, who checked it against the paper, and that both signed for it.

    "conversion": {
      "scan": SM3 of the scan, 64 hex digits,
      "converted": {"by": credit code, "publicKey", "at": RFC 3339, "signature"},
      "checked": null | the same
    }

It is a member of the license, so the issuer signs it with the rest and the ledger learns nothing of it.
Each signature is of the body's signing key over TAG(conversion) ‖ SM3(RFC 8785 form) of the statement

    {"format": "elicense-conversion/1", "ledgerId", "identifier", "type", "issuer",
     "content": {"metadata", "face", "holders", "layout"}, "scan", "role", "by", "publicKey", "at"}

so that neither fits another license, another content, another scan, another role or another ledger.
Whoever checked has another key than whoever converted.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from ledger.domain.canonical import JsonObject, canonical
from ledger.domain.messages import key_id
from ledger.domain.moments import parse_moment
from ledger.domain.sm import TAG_CONVERSION, is_public_key
from ledger.domain.sm3 import sm3
from ledger.errors import UsageError

FORMAT = "elicense-conversion/1"
CONVERTED, CHECKED = "converted", "checked"
ROLES = {CONVERTED: "converter", CHECKED: "checker"}
"""What each member of a conversion signs as."""

_CONTENT = ("metadata", "face", "holders", "layout")
_MEMBERS: Mapping[str, re.Pattern[str]] = {
    "by": re.compile("[0-9A-Z]{18}"),
    "publicKey": re.compile("04[0-9a-f]{128}"),
    "at": re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"),
    "signature": re.compile("[0-9a-f]{128}"),
}
_SCAN = re.compile("[0-9a-f]{64}")


@dataclass(frozen=True)
class ConversionSignature:
    """One signature for a conversion.

    Attributes:
        member: `converted` or `checked`.
        by: Credit code of the body.
        public_key: Its key, 65 bytes.
        at: When, by its own word, Unix seconds.
        signature: 64 bytes.
        message: What had to be signed, 64 bytes.
    """

    member: str
    by: str
    public_key: bytes
    at: int
    signature: bytes
    message: bytes

    @property
    def key_id(self) -> str:
        """0x-hex."""
        return "0x" + key_id(self.public_key).hex()


def conversion_message(statement: JsonObject) -> bytes:
    """What whoever converted or checked a license signs, 64 bytes; see `conversion_statement`."""
    return TAG_CONVERSION + sm3(canonical(statement))


def conversion_statement(
    license_: JsonObject, ledger_id: str, scan: str, member: str, stated: Mapping[str, object]
) -> JsonObject:
    """What whoever converted or checked a license says.

    Args:
        license_: The license that the input makes; origin and conversion do not count.
        ledger_id: Of the ledger on which it will be issued, 0x-hex.
        scan: SM3 of the scan, 64 hex digits.
        member: `converted` or `checked`.
        stated: `by`, `publicKey`, `at`.
    """
    metadata = license_["metadata"]
    return {
        "format": FORMAT,
        "ledgerId": ledger_id,
        "identifier": metadata["certificateIdentifier"],
        "type": metadata["certificateTypeCode"],
        "issuer": metadata["certificateIssuingAuthorityCode"],
        "content": {name: license_[name] for name in _CONTENT},
        "scan": scan,
        "role": ROLES[member],
        **{name: stated[name] for name in ("by", "publicKey", "at")},
    }


def conversion_signatures(license_: JsonObject, ledger_id: str) -> tuple[ConversionSignature, ...]:
    """The signatures for the conversion of a license, the converter's first; none where it has none.

    Args:
        license_: A license whose conversion is well formed (`conversion_fault`).
        ledger_id: Of its ledger, 0x-hex.
    """
    given = license_.get("conversion") or {}
    return tuple(
        ConversionSignature(
            member=member,
            by=stated["by"],
            public_key=bytes.fromhex(stated["publicKey"]),
            at=parse_moment(stated["at"]),
            signature=bytes.fromhex(stated["signature"]),
            message=conversion_message(
                conversion_statement(license_, ledger_id, given["scan"], member, stated)
            ),
        )
        for member in ROLES
        if (stated := given.get(member)) is not None
    )


def conversion_fault(given: object) -> str | None:
    """The path of the first member of a conversion that is not in its form; None where all are.

    Example:
        >>> conversion_fault({"scan": "00", "converted": None})
        'conversion/scan'
    """
    if not isinstance(given, dict) or not {"scan", CONVERTED} <= given.keys() <= {"scan", *ROLES}:
        return "conversion"
    if not isinstance(given["scan"], str) or not _SCAN.fullmatch(given["scan"]):
        return "conversion/scan"
    if given[CONVERTED] is None:
        return f"conversion/{CONVERTED}"
    members = [member for member in ROLES if given.get(member) is not None]
    return next((fault for member in members if (fault := _fault_in(member, given[member]))), None)


def _fault_in(member: str, stated: object) -> str | None:
    path = f"conversion/{member}"
    if not isinstance(stated, dict) or stated.keys() != _MEMBERS.keys():
        return path
    for name, form in _MEMBERS.items():
        if not isinstance(stated[name], str) or not form.fullmatch(stated[name]):
            return f"{path}/{name}"
    if not is_public_key(bytes.fromhex(stated["publicKey"])):
        return f"{path}/publicKey"
    try:
        parse_moment(stated["at"])
    except UsageError:
        return f"{path}/at"
    return None


def is_signed_for(origin: object, given: object) -> bool:
    """Whether a well-formed conversion is signed by all that an origin asks for, each with a key of its own.

    Example:
        >>> is_signed_for("converted_checked", {"converted": {"publicKey": "1"}, "checked": None})
        False
    """
    if not isinstance(given, dict):
        return False
    converted, checked = given[CONVERTED], given.get(CHECKED)
    if origin != "converted_checked":
        return checked is None
    return checked is not None and checked["publicKey"] != converted["publicKey"]


def conversion_json(license_: JsonObject, signatures: tuple[ConversionSignature, ...]) -> JsonObject:
    """The same as evidence: who, by which key, when."""
    told: JsonObject = dict.fromkeys(ROLES)
    stated = license_["conversion"]
    for each in signatures:
        told[each.member] = {"by": each.by, "keyId": each.key_id, "at": stated[each.member]["at"]}
    return {"scan": stated["scan"], **told}
