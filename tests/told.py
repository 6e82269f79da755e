"""One told story per test session: its chain keeps running, its files are there to be used."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.forked import elicense


@dataclass(frozen=True)
class Run:
    """What one command answered."""

    status: int
    data: dict[str, Any]
    stderr: str


@dataclass(frozen=True)
class World:
    """A founded ledger with its licenses, and the command line of one user of it."""

    folder: Path
    home: Path

    def environment(self, **more: str) -> dict[str, str]:
        """The variables of this user."""
        names = {"ELICENSE_HOME": str(self.home), "ELICENSE_NETWORK": str(self.folder / "network.json")}
        return {**os.environ, **names, "ELICENSE_RELAY_KEY": str(self.folder / "relay.key"), **more}

    def run(self, *arguments: str, **more: str) -> Run:
        """One command with `--json`."""
        done = elicense(*arguments, "--json", env=self.environment(**more))
        lines = done.stdout.splitlines()
        assert len(lines) == 1, f"{done.stdout}\n{done.stderr}"
        return Run(done.returncode, json.loads(lines[0]), done.stderr)

    def card(self, language: str, *arguments: str, **more: str) -> str:
        """What one command shows people in a language, `zh` or `en`."""
        done = elicense(*arguments, env=self.environment(ELICENSE_LANG=language, COLUMNS="200", **more))
        assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
        return done.stdout

    def envelope(self, part: str, version: str = ".001.") -> str:
        """The path of the license file whose name has these parts."""
        found = [p for p in (self.folder / "envelopes").glob("1.2*") if part in p.name and version in p.name]
        assert len(found) == 1, found
        return str(found[0])

    def key(self, name: str) -> str:
        """The path of a key file."""
        return str(self.folder / "keys" / f"{name}.pem")

    @property
    def rpc(self) -> str:
        """The chain's URL."""
        return str(json.loads((self.folder / "network.json").read_text())["rpc"][0])

    def as_other(self, home: Path) -> World:
        """The same ledger from another home."""
        return World(self.folder, home)


@pytest.fixture(scope="session")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[World, Run]]:
    """The demo, run once with `--keep`; the chain is stopped at the end."""
    with telling(tmp_path_factory.mktemp("told")) as told:
        yield told


@contextmanager
def telling(base: Path) -> Iterator[tuple[World, Run]]:
    """The demo in a folder, which is removed at the end."""
    world = World(base / "demo", base / "home")
    bare = {name: value for name, value in os.environ.items() if not name.startswith("ELICENSE_")}
    command = [sys.executable, "-m", "api.cli.main"]
    environment = {**bare, "ELICENSE_HOME": str(world.home)}
    done = subprocess.run(
        [*command, "demo", "--once", "--json", "--keep", str(world.folder)],
        capture_output=True,
        text=True,
        env=environment,
        timeout=1_200,
        check=False,
    )
    try:
        yield world, Run(done.returncode, json.loads(done.stdout), done.stderr)
    finally:
        subprocess.run([*command, "net", "down"], env=environment, capture_output=True, check=False)
        shutil.rmtree(base, ignore_errors=True)
