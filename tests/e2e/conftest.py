"""The told ledger, used by one test from a fresh home."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.kubo import kubo_program, own_kubo
from tests.told import Run, World

__all__ = ["kubo_program", "own_kubo"]


@pytest.fixture
def world(told: tuple[World, Run], tmp_path: Path) -> World:
    """The told ledger, used from a fresh home."""
    return told[0].as_other(tmp_path / "home")
