"""What is kept back stays unknown: three fields are shown, the others are nowhere in the code."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pytest

from ledger.domain import base45, cbor
from ledger.domain.fields_tree import flatten, leaf
from ledger.domain.presentation import Presentation
from ledger.domain.presentation_text import PREFIX
from tests.wallet.world import EXAMPLES, World


@pytest.mark.parametrize("is_leaf", [False, True])
@pytest.mark.parametrize("name", EXAMPLES)
def test_three_fields_are_shown_and_nothing_of_the_others(world: World, name: str, is_leaf: bool) -> None:
    identifier = world.take_leaf(name) if is_leaf else world.take(name)
    envelope = world.wallet.find(identifier).license.envelope
    fields, salts = flatten(envelope.license), envelope.salts
    shown = [path for path in fields if path.startswith("metadata/")][:3]
    kept = [path for path in fields if path not in shown]
    assert len(kept) >= 9
    made = world.wallet.present([identifier], shown, world.ask(*shown))
    found = list(_strings(cbor.decode(base45.decode(made.qr[len(PREFIX) :]))))

    texts = {each for each in found if isinstance(each, str)}
    assert texts <= {*shown, *(value for path in shown if isinstance(value := fields[path], str))}
    raw = {each for each in found if isinstance(each, bytes)}
    assert raw <= {*_public(made.presentation), *(bytes.fromhex(salts[path]) for path in shown)}

    hashes = made.presentation.licenses[0].disclosure.hashes
    for path in kept:
        for guess in (bytes(32), *raw, *hashes):
            assert leaf(path, fields[path], guess) not in hashes, "who guesses the value cannot confirm it"


def _strings(value: cbor.CborValue) -> Iterator[bytes | str]:
    """Every string in a code, in any depth."""
    if isinstance(value, list):
        for each in value:
            yield from _strings(each)
    elif isinstance(value, bytes | str):
        yield value


def _public(made: Presentation) -> Iterator[bytes]:
    """The byte strings of a code, but for salts: what is on the ledger, keys, signatures and hashes."""
    (shown,) = made.licenses
    yield from (made.challenge_id, made.challenge_digest, made.ledger_id)
    yield from (shown.signature, *made.signatures)
    yield from (*_words(shown.signed), *_words(shown.leaf or {}))
    yield b"".join(shown.disclosure.hashes)
    yield b"".join(bytes.fromhex(word[2:]) for word in shown.proof)
    yield b"".join(bytes([2 + (point[64] & 1)]) + point[1:33] for point in shown.holder or ())


def _words(values: Mapping[str, object]) -> Iterator[bytes]:
    yield from (bytes.fromhex(word[2:]).rstrip(b"\0") for word in values.values() if isinstance(word, str))
