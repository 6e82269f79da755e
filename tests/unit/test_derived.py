"""Masked and derived fields: what a type may declare, what an issuer computes, what a verifier finds."""

from __future__ import annotations

import copy
import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from gmssl import sm3 as reference
from hypothesis import given
from hypothesis import strategies as st

from ledger.domain.canonical import canonical, parse_strict
from ledger.domain.derived import broken_rules
from ledger.domain.document import build_license, license_digest, license_faults, new_salts
from ledger.domain.fields_tree import disclose, flatten
from ledger.domain.license_types import LicenseType, builtin_types, example_input, license_type
from ledger.domain.masking import STAR, Mask, characters
from ledger.errors import MalformedError
from tests.unit.test_sheet_rows import columns, read, refused

Json = dict[str, Any]
PROPERTY = "11100000MB03271699001"
TITLE = {"zh": "坐落（隐）", "en": "Location, masked"}


def masked(source: str = "face/location", start: int = 6, end: int = 0, grade: int = 2) -> Json:
    return {"from": source, "rule": "mask", "start": start, "end": end, "title": TITLE, "grade": grade}


def other(source: str, rule: str, grade: int = 2, **members: Any) -> Json:
    return {"from": source, "rule": rule, **members, "title": TITLE, "grade": grade}


DERIVED = {
    "maskedLocation": masked(),
    "maskedName": masked("holders/*/name", 1, 0, 1),
    "maskedCode": masked("holders/0/code", 3, 2),
    "issuedYear": other("metadata/certificateIssuedDate", "year"),
    "landYear": other("face/landUseUntil", "year"),
    "notes": masked("face/attachedNotes", 2, 2),
    "isShared": other("face/coOwnership", "isOneOf", codes=["共同共有", "按份共有"]),
    "isInZhejiang": other("face/unitNumber", "startsWith", prefix="33"),
}


def kind_with(derived: Json, **changes: Any) -> LicenseType:
    definition = {**license_type(PROPERTY).as_json(), "derived": derived, **changes}
    return LicenseType.from_json(parse_strict(json.dumps(definition).encode()))


def made(face: Json | None = None, derived: Json | None = None, **changes: Any) -> Json:
    base = example_input("property_certificate")
    given_input = {**base, **changes, "face": {**base["face"], **(face or {})}}
    return build_license(given_input, kind_with(DERIVED if derived is None else derived))


def refusal(derived: Json, **changes: Any) -> MalformedError:
    with pytest.raises(MalformedError) as refused:
        kind_with(derived, **changes)
    assert refused.value.message()["zh"]
    assert refused.value.remedy()
    return refused.value


@pytest.mark.parametrize(
    ("rule", "text", "shown"),
    [
        (Mask(1, 0), "王小明", "王**"),
        (Mask(1, 0), "王五", "王*"),
        (Mask(1, 0), "王", "*"),
        (Mask(1, 1), "王小明", "***"),
        (Mask(3, 2), "13800000000", "138******00"),
        (Mask(3, 4), "310101190001010011", "310***********0011"),
        (Mask(1, 0), "𠮷田太郎", "𠮷***"),
        (Mask(1, 0), "e\u0301a", "e\u0301*"),
        (Mask(1, 0), "王\u200b五", "王\u200b*"),
        (Mask(0, 1), "ab👨\u200d👩\u200d👧", "**👨\u200d👩\u200d👧"),
        (Mask(1, 0), "龍\U000e0100門", "龍\U000e0100*"),
        (Mask(1, 0), "🇨🇳🇨🇳", "🇨🇳*"),
        (Mask(1, 0), "\u0301a", "\u0301*"),
    ],
)
def test_a_mask_keeps_whole_characters_and_hides_at_least_half(rule: Mask, text: str, shown: str) -> None:
    assert rule.value(text) == shown


