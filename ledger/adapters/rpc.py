"""JSON-RPC to chain nodes over HTTP: bounded in time, size and tries; whatever is off is an outage."""

from __future__ import annotations

import json
import re
import weakref
from collections.abc import Iterator, Sequence
from typing import Any

import httpx2
from tenacity import Retrying, retry_if_exception_type, stop_after_attempt, wait_exponential_jitter

from ledger.errors import ChainOutageError
from ledger.ports import Reverted

MAX_ANSWER = 256 * 1024 * 1024
"""Longest answer that is read, in bytes."""

BATCH = 100
"""Calls in one HTTP request."""

MAX_DEPTH = 32
"""Deepest nesting of an answer."""

_STRING = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"', re.DOTALL)
_NO_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))
_REVERT_CODE = 3
_REVERT_WORDS = ("execution reverted", "reverted with", "transaction reverted", "vm exception")


class Rpc:
    """One node, or several of which the first that answers is used.

    Only connections are tried again, a bounded number of times with growing, jittered pauses. A
    call that reached a node is not: what it does may have happened.

    Args:
        urls: One URL, or several in the order of preference.
        timeout: Seconds for one request.
        attempts: Tries per URL while no connection comes about.
    """

    def __init__(self, urls: str | Sequence[str], timeout: float = 30.0, attempts: int = 3) -> None:
        self.urls = (urls,) if isinstance(urls, str) else tuple(urls)
        self._attempts = attempts
        # Without TLS the list of authorities is not read, which takes longer than most calls.
        is_tls = any(url.lower().startswith("https:") for url in self.urls)
        self._client = httpx2.Client(timeout=timeout, trust_env=False, verify=is_tls)
        self._closing = weakref.finalize(self, self._client.close)

    def __enter__(self) -> Rpc:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections; also done when nobody holds this any more."""
        self._closing()

    def call(self, method: str, *params: Any) -> Any:
        """The `result` of one call.

        Raises:
            Reverted: A contract refused it.
            ChainOutageError: `CHAIN_UNREACHABLE`, `CHAIN_BAD_ANSWER`, or `CHAIN_REFUSED_CALL` for
                another error answer.
        """
        url, answer = self._post(_request(0, method, params), method)
        outcome = _outcome(answer, 0, url, method)
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    def batch(self, calls: Sequence[tuple[str, Sequence[Any]]]) -> list[Any]:
        """The results of many calls in their order; where one failed, its exception stands.

        Raises:
            ChainOutageError: No answer to a whole request.
        """
        results: list[Any] = []
        for start in range(0, len(calls), BATCH):
            results += self._batch(calls[start : start + BATCH])
        return results

    def _batch(self, calls: Sequence[tuple[str, Sequence[Any]]]) -> list[Any]:
        body = [_request(i, method, params) for i, (method, params) in enumerate(calls)]
        url, answers = self._post(body, calls[0][0])
        if not isinstance(answers, list) or len(answers) != len(calls):
            raise _bad(url, calls[0][0], "not one answer for each call")
        by_id = {each.get("id"): each for each in answers if isinstance(each, dict)}
        return [_outcome(by_id.get(i), i, url, method) for i, (method, _) in enumerate(calls)]

    def _post(self, body: Any, method: str) -> tuple[str, Any]:
        failure = ChainOutageError("CHAIN_UNREACHABLE", url="-", reason="no URL")
        for url in self.urls:
            try:
                return url, self._ask(url, body, method)
            except ChainOutageError as error:
                if error.code != "CHAIN_UNREACHABLE":
                    raise
                failure = error
        raise failure

    def _ask(self, url: str, body: Any, method: str) -> Any:
        retrying = Retrying(
            stop=stop_after_attempt(self._attempts),
            wait=wait_exponential_jitter(multiplier=0.1, max=2.0, jitter=0.2),
            retry=retry_if_exception_type(httpx2.ConnectError),
            reraise=True,
        )
        try:
            return _parsed(retrying(self._read, url, body, method))
        except (ValueError, RecursionError):
            raise _bad(url, method, "not JSON") from None
        except httpx2.HTTPError as error:
            reason = str(error) or type(error).__name__
            raise ChainOutageError("CHAIN_UNREACHABLE", url=url, reason=reason) from error
        except httpx2.InvalidURL as error:
            raise ChainOutageError("CHAIN_UNREACHABLE", url=url, reason=str(error)) from error

    def _read(self, url: str, body: Any, method: str) -> bytes:
        with self._client.stream("POST", url, json=body) as response:
            content = b"".join(_bounded(response.iter_bytes(), url, method))
            # Some nodes answer errors with a status of 4xx and a JSON-RPC body.
            if response.status_code >= 500 or (response.status_code != 200 and not content):
                raise _bad(url, method, f"HTTP {response.status_code}")
        return content


def _bounded(chunks: Iterator[bytes], url: str, method: str) -> Iterator[bytes]:
    size = 0
    for chunk in chunks:
        size += len(chunk)
        if size > MAX_ANSWER:
            raise _bad(url, method, "too long")
        yield chunk


def _parsed(content: bytes) -> Any:
    """The JSON value; ValueError where it is none or nested deeper than any answer is.

    Brackets are taken away in pairs, before the parser sees them: it recurses, and libraries that
    raise Python's recursion limit let a hostile answer exhaust the stack.
    """
    brackets = _STRING.sub(b"", content).translate(None, _NO_BRACKETS)
    for _ in range(MAX_DEPTH):
        brackets = brackets.replace(b"[]", b"").replace(b"{}", b"")
    if brackets:
        raise ValueError("deep or unbalanced")
    return json.loads(content)


def _request(number: int, method: str, params: Sequence[Any]) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "id": number, "method": method, "params": list(params)}


def _outcome(answer: Any, number: int, url: str, method: str) -> Any:
    """The result, or the exception that stands for an error answer."""
    if not isinstance(answer, dict) or answer.get("jsonrpc") != "2.0":
        return _bad(url, method, "not a JSON-RPC answer")
    error = answer.get("error")
    if isinstance(error, dict):
        return _error(error, method)
    if answer.get("id") != number or "result" not in answer or error is not None:
        return _bad(url, method, "not a JSON-RPC answer")
    return answer["result"]


def _error(error: dict[str, Any], method: str) -> Exception:
    message = str(error.get("message", ""))[:300]
    data = _revert_data(error.get("data"))
    if data is not None:
        return Reverted(data)
    if error.get("code") == _REVERT_CODE or any(words in message.lower() for words in _REVERT_WORDS):
        return Reverted(b"")
    return ChainOutageError("CHAIN_REFUSED_CALL", method=method, reason=message)


def _revert_data(data: Any) -> bytes | None:
    """Revert data where the node gives it: geth and Besu as a string, Hardhat inside an object."""
    if isinstance(data, dict):
        data = data.get("data")
    if not isinstance(data, str) or not data.startswith("0x"):
        return None
    try:
        return bytes.fromhex(data[2:])
    except ValueError:
        return None


def _bad(url: str, method: str, reason: str) -> ChainOutageError:
    return ChainOutageError("CHAIN_BAD_ANSWER", url=url, method=method, reason=reason)
