"""Sheets that renew licenses: by the batch, one by one, refused, and taken up after any death."""

from __future__ import annotations

import json
import signal
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from tests.depth import some
from tests.e2e.sheets_made import TYPE, license_input, rows, write
from tests.forked import elicense
from tests.told import Run, World

_starts = count(90_000_000, 10_000)
DEATHS = [
    ("read", 30), ("lock", 1), ("keep", 6), ("send", 1), ("sent", 1), ("name", 3), ("write", 4), ("flush", 9),
    ("keep", 40), ("send", 2), ("sent", 2), ("receipt", 2), ("write", 17), ("lock", 3),
]  # fmt: skip


def command(world: World, verb: str, sheet: Path, out: Path, *more: str) -> list[str]:
    """`license issue-batch` or `renew-batch`."""
    options = ["--type", TYPE, "--key", world.key("office-jiangsu"), "--out", str(out)]
    return ["license", verb, str(sheet), *options, *more]


def issued(world: World, folder: Path, how_many: int, size: int) -> list[dict[str, Any]]:
    """Licenses of a sheet, as their files have them, by serial."""
    sheet = write(folder / "old.csv", rows(how_many, next(_starts)))
    run = world.run(*command(world, "issue-batch", sheet, folder / "old", "--size", str(size)))
    assert run.status == 0, run.data
    made = [json.loads(path.read_bytes()) for path in (folder / "old").glob("*.elic.json")]
    return sorted(made, key=identifier)


def identifier(envelope: dict[str, Any]) -> str:
    """The license identifier of a license file."""
    return str(envelope["license"]["metadata"]["certificateIdentifier"])


def renewing(names: list[str]) -> list[dict[str, str]]:
    """Rows that renew licenses of these names: the same with later dates, without a serial."""
    made = rows(len(names), 1)
    for row, name in zip(made, names, strict=True):
        del row["serial"]
        row |= {"certificateIssuedDate": "2028-06-01", "certificateExpiringDate": "2031-06-30"}
        row |= {"face.specialties": '[{"name":"建筑工程","validUntil":"2031-06-30"}]', "renews": name}
    return made


def faults(run: Run) -> list[tuple[int, str, str]]:
    """Line, code and column of each reason."""
    return [(each["line"], each["code"], each["field"]) for each in run.data["rejected"]]


def renewed(world: World, folder: Path, made: list[dict[str, str]], name: str = "new.csv") -> Run:
    """A sheet of renewals that was run."""
    sheet = write(folder / name, made)
    return world.run(*command(world, "renew-batch", sheet, folder / sheet.stem))


def _status(world: World, name: str) -> dict[str, Any]:
    return world.run("license", "show", name).data


def test_people_read_what_was_renewed_and_by_which_license(world: World, tmp_path: Path) -> None:
    old = issued(world, tmp_path, 2, 2)
    sheet = write(tmp_path / "new.csv", renewing([identifier(each) for each in old]))
    card = world.card("zh", *command(world, "renew-batch", sheet, tmp_path / "new"))
    assert card.startswith("已延续 2 份，1 批，其中单独办理 0 份")
    (made, *_) = (json.loads(path.read_bytes()) for path in (tmp_path / "new").glob("*.json"))
    place = made["anchor"]["batch"]
    stranger = world.as_other(tmp_path / "stranger")
    for each in old:
        file = next((tmp_path / "old").glob(f"{identifier(each)}*"))
        shown = stranger.card("zh", "license", "show", identifier(each), "--file", str(file))
        assert "替代件（批次中）: 批次 0x" in shown
    assert place["size"] == 2


@pytest.mark.parametrize("name", some(["new.csv", "new.jsonl", "new.xlsx"], 2))
def test_licenses_are_renewed_by_their_batches(world: World, tmp_path: Path, name: str) -> None:
    old = issued(world, tmp_path, 10, 6)
    before = world.run("audit", "replay").data
    names = [identifier(each) for each in old]
    named = [*names[7:], old[2]["anchor"]["licenseId"], *names[:2], *names[3:7]]  # in no order of leaves
    if name.endswith("jsonl"):
        lines = [license_input({k: v for k, v in row.items() if k != "renews"}) for row in renewing(named)]
        merged = [line | {"renews": text} for line, text in zip(lines, named, strict=True)]
        sheet = tmp_path / name
        sheet.write_text("".join(json.dumps(each, ensure_ascii=False) + "\n" for each in merged))
    else:
        sheet = write(tmp_path / name, renewing(named))
    run = world.run(*command(world, "renew-batch", sheet, tmp_path / "new"))
    assert (run.status, run.data["accepted"], run.data["singly"]) == (0, 10, 0), run.data
    assert sorted(each["size"] for each in run.data["batches"]) == [4, 6]
    assert len({each["renews"] for each in run.data["batches"]}) == 2
    made = sorted((json.loads(p.read_bytes()) for p in (tmp_path / "new").glob("*.json")), key=identifier)
    for envelope, one in zip(old, made, strict=True):
        assert identifier(one).replace(".002.", ".001.")[:-2] == identifier(envelope)[:-2]
        shown = _status(world, identifier(envelope))
        assert (shown["status"], shown["act"], shown["ground"]) == ("SUPERSEDED", "RENEW", "TERM_RENEWED")
        assert shown["supersededBy"] == one["anchor"]["licenseId"]
        assert shown["supersededByLeaf"]["index"] == one["anchor"]["batch"]["index"]
    counts = world.run("verify", str(tmp_path / "old"), str(tmp_path / "new"), "--at", "2029-01-01").data
    assert counts["counts"] == {"IN_FORCE": 10, "SUPERSEDED": 10}
    after = world.run("audit", "replay").data
    assert (after["findings"], after["batches"] - before["batches"]) == ([], 2)
    assert world.run("audit", "fsck").data["differences"] == []


