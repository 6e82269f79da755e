"""Representations: who may stand in for a holder, from when until when, and what ends it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from eth_hash.auto import keccak
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ledger.domain import objects
from ledger.domain.acts import Act, Purpose, Status
from ledger.domain.messages import OPENING, Kind
from ledger.domain.objects import ascii32
from ledger.domain.representation import (
    LONGEST_AGENCY,
    RepresentationKind,
    RepresentationScope,
    is_term_of,
    scope_from_bitmap,
)
from tests.contracts import commands
from tests.contracts.commands import (
    LICENSE,
    NEWCOMER,
    REPRESENTATIVE,
    end_representation,
    governor,
    represent,
    signer,
)
from tests.contracts.test_batches import Issued
from tests.contracts.world import (
    BUREAU,
    DAY,
    NO_HASH,
    OFFICE,
    OPENING_TYPE,
    QINGPU,
    REGIONAL_TYPE,
    Command,
    KeyPair,
    Refused,
    World,
    calldata,
    entitlement_members,
    fresh_world,
    key,
    refuses,
    with_leaf,
)

ROW = "(uint8,uint32,uint64,uint64,uint64,uint32)"
EVERYTHING = sum(RepresentationScope)


def representation(world: World, representative: bytes = REPRESENTATIVE) -> tuple[int, ...]:
    """Kind, scope, since, until, recorded, key index."""
    row: tuple[int, ...] = world.view(
        "Representations", "representationOf(bytes32,bytes32)", ROW, LICENSE, representative
    )
    return row


def test_a_representation_is_kept_with_its_terms(world: World) -> None:
    since, until = world.now() + 10 * DAY, world.now() + 20 * DAY
    kind = int(RepresentationKind.HEIR)
    receipt = world.run(represent(world, kind=kind, scope=EVERYTHING, since=since, until=until))
    record = receipt.records[0]
    assert record.kind == Kind.REPRESENTATION_MADE
    assert record.object == objects.representation_object(LICENSE, REPRESENTATIVE)
    assert representation(world)[:5] == (kind, EVERYTHING, since, until, record.time)


def test_nobody_stands_in_where_nothing_was_recorded(world: World) -> None:
    world.run(represent(world))
    assert representation(world, keccak(b"somebody else")) == (0,) * 6


def test_it_begins_when_it_is_recorded_however_early_it_says(world: World) -> None:
    receipt = world.run(represent(world, since=1))
    assert representation(world)[2] == receipt.records[0].time


def test_several_stand_in_for_one_holder(world: World) -> None:
    first, second = keccak(b"mother"), keccak(b"father")
    for each in (first, second):
        world.run(represent(world, each))
    world.run(end_representation(world, first))
    assert representation(world, first)[3] > 0
    assert representation(world, second)[3] == 0


def test_terms_given_again_replace_the_earlier_ones(world: World) -> None:
    world.run(represent(world))
    world.run(end_representation(world, until=world.now() + DAY))
    world.run(represent(world, scope=EVERYTHING))
    assert representation(world)[1] == EVERYTHING
    assert representation(world)[3] == 0


@pytest.mark.parametrize("act", [Act.SUSPEND, Act.REVOKE, Act.CANCEL])
def test_a_license_that_ended_or_rests_can_still_be_represented(world: World, act: Act) -> None:
    world.run(commands.act(world, act))
    assert world.run(represent(world)).records


# --- what is refused ---


@pytest.mark.parametrize("kind", [0, 5, 255])
def test_an_unknown_kind_is_refused(world: World, kind: int) -> None:
    with refuses("RepresentationsKindUnknown", kind):
        world.run(represent(world, kind=kind))


@pytest.mark.parametrize("scope", [0, 8, 15, 2**32 - 1])
def test_an_empty_or_unknown_scope_is_refused(world: World, scope: int) -> None:
    with refuses("RepresentationsScopeUnknown", scope):
        world.run(represent(world, scope=scope))


def test_a_representative_without_a_key_is_refused(world: World) -> None:
    with refuses("RepresentationsUnbound", LICENSE):
        world.run(represent(world, NO_HASH))


def test_it_cannot_end_before_it_begins(world: World) -> None:
    since = world.now() + 10 * DAY
    for until in (since, since - 1, 1):
        with refuses("RepresentationsDates", since, until):
            world.run(represent(world, since=since, until=until))
    now = world.now() + 100
    world.next_block_at(now)
    with refuses("RepresentationsDates", now, now):
        world.run(represent(world, until=now))


def test_an_agent_stands_in_for_three_years_at_most(world: World) -> None:
    since, kind = world.now() + DAY, int(RepresentationKind.AGENT)
    for until in (0, since + LONGEST_AGENCY + 1, 2**48 - 1):
        with refuses("RepresentationsTooLong", since, until):
            world.run(represent(world, kind=kind, since=since, until=until))
    assert world.run(represent(world, kind=kind, since=since, until=since + LONGEST_AGENCY)).records


def test_no_time_makes_the_contract_stumble(world: World) -> None:
    latest, kind = 2**64 - 1, int(RepresentationKind.AGENT)
    for kept in (2**48, latest):
        with refuses("RepresentationsDates", kept, 0):
            world.run(represent(world, since=kept))
        with refuses("RepresentationsDates", kept, kept):
            world.run(represent(world, kind=kind, since=kept, until=kept))
        with refuses("RepresentationsDates"):
            world.run(represent(world, until=kept))


def test_a_license_that_is_not_on_the_ledger_is_refused(world: World) -> None:
    command, nowhere = represent(world), keccak(b"nowhere")
    with refuses("LicensesUnknown", nowhere):
        world.send(command.message.but(licenseId=nowhere), *command.keys)


def on_leaf(world: World, batch: Issued, index: int, with_opening: int | None = None) -> Command:
    """A representation for a license of a batch, with the opening of its leaf or another's."""
    command, id_ = represent(world), batch.terms[index]["licenseId"]
    message = command.message.but(licenseId=id_)
    if with_opening is not None:
        message = replace(message, opening=batch.opening(with_opening))
    return replace(command, message=message, object=objects.representation_object(id_, REPRESENTATIVE))


