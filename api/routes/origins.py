"""Where fields of resources come from: who collects what, who again, trees of sources, the files."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Body, Path, Query
from starlette.requests import Request
from starlette.responses import Response

from api.answers import answers, done, fetched
from api.auth import Asking, Guarded
from api.origin_schemas import (
    CollectedTwice,
    Lineage,
    OriginsBody,
    OriginsDetail,
    OriginsList,
    OriginsTaken,
)
from ledger.domain.moments import parse_moment
from ledger.service.list_shared import MOST_ROWS, Page
from ledger.service.origins import told_origins
from ledger.service.share_resources import read_key

router = APIRouter(prefix="/v1", route_class=Guarded, tags=["declarations"])

At = Annotated[str | None, Query(max_length=40)]
Owner = Annotated[str, Path(pattern="^[0-9A-Z]{18}$")]
Code = Annotated[str, Path(min_length=1, max_length=32)]
OwnerQuery = Annotated[str | None, Query(pattern="^[0-9A-Z]{18}$")]


@router.get(
    "/origins", operation_id="listOrigins", responses=answers(OriginsList, "Origins that are in effect")
)
def list_origins(
    request: Request,
    services: Asking,
    owner: OwnerQuery = None,
    limit: Annotated[int, Query(ge=1, le=MOST_ROWS)] = 100,
    after: Annotated[str, Query(max_length=200, description="The `next` of the page before.")] = "",
) -> Response:
    """Of which resources providers declared where the fields come from."""
    return fetched(request, services.listing().origins_list(owner, Page(limit, after)), personal=False)


@router.get(
    "/origins/again",
    operation_id="listCollectedAgain",
    responses=answers(CollectedTwice, "What several bodies collect"),
)
def list_collected_again(
    request: Request, services: Asking, owner: OwnerQuery = None, at: At = None
) -> Response:
    """Each element that more than one body collects: who was first by the record, who collects it again."""
    found = services.listing().origins.as_known(_moment(at)).again(owner or "")
    return fetched(request, found, personal=False)


@router.get(
    "/origins/{owner}/{code}",
    operation_id="getOrigins",
    responses=answers(OriginsDetail, "Where its fields come from"),
)
def get_origins(request: Request, services: Asking, owner: Owner, code: Code, at: At = None) -> Response:
    """Where the fields of a resource come from, as known at a moment."""
    found = services.listing().origins.as_known(_moment(at)).show(read_key(f"{owner}/{code}"))
    return fetched(request, found, personal=False)


@router.get(
    "/origins/{owner}/{code}/lineage",
    operation_id="getLineage",
    responses=answers(Lineage, "The tree of sources"),
)
def get_lineage(
    request: Request,
    services: Asking,
    owner: Owner,
    code: Code,
    field: Annotated[str, Query(max_length=200)] = "",
    down: bool = False,
    at: At = None,
) -> Response:
    """What fields come from, through all sets between; with `down` what comes of them."""
    origins = services.listing().origins.as_known(_moment(at))
    return fetched(request, origins.lineage(read_key(f"{owner}/{code}"), field, down), personal=False)


@router.get(
    "/origin-files/{digest}",
    operation_id="getOriginsFile",
    responses=answers(OriginsBody, "The file, as it was declared"),
)
def get_origins_file(
    request: Request, services: Asking, digest: Annotated[str, Path(pattern="^0x[0-9a-f]{64}$")]
) -> Response:
    """The file of origins behind a digest, which `GET /v1/state/declaration` has."""
    return fetched(request, told_origins(services.listing().texts, digest), personal=False)


@router.post(
    "/origin-files", operation_id="leaveOriginsFile", responses=answers(OriginsTaken, "Kept, for everybody")
)
def leave_origins_file(services: Asking, body: Annotated[OriginsBody, Body()]) -> Response:
    """Leave a file of origins that its provider declared; it is held against the ledger's digest."""
    kept = services.keep_origins(body.given())
    return done({"resource": kept.resource, "digest": kept.digest})


def _moment(text: str | None) -> int:
    return parse_moment(text) if text else 0
