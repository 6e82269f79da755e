"""`elicense serve` as a process of its own, called over a socket as a wallet calls it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest

from ledger.adapters.presentation_desk import HttpDesk
from ledger.errors import MalformedError, UnknownIdError
from tests.api.conftest import Department
from tests.live import ISSUER, LiveLedger


@contextmanager
def served(live_ledger: LiveLedger, home: Path, *arguments: str) -> Iterator[tuple[Any, str]]:
    """The process and its URL, as its first line of log tells it."""
    command = [sys.executable, "-W", "error", "-m", "api.cli.main", "serve", "--json", "--port", "0"]
    environment = {**os.environ, "ELICENSE_HOME": str(home), "ELICENSE_NETWORK": str(live_ledger.network)}
    with subprocess.Popen(
        [*command, *arguments], env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stderr is not None
            first = json.loads(process.stderr.readline())
            assert first["event"] == "serving", first
            yield process, first["url"]
        finally:
            if process.poll() is None:
                process.kill()


def test_a_department_is_served_until_sigterm(live_ledger: LiveLedger, tmp_path: Path) -> None:
    key = f"{ISSUER}={live_ledger.key('issuer')}"
    with served(live_ledger, tmp_path, "--issuer-key", key) as (process, url):
        with httpx2.Client(base_url=url, trust_env=False, verify=False, timeout=90) as client:
            assert client.get("/healthz").json() == {"status": "ok"}
            assert client.get("/readyz").json()["ready"] is True
            department = Department(client, ISSUER, live_ledger.signer("issuer"))  # type: ignore[arg-type]
            assert department.get("/v1/recognitions?from=310000").status_code == 200
            body = {"fields": ["face/category"], "purpose": "测试"}
            assert department.post("/v1/challenges", body).json()["api"] == url
        process.send_signal(signal.SIGTERM)
        told, _ = process.communicate(timeout=120)
    assert json.loads(told) == {"ok": True, "code": "OK", "url": url, "stopped": True}
    assert process.returncode == 0


def test_the_wallets_client_speaks_to_it(live_ledger: LiveLedger, tmp_path: Path) -> None:
    with served(live_ledger, tmp_path) as (_, url):
        with pytest.raises(UnknownIdError):
            HttpDesk().fetch(url, "ab" * 32)
        with pytest.raises(MalformedError):
            HttpDesk().leave(url, "no presentation")


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["--issuer-key", "nonsense"], "ISSUER_KEY_OPTION"),
        (["--issuer-key", f"{ISSUER}=missing.pem"], "KEY_FILE_UNREADABLE"),
        (["--host", "203.0.113.1"], "API_ADDRESS"),
    ],
)
def test_wrong_options_are_told_at_once(
    live_ledger: LiveLedger,
    tmp_path: Path,
    arguments: list[str],
    code: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    from api.cli.main import run

    assert run(["serve", "--network", str(live_ledger.network), "--port", "0", "--json", *arguments]) == 2
    assert json.loads(capsys.readouterr().out)["code"] == code
