"""Renewal batches: whose places they take, what they are refused for, what stays of a void one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from copy import copy
from dataclasses import dataclass, replace
from random import Random
from typing import Any

import pytest
from eth_abi.abi import decode
from eth_hash.auto import keccak
from hypothesis import given
from hypothesis import strategies as st

from ledger.domain import objects
from ledger.domain.acts import Act, Status
from ledger.domain.license_tree import Tree, leaf_words
from ledger.domain.messages import OPENING, Kind
from ledger.domain.objects import ascii32
from ledger.domain.records import SIGNATURE_TYPE
from tests.contracts import commands
from tests.contracts.commands import NEWCOMER, governor, leaf, leaf_of, signer
from tests.contracts.test_batches import ANSWER, LATEST, ON_LICENSES, STATUS_OF_LEAF, Issued
from tests.contracts.world import (
    BUREAU,
    JIASHAN,
    NATIONAL_TYPE,
    OFFICE,
    PLAIN_TYPE,
    QINGPU,
    REGIONAL_TYPE,
    Command,
    KeyPair,
    Receipt,
    World,
    entitlement_members,
    key,
    refuses,
    sealed_world,
)

OTHER = key(f"other sign {BUREAU}")


@dataclass
class Renewal:
    """Chosen leaves of a batch, and the licenses that are to take their places."""

    earlier: Issued
    leaves: tuple[int, ...]
    first: int = 10_000
    issuer: str = BUREAU

    @property
    def terms(self) -> list[dict[str, Any]]:
        return [leaf(self.first + number, self.issuer) for number in range(len(self.leaves))]

    @property
    def tree(self) -> Tree:
        return Tree([leaf_of(each) for each in self.terms])

    @property
    def object(self) -> bytes:
        return objects.batch_object(self.issuer, self.tree.root)

    def command(self, by: KeyPair | None = None, **changes: Any) -> Command:
        members = {
            "earlier": self.earlier.object,
            **leaf_words(self.leaves),
            "root": self.tree.root,
            "size": len(self.leaves),
            "issuer": ascii32(self.issuer),
            "licenseType": ascii32(REGIONAL_TYPE),
        }
        message = self.earlier.world.message("RenewBatch", self.earlier.object, **{**members, **changes})
        leaves = tuple(leaf_of(each) for each in self.terms)
        signing = by or signer(self.issuer)
        return Command(replace(message, leaves=leaves), (signing,), self.earlier.object)

    def as_issued(self) -> Issued:
        """The new batch, to be renewed in its turn."""
        issued = copy(self.earlier)
        issued.object, issued.terms, issued.tree = self.object, self.terms, self.tree
        return issued

    def status(self, number: int) -> Status:
        """Of the license that takes the place of the leaf of that number among the renewed ones."""
        world = self.earlier.world
        opening = {
            "batch": self.object,
            "index": number,
            **self.terms[number],
            "proof": self.tree.proof(number),
        }
        values = (tuple(opening[name] for name, _ in OPENING.members), world.now(), LATEST)
        return Status(world.view("Licenses", STATUS_OF_LEAF, ANSWER, *values)[0])


def renew(earlier: Issued, leaves: Iterable[int], first: int = 10_000, by: KeyPair | None = None) -> Receipt:
    """A while after whatever was recorded before."""
    earlier.world.pass_time(100)
    return earlier.world.run(Renewal(earlier, tuple(leaves), first).command(by))


def cut_off(world: World, pair: KeyPair, since: int) -> None:
    world.pass_time(100)
    message = world.message("CutOffKey", objects.key_object(pair.id), key=pair.id, since=since)
    world.send(message, governor(QINGPU))


def answer(batch: Issued, index: int, moment: int, as_of: int) -> tuple[Status, int, int, int]:
    """Status, rev, since, the act that decided."""
    opening = batch.opening(index)
    values = (tuple(opening[name] for name, _ in OPENING.members), moment, as_of)
    status, rev, since, act = batch.world.view("Licenses", STATUS_OF_LEAF, ANSWER, *values)
    return Status(status), rev, since, act


# --- what is renewed ---


def test_the_chosen_leaves_are_superseded_and_their_siblings_stay(world: World) -> None:
    batch = Issued(world)
    issued = batch.receipt.records[0].time
    world.pass_time(100)
    renewal = Renewal(batch, (1, 4))
    on_earlier, on_new = world.run(renewal.command()).records
    assert (on_earlier.kind, on_earlier.object) == (Kind.LICENSE_BATCH_RENEWED, batch.object)
    assert (on_new.kind, on_new.object) == (Kind.LICENSE_BATCH_ISSUED_BY_RENEWAL, renewal.object)
    data, signatures, leaves = decode(["bytes", f"{SIGNATURE_TYPE}[]", "bytes32[]"], on_new.body)
    assert (data, list(signatures)) == (on_earlier.data, on_earlier.signatures), "one body"
    assert list(leaves) == [leaf_of(each) for each in renewal.terms]
    now = world.now()
    for index in range(5):
        expected = (
            (Status.SUPERSEDED, 1, now, Act.RENEW) if index in (1, 4) else (Status.IN_FORCE, 1, 0, Act.ISSUE)
        )
        assert answer(batch, index, now, LATEST) == expected
        assert answer(batch, index, now - 1, LATEST)[0] is Status.IN_FORCE, "not before its record"
        assert answer(batch, index, now, now - 1)[0] is Status.IN_FORCE, "nor known before"
        assert answer(batch, index, now, issued - 1)[0] is Status.UNKNOWN
    assert [renewal.status(number) for number in (0, 1)] == [Status.IN_FORCE, Status.IN_FORCE]


def test_a_batch_is_renewed_part_by_part_and_its_renewals_likewise(world: World) -> None:
    batch = Issued(world)
    renew(batch, (0, 1))
    renew(batch, (3,), first=20_000)
    assert [batch.status(index)[0] for index in range(5)] == [
        Status.SUPERSEDED,
        Status.SUPERSEDED,
        Status.IN_FORCE,
        Status.SUPERSEDED,
        Status.IN_FORCE,
    ]
    kept = world.view("Batches", "batchOf(bytes32)", BATCH, batch.object)
    assert kept[-1] == 2
    renewal = Renewal(batch, (0, 1))
    renew(renewal.as_issued(), (1,), first=30_000)
    assert [renewal.status(number) for number in (0, 1)] == [Status.IN_FORCE, Status.SUPERSEDED]


BATCH = "(bytes32,bytes32,uint32,uint32,uint32,uint64,uint32,uint8)"


def test_any_thousand_is_renewed_leaf_by_leaf(world: World) -> None:
    batch = Issued(world, 1000)
    dice = Random(1)
    chosen = sorted(dice.sample(range(1000), 400))
    renew(batch, chosen)
    for index in [*dice.sample(range(1000), 40), 0, 255, 256, 999]:
        expected = Status.SUPERSEDED if index in chosen else Status.IN_FORCE
        assert batch.status(index)[0] is expected, index
    rest = [index for index in range(1000) if index not in chosen]
    renew(batch, rest, first=50_000)
    assert batch.status(rest[0])[0] is batch.status(rest[-1])[0] is Status.SUPERSEDED


def test_the_successor_of_the_issuer_renews(world: World) -> None:
    batch = Issued(world)
    world.run(commands.succeed_organisation(world))
    target = objects.entitlement_object(REGIONAL_TYPE, NEWCOMER)
    members = entitlement_members(REGIONAL_TYPE, NEWCOMER, QINGPU)
    world.send(world.message("Entitle", target, **members), governor(QINGPU))
    registration = world.registration(
        signer(NEWCOMER), objects.organisation_object(NEWCOMER), commands.Purpose.SIGN
    )
    world.send(registration, governor(QINGPU), signer(NEWCOMER))
    world.run(Renewal(batch, (2,), issuer=NEWCOMER).command())
    assert batch.status(2)[0] is Status.SUPERSEDED


# --- what is refused ---


def test_an_unknown_batch_is_not_renewed(world: World) -> None:
    batch = Issued(world)
    missing = objects.batch_object(BUREAU, keccak(b"no root"))
    command = Renewal(batch, (0,)).command(earlier=missing, rev=0)
    with refuses("BatchesUnknown", missing):
        world.run(command)


def test_a_renewal_keeps_the_type(world: World) -> None:
    batch = Issued(world)
    with refuses("LicensesTypeChanged", ascii32(NATIONAL_TYPE), ascii32(REGIONAL_TYPE)):
        world.run(Renewal(batch, (0,)).command(licenseType=ascii32(NATIONAL_TYPE)))


def test_a_type_without_renewals_is_not_renewed(world: World) -> None:
    with refuses("LicensesActUnknown", ascii32(PLAIN_TYPE), int(Act.RENEW)):
        world.run(commands.renew_batch(world, code=PLAIN_TYPE))


@pytest.mark.parametrize("index", [0, 3])
def test_a_leaf_that_was_opened_or_renewed_is_not_renewed_again(world: World, index: int) -> None:
    batch = Issued(world)
    renew(batch, (0,))
    world.run(batch.act(3))
    with refuses("BatchesLeafTaken", batch.object, index):
        renew(batch, (index, 4), first=20_000)
    assert batch.status(4)[0] is Status.IN_FORCE


@pytest.mark.parametrize("beyond", [5, 255, 256, 999, 1023])
def test_leaves_beyond_the_batch_are_refused(world: World, beyond: int) -> None:
    batch = Issued(world)
    with refuses("BatchesLeafTaken", batch.object, beyond):
        renew(batch, (1, beyond))


def test_as_many_licenses_as_leaves(world: World) -> None:
    batch = Issued(world)
    for leaves in ((1,), (1, 2, 3)):
        with refuses("BatchesSize", len(leaves), 2):
            world.run(Renewal(batch, (1, 2)).command(**leaf_words(leaves)))
    with refuses("BatchesSize", 0, 2):
        world.run(Renewal(batch, (1, 2)).command(**leaf_words(())))


@pytest.fixture(scope="module")
def full(hardhat_rpc: str) -> Iterator[Issued]:
    with sealed_world(hardhat_rpc).borrowed() as world:
        yield Issued(world, 1000)


@given(st.sets(st.integers(0, 999), min_size=2))
def test_leaves_are_counted_right(full: Issued, leaves: set[int]) -> None:
    with refuses("BatchesSize", len(leaves), 1):
        full.world.run(Renewal(full, (0,)).command(**leaf_words(leaves)))


def test_the_seventeenth_renewal_is_refused(world: World) -> None:
    batch = Issued(world, 20)
    for number in range(16):
        renew(batch, (number,), first=10_000 + number)
    with refuses("BatchesRenewedOften", batch.object):
        renew(batch, (16,), first=20_000)
    assert [batch.status(index)[0] for index in (15, 16)] == [Status.SUPERSEDED, Status.IN_FORCE]


def test_only_who_acts_for_the_issuer_renews(world: World) -> None:
    batch = Issued(world)
    target = objects.entitlement_object(REGIONAL_TYPE, OFFICE)
    entitlement = world.message("Entitle", target, **entitlement_members(REGIONAL_TYPE, OFFICE, JIASHAN))
    world.send(entitlement, governor(JIASHAN))
    office, bureau = objects.organisation_object(OFFICE), objects.organisation_object(BUREAU)
    with refuses("LicensesNotIssuer", ascii32(BUREAU), office):
        world.run(Renewal(batch, (0,), issuer=OFFICE).command())
    with refuses("LicensesNotIssuer", ascii32(BUREAU), office):
        world.run(Renewal(batch, (0,)).command(by=signer(OFFICE)))
    assert bureau != office


def test_a_renewal_is_signed_for_the_earlier_batch_as_it_stands(world: World) -> None:
    batch = Issued(world)
    first, second = Renewal(batch, (0,)).command(), Renewal(batch, (1,), 20_000).command()
    world.run(first)
    with refuses("JournalStaleRevision", batch.object, 1, 2):
        world.run(second)
    with refuses("JournalStaleRevision", batch.object, 1, 2):
        world.run(first)


def test_a_root_is_issued_once_also_by_renewal(world: World) -> None:
    batch = Issued(world)
    renewal = Renewal(batch, (0,))
    world.run(renewal.command())
    with refuses("BatchesDuplicate", renewal.object):
        world.run(Renewal(batch, (1,)).command())


# --- compromised keys ---


def test_a_void_renewal_leaves_the_leaf_as_it_was_and_is_repeated(world: World) -> None:
    batch = Issued(world)
    renewed = renew(batch, (2, 3), by=OTHER).records[0].time
    cut_off(world, OTHER, renewed)
    declared = world.now()
    assert answer(batch, 2, declared, declared) == (Status.IN_FORCE, 1, 0, Act.ISSUE)
    assert answer(batch, 2, declared, declared - 1)[0] is Status.SUPERSEDED, "as was known then"
    assert Renewal(batch, (2, 3)).status(0) is Status.KEY_COMPROMISED
    again = renew(batch, (1, 2), first=20_000).records[0].time
    assert answer(batch, 2, again, LATEST) == (Status.SUPERSEDED, 1, again, Act.RENEW)
    assert answer(batch, 3, again, LATEST)[0] is Status.IN_FORCE
    assert answer(batch, 2, again, declared)[0] is Status.IN_FORCE


def test_a_cut_off_after_the_renewal_leaves_it(world: World) -> None:
    batch = Issued(world)
    renewed = renew(batch, (2,), by=OTHER).records[0].time
    cut_off(world, OTHER, renewed + 1)
    assert batch.status(2)[0] is Status.SUPERSEDED


# --- what happens to a renewed leaf later ---


def test_a_renewed_leaf_is_opened_and_its_renewal_goes_on_counting(world: World) -> None:
    batch = Issued(world)
    renewed = renew(batch, (2,)).records[0].time
    world.pass_time(100)
    id_ = batch.terms[2]["licenseId"]
    with refuses("LicensesWrongStatus", id_, int(Act.SUSPEND), int(Status.SUPERSEDED)):
        world.run(batch.act(2, Act.SUSPEND))
    world.run(batch.act(2, Act.CANCEL, effective=world.now() + 1_000))
    now = world.now()
    assert answer(batch, 2, now, LATEST) == (Status.SUPERSEDED, 2, renewed, Act.RENEW)
    assert answer(batch, 2, now + 1_000, LATEST)[0] is Status.CANCELLED
    assert answer(batch, 2, now, renewed - 1)[0] is Status.IN_FORCE
    assert world.rev(id_) == 2, "the issue and the end, as the Journal counts"
    facts = world.view("Licenses", "factsOf(bytes32)", f"{FACT}[]", id_)
    assert [each[0] for each in facts] == [Act.CANCEL]
    kept = world.view("Licenses", "renewalsOf(bytes32)", "(uint64,uint32)[]", id_)
    assert [each[0] for each in kept] == [renewed]
    with refuses("BatchesLeafTaken", batch.object, 2):
        renew(batch, (2,), first=20_000)


FACT = "(uint8,uint16,uint64,uint64,uint32,uint32)"


def test_an_opened_leaf_gets_free_when_its_renewal_turns_out_void(world: World) -> None:
    batch = Issued(world)
    renewed = renew(batch, (2,), by=OTHER).records[0].time
    world.run(batch.act(2, Act.CANCEL, effective=world.now() + 10**9))
    assert batch.status(2)[0] is Status.SUPERSEDED
    cut_off(world, OTHER, renewed)
    assert batch.status(2)[0] is Status.IN_FORCE
    assert batch.status(2, as_of=world.now() - 1)[0] is Status.SUPERSEDED


def test_a_leaf_of_a_void_renewal_is_acted_on_as_before(world: World) -> None:
    batch = Issued(world)
    renewed = renew(batch, (2,), by=OTHER).records[0].time
    cut_off(world, OTHER, renewed)
    world.run(batch.act(2, Act.SUSPEND))
    assert batch.status(2) == (Status.SUSPENDED, 2)


def test_every_command_but_ends_and_bindings_is_refused_on_a_renewed_leaf(world: World) -> None:
    batch = Issued(world, holderBinding=keccak(b"a device"))
    renew(batch, (1,))
    id_ = batch.terms[1]["licenseId"]
    world.run(commands.issue(world))
    for name in ON_LICENSES:
        command = commands.COMMANDS[name](world)
        message = replace(command.message.but(licenseId=id_, rev=1), opening=batch.opening(1))
        with world.snapshot():
            if name in ("Bind", "Freeze"):
                world.send(message, *command.keys)
                assert batch.status(1) == (Status.SUPERSEDED, 2)
                continue
            with refuses("LicensesWrongStatus"):
                world.send(message, *command.keys)
