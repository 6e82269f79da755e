"""From the QR code to the verdict, on a simulated ledger with real signatures."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ledger.domain.acts import Act
from ledger.domain.holders import holder_binding
from ledger.domain.objects import ascii32
from ledger.domain.presentation_text import whole_text
from ledger.proof.bindings import Binding
from ledger.proof.claims import shown_integrity
from ledger.service.present import is_registered
from ledger.service.standing import binding_now
from tests.simulator import BUREAU, OFFICE, founded_ledger, hash32, id_of, key_of
from tests.wallet.desk import FIELDS, ID, Desk, issue
from tests.wallet.world import World, altered, new_signer


def test_a_good_presentation_is_in_force_once(desk: Desk) -> None:
    desk.take()
    text, challenge = desk.show()
    verdict = desk.scan(text, challenge)
    shown = {check.step.name: (check.outcome.name, check.code) for check in verdict.checks}
    assert verdict.result == "IN_FORCE", shown
    assert shown["HOLDER"] == ("PASS", "OK")
    assert verdict.disclosed is not None
    assert verdict.identifier == verdict.disclosed["metadata/certificateIdentifier"]
    assert set(verdict.disclosed) == set(FIELDS)
    again = desk.scan(text, challenge)
    assert (again.result, again.exit_code) == ("STALE_PRESENTATION", 1)
    assert again.as_json()["checks"][7]["code"] == "STALE_PRESENTATION"  # type: ignore[index]


def test_a_fresh_code_of_a_revoked_license_says_revoked(desk: Desk) -> None:
    desk.take()
    desk.ledger.act(ID, Act.REVOKE, ground=30, reference=hash32("decision"))
    assert desk.scan(*desk.show()).result == "REVOKED"


def test_with_the_chain_down_nothing_is_guessed(desk: Desk) -> None:
    desk.take()
    text, challenge = desk.show()
    desk.is_down = True
    verdict = desk.scan(text, challenge)
    assert (verdict.result, verdict.exit_code) == ("COULD_NOT_CHECK", 3)
    desk.is_down = False
    assert desk.scan(text, challenge).result == "IN_FORCE", "the same one: it was never used up"
    desk.is_down = True
    assert desk.scan(text, challenge).checks[7].evidence["reasons"] == ["PRESENTATION_REPLAYED"]


# --- what uses a challenge up ---------------------------------------------------------------


def test_an_answer_from_an_old_head_uses_no_challenge_up(desk: Desk) -> None:
    desk.take()
    text, challenge = desk.show()
    desk.clock.seconds += 20
    assert [desk.scan(text, challenge, max_age=10).result for _ in range(2)] == ["COULD_NOT_CHECK"] * 2
    assert desk.scan(text, challenge).result == "IN_FORCE"


def test_a_license_that_is_not_on_the_ledger_uses_no_challenge_up(desk: Desk) -> None:
    """Who has seen the question cannot spoil it for the holder."""
    desk.take()
    text, challenge = desk.show()
    bystander, other = desk.new_wallet("bystander"), id_of("a license that nobody recorded")
    bystander.add(issue(founded_ledger(), bystander.new_pair(), other))
    unrecorded = bystander.present([other], FIELDS, challenge).qr
    refused = desk.scan(unrecorded, challenge)
    assert (refused.checks[7].outcome.name, refused.result) == ("PASS", "NOT_ANCHORED")
    assert desk.scan(text, challenge).result == "IN_FORCE"
    assert desk.scan(unrecorded, challenge).checks[7].evidence["reasons"] == ["PRESENTATION_REPLAYED"]


def test_a_challenge_with_the_id_of_another_uses_only_itself_up(desk: Desk) -> None:
    """Everybody may sign challenges, with any id, and answer them with a license of his own."""
    desk.take()
    text, challenge = desk.show()
    bystander, other = desk.new_wallet("bystander"), id_of("a bystander's license")
    bystander.add(issue(desk.ledger, bystander.new_pair(), other))
    signer = new_signer()
    unsigned = replace(challenge, public_key=signer.public_key, uscc="")
    copied = unsigned.signed(signer.sign(unsigned.message()))
    answer = bystander.present([other], FIELDS, copied).qr
    assert desk.scan(answer, copied).result == "IN_FORCE"
    assert desk.scan(answer, copied).result == "STALE_PRESENTATION"
    assert desk.scan(text, challenge).result == "IN_FORCE"


def test_a_license_that_is_bound_to_nobody_uses_no_challenge_up(desk: Desk) -> None:
    """Whoever has its file may show it: that proves nobody."""
    desk.take(bound=False)
    text, challenge = desk.show("origin")
    assert [desk.scan(text, challenge).checks[7].code for _ in range(2)] == ["HOLDER_UNBOUND"] * 2


def test_an_unbound_license_is_in_force_with_a_flag(desk: Desk) -> None:
    desk.take(bound=False)
    verdict = desk.scan(*desk.show("origin"))
    assert verdict.result == "IN_FORCE"
    assert verdict.flags == ("HOLDER_UNBOUND",)
    assert verdict.checks[7].code == "HOLDER_UNBOUND"


def test_what_was_collected_is_never_shown_as_a_native_issue(desk: Desk) -> None:
    desk.take(origin="collected")
    told = desk.scan(*desk.show("origin"))
    assert (told.result, told.flags, told.collector) == ("IN_FORCE", ("COLLECTED",), BUREAU)
    hidden = desk.scan(*desk.show())
    assert (hidden.result, hidden.flags, hidden.collector) == ("IN_FORCE", ("ORIGIN_NOT_SHOWN",), None)


def test_a_license_bound_later_and_bound_to_another(desk: Desk) -> None:
    pair = desk.take(bound=False)
    desk.ledger.bind(ID, "0x" + holder_binding(*pair).hex())
    verdict = desk.scan(*desk.show())
    assert (verdict.result, verdict.checks[7].outcome.name) == ("IN_FORCE", "PASS")
    desk.ledger.bind(ID, "0x" + holder_binding(key_of("a new phone").public_key, None).hex())
    refused = desk.scan(*desk.show())
    assert (refused.result, refused.checks[7].code) == ("TAMPERED", "HOLDER_KEY_MISMATCH")


def test_a_node_that_is_silent_about_the_binding_alone_lets_no_old_key_pass(desk: Desk) -> None:
    desk.take()
    desk.ledger.bind(ID, "0x" + holder_binding(key_of("a new phone").public_key, None).hex())
    text, challenge = desk.show()
    desk.is_silent_once = True
    verdict = desk.scan(text, challenge)
    assert (verdict.result, verdict.exit_code) == ("COULD_NOT_CHECK", 3)
    assert (verdict.checks[7].outcome.name, verdict.checks[7].code) == ("UNKNOWN", "CHAIN_UNREACHABLE")


def test_a_binding_by_a_compromised_key_leaves_the_one_before(desk: Desk) -> None:
    pair = desk.take()
    stolen = desk.ledger.now + 1
    desk.ledger.wait(10)
    desk.ledger.bind(ID, "0x" + holder_binding(key_of("the thief's phone").public_key, None).hex())
    assert desk.scan(*desk.show()).checks[7].code == "HOLDER_KEY_MISMATCH"
    desk.ledger.cut_off_key(BUREAU, "310000", stolen)
    verdict = desk.scan(*desk.show())
    assert (verdict.result, verdict.checks[7].outcome.name) == ("IN_FORCE", "PASS")
    assert binding_now(desk.histories(), ID) == Binding("0x" + holder_binding(*pair).hex())


def test_a_lost_device_shows_nothing_from_its_freeze_until_the_license_is_bound_anew(desk: Desk) -> None:
    pair = desk.take()
    first = desk.show()
    desk.ledger.freeze(ID)
    verdict = desk.scan(*first)
    check = verdict.checks[7]
    assert (check.outcome.name, check.code) == ("FAIL", "HOLDER_FROZEN")
    assert (verdict.result, verdict.disclosed) == ("STALE_PRESENTATION", None)
    assert "HOLDER_FROZEN" in verdict.flags
    assert check.evidence["zh"] != check.evidence["en"]
    desk.ledger.bind(ID, "0x" + holder_binding(*pair).hex())
    assert desk.scan(*first).result == "IN_FORCE", "the same one: it was never used up"
    assert desk.scan(*desk.show()).result == "IN_FORCE"


def test_a_frozen_license_is_shown_by_no_other_device_either(desk: Desk) -> None:
    desk.take()
    desk.ledger.freeze(ID)
    desk.ledger.bind(ID, "0x" + holder_binding(key_of("a new phone").public_key, None).hex())
    desk.ledger.freeze(ID)
    verdict = desk.scan(*desk.show())
    check = verdict.checks[7]
    assert set(check.evidence["reasons"]) == {"HOLDER_KEY_MISMATCH", "HOLDER_FROZEN"}  # type: ignore[arg-type]
    assert verdict.result == "TAMPERED"


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("issuer", "0x" + ascii32(OFFICE).hex()),
        ("licenseType", "0x" + ascii32("11100000000013338W001").hex()),
        ("validFrom", 1),
        ("validTo", 1),
    ],
)
def test_fields_shown_may_not_contradict_what_was_signed(desk: Desk, member: str, value: object) -> None:
    """Even where issuer and holder sign it: a whole file that says so is refused as well."""
    desk.take()
    names = [
        "metadata/certificateIdentifier",
        "metadata/certificateTypeCode",
        "metadata/certificateIssuingAuthorityCode",
        "metadata/certificateEffectiveDate",
        "metadata/certificateExpiringDate",
    ]
    challenge = desk.service.challenge(key_of(OFFICE), names, "目的", uscc=OFFICE)
    good = desk.wallet.present([ID], names, challenge).presentation
    (shown,) = good.licenses
    assert shown_integrity(shown, good.ledger_id).outcome.name == "PASS"
    found = shown_integrity(replace(shown, signed={**shown.signed, member: value}), good.ledger_id)
    assert (found.outcome.name, found.code) == ("FAIL", "FACE_MISMATCH")


def test_the_issuers_struct_cannot_be_edited_by_the_holder(desk: Desk) -> None:
    desk.take()
    _, challenge = desk.show()
    good = desk.wallet.present([ID], FIELDS, challenge).presentation
    longer = altered(good, signed={**good.licenses[0].signed, "validTo": 4_000_000_000})
    signer = desk.wallet._signer(desk.wallet._open().content, 0)
    forged = longer.with_signatures([signer.sign(longer.message())])
    verdict = desk.scan(whole_text(forged), challenge)
    assert verdict.result == "TAMPERED"
    assert verdict.checks[2].code == "BAD_SIGNATURE"


def test_a_license_of_another_ledger_is_told_so(desk: Desk, world: World) -> None:
    """By its own word, without a look at any record; and its word can be no other."""
    name = world.take("business_license")
    challenge = desk.ask()
    world.clock.seconds = desk.clock.seconds
    shown = world.wallet.present([name], FIELDS, challenge)
    verdict = desk.scan(shown.qr, challenge)
    assert (verdict.result, verdict.checks[4].code) == ("NOT_ANCHORED", "OTHER_LEDGER")
    moved = world.sign_again(shown.presentation, ledger_id=desk.ledger.ledger_id)
    verdict = desk.scan(whole_text(moved), desk.ask())
    assert (verdict.result, verdict.checks[1].code) == ("TAMPERED", "FACE_MISMATCH")


def test_the_wallet_can_ask_whether_a_verifier_is_who_it_says(desk: Desk) -> None:
    now = desk.ledger.now
    service, histories = desk.service, desk.histories()
    asked = service.challenge(key_of(OFFICE), FIELDS, "目的", uscc=OFFICE)
    assert is_registered(histories, asked, now)
    for name, uscc in (
        (BUREAU, OFFICE),
        ("nobody", OFFICE),
        (OFFICE, ""),
        ("330421", OFFICE),
        (OFFICE, "无"),
    ):
        assert not is_registered(histories, service.challenge(key_of(name), FIELDS, "目的", uscc=uscc), now)
    desk.ledger.cut_off_key(OFFICE, "330000", now)
    assert not is_registered(desk.histories(), asked, now)
