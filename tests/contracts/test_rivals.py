"""Several licenses under one id, by a thief of an issuer's secret and of one of its keys.

Whatever he opens under an id stands until his key is cut off; then the id stands again for what he took
it from, with everything that restricts it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from eth_hash.auto import keccak

from ledger.domain.acts import Act, Status
from ledger.domain.license_tree import Tree
from ledger.domain.messages import OPENING, Kind
from ledger.domain.objects import ascii32
from tests.contracts import commands
from tests.contracts.commands import leaf, leaf_of
from tests.contracts.test_batches import ANSWER, LATEST, Issued
from tests.contracts.world import BUREAU, DAY, OPENING_TYPE, Command, World, calldata, key, refuses

STOLEN = f"other sign {BUREAU}"
OWN = leaf(2)["handle"]
ID = leaf(2)["licenseId"]
REAL = {"digest": keccak(b"the genuine content"), "holderBinding": keccak(b"the holder's device")}
MOST = 8


class Planted(Issued):
    """A batch that the thief signed, with a leaf under an id of the issuer."""

    def __init__(self, world: World, content: bytes = b"a forged content", **changes: Any) -> None:
        self.world, self.size = world, 3
        device = keccak(b"the thief's device")
        forged = {"digest": keccak(content), "holderBinding": device, **changes}
        self.terms = [leaf(number, **forged) for number in range(3)]
        self.tree = Tree([leaf_of(each) for each in self.terms])
        command = commands.issue_batch(world, [leaf_of(each) for each in self.terms])
        self.stolen, self.object = key(STOLEN), command.object
        self.receipt = world.send(command.message, self.stolen)
        world.pass_time(5)

    def opened(self, which: Act = Act.SUSPEND, **changes: Any) -> Command:
        """What the thief does to open it."""
        act = self.act(2, which, **changes)
        rev = self.world.rev(ID) + (not self.is_opened(2))
        return replace(
            act, message=replace(act.message.but(rev=rev), opening=self.opening(2)), keys=(self.stolen,)
        )


def single(world: World) -> Command:
    """The genuine license, by itself."""
    return commands.issue(world, OWN, rev=world.rev(ID), **REAL)


def acted(world: World, which: Act = Act.REVOKE) -> Command:
    """What the issuer does to whatever stands under the id."""
    return commands.act(world, which, handle=OWN)


def status(world: World, as_of: int = LATEST) -> Status:
    signature = "statusAt(bytes32,uint64,uint64)"
    return Status(world.view("Licenses", signature, ANSWER, ID, world.now(), as_of)[0])


def shown(world: World) -> tuple[bytes, bytes]:
    """Leaf and binding of what the id stands for."""
    row = commands.license_row(world, ID)
    return row[0], row[1]


def is_genuine(world: World) -> bool:
    expected = leaf(2, **REAL)
    return shown(world) == (leaf_of(expected), expected["holderBinding"])


def cut_off(world: World) -> None:
    world.run(commands.cut_off_key(world))


# --- a genuine license by itself ---


def test_what_a_thief_took_an_id_from_stands_again_once_his_key_is_cut_off(world: World) -> None:
    planted = Planted(world)
    world.run(single(world))
    world.run(planted.opened())
    assert not is_genuine(world)
    assert status(world) is Status.SUSPENDED
    world.pass_time(10)
    before = world.now()
    cut_off(world)
    assert is_genuine(world)
    assert status(world, before) is Status.SUSPENDED, "as it was known then"
    rev = world.rev(ID)
    assert status(world) is Status.SUSPENDED, "what restricts stands, whoever signed it"
    world.run(acted(world, Act.RESUME))
    assert (status(world), world.rev(ID)) == (Status.IN_FORCE, rev + 1)
    world.run(acted(world))
    assert status(world) is Status.REVOKED


@pytest.mark.parametrize("moved", [("Licenses",), ("Batches",), ("Licenses", "Batches", "Directory")])
@pytest.mark.parametrize("is_late", [False, True], ids=["switched before", "switched between"])
def test_it_stands_again_also_across_a_succession(
    world: World, moved: tuple[str, ...], is_late: bool
) -> None:
    planted = Planted(world)
    world.run(single(world))
    world.run(acted(world, Act.SUSPEND))
    there = world if is_late else commands.switched(world, *moved)
    there.run(planted.of(there).opened(Act.VOID))
    there = commands.switched(there, *moved) if is_late else there
    cut_off(there)
    assert is_genuine(there)
    assert status(there) is Status.VOIDED
    there.run(acted(there, Act.ANNUL))
    assert status(there) is Status.ANNULLED


@pytest.mark.parametrize("is_first", [True, False], ids=["before the opening", "after the opening"])
def test_an_end_of_the_genuine_license_is_not_dropped(world: World, is_first: bool) -> None:
    planted = Planted(world)
    world.run(single(world))
    steps = [acted, lambda there: planted.opened(Act.SUSPEND)]
    for step in steps if is_first else reversed(steps):
        world.run(step(world))
    cut_off(world)
    assert is_genuine(world)
    assert status(world) is Status.REVOKED


def test_what_permits_was_for_the_license_that_stood_there_alone(world: World) -> None:
    planted = Planted(world)
    world.run(single(world))
    world.run(acted(world, Act.SUSPEND))
    world.run(planted.opened())
    world.run(acted(world, Act.RESUME))
    bound = {"licenseId": ID, "by": ascii32(BUREAU), "holderBinding": keccak(b"a third device")}
    world.send(world.message("Bind", ID, **bound, method=1, assurance=2), commands.signer(BUREAU))
    assert status(world) is Status.IN_FORCE
    cut_off(world)
    assert is_genuine(world)
    assert status(world) is Status.SUSPENDED


@pytest.mark.parametrize("is_single", [True, False], ids=["by itself", "in a batch"])
def test_an_annulment_works_from_the_first_day_of_the_genuine_license(world: World, is_single: bool) -> None:
    """A thief's leaf that is to begin in many years puts off no annulment."""
    planted = Planted(world, validFrom=world.now() + 50 * 365 * DAY, validTo=0)
    batch = None if is_single else Issued(world, **REAL)
    if is_single:
        world.run(single(world))
    world.run(planted.opened())
    world.run(acted(world, Act.ANNUL))
    cut_off(world)
    assert (batch.status(2)[0] if batch else status(world)) is Status.ANNULLED


