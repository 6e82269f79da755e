"""Operators (代办): who may sign in an issuer's name, for which type, as long as which right is in effect."""

from __future__ import annotations

from dataclasses import replace
from random import Random
from typing import Any

import pytest

from ledger.domain import objects
from ledger.domain.acts import Act
from ledger.domain.messages import Kind
from ledger.domain.objects import ascii32
from ledger.domain.rights import Rights
from tests.contracts import commands
from tests.contracts.commands import COMMANDS, NEWCOMER, governor, signer
from tests.contracts.test_batches import Issued
from tests.contracts.test_permissions import BY_ISSUER
from tests.contracts.test_successions import state_of
from tests.contracts.world import (
    BUREAU,
    DAY,
    NATIONAL_TYPE,
    OFFICE,
    PLAIN_TYPE,
    QINGPU,
    REGIONAL_TYPE,
    Command,
    KeyPair,
    Refused,
    World,
    key,
    refuses,
)

OPERATOR = objects.organisation_object(OFFICE)


@pytest.fixture(params=BY_ISSUER)
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def command(world: World, name: str) -> Command:
    return COMMANDS[name](world)


def by(command: Command, pair: KeyPair, uscc: str = OFFICE) -> Command:
    """The command as another body gives it."""
    is_told = "by" in command.message.values
    message = command.message.but(by=ascii32(uscc)) if is_told else command.message
    return replace(command, message=message, keys=(pair,))


def refused_as_stranger(world: World, command: Command) -> None:
    before = world.slot("Journal", 0)
    with refuses("LicensesNotIssuer", ascii32(BUREAU), OPERATOR):
        world.run(by(command, signer(OFFICE)))
    assert world.slot("Journal", 0) == before


def refused_without_right(world: World, command: Command) -> None:
    """The issuer is not entitled either; which of the two is said first does not matter."""
    with pytest.raises(Refused) as caught:
        world.run(by(command, signer(OFFICE)))
    assert caught.value.name in ("LicensesNotIssuer", "LicensesNotEntitled")
    assert caught.value.values[0] == ascii32(BUREAU)


# --- role × outcome ---


def test_the_operator_of_a_right_signs_all_that_the_issuer_signs(world: World, command: Command) -> None:
    world.run(commands.mandate(world))
    record = world.run(by(command, signer(OFFICE))).records[0]
    assert record.object == command.object
    assert record.signatures[0][0] == signer(OFFICE).id


def test_the_issuer_signs_beside_its_operator(world: World, command: Command) -> None:
    world.run(commands.mandate(world))
    assert world.run(command).records


def test_nobody_else_signs_beside_them(world: World, command: Command) -> None:
    world.run(commands.add_organisation(world))
    world.run(commands.mandate(world, NEWCOMER))
    refused_as_stranger(world, command)


def test_a_body_signs_no_more_once_another_is_named(world: World, command: Command) -> None:
    world.run(commands.mandate(world))
    world.run(commands.add_organisation(world))
    world.run(commands.mandate(world, NEWCOMER))
    refused_as_stranger(world, command)


def test_a_right_to_another_type_is_no_mandate(world: World, command: Command) -> None:
    world.run(commands.mandate(world, code=PLAIN_TYPE))
    world.run(commands.mandate(world, code=NATIONAL_TYPE))
    refused_as_stranger(world, command)


def test_a_right_of_another_issuer_is_no_mandate(world: World, command: Command) -> None:
    world.run(commands.entitle(world))
    refused_as_stranger(world, command)


def test_an_ended_right_is_no_mandate(world: World, command: Command) -> None:
    world.run(commands.mandate(world))
    world.run(commands.end_entitlement(world, REGIONAL_TYPE, until=world.now() + 100))
    world.pass_time(50)
    with world.snapshot():
        assert world.run(by(command, signer(OFFICE))).records, "still in effect"
    world.pass_time(100)
    refused_without_right(world, command)


def test_a_right_that_has_run_out_is_no_mandate(world: World, command: Command) -> None:
    world.run(commands.mandate(world, until=world.now() + 100))
    world.pass_time(200)
    refused_without_right(world, command)


def test_a_right_that_has_not_begun_is_no_mandate(world: World, command: Command) -> None:
    world.run(commands.mandate(world, since=world.now() + 1000))
    refused_without_right(world, command)
    world.pass_time(1000)
    assert world.run(by(command, signer(OFFICE))).records


def test_an_operator_signs_with_a_signing_key_that_is_current(world: World, command: Command) -> None:
    world.run(commands.mandate(world))
    with refuses("DirectoryKeyPurpose"):
        world.run(by(command, key(f"recover {OFFICE}")))
    world.pass_time(DAY + 10)
    with refuses("DirectoryKeyNotCurrent"):
        world.run(by(command, key(f"brief sign {OFFICE}")))


# --- what a mandate does not cover ---


def test_a_mandate_for_the_new_type_alone_amends_no_license_of_another(world: World) -> None:
    world.run(commands.mandate(world, code=NATIONAL_TYPE))
    command = commands.amend(world, licenseType=ascii32(NATIONAL_TYPE))
    refused_as_stranger(world, command)
    world.run(commands.mandate(world))
    assert world.run(by(command, signer(OFFICE))).records


