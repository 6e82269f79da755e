"""Which registered body a key file stands for."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Protocol

from api.cli.plain import one_line
from ledger.bootstrap import Ledger
from ledger.domain.entities import Key, Organisation
from ledger.domain.messages import key_id
from ledger.domain.objects import organisation_id, region_id
from ledger.errors import UsageError
from ledger.ports import Entities
from ledger.service.body_names import BodyNames
from ledger.service.read_state import RemoteState

_CODE = re.compile(r"(?<![0-9A-Za-z])[0-9A-Z]{18}(?![0-9A-Za-z])")


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


def naming(ledger: Ledger, state: Entities) -> Callable[[object], str]:
    """How people read credit codes: behind the body's registered name, where this home knows that."""
    names = BodyNames(state, ledger.party_texts)

    def named(uscc: object) -> str:
        name = names.of(str(uscc)) if uscc else None
        return f"{one_line(name)} {uscc}" if name else str(uscc or "")

    return named


def with_names(ledger: Ledger, state: Entities, text: str) -> str:
    """A text for people, and below it what the bodies are called whose codes stand in it, as far as known.

    A service is not asked for each body: of a state that it tells the text stays as it is.
    """
    if isinstance(state, RemoteState):
        return text
    names = BodyNames(state, ledger.party_texts)
    codes = dict.fromkeys(_CODE.findall(text))
    named = [(code, name) for code in codes if (name := names.of(code))]
    return "\n".join([text, *(f"  {code}  {one_line(name)}" for code, name in named)])
