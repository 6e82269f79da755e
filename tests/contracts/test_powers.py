"""Which body may do what to a license that another issued: superior regions, bodies that regions name."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from random import Random
from typing import Any

import pytest
from eth_hash.auto import keccak

from ledger.domain import objects
from ledger.domain.acts import NAMEABLE, Act, Status, acts_bitmap
from ledger.domain.entities import License
from ledger.domain.lineage import void_as_of
from ledger.domain.messages import Kind
from ledger.domain.objects import ascii32
from ledger.domain.powers import Capacity, Intervention, actor_of
from ledger.domain.records import SIGNATURE_TYPE
from ledger.domain.state import typed
from tests.contracts import commands
from tests.contracts.commands import LICENSE, NEWCOMER, governor, signer, switched
from tests.contracts.test_batches import Issued
from tests.contracts.test_licenses import full_status, perform
from tests.contracts.test_successions import state_of
from tests.contracts.world import (
    ANHUI,
    BUREAU,
    JIASHAN,
    OFFICE,
    PLAIN_TYPE,
    QINGPU,
    REGIONAL_TYPE,
    SHANGHAI,
    ZHEJIANG,
    Command,
    KeyPair,
    Refused,
    World,
    entitlement_members,
    key,
    refuses,
    sealed_world,
)

XUHUI = 310104
FACT = "(uint8,uint16,uint64,uint64,uint32,uint32)"
OTHERS_ACTS = (Act.SUSPEND, Act.WITHDRAW, Act.REVOKE, Act.CANCEL, Act.VOID)
NAMED = objects.organisation_object(OFFICE)
POWER = "(uint64,uint64,uint32)"
KEY_ROW = "(bytes32,uint8,uint16,uint32,uint64,uint64,uint64,bytes32,bytes32,bytes32,bytes32,uint64,uint8)"


@pytest.fixture
def world(hardhat_rpc: str) -> Iterator[World]:
    """A license that Qingpu's bureau issued there."""
    with sealed_world(hardhat_rpc).borrowed() as world:
        world.run(commands.issue(world))
        yield world


def intervention(world: World, act: Act, region: int, pair: KeyPair, **changes: Any) -> Command:
    """An act of another body under the power of a region."""
    return replace(commands.act(world, act, region=region, **changes), keys=(pair,))


def named(world: World, act: Act, region: int = QINGPU, uscc: str = OFFICE, **changes: Any) -> Command:
    return intervention(world, act, region, signer(uscc), **changes)


def refused(world: World, command: Command, region: int) -> None:
    """Nobody is competent so, and nothing is recorded."""
    act = command.message.values["act"]
    pair = command.keys[0]
    owner = world.view("Keys", "keyOf(bytes32)", KEY_ROW, pair.id)[0]
    before = world.slot("Journal", 0)
    with refuses("CatalogNotCompetent", owner, ascii32(REGIONAL_TYPE), act, region):
        world.run(command)
    assert world.slot("Journal", 0) == before


def facts_of(world: World) -> list[Any]:
    return list(world.view("Licenses", "factsOf(bytes32)", f"{FACT}[]", LICENSE))


def add_xuhui(world: World) -> None:
    """Another district of Shanghai, with a governing key."""
    world.run(commands.add_region(world))
    pair, owner = governor(XUHUI), objects.region_object(XUHUI)
    world.send(world.registration(pair, owner, purpose=2), governor(SHANGHAI), pair)


def add_body(world: World, uscc: str, region: int) -> None:
    """A body with a signing key."""
    owner = objects.organisation_object(uscc)
    members = {"uscc": ascii32(uscc), "region": region, "level": 3, "nameDigest": keccak(uscc.encode())}
    superior = governor(SHANGHAI)
    world.send(world.message("AddOrganisation", owner, **members), superior)
    world.send(world.registration(signer(uscc), owner, purpose=1), superior, signer(uscc))


# --- the superior region annuls ---