def test_an_operator_opens_and_acts_on_leaves_of_its_issuer(world: World) -> None:
    batch = Issued(world)
    world.run(commands.mandate(world))
    kinds = [each.kind for each in world.run(by(batch.act(1), signer(OFFICE))).records]
    assert kinds == [Kind.LICENSE_OPENED, Kind.LICENSE_ACTED]


def test_the_operator_of_the_taker_takes_a_transfer_in(world: World) -> None:
    target = objects.entitlement_object(REGIONAL_TYPE, OFFICE)
    world.run(commands.entitle(world))
    right = commands.entitle(world).message.but(operator=ascii32(BUREAU))
    world.run(commands.transfer_out(world))
    command = commands.amend(world, Act.TRANSFER_IN, ground=23, issuer=ascii32(OFFICE))
    with refuses("LicensesNotIssuer", ascii32(OFFICE), objects.organisation_object(BUREAU)):
        world.run(command)
    world.send(right.but(rev=world.rev(target)), governor(330421))
    assert world.run(command).records, "signed by the bureau, in the office's name"


def test_the_operator_of_a_body_that_was_followed_signs_as_its_right_says(world: World) -> None:
    command = commands.act(world)
    world.run(commands.mandate(world))
    world.run(commands.succeed_organisation(world))
    world.pass_time(10)
    assert world.run(by(command, signer(OFFICE))).records


def test_an_operator_is_a_registered_body(world: World) -> None:
    with refuses("CatalogIssuerUnknown", ascii32(NEWCOMER)):
        world.run(commands.mandate(world, NEWCOMER))
    world.run(commands.add_organisation(world))
    assert world.run(commands.mandate(world, NEWCOMER)).records


def test_a_right_without_operator_is_nobodys_mandate(world: World) -> None:
    nobody = objects.organisation_object("")
    members = {"uscc": ascii32(""), "region": QINGPU, "level": 1, "nameDigest": bytes(32)}
    world.send(world.message("AddOrganisation", nobody, **members), governor(QINGPU))
    pair = key("of the body without a code")
    members = {"newKey": pair.id, "owner": nobody, "purpose": 1, "alg": 1, "x": pair.x, "y": pair.y}
    registration = world.message(
        "RegisterKey", objects.key_object(pair.id), **members, validFrom=0, validTo=0
    )
    world.send(registration, governor(QINGPU), pair)
    with refuses("LicensesNotIssuer", ascii32(BUREAU), nobody):
        world.run(by(commands.issue(world), pair))


# --- the same answer in Solidity and in Python ---

BODIES = (BUREAU, OFFICE, NEWCOMER)


def _some_right(world: World, dice: Random) -> Command:
    now = world.now()
    code = dice.choice([REGIONAL_TYPE, NATIONAL_TYPE])
    if dice.random() < 0.3:
        return commands.end_entitlement(world, code, until=now + dice.randint(5, 500))
    until = dice.choice([0, now + dice.randint(20, 2_000)])
    since = dice.choice([0, now - dice.randint(1, 500)])
    operator = dice.choice(["", OFFICE, NEWCOMER])
    return commands.mandate(world, operator, code, since=since, until=until)


def _accepts(world: World, command: Command, uscc: str) -> bool:
    pair = key("of the newcomer") if uscc == NEWCOMER else signer(uscc)
    with world.snapshot():
        try:
            return bool(world.run(by(command, pair)).records)
        except Refused as refused:
            if refused.name not in ("LicensesNotIssuer", "LicensesNotEntitled"):
                raise
            return False


def test_chain_and_domain_agree_on_who_signs_in_whose_name(world: World) -> None:
    world.run(commands.add_organisation(world))
    owner, pair = objects.organisation_object(NEWCOMER), key("of the newcomer")
    members: dict[str, Any] = {"newKey": pair.id, "owner": owner, "purpose": 1, "alg": 1}
    point = {"x": pair.x, "y": pair.y, "validFrom": 0, "validTo": 0}
    registration = world.message("RegisterKey", objects.key_object(pair.id), **members, **point)
    world.send(registration, governor(QINGPU), pair)
    world.run(commands.issue(world))
    seen = set()
    for number in range(40):
        dice = Random(number)
        with world.snapshot():
            for _ in range(dice.randint(0, 4)):
                try:
                    world.run(_some_right(world, dice))
                except Refused:
                    continue  # an end that is no end
                world.pass_time(dice.randint(1, 600))
            state, at = state_of(world), world.now() + 1
            for uscc in dice.sample(BODIES, 2):
                body = objects.organisation_id(uscc)
                world.next_block_at(at)
                rights = Rights(state, at)
                issues = rights.may_issue(body, REGIONAL_TYPE, BUREAU)
                entitled = rights.right(REGIONAL_TYPE, BUREAU) is not None
                fresh = commands.issue(world, commands.NEXT_HANDLE)
                assert _accepts(world, fresh, uscc) == (issues and entitled), (number, uscc)
                world.next_block_at(at)
                acts = rights.may_act(body, REGIONAL_TYPE, BUREAU)
                assert _accepts(world, commands.act(world), uscc) == acts, (number, uscc)
                seen |= {(uscc, issues and entitled), (uscc, acts)}
    assert {(OFFICE, True), (OFFICE, False), (BUREAU, False)} <= seen
