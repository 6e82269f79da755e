"""Directory: founding and seal, quorums, regions, keys, relays."""

from __future__ import annotations

from itertools import pairwise

import pytest
from eth_hash.auto import keccak

from ledger.domain import objects
from ledger.domain.acts import Purpose
from ledger.domain.messages import key_id
from ledger.domain.objects import ascii32
from ledger.domain.sm import GX, GY, P
from tests.contracts import commands
from tests.contracts.commands import governor
from tests.contracts.world import (
    ANHUI,
    BUREAU,
    DAY,
    JIASHAN,
    NO_HASH,
    QINGPU,
    SHANGHAI,
    VOTERS,
    ZHEJIANG,
    Message,
    World,
    fresh_world,
    key,
    refuses,
)

LEDGER = objects.ledger_object()


@pytest.fixture
def bare(hardhat_rpc: str) -> World:
    """Deployed, nothing recorded."""
    return fresh_world(hardhat_rpc)


@pytest.fixture
def founded(bare: World) -> World:
    """Founded, not sealed."""
    bare.found()
    return bare


def add_region(world: World, region: int, parent: int) -> Message:
    target = objects.region_object(region)
    return world.message("AddRegion", target, region=region, parent=parent, nameDigest=NO_HASH)


# --- founding ---


def test_founding_is_the_first_record(bare: World) -> None:
    with refuses("DirectoryNotFounded"):
        bare.send(add_region(bare, SHANGHAI, 0), sender=bare.founder)
    members = {"name": ascii32("Catalog"), "account": bare.contracts["Catalog"], "codeHash": NO_HASH}
    with refuses("DirectoryNotFounded"):
        bare.send(bare.message("NameContract", LEDGER, **members), sender=bare.founder)


def test_only_the_founder_founds(bare: World) -> None:
    with refuses("DirectoryNotFounder"):
        bare.send(bare.message("Found", LEDGER, threshold=2), sender=bare.stranger)


def test_a_ledger_is_founded_once(founded: World) -> None:
    with refuses("DirectoryFoundedAlready", 2):
        founded.establish("Found", LEDGER, threshold=1)


def test_a_quorum_of_none_is_refused(bare: World) -> None:
    with refuses("DirectoryThreshold", 0, 0):
        bare.establish("Found", LEDGER, threshold=0)


@pytest.mark.parametrize(
    ("roots", "threshold", "allowed"),
    [(1, 1, True), (1, 2, False), (2, 1, True), (2, 2, True), (2, 3, False), (3, 2, True), (3, 3, False)],
)
def test_the_seal_needs_a_quorum_that_outlives_the_loss_of_one(
    bare: World, roots: int, threshold: int, allowed: bool
) -> None:
    regions = (SHANGHAI, ZHEJIANG, ANHUI)[:roots]
    bare.establish("Found", LEDGER, threshold=threshold)
    for region in regions:
        bare.send(add_region(bare, region, 0), sender=bare.founder)
        pair = governor(region)
        registration = bare.registration(pair, objects.region_object(region), Purpose.GOVERN)
        bare.send(registration, pair, sender=bare.founder)
    signers = [governor(region) for region in regions]
    if allowed:
        bare.send(bare.seal_message(), *signers, sender=bare.founder)
        assert bare.view("Directory", "sealedAt()", "uint64") == bare.now()
    else:
        with refuses("DirectoryThreshold", threshold, roots):
            bare.send(bare.seal_message(), *signers, sender=bare.founder)


@pytest.mark.parametrize("wrong", ["seq", "head", "journalHeadSlot"])
def test_the_seal_names_where_the_journal_stands(founded: World, wrong: str) -> None:
    given = founded.seal_message()
    value = given.values["seq"] + 1 if wrong == "seq" else keccak(b"elsewhere")
    with refuses("DirectorySealMismatch", given.values["seq"], given.values["head"]):
        founded.send(given.but(**{wrong: value}), *VOTERS, sender=founded.founder)


def test_the_seal_needs_every_root_region(founded: World) -> None:
    with refuses("WriterSignatureCount", 2, 3):
        founded.send(founded.seal_message(), *VOTERS[:2], sender=founded.founder)
    with refuses("WriterSignatureCount", 0, 3):
        founded.send(founded.seal_message(), sender=founded.founder)
    with refuses("WriterVotedTwice", objects.region_object(SHANGHAI)):
        founded.send(
            founded.seal_message(), *VOTERS[:2], key(f"brief govern {SHANGHAI}"), sender=founded.founder
        )


