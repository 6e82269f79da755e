"""Identifiers against the published vectors, and the rules that keep look-alikes out."""

from __future__ import annotations

import json
import string
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.domain.identifiers import (
    CitizenId,
    LicenseIdentifier,
    RegionCode,
    Uscc,
    examine,
    is_type_code,
    mod37_36_check,
    organisation_code_check,
    uscc_check,
)
from ledger.domain.regions import ancestors, covers, find_regions, full_region_name, region_name, region_table
from ledger.errors import MalformedError

VECTORS = json.loads((Path(__file__).parents[1] / "vectors" / "sm_vectors.json").read_text(encoding="utf-8"))
IDENTIFIERS = VECTORS["certificate_identifier"]
IDENTIFIER = "1.2.156.3005.2.11100000000013338W011.11310000MB0TE5T1XB.2025ABCDEFGH00000001.001.S"
PARTS = ("11100000000013338W011", "11310000MB0TE5T1XB", "2025ABCDEFGH00000001")
FULL_WIDTH = str.maketrans(
    string.digits + string.ascii_uppercase,
    "".join(map(chr, [*range(0xFF10, 0xFF1A), *range(0xFF21, 0xFF3B)])),
)


def code_of(call, *args, **options) -> str:
    with pytest.raises(MalformedError) as caught:
        call(*args, **options)
    return caught.value.code


@pytest.mark.parametrize("vector", IDENTIFIERS["valid"], ids=lambda vector: vector["id"][-14:])
def test_published_license_identifiers_are_read_and_composed_alike(vector):
    read = LicenseIdentifier.parse(vector["id"], strict=False)
    assert (read.type_code, read.issuer_code, read.serial, read.version, read.check) == tuple(
        vector[name] for name in ("type_code", "issuer_code", "serial", "version", "check")
    )
    assert read.text == vector["id"]
    assert read.is_strict is vector["strict"]
    assert examine(vector["id"]).valid is vector["strict"]
    if vector["strict"]:
        assert LicenseIdentifier.compose(read.type_code, read.issuer_code, read.serial, read.version) == read


@pytest.mark.parametrize("vector", IDENTIFIERS["invalid"], ids=lambda vector: vector["name"])
@pytest.mark.parametrize("lenient", [False, True], ids=["strict", "lenient"])
def test_bad_license_identifiers_are_refused_under_both_rules(vector, lenient):
    found = examine(vector["id"], lenient=lenient)
    assert found.kind == "license"
    assert not found.valid
    assert found.reason is not None


def test_the_check_character_meets_the_independent_anchor():
    for vector in IDENTIFIERS["mod37_36_extra"]:
        assert mod37_36_check(vector["body"]) == vector["check"]


@pytest.mark.parametrize("vector", VECTORS["uscc_gb32100"]["vectors"], ids=lambda vector: vector["code"])
def test_credit_codes_are_judged_as_published(vector):
    assert examine(vector["code"], "uscc").valid is vector["valid"]


@pytest.mark.parametrize(
    "vector", VECTORS["citizen_id_gb11643"]["vectors"], ids=lambda vector: vector["code"]
)
def test_citizen_ids_are_judged_as_published(vector):
    found = examine(vector["code"])
    assert found.kind == "citizen"
    assert found.valid is vector["valid"]


def test_an_impossible_date_of_birth_is_named_although_the_check_fits():
    assert code_of(CitizenId.parse, "330421190002290022") == "CITIZEN_ID_DATE"


def test_every_region_of_the_published_excerpt_has_its_name():
    excerpt = VECTORS["gb2260_regions"]
    assert len(excerpt["codes"]) == 118
    assert {code: region_name(code) for code in excerpt["codes"]} == excerpt["codes"]
    assert excerpt["revision"].startswith(region_table().revision)


def test_every_listed_region_but_a_province_lies_in_a_listed_province():
    for code in region_table().names:
        above = ancestors(code)
        assert (above == ()) is code.endswith("0000")
        assert all(covers(superior, code) and not covers(code, superior) for superior in above)


def test_a_region_covers_itself_and_what_lies_inside_only():
    assert covers("330421", "330421")
    assert covers("330000", "330421")
    assert covers("330400", "330421")
    assert not covers("330500", "330421")
    assert not covers("310000", "330421")
    assert not covers("330421", "330400")


def test_an_abolished_region_is_accepted_on_import_only():
    assert code_of(RegionCode.parse, "440524") == "REGION_UNKNOWN"
    old = RegionCode.parse("440524", strict=False)
    assert old.name is None
    assert [str(region) for region in old.ancestors()] == ["440500", "440000"]
    assert examine("440524", lenient=True).valid


def test_a_code_without_a_province_is_refused_even_on_import():
    for text in ("990101", "000000", "31011", "3101180", "31011a", ""):
        assert code_of(RegionCode.parse, text, strict=False) == "REGION_FORM"


def test_names_are_looked_up_both_ways():
    assert [str(region) for region in find_regions("石泉县")] == ["610922"]
    assert len(find_regions("朝阳区")) == 2
    assert find_regions("没有这个县") == ()
    assert full_region_name("310118") == "上海市青浦区"
    assert full_region_name("610922") == "陕西省安康市石泉县"


