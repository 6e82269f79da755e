"""The HTTP API as an app: made from a ledger, or bare for its description. Nothing happens at import."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from threading import Lock
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse

from api.auth import PUBLIC, security_schemes
from api.frame import Frame, Limits, RateLimit
from api.problems import from_framework
from api.routes import catalog, documents, health, licenses, representations, verification
from api.schemas import Problem
from api.services import Readiness, Services
from ledger import crypto
from ledger.adapters.clock import SystemEntropy
from ledger.adapters.redemptions import SqliteRedemptions
from ledger.adapters.request_store import SqliteRequests
from ledger.bootstrap import REQUESTS, Ledger
from ledger.errors import LedgerError
from ledger.ports import Signer
from ledger.service.authorise import AuthoriseRequests, registry_of
from ledger.service.catalog import Catalog
from ledger.service.handed_in import SubmitSigned
from ledger.service.present import PresentService
from ledger.service.sources import Asked

DESCRIPTION = (
    "Issue, act on, show and verify electronic licenses. Departments sign every request with a registered "
    "SM2 key (docs/api.md); operations without `security` are public. A verdict is always 200. Whatever is "
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
        limits: Per client address, or None for no limit.
        lowest_log: Lowest level of log lines.
    """

    issuer_keys: Mapping[str, Path] = field(default_factory=dict)
    passphrase: bytes | None = None
    api: str | None = None
    max_head_age: int = 60
    limits: Limits | None = None
    lowest_log: int = logging.INFO


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
    app = bare_app(None if options.limits is None else RateLimit(options.limits), options.lowest_log)
    app.state.services = make_services(ledger, options)
    return app


def bare_app(limit: RateLimit | None = None, lowest_log: int = logging.INFO) -> FastAPI:
    """The app without services: enough for its OpenAPI description."""
    app = FastAPI(
        title="elicense-ledger",
        version="1.0.0",
        summary="Electronic licenses on a permissioned ledger",
        description=DESCRIPTION,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
    )
    for module in (licenses, documents, representations, verification, catalog, health):
        app.include_router(module.router)
    app.add_exception_handler(HTTPException, _framework_problem)
    app.add_middleware(Frame, entropy=SystemEntropy(), limit=limit, lowest=lowest_log)
    app.openapi = lru_cache(maxsize=1)(lambda: describe(app))  # type: ignore[method-assign]
    return app


def make_services(ledger: Ledger, options: ApiOptions) -> Services:
    """The services of a ledger, with the stores of its home."""
    ledger.trust.ledger_id  # noqa: B018 - without a trust file nothing is served
    home = ledger.settings.home
    requests = SqliteRequests(home / REQUESTS)
    redemptions = SqliteRedemptions(home / "redemptions.sqlite3")
    index_lock = Lock()

    def index() -> Any:
        with index_lock:
            return ledger.follow()

    return Services(
        clock=ledger.clock,
        authorise=AuthoriseRequests(
            lambda uscc, key: registry_of(ledger.histories(Asked()), uscc, key),
            ledger.verifier,
            ledger.clock,
            requests,
        ),
        requests=requests,
        histories=ledger.histories,
        verify=ledger.verify,
        read_file=ledger.read_file,
        present=PresentService(redemptions, ledger.verifier, ledger.clock, ledger.entropy),
        issuing=ledger.issuing,
        acting=ledger.acting,
        documents=ledger.documents,
        erasing=ledger.erasing,
        license_now=ledger.license_now,
        require_acts_for=ledger.require_acts_for,
        representing=ledger.representing,
        submit_signed=lambda: SubmitSigned(ledger.submissions),
        signer=_held_keys(options, home / "keys"),
        resolve=ledger.resolve,
        remember=ledger.remember,
        show=ledger.show,
        catalog=Catalog(index, ledger.types().all, ledger.clock),
        readiness=lambda: _readiness(ledger, options.max_head_age),
        api=options.api,
        writing=Lock(),
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


def _held_keys(options: ApiOptions, folder: Path) -> Callable[[str], Signer | None]:
    loaded: dict[str, Signer] = {}

    def signer(uscc: str) -> Signer | None:
        path = options.issuer_keys.get(uscc, folder / f"{uscc}.pem")
        if uscc not in loaded and path.exists():
            loaded[uscc] = crypto.load_signer(str(path), options.passphrase)
        return loaded.get(uscc)

    return signer


def _readiness(ledger: Ledger, max_head_age: int) -> Readiness:
    try:
        ledger.reader.check_ledger()
        head = ledger.reader.head()
    except LedgerError as error:
        return Readiness(None, None, (error.code,))
    age = max(0, int(ledger.clock.now().timestamp()) - head.time)
    return Readiness(head.number, age, ("HEAD_TOO_OLD",) if age > max_head_age else ())


async def _framework_problem(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    return from_framework(error, request)
