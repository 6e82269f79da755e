"""What Hardhat builds: tests written in Solidity pass, committed code is the same."""

from __future__ import annotations

import json
import subprocess

from scripts import compile as compiler
from scripts.node import HARDHAT_NET, hardhat_argv, node_env

SAMPLED = ("Journal", "SM2Verifier", "Lifecycle")


def _run(argv: list[str]) -> None:
    done = subprocess.run(
        argv, check=False, cwd=HARDHAT_NET, env=node_env(), capture_output=True, text=True, timeout=600
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_solidity_tests_pass() -> None:
    """Built with what they import only, which is no contract of size: those they take as committed."""
    files = sorted(f"test/{path.name}" for path in (HARDHAT_NET / "test").glob("*.t.sol"))
    _run(hardhat_argv("build", *files))
    _run(hardhat_argv("test", "solidity", "--no-compile"))


def test_hardhat_reproduces_the_committed_bytes() -> None:
    """Of some contracts, one for each kind of settings."""
    _run(hardhat_argv("build", "--no-tests", *(f"contracts/{name}.sol" for name in SAMPLED)))
    committed = json.loads(compiler.OUTPUT.read_text())["contracts"]
    built = {}
    for path in (HARDHAT_NET / "artifacts" / "contracts").glob("*.sol/*.json"):
        artifact = json.loads(path.read_text())
        built[artifact["contractName"]] = artifact
    for name in SAMPLED:
        for part in ("abi", "bytecode", "deployedBytecode"):
            assert built[name][part] == committed[name][part], (name, part)
