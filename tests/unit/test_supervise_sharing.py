"""Supervising sharing: what was due is found when its time has passed, and a delay is never undone."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ledger.adapters.clock import SystemEntropy
from ledger.adapters.evidence_folder import EvidenceFolder
from ledger.adapters.outbox import FileOutbox
from ledger.domain.acts import Purpose, Scope, Sharing
from ledger.domain.apply import State
from ledger.domain.deadlines import due_after
from ledger.domain.facts import fact_of
from ledger.domain.moments import rfc3339
from ledger.domain.objects import organisation_object
from ledger.domain.overdue_texts import BREACH_TEXTS, CODES, OVERDUE_TEXTS
from ledger.domain.sharing import Outcome
from ledger.service.evidence import Evidence
from ledger.service.known_at import KnownAt
from ledger.service.party_texts import PartyTexts
from ledger.service.shown_corrections import ShowCorrections
from ledger.service.supervise_sharing import SuperviseSharing, Supervision
from tests.sharing_records import SharingRecords, a_use, bits, nonce, word
from tests.simulator import (
    BUREAU,
    DAY,
    OFFICE,
    QINGPU,
    REGIONAL_TYPE,
    SHANGHAI,
    LedgerSimulator,
    every_kind,
    founded_ledger,
    hash32,
)
from tests.unit.governed import registration
from tests.unit.test_shown_corrections import Tables, by_default

Json = dict[str, Any]
Do = Callable[[], object]
Supervise = Callable[..., Json]


@pytest.fixture
def supervised(tmp_path: Path) -> Supervise:
    """What `supervise sharing` tells of a state, as of a moment."""
    texts = PartyTexts(FileOutbox(tmp_path / "sharing"), SystemEntropy())
    evidence = Evidence(EvidenceFolder(tmp_path / "evidence"), SystemEntropy())

    def supervise(state: State, at: int, known_at: int = 0, **asked: Any) -> Json:
        known = KnownAt(Tables(state), known_at or at)
        corrections = ShowCorrections(known, texts, evidence, at, by_default(known, at))
        return SuperviseSharing(known, corrections, Supervision(at, **asked), at).supervise().as_json()

    return supervise


def begun() -> SharingRecords:
    """A ledger with one resource that is shared freely and one on conditions, neither of them in a cycle."""
    made = SharingRecords(founded_ledger(sign=False))
    made.register("OPEN", cycleDays=0)
    made.register("ASKED", Sharing.CONDITIONAL, cycleDays=0)
    return made


def used(made: SharingRecords) -> str:
    grant = made.request("OPEN")
    made.use(a_use(grant))
    return grant


# --- one of each kind: what begins it, and what meets it ---


def decision(made: SharingRecords) -> Do:
    grant = made.request("ASKED")
    return lambda: made.decide(grant)


def review(made: SharingRecords) -> Do:
    grant = made.request("ASKED", fields=bits(0x81))
    made.decide(grant)
    return lambda: made.review(grant)


def provision_by_use(made: SharingRecords) -> Do:
    grant = made.request("OPEN")
    return lambda: made.use(a_use(grant))


def provision_by_batch(made: SharingRecords) -> Do:
    grant = made.request("OPEN")
    return lambda: made.use_batch(grant)


def provision_by_mount(made: SharingRecords) -> Do:
    made.request("OPEN")
    return lambda: made.mount("OPEN")


def provision_by_edition(made: SharingRecords) -> Do:
    made.open_data("PARKS", cycleDays=0)
    made.request("PARKS")
    return lambda: made.publish("PARKS")


def answer(made: SharingRecords) -> Do:
    opened = made.open(used(made), "OPEN")
    return lambda: made.answer(opened, Outcome.NO)


def acknowledgement(made: SharingRecords) -> Do:
    opened = made.open(used(made), "OPEN")
    made.answer(opened)
    return lambda: made.acknowledge(opened)


def update(made: SharingRecords) -> Do:
    made.register("CYCLE", cycleDays=30)
    return lambda: made.mount("CYCLE")


def catalog(made: SharingRecords) -> Do:
    changed = {"schemaDigest": hash32("another schema")}
    made.ledger.register_type(REGIONAL_TYPE, [str(SHANGHAI)], SHANGHAI, Scope.REGIONAL, 0, **changed)

    def follow() -> None:
        made.register("OPEN", cycleDays=0)
        made.register("ASKED", cycleDays=0)

    return follow


def exception(made: SharingRecords) -> Do:
    made.register("CLOSED", Sharing.CONDITIONAL, cycleDays=0, until=made.ledger.now + 40 * DAY)
    return lambda: made.register("CLOSED", cycleDays=0)


def duty(made: SharingRecords) -> Do:
    made.set_duty("OPEN", made.ledger.now + 40 * DAY)

    def meet() -> None:
        made.mount("OPEN")
        made.probe("OPEN")

    return meet


KINDS = [
    (decision, "DECISION_LATE", BUREAU, 10),
    (review, "REVIEW_LATE", BUREAU, 10),
    (provision_by_use, "PROVISION_LATE", BUREAU, 20),
    (provision_by_batch, "PROVISION_LATE", BUREAU, 20),
    (provision_by_mount, "PROVISION_LATE", BUREAU, 20),
    (provision_by_edition, "PROVISION_LATE", BUREAU, 20),
    (answer, "CORRECTION_ANSWER_LATE", BUREAU, 10),
    (acknowledgement, "ACKNOWLEDGEMENT_LATE", OFFICE, 5),
    (update, "UPDATE_MISSED", BUREAU, None),
    (catalog, "CATALOG_UPDATE_LATE", BUREAU, 10),
    (exception, "EXCEPTION_LAPSED", BUREAU, None),
    (duty, "DUTY_LATE", BUREAU, None),
]
Scenario = Callable[[SharingRecords], Do]


def of_code(told: Json, code: str) -> list[Json]:
    return [each for each in told["findings"] if each["code"] == code]


def due_of(supervised: Supervise, made: SharingRecords, code: str) -> int:
    """When what was begun falls due: the first second at which it is found."""
    state, low, high = made.ledger.state(), made.ledger.now, made.ledger.now + 60 * DAY
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if of_code(supervised(state, middle), code) else (middle, high)
    return high


@pytest.mark.parametrize(("begin", "code", "body", "days"), KINDS)
def test_what_is_due_is_found_from_the_first_second_that_is_too_late(
    supervised: Supervise, begin: Scenario, code: str, body: str, days: int | None
) -> None:
    made = begun()
    begin(made)
    due, state = due_of(supervised, made, code), made.ledger.state()
    assert of_code(supervised(state, due - 1), code) == []
    found = of_code(supervised(state, due), code)[0]
    assert (found["body"], found["open"], found["daysLate"]) == (body, True, 1)
    assert (found["doneAt"], found["endedAt"]) == (None, None)
    assert (found["zh"], found["en"]) == OVERDUE_TEXTS[code]
    assert of_code(supervised(state, due + DAY - 1), code)[0]["daysLate"] == 1
    assert of_code(supervised(state, due + DAY), code)[0]["daysLate"] == 2
    starts = range(made.ledger.now - 60, made.ledger.now)
    assert days is None or due in {due_after(start, days) for start in starts}


@pytest.mark.parametrize(("begin", "code", "body", "days"), KINDS)
def test_what_is_done_in_time_is_never_found_and_counts_as_met(
    supervised: Supervise, begin: Scenario, code: str, body: str, days: int | None
) -> None:
    made, untouched = begun(), begun()
    begin(untouched)
    due = due_of(supervised, untouched, code)
    begin(made)()
    told = supervised(made.ledger.state(), due)
    kind = next(step for step, each in CODES.items() if each == code)
    (row,) = [each for each in told["measure"] if (each["body"], each["kind"]) == (body, kind)]
    assert of_code(told, code) == []
    assert (row["met"], row["late"], row["open"], row["ratio"]) == (
        row["due"],
        0,
        0,
        f"{row['due']}/{row['due']}",
    )
    assert row["due"] > 0


@pytest.mark.parametrize(("begin", "code", "body", "days"), KINDS)
def test_what_is_done_late_stays_found_and_was_open_until_then(
    supervised: Supervise, begin: Scenario, code: str, body: str, days: int | None
) -> None:
    made = begun()
    do = begin(made)
    due = due_of(supervised, made, code)
    made.ledger.wait(due + 2 * DAY - made.ledger.now)
    do()
    state, at = made.ledger.state(), made.ledger.now + DAY
    found = of_code(supervised(state, at), code)[0]
    assert (found["open"], found["daysLate"], found["doneAt"] is not None) == (False, 3, True)
    before = of_code(supervised(state, due + DAY), code)[0]
    assert (before["open"], before["daysLate"], before["doneAt"]) == (True, 2, None)
    kind = next(step for step, each in CODES.items() if each == code)
    (row,) = [
        each for each in supervised(state, at)["measure"] if (each["body"], each["kind"]) == (body, kind)
    ]
    assert (row["met"], row["late"], row["open"]) == (0, row["due"], 0)


def test_what_is_waited_for_no_more_was_late_only_if_its_time_had_passed(supervised: Supervise) -> None:
    made = begun()
    early, late = made.request("ASKED", "early"), made.request("ASKED", "late")
    made.withdraw(early)
    made.ledger.wait(30 * DAY)
    made.withdraw(late)
    told = supervised(made.ledger.state(), made.ledger.now)
    (found,) = told["findings"]
    assert (found["code"], found["about"], found["open"]) == ("DECISION_LATE", late, False)
    assert (found["doneAt"], found["endedAt"] is not None) == (None, True)
    assert told["counts"] == {"due": 1, "met": 0, "late": 1, "open": 0, "ratio": "0/1"}


def test_a_notice_that_comes_too_late_gives_no_more_time(supervised: Supervise) -> None:
    made = begun()
    in_time, late = made.request("ASKED", "in time"), made.request("ASKED", "late")
    made.notice(in_time)
    made.ledger.wait(16 * DAY)
    made.notice(late)
    made.decide(in_time)
    made.decide(late)
    told = supervised(made.ledger.state(), made.ledger.now)
    assert [each["about"] for each in told["findings"]] == [late]


def test_nobody_waits_for_the_data_of_what_was_refused_narrowed_or_over(supervised: Supervise) -> None:
    made = begun()
    made.decide(made.request("ASKED", "refused"), Outcome.NO)
    made.request("OPEN", "short", until=made.ledger.now + 3 * DAY)
    parent = used(made)
    made.delegate(parent, until=made.ledger.now + 90 * DAY)
    assert of_code(supervised(made.ledger.state(), made.ledger.now + 60 * DAY), "PROVISION_LATE") == []


def test_data_of_a_resource_that_is_mounted_are_provided_from_the_start(supervised: Supervise) -> None:
    made = begun()
    made.mount("OPEN")
    made.request("OPEN")
    told = supervised(made.ledger.state(), made.ledger.now + 60 * DAY)
    assert [each["ratio"] for each in told["measure"] if each["kind"] == "PROVISION"] == ["1/1"]
    made.mount("OPEN", samples=0)
    made.request("OPEN", "later")
    told = supervised(made.ledger.state(), made.ledger.now + 60 * DAY)
    assert [each["ratio"] for each in told["measure"] if each["kind"] == "PROVISION"] == ["1/2"]


def test_an_edition_that_is_withdrawn_was_provided_all_the_same(supervised: Supervise) -> None:
    made = begun()
    made.open_data("PARKS", cycleDays=0)
    made.publish("PARKS", "withdrawn before")
    made.withdraw_edition("PARKS", "withdrawn before")
    grant = made.request("PARKS")
    at = made.ledger.now + 60 * DAY
    assert [each["about"] for each in supervised(made.ledger.state(), at)["findings"]] == [grant]
    made.publish("PARKS", "bytes", 2)
    made.withdraw_edition("PARKS")
    assert supervised(made.ledger.state(), at)["findings"] == []


def test_each_cycle_that_was_missed_is_a_finding_and_the_others_were_met(supervised: Supervise) -> None:
    made = begun()
    made.register("CYCLE", cycleDays=30)
    for days in (29, 40, 29, 31):
        made.ledger.wait(days * DAY)
        made.mount("CYCLE")
    told = supervised(made.ledger.state(), made.ledger.now + 30 * DAY)
    found = of_code(told, "UPDATE_MISSED")
    assert [(each["open"], each["daysLate"]) for each in found] == [(False, 11), (False, 2), (True, 1)]
    (row,) = [each for each in told["measure"] if each["kind"] == "UPDATE"]
    assert (row["due"], row["met"], row["late"], row["open"]) == (5, 2, 2, 1)


def test_setting_another_day_for_a_duty_undoes_no_delay(supervised: Supervise) -> None:
    made = begun()
    made.set_duty("OPEN", made.ledger.now + 5 * DAY)
    made.ledger.wait(DAY)
    made.set_duty("OPEN", made.ledger.now + 10 * DAY)
    made.ledger.wait(12 * DAY)
    made.set_duty("OPEN", made.ledger.now + 90 * DAY)
    told = supervised(made.ledger.state(), made.ledger.now)
    assert [(each["open"], each["daysLate"]) for each in told["findings"]] == [(False, 3)]
    made.set_duty("OPEN", 0)
    assert len(supervised(made.ledger.state(), made.ledger.now + 100 * DAY)["findings"]) == 1


def test_after_a_merger_the_body_that_followed_owes_what_is_open_and_a_new_entry(
    supervised: Supervise,
) -> None:
    made = begun()
    made.request("ASKED")
    made.ledger.succeed_organisation(BUREAU, OFFICE, str(SHANGHAI))
    at = made.ledger.now + 20 * DAY
    told = supervised(made.ledger.state(), at, org=OFFICE)
    assert sorted({each["code"] for each in told["findings"]}) == ["CATALOG_UPDATE_LATE", "DECISION_LATE"]
    assert supervised(made.ledger.state(), at, org=BUREAU)["findings"] == []


def test_what_a_past_user_owes_its_follower_owes(supervised: Supervise) -> None:
    made = begun()
    acknowledgement(made)
    made.ledger.succeed_organisation(OFFICE, BUREAU, str(SHANGHAI))
    (found,) = supervised(made.ledger.state(), made.ledger.now + 20 * DAY)["findings"]
    assert (found["code"], found["body"]) == ("ACKNOWLEDGEMENT_LATE", BUREAU)


def test_an_exception_that_goes_on_unchanged_is_one(supervised: Supervise) -> None:
    made = begun()
    until = made.ledger.now + 40 * DAY
    for _ in range(3):
        made.register("CLOSED", Sharing.CONDITIONAL, cycleDays=0, until=until)
    made.register("CLOSED", Sharing.CONDITIONAL, cycleDays=0, until=until + 40 * DAY)
    told = supervised(made.ledger.state(), until + 40 * DAY)
    (row,) = [each for each in told["measure"] if each["kind"] == "EXCEPTION"]
    assert (row["due"], row["met"], row["open"]) == (2, 1, 1)
    (found,) = told["findings"]
    assert found["since"] == rfc3339(made.ledger.now - 5)


def test_a_type_that_says_the_same_again_changes_no_entry(supervised: Supervise) -> None:
    made = begun()
    made.ledger.register_type(REGIONAL_TYPE, [str(SHANGHAI)], SHANGHAI, Scope.REGIONAL, 0)
    assert supervised(made.ledger.state(), made.ledger.now + 30 * DAY)["findings"] == []


def test_a_dispute_and_a_demand_wait_with_their_age_and_are_no_findings(supervised: Supervise) -> None:
    made = begun()
    demand = {"demander": word(OFFICE), "nonce": nonce("demand"), "wanted": nonce("wanted")}
    wanted = "0x" + made.ledger.record("Demand", [OFFICE], **demand, item=word("ITEM-1")).object.hex()
    opened = made.open(used(made), "OPEN")
    made.dispute(opened)
    told = supervised(made.ledger.state(), made.ledger.now + 50 * DAY)
    waiting = [(each["kind"], each["body"], each["about"], each["openDays"]) for each in told["waiting"]]
    assert waiting == [("DEMAND", OFFICE, wanted, 50), ("DISPUTE", f"{SHANGHAI}", opened, 50)]
    assert told["findings"] == []
    made.settle(opened, Outcome.NO)
    about = {"demand": wanted, "owner": word(BUREAU), "code": word("OPEN")}
    made.ledger.record("MatchDemand", [OFFICE], **about)
    assert supervised(made.ledger.state(), made.ledger.now)["waiting"] == []


def test_a_dispute_after_the_time_of_an_answer_leaves_the_delay_to_be_found(supervised: Supervise) -> None:
    made = begun()
    opened = made.open(used(made), "OPEN")
    made.ledger.wait(30 * DAY)
    made.dispute(opened)
    (found,) = supervised(made.ledger.state(), made.ledger.now + 30 * DAY)["findings"]
    assert (found["code"], found["about"], found["open"]) == ("CORRECTION_ANSWER_LATE", opened, False)


def test_a_notice_that_comes_again_or_after_the_decision_is_found_as_of_each_moment(
    supervised: Supervise,
) -> None:
    made = begun()
    ledger, grant = made.ledger, made.request("ASKED")
    reviewer = registration("reviewer", Purpose.SIGN, organisation_object(BUREAU))
    ledger.record("RegisterKey", [str(QINGPU), "reviewer"], **reviewer)
    made.notice(grant)
    told_once = made.notice(made.request("ASKED", "told once")).time
    again = ledger.record("NoticeGrant", ["reviewer"], grant=grant, missing=nonce("more"))
    ledger.wait(DAY)
    made.decide(grant)
    after = made.notice(grant)
    state, at = ledger.state(), ledger.now

    def breaches(moment: int = at, **asked: Any) -> list[tuple[str, int]]:
        found = supervised(state, moment, **asked)["breaches"]
        assert all(
            (each["about"], each["zh"], each["en"]) == (grant, *BREACH_TEXTS[each["code"]]) for each in found
        )
        return [(each["code"], each["seq"]) for each in found]

    twice, late = ("NOTICE_AGAIN", again.seq), ("NOTICE_AFTER_DECISION", after.seq)
    assert breaches() == [twice, late]
    assert supervised(state, at)["breaches"][0]["at"] == rfc3339(again.time)
    assert (breaches(told_once), breaches(again.time), breaches(after.time - 1)) == ([], [twice], [twice])
    assert breaches(since=again.time + 1) == [late]
    assert (breaches(org=BUREAU), breaches(org=OFFICE)) == ([twice, late], [])
    ledger.wait(DAY)
    ledger.cut_off_key("reviewer", str(QINGPU), again.time)
    state = ledger.state()
    assert (breaches(ledger.now), breaches(at)) == ([late], [twice, late]), (
        "what a stolen key told is no breach"
    )
    ledger.succeed_organisation(BUREAU, OFFICE, str(SHANGHAI))
    state = ledger.state()
    assert (breaches(ledger.now, org=OFFICE), breaches(at, org=BUREAU)) == ([late], [twice, late])


def test_a_period_takes_what_fell_due_in_it(supervised: Supervise) -> None:
    made = begun()
    made.request("ASKED", "first")
    made.ledger.wait(60 * DAY)
    second = made.request("ASKED", "second")
    state, at = made.ledger.state(), made.ledger.now + 30 * DAY
    assert [each["kind"] for each in supervised(state, at)["findings"]] == ["DECISION", "DECISION"]
    since = made.ledger.now
    (found,) = supervised(state, at, since=since)["findings"]
    assert found["about"] == second
    assert supervised(state, at, since=since, org=BUREAU)["counts"]["open"] == 1
    assert supervised(state, at, since=since, org=OFFICE)["counts"]["due"] == 0


def test_what_is_said_of_a_moment_is_what_was_said_then(supervised: Supervise) -> None:
    ledger: LedgerSimulator = every_kind(founded_ledger(sign=False))
    made = SharingRecords(ledger)
    for begin, _, _, _ in KINDS[:1] + KINDS[8:]:
        ledger.wait(15 * DAY)
        begin(made)()
    made.set_duty("OPEN", ledger.now + 5 * DAY)
    ledger.wait(15 * DAY)
    ledger.succeed_organisation(BUREAU, OFFICE, str(SHANGHAI))
    final, state = ledger.state(), State(ledger.ledger_id)
    for block in ledger.blocks:
        for record in block.records:
            state.apply(fact_of(record))
        at = block.header.time
        assert supervised(final, at) == supervised(state, at)
        later = at + 40 * DAY
        assert supervised(final, later, known_at=at) == supervised(state, later)
