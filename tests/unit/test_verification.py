"""Steps 3 to 7 of a verification: each code, on a ledger in memory."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from ledger import crypto
from ledger.domain.acts import Act, Scope
from ledger.domain.apply import State
from ledger.domain.objects import from_ascii32, organisation_object
from ledger.domain.records import Record
from ledger.domain.verdict import Check, Outcome, result_of
from ledger.domain.verdict_texts import FLAG_TEXTS
from ledger.proof.verification import Claim, Findings, Question, examine, missing_objects
from ledger.service.partial_state import state_of
from tests.simulator import (
    BUREAU,
    GENESIS_TIME,
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
    hash32,
    id_of,
)
from tests.unit.governed import asked_for

LICENSE = id_of("a license")
NAMES = ("SIGNATURE", "ISSUER", "ANCHOR", "STATUS", "RECOGNITION")


def claim_in(record: Record, **changes: Any) -> Claim:
    """What a document says that was issued by this record."""
    struct, values = record.message()
    signature = record.decoded().signatures[0]
    claim = Claim(
        identifier=None,
        message_name=struct.name,
        signed={"keyId": "0x" + signature.key_id.hex(), **values},
        signature=signature.raw,
        ledger_id="",
        license_id=str(values.get("newLicenseId", values.get("licenseId"))),
        issuer=from_ascii32(str(values["issuer"])),
        license_type=from_ascii32(str(values["licenseType"])),
    )
    return replace(claim, **changes)


def asked(ledger: LedgerSimulator, claim: Claim, state: State | None = None, **changes: Any) -> Findings:
    now = ledger.now
    question = replace(Question(at=now, known_at=now, region=None, age=1), **changes)
    return examine(
        claim,
        state or state_of(LEDGER_ID, list(ledger.records())),
        question,
        ledger.domains,
        crypto.verifier().verify,
    )


def shown(findings: Findings) -> dict[str, tuple[str, str]]:
    return {check.step.name: (check.outcome.value, check.code) for check in findings.checks}


def failure(findings: Findings) -> Check:
    (check,) = [check for check in findings.checks if check.outcome is Outcome.FAIL]
    return check


@pytest.fixture
def ledger() -> LedgerSimulator:
    return founded_ledger()


def test_what_is_right_passes_every_step_asked(ledger: LedgerSimulator) -> None:
    claim = claim_in(ledger.issue(LICENSE))
    findings = asked(ledger, claim, region=JIASHAN)
    assert shown(findings) == dict.fromkeys(NAMES, ("PASS", "OK"))
    assert findings.agreement is not None
    assert findings.agreement["basis"] == "LAW"
    assert findings.flags == ("HOLDER_UNBOUND",)
    assert shown(asked(ledger, claim))["RECOGNITION"] == ("SKIPPED", "NOT_ASKED")


@pytest.mark.parametrize(
    ("origin", "flags"),
    [
        ("native", ()),
        ("collected", ("COLLECTED",)),
        ("converted_checked", ("CONVERTED_CHECKED",)),
        ("converted_unchecked", ("CONVERTED_UNCHECKED",)),
        ("Native", ("ORIGIN_NOT_SHOWN",)),
        (None, ("ORIGIN_NOT_SHOWN",)),
    ],
)
def test_every_origin_but_a_native_one_has_its_flag(
    ledger: LedgerSimulator, origin: str | None, flags: tuple[str, ...]
) -> None:
    claim = claim_in(ledger.issue(LICENSE), origin=origin)
    assert claim.flags == flags
    assert all(flag in FLAG_TEXTS for flag in flags)
    assert asked(ledger, claim).collector == (claim.issuer if origin == "collected" else "")


def test_a_later_version_verifies_by_its_amendment(ledger: LedgerSimulator) -> None:
    old = claim_in(ledger.issue(LICENSE))
    between = ledger.now - 1
    ledger.amend(LICENSE, id_of("next"))
    new = claim_in(list(ledger.records())[-1])
    assert result_of(asked(ledger, new).checks) == "IN_FORCE"
    superseded = failure(asked(ledger, old))
    assert (superseded.code, superseded.evidence["supersededBy"]) == ("SUPERSEDED", id_of("next"))
    before = asked(ledger, old, known_at=between)
    assert result_of(before.checks) == "IN_FORCE"
    assert "supersededBy" not in before.checks[3].evidence


@pytest.mark.parametrize(
    ("changes", "step", "code", "result"),
    [
        ({"signature": bytes(31) + b"\1" + bytes(31) + b"\2"}, "SIGNATURE", "BAD_SIGNATURE", "TAMPERED"),
        ({"issuer": "11320000MB0TE5T36A"}, "ISSUER", "ISSUER_UNKNOWN", "TAMPERED"),
        ({"issuer": OFFICE}, "ISSUER", "KEY_NOT_OF_ISSUER", "TAMPERED"),
        ({"license_type": "11100000MB0TE5T605009"}, "ISSUER", "ISSUER_NOT_ENTITLED", "TAMPERED"),
        ({"license_id": hash32("nothing")}, "ANCHOR", "NOT_ANCHORED", "NOT_ANCHORED"),
        ({"ledger_id": hash32("another ledger")}, "ANCHOR", "OTHER_LEDGER", "NOT_ANCHORED"),
    ],
)
def test_a_claim_that_says_something_else_is_found(
    ledger: LedgerSimulator, changes: dict[str, Any], step: str, code: str, result: str
) -> None:
    claim = claim_in(ledger.issue(LICENSE), **changes)
    findings = asked(ledger, claim)
    assert shown(findings)[step] == ("FAIL", code)
    assert result_of(findings.checks) == result


# --- operators ---


def operated(ledger: LedgerSimulator, signer: str = str(SHANGHAI), until: int = 0) -> None:
    ledger.entitle(NATIONAL_TYPE, BUREAU, QINGPU, signer, until, operator=OFFICE)


def step_4(findings: Findings) -> Check:
    (check,) = [check for check in findings.checks if check.step.name == "ISSUER"]
    return check


def test_what_an_operator_issued_names_it(ledger: LedgerSimulator) -> None:
    operated(ledger)
    findings = asked(ledger, claim_in(ledger.issue(LICENSE, by=OFFICE)), region=JIASHAN)
    assert result_of(findings.checks) == "IN_FORCE"
    evidence = step_4(findings).evidence
    assert (evidence["issuer"], evidence["operator"], evidence["region"]) == (BUREAU, OFFICE, "310118")
    own = asked(ledger, claim_in(ledger.issue(id_of("another"))))
    assert "operator" not in step_4(own).evidence, "the issuer signs beside it"


def test_a_later_end_of_the_mandate_leaves_what_was_issued(ledger: LedgerSimulator) -> None:
    operated(ledger)
    claim = claim_in(ledger.issue(LICENSE, by=OFFICE))
    ledger.entitle(NATIONAL_TYPE, BUREAU, QINGPU, str(SHANGHAI))
    assert result_of(asked(ledger, claim).checks) == "IN_FORCE"


def test_what_changes_later_in_the_same_block_changes_nothing(ledger: LedgerSimulator) -> None:
    operated(ledger)
    with ledger.one_block():
        claim = claim_in(ledger.issue(LICENSE, by=OFFICE))
        ledger.entitle(NATIONAL_TYPE, BUREAU, QINGPU, str(SHANGHAI))
        own = claim_in(ledger.issue(id_of("own")))
        ledger.end_entitlement(NATIONAL_TYPE, BUREAU, str(SHANGHAI), ledger.now)
        late = claim_in(ledger.issue(id_of("late")))
    assert [result_of(asked(ledger, each).checks) for each in (claim, own)] == ["IN_FORCE"] * 2
    assert result_of(asked(ledger, late).checks) == "NOT_ANCHORED", "no contract writes it without a right"


@pytest.mark.parametrize("given", ["before", "after", "another type"])
def test_an_operator_outside_its_mandate_is_not_entitled(ledger: LedgerSimulator, given: str) -> None:
    if given == "before":
        operated(ledger)
        ledger.entitle(NATIONAL_TYPE, BUREAU, QINGPU, str(SHANGHAI))
    elif given == "another type":
        ledger.entitle(REGIONAL_TYPE, BUREAU, QINGPU, str(SHANGHAI), operator=OFFICE)
    claim = claim_in(ledger.issue(LICENSE, by=OFFICE))
    if given == "after":
        operated(ledger)
    findings = asked(ledger, claim)
    code = "KEY_NOT_OF_ISSUER" if given == "another type" else "OUTSIDE_MANDATE"
    assert step_4(findings).code == code
    assert result_of(findings.checks) == "ISSUER_NOT_ENTITLED"


def test_a_mandate_falls_with_the_key_that_gave_it(ledger: LedgerSimulator) -> None:
    given = ledger.now
    operated(ledger)
    claim = claim_in(ledger.issue(LICENSE, by=OFFICE))
    known = ledger.now - 1
    ledger.cut_off_key(str(SHANGHAI), str(ZHEJIANG), given)
    assert step_4(asked(ledger, claim)).code == "OUTSIDE_MANDATE", "the issuer's own right stands"
    assert result_of(asked(ledger, claim, known_at=known).checks) == "IN_FORCE"


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("digest", hash32("other")),
        ("holderBinding", hash32("other")),
        ("validFrom", GENESIS_TIME - 1),
        ("validTo", 0),
    ],
)
def test_the_record_must_say_the_same_in_every_member(
    ledger: LedgerSimulator, member: str, value: object
) -> None:
    claim = claim_in(ledger.issue(LICENSE))
    found = shown(asked(ledger, replace(claim, signed={**claim.signed, member: value})))
    assert found["SIGNATURE"] == ("FAIL", "BAD_SIGNATURE")
    assert found["ANCHOR"] == ("FAIL", "ANCHOR_MISMATCH")


def test_a_key_that_nobody_registered_makes_the_issuer_unknown(ledger: LedgerSimulator) -> None:
    claim = claim_in(ledger.issue(LICENSE))
    findings = asked(ledger, replace(claim, signed={**claim.signed, "keyId": hash32("key")}))
    assert shown(findings)["SIGNATURE"] == ("SKIPPED", "KEY_UNKNOWN")
    assert shown(findings)["ISSUER"] == ("FAIL", "ISSUER_UNKNOWN")


def test_a_key_that_had_ended_may_not_have_issued(ledger: LedgerSimulator) -> None:
    ledger.end_key(BUREAU, str(SHANGHAI), ledger.now + 1)
    ledger.wait(10)
    claim = claim_in(ledger.issue(LICENSE))
    assert shown(asked(ledger, claim))["ISSUER"] == ("FAIL", "KEY_NOT_VALID_THEN")


def test_a_right_or_key_that_ends_later_takes_nothing_back(ledger: LedgerSimulator) -> None:
    claim = claim_in(ledger.issue(LICENSE))
    ledger.end_entitlement(NATIONAL_TYPE, BUREAU, str(SHANGHAI), ledger.now)
    ledger.end_key(BUREAU, str(SHANGHAI), ledger.now)
    ledger.wait(1_000)
    assert result_of(asked(ledger, claim).checks) == "IN_FORCE"


def test_a_license_after_the_end_of_the_right_stays_unknown(ledger: LedgerSimulator) -> None:
    ledger.end_entitlement(NATIONAL_TYPE, BUREAU, str(SHANGHAI), ledger.now)
    ledger.wait(10)
    claim = claim_in(ledger.issue(LICENSE))
    assert result_of(asked(ledger, claim).checks) == "NOT_ANCHORED"


@pytest.mark.parametrize(
    ("act", "expected"),
    [
        (Act.SUSPEND, "SUSPENDED"),
        (Act.ANNUL, "ANNULLED"),
        (Act.WITHDRAW, "WITHDRAWN"),
        (Act.REVOKE, "REVOKED"),
        (Act.CANCEL, "CANCELLED"),
        (Act.VOID, "VOIDED"),
    ],
)
def test_an_act_fails_the_status_step(ledger: LedgerSimulator, act: Act, expected: str) -> None:
    claim = claim_in(ledger.issue(LICENSE))
    before = ledger.now - 1
    ledger.act(LICENSE, act)
    check = failure(asked(ledger, claim))
    assert (check.step.name, check.code, check.evidence["act"]) == ("STATUS", expected, act.name)
    assert result_of(asked(ledger, claim, known_at=before).checks) == "IN_FORCE"


def test_terms_of_validity_fail_the_status_step(ledger: LedgerSimulator) -> None:
    claim = claim_in(ledger.issue(LICENSE))
    assert failure(asked(ledger, claim, at=GENESIS_TIME - 1)).code == "NOT_YET"
    assert failure(asked(ledger, claim, at=GENESIS_TIME + 3650 * 86_400)).code == "EXPIRED"


def test_what_is_asked_about_before_the_record_is_not_anchored(ledger: LedgerSimulator) -> None:
    claim = claim_in(ledger.issue(LICENSE))
    found = shown(asked(ledger, claim, known_at=GENESIS_TIME))
    assert (found["ANCHOR"], found["STATUS"]) == (("FAIL", "NOT_ANCHORED"), ("SKIPPED", "NOT_REACHED"))


def test_a_compromised_key_is_named_and_only_since_it_was_known(ledger: LedgerSimulator) -> None:
    claim = claim_in(ledger.issue(LICENSE))
    ledger.wait(100)
    known = ledger.now
    ledger.cut_off_key(BUREAU, str(SHANGHAI), GENESIS_TIME)
    assert result_of(asked(ledger, claim).checks) == "KEY_COMPROMISED"
    assert result_of(asked(ledger, claim, known_at=known - 1).checks) == "IN_FORCE"


def _regional(ledger: LedgerSimulator) -> Claim:
    return claim_in(ledger.issue(LICENSE, BUREAU, REGIONAL_TYPE))


@pytest.mark.parametrize(
    ("region", "basis"),
    [(QINGPU, "HOME"), (SHANGHAI, "HOME"), (JIASHAN, "AGREEMENT"), (ZHEJIANG, "AGREEMENT")],
)
def test_a_regional_type_counts_at_home_and_under_the_agreement(
    ledger: LedgerSimulator, region: int, basis: str
) -> None:
    findings = asked(ledger, _regional(ledger), region=region)
    assert findings.agreement is not None
    assert findings.agreement["basis"] == basis


def test_where_nothing_was_agreed_a_regional_type_does_not_count(ledger: LedgerSimulator) -> None:
    claim = claim_in(ledger.issue(id_of("an office's", OFFICE), OFFICE, REGIONAL_TYPE))
    assert failure(asked(ledger, claim, region=SHANGHAI)).code == "NOT_RECOGNIZED_HERE"
    assert result_of(asked(ledger, claim, region=ZHEJIANG).checks) == "IN_FORCE", "its own province"
    assert result_of(asked(ledger, claim, region=JIASHAN).checks) == "IN_FORCE"
    unknown_region = failure(asked(ledger, claim, region=320000))
    assert (unknown_region.code, unknown_region.result) == ("REGION_UNKNOWN", "NOT_RECOGNIZED_HERE")


def test_an_agreement_counts_until_its_end_and_for_who_asks_as_of_then(ledger: LedgerSimulator) -> None:
    claim = _regional(ledger)
    known = ledger.now - 1
    ledger.end_recognition(SHANGHAI, ZHEJIANG, REGIONAL_TYPE, str(ZHEJIANG), ledger.now)
    ledger.wait(10)
    assert failure(asked(ledger, claim, region=JIASHAN)).code == "NOT_RECOGNIZED_HERE"
    assert result_of(asked(ledger, claim, region=JIASHAN, at=known, known_at=known).checks) == "IN_FORCE"
    assert result_of(asked(ledger, claim, region=JIASHAN, at=known).checks) == "IN_FORCE"


def test_an_agreement_without_first_day_ends_all_the_same(ledger: LedgerSimulator) -> None:
    members = {"fromRegion": ZHEJIANG, "toRegion": SHANGHAI, "licenseType": _word(REGIONAL_TYPE)}
    signers = [str(ZHEJIANG), str(SHANGHAI)]
    ledger.record("Recognize", signers, **members, asType=_word(REGIONAL_TYPE), since=0, until=0)
    claim = claim_in(ledger.issue(id_of("an office's", OFFICE), OFFICE, REGIONAL_TYPE))
    assert result_of(asked(ledger, claim, region=QINGPU).checks) == "IN_FORCE"
    ledger.end_recognition(ZHEJIANG, SHANGHAI, REGIONAL_TYPE, str(ZHEJIANG), ledger.now)
    ledger.wait(10)
    assert failure(asked(ledger, claim, region=QINGPU)).code == "NOT_RECOGNIZED_HERE"


def _word(code: str) -> str:
    return "0x" + code.encode().hex().ljust(64, "0")


def test_a_type_that_became_national_counts_everywhere_from_then_on(ledger: LedgerSimulator) -> None:
    claim = claim_in(ledger.issue(id_of("an office's", OFFICE), OFFICE, REGIONAL_TYPE))
    known = ledger.now - 1
    ledger.register_type(REGIONAL_TYPE, [str(SHANGHAI), str(ZHEJIANG)], SHANGHAI, Scope.NATIONAL)
    assert result_of(asked(ledger, claim, region=SHANGHAI).checks) == "IN_FORCE"
    assert failure(asked(ledger, claim, region=SHANGHAI, known_at=known)).code == "NOT_RECOGNIZED_HERE"


def test_an_old_head_cannot_say_that_something_still_holds(ledger: LedgerSimulator) -> None:
    claim = claim_in(ledger.issue(LICENSE))
    found = asked(ledger, claim, region=JIASHAN, stale=True)
    assert shown(found)["STATUS"] == shown(found)["RECOGNITION"] == ("UNKNOWN", "STALE_HEAD")
    ledger.act(LICENSE, Act.REVOKE)
    assert result_of(asked(ledger, claim, stale=True).checks) == "REVOKED", "but that it ended"


def test_an_old_head_cannot_refuse_what_a_later_record_may_allow(ledger: LedgerSimulator) -> None:
    unseen = claim_in(ledger.issue(LICENSE))
    empty = asked(ledger, unseen, State(LEDGER_ID), region=JIASHAN, stale=True)
    assert result_of(empty.checks) == "COULD_NOT_CHECK"
    assert shown(empty)["ISSUER"] == shown(empty)["ANCHOR"] == ("UNKNOWN", "STALE_HEAD")
    assert result_of(asked(ledger, unseen, State(LEDGER_ID), region=JIASHAN).checks) == "ISSUER_UNKNOWN"
    ledger.act(LICENSE, Act.SUSPEND)
    assert shown(asked(ledger, unseen, stale=True))["STATUS"] == ("UNKNOWN", "STALE_HEAD")
    regional = claim_in(ledger.issue(id_of("another", OFFICE), OFFICE, REGIONAL_TYPE))
    assert shown(asked(ledger, regional, region=SHANGHAI))["RECOGNITION"][0] == "FAIL"
    found = asked(ledger, regional, region=SHANGHAI, stale=True)
    assert shown(found)["RECOGNITION"] == ("UNKNOWN", "STALE_HEAD")


@pytest.mark.parametrize("region", [None, QINGPU, JIASHAN])
def test_the_histories_asked_for_are_enough(ledger: LedgerSimulator, region: int | None) -> None:
    claim = _regional(ledger)
    ledger.act(LICENSE, Act.SUSPEND)
    state, loaded = asked_for(ledger, lambda state: missing_objects(claim, state, region))
    assert asked(ledger, claim, state, region=region) == asked(ledger, claim, region=region)
    assert organisation_object(OFFICE) not in loaded
