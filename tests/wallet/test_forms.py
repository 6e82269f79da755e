"""One presentation has one text: whatever CBOR allows beside it is refused."""

from __future__ import annotations

import copy
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from ledger import crypto
from ledger.domain import base45, cbor
from ledger.domain.attestation import Attestation, Method
from ledger.domain.challenge import Challenge
from ledger.domain.entities import Mandate
from ledger.domain.holders import HolderRule
from ledger.domain.license_types import example_input
from ledger.domain.messages import MESSAGES, OPENING
from ledger.domain.presentation import Presentation
from ledger.domain.presentation_check import check_presentation
from ledger.domain.presentation_text import PREFIX, kept_text, read_kept, read_qr, whole_text
from ledger.domain.presenter_check import Known, Registrant
from ledger.domain.representation import RepresentationKind, RepresentationScope
from ledger.errors import MalformedError
from ledger.proof.claims import claim_of_shown, shown_integrity
from tests.wallet.world import NOW, World, altered, issue, new_signer

LEDGER, LICENSES, ATTESTATION, MADE_AT, LIFE, SIGNATURES = range(3, 9)
STRUCT, MEMBERS, ISSUED, DISCLOSURE, KEYS, LEAF = range(6)
Items = list[Any]


def items_of(text: str) -> Items:
    found = cbor.decode(base45.decode(text[len(PREFIX) :]))
    assert isinstance(found, list)
    return found


def text_of(items: Items) -> str:
    return PREFIX + base45.encode(cbor.encode(items))


@pytest.fixture
def single(world: World) -> Presentation:
    return world.wallet.present([world.take()], ["face/post"], world.ask("face/post")).presentation


@pytest.fixture
def leaf(world: World) -> Presentation:
    return world.wallet.present([world.take_leaf()], ["face/post"], world.ask("face/post")).presentation


@pytest.fixture
def attested(world: World) -> Presentation:
    asked = world.ask("face/post", attested=True)
    single = world.wallet.present([world.take()], ["face/post"], asked).presentation
    signer = new_signer()
    statement = Attestation(signer.public_key, Method.ID_CARD, b"\x01" * 32)
    made = altered(single, holder=None)
    made = Presentation(**{**_members(made), "attestation": statement, "signatures": ()})
    return made.with_signatures([signer.sign(made.message())])


@pytest.fixture
def represented(world: World) -> Presentation:
    pair = world.wallet.new_pair()
    envelope = issue(example_input("safety_certificate"), world.issuer, None)
    held, _ = world.wallet.add_represented(envelope, lambda each: each == pair)
    return world.wallet.present([held.identifier], ["face/post"], world.ask("face/post")).presentation


@pytest.fixture
def any_of(world: World) -> Presentation:
    name = world.take_joint(HolderRule.ANY)
    return world.wallet.present([name], ["face/post"], world.ask("face/post")).presentation


@pytest.fixture
def all_of(world: World) -> Presentation:
    name = world.take_joint(HolderRule.ALL)
    return world.wallet.present([name], ["face/post"], world.ask("face/post")).presentation


def _members(presentation: Presentation) -> dict[str, Any]:
    return {name: getattr(presentation, name) for name in Presentation.__dataclass_fields__}


def _put(*path: int) -> Callable[[Any], Callable[[Items], None]]:
    """Put a value at a place in the items."""

    def value(given: Any) -> Callable[[Items], None]:
        def change(items: Items) -> None:
            inner = items
            for step in path[:-1]:
                inner = inner[step]
            inner[path[-1]] = given(inner[path[-1]]) if callable(given) else given

        return change

    return value


