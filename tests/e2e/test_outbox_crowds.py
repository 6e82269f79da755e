"""The service killed among many callers and during sheets of batches: each promise kept, once."""

from __future__ import annotations

import contextlib
from concurrent.futures import ThreadPoolExecutor

import httpx2
import pytest

from tests.e2e.outbox_desk import Json, anchored, post, running, seq, service
from tests.live import LiveLedger, live_ledger
from tests.lying_proxy import LyingProxy, proxy
from tests.served import Served, strike

__all__ = ["live_ledger", "proxy", "running", "service"]


@pytest.mark.parametrize(
    "point",
    [
        ("eth_sendRawTransaction", "after", 4),
        ("eth_sendRawTransaction", "before", 10),
        ("eth_getTransactionReceipt", "before", 2),
    ],
    ids=lambda point: "-".join(map(str, point)),
)
def test_killed_among_ten_callers_every_promise_is_kept_once(
    service: Served, live_ledger: LiveLedger, proxy: LyingProxy, point: tuple[str, str, int]
) -> None:
    """They do not wait; whoever was told that it is accepted when the process dies finds the record."""
    before, inputs = seq(live_ledger), [live_ledger.input() for _ in range(10)]
    strike(proxy, service, *point)
    with ThreadPoolExecutor(10) as pool:
        accepted = [each for each in pool.map(lambda given: _accepted(service, given), inputs) if each]
    service.kill()  # where the point lies behind the answers
    service.wait()
    proxy.watch = lambda _method, _when: None
    service.start()
    for place in accepted:
        anchored(service, place)
    for given in inputs:
        answer = post(service, "/v1/licenses", given, Prefer="wait=60")
        assert (answer.status_code, answer.json().get("code")) in ((201, None), (409, "LICENSE_EXISTS"))
    assert seq(live_ledger) == before + 10


SHEET_POINTS = [
    ("eth_estimateGas", "after", 2),
    ("eth_sendRawTransaction", "before", 2),
    ("eth_getTransactionReceipt", "after", 2),
]


@pytest.mark.parametrize("point", SHEET_POINTS, ids=lambda point: "-".join(map(str, point)))
def test_killed_during_a_sheet_of_batches_each_license_is_issued_once(
    service: Served, live_ledger: LiveLedger, proxy: LyingProxy, point: tuple[str, str, int]
) -> None:
    """Three requests of twenty, one after another; who got no answer sends the same request again."""
    before, name = seq(live_ledger), "-".join(map(str, point))
    sheet = [{"inputs": [live_ledger.input() for _ in range(20)]} for _ in range(3)]
    keys = [{"Idempotency-Key": f"sheet-{name}-{number}"} for number in range(3)]
    strike(proxy, service, *point)
    for body, key in zip(sheet, keys, strict=True):
        with contextlib.suppress(httpx2.HTTPError):
            post(service, "/v1/batches", body, Prefer="wait=60", **key)
    service.kill()  # where the point lies behind the answers
    service.wait()
    proxy.watch = lambda _method, _when: None
    service.start()
    ids = set[str]()
    for body, key in zip(sheet, keys, strict=True):
        answer = post(service, "/v1/batches", body, Prefer="wait=60", **key)
        assert (answer.status_code, answer.json()["accepted"]) == (202, 20), answer.text
        shown = anchored(service, answer.headers["location"])
        assert shown["counts"] == {"licenses": 20, "anchored": 20}
        ids |= {each["licenseId"] for each in shown["licenses"]}
        file = {"subject": shown["licenses"][7]["envelope"]}
        assert post(service, "/v1/verify", file).json()["result"] == "IN_FORCE"
    assert (len(ids), seq(live_ledger)) == (60, before + 3)


def _accepted(service: Served, given: Json) -> str | None:
    """Where to ask for its record."""
    with contextlib.suppress(httpx2.HTTPError):
        answer = post(service, "/v1/licenses", given, Prefer="wait=0")
        if answer.status_code == 202:
            return str(answer.headers["location"])
    return None
