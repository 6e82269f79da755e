"""Signed requests to the HTTP service of a department (docs/api.md), and what it answers."""

from __future__ import annotations

import contextlib
import json
import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import httpx2

from ledger.domain.addresses import is_near
from ledger.domain.canonical import JsonObject
from ledger.domain.messages import key_id
from ledger.domain.moments import rfc3339
from ledger.domain.refusals import said_again
from ledger.domain.requests import HEADERS, request_message
from ledger.errors import (
    Bilingual,
    LedgerError,
    MalformedError,
    NotEntitledError,
    OutageError,
    OutcomeUnknownError,
    RuleError,
    TransitionError,
    TrustError,
    UnknownIdError,
    UsageError,
)
from ledger.errors.texts import TEXTS
from ledger.ports import Clock, Entropy, Signer

_ISSUING = ("POST", "/v1/messages")
SILENT_FOR = 4.0
"""Seconds after which a person is told what is waited for."""
on_wait: ContextVar[Callable[[str], None] | None] = ContextVar("on_wait", default=None)
"""Tells a person that the service at an address is waited for; None where nobody looks on."""

LARGEST = 64 << 20
"""Longest answer that is read, in bytes."""


@dataclass(frozen=True)
class Patience:
    """How long a service is waited for, in seconds.

    Attributes:
        connected: Until it takes a connection.
        answered: Until something comes, the wait for a record included.
        done: Until all has come.
    """

    connected: float = 90.0
    answered: float = 90.0
    done: float = 600.0


@dataclass(frozen=True)
class Reach:
    """Which services may be asked where an address is somebody else's word: over https, none near.

    Attributes:
        near: Whether it may also be on this machine or its link, over http, too.
    """

    near: bool = False

    def require(self, url: str, peer: str, own: str) -> None:
        """Let pass only what may be asked, by the addresses of both ends of the connection.

        Args:
            url: As it was told.
            peer: Where the name leads.
            own: From where it was connected: the same where that is an address of this machine.

        Raises:
            RuleError: `SERVICE_NEAR`, `SERVICE_NOT_SECRET`.
        """
        if is_near(peer) or peer == own:
            if not self.near:
                raise RuleError("SERVICE_NEAR", url=url[:200])
        elif not url.startswith("https://"):
            raise RuleError("SERVICE_NOT_SECRET", url=url[:200])


@dataclass(frozen=True)
class _Way:
    """How one service is asked."""

    url: str
    patience: Patience
    reach: Reach | None = None


class _Line:
    """The connection of one request, which ends when patience does, however slowly something comes."""

    def __init__(self, way: _Way) -> None:
        self._way = way
        self._socket: socket.socket | None = None
        self._timer = threading.Timer(way.patience.done, self._cut)
        self._timer.daemon = True

    def __enter__(self) -> _Line:
        self._timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()
        self._timer.join()
        if self._socket is not None:
            self._socket.close()

    def watch(self, event: str, told: Mapping[str, Any]) -> None:
        """Judge the other end before anything is sent to it."""
        if event != "connection.connect_tcp.complete":
            return
        stream = told["return_value"]
        try:
            self._socket = stream.get_extra_info("socket").dup()  # TLS takes the other one
            if self._way.reach is not None:
                ends = (str(stream.get_extra_info(each)[0]) for each in ("server_addr", "client_addr"))
                self._way.reach.require(self._way.url, *ends)
        except BaseException:
            stream.close()
            raise

    def _cut(self) -> None:
        if self._socket is not None:
            with contextlib.suppress(OSError):
                self._socket.shutdown(socket.SHUT_RDWR)


PATIENCE = Patience()
"""With a service whose address the caller named."""

_CLASS_OF: dict[int, type[LedgerError]] = {
    400: MalformedError,
    401: NotEntitledError,
    403: NotEntitledError,
    404: UnknownIdError,
    409: TransitionError,
    422: TrustError,
    425: OutcomeUnknownError,
}


class ServiceClient:
    """One department's way to one service; follows no redirects.

    Args:
        url: Base address of the service.
        uscc: The department.
        signer: A registered signing key of it.
        clock: Times of requests.
        entropy: Their nonces.
        patience: How long it is waited for.
        reach: Where the address is somebody else's word; None where the caller named it.
    """

    def __init__(
        self,
        url: str,
        uscc: str,
        signer: Signer,
        clock: Clock,
        entropy: Entropy,
        *,
        patience: Patience = PATIENCE,
        reach: Reach | None = None,
    ) -> None:
        _require_address(url)
        self._way, self._uscc, self._signer = _Way(url.rstrip("/"), patience, reach), uscc, signer
        self._clock, self._entropy = clock, entropy

    def post(self, target: str, body: JsonObject, headers: Mapping[str, str] | None = None) -> JsonObject:
        """The answer to one signed request.

        Raises:
            LedgerError: What the service refuses, by its own code where this version knows it.
            OutageError: `SERVICE_OUTAGE`, or an outage that it tells of.
        """
        data = json.dumps(body, ensure_ascii=False).encode("utf-8")
        return self._ask("POST", target, data, {"Content-Type": "application/json", **(headers or {})})

    def get(self, target: str, query: Mapping[str, str] | None = None) -> JsonObject:
        """The answer to one signed question; raises as `post`."""
        return self._ask("GET", f"{target}?{urlencode(query)}" if query else target, b"", {})

    def _ask(self, method: str, target: str, data: bytes, headers: Mapping[str, str]) -> JsonObject:
        sent = {**self._signature(method, target, data), **headers}
        return _asked(self._way, (method, target), data, sent)

    def _signature(self, method: str, target: str, body: bytes) -> dict[str, str]:
        time = rfc3339(int(self._clock.now().timestamp()))
        nonce = self._entropy.token(16).hex()
        signature = self._signer.sign(request_message(method, target, time, nonce, body))
        key = "0x" + key_id(self._signer.public_key).hex()
        return dict(zip(HEADERS, (self._uscc, key, time, nonce, signature.hex()), strict=True))


