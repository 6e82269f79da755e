"""A counter without a phone: an office vouches for a holder, and every way in which it may not."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier

import pytest

from ledger import crypto
from ledger.adapters.qr import QrCode, read_image
from ledger.domain import base45
from ledger.domain.attestation import Attestation, Method, officer_digest
from ledger.domain.challenge import Challenge
from ledger.domain.objects import organisation_object
from ledger.domain.presentation import Presentation
from ledger.domain.presentation_check import check_presentation
from ledger.domain.presentation_text import PREFIX, kept_text, read_qr, short_text, whole_text
from ledger.domain.presenter_check import Known, Registrant
from ledger.domain.verdict import Outcome, Verdict
from ledger.errors import BadProofError, MalformedError, RuleError, StalePresentationError, UsageError
from ledger.ports import Signer
from tests.simulator import BUREAU, DAY, OFFICE, id_of, key_id_of, key_of
from tests.wallet.desk import FIELDS, Desk, issue
from tests.wallet.world import altered
from wallet.attesting import attest, read_printed
from wallet.held import HeldLicense, read_license
from wallet.showing import Showable, Shown

OTHER = id_of("another license")


@pytest.fixture
def brought(desk: Desk) -> HeldLicense:
    """What the holder brings: nothing but a license file, bound to nobody."""
    return read_license(issue(desk.ledger, None))


def vouch(
    desk: Desk,
    challenge: Challenge,
    *licenses: Showable,
    signer: Signer | None = None,
    method: Method = Method.ID_CARD_AND_FACE,
    officer: bytes = b"",
    fields: list[str] = FIELDS,
) -> Shown:
    """An office's answer to a challenge."""
    key = signer or key_of(OFFICE)
    now = int(desk.clock.seconds)
    statement = Attestation(key.public_key, method, officer)
    return attest(licenses, fields, challenge, statement, key, crypto.verifier(), now)


def holder(verdict: Verdict) -> tuple[str, str, str]:
    check = verdict.checks[7]
    return check.outcome.name, check.code, check.result


# --- what holds -----------------------------------------------------------------------------


def test_an_office_vouches_for_the_holder_of_a_frozen_device_and_the_flag_tells(desk: Desk) -> None:
    """Who lost the phone is there in person; the license was never touched."""
    pair = desk.wallet.new_pair()
    brought = read_license(issue(desk.ledger, pair))
    desk.ledger.freeze(brought.license_id)
    challenge = desk.ask()
    verdict = desk.scan(vouch(desk, challenge, brought).qr, challenge)
    assert (verdict.result, holder(verdict)) == ("IN_FORCE", ("PASS", "HOLDER_ATTESTED", ""))
    assert "HOLDER_FROZEN" in verdict.flags


def test_an_office_vouches_to_its_own_counter_once(desk: Desk, brought: HeldLicense) -> None:
    challenge = desk.ask()
    shown = vouch(desk, challenge, brought, officer=officer_digest("工号 0417", b"\x07" * 32))
    assert (shown.mode, shown.size <= 1400) == ("offline", True)
    verdict = desk.scan(read_image(QrCode(shown.qr).png(4)), challenge)
    assert verdict.result == "IN_FORCE"
    assert holder(verdict) == ("PASS", "HOLDER_ATTESTED", "")
    evidence = verdict.checks[7].evidence
    assert (evidence["attestedBy"], evidence["method"]) == (OFFICE, "id-card-and-face")
    assert (evidence["keyId"], evidence["officer"]) == (
        key_id_of(OFFICE),
        officer_digest("工号 0417", b"\x07" * 32).hex(),
    )
    assert set(verdict.disclosed or {}) == set(FIELDS)
    again = desk.scan(shown.qr, challenge)
    assert (again.result, again.checks[7].evidence["reasons"]) == (
        "STALE_PRESENTATION",
        ["PRESENTATION_REPLAYED"],
    )


def test_a_license_bound_to_a_phone_left_at_home_is_vouched_for_as_well(desk: Desk) -> None:
    desk.take()
    challenge = desk.ask()
    shown = vouch(desk, challenge, desk.wallet.licenses()[0].license)
    assert holder(desk.scan(shown.qr, challenge)) == ("PASS", "HOLDER_ATTESTED", "")
    assert shown.presentation.licenses[0].holder is None


