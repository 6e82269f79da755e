"""Several holders: any of them shows alone, or all of them together, exactly as they are bound."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import permutations
from typing import Any

import pytest

from ledger import crypto
from ledger.domain import base45
from ledger.domain.canonical import JsonObject
from ledger.domain.challenge import Challenge
from ledger.domain.holders import HolderRule, JointHolders, PublicPair
from ledger.domain.presentation import Presentation
from ledger.domain.presentation_check import check_presentation
from ledger.domain.presentation_text import PREFIX, kept_text, read_draft, read_qr, short_text, whole_text
from ledger.domain.presenters import AllHolders, AnyHolder
from ledger.domain.verdict import Verdict
from ledger.errors import (
    BadProofError,
    BadSignatureError,
    LedgerError,
    MalformedError,
    RuleError,
    StalePresentationError,
    UnknownIdError,
)
from ledger.ports import Signer
from tests.simulator import OFFICE, id_of, key_of
from tests.wallet.desk import FIELDS, ID, Desk, issue
from tests.wallet.world import altered, new_signer
from wallet.drafting import Draft
from wallet.entries import bound_to, bound_to_each
from wallet.wallet import Wallet

OTHER = id_of("another license in a wallet")


@dataclass
class Owners:
    """Some holders of the license `ID`, each with a wallet."""

    desk: Desk
    wallets: list[Wallet]
    holders: JointHolders
    envelope: JsonObject

    def signer(self, place: int) -> Signer:
        wallet = self.wallets[place]
        return wallet._signer(wallet._open().content, 0)

    def draft(self, place: int, challenge: Challenge) -> Draft:
        return self.wallets[place].draft([ID], FIELDS, challenge)

    def together(self, challenge: Challenge) -> Presentation:
        """Signed by everybody."""
        draft = self.draft(0, challenge)
        for wallet in self.wallets[1:]:
            draft = wallet.cosign(Draft.from_json(draft.as_json()))
        return draft.presentation

    def signed_by_all(self, presentation: Presentation) -> Presentation:
        """What they could make if they were dishonest together: signed anew by whoever signs it."""
        keys = {self.signer(place).public_key: self.signer(place) for place in range(len(self.wallets))}
        message = presentation.message()
        return presentation.with_signatures([keys[key].sign(message) for key in presentation.signers])


def owners(desk: Desk, rule: HolderRule, count: int = 2) -> Owners:
    wallets = [desk.new_wallet(f"owner {place}") for place in range(count)]
    holders = JointHolders(rule, tuple(wallet.new_pair() for wallet in wallets))
    envelope = issue(desk.ledger, holders)
    for wallet, pair in zip(wallets, holders.pairs, strict=True):
        assert wallet.add(envelope)[1] == pair
    desk.clock.seconds = desk.ledger.now
    return Owners(desk, wallets, holders, envelope)


@pytest.fixture
def any_of(desk: Desk) -> Owners:
    return owners(desk, HolderRule.ANY, 3)


@pytest.fixture
def all_of(desk: Desk) -> Owners:
    return owners(desk, HolderRule.ALL, 3)


def holder(verdict: Verdict) -> tuple[str, str, str]:
    check = verdict.checks[7]
    return check.outcome.name, check.code, check.result


PASSED = ("PASS", "OK", "")


# --- any of them ----------------------------------------------------------------------------


def test_each_of_them_shows_alone_and_the_verdict_says_that_there_are_others(
    desk: Desk, any_of: Owners
) -> None:
    for wallet in any_of.wallets:
        challenge = desk.ask()
        verdict = desk.scan(wallet.present([ID], FIELDS, challenge).qr, challenge)
        assert (verdict.result, holder(verdict)) == ("IN_FORCE", PASSED)
        sentence = {"zh": "由3位持证人之一出示。", "en": "Shown by one of 3 holders."}
        assert verdict.checks[7].evidence == {"holderRule": "ANY", "holders": 3, "signed": 1, **sentence}


def test_who_shows_tells_nothing_of_the_others_but_that_they_are(desk: Desk, any_of: Owners) -> None:
    text = any_of.wallets[1].present([ID], FIELDS, desk.ask()).qr
    data = base45.decode(text[len(PREFIX) :])
    for place, pair in enumerate(any_of.holders.pairs):
        assert bytes.fromhex(pair.binding[2:]) in data
        assert (pair.holder_key[1:33] in data) == (place == 1)


def test_whoever_signed_it_is_one_of_them(desk: Desk, any_of: Owners) -> None:
    """A stranger with the list of bindings, which everybody has who once scanned a code."""
    challenge = desk.ask()
    good = any_of.wallets[0].present([ID], FIELDS, challenge).presentation
    thief = new_signer()
    pair = PublicPair(thief.public_key, thief.public_key)
    bindings = any_of.holders.bindings
    forged = [
        AnyHolder(pair, bindings),
        AnyHolder(pair, (*bindings, pair.binding)),
        AnyHolder(pair, (pair.binding, *bindings[1:])),
        AnyHolder(PublicPair(thief.public_key, any_of.holders.pairs[0].holder_encryption_key), bindings),
        AllHolders((pair, pair._replace(holder_encryption_key=new_signer().public_key))),
    ]
    for presenter in forged:
        made = altered(good, holder=presenter)
        signed = made.with_signatures([thief.sign(made.message())] * len(presenter.pairs))
        findings = check_presentation(signed, challenge, crypto.verifier(), int(desk.clock.seconds))
        assert [finding.reason for finding in findings] == ["HOLDER_KEY_MISMATCH"]
    stolen = altered(good, holder=AnyHolder(any_of.holders.pairs[1], bindings))
    signed = stolen.with_signatures([thief.sign(stolen.message())])
    assert holder(desk.scan(whole_text(signed), challenge))[1] == "BAD_HOLDER_SIGNATURE"
    assert holder(desk.scan(whole_text(good), challenge)) == PASSED


def test_another_rule_than_the_one_bound_opens_nothing(desk: Desk, any_of: Owners) -> None:
    challenge = desk.ask()
    good = any_of.wallets[0].present([ID], FIELDS, challenge).presentation
    own, *others = any_of.holders.pairs
    bindings = any_of.holders.bindings
    for presenter in (
        own,
        AllHolders((own, *others)),
        AnyHolder(own, bindings[:2]),
        AnyHolder(own, bindings[::-1]),
    ):
        made = any_of.signed_by_all(altered(good, holder=presenter))
        assert holder(desk.scan(whole_text(made), challenge))[1:] == ("HOLDER_KEY_MISMATCH", "TAMPERED")


# --- all of them ----------------------------------------------------------------------------


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_all_of_them_sign_one_presentation_in_any_order(
    desk: Desk, all_of: Owners, order: tuple[int, ...]
) -> None:
    challenge = desk.ask()
    first, *others = order
    draft = all_of.draft(first, challenge)
    ids = {draft.presentation.id}
    for count, place in enumerate(others, 1):
        assert (draft.signed, draft.needed, draft.is_complete) == (count, 3, False)
        with pytest.raises(RuleError, match="COSIGNATURES_MISSING"):
            draft.hand_over(None)
        draft = all_of.wallets[place].cosign(Draft.from_json(draft.as_json()))
        ids.add(draft.presentation.id)
    assert len(ids) == 1
    shown = draft.hand_over(None)
    verdict = desk.scan(shown.qr, challenge)
    assert (verdict.result, holder(verdict)) == ("IN_FORCE", PASSED)
    sentence = {"zh": "由全体3位持证人共同出示。", "en": "Shown by all 3 holders together."}
    assert verdict.checks[7].evidence == {"holderRule": "ALL", "holders": 3, "signed": 3, **sentence}
    assert desk.scan(shown.qr, challenge).result == "STALE_PRESENTATION"


def test_one_of_them_cannot_present_alone(desk: Desk, all_of: Owners) -> None:
    with pytest.raises(RuleError, match="COSIGNATURES_MISSING"):
        all_of.wallets[0].present([ID], FIELDS, desk.ask())


def test_the_short_code_is_as_short_as_any(desk: Desk, all_of: Owners) -> None:
    challenge = desk.ask()
    made = all_of.together(challenge)
    text = short_text(made.short())
    assert len(base45.decode(text[len(PREFIX) :])) == 111
    (verdict,) = desk.scan_all(text, challenge, lambda _: kept_text(made))
    assert holder(verdict) == PASSED


def _of_another_challenge(owners_: Owners, good: Presentation) -> Presentation:
    """What the last of them signed for another verifier, or for this one before."""
    other = owners_.together(owners_.desk.ask())
    return good.with_signatures((*good.signatures[:2], other.signatures[2]))


def _of_fewer_fields(owners_: Owners, good: Presentation) -> Presentation:
    """The last of them agreed to show one field; the others put in two."""
    entry = owners_.wallets[0].licenses()[0]
    shown = entry.license.show(FIELDS[:1], AllHolders(owners_.holders.pairs))
    fewer = replace(good, licenses=(shown,))
    return good.with_signatures((*good.signatures[:2], owners_.signer(2).sign(fewer.message())))


def _of_another_moment(owners_: Owners, good: Presentation) -> Presentation:
    earlier = replace(good, made_at=good.made_at - 1)
    return good.with_signatures((*good.signatures[:2], owners_.signer(2).sign(earlier.message())))


def _foreign(owners_: Owners, good: Presentation) -> Presentation:
    return good.with_signatures((*good.signatures[:2], new_signer().sign(good.message())))


UNSIGNED: dict[str, Callable[[Owners, Presentation], Presentation]] = {
    "one is missing": lambda _, good: good.with_signatures(good.signatures[:2]),
    "one is empty": lambda _, good: good.with_signatures((*good.signatures[:2], b"")),
    "one is zero": lambda _, good: good.with_signatures((*good.signatures[:2], bytes(64))),
    "one signed twice": lambda _, good: good.with_signatures((*good.signatures[:2], good.signatures[1])),
    "one is a stranger's": _foreign,
    "one is for another challenge": _of_another_challenge,
    "one is for fewer fields": _of_fewer_fields,
    "one is for another moment": _of_another_moment,
    "they are crossed": lambda _, good: good.with_signatures(good.signatures[::-1]),
    "there is one more": lambda _, good: good.with_signatures((*good.signatures, good.signatures[0])),
}


@pytest.mark.parametrize("name", UNSIGNED)
def test_a_signature_that_is_not_theirs_is_found(desk: Desk, all_of: Owners, name: str) -> None:
    challenge = desk.ask()
    good = all_of.together(challenge)
    bad = UNSIGNED[name](all_of, good)
    findings = check_presentation(bad, challenge, crypto.verifier(), int(desk.clock.seconds))
    assert [finding.reason for finding in findings] == ["HOLDER_SIGNATURE_BAD"]
    verdict = desk.scan(whole_text(bad), challenge)
    assert verdict.result in ("MALFORMED", "TAMPERED")
    assert desk.scan(whole_text(good), challenge).result == "IN_FORCE", "the challenge is still open"


def test_fewer_others_or_in_another_order_open_nothing(desk: Desk, all_of: Owners) -> None:
    challenge = desk.ask()
    good = all_of.together(challenge)
    pairs, bindings = all_of.holders.pairs, all_of.holders.bindings
    for presenter in (
        pairs[0],
        AllHolders(pairs[:2]),
        AllHolders(pairs[::-1]),
        AnyHolder(pairs[0], bindings),
    ):
        made = all_of.signed_by_all(altered(good, holder=presenter))
        assert holder(desk.scan(whole_text(made), challenge))[1:] == ("HOLDER_KEY_MISMATCH", "TAMPERED")


def test_a_freeze_stops_all_of_them(desk: Desk, all_of: Owners) -> None:
    desk.ledger.freeze(ID)
    challenge = desk.ask()
    verdict = desk.scan(whole_text(all_of.together(challenge)), challenge)
    assert holder(verdict) == ("FAIL", "HOLDER_FROZEN", "STALE_PRESENTATION")


def test_a_binding_of_nobody_leaves_the_holders_as_they_were(desk: Desk, all_of: Owners) -> None:
    desk.ledger.bind(ID, "0x" + bytes(32).hex())
    challenge = desk.ask()
    verdict = desk.scan(whole_text(all_of.together(challenge)), challenge)
    assert holder(verdict) == PASSED


def test_own_and_joint_licenses_go_together(desk: Desk, all_of: Owners) -> None:
    first = all_of.wallets[0]
    first.add(issue(desk.ledger, first.new_pair(), OTHER))
    challenge = desk.ask()
    draft = first.draft([OTHER, ID], FIELDS, challenge)
    assert (draft.signed, draft.needed) == (2, 4)
    for wallet in all_of.wallets[1:]:
        draft = wallet.cosign(draft)
    made = draft.presentation
    verdicts = desk.scan_all(short_text(made.short()), challenge, lambda _: kept_text(made))
    assert [holder(each) for each in verdicts] == [PASSED] * 2
    assert [each.checks[7].evidence.get("holderRule") for each in verdicts] == [None, "ALL"]


# --- how large it gets ----------------------------------------------------------------------


@pytest.mark.parametrize(("rule", "most"), [(HolderRule.ANY, 8), (HolderRule.ALL, 3)])
def test_an_offline_code_holds_what_it_can(desk: Desk, rule: HolderRule, most: int) -> None:
    made = owners(desk, rule, most)
    challenge = desk.ask()
    shown = made.wallets[0].draft([ID], FIELDS, challenge)
    shown.require_room(None)
    if rule is HolderRule.ANY:
        assert shown.hand_over(None).size <= 1400


def test_what_no_code_holds_is_told_before_anybody_else_signs(desk: Desk) -> None:
    made = owners(desk, HolderRule.ALL, 8)
    challenge = desk.ask()
    draft = made.draft(0, challenge)
    with pytest.raises(MalformedError, match="PRESENTATION_TOO_LARGE"):
        draft.require_room(None)
    whole = made.together(challenge)
    with pytest.raises(MalformedError, match="PRESENTATION_TOO_LARGE"):
        whole_text(whole)
    (verdict,) = desk.scan_all(short_text(whole.short()), challenge, lambda _: kept_text(whole))
    assert holder(verdict) == PASSED


# --- drafts ---------------------------------------------------------------------------------


def test_a_draft_reads_back_and_is_no_code(desk: Desk, all_of: Owners) -> None:
    draft = all_of.draft(1, desk.ask())
    form = draft.as_json()
    assert Draft.from_json(form) == draft
    for read in (read_qr, read_draft):
        if read is read_draft:
            assert read(form["presentation"]) == draft.presentation
            continue
        with pytest.raises(MalformedError, match="PRESENTATION_MALFORMED"):
            read(form["presentation"])
    with pytest.raises(MalformedError, match="PRESENTATION_MALFORMED"):
        read_draft(whole_text(all_of.together(desk.ask())))


DRAFTS: dict[str, Callable[[JsonObject], object]] = {
    "another format": lambda form: form | {"format": "elicense-draft/2"},
    "a member more": lambda form: form | {"note": ""},
    "no challenge": lambda form: {key: form[key] for key in ("format", "presentation")},
    "a challenge that is none": lambda form: form | {"challenge": {}},
    "a text that is none": lambda form: form | {"presentation": "EL1:"},
    "a text that is a number": lambda form: form | {"presentation": 5},
}


@pytest.mark.parametrize("name", DRAFTS)
def test_a_draft_of_another_form_is_malformed(desk: Desk, all_of: Owners, name: str) -> None:
    form: Any = DRAFTS[name](copy.deepcopy(all_of.draft(0, desk.ask()).as_json()))
    with pytest.raises(MalformedError):
        Draft.from_json(form)


def _other_challenge(owners_: Owners, draft: Draft) -> Draft:
    return replace(draft, challenge=owners_.desk.ask())


def _altered_challenge(owners_: Owners, draft: Draft) -> Draft:
    """A middleman signs another purpose under the same id with a key of his own."""
    signer = new_signer()
    changed = replace(draft.challenge, purpose="贷款担保", public_key=signer.public_key)
    return replace(draft, challenge=changed.signed(signer.sign(changed.message())))


def _forged_challenge(owners_: Owners, draft: Draft) -> Draft:
    return replace(draft, challenge=replace(draft.challenge, purpose="贷款担保"))


def _more_fields(owners_: Owners, draft: Draft) -> Draft:
    """The one who made the draft puts in a field more and signs that."""
    entry = owners_.wallets[0].licenses()[0]
    shown = entry.license.show([*FIELDS, "face/legalRepresentative"], AllHolders(owners_.holders.pairs))
    made = replace(draft.presentation, licenses=(shown,))
    return replace(
        draft, presentation=made.with_signatures([owners_.signer(0).sign(made.message()), b"", b""])
    )


def _edited_field(owners_: Owners, draft: Draft) -> Draft:
    (shown,) = draft.presentation.licenses
    field = replace(shown.disclosure.fields[0], value="另一个名称")
    disclosure = replace(shown.disclosure, fields=(field, *shown.disclosure.fields[1:]))
    made = altered(draft.presentation, disclosure=disclosure)
    return replace(
        draft, presentation=made.with_signatures([owners_.signer(0).sign(made.message()), b"", b""])
    )


def _forged_signature(owners_: Owners, draft: Draft) -> Draft:
    stranger = new_signer().sign(draft.presentation.message())
    return replace(draft, presentation=draft.presentation.with_signatures((stranger, b"", b"")))


def _changed_after_signing(owners_: Owners, draft: Draft) -> Draft:
    return replace(draft, presentation=replace(draft.presentation, made_at=draft.presentation.made_at - 1))


REFUSED: dict[str, tuple[Callable[[Owners, Draft], Draft], type[LedgerError], str]] = {
    "another challenge": (_other_challenge, StalePresentationError, "CHALLENGE_MISMATCH"),
    "a purpose put in by a middleman": (_altered_challenge, StalePresentationError, "CHALLENGE_ALTERED"),
    "a purpose put in later": (_forged_challenge, BadSignatureError, "CHALLENGE_SIGNATURE_BAD"),
    "a field not asked for": (_more_fields, RuleError, "FIELDS_NOT_ASKED"),
    "a field that was edited": (_edited_field, BadProofError, "DISCLOSURE_MISMATCH"),
    "a stranger's signature": (_forged_signature, BadSignatureError, "DRAFT_SIGNATURE_BAD"),
    "changed after it was signed": (_changed_after_signing, BadSignatureError, "DRAFT_SIGNATURE_BAD"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_nobody_signs_a_draft_that_is_not_what_it_seems(desk: Desk, all_of: Owners, name: str) -> None:
    change, error, code = REFUSED[name]
    draft = change(all_of, all_of.draft(0, desk.ask()))
    with pytest.raises(error) as caught:
        all_of.wallets[1].cosign(draft)
    assert caught.value.code == code


def test_nobody_signs_twice_or_for_others(desk: Desk, all_of: Owners) -> None:
    draft = all_of.draft(0, desk.ask())
    with pytest.raises(RuleError, match="NOTHING_TO_COSIGN"):
        all_of.wallets[0].cosign(draft)
    stranger = desk.new_wallet("stranger")
    stranger.add(issue(desk.ledger, stranger.new_pair(), OTHER))
    with pytest.raises(RuleError, match="NOTHING_TO_COSIGN"):
        stranger.cosign(draft)


def test_nobody_signs_for_a_license_that_he_cannot_see(desk: Desk, all_of: Owners) -> None:
    """His key is asked for, and his wallet has no such license."""
    wallet = desk.new_wallet("late")
    holders = JointHolders(HolderRule.ALL, (all_of.holders.pairs[0], wallet.new_pair()))
    draft = all_of.draft(0, desk.ask())
    made = altered(draft.presentation, holder=AllHolders(holders.pairs))
    made = made.with_signatures([all_of.signer(0).sign(made.message()), b""])
    with pytest.raises(UnknownIdError, match="LICENSE_NOT_IN_WALLET"):
        wallet.cosign(replace(draft, presentation=made))


def test_a_single_license_is_never_signed_by_way_of_a_draft(desk: Desk) -> None:
    """A draft is for those who hold a license together; what is one's own is shown by `present`."""
    desk.take()
    challenge = desk.ask()
    signed = desk.wallet.draft([ID], FIELDS, challenge)
    empty = replace(signed, presentation=signed.presentation.with_signatures([b""]))
    with pytest.raises(RuleError, match="NOTHING_TO_COSIGN"):
        desk.wallet.cosign(empty)


