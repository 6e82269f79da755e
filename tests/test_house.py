"""The house rules that no linter knows: pages that tell the truth, complete texts, clean files."""

from __future__ import annotations

import ast
import os
import re
import string
import subprocess
import sys
import tomllib
from importlib.metadata import entry_points
from itertools import product
from pathlib import Path

import pytest

from ledger import errors
from ledger.errors.texts import TEXTS

ROOT = Path(__file__).resolve().parent.parent
PAGES = ["README.md", "README.zh-CN.md", "ARCHITECTURE.md", "SECURITY.md", "CONTRIBUTING.md", "CHANGELOG.md"]
READMES = ["README.md", "README.zh-CN.md"]
IDEOGRAPH = re.compile(r"[\u4e00-\u9fff]")
WORD = re.compile(r"[a-z][a-z0-9-]*(?:\|[a-z][a-z0-9-]*)*")


def page(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def files() -> list[str]:
    """What git tracks or would track."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    return sorted(name for name in listed.stdout.decode().split("\0") if name and (ROOT / name).is_file())


def tree(name: str) -> list[str]:
    """Paths in the tree that a README draws: two spaces of indentation a level."""
    (block,) = re.findall(r"```\n(ledger/ .*?)```", page(name), re.DOTALL)
    paths: list[str] = []
    folder = ""
    for line in block.splitlines():
        entry = line.split()[0]
        nested = line.startswith("  ")
        folder = folder if nested else entry
        paths.append(folder + entry if nested else entry)
    return paths


def elicense_lines(name: str) -> list[str]:
    """Command lines of `elicense` in a page's code blocks."""
    return re.findall(r"^elicense (.+)$", page(name), re.MULTILINE)


def spread(command: str) -> list[str]:
    """`a b|c` as `a b` and `a c`, cut at the first argument."""
    words: list[list[str]] = []
    for word in command.split():
        if not WORD.fullmatch(word):
            break
        words.append(word.split("|"))
    return [" ".join(choice) for choice in product(*words)]


def frozen_commands() -> tuple[set[str], set[str]]:
    """The commands that `docs/interfaces.md` freezes, and those it calls not yet built."""
    text, later = page("docs/interfaces.md").split("## Not yet built")
    frozen = {
        command
        for line in re.findall(r"^- (`.+)$", text, re.MULTILINE)
        for span in re.findall(r"`([^`]+)`", line.split(" → ")[0])
        for command in spread(span)
        if command
    }
    return frozen, {
        command for span in re.findall(r"`([^`]+)`", later) for command in spread(span) if command
    }


def answers_help(command: str, patch: pytest.MonkeyPatch) -> bool:
    """Whether the installed `elicense` knows the command, asked as a user asks."""
    (script,) = entry_points(group="console_scripts", name="elicense")
    patch.setattr(sys, "argv", ["elicense", *command.split(), "--help"])
    try:
        return script.load()() in (None, 0)
    except SystemExit as end:
        return end.code in (None, 0)


@pytest.mark.parametrize("name", READMES)
def test_the_tree_in_the_readme_is_the_tree_on_disk(name: str) -> None:
    drawn = tree(name)
    assert drawn == tree("README.md")
    assert [path for path in drawn if not (ROOT / path).exists()] == []
    folders = {f.split("/")[0] + "/" for f in files() if "/" in f}
    assert folders == {path for path in drawn if path.count("/") == 1 and path.endswith("/")}


@pytest.mark.parametrize("name", [*PAGES, ".ci/run"])
def test_every_make_target_that_a_page_names_exists(name: str) -> None:
    targets = set(re.findall(r"^([a-z]+):", page("Makefile"), re.MULTILINE))
    named = set(re.findall(r"(?:^|`)make ([a-z]+)(?=[ `\n])", page(name), re.MULTILINE))
    assert named <= targets


@pytest.mark.parametrize("target", ["help", "dev", "demo", "test", "lint", "bench", "gas", "clean"])
def test_make_knows_the_promised_targets_and_help_explains_them(target: str) -> None:
    dry = subprocess.run(["make", "-n", target], cwd=ROOT, check=False, capture_output=True, text=True)
    assert dry.returncode == 0, dry.stderr
    shown = subprocess.run(["make", "-s", "help"], cwd=ROOT, check=True, capture_output=True, text=True)
    assert re.search(rf"^  make {target} +\S", shown.stdout, re.MULTILINE)


@pytest.mark.parametrize("name", READMES)
def test_every_command_in_the_readme_is_a_frozen_one(name: str) -> None:
    lines = elicense_lines(name)
    assert len(lines) >= 10
    frozen, _ = frozen_commands()
    for line in lines:
        words = line.split()
        assert {" ".join(words[:n]) for n in (1, 2, 3)} & frozen, line


def test_both_readmes_show_the_same_commands() -> None:
    def shape(name: str) -> list[str]:
        return [re.sub(r'"[^"]*"', '""', line) for line in elicense_lines(name)]

    assert shape("README.md") == shape("README.zh-CN.md")


def test_frozen_commands_are_built_or_listed_as_not_yet_built(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    frozen, later = frozen_commands()
    assert len(frozen) > 50
    built = {command for command in frozen if answers_help(command, monkeypatch)}
    capsys.readouterr()
    assert later - frozen == set(), "listed as not yet built, but nowhere frozen"
    assert built & later == set(), "built: strike them from 'Not yet built' in docs/interfaces.md"
    assert frozen - built - later == set(), "frozen, but neither built nor listed as not yet built"


@pytest.mark.parametrize("name", [*PAGES, "docs/interfaces.md", "docs/glossary.md"])
def test_links_and_named_files_exist(name: str) -> None:
    folder = (ROOT / name).parent
    links = re.findall(r"\]\(([^)#]+?)\)", page(name))
    missing = [link for link in links if "://" not in link and not (folder / link).exists()]
    named = re.findall(
        r"`((?:ledger|api|wallet|contracts|scripts|tests|docs|hardhat-net)/[\w./-]*)`", page(name)
    )
    assert missing + [path for path in named if not (ROOT / path).exists()] == []


def test_every_file_of_the_architecture_exists() -> None:
    rooms = re.split(r"^\*\*.+\*\* ?(?:\(`(.+?)`\))?$", page("ARCHITECTURE.md"), flags=re.MULTILINE)[1:]
    named = [
        (room or "", name)
        for room, text in zip(rooms[::2], rooms[1::2], strict=True)
        for name in re.findall(r"`([\w/.]+(?:\.py|\.sol|/))`", text)
    ]
    assert len(named) > 40
    missing = [
        name
        for room, name in named
        if not any((folder / name).exists() for folder in (ROOT / room, ROOT, ROOT / "api" / "cli"))
    ]
    assert missing == []


def test_every_decision_is_in_the_index_under_its_own_title() -> None:
    folder = ROOT / "docs" / "adr"
    rows = re.findall(
        r"^\| \[(\d{4})\]\((.+?)\) \| (.+?) \| \w+ \|$", page("docs/adr/README.md"), re.MULTILINE
    )
    decisions = sorted(path.name for path in folder.glob("[0-9]*.md"))
    assert [row[1] for row in rows] == decisions
    assert [row[0] for row in rows] == [name[:4] for name in decisions]
    assert len({row[0] for row in rows}) == len(rows)
    for number, file, title in rows:
        text = (folder / file).read_text(encoding="utf-8")
        assert text.startswith(f"# {number}. {title}\n")
        assert "\n## Consequences\n" in text


@pytest.mark.parametrize("code", sorted(TEXTS))
def test_every_error_has_a_sentence_and_a_remedy_in_both_languages(code: str) -> None:
    text = TEXTS[code]
    assert re.fullmatch(r"[A-Z][A-Z0-9_]+", code)
    assert all(IDEOGRAPH.search(part) for part in (text.zh, text.remedy_zh))
    assert not any(IDEOGRAPH.search(part) for part in (text.en, text.remedy_en))
    assert all(part.rstrip().endswith((".", "?", "。", "？", "}")) for part in text), text
    assert fields(text.zh) | fields(text.remedy_zh) == fields(text.en) | fields(text.remedy_en)


def fields(template: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(template) if name is not None}


def test_every_code_that_the_sources_raise_has_its_text() -> None:
    families = {name for name, value in vars(errors).items() if name.endswith("Error")}
    raised = {
        (node.args[0].value, name)
        for name in files()
        if name.endswith(".py") and name.startswith(("ledger/", "api/", "wallet/"))
        for node in ast.walk(ast.parse(page(name)))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in families
        and node.args
        and isinstance(node.args[0], ast.Constant)
        and isinstance(node.args[0].value, str)
    }
    assert len(raised) > 20
    assert {(code, name) for code, name in raised if code not in TEXTS} == set()


def test_no_code_is_explained_twice() -> None:
    keys = [
        (code, path.name)
        for path in (ROOT / "ledger" / "errors" / "texts").glob("*.py")
        for code in re.findall(r'^    "([A-Z0-9_]+)": Text\(', path.read_text(encoding="utf-8"), re.MULTILINE)
    ]
    assert sorted(code for code, _ in keys) == sorted(TEXTS)


def test_no_file_names_a_machine_or_leaves_work_undone() -> None:
    home = "/(?:home|root|Users|tmp|work|mnt)/"
    path = re.compile(rf"(?<![\w.}}*-]){home}[\w.]")
    undone = re.compile(r"\b(?:" + "|".join(["TO" + "DO", "FIX" + "ME", "X" * 3]) + r")\b")
    found = []
    for name in files():
        if name.endswith((".lock", "package-lock.json", "LICENSE", "contracts.json")):
            continue
        try:
            text = page(name)
        except UnicodeDecodeError:
            continue
        found += [(name, hit.group()) for rule in (path, undone) for hit in rule.finditer(text)]
    assert found == []


def test_assembly_stays_in_the_libraries_that_need_it() -> None:
    allowed = {f"contracts/lib/{name}.sol" for name in ("SM2", "SM3", "SM2Table", "Merkle", "Calls")}
    sources = [name for name in files() if name.startswith("contracts/") and name.endswith(".sol")]
    assert sources
    assert {name for name in sources if re.search(r"\bassembly\b\s*[({\"]", page(name))} <= allowed


def test_every_room_of_the_ledger_has_its_place_in_the_import_rules() -> None:
    rules = tomllib.loads(page("pyproject.toml"))["tool"]["importlinter"]["contracts"]
    layers = {
        layer.strip(" ()")
        for rule in rules
        if rule["id"] == "inwards"
        for row in rule["layers"]
        for layer in row.split("|")
    }
    rooms = {
        f"ledger.{path.stem}"
        for path in (ROOT / "ledger").iterdir()
        if path.name != "__init__.py" and (path.suffix == ".py" or (path / "__init__.py").exists())
    }
    assert rooms | {"api", "wallet"} <= layers


def test_a_skipped_test_fails_in_continuous_integration_only(tmp_path: Path) -> None:
    probe = tmp_path / "test_probe.py"
    probe.write_text("import pytest\n\ndef test_engine():\n    pytest.skip('no engine')\n", encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "tests.conftest", "-c", os.devnull, str(probe)]
    for ci, status in (("true", 1), ("", 0)):
        run = subprocess.run(
            command, cwd=ROOT, env={**os.environ, "CI": ci}, check=False, capture_output=True, text=True
        )
        assert run.returncode == status, run.stdout