def test_the_short_code_of_an_attestation_is_as_short_as_any(desk: Desk, brought: HeldLicense) -> None:
    challenge = desk.ask()
    made = vouch(desk, challenge, brought).presentation
    text = short_text(made.short())
    kept = kept_text(made)
    assert len(base45.decode(text[len(PREFIX) :])) == 111
    (verdict,) = desk.scan_all(text, challenge, lambda _: kept)
    assert holder(verdict) == ("PASS", "HOLDER_ATTESTED", "")


def test_several_licenses_are_vouched_for_together(desk: Desk, brought: HeldLicense) -> None:
    second = read_license(issue(desk.ledger, desk.wallet.new_pair(), OTHER))
    asked = desk.service.challenge(key_of(OFFICE), FIELDS[:1], "目的", uscc=OFFICE)
    made = vouch(desk, asked, brought, second, fields=FIELDS[:1]).presentation
    verdicts = desk.scan_all(whole_text(made), asked)
    assert [holder(verdict)[1] for verdict in verdicts] == ["HOLDER_ATTESTED"] * 2
    assert len(made.signatures) == 1


def test_an_attestation_names_nobody(desk: Desk, brought: HeldLicense) -> None:
    """The officer's reference is low in entropy: neither it nor an unsalted digest of it is in the code."""
    salt = b"\x31" * 32
    made = vouch(desk, desk.ask(), brought, officer=officer_digest("0417", salt))
    data = base45.decode(made.qr[len(PREFIX) :])
    assert officer_digest("0417", salt) in data
    for secret in (b"0417", salt, officer_digest("0417", bytes(32)), officer_digest("0417", b"")):
        assert secret not in data
    form = json.dumps(made.presentation.as_json()["attestation"])
    assert set(json.loads(form)) == {"keyId", "publicKey", "method", "officer"}


# --- who may vouch --------------------------------------------------------------------------


def test_only_the_asking_body_vouches_unless_the_challenge_says_otherwise(
    desk: Desk, brought: HeldLicense
) -> None:
    ends = {}
    for attested in (None, True):
        for name in (OFFICE, BUREAU):
            challenge = desk.ask(attested=attested)
            text = vouch(desk, challenge, brought, signer=key_of(name)).qr
            ends[attested, name] = holder(desk.scan(text, challenge))[:2]
    passed = ("PASS", "HOLDER_ATTESTED")
    assert ends == {
        (None, OFFICE): passed,
        (None, BUREAU): ("FAIL", "ATTESTATION_NOT_ALLOWED"),
        (True, OFFICE): passed,
        (True, BUREAU): passed,
    }


def test_another_key_of_the_asking_body_vouches_too(desk: Desk, brought: HeldLicense) -> None:
    desk.ledger.register_key("second counter", organisation_object(OFFICE))
    for uscc, expected in ((OFFICE, "HOLDER_ATTESTED"), ("", "ATTESTATION_NOT_ALLOWED")):
        challenge = desk.ask(uscc=uscc)
        text = vouch(desk, challenge, brought, signer=key_of("second counter")).qr
        assert holder(desk.scan(text, challenge))[1] == expected


def test_a_challenge_that_wants_the_holder_takes_nobodys_word(desk: Desk, brought: HeldLicense) -> None:
    challenge = desk.ask(attested=False)
    with pytest.raises(RuleError, match="ATTESTATION_NOT_ALLOWED"):
        vouch(desk, challenge, brought)
    asked = desk.ask()
    made = vouch(desk, asked, brought).presentation
    forced = replace(made, challenge_id=challenge.id, challenge_digest=challenge.digest)
    forged = forced.with_signatures([key_of(OFFICE).sign(forced.message())])
    verdict = desk.scan(whole_text(forged), challenge)
    assert (verdict.result, holder(verdict)[1]) == ("OUT_OF_SCOPE", "ATTESTATION_NOT_ALLOWED")


def _ended(desk: Desk) -> str:
    desk.ledger.end_key(OFFICE, "330000", desk.ledger.now + 1)
    desk.ledger.wait(60)
    return OFFICE


