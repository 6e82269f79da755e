"""Uses: within their grant, counted exactly, and refusals."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from eth_hash.auto import keccak

from ledger.domain import objects
from ledger.domain.license_tree import root
from ledger.domain.messages import Kind
from ledger.domain.objects import ascii32
from ledger.domain.rules.uses import use_of, use_words
from ledger.domain.sharing import UseKind
from tests.contracts import sharing
from tests.contracts.commands import signer
from tests.contracts.sharing import FIELDS, OPEN, SHARED, a_use, active, use, use_batch, word
from tests.contracts.world import (
    BUREAU,
    OFFICE,
    Command,
    World,
    key,
    refuses,
)


def used(world: World, grant: bytes) -> int:
    return int(world.view("Uses", "usedOf(bytes32)", "uint64", grant))


def test_a_use_is_recorded_with_its_words(world: World) -> None:
    grant = active(world)
    record = world.run(use(world, [a_use(grant), a_use(grant, 1, 6)])).records[0]
    assert record.kind == Kind.DATA_USED
    words = sharing.decoded_words(record.body)
    assert [use_of(words[:6]), use_of(words[6:])] == [a_use(grant), a_use(grant, 1, 6)]
    assert used(world, grant) == 2


def test_the_same_uses_are_recorded_once(world: World) -> None:
    command = use(world)
    world.run(command)
    with refuses("JournalStaleRevision"):
        world.run(command)
    with refuses("PartiesExists", command.object):
        world.run(use(world))


@pytest.mark.parametrize("fields", [1 << 3, FIELDS | 1 << 200, 0])
def test_a_field_outside_the_grant_is_refused(world: World, fields: int) -> None:
    with refuses("PartiesFields", word(fields), word(FIELDS)):
        world.run(use(world, [a_use(active(world), fields=fields)]))


def test_one_use_outside_spoils_all_of_the_record(world: World) -> None:
    grant = active(world, count=5)
    with refuses("PartiesFields"):
        world.run(use(world, [a_use(grant), a_use(grant, 1, 1 << 9)]))
    assert used(world, grant) == 0


def test_locating_hands_out_nothing_and_counts(world: World) -> None:
    grant = active(world, count=1)
    located = a_use(grant, fields=0, kind=UseKind.LOCATE)
    with refuses("UsesResponse"):
        world.run(use(world, [replace(located, response_digest="0x" + "11" * 32)]))
    with refuses("UsesResponse"):
        world.run(use(world, [replace(a_use(grant), response_digest="0x" + "00" * 32)]))
    world.run(use(world, [located]))
    with refuses("GrantsExhausted", grant, 1, 0):
        world.run(use(world, [replace(located, request_digest="0x" + "22" * 32)]))


@pytest.mark.parametrize("kind", [0, 3, 2**256 - 1])
def test_an_unknown_kind_of_use_is_refused(world: World, kind: int) -> None:
    words = use_words(a_use(active(world)))
    with refuses("UsesKindUnknown", kind):
        world.run(with_words(use(world), (words[0], word(kind), *words[2:])))


def with_words(command: Command, words: tuple[bytes, ...]) -> Command:
    """The same about other words, whose root is signed."""
    top = root(words)
    message = replace(command.message.but(root=top), leaves=words)
    return replace(command, message=message, object=objects.uses_object(top))


def test_words_under_another_root_are_refused(world: World) -> None:
    command = use(world)
    words = (*command.message.leaves[:5], keccak(b"another use code"))
    with refuses("UsesRootMismatch"):
        world.run(replace(command, message=replace(command.message, leaves=words)))


@pytest.mark.parametrize("size", [0, 2, 17])
def test_more_or_fewer_words_than_signed_for_are_refused(world: World, size: int) -> None:
    command = use(world)
    with refuses("UsesSize"):
        world.send(command.message.but(size=size), *command.keys)


def test_at_most_16_uses_stand_in_a_record(world: World) -> None:
    grant = active(world)
    assert world.run(use(world, [a_use(grant, number) for number in range(16)])).records
    with refuses("UsesSize", 17, 17):
        world.run(use(world, [a_use(grant, number) for number in range(17)]))


# --- whose ---


def test_the_grantee_signs_too(world: World) -> None:
    command = use(world)
    with refuses("WriterSignatureCount", 1, 2):
        world.send(command.message, signer(BUREAU))
    with refuses("PartiesNotSigner", ascii32(OFFICE), objects.organisation_object(BUREAU)):
        world.send(command.message, signer(BUREAU), key(f"other sign {BUREAU}"))
    with refuses("PartiesNotProvider"):
        world.send(command.message, signer(OFFICE), signer(OFFICE))


def test_another_grantees_use_is_refused(world: World) -> None:
    grant = active(world)
    command = use(world, [a_use(grant)])
    message = command.message.but(grantee=ascii32(BUREAU))
    with refuses("UsesOtherGrant", grant):
        world.send(message, signer(BUREAU), key(f"other sign {BUREAU}"))
    with refuses("UsesOtherGrant", grant):
        world.send(command.message.but(owner=ascii32(OFFICE)), signer(BUREAU), signer(OFFICE))


def test_a_delegate_uses_its_own_grant_only(world: World) -> None:
    parent = active(world)
    child = sharing.delegate_grant(world, parent)
    world.run(child)
    own = use(world, [a_use(child.object)])
    with refuses("UsesOtherGrant", child.object):
        world.run(own)
    message = own.message.but(grantee=ascii32(BUREAU))
    assert world.send(message, signer(BUREAU), key(f"other sign {BUREAU}")).records


def test_the_operator_of_the_resource_signs_for_the_provider(world: World) -> None:
    world.run(sharing.register_resource(world, OPEN, sharing.Sharing.UNCONDITIONAL, operator=ascii32(OFFICE)))
    command = use(world, [a_use(active(world))])
    assert world.send(command.message, signer(OFFICE), key(f"other sign {OFFICE}")).records


# --- when, and how often ---


def test_there_is_no_use_without_a_grant_in_effect(world: World) -> None:
    with refuses("GrantsUnknown", keccak(b"none")):
        world.run(use(world, [a_use(keccak(b"none"))]))
    with refuses("GrantsPending"):
        world.run(use(world, [a_use(sharing.requested(world, keccak(b"asked")))]))
    later = active(world, since=world.now() + 1000)
    with refuses("GrantsNotYet"):
        world.run(use(world, [a_use(later)]))


def test_a_use_in_the_block_of_the_withdrawal_counts_before_it_and_not_after(world: World) -> None:
    grant = active(world)
    before, after = use(world, [a_use(grant)]), use(world, [a_use(grant, 1)])
    withdrawal = sharing.withdraw_grant(world, OFFICE, grant)
    receipts = in_one_block(world, [before, withdrawal, after])
    assert [int(each["status"], 16) for each in receipts] == [1, 1, 0]
    assert len({each["blockNumber"] for each in receipts}) == 1
    assert used(world, grant) == 1


def in_one_block(world: World, given: list[Command]) -> list[dict[str, Any]]:
    """The receipts of commands that one block holds, in this order, whether they were refused or not."""
    world.evm.rpc("evm_setAutomine", False)
    try:
        hashes = []
        for command in given:
            signatures = [world.sign(command.message, pair) for pair in command.keys]
            call = {
                "from": world.relay,
                "to": world.contracts[command.message.type.contract],
                "data": "0x" + command.message.calldata(signatures).hex(),
                "gas": hex(1_000_000),
            }
            hashes.append(world.evm.rpc("eth_sendTransaction", call))
        world.evm.rpc("evm_mine")
    finally:
        world.evm.rpc("evm_setAutomine", True)
    return [world.evm.rpc("eth_getTransactionReceipt", each) for each in hashes]


def test_a_count_is_exact_however_many_come_at_once(world: World) -> None:
    allowed, sent = 37, 200
    grant = active(world, count=allowed)
    uses = [use(world, [a_use(grant, number)]) for number in range(sent)]
    receipts: list[dict[str, Any]] = []
    for start in range(0, sent, 25):
        receipts += in_one_block(world, uses[start : start + 25])
    assert sum(int(each["status"], 16) for each in receipts) == allowed
    assert used(world, grant) == allowed
    recorded = [each for each in world.records() if each.kind == Kind.DATA_USED]
    assert len(recorded) == allowed


def test_a_count_holds_within_one_record(world: World) -> None:
    grant = active(world, count=3)
    with refuses("GrantsExhausted", grant, 1, 0):
        world.run(use(world, [a_use(grant, number) for number in range(4)]))
    world.run(use(world, [a_use(grant, number) for number in range(3)]))


# --- batches ---


@pytest.mark.parametrize("count", [1, 2, 1000])
def test_many_uses_of_a_duty_stand_under_one_root(world: World, count: int) -> None:
    grant = active(world)
    record = world.run(use_batch(world, count, grant)).records[0]
    assert record.kind == Kind.DATA_USED_IN_BATCH
    assert used(world, grant) == count


def test_a_batch_has_its_root_its_size_and_fields_of_the_grant(world: World) -> None:
    grant = active(world)
    command = use_batch(world, 5, grant)
    with refuses("UsesSize", 5, 4):
        world.send(command.message.but(size=4), *command.keys)
    with refuses("UsesRootMismatch"):
        leaves = (*command.message.leaves[:4], keccak(b"another"))
        world.send(replace(command.message, leaves=leaves), *command.keys)
    with refuses("PartiesFields"):
        world.run(use_batch(world, 5, grant, fields=word(1 << 5)))
    with refuses("UsesSize", 1001, 1001):
        world.run(use_batch(world, 1001, grant))
    world.run(command)
    with refuses("PartiesExists"):
        world.run(use_batch(world, 5, grant))


def test_what_is_counted_or_rests_on_consent_is_in_no_batch(world: World) -> None:
    counted = active(world, keccak(b"counted"), count=2000)
    with refuses("UsesCounted", counted):
        world.run(use_batch(world, 5, counted))
    world.run(sharing.consent_grant(world))
    with refuses("UsesCounted"):
        world.run(use_batch(world, 5, sharing.asked_consent(world)))


def test_a_batch_is_signed_by_both(world: World) -> None:
    command = use_batch(world)
    with refuses("PartiesNotProvider"):
        world.send(command.message, signer(OFFICE), signer(OFFICE))
    with refuses("PartiesNotSigner"):
        world.send(command.message, signer(BUREAU), key(f"other sign {BUREAU}"))


def test_a_batch_after_the_withdrawal_is_refused(world: World) -> None:
    grant = active(world)
    command = use_batch(world, 5, grant)
    world.run(sharing.withdraw_grant(world, BUREAU, grant))
    with refuses("GrantsEnded"):
        world.run(command)


# --- refusals ---


def test_a_refusal_has_a_reason_and_needs_no_grant(world: World) -> None:
    with refuses("PartiesReasonMissing"):
        world.run(sharing.refuse_use(world, reason=0))
    record = world.run(sharing.refuse_use(world)).records[0]
    assert record.kind == Kind.USE_REFUSED
    with refuses("PartiesExists"):
        world.run(sharing.refuse_use(world))


def test_the_body_that_was_asked_refuses(world: World) -> None:
    command = sharing.refuse_use(world)
    with refuses("PartiesNotProvider"):
        world.send(command.message, signer(OFFICE))
    sharing.shared(world, SHARED)
    assert world.run(sharing.refuse_use(world, grant=keccak(b"whatever it named"))).records


@pytest.mark.parametrize("count", [1, 1000])
def test_many_refusals_stand_under_one_root(world: World, count: int) -> None:
    record = world.run(sharing.refuse_batch(world, count)).records[0]
    assert record.kind == Kind.USES_REFUSED_IN_BATCH
    with refuses("UsesSize"):
        command = sharing.refuse_batch(world, 3)
        world.send(command.message.but(size=4), *command.keys)
