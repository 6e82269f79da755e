"""Forms of rules of sectors."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from api.calendar_schemas import NameBody
from api.schemas import Answered, Form, Hash, Json

Code = Annotated[str, Field(pattern="^[A-Z][A-Z0-9-]{0,31}$")]
Listed = Annotated[list[str], Field(min_length=1, max_length=256)]


class SectorBody(Form):
    """A sector."""

    code: Code
    title: NameBody


class MemberBody(Form):
    """A body and the sectors that it is in."""

    body: Annotated[str, Field(pattern="^[0-9A-Z]{18}$")]
    sectors: Annotated[list[Code], Field(min_length=1, max_length=256)]


class SectorRuleBody(Form):
    """What the bodies of a sector may have."""

    sector: Code
    of: Listed
    bases: Annotated[list[Literal["DUTY", "CONSENT"]], Field(min_length=1, max_length=2)]
    grade: Annotated[int, Field(ge=1, le=4)]
    purposes: Listed | None = None
    items: Listed | None = None


class SectorsBody(Form):
    """Rules of sectors (`elicense-sectors/1`, docs/interfaces.md)."""

    format: Literal["elicense-sectors/1"]
    sectors: Annotated[list[SectorBody], Field(max_length=256)]
    members: Annotated[list[MemberBody], Field(max_length=8000)]
    rules: Annotated[list[SectorRuleBody], Field(max_length=1000)]
    source: Annotated[str, Field(min_length=1, max_length=500)]

    def given(self) -> Json:
        """As it came."""
        return self.model_dump(by_alias=True, exclude_unset=True)


class SectorsPlace(Answered):
    """As which version of which region's rules they stand on the ledger."""

    region: str
    version: int


class SectorsTaken(Answered):
    """Rules that were kept."""

    digest: Hash
    published: list[SectorsPlace]
