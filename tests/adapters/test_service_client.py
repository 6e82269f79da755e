"""A service elsewhere answers what it likes: whoever asks gets an error of ours, and in time."""

from __future__ import annotations

import threading
import time
import zlib
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar

import pytest

from ledger import crypto
from ledger.adapters import service_client
from ledger.adapters.clock import SystemClock, SystemEntropy
from ledger.adapters.service_client import Patience, Reach, ServiceClient
from ledger.errors import LedgerError, OutageError, RuleError

ANSWERS = {
    "deep": b'{"a":' * 200_000,
    "list": b"[]",
    "number": b'{"a": ' + b"9" * 5_000 + b"}",
    "none": b"",
    "binary": bytes(range(256)),
}


class Liar(BaseHTTPRequestHandler):
    """Answers what the path says."""

    asked: ClassVar[list[str]] = []
    sent = 0

    def do_POST(self) -> None:
        self.asked.append(self.path)
        kind = self.path.rpartition("/")[2]
        while kind == "head":
            self.wfile.write(b"HTTP/1.1 200 OK\r\nX: "[self.sent :][:1] or b"x")
            self.sent += 1
            time.sleep(0.05)
        self.send_response(302 if kind == "elsewhere" else 200)
        self.send_header("Location", "/none")
        if kind == "bomb":
            self.send_header("Content-Encoding", "deflate")
        self.end_headers()
        self.wfile.write(ANSWERS.get(kind, b""))
        while kind == "slow":
            self.wfile.write(b" ")
            time.sleep(0.05)
        packer = zlib.compressobj()
        while kind == "bomb":
            self.wfile.write(packer.compress(bytes(1 << 20)))

    def handle_one_request(self) -> None:
        try:
            super().handle_one_request()
        except OSError:  # the other side went away
            self.close_connection = True

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def liar() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Liar)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


def client(url: str, reach: Reach | None = None) -> ServiceClient:
    patience = Patience(5.0, 5.0, 0.3)
    signer = crypto.signer(crypto.generate_key())
    return ServiceClient(
        url, "11330000MB0TE5T28K", signer, SystemClock(), SystemEntropy(), patience=patience, reach=reach
    )


@pytest.mark.parametrize("kind", [*ANSWERS, "head", "slow", "bomb", "elsewhere"])
def test_whatever_comes_is_an_outage_at_most(liar: str, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service_client, "LARGEST", 4 << 20)
    with pytest.raises((OutageError, RuleError)) as raised:
        client(f"http://{liar}").post(f"/{kind}", {})
    assert isinstance(raised.value, LedgerError)
    assert Liar.asked[-1] == f"/{kind}", "no redirect is followed"


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::ffff:127.0.0.1]", "2130706433"])
def test_an_address_that_another_told_leads_to_no_service_of_our_own(liar: str, host: str) -> None:
    before, url = list(Liar.asked), f"http://{host}:{liar.partition(':')[2]}"
    with pytest.raises(RuleError, match="SERVICE_NEAR"):
        client(url, Reach()).post("/none", {})
    assert Liar.asked == before, "nothing was sent"
    with pytest.raises(OutageError):
        client(url, Reach(near=True)).post("/none", {})


def test_what_another_told_is_asked_over_https_alone() -> None:
    Reach().require("https://service.example", "203.0.113.7", "192.0.2.9")
    for near in (False, True):
        with pytest.raises(RuleError, match="SERVICE_NOT_SECRET"):
            Reach(near).require("http://service.example", "203.0.113.7", "192.0.2.9")
    for peer in ("::1", "169.254.169.254", "fe80::1%eth0", "0.0.0.0", "::ffff:127.0.0.2"):
        with pytest.raises(RuleError, match="SERVICE_NEAR"):
            Reach().require("https://service.example", peer, "192.0.2.9")
    with pytest.raises(RuleError, match="SERVICE_NEAR"):
        Reach().require("https://service.example", "192.0.2.9", "192.0.2.9")
    Reach(near=True).require("http://service.example", "192.0.2.9", "192.0.2.9")
