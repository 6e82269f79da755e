"""The local chain's process: found, waited for, stopped, and reported when it does not start."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from ledger.adapters.net import hardhat
from ledger.adapters.rpc import Rpc
from ledger.errors import OutageError, UsageError


def test_a_free_port_is_free_and_a_wanted_one_is_kept() -> None:
    port = hardhat.free_port(0)
    assert hardhat.free_port(port) == port
    with pytest.raises(UsageError, match="NET_PORT_TAKEN"):
        hardhat.free_port(70_000)


def test_a_node_that_ends_at_once_is_told_with_its_log(tmp_path: Path) -> None:
    node = subprocess.Popen([sys.executable, "-c", "raise SystemExit(3)"])
    with Rpc("http://127.0.0.1:9", attempts=1) as rpc, pytest.raises(OutageError) as caught:
        hardhat.await_node(node, rpc, "http://127.0.0.1:9", tmp_path)
    assert (caught.value.code, caught.value.fields["reason"]) == ("NET_DID_NOT_START", "exit status 3")
    assert caught.value.fields["log"] == str(tmp_path / "hardhat.log")
    assert hardhat.read_net(tmp_path) is None


def test_a_node_that_never_answers_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hardhat, "START_SECONDS", 0.3)
    node = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    with Rpc("http://127.0.0.1:9", attempts=1) as rpc, pytest.raises(OutageError, match="NET_DID_NOT_START"):
        hardhat.await_node(node, rpc, "http://127.0.0.1:9", tmp_path)
    assert node.poll() is not None


def test_what_answers_in_the_place_of_a_node_is_not_believed(
    tmp_path: Path, node_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hardhat, "START_SECONDS", 0.5)
    stand_in = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    with Rpc(node_url) as rpc, pytest.raises(OutageError, match="NET_DID_NOT_START"):
        hardhat.await_node(stand_in, rpc, node_url, tmp_path)
    assert stand_in.poll() is not None
    assert hardhat.read_net(tmp_path) is None


def test_a_node_that_answers_is_described_and_stopped(tmp_path: Path, node_url: str) -> None:
    stand_in = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    hardhat.log_file(tmp_path).write_text(f"Started HTTP and WebSocket JSON-RPC server at {node_url}/\n")
    with Rpc(node_url) as rpc:
        net = hardhat.await_node(stand_in, rpc, node_url, tmp_path)
        assert net.genesis_hash == rpc.call("eth_getBlockByNumber", "0x0", False)["hash"]
    assert hardhat.read_net(tmp_path) == net
    assert (net.rpc, net.chain_id, net.pid) == (node_url, 31337, stand_in.pid)
    assert hardhat.stop_net(tmp_path) == net
    assert stand_in.wait(timeout=60) < 0
    assert hardhat.read_net(tmp_path) is None
    assert hardhat.stop_net(tmp_path) is None
