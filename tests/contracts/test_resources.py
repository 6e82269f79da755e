"""Resources: who registers what, on which conditions, and what is proved of it."""

from __future__ import annotations

from typing import Any

import pytest
from eth_hash.auto import keccak

from ledger.domain import objects
from ledger.domain.acts import Sharing
from ledger.domain.messages import Kind
from ledger.domain.objects import ascii32
from ledger.domain.sharing import BaseLibrary, ResourceKind
from tests.contracts import commands, sharing
from tests.contracts.commands import governor, signer
from tests.contracts.sharing import DATA, RESOURCE_ROW, SHARED, register_resource, resource, word
from tests.contracts.world import (
    BUREAU,
    DAY,
    JIASHAN,
    NO_HASH,
    OFFICE,
    QINGPU,
    REGIONAL_TYPE,
    SHANGHAI,
    ZHEJIANG,
    World,
    refuses,
)


def row(world: World, code: bytes = SHARED) -> tuple[Any, ...]:
    found: tuple[Any, ...] = world.view("Resources", "resourceOf(bytes32)", RESOURCE_ROW, resource(code))
    return found


def test_a_resource_is_kept_with_its_terms(world: World) -> None:
    record = world.run(register_resource(world)).records[0]
    assert (record.kind, record.object) == (Kind.RESOURCE_REGISTERED, resource())
    assert row(world)[:4] == (ascii32(BUREAU), NO_HASH, ascii32(REGIONAL_TYPE), word(sharing.SENSITIVE))
    assert row(world)[4:] == (8, ResourceKind.LICENSE_TYPE, Sharing.CONDITIONAL, BaseLibrary.NONE, 1, 0)


def test_a_next_version_takes_the_place_of_the_one_before(world: World) -> None:
    world.run(register_resource(world))
    world.run(register_resource(world, sharing=Sharing.UNCONDITIONAL))
    assert row(world)[6] == Sharing.UNCONDITIONAL
    assert row(world)[8] == 2


@pytest.mark.parametrize("how", [Sharing.CONDITIONAL, Sharing.NOT_SHARED])
def test_an_exception_without_ground_or_end_is_refused(world: World, how: Sharing) -> None:
    for changes in ({"ground": 0}, {"until": 0}, {"until": world.now() - 1}, {"until": 2**48}):
        with refuses("ResourcesExceptionUnfounded"):
            world.run(register_resource(world, sharing=how, **changes))


@pytest.mark.parametrize("how", [0, 5, 255])
def test_an_unknown_kind_of_sharing_is_refused(world: World, how: int) -> None:
    with refuses("ResourcesSharingUnknown", how):
        command = register_resource(world)
        world.send(command.message.but(sharing=how), *command.keys)


@pytest.mark.parametrize(("count", "sensitive"), [(0, 0), (257, 0), (8, 1 << 8), (1, 2)])
def test_fields_that_are_none_or_too_many_are_refused(world: World, count: int, sensitive: int) -> None:
    with refuses("PartiesFields"):
        world.run(register_resource(world, fieldCount=count, sensitive=word(sensitive)))


def test_256_fields_are_taken(world: World) -> None:
    assert world.run(register_resource(world, fieldCount=256, sensitive=word(2**256 - 1))).records


def test_a_data_set_has_no_license_type_and_licenses_have_one(world: World) -> None:
    assert world.run(register_resource(world, DATA)).records
    with refuses("ResourcesTypeMismatch"):
        world.run(register_resource(world, DATA, licenseType=ascii32(REGIONAL_TYPE)))
    with refuses("ResourcesTypeMismatch"):
        world.run(register_resource(world, licenseType=NO_HASH))
    with refuses("ResourcesKindUnknown", 3):
        world.run(register_resource(world, kind=3))


def test_only_who_is_entitled_to_a_type_shares_its_licenses(world: World) -> None:
    command = register_resource(world, owner=ascii32(OFFICE))
    with refuses("LicensesNotEntitled", ascii32(OFFICE), ascii32(REGIONAL_TYPE)):
        world.send(command.message, signer(OFFICE))


@pytest.mark.parametrize("member", ["operator", "useRight", "benefitRight"])
def test_bodies_that_nobody_registered_are_refused(world: World, member: str) -> None:
    with refuses("PartiesUnknown", ascii32("nobody")):
        world.run(register_resource(world, **{member: ascii32("nobody")}))


def test_a_code_that_is_not_ascii_is_refused(world: World) -> None:
    with refuses("WriterNotAscii"):
        world.run(register_resource(world, b"\xff" * 32))


def test_only_who_the_region_named_writes_in_a_base_library(world: World) -> None:
    within = {"baseLibrary": int(BaseLibrary.LICENSES), "region": QINGPU}
    with refuses("ResourcesNotWriter", ascii32(BUREAU), BaseLibrary.LICENSES, QINGPU):
        world.run(register_resource(world, **within))
    world.run(sharing.name_library_writer(world))
    assert world.run(register_resource(world, **within)).records
    with refuses("ResourcesNotWriter"):
        world.run(register_resource(world, baseLibrary=int(BaseLibrary.CREDIT), region=QINGPU))
    world.run(sharing.name_library_writer(world, until=world.now() + 1, since=1))
    world.pass_time(10)
    with refuses("ResourcesNotWriter"):
        world.run(register_resource(world, **within))


