"""What the ledger says of one license, without its document."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from ledger.domain.acts import Act, Status
from ledger.domain.apply import State
from ledger.domain.canonical import JsonObject
from ledger.domain.corrections import upheld
from ledger.domain.doubts import Doubt, NameFields, doubt_flags, doubts_shown
from ledger.domain.entities import Batch, License, LicenseFact
from ledger.domain.facts import Fact, fact_of
from ledger.domain.grounds import ground_json
from ledger.domain.leaves import is_leaf_of, leaf_license
from ledger.domain.lifecycle import Standing, announced_at, leaving_for, lifted_by, status_at, superseding_at
from ledger.domain.lineage import EVER, void_as_of
from ledger.domain.messages import Kind
from ledger.domain.moments import rfc3339
from ledger.domain.objects import entitlement_object, from_ascii32
from ledger.domain.official import TypeKind
from ledger.domain.rivals import first_of, rivals_of, with_leaf
from ledger.domain.state import StateView, typed
from ledger.errors import UnknownIdError
from ledger.proof.actors import actor_evidence
from ledger.proof.bindings import Binding, binding_at, flags_of, holds
from ledger.proof.verification import (
    ANNOUNCED,
    announced_evidence,
    cut_offs_of,
    license_objects,
    successor_evidence,
)
from ledger.service.counting import FindTexts
from ledger.service.doubts import doubts_about
from ledger.service.orders import METHODS
from ledger.service.partial_state import state_of
from ledger.service.sources import Histories
from ledger.service.verify import MAX_ROUNDS, LicenseAt


def license_state(
    histories: Histories, license_id: str, opening: Mapping[str, object] | None = None, as_of: int = EVER
) -> tuple[License, State]:
    """One license with everything that decides its status.

    Args:
        histories: Authenticated histories.
        license_id: 0x-hex.
        opening: Of a license of a batch (`ledger.proof.claims.opening_of`): as long as nothing happened to
            it, the ledger knows it by its batch alone. Its `rev` is 1 then. An id's first record wins that
            is not void: what another machine of the issuer, or a thief, recorded under the id is another.
        as_of: Moment of knowledge.

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
        wanted = _objects(state, license_id, opening) - loaded
        if not wanted:
            break
    return license_in(state, license_id, opening, as_of), state


def _objects(state: StateView, license_id: str, opening: Mapping[str, object] | None) -> set[bytes]:
    """What decides which license the id stands for, and where that one stands."""
    rivals = _rivals(state, license_id, opening)
    return {each for license_ in rivals for each in license_objects(state, license_)}


def _stated(fact: Fact) -> tuple[str, str] | None:
    """Type and issuer, where a record states them."""
    if not {"licenseType", "issuer"} <= fact.values.keys():
        return None
    code, issuer = (from_ascii32(str(fact.values[name])) for name in ("licenseType", "issuer"))
    return code, issuer


def license_in(
    state: StateView, license_id: str, opening: Mapping[str, object] | None = None, as_of: int = EVER
) -> License:
    """One license as a state has it; arguments and errors as for `license_state`."""
    rivals = _rivals(state, license_id, opening)
    return first_of(rivals, void_as_of(state, as_of), as_of)


def _rivals(state: StateView, license_id: str, opening: Mapping[str, object] | None) -> tuple[License, ...]:
    """The licenses under an id, with the leaf that an opening tells; raises `UNKNOWN_LICENSE`."""
    rivals, leaf = rivals_of(state, license_id), _leaf(state, license_id, opening)
    if not rivals and leaf is None:
        raise UnknownIdError("UNKNOWN_LICENSE", id=license_id)
    return with_leaf(rivals, leaf) if leaf else rivals


