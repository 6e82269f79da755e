"""The committed contract code is what the compiler makes of the sources, and it fits."""

from __future__ import annotations

import json
from typing import Any

import pytest

from scripts import compile as compiler


@pytest.fixture(scope="module")
def committed() -> dict[str, Any]:
    document: dict[str, Any] = json.loads(compiler.OUTPUT.read_text())
    return document


def test_py_solc_x_reproduces_the_committed_file() -> None:
    assert compiler.render(compiler.build()) == compiler.OUTPUT.read_text()


def test_deployed_code_stays_within_the_limit(committed: dict[str, Any]) -> None:
    sizes = {n: len(c["deployedBytecode"]) // 2 - 1 for n, c in committed["contracts"].items()}
    assert {name: size for name, size in sizes.items() if size > compiler.CODE_LIMIT} == {}
    assert min(sizes.values()) > 0
