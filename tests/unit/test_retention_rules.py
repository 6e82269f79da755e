"""Whose rules count for a license: those of all who act on it, whoever of them erases."""

from __future__ import annotations

from pathlib import Path

import pytest

from ledger import crypto
from ledger.adapters.outbox import FileOutbox
from ledger.domain.retention import RetentionBasis
from ledger.service.retention import Retention
from ledger.service.standing import license_in
from ledger.service.statements import Notary
from tests.simulator import (
    BUREAU,
    LEDGER_ID,
    NATIONAL_TYPE,
    OFFICE,
    QINGPU,
    SHANGHAI,
    LedgerSimulator,
    founded_ledger,
    id_of,
    key_of,
)
from tests.unit.governed import FixedClock

LICENSE = id_of("a license whose document is kept")


@pytest.fixture
def ledger() -> LedgerSimulator:
    made = founded_ledger()
    made.issue(LICENSE)
    return made


def years(ledger: LedgerSimulator, folder: Path) -> int | None:
    """For how long the issuer keeps, where its own rule says one year and the office's by law thirty."""
    state = ledger.state()
    notary = Notary(state, crypto.verifier(), FixedClock(ledger.now), "0x" + LEDGER_ID.hex())
    rules = Retention(notary, FileOutbox(folder))
    for by, period, basis in ((BUREAU, 1, RetentionBasis.OWN), (OFFICE, 30, RetentionBasis.LAW)):
        rules.set(NATIONAL_TYPE, period, basis, "示例保管期限表 3.2", by, key_of(by))
    term = rules.term(license_in(state, LICENSE), BUREAU)
    assert term.rule is not None
    return term.rule.years


def test_a_rule_of_the_operator_counts_where_the_issuer_erases(
    ledger: LedgerSimulator, tmp_path: Path
) -> None:
    ledger.entitle(NATIONAL_TYPE, BUREAU, QINGPU, str(SHANGHAI), operator=OFFICE)
    assert years(ledger, tmp_path) == 30


def test_a_rule_of_the_successor_counts_too(ledger: LedgerSimulator, tmp_path: Path) -> None:
    ledger.succeed_organisation(BUREAU, OFFICE, str(SHANGHAI))
    assert years(ledger, tmp_path) == 30


def test_a_rule_of_a_stranger_does_not(ledger: LedgerSimulator, tmp_path: Path) -> None:
    assert years(ledger, tmp_path) == 1
