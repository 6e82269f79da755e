"""`Licenses.statusAt` and `ledger.domain.lifecycle.status_at` give one answer for every history.

Random lives of one license are recorded by the contracts, acts that they refuse left out; then both
are asked about every interesting moment of effect and of knowledge, and compared in status, in the
moment since when, and in the act that decided.

Another body, which the region named, suspends, resumes and ends beside the issuer.

Some lives have keys that were rotated, cut off once or more, or whose registrar was; both judge them by
what was known at `asOf`. Some licenses are leaves of a batch, renewed by other batches, opened or not. In
the midst of some lives a contract is succeeded, or all of them. Under the id of some there are leaves of
older batches, which somebody opens sooner or later, with a key that is cut off or not.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from random import Random
from typing import Any

import pytest
from eth_hash.auto import keccak

from ledger.domain import objects
from ledger.domain.acts import ACT_VERBS, AMEND_KINDS, NAMEABLE, Act, Status
from ledger.domain.apply import State
from ledger.domain.entities import Batch, License
from ledger.domain.facts import fact_of
from ledger.domain.leaves import leaf_license
from ledger.domain.license_tree import Tree, leaf_words, root
from ledger.domain.lifecycle import is_intervention, may_follow, status_at
from ledger.domain.lineage import EVER, void_as_of
from ledger.domain.messages import OPENING, plain_value
from ledger.domain.objects import ascii32
from ledger.domain.records import Record
from ledger.domain.rivals import first_of, rivals_of, with_leaf
from ledger.domain.state import typed
from ledger.proof.verification import cut_offs_of
from tests.contracts import commands
from tests.contracts.commands import id_of
from tests.contracts.test_batches import STATUS_OF_LEAF
from tests.contracts.world import (
    BUREAU,
    DAY,
    NO_HASH,
    OFFICE,
    QINGPU,
    REGIONAL_TYPE,
    Message,
    Refused,
    World,
    key,
    license_members,
    sealed_world,
)
from tests.depth import IS_DEEP

LIVES = 100 if IS_DEEP else 60
STEPS = [
    *ACT_VERBS.values(),
    *AMEND_KINDS.values(),
    Act.BIND,
    Act.FREEZE,
    Act.SUSPEND,
    Act.SUSPEND,
    Act.RESUME,
    Act.RESUME,
    Act.TRANSFER_OUT,
    Act.TRANSFER_OUT,
    Act.TRANSFER_CANCEL,
    Act.TRANSFER_IN,
]
SWITCHED = ("Licenses", "Licenses", "Batches", "Batches", "Catalog", "Directory")
KEYS = (f"sign {BUREAU}", f"other sign {BUREAU}")
OFFICE_KEYS = (f"sign {OFFICE}", f"other sign {OFFICE}")
STATUS = "statusAt(bytes32,uint64,uint64)"
ANSWER = "uint8,uint32,uint64,uint8"


@dataclass
class Life:
    """One license on the chain, and its moments."""

    world: World
    dice: Random
    handle: bytes
    start: int
    keys: list[str] = field(default_factory=lambda: list(KEYS))
    older: list[dict[str, Any]] = field(default_factory=list)
    planters: list[str] = field(default_factory=list)

    @property
    def id(self) -> bytes:
        return id_of(self.handle)

    def live(self) -> None:
        """Issue, then up to seven acts, perhaps a cut-off, at random moments."""
        term = self.dice.choice([(0, 0), (-DAY, 3 * DAY), (DAY, 2 * DAY), (-DAY, 0)])
        for _ in range(self.dice.choice([0, 0, 1, 2])):
            self._plant()
        self._issue(
            validFrom=self.start + term[0] if term[0] else 0,
            validTo=self.start + term[1] if term[1] else 0,
        )
        for _ in range(self.dice.randint(0, 7)):
            self.world.pass_time(self.dice.randint(1, 20_000))
            if self.dice.random() < 0.15:
                self._rotate()
            if self.dice.random() < 0.05:
                self.world = commands.switched(self.world, self.dice.choice(SWITCHED))
            self._step()
            if self.dice.random() < 0.08:
                self._cut_off()
        if self.older:
            self._open_older()
        for _ in range(self.dice.choice([0, 1, 1, 3] if self.older else [0, 0, 1, 3])):
            self._cut_off()
            self.world.pass_time(self.dice.randint(1, 5_000))

    def standing(self, at: int, as_of: int) -> tuple[int, ...]:
        """Status, rev, since and deciding act, as the contracts tell."""
        answer: tuple[int, ...] = self.world.view("Licenses", STATUS, ANSWER, self.id, at, as_of)
        return answer

    def license(self, state: State, as_of: int = EVER) -> License | None:
        """The same license off chain."""
        rivals = rivals_of(state, "0x" + self.id.hex())
        return first_of(rivals, void_as_of(state, as_of), as_of) if rivals else None

    def _issue(self, **days: int) -> None:
        self._try("Issue", licenseId=self.id, handle=self.handle, **license_members(**days))

    def _plant(self) -> None:
        """A batch with a leaf under the id, before the license itself is issued."""
        content = keccak(f"planted {len(self.older)}".encode())
        terms = commands.leaf(1, digest=content) | {"licenseId": self.id, "handle": self.handle}
        command = commands.issue_batch(self.world, [commands.leaf_of(terms)])
        self.planters.append(self.dice.choice(self.keys))
        self.world.send(command.message, key(self.planters[-1]))
        self.older.append({"batch": command.object, "index": 0, **terms, "proof": []})
        self.world.pass_time(self.dice.choice([1, 1, 40_000]))

    def _open_older(self) -> None:
        """Anybody's act opens a leaf that was planted, where the contract lets it."""
        opening = self.dice.choice(self.older)
        words = {"ground": 0, "effective": 0, "reference": NO_HASH, "cause": NO_HASH, "region": 0}
        act = int(self.dice.choice([Act.SUSPEND, Act.SUSPEND, Act.REVOKE]))
        message = self.world.message("Act", self.id, licenseId=self.id, act=act, **words)
        opened = self.world.view("Batches", "openedOf(bytes32)", "uint256[4]", opening["batch"])
        message = replace(message.but(rev=message.values["rev"] + (not opened[0] & 1)), opening=opening)
        with contextlib.suppress(Refused):
            self.world.send(message, key(self.dice.choice(self.keys)))

    def _step(self) -> None:
        if self.older and self.dice.random() < 0.3:
            self._open_older()
            return
        act = self.dice.choice(STEPS)
        now = self.world.now()
        offset = self.dice.choice([0, 0, 0, 500, 40_000, -500, -40_000, -3 * DAY])
        effective = now + offset if offset else 0
        members = {
            "licenseId": self.id,
            "act": int(act),
            "ground": 0,
            "effective": effective,
            "reference": NO_HASH,
        }
        if act is Act.BIND:
            binding = {"holderBinding": b"\7" * 32, "method": 1, "assurance": 2}
            self._try("Bind", licenseId=self.id, by=ascii32(BUREAU), **binding)
        elif act is Act.FREEZE:
            self._try("Freeze", licenseId=self.id, by=ascii32(BUREAU))
        elif act is Act.TRANSFER_OUT:
            self._try("TransferOut", licenseId=self.id, toRegion=310118, reference=NO_HASH)
        elif act in AMEND_KINDS.values() or act is Act.TRANSFER_IN:
            handle = keccak(f"successor {now} {self.id.hex()}".encode())
            self._try("Amend", **members, newLicenseId=id_of(handle), handle=handle, **license_members())
        else:
            self._try("Act", **members, cause=NO_HASH, region=self._power(act))

    def _power(self, act: Act) -> int:
        """Half of what a named body may do is done by the office: its suspensions are its own."""
        return QINGPU if act in (*NAMEABLE, Act.RESUME) and self.dice.random() < 0.5 else 0

    def _message(self, name: str, **members: object) -> Message:
        return self.world.message(name, self.id, **members)

    def _try(self, name: str, **members: object) -> None:
        message = self._message(name, **members)
        foreseen = self._may_follow(name, members)
        others = OFFICE_KEYS if members.get("region") else self.keys
        try:
            self.world.send(message, key(self.dice.choice(others)))
            refusal = ""
        except Refused as error:
            refusal = error.name
        assert not refusal or name != "Issue", "a life begins"
        if foreseen:
            assert refusal != "LicensesWrongStatus", (name, members)
        else:
            assert refusal, (name, members)

    def _may_follow(self, name: str, members: dict[str, object]) -> bool:
        """What this side says before the contract is asked."""
        if name == "Issue":
            return True
        state, _ = _state(self.world, 0)
        license_ = self.license(state)
        act = {"Bind": Act.BIND, "Freeze": Act.FREEZE, "TransferOut": Act.TRANSFER_OUT}.get(name)
        act = act or Act(int(str(members["act"])))
        region, effective = (int(str(members.get(each, 0))) for each in ("region", "effective"))
        now = self.world.now()
        assert license_ is not None
        return may_follow(license_, act, cut_offs_of(state, now), now, region, effective)

    def _cut_off(self) -> None:
        label = self.dice.choice([*self.keys, *OFFICE_KEYS])
        since = self.dice.randint(self.start - 1_000, self.world.now() + 1_000)
        if self.planters and self.dice.random() < 0.6:
            label, since = self.dice.choice(self.planters), self.start
        pair, governor = key(label), "govern 330421" if label in OFFICE_KEYS else "govern 310118"
        message = self.world.message("CutOffKey", objects.key_object(pair.id), key=pair.id, since=since)
        try:
            self.world.send(message, key(governor))
        except Refused:
            return  # not earlier than before, or the eighth

    def _rotate(self) -> None:
        old, label = key(self.dice.choice(self.keys)), f"rotated {len(self.keys)}"
        changes = {"key": old.id, "newKey": key(label).id, "x": key(label).x, "y": key(label).y}
        target = objects.key_object(old.id)
        message = commands.rotation(self.world, **changes).but(rev=self.world.rev(target))
        try:
            self.world.send(message, old, key(label))
        except Refused:
            return
        self.keys.append(label)


