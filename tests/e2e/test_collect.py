"""Collecting on the real chain: every operation, files in a row, deaths, bad lines, both stocks compared."""

from __future__ import annotations

import json
import shutil
import signal
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from ledger.domain.identifiers import IDENTIFIER_ROOT, LicenseIdentifier, mod37_36_check
from tests.e2e.feeds_made import Feed, given, serial
from tests.e2e.sheets_made import TYPE, rows, write
from tests.forked import elicense
from tests.told import Run, World

ISSUER = "11310000MB0TE5T1XB"
OPERATOR = "11330000MB0TE5T28K"
"""Collects for the issuer: the operator that its right names."""
OTHER_REGION = "330421"
Json = dict[str, Any]


def identifier(number: int, version: int = 1) -> str:
    return LicenseIdentifier.compose(TYPE, ISSUER, serial(number), f"{version:03d}").text


def imperfect(number: int) -> str:
    """An identifier as other systems make them: the region in the issuer's place."""
    body = f"{TYPE}310118{serial(number)}001"
    return f"{IDENTIFIER_ROOT}.{TYPE}.310118.{serial(number)}.001.{mod37_36_check(body)}"


def feed(first: int = 1, **header: Any) -> Feed:
    return Feed(first, **{"source": "sh-registry", "issuer": ISSUER, "collector": OPERATOR, **header})


@dataclass
class Collected:
    """The world of a collecting body, the folder of its feed, and what its files came to."""

    world: World
    folder: Path
    moved: str
    """A license of another body that was let go to the issuer's region."""

    @property
    def out(self) -> Path:
        return self.folder / "out"

    def command(self, file: Path, *more: str, out: Path | None = None) -> list[str]:
        options = ["--key", self.world.key("office-zhejiang"), "--out", str(out or self.out)]
        return ["license", "collect", str(file), *options, *more]

    def collect(self, file: Path, *more: str) -> Run:
        return self.world.run(*self.command(file, *more))

    def reconcile(self, snapshot: Path, *more: str) -> Run:
        options = ["--issuer", ISSUER, "--type", TYPE, *more]
        return self.world.run("license", "reconcile", str(snapshot), *options)

    def file_of(self, number: int, version: int = 1) -> str:
        return str(self.out / f"{identifier(number, version)}.elic.json")

    def result(self, number: int, version: int = 1) -> str:
        return str(self.world.run("verify", self.file_of(number, version)).data["result"])

    def replay(self) -> Json:
        run = self.world.run("audit", "replay")
        assert (run.status, run.data["findings"]) == (0, [])
        return run.data


def entitle(world: World, *more: str) -> None:
    right = ["--issuer", ISSUER, "--region", "310118", "--from", "2025-01-01", *more]
    assert world.run("type", "entitle", TYPE, *right, "--by", world.key("shanghai")).status == 0


@pytest.fixture(scope="module")
def entitled(told: tuple[World, Run], tmp_path_factory: pytest.TempPathFactory) -> Collected:
    """Qingpu's office may issue the type, another body signs for it; a license of Jiangsu is on its way."""
    folder = tmp_path_factory.mktemp("collect")
    world, jiangsu = told[0].as_other(folder / "home"), told[0].as_other(folder / "jiangsu")
    entitle(world, "--operator", OPERATOR)
    sheet, key = write(folder / "jiangsu.csv", rows(1, 7_000_001)), ["--key", world.key("office-jiangsu")]
    made = jiangsu.run(
        "license", "issue-batch", str(sheet), "--type", TYPE, *key, "--out", str(folder / "theirs")
    )
    assert made.status == 0, made.data
    (path,) = (folder / "theirs").glob("*.elic.json")
    moved = str(json.loads(path.read_text())["anchor"]["licenseId"])
    assert jiangsu.run("license", "transfer", "out", moved, "--region", "310118", *key).status == 0
    return Collected(world, folder, moved)


