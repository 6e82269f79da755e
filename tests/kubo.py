"""A private IPFS node of the tests' own, set up by the very commands of `docs/guides/content.md`."""

from __future__ import annotations

import os
import re
import shlex
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from ledger.adapters.net.processes import free_port
from ledger.errors import OutageError
from scripts.engines import engines_folder, ensure_engine

ENGINES = engines_folder()
"""Read at import: later the tests hide all settings from themselves."""

GUIDE = Path(__file__).resolve().parent.parent / "docs" / "guides" / "content.md"
SETUP = re.compile(r"^ipfs ((?:init|bootstrap|config) .+)$", re.MULTILINE)
START_SECONDS = 240.0


class Kubo:
    """One node; it keeps its port across restarts.

    Args:
        program: The `ipfs` executable.
        repo: Its repository, made now.
    """

    def __init__(self, program: Path, repo: Path) -> None:
        self.program, self.repo, self.port = program, repo, free_port(0)
        self.url = f"http://127.0.0.1:{self.port}"
        self._process: subprocess.Popen[bytes] | None = None
        for line in SETUP.findall(GUIDE.read_text(encoding="utf-8")):
            self.run(*shlex.split(line.replace("tcp/5001", f"tcp/{self.port}")))

    def run(self, *arguments: str, cwd: Path | None = None) -> str:
        """One command, which must succeed: its stdout."""
        command = [str(self.program), *arguments]
        done = subprocess.run(
            command, env=self.environment(), cwd=cwd, check=False, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def start(self, offline: bool = True) -> None:
        """Run the daemon until it answers; only a stranger to a swarm is not `offline`."""
        with (self.repo / "daemon.log").open("ab") as log:
            command = [str(self.program), "daemon", *(["--offline"] if offline else [])]
            self._process = subprocess.Popen(command, env=self.environment(), stdout=log, stderr=log)
        deadline = time.monotonic() + START_SECONDS
        while not self._answers():
            said = (self.repo / "daemon.log").read_text()[-2000:]
            assert self._process.poll() is None, said
            assert time.monotonic() < deadline, said
            time.sleep(0.05)

    def end(self, how: signal.Signals = signal.SIGTERM) -> None:
        """End the daemon and wait for it; `SIGKILL` gives it no chance to tidy up."""
        if self._process is not None:
            self._process.send_signal(how)
            self._process.wait(120)
            self._process = None

    def blocks(self) -> list[Path]:
        """The files that hold blocks."""
        return sorted((self.repo / "blocks").rglob("*.data"))

    def _answers(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self.port), 1):
                return True
        except OSError:
            return False

    def environment(self) -> dict[str, str]:
        """What a command needs to work on this node."""
        return {**os.environ, "IPFS_PATH": str(self.repo)}


@pytest.fixture(scope="session")
def kubo_program() -> Path:
    """The `ipfs` executable; without Go these tests are skipped, which continuous integration refuses."""
    try:
        return ensure_engine("kubo", ENGINES)
    except OutageError as error:
        pytest.skip(str(error))


@pytest.fixture(scope="session")
def kubo(kubo_program: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kubo]:
    """A running node, shared by all tests of the run."""
    node = Kubo(kubo_program, tmp_path_factory.mktemp("kubo") / "repo")
    try:
        node.start()
        yield node
    finally:
        node.end()


@pytest.fixture
def own_kubo(kubo_program: Path, tmp_path: Path) -> Iterator[Kubo]:
    """A node of the test's own, to be ended and started at will."""
    node = Kubo(kubo_program, tmp_path / "repo")
    try:
        node.start()
        yield node
    finally:
        node.end()