def post_unsigned(url: str, target: str, body: JsonObject, timeout: float = 30.0) -> JsonObject:
    """The answer to a request that nobody but its body signs, as those of holders; raises as `post`."""
    _require_address(url)
    data = json.dumps(body, ensure_ascii=False).encode("utf-8")
    sent = {"Content-Type": "application/json"}
    return _asked(_unsigned(url, timeout), ("POST", target), data, sent)


def get_unsigned(url: str, target: str, timeout: float = 30.0) -> JsonObject:
    """What anybody may read; raises as `post`."""
    _require_address(url)
    return _asked(_unsigned(url, timeout), ("GET", target), b"", {})


def _require_address(url: str) -> None:
    if not url.startswith(("https://", "http://")):
        raise UsageError("SERVICE_ADDRESS", url=url[:200])


def _unsigned(url: str, timeout: float) -> _Way:
    return _Way(url.rstrip("/"), Patience(timeout, timeout))


def _asked(way: _Way, asked: tuple[str, str], data: bytes, headers: Mapping[str, str]) -> JsonObject:
    method, target = asked
    until = httpx2.Timeout(way.patience.answered, connect=way.patience.connected)
    is_tls = way.url.startswith("https://")  # else no certificate is read, which takes longest of all
    try:
        with (
            _waited_for(way.url),
            _Line(way) as line,
            httpx2.Client(timeout=until, follow_redirects=False, trust_env=False, verify=is_tls) as client,
            client.stream(
                method, way.url + target, content=data, headers=headers, extensions={"trace": line.watch}
            ) as response,
        ):
            answer = json.loads(_body(response.iter_bytes()))
    except (httpx2.HTTPError, httpx2.InvalidURL, ValueError, RecursionError, OSError) as error:
        raise service_outage(way.url, type(error).__name__, is_issuing=asked == _ISSUING) from None
    if not isinstance(answer, dict):
        raise service_outage(way.url, "answer", is_issuing=asked == _ISSUING)
    if not response.is_success:
        raise _refusal(way.url, response.status_code, answer).said_at(way.url)
    return answer


@contextlib.contextmanager
def _waited_for(url: str) -> Iterator[None]:
    """Have it told once where an answer is long in coming."""
    tell = on_wait.get()
    if tell is None:
        yield
        return
    timer = threading.Timer(SILENT_FOR, tell, (url,))
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def service_outage(url: str, reason: str, *, is_issuing: bool = False) -> OutageError:
    """`SERVICE_OUTAGE`; whoever issues a license is told how not to issue it twice."""
    again = Bilingual(
        "；签发只在带 --request-id 时重试才不会重复", "; only --request-id keeps a license single"
    )
    told = {"again": again} if is_issuing else {}
    return OutageError("SERVICE_OUTAGE", url=url, reason=reason, **told)


def _body(pieces: Iterator[bytes]) -> bytes:
    """What came; of what is too long the beginning, which is no JSON."""
    data = bytearray()
    for piece in pieces:
        data += piece
        if len(data) > LARGEST:
            break
    return bytes(data[:LARGEST])


def _refusal(url: str, status: int, problem: dict[str, Any]) -> LedgerError:
    """The error that a problem tells, with its code and fields, as if it had happened here."""
    code, fields = problem.get("code"), problem.get("fields")
    if isinstance(code, str) and code in TEXTS and isinstance(fields, dict):
        listed = problem.get("errors")
        errors = {"errors": list(filter(_is_entry, listed))} if isinstance(listed, list) else {}
        names = {name: value for name, value in fields.items() if name not in ("code", "self", "errors")}
        made = OutageError if status >= 500 else _CLASS_OF.get(status, RuleError)
        return made(code, **{**said_again(names), **errors})
    if status >= 500:
        return service_outage(url, str(status))
    return RuleError("SERVICE_REFUSED", url=url, status=status, reason=str(problem.get("detail", code))[:300])


def _is_entry(entry: object) -> bool:
    """Whether an entry of an error that lists many says something in both languages."""
    message = entry.get("message") if isinstance(entry, dict) else None
    return isinstance(message, dict) and all(isinstance(message.get(each), str) for each in ("zh", "en"))
