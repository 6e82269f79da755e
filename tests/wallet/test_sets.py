"""Several licenses in one presentation: shown together, redeemed together, refused together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier

import pytest

from ledger import crypto
from ledger.adapters.qr import QrCode, read_image
from ledger.domain import base45, cbor
from ledger.domain.challenge import Challenge
from ledger.domain.license_types import example_input
from ledger.domain.presentation import Presentation
from ledger.domain.presentation_check import check_presentation
from ledger.domain.presentation_text import PREFIX, kept_text, read_kept, read_qr, short_text, whole_text
from ledger.domain.presenter_check import Known
from ledger.domain.verdict import Outcome, Step
from ledger.errors import BadProofError, LedgerError, MalformedError, RuleError, UsageError
from tests.wallet.test_forms import ISSUED, LICENSES, MEMBERS, items_of, text_of
from tests.wallet.test_presentation import Memory
from tests.wallet.world import DOMAIN, NOW, World, altered, issue, issue_all, new_signer, settled

NAME, POST, CAPITAL = "holders/0/name", "face/post", "face/registeredCapital"
API = "http://127.0.0.1:9"
HOLDER = Step.HOLDER.value - 1
"""Where step 8 stands among the checks."""


def numbered(number: int) -> dict[str, object]:
    """An example with a number of its own."""
    given = example_input("safety_certificate")
    return {**given, "serial": f"2025ABCDEFGH{number:08d}"}


def take(world: World, count: int) -> list[str]:
    """So many licenses of the wallet's holder, each bound to a pair of its own; their ids."""
    return [
        world.wallet.add(issue(numbered(n), world.issuer, world.wallet.new_pair()))[0].license_id
        for n in range(count)
    ]


@pytest.fixture
def pair(world: World) -> list[str]:
    """A person's certificate and the license of a company: their identifiers."""
    return [world.take("safety_certificate"), world.take("business_license")]


def reasons(world: World, presentation: Presentation, challenge: Challenge) -> list[str]:
    findings = check_presentation(presentation, challenge, crypto.verifier(), NOW)
    return [finding.reason for finding in findings]


# --- what holds -----------------------------------------------------------------------------


def test_two_licenses_answer_one_challenge_with_one_code(world: World, pair: list[str]) -> None:
    challenge = world.ask(POST, CAPITAL, api=API)
    shown = world.wallet.present(pair, [POST, CAPITAL], challenge, Memory(world))
    assert (shown.mode, shown.size) == ("short", 111)
    found = world.service.read(read_image(QrCode(shown.qr).png()))
    assert found == shown.presentation
    first, second = settled(world.service.scan(shown.qr, challenge))
    assert (set(first.disclosed or {}), set(second.disclosed or {})) == ({POST}, {CAPITAL})
    assert [verdict.checks[HOLDER].outcome for verdict in (first, second)] == [Outcome.PASS] * 2
    with pytest.raises(LedgerError):
        world.service.kept(shown.presentation.id.hex())


def test_two_licenses_fit_one_offline_code_where_little_is_shown(world: World, pair: list[str]) -> None:
    challenge = world.ask(POST, CAPITAL)
    shown = world.wallet.present(pair, [POST, CAPITAL], challenge)
    assert (shown.mode, shown.size <= 1400) == ("offline", True)
    found = world.service.read(read_image(QrCode(shown.qr).png(4)))
    assert found == shown.presentation
    assert world.service.redeem(found, challenge) == []


def test_eight_licenses_go_by_the_short_code_and_a_ninth_is_refused(world: World) -> None:
    ids = take(world, 9)
    challenge = world.ask("face", api=API)
    shown = world.wallet.present(ids[:8], ["face"], challenge, Memory(world))
    assert shown.size == 111
    subjects = world.service.scan(shown.qr, challenge).subjects
    assert [subject.claim.license_id for subject in subjects if subject.claim] == ids[:8]
    assert {subject.after[0].code for subject in subjects} == {"OK"}
    with pytest.raises(UsageError, match="LICENSES_TOO_MANY"):
        world.wallet.present(ids, ["face"], world.ask("face"))


def test_licenses_of_batches_and_single_ones_are_shown_together(world: World) -> None:
    names = [
        world.take_leaf(),
        world.take("business_license"),
        world.take("property_certificate", amends=True),
    ]
    challenge = world.ask("metadata/certificateNumber", api=API)
    shown = world.wallet.present(names, ["metadata/certificateNumber"], challenge, Memory(world))
    found = world.service.read(shown.qr)
    assert [each.message for each in found.licenses] == ["IssueBatch", "Issue", "Amend"]
    assert world.service.redeem(found, challenge) == []