def test_a_draft_lives_as_long_as_its_challenge(desk: Desk, all_of: Owners) -> None:
    desk.clock.seconds = desk.ledger.now
    challenge = desk.service.challenge(key_of(OFFICE), FIELDS, "目的", uscc=OFFICE, ttl=300)
    draft = all_of.draft(0, challenge)
    assert draft.presentation.expires == challenge.expires
    desk.clock.seconds += 299
    draft = all_of.wallets[1].cosign(draft)
    desk.clock.seconds += 1
    with pytest.raises(StalePresentationError, match="CHALLENGE_EXPIRED"):
        all_of.wallets[2].cosign(draft)


def test_one_wallet_with_the_keys_of_all_needs_no_draft(desk: Desk) -> None:
    holders = JointHolders(HolderRule.ALL, (desk.wallet.new_pair(), desk.wallet.new_pair()))
    desk.wallet.add(issue(desk.ledger, holders))
    challenge = desk.ask()
    assert holder(desk.scan(desk.wallet.present([ID], FIELDS, challenge).qr, challenge)) == PASSED


# --- which holders --------------------------------------------------------------------------


def test_a_license_of_others_is_not_taken_in(desk: Desk, any_of: Owners) -> None:
    stranger = desk.new_wallet("stranger")
    stranger.new_pair()
    with pytest.raises(RuleError, match="NOT_MY_LICENSE"):
        stranger.add(any_of.envelope)


