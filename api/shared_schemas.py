"""Forms of answers about what is shared: the catalog, grants, demands, items; and of entities."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from api.correction_schemas import Due
from api.declaration_schemas import SnapshotRow
from api.edition_schemas import EditionRow
from api.schemas import Answered, Form, Hash, Json, Moment

Next = str | None
"""The key of the last row where more follow; the `after` of the next page."""


class EntityRow(Answered):
    """An entity with its key, in the form of the state digest."""

    key: str
    entity: dict[str, Any]


class EntityPage(Answered):
    """Entities of a table, by key."""

    ledger_id: Hash
    entities: list[EntityRow]
    next: Next


class EntityAnswer(Answered):
    """One entity, or null."""

    ledger_id: Hash
    entity: dict[str, Any] | None


class Proved(Answered):
    """Who found a resource where its owner says, and until when that proves it."""

    by: str
    at: Moment
    until: Moment


class GroundText(Answered):
    """A place in the law in both languages."""

    zh: str
    en: str


class ResourceVersionRow(Answered):
    """What a version of a resource says."""

    owner: str
    resource: str
    kind: str
    type: str | None
    operator: str | None
    sharing: str
    ground: int | None
    until: Moment | None
    cycle_days: int | None
    base_library: str | None
    region: str | None
    use_right: str | None
    benefit_right: str | None
    fields_digest: Hash
    field_count: int
    registered_at: Moment


class ResourceRow(ResourceVersionRow):
    """A resource in its present version, and how it is mounted."""

    ground_text: GroundText | None
    version: int
    mounted: Moment | None
    samples: int | None
    proved: Proved | None
    probes: int
    update_due: Moment | None
    overdue: bool
    lapsed: bool


class Resources(Answered):
    """The catalog, by owner and code."""

    resources: list[ResourceRow]
    next: Next


class GradedField(Answered):
    """A field of a published list."""

    name: str
    grade: int


class Regraded(Answered):
    """What a grant lacks by the present grades of its fields; nulls where a list of names is not here."""

    version: int
    since: Moment | None
    fields: list[str] | None
    missing: list[Literal["DECISION", "REVIEW"]] | None


class RegradedGrant(Regraded):
    """The same of one grant of a resource."""

    grant: Hash
    grantee: str


class ResourceDetail(ResourceRow):
    """One resource with its history."""

    editions: list[EditionRow]
    snapshots: list[SnapshotRow]
    versions: list[ResourceVersionRow]
    fields: list[GradedField] | None
    items: list[str] | None
    regraded: list[RegradedGrant]
    rev: int


class Waits(Answered):
    """Who has to act for a grant to come into effect."""

    need: Literal["DECISION", "REVIEW", "CONSENT"]
    by: str


class GrantRow(Answered):
    """A grant, where it stands and who is next."""

    grant: Hash
    standing: str
    grantee: str
    resource: str
    basis: Literal["DUTY", "CONSENT"]
    license_id: Hash | None
    until: Moment
    next: list[Waits]
    overdue: bool
    left: int | None


class Grants(Answered):
    """Grants, by their ids."""

    grants: list[GrantRow]
    next: Next


class GrantDetail(GrantRow):
    """One grant with every step; purpose, case and words of reasons are the parties', and null."""

    version: int
    purpose_code: str | None
    purpose: str | None
    item: str | None
    case: str | None
    fields: list[str]
    granted: list[str]
    derived: list[Json]
    since: Moment | None
    count: int | None
    used: int
    delegated: int
    delegable: bool
    parent: Hash | None
    needs: list[str]
    requested: dict[str, Any]
    steps: list[dict[str, Any]]
    decision: Due
    regraded: Regraded | None
    extra_notices: int
    rev: int


class DemandRow(Answered):
    """Which data a body lacks; in which words, where this service knows them."""

    demand: Hash
    demander: str
    wanted: str | None
    item: str | None
    made_at: Moment
    offers: list[str]
    matches: list[str]
    open: bool
    open_days: int
    rev: int


class Demands(Answered):
    """Demands, of each page the oldest first."""

    demands: list[DemandRow]
    next: Next


class ItemRow(Answered):
    """A service item in a version."""

    item: str
    owner: str
    region: str
    version: int
    since: Moment
    until: Moment | None
    types: list[str]
    list_digest: Hash


class Items(Answered):
    """Items that are in effect, by code."""

    items: list[ItemRow]
    next: Next


class ItemDetail(ItemRow):
    """One item; name and materials where its list is known here."""

    check: str
    name: str | None
    materials: list[dict[str, Any]] | None
    versions: int


class LicenseAtHand(Form):
    """A license at hand; `opening` where it is a leaf of a batch that no record opened."""

    license_id: Hash
    opening: Json | None = None


class MaterialsBody(Form):
    """By which licenses it is asked what need not be brought, and for when."""

    licenses: Annotated[list[LicenseAtHand], Field(max_length=64)]
    at: Annotated[str | None, Field(max_length=40)] = None


class Materials(Answered):
    """Of each material whether the ledger has it; `bring` counts the others."""

    item: str
    at: Moment
    bring: int
    materials: list[dict[str, Any]]


class RepeatRow(Answered):
    """A license that was asked for although the ledger had it; `by` is null for the holder."""

    repeat: Hash
    item: str
    body: str
    version: int
    license_id: Hash
    asked_at: Moment
    by: str | None
    recorded_at: Moment
    seq: int


class Repeats(Answered):
    """What was asked for again, and how often by each body of the page."""

    repeats: list[RepeatRow]
    counts: dict[str, int]
    next: Next
