"""Other bodies than the issuer: replay judges who was competent, and every answer names who acted as what."""

from __future__ import annotations

from typing import Any

import pytest

from ledger.domain.acts import NAMEABLE, Act, Status, acts_bitmap
from ledger.domain.apply import State
from ledger.domain.entities import License
from ledger.domain.facts import fact_of
from ledger.domain.lifecycle import status_at
from ledger.domain.objects import organisation_object, region_object
from ledger.domain.state import Refused, typed
from ledger.domain.verdict import Step
from ledger.proof.verification import Claim, cut_offs_of, missing_objects
from ledger.service.verify import state_of
from tests.simulator import (
    BUREAU,
    DAY,
    JIASHAN,
    LEDGER_ID,
    NATIONAL_TYPE,
    OFFICE,
    QINGPU,
    REGIONAL_TYPE,
    SHANGHAI,
    ZHEJIANG,
    LedgerSimulator,
    founded_ledger,
    id_of,
)
from tests.unit.governed import asked_for
from tests.unit.test_competence import problem
from tests.unit.test_verification import asked, claim_in

LICENSE = id_of("a license")
EVERYTHING = acts_bitmap(NAMEABLE)


@pytest.fixture
def claim(ledger: LedgerSimulator) -> Claim:
    return claim_in(ledger.issue(LICENSE))


@pytest.fixture
def ledger() -> LedgerSimulator:
    return founded_ledger()


def empower(ledger: LedgerSimulator, region: int = QINGPU, acts: int = EVERYTHING, **term: int) -> None:
    ledger.empower(NATIONAL_TYPE, OFFICE, region, acts, str(SHANGHAI), **term)


def verdict(ledger: LedgerSimulator, claim: Claim) -> dict[str, Any]:
    """The evidence about status, from just those histories that are asked for."""
    state, _ = asked_for(ledger, lambda state: missing_objects(claim, state, None))
    (check,) = [check for check in asked(ledger, claim, state).checks if check.step is Step.STATUS]
    return dict(check.evidence)


def standing(ledger: LedgerSimulator) -> Status:
    state = state_of(LEDGER_ID, ledger.records())
    license_ = typed(state, "license", LICENSE, License)
    return status_at(license_, ledger.now, ledger.now, cut_offs_of(state, ledger.now)).status


# --- replay finds out who was not competent ---


@pytest.mark.usefixtures("claim")
@pytest.mark.parametrize(
    ("act", "signer", "region", "is_right"),
    [
        (Act.ANNUL, str(QINGPU), QINGPU, True),
        (Act.ANNUL, str(SHANGHAI), SHANGHAI, True),
        (Act.ANNUL, str(SHANGHAI), QINGPU, False),
        (Act.ANNUL, str(QINGPU), SHANGHAI, False),
        (Act.ANNUL, str(ZHEJIANG), ZHEJIANG, False),
        (Act.ANNUL, str(ZHEJIANG), SHANGHAI, False),
        (Act.ANNUL, str(JIASHAN), JIASHAN, False),
        (Act.ANNUL, str(SHANGHAI), 0, False),
        (Act.ANNUL, OFFICE, QINGPU, False),
        (Act.ANNUL, BUREAU, QINGPU, False),
        (Act.ANNUL, BUREAU, 0, True),
        *((act, str(SHANGHAI), SHANGHAI, False) for act in (Act.SUSPEND, Act.REVOKE, Act.CANCEL, Act.RESUME)),
    ],
)
def test_only_a_region_above_the_issuer_annuls(
    ledger: LedgerSimulator, act: Act, signer: str, region: int, is_right: bool
) -> None:
    ledger.act(LICENSE, act, signer, region=region)
    assert problem(ledger) == (None if is_right else "NOT_ENTITLED")


@pytest.mark.usefixtures("claim")
@pytest.mark.parametrize(
    ("named_in", "acts", "act", "region", "is_right"),
    [
        (QINGPU, EVERYTHING, Act.SUSPEND, QINGPU, True),
        (SHANGHAI, EVERYTHING, Act.REVOKE, SHANGHAI, True),
        (SHANGHAI, EVERYTHING, Act.ANNUL, SHANGHAI, True),
        (SHANGHAI, EVERYTHING, Act.REVOKE, QINGPU, False),
        (QINGPU, EVERYTHING, Act.REVOKE, SHANGHAI, False),
        (QINGPU, 1 << Act.SUSPEND, Act.REVOKE, QINGPU, False),
        (QINGPU, EVERYTHING, Act.CANCEL, QINGPU, False),
        (QINGPU, EVERYTHING, Act.RESUME, QINGPU, False),
        (QINGPU, EVERYTHING, Act.SUSPEND, 0, False),
    ],
)
def test_a_body_does_what_a_region_named_it_for(
    ledger: LedgerSimulator, named_in: int, acts: int, act: Act, region: int, is_right: bool
) -> None:
    empower(ledger, named_in, acts)
    assert problem(ledger) is None
    ledger.act(LICENSE, act, OFFICE, region=region)
    assert problem(ledger) == (None if is_right else "NOT_ENTITLED")