@pytest.mark.parametrize("region", [QINGPU, SHANGHAI])
def test_a_region_above_the_issuer_annuls(world: World, region: int) -> None:
    command = intervention(world, Act.ANNUL, region, governor(region), ground=40)
    (record,) = world.run(command).records
    assert (record.kind, record.object, record.data) == (Kind.LICENSE_ACTED, LICENSE, command.message.data)
    assert full_status(world) == (Status.ANNULLED, 2, 1, Act.ANNUL)
    fact = facts_of(world)[-1]
    assert (fact[0], fact[1], fact[5]) == (Act.ANNUL, 40, region)


def test_what_is_ended_otherwise_is_still_annulled_by_the_superior(world: World) -> None:
    perform(world, Act.REVOKE)
    world.run(intervention(world, Act.ANNUL, SHANGHAI, governor(SHANGHAI)))
    assert full_status(world)[0] == Status.ANNULLED
    with refuses("LicensesWrongStatus", LICENSE, Act.ANNUL, Status.ANNULLED):
        world.run(intervention(world, Act.ANNUL, QINGPU, governor(QINGPU)))


@pytest.mark.parametrize("region", [ZHEJIANG, ANHUI, JIASHAN])
def test_a_region_of_another_branch_does_not_annul(world: World, region: int) -> None:
    refused(world, intervention(world, Act.ANNUL, region, governor(region)), region)
    with refuses("DirectoryKeyPurpose", governor(region).id, 2, 1):
        world.run(intervention(world, Act.ANNUL, SHANGHAI, governor(region)))


def test_a_district_beside_the_issuers_does_not_annul(world: World) -> None:
    add_xuhui(world)
    refused(world, intervention(world, Act.ANNUL, XUHUI, governor(XUHUI)), XUHUI)


def test_an_inferior_region_does_not_annul_what_a_body_of_the_province_issued(world: World) -> None:
    add_body(world, NEWCOMER, SHANGHAI)
    target = objects.entitlement_object(REGIONAL_TYPE, NEWCOMER)
    right = world.message("Entitle", target, **entitlement_members(REGIONAL_TYPE, NEWCOMER, QINGPU))
    world.send(right, governor(QINGPU))
    issue = replace(commands.issue(world, issuer=ascii32(NEWCOMER)), keys=(signer(NEWCOMER),))
    license_id = world.run(issue).records[0].object
    message = commands.act(world, Act.ANNUL, region=QINGPU).message.but(licenseId=license_id, rev=1)
    refused(world, Command(message, (governor(QINGPU),), license_id), QINGPU)
    assert world.send(message.but(region=SHANGHAI), governor(SHANGHAI)).records


@pytest.mark.parametrize("act", OTHERS_ACTS)
def test_a_superior_region_does_nothing_but_annul(world: World, act: Act) -> None:
    refused(world, intervention(world, act, SHANGHAI, governor(SHANGHAI)), SHANGHAI)


def test_a_superior_region_lifts_nobodys_suspension(world: World) -> None:
    perform(world, Act.SUSPEND)
    with refuses("LicensesWrongStatus", LICENSE, Act.RESUME, Status.SUSPENDED):
        world.run(intervention(world, Act.RESUME, SHANGHAI, governor(SHANGHAI)))
    world.run(commands.empower(world))
    world.run(named(world, Act.SUSPEND))
    refused(world, intervention(world, Act.RESUME, QINGPU, governor(QINGPU)), QINGPU)


@pytest.mark.parametrize("purpose", ["recover", "brief recover"])
def test_a_superior_region_annuls_with_its_governing_key_alone(world: World, purpose: str) -> None:
    with refuses("DirectoryKeyPurpose"):
        world.run(intervention(world, Act.ANNUL, SHANGHAI, key(f"{purpose} {SHANGHAI}")))


def test_a_superior_region_says_under_whose_power_it_acts(world: World) -> None:
    with refuses("DirectoryKeyPurpose", governor(SHANGHAI).id, 2, 1):
        world.run(intervention(world, Act.ANNUL, 0, governor(SHANGHAI)))
    with refuses("DirectoryKeyPurpose", governor(SHANGHAI).id, 2, 1):
        world.run(intervention(world, Act.ANNUL, QINGPU, governor(SHANGHAI)))


