"""A presentation from the wallet to the verifier: what holds, how large it is, each way it can be bad."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import NamedTuple

import pytest

from ledger import crypto
from ledger.adapters.qr import QrCode, read_image
from ledger.domain.challenge import Challenge
from ledger.domain.fields_tree import DisclosedField, Disclosure
from ledger.domain.holders import PublicPair
from ledger.domain.license_types import example_input
from ledger.domain.presentation import Presentation, ShownLicense
from ledger.domain.presentation_check import check_presentation, holder_check
from ledger.domain.presentation_text import kept_text, read_kept, read_qr, short_text, whole_text
from ledger.domain.presenter_check import Finding, Known
from ledger.domain.sm import check_public_key, sm3
from ledger.domain.verdict import Outcome
from ledger.errors import (
    BadProofError,
    BadSignatureError,
    LedgerError,
    RuleError,
    StalePresentationError,
    UsageError,
)
from tests.wallet.world import DOMAIN, EXAMPLES, NOW, World, altered, issue, new_signer
from wallet.held import read_license
from wallet.keys import derive

THREE = {
    "business_license": ("face/name", "face/unifiedCode", "face/legalRepresentative"),
    "constructor_registration": None,
    "property_certificate": None,
    "safety_certificate": ("holders/0/name", "metadata/certificateNumber", "face/post"),
}


def three_fields(name: str) -> tuple[str, ...]:
    """Three long face fields of an example, or the ones a clerk would ask for."""
    chosen = THREE[name]
    if chosen:
        return chosen
    face = example_input(name)["face"]
    texts = sorted((key for key in face if isinstance(face[key], str)), key=lambda key: -len(face[key]))
    return tuple(f"face/{key}" for key in texts[:3])


class Memory:
    """The verifier's API, without HTTP between."""

    def __init__(self, world: World) -> None:
        self.world = world

    def leave(self, api: str, text: str) -> None:
        self.world.service.keep(text)


# --- what holds -----------------------------------------------------------------------------


@pytest.mark.parametrize("amends", [False, True])
@pytest.mark.parametrize("name", EXAMPLES)
def test_three_fields_fit_a_code_that_another_decoder_reads(world: World, name: str, amends: bool) -> None:
    fields = three_fields(name)
    identifier = world.take(name, amends=amends)
    challenge = world.ask(*fields)
    shown = world.wallet.present([identifier], fields, challenge)
    assert shown.mode == "offline"
    assert shown.size <= 1400
    code = QrCode(shown.qr)
    assert code.version <= 31
    assert read_image(code.png(4)) == shown.qr
    found = world.service.read(read_image(code.png(4)))
    assert found == shown.presentation
    assert world.service.redeem(found, challenge) == []
    assert set(found.licenses[0].disclosure.values()) == set(fields)


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_short_code_fits_160_bytes_and_names_exactly_what_was_left(world: World, name: str) -> None:
    fields = three_fields(name)
    identifier = world.take(name)
    challenge = world.ask(*fields, api="http://127.0.0.1:9")
    shown = world.wallet.present([identifier], fields, challenge, Memory(world))
    assert shown.mode == "short"
    assert shown.size <= 160
    assert QrCode(shown.qr).version <= 9
    found = world.service.read(read_image(QrCode(shown.qr).png()))
    assert found == shown.presentation
    assert world.service.redeem(found, challenge) == []


def test_what_is_left_at_the_api_cannot_be_redeemed_without_the_code(world: World) -> None:
    identifier = world.take()
    challenge = world.ask("face/post", api="http://127.0.0.1:9")
    shown = world.wallet.present([identifier], ["face/post"], challenge, Memory(world))
    kept = read_kept(world.service.kept(shown.presentation.id.hex()))
    assert [finding.reason for finding in world.service.redeem(kept, challenge)] == ["HOLDER_SIGNATURE_BAD"]


def test_names_stay_byte_for_byte(world: World) -> None:
    given = example_input("safety_certificate")
    given["holders"][0]["name"] = "买买提·艾力\U00020bb7﨑"
    pair = world.wallet.new_pair()
    held, _ = world.wallet.add(issue(given, world.issuer, pair))
    challenge = world.ask("holders/0/name")
    shown = world.wallet.present([held.identifier], ["holders/0/name"], challenge)
    found = world.service.read(read_image(QrCode(shown.qr).png(4)))
    assert found.licenses[0].disclosure.values() == {"holders/0/name": "买买提·艾力\U00020bb7﨑"}
    assert world.service.redeem(found, challenge) == []


