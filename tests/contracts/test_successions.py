"""Regions, organisations and contracts that others follow."""

from __future__ import annotations

from dataclasses import replace

import pytest
from eth_abi.abi import encode
from eth_hash.auto import keccak

from ledger.domain import objects
from ledger.domain.apply import State
from ledger.domain.facts import fact_of
from ledger.domain.lineage import line_of
from ledger.domain.objects import ascii32
from ledger.domain.records import Record
from tests.contracts import commands
from tests.contracts.commands import NEWCOMER, governor, succeed, succeed_organisation
from tests.contracts.world import (
    ANHUI,
    BUREAU,
    DAY,
    JIASHAN,
    NO_HASH,
    OFFICE,
    PLAIN_TYPE,
    QINGPU,
    REGIONAL_TYPE,
    SHANGHAI,
    VOTERS,
    ZHEJIANG,
    Message,
    World,
    key,
    refuses,
)

XUHUI = 310104


def succeed_region(world: World, region: int, successor: int, since: int = 0) -> Message:
    target = objects.region_object(region)
    return world.message("SucceedRegion", target, region=region, successor=successor, since=since)


def line(world: World, region: int, moment: int) -> tuple[int, ...]:
    return tuple(world.view("Directory", "lineOf(uint32,uint64)", "uint32[]", region, moment))


def state_of(world: World) -> State:
    state = State(world.ledger_id)
    for each in world.records():
        row = (each.seq, each.object, each.kind, each.writer.lower(), each.time, each.body, each.block)
        state.apply(fact_of(Record(*row, "0x", 0)))
    return state


def recognized(world: World, from_region: int, to_region: int, code: str = REGIONAL_TYPE) -> bool:
    view = "recognized(uint32,uint32,bytes32,uint64)"
    found = world.view(
        "Catalog", view, "bool,bytes32,bytes32", from_region, to_region, ascii32(code), world.now()
    )
    return bool(found[0])


# --- organisations ---


def acts_for(world: World, body: str, moment: int) -> bool:
    view = "actsFor(bytes32,bytes32,uint64)"
    object_id = objects.organisation_object(body)
    return bool(world.view("Directory", view, "bool", object_id, ascii32(BUREAU), moment))


def test_a_successor_acts_from_its_date_on(world: World) -> None:
    date = world.now() + DAY
    world.run(succeed_organisation(world, since=date))
    assert [acts_for(world, NEWCOMER, moment) for moment in (date - 1, date)] == [False, True]
    assert acts_for(world, BUREAU, date), "the predecessor's own keys are ended, or not, by themselves"
    assert not acts_for(world, OFFICE, date)


def test_a_succession_does_not_work_backwards(world: World) -> None:
    world.run(succeed_organisation(world, since=1))
    now = world.now()
    assert [acts_for(world, NEWCOMER, moment) for moment in (now - 1, now)] == [False, True]


def test_a_body_has_one_successor_and_never_itself(world: World) -> None:
    command = succeed_organisation(world)
    with refuses("DirectorySuccessor", objects.organisation_object(BUREAU)):
        world.send(command.message.but(successor=ascii32(BUREAU)), *command.keys)
    with refuses("DirectoryOwnerUnknown"):
        world.send(command.message.but(successor=ascii32("nobody")), *command.keys)
    with refuses("WriterNotGovernor", objects.region_object(QINGPU), JIASHAN):
        world.send(command.message.but(successor=ascii32(OFFICE)), *command.keys)
    world.run(command)
    with refuses("DirectorySucceeded", objects.organisation_object(BUREAU)):
        world.run(succeed_organisation(world))
    back = {"uscc": ascii32(NEWCOMER), "successor": ascii32(BUREAU), "since": 0}
    target = objects.organisation_object(NEWCOMER)
    with refuses("DirectorySuccessor", objects.organisation_object(BUREAU)):
        world.send(world.message("SucceedOrganisation", target, **back), governor(QINGPU))


# --- regions ---


def add_region(world: World, region: int, parent: int) -> None:
    target = objects.region_object(region)
    message = world.message("AddRegion", target, region=region, parent=parent, nameDigest=NO_HASH)
    world.send(message, *VOTERS[:2])


