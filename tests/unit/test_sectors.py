"""Rules of sectors: what a file may say, what it allows, which one counts when, what supervision finds."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ledger.adapters.clock import SystemEntropy
from ledger.adapters.evidence_folder import EvidenceFolder
from ledger.adapters.outbox import FileOutbox
from ledger.domain.acts import Sharing
from ledger.domain.field_list import FieldList
from ledger.domain.messages import MAX_LIFETIME
from ledger.domain.sector_rules import SectorAnswer, SectorTable, Wanted, read_sectors
from ledger.domain.sharing import Basis
from ledger.domain.sharing_entities import Grant
from ledger.domain.state import typed
from ledger.errors import LedgerError, MalformedError, OutageError, RuleError, TrustError
from ledger.service.evidence import Evidence
from ledger.service.known_at import KnownAt
from ledger.service.party_texts import PartyTexts
from ledger.service.sector_rules import Ruling, SectorRules
from ledger.service.sectors import Sectors, ShowSectors, keep_sectors, publish
from ledger.service.shown_corrections import ShowCorrections
from ledger.service.supervise_sharing import SuperviseSharing, Supervision
from tests.sharing_records import NO_HASH, TYPE, SharingRecords, a_use, bits, word
from tests.simulator import BUREAU, DAY, OFFICE, QINGPU, SHANGHAI, founded_ledger
from tests.unit.test_shown_corrections import Tables, by_default

Json = dict[str, Any]
ASKED, OPEN = f"{BUREAU}/ASKED", f"{BUREAU}/OPEN"
TITLE = {"zh": "虚构行业", "en": "a made-up sector"}
BODY = "11330000MB0TE5T28K"
"""Stands in files for the simulator's office, whose own code has a wrong check digit."""
RULE: Json = {"sector": "J66", "of": [ASKED], "bases": ["DUTY"], "grade": 2}


def text(*rules: Json, of: tuple[str, ...] = ("J66",), body: str = BODY, source: str = "虚构") -> Json:
    """Rules by which the office is in some sectors."""
    members = [{"body": body, "sectors": list(of)}] if of else []
    sectors = [{"code": code, "title": TITLE} for code in ("J", "J66", "X-SCHOOLS")]
    form = {"format": "elicense-sectors/1", "sectors": sectors, "members": members}
    return {**form, "rules": list(rules), "source": source}


GOOD = text(RULE, {**RULE, "of": ["*"], "bases": ["DUTY", "CONSENT"], "purposes": ["P"], "items": ["I"]})

BAD: list[tuple[Json, str]] = [
    ({**GOOD, "format": "elicense-sectors/2"}, "SECTORS_MALFORMED"),
    ({**GOOD, "more": 1}, "SECTORS_MALFORMED"),
    ({name: value for name, value in GOOD.items() if name != "source"}, "SECTORS_MALFORMED"),
    ({**GOOD, "sectors": {}}, "SECTORS_MALFORMED"),
    ({**GOOD, "sectors": [{"code": "j", "title": TITLE}]}, "SECTORS_MALFORMED"),
    ({**GOOD, "sectors": [{"code": "J", "title": "金融"}]}, "SECTORS_MALFORMED"),
    ({**GOOD, "sectors": [*GOOD["sectors"], {"code": "J", "title": TITLE}]}, "SECTOR_TWICE"),
    ({**GOOD, "members": [*GOOD["members"], *GOOD["members"]]}, "SECTOR_TWICE"),
    (text(RULE, of=("K",)), "SECTOR_UNKNOWN"),
    (text(RULE, of=("J", "J")), "SECTORS_MALFORMED"),
    (text(RULE, body="11330000MB0TE5T25A"), "SECTORS_MALFORMED"),
    (text({**RULE, "sector": "K"}), "SECTOR_UNKNOWN"),
    (text({**RULE, "of": []}), "SECTORS_MALFORMED"),
    (text({**RULE, "of": ["*", TYPE]}), "SECTORS_MALFORMED"),
    (text({**RULE, "of": ["LICENSES"]}), "SECTORS_MALFORMED"),
    (text({**RULE, "of": [TYPE, TYPE]}), "SECTORS_MALFORMED"),
    (text({**RULE, "bases": []}), "SECTORS_MALFORMED"),
    (text({**RULE, "bases": ["duty"]}), "SECTORS_MALFORMED"),
    (text({**RULE, "bases": ["DUTYX"]}), "SECTORS_MALFORMED"),
    (text({**RULE, "grade": 5}), "SECTORS_MALFORMED"),
    (text({**RULE, "grade": True}), "SECTORS_MALFORMED"),
    (text({**RULE, "purposes": []}), "SECTORS_MALFORMED"),
    (text({**RULE, "items": ["two words"]}), "SECTORS_MALFORMED"),
    (text({**RULE, "until": "2030-01-01"}), "SECTORS_MALFORMED"),
]


