"""Loading tables as owners have them, and as nobody should: all of a file, or nothing."""

from __future__ import annotations

import io
import sqlite3
from pathlib import Path

import pytest
from openpyxl import Workbook

from ledger.adapters.sheets import open_sheet
from ledger.adapters.sm4 import Sm4Gcm
from ledger.adapters.sqlite.rows import SqliteRows
from ledger.domain.canonical import JsonValue
from ledger.domain.field_list import FieldList
from ledger.domain.row_fields import granted_fields, granted_names
from ledger.domain.row_tree import RowsState, leads_to_state
from ledger.errors import LedgerError, RuleError
from ledger.ports.rows import KeptState
from ledger.service.load_rows import LoadRows, TableForm
from ledger.service.seal_rows import RowSeals, row_key

RESOURCE, OWNER, SECRET = "91330000MA0EXAMPLE/REGISTER", "91330000MA0EXAMPLE", b"s" * 32
LISTED = FieldList(("code", "name", "address", "address/street"), (2, 1, 2, 4))


class Random:
    """Entropy that repeats itself."""

    def token(self, size: int) -> bytes:
        return bytes(size)


class Home:
    """A store of rows in a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.store = SqliteRows(folder / "rows.sqlite3")

    def load(self, data: bytes, name: str = "table.csv", key_field: str = "code") -> KeptState:
        file = self.folder / name
        file.write_bytes(data)
        loading = LoadRows(self.store, lambda _: SECRET, Sm4Gcm(), Random(), lambda: 1_700_000_000)
        with open_sheet(file) as sheet:
            return loading.load(OWNER, TableForm(RESOURCE, LISTED, key_field, sheet.form.names), sheet.rows)

    def fields(self, key: str) -> dict[str, JsonValue] | None:
        found = self.store.find(RESOURCE, row_key(SECRET, RESOURCE, key))
        assert found is not None
        state, row = found
        if row is None:
            return None
        whole = RowsState(OWNER, "REGISTER", state.loaded_at, state.rows, state.root)
        assert leads_to_state(whole, row.row.digest, row.index, row.proof)
        return RowSeals(Sm4Gcm(), SECRET, RESOURCE, state.nonce).opened(row.row)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_table_is_kept_as_it_says_in_every_encoding(home: Home, encoding: str) -> None:
    text = "code,name,address/street\n007,=1+1|'calc'!A0,㐂街\na-8,𠮷田·示例, 2 号 \n9,,\n"
    assert home.load(text.encode(encoding)).rows == 3
    assert home.fields(" 007 ") == {"code": "007", "name": "=1+1|'calc'!A0", "address/street": "㐂街"}
    assert home.fields("A-8") == {"code": "a-8", "name": "𠮷田·示例", "address/street": " 2 号 "}
    assert home.fields("9") == {"code": "9", "name": None, "address/street": None}
    assert home.fields("7") is None


def test_lines_of_json_keep_numbers_and_branches(home: Home) -> None:
    row = '{"code": 7, "name": true, "address": {"street": "示例路", "city": ["a", null]}}\n'
    assert home.load(row.encode(), "table.jsonl").rows == 1
    found = home.fields("7")
    assert found == {
        "code": 7,
        "name": True,
        "address/street": "示例路",
        "address/city/0": "a",
        "address/city/1": None,
    }
    assert found is not None
    assert granted_fields(found, LISTED, 0b0100) == ["address/city/0", "address/city/1"]
    assert granted_fields(found, LISTED, 0b1000) == ["address/street"]
    earlier = FieldList(("code", "address"), (2, 2))
    assert granted_fields(found, earlier, 0b10, LISTED) == ["address/city/0", "address/city/1"]
    assert granted_fields(found, earlier, 0b10) == ["address/city/0", "address/city/1", "address/street"]
    assert granted_fields({"code": 7}, LISTED, 0b1000) == []
    with pytest.raises(RuleError, match="HANDOUT_NOTHING"):
        granted_names(earlier, 0b10, FieldList(("code",), (1,)))


@pytest.mark.parametrize(
    ("data", "code", "told"),
    [
        (b"code,name\n1,a\n1,b\n", "ROWS_KEY_TWICE", {"first": 2, "line": 3}),
        (b"code,name\nx1,a\nX1,b\n", "ROWS_KEY_TWICE", {"first": 2, "line": 3}),
        (b"code,name\n,a\n", "ROWS_LINE", {"line": 2, "reason": "ROWS_KEY_FORM"}),
        (b"code,name\n" + b"1" * 201 + b",a\n", "ROWS_LINE", {"line": 2, "reason": "ROWS_KEY_FORM"}),
        (b'code,name\n"1\n2",a\n', "ROWS_LINE", {"line": 2, "reason": "ROWS_KEY_FORM"}),
        (b"code,name\n1," + b"a" * 40_000 + b"\n", "ROWS_LINE", {"line": 2, "reason": "SHEET_CELL_TOO_LONG"}),
        (b'code,name\n1,"a\n', "ROWS_LINE", {"line": 2, "reason": "SHEET_QUOTE_OPEN"}),
        (b"code,name\n1\n", "ROWS_LINE", {"line": 2, "reason": "SHEET_CELLS_TOO_FEW"}),
        (b"code,name\n1,a,b\n", "ROWS_LINE", {"line": 2, "reason": "SHEET_CELLS_TOO_MANY"}),
        (b"code,secret\n1,a\n", "ROWS_COLUMN", {"columns": "secret"}),
        (b"code,code\n1,a\n", "SHEET_COLUMN_TWICE", {"columns": "code"}),
        (b"name\na\n", "ROWS_KEY_FIELD", {"field": "code"}),
        (b"code,name\n", "ROWS_NONE", {}),
        (b"", "SHEET_EMPTY", {}),
        ("code,name\n1,甲\n".encode("utf-16"), "SHEET_UTF16", {}),
        (b"code,name\n1,\xff\xff\n", "SHEET_ENCODING", {}),
    ],
)
def test_a_table_that_is_not_right_is_not_loaded_and_the_last_one_stays(
    home: Home, data: bytes, code: str, told: dict[str, object]
) -> None:
    before = home.load(b"code,name\nkept,a\n")
    with pytest.raises(LedgerError) as caught:
        home.load(data)
    assert (caught.value.code, told.items() <= caught.value.fields.items()) == (code, True)
    assert (home.store.state(RESOURCE), home.fields("kept")) == (before, {"code": "kept", "name": "a"})


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b'{"code": "1", "code": "2"}', "JSON_DUPLICATE_KEY"),
        (b'{"code": 1.5}', "JSON_FLOAT"),
        (b'{"code": true}', "ROWS_KEY_FORM"),
        (b'["code"]', "JSON_NOT_OBJECT"),
        (b'{"code": "1", "address": ' + b'{"a":' * 40 + b"1" + b"}" * 41, "JSON_TOO_DEEP"),
    ],
)
def test_a_line_that_is_no_row_is_named_with_the_reason(home: Home, line: bytes, reason: str) -> None:
    with pytest.raises(LedgerError) as caught:
        home.load(b'{"code": "0"}\n' + line + b"\n", "table.jsonl")
    assert (caught.value.code, caught.value.fields) == ("ROWS_LINE", {"line": 2, "reason": reason})
    assert home.store.state(RESOURCE) is None


@pytest.mark.parametrize("count", [1, 2, 3, 7, 8, 33])
def test_every_row_of_a_table_of_any_size_leads_to_its_state(home: Home, count: int) -> None:
    lines = "".join(f"{number},示例 {number}\n" for number in range(count))
    home.load(f"code,name\n{lines}".encode())
    assert all(home.fields(str(number)) for number in range(count))


@pytest.mark.parametrize(
    ("cells", "reason"),
    [(("1", "=1+1"), "SHEET_FORMULA"), ((91330000000000001, "a"), "SHEET_NUMBER_NOT_TEXT"), (("1", 5), "")],
)
def test_a_workbook_is_read_but_for_formulas_and_keys_that_are_numbers(
    home: Home, cells: tuple[object, object], reason: str
) -> None:
    book, packed = Workbook(), io.BytesIO()
    for row in (("code", "name"), cells):
        book.worksheets[0].append(row)
    book.save(packed)
    if reason:
        with pytest.raises(LedgerError) as caught:
            home.load(packed.getvalue(), "table.xlsx")
        assert caught.value.fields == {"line": 2, "reason": reason}
    else:
        home.load(packed.getvalue(), "table.xlsx")
        assert home.fields("1") == {"code": "1", "name": "5"}


def test_what_was_loaded_before_is_overwritten_in_the_file(home: Home) -> None:
    home.load(b"code,name\n1,a\n")
    with sqlite3.connect(home.folder / "rows.sqlite3") as database:
        (sealed,) = database.execute("SELECT sealed FROM row").fetchone()
    home.load(b"code,name\n2,b\n")
    kept = b"".join(each.read_bytes() for each in home.folder.glob("rows.sqlite3*"))
    assert sealed not in kept
    assert (home.store.remove(RESOURCE), home.store.remove(RESOURCE)) == (True, False)
    assert home.store.find(RESOURCE, b"1" * 32) is None
