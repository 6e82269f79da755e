"""From license input to envelope: every rule of the input, every byte of the document."""

from __future__ import annotations

import copy
import json
import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.domain.acts import Act, Scope
from ledger.domain.canonical import canonical, is_canonical, parse_strict
from ledger.domain.document import (
    Envelope,
    Leaf,
    build_license,
    license_digest,
    license_faults,
    new_salts,
    type_word,
    validity,
)
from ledger.domain.fields_tree import Disclosure, flatten
from ledger.domain.holders import UNBOUND, holder_binding, input_binding
from ledger.domain.identifiers import LicenseIdentifier
from ledger.domain.license_types import EXAMPLES, LicenseType, builtin_types, example_input, license_type
from ledger.domain.sm3 import sm3
from ledger.errors import BadProofError, LedgerError, MalformedError

VECTORS = json.loads(
    (Path(__file__).parents[1] / "vectors" / "document" / "digests.json").read_text(encoding="utf-8")
)
KEY = bytes.fromhex(
    "04"
    "32c4ae2c1f1981195f9904466a39c9948fe30bbff2660be1715a4589334c74c7"
    "bc3736a2f4f6779c59bdcee36b692153d0a9877cc62a474002df32e52139f0a0"
)
WORD = "0x" + "11" * 32
SAME = None  # the fault stands at the field that was changed


def kind_of(given_input) -> LicenseType:
    return license_type(given_input["metadata"]["certificateTypeCode"])


def built(name: str):
    given_input = example_input(name)
    return build_license(given_input, kind_of(given_input))


def with_change(path: str, value, name: str = "safety_certificate"):
    """An example input with one value set, or removed where the value is `...`."""
    changed = example_input(name)
    *steps, last = [int(step) if step.isdigit() else step for step in path.split("/")]
    target = changed
    for step in steps:
        target = target[step]
    if value is ...:
        del target[last]
    else:
        target[last] = value
    return changed


def faults_of(given_input, name: str = "safety_certificate") -> set[tuple[str, str]]:
    kind = kind_of(example_input(name))
    return {(fault.field, fault.code) for fault in license_faults(given_input, kind)}


def salts_of(document) -> dict[str, str]:
    return {path: sm3(b"salt" + path.encode()).hex() for path in flatten(document)}


def envelope_of(name: str = "safety_certificate", *, batch: bool = False) -> Envelope:
    document = built(name)
    salts = salts_of(document)
    digest = license_digest(document, salts).hex()
    valid_from, valid_to = validity(document)
    code = document["metadata"]["certificateTypeCode"]
    times = {"validFrom": valid_from, "validTo": valid_to}
    single = {"keyId": WORD, "rev": 0, "licenseType": type_word(code), "digest": "0x" + digest, **times}
    leaf = Leaf(WORD, WORD, code, digest, "0x" + "00" * 32, valid_from, valid_to)
    proof = {"root": WORD, "index": 3, "size": 7, "proof": [WORD, WORD]}
    anchor = {"ledgerId": WORD, "licenseId": WORD, "seq": 9, "txHash": WORD, "block": 4}
    return Envelope(
        license=document,
        salts=salts,
        digest=digest,
        signer={"uscc": "11310000MB0TE5T1XB", "keyId": WORD},
        signed={"keyId": WORD, "root": WORD, "size": 7} if batch else single,
        message="ab" * 64,
        signature="cd" * 64,
        leaf=leaf if batch else None,
        anchor={**anchor, "batch": proof if batch else None},
    )


# --- types and examples ---


def test_the_four_types_are_there_with_scope_and_acts():
    kinds = {kind.name_zh: kind for kind in builtin_types()}
    assert {name: kind.scope for name, kind in kinds.items()} == {
        "营业执照": Scope.NATIONAL,
        "建筑施工企业安全生产管理人员考核合格证书": Scope.NATIONAL,
        "不动产权证": Scope.NATIONAL,
        "二级建造师注册证书": Scope.REGIONAL,
    }
    assert Act.SUSPEND in kinds["建筑施工企业安全生产管理人员考核合格证书"].acts
    assert Act.SUSPEND not in kinds["不动产权证"].acts
    assert all({Act.ISSUE, Act.CANCEL, Act.BIND} <= kind.acts for kind in kinds.values())