def test_a_field_that_several_licenses_have_is_shown_by_each(world: World, pair: list[str]) -> None:
    challenge = world.ask("metadata/certificateNumber", CAPITAL, api=API)
    asked = ["certificateNumber", CAPITAL]
    shown = world.wallet.present(pair, asked, challenge, Memory(world)).presentation
    paths = [sorted(each.disclosure.values()) for each in shown.licenses]
    assert paths == [["metadata/certificateNumber"], [CAPITAL, "metadata/certificateNumber"]]


def test_a_bound_and_an_unbound_license_are_judged_each_for_itself(world: World) -> None:
    names = [world.take("safety_certificate"), world.take("business_license", bound=False)]
    challenge = world.ask(POST, CAPITAL)
    shown = world.wallet.present(names, [POST, CAPITAL], challenge)
    first, second = world.service.scan(shown.qr, challenge).subjects
    assert (first.after[0].outcome, first.after[0].code) == (Outcome.PASS, "OK")
    assert (second.after[0].outcome, second.after[0].code) == (Outcome.SKIPPED, "HOLDER_UNBOUND")


def test_shown_apart_nothing_says_that_one_holder_has_both(world: World, pair: list[str]) -> None:
    """What two codes share, two holders' codes would share: the question, the issuer, names of fields."""
    challenge = world.ask("metadata/certificateName")
    texts = [world.wallet.present([each], ["certificateName"], challenge).qr for each in pair]
    first, second = (set(_strings(cbor.decode(base45.decode(text[len(PREFIX) :])))) for text in texts)
    signer = world.wallet.find(pair[0]).license.envelope.signer
    issuer = {bytes.fromhex(signer["keyId"][2:]), signer["uscc"].encode()}
    asked = {challenge.id, challenge.digest, b"metadata/certificateName"}
    assert first & second <= {*asked, *issuer, DOMAIN.ledger_id}


def _strings(value: cbor.CborValue) -> Iterator[bytes]:
    """Every string of 16 bytes or more."""
    if isinstance(value, list):
        for each in value:
            yield from _strings(each)
    raw = value.encode() if isinstance(value, str) else value
    if isinstance(raw, bytes) and len(raw) >= 16:
        yield raw


# --- what the wallet refuses ----------------------------------------------------------------


def test_the_wallet_shows_no_license_of_which_nothing_is_asked(world: World, pair: list[str]) -> None:
    with pytest.raises(RuleError, match="LICENSE_NOT_ASKED"):
        world.wallet.present(pair, [POST], world.ask(POST, CAPITAL))
    with pytest.raises(UsageError, match="FIELD_NOT_IN_LICENSE"):
        world.wallet.present(pair, [POST, "face/nothing"], world.ask(POST, "face/nothing"))
    with pytest.raises(RuleError, match="FIELDS_NOT_ASKED"):
        world.wallet.present(pair, [POST, CAPITAL], world.ask(POST))
    with pytest.raises(UsageError, match="LICENSE_REPEATED"):
        world.wallet.present([pair[0], pair[0]], [POST], world.ask(POST))
    with pytest.raises(UsageError, match="LICENSES_TOO_MANY"):
        world.wallet.present([], [POST], world.ask(POST))


# --- what the verifier refuses --------------------------------------------------------------

Good = tuple[World, Presentation, Challenge]


@pytest.fixture
def good(world: World, pair: list[str]) -> Good:
    challenge = world.ask(POST, CAPITAL)
    return world, world.wallet.present(pair, [POST, CAPITAL], challenge).presentation, challenge


def _other(good: Good) -> Presentation:
    """Another showing of two licenses of the same types by the same wallet, to the same challenge."""
    world, _, challenge = good
    names = [world.take("safety_certificate"), world.take("business_license")]
    ids = [world.wallet.licenses()[place].license.license_id for place in (-2, -1)]
    assert len(names) == len(ids)
    return world.wallet.present(ids, [POST, CAPITAL], challenge).presentation


def _swapped(good: Good) -> Presentation:
    """The second license of this showing with the first of the other, each with its own signature."""
    _, ours, _ = good
    other = _other(good)
    mixed = replace(ours, licenses=(other.licenses[0], ours.licenses[1]))
    return mixed.with_signatures((other.signatures[0], ours.signatures[1]))


def _dropped(good: Good) -> Presentation:
    _, ours, _ = good
    return replace(ours, licenses=ours.licenses[:1], signatures=ours.signatures[:1])


def _added(good: Good) -> Presentation:
    _, ours, _ = good
    other = _other(good)
    both = replace(ours, licenses=(*ours.licenses, other.licenses[0]))
    return both.with_signatures((*ours.signatures, other.signatures[0]))


def _reordered(good: Good) -> Presentation:
    _, ours, _ = good
    return replace(ours, licenses=ours.licenses[::-1], signatures=ours.signatures[::-1])