_OF_ONE = (LICENSES, 0)
_ISSUE = [name for name, _ in MESSAGES["Issue"].fields]
_OF_LEAF = [name for name, _ in OPENING.members if name not in {"batch", "index", "digest", "proof"}]
ISSUER = (*_OF_ONE, MEMBERS, _ISSUE.index("issuer"))
TRICKS: dict[str, tuple[str, Callable[[Items], None]]] = {
    "struct true": ("single", _put(*_OF_ONE, STRUCT)(True)),
    "struct unknown": ("single", _put(*_OF_ONE, STRUCT)(9)),
    "struct negative": ("single", _put(*_OF_ONE, STRUCT)(-1)),
    "time true": ("single", _put(MADE_AT)(True)),
    "time negative": ("single", _put(MADE_AT)(-5)),
    "time after the year 9999": ("single", _put(MADE_AT)(253_402_300_799)),
    "life true": ("single", _put(LIFE)(True)),
    "life negative": ("single", _put(LIFE)(-1)),
    "a member more": ("single", _put(*_OF_ONE, MEMBERS)(lambda words: [*words, 0])),
    "a member less": ("single", _put(*_OF_ONE, MEMBERS)(lambda words: words[:-1])),
    "a number as true": ("single", _put(*_OF_ONE, MEMBERS, 1)(False)),
    "a number too large": ("single", _put(*_OF_ONE, MEMBERS, 1)(1 << 32)),
    "a word of 33 bytes": ("single", _put(*_OF_ONE, MEMBERS, 0)(bytes(33))),
    "a word with its zeros": ("single", _put(*ISSUER)(lambda code: code + b"\0")),
    "a word as text": ("single", _put(*ISSUER)("11310000MB0TE5T1XB")),
    "a null that tells nothing": ("single", _put(*_OF_ONE, MEMBERS, 0)(None)),
    "a code that is none": ("single", _put(*ISSUER)(b"a/b")),
    "a time that no JSON holds": ("single", _put(*_OF_ONE, MEMBERS, _ISSUE.index("signedAt"))((1 << 53) - 1)),
    "an issuer left out": ("single", _put(*ISSUER)(None)),
    "a ledger of 31 bytes": ("single", _put(LEDGER)(bytes(31))),
    "no ledger": ("single", _put(LEDGER)(b"")),
    "issuer's signature short": ("single", _put(*_OF_ONE, ISSUED)(bytes(63))),
    "one key": ("single", _put(*_OF_ONE, KEYS)(lambda keys: keys[:33])),
    "no key": ("single", _put(*_OF_ONE, KEYS)(b"")),
    "three keys": ("single", _put(*_OF_ONE, KEYS)(lambda keys: keys + keys[:33])),
    "a key off the curve": ("single", _put(*_OF_ONE, KEYS)(lambda keys: b"\x02" + b"\xff" * 32 + keys[33:])),
    "a key at infinity": ("single", _put(*_OF_ONE, KEYS)(bytes(66))),
    "a leaf where there is none": ("single", _put(*_OF_ONE, LEAF)([[], 0, b""])),
    "a part more": ("single", _put(*_OF_ONE)(lambda part: [*part, None])),
    "a license that is null": ("single", _put(*_OF_ONE)(None)),
    "no license": ("single", _put(LICENSES)([])),
    "the license twice": ("single", _put(LICENSES)(lambda each: each * 2)),
    "nine licenses": ("single", _put(LICENSES)(lambda each: each * 9)),
    "no signature": ("single", _put(SIGNATURES)(b"")),
    "a signature and a half": ("single", _put(SIGNATURES)(lambda each: each + bytes(32))),
    "a signature more": ("single", _put(SIGNATURES)(lambda each: each + bytes(64))),
    "signatures as a list": ("single", _put(SIGNATURES)(lambda each: [each])),
    "challenge id of 15 bytes": ("single", _put(1)(bytes(15))),
    "challenge digest of 33 bytes": ("single", _put(2)(bytes(33))),
    "an attestation beside keys": ("single", _put(ATTESTATION)([b"\x02" + b"\x11" * 32, 1, b""])),
    "an empty attestation": ("single", _put(ATTESTATION)([])),
    "an attestation that is false": ("single", _put(ATTESTATION)(False)),
    "no leaf": ("leaf", _put(*_OF_ONE, LEAF)(None)),
    "a place that is true": ("leaf", _put(*_OF_ONE, LEAF, 1)(False)),
    "a place beyond any batch": ("leaf", _put(*_OF_ONE, LEAF, 1)(1 << 53)),
    "a place before the first": ("leaf", _put(*_OF_ONE, LEAF, 1)(-1)),
    "a path of a byte too many": ("leaf", _put(*_OF_ONE, LEAF, 2)(lambda path: path + b"\0")),
    "a path as a list": ("leaf", _put(*_OF_ONE, LEAF, 2)([])),
    "a leaf of one member": ("leaf", _put(*_OF_ONE, LEAF, 0)(lambda words: words[:1])),
    "keys of a kind unknown": ("represented", _put(*_OF_ONE, KEYS, 0)(3)),
    "keys of a kind that is false": ("represented", _put(*_OF_ONE, KEYS, 0)(False)),
    "keys of a kind that is true": ("any_of", _put(*_OF_ONE, KEYS, 0)(True)),
    "keys with a part more": ("represented", _put(*_OF_ONE, KEYS)(lambda keys: [*keys, b""])),
    "a representative without keys": ("represented", _put(*_OF_ONE, KEYS, 1)(b"")),
    "a representative with one key": ("represented", _put(*_OF_ONE, KEYS, 1)(lambda keys: keys[:33])),
    "two representatives": ("represented", _put(*_OF_ONE, KEYS, 1)(lambda keys: keys * 2)),
    "any of one": ("any_of", _put(*_OF_ONE, KEYS, 2)(lambda listed: listed[:32])),
    "any of nobody": ("any_of", _put(*_OF_ONE, KEYS, 2)(b"")),
    "any of nine": ("any_of", _put(*_OF_ONE, KEYS, 2)(bytes(range(9)) * 32)),
    "one of them twice": ("any_of", _put(*_OF_ONE, KEYS, 2)(lambda listed: listed[:32] * 2)),
    "a binding of 31 bytes": ("any_of", _put(*_OF_ONE, KEYS, 2)(lambda listed: listed[:-1])),
    "any of them by two": ("any_of", _put(*_OF_ONE, KEYS, 1)(lambda keys: keys * 2)),
    "all of one": ("all_of", _put(*_OF_ONE, KEYS, 1)(lambda keys: keys[:66])),
    "all of nobody": ("all_of", _put(*_OF_ONE, KEYS, 1)(b"")),
    "all of one twice": ("all_of", _put(*_OF_ONE, KEYS, 1)(lambda keys: keys[:66] * 2)),
    "all of one and a half": ("all_of", _put(*_OF_ONE, KEYS, 1)(lambda keys: keys[:99])),
    "all of nine": ("all_of", _put(*_OF_ONE, KEYS, 1)(lambda keys: keys[:66] * 9)),
    "all of them with a list": ("all_of", _put(*_OF_ONE, KEYS)(lambda keys: [*keys, bytes(64)])),
    "a signature of all missing": ("all_of", _put(SIGNATURES)(lambda each: each[:-64])),
    "no attestation": ("attested", _put(ATTESTATION)(None)),
    "a method that is true": ("attested", _put(ATTESTATION, 1)(True)),
    "a method unknown": ("attested", _put(ATTESTATION, 1)(4)),
    "no method": ("attested", _put(ATTESTATION, 1)(0)),
    "an officer of 31 bytes": ("attested", _put(ATTESTATION, 2)(bytes(31))),
    "an officer in clear": ("attested", _put(ATTESTATION, 2)("0417")),
    "an office's key off the curve": ("attested", _put(ATTESTATION, 0)(b"\x02" + b"\xff" * 32)),
    "an office's key uncompressed": ("attested", _put(ATTESTATION, 0)(b"\x04" + bytes(64))),
}