def test_a_file_with_other_holders_than_those_bound_is_tampered(desk: Desk, any_of: Owners) -> None:
    others = JointHolders(HolderRule.ALL, any_of.holders.pairs)
    with pytest.raises(BadProofError, match="DOCUMENT_TAMPERED"):
        any_of.wallets[0].add({**any_of.envelope, **others.as_json()})


def test_a_license_bound_to_several_later_is_shown_by_the_list_that_the_issuer_gave(desk: Desk) -> None:
    desk.take()
    (entry,) = desk.wallet.licenses()
    envelope = desk.wallet._open().content["licenses"][0]["envelope"]
    partner = desk.new_wallet("partner")
    holders = JointHolders(HolderRule.ALL, (desk.wallet.new_pair(), partner.new_pair()))
    desk.ledger.bind(ID, holders.binding)
    assert holder(desk.scan(*desk.show()))[1] == "HOLDER_KEY_MISMATCH"
    for wallet in (desk.wallet, partner):
        with pytest.raises(RuleError, match="NOT_MY_LICENSE"):
            wallet.add(envelope, bound_to(holders.binding, [None]))
        held, _ = wallet.add(envelope, bound_to(holders.binding, [holders]))
        assert held == entry.license
    assert desk.wallet.licenses()[0].holders == holders
    challenge = desk.ask()
    draft = partner.cosign(desk.wallet.draft([ID], FIELDS, challenge))
    assert holder(desk.scan(draft.hand_over(None).qr, challenge)) == PASSED
    desk.wallet.add(envelope)
    assert desk.wallet.licenses()[0].holders == holders, "the file alone does not undo it"


