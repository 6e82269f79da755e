"""Sheets of licenses and licenses that move: what a department with stock by the thousand relies on."""

from __future__ import annotations

import json
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from tests.depth import some
from tests.e2e.sheets_made import BAD_LINES, TYPE, license_input, rows, with_bad_rows, write
from tests.told import Run, World

ZHEJIANG = "11330000MB0TE5T28K"
_starts = count(1_000_000, 10_000)


@pytest.fixture
def start() -> int:
    """The first of ten thousand serials that no other test uses."""
    return next(_starts)


def issue(world: World, sheet: Path, out: Path, *more: str, **variables: str) -> Run:
    key = world.key("office-jiangsu")
    return world.run(
        "license", "issue-batch", str(sheet), "--type", TYPE, "--key", key, "--out", str(out), *more,
        **variables,
    )  # fmt: skip


def files(out: Path) -> list[Path]:
    return sorted(out.glob("*.elic.json"))


@pytest.fixture(scope="module")
def batch(told: tuple[World, Run], tmp_path_factory: pytest.TempPathFactory) -> tuple[World, list[Path]]:
    """Forty licenses in two batches, with the home that issued them."""
    folder = tmp_path_factory.mktemp("batch")
    world = told[0].as_other(folder / "home")
    sheet = write(folder / "sheet.csv", rows(40, next(_starts)))
    run = issue(world, sheet, folder / "out", "--size", "20")
    assert run.status == 0, run.data
    assert [each["size"] for each in run.data["batches"]] == [20, 20]
    return world, files(folder / "out")


# --- sheets -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "encoding"),
    some([("a.csv", "gb18030"), ("a.csv", "utf-8"), ("a.jsonl", ""), ("a.xlsx", "")], 2),
)
def test_good_rows_are_issued_and_bad_ones_told(
    world: World, tmp_path: Path, start: int, name: str, encoding: str
) -> None:
    sheet = write(tmp_path / name, with_bad_rows(start), encoding)
    out = tmp_path / "out"
    run = issue(world, sheet, out)
    assert (run.status, run.data["code"], run.data["accepted"]) == (1, "ROWS_REJECTED", 24)
    shift = 1 if name.endswith("jsonl") else 0  # no header
    assert [each["line"] + shift for each in run.data["rejected"]] == BAD_LINES
    codes = [each["code"] for each in run.data["rejected"]]
    assert codes[0] == "SHEET_DUPLICATE"
    assert codes[2:4] + codes[5:] == ["FIELD_DATE", "FIELD_REQUIRED", "FIELD_PATTERN"]
    if not shift:
        assert (codes[1], codes[4]) == ("SHEET_SCIENTIFIC", "SHEET_FULL_WIDTH")
    assert all(set(each) == {"line", "code", "field", "message"} for each in run.data["rejected"])
    assert len(files(out)) == 24
    assert sum(each["size"] for each in run.data["batches"]) == 24
    assert world.run("verify", str(files(out)[7]), "--region", "330421").data["result"] == "IN_FORCE"
    if encoding == "gb18030":
        _the_rejected_sheet_goes_in_again(world, out / f"rejected.{sheet.suffix[1:]}", tmp_path / "again")


def _the_rejected_sheet_goes_in_again(world: World, rejected: Path, out: Path) -> None:
    """Uncorrected, five of its rows are bad still; the duplicate's first row was issued."""
    run = issue(world, rejected, out)
    assert (run.status, run.data["accepted"]) == (1, 0)
    assert [each["code"] for each in run.data["rejected"]].count("SHEET_ISSUED") == 1
    assert len(run.data["rejected"]) == 6
    assert run.data["batches"] == []


def test_a_sheet_without_issuer_gets_it_from_the_key(world: World, tmp_path: Path, start: int) -> None:
    made = [{k: v for k, v in row.items() if "IssuingAuthority" not in k} for row in rows(2, start)]
    sheet = write(tmp_path / "a.csv", made)
    assert issue(world, sheet, tmp_path / "out").data["code"] == "SHEET_COLUMN_MISSING"
    wrong = issue(world, sheet, tmp_path / "out", "--issuer-name", "示例浙江省发证机关")
    assert (wrong.status, wrong.data["code"]) == (2, "ISSUER_NAME")
    run = issue(world, sheet, tmp_path / "out", "--issuer-name", "示例江苏省发证机关")
    assert (run.status, run.data["accepted"]) == (0, 2)
    metadata = json.loads(files(tmp_path / "out")[0].read_text())["license"]["metadata"]
    assert metadata["certificateIssuingAuthorityName"] == "示例江苏省发证机关"
    assert metadata["certificateIssuingAuthorityCode"] == "11320000MB0TE5T36A"