@pytest.mark.parametrize("kind", builtin_types(), ids=lambda kind: kind.code)
def test_a_type_is_read_back_from_its_own_definition(kind):
    assert LicenseType.from_json(kind.as_json()) == kind
    assert LicenseType.from_json(parse_strict(canonical(kind.as_json()))).schema_digest == kind.schema_digest
    assert all(1 <= kind.grade(path) <= 4 for name in EXAMPLES for path in flatten(built(name)))


def test_personal_codes_are_graded_above_names_and_companies_are_open():
    assert license_type("11100000000013338W001").grade("holders/0/code") == 3
    assert license_type("11100000MB0TE5T605001").grade("holders/0/code") == 1
    assert license_type("11100000000013338W001").grade("extra/field") == 3


@pytest.mark.parametrize(
    ("part", "value"),
    [
        ("code", "11100000000013338X011"),
        ("name", ""),
        ("name", {"zh": "照"}),
        ("schema", []),
        ("schema", {"type": "nonsense"}),
        ("schema", {"properties": {"a": {"$ref": "https://example.org/schema"}}}),
        ("scope", "LOCAL"),
        ("sharing", None),
        ("acts", ["fly"]),
        ("acts", "issue"),
        ("grades", {"face/a": 5}),
        ("grades", {"face/a": True}),
        ("colour", "red"),
    ],
)
def test_a_bad_type_definition_names_its_part(part, value):
    definition = {**builtin_types()[0].as_json(), part: value}
    with pytest.raises(MalformedError) as caught:
        LicenseType.from_json(definition)
    assert (caught.value.code, caught.value.fields["part"]) == ("LICENSE_TYPE_BAD", part)


def test_a_founding_file_may_name_a_type_by_one_string_and_without_grades():
    definition = builtin_types()[0].as_json()
    del definition["grades"], definition["format"]
    kind = LicenseType.from_json({**definition, "name": "示例证"})
    assert (kind.name_zh, kind.name_en, dict(kind.grades)) == ("示例证", "示例证", {})
    del definition["schema"]
    with pytest.raises(MalformedError, match="schema"):
        LicenseType.from_json(definition)


def test_an_unknown_type_is_said_so():
    with pytest.raises(MalformedError) as caught:
        license_type("11100000000013338W999")
    assert caught.value.code == "LICENSE_TYPE_UNKNOWN"


@pytest.mark.parametrize("name", EXAMPLES)
def test_each_example_becomes_a_license_with_a_good_identifier(name):
    document = built(name)
    identifier = LicenseIdentifier.parse(document["metadata"]["certificateIdentifier"])
    assert identifier.version == document["metadata"]["certificateVersion"] == "001"
    assert identifier.type_code == document["metadata"]["certificateTypeCode"]
    assert document.keys() == {"metadata", "face", "holders", "origin", "layout"}


def test_an_example_has_the_published_identifier():
    expected = "1.2.156.3005.2.11100000000013338W011.11310000MB0TE5T1XB.2025ABCDEFGH00000001.001.S"
    assert built("safety_certificate")["metadata"]["certificateIdentifier"] == expected


# --- the rules of the input ---


def test_every_fault_is_listed_with_its_field_and_no_value():
    bad = example_input("safety_certificate")
    bad["metadata"]["certificateIssuedDate"] = "2025-02-30"
    bad["metadata"]["certificateIssuingAuthorityCode"] = "11310000MB0TE5T1XA"
    bad["metadata"]["colour"] = "red"
    bad["holders"][0]["code"] = "310101190001010019"
    bad["face"]["category"] = "Z"
    del bad["face"]["employerCode"]
    bad["serial"] = "2025-1"
    with pytest.raises(MalformedError) as caught:
        build_license(bad, kind_of(example_input("safety_certificate")))
    errors = caught.value.fields["errors"]
    assert {(error["field"], error["code"]) for error in errors} == {
        ("metadata/certificateIssuedDate", "FIELD_DATE"),
        ("metadata/certificateIssuingAuthorityCode", "USCC_CHECK"),
        ("metadata/colour", "FIELD_NOT_ALLOWED"),
        ("holders/0/code", "CITIZEN_ID_CHECK"),
        ("face/category", "FIELD_CHOICE"),
        ("face/employerCode", "FIELD_REQUIRED"),
        ("serial", "IDENTIFIER_PART"),
    }
    assert caught.value.fields["count"] == len(errors)
    assert all(error["message"]["zh"] and error["message"]["en"] for error in errors)
    assert "310101190001010019" not in json.dumps(caught.value.as_json(), ensure_ascii=False)