def test_several_are_followed_by_one(desk: Desk, all_of: Owners) -> None:
    wallet = all_of.wallets[2]
    fresh = wallet.new_pair()
    desk.ledger.bind(ID, fresh.binding)
    wallet.add(all_of.envelope, bound_to(fresh.binding, [JointHolders.from_json(all_of.envelope)]))
    assert wallet.licenses()[0].holders is None
    challenge = desk.ask()
    assert holder(desk.scan(wallet.present([ID], FIELDS, challenge).qr, challenge)) == PASSED
    refused = desk.scan(whole_text(all_of.signed_by_all(altered(
        wallet.present([ID], FIELDS, desk.ask()).presentation, holder=AllHolders(all_of.holders.pairs)
    ))), challenge)  # fmt: skip
    assert refused.result == "TAMPERED"


def test_a_list_alone_is_believed_where_no_ledger_is_at_hand(desk: Desk) -> None:
    pair = desk.take()
    envelope = desk.wallet._open().content["licenses"][0]["envelope"]
    other = new_signer().public_key
    holders = JointHolders(HolderRule.ANY, (pair, PublicPair(other, new_signer().public_key)))
    desk.wallet.add(envelope, bound_to_each(holders))
    assert holder(desk.scan(*desk.show()))[1] == "HOLDER_KEY_MISMATCH", "the verifier asks the ledger"
    desk.ledger.bind(ID, holders.binding)
    assert holder(desk.scan(*desk.show())) == PASSED
