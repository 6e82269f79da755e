"""Schemas of data sets with masked fields: what they may declare, and what is computed by them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ledger.adapters.clock import SystemEntropy
from ledger.adapters.outbox import FileOutbox
from ledger.domain.field_list import FieldList
from ledger.domain.row_schema import broken_in_row, read_row_schema, with_derived
from ledger.domain.sheet_rows import Cell, SheetRow
from ledger.errors import LedgerError, MalformedError, UsageError
from ledger.service.load_rows import TableForm
from ledger.service.party_texts import PartyTexts
from tests.unit.test_load_rows import RESOURCE

Json = dict[str, Any]
TITLE = {"zh": "代码（隐）", "en": "Code, masked"}
MASK: Json = {"from": "code", "rule": "mask", "start": 3, "end": 4, "title": TITLE, "grade": 2}
STREET: Json = {**MASK, "from": "address/street", "start": 1, "end": 0, "grade": 1}
TEXT = {"type": "string"}
SCHEMA: Json = {
    "type": "object",
    "properties": {"code": {**TEXT, "maxLength": 18}, "address": {"properties": {"street": TEXT}}},
}
LISTED = FieldList(("code", "address", "maskedCode", "street"), (3, 2, 2, 1))


def form(**derived: Json) -> Json:
    return {"format": "elicense-row-schema/1", "schema": SCHEMA, "derived": derived}


@pytest.mark.parametrize(
    ("derived", "code"),
    [
        ({"code": MASK}, "DERIVED_NAME"),
        ({"a/b": MASK}, "DERIVED_NAME"),
        ({"maskedCode": {**MASK, "from": "number"}}, "DERIVED_SOURCE"),
        ({"maskedCode": {**MASK, "from": "holders/0/code"}}, "DERIVED_SOURCE"),
        ({"maskedCode": MASK, "again": {**MASK, "from": "maskedCode"}}, "DERIVED_OF_DERIVED"),
        ({"maskedCode": {**MASK, "start": 9}}, "DERIVED_MASK"),
        ({"maskedCode": MASK, "again": {**MASK, "start": 0}}, "DERIVED_MASK_TWICE"),
        ({"maskedCode": {**MASK, "rule": "year"}}, "DERIVED_FORM"),
        ({"maskedCode": {**MASK, "grade": "2"}}, "DERIVED_FORM"),
    ],
)
def test_what_a_type_may_not_declare_a_data_set_may_not_either(derived: Json, code: str) -> None:
    with pytest.raises(MalformedError) as refused:
        read_row_schema(form(**derived))
    assert refused.value.code == code


def test_a_form_of_another_kind_is_refused_and_a_plain_schema_declares_nothing() -> None:
    for wrong in ({**form(), "more": 1}, {**form(), "schema": []}):
        with pytest.raises(MalformedError, match="ROW_SCHEMA_MALFORMED"):
            read_row_schema(wrong)
    plain = read_row_schema(SCHEMA)
    assert (plain.derived, plain.digest == read_row_schema(form()).digest) == ({}, False)


def test_derived_fields_have_to_be_listed_with_their_grade_and_none_above_the_source() -> None:
    schema = read_row_schema(form(maskedCode=MASK, street=STREET))
    schema.require_listed(LISTED)
    lists = {
        "ROW_DERIVED_UNLISTED": [
            FieldList(("code", "address"), (3, 2)),
            FieldList(LISTED.names, (3, 2, 3, 1)),
        ],
        "DERIVED_GRADE": [
            FieldList(LISTED.names, (1, 2, 2, 1)),
            FieldList(("code", "maskedCode", "street"), (3, 2, 1)),
        ],
    }
    for code, each in lists.items():
        for listed in each:
            with pytest.raises(MalformedError) as refused:
                schema.require_listed(listed)
            assert refused.value.code == code


def test_rows_have_what_follows_from_them_and_nothing_else_in_its_place() -> None:
    derived = read_row_schema(form(maskedCode=MASK, street=STREET)).derived
    row: Json = {"code": "91330000EXAMPLE01A", "address/street": "示例路"}
    made = with_derived(derived, row)
    hidden = f"913{'*' * 11}E01A"
    assert made == {**row, "maskedCode": hidden, "street": "示**"}
    assert with_derived(derived, {**row, "maskedCode": hidden}) == made, "the same again"
    assert with_derived(derived, {**row, "maskedCode": row["code"]}) is None
    assert with_derived(derived, {**row, "maskedCode/x": row["code"]}) is None, "nor under its name"
    assert with_derived(derived, {"code": None, "maskedCode": None}) == {"code": None, "maskedCode": None}
    assert made is not None
    assert broken_in_row(derived, made) == []
    assert broken_in_row(derived, {**made, "maskedCode": "9" * 18}) == ["maskedCode"]
    assert broken_in_row(derived, {"maskedCode": "9" * 18}) == [], "alone nothing can be said"


def test_a_line_that_says_something_else_is_named() -> None:
    derived = read_row_schema(form(maskedCode=MASK)).derived
    table = TableForm(RESOURCE, LISTED, "code", None, derived)
    row = SheetRow(3, (Cell('{"code": "7", "maskedCode": "7"}'),))
    with pytest.raises(LedgerError) as refused:
        table.fields(row)
    assert refused.value.code == "ROWS_LINE"
    assert (refused.value.fields["line"], refused.value.fields["reason"]) == (3, "FIELD_DERIVED")


def test_a_home_keeps_the_schema_that_the_ledger_has_and_no_other(tmp_path: Path) -> None:
    texts = PartyTexts(FileOutbox(tmp_path), SystemEntropy())
    schema, plain = read_row_schema(form(maskedCode=MASK)), read_row_schema(SCHEMA)
    assert texts.schema_of(schema.digest) is None
    assert texts.schema_of(schema.digest, schema) == texts.schema_of(schema.digest) == schema
    with pytest.raises(UsageError, match="ROW_SCHEMA_OTHER"):
        texts.schema_of(schema.digest, plain)
    texts.keep_schema(plain)
    assert texts.schema_of(plain.digest) == plain
