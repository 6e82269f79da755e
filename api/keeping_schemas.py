"""Forms of how long documents are kept, of legal holds and of archive packages."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from api.schemas import Answered, Form, Hash, Moment

Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Reference = Annotated[str, Field(min_length=1, max_length=200)]


class RetentionInput(Form):
    """How long documents of a type are kept after their licenses ended; `years` null: for ever."""

    type: Annotated[str, Field(pattern=r"^[0-9A-Z]{21}$")]
    years: Annotated[int, Field(ge=0, le=200)] | None
    basis: Literal["LAW", "OWN"]
    reference: Reference


class RetentionRuleShown(Answered):
    """A rule; `rule` is its digest."""

    type: str
    version: int
    years: int | None
    basis: Literal["LAW", "OWN"]
    reference: str
    at: Moment
    by: str
    key_id: Hash
    rule: Digest


class RetentionRules(Answered):
    """The rules of a body that hold now."""

    rules: list[RetentionRuleShown]


class DocumentKept(Answered):
    """Until when a document is kept; null where nothing tells."""

    identifier: str
    license_id: Hash
    type: str
    ended: Moment | None
    until: Moment | None
    years: int | None
    basis: Literal["LAW", "OWN"] | None
    rule: Digest | None
    erasable: bool
    holds: list[Digest]
    archived: bool


class DocumentsKept(Answered):
    """Documents by identifier; `next` begins the next page."""

    documents: list[DocumentKept]
    next: str | None


class HoldInput(Form):
    """An order to keep documents, whatever else is due."""

    licenses: Annotated[list[Annotated[str, Field(max_length=200)]], Field(min_length=1, max_length=1_000)]
    reference: Reference
    ordered_by: Annotated[str, Field(max_length=200)] = ""


class LiftInput(Form):
    """The number of the decision that lifts a hold."""

    reference: Reference


class HoldLifted(Answered):
    """How a hold ended."""

    reference: str
    by: str
    at: Moment


class HoldShown(Answered):
    """A legal hold; `lifted` is null while it stands."""

    hold: Digest
    licenses: list[Hash]
    reference: str
    ordered_by: str | None
    by: str
    since: Moment
    lifted: HoldLifted | None


class HoldsShown(Answered):
    """The holds on a license, the oldest first."""

    holds: list[HoldShown]


class ReceivedInput(Form):
    """SM3 of an archive package that the caller has on disk."""

    sm3: Digest


class PackageShown(Answered):
    """An archive package; `kept`: its maker has it on disk, so that the document may be erased."""

    sm3: Digest
    rev: int
    kept: bool
