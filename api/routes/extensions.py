"""Extensions of updates of the catalog: their texts, for everybody registered."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Body, Path
from starlette.requests import Request
from starlette.responses import Response

from api.answers import answers, done, fetched
from api.auth import Asking, Guarded
from api.extension_schemas import ExtensionsBody, ExtensionsTaken
from ledger.domain.extensions import read_extensions

router = APIRouter(prefix="/v1", route_class=Guarded, tags=["sharing"])

Digest = Annotated[str, Path(pattern="^0x[0-9a-f]{64}$")]


@router.get(
    "/extensions/{digest}",
    operation_id="getExtensions",
    responses=answers(ExtensionsBody, "The extensions, as they were published"),
)
def get_extensions(request: Request, services: Asking, digest: Digest) -> Response:
    """The text of a list of extensions by its digest, which `GET /v1/state/codeTable` has."""
    return fetched(request, services.extensions.told(digest), personal=False)


@router.post(
    "/extensions", operation_id="leaveExtensions", responses=answers(ExtensionsTaken, "Kept, for everybody")
)
def leave_extensions(services: Asking, body: Annotated[ExtensionsBody, Body()]) -> Response:
    """Leave extensions that a region published; they are held against the ledger's digest."""
    form = body.given()
    places = services.extensions.take(services.listing().state, form)
    return done({"digest": read_extensions(form).digest, "published": places})
