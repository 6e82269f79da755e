"""Forms of rulebooks of working days."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from api.calendar_schemas import CalendarPlace
from api.schemas import Answered, Form, Hash, Json, RuleNumber


class SourceBody(Form):
    """The text of law that a number comes from; in English where that is said."""

    zh: Annotated[str, Field(min_length=1, max_length=500)]
    en: Annotated[str, Field(min_length=1, max_length=500)] = ""


class RuleBody(Form):
    """A number of working days."""

    number: RuleNumber
    days: Annotated[int, Field(ge=1, le=250, strict=True)]
    source: SourceBody


class RulebookBody(Form):
    """A rulebook of a region (`elicense-rulebook/1`, docs/interfaces.md)."""

    format: Literal["elicense-rulebook/1"]
    region: Annotated[str, Field(pattern=r"^[1-9][0-9]{5}$")]
    version: Annotated[int, Field(ge=1, le=1_000_000, strict=True)]
    from_: Annotated[str, Field(alias="from", min_length=20, max_length=20)]
    rules: Annotated[list[RuleBody], Field(min_length=1, max_length=9)]

    def given(self) -> Json:
        """As it came."""
        return self.model_dump(by_alias=True, exclude_unset=True)


class RulebookTaken(Answered):
    """A rulebook that was kept."""

    digest: Hash
    published: list[CalendarPlace]
