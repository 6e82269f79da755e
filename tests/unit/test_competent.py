"""The table of competent bodies, held against what replay lets each of them do."""

from __future__ import annotations

import pytest

from ledger.domain.acts import ACT_VERBS, NAMEABLE, RULES, Act
from ledger.domain.competent import competent_bodies, competent_for, competent_line
from ledger.domain.powers import Capacity
from tests.simulator import BUREAU, OFFICE, SHANGHAI, LedgerSimulator, founded_ledger, id_of
from tests.unit.test_competence import problem

LICENSE = id_of("a license")


@pytest.fixture
def ledger() -> LedgerSimulator:
    made = founded_ledger(sign=False)
    made.issue(LICENSE)
    return made


@pytest.mark.parametrize("act", ACT_VERBS.values())
def test_a_superior_region_does_what_the_table_says_and_nothing_else(
    ledger: LedgerSimulator, act: Act
) -> None:
    ledger.act(LICENSE, act, issuer=str(SHANGHAI), region=SHANGHAI)
    assert (problem(ledger) is None) is (Capacity.SUPERIOR in competent_for(act))


@pytest.mark.parametrize("act", ACT_VERBS.values())
def test_the_issuer_and_what_followed_it_do_every_act(ledger: LedgerSimulator, act: Act) -> None:
    assert {Capacity.ISSUER, Capacity.SUCCESSOR} <= set(competent_for(act))
    ledger.act(LICENSE, act, issuer=BUREAU)
    assert problem(ledger) is None
    followed = founded_ledger(sign=False)
    followed.issue(LICENSE)
    followed.act(LICENSE, act, issuer=OFFICE)
    assert problem(followed) == "NOT_ENTITLED", "a stranger stands nowhere in the table"


def test_every_act_has_its_competent_bodies() -> None:
    for act in RULES:
        found = competent_for(act)
        assert Capacity.OPERATOR in found, act
        assert (Capacity.TAKER in found) is (act is Act.TRANSFER_IN)
        assert (Capacity.IDENTITY_PROVIDER in found) is (act in (Act.BIND, Act.FREEZE))
        assert (Capacity.NAMED in found) is (act in {*NAMEABLE, Act.RESUME})
        assert all(capacity.name in competent_bodies(frozenset({act}))[RULES[act].verb] for capacity in found)
        assert RULES[act].zh in competent_line(act, "zh")
