"""Every command of the README works as it stands, on the story that it keeps."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.told import World

ROOT = Path(__file__).resolve().parents[2]
BASH = shutil.which("bash")


@pytest.mark.skipif(BASH is None, reason="the README is written for a POSIX shell")
def test_the_readme_can_be_typed_from_top_to_bottom(world: World, tmp_path: Path) -> None:
    page = (ROOT / "README.md").read_text(encoding="utf-8")
    script = "set -e\n" + "\n".join(re.findall(r"^```sh\n(.*?)^```", page, re.MULTILINE | re.DOTALL))
    assert script.count("elicense ") > 18
    desk = tmp_path / "desk"
    (desk / "docs").mkdir(parents=True)
    (desk / "docs" / "examples").symlink_to(ROOT / "docs" / "examples")
    (desk / "README.md").symlink_to(ROOT / "README.md")
    (desk / "story").symlink_to(world.folder)
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = {**world.environment(), "PATH": path, "ELICENSE_LANG": "en"}
    done = subprocess.run(
        [str(BASH)],
        input=script,
        capture_output=True,
        text=True,
        cwd=desk,
        env=environment,
        timeout=240,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "no findings" in done.stdout
    for result in ("IN_FORCE", "NOT_ANCHORED", "SUPERSEDED", "REVOKED"):
        assert result in done.stdout