def _cut_off(desk: Desk) -> str:
    desk.ledger.cut_off_key(OFFICE, "330000", desk.ledger.now)
    return OFFICE


def _descends_from_a_stolen_one(desk: Desk) -> str:
    stolen = desk.ledger.now
    desk.ledger.wait(10)
    desk.ledger.rotate_key(OFFICE, "the thief's", organisation_object(OFFICE))
    desk.ledger.cut_off_key(OFFICE, "330000", stolen)
    return "the thief's"


def _encrypts(desk: Desk) -> str:
    from ledger.domain.acts import Purpose

    desk.ledger.register_key("for encryption", organisation_object(OFFICE), Purpose.ENCRYPT)
    return "for encryption"


KEYS: dict[str, tuple[Callable[[Desk], str], str]] = {
    "registered nowhere": (lambda _: "nobody", "ATTESTER_UNKNOWN"),
    "a region's governing key": (lambda _: "330000", "ATTESTER_UNKNOWN"),
    "an encryption key": (_encrypts, "ATTESTER_UNKNOWN"),
    "ended": (_ended, "ATTESTER_KEY_NOT_VALID"),
    "declared compromised": (_cut_off, "ATTESTER_KEY_NOT_VALID"),
    "descended from a stolen one": (_descends_from_a_stolen_one, "ATTESTER_KEY_NOT_VALID"),
}


@pytest.mark.parametrize("name", KEYS)
def test_a_key_that_may_not_sign_vouches_for_nobody(desk: Desk, brought: HeldLicense, name: str) -> None:
    prepare, code = KEYS[name]
    key = prepare(desk)
    challenge = desk.ask(attested=True)
    verdict = desk.scan(vouch(desk, challenge, brought, signer=key_of(key)).qr, challenge)
    assert (verdict.result, *holder(verdict)) == ("TAMPERED", "FAIL", code, "TAMPERED")
    assert verdict.disclosed is None
    right = vouch(desk, challenge, brought, signer=key_of(BUREAU))
    assert holder(desk.scan(right.qr, challenge))[1] == "HOLDER_ATTESTED", "the challenge is still open"


def test_with_the_chain_down_nobody_is_believed_to_be_an_office(desk: Desk, brought: HeldLicense) -> None:
    challenge = desk.ask()
    text = vouch(desk, challenge, brought).qr
    desk.is_silent_once = True
    verdict = desk.scan(text, challenge)
    assert (verdict.result, *holder(verdict)[:2]) == ("COULD_NOT_CHECK", "UNKNOWN", "CHAIN_UNREACHABLE")


# --- what cannot be bent --------------------------------------------------------------------


def _edited(**changes: object) -> Callable[[Desk, Presentation], Presentation]:
    def edit(_: Desk, good: Presentation) -> Presentation:
        assert good.attestation
        return replace(good, attestation=replace(good.attestation, **changes))  # type: ignore[arg-type]

    return edit


def _for_another_holder(desk: Desk, good: Presentation) -> Presentation:
    other = read_license(issue(desk.ledger, None, OTHER)).show(FIELDS, None)
    return replace(good, licenses=(other,))


def _with_another_license(desk: Desk, good: Presentation) -> Presentation:
    other = read_license(issue(desk.ledger, None, OTHER)).show(FIELDS, None)
    return replace(good, licenses=(*good.licenses, other))


BENT: dict[str, tuple[Callable[[Desk, Presentation], Presentation], str]] = {
    "a better method": (_edited(method=Method.KNOWN_IN_PERSON), "ATTESTATION_SIGNATURE_BAD"),
    "another officer": (_edited(officer=b"\x01" * 32), "ATTESTATION_SIGNATURE_BAD"),
    "another body": (_edited(public_key=key_of(BUREAU).public_key), "ATTESTATION_SIGNATURE_BAD"),
    "another holder's license": (_for_another_holder, "ATTESTATION_SIGNATURE_BAD"),
    "one license more": (_with_another_license, "ATTESTATION_SIGNATURE_BAD"),
    "a later time": (lambda _, good: replace(good, made_at=good.made_at + 1), "ATTESTATION_SIGNATURE_BAD"),
    "no signature": (lambda _, good: good.with_signatures([bytes(64)]), "ATTESTATION_SIGNATURE_BAD"),
    "two signatures": (
        lambda _, good: good.with_signatures(good.signatures * 2),
        "ATTESTATION_SIGNATURE_BAD",
    ),
}


