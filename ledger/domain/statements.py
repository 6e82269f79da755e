"""What a body states about the documents in its keeping, and signs: rules, holds, packages.

A statement is a JSON object. Its signature is of the body's key over TAG ‖ SM3 of the RFC 8785 form
without the member `signature`, so that no statement of one kind passes for one of another.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Protocol

from ledger.domain.canonical import JsonObject, canonical
from ledger.domain.messages import key_id
from ledger.domain.sm3 import sm3
from ledger.domain.unsigned import unsigned_digest
from ledger.errors import MalformedError


class Signs(Protocol):
    """A key that signs."""

    @property
    def public_key(self) -> bytes:
        """65 bytes."""
        ...

    def sign(self, message: bytes) -> bytes:
        """64 bytes."""
        ...


@dataclass(frozen=True)
class Signed:
    """Who signed a statement.

    Attributes:
        by: Credit code of the body, or six digits of a region.
        key_id: 0x-hex.
        at: When, Unix seconds.
        signature: 128 hex digits; empty while it is not signed.
    """

    by: str
    key_id: str
    at: int
    signature: str = ""

    @classmethod
    def now(cls, by: str, signer: Signs, at: int) -> Signed:
        """Not signed yet."""
        return cls(by, "0x" + key_id(signer.public_key).hex(), at)

    def with_signature(self, message: bytes, signer: Signs) -> Signed:
        """Signed."""
        return replace(self, signature=signer.sign(message).hex())


def message_of(tag: bytes, statement: JsonObject) -> bytes:
    """What is signed of a statement, 64 bytes.

    Example:
        >>> message_of(bytes(32), {"signature": "00"}) == bytes(32) + sm3(b"{}")
        True
    """
    return tag + unsigned_digest(statement)


def digest_of_statement(statement: JsonObject) -> str:
    """By which a signed statement is referred to: SM3 of all of it, 64 hex digits."""
    return sm3(canonical(statement)).hex()


def require_members(value: JsonObject, form: str, names: tuple[str, ...]) -> None:
    """Refuse what is no statement of a form.

    Raises:
        MalformedError: `JSON_TYPE`.
    """
    if value.get("format") != form or value.keys() != {"format", *names}:
        raise MalformedError("JSON_TYPE")
