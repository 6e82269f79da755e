"""`elicense net`: a chain comes up, is told, and goes down; nothing else is touched."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from api.cli.main import run
from ledger.adapters.net import hardhat
from ledger.adapters.rpc import Rpc


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ELICENSE_HOME", str(tmp_path))
    return tmp_path


def elicense(capfd: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, dict[str, Any]]:
    """Exit status and the one JSON object on stdout."""
    capfd.readouterr()
    status = run([*arguments, "--json"])
    out = capfd.readouterr().out
    assert len(out.splitlines()) == 1
    return status, json.loads(out)


def test_a_chain_comes_up_with_a_funded_relay_and_goes_down(
    home: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    status, up = elicense(capfd, "net", "up")
    try:
        assert (status, up["ok"], up["chainId"], up["fresh"]) == (0, True, 31337, True)
        assert up["rpc"].startswith("http://127.0.0.1:")
        [pid] = up["pids"]
        with Rpc(up["rpc"]) as rpc:
            assert rpc.call("eth_getBlockByNumber", "0x0", False)["hash"] == up["genesisHash"]
            assert int(rpc.call("eth_getBalance", up["relay"], "latest"), 16) >= 1_000 * 10**18
        assert Path(up["relayKey"]).stat().st_mode & 0o777 == 0o600
        assert Path(up["relayKey"]).is_relative_to(home)

        status, again = elicense(capfd, "net", "up")
        assert (status, again["pids"], again["relay"], again["fresh"]) == (0, [pid], up["relay"], False)
        other = hardhat.free_port(0)
        status, refused = elicense(capfd, "net", "up", "--port", str(other))
        assert (status, refused["code"]) == (2, "NET_ALREADY_UP")
        status, seen = elicense(capfd, "net", "status")
        assert (status, seen["rpc"], seen["pids"]) == (0, up["rpc"], [pid])
    finally:
        status, down = elicense(capfd, "net", "down")
    assert (status, down["pids"]) == (0, [pid])
    assert not alive(pid)
    status, gone = elicense(capfd, "net", "status")
    assert (status, gone["code"], gone["error"]["family"]) == (4, "NET_NOT_UP", "rule")
    status, nothing = elicense(capfd, "net", "down")
    assert (status, nothing["pids"]) == (0, [])


def alive(pid: int) -> bool:
    """Whether a process runs; one that only waits to be buried by its parent does not."""
    try:
        done, _ = os.waitpid(pid, os.WNOHANG)
    except ChildProcessError:
        done = 0
    if done == pid:
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_a_process_that_took_over_the_pid_is_left_alone(
    home: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    other = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    try:
        state = {
            "engine": "hardhat",
            "rpc": "http://127.0.0.1:1",
            "pid": other.pid,
            "started": "1",
            "chain_id": 31337,
            "genesis_hash": "0x" + "00" * 32,
            "log": "-",
        }
        (home / "net").mkdir()
        (home / "net" / "state.json").write_text(json.dumps(state))
        status, down = elicense(capfd, "net", "down")
        assert (status, down["pids"]) == (0, [])
        assert other.poll() is None
    finally:
        other.kill()
        other.wait()


@pytest.mark.parametrize("content", ["", "{", "[]", "{}", '{"pid": 1}'])
def test_a_broken_state_file_counts_as_no_chain(
    home: Path, capfd: pytest.CaptureFixture[str], content: str
) -> None:
    (home / "net").mkdir()
    (home / "net" / "state.json").write_text(content)
    assert elicense(capfd, "net", "status")[1]["code"] == "NET_NOT_UP"


def test_a_port_that_is_taken_while_the_node_starts_is_not_insisted_on(
    home: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    any_port = hardhat.free_port
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        monkeypatch.setattr(hardhat, "free_port", lambda wanted: port if wanted is None else any_port(wanted))
        status, up = elicense(capfd, "net", "up")
    try:
        assert status == 0, up
        assert not up["rpc"].endswith(f":{port}")
    finally:
        assert len(elicense(capfd, "net", "down")[1]["pids"]) == 1


def test_a_port_that_is_taken_is_told(home: Path, capfd: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        status, refused = elicense(capfd, "net", "up", "--port", str(port))
    assert (status, refused["code"], refused["error"]["fields"]) == (2, "NET_PORT_TAKEN", {"port": port})
    assert not (home / "relay.key").exists()


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["--engine", "geth"], "NET_ENGINE_UNKNOWN"),
        (["--engine", "none"], "NET_ENGINE_UNKNOWN"),
        (["--validators", "4"], "NET_ONE_VALIDATOR"),
        (["--validators", "0"], "USAGE"),
        (["--port", "70000"], "USAGE"),
        (["--port", "x"], "USAGE"),
    ],
)
@pytest.mark.usefixtures("home")
def test_what_cannot_be_started_is_refused(
    capfd: pytest.CaptureFixture[str], arguments: list[str], code: str
) -> None:
    status, refused = elicense(capfd, "net", "up", *arguments)
    assert (status, refused["code"], refused["ok"]) == (2, code, False)
    assert refused["error"]["remedy"]["zh"]


@pytest.mark.usefixtures("home")
def test_without_a_checkout_it_says_so(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(hardhat, "CHECKOUT", tmp_path)
    status, refused = elicense(capfd, "net", "up")
    assert (status, refused["code"]) == (2, "NET_NEEDS_CHECKOUT")