@pytest.mark.usefixtures("claim")
def test_a_body_that_another_province_names_is_not_competent(ledger: LedgerSimulator) -> None:
    ledger.empower(NATIONAL_TYPE, OFFICE, ZHEJIANG, EVERYTHING, str(ZHEJIANG))
    ledger.act(LICENSE, Act.REVOKE, OFFICE, region=ZHEJIANG)
    assert problem(ledger) == "NOT_ENTITLED"


@pytest.mark.parametrize(
    ("signer", "region", "is_right"),
    [
        (QINGPU, QINGPU, True),
        (QINGPU, SHANGHAI, False),
        (ZHEJIANG, QINGPU, False),
        (SHANGHAI, ZHEJIANG, False),
    ],
)
def test_a_region_names_for_itself_and_what_is_under_it(
    ledger: LedgerSimulator, signer: int, region: int, is_right: bool
) -> None:
    ledger.empower(NATIONAL_TYPE, OFFICE, region, EVERYTHING, str(signer))
    assert problem(ledger) == (None if is_right else "NOT_ENTITLED")
    other = founded_ledger(sign=False)
    superior = ZHEJIANG if region == ZHEJIANG else SHANGHAI
    other.empower(NATIONAL_TYPE, OFFICE, region, EVERYTHING, str(superior))
    other.end_power(NATIONAL_TYPE, OFFICE, region, str(signer), other.now + DAY)
    assert problem(other) == (None if is_right else "NOT_ENTITLED")


@pytest.mark.usefixtures("claim")
def test_what_is_named_later_takes_over_at_once(ledger: LedgerSimulator) -> None:
    empower(ledger)
    empower(ledger, since=ledger.now + DAY)
    ledger.act(LICENSE, Act.REVOKE, OFFICE, region=QINGPU)
    assert problem(ledger) == "NOT_ENTITLED"


@pytest.mark.usefixtures("claim")
@pytest.mark.parametrize(("seconds", "is_right"), [(0, False), (10_000, True)])
def test_an_end_counts_from_its_moment_on(ledger: LedgerSimulator, seconds: int, is_right: bool) -> None:
    empower(ledger)
    ledger.end_power(NATIONAL_TYPE, OFFICE, QINGPU, str(QINGPU), ledger.now + seconds)
    ledger.act(LICENSE, Act.REVOKE, OFFICE, region=QINGPU)
    assert problem(ledger) == (None if is_right else "NOT_ENTITLED")


@pytest.mark.usefixtures("claim")
@pytest.mark.parametrize(
    ("signer", "region", "is_right"),
    [(OFFICE, QINGPU, True), (BUREAU, 0, True), (BUREAU, QINGPU, False), (OFFICE, SHANGHAI, False)],
)
def test_a_suspension_is_lifted_by_the_body_that_made_it(
    ledger: LedgerSimulator, signer: str, region: int, is_right: bool
) -> None:
    empower(ledger)
    empower(ledger, SHANGHAI)
    ledger.act(LICENSE, Act.SUSPEND, OFFICE, region=QINGPU)
    ledger.act(LICENSE, Act.SUSPEND, BUREAU)
    ledger.act(LICENSE, Act.RESUME, signer, region=region)
    assert problem(ledger) == (None if is_right else "NOT_ENTITLED")
    assert not is_right or standing(ledger) is Status.SUSPENDED, "the other one stands"


@pytest.mark.parametrize("acts", [0, 1, 1 << Act.ISSUE, EVERYTHING | 1 << Act.RESUME, EVERYTHING | 1 << 30])
def test_nobody_is_named_for_other_acts(ledger: LedgerSimulator, acts: int) -> None:
    empower(ledger, acts=acts)
    with pytest.raises(Refused, match="BAD_RECORD"):
        _replayed(ledger)


def test_what_was_never_given_does_not_end(ledger: LedgerSimulator) -> None:
    ledger.end_power(NATIONAL_TYPE, OFFICE, QINGPU, str(QINGPU), ledger.now + DAY)
    with pytest.raises(Refused, match="nothing to end"):
        _replayed(ledger)


def _replayed(ledger: LedgerSimulator) -> None:
    state = State(LEDGER_ID)
    for record in ledger.records():
        state.apply(fact_of(record))


# --- every answer names who acted, and as what ---


