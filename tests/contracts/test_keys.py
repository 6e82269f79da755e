"""Keys that are replaced, lost, stolen: rotation, recovery, cut-offs in two times, descent."""

from __future__ import annotations

from itertools import pairwise

import pytest

from ledger.domain import objects
from ledger.domain.acts import Purpose, Status
from tests.contracts import commands
from tests.contracts.commands import LICENSE, governor, rotation, signer
from tests.contracts.world import (
    ANHUI,
    BUREAU,
    DAY,
    JIASHAN,
    OFFICE,
    QINGPU,
    SHANGHAI,
    VOTERS,
    ZHEJIANG,
    KeyPair,
    Message,
    World,
    key,
    refuses,
)

EVER = 2**64 - 1
OLD, FRESH = key(f"other sign {BUREAU}"), key("a rotated key")
STATUS = ("statusAt(bytes32,uint64,uint64)", "uint8,uint32,uint64,uint8")


def status(world: World, as_of: int = EVER) -> Status:
    return Status(world.view("Licenses", *STATUS, LICENSE, world.now(), as_of)[0])


def cut_off(world: World, pair: KeyPair, since: int) -> Message:
    return world.message("CutOffKey", objects.key_object(pair.id), key=pair.id, since=since)


def cut_off_at(world: World, pair: KeyPair, as_of: int = EVER) -> int:
    row = "(bytes32,uint8,uint16,uint32,uint64,uint64,uint64,bytes32,bytes32,bytes32,bytes32,uint64)"
    index = world.view("Keys", "keyOf(bytes32)", row, pair.id)[3]
    return int(world.view("Keys", "cutOffAt(uint32,uint64)", "uint64", index, as_of))


def issue_with(world: World, pair: KeyPair) -> None:
    world.send(commands.issue(world).message, pair)


# --- rotation ---


def test_a_body_hands_over_by_itself_and_both_keys_may_overlap(world: World) -> None:
    until = world.now() + DAY
    world.send(rotation(world, until=until), OLD, FRESH)
    issue_with(world, FRESH)
    world.send(commands.act(world).message, OLD)
    world.next_block_at(until)
    with refuses("DirectoryKeyNotCurrent"):
        world.run(commands.Command(commands.bind(world).message, (OLD,), LICENSE))


def test_what_the_old_key_signed_stays(world: World) -> None:
    issue_with(world, OLD)
    world.send(rotation(world, until=world.now() + 10), OLD, FRESH)
    world.pass_time(100)
    assert status(world) is Status.IN_FORCE


def test_an_ended_key_hands_nothing_over(world: World) -> None:
    brief = key(f"brief sign {BUREAU}")
    message = rotation(world, key=brief.id).but(rev=world.rev(objects.key_object(brief.id)))
    world.pass_time(DAY + 10)
    with refuses("DirectoryKeyNotCurrent"):
        world.send(message, brief, FRESH)


def test_a_rotation_is_not_replayed(world: World) -> None:
    message = rotation(world)
    signatures = [world.sign(message, pair) for pair in (OLD, FRESH)]
    world.submit(message, signatures)
    with refuses("JournalStaleRevision"):
        world.submit(message, signatures)
    with refuses("DirectoryExists", objects.key_object(FRESH.id)):
        world.send(rotation(world), OLD, FRESH)


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"owner": objects.organisation_object(OFFICE)}, "DirectoryNotOwner"),
        ({"purpose": int(Purpose.GOVERN)}, "DirectoryKeyPurpose"),
        ({"purpose": int(Purpose.RECOVER)}, "DirectoryPurposeUnknown"),
        ({"purpose": int(Purpose.ENCRYPT)}, "DirectoryPurposeUnknown"),
        ({"newKey": OLD.id}, "DirectoryExists"),
        ({"until": 1}, "DirectoryInThePast"),
        ({"validFrom": 9, "validTo": 9}, "DirectoryDates"),
        ({"validTo": 2**48}, "DirectoryDates"),
    ],
)
def test_a_rotation_makes_sense(world: World, changes: dict[str, object], error: str) -> None:
    with refuses(error):
        world.send(rotation(world, **changes), OLD, FRESH)


def test_the_new_key_proves_its_possession(world: World) -> None:
    message = rotation(world)
    with refuses("DirectoryKeyMismatch", OLD.id, FRESH.id):
        world.send(message, OLD, OLD)
    with refuses("WriterSignatureCount", 1, 2):
        world.send(message, OLD)


