"""The door of the API: body limits, strict JSON, signed requests, idempotency. Default deny.

Every route is made with `Guarded`. What is not in `PUBLIC` needs a signed department request; the
signature is checked before the body is read as JSON. A query parameter that a route does not have is
refused. Writes may carry an `Idempotency-Key`.
"""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Callable, Coroutine
from typing import Annotated, Any

import anyio
from fastapi import Depends
from fastapi.dependencies.models import Dependant
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from api.outcome import respond, wait_of
from api.problems import MEDIA_TYPE, bad_request, problem
from api.services import Services
from ledger.domain.canonical import parse_strict
from ledger.domain.requests import HEADERS
from ledger.domain.sm import sm3
from ledger.errors import Bilingual, LedgerError, MalformedError, RuleError, UsageError
from ledger.ports import KeptAnswer, RequestStore
from ledger.ports.queue import Queued
from ledger.ports.queue import Request as KeyedRequest
from ledger.service.accept import Desk
from ledger.service.authorise import Principal, SignedRequest

MAX_BODY = 1 << 20
"""Largest body, in bytes; as for every JSON document of this project."""

MAX_BATCH_BODY = 8 << 20
"""Largest body of what may carry a thousand licenses, or a copy with a face, in bytes."""

LARGE = frozenset({"issueBatch", "prepareMessage", "verifyLicense", "verifyReceipt"})
"""Operations that may carry them."""

PUBLIC = frozenset(
    {
        "verifyLicense",
        "verifyReceipt",
        "leavePresentation",
        "getPresentation",
        "getChallenge",
        "getHealth",
        "getReadiness",
        "getMetrics",
        "listHolderUses",
        "askMaterials",
        "listEditions",
    }
)
"""Operations that anyone may call; `/openapi.json` is public too."""

PATIENCE = 30.0
"""Seconds for which a request waits for another one under the same idempotency key."""

_REPLAYED = "Idempotency-Replayed"
_KEY = re.compile(r"[\x21-\x7e]{1,128}")
_Handler = Callable[[Request], Coroutine[Any, Any, Response]]


def services_of(request: Request) -> Services:
    """The services of this app."""
    services: Services = request.app.state.services
    return services


def principal_of(request: Request) -> Principal:
    """Who signed this request; only `Guarded` says."""
    principal: Principal = request.state.principal
    return principal


def idempotency_key_of(request: Request) -> str | None:
    """The request's `Idempotency-Key`, its form checked."""
    key = request.headers.get("idempotency-key")
    if key is not None and not _KEY.fullmatch(key):
        raise UsageError("IDEMPOTENCY_KEY_FORM")
    return key


def keyed_request_of(request: Request) -> KeyedRequest | None:
    """The request as the queue remembers it, where it carries an idempotency key."""
    keyed: KeyedRequest | None = getattr(request.state, "keyed", None)
    return keyed


def desk_of(request: Request) -> Desk:
    """Where the sender of this request hands messages in."""
    owner = principal_of(request).uscc
    return services_of(request).writing.desk(owner, keyed_request_of(request), wait_of(request))


Asking = Annotated[Services, Depends(services_of)]
Sender = Annotated[Principal, Depends(principal_of)]
At = Annotated[Desk, Depends(desk_of)]


class Guarded(APIRoute):
    """A route that lets nobody through whom it does not know, unless it is public."""

    @property
    def is_public(self) -> bool:
        """Whether anyone may call it."""
        return self.operation_id in PUBLIC

    def get_route_handler(self) -> _Handler:
        """The route's work behind the door."""
        work, known = super().get_route_handler(), _query_names(self.dependant)

        async def guarded(request: Request) -> Response:
            try:
                limit = MAX_BATCH_BODY if self.operation_id in LARGE else MAX_BODY
                await _read_body(request, limit)
                if not self.is_public:
                    request.state.principal = await _authorise(request)
                _require_known_query(request, known)
                _require_strict_json(request, limit)
            except LedgerError as error:
                return problem(error, request)
            return await self._once(request, work)

        return guarded

    async def _once(self, request: Request, work: _Handler) -> Response:
        is_write = not self.is_public and request.method == "POST"
        try:
            key = idempotency_key_of(request) if is_write else None
        except LedgerError as error:
            return problem(error, request)
        work = _in_turn(work) if is_write else work
        if key is None:
            return await _answer(request, work)
        return await _once(request, key, work)


async def _read_body(request: Request, limit: int) -> None:
    """Keep the body where the framework looks for it, as long as it is not too large."""
    chunks, size = [], 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > limit:
            raise UsageError("REQUEST_TOO_LARGE", limit=limit)
        chunks.append(chunk)
    request._body = b"".join(chunks)


def _query_names(dependant: Dependant) -> frozenset[str]:
    """The query parameters of an operation as they are written, those of its dependencies among them."""
    own = frozenset(each.alias for each in dependant.query_params)
    return own.union(*map(_query_names, dependant.dependencies))


def _require_known_query(request: Request, known: frozenset[str]) -> None:
    """Refuse a parameter that is not the operation's or is given twice: it would change answers unnoticed."""
    given = Counter(name for name, _ in request.query_params.multi_items())
    strange = next((name for name in request.query_params if name not in known), None)
    if strange is not None:
        names = ", ".join(sorted(known)) or Bilingual("无", "none")
        raise UsageError("QUERY_UNKNOWN", parameter=strange[:60], known=names)
    twice = next((name for name, times in given.items() if times > 1), None)
    if twice is not None:
        raise UsageError("QUERY_TWICE", parameter=twice)