def test_after_the_seal_founding_is_over(world: World) -> None:
    seal = world.seal_message()
    named = {"name": ascii32("Other"), "account": world.contracts["Catalog"], "codeHash": NO_HASH}
    for message in (
        world.message("Found", LEDGER, threshold=1),
        world.message("NameContract", LEDGER, **named),
        seal,
    ):
        for sender in (world.founder, world.relay):
            with refuses("DirectorySealed"):
                world.send(message, *VOTERS, sender=sender)


def test_before_the_seal_nothing_is_issued(founded: World) -> None:
    for sender in (founded.founder, founded.relay):
        with refuses("LicensesNotSealed"):
            founded.run(commands.issue(founded), sender=sender)


def test_before_the_seal_the_catalog_is_the_founders(founded: World) -> None:
    with refuses("DirectoryNotFounder"):
        founded.run(commands.register_type(founded), sender=founded.relay)
    assert founded.run(commands.register_type(founded), sender=founded.founder).records


def test_before_the_seal_a_signature_that_is_there_must_hold(founded: World) -> None:
    command = commands.add_organisation(founded)
    with refuses("WriterNotGovernor"):
        founded.send(command.message, governor(JIASHAN), sender=founded.founder)


def test_before_the_seal_keys_prove_possession(founded: World) -> None:
    registration = founded.registration(key("mine"), objects.organisation_object(BUREAU), Purpose.SIGN)
    with refuses("WriterSignatureCount", 0, 1):
        founded.send(registration, sender=founded.founder)
    with refuses("DirectoryKeyMismatch", key("yours").id, key("mine").id):
        founded.send(registration, key("yours"), sender=founded.founder)


def test_a_contract_is_named_with_its_code(founded: World) -> None:
    account = founded.contracts["Catalog"]
    code = keccak(bytes.fromhex(founded.evm.rpc("eth_getCode", account, "latest")[2:]))
    named = {"name": ascii32("More"), "account": account, "codeHash": NO_HASH}
    with refuses("DirectoryCodeMismatch"):
        founded.establish("NameContract", LEDGER, **named)
    with refuses("DirectoryNameTaken", ascii32("Catalog")):
        founded.establish("NameContract", LEDGER, **{**named, "name": ascii32("Catalog"), "codeHash": code})
    empty = {"account": founded.stranger, "codeHash": keccak(b"")}
    with refuses("DirectoryCodeMismatch"):
        founded.establish("NameContract", LEDGER, **{**named, **empty})
    assert founded.view("Directory", "contractOf(bytes32)", "address,bytes32", ascii32("Catalog")) == (
        account,
        code,
    )


# --- quorums and regions ---


def test_a_quorum_may_be_exceeded_but_not_missed(world: World) -> None:
    command = commands.add_region(world)
    with refuses("WriterSignatureCount", 1, 2):
        world.send(command.message, VOTERS[0])
    assert world.send(command.message, *VOTERS).records


def test_a_region_votes_once(world: World) -> None:
    command = commands.add_region(world)
    with refuses("WriterVotedTwice", objects.region_object(SHANGHAI)):
        world.send(command.message, governor(SHANGHAI), key(f"brief govern {SHANGHAI}"))


def test_a_new_root_region_gets_a_vote(world: World) -> None:
    jiangsu = 320000
    world.send(add_region(world, jiangsu, 0), *VOTERS[:2])
    registration = world.registration(governor(jiangsu), objects.region_object(jiangsu), Purpose.GOVERN)
    world.send(registration, *VOTERS[:2], governor(jiangsu))
    assert world.send(commands.add_region(world).message, governor(jiangsu), VOTERS[2]).records
    assert world.view("Directory", "rootRegions()", "uint32[]") == (SHANGHAI, ZHEJIANG, ANHUI, jiangsu)


