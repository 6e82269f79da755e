"""A JSON-RPC proxy that lies on demand: tests point the ledger at it and expect to be told.

with LyingProxy(real_url) as proxy:
    proxy.lie = omit(3)
    ...  # read through proxy.url
"""

from __future__ import annotations

import contextlib
import copy
import json
import threading
import urllib.request
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from ledger.adapters.net.processes import free_port
from tests.live import LiveLedger

Logs = list[dict[str, Any]]
Lie = Callable[[Logs], Logs]


class LyingProxy:
    """Forwards to a node and distorts what it is told to.

    Attributes:
        lie: What becomes of every `eth_getLogs` answer.
        head: Serve this height as the newest block; None for the truth.
        rewrite: Takes (request, answer) of every single call and gives the answer to serve.
        drop: Methods whose request is forwarded and whose answer is lost (the connection closes).
        cut: Methods for which the connection closes before anything is forwarded.
        instead: Takes a call and gives the result to serve without forwarding it; None forwards it.
        watch: Told of every call (method, `before` or `after` it was forwarded).
        seen: Methods in the order of the requests.
    """

    def __init__(self, target: str) -> None:
        self.target = target
        self.lie: Lie = lambda logs: logs
        self.head: int | None = None
        self.rewrite: Callable[[dict[str, Any], dict[str, Any]], dict[str, Any]] = lambda _, answer: answer
        self.drop: set[str] = set()
        self.cut: set[str] = set()
        self.instead: Callable[[dict[str, Any]], Any] = lambda _: None
        self.watch: Callable[[str, str], None] = lambda _method, _when: None
        self.seen: list[str] = []
        self._serve(free_port(0))  # not one of connections, which another could hold when it comes back

    @property
    def url(self) -> str:
        """Where to ask."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> LyingProxy:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.go_down()

    def go_down(self) -> None:
        """Listen no more: who connects is refused, who is connected hears nothing."""
        self._is_down = True
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def come_back(self) -> None:
        """Listen again, at the same address."""
        self._serve(int(self._server.server_address[1]))
        self._thread.start()

    def _serve(self, port: int) -> None:
        self._is_down = False
        self._server = ThreadingHTTPServer(("127.0.0.1", port), self._handler())
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})

    def answer(self, body: bytes) -> bytes | None:
        """What goes back for a request; None to close the connection instead."""
        request = json.loads(body)
        calls = request if isinstance(request, list) else [request]
        methods = [call["method"] for call in calls]
        self.seen += methods
        if self._is_down or self.cut.intersection(methods):
            return None
        for method in methods:
            self.watch(method, "before")
        answers = self._answers([self._older(call) for call in calls])
        for method in methods:
            self.watch(method, "after")
        if self.drop.intersection(methods):
            return None
        served = [
            self.rewrite(call, self._distort(call, each)) for call, each in zip(calls, answers, strict=True)
        ]
        return json.dumps(served if isinstance(request, list) else served[0]).encode()

    def _answers(self, calls: list[dict[str, Any]]) -> list[dict[str, Any]]:
        made = [self.instead(call) for call in calls]
        passed = [call for call, answer in zip(calls, made, strict=True) if answer is None]
        real = iter(self._forward(passed) if passed else [])
        return [
            next(real) if answer is None else {"jsonrpc": "2.0", "id": call["id"], "result": answer}
            for call, answer in zip(calls, made, strict=True)
        ]

    def _forward(self, calls: list[dict[str, Any]]) -> list[dict[str, Any]]:
        request = urllib.request.Request(
            self.target, json.dumps(calls).encode(), {"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=120) as response:
            answers = json.load(response)
        by_id = {each["id"]: each for each in answers}
        return [by_id[call["id"]] for call in calls]

    def _older(self, call: dict[str, Any]) -> dict[str, Any]:
        """With an older head to serve, `latest` means that block."""
        if self.head is None:
            return call
        older = hex(self.head)
        return {**call, "params": [older if each == "latest" else each for each in call["params"]]}

    def _distort(self, call: dict[str, Any], answer: dict[str, Any]) -> dict[str, Any]:
        if call["method"] == "eth_getLogs" and isinstance(answer.get("result"), list):
            return {**answer, "result": self.lie(copy.deepcopy(answer["result"]))}
        if call["method"] == "eth_blockNumber" and self.head is not None:
            return {**answer, "result": hex(self.head)}
        return answer

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        proxy = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                content = proxy.answer(self.rfile.read(int(self.headers["Content-Length"])))
                if content is None:
                    self.close_connection = True
                    return
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(content)))
                with contextlib.suppress(BrokenPipeError, ConnectionResetError):  # whoever asked died
                    self.end_headers()
                    self.wfile.write(content)

            def log_message(self, *_: object) -> None:
                return

        return Handler


def omit(seq: int) -> Lie:
    """Leave the record out."""
    return lambda logs: [log for log in logs if _seq(log) != seq]


def duplicate(seq: int) -> Lie:
    """Serve the record twice."""
    return lambda logs: [each for log in logs for each in ([log, log] if _seq(log) == seq else [log])]


def swap(seq: int) -> Lie:
    """Serve the record after the one that follows it."""

    def lie(logs: Logs) -> Logs:
        places = [i for i, log in enumerate(logs) if _seq(log) == seq]
        for i in places:
            if i + 1 < len(logs):
                logs[i], logs[i + 1] = logs[i + 1], logs[i]
        return logs

    return lie


def edit(seq: int, byte: int = -1) -> Lie:
    """Flip the lowest bit of one byte of the record's data."""

    def lie(logs: Logs) -> Logs:
        for log in logs:
            if _seq(log) == seq:
                data = bytearray.fromhex(log["data"][2:])
                data[byte] ^= 1
                log["data"] = "0x" + data.hex()
        return logs

    return lie


def invent(seq: int) -> Lie:
    """Put a made-up record behind the record, with the next seq and all later ones moved up."""

    def lie(logs: Logs) -> Logs:
        served: Logs = []
        for log in logs:
            number = _seq(log)
            served.append({**log, "topics": _with_seq(log, number + (number > seq))})
            if number == seq:
                later = hex(int(log["logIndex"], 16) + 1)
                served.append({**log, "topics": _with_seq(log, seq + 1), "logIndex": later})
        return served

    return lie


def move(seq: int) -> Lie:
    """Say that the record is in the block before."""

    def lie(logs: Logs) -> Logs:
        for log in logs:
            if _seq(log) == seq:
                log["blockNumber"] = hex(int(log["blockNumber"], 16) - 1)
        return logs

    return lie


LIES: dict[str, Callable[[int], Lie]] = {
    "omitted": omit,
    "invented": invent,
    "edited": edit,
    "swapped": swap,
    "duplicated": duplicate,
    "moved": move,
}


def _seq(log: dict[str, Any]) -> int:
    return int(log["topics"][1], 16)


def _with_seq(log: dict[str, Any], seq: int) -> list[str]:
    return [log["topics"][0], f"0x{seq:064x}", *log["topics"][2:]]


@pytest.fixture(scope="module")
def proxy(live_ledger: LiveLedger) -> Iterator[LyingProxy]:
    """A proxy before the live ledger's node."""
    with LyingProxy(live_ledger.rpc) as made:
        yield made