@pytest.mark.parametrize("name", TRICKS)
def test_a_second_form_of_a_presentation_is_malformed(name: str, request: pytest.FixtureRequest) -> None:
    kind, change = TRICKS[name]
    good: Presentation = request.getfixturevalue(kind)
    whole, kept = items_of(whole_text(good)), items_of(kept_text(good))
    assert text_of(whole) == whole_text(good)
    for items, read in ((whole, read_qr), (kept, read_kept)):
        changed = copy.deepcopy(items)
        change(changed)
        if changed == items:
            continue  # what is kept has no signature to lose
        with pytest.raises(MalformedError):
            read(text_of(changed))  # type: ignore[operator]


def test_what_the_rest_tells_is_not_written_out(
    single: Presentation, leaf: Presentation, any_of: Presentation, all_of: Presentation
) -> None:
    """The binding that follows from the keys, and the id that ledger, issuer and handle make."""
    places = [
        (single, (*_OF_ONE, MEMBERS, _ISSUE.index("holderBinding")), single.licenses[0].binding),
        (single, (*_OF_ONE, MEMBERS, _ISSUE.index("licenseId")), single.licenses[0].license_id),
        (leaf, (*_OF_ONE, LEAF, 0, _OF_LEAF.index("holderBinding")), leaf.licenses[0].binding),
        (leaf, (*_OF_ONE, LEAF, 0, _OF_LEAF.index("licenseId")), leaf.licenses[0].license_id),
        (any_of, (*_OF_ONE, MEMBERS, _ISSUE.index("holderBinding")), any_of.licenses[0].binding),
        (all_of, (*_OF_ONE, MEMBERS, _ISSUE.index("holderBinding")), all_of.licenses[0].binding),
    ]
    for good, path, told in places:
        items = items_of(whole_text(good))
        inner = items
        for step in path[:-1]:
            inner = inner[step]
        assert inner[path[-1]] is None
        inner[path[-1]] = bytes.fromhex(told[2:])
        with pytest.raises(MalformedError, match="PRESENTATION_MALFORMED"):
            read_qr(text_of(items))


