"""Catalog: types and their versions, entitlements, agreements and what they reach."""

from __future__ import annotations

import pytest

from ledger.domain import objects
from ledger.domain.acts import Scope
from ledger.domain.objects import ascii32
from tests.contracts import commands
from tests.contracts.commands import governor, signer
from tests.contracts.world import (
    ANHUI,
    BUREAU,
    DAY,
    JIASHAN,
    NATIONAL_TYPE,
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
    entitlement_members,
    recognition_members,
    refuses,
    type_members,
)

TYPE_ROW = "uint256,(uint64,uint32,uint32,uint8,uint8,uint16,bytes32,bytes32,bytes32)"
UNKNOWN_TYPE = "1" * 21


def register(world: World, code: str, scope: Scope, /, **changes: object) -> Message:
    members = {**type_members(code, scope), **changes}
    return world.message("RegisterType", objects.type_object(code), **members)


# --- types ---


def test_a_national_type_needs_the_quorum_and_its_legal_ground(world: World) -> None:
    message = register(world, UNKNOWN_TYPE, Scope.NATIONAL)
    with refuses("WriterSignatureCount", 1, 2):
        world.send(message, VOTERS[0])
    with refuses("CatalogGroundMissing", ascii32(UNKNOWN_TYPE)):
        world.send(message.but(ground=0), *VOTERS[:2])
    assert world.send(message, *VOTERS[:2]).records


def test_a_national_type_stays_in_the_hands_of_the_quorum(world: World) -> None:
    with refuses("WriterSignatureCount", 1, 2):
        world.send(register(world, NATIONAL_TYPE, Scope.REGIONAL), governor(SHANGHAI))


def test_a_region_does_not_take_over_anothers_type(world: World) -> None:
    message = register(world, REGIONAL_TYPE, Scope.REGIONAL, region=ZHEJIANG)
    with refuses("WriterNotGovernor", objects.region_object(ZHEJIANG), SHANGHAI):
        world.send(message, governor(ZHEJIANG))


def test_versions_of_a_type_stay_readable(world: World) -> None:
    first = world.view("Catalog", "typeOf(bytes32)", TYPE_ROW, ascii32(REGIONAL_TYPE))
    world.pass_time(100)
    world.send(register(world, REGIONAL_TYPE, Scope.REGIONAL, acts=2), governor(SHANGHAI))
    version, current = world.view("Catalog", "typeOf(bytes32)", TYPE_ROW, ascii32(REGIONAL_TYPE))
    assert (first[0], version, current[2]) == (1, 2, 2)
    assert current[0] == world.now() > first[1][0]
    row = TYPE_ROW.partition(",")[2]
    assert world.view("Catalog", "typeVersion(bytes32,uint256)", row, ascii32(REGIONAL_TYPE), 1) == first[1]


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"scope": 0}, "CatalogScopeUnknown"),
        ({"scope": 3}, "CatalogScopeUnknown"),
        ({"sharing": 0}, "CatalogSharingUnknown"),
        ({"sharing": 4}, "CatalogSharingUnknown"),
        ({"acts": 1}, "CatalogActsUnknown"),
        ({"acts": 1 << 18}, "CatalogActsUnknown"),
        ({"region": 999999}, "CatalogRegionUnknown"),
        ({"region": 0}, "CatalogRegionUnknown"),
        ({"definer": "证".encode().ljust(32, b"\0")}, "WriterNotAscii"),
    ],
)
def test_a_type_makes_sense(world: World, changes: dict[str, object], error: str) -> None:
    with refuses(error):
        world.send(register(world, UNKNOWN_TYPE, Scope.REGIONAL, **changes), governor(SHANGHAI))


def test_an_unknown_type_has_no_version(world: World) -> None:
    assert world.view("Catalog", "typeOf(bytes32)", TYPE_ROW, ascii32(UNKNOWN_TYPE))[0] == 0
    with refuses("CatalogTypeUnknown", ascii32(UNKNOWN_TYPE)):
        world.view("Catalog", "actsOf(bytes32)", "uint32", ascii32(UNKNOWN_TYPE))


# --- entitlements ---


def entitle(world: World, code: str, uscc: str, region: int, /, **changes: object) -> Message:
    members = {**entitlement_members(code, uscc, region), **changes}
    return world.message("Entitle", objects.entitlement_object(code, uscc), **members)


def entitled(world: World, code: str, uscc: str, at: int) -> bool:
    arguments = (ascii32(code), ascii32(uscc), at)
    return bool(world.view("Catalog", "entitledTo(bytes32,bytes32,uint64)", "bool", *arguments))