def test_the_successor_region_governs_from_its_date_on(world: World) -> None:
    add_region(world, XUHUI, SHANGHAI)
    date = world.now() + DAY
    world.send(succeed_region(world, QINGPU, XUHUI, date), governor(SHANGHAI))
    registration = world.registration(governor(XUHUI), objects.region_object(XUHUI), commands.Purpose.GOVERN)
    world.send(registration, governor(SHANGHAI), governor(XUHUI))
    order = commands.add_organisation(world).message
    with refuses("WriterNotGovernor"):
        world.send(order, governor(XUHUI))
    world.next_block_at(date)
    assert world.send(order, governor(XUHUI)).records


def test_agreements_of_a_merged_region_go_on_for_its_successor(world: World) -> None:
    code = {"licenseType": ascii32(REGIONAL_TYPE), "asType": ascii32(REGIONAL_TYPE), "since": 0, "until": 0}
    add_region(world, 340100, ANHUI)
    add_region(world, 340200, ANHUI)
    governors = {region: key(f"govern {region}") for region in (340100, 340200)}
    message = world.registration(governors[340100], objects.region_object(340100), commands.Purpose.GOVERN)
    world.send(message, governor(ANHUI), governors[340100])
    sides = {"fromRegion": 340100, "toRegion": JIASHAN}
    target = objects.recognition_object(340100, JIASHAN, REGIONAL_TYPE)
    world.send(world.message("Recognize", target, **sides, **code), governors[340100], governor(JIASHAN))
    assert [recognized(world, region, JIASHAN) for region in (340100, 340200)] == [True, False]
    world.send(succeed_region(world, 340100, 340200), governor(ANHUI))
    assert [recognized(world, region, JIASHAN) for region in (340100, 340200)] == [True, True]


def test_lines_are_the_same_on_chain_and_off(world: World) -> None:
    for region in (XUHUI, 310105, 310106):
        add_region(world, region, SHANGHAI)
    date = world.now() + DAY
    for old, new, since in (
        (XUHUI, 310105, 0),
        (310106, 310105, date),
        (310105, QINGPU, date),
        (JIASHAN, ZHEJIANG, 0),
    ):
        world.send(succeed_region(world, old, new, since), governor(SHANGHAI if old != JIASHAN else ZHEJIANG))
    world.send(succeed_region(world, ANHUI, ZHEJIANG, date), *VOTERS[:2])
    state = state_of(world)
    for region in (XUHUI, 310105, 310106, QINGPU, JIASHAN, SHANGHAI, ZHEJIANG, ANHUI, 999999):
        for moment in (1, world.now(), date, date + 1):
            assert list(line(world, region, moment)) == line_of(state, region, moment, world.now()), region
    assert line(world, QINGPU, date) == (QINGPU, SHANGHAI, 310105, XUHUI, 310106)


def test_nothing_follows_what_it_comes_from_or_stands_above(world: World) -> None:
    with refuses("DirectorySuccessor", objects.region_object(QINGPU)):
        world.send(succeed_region(world, QINGPU, QINGPU), governor(SHANGHAI))
    with refuses("DirectorySuccessor", objects.region_object(QINGPU)):
        world.send(succeed_region(world, SHANGHAI, QINGPU), *VOTERS[:2])
    world.send(succeed_region(world, QINGPU, SHANGHAI), governor(SHANGHAI))
    with refuses("DirectorySucceeded", objects.region_object(QINGPU)):
        world.send(succeed_region(world, QINGPU, SHANGHAI), governor(SHANGHAI))


def test_a_superior_of_one_side_only_merges_nothing(world: World) -> None:
    with refuses("WriterNotGovernor", objects.region_object(ZHEJIANG), QINGPU):
        world.send(succeed_region(world, JIASHAN, QINGPU), governor(ZHEJIANG))
    with refuses("WriterNotGovernor", objects.region_object(JIASHAN), ZHEJIANG):
        world.send(succeed_region(world, JIASHAN, ZHEJIANG), governor(JIASHAN))


