"""What surrounds every request: its number, security headers, a rate limit, one line of log.

A line of log carries method, route template, status, duration and number: no path, no query, no
body, no address, so that nothing personal reaches a log.
"""

from __future__ import annotations

import logging
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass

import structlog
from starlette.requests import ClientDisconnect, Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.problems import problem
from ledger.errors import OutageError, RuleError
from ledger.ports import Entropy

_HEADERS = (
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"strict-transport-security", b"max-age=31536000"),
)
_MOST_CLIENTS = 10_000


def logger(lowest: int = logging.INFO) -> structlog.typing.FilteringBoundLogger:
    """Lines of JSON on stderr, from a level of `logging` on; nothing global is set."""
    stream = sys.stderr
    made: structlog.typing.FilteringBoundLogger = structlog.wrap_logger(
        structlog.WriteLogger(stream),
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(lowest),
    )
    return made


@dataclass(frozen=True)
class Limits:
    """How much one client address may ask.

    Attributes:
        burst: Requests at once.
        per_second: Refill while below `burst`.
        per_minute: Requests in a minute from the client's first on.
    """

    burst: int = 20
    per_second: float = 20.0
    per_minute: int = 600


class RateLimit:
    """A token bucket and a count by the minute for each client address, in memory of one process.

    Args:
        limits: What is allowed.
        monotonic: Seconds of a clock that never goes back.
    """

    def __init__(self, limits: Limits, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._limits, self._monotonic = limits, monotonic
        self._clients: dict[str, tuple[float, float, float, int]] = {}

    def allows(self, client: str) -> bool:
        """Count one request of a client, unless it has asked too much."""
        now, limits = self._monotonic(), self._limits
        fresh = (float(limits.burst), now, now, 0)
        tokens, before, minute, count = self._clients.pop(client, fresh)
        tokens = min(limits.burst, tokens + (now - before) * limits.per_second)
        if now - minute >= 60:
            minute, count = now, 0
        allowed = tokens >= 1 and count < limits.per_minute
        self._clients[client] = (tokens - allowed, now, minute, count + allowed)
        if len(self._clients) > _MOST_CLIENTS:  # the one longest unseen goes
            del self._clients[next(iter(self._clients))]
        return allowed


class Frame:
    """The outermost middleware.

    Args:
        app: What is inside.
        entropy: Numbers of requests.
        limit: None for no limit.
        lowest: Lowest level of log lines.
    """

    def __init__(
        self, app: ASGIApp, entropy: Entropy, limit: RateLimit | None = None, lowest: int = logging.INFO
    ) -> None:
        self._app, self._entropy, self._limit = app, entropy, limit
        self._log = logger(lowest)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        number = self._entropy.token(8).hex()
        started = time.monotonic()
        status: list[int] = []

        async def framed(message: Message) -> None:
            if message["type"] == "http.response.start":
                status.append(message["status"])
                own = (*_HEADERS, (b"x-request-id", number.encode()))
                message = {**message, "headers": [*message["headers"], *own]}
            await send(message)

        try:
            await self._inside(scope, receive, framed)
        except ClientDisconnect:  # nobody is left to answer
            pass
        except Exception as error:  # noqa: BLE001 - a bug: its text may carry data, so only its type is told
            self._log.error("bug", request=number, type=type(error).__name__, at=_place(error))
            if not status:
                failed = OutageError("INTERNAL_SERVER_ERROR", request=number)
                await problem(failed, Request(scope))(scope, receive, framed)
        self._line(scope, number, status, time.monotonic() - started)

    async def _inside(self, scope: Scope, receive: Receive, send: Send) -> None:
        client = scope.get("client")
        if self._limit is not None and client and not self._limit.allows(client[0]):
            await problem(RuleError("TOO_MANY_REQUESTS"), Request(scope))(scope, receive, send)
            return
        await self._app(scope, receive, send)

    def _line(self, scope: Scope, number: str, status: list[int], seconds: float) -> None:
        route = scope.get("route")
        self._log.info(
            "request",
            method=scope["method"],
            route=getattr(route, "path", None),
            status=status[0] if status else None,
            ms=round(seconds * 1000),
            request=number,
        )


def _place(error: Exception) -> str:
    """File and line where a bug showed."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace else "?"
