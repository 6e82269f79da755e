"""Where a grant stands, and what is left of it: pure functions of the records, as the contracts judge.

A withdrawal works forward only, and so does everything else that happens to a grant: at a moment counts
what was recorded by then.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from ledger.domain.acts import Sharing
from ledger.domain.deadlines import PLAIN, Counting, Deadline, Number, Ruled, Start, Step
from ledger.domain.entities import IsVoid, License
from ledger.domain.sharing import Basis, Outcome, is_within
from ledger.domain.sharing_entities import Grant, GrantAct, GrantStep, Need
from ledger.domain.state import StateView, typed

_MEETS = {
    GrantAct.DECISION: Need.DECISION,
    GrantAct.REVIEW: Need.REVIEW,
    GrantAct.CONSENT: Need.CONSENT,
}
_WITHDRAWALS = (GrantAct.WITHDRAWAL, GrantAct.CONSENT_WITHDRAWAL)


class GrantStanding(StrEnum):
    """Where a grant stands."""

    UNKNOWN = "UNKNOWN"
    REFUSED = "REFUSED"
    WITHDRAWN = "WITHDRAWN"
    PENDING = "PENDING"
    NOT_YET = "NOT_YET"
    OVER = "OVER"
    KEY_COMPROMISED = "KEY_COMPROMISED"
    USED_UP = "USED_UP"
    IN_EFFECT = "IN_EFFECT"


@dataclass(frozen=True)
class ExtraNotice:
    """A notice of missing material that should not have been.

    Attributes:
        step: The notice.
        is_after_decision: Whether it had been decided by then; else it was told before.
    """

    step: GrantStep
    is_after_decision: bool

    @property
    def code(self) -> str:
        """`NOTICE_AFTER_DECISION` or `NOTICE_AGAIN`."""
        return "NOTICE_AFTER_DECISION" if self.is_after_decision else "NOTICE_AGAIN"


def standing_at(
    state: StateView, grant: Grant | None, at: int, as_of: int, is_void: IsVoid | None = None
) -> GrantStanding:
    """Where a grant stands at a moment, as the ledger held it at another.

    Args:
        state: Holds the grant that this one was narrowed from, if any.
        grant: With its whole history.
        at: The moment asked about.
        as_of: Moment of knowledge.
        is_void: What a compromised key gave does not count; None where nobody asks.
    """
    known = min(at, as_of)
    if grant is None or grant.recorded_at > known:
        return GrantStanding.UNKNOWN
    standing = _own_standing(grant, at, known, is_void)
    if standing is not GrantStanding.IN_EFFECT:
        return standing
    if grant.parent:
        parent = standing_at(state, typed(state, "grant", grant.parent, Grant), at, as_of, is_void)
        if parent not in (GrantStanding.IN_EFFECT, GrantStanding.USED_UP):
            return parent
    is_used_up = 0 < grant.used_up_at <= known
    return GrantStanding.USED_UP if is_used_up else GrantStanding.IN_EFFECT


def _own_standing(grant: Grant, at: int, known: int, is_void: IsVoid | None) -> GrantStanding:
    steps = [step for step in grant.steps if step.recorded_at <= known]
    if any(step.outcome is Outcome.NO for step in steps):
        return GrantStanding.REFUSED
    if any(step.act in _WITHDRAWALS for step in steps):
        return GrantStanding.WITHDRAWN
    if grant.needs - needs_met(steps):
        return GrantStanding.PENDING
    if at < grant.since:
        return GrantStanding.NOT_YET
    if at >= grant.until:
        return GrantStanding.OVER
    return GrantStanding.KEY_COMPROMISED if _is_void(grant, steps, is_void) else GrantStanding.IN_EFFECT


def needs_of(basis: Basis, fields: int, sharing: Sharing, sensitive: int) -> frozenset[Need]:
    """What a grant needs to be in effect, fixed when it is asked for.

    A field of a sensitive grade is not granted by rule, however its resource is shared: it takes two people
    of the provider, or the holder's consent.

    Args:
        basis: On which it is asked for.
        fields: That are asked for.
        sharing: How the resource is shared.
        sensitive: Its fields of sensitive grades.

    Example:
        >>> sorted(each.name for each in needs_of(Basis.CONSENT, 3, Sharing.CONDITIONAL, 2))
        ['CONSENT', 'DECISION', 'REVIEW']
        >>> sorted(each.name for each in needs_of(Basis.DUTY, 2, Sharing.UNCONDITIONAL, 2))
        ['DECISION', 'REVIEW']
    """
    is_sensitive = fields & sensitive != 0
    is_decided = sharing is Sharing.CONDITIONAL or (is_sensitive and basis is Basis.DUTY)
    needed = (
        (Need.CONSENT, basis is Basis.CONSENT),
        (Need.DECISION, is_decided),
        (Need.REVIEW, is_decided and is_sensitive),
    )
    return frozenset(need for need, is_needed in needed if is_needed)


def needs_met(steps: list[GrantStep] | tuple[GrantStep, ...]) -> frozenset[Need]:
    """What a grant needed and has."""
    return frozenset(_MEETS[step.act] for step in steps if step.act in _MEETS)


def _is_void(grant: Grant, steps: list[GrantStep], is_void: IsVoid | None) -> bool:
    """Whether a body's key that the grant rests on falls; a holder's key is registered nowhere."""
    if is_void is None:
        return False
    decisions = [step for step in steps if step.act in (GrantAct.DECISION, GrantAct.REVIEW)]
    return is_void(grant.key_id, grant.recorded_at) or any(
        is_void(step.key_id, step.recorded_at) for step in decisions
    )


def is_consented(state: StateView, grant: Grant | None, license_: License) -> bool:
    """Whether every consent on which a grant rests is of a holder of this license.

    Where a thief's license stood under the id, its holder may have consented.
    """
    if grant is None:
        return True
    given = [step.issue for step in grant.steps if step.act is GrantAct.CONSENT]
    above = typed(state, "grant", grant.parent, Grant) if grant.parent else None
    return all(issue == license_.facts[0].seq for issue in given) and is_consented(state, above, license_)


def uses_left(grant: Grant) -> int | None:
    """How often a grant may still be used; None where that is not counted.

    Example:
        >>> from ledger.domain.sharing import Basis
        >>> texts = dict.fromkeys(("grant_id", "key_id", "grantee", "resource", "purpose", "purpose_digest",
        ...     "item", "case_commitment", "license_id"), "")
        >>> numbers = dict.fromkeys(("rev", "seq", "recorded_at", "version", "fields", "since", "until"), 0)
        >>> uses_left(Grant(**texts, **numbers, basis=Basis.DUTY, count=5, used=2, delegated=1))
        2
    """
    return grant.count - grant.used - grant.delegated if grant.count else None


def allows(
    state: StateView, grant: Grant | None, fields: int, at: int, is_void: IsVoid | None = None
) -> bool:
    """Whether one use of data is allowed now, as the contracts judge it.

    Args:
        state: As for `standing_at`; nothing in it is later than `at`.
        grant: The grant that is named.
        fields: Bitmap of what would be handed out.
        at: The moment.
        is_void: As for `standing_at`.
    """
    if grant is None or standing_at(state, grant, at, at, is_void) is not GrantStanding.IN_EFFECT:
        return False
    return is_within(fields, grant.granted)


def extra_notices(grant: Grant, is_void: IsVoid | None = None) -> list[ExtraNotice]:
    """Notices that should not have been: after the first (一次告知), or after the decision.

    Args:
        grant: With its history.
        is_void: What a compromised key gave does not count; None where nobody asks.
    """
    found, is_told, is_decided = [], False, False
    for step in grant.steps:
        if is_void is not None and is_void(step.key_id, step.recorded_at):
            continue
        if step.act is GrantAct.NOTICE:
            if is_told or is_decided:
                found.append(ExtraNotice(step, is_decided))
            is_told = True
        is_decided |= step.act is GrantAct.DECISION
    return found


def decision_deadline(grant: Grant, counting: Counting = PLAIN) -> Deadline:
    """By when a request was to be answered, and when it was.

    What needs no decision is answered by rule when it is requested.
    """
    if Need.DECISION in grant.needs:
        return _answering(grant, Step.DECISION, GrantAct.DECISION, counting)
    due, ruled = counting.until(Start(grant.recorded_at, grant.seq), Number.ANSWER)
    return Deadline(Step.ANSWER, grant.recorded_at, due, grant.recorded_at, seq=grant.seq, ruled=ruled)


def review_deadline(grant: Grant, counting: Counting = PLAIN) -> Deadline | None:
    """By when a review was to be made, which is part of the answer; None where none is needed."""
    if Need.REVIEW not in grant.needs:
        return None
    return _answering(grant, Step.REVIEW, GrantAct.REVIEW, counting)


def _answering(grant: Grant, step: Step, act: GrantAct, counting: Counting) -> Deadline:
    """Of one of the owner's acts; whoever refuses or withdraws ends the wait for the other."""
    due, ruled = _answer_due(grant, Number(step.value), counting)
    return Deadline(
        step,
        grant.recorded_at,
        due,
        done_at=_first_of(grant, act),
        ended_at=_given_up_at(grant),
        seq=grant.seq,
        ruled=ruled,
    )


