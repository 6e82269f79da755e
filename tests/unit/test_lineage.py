"""Keys that fall with the ones that registered them; bodies and regions that others follow."""

from __future__ import annotations

from typing import Any

import pytest

from ledger import crypto
from ledger.domain.acts import Act, Purpose, Scope
from ledger.domain.lineage import acts_for, cut_off_of, line_of, registrars
from ledger.domain.objects import ascii32, organisation_id, organisation_object, region_object
from ledger.domain.records import Record
from ledger.proof.verification import Findings, Question, examine, missing_objects, recognition_basis
from ledger.service.replay import ReplayLedger
from ledger.service.sources import Asked, Histories
from tests.simulator import (
    BUREAU,
    DAY,
    JIASHAN,
    OFFICE,
    QINGPU,
    REGIONAL_TYPE,
    SHANGHAI,
    ZHEJIANG,
    LedgerSimulator,
    founded_ledger,
    hash32,
    id_of,
    key_id_of,
)
from tests.unit.governed import FixedClock, asked_for, registration, trust_of
from tests.unit.test_verification import claim_in

LICENSE = id_of("a license")
OWNER = organisation_object(BUREAU)
MERGED = "11610922MB0TE5T52A"
NEW_TYPE = "11310000MB0TE5T1XB001"


@pytest.fixture
def ledger() -> LedgerSimulator:
    """A sealed ledger; Qingpu has a governing key that Shanghai registered."""
    made = founded_ledger()
    register(made, "qingpu", str(SHANGHAI), region_object(QINGPU), Purpose.GOVERN)
    return made


def register(
    ledger: LedgerSimulator, name: str, by: str, owner: bytes = OWNER, purpose: Purpose = Purpose.SIGN
) -> Record:
    """Register a key as one governing key does it: that key signs, then the new one."""
    return ledger.record("RegisterKey", [by, name], **registration(name, purpose, owner))


def issue_with(ledger: LedgerSimulator, name: str) -> Record:
    members = ledger._license(LICENSE, BUREAU, REGIONAL_TYPE)
    return ledger.record("Issue", [name], licenseId=LICENSE, **members)


def asked(ledger: LedgerSimulator, record: Record, known_at: int, region: int | None = None) -> Findings:
    claim = claim_in(record)
    state, _ = asked_for(ledger, lambda state: missing_objects(claim, state, region))
    question = Question(at=ledger.now, known_at=known_at, region=region)
    return examine(claim, state, question, ledger.domains, crypto.verifier().verify)


def failures(findings: Findings) -> list[str]:
    return [check.result for check in findings.checks if check.result]


def problems(ledger: LedgerSimulator) -> list[tuple[str, int | None]]:
    """What a replay of the whole ledger finds."""
    replay = ReplayLedger(trust_of(ledger), crypto.verifier(), FixedClock(ledger.now))
    report = replay.run(Histories([ledger], Asked()), max_age=10**9)
    return [(finding.code, finding.seq) for finding in report.findings if finding.seq]


# --- keys ---


def test_a_license_of_a_thiefs_successor_key_is_compromised_once_known(ledger: LedgerSimulator) -> None:
    stolen_at = ledger.now
    ledger.rotate_key(BUREAU, "thief", OWNER)
    ledger.rotate_key("thief", "thief again", OWNER)
    record = issue_with(ledger, "thief again")
    ledger.wait(DAY)
    before = ledger.now - 1
    ledger.cut_off_key(BUREAU, str(SHANGHAI), stolen_at)
    assert failures(asked(ledger, record, ledger.now)) == ["KEY_COMPROMISED"]
    assert failures(asked(ledger, record, before)) == []
    assert registrars(ledger.state(), key_id_of("thief again")) == [key_id_of("thief"), key_id_of(BUREAU)]


def test_a_successor_key_from_before_the_theft_stays_good(ledger: LedgerSimulator) -> None:
    ledger.rotate_key(BUREAU, "honest", OWNER)
    ledger.wait(DAY)
    ledger.cut_off_key(BUREAU, str(SHANGHAI), ledger.now)
    record = issue_with(ledger, "honest")
    assert failures(asked(ledger, record, ledger.now)) == []
    assert cut_off_of(ledger.state(), key_id_of("honest"), ledger.now) is None


def test_a_key_that_a_stolen_governing_key_registered_is_void(ledger: LedgerSimulator) -> None:
    stolen_at = ledger.now
    register(ledger, "planted", "qingpu")
    record = issue_with(ledger, "planted")
    ledger.wait(DAY)
    ledger.cut_off_key("qingpu", str(SHANGHAI), stolen_at)
    assert failures(asked(ledger, record, ledger.now)) == ["KEY_COMPROMISED"]


def test_a_right_that_a_stolen_key_gave_is_void_and_the_one_before_holds(ledger: LedgerSimulator) -> None:
    ledger.register_type(NEW_TYPE, [str(SHANGHAI)], SHANGHAI, Scope.REGIONAL, ground=0)
    stolen_at = ledger.now
    ledger.entitle(NEW_TYPE, BUREAU, QINGPU, "qingpu")
    members = ledger._license(LICENSE, BUREAU, NEW_TYPE)
    record = ledger.record("Issue", [BUREAU], licenseId=LICENSE, **members)
    assert failures(asked(ledger, record, ledger.now)) == []
    ledger.wait(DAY)
    ledger.cut_off_key("qingpu", str(SHANGHAI), stolen_at)
    assert failures(asked(ledger, record, ledger.now)) == ["ISSUER_NOT_ENTITLED"]
    assert failures(asked(ledger, record, ledger.now - DAY)) == []


