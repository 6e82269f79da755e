"""Forms of calendars of working days."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from api.schemas import Answered, Form, Hash, Json

Day = Annotated[str, Field(pattern="^[0-9]{4}-[0-9]{2}-[0-9]{2}$")]


class NameBody(Form):
    """A name in two languages."""

    zh: Annotated[str, Field(min_length=1, max_length=500)]
    en: Annotated[str, Field(min_length=1, max_length=500)]


class HolidayBody(Form):
    """A holiday; both days are in it."""

    name: NameBody
    from_: Annotated[Day, Field(alias="from")]
    until: Day


class CalendarBody(Form):
    """A calendar of one year (`elicense-calendar/1`, docs/interfaces.md)."""

    format: Literal["elicense-calendar/1"]
    year: int
    holidays: Annotated[list[HolidayBody], Field(max_length=100)]
    workdays: Annotated[list[Day], Field(max_length=104)]
    source: Annotated[str, Field(min_length=1, max_length=500)]

    def given(self) -> Json:
        """As it came."""
        return self.model_dump(by_alias=True)


class CalendarPlace(Answered):
    """As which version of which region's calendar it stands on the ledger."""

    region: str
    version: int


class CalendarTaken(Answered):
    """A calendar that was kept."""

    digest: Hash
    published: list[CalendarPlace]
