"""Rules of sectors: their texts, for everybody registered."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Body, Path
from starlette.requests import Request
from starlette.responses import Response

from api.answers import answers, done, fetched
from api.auth import Asking, Guarded
from api.sector_schemas import SectorsBody, SectorsTaken
from ledger.domain.sector_rules import read_sectors

router = APIRouter(prefix="/v1", route_class=Guarded, tags=["sharing"])

Digest = Annotated[str, Path(pattern="^0x[0-9a-f]{64}$")]


@router.get(
    "/sectors/{digest}",
    operation_id="getSectors",
    responses=answers(SectorsBody, "The rules, as they were published"),
)
def get_sectors(request: Request, services: Asking, digest: Digest) -> Response:
    """The text of rules of sectors by its digest, which `GET /v1/state/codeTable` has."""
    return fetched(request, services.sectors.told(digest), personal=False)


@router.post("/sectors", operation_id="leaveSectors", responses=answers(SectorsTaken, "Kept, for everybody"))
def leave_sectors(services: Asking, body: Annotated[SectorsBody, Body()]) -> Response:
    """Leave rules of sectors that a region published; they are held against the ledger's digest."""
    form = body.given()
    places = services.sectors.take(services.listing().state, form)
    return done({"digest": read_sectors(form).digest, "published": places})