def test_the_vote_of_a_merged_root_region_ends_at_its_date(world: World) -> None:
    date = world.now() + DAY
    world.send(succeed_region(world, ANHUI, ZHEJIANG, date), *VOTERS[:2])
    order = commands.add_region(world).message
    votes = [world.sign(order, pair) for pair in (VOTERS[0], VOTERS[2])]
    world.next_block_at(date)
    with refuses("WriterNoVote", objects.region_object(ANHUI)):
        world.submit(order, votes)
    assert world.send(order, *VOTERS[:2]).records


def test_a_merger_leaves_enough_voters(world: World) -> None:
    jiangsu = 320000
    add_region(world, jiangsu, 0)
    world.send(commands.set_threshold(world).message.but(threshold=3), *VOTERS[:2])
    with refuses("DirectoryThreshold", 3, 3):
        world.send(succeed_region(world, jiangsu, ANHUI), *VOTERS)


# --- contracts ---


def test_a_closed_contract_takes_nothing_and_points_to_its_successor(world: World) -> None:
    old, new = world.contracts["Licenses"], world.successor("Licenses")
    pending = commands.issue(world)
    command = succeed(world, "Licenses", new)
    world.run(command)
    with refuses("WriterClosed"):
        world.run(pending)
    assert world.slot("Licenses", 0)[12:] == bytes.fromhex(new[2:])
    assert world.slot("Licenses", 1) == command.message.values["codeHash"]
    named = world.view("Directory", "contractOf(bytes32)", "address,bytes32", ascii32("Licenses"))
    assert named == (new, command.message.values["codeHash"])
    assert [world.view("Directory", "isWriter(address)", "bool", each) for each in (old, new)] == [
        False,
        True,
    ]


def test_the_successor_writes_into_the_same_journal(world: World) -> None:
    new = world.successor("Licenses")
    world.run(succeed(world, "Licenses", new))
    other = replace(world, contracts={**world.contracts, "Licenses": new})
    assert other.run(commands.issue(other)).records[0].writer == new


def test_with_the_directory_the_journal_and_the_keys_close(world: World) -> None:
    world.run(succeed(world, "Directory"))
    for name, slot in (("Directory", 0), ("Keys", 0), ("Journal", 4)):
        assert int.from_bytes(world.slot(name, slot), "big") != 0, name
        assert int.from_bytes(world.slot(name, slot + 1), "big") != 0, name
    with refuses("WriterClosed"):
        world.run(commands.add_relay(world))
    with refuses("JournalClosed"):
        world.run(commands.issue(world))


@pytest.mark.parametrize("name", ["Journal", "Keys", "SM2Verifier", "Nothing"])
def test_parts_of_the_directory_are_not_succeeded_alone(world: World, name: str) -> None:
    with refuses("DirectoryContractUnknown", ascii32(name)):
        world.run(succeed(world, name, world.contracts["Catalog"]))


def test_a_successor_is_named_with_its_code(world: World) -> None:
    command = succeed(world)
    with refuses("DirectoryCodeMismatch"):
        world.send(command.message.but(codeHash=NO_HASH), *command.keys)


def test_nobody_but_the_directory_closes(world: World) -> None:
    data = keccak(b"close(address,bytes32)")[:4]
    data += encode(["address", "bytes32"], [world.stranger, NO_HASH])
    for name, error in (
        ("Licenses", "WriterNotDirectory"),
        ("Directory", "WriterNotDirectory"),
        ("Journal", "JournalNotWriter"),
    ):
        for account in (world.founder, world.relay, world.stranger):
            with refuses(error):
                world.transact(account, world.contracts[name], data)


def test_plain_type_stays_where_it_was_entitled(world: World) -> None:
    world.run(succeed_organisation(world))
    entitled = "entitledTo(bytes32,bytes32,uint64)"
    rights = [
        world.view("Catalog", entitled, "bool", ascii32(PLAIN_TYPE), ascii32(body), world.now())
        for body in (BUREAU, NEWCOMER)
    ]
    assert rights == [True, False]
