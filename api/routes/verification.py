"""Verifying licenses and presentations; challenges and what wallets leave. Checking leaves no trace."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Body, Path
from starlette.requests import Request
from starlette.responses import Response

from api.answers import answers, done, fetched
from api.auth import Asking, Guarded, Sender, sender_if_signed
from api.schemas import Json
from api.services import Services
from api.verification_schemas import (
    Challenge,
    ChallengeBody,
    CheckedReceipt,
    CopySubject,
    Left,
    Presentation,
    PresentationBody,
    QrSubject,
    ReceiptBody,
    Verdict,
    Verdicts,
    VerifyBody,
)
from ledger.domain.canonical import canonical
from ledger.domain.challenge import Challenge as Question
from ledger.domain.handout import Handout, handout_from_json
from ledger.domain.moments import parse_moment, rfc3339
from ledger.domain.verdict import together
from ledger.domain.verification_receipt import COPY, LICENSE, PRESENTATION, verification_receipt
from ledger.errors import UsageError
from ledger.service.copy_uses import Receipt, read_receipt
from ledger.service.holder_records import HolderRecords
from ledger.service.present import Scanned
from ledger.service.sources import Asked
from ledger.service.verification_receipts import places_of, told_of, verified_subject, was_asked
from ledger.service.verify import Ask, Subject, once
from ledger.service.verify_copies import CopyAsk, is_copy
from ledger.service.verify_layouts import Companion, layout_subject

router = APIRouter(prefix="/v1", route_class=Guarded, tags=["verification"])

ChallengeId = Annotated[str, Path(pattern="^[0-9a-f]{32}$")]
PresentationId = Annotated[str, Path(pattern="^[0-9a-f]{64}$")]


@router.post(
    "/verify",
    operation_id="verifyLicense",
    responses=answers(Verdict | Verdicts, "The verdict, whichever it is; one for each license shown"),
)
def verify_license(request: Request, services: Asking, body: Annotated[VerifyBody, Body()]) -> Response:
    """Check a license file, a copy or a presentation: nine named checks and one result."""
    asked = Asked(body.trust, body.head)
    ask = Ask(
        region=None if body.region is None else int(body.region),
        at=None if body.at is None else parse_moment(body.at),
        known_at=None if body.known_at is None else parse_moment(body.known_at),
        max_age=body.max_age,
    )
    asked_by = sender_if_signed(request) if body.sign_receipt else None
    if body.sign_receipt:
        services.receipts.require_ready()
    kind, data = _bytes_of(body.subject)
    if body.layout is not None and (kind == PRESENTATION or body.sign_receipt):
        raise UsageError("LAYOUT_OF_LICENSE")
    if kind == PRESENTATION:
        scanned = _scanned(services, data.decode(), body.challenge, asked)
    else:
        scanned = Scanned([_read(services, kind, data, body, ask, asked)])
    verdicts = scanned.settle(services.verify(asked).verify_together(scanned.subjects, ask))
    told = verdicts[0].as_json() if len(verdicts) == 1 else together(verdicts)
    if not body.sign_receipt:
        return done(told)
    found = verified_subject(kind, data, scanned, verdicts)
    receipt = services.receipts.sign(was_asked(ask, asked, body.shown_by), [found], asked_by)
    return done({**told, "receipt": receipt.as_json()})


@router.post(
    "/receipts/verify",
    operation_id="verifyReceipt",
    responses=answers(CheckedReceipt, "The receipt holds; what it says, and what comes out today"),
)
def verify_receipt(services: Asking, body: Annotated[ReceiptBody, Body()]) -> Response:
    """Check a receipt of a verification: who signed it, of what, and whether the same comes out again."""
    receipt, asked = verification_receipt(body.receipt), Asked(body.trust, body.head)
    brought = places_of(receipt, [] if body.subject is None else [_bytes_of(body.subject)[1]])
    if body.again and not brought:
        raise UsageError("RECEIPT_SUBJECT_NEEDED")
    services.check_receipts(asked).check(receipt)
    if not body.again:
        return done(told_of(receipt, brought, is_checked=True))
    copies = services.copies(asked, *_brought(body.use_receipt, body.handout))
    repeating = services.repeating(asked, copies, services.present.reread)
    return done(told_of(receipt, brought, True, repeating.repeat(receipt, brought, body.max_age)))


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


def _bytes_of(subject: Json | CopySubject | QrSubject) -> tuple[str, bytes]:
    """What a subject is to be read as, and what is verified of it."""
    if isinstance(subject, QrSubject):
        return PRESENTATION, subject.qr.encode()
    data = subject.data if isinstance(subject, CopySubject) else canonical(subject)
    return (COPY if is_copy(data) else LICENSE), data


def _read(services: Services, kind: str, data: bytes, body: VerifyBody, ask: Ask, asked: Asked) -> Subject:
    """A license file, or a copy of either kind; a PDF is never parsed for it."""
    if kind == LICENSE and body.layout is not None:
        return layout_subject(body.layout, [Companion(data, is_named=True)])
    if body.layout is not None:
        raise UsageError("LAYOUT_OF_LICENSE")
    if kind == LICENSE:
        return services.read_file(data)
    now = int(services.clock.now().timestamp())
    copies = services.copies(asked, *_brought(body.receipt, body.handout))
    return copies.subject(data, CopyAsk(ask.moment(now), body.shown_by))


def _brought(receipt: Json | None, handout: Json | None) -> tuple[list[Receipt], list[Handout]]:
    """What came with a copy."""
    receipts = [] if receipt is None else [read_receipt(receipt)]
    return receipts, [] if handout is None else [handout_from_json(handout)]


def _scanned(services: Services, qr: str, challenge: dict[str, object] | None, asked: Asked) -> Scanned:
    """Read a presentation. Never fetched from elsewhere: a challenge names no address we call."""
    question = services.present.challenge_of(qr) if challenge is None else Question.from_json(challenge)
    records = HolderRecords(once(lambda: services.histories(asked)))
    return services.present.scan(qr, question, None, records)
