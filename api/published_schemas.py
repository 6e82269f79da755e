"""Forms of what regions publish for exchanges: route policies, and heads of other ledgers."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from api.calendar_schemas import CalendarPlace
from api.schemas import Answered, Form, Hash, Json, Moment

Number = Annotated[int, Field(gt=0, lt=1 << 53)]


class RouteRuleBody(Form):
    """A rule: for which exchanges, and which way they take."""

    crosses: Annotated[list[Literal["department", "region", "level", "matter"]], Field(max_length=4)]
    channels: Annotated[list[Literal["direct", "platform"]], Field(min_length=1, max_length=2)]
    hops: Annotated[list[str], Field(min_length=1, max_length=16)] | None
    max_grade: Annotated[int, Field(ge=1, le=4)] | None


class RoutesBody(Form):
    """A route policy (`elicense-routes/1`, docs/interfaces.md)."""

    format: Literal["elicense-routes/1"]
    rules: Annotated[list[RouteRuleBody], Field(max_length=64)]

    def given(self) -> Json:
        """As it came."""
        return self.model_dump(by_alias=True)


class HeadBlockBody(Form):
    """A block."""

    number: Number
    hash: Hash


class HeadBody(Form):
    """The head of a ledger (`elicense-head/1`, docs/interfaces.md)."""

    format: Literal["elicense-head/1"]
    ledger_id: Hash
    chain_id: Number
    genesis: Hash
    block: HeadBlockBody
    seq: Number
    head: Hash
    time: str

    def given(self) -> Json:
        """As it came."""
        return self.model_dump(by_alias=True)


class PublishedTaken(Answered):
    """A published form that was kept."""

    digest: Hash
    published: list[CalendarPlace]


class PromisesBody(Form):
    """Promises that a body lodged (`elicense-promises/1`, docs/interfaces.md)."""

    format: Literal["elicense-promises/1"]
    promises: Annotated[list[Json], Field(min_length=1, max_length=1000)]

    def given(self) -> Json:
        """As it came."""
        return self.model_dump(by_alias=True)


class LodgedPlace(Answered):
    """A list of promises that a body lodged, as which version of its table."""

    lodged_by: str
    version: int
    digest: Hash
    lodged_at: Moment


class PromisesTaken(Answered):
    """Lodged promises that were kept."""

    digest: Hash
    lodged: list[LodgedPlace]
