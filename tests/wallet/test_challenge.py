"""Challenges as files: one form, every other refused by name."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
import rfc8785

from ledger import crypto
from ledger.domain.canonical import parse_strict
from ledger.domain.challenge import Challenge
from ledger.domain.sm import sm3
from ledger.errors import MalformedError, UsageError
from tests.wallet.world import NOW, World

Form = dict[str, Any]


def test_a_challenge_is_signed_over_its_canonical_form(world: World) -> None:
    challenge = world.ask("face/post")
    rest = {name: value for name, value in challenge.as_json().items() if name != "signature"}
    message = sm3(b"elicense/1/challenge") + sm3(rfc8785.dumps(rest))
    assert crypto.verifier().verify(world.relying.public_key, message, challenge.signature)


def test_a_challenge_is_read_back_as_it_was(world: World) -> None:
    challenge = world.ask("face/post", "face/name", ttl=300, api="https://example.org/x")
    text = json.dumps(challenge.as_json(), ensure_ascii=False, indent=4)
    assert Challenge.from_json(parse_strict(text.encode())) == challenge
    assert challenge.expires == NOW + 300


def test_no_two_challenges_share_an_id_or_a_nonce(world: World) -> None:
    made = [world.ask("a") for _ in range(50)]
    assert len({part for challenge in made for part in (challenge.id, challenge.nonce)}) == 100


CHANGES: dict[str, tuple[Callable[[Form], object], str]] = {
    "a key more": (lambda form: form.update(extra=1), "keys"),
    "a key less": (lambda form: form.pop("nonce"), "keys"),
    "another format": (lambda form: form.update(format="elicense-challenge/2"), "format"),
    "id too short": (lambda form: form.update(id="00"), "id"),
    "id in upper case": (lambda form: form.update(id="AB" * 16), "id"),
    "id no text": (lambda form: form.update(id=7), "id"),
    "nonce too long": (lambda form: form.update(nonce="00" * 17), "nonce"),
    "verifier a text": (lambda form: form.update(verifier="11310000MB0TE5T1XB"), "verifier"),
    "verifier with more": (lambda form: form["verifier"].update(name="某局"), "verifier"),
    "key id of another key": (lambda form: form["verifier"].update(keyId="0x" + "00" * 32), "keyId"),
    "key off the curve": (lambda form: form["verifier"].update(publicKey="04" + "11" * 64), "publicKey"),
    "key compressed": (lambda form: form["verifier"].update(publicKey="02" + "11" * 32), "publicKey"),
    "purpose empty": (lambda form: form.update(purpose=""), "purpose"),
    "purpose of two lines": (lambda form: form.update(purpose="a\nb"), "purpose"),
    "purpose that runs backwards": (lambda form: form.update(purpose="\u202eabc"), "purpose"),
    "purpose of 501 characters": (lambda form: form.update(purpose="目" * 501), "purpose"),
    "no fields": (lambda form: form.update(fields=[]), "fields"),
    "a field twice": (lambda form: form.update(fields=["a", "a"]), "fields"),
    "a field no text": (lambda form: form.update(fields=[1]), "fields"),
    "65 fields": (lambda form: form.update(fields=[str(n) for n in range(65)]), "fields"),
    "fields one text": (lambda form: form.update(fields="a,b"), "fields"),
    "expiry a number": (lambda form: form.update(expires=NOW), "expires"),
    "expiry in local time": (lambda form: form.update(expires="2026-11-18T19:06:40+08:00"), "expires"),
    "expiry a day": (lambda form: form.update(expires="2026-11-18"), "expires"),
    "expiry no time": (lambda form: form.update(expires="2026-13-18T19:06:40Z"), "expires"),
    "api a number": (lambda form: form.update(api=1), "api"),
    "attested null": (lambda form: form.update(attested=None), "attested"),
    "attested a number": (lambda form: form.update(attested=1), "attested"),
    "attested a text": (lambda form: form.update(attested="true"), "attested"),
    "signature DER": (lambda form: form.update(signature="3044" + "00" * 68), "signature"),
    "signature missing": (lambda form: form.update(signature=None), "signature"),
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_malformed_challenge_is_refused_by_the_name_of_its_field(world: World, name: str) -> None:
    change, field = CHANGES[name]
    form = json.loads(json.dumps(world.ask("face/post").as_json()))
    change(form)
    with pytest.raises(MalformedError) as caught:
        Challenge.from_json(form)
    assert (caught.value.code, caught.value.fields["field"]) == ("CHALLENGE_MALFORMED", field)


def test_who_may_vouch_stands_in_the_challenge_only_where_it_is_said(world: World) -> None:
    """So challenges that say nothing are what they were before one could say it."""
    asked = world.ask("face/post")
    assert "attested" not in asked.as_json()
    for said in (True, False):
        made = world.service.challenge(world.relying, ["face/post"], "目的", attested=said)
        form = json.loads(json.dumps(made.as_json()))
        assert form["attested"] is said
        assert Challenge.from_json(form) == made
        assert Challenge.from_json({**form, "attested": not said}).digest != made.digest
        form.pop("attested")
        assert Challenge.from_json(form).digest != made.digest


@pytest.mark.parametrize("ttl", [0, -1, 301, 86_400])
def test_no_challenge_lives_longer_than_five_minutes(world: World, ttl: int) -> None:
    with pytest.raises(UsageError, match="TTL_OUT_OF_RANGE"):
        world.ask("face/post", ttl=ttl)
