"""Batches: up to a thousand licenses under one signature."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Body, Query
from starlette.requests import Request
from starlette.responses import Response

from api.answers import accepted, answers, fetched
from api.auth import Asking, At, Guarded, Sender
from api.outcome import batch_body
from api.routes.licenses import answer, hand_in, require_own
from api.routes.messages import Digest, owned
from api.schemas import BatchBody, Batched, BatchShown, SignedBatch
from ledger.errors import MalformedError, UnknownIdError

router = APIRouter(prefix="/v1", route_class=Guarded, tags=["batches"])

PAGE = 100
"""Licenses of a batch that are shown at once, unless told otherwise."""


@router.post(
    "/batches",
    operation_id="issueBatch",
    status_code=202,
    responses={**answers(Batched, "Accepted", 202), **accepted(Batched)},
)
def issue_batch(services: Asking, sender: Sender, at: At, body: Annotated[BatchBody, Body()]) -> Response:
    """Issue licenses of one type together; inputs with faults are told and left out."""
    if isinstance(body, SignedBatch):
        return hand_in(services, at, "IssueBatch", body)
    inputs = [each.given() for each in body.inputs]
    for each in inputs:
        require_own(services, each, sender)
    batches = services.writing.batches(at)
    good, faults = batches.sort(inputs)
    if not good:
        raise MalformedError("BATCH_REJECTED", count=len(faults), errors=[each.as_json() for each in faults])
    batch = batches.issue_batch(good, services.writing.held_key(sender.uscc))
    return answer(services, batch.progress, [each.as_json() for each in faults])


@router.get(
    "/batches/{id}",
    operation_id="getBatch",
    responses=answers(BatchShown, "How far it is, with a page of its licenses"),
)
def get_batch(
    request: Request,
    services: Asking,
    sender: Sender,
    id: Digest,  # noqa: A002
    offset: Annotated[int, Query(ge=0, le=1000)] = 0,
    limit: Annotated[int, Query(ge=0, le=1000)] = PAGE,
) -> Response:
    """A batch that this department handed in; its licenses with their files, where they were made here."""
    queued = owned(services, sender, id)
    if not queued.message.leaves:
        raise UnknownIdError("MESSAGE_UNKNOWN", message=id)
    return fetched(request, batch_body(services.writing, queued, offset, limit), personal=True)
