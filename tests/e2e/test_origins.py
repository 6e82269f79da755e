"""Where fields come from, from the command line: what is collected twice, and what rests on what."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.e2e.sharers import GRANTEE, OWNER, TYPE, Sharing
from tests.e2e.test_representations import by
from tests.told import Run

Json = dict[str, Any]
OTHER = "office-zhejiang"


class Bureaus:
    """Two bodies with data sets of their own, on one machine."""

    def __init__(self, sharing: Sharing, folder: Path) -> None:
        self.sharing, self.world, self.folder = sharing, sharing.world, folder

    def made(self, code: str, *fields: str, office: str = "office-jiangsu") -> str:
        """A data set with these fields."""
        listed = self.folder / f"{code}.csv"
        listed.write_text("name,grade\n" + "".join(f"{each},2\n" for each in fields))
        made = ["resource", "add", code, "--field-list", str(listed), "--type", TYPE]
        return str(self.sharing.done(*made, *by(self.world, office))["resource"])

    def file(self, resource: str, *fields: Json) -> str:
        path = self.folder / f"{resource.split('/')[1]}.json"
        form = {"format": "elicense-origins/1", "resource": resource, "fields": list(fields)}
        path.write_text(json.dumps(form, ensure_ascii=False))
        return str(path)

    def declare(self, resource: str, *fields: Json, office: str = "office-jiangsu") -> Json:
        run = self.set(resource, *fields, office=office)
        assert run.status == 0, run.data
        return run.data

    def set(self, resource: str, *fields: Json, office: str = "office-jiangsu") -> Run:
        file = self.file(resource, *fields)
        return self.world.run("origin", "set", resource, file, *by(self.world, office))


def collected(name: str, element: str = "E2E.PHONE") -> Json:
    return {
        "name": name,
        "how": "collected",
        "element": element,
        "subject": "POPULATION",
        "ground": "示例条例第三条",
    }


def received(name: str, resource: str, field: str) -> Json:
    return {"name": name, "how": "received", "from": {"resource": resource, "field": field}}


def derived(name: str, resource: str, field: str) -> Json:
    given = [{"resource": resource, "field": field}]
    return {"name": name, "how": "derived", "from": given, "method": {"zh": "计数", "en": "counted"}}


def test_a_second_collection_is_warned_of_recorded_found_and_put_right(
    sharing: Sharing, tmp_path: Path
) -> None:
    bureaus, done, world = Bureaus(sharing, tmp_path), sharing.done, sharing.world
    people = bureaus.made("ORIGIN-PEOPLE", "phone", "number")
    register = bureaus.made("ORIGIN-REGISTER", "tel", office=OTHER)
    first = bureaus.declare(people, collected("phone"), {"name": "number", "how": "issued"})
    assert (first["version"], first["collectedAlready"], first["counts"]["issued"]) == (1, [], 1)
    checked = done("origin", "check", bureaus.file(people, collected("phone")))
    assert checked["elements"] == [{"subject": "POPULATION", "element": "E2E.PHONE"}]

    again = bureaus.declare(register, collected("tel"), office=OTHER)
    (warned,) = again["collectedAlready"]
    assert (warned["fields"], warned["first"]["body"]) == (["tel"], OWNER)
    assert again["seq"] > first["seq"], "it is recorded all the same"

    def element(*more: str) -> list[Json]:
        found = done("origin", "again", *more)["elements"]
        return [each for each in found if each["element"] == "E2E.PHONE"]

    (told,) = element()
    assert (told["first"]["body"], [each["body"] for each in told["again"]]) == (OWNER, [GRANTEE])
    assert element("--owner", GRANTEE) == [told]
    since = told["again"][0]["since"]
    found = world.run("supervise", "origins", "--org", GRANTEE, "--leave-out")
    (finding,) = [each for each in found.data["findings"] if each["element"] == "E2E.PHONE"]
    assert (found.status, found.data["code"], finding["since"]) == (1, "COLLECTED_AGAIN", since)
    assert (finding["body"], finding["first"]["resource"]) == (GRANTEE, people)
    of_first = world.run("supervise", "origins", "--org", OWNER, "--leave-out").data["findings"]
    assert not [each for each in of_first if each["element"] == "E2E.PHONE"], "who was first is not found"

    auditor = world.as_other(tmp_path / "auditor")
    blind = auditor.run("supervise", "origins")
    assert (blind.status, blind.data["code"]) == (3, "ORIGINS_NOT_HERE")
    left = auditor.run("supervise", "origins", "--leave-out")
    assert {first["digest"], again["digest"]} <= {each["digest"] for each in left.data["notHere"]}
    forged = bureaus.file(people, collected("phone", "E2E.OTHER"), {"name": "number", "how": "issued"})
    assert auditor.run("origin", "keep", forged).data["code"] == "NOT_ORIGINS"
    for resource, field in ((people, collected("phone")), (register, collected("tel"))):
        more = [{"name": "number", "how": "issued"}] if resource == people else []
        assert auditor.run("origin", "keep", bureaus.file(resource, field, *more)).status == 0
    same = auditor.run("supervise", "origins", "--leave-out", "--org", GRANTEE)
    assert [each for each in same.data["findings"] if each["element"] == "E2E.PHONE"] == [finding]

    bureaus.declare(register, received("tel", people, "phone"), office=OTHER)
    assert element() == []
    assert element("--at", since) == [told], "at the time it was so"
    past = world.run("supervise", "origins", "--at", since, "--leave-out")
    assert finding in past.data["findings"]
    shown = done("origin", "show", register)
    assert (shown["version"], shown["here"], len(shown["versions"])) == (2, True, 2)
    assert done("origin", "show", register, "--at", since)["version"] == 1
    listed = done("origin", "list", "--owner", GRANTEE)["origins"]
    assert [each["counts"]["received"] for each in listed if each["resource"] == register] == [1]
    assert "共享取得" in world.card("zh", "origin", "show", register)
    assert register in world.card("zh", "origin", "list")

    number = {"name": "number", "how": "issued"}
    refusals = [
        (bureaus.set(people, collected("phone"), number), 1, "DECLARED_ALREADY"),
        (bureaus.set(people, collected("phone")), 2, "ORIGINS_FIELDS"),
        (bureaus.set(people, collected("phone"), {"name": "number", "how": "made"}), 2, "ORIGINS_MALFORMED"),
        (bureaus.set(people, received("phone", register, "none"), number), 2, "ORIGINS_SOURCE_FIELD"),
        (bureaus.set(people, received("phone", f"{OWNER}/NONE", "x"), number), 4, "UNKNOWN_RESOURCE"),
        (bureaus.set(people, collected("phone", "E2E.X"), number, office=OTHER), 1, "NOT_THE_PROVIDER"),
        (world.run("origin", "set", register, forged, *by(world)), 2, "ORIGINS_OF_ANOTHER"),
        (world.run("origin", "show", sharing.resource()), 4, "ORIGINS_UNKNOWN"),
        (world.run("origin", "show", people, "--file", bureaus.file(people, number)), 2, "DECLARED_OTHER"),
    ]
    assert [(run.status, run.data["code"]) for run, _, _ in refusals] == [each[1:] for each in refusals]
    assert world.run("audit", "fsck").status == 0


def test_lineage_is_followed_both_ways_and_an_upheld_correction_names_what_rests_on_it(
    sharing: Sharing, tmp_path: Path
) -> None:
    bureaus, done, world = Bureaus(sharing, tmp_path), sharing.done, sharing.world
    births = bureaus.made("LINE-BIRTHS", "birth", "place")
    ages = bureaus.made("LINE-AGES", "age", office=OTHER)
    sums = bureaus.made("LINE-SUMS", "old", office=OTHER)
    bureaus.declare(births, collected("birth", "E2E.BIRTH"), collected("place", "E2E.PLACE"))
    bureaus.declare(ages, derived("age", births, "birth"), office=OTHER)
    undeclared = done("origin", "lineage", ages)
    assert [each["field"] for each in undeclared["lineage"]] == ["age", "birth"]
    bureaus.declare(sums, derived("old", ages, "age"), office=OTHER)

    up = done("origin", "lineage", sums, "--field", "old")
    assert [(each["depth"], each["resource"], each["how"]) for each in up["lineage"]] == [
        (0, sums, "derived"),
        (1, ages, "derived"),
        (2, births, "collected"),
    ]
    assert (up["lineage"][2]["element"], up["cycles"], up["notHere"]) == ("E2E.BIRTH", [], [])
    down = done("origin", "lineage", births, "--field", "birth", "--down")
    assert [each["resource"] for each in down["lineage"]] == [births, ages, sums]
    alone = done("origin", "lineage", births, "--field", "place", "--down")
    assert [each["resource"] for each in alone["lineage"]] == [births], "nothing rests on it"
    stranger = world.as_other(tmp_path / "stranger").run("origin", "lineage", sums).data
    assert (stranger["lineage"], stranger["notHere"][0]["resource"]) == ([], sums)
    card = world.card("en", "origin", "lineage", sums)
    assert f"\n    {births}#birth  collected  population E2E.BIRTH" in card

    evidence = tmp_path / "evidence.txt"
    evidence.write_text("虚构证据\n")
    office, owner = by(world, OTHER), by(world)
    about = ["--fields", "birth", "--evidence", str(evidence)]
    doubt = done("correction", "attest", births, "--mismatch", *about, *office)["correction"]
    assert done("correction", "show", doubt)["affected"] is None, "nothing was upheld"
    listed = str(tmp_path / "LINE-BIRTHS.csv")
    done("resource", "amend", births, "--field-list", listed, "--cycle-days", "7", *owner)
    done("correction", "answer", doubt, "--upheld", "--version", "2", *owner)
    affected = done("correction", "show", doubt)["affected"]
    assert affected["sets"] == [
        {"resource": ages, "body": GRANTEE, "fields": ["age"]},
        {"resource": sums, "body": GRANTEE, "fields": ["old"]},
    ]
    assert affected["ofAnyField"] is False
    assert not {births, ages, sums} & {each["resource"] for each in affected["notHere"]}
    assert ages in world.card("zh", "correction", "show", doubt)

    bureaus.declare(ages, derived("age", sums, "old"), office=OTHER)
    circle = done("origin", "lineage", sums)
    named = [[each["field"] for each in one] for one in circle["cycles"]]
    assert named == [["old", "age", "old"]]
