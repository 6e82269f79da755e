"""What the records of sharing add up to: resources and what is owed of them, grants, uses, corrections.

As in `ledger.domain.entities`: frozen values, times in Unix seconds, hashes as 0x-hex. Sets of fields
are bitmaps (`ledger.domain.sharing`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum

from ledger.domain.acts import Sharing
from ledger.domain.sharing import (
    BaseLibrary,
    Basis,
    CorrectionState,
    DeclarationKind,
    DutyKind,
    Outcome,
    ProbeOutcome,
    ResourceKind,
    UseKind,
)


@dataclass(frozen=True, kw_only=True)
class Recorded:
    """Which record something stands in, when that was made, and the key of the body that signed it."""

    seq: int
    recorded_at: int
    key_id: str


@dataclass(frozen=True, kw_only=True)
class ResourceVersion(Recorded):
    """One version of a resource, as its owner registered it."""

    kind: ResourceKind
    license_type: str
    operator: str
    schema_digest: str
    fields_digest: str
    """Of the published list whose positions the fields are."""
    field_count: int
    sensitive: int
    """Fields of the sensitive grades."""
    grades_digest: str
    sharing: Sharing
    ground: int
    until: int
    """End of the exception from unconditional sharing; 0 where there is none."""
    cycle_days: int
    """Days within which the owner updates it; 0 where nothing is promised."""
    base_library: BaseLibrary
    region: int
    use_right: str
    benefit_right: str
    items_digest: str


@dataclass(frozen=True, kw_only=True)
class Mounted(Recorded):
    """How a resource is to be had from then on; a channel of zeros took it down."""

    channel: str
    sample_root: str
    samples: int


@dataclass(frozen=True, kw_only=True)
class Probed(Recorded):
    """What another body found when it asked for a sample."""

    prober: str
    index: int
    digest: str
    outcome: ProbeOutcome
    probed_at: int


@dataclass(frozen=True)
class Resource:
    """A shared resource, by its owner and the owner's code for it, with its history."""

    rev: int
    owner: str
    code: str
    versions: tuple[ResourceVersion, ...] = ()
    mounts: tuple[Mounted, ...] = ()
    probes: tuple[Probed, ...] = ()
    editions: tuple[str, ...] = ()
    """Objects of what was published as open data, 0x-hex; number n is the n-th."""

    @property
    def current(self) -> ResourceVersion:
        """The version in effect; a resource has one from its first record on."""
        return self.versions[-1]

    @property
    def version(self) -> int:
        """Its number, counted from 1; 0 where nothing was registered."""
        return len(self.versions)

    @property
    def key(self) -> str:
        """Key in the `resource` table."""
        return resource_key(self.owner, self.code)


def resource_key(owner: str, code: str) -> str:
    """Key of a resource in its table.

    Example:
        >>> resource_key("11310118MB1A2B3C4D", "LICENSES-1")
        '11310118MB1A2B3C4D/LICENSES-1'
    """
    return f"{owner}/{code}"


def resource_owner(key: str) -> str:
    """The owner in the key of a resource, its credit code.

    Example:
        >>> resource_owner("11310118MB1A2B3C4D/LICENSES-1")
        '11310118MB1A2B3C4D'
    """
    return key.partition("/")[0]


@dataclass(frozen=True, kw_only=True)
class Edition(Recorded):
    """An edition of open data, and whether it was withdrawn."""

    rev: int
    resource: str
    """Key of the resource."""
    number: int
    digest: str
    """SM3 of its bytes, 0x-hex."""
    size: int
    """Bytes."""
    media_type: str
    license: str
    """Code of the license of use."""
    since: int
    root: str
    """Over its rows; zeros where it was published without."""
    rows: int
    withdrawn_at: int = 0
    """0 while it was not."""
    reason: int = 0


@dataclass(frozen=True, kw_only=True)
class Told(Recorded):
    """One declaration of a resource."""

    digest: str
    """SM3 of its text, 0x-hex; zeros for an outage without a reason."""
    since: int
    until: int
    """0 where it has no end."""
    root: str
    """Over the rows of a snapshot; zeros otherwise."""
    size: int
    """Rows of a snapshot; uses of a grantee a day through an interface, 0 for any number."""


@dataclass(frozen=True)
class Declaration:
    """What was declared of a resource under one kind."""

    rev: int
    resource: str
    """Key of the resource."""
    kind: DeclarationKind
    other: str
    """Key of the resource to which a mapping leads; empty of the other kinds."""
    told: tuple[Told, ...]


@dataclass(frozen=True, kw_only=True)
class ResourceNamed(Recorded):
    """A resource that was offered to a demand, or found to meet it."""

    resource: str
    """Its key."""


@dataclass(frozen=True)
class Demand:
    """Which data a body lacks, what was offered, what met it."""

    rev: int
    demander: str
    wanted: str
    item: str
    recorded_at: int
    offers: tuple[ResourceNamed, ...] = ()
    matches: tuple[ResourceNamed, ...] = ()


@dataclass(frozen=True, kw_only=True)
class DutyTerm(Recorded):
    """What is owed until when; a due time of 0 struck it out."""

    kind: DutyKind
    what: str
    due: int


@dataclass(frozen=True)
class Duty:
    """An item of a region's responsibility list, with its history."""

    rev: int
    region: int
    owner: str
    code: str
    terms: tuple[DutyTerm, ...]


@dataclass(frozen=True, kw_only=True)
class CodeTableVersion(Recorded):
    """One version of a code table, and from when on it counts."""

    digest: str
    since: int


@dataclass(frozen=True)
class CodeTable:
    """A code table, by its publisher's object and its name."""

    rev: int
    publisher: str
    name: str
    versions: tuple[CodeTableVersion, ...]