def test_the_issuer_under_a_regions_power_is_a_stranger(world: World) -> None:
    refused(world, named(world, Act.ANNUL, uscc=BUREAU), QINGPU)
    refused(world, named(world, Act.SUSPEND, uscc=BUREAU), QINGPU)


def test_a_region_that_is_not_there_has_no_power(world: World) -> None:
    refused(world, named(world, Act.ANNUL, region=999999), 999999)


def test_an_annulment_is_recorded_once_and_for_one_license(world: World) -> None:
    command = intervention(world, Act.ANNUL, SHANGHAI, governor(SHANGHAI))
    signatures = [world.sign(command.message, pair) for pair in command.keys]
    other = world.run(commands.issue(world, keccak(b"another"))).records[0].object
    with refuses("DirectorySignatureBad"):
        world.submit(command.message.but(licenseId=other), signatures)
    with refuses("DirectorySignatureBad"):
        world.submit(command.message.but(act=int(Act.VOID)), signatures)
    world.submit(command.message, signatures)
    with refuses("JournalStaleRevision"):
        world.submit(command.message, signatures)


@pytest.mark.parametrize("count", [0, 2])
def test_one_signature_is_needed(world: World, count: int) -> None:
    command = intervention(world, Act.ANNUL, SHANGHAI, governor(SHANGHAI))
    with refuses("WriterSignatureCount", count, 1):
        world.run(replace(command, keys=command.keys * count))


def test_the_region_that_followed_the_issuers_annuls_from_then_on(world: World) -> None:
    add_xuhui(world)
    target = objects.region_object(QINGPU)
    follow = world.message("SucceedRegion", target, region=QINGPU, successor=XUHUI, since=world.now() + 5000)
    world.send(follow, governor(SHANGHAI))
    refused(world, intervention(world, Act.ANNUL, XUHUI, governor(XUHUI)), XUHUI)
    world.pass_time(5000)
    assert world.run(intervention(world, Act.ANNUL, XUHUI, governor(XUHUI))).records
    assert full_status(world)[0] == Status.ANNULLED


def test_the_region_of_the_body_that_followed_the_issuer_annuls(world: World) -> None:
    add_xuhui(world)
    add_body(world, NEWCOMER, XUHUI)
    target = objects.organisation_object(BUREAU)
    members = {"uscc": ascii32(BUREAU), "successor": ascii32(NEWCOMER), "since": 0}
    world.send(world.message("SucceedOrganisation", target, **members), governor(SHANGHAI))
    refused(world, intervention(world, Act.ANNUL, QINGPU, governor(QINGPU)), QINGPU)
    assert world.run(intervention(world, Act.ANNUL, XUHUI, governor(XUHUI))).records


def test_a_leaf_is_annulled_by_the_superior_and_suspended_by_a_named_body(world: World) -> None:
    world.run(commands.empower(world))
    batch = Issued(world)
    kinds = [Kind.LICENSE_OPENED, Kind.LICENSE_ACTED]
    annul = replace(batch.act(1, Act.ANNUL, region=SHANGHAI), keys=(governor(SHANGHAI),))
    assert [each.kind for each in world.run(annul).records] == kinds
    suspend = replace(batch.act(2, Act.SUSPEND, region=QINGPU), keys=(signer(OFFICE),))
    assert [each.kind for each in world.run(suspend).records] == kinds
    wrong = replace(batch.act(3, Act.ANNUL, region=ZHEJIANG), keys=(governor(ZHEJIANG),))
    refused(world, wrong, ZHEJIANG)


# --- bodies that a region names ---


