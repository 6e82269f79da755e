"""The service killed at every point of one write: it is done once, and the same request gets its answer."""

from __future__ import annotations

import contextlib

import httpx2
import pytest

from tests.depth import some
from tests.e2e.outbox_desk import Json, anchored, post, running, seq, service
from tests.live import LiveLedger, live_ledger
from tests.lying_proxy import LyingProxy, proxy
from tests.served import Served, strike

__all__ = ["live_ledger", "proxy", "running", "service"]

POINTS = [
    ("eth_estimateGas", "before", 1),  # judging
    ("eth_estimateGas", "after", 1),
    ("eth_getBalance", "before", 1),  # accepted, not signed
    ("eth_getTransactionCount", "before", 1),
    ("eth_getTransactionCount", "after", 1),
    ("eth_sendRawTransaction", "before", 1),  # signed and kept, not sent
    ("eth_sendRawTransaction", "after", 1),  # sent, no answer
    ("eth_getTransactionReceipt", "before", 1),  # sent, no receipt
    ("eth_getTransactionReceipt", "after", 1),  # there is one, and nobody noted it
    ("eth_getLogs", "after", 1),  # noted, not told
]


@pytest.mark.parametrize(
    ("kind", "point"),
    some([(kind, point) for kind in ("issue", "bind") for point in POINTS], 8),
    ids=lambda each: each if isinstance(each, str) else "-".join(map(str, each)),
)
def test_killed_at_any_point_a_write_is_done_once_and_the_same_request_gets_its_answer(
    service: Served, live_ledger: LiveLedger, proxy: LyingProxy, point: tuple[str, str, int], kind: str
) -> None:
    body: Json = live_ledger.input()
    target, status = "/v1/licenses", 201
    if kind == "bind":
        issued = post(service, target, body)
        target, status = f"/v1/licenses/{issued.json()['licenseId']}/bind", 200
        body = {"holderKey": live_ledger.signer("relying").public_key.hex()}
    before, key = seq(live_ledger), f"{kind}-{'-'.join(map(str, point))}"
    strike(proxy, service, *point)
    with contextlib.suppress(httpx2.HTTPError):
        post(service, target, body, **{"Idempotency-Key": key})
        service.kill()  # the point lies behind the answer
    service.wait()
    proxy.watch = lambda _method, _when: None
    service.start()
    again = post(service, target, body, Prefer="wait=60", **{"Idempotency-Key": key})
    assert again.status_code == status, again.text
    shown = anchored(service, f"/v1/messages/{again.json()['promise']['message']}")
    assert shown["record"]["seq"] == again.json()["seq"] == before + 1
    assert seq(live_ledger) == before + 1
    if kind == "issue":
        assert again.json()["envelope"]["anchor"]["seq"] == before + 1
        assert post(service, target, body).json().get("code") in (None, "LICENSE_EXISTS")
        assert seq(live_ledger) == before + 1
    else:
        assert again.json()["rev"] == 2
