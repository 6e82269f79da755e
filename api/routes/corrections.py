"""Corrections: where doubts about shared data stand, and who must be told of what."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query
from starlette.requests import Request
from starlette.responses import Response

from api.answers import answers, fetched
from api.auth import Asking, Guarded
from api.correction_schemas import CorrectionDetail, CorrectionList
from ledger.service.share_corrections import correction_in
from ledger.service.share_resources import read_key
from ledger.service.shown_corrections import MOST_ROWS, Wanted

router = APIRouter(prefix="/v1", route_class=Guarded, tags=["corrections"])

_HASH = "^0x[0-9a-f]{64}$"
For = Annotated[
    str | None,
    Query(alias="for", pattern="^[0-9A-Z]{18}$", description="What concerns this body: its notices, too."),
]
LicenseQuery = Annotated[str | None, Query(alias="license", max_length=120)]
ResourceQuery = Annotated[str | None, Query(max_length=60, examples=["11310000MB0TE5T1XB/LICENSES"])]


@router.get(
    "/corrections", operation_id="listCorrections", responses=answers(CorrectionList, "The corrections")
)
def list_corrections(
    request: Request,
    services: Asking,
    for_: For = None,
    only: Annotated[Literal["open", "overdue"] | None, Query()] = None,
    license_: LicenseQuery = None,
    resource: ResourceQuery = None,
    limit: Annotated[int, Query(ge=1, le=MOST_ROWS)] = 100,
    after: Annotated[str | None, Query(pattern=_HASH)] = None,
) -> Response:
    """Doubts about shared data, the oldest first; with `for` those that a body has to hear of or act on."""
    wanted = Wanted(
        body=for_ or "",
        is_open=only == "open",
        is_overdue=only == "overdue",
        license_id=services.resolve(license_)[0] if license_ else "",
        resource=read_key(resource) if resource else "",
        limit=limit,
        after=after or "",
    )
    return fetched(request, services.corrections().rows(wanted), personal=True)


@router.get(
    "/corrections/{correction}",
    operation_id="getCorrection",
    responses=answers(CorrectionDetail, "The correction"),
)
def get_correction(
    request: Request, services: Asking, correction: Annotated[str, Path(pattern=_HASH)]
) -> Response:
    """One correction: every step, who is next, who used the data, who has heard."""
    shown = services.corrections()
    return fetched(request, shown.show(correction_in(shown.index, correction)), personal=True)
