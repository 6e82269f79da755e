"""Rulebooks of working days: their texts, for everybody registered."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Body, Path
from starlette.requests import Request
from starlette.responses import Response

from api.answers import answers, done, fetched
from api.auth import Asking, Guarded
from api.rulebook_schemas import RulebookBody, RulebookTaken
from ledger.domain.rulebook import read_rulebook

router = APIRouter(prefix="/v1", route_class=Guarded, tags=["sharing"])

Digest = Annotated[str, Path(pattern="^0x[0-9a-f]{64}$")]


@router.get(
    "/rulebooks/{digest}",
    operation_id="getRulebook",
    responses=answers(RulebookBody, "The rulebook, as it was published"),
)
def get_rulebook(request: Request, services: Asking, digest: Digest) -> Response:
    """The text of a rulebook by its digest, which `GET /v1/state/codeTable` has."""
    return fetched(request, services.rulebooks.told(digest), personal=False)


@router.post(
    "/rulebooks", operation_id="leaveRulebook", responses=answers(RulebookTaken, "Kept, for everybody")
)
def leave_rulebook(services: Asking, body: Annotated[RulebookBody, Body()]) -> Response:
    """Leave a rulebook that a region published; it is held against the ledger's digest."""
    form = body.given()
    places = services.rulebooks.take(services.listing().state, form)
    return done({"digest": read_rulebook(form).digest, "published": places})
