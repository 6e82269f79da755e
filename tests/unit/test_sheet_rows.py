"""From sheet row to license input: every column, every form of cell, every kind of bad row by name."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.domain.canonical import canonical
from ledger.domain.document import build_license, license_faults
from ledger.domain.license_types import EXAMPLES, LicenseType, builtin_types, example_input, license_type
from ledger.domain.sheet_rows import (
    LONGEST_CELL,
    REASON_COLUMN,
    Cell,
    CellFault,
    CellKind,
    InputRows,
    RowFault,
    SheetRow,
    read_header,
    row_input,
)
from ledger.errors import MalformedError

SAFETY = license_type("11100000000013338W011")
CONSTRUCTOR = license_type("11100000000013338W001")
PROPERTY = license_type("11100000MB03271699001")
BUSINESS = license_type("11100000MB0TE5T605001")
KEY = (
    "0432c4ae2c1f1981195f9904466a39c9948fe30bbff2660be1715a4589334c74c7"
    "bc3736a2f4f6779c59bdcee36b692153d0a9877cc62a474002df32e52139f0a0"
)
OWN = "1.2.156.3005.2.11100000000013338W011.11310000MB0TE5T1XB.2025ABCDEFGH00000001.001.S"


def flat(value: object, path: str = "") -> dict[str, object]:
    """A license input as columns, list by list and object by object."""
    if isinstance(value, dict):
        return {k: v for name, inner in value.items() for k, v in flat(inner, f"{path}.{name}").items()}
    if isinstance(value, list):
        return {k: v for place, inner in enumerate(value) for k, v in flat(inner, f"{path}.{place}").items()}
    return {path.removeprefix(".metadata").removeprefix("."): value}


def columns(name: str = "safety_certificate") -> dict[str, str]:
    """An example as one row of text."""
    given_input = example_input(name)
    return {
        column: "长期" if value is None else str(value)
        for column, value in flat(given_input).items()
        if not (value is None and column in ("holderKey", "holderEncryptionKey", "layout"))
    }


def read(
    row: dict[str, str | Cell], kind: LicenseType = SAFETY, line: int = 2
) -> dict[str, object] | list[RowFault]:
    cells = tuple(cell if isinstance(cell, Cell) else Cell(cell) for cell in row.values())
    return row_input(SheetRow(line, cells, tuple(row)), kind)


def refused(row: dict[str, str | Cell], kind: LicenseType = SAFETY) -> list[tuple[str, str]]:
    found = read(row, kind)
    assert isinstance(found, list), "the row was taken"
    for fault in found:
        assert fault.line == 2
        assert set(fault.message) == {"zh", "en"}
        assert "?" not in fault.message["en"].replace("#NAME?", ""), fault
    return [(fault.field, fault.code) for fault in found]


@pytest.mark.parametrize("name", EXAMPLES)
def test_every_example_comes_out_of_a_row_as_it_is(name: str) -> None:
    expected = example_input(name)
    kind = license_type(expected["metadata"]["certificateTypeCode"])
    found = read(columns(name), kind)
    assert isinstance(found, dict), found
    assert build_license(found, kind) == build_license(expected, kind)


@pytest.mark.parametrize("name", EXAMPLES)
def test_a_line_of_json_is_the_license_input_itself(name: str) -> None:
    expected = example_input(name)
    kind = license_type(expected["metadata"]["certificateTypeCode"])
    found = row_input(SheetRow(1, (Cell(canonical(expected).decode()),)), kind)
    assert found == expected


def test_one_holder_may_be_named_by_the_metadata_columns() -> None:
    row = columns()
    for own, other in (("name", "Name"), ("code", "Code"), ("codeType", "TypeCode")):
        row[f"certificateHolder{other}"] = row.pop(f"holders.0.{own}")
    found = read(row)
    assert isinstance(found, dict)
    assert build_license(found, SAFETY)["holders"] == example_input("safety_certificate")["holders"]


def test_several_holders_come_from_numbered_columns() -> None:
    found = read(columns("property_certificate"), PROPERTY)
    assert isinstance(found, dict)
    assert found["holders"] == example_input("property_certificate")["holders"]


def test_unused_places_of_a_list_are_left_out() -> None:
    row = columns("constructor_registration") | {
        "face.specialties.1.name": "",
        "face.specialties.1.validUntil": "",
    }
    found = read(row, CONSTRUCTOR)
    assert isinstance(found, dict)
    assert [entry["name"] for entry in found["face"]["specialties"]] == ["建筑工程"]


@pytest.mark.parametrize("text", ['["1/2", "1/2"]', "1/2^1/2"])
def test_a_list_in_one_cell_is_json_or_separated(text: str) -> None:
    row = columns("property_certificate")
    del row["face.shares.0"], row["face.shares.1"]
    found = read(row | {"face.shares": text}, PROPERTY)
    assert isinstance(found, dict)
    assert found["face"]["shares"] == ["1/2", "1/2"]


def test_objects_of_a_list_in_one_cell_are_json() -> None:
    row = {name: text for name, text in columns().items() if "continuingEducation" not in name}
    found = read(row | {"face.continuingEducation": '[{"year": 2024, "hours": 24}]'})
    assert isinstance(found, dict)
    assert found["face"]["continuingEducation"] == [{"year": 2024, "hours": 24}]


def test_days_may_be_cells_of_dates_or_eight_digits() -> None:
    row = columns() | {
        "certificateIssuedDate": Cell("2025-03-10", CellKind.DATE),
        "certificateEffectiveDate": "20250310",
        "face.birthDate": "19000101",
    }
    found = read(row)
    assert isinstance(found, dict)
    assert (
        found["metadata"]["certificateEffectiveDate"]
        == found["metadata"]["certificateIssuedDate"]
        == "2025-03-10"
    )
    assert found["face"]["birthDate"] == "1900-01-01"


def test_an_integer_may_be_a_number_cell_and_a_long_term_is_null() -> None:
    row = columns("business_license") | {"face.copyNumber": Cell("2", CellKind.NUMBER)}
    found = read(row, BUSINESS)
    assert isinstance(found, dict)
    assert found["face"]["copyNumber"] == 2
    assert found["face"]["operatingPeriodEnd"] is None
    assert build_license(found, BUSINESS)["metadata"]["certificateExpiringDate"] is None


def test_keys_origin_and_extended_metadata_have_columns() -> None:
    row = columns() | {
        "holderKey": KEY,
        "holderEncryptionKey": KEY,
        "extendInfo.batch": "甲",
        "origin": "collected",
    }
    found = read(row)
    assert isinstance(found, dict)
    assert (found["holderKey"], found["origin"]) == (KEY, "collected")
    assert found["metadata"]["extendInfo"] == {"batch": "甲"}


def test_what_all_rows_share_is_given_once_and_a_cell_overrules_it() -> None:
    row = columns()
    code, area = row.pop("certificateIssuingAuthorityCode"), row["certificateAreaCode"]
    shared = {"certificateIssuingAuthorityCode": code, "certificateAreaCode": "330421"}
    found = row_input(SheetRow(2, tuple(map(Cell, row.values())), tuple(row)), SAFETY, shared)
    assert isinstance(found, dict)
    assert found["metadata"]["certificateIssuingAuthorityCode"] == code
    assert found["metadata"]["certificateAreaCode"] == area


def test_a_sheet_that_was_rejected_goes_in_again() -> None:
    found = read(columns() | {REASON_COLUMN: "SHEET_FORMULA: …"})
    assert found == read(columns())
    line = canonical(example_input("safety_certificate") | {REASON_COLUMN: "x"}).decode()
    assert row_input(SheetRow(1, (Cell(line),)), SAFETY) == example_input("safety_certificate")


@pytest.mark.parametrize(
    "name",
    [
        "示例持证人𠮷",  # outside the basic plane: four bytes in GB 18030
        "示例㐂䶮",
        "买买提·艾力",
        "葛\U000e0100城",  # an ideographic variation
        "豈",  # a compatibility ideograph, which NFC would replace
        "示例・Ａ公司",
    ],
)
def test_names_stay_as_they_are(name: str) -> None:
    found = read(columns() | {"holders.0.name": name, "certificateHolderName": name})
    assert isinstance(found, dict)
    assert found["holders"][0]["name"] == name


BAD: dict[str, tuple[dict[str, str | Cell], str, str]] = {
    "serial missing": ({"serial": ""}, "serial", "FIELD_REQUIRED"),
    "serial blank": ({"serial": " \u3000"}, "serial", "FIELD_REQUIRED"),
    "serial scientific": ({"serial": "2.02503E+17"}, "serial", "SHEET_SCIENTIFIC"),
    "serial scientific without point": ({"serial": "2E+17"}, "serial", "SHEET_SCIENTIFIC"),
    "serial scientific in small letters": ({"serial": "2.0e17"}, "serial", "SHEET_SCIENTIFIC"),
    "serial as number": ({"serial": Cell("2025", CellKind.NUMBER)}, "serial", "SHEET_NUMBER_NOT_TEXT"),
    "serial as date": ({"serial": Cell("2025-01-01", CellKind.DATE)}, "serial", "SHEET_DATE_NOT_TEXT"),
    "serial as truth value": ({"serial": Cell("true", CellKind.BOOLEAN)}, "serial", "SHEET_CELL_KIND"),
    "serial as formula cell": ({"serial": Cell("=A1+1", CellKind.FORMULA)}, "serial", "SHEET_FORMULA"),
    "serial as formula text": ({"serial": '="00123"'}, "serial", "SHEET_FORMULA"),
    "serial as error cell": ({"serial": Cell("#REF!", CellKind.ERROR)}, "serial", "SHEET_ERROR_CELL"),
    "serial as error text": ({"serial": "#N/A"}, "serial", "SHEET_ERROR_CELL"),
    "serial too narrow to show": ({"serial": "########"}, "serial", "SHEET_ERROR_CELL"),
    "serial in full-width digits": ({"serial": "２０２５０００１"}, "serial", "SHEET_FULL_WIDTH"),
    "serial in full-width letters": ({"serial": "ＡＢ01"}, "serial", "SHEET_FULL_WIDTH"),
    "serial in small letters": ({"serial": "2025abc"}, "serial", "IDENTIFIER_PART"),
    "serial with a hyphen": ({"serial": "2025-0001"}, "serial", "IDENTIFIER_PART"),
    "serial with a space after": ({"serial": "20250001 "}, "serial", "SHEET_BLANK_EDGE"),
    "serial with a space before": ({"serial": "\u00a020250001"}, "serial", "SHEET_BLANK_EDGE"),
    "serial with a zero-width space": ({"serial": "2025\u200b0001"}, "serial", "SHEET_INVISIBLE"),
    "serial with a byte-order mark": ({"serial": "\ufeff20250001"}, "serial", "SHEET_INVISIBLE"),
    "serial of 65": ({"serial": "1" * 65}, "serial", "IDENTIFIER_PART"),
    "number as number": (
        {"certificateNumber": Cell("2025", CellKind.NUMBER)},
        "certificateNumber",
        "SHEET_NUMBER_NOT_TEXT",
    ),
    "number with full-width digits": (
        {"certificateNumber": "沪建安（２０２５）1"},
        "certificateNumber",
        "SHEET_FULL_WIDTH",
    ),
    "number with a control character": (
        {"certificateNumber": "沪\x07建"},
        "certificateNumber",
        "FIELD_PATTERN",
    ),
    "type of another sheet": (
        {"certificateTypeCode": "11100000000013338W001"},
        "certificateTypeCode",
        "FIELD_CONTRADICTS",
    ),
    "version 000": ({"certificateVersion": "000"}, "certificateVersion", "IDENTIFIER_PART"),
    "version without zeros": ({"certificateVersion": "1"}, "certificateVersion", "IDENTIFIER_PART"),
    "issuer name missing": (
        {"certificateIssuingAuthorityName": ""},
        "certificateIssuingAuthorityName",
        "FIELD_REQUIRED",
    ),
    "issuer code missing": (
        {"certificateIssuingAuthorityCode": ""},
        "certificateIssuingAuthorityCode",
        "FIELD_REQUIRED",
    ),
    "issuer code mistyped": (
        {"certificateIssuingAuthorityCode": "11310000MB0TE5T1XC"},
        "certificateIssuingAuthorityCode",
        "USCC_CHECK",
    ),
    "issuer code short": (
        {"certificateIssuingAuthorityCode": "11310000MB0TE5T1X"},
        "certificateIssuingAuthorityCode",
        "USCC_FORM",
    ),
    "issued day missing": ({"certificateIssuedDate": ""}, "certificateIssuedDate", "FIELD_REQUIRED"),
    "issued day not in the calendar": (
        {"certificateIssuedDate": "2025-02-29"},
        "certificateIssuedDate",
        "FIELD_DATE",
    ),
    "issued day in eight digits not in the calendar": (
        {"certificateIssuedDate": "20251301"},
        "certificateIssuedDate",
        "FIELD_DATE",
    ),
    "issued day with slashes": (
        {"certificateIssuedDate": "2025/3/10"},
        "certificateIssuedDate",
        "FIELD_DATE",
    ),
    "issued day in Chinese": (
        {"certificateIssuedDate": "2025年3月10日"},
        "certificateIssuedDate",
        "FIELD_DATE",
    ),
    "issued day as serial number": (
        {"certificateIssuedDate": Cell("45726", CellKind.NUMBER)},
        "certificateIssuedDate",
        "SHEET_NUMBER_NOT_TEXT",
    ),
    "issued day with a time": (
        {"certificateIssuedDate": Cell("2025-03-10 08:30:00", CellKind.DATE)},
        "certificateIssuedDate",
        "FIELD_DATE",
    ),
    "issued day in full-width digits": (
        {"certificateIssuedDate": "２０２５0310"},
        "certificateIssuedDate",
        "SHEET_FULL_WIDTH",
    ),
    "issued day scientific": (
        {"certificateIssuedDate": "2.02503E+07"},
        "certificateIssuedDate",
        "SHEET_SCIENTIFIC",
    ),
    "issued for ever": ({"certificateIssuedDate": "长期"}, "certificateIssuedDate", "FIELD_DATE"),
    "last day empty": ({"certificateExpiringDate": ""}, "certificateExpiringDate", "FIELD_REQUIRED"),
    "last day before the first": (
        {"certificateExpiringDate": "2025-03-09"},
        "certificateExpiringDate",
        "FIELD_DATE_ORDER",
    ),
    "region unknown": ({"certificateAreaCode": "990000"}, "certificateAreaCode", "REGION_FORM"),
    "region missing": ({"certificateAreaCode": ""}, "certificateAreaCode", "FIELD_REQUIRED"),
    "holder name missing": ({"holders.0.name": ""}, "holders.0.name", "FIELD_REQUIRED"),
    "holder name with a lost character": (
        {"holders.0.name": "示例\ufffd"},
        "holders.0.name",
        "SHEET_LOST_CHARACTER",
    ),
    "holder name turned around": ({"holders.0.name": "示例\u202e甲"}, "holders.0.name", "SHEET_INVISIBLE"),
    "holder name on two lines": ({"holders.0.name": "示例\n甲"}, "holders.0.name", "FIELD_PATTERN"),
    "holder name as a number": (
        {"holders.0.name": Cell("7", CellKind.NUMBER)},
        "holders.0.name",
        "SHEET_NUMBER_NOT_TEXT",
    ),
    "holder code rounded": ({"holders.0.code": "310101190001010000"}, "holders.0.code", "CITIZEN_ID_CHECK"),
    "holder code scientific": ({"holders.0.code": "3.10101E+17"}, "holders.0.code", "SHEET_SCIENTIFIC"),
    "holder code short": ({"holders.0.code": "31010119000101001"}, "holders.0.code", "CITIZEN_ID_FORM"),
    "holder code in full-width digits": (
        {"holders.0.code": "３10101190001010011"},
        "holders.0.code",
        "SHEET_FULL_WIDTH",
    ),
    "holder code type unknown": ({"holders.0.codeType": "112"}, "holders.0.codeType", "FIELD_CHOICE"),
    "holder code type without zeros": ({"holders.0.codeType": "1"}, "holders.0.codeType", "FIELD_CHOICE"),
    "second holder but no first": (
        {"holders.1.name": "乙", "holders.0.name": "", "holders.0.code": "", "holders.0.codeType": ""},
        "holders.0.name",
        "SHEET_LIST_GAP",
    ),
    "origin unknown": ({"origin": "copied"}, "origin", "FIELD_CHOICE"),
    "holder key no point": ({"holderKey": "04" + "11" * 64}, "holderKey", "FIELD_KEY"),
    "holder key in capitals": ({"holderKey": KEY.upper()}, "holderKey", "FIELD_KEY"),
    "encryption key alone": ({"holderEncryptionKey": KEY}, "holderKey", "HOLDER_KEY_MISSING"),
    "face field missing": ({"face.sex": ""}, "face.sex", "FIELD_REQUIRED"),
    "face field not of the list": ({"face.sex": "M"}, "face.sex", "FIELD_CHOICE"),
    "face field too long": ({"face.post": "长" * 61}, "face.post", "FIELD_LENGTH"),
    "face code mistyped": ({"face.employerCode": "91310118MA0DEMX13V"}, "face.employerCode", "FIELD_PATTERN"),
    "face day wrong": ({"face.birthDate": "1900-02-30"}, "face.birthDate", "FIELD_DATE"),
    "face integer with a fraction": (
        {"face.continuingEducation.0.hours": Cell("24.5", CellKind.NUMBER)},
        "face.continuingEducation.0.hours",
        "FIELD_TYPE",
    ),
    "face integer with a thousands mark": (
        {"face.continuingEducation.0.hours": "1,000"},
        "face.continuingEducation.0.hours",
        "FIELD_TYPE",
    ),
    "face integer in full-width digits": (
        {"face.continuingEducation.0.hours": "２４"},
        "face.continuingEducation.0.hours",
        "SHEET_FULL_WIDTH",
    ),
    "face integer beyond all": (
        {"face.continuingEducation.0.hours": "9007199254740993"},
        "face.continuingEducation.0.hours",
        "JSON_INTEGER_RANGE",
    ),
    "face integer as truth value": (
        {"face.continuingEducation.0.hours": Cell("true", CellKind.BOOLEAN)},
        "face.continuingEducation.0.hours",
        "SHEET_CELL_KIND",
    ),
    "face integer out of range": (
        {"face.continuingEducation.0.year": "1789"},
        "face.continuingEducation.0.year",
        "FIELD_RULE",
    ),
    "gap in a list": (
        {"face.continuingEducation.0.year": "", "face.continuingEducation.0.hours": ""},
        "face.continuingEducation.0.year",
        "SHEET_LIST_GAP",
    ),
    "half an entry of a list": (
        {"face.continuingEducation.1.hours": ""},
        "face.continuingEducation.1.hours",
        "FIELD_REQUIRED",
    ),
    "cell too long": ({"face.employer": "长" * (LONGEST_CELL + 1)}, "face.employer", "SHEET_CELL_TOO_LONG"),
    "layout digest wrong": ({"layout.sm3": "66C7"}, "layout.sm3", "FIELD_PATTERN"),
    "layout without digest": ({"layout.sm3": ""}, "layout.sm3", "FIELD_REQUIRED"),
    "identifier with a wrong check": (
        {"certificateIdentifier": OWN[:-1] + "T"},
        "certificateIdentifier",
        "IDENTIFIER_CHECK",
    ),
    "identifier of another serial": (
        {"certificateIdentifier": OWN, "serial": "7"},
        "certificateIdentifier",
        "FIELD_CONTRADICTS",
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_row_is_refused_at_its_column(name: str) -> None:
    change, field, code = BAD[name]
    assert (field, code) in refused(columns() | change)


def test_there_are_enough_kinds_of_bad_rows() -> None:
    assert len(BAD) >= 60


def test_a_serial_that_only_resembles_a_power_is_taken() -> None:
    assert isinstance(read(columns() | {"serial": "1E17"}), dict)


def test_every_fault_of_a_row_is_told_once() -> None:
    found = refused(columns() | {"serial": "2.1E+17", "certificateIssuedDate": "x", "face.sex": "M"})
    assert sorted(found) == [
        ("certificateIssuedDate", "FIELD_DATE"),
        ("face.sex", "FIELD_CHOICE"),
        ("serial", "SHEET_SCIENTIFIC"),
    ]


def test_a_fault_names_the_column_as_the_header_does_and_never_the_cell() -> None:
    row = columns()
    for own, other in (("name", "Name"), ("code", "Code"), ("codeType", "TypeCode")):
        row[f"certificateHolder{other}"] = row.pop(f"holders.0.{own}")
    found = read(row | {"certificateHolderCode": "310101190001010012"})
    assert isinstance(found, list)
    assert {fault.field for fault in found} == {"certificateHolderCode"}
    assert "310101190001010012" not in json.dumps([fault.as_json() for fault in found])


@pytest.mark.parametrize(("more", "code"), [(-1, "SHEET_CELLS_TOO_FEW"), (1, "SHEET_CELLS_TOO_MANY")])
def test_a_row_with_another_number_of_cells_is_refused(more: int, code: str) -> None:
    row = columns()
    cells = tuple(map(Cell, [*row.values(), "x"][: len(row) + more]))
    found = row_input(SheetRow(5, cells, tuple(row)), SAFETY)
    assert isinstance(found, list)
    assert [(fault.line, fault.field, fault.code) for fault in found] == [(5, "", code)]


def test_empty_cells_beyond_the_header_are_no_matter() -> None:
    row = columns()
    cells = tuple(map(Cell, [*row.values(), "", " "]))
    assert isinstance(row_input(SheetRow(5, cells, tuple(row)), SAFETY), dict)


def test_what_the_reader_found_is_reported_and_the_row_not_looked_at() -> None:
    row = columns()
    faults = (CellFault("SHEET_CELL_TOO_LONG", 1, {"limit": 9}), CellFault("SHEET_QUOTE"))
    found = row_input(SheetRow(5, tuple(map(Cell, row.values())), tuple(row), faults), SAFETY)
    assert isinstance(found, list)
    assert [(fault.field, fault.code) for fault in found] == [
        (list(row)[1], "SHEET_CELL_TOO_LONG"),
        ("", "SHEET_QUOTE"),
    ]


def test_the_later_of_two_rows_with_one_identifier_is_refused() -> None:
    row = columns()
    rows = InputRows(tuple(row), SAFETY)

    def taken(line: int, **change: str) -> object:
        cells = tuple(map(Cell, (row | change).values()))
        return rows.read(SheetRow(line, cells, tuple(row)))

    assert isinstance(taken(2), dict)
    assert isinstance(taken(3, serial="7"), dict)
    again = taken(4)
    assert isinstance(again, list)
    assert [(fault.line, fault.field, fault.code) for fault in again] == [(4, "serial", "SHEET_DUPLICATE")]
    assert "line 2" in again[0].message["en"]


def test_a_bad_row_does_not_count_as_the_first_of_two() -> None:
    row = columns()
    rows = InputRows(tuple(row), SAFETY)
    bad = tuple(map(Cell, (row | {"face.sex": "M"}).values()))
    assert isinstance(rows.read(SheetRow(2, bad, tuple(row))), list)
    assert isinstance(rows.read(SheetRow(3, tuple(map(Cell, row.values())), tuple(row))), dict)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("{", "JSON_SYNTAX"),
        ("[]", "JSON_NOT_OBJECT"),
        ('{"serial": "1", "serial": "2"}', "JSON_DUPLICATE_KEY"),
        ('{"serial": 1.5}', "JSON_FLOAT"),
        ('{"serial": 1e3}', "JSON_FLOAT"),
        ('{"serial": 99999999999999999999}', "JSON_INTEGER_RANGE"),
        ('{"serial": "\\ud800"}', "JSON_SURROGATE"),
        ("[" * 40 + "]" * 40, "JSON_TOO_DEEP"),
    ],
)
def test_a_line_that_is_no_strict_json_is_refused(text: str, code: str) -> None:
    found = row_input(SheetRow(9, (Cell(text),)), SAFETY)
    assert isinstance(found, list)
    assert [(fault.line, fault.code) for fault in found] == [(9, code)]


@pytest.mark.parametrize(
    ("change", "code", "named"),
    [
        ({"face.colour": ""}, "SHEET_COLUMN_UNKNOWN", "face.colour"),
        ({"remark": ""}, "SHEET_COLUMN_UNKNOWN", "remark"),
        ({"Serial": ""}, "SHEET_COLUMN_UNKNOWN", "Serial"),
        ({"face": ""}, "SHEET_COLUMN_UNKNOWN", "face"),
        ({"face.": ""}, "SHEET_COLUMN_UNKNOWN", "face."),
        ({"face.sex.0": ""}, "SHEET_COLUMN_UNKNOWN", "face.sex.0"),
        (
            {"face.continuingEducation.0.place": ""},
            "SHEET_COLUMN_UNKNOWN",
            "face.continuingEducation.0.place",
        ),
        (
            {"face.continuingEducation.00.year": ""},
            "SHEET_COLUMN_UNKNOWN",
            "face.continuingEducation.00.year",
        ),
        ({"holders.200.name": ""}, "SHEET_COLUMN_UNKNOWN", "holders.200.name"),
        ({"holders.0.age": ""}, "SHEET_COLUMN_UNKNOWN", "holders.0.age"),
        ({"layout.size": ""}, "SHEET_COLUMN_UNKNOWN", "layout.size"),
        ({"certificateCopyCause": ""}, "SHEET_COLUMN_UNKNOWN", "certificateCopyCause"),
        ({" serial": ""}, "SHEET_COLUMN_TWICE", "serial"),
        ({"metadata.certificateNumber": ""}, "SHEET_COLUMN_TWICE", "metadata.certificateNumber"),
        ({"face.continuingEducation": ""}, "SHEET_COLUMN_CLASH", "face.continuingEducation.0.year"),
        ({"serial": None}, "SHEET_COLUMN_MISSING", "serial"),
        ({"certificateIssuedDate": None}, "SHEET_COLUMN_MISSING", "certificateIssuedDate"),
        ({"certificateExpiringDate": None}, "SHEET_COLUMN_MISSING", "certificateExpiringDate"),
        ({"holders.0.name": None}, "SHEET_COLUMN_MISSING", "certificateHolderName"),
        ({"face.sex": None}, "SHEET_COLUMN_MISSING", "face.sex"),
    ],
)
def test_a_header_that_is_wrong_stops_the_sheet_and_names_the_column(
    change: dict[str, str | None], code: str, named: str
) -> None:
    names = [name for name, text in (columns() | change).items() if text is not None]
    with pytest.raises(MalformedError) as refusal:
        read_header(names, SAFETY)
    assert refusal.value.code == code
    assert named in str(refusal.value.fields["columns"])


@pytest.mark.parametrize(
    ("names", "code"),
    [([], "SHEET_EMPTY"), (["", " "], "SHEET_EMPTY"), (["serial", "", "origin"], "SHEET_COLUMN_BLANK")],
)
def test_a_header_has_names(names: list[str], code: str) -> None:
    with pytest.raises(MalformedError) as refusal:
        read_header(names, SAFETY)
    assert refusal.value.code == code


@pytest.mark.parametrize("kind", builtin_types(), ids=lambda kind: kind.code)
def test_every_field_of_every_type_has_a_column(kind: LicenseType) -> None:
    fields = [f"face.{name}" for name in kind.schema["properties"]]
    base = [name for name in columns() if not name.startswith("face.")]
    found = read_header([*base, *fields], kind)
    assert [column.name for column in found if column] == [*base, *fields]


def odd_type(schema: dict[str, object]) -> LicenseType:
    definition = SAFETY.as_json() | {
        "schema": {"type": "object", "properties": schema, "$defs": {"mark": {"type": "integer"}}},
        "grades": {},
    }
    return LicenseType.from_json(definition)


def test_the_schema_of_any_type_says_what_a_cell_means() -> None:
    kind = odd_type(
        {
            "isOpen": {"type": "boolean"},
            "mark": {"$ref": "#/$defs/mark"},
            "marks": {"type": "array", "items": {"$ref": "#/$defs/mark"}},
            "place": {"type": "object"},
            "pair": {"type": "array", "prefixItems": [{"type": "string"}, {"type": "integer"}]},
            "either": {
                "anyOf": [{"type": "object", "properties": {"left": {"type": "integer"}}}, {"type": "string"}]
            },
        }
    )
    row = {name: text for name, text in columns().items() if not name.startswith("face.")}
    row |= {
        "face.isOpen": "是",
        "face.mark": "-3",
        "face.marks": "1^2",
        "face.place": '{"x": 1}',
        "face.pair.0": "7",
        "face.pair.1": "7",
        "face.either.left": "4",
        "face.free": "1.50",
    }
    found = read(row, kind)
    assert isinstance(found, dict), found
    assert found["face"] == {
        "isOpen": True,
        "mark": -3,
        "marks": [1, 2],
        "place": {"x": 1},
        "pair": ["7", 7],
        "either": {"left": 4},
        "free": "1.50",
    }
    assert ("face.isOpen", "FIELD_TYPE") in refused(row | {"face.isOpen": "maybe"}, kind)
    assert ("face.place", "FIELD_TYPE") in refused(row | {"face.place": "[1]"}, kind)
    assert ("face.marks", "FIELD_TYPE") in refused(row | {"face.marks": "1^x"}, kind)
    assert ("face.marks", "JSON_SYNTAX") in refused(row | {"face.marks": "[1,"}, kind)


def test_a_schema_that_refers_to_itself_comes_to_an_end() -> None:
    kind = odd_type({"loop": {"$ref": "#/properties/loop"}})
    assert read_header([*(n for n in columns() if not n.startswith("face.")), "face.loop"], kind)


@settings(max_examples=300, deadline=None)
@given(
    column=st.sampled_from(sorted(columns())),
    text=st.text(max_size=40),
    kind=st.sampled_from(list(CellKind)),
)
def test_whatever_a_cell_holds_the_row_is_taken_whole_or_refused_with_reasons(
    column: str, text: str, kind: CellKind
) -> None:
    found = read(columns() | {column: Cell(text, kind)})
    if isinstance(found, list):
        assert found
        assert all(fault.code and fault.message["zh"] for fault in found)
    else:
        assert license_faults(found, SAFETY) == []
