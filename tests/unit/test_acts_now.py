"""Who acts on a license now, as a service asks before it tells an identifier."""

from __future__ import annotations

import pytest

from ledger.service.authorise import is_acting_for
from ledger.service.standing import license_in
from tests.simulator import (
    BUREAU,
    DAY,
    NATIONAL_TYPE,
    OFFICE,
    QINGPU,
    SHANGHAI,
    LedgerSimulator,
    founded_ledger,
    id_of,
)

LICENSE = id_of("a license that somebody asks about")
NEWCOMER = "11310000MB0TE5T27X"


@pytest.fixture
def ledger() -> LedgerSimulator:
    made = founded_ledger()
    made.issue(LICENSE)
    return made


def acting(ledger: LedgerSimulator) -> list[str]:
    """Which of three bodies act on the license."""
    state = ledger.state()
    license_ = license_in(state, LICENSE)
    bodies = (BUREAU, OFFICE, NEWCOMER)
    return [body for body in bodies if is_acting_for(state, body, license_, ledger.now)]


def test_the_issuer_acts_and_nobody_else(ledger: LedgerSimulator) -> None:
    assert acting(ledger) == [BUREAU]


def test_the_operator_of_the_issuer_acts_beside_it(ledger: LedgerSimulator) -> None:
    ledger.entitle(NATIONAL_TYPE, BUREAU, QINGPU, str(SHANGHAI), operator=OFFICE)
    assert acting(ledger) == [BUREAU, OFFICE]


def test_whoever_followed_the_issuer_acts_hand_by_hand(ledger: LedgerSimulator) -> None:
    ledger.succeed_organisation(BUREAU, OFFICE, str(SHANGHAI))
    assert acting(ledger) == [BUREAU, OFFICE]
    ledger.add_organisation(NEWCOMER, QINGPU)
    ledger.succeed_organisation(OFFICE, NEWCOMER, str(SHANGHAI))
    assert acting(ledger) == [BUREAU, OFFICE, NEWCOMER]


def test_a_successor_does_not_act_before_its_date(ledger: LedgerSimulator) -> None:
    ledger.succeed_organisation(BUREAU, OFFICE, str(SHANGHAI), since=ledger.now + DAY)
    assert acting(ledger) == [BUREAU]
