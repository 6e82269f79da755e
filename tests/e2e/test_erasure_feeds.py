"""Collected licenses: erased with the file and the book of their feed, and not collected again."""

from __future__ import annotations

import json
from pathlib import Path

from tests.e2e.feeds_made import ISSUER, Feed
from tests.e2e.sheets_made import TYPE
from tests.erasing import contents_of, found_in
from tests.told import Run, World

FIRST = 9_900_001


def test_a_collected_license_is_erased_where_its_feed_keeps_it(world: World, tmp_path: Path) -> None:
    out, key = tmp_path / "out", ["--key", world.key("office-jiangsu")]

    def collect(file: Path) -> Run:
        return world.run("license", "collect", str(file), "--out", str(out), *key)

    def erase(file: Path) -> Run:
        ids = [json.loads(file.read_bytes())["anchor"]["licenseId"]]
        return world.run("license", "erase", *ids, "--ground", "CONSENT_WITHDRAWN", *key, "--yes")

    made = Feed().insert(FIRST).insert(FIRST + 1).insert(FIRST + 2)
    made.update(FIRST + 1, "no such act")
    run = collect(made.write(tmp_path / "one.jsonl"))
    assert (run.status, run.data["inserted"], run.data["code"]) == (1, 3, "LINES_REJECTED"), run.data
    one, two, three = sorted(out.glob("*.elic.json"))
    register = world.home / "issuers" / ISSUER / "register.jsonl"
    contents = {file: contents_of(file, register) for file in (one, two, three)}
    places = (world.home, out)

    done = erase(one)
    assert (done.status, done.data["erased"][0]["destroyed"]["files"]) == (0, 1), done.data
    assert [found_in(place, contents[one]) for place in places] == [set(), set()]
    assert [file.exists() for file in (one, two, three)] == [False, True, True]

    waiting = erase(two)
    assert (waiting.status, waiting.data["code"]) == (1, "ERASURE_FEED_OPEN")
    assert two.exists()
    rejected = [json.loads(line) for line in (out / "rejected.jsonl").read_text().splitlines()]
    rejected[1]["op"] = "skip"
    corrections = tmp_path / "corrections.jsonl"
    corrections.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in rejected))
    run = collect(corrections)
    assert run.status == 0, run.data
    assert erase(two).status == 0
    assert [found_in(place, contents[two]) for place in places] == [set(), set()]
    assert found_in(out, contents[three])

    again = collect(Feed(made.next).insert(FIRST).insert(FIRST + 2).write(tmp_path / "two.jsonl"))
    assert (again.status, again.data["unchanged"]) == (1, 1), again.data
    assert [each["code"] for each in again.data["rejected"]] == ["FEED_HELD"]
    ended = Feed(made.next + 2).act(FIRST + 1, "cancel", "HOLDER_REQUEST").write(tmp_path / "three.jsonl")
    assert world.run("license", "show", json.loads(three.read_bytes())["anchor"]["licenseId"]).status == 0
    run = collect(ended)
    assert (run.status, run.data["ended"]) == (0, 1), run.data
    snapshot = tmp_path / "snapshot.jsonl"
    name = one.name.removesuffix(".elic.json")
    snapshot.write_text(json.dumps({"identifier": name, "status": "01", "license": made.lines[0]["license"]}))
    compared = world.run("license", "reconcile", str(snapshot), "--issuer", ISSUER, "--type", TYPE)
    assert {"identifier": name, "code": "ENVELOPE_MISSING"} in compared.data["uncompared"]
