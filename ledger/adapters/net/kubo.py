"""A private IPFS swarm on this machine: kubo daemons that speak to one another and to nobody else.

A swarm key, which the nodes share, encrypts every connection: a node without it is not spoken to
(`LIBP2P_FORCE_PNET` has a daemon refuse to start without one). There is no bootstrap list, no search
for nodes (DHT, mDNS), no relay, no telemetry, no gateway, and all ports are those of 127.0.0.1. Each
node knows the others by name. Blocks are on the disk when the daemon says so.

The state file stays while daemons are dead, and with it the setting where documents are kept: a swarm
that is down is an outage, never a reason to keep documents elsewhere.
"""

from __future__ import annotations

import fcntl
import http.client
import json
import os
import secrets
import shutil
import subprocess
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from ledger.adapters.net import processes
from ledger.adapters.net.checkout import tools
from ledger.domain.canonical import parse_strict
from ledger.errors import LedgerError, OutageError, UsageError

START_SECONDS = 60.0
ASK_SECONDS = 30.0
MOST_PEERS = 8
MAX_ANSWER = 64 << 20


@dataclass(frozen=True)
class Peer:
    """One node of the swarm.

    Attributes:
        url: Of its RPC interface.
        swarm: TCP port at which the other nodes reach it.
        name: Its peer id.
        repo: Its folder.
        pid: Of its daemon.
        started: When the system says that the daemon began.
    """

    url: str
    swarm: int
    name: str
    repo: str
    pid: int = 0
    started: str = ""

    @property
    def is_running(self) -> bool:
        """Whether its daemon lives."""
        return bool(self.pid) and processes.began(self.pid) == self.started

    @property
    def port(self) -> int:
        """TCP port of its RPC interface."""
        return int(self.url.rpartition(":")[2])


def state_file(folder: Path) -> Path:
    """Where a swarm is described: `{"peers": [{"url", …}]}`."""
    return folder / "ipfs.json"


def read_swarm(folder: Path) -> tuple[Peer, ...]:
    """The nodes of a swarm, running or not; empty where none was set up, or it was taken down.

    Raises:
        UsageError: `NET_IPFS_STATE`: the state file is damaged.
    """
    file = state_file(folder)
    try:
        return tuple(Peer(**each) for each in parse_strict(file.read_bytes())["peers"])
    except FileNotFoundError:
        return ()
    except (OSError, LedgerError, KeyError, TypeError) as error:
        raise UsageError("NET_IPFS_STATE", path=str(file), reason=type(error).__name__) from None