@pytest.mark.parametrize(
    ("act", "signer", "region", "by", "capacity"),
    [
        (Act.ANNUL, str(SHANGHAI), SHANGHAI, "310000", "SUPERIOR"),
        (Act.ANNUL, OFFICE, QINGPU, OFFICE, "NAMED"),
        (Act.SUSPEND, OFFICE, QINGPU, OFFICE, "NAMED"),
        (Act.SUSPEND, BUREAU, 0, BUREAU, "ISSUER"),
        (Act.REVOKE, "operator", 0, OFFICE, "OPERATOR"),
    ],
)
def test_a_verdict_names_who_acted_and_as_what(
    ledger: LedgerSimulator, claim: Claim, act: Act, signer: str, region: int, by: str, capacity: str
) -> None:
    if signer == "operator":
        ledger.entitle(NATIONAL_TYPE, BUREAU, QINGPU, str(SHANGHAI), operator=OFFICE)
    else:
        empower(ledger)
    ledger.act(LICENSE, act, OFFICE if signer == "operator" else signer, region=region)
    evidence = verdict(ledger, claim)
    assert (evidence["act"], evidence["by"], evidence["capacity"]) == (act.name, by, capacity)


def test_a_license_in_force_names_who_issued_it(ledger: LedgerSimulator, claim: Claim) -> None:
    evidence = verdict(ledger, claim)
    assert (evidence["by"], evidence["capacity"]) == (BUREAU, "ISSUER")


def test_what_followed_the_issuer_is_named_as_that(ledger: LedgerSimulator, claim: Claim) -> None:
    ledger.succeed_organisation(BUREAU, OFFICE, str(SHANGHAI))
    ledger.act(LICENSE, Act.CANCEL, OFFICE)
    evidence = verdict(ledger, claim)
    assert (evidence["by"], evidence["capacity"]) == (OFFICE, "SUCCESSOR")


def test_what_followed_a_named_body_is_named_as_that(ledger: LedgerSimulator, claim: Claim) -> None:
    newcomer = "11310118MB9Z8Y7X6W"
    ledger.add_organisation(newcomer, QINGPU)
    ledger.register_key(newcomer, organisation_object(newcomer))
    empower(ledger)
    ledger.act(LICENSE, Act.SUSPEND, OFFICE, region=QINGPU)
    ledger.succeed_organisation(OFFICE, newcomer, str(SHANGHAI))
    ledger.act(LICENSE, Act.RESUME, newcomer, region=QINGPU)
    evidence = verdict(ledger, claim)
    assert (evidence["status"], evidence["by"], evidence["capacity"]) == ("IN_FORCE", newcomer, "SUCCESSOR")


def test_nothing_more_is_asked_for_where_the_issuer_did_everything(
    ledger: LedgerSimulator, claim: Claim
) -> None:
    ledger.act(LICENSE, Act.SUSPEND)
    wanted = missing_objects(claim, state_of(LEDGER_ID, ledger.records()), None)
    assert organisation_object(OFFICE) not in wanted
    assert region_object(QINGPU) not in wanted


# --- stolen keys ---


def test_what_a_stolen_key_suspended_stands_and_what_it_lifted_does_not(
    ledger: LedgerSimulator, claim: Claim
) -> None:
    empower(ledger)
    ledger.act(LICENSE, Act.SUSPEND, OFFICE, region=QINGPU)
    ledger.cut_off_key(OFFICE, str(ZHEJIANG), 1)
    assert standing(ledger) is Status.SUSPENDED
    other = founded_ledger(sign=False)
    other.issue(LICENSE)
    other.empower(NATIONAL_TYPE, OFFICE, QINGPU, EVERYTHING, str(SHANGHAI))
    other.act(LICENSE, Act.SUSPEND, OFFICE, region=QINGPU)
    stolen_at = other.now
    other.act(LICENSE, Act.RESUME, OFFICE, region=QINGPU)
    assert standing(other) is Status.IN_FORCE
    other.cut_off_key(OFFICE, str(ZHEJIANG), stolen_at)
    assert standing(other) is Status.SUSPENDED
    assert verdict(ledger, claim)["capacity"] == "NAMED"


def test_what_a_stolen_key_of_a_region_annulled_stands(ledger: LedgerSimulator, claim: Claim) -> None:
    ledger.act(LICENSE, Act.ANNUL, str(QINGPU), region=QINGPU)
    ledger.cut_off_key(str(QINGPU), str(SHANGHAI), 1)
    assert standing(ledger) is Status.ANNULLED
    assert verdict(ledger, claim)["by"] == "310118"
    ledger.issue(id_of("another"))
    ledger.act(id_of("another"), Act.ANNUL, str(QINGPU), region=QINGPU)
    assert problem(ledger) == "NOT_ENTITLED"


def test_a_power_over_another_type_is_none(ledger: LedgerSimulator, claim: Claim) -> None:
    ledger.empower(REGIONAL_TYPE, OFFICE, QINGPU, EVERYTHING, str(SHANGHAI))
    ledger.act(LICENSE, Act.REVOKE, OFFICE, region=QINGPU)
    assert problem(ledger) == "NOT_ENTITLED"
    assert "by" not in verdict(ledger, claim), "nobody is made up"
