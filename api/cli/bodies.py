"""Which registered body a key file stands for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from ledger.bootstrap import Ledger
from ledger.domain.entities import Key, Organisation
from ledger.domain.messages import key_id
from ledger.domain.objects import organisation_id, region_id
from ledger.domain.state import StateView, typed
from ledger.errors import UsageError


class HasPublicKey(Protocol):
    """A signer, or a key file that holds a public key alone."""

    @property
    def public_key(self) -> bytes:
        """65 bytes."""
        ...


def body_of(ledger: Ledger, signer: HasPublicKey) -> Organisation:
    """The organisation that a key is registered for.

    Raises:
        UsageError: `ISSUER_OF_KEY`.
    """
    index, identity = ledger.follow(), "0x" + key_id(signer.public_key).hex()
    key = index.get("key", identity)
    owner = key.owner if isinstance(key, Key) else ""
    bodies = (each for _, each in index.entities("organisation") if isinstance(each, Organisation))
    body = next((each for each in bodies if organisation_id(each.uscc) == owner), None)
    if body is None:
        raise UsageError("ISSUER_OF_KEY", keyId=identity)
    return body


def holder_of_key(ledger: Ledger, signer: HasPublicKey) -> str:
    """Whom a key is registered for: the credit code of a body, or the six digits of a region.

    Raises:
        UsageError: `ISSUER_OF_KEY`.
    """
    index = ledger.follow()
    key = index.get("key", "0x" + key_id(signer.public_key).hex())
    owner = key.owner if isinstance(key, Key) else ""
    codes = (code for code, _ in index.entities("region"))
    return (
        next((f"{int(each):06d}" for each in codes if region_id(int(each)) == owner), None)
        or body_of(ledger, signer).uscc
    )


def naming(ledger: Ledger, state: StateView) -> Callable[[object], str]:
    """How people read credit codes: behind the body's registered name, where this home knows that."""

    def named(uscc: object) -> str:
        body = typed(state, "organisation", str(uscc), Organisation) if uscc else None
        name = ledger.party_texts.name_of(body.name_digest) if body else None
        return f"{name} {uscc}" if name else str(uscc or "")

    return named
