"""Fetching samples from where a provider says: no service of our own is asked, and none keeps us."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

import pytest

from ledger.adapters.sample_channel import fetch_sample
from ledger.errors import RuleError

SAMPLE = b'{"index": 3}'


class Provider(BaseHTTPRequestHandler):
    """Serves one sample, and whatever else a provider could come up with."""

    asked: ClassVar[list[str]] = []

    def do_GET(self) -> None:
        self.asked.append(self.path)
        kind = self.path.split("/")[1]
        self.send_response(302 if kind == "elsewhere" else 200)
        if kind == "elsewhere":
            self.send_header("Location", "/good/3.json")
        self.end_headers()
        body = SAMPLE if kind == "good" else b"x" * 65_537 if kind == "large" else b""
        self.wfile.write(body)
        while kind == "endless":
            self.wfile.write(b"x" * 65_536)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def provider() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Provider)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


def test_a_sample_is_fetched(provider: str, tmp_path: Path) -> None:
    assert fetch_sample(f"http://{provider}/good/", 3, near=True) == SAMPLE
    (tmp_path / "3.json").write_bytes(SAMPLE)
    assert fetch_sample(str(tmp_path), 3) == SAMPLE
    assert fetch_sample(str(tmp_path), 4) is None


@pytest.mark.parametrize("kind", ["large", "endless", "elsewhere"])
def test_what_is_too_large_endless_or_elsewhere_is_silence(provider: str, kind: str) -> None:
    assert fetch_sample(f"http://{provider}/{kind}", 3, near=True) is None
    assert "/good/3.json" not in Provider.asked[-1:]


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::ffff:127.0.0.1]", "0.0.0.0", "2130706433"])
def test_our_own_services_are_not_asked_however_they_are_named(provider: str, host: str) -> None:
    before = list(Provider.asked)
    port = provider.partition(":")[2]
    with pytest.raises(RuleError, match="CHANNEL_NEAR"):
        fetch_sample(f"http://{host}:{port}/good", 3)
    assert Provider.asked == before


@pytest.mark.parametrize("address", ["http://", "http://[", "https://127.0.0.1:1", "http://x:99999"])
def test_what_is_no_address_is_silence(address: str) -> None:
    assert fetch_sample(address, 3, near=True) is None
