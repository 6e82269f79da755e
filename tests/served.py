"""`elicense serve` as processes of their own, over one home, killed and started again at will."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

import httpx2

from tests.api.conftest import Department
from tests.forked import Piped
from tests.live import ISSUER, LiveLedger
from tests.lying_proxy import LyingProxy

Json = dict[str, Any]


NODE_AWAY = "http://127.0.0.1:9"


class Victim(Protocol):
    """A process that a test kills."""

    process: Piped | None

    def kill(self) -> None:
        """kill -9."""
        ...


def _environment(live_ledger: LiveLedger, home: Path) -> dict[str, str]:
    return {
        **os.environ,
        "ELICENSE_HOME": str(home),
        "ELICENSE_NETWORK": str(live_ledger.network),
        "ELICENSE_RELAY_KEY": str(live_ledger.home / "relay.key"),
    }


class Worker:
    """`elicense outbox run --once` over one home, as a process of its own."""

    def __init__(self, live_ledger: LiveLedger, home: Path, rpc: str) -> None:
        self._live_ledger, self._home, self._rpc = live_ledger, home, rpc
        self.process: Piped | None = None

    def start(self) -> Worker:
        """Run."""
        environment = _environment(self._live_ledger, self._home)
        self.process = Piped("outbox", "run", "--once", "--rpc", self._rpc, "--json", env=environment)
        return self

    def kill(self) -> None:
        """kill -9."""
        if self.process is not None:
            self.process.kill()

    def end(self) -> tuple[int, Json]:
        """Wait for its end: exit status and what it told; nothing where it was killed."""
        assert self.process is not None
        with self.process.stdout, self.process.stderr:
            told = self.process.stdout.read()
        return self.process.wait(300), json.loads(told or "{}")


class Served:
    """A service of the issuing department that promises; started when asked.

    Args:
        live_ledger: Its ledger and keys.
        home: Its home; several services may share one.
        rpc: The node, perhaps behind a proxy.
        options: More of the command line.
    """

    def __init__(self, live_ledger: LiveLedger, home: Path, rpc: str, *options: str) -> None:
        self.live_ledger, self.home = live_ledger, home
        keys = ("--issuer-key", f"{ISSUER}={live_ledger.key('issuer')}")
        promises = ("--promise-key", str(live_ledger.key("relying")))
        self._options = [*keys, *promises, "--no-rate-limit", "--rpc", rpc, *options]
        self.process: Piped | None = None
        self.url = ""
        self.log: list[Json] = []

    def start(self) -> Served:
        """Run, unless it runs."""
        if self.process is not None and self.process.poll() is None:
            return self
        environment = _environment(self.live_ledger, self.home)
        self.process = Piped("serve", "--json", "--port", "0", *self._options, env=environment)
        self._reader = threading.Thread(target=self._read, args=(self.process.stderr,), daemon=True)
        while (line := json.loads(self.process.stderr.readline()))["event"] != "serving":
            self.log.append(line)
        self.url = line["url"]
        self._reader.start()
        return self

    def kill(self) -> None:
        """kill -9; returns when it is gone."""
        if self.process is not None:
            self.process.kill()

    def stop(self) -> Json:
        """SIGTERM; gives what the command told at its end."""
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)
        told = self.process.stdout.read()
        self.wait()
        return dict(json.loads(told))

    def wait(self) -> None:
        """Until it is gone."""
        assert self.process is not None
        self.process.wait(300)
        self._reader.join(300)
        self.process.stdout.close()

    @contextmanager
    def department(self) -> Iterator[Department]:
        """The issuing department at this service."""
        with httpx2.Client(base_url=self.url, trust_env=False, verify=False, timeout=90) as client:
            signer = self.live_ledger.signer("issuer")
            yield Department(client, ISSUER, signer)  # type: ignore[arg-type]

    def _read(self, stream: Any) -> None:
        with stream:
            for line in stream:
                with contextlib.suppress(ValueError):
                    self.log.append(json.loads(line))

    def close(self) -> None:
        self.kill()
        if self.process is not None:
            self.wait()


def strike(proxy: LyingProxy, victim: Victim, method: str, when: str, nth: int) -> None:
    """Kill a process the n-th time that it makes a call of a kind, before or after the node has it."""
    left = [nth]

    def watch(seen: str, stage: str) -> None:
        if (seen, stage) == (method, when):
            left[0] -= 1
            if left[0] == 0 and victim.process is not None:
                victim.kill()
                victim.process.wait(300)

    proxy.watch = watch
