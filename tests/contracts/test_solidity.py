"""The tests written in Solidity pass, and solhint has nothing to say about the contracts."""

from __future__ import annotations

import subprocess

from scripts.node import HARDHAT_NET, hardhat_argv, node_bin, node_env


def _run(argv: list[str]) -> None:
    done = subprocess.run(
        argv, check=False, cwd=HARDHAT_NET, env=node_env(), capture_output=True, text=True, timeout=600
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_solidity_tests_pass() -> None:
    _run(hardhat_argv("test", "solidity"))


def test_solhint_finds_nothing() -> None:
    command = ["node_modules/solhint/solhint.js", "-c", "solhint.config.cjs", "--max-warnings", "0", "--disc"]
    _run([str(node_bin()), *command, "contracts/**/*.sol"])
