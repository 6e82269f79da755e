"""Corrections: who doubts, who answers, who settles, who heard of it."""

from __future__ import annotations

from typing import Any

import pytest
from eth_hash.auto import keccak

from ledger.adapters.chain import DOUBTS_SLOT
from ledger.domain.messages import Kind
from ledger.domain.objects import ascii32
from ledger.domain.sharing import CorrectionState, Outcome
from ledger.proof.journal import array_slot, mapping_key
from tests.contracts import sharing
from tests.contracts.commands import governor, signer
from tests.contracts.sharing import (
    CORRECTION,
    CORRECTION_ROW,
    OPEN,
    Held,
    answer_correction,
    ask_correction,
    attest,
    contest_correction,
    dispute_correction,
    held,
    open_correction,
    pair_of,
    resource,
    settle_correction,
    word,
)
from tests.contracts.world import (
    BUREAU,
    JIASHAN,
    NO_HASH,
    OFFICE,
    QINGPU,
    SHANGHAI,
    ZHEJIANG,
    World,
    compiled,
    key,
    refuses,
)


def row(world: World, correction: bytes = CORRECTION) -> tuple[Any, ...]:
    found: tuple[Any, ...] = world.view("Corrections", "correctionOf(bytes32)", CORRECTION_ROW, correction)
    return found


def state(world: World) -> CorrectionState:
    return CorrectionState(row(world)[-1])


# --- opened ---


def test_a_body_that_used_the_data_opens_a_correction(world: World) -> None:
    record = world.run(open_correction(world)).records[0]
    assert record.kind == Kind.CORRECTION_OPENED
    assert row(world) == (resource(OPEN), NO_HASH, ascii32(OFFICE), record.time, 0, 1, CorrectionState.OPEN)


def test_who_used_nothing_of_the_kind_opens_none(world: World) -> None:
    unused = sharing.active(world, keccak(b"unused"))
    command = open_correction(world)
    for changes in (
        {"grant": unused},
        {"grant": keccak(b"none")},
        {"code": sharing.SHARED},
        {"by": ascii32(BUREAU)},
    ):
        with refuses("CorrectionsNotUsed"):
            world.send(command.message.but(**changes), signer(OFFICE))
    with refuses("PartiesFields"):
        world.run(open_correction(world, fields=word(1 << 6)))


def test_a_grant_of_one_license_lets_no_other_be_doubted(world: World) -> None:
    license_id = held(world).id
    grant = sharing.active(world, keccak(b"of one"), licenseId=license_id)
    sharing.used(world, grant)
    with refuses("CorrectionsNotUsed"):
        world.run(open_correction(world, grant=grant, licenseId=keccak(b"another")))
    assert world.run(open_correction(world, grant=grant, licenseId=license_id)).records


def test_the_holder_asks_with_the_device_of_the_license(world: World) -> None:
    command = ask_correction(world)
    record = world.run(command).records[0]
    assert record.kind == Kind.CORRECTION_ASKED
    assert row(world, command.object)[1:3] == (held(world).id, NO_HASH)
    stranger = Held(held(world).id, pair_of("a stranger's"), (key("a stranger's"),))
    with refuses("HoldersNotBound"):
        command = ask_correction(world, stranger, nonce=keccak(b"another"))
        world.send(command.message.but(rev=0), *command.keys)


def test_a_license_of_something_else_is_not_asked_about(world: World) -> None:
    world.run(sharing.register_resource(world, sharing.DATA))
    with refuses("CorrectionsOtherLicense", held(world).id, resource(sharing.DATA)):
        world.run(ask_correction(world, code=sharing.DATA))


def test_a_mismatch_opens_a_correction_by_rule_and_a_match_does_not(world: World) -> None:
    assert world.run(attest(world)).records[0].kind == Kind.ATTESTED
    assert state(world) is CorrectionState.OPEN
    match = attest(world, Outcome.YES, keccak(b"matches"))
    world.run(match)
    assert row(world, match.object)[-1] == 0
    with refuses("PartiesExists"):
        world.run(attest(world))


def test_the_provider_attests_nothing_about_its_own(world: World) -> None:
    command = attest(world, by=ascii32(BUREAU))
    with refuses("CorrectionsOwnData", ascii32(BUREAU)):
        world.send(command.message.but(rev=0), signer(BUREAU))
    with refuses("PartiesOutcomeUnknown", 0):
        world.send(attest(world).message.but(outcome=0), signer(OFFICE))


# --- answered ---


