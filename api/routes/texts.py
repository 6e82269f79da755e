"""Words behind the digests of grants and corrections, from one party to the service of the other."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Body, Path
from starlette.responses import Response

from api.answers import answers, done
from api.auth import Asking, Guarded, Sender
from api.text_schemas import PartyTextsBody, TextsTaken

router = APIRouter(prefix="/v1", route_class=Guarded, tags=["sharing"])

Object = Annotated[str, Path(pattern="^0x[0-9a-f]{64}$")]
Texts = Annotated[PartyTextsBody, Body()]


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
