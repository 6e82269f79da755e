"""Signed requests to the HTTP service of a department (docs/api.md), and what it answers."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

import httpx2

from ledger.domain.canonical import JsonObject
from ledger.domain.messages import key_id
from ledger.domain.moments import rfc3339
from ledger.domain.refusals import said_again
from ledger.domain.requests import HEADERS, request_message
from ledger.errors import (
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

LARGEST = 64 << 20
"""Longest answer that is read, in bytes."""

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
        timeout: Seconds for one answer, the wait for a record included.
    """

    def __init__(
        self, url: str, uscc: str, signer: Signer, clock: Clock, entropy: Entropy, timeout: float = 90.0
    ) -> None:
        if not url.startswith(("https://", "http://")):
            raise UsageError("SERVICE_ADDRESS", url=url[:200])
        self._url, self._uscc, self._signer = url.rstrip("/"), uscc, signer
        self._clock, self._entropy, self._timeout = clock, entropy, timeout

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
        return _asked(self._url, (method, target), data, sent, self._timeout)

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
    return _asked(url.rstrip("/"), ("POST", target), data, sent, timeout)


def get_unsigned(url: str, target: str, timeout: float = 30.0) -> JsonObject:
    """What anybody may read; raises as `post`."""
    _require_address(url)
    return _asked(url.rstrip("/"), ("GET", target), b"", {}, timeout)


def _require_address(url: str) -> None:
    if not url.startswith(("https://", "http://")):
        raise UsageError("SERVICE_ADDRESS", url=url[:200])


def _asked(
    url: str, asked: tuple[str, str], data: bytes, headers: Mapping[str, str], timeout: float
) -> JsonObject:
    method, target = asked
    try:
        is_tls = url.startswith("https://")  # else no certificate is read, which takes longest of all
        with httpx2.Client(timeout=timeout, follow_redirects=False, trust_env=False, verify=is_tls) as client:
            response = client.request(method, url + target, content=data, headers=headers)
            answer = json.loads(response.content[:LARGEST])
    except (httpx2.HTTPError, httpx2.InvalidURL, ValueError) as error:
        raise OutageError("SERVICE_OUTAGE", url=url, reason=type(error).__name__) from None
    if not isinstance(answer, dict):
        raise OutageError("SERVICE_OUTAGE", url=url, reason="answer")
    if not response.is_success:
        raise _refusal(url, response.status_code, answer)
    return answer


def _refusal(url: str, status: int, problem: dict[str, Any]) -> LedgerError:
    """The error that a problem tells, with its code and fields, as if it had happened here."""
    code, fields = problem.get("code"), problem.get("fields")
    if isinstance(code, str) and code in TEXTS and isinstance(fields, dict):
        errors = {"errors": problem["errors"]} if isinstance(problem.get("errors"), list) else {}
        names = {name: value for name, value in fields.items() if name not in ("code", "self")}
        made = OutageError if status >= 500 else _CLASS_OF.get(status, RuleError)
        return made(code, **{**said_again(names), **errors})
    if status >= 500:
        return OutageError("SERVICE_OUTAGE", url=url, reason=str(status))
    return RuleError("SERVICE_REFUSED", url=url, status=status, reason=str(problem.get("detail", code))[:300])
