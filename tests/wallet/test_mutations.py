"""Mutated QR texts: none is accepted, none makes the reader fall over."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable

import pytest

from ledger import crypto
from ledger.domain import base45
from ledger.domain.holders import HolderRule
from ledger.domain.presentation import Presentation, ShortPresentation
from ledger.domain.presentation_check import check_presentation
from ledger.domain.presentation_text import (
    MAX_KEPT,
    PREFIX,
    kept_text,
    read_kept,
    read_qr,
    short_text,
    whole_text,
)
from ledger.errors import LedgerError, MalformedError
from tests.wallet.world import NOW, World

ROUNDS = 4_000


def mutate(data: bytes, draw: random.Random) -> bytes:
    """One to three small changes of any kind."""
    changed = bytearray(data)
    for _ in range(draw.choice((1, 1, 1, 2, 3))):
        place = draw.randrange(len(changed) or 1)
        kind = draw.randrange(6)
        if kind == 0 and changed:
            changed[place] ^= 1 << draw.randrange(8)
        elif kind == 1 and changed:
            changed[place] = draw.randrange(256)
        elif kind == 2:
            del changed[place : place + draw.randrange(1, 40)]
        elif kind == 3:
            changed[place:place] = draw.randbytes(draw.randrange(1, 40))
        elif kind == 4:
            other = draw.randrange(len(changed) or 1)
            changed[place : place + 32] = changed[other : other + 32]
        else:
            del changed[place:]
    return bytes(changed)


SHOWN: dict[str, tuple[Callable[[World], list[str]], list[str]]] = {
    "a license": (lambda world: [world.take()], ["face/post", "holders/0/name", "face/continuingEducation"]),
    "one of a batch": (lambda world: [world.take_leaf()], ["face/post", "holders/0/name"]),
    "one of several holders": (lambda world: [world.take_joint(HolderRule.ANY)], ["face/post"]),
    "all of several holders": (lambda world: [world.take_joint(HolderRule.ALL)], ["face/post"]),
    "two together": (
        lambda world: [world.take(), world.take("business_license")],
        ["face/post", "face/registeredCapital"],
    ),
}


@pytest.mark.parametrize("name", SHOWN)
def test_no_mutated_payload_is_accepted(world: World, name: str) -> None:
    take, fields = SHOWN[name]
    challenge = world.ask(*fields)
    good = world.wallet.present(take(world), fields, challenge).presentation
    verifier, draw = crypto.verifier(), random.Random(20261122)
    originals = [whole_text(good), short_text(good.short())]
    payloads = [base45.decode(text[len(PREFIX) :]) for text in originals]
    ends: Counter[str] = Counter()
    for turn in range(ROUNDS):
        original = payloads[turn % 4 == 0]
        data = mutate(original, draw)
        if data == original:
            continue
        try:
            found = read_qr(PREFIX + base45.encode(data))
        except MalformedError as error:
            ends[error.code] += 1
            continue
        if isinstance(found, ShortPresentation):
            try:
                found = found.resolve(good.without_first_signature())
            except LedgerError as error:
                ends[error.code] += 1
                continue
        findings = check_presentation(found, challenge, verifier, NOW)
        assert any(finding.result for finding in findings), data.hex()
        ends["refused"] += 1
    assert sum(ends.values()) > 0.9 * ROUNDS
    assert ends["refused"] > ROUNDS / 20  # many read well and fail on what they say
    assert ends["PRESENTATION_MIXED_UP"] > ROUNDS / 200
    assert ends["CBOR_MALFORMED"] > ROUNDS / 20


def test_no_mutated_text_is_accepted(world: World) -> None:
    identifier = world.take()
    challenge = world.ask("face/post")
    good = world.wallet.present([identifier], ["face/post"], challenge).presentation
    original, draw = whole_text(good), random.Random(7)
    for _ in range(3_000):
        text = mutate(original.encode(), draw).decode("utf-8", "replace")
        if text == original:
            continue
        try:
            found = read_qr(text)
        except MalformedError:
            continue
        assert isinstance(found, Presentation)
        assert any(each.result for each in check_presentation(found, challenge, crypto.verifier(), NOW))


def test_every_bit_of_a_short_code_counts(world: World) -> None:
    identifier = world.take()
    challenge = world.ask("face/post")
    good = world.wallet.present([identifier], ["face/post"], challenge).presentation
    data = base45.decode(short_text(good.short())[len(PREFIX) :])
    for bit in range(8 * len(data)):
        flipped = bytearray(data)
        flipped[bit // 8] ^= 1 << bit % 8
        try:
            found = read_qr(PREFIX + base45.encode(bytes(flipped)))
            assert isinstance(found, ShortPresentation)
            whole = found.resolve(good.without_first_signature())
        except LedgerError:
            continue
        assert any(each.result for each in check_presentation(whole, challenge, crypto.verifier(), NOW))


BAD_TEXTS = {
    "nothing": "",
    "another prefix": "HC1:6BF",
    "prefix in lower case": "el1:QED8WEX0",
    "prefix alone": "EL1:",
    "white space before": " EL1:QED8WEX0",
    "not base45": "EL1:abc",
    "one character too many": "EL1:QED8W",
    "a group above 65535": "EL1::::",
    "no list": PREFIX + base45.encode(b"\x01"),
    "an empty list": PREFIX + base45.encode(b"\x80"),
    "a list of true": PREFIX + base45.encode(b"\x81\xf5"),
    "an unknown mode": PREFIX + base45.encode(b"\x82\x07\x00"),
    "mode alone": PREFIX + base45.encode(b"\x81\x02"),
    "short with a number": PREFIX + base45.encode(b"\x84\x01\x01\x01\x01"),
    "short with an id of a byte": PREFIX + base45.encode(b"\x84\x01\x41\x01\x41\x01\x41\x01"),
    "short of 161 bytes": PREFIX + base45.encode(b"\x82\x01\x58\x9d" + bytes(157)),
    "whole of 1,401 bytes": PREFIX + base45.encode(b"\x82\x02\x59\x05\x74" + bytes(1396)),
    "a megabyte": PREFIX + "0" * (1 << 20),
    "much base45": PREFIX + "0" * (MAX_KEPT // 2 * 3 + 3),
}


@pytest.mark.parametrize("name", BAD_TEXTS)
def test_a_bad_text_is_malformed_and_nothing_else(name: str) -> None:
    with pytest.raises(MalformedError):
        read_qr(BAD_TEXTS[name])
    with pytest.raises(MalformedError):
        read_kept(BAD_TEXTS[name])


def test_what_is_for_the_api_is_no_code_and_the_other_way_round(world: World) -> None:
    identifier = world.take()
    good = world.wallet.present([identifier], ["face/post"], world.ask("face/post")).presentation
    with pytest.raises(MalformedError, match="PRESENTATION_MALFORMED"):
        read_qr(kept_text(good))
    for text in (whole_text(good), short_text(good.short())):
        with pytest.raises(MalformedError, match="PRESENTATION_MALFORMED"):
            read_kept(text)


def test_too_much_for_one_code_is_refused_but_can_be_left(world: World) -> None:
    identifier = world.take()
    challenge = world.ask("metadata", "face", "holders", api="http://127.0.0.1:9")
    everything = ["metadata", "face", "holders"]
    with pytest.raises(MalformedError, match="PRESENTATION_TOO_LARGE"):
        world.wallet.present([identifier], everything, challenge)

    class Memory:
        def leave(self, api: str, text: str) -> None:
            world.service.keep(text)

    shown = world.wallet.present([identifier], everything, challenge, Memory())
    assert shown.size == 111
    assert world.service.redeem(world.service.read(shown.qr), challenge) == []
