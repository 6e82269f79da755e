"""Who had to sign a record: the permission table of the contracts, checked again by replay.

Contracts refuse what is not signed by the right bodies; a replay does not take their word for it.
The table stands in `contracts/interfaces/README.md`; this is its second implementation.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ledger.domain.acts import Act, Purpose, Scope
from ledger.domain.entities import (
    Batch,
    Key,
    Ledger,
    License,
    LicenseType,
    Organisation,
    Region,
    Relay,
    Terms,
)
from ledger.domain.facts import Fact
from ledger.domain.license_tree import leaf_bits
from ledger.domain.lineage import acts_for, cut_off_of, is_succeeded, superiors_of, void_as_of
from ledger.domain.messages import CLOCK_TOLERANCE, MAX_LIFETIME, Kind
from ledger.domain.objects import from_ascii32, organisation_id, region_id
from ledger.domain.powers import Intervention
from ledger.domain.rights import Rights
from ledger.domain.state import ListedView, StateView, typed
from ledger.proof.sharing_competence import NotCompetentError, SharingCompetence


class Competence:
    """Judges each record against the state before it.

    Args:
        state: The state that the caller goes on applying records to.
    """

    def __init__(self, state: StateView) -> None:
        self._state = state
        self._region_of: dict[str, int] = {}
        self._roots: list[int] = []
        self._sharing = SharingCompetence(state, self._owners, self._governed).rules

    @classmethod
    def over(cls, state: ListedView) -> Competence:
        """One that knows the owners that a state holds already."""
        made = cls(state)
        for _, each in state.entities("region"):
            if isinstance(each, Region):
                made._region_of[region_id(each.code)] = each.code
                made._roots += [] if each.parent else [each.code]
        for _, each in state.entities("organisation"):
            if isinstance(each, Organisation):
                made._region_of[organisation_id(each.uscc)] = each.region
        return made

    def problem_with(self, fact: Fact) -> tuple[str, str] | None:
        """What is wrong with time or signers of a record, before it is applied.

        Signatures themselves are the caller's to check; this judges whose they had to be.

        Returns:
            Finding code (`BAD_RECORD`, `NOT_ENTITLED`) and detail, or None.
        """
        late = _time_problem(fact) if fact.kind is not Kind.LICENSE_OPENED else None
        if late:
            return "BAD_RECORD", late
        if self._ledger().sealed_seq == 0 and fact.kind is not Kind.LEDGER_SEALED:
            return None  # the signatures of the seal cover every record before it
        try:
            self._check(fact)
        except NotCompetentError as problem:
            return "NOT_ENTITLED", str(problem)
        return None

    def note(self, fact: Fact) -> None:
        """Remember the owners that an applied record brought."""
        if fact.kind is Kind.REGION_ADDED:
            code = _number(fact, "region")
            self._region_of[region_id(code)] = code
            if _number(fact, "parent") == 0:
                self._roots.append(code)
        elif fact.kind is Kind.ORGANISATION_ADDED:
            uscc = _text(fact, "uscc")
            self._region_of[organisation_id(uscc)] = _number(fact, "region")

    def _ledger(self) -> Ledger:
        return typed(self._state, "ledger", "ledger", Ledger) or Ledger()

    def _check(self, fact: Fact) -> None:
        kind = fact.kind
        if kind in _BY_REGION:
            self._governed(fact, [_number(fact, name) for name in _BY_REGION[kind]])
        elif kind in _BY_ISSUER:
            self._issuer_signed(fact)
        elif kind in self._sharing:
            self._sharing[kind](fact)
        else:
            self._special()[kind](fact)

    def _special(self) -> dict[Kind, Callable[[Fact], None]]:
        return {
            Kind.LEDGER_SEALED: lambda fact: self._quorum(fact, len(self._roots)),
            Kind.THRESHOLD_SET: lambda fact: self._quorum(fact, self._ledger().threshold),
            Kind.CONTRACT_SUCCEEDED: lambda fact: self._quorum(fact, self._ledger().threshold),
            Kind.REGION_ADDED: lambda fact: self._quorum(fact, self._ledger().threshold),
            Kind.REGION_SUCCEEDED: self._region_succeeded,
            Kind.REGION_FOLLOWED: self._region_succeeded,
            Kind.ORGANISATION_SUCCEEDED: self._organisation_succeeded,
            Kind.KEY_ROTATED: lambda fact: self._key_replaced(fact, Purpose(_number(fact, "purpose"))),
            Kind.KEY_REGISTERED_BY_ROTATION: self._key_registered_again,
            Kind.KEY_LOST: lambda fact: self._key_replaced(fact, Purpose.RECOVER),
            Kind.KEY_REGISTERED_BY_RECOVERY: self._key_registered_again,
            Kind.KEY_REGISTERED: self._key_registered,
            Kind.KEY_ENDED: self._key_ended,
            Kind.KEY_CUT_OFF: self._key_cut_off,
            Kind.TYPE_REGISTERED: self._type_registered,
            Kind.ENTITLEMENT_GIVEN: self._entitled,
            Kind.RELAY_ADDED: self._relay_changed,
            Kind.RELAY_ENDED: self._relay_changed,
            Kind.ENTITLEMENT_ENDED: self._entitlement_ended,
            Kind.RECOGNITION_ENDED: self._recognition_ended,
            Kind.LICENSE_ACTED: self._acted,
            Kind.LICENSE_AMENDED: self._amended,
            Kind.LICENSE_OPENED: self._opened,
            Kind.HOLDER_BOUND: self._binder_signed,
            Kind.HOLDER_FROZEN: self._binder_signed,
            Kind.LICENSE_BATCH_RENEWED: self._batch_renewed,
            Kind.LICENSE_BATCH_ISSUED_BY_RENEWAL: self._batch_issued_by_renewal,
        }

    def _owners(self, fact: Fact, count: int, purpose: Purpose = Purpose.GOVERN) -> list[str]:
        if len(fact.key_ids) < count:
            raise NotCompetentError(f"{len(fact.key_ids)} signatures where {count} are needed")
        return [self._good_key(fact, key_id, purpose).owner for key_id in fact.key_ids[:count]]

    def _good_key(self, fact: Fact, key_id: str, purpose: Purpose) -> Key:
        key = typed(self._state, "key", key_id, Key)
        if key is None or key.purpose is not purpose:
            raise NotCompetentError(f"{key_id} is no {purpose.name} key")
        cut_off = cut_off_of(self._state, key_id, fact.time)
        if not key.is_valid_at(fact.time) or (cut_off is not None and cut_off <= fact.time):
            raise NotCompetentError(f"key {key_id} was not valid")
        return key

    def _governed(self, fact: Fact, regions: Sequence[int]) -> None:
        """Each region in order, by its own governing key or a superior's, and nobody else."""
        if len(fact.key_ids) != len(regions) + self._possessions(fact):
            raise NotCompetentError(f"{len(fact.key_ids)} signatures where {len(regions)} are needed")
        if len(set(fact.key_ids)) != len(fact.key_ids):
            raise NotCompetentError("one key signed twice")
        for owner, region in zip(self._owners(fact, len(regions)), regions, strict=True):
            above = superiors_of(self._state, region, fact.time, fact.time)
            if owner not in map(region_id, above):
                raise NotCompetentError(f"not signed by region {region:06d} or a superior")

    def _possessions(self, fact: Fact) -> int:
        """Signatures by which a new key proves its possession."""
        is_new = fact.kind is Kind.KEY_REGISTERED and _number(fact, "purpose") != Purpose.ENCRYPT
        return int(is_new)

    def _quorum(self, fact: Fact, needed: int, possession: int = 0, without: str = "") -> None:
        owners = self._owners(fact, max(needed, len(fact.key_ids) - possession))
        voters = {region_id(code) for code in self._roots if self._has_vote(code, fact)} - {without}
        if len(set(owners)) != len(owners) or not set(owners) <= voters:
            raise NotCompetentError(f"not {needed} different founding regions")

    def _has_vote(self, root: int, fact: Fact) -> bool:
        found = typed(self._state, "region", str(root), Region)
        just_signed = fact.kind is Kind.REGION_FOLLOWED and root == _number(fact, "region")
        return found is None or just_signed or not is_succeeded(found, fact.time, fact.time)

    def _region_succeeded(self, fact: Fact) -> None:
        region = _number(fact, "region")
        found = typed(self._state, "region", str(region), Region)
        if found is None or not found.parent:
            self._quorum(fact, self._ledger().threshold)
            return
        self._governed(fact, [found.parent])
        self._governed(fact, [_number(fact, "successor")])

    def _organisation_succeeded(self, fact: Fact) -> None:
        for name in ("uscc", "successor"):
            owner = organisation_id(_text(fact, name))
            self._governed(fact, [self._region_of.get(owner, 0)])

    def _key_replaced(self, fact: Fact, purpose: Purpose) -> None:
        """One of the body's own keys, then the new key, which proves its possession."""
        if len(fact.key_ids) != 2 or fact.key_ids[1] != str(fact.values["newKey"]):
            raise NotCompetentError("without proof of possession")
        (signer,) = self._owners(fact, 1, purpose)
        old = typed(self._state, "key", str(fact.values["key"]), Key)
        if old is None or {signer, old.owner} != {str(fact.values["owner"])}:
            raise NotCompetentError("not signed by a key of the same body")
        if old.purpose is not (Purpose.GOVERN if purpose is Purpose.RECOVER else purpose):
            raise NotCompetentError(f"{old.key_id} is a {old.purpose.name} key")
        if purpose not in (Purpose.SIGN, Purpose.GOVERN, Purpose.RECOVER):
            raise NotCompetentError(f"{purpose.name} keys are not replaced by themselves")
        if purpose is Purpose.RECOVER and not self._is_region(old.owner):
            raise NotCompetentError("only regions have keys to recover")

    def _is_region(self, owner: str) -> bool:
        region = self._region_of.get(owner)
        return region is not None and owner == region_id(region)

    def _key_registered_again(self, fact: Fact) -> None:
        """The second of two records with one body: the first was judged, and must be there."""
        old = typed(self._state, "key", str(fact.values["key"]), Key)
        if old is None or old.rev != _number(fact, "rev") + 1:
            raise NotCompetentError("without the record of the key that it replaces")

    def _issuer_signed(self, fact: Fact) -> None:
        """The issuer of what is new, or whoever acts for the issuer of what is there; or the operator."""
        (owner,) = self._owners(fact, 1, Purpose.SIGN)
        if "issuer" in fact.values:
            issuer = _text(fact, "issuer")
            may = self._rights(fact).may_issue(owner, _text(fact, "licenseType"), issuer)
        else:
            license_ = typed(self._state, "license", str(fact.values["licenseId"]), License)
            issuer = license_.issuer if license_ else ""
            may = license_ is not None and self._may_act(fact, owner, license_)
        if not may:
            raise NotCompetentError(f"not signed by the issuer {issuer} or its operator")

    def _acted(self, fact: Fact) -> None:
        """The issuer, or another body that may do that under the power of the region that it names."""
        region = _number(fact, "region")
        if not region:
            self._issuer_signed(fact)
            return
        license_ = typed(self._state, "license", str(fact.values["licenseId"]), License)
        key = typed(self._state, "key", next(iter(fact.key_ids), ""), Key)
        is_region = key is not None and key.owner == region_id(region)
        (owner,) = self._owners(fact, 1, Purpose.GOVERN if is_region else Purpose.SIGN)
        if license_ is None:
            return
        asked = Intervention(license_, Act(_number(fact, "act")), region, owner)
        if not asked.is_competent(self._state, fact.time, void_as_of(self._state, fact.time)):
            raise NotCompetentError(f"{owner} may not {asked.act.name} under region {region:06d}")

    def _binder_signed(self, fact: Fact) -> None:
        """The body that the message names, which may bind that license."""
        (owner,) = self._owners(fact, 1, Purpose.SIGN)
        license_ = typed(self._state, "license", str(fact.values["licenseId"]), License)
        by = _text(fact, "by")
        may = license_ is not None and self._rights(fact).may_bind(by, license_)
        if not may or owner != organisation_id(by):
            raise NotCompetentError(f"not signed by {by}, or {by} does not bind this license")

    def _rights(self, fact: Fact) -> Rights:
        return Rights(self._state, fact.time)

    def _may_act(self, fact: Fact, owner: str, issued: License | Batch) -> bool:
        return self._rights(fact).may_act(owner, issued.license_type, issued.issuer)

    def _continues(self, fact: Fact, before: License | Batch) -> None:
        """The new issuer is the one before, or followed it; whoever signs acts for that one too."""
        (owner,) = self._owners(fact, 1, Purpose.SIGN)
        body = organisation_id(_text(fact, "issuer"))
        follows = acts_for(self._state, body, before.issuer, fact.time)
        if not follows or not self._may_act(fact, owner, before):
            raise NotCompetentError(f"not signed by the issuer {before.issuer} or its operator")

    def _amended(self, fact: Fact) -> None:
        """By the issuer of the old license; a transfer in, by a body entitled where that one let it go."""
        self._issuer_signed(fact)
        old = typed(self._state, "license", str(fact.values["licenseId"]), License)
        if old is None:
            return
        if _number(fact, "act") != Act.TRANSFER_IN:
            self._continues(fact, old)
            return
        issuer = _text(fact, "issuer")
        towards = next((each.region for each in reversed(old.facts) if each.act is Act.TRANSFER_OUT), 0)
        rights = typed(self._state, "entitlement", f"{old.license_type}/{issuer}", Terms)
        region = rights.terms[-1].region if rights else 0
        if _text(fact, "licenseType") != old.license_type or towards not in superiors_of(
            self._state, region, fact.time, fact.time
        ):
            raise NotCompetentError(f"{issuer} does not issue {old.license_type} in region {towards:06d}")

    def _batch_renewed(self, fact: Fact) -> None:
        """By the issuer of the earlier batch, or what followed it; no leaf twice, unless that was void."""
        self._issuer_signed(fact)
        earlier = typed(self._state, "batch", str(fact.values["earlier"]), Batch)
        if earlier is None:
            return
        self._continues(fact, earlier)
        is_void = void_as_of(self._state, fact.time)
        before = [each for each in earlier.renewals if not is_void(each.key_id, each.recorded_at)]
        if any(each.leaves & leaf_bits(fact.values) for each in before):
            raise NotCompetentError("a leaf is renewed twice")

    def _batch_issued_by_renewal(self, fact: Fact) -> None:
        """The second of two records with one body: the first was judged, and must be there."""
        self._issuer_signed(fact)
        earlier = typed(self._state, "batch", str(fact.values["earlier"]), Batch)
        if earlier is None or earlier.rev != _number(fact, "rev") + 1:
            raise NotCompetentError("without the record on the batch that it renews")

    def _opened(self, fact: Fact) -> None:
        if fact.key_ids:
            raise NotCompetentError("an opened leaf is signed by nobody")

    def _key_registered(self, fact: Fact) -> None:
        possession = self._possessions(fact)
        if possession and fact.key_ids[-1:] != (str(fact.values["newKey"]),):
            raise NotCompetentError("without proof of possession")
        self._key_authority(fact, str(fact.values["owner"]), possession)

    def _key_ended(self, fact: Fact) -> None:
        self._key_authority(fact, self._owner_of_key(fact), 0)

    def _key_cut_off(self, fact: Fact) -> None:
        owner = self._owner_of_key(fact)
        self._key_authority(fact, owner, 0, without=owner)

    def _owner_of_key(self, fact: Fact) -> str:
        key = typed(self._state, "key", str(fact.values["key"]), Key)
        return key.owner if key else ""

    def _key_authority(self, fact: Fact, owner: str, possession: int, without: str = "") -> None:
        """Who answers for keys: a body's region, a region's superior, for a founder the founders."""
        region = self._region_of.get(owner)
        if region is None:
            raise NotCompetentError(f"unknown owner {owner}")
        if region in self._roots and owner == region_id(region):
            self._quorum(fact, self._ledger().threshold, possession, without)
            return
        found = typed(self._state, "region", str(region), Region)
        superior = found.parent if found and owner == region_id(region) else region
        self._governed(fact, [superior])

    def _type_registered(self, fact: Fact) -> None:
        before = typed(self._state, "type", _text(fact, "licenseType"), LicenseType)
        earlier = before.versions[-1] if before else None
        if Scope.NATIONAL in (_number(fact, "scope"), earlier.scope if earlier else None):
            self._quorum(fact, self._ledger().threshold)
        else:
            self._governed(fact, [_number(fact, "region")])
            self._takes_over(fact, earlier.region if earlier else 0)

    def _entitled(self, fact: Fact) -> None:
        self._governed(fact, [_number(fact, "region")])
        name = f"{_text(fact, 'licenseType')}/{_text(fact, 'issuer')}"
        rights = typed(self._state, "entitlement", name, Terms)
        self._takes_over(fact, rights.terms[-1].region if rights else 0)

    def _takes_over(self, fact: Fact, earlier: int) -> None:
        """What one region set up, only itself or a superior may change."""
        if earlier:
            self._governed(fact, [earlier])

    def _relay_changed(self, fact: Fact) -> None:
        self._governed(fact, [_number(fact, "region")])
        relay = typed(self._state, "relay", str(fact.values["relay"]), Relay)
        if relay and relay.until > fact.time and relay.region != _number(fact, "region"):
            raise NotCompetentError(f"the relay stands under region {relay.region:06d}")

    def _entitlement_ended(self, fact: Fact) -> None:
        name = f"{_text(fact, 'licenseType')}/{_text(fact, 'issuer')}"
        rights = typed(self._state, "entitlement", name, Terms)
        self._governed(fact, [rights.terms[-1].region if rights else 0])

    def _recognition_ended(self, fact: Fact) -> None:
        try:
            self._governed(fact, [_number(fact, "fromRegion")])
        except NotCompetentError:
            self._governed(fact, [_number(fact, "toRegion")])