def start_swarm(folder: Path, count: int | None = None) -> tuple[Peer, ...]:
    """Bring up a swarm: nodes are made that there are not yet, daemons started that do not run.

    A node that is made beside others gets everything that they have pinned, from them.

    Args:
        folder: Of the local net; the swarm's files go to `ipfs` in it.
        count: How many nodes; as many as there are by default, one at first.

    Raises:
        UsageError: `NET_IPFS_PEERS`: fewer nodes than there are, or too many.
        OutageError: `NET_IPFS_MISSING`: no kubo; `NET_IPFS_DID_NOT_START`, `NET_IPFS_FAILED`.
    """
    home = folder / "ipfs"
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (home / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # two commands at once make one swarm
        return _start_swarm(folder, home, count)


def _start_swarm(folder: Path, home: Path, count: int | None) -> tuple[Peer, ...]:
    made = sorted(home.glob("node-*"), key=lambda each: int(each.name.rpartition("-")[2]))
    wanted = count or len(made) or 1
    if not len(made) <= wanted <= MOST_PEERS:
        raise UsageError("NET_IPFS_PEERS", there=len(made), most=MOST_PEERS, asked=wanted)
    program = kubo_program()
    fresh = [_make(program, home, number) for number in range(len(made) + 1, wanted + 1)]
    before = {peer.repo: peer for peer in read_swarm(folder)}
    peers = [_placed(repo, before.get(str(repo))) for repo in (*made, *fresh)]
    for peer in peers:
        _configure(peer, [each for each in peers if each is not peer])
    for number, peer in enumerate(peers):
        if not peer.is_running:
            _note(folder, peers)
            peers[number] = _spawn(program, peer)
            _note(folder, peers)
    for peer in peers:
        _await(partial(_answers, peer), _log(peer))
    _await_swarm(peers)
    _replicate([each for each in peers if Path(each.repo) in fresh], peers)
    return tuple(peers)


def _note(folder: Path, peers: Sequence[Peer]) -> None:
    """Write the state file: all nodes from the first, so that no document is ever kept on fewer."""
    _write(state_file(folder), json.dumps({"peers": [asdict(each) for each in peers]}, indent=1).encode())


def stop_swarm(folder: Path) -> tuple[Peer, ...]:
    """End the daemons and forget the setting; what the nodes keep stays in their folders."""
    peers = read_swarm(folder)
    for peer in peers:
        processes.end(peer.pid, peer.started)
    state_file(folder).unlink(missing_ok=True)
    return peers


def neighbours(peer: Peer) -> int | None:
    """How many nodes a node is connected to; None where it does not answer."""
    try:
        rows = _ask(peer, "swarm/peers").get("Peers") or ()
        return len({each.get("Peer") for each in rows})  # two that dial at once have two connections
    except OutageError:
        return None


def kubo_program() -> Path:
    """The `ipfs` of the PATH, else the one that the checkout built (`make engines`).

    Raises:
        OutageError: `NET_IPFS_MISSING`.
    """
    found, engines = shutil.which("ipfs"), tools("engines")
    if found is not None:
        return Path(found)
    built: Path | None = engines.engine_path("kubo") if engines else None
    if built is None or not built.exists():
        raise OutageError("NET_IPFS_MISSING")
    return built


def _make(program: Path, home: Path, number: int) -> Path:
    """A node's folder with its name and the swarm's key; it appears when it is whole."""
    repo, draft = home / f"node-{number}", home / f".node-{number}"
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(parents=True, mode=0o700)
    _run(program, draft, "init", "--empty-repo", "--profile=autoconf-off")
    _write(draft / "swarm.key", _swarm_key(home / "swarm.key"))
    config = json.loads((draft / "config").read_bytes())
    blocks = next(each for each in config["Datastore"]["Spec"]["mounts"] if each["mountpoint"] == "/blocks")
    blocks["sync"] = True
    _write(draft / "config", json.dumps(config, indent=1).encode())
    draft.rename(repo)
    return repo


def _swarm_key(file: Path) -> bytes:
    if not file.exists():
        _write(file, f"/key/swarm/psk/1.0.0/\n/base16/\n{secrets.token_hex(32)}\n".encode())
    return file.read_bytes()


def _placed(repo: Path, before: Peer | None) -> Peer:
    """A node with its ports: those that it had, or free ones."""
    if before is not None and before.is_running:
        return before
    name = json.loads((repo / "config").read_bytes())["Identity"]["PeerID"]
    rpc, swarm = (
        processes.free_port(*((port, 0) if port else (0,)))
        for port in ((before.port, before.swarm) if before else (0, 0))
    )
    return Peer(f"http://{processes.HOST}:{rpc}", swarm, name, str(repo))


def _configure(peer: Peer, others: Sequence[Peer]) -> None:
    file = Path(peer.repo) / "config"
    config = json.loads(file.read_bytes())
    at = f"/ip4/{processes.HOST}/tcp/"
    config |= {
        "Addresses": {"API": at + str(peer.port), "Gateway": [], "Swarm": [at + str(peer.swarm)]},
        "AutoConf": {"Enabled": False},
        "AutoNAT": {"ServiceMode": "disabled"},
        "AutoTLS": {"Enabled": False},
        "Bootstrap": [],
        "DNS": {"Resolvers": {}},
        "Discovery": {"MDNS": {"Enabled": False}},
        "HTTPRetrieval": {"Enabled": False},
        "Ipns": {**config["Ipns"], "DelegatedPublishers": []},
        "Peering": {"Peers": [{"ID": each.name, "Addrs": [at + str(each.swarm)]} for each in others]},
        "Plugins": {"Plugins": {"telemetry": {"Config": {"Mode": "off"}}}},
        "Provide": {"Enabled": False},
        "Routing": {"Type": "none", "DelegatedRouters": []},
        "Version": {"SwarmCheckEnabled": False},
    }
    config["Swarm"] |= {
        "DisableNatPortMap": True,
        "EnableHolePunching": False,
        "RelayClient": {"Enabled": False},
        "RelayService": {"Enabled": False},
        "Transports": {"Network": {"Relay": False}},
    }
    _write(file, json.dumps(config, indent=1).encode())


def _spawn(program: Path, peer: Peer) -> Peer:
    log = _log(peer)
    try:
        daemon = processes.spawn([str(program), "daemon", "--migrate=false"], log, _environment(peer.repo))
    except OSError as error:
        raise OutageError("NET_IPFS_DID_NOT_START", reason=str(error), log=str(log)) from error
    return replace(peer, pid=daemon.pid, started=processes.began(daemon.pid) or "")


def _answers(peer: Peer) -> bool:
    if not peer.is_running:
        raise OutageError("NET_IPFS_DID_NOT_START", reason="ended", log=str(_log(peer)))
    return neighbours(peer) is not None


def _log(peer: Peer) -> Path:
    return Path(peer.repo) / "daemon.log"


def _await_swarm(peers: Sequence[Peer]) -> None:
    """Wait until every node is connected to every other one."""
    for peer in peers:
        for other in peers:
            if other is not peer:
                address = f"/ip4/{processes.HOST}/tcp/{other.swarm}/p2p/{other.name}"
                with suppress(OutageError):  # both may dial at once
                    _ask(peer, "swarm/connect", arg=address)
        _await(partial(_knows, peer, len(peers) - 1), _log(peer))


def _knows(peer: Peer, others: int) -> bool:
    return neighbours(peer) == others


def _await(is_so: Callable[[], bool], log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not is_so():
        if time.monotonic() > deadline:
            raise OutageError("NET_IPFS_DID_NOT_START", reason="no answer", log=str(log))
        time.sleep(0.1)


def _replicate(fresh: Sequence[Peer], peers: Sequence[Peer]) -> None:
    """Give new nodes what the others have pinned; it comes from them, over the swarm."""
    kept = {
        cid for peer in peers if peer not in fresh for cid in _ask(peer, "pin/ls", type="recursive")["Keys"]
    }
    for peer in fresh:
        for cid in sorted(kept):
            _ask(peer, "pin/add", arg=cid)


def _ask(peer: Peer, method: str, **arguments: str) -> Any:
    """An answer of a node's RPC interface.

    Raises:
        OutageError: `NET_IPFS_FAILED`.
    """
    query = "&".join(f"{name}={value}" for name, value in arguments.items())
    connection = http.client.HTTPConnection(processes.HOST, peer.port, timeout=ASK_SECONDS)
    try:
        connection.request("POST", f"/api/v0/{method}?{query}")
        answer = connection.getresponse()
        data = answer.read(MAX_ANSWER)
        if answer.status != http.client.OK:
            raise OutageError("NET_IPFS_FAILED", url=peer.url, reason=data.decode(errors="replace")[:300])
        return json.loads(data)
    except (OSError, ValueError, http.client.HTTPException) as error:
        raise OutageError("NET_IPFS_FAILED", url=peer.url, reason=type(error).__name__) from error
    finally:
        connection.close()


def _run(program: Path, repo: Path, *arguments: str) -> None:
    try:
        subprocess.run(
            [str(program), *arguments],
            env=_environment(str(repo)),
            check=True,
            capture_output=True,
            text=True,
        )
    except (OSError, subprocess.CalledProcessError) as error:
        said = str(getattr(error, "stderr", None) or error)[-300:]
        raise OutageError("NET_IPFS_FAILED", url=str(program), reason=said) from error


def _environment(repo: str) -> dict[str, str]:
    return {**os.environ, "IPFS_PATH": repo, "LIBP2P_FORCE_PNET": "1", "IPFS_TELEMETRY": "off"}


def _write(file: Path, data: bytes) -> None:
    """Put a file in place whole, readable by its owner only."""
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = file.with_name(f".{file.name}.new")
    draft.touch(0o600)
    draft.write_bytes(data)
    draft.replace(file)
