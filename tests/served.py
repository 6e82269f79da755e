"""`elicense serve` as processes of their own, over one home, killed and started again at will."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2

from tests.api.conftest import Department
from tests.live import ISSUER, LiveLedger
from tests.lying_proxy import LyingProxy

Json = dict[str, Any]


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
        self.process: subprocess.Popen[str] | None = None
        self.url = ""
        self.log: list[Json] = []

    def start(self) -> Served:
        """Run, unless it runs."""
        if self.process is not None and self.process.poll() is None:
            return self
        environment = {
            **os.environ,
            "ELICENSE_HOME": str(self.home),
            "ELICENSE_NETWORK": str(self.live_ledger.network),
            "ELICENSE_RELAY_KEY": str(self.live_ledger.home / "relay.key"),
        }
        command = [sys.executable, "-m", "api.cli.main", "serve", "--json", "--port", "0", *self._options]
        self.process = subprocess.Popen(
            command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        assert self.process.stderr is not None
        self._reader = threading.Thread(target=self._read, args=(self.process.stderr,), daemon=True)
        while (line := json.loads(self.process.stderr.readline()))["event"] != "serving":
            self.log.append(line)
        self.url = line["url"]
        self._reader.start()
        return self

    def kill(self) -> None:
        """kill -9; returns when it is gone."""
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError):
                self.process.send_signal(signal.SIGKILL)

    def stop(self) -> Json:
        """SIGTERM; gives what the command told at its end."""
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)
        assert self.process.stdout is not None
        told = self.process.stdout.read()
        self.wait()
        return dict(json.loads(told))

    def wait(self) -> None:
        """Until it is gone."""
        assert self.process is not None
        assert self.process.stdout is not None
        self.process.wait(60)
        self._reader.join(30)
        self.process.stdout.close()

    @contextmanager
    def department(self) -> Iterator[Department]:
        """The issuing department at this service."""
        with httpx2.Client(base_url=self.url, trust_env=False, timeout=90) as client:
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


def strike(proxy: LyingProxy, service: Served, method: str, when: str, nth: int) -> None:
    """Kill a service the n-th time that it makes a call of a kind, before or after the node has it."""
    left, process = [nth], service.process
    assert process is not None

    def watch(seen: str, stage: str) -> None:
        if (seen, stage) == (method, when):
            left[0] -= 1
            if left[0] == 0:
                service.kill()
                process.wait(60)

    proxy.watch = watch
