"""A fast local EVM for the contract tests."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from scripts.evm import Evm, RpcError
from scripts.node import HARDHAT_NET, hardhat_node_argv, node_env


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture(scope="session")
def hardhat_rpc() -> Iterator[str]:
    """The URL of a fresh chain on 127.0.0.1 that makes blocks only for transactions."""
    port = _free_port()
    argv = hardhat_node_argv(port, "bench")
    node = subprocess.Popen(
        argv, cwd=HARDHAT_NET, env=node_env(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    url = f"http://127.0.0.1:{port}"
    try:
        _await_answer(url, node)
        yield url
    finally:
        node.terminate()
        node.wait(timeout=30)


def _await_answer(url: str, node: subprocess.Popen[bytes], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if node.poll() is not None:
            raise RuntimeError(f"hardhat node ended with status {node.returncode}")
        try:
            Evm(url).rpc("eth_chainId")
            return
        except (OSError, RpcError):
            time.sleep(0.1)
    raise TimeoutError(f"{url} did not answer within {seconds} s")


@pytest.fixture(scope="session")
def evm(hardhat_rpc: str) -> Evm:
    """The same chain, with calls to code that need no deployment."""
    return Evm(hardhat_rpc)