def test_regions_lie_at_most_six_deep(world: World) -> None:
    chain = [QINGPU, 310118001, 310118002, 310118003, 310118004]
    for parent, region in pairwise(chain):
        world.send(add_region(world, region, parent), *VOTERS[:2])
    assert world.view("Directory", "regionOf(uint32)", "uint32,uint8", chain[-1]) == (chain[-2], 6)
    with refuses("DirectoryRegionLimit", 310118005):
        world.send(add_region(world, 310118005, chain[-1]), *VOTERS[:2])


def test_there_are_at_most_64_root_regions(world: World) -> None:
    for region in range(1, 62):
        world.send(add_region(world, region, 0), *VOTERS[:2])
    with refuses("DirectoryRegionLimit", 62):
        world.send(add_region(world, 62, 0), *VOTERS[:2])


def test_a_region_is_added_once_under_a_known_one(world: World) -> None:
    with refuses("DirectoryExists", objects.region_object(QINGPU)):
        world.send(add_region(world, QINGPU, SHANGHAI), *VOTERS[:2])
    with refuses("DirectoryRegionUnknown", 999999):
        world.send(add_region(world, 310104, 999999), *VOTERS[:2])
    with refuses("DirectoryRegionUnknown", 0):
        world.send(add_region(world, 0, SHANGHAI), *VOTERS[:2])


def test_organisations_belong_to_known_regions_and_have_ascii_codes(world: World) -> None:
    command = commands.add_organisation(world)
    with refuses("DirectoryRegionUnknown", 999999):
        world.send(command.message.but(region=999999), governor(QINGPU))
    with refuses("WriterNotAscii"):
        odd = "证".encode().ljust(32, b"\0")
        target = objects._object("organisation", odd)
        members = {**command.message.values, "uscc": odd, "rev": 0}
        world.send(world.message("AddOrganisation", target, **members), governor(QINGPU))
    with refuses("DirectoryExists", objects.organisation_object(BUREAU)):
        target = objects.organisation_object(BUREAU)
        members = {"uscc": ascii32(BUREAU), "region": JIASHAN, "level": 1, "nameDigest": NO_HASH}
        world.send(world.message("AddOrganisation", target, **members), governor(JIASHAN))
    assert world.view("Directory", "organisationOf(bytes32)", "uint32,uint8", ascii32(BUREAU)) == (QINGPU, 3)


def test_a_superior_region_answers_for_its_inferiors(world: World) -> None:
    assert world.send(commands.add_organisation(world).message, governor(SHANGHAI)).records


# --- keys ---


def registration(world: World, purpose: Purpose = Purpose.SIGN, **changes: object) -> Message:
    return world.registration(key("new"), objects.organisation_object(BUREAU), purpose, **changes)


def test_a_key_is_kept_as_registered(world: World) -> None:
    pair = key(f"sign {BUREAU}")
    row = "(bytes32,uint8,uint16,uint32,uint64,uint64,uint64,bytes32,bytes32,bytes32)"
    kept = world.view("Keys", "keyOf(bytes32)", row, pair.id)
    assert kept[:3] == (objects.organisation_object(BUREAU), Purpose.SIGN, 1)
    assert kept[4:9] == (0, 0, 0, pair.x, pair.y)
    assert world.view("Keys", "keyAt(uint32)", "bytes32", kept[3]) == pair.id


def test_a_key_id_is_the_hash_of_its_point(world: World) -> None:
    other = key("another").id
    with refuses("DirectoryKeyMismatch", other, key("new").id):
        target = objects.key_object(other)
        message = registration(world).but(newKey=other, rev=world.rev(target))
        world.send(message, governor(QINGPU), key("new"))


@pytest.mark.parametrize("point", [(1, 1), (0, 0), (GX, P - GY), (P, GY)], ids=["off", "zero", "-G", "x=p"])
def test_what_is_no_public_key_is_not_registered(world: World, point: tuple[int, int]) -> None:
    x, y = (value.to_bytes(32, "big") for value in point)
    identity = key_id(b"\x04" + x + y)
    message = registration(world).but(newKey=identity, x=x, y=y)
    with refuses("DirectoryPointInvalid", identity):
        world.send(message, governor(QINGPU), key("new"))


