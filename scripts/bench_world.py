"""A fresh demo ledger for measurements, and processes of `elicense` watched from outside."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Any

from ledger.bootstrap import Ledger
from ledger.domain.license_types import example_input
from ledger.settings import Settings

TYPE = "11100000000013338W001"
COMMAND = (sys.executable, "-m", "api.cli.main")

_WATCHER = """
import os, resource, sys
os.spawnv(os.P_WAIT, sys.argv[1], sys.argv[1:])
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print([used.ru_utime + used.ru_stime, used.ru_maxrss], file=sys.stderr)
"""
"""Runs a command and tells what it used; small, because a process begins with the set of its parent."""


@dataclass(frozen=True)
class Ran:
    """One process from start to end.

    Attributes:
        answer: Its JSON.
        seconds: On the clock.
        cpu: Processor seconds of the process itself.
        chain: Processor seconds that the node spent meanwhile; 0 where the system does not tell.
        megabytes: Its largest resident set.
    """

    answer: dict[str, Any]
    seconds: float
    cpu: float
    chain: float
    megabytes: float


@dataclass(frozen=True)
class World:
    """A ledger with an issuing office, in a folder that goes when the measuring is done."""

    folder: Path
    node: int

    @property
    def key(self) -> Path:
        """The office's signing key."""
        return self.folder / "demo" / "keys" / "office-jiangsu.pem"

    def run(self, home: Path, *arguments: str) -> Ran:
        """One command in a process of its own, from a home of its own.

        Raises:
            RuntimeError: It did not do its work.
        """
        spent, start = _node_seconds(self.node), perf_counter()
        ran = subprocess.run(
            [sys.executable, "-S", "-c", _WATCHER, *COMMAND, *arguments, "--json"],
            env=self.environment(home),
            check=False,
            capture_output=True,
        )
        seconds = perf_counter() - start
        told, (cpu, kilobytes) = json.loads(ran.stdout), json.loads(ran.stderr.splitlines()[-1])
        if "error" in told:
            raise RuntimeError(told["error"])
        return Ran(told, seconds, cpu, _node_seconds(self.node) - spent, kilobytes / 1024)

    def ledger(self, home: Path) -> Ledger:
        """The ledger as a process of that home reaches it."""
        demo = self.folder / "demo"
        return Ledger(Settings(home, demo / "network.json", (), None, demo / "relay.key"))

    def environment(self, home: Path) -> Mapping[str, str]:
        """The variables of a process of that home."""
        demo = self.folder / "demo"
        own = {"NETWORK": demo / "network.json", "RELAY_KEY": demo / "relay.key", "HOME": home}
        return {**os.environ, **{f"ELICENSE_{name}": str(path) for name, path in own.items()}}


def inputs(count: int, group: int) -> Iterator[dict[str, Any]]:
    """License inputs with serials that no other group has."""
    given = example_input("constructor_registration")
    return ({**given, "serial": f"{group:08d}{number:08d}"} for number in range(count))


@contextmanager
def demo_world() -> Iterator[World]:
    """Tell the demo, keep its chain for the time of the `with` block, then remove all.

    Raises:
        RuntimeError: The story went wrong.
    """
    with tempfile.TemporaryDirectory() as folder:
        chain = {**os.environ, "ELICENSE_HOME": str(Path(folder) / "home")}
        try:
            demo = [*COMMAND, "demo", "--once", "--json", "--keep", str(Path(folder) / "demo")]
            told = subprocess.run(demo, env=chain, check=False, stdout=subprocess.PIPE)
            if told.returncode:
                steps = json.loads(told.stdout).get("steps", [])
                raise RuntimeError([step for step in steps if not step["ok"]] or told.stdout[:1000])
            status = subprocess.run(
                [*COMMAND, "net", "status", "--json"], env=chain, check=True, stdout=subprocess.PIPE
            )
            yield World(Path(folder), json.loads(status.stdout)["pids"][0])
        finally:
            subprocess.run([*COMMAND, "net", "down"], env=chain, check=True, stdout=subprocess.DEVNULL)


def _node_seconds(pid: int) -> float:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
