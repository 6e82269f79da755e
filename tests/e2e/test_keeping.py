"""How long documents are kept, and what keeps them longer: rules, legal holds, orders of courts."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from scripts.tripwire import stopped
from tests.e2e.sheets_made import TYPE, license_input, rows, write
from tests.erasing import contents_of, found_in
from tests.told import Run, World

JIANGSU = "11320000MB0TE5T36A"
PERSON, OVER = "CONSENT_WITHDRAWN", "RETENTION_ENDED"
LONG_AGO = {"certificateIssuedDate": "2010-07-01", "certificateExpiringDate": "2012-06-30"}
_starts = count(6_000_000, 1_000)


class Keeper:
    """The Jiangsu office: a license issued alone, and three of a batch."""

    def __init__(self, world: World, folder: Path, **columns: str) -> None:
        self.world, self.folder = world, folder
        made = [{**row, **columns} for row in rows(4, next(_starts))]
        self.single = folder / "single.elic.json"
        given = license_input(made[0])
        given["metadata"] |= {"certificateTypeCode": TYPE, "certificateIssuingAuthorityCode": JIANGSU}
        (folder / "input.json").write_text(json.dumps(given, ensure_ascii=False))
        self.must("license", "issue", str(folder / "input.json"), "--out", str(self.single), *self.key())
        write(folder / "sheet.csv", made[1:])
        batch = ["--type", TYPE, "--out", str(folder / "batch"), *self.key()]
        self.must("license", "issue-batch", str(folder / "sheet.csv"), *batch)
        self.batch = sorted((folder / "batch").glob("*.elic.json"))

    def key(self, name: str = "office-jiangsu") -> tuple[str, str]:
        return "--key", self.world.key(name)

    def run(self, *arguments: str) -> Run:
        return self.world.run(*arguments)

    def must(self, *arguments: str) -> dict[str, Any]:
        run = self.run(*arguments)
        assert run.status == 0, run.data
        return run.data

    def rule(self, *period: str, basis: str = "OWN") -> dict[str, Any]:
        named = ["--basis", basis, "--reference", "示例保管期限表 3.2"]
        return self.must("retention", "set", TYPE, *period, *named, *self.key())

    def listed(self, *more: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.must("retention", "list", "--org", JIANGSU, *more)["documents"]
        return found

    def end(self, file: Path) -> None:
        self.must("license", "cancel", id_of(file), "--ground", "HOLDER_REQUEST", *self.key())

    def erase(self, *files: Path, ground: str = OVER, more: tuple[str, ...] = ("--yes",)) -> Run:
        ids = map(id_of, files)
        return self.run("license", "erase", *ids, "--ground", ground, *more, *self.key())

    def refused(self, *files: Path, ground: str = OVER, more: tuple[str, ...] = ("--yes",)) -> str:
        run = self.erase(*files, ground=ground, more=more)
        assert run.status == 1, run.data
        return str(run.data["code"])

    def put(self, *files: Path, key: str = "office-jiangsu", reference: str = "（2026）示例民初1号") -> Run:
        named = ["--reference", reference, "--ordered-by", "示例人民法院"]
        return self.run("hold", "put", *map(id_of, files), *named, *self.key(key))

    def lift(self, hold: str, key: str = "office-jiangsu") -> Run:
        return self.run("hold", "lift", hold, "--reference", "（2026）示例民初1号之二", *self.key(key))

    def archive(self, file: Path) -> Path:
        out = self.folder / f"{file.name}.zip"
        self.must("license", "archive", id_of(file), "--to", str(out), *self.key())
        return out

    @property
    def register(self) -> Path:
        return self.world.home / "issuers" / JIANGSU / "register.jsonl"

    def kept(self, file: Path) -> dict[str, Any]:
        data: dict[str, Any] = json.loads(
            (self.world.home / "erased" / f"{id_of(file)[2:]}.json").read_bytes()
        )
        return data


def id_of(file: Path) -> str:
    return str(json.loads(file.read_bytes())["anchor"]["licenseId"])


@pytest.fixture
def keeper(world: World, tmp_path: Path) -> Keeper:
    return Keeper(world, tmp_path)


# --- how long -----------------------------------------------------------------------------------


def test_a_document_is_kept_until_its_period_is_over(keeper: Keeper) -> None:
    assert keeper.refused(keeper.single) == "RETENTION_UNSET"
    keeper.rule("--years", "10")
    assert keeper.refused(keeper.single) == "RETENTION_NOT_ENDED"
    keeper.end(keeper.single)
    run = keeper.erase(keeper.single)
    assert (run.status, run.data["code"]) == (1, "RETENTION_RUNS")
    until = run.data["error"]["fields"]["until"]
    [row] = [each for each in keeper.listed() if each["licenseId"] == id_of(keeper.single)]
    assert (row["until"], row["erasable"], row["years"], row["basis"]) == (until, False, 10, "OWN")
    ended = int(row["ended"][:4])
    assert int(until[:4]) in (ended + 10, ended + 11)
    assert until.endswith("T16:00:00Z"), "the end of a day in Asia/Shanghai"
    assert keeper.refused(keeper.single, more=("--dry-run",)) == "RETENTION_RUNS"
    keeper.rule("--permanent")
    assert keeper.refused(keeper.single) == "RETENTION_FOR_EVER"


def test_what_is_over_goes_when_it_was_packed(world: World, tmp_path: Path) -> None:
    keeper = Keeper(world, tmp_path, **LONG_AGO)
    keeper.rule("--years", "5", basis="LAW")
    [row, *others] = keeper.listed("--due")
    assert len(others) == 3
    assert (row["ended"], row["until"]) == ("2012-06-30T16:00:00Z", "2017-07-01T16:00:00Z")
    assert (row["erasable"], row["archived"], row["holds"]) == (True, False, [])
    assert keeper.refused(keeper.single) == "ARCHIVE_NOT_MADE"
    held = keeper.put(keeper.batch[0]).data["hold"]
    [row] = [each for each in keeper.listed() if each["licenseId"] == id_of(keeper.batch[0])]
    assert (row["erasable"], row["holds"]) == (False, [held])
    assert len(keeper.listed("--due")) == 3
    [told] = keeper.erase(keeper.single, ground=PERSON).data["erased"]
    assert told["retention"]["until"] == "2017-07-01T16:00:00Z", "over, so the person need not wait"
    keeper.end(keeper.batch[1])
    assert keeper.refused(keeper.batch[1]) == "RETENTION_RUNS", "ended anew by an act"
    keeper.rule("--years", "200")
    assert keeper.listed("--due") == []


def test_the_persons_right_goes_before_a_period_of_the_bodys_own_and_not_before_one_of_law(
    keeper: Keeper,
) -> None:
    one, two, three = keeper.batch
    rule = keeper.rule("--years", "30")
    [told] = keeper.erase(one, ground=PERSON).data["erased"]
    assert (told["done"], told["order"], told["archives"]) == (True, None, [])
    assert told["retention"] == {"rule": rule["rule"], "basis": "OWN", "until": None}

    law = keeper.rule("--years", "30", basis="LAW")
    assert law["version"] == 2
    assert keeper.refused(two, ground=PERSON) == "RETENTION_NOT_ENDED"
    keeper.end(two)
    assert keeper.refused(two, ground=PERSON) == "RETENTION_RUNS"
    [told] = keeper.erase(two, ground=PERSON, more=("--yes", "--order", "（2026）示例行初7号")).data["erased"]
    assert (told["done"], told["order"]) == (True, "（2026）示例行初7号")
    assert told["retention"]["until"] is not None
    kept = keeper.kept(two)
    assert (kept["format"], kept["order"], kept["retention"]) == (
        "elicense-erasure/2",
        "（2026）示例行初7号",
        told["retention"],
    )
    assert keeper.refused(one, three, ground=PERSON) == "RETENTION_NOT_ENDED"
    assert not (keeper.world.home / "erased" / f"{id_of(three)[2:]}.json").exists()


def test_a_rule_that_was_shortened_by_hand_is_believed_by_nobody(keeper: Keeper, tmp_path: Path) -> None:
    keeper.rule("--years", "50", basis="LAW")
    (file,) = (keeper.world.home / "retention").glob("*.json")
    whole = file.read_text()
    for altered, code, status in (
        (whole.replace('"years":50', '"years":1'), "STATEMENT_NOT_SIGNED", 1),
        (whole.replace("LAW", "OWN"), "STATEMENT_NOT_SIGNED", 1),
        (whole.replace(JIANGSU, "11310000MB0TE5T1XB"), "STATEMENT_NOT_SIGNED", 1),
        (whole[:-9], "STATEMENT_DAMAGED", 75),
        ("{}", "STATEMENT_DAMAGED", 75),
        ('{"versions":[]}', "STATEMENT_DAMAGED", 75),
        (whole.replace('"version":1', '"version":2'), "STATEMENT_DAMAGED", 75),
    ):
        assert altered != whole
        file.write_text(altered)
        run = keeper.erase(keeper.single, ground=PERSON)
        assert (run.status, run.data["code"]) == (status, code)
    file.write_text(whole.replace('"years":50', '"years":1'))
    anew = keeper.rule("--years", "50", basis="LAW")
    assert anew["version"] == 2, "what a thief set is set anew"
    assert keeper.refused(keeper.single, ground=PERSON) == "RETENTION_NOT_ENDED"
    named = ["--basis", "LAW", "--reference", "x", "--years", "1"]
    stranger = keeper.run("retention", "set", TYPE, *named, *keeper.key("office-jiangsu-encryption"))
    assert stranger.status != 0
    for bad, code in (
        (("--years", "201"), "RETENTION_YEARS"),
        (("--years", "1", "--permanent"), "RETENTION_PERIOD"),
        ((), "RETENTION_PERIOD"),
    ):
        run = keeper.run("retention", "set", TYPE, *bad, *named[:4], *keeper.key())
        assert (run.status, run.data["code"]) == (2, code)


def test_what_is_due_is_listed_page_by_page(keeper: Keeper) -> None:
    keeper.rule("--years", "10")
    assert keeper.listed("--due") == []
    assert len(keeper.listed()) == 4
    first = keeper.must("retention", "list", "--org", JIANGSU, "--limit", "3")
    second = keeper.must("retention", "list", "--org", JIANGSU, "--limit", "3", "--after", first["next"])
    assert (len(first["documents"]), len(second["documents"]), second["next"]) == (3, 1, None)
    assert keeper.listed("--type", "0" * 21) == []
    keeper.erase(keeper.single, ground=PERSON)
    assert id_of(keeper.single) not in {each["licenseId"] for each in keeper.listed()}
    [rule] = keeper.must("retention", "rules")["rules"]
    assert (rule["years"], rule["by"], rule["version"]) == (10, JIANGSU, 1)


# --- holds --------------------------------------------------------------------------------------


def test_one_hold_keeps_several_documents_whatever_else_would_let_them_go(keeper: Keeper) -> None:
    held, free = [keeper.single, keeper.batch[0]], keeper.batch[1]
    run = keeper.put(*held)
    assert (run.status, run.data["licenses"], run.data["lifted"]) == (0, [id_of(each) for each in held], None)
    for each in held:
        for more in (("--yes",), ("--yes", "--order", "（2026）示例行初7号"), ("--dry-run",)):
            assert keeper.refused(each, ground=PERSON, more=more) == "LICENSE_HELD"
        [shown] = keeper.must("license", "show", id_of(each))["holds"]
        assert (shown["reference"], shown["orderedBy"]) == ("（2026）示例民初1号", "示例人民法院")
    assert "依法保全" in keeper.world.card("zh", "license", "show", id_of(held[0]))
    assert keeper.refused(free, held[0], ground=PERSON) == "LICENSE_HELD", "one of them keeps all"
    assert keeper.must("license", "show", id_of(free))["holds"] == []

    second = keeper.put(keeper.single).data["hold"]
    assert keeper.lift(run.data["hold"]).data["lifted"]["by"] == JIANGSU
    assert keeper.refused(keeper.single, ground=PERSON) == "LICENSE_HELD", "each hold is lifted by itself"
    assert keeper.erase(keeper.batch[0], ground=PERSON).status == 0
    once = keeper.lift(second).data["lifted"]
    assert keeper.lift(second).data["lifted"] == once
    assert keeper.erase(keeper.single, ground=PERSON).status == 0
    late = keeper.put(keeper.single, keeper.batch[2])
    assert (late.status, late.data["code"]) == (1, "DOCUMENT_ERASED")
    assert keeper.must("hold", "list")["holds"] == []
    assert len(keeper.must("hold", "list", "--all")["holds"]) == 2


def test_only_the_competent_put_a_hold_on_and_only_who_put_it_on_lifts_it(keeper: Keeper) -> None:
    stranger = keeper.put(keeper.single, key="office-shanghai")
    assert (stranger.status, stranger.data["code"]) == (1, "HOLD_NOT_COMPETENT")
    other = keeper.put(keeper.single, key="zhejiang")
    assert (other.status, other.data["code"]) == (1, "HOLD_NOT_COMPETENT")
    above = keeper.put(keeper.single, key="jiangsu")
    assert (above.status, above.data["by"]) == (0, "320000"), above.data
    refused = keeper.lift(above.data["hold"])
    assert (refused.status, refused.data["code"]) == (1, "HOLD_OF_ANOTHER")
    assert keeper.refused(keeper.single, ground=PERSON) == "LICENSE_HELD"
    assert keeper.lift(above.data["hold"], key="jiangsu").status == 0
    assert keeper.erase(keeper.single, ground=PERSON).status == 0
    for bad, code, status in (
        (("hold", "lift", "ab" * 32, "--reference", "x"), "HOLD_UNKNOWN", 4),
        (("hold", "lift", "../../x", "--reference", "x"), "HOLD_UNKNOWN", 4),
        (("hold", "put", id_of(keeper.batch[0]), "--reference", " "), "HOLD_REFERENCE", 2),
        (("hold", "put", id_of(keeper.batch[0]), "--reference", "x" * 201), "HOLD_REFERENCE", 2),
        (("hold", "put", "0x" + "11" * 32, "--reference", "x"), "UNKNOWN_LICENSE", 4),
    ):
        run = keeper.run(*bad, *keeper.key())
        assert (run.status, run.data["code"]) == (status, code)


def test_a_hold_is_lifted_by_no_file_that_is_gone(keeper: Keeper) -> None:
    hold = keeper.put(keeper.single).data["hold"]
    file = keeper.world.home / "holds" / f"{hold}.json"
    kept = file.read_bytes()
    file.unlink()
    listed = keeper.run("hold", "list")
    assert (listed.status, listed.data["code"]) == (75, "STATEMENT_DAMAGED")
    assert keeper.must("license", "show", id_of(keeper.single))["holds"] is None, "nobody knows"
    erased = keeper.erase(keeper.single, ground=PERSON)
    assert (erased.status, erased.data["code"]) == (75, "STATEMENT_DAMAGED")
    file.parent.rename(file.parent.with_name("away"))
    erased = keeper.erase(keeper.single, ground=PERSON)
    assert (erased.status, erased.data["code"]) == (75, "STATEMENT_DAMAGED"), "nor by all of them gone"
    shutil.rmtree(file.parent, ignore_errors=True)
    file.parent.with_name("away").rename(file.parent)
    file.write_bytes(kept)
    stray = file.with_name("a copy.json")
    stray.write_bytes(kept)
    assert keeper.erase(keeper.single, ground=PERSON).data["code"] == "STATEMENT_NOT_SIGNED"
    stray.unlink()
    assert keeper.refused(keeper.single, ground=PERSON) == "LICENSE_HELD"
    keeper.lift(hold)


def test_a_hold_is_lifted_by_no_forged_file(keeper: Keeper) -> None:
    hold = keeper.put(keeper.single).data["hold"]
    other = keeper.put(keeper.batch[0]).data["hold"]
    keeper.lift(other)
    folder = keeper.world.home / "holds"
    file, lifted = folder / f"{hold}.json", json.loads((folder / f"{other}.json").read_bytes())["lifting"]
    whole = json.loads(file.read_bytes())
    taken = {**lifted, "hold": hold}
    for lifting, code, status in (
        (taken, "LICENSE_HELD", 1),
        ({**taken, "by": "320000"}, "LICENSE_HELD", 1),
        ({**taken, "signature": "00"}, "LICENSE_HELD", 1),
        (lifted, "STATEMENT_DAMAGED", 75),
        ({}, "LICENSE_HELD", 1),
    ):
        file.write_text(json.dumps({**whole, "lifting": lifting}))
        run = keeper.erase(keeper.single, ground=PERSON)
        assert (run.status, run.data["code"]) == (status, code), lifting
    put = whole["hold"]
    lifted_one = (folder / f"{other}.json").read_text()
    for altered in (
        {**put, "licenses": [id_of(keeper.batch[0])]},
        {**put, "signature": "00" * 64},
        {**put, "by": "11310000MB0TE5T1XB"},
    ):
        file.write_text(json.dumps({**whole, "hold": altered}))
        assert keeper.refused(keeper.single, ground=PERSON) == "STATEMENT_NOT_SIGNED"
    file.write_text(lifted_one)
    assert keeper.refused(keeper.single, ground=PERSON) == "STATEMENT_NOT_SIGNED", "the file of another hold"
    file.write_text(json.dumps(whole)[:-30])
    shown = keeper.must("license", "show", id_of(keeper.batch[1]))
    assert (shown["status"], shown["holds"]) == ("IN_FORCE", None)
    for each in (keeper.single, keeper.batch[1]):
        run = keeper.erase(each, ground=PERSON)
        assert (run.status, run.data["code"]) == (75, "STATEMENT_DAMAGED"), (
            "what a torn file held is not known"
        )


def test_killed_while_it_is_put_on_a_hold_stands_for_all_or_for_none(keeper: Keeper, tmp_path: Path) -> None:
    files = [keeper.single, *keeper.batch]
    order = ["hold", "put", *map(id_of, files), "--reference", "（2026）示例民初1号", *keeper.key()]
    for number, (step, occurrence, stands) in enumerate(
        (("hold", 1, False), ("flush", 1, False), ("flush", 2, True))
    ):
        home = tmp_path / f"home-{number}"
        shutil.copytree(keeper.world.home, home)
        there = Keeper.__new__(Keeper)
        there.world, there.folder = keeper.world.as_other(home), keeper.folder
        died = subprocess.run(
            stopped(step, occurrence, "kill", *order, "--json"),
            env=there.world.environment(),
            capture_output=True,
            check=False,
        )
        assert died.returncode == -signal.SIGKILL
        shown = [there.must("license", "show", id_of(each))["holds"] for each in files]
        assert [bool(each) for each in shown] == [stands] * 4, (step, occurrence)
        assert there.run(*order).status == 0
        assert there.refused(*files, ground=PERSON) == "LICENSE_HELD"


def test_a_hold_and_an_erasure_at_once_leave_one_of_them_undone(keeper: Keeper) -> None:
    contents = {each: contents_of(each, keeper.register) for each in keeper.batch}
    for file in keeper.batch:
        with ThreadPoolExecutor(2) as pool:
            put, erased = (
                pool.submit(keeper.put, file),
                pool.submit(keeper.erase, file, ground=PERSON),
            )
        told = (put.result().data["code"], erased.result().data["code"])
        late = {("DOCUMENT_ERASED", "OK"), ("ERASURE_UNFINISHED", "OK")}
        assert told in {("OK", "LICENSE_HELD"), *late}, told
        assert bool(found_in(keeper.world.home, contents[file])) is (told[0] == "OK")