@pytest.mark.parametrize(("form", "code"), BAD)
def test_a_file_that_is_not_well_formed_is_refused(form: Json, code: str, tmp_path: Path) -> None:
    kept = Sectors(FileOutbox(tmp_path))
    for read in (read_sectors, lambda each: keep_sectors(kept, "SECTORS", each)):
        with pytest.raises(MalformedError) as refused:
            read(form)
        assert refused.value.code == code
    keep_sectors(kept, "SEX", form)


def test_a_good_file_is_read_as_it_is_written() -> None:
    assert read_sectors(GOOD).as_json() == GOOD


# --- what rules allow ---


def wanted(**changes: Any) -> Wanted:
    given: Json = {
        "body": BODY,
        "resource": ASKED,
        "license_type": TYPE,
        "basis": Basis.DUTY,
        "purpose": "P",
        "item": "I",
        "is_within": lambda grade: grade >= 2,
    }
    return Wanted(**{**given, **changes})


def said(rules: Json, **changes: Any) -> tuple[str, int]:
    answer, rule = read_sectors(rules).answer(wanted(**changes))
    return answer.value, rule


def test_what_some_rule_is_of_goes_to_those_only_whom_one_rule_lets_have_all_of_it() -> None:
    assert said(text(RULE)) == ("ALLOWED", 1)
    assert said(text()) == ("NOT_GOVERNED", 0)
    assert said(text({**RULE, "of": [OPEN]})) == ("NOT_GOVERNED", 0)
    assert said(text({**RULE, "of": [OPEN, TYPE]})) == ("ALLOWED", 1)
    assert said(text({**RULE, "of": [TYPE]}), license_type="") == ("NOT_GOVERNED", 0)
    assert said(text({**RULE, "of": ["*"]}), license_type="") == ("ALLOWED", 1)
    assert said(text(RULE), body=BUREAU) == ("NO_SECTOR", 0), "to be left out is no way around"
    assert said(text(RULE, of=("X-SCHOOLS",))) == ("SECTOR_OTHER", 0)
    assert said(text({**RULE, "of": ["*"]}, {**RULE, "sector": "J"}, of=("J",))) == ("ALLOWED", 2)
    assert said(text(RULE), basis=Basis.CONSENT) == ("BASIS_OTHER", 1)
    assert said(text({**RULE, "purposes": ["Q"]})) == ("PURPOSE_OTHER", 1)
    assert said(text({**RULE, "items": ["K"]})) == ("ITEM_OTHER", 1)
    assert said(text({**RULE, "grade": 1})) == ("GRADE_ABOVE", 1)
    low = {**RULE, "grade": 1, "purposes": ["P"]}
    assert said(text({**RULE, "bases": ["CONSENT"]}, low, {**RULE, "items": ["K"]})) == ("GRADE_ABOVE", 2), (
        "no two rules add up; told is the one that came farthest"
    )


def test_a_division_lies_in_the_sector_of_its_letter_where_that_is_listed() -> None:
    assert read_sectors(text()).sectors_of(BODY) == ["J", "J66"]
    assert said(text({**RULE, "sector": "J"})) == ("ALLOWED", 1)
    assert said(text(RULE, of=("J",))) == ("SECTOR_OTHER", 0), "not the other way round"
    assert read_sectors(text(of=("X-SCHOOLS",))).sectors_of(BODY) == ["X-SCHOOLS"]
    alone = {**text(), "sectors": [{"code": "J66", "title": TITLE}]}
    assert read_sectors(alone).sectors_of(BODY) == ["J66"]


