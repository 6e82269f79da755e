"""The catalog of a live ledger tells, for each act of a type, as what a body may do it."""

from __future__ import annotations

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


@pytest.mark.parametrize(
    ("language", "line"),
    [
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
