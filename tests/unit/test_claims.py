"""What a license file claims, read without any ledger."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ledger.domain.document import Envelope, license_digest
from ledger.domain.identifiers import LicenseIdentifier
from ledger.domain.license_types import example_input
from ledger.domain.messages import Domain
from ledger.domain.objects import ascii32
from ledger.domain.verdict import Outcome
from ledger.errors import MalformedError
from ledger.proof.claims import claim_of, read_envelope
from tests.wallet.world import issue, new_signer

OTHER = Domain(1, "0x" + "11" * 20, bytes(32))


@pytest.fixture(scope="module")
def envelope() -> dict[str, Any]:
    return issue(example_input("safety_certificate"), new_signer(), None)


def read(envelope: dict[str, Any]) -> tuple[Outcome, Outcome, str]:
    (form, integrity), _, _ = read_envelope(json.dumps(envelope).encode())
    return form.outcome, integrity.outcome, integrity.code if form.outcome is Outcome.PASS else form.code


def test_an_untouched_file_has_form_and_integrity(envelope: dict[str, Any]) -> None:
    assert read(envelope) == (Outcome.PASS, Outcome.PASS, "OK")
    _, claim, document = read_envelope(json.dumps(envelope).encode())
    assert claim is not None
    assert isinstance(document, Envelope)
    assert claim.license_id == envelope["anchor"]["licenseId"]
    assert claim.key_id == envelope["signer"]["keyId"]
    assert claim.origin == "native"


def test_a_changed_field_is_tampered(envelope: dict[str, Any]) -> None:
    changed = json.loads(json.dumps(envelope))
    changed["license"]["holders"][0]["name"] += "某"
    assert read(changed) == (Outcome.PASS, Outcome.FAIL, "DIGEST_MISMATCH")


def test_another_signer_than_the_signed_one_is_tampered(envelope: dict[str, Any]) -> None:
    changed = {**envelope, "signer": {**envelope["signer"], "keyId": "0x" + "11" * 32}}
    assert read(changed) == (Outcome.PASS, Outcome.FAIL, "FACE_MISMATCH")


def test_no_issuer_signs_in_the_name_of_another(envelope: dict[str, Any]) -> None:
    """An entitled body signs and anchors a document that names another body as its issuer."""
    rogue = "11320000MB0TE5T36A"
    signed = {**envelope["signed"], "issuer": "0x" + ascii32(rogue).hex()}
    forged = {**envelope, "signed": signed, "signer": {**envelope["signer"], "uscc": rogue}}
    assert read(forged) == (Outcome.PASS, Outcome.FAIL, "DIGEST_MISMATCH")
    assert Envelope.from_json(forged).integrity_faults() == ["signed/issuer"]


@pytest.mark.parametrize("part", ["type", "issuer"])
def test_the_identifier_is_of_the_licenses_own_type_and_issuer(envelope: dict[str, Any], part: str) -> None:
    own = LicenseIdentifier.parse(envelope["license"]["metadata"]["certificateIdentifier"])
    type_code = "11100000000013338W001" if part == "type" else own.type_code
    issuer = "11320000MB0TE5T36A" if part == "issuer" else own.issuer_code
    forged = json.loads(json.dumps(envelope))
    identifier = LicenseIdentifier.compose(type_code, issuer, own.serial).text
    forged["license"]["metadata"]["certificateIdentifier"] = identifier
    forged["digest"] = license_digest(forged["license"], forged["salts"]).hex()
    forged["signed"]["digest"] = "0x" + forged["digest"]
    assert Envelope.from_json(forged).integrity_faults() == ["license/metadata/certificateIdentifier"]


@pytest.mark.parametrize("data", [b"", b"{}", b"[]", b"\xff", b'{"format": "elicense/1"}'])
def test_what_is_no_license_file_is_malformed(data: bytes) -> None:
    (form, integrity), claim, document = read_envelope(data)
    assert (form.outcome, form.code) == (Outcome.FAIL, "MALFORMED")
    assert (integrity.outcome, claim, document) == (Outcome.SKIPPED, None, None)


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("licenseId", "0xab"),
        ("licenseId", "ab" * 32),
        ("licenseId", "0x" + "AB" * 32),
        ("licenseId", "0x" + "ab" * 33),
        ("licenseId", 5),
        ("keyId", "0x"),
        ("keyId", "0x" + "AB" * 32),
        ("keyId", "zz" * 33),
        ("keyId", "0x" + "ab" * 31),
        ("rev", -1),
        ("rev", 1 << 32),
        ("rev", "0"),
        ("rev", True),
        ("validTo", 1 << 64),
        ("issuer", "0x" + "ff" * 32),
        ("digest", None),
    ],
)
def test_a_signed_struct_has_one_spelling(envelope: dict[str, Any], member: str, value: object) -> None:
    signed = {**envelope["signed"], member: value}
    with pytest.raises(MalformedError, match="SIGNED_STRUCT"):
        claim_of(signed, bytes(64), "", None)


def test_a_signed_struct_has_exactly_its_members(envelope: dict[str, Any]) -> None:
    signed = envelope["signed"]
    for other in ({**signed, "more": 1}, {k: v for k, v in signed.items() if k != "digest"}, {}):
        with pytest.raises(MalformedError, match="SIGNED_STRUCT"):
            claim_of(other, bytes(64), "", None)


def test_an_amendment_claims_the_new_license(envelope: dict[str, Any]) -> None:
    more = {
        "act": 2,
        "ground": 0,
        "effective": 0,
        "reference": "0x" + "00" * 32,
        "newLicenseId": "0x" + "22" * 32,
    }
    claim = claim_of({**envelope["signed"], **more}, bytes(64), "", None)
    assert (claim.message_name, claim.license_id) == ("Amend", "0x" + "22" * 32)