def test_a_right_to_a_base_library_that_begins_later_is_none_yet(world: World) -> None:
    since = world.now() + DAY
    world.run(sharing.name_library_writer(world, since=since))
    within = {"baseLibrary": int(BaseLibrary.LICENSES), "region": QINGPU}
    with refuses("ResourcesNotWriter"):
        world.run(register_resource(world, **within))
    world.pass_time(DAY + 1)
    assert world.run(register_resource(world, **within)).records


@pytest.mark.parametrize("number", [0, 6, 255])
def test_an_unknown_base_library_is_refused(world: World, number: int) -> None:
    command = sharing.name_library_writer(world)
    with refuses("ResourcesLibraryUnknown", number):
        world.send(command.message.but(baseLibrary=number, rev=0), governor(QINGPU))
    if number:
        with refuses("ResourcesLibraryUnknown", number):
            world.run(register_resource(world, baseLibrary=number))


# --- mounted and probed ---


def test_nobody_probes_what_is_his_own(world: World) -> None:
    command = sharing.probe(world, prober=ascii32(BUREAU))
    with refuses("ResourcesOwnProbe", ascii32(BUREAU)):
        world.send(command.message, signer(BUREAU))


def test_a_probe_is_of_a_sample_that_was_declared(world: World) -> None:
    with refuses("ResourcesSampleUnknown", 10, 10):
        world.run(sharing.probe(world, index=10))
    with refuses("PartiesOutcomeUnknown", 4):
        world.run(sharing.probe(world, outcome=4))


def test_a_probe_of_what_was_taken_down_or_mounted_anew_is_refused(world: World) -> None:
    probe = sharing.probe(world)
    world.run(sharing.mount(world, channel=NO_HASH, samples=0))
    with refuses("JournalStaleRevision"):
        world.run(probe)
    with refuses("ResourcesSampleUnknown"):
        command = sharing.mount(world)
        world.send(command.message.but(samples=0), *command.keys)
    assert row(world)[-1] == 0


def test_the_operator_that_the_resource_names_mounts_it(world: World) -> None:
    world.run(register_resource(world, operator=ascii32(OFFICE)))
    assert world.send(sharing.mount(world).message, signer(OFFICE)).records
    world.run(register_resource(world))
    with refuses("PartiesNotProvider"):
        world.send(sharing.mount(world).message, signer(OFFICE))


def test_the_body_that_followed_the_owner_signs_for_the_resource(world: World) -> None:
    world.run(register_resource(world, DATA))
    world.run(commands.succeed_organisation(world))
    successor = commands.key(f"sign {commands.NEWCOMER}")
    owner = objects.organisation_object(commands.NEWCOMER)
    world.send(world.registration(successor, owner, commands.Purpose.SIGN), governor(QINGPU), successor)
    assert world.send(sharing.mount(world, DATA).message, successor).records
    assert world.send(register_resource(world, DATA).message, successor).records


# --- demands, duties, code tables ---


def test_a_demand_is_matched_by_whose_it_is(world: World) -> None:
    world.run(sharing.offer(world))
    with refuses("PartiesNotSigner", ascii32(OFFICE), objects.organisation_object(BUREAU)):
        world.send(sharing.match_demand(world).message, signer(BUREAU))
    assert world.run(sharing.match_demand(world)).records


def test_what_nobody_demanded_is_not_offered(world: World) -> None:
    command = sharing.offer(world)
    with refuses("ResourcesDemandUnknown", keccak(b"none")):
        world.send(command.message.but(demand=keccak(b"none"), rev=0), *command.keys)


def test_a_duty_is_set_by_a_region_of_the_owner_only(world: World) -> None:
    command = sharing.set_duty(world)
    target = objects.duty_object(ZHEJIANG, BUREAU, SHARED)
    assert world.rev(target) == 0
    with refuses("ResourcesElsewhere", ascii32(BUREAU), ZHEJIANG):
        world.send(command.message.but(region=ZHEJIANG), governor(ZHEJIANG))
    assert world.run(command).records
    with refuses("ResourcesKindUnknown", 3):
        world.run(sharing.set_duty(world, kind=3))


def test_a_code_table_is_a_regions_or_a_bodys(world: World) -> None:
    assert world.run(sharing.set_code_table(world, 0, BUREAU)).records
    assert world.run(sharing.set_code_table(world, QINGPU)).records
    own = sharing.set_code_table(world, 0, BUREAU)
    for region, publisher in ((QINGPU, ascii32(BUREAU)), (0, NO_HASH)):
        with refuses("ResourcesPublisher", region, publisher):
            world.send(own.message.but(region=region, publisher=publisher), *own.keys)
    with refuses("PartiesNotSigner"):
        world.send(own.message, signer(OFFICE))
    with refuses("WriterNotGovernor"):
        world.send(sharing.set_code_table(world, QINGPU).message, governor(JIASHAN))
    assert world.send(sharing.set_code_table(world, QINGPU).message, governor(SHANGHAI)).records
