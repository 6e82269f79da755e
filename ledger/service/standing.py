"""What the ledger says of one license, without its document."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from ledger.domain.acts import Act, Ground, Status
from ledger.domain.apply import State
from ledger.domain.entities import Batch, License, LicenseFact
from ledger.domain.facts import Fact, fact_of
from ledger.domain.leaves import first_of, is_leaf_of, leaf_license
from ledger.domain.lifecycle import Standing, announced_at, status_at, superseding_at
from ledger.domain.lineage import void_as_of
from ledger.domain.messages import Kind
from ledger.domain.moments import rfc3339
from ledger.domain.objects import entitlement_object, from_ascii32
from ledger.domain.state import typed
from ledger.errors import UnknownIdError
from ledger.proof.actors import actor_evidence
from ledger.proof.bindings import Binding, binding_at, holds
from ledger.proof.verification import (
    ANNOUNCED,
    announced_evidence,
    cut_offs_of,
    license_objects,
    successor_evidence,
)
from ledger.service.orders import METHODS
from ledger.service.sources import Histories
from ledger.service.verify import MAX_ROUNDS, LicenseAt, state_of


def license_state(
    histories: Histories, license_id: str, opening: Mapping[str, object] | None = None
) -> tuple[License, State]:
    """One license with everything that decides its status.

    Args:
        histories: Authenticated histories.
        license_id: 0x-hex.
        opening: Of a license of a batch (`ledger.proof.claims.opening_of`): as long as nothing happened to
            it, the ledger knows it by its batch alone. Its `rev` is 1 then. An id's first record wins: what
            another machine of the issuer recorded under the id later is another license.

    Raises:
        UnknownIdError: `UNKNOWN_LICENSE`.
        BadProofError: A history that is not proved.
    """
    own = histories.of([bytes.fromhex(license_id[2:])])
    opened = [fact_of(record).values for record in own if record.kind == Kind.LICENSE_OPENED]
    batches = {str(place["batch"]) for place in (*opened, opening) if place}
    own = [*histories.of([bytes.fromhex(batch[2:]) for batch in batches]), *own]
    if not own:
        raise UnknownIdError("UNKNOWN_LICENSE", id=license_id)
    wanted = {entitlement_object(*stated) for record in own if (stated := _stated(fact_of(record)))}
    loaded: set[bytes] = set()
    for _ in range(MAX_ROUNDS + 1):
        loaded |= wanted
        state = state_of(histories.ledger_id, [*own, *histories.of(loaded)])
        license_ = _license(state, license_id, opening)
        wanted = license_objects(state, license_) - loaded
        if not wanted:
            break
    return license_, state


def _stated(fact: Fact) -> tuple[str, str] | None:
    """Type and issuer, where a record states them."""
    if not {"licenseType", "issuer"} <= fact.values.keys():
        return None
    code, issuer = (from_ascii32(str(fact.values[name])) for name in ("licenseType", "issuer"))
    return code, issuer


def _license(state: State, license_id: str, opening: Mapping[str, object] | None) -> License:
    """The license, as an id's first record has it."""
    found, leaf = typed(state, "license", license_id, License), _leaf(state, license_id, opening)
    if leaf is not None:
        return first_of(leaf, found)
    if found is None:
        raise UnknownIdError("UNKNOWN_LICENSE", id=license_id)
    return found


def _leaf(state: State, license_id: str, opening: Mapping[str, object] | None) -> License | None:
    """A license of a batch to which nothing happened."""
    batch = typed(state, "batch", str(opening["batch"]), Batch) if opening else None
    if opening is None or batch is None or opening["licenseId"] != license_id:
        return None
    index, proof = opening["index"], opening["proof"]
    if not isinstance(index, int) or not isinstance(proof, list | tuple):
        return None
    if not is_leaf_of(state.ledger_id, batch, opening, index, proof):
        return None
    return leaf_license(batch, str(opening["batch"]), index, opening)


def binding_now(histories: Histories, license_id: str) -> Binding | None:
    """What a license is bound to as of the head; None where the ledger has no such license.

    Raises:
        OutageError, TrustError: The ledger could not be asked, or its answer is not proved.
    """
    try:
        license_, state = license_state(histories, license_id)
    except UnknownIdError:
        return None
    return binding_at(state, license_, histories.header.time)


