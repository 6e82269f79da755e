"""Finding licenses by their holders: what is found is what reading all license files would find."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.adapters.index import SqlIndex, open_index
from ledger.adapters.sqlite.holder_names import SqliteHolderNames
from ledger.domain.document import Envelope
from ledger.ports import Name
from ledger.service.locate_licenses import AT_ONCE, LocateLicenses
from tests.copies.world import license_file
from tests.simulator import LEDGER_ID

ISSUER, OTHER = "11310000MB0TE5T1XB", "11330000MB0TE5T28K"
SECRETS = {ISSUER: bytes(32), OTHER: bytes([1]) * 32}
CODES = ("310101190001010011", "320509190003030053", "91330421MA0DEMX21Q")


def held_by(*codes: str) -> Envelope:
    kinds = {each: "001" if each.startswith("9") else "111" for each in codes}
    rows = [{"name": "示例持证人", "code": each, "codeType": kind} for each, kind in kinds.items()]
    return license_file(holders=rows)


FILES = [held_by(*codes) for codes in (CODES[:1], CODES[1:2], CODES[2:], CODES[:2])]


@dataclass
class Home:
    """An issuer's home, as far as lookups see it."""

    index: SqlIndex
    names: SqliteHolderNames
    files: dict[str, Envelope] = field(default_factory=dict)
    issuers: dict[str, str] = field(default_factory=dict)
    read: list[str] = field(default_factory=list)

    def named(self, license_id: str, issuer: str = ISSUER) -> None:
        self.index.remember(f"identifier {license_id}", license_id, issuer, 1)
        self.issuers[license_id] = issuer

    def issued(self, number: int, file: Envelope = FILES[0], issuer: str = ISSUER) -> str:
        license_id = f"0x{number:064x}"
        self.named(license_id, issuer)
        self.files[license_id] = file
        return license_id

    def kept(self, license_id: str) -> Envelope | None:
        self.read.append(license_id)
        return self.files.get(license_id)

    def of(self, code: str, issuer: str = ISSUER) -> list[str]:
        found = LocateLicenses(self.names, self.index.named_since, self.kept, SECRETS.__getitem__)
        return found.of(issuer, code)

    def by_reading_all(self, code: str, issuer: str = ISSUER) -> list[str]:
        files = ((each, file) for each, file in self.files.items() if self.issuers[each] == issuer)
        return sorted(name for name, file in files if code in str(file.license["holders"]))


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    made = open_home(tmp_path)
    yield made
    made.index.close()


def open_home(folder: Path) -> Home:
    return Home(open_index(folder, LEDGER_ID), SqliteHolderNames(folder / "holders.sqlite3"))


HAPPENINGS = ("issue", "issue of another", "name only", "file comes", "look")
STEPS = st.lists(st.sampled_from(HAPPENINGS), max_size=14)


@settings(max_examples=25, deadline=None)
@given(steps=STEPS, choice=st.randoms(use_true_random=False))
def test_what_is_found_is_what_reading_all_files_finds_in_whatever_order_things_happen(
    tmp_path_factory: pytest.TempPathFactory, steps: list[str], choice: object
) -> None:
    home, late = open_home(tmp_path_factory.mktemp("home")), []
    for number, step in enumerate([*steps, "look"], 1):
        file = FILES[choice.randrange(len(FILES))]  # type: ignore[attr-defined]
        match step:
            case "issue":
                home.issued(number, file)
            case "issue of another":
                home.issued(number, file, OTHER)
            case "name only":
                late.append(f"0x{number:064x}")
                home.named(late[-1])
            case "file comes" if late:
                home.files[late.pop()] = file
            case "look":
                for issuer in (ISSUER, OTHER):
                    found = [home.of(code, issuer) for code in CODES]
                    assert found == [home.by_reading_all(code, issuer) for code in CODES]
    home.index.close()


def test_a_lookup_reads_what_came_since_the_last_one_and_nothing_else(home: Home) -> None:
    names = [Name(f"many {n}", f"0x{n:064x}", ISSUER, 1) for n in range(2 * AT_ONCE + 1)]
    home.index.remember_all(names)
    home.files = dict.fromkeys((each.license_id for each in names), FILES[0])
    assert len(home.of(CODES[0])) == len(names)
    home.read.clear()
    assert len(home.of(CODES[0])) == len(names)
    assert home.read == []
    new = home.issued(70_000, FILES[1])
    assert home.of(CODES[1]) == [new]
    assert home.read == [new]


def test_a_name_that_is_noted_again_is_not_read_again(home: Home) -> None:
    first = home.issued(1)
    home.issued(2)
    home.of(CODES[0])
    home.read.clear()
    home.issued(1)
    assert home.of(CODES[0])[0] == first
    assert home.read == []


def test_what_was_erased_stays_so_whatever_is_read_again(home: Home) -> None:
    gone = home.issued(1)
    home.names.forget(gone)
    assert home.of(CODES[0]) == []
    assert home.names.count(gone) == 0


def test_another_file_of_names_in_its_place_is_read_from_its_beginning(home: Home, tmp_path: Path) -> None:
    for number in range(5):
        home.issued(number, FILES[2])
    home.of(CODES[0])
    home.index.close()
    fresh = open_home(tmp_path / "restored")
    fresh.names = home.names
    there = fresh.issued(9)
    assert fresh.of(CODES[0]) == [there]
    fresh.index.close()


def test_the_file_tells_nobody_whose_licenses_there_are(home: Home, tmp_path: Path) -> None:
    home.issued(1, held_by(*CODES))
    home.of(CODES[0])
    with closing(sqlite3.connect(tmp_path / "holders.sqlite3")) as database:
        rows = [
            str(row)
            for table in ("holder", "looked", "waiting")
            for row in database.execute(f"SELECT * FROM {table}")
        ]
    assert len(rows) == 4
    assert not any(code in row for row in rows for code in CODES)
