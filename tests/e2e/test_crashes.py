"""Killed, cut off, sent twice: nothing accepted is lost, nothing is doubled, and it is said clearly."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from ledger.domain.license_types import example_input
from tests.lying_proxy import LyingProxy
from tests.told import World

JIANGSU = "11320000MB0TE5T36A"


@pytest.fixture
def request_file(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    """A license input with a serial of its own."""
    given = example_input("constructor_registration")
    given["serial"] = f"{abs(hash(request.node.name)) % 10**12}{time.time_ns() % 10**9}"
    path = tmp_path / "input.json"
    path.write_text(json.dumps(given, ensure_ascii=False))
    return path


def _issue(world: World, request_file: Path, *more: str, **variables: str) -> tuple[int, dict[str, object]]:
    out = str(request_file.with_name("made.elic.json"))
    options = ["--key", world.key("office-jiangsu"), "--out", out, *more]
    run = world.run("license", "issue", str(request_file), *options, **variables)
    return run.status, run.data


def _licenses(world: World) -> int:
    return int(world.run("audit", "replay").data["licenses"])


@pytest.mark.parametrize("delay", [0.3, 0.6, 0.8, 0.9, 1.0, 1.1, 1.3, 1.6])
def test_a_killed_issue_is_finished_once_by_the_same_command(
    world: World, request_file: Path, delay: float
) -> None:
    before = _licenses(world)
    out = str(request_file.with_name("made.elic.json"))
    command = ["license", "issue", str(request_file), "--key", world.key("office-jiangsu"), "--out", out]
    killed = subprocess.Popen(
        [sys.executable, "-m", "api.cli.main", *command, "--request-id", "r1"],
        env=world.environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    time.sleep(delay)
    killed.send_signal(signal.SIGKILL)
    killed.wait()
    status, data = _issue(world, request_file, "--request-id", "r1")
    assert status == 0, data
    assert world.run("verify", out).data["result"] == "IN_FORCE"
    assert _licenses(world) == before + 1


@pytest.mark.parametrize("fault", ["drop", "cut"])
def test_a_lost_answer_is_reconciled_and_not_sent_twice(world: World, request_file: Path, fault: str) -> None:
    before = _licenses(world)
    with LyingProxy(world.rpc) as proxy:
        getattr(proxy, fault).add("eth_sendRawTransaction")
        healed = threading.Timer(2.0, getattr(proxy, fault).clear)
        healed.start()
        status, data = _issue(world, request_file, "--rpc", proxy.url, "--request-id", "r1")
        healed.join()
    if status:
        assert (status, data["error"]["family"]) == (75, "outage")  # type: ignore[index]
        status, data = _issue(world, request_file, "--request-id", "r1")
    assert status == 0, data
    assert _licenses(world) == before + 1


def test_with_the_chain_down_issuing_says_try_again_and_then_succeeds(
    world: World, request_file: Path
) -> None:
    status, data = _issue(world, request_file, "--rpc", "http://127.0.0.1:9")
    assert (status, data["code"]) == (75, "CHAIN_UNREACHABLE")
    assert _issue(world, request_file)[0] == 0


def test_the_same_request_id_gets_the_same_answer_and_another_content_none(
    world: World, request_file: Path
) -> None:
    first = _issue(world, request_file, "--request-id", "r1")
    again = _issue(world, request_file, "--request-id", "r1")
    assert first == again
    assert _issue(world, request_file)[1]["code"] == "LICENSE_EXISTS"
    given = json.loads(request_file.read_text())
    given["face"]["employer"] = "示例企业丁（江苏）有限公司"
    request_file.write_text(json.dumps(given, ensure_ascii=False))
    status, data = _issue(world, request_file, "--request-id", "r1")
    assert (status, data["code"]) == (1, "REQUEST_ID_REUSED")


def test_a_license_whose_file_could_not_be_written_is_handed_over_by_the_next_run(
    world: World, request_file: Path
) -> None:
    """Without a request id: what is on the ledger and in nobody's hands would be lost."""
    before = _licenses(world)
    command = ["license", "issue", str(request_file), "--key", world.key("office-jiangsu"), "--out"]
    folder = request_file.with_name("a-folder")
    folder.mkdir()
    blocked = world.run(*command, str(folder))
    assert (blocked.status, blocked.data["code"]) == (75, "LICENSE_FILE_UNWRITTEN")
    out = request_file.with_name("made.elic.json")
    assert world.run(*command, str(out)).status == 0
    assert world.run("verify", str(out)).data["result"] == "IN_FORCE"
    assert world.run(*command, str(out)).data["code"] == "LICENSE_EXISTS"
    assert _licenses(world) == before + 1
    assert not list(request_file.parent.glob("*.new"))


def test_issued_by_many_at_once_it_is_there_once(world: World, request_file: Path) -> None:
    before = _licenses(world)
    with ThreadPoolExecutor(6) as pool:
        runs = list(pool.map(lambda _: _issue(world, request_file), range(6)))
    assert sorted(data["code"] for _, data in runs) == ["LICENSE_EXISTS"] * 5 + ["OK"]
    assert _licenses(world) == before + 1


def test_two_machines_of_one_issuer_cannot_issue_one_identifier_twice(
    world: World, request_file: Path, tmp_path: Path
) -> None:
    assert _issue(world, request_file)[0] == 0
    other = world.as_other(tmp_path / "other-machine")
    secrets = Path(world.home) / "issuers"
    (other.home / "issuers").parent.mkdir(parents=True)
    for path in [*secrets.rglob("*"), *Path(world.home).glob("home.key")]:
        target = other.home / path.relative_to(world.home)
        if path.is_file() and "register" not in path.name:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(path.read_bytes())
            target.chmod(0o600)
    status, data = _issue(other, request_file)
    assert (status, data["code"]) == (1, "LICENSE_EXISTS"), data


@pytest.fixture(autouse=True)
def _unbuffered() -> Iterator[None]:
    """Threads of a test end with it."""
    before = threading.active_count()
    yield
    deadline = time.monotonic() + 240
    while threading.active_count() > before and time.monotonic() < deadline:
        time.sleep(0.05)  # what answered the last request is just ending
    assert threading.active_count() <= before
