"""Who may sign in whose name, from the command line and over HTTP, on a live ledger: operators of issuers."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from api.cli.main import run
from tests.api.conftest import Department, client, issuer, relying, service_home
from tests.live import ISSUER, NATIONAL, RELYING, LiveLedger, live_ledger

__all__ = ["client", "issuer", "live_ledger", "relying", "service_home"]

Json = dict[str, Any]
Cli = Callable[..., tuple[int, Json]]
FERRY = "11310000MB0TE5T1XB003"
"""A type of Shanghai that nobody else in the tests uses; Jiashan's office collects it for Qingpu's."""

DEFINITION: Json = {
    "code": FERRY,
    "name": "渡口经营许可证（虚构）",
    "scope": "NATIONAL",
    "sharing": "conditional",
    "acts": ["issue", "amend", "suspend", "resume", "revoke", "bind", "transfer out"],
    "region": 310000,
    "ground": 1,
    "schema": {"type": "object", "properties": {"pier": {"type": "string"}}},
}


@pytest.fixture(scope="module")
def mandated(live_ledger: LiveLedger, tmp_path_factory: pytest.TempPathFactory) -> LiveLedger:
    """The office of Qingpu may issue the type, and that of Jiashan signs for it."""
    file = tmp_path_factory.mktemp("type") / "ferry.json"
    file.write_text(json.dumps(DEFINITION))
    live_ledger.cli("type", "add", str(file), "--by", str(live_ledger.key("r31")))
    entitled = entitle(live_ledger, "--operator", RELYING)
    assert entitled["operator"] == RELYING
    return live_ledger


def entitle(ledger: LiveLedger, *more: str) -> Json:
    right = ("--issuer", ISSUER, "--region", "310118", "--from", "2020-01-01", *more)
    return ledger.cli("type", "entitle", FERRY, *right, "--by", str(ledger.key("qingpu")))


@pytest.fixture
def operator(
    mandated: LiveLedger,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Cli:
    """The operator's own command line, from a home of its own."""
    monkeypatch.setenv("ELICENSE_HOME", str(tmp_path / "operator"))
    monkeypatch.setenv("ELICENSE_NETWORK", str(mandated.network))
    monkeypatch.setenv("ELICENSE_RELAY_KEY", str(mandated.home / "relay.key"))

    def call(*arguments: str) -> tuple[int, Json]:
        status = run([*arguments, "--json"])
        answer: Json = json.loads(capsys.readouterr().out)
        return status, answer

    return call


def ferry(ledger: LiveLedger, code: str = FERRY) -> Json:
    """An input of the bureau's license."""
    given = ledger.input(face={"pier": "虚构渡口"})
    given["metadata"] |= {"certificateTypeCode": code, "certificateTypeName": DEFINITION["name"]}
    given["metadata"]["certificateName"] = DEFINITION["name"]
    return given


def write(folder: Path, given: Json) -> str:
    (folder / "input.json").write_text(json.dumps(given, ensure_ascii=False), encoding="utf-8")
    return str(folder / "input.json")


def step(answer: Json, name: str) -> Json:
    (found,) = [each for each in answer["checks"] if each["name"] == name]
    return dict(found)


def test_an_operator_issues_amends_and_acts_in_the_issuers_name(
    mandated: LiveLedger, operator: Cli, tmp_path: Path
) -> None:
    key, file = str(mandated.key("relying")), str(tmp_path / "ferry.elic.json")
    status, issued = operator(
        "license", "issue", write(tmp_path, ferry(mandated)), "--key", key, "--out", file
    )
    assert status == 0, issued
    status, verdict = operator("verify", file, "--region", "330421")
    assert (status, verdict["result"]) == (0, "IN_FORCE")
    evidence = step(verdict, "ISSUER")["evidence"]
    assert (evidence["issuer"], evidence["operator"]) == (ISSUER, RELYING)

    id_ = issued["identifier"]
    assert operator("license", "suspend", id_, "--ground", "INVESTIGATION", "--key", key)[0] == 0
    own = str(mandated.key("issuer"))
    resumed = operator("license", "resume", id_, "--ground", "CONDITIONS_MET_AGAIN", "--key", own)
    assert (resumed[0], resumed[1]["status"]) == (0, "IN_FORCE"), "the issuer acts beside its operator"
    given = write(tmp_path, ferry(mandated))
    status, amended = operator("license", "amend", id_, given, "--kind", "change", "--key", key)
    assert (status, amended["status"]) == (0, "IN_FORCE")
    assert operator("verify", file)[1]["result"] == "SUPERSEDED"


def test_an_operator_issues_no_other_type(mandated: LiveLedger, operator: Cli, tmp_path: Path) -> None:
    given = write(tmp_path, mandated.input())
    assert mandated.input()["metadata"]["certificateTypeCode"] == NATIONAL
    status, answer = operator("license", "issue", given, "--key", str(mandated.key("relying")))
    assert (status, answer["code"]) == (1, "NOT_THE_ISSUER")


def test_an_operator_issues_no_more_when_its_right_no_longer_names_it(
    mandated: LiveLedger, operator: Cli, tmp_path: Path
) -> None:
    key, file = str(mandated.key("relying")), str(tmp_path / "ferry.elic.json")
    given = write(tmp_path, ferry(mandated))
    assert operator("license", "issue", given, "--key", key, "--out", file)[0] == 0
    try:
        assert entitle(mandated)["operator"] is None
        status, answer = operator("license", "issue", write(tmp_path, ferry(mandated)), "--key", key)
        assert (status, answer["code"]) == (1, "NOT_THE_ISSUER")
        found = operator("verify", file)[1]
        assert found["result"] == "IN_FORCE", found
    finally:
        entitle(mandated, "--operator", RELYING)


def test_an_operator_is_told_by_the_catalog(mandated: LiveLedger) -> None:
    (right,) = mandated.cli("type", "show", FERRY)["entitlements"]
    assert (right["issuer"], right["operator"]) == (ISSUER, RELYING)
    rights = {row["type"]: row["operator"] for row in mandated.cli("org", "show", ISSUER)["entitlements"]}
    assert rights[FERRY] == RELYING
    assert rights[NATIONAL] is None


def test_an_operator_issues_over_http_what_its_mandate_covers(
    mandated: LiveLedger, relying: Department
) -> None:
    answer = relying.post("/v1/licenses", ferry(mandated))
    assert answer.status_code == 201, answer.text
    verdict = relying.post("/v1/verify", {"subject": answer.json()["envelope"]}).json()
    assert (verdict["result"], step(verdict, "ISSUER")["evidence"]["operator"]) == ("IN_FORCE", RELYING)
    other = relying.post("/v1/licenses", mandated.input())
    assert (other.status_code, other.json()["code"]) == (403, "ISSUER_IS_ANOTHER")
    unknown = relying.post("/v1/licenses", ferry(mandated, "no type at all"))
    assert (unknown.status_code, unknown.json()["code"]) == (403, "ISSUER_IS_ANOTHER")


def test_the_ledger_replays_clean_after_all_of_this(mandated: LiveLedger) -> None:
    assert mandated.cli("audit", "replay")["findings"] == []
