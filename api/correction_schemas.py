"""Forms of answers about corrections."""

from __future__ import annotations

from typing import Literal

from api.origin_schemas import NotHere
from api.schemas import Answered, CountedBy, Hash, Moment, RuledBy

State = Literal["OPEN", "UPHELD", "REJECTED", "DISPUTED", "SETTLED_UPHELD", "SETTLED_REJECTED"]


class Due(Answered):
    """By when something was to be done, and when it was."""

    due: Moment
    done_at: Moment | None
    overdue: bool
    calendars: list[CountedBy]
    rulebook: list[RuledBy]


class NextActor(Answered):
    """Who has to act; a region that settles has no deadline."""

    need: Literal["ANSWER", "SETTLE", "ACKNOWLEDGE"]
    by: str
    due: Moment | None
    overdue: bool


class PastUser(Answered):
    """A body whose uses may have carried the doubted fields; it acknowledges what was upheld."""

    body: str
    uses: int
    fields: list[str]
    last_used_at: Moment
    grants: list[Hash]
    acknowledgement: Due | None


class CorrectionRow(Answered):
    """A correction in a list; `openedBy` is `HOLDER` where the license's holder asked."""

    correction: Hash
    state: State
    resource: str
    license_id: Hash | None
    fields: list[str]
    opened_by: str
    opened_at: Moment
    opened: Literal["OPENED", "ASKED", "ATTESTED"]
    answer: Due
    next: list[NextActor]
    overdue: bool
    to_tell: int
    acknowledged: int


class CorrectionFor(CorrectionRow):
    """The same for one body: what it has to do with it, and the notice that is for it."""

    roles: list[Literal["OPENER", "PROVIDER", "USER"]] | None = None
    notice: PastUser | None = None


class CorrectionList(Answered):
    """Corrections, the oldest first; `next` is the last of these where there are more."""

    corrections: list[CorrectionFor]
    total: int
    counts: dict[str, int]
    next: Hash | None


class Evidence(Answered):
    """Digest of the evidence, and whether this service has it."""

    digest: Hash
    here: bool


class CorrectedBy(Answered):
    """What corrects; `fits` is false where that license did not take the doubted one's place."""

    license_id: Hash | None
    version: int | None
    fits: bool | None


class CorrectionStep(Answered):
    """One thing that happened to a correction."""

    act: str
    state: State
    at: Moment
    by: str | None
    corrected_by: CorrectedBy | None
    reason: int | None
    text: str | None
    region: str | None
    key_id: Hash
    seq: int


class AffectedSet(Answered):
    """A data set, and which of its fields rest on what was doubted."""

    resource: str
    body: str
    fields: list[str]


class Affected(Answered):
    """What rests on doubted fields, on any field where `ofAnyField`; `notHere` may rest on them, too."""

    sets: list[AffectedSet]
    of_any_field: bool
    not_here: list[NotHere]


class CorrectionDetail(CorrectionRow):
    """One correction with its whole history; `affected` where it was upheld."""

    grant: Hash | None
    evidence: Evidence
    steps: list[CorrectionStep]
    users: list[PastUser]
    affected: Affected | None
    rev: int
