"""Somebody shows a license in the holder's place: by a record of the ledger, and never without."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from ledger.domain.acts import Act
from ledger.domain.canonical import JsonObject
from ledger.domain.challenge import Challenge
from ledger.domain.holders import PublicPair, holder_binding
from ledger.domain.moments import rfc3339
from ledger.domain.presentation import Presentation
from ledger.domain.presentation_text import kept_text, read_qr, short_text, whole_text
from ledger.domain.presenters import AllHolders, AnyHolder, Representative
from ledger.domain.representation import RepresentationKind, RepresentationScope
from ledger.domain.verdict import Verdict
from ledger.errors import RuleError
from ledger.service.holder_records import HolderRecords
from ledger.service.sources import Asked, Histories
from tests.simulator import BUREAU, DAY, hash32, id_of, key_of
from tests.wallet.desk import FIELDS, ID, Desk, issue, new_desk
from tests.wallet.world import altered
from wallet.entries import bound_to
from wallet.wallet import Wallet

OTHER = id_of("another license in a wallet")
NOBODY = "0x" + holder_binding(key_of("nobody").public_key, None).hex()


@dataclass
class Guardian:
    """Who stands in for the holder of the license `ID`, with a wallet and a pair of his own."""

    wallet: Wallet
    pair: PublicPair
    envelope: JsonObject


@pytest.fixture
def guardian(desk: Desk) -> Guardian:
    desk.take()
    wallet = desk.new_wallet("guardian")
    envelope = desk.wallet._open().content["licenses"][0]["envelope"]
    pair = wallet.new_pair()
    assert wallet.add_represented(envelope)[1] == pair
    return Guardian(wallet, pair, envelope)


def show(desk: Desk, wallet: Wallet) -> tuple[str, Challenge]:
    challenge = desk.ask()
    return wallet.present([ID], FIELDS, challenge).qr, challenge


def holder(verdict: Verdict) -> tuple[str, str, str]:
    check = verdict.checks[7]
    return check.outcome.name, check.code, check.result


REPRESENTED = ("PASS", "REPRESENTED", "")


# --- what holds -----------------------------------------------------------------------------


def test_a_guardian_shows_once_and_the_verdict_says_by_what_right(desk: Desk, guardian: Guardian) -> None:
    until = desk.ledger.now + 30 * DAY
    record = desk.ledger.represent(
        ID,
        guardian.pair.binding,
        scope=RepresentationScope.PRESENT | RepresentationScope.CORRECT,
        until=until,
    )
    text, challenge = show(desk, guardian.wallet)
    verdict = desk.scan(text, challenge)
    assert (verdict.result, holder(verdict)) == ("IN_FORCE", REPRESENTED)
    evidence = dict(verdict.checks[7].evidence)
    end = evidence.pop("until")
    assert end == rfc3339(until)
    assert evidence.pop("since") is not None
    assert evidence == {
        "kind": "GUARDIAN",
        "scope": ["PRESENT", "CORRECT"],
        "record": record.seq,
        "zh": f"由持证人的监护人出示。代理范围：亮证、申请校核；至{end}止。",
        "en": f"Shown by the holder's guardian. Scope: present, correct; until {end}.",
    }
    assert set(verdict.disclosed or {}) == set(FIELDS)
    assert desk.scan(text, challenge).checks[7].evidence["reasons"] == ["PRESENTATION_REPLAYED"]


@pytest.mark.parametrize("kind", RepresentationKind)
def test_each_title_is_named(desk: Desk, guardian: Guardian, kind: RepresentationKind) -> None:
    desk.ledger.represent(ID, guardian.pair.binding, kind=kind, until=desk.ledger.now + DAY)
    evidence = desk.scan(*show(desk, guardian.wallet)).checks[7].evidence
    assert evidence["kind"] == kind.name
    title = kind.name.lower().replace("_", " ")
    assert str(evidence["en"]).startswith(f"Shown by the holder's {title}. Scope: present; until ")


def test_no_end_is_told_as_none(desk: Desk, guardian: Guardian) -> None:
    desk.ledger.represent(ID, guardian.pair.binding)
    evidence = desk.scan(*show(desk, guardian.wallet)).checks[7].evidence
    assert (evidence["until"], evidence["en"]) == (
        None,
        "Shown by the holder's guardian. Scope: present; no end is set.",
    )
    assert desk.scan(*desk.show()).checks[7].evidence == {
        "zh": "由持证人出示。",
        "en": "Shown by the holder.",
    }


def test_the_holder_goes_on_showing_beside_the_guardian(desk: Desk, guardian: Guardian) -> None:
    desk.ledger.represent(ID, guardian.pair.binding)
    assert holder(desk.scan(*desk.show())) == ("PASS", "OK", "")
    assert holder(desk.scan(*show(desk, guardian.wallet))) == REPRESENTED


def test_a_holder_whose_binding_is_gone_is_still_represented(desk: Desk, guardian: Guardian) -> None:
    """The phone is lost, or the holder is dead: the record of who stands in for him is another one."""
    desk.ledger.represent(ID, guardian.pair.binding)
    desk.ledger.bind(ID, NOBODY)
    assert holder(desk.scan(*desk.show()))[0] != "PASS"
    assert holder(desk.scan(*show(desk, guardian.wallet))) == REPRESENTED


def test_a_frozen_binding_stops_the_holder_and_not_the_guardian(desk: Desk, guardian: Guardian) -> None:
    desk.ledger.represent(ID, guardian.pair.binding)
    desk.ledger.freeze(ID)
    assert holder(desk.scan(*desk.show()))[1] == "HOLDER_FROZEN"
    verdict = desk.scan(*show(desk, guardian.wallet))
    assert (holder(verdict), "HOLDER_FROZEN" in verdict.flags) == (REPRESENTED, True)


def test_the_issuer_may_have_named_the_signing_key_alone(desk: Desk, guardian: Guardian) -> None:
    desk.ledger.represent(ID, "0x" + holder_binding(guardian.pair.holder_key, None).hex())
    assert holder(desk.scan(*show(desk, guardian.wallet))) == REPRESENTED


def test_the_code_is_hardly_longer_than_the_holders(desk: Desk, guardian: Guardian) -> None:
    desk.ledger.represent(ID, guardian.pair.binding)
    challenge = desk.ask()
    own = desk.wallet.present([ID], FIELDS, challenge)
    shown = guardian.wallet.present([ID], FIELDS, challenge)
    assert own.size < shown.size <= own.size + 40, "the holder's binding is written out"
    text, kept = short_text(shown.presentation.short()), kept_text(shown.presentation)
    (verdict,) = desk.scan_all(text, challenge, lambda _: kept)
    assert holder(verdict) == REPRESENTED


def test_a_revoked_license_is_revoked_for_a_guardian_too(desk: Desk, guardian: Guardian) -> None:
    desk.ledger.represent(ID, guardian.pair.binding)
    desk.ledger.act(ID, Act.REVOKE, ground=30, reference=hash32("decision"))
    verdict = desk.scan(*show(desk, guardian.wallet))
    assert (verdict.result, holder(verdict)) == ("REVOKED", REPRESENTED)


def test_an_own_license_and_a_represented_one_are_judged_each_for_itself(
    desk: Desk, guardian: Guardian
) -> None:
    desk.ledger.represent(ID, guardian.pair.binding)
    guardian.wallet.add(issue(desk.ledger, guardian.wallet.new_pair(), OTHER))
    challenge = desk.ask()
    made = guardian.wallet.draft([ID, OTHER], FIELDS, challenge).presentation
    first, second = desk.scan_all(short_text(made.short()), challenge, lambda _: kept_text(made))
    assert (holder(first), holder(second)) == (REPRESENTED, ("PASS", "OK", ""))
    desk.ledger.end_representation(ID, guardian.pair.binding, desk.ledger.now + 1)
    desk.ledger.wait(10)
    challenge = desk.ask()
    made = guardian.wallet.draft([ID, OTHER], FIELDS, challenge).presentation
    refused = desk.scan_all(short_text(made.short()), challenge, lambda _: kept_text(made))
    assert {each.checks[7].code for each in refused} == {"REPRESENTATION_ENDED"}, "one act stands or falls"
    assert {each.checks[7].evidence["licenseId"] for each in refused} == {ID}


# --- who may not show -----------------------------------------------------------------------


def _represent(
    who: str = "", since: int = 0, until: int = 0, wait: int = 0, **terms: Any
) -> Callable[[Desk, str], None]:
    """Recorded with a term that is told from now on."""

    def prepare(desk: Desk, name: str) -> None:
        now = desk.ledger.now
        moments = {"since": since and now + since, "until": until and now + until}
        desk.ledger.represent(ID, who or name, **moments, **terms)
        desk.ledger.wait(wait)

    return prepare


def _ended(desk: Desk, name: str) -> None:
    desk.ledger.represent(ID, name)
    desk.ledger.wait(DAY)
    desk.ledger.end_representation(ID, name, desk.ledger.now + 1)
    desk.ledger.wait(10)


def _ended_before_it_begins(desk: Desk, name: str) -> None:
    desk.ledger.represent(ID, name, since=desk.ledger.now + 20 * DAY)
    desk.ledger.end_representation(ID, name, desk.ledger.now + 10 * DAY)


def _another_license(desk: Desk, name: str) -> None:
    issue(desk.ledger, None, OTHER)
    desk.ledger.represent(OTHER, name)


def _by_a_stolen_key(desk: Desk, name: str) -> None:
    stolen = desk.ledger.now + 1
    desk.ledger.wait(10)
    desk.ledger.represent(ID, name)
    desk.ledger.cut_off_key(BUREAU, "310000", stolen)


def _ended_by_a_stolen_key(desk: Desk, name: str) -> None:
    desk.ledger.represent(ID, name)
    desk.ledger.wait(10)
    stolen = desk.ledger.now
    desk.ledger.wait(10)
    desk.ledger.end_representation(ID, name, desk.ledger.now + 1)
    desk.ledger.cut_off_key(BUREAU, "310000", stolen)
    desk.ledger.wait(10)


NOT_REPRESENTED = ("OUT_OF_SCOPE", "NOT_REPRESENTED", "NOT_REPRESENTED")
ENDED = ("STALE_PRESENTATION", "REPRESENTATION_ENDED", "REPRESENTATION_ENDED")
NOT_HE: dict[str, tuple[Callable[[Desk, str], None], tuple[str, str, str]]] = {
    "nothing is recorded": (lambda *_: None, NOT_REPRESENTED),
    "somebody else is recorded": (_represent(who=NOBODY), NOT_REPRESENTED),
    "he is recorded for another license": (_another_license, NOT_REPRESENTED),
    "he may only consent": (
        _represent(scope=RepresentationScope.CONSENT),
        ("OUT_OF_SCOPE", "REPRESENTATION_OUT_OF_SCOPE", "REPRESENTATION_OUT_OF_SCOPE"),
    ),
    "it begins tomorrow": (
        _represent(since=DAY),
        ("OUT_OF_SCOPE", "NOT_REPRESENTED", "REPRESENTATION_NOT_BEGUN"),
    ),
    "its time is over": (_represent(until=DAY, kind=RepresentationKind.AGENT, wait=2 * DAY), ENDED),
    "it was ended": (_ended, ENDED),
    "it was ended before it begins": (_ended_before_it_begins, ENDED),
    "a stolen key recorded it": (_by_a_stolen_key, NOT_REPRESENTED),
    "a stolen key ended it": (_ended_by_a_stolen_key, ENDED),
}


@pytest.mark.parametrize("name", NOT_HE)
def test_who_does_not_stand_in_now_is_told_why(desk: Desk, guardian: Guardian, name: str) -> None:
    prepare, (result, code, reason) = NOT_HE[name]
    prepare(desk, guardian.pair.binding)
    text, challenge = show(desk, guardian.wallet)
    verdict = desk.scan(text, challenge)
    assert (verdict.result, holder(verdict)) == (result, ("FAIL", code, result))
    assert verdict.checks[7].evidence["reasons"] == [reason]
    assert verdict.disclosed is None
    right = desk.wallet.present([ID], FIELDS, challenge).qr
    assert holder(desk.scan(right, challenge)) == ("PASS", "OK", ""), "the challenge is still open"


def test_an_end_that_lies_ahead_leaves_it_till_then(desk: Desk, guardian: Guardian) -> None:
    desk.ledger.represent(ID, guardian.pair.binding)
    desk.ledger.end_representation(ID, guardian.pair.binding, desk.ledger.now + DAY)
    assert holder(desk.scan(*show(desk, guardian.wallet))) == REPRESENTED
    desk.ledger.wait(DAY)
    assert holder(desk.scan(*show(desk, guardian.wallet)))[1] == "REPRESENTATION_ENDED"
    desk.ledger.represent(ID, guardian.pair.binding)
    assert holder(desk.scan(*show(desk, guardian.wallet))) == REPRESENTED, "given anew"


def test_what_is_dated_back_is_judged_by_the_verifiers_clock(desk: Desk, guardian: Guardian) -> None:
    """The head stands still, and he dates the presentation to before his end."""
    desk.ledger.represent(ID, guardian.pair.binding)
    desk.ledger.end_representation(ID, guardian.pair.binding, desk.ledger.now + 30)
    text, challenge = show(desk, guardian.wallet)
    desk.clock.seconds += 31
    assert holder(desk.scan(text, challenge))[1] == "REPRESENTATION_ENDED"


def test_a_representative_names_no_other(desk: Desk, guardian: Guardian) -> None:
    """Neither by a record about himself, which no contract takes, nor by signing beside the other."""
    desk.ledger.represent(ID, guardian.pair.binding)
    deputy = desk.new_wallet("deputy")
    pair = deputy.new_pair()
    deputy.add_represented(guardian.envelope)
    desk.ledger.represent(guardian.pair.binding, pair.binding)
    text, challenge = show(desk, deputy)
    assert holder(desk.scan(text, challenge))[1:] == ("NOT_REPRESENTED", "OUT_OF_SCOPE")
    made = read_qr(text)
    assert isinstance(made, Presentation)
    for rule in (AllHolders((guardian.pair, pair)), AnyHolder(pair, (guardian.pair.binding, pair.binding))):
        beside = altered(made, holder=rule)
        signers = [each._signer(each._open().content, 0) for each in (guardian.wallet, deputy)]
        keys = {signer.public_key: signer for signer in signers}
        message = beside.message()
        signed = beside.with_signatures([keys[key].sign(message) for key in beside.signers])
        assert holder(desk.scan(whole_text(signed), challenge))[1:] == ("HOLDER_KEY_MISMATCH", "TAMPERED")


def test_a_record_of_another_ledger_is_none(desk: Desk, guardian: Guardian, tmp_path: Path) -> None:
    elsewhere = new_desk(tmp_path / "elsewhere")
    issue(elsewhere.ledger, None)
    elsewhere.ledger.represent(ID, guardian.pair.binding)
    assert holder(desk.scan(*show(desk, guardian.wallet)))[1] == "NOT_REPRESENTED"


def test_nobody_is_believed_to_stand_in_where_the_ledger_was_not_asked(
    desk: Desk, guardian: Guardian
) -> None:
    desk.ledger.represent(ID, guardian.pair.binding)
    text, challenge = show(desk, guardian.wallet)
    desk.is_silent_once = True
    verdict = desk.scan(text, challenge)
    assert (verdict.result, *holder(verdict)[:2]) == ("COULD_NOT_CHECK", "UNKNOWN", "CHAIN_UNREACHABLE")
    text, challenge = show(desk, guardian.wallet)
    (subject,) = desk.service.scan(text, challenge).subjects
    assert subject.after[0].code == "NOT_REPRESENTED", "without a ledger there is no record"


# --- what cannot be bent --------------------------------------------------------------------


def _signed_by(wallet: Wallet, presentation: Presentation) -> str:
    signer = wallet._signer(wallet._open().content, 0)
    return whole_text(presentation.with_signatures([signer.sign(presentation.message())]))


def test_a_guardian_is_not_the_holder_and_the_holder_no_guardian(desk: Desk, guardian: Guardian) -> None:
    desk.ledger.represent(ID, guardian.pair.binding)
    challenge = desk.ask()
    as_holder = altered(guardian.wallet.present([ID], FIELDS, challenge).presentation, holder=guardian.pair)
    verdict = desk.scan(_signed_by(guardian.wallet, as_holder), challenge)
    assert holder(verdict)[1:] == ("HOLDER_KEY_MISMATCH", "TAMPERED")
    own = desk.wallet.present([ID], FIELDS, challenge).presentation
    pair = own.licenses[0].holder
    assert isinstance(pair, PublicPair)
    verdict = desk.scan(_signed_by(desk.wallet, altered(own, holder=Representative(pair))), challenge)
    assert holder(verdict)[1:] == ("NOT_REPRESENTED", "OUT_OF_SCOPE")


def test_what_one_guardian_may_another_may_not(desk: Desk, guardian: Guardian) -> None:
    """His keys are public once he has shown; they do not sign."""
    desk.ledger.represent(ID, guardian.pair.binding)
    thief = desk.new_wallet("thief")
    thief.new_pair()
    thief.add_represented(guardian.envelope)
    challenge = desk.ask()
    made = thief.present([ID], FIELDS, challenge).presentation
    assert holder(desk.scan(whole_text(made), challenge))[1] == "NOT_REPRESENTED"
    claimed = _signed_by(thief, altered(made, holder=Representative(guardian.pair)))
    assert holder(desk.scan(claimed, challenge))[1:] == ("BAD_HOLDER_SIGNATURE", "TAMPERED")
    mine = made.licenses[0].holder
    assert isinstance(mine, Representative)
    mixed = Representative(PublicPair(mine.pair.holder_key, guardian.pair.holder_encryption_key))
    assert (
        holder(desk.scan(_signed_by(thief, altered(made, holder=mixed)), challenge))[1] == "NOT_REPRESENTED"
    )


def test_the_mark_of_a_representative_is_signed(desk: Desk, guardian: Guardian) -> None:
    desk.ledger.represent(ID, guardian.pair.binding)
    text, challenge = show(desk, guardian.wallet)
    good = read_qr(text)
    assert isinstance(good, Presentation)
    form = good.as_json()["licenses"][0]
    assert (form["holderKey"], form["presenter"]["as"]) == (None, "REPRESENTATIVE")
    bare = altered(good, holder=guardian.pair)
    assert bare.id != good.id
    assert holder(desk.scan(whole_text(bare), challenge))[1] == "BAD_HOLDER_SIGNATURE"


# --- how far it is to be believed -----------------------------------------------------------


def _scan_at(desk: Desk, guardian: Guardian, asked: Asked) -> tuple[str, str]:
    text, challenge = show(desk, guardian.wallet)
    records = HolderRecords(lambda: Histories([desk.ledger], asked))
    (subject,) = desk.service.scan(text, challenge, records=records).subjects
    return subject.after[0].outcome.name, subject.after[0].code


def test_at_level_state_the_record_is_proved_and_a_hidden_end_found_out(
    desk: Desk, guardian: Guardian, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = guardian.pair.binding
    desk.ledger.represent(ID, name)
    desk.ledger.end_representation(ID, name, desk.ledger.now + 1)
    desk.ledger.wait(10)
    honest = desk.ledger.histories_of

    def without_the_end(*arguments: Any) -> Any:
        return {key: records[:1] for key, records in honest(*arguments).items()}

    head = desk.ledger.head().hash
    assert _scan_at(desk, guardian, Asked("state", head)) == ("FAIL", "REPRESENTATION_ENDED")
    monkeypatch.setattr(desk.ledger, "histories_of", without_the_end)
    assert _scan_at(desk, guardian, Asked()) == ("PASS", "REPRESENTED"), "one node's word"
    assert _scan_at(desk, guardian, Asked("state", head)) == ("UNKNOWN", "BAD_PROOF")


def test_a_level_that_was_not_reached_proves_nothing(desk: Desk, guardian: Guardian) -> None:
    desk.ledger.represent(ID, guardian.pair.binding)
    assert _scan_at(desk, guardian, Asked("quorum")) == ("UNKNOWN", "TRUST_NOT_REACHED")


# --- the wallet -----------------------------------------------------------------------------


def test_the_wallet_says_whom_it_stands_in_for(desk: Desk, guardian: Guardian) -> None:
    (entry,) = guardian.wallet.licenses()
    assert (entry.is_represented, entry.holders) == (True, None)
    assert not desk.wallet.licenses()[0].is_represented
    again = guardian.wallet.add_represented(guardian.envelope)
    assert (again[1], len(guardian.wallet.licenses())) == (guardian.pair, 1)


def test_a_pair_is_used_for_one_license_only(desk: Desk, guardian: Guardian) -> None:
    second = issue(desk.ledger, None, OTHER)
    with pytest.raises(RuleError, match="NO_PAIR_TO_REPRESENT_WITH"):
        guardian.wallet.add_represented(second)
    pair = guardian.wallet.new_pair()
    assert guardian.wallet.add_represented(second)[1] == pair
    with pytest.raises(RuleError, match="NO_PAIR_TO_REPRESENT_WITH"):
        desk.new_wallet("empty").add_represented(second)


def test_a_pair_can_be_named(desk: Desk, guardian: Guardian) -> None:
    wallet = desk.new_wallet("other")
    first, _ = wallet.new_pair(), wallet.new_pair()
    assert wallet.add_represented(guardian.envelope, lambda pair: pair == first)[1] == first
    with pytest.raises(RuleError, match="NO_PAIR_TO_REPRESENT_WITH"):
        wallet.add_represented(guardian.envelope, lambda pair: pair == guardian.pair)


def test_an_heir_becomes_the_holder(desk: Desk, guardian: Guardian) -> None:
    """Bound at last, the license is taken in again, and shown as his own."""
    desk.ledger.represent(ID, guardian.pair.binding, kind=RepresentationKind.HEIR)
    with pytest.raises(RuleError, match="NOT_MY_LICENSE"):
        guardian.wallet.add(guardian.envelope)
    fresh = guardian.wallet.new_pair()
    desk.ledger.bind(ID, fresh.binding)
    guardian.wallet.add(guardian.envelope, bound_to(fresh.binding, []))
    assert holder(desk.scan(*show(desk, guardian.wallet))) == ("PASS", "OK", "")
    assert holder(desk.scan(*desk.show()))[1] == "HOLDER_KEY_MISMATCH"


def test_a_presentation_of_a_representative_reads_back_as_it_was(desk: Desk, guardian: Guardian) -> None:
    shown = guardian.wallet.present([ID], FIELDS, desk.ask())
    assert read_qr(shown.qr) == shown.presentation