def test_a_day_of_issue_that_cannot_be_read_is_not_told_of_the_first_day_too() -> None:
    bad = example_input("safety_certificate")
    bad["metadata"].pop("certificateEffectiveDate", None)
    for day in ("2025-02-30", None):
        bad["metadata"]["certificateIssuedDate"] = day
        with pytest.raises(MalformedError) as caught:
            build_license(bad, kind_of(bad))
        (told,) = caught.value.fields["errors"]
        assert told["field"] == "metadata/certificateIssuedDate"


@pytest.mark.parametrize(
    ("path", "value", "field", "code"),
    [
        ("metadata", ..., SAME, "FIELD_REQUIRED"),
        ("metadata", [], SAME, "FIELD_TYPE"),
        ("colour", 1, SAME, "FIELD_NOT_ALLOWED"),
        ("serial", ..., SAME, "FIELD_REQUIRED"),
        ("serial", 2025, SAME, "FIELD_TYPE"),
        ("serial", "a", SAME, "IDENTIFIER_PART"),
        ("origin", "forged", SAME, "FIELD_CHOICE"),
        ("metadata/certificateTypeCode", "11100000000013338W001", SAME, "FIELD_CONTRADICTS"),
        ("metadata/certificateIssuingAuthorityName", ..., SAME, "FIELD_REQUIRED"),
        ("metadata/certificateIssuingAuthorityName", " ", SAME, "FIELD_PATTERN"),
        ("metadata/certificateIssuingAuthorityName", 7, SAME, "FIELD_PATTERN"),
        ("metadata/certificateIssuingAuthorityCode", ..., SAME, "FIELD_REQUIRED"),
        ("metadata/certificateIssuingAuthorityCode", "310118", SAME, "USCC_FORM"),
        ("metadata/certificateIssuingAuthorityCode", 1, SAME, "FIELD_TYPE"),
        ("metadata/certificateIssuedDate", "20250310", SAME, "FIELD_DATE"),
        ("metadata/certificateIssuedDate", "2025-W11-1", SAME, "FIELD_DATE"),
        ("metadata/certificateIssuedDate", "２025-03-10", SAME, "FIELD_DATE"),
        ("metadata/certificateIssuedDate", None, SAME, "FIELD_DATE"),
        ("metadata/certificateExpiringDate", ..., SAME, "FIELD_REQUIRED"),
        ("metadata/certificateExpiringDate", "", SAME, "FIELD_DATE"),
        ("metadata/certificateExpiringDate", "2025-03-09", SAME, "FIELD_DATE_ORDER"),
        ("metadata/certificateAreaCode", ..., SAME, "FIELD_REQUIRED"),
        ("metadata/certificateAreaCode", "990000", SAME, "REGION_FORM"),
        ("metadata/certificateNumber", "", SAME, "FIELD_PATTERN"),
        ("metadata/certificateNumber", "a\nb", SAME, "FIELD_PATTERN"),
        ("metadata/certificateCopyCause", "看", SAME, "FIELD_NOT_ALLOWED"),
        ("metadata/certificateVersion", "000", SAME, "IDENTIFIER_PART"),
        ("metadata/certificateHolderName", "别人", SAME, "FIELD_CONTRADICTS"),
        ("metadata/extendInfo", "x", SAME, "FIELD_TYPE"),
        ("metadata/extendInfo", {"1": "x"}, SAME, "FIELD_NAME"),
        ("metadata/extendInfo", {"a": 1.5}, "face", "JSON_FLOAT"),
        ("metadata/certificateIdentifier", "1.2.3", SAME, "IDENTIFIER_ROOT"),
        ("holders", [], SAME, "FIELD_LENGTH"),
        ("holders", {}, SAME, "FIELD_LENGTH"),
        ("holders/0", "甲", SAME, "FIELD_TYPE"),
        ("holders/0/name", ..., SAME, "FIELD_REQUIRED"),
        ("holders/0/name", "\t", SAME, "FIELD_PATTERN"),
        ("holders/0/codeType", "112", SAME, "FIELD_CHOICE"),
        ("holders/0/codeType", "001", "holders/0/code", "USCC_ORGANISATION_CHECK"),
        ("holders/0/code", "31010119000101001１", SAME, "CITIZEN_ID_FORM"),
        ("holders/0/phone", "1", SAME, "FIELD_NOT_ALLOWED"),
        ("holderKey", KEY.hex().upper(), SAME, "FIELD_KEY"),
        ("holderKey", "04" + "11" * 64, SAME, "FIELD_KEY"),
        ("holderKey", 4, SAME, "FIELD_KEY"),
        ("holderEncryptionKey", KEY.hex(), "holderKey", "HOLDER_KEY_MISSING"),
        ("layout", "x", SAME, "FIELD_TYPE"),
        ("layout/sm3", ..., SAME, "FIELD_REQUIRED"),
        ("layout/sm3", "AB" * 32, SAME, "FIELD_PATTERN"),
        ("layout/sealCertificateSm3", "x", SAME, "FIELD_PATTERN"),
        ("layout/mediaType", ..., SAME, "FIELD_REQUIRED"),
        ("layout/sealSerial", "", SAME, "FIELD_PATTERN"),
        ("layout/page", 1, SAME, "FIELD_NOT_ALLOWED"),
        ("face", [], SAME, "FIELD_TYPE"),
        ("face/birthDate", "1900-02-29", SAME, "FIELD_DATE"),
        ("face/employerCode", "91310118MA0DEMX13A", SAME, "FIELD_PATTERN"),
        ("face/photoSm3", "ab" * 32 + "\n", SAME, "FIELD_PATTERN"),
        ("face/post", "a\x00b", SAME, "FIELD_PATTERN"),
        ("face/post", "x" * 61, SAME, "FIELD_LENGTH"),
        ("face/continuingEducation/0/hours", -1, SAME, "FIELD_RULE"),
        ("face/continuingEducation/0/hours", 1.5, SAME, "FIELD_TYPE"),
        ("face/colour", "red", SAME, "FIELD_NOT_ALLOWED"),
    ],
)  # fmt: skip
def test_a_broken_rule_names_field_and_code(path, value, field, code):
    assert (field or path, code) in faults_of(with_change(path, value))


