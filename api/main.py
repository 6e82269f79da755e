"""The HTTP API as an app: made from a ledger, or bare for its description. Nothing happens at import."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from functools import lru_cache, partial
from pathlib import Path
from threading import Lock
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse

from api.auth import PUBLIC, security_schemes
from api.background import Background
from api.frame import Frame, Limits, RateLimit, logger
from api.keeping import Keeping
from api.lookups import MOST as MOST_LOOKUPS
from api.lookups import Lookups
from api.make_providing import make_providing
from api.metrics import Metrics
from api.outbox import OutboxThread, make_writing
from api.problems import from_framework
from api.routes import (
    batches,
    calendars,
    catalog,
    corrections,
    declarations,
    documents,
    editions,
    extensions,
    grounds,
    health,
    holders,
    keeping,
    licenses,
    messages,
    origins,
    published,
    registry,
    representations,
    rulebooks,
    seals,
    sectors,
    sharing,
    state,
    supervision,
    texts,
    uses,
    verification,
)
from api.schemas import Problem
from api.services import Readiness, Services
from api.turns import Turns
from api.writing import Writing
from ledger import crypto
from ledger.adapters.clock import SystemEntropy
from ledger.adapters.sqlite.redemptions import SqliteRedemptions
from ledger.adapters.sqlite.requests import SqliteRequests
from ledger.bootstrap import REQUESTS, Ledger
from ledger.errors import LedgerError
from ledger.ports import Signer
from ledger.service.accept import STALL_SECONDS, AcceptMessages
from ledger.service.answer_holders import AnswerHolders
from ledger.service.authorise import AuthoriseRequests, Registry
from ledger.service.body_names import BodyNames
from ledger.service.catalog import Catalog
from ledger.service.gather_uses import BATCH_SECONDS
from ledger.service.live_index import Sight
from ledger.service.origins import take_origins
from ledger.service.present import PresentService
from ledger.service.share_editions import ShowEditions
from ledger.service.supervise_origins import SupervisedOrigins
from ledger.service.supervise_promises import SupervisedPromises
from ledger.service.supervise_sharing import SupervisedSharing, Without
from ledger.service.take_texts import TakeTexts

MOST_WRITING, WRITING_EACH = 32, 12
"""Writes in work at once, each with one of forty threads: in all, and of one department. Others queue."""

DESCRIPTION = (
    "Issue, act on, show and verify electronic licenses. Departments sign every request with a registered "
    "SM2 key (docs/api.md); operations without `security` are public. A query parameter "
    "that an operation does not have is refused (400, QUERY_UNKNOWN). A verdict is always 200. Whatever is "
    "not done is application/problem+json with a stable `code` and a `remedy`."
)


@dataclass(frozen=True)
class ApiOptions:
    """How one service is run.

    Attributes:
        issuer_keys: USCC → PEM file; others are looked for in `$ELICENSE_HOME/keys/<USCC>.pem`.
        passphrase: For encrypted key files.
        api: Address under which wallets reach this service, or None.
        max_head_age: Seconds; with an older head the service is not ready.
        promise_key: PEM file of the relay's body's signing key, or None: then nothing is promised.
        stall: Seconds without any record after which nothing more is accepted.
        limits: Per client address, or None for no limit.
        lowest_log: Lowest level of log lines.
        lookups: Licenses of others that a body may name by their identifiers within an hour.
        batch_seconds: For which uses are gathered before a batch of them is closed.
    """

    issuer_keys: Mapping[str, Path] = field(default_factory=dict)
    passphrase: bytes | None = None
    api: str | None = None
    max_head_age: int = 60
    promise_key: Path | None = None
    stall: int = STALL_SECONDS
    limits: Limits | None = None
    lowest_log: int = logging.INFO
    lookups: int = MOST_LOOKUPS
    batch_seconds: int = BATCH_SECONDS


def create_app(ledger: Ledger, options: ApiOptions | None = None) -> FastAPI:
    """The API of one ledger.

    Args:
        ledger: Where services come from.
        options: How it is run.

    Raises:
        UsageError: As `Ledger.trust`.
        StoreOutageError: A store under the home cannot be made.
    """
    options = options or ApiOptions()
    log = logger(options.lowest_log)
    outbox = OutboxThread(ledger, log)
    services = make_services(ledger, options, outbox)
    background = Background(services.providing.step, log)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        outbox.start()
        background.start()
        yield
        await run_in_threadpool(background.stop)
        await run_in_threadpool(outbox.stop)

    limit = None if options.limits is None else RateLimit(options.limits)
    app = bare_app(limit, options.lowest_log, lifespan)
    app.state.services = services
    app.state.release = outbox.release
    return app


def bare_app(
    limit: RateLimit | None = None,
    lowest_log: int = logging.INFO,
    lifespan: Callable[[FastAPI], AbstractAsyncContextManager[None]] | None = None,
) -> FastAPI:
    """The app without services: enough for its OpenAPI description."""
    app = FastAPI(
        lifespan=lifespan,
        title="elicense-ledger",
        version="1.0.0",
        summary="Electronic licenses on a permissioned ledger",
        description=DESCRIPTION,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
    )
    for module in (
        licenses,
        documents,
        keeping,
        representations,
        batches,
        messages,
        registry,
        sharing,
        state,
        supervision,
        calendars,
        extensions,
        rulebooks,
        grounds,
        sectors,
        seals,
        published,
        texts,
        corrections,
        declarations,
        origins,
        editions,
        holders,
        uses,
        verification,
        catalog,
        health,
    ):
        app.include_router(module.router)
    app.add_exception_handler(HTTPException, _framework_problem)
    app.add_middleware(Frame, entropy=SystemEntropy(), limit=limit, lowest=lowest_log)
    app.openapi = lru_cache(maxsize=1)(lambda: describe(app))  # type: ignore[method-assign]
    return app


def make_services(ledger: Ledger, options: ApiOptions, outbox: OutboxThread) -> Services:
    """The services of a ledger, with the stores of its home."""
    ledger.trust.ledger_id  # noqa: B018 - without a trust file nothing is served
    home = ledger.settings.home
    requests = SqliteRequests(home / REQUESTS)
    redemptions = SqliteRedemptions(home / "redemptions.sqlite3")
    index_lock = Lock()

    promise_key = options.promise_key
    signer = crypto.load_signer(str(promise_key), options.passphrase) if promise_key else None
    accepting = ledger.accepting(signer, options.stall, needs_node=False)
    registry = partial(_registry, ledger, options.stall)
    held = _held_keys(options, home / "keys")
    writing = make_writing(ledger, accepting, outbox, held, registry)

    def index() -> Any:
        with index_lock:
            return ledger.follow()

    def supervised(at: int | None, since: int, org: str, without: Without) -> SupervisedSharing:
        with index_lock:
            return ledger.supervised.sharing(at, since, org, without)

    def supervised_origins(at: int | None, since: int, org: str, leaves_out: bool) -> SupervisedOrigins:
        with index_lock:
            return ledger.supervised.origins(at, since, org, leaves_out)

    def supervised_lodged() -> SupervisedPromises:
        with index_lock:
            judging = ledger.judging().at_head()
        return ledger.supervised.lodged(judging)

    return Services(
        clock=ledger.clock,
        authorise=AuthoriseRequests(
            lambda *_: registry(),
            ledger.verifier,
            ledger.clock,
            requests,
        ),
        requests=requests,
        histories=ledger.histories,
        verify=ledger.verify,
        copies=lambda asked, *brought: ledger.copies(asked, 0, *brought),
        receipts=ledger.sign_receipts(signer, lambda: _sight(ledger, options.stall).index),
        check_receipts=ledger.check_receipts,
        repeating=ledger.repeating,
        read_file=ledger.read_file,
        present=PresentService(redemptions, ledger.verifier, ledger.clock, ledger.entropy),
        documents=ledger.documents.reading,
        erasing=ledger.documents.erasing,
        keeping=Keeping(
            ledger.documents.retention,
            ledger.documents.legal_holds,
            ledger.documents.due,
            ledger.documents.making_archives,
            ledger.documents.packages,
        ),
        license_now=ledger.license_now,
        require_acts_for=ledger.require_acts_for,
        writing=writing,
        turns=Turns(MOST_WRITING, WRITING_EACH),
        providing=make_providing(ledger, held, accepting, options.batch_seconds),
        resolve=ledger.resolve,
        lookups=Lookups(ledger.clock, options.lookups),
        show=ledger.show,
        name_fields=ledger.party_texts.list_of,
        catalog=Catalog(index, ledger.types().all, ledger.clock),
        corrections=lambda: ledger.corrections(index()),
        listing=lambda: ledger.listing(index(), ledger.published_texts),
        names=lambda: BodyNames(index(), ledger.party_texts),
        texts=TakeTexts(ledger.hand_texts, _acts_for(writing), index, ledger.clock),
        catalog_texts=ledger.catalog_texts,
        calendars=ledger.published.calendars,
        extensions=ledger.published.extensions,
        rulebooks=ledger.published.rulebooks,
        grounds=ledger.published.grounds_kept,
        sectors=ledger.published.sectors,
        seals=ledger.published.seals,
        routes=ledger.published.showing_routes,
        heads=ledger.published.witnessed_heads,
        promise_lists=ledger.published.promise_lists,
        supervise_lodged=supervised_lodged,
        supervise_sharing=supervised,
        supervise_origins=supervised_origins,
        keep_origins=lambda form: take_origins(index(), ledger.party_texts, form),
        license_at=ledger.license_at_hand,
        editions=lambda: ShowEditions(index(), int(ledger.clock.now().timestamp())),
        holders=AnswerHolders(
            ledger.trust.ledger_id,
            _acts_for(writing),
            lambda: ledger.holder_uses(index()),
            ledger.name_uses,
            ledger.verifier,
            ledger.clock,
            requests,
        ),
        readiness=lambda: _readiness(ledger, writing, accepting, options.max_head_age),
        metrics=lambda: _metrics(ledger, outbox.failures),
        api=options.api,
    )


def describe(app: FastAPI) -> dict[str, Any]:
    """The OpenAPI 3.1 description: security per operation, problems instead of the framework's errors."""
    form = get_openapi(
        title=app.title,
        version=app.version,
        summary=app.summary,
        description=app.description,
        routes=app.routes,
    )
    components = form["components"]
    for name in ("HTTPValidationError", "ValidationError"):
        components["schemas"].pop(name, None)
    problem = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    components["schemas"]["Problem"] = problem
    components["securitySchemes"] = security_schemes()
    for address, path in form["paths"].items():
        for method, operation in path.items():
            _describe_operation(operation)
            if method == "get" and address.startswith("/v1/"):
                operation["responses"]["304"] = {"description": "As `If-None-Match` says: unchanged"}
    return form


