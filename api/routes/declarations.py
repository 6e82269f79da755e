"""What providers declare of their resources: interfaces with their outages, and mappings of fields."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Body, Path, Query
from starlette.requests import Request
from starlette.responses import Response

from api.answers import answers, done, fetched
from api.auth import Asking, Guarded
from api.declaration_schemas import InterfaceBody, InterfaceDetail, Interfaces, InterfaceTaken, MappingDetail
from ledger.domain.interface_file import read_interface
from ledger.domain.moments import parse_moment
from ledger.service.list_shared import MOST_ROWS, Page
from ledger.service.share_resources import read_key

router = APIRouter(prefix="/v1", route_class=Guarded, tags=["declarations"])

At = Annotated[str | None, Query(max_length=40)]
Name = Annotated[str, Query(max_length=60, examples=["11310000MB0TE5T1XB/PARKS"])]


@router.get(
    "/interfaces", operation_id="listInterfaces", responses=answers(Interfaces, "Interfaces in effect")
)
def list_interfaces(
    request: Request,
    services: Asking,
    owner: Annotated[str | None, Query(pattern="^[0-9A-Z]{18}$")] = None,
    limit: Annotated[int, Query(ge=1, le=MOST_ROWS)] = 100,
    after: Annotated[str, Query(max_length=200, description="The `next` of the page before.")] = "",
) -> Response:
    """Interfaces in effect, with the file of each where this service has it."""
    return fetched(request, services.listing().interfaces(owner, Page(limit, after)), personal=False)


@router.get(
    "/interfaces/{owner}/{code}",
    operation_id="getInterface",
    responses=answers(InterfaceDetail, "The interface"),
)
def get_interface(
    request: Request,
    services: Asking,
    owner: Annotated[str, Path(pattern="^[0-9A-Z]{18}$")],
    code: Annotated[str, Path(min_length=1, max_length=32)],
    at: At = None,
) -> Response:
    """The interface of a resource at a moment, its versions, and when the resource was out."""
    found = services.listing().declared.interface(read_key(f"{owner}/{code}"), _moment(at))
    return fetched(request, found, personal=False)


@router.post(
    "/interfaces/{owner}/{code}",
    operation_id="leaveInterface",
    responses=answers(InterfaceTaken, "Kept, for everybody"),
)
def leave_interface(
    services: Asking,
    owner: Annotated[str, Path(pattern="^[0-9A-Z]{18}$")],
    code: Annotated[str, Path(min_length=1, max_length=32)],
    body: Annotated[InterfaceBody, Body()],
) -> Response:
    """Leave the file of an interface that was declared; it is held against the ledger's digest."""
    declared, given = services.listing().declared, read_interface(body.given())
    return done(declared.take_interface(read_key(f"{owner}/{code}"), given))


@router.get("/mappings", operation_id="getMapping", responses=answers(MappingDetail, "The mapping"))
def get_mapping(
    request: Request,
    services: Asking,
    from_: Annotated[str, Query(alias="from", max_length=60)],
    to: Name,
    at: At = None,
) -> Response:
    """How the fields of one resource are called in another one, at a moment."""
    found = services.listing().declared.mapping(read_key(from_), read_key(to), _moment(at))
    return fetched(request, found, personal=False)


def _moment(text: str | None) -> int:
    return parse_moment(text) if text else 0
