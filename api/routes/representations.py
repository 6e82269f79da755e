"""Who stands in for a holder."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Body
from starlette.responses import Response

from api.answers import accepted, answers
from api.auth import Asking, At, Guarded, Sender
from api.routes.licenses import Id, answer, hand_in_about, handed_in, moment
from api.schemas import (
    RepresentationEnded,
    RepresentBody,
    Represented,
    RepresentEndBody,
    RepresentEndInput,
    RepresentInput,
    SignedMessage,
)
from api.services import Services
from ledger.domain.holders import holder_binding
from ledger.domain.moments import parse_end
from ledger.service.accept import Desk
from ledger.service.authorise import Principal
from ledger.service.doing import Doing
from ledger.service.represent import RepresentHolders, RepresentOrder

router = APIRouter(prefix="/v1", route_class=Guarded, tags=["licenses"])


@router.post(
    "/licenses/{id}/represent",
    operation_id="representHolder",
    responses={**answers(Represented, "The representation is on the ledger"), **accepted(Represented)},
)
def represent_holder(
    services: Asking,
    sender: Sender,
    at: At,
    id: Id,  # noqa: A002
    body: Annotated[RepresentBody, Body()],
) -> Response:
    """Let a guardian, legal representative, agent or heir stand in for the holder (代理)."""
    return _written(services, sender, at, id, "Represent", body)


@router.post(
    "/licenses/{id}/represent-end",
    operation_id="endRepresentation",
    responses={
        **answers(RepresentationEnded, "The end is on the ledger"),
        **accepted(RepresentationEnded),
    },
)
def end_representation(
    services: Asking,
    sender: Sender,
    at: At,
    id: Id,  # noqa: A002
    body: Annotated[RepresentEndBody, Body()],
) -> Response:
    """End a representation; an end only moves earlier."""
    return _written(services, sender, at, id, "EndRepresentation", body)


def _written(
    services: Services,
    sender: Principal,
    at: Desk,
    name: str,
    struct: str,
    body: RepresentBody | RepresentEndBody,
) -> Response:
    license_id, _ = handed_in(services, sender, name)
    if isinstance(body, SignedMessage):
        return hand_in_about(services, at, struct, body, license_id)
    representing = services.writing.representing(at)
    doing = representation(representing, license_id, body)
    return answer(services, representing.do(doing, services.writing.held_key(sender.uscc)).progress)


def representation(
    representing: RepresentHolders, license_id: str, body: RepresentInput | RepresentEndInput
) -> Doing:
    """The representation, or its end, that a body asks for."""
    if isinstance(body, RepresentInput):
        return representing.representing(license_id, _order(body))
    who, until = bytes.fromhex(body.representative[2:]), parse_end(body.until)
    return representing.ending(license_id, who, until)


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