@pytest.mark.parametrize(
    ("code", "uscc", "changes", "error"),
    [
        (UNKNOWN_TYPE, OFFICE, {}, "CatalogTypeUnknown"),
        (REGIONAL_TYPE, "11999999MB9Z8Y7X6W", {}, "CatalogIssuerUnknown"),
        (REGIONAL_TYPE, OFFICE, {"region": 999999}, "CatalogRegionUnknown"),
        (REGIONAL_TYPE, OFFICE, {"since": 5, "until": 5}, "CatalogDates"),
        (REGIONAL_TYPE, OFFICE, {"operator": b"\xff" * 32}, "WriterNotAscii"),
    ],
)
def test_an_entitlement_makes_sense(
    world: World, code: str, uscc: str, changes: dict[str, object], error: str
) -> None:
    with refuses(error):
        world.send(entitle(world, code, uscc, JIASHAN, **changes), governor(JIASHAN))


def test_an_entitlement_holds_from_since_until_until(world: World) -> None:
    now = world.now()
    world.send(entitle(world, REGIONAL_TYPE, OFFICE, JIASHAN, since=now, until=now + 10), governor(JIASHAN))
    assert [entitled(world, REGIONAL_TYPE, OFFICE, now + i) for i in (-1, 0, 9, 10)] == [
        False,
        True,
        True,
        False,
    ]


def test_a_right_given_ahead_replaces_the_present_one_at_once(world: World) -> None:
    later = entitle(world, REGIONAL_TYPE, BUREAU, QINGPU, since=world.now() + 1000)
    world.send(later, governor(QINGPU))
    with refuses("LicensesNotEntitled", ascii32(BUREAU), ascii32(REGIONAL_TYPE)):
        world.run(commands.issue(world))
    world.pass_time(1000)
    assert world.run(commands.issue(world)).records


def test_a_region_does_not_replace_anothers_entitlement(world: World) -> None:
    with refuses("WriterNotGovernor", objects.region_object(JIASHAN), QINGPU):
        world.send(entitle(world, REGIONAL_TYPE, BUREAU, JIASHAN), governor(JIASHAN))
    assert world.send(entitle(world, REGIONAL_TYPE, BUREAU, SHANGHAI), governor(SHANGHAI)).records


def test_an_ended_entitlement_issues_no_more(world: World) -> None:
    command = commands.end_entitlement(world)
    until = world.now() + 10
    world.send(command.message.but(until=until), *command.keys)
    with refuses("CatalogNotEarlier", until, until):
        world.send(command.message.but(until=until, rev=2), *command.keys)
    with refuses("CatalogInThePast"):
        world.send(command.message.but(until=world.now() - 1, rev=2), *command.keys)
    world.next_block_at(until)
    with refuses("LicensesNotEntitled", ascii32(BUREAU), ascii32(PLAIN_TYPE)):
        world.run(commands.issue(world, licenseType=ascii32(PLAIN_TYPE)))


def test_what_was_never_given_does_not_end(world: World) -> None:
    target = objects.entitlement_object(REGIONAL_TYPE, OFFICE)
    codes = {"licenseType": ascii32(REGIONAL_TYPE), "issuer": ascii32(OFFICE)}
    message = world.message("EndEntitlement", target, **codes, until=world.now() + DAY)
    with refuses("CatalogNothingToEnd", target):
        world.send(message, governor(JIASHAN))


def test_an_unentitled_body_does_not_issue(world: World) -> None:
    with refuses("LicensesNotEntitled", ascii32(OFFICE), ascii32(REGIONAL_TYPE)):
        world.send(commands.issue(world, issuer=ascii32(OFFICE)).message, signer(OFFICE))


# --- agreements ---


def recognized(world: World, start: int, end: int, code: str, at: int | None = None) -> tuple[object, ...]:
    arguments = (start, end, ascii32(code), world.now() if at is None else at)
    signature = "recognized(uint32,uint32,bytes32,uint64)"
    return tuple(world.view("Catalog", signature, "bool,bytes32,bytes32", *arguments))


AGREEMENT = objects.recognition_object(SHANGHAI, ZHEJIANG, REGIONAL_TYPE)
BY_AGREEMENT = (True, ascii32(REGIONAL_TYPE), AGREEMENT)
BY_LAW = (True, ascii32(REGIONAL_TYPE), NO_HASH)
NOT = (False, NO_HASH, NO_HASH)


