"""One license twice: in a sheet, in two sheets, alone and in a batch, on two machines of one issuer.

What refuses it depends on who can see it. A home knows all that it issued. The contracts know every
license that has a record of its own, and nothing of the leaves of a batch before they are opened: a
leaf is a digest under salts that only its home has.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from scripts.evm import Evm
from tests.e2e.sheets_made import TYPE, license_input, rows, write
from tests.told import Run, World, telling

ISSUER = "11320000MB0TE5T36A"
_starts = count(60_000_000, 1_000)


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A ledger of this file's own: its replay finds what happens here."""
    with telling(tmp_path_factory.mktemp("duplicates")) as (world, _):
        yield world


@pytest.fixture
def world(ledger: World, tmp_path: Path) -> World:
    return ledger.as_other(tmp_path / "home")


@pytest.fixture
def start() -> int:
    return next(_starts)


@pytest.fixture
def other(world: World, tmp_path: Path) -> World:
    """A second machine of the issuer: another home with the same secret."""
    machine = world.as_other(tmp_path / "second")
    sealed, safe = str(tmp_path / "secret.sealed"), tmp_path / "safe.txt"
    safe.write_text("a passphrase\n")
    by = ["--passphrase-file", str(safe)]
    assert world.run("org", "secret", "export", ISSUER, "--out", sealed, *by).status == 0
    assert machine.run("org", "secret", "import", sealed, *by).status == 0
    return machine


def alone(world: World, row: dict[str, str], out: Path) -> Run:
    """Issue one license by itself."""
    given = license_input(row)
    given["metadata"] |= {"certificateTypeCode": TYPE, "certificateIssuingAuthorityCode": ISSUER}
    out.with_suffix(".input").write_text(json.dumps(given, ensure_ascii=False))
    key = ["--key", world.key("office-jiangsu")]
    return world.run("license", "issue", str(out.with_suffix(".input")), *key, "--out", str(out))


def in_a_batch(world: World, made: list[dict[str, str]], out: Path) -> Run:
    sheet = write(out.with_suffix(".csv"), made)
    key = ["--key", world.key("office-jiangsu")]
    return world.run("license", "issue-batch", str(sheet), "--type", TYPE, *key, "--out", str(out))


def file_of(out: Path, row: dict[str, str]) -> Path:
    (found,) = [path for path in out.glob("*.elic.json") if row["serial"] in path.name]
    return found


def verdict(world: World, path: Path) -> tuple[str, list[str]]:
    """The result, and the codes of what failed."""
    data = world.run("verify", str(path)).data
    return data["result"], [each["code"] for each in data["checks"] if each["outcome"] == "FAIL"]


def findings(world: World) -> list[dict[str, object]]:
    data: list[dict[str, object]] = world.run("audit", "replay").data["findings"]
    return data


def suspend(world: World, path: Path) -> Run:
    license_id = json.loads(path.read_text())["anchor"]["licenseId"]
    key = ["--key", world.key("office-jiangsu")]
    return world.run("license", "suspend", license_id, "--ground", "PENALTY", *key)


def test_a_home_issues_a_license_once_whether_alone_or_in_batches(
    world: World, tmp_path: Path, start: int
) -> None:
    made = rows(8, start)
    assert alone(world, made[0], tmp_path / "alone.elic.json").status == 0
    run = in_a_batch(world, [*made[:4], made[3]], tmp_path / "first")
    assert (run.data["accepted"], _codes(run)) == (3, ["SHEET_ISSUED", "SHEET_DUPLICATE"])
    run = in_a_batch(world, made[2:], tmp_path / "second")
    assert (run.data["accepted"], _codes(run)) == (4, ["SHEET_ISSUED", "SHEET_ISSUED"])
    run = alone(world, made[1], tmp_path / "again.elic.json")
    assert (run.status, run.data["code"]) == (1, "LICENSE_EXISTS")
    assert findings(world) == []


def test_of_two_machines_the_chain_refuses_the_second_that_issues_alone(
    world: World, other: World, tmp_path: Path, start: int
) -> None:
    (row,) = rows(1, start)
    assert alone(world, row, tmp_path / "one.elic.json").status == 0
    run = alone(other, row, tmp_path / "two.elic.json")
    assert (run.status, run.data["code"]) == (1, "LICENSE_EXISTS")


def test_in_a_batch_after_it_was_issued_alone_elsewhere_it_verifies_nowhere(
    world: World, other: World, tmp_path: Path, start: int
) -> None:
    """No contract sees into a batch, but verifiers do: the first record of an id wins."""
    made = rows(2, start)
    assert alone(world, made[0], tmp_path / "one.elic.json").status == 0
    assert in_a_batch(other, made, tmp_path / "out").data["accepted"] == 2
    assert verdict(world, file_of(tmp_path / "out", made[0])) == ("TAMPERED", ["ANCHOR_MISMATCH"])
    assert verdict(world, file_of(tmp_path / "out", made[1])) == ("IN_FORCE", [])
    assert verdict(world, tmp_path / "one.elic.json") == ("IN_FORCE", [])
    assert findings(world) == []


@pytest.mark.parametrize("is_second_touched", [False, True], ids=["untouched", "suspended"])
def test_alone_after_it_was_issued_in_a_batch_elsewhere_both_stand_until_something_happens_to_the_first(
    world: World, other: World, tmp_path: Path, start: int, is_second_touched: bool
) -> None:
    made = rows(2, start)
    assert in_a_batch(world, made, tmp_path / "out").data["accepted"] == 2
    Evm(world.rpc).rpc("evm_increaseTime", 1)
    assert alone(other, made[0], tmp_path / "two.elic.json").status == 0
    first, second = file_of(tmp_path / "out", made[0]), tmp_path / "two.elic.json"
    require_first_takes_its_id(world, other, first, second, is_second_touched)


@pytest.mark.parametrize("is_second_touched", [False, True], ids=["untouched", "opened"])
def test_in_batches_of_two_machines_both_stand_until_something_happens_to_the_first(
    world: World, other: World, tmp_path: Path, start: int, is_second_touched: bool
) -> None:
    made = rows(2, start)
    assert in_a_batch(world, made, tmp_path / "a").data["accepted"] == 2
    Evm(world.rpc).rpc("evm_increaseTime", 1)
    assert in_a_batch(other, made, tmp_path / "b").data["accepted"] == 2
    first, second = (file_of(tmp_path / name, made[0]) for name in "ab")
    require_first_takes_its_id(world, other, first, second, is_second_touched)


def require_first_takes_its_id(
    world: World, other: World, first: Path, second: Path, is_second_touched: bool
) -> None:
    known = findings(world)
    assert [verdict(world, each)[0] for each in (first, second)] == ["IN_FORCE", "IN_FORCE"]
    if is_second_touched:
        assert suspend(other, second).status == 0
        assert [verdict(world, each)[0] for each in (first, second)] == ["IN_FORCE", "SUSPENDED"]
    assert findings(world) == known
    assert suspend(world, first).status == 0
    assert [verdict(world, each)[0] for each in (first, second)] == ["SUSPENDED", "TAMPERED"]
    new = [each["code"] for each in findings(world)[len(known) :]]
    has_record = is_second_touched or second.parent.name != "b"
    assert new == (["DUPLICATE_ID"] if has_record else []), "an untouched leaf has none"


def _codes(run: Run) -> list[str]:
    return [each["code"] for each in run.data["rejected"]]
