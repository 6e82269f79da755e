"""A disk that is full: said with a code, nothing lost, nothing promised that is not kept."""

from __future__ import annotations

import resource
from collections.abc import Iterator
from typing import Any

import pytest

from tests.live import LiveLedger, live_ledger
from tests.served import Served

__all__ = ["live_ledger"]

SIZES = [0, 1 << 12, 1 << 14, 1 << 15, 1 << 16, 3 << 15, 1 << 17, 3 << 16, 1 << 18, 1 << 19, 1 << 20]
"""Most bytes that a file may have; the files of a home are so large that each of them stops some write."""


@pytest.fixture
def service(live_ledger: LiveLedger, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    made = Served(live_ledger, tmp_path_factory.mktemp("full"), live_ledger.rpc).start()
    yield made
    made.close()


def let_grow(service: Served, size: int) -> None:
    """Let no file of the service's process grow beyond a size, as a full disk does."""
    assert service.process is not None
    _, most = resource.prlimit(service.process.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(service.process.pid, resource.RLIMIT_FSIZE, (size, most))


@pytest.mark.parametrize("kind", ["issue", "suspend"])
def test_a_service_whose_disk_is_full_says_so_and_goes_on_when_it_is_not(
    service: Served, live_ledger: LiveLedger, kind: str
) -> None:
    before, orders = live_ledger.ledger().reader.journal()[0], list[tuple[str, Any]]()
    with service.department() as department:
        for _ in SIZES:
            given = live_ledger.input()
            target = "/v1/licenses"
            if kind == "suspend":
                issued = department.post(target, given)
                assert issued.status_code == 201, issued.text
                target, given = f"{target}/{issued.json()['licenseId']}/suspend", {"ground": "INVESTIGATION"}
                before += 1
            orders.append((target, given))
        told = []
        for size, (target, given) in zip(SIZES, orders, strict=True):
            let_grow(service, size)
            key = {"Idempotency-Key": f"{kind}-{size}", "Prefer": "wait=0"}
            told.append(department.post(target, given, **key))
        let_grow(service, resource.RLIM_INFINITY)
        for answer in told:
            assert answer.status_code in (202, 503), answer.text
            if answer.status_code == 503:
                assert answer.json()["code"] in OUTAGES
        assert told[0].status_code == 503, "nothing can be written at all"
        assert service.process is not None
        assert service.process.poll() is None
        for size, (target, given) in zip(SIZES, orders, strict=True):
            key = {"Idempotency-Key": f"{kind}-{size}", "Prefer": "wait=60"}
            answer = department.post(target, given, **key)
            assert answer.status_code in (200, 201), answer.text
            assert answer.json()["seq"], "recorded"
        promises = [promise for each in told if (promise := each.json().get("promise"))]
        for promise in promises:
            shown = department.get(f"/v1/messages/{promise['message']}").json()
            assert (shown["state"], shown["promise"]) == ("ANCHORED", promise)
    assert live_ledger.ledger().reader.journal()[0] == before + len(SIZES), "each once"


OUTAGES = {
    "REQUESTS_OUTAGE",
    "QUEUE_OUTAGE",
    "OUTBOX",
    "INDEX_OUTAGE",
    "ISSUER_HOME_OUTAGE",
    "CONTENT_OUTAGE",
}