def every_operation(moved: str) -> Feed:
    """Sixty lines: stock, every code of the collection interface, every act in words."""
    made = feed()
    for number in range(100, 122):
        made.insert(number)
    made.line(
        op="01", status="01", license=given(122, certificateIdentifier=imperfect(122)) | {"serial": None}
    )
    made.line(op="01", license={**given(123), "origin": "converted_unchecked"})

    def key(number: int) -> Json:
        return {"key": {"identifier": identifier(number)}}

    def by_serial(number: int) -> Json:
        return {"key": {"serial": serial(number)}}

    made.line(op="02", **key(100), license=given(100, certificateExpiringDate="2031-06-30"))
    made.line(op="03", status="02", **by_serial(101))
    made.line(op="06", status="01", **by_serial(101))
    made.line(op="03", **by_serial(102))
    made.line(op="01", license=given(124, certificateExpiringDate="2026-01-31"))
    made.line(op="04", status="05", **by_serial(124))
    made.line(op="05", status="03", ground="OBTAINED_BY_FRAUD", **by_serial(103))
    made.line(op="05", status="04", **by_serial(104))  # the header tells the ground
    made.line(op="05", status="07", ground="PENALTY", reference="沪罚〔2026〕1号", **by_serial(105))
    made.line(op="05", status="06", region=OTHER_REGION, **by_serial(106))
    made.line(op="05", status="06", region=OTHER_REGION, **by_serial(107))
    made.line(op="10", status="01", **by_serial(107))
    made.line(op="08", key={"licenseId": moved}, license=given(125))
    made.line(op="09", status="01", **key(108), license=given(108, certificateExpiringDate="2032-06-30"))
    made.update(109, "change", certificateExpiringDate="2033-06-30")
    made.line(
        op="update", act="correct", **by_serial(110), license=given(110, certificateIssuedDate="2025-07-02")
    )
    made.update(111, "renew", certificateExpiringDate="2034-06-30")
    made.update(112, "replace")
    made.line(op="update", act="reissue", ground="DOCUMENT_LOST", **by_serial(113), license=given(113))
    made.act(114, "suspend", "INVESTIGATION").act(114, "resume", "CONDITIONS_MET_AGAIN")
    made.act(115, "annul", "UNLAWFUL_ISSUE").act(116, "withdraw", "LAW_CHANGED")
    made.act(117, "revoke", "SERIOUS_VIOLATION").act(118, "cancel", "HOLDER_DIED", effective="2026-02-01")
    made.act(119, "void", "MISPRINT").act(120, "transfer out", region=OTHER_REGION)
    made.act(120, "transfer cancel").act(121, "suspend", "PENALTY")
    made.line(op="update", act="renew", **by_serial(111), license=given(131))
    made.act(131, "suspend", "PENALTY").insert(126).act(126, "suspend", "PENALTY")
    made.insert(127).insert(128).insert(129)
    assert len(made.lines) == 60
    return made


STANDING = {
    (100, 1): "SUPERSEDED", (100, 2): "IN_FORCE", (101, 1): "IN_FORCE", (102, 1): "SUSPENDED",
    (103, 1): "ANNULLED", (104, 1): "CANCELLED", (105, 1): "REVOKED", (106, 1): "SUSPENDED",
    (107, 1): "IN_FORCE", (108, 2): "IN_FORCE", (109, 2): "IN_FORCE", (110, 2): "IN_FORCE",
    (111, 1): "SUPERSEDED", (111, 2): "SUPERSEDED", (112, 2): "IN_FORCE", (113, 2): "IN_FORCE",
    (114, 1): "IN_FORCE", (115, 1): "ANNULLED", (116, 1): "WITHDRAWN", (117, 1): "REVOKED",
    (118, 1): "CANCELLED", (119, 1): "VOIDED", (120, 1): "IN_FORCE", (121, 1): "SUSPENDED",
    (123, 1): "IN_FORCE", (124, 1): "EXPIRED", (125, 1): "IN_FORCE", (126, 1): "SUSPENDED",
    (127, 1): "IN_FORCE", (128, 1): "IN_FORCE", (131, 1): "SUSPENDED",
}  # fmt: skip
COUNTS = {"inserted": 29, "updated": 9, "ended": 8, "suspended": 9, "lifted": 4, "unchanged": 1}


DEATHS = (
    ("book", 20), ("flush", 1), ("keep", 3), ("send", 1), ("sent", 1), ("write", 4), ("book", 60),
    ("send", 2), ("receipt", 3), ("write", 6), ("sent", 5),
)  # fmt: skip
"""Where the process dies, one death after the other: each is a counted step of `scripts.tripwire`."""


