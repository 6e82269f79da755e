"""Forms of the catalog of license types and of recognitions."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from api.schemas import Answered, Hash, Json, Message, Moment


class FitGround(Message):
    """A ground that is fit for an act."""

    code: str


class Effect(Message):
    """From when an act takes effect: by itself, and whether another moment may be named."""

    default: Literal["RECORD", "FIRST_DAY"]
    forward: bool
    retroactive: bool


class TypeEntry(Answered):
    """A license type in its present version."""

    type: str
    name: Message | None
    kind: Literal["LICENSE", "DOCUMENT"] | None
    version: int
    since: Moment
    scope: Literal["NATIONAL", "REGIONAL"]
    sharing: str
    region: str | None
    definer: str | None
    ground: int | None
    acts: list[str]
    competent: dict[str, list[str]]
    effects: dict[str, Effect]
    grounds: dict[str, list[FitGround]]
    schema_digest: Hash
    grades_digest: Hash


class TypeDetail(TypeEntry):
    """A license type with schema and derived fields of its face, both null where not known here."""

    schema_: Annotated[Json | None, Field(alias="schema")]
    derived: Json | None


class Types(Answered):
    """All license types, by code."""

    types: list[TypeEntry]


class Recognition(Answered):
    """An agreement: licenses of `from` are accepted in `to`, `type` counting as `asType`."""

    from_: Annotated[str, Field(alias="from")]
    to: str
    type: str
    as_type: str
    since: Moment
    until: Moment | None
    rev: int
    in_force: bool


class Recognitions(Answered):
    """Agreements, by regions and type."""

    recognitions: list[Recognition]