_BY_REGION: dict[Kind, tuple[str, ...]] = {
    Kind.ORGANISATION_ADDED: ("region",),
    Kind.POWER_GIVEN: ("region",),
    Kind.POWER_ENDED: ("region",),
    Kind.RECOGNITION_AGREED: ("fromRegion", "toRegion"),
}
_BY_ISSUER = {
    Kind.LICENSE_ISSUED,
    Kind.LICENSE_ISSUED_BY_AMENDMENT,
    Kind.LICENSE_TRANSFERRED_OUT,
    Kind.LICENSE_BATCH_ISSUED,
    Kind.REPRESENTATION_MADE,
    Kind.REPRESENTATION_ENDED,
}


def _time_problem(fact: Fact) -> str | None:
    signed_at, not_after = _number(fact, "signedAt"), _number(fact, "notAfter")
    if not signed_at - CLOCK_TOLERANCE <= fact.time <= not_after:
        return f"recorded at {fact.time}, signed for {signed_at} to {not_after}"
    if not_after - signed_at > MAX_LIFETIME:
        return f"a lifetime of {not_after - signed_at} s"
    return None


def _number(fact: Fact, name: str) -> int:
    return int(str(fact.values[name]))


def _text(fact: Fact, name: str) -> str:
    return from_ascii32(str(fact.values[name]))