@dataclass
class LeafLife(Life):
    """A license of a batch: leaf 1 of three."""

    batch: bytes = b""
    terms: list[dict[str, Any]] = field(default_factory=list)

    def standing(self, at: int, as_of: int) -> tuple[int, ...]:
        opening = tuple(self._opening()[name] for name, _ in OPENING.members)
        answer: tuple[int, ...] = self.world.view("Licenses", STATUS_OF_LEAF, ANSWER, opening, at, as_of)
        return answer

    def license(self, state: State, as_of: int = EVER) -> License | None:
        batch = typed(state, "batch", "0x" + self.batch.hex(), Batch)
        assert batch is not None
        plain = {name: plain_value(value) for name, value in self.terms[1].items()}
        untouched = leaf_license(batch, "0x" + self.batch.hex(), 1, plain)
        rivals = with_leaf(rivals_of(state, untouched.license_id), untouched)
        return first_of(rivals, void_as_of(state, as_of), as_of)

    def _issue(self, **days: int) -> None:
        others = [commands.leaf(number) for number in range(3)]
        own = commands.leaf(1, **days) | {"licenseId": self.id, "handle": self.handle}
        self.terms = [others[0], own, others[2]]
        command = commands.issue_batch(self.world, [commands.leaf_of(each) for each in self.terms])
        self.world.send(command.message, key(self.dice.choice(self.keys)))
        self.batch = command.object

    def _opening(self) -> dict[str, Any]:
        tree = Tree([commands.leaf_of(each) for each in self.terms])
        return {"batch": self.batch, "index": 1, **self.terms[1], "proof": tree.proof(1)}

    def _step(self) -> None:
        if self.dice.random() < 0.4:
            self._renew(self.dice.choice([(1,), (1,), (0, 1), (1, 2), (0,)]))
        elif self.dice.random() < 0.1:
            self._shadow()
        else:
            super()._step()

    def _renew(self, leaves: tuple[int, ...]) -> None:
        first = self.dice.randrange(1_000, 1_000_000)
        made = [commands.leaf_of(commands.leaf(first + number)) for number in range(len(leaves))]
        members = {"root": root(made), "size": len(made), **leaf_words(leaves), "earlier": self.batch}
        codes = {"issuer": ascii32(BUREAU), "licenseType": ascii32(REGIONAL_TYPE)}
        message = replace(
            self.world.message("RenewBatch", self.batch, **members, **codes), leaves=tuple(made)
        )
        with contextlib.suppress(Refused):
            self.world.send(message, key(self.dice.choice(self.keys)))

    def _message(self, name: str, **members: object) -> Message:
        message = super()._message(name, **members)
        words = self.world.view("Batches", "openedOf(bytes32)", "uint256[4]", self.batch)
        license_ = self.license(_state(self.world, 0)[0])
        if license_ is not None and license_.batch != "0x" + self.batch.hex():
            return message
        return replace(message.but(rev=message.values["rev"] + (not words[0] & 2)), opening=self._opening())

    def _shadow(self) -> None:
        """Another machine issues the same id by itself, which the ledger takes before the leaf is opened."""
        handle, bound = self.handle, license_members(holderBinding=b"\6" * 32)
        message = super()._message("Issue", licenseId=self.id, handle=handle, **bound)
        with contextlib.suppress(Refused):
            self.world.send(message, key(self.dice.choice(self.keys)))


