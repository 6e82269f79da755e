"""`elicense id check`: keys, exit statuses, guessing, both rules."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from api.cli import main

VECTORS = json.loads((Path(__file__).parents[1] / "vectors" / "sm_vectors.json").read_text(encoding="utf-8"))
IDENTIFIER = "1.2.156.3005.2.11100000000013338W011.11310000MB0TE5T1XB.2025ABCDEFGH00000001.001.S"
KEYS = {"kind", "valid", "strict", "parts", "expectedCheck", "reason"}


@pytest.fixture
def answer(capsys):
    def run(*arguments):
        status = main.run(["id", "check", *arguments, "--json"])
        return status, json.loads(capsys.readouterr().out)

    return run


@pytest.mark.parametrize(
    "vector", VECTORS["certificate_identifier"]["valid"], ids=lambda vector: vector["id"][-9:]
)
def test_published_identifiers_pass_under_the_rules_that_they_meet(answer, vector):
    status, found = answer(vector["id"])
    assert (status, found["valid"], found["strict"]) == (
        0 if vector["strict"] else 1,
        vector["strict"],
        vector["strict"],
    )
    status, found = answer(vector["id"], "--lenient")
    assert (status, found["valid"], found["strict"], found["expectedCheck"]) == (
        0,
        True,
        vector["strict"],
        vector["check"],
    )
    assert found["parts"] == {
        "root": "1.2.156.3005.2",
        "type": vector["type_code"],
        "issuer": vector["issuer_code"],
        "serial": vector["serial"],
        "version": vector["version"],
        "check": vector["check"],
    }


@pytest.mark.parametrize(
    "vector", VECTORS["certificate_identifier"]["invalid"], ids=lambda vector: vector["name"]
)
def test_bad_identifiers_exit_1_with_a_reason(answer, vector):
    status, found = answer(vector["id"])
    assert (status, found["ok"], found["valid"]) == (1, False, False)
    assert found["reason"] == found["code"] == found["error"]["code"]


def test_a_good_answer_has_the_frozen_keys_and_no_error(answer):
    status, found = answer(IDENTIFIER)
    assert status == 0
    assert found.keys() == KEYS | {"ok", "code"}
    assert (found["ok"], found["code"], found["reason"]) == (True, "OK", None)


def test_a_wrong_check_character_tells_the_right_one(answer):
    status, found = answer(IDENTIFIER[:-1] + "0")
    assert (status, found["code"], found["expectedCheck"]) == (1, "IDENTIFIER_CHECK", "S")
    assert found.keys() == KEYS | {"ok", "code", "error"}


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (IDENTIFIER, "license"),
        ("91310118MA0DEMX13U", "uscc"),
        ("914403001922038216", "uscc"),
        ("310101190001010011", "citizen"),
        ("11010519491231002X", "citizen"),
        ("310118", "region"),
    ],
)
def test_the_kind_is_guessed_and_may_be_said(answer, text, kind):
    assert answer(text)[1]["kind"] == kind
    assert answer(text, "--kind", kind)[0] == 0
    assert answer(text, "--kind", "license" if kind != "license" else "uscc")[0] == 1


def test_obsolete_regions_pass_on_import_only(answer):
    assert answer("440524")[0] == 1
    status, found = answer("440524", "--lenient")
    assert (status, found["valid"], found["strict"]) == (0, True, False)


@pytest.mark.parametrize(
    "text", ["３１０１１８", "91310118MA0DEMX13u", " 310118", "310101190001010011\n", ""]
)
def test_look_alikes_exit_1(answer, text):
    for extra in ((), ("--lenient",)):
        assert answer(text, *extra)[0] == 1


def test_wrong_use_exits_2_with_json(answer):
    assert answer("310118", "--kind", "nonsense")[0] == 2
    assert answer()[0] == 2


def test_a_person_reads_a_sentence_and_never_a_citizen_id_on_stderr(capsys, monkeypatch):
    monkeypatch.setenv("ELICENSE_LANG", "zh")
    assert main.run(["id", "check", "110105194912310021"]) == 1
    shown = capsys.readouterr()
    assert "公民身份号码：无效" in shown.out
    assert "CITIZEN_ID_CHECK" in shown.err
    assert "110105194912310021" not in shown.err
