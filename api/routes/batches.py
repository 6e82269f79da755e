"""Batches: up to a thousand licenses under one signature."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Body, Query
from starlette.requests import Request
from starlette.responses import Response

from api.answers import accepted, answers, done, fetched
from api.auth import Asking, At, Guarded, Sender
from api.batch_schemas import BatchBody, Batched, BatchShown, OldLicenses, RenewalsBody, SignedBatch
from api.outcome import batch_body
from api.routes.licenses import answer, hand_in, require_signs_for
from api.routes.messages import Digest, all_rejected, own_inputs, owned
from api.services import Services
from ledger.errors import UnknownIdError
from ledger.service.authorise import Principal
from ledger.service.old_licenses import Old
from ledger.service.old_licenses import OldLicenses as KnownLicenses

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
    batches = services.writing.batches(at)
    good, faults = batches.sort(own_inputs(services, sender, body))
    if not good:
        raise all_rejected(faults)
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


@router.post(
    "/renewals",
    operation_id="findOldLicenses",
    responses=answers(OldLicenses, "Where they stand, one by one"),
)
def find_old_licenses(services: Asking, sender: Sender, body: Annotated[RenewalsBody, Body()]) -> Response:
    """Which of some licenses the sender can renew, and where each stands; nothing is written."""
    require_signs_for(services, sender, body.issuer, body.type)
    olds = services.writing.old_licenses()
    return done({"olds": [_old(services, sender, olds, body, name) for name in body.renews]})


def _old(
    services: Services, sender: Principal, olds: KnownLicenses, body: RenewalsBody, name: str
) -> dict[str, object]:
    """One of them; of a license on which the sender does not act it is not told that it is there."""
    known, found = olds.named(name, body.issuer), olds.find(name, body.type, body.issuer)
    if isinstance(found, Old):
        leaf = None if found.leaf is None else {"batch": found.leaf.batch, "index": found.leaf.index}
        return {"licenseId": found.license_id, "identifier": found.identifier, "leaf": leaf, "code": None}
    if known is None or found == "RENEWS_UNKNOWN" or not _acts_on(services, sender, known):
        return {"licenseId": None, "identifier": None, "leaf": None, "code": "RENEWS_UNKNOWN"}
    return {"licenseId": known.license_id, "identifier": known.identifier, "leaf": None, "code": found}


def _acts_on(services: Services, sender: Principal, known: Old) -> bool:
    return services.writing.identifier_for(sender.uscc, known.license_id) is not None