def test_an_end_stands_whoever_signed_it(ledger: LedgerSimulator) -> None:
    stolen_at = ledger.now
    ledger.end_entitlement(REGIONAL_TYPE, BUREAU, "qingpu", ledger.now + 10)
    ledger.cut_off_key("qingpu", str(SHANGHAI), stolen_at)
    ledger.wait(DAY)
    rights: Any = ledger.state().get("entitlement", f"{REGIONAL_TYPE}/{BUREAU}")
    assert rights.at(ledger.now, ledger.now, lambda key, at: True) is None


def test_an_agreement_falls_with_either_of_its_keys(ledger: LedgerSimulator) -> None:
    stolen_at = ledger.now
    ledger.recognize(QINGPU, ZHEJIANG, REGIONAL_TYPE, ["qingpu", str(ZHEJIANG)])
    ledger.end_recognition(SHANGHAI, ZHEJIANG, REGIONAL_TYPE, str(SHANGHAI), ledger.now)
    ledger.wait(DAY)
    now = ledger.now

    def basis(known_at: int) -> object:
        return recognition_basis(ledger.state(), REGIONAL_TYPE, QINGPU, JIASHAN, now, known_at)

    assert basis(now)
    ledger.cut_off_key("qingpu", str(SHANGHAI), stolen_at)
    assert basis(now - 1) and basis(ledger.now) is None


# --- successors ---


def test_a_successor_acts_from_its_date_on_and_old_licenses_stay(ledger: LedgerSimulator) -> None:
    record = ledger.issue(LICENSE)
    date = ledger.now + DAY
    ledger.succeed_organisation(BUREAU, OFFICE, str(SHANGHAI), since=date)
    office = organisation_id(OFFICE)
    assert [acts_for(ledger.state(), office, BUREAU, at) for at in (date - 1, date)] == [False, True]
    assert failures(asked(ledger, record, ledger.now)) == []


def test_replay_lets_a_successor_act_from_its_date_on_only(ledger: LedgerSimulator) -> None:
    members = {"uscc": "0x" + ascii32(MERGED).hex(), "region": QINGPU, "level": 4}
    ledger.record("AddOrganisation", ["qingpu"], **members, nameDigest=hash32("name"))
    register(ledger, MERGED, "qingpu", organisation_object(MERGED))
    ledger.issue(LICENSE)
    date = ledger.now + DAY
    ledger.succeed_organisation(BUREAU, MERGED, "qingpu", since=date)
    early = ledger.act(LICENSE, Act.SUSPEND, issuer=MERGED)
    assert problems(ledger) == [("NOT_ENTITLED", early.seq)]
    ledger.wait(DAY)
    ledger.bind(LICENSE, hash32("binding"), issuer=MERGED)
    stranger = ledger.bind(LICENSE, hash32("binding"), issuer=OFFICE)
    found = [(code, seq) for code, seq in problems(ledger) if code == "NOT_ENTITLED"]
    assert found == [("NOT_ENTITLED", early.seq), ("NOT_ENTITLED", stranger.seq)]


def test_replay_judges_rotation_and_recovery(ledger: LedgerSimulator) -> None:
    register(ledger, "recovery", str(SHANGHAI), region_object(QINGPU), Purpose.RECOVER)
    ledger.rotate_key(BUREAU, "fresh", OWNER, until=ledger.now)
    ledger.recover_key("qingpu", "qingpu again", "recovery", region_object(QINGPU))
    assert problems(ledger) == []
    ended = ledger.rotate_key(BUREAU, "late", OWNER)
    lost = ledger.rotate_key("qingpu again", "mine", region_object(QINGPU), Purpose.GOVERN, by="recovery")
    found = [seq for code, seq in problems(ledger) if code == "NOT_ENTITLED"]
    assert {ended.seq, lost.seq} <= set(found)


def test_a_merged_region_takes_its_agreements_along(ledger: LedgerSimulator) -> None:
    ledger.end_recognition(SHANGHAI, ZHEJIANG, REGIONAL_TYPE, str(SHANGHAI), ledger.now)
    ledger.add_region(310104, SHANGHAI)
    ledger.recognize(QINGPU, ZHEJIANG, REGIONAL_TYPE, ["qingpu", str(ZHEJIANG)])
    date = ledger.now + DAY
    ledger.succeed_region(QINGPU, 310104, [str(SHANGHAI)], since=date)
    state, now = ledger.state(), ledger.now
    found = [
        recognition_basis(state, REGIONAL_TYPE, 310104, JIASHAN, at, known_at) is not None
        for at, known_at in ((date - 1, now), (date, now), (date, 0))
    ]
    assert found == [False, True, False]
    assert line_of(state, 310104, date, now) == [310104, SHANGHAI, QINGPU]
    assert line_of(state, QINGPU, date, now) == [QINGPU, 310104, SHANGHAI]
    assert line_of(state, 999999, date, now) == []


# --- contracts ---


def test_replay_takes_records_of_a_successor_contract_after_its_succession_only() -> None:
    ledger = founded_ledger()
    first = ledger.address("Licenses")
    ledger.issue(LICENSE)
    ledger.succeed("Licenses", [str(SHANGHAI)])
    ledger.issue(id_of("another license"))
    assert problems(ledger) == []
    ledger.elsewhere["Licenses"] = first
    closed = ledger.issue(id_of("a third license"))
    assert problems(ledger) == [("BAD_RECORD", closed.seq)]
