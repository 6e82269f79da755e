"""Licenses of batches in the wallet: taken in, shown with leaf and path, and every way to cheat with it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from ledger import crypto
from ledger.adapters.qr import QrCode, read_image
from ledger.domain.challenge import Challenge
from ledger.domain.license_types import example_input
from ledger.domain.messages import MESSAGES
from ledger.domain.presentation import Presentation, ShownLicense
from ledger.domain.presentation_text import read_qr, whole_text
from ledger.domain.verdict import Outcome
from ledger.errors import BadProofError, LedgerError, MalformedError
from ledger.proof.claims import claim_of_shown, shown_integrity
from tests.wallet.test_presentation import Memory, three_fields
from tests.wallet.world import DOMAIN, EXAMPLES, World, altered, issue_in_batch


def only(presentation: Presentation) -> ShownLicense:
    (shown,) = presentation.licenses
    return shown


RENEWED = [name for name in EXAMPLES if name != "property_certificate"]
"""A property certificate, the largest, takes 1,409 bytes: it goes by the short code, or with fewer fields."""


@pytest.mark.parametrize(
    ("name", "renews"), [*((name, False) for name in EXAMPLES), *((name, True) for name in RENEWED)]
)
def test_three_fields_of_one_in_a_thousand_fit_a_code_that_another_decoder_reads(
    world: World, name: str, renews: bool
) -> None:
    fields = three_fields(name)
    identifier = world.take_leaf(name, size=1000, index=637, renews=renews)
    challenge = world.ask(*fields)
    shown = world.wallet.present([identifier], fields, challenge)
    assert len(only(shown.presentation).proof) == 10
    assert shown.size <= 1400
    code = QrCode(shown.qr)
    assert code.version <= 31
    found = world.service.read(read_image(code.png(4)))
    assert found == shown.presentation
    assert world.service.redeem(found, challenge) == []
    assert set(only(found).disclosure.values()) == set(fields)


@pytest.mark.parametrize("size", [1, 2, 3, 1000, 1024])
def test_the_first_and_the_last_of_a_batch_of_any_size_are_shown(world: World, size: int) -> None:
    for index in {0, size - 1}:
        identifier = world.take_leaf(size=size, index=index)
        challenge = world.ask("face/post")
        shown = world.wallet.present([identifier], ["face/post"], challenge)
        found = world.service.read(shown.qr)
        assert shown_integrity(only(found), found.ledger_id).outcome is Outcome.PASS
        assert world.service.redeem(found, challenge) == []


def test_a_deep_path_goes_by_the_short_code(world: World) -> None:
    fields = three_fields("property_certificate")
    identifier = world.take_leaf("property_certificate", size=5000, index=4999)
    with pytest.raises(MalformedError, match="PRESENTATION_TOO_LARGE"):
        world.wallet.present([identifier], [*fields, "metadata"], world.ask(*fields, "metadata"))
    challenge = world.ask(*fields, "metadata", api="http://127.0.0.1:9")
    shown = world.wallet.present([identifier], [*fields, "metadata"], challenge, Memory(world))
    assert (shown.mode, shown.size) == ("short", 111)
    found = world.service.read(shown.qr)
    assert found == shown.presentation
    assert world.service.redeem(found, challenge) == []


def test_the_issuers_signature_can_be_checked_from_the_presentation_alone(
    world: World,
) -> None:
    identifier = world.take_leaf()
    shown = world.wallet.present([identifier], ["face/post"], world.ask("face/post"))
    found = world.service.read(shown.qr)
    claim = claim_of_shown(only(found), found.ledger_id)
    struct = MESSAGES[claim.message_name]
    assert struct.name == "IssueBatch"
    message = DOMAIN.signed_message(struct, bytes.fromhex(claim.key_id[2:]), struct.data(claim.signed))
    assert crypto.verifier().verify(world.issuer.public_key, message, claim.signature)
    held = world.wallet.find(identifier).license
    assert (claim.license_id, claim.leaf, claim.proof) == (
        held.license_id,
        held.claim.leaf,
        held.claim.proof,
    )


def test_an_unbound_license_of_a_batch_is_checked_but_for_its_holder(world: World) -> None:
    identifier = world.take_leaf(bound=False)
    challenge = world.ask("face/post")
    shown = world.wallet.present([identifier], ["face/post"], challenge)
    (subject,) = world.service.scan(shown.qr, challenge).subjects
    assert (subject.after[0].outcome, subject.after[0].code) == (Outcome.SKIPPED, "HOLDER_UNBOUND")


def test_a_file_whose_leaf_is_not_in_its_batch_is_not_taken_in(world: World) -> None:
    envelope, other = (
        issue_in_batch(
            example_input("safety_certificate"), world.issuer, world.wallet.new_pair(), index=index
        )
        for index in (3, 4)
    )
    place, foreign = envelope["anchor"]["batch"], other["anchor"]["batch"]
    for change in (
        {"index": 4},
        {"size": 999},
        {"proof": place["proof"][1:]},
        {"proof": foreign["proof"]},
        {"root": foreign["root"]},
    ):
        forged = {**envelope, "anchor": {**envelope["anchor"], "batch": {**place, **change}}}
        with pytest.raises(BadProofError, match="DOCUMENT_TAMPERED"):
            world.wallet.add(forged)
    for change in ({"leaf": None}, {"anchor": {**envelope["anchor"], "batch": None}}):
        with pytest.raises(MalformedError, match="SIGNED_STRUCT"):
            world.wallet.add({**envelope, **change})
    with pytest.raises(LedgerError):
        world.wallet.add({**envelope, "leaf": other["leaf"]})
    assert world.wallet.licenses() == []


def _other_batch(world: World, shown: ShownLicense) -> dict[str, Any]:
    """The path of the same place in another batch of the same issuer."""
    made = issue_in_batch(example_input("safety_certificate"), world.issuer, shown.holder, index=5)
    return {"proof": tuple(made["anchor"]["batch"]["proof"])}


CHEATS: dict[str, Callable[[World, ShownLicense], dict[str, Any]]] = {
    "a path of another batch": _other_batch,
    "another place": lambda _, shown: {"index": shown.index + 1},
    "a place outside of the batch": lambda _, shown: {"index": 1000},
    "a path cut short": lambda _, shown: {"proof": shown.proof[:-1]},
    "a path too long": lambda _, shown: {"proof": (*shown.proof, shown.proof[0])},
    "no path": lambda _, shown: {"proof": ()},
    "an inner node as a leaf": lambda _, shown: {
        "proof": shown.proof[1:],
        "index": shown.index // 2,
        "signed": {**shown.signed, "size": 500},
    },
    "another root": lambda _, shown: {"signed": {**shown.signed, "root": "0x" + "11" * 32}},
    "half the size": lambda _, shown: {"signed": {**shown.signed, "size": 500}},
    "another type": lambda _, shown: {
        "signed": {**shown.signed, "licenseType": "0x" + b"11100000000013338W001".hex().ljust(64, "0")}
    },
    "another id": lambda _, shown: {"leaf": {**(shown.leaf or {}), "licenseId": "0x" + "22" * 32}},
    "another handle": lambda _, shown: {"leaf": {**(shown.leaf or {}), "handle": "0x" + "22" * 32}},
    "a longer term": lambda _, shown: {"leaf": {**(shown.leaf or {}), "validTo": 4_000_000_000}},
    "a term that never ends": lambda _, shown: {"leaf": {**(shown.leaf or {}), "validTo": 0}},
}


@pytest.fixture
def leaf(world: World) -> tuple[World, Presentation, Challenge]:
    identifier = world.take_leaf(index=5)
    challenge = world.ask("face/post", "holders/0/name")
    made = world.wallet.present([identifier], ["face/post", "holders/0/name"], challenge)
    return world, made.presentation, challenge


@pytest.mark.parametrize("name", CHEATS)
def test_nobody_cheats_with_a_leaf(leaf: tuple[World, Presentation, Challenge], name: str) -> None:
    """Even the holder, who signs what he changed; no node is needed to see it."""
    world, good, challenge = leaf
    changed = altered(good, **CHEATS[name](world, only(good)))
    forged = world.sign(changed)
    (subject,) = world.service.scan(whole_text(forged), challenge).subjects
    codes = [(check.outcome.name, check.result) for check in (subject.before[1], subject.after[0])]
    assert codes == [("FAIL", "TAMPERED")] * 2
    assert world.service.redeem(good, challenge) == [], "the challenge is still open for the right one"


def test_a_field_edited_by_the_holder_does_not_lead_to_the_root(
    leaf: tuple[World, Presentation, Challenge],
) -> None:
    world, good, challenge = leaf
    disclosure = only(good).disclosure
    first = replace(disclosure.fields[0], value="董事长")
    edited = replace(disclosure, fields=(first, *disclosure.fields[1:]))
    forged = world.sign(altered(good, disclosure=edited))
    (subject,) = world.service.scan(whole_text(forged), challenge).subjects
    assert subject.before[1].result == "TAMPERED"
    assert subject.after[0].result == "TAMPERED"


def test_a_leaf_belongs_to_a_batch_and_to_nothing_else(leaf: tuple[World, Presentation, Challenge]) -> None:
    world, good, _ = leaf
    single = world.take("business_license")
    lone = only(world.wallet.present([single], ["face/name"], world.ask("face/name")).presentation)
    with pytest.raises(MalformedError, match="PRESENTATION_MALFORMED"):
        read_qr(whole_text(altered(good, leaf=None)))
    crossed = altered(good, message=lone.message, signed=lone.signed)
    with pytest.raises(MalformedError, match="PRESENTATION_MALFORMED"):
        read_qr(whole_text(crossed))