@pytest.mark.parametrize(
    ("changes", "error", "values"),
    [
        ({"purpose": 0}, "DirectoryPurposeUnknown", (0,)),
        ({"purpose": 5}, "DirectoryPurposeUnknown", (5,)),
        ({"alg": 0}, "DirectoryAlgorithmUnknown", (0,)),
        ({"alg": 2}, "DirectoryAlgorithmUnknown", (2,)),
        ({"validFrom": 100, "validTo": 100}, "DirectoryDates", (100, 100)),
        ({"owner": keccak(b"nobody")}, "DirectoryOwnerUnknown", (keccak(b"nobody"),)),
    ],
)
def test_a_registration_makes_sense(
    world: World, changes: dict[str, object], error: str, values: tuple[object, ...]
) -> None:
    with refuses(error, *values):
        world.send(registration(world).but(**changes), governor(QINGPU), key("new"))


def test_possession_is_proved_by_the_new_key_over_its_own_struct(world: World) -> None:
    message = registration(world)
    approval = world.sign(message, governor(QINGPU))
    with refuses("DirectoryKeyMismatch", governor(QINGPU).id, key("new").id):
        world.submit(message, [approval, approval])
    forged = (key("new").id, 1, *approval[2:])
    with refuses("DirectorySignatureBad", key("new").id):
        world.submit(message, [approval, forged])


def test_a_point_is_registered_once_for_ever(world: World) -> None:
    pair = key(f"sign {BUREAU}")
    again = world.registration(pair, objects.region_object(QINGPU), Purpose.GOVERN)
    with refuses("DirectoryExists", objects.key_object(pair.id)):
        world.send(again, governor(SHANGHAI), pair)


def test_an_encryption_key_gives_no_proof(world: World) -> None:
    message = registration(world, Purpose.ENCRYPT)
    with refuses("WriterSignatureCount", 2, 1):
        world.send(message, governor(QINGPU), key("new"))
    world.send(message, governor(QINGPU))
    assert not any(world.view("Keys", "keyOf(bytes32)", "uint256[10]", key("new").id)[9:])


def test_a_region_does_not_make_its_own_keys(world: World) -> None:
    message = world.registration(key("new"), objects.region_object(QINGPU), Purpose.GOVERN)
    with refuses("WriterNotGovernor", objects.region_object(QINGPU), SHANGHAI):
        world.send(message, governor(QINGPU), key("new"))
    assert world.send(message, governor(SHANGHAI), key("new")).records


def test_a_root_regions_key_needs_the_quorum(world: World) -> None:
    message = world.registration(key("new"), objects.region_object(ANHUI), Purpose.GOVERN)
    with refuses("WriterSignatureCount", 1, 2):
        world.send(message, VOTERS[0], key("new"))
    assert world.send(message, *VOTERS[:2], key("new")).records


def test_a_key_is_not_good_before_its_first_day(world: World) -> None:
    first_day = world.now() + DAY
    message = world.registration(
        key("new"), objects.region_object(QINGPU), Purpose.GOVERN, validFrom=first_day
    )
    world.send(message, governor(SHANGHAI), key("new"))
    order = commands.add_organisation(world).message
    with refuses("DirectoryKeyNotCurrent"):
        world.send(order, key("new"))
    world.next_block_at(first_day)
    assert world.send(order, key("new")).records


def end_key(world: World, valid_to: int) -> Message:
    lost = key(f"brief sign {BUREAU}").id
    return world.message("EndKey", objects.key_object(lost), key=lost, validTo=valid_to)


def test_a_key_ends_earlier_never_later_never_in_the_past(world: World) -> None:
    pair = key(f"brief sign {BUREAU}")
    ends = world.view("Keys", "keyOf(bytes32)", "uint256[10]", pair.id)[5]
    with refuses("DirectoryNotEarlier", ends, ends):
        world.send(end_key(world, ends), governor(QINGPU))
    with refuses("DirectoryInThePast"):
        world.send(end_key(world, world.now() - 1), governor(QINGPU))
    soon = world.now() + 100
    world.send(end_key(world, soon), governor(QINGPU))
    world.next_block_at(soon)
    with refuses("DirectoryKeyNotCurrent"):
        world.send(commands.issue(world).message, pair)


def cut_off(world: World, lost: bytes, since: int) -> Message:
    return world.message("CutOffKey", objects.key_object(lost), key=lost, since=since)


