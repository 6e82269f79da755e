"""Rulebooks: what a file may say, which number counts where and when, what never changes."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest

from ledger.domain.canonical import parse_strict
from ledger.domain.deadlines import DEFAULTS, Number, Start, due_after
from ledger.domain.entities import Entity, Organisation, Region
from ledger.domain.extensions import Extended, Extension, ExtensionList
from ledger.domain.moments import SHANGHAI as BEIJING_TIME
from ledger.domain.moments import parse_moment, rfc3339
from ledger.domain.objects import ascii32, code_table_object, region_id, region_object
from ledger.domain.resources import catalog_deadlines
from ledger.domain.rulebook import TABLE, Rulebook, read_rulebook
from ledger.domain.sharing_entities import CodeTable, CodeTableVersion
from ledger.errors import LedgerError, MalformedError, TrustError, UnknownIdError
from ledger.service.counting import CountDeadlines
from ledger.service.region_tables import RegionTables
from ledger.service.rule_numbers import RuleNumbers
from ledger.service.rulebooks import ShowRulebooks, keep_rulebook, publish
from tests.sharing_records import NO_HASH, a_use, word
from tests.simulator import BUREAU, DAY, QINGPU, SHANGHAI
from tests.unit.test_calendars import Published, made_up
from tests.unit.test_shown_corrections import Tables

Json = dict[str, Any]
SOURCE = {"zh": "虚构：某地政务数据共享办法第三条", "en": "made up: a region's rules on sharing, art. 3"}
BEGUN = "2020-01-01T00:00:00Z"


def rule(number: str = "DECISION", days: object = 5, **more: object) -> Json:
    return {"number": number, "days": days, "source": SOURCE, **more}


def book(*rules: Json, region: str = "310000", version: int = 1, since: str = BEGUN) -> Json:
    form = {"format": "elicense-rulebook/1", "region": region, "version": version, "from": since}
    return {**form, "rules": list(rules)}


def days(**numbers: int) -> list[Json]:
    return [rule(name, count) for name, count in numbers.items()]


# --- the file ---

BAD: list[tuple[Json, str]] = [
    ({**book(rule()), "format": "elicense-rulebook/2"}, "format"),
    ({**book(rule()), "more": 1}, "keys"),
    ({"format": "elicense-rulebook/1", "rules": [rule()]}, "keys"),
    (book(rule(), region="31000"), "region"),
    (book(rule(), region="000000"), "region"),
    (book(rule(), region="٣10000"), "region"),
    ({**book(rule()), "region": 310000}, "region"),
    (book(rule(), version=0), "version"),
    (book(rule(), version=True), "version"),
    (book(rule(), version=10**30), "version"),
    ({**book(rule()), "version": "1"}, "version"),
    (book(rule(), since="2026-01-01"), "from"),
    (book(rule(), since="2026-01-01T08:00:00+08:00"), "from"),
    (book(rule(), since="2026-02-30T00:00:00Z"), "from"),
    ({**book(rule()), "from": 0}, "from"),
    (book(), "rules"),
    (book(*[rule()] * 10), "rules"),
    ({**book(), "rules": rule()}, "rules"),
    (book("DECISION"), "rules/0"),  # type: ignore[arg-type]
    (book(rule(), rule("REVIEW", more=1)), "rules/1"),
    (book(rule("UPDATE")), "rules/0/number"),
    (book(rule("decision")), "rules/0/number"),
    (book(rule(["DECISION"])), "rules/0/number"),  # type: ignore[arg-type]
    (book(rule(days=0)), "rules/0/days"),
    (book(rule(days=-1)), "rules/0/days"),
    (book(rule(days=251)), "rules/0/days"),
    (book(rule(days=2**70)), "rules/0/days"),
    (book(rule(days=True)), "rules/0/days"),
    (book(rule(days=5.0)), "rules/0/days"),
    (book(rule(days="5")), "rules/0/days"),
    (book(rule(days=None)), "rules/0/days"),
    (book(rule(source="虚构")), "rules/0/source"),
    (book(rule(source={"en": "made up"})), "rules/0/source"),
    (book(rule(source={**SOURCE, "fr": "x"})), "rules/0/source"),
    (book(rule(source={"zh": ""})), "rules/0/source/zh"),
    (book(rule(source={"zh": "a\nb"})), "rules/0/source/zh"),
    (book(rule(source={"zh": "虚构", "en": "x" * 501})), "rules/0/source/en"),
    (book(rule(source={"zh": "虚构", "en": None})), "rules/0/source/en"),
]


def test_a_file_is_read_as_it_is_and_refused_by_the_member_that_is_wrong() -> None:
    good = book(*days(**{each.value: DEFAULTS[each] for each in Number}))
    read_rulebook(good).require_allowed()
    assert read_rulebook(good).as_json() == good, "just what the regulation has is allowed"
    brief = book(rule(source={"zh": "虚构"}))
    assert read_rulebook(brief).as_json() == brief
    for form, field in BAD:
        with pytest.raises(MalformedError) as refused:
            read_rulebook(form)
        assert (refused.value.code, refused.value.fields["field"]) == ("RULEBOOK_MALFORMED", field), form
    with pytest.raises(MalformedError, match="RULEBOOK_TWICE"):
        read_rulebook(book(rule(days=5), rule(days=4)))
    with pytest.raises(MalformedError, match="DUPLICATE"):
        parse_strict(json.dumps(brief).replace('"days": 5', '"days": 5, "days": 4').encode())
    for each in Number:
        with pytest.raises(LedgerError, match="RULEBOOK_LONGER"):
            read_rulebook(book(rule(each.value, DEFAULTS[each] + 1))).require_allowed()


# --- which number counts ---


class Ruling(Published):
    """A ledger on which rulebooks are published, and a home that keeps their texts."""

    def rule(self, form: Json, *, under: int = 0, by: int = 0, keep: bool = True, since: int = -1) -> str:
        """A version of a rulebook on the ledger, whatever it says, signed by the region or another."""
        rulebook = read_rulebook(form)
        if keep:
            self.rulebooks.keep(rulebook)
        region = under or rulebook.region
        begins = rulebook.since if since < 0 else since
        members: Json = {"region": region, "publisher": NO_HASH, "name": word(TABLE), "since": begins}
        self.ledger.record("SetCodeTable", [str(by or region)], **members, digest=rulebook.digest)
        return rulebook.digest

    def asked(self, text: str = "asked") -> tuple[int, Json]:
        """In how many working days a grant that is asked for now is decided, and by what."""
        decision = self.decision(self.made.request("ASKED", text))
        return self.days_of(decision), decision["rulebook"][0]

    def days_of(self, decision: Json) -> int:
        """How many working days there are until something that began today is due."""
        due, start = parse_moment(decision["due"]), self.ledger.now
        return next(count for count in range(1, 60) if due_after(start, count) == due)

    def showing(self, at: int | None = None) -> ShowRulebooks:
        return ShowRulebooks(Tables(self.ledger.state()), self.rulebooks, at or self.ledger.now)


@pytest.fixture
def ruling(tmp_path: Path) -> Ruling:
    return Ruling(tmp_path)


def test_a_grant_asked_for_afterwards_has_the_new_number_and_one_before_the_old(ruling: Ruling) -> None:
    early = ruling.made.request("ASKED", "early")
    before = ruling.decision(early)
    nothing = {"region": None, "version": None, "digest": None, "said": None}
    assert before["rulebook"] == [{"number": "DECISION", "days": 10, "countedBy": "DEFAULT", **nothing}]
    digest = ruling.rule(book(*days(DECISION=5, NOTICE=3)))
    counted, told = ruling.asked()
    assert counted == 5
    named = {"region": "310000", "version": 1, "digest": digest}
    assert told == {"number": "DECISION", "days": 5, "countedBy": "RULEBOOK", **named, "said": 5}
    assert ruling.decision(early) == before

    noticed = ruling.made.request("ASKED", "noticed")
    ruling.made.notice(noticed)
    decision = ruling.decision(noticed)
    assert [(each["number"], each["days"]) for each in decision["rulebook"]] == [
        ("DECISION", 5),
        ("NOTICE", 3),
    ]
    assert ruling.days_of(decision) == 8
    due = parse_moment(ruling.decision(noticed)["due"])
    assert ruling.supervised(due - 1)["counts"]["due"] == 1
    found = ruling.supervised(due)
    assert found["findings"][0]["rulebook"] == [told]
    assert [each["number"] for each in found["findings"][1]["rulebook"]] == ["DECISION", "NOTICE"]
    assert [(each["number"], each["region"]) for each in found["rulebook"]] == [
        ("DECISION", "310000"),
        ("NOTICE", "310000"),
    ]


def test_every_kind_of_deadline_has_its_number_of_the_body_that_owes_it(ruling: Ruling) -> None:
    numbers = days(DECISION=4, REVIEW=3, PROVISION=7, CORRECTION_ANSWER=2, ANSWER=1, CATALOG_UPDATE=6)
    ruling.rule(book(*numbers))
    ruling.rule(book(*days(ACKNOWLEDGEMENT=1), region="330000"))
    ruling.made.request("ASKED", "sensitive", fields="0x" + f"{0x81:064x}")
    used = ruling.made.request("OPEN", "used")
    ruling.made.use(a_use(used))
    upheld, _ = ruling.made.open(used, "OPEN", "upheld"), ruling.made.open(used, "OPEN", "open")
    ruling.made.answer(upheld)
    ruling.made.request("OPEN", "not provided")
    found = ruling.supervised(ruling.ledger.now + 90 * DAY)["findings"]
    told = {each["code"]: (each["rulebook"][0]["days"], each["rulebook"][0]["region"]) for each in found}
    assert told == {
        "DECISION_LATE": (4, "310000"),
        "REVIEW_LATE": (3, "310000"),
        "PROVISION_LATE": (7, "310000"),
        "CORRECTION_ANSWER_LATE": (2, "310000"),
        "ACKNOWLEDGEMENT_LATE": (1, "330000"),
    }
    for each in found:
        due, since = parse_moment(each["due"]), parse_moment(each["since"])
        assert due == due_after(since, each["rulebook"][0]["days"])


def test_each_number_is_that_of_the_nearest_region_that_names_it(ruling: Ruling) -> None:
    ruling.rule(book(*days(DECISION=4), region="330000"))
    ruling.rule(book(*days(DECISION=4), region="330421"))
    assert ruling.asked("beside")[0] == 10
    ruling.rule(book(*days(DECISION=6, REVIEW=5)))
    ruling.rule(book(*days(REVIEW=2), region="310118"))
    assert ruling.asked("above")[0] == 6, "the nearer one does not name it, and takes nothing away"
    at = ruling.ledger.now + 1
    told = {each["number"]: each for each in ruling.showing(at).of_body(BUREAU)["numbers"]}
    assert (told["REVIEW"]["days"], told["REVIEW"]["region"], told["REVIEW"]["source"]) == (
        2,
        "310118",
        SOURCE,
    )
    assert (told["DECISION"]["region"], told["PROVISION"]["countedBy"]) == ("310000", "DEFAULT")
    ruling.rule(book(*days(DECISION=9), region="310118", version=2))
    assert ruling.asked("nearest")[0] == 9
    with pytest.raises(UnknownIdError, match="UNKNOWN_BODY"):
        ruling.showing().of_body("91310000MA1FL00X05")
    with pytest.raises(UnknownIdError, match="UNKNOWN_REGION"):
        ruling.showing().of(319999)


def not_begun(each: Ruling) -> None:
    each.rule(book(rule(), since=rfc3339(each.ledger.now + DAY)))


def by_a_body(each: Ruling) -> None:
    each.rulebooks.keep(read_rulebook(book(rule())))
    members: Json = {"region": 0, "publisher": word(BUREAU), "name": word(TABLE), "since": 0}
    each.ledger.record("SetCodeTable", [BUREAU], **members, digest=read_rulebook(book(rule())).digest)


def with_a_stolen_key(each: Ruling) -> None:
    stolen = each.ledger.now
    each.rule(book(rule(), region="310118"))
    each.ledger.cut_off_key(str(QINGPU), str(SHANGHAI), stolen)
    assert [row["void"] for row in each.showing().rows()] == [True]


@pytest.mark.parametrize("publishing", [not_begun, by_a_body, with_a_stolen_key])
def test_what_does_not_count_changes_no_number(ruling: Ruling, publishing: Callable[[Ruling], None]) -> None:
    publishing(ruling)
    assert ruling.asked()[0] == 10
    ruling.ledger.wait(2 * DAY)
    assert ruling.asked("later")[0] == (5 if publishing is not_begun else 10)


def test_more_than_the_regulation_allows_counts_as_much_as_it_allows_and_says_so(ruling: Ruling) -> None:
    ruling.rule(book(*days(DECISION=3)))
    digest = ruling.rule(book(*days(DECISION=30), region="310118"))
    counted, told = ruling.asked()
    named = {"region": "310118", "version": 1, "digest": digest}
    assert counted == 10
    assert told == {"number": "DECISION", "days": 10, "countedBy": "LIMIT", **named, "said": 30}


def test_an_extension_is_no_longer_than_the_rulebook_allows(ruling: Ruling) -> None:
    ruling.rule(book(*days(CATALOG_UPDATE=6, EXTENSION=2)))
    changed = ruling.ledger.now + DAY
    state = Tables(ruling.ledger.state())
    resource = state.get("resource", f"{BUREAU}/OPEN")
    counting = CountDeadlines.by(state, changed, ruling.found).of(BUREAU)
    extension = Extension(f"{BUREAU}/OPEN", changed, 5, "虚构", "made up")
    extended = Extended(extension, SHANGHAI, 1, ExtensionList((extension,)).digest)
    (plain,) = catalog_deadlines(resource, [changed], counting)  # type: ignore[arg-type]
    (longer,) = catalog_deadlines(resource, [changed], counting, lambda _: extended)  # type: ignore[arg-type]
    assert (plain.due, longer.due) == (due_after(changed, 6), due_after(changed, 8))
    assert [(each.number, each.days) for each in longer.ruled] == [
        (Number.CATALOG_UPDATE, 6),
        (Number.EXTENSION, 2),
    ]


def test_a_home_without_the_text_names_what_it_lacks_and_shows_by_what_it_counts(ruling: Ruling) -> None:
    form = book(rule())
    digest = ruling.rule(form, keep=False)
    _, told = ruling.asked()
    at = ruling.ledger.now + 60 * DAY
    named = {"region": "310000", "version": 1, "digest": digest, "said": None}
    assert told == {"number": "DECISION", "days": 10, "countedBy": "DEFAULT", **named}
    without = ruling.supervised(at)
    (lacking,) = without["notHere"]
    assert (lacking["code"], lacking["version"], lacking["digest"], without["findings"]) == (
        "RULEBOOK_NOT_HERE",
        1,
        digest,
        [],
    )
    assert told in ruling.supervised(at, assumes=True)["rulebook"]
    state = Tables(ruling.ledger.state())
    with pytest.raises(TrustError, match="NOT_A_RULEBOOK"):
        ruling.rulebooks.take(state, book(rule(days=4)))
    assert ruling.rulebooks.take(state, form) == [{"region": "310000", "version": 1}]
    assert ruling.supervised(at)["findings"][0]["rulebook"][0]["days"] == 5
    (file,) = (ruling.folder / "rulebooks").iterdir()
    file.write_bytes(file.read_bytes().replace(b'"days":5', b'"days":6'))
    assert [each["digest"] for each in ruling.supervised(at)["notHere"]] == [digest]


@pytest.mark.parametrize(
    ("form", "place"),
    [
        (book(rule()), {"under": QINGPU}),
        (book(rule(), version=2), {}),
        (book(rule()), {"since": 5}),
    ],
    ids=["region", "version", "begin"],
)
def test_a_text_that_says_otherwise_than_the_ledger_counts_nowhere(
    ruling: Ruling, form: Json, place: Json
) -> None:
    digest = ruling.rule(form, **place)
    rows = ruling.showing().rows()
    assert [(row["digest"], row["counts"], row["here"]) for row in rows] == [(digest, False, True)]
    days, told = ruling.asked()
    assert (days, told["countedBy"], told["region"]) == (10, "DEFAULT", None)
    (found,) = ruling.supervised(ruling.ledger.now + 60 * DAY)["findings"]
    assert found["rulebook"][0] == told, "it stops nobody who has the text"


def test_a_version_that_counts_nowhere_leaves_the_one_before_it_in_force(ruling: Ruling) -> None:
    ruling.rule(book(rule(days=5)))
    ruling.rule(book(rule(days=1), version=7))
    assert ruling.asked()[1]["version"] == 1
    shown = ruling.showing().show(SHANGHAI)
    assert [row["counts"] for row in shown["versions"]] == [True, False]
    assert shown["rulebook"] == book(rule(days=5))


def test_a_region_publishes_only_what_would_count(ruling: Ruling) -> None:
    def refused(form: Json, region: int = SHANGHAI) -> str:
        with pytest.raises(LedgerError) as error:
            publish(Tables(ruling.ledger.state()), region, read_rulebook(form), [])
        return error.value.code

    def set_as_table(form: Json, since: str = BEGUN, name: str = TABLE) -> int | None:
        state, at = Tables(ruling.ledger.state()), parse_moment(since)
        return keep_rulebook(state, ruling.rulebooks, SHANGHAI, name, form, at)

    good = book(rule())
    assert refused(good, QINGPU) == "RULEBOOK_OTHER_REGION"
    assert refused(book(rule(), version=2)) == "RULEBOOK_OTHER_VERSION"
    assert refused(book(rule(days=11))) == "RULEBOOK_LONGER"
    order = publish(Tables(ruling.ledger.state()), SHANGHAI, read_rulebook(good), [])
    assert (order.members["since"], order.rev) == (parse_moment(BEGUN), 0)
    assert (set_as_table({"1": "男"}, name="SEX"), set_as_table(good)) == (None, 0)
    for form, since, code in (
        (good, "2021-01-01", "RULEBOOK_OTHER_BEGIN"),
        (book(rule(days=11)), BEGUN, "RULEBOOK_LONGER"),
        ({"1": "男"}, BEGUN, "RULEBOOK_MALFORMED"),
    ):
        with pytest.raises(LedgerError, match=code):
            set_as_table(form, since)
    assert order.members["digest"] == ruling.rule(good)
    assert refused(good) == "RULEBOOK_THERE"
    assert refused(book(rule(days=4))) == "RULEBOOK_OTHER_VERSION", "nothing recorded is written anew"
    second = book(rule(), version=2)
    assert publish(Tables(ruling.ledger.state()), SHANGHAI, read_rulebook(second), []).rev == 1
    assert set_as_table(second) == 1, "another number is signed for nothing else"
    (row,) = ruling.showing().rows()
    assert (row["region"], row["version"], row["counts"], row["void"], row["here"]) == (
        "310000",
        1,
        True,
        False,
        True,
    )
    assert ruling.showing().show(SHANGHAI)["rulebook"] == good
    assert ruling.showing().rows(QINGPU) == []
    with pytest.raises(UnknownIdError, match="UNKNOWN_RULEBOOK"):
        ruling.showing().show(QINGPU)


def test_calendar_and_rulebook_count_together(ruling: Ruling) -> None:
    ruling.publish(SHANGHAI, made_up(("01-05", "01-07")))
    ruling.rule(book(*days(DECISION=2)))
    decision = ruling.decision(ruling.made.request("ASKED"))
    due = datetime.fromtimestamp(parse_moment(decision["due"]), BEIJING_TIME)
    assert (due - timedelta(seconds=1)).date().isoformat() == "2026-01-08"
    assert decision["calendars"][0]["countedBy"] == "CALENDAR"


# --- for whatever is published whenever ---


class Few:
    """Two regions, a body in the lower one, and the rulebooks of both."""

    def __init__(self, published: list[tuple[int, int, Rulebook]]) -> None:
        self.ledger_id = bytes(32)
        self._rows: dict[tuple[str, str], Entity] = {
            ("region", "310000"): Region(1, 310000, 0, 0),
            ("region", "310118"): Region(1, 310118, 310000, 0),
            ("organisation", BUREAU): Organisation(1, BUREAU, 310118, 3, NO_HASH, 0),
        }
        self.texts: dict[str, Rulebook] = {}
        for region in (310000, 310118):
            own = []
            for seq, (when, _, text) in enumerate(published, 1):  # other records lie between them
                if text.region != region:
                    continue
                numbered = replace(text, version=len(own) + 1)
                self.texts[numbered.digest] = numbered
                recorded: Json = {"seq": 2 * seq, "recorded_at": when, "key_id": NO_HASH}
                own.append(CodeTableVersion(**recorded, digest=numbered.digest, since=numbered.since))
            key = "0x" + code_table_object(region_object(region), ascii32(TABLE)).hex()
            if own:
                self._rows["codeTable", key] = CodeTable(1, region_id(region), TABLE, tuple(own))

    def get(self, table: str, key: str) -> Entity | None:
        return self._rows.get((table, key))


BEGIN = parse_moment("2026-11-01T00:00:00Z")


def drawn(dice: Random) -> list[tuple[int, int, Rulebook]]:
    """Rulebooks of two regions in the order of their records, several in some seconds."""
    return [
        (
            when,
            region := dice.choice([310000, 310118]),
            read_rulebook(
                book(
                    rule(days=dice.randint(1, 10)),
                    region=f"{region}",
                    since=rfc3339(dice.randrange(BEGIN - 10, BEGIN + 30)),
                )
            ),
        )
        for when in sorted(BEGIN + dice.randrange(20) for _ in range(dice.randrange(7)))
    ]


def number_of(published: list[tuple[int, int, Rulebook]], start: Start, known_at: int) -> int:
    """In how many days something is decided that begins then, by what is published so far."""
    state = Few(published)
    rules = RuleNumbers(RegionTables(state), known_at, state.texts.get, assumes_defaults=False)
    return rules.of(BUREAU)(Number.DECISION, start).days


def test_nothing_that_is_recorded_later_changes_the_number_of_what_runs() -> None:
    changed = ruled = 0
    for seed in range(300):
        dice = Random(seed)
        made = drawn(dice)
        before = dice.randint(0, len(made))
        times = [when for when, _, _ in made]
        at = dice.randint(times[before - 1] if before else BEGIN, [*times, BEGIN + 30][before])
        start = Start(at, 2 * before + 1)
        then = number_of(made[:before], start, at)
        later = {number_of(made[:count], start, BEGIN + 60) for count in range(before, len(made) + 1)}
        assert later == {then}, seed
        second = Start(at)
        known = sum(when <= at for when in times)
        assert number_of(made, second, BEGIN + 60) == number_of(made[:known], second, at), seed
        ruled += then != 10
        changed += number_of(made, Start(BEGIN + 60), BEGIN + 60) != then
    assert ruled > 50 and changed > 50, "both happen"