@pytest.mark.parametrize("region", [QINGPU, SHANGHAI])
@pytest.mark.parametrize("act", sorted(NAMEABLE))
def test_a_named_body_does_what_it_is_named_for(world: World, region: int, act: Act) -> None:
    command = named(world, act, region)
    refused(world, command, region)
    world.run(commands.empower(world, region=region, acts=1 << act))
    (record,) = world.run(named(world, act, region)).records
    assert (record.kind, record.signatures[0][0]) == (Kind.LICENSE_ACTED, signer(OFFICE).id)
    assert facts_of(world)[-1][5] == region
    assert full_status(world)[3] == act


@pytest.mark.parametrize("act", sorted(NAMEABLE))
def test_a_named_body_does_nothing_else(world: World, act: Act) -> None:
    world.run(commands.empower(world, acts=1 << act))
    for other in {*OTHERS_ACTS, Act.ANNUL} - {act}:
        refused(world, named(world, other), QINGPU)


def test_a_named_body_issues_amends_binds_and_cancels_no_transfer(world: World) -> None:
    world.run(commands.empower(world))
    world.run(commands.transfer_out(world))
    refused(world, named(world, Act.TRANSFER_CANCEL), QINGPU)
    perform(world, Act.TRANSFER_CANCEL)
    for name in ("Amend", "Bind", "TransferOut", "IssueBatch"):
        with refuses("LicensesSignedByAnother" if name == "Bind" else "LicensesNotIssuer"):
            world.run(replace(commands.COMMANDS[name](world), keys=(signer(OFFICE),)))


@pytest.mark.parametrize("act", [Act.CHANGE, Act.BIND, Act.TRANSFER_OUT, Act.ISSUE, 200])
def test_what_is_no_bare_act_is_none_for_another_body_either(world: World, act: int) -> None:
    world.run(commands.empower(world))
    with refuses("LicensesActUnknown", ascii32(REGIONAL_TYPE), act):
        command = named(world, Act.SUSPEND)
        world.run(replace(command, message=command.message.but(act=int(act))))


@pytest.mark.parametrize("region", [ZHEJIANG, JIASHAN])
def test_a_body_named_in_another_region_is_a_stranger(world: World, region: int) -> None:
    world.run(commands.empower(world, region=region))
    for act in sorted(NAMEABLE):
        refused(world, named(world, act, region), region)
        refused(world, named(world, act, QINGPU), QINGPU)


def test_a_body_named_in_an_inferior_region_is_a_stranger(world: World) -> None:
    right = world.message(
        "Entitle",
        objects.entitlement_object(REGIONAL_TYPE, BUREAU),
        **entitlement_members(REGIONAL_TYPE, BUREAU, SHANGHAI),
    )
    world.send(right, governor(SHANGHAI))
    license_id = world.run(commands.issue(world, keccak(b"of the province"))).records[0].object
    world.run(commands.empower(world))
    message = commands.act(world, Act.REVOKE, region=QINGPU).message.but(licenseId=license_id, rev=1)
    refused(world, Command(message, (signer(OFFICE),), license_id), QINGPU)


def test_a_body_named_for_another_type_is_a_stranger(world: World) -> None:
    target = objects.power_object(PLAIN_TYPE, NAMED, QINGPU)
    message = commands.empower(world).message.but(licenseType=ascii32(PLAIN_TYPE), rev=world.rev(target))
    world.send(message, governor(QINGPU))
    refused(world, named(world, Act.SUSPEND), QINGPU)


def test_a_named_body_acts_as_long_as_it_is_named(world: World) -> None:
    now = world.now()
    world.run(commands.empower(world, since=now + 2000, until=now + 4000))
    refused(world, named(world, Act.REVOKE), QINGPU)
    world.pass_time(2000)
    with world.snapshot():
        assert world.run(named(world, Act.REVOKE)).records
    world.pass_time(2000)
    refused(world, named(world, Act.REVOKE), QINGPU)


def test_what_a_body_was_named_for_ends_and_is_named_anew(world: World) -> None:
    world.run(commands.end_power(world, until=world.now() + 1000))
    with world.snapshot():
        assert world.run(named(world, Act.REVOKE)).records
    with refuses("CatalogNotEarlier"):
        world.run(commands.end_power(world))
    world.pass_time(1000)
    refused(world, named(world, Act.REVOKE), QINGPU)
    world.run(commands.empower(world, acts=1 << Act.ANNUL))
    refused(world, named(world, Act.REVOKE), QINGPU)
    assert world.run(named(world, Act.ANNUL)).records