@dataclass(frozen=True)
class Shown:
    """A license's standing at a moment, as `license show` gives it."""

    license: License
    standing: Standing
    at: int
    known_at: int
    trust: str
    head: Mapping[str, object]
    flags: tuple[str, ...] = ()
    superseding: LicenseFact | None = None
    """What put another license in its place, as known at `known_at`."""
    announced: tuple[LicenseFact, ...] = ()
    """What is recorded by `known_at` and takes effect only later."""
    bindings: tuple[Mapping[str, object], ...] = ()
    """How a holder's device was bound, frozen and bound anew, as known at `known_at`."""
    actor: Mapping[str, object] = field(default_factory=dict)
    """Who did what decides, and as what."""

    def naming(self, license_at: LicenseAt) -> Shown:
        """The same with the id of a license of a batch that took this one's place, where it is known."""
        by = self.superseding
        if by is None or not by.batch:
            return self
        return replace(self, superseding=replace(by, successor=license_at(by.batch, by.index) or ""))

    def as_json(self, identifier: str | None) -> dict[str, object]:
        """The keys of `license show|status`."""
        fact = self.standing.fact
        return {
            "identifier": identifier,
            "licenseId": self.license.license_id,
            "status": self.standing.status.name if self.standing.status else "NOT_ANCHORED",
            "at": rfc3339(self.at),
            "knownAt": rfc3339(self.known_at),
            "since": rfc3339(self.standing.since) if self.standing.since else None,
            "act": fact.act.name if fact else None,
            **{name: self.actor.get(name) for name in ("by", "capacity")},
            "ground": Ground(fact.ground).name if fact and fact.ground else None,
            "retroactive": self.standing.retroactive if self._is_ended_or_changed() else False,
            "supersededBy": None,
            "supersededByLeaf": None,
            **successor_evidence(self.superseding),
            "flags": list(self.flags),
            "announced": [announced_evidence(fact) for fact in self.announced],
            "bindings": [dict(each) for each in self.bindings],
            "issuer": self.license.issuer,
            "type": self.license.license_type,
            "seq": fact.seq if fact else None,
            "rev": self.license.rev,
            "trust": self.trust,
            "head": dict(self.head),
        }

    def _is_ended_or_changed(self) -> bool:
        return self.standing.status not in (Status.IN_FORCE, Status.NOT_YET, Status.EXPIRED, Status.UNKNOWN)


def show_license(
    histories: Histories,
    license_id: str,
    at: int | None,
    known_at: int | None,
    now: int,
    opening: Mapping[str, object] | None = None,
) -> Shown:
    """Where a license stands.

    Args:
        histories: Authenticated histories.
        license_id: 0x-hex.
        at: Moment of legal effect, or None for now.
        known_at: Moment of knowledge, or None for the head's.
        now: The present, in Unix seconds.
        opening: As in `license_state`.

    Raises:
        UnknownIdError: `UNKNOWN_LICENSE`, also when it was not yet recorded at `known_at`.
    """
    license_, state = license_state(histories, license_id, opening)
    moment = max(now, histories.header.time) if at is None else at
    knowledge = histories.header.time if known_at is None else known_at
    cut_offs = cut_offs_of(state, knowledge)
    standing = status_at(license_, moment, knowledge, cut_offs)
    if standing.status is Status.UNKNOWN:
        raise UnknownIdError("UNKNOWN_LICENSE", id=license_id)
    announced = announced_at(license_, moment, knowledge, cut_offs)
    header = histories.header
    head = {"block": header.number, "hash": header.hash, "time": rfc3339(header.time)}
    return Shown(
        license_,
        standing,
        moment,
        knowledge,
        histories.level,
        head,
        (
            *binding_at(state, license_, knowledge).flags,
            *((ANNOUNCED,) if announced else ()),
            *histories.unproved("Journal"),
        ),
        superseding_at(license_, knowledge, cut_offs),
        announced,
        _bindings(state, license_, knowledge),
        actor_evidence(state, license_, standing.fact),
    )


def _bindings(state: State, license_: License, as_of: int) -> tuple[Mapping[str, object], ...]:
    """Everything recorded until then about the holder's device, in order."""
    is_void = void_as_of(state, as_of)
    first, *later = license_.facts
    bound = [first] if int(first.holder_binding or "0x0", 16) else []
    bound += [fact for fact in later if fact.act in (Act.BIND, Act.FREEZE) and fact.recorded_at <= as_of]
    return tuple(
        {
            "recordedAt": rfc3339(fact.recorded_at),
            "act": fact.act.name,
            "method": METHODS.get(fact.method),
            "assurance": fact.assurance or None,
            "by": fact.by or license_.issuer,
            "void": fact.act is Act.BIND and not holds(state, license_, fact, is_void),
        }
        for fact in bound
    )