def test_what_follows_from_the_rest_may_be_left_out():
    full = built("safety_certificate")
    short = example_input("safety_certificate")
    for name in ("certificateName", "certificateTypeName", "certificateTypeCode", "certificateEffectiveDate"):
        del short["metadata"][name]
    for name in ("origin", "holderKey", "holderEncryptionKey"):
        del short[name]
    del short["holders"][0]["codeType"]
    assert build_license(short, license_type("11100000000013338W011")) == full


def test_the_holder_may_stand_in_the_metadata_or_under_its_long_names():
    full = built("safety_certificate")
    holder = {
        "certificateHolderName": full["holders"][0]["name"],
        "certificateHolderCode": full["holders"][0]["code"],
        "certificateHolderTypeCode": "111",
    }
    in_metadata = with_change("holders", ...)
    in_metadata["metadata"] |= holder
    kind = license_type("11100000000013338W011")
    assert build_license(in_metadata, kind) == full
    assert build_license(with_change("holders", [holder]), kind) == full


def test_long_term_is_null_and_the_word_is_understood():
    kind = license_type("11100000000013338W011")
    document = build_license(with_change("metadata/certificateExpiringDate", "长期"), kind)
    assert document["metadata"]["certificateExpiringDate"] is None
    assert validity(document).valid_to == 0