def _state(world: World, first: int) -> tuple[State, set[int]]:
    """The state of everything recorded, and the moments that matter from record `first` on."""
    state, moments = State(world.ledger_id), {1}
    for each in world.records():
        record = Record(
            each.seq, each.object, each.kind, each.writer.lower(), each.time, each.body, each.block, "0x", 0
        )
        fact = fact_of(record)
        state.apply(fact)
        if each.seq > first:
            times = (fact.values.get(name, 0) for name in ("effective", "validFrom", "validTo", "since"))
            moments |= {each.time, *(int(str(time)) for time in times)}
    near = {moment + shift for moment in moments for shift in (-1, 0, 1)}
    return state, {moment for moment in near if moment > 0}


@pytest.fixture(scope="module")
def world(hardhat_rpc: str) -> Iterator[World]:
    with sealed_world(hardhat_rpc).snapshot() as world:
        world.run(commands.empower(world))
        yield world


def _compare(life: Life, first: int) -> set[tuple[Status, bool]]:
    state, moments = _state(life.world, first)
    asked = [(at, as_of) for at in moments for as_of in moments]
    seen: set[tuple[Status, bool]] = set()
    for at, as_of in life.dice.sample(asked, min(len(asked), 12)):
        status, rev, since, act = life.standing(at, as_of)
        license_ = life.license(state, as_of)
        standing = status_at(license_, at, as_of, cut_offs_of(state, as_of))
        known = [fact for fact in license_.facts if fact.recorded_at <= as_of] if license_ else []
        expected = (standing.status, len(known), standing.since, standing.fact.act if standing.fact else 0)
        assert (Status(status), rev, since, act) == expected, (at, as_of, license_)
        seen.add((standing.status, standing.fact is not None and is_intervention(standing.fact)))
    return seen