def test_a_cut_off_key_signs_no_more_and_the_cut_only_moves_earlier(world: World) -> None:
    pair, since = key(f"sign {BUREAU}"), world.now() - 5 * DAY
    world.send(cut_off(world, pair.id, since), governor(QINGPU))
    with refuses("DirectoryKeyNotCurrent"):
        world.run(commands.issue(world))
    with refuses("DirectoryNotEarlier", since, since):
        world.send(cut_off(world, pair.id, since), governor(QINGPU))
    with refuses("DirectoryNotEarlier", 0, since):
        world.send(cut_off(world, pair.id, 0), governor(QINGPU))
    assert world.send(cut_off(world, pair.id, since - 1), governor(SHANGHAI)).records


def test_a_region_does_not_cut_off_its_own_key(world: World) -> None:
    pair, sibling = governor(QINGPU), key(f"brief govern {QINGPU}")
    for own in (pair, sibling):
        with refuses("WriterNotGovernor", objects.region_object(QINGPU), SHANGHAI):
            world.send(cut_off(world, pair.id, world.now()), own)
    assert world.send(cut_off(world, pair.id, world.now()), governor(SHANGHAI)).records


def test_a_root_regions_key_is_cut_off_by_the_others(world: World) -> None:
    lost = governor(SHANGHAI)
    message = cut_off(world, lost.id, world.now() - DAY)
    for own in (lost, key(f"brief govern {SHANGHAI}")):
        with refuses("WriterNoVote", objects.region_object(SHANGHAI)):
            world.send(message, own, governor(ZHEJIANG))
    with refuses("WriterSignatureCount", 1, 2):
        world.send(message, governor(ANHUI))
    world.send(message, governor(ANHUI), governor(ZHEJIANG))
    with refuses("DirectoryKeyNotCurrent"):
        world.send(commands.add_region(world).message, lost, governor(ANHUI))


def test_an_unknown_key_is_neither_ended_nor_cut_off(world: World) -> None:
    nobody = key("nobody's").id
    with refuses("DirectoryKeyUnknown", nobody):
        world.send(cut_off(world, nobody, 1), governor(QINGPU))
    with refuses("DirectoryKeyUnknown", nobody):
        message = world.message("EndKey", objects.key_object(nobody), key=nobody, validTo=world.now() + DAY)
        world.send(message, governor(QINGPU))


# --- relays ---


def add_relay(world: World, account: str, region: int, until: int) -> Message:
    return world.message("AddRelay", objects.relay_object(account), relay=account, region=region, until=until)


def test_a_relay_submits_until_its_time(world: World) -> None:
    until = world.now() + 1000
    world.send(add_relay(world, world.stranger, JIASHAN, until), governor(JIASHAN))
    order = commands.add_organisation(world)
    world.next_block_at(until)
    with refuses("DirectoryNotRelay"):
        world.run(order, sender=world.stranger)


def test_a_relay_is_prolonged_by_its_own_region_only(world: World) -> None:
    until = world.now() + 4000 * DAY
    with refuses("DirectoryRelayRegion"):
        world.send(add_relay(world, world.relay, ZHEJIANG, until), governor(ZHEJIANG))
    world.send(add_relay(world, world.relay, SHANGHAI, until), governor(SHANGHAI))
    assert world.view("Directory", "relayOf(address)", "uint64,uint32", world.relay) == (until, SHANGHAI)


def test_a_relay_needs_a_future_and_a_region(world: World) -> None:
    with refuses("DirectoryInThePast"):
        world.send(add_relay(world, world.stranger, JIASHAN, world.now()), governor(JIASHAN))
    with refuses("DirectoryRegionUnknown", 999999):
        world.send(add_relay(world, world.stranger, 999999, world.now() + DAY), governor(JIASHAN))


def test_only_a_relay_can_be_ended_and_only_under_its_region(world: World) -> None:
    unknown = objects.relay_object(world.stranger)
    with refuses("DirectoryRelayUnknown"):
        world.send(
            world.message("EndRelay", unknown, relay=world.stranger, region=SHANGHAI), governor(SHANGHAI)
        )
    target = objects.relay_object(world.relay)
    with refuses("DirectoryRelayRegion"):
        world.send(world.message("EndRelay", target, relay=world.relay, region=ZHEJIANG), governor(ZHEJIANG))