@pytest.mark.parametrize("name", BENT)
def test_an_attestation_says_what_was_signed_and_nothing_else(
    desk: Desk, brought: HeldLicense, name: str
) -> None:
    bend, reason = BENT[name]
    challenge = desk.ask(attested=True)
    good = vouch(desk, challenge, brought).presentation
    bent = bend(desk, good)
    known = Known(attester=Registrant(OFFICE, True))
    findings = check_presentation(bent, challenge, crypto.verifier(), int(desk.clock.seconds), known)
    assert reason in [finding.reason for finding in findings]
    assert desk.service.redeem(good, challenge, known) == []


def test_an_attestation_for_one_challenge_is_nothing_to_another(desk: Desk, brought: HeldLicense) -> None:
    first, second = desk.ask(), desk.ask()
    verdict = desk.scan(vouch(desk, first, brought).qr, second)
    assert (verdict.result, verdict.checks[7].evidence["reasons"]) == (
        "STALE_PRESENTATION",
        ["CHALLENGE_MISMATCH"],
    )


def test_an_attestation_older_than_its_challenge_or_expired_is_stale(
    desk: Desk, brought: HeldLicense
) -> None:
    """Even where the office itself signs the wrong time."""
    desk.clock.seconds = desk.ledger.now
    challenge = desk.service.challenge(key_of(OFFICE), FIELDS, "目的", uscc=OFFICE, ttl=300)
    made = vouch(desk, challenge, brought).presentation
    now = int(desk.clock.seconds)
    early = replace(made, made_at=now - 60, expires=now + 60)
    forged = early.with_signatures([key_of(OFFICE).sign(early.message())])
    assert desk.scan(whole_text(forged), challenge).checks[7].evidence["reasons"] == [
        "PRESENTATION_BEFORE_CHALLENGE"
    ]
    desk.clock.seconds += 61
    late = desk.scan(whole_text(made), challenge)
    assert (late.result, late.checks[7].evidence["reasons"]) == (
        "STALE_PRESENTATION",
        ["PRESENTATION_EXPIRED"],
    )
    desk.clock.seconds += 300
    with pytest.raises(StalePresentationError, match="CHALLENGE_EXPIRED"):
        vouch(desk, challenge, brought)


def test_a_holders_presentation_is_no_attestation_and_the_other_way_round(desk: Desk) -> None:
    desk.take()
    text, challenge = desk.show()
    shown = read_qr(text)
    assert isinstance(shown, Presentation)
    statement = Attestation(key_of(OFFICE).public_key, Method.ID_CARD)
    with pytest.raises(MalformedError, match="PRESENTATION_MALFORMED"):
        read_qr(whole_text(replace(shown, attestation=statement)))
    made = vouch(desk, challenge, desk.wallet.licenses()[0].license).presentation
    unsigned = replace(made, attestation=None)
    with pytest.raises(MalformedError, match="PRESENTATION_MALFORMED"):
        read_qr(whole_text(unsigned))
    with pytest.raises(MalformedError, match="PRESENTATION_MALFORMED"):
        read_qr(whole_text(altered(made, holder=shown.licenses[0].holder)))


def test_every_byte_of_an_attestation_counts(desk: Desk, brought: HeldLicense) -> None:
    challenge = desk.ask()
    made = vouch(desk, challenge, brought, officer=officer_digest("0417", b"\x05" * 32))
    data = base45.decode(made.qr[len(PREFIX) :])
    known, ends = Known(attester=Registrant(OFFICE, True)), Counter[str]()
    for place in range(len(data)):
        flipped = bytearray(data)
        flipped[place] ^= 1 << place % 8
        try:
            found = read_qr(PREFIX + base45.encode(bytes(flipped)))
        except MalformedError:
            ends["malformed"] += 1
            continue
        assert isinstance(found, Presentation)
        findings = check_presentation(found, challenge, crypto.verifier(), int(desk.clock.seconds), known)
        assert any(finding.result for finding in findings), place
        ends["refused"] += 1
    assert ends["refused"] > 220