def test_what_is_upheld_names_what_corrects(world: World) -> None:
    for changes in (
        {"licenseId": NO_HASH},
        {"licenseId": keccak(b"nowhere")},
        {"licenseId": NO_HASH, "version": 1},
        {"licenseId": NO_HASH, "version": 2},
    ):
        with refuses("CorrectionsCorrecting"):
            world.run(answer_correction(world, **changes))
    world.run(sharing.register_resource(world, sharing.SHARED))
    with refuses("CorrectionsCorrecting"):
        world.run(answer_correction(world, licenseId=NO_HASH, version=1))
    world.run(answer_correction(world, licenseId=NO_HASH, version=2))
    assert state(world) is CorrectionState.UPHELD


def test_a_version_that_was_there_when_it_was_doubted_settles_nothing(world: World) -> None:
    sharing.shared(world)
    world.run(sharing.register_resource(world, sharing.SHARED))
    world.run(dispute_correction(world))
    for version in (1, 2, 3):
        with refuses("CorrectionsCorrecting"):
            world.run(settle_correction(world, licenseId=NO_HASH, version=version))
    world.run(sharing.register_resource(world, sharing.SHARED))
    world.run(settle_correction(world, licenseId=NO_HASH, version=3))
    assert state(world) is CorrectionState.SETTLED_UPHELD


def test_what_is_rejected_names_a_reason_and_nothing_that_corrects(world: World) -> None:
    with refuses("PartiesReasonMissing"):
        world.run(answer_correction(world, Outcome.NO, reason=0))
    with refuses("CorrectionsCorrecting"):
        world.run(answer_correction(world, Outcome.NO, version=1))
    world.run(answer_correction(world, Outcome.NO))
    assert state(world) is CorrectionState.REJECTED


def test_a_correction_is_answered_once_and_by_the_provider(world: World) -> None:
    command = answer_correction(world)
    with refuses("PartiesNotProvider"):
        world.send(command.message, signer(OFFICE))
    world.run(command)
    with refuses("CorrectionsWrongState", CORRECTION, CorrectionState.UPHELD):
        world.run(answer_correction(world, Outcome.NO))


# --- disputed ---


def test_a_dispute_goes_up_to_a_region_above_the_owners(world: World) -> None:
    for region in (ZHEJIANG, JIASHAN, 0):
        with refuses("CorrectionsNotSuperior", region, QINGPU):
            world.run(dispute_correction(world, region=region))
    world.run(dispute_correction(world))
    assert (state(world), row(world)[4]) == (CorrectionState.DISPUTED, SHANGHAI)
    with refuses("CorrectionsWrongState"):
        world.run(dispute_correction(world))


@pytest.mark.parametrize("by", [OFFICE, BUREAU])
def test_either_side_disputes_and_nobody_else(world: World, by: str) -> None:
    world.run(answer_correction(world, Outcome.NO))
    command = dispute_correction(world, by)
    with refuses("CorrectionsNotAParty"):
        world.send(command.message.but(by=ascii32("somebody")), *command.keys)
    assert world.run(command).records


def test_nobody_disputes_in_the_name_of_a_holder_but_the_owner(world: World) -> None:
    asked = ask_correction(world)
    world.run(asked)
    message = dispute_correction(world).message.but(correction=asked.object, rev=1)
    for by in (ascii32(OFFICE), NO_HASH):
        with refuses("CorrectionsNotAParty" if by != NO_HASH else "PartiesNotSigner"):
            world.send(message.but(by=by), signer(OFFICE))


def test_a_holder_takes_her_own_correction_to_a_superior_region(world: World) -> None:
    command = contest_correction(world)
    for region in (ZHEJIANG, JIASHAN, 0):
        with refuses("CorrectionsNotSuperior", region, QINGPU):
            world.run(contest_correction(world, region=region))
    stranger = Held(held(world).id, pair_of("a stranger's"), (key("a stranger's"),))
    with refuses("HoldersNotBound"):
        world.run(contest_correction(world, stranger))
    record = world.run(command).records[0]
    assert record.kind == Kind.CORRECTION_CONTESTED
    found = row(world, command.object)
    assert (found[4], found[-1]) == (SHANGHAI, CorrectionState.DISPUTED)
    with refuses("CorrectionsWrongState"):
        world.run(contest_correction(world))


