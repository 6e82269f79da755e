"""The committed contract code is what two compilers' drivers make of the sources, and it fits."""

from __future__ import annotations

import json
import subprocess
from typing import Any

import pytest

from scripts import compile as compiler
from scripts.node import HARDHAT_NET, hardhat_argv, node_env

SAMPLED = ("Journal", "SM2Verifier", "Keys", "Uses")


@pytest.fixture(scope="module")
def committed() -> dict[str, Any]:
    document: dict[str, Any] = json.loads(compiler.OUTPUT.read_text())
    return document


def test_py_solc_x_reproduces_the_committed_file() -> None:
    assert compiler.render(compiler.build()) == compiler.OUTPUT.read_text()


def test_hardhat_reproduces_the_committed_bytes(committed: dict[str, Any]) -> None:
    """Of some contracts, one for each kind of settings; to build them all takes minutes."""
    files = [f"contracts/{name}.sol" for name in SAMPLED]
    build = subprocess.run(
        hardhat_argv("build", "--no-tests", *files),
        check=False,
        cwd=HARDHAT_NET,
        env=node_env(),
        capture_output=True,
        text=True,
    )
    assert build.returncode == 0, build.stdout + build.stderr
    built = {}
    for path in (HARDHAT_NET / "artifacts" / "contracts").glob("*.sol/*.json"):
        artifact = json.loads(path.read_text())
        built[artifact["contractName"]] = artifact
    for name in SAMPLED:
        contract = committed["contracts"][name]
        assert built[name]["abi"] == contract["abi"], name
        assert built[name]["bytecode"] == contract["bytecode"], name
        assert built[name]["deployedBytecode"] == contract["deployedBytecode"], name


def test_deployed_code_stays_within_the_limit(committed: dict[str, Any]) -> None:
    sizes = {n: len(c["deployedBytecode"]) // 2 - 1 for n, c in committed["contracts"].items()}
    assert {name: size for name, size in sizes.items() if size > compiler.CODE_LIMIT} == {}
    assert min(sizes.values()) > 0
