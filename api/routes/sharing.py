"""What is signed about sharing, handed in whole: by its body, or for a holder who has no account."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Body
from starlette.responses import Response

from api.answers import accepted, answers
from api.auth import Asking, At, Guarded
from api.outcome import respond
from api.use_schemas import Shared, SharingBody

router = APIRouter(prefix="/v1", route_class=Guarded, tags=["sharing"])


@router.post(
    "/sharing",
    operation_id="share",
    responses={**answers(Shared, "It is on the ledger"), **accepted(Shared)},
)
def share(services: Asking, at: At, body: Annotated[SharingBody, Body()]) -> Response:
    """Put a signed message about resources, grants, uses or corrections onto the ledger."""
    queued = services.writing.sharing(at).take(body.handed())
    return respond(services.writing, queued)
