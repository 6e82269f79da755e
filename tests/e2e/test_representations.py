"""Who stands in for a holder: what an issuing department records, and what becomes of it."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.sheets_made import TYPE, license_input, rows, write
from tests.told import Run, World

_serials = count(7_000_000, 100)
OFFICE = "11320000MB0TE5T36A"
MADE = {"licenseId", "representative", "kind", "scope", "since", "until", "rev", "seq", "gasUsed", "promise"}
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


def in_years(years: int) -> str:
    """The first day of a year to come: an agency lasts three years at most."""
    return f"{datetime.now(UTC).year + years}-01-01"


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


def test_whoever_asks_where_a_license_stands_reads_who_stands_in(
    world: World, tmp_path: Path, pair: tuple[str, str]
) -> None:
    id_ = id_of(issued(world, tmp_path))

    def rows(*more: str) -> list[dict[str, Any]]:
        run = world.run("license", "show", id_, *more)
        assert run.status == 0, run.data
        return list(run.data["representatives"])

    assert rows() == []
    heir, agent = (new_pair(world, tmp_path / f"{name}.vault") for name in ("heir", "agent"))
    made = represent(world, id_, pair, *by(world)).data
    to_come = represent(world, id_, heir, "--from", "2090-01-01", *by(world), kind="heir").data
    sooner, later = in_years(1), in_years(2)
    term = ["--until", later, "--scope", "present"]
    given = represent(world, id_, agent, *term, *by(world), kind="agent").data
    first, second, third = rows()
    assert first == {
        **{name: made[name] for name in ("representative", "kind", "scope", "since", "until", "seq")},
        "recordedAt": made["since"],
        "inForce": True,
        "void": False,
    }
    assert (second["kind"], second["seq"], second["inForce"]) == ("HEIR", to_come["seq"], False)
    assert (third["until"], third["inForce"]) == (f"{later}T16:00:00Z", True)
    told = [each["inForce"] for each in rows("--at", "2091-01-01")]
    assert told == [True, True, False], "at a moment to come"

    end = ["--representative", given["representative"], "--until", sooner]
    assert world.run("license", "represent-end", id_, *end, *by(world)).status == 0
    assert rows()[2]["until"] == f"{sooner}T16:00:00Z", "where it was ended"
    again = represent(world, id_, agent, *term, *by(world), kind="agent").data
    assert [(row["seq"], row["inForce"]) for row in rows()][2:] == [
        (given["seq"], False), (again["seq"], True),
    ], "a later record takes over"  # fmt: skip

    head = world.run("license", "show", id_).data["head"]["hash"]
    proved = rows("--trust", "state", "--head", head)
    assert proved == rows()
    stranger = world.as_other(tmp_path / "another-home")
    assert stranger.run("license", "show", id_).data["representatives"] == proved
    zh, en = (world.card(language, "license", "show", id_) for language in ("zh", "en"))
    assert f"代理 监护人  {made['since']} – 未定  有效  {made['representative']}" in zh
    assert f"represented by heir  {to_come['since']} – no end  not in force" in en


# --- showing ----------------------------------------------------------------------------------

NUMBER = "metadata/certificateNumber"
VERIFIER = "11330000MB0TE5T28K"


def wallet(world: World, vault: Path, *arguments: str) -> Run:
    return world.run("wallet", *arguments, "--vault", str(vault), **PASSPHRASE)


def ask(world: World, folder: Path) -> str:
    path = str(folder / "challenge.json")
    given = ["--fields", NUMBER, "--purpose", "核验", "--verifier", VERIFIER, "--ttl", "300", "--out", path]
    assert world.run("wallet", "challenge", *given, *by(world, "office-zhejiang")).status == 0
    return path


def shown(world: World, vault: Path, id_: str, challenge: str) -> Run:
    made = wallet(world, vault, "present", id_, "--fields", NUMBER, "--challenge", challenge, "--offline")
    assert made.status == 0, made.data
    return made


def scanned(world: World, vault: Path, id_: str, folder: Path, *more: str) -> tuple[Run, dict[str, Any]]:
    """Show it to a fresh challenge and scan the code; the eighth check."""
    challenge = ask(world, folder)
    code = shown(world, vault, id_, challenge).data["qr"]
    run = world.run("wallet", "scan", code, "--challenge", challenge, *more)
    return run, run.data["checks"][7]


def test_people_read_that_a_binding_is_frozen_and_lifted(world: World, tmp_path: Path) -> None:
    own = new_pair(world, tmp_path / "own.vault")
    id_ = id_of(issued(world, tmp_path, holderKey=own[0], holderEncryptionKey=own[1]))
    assert "in force, holder frozen" in world.card("en", "license", "freeze", id_, *by(world))
    assert "状态: IN_FORCE" in world.card("zh", "license", "show", id_)
    bound = world.card("zh", "license", "bind", id_, "--holder-key", own[0], *by(world))
    assert bound.startswith("已绑定: ")


def test_a_guardian_shows_a_childs_license_until_it_is_ended(world: World, tmp_path: Path) -> None:
    child, guardian = tmp_path / "child.vault", tmp_path / "guardian.vault"
    own, his = new_pair(world, child), new_pair(world, guardian)
    file = issued(world, tmp_path, holderKey=own[0], holderEncryptionKey=own[1])
    id_ = id_of(file)
    assert wallet(world, child, "add", str(file)).data["representative"] is False
    assert wallet(world, guardian, "add", str(file)).data["code"] == "NOT_MY_LICENSE"
    added = wallet(world, guardian, "add", str(file), "--as-representative")
    assert (added.data["holderKey"], added.data["representative"]) == (his[0], True), added.data
    (row,) = wallet(world, guardian, "list").data["licenses"]
    assert (row["status"], row["representative"]) == ("IN_FORCE", True)

    run, check = scanned(world, guardian, id_, tmp_path)
    assert (run.data["result"], check["code"]) == ("OUT_OF_SCOPE", "NOT_REPRESENTED")

    made = represent(world, id_, his, *by(world))
    assert made.status == 0, made.data
    told = shown(world, guardian, id_, ask(world, tmp_path)).data
    assert [each["shownAs"] for each in told["licenses"]] == ["REPRESENTATIVE"]
    run, check = scanned(world, guardian, id_, tmp_path)
    assert (run.status, run.data["result"]) == (0, "IN_FORCE"), run.data["checks"]
    assert (check["outcome"], check["code"]) == ("PASS", "REPRESENTED")
    assert check["evidence"]["kind"] == "GUARDIAN"
    assert check["evidence"]["scope"] == ["PRESENT", "CONSENT", "CORRECT"]
    assert (check["evidence"]["record"], check["evidence"]["until"]) == (made.data["seq"], None)

    for language, sentence in (
        ("zh", "由持证人的监护人出示。代理范围：亮证、授权、申请校核；未定终止时间。"),
        ("en", "Shown by the holder's guardian. Scope: present, consent, correct; no end is set."),
    ):
        challenge = ask(world, tmp_path)
        code = shown(world, guardian, id_, challenge).data["qr"]
        assert sentence in world.card(language, "wallet", "scan", code, "--challenge", challenge)
    challenge = ask(world, tmp_path)
    code = shown(world, child, id_, challenge).data["qr"]
    assert "由持证人出示。" in world.card("zh", "wallet", "scan", code, "--challenge", challenge)

    head = world.run("license", "show", id_).data["head"]["hash"]
    run, check = scanned(world, guardian, id_, tmp_path, "--trust", "state", "--head", head)
    assert (run.data["trust"], check["code"]) == ("state", "REPRESENTED"), run.data["checks"]
    run, check = scanned(world, guardian, id_, tmp_path, "--trust", "quorum")
    assert (run.data["result"], check["code"]) == ("COULD_NOT_CHECK", "TRUST_NOT_REACHED")

    run, check = scanned(world, child, id_, tmp_path)
    assert (run.data["result"], check["code"]) == ("IN_FORCE", "OK"), "the child goes on showing it"
    other = new_pair(world, tmp_path / "new-phone.vault")
    lost = world.run("license", "bind", id_, "--holder-key", other[0], *by(world))
    assert lost.status == 0, lost.data
    assert scanned(world, child, id_, tmp_path)[1]["code"] == "HOLDER_KEY_MISMATCH"
    assert scanned(world, guardian, id_, tmp_path)[1]["code"] == "REPRESENTED"

    for seconds in (8, 40, 200):
        ends = int(time.time()) + seconds
        until = datetime.fromtimestamp(ends, UTC).isoformat(timespec="seconds")
        order = ["license", "represent-end", id_, "--representative", ",".join(his), "--until", until]
        ended = world.run(*order, *by(world))
        if ended.data["code"] != "NOT_RETROACTIVE":  # which it is where the machine took so long to record it
            break
    assert ended.status == 0, ended.data
    while time.time() < ends:
        time.sleep(0.2)
    run, check = scanned(world, guardian, id_, tmp_path)
    assert (run.data["result"], check["code"]) == ("STALE_PRESENTATION", "REPRESENTATION_ENDED")


def test_who_may_not_show_is_told_why(world: World, tmp_path: Path) -> None:
    vault = tmp_path / "agent.vault"
    pair = new_pair(world, vault)
    file = issued(world, tmp_path)
    id_ = id_of(file)
    assert wallet(world, vault, "add", str(file), "--as-representative").status == 0
    consent = represent(world, id_, pair, "--scope", "consent,correct", *by(world), kind="heir")
    assert consent.status == 0, consent.data
    run, check = scanned(world, vault, id_, tmp_path)
    assert (run.data["result"], check["code"]) == ("OUT_OF_SCOPE", "REPRESENTATION_OUT_OF_SCOPE")

    later = new_pair(world, vault)
    named = wallet(world, vault, "add", str(file), "--as-representative", "--holder-key", later[0])
    assert named.data["holderKey"] == later[0], named.data
    coming = represent(world, id_, later, "--from", "2090-01-01", *by(world), kind="heir")
    assert coming.status == 0, coming.data
    run, check = scanned(world, vault, id_, tmp_path)
    assert (run.data["result"], check["code"]) == ("OUT_OF_SCOPE", "NOT_REPRESENTED")
    assert check["evidence"]["reasons"] == ["REPRESENTATION_NOT_BEGUN"]


def test_a_representative_of_a_leaf_shows_it(world: World, tmp_path: Path) -> None:
    vault = tmp_path / "agent.vault"
    pair = new_pair(world, vault)
    sheet = write(tmp_path / "sheet.csv", rows(3, next(_serials)))
    out = tmp_path / "out"
    order = ["license", "issue-batch", str(sheet), "--type", TYPE, "--out", str(out), *by(world)]
    assert world.run(*order).status == 0
    file = min(out.glob("*.elic.json"))
    made = represent(world, id_of(file), pair, "--until", in_years(2), *by(world), kind="agent")
    assert made.status == 0, made.data
    restored = world.as_other(tmp_path / "another-home")
    added = wallet(restored, vault, "add", str(file), "--as-representative")
    assert added.status == 0, added.data
    run, check = scanned(world, vault, id_of(file), tmp_path)
    assert (run.data["result"], check["code"]) == ("IN_FORCE", "REPRESENTED"), run.data["checks"]
    assert check["evidence"]["until"] is not None
