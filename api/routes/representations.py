"""Who stands in for a holder."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Body
from starlette.responses import Response

from api.answers import answers, done
from api.auth import Asking, Guarded, Sender
from api.routes.licenses import Id, moment, require_about
from api.schemas import (
    RepresentationEnded,
    RepresentBody,
    Represented,
    RepresentEndBody,
    RepresentInput,
    SignedMessage,
)
from api.services import Services
from ledger.domain.holders import holder_binding
from ledger.domain.moments import parse_end
from ledger.service.represent import Represented as RepresentDone
from ledger.service.represent import RepresentOrder, represented

router = APIRouter(prefix="/v1", route_class=Guarded, tags=["licenses"])


@router.post(
    "/licenses/{id}/represent",
    operation_id="representHolder",
    responses=answers(Represented, "The representation is on the ledger"),
)
def represent_holder(
    services: Asking,
    sender: Sender,
    id: Id,  # noqa: A002
    body: Annotated[RepresentBody, Body()],
) -> Response:
    """Let a guardian, legal representative, agent or heir stand in for the holder (代理)."""
    license_id, _ = services.resolve(id)
    if isinstance(body, SignedMessage):
        return done(_submitted(services, "Represent", body, license_id).as_json())
    signer = services.held_key(sender.uscc)
    with services.writing:
        license_ = services.license_now(license_id)
        made = services.representing().represent(license_, _order(body), signer)
    return done(made.as_json())


@router.post(
    "/licenses/{id}/represent-end",
    operation_id="endRepresentation",
    responses=answers(RepresentationEnded, "The end is on the ledger"),
)
def end_representation(
    services: Asking,
    sender: Sender,
    id: Id,  # noqa: A002
    body: Annotated[RepresentEndBody, Body()],
) -> Response:
    """End a representation; an end only moves earlier."""
    license_id, _ = services.resolve(id)
    if isinstance(body, SignedMessage):
        return done(_submitted(services, "EndRepresentation", body, license_id).as_json())
    signer = services.held_key(sender.uscc)
    with services.writing:
        license_ = services.license_now(license_id)
        who, until = bytes.fromhex(body.representative[2:]), parse_end(body.until)
        ended = services.representing().end(license_, who, until, signer)
    return done(ended.as_json())


def _order(body: RepresentInput) -> RepresentOrder:
    given = (body.representative_key, body.representative_encryption_key)
    key, encryption = (bytes.fromhex(each) if each else None for each in given)
    return RepresentOrder(
        representative=holder_binding(key, encryption),
        kind=body.kind,
        scope=tuple(body.scope),
        since=moment(body.since) or 0,
        until=None if body.until is None else parse_end(body.until),
        reference=body.reference,
    )


def _submitted(services: Services, name: str, body: SignedMessage, license_id: str) -> RepresentDone:
    require_about(body, license_id)
    with services.writing:
        _, receipt = services.submit_signed().submit(name, body.signed, body.key_id, body.signature)
    return represented(receipt)
