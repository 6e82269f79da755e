"""Words behind digests: of grants and corrections from party to party, of the catalog for everybody."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Body, Path
from starlette.requests import Request
from starlette.responses import Response

from api.answers import answers, done, fetched
from api.auth import Asking, Guarded, Sender
from api.services import Services
from api.text_schemas import CatalogTextAnswer, CatalogTextBody, PartyTextsBody, TextsTaken
from ledger.service.catalog_texts import Announced, of_demand, of_duty, of_resource
from ledger.service.share_resources import read_key

router = APIRouter(prefix="/v1", route_class=Guarded, tags=["sharing"])

Object = Annotated[str, Path(pattern="^0x[0-9a-f]{64}$")]
Texts = Annotated[PartyTextsBody, Body()]
CatalogText = Annotated[CatalogTextBody, Body()]
Owner = Annotated[str, Path(pattern="^[0-9A-Z]{18}$")]
Code = Annotated[str, Path(min_length=1, max_length=32)]
_TOLD = answers(CatalogTextAnswer, "The words, as whoever wrote them kept them")
_TAKEN = answers(CatalogTextAnswer, "Kept, for everybody registered")


@router.post(
    "/grants/{grant}/texts", operation_id="sendGrantTexts", responses=answers(TextsTaken, "Kept, all of them")
)
def send_grant_texts(services: Asking, sender: Sender, grant: Object, body: Texts) -> Response:
    """Tell the other party of a grant what stands behind its digests; each is held against the ledger."""
    return done(services.texts.of_grant(grant, sender.uscc, body.given()))


@router.post(
    "/corrections/{correction}/texts",
    operation_id="sendCorrectionTexts",
    responses=answers(TextsTaken, "Kept, all of them"),
)
def send_correction_texts(services: Asking, sender: Sender, correction: Object, body: Texts) -> Response:
    """The same of a correction."""
    return done(services.texts.of_correction(correction, sender.uscc, body.given()))


@router.get("/demands/{demand}/text", operation_id="getDemandText", responses=_TOLD)
def get_demand_text(request: Request, services: Asking, demand: Object) -> Response:
    """In which words a body lacks data."""
    return _told(request, services, of_demand(services.listing().state, demand))


@router.post("/demands/{demand}/text", operation_id="leaveDemandText", responses=_TAKEN)
def leave_demand_text(services: Asking, demand: Object, body: CatalogText) -> Response:
    """Leave these words here, for everybody registered; they are held against the ledger's digest."""
    return _taken(services, of_demand(services.listing().state, demand), body)


@router.get("/duties/{duty}/text", operation_id="getDutyText", responses=_TOLD)
def get_duty_text(request: Request, services: Asking, duty: Object) -> Response:
    """What an item of a region's responsibility list says."""
    return _told(request, services, of_duty(services.listing().state, duty))


@router.post("/duties/{duty}/text", operation_id="leaveDutyText", responses=_TAKEN)
def leave_duty_text(services: Asking, duty: Object, body: CatalogText) -> Response:
    """Leave that here, in the same way."""
    return _taken(services, of_duty(services.listing().state, duty), body)


@router.get("/resources/{owner}/{code}/text", operation_id="getResourceText", responses=_TOLD)
def get_resource_text(request: Request, services: Asking, owner: Owner, code: Code) -> Response:
    """Which items a resource serves."""
    return _told(request, services, of_resource(services.listing().state, read_key(f"{owner}/{code}")))


@router.post("/resources/{owner}/{code}/text", operation_id="leaveResourceText", responses=_TAKEN)
def leave_resource_text(services: Asking, owner: Owner, code: Code, body: CatalogText) -> Response:
    """Leave that list here, in the same way."""
    return _taken(services, of_resource(services.listing().state, read_key(f"{owner}/{code}")), body)


def _told(request: Request, services: Services, announced: Announced) -> Response:
    return fetched(request, services.catalog_texts.told(announced), personal=False)


def _taken(services: Services, announced: Announced, body: CatalogTextBody) -> Response:
    services.catalog_texts.take(announced, body.given())
    return done(services.catalog_texts.told(announced))
