"""`elicense net`: a chain on this machine, up, looked at, and down."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from api.cli.output import Outcome, said
from ledger.adapters import hardhat, sender
from ledger.adapters.rpc import Rpc
from ledger.errors import ChainOutageError, UnknownIdError, UsageError
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
    net = running or _start(folder, hardhat.free_port(port))
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
) -> Outcome:
    """Start a local chain and fund a relay account on it."""
    if engine != "hardhat":
        raise UsageError("NET_ENGINE_UNKNOWN", engine=engine)
    if validators != 1:
        raise UsageError("NET_ONE_VALIDATOR", validators=validators)
    running = bring_up(port)
    data = {
        **_shown(running.net),
        "relay": running.relay,
        "relayKey": str(running.relay_key),
        "fresh": running.fresh,
    }
    return Outcome(data, text=_text(running.net) + f"\nrelay {running.relay} ({running.relay_key})")


@app.command("status")
def status() -> Outcome:
    """Show the local chain and its newest block."""
    net = hardhat.read_net(home() / "net")
    if net is None:
        raise UnknownIdError("NET_NOT_UP")
    with Rpc(net.rpc, attempts=1) as rpc:
        try:
            block = int(rpc.call("eth_blockNumber"), 16)
        except ChainOutageError as error:
            return Outcome({**_shown(net), "block": None}, text=_text(net), error=error, exit_code=3)
    return Outcome({**_shown(net), "block": block}, text=f"{_text(net)}\nblock {block}")


@app.command("down")
def down() -> Outcome:
    """Stop the local chain. What it held is gone; it keeps nothing on disk."""
    net = hardhat.stop_net(home() / "net")
    if net is None:
        return Outcome({"pids": []}, text=said("没有正在运行的本地链。", "No local chain was running."))
    return Outcome({"rpc": net.rpc, "pids": [net.pid]}, text=f"{net.rpc} (pid {net.pid}) stopped")


def _start(folder: Path, port: int) -> hardhat.LocalNet:
    url = f"http://{hardhat.HOST}:{port}"
    node = hardhat.start_node(folder, port)
    with Rpc(url, timeout=10, attempts=1) as rpc:
        return hardhat.await_node(node, rpc, url, folder)


def _shown(net: hardhat.LocalNet) -> dict[str, object]:
    return {
        "engine": net.engine,
        "rpc": net.rpc,
        "chainId": net.chain_id,
        "genesisHash": net.genesis_hash,
        "pids": [net.pid],
        "log": net.log,
    }


def _text(net: hardhat.LocalNet) -> str:
    return f"{net.engine} {net.rpc} (pid {net.pid}, chain {net.chain_id})\ngenesis {net.genesis_hash}"