def test_a_leaf_whose_key_is_cut_off_takes_nothing(world: World) -> None:
    planted = Planted(world)
    world.run(single(world))
    cut_off(world)
    with refuses("LicensesDuplicate", ID):
        world.run(replace(planted.opened(), keys=(commands.signer(BUREAU),)))
    assert is_genuine(world)
    assert status(world) is Status.IN_FORCE


def test_an_id_that_a_thief_took_first_is_issued_once_his_key_is_cut_off(world: World) -> None:
    """By himself or by a leaf: there is nothing that could stand again."""
    planted = Planted(world)
    world.run(planted.opened(Act.REVOKE))
    with refuses("LicensesDuplicate", ID):
        world.run(single(world))
    cut_off(world)
    assert status(world) is Status.KEY_COMPROMISED
    world.run(single(world))
    assert is_genuine(world)
    assert status(world) is Status.IN_FORCE, "what was done before it was issued is not about it"
    with refuses("LicensesDuplicate", ID):
        world.run(single(world))


def test_an_amendment_makes_no_license_where_a_void_one_stands(world: World) -> None:
    world.run(Planted(world).opened())
    cut_off(world)
    with refuses("JournalStaleRevision", ID, 0, world.rev(ID)):
        world.run(commands.amend(world, handle=OWN))


# --- a genuine license in a batch ---


