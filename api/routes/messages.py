"""Messages: prepared for keys elsewhere, handed in with their signatures, asked after."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Body, Path
from starlette.requests import Request
from starlette.responses import Response

from api.answers import accepted, answers, done, fetched
from api.auth import Asking, At, Guarded, Sender, idempotency_key_of
from api.batch_schemas import BatchInput, SignedBatch
from api.message_schemas import (
    ActMessage,
    AmendMessage,
    BatchMessage,
    BindMessage,
    FreezeMessage,
    IssueMessage,
    MessageBody,
    MessageShown,
    Prepared,
    RepresentEndMessage,
    RepresentMessage,
    TransferCancelMessage,
    TransferInMessage,
    TransferOutMessage,
)
from api.outcome import message_body
from api.routes.licenses import binding, hand_in, handed_in, moment, order_of, require_own
from api.routes.representations import representation
from api.services import Services
from ledger.domain.acts import only_ground
from ledger.domain.canonical import JsonObject
from ledger.domain.messages import MESSAGES
from ledger.domain.moments import rfc3339
from ledger.domain.sheet_rows import RowFault
from ledger.errors import MalformedError, UnknownIdError
from ledger.ports.queue import Queued
from ledger.service.accept import Desk
from ledger.service.authorise import Principal
from ledger.service.doing import Doing
from ledger.service.drafts import Draft
from ledger.service.handed_in import Unsigned
from ledger.service.issue import IssueLicenses
from ledger.service.orders import Renews

router = APIRouter(prefix="/v1", route_class=Guarded, tags=["messages"])

Digest = Annotated[str, Path(pattern=r"^0x[0-9a-f]{64}$", description="Digest of the message.")]

_LICENSING = (
    "Issue",
    "Amend",
    "Act",
    "Bind",
    "Freeze",
    "TransferOut",
    "Represent",
    "EndRepresentation",
    "IssueBatch",
    "RenewBatch",
)

_License = IssueMessage | AmendMessage | TransferInMessage
_Representation = RepresentMessage | RepresentEndMessage
_Act = ActMessage | BindMessage | FreezeMessage | TransferOutMessage | TransferCancelMessage | _Representation


@router.post(
    "/messages",
    operation_id="prepareMessage",
    responses={**answers(Prepared, "What to sign elsewhere"), **accepted(MessageShown)},
)
def prepare_message(
    request: Request, services: Asking, sender: Sender, at: At, body: Annotated[MessageBody, Body()]
) -> Response:
    """The message M of an input, for a key that this service does not hold; nothing is written.

    `{signed, keyId, signature}` instead hands a signed message in, and answers as its own address does.
    """
    if isinstance(body, SignedBatch):
        return hand_in(services, at, _struct_of(body), body, idempotency_key_of(request))
    unsigned = _prepared(services, sender, at, body)
    shown = {**unsigned.as_json(body.key_id), "notAfter": rfc3339(unsigned.message.not_after)}
    return done(shown)


@router.get(
    "/messages/{id}",
    operation_id="getMessage",
    responses=answers(MessageShown, "How far it is, and its promise"),
)
def get_message(request: Request, services: Asking, sender: Sender, id: Digest) -> Response:  # noqa: A002
    """What became of a message that this department handed in."""
    queued = owned(services, sender, id)
    return fetched(request, message_body(services.writing, queued), personal=True)


def owned(services: Services, sender: Principal, digest: str) -> Queued:
    """A message that the sender handed in, promised if it can be; another's is as unknown as none.

    Raises:
        UnknownIdError: `MESSAGE_UNKNOWN`.
    """
    queued = services.writing.queue.find(digest)
    if queued is None or queued.owner != sender.uscc:
        raise UnknownIdError("MESSAGE_UNKNOWN", message=digest)
    return services.writing.promised(queued)


def _struct_of(body: SignedBatch) -> str:
    """The struct whose members were signed.

    Raises:
        MalformedError: `SIGNED_MESSAGE_FORM`: those of none.
    """
    given = set(body.signed) | {"keyId"}
    for name in _LICENSING:
        if given == {member for member, _ in MESSAGES[name].fields}:
            return name
    raise MalformedError("SIGNED_MESSAGE_FORM", member="signed")


def _prepared(
    services: Services, sender: Principal, at: Desk, body: _License | _Act | BatchMessage
) -> Unsigned:
    elsewhere = services.writing.elsewhere(at)
    if isinstance(body, BatchMessage):
        return _prepared_batch(services, sender, at, body)
    if isinstance(body, _License):
        require_own(services, body.input.given(), sender)
        return elsewhere.prepare_license(_draft(services, sender, services.writing.issuing(at), body))
    return elsewhere.prepare_act(_doing(services, sender, at, body))


def _prepared_batch(services: Services, sender: Principal, at: Desk, body: BatchMessage) -> Unsigned:
    inputs, batches = own_inputs(services, sender, body), services.writing.batches(at)
    good, rejected = batches.sort(inputs) if body.partial else (inputs, [])
    if not good:
        raise all_rejected(rejected)
    renews = None if body.renews is None else Renews(body.renews.batch, tuple(body.renews.leaves), 0)
    unsigned = services.writing.elsewhere(at).prepare_batch(batches.batch_draft(good, renews))
    told = {"rejected": [each.as_json() for each in rejected]} if body.partial else {}
    return replace(unsigned, content={**(unsigned.content or {}), **told})


def own_inputs(services: Services, sender: Principal, body: BatchInput) -> list[JsonObject]:
    """The inputs of a batch, each of which the sender may issue; raises as `require_own`."""
    inputs = [each.given() for each in body.inputs]
    for each in inputs:
        require_own(services, each, sender)
    return inputs


def all_rejected(faults: Sequence[RowFault]) -> MalformedError:
    """What is told of a batch none of whose inputs can be issued."""
    return MalformedError("BATCH_REJECTED", count=len(faults), errors=[each.as_json() for each in faults])


def _draft(services: Services, sender: Principal, issuing: IssueLicenses, body: _License) -> Draft:
    given = body.input.given()
    if isinstance(body, IssueMessage):
        return issuing.issue_draft(given)
    license_id, named = handed_in(services, sender, body.id)
    if isinstance(body, TransferInMessage):
        return issuing.transfer_draft(license_id, given)
    identifier = named or services.writing.identifier_for(sender.uscc, license_id)
    ground, effective = body.ground or only_ground(body.kind), moment(body.effective) or 0
    return issuing.amend_draft(license_id, identifier, given, body.kind, ground, effective)


def _doing(services: Services, sender: Principal, at: Desk, body: _Act) -> Doing:
    license_id, _ = handed_in(services, sender, body.id)
    if isinstance(body, _Representation):
        return representation(services.writing.representing(at), license_id, body)
    acting = services.writing.acting(at)
    if isinstance(body, BindMessage):
        return binding(acting, license_id, body, sender)
    if isinstance(body, FreezeMessage):
        return acting.freezing(license_id, sender.uscc)
    if isinstance(body, TransferOutMessage):
        return acting.leaving(license_id, int(body.region), body.reference)
    if isinstance(body, TransferCancelMessage):
        return acting.staying(license_id)
    return acting.acting(license_id, order_of(body.act, body), bytes.fromhex(body.key_id[2:]))
