"""Which body may act on a license that another issued, and as what each one acted.

To annul (撤销), also a region may act that the issuer belongs to, or one above it: 行政许可法 art. 69 names
the body that decided and its superior. For some acts a region names bodies (`Powers`). What such a body
suspended, it lifts again, or what followed it. `Powers.sol` judges the same on chain.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from ledger.domain.acts import Act
from ledger.domain.entities import IsVoid, Key, License, LicenseFact, Organisation, Powers, Terms
from ledger.domain.lifecycle import is_intervention, suspension_by_other
from ledger.domain.lineage import acts_for, followers_of, superiors_of
from ledger.domain.objects import organisation_id, region_id
from ledger.domain.rules.catalog import power_key
from ledger.domain.state import StateView, typed


class Capacity(Enum):
    """As what a body acts on a license.

    A taker takes a license in, an identity provider binds; neither is told of a license's standing.
    """

    ISSUER = "issuer"
    OPERATOR = "operator"
    SUCCESSOR = "successor"
    SUPERIOR = "superior"
    NAMED = "named"
    TAKER = "taker"
    IDENTITY_PROVIDER = "identity provider"


@dataclass(frozen=True)
class Actor:
    """Who acted on a license, and as what.

    Attributes:
        body: Credit code, or six digits of a region.
        capacity: As what.
    """

    body: str
    capacity: Capacity


@dataclass(frozen=True)
class Intervention:
    """What another body than the issuer asks to do to a license.

    Attributes:
        license_: As it is before.
        act: What is to be done.
        region: Under whose power.
        owner: The body whose key signs, by its object, 0x-hex.
    """

    license_: License
    act: Act
    region: int
    owner: str

    def is_competent(self, state: StateView, at: int, is_void: IsVoid) -> bool:
        """Whether the body may do that, as the contracts judge it at record time.

        Args:
            state: What was recorded before.
            at: Record time.
            is_void: What is void, as known then.
        """
        if self.act is Act.RESUME:
            return self._lifts(state, at, is_void)
        is_region = self.owner == region_id(self.region)
        if is_region and self.act is not Act.ANNUL:
            return False
        if self.region not in superiors_of(state, self._place(state, at), at, at):
            return False
        return is_region or self.act in self._named_for(state, at)

    def _place(self, state: StateView, at: int) -> int:
        """The region where the license was issued; of an annulment, that of the body that answers for it."""
        return (
            region_answering(state, self.license_.issuer, at)
            if self.act is Act.ANNUL
            else self.license_.region
        )

    def _named_for(self, state: StateView, at: int) -> frozenset[Act]:
        powers = _powers(state, self.license_, self.owner, self.region)
        return powers.at(at) if powers else frozenset()

    def _lifts(self, state: StateView, at: int, is_void: IsVoid) -> bool:
        """Whether it, or what it followed, made the suspension that stands."""
        suspension = suspension_by_other(self.license_, is_void)
        if suspension is None or suspension.region != self.region:
            return False
        actor = actor_of(state, self.license_, suspension)
        return actor is not None and acts_for(state, self.owner, actor.body, at)


def region_answering(state: StateView, issuer: str, at: int) -> int:
    """The region of the body that answers for what an issuer issued: that one, or the last after it.

    0 where it is not known.
    """
    last = followers_of(state, issuer, at)[-1]
    body = typed(state, "organisation", last, Organisation)
    return body.region if body else 0


def actor_of(state: StateView, license_: License, fact: LicenseFact) -> Actor | None:
    """Who did something to a license, and as what; None where the state does not tell.

    Args:
        state: Keys, rights and powers; complete for `ledger.proof.actors.actor_objects`.
        license_: With all its facts.
        fact: One of them.
    """
    key = typed(state, "key", fact.key_id, Key)
    if key is None:
        return None
    if is_intervention(fact):
        return _intervening(state, license_, fact, key.owner)
    return _acting(state, license_, fact, key.owner)


def _acting(state: StateView, license_: License, fact: LicenseFact, owner: str) -> Actor | None:
    """For the issuer."""
    if owner == organisation_id(license_.issuer):
        return Actor(license_.issuer, Capacity.ISSUER)
    rights = typed(state, "entitlement", f"{license_.license_type}/{license_.issuer}", Terms)
    operators = {term.detail for term in (rights.terms if rights else ()) if term.detail}
    followers = followers_of(state, license_.issuer, fact.recorded_at)
    named = [(each, Capacity.SUCCESSOR) for each in followers]
    named += [(each, Capacity.OPERATOR) for each in sorted(operators)]
    return next((Actor(*each) for each in named if owner == organisation_id(each[0])), None)


def _intervening(state: StateView, license_: License, fact: LicenseFact, owner: str) -> Actor | None:
    """Under a region's power: that region, a body that it named, or one that followed such a body."""
    if owner == region_id(fact.region):
        return Actor(f"{fact.region:06d}", Capacity.SUPERIOR)
    powers = _powers(state, license_, owner, fact.region)
    if powers is not None:
        return Actor(powers.body, Capacity.NAMED)
    suspenders = suspenders_of(state, license_, fact)
    followers = {each for body in suspenders for each in followers_of(state, body, fact.recorded_at)}
    return next(
        (Actor(each, Capacity.SUCCESSOR) for each in sorted(followers) if owner == organisation_id(each)),
        None,
    )


def suspenders_of(state: StateView, license_: License, fact: LicenseFact) -> set[str]:
    """Bodies that, named by the region under whose power a fact is, suspended a license before it."""
    before = [each for each in license_.facts if each.seq < fact.seq and each.region == fact.region]
    keys = (typed(state, "key", each.key_id, Key) for each in before if each.act is Act.SUSPEND)
    found = (_powers(state, license_, key.owner, fact.region) for key in keys if key)
    return {each.body for each in found if each}


def _powers(state: StateView, license_: License, owner: str, region: int) -> Powers | None:
    return typed(state, "power", power_key(license_.license_type, owner, region), Powers)