# --- which one counts, and what it says to a grant ---


def of_office(table: SectorTable) -> SectorTable:
    """The same with the simulator's office among its members."""
    return replace(
        table, members=tuple((OFFICE if body == BODY else body, own) for body, own in table.members)
    )


class Ruled:
    """A ledger on which rules are published, and a home that keeps their texts."""

    def __init__(self, folder: Path) -> None:
        self.ledger = founded_ledger(sign=False)
        self.made = SharingRecords(self.ledger)
        listed = FieldList(tuple(f"field-{n}" for n in range(8)), (1, 1, 2, 2, 2, 2, 2, 3))
        digests = {"fieldsDigest": listed.digest, "gradesDigest": listed.grades_digest}
        self.made.register("ASKED", Sharing.CONDITIONAL, cycleDays=0, **digests)
        self.made.register("OPEN", cycleDays=0)
        self.kept = Sectors(FileOutbox(folder / "sectors"))
        self.found: dict[str, SectorTable] = {}
        self.texts = PartyTexts(FileOutbox(folder / "sharing"), SystemEntropy())
        self.evidence = Evidence(EvidenceFolder(folder / "evidence"), SystemEntropy())
        self.texts.keep_list(listed)

    def publish(
        self, form: Json, region: int = SHANGHAI, *, keep: bool = True, since: int = 0
    ) -> SectorTable:
        table = read_sectors(form)
        if keep:
            self.found[table.digest] = of_office(table)
        named = {"region": region, "publisher": NO_HASH, "name": word("SECTORS"), "digest": table.digest}
        self.ledger.record("SetCodeTable", [str(region)], **named, since=since or self.ledger.now)
        return table

    def rules(self, at: int | None = None) -> SectorRules:
        when = self.ledger.now if at is None else at
        known = KnownAt(Tables(self.ledger.state()), when)
        return SectorRules(known, when, self.found.get, self.texts.list_of)

    def ruling(self, grant: str, at: int | None = None) -> Ruling:
        found = typed(Tables(self.ledger.state()), "grant", grant, Grant)
        assert found is not None
        rules = self.rules(at)
        return rules.ruling(found, rules.known_at)

    def answer(self, grant: str, at: int | None = None) -> str:
        return self.ruling(grant, at).answer.value

    def against(self, at: int, **asked: Any) -> list[Json]:
        """`againstRules` of `supervise sharing` as of a moment."""
        told: list[Json] = self.supervised(at, **asked)["againstRules"]
        return told

    def supervised(self, at: int, **asked: Any) -> Json:
        """What `supervise sharing` tells as of a moment."""
        known = KnownAt(Tables(self.ledger.state()), at)
        shown = ShowCorrections(known, self.texts, self.evidence, at, by_default(known, at))
        rules = SectorRules(known, at, self.found.get, self.texts.list_of)
        return SuperviseSharing(known, shown, Supervision(at, **asked), at, rules).supervise().as_json()


@pytest.fixture
def ruled(tmp_path: Path) -> Ruled:
    return Ruled(tmp_path)


def test_the_nearest_region_counts_from_when_it_was_recorded_or_says_so(ruled: Ruled) -> None:
    grant = ruled.made.request("ASKED")
    before = ruled.ledger.now
    assert ruled.answer(grant) == "NO_RULES"
    ruled.publish(text(RULE, of=()), 330000)
    ruled.publish(text(RULE, of=()), 330421)
    assert ruled.answer(grant) == "NO_RULES", "of the owner's region, not of the other's"
    ruled.publish(text(RULE, of=()), since=before - DAY)
    assert ruled.answer(grant) == "NO_SECTOR"
    assert ruled.answer(grant, before) == "NO_RULES", "a date in the past says nothing of the past"
    coming = ruled.ledger.now + 3 * DAY
    ruled.publish(text(RULE), QINGPU, since=coming)
    assert ruled.answer(grant) == "NO_SECTOR"
    ruled.ledger.wait(4 * DAY)
    ruled.ledger.mine()
    told = ruled.ruling(grant, coming)
    assert (told.answer.value, told.by and told.by.named["region"]) == ("ALLOWED", "310118")
    assert ruled.answer(grant, coming - 1) == "NO_SECTOR"
    ruled.publish(text(), QINGPU)
    assert ruled.answer(grant) == "NOT_GOVERNED", "the nearest says all, and that nothing is ruled"


