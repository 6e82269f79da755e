"""From nine checks to one result."""

from __future__ import annotations

import ast
import itertools
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.domain.verdict import (
    PRECEDENCE,
    Check,
    Outcome,
    Step,
    Verdict,
    failed,
    passed,
    result_of,
    skipped,
    unknown,
)
from ledger.domain.verdict_texts import CODE_TEXTS, FLAG_TEXTS, RESULT_TEXTS

ROOT = Path(__file__).resolve().parents[2]
STEPS = st.sampled_from(list(Step))
PASSED = st.builds(passed, STEPS)
FAILED = st.builds(failed, STEPS, st.sampled_from(PRECEDENCE))
UNKNOWN = st.builds(unknown, STEPS, st.just("CHAIN_UNREACHABLE"))
SKIPPED = st.builds(skipped, STEPS, st.just("NOT_ASKED"))
CHECKS = st.lists(st.one_of(PASSED, FAILED, UNKNOWN, SKIPPED), max_size=9)


@given(CHECKS)
def test_fail_beats_unknown_beats_pass(checks: list[Check]) -> None:
    outcomes = {check.outcome for check in checks}
    result = result_of(checks)
    if Outcome.FAIL in outcomes:
        assert result in {check.result for check in checks if check.outcome is Outcome.FAIL}
    else:
        assert result == ("COULD_NOT_CHECK" if Outcome.UNKNOWN in outcomes else "IN_FORCE")


@given(CHECKS, st.lists(SKIPPED, max_size=3))
def test_what_was_skipped_changes_nothing(checks: list[Check], more: list[Check]) -> None:
    assert result_of([*more, *checks]) == result_of(checks)


@given(CHECKS, st.randoms())
def test_the_order_of_checks_changes_nothing(checks: list[Check], dice: object) -> None:
    shuffled = list(checks)
    dice.shuffle(shuffled)  # type: ignore[attr-defined]
    assert result_of(shuffled) == result_of(checks)


def test_the_first_of_two_failures_in_precedence_names_the_result() -> None:
    for stronger, weaker in itertools.pairwise(PRECEDENCE):
        assert result_of([failed(Step.STATUS, weaker), failed(Step.FORM, stronger)]) == stronger


def test_the_precedence_is_frozen() -> None:
    assert (
        *("MALFORMED", "TAMPERED", "ISSUER_UNKNOWN", "NOT_ANCHORED", "KEY_COMPROMISED"),
        *("ISSUER_NOT_ENTITLED", "STALE_PRESENTATION", "ANNULLED", "REVOKED", "WITHDRAWN", "CANCELLED"),
        *("VOIDED", "SUPERSEDED", "SUSPENDED", "EXPIRED", "NOT_YET", "NOT_RECOGNIZED_HERE", "OUT_OF_SCOPE"),
    ) == PRECEDENCE


def codes_used() -> set[str]:
    """Every word that a program text hands to a check as its code."""
    makers = {"failed", "unknown", "skipped"}
    found: set[str] = set()
    for path in [*ROOT.glob("ledger/**/*.py"), *ROOT.glob("wallet/**/*.py"), *ROOT.glob("api/**/*.py")]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in makers:
                words = [each.value for each in node.args if isinstance(each, ast.Constant)]
                found |= {word for word in words if isinstance(word, str) and word}
    return found


def test_every_code_that_a_check_may_carry_has_texts() -> None:
    used = codes_used()
    assert "DERIVED_MISMATCH" in used
    for code in used:
        zh, en = CODE_TEXTS[code]
        assert any("\u4e00" <= character <= "\u9fff" for character in zh), code
        assert en.isascii() or "’" in en or "–" in en, code


def flags_given() -> set[str]:
    """Every word in the functions that give flags."""
    givers = {"flags", "_flags", "unproved"}
    found: set[str] = set()
    for path in ROOT.glob("ledger/**/*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef) and node.name in givers:
                found |= {each.value for each in ast.walk(node) if isinstance(each, ast.Constant)}
    return {word for word in found if isinstance(word, str) and word.isupper()}


def test_every_flag_has_texts() -> None:
    given = flags_given()
    assert {"HOLDER_UNBOUND", "HOLDER_FROZEN", "SUCCESSOR_UNPROVED", "ORIGIN_NOT_SHOWN"} <= given
    assert given <= FLAG_TEXTS.keys()


@pytest.mark.parametrize("result", [*PRECEDENCE, "IN_FORCE", "COULD_NOT_CHECK"])
def test_every_result_has_texts_in_both_languages(result: str) -> None:
    zh, en = RESULT_TEXTS[result]
    assert any("\u4e00" <= character <= "\u9fff" for character in zh)
    assert len(en.split()) > 3


@pytest.mark.parametrize(
    ("reasons", "zh"),
    [
        (["FIELDS_MISSING"], ["少于"]),
        (["FIELDS_NOT_ASKED"], ["多于"]),
        (["FIELDS_NOT_ASKED", "FIELDS_MISSING"], ["少于", "多于"]),
    ],
)
def test_out_of_scope_says_which_way(reasons: list[str], zh: list[str]) -> None:
    check = failed(Step.HOLDER, "OUT_OF_SCOPE", "FIELDS_OUT_OF_SCOPE", {"reasons": reasons})
    message = Verdict(None, "", "", None, "rpc", None, None, (), None, (check,)).message
    assert [each for each in ("少于", "多于") if each in message["zh"]] == zh
    assert "超出" not in message["zh"]


@pytest.mark.parametrize(
    ("check", "status"),
    [
        (passed(Step.FORM), 0),
        (unknown(Step.STATUS, "CHAIN_UNREACHABLE"), 3),
        (failed(Step.FORM, "MALFORMED"), 2),
        *((failed(Step.STATUS, result), 1) for result in PRECEDENCE if result != "MALFORMED"),
    ],
)
def test_exit_statuses(check: Check, status: int) -> None:
    verdict = Verdict(None, "", "", None, "rpc", None, None, (), None, (check,))
    assert verdict.exit_code == status
    assert verdict.as_json()["result"] == result_of([check])
    assert set(verdict.as_json()["checks"][0]) == {  # type: ignore[index]
        *("step", "name", "outcome", "code", "evidence", "ageSeconds", "message")
    }