@pytest.fixture(scope="module")
def first(entitled: Collected) -> tuple[Collected, Run]:
    """The sixty lines, taken over by a process that was killed again and again."""
    grounds = {"cancel": "HOLDER_REQUEST"}
    made = every_operation(entitled.moved)
    made.header["grounds"] = grounds
    file = made.write(entitled.folder / "first.jsonl")
    before = entitled.replay()
    for step, count in DEATHS:
        order = entitled.command(file, "--resume")
        died = elicense(*order, env=entitled.world.environment(), dies_at=(step, count))
        assert died.returncode == -signal.SIGKILL, (step, count, died.stdout[-500:], died.stderr[-500:])
    run = entitled.collect(file, "--resume")
    after = entitled.replay()
    touched = len({*range(100, 122), 126})  # leaves to which something happened
    assert after["batches"] - before["batches"] == len(run.data["batches"])
    records = len(run.data["batches"]) + 2 * 9 + 8 + 9 + 4 + touched
    assert after["records"] - before["records"] == records, "nothing is doubled"
    return entitled, run


# --- the first file ---------------------------------------------------------------------------


def test_every_operation_is_taken_over_once_however_often_the_process_dies(
    first: tuple[Collected, Run],
) -> None:
    collected, run = first
    assert (run.status, run.data["rejected"], run.data["resumed"]) == (0, [], True), run.data
    assert {name: run.data[name] for name in COUNTS} == COUNTS
    assert (run.data["from"], run.data["until"]) == (1, 60)
    assert sum(batch["size"] for batch in run.data["batches"]) == 29
    assert not (collected.out / "rejected.jsonl").exists()


def test_each_license_stands_where_its_source_says(first: tuple[Collected, Run]) -> None:
    collected, _ = first
    data = collected.world.run("verify", str(collected.out)).data
    found = {Path(each["subject"]).name.removesuffix(".elic.json"): each for each in data["results"]}
    assert {name: found[identifier(*name)]["result"] for name in STANDING} == STANDING
    assert found[imperfect(122)]["result"] == "IN_FORCE"
    assert len(found) == 29 + 9
    assert collected.world.run("license", "show", collected.moved).data["status"] == "SUPERSEDED"


def test_verification_tells_that_a_license_was_collected_and_by_whom(first: tuple[Collected, Run]) -> None:
    collected, _ = first
    shown = collected.world.run("verify", collected.file_of(101), "--region", "310118")
    assert (shown.status, shown.data["result"]) == (0, "IN_FORCE")
    assert shown.data["flags"] == ["COLLECTED", "HOLDER_UNBOUND"]
    assert shown.data["collector"] == OPERATOR
    (issuer,) = [check for check in shown.data["checks"] if check["name"] == "ISSUER"]
    assert (issuer["evidence"]["issuer"], issuer["evidence"]["operator"]) == (ISSUER, OPERATOR)
    converted = collected.world.run("verify", collected.file_of(123)).data
    assert (converted["flags"][0], converted["collector"]) == ("CONVERTED_UNCHECKED", None)
    taken = collected.world.run("verify", collected.file_of(125)).data
    assert (taken["result"], taken["flags"][0]) == ("IN_FORCE", "COLLECTED")
    native = collected.world.run("verify", collected.world.envelope("330421202500000042"))
    assert "COLLECTED" not in native.data["flags"]


def test_a_document_that_hides_its_origin_is_tampered_with(
    first: tuple[Collected, Run], tmp_path: Path
) -> None:
    collected, _ = first
    envelope = json.loads(Path(collected.file_of(101)).read_text())
    envelope["license"]["origin"] = "native"
    forged = tmp_path / "forged.elic.json"
    forged.write_text(json.dumps(envelope))
    assert collected.world.run("verify", str(forged)).data["result"] == "TAMPERED"


def test_the_same_file_again_changes_nothing(first: tuple[Collected, Run]) -> None:
    collected, run = first
    before = collected.replay()
    again = collected.collect(collected.folder / "first.jsonl")
    assert again.data == run.data | {"resumed": False}
    assert collected.replay()["records"] == before["records"]


# --- the second file --------------------------------------------------------------------------

