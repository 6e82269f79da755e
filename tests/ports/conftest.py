"""The IPFS node of these tests: built once per machine, started once per run."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from ledger.errors import OutageError
from scripts.engines import ensure_engine
from tests.kubo import ENGINES, Kubo


@pytest.fixture(scope="session")
def kubo_program() -> Path:
    """The `ipfs` executable; without Go these tests are skipped, which continuous integration refuses."""
    try:
        return ensure_engine("kubo", ENGINES)
    except OutageError as error:
        pytest.skip(str(error))


@pytest.fixture(scope="session")
def kubo(kubo_program: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kubo]:
    """A running node, shared by all tests of the run."""
    node = Kubo(kubo_program, tmp_path_factory.mktemp("kubo") / "repo")
    try:
        node.start()
        yield node
    finally:
        node.end()
