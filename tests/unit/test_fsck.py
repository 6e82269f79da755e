"""`audit fsck`: an index that equals the ledger shows nothing; any edited column is named."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ledger.adapters.index import SqlIndex, open_index
from ledger.domain.acts import Scope
from ledger.domain.entity_json import ENTITY_OF
from ledger.ports import Name
from ledger.service import follow
from ledger.service.follow import Follow, IndexDivergedError
from ledger.service.fsck import Difference, check_index
from tests.simulator import (
    BUREAU,
    LEDGER_ID,
    OFFICE,
    REGIONAL_TYPE,
    SHANGHAI,
    LedgerSimulator,
    every_kind,
    founded_ledger,
    hash32,
    id_of,
)

KEYS = {
    "entities": ["table_name", "key"],
    "licenses": ["license_id"],
    "links": ["table_name", "found_by", "value", "key"],
    "messages": ["digest"],
    "cursor": ["block"],
    "heads": ["block"],
    "undo": ["block", "table_name", "key"],
    "ledger": ["ledger_id"],
}


@pytest.fixture
def ledger() -> LedgerSimulator:
    return every_kind(founded_ledger(sign=False))


@pytest.fixture
def index(tmp_path: Path, ledger: LedgerSimulator, monkeypatch: pytest.MonkeyPatch) -> Iterator[SqlIndex]:
    monkeypatch.setattr(follow, "BATCH_RECORDS", 6)
    opened = open_index(tmp_path, LEDGER_ID)
    Follow(ledger, opened).sync()
    opened.remember("an identifier", id_of("license 1"), BUREAU, 7, cid="bafk")
    yield opened
    opened.close()


def test_an_empty_index_is_no_index_without_differences(ledger: LedgerSimulator, tmp_path: Path) -> None:
    opened = open_index(tmp_path / "empty", LEDGER_ID)
    head = ledger.head().number
    empty = check_index(ledger, opened)
    assert (empty.is_empty, empty.head) == (True, head)
    assert (empty.as_json()["block"], empty.as_json()["behind"]) == (None, head + 1)
    Follow(ledger, opened).sync()
    ledger.wait(1)
    ledger.register_type(REGIONAL_TYPE, [str(SHANGHAI)], SHANGHAI, Scope.REGIONAL, 0)
    behind = check_index(ledger, opened).as_json()
    assert (behind["block"], behind["behind"]) == (head, ledger.head().number - head)
    assert behind["behind"] > 0
    opened.close()


def differences(ledger: LedgerSimulator, index: SqlIndex) -> list[Difference]:
    return list(check_index(ledger, index).differences)


def edit(folder: Path, name: str, sql: str, values: Any = ()) -> int:
    database = sqlite3.connect(folder / name)
    with database:
        changed = database.execute(sql, values).rowcount
    database.close()
    return changed


def rows_of(folder: Path, table: str) -> list[tuple[int, dict[str, Any]]]:
    database = sqlite3.connect(folder / "index.db")
    found = database.execute(f"SELECT rowid, * FROM {table}")
    names = [each[0] for each in found.description][1:]
    rows = [(row[0], dict(zip(names, row[1:], strict=True))) for row in found]
    database.close()
    return rows


def test_an_index_that_equals_the_ledger_shows_nothing(ledger: LedgerSimulator, index: SqlIndex) -> None:
    result = check_index(ledger, index)
    assert result.differences == ()
    assert result.rows == len(list(index.rows()))
    assert result.as_json() == {
        "rows": result.rows,
        "differences": [],
        "block": ledger.head().number,
        "behind": 0,
    }
    assert {row.table for row in index.rows()} == {*KEYS, "names"}


def test_an_empty_index_and_one_that_lags_show_nothing(tmp_path: Path, ledger: LedgerSimulator) -> None:
    index = open_index(tmp_path, LEDGER_ID)
    assert check_index(ledger, index).differences == ()
    Follow(ledger, index).sync()
    ledger.issue(id_of("later"))
    assert check_index(ledger, index).differences == ()
    index.close()


def test_nothing_shows_after_a_reorganisation_and_many_advances(
    ledger: LedgerSimulator, index: SqlIndex
) -> None:
    for n in range(70):
        ledger.issue(id_of(f"many {n}"))
        Follow(ledger, index).sync()
    assert differences(ledger, index) == []
    ledger.reorganise(9)
    ledger.issue(id_of("other"))
    Follow(ledger, index).sync()
    assert differences(ledger, index) == []


@pytest.mark.parametrize("table", ENTITY_OF)
def test_every_edited_field_of_every_kind_of_entity_is_named(
    table: str, ledger: LedgerSimulator, index: SqlIndex, tmp_path: Path
) -> None:
    import json

    for rowid, row in [each for each in rows_of(tmp_path, "entities") if each[1]["table_name"] == table][-2:]:
        body = json.loads(row["body"])
        for column in body:
            forged = {**body, column: [] if body[column] == "edited" else "edited"}
            text = json.dumps(forged, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
            edit(tmp_path, "index.db", "UPDATE entities SET body = ? WHERE rowid = ?", [text, rowid])
            (found,) = differences(ledger, index)
            assert (found.table, found.key, found.column) == (table, row["key"], column)
            assert (found.index, found.ledger) == (forged[column], body[column])
        edit(tmp_path, "index.db", "UPDATE entities SET body = ? WHERE rowid = ?", [row["body"], rowid])
    assert differences(ledger, index) == []


@pytest.mark.parametrize("table", KEYS)
def test_every_edited_column_of_every_derived_table_is_named(
    table: str, ledger: LedgerSimulator, index: SqlIndex, tmp_path: Path
) -> None:
    for rowid, row in rows_of(tmp_path, table)[-6:]:
        for column, value in row.items():
            other = value + 10_000 if isinstance(value, int) else f"{value}~"
            sql = f"UPDATE {table} SET {column} = ? WHERE rowid = ?"
            assert edit(tmp_path, "index.db", sql, [other, rowid]) == 1
            assert names_it(differences(ledger, index), table, row, column, other), (column, row)
            restore = f"UPDATE {table} SET {column} = ? WHERE {column} = ?"
            assert edit(tmp_path, "index.db", restore, [value, other]) >= 1
    assert differences(ledger, index) == []


def names_it(
    found: list[Difference], table: str, row: dict[str, Any], column: str, other: Any = None
) -> bool:
    """Whether a difference is the edited row's, under the key that it had or has now."""
    shown = "key" if column in KEYS[table] else column
    return any(
        (each.table, each.key, each.column) == (*place(table, version), shown)
        for each in found
        for version in (row, {**row, column: other})
    )


