"""Editions of open data: what anybody is told who has a file, or the name of a resource."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from api.answers import answers, fetched
from api.auth import Asking, Guarded
from api.edition_schemas import Editions
from ledger.errors import UsageError
from ledger.service.share_resources import read_key

router = APIRouter(prefix="/v1", route_class=Guarded, tags=["editions"])

DigestQuery = Annotated[str | None, Query(pattern="^[0-9a-f]{64}$", description="SM3 of the file's bytes.")]
ResourceQuery = Annotated[str | None, Query(max_length=60, examples=["11310000MB0TE5T1XB/PARKS"])]


@router.get(
    "/editions", operation_id="listEditions", responses=answers(Editions, "The editions; perhaps none")
)
def list_editions(
    request: Request, services: Asking, digest: DigestQuery = None, resource: ResourceQuery = None
) -> Response:
    """Published editions of open data: those that are some bytes, those of a resource, or both."""
    key, shown = read_key(resource) if resource else "", services.editions()
    if digest:
        found = shown.with_digest(bytes.fromhex(digest), key)
    elif key:
        found = shown.of(key)
    else:
        raise UsageError("EDITIONS_OF")
    return fetched(request, {"editions": found}, personal=False)
