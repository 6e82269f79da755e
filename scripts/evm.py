"""Run contract code on a local Hardhat node: set code, call it, read what it cost."""

from __future__ import annotations

import http.client
import json
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

from eth_abi.abi import decode, encode
from eth_hash.auto import keccak

from ledger.adapters.net.processes import free_port
from scripts.node import HARDHAT_NET, hardhat_node_argv, node_env

GAS = 30_000_000


class RpcError(Exception):
    """The node answered with an error; `args[0]` is its `error` object."""


class _Line(http.client.HTTPConnection):
    """A connection that ends with whoever held it."""

    def __del__(self) -> None:
        self.close()


class Evm:
    """JSON-RPC to one node, with batches.

    Args:
        url: For example `http://127.0.0.1:8545`.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self._place = urlsplit(url).netloc
        self._own = threading.local()

    def rpc(self, method: str, *params: Any) -> Any:
        """One call's `result`; raises `RpcError` on an error answer."""
        return self.batch([(method, list(params))])[0]

    def batch(self, calls: list[tuple[str, list[Any]]]) -> list[Any]:
        """The results of many calls in one request, in their order."""
        body = [{"jsonrpc": "2.0", "id": i, "method": m, "params": p} for i, (m, p) in enumerate(calls)]
        answers = sorted(json.loads(self._post(json.dumps(body).encode())), key=lambda answer: answer["id"])
        for answer in answers:
            if "error" in answer:
                raise RpcError(answer["error"])
        return [answer["result"] for answer in answers]

    def _post(self, body: bytes) -> bytes:
        """One request over this thread's connection, made anew where the node closed it in a pause."""
        try:
            return self._sent(body)
        except ConnectionError:
            self._own.connection.close()
            return self._sent(body)

    def _sent(self, body: bytes) -> bytes:
        if not hasattr(self._own, "connection"):
            self._own.connection = _Line(self._place, timeout=300)
        self._own.connection.request("POST", "/", body, {"Content-Type": "application/json"})
        answer: bytes = self._own.connection.getresponse().read()
        return answer

    def place(self, code: str, address: str) -> Contract:
        """Put runtime `code` (0x-hex) at `address` and return it, ready to call."""
        self.rpc("hardhat_setCode", address, code)
        return Contract(self, address)


class Contract:
    """Code at an address, called by signature; nothing is written."""

    def __init__(self, evm: Evm, address: str) -> None:
        self.evm = evm
        self.address = address

    def call(self, signature: str, returns: str, *values: Any) -> Any:
        """`call("f(uint256)", "bool", 1)`: the one value that `f` returns."""
        return self.call_many(signature, returns, [values])[0]

    def call_many(self, signature: str, returns: str, rows: list[tuple[Any, ...]]) -> list[Any]:
        """The same for many rows of arguments, in one request."""
        calls = [("eth_call", [self._transaction(signature, row), "latest"]) for row in rows]
        return [decode([returns], bytes.fromhex(out[2:]))[0] for out in self.evm.batch(calls)]

    def gas_many(self, signature: str, rows: list[tuple[Any, ...]]) -> list[int]:
        """Execution gas per row, without the transaction's own 21,000 and calldata.

        It is what `debug_traceCall` reports, so it needs a node that offers it.
        """
        options = {"disableStorage": True, "disableMemory": True, "disableStack": True}
        gas = []
        for row in rows:
            transaction = self._transaction(signature, row)
            trace = self.evm.rpc("debug_traceCall", transaction, "latest", options)
            gas.append(int(trace["gas"]) - intrinsic_gas(bytes.fromhex(transaction["data"][2:])))
        return gas

    def _transaction(self, signature: str, values: tuple[Any, ...]) -> dict[str, str]:
        types = signature[signature.index("(") + 1 : -1]
        data = keccak(signature.encode())[:4] + encode(types.split(",") if types else [], values)
        return {"to": self.address, "data": "0x" + data.hex(), "gas": hex(GAS)}


def intrinsic_gas(data: bytes) -> int:
    """What a transaction costs before its first instruction (London: 21,000, 4 and 16 a byte).

    Example:
        >>> intrinsic_gas(bytes([0, 1]))
        21020
    """
    zeros = data.count(0)
    return 21_000 + 4 * zeros + 16 * (len(data) - zeros)


@contextmanager
def local_chain(network: str = "bench", seconds: float = 60) -> Iterator[str]:
    """A fresh Hardhat chain on a free port of 127.0.0.1, ended with the block.

    Args:
        network: One of `hardhat.config.js`: `bench` makes blocks only for transactions.
        seconds: How long to wait for its first answer.

    Yields:
        Its URL.

    Raises:
        RuntimeError: The node ended by itself.
        TimeoutError: It did not answer in time.
    """
    port = free_port(0)
    argv = hardhat_node_argv(port, network)
    quiet = subprocess.DEVNULL
    with subprocess.Popen(argv, cwd=HARDHAT_NET, env=node_env(), stdout=quiet, stderr=quiet) as node:
        try:
            url = f"http://127.0.0.1:{port}"
            _await_answer(url, node, seconds)
            yield url
        finally:
            node.terminate()
            try:
                node.wait(timeout=10)
            except subprocess.TimeoutExpired:
                node.kill()


def _await_answer(url: str, node: subprocess.Popen[bytes], seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if node.poll() is not None:
            raise RuntimeError(f"hardhat node ended with status {node.returncode}")
        try:
            Evm(url).rpc("eth_chainId")
            return
        except (OSError, RpcError):
            time.sleep(0.1)
    raise TimeoutError(f"{url} did not answer within {seconds} s")
