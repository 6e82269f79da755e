"""The committed contract code is what the compiler makes of the sources, and it fits."""

from __future__ import annotations

import json
from typing import Any

import pytest

from scripts import compile as compiler
from tests.depth import some

FILES = sorted(path.name for path in compiler.CONTRACTS.glob("*.sol"))


@pytest.fixture(scope="module")
def committed() -> dict[str, Any]:
    document: dict[str, Any] = json.loads(compiler.OUTPUT.read_text())
    return document


def test_the_committed_file_was_made_of_these_sources_with_these_settings(committed: dict[str, Any]) -> None:
    assert committed["sources"] == compiler.source_digests(), "python -m scripts.compile"
    others = {**committed, "sources": {}, "contracts": {}}
    config = compiler.solc_config()
    settings = {**config["settings"], "overrides": config["optimizer"]}
    assert others == {"compiler": config["version"], "settings": settings, "sources": {}, "contracts": {}}


@pytest.mark.parametrize("name", some(FILES, 3))
def test_py_solc_x_reproduces_the_committed_code(committed: dict[str, Any], name: str) -> None:
    for contract, compiled in compiler.compile_file(compiler.CONTRACTS / name).items():
        assert compiled == committed["contracts"][contract], contract


def test_deployed_code_stays_within_the_limit(committed: dict[str, Any]) -> None:
    sizes = {n: len(c["deployedBytecode"]) // 2 - 1 for n, c in committed["contracts"].items()}
    assert {name: size for name, size in sizes.items() if size > compiler.CODE_LIMIT} == {}
    assert min(sizes.values()) > 0
