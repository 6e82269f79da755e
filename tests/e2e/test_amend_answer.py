"""What an issuing department is told: an amendment's whole answer, every fault of an input at once."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from tests.told import World

EXAMPLES = Path(__file__).resolve().parents[2] / "docs" / "examples"


def _input(folder: Path, name: str, serial: str, **face: str) -> str:
    given = json.loads((EXAMPLES / name).read_text(encoding="utf-8"))
    given["serial"] = serial
    given["face"] |= face
    path = folder / f"{serial}-{name}"
    path.write_text(json.dumps(given, ensure_ascii=False), encoding="utf-8")
    return str(path)


def test_an_amendment_answers_with_the_keys_of_an_act_and_of_an_issue(world: World, tmp_path: Path) -> None:
    signing = ["--key", world.key("office-anhui"), "--out", str(tmp_path / "license.elic.json")]
    old = _input(tmp_path, "license.json", "2025ABCDEFGH00000005")
    issued = world.run("license", "issue", old, *signing)
    assert issued.status == 0, issued.data
    new = _input(tmp_path, "license-changed.json", "2025ABCDEFGH00000005")
    amended = world.run("license", "amend", issued.data["identifier"], new, "--kind", "change", *signing).data
    assert (amended["rev"], amended["act"], amended["status"]) == (1, "CHANGE", "IN_FORCE")
    assert amended["supersedes"] == issued.data["identifier"]
    assert amended["licenseId"] != issued.data["licenseId"]
    assert set(issued.data) < set(amended)


def test_every_fault_of_an_input_is_told_in_text_too(world: World, tmp_path: Path) -> None:
    bad = _input(tmp_path, "license.json", "2025ABCDEFGH00000006", sex="x", category="Z")
    done = subprocess.run(
        [sys.executable, "-m", "api.cli.main", "license", "issue", bad, "--key", world.key("office-anhui")],
        capture_output=True,
        text=True,
        env={**os.environ, **world.environment(), "ELICENSE_LANG": "en"},
        check=False,
    )
    assert done.returncode == 2
    assert "face/sex" in done.stderr
    assert "face/category" in done.stderr
