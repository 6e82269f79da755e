"""Forms of answers about what providers declare: interfaces, outages, snapshots, mappings."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from api.schemas import Answered, Hash, Json, Moment


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