def test_a_holder_contests_nothing_that_somebody_else_asked_for(world: World) -> None:
    by = held(world)
    world.run(attest(world, nonce=keccak(b"about it"), licenseId=by.id))
    opened = sharing.objects.correction_object(ascii32(OFFICE), keccak(b"about it"))
    named = {"licenseId": by.id, "region": SHANGHAI, "argument": NO_HASH}
    with refuses("CorrectionsOfAnotherHolder", opened, by.id):
        world.run(by.proves(world, world.message("ContestCorrection", opened, correction=opened, **named)))
    asked = ask_correction(world)
    world.run(asked)
    other = {**named, "licenseId": keccak(b"another")}
    with refuses("CorrectionsOfAnotherHolder", asked.object, keccak(b"another")):
        world.run(
            by.proves(
                world, world.message("ContestCorrection", asked.object, correction=asked.object, **other)
            )
        )


@pytest.mark.parametrize(
    ("outcome", "after"),
    [(Outcome.YES, CorrectionState.SETTLED_UPHELD), (Outcome.NO, CorrectionState.SETTLED_REJECTED)],
)
def test_the_region_settles_it_for_good(world: World, outcome: Outcome, after: CorrectionState) -> None:
    with refuses("CorrectionsWrongState"):
        sharing.doubted(world)
        members = answer_correction(world).message.values
        world.send(
            world.message("SettleCorrection", CORRECTION, **_without_header(members)), governor(SHANGHAI)
        )
    command = settle_correction(world, outcome)
    for stranger in (governor(ZHEJIANG), governor(QINGPU)):
        with refuses("WriterNotGovernor"):
            world.send(command.message, stranger)
    world.run(command)
    assert state(world) is after
    for again in (dispute_correction(world), answer_correction(world)):
        with refuses("CorrectionsWrongState"):
            world.run(again)


def _without_header(members: dict[str, Any]) -> dict[str, Any]:
    return {name: each for name, each in members.items() if name not in ("rev", "signedAt", "notAfter")}


# --- acknowledged ---


def test_what_was_upheld_is_acknowledged_once_by_each_body(world: World) -> None:
    command = sharing.acknowledge_correction(world)
    assert world.run(command).records[0].kind == Kind.CORRECTION_ACKNOWLEDGED
    with refuses("PartiesExists"):
        world.run(sharing.acknowledge_correction(world))
    with refuses("PartiesNotSigner"):
        world.send(command.message.but(by=ascii32(BUREAU)), signer(OFFICE))


def test_what_is_open_rejected_or_disputed_is_not_acknowledged(world: World) -> None:
    sharing.doubted(world)
    members = {"correction": CORRECTION, "by": ascii32(OFFICE)}
    target = sharing.objects.acknowledgement_object(CORRECTION, OFFICE)
    with refuses("CorrectionsWrongState", CORRECTION, CorrectionState.OPEN):
        world.send(world.message("AcknowledgeCorrection", target, **members), signer(OFFICE))
    world.run(answer_correction(world, Outcome.NO))
    with refuses("CorrectionsWrongState", CORRECTION, CorrectionState.REJECTED):
        world.send(world.message("AcknowledgeCorrection", target, **members), signer(OFFICE))
    world.run(dispute_correction(world))
    with refuses("CorrectionsWrongState", CORRECTION, CorrectionState.DISPUTED):
        world.send(world.message("AcknowledgeCorrection", target, **members), signer(OFFICE))
    world.run(settle_correction(world))
    assert world.send(world.message("AcknowledgeCorrection", target, **members), signer(OFFICE)).records


# --- by license ---


def test_every_correction_about_a_license_is_found_by_it_where_the_interface_says(world: World) -> None:
    license_id, other = held(world).id, keccak(b"another license")
    opened = [attest(world, nonce=keccak(b"%d" % number), licenseId=license_id) for number in range(3)]
    for command in (
        *opened,
        attest(world, nonce=keccak(b"none")),
        attest(world, Outcome.YES, keccak(b"yes")),
    ):
        world.run(command)
    world.run(attest(world, Outcome.YES, keccak(b"match"), licenseId=license_id))
    asked = ask_correction(world)
    world.run(asked)
    found = [*(command.object for command in opened), asked.object]
    assert list(world.view("Corrections", "doubtsOf(bytes32)", "bytes32[]", license_id)) == found
    assert world.view("Corrections", "doubtsOf(bytes32)", "bytes32[]", other) == ()
    slot = mapping_key(int.from_bytes(license_id, "big"), DOUBTS_SLOT)
    assert int.from_bytes(world.slot("Corrections", slot), "big") == len(found)
    listed = [world.slot("Corrections", array_slot(slot) + number) for number in range(len(found))]
    assert listed == found


def test_the_layout_of_the_compiler_is_the_one_of_the_interface() -> None:
    place = compiled()["Corrections"]["storageLayout"]["_doubts"]
    assert (place["slot"], place["offset"]) == (DOUBTS_SLOT, 0)
