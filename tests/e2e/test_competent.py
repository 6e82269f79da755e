"""The catalog of a live ledger tells, for each act of a type, who may do it and on which grounds."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from api.cli.main import run
from tests.api.conftest import Department, client, issuer, service_home
from tests.live import NATIONAL, LiveLedger, live_ledger

__all__ = ["client", "issuer", "live_ledger", "service_home"]


def test_the_catalog_tells_the_competent_bodies_of_each_act(
    live_ledger: LiveLedger, issuer: Department
) -> None:
    shown = live_ledger.cli("type", "show", NATIONAL)
    told = shown["competent"]
    assert list(told) == shown["acts"]
    assert told["annul"] == ["ISSUER", "SUCCESSOR", "OPERATOR", "SUPERIOR", "NAMED"]
    assert told["revoke"] == ["ISSUER", "SUCCESSOR", "OPERATOR", "NAMED"]
    assert told["issue"] == ["ISSUER", "OPERATOR"]
    assert told["transfer in"] == ["OPERATOR", "TAKER"]
    assert shown["versions"][-1]["competent"] == told
    rows = {row["type"]: row for row in live_ledger.cli("type", "list")["types"]}
    assert rows[NATIONAL]["competent"] == told
    (listed,) = [row for row in issuer.get("/v1/types").json()["types"] if row["type"] == NATIONAL]
    assert listed["competent"] == issuer.get(f"/v1/types/{NATIONAL}").json()["competent"] == told


def test_the_catalog_tells_from_when_each_act_takes_effect(
    live_ledger: LiveLedger, issuer: Department
) -> None:
    shown = live_ledger.cli("type", "show", NATIONAL)
    told = shown["effects"]
    assert list(told) == shown["acts"]
    terms = {act: (each["default"], each["forward"], each["retroactive"]) for act, each in told.items()}
    assert terms["annul"] == ("FIRST_DAY", True, True)
    assert terms["correct"] == terms["revoke"] == ("RECORD", True, True)
    assert terms["suspend"] == terms["change"] == ("RECORD", True, False)
    assert terms["bind"] == terms["transfer out"] == ("RECORD", False, False)
    assert (told["suspend"]["zh"], told["suspend"]["en"]) == (
        "自上链时起，或自以后指定的时间起；不溯及既往",
        "from its record on or later, never back",
    )
    assert shown["versions"][-1]["effects"] == told
    assert issuer.get(f"/v1/types/{NATIONAL}").json()["effects"] == told


@pytest.mark.parametrize(
    ("language", "line"),
    [
        ("zh", "  生效：自有效期首日起，或自指定的时间起"),
        ("en", "  takes effect from the license's first day on, or later"),
        ("zh", "撤销：颁发机构、承继机构、代办机构、上级地区、地区指定的机构"),
        ("en", "annul: issuer, successor, operator, superior region, body named by a region"),
    ],
)
def test_people_are_told_in_their_language(
    live_ledger: LiveLedger,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    language: str,
    line: str,
) -> None:
    monkeypatch.setenv("ELICENSE_NETWORK", str(live_ledger.network))
    monkeypatch.setenv("ELICENSE_LANG", language)
    assert run(["type", "show", NATIONAL]) == 0
    assert f"  {line}\n" in capsys.readouterr().out


def test_the_catalog_tells_the_fit_grounds_of_each_act(live_ledger: LiveLedger, issuer: Department) -> None:
    shown = live_ledger.cli("type", "show", NATIONAL)
    told = shown["grounds"]
    assert list(told) == shown["acts"]
    assert told["revoke"] == [
        {"code": "PENALTY", "zh": "行政处罚", "en": "administrative penalty"},
        {"code": "SERIOUS_VIOLATION", "zh": "严重违法", "en": "serious violation of law"},
    ]
    assert shown["versions"][-1]["grounds"] == told
    (listed,) = [row for row in issuer.get("/v1/types").json()["types"] if row["type"] == NATIONAL]
    assert listed["grounds"] == issuer.get(f"/v1/types/{NATIONAL}").json()["grounds"] == told


@pytest.mark.parametrize(
    ("language", "listed", "card", "verdict"),
    [
        (
            "zh",
            "    OBTAINED_BY_FRAUD  以欺骗、贿赂等不正当手段取得",
            ["  行为: ANNUL  撤销", "  事由: OBTAINED_BY_FRAUD  以欺骗、贿赂等不正当手段取得"],
            "事由：以欺骗、贿赂等不正当手段取得。",
        ),
        (
            "en",
            "    OBTAINED_BY_FRAUD  obtained by deceit, bribery or the like",
            ["  act: ANNUL  annul", "  ground: OBTAINED_BY_FRAUD  obtained by deceit, bribery or the like"],
            "Ground: obtained by deceit, bribery or the like.",
        ),
    ],
)
def test_people_read_on_what_ground_a_license_ended(
    live_ledger: LiveLedger,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    language: str,
    listed: str,
    card: list[str],
    verdict: str,
) -> None:
    identifier, file = _annulled(live_ledger, tmp_path)
    monkeypatch.setenv("ELICENSE_LANG", language)
    assert listed in live_ledger.printed("type", "show", NATIONAL)[1].splitlines()
    for order in ("show", "status"):
        assert set(card) <= set(live_ledger.printed("license", order, identifier)[1].splitlines())
    assert verdict in " ".join(live_ledger.printed("verify", file)[1].split())


def test_answers_have_the_words_of_a_ground_beside_its_code(live_ledger: LiveLedger, tmp_path: Path) -> None:
    identifier, file = _annulled(live_ledger, tmp_path)
    shown = live_ledger.cli("license", "show", identifier)
    words = {"zh": "以欺骗、贿赂等不正当手段取得", "en": "obtained by deceit, bribery or the like"}
    assert (shown["ground"], shown["groundText"]) == ("OBTAINED_BY_FRAUD", words)
    _, verdict = live_ledger.attempt("verify", file)
    (status,) = [each for each in verdict["checks"] if each["name"] == "STATUS"]
    assert (status["evidence"]["ground"], status["evidence"]["groundText"]) == (41, words)


def _annulled(ledger: LiveLedger, folder: Path) -> tuple[str, str]:
    """The identifier and the file of a license that was got by fraud."""
    given, file, key = folder / "input.json", folder / "a.elic.json", str(ledger.key("issuer"))
    given.write_text(json.dumps(ledger.input(), ensure_ascii=False))
    issued = ledger.cli("license", "issue", str(given), "--key", key, "--out", str(file))
    ledger.cli("license", "annul", issued["identifier"], "--ground", "OBTAINED_BY_FRAUD", "--key", key)
    return issued["identifier"], str(file)
