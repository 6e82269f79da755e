"""`elicense net`: a chain on this machine, up, looked at, and down."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from api.cli.output import Outcome, said
from ledger.adapters import sender
from ledger.adapters.net import hardhat, kubo
from ledger.adapters.rpc import Rpc
from ledger.errors import ChainOutageError, OutageError, UnknownIdError, UsageError
from ledger.settings import home, load_settings

RELAY_FUNDS = 1_000 * 10**18
"""Wei that the local chain gives its relay account."""

app = typer.Typer(add_completion=False, help="A chain on this machine.")


@dataclass(frozen=True)
class Running:
    """A local chain with a funded relay account.

    Attributes:
        net: The chain.
        relay: The account, 0x-hex.
        relay_key: Its key file.
        fresh: Whether this call started it.
    """

    net: hardhat.LocalNet
    relay: str
    relay_key: Path
    fresh: bool


def bring_up(port: int | None = None, folder: Path | None = None, key_file: Path | None = None) -> Running:
    """Start the local chain unless it runs; make and fund the relay account.

    Args:
        port: TCP port on 127.0.0.1; by default 8545, or another when that is taken.
        folder: Where the chain's state file and log stand; by default `net` under the home.
        key_file: The relay key; by default the one of the settings.

    Raises:
        UsageError: `NET_NEEDS_CHECKOUT`, `NET_PORT_TAKEN`, `NET_ALREADY_UP` on another port.
        OutageError: `NET_NODE_MISSING`, `NET_DID_NOT_START`.
    """
    folder = folder or home() / "net"
    running = hardhat.read_net(folder)
    if running is not None and port is not None and not running.rpc.endswith(f":{port}"):
        raise UsageError("NET_ALREADY_UP", rpc=running.rpc)
    net = running or _start(folder, port)
    key_file = key_file or load_settings().relay_key
    relay = (
        str(sender.load_relay_key(key_file).address).lower()
        if key_file.exists()
        else sender.create_relay_key(key_file)
    )
    with Rpc(net.rpc) as rpc:
        hardhat.fund(rpc, relay, RELAY_FUNDS)
    return Running(net, relay, key_file, running is None)


@app.command("up")
def up(
    engine: Annotated[str, typer.Option("--engine", metavar="hardhat|geth", help="Which node.")] = "hardhat",
    validators: Annotated[int, typer.Option("--validators", min=1, help="How many nodes seal.")] = 1,
    port: Annotated[int | None, typer.Option("--port", min=1, max=65535, help="8545 if free.")] = None,
    beside: Annotated[
        list[str] | None, typer.Option("--with", metavar="ipfs", help="Documents in a private IPFS swarm.")
    ] = None,
    peers: Annotated[
        int | None, typer.Option("--peers", min=1, metavar="N", help="IPFS nodes that keep each document.")
    ] = None,
) -> Outcome:
    """Start a local chain and fund a relay account on it; with IPFS beside it, where that is asked for."""
    if engine != "hardhat":
        raise UsageError("NET_ENGINE_UNKNOWN", engine=engine)
    if validators != 1:
        raise UsageError("NET_ONE_VALIDATOR", validators=validators)
    for each in beside or ():
        if each != "ipfs":
            raise UsageError("NET_WITH_UNKNOWN", given=each[:40])
    running = bring_up(port)
    swarm = kubo.start_swarm(home() / "net", peers) if beside or peers else ()
    data = {
        **_shown(running.net, swarm),
        "relay": running.relay,
        "relayKey": str(running.relay_key),
        "fresh": running.fresh,
    }
    text = [
        _text(running.net),
        f"{said('提交账户', 'relay')} {running.relay} ({running.relay_key})",
        *_swarm_lines(swarm),
    ]
    return Outcome(data, text="\n".join(text))


@app.command("status")
def status() -> Outcome:
    """Show the local chain and its newest block, and the IPFS nodes beside it."""
    net, swarm = hardhat.read_net(home() / "net"), kubo.read_swarm(home() / "net")
    if net is None:
        beside = {"ipfs": [_peer(each) for each in swarm]} if swarm else {}
        return Outcome(beside, text="\n".join(_swarm_lines(swarm)), error=UnknownIdError("NET_NOT_UP"))
    text = [_text(net), *_swarm_lines(swarm)]
    with Rpc(net.rpc, attempts=1) as rpc:
        try:
            block = int(rpc.call("eth_blockNumber"), 16)
        except ChainOutageError as error:
            told: dict[str, object] = {**_shown(net, swarm), "block": None}
            return Outcome(told, text="\n".join(text), error=error, exit_code=3)
    text.insert(1, f"{said('区块', 'block')} {block}")
    return Outcome({**_shown(net, swarm), "block": block}, text="\n".join(text))


@app.command("down")
def down() -> Outcome:
    """Stop the local chain, which keeps nothing on disk, and the IPFS nodes, which keep everything."""
    swarm, net = kubo.stop_swarm(home() / "net"), hardhat.stop_net(home() / "net")
    pids = [each.pid for each in (*([net] if net else ()), *swarm)]
    if not pids:
        return Outcome({"pids": []}, text=said("没有正在运行的本地链。", "No local chain was running."))
    stopped = [*([net.rpc] if net else ()), *(each.url for each in swarm)]
    lines = [
        said(f"已停止 {url}（pid {pid}）", f"{url} (pid {pid}) stopped")
        for url, pid in zip(stopped, pids, strict=True)
    ]
    return Outcome({**({"rpc": net.rpc} if net else {}), "pids": pids}, text="\n".join(lines))


def _start(folder: Path, wanted: int | None) -> hardhat.LocalNet:
    """Start a chain; where no port was asked for and another program took the free one, on another."""
    try:
        return _start_at(folder, hardhat.free_port(wanted))
    except OutageError as error:
        has_ended = error.code == "NET_DID_NOT_START" and error.fields["reason"] != hardhat.NO_ANSWER
        if wanted is not None or not has_ended:
            raise
        return _start_at(folder, hardhat.free_port(0))


def _start_at(folder: Path, port: int) -> hardhat.LocalNet:
    url = f"http://{hardhat.HOST}:{port}"
    node = hardhat.start_node(folder, port)
    with Rpc(url, timeout=10, attempts=1) as rpc:
        return hardhat.await_node(node, rpc, url, folder)


def _shown(net: hardhat.LocalNet, swarm: Sequence[kubo.Peer]) -> dict[str, object]:
    beside = {"ipfs": [_peer(each) for each in swarm]} if swarm else {}
    return {
        "engine": net.engine,
        "rpc": net.rpc,
        "chainId": net.chain_id,
        "genesisHash": net.genesis_hash,
        "pids": [net.pid, *(each.pid for each in swarm if each.is_running)],
        "log": net.log,
        **beside,
    }


def _peer(peer: kubo.Peer) -> dict[str, object]:
    running = peer.is_running
    told = {"url": peer.url, "peerId": peer.name, "pid": peer.pid if running else None, "repo": peer.repo}
    return {**told, "neighbours": kubo.neighbours(peer) if running else None}


def _swarm_lines(swarm: Sequence[kubo.Peer]) -> list[str]:
    return [
        f"ipfs  {each.url} "
        + (f"(pid {each.pid})" if each.is_running else said("（未运行）", "(not running)"))
        for each in swarm
    ]


def _text(net: hardhat.LocalNet) -> str:
    return f"{net.engine} {net.rpc} (pid {net.pid}, chain {net.chain_id})\ngenesis {net.genesis_hash}"
