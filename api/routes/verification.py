"""Verifying licenses and presentations; challenges and what wallets leave. Checking leaves no trace."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Body, Path
from starlette.requests import Request
from starlette.responses import Response

from api.answers import answers, done, fetched
from api.auth import Asking, Guarded, Sender
from api.schemas import Json
from api.services import Services
from api.verification_schemas import (
    Challenge,
    ChallengeBody,
    CopySubject,
    Left,
    Presentation,
    PresentationBody,
    QrSubject,
    Verdict,
    Verdicts,
    VerifyBody,
)
from ledger.domain.canonical import canonical
from ledger.domain.challenge import Challenge as Question
from ledger.domain.handout import handout_from_json
from ledger.domain.moments import parse_moment, rfc3339
from ledger.domain.verdict import together
from ledger.service.copy_uses import read_receipt
from ledger.service.holder_records import HolderRecords
from ledger.service.present import Scanned
from ledger.service.sources import Asked
from ledger.service.verify import Ask, Subject, once
from ledger.service.verify_copies import CopyAsk, is_copy

router = APIRouter(prefix="/v1", route_class=Guarded, tags=["verification"])

ChallengeId = Annotated[str, Path(pattern="^[0-9a-f]{32}$")]
PresentationId = Annotated[str, Path(pattern="^[0-9a-f]{64}$")]


@router.post(
    "/verify",
    operation_id="verifyLicense",
    responses=answers(Verdict | Verdicts, "The verdict, whichever it is; one for each license shown"),
)
def verify_license(services: Asking, body: Annotated[VerifyBody, Body()]) -> Response:
    """Check a license file, a copy or a presentation: nine named checks and one result."""
    asked = Asked(body.trust, body.head)
    ask = Ask(
        region=None if body.region is None else int(body.region),
        at=None if body.at is None else parse_moment(body.at),
        known_at=None if body.known_at is None else parse_moment(body.known_at),
        max_age=body.max_age,
    )
    service = services.verify(asked)
    if isinstance(body.subject, QrSubject):
        scanned = _scanned(services, body.subject.qr, body.challenge, asked)
    else:
        scanned = Scanned([_read(services, body.subject, body, ask, asked)])
    verdicts = scanned.settle(service.verify_together(scanned.subjects, ask))
    return done(verdicts[0].as_json() if len(verdicts) == 1 else together(verdicts))


@router.post(
    "/challenges",
    operation_id="makeChallenge",
    status_code=201,
    responses=answers(Challenge, "Signed with the key held for the asking organisation", 201),
)
def make_challenge(services: Asking, sender: Sender, body: Annotated[ChallengeBody, Body()]) -> Response:
    """Ask a holder for fields, for a purpose."""
    signer = services.writing.held_key(sender.uscc)
    made = services.present.challenge(
        signer,
        body.fields,
        body.purpose,
        uscc=sender.uscc,
        ttl=body.ttl,
        api=body.api or services.api,
        attested=body.attested,
    )
    return done(made.as_json(), 201)


@router.get("/challenges/{id}", operation_id="getChallenge", responses=answers(Challenge, "As it was made"))
def get_challenge(request: Request, services: Asking, id: ChallengeId) -> Response:  # noqa: A002
    """A challenge of this service, as the wallet shows it before it answers."""
    return fetched(request, services.present.find_challenge(bytes.fromhex(id)).as_json(), personal=True)


@router.post(
    "/presentations",
    operation_id="leavePresentation",
    status_code=201,
    responses=answers(Left, "Left until it expires or is redeemed", 201),
)
def leave_presentation(services: Asking, body: Annotated[PresentationBody, Body()]) -> Response:
    """Leave a presentation for a short QR code; the nonce of its challenge opens the door."""
    kept = services.present.keep(body.presentation)
    return done({"id": kept.id.hex(), "expires": rfc3339(kept.expires)}, 201)


@router.get(
    "/presentations/{id}",
    operation_id="getPresentation",
    responses=answers(Presentation, "As it was left"),
)
def get_presentation(request: Request, services: Asking, id: PresentationId) -> Response:  # noqa: A002
    """What was left under the id that a short QR code carries."""
    return fetched(request, {"presentation": services.present.kept(id)}, personal=True)


def _read(
    services: Services, subject: Json | CopySubject, body: VerifyBody, ask: Ask, asked: Asked
) -> Subject:
    """A license file, or a copy of either kind; a PDF is never parsed for it."""
    data = subject.data if isinstance(subject, CopySubject) else canonical(subject)
    if not is_copy(data):
        return services.read_file(data)
    receipts = [] if body.receipt is None else [read_receipt(body.receipt)]
    handouts = [] if body.handout is None else [handout_from_json(body.handout)]
    now = int(services.clock.now().timestamp())
    return services.copies(asked, receipts, handouts).subject(data, CopyAsk(ask.moment(now), body.shown_by))


def _scanned(services: Services, qr: str, challenge: dict[str, object] | None, asked: Asked) -> Scanned:
    """Read a presentation. Never fetched from elsewhere: a challenge names no address we call."""
    question = services.present.challenge_of(qr) if challenge is None else Question.from_json(challenge)
    records = HolderRecords(once(lambda: services.histories(asked)))
    return services.present.scan(qr, question, None, records)
