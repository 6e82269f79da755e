"""Reconciling over a ledger in memory: each difference by name, and what mends it."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given as given_by
from hypothesis import settings
from hypothesis import strategies as st

from ledger.adapters.batch_folder import LicenseFolder
from ledger.adapters.disk import flush
from ledger.adapters.index import open_index
from ledger.domain.canonical import parse_strict
from ledger.domain.document import Envelope
from ledger.domain.feed_header import FeedHeader, FeedKind
from ledger.domain.identifiers import LicenseIdentifier
from ledger.domain.license_types import license_type
from ledger.domain.moments import parse_moment
from ledger.domain.sheet_rows import Cell, SheetRow
from ledger.domain.snapshot import SnapshotRow, SnapshotRows, read_snapshot_header
from ledger.errors import MalformedError
from ledger.service.follow import Follow
from ledger.service.mend import MendFeed
from ledger.service.reconcile import Reconcile, Reconciliation, Stock
from tests.collecting import Desk
from tests.e2e.feeds_made import SOURCE_TIME, Feed, given, serial
from tests.e2e.sheets_made import TYPE, rows
from tests.simulator import BUREAU, founded_ledger

Json = dict[str, Any]
KIND = license_type(TYPE)
END = {"03": "UNLAWFUL_ISSUE", "04": "HOLDER_REQUEST", "07": "PENALTY"}


def identifier(number: int, version: int = 1) -> str:
    return LicenseIdentifier.compose(TYPE, BUREAU, serial(number), f"{version:03d}").text


def feed(first: int = 1, **header: Any) -> Feed:
    return Feed(first, **{"issuer": BUREAU, "collector": BUREAU, **header})


def line(value: object, at: int = 1) -> SheetRow:
    return SheetRow(at, (Cell(json.dumps(value, ensure_ascii=False)),))


def stated(number: int, status: str = "01", **metadata: Any) -> Json:
    """A row of a source that knows its licenses by serial."""
    row: Json = {"status": status, "license": given(number, **metadata)}
    return {**row, "ground": END[status]} if status in END else row


class Comparison:
    """A desk, its index, and the mend of the last comparison."""

    def __init__(self, desk: Desk) -> None:
        self.desk, self.taken_at = desk, desk.ledger.now
        self.mend: list[Json] = []
        self.feed = MendFeed(self.mend.append)

    def run(self, *rows_: Json) -> Reconciliation:
        self.mend.clear()
        self.feed = MendFeed(self.mend.append)
        ledger, folder = self.desk.ledger, LicenseFolder(self.desk.out, flush)
        index = open_index(self.desk.folder / "home", ledger.ledger_id)
        Follow(ledger, index).sync()
        for name, license_id in self.desk.names.items():
            index.remember(name, license_id, BUREAU, 0)

        def envelope(name: str) -> Envelope | None:
            data = folder.read(name)
            return Envelope.parse(data) if data else None

        stock = Stock(BUREAU, TYPE, index, envelope, lambda _: None)
        reader = SnapshotRows(None, KIND, BUREAU)
        read = (reader.read(line(each, at)) for at, each in enumerate(rows_, 1))
        try:
            return Reconcile(stock, KIND, self.taken_at, ledger.now, self.feed.take).run(read)
        finally:
            index.close()

    def mended(self) -> list[str]:
        """Collect the mend; the codes of what was rejected."""
        taken_at = parse_moment(SOURCE_TIME)
        header = FeedHeader("js-registry", BUREAU, TYPE, BUREAU, 1, taken_at, FeedKind.MEND)
        path = self.desk.folder / f"mend-{self.desk.ledger.seq}.jsonl"
        content = [header.as_json(), *self.mend]
        path.write_text("".join(json.dumps(each, ensure_ascii=False) + "\n" for each in content))
        report = self.desk.collect(path)
        assert report.stopped is None
        return [fault.code for _, reasons in report.rejected for fault in reasons]


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    made = Desk(tmp_path, founded_ledger())
    lines = feed()
    for number in range(5):
        lines.insert(number)
    lines.act(1, "suspend", "PENALTY").act(2, "revoke", "PENALTY")
    lines.update(3, "change", certificateExpiringDate="2029-06-30")
    assert made.collect(lines.write(tmp_path / "a.jsonl")).rejected == []
    return made


def all_of(changes: dict[int, Json] | None = None) -> list[Json]:
    """What the source of the desk holds, with some rows changed or, where empty, left out."""
    held = {
        0: stated(0),
        1: stated(1, "02"),
        2: stated(2, "07"),
        3: stated(3, certificateExpiringDate="2029-06-30"),
        4: stated(4),
        **(changes or {}),
    }
    return [row for row in held.values() if row]


# --- each difference --------------------------------------------------------------------------


def test_where_nothing_differs_the_report_is_clean(desk: Desk) -> None:
    report = Comparison(desk).run(*all_of())
    assert (report.is_clean, report.compared, report.same, report.superseded) == (True, 5, 5, 1)
    assert report.as_json()["counts"]["source"] == 5  # type: ignore[index]


def test_identifiers_match_as_well_as_serials(desk: Desk) -> None:
    statuses = ["01", "02", "07", "01", "01"]
    rows_ = [
        {"identifier": identifier(number, 2 if number == 3 else 1), "status": status}
        for number, status in enumerate(statuses)
    ]
    assert Comparison(desk).run(*rows_).is_clean


def test_content_that_differs_is_named_by_its_fields_and_no_values(desk: Desk) -> None:
    changed = stated(0)
    changed["license"]["face"]["employer"] = "别的企业"
    changed["license"]["holders"].append({"name": "某人", "code": "310101190001010011", "codeType": "111"})
    report = Comparison(desk).run(*all_of({0: changed}))
    (found,) = report.differing
    assert found["identifier"] == identifier(0)
    assert {"face/employer", "holders/1/name"} < set(found["fields"])
    text = json.dumps(report.as_json(), ensure_ascii=False)
    assert "别的企业" not in text
    assert "某人" not in text
    assert not report.is_clean


@pytest.mark.parametrize(
    ("number", "status", "ledger"),
    [(0, "02", "IN_FORCE"), (1, "01", "SUSPENDED"), (2, "04", "REVOKED"), (4, "06", "IN_FORCE")],
)
def test_statuses_that_differ_are_told_with_both(desk: Desk, number: int, status: str, ledger: str) -> None:
    report = Comparison(desk).run(*all_of({number: stated(number, status)}))
    told = {"identifier": identifier(number), "source": status, "ledger": ledger}
    assert report.status_differs == [told]


def test_what_one_side_alone_holds_is_told(desk: Desk) -> None:
    report = Comparison(desk).run(*all_of({4: {}, 7: stated(7)}))
    assert report.only_source == [{"identifier": identifier(7), "serial": serial(7)}]
    (alone,) = report.only_ledger
    assert (alone["identifier"], alone["status"]) == (identifier(4), "IN_FORCE")


def test_a_status_that_was_right_when_the_snapshot_was_taken_is_right(desk: Desk) -> None:
    compared = Comparison(desk)
    desk.collect(feed(9).act(0, "suspend", "PENALTY").write(desk.folder / "b.jsonl"))
    assert compared.run(*all_of()).is_clean
    assert compared.run(*all_of({0: stated(0, "02")})).is_clean
    assert not compared.run(*all_of({0: stated(0, "07")})).is_clean


def test_an_altered_or_missing_license_file_never_counts_as_the_same(desk: Desk) -> None:
    path = desk.out / f"{identifier(0)}.elic.json"
    whole = parse_strict(path.read_bytes())
    whole["license"]["face"]["employer"] = "甲"
    path.write_text(json.dumps(whole, ensure_ascii=False))
    (desk.out / f"{identifier(1)}.elic.json").unlink()
    report = Comparison(desk).run(*all_of())
    assert report.uncompared == [
        {"identifier": identifier(0), "code": "ENVELOPE_TAMPERED"},
        {"identifier": identifier(1), "code": "ENVELOPE_MISSING"},
    ]
    assert (report.is_clean, report.same) == (False, 3)


def test_a_leaf_whose_name_is_lost_is_counted(desk: Desk) -> None:
    del desk.names[identifier(4)]
    report = Comparison(desk).run(*all_of({4: {}}))
    assert (report.unnamed, report.is_clean) == (1, False)


# --- snapshots --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("row", "field", "code"),
    [
        ({"license": given(1)}, "status", "FIELD_REQUIRED"),
        ({"status": "08", "license": given(1)}, "status", "FIELD_CHOICE"),
        ({"status": ["01"], "license": given(1)}, "status", "FIELD_TYPE"),
        ({"status": "99", "license": given(1)}, "note", "FIELD_REQUIRED"),
        ({"status": "01"}, "identifier", "FIELD_REQUIRED"),
        ({"status": "01", "identifier": "1.2.3"}, "identifier", "FIELD_REQUIRED"),
        ({"status": "01", "serial": "1", "more": "1"}, "more", "FIELD_NOT_ALLOWED"),
        ({"status": "01", "license": []}, "", "JSON_NOT_OBJECT"),
        (
            {"status": "01", "license": given(1, certificateIssuedDate="x")},
            "certificateIssuedDate",
            "FIELD_DATE",
        ),
        (
            {
                "status": "01",
                "identifier": identifier(2),
                "license": given(1, certificateIdentifier=identifier(1)),
            },
            "identifier",
            "FIELD_CONTRADICTS",
        ),
    ],
)
def test_a_row_that_says_nothing_usable_is_told(row: Json, field: str, code: str) -> None:
    found = SnapshotRows(None, KIND, BUREAU).read(line(row))
    assert isinstance(found, list)
    assert (field, code) in [(fault.field, fault.code) for fault in found]


@pytest.mark.parametrize("text", ["{", "[]", '{"status": 1.5}'])
def test_an_unreadable_row_is_told(text: str) -> None:
    found = SnapshotRows(None, KIND, BUREAU).read(SheetRow(1, (Cell(text),)))
    assert isinstance(found, list)
    assert found[0].code.startswith("JSON_")


def test_a_license_twice_is_told() -> None:
    reader = SnapshotRows(None, KIND, BUREAU)
    same = {"status": "01", "serial": "77"}
    assert isinstance(reader.read(line(same)), SnapshotRow)
    again = reader.read(line(same, 2))
    assert isinstance(again, list)
    assert [fault.code for fault in again] == ["SNAPSHOT_TWICE"]


def test_a_sheet_has_one_more_column_or_no_content_at_all() -> None:
    made = {"status": "01", **rows(1, 5)[0]}
    names, cells = tuple(made), tuple(map(Cell, made.values()))
    row = SnapshotRows(names, KIND, BUREAU).read(SheetRow(2, cells, names))
    assert isinstance(row, SnapshotRow)
    assert (row.serial, row.status, row.identifier) == (serial(5), "01", "")
    assert row.given is not None
    assert row.given["origin"] == "collected"
    bare = ("certificateIdentifier", "status")
    short = SnapshotRows(bare, KIND, BUREAU).read(SheetRow(2, (Cell(identifier(5)), Cell("02")), bare))
    assert isinstance(short, SnapshotRow)
    assert (short.identifier, short.status, short.given) == (identifier(5), "02", None)
    with pytest.raises(MalformedError, match="SHEET_COLUMN_MISSING"):
        SnapshotRows(tuple(rows(1, 5)[0]), KIND, BUREAU)


def test_a_header_may_stand_before_the_rows() -> None:
    told = {"format": "elicense-snapshot/1", "source": "js", "sourceTime": "2026-11-20T08:00:00Z"}
    header = read_snapshot_header(line(told))
    assert header is not None
    assert (header.source, header.source_time) == ("js", 1_795_161_600)
    assert read_snapshot_header(line({"status": "01"})) is None
    for bad in ({"format": "x"}, {**told, "more": 1}, {**told, "sourceTime": "x"}, {**told, "source": 1}):
        with pytest.raises(MalformedError, match="SNAPSHOT_HEADER"):
            read_snapshot_header(line(bad))


# --- mending ----------------------------------------------------------------------------------


def test_what_differs_is_mended_by_what_the_comparison_says_to_feed(desk: Desk) -> None:
    changed = stated(0)
    changed["license"]["face"]["employer"] = "别的企业"
    source = all_of({0: changed, 1: stated(1), 4: stated(4, "07"), 7: stated(7, "02"), 8: stated(8, "04")})
    compared = Comparison(desk)
    compared.run(*source)
    said = [each.get("act", each["op"]) for each in compared.mend]
    assert said == ["correct", "06", "05", "insert", "03", "insert", "05"]
    assert compared.mended() == []
    assert compared.run(*source).is_clean
    assert desk.status(identifier(0, 2)) == "IN_FORCE"


def test_what_cannot_be_told_is_left_undone_with_its_reason(desk: Desk) -> None:
    suspended = stated(1, "02", certificateExpiringDate="2031-01-01")
    lapsed = {"status": "05", "license": given(4)}
    source = all_of({0: {"status": "01", "serial": "404"}, 1: suspended, 2: stated(2), 4: lapsed})
    compared = Comparison(desk)
    compared.run(*source)
    assert compared.feed.undone == [
        {"identifier": "404", "code": "NO_CONTENT"},
        {"identifier": identifier(1), "code": "SUSPENDED"},
        {"identifier": identifier(2), "code": "ENDED"},
        {"identifier": identifier(4), "code": "STATUS_UNTOLD"},
    ]
    assert compared.mend == []


def test_a_mend_settles_what_was_rejected_of_the_license_before(desk: Desk) -> None:
    desk.collect(feed(9).act(0, "suspend").act(0, "revoke", "PENALTY").write(desk.folder / "b.jsonl"))
    assert len(desk.rejected) == 3
    compared = Comparison(desk)
    compared.run(*all_of({0: stated(0, "07")}))
    assert compared.mended() == []
    assert desk.rejected == []
    report = desk.collect(feed(11).insert(9).write(desk.folder / "c.jsonl"))
    assert (report.stopped, report.rejected) == (None, [])


VERBS = st.sampled_from(["insert", "change", "suspend", "resume", "revoke", "cancel"])
GROUNDS = {
    "suspend": "PENALTY",
    "resume": "PENALTY_SERVED",
    "revoke": "PENALTY",
    "cancel": "HOLDER_REQUEST",
}
STATED = st.tuples(st.sampled_from(["01", "02", "04", "07"]), st.integers(1, 3))
SOURCE = st.dictionaries(st.integers(0, 3), STATED, max_size=4)


@given_by(st.lists(st.tuples(st.integers(0, 3), VERBS, st.integers(1, 3)), max_size=10), SOURCE)
@settings(max_examples=20)
def test_after_its_mend_a_comparison_finds_only_what_it_said_it_could_not_mend(
    history: list[tuple[int, str, int]], source: dict[int, tuple[str, int]]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        desk = Desk(Path(folder), founded_ledger(sign=False))
        made = feed()
        for number, verb, month in history:
            day = f"2030-0{month}-01"
            if verb == "insert":
                made.insert(number, certificateExpiringDate=day)
            elif verb == "change":
                made.update(number, verb, certificateExpiringDate=day)
            else:
                made.act(number, verb, GROUNDS[verb])
        desk.collect(made.write(desk.folder / "a.jsonl"))
        rows_ = [stated(n, s, certificateExpiringDate=f"2030-0{m}-01") for n, (s, m) in source.items()]
        compared = Comparison(desk)
        compared.run(*rows_)
        undone = {each["identifier"] for each in compared.feed.undone}
        if compared.mend:
            assert compared.mended() == []
        report = compared.run(*rows_)
        left = {each["identifier"] for each in (*report.differing, *report.status_differs)}
        assert left <= undone
        assert report.only_source == []
        assert report.compared == len(source)
