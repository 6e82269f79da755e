"""Answers about corrections and to holders, from records: whom they tell of what, and how long they get."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from ledger.adapters.clock import SystemEntropy
from ledger.adapters.evidence_folder import EvidenceFolder
from ledger.adapters.outbox import FileOutbox
from ledger.domain.apply import State
from ledger.domain.corrections import OPEN_STATES, state_at
from ledger.domain.entities import Entity
from ledger.domain.links import By, links_of
from ledger.domain.sharing import Outcome
from ledger.domain.sharing_entities import Correction
from ledger.domain.state import StateView
from ledger.errors import LedgerError
from ledger.service.counting import CountDeadlines, FindTexts
from ledger.service.evidence import MOST_BYTES, Evidence
from ledger.service.party_texts import PartyTexts
from ledger.service.seen_records import Seen, SeenRecords
from ledger.service.shown_corrections import MOST_ROWS, ShowCorrections, Wanted
from tests.sharing_records import SharingRecords, a_use
from tests.simulator import BUREAU, DAY, OFFICE, LedgerSimulator, founded_ledger, id_of

HELD = id_of("a license that is doubted")


class Tables:
    """A state in memory, read as an index."""

    def __init__(self, state: State) -> None:
        self._state = state
        self.ledger_id = state.ledger_id

    def get(self, table: str, key: str) -> Entity | None:
        return self._state.get(table, key)

    def entities(self, table: str, after: str = "") -> Iterator[tuple[str, Entity]]:
        rows = sorted(self._state.tables.get(table, {}).items())
        return ((key, each) for key, each in rows if key > after)

    def linked(self, table: str, by: By, value: str, after: str = "") -> Iterator[tuple[str, Entity]]:
        return ((key, each) for key, each in self.entities(table, after) if (by, value) in links_of(each))


def by_default(state: StateView, now: int) -> CountDeadlines:
    """How a home counts that keeps no calendars and no rulebooks."""
    return CountDeadlines.by(state, now, FindTexts())


@pytest.fixture
def ledger() -> LedgerSimulator:
    return founded_ledger(sign=False)


@pytest.fixture
def made(ledger: LedgerSimulator) -> SharingRecords:
    records = SharingRecords(ledger)
    records.register("OPEN")
    return records


@pytest.fixture
def evidence(tmp_path: Path) -> Evidence:
    return Evidence(EvidenceFolder(tmp_path / "evidence"), SystemEntropy())


def shown(ledger: LedgerSimulator, folder: Path, evidence: Evidence) -> ShowCorrections:
    texts = PartyTexts(FileOutbox(folder / "sharing"), SystemEntropy())
    tables, now = Tables(ledger.state()), ledger.now
    return ShowCorrections(tables, texts, evidence, now, by_default(tables, now))  # type: ignore[arg-type]


def test_a_flood_of_doubts_makes_no_answer_longer_and_hides_no_earlier_one(
    ledger: LedgerSimulator, made: SharingRecords, tmp_path: Path, evidence: Evidence
) -> None:
    ledger.issue(HELD)
    grant = made.request("OPEN")
    made.use(a_use(grant))
    honest = made.open(grant, "OPEN", licenseId=HELD)
    flood = [made.open(grant, "OPEN", f"flood {number}", licenseId=HELD) for number in range(1_000)]
    show = shown(ledger, tmp_path, evidence)
    page = show.rows(Wanted(license_id=HELD))
    assert (len(page["corrections"]), page["total"], page["counts"]) == (MOST_ROWS, 1_001, {"OPEN": 1_001})
    assert page["corrections"][0]["correction"] == honest, "the oldest comes first"
    walked, after = 0, ""
    while True:
        page = show.rows(Wanted(license_id=HELD, after=after))
        walked += len(page["corrections"])
        if page["next"] is None:
            break
        after = page["next"]
    assert walked == 1_001
    made.answer(honest)
    for each in flood:
        made.answer(each, Outcome.NO)
    show = shown(ledger, tmp_path, evidence)
    (row,) = show.rows(Wanted(body=OFFICE, limit=1))["corrections"]
    assert (row["correction"], row["notice"]["uses"]) == (honest, 1)
    state = ledger.state().tables["correction"].values()
    found = [each for each in state if isinstance(each, Correction) and each.license_id == HELD]
    assert [each for each in found if state_at(each, ledger.now) in OPEN_STATES] == []


def test_who_is_late_is_listed_with_what_he_is_late_with(
    ledger: LedgerSimulator, made: SharingRecords, tmp_path: Path, evidence: Evidence
) -> None:
    grant = made.request("OPEN")
    made.use(a_use(grant))
    opened = made.open(grant, "OPEN")

    def overdue() -> list[tuple[str, str, bool]]:
        rows = shown(ledger, tmp_path, evidence).rows(Wanted(is_overdue=True))["corrections"]
        return [(each["need"], each["by"], each["overdue"]) for row in rows for each in row["next"]]

    assert overdue() == []
    ledger.wait(20 * DAY)
    assert overdue() == [("ANSWER", BUREAU, True)]
    made.answer(opened)
    assert overdue() == []
    ledger.wait(10 * DAY)
    assert overdue() == [("ACKNOWLEDGE", OFFICE, True)]
    made.acknowledge(opened)
    assert overdue() == []
    (row,) = shown(ledger, tmp_path, evidence).rows(Wanted(body=OFFICE))["corrections"]
    assert row["answer"]["overdue"], "the answer came, but late"
    assert row["notice"]["acknowledgement"]["overdue"]


@pytest.mark.parametrize(("days", "is_late"), [(1, False), (20, True)])
def test_a_dispute_ends_the_wait_for_an_answer_and_hides_no_delay(
    ledger: LedgerSimulator,
    made: SharingRecords,
    tmp_path: Path,
    evidence: Evidence,
    days: int,
    is_late: bool,
) -> None:
    grant = made.request("OPEN")
    made.use(a_use(grant))
    opened = made.open(grant, "OPEN")
    ledger.wait(days * DAY)
    made.dispute(opened)
    ledger.wait(100 * DAY)
    (row,) = shown(ledger, tmp_path, evidence).rows(Wanted())["corrections"]
    assert [each["need"] for each in row["next"]] == ["SETTLE"]
    assert (row["answer"]["overdue"], row["answer"]["doneAt"]) == (is_late, None)


def test_evidence_is_salted_and_what_is_handed_in_is_held_against_the_digest(
    evidence: Evidence, tmp_path: Path
) -> None:
    first, again = evidence.keep(b"same"), evidence.keep(b"same")
    assert first != again, "nobody finds out by trying what the file says"
    other = Evidence(EvidenceFolder(tmp_path / "other"), SystemEntropy())
    assert other.take_in(first, evidence.salted(first)) == b"same"
    for wrong in (evidence.salted(again), b"", evidence.salted(first)[:-1]):
        with pytest.raises(LedgerError, match="EVIDENCE_OF_ANOTHER"):
            other.take_in(first, wrong)
    for size in (0, MOST_BYTES + 1):
        with pytest.raises(LedgerError, match="EVIDENCE_SIZE"):
            evidence.keep(bytes(size))
    assert (tmp_path / "evidence" / first[2:]).stat().st_mode & 0o077 == 0


def test_what_a_provider_names_late_is_new_though_its_record_is_old(tmp_path: Path) -> None:
    kept = SeenRecords(FileOutbox(tmp_path / "seen"))

    def event(seq: int, request: str, named_by: str | None = None, name: str = "USED") -> dict[str, object]:
        return {"event": name, "seq": seq, "request": request, "namedBy": named_by}

    own = [event(5, "0x01"), event(9, "0x02", name="GRANT_DECIDED")]
    assert Seen().new_in(own) == own[:1], "of what is no use she is not told"
    kept.note(HELD, Seen().with_seen(own))
    late = event(3, "0x03", BUREAU)
    assert kept.of(HELD).new_in([*own, late]) == [late]
    kept.note(HELD, kept.of(HELD).with_seen([*own, late]))
    assert kept.of(HELD).new_in([*own, late]) == []
