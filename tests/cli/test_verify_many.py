"""Many verdicts as one answer: all of them in JSON, what a person has to look at in text."""

from __future__ import annotations

import io
import json
import os
import re
import weakref
from collections.abc import Iterator
from contextlib import redirect_stdout
from pathlib import Path

import pytest

from api.cli.output import Outcome, emit, read_input, take_json_flag
from api.cli.verify import _expand, _single
from api.cli.verify_many import several
from ledger.domain.verdict import IN_FORCE, Check, Step, Verdict, failed, passed, unknown
from ledger.errors import UsageError

HOSTILE = "张三\x1b[2J\x1b[1;32m\nIN_FORCE\x07\x9b1m\u202eECROF_NI[/red][bold]:smile:\udcff"
"""A value that clears the screen, colours, sounds, turns the line around, and is no markup of ours."""


def verdict(
    result: str, identifier: str = "1.2.156.3005.2.X", disclosed: dict[str, object] | None = None
) -> Verdict:
    checks: dict[str, Check] = {
        "IN_FORCE": passed(Step.STATUS),
        "COULD_NOT_CHECK": unknown(Step.STATUS, "CHAIN_UNREACHABLE"),
    }
    check = checks.get(result) or failed(Step.STATUS, result)
    moment = "2026-01-01T00:00:00Z"
    return Verdict(identifier, moment, moment, None, "rpc", 1, None, (), disclosed, (check,))


def shown(outcome: Outcome, *flags: str) -> str:
    take_json_flag(flags)
    printed = io.StringIO()
    with redirect_stdout(printed):
        assert emit(outcome) == outcome.status
    take_json_flag([])
    return printed.getvalue()


def answer(*results: str) -> Outcome:
    return several((f"folder/{n}.elic.json", verdict(each)) for n, each in enumerate(results))


@pytest.mark.parametrize(
    ("results", "status", "code"),
    [
        (["IN_FORCE"], 0, "OK"),
        (["IN_FORCE", "COULD_NOT_CHECK"], 3, "COULD_NOT_CHECK"),
        (["COULD_NOT_CHECK", "IN_FORCE", "REVOKED"], 1, "REVOKED"),
        (["MALFORMED"], 1, "MALFORMED"),
        (["TAMPERED", "REVOKED"], 1, "TAMPERED"),
    ],
)
def test_the_worst_kind_decides_the_status(results: list[str], status: int, code: str) -> None:
    printed = json.loads(shown(answer(*results), "--json"))
    assert (answer(*results).status, printed["code"], printed["ok"]) == (status, code, status == 0)


def test_json_is_one_line_with_every_verdict_in_order_and_counts() -> None:
    results = ["IN_FORCE", "REVOKED", "IN_FORCE"] * 400
    text = shown(answer(*results), "--json")
    assert text.count("\n") == 1
    data = json.loads(text)
    assert list(data) == ["ok", "code", "results", "counts"]
    assert [each["result"] for each in data["results"]] == results
    expected = [
        {"subject": f"folder/{n}.elic.json", **verdict(each).as_json()} for n, each in enumerate(results)
    ]
    assert data["results"] == expected
    assert data["counts"] == {"IN_FORCE": 800, "REVOKED": 400}


def test_a_person_sees_each_of_few_and_of_many_those_not_in_force() -> None:
    few = shown(answer(*["IN_FORCE"] * 49, "REVOKED"))
    assert (few.count(".elic.json"), few.splitlines()[-1].strip()) == (50, "IN_FORCE 49  REVOKED 1")
    many = shown(answer(*["IN_FORCE"] * 1_200, "REVOKED", "TAMPERED"))
    assert many.count(".elic.json") == 2
    assert many.splitlines()[-1].strip() == "IN_FORCE 1,200  REVOKED 1  TAMPERED 1"
    assert shown(answer(*["IN_FORCE"] * 60)).strip() == "IN_FORCE 60"
    assert "…" in shown(answer(*["REVOKED"] * 501))


def test_verdicts_are_let_go_of_as_they_come() -> None:
    made: list[weakref.ref[Verdict]] = []
    most = 0

    def stream() -> Iterator[tuple[str, Verdict]]:
        nonlocal most
        for n in range(2_000):
            each = verdict("IN_FORCE")
            made.append(weakref.ref(each))
            yield f"{n}.elic.json", each
            del each
            most = max(most, sum(ref() is not None for ref in made[-20:]))

    assert several(stream()).data["counts"] == {"IN_FORCE": 2_000}
    assert most <= 2


@pytest.mark.parametrize("count", [1, 2])
def test_what_strangers_wrote_does_nothing_on_a_terminal(count: int) -> None:
    """Neither a name of a file nor a value of a license that anybody may have made up."""
    card = _single(verdict("TAMPERED", HOSTILE, {"face/name": HOSTILE, HOSTILE: "x"}), (IN_FORCE,))
    outcome = card if count == 1 else several((HOSTILE, verdict("TAMPERED", HOSTILE)) for _ in range(count))
    text = shown(outcome)
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]", text)
    assert "[/red][bold]:smile:" in text.replace("\n", "")
    assert not any(line.strip().startswith("IN_FORCE") for line in text.splitlines())


def test_json_escapes_what_a_terminal_obeys_and_says_the_same() -> None:
    outcome = several([(HOSTILE, verdict("TAMPERED", HOSTILE))])
    text = shown(outcome, "--json")
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e\udcff]", text)
    assert json.loads(text)["results"][0]["subject"] == HOSTILE


def test_an_error_says_nothing_to_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    assert emit(Outcome(error=UsageError("FILE_UNREADABLE", path=HOSTILE, reason=HOSTILE))) == 2
    told = capsys.readouterr().err
    assert "张三" in told
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]", told)


def test_a_folder_has_files_only_and_no_file_is_read_beyond_its_limit(tmp_path: Path) -> None:
    """A folder from a stranger may hold pipes, devices behind links and files without an end."""
    os.mkfifo(tmp_path / "pipe.elic.json")
    (tmp_path / "device.elic.json").symlink_to("/dev/zero")
    (tmp_path / "folder.elic.json").mkdir()
    (tmp_path / "good.elic.json").write_text("{}")
    (tmp_path / "link.png").symlink_to(tmp_path / "good.elic.json")
    assert list(_expand(str(tmp_path))) == [str(tmp_path / name) for name in ("good.elic.json", "link.png")]
    assert len(read_input("/dev/zero", 5)) == 5


def test_a_subject_is_named_where_the_identifier_does_not_tell_it() -> None:
    found = [("folder/1.2.3.elic.json", verdict("IN_FORCE", "1.2.3")), ("copy.elic.json", verdict("REVOKED"))]
    text = shown(several(iter(found)))
    assert "1.2.3.elic.json" not in text
    assert "copy.elic.json" in text
