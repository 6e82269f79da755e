"""The file by which a relying body asks a holder to consent to a grant.

It says in words what the ledger holds in digests, so a wallet shows nothing that the ledger does not bear
out: `GrantRequest.members` are the members of the recorded request that follow from it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ledger.domain.canonical import JsonObject
from ledger.domain.field_list import FieldList, read_field_list
from ledger.domain.moments import rfc3339
from ledger.domain.objects import ascii32
from ledger.domain.salted_text import SaltedText, salted_text
from ledger.domain.sharing import Basis
from ledger.domain.strict_form import StrictForm

FORMAT = "elicense-grant-request/1"
_MEMBERS = {
    "format",
    "ledgerId",
    "grant",
    "rev",
    "grantee",
    "owner",
    "code",
    "licenseId",
    "basis",
    "purposeCode",
    "purpose",
    "item",
    "fields",
    "fieldList",
    "since",
    "until",
    "count",
}
_FORM = StrictForm("GRANT_REQUEST_MALFORMED")


@dataclass(frozen=True)
class GrantRequest:
    """What a holder is asked to consent to.

    Attributes:
        ledger_id: 0x-hex.
        grant: The grant's object, 0x-hex.
        rev: Its revision when the file was made.
        grantee: Credit code of the body that asks.
        grantee_name: Its name, of which the ledger holds the digest.
        owner: Credit code of the body whose resource it is.
        code: The owner's code for the resource.
        license_id: The holder's license, 0x-hex.
        basis: On what the grant rests.
        purpose_code: The purpose as a code.
        purpose: The purpose in words; the ledger holds its salted digest.
        item: Code of the matter that it is needed for, or empty.
        fields: Bitmap of what is asked for.
        listed: The published list that names the fields.
        since: First moment; 0 from when it has all it needs.
        until: First moment no more.
        count: How often; 0 where that is not counted.
    """

    ledger_id: str
    grant: str
    rev: int
    grantee: str
    grantee_name: str
    owner: str
    code: str
    license_id: str
    basis: Basis
    purpose_code: str
    purpose: SaltedText
    item: str
    fields: int
    listed: FieldList
    since: int
    until: int
    count: int

    @property
    def named(self) -> list[str]:
        """The fields by name."""
        return self.listed.named(self.fields)

    @property
    def members(self) -> Mapping[str, object]:
        """What follows of the recorded request, by the members of its struct; hashes as 0x-hex."""
        texts = {
            "grantee": self.grantee,
            "owner": self.owner,
            "code": self.code,
            "purpose": self.purpose_code,
            "item": self.item,
        }
        return {
            **{name: "0x" + ascii32(text).hex() for name, text in texts.items()},
            "basis": int(self.basis),
            "licenseId": self.license_id,
            "purposeDigest": self.purpose.digest,
            "fields": f"0x{self.fields:064x}",
            "since": self.since,
            "until": self.until,
            "count": self.count,
        }

    def differs(self, recorded: Mapping[str, object]) -> str | None:
        """The first member of which the recorded request says something else; None where it bears it out.

        Args:
            recorded: Members of `RequestGrant`, hashes as 0x-hex.
        """
        return next((name for name, value in self.members.items() if recorded.get(name) != value), None)

    def as_json(self) -> JsonObject:
        """The file."""
        return {
            "format": FORMAT,
            "ledgerId": self.ledger_id,
            "grant": self.grant,
            "rev": self.rev,
            "grantee": {"uscc": self.grantee, "name": self.grantee_name},
            "owner": self.owner,
            "code": self.code,
            "licenseId": self.license_id,
            "basis": self.basis.name,
            "purposeCode": self.purpose_code,
            "purpose": self.purpose.as_json(),
            "item": self.item,
            "fields": self.named,
            "fieldList": self.listed.as_json(),
            "since": rfc3339(self.since) if self.since else None,
            "until": rfc3339(self.until),
            "count": self.count,
        }


def read_grant_request(form: JsonObject) -> GrantRequest:
    """The inverse of `GrantRequest.as_json`, for files from anywhere.

    Raises:
        MalformedError: `GRANT_REQUEST_MALFORMED` with the member, `FIELDS_MALFORMED`.
        UsageError: `FIELD_NOT_IN_RESOURCE`.
    """
    _FORM.require(form.keys() == _MEMBERS and form["format"] == FORMAT, "format")
    ids = {
        name: "0x" + _FORM.hexed(form, name, 32, "0x").hex() for name in ("ledgerId", "grant", "licenseId")
    }
    body, listed, purpose = form["grantee"], form["fieldList"], salted_text(form["purpose"])
    _FORM.require(isinstance(body, dict) and body.keys() == {"uscc", "name"}, "grantee")
    _FORM.require(isinstance(listed, dict), "fieldList")
    _FORM.require(form["basis"] in Basis.__members__, "basis")
    if purpose is None:
        raise _FORM.fault("purpose")
    names, fields = _names(form["fields"]), read_field_list(listed)
    return GrantRequest(
        ledger_id=ids["ledgerId"],
        grant=ids["grant"],
        rev=_number(form, "rev"),
        grantee=_code(body["uscc"], "grantee"),
        grantee_name=_FORM.text(body["name"], "grantee"),
        owner=_code(form["owner"], "owner"),
        code=_code(form["code"], "code"),
        license_id=ids["licenseId"],
        basis=Basis[form["basis"]],
        purpose_code=_code(form["purposeCode"], "purposeCode"),
        purpose=SaltedText(_FORM.text(purpose.text, "purpose"), purpose.salt),
        item=_code(form["item"], "item"),
        fields=fields.bitmap(names),
        listed=fields,
        since=_FORM.instant(form, "since") if form["since"] is not None else 0,
        until=_FORM.instant(form, "until"),
        count=_number(form, "count"),
    )


def _code(value: object, field: str) -> str:
    """ASCII text that fits into a word; may be empty."""
    is_code = isinstance(value, str) and value.isascii() and len(value) <= 32
    if not isinstance(value, str) or not is_code or (value and not value.isprintable()):
        raise _FORM.fault(field)
    return value


def _number(form: JsonObject, field: str) -> int:
    value = form[field]
    _FORM.require(type(value) is int and 0 <= value < 1 << 32, field)
    return int(value)


def _names(value: object) -> list[str]:
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        raise _FORM.fault("fields")
    return [str(each) for each in value]
