"""Forms of grounds of sharing."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from api.calendar_schemas import NameBody
from api.schemas import Answered, Form, Hash, Json

Number = Annotated[str, Field(pattern="^[1-9][0-9]{0,4}$")]


class GroundBody(Form):
    """On what law something is shared conditionally or not at all."""

    act: NameBody
    article: Annotated[str, Field(pattern=r"^[1-9][0-9]{0,3}(\([1-9][0-9]?\)){0,2}$")]
    text: Annotated[str, Field(min_length=1, max_length=500)] | None = None


class GroundsBody(Form):
    """Grounds of a region (`elicense-grounds/1`, docs/interfaces.md)."""

    format: Literal["elicense-grounds/1"]
    grounds: Annotated[dict[Number, GroundBody], Field(min_length=1, max_length=1000)]
    source: Annotated[str, Field(min_length=1, max_length=500)]

    def given(self) -> Json:
        """As it came."""
        return self.model_dump(by_alias=True, exclude_unset=True)


class GroundsPlace(Answered):
    """As which version of which region's grounds they stand on the ledger."""

    region: str
    version: int


class GroundsTaken(Answered):
    """Grounds that were kept."""

    digest: Hash
    published: list[GroundsPlace]
