"""A sheet in batches while everything dies in turn: no row is lost, none is issued twice."""

from __future__ import annotations

import json
import signal
import sqlite3
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from scripts.bench_crashes import ROWS, SIZE, deaths
from scripts.tripwire import stopped
from tests.e2e.sheets_made import TYPE, rows, write
from tests.forked import elicense
from tests.kubo import Kubo
from tests.lying_proxy import LyingProxy
from tests.told import Run, World

BAD_LINE = 102


def order(world: World, sheet: Path, out: Path, size: int = SIZE) -> list[str]:
    key = world.key("office-jiangsu")
    options = ["--type", TYPE, "--key", key, "--out", str(out), "--size", str(size), "--resume"]
    return ["license", "issue-batch", str(sheet), *options]


def test_killed_at_twenty_points_every_row_is_issued_exactly_once(world: World, tmp_path: Path) -> None:
    made = rows(ROWS + 1, 70_000_000)
    made[BAD_LINE - 2]["certificateIssuedDate"] = "2025-02-30"
    sheet, out = write(tmp_path / "a.csv", made), tmp_path / "out"
    before = world.run("audit", "replay").data
    for death in deaths():
        died = elicense(*order(world, sheet, out), env=world.environment(), dies_at=death)
        assert died.returncode == -signal.SIGKILL, (death, died.stdout[-500:], died.stderr[-500:])
    run = world.run(*order(world, sheet, out))
    assert (run.status, run.data["code"], run.data["accepted"]) == (1, "ROWS_REJECTED", ROWS)
    assert {each["line"] for each in run.data["rejected"]} == {BAD_LINE}
    assert [each["size"] for each in run.data["batches"]] == [SIZE] * (ROWS // SIZE)
    after = world.run("audit", "replay").data
    assert after["findings"] == []
    for name in ("records", "batches"):
        assert after[name] - before[name] == ROWS // SIZE
    _every_license_has_its_one_file(out, run.data["batches"])
    assert world.run("verify", str(out)).data["counts"] == {"IN_FORCE": ROWS}
    assert _drafts(world) == [True] * (ROWS // SIZE)
    assert world.run(*order(world, sheet, out)).data == run.data


def _every_license_has_its_one_file(out: Path, batches: list[dict[str, object]]) -> None:
    files = sorted(out.glob("*.elic.json"))
    envelopes = [json.loads(path.read_bytes()) for path in files]
    names = [each["license"]["metadata"]["certificateIdentifier"] for each in envelopes]
    assert names == [path.name.removesuffix(".elic.json") for path in files]
    assert len(files) == ROWS
    places = {(each["anchor"]["seq"], each["anchor"]["batch"]["index"]) for each in envelopes}
    assert len(places) == len({each["anchor"]["licenseId"] for each in envelopes}) == ROWS
    assert {seq for seq, _ in places} == {each["seq"] for each in batches}


def _drafts(world: World) -> list[bool]:
    """Whether each batch that the home keeps is known to be on the ledger."""
    with closing(sqlite3.connect(world.home / "outbox" / "batches.db")) as database:
        entries = [json.loads(entry) for (entry,) in database.execute("SELECT entry FROM batch")]
    with closing(sqlite3.connect(world.home / "outbox.sqlite3")) as database:
        states = dict(database.execute("SELECT digest, state FROM message"))
    return [states[entry["message"]] == "ANCHORED" for entry in entries]


# --- what it needs goes down and comes back ---------------------------------------------------


@dataclass
class Desk:
    """One sheet of sixty rows, its documents in IPFS, a chain that can be taken away."""

    world: World
    kubo: Kubo
    proxy: LyingProxy
    folder: Path

    def command(self) -> list[str]:
        sheet, out = self.folder / "a.csv", self.folder / "out"
        return [*order(self.world, sheet, out, 20), "--rpc", self.proxy.url]

    def run(self) -> Run:
        return self.world.run(*self.command(), ELICENSE_CONTENT=f"ipfs:{self.kubo.url}")

    def run_until(self, step: str, count: int, happens: Callable[[], object]) -> Run:
        """A run that is held at a step while something happens."""
        held = self.folder / "held"
        running = subprocess.Popen(
            stopped(step, count, str(held), *self.command(), "--json"),
            env=self.world.environment(ELICENSE_CONTENT=f"ipfs:{self.kubo.url}"),
            stdout=subprocess.PIPE,
            text=True,
        )
        try:
            wait_until(lambda: held.exists() or running.poll() is not None)
            assert running.poll() is None, "it ended before that step"
            happens()
            held.unlink()
            answer, _ = running.communicate(timeout=600)
        finally:
            running.kill()
        return Run(running.returncode, json.loads(answer), "")


@pytest.fixture
def desk(world: World, own_kubo: Kubo, tmp_path: Path) -> Iterator[Desk]:
    write(tmp_path / "a.csv", rows(60, 80_000_000))
    with LyingProxy(world.rpc) as proxy:
        yield Desk(world, own_kubo, proxy, tmp_path)


def wait_until(is_so: Callable[[], bool], seconds: float = 300.0) -> None:
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def told(run: Run) -> tuple[int, str, int]:
    return run.status, run.data["code"], run.data.get("accepted", 0)


def test_store_and_chain_go_down_in_turn_and_the_sheet_is_issued_once(desk: Desk) -> None:
    before = desk.world.run("audit", "replay").data

    died = desk.run_until("pin", 2, lambda: desk.kubo.end(signal.SIGKILL))
    assert told(died) == (75, "IPFS_UNREACHABLE", 20)
    assert died.data["error"]["remedy"]["zh"]
    assert told(desk.run()) == (75, "IPFS_UNREACHABLE", 20)
    desk.kubo.start()

    cut_off = desk.run_until("lock", 2, desk.proxy.go_down)
    assert told(cut_off) == (75, "CHAIN_UNREACHABLE", 40)
    assert told(desk.run()) == (75, "CHAIN_UNREACHABLE", 0)
    desk.proxy.come_back()

    def lose_answers() -> None:
        desk.proxy.cut.add("eth_getTransactionReceipt")
        threading.Thread(target=answer_again, daemon=True).start()

    def answer_again() -> None:
        asked = desk.proxy.seen.count("eth_getTransactionReceipt")
        wait_until(lambda: desk.proxy.seen.count("eth_getTransactionReceipt") >= asked + 3)
        desk.proxy.cut.clear()

    done = desk.run_until("sent", 1, lose_answers)
    assert told(done) == (0, "OK", 60)
    after = desk.world.run("audit", "replay").data
    assert after["findings"] == []
    assert (after["records"] - before["records"], after["batches"] - before["batches"]) == (3, 3)
    out = str(desk.folder / "out")
    assert desk.world.run("verify", out).data["counts"] == {"IN_FORCE": 60}
    down = desk.world.run("verify", out, "--rpc", "http://127.0.0.1:9")
    assert (down.status, down.data["counts"]) == (3, {"COULD_NOT_CHECK": 60})
    assert desk.run().data == done.data
