"""Which registered body a key file stands for."""

from __future__ import annotations

from ledger.bootstrap import Ledger
from ledger.domain.entities import Key, Organisation
from ledger.domain.messages import key_id
from ledger.domain.objects import organisation_id
from ledger.errors import UsageError
from ledger.ports import Signer


def body_of(ledger: Ledger, signer: Signer) -> Organisation:
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