AREA = {"certificateAreaCode": "x"}
BAD: list[tuple[str, str, Json]] = [
    ("FIELD_CHOICE", "op", {"op": "11", "key": {"serial": serial(127)}}),
    ("FEED_OTHER_OPERATION", "op", {"op": "07", "key": {"serial": serial(128)}}),
    ("FEED_GROUND", "ground", {"op": "end", "act": "revoke", "key": {"serial": serial(107)}}),
    ("FEED_STATUS", "status", {"op": "03", "status": "07", "key": {"serial": serial(114)}}),
    ("FIELD_REQUIRED", "region", {"op": "05", "status": "06", "key": {"serial": serial(120)}}),
    ("FEED_LICENSE_UNKNOWN", "key", {"op": "03", "key": {"serial": "404"}}),
    ("FEED_HELD", "license/serial", {"op": "01", "license": given(101, certificateAreaCode="310118")}),
    ("REGION_FORM", "license/metadata/certificateAreaCode", {"op": "01", "license": given(140, **AREA)}),
    ("FEED_ORIGIN", "license/origin", {"op": "01", "license": {**given(141), "origin": "native"}}),
    ("ACT_NOT_ALLOWED", "", {"op": "06", "key": {"serial": serial(105)}}),
    ("FEED_NOT_EXPIRED", "op", {"op": "04", "key": {"serial": serial(125)}}),
]  # fmt: skip


@pytest.fixture(scope="module")
def second(first: tuple[Collected, Run]) -> tuple[Collected, Run]:
    """The next file, with bad lines of every kind among good ones."""
    collected, _ = first
    made = feed(60)
    made.lines.append(every_operation(collected.moved).lines[59])  # said before
    for _, _, line in BAD:
        made.line(**line)
    made.act(107, "suspend", "PENALTY").insert(150).act(150, "suspend", "PENALTY")
    file = made.write(collected.folder / "second.jsonl")
    file.write_text(file.read_text() + "nonsense\n")
    return collected, collected.collect(file)


def test_bad_lines_are_told_and_the_rest_goes_on(second: tuple[Collected, Run]) -> None:
    collected, run = second
    assert (run.status, run.data["code"]) == (1, "LINES_REJECTED")
    told = [(each["code"], each["field"]) for each in run.data["rejected"]]
    assert told == [*((code, field) for code, field, _ in BAD), ("FEED_WAITS", ""), ("JSON_SYNTAX", "")]
    assert [each["sequence"] for each in run.data["rejected"]] == [*range(61, 73), 75]
    assert [each["line"] for each in run.data["rejected"]] == [*range(3, 15), 17]
    assert all(set(each) == {"line", "sequence", "code", "field", "message"} for each in run.data["rejected"])
    assert (run.data["inserted"], run.data["suspended"], run.data["unchanged"]) == (1, 1, 1)
    assert collected.result(107) == "IN_FORCE"
    assert collected.result(150) == "SUSPENDED"


def test_rejected_lines_corrected_go_in_again(second: tuple[Collected, Run]) -> None:
    collected, _ = second
    rejected = collected.out / "rejected.jsonl"
    head, *lines = [json.loads(line) for line in rejected.read_text().splitlines()]
    assert (head["kind"], len(lines)) == ("corrections", 13)
    for line in lines:
        if line["sequence"] == 63:
            line["ground"] = "PENALTY"
        elif line["sequence"] != 72:
            line["op"] = "skip"
    corrected = collected.folder / "corrected.jsonl"
    corrected.write_text("".join(json.dumps(each, ensure_ascii=False) + "\n" for each in (head, *lines)))
    run = collected.collect(corrected)
    assert [each["code"] for each in run.data["rejected"]] == ["ACT_NOT_ALLOWED", "FIELD_NOT_ALLOWED"]
    assert (run.data["ended"], run.data["unchanged"]) == (1, 10)
    assert collected.result(107) == "REVOKED"
    left = [json.loads(line)["sequence"] for line in rejected.read_text().splitlines()[1:]]
    assert left == [72, 75]