def test_short_names_of_fields_mean_one_field(world: World) -> None:
    identifier = world.take()
    challenge = world.ask("post", "layout")
    shown = world.wallet.present([identifier], ["post", "layout"], challenge)
    assert set(shown.presentation.licenses[0].disclosure.values()) == {
        "face/post",
        "layout/mediaType",
        "layout/sealSerial",
        "layout/sm3",
    }
    assert world.service.redeem(shown.presentation, challenge) == []


def test_an_unbound_license_is_checked_but_for_its_holder(world: World) -> None:
    identifier = world.take(bound=False)
    challenge = world.ask("face/post")
    shown = world.wallet.present([identifier], ["face/post"], challenge)
    findings = check_presentation(shown.presentation, challenge, crypto.verifier(), NOW)
    assert [finding.reason for finding in findings] == ["HOLDER_UNBOUND"]
    check = holder_check(findings, shown.presentation, shown.presentation.licenses[0].license_id)
    assert (check.outcome, check.code) == (Outcome.SKIPPED, "HOLDER_UNBOUND")
    late = holder_check(check_presentation(shown.presentation, challenge, crypto.verifier(), NOW + 61))
    assert (late.outcome, late.result) == (Outcome.FAIL, "STALE_PRESENTATION")


def test_a_binding_made_later_on_the_ledger_counts(world: World) -> None:
    from ledger.domain.holders import holder_binding

    pair = world.wallet.new_pair()
    held, kept_pair = world.wallet.add(issue(example_input("safety_certificate"), world.issuer, None))
    assert kept_pair == pair
    challenge = world.ask("face/post")
    shown = world.wallet.present([held.identifier], ["face/post"], challenge).presentation

    def found(binding: bytes) -> list[Finding]:
        known = Known({held.license_id: "0x" + binding.hex()})
        return check_presentation(shown, challenge, crypto.verifier(), NOW, known)

    for binding in (holder_binding(*pair), holder_binding(pair.holder_key, None)):
        assert found(binding) == []
    other = found(holder_binding(new_signer().public_key, None))
    assert [finding.reason for finding in other] == ["HOLDER_KEY_MISMATCH"]


def test_the_issuers_signature_can_be_checked_from_the_presentation_alone(world: World) -> None:
    from ledger.domain.messages import MESSAGES
    from ledger.proof.claims import claim_of_shown

    for name, amends in (("safety_certificate", False), ("business_license", True)):
        identifier = world.take(name, amends=amends)
        challenge = world.ask("metadata/certificateNumber")
        shown = world.wallet.present([identifier], ["metadata/certificateNumber"], challenge)
        found = world.service.read(shown.qr)
        claim = claim_of_shown(found.licenses[0], found.ledger_id)
        struct = MESSAGES[claim.message_name]
        message = DOMAIN.signed_message(struct, bytes.fromhex(claim.key_id[2:]), struct.data(claim.signed))
        assert crypto.verifier().verify(world.issuer.public_key, message, claim.signature)
        assert claim.license_type == example_input(name)["metadata"]["certificateTypeCode"]
        assert claim.issuer == example_input(name)["metadata"]["certificateIssuingAuthorityCode"]
        assert claim.license_id == world.wallet.find(identifier).license.license_id


def test_a_presentation_lives_a_minute_and_never_longer_than_its_challenge(world: World) -> None:
    identifier = world.take()
    for ttl, expected in ((300, 60), (20, 20)):
        shown = world.wallet.present([identifier], ["face/post"], world.ask("face/post", ttl=ttl))
        assert shown.presentation.expires == NOW + expected


def test_a_bad_presentation_leaves_the_challenge_to_the_right_one(world: World) -> None:
    identifier = world.take()
    challenge = world.ask("face/post")
    right = world.wallet.present([identifier], ["face/post"], challenge).presentation
    assert world.service.redeem(right.with_signatures([bytes(64)]), challenge)
    assert world.service.redeem(right, challenge) == []


# --- what the wallet refuses ----------------------------------------------------------------


def _altered(challenge: Challenge, **changes: object) -> Challenge:
    return replace(challenge, **changes)  # type: ignore[arg-type]


