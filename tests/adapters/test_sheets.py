"""Sheets as files: three formats, two encodings, whole and broken; and the sheet of rejected rows."""

from __future__ import annotations

import csv
import io
import json
import os
import tracemalloc
import zipfile
from collections.abc import Callable, Iterator
from datetime import date, datetime
from itertools import islice
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from ledger.adapters import sheets
from ledger.adapters.sheets import RejectedSheet, SheetForm, open_sheet
from ledger.domain.document import build_license
from ledger.domain.license_types import license_type
from ledger.domain.sheet_rows import (
    LONGEST_CELL,
    REASON_COLUMN,
    Cell,
    CellKind,
    InputRows,
    SheetRow,
    row_fault,
)
from ledger.errors import LedgerError, MalformedError, UsageError

EXAMPLES = Path(__file__).parents[2] / "docs" / "examples" / "sheets"
SAFETY = license_type("11100000000013338W011")
RARE = "𠮷㐂䶮\U00030000·阿里"  # two, four bytes and beyond the basic plane in GB 18030
Row = tuple[int, tuple[str, ...], tuple[str, ...]]


def rows_of(path: Path) -> list[Row]:
    """Line, texts and fault codes of every row."""
    with open_sheet(path) as sheet:
        return [
            (row.line, tuple(cell.text for cell in row.cells), tuple(fault.code for fault in row.faults))
            for row in sheet.rows
        ]


def written(folder: Path, content: str | bytes, name: str = "s.csv", encoding: str = "utf-8") -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
    return path


def refusal(path: Path) -> LedgerError:
    with pytest.raises(LedgerError) as found, open_sheet(path) as sheet:
        list(sheet.rows)
    assert "?" not in found.value.message()["en"]
    return found.value


# --- the samples ----------------------------------------------------------------------------


@pytest.mark.parametrize("path", sorted(EXAMPLES.iterdir()), ids=lambda path: path.name)
def test_every_sample_sheet_is_good_to_the_last_row(path: Path) -> None:
    with open_sheet(path) as sheet:
        rows = InputRows(sheet.form.names, SAFETY)
        made = [rows.read(row) for row in sheet.rows]
    assert len(made) == 3
    assert [found for found in made if isinstance(found, list)] == []
    names = [build_license(found, SAFETY)["holders"][0]["name"] for found in made if isinstance(found, dict)]
    assert names == ["示例持证人甲", "示例持证人乙", "示例持证人丙·阿里"]


def test_there_is_a_sample_of_each_format_and_encoding() -> None:
    forms = set()
    for path in EXAMPLES.iterdir():
        with open_sheet(path) as sheet:
            forms.add((sheet.form.format, sheet.form.encoding))
    assert forms >= {("csv", "utf-8-sig"), ("csv", "gb18030"), ("xlsx", "utf-8"), ("jsonl", "utf-8")}


# --- CSV ------------------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_csv_is_read_in_each_encoding_and_says_which(tmp_path: Path, encoding: str) -> None:
    path = written(tmp_path, f"serial,证\n1,{RARE}\n", encoding=encoding)
    with open_sheet(path) as sheet:
        assert sheet.form == SheetForm("csv", encoding, ("serial", "证"))
    assert rows_of(path) == [(2, ("1", RARE), ())]


@pytest.mark.parametrize("place", [0, 1, 65_533, 65_534, 65_535, 65_536, 70_000])
@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_encodings_are_told_across_the_pieces_of_a_file(tmp_path: Path, place: int, encoding: str) -> None:
    body = "a" * place + RARE + "\n"
    path = written(
        tmp_path,
        "serial\n" + "".join(body[i : i + 9000] + "\n" for i in range(0, len(body), 9000)),
        encoding=encoding,
    )
    with open_sheet(path) as sheet:
        assert sheet.form.encoding == encoding
        assert "".join(row.cells[0].text for row in sheet.rows) == body.rstrip("\n")


@pytest.mark.parametrize("place", [0, 5, 65_530, 65_536, 140_000])
def test_a_file_of_no_encoding_is_refused_at_the_wrong_byte(tmp_path: Path, place: int) -> None:
    head = b"serial\n"
    error = refusal(written(tmp_path, head + b"a" * place + b"\xff\xff" + b"\n"))
    assert error.code == "SHEET_ENCODING"
    assert error.fields == {"utf8Offset": len(head) + place, "gbOffset": len(head) + place}