def test_a_type_that_knows_the_act_no_more_stops_named_bodies_too(world: World) -> None:
    world.run(commands.empower(world))
    command = commands.register_type(world)
    acts = {"acts": 1 << Act.ISSUE, "licenseType": ascii32(REGIONAL_TYPE)}
    rev = world.rev(objects.type_object(REGIONAL_TYPE))
    world.send(command.message.but(**acts, rev=rev, region=SHANGHAI), governor(SHANGHAI))
    with refuses("LicensesActUnknown", ascii32(REGIONAL_TYPE), Act.REVOKE):
        world.run(named(world, Act.REVOKE))


def test_a_body_is_named_rightly_or_not_at_all(world: World) -> None:
    for acts in (0, 1 << Act.CANCEL, acts_bitmap(NAMEABLE) | 1 << Act.ISSUE, 1 << 31, 1 << Act.RESUME):
        with refuses("CatalogPowersUnknown", acts):
            world.run(commands.empower(world, acts=acts))
    for changes, name in (
        ({"body": ascii32("11110000MB0000000X")}, "CatalogIssuerUnknown"),
        ({"region": 999999}, "CatalogRegionUnknown"),
        ({"licenseType": ascii32("nothing")}, "CatalogTypeUnknown"),
        ({"since": 9, "until": 9}, "CatalogDates"),
    ):
        with refuses(name):
            world.run(commands.empower(world, **changes))
    target = objects.power_object(REGIONAL_TYPE, NAMED, SHANGHAI)
    with refuses("CatalogNothingToEnd", target):
        world.run(
            Command(
                commands.end_power(world).message.but(region=SHANGHAI, rev=0), (governor(SHANGHAI),), target
            )
        )


def test_a_region_names_for_itself_and_its_inferiors(world: World) -> None:
    world.send(commands.empower(world).message, governor(SHANGHAI))
    for region, pair in (
        (SHANGHAI, governor(QINGPU)),
        (QINGPU, governor(ZHEJIANG)),
        (ZHEJIANG, governor(SHANGHAI)),
    ):
        with refuses("WriterNotGovernor"):
            world.send(commands.empower(world, region=region).message, pair)
        with refuses("WriterNotGovernor"):
            world.send(commands.end_power(world, region=region).message, pair)


def test_regions_name_one_body_independently(world: World) -> None:
    world.run(commands.empower(world, region=JIASHAN, acts=1 << Act.REVOKE))
    world.run(commands.empower(world, region=QINGPU, acts=1 << Act.SUSPEND))
    view = "powerOf(bytes32,bytes32,uint32)"
    for region, act in ((JIASHAN, Act.REVOKE), (QINGPU, Act.SUSPEND)):
        assert world.view("Catalog", view, POWER, ascii32(REGIONAL_TYPE), NAMED, region) == (0, 0, 1 << act)


# --- each lifts its own suspension ---


def test_a_named_body_lifts_what_it_suspended_and_nobody_else_does(world: World) -> None:
    world.run(commands.empower(world))
    world.run(commands.empower(world, BUREAU))
    world.run(named(world, Act.SUSPEND))
    assert full_status(world)[0] == Status.SUSPENDED
    with refuses("LicensesWrongStatus", LICENSE, Act.RESUME, Status.SUSPENDED):
        perform(world, Act.RESUME)
    refused(world, named(world, Act.RESUME, uscc=BUREAU), QINGPU)
    with refuses("LicensesWrongStatus"):
        world.run(named(world, Act.RESUME, SHANGHAI))
    world.run(named(world, Act.RESUME))
    assert full_status(world)[::3] == (Status.IN_FORCE, Act.RESUME)


