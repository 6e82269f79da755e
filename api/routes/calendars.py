"""Calendars of working days: their texts, for everybody registered."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Body, Path
from starlette.requests import Request
from starlette.responses import Response

from api.answers import answers, done, fetched
from api.auth import Asking, Guarded
from api.calendar_schemas import CalendarBody, CalendarTaken
from ledger.domain.calendars import read_calendar

router = APIRouter(prefix="/v1", route_class=Guarded, tags=["sharing"])

Digest = Annotated[str, Path(pattern="^0x[0-9a-f]{64}$")]


@router.get(
    "/calendars/{digest}",
    operation_id="getCalendar",
    responses=answers(CalendarBody, "The calendar, as it was published"),
)
def get_calendar(request: Request, services: Asking, digest: Digest) -> Response:
    """The text of a calendar by its digest, which `GET /v1/state/codeTable` has."""
    return fetched(request, services.calendars.told(digest), personal=False)


@router.post(
    "/calendars", operation_id="leaveCalendar", responses=answers(CalendarTaken, "Kept, for everybody")
)
def leave_calendar(services: Asking, body: Annotated[CalendarBody, Body()]) -> Response:
    """Leave a calendar that a region published; it is held against the ledger's digest."""
    form = body.given()
    places = services.calendars.take(services.listing().state, form)
    return done({"digest": read_calendar(form).digest, "published": places})
