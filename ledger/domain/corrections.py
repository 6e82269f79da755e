"""What follows from corrections: where one stands, by when it is answered, and who must be told of what.

Nobody decides who is told: it is everybody whose recorded uses may have carried the data that were wrong.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ledger.domain.deadlines import PLAIN, Counting, Deadline, Number, Start, Step
from ledger.domain.entities import License
from ledger.domain.resources import is_of_resource
from ledger.domain.sharing import CorrectionState, UseKind
from ledger.domain.sharing_entities import (
    Correction,
    CorrectionAct,
    CorrectionStep,
    Grant,
    Resource,
    UseBatch,
    Uses,
)
from ledger.domain.state import StateView, typed

OPEN_STATES = (CorrectionState.OPEN, CorrectionState.DISPUTED)
"""In which a doubt is not settled."""
DISPUTABLE = (CorrectionState.OPEN, CorrectionState.UPHELD, CorrectionState.REJECTED)
"""In which a party takes it to a superior region."""
_UPHELD = (CorrectionState.UPHELD, CorrectionState.SETTLED_UPHELD)


def state_at(correction: Correction, at: int) -> CorrectionState | None:
    """Where a correction stood at a moment; None before it was opened."""
    known = [step.state for step in correction.steps if step.recorded_at <= at]
    return known[-1] if known else None


def upheld(correction: Correction) -> CorrectionStep | None:
    """The step by which a doubt was found right; None where it was not, or is disputed."""
    last = correction.steps[-1]
    return last if last.state in _UPHELD else None


@dataclass(frozen=True)
class HandedOut:
    """Data that were handed out under a grant, as a record tells.

    Attributes:
        grant: It.
        seq: The record.
        recorded_at: When that was made.
        fields: Bitmap, by the list of the grant's version of the resource.
    """

    grant: Grant
    seq: int
    recorded_at: int
    fields: int


def handed_out(
    grants: Mapping[str, Grant], uses: Iterable[Uses], batches: Iterable[UseBatch]
) -> dict[str, list[HandedOut]]:
    """All data that were handed out, by resource, in the order of the records.

    Args:
        grants: By object.
        uses: Single ones; what was only located handed nothing out.
        batches: Under roots.
    """
    single = (
        (record.seq, record.recorded_at, use.grant, use.fields)
        for record in uses
        for use in record.uses
        if use.kind is UseKind.DATA
    )
    batched = ((batch.seq, batch.recorded_at, batch.grant, batch.fields) for batch in batches)
    found: dict[str, list[HandedOut]] = {}
    for seq, recorded_at, name, fields in sorted((*single, *batched)):
        grant = grants.get(name)
        if grant is not None:
            found.setdefault(grant.resource, []).append(HandedOut(grant, seq, recorded_at, fields))
    return found


@dataclass(frozen=True)
class PastUse:
    """A use that may have carried data that were wrong.

    Attributes:
        body: The grantee, by its credit code.
        grant: Object of the grant.
        seq: Its record.
        recorded_at: When that was made.
        fields: Those of the doubted fields that were among the ones used.
    """

    body: str
    grant: str
    seq: int
    recorded_at: int
    fields: int


def past_uses(
    correction: Correction,
    resource: Resource,
    version: int,
    handed: Iterable[HandedOut],
    since: int,
    until: int,
) -> list[PastUse]:
    """Who used the doubted fields of a license or a resource in a time, in the order of the records.

    A use under a grant of a whole type or data set counts for every license of it: nothing on the ledger
    says whose data it was. A use by another published list of fields counts whatever it took: which of its
    positions the doubted fields had then, the ledger does not say either.

    Args:
        correction: The doubt.
        resource: The one that it is about.
        version: By whose list its fields are numbered, from `doubted_version`.
        handed: What was handed out of that resource, from `handed_out`.
        since: When the data came to be, that is the record of the license; 0 where that is not known.
        until: When they were corrected.
    """
    listed = resource.versions[version - 1].fields_digest
    found = []
    for each in handed:
        grant = each.grant
        if not since <= each.recorded_at <= until or not _concerns(grant, correction):
            continue
        is_same = resource.versions[grant.version - 1].fields_digest == listed
        touched = correction.fields & (each.fields if is_same else correction.fields)
        if touched:
            found.append(PastUse(grant.grantee, grant.grant_id, each.seq, each.recorded_at, touched))
    return found


def doubted_version(correction: Correction, resource: Resource, grant: Grant | None) -> int:
    """The version of the resource by whose list the doubted fields are numbered.

    It is that of the grant under which the doubting body used them; of who named no grant, the one that
    was current.
    """
    return _version_then(correction, resource) if grant is None else grant.version


def is_later(correction: Correction, resource: Resource, version: int) -> bool:
    """Whether a version of a resource came after the one that was current when a doubt was opened."""
    return _version_then(correction, resource) < version <= resource.version


def _version_then(correction: Correction, resource: Resource) -> int:
    opened = correction.steps[0].seq
    return max(1, sum(version.seq < opened for version in resource.versions))


def _concerns(grant: Grant, correction: Correction) -> bool:
    about = (int(grant.license_id, 16), int(correction.license_id, 16))
    return about[0] == about[1] or 0 in about


def to_tell(uses: Iterable[PastUse]) -> list[str]:
    """The bodies that must be told, each once, by their credit codes."""
    return sorted({use.body for use in uses})


def corrects(state: StateView, correction: Correction, license_id: str, at: int) -> bool:
    """Whether a license is what corrects a doubt: what took the place of the license that is doubted.

    The contracts take any license that is on the ledger; whether it is the right one, everybody sees by this.

    Args:
        state: Licenses.
        correction: The doubt; one about no single license is corrected by any of the resource.
        license_id: Of the license that is named as what corrects, 0x-hex.
        at: The moment.
    """
    resource = typed(state, "resource", correction.resource, Resource)
    named = typed(state, "license", license_id, License)
    if resource is None or not is_of_resource(state, named, resource, at):
        return False
    return not int(correction.license_id, 16) or license_id in _successors(state, correction.license_id)


def _successors(state: StateView, license_id: str) -> list[str]:
    """The licenses that took the place of one, one after another."""
    line: list[str] = []
    here = typed(state, "license", license_id, License)
    while here is not None:
        after = next((fact.successor for fact in reversed(here.facts) if fact.successor), "")
        if not after or after in line:
            break
        line.append(after)
        here = typed(state, "license", after, License)
    return line


def answer_deadline(correction: Correction, counting: Counting = PLAIN) -> Deadline:
    """By when a correction was to be answered, and when it was.

    Who disputes it before takes it from the provider, whose answer nobody waits for from then on.
    """
    opened = correction.steps[0]
    due, ruled = counting.until(Start(opened.recorded_at, opened.seq), Number.CORRECTION_ANSWER)
    return Deadline(
        Step.CORRECTION_ANSWER,
        opened.recorded_at,
        due,
        done_at=_first_of(correction, CorrectionAct.ANSWERED),
        ended_at=_first_of(correction, CorrectionAct.DISPUTED, CorrectionAct.CONTESTED),
        seq=opened.seq,
        ruled=ruled,
    )


def _first_of(correction: Correction, *acts: CorrectionAct) -> int:
    return next((step.recorded_at for step in correction.steps if step.act in acts), 0)


def acknowledgement_deadline(step: CorrectionStep, counting: Counting = PLAIN, done_at: int = 0) -> Deadline:
    """By when a past user was to acknowledge a correction that was upheld, and when it did.

    Args:
        step: By which it was upheld.
        counting: How the deadlines of that body are counted.
        done_at: When its acknowledgement was recorded; 0 where none is.
    """
    since = step.recorded_at
    due, ruled = counting.until(Start(since, step.seq), Number.ACKNOWLEDGEMENT)
    return Deadline(Step.ACKNOWLEDGEMENT, since, due, done_at, seq=step.seq, ruled=ruled)