@pytest.mark.parametrize(
    ("change", "code", "status"),
    [
        (lambda lines: [lines[0], lines[2]], "FEED_GAP", 2),
        (lambda lines: [lines[0], lines[2], lines[1]], "FEED_GAP", 2),
        (lambda lines: [lines[0] | {"first": 80}, *lines[1:]], "FEED_GAP", 2),
        (lambda lines: [lines[0], lines[1], lines[1] | {"ground": "INVESTIGATION"}], "FEED_REPEATED", 2),
        (lambda lines: [lines[0] | {"first": 60}, lines[1] | {"sequence": 60}], "FEED_REPEATED", 2),
        (lambda lines: [lines[0] | {"collector": "11320000MB0TE5T36A"}, lines[1]], "FEED_COLLECTOR", 2),
        (lambda lines: [lines[0] | {"source": "another"}, lines[1]], "FEED_FOLDER_OTHER", 2),
        (lambda lines: [lines[0] | {"type": "11100000MB03271699001"}, lines[1]], "FEED_NO_MANDATE", 1),
        (lambda lines: [lines[0] | {"issuer": "11320000MB0TE5T36A"}, lines[1]], "FEED_NO_MANDATE", 1),
        (
            lambda lines: [lines[0] | {"kind": "corrections"}, lines[1] | {"sequence": 500}],
            "FEED_NOT_OPEN",
            2,
        ),
        (lambda lines: lines[1:], "FEED_HEADER", 2),
    ],
)
def test_a_file_that_does_not_go_on_where_the_feed_stands_records_nothing(
    second: tuple[Collected, Run],
    tmp_path: Path,
    change: Callable[[list[Json]], list[Json]],
    code: str,
    status: int,
) -> None:
    collected, _ = second
    good = feed(76).act(101, "suspend", "PENALTY").act(101, "resume", "PENALTY_SERVED")
    lines = change([good.header, *good.lines])
    file = tmp_path / "bad.jsonl"
    file.write_text("".join(json.dumps(line) + "\n" for line in lines))
    before = collected.replay()["seq"]
    run = collected.collect(file)
    assert (run.status, run.data["code"]) == (status, code), run.data
    assert collected.replay()["seq"] == before


def test_no_sheet_is_a_feed_and_no_feed_goes_into_two_folders(
    second: tuple[Collected, Run], tmp_path: Path
) -> None:
    collected, _ = second
    sheet = write(tmp_path / "a.csv", rows(1, 160))
    assert collected.collect(sheet).data["code"] == "FEED_HEADER"
    other = feed(76).insert(160).write(tmp_path / "b.jsonl")
    run = collected.world.run(*collected.command(other, out=tmp_path / "elsewhere"))
    assert (run.status, run.data["code"]) == (2, "FEED_ELSEWHERE")
    assert not (tmp_path / "elsewhere").exists()


def test_a_dead_node_stops_the_run_and_the_same_command_goes_on(second: tuple[Collected, Run]) -> None:
    collected, _ = second
    file = feed(76).insert(161).act(161, "suspend", "PENALTY").write(collected.folder / "third.jsonl")
    dead = collected.collect(file, "--rpc", "http://127.0.0.1:9")
    assert (dead.status, dead.data["error"]["family"]) == (75, "outage")
    run = collected.collect(file, "--resume")
    assert (run.status, run.data["inserted"], run.data["suspended"]) == (0, 1, 1)


# --- both stocks ------------------------------------------------------------------------------


def stated(number: int, status: str = "01", **metadata: Any) -> Json:
    return {"status": status, "license": given(number, **metadata)}


def stock() -> dict[int, Json]:
    """What the source holds after all its files; it knows licenses by their serials."""
    held = {number: stated(number) for number in (101, 112, 113, 114, 120, 125, 127, 128, 129)}
    held |= {number: stated(number, "02") for number in (102, 121, 126, 131, 150, 161)}
    held |= {number: stated(number, "07") for number in (105, 107, 117)}
    held |= {103: stated(103, "03"), 115: stated(115, "03"), 104: stated(104, "04"), 118: stated(118, "04")}
    held |= {116: {**stated(116, "99"), "note": "撤回"}, 119: stated(119, "05"), 106: stated(106, "06")}
    held |= {124: stated(124, "05", certificateExpiringDate="2026-01-31")}
    held |= {122: {"status": "01", "identifier": imperfect(122)}, 123: stated(123)}
    held |= {110: stated(110, certificateIssuedDate="2025-07-02")}
    years = {100: 2031, 108: 2032, 109: 2033}
    return held | {n: stated(n, certificateExpiringDate=f"{year}-06-30") for n, year in years.items()}


