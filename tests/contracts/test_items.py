"""Service items on the ledger, and licenses that were asked for again for one."""

from __future__ import annotations

from eth_hash.auto import keccak

from ledger.domain.license_tree import root
from ledger.domain.messages import Kind
from ledger.domain.objects import ascii32
from tests.contracts import commands, sharing
from tests.contracts.commands import signer
from tests.contracts.sharing import ITEM_ROW, end_item, held, item, register_item, tell_repeat
from tests.contracts.world import (
    BUREAU,
    DAY,
    OFFICE,
    PLAIN_TYPE,
    QINGPU,
    REGIONAL_TYPE,
    ZHEJIANG,
    World,
    refuses,
)


def row(world: World, version: int) -> tuple[int, int, int]:
    found: tuple[int, int, int] = world.view(
        "Resources", "itemVersionOf(bytes32,uint32)", ITEM_ROW, item(), version
    )
    return found


def lists(world: World, version: int, code: str) -> bool:
    listed = "itemLists(bytes32,uint32,bytes32)"
    return bool(world.view("Resources", listed, "bool", item(), version, ascii32(code)))


def test_each_version_counts_from_its_day_and_ends_the_one_before(world: World) -> None:
    first = world.run(register_item(world)).records[0]
    later = world.now() + 10 * DAY
    world.run(register_item(world, types=(PLAIN_TYPE,), since=later))
    assert (first.kind, row(world, 1)) == (Kind.ITEM_REGISTERED, (first.time, later, QINGPU))
    assert row(world, 2) == (later, 0, QINGPU)
    assert [lists(world, 1, each) for each in (REGIONAL_TYPE, PLAIN_TYPE)] == [True, False]
    assert [lists(world, 2, each) for each in (REGIONAL_TYPE, PLAIN_TYPE)] == [False, True]
    with refuses("ResourcesItemOrder"):
        world.run(register_item(world))
    world.run(end_item(world, later + DAY))
    assert row(world, 3) == (later + DAY, 0, 0)
    with refuses("ResourcesItemUnknown", item()):
        world.run(end_item(world, later + 2 * DAY))


def test_nobody_registers_an_item_of_another_body_or_elsewhere(world: World) -> None:
    for code in (ascii32(f"{OFFICE}4000120001000"), ascii32(f"{BUREAU}400012000100"), sharing.SHARED):
        with refuses("ResourcesItemCode", ascii32(BUREAU), code):
            world.run(register_item(world, code))
    with refuses("ResourcesItemElsewhere", ascii32(BUREAU), ZHEJIANG):
        world.run(register_item(world, region=ZHEJIANG))
    with refuses("PartiesNotSigner"):
        world.send(register_item(world).message, signer(OFFICE))


def test_the_list_is_bound_to_the_signature(world: World) -> None:
    with refuses("ResourcesItemRoot"):
        world.run(register_item(world, root=keccak(b"another list")))
    with refuses("ResourcesItemWords"):
        world.run(register_item(world, size=3))
    with refuses("ResourcesItemWords"):
        world.run(register_item(world, types=[REGIONAL_TYPE] * 65))
    none = (keccak(b"list of materials"),)
    assert world.run(register_item(world, types=(), root=root(none), size=1)).records


def test_the_holder_and_a_body_tell_what_was_asked_for_again(world: World) -> None:
    command = tell_repeat(world)
    assert world.run(command).records[0].kind == Kind.REPEAT_TOLD
    with refuses("PartiesExists"):
        world.run(sharing.report_repeat(world, askedAt=command.message.values["askedAt"]))
    world.pass_time(10)
    assert world.run(sharing.report_repeat(world)).records[0].kind == Kind.REPEAT_REPORTED


def test_what_would_be_false_is_refused(world: World) -> None:
    sharing.itemized(world)
    world.pass_time(100)
    before = world.now() - 50
    license_id = held(world).id
    world.pass_time(10)
    with refuses("CorrectionsRepeatStatus", license_id, before):
        world.run(tell_repeat(world, askedAt=before))
    with refuses("CorrectionsRepeatTime"):
        world.run(tell_repeat(world, askedAt=world.now() + 1000))
    with refuses("CorrectionsRepeatItem"):
        world.run(tell_repeat(world, version=2))
    with refuses("CorrectionsRepeatItem"):
        world.run(tell_repeat(world, askedAt=before - 1000))
    world.run(register_item(world, types=(PLAIN_TYPE,)))
    world.pass_time(10)
    with refuses("CorrectionsRepeatNotListed", item(), license_id):
        world.run(tell_repeat(world, version=2))
    with refuses("CorrectionsRepeatItem"):
        world.run(tell_repeat(world, version=1))


def test_a_license_that_was_suspended_may_be_asked_about(world: World) -> None:
    license_id = held(world).id
    target = commands.act(world).message.but(licenseId=license_id, rev=world.rev(license_id))
    world.send(target, signer(BUREAU))
    world.pass_time(10)
    with refuses("CorrectionsRepeatStatus"):
        world.run(sharing.report_repeat(world, license_id))