def test_a_character_cut_at_the_end_of_the_file_is_found(tmp_path: Path) -> None:
    error = refusal(written(tmp_path, b"serial\n\xff\xe8"))
    assert (error.code, error.fields["utf8Offset"]) == ("SHEET_ENCODING", 7)


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf_16_is_named(tmp_path: Path, encoding: str) -> None:
    content = ("\ufeffserial\n1\n").encode(encoding)
    assert refusal(written(tmp_path, content)).code == "SHEET_UTF16"
    assert refusal(written(tmp_path, content, "s.jsonl")).code == "SHEET_UTF16"


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_any_line_end_serves_and_blank_lines_are_passed_over(tmp_path: Path, end: str) -> None:
    path = written(tmp_path, end.join(["", "a,b", "1,2", "", " ,", "3,4"]))
    assert rows_of(path) == [(3, ("1", "2"), ()), (6, ("3", "4"), ())]


def test_quoted_cells_keep_commas_quotes_and_line_ends(tmp_path: Path) -> None:
    path = written(tmp_path, 'a,b\r\n"x, ""y""","1\r\n\n2"\r\n"",3\r\n')
    assert rows_of(path) == [(2, ('x, "y"', "1\r\n\n2"), ()), (5, ("", "3"), ())]


@pytest.mark.parametrize("line", ['"x"y,2', 'x"y,2', '"x" ,2', ' "x",2', '1,"x"y'])
def test_a_quote_out_of_place_costs_its_own_row_only(tmp_path: Path, line: str) -> None:
    found = rows_of(written(tmp_path, f"a,b\n1,2\n{line}\n3,4\n"))
    assert [(row[0], row[2]) for row in found] == [(2, ()), (3, ("SHEET_QUOTE",)), (4, ())]


def test_a_quote_that_stays_open_takes_the_rest_and_says_how_far(tmp_path: Path) -> None:
    path = written(tmp_path, 'a,b\n1,2\n3,"4\n5,6\n7,8\n')
    with open_sheet(path) as sheet:
        good, bad = list(sheet.rows)
    assert good.cells == (Cell("1"), Cell("2"))
    assert [(fault.code, fault.hints) for fault in bad.faults] == [("SHEET_QUOTE_OPEN", {"last": 5})]


@pytest.mark.parametrize("mark", ["", '"'])
@pytest.mark.parametrize("length", [LONGEST_CELL + 1, 65_535, 65_536, 300_000])
def test_a_huge_cell_is_cut_and_refused_and_the_next_row_read(tmp_path: Path, mark: str, length: int) -> None:
    path = written(tmp_path, f"a,b\r\n1,{mark}{'x' * length}{mark}\r\n3,4\r\n")
    with open_sheet(path) as sheet:
        huge, last = list(sheet.rows)
    assert [(fault.code, fault.column) for fault in huge.faults] == [("SHEET_CELL_TOO_LONG", 1)]
    assert len(huge.cells[1].text) == LONGEST_CELL
    assert (last.line, last.cells) == (3, (Cell("3"), Cell("4")))


def test_the_longest_cell_is_taken(tmp_path: Path) -> None:
    ((_, texts, faults),) = rows_of(written(tmp_path, f'a,b\n1,"{"x" * LONGEST_CELL}"\n'))
    assert (len(texts[1]), faults) == (LONGEST_CELL, ())


def test_a_row_of_countless_cells_is_cut_and_refused(tmp_path: Path) -> None:
    found = rows_of(written(tmp_path, "a,b\n" + "," * 300_000 + "x\n3,4\n"))
    assert [(len(row[1]) <= sheets.WIDEST_ROW, row[2]) for row in found] == [
        (True, ("SHEET_CELLS_TOO_MANY",)),
        (True, ()),
    ]


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    table=st.lists(
        st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=12), min_size=2, max_size=4),
        max_size=6,
    ),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "gb18030"]),
)
def test_what_another_writer_wrote_is_read_back(
    tmp_path: Path, table: list[list[str]], encoding: str
) -> None:
    path = tmp_path / "round.csv"
    with path.open("w", encoding=encoding, newline="") as file:
        writer = csv.writer(file, quoting=csv.QUOTE_ALL)
        writer.writerows([["头", "b"], *table])
    expected = [tuple(row) for row in table if any(text.strip() for text in row)]
    assert [(texts, faults) for _, texts, faults in rows_of(path)] == [(row, ()) for row in expected]


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(st.sampled_from('a,"\r\n 证'), max_size=30))
def test_no_text_stops_the_reader_and_what_it_takes_another_reader_takes_alike(
    tmp_path: Path, text: str
) -> None:
    found = rows_of(written(tmp_path, "头,b\n" + text))
    assert [row[0] for row in found] == sorted({row[0] for row in found})
    if not any(faults for _, _, faults in found):
        others = csv.reader(io.StringIO(text, newline=""), strict=True)
        filled = [tuple(row) for row in others if any(cell.strip() for cell in row)]
        assert [texts for _, texts, _ in found] == filled