def test_an_unopened_leaf_of_a_batch_is_opened_with_its_representation(world: World) -> None:
    batch = Issued(world)
    with refuses("LicensesUnknown", batch.terms[2]["licenseId"]):
        world.run(on_leaf(world, batch, 2))
    opened, made = world.run(on_leaf(world, batch, 2, 2)).records
    assert (opened.kind, opened.object) == (Kind.LICENSE_OPENED, batch.terms[2]["licenseId"])
    assert opened.writer == world.contracts["Licenses"].lower()
    assert (made.kind, made.writer) == (Kind.REPRESENTATION_MADE, world.contracts["Representations"].lower())
    assert batch.is_opened(2) and not batch.is_opened(1)
    assert batch.status(2) == (Status.IN_FORCE, 1)
    again = on_leaf(world, batch, 2, 2)
    assert len(world.run(replace(again, message=again.message.but(rev=1))).records) == 1
    assert len(world.run(batch.act(2)).records) == 1


def test_no_leaf_is_opened_but_the_one_that_is_represented(world: World) -> None:
    batch = Issued(world)
    with refuses("LicensesLeafUntouched", batch.terms[1]["licenseId"]):
        world.run(on_leaf(world, batch, 2, 1))
    unsigned = on_leaf(world, batch, 2, 2)
    with refuses("LicensesNotIssuer"):
        world.send(unsigned.message, signer(OFFICE))
    ending = end_representation(world)
    about = ending.message.but(licenseId=batch.terms[2]["licenseId"])
    for call in (
        about.calldata([world.sign(about, signer(BUREAU))]),
        calldata("journal", [], []),
        calldata("represent", [], []),
        b"",
    ):
        with refuses("LicensesLeafUntouched"):
            world.transact(world.relay, world.contracts["Representations"], with_leaf(batch.opening(2), call))
    assert not batch.is_opened(1) and not batch.is_opened(2)


def test_nobody_opens_a_leaf_but_a_contract_of_the_ledger(world: World) -> None:
    batch = Issued(world)
    leaf = tuple(batch.opening(0)[name] for name, _ in OPENING.members)
    data = calldata("openLeaf", [OPENING_TYPE], [leaf])
    for account in (world.relay, world.founder, world.stranger):
        with refuses("JournalNotWriter"):
            world.transact(account, world.contracts["Licenses"], data)


def test_nothing_is_taken_before_the_seal(hardhat_rpc: str) -> None:
    world = fresh_world(hardhat_rpc, keccak(b"not sealed yet"))
    world.found()
    target = objects.representation_object(LICENSE, REPRESENTATIVE)
    members = {"licenseId": LICENSE, "representative": REPRESENTATIVE, "until": world.now() + DAY}
    message = world.message("EndRepresentation", target, **members)
    with refuses("LicensesNotSealed"):
        world.send(message, signer(BUREAU), sender=world.founder)


# --- who signs ---


def test_the_issuer_of_another_license_of_the_same_type_is_refused(world: World) -> None:
    members = entitlement_members(REGIONAL_TYPE, OFFICE, QINGPU)
    target = objects.entitlement_object(REGIONAL_TYPE, OFFICE)
    world.send(world.message("Entitle", target, **members), governor(QINGPU))
    command = represent(world)
    with refuses("LicensesNotIssuer", ascii32(BUREAU), objects.organisation_object(OFFICE)):
        world.send(command.message, signer(OFFICE))
    world.run(command)
    ending = end_representation(world)
    with refuses("LicensesNotIssuer"):
        world.send(ending.message, signer(OFFICE))