def _require_strict_json(request: Request, limit: int) -> None:
    """Refuse what two readers would read differently, before the framework reads it."""
    body: bytes = request._body
    if request.method != "POST":
        return
    media_type = request.headers.get("content-type", "").split(";")[0].strip().lower()
    if media_type != "application/json":
        raise UsageError("MEDIA_TYPE")
    try:
        parse_strict(body, limit)
    except MalformedError:
        raise
    except RecursionError:
        raise MalformedError("JSON_TOO_DEEP", limit=32) from None


async def _authorise(request: Request) -> Principal:
    return await run_in_threadpool(services_of(request).authorise.authorise, _signed(request))


def _signed(request: Request) -> SignedRequest:
    given = [request.headers.get(name, "") for name in HEADERS]
    return SignedRequest(request.method, _target(request), request._body, *given)


def sender_if_signed(request: Request) -> str | None:
    """Who signed a request to a public operation; None where nobody did.

    Raises:
        RuleError: As for other operations, where it carries headers of a signature that is no good.
    """
    if not any(name in request.headers for name in HEADERS):
        return None
    return services_of(request).authorise.authorise(_signed(request)).uscc


def _target(request: Request) -> str:
    """Path and query as they were sent."""
    path = bytes(request.scope.get("raw_path") or request.url.path.encode()).split(b"?")[0]
    query: bytes = request.scope["query_string"]
    return (path + (b"?" + query if query else b"")).decode("latin-1")


def _in_turn(work: _Handler) -> _Handler:
    """The work of a write, once its department has a place for it: none keeps all threads for itself."""

    async def in_turn(request: Request) -> Response:
        async with services_of(request).turns.awaited(principal_of(request).uscc):
            return await work(request)

    return in_turn


async def _answer(request: Request, work: _Handler) -> Response:
    try:
        return await work(request)
    except LedgerError as error:
        return problem(error, request)
    except RequestValidationError as error:
        return problem(bad_request(error), request)


async def _once(request: Request, key: str, work: _Handler) -> Response:
    """Do a write once per idempotency key; who comes later gets the same answer."""
    store, owner = services_of(request).requests, principal_of(request).uscc
    digest = sm3(b"\n".join([request.method.encode(), _target(request).encode(), request._body]))
    now = int(services_of(request).clock.now().timestamp())
    request.state.keyed = KeyedRequest(key, digest.hex())
    try:
        kept = await _begun(store, owner, key, digest, now)
    except LedgerError as error:
        return problem(error, request)
    if kept is None:
        return await _first(request, key, _unless_accepted(work))
    if kept.request != digest:
        return problem(RuleError("IDEMPOTENCY_KEY_REUSED"), request)
    if kept.status == 0:
        return problem(RuleError("IDEMPOTENCY_IN_PROGRESS"), request, {"Retry-After": "2"})
    if kept.status == 202:  # accepted then; what became of it meanwhile?
        return await _first(request, key, _unless_accepted(work))
    media_type = "application/json" if kept.status < 400 else MEDIA_TYPE
    headers = {"Cache-Control": "no-store", _REPLAYED: "true"}
    return Response(kept.body, kept.status, headers, media_type)


async def _begun(store: RequestStore, owner: str, key: str, digest: bytes, now: int) -> KeptAnswer | None:
    """Claim a key, waiting a while, without a thread, for who holds it for the same request."""
    deadline, pause = time.monotonic() + PATIENCE, 0.02
    while True:
        kept = await run_in_threadpool(store.begin, owner, key, digest, now)
        if kept is None or kept.status or kept.request != digest or time.monotonic() >= deadline:
            return kept
        await anyio.sleep(pause)
        pause = min(0.5, pause * 1.5)


def _unless_accepted(work: _Handler) -> _Handler:
    """The work of a write, unless its message was accepted already: then what became of that.

    A process that died after it had accepted the message left no answer, but the message.
    """

    async def once(request: Request) -> Response:
        writing, keyed = services_of(request).writing, keyed_request_of(request)
        assert keyed is not None, "only a request under a key is asked for again"
        owner = principal_of(request).uscc
        queued = await run_in_threadpool(writing.queue.of_request, owner, keyed.key)
        if queued is None:
            return await work(request)
        if queued.request != keyed:
            raise RuleError("IDEMPOTENCY_KEY_REUSED")
        response = await run_in_threadpool(_waited, request, queued)
        response.headers[_REPLAYED] = "true"
        return response

    return once


def _waited(request: Request, queued: Queued) -> Response:
    """The answer about a message that was accepted before, after as long a wait as for a new one."""
    return respond(services_of(request).writing, desk_of(request).settled(queued))


async def _first(request: Request, key: str, work: _Handler) -> Response:
    store, owner = services_of(request).requests, principal_of(request).uscc
    finished = False
    try:
        response = await _answer(request, work)
        if response.status_code < 500 and response.status_code != 429:
            body = bytes(response.body)
            await run_in_threadpool(store.finish, owner, key, response.status_code, body)
            finished = True
        return response
    finally:
        if not finished:
            await run_in_threadpool(store.release, owner, key)


def security_schemes() -> dict[str, Any]:
    """The OpenAPI security scheme: five headers that only make sense together."""
    texts = (
        "Unified social credit code of the organisation.",
        "keyId of its registered signing key: 0x and 64 hex digits, keccak256(X‖Y).",
        "RFC 3339 in UTC with Z, at most 300 s away from the service's clock.",
        "8 to 128 characters of A-Z a-z 0-9 _ . ~ + / = -, never used with this key before.",
        "128 hex digits: SM2 over TAG(request) ‖ SM3(METHOD LF path?query LF time LF nonce LF SM3hex(body)).",
    )
    return {
        name: {"type": "apiKey", "in": "header", "name": name, "description": text}
        for name, text in zip(HEADERS, texts, strict=True)
    }