def _signatures_crossed(good: Good) -> Presentation:
    _, ours, _ = good
    return ours.with_signatures(ours.signatures[::-1])


def _one_signed_twice(good: Good) -> Presentation:
    _, ours, _ = good
    return ours.with_signatures((ours.signatures[0], ours.signatures[0]))


def _second_unsigned(good: Good) -> Presentation:
    _, ours, _ = good
    return ours.with_signatures((ours.signatures[0], bytes(64)))


def _anothers_license(good: Good) -> Presentation:
    """A thief adds the license of another under a key of his own, and signs for both."""
    world, ours, _ = good
    thief = new_signer()
    pair = ours.licenses[1].holder._replace(holder_key=thief.public_key)  # type: ignore[union-attr]
    changed = altered(ours, 1, holder=pair)
    own = world.sign(changed).signatures[0]
    return changed.with_signatures((own, thief.sign(changed.message())))


def _fields_crossed(good: Good) -> Presentation:
    """Each license under the fields of the other."""
    world, ours, _ = good
    first, second = ours.licenses
    crossed = altered(altered(ours, 0, disclosure=second.disclosure), 1, disclosure=first.disclosure)
    return world.sign(crossed)


def _keys_crossed(good: Good) -> Presentation:
    world, ours, _ = good
    first, second = ours.licenses
    return world.sign(altered(altered(ours, 0, holder=second.holder), 1, holder=first.holder))


