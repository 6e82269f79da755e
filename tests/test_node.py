"""Node and npm come from the package index, on a machine that has neither."""

from __future__ import annotations

import subprocess

from scripts.node import node_env, npm_argv


def test_npm_runs_as_it_was_unpacked() -> None:
    told = subprocess.run([*npm_argv(), "--version"], env=node_env(), capture_output=True, text=True)
    assert told.returncode == 0, told.stderr
    assert int(told.stdout.split(".")[0]) >= 10