WALLET_REFUSES: dict[
    str, tuple[Callable[[World, Challenge], Challenge], list[str], type[LedgerError], str]
] = {
    "a purpose put in later": (
        lambda _, asked: _altered(asked, purpose="另一目的"),
        ["face/post"],
        BadSignatureError,
        "CHALLENGE_SIGNATURE_BAD",
    ),
    "a field put in later": (
        lambda _, asked: _altered(asked, fields=(*asked.fields, "face/sex")),
        ["face/post", "face/sex"],
        BadSignatureError,
        "CHALLENGE_SIGNATURE_BAD",
    ),
    "another's key": (
        lambda _, asked: _altered(asked, public_key=new_signer().public_key),
        ["face/post"],
        BadSignatureError,
        "CHALLENGE_SIGNATURE_BAD",
    ),
    "no signature": (
        lambda _, asked: asked.signed(bytes(64)),
        ["face/post"],
        BadSignatureError,
        "CHALLENGE_SIGNATURE_BAD",
    ),
    "a life of an hour": (
        lambda world, asked: _sign(world, _altered(asked, expires=NOW + 3600)),
        ["face/post"],
        StalePresentationError,
        "CHALLENGE_TOO_LONG",
    ),
    "an expired challenge": (
        lambda world, asked: _sign(world, _altered(asked, expires=NOW)),
        ["face/post"],
        StalePresentationError,
        "CHALLENGE_EXPIRED",
    ),
    "a field not asked for": (lambda _, asked: asked, ["face/sex"], RuleError, "FIELDS_NOT_ASKED"),
    "a branch that holds more": (lambda _, asked: asked, ["face"], RuleError, "FIELDS_NOT_ASKED"),
    "an unknown field": (lambda _, asked: asked, ["face/nothing"], UsageError, "FIELD_NOT_IN_LICENSE"),
    "a name of several fields": (lambda _, asked: asked, ["year"], UsageError, "FIELD_AMBIGUOUS"),
}


def _sign(world: World, challenge: Challenge) -> Challenge:
    return challenge.signed(world.relying.sign(challenge.message()))


@pytest.mark.parametrize("case", WALLET_REFUSES)
def test_the_wallet_refuses(world: World, case: str) -> None:
    make, fields, kind, code = WALLET_REFUSES[case]
    identifier = world.take()
    with pytest.raises(kind) as caught:
        world.wallet.present([identifier], fields, make(world, world.ask("face/post")))
    assert caught.value.code == code


# --- what the verifier refuses: one line a way ----------------------------------------------


class Shown(NamedTuple):
    """A good presentation with what surrounds it."""

    world: World
    presentation: Presentation
    challenge: Challenge

    @property
    def license(self) -> ShownLicense:
        """The one license that it shows."""
        return self.presentation.licenses[0]

    def signed(self, **changes: object) -> Presentation:
        """Changed, and signed anew with the right key."""
        return self.world.sign_again(self.presentation, **changes)

    def showing(self, **changes: object) -> Presentation:
        """The license changed, signed anew."""
        return self.world.sign(altered(self.presentation, **changes))

    def field(self, **changes: object) -> Presentation:
        """The first disclosed field changed, signed anew."""
        fields = list(self.license.disclosure.fields)
        fields[0] = replace(fields[0], **changes)  # type: ignore[arg-type]
        return self.disclosing(fields=tuple(fields))

    def disclosing(self, **changes: object) -> Presentation:
        """The disclosure changed, signed anew."""
        return self.showing(disclosure=replace(self.license.disclosure, **changes))  # type: ignore[arg-type]

    def issued(self, **changes: object) -> Presentation:
        """The issuer's struct changed, signed anew by the holder."""
        return self.showing(signed={**self.license.signed, **changes})

    def other(self, *fields: str) -> Disclosure:
        """The disclosure of another license of this wallet."""
        held = read_license(issue(example_input("safety_certificate"), self.world.issuer, None))
        return held.show(fields, self.license.holder).disclosure

    def again(self, *fields: str) -> Disclosure:
        """Another choice of fields of the same license."""
        held = self.world.wallet.licenses()[0].license
        paths = [path for path in held.paths if path.startswith(fields)]
        return held.show(paths, self.license.holder).disclosure


def _thief(shown: Shown) -> Presentation:
    signer = new_signer()
    pair = shown.license.holder._replace(holder_key=signer.public_key)
    stolen = altered(shown.presentation, holder=pair)
    return stolen.with_signatures([signer.sign(stolen.message())])