# --- JSON Lines -----------------------------------------------------------------------------


def test_lines_of_json_are_handed_on_one_by_one(tmp_path: Path) -> None:
    content = b'\xef\xbb\xbf{"a": 1}\r\n\n{"b": \xff}\n' + b"x" * (1 << 21) + b'\n{"c": 2}'
    path = written(tmp_path, content, "s.jsonl")
    found = rows_of(path)
    assert [(line, faults) for line, _, faults in found] == [
        (1, ()),
        (3, ("JSON_NOT_UTF8",)),
        (4, ("JSON_TOO_LARGE",)),
        (5, ()),
    ]
    assert found[0][1] == ('{"a": 1}',)
    assert found[3][1] == ('{"c": 2}',)


# --- workbooks ------------------------------------------------------------------------------


def book_of(path: Path, *rows: list[object], change: Callable[[Workbook], None] | None = None) -> Path:
    book = Workbook()
    assert book.active is not None
    for row in rows:
        book.active.append(row)
    if change:
        change(book)
    book.save(path)
    return path


def rewritten(path: Path, part: str, change: Callable[[bytes], bytes], target: str | None = None) -> Path:
    """A workbook with one of its parts changed, or copied as another."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    parts[target or part] = change(parts.get(part, b""))
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return path


SHEET = "xl/worksheets/sheet1.xml"
STRINGS = "xl/sharedStrings.xml"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def with_strings(path: Path, strings: str, rows: str) -> Path:
    """A workbook whose cells name the texts of a table, as spreadsheet programs write it."""
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"
    entry = f'<Override PartName="/{STRINGS}" ContentType="{kind}"/></Types>'.encode()
    book_of(path, ["serial"])
    rewritten(path, "[Content_Types].xml", lambda xml: xml.replace(b"</Types>", entry))
    rewritten(path, STRINGS, lambda _: f'<sst xmlns="{MAIN}">{strings}</sst>'.encode())
    head = '<row r="1"><c r="A1" t="inlineStr"><is><t>serial</t></is></c></row>'
    sheet = f'<worksheet xmlns="{MAIN}"><sheetData>{head}{rows}</sheetData></worksheet>'
    return rewritten(path, SHEET, lambda _: sheet.encode())


def test_every_kind_of_cell_is_told(tmp_path: Path) -> None:
    row: list[object] = [
        "文",
        12,
        1.5,
        3.0,
        True,
        date(2025, 1, 6),
        datetime.fromisoformat("2025-01-06T08:00:00"),
        "=A1",
        "#N/A",
        None,
        RARE,
    ]
    path = book_of(tmp_path / "s.xlsx", list("abcdefghijk"), row)
    with open_sheet(path) as sheet:
        (found,) = list(sheet.rows)
        assert sheet.form == SheetForm("xlsx", "utf-8", tuple("abcdefghijk"))
        assert sheet.share_read == 1.0
    assert found.line == 2
    assert found.cells == (
        Cell("文"),
        Cell("12", CellKind.NUMBER),
        Cell("1.5", CellKind.NUMBER),
        Cell("3", CellKind.NUMBER),
        Cell("true", CellKind.BOOLEAN),
        Cell("2025-01-06", CellKind.DATE),
        Cell("2025-01-06 08:00:00", CellKind.DATE),
        Cell("=A1", CellKind.FORMULA),
        Cell("#N/A", CellKind.ERROR),
        Cell(""),
        Cell(RARE),
    )


def test_a_long_number_is_seen_to_be_a_number(tmp_path: Path) -> None:
    path = book_of(tmp_path / "s.xlsx", ["serial"], [310101190001010011])
    with open_sheet(path) as sheet:
        (found,) = list(sheet.rows)
    assert found.cells[0].kind is CellKind.NUMBER


def test_texts_with_runs_and_readings_are_their_text(tmp_path: Path) -> None:
    strings = (
        "<si><t>a</t></si><si><r><t>证</t></r><r><t>B</t></r><rPh sb='0' eb='1'><t>zheng</t></rPh></si><si/>"
    )
    cells = "".join(f'<c r="{name}2" t="s"><v>{place}</v></c>' for place, name in enumerate("ABC"))
    path = with_strings(tmp_path / "s.xlsx", strings, f'<row r="2">{cells}</row>')
    assert rows_of(path) == [(2, ("a", "证B", ""), ())]


def test_a_table_of_texts_that_is_cut_short_is_refused(tmp_path: Path) -> None:
    path = with_strings(tmp_path / "s.xlsx", "<si><t>a</t></si>", "")
    assert refusal(rewritten(path, STRINGS, lambda xml: xml[:-4])).code == "SHEET_DAMAGED"


def test_the_first_visible_sheet_is_read(tmp_path: Path) -> None:
    def hide(book: Workbook) -> None:
        assert book.active is not None
        book.active.sheet_state = "veryHidden"
        shown = book.create_sheet("shown")
        shown.append(["seen"])
        shown.append(["1"])

    path = book_of(tmp_path / "s.xlsx", ["hidden"], ["0"], change=hide)
    assert rows_of(path) == [(2, ("1",), ())]


def test_a_workbook_without_a_visible_sheet_is_refused(tmp_path: Path) -> None:
    path = book_of(tmp_path / "s.xlsx", ["a"], ["1"])
    hidden = rewritten(
        path, "xl/workbook.xml", lambda xml: xml.replace(b'state="visible"', b'state="hidden"')
    )
    assert refusal(hidden).code == "SHEET_NONE_VISIBLE"


def test_rows_with_merged_cells_are_refused_and_the_others_read(tmp_path: Path) -> None:
    def merge(book: Workbook) -> None:
        assert book.active is not None
        book.active.merge_cells("A3:B4")

    path = book_of(
        tmp_path / "s.xlsx", ["a", "b"], ["1", "2"], ["3", "4"], ["5", "6"], ["7", "8"], change=merge
    )
    assert [(line, faults) for line, _, faults in rows_of(path)] == [
        (2, ()),
        (3, ("SHEET_MERGED",)),
        (4, ("SHEET_MERGED",)),
        (5, ()),
    ]


@pytest.mark.parametrize("cell", ["=A1", 7, date(2025, 1, 1)])
def test_a_header_is_text(tmp_path: Path, cell: object) -> None:
    assert refusal(book_of(tmp_path / "s.xlsx", ["a", cell], ["1", "2"])).code == "SHEET_HEADER"


def test_a_merged_header_is_refused(tmp_path: Path) -> None:
    def merge(book: Workbook) -> None:
        assert book.active is not None
        book.active.merge_cells("A1:B1")

    assert refusal(book_of(tmp_path / "s.xlsx", ["a", None], ["1", "2"], change=merge)).code == "SHEET_HEADER"


@pytest.mark.parametrize(
    "value",
    [b'<c r="A2" t="s"><v>99</v></c>', b'<c r="A2" t="s"><v>-1</v></c>', b'<c r="A2"><v>x</v></c>',
     b'<c r="A2"><v>' + b"9" * 5000 + b"</v></c>", b'<c r="B2"><v>1</v></c><c r="A2"><v>1</v></c>',
     b'<c r="A9"><v>1</v></c>', b'<c r="XFD2"><v>1</v></c>', b'<c r="A2" s="999999" t="d"><v>no day</v></c>'],
)  # fmt: skip
def test_a_cell_that_cannot_be_read_costs_its_own_row_only(tmp_path: Path, value: bytes) -> None:
    path = book_of(tmp_path / "s.xlsx", ["a"], ["@"], ["3"])
    start, end = b'<row r="2">', b"</row>"

    def change(xml: bytes) -> bytes:
        head, rest = xml.split(start)
        return head + start + value + end + rest.split(end, 1)[1]

    found = rows_of(rewritten(path, SHEET, change))
    assert [(line, faults) for line, _, faults in found] == [(2, ("SHEET_ROW_DAMAGED",)), (3, ())]


def test_a_date_beyond_the_calendar_is_an_error_cell(tmp_path: Path) -> None:
    path = book_of(tmp_path / "s.xlsx", ["a"], [date(2025, 1, 6)])
    path = rewritten(path, SHEET, lambda xml: xml.replace(b"<v>45663</v>", b"<v>99999999</v>"))
    with open_sheet(path) as sheet:
        (row,) = list(sheet.rows)
    assert row.cells[0].kind is CellKind.ERROR


@pytest.mark.parametrize("share", [0.02, 0.3, 0.6, 0.9, 0.99])
def test_a_workbook_cut_short_is_refused(tmp_path: Path, share: float) -> None:
    path = book_of(tmp_path / "s.xlsx", ["a"], *[[f"{place}"] for place in range(200)])
    content = path.read_bytes()
    assert (
        refusal(written(tmp_path, content[: int(len(content) * share)], "cut.xlsx")).code == "SHEET_DAMAGED"
    )


@pytest.mark.parametrize(
    ("part", "change", "code"),
    [
        (SHEET, lambda xml: xml[: len(xml) // 2], "SHEET_DAMAGED"),
        (SHEET, lambda _: b"", "SHEET_DAMAGED"),
        (SHEET, lambda xml: xml.replace(b'<row r="2"', b'<row r="1"'), "SHEET_DAMAGED"),
        (SHEET, lambda xml: b'<!DOCTYPE a [<!ENTITY b "c">]>' + xml, "SHEET_UNSAFE_XML"),
        ("xl/workbook.xml", lambda xml: b"<workbook/>", "SHEET_NONE_VISIBLE"),
        ("xl/styles.xml", lambda xml: b"<!DOCTYPE x SYSTEM 'x'>" + xml, "SHEET_UNSAFE_XML"),
        ("[Content_Types].xml", lambda xml: b"<Types/>", "SHEET_DAMAGED"),
    ],
)  # fmt: skip
def test_a_workbook_with_a_broken_or_unsafe_part_is_refused(
    tmp_path: Path, part: str, change: Callable[[bytes], bytes], code: str
) -> None:
    path = book_of(tmp_path / "s.xlsx", ["a"], ["1"], ["2"])
    assert refusal(rewritten(path, part, change)).code == code


def test_a_bomb_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    path = book_of(tmp_path / "s.xlsx", ["a"], ["1"])
    bomb = rewritten(
        path, SHEET, lambda xml: xml.replace(b"</sheetData>", b" " * (64 << 20) + b"</sheetData>")
    )
    assert bomb.stat().st_size < 200_000
    tracemalloc.start()
    try:
        assert refusal(bomb).code == "SHEET_TOO_LARGE"
        assert tracemalloc.get_traced_memory()[1] < 4 << 20
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    ("limit", "value"), [("LARGEST_UNPACKED", 1000), ("LARGEST_PART", 100), ("MOST_PARTS", 3)]
)
def test_each_limit_of_a_workbook_holds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: str, value: int
) -> None:
    path = book_of(tmp_path / "s.xlsx", ["a"], ["1"])
    assert rows_of(path) == [(2, ("1",), ())]
    monkeypatch.setattr(sheets, limit, value)
    assert refusal(path).code == "SHEET_TOO_LARGE"


def test_one_endless_cell_is_refused_with_little_memory(tmp_path: Path) -> None:
    path = book_of(tmp_path / "s.xlsx", ["a"], ["1"])
    noise = os.urandom(5 << 20).hex().encode()
    cell = b'<row r="9"><c r="A9" t="inlineStr"><is><t>' + noise + b"</t></is></c></row></sheetData>"
    path = rewritten(path, SHEET, lambda xml: xml.replace(b"</sheetData>", cell))
    assert refusal(path).code == "SHEET_TOO_LARGE"


def test_two_parts_of_one_name_are_refused(tmp_path: Path) -> None:
    path = book_of(tmp_path / "s.xlsx", ["a"], ["1"])
    with zipfile.ZipFile(path, "a") as archive, pytest.warns(UserWarning, match="Duplicate name"):
        archive.writestr(SHEET, b"<worksheet/>")
    assert refusal(path).code == "SHEET_DAMAGED"


# --- files that are something else ----------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("s.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"),
        ("s.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 old or encrypted"),
        ("s.csv", b"PK\x03\x04rest"),
        ("s.jsonl", b"PK\x03\x04rest"),
        ("s.xlsx", b"serial\n1\n"),
        ("s.xlsx", b""),
        ("s.txt", b"serial\n1\n"),
        ("s", b"serial\n1\n"),
    ],
)
def test_a_file_that_is_not_what_its_ending_says_is_refused(
    tmp_path: Path, name: str, content: bytes
) -> None:
    error = refusal(written(tmp_path, content, name))
    expected = "SHEET_DAMAGED" if content.startswith(b"\xd0") and name == "s.xlsx" else "SHEET_FORMAT"
    assert error.code == expected


@pytest.mark.parametrize("content", ["", "\n\n", "\ufeff", " , ,\n"])
def test_a_sheet_without_a_header_is_refused(tmp_path: Path, content: str) -> None:
    assert refusal(written(tmp_path, content)).code == "SHEET_EMPTY"


def test_a_header_with_an_open_quote_is_refused(tmp_path: Path) -> None:
    assert refusal(written(tmp_path, 'a,"b\n1,2\n')).code == "SHEET_HEADER"


def test_a_sheet_that_is_not_there_is_a_wrong_call(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as found:
        open_sheet(tmp_path / "none.csv")
    assert found.value.code == "FILE_UNREADABLE"


# --- size -----------------------------------------------------------------------------------

MANY = 100_000
LAST = 20_000


def growth_of(path: Path) -> int:
    """Bytes that the last twenty thousand of a hundred thousand rows need at most.

    A reader that kept 40 bytes of each row would be found out.
    """
    with open_sheet(path) as sheet:
        rows = (row for row in sheet.rows if not row.faults)
        assert sum(1 for _ in islice(rows, MANY - LAST)) == MANY - LAST
        tracemalloc.start()
        try:
            assert sum(1 for _ in rows) == LAST
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()


def long_book(path: Path, count: int) -> Path:
    """A workbook of many rows whose texts are all shared ones and all different."""
    strings = "".join(f"<si><t>serial{place:08}</t></si>" for place in range(count))
    rows = "".join(f'<row r="{at + 2}"><c r="A{at + 2}" t="s"><v>{at}</v></c></row>' for at in range(count))
    return with_strings(path, strings, rows)


def test_a_hundred_thousand_rows_of_text_do_not_fill_the_memory(tmp_path: Path) -> None:
    row = '20250001,"示例持证人甲",310101190001010011'
    path = written(tmp_path, "a,b,c\n" + f"{row}\n" * MANY, encoding="gb18030")
    assert growth_of(path) < 40 * LAST


def test_a_hundred_thousand_lines_of_json_do_not_fill_the_memory(tmp_path: Path) -> None:
    line = '{"serial": "20250001", "holders": [{"name": "示例持证人甲"}]}'
    assert growth_of(written(tmp_path, f"{line}\n" * MANY, "s.jsonl")) < 40 * LAST


def test_a_hundred_thousand_rows_of_a_workbook_do_not_fill_the_memory(tmp_path: Path) -> None:
    assert growth_of(long_book(tmp_path / "s.xlsx", MANY)) < 40 * LAST


def test_the_texts_of_a_workbook_wait_on_disk(tmp_path: Path) -> None:
    def peak_of_opening(count: int) -> int:
        path = long_book(tmp_path / f"{count}.xlsx", count)
        tracemalloc.start()
        try:
            open_sheet(path).close()
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    peak_of_opening(1)  # what is imported on the way is not counted
    assert peak_of_opening(12_000) - peak_of_opening(4_000) < 8_000 * 24


# --- rejected rows --------------------------------------------------------------------------

NAMES = ("serial", "证照")
FAULT = row_fault(3, "SHEET_SCIENTIFIC", "serial")


def row_at(line: int, *cells: Cell | str) -> SheetRow:
    return SheetRow(line, tuple(cell if isinstance(cell, Cell) else Cell(cell) for cell in cells), NAMES)


@pytest.fixture(params=["csv-utf-8", "csv-utf-8-sig", "csv-gb18030", "xlsx-utf-8"])
def form(request: pytest.FixtureRequest) -> SheetForm:
    sheet_format, encoding = request.param.split("-", 1)
    return SheetForm(sheet_format, encoding, NAMES)


def read_again(path: Path) -> Iterator[tuple[int, tuple[str, ...]]]:
    with open_sheet(path) as sheet:
        assert sheet.form.names is not None
        yield 0, sheet.form.names
        yield from ((row.line, tuple(cell.text for cell in row.cells)) for row in sheet.rows)


def test_rejected_rows_are_the_rows_with_a_reason_in_order_of_lines(tmp_path: Path, form: SheetForm) -> None:
    rejected = RejectedSheet(tmp_path, form)
    assert rejected.add(row_at(9, "2", "=1+1"), [FAULT])
    assert rejected.add(row_at(3, "1.5E+17", f'{RARE},"x"\n二'), [FAULT, row_fault(3, "FIELD_DATE", "b")])
    path = rejected.finish()
    assert path == tmp_path / f"rejected.{form.format}"
    assert path.stat().st_mode & 0o077 == 0
    with open_sheet(path) as sheet:
        assert sheet.form == SheetForm(form.format, form.encoding, (*NAMES, REASON_COLUMN))
    _, (_, first), (_, second) = read_again(path)
    assert first[:2] == ("1.5E+17", f'{RARE},"x"\n二')
    assert first[2].startswith("SHEET_SCIENTIFIC: 列 serial")
    assert "FIELD_DATE: 字段 b" in first[2]
    assert second[:2] == ("2", "=1+1")
    assert sorted(path.name for path in tmp_path.iterdir()) == [path.name]


def test_no_reason_is_a_formula_and_reasons_come_in_english_too(tmp_path: Path, form: SheetForm) -> None:
    rejected = RejectedSheet(tmp_path, form, "en")
    rejected.add(row_at(3, "1", "2"), [row_fault(3, "FIELD_NOT_ALLOWED", "=cmd|'/c calc'!A0")])
    rejected.add(row_at(4, "1", "2"), [row_fault(4, "CITIZEN_ID_CHECK", "holders.0.code")])
    path = rejected.finish()
    assert path is not None
    _, (_, cells), (_, later) = read_again(path)
    assert cells[2] == "FIELD_NOT_ALLOWED: The field =cmd|'/c calc'!A0 has no place here."
    assert later[2].startswith("CITIZEN_ID_CHECK holders.0.code: "), "whose sentence names no column"


def test_cells_of_a_workbook_stay_what_they_were_but_formulas_are_text(tmp_path: Path) -> None:
    row: list[object] = ["00123", 310101, 1.5, True, date(2025, 1, 6), "=1+1", "bad\x00text"]
    kept = [Cell("00123"), Cell("310101", CellKind.NUMBER), Cell("1.5", CellKind.NUMBER)]
    kept += [
        Cell("true", CellKind.BOOLEAN),
        Cell("2025-01-06", CellKind.DATE),
        Cell("=1+1", CellKind.FORMULA),
    ]
    kept += [Cell("bad\x00text"), Cell("1e999", CellKind.NUMBER), Cell("inf", CellKind.NUMBER)]
    rejected = RejectedSheet(tmp_path, SheetForm("xlsx", "utf-8", tuple("abcdefghi")))
    rejected.add(SheetRow(2, tuple(kept)), [FAULT])
    path = rejected.finish()
    assert path is not None
    sheet = load_workbook(path).active
    assert sheet is not None
    cells = next(iter(sheet.iter_rows(min_row=2)))
    assert [cell.value for cell in cells[:4]] == row[:4]
    assert str(cells[4].value) == "2025-01-06 00:00:00"
    assert (cells[5].value, cells[5].data_type) == ("=1+1", "s")
    assert cells[6].value == "bad\ufffdtext"
    assert {cell.data_type for cell in (cells[0], cells[7], cells[8], cells[9])} == {"s"}


def test_rejected_lines_of_json_keep_their_members_and_what_is_no_json_is_kept_as_text(
    tmp_path: Path,
) -> None:
    rejected = RejectedSheet(tmp_path, SheetForm("jsonl", "utf-8", None))
    texts = ['{"a": {"b": [1, "}"]}}', "{}", "[1]", '{"a":', f'{{"名": "{RARE}", "{REASON_COLUMN}": "old"}}']
    for line, text in enumerate(texts, 1):
        rejected.add(SheetRow(line, (Cell(text),)), [FAULT])
    path = rejected.finish()
    assert path is not None
    found = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    assert all(line.pop(REASON_COLUMN).startswith("SHEET_SCIENTIFIC") for line in found)
    assert found == [
        {"a": {"b": [1, "}"]}},
        {},
        {"rejectedLine": "[1]"},
        {"rejectedLine": '{"a":'},
        {"名": RARE},
    ]


def test_a_reason_of_an_earlier_round_is_replaced(tmp_path: Path, form: SheetForm) -> None:
    again = SheetForm(form.format, form.encoding, ("serial", REASON_COLUMN, "证照"))
    rejected = RejectedSheet(tmp_path, again)
    rejected.add(row_at(2, "1", "old", "x"), [FAULT])
    path = rejected.finish()
    assert path is not None
    (_, names), (_, cells) = read_again(path)
    assert names == again.names
    assert (cells[0], cells[2]) == ("1", "x")
    assert cells[1].startswith("SHEET_SCIENTIFIC")


def test_rows_shorter_and_longer_than_the_header_keep_the_reason_in_its_column(
    tmp_path: Path, form: SheetForm
) -> None:
    rejected = RejectedSheet(tmp_path, form)
    rejected.add(row_at(2, "1"), [FAULT])
    rejected.add(row_at(3, "1", "2", "3", "4"), [FAULT])
    path = rejected.finish()
    assert path is not None
    _, (_, short), (_, long) = read_again(path)
    assert short[:2] == ("1", "")
    assert long[:2] == ("1", "2")
    assert short[2].startswith("SHEET_") and long[2].startswith("SHEET_")
    assert long[3:] == ("3", "4")


@pytest.mark.parametrize("torn", [0, 1, 40, 1000])
def test_rejected_rows_survive_a_kill_and_none_comes_twice(
    tmp_path: Path, form: SheetForm, torn: int
) -> None:
    first = RejectedSheet(tmp_path, form)
    first.add(row_at(3, "1", "x"), [FAULT])
    first.sync()
    kept = (tmp_path / ".rejected.part").stat().st_size
    first.add(row_at(5, "2", "y"), [FAULT])
    first.close()
    spool = tmp_path / ".rejected.part"
    spool.write_bytes(spool.read_bytes()[: kept + torn])
    second = RejectedSheet(tmp_path, form)
    assert 3 in second
    assert (5 in second) == (torn == 1000)
    assert not second.add(row_at(3, "changed"), [FAULT])
    second.add(row_at(5, "2", "y"), [FAULT])
    second.add(row_at(8, "3", "z"), [FAULT])
    assert len(second) == 3
    path = second.finish()
    assert path is not None
    assert [cells[:2] for _, cells in read_again(path)][1:] == [("1", "x"), ("2", "y"), ("3", "z")]


def test_rejected_rows_of_another_sheet_are_not_mixed(tmp_path: Path, form: SheetForm) -> None:
    first = RejectedSheet(tmp_path, form)
    first.add(row_at(3, "1"), [FAULT])
    first.close()
    with pytest.raises(UsageError) as found:
        RejectedSheet(tmp_path, SheetForm(form.format, form.encoding, ("other",)))
    assert found.value.code == "SHEET_OTHER"


def test_nothing_rejected_leaves_no_file(tmp_path: Path, form: SheetForm) -> None:
    assert RejectedSheet(tmp_path, form).finish() is None
    assert list(tmp_path.iterdir()) == []


def test_a_corrected_sheet_of_rejected_rows_is_good(tmp_path: Path) -> None:
    sample = next(path for path in EXAMPLES.iterdir() if path.suffix == ".xlsx")
    with open_sheet(sample) as sheet:
        rejected = RejectedSheet(tmp_path, sheet.form)
        for row in sheet.rows:
            rejected.add(row, [FAULT])
        path = rejected.finish()
    assert path is not None
    with open_sheet(path) as sheet:
        rows = InputRows(sheet.form.names, SAFETY)
        assert all(isinstance(rows.read(row), dict) for row in sheet.rows)


def test_a_folder_that_is_not_there_is_a_wrong_call(tmp_path: Path, form: SheetForm) -> None:
    with pytest.raises(UsageError) as found:
        RejectedSheet(tmp_path / "none", form)
    assert found.value.code == "FILE_UNREADABLE"


def test_the_types_of_refusals_are_those_promised(tmp_path: Path) -> None:
    assert isinstance(refusal(written(tmp_path, "")), MalformedError)
