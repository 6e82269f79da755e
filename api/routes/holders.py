"""What a holder may ask who proves by the license's device key that it is hers."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Body
from starlette.responses import Response

from api.answers import answers, done
from api.auth import Asking, Guarded
from api.holder_schemas import HolderRequestBody, HolderView
from ledger.domain.holder_request import holder_request

router = APIRouter(prefix="/v1", route_class=Guarded, tags=["holders"])


@router.post(
    "/holders/uses", operation_id="listHolderUses", responses=answers(HolderView, "What happened to the data")
)
def list_holder_uses(services: Asking, body: Annotated[HolderRequestBody, Body()]) -> Response:
    """Who used a license's data, on what basis, what was refused: for the holder, who signs the request."""
    return done(services.holders.answer(holder_request(body.given())))
