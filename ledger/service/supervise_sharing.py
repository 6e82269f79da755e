"""Supervising sharing: whatever was due by a moment and did not come in time, from the records alone.

What came too late is found as well as what is still awaited; a delay is never undone. What the regulation
gives no number of days for (a demand, a dispute) is no finding: it is told with its age.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from itertools import chain
from typing import TypeVar

from ledger.domain.canonical import JsonObject
from ledger.domain.corrections import answer_deadline
from ledger.domain.deadlines import PLAIN, Counting, Deadline, Number, Ruled
from ledger.domain.entities import Entity, IsVoid
from ledger.domain.extensions import Extended
from ledger.domain.grants import (
    ExtraNotice,
    GrantStanding,
    complete_since,
    decision_deadline,
    extra_notices,
    provision_deadline,
    review_deadline,
    standing_at,
)
from ledger.domain.lineage import followers_of, void_as_of
from ledger.domain.moments import rfc3339
from ledger.domain.overdue_texts import BREACH_TEXTS, CODES, OVERDUE_TEXTS, REGRADED_TEXTS, WAITING_TEXTS
from ledger.domain.regraded import NamesOf, Regraded, UnknownGrades, regraded
from ledger.domain.resources import (
    DAY,
    catalog_changes,
    catalog_deadlines,
    duty_deadlines,
    exception_deadlines,
    mount_of,
    update_deadlines,
)
from ledger.domain.sharing import CorrectionState, fields_of
from ledger.domain.sharing_entities import (
    Correction,
    CorrectionStep,
    Demand,
    Duty,
    Edition,
    Grant,
    Resource,
    UseBatch,
    Uses,
    resource_key,
    resource_owner,
)
from ledger.domain.state import typed
from ledger.ports import Entities
from ledger.service.absent_texts import AbsentText, AbsentTexts
from ledger.service.counting import CountDeadlines
from ledger.service.extensions import CountExtensions
from ledger.service.sector_rules import SectorRules
from ledger.service.shown_corrections import ShowCorrections
from ledger.service.supervise_sectors import AgainstRules, SuperviseSectors
from ledger.service.working_days import Counted, WorkingDays

EVERYBODY = "*"
"""The scope of what is said of all bodies."""

_SOONEST = Counting(lambda _: True, lambda number, _: Ruled(number, 1))
_LATEST = PLAIN
_MORE = 366 * DAY
"""By how much a calendar and an extension may move what is due, at most: a calendar has no 100 days off."""

E = TypeVar("E", bound=Entity)


@dataclass(frozen=True)
class Supervision:
    """What is supervised.

    Attributes:
        at: The moment as of which it is said, in Unix seconds.
        since: Only what fell due from then on.
        org: Only what this body owes, by its credit code; empty for all.
    """

    at: int
    since: int = 0
    org: str = ""


@dataclass(frozen=True)
class Without:
    """Which published texts supervision goes on without; the answer says so.

    Attributes:
        calendars: Whether Monday to Friday are counted by a calendar whose text is not here.
        sectors: Whether no grant is held against rules of sectors.
        extensions: Whether nothing is counted that superiors extended.
        rulebooks: Whether the regulation's numbers are counted for a rulebook whose text is not here.
    """

    calendars: bool = False
    sectors: bool = False
    extensions: bool = False
    rulebooks: bool = False


@dataclass(frozen=True)
class Matter:
    """Something of a body that deadlines come of.

    Attributes:
        body: Whose, by the credit code that the record names; its calendar counts, whatever follows it.
        about: Which object or entry it is about.
        resource: Key of the resource.
        count: Counts them, by how its deadlines are counted; None is none.
    """

    body: str
    about: str
    resource: str
    count: Callable[[Counting], Iterable[Deadline | None]]


@dataclass(frozen=True)
class Owed:
    """Something that a body was to do by a time.

    Attributes:
        body: Who, by its credit code; of a body that was merged the one that followed it.
        about: Which object or entry it is about.
        resource: Key of the resource.
        deadline: By when, and when it was done.
        counted: By which calendars its working days were counted.
    """

    body: str
    about: str
    resource: str
    deadline: Deadline
    counted: Sequence[Counted] = ()

    def as_json(self, at: int, days: WorkingDays) -> JsonObject:
        """A member of `findings` of `supervise sharing`: late as of a moment."""
        deadline, code = self.deadline, CODES[self.deadline.step]
        extended = deadline.extended
        closed = deadline.closed_at(at)
        zh, en = OVERDUE_TEXTS[code]
        return {
            "code": code,
            "kind": deadline.step.value,
            "zh": zh,
            "en": en,
            "body": self.body,
            "about": self.about,
            "resource": self.resource,
            "seq": deadline.seq or None,
            "since": rfc3339(deadline.since),
            "due": rfc3339(deadline.due),
            "doneAt": rfc3339(deadline.done_at) if deadline.done_at else None,
            "endedAt": rfc3339(closed) if closed and not deadline.done_at else None,
            "open": not closed,
            "daysLate": ((closed or at) - deadline.due) // DAY + 1,
            "extension": extended.as_json() if extended else None,
            "calendars": [days.as_json(each) for each in self.counted],
            "rulebook": [each.as_json() for each in deadline.ruled],
        }


@dataclass(frozen=True)
class Waiting:
    """What is open, and since when.

    Attributes:
        kind: `DEMAND`, `DISPUTE`.
        body: Who lacks it, or the region that settles.
        about: Which object it is about.
        resource: Key of the resource; empty for none.
        seq: The record that began it; 0 where that is not kept.
        since: When that was made.
    """

    kind: str
    body: str
    about: str
    resource: str
    seq: int
    since: int

    def as_json(self, at: int) -> JsonObject:
        """A member of `waiting` of `supervise sharing`."""
        zh, en = WAITING_TEXTS[self.kind]
        return {
            "kind": self.kind,
            "zh": zh,
            "en": en,
            "body": self.body,
            "about": self.about,
            "resource": self.resource or None,
            "seq": self.seq or None,
            "since": rfc3339(self.since),
            "openDays": (at - self.since) // DAY,
        }


@dataclass(frozen=True)
class Breach:
    """A notice of missing material that was recorded and should not have been.

    Attributes:
        body: Who gave it, by its credit code; of a body that was merged the one that followed it.
        grant: The grant's object, 0x-hex.
        resource: Key of the resource.
        notice: What was wrong with it.
    """

    body: str
    grant: str
    resource: str
    notice: ExtraNotice

    @property
    def seq(self) -> int:
        """The record."""
        return self.notice.step.seq

    def as_json(self) -> JsonObject:
        """A member of `breaches` of `supervise sharing`."""
        zh, en = BREACH_TEXTS[self.notice.code]
        return {
            "code": self.notice.code,
            "zh": zh,
            "en": en,
            "body": self.body,
            "about": self.grant,
            "resource": self.resource,
            "seq": self.seq,
            "at": rfc3339(self.notice.step.recorded_at),
        }


@dataclass(frozen=True)
class RaisedGrade:
    """A grant in effect that was given under a lower grade.

    Attributes:
        body: Whose data they are, by its credit code; of a body that was merged the one that followed it.
        grant: The grant.
        found: What it lacks.
    """

    body: str
    grant: Grant
    found: Regraded

    def as_json(self) -> JsonObject:
        """A member of `regraded` of `supervise sharing`."""
        code = "GRADE_RAISED"
        zh, en = REGRADED_TEXTS[code]
        return {
            "code": code,
            "zh": zh,
            "en": en,
            "body": self.body,
            "grantee": self.grant.grantee,
            "about": self.grant.grant_id,
            "resource": self.grant.resource,
            "grantedVersion": self.grant.version,
            "version": self.found.version,
            "seq": self.found.seq,
            "since": rfc3339(self.found.since),
            "positions": fields_of(self.found.fields),
            "missing": [need.name for need in sorted(self.found.missing)],
        }


@dataclass(frozen=True)
class SupervisedSharing:
    """What was due in a period, and how it went.

    Attributes:
        asked: Of whom, and for which period.
        as_of: Time of the newest block that was read.
        fallen: All that fell due in it, the earliest first.
        waiting: What is open without a deadline, the oldest first.
        days: Tells of the calendars by which it was counted.
        breaches: What was recorded and should not have been, by record.
        against: What was granted or used against rules of sectors; None where nobody asked.
        counts_extensions: Whether what superiors extended was counted.
        raised: Grants in effect that were given under a lower grade, by when the grade was raised.
        ungraded: Resources of which that cannot be told, with the version whose list of names is not here.
        absent: Published texts that are not here, and who was not judged for want of them.
    """

    asked: Supervision
    as_of: int
    fallen: Sequence[Owed]
    waiting: Sequence[Waiting]
    days: WorkingDays
    breaches: Sequence[Breach] = ()
    against: Sequence[AgainstRules] | None = None
    counts_extensions: bool = False
    raised: Sequence[RaisedGrade] = ()
    ungraded: Sequence[tuple[str, UnknownGrades]] = ()
    absent: Sequence[AbsentText] = ()

    @property
    def findings(self) -> list[Owed]:
        """What was not done in time."""
        return [each for each in self.fallen if each.deadline.is_overdue(self.asked.at)]

    def as_json(self) -> JsonObject:
        """The keys of `supervise sharing`."""
        asked = self.asked
        rows = defaultdict(list)
        for each in self.fallen:
            rows[each.body, each.deadline.step.value].append(each)
        return {
            "at": rfc3339(asked.at),
            "asOf": rfc3339(self.as_of),
            "since": rfc3339(asked.since) if asked.since else None,
            "scope": asked.org or EVERYBODY,
            "counts": self._counted(self.fallen),
            "measure": [
                {"body": body, "kind": kind, **self._counted(own), "extended": len(_extensions(own))}
                for (body, kind), own in sorted(rows.items())
            ],
            "findings": [each.as_json(asked.at, self.days) for each in self.findings],
            "waiting": [each.as_json(asked.at) for each in self.waiting],
            "calendars": self.calendars(),
            "rulebook": self.rulebook(),
            "extensions": self.extensions(),
            "breaches": [each.as_json() for each in self.breaches],
            "againstRules": None if self.against is None else [each.as_json() for each in self.against],
            "regraded": [each.as_json() for each in self.raised],
            "gradesNotHere": [
                {"resource": resource, "version": each.version, "digest": each.digest}
                for resource, each in self.ungraded
            ],
            "notHere": [each.as_json() for each in self.absent],
        }

    def calendars(self) -> list[JsonObject]:
        """By which calendars whatever fell due was counted, each once, by year and region."""
        counted = sorted({one for each in self.fallen for one in each.counted})
        return [self.days.as_json(each) for each in counted]

    def rulebook(self) -> list[JsonObject]:
        """By which numbers of whose rulebooks whatever fell due was counted, each once, by region."""
        counted = {one for each in self.fallen for one in each.deadline.ruled}
        places = list(Number)
        listed = sorted(counted, key=lambda one: (one.region, one.version, places.index(one.number)))
        return [each.as_json() for each in listed]

    def extensions(self) -> list[JsonObject] | None:
        """What superiors extended of whatever fell due; None where that was not counted."""
        return [each.as_json() for each in _extensions(self.fallen)] if self.counts_extensions else None

    def _counted(self, owed: Sequence[Owed]) -> JsonObject:
        """How many of what fell due were done in time; what was waited for no more counts as late."""
        found = Counter(self._outcome(each.deadline) for each in owed)
        counts = {name: found[name] for name in ("met", "late", "open")}
        return {"due": len(owed), **counts, "ratio": f"{found['met']}/{len(owed)}"}

    def _outcome(self, deadline: Deadline) -> str:
        if not deadline.is_overdue(self.asked.at):
            return "met"
        return "late" if deadline.closed_at(self.asked.at) else "open"


@dataclass(frozen=True)
class SuperviseSharing:
    """Finds what is owed where data are shared.

    Attributes:
        state: The ledger as it was known at the moment.
        corrections: Tells who has to hear of which correction, by that state.
        asked: Of whom, and for which period.
        as_of: Time of the newest block that was read.
        rules: What rules of sectors say by that state; None where nobody asks.
        extensions: What superiors extended by that state; None where it is not counted.
        names_of: Finds published lists of fields, by their digests.
    """

    state: Entities
    corrections: ShowCorrections
    asked: Supervision
    as_of: int
    rules: SectorRules | None = None
    extensions: CountExtensions | None = None
    names_of: NamesOf = lambda _: None
    _absent: AbsentTexts = field(default_factory=AbsentTexts)

    def supervise(self) -> SupervisedSharing:
        """Whatever fell due, and what waits."""
        org = self.asked.org
        owed = [each for each in self._owed() if self._fell_due(each.deadline)]
        owed.sort(key=lambda each: (each.deadline.due, each.body, each.deadline.step.value, each.about))
        waiting = [each for each in self._waiting() if org in ("", each.body)]
        waiting.sort(key=lambda each: (each.since, each.about))
        breaches = sorted(self._breaches(), key=lambda each: each.seq)
        found = (self.asked, self.as_of, owed, waiting, self._days, breaches, self._against())
        raised, ungraded = self._regraded()
        counts = self.extensions is not None
        absent = self._absent.found()
        return SupervisedSharing(
            *found, counts_extensions=counts, raised=raised, ungraded=ungraded, absent=absent
        )

    def _regraded(self) -> tuple[list[RaisedGrade], list[tuple[str, UnknownGrades]]]:
        """Grants of the owners that are asked about; of a delegated one that is told which it comes from."""
        is_void = void_as_of(self.state, self.asked.at)
        raised, ungraded = list[RaisedGrade](), set[tuple[str, UnknownGrades]]()
        for grant in (each for each in self._all("grant", Grant) if not each.parent):
            body = self._now(resource_owner(grant.resource))
            found = self._found_regraded(grant, is_void) if self.asked.org in ("", body) else None
            absent = found.before if isinstance(found, Regraded) else found
            if absent is not None:
                ungraded.add((grant.resource, absent))
            if isinstance(found, Regraded) and found.since >= self.asked.since:
                raised.append(RaisedGrade(body, grant, found))
        raised.sort(key=lambda each: (each.found.seq, each.grant.grant_id))
        return raised, sorted(ungraded, key=lambda each: (each[0], each[1].version))

    def _found_regraded(self, grant: Grant, is_void: IsVoid) -> Regraded | UnknownGrades | None:
        resource, at = typed(self.state, "resource", grant.resource, Resource), self.asked.at
        found = regraded(grant, None, resource, self.names_of, is_void) if resource else None
        if found is None:
            return None
        is_used = standing_at(self.state, grant, at, at, is_void) is GrantStanding.IN_EFFECT
        return found if is_used else None

    def _breaches(self) -> Iterator[Breach]:
        """Notices that came again or after the decision, as far as the keys of then count by now."""
        is_void = void_as_of(self.state, self.asked.at)
        for grant in self._all("grant", Grant):
            body = self._now(resource_owner(grant.resource))
            for notice in extra_notices(grant, is_void) if self.asked.org in ("", body) else ():
                if notice.step.recorded_at >= self.asked.since:
                    yield Breach(body, grant.grant_id, grant.resource, notice)

    def _against(self) -> list[AgainstRules] | None:
        """What was granted or used against rules, by the body that acts for its owner by now."""
        if self.rules is None:
            return None
        sectors = SuperviseSectors(self.state, self.rules)
        found = [
            replace(each, owner=body)
            for record in sectors.records(self.asked.since)
            if self.asked.org in ("", body := self._now(record.owner))
            for each in self._absent.judged(body, partial(sectors.judged, record))
        ]
        return sorted(found, key=lambda each: (each.seq, each.grant))

    def _fell_due(self, deadline: Deadline) -> bool:
        """Within the period, and not waited for no more before that."""
        is_dropped = not deadline.done_at and 0 < deadline.ended_at < deadline.due
        return self.asked.since <= deadline.due <= self.asked.at and not is_dropped

    def _owed(self) -> Iterator[Owed]:
        for matter in chain(
            self._of_grants(), self._of_corrections(), self._of_resources(), self._of_duties()
        ):
            yield from self._of(matter)

    def _of(self, matter: Matter) -> list[Owed]:
        """What comes of a matter, where its body is asked about."""
        body, named = self._now(matter.body), (matter.about, matter.resource)
        if self.asked.org not in ("", body):
            return []
        count = partial(matter.count, self._count.of(matter.body))
        counted = self._absent.judged(body, count, lambda: self._may_fall_due(matter))
        return [Owed(body, *named, each, self._days.counted(matter.body, each)) for each in counted if each]

    def _may_fall_due(self, matter: Matter) -> bool:
        """Whether by some calendar and rulebook something of it is due within the period."""
        bounds = zip(matter.count(_SOONEST), matter.count(_LATEST), strict=True)
        return any(self._may_be_due(*each) for each in bounds)

    def _may_be_due(self, soonest: Deadline | None, latest: Deadline | None) -> bool:
        if soonest is None or latest is None:
            return False
        is_dropped = not soonest.done_at and 0 < soonest.ended_at < soonest.due
        return soonest.due <= self.asked.at and self.asked.since <= latest.due + _MORE and not is_dropped

    # --- grants ---------------------------------------------------------------------------

    def _of_grants(self) -> Iterator[Matter]:
        """Of a delegated grant the owner owes nothing: the data are provided to whom it comes from."""
        for grant in (each for each in self._all("grant", Grant) if not each.parent):
            resource = typed(self.state, "resource", grant.resource, Resource)
            assert resource is not None, "a grant is of a resource"
            for count in (self._decided, self._reviewed, self._had):
                yield Matter(resource.owner, grant.grant_id, resource.key, partial(count, grant, resource))

    def _decided(self, grant: Grant, _: Resource, counting: Counting) -> Iterator[Deadline | None]:
        yield decision_deadline(grant, counting)

    def _reviewed(self, grant: Grant, _: Resource, counting: Counting) -> Iterator[Deadline | None]:
        yield review_deadline(grant, counting)

    def _had(self, grant: Grant, resource: Resource, counting: Counting) -> Iterator[Deadline | None]:
        if complete_since(grant) <= self.asked.at:
            yield provision_deadline(grant, self._provided(grant, resource), counting)

    def _provided(self, grant: Grant, resource: Resource) -> Iterator[int]:
        """When its data could be had: by a mount, as an edition of open data, or as a use shows."""
        since = complete_since(grant)
        if mount_of(resource, since):
            yield since
        yield from (each.recorded_at for each in resource.mounts if int(each.channel, 16))
        yield from self._used.get(grant.grant_id, ())
        for name in resource.editions:
            edition = typed(self.state, "edition", name, Edition)
            first = max(since, edition.recorded_at) if edition else 0
            if edition and (not edition.withdrawn_at or first < edition.withdrawn_at):
                yield first

    @cached_property
    def _used(self) -> Mapping[str, list[int]]:
        found: dict[str, list[int]] = defaultdict(list)
        for record in self._all("uses", Uses):
            for use in record.uses:
                found[use.grant].append(record.recorded_at)
        for batch in self._all("useBatch", UseBatch):
            found[batch.grant].append(batch.recorded_at)
        return found

    # --- corrections ----------------------------------------------------------------------

    def _of_corrections(self) -> Iterator[Matter]:
        for each in self._all("correction", Correction):
            named, owner = (each.correction_id, each.resource), resource_owner(each.resource)
            yield Matter(owner, *named, partial(self._answered, each))
            for step, body in self.corrections.to_tell(each):
                yield Matter(body, *named, partial(self._heard, each, step, body))

    def _answered(self, correction: Correction, counting: Counting) -> Iterator[Deadline]:
        yield answer_deadline(correction, counting)

    def _heard(
        self, correction: Correction, step: CorrectionStep, body: str, counting: Counting
    ) -> Iterator[Deadline]:
        yield self.corrections.acknowledged(correction, step, body, counting)

    # --- the catalog ----------------------------------------------------------------------

    def _of_resources(self) -> Iterator[Matter]:
        for each in self._all("resource", Resource):
            yield Matter(each.owner, each.key, each.key, partial(self._of_entry, each))
            for changed in catalog_changes(self.state, each):
                if changed <= self.asked.at:
                    yield Matter(each.owner, each.key, each.key, partial(self._of_change, each, changed))

    def _of_entry(self, resource: Resource, _: Counting) -> Iterator[Deadline]:
        yield from update_deadlines(resource)
        yield from exception_deadlines(resource)

    def _of_change(self, resource: Resource, changed: int, counting: Counting) -> list[Deadline]:
        extends = self.extensions.of(resource) if self.extensions else None
        is_bound = counting is _SOONEST or counting is _LATEST
        return catalog_deadlines(resource, [changed], counting, None if is_bound else extends)

    def _of_duties(self) -> Iterator[Matter]:
        for name, each in self.state.entities("duty"):
            if isinstance(each, Duty):
                key = resource_key(each.owner, each.code)
                yield Matter(each.owner, name, key, partial(self._of_duty, each))

    def _of_duty(self, duty: Duty, _: Counting) -> Iterable[Deadline]:
        return duty_deadlines(self.state, duty)

    # --- what waits -----------------------------------------------------------------------

    def _waiting(self) -> Iterator[Waiting]:
        for name, each in self.state.entities("demand"):
            if isinstance(each, Demand) and not each.matches:
                yield Waiting("DEMAND", each.demander, name, "", 0, each.recorded_at)
        for one in self._all("correction", Correction):
            last = one.steps[-1]
            if one.state is CorrectionState.DISPUTED:
                region, about = f"{last.region:06d}", one.correction_id
                yield Waiting("DISPUTE", region, about, one.resource, last.seq, last.recorded_at)

    @property
    def _count(self) -> CountDeadlines:
        return self.corrections.count

    @property
    def _days(self) -> WorkingDays:
        return self._count.days

    # --- reading --------------------------------------------------------------------------

    def _all(self, table: str, kind: type[E]) -> Iterator[E]:
        return (each for _, each in self.state.entities(table) if isinstance(each, kind))

    def _now(self, owner: str) -> str:
        """The body that acts for an owner by now."""
        return followers_of(self.state, owner, self.asked.at)[-1]


def _extensions(owed: Sequence[Owed]) -> list[Extended]:
    return [each.deadline.extended for each in owed if each.deadline.extended]
