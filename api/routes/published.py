"""Route policies, heads of other ledgers, lodged promises: their texts, for everybody registered."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Body, Path
from starlette.requests import Request
from starlette.responses import Response

from api.answers import answers, done, fetched
from api.auth import Asking, Guarded
from api.published_schemas import HeadBody, PromisesBody, PromisesTaken, PublishedTaken, RoutesBody
from ledger.domain.ledger_head import read_head
from ledger.domain.lodged import read_promise_list
from ledger.domain.routes import read_routes

router = APIRouter(prefix="/v1", route_class=Guarded, tags=["sharing"])

Digest = Annotated[str, Path(pattern="^0x[0-9a-f]{64}$")]


@router.get(
    "/routes/{digest}",
    operation_id="getRoutes",
    responses=answers(RoutesBody, "The route policy, as it was published"),
)
def get_routes(request: Request, services: Asking, digest: Digest) -> Response:
    """The text of a route policy by its digest, which `GET /v1/state/codeTable` has."""
    return fetched(request, services.routes(services.listing().state).told(digest), personal=False)


@router.post("/routes", operation_id="leaveRoutes", responses=answers(PublishedTaken, "Kept, for everybody"))
def leave_routes(services: Asking, body: Annotated[RoutesBody, Body()]) -> Response:
    """Leave a route policy that a region published; it is held against the ledger's digest, and followed."""
    form = body.given()
    places = services.routes(services.listing().state).take(form)
    return done({"digest": read_routes(form).digest, "published": places})


@router.get(
    "/heads/{digest}",
    operation_id="getHead",
    responses=answers(HeadBody, "The head of another ledger, as it was published"),
)
def get_head(request: Request, services: Asking, digest: Digest) -> Response:
    """The head of another ledger by its digest, which `GET /v1/state/codeTable` has."""
    return fetched(request, services.heads(services.listing().state).told(digest), personal=False)


@router.post("/heads", operation_id="leaveHead", responses=answers(PublishedTaken, "Kept, for everybody"))
def leave_head(services: Asking, body: Annotated[HeadBody, Body()]) -> Response:
    """Leave a head that a region vouched for; it is held against the ledger's digest."""
    form = body.given()
    places = services.heads(services.listing().state).take(form)
    return done({"digest": read_head(form).digest, "published": places})


@router.get(
    "/promise-lists/{digest}",
    operation_id="getPromises",
    responses=answers(PromisesBody, "The promises, as they were lodged"),
)
def get_promises(request: Request, services: Asking, digest: Digest) -> Response:
    """The text of lodged promises by its digest, which `GET /v1/state/codeTable` has."""
    return fetched(request, services.promise_lists.told(digest), personal=False)


@router.post(
    "/promise-lists", operation_id="leavePromises", responses=answers(PromisesTaken, "Kept, for everybody")
)
def leave_promises(services: Asking, body: Annotated[PromisesBody, Body()]) -> Response:
    """Leave promises that a body lodged; they are held against the ledger's digest."""
    form = body.given()
    places = services.promise_lists.take(services.listing().state, form)
    return done({"digest": read_promise_list(form).digest, "lodged": places})
