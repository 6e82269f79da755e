"""A request to use data under a grant (用证申请): what a body wants, for what, by whom; signed.

    {"format": "elicense-use-request/1", "ledgerId", "grant", "license", "fields": [NAME, …],
     "locate": null | {"code", "types": [CODE, …]},
     "purpose": {"text", "salt"}, "operator", "grantee": {"uscc", "keyId", "publicKey"}, "granteeName",
     "to", "mediaType", "nonce", "requestedAt", "signature"}

The grantee signs TAG(use) ‖ SM3(RFC 8785 form without `signature`). That SM3 is the request's digest: the
use, or its refusal, carries it on the ledger, so that whoever has the request can show which record answers
it; the nonce keeps everybody else from trying requests out. `license` is an identifier, a license id or a
use code; `operator` a salted digest of who asked at the grantee, which keeps the words; `to` the
encryption key that the copy is made for, `mediaType` the kind of copy (`ledger.domain.handout`).

With `locate` nothing is handed out: it is asked which licenses there are of the holder with a code, of some
types; `license` and `fields` are empty then.

A further member `"row"` asks for the row of a data set that has this key; `license` is empty then.

A further member `"statistics": "COUNTS"` asks how many rows of a data set have which values of `fields`
(`ledger.domain.statistics`); `license` is empty and there is no `row` then.

A further member `"record": "BATCH"` lets the use stand in a batch of uses instead of in a record of its own.
Where these three say nothing they are absent.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from ledger.domain.canonical import JsonObject
from ledger.domain.handout import ANNOTATED, PLAIN
from ledger.domain.label import Verifies
from ledger.domain.messages import key_id
from ledger.domain.moments import rfc3339
from ledger.domain.row_tree import LONGEST_KEY
from ledger.domain.salted_text import SaltedText, salted_text
from ledger.domain.sharing import MOST_FIELDS
from ledger.domain.sm import TAG_USE, is_public_key
from ledger.domain.strict_form import StrictForm
from ledger.domain.unsigned import unsigned_digest
from ledger.errors import BadSignatureError, WrongLedgerError

FORMAT = "elicense-use-request/1"
MAX_NAME = 200
BATCH = "BATCH"
"""What `record` says where a use may stand in a batch."""
COUNTS = "COUNTS"
"""What `statistics` says where rows are to be counted."""
MOST_TYPES = 64
"""Types that are looked for at once."""
_LONGEST_CODE = 32

_FORM = StrictForm("USE_REQUEST_MALFORMED")
_KEYS = {
    "format",
    "ledgerId",
    "grant",
    "license",
    "fields",
    "locate",
    "purpose",
    "operator",
    "grantee",
    "granteeName",
    "to",
    "mediaType",
    "nonce",
    "requestedAt",
    "signature",
}


@dataclass(frozen=True, slots=True)
class Locate:
    """Whose licenses are looked for.

    Attributes:
        code: Credit code or identity number of the holder.
        types: Codes of license types; none takes all.
    """

    code: str
    types: tuple[str, ...] = ()

    def as_json(self) -> JsonObject:
        """`{"code", "types"}`."""
        return {"code": self.code, "types": list(self.types)}


@dataclass(frozen=True, slots=True)
class UseRequest:
    """One request.

    Attributes:
        ledger_id: 0x-hex.
        grant: The grant's object, 0x-hex.
        license: As the grantee names it: identifier, license id or use code.
        fields: Names of the wanted fields, in the order of the published list.
        purpose: In words, with the salt of its digest in the grant.
        operator: Salted digest of who asked, 0x-hex.
        grantee: Credit code of the body that asks.
        grantee_name: Its registered name.
        public_key: Its signing key, 65 bytes.
        to: Its encryption key, 65 bytes.
        media_type: Of the copy that it wants.
        nonce: 32 random bytes.
        requested_at: In Unix seconds.
        locate: Whose licenses are looked for; None where data of one are wanted.
        is_batched: Whether its record may stand in a batch.
        row: Key of the row of a data set that is wanted; empty where that is not.
        is_counted: Whether rows of a data set are to be counted, by the fields.
        signature: 64 bytes; empty before it is signed.
    """

    ledger_id: str
    grant: str
    license: str
    fields: tuple[str, ...]
    purpose: SaltedText
    operator: str
    grantee: str
    grantee_name: str
    public_key: bytes
    to: bytes
    media_type: str
    nonce: bytes
    requested_at: int
    locate: Locate | None = None
    is_batched: bool = False
    row: str = ""
    is_counted: bool = False
    signature: bytes = b""

    @property
    def key_id(self) -> str:
        """Id of the grantee's signing key, 0x-hex."""
        return "0x" + key_id(self.public_key).hex()

    @property
    def digest(self) -> str:
        """What the ledger holds of it, 0x-hex; also the name of the use."""
        return "0x" + unsigned_digest(self.as_json()).hex()

    def message(self) -> bytes:
        """The 64 bytes that are signed."""
        return TAG_USE + unsigned_digest(self.as_json())

    def signed(self, signature: bytes) -> UseRequest:
        """The same request with its signature."""
        return replace(self, signature=signature)

    def as_json(self) -> JsonObject:
        """The form of the module's head."""
        return {
            "format": FORMAT,
            "ledgerId": self.ledger_id,
            "grant": self.grant,
            "license": self.license,
            "fields": list(self.fields),
            "locate": self.locate.as_json() if self.locate else None,
            "purpose": self.purpose.as_json(),
            "operator": self.operator,
            "grantee": {"uscc": self.grantee, "keyId": self.key_id, "publicKey": self.public_key.hex()},
            "granteeName": self.grantee_name,
            "to": self.to.hex(),
            "mediaType": self.media_type,
            "nonce": self.nonce.hex(),
            "requestedAt": rfc3339(self.requested_at),
            **({"record": BATCH} if self.is_batched else {}),
            **({"row": self.row} if self.row else {}),
            **({"statistics": COUNTS} if self.is_counted else {}),
            "signature": self.signature.hex(),
        }

    def check(self, verifier: Verifies, ledger_id: str) -> None:
        """Let pass only what the key that it names signed, for this ledger.

        Raises:
            BadSignatureError: `USE_REQUEST_SIGNATURE`.
            WrongLedgerError: `WRONG_LEDGER`.
        """
        if not verifier.verify(self.public_key, self.message(), self.signature):
            raise BadSignatureError("USE_REQUEST_SIGNATURE", key=self.key_id)
        if ledger_id != self.ledger_id:
            raise WrongLedgerError("WRONG_LEDGER", what="ledgerId", expected=ledger_id, found=self.ledger_id)


