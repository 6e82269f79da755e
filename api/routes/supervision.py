"""What was due where data are shared, for whoever supervises: the keys of `supervise sharing`."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query
from starlette.requests import Request
from starlette.responses import Response

from api.answers import answers, fetched
from api.auth import Asking, Guarded
from api.supervision_schemas import SupervisedOrigins, SupervisedPromises, SupervisedSharing
from ledger.domain.moments import parse_moment
from ledger.service.supervise_sharing import Without

router = APIRouter(prefix="/v1", route_class=Guarded, tags=["supervision"])

Moment = Annotated[str | None, Query(max_length=40)]


def _without(
    calendars: Annotated[
        bool,
        Query(
            alias="assumeWeekdays", description="Count Monday to Friday by calendars whose text is not here."
        ),
    ] = False,
    sectors: Annotated[
        bool, Query(alias="withoutSectors", description="Hold no grant against rules of sectors.")
    ] = False,
    extensions: Annotated[
        bool,
        Query(alias="withoutExtensions", description="Count no extension of an update of the catalog."),
    ] = False,
    rulebooks: Annotated[
        bool,
        Query(
            alias="assumeDefaults",
            description="Count the regulation's numbers for rulebooks whose text is not here.",
        ),
    ] = False,
) -> Without:
    return Without(calendars, sectors, extensions, rulebooks)


@router.get(
    "/supervision/sharing",
    operation_id="superviseSharing",
    responses=answers(SupervisedSharing, "What fell due, how it went, what waits"),
)
def supervise_sharing(
    request: Request,
    services: Asking,
    without: Annotated[Without, Depends(_without)],
    org: Annotated[str | None, Query(pattern="^[0-9A-Z]{18}$", description="Only what it owes.")] = None,
    at: Moment = None,
    since: Moment = None,
) -> Response:
    """What was due and came late or not at all, by the records alone; any body may recompute it."""
    when, begun = (None if each is None else parse_moment(each) for each in (at, since))
    found = services.supervise_sharing(when, begun or 0, org or "", without)
    return fetched(request, found.as_json(), personal=False)


@router.get(
    "/supervision/origins",
    operation_id="superviseOrigins",
    responses=answers(SupervisedOrigins, "What is collected from people again"),
)
def supervise_origins(
    request: Request,
    services: Asking,
    org: Annotated[str | None, Query(pattern="^[0-9A-Z]{18}$", description="Only by it.")] = None,
    at: Moment = None,
    since: Moment = None,
    leave_out: Annotated[
        bool, Query(alias="leaveOut", description="Leave out files that are not here, and say so.")
    ] = False,
) -> Response:
    """What bodies collect that another one collected before, by the records and the files that they name."""
    when, begun = (None if each is None else parse_moment(each) for each in (at, since))
    found = services.supervise_origins(when, begun or 0, org or "", leave_out)
    return fetched(request, found.as_json(), personal=False)


@router.get(
    "/supervision/promises",
    operation_id="supervisePromises",
    responses=answers(SupervisedPromises, "What became of the promises that were lodged"),
)
def supervise_promises(request: Request, services: Asking) -> Response:
    """Promises that bodies lodged, held against the ledger; `notHere` names lists whose text is missing."""
    return fetched(request, services.supervise_lodged().as_json(), personal=False)