def snapshot(path: Path, held: dict[int, Json]) -> Path:
    header = {"format": "elicense-snapshot/1", "source": "sh-registry", "sourceTime": "2026-11-21T08:00:00Z"}
    lines = [header, *held.values()]
    path.write_text("".join(json.dumps(each, ensure_ascii=False) + "\n" for each in lines))
    return path


@pytest.fixture(scope="module")
def settled(second: tuple[Collected, Run]) -> Collected:
    """The feed at its end, whichever tests ran."""
    collected, _ = second
    rejected = collected.out / "rejected.jsonl"
    if rejected.exists():
        head, *lines = [json.loads(line) for line in rejected.read_text().splitlines()]
        for line in lines:
            line.pop("unreadLine", None)
            line |= {"ground": "PENALTY"} if line["sequence"] == 63 else {"op": "skip"}
        file = collected.folder / "settled.jsonl"
        file.write_text("".join(json.dumps(each, ensure_ascii=False) + "\n" for each in (head, *lines)))
        assert collected.collect(file).status == 0
    file = feed(76).insert(161).act(161, "suspend", "PENALTY").write(collected.folder / "third.jsonl")
    assert collected.collect(file, "--resume").status == 0
    return collected


def test_the_source_and_the_ledger_hold_the_same(settled: Collected, tmp_path: Path) -> None:
    run = settled.reconcile(snapshot(tmp_path / "snapshot.jsonl", stock()))
    assert (run.status, run.data["code"]) == (0, "OK"), run.data
    assert run.data["compared"] == run.data["same"] == len(stock())
    assert run.data["counts"]["superseded"] == 8


def test_what_differs_is_told_without_values_and_mended_by_a_feed(settled: Collected, tmp_path: Path) -> None:
    held = stock()
    held[101]["license"]["face"]["employer"] = "示例企业丁（上海）有限公司"
    held |= {114: stated(114, "02"), 127: {**stated(127, "07"), "ground": "PENALTY"}, 170: stated(170)}
    del held[128]
    source = snapshot(tmp_path / "snapshot.jsonl", held)
    report, mend = tmp_path / "report.json", tmp_path / "mend.jsonl"
    run = settled.reconcile(source, "--out", str(report), "--mend", str(mend))
    assert (run.status, run.data["code"]) == (1, "STOCK_DIFFERS")
    assert run.data["differing"] == [{"identifier": identifier(101), "fields": ["face/employer"]}]
    told = [(each["identifier"], each["source"], each["ledger"]) for each in run.data["statusDiffers"]]
    assert told == [(identifier(114), "02", "IN_FORCE"), (identifier(127), "07", "IN_FORCE")]
    assert [each["identifier"] for each in run.data["onlySource"]] == [identifier(170)]
    assert [each["identifier"] for each in run.data["onlyLedger"]] == [identifier(128)]
    assert "示例企业丁" not in report.read_text()
    assert json.loads(report.read_text())["counts"] == run.data["counts"]
    assert run.data["mend"] == {"lines": 4, "undone": []}
    mended = settled.collect(mend)
    assert (mended.status, mended.data["rejected"]) == (0, []), mended.data
    assert {name: mended.data[name] for name in ("inserted", "updated", "ended", "suspended")} == {
        "inserted": 1, "updated": 1, "ended": 1, "suspended": 1,
    }  # fmt: skip
    run = settled.reconcile(source)
    assert [each["identifier"] for each in run.data["onlyLedger"]] == [identifier(128)]
    assert (run.data["compared"], run.data["same"]) == (len(held), len(held))
    settled.replay()


def test_a_sheet_of_identifiers_and_statuses_is_compared_too(settled: Collected, tmp_path: Path) -> None:
    sheet = tmp_path / "stock.csv"
    sheet.write_text(
        f"certificateIdentifier,status\n{identifier(103)},03\n{identifier(103)},03\n{identifier(2)},01\n"
    )
    run = settled.reconcile(sheet)
    assert (run.data["compared"], run.data["same"]) == (1, 1)
    assert [each["code"] for each in run.data["rejected"]] == ["SNAPSHOT_TWICE"]
    assert [each["identifier"] for each in run.data["onlySource"]] == [identifier(2)]
    assert len(run.data["onlyLedger"]) > 20