def test_a_region_hands_its_governing_key_over_without_its_superior(world: World) -> None:
    changes = {"owner": objects.region_object(QINGPU), "purpose": int(Purpose.GOVERN)}
    lost = governor(QINGPU)
    message = rotation(world, key=lost.id, **changes).but(rev=world.rev(objects.key_object(lost.id)))
    world.send(message, lost, FRESH)
    assert world.send(commands.add_organisation(world).message, FRESH).records


# --- recovery ---


def test_a_region_gets_its_governing_key_back_and_the_lost_one_ends(world: World) -> None:
    command = commands.recover_key(world)
    world.run(command)
    with refuses("DirectoryKeyNotCurrent"):
        world.run(commands.add_organisation(world))
    assert world.send(commands.add_organisation(world).message, command.keys[1]).records


def test_a_root_region_needs_no_quorum_to_recover(world: World) -> None:
    command = commands.recover_key(world, SHANGHAI)
    world.run(command)
    assert world.send(commands.add_region(world).message, command.keys[1], VOTERS[1]).records


def test_a_cut_off_key_is_recovered_too(world: World) -> None:
    world.send(cut_off(world, governor(QINGPU), 1), governor(SHANGHAI))
    command = commands.recover_key(world)
    world.run(command)
    assert world.send(commands.add_organisation(world).message, command.keys[1]).records


def test_a_recovery_key_makes_governing_keys_of_its_own_region_only(world: World) -> None:
    of_another = commands.recover_key(world, JIASHAN)
    with refuses("DirectoryNotOwner"):
        world.send(of_another.message, key(f"recover {QINGPU}"), of_another.keys[1])
    organisation = objects.organisation_object(BUREAU)
    changes = {"key": signer(BUREAU).id, "owner": organisation}
    message = commands.recover_key(world).message.but(
        **changes, rev=world.rev(objects.key_object(signer(BUREAU).id))
    )
    with refuses("DirectoryKeyPurpose"):
        world.send(message, key(f"recover {BUREAU}"), of_another.keys[1])


def test_a_recovery_key_neither_rotates_nor_governs(world: World) -> None:
    recovery = key(f"recover {BUREAU}")
    with refuses("DirectoryKeyPurpose"):
        world.send(rotation(world), recovery, FRESH)
    message = rotation(world, key=recovery.id, purpose=int(Purpose.RECOVER))
    with refuses("DirectoryPurposeUnknown", 3):
        world.send(message.but(rev=world.rev(objects.key_object(recovery.id))), recovery, FRESH)


def test_a_recovery_key_is_replaced_by_the_superior_or_the_quorum(world: World) -> None:
    for region, by in ((QINGPU, (governor(SHANGHAI),)), (ANHUI, VOTERS[:2])):
        fresh = key(f"second recover {region}")
        message = world.registration(fresh, objects.region_object(region), Purpose.RECOVER)
        with refuses("WriterNotGovernor" if region == QINGPU else "WriterSignatureCount"):
            world.send(message, governor(region), fresh)
        world.send(message, *by, fresh)
        command = commands.recover_key(world, region)
        new = key(f"recovered {region}")
        again = command.message.but(newKey=new.id, x=new.x, y=new.y)
        assert world.send(again, fresh, new).records


# --- cut-offs ---


def test_a_cut_off_does_not_change_what_was_known_before_it(world: World) -> None:
    issue_with(world, OLD)
    issued = world.now()
    world.pass_time(1000)
    world.send(cut_off(world, OLD, issued + 1), governor(QINGPU))
    first = world.now()
    assert status(world) is Status.IN_FORCE, "signed before the compromise"
    world.pass_time(1000)
    world.send(cut_off(world, OLD, issued), governor(QINGPU))
    second = world.now()
    assert status(world) is Status.KEY_COMPROMISED
    assert status(world, second) is Status.KEY_COMPROMISED
    assert status(world, second - 1) is Status.IN_FORCE
    cut_offs = [cut_off_at(world, OLD, as_of) for as_of in (first - 1, first, second - 1, second, EVER)]
    assert cut_offs == [0, issued + 1, issued + 1, issued, issued]


def test_a_cut_off_moved_later_is_refused_and_so_is_the_ninth(world: World) -> None:
    since = world.now()
    world.send(cut_off(world, OLD, since), governor(QINGPU))
    with refuses("DirectoryNotEarlier", since + 1, since):
        world.send(cut_off(world, OLD, since + 1), governor(QINGPU))
    for earlier in range(1, 8):
        world.send(cut_off(world, OLD, since - earlier), governor(QINGPU))
    with refuses("DirectoryCutOffLimit", OLD.id):
        world.send(cut_off(world, OLD, since - 8), governor(QINGPU))


