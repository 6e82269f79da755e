"""Several holders of one license: what commits to them, and what an issuer may ask for."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations
from typing import Any

import pytest
from eth_hash.auto import keccak

from ledger import crypto
from ledger.domain.canonical import parse_strict
from ledger.domain.document import Envelope, license_faults
from ledger.domain.holders import (
    MOST_JOINT,
    UNBOUND,
    HolderRule,
    JointHolders,
    PublicPair,
    asked_binding,
    holder_binding,
    input_binding,
    input_holders,
    joint_binding,
)
from ledger.domain.license_types import example_input, license_type
from ledger.domain.sm3 import sm3
from ledger.errors import MalformedError, UsageError
from tests.unit.test_document import envelope_of

EXAMPLE = "property_certificate"


def key_of(name: str) -> bytes:
    return crypto.signer(sm3(name.encode())).public_key


def pair_of(name: str) -> PublicPair:
    return PublicPair(key_of(f"{name} signs"), key_of(f"{name} decrypts"))


COUPLE = (pair_of("first"), pair_of("second"))


def joint(rule: HolderRule = HolderRule.ALL, *pairs: PublicPair) -> JointHolders:
    return JointHolders(rule, pairs or COUPLE)


def given(**changes: Any) -> dict[str, Any]:
    """A license input that binds a couple together."""
    return {**example_input(EXAMPLE), **joint().as_json(), **changes}


def faults(**changes: Any) -> set[tuple[str, str]]:
    input_ = given(**changes)
    kind = license_type(input_["metadata"]["certificateTypeCode"])
    return {(fault.field, fault.code) for fault in license_faults(input_, kind)}


def test_the_commitment_is_the_one_of_the_documents() -> None:
    """Written out a second time: domain, one byte of rule, one of count, the binding of each in order."""
    domain = keccak(b"elicense/1/joint-holder-binding")
    singles = [holder_binding(*pair) for pair in COUPLE]
    for rule, number in ((HolderRule.ANY, b"\1"), (HolderRule.ALL, b"\2")):
        expected = keccak(domain + number + b"\2" + singles[0] + singles[1])
        assert joint_binding(rule, singles) == expected
        assert joint(rule).binding == "0x" + expected.hex()


def test_rule_order_count_and_every_key_count() -> None:
    three = (*COUPLE, pair_of("third"))
    made = {joint(rule, *order).binding for rule in HolderRule for order in permutations(three)}
    made |= {joint(rule).binding for rule in HolderRule} | {pair.binding for pair in three}
    swapped = PublicPair(COUPLE[0].holder_encryption_key, COUPLE[0].holder_key)
    made.add(joint(HolderRule.ALL, swapped, COUPLE[1]).binding)
    assert len(made) == 2 * 6 + 2 + 3 + 1
    assert "0x" + UNBOUND.hex() not in made


def test_several_are_not_taken_for_one() -> None:
    for rule in HolderRule:
        for pair in COUPLE:
            assert not pair.opens(joint(rule).binding)


def test_an_input_binds_several_holders() -> None:
    assert faults() == set()
    assert "0x" + input_binding(given()).hex() == joint().binding
    assert input_holders(given()) == joint()
    assert input_holders(example_input(EXAMPLE)) is None


KEYS = joint().as_json()["holderKeys"]


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"holderKeys": KEYS[:1]}, ("holderKeys", "FIELD_LENGTH")),
        ({"holderKeys": KEYS * 5}, ("holderKeys", "FIELD_LENGTH")),
        ({"holderKeys": "x"}, ("holderKeys", "FIELD_LENGTH")),
        ({"holderKeys": [KEYS[0], KEYS[0]]}, ("holderKeys/1/holderKey", "HOLDER_KEY_REPEATED")),
        (
            {"holderKeys": [KEYS[0], {**KEYS[1], "holderEncryptionKey": KEYS[0]["holderKey"]}]},
            ("holderKeys/1/holderEncryptionKey", "HOLDER_KEY_REPEATED"),
        ),
        (
            {"holderKeys": [KEYS[0], {"holderKey": KEYS[1]["holderKey"]}]},
            ("holderKeys/1/holderEncryptionKey", "FIELD_REQUIRED"),
        ),
        ({"holderKeys": [KEYS[0], {**KEYS[1], "holderKey": "04"}]}, ("holderKeys/1/holderKey", "FIELD_KEY")),
        ({"holderKeys": [KEYS[0], {**KEYS[1], "name": "x"}]}, ("holderKeys/1/name", "FIELD_NOT_ALLOWED")),
        ({"holderKeys": [KEYS[0], None]}, ("holderKeys/1", "FIELD_REQUIRED")),
        ({"holderRule": None}, ("holderRule", "FIELD_CHOICE")),
        ({"holderRule": "all"}, ("holderRule", "FIELD_CHOICE")),
        ({"holderKeys": None}, ("holderKeys", "FIELD_REQUIRED")),
        ({"holderKey": key_of("third").hex()}, ("holderKeys", "FIELD_CONTRADICTS")),
    ],
)
def test_what_does_not_fit_is_told_by_field(change: dict[str, Any], fault: tuple[str, str]) -> None:
    assert fault in faults(**change)


def test_as_many_as_eight_are_bound_together() -> None:
    pairs = tuple(pair_of(str(number)) for number in range(MOST_JOINT))
    assert faults(**joint(HolderRule.ANY, *pairs).as_json()) == set()


@pytest.mark.parametrize(
    "members",
    [
        {},
        {"holderEncryptionKey": KEYS[0]["holderKey"]},
        {"holderKey": "04"},
        {"holderKey": KEYS[0]["holderKey"], "holderEncryptionKey": "x"},
        {"holderKey": KEYS[0]["holderKey"], "holderRule": "ANY"},
        {"holderKeys": KEYS},
        {"holderRule": "ALL"},
        {"holderKeys": KEYS, "holderRule": "MOST"},
        {"holderKeys": KEYS[:1], "holderRule": "ANY"},
        {"holderKeys": [KEYS[0], KEYS[0]], "holderRule": "ANY"},
        {"holderKeys": KEYS, "holderRule": "ANY", "holderKey": KEYS[0]["holderKey"]},
    ],
)
def test_keys_that_make_no_binding_are_refused(members: dict[str, Any]) -> None:
    with pytest.raises(UsageError, match="HOLDER_KEYS"):
        asked_binding(members)


def test_keys_that_make_one_are_bound() -> None:
    alone = {"holderKey": KEYS[0]["holderKey"], "holderEncryptionKey": None}
    assert asked_binding(alone) == holder_binding(COUPLE[0].holder_key, None)
    assert asked_binding({**joint().as_json(), "holderKey": None}).hex() == joint().binding[2:]


# --- the license file -------------------------------------------------------------------------


def file_of(holders: JointHolders | None, binding: str, *, batch: bool = False) -> Envelope:
    made = envelope_of(batch=batch)
    if made.leaf is not None:
        return replace(made, holders=holders, leaf=replace(made.leaf, holder_binding=binding))
    return replace(made, holders=holders, signed={**made.signed, "holderBinding": binding})


@pytest.mark.parametrize("batch", [False, True])
def test_a_license_file_carries_its_holders_and_comes_back(batch: bool) -> None:
    made = file_of(joint(), joint().binding, batch=batch)
    assert Envelope.parse(made.to_bytes()) == made
    assert made.integrity_faults() == []
    alone = file_of(None, joint().binding, batch=batch)
    assert "holderKeys" not in parse_strict(alone.to_bytes())
    assert alone.integrity_faults() == []


@pytest.mark.parametrize("batch", [False, True])
def test_holders_that_were_not_bound_are_found(batch: bool) -> None:
    for holders in (joint(HolderRule.ANY), joint(HolderRule.ALL, *reversed(COUPLE))):
        assert file_of(holders, joint().binding, batch=batch).integrity_faults() == ["holderKeys"]
    assert file_of(joint(), "0x" + "00" * 32, batch=batch).integrity_faults() == ["holderKeys"]


@pytest.mark.parametrize(
    "change",
    [
        {"holderKeys": KEYS[:1]},
        {"holderRule": "MOST"},
        {"holderRule": None},
        {"holderKeys": None},
        {"holderKeys": [KEYS[0], {**KEYS[1], "holderKey": "04" * 65}]},
    ],
)
def test_a_file_with_broken_holders_is_malformed(change: dict[str, Any]) -> None:
    form = {**file_of(joint(), joint().binding).as_json(), **change}
    with pytest.raises(MalformedError, match="ENVELOPE_FORM"):
        Envelope.from_json(form)


@pytest.mark.parametrize("name", ["holderKeys", "holderRule"])
def test_a_file_with_half_of_the_holders_is_malformed(name: str) -> None:
    form = file_of(joint(), joint().binding).as_json()
    del form[name]
    with pytest.raises(MalformedError, match="ENVELOPE_FORM"):
        Envelope.from_json(form)