def _is_restored(life: Life) -> bool:
    """Whether a leaf that was opened under the id gave it back."""
    state, _ = _state(life.world, 0)
    rivals = rivals_of(state, "0x" + life.id.hex())
    stands, is_void = life.license(state), void_as_of(state, EVER)
    issued = [each.facts[0] for each in rivals]
    return stands is not None and any(
        is_void(each.key_id, each.recorded_at) and each.recorded_at < stands.facts[0].recorded_at
        for each in issued
    )


@pytest.mark.parametrize("kind", [Life, LeafLife])
def test_every_life_is_told_alike_on_chain_and_off(world: World, kind: type[Life]) -> None:
    first = len(world.records())
    seen: set[tuple[Status, bool]] = set()
    restored = 0
    for number in range(LIVES * 4):
        with world.snapshot():
            dice = Random(number)
            life = kind(world, dice, keccak(f"life {number}".encode()), world.now())
            life.live()
            seen |= _compare(life, first)
            restored += _is_restored(life)
        if number + 1 >= LIVES and restored and _is_all(seen):
            break
    assert restored, "some ids stand for others since a cut-off"
    assert _is_all(seen), "every status occurs, and those that others may bring about"


def _is_all(seen: set[tuple[Status, bool]]) -> bool:
    """Whether the lives so far say enough; which ones do depends on the day of the chain."""
    brought = {(Status.SUSPENDED, True), (Status.SUSPENDED, False), (Status.ANNULLED, True)}
    return brought <= seen and {status for status, _ in seen} == set(Status)
