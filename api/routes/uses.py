"""Uses of granted data: asked for, signed by both sides, recorded, then handed out."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Body, Path, Query
from starlette.requests import Request
from starlette.responses import Response

from api.answers import accepted, answers, done, fetched
from api.auth import Asking, At, Guarded, Sender
from api.outcome import respond
from api.use_schemas import PendingUses, Shared, UseCopy, UseOffer, UseRequestBody, UseSignature
from ledger.domain.use_refusal import REQUEST, SIGNATURE
from ledger.errors import LedgerError

router = APIRouter(prefix="/v1", route_class=Guarded, tags=["uses"])

_HASH = r"^0x[0-9a-f]{64}$"
UseId = Annotated[str, Path(pattern=_HASH, description="Digest of the request.")]
BatchId = Annotated[str, Path(pattern=_HASH, description="Object of the batch.")]
GrantId = Annotated[str, Query(pattern=_HASH, description="The grant.")]


@router.post(
    "/uses",
    operation_id="askForUse",
    status_code=201,
    responses=answers(UseOffer, "Offered, to be signed by the grantee; or gathered, and promised", 201),
)
def ask_for_use(services: Asking, sender: Sender, body: Annotated[UseRequestBody, Body()]) -> Response:
    """Ask for data under a grant; the same request gets the same offer. Refusals are recorded.

    With `record: BATCH` nothing is to be signed: the use will stand in a batch, its record is promised.
    """
    use = services.providing.offers.offer(body.given(), sender.uscc)
    return done(services.providing.offer_json(use), 201)


@router.get(
    "/uses/pending",
    operation_id="listPendingUses",
    responses=answers(PendingUses, "Uses that the grantee has not signed for yet"),
)
def list_pending_uses(request: Request, services: Asking, sender: Sender, grant: GrantId) -> Response:
    """The uses under a grant that wait for a batch, and the batches that wait for the grantee's signature."""
    pending = services.providing.signatures.pending(grant, sender.uscc)
    return fetched(request, pending.as_json(), personal=True)


@router.post(
    "/uses/batches/{id}/signature",
    operation_id="signUseBatch",
    responses={**answers(Shared, "It is on the ledger"), **accepted(Shared)},
)
def sign_use_batch(
    services: Asking,
    sender: Sender,
    at: At,
    id: BatchId,  # noqa: A002
    body: Annotated[UseSignature, Body()],
) -> Response:
    """Sign a batch of uses as the grantee; it is accepted, promised and recorded like any message."""
    signatures = services.providing.signatures
    queued = signatures.sign(id, sender.uscc, body.key_id, body.signature, at)
    return respond(services.writing, queued)


@router.post(
    "/uses/{id}/signature",
    operation_id="signUse",
    responses={**answers(Shared, "It is on the ledger"), **accepted(Shared)},
)
def sign_use(
    services: Asking,
    sender: Sender,
    at: At,
    id: UseId,  # noqa: A002
    body: Annotated[UseSignature, Body()],
) -> Response:
    """Sign an offered use as the grantee; it is accepted, promised and recorded like any message.

    What ends it is refused with `fields.refusal`, signed by the provider (`elicense-use-refusal/1`).
    """
    releases = services.providing.releases
    use = releases.own(id, sender.uscc)
    try:
        queued = releases.sign(use, body.key_id, body.signature, at)
    except LedgerError as error:
        raise services.providing.telling.told(use, SIGNATURE, body.given(), error) from None
    return respond(services.writing, queued)


@router.get(
    "/uses/{id}/copy",
    operation_id="getUseCopy",
    responses=answers(UseCopy, "The copy, encrypted for the grantee, and the receipt"),
)
def get_use_copy(request: Request, services: Asking, sender: Sender, id: UseId) -> Response:  # noqa: A002
    """What was asked for, once it may go; 425 with `Retry-After` before the ledger has the use.

    Of a use in a batch it goes at once; `receipt` is null until the batch is recorded.
    """
    releases = services.providing.releases
    use = releases.own(id, sender.uscc)
    try:
        released = releases.release(use)
    except LedgerError as error:
        raise services.providing.telling.told(use, REQUEST, use.request, error) from None
    return fetched(request, released.as_json(), personal=True)