def test_a_given_identifier_must_agree_with_the_rest():
    path = "metadata/certificateIdentifier"
    given_input = with_change(path, built("safety_certificate")["metadata"]["certificateIdentifier"])
    assert faults_of(given_input) == set()
    assert faults_of({**given_input, "serial": None}) == set()
    assert faults_of({**given_input, "serial": "OTHER"}) == {(path, "FIELD_CONTRADICTS")}
    given_input["metadata"]["certificateVersion"] = "002"
    assert faults_of(given_input) == {(path, "FIELD_CONTRADICTS")}
    given_input["metadata"][path.split("/")[1]] = built("property_certificate")["metadata"][
        "certificateIdentifier"
    ]
    assert (path, "FIELD_CONTRADICTS") in faults_of(given_input)


def test_a_higher_version_gets_its_own_identifier():
    document = build_license(
        with_change("metadata/certificateVersion", "002"), license_type("11100000000013338W011")
    )
    assert document["metadata"]["certificateIdentifier"].endswith(".002.Q")


def test_imported_licenses_may_bear_imperfect_codes_and_new_ones_may_not():
    kind = license_type("11100000MB03271699001")
    given_input = example_input("property_certificate")
    draft = LicenseIdentifier(kind.code, "340100", "000000016", "001", "0")
    given_input["metadata"]["certificateIdentifier"] = draft.text[:-1] + draft.expected_check
    given_input["serial"] = None
    given_input["holders"][0]["code"] = "旧证第12号"
    assert {fault.code for fault in license_faults(given_input, kind)} == {
        "IDENTIFIER_PART",
        "CITIZEN_ID_FORM",
    }
    for origin in ("converted_unchecked", "collected"):
        assert license_faults({**given_input, "origin": origin}, kind) == []
    assert license_faults({**given_input, "origin": "converted_checked"}, kind) != []


@settings(max_examples=150)
@given(st.data())
def test_no_input_makes_the_reader_fail(data):
    name = data.draw(st.sampled_from(EXAMPLES))
    given_input = example_input(name)
    kind = kind_of(given_input)
    odd = (
        st.none()
        | st.booleans()
        | st.integers()
        | st.floats()
        | st.text(max_size=5)
        | st.just([])
        | st.just({})
    )
    top = data.draw(st.sampled_from([*given_input, "metadata", "face"]))
    if isinstance(given_input[top], dict) and data.draw(st.booleans()):
        given_input[top][data.draw(st.sampled_from(list(given_input[top])))] = data.draw(odd)
    else:
        given_input[top] = data.draw(odd)
    before = copy.deepcopy(given_input)
    if not license_faults(given_input, kind):
        document = build_license(given_input, kind)
        assert license_digest(document, salts_of(document))
        assert validity(document).valid_from >= 0
    assert repr(given_input) == repr(before)


def test_no_json_at_all_is_still_an_answer():
    kind = license_type("11100000000013338W011")
    for given_input in ({}, {"metadata": None}, {"holders": [[]]}, {"face": "x"}):
        assert license_faults(given_input, kind)


# --- validity and binding ---


def test_days_are_whole_days_in_shanghai():
    document = {
        "metadata": {"certificateEffectiveDate": "2025-03-10", "certificateExpiringDate": "2028-03-09"}
    }
    assert validity(document) == (1741536000, 1836144000 + 86400)
    assert validity(document).valid_from % 86400 == 16 * 3600


def test_days_before_the_epoch_never_turn_into_no_end():
    dates = {"certificateEffectiveDate": "1950-01-01", "certificateExpiringDate": "1960-01-01"}
    assert validity({"metadata": dates}) == (0, 1)


@pytest.mark.parametrize(
    "dates",
    [
        {},
        {"certificateEffectiveDate": "x"},
        {"certificateEffectiveDate": "2025-01-01", "certificateExpiringDate": "x"},
    ],
)
def test_a_license_without_dates_is_malformed(dates):
    with pytest.raises(MalformedError):
        validity({"metadata": dates})