def _leaf(state: StateView, license_id: str, opening: Mapping[str, object] | None) -> License | None:
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
    """What is recorded by `known_at`, takes effect only later, and was not called off or overtaken."""
    lifted: tuple[LicenseFact, ...] = ()
    """The suspensions that were lifted, where a resumption decides."""
    to_region: int = 0
    """The region to which it was let go, 0 where it is not on its way."""
    bindings: tuple[Mapping[str, object], ...] = ()
    """How a holder's device was bound, frozen and bound anew, as known at `known_at`."""
    actor: Mapping[str, object] = field(default_factory=dict)
    """Who did what decides, and as what."""
    representatives: tuple[Mapping[str, object], ...] = ()
    """Who was let stand in for the holder, as known at `known_at`."""
    doubts: tuple[Doubt, ...] = ()
    """What is doubted of its fields, as known at `known_at`."""
    causes: tuple[str, ...] = ()
    """Corrections of the license before it that were upheld with this one."""
    kind: TypeKind | None = None
    """Whether it is a license or an official document, where its type is known here."""

    def of_kind(self, kind: TypeKind | None) -> Shown:
        """The same, told as what it is: of a document nothing is said of holders."""
        return replace(self, kind=kind, flags=flags_of(kind, self.flags))

    def naming(self, license_at: LicenseAt) -> Shown:
        """The same with the id of a license of a batch that took this one's place, where it is known."""
        return replace(self, superseding=_named(self.superseding, license_at))

    def as_json(self, identifier: str | None, name_fields: NameFields = lambda _: None) -> dict[str, object]:
        """The keys of `license show|status`.

        Args:
            identifier: Of the license, where it is known.
            name_fields: Names doubted fields, where a list of them is at hand.
        """
        fact = self.standing.fact
        return {
            "identifier": identifier,
            "licenseId": self.license.license_id,
            "kind": self.kind.value if self.kind else None,
            "status": self.standing.status.name if self.standing.status else "NOT_ANCHORED",
            "at": rfc3339(self.at),
            "knownAt": rfc3339(self.known_at),
            "since": rfc3339(self.standing.since) if self.standing.since else None,
            "act": fact.act.name if fact else None,
            **{name: self.actor.get(name) for name in ("by", "capacity")},
            **ground_json(fact.ground if fact else 0),
            "retroactive": self.standing.retroactive if self._is_ended_or_changed() else False,
            "supersededBy": None,
            "supersededByLeaf": None,
            **successor_evidence(self.superseding),
            "flags": list(self.flags),
            "corrections": self.corrections(name_fields),
            "causedBy": list(self.causes),
            "announced": [announced_evidence(fact) for fact in self.announced],
            "lifted": [announced_evidence(fact) for fact in self.lifted],
            "toRegion": f"{self.to_region:06d}" if self.to_region else None,
            "bindings": [dict(each) for each in self.bindings],
            "representatives": [dict(each) for each in self.representatives],
            "issuer": self.license.issuer,
            "type": self.license.license_type,
            "seq": fact.seq if fact else None,
            "rev": self.license.rev,
            "trust": self.trust,
            "head": dict(self.head),
        }

    def corrections(self, name_fields: NameFields) -> list[JsonObject]:
        """What is doubted, as `docs/interfaces.md` shows it."""
        return [each.as_json(name_fields, self.known_at) for each in self.doubts]

    def _is_ended_or_changed(self) -> bool:
        return self.standing.status not in (Status.IN_FORCE, Status.NOT_YET, Status.EXPIRED, Status.UNKNOWN)


def standing_in(state: StateView, license_: License, now: int, license_at: LicenseAt) -> JsonObject:
    """Where a license stands now: `{"status", "supersededBy", "supersededByLeaf"}`.

    Args:
        state: What decides it: the license, and the keys that acted on it.
        license_: As `license_in` gives it.
        now: Unix seconds.
        license_at: Names a license of a batch, where it is known.
    """
    cut_offs = cut_offs_of(state, EVER)
    return {
        "status": status_at(license_, now, EVER, cut_offs).status.name,
        "supersededBy": None,
        "supersededByLeaf": None,
        **successor_evidence(_named(superseding_at(license_, EVER, cut_offs), license_at)),
    }


def lifted_at(state: StateView, license_: License, seq: int) -> list[JsonObject]:
    """The suspensions that the record of a number lifted, as `announced` tells what is to come."""
    facts = [fact for fact in license_.facts if fact.seq == seq]
    cut_offs = cut_offs_of(state, EVER)
    return [announced_evidence(each) for fact in facts for each in lifted_by(license_, fact, cut_offs)]


def _named(superseding: LicenseFact | None, license_at: LicenseAt) -> LicenseFact | None:
    """With the id of a license of a batch that took the place of another, where it is known."""
    if superseding is None or not superseding.batch:
        return superseding
    return replace(superseding, successor=license_at(superseding.batch, superseding.index) or "")


def show_license(
    histories: Histories,
    license_id: str,
    at: int | None,
    known_at: int | None,
    now: int,
    opening: Mapping[str, object] | None = None,
    find_texts: FindTexts | None = None,
) -> Shown:
    """Where a license stands.

    Args:
        histories: Authenticated histories.
        license_id: 0x-hex.
        at: Moment of legal effect, or None for now.
        known_at: Moment of knowledge, or None for the head's.
        now: The present, in Unix seconds.
        opening: As in `license_state`.
        find_texts: As for `doubts_about`.

    Raises:
        UnknownIdError: `UNKNOWN_LICENSE`, also when it was not yet recorded at `known_at`.
    """
    moment = max(now, histories.header.time) if at is None else at
    knowledge = histories.header.time if known_at is None else known_at
    license_, state = license_state(histories, license_id, opening, knowledge)
    cut_offs = cut_offs_of(state, knowledge)
    standing = status_at(license_, moment, knowledge, cut_offs)
    if standing.status is Status.UNKNOWN:
        raise UnknownIdError("UNKNOWN_LICENSE", id=license_id)
    announced = announced_at(license_, moment, knowledge, cut_offs)
    header = histories.header
    earlier = [license_.supersedes] if license_.supersedes else []
    told = doubts_about(histories, [license_id, *earlier], knowledge, find_texts)
    doubts = doubts_shown(told[license_id], license_.license_type)
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
            *doubt_flags(doubts),
            *histories.unproved("Journal"),
        ),
        superseding_at(license_, knowledge, cut_offs),
        announced,
        lifted_by(license_, standing.fact, cut_offs) if standing.fact else (),
        leaving_for(license_, moment, knowledge, cut_offs),
        _bindings(state, license_, knowledge),
        actor_evidence(state, license_, standing.fact),
        doubts=tuple(doubts),
        causes=tuple(each for name in earlier for each in _corrected_by(told[name], license_id)),
    )


def _corrected_by(doubts: Iterable[Doubt], license_id: str) -> Iterator[str]:
    """The corrections that were upheld with a license as what corrects: the cause of its amendment."""
    for doubt in doubts:
        step = upheld(doubt.correction)
        if step is not None and step.license_id == license_id:
            yield doubt.correction.correction_id


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
