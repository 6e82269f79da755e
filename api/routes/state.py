"""What the ledger adds up to, for who has no node: entities as records made them, and what is shared.

What stands on the ledger is told to every department alike; what the parties keep behind digests is not.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Body, Depends, Path, Query
from starlette.requests import Request
from starlette.responses import Response

from api.answers import answers, done, fetched
from api.auth import Asking, Guarded
from api.shared_schemas import (
    Demands,
    EntityAnswer,
    EntityPage,
    GrantDetail,
    Grants,
    ItemDetail,
    Items,
    Materials,
    MaterialsBody,
    Repeats,
    ResourceDetail,
    Resources,
)
from ledger.domain.items import read_item_code
from ledger.domain.links import By
from ledger.domain.moments import parse_moment, rfc3339
from ledger.errors import UsageError
from ledger.service.list_shared import MOST_ROWS, GrantFilter, Page
from ledger.service.read_state import MOST_ENTITIES, read_entities, read_entity
from ledger.service.share_resources import read_key

router = APIRouter(prefix="/v1", route_class=Guarded, tags=["state"])

Table = Annotated[str, Path(pattern="^[a-zA-Z]{1,40}$", examples=["grant"])]
Body_ = Annotated[str | None, Query(pattern="^[0-9A-Z]{18}$")]
After = Annotated[str, Query(max_length=200, description="The `next` of the page before.")]
Limit = Annotated[int, Query(ge=1, le=MOST_ROWS)]
Owner = Annotated[str, Path(pattern="^[0-9A-Z]{18}$")]
Code = Annotated[str, Path(min_length=1, max_length=32)]
At = Annotated[str | None, Query(max_length=40)]


@router.get("/state/{table}", operation_id="listEntities", responses=answers(EntityPage, "Some of a table"))
def list_entities(
    request: Request,
    services: Asking,
    table: Table,
    by: Annotated[By | None, Query()] = None,
    value: Annotated[str | None, Query(max_length=200)] = None,
    after: After = "",
    limit: Annotated[int, Query(ge=1, le=MOST_ENTITIES)] = MOST_ENTITIES,
) -> Response:
    """Entities of a table as the records made them, by key; with `by` and `value` those found by a word."""
    if (by is None) != (value is None):
        raise UsageError("STATE_WORD")
    word = (by, value) if by is not None and value is not None else None
    listing = services.listing()
    told = read_entities(listing.state, table, word, after, limit)
    return fetched(request, {"ledgerId": _ledger(listing.state.ledger_id), **told}, personal=True)


@router.get("/state/{table}/entity", operation_id="getEntity", responses=answers(EntityAnswer, "It, or null"))
def get_entity(
    request: Request, services: Asking, table: Table, key: Annotated[str, Query(max_length=200)]
) -> Response:
    """One entity of a table by its key."""
    listing = services.listing()
    told = read_entity(listing.state, table, key)
    return fetched(request, {"ledgerId": _ledger(listing.state.ledger_id), **told}, personal=True)


@router.get("/resources", operation_id="listResources", responses=answers(Resources, "The catalog"))
def list_resources(
    request: Request, services: Asking, owner: Body_ = None, limit: Limit = 100, after: After = ""
) -> Response:
    """What bodies share, by owner and code."""
    return fetched(request, services.listing().resources(owner, Page(limit, after)), personal=False)


@router.get(
    "/resources/{owner}/{code}", operation_id="getResource", responses=answers(ResourceDetail, "The resource")
)
def get_resource(request: Request, services: Asking, owner: Owner, code: Code) -> Response:
    """One resource: its conditions, its fields where this service knows the list, how it is mounted."""
    return fetched(request, services.listing().resource(read_key(f"{owner}/{code}")), personal=False)


def _wanted(
    grantee: Body_ = None,
    owner: Body_ = None,
    resource: Annotated[str | None, Query(max_length=60)] = None,
    license_: Annotated[str | None, Query(alias="license", pattern="^0x[0-9a-f]{64}$")] = None,
    waiting: Annotated[bool, Query()] = False,
) -> GrantFilter:
    return GrantFilter(grantee, owner, read_key(resource) if resource else None, license_, waiting)


@router.get("/grants", operation_id="listGrants", responses=answers(Grants, "The grants"))
def list_grants(
    request: Request,
    services: Asking,
    wanted: Annotated[GrantFilter, Depends(_wanted)],
    limit: Limit = 100,
    after: After = "",
) -> Response:
    """Grants with where they stand and who is next."""
    return fetched(request, services.listing().grants(wanted, Page(limit, after)), personal=True)


@router.get("/grants/{grant}", operation_id="getGrant", responses=answers(GrantDetail, "The grant"))
def get_grant(
    request: Request, services: Asking, grant: Annotated[str, Path(pattern="^0x[0-9a-f]{64}$")]
) -> Response:
    """One grant: where it stands, every step, who is next. What the parties alone read is null."""
    return fetched(request, services.listing().grant(grant), personal=True)


@router.get("/demands", operation_id="listDemands", responses=answers(Demands, "The demands"))
def list_demands(
    request: Request,
    services: Asking,
    demander: Body_ = None,
    open_: Annotated[bool, Query(alias="open")] = False,
    limit: Limit = 100,
    after: After = "",
) -> Response:
    """Which data bodies lack, what was offered, what met it."""
    return fetched(request, services.listing().demands(demander, open_, Page(limit, after)), personal=False)


@router.get("/items", operation_id="listItems", responses=answers(Items, "The items in effect"))
def list_items(
    request: Request, services: Asking, owner: Body_ = None, limit: Limit = 100, after: After = ""
) -> Response:
    """Service items that are in effect, by code."""
    return fetched(request, services.listing().items(owner, Page(limit, after)), personal=False)


@router.get("/items/{code}", operation_id="getItem", responses=answers(ItemDetail, "The item"))
def get_item(request: Request, services: Asking, code: Code, at: At = None) -> Response:
    """An item as it is at a moment; its materials where this service knows the list."""
    when = None if at is None else parse_moment(at)
    return fetched(request, services.listing().item(read_item_code(code), when), personal=False)


@router.post(
    "/items/{code}/materials", operation_id="askMaterials", responses=answers(Materials, "One by one")
)
def ask_materials(services: Asking, code: Code, body: Annotated[MaterialsBody, Body()]) -> Response:
    """Which materials need not be brought, by licenses at hand: for a holder's wallet or a window alike."""
    name, listing = read_item_code(code), services.listing()
    when = listing.now if body.at is None else parse_moment(body.at)
    own = [services.license_at(each.license_id, each.opening) for each in body.licenses]
    rows = listing.materials(name, own, when)
    bring = sum(not row["have"] for row in rows)
    return done({"item": name, "at": rfc3339(when), "materials": rows, "bring": bring})


@router.get("/repeats", operation_id="listRepeats", responses=answers(Repeats, "What was asked for again"))
def list_repeats(
    request: Request,
    services: Asking,
    owner: Body_ = None,
    item: Annotated[str | None, Query(max_length=32)] = None,
    limit: Limit = 100,
    after: After = "",
) -> Response:
    """Licenses that were asked for although the ledger had them, and how often by each body of the page."""
    code = read_item_code(item) if item else None
    return fetched(request, services.listing().repeats(owner, code, Page(limit, after)), personal=True)


def _ledger(ledger_id: bytes) -> str:
    return "0x" + ledger_id.hex()