def test_a_refused_batch_is_told_and_nothing_of_it_issued(world: World, tmp_path: Path, start: int) -> None:
    made = [row | {"certificateIssuingAuthorityName": "示例安徽省发证机关"} for row in rows(3, start)]
    sheet = write(tmp_path / "a.csv", made)
    before = _replayed(world)
    key = world.key("office-anhui")
    order = ["license", "issue-batch", str(sheet), "--type", TYPE, "--key", key]
    run = world.run(*order, "--out", str(tmp_path / "out"))
    assert (run.status, run.data["code"]) == (1, "ISSUER_NOT_ENTITLED")
    assert (run.data["accepted"], run.data["batches"]) == (0, [])
    assert run.data["error"]["message"]["en"]
    assert files(tmp_path / "out") == []
    assert _replayed(world) == before


def test_a_dead_node_issues_nothing_and_the_same_command_goes_on(
    world: World, tmp_path: Path, start: int
) -> None:
    sheet, out = write(tmp_path / "a.csv", rows(3, start)), tmp_path / "out"
    assert issue(world, sheet, out, "--rpc", "http://127.0.0.1:9").data["error"]["family"] == "outage"
    run = issue(world, sheet, out, "--resume")
    assert (run.status, run.data["accepted"]) == (0, 3)


def test_a_folder_holds_one_run_of_one_sheet(world: World, tmp_path: Path, start: int) -> None:
    sheet, other = write(tmp_path / "a.csv", rows(2, start)), write(tmp_path / "b.csv", rows(2, start + 2))
    out = tmp_path / "out"
    first = issue(world, sheet, out)
    assert issue(world, sheet, out).data["code"] == "FOLDER_NOT_EMPTY"
    assert issue(world, other, out, "--resume").data["code"] == "FOLDER_OTHER"
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "letter.txt").write_text("mine")
    assert issue(world, other, tmp_path / "full", "--resume").data["code"] == "FOLDER_NOT_EMPTY"
    lost = files(out)[0]
    content = lost.read_bytes()
    lost.unlink()
    again = issue(world, sheet, out, "--resume")
    assert again.data == first.data | {"resumed": True}
    assert lost.read_bytes() == content


# --- licenses of a batch ----------------------------------------------------------------------


def test_a_leaf_is_verified_without_trusting_the_node(batch: tuple[World, list[Path]]) -> None:
    world, made = batch
    head = _head(world)
    run = world.run("verify", str(made[3]), "--region", "330421", "--trust", "state", "--head", head)
    assert (run.data["result"], run.data["trust"]) == ("IN_FORCE", "state")


def test_a_forged_leaf_is_found_out(batch: tuple[World, list[Path]], tmp_path: Path) -> None:
    world, made = batch
    whole = json.loads(made[4].read_text())
    other = next(
        each
        for each in (json.loads(path.read_text()) for path in made)
        if each["anchor"]["batch"]["root"] != whole["anchor"]["batch"]["root"]
    )
    forged = {
        "text": _changed(whole, ("license", "face", "employer"), "示例企业丁"),
        "leaf": _changed(whole, ("leaf", "validTo"), whole["leaf"]["validTo"] + 86_400),
        "path": _changed(whole, ("anchor", "batch", "proof"), other["anchor"]["batch"]["proof"]),
        "index": _changed(whole, ("anchor", "batch", "index"), whole["anchor"]["batch"]["index"] ^ 1),
    }
    for name, envelope in forged.items():
        path = tmp_path / f"{name}.elic.json"
        path.write_text(json.dumps(envelope))
        run = world.run("verify", str(path))
        assert (run.data["result"], run.status) in [("TAMPERED", 1), ("NOT_ANCHORED", 1)], name


def test_one_leaf_is_revoked_and_its_sibling_stands(batch: tuple[World, list[Path]]) -> None:
    world, made = batch
    one, sibling = (path for path in made[6:8])
    identifier = one.name.removesuffix(".elic.json")
    assert world.run("license", "show", identifier).data["status"] == "IN_FORCE"
    acted = world.run("license", "revoke", identifier, "--ground", "SERIOUS_VIOLATION", *_by(world))
    assert (acted.status, acted.data["status"]) == (0, "REVOKED"), acted.data
    assert world.run("verify", str(one)).data["result"] == "REVOKED"
    assert world.run("verify", str(sibling)).data["result"] == "IN_FORCE"
    head = _head(world)
    assert world.run("verify", str(one), "--trust", "state", "--head", head).data["result"] == "REVOKED"
    license_id = json.loads(sibling.read_text())["anchor"]["licenseId"]
    assert world.run("license", "status", license_id).data["status"] == "IN_FORCE"
    acted = world.run("license", "suspend", license_id, "--ground", "PENALTY", *_by(world))
    assert acted.data["status"] == "SUSPENDED"
    acted = world.run("license", "resume", license_id, "--ground", "PENALTY_SERVED", *_by(world))
    assert acted.data["status"] == "IN_FORCE"
    assert world.run("verify", str(sibling)).data["result"] == "IN_FORCE"


