"""An end that is announced for later: what everybody is told until then, and that it shields from nothing."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.live import LiveLedger, live_ledger

__all__ = ["live_ledger"]

Json = dict[str, Any]
LATER = "2099-01-01T00:00:00+08:00"


@pytest.fixture
def announced(live_ledger: LiveLedger, tmp_path: Path) -> tuple[LiveLedger, str, str]:
    """A license that is to be cancelled, with its identifier and its file."""
    (tmp_path / "input.json").write_text(json.dumps(live_ledger.input(), ensure_ascii=False))
    key, out = str(live_ledger.key("issuer")), str(tmp_path / "a.elic.json")
    issued = live_ledger.cli("license", "issue", str(tmp_path / "input.json"), "--key", key, "--out", out)
    ended = act(live_ledger, issued["identifier"], "cancel", "HOLDER_REQUEST", "--effective", LATER)
    assert ended["status"] == "IN_FORCE"
    return live_ledger, issued["identifier"], out


def act(ledger: LiveLedger, identifier: str, verb: str, ground: str, *more: str) -> Json:
    key = ("--key", str(ledger.key("issuer")))
    return ledger.cli("license", verb, identifier, "--ground", ground, *more, *key)


def test_everybody_is_told_what_will_end(announced: tuple[LiveLedger, str, str]) -> None:
    ledger, identifier, file = announced
    shown, verdict = ledger.cli("license", "show", identifier), ledger.cli("verify", file)
    assert (shown["status"], verdict["result"]) == ("IN_FORCE", "IN_FORCE")
    assert "ACT_ANNOUNCED" in shown["flags"] and "ACT_ANNOUNCED" in verdict["flags"]
    (end,) = shown["announced"]
    assert (end["act"], end["ground"], end["effective"]) == (
        "CANCEL",
        "HOLDER_REQUEST",
        "2098-12-31T16:00:00Z",
    )
    (status,) = [each for each in verdict["checks"] if each["name"] == "STATUS"]
    assert status["evidence"]["announced"] == [end]
    assert ledger.cli("license", "show", identifier, "--at", "2099-06-01")["status"] == "CANCELLED"


@pytest.mark.parametrize(("language", "word"), [("zh", "注销"), ("en", "cancel")])
def test_people_read_what_will_end(
    announced: tuple[LiveLedger, str, str], monkeypatch: pytest.MonkeyPatch, language: str, word: str
) -> None:
    ledger, identifier, _ = announced
    monkeypatch.setenv("ELICENSE_LANG", language)
    status, text = ledger.printed("license", "show", identifier)
    (line,) = [line for line in text.splitlines() if line.startswith("  > ")]
    assert status == 0
    assert "2098-12-31T16:00:00Z" in line
    assert word in line.lower()


def test_what_is_announced_keeps_nobody_from_ending_the_license_now(
    announced: tuple[LiveLedger, str, str],
) -> None:
    ledger, identifier, file = announced
    again = partial(ledger.attempt, "license", "cancel", identifier, "--ground", "HOLDER_REQUEST")
    status, refused = again("--effective", "2098-01-01", "--key", str(ledger.key("issuer")))
    assert (status, refused["code"]) == (1, "ACT_AFTER_ANNOUNCED"), "announced once"
    told = "已登记自 2098-12-31T16:00:00Z 起“注销”（序号"
    assert told in refused["error"]["message"]["zh"] and "“注销”。" in refused["error"]["message"]["zh"]
    assert act(ledger, identifier, "suspend", "INVESTIGATION")["status"] == "SUSPENDED"
    assert act(ledger, identifier, "revoke", "SERIOUS_VIOLATION")["status"] == "REVOKED"
    shown = ledger.cli("license", "show", identifier)
    assert (shown["status"], shown["announced"], shown["flags"]) == ("REVOKED", [], ["HOLDER_UNBOUND"])
    status, verdict = ledger.attempt("verify", file)
    assert (status, verdict["result"]) == (1, "REVOKED")


def test_what_was_called_off_is_told_as_lifted_and_no_more_as_coming(
    announced: tuple[LiveLedger, str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger, _, file = announced
    given = Path(file).with_name("called-off.json")
    valid = ledger.input()
    valid["metadata"]["certificateExpiringDate"] = "2100-01-01"
    given.write_text(json.dumps(valid, ensure_ascii=False))
    document = str(given.with_suffix(".elic.json"))
    key = ("--key", str(ledger.key("issuer")))
    identifier = ledger.cli("license", "issue", str(given), *key, "--out", document)["identifier"]
    act(ledger, identifier, "suspend", "INVESTIGATION", "--effective", LATER)
    assert "ACT_ANNOUNCED" in ledger.cli("license", "show", identifier)["flags"]
    act(ledger, identifier, "suspend", "HOLDER_REQUEST")
    resumed = act(ledger, identifier, "resume", "CONDITIONS_MET_AGAIN")
    shown, verdict = ledger.cli("license", "show", identifier), ledger.cli("verify", document)
    (status,) = [each for each in verdict["checks"] if each["name"] == "STATUS"]
    assert [each["ground"] for each in resumed["lifted"]] == ["INVESTIGATION", "HOLDER_REQUEST"]
    assert (shown["status"], shown["announced"], shown["lifted"]) == ("IN_FORCE", [], resumed["lifted"])
    assert "ACT_ANNOUNCED" not in [*shown["flags"], *verdict["flags"]]
    assert "announced" not in status["evidence"]
    _, refused = ledger.attempt("license", "resume", identifier, "--ground", "HOLDER_REQUEST", *key)
    assert refused["code"] == "ACT_NOT_ALLOWED"
    assert "现为“有效”，不能再做“恢复”" in refused["error"]["message"]["zh"]
    monkeypatch.setenv("ELICENSE_LANG", "zh")
    _, text = ledger.printed("license", "show", identifier)
    assert "解除暂扣、中止  2098-12-31T16:00:00Z  INVESTIGATION  正在调查" in text
    assert "将有变化" not in text


def test_a_superseded_license_tells_which_took_its_place(live_ledger: LiveLedger, tmp_path: Path) -> None:
    given, changed = live_ledger.input(), tmp_path / "changed.json"
    (tmp_path / "input.json").write_text(json.dumps(given, ensure_ascii=False))
    key = ("--key", str(live_ledger.key("issuer")))
    out = ("--out", str(tmp_path / "new.elic.json"))
    issue = ("license", "issue", str(tmp_path / "input.json"), "--out", str(tmp_path / "old.elic.json"))
    old = live_ledger.cli(*issue, *key)["identifier"]
    given["metadata"]["certificateIssuedDate"] = "2025-03-11"
    changed.write_text(json.dumps(given, ensure_ascii=False))
    amend = ("license", "amend", old, str(changed), "--kind", "correct", *key, *out)
    new = live_ledger.cli(*amend)["licenseId"]
    for order in (amend, ("license", "suspend", old, "--ground", "INVESTIGATION", *key)):
        status, refused = live_ledger.attempt(*order)
        assert (status, refused["code"]) == (1, "LICENSE_SUPERSEDED")
        assert refused["error"]["fields"]["by"] == new
    given["metadata"]["certificateIssuedDate"] = "2025-03-12"
    changed.write_text(json.dumps(given, ensure_ascii=False))
    status, refused = live_ledger.attempt(*amend)
    assert (status, refused["code"]) == (1, "LICENSE_SUPERSEDED"), "in other words"


def test_a_command_that_fails_draws_no_secret(announced: tuple[LiveLedger, str, str], tmp_path: Path) -> None:
    ledger, _, file = announced
    given, home = tmp_path / "given.json", tmp_path / "home"
    given.write_text(json.dumps(ledger.input(), ensure_ascii=False))
    anchored = json.loads(Path(file).read_text())["anchor"]["licenseId"]
    taken = ("transfer", "in", anchored, str(given), "--region", "310000")
    for key, order, code in (
        ("relying", ("issue", str(given)), "NOT_THE_ISSUER"),
        ("relying", taken, "NOT_THE_ISSUER"),
        ("issuer", taken, "ACT_AFTER_ANNOUNCED"),
    ):
        status, refused = ledger.attempt("license", *order, "--key", str(ledger.key(key)), home=home)
        assert (status, refused["code"]) == (1, code), refused
    assert not list(home.glob("issuers/*"))