REFUSED: dict[str, tuple[Callable[[Good], Presentation], str]] = {
    "a license of another showing": (_swapped, "HOLDER_SIGNATURE_BAD"),
    "a license left out": (_dropped, "HOLDER_SIGNATURE_BAD"),
    "a license put in": (_added, "HOLDER_SIGNATURE_BAD"),
    "another order": (_reordered, "HOLDER_SIGNATURE_BAD"),
    "signatures crossed": (_signatures_crossed, "HOLDER_SIGNATURE_BAD"),
    "signed twice by one": (_one_signed_twice, "HOLDER_SIGNATURE_BAD"),
    "the second not signed": (_second_unsigned, "HOLDER_SIGNATURE_BAD"),
    "another's license": (_anothers_license, "HOLDER_KEY_MISMATCH"),
    "fields crossed": (_fields_crossed, "DISCLOSURE_MISMATCH"),
    "keys crossed": (_keys_crossed, "HOLDER_KEY_MISMATCH"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_no_part_can_be_swapped_dropped_or_added(good: Good, name: str) -> None:
    world, ours, challenge = good
    make, reason = REFUSED[name]
    forged = make(good)
    assert reason in reasons(world, forged, challenge)
    subjects = world.service.scan(short_text(forged.short()), challenge, lambda _: kept_text(forged)).subjects
    assert {subject.after[0].outcome for subject in subjects} == {Outcome.FAIL}, "all fall with one"
    assert not any(subject.is_shown_rightly for subject in subjects), "nothing of it is passed on"
    assert world.service.redeem(ours, challenge) == [], "the challenge is still open for the right one"


def test_a_license_of_which_nothing_is_shown_is_out_of_scope(good: Good) -> None:
    world, ours, challenge = good
    world.take("property_certificate")
    entry = world.wallet.licenses()[-1]
    idle = entry.license.show([], world.wallet._pair(world.wallet._open().content, entry.pair))
    forged = world.sign(replace(ours, licenses=(*ours.licenses, idle)))
    assert reasons(world, forged, challenge) == ["LICENSE_NOT_ASKED"]


def test_a_field_that_none_of_them_answers_is_missing(world: World, pair: list[str]) -> None:
    challenge = world.ask(POST, CAPITAL, "face/sex")
    shown = world.wallet.present(pair, [POST, CAPITAL], challenge).presentation
    findings = check_presentation(shown, challenge, crypto.verifier(), NOW)
    assert [(finding.reason, finding.fields) for finding in findings] == [("FIELDS_MISSING", ("face/sex",))]


def test_one_license_bound_anew_to_another_refuses_them_all_and_is_named(good: Good) -> None:
    world, ours, challenge = good
    rebound = Known({ours.licenses[1].license_id: "0x" + "77" * 32})
    (finding,) = world.service.redeem(ours, challenge, rebound)
    assert (finding.reason, finding.license_id) == ("HOLDER_KEY_MISMATCH", ours.licenses[1].license_id)
    assert world.service.redeem(ours, challenge) == []


def test_the_same_license_twice_is_malformed(good: Good) -> None:
    world, ours, _ = good
    twice = world.sign(replace(ours, licenses=(ours.licenses[0], ours.licenses[0])))
    for read, text in ((read_qr, whole_text(twice)), (read_kept, kept_text(twice))):
        with pytest.raises(MalformedError, match="PRESENTATION_MALFORMED"):
            read(text)  # type: ignore[operator]


def test_nine_licenses_are_malformed(world: World) -> None:
    ids = take(world, 9)
    challenge = world.ask(POST, api=API)
    eight = world.wallet.present(ids[:8], [POST], challenge, Memory(world)).presentation
    ninth = world.wallet.present(ids[8:], [POST], challenge).presentation.licenses
    nine = replace(eight, licenses=(*eight.licenses, *ninth), signatures=(bytes(64),) * 9)
    with pytest.raises(MalformedError, match="PRESENTATION_MALFORMED"):
        read_kept(kept_text(nine))


def test_licenses_of_one_batch_share_what_was_signed(world: World) -> None:
    """Struct and signature travel once; the second license is as cheap as its fields and its path."""
    given = [numbered(n) for n in range(2)]
    files = issue_all(given, world.issuer, [world.wallet.new_pair() for _ in given])
    ids = [world.wallet.add(file)[0].license_id for file in files]
    challenge = world.ask(POST)
    shown = world.wallet.present(ids, [POST], challenge)
    first, second = items_of(shown.qr)[LICENSES]
    assert second[MEMBERS] == [None] * len(first[MEMBERS])
    assert (len(first[ISSUED]), second[ISSUED]) == (64, b"")
    assert world.service.read(shown.qr) == shown.presentation
    assert world.service.redeem(shown.presentation, challenge) == []
    twice = items_of(shown.qr)
    twice[LICENSES][1][ISSUED] = twice[LICENSES][0][ISSUED]
    with pytest.raises(MalformedError, match="PRESENTATION_MALFORMED"):
        read_qr(text_of(twice))


def test_what_is_left_at_the_api_lacks_the_one_signature_that_only_the_code_has(good: Good) -> None:
    world, ours, challenge = good
    kept = read_kept(kept_text(ours))
    assert kept.signatures == (b"", ours.signatures[1])
    assert reasons(world, kept, challenge) == ["HOLDER_SIGNATURE_BAD"]
    assert ours.short().resolve(kept) == ours
    for change in ((bytes(64),), ()):
        other = kept.with_signatures((b"", *change))
        resolved = ours.short().resolve(other)
        assert reasons(world, resolved, challenge) == ["HOLDER_SIGNATURE_BAD"]
    with pytest.raises(BadProofError, match="PRESENTATION_MIXED_UP"):
        ours.short().resolve(read_kept(kept_text(_reordered(good))))


def test_of_200_redemptions_of_one_set_exactly_one_wins(world: World, pair: list[str]) -> None:
    start = Barrier(200)
    challenge = world.ask(POST, CAPITAL, api=API)
    text = world.wallet.present(pair, [POST, CAPITAL], challenge, Memory(world)).qr
    presentation = world.service.read(text)

    def redeem() -> str:
        start.wait()
        findings = world.service.redeem(presentation, challenge)
        return findings[0].reason if findings else "redeemed"

    with ThreadPoolExecutor(200) as pool:
        ends = Counter(each.result() for each in [pool.submit(redeem) for _ in range(200)])
    assert ends == {"redeemed": 1, "PRESENTATION_REPLAYED": 199}


def test_a_set_shown_again_or_late_is_stale_for_every_license(world: World, pair: list[str]) -> None:
    challenge = world.ask(POST, CAPITAL)
    text = world.wallet.present(pair, [POST, CAPITAL], challenge).qr
    settled(world.service.scan(text, challenge))
    again = settled(world.new_service().scan(text, challenge))
    assert [each.checks[HOLDER].evidence["reasons"] for each in again] == [["PRESENTATION_REPLAYED"]] * 2
    fresh = world.ask(POST, CAPITAL)
    late = world.wallet.present(pair, [POST, CAPITAL], fresh).qr
    world.clock.seconds += 61
    assert {each.after[0].code for each in world.service.scan(late, fresh).subjects} == {"STALE_PRESENTATION"}


def test_every_byte_of_an_offline_set_counts(good: Good) -> None:
    """One flipped bit in any byte: unreadable, or refused for every license in it."""
    _, ours, challenge = good
    data = base45.decode(whole_text(ours)[len(PREFIX) :])
    ends: Counter[str] = Counter()
    for place in range(len(data)):
        flipped = bytearray(data)
        flipped[place] ^= 1 << place % 8
        try:
            found = read_qr(PREFIX + base45.encode(bytes(flipped)))
        except MalformedError:
            ends["malformed"] += 1
            continue
        assert isinstance(found, Presentation)
        findings = check_presentation(found, challenge, crypto.verifier(), NOW)
        assert any(finding.result for finding in findings), place
        ends["refused"] += 1
    assert ends["refused"] > 450
    assert ends["malformed"] > 20