def use_request(form: Mapping[str, object]) -> UseRequest:
    """Read a request from outside; form only, the signature is not checked.

    Raises:
        MalformedError: `USE_REQUEST_MALFORMED` with the member at fault.
    """
    _FORM.require(
        form.keys() - {"record", "row", "statistics"} == _KEYS and form["format"] == FORMAT, "format"
    )
    _FORM.require(form.get("record", BATCH) == BATCH, "record")
    is_counted = "statistics" in form
    _FORM.require(form.get("statistics", COUNTS) == COUNTS, "statistics")
    grantee, public_key = _FORM.party(form["grantee"], "grantee")
    purpose = salted_text(form["purpose"])  # type: ignore[arg-type]
    if grantee is None or purpose is None:
        raise _FORM.fault("grantee" if grantee is None else "purpose")
    _FORM.text(purpose.text, "purpose")
    to = _FORM.hexed(form, "to", 65)
    _FORM.require(is_public_key(to), "to")
    locate = _locate(form["locate"])
    row = _row(form["row"]) if "row" in form else ""
    _FORM.require(form["mediaType"] in (PLAIN, ANNOTATED), "mediaType")
    found = UseRequest(
        ledger_id=_word(form, "ledgerId"),
        grant=_word(form, "grant"),
        license="" if locate or row or is_counted else _FORM.text(form["license"], "license"),
        fields=() if locate else _names(form["fields"], "fields", MOST_FIELDS),
        locate=locate,
        purpose=purpose,
        operator=_word(form, "operator"),
        grantee=grantee,
        grantee_name=_FORM.text(form["granteeName"], "granteeName"),
        public_key=public_key,
        to=to,
        media_type=str(form["mediaType"]),
        nonce=_FORM.hexed(form, "nonce", 32),
        requested_at=_FORM.instant(form, "requestedAt"),
        is_batched="record" in form,
        row=row,
        is_counted=is_counted,
        signature=_FORM.hexed(form, "signature", 64),
    )
    _FORM.require(sum((bool(row), locate is not None, is_counted)) <= 1, "row")
    _FORM.require(found.as_json() == form, "form")
    return found


def _row(value: object) -> str:
    key = _FORM.text(value, "row")
    _FORM.require(len(key) <= LONGEST_KEY and key == key.strip(), "row")
    return key


def _locate(value: object) -> Locate | None:
    if value is None:
        return None
    if not isinstance(value, dict) or set(value) != {"code", "types"}:
        raise _FORM.fault("locate")
    types = () if value["types"] == [] else _names(value["types"], "types", MOST_TYPES)
    return locating(value["code"], types)


def locating(code: object, types: tuple[str, ...] = ()) -> Locate:
    """Whose licenses are looked for, by a code that can be one.

    Raises:
        MalformedError: `USE_REQUEST_MALFORMED` with `code`.
    """
    text = _FORM.text(code, "code")
    _FORM.require(text.isascii() and text.isalnum() and len(text) <= _LONGEST_CODE, "code")
    return Locate(text, types)


def _names(value: object, field: str, most: int) -> tuple[str, ...]:
    if not isinstance(value, list) or not 0 < len(value) <= most:
        raise _FORM.fault(field)
    names = tuple(_FORM.text(each, field) for each in value)
    _FORM.require(len(set(names)) == len(names) and max(map(len, names)) <= MAX_NAME, field)
    return names


def _word(form: Mapping[str, object], field: str) -> str:
    return "0x" + _FORM.hexed(form, field, 32, "0x").hex()
