"""What is marked as a state secret is refused before anything of it is signed or recorded."""

from __future__ import annotations

import json
import secrets
from pathlib import Path
from typing import Any

import pytest

from ledger.domain.field_list import field_list
from ledger.domain.license_types import LicenseType, license_type
from ledger.domain.secrecy import require_unclassified_schema
from ledger.errors import RuleError
from tests.live import NATIONAL, LiveLedger

CODE = "11100000000013338W099"
MARKINGS = ["绝密", "机密", "秘密", "top_secret", "secret", "confidential", " Secret "]


def definition(**more: Any) -> dict[str, Any]:
    return {**license_type(NATIONAL).as_json(), "code": CODE, **more}


def added(live_ledger: LiveLedger, file: Path) -> tuple[int, str]:
    order = ("type", "add", str(file), "--region", "310118", "--by", str(live_ledger.key("qingpu")))
    status, told = live_ledger.attempt(*order)
    return status, str(told["code"])


def test_a_type_that_holds_state_secrets_is_not_registered(live_ledger: LiveLedger, tmp_path: Path) -> None:
    file, before = tmp_path / "type.json", live_ledger.ledger().reader.journal()[0]
    schema = definition()["schema"]
    marked = [
        *(definition(secrecy=each) for each in MARKINGS),
        definition(schema={**schema, "secrecy": "机密"}),
        {"code": CODE, "name": "示例", "schema": None, "scope": "REGIONAL", "sharing": "conditional",
         "acts": ["issue"], "secrecy": "confidential"},
    ]  # fmt: skip
    for form in marked:
        file.write_text(json.dumps(form, ensure_ascii=False))
        assert added(live_ledger, file) == (1, "CLASSIFIED_DATA"), form.get("secrecy")
    file.write_text(json.dumps(definition(secrecy="内部")))
    assert added(live_ledger, file) == (1, "SECRECY_UNKNOWN"), "what is not understood is not taken"
    assert live_ledger.ledger().reader.journal()[0] == before


def test_what_is_not_marked_is_a_type_as_before() -> None:
    assert LicenseType.from_json(definition(secrecy=None)) == LicenseType.from_json(definition())
    named = {"type": "object", "properties": {"secrecy": {"type": "string"}}}
    require_unclassified_schema(named, "a field that is called so")
    with pytest.raises(RuleError, match="CLASSIFIED_DATA"):
        require_unclassified_schema({"properties": {"a": {"type": "string", "secrecy": "秘密"}}}, "deep")


@pytest.mark.parametrize("marking", MARKINGS)
def test_a_field_list_with_a_marked_field_is_none(marking: str) -> None:
    with pytest.raises(RuleError, match="CLASSIFIED_DATA"):
        field_list([{"name": "a", "grade": 1}, {"name": "b", "grade": 2, "secrecy": marking}])


def test_a_resource_of_classified_data_is_not_registered(live_ledger: LiveLedger, tmp_path: Path) -> None:
    fields, schema = tmp_path / "fields", tmp_path / "schema.json"
    before = live_ledger.ledger().reader.journal()[0]
    order = ["resource", "add", "SECRET-" + secrets.token_hex(4).upper(), "--field-list", str(fields)]
    key = ["--key", str(live_ledger.key("issuer"))]
    for text, code in (
        ("name,grade,secrecy\na,1,\nb,2,机密\n", "CLASSIFIED_DATA"),
        ('{"format": "elicense-fields/1", "secrecy": "secret", "fields": [{"name": "a", "grade": 1}]}',
         "CLASSIFIED_DATA"),
        ("name,grade\na,1\nb,5\n", "GRADE_ABOVE_SENSITIVE"),
        ('{"format": "elicense-fields/1", "fields": [{"name": "a", "grade": 9}]}', "GRADE_ABOVE_SENSITIVE"),
    ):  # fmt: skip
        fields.write_text(text)
        status, told = live_ledger.attempt(*order, *key)
        assert (status, told["code"]) == (1, code), text
    fields.write_text("name,grade,secrecy\na,1,\n")
    schema.write_text('{"type": "object", "secrecy": "秘密"}')
    status, told = live_ledger.attempt(*order, "--schema", str(schema), *key)
    assert (status, told["code"]) == (1, "CLASSIFIED_DATA")
    assert "do not belong on this ledger" in told["error"]["remedy"]["en"]
    assert live_ledger.ledger().reader.journal()[0] == before
    assert live_ledger.attempt(*order, *key)[0] == 0, "an empty marking is none"


def test_an_input_has_no_place_for_a_marking(live_ledger: LiveLedger, tmp_path: Path) -> None:
    given = live_ledger.input()
    given["metadata"]["secrecy"] = "机密"
    file = tmp_path / "input.json"
    file.write_text(json.dumps(given, ensure_ascii=False))
    status, told = live_ledger.attempt("license", "issue", str(file), "--key", str(live_ledger.key("issuer")))
    assert (status, "metadata/secrecy" in json.dumps(told)) == (2, True), told
