"""Lists of electronic seals: their texts, for everybody registered."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Body, Path
from starlette.requests import Request
from starlette.responses import Response

from api.answers import answers, done, fetched
from api.auth import Asking, Guarded
from api.seal_schemas import SealsBody, SealsTaken
from ledger.domain.seals import read_seals

router = APIRouter(prefix="/v1", route_class=Guarded, tags=["sharing"])

Digest = Annotated[str, Path(pattern="^0x[0-9a-f]{64}$")]


@router.get(
    "/seals/{digest}", operation_id="getSeals", responses=answers(SealsBody, "The list, as it was published")
)
def get_seals(request: Request, services: Asking, digest: Digest) -> Response:
    """The text of a list of seals by its digest, which `GET /v1/state/codeTable` has."""
    return fetched(request, services.seals.told(digest), personal=False)


@router.post("/seals", operation_id="leaveSeals", responses=answers(SealsTaken, "Kept, for everybody"))
def leave_seals(services: Asking, body: Annotated[SealsBody, Body()]) -> Response:
    """Leave a list of seals that a body or region published; it is held against the ledger's digest."""
    form = body.given()
    places = services.seals.take(services.listing().state, form)
    return done({"digest": read_seals(form).digest, "published": places})