def test_a_thiefs_successor_key_falls_with_the_stolen_one(world: World) -> None:
    stolen_at = world.now()
    world.send(rotation(world), OLD, FRESH)
    issue_with(world, FRESH)
    world.pass_time(DAY)
    world.send(cut_off(world, OLD, stolen_at), governor(QINGPU))
    with refuses("DirectoryKeyNotCurrent"):
        world.send(commands.act(world).message, FRESH)
    assert status(world) is Status.KEY_COMPROMISED
    assert status(world, world.now() - 1) is Status.IN_FORCE


def test_keys_that_a_thief_registered_fall_in_every_generation(world: World) -> None:
    stolen_at = world.now()
    labels = ("first thief", "second thief", "third thief")
    message = world.registration(key(labels[0]), objects.organisation_object(BUREAU), Purpose.SIGN)
    world.send(message, governor(QINGPU), key(labels[0]))
    for old, new in pairwise(labels):
        changes = {"key": key(old).id, "newKey": key(new).id, "x": key(new).x, "y": key(new).y}
        world.send(rotation(world, **changes).but(rev=1), key(old), key(new))
    issue_with(world, key(labels[-1]))
    world.send(cut_off(world, governor(QINGPU), stolen_at), governor(SHANGHAI))
    assert status(world) is Status.KEY_COMPROMISED
    for label in labels:
        with refuses("DirectoryKeyNotCurrent"):
            world.send(commands.act(world).message, key(label))


def test_a_key_registered_before_the_theft_stays_good(world: World) -> None:
    world.send(rotation(world), OLD, FRESH)
    world.pass_time(DAY)
    world.send(cut_off(world, OLD, world.now() - 10), governor(QINGPU))
    issue_with(world, FRESH)
    assert status(world) is Status.IN_FORCE
    assert cut_off_at(world, FRESH) == 0


def test_a_key_of_several_regions_stands_when_one_of_them_is_robbed(world: World) -> None:
    stolen_at = world.now()
    message = world.registration(FRESH, objects.region_object(ANHUI), Purpose.GOVERN)
    world.send(message, *VOTERS[:2], FRESH)
    world.send(cut_off(world, VOTERS[0], stolen_at), governor(ANHUI), governor(ZHEJIANG))
    assert world.send(commands.add_region(world).message, FRESH, governor(ZHEJIANG)).records


def test_eight_hand_overs_and_no_more(world: World) -> None:
    old = OLD
    for generation in range(1, 10):
        new = key(f"generation {generation}")
        changes = {"key": old.id, "newKey": new.id, "x": new.x, "y": new.y}
        message = rotation(world, **changes).but(rev=world.rev(objects.key_object(old.id)))
        if generation == 9:
            with refuses("DirectoryLineage", old.id):
                world.send(message, old, new)
        else:
            world.send(message, old, new)
        old = new


# --- quorums at execution ---


def test_votes_expire_with_their_message(world: World) -> None:
    command = commands.add_region(world)
    votes = [world.sign(command.message, pair) for pair in command.keys]
    world.pass_time(8 * DAY)
    with refuses("WriterExpired"):
        world.submit(command.message, votes)


def test_a_vote_counts_only_while_its_key_is_good(world: World) -> None:
    command = commands.add_region(world)
    votes = [world.sign(command.message, pair) for pair in (VOTERS[0], key(f"brief govern {ZHEJIANG}"))]
    world.pass_time(DAY + 10)
    with refuses("DirectoryKeyNotCurrent"):
        world.submit(command.message, votes)
    late = [world.sign(command.message, pair) for pair in VOTERS[:2]]
    world.send(cut_off(world, VOTERS[0], world.now()), *VOTERS[1:])
    with refuses("DirectoryKeyNotCurrent"):
        world.submit(command.message, late)


def test_a_cut_off_needs_the_quorum_of_the_day(world: World) -> None:
    world.run(commands.set_threshold(world))
    assert world.send(cut_off(world, VOTERS[0], 1), governor(ANHUI)).records


@pytest.mark.parametrize("threshold", [0, 3, 4])
def test_a_threshold_stays_between_one_and_all_but_one(world: World, threshold: int) -> None:
    message = commands.set_threshold(world).message.but(threshold=threshold)
    with refuses("DirectoryThreshold", threshold, 3):
        world.send(message, *VOTERS[:2])


def test_a_new_threshold_is_the_one_that_counts(world: World) -> None:
    world.run(commands.set_threshold(world))
    assert world.send(commands.add_region(world).message, VOTERS[2]).records
