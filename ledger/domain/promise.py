"""A promise: a relay has a message on its disk, and it will stand on the ledger in time.

    {"format": "elicense-promise/1", "ledgerId", "message", "acceptedAt", "anchorBy",
     "relay": {"uscc", "keyId", "publicKey"}, "signature"}

`message` is the digest of the message (`ledger.domain.messages.message_digest`): whoever holds the
promise finds by it the first record of that message, by whichever relay it came. The relay's body
signs TAG(promise) ‖ SM3(RFC 8785 form without `signature`) with a registered signing key; whether
the key is registered is a question to the ledger, not answered here. The model is the signed
certificate timestamp of RFC 6962.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Protocol, Self

from ledger.domain.canonical import JsonObject
from ledger.domain.messages import key_id
from ledger.domain.moments import rfc3339
from ledger.domain.sm import TAG_PROMISE
from ledger.domain.strict_form import StrictForm
from ledger.domain.unsigned import unsigned_digest
from ledger.errors import BadSignatureError, WrongLedgerError

FORMAT = "elicense-promise/1"
MAX_DELAY = 60
"""Seconds from acceptance within which this software promises the record."""

_FORM = StrictForm("PROMISE_MALFORMED")
_KEYS = {"format", "ledgerId", "message", "acceptedAt", "anchorBy", "relay", "signature"}


class Verifies(Protocol):
    """What is needed of the `Verifier` port here."""

    def verify(self, public_key: bytes, message: bytes, signature: bytes) -> bool:
        """Whether the SM2 signature holds; never raises on data."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedPromise(ABC):
    """What promises have in common, whatever they are about.

    Attributes:
        ledger_id: Of the ledger that is meant, 0x-hex.
        accepted_at: When it was on the disk of who promises, in Unix seconds.
        anchor_by: The last second at which a record keeps the promise.
        uscc: Unified social credit code of who promises.
        public_key: Its signing key, 65 bytes.
        signature: 64 bytes; empty before it is signed.
    """

    ledger_id: str
    accepted_at: int
    anchor_by: int
    uscc: str
    public_key: bytes
    signature: bytes = b""

    @abstractmethod
    def as_json(self) -> JsonObject:
        """The form of the module's head."""

    @property
    def key_id(self) -> str:
        """Id of the key, 0x-hex."""
        return "0x" + key_id(self.public_key).hex()

    def message(self) -> bytes:
        """The 64 bytes that are signed."""
        return TAG_PROMISE + unsigned_digest(self.as_json())

    def signed(self, signature: bytes) -> Self:
        """The same promise with its signature."""
        return replace(self, signature=signature)

    def check(self, verifier: Verifies, ledger_id: str | None = None) -> None:
        """Let pass only a promise that the key it names signed, for the ledger that is meant.

        Args:
            verifier: SM2.
            ledger_id: Of that ledger, 0x-hex; None takes any.

        Raises:
            BadSignatureError: `PROMISE_SIGNATURE_BAD`.
            WrongLedgerError: `WRONG_LEDGER`.
        """
        if not verifier.verify(self.public_key, self.message(), self.signature):
            raise BadSignatureError("PROMISE_SIGNATURE_BAD", key=self.key_id)
        if ledger_id is not None and ledger_id != self.ledger_id:
            raise WrongLedgerError("WRONG_LEDGER", what="ledgerId", expected=ledger_id, found=self.ledger_id)

    def form(self, format_: str, promised: JsonObject, role: str) -> JsonObject:
        """The form of a kind of promise.

        Args:
            format_: Its name.
            promised: What is promised, by its member.
            role: What who promises is called.
        """
        return {
            "format": format_,
            "ledgerId": self.ledger_id,
            **promised,
            "acceptedAt": rfc3339(self.accepted_at),
            "anchorBy": rfc3339(self.anchor_by),
            role: {"uscc": self.uscc, "keyId": self.key_id, "publicKey": self.public_key.hex()},
            "signature": self.signature.hex(),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise(SignedPromise):
    """One promise of a relay.

    Attributes:
        digest: Of the message, 0x-hex.
    """

    digest: str

    def as_json(self) -> JsonObject:
        """The form of the module's head."""
        return self.form(FORMAT, {"message": self.digest}, "relay")

    @classmethod
    def from_json(cls, form: JsonObject) -> Promise:
        """Read a promise from outside; form only, the signature is not checked.

        Raises:
            MalformedError: `PROMISE_MALFORMED` with the member at fault.
        """
        _FORM.require(set(form) == _KEYS, "keys")
        _FORM.require(form["format"] == FORMAT, "format")
        uscc, public_key = _FORM.party(form["relay"], "relay")
        if uscc is None:
            raise _FORM.fault("uscc")
        digest = "0x" + _FORM.hexed(form, "message", 32, "0x").hex()
        return cls(digest=digest, uscc=uscc, public_key=public_key, **signed_members(form))


def signed_members(form: Mapping[str, object]) -> dict[str, Any]:
    """What the form of a promise says beside what is promised and by whom, by the attributes.

    Raises:
        MalformedError: `PROMISE_MALFORMED` with the member at fault.
    """
    accepted_at, anchor_by = (_FORM.instant(form, name) for name in ("acceptedAt", "anchorBy"))
    _FORM.require(anchor_by >= accepted_at, "anchorBy")
    return {
        "ledger_id": "0x" + _FORM.hexed(form, "ledgerId", 32, "0x").hex(),
        "accepted_at": accepted_at,
        "anchor_by": anchor_by,
        "signature": _FORM.hexed(form, "signature", 64),
    }