@pytest.mark.parametrize(
    "text",
    [IDENTIFIER, "91310118MA0DEMX13U", "310101190001010011", "310118"],
    ids=["license", "uscc", "citizen", "region"],
)
@pytest.mark.parametrize("lenient", [False, True], ids=["strict", "lenient"])
def test_look_alike_characters_are_never_folded(text, lenient):
    kind = examine(text).kind
    assert examine(text, kind, lenient=lenient).valid
    for other in (
        text.translate(FULL_WIDTH),
        text + " ",
        " " + text,
        text + "\n",
        text[:-1] + "\u0661",
        text + "\u200b",
    ):
        assert not examine(other, kind, lenient=lenient).valid, ascii(other)
    if text != text.lower():
        assert not examine(text.lower(), kind, lenient=lenient).valid


def test_every_substituted_character_of_an_identifier_is_noticed():
    root, body = IDENTIFIER[:15], IDENTIFIER[15:]
    tried = 0
    for place, old in enumerate(body):
        if old == ".":
            continue
        for new in string.digits + string.ascii_uppercase:
            if new != old:
                tried += 1
                assert not examine(
                    root + body[:place] + new + body[place + 1 :], "license", lenient=True
                ).valid
    assert tried == 2205


def test_every_substituted_character_of_a_credit_code_or_citizen_id_is_noticed():
    for text, kind in (("91310118MA0DEMX13U", "uscc"), ("310101190001010011", "citizen")):
        for place, old in enumerate(text):
            for new in string.digits + string.ascii_uppercase:
                if new != old:
                    assert not examine(text[:place] + new + text[place + 1 :], kind).valid


def test_both_checks_of_a_credit_code_count():
    body = "91310118MA0DEMX2"
    assert organisation_code_check(body[8:]) != "3"
    inner_wrong = body + "3"
    assert code_of(Uscc.parse, inner_wrong + uscc_check(inner_wrong)) == "USCC_ORGANISATION_CHECK"
    assert code_of(Uscc.parse, "91310118MA0DEMX13A") == "USCC_CHECK"


@pytest.mark.parametrize(
    ("arguments", "part"),
    [
        (("11100000000013338X011", *PARTS[1:]), "type"),
        (("11100000000013338W01A", *PARTS[1:]), "type"),
        ((PARTS[0], "340100", PARTS[2]), "issuer"),
        ((PARTS[0], "11310000MB0TE5T1XA", PARTS[2]), "issuer"),
        ((*PARTS[:2], ""), "serial"),
        ((*PARTS[:2], "A" * 65), "serial"),
        ((*PARTS[:2], "2025-1"), "serial"),
        ((*PARTS[:2], "证1"), "serial"),
        ((*PARTS, "000"), "version"),
        ((*PARTS, "1"), "version"),
        ((*PARTS, "1000"), "version"),
    ],
)
def test_composing_names_the_part_that_breaks_its_rule(arguments, part):
    with pytest.raises(MalformedError) as caught:
        LicenseIdentifier.compose(*arguments)
    assert caught.value.code == "IDENTIFIER_PART"
    assert caught.value.fields == {"part": part}


def test_the_next_version_changes_version_and_check_only():
    second = LicenseIdentifier.compose(*PARTS).next_version()
    assert second.text == next(v["id"] for v in IDENTIFIERS["valid"] if v["check"] == "Q")
    last = LicenseIdentifier.compose(*PARTS, "999")
    assert code_of(last.next_version) == "IDENTIFIER_PART"


def test_a_wrong_check_tells_the_right_one_but_a_citizen_id_is_never_repeated():
    assert examine(IDENTIFIER[:-1] + "0").expected_check == "S"
    person = "110105194912310021"
    found = examine(person)
    assert found.expected_check == "X"
    assert person not in str(found.reason)
    assert found.reason is not None and found.reason.fields == {}
    assert person[6:] not in repr(CitizenId.parse("11010519491231002X"))


def test_kinds_are_told_apart_without_being_named():
    assert examine("11110000000021135M").kind == "uscc"
    assert examine("914403001922038216").kind == "uscc"
    assert examine("11010519491231002X").kind == "citizen"
    assert examine("310118").kind == "region"
    for text in ("", "hello", "1.2.3", IDENTIFIER[:-2]):
        assert examine(text).kind == "license"


@given(st.text(max_size=40), st.sampled_from(["license", "uscc", "citizen", "region", None]), st.booleans())
def test_no_text_makes_the_examination_fail(text, kind, lenient):
    found = examine(text, kind, lenient=lenient)
    assert found.valid is (found.reason is None)
    assert found.valid or not found.strict


@given(
    st.text(alphabet=string.digits + string.ascii_uppercase, min_size=1, max_size=64),
    st.integers(min_value=1, max_value=999),
)
def test_what_is_composed_parses_back(serial, version):
    made = LicenseIdentifier.compose(*PARTS[:2], serial, f"{version:03d}")
    assert LicenseIdentifier.parse(made.text) == made


def test_type_codes_carry_a_right_credit_code():
    assert is_type_code("11100000MB03271699001")
    assert not is_type_code("11100000MB03271698001")
    assert not is_type_code("11100000MB0327169900１")