def test_a_license_under_a_foreign_id_travels_as_it_is_and_is_refused(leaf: Presentation) -> None:
    """No issuer's handle makes it: the id is written out, and the leaf does not lead to the root."""
    foreign = altered(leaf, leaf={**(leaf.licenses[0].leaf or {}), "licenseId": "0x" + "44" * 32})
    found = read_qr(whole_text(foreign))
    assert isinstance(found, Presentation)
    assert found.licenses[0].license_id == "0x" + "44" * 32
    assert not found.licenses[0].is_intact(found.ledger_id)


def test_a_binding_to_the_signing_key_alone_is_written_out_and_opens(world: World) -> None:
    """An issuer may have bound no encryption key."""
    pair = world.wallet.new_pair()
    alone = (pair.holder_key, None)
    held, _ = world.wallet.add(issue(example_input("safety_certificate"), world.issuer, alone))  # type: ignore[arg-type]
    challenge: Challenge = world.ask("face/post")
    shown = world.wallet.present([held.identifier], ["face/post"], challenge)
    found = world.service.read(shown.qr)
    assert found == shown.presentation
    assert world.service.redeem(found, challenge) == []


STRANGE: list[Any] = [
    *(None, True, False, 0, 1, 23, -1, (1 << 32) - 1, 1 << 32, (1 << 53) - 1, 1 << 53, (1 << 64) - 1),
    *(b"", b"\0", bytes(31), bytes(32), b"\xff" * 32, bytes(33), bytes(64), b"11310000MB0TE5T1XB"),
    *("", "a", "face/post", "\u202e", [], [0], [[]], [None] * 9, {}),
]


@pytest.mark.parametrize("kind", ["single", "leaf", "attested", "represented", "any_of", "all_of"])
def test_whatever_stands_in_a_code_is_malformed_or_refused_and_nothing_else(
    kind: str, request: pytest.FixtureRequest, world: World
) -> None:
    """One value anywhere replaced by a strange one: the desk never falls over."""
    good: Presentation = request.getfixturevalue(kind)
    challenge = world.service.find_challenge(good.challenge_id)
    mandate = Mandate(
        NOW, NOW, 0, title=RepresentationKind.HEIR, scope=frozenset(RepresentationScope), reference=""
    )
    known = Known(
        attester=Registrant("11310000MB0TE5T1XB", True), mandates={good.licenses[0].license_id: mandate}
    )
    assert not any(
        finding.result for finding in check_presentation(good, challenge, crypto.verifier(), NOW, known)
    )
    ends = Counter[str]()
    items = items_of(whole_text(good))
    for path in list(_places(items)):
        for strange in STRANGE:
            changed = copy.deepcopy(items)
            _put(*path)(strange)(changed)
            if changed == items:
                continue
            try:
                found = read_qr(text_of(changed))
            except MalformedError:
                ends["malformed"] += 1
                continue
            assert isinstance(found, Presentation)
            findings = check_presentation(found, challenge, crypto.verifier(), NOW, known)
            assert any(finding.result for finding in findings), (path, strange)
            for shown in found.licenses:
                shown_integrity(shown, found.ledger_id)
                claim_of_shown(shown, found.ledger_id)
            ends["refused"] += 1
    assert ends["malformed"] > 500
    assert ends["refused"] > 50


def _places(items: Items, above: tuple[int, ...] = ()) -> Iterator[tuple[int, ...]]:
    """The place of every value, in any depth."""
    for index, value in enumerate(items):
        yield (*above, index)
        if isinstance(value, list):
            yield from _places(value, (*above, index))