# --- transfers --------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def entitled(told: tuple[World, Run]) -> World:
    """Jiashan's office may issue the type of the batch, too."""
    world = told[0]
    by = ["--by", world.key("zhejiang")]
    order = ["type", "entitle", TYPE, "--issuer", ZHEJIANG, "--region", "330421", "--from", "2025-01-01", *by]
    run = world.run(*order)
    assert run.status == 0, run.data
    return world


def test_a_license_goes_out_and_comes_back(batch: tuple[World, list[Path]]) -> None:
    world, made = batch
    path = made[9]
    identifier = path.name.removesuffix(".elic.json")
    nowhere = world.run("license", "transfer", "out", identifier, "--region", "320000", *_by(world))
    assert (nowhere.status, nowhere.data["code"]) == (2, "TRANSFER_AT_HOME")
    run = world.run("license", "transfer", "out", identifier, "--region", "330421", *_by(world))
    assert (run.status, run.data["status"], run.data["newIdentifier"]) == (0, "SUSPENDED", None), run.data
    assert world.run("verify", str(path)).data["result"] == "SUSPENDED"
    assert world.run("license", "show", identifier).data["ground"] == "TRANSFER"
    wrong = world.run("license", "transfer", "cancel", identifier, "--region", "310118", *_by(world))
    assert (wrong.status, wrong.data["code"]) == (2, "TRANSFER_REGION")
    run = world.run("license", "transfer", "cancel", identifier, *_by(world))
    assert (run.status, run.data["status"]) == (0, "IN_FORCE")
    assert world.run("verify", str(path)).data["result"] == "IN_FORCE"


def test_a_license_that_is_taken_in_is_superseded_by_the_takers(
    entitled: World, batch: tuple[World, list[Path]], tmp_path: Path, start: int
) -> None:
    world, made = batch
    path, taker = made[12], entitled.as_other(tmp_path / "taker")
    license_id = json.loads(path.read_text())["anchor"]["licenseId"]
    given = license_input(rows(1, start)[0])
    given["metadata"] |= {
        "certificateTypeCode": TYPE,
        "certificateIssuingAuthorityName": "示例浙江省发证机关",
        "certificateIssuingAuthorityCode": ZHEJIANG,
    }
    (tmp_path / "input.json").write_text(json.dumps(given, ensure_ascii=False))
    new = tmp_path / "new.elic.json"
    order = [
        "license", "transfer", "in", license_id, str(tmp_path / "input.json"), "--region", "330421",
        "--key", world.key("office-zhejiang"), "--out", str(new),
    ]  # fmt: skip
    early = taker.run(*order)
    assert early.status != 0
    assert not new.exists()
    run = world.run("license", "transfer", "out", license_id, "--region", "330421", *_by(world))
    assert run.data["status"] == "SUSPENDED"
    assert world.run("license", "show", license_id).data["toRegion"] == "330421"
    run = taker.run(*order)
    assert (run.status, run.data["status"]) == (0, "SUPERSEDED"), run.data
    assert (
        run.data["newIdentifier"]
        == json.loads(new.read_text())["license"]["metadata"]["certificateIdentifier"]
    )
    assert world.run("verify", str(path)).data["result"] == "SUPERSEDED"
    assert world.run("verify", str(new), "--region", "330421").data["result"] == "IN_FORCE"
    shown = world.run("license", "show", license_id).data
    assert (shown["supersededBy"], shown["toRegion"]) == (run.data["newLicenseId"], None)


def test_a_replay_of_all_that_finds_nothing(
    world: World,
    batch: tuple[World, list[Path]],
) -> None:
    run = world.run("audit", "replay", "--trust", "state", "--head", _head(world))
    assert (run.status, run.data["findings"]) == (0, [])
    assert run.data["batches"] >= 2


def _by(world: World) -> list[str]:
    return ["--key", world.key("office-jiangsu")]


def _head(world: World) -> str:
    from ledger.adapters.rpc import Rpc

    with Rpc(world.rpc) as rpc:
        return str(rpc.call("eth_getBlockByNumber", "latest", False)["hash"])


def _replayed(world: World) -> tuple[int, int]:
    data = world.run("audit", "replay").data
    assert data["findings"] == []
    return data["records"], data["batches"]


def _changed(envelope: dict[str, Any], path: tuple[str, ...], value: object) -> dict[str, Any]:
    copy = json.loads(json.dumps(envelope))
    place = copy
    for step in path[:-1]:
        place = place[step]
    assert place[path[-1]] != value
    place[path[-1]] = value
    return dict(copy)
