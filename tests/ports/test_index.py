"""The index: equal to replay after every block, whole after a crash, right after a reorganisation."""

from __future__ import annotations

import os
import pickle
import signal
import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from ledger.adapters import index as adapter
from ledger.adapters.index import KEPT_HEADS, SqlIndex, open_index
from ledger.domain.acts import Act
from ledger.domain.apply import APPLY_VERSION
from ledger.domain.entities import License
from ledger.domain.entity_json import ENTITY_OF, state_digest
from ledger.domain.links import YES, By, links_of
from ledger.domain.messages import MESSAGES, Kind, message_digest
from ledger.domain.records import RawLog, Record, raw_log_of
from ledger.errors import ChainOutageError, StoreOutageError, TrustError
from ledger.ports import Advance, Cursor, Name
from ledger.proof.headers import Header
from ledger.service import follow
from ledger.service.follow import Follow, IndexDivergedError
from tests.processes import START
from tests.sharing_records import SharingRecords, nonce, word
from tests.simulator import (
    BUREAU,
    LEDGER_ID,
    NATIONAL_TYPE,
    OFFICE,
    REGIONAL_TYPE,
    LedgerSimulator,
    every_kind,
    founded_ledger,
    hash32,
    id_of,
)


@pytest.fixture
def ledger() -> LedgerSimulator:
    return every_kind(founded_ledger(sign=False))


@pytest.fixture
def index(tmp_path: Path) -> Iterator[SqlIndex]:
    opened = open_index(tmp_path, LEDGER_ID)
    yield opened
    opened.close()


def digest_of(index: SqlIndex) -> str:
    return state_digest({name: dict(index.entities(name)) for name in ENTITY_OF}, APPLY_VERSION)


def replayed(ledger: LedgerSimulator) -> str:
    return state_digest(ledger.state().tables, APPLY_VERSION)


# --- live = replayed ----------------------------------------------------------------------


def test_the_live_index_equals_replay_after_every_block(index: SqlIndex) -> None:
    whole = every_kind(founded_ledger(sign=False))
    growing = LedgerSimulator(blocks=whole.blocks[:1])
    for block in whole.blocks[1:]:
        growing.blocks = [*growing.blocks, block]
        growing._heads = whole._heads
        assert Follow(growing, index).sync() == block.header
        assert digest_of(index) == replayed(growing)
    cursor = index.cursor()
    assert cursor == Cursor(whole.seq, whole.journal()[1], len(whole.blocks) - 1, whole.head().hash)


def test_only_its_owner_reads_the_index_of_a_home(tmp_path: Path) -> None:
    folder = tmp_path / "home"
    folder.mkdir(mode=0o755)
    open_index(folder, LEDGER_ID).close()
    assert {file.name for file in folder.iterdir()} >= {"index.db", "names.db"}
    assert all(file.stat().st_mode & 0o077 == 0 for file in folder.iterdir())


def test_one_sync_gives_what_many_give(ledger: LedgerSimulator, index: SqlIndex) -> None:
    assert Follow(ledger, index).sync() == ledger.head()
    assert digest_of(index) == replayed(ledger)