def _answer_due(grant: Grant, number: Number, counting: Counting) -> tuple[int, tuple[Ruled, ...]]:
    """A notice of missing material gives more time; a late one, or one after the decision, does not."""
    start = Start(grant.recorded_at, grant.seq)
    due, ruled = counting.until(start, number)
    acts = [step.act for step in grant.steps if step.recorded_at < due]
    before = acts[: acts.index(GrantAct.DECISION)] if GrantAct.DECISION in acts else acts
    if GrantAct.NOTICE not in before:
        return due, ruled
    return counting.until(start, number, Number.NOTICE)


def _first_of(grant: Grant, act: GrantAct) -> int:
    return next((step.recorded_at for step in grant.steps if step.act is act), 0)


def _given_up_at(grant: Grant) -> int:
    """When a grant was refused or withdrawn; 0 while it is not."""
    ending = (step for step in grant.steps if step.outcome is Outcome.NO or step.act in _WITHDRAWALS)
    return next((step.recorded_at for step in ending), 0)


def complete_since(grant: Grant) -> int:
    """From when on a grant had all that it needs and its time had begun; 0 while it lacks something."""
    needed = [step for step in grant.steps if step.act in _MEETS]
    is_refused = any(step.outcome is Outcome.NO for step in needed)
    if is_refused or grant.needs - needs_met(grant.steps):
        return 0
    return max(grant.recorded_at, grant.since, *(step.recorded_at for step in needed), 0)


def _completed_by(grant: Grant, since: int) -> int:
    """The last record of that moment that a grant needed; 0 where its time began later than all of them."""
    needed = [(step.recorded_at, step.seq) for step in grant.steps if step.act in _MEETS]
    return max((seq for at, seq in [(grant.recorded_at, grant.seq), *needed] if at == since), default=0)


def provision_deadline(grant: Grant, provided: Iterable[int], counting: Counting = PLAIN) -> Deadline | None:
    """By when the data of a grant were to be had, and when they were; None before it has what it needs.

    Args:
        grant: Asked for.
        provided: Moments at which its data could be had or were used, in any order; those before the grant
            was complete do not count.
        counting: How the owner's deadlines are counted.
    """
    since = complete_since(grant)
    if not since:
        return None
    due, ruled = counting.until(Start(since, _completed_by(grant, since)), Number.PROVISION)
    return Deadline(
        Step.PROVISION,
        since,
        due,
        done_at=min((each for each in provided if each >= since), default=0),
        ended_at=min(_given_up_at(grant) or grant.until, grant.until),
        seq=grant.seq,
        ruled=ruled,
    )
