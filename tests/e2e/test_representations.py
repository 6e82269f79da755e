"""Who stands in for a holder: what an issuing department records, and what becomes of it."""

from __future__ import annotations

import json
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.sheets_made import TYPE, license_input, rows, write
from tests.told import Run, World

_serials = count(7_000_000, 100)
OFFICE = "11320000MB0TE5T36A"
MADE = {"licenseId", "representative", "kind", "scope", "since", "until", "rev", "seq", "gasUsed"}
PASSPHRASE = {"ELICENSE_PASSPHRASE": "示例口令"}


def issued(world: World, folder: Path, **more: Any) -> Path:
    """A license of the Jiangsu office, issued alone."""
    path, out = folder / "input.json", folder / "one.elic.json"
    given = {**license_input(*rows(1, next(_serials))), **more}
    given["metadata"] |= {"certificateTypeCode": TYPE, "certificateIssuingAuthorityCode": OFFICE}
    path.write_text(json.dumps(given, ensure_ascii=False))
    run = world.run("license", "issue", str(path), "--out", str(out), *by(world))
    assert run.status == 0, run.data
    return out


def by(world: World, name: str = "office-jiangsu") -> list[str]:
    return ["--key", world.key(name)]


def id_of(path: Path) -> str:
    return str(json.loads(path.read_text())["anchor"]["licenseId"])


def new_pair(world: World, vault: Path) -> tuple[str, str]:
    """A fresh pair of a wallet, made where it is missing."""
    if not vault.exists():
        assert world.run("wallet", "init", "--vault", str(vault), **PASSPHRASE).status == 0
    made = world.run("wallet", "key", "--vault", str(vault), **PASSPHRASE).data
    return made["holderKey"], made["holderEncryptionKey"]


def represent(world: World, id_: str, pair: tuple[str, str], *more: str, kind: str = "guardian") -> Run:
    keys = ["--representative-key", pair[0], "--representative-encryption-key", pair[1]]
    scope = [] if "--scope" in more else ["--scope", "present,consent,correct"]
    return world.run("license", "represent", id_, "--kind", kind, *keys, *scope, *more)


@pytest.fixture
def pair(world: World, tmp_path: Path) -> tuple[str, str]:
    return new_pair(world, tmp_path / "representative.vault")


def test_a_representation_is_made_and_its_end_only_moves_earlier(
    world: World, tmp_path: Path, pair: tuple[str, str]
) -> None:
    id_ = id_of(issued(world, tmp_path))
    made = represent(world, id_, pair, "--reference", "虚构裁定〔2026〕3号", *by(world))
    assert made.status == 0, made.data
    assert set(made.data) - {"ok", "code"} == MADE
    told = {name: made.data[name] for name in ("kind", "scope", "until", "rev")}
    assert told == {"kind": "GUARDIAN", "scope": ["PRESENT", "CONSENT", "CORRECT"], "until": None, "rev": 1}

    def end(who: str, until: str) -> Run:
        return world.run(
            "license", "represent-end", id_, "--representative", who, "--until", until, *by(world)
        )

    ended = end(made.data["representative"], "2090-06-30")
    assert (ended.status, ended.data["until"], ended.data["rev"]) == (0, "2090-06-30T16:00:00Z", 2)
    assert set(ended.data) - {"ok", "code"} == MADE - {"kind", "scope", "since"}
    assert end(",".join(pair), "2090-07-01").data["code"] == "ONLY_EARLIER"
    assert end(",".join(pair), "2080-01-01").data["rev"] == 3
    assert end(pair[0], "2070-01-01").data["code"] == "NOTHING_TO_END", "that commits to one key alone"
    assert end(made.data["representative"], "2020-01-01").data["code"] == "NOT_RETROACTIVE"


def test_terms_that_do_not_fit_are_told(world: World, tmp_path: Path, pair: tuple[str, str]) -> None:
    id_ = id_of(issued(world, tmp_path))
    for kind, more, code, status in (
        ("friend", [], "REPRESENTATION_KIND", 2),
        ("guardian", ["--scope", "present,sell"], "REPRESENTATION_SCOPE", 2),
        ("guardian", ["--scope", ""], "REPRESENTATION_SCOPE", 2),
        ("agent", [], "AGENCY_TOO_LONG", 1),
        ("agent", ["--until", "2099-12-31"], "AGENCY_TOO_LONG", 1),
        ("heir", ["--from", "2090-01-01", "--until", "2089-01-01"], "DATES_REVERSED", 1),
        ("heir", ["--until", "1960-01-01"], "DATES_REVERSED", 1),
    ):
        run = represent(world, id_, pair, *more, *by(world), kind=kind)
        assert (run.data["code"], run.status) == (code, status), run.data
    stranger = represent(world, id_, pair, *by(world, "office-anhui"))
    assert stranger.data["code"] == "NOT_THE_ISSUER"


def test_a_leaf_of_a_batch_is_opened_for_its_representative(
    world: World, tmp_path: Path, pair: tuple[str, str]
) -> None:
    sheet = write(tmp_path / "sheet.csv", rows(4, next(_serials)))
    out = tmp_path / "out"
    order = ["license", "issue-batch", str(sheet), "--type", TYPE, "--out", str(out), *by(world)]
    run = world.run(*order)
    assert run.status == 0, run.data
    path, other = sorted(out.glob("*.elic.json"))[:2]
    made = represent(world, id_of(path), pair, "--until", "2080-01-01", *by(world))
    assert made.status == 0, made.data
    for each in (path, other):
        verdict = world.run("verify", str(each)).data
        assert verdict["result"] == "IN_FORCE", verdict["checks"]
    elsewhere = world.as_other(tmp_path / "another-home")
    assert elsewhere.run("license", "show", id_of(path)).data["status"] == "IN_FORCE", "opened for all to see"
    acted = world.run("license", "suspend", id_of(path), "--ground", "PENALTY", *by(world))
    assert acted.data["status"] == "SUSPENDED", acted.data


def test_replay_and_index_know_of_representatives(
    world: World, tmp_path: Path, pair: tuple[str, str]
) -> None:
    id_ = id_of(issued(world, tmp_path))
    made = represent(world, id_, pair, *by(world))
    assert made.status == 0, made.data
    records = tmp_path / "records.jsonl"
    replayed = world.run("audit", "replay", "--records", str(records))
    assert (replayed.status, replayed.data["findings"]) == (0, [])
    line = [json.loads(each) for each in records.read_text().splitlines()][made.data["seq"] - 1]
    assert (line["kindName"], len(line["signatures"])) == ("REPRESENTATION_MADE", 1)
    assert world.run("audit", "fsck").data["differences"] == []
