"""The wheel alone, in an empty environment: what an auditor gets by `pip install elicense-ledger`."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import venv
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.told import Run, World

Run_ = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def wheel(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built from what git would hand out, so that no leftover of an earlier build slips in."""
    source = tmp_path_factory.mktemp("source")
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=root,
        check=True,
        capture_output=True,
    )
    for name in filter(None, listed.stdout.decode().split("\0")):
        origin = root / name
        if origin.is_file() and not origin.is_symlink():
            target = source / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(origin, target)
    out = tmp_path_factory.mktemp("dist")
    _pip(sys.executable, "wheel", "--no-deps", "--wheel-dir", str(out), str(source))
    (built,) = out.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The `elicense` command of an environment that holds the wheel and what it asks for."""
    folder = tmp_path_factory.mktemp("empty")
    venv.create(folder, with_pip=True)
    _pip(str(folder / "bin" / "python"), "install", "--no-compile", str(wheel))
    return folder / "bin" / "elicense"


@pytest.fixture
def run(installed: Path, tmp_path: Path) -> Run_:
    """Runs `elicense` away from the checkout, with nothing of this process's environment but the locale."""

    def call(*arguments: str, given: str = "") -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [str(installed), *arguments],
            cwd=tmp_path,
            env={"PATH": os.defpath, "LANG": "C.UTF-8", "ELICENSE_HOME": str(tmp_path / "home")},
            input=given,
            check=False,
            capture_output=True,
            text=True,
        )

    return call


def _pip(python: str, *arguments: str) -> None:
    done = subprocess.run(
        [python, "-m", "pip", "-q", "--disable-pip-version-check", *arguments],
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr


def test_the_wheel_carries_the_packages_with_their_data_and_nothing_else(wheel: Path, root: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = {name for name in archive.namelist() if not name.endswith("/")}
    tops = {name.split("/")[0] for name in names}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"ledger", "api", "wallet"}
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "ledger", "api", "wallet"],
        cwd=root,
        check=True,
        capture_output=True,
        text=True,
    )
    wanted = {name for name in listed.stdout.splitlines() if (root / name).is_file()}
    assert wanted - names == set()


def test_sm3_needs_no_network(run: Run_) -> None:
    done = run("sm3", "--json", given="abc")
    assert done.returncode == 0, done.stderr
    digest = "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"
    assert json.loads(done.stdout) == {"ok": True, "code": "OK", "digest": digest}


@pytest.mark.parametrize(("code", "status"), [("91310118MA0DEMX13U", 0), ("91310118MA0DEMX13V", 1)])
def test_identifiers_are_checked_by_the_data_in_the_wheel(run: Run, code: str, status: int) -> None:
    done = run("id", "check", code, "--json")
    assert done.returncode == status, done.stderr
    assert json.loads(done.stdout)["kind"] == "uscc"


def test_a_signature_of_the_wheel_verifies_there(run: Run_) -> None:
    assert run("sm2", "keygen", "--out", "key.pem", "--pub", "pub.pem").returncode == 0
    signed = run("sm2", "sign", "--key", "key.pem", given="证照")
    assert signed.returncode == 0, signed.stderr
    for message, status in (("证照", 0), ("证 照", 1)):
        done = run("sm2", "verify", "--key", "pub.pem", "--signature", signed.stdout.strip(), given=message)
        assert done.returncode == status, done.stderr


def test_no_tool_of_the_checkout_is_needed(installed: Path) -> None:
    """Every module imports with only what the wheel asks for: no test tool, no compiler, no Node."""
    probe = (
        "import importlib, pkgutil, warnings\n"
        "warnings.simplefilter('ignore')\n"
        "for top in ('ledger', 'api', 'wallet'):\n"
        "    package = importlib.import_module(top)\n"
        "    for found in pkgutil.walk_packages(package.__path__, top + '.'):\n"
        "        if '.migrations.' not in found.name:\n"
        "            importlib.import_module(found.name)\n"
    )
    done = subprocess.run(
        [str(installed.with_name("python")), "-I", "-c", probe], check=False, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr


def test_the_wheel_alone_verifies_a_license(told: tuple[World, Run], run: Run_) -> None:
    world = told[0]
    for version, result, status in ((".001.", "SUPERSEDED", 1), (".002.", "IN_FORCE", 0)):
        done = run(
            "verify",
            world.envelope("605001", version),
            "--network",
            str(world.folder / "network.json"),
            "--json",
        )
        assert (json.loads(done.stdout)["result"], done.returncode) == (result, status), done.stderr


def test_the_wheel_alone_replays_the_ledger(told: tuple[World, Run], run: Run_) -> None:
    world = told[0]
    done = run("audit", "replay", "--network", str(world.folder / "network.json"), "--json")
    report = json.loads(done.stdout)
    assert (done.returncode, report["findings"]) == (0, [])
    assert report["licenses"] >= 6  # of the demo, one of them out of its batch
    assert report["batches"] >= 1


def test_the_wheel_alone_says_that_a_local_chain_needs_the_checkout(run: Run_) -> None:
    done = run("net", "up", "--json")
    assert (done.returncode, json.loads(done.stdout)["code"]) == (2, "NET_NEEDS_CHECKOUT")
