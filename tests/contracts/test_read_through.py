"""After a switch nothing is lost: what was recorded before is read and goes on through the successor."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from eth_abi.abi import encode
from eth_hash.auto import keccak

from ledger.domain import objects
from ledger.domain.acts import Act, Status
from ledger.domain.messages import OPENING, Kind
from ledger.domain.objects import ascii32
from ledger.domain.trustfile import CLIENTS
from tests.contracts import commands
from tests.contracts.commands import COMMANDS, LICENSE, governor, id_of, leaf, signer, succeed, switched
from tests.contracts.test_batches import ANSWER, LATEST, STATUS_OF_LEAF, Issued
from tests.contracts.test_renewals import Renewal, renew
from tests.contracts.world import (
    ANHUI,
    BUREAU,
    JIASHAN,
    NATIONAL_TYPE,
    NO_HASH,
    NOBODY,
    OFFICE,
    PLAIN_TYPE,
    QINGPU,
    REGIONAL_TYPE,
    SHANGHAI,
    VOTERS,
    ZHEJIANG,
    World,
    key,
    refuses,
    sealed_world,
)

SWITCHES = {
    "the Catalog": ("Catalog",),
    "Licenses": ("Licenses",),
    "Batches": ("Batches",),
    "Representations": ("Representations",),
    "all that issues": ("Licenses", "Catalog", "Batches"),
    "Licenses twice": ("Licenses", "Licenses"),
    "the Directory with all": ("Directory",),
    "the Directory twice": ("Directory", "Directory"),
}
DONE_BEFORE = {
    *("AddRegion", "AddOrganisation", "SucceedOrganisation", "AddRelay", "RotateKey", "CutOffKey"),
    *("RegisterType", "Entitle", "EndEntitlement", "Recognize", "IssueBatch", "RenewBatch"),
}
"""Commands as `commands` gives them that cannot be given twice; their next steps have tests of their own."""

HANDLES = {name: keccak(name.encode()) for name in ("suspended", "amended", "bound", "one more")}
SUSPENDED, AMENDED, BOUND = (id_of(HANDLES[name]) for name in ("suspended", "amended", "bound"))
ENDED = keccak(b"a representative's device, once")
LEAVES = {"renewed": (1, 4), "opened": (2,), "both": (4,)}


@pytest.fixture(scope="module")
def lived(hardhat_rpc: str) -> Iterator[tuple[World, Issued]]:
    """A ledger on which much happened: facts of every kind, a batch renewed in part, some leaves opened."""
    with sealed_world(hardhat_rpc).borrowed() as world:
        for each in (commands.HANDLE, HANDLES["suspended"], HANDLES["amended"]):
            world.run(commands.issue(world, each))
        world.run(commands.issue(world, HANDLES["bound"], holderBinding=keccak(b"first device")))
        world.pass_time(100)
        world.run(commands.act(world, Act.SUSPEND, HANDLES["suspended"]))
        message = commands.amend(world, handle=keccak(b"what followed")).message
        world.send(message.but(licenseId=AMENDED), signer(BUREAU))
        batch = Issued(world)
        renew(batch, LEAVES["renewed"])
        world.run(batch.act(2, Act.SUSPEND))
        world.run(batch.act(4, Act.CANCEL, effective=world.now() + 10**6))
        for name in ("RegisterType", "Entitle", "EndEntitlement", "Recognize", "AddRelay", "AddRegion"):
            world.run(COMMANDS[name](world))
        world.run(commands.empower(world))
        world.run(commands.end_power(world, region=SHANGHAI))
        world.run(commands.represent(world))
        world.run(commands.represent(world, ENDED))
        world.run(commands.end_representation(world, ENDED))
        world.run(commands.rotate_key(world))
        world.run(commands.cut_off_key(world))
        world.run(commands.succeed_organisation(world))
        yield world, batch


@pytest.fixture
def world(lived: tuple[World, Issued]) -> Iterator[World]:
    with lived[0].snapshot() as world:
        yield world


def opening(batch: Issued, index: int) -> tuple[Any, ...]:
    given = batch.opening(index)
    return tuple(tuple(given[name]) if name == "proof" else given[name] for name, _ in OPENING.members)


REGIONS = (SHANGHAI, ZHEJIANG, ANHUI, QINGPU, JIASHAN, 310104, 999999)
TYPES = tuple(map(ascii32, (REGIONAL_TYPE, NATIONAL_TYPE, PLAIN_TYPE, "11330000MB0000002Y001", "nothing")))
BODIES = tuple(map(ascii32, (BUREAU, OFFICE, commands.NEWCOMER, "nobody")))
KEYS = tuple(key(f"{purpose} {body}").id for purpose in ("sign", "other sign") for body in (BUREAU, OFFICE))
TYPE_ROW = "(uint64,uint32,uint32,uint8,uint8,uint16,bytes32,bytes32,bytes32)"
RIGHT_ROW = "(uint32,uint32,uint64,uint64,bytes32)"
KEY_ROW = "(bytes32,uint8,uint16,uint32,uint64,uint64,uint64,bytes32,bytes32,bytes32,bytes32,uint64,uint8)"
FACT_ROWS = "(uint8,uint16,uint64,uint64,uint32,uint32)[]"
BATCH_ROW = "(bytes32,bytes32,uint32,uint32,uint32,uint64,uint32,uint8)"


def views(world: World, batch: Issued, now: int) -> dict[tuple[Any, ...], Any]:
    """What all contracts answer to every question that could lead back to what a predecessor holds."""
    ids = (LICENSE, SUSPENDED, AMENDED, BOUND, leaf(2)["licenseId"], leaf(4)["licenseId"])
    asked: list[tuple[str, str, str, tuple[Any, ...]]] = [
        ("Directory", "threshold()", "uint32", ()),
        ("Directory", "sealedAt()", "uint64", ()),
        ("Directory", "rootRegions()", "uint32[]", ()),
        ("Keys", "count()", "uint32", ()),
        ("Catalog", "rights()", "uint32", ()),
        ("Batches", "batchOf(bytes32)", BATCH_ROW, (batch.object,)),
        ("Batches", "renewalAt(bytes32,uint256)", "(uint64,uint32),uint256[4]", (batch.object, 0)),
        ("Batches", "openedOf(bytes32)", "uint256[4]", (batch.object,)),
    ]
    asked += [("Directory", "regionOf(uint32)", "uint32,uint8", (region,)) for region in REGIONS]
    asked += [("Directory", "lineOf(uint32,uint64)", "uint32[]", (region, now)) for region in REGIONS]
    asked += [("Directory", "organisationOf(bytes32)", "uint32,uint8", (body,)) for body in BODIES]
    asked += [("Directory", "successorOfOrganisation(bytes32)", "bytes32,uint64", (each,)) for each in BODIES]
    relays = (world.relay, world.second_relay, world.stranger, NOBODY)
    asked += [("Directory", "relayOf(address)", "uint64,uint32", (account,)) for account in relays]
    asked += [("Keys", "keyOf(bytes32)", KEY_ROW, (each,)) for each in (*KEYS, key("a rotated key").id)]
    count = world.view("Keys", "count()", "uint32")
    asked += [("Keys", "keyAt(uint32)", "bytes32", (number,)) for number in range(1, count + 1)]
    asked += [("Keys", "cutOffAt(uint32,uint64)", "uint64", (number, now)) for number in range(1, count + 1)]
    asked += [("Keys", "declaredAt(bytes32,uint64)", "uint64", (each, now)) for each in KEYS]
    asked += [("Catalog", "typeOf(bytes32)", f"uint256,{TYPE_ROW}", (code,)) for code in TYPES]
    pairs = [(code, body) for code in TYPES for body in BODIES]
    asked += [("Catalog", "entitlementOf(bytes32,bytes32)", RIGHT_ROW, pair) for pair in pairs]
    powers = [(TYPES[0], objects.organisation_object(OFFICE), region) for region in REGIONS]
    asked += [
        ("Catalog", "powerOf(bytes32,bytes32,uint32)", "(uint64,uint64,uint32)", each) for each in powers
    ]
    rights = world.view("Catalog", "rights()", "uint32")
    numbers = range(1, rights + 1)
    asked += [("Catalog", "entitlementAt(uint32)", "bytes32,bytes32", (number,)) for number in numbers]
    sides = [(giver, taker, TYPES[0], now) for giver in REGIONS for taker in REGIONS]
    recognized = "recognized(uint32,uint32,bytes32,uint64)"
    asked += [("Catalog", recognized, "bool,bytes32,bytes32", each) for each in sides]
    asked += [("Licenses", "licenseOf(bytes32)", commands.LICENSE_ROW, (each,)) for each in ids]
    asked += [("Licenses", "factsOf(bytes32)", FACT_ROWS, (each,)) for each in ids]
    asked += [("Licenses", "renewalsOf(bytes32)", "(uint64,uint32)[]", (each,)) for each in ids]
    moments = [(at, as_of) for at in (now - 150, now) for as_of in (now - 150, now, LATEST)]
    status = "statusAt(bytes32,uint64,uint64)"
    asked += [("Licenses", status, ANSWER, (each, *moment)) for each in ids for moment in moments]
    leaves = [(opening(batch, index), *moment) for index in range(5) for moment in moments]
    asked += [("Licenses", STATUS_OF_LEAF, ANSWER, each) for each in leaves]
    found = [*ids, batch.object, *map(objects.region_object, REGIONS)]
    each_of = ("representationOf(bytes32,bytes32)", "(uint8,uint32,uint48,uint48,uint48,uint32)")
    devices = (commands.REPRESENTATIVE, ENDED, NO_HASH)
    asked += [("Representations", *each_of, (LICENSE, device)) for device in devices]
    asked += [("Journal", "objects(bytes32)", "bytes32", (each,)) for each in found]
    return {
        (name, view, values): world.view(name, view, kinds, *values) for name, view, kinds, values in asked
    }


@pytest.mark.parametrize("names", SWITCHES.values(), ids=SWITCHES)
def test_every_view_answers_as_before_the_switch(
    lived: tuple[World, Issued], world: World, names: tuple[str, ...]
) -> None:
    now = world.now()
    before = views(world, lived[1], now)
    assert len(before) > 250
    assert views(switched(world, *names), lived[1], now) == before


@pytest.mark.parametrize("names", SWITCHES.values(), ids=SWITCHES)
def test_every_command_is_taken_after_the_switch(
    lived: tuple[World, Issued], world: World, names: tuple[str, ...]
) -> None:
    after = switched(world, *names)
    for name, make in COMMANDS.items():
        if name in DONE_BEFORE:
            continue
        with after.snapshot():
            command = make(after)
            if name == "Issue":
                command = commands.issue(after, HANDLES["one more"])
            assert after.run(command).records, name


@pytest.mark.parametrize("names", SWITCHES.values(), ids=SWITCHES)
def test_what_stands_is_changed_again_after_the_switch(
    lived: tuple[World, Issued], world: World, names: tuple[str, ...]
) -> None:
    """What was ended, given or cut off before takes its next step, and counts on."""
    after = switched(world, *names)
    for command in (
        commands.represent(after),
        commands.end_representation(after, ENDED, until=after.now() + 1000),
        commands.entitle(after),
        commands.recognize(after),
        commands.add_relay(after),
        commands.register_type(after),
    ):
        assert after.run(command).records
    assert after.view("Catalog", "typeOf(bytes32)", f"uint256,{TYPE_ROW}", TYPES[3])[0] == 2
    first = after.view("Catalog", "typeVersion(bytes32,uint256)", TYPE_ROW, TYPES[3], 1)
    assert first[0] < after.view("Catalog", "typeVersion(bytes32,uint256)", TYPE_ROW, TYPES[3], 2)[0]
    fresh = ascii32("11330000MB0000003Z001")
    members = commands.register_type(after).message.values | {"licenseType": fresh, "rev": 0}
    target = objects.type_object("11330000MB0000003Z001")
    named = {name: value for name, value in members.items() if name not in ("rev", "signedAt", "notAfter")}
    after.send(after.message("RegisterType", target, **named), governor(ZHEJIANG))
    right = {"licenseType": fresh, "issuer": ascii32(OFFICE), "region": JIASHAN}
    target = objects.entitlement_object("11330000MB0000003Z001", OFFICE)
    message = after.message("Entitle", target, **right, operator=bytes(32), since=0, until=0)
    after.send(message, governor(JIASHAN))
    numbers = after.view("Catalog", "rights()", "uint32")
    assert after.view("Catalog", "entitlementAt(uint32)", "bytes32,bytes32", numbers) == (
        fresh,
        ascii32(OFFICE),
    )
    earlier = commands.cut_off_key(after)
    after.send(earlier.message.but(since=earlier.message.values["since"] - 10_000), *earlier.keys)
    lost = key(f"other sign {BUREAU}").id
    row = after.view("Keys", "keyOf(bytes32)", KEY_ROW, lost)
    assert row[6] == earlier.message.values["since"] - 10_000
    index, now = row[3], after.now()
    assert after.view("Keys", "cutOffAt(uint32,uint64)", "uint64", index, now) == row[6]


@pytest.mark.parametrize("names", SWITCHES.values(), ids=SWITCHES)
def test_lives_go_on_after_the_switch(
    lived: tuple[World, Issued], world: World, names: tuple[str, ...]
) -> None:
    after = switched(world, *names)
    with refuses("LicensesWrongStatus"):
        after.run(commands.act(after, Act.SUSPEND, HANDLES["suspended"]))
    after.run(commands.act(after, Act.RESUME, HANDLES["suspended"]))
    after.run(commands.act(after, Act.REVOKE, HANDLES["suspended"]))
    facts = after.view("Licenses", "factsOf(bytes32)", FACT_ROWS, SUSPENDED)
    assert [each[0] for each in facts] == [Act.SUSPEND, Act.RESUME, Act.REVOKE]
    assert after.rev(SUSPENDED) == 4 == commands.license_row(after, SUSPENDED)[9]
    with refuses("LicensesDuplicate", SUSPENDED):
        after.run(commands.issue(after, HANDLES["suspended"]))
    bind = commands.bind(after).message.but(licenseId=BOUND, rev=1)
    after.send(bind, signer(BUREAU))
    row = commands.license_row(after, BOUND)
    assert row[1] == bind.values["holderBinding"] != keccak(b"first device")
    assert row[0] == commands.license_row(world, BOUND)[0], "the same leaf"


@pytest.mark.parametrize("names", SWITCHES.values(), ids=SWITCHES)
def test_batches_go_on_after_the_switch(
    lived: tuple[World, Issued], world: World, names: tuple[str, ...]
) -> None:
    after = switched(world, *names)
    batch = lived[1].of(after)
    for taken in (1, 2, 4):
        with refuses("BatchesLeafTaken", batch.object, taken):
            renew(batch, (0, taken), first=20_000)
    with refuses("BatchesDuplicate", batch.object):
        after.send(commands.issue_batch(after).message, signer(BUREAU))
    renewal = Renewal(batch, (0,), 20_000)
    on_earlier, on_new = after.run(renewal.command()).records
    assert (on_earlier.kind, on_new.kind) == (
        Kind.LICENSE_BATCH_RENEWED,
        Kind.LICENSE_BATCH_ISSUED_BY_RENEWAL,
    )
    assert after.view("Batches", "batchOf(bytes32)", BATCH_ROW, batch.object)[-1] == 2
    for number, leaves in ((0, 0b10010), (1, 0b1)):
        kinds = "(uint64,uint32),uint256[4]"
        row = after.view("Batches", "renewalAt(bytes32,uint256)", kinds, batch.object, number)
        assert row[1][0] == leaves
    states = [batch.status(index)[0] for index in range(5)]
    superseded, suspended = Status.SUPERSEDED, Status.SUSPENDED
    assert states == [superseded, superseded, suspended, Status.IN_FORCE, superseded]
    assert renewal.status(0) is Status.IN_FORCE
    after.run(batch.act(3, Act.SUSPEND))
    after.run(batch.act(1, Act.ANNUL))
    after.run(replace(batch.act(2, Act.RESUME)))
    states = [batch.status(index)[0] for index in range(5)]
    assert states == [superseded, Status.ANNULLED, Status.IN_FORCE, suspended, superseded]
    opened = after.view("Batches", "openedOf(bytes32)", "uint256[4]", batch.object)
    assert opened[0] == 0b11110


def test_the_first_generation_opens_and_the_second_renews_what_is_left(world: World) -> None:
    """Sixteen renewals are the limit, whichever contract took them."""
    batch = Issued(world, 20)
    batch_of = batch
    for number in range(16):
        renew(batch_of, (number,), first=50_000 + number)
        if number in (3, 9):
            world = switched(batch_of.world, "Batches")
            batch_of = batch_of.of(world)
    with refuses("BatchesRenewedOften", batch.object):
        renew(batch_of, (17,), first=60_000)


# --- attacks ---


def test_a_message_signed_for_the_old_contract_is_not_taken_by_the_new(world: World) -> None:
    pending = [commands.act(world), commands.issue(world, keccak(b"pending"))]
    signed = [(each, [world.sign(each.message, pair) for pair in each.keys]) for each in pending]
    for names in (("Licenses",), ("Directory",)):
        with world.snapshot():
            after = switched(world, *names)
            for command, signatures in signed:
                with refuses("DirectorySignatureBad"):
                    after.submit(command.message, signatures)
                after.run(command)


def test_a_recorded_message_is_not_recorded_again_by_the_new_contract(world: World) -> None:
    command = commands.issue(world, keccak(b"once"))
    signatures = [world.sign(command.message, pair) for pair in command.keys]
    world.submit(command.message, signatures)
    after = switched(world, "Licenses")
    with refuses("LicensesDuplicate"):
        after.submit(command.message, signatures)


def test_closed_contracts_take_nothing(world: World) -> None:
    batch = Issued(world, 4)
    pending = {
        name: COMMANDS[name](world)
        for name in ("EndRecognition", "Act", "Bind", "TransferOut", "AddRelay", "EndKey", "SetThreshold")
    }
    renewal = Renewal(batch, (0,), 70_000).command()
    opening_first = batch.act(0)
    switched(world, "Directory")
    for command in (*pending.values(), renewal):
        with refuses("WriterClosed"):
            world.run(command)
    with refuses("JournalClosed"):
        world.run(opening_first)


def test_a_switch_takes_as_many_root_regions_as_the_ledger_asks_for(world: World) -> None:
    command = succeed(world, "Licenses")
    with refuses("WriterSignatureCount", 1, 2):
        world.send(command.message, VOTERS[0])
    with refuses("WriterVotedTwice"):
        world.send(command.message, VOTERS[0], VOTERS[0])
    with refuses("WriterNoVote"):
        world.send(command.message, VOTERS[0], governor(QINGPU))
    world.run(command)


@pytest.mark.parametrize("name", CLIENTS)
def test_a_successor_reads_the_contract_whose_place_it_takes(world: World, name: str) -> None:
    directory = world.contracts["Directory"]
    other = next(each for each in CLIENTS if each != name)
    for predecessor in (NOBODY, world.contracts[other], world.successor(name)):
        made = world.deploy_code(name, encode(["address", "address"], [directory, predecessor]))
        with refuses("DirectoryNotNext", world.contracts[name].lower()):
            world.run(succeed(world, name, made))
    elsewhere = world.successor("Directory")
    bound_elsewhere = world.successor(name, elsewhere)
    with refuses("DirectoryNotNext", world.contracts[name].lower()):
        world.run(succeed(world, name, bound_elsewhere))


def test_a_directory_in_waiting_is_nobodys(world: World) -> None:
    """Its founder writes nothing before the switch, and after it it is no account of its own."""
    new = world.successor("Directory")
    journal = replace(world, contracts={**world.contracts, "Directory": new})
    waiting = {**world.contracts, "Directory": new}
    for part in ("Journal", "Keys"):
        waiting[part] = journal.view("Directory", f"{part.lower()}()", "address")
    ahead = replace(world, contracts=waiting)
    found = ahead.message("Found", objects.ledger_object(), threshold=1)
    with refuses("JournalNotNext"):
        ahead.submit(found, [], sender=world.founder)
    begin = keccak(b"begin()")[:4]
    for name, error in (("Directory", "DirectoryNotNext"), ("Journal", "JournalNotNext")):
        with refuses(error):
            world.transact(world.stranger, waiting[name], begin)
    world.run(succeed(world, "Directory", new))
    with refuses("DirectorySealed"):
        ahead.submit(found.but(rev=ahead.rev(objects.ledger_object())), [], sender=world.founder)
    for name in ("Directory", "Journal"):
        with refuses("JournalNotNext"):
            world.transact(world.stranger, waiting[name], begin)


def test_the_first_contracts_take_nobodys_place(world: World) -> None:
    for name in ("Journal", "Directory"):
        with pytest.raises(Exception, match=r"JournalNotNext|revert"):
            world.transact(world.stranger, world.contracts[name], keccak(b"begin()")[:4])


def test_the_head_and_the_numbers_go_on_in_the_new_journal(world: World) -> None:
    last = world.records()[-1].seq
    after = switched(world, "Directory")
    succession = after.records()[last]
    assert succession.kind == Kind.CONTRACT_SUCCEEDED, "the old Journal's last"
    closed = after.closed_journals[0]
    final = world.evm.rpc("eth_getStorageAt", closed, "0x0", "latest")
    records = after.records()
    assert [each.seq for each in records] == list(range(1, len(records) + 1))
    head = bytes.fromhex(final[2:])
    for record in records[last + 1 :]:
        types = ["bytes32", "uint64", "uint256", "uint64", "address", "uint16", "bytes32", "bytes32"]
        values = [record.seq, record.block, record.time, record.writer, record.kind, record.object]
        head = keccak(encode(types, [head, *values, keccak(record.body)]))
    assert after.slot("Journal", 0) == head