def place(table: str, row: dict[str, Any]) -> tuple[str, str]:
    if table == "entities":
        return row["table_name"], row["key"]
    return table, "/".join(str(row[name]) for name in KEYS[table])


@pytest.mark.parametrize("table", [table for table in KEYS if table not in ("heads", "ledger")])
def test_a_deleted_row_is_named(table: str, ledger: LedgerSimulator, index: SqlIndex, tmp_path: Path) -> None:
    rowid, row = rows_of(tmp_path, table)[0]
    edit(tmp_path, "index.db", f"DELETE FROM {table} WHERE rowid = ?", [rowid])
    found = differences(ledger, index)
    assert names_it(found, table, row, KEYS[table][0])
    assert all(each.index is None for each in found)


def test_an_invented_license_is_named(ledger: LedgerSimulator, index: SqlIndex, tmp_path: Path) -> None:
    edit(
        tmp_path,
        "index.db",
        "INSERT INTO entities SELECT table_name, '0xforged', body, seq FROM entities "
        "WHERE table_name = 'license' LIMIT 1",
    )
    assert differences(ledger, index) == [Difference("license", "0xforged", "key", "license/0xforged", None)]


@pytest.mark.parametrize("body", ["", "{", "[1]", "null", '{"rev": 1.5}'])
def test_an_unreadable_body_is_named(
    body: str, ledger: LedgerSimulator, index: SqlIndex, tmp_path: Path
) -> None:
    edit(tmp_path, "index.db", "UPDATE entities SET body = ? WHERE table_name = 'ledger'", [body])
    found = differences(ledger, index)
    assert [(each.table, each.key, each.column, each.index) for each in found] == [
        ("ledger", "ledger", "body", body)
    ]


