"""One service behind a proxy that a test can let lie, and what tests of its queue ask it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.live import LiveLedger
from tests.lying_proxy import LyingProxy
from tests.served import Served

Json = dict[str, Any]


@pytest.fixture(scope="module")
def running(
    live_ledger: LiveLedger, proxy: LyingProxy, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Served]:
    """One service over one home, started again by each test that finds it dead."""
    service = Served(live_ledger, tmp_path_factory.mktemp("service"), proxy.url)
    yield service
    service.close()


@pytest.fixture
def service(running: Served, proxy: LyingProxy) -> Served:
    proxy.watch = lambda _method, _when: None
    return running.start()


def seq(live_ledger: LiveLedger) -> int:
    return live_ledger.ledger().reader.journal()[0]


def post(service: Served, target: str, body: Json, **headers: str) -> Any:
    with service.department() as department:
        return department.post(target, body, **headers)


def anchored(service: Served, location: str) -> Json:
    with service.department() as department:
        while (shown := department.get(location).json())["state"] != "ANCHORED":
            assert shown["state"] in ("ACCEPTED", "SENT"), shown
            time.sleep(0.05)
        return dict(shown)


def until(met: Callable[[], bool]) -> None:
    """Wait for what has to come, without keeping the machine from doing it."""
    while not met():
        time.sleep(0.05)
