"""Calendars of working days: what a file may say, which of them counts where and when, what never changes."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest

from ledger.adapters.clock import SystemEntropy
from ledger.adapters.evidence_folder import EvidenceFolder
from ledger.adapters.outbox import FileOutbox
from ledger.domain.acts import Scope, Sharing
from ledger.domain.apply import State
from ledger.domain.calendars import Calendar, read_calendar, table_name
from ledger.domain.deadlines import due_after
from ledger.domain.entities import Entity, Organisation, Region
from ledger.domain.moments import SHANGHAI as BEIJING_TIME
from ledger.domain.moments import parse_moment, rfc3339, start_of_day
from ledger.domain.objects import ascii32, code_table_object, region_id, region_object
from ledger.domain.sharing_entities import CodeTable, CodeTableVersion
from ledger.errors import MalformedError, RuleError, TrustError, UnknownIdError, UsageError
from ledger.service import region_tables
from ledger.service.calendars import Calendars, ShowCalendars, keep_calendar, publish
from ledger.service.counting import CountDeadlines, FindTexts
from ledger.service.evidence import Evidence
from ledger.service.known_at import KnownAt
from ledger.service.party_texts import PartyTexts
from ledger.service.rulebooks import Rulebooks
from ledger.service.shown_corrections import ShowCorrections
from ledger.service.shown_grants import ShowGrants
from ledger.service.supervise_sharing import SuperviseSharing, Supervision
from ledger.service.working_days import WorkingDays
from tests.sharing_records import NO_HASH, SharingRecords, a_use, word
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
)
from tests.unit.test_shown_corrections import Tables

Json = dict[str, Any]
NAME = {"zh": "虚构节", "en": "a made-up holiday"}
ONE_DAY = {"name": NAME, "from": "2026-01-01", "until": "2026-01-01"}

OF_2025: Json = {
    "format": "elicense-calendar/1",
    "year": 2025,
    "holidays": [
        {"name": {"zh": "元旦", "en": "New Year"}, "from": "2025-01-01", "until": "2025-01-01"},
        {"name": {"zh": "春节", "en": "Spring Festival"}, "from": "2025-01-28", "until": "2025-02-04"},
        {"name": {"zh": "清明节", "en": "Qingming Festival"}, "from": "2025-04-04", "until": "2025-04-06"},
        {"name": {"zh": "劳动节", "en": "Labour Day"}, "from": "2025-05-01", "until": "2025-05-05"},
        {"name": {"zh": "端午节", "en": "Dragon Boat Festival"}, "from": "2025-05-31", "until": "2025-06-02"},
        {
            "name": {"zh": "国庆节、中秋节", "en": "National Day and Mid-Autumn Festival"},
            "from": "2025-10-01",
            "until": "2025-10-08",
        },
    ],
    "workdays": ["2025-01-26", "2025-02-08", "2025-04-27", "2025-09-28", "2025-10-11"],
    "source": "国务院办公厅关于2025年部分节假日安排的通知",
}
"""The days that the State Council set for 2025."""


def made_up(*holidays: tuple[str, str], workdays: tuple[str, ...] = (), year: int = 2026) -> Json:
    """A fictitious calendar; days are MM-DD."""
    ranges = [{"name": NAME, "from": f"{year}-{a}", "until": f"{year}-{b}"} for a, b in holidays]
    worked = [f"{year}-{day}" for day in workdays]
    form = {"format": "elicense-calendar/1", "year": year, "holidays": ranges, "workdays": worked}
    return {**form, "source": "虚构：仅供测试"}


# --- the file ---


def test_the_days_of_2025_are_counted_as_they_were_published() -> None:
    calendar = read_calendar(OF_2025)
    assert calendar.as_json() == OF_2025
    assert calendar.working_days == 248
    asked = parse_moment("2025-09-30T04:00:00Z")
    last = datetime.fromtimestamp(due_after(asked, 10, calendar.is_working_day) - 1, BEIJING_TIME)
    assert last.date() == date(2025, 10, 21), "eight days off, and a Saturday that was worked"
    on_the_eve = parse_moment("2025-09-29T15:59:59Z")
    assert due_after(on_the_eve, 1, calendar.is_working_day) == start_of_day(date(2025, 10, 1))
    assert due_after(on_the_eve, 2, calendar.is_working_day) == start_of_day(date(2025, 10, 10)), (
        "a last day on a holiday moves to the next working day (民法典 art. 203)"
    )


BAD: list[tuple[Json, str]] = [
    (made_up(("10-01", "10-07"), ("10-07", "10-08")), "CALENDAR_DAY_TWICE"),
    (made_up(("10-01", "10-07"), ("10-03", "10-03")), "CALENDAR_DAY_TWICE"),
    (made_up(workdays=("10-10", "10-10")), "CALENDAR_DAY_TWICE"),
    (made_up(workdays=("10-09",)), "CALENDAR_WORKDAY"),
    (made_up(("10-01", "10-07"), workdays=("10-01",)), "CALENDAR_WORKDAY"),
    (made_up(("10-01", "10-07"), workdays=("10-04",)), "CALENDAR_WORKDAY"),
    (made_up(("10-07", "10-01")), "CALENDAR_RANGE"),
    (made_up(("02-29", "03-01")), "CALENDAR_DAY"),
    (made_up(("2-1", "2-2")), "CALENDAR_DAY"),
    (made_up(("W07", "W08")), "CALENDAR_DAY"),
    ({**made_up(), "workdays": [20260104]}, "CALENDAR_DAY"),
    ({**made_up(), "workdays": ["٢٠٢٦-01-04"]}, "CALENDAR_DAY"),
    ({**made_up(), "workdays": ["2025-12-28"]}, "CALENDAR_YEAR"),
    ({**made_up(), "holidays": [{**ONE_DAY, "from": "2025-12-31"}]}, "CALENDAR_YEAR"),
    (made_up(("01-01", "04-11")), "CALENDAR_MALFORMED"),
    (made_up(year=2**31), "CALENDAR_MALFORMED"),
    ({**made_up(), "year": 1991}, "CALENDAR_MALFORMED"),
    ({**made_up(), "year": True}, "CALENDAR_MALFORMED"),
    ({**made_up(), "year": "2026"}, "CALENDAR_MALFORMED"),
    ({**made_up(), "format": "elicense-calendar/2"}, "CALENDAR_MALFORMED"),
    ({**made_up(), "source": ""}, "CALENDAR_MALFORMED"),
    ({**made_up(), "more": 1}, "CALENDAR_MALFORMED"),
    ({**made_up(), "workdays": {}}, "CALENDAR_MALFORMED"),
    ({**made_up(), "holidays": [{**ONE_DAY, "name": "节"}]}, "CALENDAR_MALFORMED"),
    ({**made_up(), "holidays": [{**ONE_DAY, "name": {**NAME, "zh": "a\nb"}}]}, "CALENDAR_MALFORMED"),
    ({**made_up(), "holidays": [{"name": NAME, "from": "2026-01-01"}]}, "CALENDAR_MALFORMED"),
    ({name: value for name, value in made_up().items() if name != "source"}, "CALENDAR_MALFORMED"),
]


@pytest.mark.parametrize(("form", "code"), BAD)
def test_a_file_that_contradicts_itself_is_refused(form: Json, code: str) -> None:
    with pytest.raises(MalformedError) as refused:
        read_calendar(form)
    assert refused.value.code == code


def test_a_code_table_with_the_name_of_a_calendar_holds_a_calendar_of_that_year(tmp_path: Path) -> None:
    kept = Calendars(FileOutbox(tmp_path))
    keep_calendar(kept, "SEX", {"1": "男"})
    keep_calendar(kept, "CALENDAR-2026", made_up())
    assert kept.find(read_calendar(made_up()).digest) is not None
    for form, code in ((made_up(year=2027), "CALENDAR_OTHER_YEAR"), ({"1": "男"}, "CALENDAR_MALFORMED")):
        with pytest.raises(MalformedError) as refused:
            keep_calendar(kept, "CALENDAR-2026", form)
        assert refused.value.code == code


# --- which one counts ---


class Published:
    """A ledger on which calendars are published, and a home that keeps their texts."""

    def __init__(self, folder: Path) -> None:
        self.ledger: LedgerSimulator = founded_ledger(sign=False)
        self.made = SharingRecords(self.ledger)
        self.made.register("ASKED", Sharing.CONDITIONAL, cycleDays=0)
        self.made.register("OPEN", cycleDays=0)
        self.folder, self.kept = folder, Calendars(FileOutbox(folder / "calendars"))
        self.rulebooks = Rulebooks(FileOutbox(folder / "rulebooks"))

    def publish(self, region: int, form: Json, *, keep: bool = True, since: int | None = None) -> str:
        """A version of a region's calendar, signed by the region."""
        calendar = read_calendar(form)
        if keep:
            self.kept.keep(calendar)
        begins = start_of_day(date(calendar.year, 1, 1)) if since is None else since
        members: Json = {"region": region, "publisher": NO_HASH, "name": word(table_name(calendar.year))}
        self.ledger.record("SetCodeTable", [str(region)], **members, digest=calendar.digest, since=begins)
        return calendar.digest

    def supervised(
        self, at: int, *, assumes: bool = False, state: State | None = None, org: str = "", since: int = 0
    ) -> Json:
        """What `supervise sharing` tells as of a moment."""
        known = KnownAt(Tables(state or self.ledger.state()), at)
        count = CountDeadlines.by(known, at, self.found, assumes_weekdays=assumes, assumes_defaults=assumes)
        shown = ShowCorrections(known, self._texts, self._evidence, at, count)
        return SuperviseSharing(known, shown, Supervision(at, since, org), at).supervise().as_json()

    def decision(self, grant: str) -> Json:
        """`decision` of `grant show` now."""
        state = Tables(self.ledger.state())
        count = CountDeadlines.by(state, self.ledger.now, self.found)
        shown = ShowGrants(state, self._texts, self.ledger.now, count)
        found: Json = shown.show(self.ledger.state().tables["grant"][grant])["decision"]  # type: ignore[arg-type]
        return found

    def until(self, day: str) -> None:
        """Let time pass until noon of a day."""
        self.ledger.wait(parse_moment(day) + DAY // 2 - self.ledger.now)

    def shown(self) -> ShowCalendars:
        return ShowCalendars(Tables(self.ledger.state()), self.kept, self.ledger.now)

    @property
    def found(self) -> FindTexts:
        """The texts that the home keeps."""
        return FindTexts(self.kept.find, self.rulebooks.find)

    @property
    def _texts(self) -> PartyTexts:
        return PartyTexts(FileOutbox(self.folder / "sharing"), SystemEntropy())

    @property
    def _evidence(self) -> Evidence:
        return Evidence(EvidenceFolder(self.folder / "evidence"), SystemEntropy())


@pytest.fixture
def world(tmp_path: Path) -> Published:
    return Published(tmp_path)


def last_day(decision: Json) -> str:
    return str(datetime.fromtimestamp(parse_moment(decision["due"]) - 1, BEIJING_TIME).date())


def test_without_a_calendar_monday_to_friday_are_counted_and_the_answer_says_so(world: Published) -> None:
    decision = world.decision(world.made.request("ASKED"))
    assert last_day(decision) == "2026-01-15"
    nothing = {"region": None, "version": None, "digest": None}
    assert decision["calendars"] == [{"year": 2026, "countedBy": "WEEKDAYS", **nothing}]


def test_the_calendar_of_the_owners_region_moves_what_is_due_and_is_named(world: Published) -> None:
    digest = world.publish(SHANGHAI, made_up(("01-05", "01-07"), workdays=("01-10",)))
    grant = world.made.request("ASKED")
    decision = world.decision(grant)
    assert last_day(decision) == "2026-01-19"
    told = {"year": 2026, "countedBy": "CALENDAR", "region": "310000", "version": 1, "digest": digest}
    assert decision["calendars"] == [told]
    due = parse_moment(decision["due"])
    assert world.supervised(due - 1)["findings"] == []
    found = world.supervised(due)
    assert [each["about"] for each in found["findings"]] == [grant]
    assert found["findings"][0]["calendars"] == found["calendars"] == [told]


def test_every_kind_that_is_counted_in_working_days_follows_the_calendar(world: Published) -> None:
    world.publish(SHANGHAI, made_up(("01-05", "01-16")))
    world.publish(ZHEJIANG, made_up(("01-05", "01-09")))
    world.made.request("ASKED", "sensitive", fields="0x" + f"{0x81:064x}")
    used = world.made.request("OPEN", "used")
    world.made.use(a_use(used))
    upheld, open_ = world.made.open(used, "OPEN", "upheld"), world.made.open(used, "OPEN", "open")
    world.made.answer(upheld)
    world.made.request("OPEN", "not provided")
    found = {each["code"]: each["due"] for each in world.supervised(world.ledger.now + 90 * DAY)["findings"]}
    weekdays = {
        "DECISION_LATE": "2026-01-16",
        "REVIEW_LATE": "2026-01-16",
        "CORRECTION_ANSWER_LATE": "2026-01-16",
        "PROVISION_LATE": "2026-01-30",
    }
    assert open_ and {**found, "ACKNOWLEDGEMENT_LATE": None} == {
        **{code: _midnight(day, 14) for code, day in weekdays.items()},
        "ACKNOWLEDGEMENT_LATE": None,
    }
    assert found["ACKNOWLEDGEMENT_LATE"] == _midnight("2026-01-09", 7), "it counts where who owes it is"


def _midnight(day: str, later: int) -> str:
    return rfc3339(parse_moment(day) + later * DAY)


def test_the_nearest_region_counts_and_one_beside_it_does_not(world: Published) -> None:
    week = ("01-05", "01-09")
    grant = world.made.request("ASKED")
    world.publish(JIASHAN, made_up(week))
    world.publish(ZHEJIANG, made_up(week))
    assert last_day(world.decision(grant)) == "2026-01-15"
    world.publish(SHANGHAI, made_up(week))
    assert last_day(world.decision(grant)) == "2026-01-22"
    world.publish(QINGPU, made_up(("01-05", "01-05")))
    decision = world.decision(grant)
    assert (last_day(decision), decision["calendars"][0]["region"]) == ("2026-01-16", "310118")


def test_among_many_code_tables_the_same_calendar_is_found(
    world: Published, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.publish(SHANGHAI, made_up(("01-05", "01-07")))
    decision = world.decision(grant := world.made.request("ASKED"))
    monkeypatch.setattr(region_tables, "MOST_LISTED", 0)
    assert world.decision(grant) == decision
    assert decision["calendars"][0]["region"] == "310000"


def test_a_body_publishes_no_calendar_and_a_stolen_key_none_that_lasts(world: Published) -> None:
    grant = world.made.request("ASKED")
    calendar = read_calendar(made_up(("01-05", "01-09")))
    table: Json = {"region": 0, "publisher": word(BUREAU), "name": word("CALENDAR-2026")}
    world.ledger.record("SetCodeTable", [BUREAU], **table, digest=calendar.digest, since=0)
    assert last_day(world.decision(grant)) == "2026-01-15"
    stolen = world.ledger.now
    world.publish(QINGPU, made_up(("01-05", "01-09")))
    assert last_day(world.decision(grant)) == "2026-01-22"
    world.ledger.cut_off_key(str(QINGPU), str(SHANGHAI), stolen)
    assert last_day(world.decision(grant)) == "2026-01-15"
    assert [each["countsFrom"] for each in world.shown().rows()] == [None]


def test_a_later_version_changes_days_to_come_and_nothing_that_has_fallen_due(world: Published) -> None:
    world.publish(SHANGHAI, made_up(("01-05", "01-07")))
    grant = world.made.request("ASKED")
    due = parse_moment(world.decision(grant)["due"])
    world.until("2026-01-26")
    moments = [due - DAY, due - 1, due, due + 3 * DAY, world.ledger.now]
    before = [world.supervised(at) for at in moments]
    assert [len(each["findings"]) for each in before] == [0, 0, 1, 1, 1]
    world.publish(SHANGHAI, made_up(("01-05", "01-30")))
    world.publish(QINGPU, made_up(("01-12", "01-20")))
    world.ledger.mine()
    state = world.ledger.state()
    assert [world.supervised(at, state=state) for at in moments] == before
    assert world.supervised(world.ledger.now)["findings"] == before[-1]["findings"]
    world.publish(QINGPU, made_up())
    assert world.shown().show(QINGPU, 2026)["versions"][0]["countsFrom"] is None, "replaced the same day"
    later = world.made.request("ASKED", "later")
    assert last_day(world.decision(later)) == "2026-02-09", "by the second version, which has no holiday"
    assert world.decision(later)["calendars"][0]["region"] == "310118", "from the next day on"


def test_a_calendar_that_comes_in_the_middle_counts_from_the_next_day_on(world: Published) -> None:
    grant = world.made.request("ASKED")
    world.until("2026-01-06")
    digest = world.publish(SHANGHAI, made_up(("01-05", "01-07")))
    decision = world.decision(grant)
    assert last_day(decision) == "2026-01-16", "one day of the three was still to begin"
    assert [each["digest"] for each in decision["calendars"]] == [None, digest]
    (row,) = world.shown().rows()
    assert (row["countsFrom"], row["countsUntil"], row["here"]) == ("2026-01-07", "2026-12-31", True)


def test_a_deadline_that_crosses_the_year_counts_each_year_by_its_own(world: Published) -> None:
    world.publish(SHANGHAI, made_up(("01-01", "01-03"), workdays=("01-09",), year=2027))
    world.until("2026-12-28")
    decision = world.decision(world.made.request("ASKED"))
    assert last_day(decision) == "2027-01-11"
    assert [(each["year"], each["countedBy"]) for each in decision["calendars"]] == [
        (2026, "WEEKDAYS"),
        (2027, "CALENDAR"),
    ]


def test_a_grant_that_begins_at_the_end_of_time_stops_no_supervision(world: Published) -> None:
    for since in (parse_moment("9999-12-30"), 2**40):
        world.made.request("OPEN", f"from {since}", since=since, until=since + 1)
    assert world.supervised(world.ledger.now + 60 * DAY)["findings"] == []
    for since in (parse_moment("9999-12-30"), parse_moment("0001-01-01")):
        with pytest.raises(UsageError, match="CALENDAR_FAR"):
            world.shown().due(QINGPU, since, 366)
    assert world.shown().due(QINGPU, parse_moment("2998-12-31"), 366)["lastDay"] == "3000-05-27"


def kinds(supervised: Json) -> list[str]:
    """Of what is late, in order."""
    return sorted({each["kind"] for each in supervised["findings"]})


def test_a_home_without_the_text_judges_what_needs_none_and_names_what_it_lacks(world: Published) -> None:
    digest = world.publish(SHANGHAI, made_up(("01-05", "01-07")), keep=False)
    grant = world.made.request("ASKED")
    at = world.ledger.now + 60 * DAY
    world.made.register("CYCLED", cycleDays=30)
    named = {"region": "310000", "year": 2026, "version": None, "digest": digest}
    lacking = {"code": "CALENDAR_NOT_HERE", **named, "bodies": [BUREAU], "notJudged": 1}
    without = world.supervised(at)
    assert (without["notHere"], kinds(without)) == ([lacking], ["UPDATE"])
    assert (world.supervised(at, org=OFFICE)["notHere"], kinds(world.supervised(at, org=OFFICE))) == ([], [])
    assert kinds(world.supervised(at, assumes=True)) == ["DECISION", "UPDATE"]
    now, later = world.ledger.now, at + 730 * DAY
    for since, until, lacked in ((0, now + 60, 0), (0, now + 30 * DAY, 1), (later, later + DAY, 0)):
        found = world.supervised(until, since=since)["notHere"]
        assert sum(each["notJudged"] for each in found) == lacked, "it cannot be due then"
    told = {"year": 2026, "countedBy": "WEEKDAYS", "region": "310000", "version": 1, "digest": digest}
    assert world.supervised(at, assumes=True)["calendars"] == [told]
    assert world.decision(grant)["calendars"] == [told]
    assert last_day(world.decision(grant)) == "2026-01-15"
    state = Tables(world.ledger.state())
    with pytest.raises(TrustError) as false:
        world.kept.take(state, made_up(("01-05", "01-08")))
    assert false.value.code == "NOT_A_CALENDAR"
    with pytest.raises(UnknownIdError):
        world.kept.told(digest)
    assert world.kept.take(state, made_up(("01-05", "01-07"))) == [{"region": "310000", "version": 1}]
    assert last_day(world.decision(grant)) == "2026-01-20"
    (file,) = (world.folder / "calendars").iterdir()
    file.write_bytes(file.read_bytes().replace(b"01-07", b"01-06"))
    assert world.kept.find(digest) is None, "what was altered is as good as not here"


def test_a_change_that_cannot_be_counted_hides_no_other_of_the_same_entry(world: Published) -> None:
    world.publish(SHANGHAI, made_up(("01-05", "01-07")), keep=False)
    for name, days in (("this year", 0), ("after the next", 800)):
        world.ledger.wait(days * DAY)
        digest = {"schemaDigest": hash32(name)}
        world.ledger.register_type(REGIONAL_TYPE, [str(SHANGHAI)], SHANGHAI, Scope.REGIONAL, 0, **digest)
    told = world.supervised(world.ledger.now + 60 * DAY)
    late = [each["since"][:4] for each in told["findings"] if each["kind"] == "CATALOG_UPDATE"]
    assert (late, [each["year"] for each in told["notHere"]]) == (["2028", "2028"], [2026]), "of both entries"


def test_what_would_count_for_no_day_and_what_is_there_already_is_not_published(world: Published) -> None:
    state, form = Tables(world.ledger.state()), read_calendar(made_up())
    end = parse_moment("2026-12-31")
    assert publish(state, SHANGHAI, form, end - 1, ()).struct == "SetCodeTable"
    with pytest.raises(RuleError, match="CALENDAR_YEAR_OVER"):
        publish(state, SHANGHAI, form, end, ())
    world.publish(SHANGHAI, made_up())
    with pytest.raises(RuleError, match="CALENDAR_THERE"):
        publish(Tables(world.ledger.state()), SHANGHAI, form, world.ledger.now, ())
    with pytest.raises(UnknownIdError, match="UNKNOWN_CALENDAR"):
        world.shown().show(QINGPU, 2026)


# --- for whatever is published whenever ---


class Few:
    """Two regions, a body in the lower one, and the calendars of both."""

    def __init__(self, tables: dict[tuple[int, int], list[tuple[int, Calendar]]]) -> None:
        self.ledger_id = bytes(32)
        self._rows: dict[tuple[str, str], Entity] = {
            ("region", "310000"): Region(1, 310000, 0, 0),
            ("region", "310118"): Region(1, 310118, 310000, 0),
            ("organisation", BUREAU): Organisation(1, BUREAU, 310118, 3, NO_HASH, 0),
        }
        self.texts: dict[str, Calendar] = {}
        for (region, year), versions in tables.items():
            key = "0x" + code_table_object(region_object(region), ascii32(table_name(year))).hex()
            own = []
            for recorded_at, calendar in sorted(versions, key=lambda each: each[0]):
                self.texts[calendar.digest] = calendar
                since = start_of_day(date(year, 1, 1))
                told = {"seq": 1, "recorded_at": recorded_at, "key_id": NO_HASH}
                own.append(CodeTableVersion(**told, digest=calendar.digest, since=since))  # type: ignore[arg-type]
            self._rows["codeTable", key] = CodeTable(1, region_id(region), table_name(year), tuple(own))

    def get(self, table: str, key: str) -> Entity | None:
        return self._rows.get((table, key))


BEGIN = start_of_day(date(2026, 11, 1))
_NOVEMBER = [f"11-{day:02d}" for day in range(1, 31)]


def drawn_calendar(off: set[str], is_worked: bool) -> Calendar:
    """Days off in November, and perhaps the Saturdays worked that are none of them."""
    saturdays = ["11-07", "11-14", "11-21", "11-28"]
    worked = tuple(each for each in saturdays if is_worked and each not in off)
    return read_calendar(made_up(*((day, day) for day in sorted(off)), workdays=worked))


Publishing = tuple[int, int, Calendar]
"""A region, when it is recorded, and what it says."""


def drawn(dice: Random) -> list[Publishing]:
    """Calendars that two regions publish in the course of a month."""
    return [
        (
            dice.choice([310000, 310118]),
            BEGIN + dice.randrange(30 * DAY),
            drawn_calendar(set(dice.sample(_NOVEMBER, dice.randrange(20))), dice.random() < 0.5),
        )
        for _ in range(dice.randrange(6))
    ]


def due_at(published: list[Publishing], start: int, days: int, known_at: int) -> int:
    """What is due, as known at a moment."""
    tables: dict[tuple[int, int], list[tuple[int, Calendar]]] = {}
    for region, when, calendar in published:
        if when <= known_at:
            tables.setdefault((region, calendar.year), []).append((when, calendar))
    state = Few(tables)
    working = WorkingDays(state, known_at, state.texts.get, assumes_weekdays=False)
    return due_after(start, days, working.of(BUREAU))


def test_once_something_has_fallen_due_no_calendar_moves_it() -> None:
    fallen = 0
    for seed in range(300):
        dice = Random(seed)
        published, days = drawn(dice), dice.randint(1, 10)
        start, seen = BEGIN + dice.randrange(10 * DAY), BEGIN + dice.randrange(30 * DAY)
        then = due_at(published, start, days, seen)
        ever = due_at(published, start, days, BEGIN + 400 * DAY)
        assert then == ever if then <= seen else ever > seen, seed
        fallen += then <= seen
    assert 50 < fallen < 250, "both happen"


def test_every_deadline_ends_even_if_all_that_may_be_off_is_off() -> None:
    days = [date(2026, 1, 1) + timedelta(n) for n in range(100)]
    form = made_up((f"{days[0]:%m-%d}", f"{days[-1]:%m-%d}"))
    state = Few({(310000, 2026): [(0, read_calendar(form))]})
    working = WorkingDays(state, BEGIN, state.texts.get, assumes_weekdays=False)
    asked = start_of_day(date(2025, 12, 31))
    assert due_after(asked, 1, working.of(BUREAU)) == start_of_day(date(2026, 4, 14))