def test_a_body_that_says_the_same_in_another_form_is_named(
    ledger: LedgerSimulator, index: SqlIndex, tmp_path: Path
) -> None:
    sql = "UPDATE entities SET body = replace(body, '{', '{ ') WHERE table_name = 'ledger'"
    edit(tmp_path, "index.db", sql)
    (found,) = differences(ledger, index)
    assert (found.table, found.column) == ("ledger", "body")


def test_identifiers_are_compared_as_far_as_the_ledger_knows(
    ledger: LedgerSimulator, index: SqlIndex, tmp_path: Path
) -> None:
    edit(tmp_path, "names.db", "UPDATE names SET issuer = ?", [OFFICE])
    assert differences(ledger, index) == [Difference("names", "an identifier", "issuer", OFFICE, BUREAU)]
    edit(tmp_path, "names.db", "UPDATE names SET license_id = ?", [hash32("nothing")])
    expected = Difference("names", "an identifier", "license_id", hash32("nothing"), None)
    assert differences(ledger, index) == [expected]


def test_a_license_named_before_the_index_followed_is_no_difference(
    ledger: LedgerSimulator, index: SqlIndex
) -> None:
    ledger.issue(id_of("just issued"))
    index.remember("another identifier", id_of("just issued"), BUREAU, 8, cid="")
    assert differences(ledger, index) == []
    index.remember("a third", id_of("never issued"), BUREAU, 8, cid="")
    index.remember("a fourth", "0xzz", BUREAU, 8, cid="")
    assert {each.key for each in differences(ledger, index)} == {"a third", "a fourth"}


def test_a_license_of_a_batch_is_known_by_its_place(ledger: LedgerSimulator, index: SqlIndex) -> None:
    def named(batch: str, index_: object, issuer: str = BUREAU) -> None:
        text = f"{batch}/{index_}"
        index.remember_all([Name(text, id_of(text), issuer, 8, "", text)])

    ids = [id_of(f"a leaf {number}") for number in range(3)]
    before = ledger.issue_batch(ids)
    Follow(ledger, index).sync()
    ledger.open_leaf(before[1])
    Follow(ledger, index).sync()
    after = ledger.issue_batch([id_of(f"a later leaf {number}") for number in range(2)])
    known, later = before[0]["batch"], after[0]["batch"]
    for place in ((known, 0), (known, 2), (later, 1)):
        named(*place)
    assert differences(ledger, index) == []
    unknown = [(known, 1), (known, 3), (later, 2), (later, "x"), (hash32("nothing"), 0), ("", 0)]
    for place in unknown:
        named(*place)
    named(known, 0, OFFICE)
    found = {each.key: each.column for each in differences(ledger, index)}
    expected = {f"{batch}/{number}": "license_id" for batch, number in unknown}
    assert found == expected | {f"{known}/0": "issuer"}


def test_a_node_that_hides_records_is_no_judge(ledger: LedgerSimulator, index: SqlIndex) -> None:
    class Hiding(LedgerSimulator):
        def records(self, from_block: int | None = None, to_block: int | None = None) -> Iterator[Any]:
            return iter(list(super().records(from_block, to_block))[:-1])

    with pytest.raises(IndexDivergedError, match="HEAD_MISMATCH"):
        check_index(Hiding(**vars(ledger)), index)
