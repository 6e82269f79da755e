"""A home that cannot be written: every command says so with a code, and nothing is sent."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.live import ISSUER, LiveLedger, live_ledger

__all__ = ["live_ledger"]

READ_ONLY = 'mount --bind "$0" "$0" && mount -o remount,ro,bind "$0" && exec "$@"'


def run(live_ledger: LiveLedger, home: Path, *arguments: str) -> tuple[int, dict[str, Any]]:
    """A command under a home that is mounted read-only, for this command alone."""
    environment = {
        **os.environ,
        "ELICENSE_HOME": str(home),
        "ELICENSE_NETWORK": str(live_ledger.network),
        "ELICENSE_RELAY_KEY": str(live_ledger.home / "relay.key"),
    }
    command = [sys.executable, "-m", "api.cli.main", *arguments, "--json"]
    done = subprocess.run(
        ["unshare", "--mount", "sh", "-c", READ_ONLY, str(home), *command],
        env=environment, capture_output=True, text=True, check=False, timeout=600,
    )  # fmt: skip
    return done.returncode, json.loads(done.stdout)


@pytest.mark.skipif(
    shutil.which("unshare") is None
    or subprocess.run(["unshare", "--mount", "true"], check=False, capture_output=True).returncode != 0,
    reason="needs the right to mount",
)
@pytest.mark.parametrize("is_used", [False, True], ids=["fresh", "used"])
def test_nothing_is_written_or_sent_from_a_home_that_is_read_only(
    live_ledger: LiveLedger, tmp_path: Path, is_used: bool
) -> None:
    home, given = tmp_path / "home", tmp_path / "input.json"
    home.mkdir()
    key = ("--key", str(live_ledger.key("issuer")))
    given.write_text(json.dumps(live_ledger.input()))
    out = ("--out", str(tmp_path / "one.elic.json"))
    if is_used:
        status, told = live_ledger.attempt("license", "issue", str(given), *key, *out, home=home)
        assert status == 0, told
        given.write_text(json.dumps(live_ledger.input()))
    before = live_ledger.ledger().reader.journal()[0]
    promises = ("--promise-key", str(live_ledger.key("relying")))
    for arguments in (
        ("license", "issue", str(given), *key, *out),
        ("serve", "--port", "0", "--issuer-key", f"{ISSUER}={live_ledger.key('issuer')}", *promises),
    ):
        status, told = run(live_ledger, home, *arguments)
        assert (status, told["error"]["family"]) == (75, "outage"), told
        assert told["code"] in ("QUEUE_OUTAGE", "REQUESTS_OUTAGE", "INDEX_OUTAGE"), told
    assert live_ledger.ledger().reader.journal()[0] == before
    status, told = live_ledger.attempt("license", "issue", str(given), *key, *out, home=home)
    assert status == 0, told
