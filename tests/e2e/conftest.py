"""The told ledger, used by one test from a fresh home."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.e2e.sharers import Holder, Sharing
from tests.kubo import kubo_program, own_kubo
from tests.told import Run, World

__all__ = ["kubo_program", "own_kubo"]


@pytest.fixture
def world(told: tuple[World, Run], tmp_path: Path) -> World:
    """The told ledger, used from a fresh home."""
    return told[0].as_other(tmp_path / "home")


@pytest.fixture
def sharing(world: World, tmp_path: Path) -> Sharing:
    """Bodies that share the licenses of a type and need them."""
    return Sharing(world, tmp_path)


@pytest.fixture
def holder(world: World, tmp_path: Path) -> Holder:
    """A person with a wallet and a bound license."""
    return Holder(world, tmp_path / "holder")
