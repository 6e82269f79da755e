"""What follows from the records of resources: who provides them, what is mounted, what is owed."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise, zip_longest

from ledger.domain.deadlines import PLAIN, Counting, Deadline, Number, Start, Step, due_after
from ledger.domain.entities import License, LicenseType, Organisation, TypeVersion
from ledger.domain.extensions import Extended
from ledger.domain.lineage import acts_for, superiors_of
from ledger.domain.objects import organisation_id
from ledger.domain.sharing import DutyKind, ProbeOutcome
from ledger.domain.sharing_entities import Duty, Mounted, Probed, Resource, ResourceVersion, resource_key
from ledger.domain.state import StateView, typed

FRESH_FOR = 30 * 86_400
"""Seconds for which the last probe of a resource proves that it is mounted."""

DAY = 86_400


def provides(state: StateView, body: str, resource: Resource, at: int) -> bool:
    """Whether a body signs for a resource: its owner, what followed that one, or its operator.

    Args:
        state: Organisations.
        body: Object id, 0x-hex.
        resource: As it stands then.
        at: Record time.
    """
    if acts_for(state, body, resource.owner, at):
        return True
    operator = resource.current.operator
    return bool(operator) and body == organisation_id(operator)


def is_of_resource(state: StateView, license_: License | None, resource: Resource, at: int) -> bool:
    """Whether a license is of the resource's type, and its owner's, or of what the owner followed."""
    if license_ is None or license_.license_type != resource.current.license_type:
        return False
    return acts_for(state, organisation_id(resource.owner), license_.issuer, at)


def mount_of(resource: Resource, at: int) -> Mounted | None:
    """How a resource was to be had at a moment; None while it was not."""
    known = [mount for mount in resource.mounts if mount.recorded_at <= at]
    return known[-1] if known and int(known[-1].channel, 16) else None


def proof_of(resource: Resource, at: int, fresh_for: int = FRESH_FOR) -> Probed | None:
    """The probe by which a resource was proved to be mounted at a moment; None while it was not.

    The last probe since it was mounted counts, if the sample matched and that is not too long ago.
    """
    mount = mount_of(resource, at)
    if mount is None:
        return None
    since = [probe for probe in resource.probes if mount.seq < probe.seq and probe.recorded_at <= at]
    last = since[-1] if since else None
    is_good = last is not None and last.outcome is ProbeOutcome.MATCHED
    return last if last and is_good and at < last.recorded_at + fresh_for else None


@dataclass(frozen=True)
class MountRatio:
    """The mount ratio (目录挂接率) of a scope: how many entries of the catalog can be had.

    Attributes:
        scope: Whose entries, in words.
        at: The moment.
        total: Entries in the catalog, the denominator.
        declared: Entries that their owners declared to be mounted.
        proved: Entries that others found there.
    """

    scope: str
    at: int
    total: int
    declared: int
    proved: int


def mount_ratio(
    resources: Iterable[Resource],
    scope: str,
    owners: Container[str],
    at: int,
    fresh_for: int = FRESH_FOR,
) -> MountRatio:
    """The mount ratio of some owners at a moment, from the records alone.

    Args:
        resources: As they stand; what was recorded after `at` is left out.
        scope: How to call those owners.
        owners: Credit codes of the owners that are looked at.
        at: The moment.
        fresh_for: Seconds for which a probe proves.

    Example:
        >>> mount_ratio([], "nobody", [], 0).total
        0
    """
    mine = [each for each in resources if each.owner in owners and each.versions[0].recorded_at <= at]
    declared = sum(mount_of(each, at) is not None for each in mine)
    proved = sum(proof_of(each, at, fresh_for) is not None for each in mine)
    return MountRatio(scope, at, len(mine), declared, proved)


def fulfilled_at(state: StateView, duty: Duty, kind: DutyKind) -> int:
    """When an item of a responsibility list was met: the first matching probe since it was set; 0 before.

    What was proved before counts from the day on which the item was set, as long as it still holds then. That
    data flow back (回流) is proved by those to whom they do: bodies of regions below the owner's.
    """
    set_at = duty.terms[0].recorded_at
    resource = typed(state, "resource", resource_key(duty.owner, duty.code), Resource)
    if resource is None:
        return 0
    if kind is DutyKind.FLOW_BACK:
        below = (
            each for each in resource.probes if is_below(state, each.prober, duty.owner, each.recorded_at)
        )
        resource = replace(resource, probes=tuple(below))
    if proof_of(resource, set_at):
        return set_at
    matching = (
        probe.recorded_at
        for probe in resource.probes
        if probe.recorded_at >= set_at and probe.outcome is ProbeOutcome.MATCHED
    )
    return next(matching, 0)


def is_below(state: StateView, body: str, other: str, at: int) -> bool:
    """Whether a body is of a region below that of another body, at a moment."""
    here, there = (typed(state, "organisation", each, Organisation) for each in (body, other))
    if here is None or there is None or here.region == there.region:
        return False
    return there.region in superiors_of(state, here.region, at, at)


def duty_deadlines(state: StateView, duty: Duty) -> list[Deadline]:
    """By when an item of a responsibility list was to be met, and when it was.

    One for each time that was set: who sets another, or strikes the item out, ends the wait for the one
    before and undoes no delay.
    """
    met = {kind: fulfilled_at(state, duty, kind) for kind in {each.kind for each in duty.terms}}
    return [
        Deadline(
            Step.DUTY,
            term.recorded_at,
            term.due,
            done_at=met[term.kind] if not after or met[term.kind] < after.recorded_at else 0,
            ended_at=after.recorded_at if after else 0,
            seq=term.seq,
        )
        for term, after in zip_longest(duty.terms, duty.terms[1:])
        if term.due
    ]


def update_deadlines(resource: Resource) -> list[Deadline]:
    """By when a resource was to be brought up to date in its promised cycle, and when it was.

    Whatever its owner registers or mounts brings it up to date.
    """
    made = sorted((*resource.versions, *resource.mounts), key=lambda each: each.seq)
    found, cycle = [], 0
    for each, after in zip_longest(made, made[1:]):
        cycle = each.cycle_days if isinstance(each, ResourceVersion) else cycle
        due, done_at = each.recorded_at + cycle * DAY, after.recorded_at if after else 0
        if cycle:
            found.append(Deadline(Step.UPDATE, each.recorded_at, due, done_at, seq=each.seq))
    return found


def update_due(resource: Resource) -> int:
    """The first moment at which a resource is behind its promised cycle; 0 without a promise."""
    last = update_deadlines(resource)[-1:] if resource.current.cycle_days else []
    return last[0].due if last else 0


def exception_deadlines(resource: Resource) -> list[Deadline]:
    """Until when each exception from unconditional sharing was to be renewed or lifted, and when it was.

    A version that keeps the end of the one before goes on with the same exception.
    """
    return [
        Deadline(
            Step.EXCEPTION,
            version.recorded_at,
            version.until,
            done_at=after.recorded_at if after else 0,
            seq=version.seq,
        )
        for version, after in zip_longest(resource.versions, resource.versions[1:])
        if version.until and not (after and after.until == version.until)
    ]


def catalog_changes(state: StateView, resource: Resource) -> list[int]:
    """When what an entry of the catalog rests on changed: its license type, or whose it is."""
    kind = typed(state, "type", resource.current.license_type, LicenseType)
    versions = kind.versions if kind else ()
    owner = typed(state, "organisation", resource.owner, Organisation)
    merged = [owner.succeeded_at] if owner and owner.successor else []
    changed = [after.since for before, after in pairwise(versions) if _says_other(before, after)]
    return sorted([*changed, *merged])


def _says_other(before: TypeVersion, after: TypeVersion) -> bool:
    """Whether a type's next version has other fields, other grades or is shared otherwise."""

    def told(version: TypeVersion) -> tuple[object, ...]:
        return (version.schema_digest, version.grades_digest, version.sharing)

    return told(before) != told(after)