def test_what_stands_alone_is_renewed_alone_and_bad_rows_are_told(world: World, tmp_path: Path) -> None:
    old = [identifier(each) for each in issued(world, tmp_path, 6, 6)]
    by = ["--key", world.key("office-jiangsu")]
    for verb, ground in (("suspend", "PENALTY"), ("resume", "PENALTY_SERVED")):
        assert world.run("license", verb, old[0], "--ground", ground, *by).status == 0
    assert world.run("license", "cancel", old[1], "--ground", "HOLDER_REQUEST", *by).status == 0
    single = license_input(rows(1, next(_starts))[0])
    single["metadata"] |= {
        "certificateTypeCode": TYPE,
        "certificateIssuingAuthorityCode": "11320000MB0TE5T36A",
    }
    (tmp_path / "one.json").write_text(json.dumps(single, ensure_ascii=False))
    alone = world.run("license", "issue", str(tmp_path / "one.json"), *by, "--out", str(tmp_path / "one"))
    assert alone.status == 0, alone.data
    named = [old[0], old[1], old[2], "0x" + "00" * 32, old[3], old[2], alone.data["identifier"], ""]
    made = renewing(named)
    made[4]["certificateExpiringDate"] = "2031-02-30"
    run = renewed(world, tmp_path, made)
    assert (run.status, run.data["code"]) == (1, "ROWS_REJECTED")
    assert (run.data["accepted"], run.data["singly"]) == (3, 2), run.data
    assert faults(run) == [
        (3, "RENEWS_TAKEN", "renews"),
        (5, "RENEWS_UNKNOWN", "renews"),
        (6, "FIELD_DATE", "certificateExpiringDate"),
        (7, "RENEWS_TWICE", "renews"),
        (9, "RENEWS_MISSING", "renews"),
    ]
    assert all(each["message"]["zh"] and each["message"]["en"] for each in run.data["rejected"])
    for name in (old[0], old[2], alone.data["identifier"]):
        assert _status(world, name)["status"] == "SUPERSEDED"
    assert _status(world, old[3])["status"] == "IN_FORCE"
    again = renewed(world, tmp_path, [made[2], made[6]], "again.csv")
    assert (again.status, faults(again)) == (
        1,
        [(2, "RENEWS_TAKEN", "renews"), (3, "RENEWS_TAKEN", "renews")],
    )
    sheet = write(tmp_path / "new.csv", made)
    resumed = world.run(*command(world, "renew-batch", sheet, tmp_path / "new", "--resume"))
    assert resumed.data == run.data | {"resumed": True}
    assert world.run("audit", "replay").data["findings"] == []


def test_a_license_that_was_renewed_can_still_be_ended(world: World, tmp_path: Path) -> None:
    old = [identifier(each) for each in issued(world, tmp_path, 3, 3)]
    assert renewed(world, tmp_path, renewing(old)).status == 0
    by = ["--key", world.key("office-jiangsu")]
    ended = world.run("license", "annul", old[1], "--ground", "OBTAINED_BY_FRAUD", *by)
    assert (ended.status, ended.data["status"]) == (0, "ANNULLED"), ended.data
    assert _status(world, old[0])["status"] == "SUPERSEDED"
    assert world.run("audit", "replay").data["findings"] == []


def test_headers_are_refused_before_anything_is_written(world: World, tmp_path: Path) -> None:
    plain = write(tmp_path / "plain.csv", rows(2, next(_starts)))
    run = world.run(*command(world, "renew-batch", plain, tmp_path / "out"))
    assert (run.status, run.data["code"]) == (2, "SHEET_COLUMN_MISSING")
    assert run.data["error"]["fields"]["columns"] == "renews"
    renewals = write(tmp_path / "renewals.csv", renewing(["x"]))
    run = world.run(*command(world, "issue-batch", renewals, tmp_path / "out"))
    assert (run.status, run.data["code"]) == (2, "SHEET_COLUMN_UNKNOWN")
    assert not (tmp_path / "out").exists()


def test_killed_anywhere_each_license_is_renewed_exactly_once(world: World, tmp_path: Path) -> None:
    old = issued(world, tmp_path, 36, 20)
    names = [identifier(each) for each in old]
    by = ["--key", world.key("office-jiangsu")]
    for verb, ground in (("suspend", "PENALTY"), ("resume", "PENALTY_SERVED")):
        assert world.run("license", verb, names[5], "--ground", ground, *by).status == 0
    before = world.run("audit", "replay").data
    sheet, out = write(tmp_path / "new.csv", renewing(names[::-1])), tmp_path / "new"
    order = command(world, "renew-batch", sheet, out, "--size", "10", "--resume")
    for step, occurrence in DEATHS:
        died = elicense(*order, env=world.environment(), dies_at=(step, occurrence))
        assert died.returncode in (0, -signal.SIGKILL), (step, died.stdout[-500:], died.stderr[-500:])
    run = world.run(*order)
    assert (run.status, run.data["accepted"], run.data["singly"]) == (0, 36, 1), run.data
    made = [json.loads(path.read_bytes()) for path in out.glob("*.elic.json")]
    assert len(made) == len({each["anchor"]["licenseId"] for each in made}) == 36
    after = world.run("audit", "replay").data
    assert (after["findings"], after["batches"] - before["batches"]) == ([], len(run.data["batches"]))
    counts = world.run("verify", str(tmp_path / "old"), str(out), "--at", "2029-01-01").data["counts"]
    assert counts == {"IN_FORCE": 36, "SUPERSEDED": 36}
