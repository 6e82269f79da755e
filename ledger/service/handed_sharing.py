"""A signed message about sharing on its way to a relay: as a body of HTTP, read strictly."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ledger.domain.canonical import JsonObject
from ledger.domain.message_form import faulty_member, is_word
from ledger.domain.messages import MESSAGES, OPENING
from ledger.domain.signed_message import Prepared, SignedMessage, signature_of
from ledger.errors import MalformedError
from ledger.service.share import STRUCTS
from ledger.service.submission import DomainOf

MOST_SIGNATURES, MOST_WORDS = 8, 1_000
_SIGNATURE = re.compile("[0-9a-f]{128}")


@dataclass(frozen=True)
class HandedSharing:
    """A message as it came.

    Attributes:
        struct: Which.
        signed: Its members without `keyId`, hashes as 0x-hex.
        signatures: Key id (0x-hex) and signature (128 hex digits) of each signer, in the contract's order.
        words: What the contract takes beside it, 0x-hex.
        opening: Of the leaf that it is about, where that is of a batch; None otherwise.
    """

    struct: str
    signed: Mapping[str, object]
    signatures: Sequence[tuple[str, str]]
    words: Sequence[str] = ()
    opening: Mapping[str, object] | None = None

    @classmethod
    def of(cls, message: SignedMessage) -> HandedSharing:
        """A message that goes out."""
        form = message.as_json()
        return cls(
            form["struct"],
            form["values"],
            [(key, raw) for key, raw in form["signatures"]],
            ["0x" + word for word in form["leaves"]],
            form["opening"],
        )

    @classmethod
    def from_json(cls, form: JsonObject) -> HandedSharing:
        """The inverse of `as_json`; what is in the members is judged when it is read.

        Raises:
            MalformedError: `SIGNED_MESSAGE_FORM`.
        """
        match form:
            case {
                "struct": str(struct),
                "signed": dict(signed),
                "signatures": list(rows),
                "words": list(words),
            }:
                return cls(struct, signed, [signature_in(row) for row in rows], words, form.get("opening"))
        raise MalformedError("SIGNED_MESSAGE_FORM", member="signed")

    def as_json(self) -> JsonObject:
        """The body of `POST /v1/sharing`."""
        return {
            "struct": self.struct,
            "signed": dict(self.signed),
            "signatures": [{"keyId": key, "signature": raw} for key, raw in self.signatures],
            "words": list(self.words),
            "opening": None if self.opening is None else dict(self.opening),
        }

    def read(self, domain: DomainOf) -> SignedMessage:
        """The message.

        Args:
            domain: For which contracts messages are now.

        Raises:
            MalformedError: `SIGNED_MESSAGE_FORM` with the member.
        """
        _require(self.struct in STRUCTS, "struct")
        struct = MESSAGES[self.struct]
        fault = faulty_member(struct.fields[1:], self.signed)
        _require(fault is None, fault or "")
        require_opening(self.opening)
        _require(0 < len(self.signatures) <= MOST_SIGNATURES, "signatures")
        _require(len(self.words) <= MOST_WORDS and all(map(is_word, self.words)), "words")
        made = tuple(signature_of(bytes.fromhex(key[2:]), bytes.fromhex(raw)) for key, raw in self.signatures)
        prepared = Prepared(struct, dict(self.signed), domain(struct.contract))
        words = tuple(bytes.fromhex(word[2:]) for word in self.words)
        return SignedMessage(prepared, made, words, self.opening)


def signature_in(row: object) -> tuple[str, str]:
    """Key id and signature of one signer; raises `SIGNED_MESSAGE_FORM`."""
    match row:
        case {"keyId": str(key), "signature": str(raw)} if is_word(key) and _SIGNATURE.fullmatch(raw):
            return key, raw
    raise MalformedError("SIGNED_MESSAGE_FORM", member="signatures")


def require_opening(opening: object) -> None:
    """Let pass only what has the members that open a leaf, or nothing; raises `SIGNED_MESSAGE_FORM`."""
    if opening is None:
        return
    if not isinstance(opening, Mapping):
        raise MalformedError("SIGNED_MESSAGE_FORM", member="opening")
    fault = faulty_member(OPENING.members, opening)
    _require(fault is None, f"opening/{fault}")


def _require(holds: bool, member: str) -> None:
    if not holds:
        raise MalformedError("SIGNED_MESSAGE_FORM", member=member)
