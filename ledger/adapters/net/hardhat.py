"""A chain on this machine: Hardhat's node of the checkout, started, watched and stopped by its pid."""

from __future__ import annotations

import json
import subprocess
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from ledger.adapters.net import processes
from ledger.adapters.net.checkout import CHECKOUT, tools
from ledger.errors import ChainOutageError, OutageError, UsageError
from ledger.ports import JsonRpc
from ledger.proof.answers import number_of
from ledger.proof.headers import header_of

DEFAULT_PORT = 8545
HOST = processes.HOST
START_SECONDS = 90.0
NO_ANSWER = "no answer"


@dataclass(frozen=True)
class LocalNet:
    """A running local chain, as its state file describes it.

    Attributes:
        engine: `hardhat`.
        rpc: URL.
        pid: Of the node itself.
        started: When the system says the process began; a reused pid has another value.
        chain_id: EIP-155.
        genesis_hash: 0x-hex.
        log: File with the node's output.
    """

    engine: str
    rpc: str
    pid: int
    started: str
    chain_id: int
    genesis_hash: str
    log: str


def read_net(folder: Path) -> LocalNet | None:
    """The local chain that runs now; None where none does, or its process is gone."""
    try:
        net = LocalNet(**json.loads(_state_file(folder).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None
    return net if processes.began(net.pid) == net.started else None


def free_port(wanted: int | None) -> int:
    """The port asked for; else 8545, or any other when that is taken.

    Raises:
        UsageError: `NET_PORT_TAKEN`: the one asked for.
    """
    return processes.free_port(*((DEFAULT_PORT, 0) if wanted is None else (wanted,)))


def start_node(folder: Path, port: int) -> subprocess.Popen[bytes]:
    """Start Hardhat's node in a session of its own; its output goes to `folder/hardhat.log`.

    Raises:
        UsageError: `NET_NEEDS_CHECKOUT`: there is no hardhat-net beside the package.
        OutageError: `NET_NODE_MISSING`: Node or its packages cannot be had.
    """
    node = _node_tools()
    folder.mkdir(parents=True, exist_ok=True)
    try:
        argv = node.hardhat_node_argv(port)
    except (OSError, subprocess.CalledProcessError) as error:
        raise OutageError("NET_NODE_MISSING", reason=str(error)) from error
    return processes.spawn(argv, log_file(folder), node.node_env(), node.HARDHAT_NET)


def await_node(node: subprocess.Popen[bytes], rpc: JsonRpc, url: str, folder: Path) -> LocalNet:
    """Wait until the node answers, then write the state file. A node that does not is ended.

    Another program may have taken its port meanwhile, and would answer in its place: so nothing is asked
    there before the node's own output says that it listens.

    Raises:
        OutageError: `NET_DID_NOT_START`.
    """
    deadline = time.monotonic() + START_SECONDS
    reason = NO_ANSWER
    while time.monotonic() < deadline:
        if node.poll() is not None:
            reason = f"exit status {node.returncode}"
            break
        if not _says_that_it_listens(folder, url):
            time.sleep(0.1)
            continue
        try:
            net = _describe(node.pid, rpc, url, folder)
        except ChainOutageError:
            time.sleep(0.1)
            continue
        _state_file(folder).write_text(json.dumps(asdict(net), indent=1) + "\n", encoding="utf-8")
        return net
    if node.poll() is None:
        node.kill()
        node.wait()
    raise OutageError("NET_DID_NOT_START", reason=reason, log=str(log_file(folder)))


def _says_that_it_listens(folder: Path, url: str) -> bool:
    try:
        return f"{url}/".encode() in log_file(folder).read_bytes()
    except FileNotFoundError:
        return False


def stop_net(folder: Path) -> LocalNet | None:
    """End the local chain and remove its state file; the chain that ran, or None.

    Only a process that began when our node began is touched.
    """
    net = read_net(folder)
    if net is not None:
        processes.end(net.pid, net.started)
    _state_file(folder).unlink(missing_ok=True)
    return net


def fund(rpc: JsonRpc, account: str, wei: int) -> None:
    """Give an account at least `wei` from the first of the node's own development accounts."""
    held = number_of(rpc.call("eth_getBalance", account, "latest"), "eth_getBalance")
    if held >= wei:
        return
    giver = rpc.call("eth_accounts")[0]
    rpc.call("eth_sendTransaction", {"from": giver, "to": account, "value": hex(wei - held)})


def log_file(folder: Path) -> Path:
    """Where the node's output goes."""
    return folder / "hardhat.log"


def _describe(pid: int, rpc: JsonRpc, url: str, folder: Path) -> LocalNet:
    chain_id = number_of(rpc.call("eth_chainId"), "eth_chainId")
    genesis: Any = rpc.call("eth_getBlockByNumber", "0x0", False)
    return LocalNet(
        engine="hardhat",
        rpc=url,
        pid=pid,
        started=processes.began(pid) or "",
        chain_id=chain_id,
        genesis_hash=header_of(genesis).hash,
        log=str(log_file(folder)),
    )


def _state_file(folder: Path) -> Path:
    return folder / "state.json"


def _node_tools() -> ModuleType:
    found = tools("node")
    if found is None or not (CHECKOUT / "hardhat-net" / "package.json").exists():
        raise UsageError("NET_NEEDS_CHECKOUT")
    return found