def test_a_named_body_does_not_lift_the_issuers_suspension(world: World) -> None:
    world.run(commands.empower(world))
    perform(world, Act.SUSPEND)
    with refuses("LicensesWrongStatus", LICENSE, Act.RESUME, Status.SUSPENDED):
        world.run(named(world, Act.RESUME))
    with refuses("LicensesNotIssuer", ascii32(BUREAU), NAMED):
        world.run(named(world, Act.RESUME, 0))


@pytest.mark.parametrize("first", ["issuer", "named"])
def test_both_suspensions_stand_side_by_side(world: World, first: str) -> None:
    world.run(commands.empower(world))
    steps = [lambda act: perform(world, act), lambda act: world.run(named(world, act))]
    steps = steps if first == "issuer" else steps[::-1]
    for suspend in steps:
        suspend(Act.SUSPEND)
        with refuses("LicensesWrongStatus", LICENSE, Act.SUSPEND, Status.SUSPENDED):
            suspend(Act.SUSPEND)
    steps[0](Act.RESUME)
    assert full_status(world)[::3] == (Status.SUSPENDED, Act.SUSPEND)
    with refuses("LicensesWrongStatus"):
        perform(world, Act.CHANGE)
    steps[1](Act.RESUME)
    assert full_status(world)[0] == Status.IN_FORCE


def test_a_license_that_another_body_suspended_is_not_taken_in_elsewhere(world: World) -> None:
    world.run(commands.empower(world))
    world.run(commands.entitle(world))
    world.run(commands.transfer_out(world))
    world.run(named(world, Act.SUSPEND))
    taking = commands.amend(world, Act.TRANSFER_IN, ground=23, issuer=ascii32(OFFICE))
    taking = replace(taking, keys=(signer(OFFICE),))
    with refuses("LicensesWrongStatus", LICENSE, Act.TRANSFER_IN, Status.SUSPENDED):
        world.run(taking)
    world.run(named(world, Act.RESUME))
    taking = replace(taking, message=taking.message.but(rev=world.rev(LICENSE)))
    assert world.run(taking).records


def test_a_body_lifts_its_suspension_also_when_it_is_named_no_more(world: World) -> None:
    world.run(commands.empower(world))
    world.run(named(world, Act.SUSPEND))
    world.run(commands.end_power(world, until=world.now() + 1000))
    world.pass_time(1000)
    refused(world, named(world, Act.REVOKE), QINGPU)
    world.run(named(world, Act.RESUME))
    with refuses("CatalogNotCompetent"):
        world.run(named(world, Act.SUSPEND))


def test_what_followed_a_named_body_lifts_its_suspension_and_does_nothing_else(world: World) -> None:
    add_body(world, NEWCOMER, QINGPU)
    add_body(world, "11310118MB7S6R5Q4P", QINGPU)
    successor = "11310118MB7S6R5Q4P"
    world.run(commands.empower(world, NEWCOMER))
    world.run(named(world, Act.SUSPEND, uscc=NEWCOMER))
    refused(world, named(world, Act.RESUME, uscc=successor), QINGPU)
    target = objects.organisation_object(NEWCOMER)
    members = {"uscc": ascii32(NEWCOMER), "successor": ascii32(successor), "since": 0}
    world.send(world.message("SucceedOrganisation", target, **members), governor(QINGPU))
    refused(world, named(world, Act.REVOKE, uscc=successor), QINGPU)
    world.run(named(world, Act.RESUME, uscc=successor))
    license_ = typed(state_of(world), "license", "0x" + LICENSE.hex(), License)
    assert license_ is not None
    found = [actor_of(state_of(world), license_, fact) for fact in license_.facts]
    assert [(each.body, each.capacity) for each in found if each] == [
        (BUREAU, Capacity.ISSUER),
        (NEWCOMER, Capacity.NAMED),
        (successor, Capacity.SUCCESSOR),
    ]


