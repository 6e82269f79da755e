"""Who had to sign a record of sharing: a part of the permission table, judged again by replay.

Bodies sign for what they own, use or provide; regions for what they set; holders by the keys that their
license is bound to, which the record itself opens.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Protocol

from ledger.domain.acts import Purpose
from ledger.domain.entities import License, Representation
from ledger.domain.facts import Fact
from ledger.domain.holder_proofs import OpenedBinding, lacks_binding, lacks_mandate, read_proof
from ledger.domain.lineage import acts_for, void_as_of
from ledger.domain.messages import Kind
from ledger.domain.representation import RepresentationScope
from ledger.domain.resources import provides
from ledger.domain.rules.representations import representation_key
from ledger.domain.sharing import USE_WORDS, HolderProof
from ledger.domain.sharing_entities import Correction, Demand, Grant, Resource, resource_key
from ledger.domain.state import StateView, str_of, text_of, typed

_SCOPES = {
    Kind.CONSENT_GIVEN: RepresentationScope.CONSENT,
    Kind.CONSENT_WITHDRAWN: RepresentationScope.CONSENT,
    Kind.CORRECTION_ASKED: RepresentationScope.CORRECT,
    Kind.CORRECTION_CONTESTED: RepresentationScope.CORRECT,
    Kind.REPEAT_TOLD: RepresentationScope.PRESENT,
}
HOLDERS_KINDS = frozenset(_SCOPES)
"""What holders sign, by keys that are registered nowhere."""


class NotCompetentError(Exception):
    """The signers of a record are not the ones that it needs."""


class Owners(Protocol):
    """Whose good keys made the first signatures of a record."""

    def __call__(self, fact: Fact, count: int, purpose: Purpose) -> list[str]:
        """Object ids, 0x-hex; raises `NotCompetentError`."""
        ...


def holder_proof_of(fact: Fact) -> OpenedBinding | None:
    """The keys by which a holder signed a record; None of what is no holder's.

    Raises:
        ValueError: The words beside the message prove nothing.
    """
    return read_proof(fact.leaves) if fact.kind in HOLDERS_KINDS else None


class SharingCompetence:
    """Judges the records of sharing against the state before each.

    Args:
        state: The state that the caller goes on applying records to.
        owners: Tells whose keys signed.
        governed: Refuses what is not signed by a region or a superior one.
    """

    def __init__(self, state: StateView, owners: Owners, governed: Callable[[Fact, list[int]], None]) -> None:
        self._state, self._owners, self._governed = state, owners, governed
        self.rules: Mapping[Kind, Callable[[Fact], None]] = {
            Kind.RESOURCE_REGISTERED: self._by("owner"),
            Kind.RESOURCE_MOUNTED: self._provided,
            Kind.RESOURCE_PROBED: self._by("prober"),
            Kind.LIBRARY_WRITER_NAMED: self._by_region,
            Kind.DEMAND_MADE: self._by("demander"),
            Kind.DEMAND_OFFERED: self._provided,
            Kind.DEMAND_MATCHED: self._demander_signed,
            Kind.DUTY_SET: self._by_region,
            Kind.CODE_TABLE_SET: self._published,
            Kind.GRANT_REQUESTED: self._by("grantee"),
            Kind.GRANT_NOTICED: self._granter_signed,
            Kind.GRANT_DECIDED: self._granter_signed,
            Kind.GRANT_REVIEWED: self._granter_signed,
            Kind.CONSENT_GIVEN: self._holder_signed,
            Kind.GRANT_WITHDRAWN: self._by("by"),
            Kind.CONSENT_WITHDRAWN: self._holder_signed,
            Kind.GRANT_DELEGATED: self._delegator_signed,
            Kind.DATA_USED: self._used,
            Kind.DATA_USED_IN_BATCH: self._used,
            Kind.USE_REFUSED: self._refuser_signed,
            Kind.USES_REFUSED_IN_BATCH: self._refuser_signed,
            Kind.CORRECTION_OPENED: self._by("by"),
            Kind.CORRECTION_ASKED: self._holder_signed,
            Kind.ATTESTED: self._by("by"),
            Kind.CORRECTION_ANSWERED: self._corrector_signed,
            Kind.CORRECTION_DISPUTED: self._by("by"),
            Kind.CORRECTION_CONTESTED: self._holder_signed,
            Kind.CORRECTION_SETTLED: self._settled,
            Kind.CORRECTION_ACKNOWLEDGED: self._by("by"),
            Kind.REPEAT_TOLD: self._holder_signed,
            Kind.REPEAT_REPORTED: self._by("by"),
            Kind.ITEM_REGISTERED: self._by("owner"),
            Kind.ITEM_ENDED: self._by("owner"),
            Kind.EDITION_PUBLISHED: self._provided,
            Kind.EDITION_WITHDRAWN: self._provided,
            Kind.RESOURCE_DECLARED: self._provided,
        }

    def _by(self, name: str) -> Callable[[Fact], None]:
        """One signature, of the body that a member names, or of what followed it."""
        return lambda fact: self._signed_by(fact, text_of(fact.values, name))

    def _by_region(self, fact: Fact) -> None:
        self._governed(fact, [int(str(fact.values["region"]))])

    def _signed_by(self, fact: Fact, uscc: str, place: int = 0, count: int = 1) -> None:
        owner = self._signers(fact, count)[place]
        if not acts_for(self._state, owner, uscc, fact.time):
            raise NotCompetentError(f"not signed by {uscc}")

    def _signers(self, fact: Fact, count: int) -> list[str]:
        if len(fact.key_ids) != count:
            raise NotCompetentError(f"{len(fact.key_ids)} signatures where {count} are needed")
        return self._owners(fact, count, Purpose.SIGN)

    def _provider_signed(self, fact: Fact, key: str, count: int = 1) -> None:
        """The first signature is of the resource's provider."""
        resource = typed(self._state, "resource", key, Resource)
        signer = self._signers(fact, count)[0]
        if resource is not None and not provides(self._state, signer, resource, fact.time):
            raise NotCompetentError(f"not signed by who provides {key}")

    def _provided(self, fact: Fact) -> None:
        self._provider_signed(fact, _resource_key(fact))

    def _refuser_signed(self, fact: Fact) -> None:
        """The provider; of what is no resource, the body that was asked for it."""
        if typed(self._state, "resource", _resource_key(fact), Resource):
            self._provided(fact)
        else:
            self._signed_by(fact, text_of(fact.values, "owner"))

    def _demander_signed(self, fact: Fact) -> None:
        demand = typed(self._state, "demand", str_of(fact.values, "demand"), Demand)
        if demand is not None:
            self._signed_by(fact, demand.demander)

    def _published(self, fact: Fact) -> None:
        if int(str(fact.values["region"])):
            self._by_region(fact)
        else:
            self._signed_by(fact, text_of(fact.values, "publisher"))

    def _grant(self, fact: Fact, name: str = "grant") -> Grant | None:
        return typed(self._state, "grant", str_of(fact.values, name), Grant)

    def _granter_signed(self, fact: Fact) -> None:
        grant = self._grant(fact)
        if grant is not None:
            self._provider_signed(fact, grant.resource)

    def _delegator_signed(self, fact: Fact) -> None:
        parent = self._grant(fact, "parent")
        if parent is not None:
            self._signed_by(fact, parent.grantee)

    def _used(self, fact: Fact) -> None:
        """The provider of everything that was used, then the grantee."""
        for grant in self._grants_used(fact):
            self._provider_signed(fact, grant.resource, count=2)
            self._signed_by(fact, grant.grantee, place=1, count=2)

    def _grants_used(self, fact: Fact) -> list[Grant]:
        batched = [str_of(fact.values, "grant")] if "grant" in fact.values else []
        single = ["0x" + word.hex() for word in fact.leaves[::USE_WORDS]]
        found = (typed(self._state, "grant", each, Grant) for each in batched or single)
        return [grant for grant in found if grant is not None]

    def _corrector_signed(self, fact: Fact) -> None:
        correction = self._correction(fact)
        if correction is not None:
            self._provider_signed(fact, correction.resource)

    def _settled(self, fact: Fact) -> None:
        correction = self._correction(fact)
        if correction is not None:
            self._governed(fact, [correction.steps[-1].region])

    def _correction(self, fact: Fact) -> Correction | None:
        return typed(self._state, "correction", str_of(fact.values, "correction"), Correction)

    def _holder_signed(self, fact: Fact) -> None:
        """Every key that the proof opens signed, and the license is bound to them, or they stand in."""
        opened = holder_proof_of(fact)
        license_id = str_of(fact.values, "licenseId")
        license_ = typed(self._state, "license", license_id, License)
        if opened is None or license_ is None or fact.key_ids != opened.key_ids:
            raise NotCompetentError("not signed by the keys that the proof opens")
        lack = self._lack(fact, opened, license_)
        if lack:
            raise NotCompetentError(lack)

    def _lack(self, fact: Fact, opened: OpenedBinding, license_: License) -> str:
        is_void = void_as_of(self._state, fact.time)
        if opened.kind is not HolderProof.REPRESENTATIVE:
            is_restrictive = fact.kind is Kind.CONSENT_WITHDRAWN
            return lacks_binding(opened, license_, is_void, is_restrictive)
        key = representation_key(license_.license_id, opened.commitment)
        found = typed(self._state, "representation", key, Representation)
        return lacks_mandate(found, _SCOPES[fact.kind], fact.time, is_void)


def _resource_key(fact: Fact) -> str:
    return resource_key(text_of(fact.values, "owner"), text_of(fact.values, "code"))
