"""Where fields come from: the form of a file, who collects what again, trees of sources."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ledger.adapters.clock import SystemEntropy
from ledger.adapters.evidence_folder import EvidenceFolder
from ledger.adapters.outbox import FileOutbox
from ledger.domain.canonical import canonical, parse_strict
from ledger.domain.field_sources import MOST_IN_CYCLES, follow
from ledger.domain.moments import rfc3339
from ledger.domain.objects import organisation_object
from ledger.domain.origins_file import Place, read_origins
from ledger.domain.sharing import DutyKind
from ledger.domain.sharing_entities import Correction
from ledger.errors import MalformedError, OutageError, TrustError, UnknownIdError, UsageError
from ledger.service.evidence import Evidence
from ledger.service.known_at import KnownAt
from ledger.service.origins import ShowOrigins, find_origins, take_origins
from ledger.service.party_texts import PartyTexts
from ledger.service.shown_corrections import ShowCorrections
from ledger.service.supervise_origins import supervise_origins
from ledger.service.supervise_sharing import Supervision
from tests.sharing_records import NO_HASH, SharingRecords, a_use, word
from tests.simulator import BUREAU, DAY, OFFICE, SHANGHAI, founded_ledger
from tests.unit.test_shown_corrections import Tables, by_default

Json = dict[str, Any]
CITY = "11310000MB0TE5T27X"
PEOPLE, REGISTER, MADE = f"{BUREAU}/PEOPLE", f"{OFFICE}/REGISTER", f"{OFFICE}/MADE"


def collected(name: str, element: str = "DE00123", subject: str = "POPULATION") -> Json:
    return {
        "name": name,
        "how": "collected",
        "element": element,
        "subject": subject,
        "ground": "示例条例第一条",
    }


def received(name: str, resource: str, field: str) -> Json:
    return {"name": name, "how": "received", "from": {"resource": resource, "field": field}}


def derived(name: str, *sources: tuple[str, str]) -> Json:
    given = [{"resource": resource, "field": field} for resource, field in sources]
    return {"name": name, "how": "derived", "from": given, "method": {"zh": "相加", "en": "added up"}}


def issued(name: str) -> Json:
    return {"name": name, "how": "issued"}


def form(resource: str, *fields: Json) -> Json:
    return {"format": "elicense-origins/1", "resource": resource, "fields": list(fields)}


WHOLE = form(
    PEOPLE,
    collected("phone"),
    received("birth", REGISTER, "birth"),
    derived("age", (PEOPLE, "birth")),
    issued("no"),
)


def test_a_file_reads_back_and_has_one_digest() -> None:
    read = read_origins(WHOLE)
    assert read.as_json() == WHOLE
    assert read_origins(parse_strict(canonical(read.as_json()))).digest == read.digest


PHONE = collected("phone")


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"format": "elicense-origins/2"}, "format"),
        ({"more": 1}, "format"),
        ({"resource": "PEOPLE"}, "resource"),
        ({"resource": f"{BUREAU}/A B"}, "resource"),
        ({"fields": []}, "fields"),
        ({"fields": [PHONE] * 257}, "fields"),
        ({"fields": [PHONE, PHONE]}, "fields"),
        ({"fields": ["phone"]}, "fields/0"),
        ({"fields": [{"name": "phone"}]}, "fields/0/how"),
        ({"fields": [{**PHONE, "how": ["collected"]}]}, "fields/0/how"),
        ({"fields": [issued("a"), {**PHONE, "from": {}}]}, "fields/1"),
        ({"fields": [{**PHONE, "name": "a,b"}]}, "fields/0/name"),
        ({"fields": [{**PHONE, "element": "de00123"}]}, "fields/0/element"),
        ({"fields": [{**PHONE, "element": "D E"}]}, "fields/0/element"),
        ({"fields": [{**PHONE, "element": "D" * 65}]}, "fields/0/element"),
        ({"fields": [{**PHONE, "subject": "NONE"}]}, "fields/0/subject"),
        ({"fields": [{**PHONE, "subject": []}]}, "fields/0/subject"),
        ({"fields": [{**PHONE, "ground": ""}]}, "fields/0/ground"),
        ({"fields": [received("a", PEOPLE, "b")]}, "fields/0/from"),
        ({"fields": [{**received("a", REGISTER, "b"), "from": "b"}]}, "fields/0/from"),
        ({"fields": [derived("a")]}, "fields/0/from"),
        ({"fields": [derived("a", (PEOPLE, "a"))]}, "fields/0/from"),
        ({"fields": [derived("a", (REGISTER, "b"), (REGISTER, "b"))]}, "fields/0/from"),
        ({"fields": [{**derived("a", (REGISTER, "b")), "method": "by hand"}]}, "fields/0/method"),
        ({"fields": [{**derived("a", (REGISTER, "b")), "method": {"zh": "", "en": "x"}}]}, "fields/0/method"),
    ],
)
def test_a_malformed_file_is_refused_with_its_member(change: Json, field: str) -> None:
    with pytest.raises(MalformedError) as caught:
        read_origins({**form(PEOPLE, issued("a")), **change})
    assert (caught.value.code, caught.value.fields["field"]) == ("ORIGINS_MALFORMED", field)


def test_a_tree_follows_each_field_once_at_any_depth_and_tells_every_cycle() -> None:
    deep = {Place("A/1", str(n)): [Place("A/1", str(n + 1))] for n in range(5_000)}
    tree = follow([Place("A/1", "0")], lambda place: deep.get(place, []))
    assert (len(tree.steps), tree.steps[-1].depth, tree.cycles) == (5_001, 5_000, [])

    a, b, c, d = (Place("A/1", name) for name in "abcd")
    links = {a: [b, c], b: [d], c: [d, a], d: []}
    tree = follow([a], links.__getitem__)
    assert [(each.depth, each.place.field, each.is_cycle, each.is_again) for each in tree.steps] == [
        (0, "a", False, False),
        (1, "b", False, False),
        (2, "d", False, False),
        (1, "c", False, False),
        (2, "d", False, True),
        (2, "a", True, False),
    ]
    assert tree.cycles == [[a, c, a]]
    wide = {Place("A/1", f"{n}"): [Place("A/1", f"{n + 1}")] * 2 for n in range(40)}
    assert len(follow([Place("A/1", "0")], lambda place: wide.get(place, [])).steps) == 81, "not 2 to the 40"
    every = [Place("A/1", str(n)) for n in range(100)]
    tree = follow(every, lambda place: [each for each in every if each != place])
    assert sum(each.is_cycle for each in tree.steps) == 100 * 99 // 2
    assert MOST_IN_CYCLES <= sum(map(len, tree.cycles)) <= MOST_IN_CYCLES + 101, "not 171,600"


class Origins:
    """Two bodies with three resources, and a home that knows some of the files."""

    def __init__(self, folder: Path) -> None:
        self.records = SharingRecords(founded_ledger(sign=False))
        self.ledger, self.folder = self.records.ledger, folder
        self.texts = PartyTexts(FileOutbox(folder / "sharing"), SystemEntropy())
        self.records.register("PEOPLE")
        for code in ("REGISTER", "MADE"):
            self.records.register(code, owner=OFFICE)

    def declare(self, resource: str, *fields: Json, since: int = 0, keep: bool = True) -> str:
        owner, code = resource.split("/")
        origins = read_origins(form(resource, *fields))
        self.records.declare(5, code, by=owner, owner=word(owner), digest=origins.digest, since=since)
        if keep:
            self.texts.keep_form(origins.digest, origins.as_json())
        return origins.digest

    def shown(self, at: int = 0) -> ShowOrigins:
        state = Tables(self.ledger.state())
        return ShowOrigins(state, self.texts, self.ledger.now).as_known(at)  # type: ignore[arg-type]

    def pairs(self, at: int = 0) -> list[tuple[str, list[str]]]:
        found = self.shown(at).again()["elements"]
        return [(each["first"]["body"], [one["body"] for one in each["again"]]) for each in found]


@pytest.fixture
def made(tmp_path: Path) -> Origins:
    return Origins(tmp_path)


def test_who_collects_first_by_the_record_is_told_and_who_again(made: Origins) -> None:
    made.declare(REGISTER, collected("tel"), collected("id", "DE00001"))
    before = made.ledger.now - 1
    made.declare(PEOPLE, collected("phone"), collected("mobile"), collected("place", "DE00123", "GEOGRAPHY"))
    (element,) = made.shown().again()["elements"]
    assert (element["subject"], element["element"]) == ("POPULATION", "DE00123")
    assert (element["first"]["body"], element["first"]["fields"]) == (OFFICE, ["tel"])
    (again,) = element["again"]
    assert (again["body"], again["fields"]) == (BUREAU, ["phone", "mobile"])
    assert made.shown().again(OFFICE)["elements"]
    assert not made.shown().again(f"{'1' * 18}")["elements"]
    assert made.pairs(before) == [], "as it was known then"

    made.ledger.wait(DAY)
    made.declare(PEOPLE, collected("phone"), issued("mobile"), issued("place"))
    (again,) = made.shown().again()["elements"][0]["again"]
    assert again["since"] == element["again"][0]["since"], "a new version goes on with it"
    standing = made.ledger.now
    made.ledger.wait(DAY)
    made.declare(PEOPLE, received("phone", REGISTER, "tel"))
    assert (made.pairs(), made.pairs(standing)) == ([], [(OFFICE, [BUREAU])])
    made.ledger.wait(DAY)
    back = made.ledger.now
    made.declare(PEOPLE, collected("phone"))
    (again,) = made.shown().again()["elements"][0]["again"]
    assert again["since"] >= rfc3339(back), "who stopped begins anew"


def test_a_beginning_ahead_reserves_nothing_and_one_in_the_past_counts_from_its_record(made: Origins) -> None:
    later = made.ledger.now + 30 * DAY
    made.declare(REGISTER, collected("tel"), since=later)
    made.ledger.wait(DAY)
    made.declare(PEOPLE, collected("phone"), since=made.ledger.now - 9 * DAY)
    assert made.pairs() == []
    assert made.pairs(later) == [(BUREAU, [OFFICE])]


def test_the_same_body_does_not_collect_again_and_what_a_stolen_key_signed_does_not_count(
    made: Origins,
) -> None:
    made.declare(REGISTER, collected("tel"))
    made.declare(MADE, collected("tel"))
    assert made.pairs() == []
    when = made.ledger.now
    made.declare(PEOPLE, collected("phone"))
    assert made.pairs() == [(OFFICE, [BUREAU])]
    known = made.ledger.now
    made.ledger.wait(DAY)
    made.ledger.cut_off_key(BUREAU, str(SHANGHAI), when)
    assert (made.pairs(), made.pairs(known)) == ([], [(OFFICE, [BUREAU])])


def test_bodies_that_were_merged_collect_once_from_then_on(made: Origins) -> None:
    made.declare(REGISTER, collected("tel"))
    made.declare(PEOPLE, collected("phone"))
    apart = made.ledger.now
    made.ledger.wait(DAY)
    made.ledger.succeed_organisation(OFFICE, BUREAU, str(SHANGHAI))
    assert (made.pairs(), made.pairs(apart)) == ([], [(OFFICE, [BUREAU])])


def test_the_last_of_many_versions_that_have_begun_counts_in_any_order(made: Origins) -> None:
    now = made.ledger.now
    made.declare(REGISTER, collected("tel"), since=now + 30 * DAY)
    made.declare(REGISTER, issued("tel"), since=now + 10 * DAY)
    made.declare(REGISTER, collected("tel", "DE9"), since=now + 20 * DAY)
    made.declare(PEOPLE, collected("phone"), collected("other", "DE9"))
    told = {
        day: [each["element"] for each in made.shown(now + day * DAY).again()["elements"]]
        for day in (15, 25, 35)
    }
    assert told == {15: [], 25: ["DE9"], 35: ["DE9"]}, "the one of day 30 was declared before that of day 20"


def test_findings_need_every_file_that_could_matter_or_say_what_was_left_out(made: Origins) -> None:
    made.declare(REGISTER, collected("tel"))
    hidden = made.declare(PEOPLE, collected("phone"), keep=False)
    now = made.ledger.now

    def found(org: str = "", leaves_out: bool = False, since: int = 0) -> Json:
        known = KnownAt(Tables(made.ledger.state()), now)  # type: ignore[arg-type]
        shown = ShowOrigins(known, made.texts, now)
        return supervise_origins(shown, Supervision(now, since, org), now, leaves_out).as_json()

    with pytest.raises(OutageError) as caught:
        found()
    assert (caught.value.code, caught.value.fields["digest"]) == ("ORIGINS_NOT_HERE", hidden)
    told = found(leaves_out=True)
    assert (told["findings"], [each["digest"] for each in told["notHere"]]) == ([], [hidden])

    state = Tables(made.ledger.state())
    with pytest.raises(TrustError, match="NOT_ORIGINS"):
        take_origins(state, made.texts, form(PEOPLE, collected("telephone")))  # type: ignore[arg-type]
    take_origins(state, made.texts, form(PEOPLE, collected("phone")))  # type: ignore[arg-type]
    (finding,) = found()["findings"]
    assert (finding["code"], finding["body"], finding["first"]["body"]) == ("COLLECTED_AGAIN", BUREAU, OFFICE)
    assert found(BUREAU)["findings"] == [finding]
    assert found(OFFICE)["findings"] == [], "who was first is not found"
    assert found(since=now + 1)["findings"] == []


def test_data_that_came_from_below_stand_on_a_list_to_flow_back(made: Origins) -> None:
    made.ledger.add_organisation(CITY, SHANGHAI)
    made.ledger.register_key(CITY, organisation_object(CITY))
    made.records.register("POOL", owner=CITY, kind=2, licenseType=NO_HASH)
    made.declare(f"{CITY}/POOL", received("phone", PEOPLE, "phone"), received("tel", REGISTER, "tel"))
    made.declare(PEOPLE, received("phone", f"{CITY}/POOL", "phone"))

    def unlisted(at: int = 0) -> list[Json]:
        shown, now = made.shown(at), at or made.ledger.now
        told: list[Json] = supervise_origins(shown, Supervision(now, 0, ""), now, False).as_json()["unlisted"]
        return told

    (finding,) = unlisted()
    assert (finding["code"], finding["body"]) == ("FLOW_BACK_NOT_LISTED", CITY)
    assert finding["sources"] == [PEOPLE], "what comes from another province, or from above, does not count"
    before = made.ledger.now
    made.ledger.wait(DAY)
    made.records.set_duty("POOL", made.ledger.now + 30 * DAY, DutyKind.SHARE, CITY)
    assert unlisted() == [finding], "to share is another duty"
    made.records.set_duty("POOL", made.ledger.now + 30 * DAY, DutyKind.FLOW_BACK, CITY)
    assert (unlisted(), unlisted(before)) == ([], [finding])
    made.records.set_duty("POOL", 0, DutyKind.FLOW_BACK, CITY)
    assert unlisted() == [finding], "struck out"


def test_a_file_that_is_damaged_or_of_another_resource_is_as_good_as_none(made: Origins) -> None:
    digest = made.declare(REGISTER, collected("tel"))
    made.records.declare(5, "PEOPLE", digest=digest, since=0)
    assert [each["resource"] for each in made.shown().again()["notHere"]] == [PEOPLE]
    assert made.shown().show(PEOPLE)["origins"] is None
    made.texts.keep_form(digest, {"format": "elicense-origins/1"})
    assert find_origins(made.texts, digest) is None
    long = [issued(f"{n:0200d}") for n in range(5_000)]
    made.texts.keep_form(digest, form(REGISTER, *long))
    assert find_origins(made.texts, digest) is None, "more than is read"
    made.texts.keep_form(digest, form(REGISTER, collected("other")))
    assert find_origins(made.texts, digest) is None


def steps(told: Json) -> list[tuple[int, str, str, str | None]]:
    return [
        (each["depth"], f"{each['resource'].split('/')[1]}#{each['field']}", each["standing"], each["how"])
        for each in told["lineage"]
    ]


def test_lineage_goes_up_to_what_was_collected_and_down_to_what_rests_on_it(made: Origins) -> None:
    made.declare(PEOPLE, collected("birth", "DE00005"), issued("no"))
    made.declare(REGISTER, received("born", PEOPLE, "birth"), received("gone", f"{BUREAU}/NONE", "x"))
    made.declare(MADE, derived("age", (REGISTER, "born"), (PEOPLE, "lost")), issued("row"))
    up = made.shown().lineage(MADE)
    assert steps(up) == [
        (0, "MADE#age", "KNOWN", "derived"),
        (1, "REGISTER#born", "KNOWN", "received"),
        (2, "PEOPLE#birth", "KNOWN", "collected"),
        (1, "PEOPLE#lost", "FIELD_UNKNOWN", None),
        (0, "MADE#row", "KNOWN", "issued"),
    ]
    assert up["lineage"][0]["method"] == {"zh": "相加", "en": "added up"}
    assert up["lineage"][2]["element"] == "DE00005"
    assert up["lineage"][1]["of"] == {"resource": MADE, "field": "age"}
    assert steps(made.shown().lineage(REGISTER, "gone"))[1] == (1, "NONE#x", "RESOURCE_UNKNOWN", None)
    down = made.shown().lineage(PEOPLE, "birth", is_down=True)
    assert [each[1] for each in steps(down)] == ["PEOPLE#birth", "REGISTER#born", "MADE#age"]
    whole = made.shown().lineage(PEOPLE, is_down=True)
    assert [each[1] for each in steps(whole) if not each[0]] == ["PEOPLE#birth", "PEOPLE#no", "PEOPLE#lost"]
    with pytest.raises(UsageError, match="FIELD_NOT_IN_RESOURCE"):
        made.shown().lineage(MADE, "none")


def test_lineage_tells_cycles_and_what_it_could_not_follow(made: Origins) -> None:
    made.declare(PEOPLE, derived("a", (REGISTER, "b")))
    with pytest.raises(UnknownIdError, match="ORIGINS_UNKNOWN"):
        made.shown().lineage(MADE)
    undeclared = made.shown().lineage(PEOPLE)
    assert steps(undeclared)[1] == (1, "REGISTER#b", "NOT_DECLARED", None)
    hidden = made.declare(REGISTER, derived("b", (PEOPLE, "a")), keep=False)
    told = made.shown().lineage(PEOPLE)
    assert steps(told)[1] == (1, "REGISTER#b", "NOT_HERE", None)
    assert (told["lineage"][1]["digest"], told["notHere"][0]["digest"], told["cycles"]) == (
        hidden,
        hidden,
        [],
    )
    assert made.shown().lineage(MADE, is_down=True)["notHere"] == told["notHere"], "it may rest on anything"
    take_origins(Tables(made.ledger.state()), made.texts, form(REGISTER, derived("b", (PEOPLE, "a"))))  # type: ignore[arg-type]
    told = made.shown().lineage(PEOPLE)
    circle = [{"resource": PEOPLE, "field": "a"}, {"resource": REGISTER, "field": "b"}]
    assert (told["cycles"], told["notHere"]) == ([[*circle, circle[0]]], [])
    assert [each["cycle"] for each in told["lineage"]] == [False, False, True]


def test_an_upheld_correction_tells_which_sets_rest_on_what_was_doubted(made: Origins) -> None:
    made.declare(PEOPLE, collected("birth", "DE00005"), issued("no"))
    made.declare(REGISTER, received("born", PEOPLE, "birth"))
    made.declare(MADE, derived("age", (REGISTER, "born")), derived("seen", (PEOPLE, "no")))
    grant = made.records.request("PEOPLE")
    made.records.use(a_use(grant))
    opened = made.records.open(grant, "PEOPLE")

    def affected() -> Any:
        state = Tables(made.ledger.state())
        found = state.get("correction", opened)
        assert isinstance(found, Correction)
        evidence = Evidence(EvidenceFolder(made.folder / "evidence"), SystemEntropy())
        now = made.ledger.now
        shown = ShowCorrections(state, made.texts, evidence, now, by_default(state, now))  # type: ignore[arg-type]
        return shown.show(found)["affected"]

    assert affected() is None
    made.records.answer(opened)
    told = affected()
    assert told["ofAnyField"], "the names of the fields are not here"
    assert told["sets"] == [
        {"resource": MADE, "body": OFFICE, "fields": ["age", "seen"]},
        {"resource": REGISTER, "body": OFFICE, "fields": ["born"]},
    ]
    named = made.shown().resting_on(PEOPLE, ["birth"])
    assert [each["fields"] for each in named["sets"]] == [["age"], ["born"]]
    assert (named["ofAnyField"], named["notHere"]) == (False, [])
