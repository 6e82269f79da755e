"""Whose signing key a key is, while it may sign."""

from __future__ import annotations

from ledger.domain.acts import Purpose
from ledger.domain.entities import Key, Organisation
from ledger.domain.messages import key_id
from ledger.domain.objects import organisation_id
from ledger.domain.state import typed
from ledger.ports import Index
from ledger.proof.verification import cut_offs_of


def signing_body(index: Index, public_key: bytes, now: int) -> Organisation | None:
    """The organisation that a key is registered for to sign with; None where it may not, or for nobody.

    Args:
        index: The ledger's state.
        public_key: 65 bytes.
        now: Moment at which it has to be good, in Unix seconds.
    """
    identity = "0x" + key_id(public_key).hex()
    key = typed(index, "key", identity, Key)
    if key is None or key.purpose is not Purpose.SIGN or not key.is_valid_at(now):
        return None
    if cut_offs_of(index, now)(identity) is not None:
        return None
    bodies = (each for _, each in index.entities("organisation") if isinstance(each, Organisation))
    return next((each for each in bodies if organisation_id(each.uscc) == key.owner), None)
