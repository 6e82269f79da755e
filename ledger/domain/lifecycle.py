"""Where a license stands: status over two times, and whether an act may follow.

`at` asks for legal effect at a moment, `as_of` for what the ledger held at a moment.
`Licenses.statusAt` computes the same on chain; a fuzz test compares the two.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from ledger.domain.acts import RULES, Act, Group, Status
from ledger.domain.entities import IsVoid, License, LicenseFact

CutOffs = Callable[[str], int | None]
"""From a key id to its compromise time, or None."""


MOST_FACTS, KEPT_FOR_ENDS = 255, 4
"""Facts of a license, its issue among them; and how many of those only ends may take."""

_PAUSE_OF = {
    Act.SUSPEND: Act.SUSPEND,
    Act.RESUME: Act.SUSPEND,
    Act.TRANSFER_OUT: Act.TRANSFER_OUT,
    Act.TRANSFER_CANCEL: Act.TRANSFER_OUT,
}
_PAUSES = ((Act.SUSPEND, True), (Act.SUSPEND, False), (Act.TRANSFER_OUT, False))
"""Another body's suspension, the issuer's and a transfer: each is lifted by itself, and none hides another.

The first of those that stand decides.
"""


@dataclass(frozen=True)
class Standing:
    """The status of a license at a moment, and the fact that decided it."""

    status: Status
    since: int
    fact: LicenseFact | None

    @property
    def retroactive(self) -> bool:
        """Whether the deciding fact took effect before it was recorded."""
        return self.fact is not None and self.fact.effective < self.fact.recorded_at


def status_at(license_: License | None, at: int, as_of: int, cut_offs: CutOffs) -> Standing:
    """Say where a license stands at `at`, from what was recorded until `as_of`.

    An end outlives expiry. Permissive facts that a compromised key signed are void; restrictive
    ones stand.

    Args:
        license_: The license with all its facts, or None when the ledger has none.
        at: The moment of legal effect.
        as_of: The moment of knowledge.
        cut_offs: Compromise times as known at `as_of`.

    Returns:
        The standing; `UNKNOWN` when nothing was recorded by `as_of`.
    """
    facts = [fact for fact in license_.facts if fact.recorded_at <= as_of] if license_ else []
    if license_ is None or not facts:
        return Standing(Status.UNKNOWN, 0, None)
    if _is_void(facts[0], cut_offs):
        return Standing(Status.KEY_COMPROMISED, facts[0].recorded_at, facts[0])
    later = [*_known_renewals(license_, as_of), *facts[1:]]
    standing_facts = [fact for fact in later if not _is_void(fact, cut_offs) and fact.effective <= at]
    return (
        _of_group(standing_facts, Group.END)
        or _superseded(standing_facts)
        or _of_term(license_, at, facts[0], standing_facts)
    )


def superseding_at(license_: License, as_of: int, cut_offs: CutOffs) -> LicenseFact | None:
    """What put another license in its place, as the ledger knew it at `as_of`; None where none did.

    The fact names that license by its id, or, where its batch was renewed, by the leaf that it is.
    """
    known = (fact for fact in license_.facts if fact.recorded_at <= as_of)
    later = (*_known_renewals(license_, as_of), *known)
    return next((fact for fact in later if _supersedes(fact) and not _is_void(fact, cut_offs)), None)


def announced_at(license_: License, at: int, as_of: int, cut_offs: CutOffs) -> tuple[LicenseFact, ...]:
    """What was recorded by `as_of` and still works when its time comes, the earliest first.

    What was called off or overtaken meanwhile is announced no more: `status_at` does not go by it at any
    moment, as far as the ledger knew at `as_of`.

    Args:
        license_: The license with all its facts.
        at: The moment of legal effect; what is announced lies after both.
        as_of: The moment of knowledge.
        cut_offs: Compromise times as known at `as_of`.
    """
    facts = (*_known_renewals(license_, as_of), *license_.facts[1:])
    known = [fact for fact in facts if fact.recorded_at <= as_of and not _is_void(fact, cut_offs)]
    now = max(at, as_of)
    later = [fact for fact in known if fact.effective > now and _still_works(license_, fact, known)]
    return tuple(sorted(later, key=lambda fact: (fact.effective, fact.seq)))


def _still_works(license_: License, fact: LicenseFact, known: list[LicenseFact]) -> bool:
    """Whether a fact counts for where a license stands at the moment from which it is to work."""
    by_then = [each for each in known if each.effective <= fact.effective]
    end, amended = _of_group(by_then, Group.END), _superseded(by_then)
    if end is not None:
        return end.fact is fact
    if amended is not None:
        return amended.fact is fact
    is_over = bool(license_.valid_to) and fact.effective >= license_.valid_to
    return not is_over and fact.act in _PAUSE_OF and _pauses(by_then)[_pause_of(fact)] is fact


def leaving_for(license_: License, at: int, as_of: int, cut_offs: CutOffs) -> int:
    """Number of the region to which a license is on its way at `at`, as known at `as_of`; 0 for none."""
    facts = [fact for fact in license_.facts if fact.recorded_at <= as_of and not _is_void(fact, cut_offs)]
    last = _pauses(fact for fact in facts if fact.effective <= at).get((Act.TRANSFER_OUT, False))
    is_leaving = last is not None and last.act is Act.TRANSFER_OUT
    is_here = status_at(license_, at, as_of, cut_offs).status is Status.SUSPENDED
    return last.region if last is not None and is_leaving and is_here else 0


def lifted_by(license_: License, resumption: LicenseFact, cut_offs: CutOffs) -> tuple[LicenseFact, ...]:
    """The suspensions that a resumption lifts, in order: those in force, and those only announced.

    Another body's suspensions and the issuer's are each lifted by their own.

    Args:
        license_: The license with all its facts.
        resumption: One of them.
        cut_offs: Compromise times of keys; a resumption that is void lifted nothing.

    Returns:
        The suspensions; none for another act.
    """
    if resumption.act is not Act.RESUME or _is_void(resumption, cut_offs):
        return ()
    pause = _pause_of(resumption)
    standing: list[LicenseFact] = []
    for fact in license_.facts[1:]:
        if fact.act not in _PAUSE_OF or _pause_of(fact) != pause:
            continue
        if fact is resumption:
            return tuple(standing)
        if fact.act is Act.SUSPEND:
            standing.append(fact)
        elif not _is_void(fact, cut_offs):
            standing = [
                each for each in standing if fact.effective > max(each.effective, resumption.effective)
            ]
    return ()


def _supersedes(fact: LicenseFact) -> bool:
    return RULES[fact.act].group is Group.AMEND


def _known_renewals(license_: License, as_of: int) -> list[LicenseFact]:
    return [fact for fact in license_.renewals if fact.recorded_at <= as_of]


def may_follow(
    license_: License, act: Act, cut_offs: CutOffs, now: int, region: int = 0, effective: int = 0
) -> bool:
    """Whether the contract records an act now, by what was recorded before it.

    What works at once, and stops a license or changes who shows it, is judged by what works now: an end
    that is only announced shields from no other. What is announced, or lifts something, is judged by all.

    Args:
        license_: The license with all its facts.
        act: Any act but `ISSUE`.
        cut_offs: Compromise times as known now.
        now: Unix seconds.
        region: Under whose power another body than the issuer acts; 0 for the issuer.
        effective: As of when, as the message asks for it.
    """
    facts = _that_count(license_, act, cut_offs, now, effective)
    end = _of_group(facts, Group.END)
    if act is Act.ANNUL:
        return end is None or end.status is not Status.ANNULLED
    if end is not None:
        return False
    if RULES[act].group in (Group.END, Group.BINDING):
        return True
    return not _superseded(facts) and _fits(act, region, _pauses(facts))


def standing_for(license_: License, act: Act, cut_offs: CutOffs, now: int, effective: int = 0) -> Standing:
    """Where a license stands by what counts for an act (`may_follow`), whatever its term of validity.

    What is announced may count; the standing then begins after `now`. Arguments as for `may_follow`.
    """
    facts = _that_count(license_, act, cut_offs, now, effective)
    return _of_group(facts, Group.END) or _superseded(facts) or _of_pauses(license_, facts)


def _that_count(
    license_: License, act: Act, cut_offs: CutOffs, now: int, effective: int
) -> list[LicenseFact]:
    is_urgent = RULES[act].group in (Group.END, Group.BINDING) or act is Act.SUSPEND
    is_by_now = is_urgent and effective <= now
    later = (*license_.renewals, *license_.facts[1:])
    return [
        fact for fact in later if not _is_void(fact, cut_offs) and not (is_by_now and fact.effective > now)
    ]


def has_room(license_: License, act: Act) -> bool:
    """Whether a license holds one more fact of this act."""
    kept = 0 if RULES[act].group is Group.END else KEPT_FOR_ENDS
    return len(license_.facts) < MOST_FACTS - kept


def _fits(act: Act, region: int, pauses: Mapping[tuple[Act, bool], LicenseFact]) -> bool:
    """Whether an act may follow what paused a license; each pause is lifted by who may lift that one."""
    standing = {pause for pause, last in pauses.items() if last.act is pause[0]}
    own, leaving = (Act.SUSPEND, bool(region)), (Act.TRANSFER_OUT, False)
    fits = {
        Act.SUSPEND: own not in standing,
        Act.RESUME: own in standing and pauses[own].region == region,
        Act.TRANSFER_CANCEL: leaving in standing,
        Act.TRANSFER_IN: standing == {leaving},
    }
    return fits.get(act, not standing)


def _pauses(facts: Iterable[LicenseFact]) -> dict[tuple[Act, bool], LicenseFact]:
    """The last fact of each pause: what began it, or what lifted it."""
    return {_pause_of(fact): fact for fact in facts if fact.act in _PAUSE_OF}


def _is_void(fact: LicenseFact, cut_offs: CutOffs) -> bool:
    cut_off = cut_offs(fact.key_id)
    return RULES[fact.act].permissive and cut_off is not None and fact.recorded_at >= cut_off


def _of_group(facts: list[LicenseFact], group: Group) -> Standing | None:
    ends = [fact for fact in facts if RULES[fact.act].group is group]
    if not ends:
        return None
    ends_as = RULES[ends[-1].act].ends_as
    return Standing(ends_as or Status.UNKNOWN, ends[-1].effective, ends[-1])


def _superseded(facts: list[LicenseFact]) -> Standing | None:
    amended = [fact for fact in facts if _supersedes(fact)]
    return Standing(Status.SUPERSEDED, amended[0].effective, amended[0]) if amended else None


def _of_term(license_: License, at: int, issued: LicenseFact, facts: list[LicenseFact]) -> Standing:
    if at < license_.valid_from:
        return Standing(Status.NOT_YET, 0, issued)
    if license_.valid_to and at >= license_.valid_to:
        return Standing(Status.EXPIRED, license_.valid_to, issued)
    return _of_pauses(license_, facts)


def _of_pauses(license_: License, facts: list[LicenseFact]) -> Standing:
    pauses = [fact for fact in facts if fact.act in _PAUSE_OF]
    last = _pauses(pauses)
    for pause in _PAUSES:
        if pause in last and last[pause].act is pause[0]:
            return Standing(Status.SUSPENDED, last[pause].effective, last[pause])
    since = pauses[-1].effective if pauses else license_.valid_from
    return Standing(Status.IN_FORCE, since, pauses[-1] if pauses else license_.facts[0])


def _pause_of(fact: LicenseFact) -> tuple[Act, bool]:
    pause = _PAUSE_OF[fact.act]
    return pause, pause is Act.SUSPEND and is_intervention(fact)


def is_intervention(fact: LicenseFact) -> bool:
    """Whether another body than the issuer did it, under the power of `fact.region`."""
    return bool(fact.region) and fact.act is not Act.TRANSFER_OUT


def suspension_by_other(license_: License, is_void: IsVoid) -> LicenseFact | None:
    """The suspension by another body than the issuer that stands, whenever it takes effect; or None."""
    for fact in reversed(license_.facts):
        is_toggle = fact.act in (Act.SUSPEND, Act.RESUME) and is_intervention(fact)
        is_lifted_in_vain = fact.act is Act.RESUME and is_void(fact.key_id, fact.recorded_at)
        if is_toggle and not is_lifted_in_vain:
            return fact if fact.act is Act.SUSPEND else None
    return None


def effective_time(act: Act, asked: int, recorded_at: int, valid_from: int) -> int:
    """When an act takes effect: 0 asks for its default (design: 撤销 works from the start)."""
    if asked:
        return asked
    if RULES[act].retroactive_by_default:
        return valid_from or 1
    return recorded_at