def test_a_genuine_leaf_stands_again_before_and_after_it_is_opened(world: World) -> None:
    planted = Planted(world)
    batch = Issued(world, **REAL)
    world.run(planted.opened())
    assert batch.status(2)[0] is Status.SUSPENDED
    with refuses("LicensesDuplicate", ID):
        world.run(batch.act(2))
    cut_off(world)
    assert batch.status(2) == (Status.SUSPENDED, 2), "what restricts stands"
    receipt = world.run(_on_leaf(world, batch, Act.RESUME))
    assert [each.kind for each in receipt.records] == [Kind.LICENSE_OPENED, Kind.LICENSE_ACTED]
    assert is_genuine(world)
    assert batch.status(2) == (Status.IN_FORCE, 3)
    world.run(_on_leaf(world, batch, Act.REVOKE))
    assert batch.status(2) == (Status.REVOKED, 4)


def test_an_end_of_a_genuine_leaf_is_not_dropped_while_something_older_stands_there(world: World) -> None:
    """Also where the thief has two older leaves, and opens the older one after the end."""
    oldest = Planted(world, b"older still")
    planted = Planted(world)
    batch = Issued(world, **REAL)
    world.run(planted.opened())
    world.run(acted(world))
    assert batch.status(2)[0] is Status.REVOKED
    world.run(oldest.opened())
    assert batch.status(2)[0] is Status.SUSPENDED
    cut_off(world)
    assert batch.status(2) == (Status.REVOKED, 4)
    world.run(_on_leaf(world, batch, Act.ANNUL))
    assert is_genuine(world)
    assert batch.status(2) == (Status.ANNULLED, 5)


def test_what_was_done_before_a_leaf_was_issued_is_not_about_it(world: World) -> None:
    planted = Planted(world)
    world.run(planted.opened(Act.REVOKE))
    world.pass_time(5)
    batch = Issued(world, **REAL)
    cut_off(world)
    assert batch.status(2) == (Status.IN_FORCE, 1)
    world.run(_on_leaf(world, batch, Act.SUSPEND))
    assert batch.status(2) == (Status.SUSPENDED, 2)


def test_nobody_but_the_contract_of_licenses_notes_that_a_leaf_is_opened(world: World) -> None:
    batch = Issued(world)
    opening = tuple(batch.opening(2)[name] for name, _ in OPENING.members)
    call = calldata("open", [OPENING_TYPE], [opening])
    for sender in (world.relay, world.stranger):
        with refuses("JournalNotWriter"):
            world.transact(sender, world.contracts["Batches"], call)
    assert not batch.is_opened(2)


# --- many ---


def test_no_number_of_older_leaves_loses_a_license_or_keeps_a_leaf_closed(world: World) -> None:
    planted = [Planted(world, f"forged {number}".encode()) for number in range(MOST + 3)]
    batch = Issued(world, **REAL)
    world.pass_time(5)
    world.run(commands.issue(world, OWN, digest=keccak(b"another machine's")))
    for each in reversed(planted):
        world.run(each.opened())
        world.run(acted(world, Act.RESUME))
    cut_off(world)
    assert batch.status(2)[0] is Status.SUSPENDED
    world.run(_on_leaf(world, batch, Act.RESUME))
    assert is_genuine(world)
    world.run(_on_leaf(world, batch, Act.REVOKE))
    assert batch.status(2)[0] is Status.REVOKED


def test_the_device_of_a_forged_leaf_is_not_that_of_the_genuine_license(world: World) -> None:
    planted = Planted(world)
    world.run(single(world))
    world.run(planted.opened())
    assert shown(world)[1] == keccak(b"the thief's device")
    cut_off(world)
    assert shown(world)[1] == REAL["holderBinding"]
    freeze = world.message("Freeze", ID, licenseId=ID, by=ascii32(BUREAU))
    world.send(freeze, commands.signer(BUREAU))
    assert shown(world)[1] == REAL["holderBinding"]


def _on_leaf(world: World, batch: Issued, which: Act) -> Command:
    act = batch.act(2, which)
    rev = world.rev(ID) + (not batch.is_opened(2))
    return replace(act, message=replace(act.message.but(rev=rev), opening=batch.opening(2)))
