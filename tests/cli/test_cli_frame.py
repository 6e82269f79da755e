"""What every command inherits: one JSON object, exit statuses, languages, quiet endings."""

import json
import os
import subprocess
import sys

import pytest

from api.cli import main
from api.cli.output import Outcome

CLEAN = {
    name: value for name, value in os.environ.items() if not name.startswith(("ELICENSE_", "LC_", "LANG"))
}


def run(*arguments, stdin=b"", **settings):
    return subprocess.run(
        [sys.executable, "-m", "api.cli.main", *arguments],
        input=stdin,
        capture_output=True,
        env={**CLEAN, **settings},
        check=False,
    )


@pytest.mark.parametrize(
    "arguments",
    [
        ["--json", "nonsense"],
        ["nonsense", "--json"],
        ["sm2", "--json"],
        ["sm2", "--json", "nonsense"],
        ["sm2", "sign", "--json"],
        ["sm2", "sign", "--key", "--json"],
        ["sm2", "sign", "--nonsense", "--json"],
        ["sm2", "sign", "--key", "k", "--format", "nonsense", "--json"],
        ["sm2", "sign", "--key", "k", "surplus", "--json"],
        ["--nonsense", "--json"],
    ],
    ids=" ".join,
)
def test_usage_errors_are_one_json_object(arguments):
    done = run(*arguments)
    assert done.returncode == 2
    assert done.stdout.count(b"\n") == 1
    result = json.loads(done.stdout)
    assert (result["ok"], result["code"]) == (False, "USAGE")
    assert (result["error"]["code"], result["error"]["family"]) == ("USAGE", "usage")
    assert result["error"]["message"]["zh"]


def test_usage_errors_in_text_go_to_stderr():
    done = run("sm2", "sign", "--nonsense")
    assert (done.returncode, done.stdout) == (2, b"")
    assert b"[USAGE]" in done.stderr
    assert b"--nonsense" in done.stderr


def test_json_after_a_lone_double_dash_is_an_argument():
    done = run("sm3", "--", "--json")
    assert done.returncode == 2
    assert b"FILE_UNREADABLE" in done.stderr


@pytest.mark.parametrize(
    ("settings", "word"),
    [
        ({}, "remedy"),
        ({"LANG": "zh_CN.UTF-8"}, "处理"),
        ({"LANG": "zh_CN.UTF-8", "ELICENSE_LANG": "en"}, "remedy"),
        ({"LANG": "de_DE.UTF-8"}, "remedy"),
        ({"ELICENSE_LANG": "zh"}, "处理"),
        ({"ELICENSE_LANG": "zh", "PYTHONIOENCODING": "ascii"}, "处理"),
    ],
)
def test_sentences_follow_the_language(settings, word):
    assert word in run("sm3", "/nonexistent", **settings).stderr.decode("utf-8")


def test_version_and_help_in_both_forms():
    number = run("--version").stdout.decode().strip()
    assert json.loads(run("--version", "--json").stdout) == {"ok": True, "code": "OK", "version": number}
    assert b"sm2" in run("--help").stdout
    assert run().stdout == run("--help").stdout
    for arguments in (["--help"], ["sm2", "--help"], ["sm2", "sign", "--help"]):
        result = json.loads(run(*arguments, "--json").stdout)
        assert result["ok"]
        assert "Usage" in result["help"]


def test_a_closed_pipe_is_no_error():
    command = f"{sys.executable} -m api.cli.main sm3 2>&1 | true; echo ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", command], input=b"x", capture_output=True, env=CLEAN, check=True)
    assert done.stdout == b"0\n"


@pytest.mark.parametrize("form", [[], ["--json"]], ids=["text", "json"])
def test_a_full_disk_is_told(form):
    with open("/dev/full", "wb") as full:
        done = subprocess.run(
            [sys.executable, "-m", "api.cli.main", "sm3", *form],
            input=b"x",
            stdout=full,
            stderr=subprocess.PIPE,
            env=CLEAN,
            check=False,
        )
    assert done.returncode == 70
    assert done.stderr == b"stdout: No space left on device\n"


def test_a_light_noun_does_not_import_the_heavy_ones():
    probe = (
        "import sys; from api.cli import main; status = main.run(['sm3']); "
        "heavy = {'web3', 'rich', 'fastapi', 'sqlalchemy', 'cryptography', 'gmssl'} & set(sys.modules); "
        "assert not heavy, heavy; sys.exit(status)"
    )
    command = [sys.executable, "-c", probe]
    done = subprocess.run(command, input=b"abc", capture_output=True, env=CLEAN, check=False)
    assert done.returncode == 0, done.stderr


