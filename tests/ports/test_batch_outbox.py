"""Drafts of batches: whole or not there, found by license, of two writers one."""

from __future__ import annotations

import signal
import sqlite3
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from ledger.adapters.batch_outbox import FILE, SqliteBatchOutbox
from ledger.errors import RuleError, StoreOutageError
from ledger.ports import KeptLeaf
from tests.simulator import hash32

ONE, TWO = hash32("one batch"), hash32("another batch")
UNSENT = {"seen": None, "transaction": None, "gasUsed": None}


@pytest.fixture
def outbox(tmp_path: Path) -> SqliteBatchOutbox:
    return SqliteBatchOutbox(tmp_path)


def leaves(*names: int) -> list[KeptLeaf]:
    return [KeptLeaf(hash32(f"license {n}"), b'{"n":%d}' % n, f"cid-{n}" if n % 2 else None) for n in names]


def test_a_batch_comes_back_with_its_licenses_in_order(outbox: SqliteBatchOutbox, tmp_path: Path) -> None:
    kept = leaves(3, 1, 2)
    outbox.begin(ONE, UNSENT, kept)
    for reader in (outbox, SqliteBatchOutbox(tmp_path)):
        assert reader.load(ONE) == UNSENT
        assert reader.leaves(ONE) == kept
        assert reader.leaf(kept[1].license_id) == kept[1]
        assert reader.batch_of(kept[1].license_id) == ONE
    assert stat.S_IMODE((tmp_path / FILE).stat().st_mode) == 0o600


def test_what_was_never_kept_is_not_there(outbox: SqliteBatchOutbox) -> None:
    license_id = hash32("license 1")
    assert (outbox.load(ONE), outbox.leaf(license_id), outbox.batch_of(license_id)) == (None, None, None)
    assert outbox.leaves(ONE) == []


def test_an_entry_is_replaced_and_its_licenses_stay(outbox: SqliteBatchOutbox) -> None:
    outbox.begin(ONE, UNSENT, leaves(1))
    outbox.save(ONE, {**UNSENT, "gasUsed": 7})
    assert outbox.load(ONE) == {**UNSENT, "gasUsed": 7}
    assert outbox.leaves(ONE) == leaves(1)


def test_a_license_of_another_batch_refuses_the_whole(outbox: SqliteBatchOutbox) -> None:
    outbox.begin(ONE, UNSENT, leaves(1, 2))
    with pytest.raises(RuleError, match="LICENSE_EXISTS") as caught:
        outbox.begin(TWO, UNSENT, leaves(5, 2, 6))
    assert caught.value.fields["id"] == hash32("license 2")
    assert outbox.load(TWO) is None
    assert outbox.batch_of(hash32("license 5")) is None


def test_a_dropped_batch_leaves_its_licenses_free(outbox: SqliteBatchOutbox) -> None:
    outbox.begin(ONE, UNSENT, leaves(1, 2))
    outbox.begin(TWO, UNSENT, leaves(3))
    outbox.drop(ONE)
    assert outbox.load(ONE) is None
    outbox.save(TWO, {**UNSENT, "gasUsed": 1})
    outbox.begin(ONE, UNSENT, leaves(2))
    assert [outbox.batch_of(hash32(f"license {n}")) for n in (1, 2, 3)] == [None, ONE, TWO]


def test_of_many_that_begin_with_one_license_at_once_one_does(tmp_path: Path) -> None:
    def begin(number: int) -> bool:
        try:
            SqliteBatchOutbox(tmp_path).begin(hash32(f"batch {number}"), UNSENT, leaves(100 + number, 0))
        except RuleError:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(begin, range(8))) == 1


def test_threads_share_one(outbox: SqliteBatchOutbox) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: outbox.begin(hash32(f"batch {n}"), UNSENT, leaves(n)), range(40)))
        found = list(pool.map(lambda n: outbox.batch_of(hash32(f"license {n}")), range(40)))
    assert found == [hash32(f"batch {n}") for n in range(40)]
    outbox.close()
    assert outbox.load(hash32("batch 3")) == UNSENT


_KILLED = """
import os, signal, sqlite3, sys
from pathlib import Path
from ledger.adapters.batch_outbox import SqliteBatchOutbox
from tests.ports.test_batch_outbox import ONE, TWO, UNSENT, leaves

connect, seen = sqlite3.connect, 0
def traced(*arguments, **named):
    made = connect(*arguments, **named)
    made.set_trace_callback(statement)
    return made
def statement(text):
    global seen
    seen += text.startswith(sys.argv[2])
    if seen == int(sys.argv[3]):
        os.kill(os.getpid(), signal.SIGKILL)
sqlite3.connect = traced
SqliteBatchOutbox(Path(sys.argv[1])).begin(TWO, UNSENT, leaves(*range(10, 30)))
"""


@pytest.mark.parametrize(("statement", "count"), [("BEGIN", 1), ("INSERT", 1), ("INSERT", 15), ("COMMIT", 1)])
def test_a_process_that_dies_leaves_the_whole_batch_or_nothing(
    outbox: SqliteBatchOutbox, tmp_path: Path, root: Path, statement: str, count: int
) -> None:
    outbox.begin(ONE, UNSENT, leaves(1))
    outbox.close()
    died = subprocess.run(
        [sys.executable, "-c", _KILLED, str(tmp_path), statement, str(count)], cwd=root, check=False
    )
    assert died.returncode == -signal.SIGKILL
    assert outbox.load(TWO) is None
    assert outbox.leaves(TWO) == []
    outbox.begin(TWO, UNSENT, leaves(*range(10, 30)))
    assert len(outbox.leaves(TWO)) == 20
    assert outbox.leaves(ONE) == leaves(1)


def test_a_damaged_file_is_an_outage_in_our_words(outbox: SqliteBatchOutbox, tmp_path: Path) -> None:
    outbox.begin(ONE, UNSENT, leaves(1))
    outbox.close()
    (tmp_path / FILE).write_bytes(b"no database" * 100)
    with pytest.raises(StoreOutageError, match="OUTBOX"):
        outbox.load(ONE)


def test_a_folder_that_cannot_be_made_is_an_outage_in_our_words(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StoreOutageError, match="OUTBOX"):
        SqliteBatchOutbox(tmp_path / "file").load(ONE)


def test_a_license_is_found_by_its_key_and_not_by_looking_through_all(
    outbox: SqliteBatchOutbox, tmp_path: Path
) -> None:
    outbox.begin(ONE, UNSENT, leaves(1))
    outbox.close()
    with sqlite3.connect(tmp_path / FILE) as database:
        for query in ("SELECT batch FROM leaf WHERE license_id = ?", "SELECT 1 FROM leaf WHERE batch = ?"):
            (plan,) = database.execute(f"EXPLAIN QUERY PLAN {query}", (b"",)).fetchall()
            assert "USING" in plan[3]
            assert "INDEX" in plan[3]