@given(st.text(min_size=1, max_size=30), st.integers(0, 9), st.integers(0, 9))
def test_no_mask_shows_more_than_half(text: str, start: int, end: int) -> None:
    seen = characters(text)
    shown = Mask(start, end).value(text)
    hidden = len(seen) if start + end > len(seen) // 2 else len(seen) - start - end
    assert "".join(seen) == text
    assert isinstance(shown, str)
    assert hidden >= max(1, (len(seen) + 1) // 2)
    assert STAR * hidden in shown


def test_an_issuer_computes_what_follows_from_the_rest() -> None:
    face = made({"landUseUntil": "2070-01-01"})["face"]
    example = example_input("property_certificate")
    location, issued = example["face"]["location"], example["metadata"]["certificateIssuedDate"]
    names = [each["name"] for each in example["holders"]]
    assert face["maskedLocation"] == location[:6] + "*" * (len(location) - 6)
    assert face["maskedName"] == [name[0] + "*" * (len(name) - 1) for name in names]
    assert face["maskedCode"][:3] == example["holders"][0]["code"][:3]
    assert (face["landYear"], face["issuedYear"]) == (2070, int(issued[:4]))
    assert face["isInZhejiang"] is example["face"]["unitNumber"].startswith("33")
    assert face["isShared"] is (example["face"]["coOwnership"] != "单独所有")


def test_what_follows_from_nothing_is_absent() -> None:
    face = made({"landUseUntil": None})["face"]
    assert not {"landYear"} & face.keys()
    base = example_input("property_certificate")
    base["face"].pop("attachedNotes", None)
    assert "notes" not in build_license(base, kind_with(DERIVED))["face"]


def test_an_input_may_name_the_value_and_no_other() -> None:
    kind, base = kind_with(DERIVED), example_input("property_certificate")
    whole = build_license(base, kind)
    again = copy.deepcopy(base) | {"face": whole["face"]}
    assert build_license(again, kind) == whole
    again["face"] = {**whole["face"], "maskedLocation": base["face"]["location"]}
    (fault,) = license_faults(again, kind)
    assert (fault.field, fault.code) == ("face/maskedLocation", "FIELD_DERIVED")
    assert base["face"]["location"] not in json.dumps(fault.as_json(), ensure_ascii=False)
    again["face"] = {**whole["face"], "maskedName": whole["face"]["maskedName"][0]}
    assert [each.code for each in license_faults(again, kind)] == ["FIELD_DERIVED"]


def test_a_column_of_a_sheet_may_bear_the_value_and_is_held_against_the_rule() -> None:
    kind, row = kind_with(DERIVED), columns("property_certificate")
    face = build_license(example_input("property_certificate"), kind)["face"]
    row["face.maskedLocation"] = face["maskedLocation"]
    row |= {f"face.maskedName.{place}": name for place, name in enumerate(face["maskedName"])}
    row["face.issuedYear"] = str(face["issuedYear"])
    assert refused(row | {"face.maskedLocation": "示例"}, kind) == [("face.maskedLocation", "FIELD_DERIVED")]
    found = read(row, kind)
    assert isinstance(found, dict), found
    assert build_license(found, kind)["face"] == face


def test_a_masked_leaf_leads_to_the_root_by_a_second_implementation() -> None:
    """Leaf, path and content digest with another SM3 and hand-written folding, from what is shown alone."""
    license_ = made()
    salts = new_salts(license_, lambda size: hashlib.shake_128(b"salt").digest(size))
    fields = flatten(license_)
    shown = disclose(
        fields, {path: bytes.fromhex(salt) for path, salt in salts.items()}, ["face/maskedLocation"]
    )
    (field,) = shown.fields
    name, value = field.path.encode(), json.dumps(field.value, ensure_ascii=False).encode()
    here = _sm3(b"\x00" + field.salt + len(name).to_bytes(4, "big") + name + value)
    index, width, hashes = field.index, shown.size, list(shown.hashes)
    while width > 1:
        if index ^ 1 < width:
            beside = hashes.pop(0)
            here = _sm3(b"\x01" + (beside + here if index & 1 else here + beside))
        index, width = index // 2, (width + 1) // 2
    digest = _sm3(b"\x02" + shown.size.to_bytes(4, "big") + here)
    assert (digest, hashes) == (license_digest(license_, salts), [])
    assert license_["face"]["location"] not in repr(shown)


def test_who_sees_source_and_derived_field_finds_a_broken_rule() -> None:
    kind, seen = kind_with(DERIVED), flatten(made({"landUseUntil": "2070-01-01"}))
    assert broken_rules(kind.derived, seen) == []
    for path, wrong in (
        ("face/maskedLocation", seen["face/location"]),
        ("face/maskedName/0", "张**"),
        ("face/isInZhejiang", 1),
        ("face/landYear", "2070"),
    ):
        altered = {**seen, path: wrong}
        assert broken_rules(kind.derived, altered) == [path]
        alone = {each: altered[each] for each in altered if each == path or each.startswith("metadata")}
        assert broken_rules(kind.derived, alone) == [], "without its source nothing is known"
    assert broken_rules(kind.derived, {"face/maskedLocation/0": "x"}) == ["face/maskedLocation/0"]
    assert broken_rules(kind.derived, {"face/landUseUntil": None, "face/landYear": 1}) == ["face/landYear"]


def test_a_definition_is_read_back_and_types_without_derived_fields_keep_their_digests() -> None:
    kind = kind_with(DERIVED)
    assert LicenseType.from_json(parse_strict(canonical(kind.as_json()))) == kind
    assert kind.schema_digest != license_type(PROPERTY).schema_digest
    harder = {**DERIVED, "maskedLocation": masked(start=5)}
    assert kind_with(harder).schema_digest != kind.schema_digest, "the ledger knows the rule"
    assert (kind.grade("face/location"), kind.grade("face/maskedLocation")) == (3, 2)
    assert kind.grade("face/maskedName/1") == 1
    digests = {each.code[-6:]: each.schema_digest.hex()[:16] for each in builtin_types()}
    assert digests == DIGESTS


DIGESTS = {
    "38W001": "3667a119daa5ced5",
    "38W011": "3c549daa2bc5b929",
    "699001": "eb31110dd91dd788",
    "605001": "8b380d6ccafe5139",
    "605201": "b80ff3a593ecc18c",
}
"""Of the types that ship, as ledgers have them; the first four were there before derived fields and kinds."""


@pytest.mark.parametrize(
    ("derived", "code"),
    [
        ({"x": {**masked(), "rule": "blur"}}, "DERIVED_RULE_UNKNOWN"),
        ({"x": {**masked(), "rule": ["mask"]}}, "DERIVED_RULE_UNKNOWN"),
        ({"x": masked("face/nowhere")}, "DERIVED_SOURCE"),
        ({"x": masked("face/shares/0")}, "DERIVED_SOURCE"),
        ({"x": masked("holders/1/name")}, "DERIVED_SOURCE"),
        ({"x": masked("metadata/extendInfo")}, "DERIVED_SOURCE"),
        ({"x": masked("origin")}, "DERIVED_SOURCE"),
        ({"x": masked(), "y": masked("face/x")}, "DERIVED_OF_DERIVED"),
        ({"x": masked("face/x")}, "DERIVED_OF_DERIVED"),
        ({"x": masked("face/y"), "y": masked("face/x")}, "DERIVED_OF_DERIVED"),
        ({"x": masked(grade=4)}, "DERIVED_GRADE"),
        ({"x": masked("holders/0/name", 1, 0, 3)}, "DERIVED_GRADE"),
        ({"x": masked(grade=0)}, "DERIVED_GRADE"),
        ({"location": masked()}, "DERIVED_NAME"),
        ({"a/b": masked()}, "DERIVED_NAME"),
        ({"": masked()}, "DERIVED_NAME"),
        ({"1": masked()}, "DERIVED_NAME"),
        ({"x": masked(start=0)}, "DERIVED_MASK"),
        ({"x": masked(start=12, end=5)}, "DERIVED_MASK"),
        ({"x": masked("holders/0/code", 6, 4)}, "DERIVED_MASK"),
        ({"x": masked("face/coOwnership", 2, 1)}, "DERIVED_MASK"),
        ({"x": masked(start=2), "y": masked(start=0, end=2)}, "DERIVED_MASK_TWICE"),
        (
            {"x": masked("holders/*/name", 1, 0, 1), "y": masked("metadata/certificateHolderName", 0, 1, 1)},
            "DERIVED_MASK_TWICE",
        ),
        ({"x": masked(start=-1)}, "DERIVED_FORM"),
        ({"x": {**masked(), "start": True}}, "DERIVED_FORM"),
        ({"x": {**masked(), "keep": 1}}, "DERIVED_FORM"),
        ({"x": {**masked(), "title": {"zh": "隐"}}}, "DERIVED_FORM"),
        ({"x": {**masked(), "from": 3}}, "DERIVED_FORM"),
        ({"x": {**masked(), "grade": True}}, "DERIVED_FORM"),
        ({"x": {"rule": "year"}}, "DERIVED_FORM"),
        ({"x": "mask"}, "DERIVED_FORM"),
        ([], "DERIVED_FORM"),
        ({f"x{n}": masked() for n in range(65)}, "DERIVED_FORM"),
        ({"x": other("face/coOwnership", "isOneOf", codes=[])}, "DERIVED_FORM"),
        ({"x": other("face/coOwnership", "isOneOf", codes=["甲", "甲"])}, "DERIVED_FORM"),
        ({"x": other("face/coOwnership", "isOneOf", codes=[{}])}, "DERIVED_FORM"),
        ({"x": other("face/location", "startsWith", prefix="")}, "DERIVED_FORM"),
        ({"x": other("face/location", "year")}, "DERIVED_RULE_UNFIT"),
        ({"x": masked("face/shares")}, "DERIVED_RULE_UNFIT"),
        ({"x": other("face/shares", "isOneOf", codes=["1/2"])}, "DERIVED_RULE_UNFIT"),
    ],
)
def test_a_bad_definition_is_refused_by_a_code_of_its_own(derived: Any, code: str) -> None:
    assert refusal(derived).code == code


def test_the_definition_in_the_examples_is_one() -> None:
    file = Path(__file__).parents[2] / "docs" / "examples" / "type-masked.json"
    kind = LicenseType.from_json(parse_strict(file.read_bytes()))
    face = {"birthDate": "1900-01-01", "address": "安徽省合肥市示例路甲号", "phone": "13800000000"}
    given_input = example_input("property_certificate") | {"face": face}
    given_input["metadata"] |= {"certificateTypeCode": kind.code, "certificateTypeName": kind.name_zh}
    made_face = build_license(given_input, kind)["face"]
    assert (made_face["maskedPhone"], made_face["birthYear"]) == ("138******00", 1900)
    assert made_face["maskedAddress"] == "***********", "six of eleven characters would be more than half"


def test_a_grade_of_a_derived_field_stands_in_one_place() -> None:
    grades = {**license_type(PROPERTY).grades, "face/maskedLocation": 1}
    assert refusal({"maskedLocation": masked()}, grades=grades).code == "DERIVED_NAME"


def _sm3(data: bytes) -> bytes:
    return bytes.fromhex(reference.sm3_hash(list(data)))