class Need(IntEnum):
    """What a grant needs to be in effect, one bit each."""

    DECISION = 1
    REVIEW = 2
    CONSENT = 4


class GrantAct(IntEnum):
    """What happened to a grant after it was requested."""

    NOTICE = 1
    DECISION = 2
    REVIEW = 3
    CONSENT = 4
    WITHDRAWAL = 5
    CONSENT_WITHDRAWAL = 6


@dataclass(frozen=True, kw_only=True)
class GrantStep(Recorded):
    """One thing that happened to a grant; `key_id` of what a holder did is a holder's key."""

    act: GrantAct
    outcome: Outcome = Outcome.YES
    reason: int = 0
    digest: str = ""
    """Of the missing material, or of the reason."""
    fields: int = 0
    """To which a holder consented."""
    issue: int = 0
    """Record that issued the license whose holder consented: its id may stand for another one later."""
    by: str = ""
    """Who withdrew it."""


@dataclass(frozen=True, kw_only=True)
class Grant:
    """What lets a body have data: on what basis, which fields, for how long, how often."""

    rev: int
    grant_id: str
    """Its object."""
    seq: int
    recorded_at: int
    key_id: str
    grantee: str
    resource: str
    """Key of the resource."""
    version: int
    basis: Basis
    purpose: str
    purpose_digest: str
    item: str
    case_commitment: str
    license_id: str
    """Zeros where it is about no single license."""
    fields: int
    since: int
    until: int
    count: int
    """How often; 0 where that is not counted."""
    needs: frozenset[Need] = field(default_factory=frozenset)
    is_delegable: bool = False
    parent: str = ""
    """Object of the grant that was narrowed for this one, or empty."""
    steps: tuple[GrantStep, ...] = ()
    used: int = 0
    delegated: int = 0
    used_up_at: int = 0
    """When the last of the counted uses was recorded or delegated; 0 before."""

    @property
    def granted(self) -> int:
        """The fields that may be used: those asked for, or those of them that the holder consented to."""
        return next((step.fields for step in self.steps if step.act is GrantAct.CONSENT), self.fields)


@dataclass(frozen=True)
class Use:
    """One use of a grant."""

    grant: str
    kind: UseKind
    fields: int
    request_digest: str
    response_digest: str
    commitment: str
    """To the use code."""


@dataclass(frozen=True, kw_only=True)
class Uses(Recorded):
    """Uses that stand in one record; `key_id` is the provider's, `grantee_key` the other."""

    rev: int
    owner: str
    grantee: str
    grantee_key: str
    root: str
    uses: tuple[Use, ...]


@dataclass(frozen=True, kw_only=True)
class UseBatch(Recorded):
    """Uses of one grant under a root."""

    rev: int
    grant: str
    grantee_key: str
    fields: int
    root: str
    size: int


@dataclass(frozen=True, kw_only=True)
class Refusal(Recorded):
    """A request that was refused, or many of them under a root."""

    rev: int
    owner: str
    code: str
    grantee: str = ""
    grant: str = ""
    """Zeros where the request named none."""
    reason: int = 0
    request_digest: str = ""
    root: str = ""
    """Empty for a single one."""
    size: int = 1


class CorrectionAct(IntEnum):
    """What happened to a correction."""

    OPENED = 1
    ASKED = 2
    ATTESTED = 3
    ANSWERED = 4
    DISPUTED = 5
    SETTLED = 6
    CONTESTED = 7


@dataclass(frozen=True, kw_only=True)
class CorrectionStep(Recorded):
    """One thing that happened to a correction."""

    act: CorrectionAct
    state: CorrectionState
    """Where it stands from then on."""
    license_id: str = ""
    """Of the license that corrects."""
    version: int = 0
    """Of the resource that corrects."""
    reason: int = 0
    digest: str = ""
    by: str = ""
    region: int = 0


@dataclass(frozen=True, kw_only=True)
class Correction:
    """A doubt about data, with what came of it."""

    rev: int
    correction_id: str
    resource: str
    """Key of the resource."""
    license_id: str
    """Zeros where it is about no single license."""
    fields: int
    evidence: str
    by: str
    """Who opened it; empty for a holder."""
    grant: str = ""
    steps: tuple[CorrectionStep, ...] = ()

    @property
    def state(self) -> CorrectionState:
        """Where it stands."""
        return self.steps[-1].state


@dataclass(frozen=True, kw_only=True)
class Attestation(Recorded):
    """What another body says of data: whether they match what it knows."""

    rev: int
    by: str
    resource: str
    license_id: str
    fields: int
    outcome: Outcome
    evidence: str


@dataclass(frozen=True, kw_only=True)
class Acknowledgement(Recorded):
    """That a body heard of a correction."""

    rev: int
    correction: str
    by: str


@dataclass(frozen=True, kw_only=True)
class ItemVersion(Recorded):
    """One version of a service item, or its end."""

    since: int
    region: int
    """Where it is handled; 0 ended it."""
    list_digest: str
    """Of the published list of materials."""
    types: tuple[str, ...]
    """License types among the materials."""


@dataclass(frozen=True)
class Item:
    """A service item, by its code, with its history."""

    rev: int
    owner: str
    code: str
    versions: tuple[ItemVersion, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Repeat(Recorded):
    """That a license was asked for again although the ledger had it."""

    rev: int
    by: str
    """Which body says so; empty for the holder."""
    license_id: str
    item: str
    version: int
    asked_at: int


SharingEntity = (
    Resource
    | Demand
    | Duty
    | CodeTable
    | Grant
    | Uses
    | UseBatch
    | Refusal
    | Correction
    | Attestation
    | Acknowledgement
    | Item
    | Repeat
    | Edition
    | Declaration
)
