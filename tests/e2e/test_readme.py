"""Every command of the README and of the guides works as it stands, on the story that is kept."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from api.cli.demo.results import headline
from api.cli.demo.titles import TITLES
from tests.forked import command_in
from tests.told import Run, World

ROOT = Path(__file__).resolve().parents[2]
BASH = shutil.which("bash")
FIRST = "set -e\ntrap 'kill $(jobs -p) 2> /dev/null || true' EXIT\n"
"""Stop at the first fault, and leave no service behind that would keep the output open."""

pytestmark = pytest.mark.skipif(BASH is None, reason="the pages are written for a POSIX shell")


def script_of(page: str) -> str:
    """The lines of a page that a reader types, in order."""
    text = (ROOT / page).read_text(encoding="utf-8")
    return FIRST + "\n".join(re.findall(r"^```sh\n(.*?)^```", text, re.MULTILINE | re.DOTALL))


def typed(page: str, world: World, tmp_path: Path) -> str:
    """Type a page from top to bottom, from a folder with the story in it; returns what was printed."""
    desk = tmp_path / "desk"
    (desk / "docs").mkdir(parents=True)
    (desk / "docs" / "examples").symlink_to(ROOT / "docs" / "examples")
    (desk / "README.md").symlink_to(ROOT / "README.md")
    (desk / "story").symlink_to(world.folder)
    command_in(desk.parent)
    path = os.pathsep.join((str(desk.parent), str(Path(sys.executable).parent), os.environ["PATH"]))
    done = subprocess.run(
        [str(BASH)],
        input=script_of(page),
        capture_output=True,
        text=True,
        cwd=desk,
        env={**world.environment(), "PATH": path, "ELICENSE_LANG": "en"},
        timeout=1_200,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.parametrize("page", ["README.md", "README.zh-CN.md"])
def test_the_readme_can_be_typed_from_top_to_bottom(page: str, world: World, tmp_path: Path) -> None:
    assert script_of(page).count("elicense ") > 18
    printed = typed(page, world, tmp_path)
    assert "no findings" in printed
    for result in ("IN_FORCE", "NOT_ANCHORED", "SUPERSEDED", "REVOKED"):
        assert result in printed


@pytest.mark.parametrize(("page", "tongue"), [("README.zh-CN.md", 0), ("README.md", 1)])
def test_the_readme_tells_the_story_as_it_goes(
    page: str, tongue: int, told: tuple[World, Run], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ELICENSE_LANG", ("zh", "en")[tongue])
    steps = told[1].data["steps"]
    lines = {f"✓ {headline(each['n'], TITLES[each['name']], each['result'])}" for each in steps}
    text = (ROOT / page).read_text(encoding="utf-8")
    excerpt = {line.split("  (")[0] for line in text.splitlines() if line.startswith("✓")}
    assert excerpt
    assert excerpt <= lines
    assert f"{len(steps)}{('/', ' of ')[tongue]}{len(steps)}" in text


GUIDES = ["issuer", "relying-department", "auditor", "holder", "collecting", "operator"]
PAGES = [*GUIDES, "content"]
"""What stands in both languages; the commands of `content` are typed by tests/kubo.py."""


@pytest.mark.parametrize("guide", PAGES)
def test_a_guide_has_the_same_commands_in_chinese(guide: str) -> None:
    assert script_of(f"docs/guides/zh-CN/{guide}.md") == script_of(f"docs/guides/{guide}.md")


def test_a_ledger_is_founded_from_the_same_files_in_chinese() -> None:
    pages = [(ROOT / "docs" / "guides" / name).read_text() for name in ("operator.md", "zh-CN/operator.md")]
    first, second = (re.findall(r"^```.*?^```", text, re.MULTILINE | re.DOTALL) for text in pages)
    assert first == second


@pytest.mark.parametrize("guide", PAGES)
def test_every_link_of_a_guide_leads_somewhere(guide: str) -> None:
    for page in (
        ROOT / "docs" / "guides" / f"{guide}.md",
        ROOT / "docs" / "guides" / "zh-CN" / f"{guide}.md",
    ):
        links = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8"))
        assert [link for link in links if not (page.parent / link).exists()] == [], page


@pytest.mark.parametrize(
    ("guide", "seen"),
    [
        (
            "issuer",
            (
                *(
                    "signed: checked",
                    "SUPERSEDED",
                    "ANNULLED",
                    "suspended",
                    "HOLDER_FROZEN",
                    "SEAL_REVOKED",
                    "Licenses renewed into renewed: 2",
                ),
                "the sample matched",
                "SAFETY: name",
                "upheld",
            ),
        ),
        (
            "relying-department",
            (
                "TAMPERED",
                "STALE_PRESENTATION",
                "ANNULLED",
                "HOLDER_ATTESTED",
                "pending",
                "in effect",
                "withdrawn",
                "opened by an attestation that does not match",
                "HANDED_OUT",
                "settled: upheld",
            ),
        ),
        ("auditor", ("no findings", "Verified OK", "EXCEPTION_LAPSED 11320000MB0TE5T36A")),
        ("holder", ("IN_FORCE", "STALE_PRESENTATION", "HOLDER_FROZEN", "the holder asked")),
        ("collecting", ("COLLECTED", "FEED_GROUND", "face/post", "6 compared, 6 the same")),
    ],
)
def test_a_guide_can_be_typed_from_top_to_bottom(
    guide: str, seen: tuple[str, ...], world: World, tmp_path: Path
) -> None:
    printed = typed(f"docs/guides/{guide}.md", world, tmp_path)
    assert [each for each in seen if each not in printed] == []
