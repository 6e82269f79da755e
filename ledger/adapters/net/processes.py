"""Processes that outlive the command that started them: found again, watched and ended by their pid."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from random import SystemRandom

from ledger.errors import UsageError

HOST = "127.0.0.1"
STOP_SECONDS = 10.0
_FOR_CONNECTIONS = Path("/proc/sys/net/ipv4/ip_local_port_range")
_LOWEST, _TRIES = 10_000, 16

_CHILDREN: dict[int, subprocess.Popen[bytes]] = {}
"""Of this very process, kept so that it can bury them; they outlive it unless ended."""


def spawn(
    argv: Sequence[str], log: Path, env: Mapping[str, str], folder: Path | None = None
) -> subprocess.Popen[bytes]:
    """Start a process in a session of its own, without input; its output goes to a file.

    Raises:
        OSError: The program or the file cannot be opened.
    """
    with log.open("wb") as file:
        process = subprocess.Popen(
            argv,
            cwd=folder,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    _CHILDREN[process.pid] = process
    return process


def began(pid: int) -> str | None:
    """When a living process began, in the system's own words; None where there is none.

    A pid that was given to another process has another moment.
    """
    try:
        fields = (
            Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()
        )
    except OSError:
        return None if Path("/proc/self").exists() else _began_by_ps(pid)
    return None if fields[0] == "Z" else fields[19]


def end(pid: int, started: str) -> None:
    """End a process, by force after a while, if it is the one that began then."""
    deadline = time.monotonic() + STOP_SECONDS
    if began(pid) == started:
        os.kill(pid, signal.SIGTERM)
    while began(pid) == started:
        if time.monotonic() > deadline:
            os.kill(pid, signal.SIGKILL)
        time.sleep(0.05)
    if pid in _CHILDREN:
        _CHILDREN.pop(pid).wait()


def free_port(*wanted: int) -> int:
    """The first of some ports of this machine that nobody listens on; 0 is any.

    Any is one that the system gives to no connection: until a server listens there, nobody else gets it.

    Raises:
        UsageError: `NET_PORT_TAKEN`: none of them is free.
    """
    for port in (each for asked in wanted for each in ((*_drawn_ports(), 0) if asked == 0 else (asked,))):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((HOST, port))
            except (OSError, OverflowError):
                continue
            return int(probe.getsockname()[1])
    raise UsageError("NET_PORT_TAKEN", port=wanted[-1])


def _drawn_ports() -> list[int]:
    """Some ports below those that the system gives to connections."""
    try:
        end = int(_FOR_CONNECTIONS.read_text(encoding="ascii").split()[0])
    except (OSError, ValueError, IndexError):
        return []
    below = range(_LOWEST, end)
    return SystemRandom().sample(below, min(_TRIES, len(below)))


def _began_by_ps(pid: int) -> str | None:
    shown = subprocess.run(
        ["ps", "-o", "lstart=", "-p", str(pid)], capture_output=True, text=True, check=False
    )
    return shown.stdout.strip() or None
