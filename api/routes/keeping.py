"""How long documents are kept, what holds them longer, and the archive packages made of them."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Body, Path, Query
from starlette.requests import Request
from starlette.responses import Response

from api.answers import PROBLEMS, answers, done, fetched
from api.auth import Asking, Guarded, Sender
from api.keeping_schemas import (
    DocumentsKept,
    HoldInput,
    HoldShown,
    HoldsShown,
    LiftInput,
    PackageShown,
    ReceivedInput,
    RetentionInput,
    RetentionRules,
    RetentionRuleShown,
)
from api.routes.licenses import Id, handed_in
from ledger.domain.retention import retention_basis
from ledger.service.due import DueAsk, rule_shown
from ledger.service.legal_holds import HoldOrder, hold_shown

router = APIRouter(prefix="/v1", route_class=Guarded, tags=["keeping"])

HoldId = Annotated[str, Path(pattern="^[0-9a-f]{64}$")]


@router.post(
    "/retention",
    operation_id="setRetention",
    status_code=201,
    responses=answers(RetentionRuleShown, "The rule, signed", 201),
)
def set_retention(services: Asking, sender: Sender, body: Annotated[RetentionInput, Body()]) -> Response:
    """Set how long the sender's documents of a type are kept after their licenses ended."""
    signer, basis = services.writing.held_key(sender.uscc), retention_basis(body.basis)
    retention = services.keeping.retention()
    rule = retention.set(body.type, body.years, basis, body.reference, sender.uscc, signer)
    return done(rule_shown(rule), 201)


@router.get(
    "/retention", operation_id="listRetention", responses=answers(RetentionRules, "The sender's rules")
)
def list_retention(request: Request, services: Asking, sender: Sender) -> Response:
    """The sender's rules that hold now."""
    rules = [each for each in services.keeping.retention().rules() if each.signed.by == sender.uscc]
    return fetched(request, {"rules": [rule_shown(each) for each in rules]}, personal=False)


@router.get(
    "/documents", operation_id="listDocuments", responses=answers(DocumentsKept, "The sender's documents")
)
def list_documents(
    request: Request,
    services: Asking,
    sender: Sender,
    due: bool = False,
    type: Annotated[str, Query(max_length=21)] = "",  # noqa: A002
    limit: Annotated[int, Query(ge=1, le=1_000)] = 100,
    after: Annotated[str, Query(max_length=200)] = "",
) -> Response:
    """Until when the documents of the sender's licenses are kept here; with `due` what may be erased."""
    rows, following = services.keeping.due().rows(DueAsk(sender.uscc, type, due, limit, after))
    return fetched(request, {"documents": rows, "next": following}, personal=True)


@router.post(
    "/holds",
    operation_id="putHold",
    status_code=201,
    responses=answers(HoldShown, "The hold stands for all of its licenses", 201),
)
def put_hold(services: Asking, sender: Sender, body: Annotated[HoldInput, Body()]) -> Response:
    """Put one legal hold on documents of licenses."""
    signer = services.writing.held_key(sender.uscc)
    order = HoldOrder(body.reference, sender.uscc, signer, body.ordered_by)
    license_ids = [handed_in(services, sender, each)[0] for each in body.licenses]
    return done(hold_shown(services.keeping.legal_holds().put(license_ids, order)), 201)


@router.post(
    "/holds/{hold}/lift", operation_id="liftHold", responses=answers(HoldShown, "The hold is lifted")
)
def lift_hold(services: Asking, sender: Sender, hold: HoldId, body: Annotated[LiftInput, Body()]) -> Response:
    """Lift a legal hold off all of its documents."""
    order = HoldOrder(body.reference, sender.uscc, services.writing.held_key(sender.uscc))
    return done(hold_shown(services.keeping.legal_holds().lift(hold, order)))


@router.get(
    "/licenses/{id}/holds", operation_id="listHolds", responses=answers(HoldsShown, "The holds that stand")
)
def list_holds(request: Request, services: Asking, sender: Sender, id: Id) -> Response:  # noqa: A002
    """The legal holds on a license's document, for the body that acts on it."""
    license_id, _ = handed_in(services, sender, id)
    services.require_acts_for(sender.uscc, services.license_now(license_id))
    standing = services.keeping.legal_holds().on(license_id)
    return fetched(request, {"holds": [hold_shown(each) for each in standing]}, personal=True)


@router.get(
    "/licenses/{id}/archive",
    operation_id="getArchive",
    response_class=Response,
    responses={200: {"content": {"application/zip": {}}, "description": "The package"}, **PROBLEMS},
)
def get_archive(services: Asking, sender: Sender, id: Id) -> Response:  # noqa: A002
    """The archive package of a license, made now; a GET, so that no answer with its content is kept."""
    license_id, _ = handed_in(services, sender, id)
    services.require_acts_for(sender.uscc, services.license_now(license_id))
    signer = services.writing.held_key(sender.uscc)
    data, judged = services.keeping.making_archives().make(license_id, sender.uscc, signer)
    services.keeping.packages.add(license_id, judged.package)
    headers = {"Cache-Control": "no-store", "Elicense-SM3": judged.archive.sm3}
    return Response(data, 200, headers, "application/zip")


@router.post(
    "/licenses/{id}/archive",
    operation_id="receiveArchive",
    responses=answers(PackageShown, "The package counts as kept"),
)
def receive_archive(
    services: Asking,
    sender: Sender,
    id: Id,  # noqa: A002
    body: Annotated[ReceivedInput, Body()],
) -> Response:
    """Say that a package made here is on the sender's disk: only then it lets the document go."""
    license_id, _ = handed_in(services, sender, id)
    services.require_acts_for(sender.uscc, services.license_now(license_id))
    return done(services.keeping.packages.receive(license_id, body.sm3)._asdict())
