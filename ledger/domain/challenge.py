"""A verifier's challenge: which fields it asks a holder for, for what purpose, until when.

    {"format": "elicense-challenge/1", "id", "nonce", "verifier": {"uscc", "keyId", "publicKey"},
     "purpose", "fields": [], "expires", "api", "signature"[, "attested"]}

The relying party signs TAG(challenge) ‖ SM3(RFC 8785 form without `signature`); the wallet shows
purpose and fields before it answers. One challenge is answered once. Whether the key is registered
for that organisation is a question to the ledger, not answered here.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Protocol

from ledger.domain.canonical import JsonObject
from ledger.domain.messages import key_id
from ledger.domain.moments import rfc3339
from ledger.domain.sm import tag
from ledger.domain.strict_form import StrictForm
from ledger.domain.unsigned import unsigned_digest
from ledger.errors import BadSignatureError, StalePresentationError

FORMAT = "elicense-challenge/1"
DEFAULT_TTL = 60
"""Seconds a challenge can be answered, unless told otherwise."""
MAX_TTL = 300
"""Longest life of a challenge or presentation, in seconds; ISO/IEC 18013-5 readers use the same."""
CLOCK_SKEW = 30
"""Seconds that two honest clocks may differ."""
ID_BYTES = 16
MAX_FIELDS = 64

_FORM = StrictForm("CHALLENGE_MALFORMED")
_KEYS = {"format", "id", "nonce", "verifier", "purpose", "fields", "expires", "api", "signature"}


class Verifies(Protocol):
    """What is needed of the `Verifier` port here."""

    def verify(self, public_key: bytes, message: bytes, signature: bytes) -> bool:
        """Whether the SM2 signature holds; never raises on data."""
        ...


@dataclass(frozen=True, slots=True)
class Challenge:
    """One question to a holder.

    Attributes:
        id: 16 random bytes; redemption is counted by it.
        nonce: 16 random bytes; shows that an answer was made for this question.
        uscc: Unified social credit code of the asking organisation, empty where not stated.
        public_key: 65 bytes, the asking organisation's SM2 key.
        purpose: What the fields are wanted for, as the holder reads it.
        fields: Names asked for: whole paths (`face/name`), their last parts (`name`) or a
            branch (`holders/0`).
        expires: First second at which an answer is too late.
        api: Where a short presentation is left, or None where only whole ones are taken.
        attested: Whether another body may vouch for the holder (`ledger.domain.attestation`): True any
            registered one, False none, None only the asking one itself.
        signature: 64 bytes; empty before it is signed.
    """

    id: bytes
    nonce: bytes
    uscc: str
    public_key: bytes
    purpose: str
    fields: tuple[str, ...]
    expires: int
    api: str | None
    attested: bool | None = None
    signature: bytes = b""

    @property
    def verifier(self) -> str:
        """The asking organisation's code and the id of its key, as one line of text."""
        return f"{self.uscc or '?'} 0x{key_id(self.public_key).hex()}"

    def asks_for(self, path: str) -> bool:
        """Whether a field's path is among those asked for.

        Example:
            >>> asked = Challenge(b"", b"", "", b"", "", ("name", "holders/0"), 0, None)
            >>> [asked.asks_for(path) for path in ("face/name", "holders/0/code", "face/rename")]
            [True, True, False]
        """
        return any(names(asked, path) for asked in self.fields)

    def unanswered(self, paths: Iterable[str]) -> list[str]:
        """The names asked for that none of `paths` answers."""
        given = list(paths)
        return [asked for asked in self.fields if not any(names(asked, path) for path in given)]

    @property
    def digest(self) -> bytes:
        """SM3 of the RFC 8785 form without `signature`, 32 bytes: all that is asked, and by whom."""
        return unsigned_digest(self.as_json())

    def message(self) -> bytes:
        """The 64 bytes that are signed."""
        return tag("challenge") + self.digest

    def signed(self, signature: bytes) -> Challenge:
        """The same challenge with its signature."""
        return replace(self, signature=signature)

    def as_json(self) -> JsonObject:
        """The form of the module's head; `attested` stands there only where it is said."""
        said = {} if self.attested is None else {"attested": self.attested}
        return {
            "format": FORMAT,
            "id": self.id.hex(),
            "nonce": self.nonce.hex(),
            "verifier": {
                "uscc": self.uscc or None,
                "keyId": "0x" + key_id(self.public_key).hex(),
                "publicKey": self.public_key.hex(),
            },
            "purpose": self.purpose,
            "fields": list(self.fields),
            "expires": rfc3339(self.expires),
            "api": self.api,
            "signature": self.signature.hex(),
            **said,
        }

    @classmethod
    def from_json(cls, form: JsonObject) -> Challenge:
        """Read a challenge from outside; form only, the signature is not checked.

        Raises:
            MalformedError: `CHALLENGE_MALFORMED` with the field at fault.
        """
        _FORM.require(set(form) - {"ok", "code", "attested"} == _KEYS, "keys")
        _FORM.require(isinstance(form.get("attested", False), bool), "attested")
        _FORM.require(form["format"] == FORMAT, "format")
        uscc, public_key = _FORM.party(form["verifier"], "verifier")
        return cls(
            id=_FORM.hexed(form, "id", ID_BYTES),
            nonce=_FORM.hexed(form, "nonce", ID_BYTES),
            uscc=uscc or "",
            public_key=public_key,
            purpose=_FORM.text(form["purpose"], "purpose"),
            fields=_names(form["fields"]),
            expires=_FORM.instant(form, "expires"),
            api=None if form["api"] is None else _FORM.text(form["api"], "api"),
            attested=form.get("attested"),
            signature=_FORM.hexed(form, "signature", 64),
        )


def names(asked: str, path: str) -> bool:
    """Whether a name in a challenge means the field at `path`."""
    return path == asked or path.endswith("/" + asked) or path.startswith(asked + "/")


def require_answerable(challenge: Challenge, verifier: Verifies, now: int) -> None:
    """Let pass only a challenge that a wallet may answer.

    Raises:
        BadSignatureError: `CHALLENGE_SIGNATURE_BAD`.
        StalePresentationError: `CHALLENGE_EXPIRED`, or `CHALLENGE_TOO_LONG` where it asks to live
            longer than `MAX_TTL`.
    """
    if not is_signed(challenge, verifier):
        raise BadSignatureError("CHALLENGE_SIGNATURE_BAD")
    if now >= challenge.expires:
        raise StalePresentationError("CHALLENGE_EXPIRED", expires=rfc3339(challenge.expires))
    if challenge.expires - now > MAX_TTL + CLOCK_SKEW:
        raise StalePresentationError("CHALLENGE_TOO_LONG", limit=MAX_TTL)


def is_signed(challenge: Challenge, verifier: Verifies) -> bool:
    """Whether the key that a challenge names signed it."""
    return verifier.verify(challenge.public_key, challenge.message(), challenge.signature)


def _names(form: object) -> tuple[str, ...]:
    if not isinstance(form, list) or not 0 < len(form) <= MAX_FIELDS:
        raise _FORM.fault("fields")
    found = tuple(_FORM.text(name, "fields") for name in form)
    _FORM.require(len(set(found)) == len(found), "fields")
    return found