NOUN = """
import typer
from api.cli.output import Outcome
from ledger.errors import ChainOutageError, UnknownIdError
app = typer.Typer()

@app.command("bug")
def bug() -> Outcome:
    raise KeyError("secret")

@app.command("unknown")
def unknown() -> Outcome:
    raise UnknownIdError("UNKNOWN_LICENSE", id="0xab")

@app.command("chatty")
def chatty() -> Outcome:
    print("progress")
    return Outcome({"done": True}, text="done")

@app.command("hiding")
def hiding() -> Outcome:
    return Outcome({"code": "MINE"}, text="done")

@app.command("interrupted")
def interrupted() -> Outcome:
    raise KeyboardInterrupt

@app.command("nothing")
def nothing():
    pass

@app.command("verdict")
def verdict() -> Outcome:
    return Outcome({"result": "REVOKED"}, text="revoked", code="REVOKED", exit_code=1)

@app.command("table")
def table() -> Outcome:
    from rich.table import Table
    shown = Table("name")
    shown.add_row("上海")
    return Outcome({}, text=lambda: shown)
"""


@pytest.fixture
def noun(tmp_path, monkeypatch):
    """A noun as another module would bring it, called in a process of its own."""
    (tmp_path / "made_up_noun.py").write_text(NOUN)
    starter = (
        "import sys; from api.cli import main; "
        "main.NOUNS['made'] = main.Noun('made_up_noun', 'app', True, '造', 'Made up'); main.main()"
    )

    def call(*arguments, **settings):
        return subprocess.run(
            [sys.executable, "-c", starter, "made", *arguments],
            capture_output=True,
            env={**CLEAN, "PYTHONPATH": f"{tmp_path}{os.pathsep}{os.getcwd()}", **settings},
            check=False,
        )

    return call


@pytest.mark.parametrize(
    ("verb", "status", "code"),
    [
        ("bug", 70, "INTERNAL"),
        ("nothing", 70, "INTERNAL"),
        ("unknown", 4, "UNKNOWN_LICENSE"),
        ("interrupted", 130, "INTERRUPTED"),
        ("verdict", 1, "REVOKED"),
        ("chatty", 0, "OK"),
        ("hiding", 70, "INTERNAL"),
    ],
)
def test_every_ending_has_its_status_and_object(noun, verb, status, code):
    done = noun(verb, "--json")
    result = json.loads(done.stdout)
    assert (done.returncode, result["code"], result["ok"]) == (status, code, status == 0)
    text = noun(verb)
    assert text.returncode == status
    assert b"Traceback" not in text.stderr
    assert b"secret" not in text.stderr


def test_what_a_command_prints_on_the_way_goes_to_stderr_under_json(noun):
    done = noun("chatty", "--json")
    assert json.loads(done.stdout)["done"] is True
    assert done.stderr == b"progress\n"
    assert noun("chatty").stdout == b"progress\ndone\n"


def test_a_bug_shows_its_traceback_only_when_asked(noun):
    done = noun("bug", "--json", ELICENSE_DEBUG="1")
    assert json.loads(done.stdout)["code"] == "INTERNAL"
    assert b"Traceback" in done.stderr


def test_a_renderable_is_drawn_as_text(noun):
    assert "上海" in noun("table").stdout.decode()


def test_a_noun_whose_module_is_not_here_is_absent(monkeypatch):
    monkeypatch.setitem(main.NOUNS, "ghost", main.Noun("api.cli.no_such_module", "app", True, "", ""))
    assert "ghost" not in main._root().list_commands(None)
    assert main._root().get_command(None, "ghost") is None


def test_an_outcome_with_an_error_takes_its_code_and_status():
    from ledger.errors import BadSignatureError

    outcome = Outcome({"valid": False}, error=BadSignatureError("BAD_SIGNATURE"))
    assert outcome.status == 1
    assert list(outcome.as_json()) == ["ok", "code", "valid", "error"]


def test_an_argument_that_is_no_text_is_a_usage_error(capsys: pytest.CaptureFixture[str]) -> None:
    assert main.run(["id", "check", "a\udcff", "--json"]) == 2
    assert json.loads(capsys.readouterr().out)["code"] == "USAGE"