def test_a_named_body_that_takes_the_issuers_place_still_lifts_its_own(world: World) -> None:
    add_body(world, NEWCOMER, QINGPU)
    world.run(commands.empower(world, NEWCOMER))
    perform(world, Act.SUSPEND)
    world.run(named(world, Act.SUSPEND, uscc=NEWCOMER))
    target = objects.organisation_object(BUREAU)
    members = {"uscc": ascii32(BUREAU), "successor": ascii32(NEWCOMER), "since": 0}
    world.send(world.message("SucceedOrganisation", target, **members), governor(QINGPU))
    for region in (QINGPU, 0):
        world.run(named(world, Act.RESUME, region, NEWCOMER))
    assert full_status(world)[0] == Status.IN_FORCE


# --- stolen keys ---


def cut_off(world: World, pair: KeyPair, since: int, by: int) -> None:
    message = world.message("CutOffKey", objects.key_object(pair.id), key=pair.id, since=since)
    world.send(message, governor(by))


def test_what_a_thief_suspended_stands_until_the_body_lifts_it(world: World) -> None:
    world.run(commands.empower(world))
    stolen, stolen_at = signer(OFFICE), world.now()
    world.run(named(world, Act.SUSPEND))
    cut_off(world, stolen, stolen_at, JIASHAN)
    assert full_status(world)[0] == Status.SUSPENDED
    with refuses("DirectoryKeyNotCurrent"):
        world.run(named(world, Act.RESUME))
    world.run(intervention(world, Act.RESUME, QINGPU, key(f"other sign {OFFICE}")))
    assert full_status(world)[0] == Status.IN_FORCE


def test_what_a_thief_lifted_is_suspended_again(world: World) -> None:
    world.run(commands.empower(world))
    world.run(named(world, Act.SUSPEND))
    stolen_at = world.now() + 1
    world.pass_time(10)
    world.run(named(world, Act.RESUME))
    assert full_status(world)[0] == Status.IN_FORCE
    cut_off(world, signer(OFFICE), stolen_at, JIASHAN)
    assert full_status(world)[0] == Status.SUSPENDED
    world.run(intervention(world, Act.RESUME, QINGPU, key(f"other sign {OFFICE}")))
    assert full_status(world)[0] == Status.IN_FORCE


def test_what_a_thief_of_a_regions_key_annulled_stands_and_no_more_is(world: World) -> None:
    other = world.run(commands.issue(world, keccak(b"another"))).records[0].object
    world.run(intervention(world, Act.ANNUL, QINGPU, governor(QINGPU)))
    cut_off(world, governor(QINGPU), 1, SHANGHAI)
    assert full_status(world)[0] == Status.ANNULLED
    message = commands.act(world, Act.ANNUL, region=QINGPU).message.but(licenseId=other, rev=1)
    with refuses("DirectoryKeyNotCurrent"):
        world.send(message, governor(QINGPU))


# --- contracts that take others' places ---


@pytest.mark.parametrize("names", [("Catalog",), ("Licenses",), ("Catalog", "Licenses"), ("Directory",)])
def test_powers_and_suspensions_of_before_a_switch_go_on(world: World, names: tuple[str, ...]) -> None:
    world.run(commands.empower(world))
    world.run(named(world, Act.SUSPEND))
    after = switched(world, *names)
    after.run(named(after, Act.RESUME))
    after.run(named(after, Act.REVOKE))
    after.run(intervention(after, Act.ANNUL, SHANGHAI, governor(SHANGHAI)))
    assert full_status(after)[:2] == (Status.ANNULLED, 5)
    assert after.run(commands.end_power(after)).records


def test_a_catalog_that_is_behind_goes_by_the_keys_of_now(world: World) -> None:
    world.run(commands.empower(world))
    after = switched(world, "Directory")
    behind = replace(after, contracts={**after.contracts, "Catalog": world.contracts["Catalog"]})
    account = world.contracts["Catalog"]
    cut_off(after, governor(QINGPU), 1, SHANGHAI)
    values = (ascii32(REGIONAL_TYPE), ascii32(BUREAU), QINGPU, QINGPU, 0, int(Act.ANNUL))
    view = f"checkIntervention((bytes32,bytes32,uint32,uint32,uint32,uint8),bytes32,{SIGNATURE_TYPE})"
    message = commands.act(after, Act.ANNUL, region=QINGPU).message
    pair, domain = governor(QINGPU), after.domain("Licenses")
    digest = domain.digest(message.type, pair.id, message.data)
    assert behind.contracts["Catalog"] == account
    with refuses("DirectoryKeyNotCurrent"):
        behind.view("Catalog", view, "uint32", values, digest, after.sign(message, pair))