def test_the_binding_commits_to_both_keys_and_is_zero_without():
    other = KEY[:1] + KEY[1:][::-1]
    bindings = {
        holder_binding(KEY, None),
        holder_binding(KEY, KEY),
        holder_binding(KEY, other),
        holder_binding(other, KEY),
        holder_binding(other, None),
    }
    assert len(bindings) == 5
    assert UNBOUND not in bindings
    assert input_binding({"holderKey": None}) == UNBOUND
    assert input_binding({"holderKey": KEY.hex(), "holderEncryptionKey": None}) == holder_binding(KEY, None)


# --- digest ---


@pytest.mark.parametrize("vector", VECTORS["documents"], ids=lambda vector: vector["name"])
def test_the_digest_of_each_example_is_that_of_the_vectors(vector):
    document = built(vector["name"])
    assert document == vector["license"]
    assert list(validity(document)) == vector["validity"]
    salts = salts_of(document)
    assert list(salts) == list(vector["leaves"])
    assert license_digest(document, salts).hex() == vector["digest"]


@pytest.mark.parametrize("name", EXAMPLES)
def test_salts_are_fresh_for_every_field(name):
    chance = random.Random(1)
    document = built(name)
    salts = new_salts(document, chance.randbytes)
    assert salts.keys() == flatten(document).keys()
    assert len(set(salts.values())) == len(salts)


@settings(max_examples=60)
@given(st.sampled_from(EXAMPLES), st.data())
def test_any_fields_shown_lead_to_the_digest(name, data):
    envelope = envelope_of(name)
    paths = data.draw(st.lists(st.sampled_from(sorted(envelope.salts)), unique=True, max_size=6))
    shown = Disclosure.from_list(envelope.disclose(paths).as_list())
    assert shown.content_digest().hex() == envelope.digest
    assert shown.values() == {path: flatten(envelope.license)[path] for path in paths}


# --- envelope ---


@pytest.mark.parametrize("batch", [False, True], ids=["single", "batch"])
@pytest.mark.parametrize("name", EXAMPLES)
def test_an_envelope_is_read_back_byte_for_byte_and_is_whole(name, batch):
    envelope = envelope_of(name, batch=batch)
    data = envelope.to_bytes()
    assert is_canonical(data)
    read = Envelope.parse(data)
    assert read == envelope
    assert read.to_bytes() == data
    assert read.integrity_faults() == []
    read.check_integrity()
    assert Envelope.parse(json.dumps(envelope.as_json(), indent=2).encode()) == envelope


def test_names_keep_every_character_through_the_envelope():
    given_input = example_input("safety_certificate")
    given_input["holders"][0]["name"] = "\U00020bb7\uf900·买买提\u2022e\u0301"
    document = build_license(given_input, kind_of(given_input))
    data = canonical(document)
    assert "\U00020bb7\uf900·买买提\u2022e\u0301".encode() in data


def changed_envelope(path: str, value, *, batch: bool = True) -> bytes:
    json_form = copy.deepcopy(envelope_of(batch=batch).as_json())
    *steps, last = path.split("/")
    target = json_form
    for step in steps:
        target = target[step]
    if value is ...:
        del target[last]
    else:
        target[last] = value
    return json.dumps(json_form).encode()


