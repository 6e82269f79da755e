"""Doubts beside a verdict: which fields, since when, until whom, and what came of them."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from ledger import crypto
from ledger.domain.calendars import Calendar, read_calendar, table_name
from ledger.domain.deadlines import due_after
from ledger.domain.field_list import FieldList
from ledger.domain.messages import Kind
from ledger.domain.moments import SHANGHAI, parse_moment, start_of_day
from ledger.domain.rulebook import TABLE, Rulebook, read_rulebook
from ledger.domain.sharing import Outcome
from ledger.domain.verdict import Verdict
from ledger.errors import UnknownIdError
from ledger.service.counting import FindTexts
from ledger.service.sources import Asked, Histories
from ledger.service.standing import show_license
from ledger.service.verify import NO_PRESENTATION, Ask, AtHand, Subject, VerifyLicenses
from tests.sharing_records import NO_HASH, SharingRecords, bits, device_of, nonce, word
from tests.simulator import (
    BUREAU,
    DAY,
    OFFICE,
    QINGPU,
    REGIONAL_TYPE,
    LedgerSimulator,
    founded_ledger,
    id_of,
)
from tests.unit.governed import FixedClock, Tampered, trust_of
from tests.unit.test_verification import claim_in
from tests.unit.test_verify_together import FORM

NAMES = FieldList(("name", "number", "valid-to"), (1, 2, 1))
HELD = id_of("a license that is bound")


class Doubted:
    """A license, and a body that doubts its number."""

    def __init__(self, ledger: LedgerSimulator) -> None:
        self.ledger, self.records = ledger, SharingRecords(ledger)
        self.calendars: dict[str, Calendar] = {}
        self.rulebooks: dict[str, Rulebook] = {}
        self.records.register("OPEN", licenseType=word(REGIONAL_TYPE), fieldsDigest=NAMES.digest)
        self.issued = ledger.issue(
            HELD, code=REGIONAL_TYPE, holderBinding=device_of("device").binding, validFrom=0
        )

    def attest(self, outcome: Outcome = Outcome.NO, text: str = "attested", **changes: Any) -> str:
        named = {"by": word(OFFICE), "nonce": nonce(text), "owner": word(BUREAU), "code": word("OPEN")}
        about = {"licenseId": HELD, "fields": bits(0b10), "evidence": nonce("evidence")}
        members = {**named, **about, "outcome": int(outcome), **changes}
        return "0x" + self.ledger.record("Attest", [OFFICE], **members).object.hex()

    def verdict(self, level: str = "rpc", node: Any = None, **ask: Any) -> Verdict:
        texts = FindTexts(self.calendars.get, self.rulebooks.get)
        pinned = Asked(level, self.ledger.head().hash if level == "state" else None)
        service = VerifyLicenses(
            trust_of(self.ledger),
            lambda: Histories([node or self.ledger], pinned),
            crypto.verifier(),
            FixedClock(self.ledger.now),
            level,
            AtHand(name_fields={NAMES.digest: NAMES}.get, find_texts=texts),
        )
        return service.verify(Subject(FORM, claim_in(self.issued), NO_PRESENTATION), Ask(**ask))

    def publish(self, first: date, last: date) -> Calendar:
        """Days off in the region of the provider."""
        name = {"zh": "虚构节", "en": "made up"}
        holiday = {"name": name, "from": first.isoformat(), "until": last.isoformat()}
        form = {"format": "elicense-calendar/1", "year": first.year, "holidays": [holiday], "workdays": []}
        calendar = read_calendar({**form, "source": "虚构"})
        table = {"region": QINGPU, "publisher": NO_HASH, "name": word(table_name(first.year))}
        self.ledger.record("SetCodeTable", [str(QINGPU)], **table, digest=calendar.digest, since=0)
        return calendar


def flagged(verdict: Verdict) -> bool:
    return "CORRECTION_OPEN" in verdict.flags


@pytest.fixture
def doubted() -> Doubted:
    return Doubted(founded_ledger())


@pytest.mark.parametrize("level", ["rpc", "state"])
def test_an_open_doubt_is_a_flag_with_the_fields_by_name_and_changes_no_result(
    doubted: Doubted, level: str
) -> None:
    before = doubted.verdict(level)
    assert (before.result, before.corrections) == ("IN_FORCE", ())
    opened = doubted.attest()
    after = doubted.verdict(level)
    assert (after.result, after.exit_code) == ("IN_FORCE", 0)
    assert set(after.flags) - set(before.flags) == {"CORRECTION_OPEN"}
    (row,) = after.corrections
    assert (row["correction"], row["state"], row["fields"]) == (opened, "OPEN", ["number"])
    assert (row["resource"], row["overdue"], row["correctedBy"]) == (f"{BUREAU}/OPEN", False, None)
    assert str(row["due"]) > str(row["openedAt"])


@pytest.mark.parametrize("level", ["rpc", "state"])
def test_what_is_due_is_counted_by_the_calendar_of_the_providers_region(doubted: Doubted, level: str) -> None:
    day = datetime.fromtimestamp(doubted.ledger.now, SHANGHAI).date()
    monday = day + timedelta(days=21 - day.weekday())
    monday += timedelta(days=14 if monday.year != (monday + timedelta(days=40)).year else 0)
    calendar = doubted.publish(monday, monday + timedelta(days=4))
    doubted.ledger.wait(start_of_day(monday) - DAY - doubted.ledger.now)
    doubted.attest()
    (row,) = doubted.verdict(level).corrections
    assert (row["countedBy"], [each["countedBy"] for each in row["calendars"]]) == ("WEEKDAYS", ["WEEKDAYS"])
    assert row["calendars"][0]["digest"] == calendar.digest, "its text is not here"
    doubted.calendars[calendar.digest] = calendar
    (counted,) = doubted.verdict(level).corrections
    assert (counted["countedBy"], counted["calendars"][0]["version"]) == ("CALENDAR", 1)
    assert parse_moment(str(counted["due"])) - parse_moment(str(row["due"])) == 7 * DAY
    late = parse_moment(str(row["due"])) + DAY
    doubted.ledger.wait(late - doubted.ledger.now)
    doubted.records.register("LATER")
    (unanswered,) = doubted.verdict(level).corrections
    assert (unanswered["due"], unanswered["overdue"]) == (counted["due"], False)
    others = [each for each in doubted.ledger.records() if each.kind != int(Kind.CODE_TABLE_SET)]
    withheld = doubted.verdict(level, node=Tampered(doubted.ledger, others))
    assert withheld.result == {"rpc": "IN_FORCE", "state": "COULD_NOT_CHECK"}[level]


def test_the_number_of_days_is_that_of_the_rulebook_and_is_proved(doubted: Doubted) -> None:
    rule = {"number": "CORRECTION_ANSWER", "days": 4, "source": {"zh": "虚构"}}
    form = {"format": "elicense-rulebook/1", "region": f"{QINGPU}", "version": 1}
    book = read_rulebook({**form, "from": "2020-01-01T00:00:00Z", "rules": [rule]})
    members = {"region": QINGPU, "publisher": NO_HASH, "name": word(TABLE), "since": book.since}
    doubted.ledger.record("SetCodeTable", [str(QINGPU)], **members, digest=book.digest)
    doubted.attest()
    (row,) = doubted.verdict("state").corrections
    named = {"number": "CORRECTION_ANSWER", "region": f"{QINGPU}", "version": 1, "digest": book.digest}
    assert row["rulebook"] == [{**named, "days": 10, "countedBy": "DEFAULT", "said": None}]
    opened = parse_moment(str(row["openedAt"]))
    assert parse_moment(str(row["due"])) == due_after(opened, 10)
    doubted.rulebooks[book.digest] = book
    (counted,) = doubted.verdict("state").corrections
    assert counted["rulebook"] == [{**named, "days": 4, "countedBy": "RULEBOOK", "said": 4}]
    assert parse_moment(str(counted["due"])) == due_after(opened, 4)
    others = [each for each in doubted.ledger.records() if each.kind != int(Kind.CODE_TABLE_SET)]
    withheld = doubted.verdict("state", node=Tampered(doubted.ledger, others))
    assert withheld.result == "COULD_NOT_CHECK"


def test_a_doubt_that_nobody_answers_is_overdue_and_goes_on(doubted: Doubted) -> None:
    doubted.attest()
    doubted.ledger.wait(30 * DAY)
    doubted.records.register("LATER")
    (row,) = doubted.verdict().corrections
    assert (row["state"], row["overdue"]) == ("OPEN", True)


def test_who_disputed_before_an_answer_waits_for_none(doubted: Doubted) -> None:
    doubted.records.dispute(doubted.attest())
    doubted.ledger.wait(30 * DAY)
    doubted.records.register("LATER")
    (row,) = doubted.verdict().corrections
    assert (row["state"], row["due"], row["overdue"]) == ("DISPUTED", None, False)


def test_as_known_before_it_was_opened_there_is_no_doubt(doubted: Doubted) -> None:
    known = doubted.ledger.now
    doubted.ledger.wait(DAY)
    opened = doubted.attest()
    assert doubted.verdict(known_at=known).corrections == ()
    doubted.ledger.wait(DAY)
    was = doubted.ledger.now
    doubted.records.answer(opened, Outcome.NO)
    assert flagged(doubted.verdict(known_at=was - 1))
    assert not flagged(doubted.verdict())


def test_what_was_rejected_is_gone_and_what_was_upheld_says_what_corrects(doubted: Doubted) -> None:
    doubted.records.answer(doubted.attest(), Outcome.NO)
    assert (flagged(doubted.verdict()), doubted.verdict().corrections) == (False, ())
    doubted.records.answer(doubted.attest(text="again"))
    after = doubted.verdict()
    (row,) = after.corrections
    assert not flagged(after)
    assert (row["state"], row["due"]) == ("UPHELD", None)
    assert row["correctedBy"] == {"licenseId": id_of("a license that corrects"), "version": None}


def test_a_disputed_answer_opens_the_doubt_again_until_it_is_settled(doubted: Doubted) -> None:
    opened = doubted.attest()
    doubted.records.answer(opened, Outcome.NO)
    doubted.records.dispute(opened)
    (row,) = doubted.verdict().corrections
    assert (flagged(doubted.verdict()), row["state"], row["due"]) == (True, "DISPUTED", None)
    doubted.records.settle(opened, Outcome.NO)
    assert doubted.verdict().corrections == ()


def test_the_holders_own_doubt_counts_as_any_other(doubted: Doubted) -> None:
    doubted.records.ask(HELD, "OPEN")
    (row,) = doubted.verdict().corrections
    assert row["fields"] == ["name"]


def test_fields_whose_list_is_not_at_hand_keep_their_numbers(doubted: Doubted) -> None:
    doubted.records.register("OTHER", licenseType=word(REGIONAL_TYPE))
    doubted.attest(code=word("OTHER"))
    assert doubted.verdict().corrections[0]["fields"] == ["#1"]


def test_what_is_doubted_elsewhere_is_no_doubt_about_the_license(doubted: Doubted) -> None:
    doubted.records.register("DATA", kind=2, licenseType="0x" + "00" * 32)
    doubted.attest(code=word("DATA"))
    doubted.attest(text="another license", licenseId=id_of("another"))
    doubted.attest(text="the whole type", licenseId="0x" + "00" * 32)
    doubted.attest(Outcome.YES, text="matches")
    assert doubted.verdict().corrections == ()


def test_a_node_that_hides_a_doubt_is_found_out_where_proof_is_asked(doubted: Doubted) -> None:
    opened = bytes.fromhex(doubted.attest()[2:])
    served = [record for record in doubted.ledger.records() if record.object != opened]
    assert not flagged(doubted.verdict(node=Tampered(doubted.ledger, served)))
    assert doubted.verdict("state", Tampered(doubted.ledger, served)).result == "COULD_NOT_CHECK"


def test_license_show_has_the_flag_too(doubted: Doubted) -> None:
    doubted.attest()
    histories = Histories([doubted.ledger], Asked())
    shown = show_license(histories, HELD, None, None, doubted.ledger.now)
    assert "CORRECTION_OPEN" in shown.flags
    told = shown.as_json(None, {NAMES.digest: NAMES}.get)
    assert [row["fields"] for row in told["corrections"]] == [["number"]]  # type: ignore[attr-defined]
    with pytest.raises(UnknownIdError):
        show_license(histories, id_of("another"), None, None, doubted.ledger.now)
