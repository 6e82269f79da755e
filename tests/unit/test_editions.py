"""Editions from records to answers: which one stands, what a compromised key leaves, how a row is proved."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.domain.canonical import canonical, parse_strict
from ledger.domain.editions import (
    LONGEST_ROW,
    MOST_ROWS,
    EditionRow,
    read_edition,
    read_edition_row,
    read_rows,
    standing_of,
)
from ledger.domain.facts import Fact, fact_of
from ledger.domain.license_tree import Tree
from ledger.domain.license_types import LicenseType, license_type
from ledger.domain.lineage import void_as_of
from ledger.domain.moments import rfc3339
from ledger.domain.sharing_entities import Edition, Grant, Resource
from ledger.domain.state import typed
from ledger.errors import MalformedError
from ledger.service.share_editions import false_member, is_told, object_of_edition
from tests.sharing_records import BUREAU, DAY, QINGPU, TYPE, SharingRecords, bits, nonce
from tests.simulator import LedgerSimulator, founded_ledger


@pytest.fixture
def ledger() -> LedgerSimulator:
    return founded_ledger(sign=False)


@pytest.fixture
def made(ledger: LedgerSimulator) -> SharingRecords:
    records = SharingRecords(ledger)
    records.open_data("PARKS")
    return records


def told_of(ledger: LedgerSimulator) -> list[tuple[str, int]]:
    """Where the editions of the parks stand now, and what took their place."""
    state, at = ledger.state(), ledger.now
    found = typed(state, "resource", f"{BUREAU}/PARKS", Resource)
    assert found is not None
    editions = [each for name in found.editions if (each := typed(state, "edition", name, Edition))]
    is_void = void_as_of(state, at)
    stands = [standing_of(each, editions[each.number :], at, is_void) for each in editions]
    return [(standing.name, successor) for standing, successor in stands]


def test_the_last_edition_that_stands_takes_the_place_of_those_before(
    ledger: LedgerSimulator, made: SharingRecords
) -> None:
    made.publish("PARKS")
    made.publish("PARKS", "second", 2)
    made.publish("PARKS", "later", 3, since=ledger.now + DAY)
    assert told_of(ledger) == [("SUPERSEDED", 2), ("CURRENT", 0), ("NOT_YET", 0)]
    ledger.wait(2 * DAY)
    assert told_of(ledger) == [("SUPERSEDED", 3), ("SUPERSEDED", 3), ("CURRENT", 0)]
    made.withdraw_edition("PARKS", "later")
    assert told_of(ledger) == [("SUPERSEDED", 2), ("CURRENT", 0), ("WITHDRAWN", 0)]


def test_an_edition_by_a_compromised_key_is_void_and_a_withdrawal_by_it_stands(
    ledger: LedgerSimulator, made: SharingRecords
) -> None:
    made.publish("PARKS")
    ledger.wait(DAY)
    since = ledger.now
    made.publish("PARKS", "by a thief", 2)
    made.withdraw_edition("PARKS")
    ledger.cut_off_key(BUREAU, str(QINGPU), since)
    assert told_of(ledger) == [("WITHDRAWN", 0), ("KEY_COMPROMISED", 0)]


def test_opening_needs_no_decision_and_a_license_type_is_never_open(
    ledger: LedgerSimulator, made: SharingRecords
) -> None:
    asked = made.request("PARKS", fields=bits(1))
    grant = typed(ledger.state(), "grant", asked, Grant)
    assert grant is not None and grant.needs == frozenset()
    definition = {**license_type(TYPE).as_json(), "sharing": "OPEN"}
    with pytest.raises(MalformedError):
        LicenseType.from_json(definition)


@given(st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\n\r")), min_size=1, max_size=20))
def test_every_row_is_proved_and_no_other_in_its_place(rows: list[str]) -> None:
    lines = [f"{each}\r\n".encode() for each in rows]
    whole, read = read_edition(lines), read_rows(lines)
    assert (read.digest, read.size, len(read.leaves)) == (whole.digest, whole.size, len(rows))
    tree = Tree(read.leaves)
    top = "0x" + tree.root.hex()
    for number, text in enumerate(rows, 1):
        proof = tuple(tree.proof(number - 1))
        row = EditionRow("0x" + "00" * 32, "OWNER/CODE", read.digest, number, text, proof)
        assert row.is_under(top, len(rows))
        assert read_edition_row(parse_strict(canonical(row.as_json()))) == row
        assert not replace(row, text=text + " ").is_under(top, len(rows))
        assert not replace(row, row=number + 1).is_under(top, len(rows)) or rows[number : number + 1] == [
            text
        ]


def test_rows_that_are_too_many_too_long_or_no_text_are_refused() -> None:
    for lines in ([b"\xff\n"], [b"a" * LONGEST_ROW], [b"\n"] * (MOST_ROWS + 1)):
        with pytest.raises(ValueError, match=r"row|utf-8"):
            read_rows(lines)


def test_what_a_service_answers_about_something_else_is_no_answer() -> None:
    good = {
        "resource": "OWNER/CODE",
        "edition": 1,
        "standing": "CURRENT",
        "supersededBy": None,
        "digest": "11" * 32,
        "license": "CC-BY-4.0",
        "since": "2026-01-01T00:00:00Z",
        "publishedAt": "2026-01-01T00:00:00Z",
        "publishedBy": None,
        "rows": None,
        "root": None,
        "withdrawnAt": None,
        "reason": None,
    }
    asked = b"\x11" * 32
    assert is_told(good, asked) and is_told(good, asked, "OWNER/CODE")
    assert not is_told(good, b"\x12" * 32) and not is_told(good, asked, "OTHER/CODE")
    for changes in ({"standing": "GOOD"}, {"edition": "1"}, {"rows": 2}, {"rows": 2, "root": "0x12"}):
        assert not is_told({**good, **changes}, asked), changes
    for name in good:
        assert not is_told({key: each for key, each in good.items() if key != name}, asked), name
    assert not is_told(None, asked)


def test_a_node_that_says_something_else_than_the_records_is_found_out(
    ledger: LedgerSimulator, made: SharingRecords
) -> None:
    made.publish("PARKS")
    made.withdraw_edition("PARKS")
    about = object_of_edition(f"{BUREAU}/PARKS", bytes.fromhex(nonce("bytes")[2:]))
    facts: list[Fact] = [fact_of(each) for each in ledger.records() if each.object == about]
    row: dict[str, object] = {
        "edition": 1,
        "size": 1_000,
        "mediaType": "text/csv",
        "license": "CC-BY-4.0",
        "publishedAt": rfc3339(facts[0].time),
        "keyId": facts[0].key_ids[0],
        "rows": 10,
        "root": nonce("rows"),
        "withdrawnAt": rfc3339(facts[1].time),
        "reason": 3,
    }
    assert false_member(row, facts) == false_member(None, []) == ""
    assert false_member(row, []) == false_member(None, facts) == "edition"
    assert false_member({**row, "withdrawnAt": None, "reason": None}, facts) == "withdrawnAt"
    for name in row:
        assert false_member({**row, name: "other"}, facts) == name