def test_a_body_publishes_no_rules_and_a_stolen_key_none_that_last(ruled: Ruled) -> None:
    grant, table = ruled.made.request("ASKED"), read_sectors(text(RULE, of=()))
    named: Json = {"region": 0, "publisher": word(BUREAU), "name": word("SECTORS")}
    ruled.ledger.record("SetCodeTable", [BUREAU], **named, digest=table.digest, since=0)
    assert ruled.answer(grant) == "NO_RULES"
    stolen = ruled.ledger.now
    ruled.publish(text(RULE, of=()), QINGPU)
    assert ruled.answer(grant) == "NO_SECTOR"
    with pytest.raises(RuleError) as there:
        publish(Tables(ruled.ledger.state()), QINGPU, table, 0, ruled.ledger.now, ())
    assert there.value.code == "SECTORS_THERE"
    ruled.ledger.cut_off_key(str(QINGPU), str(SHANGHAI), stolen)
    assert ruled.answer(grant) == "NO_RULES"
    again = publish(Tables(ruled.ledger.state()), QINGPU, table, 0, ruled.ledger.now, ())
    assert again.members["digest"] == table.digest, "what counts for nothing is not there"


def test_grades_are_judged_by_the_ledger_where_that_is_enough_else_by_the_published_list(
    ruled: Ruled,
) -> None:
    low, middle = ruled.made.request("ASKED", "low", fields=bits(3)), ruled.made.request("ASKED", "middle")
    high = ruled.made.request("ASKED", "high", fields=bits(0x81))
    found: dict[int, list[str]] = {}
    for grade in (1, 2, 3, 4):
        ruled.publish(text({**RULE, "grade": grade}))
        found[grade] = [ruled.answer(each) for each in (low, middle, high)]
    yes, no = "ALLOWED", "GRADE_ABOVE"
    assert found == {1: [yes, no, no], 2: [yes, yes, no], 3: [yes, yes, yes], 4: [yes, yes, yes]}
    open_ = ruled.made.request("OPEN")
    ruled.publish(text({**RULE, "of": [OPEN], "grade": 2}))
    assert ruled.answer(open_) == yes, "no list of it is here, and none is needed"
    ruled.publish(text({**RULE, "of": [OPEN], "grade": 1}))
    with pytest.raises(OutageError) as unknown:
        ruled.answer(open_)
    assert unknown.value.code == "SECTOR_GRADES_NOT_HERE"
    ruled.publish(text({**RULE, "of": [OPEN], "grade": 1}, {**RULE, "of": [OPEN], "grade": 2}))
    assert ruled.answer(open_) == yes, "the other rule needs no list"


def test_a_narrowed_grant_needs_that_both_bodies_may_have_the_data(ruled: Ruled) -> None:
    grant = ruled.made.request("OPEN")
    narrowed = ruled.made.delegate(grant)
    rule = {**RULE, "of": [OPEN]}
    ruled.publish(text(rule))
    assert (ruled.answer(grant), ruled.answer(narrowed)) == ("ALLOWED", "NO_SECTOR")
    ruled.publish(text(rule, body=BUREAU))
    told = ruled.ruling(narrowed)
    assert (told.answer, told.body) == (SectorAnswer.NO_SECTOR, OFFICE)
    with pytest.raises(LedgerError) as refused:
        told.require()
    assert (refused.value.code, refused.value.http_status) == ("SECTOR_NOT_ALLOWED", 403)