def test_of_200_redemptions_of_one_attestation_exactly_one_wins(desk: Desk, brought: HeldLicense) -> None:
    challenge, start = desk.ask(), Barrier(200)
    made = vouch(desk, challenge, brought).presentation
    known = Known(attester=Registrant(OFFICE, True))

    def redeem() -> str:
        start.wait()
        findings = desk.service.redeem(made, challenge, known)
        return findings[0].reason if findings else "redeemed"

    with ThreadPoolExecutor(200) as pool:
        ends = Counter(each.result() for each in [pool.submit(redeem) for _ in range(200)])
    assert ends == {"redeemed": 1, "PRESENTATION_REPLAYED": 199}


# --- what the holder brings -----------------------------------------------------------------


def test_a_printed_code_long_stale_still_carries_the_license(desk: Desk) -> None:
    """Fields of it, not all of them, are shown under a new challenge; the old signature plays no part."""
    desk.take()
    text, _ = desk.show()
    desk.ledger.wait(30 * DAY)
    desk.ledger.mine()
    challenge = desk.ask()
    asked = desk.service.challenge(key_of(OFFICE), FIELDS[:1], "目的", uscc=OFFICE)
    (printed,) = read_printed(text)
    assert (printed.paths, printed.identifier) == (
        sorted(FIELDS),
        desk.wallet.licenses()[0].license.identifier,
    )
    for question, fields in ((challenge, FIELDS), (asked, FIELDS[:1])):
        made = vouch(desk, question, printed, fields=fields)
        verdict = desk.scan(made.qr, question)
        assert (verdict.result, holder(verdict)[1]) == ("IN_FORCE", "HOLDER_ATTESTED")
        assert set(verdict.disclosed or {}) == set(fields)
    narrow = vouch(desk, asked, printed, fields=FIELDS[:1]).presentation.licenses[0]
    whole = desk.wallet.licenses()[0].license.show(FIELDS[:1], None)
    assert narrow == whole, "as if it came from the license file"


def test_a_printed_code_shows_no_field_that_is_not_in_it(desk: Desk) -> None:
    desk.take()
    (printed,) = read_printed(desk.show()[0])
    challenge = desk.service.challenge(key_of(OFFICE), ["face/name", "face/unifiedCode"], "目的", uscc=OFFICE)
    with pytest.raises(UsageError, match="FIELD_NOT_IN_LICENSE"):
        vouch(desk, challenge, printed, fields=["face/name", "face/unifiedCode"])


def test_what_is_no_license_cannot_be_brought(desk: Desk) -> None:
    desk.take()
    text, _ = desk.show()
    shown = read_qr(text)
    assert isinstance(shown, Presentation)
    with pytest.raises(UsageError, match="CODE_IS_SHORT"):
        read_printed(short_text(shown.short()))
    fields = shown.licenses[0].disclosure.fields
    edited = replace(shown.licenses[0].disclosure, fields=(replace(fields[0], value="另一名称"), *fields[1:]))
    with pytest.raises(BadProofError, match="DOCUMENT_TAMPERED"):
        read_printed(whole_text(altered(shown, disclosure=edited)))
    with pytest.raises(MalformedError):
        read_printed("EL1:00")


def test_an_office_cannot_make_a_license_true(desk: Desk, brought: HeldLicense) -> None:
    """It vouches for a person; what the issuer signed is checked as ever."""
    challenge = desk.ask()
    good = vouch(desk, challenge, brought).presentation
    signed = {**good.licenses[0].signed, "validTo": 4_000_000_000}
    longer = altered(good, signed=signed)
    forged = longer.with_signatures([key_of(OFFICE).sign(longer.message())])
    verdict = desk.scan(whole_text(forged), challenge)
    assert (verdict.result, verdict.checks[2].code) == ("TAMPERED", "BAD_SIGNATURE")
    assert verdict.checks[7].outcome is Outcome.PASS
