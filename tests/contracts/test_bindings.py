"""Who ties a holder's device to a license and freezes that again, and where that is refused."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from random import Random

import pytest
from eth_hash.auto import keccak

from ledger.domain import objects
from ledger.domain.acts import Act, Scope, Status, acts_bitmap
from ledger.domain.entities import License
from ledger.domain.messages import Kind
from ledger.domain.objects import ascii32
from ledger.domain.rights import IDENTITY_PROVIDER, Rights
from ledger.domain.state import typed
from tests.contracts import commands
from tests.contracts.commands import LICENSE, governor, signer, switched
from tests.contracts.test_batches import Issued
from tests.contracts.test_licenses import freezing, full_status, license_of, perform
from tests.contracts.test_successions import state_of
from tests.contracts.world import (
    ANHUI,
    BUREAU,
    JIASHAN,
    OFFICE,
    QINGPU,
    REGIONAL_TYPE,
    SHANGHAI,
    VOTERS,
    ZHEJIANG,
    Command,
    Message,
    Refused,
    World,
    entitlement_members,
    refuses,
    sealed_world,
    type_members,
)

FACT = "(uint8,uint16,uint64,uint64,uint32,uint32)"
ONLY_BIND = acts_bitmap(frozenset({Act.BIND}))
PROVIDER = objects.organisation_object(OFFICE)


@pytest.fixture
def world(hardhat_rpc: str) -> Iterator[World]:
    """Identity providers may be named; the license is issued in Qingpu and bound by its issuer."""
    with sealed_world(hardhat_rpc).borrowed() as world:
        register(world)
        world.run(commands.bind(world))
        yield world


def register(world: World, acts: int = ONLY_BIND) -> None:
    """The type of identity providers, or its next version, by a quorum."""
    target = objects.type_object(IDENTITY_PROVIDER)
    members = type_members(IDENTITY_PROVIDER, Scope.NATIONAL, acts)
    world.send(world.message("RegisterType", target, **members), *VOTERS[:2])


def provide(world: World, region: int, uscc: str = OFFICE, **changes: int) -> None:
    """Entitle an identity provider in a region, by that region."""
    target = objects.entitlement_object(IDENTITY_PROVIDER, uscc)
    members = {**entitlement_members(IDENTITY_PROVIDER, uscc, region), **changes}
    world.send(world.message("Entitle", target, **members), governor(region))


def binding(world: World, by: str = OFFICE, device: bytes = b"another device") -> Message:
    members = {"by": ascii32(by), "holderBinding": keccak(device), "method": 3, "assurance": 4}
    return world.message("Bind", LICENSE, licenseId=LICENSE, **members)


def bound_to(world: World) -> bytes:
    found: bytes = license_of(world)[1]
    return found


# --- identity providers ---


@pytest.mark.parametrize("region", [QINGPU, SHANGHAI])
def test_an_identity_provider_binds_freezes_and_binds_anew(world: World, region: int) -> None:
    provide(world, region)
    for message, kind in (
        (lambda: binding(world), Kind.HOLDER_BOUND),
        (lambda: freezing(world, OFFICE), Kind.HOLDER_FROZEN),
        (lambda: binding(world, device=b"a third"), Kind.HOLDER_BOUND),
    ):
        record = world.send(message(), signer(OFFICE)).records[0]
        assert (record.kind, record.object) == (kind, LICENSE)
    assert bound_to(world) == keccak(b"a third")
    assert full_status(world)[:2] == (Status.IN_FORCE, 5)


@pytest.mark.parametrize("region", [ZHEJIANG, JIASHAN, ANHUI])
def test_a_provider_of_another_region_is_refused(world: World, region: int) -> None:
    provide(world, region)
    for message in (binding(world), freezing(world, OFFICE)):
        with refuses("LicensesNotIssuer", ascii32(BUREAU), PROVIDER):
            world.send(message, signer(OFFICE))


def test_a_provider_of_an_inferior_region_is_refused(world: World) -> None:
    target = objects.entitlement_object(REGIONAL_TYPE, BUREAU)
    members = entitlement_members(REGIONAL_TYPE, BUREAU, SHANGHAI)
    world.send(world.message("Entitle", target, **members), governor(SHANGHAI))
    provide(world, QINGPU)
    handle = keccak(b"of the province")
    license_id = world.run(commands.issue(world, handle)).records[0].object
    message = binding(world).but(licenseId=license_id, rev=1)
    with refuses("LicensesNotIssuer", ascii32(BUREAU), PROVIDER):
        world.send(message, signer(OFFICE))


def test_without_a_right_in_effect_nobody_provides(world: World) -> None:
    with refuses("LicensesNotIssuer", ascii32(BUREAU), PROVIDER):
        world.send(binding(world), signer(OFFICE))
    provide(world, QINGPU, since=world.now() + 1000)
    with refuses("LicensesNotIssuer"):
        world.send(binding(world), signer(OFFICE))
    provide(world, QINGPU, until=world.now() + 100)
    with world.snapshot():
        assert world.send(binding(world), signer(OFFICE)).records
    world.pass_time(200)
    with refuses("LicensesNotIssuer"):
        world.send(binding(world), signer(OFFICE))


def test_a_type_that_knows_bindings_no_more_makes_no_provider(world: World) -> None:
    provide(world, QINGPU)
    register(world, acts=0)
    with refuses("LicensesNotIssuer"):
        world.send(binding(world), signer(OFFICE))


@pytest.mark.parametrize("name", ["Issue", "Amend", "Act", "TransferOut", "IssueBatch", "RenewBatch"])
def test_a_provider_does_nothing_but_bind(world: World, name: str) -> None:
    provide(world, SHANGHAI)
    command = commands.COMMANDS[name](world)
    if name == "Issue":
        command = commands.issue(world, keccak(b"another"))
    with refuses("LicensesNotIssuer", ascii32(BUREAU), PROVIDER):
        world.run(replace(command, keys=(signer(OFFICE),)))


@pytest.mark.parametrize(("named", "signs"), [(BUREAU, OFFICE), (OFFICE, BUREAU)])
def test_the_body_that_is_named_is_the_one_that_signs(world: World, named: str, signs: str) -> None:
    provide(world, QINGPU)
    for message in (binding(world, named), freezing(world, named)):
        with refuses("LicensesSignedByAnother", ascii32(named), objects.organisation_object(signs)):
            world.send(message, signer(signs))


def test_a_provider_binds_a_leaf_with_its_opening(world: World) -> None:
    provide(world, SHANGHAI)
    batch = Issued(world)
    id_ = batch.terms[2]["licenseId"]
    message = replace(binding(world).but(licenseId=id_, rev=1), opening=batch.opening(2))
    kinds = [each.kind for each in world.send(message, signer(OFFICE)).records]
    assert kinds == [Kind.LICENSE_OPENED, Kind.HOLDER_BOUND]


# --- freezes ---


def test_a_freeze_leaves_binding_and_status(world: World) -> None:
    before = bound_to(world)
    perform(world, Act.FREEZE)
    assert bound_to(world) == before
    assert full_status(world)[::3] == (Status.IN_FORCE, Act.ISSUE)
    facts = world.view("Licenses", "factsOf(bytes32)", f"{FACT}[]", LICENSE)
    fact = facts[-1]
    assert (fact[0], fact[2]) == (Act.FREEZE, world.now())


def test_only_what_is_bound_is_frozen(world: World) -> None:
    issued = commands.issue(world, commands.NEXT_HANDLE)
    world.run(issued)
    frozen = world.message("Freeze", issued.object, licenseId=issued.object, by=ascii32(BUREAU))
    with refuses("LicensesUnbound", issued.object):
        world.send(frozen, signer(BUREAU))


@pytest.mark.parametrize("before", [None, Act.FREEZE])
def test_nobody_is_bound(world: World, before: Act | None) -> None:
    if before is not None:
        perform(world, before)
    with refuses("LicensesUnbound", LICENSE):
        world.send(binding(world, BUREAU).but(holderBinding=bytes(32)), signer(BUREAU))


def test_a_suspended_license_is_frozen_and_an_ended_one_is_not(world: World) -> None:
    perform(world, Act.SUSPEND)
    assert perform(world, Act.FREEZE).records
    perform(world, Act.REVOKE)
    with refuses("LicensesWrongStatus", LICENSE, Act.FREEZE, Status.REVOKED):
        perform(world, Act.FREEZE)


def test_no_type_lists_a_freeze(world: World) -> None:
    acts = ONLY_BIND | 1 << Act.FREEZE
    with refuses("CatalogActsUnknown", acts):
        register(world, acts)


def test_a_license_of_the_contract_before_is_frozen_and_bound_in_its_region(world: World) -> None:
    provide(world, SHANGHAI)
    after = switched(world, "Licenses")
    assert after.send(freezing(after, OFFICE), signer(OFFICE)).records[0].kind == Kind.HOLDER_FROZEN
    assert bound_to(after) == keccak(b"device")
    after.send(binding(after), signer(OFFICE))
    assert bound_to(after) == keccak(b"another device")
    assert full_status(after)[:2] == (Status.IN_FORCE, 4)


# --- the same answer in Solidity and in Python ---


def _rights(world: World, dice: Random) -> None:
    uscc, region = dice.choice([OFFICE, BUREAU]), dice.choice([QINGPU, SHANGHAI, JIASHAN, ZHEJIANG])
    now = world.now()
    term = {"since": dice.choice([0, now - 50]), "until": dice.choice([0, now + 30, now + 900])}
    if dice.random() < 0.4:
        operator = dice.choice(["", OFFICE])
        world.run(commands.mandate(world, operator, **term))
        return
    target = objects.entitlement_object(IDENTITY_PROVIDER, uscc)
    members = {**entitlement_members(IDENTITY_PROVIDER, uscc, region), **term}
    superior = SHANGHAI if region in (QINGPU, SHANGHAI) else ZHEJIANG
    world.send(world.message("Entitle", target, **members), governor(superior))


def _accepts(world: World, command: Command) -> bool:
    with world.snapshot():
        try:
            return bool(world.run(command).records)
        except Refused as refused:
            if refused.name != "LicensesNotIssuer":
                raise
            return False


def test_chain_and_domain_agree_on_who_binds(world: World) -> None:
    seen = set()
    for number in range(40):
        dice = Random(number)
        with world.snapshot():
            for _ in range(dice.randint(0, 4)):
                try:
                    _rights(world, dice)
                except Refused as refused:
                    assert refused.name == "WriterNotGovernor"  # noqa: PT017 - set up by another region
                world.pass_time(dice.randint(1, 60))
            state, at = state_of(world), world.now() + 1
            license_ = typed(state, "license", "0x" + LICENSE.hex(), License)
            assert license_ is not None
            for message in (binding(world), freezing(world, OFFICE)):
                world.next_block_at(at)
                may = Rights(state, at).may_bind(OFFICE, license_)
                assert _accepts(world, Command(message, (signer(OFFICE),), LICENSE)) == may, number
                seen.add(may)
    assert seen == {True, False}
