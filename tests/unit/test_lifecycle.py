"""Where a license stands, over two times."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.domain.acts import RULES, Act, Group, Status
from ledger.domain.entities import LicenseFact
from ledger.domain.lifecycle import (
    CutOffs,
    announced_at,
    effective_time,
    lifted_by,
    status_at,
    superseding_at,
)
from tests.unit.governed import AMENDS, FROM, TO, fact, license_of

ENDS = {
    Act.ANNUL: Status.ANNULLED,
    Act.WITHDRAW: Status.WITHDRAWN,
    Act.REVOKE: Status.REVOKED,
    Act.CANCEL: Status.CANCELLED,
    Act.VOID: Status.VOIDED,
}
LATER = 1 << 40


def no_cut_off(_: str) -> None:
    return None


def cut_at(moment: int) -> CutOffs:
    return lambda _: moment


def standing(
    facts: tuple[LicenseFact, ...], at: int, as_of: int = LATER, cut: CutOffs = no_cut_off
) -> Status:
    return status_at(license_of(*facts), at, as_of, cut).status


@pytest.mark.parametrize(
    ("at", "as_of", "expected"),
    [
        (2_000, 499, Status.UNKNOWN),
        (2_000, 500, Status.IN_FORCE),
        (FROM - 1, LATER, Status.NOT_YET),
        (FROM, LATER, Status.IN_FORCE),
        (TO - 1, LATER, Status.IN_FORCE),
        (TO, LATER, Status.EXPIRED),
    ],
)
def test_a_license_without_acts(at: int, as_of: int, expected: Status) -> None:
    assert standing((), at, as_of) is expected


def test_no_license_is_unknown_and_one_without_end_never_expires() -> None:
    assert status_at(None, 1, 1, no_cut_off).status is Status.UNKNOWN
    assert status_at(license_of(valid_to=0), LATER, LATER, no_cut_off).status is Status.IN_FORCE


@pytest.mark.parametrize(("act", "ended"), ENDS.items())
def test_an_end_works_from_its_effect_and_outlives_expiry(act: Act, ended: Status) -> None:
    facts = (fact(act, 3_000, effective=3_500),)
    assert standing(facts, 3_499) is Status.IN_FORCE
    assert standing(facts, 3_500) is ended
    assert standing(facts, TO + 1) is ended
    assert standing(facts, 3_500, as_of=2_999) is Status.IN_FORCE, "not yet known"


@pytest.mark.parametrize(("act", "ended"), ENDS.items())
def test_an_end_that_reaches_back_is_seen_by_who_asks_later_only(act: Act, ended: Status) -> None:
    facts = (fact(act, 3_000, effective=1_500),)
    assert standing(facts, 2_000, as_of=2_000) is Status.IN_FORCE, "what a clerk could know then"
    assert standing(facts, 2_000, as_of=3_000) is ended, "what is known now"
    assert standing(facts, 1_499, as_of=3_000) is Status.IN_FORCE
    assert status_at(license_of(*facts), 2_000, 3_000, no_cut_off).retroactive


def test_annulment_reaches_back_to_the_first_day_unless_told_otherwise() -> None:
    facts = (fact(Act.ANNUL, 3_000),)
    assert [standing(facts, at) for at in (FROM - 1, FROM, 2_000)] == [
        Status.NOT_YET,
        Status.ANNULLED,
        Status.ANNULLED,
    ]
    assert effective_time(Act.ANNUL, 0, 3_000, 0) == 1, "without a first day it works from the beginning"
    assert effective_time(Act.REVOKE, 0, 3_000, FROM) == 3_000


def test_the_last_recorded_end_counts() -> None:
    facts = (fact(Act.REVOKE, 3_000), fact(Act.ANNUL, 4_000))
    assert standing(facts, 3_500, as_of=3_999) is Status.REVOKED
    assert standing(facts, 3_500, as_of=4_000) is Status.ANNULLED


@pytest.mark.parametrize("act", AMENDS)
def test_an_amended_license_is_superseded_and_then_only_an_end_changes_that(act: Act) -> None:
    facts = (fact(act, 3_000), fact(Act.SUSPEND, 3_100))
    found = status_at(license_of(*facts), 5_000, LATER, no_cut_off)
    assert (found.status, found.since) == (Status.SUPERSEDED, 3_000)
    assert standing(facts, 2_999) is Status.IN_FORCE
    assert standing(facts, TO) is Status.SUPERSEDED
    assert standing((*facts, fact(Act.ANNUL, 4_000)), 5_000) is Status.ANNULLED


@pytest.mark.parametrize(
    ("at", "as_of", "expected"),
    [
        (3_000, 2_999, []),
        (3_000, 3_000, [Act.SUSPEND, Act.CANCEL]),
        (1_000, 3_000, [Act.SUSPEND, Act.CANCEL]),
        (1_000, LATER, []),
        (4_000, 3_000, [Act.CANCEL]),
        (5_000, 3_000, []),
    ],
)
def test_what_is_announced_lies_after_both_moments(at: int, as_of: int, expected: list[Act]) -> None:
    facts = (fact(Act.CANCEL, 3_000, effective=5_000), fact(Act.SUSPEND, 3_000, effective=4_000))
    found = announced_at(license_of(*facts), at, as_of, no_cut_off)
    assert [each.act for each in found] == expected


def test_after_an_end_only_what_still_outdoes_it_is_announced() -> None:
    announced = (fact(Act.REVOKE, 3_000, effective=8_000), fact(Act.ANNUL, 3_000, effective=9_000))
    ended = (*announced, fact(Act.WITHDRAW, 3_500))
    assert [each.act for each in announced_at(license_of(*ended), 3_499, 3_499, no_cut_off)] == [
        Act.REVOKE,
        Act.ANNUL,
    ]
    assert announced_at(license_of(*ended), 3_500, 3_500, no_cut_off) == (), "the last end decides"
    assert standing(ended, 9_000) is Status.WITHDRAWN
    again = fact(Act.ANNUL, 3_600, effective=9_500)
    assert announced_at(license_of(*ended, again), 3_600, 3_600, no_cut_off) == (again,)


def test_what_was_called_off_or_overtaken_is_announced_no_more() -> None:
    coming = fact(Act.SUSPEND, 3_000, effective=5_000)
    at_once = fact(Act.SUSPEND, 3_100)
    lifted = fact(Act.RESUME, 3_200)
    license_ = license_of(coming, at_once, lifted)
    seen = [announced_at(license_, known, known, no_cut_off) for known in (3_099, 3_100, 3_200)]
    assert seen == [(coming,), (), ()]
    assert lifted_by(license_, lifted, no_cut_off) == (coming, at_once)
    assert announced_at(license_, 3_200, 3_200, cut_at(3_200)) == (), "the one at once overtakes it"
    void = license_of(coming, lifted)
    assert announced_at(void, 3_200, 3_200, cut_at(3_200)) == (coming,)
    assert lifted_by(void, lifted, cut_at(3_200)) == ()
    again = fact(Act.SUSPEND, 3_300, effective=6_000)
    assert announced_at(license_of(coming, lifted, again), 3_300, 3_300, no_cut_off) == (again,)
    assert announced_at(license_of(fact(Act.SUSPEND, 3_000, effective=TO)), 3_000, 3_000, no_cut_off) == ()


FACTS = st.builds(
    fact,
    st.sampled_from([Act.SUSPEND, Act.RESUME, Act.CHANGE, Act.REVOKE, Act.ANNUL, Act.TRANSFER_OUT]),
    st.integers(2_000, 2_005),
    effective=st.integers(2_000, 2_010),
)


@given(st.lists(FACTS, max_size=6), st.integers(2_000, 2_010))
def test_who_asks_later_is_told_by_the_same_what_was_announced(facts: list[LicenseFact], at: int) -> None:
    """Without what is not announced, a license stands at every later moment where it stands with it."""
    license_ = license_of(*facts)
    told, now = announced_at(license_, at, 2_005, no_cut_off), max(at, 2_005)
    rest = license_of(*(each for each in facts if each.effective <= now or each in told))
    for moment in range(now, 2_012):
        stands = [status_at(each, moment, 2_005, no_cut_off).status for each in (license_, rest)]
        assert stands[0] is stands[1]


def test_what_a_cut_off_voids_is_not_announced() -> None:
    facts = (fact(Act.SUSPEND, 2_000), fact(Act.RESUME, 3_000, effective=9_000))
    assert announced_at(license_of(*facts), 3_000, 3_000, cut_at(3_000)) == ()


def test_suspension_lasts_until_it_is_lifted() -> None:
    facts = (fact(Act.SUSPEND, 2_000), fact(Act.RESUME, 3_000), fact(Act.SUSPEND, 4_000))
    seen = [standing(facts, at) for at in (1_999, 2_000, 2_999, 3_000, 3_999, 4_000, TO)]
    in_force, suspended = Status.IN_FORCE, Status.SUSPENDED
    assert seen == [in_force, suspended, suspended, in_force, in_force, suspended, Status.EXPIRED]


def test_a_binding_changes_nothing() -> None:
    assert standing((fact(Act.BIND, 2_000),), 2_500) is Status.IN_FORCE
    assert standing((fact(Act.SUSPEND, 1_500), fact(Act.BIND, 2_000)), 2_500) is Status.SUSPENDED


def test_a_cut_off_voids_what_was_given_from_then_on() -> None:
    assert standing((), 2_000, cut=cut_at(500)) is Status.KEY_COMPROMISED
    assert standing((), 2_000, cut=cut_at(501)) is Status.IN_FORCE
    resumed = (fact(Act.SUSPEND, 2_000), fact(Act.RESUME, 3_000))
    assert standing(resumed, 3_500, cut=cut_at(3_000)) is Status.SUSPENDED
    amended = (fact(Act.RENEW, 3_000),)
    assert standing(amended, 3_500, cut=cut_at(3_000)) is Status.IN_FORCE
    assert superseding_at(license_of(*amended), LATER, cut_at(3_000)) is None
    assert superseding_at(
        license_of(*amended, fact(Act.RENEW, 4_000, key="0xgood")), LATER, _only("0xk", 3_000)
    )


def _only(key: str, moment: int) -> CutOffs:
    return lambda asked: moment if asked == key else None


@pytest.mark.parametrize("act", [*ENDS, Act.SUSPEND])
def test_a_cut_off_leaves_what_restricts(act: Act) -> None:
    facts = (fact(act, 3_000),)
    assert standing(facts, 3_500, cut=cut_at(2_000)) is ENDS.get(act, Status.SUSPENDED)


def test_a_successor_is_not_known_before_it_was_recorded() -> None:
    amended = license_of(fact(Act.RENEW, 3_000, successor="0xnew"))
    assert superseding_at(amended, 2_999, no_cut_off) is None
    found = superseding_at(amended, 3_000, no_cut_off)
    assert found is not None and found.successor == "0xnew"


MOMENTS = st.integers(min_value=1, max_value=12_000)


@st.composite
def histories(draw: st.DrawFn) -> tuple[LicenseFact, ...]:
    times = sorted(draw(st.lists(MOMENTS, min_size=0, max_size=8)))
    acts = [act for act in RULES if act is not Act.ISSUE]
    made = []
    for time in times:
        act = draw(st.sampled_from(acts))
        effective = (
            draw(MOMENTS) if RULES[act].may_be_retroactive else time + draw(st.sampled_from([0, 0, 50]))
        )
        made.append(fact(act, max(time, 500), max(effective, 1), key=draw(st.sampled_from(["0xk", "0xl"]))))
    return tuple(made)


@given(histories(), MOMENTS, MOMENTS)
def test_an_ended_license_is_in_force_only_before_its_end_or_before_it_was_known(
    facts: tuple[LicenseFact, ...], at: int, as_of: int
) -> None:
    ends = [each for each in facts if RULES[each.act].group is Group.END]
    is_ended = any(end.effective <= at and end.recorded_at <= as_of for end in ends)
    found = standing(facts, at, as_of, _only("0xl", 4_000))
    if as_of >= 500:
        assert (found in ENDS.values()) == is_ended


@given(histories(), MOMENTS)
def test_nothing_recorded_later_changes_what_was_known(facts: tuple[LicenseFact, ...], as_of: int) -> None:
    known = tuple(each for each in facts if each.recorded_at <= as_of)
    for at in (FROM - 1, FROM, 2_000, 5_000, TO, TO + 1):
        assert standing(facts, at, as_of) is standing(known, at, as_of)


@given(histories(), MOMENTS, MOMENTS)
def test_a_superseded_license_has_exactly_one_successor(
    facts: tuple[LicenseFact, ...], at: int, as_of: int
) -> None:
    cut = _only("0xl", 4_000)
    amended = license_of(*_amended_once(facts, cut))
    found = status_at(amended, at, as_of, cut)
    if found.status is Status.SUPERSEDED:
        assert found.fact is not None
        assert found.fact == superseding_at(amended, as_of, cut)
        assert superseding_at(amended, LATER, cut) == found.fact, "and never another one"


def _amended_once(facts: tuple[LicenseFact, ...], cut: CutOffs) -> list[LicenseFact]:
    """The contracts let an amendment follow another only if that one is void."""
    kept: list[LicenseFact] = []
    is_amended = False
    for each in facts:
        if each.act in AMENDS:
            if is_amended:
                continue
            is_amended = (moment := cut(each.key_id)) is None or each.recorded_at < moment
        kept.append(each)
    return kept
