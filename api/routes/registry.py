"""The registry: what is signed about bodies, keys, types, rights and agreements, and how it stands."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Body, Path, Query
from starlette.requests import Request
from starlette.responses import Response

from api.answers import accepted, answers, done, fetched
from api.auth import Asking, At, Guarded
from api.registry_schemas import (
    Agreement,
    OrganisationDetail,
    Organisations,
    PreparedRegistry,
    Recorded,
    Regions,
    RegistryBody,
    Relays,
    WantedMessages,
)
from ledger.domain.identifiers import Uscc
from ledger.domain.moments import rfc3339
from ledger.domain.signed_message import SignedMessage
from ledger.service import list_registry
from ledger.service.handed_registry import Registered, registry_object
from ledger.service.list_shared import MOST_ROWS

router = APIRouter(prefix="/v1", route_class=Guarded, tags=["registry"])

Code = Annotated[str, Path(pattern="^[0-9A-Z]{18}$", examples=["11310000MB0TE5T1XB"])]
Region = Annotated[str, Path(pattern="^[0-9]{6}$", examples=["310000"])]
Type = Annotated[str, Path(pattern="^[0-9A-Z]{21}$", examples=["11100000000013338W011"])]


@router.post(
    "/registry",
    operation_id="register",
    responses={**answers(Recorded, "All of it is on the ledger"), **accepted(Recorded)},
)
def register(services: Asking, at: At, body: Annotated[RegistryBody, Body()]) -> Response:
    """Put signed messages about the registry onto the ledger; whoever hands them in, their signers count."""
    made = services.writing.registry(at).take([each.handed() for each in body.messages])
    pending = [each.queued.digest for each in made if each.queued.is_pending]
    response = done(_recorded(made), 202 if pending else 200)
    if pending:
        response.headers["Location"] = f"/v1/messages/{pending[-1]}"
    return response


@router.post(
    "/registry/messages",
    operation_id="prepareRegistry",
    responses=answers(PreparedRegistry, "What to sign elsewhere"),
)
def prepare(services: Asking, at: At, body: Annotated[WantedMessages, Body()]) -> Response:
    """Messages about the registry, for keys that this service does not hold; nothing is written or kept."""
    orders = [each.order() for each in body.orders]
    made = services.writing.registry(at).prepare(orders)
    shown = [_prepared(each, order.signers) for each, order in zip(made, orders, strict=True)]
    return done({"messages": shown})


@router.get(
    "/organisations", operation_id="listOrganisations", responses=answers(Organisations, "The bodies")
)
def list_organisations(
    request: Request,
    services: Asking,
    region: Annotated[str | None, Query(pattern="^[0-9]{6}$")] = None,
    after: Annotated[str, Query(max_length=18, description="The `next` of the page before.")] = "",
    limit: Annotated[int, Query(ge=1, le=MOST_ROWS)] = MOST_ROWS,
) -> Response:
    """Every body of the ledger, or those of one region, by code."""
    found = list_registry.organisations(services.names(), None if region is None else int(region))
    rows = [each for each in found if str(each["uscc"]) > after]
    last = rows[limit - 1]["uscc"] if len(rows) > limit else None
    return fetched(request, {"organisations": rows[:limit], "next": last}, personal=False)


@router.get(
    "/organisations/{uscc}",
    operation_id="getOrganisation",
    responses=answers(OrganisationDetail, "The body"),
)
def get_organisation(request: Request, services: Asking, uscc: Code) -> Response:
    """One body with its keys, its rights to issue, and what regions named it for."""
    shown = list_registry.organisation(services.names(), Uscc.parse(uscc).text)
    return fetched(request, shown, personal=False)


@router.get("/regions", operation_id="listRegions", responses=answers(Regions, "The regions"))
def list_regions(request: Request, services: Asking) -> Response:
    """Every region with its governing keys."""
    return fetched(request, {"regions": list_registry.regions(services.listing().state)}, personal=False)


@router.get("/relays", operation_id="listRelays", responses=answers(Relays, "The relays"))
def list_relays(request: Request, services: Asking) -> Response:
    """Every account that submits messages, ended ones too."""
    return fetched(request, {"relays": list_registry.relays(services.listing().state)}, personal=False)


@router.get(
    "/recognitions/{giver}/{taker}/{code}",
    operation_id="getRecognition",
    responses=answers(Agreement, "The agreement"),
)
def get_recognition(request: Request, services: Asking, giver: Region, taker: Region, code: Type) -> Response:
    """An agreement that licenses of a type of one region count in another, with its history."""
    sides = (int(giver), int(taker))
    return fetched(request, list_registry.recognition(services.listing().state, sides, code), personal=False)


def _recorded(made: Sequence[Registered]) -> dict[str, object]:
    records = [each.as_json() for each in made]
    used = [each["gasUsed"] for each in records]
    gas = None if None in used else sum(used)
    return {"records": records, "seq": records[-1]["seq"], "rev": records[-1]["rev"], "gasUsed": gas}


def _prepared(message: SignedMessage, signers: Sequence[str]) -> dict[str, object]:
    prepared = message.prepared
    words = [{"keyId": key, "message": prepared.message(bytes.fromhex(key[2:])).hex()} for key in signers]
    return {
        "struct": prepared.struct.name,
        "contract": prepared.domain.contract,
        "object": registry_object(prepared),
        "signed": message.as_json()["values"],
        "digest": message.digest,
        "notAfter": rfc3339(message.not_after),
        "toSign": words,
    }