def test_a_text_is_kept_as_published_and_missing_ones_stop_who_has_to_judge(ruled: Ruled) -> None:
    grant = ruled.made.request("ASKED")
    table = ruled.publish(text(RULE), keep=False)
    with pytest.raises(OutageError) as missing:
        ruled.answer(grant)
    assert missing.value.code == "SECTORS_NOT_HERE"
    state = Tables(ruled.ledger.state())
    with pytest.raises(TrustError) as altered:
        ruled.kept.take(state, text(RULE, source="altered"))
    assert altered.value.code == "NOT_SECTORS"
    assert ruled.kept.take(state, table.as_json()) == [{"region": "310000", "version": 1}]
    assert ruled.kept.find(table.digest) == table
    with pytest.raises(RuleError) as again:
        publish(state, SHANGHAI, table, 0, ruled.ledger.now, [])
    assert again.value.code == "SECTORS_THERE"
    shown = ShowSectors(state, ruled.kept, ruled.rules(), ruled.ledger.now)
    (row,) = shown.rows()
    assert (row["region"], row["counts"], row["here"], row["void"]) == ("310000", True, True, False)


# --- what supervision finds ---


def test_supervision_finds_what_the_rules_of_that_time_did_not_allow_and_nothing_else(ruled: Ruled) -> None:
    made = ruled.made
    early, open_ = made.request("ASKED", "early"), made.request("OPEN", "open")
    made.decide(early)
    made.use(a_use(early, 1), a_use(open_, 2))
    before = ruled.ledger.now
    ruled.publish(text({**RULE, "bases": ["CONSENT"]}))
    ruled.ledger.wait(2)
    late = made.request("ASKED", "late")
    decided = made.decide(late)
    used = made.use(a_use(late, 3), a_use(open_, 4), a_use(late, 5))
    batch = made.use_batch(early)
    at = ruled.ledger.now
    expected = [
        ("GRANTED_AGAINST_SECTORS", late, decided.seq, None),
        ("USED_AGAINST_SECTORS", late, used.seq, 2),
        ("USED_AGAINST_SECTORS", early, batch.seq, 3),
    ]
    found = ruled.against(at)
    assert [(each["code"], each["about"], each["seq"], each["uses"]) for each in found] == expected
    assert {(each["answer"], each["rule"], each["version"], each["certain"]) for each in found} == {
        ("BASIS_OTHER", 1, 1, False)
    }, "signed before the rules came, perhaps"
    assert ruled.against(before) == [], "what was done before is no breach, then or now"
    ruled.publish(text(RULE))
    made.use(a_use(late, 6))
    assert ruled.against(at) == ruled.against(ruled.ledger.now) == found, "what came later changes nothing"
    assert ruled.against(at, org=BUREAU) == found and ruled.against(at, org=OFFICE) == []
    assert ruled.against(ruled.ledger.now, since=at + 1) == []
    ruled.publish(text(RULE, of=()))
    ruled.ledger.wait(MAX_LIFETIME + DAY)
    made.use(a_use(late, 7))
    (last,) = ruled.against(ruled.ledger.now, since=at + DAY)
    assert (last["answer"], last["certain"]) == ("NO_SECTOR", True)


def test_supervision_names_the_text_it_lacks_and_needs_none_where_nothing_was_shared_since(
    ruled: Ruled,
) -> None:
    grant = ruled.made.request("ASKED")
    table = ruled.publish(text(RULE, of=()), keep=False)
    ruled.ledger.wait(2)
    assert ruled.against(ruled.ledger.now) == []
    ruled.made.decide(grant)
    without = ruled.supervised(ruled.ledger.now)
    (lacking,) = without["notHere"]
    assert (lacking["code"], lacking["digest"], lacking["bodies"], without["againstRules"]) == (
        "SECTORS_NOT_HERE",
        table.digest,
        [BUREAU],
        [],
    )
    ruled.found[table.digest] = of_office(table)
    assert [each["code"] for each in ruled.against(ruled.ledger.now)] == ["GRANTED_AGAINST_SECTORS"]


def test_what_the_rules_of_the_day_forbid_is_found_without_the_text_of_those_before(ruled: Ruled) -> None:
    grant = ruled.made.request("ASKED")
    before = ruled.publish(text(RULE), keep=False)
    ruled.ledger.wait(40 * DAY)
    now = ruled.publish(text(RULE, of=()))
    ruled.ledger.wait(5 * DAY)
    ruled.made.decide(grant)
    told = ruled.supervised(ruled.ledger.now)
    (found,), (lacking,) = told["againstRules"], told["notHere"]
    assert (found["digest"], found["certain"], lacking["digest"]) == (now.digest, False, before.digest)
