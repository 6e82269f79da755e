"""Grounds of sharing: their texts, for everybody registered."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Body, Path
from starlette.requests import Request
from starlette.responses import Response

from api.answers import answers, done, fetched
from api.auth import Asking, Guarded
from api.ground_schemas import GroundsBody, GroundsTaken
from ledger.domain.ground_table import read_grounds

router = APIRouter(prefix="/v1", route_class=Guarded, tags=["sharing"])

Digest = Annotated[str, Path(pattern="^0x[0-9a-f]{64}$")]


@router.get(
    "/grounds/{digest}",
    operation_id="getGrounds",
    responses=answers(GroundsBody, "The grounds, as they were published"),
)
def get_grounds(request: Request, services: Asking, digest: Digest) -> Response:
    """The text of grounds of sharing by its digest, which `GET /v1/state/codeTable` has."""
    return fetched(request, services.grounds.told(digest), personal=False)


@router.post("/grounds", operation_id="leaveGrounds", responses=answers(GroundsTaken, "Kept, for everybody"))
def leave_grounds(services: Asking, body: Annotated[GroundsBody, Body()]) -> Response:
    """Leave grounds that a region published; they are held against the ledger's digest."""
    form = body.given()
    places = services.grounds.take(services.listing().state, form)
    return done({"digest": read_grounds(form).digest, "published": places})