# --- a home that is lost ----------------------------------------------------------------------


def test_a_home_that_lost_everything_but_its_secret_goes_on_from_the_folder(
    settled: Collected, tmp_path: Path
) -> None:
    new = tmp_path / "home"
    for part in ("issuers", "home.key"):
        source = settled.world.home / part
        new.mkdir(exist_ok=True)
        shutil.copytree(source, new / part) if source.is_dir() else shutil.copy(source, new / part)
    copied = Collected(settled.world.as_other(new), tmp_path, settled.moved)
    shutil.copytree(settled.out, copied.out)
    file = feed(78).act(128, "suspend", "PENALTY").insert(128).insert(180).write(tmp_path / "next.jsonl")
    run = copied.collect(file)
    assert (run.status, run.data["suspended"], run.data["inserted"], run.data["unchanged"]) == (0, 1, 1, 1), (
        run.data
    )
    assert copied.world.run("license", "show", identifier(128)).data["status"] == "SUSPENDED"


# --- the mandate ------------------------------------------------------------------------------


def test_only_the_operator_that_a_right_names_collects(settled: Collected, tmp_path: Path) -> None:
    good = feed(78).act(129, "suspend", "PENALTY")
    file = good.write(tmp_path / "a.jsonl")
    before = settled.replay()["seq"]
    stranger = settled.world.run(*settled.command(file), "--key", settled.world.key("office-anhui"))
    assert (stranger.status, stranger.data["code"]) == (2, "FEED_COLLECTOR")
    good.header["collector"] = "11340000MB0TE5T44D"
    file = good.write(tmp_path / "b.jsonl")
    stranger = settled.world.run(*settled.command(file), "--key", settled.world.key("office-anhui"))
    assert (stranger.status, stranger.data["code"]) == (1, "FEED_NO_MANDATE")
    other = feed(1, type="11100000000013338W011", source="other").insert(1).write(tmp_path / "c.jsonl")
    run = settled.world.run(*settled.command(other, out=tmp_path / "other"))
    assert (run.status, run.data["code"]) == (1, "FEED_NO_MANDATE")
    assert settled.replay()["seq"] == before


def test_when_the_mandate_ends_the_feed_stops_and_what_was_collected_stays(
    settled: Collected, tmp_path: Path
) -> None:
    made = feed(78).act(129, "suspend", "PENALTY").act(129, "resume", "PENALTY_SERVED")
    file = made.write(tmp_path / "a.jsonl")
    entitle(settled.world)
    try:
        run = settled.collect(file)
        assert (run.status, run.data["code"]) == (1, "FEED_NO_MANDATE")
        shown = settled.world.run("verify", settled.file_of(129)).data
        assert (shown["result"], shown["collector"]) == ("IN_FORCE", OPERATOR)
    finally:
        entitle(settled.world, "--operator", OPERATOR)
    run = settled.collect(file)
    assert (run.status, run.data["suspended"], run.data["lifted"]) == (0, 1, 1)


def test_an_issuer_collects_from_its_own_system(settled: Collected, tmp_path: Path) -> None:
    own = Collected(settled.world.as_other(tmp_path / "home"), tmp_path, settled.moved)
    key = ("--key", own.world.key("office-shanghai"))
    late = feed(2, source="sh-desk", collector=ISSUER).insert(191).write(tmp_path / "b.jsonl")
    run = own.world.run(*own.command(late), *key)
    assert (run.status, run.data["code"]) == (2, "FEED_BEGINS_LATE"), (
        "the lines before it would be locked out"
    )
    file = feed(source="sh-desk", collector=ISSUER).insert(190).write(tmp_path / "a.jsonl")
    run = own.world.run(*own.command(file), *key)
    assert (run.status, run.data["inserted"], run.data["begins"]) == (0, 1, 1), run.data
    shown = own.world.run("verify", own.file_of(190)).data
    assert (shown["result"], shown["flags"][0], shown["collector"]) == ("IN_FORCE", "COLLECTED", ISSUER)
    settled.replay()