def test_a_governing_key_of_the_region_does_not_sign_in_the_issuers_place(world: World) -> None:
    command = represent(world)
    with refuses("DirectoryKeyPurpose"):
        world.send(command.message, governor(QINGPU))


def test_the_body_that_followed_the_issuer_signs(world: World) -> None:
    newcomer = key(f"sign {NEWCOMER}")
    command = commands.succeed_organisation(world)
    pending = represent(world)
    with refuses("DirectoryKeyUnknown"):
        world.send(pending.message, newcomer)
    world.run(command)
    successor = key_of_successor(world)
    assert world.send(represent(world).message, successor).records
    assert world.send(end_representation(world).message, successor).records


def key_of_successor(world: World) -> KeyPair:
    """A signing key of the body that followed the bureau, registered now."""
    pair, owner = key(f"sign {NEWCOMER}"), objects.organisation_object(NEWCOMER)
    world.send(world.registration(pair, owner, Purpose.SIGN), governor(QINGPU), pair)
    return pair


# --- the end ---


def test_an_end_is_recorded_and_only_moves_earlier(world: World) -> None:
    until = world.now() + 60 * DAY
    receipt = world.run(end_representation(world, until=until))
    assert receipt.records[0].kind == Kind.REPRESENTATION_ENDED
    assert representation(world)[3] == until
    for later in (until, until + 1):
        with refuses("RepresentationsNotEarlier", later, until):
            world.run(end_representation(world, until=later))
    world.run(end_representation(world, until=until - 1))
    assert representation(world)[3] == until - 1


def test_an_end_cannot_lie_in_the_past(world: World) -> None:
    world.run(represent(world))
    at = world.now() + 100
    command = end_representation(world, until=at - 1)
    world.next_block_at(at)
    with refuses("RepresentationsInThePast", at - 1, at):
        world.run(command)


def test_an_end_now_is_taken(world: World) -> None:
    world.run(represent(world))
    at = world.now() + 100
    world.next_block_at(at)
    assert world.run(end_representation(world, until=at)).records


def test_what_was_never_given_cannot_end(world: World) -> None:
    world.run(represent(world))
    other = objects.representation_object(LICENSE, keccak(b"a stranger"))
    message = end_representation(world).message.but(representative=keccak(b"a stranger"), rev=0)
    with refuses("RepresentationsNothingToEnd", other):
        world.send(message, signer(BUREAU))


def test_an_end_for_one_representative_is_no_end_for_another(world: World) -> None:
    other = keccak(b"another device")
    for each in (REPRESENTATIVE, other):
        world.run(represent(world, each))
    command = end_representation(world)
    signature = world.sign(command.message, command.keys[0])
    with refuses("DirectorySignatureBad"):
        world.submit(command.message.but(representative=other), [signature])


def test_an_end_of_zero_is_refused(world: World) -> None:
    world.run(represent(world))
    with refuses("RepresentationsInThePast"):
        world.run(end_representation(world, until=0))


def test_a_message_for_another_license_is_refused(world: World) -> None:
    command = represent(world)
    other = commands.issued(world, keccak(b"handle of another license"))
    signature = world.sign(command.message, command.keys[0])
    with refuses("DirectorySignatureBad"):
        world.submit(command.message.but(licenseId=other), [signature])


# --- parity with the domain ---

_TIMES = st.sampled_from([0, 1, 2 * DAY, LONGEST_AGENCY, LONGEST_AGENCY + 2 * DAY, 2**48, 2**63])


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(kind=st.integers(0, 5), scope=st.integers(0, 9), begin=_TIMES, end=_TIMES)
def test_contract_and_domain_take_the_same_terms(
    world: World, kind: int, scope: int, begin: int, end: int
) -> None:
    with world.snapshot():
        command, at = represent(world), world.now() + 1000
        since = at + begin if begin else 0
        until = at + end if end else 0
        message = command.message.but(kind=kind, scope=scope, since=since, until=until)
        world.next_block_at(at)
        try:
            world.run(replace(command, message=message))
            refusal = ""
        except Refused as refused:
            refusal = refused.name
        assert refusal == "" or refusal.startswith("Representations")
        assert (refusal == "") is _is_taken(kind, scope, max(since, at), until)


def _is_taken(kind: int, scope: int, since: int, until: int) -> bool:
    try:
        scope_from_bitmap(scope)
        return is_term_of(RepresentationKind(kind), since, until)
    except ValueError:
        return False
