"""JSON-RPC: good answers pass, everything else is a coded outage, and nothing waits for ever."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from ledger.adapters import rpc as rpc_module
from ledger.adapters.rpc import Rpc
from ledger.errors import ChainOutageError
from ledger.ports import Reverted
from tests.adapters.conftest import Ledger
from tests.lying_proxy import LyingProxy


@contextmanager
def server(answer: Callable[[Any], bytes], status: int = 200) -> Iterator[str]:
    """A node that answers every request as told."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            content = answer(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            return

    node = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=node.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"http://127.0.0.1:{node.server_address[1]}"
    finally:
        node.shutdown()
        thread.join()
        node.server_close()


def served(content: bytes, status: int = 200) -> ChainOutageError:
    """The error that a node's fixed answer leads to."""
    with server(lambda _: content, status) as url, Rpc(url) as rpc, pytest.raises(ChainOutageError) as caught:
        rpc.call("eth_chainId")
    return caught.value


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"not json",
        b"[]",
        b"null",
        b'"0x1"',
        b'{"result": "0x1", "id": 0}',
        b'{"jsonrpc": "2.0", "id": 0}',
        b'{"jsonrpc": "2.0", "id": 7, "result": "0x1"}',
        b'{"jsonrpc": "2.0", "id": 0, "result": "0x1", "error": "yes"}',
        b"[" * 100_000,
        b"\xff\xfe",
    ],
)
def test_what_is_no_answer_is_a_bad_answer(content: bytes) -> None:
    assert served(content).code == "CHAIN_BAD_ANSWER"


def test_a_server_error_is_a_bad_answer() -> None:
    assert served(b'{"jsonrpc": "2.0", "id": 0, "result": "0x1"}', 502).code == "CHAIN_BAD_ANSWER"


def test_an_answer_without_end_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rpc_module, "MAX_ANSWER", 1_000)
    error = served(json.dumps({"jsonrpc": "2.0", "id": 0, "result": "0x" + "0" * 2_000}).encode())
    assert (error.code, error.fields["reason"]) == ("CHAIN_BAD_ANSWER", "too long")


def test_a_node_that_is_not_there_is_unreachable() -> None:
    with Rpc("http://127.0.0.1:9", attempts=2) as rpc, pytest.raises(ChainOutageError) as caught:
        rpc.call("eth_chainId")
    assert (caught.value.code, caught.value.exit_code) == ("CHAIN_UNREACHABLE", 75)


@pytest.mark.parametrize("url", ["", "not a url", "http://", "ftp://127.0.0.1", "http://127.0.0.1:99999999"])
def test_a_url_that_is_none_is_unreachable(url: str) -> None:
    with Rpc(url, attempts=1) as rpc, pytest.raises(ChainOutageError, match="CHAIN_UNREACHABLE"):
        rpc.call("eth_chainId")


def test_a_node_that_does_not_answer_in_time_is_unreachable() -> None:
    held = threading.Event()

    def never(_: Any) -> bytes:
        held.wait(10)
        return b""

    with server(never) as url, Rpc(url, timeout=0.2) as rpc:
        with pytest.raises(ChainOutageError, match="CHAIN_UNREACHABLE"):
            rpc.call("eth_chainId")
        held.set()


def test_a_call_that_reached_a_node_is_not_sent_twice() -> None:
    seen: list[str] = []

    def fail(request: Any) -> bytes:
        seen.append(request["method"])
        return b"no json"

    with server(fail) as url, Rpc(url) as rpc, pytest.raises(ChainOutageError):
        rpc.call("eth_sendRawTransaction", "0x")
    assert seen == ["eth_sendRawTransaction"]


def test_the_first_node_that_answers_is_used(node_url: str) -> None:
    with Rpc(["http://127.0.0.1:9", node_url], attempts=1) as rpc:
        assert rpc.call("eth_chainId") == "0x7a69"


def test_a_batch_keeps_its_order_and_its_errors(node_url: str) -> None:
    calls = [("eth_chainId", []), ("eth_nope", []), *[("eth_getBlockByNumber", ["0x0", False])] * 250]
    with Rpc(node_url) as rpc:
        answers = rpc.batch(calls)
    assert answers[0] == "0x7a69"
    assert isinstance(answers[1], ChainOutageError)
    assert answers[1].code == "CHAIN_REFUSED_CALL"
    assert [each["number"] for each in answers[2:]] == ["0x0"] * 250


def test_batch_answers_in_another_order_are_put_right() -> None:
    def backwards(request: Any) -> bytes:
        answers = [{"jsonrpc": "2.0", "id": each["id"], "result": each["params"][0]} for each in request]
        return json.dumps(answers[::-1]).encode()

    with server(backwards) as url, Rpc(url) as rpc:
        assert rpc.batch([("m", ["a"]), ("m", ["b"]), ("m", ["c"])]) == ["a", "b", "c"]


def test_a_batch_answer_that_lacks_one_is_refused() -> None:
    def short(request: Any) -> bytes:
        return json.dumps(
            [{"jsonrpc": "2.0", "id": each["id"], "result": 1} for each in request[1:]]
        ).encode()

    with server(short) as url, Rpc(url) as rpc, pytest.raises(ChainOutageError, match="CHAIN_BAD_ANSWER"):
        rpc.batch([("m", []), ("m", [])])


@pytest.mark.parametrize(
    ("error", "data"),
    [
        ({"code": 3, "message": "execution reverted", "data": "0x01020304"}, b"\1\2\3\4"),
        ({"code": -32603, "message": "VM", "data": {"data": "0x0102", "message": "…"}}, b"\1\2"),
        ({"code": -32000, "message": "execution reverted"}, b""),
    ],
)
def test_reverts_of_every_engine_carry_their_data(error: dict[str, Any], data: bytes) -> None:
    content = json.dumps({"jsonrpc": "2.0", "id": 0, "error": error}).encode()
    with server(lambda _: content) as url, Rpc(url) as rpc, pytest.raises(Reverted) as caught:
        rpc.call("eth_call", {})
    assert caught.value.data == data


def test_a_real_revert_carries_its_data(ledger: Ledger) -> None:
    call = {"to": ledger.trust.contracts["Directory"].address, "data": "0xdeadbeef"}
    with pytest.raises(Reverted):
        ledger.rpc.call("eth_call", call, "latest")


def test_a_connection_that_breaks_is_unreachable(node_url: str) -> None:
    with LyingProxy(node_url) as proxy, Rpc(proxy.url) as rpc:
        proxy.cut = {"eth_chainId"}
        with pytest.raises(ChainOutageError, match="CHAIN_UNREACHABLE"):
            rpc.call("eth_chainId")
        proxy.cut = set()
        assert rpc.call("eth_chainId") == "0x7a69"