@pytest.mark.parametrize(
    ("path", "value", "field"),
    [
        ("format", "elicense/2", "format"),
        ("license", [], "license"),
        ("license/face", ..., "license"),
        ("license/more", {}, "license"),
        ("license/metadata", {}, "license"),
        ("salts", {}, "salts"),
        ("salts", {"a": "AB" * 32}, "salts"),
        ("salts", {"a": 1}, "salts"),
        ("digest", "0x" + "ab" * 32, "digest"),
        ("digest", ..., "digest"),
        ("signer/uscc", "1131", "signer/uscc"),
        ("signer/keyId", "ab" * 32, "signer/keyId"),
        ("signer/name", "x", "signer/name"),
        ("alg", "ECDSA", "alg"),
        ("signed", {"a": None}, "signed"),
        ("signed", {"a": True}, "signed"),
        ("message", "ab", "message"),
        ("signature", "AB" * 64, "signature"),
        ("signature", "ab" * 63, "signature"),
        ("leaf", [], "leaf/"),
        ("leaf/type", "x", "leaf/type"),
        ("leaf/validTo", -1, "leaf/validTo"),
        ("leaf/validTo", True, "leaf/validTo"),
        ("leaf/digest", ..., "leaf/digest"),
        ("anchor", None, "anchor/"),
        ("anchor/ledgerId", None, "anchor/ledgerId"),
        ("anchor/seq", "1", "anchor/seq"),
        ("anchor/batch/proof", ["0x00"], "anchor/batch/proof"),
        ("anchor/batch/size", ..., "anchor/batch/size"),
        ("colour", "red", "colour"),
    ],
)
def test_an_envelope_of_wrong_form_names_its_field(path, value, field):
    with pytest.raises(MalformedError) as caught:
        Envelope.parse(changed_envelope(path, value))
    assert (caught.value.code, caught.value.fields["field"]) == ("ENVELOPE_FORM", field)


@pytest.mark.parametrize(
    ("path", "value", "batch", "part"),
    [
        ("license/metadata/certificateExpiringDate", "2099-01-01", True, "digest"),
        ("license/metadata/certificateExpiringDate", "soon", True, "license"),
        ("license/face/category", "A", False, "digest"),
        ("license/face/more", "x", False, "salts"),
        ("license/face/post", ..., False, "salts"),
        ("license/holders", {"0": {}}, False, "license"),
        ("license/origin", "collected", True, "leaf/digest"),
        ("salts/face~1category", "00" * 32, False, "salts"),
        ("digest", "00" * 32, False, "digest"),
        ("leaf/digest", "00" * 32, True, "leaf/digest"),
        ("leaf/type", "11100000000013338W001", True, "leaf/type"),
        ("leaf/validFrom", 1, True, "leaf/validFrom"),
        ("leaf/validTo", 0, True, "leaf/validTo"),
        ("signed/digest", "0x" + "00" * 32, False, "signed/digest"),
        ("signed/licenseType", WORD, False, "signed/type"),
        ("signed/issuer", WORD, False, "signed/issuer"),
        ("signed/validTo", 0, False, "signed/validTo"),
    ],
)
def test_a_contradiction_is_found_and_named(path, value, batch, part):
    envelope = Envelope.parse(changed_envelope(path, value, batch=batch))
    assert part in envelope.integrity_faults()
    with pytest.raises(BadProofError) as caught:
        envelope.check_integrity()
    assert caught.value.code == "DOCUMENT_TAMPERED"


def test_swapped_values_and_salts_are_found():
    form = envelope_of("property_certificate").as_json()
    holders = form["license"]["holders"]
    holders[0], holders[1] = holders[1], holders[0]
    assert "digest" in Envelope.from_json(form).integrity_faults()
    form = envelope_of().as_json()
    first, second = list(form["salts"])[:2]
    form["salts"][first], form["salts"][second] = form["salts"][second], form["salts"][first]
    assert "digest" in Envelope.from_json(form).integrity_faults()


@pytest.mark.parametrize("batch", [False, True], ids=["single", "batch"])
def test_no_flipped_bit_of_license_salts_or_digest_goes_unnoticed(batch):
    envelope = envelope_of(batch=batch)
    data = bytearray(envelope.to_bytes())
    whole = envelope.as_json()
    guarded = [canonical(whole[name]) for name in ("license", "salts", "digest")]
    places = [
        start + at for part in guarded for start in [bytes(data).index(part)] for at in range(len(part))
    ]
    chance = random.Random(7)
    unnoticed = 0
    for place in places:
        bit = 1 << chance.randrange(8)
        data[place] ^= bit
        unnoticed += passes(bytes(data))
        data[place] ^= bit
    assert unnoticed == 0
    assert passes(bytes(data))


def passes(data: bytes) -> bool:
    try:
        Envelope.parse(data).check_integrity()
    except LedgerError:
        return False
    return True
