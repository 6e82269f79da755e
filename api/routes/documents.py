"""Documents of issued licenses: handed out as they are kept, encrypted, and erased."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Body
from starlette.requests import Request
from starlette.responses import Response

from api.answers import answers, done, fetched
from api.auth import Asking, Guarded, Sender
from api.routes.licenses import Id, handed_in
from api.schemas import Erased, EraseInput, SealedDocument
from ledger.domain.erasure import erasure_ground
from ledger.service.erase import ErasureOrder

router = APIRouter(prefix="/v1", route_class=Guarded, tags=["licenses"])


@router.get(
    "/licenses/{id}/document",
    operation_id="getDocument",
    responses=answers(SealedDocument, "The encrypted document and its wrapped keys"),
)
def get_document(request: Request, services: Asking, sender: Sender, id: Id) -> Response:  # noqa: A002
    """The kept document of a license, for the body that acts on it; it is opened where the key is."""
    license_id, _ = handed_in(services, sender, id)
    license_ = services.license_now(license_id)
    services.require_acts_for(sender.uscc, license_)
    return fetched(request, services.documents().sealed(license_).as_json(), personal=True)


@router.post(
    "/licenses/{id}/erase",
    operation_id="eraseDocument",
    responses=answers(Erased, "Every place of this home was emptied of it"),
)
def erase_document(services: Asking, sender: Sender, id: Id, body: Annotated[EraseInput, Body()]) -> Response:  # noqa: A002
    """Destroy what this home keeps of a license; its record on the ledger stays."""
    license_id, _ = handed_in(services, sender, id)
    ground, signer = erasure_ground(body.ground), services.writing.held_key(sender.uscc)
    order = ErasureOrder(ground, sender.uscc, signer, body.order)
    if body.dry_run:
        return done(services.erasing().plan(license_id, order).as_json())
    return done(services.erasing().erase([license_id], order)[0])