# --- the same answer in Solidity and in Python ---


def _change(world: World, dice: Random) -> None:
    now, uscc = world.now(), dice.choice([OFFICE, NEWCOMER, BUREAU])
    region = dice.choice([QINGPU, SHANGHAI, JIASHAN, XUHUI])
    kind = dice.random()
    acts = acts_bitmap(frozenset(dice.sample(sorted(NAMEABLE), dice.randint(1, 3))))
    if kind < 0.6:
        term = {"since": dice.choice([0, now - 5, now + 40]), "until": dice.choice([0, now + 60, now + 900])}
        world.run(commands.empower(world, uscc, region, acts=acts, **term))
    elif kind < 0.75:
        world.run(commands.end_power(world, uscc, region, until=now + dice.randint(2, 90)))
    elif kind < 0.85:
        members = {"uscc": ascii32(BUREAU), "successor": ascii32(NEWCOMER), "since": 0}
        target = objects.organisation_object(BUREAU)
        world.send(world.message("SucceedOrganisation", target, **members), governor(SHANGHAI))
    else:
        members = {"region": QINGPU, "successor": XUHUI, "since": dice.choice([0, now + 50])}
        world.send(
            world.message("SucceedRegion", objects.region_object(QINGPU), **members), governor(SHANGHAI)
        )


def _try(world: World, command: Command) -> str:
    """The name of the refusal; empty where it is taken, and taken back."""
    with world.snapshot():
        try:
            world.run(command)
        except Refused as refusal:
            return refusal.name
    return ""


def _live(world: World, dice: Random) -> None:
    """Bodies are named, and perhaps one of them suspends."""
    for _ in range(dice.randint(0, 5)):
        try:
            _change(world, dice)
        except Refused as refusal:
            assert refusal.name in ("DirectorySucceeded", "CatalogNotEarlier", "CatalogInThePast")  # noqa: PT017
        world.pass_time(dice.randint(1, 60))
    suspend = named(world, Act.SUSPEND, QINGPU, dice.choice([OFFICE, NEWCOMER]))
    if dice.random() < 0.6 and not _try(world, suspend):
        world.run(suspend)


def test_chain_and_domain_agree_on_who_is_competent(world: World) -> None:
    add_xuhui(world)
    add_body(world, NEWCOMER, XUHUI)
    seen = set()
    for number in range(60):
        dice = Random(number)
        with world.snapshot():
            _live(world, dice)
            state, at = state_of(world), world.now() + 1
            license_ = typed(state, "license", "0x" + LICENSE.hex(), License)
            assert license_ is not None
            for _ in range(5):
                act = dice.choice([*sorted(NAMEABLE), Act.CANCEL, Act.RESUME, Act.RESUME])
                region = QINGPU if act is Act.RESUME else dice.choice([QINGPU, SHANGHAI, JIASHAN, XUHUI])
                pair = dice.choice([governor(region), signer(OFFICE), signer(NEWCOMER), signer(BUREAU)])
                owner = "0x" + world.view("Keys", "keyOf(bytes32)", KEY_ROW, pair.id)[0].hex()
                may = Intervention(license_, act, region, owner).is_competent(
                    state, at, void_as_of(state, at)
                )
                world.next_block_at(at)
                refusal = _try(world, intervention(world, act, region, pair))
                if refusal != "LicensesWrongStatus":
                    assert refusal == ("" if may else "CatalogNotCompetent"), (number, act, region)
                    seen.add((act, may))
    assert {(act, may) for act in (*NAMEABLE, Act.RESUME) for may in (True, False)} <= seen
