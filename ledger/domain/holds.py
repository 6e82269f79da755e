"""Legal holds (保全): documents that a court or authority ordered to be kept, whatever else is due."""

from __future__ import annotations

from dataclasses import dataclass, replace

from ledger.domain.canonical import JsonObject
from ledger.domain.moments import parse_moment, rfc3339
from ledger.domain.sm import TAG_HOLD
from ledger.domain.statements import Signed, Signs, message_of, require_members
from ledger.errors import MalformedError

FORMAT = "elicense-hold/1"
LIFTING = "elicense-hold-lifting/1"
MOST_LICENSES = 1_000
LONGEST_REFERENCE = 200

_NAMES = ("ledgerId", "hold", "licenses", "reference", "orderedBy", "at", "by", "keyId", "signature")
_LIFTING_NAMES = ("ledgerId", "hold", "reference", "at", "by", "keyId", "signature")


@dataclass(frozen=True)
class Lifting:
    """The end of a hold.

    Attributes:
        ledger_id: 0x-hex.
        hold_id: Which hold, 64 hex digits.
        reference: Number of the decision that lifts it.
        signed: By whom and when.
    """

    ledger_id: str
    hold_id: str
    reference: str
    signed: Signed

    def sign(self, signer: Signs) -> Lifting:
        """The lifting, signed."""
        return replace(self, signed=self.signed.with_signature(self.message, signer))

    @property
    def message(self) -> bytes:
        """What the body signs, 64 bytes."""
        return message_of(TAG_HOLD, self.as_json())

    def as_json(self) -> JsonObject:
        """The statement, with its signature."""
        return {
            "format": LIFTING,
            "ledgerId": self.ledger_id,
            "hold": self.hold_id,
            "reference": self.reference,
            **_signed_json(self.signed),
        }


@dataclass(frozen=True)
class Hold:
    """An order to keep documents.

    Attributes:
        ledger_id: 0x-hex.
        hold_id: 32 random bytes, 64 hex digits.
        licenses: Whose documents, 0x-hex ids.
        reference: Number of the order.
        ordered_by: The court or authority whose order it is, in words; empty for the signing body itself.
        signed: Who put it on, and when.
        lifting: Its end, where it was lifted.
    """

    ledger_id: str
    hold_id: str
    licenses: tuple[str, ...]
    reference: str
    ordered_by: str
    signed: Signed
    lifting: Lifting | None = None

    @property
    def stands(self) -> bool:
        """Whether it was not lifted."""
        return self.lifting is None

    def sign(self, signer: Signs) -> Hold:
        """The hold, signed."""
        return replace(self, signed=self.signed.with_signature(self.message, signer))

    @property
    def message(self) -> bytes:
        """What the body signs, 64 bytes."""
        return message_of(TAG_HOLD, self.statement())

    def statement(self) -> JsonObject:
        """The statement that put it on, with its signature."""
        return {
            "format": FORMAT,
            "ledgerId": self.ledger_id,
            "hold": self.hold_id,
            "licenses": list(self.licenses),
            "reference": self.reference,
            "orderedBy": self.ordered_by,
            **_signed_json(self.signed),
        }

    def as_json(self) -> JsonObject:
        """The file that a home keeps: both statements."""
        return {"hold": self.statement(), "lifting": self.lifting.as_json() if self.lifting else None}


def hold_of(value: JsonObject) -> Hold:
    """Read what `Hold.as_json` wrote.

    Raises:
        MalformedError: `JSON_TYPE`: another form.
        UsageError: `BAD_TIME`.
    """
    match value:
        case {"hold": dict(hold), "lifting": dict() | None as lifting, **rest} if not rest:
            put = _put(hold)
            lifted = _lifting(lifting) if lifting else None
            if lifted is None or lifted.hold_id == put.hold_id:
                return replace(put, lifting=lifted)
    raise MalformedError("JSON_TYPE")


def _put(value: JsonObject) -> Hold:
    require_members(value, FORMAT, _NAMES)
    licenses = value["licenses"]
    if not isinstance(licenses, list):
        raise MalformedError("JSON_TYPE")
    ledger_id, hold_id, reference, ordered_by = _texts(value, "ledgerId", "hold", "reference", "orderedBy")
    ids = tuple(_text(each) for each in licenses)
    return Hold(ledger_id, hold_id, ids, reference, ordered_by, _signed(value))


def _lifting(value: JsonObject) -> Lifting:
    require_members(value, LIFTING, _LIFTING_NAMES)
    ledger_id, hold_id, reference = _texts(value, "ledgerId", "hold", "reference")
    return Lifting(ledger_id, hold_id, reference, _signed(value))


def _signed(value: JsonObject) -> Signed:
    by, key_id, at, signature = _texts(value, "by", "keyId", "at", "signature")
    return Signed(by, key_id, parse_moment(at), signature)


def _signed_json(signed: Signed) -> JsonObject:
    return {
        "at": rfc3339(signed.at),
        "by": signed.by,
        "keyId": signed.key_id,
        "signature": signed.signature,
    }


def _texts(value: JsonObject, *names: str) -> list[str]:
    return [_text(value[name]) for name in names]


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise MalformedError("JSON_TYPE")
    return value