Extends = Callable[[Deadline], Extended | None]
"""What a superior extended a deadline by; None for nothing."""


def catalog_deadlines(
    resource: Resource,
    changes: Iterable[int],
    counting: Counting = PLAIN,
    extends: Extends | None = None,
) -> list[Deadline]:
    """By when an entry of the catalog was to follow what changed under it, and when it did.

    Args:
        resource: The entry.
        changes: Moments at which what it rests on changed; those before it was registered do not count.
        counting: How the owner's deadlines are counted.
        extends: What superiors extended; None where nothing is asked of that.
    """
    registered = [version.recorded_at for version in resource.versions]
    plain = [_following(changed, registered, counting) for changed in changes if changed > registered[0]]
    return [_extended(each, counting, extends(each) if extends else None) for each in plain]


def _following(changed: int, registered: Sequence[int], counting: Counting) -> Deadline:
    due, ruled = counting.until(Start(changed), Number.CATALOG_UPDATE)
    done_at = next((each for each in registered if each >= changed), 0)
    return Deadline(Step.CATALOG_UPDATE, changed, due, done_at, ruled=ruled)


def _extended(deadline: Deadline, counting: Counting, by: Extended | None) -> Deadline:
    """By what was extended, and by no more than the rulebook allows."""
    if by is None:
        return deadline
    most = counting.rule(Number.EXTENSION, Start(deadline.since))
    days = sum(each.days for each in deadline.ruled) + min(by.extension.days, most.days)
    due = due_after(deadline.since, days, counting.is_working_day)
    return replace(deadline, due=due, extended=by, ruled=(*deadline.ruled, most))


def is_lapsed(resource: Resource, at: int) -> bool:
    """Whether the exception from unconditional sharing went beyond the end that was recorded.

    It goes on to be applied: what somebody forgot opens no door. It is a finding.
    """
    until = resource.current.until
    return until != 0 and until <= at