def _by_the_encryption_key(shown: Shown) -> Presentation:
    content = shown.world.wallet._open().content
    signer = crypto.signer(derive(bytes.fromhex(content["seed"]), 0).encryption)
    made = altered(shown.presentation, holder=PublicPair(*reversed(shown.license.holder)))
    return made.with_signatures([signer.sign(made.message())])


def _under_other_tag(shown: Shown) -> bytes:
    from ledger.domain.sm import tag

    message = tag("challenge") + shown.presentation.id
    return shown.world.wallet._signer(shown.world.wallet._open().content, 0).sign(message)


def _swapped(signature: bytes) -> bytes:
    from ledger.domain.sm import N

    return signature[:32] + (N - int.from_bytes(signature[32:], "big")).to_bytes(32, "big")


STALE, TAMPERED, SCOPE = "STALE_PRESENTATION", "TAMPERED", "OUT_OF_SCOPE"
BAD: dict[str, tuple[Callable[[Shown], Presentation], str, str]] = {
    # which challenge
    "other challenge": (lambda s: s.signed(challenge_id=bytes(16)), STALE, "CHALLENGE_MISMATCH"),
    "other nonce": (
        lambda s: s.signed(challenge_digest=replace(s.challenge, nonce=bytes(16)).digest),
        STALE,
        "CHALLENGE_ALTERED",
    ),
    "other purpose or verifier": (
        lambda s: s.signed(challenge_digest=replace(s.challenge, purpose="另一目的").digest),
        STALE,
        "CHALLENGE_ALTERED",
    ),
    "digest of the challenge changed, not signed": (
        lambda s: replace(s.presentation, challenge_digest=bytes(32)),
        TAMPERED,
        "HOLDER_SIGNATURE_BAD",
    ),
    # time
    "made in a minute from now": (
        lambda s: s.signed(made_at=NOW + 31, expires=NOW + 60),
        STALE,
        "PRESENTATION_FROM_FUTURE",
    ),
    "expired": (lambda s: s.signed(made_at=NOW - 60, expires=NOW), STALE, "PRESENTATION_EXPIRED"),
    "outlives the challenge": (lambda s: s.signed(expires=NOW + 61), STALE, "PRESENTATION_TOO_LONG"),
    "outlives the cap": (
        lambda s: s.signed(made_at=NOW - 300, expires=NOW + 1),
        STALE,
        "PRESENTATION_TOO_LONG",
    ),
    "no life at all": (
        lambda s: s.signed(made_at=NOW + 10, expires=NOW + 10),
        STALE,
        "PRESENTATION_TOO_LONG",
    ),
    "life backwards": (
        lambda s: s.signed(made_at=NOW + 20, expires=NOW + 10),
        STALE,
        "PRESENTATION_TOO_LONG",
    ),
    "expiry moved, not signed": (
        lambda s: replace(s.presentation, expires=NOW + 59),
        TAMPERED,
        "HOLDER_SIGNATURE_BAD",
    ),
    # fields
    "a field more": (
        lambda s: s.showing(disclosure=s.again("face/post", "holders/0/name", "face/sex")),
        SCOPE,
        "FIELDS_NOT_ASKED",
    ),
    "all fields": (
        lambda s: s.showing(disclosure=s.again("face", "holders", "metadata")),
        SCOPE,
        "FIELDS_NOT_ASKED",
    ),
    "a field less": (lambda s: s.showing(disclosure=s.again("face/post")), SCOPE, "FIELDS_MISSING"),
    "no field": (lambda s: s.showing(disclosure=s.again()), SCOPE, "FIELDS_MISSING"),
    "value edited": (lambda s: s.field(value="董事长"), TAMPERED, "DISCLOSURE_MISMATCH"),
    "value of another type": (lambda s: s.field(value=True), TAMPERED, "DISCLOSURE_MISMATCH"),
    "value removed": (lambda s: s.field(value=None), TAMPERED, "DISCLOSURE_MISMATCH"),
    "salt edited": (lambda s: s.field(salt=bytes(32)), TAMPERED, "DISCLOSURE_MISMATCH"),
    "salt short": (lambda s: s.field(salt=b"short"), TAMPERED, "DISCLOSURE_MISMATCH"),
    "path edited": (lambda s: s.field(path="face/oost"), TAMPERED, "DISCLOSURE_MISMATCH"),
    "fields in another order": (
        lambda s: s.disclosing(fields=s.license.disclosure.fields[::-1]),
        TAMPERED,
        "DISCLOSURE_MISMATCH",
    ),
    "a field twice": (
        lambda s: s.disclosing(fields=s.license.disclosure.fields[:1] * 2),
        TAMPERED,
        "DISCLOSURE_MISMATCH",
    ),
    "a hash edited": (
        lambda s: s.disclosing(hashes=(bytes(32), *s.license.disclosure.hashes[1:])),
        TAMPERED,
        "DISCLOSURE_MISMATCH",
    ),
    "a hash more": (
        lambda s: s.disclosing(hashes=(*s.license.disclosure.hashes, bytes(32))),
        TAMPERED,
        "DISCLOSURE_MISMATCH",
    ),
    "a hash less": (
        lambda s: s.disclosing(hashes=s.license.disclosure.hashes[:-1]),
        TAMPERED,
        "DISCLOSURE_MISMATCH",
    ),
    "another leaf count": (
        lambda s: s.disclosing(size=s.license.disclosure.size + 1),
        TAMPERED,
        "DISCLOSURE_MISMATCH",
    ),
    "other license's fields": (
        lambda s: s.showing(disclosure=s.other("face/post", "holders/0/name")),
        TAMPERED,
        "DISCLOSURE_MISMATCH",
    ),
    "digest edited to fit": (
        lambda s: s.issued(digest="0x" + sm3(b"other").hex()),
        TAMPERED,
        "DISCLOSURE_MISMATCH",
    ),
    # holder
    "another's key": (_thief, TAMPERED, "HOLDER_KEY_MISMATCH"),
    "key edited, signature kept": (
        lambda s: altered(
            s.presentation, holder=s.license.holder._replace(holder_key=new_signer().public_key)
        ),
        TAMPERED,
        "HOLDER_SIGNATURE_BAD",
    ),
    "signed by the encryption key": (
        _by_the_encryption_key,
        TAMPERED,
        "HOLDER_KEY_MISMATCH",
    ),
    "encryption key edited, not signed": (
        lambda s: altered(
            s.presentation, holder=s.license.holder._replace(holder_encryption_key=new_signer().public_key)
        ),
        TAMPERED,
        "HOLDER_SIGNATURE_BAD",
    ),
    "not signed": (lambda s: s.presentation.without_first_signature(), TAMPERED, "HOLDER_SIGNATURE_BAD"),
    "no signature at all": (lambda s: s.presentation.with_signatures([]), TAMPERED, "HOLDER_SIGNATURE_BAD"),
    "a signature more": (
        lambda s: s.presentation.with_signatures(s.presentation.signatures * 2),
        TAMPERED,
        "HOLDER_SIGNATURE_BAD",
    ),
    "zero signature": (
        lambda s: s.presentation.with_signatures([bytes(64)]),
        TAMPERED,
        "HOLDER_SIGNATURE_BAD",
    ),
    "negated signature": (
        lambda s: s.presentation.with_signatures([_swapped(s.presentation.signatures[0])]),
        TAMPERED,
        "HOLDER_SIGNATURE_BAD",
    ),
    "signed as a challenge": (
        lambda s: s.presentation.with_signatures([_under_other_tag(s)]),
        TAMPERED,
        "HOLDER_SIGNATURE_BAD",
    ),
    "signature of another presentation": (
        lambda s: s.presentation.with_signatures(s.signed(made_at=NOW - 1).signatures),
        TAMPERED,
        "HOLDER_SIGNATURE_BAD",
    ),
    # what the issuer signed, edited and not signed by the holder
    "license id edited": (
        lambda s: altered(s.presentation, signed={**s.license.signed, "licenseId": "0x" + "99" * 32}),
        TAMPERED,
        "HOLDER_SIGNATURE_BAD",
    ),
    "binding edited to the thief's": (
        lambda s: s.issued(holderBinding="0x" + sm3(b"thief").hex()),
        TAMPERED,
        "HOLDER_KEY_MISMATCH",
    ),
    "issuer's signature edited": (
        lambda s: altered(s.presentation, signature=bytes(64)),
        TAMPERED,
        "HOLDER_SIGNATURE_BAD",
    ),
}


