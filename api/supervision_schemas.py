"""Forms of answers about what was due."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from api.extension_schemas import ExtensionRow
from api.origin_schemas import Collection, NotHere, Subject
from api.published_schemas import LodgedPlace
from api.schemas import Answered, CountedBy, Hash, Moment, RuledBy


class Counts(Answered):
    """How many of what fell due were done in time."""

    due: int
    met: int
    late: int
    open: int
    ratio: str


class Measured(Counts):
    """The same of one body and one kind."""

    body: str
    kind: str
    extended: int


class Extension(ExtensionRow):
    """An extension that was counted, and where it stands."""

    region: str
    version: int
    digest: Hash


class Overdue(Answered):
    """What was not done in time."""

    code: str
    kind: str
    zh: str
    en: str
    body: str
    about: str
    resource: str
    seq: int | None
    since: Moment
    due: Moment
    done_at: Moment | None
    ended_at: Moment | None
    open: bool
    days_late: int
    extension: Extension | None
    calendars: list[CountedBy]
    rulebook: list[RuledBy]


class Waits(Answered):
    """What is open without a deadline."""

    kind: Literal["DEMAND", "DISPUTE"]
    zh: str
    en: str
    body: str
    about: str
    resource: str | None
    seq: int | None
    since: Moment
    open_days: int


class Breach(Answered):
    """What was recorded and should not have been."""

    code: Literal["NOTICE_AGAIN", "NOTICE_AFTER_DECISION"]
    zh: str
    en: str
    body: str
    about: Hash
    resource: str
    seq: int
    at: Moment


class AgainstRules(Answered):
    """What was granted or used against rules of sectors."""

    code: Literal["GRANTED_AGAINST_SECTORS", "USED_AGAINST_SECTORS"]
    zh: str
    en: str
    body: str
    grantee: str
    about: Hash
    resource: str
    seq: int
    at: Moment
    uses: int | None
    certain: bool
    answer: str
    sectors: list[str]
    rule: int | None
    region: str
    version: int
    digest: Hash
    rules_since: Moment


class RaisedGrade(Answered):
    """A grant that goes on under a grade that was lower when it was given."""

    code: Literal["GRADE_RAISED"]
    zh: str
    en: str
    body: str
    grantee: str
    about: Hash
    resource: str
    granted_version: int
    version: int
    seq: int
    since: Moment
    positions: list[int]
    missing: list[Literal["DECISION", "REVIEW"]]


class GradesNotHere(Answered):
    """A version of a resource whose list of fields is not here, so that grants were not held against it."""

    resource: str
    version: int
    digest: Hash


class TextNotHere(Answered):
    """A published text that is not here, and who was not judged for want of it, in how many matters."""

    code: str
    region: str | None
    year: int | None
    version: int | None
    digest: Hash
    bodies: list[str]
    not_judged: int


class SupervisedSharing(Answered):
    """What was due in a period, and how it went (`supervise sharing`)."""

    at: Moment
    as_of: Moment
    since: Moment | None
    scope: str
    counts: Counts
    measure: list[Measured]
    findings: list[Overdue]
    waiting: list[Waits]
    calendars: list[CountedBy]
    rulebook: list[RuledBy]
    extensions: list[Extension] | None
    breaches: list[Breach]
    against_rules: list[AgainstRules] | None
    regraded: list[RaisedGrade]
    grades_not_here: list[GradesNotHere]
    not_here: list[TextNotHere]


class CollectedAgain(Collection):
    """A body collects what another one collected before."""

    code: Literal["COLLECTED_AGAIN"]
    zh: str
    en: str
    subject: Subject
    element: str
    first: Collection


class FlowBackNotListed(Answered):
    """Data came from regions below, and no responsibility list says that they flow back."""

    code: Literal["FLOW_BACK_NOT_LISTED"]
    zh: str
    en: str
    body: str
    resource: str
    sources: list[str]
    since: Moment
    seq: int


class SupervisedOrigins(Answered):
    """What is collected again (`supervise origins`); `notHere` was left out."""

    at: Moment
    as_of: Moment
    since: Moment | None
    scope: str
    findings: list[CollectedAgain]
    unlisted: list[FlowBackNotListed]
    not_here: list[NotHere]


PromiseKind = Literal["MESSAGE", "USE"]


class PromiseCounts(Answered):
    """How many promises there are of each outcome."""

    kept: Annotated[int, Field(alias="KEPT")]
    late: Annotated[int, Field(alias="LATE")]
    pending: Annotated[int, Field(alias="PENDING")]
    not_recorded: Annotated[int, Field(alias="NOT_RECORDED")]


class BrokenPromise(Answered):
    """A promise that was not kept."""

    code: Literal["PROMISE_LATE", "PROMISE_NOT_RECORDED"]
    kind: PromiseKind
    digest: Hash
    by: str
    key_id: Hash
    accepted_at: Moment
    anchor_by: Moment
    seq: int | None
    recorded_at: Moment | None
    seconds_late: int
    file: None
    lodged: list[LodgedPlace]


class NoPromise(Answered):
    """What was lodged and is no promise of this ledger; it says nothing of the body that it names."""

    code: str
    kind: PromiseKind
    digest: Hash
    key_id: Hash
    lodged: list[LodgedPlace]


class SupervisedPromises(Answered):
    """What became of lodged promises (`supervise promises --lodged`)."""

    as_of: Moment
    counts: PromiseCounts
    findings: list[BrokenPromise]
    no_promises: list[NoPromise]
    not_here: list[LodgedPlace]