def _describe_operation(operation: dict[str, Any]) -> None:
    operation["responses"].pop("422", None)
    if operation["operationId"] in PUBLIC:
        operation["security"] = []
        return
    operation["security"] = [{name: [] for name in security_schemes()}]
    if "requestBody" in operation:
        operation.setdefault("parameters", []).append(
            {
                "name": "Idempotency-Key",
                "in": "header",
                "required": False,
                "description": "Same key and request: same answer, for a day. Same key, other request: 422.",
                "schema": {"type": "string", "pattern": "^[!-~]{1,128}$"},
            }
        )


def _acts_for(writing: Writing) -> Callable[[str], bool]:
    return lambda body: writing.signer(body) is not None


def _held_keys(options: ApiOptions, folder: Path) -> Callable[[str], Signer | None]:
    loaded: dict[str, Signer] = {}

    def signer(uscc: str) -> Signer | None:
        path = options.issuer_keys.get(uscc, folder / f"{uscc}.pem")
        if uscc not in loaded and path.exists():
            loaded[uscc] = crypto.load_signer(str(path), options.passphrase)
        return loaded.get(uscc)

    return signer


def _registry(ledger: Ledger, stall: int) -> Registry:
    """What the ledger says of bodies and keys; raises as `_sight`."""
    sight = _sight(ledger, stall)
    return Registry(sight.index, sight.time)


