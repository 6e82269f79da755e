"""Forms of answers about what providers declare: interfaces, outages, snapshots, mappings."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from api.schemas import Answered, Form, Hash, Json, Moment


class DeclaredRow(Answered):
    """Which record a declaration stands in; `void` where its key turned out to be stolen."""

    declared_at: Moment
    key_id: Hash
    void: bool
    seq: int


class InterfaceVersion(DeclaredRow):
    """A version of an interface; `status` and `interface` are null where this service lacks the file."""

    resource: str
    version: int
    since: Moment
    digest: Hash
    quota: int | None
    status: Literal["offered", "suspended", "retired"] | None
    interface: Json | None


class InterfaceRow(InterfaceVersion):
    """The version in effect, and whether the resource is out."""

    out: bool


class Interfaces(Answered):
    """Interfaces in effect."""

    interfaces: list[InterfaceRow]
    next: str | None


class OutageRow(DeclaredRow):
    """A time in which a resource was out; `until` is null while it lasts, `text` is for the parties."""

    since: Moment
    until: Moment | None
    seconds: int | None
    text: str | None
    first_told_at: Moment


class InterfaceDetail(InterfaceRow):
    """An interface with its history."""

    versions: list[InterfaceVersion]
    outages: list[OutageRow]
    rev: int


class InterfaceSla(Form):
    """What is promised of an interface."""

    availability: Annotated[str, Field(max_length=8)]
    response_ms: int


class InterfaceBody(Form):
    """An interface (`elicense-interface/1`, docs/interfaces.md)."""

    format: Literal["elicense-interface/1"]
    url: Annotated[str, Field(max_length=500)]
    methods: Annotated[list[str], Field(min_length=1, max_length=64)]
    sla: InterfaceSla
    status: Literal["offered", "suspended", "retired"]

    def given(self) -> Json:
        """As it came."""
        return self.model_dump(by_alias=True)


class InterfaceTaken(Answered):
    """The versions of which the file was kept."""

    resource: str
    digest: Hash
    versions: list[int]


class SnapshotRow(DeclaredRow):
    """What a resource held for a period; `overlaps` numbers the snapshots that share a moment with it."""

    snapshot: int
    since: Moment
    until: Moment
    digest: str
    root: Hash
    rows: int
    overlaps: list[int]


class MappingDetail(DeclaredRow):
    """A mapping; `fieldsChanged` names the resources whose list of fields is another one since."""

    from_: Annotated[str, Field(alias="from")]
    to: str
    version: int
    since: Moment
    digest: Hash
    mapping: Json | None
    fields_changed: list[str]
