from __future__ import annotations

from pathlib import Path

import pytest

from tests.wallet.desk import Desk, new_desk
from tests.wallet.world import World


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return new_desk(tmp_path)