def _sight(ledger: Ledger, stall: int) -> Sight:
    """The ledger as near as can be had; while no node answers, what it said last, for a while.

    Raises:
        OutageError: Nothing was heard of the ledger for too long.
    """
    sight, now = ledger.look(), int(ledger.clock.now().timestamp())
    if sight.outage is not None and (sight.seen_at is None or now - sight.seen_at >= stall):
        raise sight.outage
    return sight


def _readiness(ledger: Ledger, writing: Writing, accepting: AcceptMessages, max_head_age: int) -> Readiness:
    promises, pending = writing.promises(), writing.queue.state().pending
    stalled = ("ANCHOR_STALLED",) if accepting.is_stalled() else ()
    try:
        ledger.reader.check_ledger()
        head = ledger.reader.head()
    except LedgerError as error:
        return Readiness(None, None, (error.code, *stalled), promises, pending)
    age = max(0, int(ledger.clock.now().timestamp()) - head.time)
    old = ("HEAD_TOO_OLD",) if age > max_head_age else ()
    return Readiness(head.number, age, (*old, *stalled), promises, pending)


def _metrics(ledger: Ledger, failures: int) -> Metrics:
    now = int(ledger.clock.now().timestamp())
    return Metrics(ledger.queue.state(), ledger.uses_kept.batch_counts(now), failures, now)


async def _framework_problem(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    return from_framework(error, request)
