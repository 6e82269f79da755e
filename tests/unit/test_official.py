"""Official documents by themselves: which kind a verdict finds, which words it uses, what a type may be."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ledger import crypto
from ledger.domain.acts import Act
from ledger.domain.canonical import canonical, parse_strict
from ledger.domain.document import Envelope, build_license, license_faults
from ledger.domain.license_types import LicenseType, example_input, license_type
from ledger.domain.official import ACTS, TypeKind, document_serial
from ledger.domain.official_texts import act_words, code_texts, flag_texts, result_texts, results, steps
from ledger.domain.verdict import Step
from ledger.errors import MalformedError, RuleError
from ledger.service.sources import Asked, Histories
from ledger.service.verify import NO_PRESENTATION, Ask, AtHand, Subject, VerifyLicenses
from tests.simulator import NATIONAL_TYPE, founded_ledger, id_of
from tests.unit.governed import FixedClock, trust_of
from tests.unit.test_verification import claim_in
from tests.unit.test_verify_together import FORM
from tests.wallet.world import issue, new_signer
from wallet.held import read_license

OFFICIAL = "11100000MB0TE5T605201"
DOCUMENT, LICENSE = TypeKind.DOCUMENT, TypeKind.LICENSE


def test_the_digest_that_the_ledger_has_covers_the_kind() -> None:
    official = license_type(OFFICIAL)
    assert LicenseType.from_json(parse_strict(canonical(official.as_json()))) == official
    as_licenses = replace(official, kind=LICENSE)
    assert as_licenses.schema_digest != official.schema_digest
    spelled = {**license_type(NATIONAL_TYPE).as_json(), "kind": "LICENSE"}
    assert LicenseType.from_json(spelled).schema_digest == license_type(NATIONAL_TYPE).schema_digest


@pytest.mark.parametrize("kind", [DOCUMENT, LICENSE])
def test_no_schema_has_the_digest_of_a_type_of_another_kind(kind: TypeKind) -> None:
    official, masked = (
        license_type(OFFICIAL),
        parse_strict(Path("docs/examples/type-masked.json").read_bytes()),
    )
    derived = {"derived": LicenseType.from_json(masked).derived_json(), "schema": masked["schema"]}
    for schema in ({"kind": "DOCUMENT", "schema": official.schema}, derived, {**derived, "kind": "DOCUMENT"}):
        given = {**license_type(NATIONAL_TYPE).as_json(), "schema": schema, "grades": {}}
        with pytest.raises(MalformedError) as refused:
            LicenseType.from_json({**given, "kind": kind.value, "acts": ["issue", "withdraw"]})
        assert (refused.value.code, refused.value.fields["part"]) == ("LICENSE_TYPE_BAD", "schema")


@pytest.mark.parametrize("kind", [None, "", "document", "CONTRACT", ["DOCUMENT"], 1])
def test_no_type_is_of_a_kind_that_nobody_knows(kind: object) -> None:
    with pytest.raises(MalformedError) as refused:
        LicenseType.from_json({**license_type(OFFICIAL).as_json(), "kind": kind})
    assert (refused.value.code, refused.value.fields["part"]) == ("LICENSE_TYPE_BAD", "kind")


@pytest.mark.parametrize("act", sorted(set(Act) - ACTS - {Act.FREEZE}))
def test_what_is_done_to_holders_is_not_done_to_documents(act: Act) -> None:
    with pytest.raises(MalformedError, match="DOCUMENT_ACTS"):
        license_type(OFFICIAL).require_acts({Act.ISSUE, act})


def faults(**changes: Any) -> dict[str, str]:
    given = {**example_input("official_document"), **changes}
    return {each.field: each.code for each in license_faults(given, license_type(OFFICIAL))}


def test_an_input_says_which_document_it_is_and_of_which_layout_file_and_no_secret() -> None:
    assert faults() == {}
    metadata = example_input("official_document")["metadata"]
    bare = {
        name: text for name, text in metadata.items() if name not in ("certificateNumber", "certificateName")
    }
    assert faults(metadata=bare, layout=None) == {
        "metadata/certificateNumber": "FIELD_REQUIRED",
        "metadata/certificateName": "FIELD_REQUIRED",
        "layout/sm3": "FIELD_REQUIRED",
    }
    other = {**metadata, "certificateHolderCode": "91310118MA0DEMX13U"}
    assert faults(metadata=other) == {"metadata/certificateHolderCode": "DOCUMENT_HOLDERS"}
    person = {**metadata, "certificateHolderTypeName": "居民身份证"}
    assert faults(metadata=person) == {"metadata/certificateHolderTypeName": "DOCUMENT_HOLDERS"}
    assert faults(metadata={**metadata, "certificateHolderTypeName": "统一社会信用代码"}) == {}
    for secret, code in (
        ("机密", "CLASSIFIED_DATA"),
        ("Secret", "CLASSIFIED_DATA"),
        ("内部", "SECRECY_UNKNOWN"),
    ):
        assert faults(secrecy=secret) == {"secrecy": code}
        inner = {**metadata, "extendInfo": {"密级": secret}}
        assert faults(metadata=inner) == {"metadata/extendInfo/密级": code}
    license_ = example_input("safety_certificate")
    kind = license_type(license_["metadata"]["certificateTypeCode"])
    assert [each.code for each in license_faults({**license_, "secrecy": ""}, kind)] == ["FIELD_NOT_ALLOWED"]


def test_a_serial_follows_from_the_number_unless_one_is_given() -> None:
    made = [
        build_license({**example_input("official_document"), **more}, license_type(OFFICIAL))["metadata"]
        for more in ({}, {}, {"serial": "2025X1"})
    ]
    first, again, given = (each["certificateIdentifier"] for each in made)
    assert (first, first == given, ".2025X1." in given) == (again, False, True)
    number = "示例发〔2026〕12号"
    for written in (
        "示例发[2026]12号",
        "示例发【2026】12号",
        "示例发（２０２６）１２号",
        " 示例发 〔2026〕\u300012 号",
    ):
        assert document_serial(written) == document_serial(number), written
    assert (
        document_serial("示例发〔2026〕13号")
        != document_serial(number)
        != document_serial("示例发〔202〕612号")
    )


def test_a_document_file_is_of_one_kind_and_goes_into_no_wallet() -> None:
    envelope = issue(example_input("official_document"), new_signer(), None)
    assert Envelope.from_json(envelope).kind is DOCUMENT
    with pytest.raises(RuleError, match="DOCUMENT_NOT_HELD"):
        read_license(envelope)
    for wrong in ("LICENSE", "CONTRACT", None, ["DOCUMENT"]):
        with pytest.raises(MalformedError, match="ENVELOPE_FORM"):
            Envelope.from_json({**envelope, "license": {**envelope["license"], "kind": wrong}})
    without = {name: value for name, value in envelope["license"].items() if name != "kind"}
    assert Envelope.from_json({**envelope, "license": without}).integrity_faults() != []


@pytest.mark.parametrize(
    ("stated", "defined", "code", "kind"),
    [
        (DOCUMENT, DOCUMENT, "OK", DOCUMENT),
        (LICENSE, DOCUMENT, "KIND_MISMATCH", DOCUMENT),
        (DOCUMENT, LICENSE, "KIND_MISMATCH", LICENSE),
        (None, DOCUMENT, "OK", DOCUMENT),
        (DOCUMENT, None, "OK", DOCUMENT),
    ],
)
def test_a_verdict_goes_by_the_registered_kind(
    stated: TypeKind | None, defined: TypeKind | None, code: str, kind: TypeKind
) -> None:
    ledger = founded_ledger()
    record = ledger.issue(id_of("a document"))
    definition = replace(license_type(NATIONAL_TYPE), kind=defined) if defined else None
    service = VerifyLicenses(
        trust_of(ledger),
        lambda: Histories([ledger], Asked()),
        crypto.verifier(),
        FixedClock(ledger.now),
        at_hand=AtHand(definition=lambda *_: definition),
    )
    claim = claim_in(record, kind=stated, ledger_id=ledger.ledger_id and "0x" + ledger.ledger_id.hex())
    verdict = service.verify(Subject(FORM, claim, NO_PRESENTATION), Ask())
    (form,) = [check for check in verdict.checks if check.step is Step.FORM]
    assert (form.code, verdict.kind) == (code, kind)
    assert verdict.result == ("IN_FORCE" if code == "OK" else "MALFORMED"), verdict.as_json()


OF_LICENSES = re.compile("证照|持证|用证|颁发|licen[cs]e|holder", re.IGNORECASE)
SHOWN_ONLY = re.compile("^(HOLDER_(FROZEN|ATTESTED|UNBOUND)|.*REPRESENT|ATTEST|BAD_HOLDER|NO_LICENSE|KIND_)")
NOT_OF_DOCUMENTS = {"AS_HANDED_OUT", "HOLDER_KEY_MISMATCH"}


def test_no_sentence_about_a_document_speaks_of_licenses() -> None:
    for table in (result_texts, flag_texts, code_texts, results, steps):
        assert table(DOCUMENT).keys() == table(LICENSE).keys() == table(None).keys()
        assert table(LICENSE) == table(None)
        told = {
            code: words
            for code, words in table(DOCUMENT).items()
            if not SHOWN_ONLY.match(code) and code not in NOT_OF_DOCUMENTS
        }
        assert {
            code for code, words in told.items() if any(OF_LICENSES.search(each) for each in words)
        } == set()
    assert not any(OF_LICENSES.search(word) for act in ACTS for word in act_words(act, DOCUMENT))