@pytest.mark.parametrize("size", [1, 3, 7])
def test_runs_of_any_size_end_at_whole_blocks(
    ledger: LedgerSimulator, index: SqlIndex, size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(follow, "BATCH_RECORDS", size)
    Follow(ledger, index).sync()
    assert digest_of(index) == replayed(ledger)
    for head in index.heads():
        assert (head.seq, head.head) == ledger.journal(head.block)
        assert head.block_hash == ledger.header(head.block).hash


def test_nothing_new_costs_neither_logs_nor_writes(ledger: LedgerSimulator, index: SqlIndex) -> None:
    Follow(ledger, index).sync()
    ledger.calls.clear()
    before = list(index.rows())
    assert Follow(ledger, index).sync() == ledger.head()
    assert "logs" not in ledger.calls
    assert list(index.rows()) == before


def test_only_new_blocks_are_read(ledger: LedgerSimulator, index: SqlIndex) -> None:
    Follow(ledger, index).sync()
    asked: list[int | None] = []

    class Watched(LedgerSimulator):
        def logs(self, from_block: int | None = None, to_block: int | None = None) -> Iterator[RawLog]:
            asked.append(from_block)
            return super().logs(from_block, to_block)

    watched = Watched(**vars(ledger))
    height = len(ledger.blocks)
    watched.issue(id_of("later"))
    Follow(watched, index).sync()
    assert asked == [height]
    assert index.get("license", id_of("later")) is not None


def test_empty_blocks_move_the_cursor(ledger: LedgerSimulator, index: SqlIndex) -> None:
    Follow(ledger, index).sync()
    ledger.mine(3)
    Follow(ledger, index).sync()
    cursor = index.cursor()
    assert cursor is not None
    assert (cursor.block, cursor.seq) == (len(ledger.blocks) - 1, ledger.seq)


# --- looking up ---------------------------------------------------------------------------


def scanned(index: SqlIndex, by: By, value: str, table: str) -> list[str]:
    """What a full scan finds of a word."""
    return [key for key, entity in index.entities(table) if (by, value) in links_of(entity)]


def words(index: SqlIndex) -> set[tuple[str, By, str]]:
    return {
        (name, *word) for name in ENTITY_OF for _, each in index.entities(name) for word in links_of(each)
    }


def test_what_is_found_by_a_word_is_what_a_full_scan_finds(ledger: LedgerSimulator, index: SqlIndex) -> None:
    Follow(ledger, index).sync()
    known = words(index)
    assert {by for _, by, _ in known} == set(By) - {By.OPEN}, "all demands there were met"
    for table, by, value in known:
        assert [key for key, _ in index.linked(table, by, value)] == scanned(index, by, value, table)
    assert list(index.linked("grant", By.GRANTEE, "nobody")) == []


def test_words_follow_what_changes_and_what_is_rolled_back(index: SqlIndex) -> None:
    ledger = founded_ledger(sign=False)
    demand = {"demander": word(OFFICE), "nonce": nonce("demand"), "wanted": nonce("wanted")}
    made = ledger.record("Demand", [OFFICE], **demand, item=word("ITEM-1"))
    SharingRecords(ledger).register("OPEN")
    Follow(ledger, index).sync()
    before = index.cursor()
    assert [key for key, _ in index.linked("demand", By.OPEN, YES)] == ["0x" + made.object.hex()]
    about = {"demand": "0x" + made.object.hex(), "owner": word(BUREAU), "code": word("OPEN")}
    ledger.record("MatchDemand", [OFFICE], **about)
    SharingRecords(ledger).request("OPEN")
    Follow(ledger, index).sync()
    assert list(index.linked("demand", By.OPEN, YES)) == []
    assert len(list(index.linked("demand", By.DEMANDER, OFFICE))) == 1
    assert len(list(index.linked("grant", By.OWNER, BUREAU))) == 1
    index.roll_back(before)
    assert len(list(index.linked("demand", By.OPEN, YES))) == 1
    assert list(index.linked("grant", By.OWNER, BUREAU)) == []


def test_licenses_are_found_by_issuer_and_type_page_by_page(ledger: LedgerSimulator, index: SqlIndex) -> None:
    for n in range(25):
        ledger.issue(id_of(f"paged {n}"))
    Follow(ledger, index).sync()
    licenses = [each for each in ledger.state().tables["license"].values() if isinstance(each, License)]

    def expected(issuer: str | None, code: str | None) -> list[str]:
        return sorted(
            each.license_id
            for each in licenses
            if issuer in (None, each.issuer) and code in (None, each.license_type)
        )

    for issuer in (None, BUREAU, OFFICE, "nobody"):
        for code in (None, NATIONAL_TYPE, REGIONAL_TYPE):
            found: list[str] = []
            while page := index.find_licenses(issuer, code, limit=4, after=found[-1] if found else ""):
                assert len(page) <= 4
                found += [each.license_id for each in page]
            assert found == expected(issuer, code)


def test_a_message_is_found_where_it_was_recorded_first(ledger: LedgerSimulator, index: SqlIndex) -> None:
    Follow(ledger, index).sync()
    first: dict[bytes, int] = {}
    for record in ledger.records():
        struct, _ = record.message()
        digest = message_digest(struct, record.decoded().data)
        assert index.seq_of(digest) == first.setdefault(digest, record.seq)
    assert len(first) < ledger.seq, "some messages make two records"
    assert index.seq_of(message_digest(MESSAGES["Issue"], b"never sent")) is None


def test_an_unknown_entity_is_none(index: SqlIndex) -> None:
    assert index.get("license", hash32("nothing")) is None
    assert list(index.entities("license")) == []
    assert index.cursor() is None


# --- reorganisations ----------------------------------------------------------------------


@pytest.mark.parametrize("depth", [1, 2, 5, 10])
def test_a_rewritten_chain_rolls_the_index_back(
    ledger: LedgerSimulator, index: SqlIndex, depth: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(follow, "BATCH_RECORDS", 1)
    Follow(ledger, index).sync()
    ledger.reorganise(depth)
    ledger.wait(60)
    ledger.issue(id_of("only on the new branch"))
    for n in range(depth):
        ledger.issue(id_of(f"branch {n}"))
    rolled: list[Cursor | None] = []
    roll_back = index.roll_back
    monkeypatch.setattr(index, "roll_back", lambda to: (rolled.append(to), roll_back(to)))
    Follow(ledger, index).sync()
    assert digest_of(index) == replayed(ledger)
    assert [each and each.block for each in rolled] == [len(ledger.blocks) - 2 - depth]
    for record in ledger.records():
        struct, _ = record.message()
        assert (index.seq_of(message_digest(struct, record.decoded().data)) or 0) <= record.seq
    assert len(list(index.find_licenses(limit=100))) == len(ledger.state().tables["license"])


def test_what_only_the_old_branch_held_is_gone(ledger: LedgerSimulator, index: SqlIndex) -> None:
    Follow(ledger, index).sync()
    lost = ledger.issue(id_of("lost"))
    ledger.act(id_of("license 3"), Act.SUSPEND, ground=21)
    Follow(ledger, index).sync()
    struct, _ = lost.message()
    digest = message_digest(struct, lost.decoded().data)
    assert index.seq_of(digest) == lost.seq
    ledger.reorganise(2)
    ledger.mine()
    Follow(ledger, index).sync()
    assert index.get("license", id_of("lost")) is None
    assert index.seq_of(digest) is None
    assert index.find_licenses(after=min(id_of("lost"), "0x")) == index.find_licenses()
    assert digest_of(index) == replayed(ledger)


def test_a_shorter_chain_is_followed_too(ledger: LedgerSimulator, index: SqlIndex) -> None:
    Follow(ledger, index).sync()
    ledger.issue(id_of("cut"))
    Follow(ledger, index).sync()
    ledger.reorganise(1)
    Follow(ledger, index).sync()
    assert digest_of(index) == replayed(ledger)
    cursor = index.cursor()
    assert cursor is not None
    assert cursor.block_hash == ledger.head().hash


def test_a_chain_rewritten_beyond_all_kept_places_is_indexed_again(
    ledger: LedgerSimulator, index: SqlIndex
) -> None:
    index.remember("an identifier", id_of("license 1"), BUREAU, 1)
    for _ in range(KEPT_HEADS + 5):
        ledger.mine()
        Follow(ledger, index).sync()
    assert len(index.heads()) == KEPT_HEADS
    ledger.reorganise(KEPT_HEADS + 20)
    ledger.issue(id_of("new history"))
    Follow(ledger, index).sync()
    assert digest_of(index) == replayed(ledger)
    assert index.resolve("an identifier") == id_of("license 1")


def test_a_chain_rewritten_while_it_is_read_is_read_again(ledger: LedgerSimulator, index: SqlIndex) -> None:
    class Moving(LedgerSimulator):
        moved = False

        def logs(self, from_block: int | None = None, to_block: int | None = None) -> Iterator[RawLog]:
            for n, log in enumerate(list(super().logs(from_block, to_block))):
                if n == 40 and not self.moved:
                    self.moved = True
                    self.reorganise(3)
                    self.issue(id_of("after the move"))
                    self.mine(5)
                yield log

    moving = Moving(**vars(ledger))
    Follow(moving, index).sync()
    assert moving.moved
    assert digest_of(index) == replayed(moving)


def test_a_chain_that_never_settles_is_an_outage(ledger: LedgerSimulator, index: SqlIndex) -> None:
    class Restless(LedgerSimulator):
        def journal(self, block: int | None = None) -> tuple[int, bytes]:
            answer = super().journal(block)
            self.reorganise(1)
            self.mine()
            return answer

    with pytest.raises(ChainOutageError, match="CHAIN_UNSETTLED"):
        Follow(Restless(**vars(ledger)), index).sync()


# --- nodes that lie -----------------------------------------------------------------------


class Lying(LedgerSimulator):
    """Serves other logs than it has; heads and headers stay honest."""

    def spoil(self, logs: list[RawLog]) -> list[RawLog]:
        return logs

    def logs(self, from_block: int | None = None, to_block: int | None = None) -> Iterator[RawLog]:
        return iter(self.spoil(list(super().logs(from_block, to_block))))


def edited(log: RawLog) -> RawLog:
    """Another digest in the message, everything re-encoded properly."""
    data = bytearray(log.data)
    data[-200] ^= 1
    return replace(log, data=bytes(data))


LAST = -1
"""The last record, where nothing shows earlier."""

LIES: dict[str, tuple[Any, int]] = {
    "omitted": (lambda logs: logs[:29] + logs[30:], 31),
    "last omitted": (lambda logs: logs[:-1], LAST),
    "duplicated": (lambda logs: [*logs[:30], logs[29], *logs[30:]], 30),
    "swapped": (lambda logs: [*logs[:29], logs[30], logs[29], *logs[31:]], 31),
    "edited": (lambda logs: [*logs[:34], edited(logs[34]), *logs[35:]], LAST),
    "moved to another block": (lambda logs: [*logs[:-1], replace(logs[-1], block=logs[-1].block + 1)], LAST),
    "unreadable": (lambda logs: [*logs[:29], replace(logs[29], data=b"\1"), *logs[30:]], 30),
    "invented": (lambda logs: [*logs, logs[-1]], LAST),
}


@pytest.mark.parametrize("lie", LIES)
def test_a_lying_node_is_found_out_and_leaves_no_trace(
    ledger: LedgerSimulator, index: SqlIndex, lie: str
) -> None:
    spoil, seq = LIES[lie]
    liar = Lying(**vars(ledger))
    liar.spoil = spoil  # type: ignore[method-assign]
    with pytest.raises(IndexDivergedError) as caught:
        Follow(liar, index).sync()
    assert caught.value.code == "INDEX_DIVERGED"
    assert caught.value.fields["seq"] == (ledger.seq if seq == LAST else seq)
    assert index.cursor() is None
    Follow(ledger, index).sync()
    assert digest_of(index) == replayed(ledger)


def test_a_record_that_no_contract_would_write_is_named(ledger: LedgerSimulator, index: SqlIndex) -> None:
    Follow(ledger, index).sync()
    before = index.cursor()
    bad = ledger.issue(id_of("license 1"), rev=0)
    with pytest.raises(IndexDivergedError) as caught:
        Follow(ledger, index).sync()
    assert caught.value.fields["seq"] == bad.seq
    assert "DUPLICATE_ID" in caught.value.message()["en"]
    assert index.cursor() == before


@pytest.mark.parametrize("act", [0, 99])
def test_an_act_that_does_not_exist_is_named(ledger: LedgerSimulator, index: SqlIndex, act: int) -> None:
    bad = ledger.record(
        "Act",
        [BUREAU],
        licenseId=id_of("license 3"),
        act=act,
        ground=0,
        effective=0,
        reference=bytes(32),
        cause=bytes(32),
        region=0,
    )
    with pytest.raises(IndexDivergedError) as caught:
        Follow(ledger, index).sync()
    assert caught.value.fields["seq"] == bad.seq


# --- crashes and rivals -------------------------------------------------------------------


def follow_and_die(folder: str, pickled: bytes, survives: int) -> None:
    """Follow, and be killed without warning after so many statements."""
    import sqlalchemy as sa

    ledger = pickle.loads(pickled)
    follow.BATCH_RECORDS = 5
    index = open_index(Path(folder), LEDGER_ID)
    left = [survives]

    def count(*_: object) -> None:
        left[0] -= 1
        if left[0] < 0:
            os.kill(os.getpid(), signal.SIGKILL)

    for moment in ("before_cursor_execute", "commit"):
        sa.event.listen(index._index.engine, moment, count)
    Follow(ledger, index).sync()


def test_a_killed_process_leaves_a_whole_index(ledger: LedgerSimulator, tmp_path: Path) -> None:
    pickled = pickle.dumps(ledger)
    cursors: set[int] = set()
    killed = 0
    for survives in range(4, 160, 11):
        folder = tmp_path / str(survives)
        open_index(folder, LEDGER_ID).close()
        process = START.Process(target=follow_and_die, args=(str(folder), pickled, survives))
        process.start()
        process.join()
        killed += process.exitcode == -signal.SIGKILL
        index = open_index(folder, LEDGER_ID)
        cursor = index.cursor()
        cursors.add(cursor.seq if cursor else 0)
        until = LedgerSimulator(blocks=ledger.blocks[: cursor.block + 1 if cursor else 1])
        assert digest_of(index) == replayed(until)
        Follow(ledger, index).sync()
        assert digest_of(index) == replayed(ledger)
        index.close()
    assert killed >= 8
    assert len(cursors) >= 4


def follow_to_the_end(folder: str, pickled: bytes) -> None:
    follow.BATCH_RECORDS = 3
    index = open_index(Path(folder), LEDGER_ID)
    Follow(pickle.loads(pickled), index).sync()


def test_several_processes_share_one_index(ledger: LedgerSimulator, tmp_path: Path) -> None:
    pickled = pickle.dumps(ledger)
    processes = [START.Process(target=follow_to_the_end, args=(str(tmp_path), pickled)) for _ in range(4)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    assert [process.exitcode for process in processes] == [0, 0, 0, 0]
    index = open_index(tmp_path, LEDGER_ID)
    assert digest_of(index) == replayed(ledger)
    index.close()


def test_an_advance_from_another_place_is_not_kept(index: SqlIndex, ledger: LedgerSimulator) -> None:
    Follow(ledger, index).sync()
    cursor = index.cursor()
    assert cursor is not None
    before = list(index.rows())
    late = Advance(None, replace(cursor, block=cursor.block + 1), {}, {"0x00": 1})
    assert index.put(late) is False
    assert list(index.rows()) == before


# --- the files ----------------------------------------------------------------------------


def test_the_index_survives_closing(ledger: LedgerSimulator, tmp_path: Path) -> None:
    first = open_index(tmp_path, LEDGER_ID)
    Follow(ledger, first).sync()
    first.close()
    second = open_index(tmp_path, LEDGER_ID)
    assert digest_of(second) == replayed(ledger)
    second.close()


def test_an_index_of_another_ledger_is_refused(tmp_path: Path) -> None:
    open_index(tmp_path, LEDGER_ID).close()
    with pytest.raises(StoreOutageError, match="INDEX_OTHER_LEDGER"):
        open_index(tmp_path, bytes(32))


def read_all(folder: Path) -> None:
    index = open_index(folder, LEDGER_ID)
    for table in ENTITY_OF:
        list(index.entities(table))
    list(index.rows())
    index.close()


@pytest.mark.parametrize("damage", ["noise", "cut", "text", "directory"])
def test_a_damaged_index_is_named_and_can_be_made_again(
    ledger: LedgerSimulator, tmp_path: Path, damage: str
) -> None:
    index = open_index(tmp_path, LEDGER_ID)
    Follow(ledger, index).sync()
    index.remember("kept", id_of("license 1"), BUREAU, 7)
    index.close()
    for rest in tmp_path.glob("index.db-*"):
        rest.unlink()
    file = tmp_path / "index.db"
    content = file.read_bytes()
    if damage == "noise":
        file.write_bytes(content[:100] + bytes(b ^ 0x5A for b in content[100:]))
    elif damage == "cut":
        file.write_bytes(content[:5000])
    elif damage == "text":
        file.write_text("no database at all " * 1000)
    else:
        file.unlink()
        file.mkdir()
    with pytest.raises(StoreOutageError) as caught:
        read_all(tmp_path)
    assert caught.value.code == ("INDEX_UNAVAILABLE" if damage == "directory" else "INDEX_DAMAGED")
    assert "index.db" in caught.value.message()["en"]
    assert caught.value.remedy()["en"]
    file.rmdir() if damage == "directory" else file.unlink()
    for rest in tmp_path.glob("index.db-*"):
        rest.unlink()
    again = open_index(tmp_path, LEDGER_ID)
    Follow(ledger, again).sync()
    assert digest_of(again) == replayed(ledger)
    assert again.resolve("kept") == id_of("license 1")
    again.close()


def test_a_row_that_is_no_entity_is_damage(ledger: LedgerSimulator, tmp_path: Path) -> None:
    index = open_index(tmp_path, LEDGER_ID)
    Follow(ledger, index).sync()
    for wrong in ("{", "[]", '{"rev":1}', ""):
        with sqlite3.connect(tmp_path / "index.db") as database:
            database.execute("UPDATE entities SET body = ? WHERE table_name = 'region'", [wrong])
        database.close()
        with pytest.raises(StoreOutageError, match="INDEX_DAMAGED"):
            list(index.entities("region"))
    index.close()


def test_a_newer_schema_is_left_alone(tmp_path: Path) -> None:
    open_index(tmp_path, LEDGER_ID).close()
    with sqlite3.connect(tmp_path / "index.db") as database:
        database.execute("UPDATE alembic_version SET version_num = 'index_9'")
    database.close()
    with pytest.raises(StoreOutageError, match="INDEX_TOO_NEW"):
        open_index(tmp_path, LEDGER_ID)


@pytest.mark.parametrize("name", ["index", "names"])
def test_the_schema_goes_down_and_up_again(tmp_path: Path, name: str) -> None:
    store = adapter._Store(f"sqlite:///{tmp_path / name}.db", name, "INDEX_DAMAGED")

    def schema() -> list[str]:
        with sqlite3.connect(tmp_path / f"{name}.db") as database:
            found = database.execute(
                "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY name"
            ).fetchall()
        database.close()
        return [row[0] for row in found if "alembic" not in row[0]]

    first = schema()
    assert len(first) >= 2
    store.upgrade("base")
    assert schema() == []
    store.upgrade()
    assert schema() == first
    store.engine.dispose()


def test_the_tables_of_the_code_are_those_of_the_migrations(index: SqlIndex) -> None:
    import sqlalchemy as sa

    made: dict[str, dict[str, bool]] = {}
    for store in (index._index, index._names):
        inspector = sa.inspect(store.engine)
        for table in inspector.get_table_names():
            keys = inspector.get_pk_constraint(table)["constrained_columns"]
            made[table] = {each["name"]: each["name"] in keys for each in inspector.get_columns(table)}
    del made["alembic_version"]
    known = {
        table.name: {each.name: each.primary_key for each in table.c} for table in adapter._meta.sorted_tables
    }
    assert made == known


# --- identifiers --------------------------------------------------------------------------


def test_an_identifier_leads_to_its_license_and_back(index: SqlIndex) -> None:
    one, two = id_of("one"), id_of("two")
    index.remember("1.2.156.3005.2.A", one, BUREAU, 5)
    index.remember("1.2.156.3005.2.B", two, BUREAU, 6, cid="bafk")
    assert index.resolve("1.2.156.3005.2.A") == one
    assert index.resolve("1.2.156.3005.2.C") is None
    assert index.resolve(one) == one
    assert index.resolve(one.upper().replace("0X", "0x")) == one
    assert index.resolve(one[:-1]) is None
    assert (index.identifier_of(two), index.cid_of(two)) == ("1.2.156.3005.2.B", "bafk")
    assert (index.identifier_of(id_of("three")), index.cid_of(one)) == (None, None)


def test_an_identifier_keeps_its_license_and_its_first_day(index: SqlIndex) -> None:
    index.remember("A", id_of("one"), BUREAU, 5)
    index.remember("A", id_of("one"), BUREAU, 9, cid="bafk")
    index.remember("A", id_of("one"), BUREAU, 11)
    assert index.cid_of(id_of("one")) == "bafk"
    (row,) = [each for each in index.rows() if each.table == "names"]
    assert row.columns["added_at"] == 5
    with pytest.raises(TrustError, match="NAME_TAKEN"):
        index.remember("A", id_of("two"), BUREAU, 9)
    assert index.resolve("A") == id_of("one")


def test_many_identifiers_are_noted_together_or_not_at_all(index: SqlIndex) -> None:
    names = [Name(f"A{n}", hash32(f"license {n}"), BUREAU, 5, "bafk" if n else "") for n in range(1_200)]
    index.remember_all(names)
    index.remember_all([])
    assert [index.resolve(each.identifier) for each in names[::400]] == [
        hash32(f"license {n}") for n in (0, 400, 800)
    ]
    taken = [Name("B", hash32("b"), BUREAU, 6), Name("A7", hash32("another"), BUREAU, 6)]
    with pytest.raises(TrustError, match="NAME_TAKEN"):
        index.remember_all(taken)
    assert index.resolve("B") is None
    index.remember_all([Name("A7", hash32("license 7"), BUREAU, 9), Name("B", hash32("b"), BUREAU, 9)])
    assert index.resolve("B") == hash32("b")
    assert index.cid_of(hash32("license 7")) == "bafk"


def test_readers_do_not_wait_for_a_writer(ledger: LedgerSimulator, index: SqlIndex, tmp_path: Path) -> None:
    Follow(ledger, index).sync()
    other = sqlite3.connect(tmp_path / "index.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    other.execute("DELETE FROM entities")
    assert digest_of(index) == replayed(ledger)
    other.execute("ROLLBACK")
    other.close()


def test_a_writer_that_waits_too_long_says_so(
    ledger: LedgerSimulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(adapter, "BUSY_SECONDS", 0)
    index = open_index(tmp_path, LEDGER_ID)
    other = sqlite3.connect(tmp_path / "index.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreOutageError, match="INDEX_BUSY"):
        Follow(ledger, index).sync()
    other.execute("ROLLBACK")
    other.close()
    Follow(ledger, index).sync()
    assert digest_of(index) == replayed(ledger)
    index.close()


def test_records_of_the_simulator_are_what_a_chain_serves(ledger: LedgerSimulator) -> None:
    """The judge is judged: logs, headers and words of the simulator pass the proofs' own readers."""
    records: list[Record] = list(ledger.records())
    assert [raw_log_of(each) for each in records] == list(ledger.logs())
    headers: list[Header] = [each.header for each in ledger.blocks]
    assert all(b.parent_hash == a.hash for a, b in pairwise(headers))
    words = ledger.proven_words([each.object for each in records], ledger.head())
    assert all(ledger.object_word(name) == word for name, word in words.items())
    assert {each.kind for each in records} == {int(kind) for kind in Kind}


def open_together(folder: str, gate: Any) -> None:
    gate.wait()
    open_index(Path(folder), LEDGER_ID).close()


def test_processes_that_open_a_new_index_together_all_can(tmp_path: Path) -> None:
    for attempt in range(2):
        gate = START.Barrier(6)
        folder = str(tmp_path / str(attempt))
        processes = [START.Process(target=open_together, args=(folder, gate)) for _ in range(6)]
        for process in processes:
            process.start()
        for process in processes:
            process.join()
        assert [process.exitcode for process in processes] == [0] * 6