@pytest.fixture
def shown(world: World) -> Shown:
    identifier = world.take()
    challenge = world.ask("face/post", "holders/0/name")
    made = world.wallet.present([identifier], ["face/post", "holders/0/name"], challenge)
    return Shown(world, made.presentation, challenge)


@pytest.mark.parametrize("case", BAD)
def test_the_verifier_refuses(shown: Shown, case: str) -> None:
    make, result, reason = BAD[case]
    findings = shown.world.service.redeem(make(shown), shown.challenge)
    assert reason in [finding.reason for finding in findings]
    check = holder_check(findings)
    assert check.outcome is Outcome.FAIL
    assert check.result in (result, TAMPERED)
    assert check.as_json()["message"]["zh"]  # type: ignore[index]
    assert all(finding.message()["en"] for finding in findings)


def test_a_disclosed_field_stands_at_its_index(shown: Shown) -> None:
    first = shown.presentation.licenses[0].disclosure.fields[0]
    moved = DisclosedField(first.index - 1, first.path, first.salt, first.value)
    fields = (moved, *shown.presentation.licenses[0].disclosure.fields[1:])
    findings = shown.world.service.redeem(shown.disclosing(fields=fields), shown.challenge)
    assert [finding.reason for finding in findings] == ["DISCLOSURE_MISMATCH"]


