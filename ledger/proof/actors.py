"""Whose histories tell who acted on a license, and as what."""

from __future__ import annotations

from ledger.domain.entities import Key, License, LicenseFact
from ledger.domain.lifecycle import is_intervention
from ledger.domain.lineage import followers_of
from ledger.domain.objects import organisation_object, power_object
from ledger.domain.powers import Actor, Capacity, actor_of, suspenders_of
from ledger.domain.state import StateView, typed


def actor_objects(state: StateView, license_: License) -> set[bytes]:
    """Objects whose histories tell who did what to a license, as far as `state` lets one know.

    Beside its keys and its issuer's right; nothing where the issuer, or its operator, did everything.
    """
    return {each for fact in license_.signed for each in _behind(state, license_, fact)}


def _behind(state: StateView, license_: License, fact: LicenseFact) -> set[bytes]:
    key, actor = typed(state, "key", fact.key_id, Key), actor_of(state, license_, fact)
    if key is None or actor == Actor(license_.issuer, Capacity.ISSUER):
        return set()
    if not is_intervention(fact):
        return _line(state, license_.issuer) if actor is None else set()
    power = power_object(license_.license_type, bytes.fromhex(key.owner[2:]), fact.region)
    line = {each for body in suspenders_of(state, license_, fact) for each in _line(state, body)}
    return {power} | (line if actor is None else set())


def _line(state: StateView, organisation: str) -> set[bytes]:
    return {organisation_object(each) for each in followers_of(state, organisation)}


def actor_evidence(state: StateView, license_: License, fact: LicenseFact | None) -> dict[str, object]:
    """Who did it and as what, as evidence tells it; empty where the state does not tell."""
    actor = actor_of(state, license_, fact) if fact else None
    return {"by": actor.body, "capacity": actor.capacity.name} if actor else {}
