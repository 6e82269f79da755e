"""A home that promises, and a promise that it gave."""

from __future__ import annotations

from pathlib import Path

import pytest

from ledger.bootstrap import Ledger
from ledger.domain.promise import Promise
from ledger.service.accept import Desk
from tests.live import LiveLedger


@pytest.fixture
def home(live_ledger: LiveLedger, tmp_path: Path) -> Ledger:
    return live_ledger.ledger(tmp_path / "home")


@pytest.fixture
def given(live_ledger: LiveLedger, home: Ledger) -> Promise:
    """The promise for a license that is accepted and not sent yet."""
    desk = Desk(home.accepting(live_ledger.signer("relying")), lambda queued: queued)
    issued = home.issuing(desk).issue(live_ledger.input(), live_ledger.signer("issuer"))
    assert issued.progress.promise is not None
    return Promise.from_json(issued.progress.promise)