def test_replay_and_lateness_are_stale(shown: Shown) -> None:
    world = shown.world
    assert world.service.redeem(shown.presentation, shown.challenge) == []
    again = world.new_service().redeem(shown.presentation, shown.challenge)
    assert [(finding.reason, finding.result) for finding in again] == [("PRESENTATION_REPLAYED", STALE)]
    second = shown.signed(made_at=NOW - 1)
    assert [each.reason for each in world.service.redeem(second, shown.challenge)] == [
        "PRESENTATION_REPLAYED"
    ]


def test_a_screenshot_is_too_late_after_61_seconds(shown: Shown) -> None:
    shown.world.clock.seconds += 61
    findings = shown.world.service.redeem(shown.presentation, shown.challenge)
    assert {finding.reason for finding in findings} == {"CHALLENGE_EXPIRED", "PRESENTATION_EXPIRED"}
    assert {finding.result for finding in findings} == {STALE}


def test_a_verifier_with_a_slow_clock_refuses_what_lives_too_long(shown: Shown) -> None:
    shown.world.clock.seconds -= 3600
    reasons = {each.reason for each in shown.world.service.redeem(shown.presentation, shown.challenge)}
    assert reasons == {"CHALLENGE_TOO_LONG", "PRESENTATION_FROM_FUTURE"}


def test_an_answer_to_one_verifier_is_nothing_to_another(
    shown: Shown, tmp_path_factory: pytest.TempPathFactory
) -> None:
    other = World(tmp_path_factory.mktemp("other"))
    challenge = other.ask("face/post", "holders/0/name")
    reasons = [each.reason for each in other.service.redeem(shown.presentation, challenge)]
    assert reasons == ["CHALLENGE_MISMATCH"]


def test_a_relay_cannot_pass_on_a_verifiers_question_under_its_own_name(shown: Shown) -> None:
    relay = new_signer()
    copied = replace(shown.challenge, public_key=relay.public_key)
    copied = copied.signed(relay.sign(copied.message()))
    names = [shown.license.license_id]
    answer = shown.world.wallet.present(names, ["face/post", "holders/0/name"], copied).presentation
    reasons = [each.reason for each in shown.world.service.redeem(answer, shown.challenge)]
    assert reasons == ["CHALLENGE_ALTERED"]


def test_a_challenge_edited_by_the_verifiers_own_clerk_is_found(shown: Shown) -> None:
    widened = replace(shown.challenge, fields=(*shown.challenge.fields, "face/sex"))
    reasons = [each.reason for each in shown.world.service.redeem(shown.presentation, widened)]
    assert reasons == ["CHALLENGE_SIGNATURE_BAD", "CHALLENGE_ALTERED", "FIELDS_MISSING"]


def test_a_short_code_resolves_to_nothing_but_what_it_names(shown: Shown) -> None:
    text = short_text(shown.presentation.short())
    assert shown.world.service.read(text, lambda _: kept_text(shown.presentation)) == shown.presentation
    for other in (shown.signed(made_at=NOW - 1), _thief(shown)):
        with pytest.raises(BadProofError, match="PRESENTATION_MIXED_UP"):
            shown.world.service.read(text, lambda _, other=other: kept_text(other))


def test_keys_of_a_presentation_are_points_and_compressed_on_the_wire(shown: Shown) -> None:
    for text in (whole_text(shown.presentation), kept_text(shown.presentation)):
        found = read_qr(text) if text == whole_text(shown.presentation) else read_kept(text)
        assert isinstance(found, Presentation)
        assert [check_public_key(key) for key in found.licenses[0].holder] == list(shown.license.holder)
