"""Forms of extensions of updates of the catalog."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from api.calendar_schemas import NameBody
from api.schemas import Answered, Form, Hash, Json, Moment

Days = Annotated[int, Field(ge=1, le=5, strict=True)]


class ExtensionBody(Form):
    """More working days for one entry of the catalog to follow one change."""

    resource: Annotated[str, Field(pattern=r"^[0-9A-Z]{18}/[!-~]{1,32}$")]
    change: Annotated[str, Field(min_length=20, max_length=20)]
    days: Days
    reason: NameBody


class ExtensionsBody(Form):
    """Extensions of a region (`elicense-extensions/1`, docs/interfaces.md)."""

    format: Literal["elicense-extensions/1"]
    extensions: Annotated[list[ExtensionBody], Field(min_length=1, max_length=2000)]

    def given(self) -> Json:
        """As it came."""
        return self.model_dump(by_alias=True, exclude_unset=True)


class ExtensionsPlace(Answered):
    """As which version of which region's extensions they stand on the ledger."""

    region: str
    version: int


class ExtensionsTaken(Answered):
    """Extensions that were kept."""

    digest: Hash
    published: list[ExtensionsPlace]


class ExtensionReason(Answered):
    """Why a superior extended."""

    zh: str
    en: str


class ExtensionRow(Answered):
    """An extension as the file has it."""

    resource: str
    change: Moment
    days: int
    reason: ExtensionReason
