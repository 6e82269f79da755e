"""Forms of where fields come from: files, who collects what, trees of sources."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from api.declaration_schemas import DeclaredRow
from api.schemas import Answered, Form, Hash, Json, Moment

Subject = Literal["POPULATION", "LEGAL_PERSONS", "GEOGRAPHY", "LICENSES", "CREDIT"]
Key = Annotated[str, Field(pattern=r"^[0-9A-Z]{18}/[!-~]{1,32}$")]
Name = Annotated[str, Field(min_length=1, max_length=200, pattern="^[^,]*$")]
Text = Annotated[str, Field(min_length=1, max_length=500)]


class PlaceBody(Form):
    """A field of a resource."""

    resource: Key
    field: Name


class MethodBody(Form):
    """How a field is derived."""

    zh: Text
    en: Text


class CollectedBody(Form):
    """A field that is collected from people or enterprises."""

    name: Name
    how: Literal["collected"]
    element: Annotated[str, Field(pattern=r"^[A-Z0-9][A-Z0-9._-]{0,63}$")]
    subject: Subject
    ground: Text


class ReceivedBody(Form):
    """A field that comes from another resource as it is."""

    name: Name
    how: Literal["received"]
    from_: Annotated[PlaceBody, Field(alias="from")]


class DerivedBody(Form):
    """A field that is made of others."""

    name: Name
    how: Literal["derived"]
    from_: Annotated[list[PlaceBody], Field(alias="from", min_length=1, max_length=256)]
    method: MethodBody


class IssuedBody(Form):
    """A field that its owner made, say a number."""

    name: Name
    how: Literal["issued"]


class OriginsBody(Form):
    """How each field of a resource comes about (`elicense-origins/1`, docs/interfaces.md)."""

    format: Literal["elicense-origins/1"]
    resource: Key
    fields: Annotated[
        list[Annotated[CollectedBody | ReceivedBody | DerivedBody | IssuedBody, Field(discriminator="how")]],
        Field(min_length=1, max_length=256),
    ]

    def given(self) -> Json:
        """As it came."""
        return self.model_dump(by_alias=True)


class OriginsTaken(Answered):
    """A file that was kept."""

    resource: str
    digest: Hash


class OriginsVersion(DeclaredRow):
    """A version; `here` where this service has its file."""

    version: int
    since: Moment
    digest: Hash
    here: bool


class OriginsCounts(Answered):
    """How many fields come about how; null where the file is not here."""

    collected: int | None
    received: int | None
    derived: int | None
    issued: int | None


class OriginsRow(OriginsVersion):
    """The version in effect."""

    resource: str
    counts: OriginsCounts


class OriginsList(Answered):
    """Where fields of resources come from, those in effect."""

    origins: list[OriginsRow]
    next: str | None


class OriginsDetail(OriginsRow):
    """The same of one resource, with the file; `fieldsChanged`: its list of fields is another one since."""

    fields_changed: bool
    origins: Json | None
    versions: list[OriginsVersion]
    rev: int


class NotHere(Answered):
    """A version whose file this service does not have."""

    resource: str
    version: int
    digest: Hash
    declared_at: Moment


class Collection(Answered):
    """A body collects a datum, without a break since then."""

    body: str
    resource: str
    fields: list[str]
    ground: str
    since: Moment
    seq: int


class Element(Answered):
    """What several bodies collect."""

    subject: Subject
    element: str
    first: Collection
    again: list[Collection]


class CollectedTwice(Answered):
    """Elements that several bodies collect; a file that is not here may have more."""

    at: Moment
    elements: list[Element]
    not_here: list[NotHere]


class Place(Answered):
    """A field of a resource."""

    resource: str
    field: str


class Method(Answered):
    """How a field is derived."""

    zh: str
    en: str


class LineageStep(Place):
    """A field in the tree; `of` is the one that leads to it."""

    depth: int
    of: Place | None
    standing: Literal["KNOWN", "NOT_HERE", "NOT_DECLARED", "FIELD_UNKNOWN", "RESOURCE_UNKNOWN"]
    how: Literal["collected", "received", "derived", "issued"] | None
    subject: Subject | None
    element: str | None
    ground: str | None
    method: Method | None
    digest: Hash | None
    cycle: bool
    again: bool


class Lineage(Answered):
    """The tree of what fields come from, or down, of what comes of them."""

    resource: str
    field: str | None
    down: bool
    at: Moment
    lineage: list[LineageStep]
    cycles: list[list[Place]]
    not_here: list[NotHere]