@pytest.mark.parametrize("start", [SHANGHAI, QINGPU])
@pytest.mark.parametrize("end", [ZHEJIANG, JIASHAN])
def test_an_agreement_of_superiors_covers_inferiors(world: World, start: int, end: int) -> None:
    assert recognized(world, start, end, REGIONAL_TYPE) == BY_AGREEMENT


@pytest.mark.parametrize(("start", "end"), [(ZHEJIANG, SHANGHAI), (SHANGHAI, ANHUI), (JIASHAN, QINGPU)])
def test_an_agreement_goes_one_way_and_no_further(world: World, start: int, end: int) -> None:
    assert recognized(world, start, end, REGIONAL_TYPE) == NOT


@pytest.mark.parametrize(
    ("start", "end"),
    [(QINGPU, QINGPU), (SHANGHAI, QINGPU), (QINGPU, SHANGHAI), (QINGPU, 310104), (JIASHAN, ZHEJIANG)],
)
def test_at_home_under_one_root_no_agreement_is_needed(world: World, start: int, end: int) -> None:
    world.run(commands.add_region(world))
    assert recognized(world, start, end, REGIONAL_TYPE) == BY_LAW, "whoever defined the type"


def test_an_unknown_region_is_no_home(world: World) -> None:
    assert recognized(world, 999999, 999999, REGIONAL_TYPE) == NOT


def test_a_national_type_counts_everywhere(world: World) -> None:
    assert recognized(world, QINGPU, JIASHAN, NATIONAL_TYPE) == (True, ascii32(NATIONAL_TYPE), NO_HASH)
    assert recognized(world, QINGPU, JIASHAN, PLAIN_TYPE) == NOT
    assert recognized(world, QINGPU, JIASHAN, UNKNOWN_TYPE) == NOT


def test_the_nearest_agreement_decides_and_may_name_another_type(world: World) -> None:
    target = objects.recognition_object(QINGPU, JIASHAN, REGIONAL_TYPE)
    members = {**recognition_members(QINGPU, JIASHAN), "asType": ascii32(PLAIN_TYPE)}
    world.send(world.message("Recognize", target, **members), governor(QINGPU), governor(JIASHAN))
    assert recognized(world, QINGPU, JIASHAN, REGIONAL_TYPE) == (True, ascii32(PLAIN_TYPE), target)
    assert recognized(world, QINGPU, ZHEJIANG, REGIONAL_TYPE) == BY_AGREEMENT


def test_one_side_ends_an_agreement(world: World) -> None:
    command = commands.end_recognition(world)
    until = world.now() + 10
    world.send(command.message.but(until=until), governor(ZHEJIANG))
    assert recognized(world, QINGPU, JIASHAN, REGIONAL_TYPE, until - 1) == BY_AGREEMENT
    assert recognized(world, QINGPU, JIASHAN, REGIONAL_TYPE, until) == NOT
    with refuses("CatalogNotEarlier", until + 1, until):
        world.send(command.message.but(until=until + 1, rev=2), governor(SHANGHAI))


def test_an_agreement_needs_both_sides_in_order(world: World) -> None:
    command = commands.recognize(world)
    with refuses("WriterSignatureCount", 1, 2):
        world.send(command.message, governor(ANHUI))
    with refuses("WriterNotGovernor", objects.region_object(JIASHAN), ANHUI):
        world.send(command.message, governor(JIASHAN), governor(ANHUI))
    with refuses("CatalogSameSide"):
        world.send(command.message, governor(ANHUI), governor(ANHUI))


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"toRegion": ANHUI}, "CatalogSameSide"),
        ({"toRegion": 999999}, "CatalogRegionUnknown"),
        ({"fromRegion": 999999}, "CatalogRegionUnknown"),
        ({"licenseType": ascii32(UNKNOWN_TYPE)}, "CatalogTypeUnknown"),
        ({"asType": ascii32(UNKNOWN_TYPE)}, "CatalogTypeUnknown"),
        ({"since": 9, "until": 8}, "CatalogDates"),
    ],
)
def test_an_agreement_makes_sense(world: World, changes: dict[str, object], error: str) -> None:
    command = commands.recognize(world)
    with refuses(error):
        world.send(command.message.but(**changes), *command.keys)


def test_what_was_never_agreed_does_not_end(world: World) -> None:
    target = objects.recognition_object(ANHUI, ZHEJIANG, REGIONAL_TYPE)
    sides = {"fromRegion": ANHUI, "toRegion": ZHEJIANG, "licenseType": ascii32(REGIONAL_TYPE)}
    with refuses("CatalogNothingToEnd", target):
        world.send(world.message("EndRecognition", target, **sides, until=world.now() + DAY), governor(ANHUI))
