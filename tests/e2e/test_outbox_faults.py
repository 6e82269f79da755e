"""The service killed, cut off, doubled: nothing accepted is lost, nothing is there twice, and it is said."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx2
import pytest

from ledger.adapters.rpc import Rpc
from tests.live import LiveLedger, live_ledger
from tests.lying_proxy import LyingProxy
from tests.served import NODE_AWAY, Served, strike

__all__ = ["live_ledger"]
Json = dict[str, Any]

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


@pytest.fixture(scope="module")
def proxy(live_ledger: LiveLedger) -> Iterator[LyingProxy]:
    with LyingProxy(live_ledger.rpc) as made:
        yield made


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
        return dict(shown)


@pytest.mark.parametrize("kind", ["issue", "bind"])
@pytest.mark.parametrize("point", POINTS, ids=lambda point: "-".join(map(str, point)))
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


@pytest.mark.parametrize(
    "point",
    [
        ("eth_sendRawTransaction", "before", 1),
        ("eth_sendRawTransaction", "after", 4),
        ("eth_sendRawTransaction", "before", 10),
        ("eth_getTransactionReceipt", "before", 2),
        ("eth_getTransactionReceipt", "after", 5),
    ],
    ids=lambda point: "-".join(map(str, point)),
)
def test_killed_among_ten_callers_every_promise_is_kept_once(
    service: Served, live_ledger: LiveLedger, proxy: LyingProxy, point: tuple[str, str, int]
) -> None:
    """They do not wait; whoever holds a promise when the process dies finds the record."""
    before, inputs = seq(live_ledger), [live_ledger.input() for _ in range(10)]
    strike(proxy, service, *point)
    with ThreadPoolExecutor(10) as pool:
        promises = [each for each in pool.map(lambda given: _promised(service, given), inputs) if each]
    service.wait()
    proxy.watch = lambda _method, _when: None
    service.start()
    for promise in promises:
        anchored(service, f"/v1/messages/{promise['message']}")
    for given in inputs:
        answer = post(service, "/v1/licenses", given, Prefer="wait=60")
        assert (answer.status_code, answer.json().get("code")) in ((201, None), (409, "LICENSE_EXISTS"))
    assert seq(live_ledger) == before + 10


SHEET_POINTS = [
    ("eth_estimateGas", "before", 1),
    ("eth_estimateGas", "after", 2),
    ("eth_sendRawTransaction", "before", 2),
    ("eth_sendRawTransaction", "after", 2),
    ("eth_getTransactionReceipt", "after", 2),
    ("eth_getLogs", "after", 3),
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
            post(service, "/v1/batches", body, Prefer="wait=30", **key)
    service.wait()
    proxy.watch = lambda _method, _when: None
    service.start()
    ids = set[str]()
    for body, key in zip(sheet, keys, strict=True):
        answer = post(service, "/v1/batches", body, Prefer="wait=30", **key)
        assert (answer.status_code, answer.json()["accepted"]) == (202, 20), answer.text
        shown = anchored(service, answer.headers["location"])
        assert shown["counts"] == {"licenses": 20, "anchored": 20}
        ids |= {each["licenseId"] for each in shown["licenses"]}
        file = {"subject": shown["licenses"][7]["envelope"]}
        assert post(service, "/v1/verify", file).json()["result"] == "IN_FORCE"
    assert (len(ids), seq(live_ledger)) == (60, before + 3)


def _promised(service: Served, given: Json) -> Json | None:
    with contextlib.suppress(httpx2.HTTPError):
        answer = post(service, "/v1/licenses", given, Prefer="wait=0")
        if answer.status_code in (201, 202):
            return dict(answer.json()["promise"])
    return None


def test_sigterm_ends_within_ten_seconds_and_loses_nothing(
    service: Served, live_ledger: LiveLedger, proxy: LyingProxy
) -> None:
    """Requests that wait for their records are answered at once: accepted, promised."""
    before = seq(live_ledger)
    proxy.cut = {"eth_sendRawTransaction"}
    with ThreadPoolExecutor(5) as pool:
        waiting = [
            pool.submit(post, service, "/v1/licenses", live_ledger.input(), Prefer="wait=60")
            for _ in range(5)
        ]
        with service.department() as department:
            while department.client.get("/readyz").json()["pending"] < 5:
                pass
        told = service.stop()
        answers = [each.result() for each in waiting]
    assert (told["ok"], told["stopped"]) == (True, True)
    assert [each.status_code for each in answers] == [202] * 5
    assert seq(live_ledger) == before
    proxy.cut = set()
    service.start()
    for each in answers:
        anchored(service, each.headers["location"])
    assert seq(live_ledger) == before + 5


def test_with_the_chain_down_a_restarted_service_goes_on_accepting_and_then_anchors_all(
    service: Served, live_ledger: LiveLedger, proxy: LyingProxy
) -> None:
    before = seq(live_ledger)
    known = post(service, "/v1/licenses", live_ledger.input()).json()["licenseId"]
    service.stop()
    node, proxy.target = proxy.target, NODE_AWAY
    try:
        service.start()
        first = post(service, "/v1/licenses", live_ledger.input(), Prefer="wait=0")
        suspend = {"ground": "INVESTIGATION"}
        second = post(service, f"/v1/licenses/{known}/suspend", suspend, Prefer="wait=0")
        assert (first.status_code, second.status_code) == (202, 202), (first.text, second.text)
        batch = post(service, "/v1/batches", {"inputs": [live_ledger.input() for _ in range(3)]})
        assert (batch.status_code, batch.json()["batches"][0]["seq"]) == (202, None), batch.text
        assert first.json()["promise"]["message"] in first.headers["location"]
        service.kill()
        service.wait()
        service.start()
    finally:
        proxy.target = node
    for each in (first, second, batch):
        anchored(service, each.headers["location"])
    assert seq(live_ledger) == before + 4


def test_two_services_on_one_home_take_turns_and_double_nothing(
    service: Served, live_ledger: LiveLedger, proxy: LyingProxy
) -> None:
    """Both accept, one sends; when that one is killed the other takes over."""
    before = seq(live_ledger)
    other = Served(live_ledger, service.home, proxy.url).start()
    try:
        inputs = [live_ledger.input() for _ in range(12)]
        with ThreadPoolExecutor(6) as pool:
            pairs = zip(inputs, [service, other] * 6, strict=True)
            answers = list(pool.map(lambda pair: post(pair[1], "/v1/licenses", pair[0]), pairs))
        assert {each.status_code for each in answers} <= {201, 202}
        service.kill()
        service.wait()
        late = post(other, "/v1/licenses", live_ledger.input(), Prefer="wait=30")
        assert late.status_code == 201, late.text
        for each in answers:
            anchored(other, f"/v1/messages/{each.json()['promise']['message']}")
        assert seq(live_ledger) == before + 13
    finally:
        other.close()


def test_a_second_runner_is_told_that_the_outbox_is_led(service: Served, live_ledger: LiveLedger) -> None:
    post(service, "/v1/licenses", live_ledger.input())
    for arguments in (["run"], ["run", "--once"]):
        status, told = _outbox(service, live_ledger, *arguments)
        assert (status, told["code"]) == (75, "OUTBOX_LED"), told
    status, told = _outbox(service, live_ledger, "list", "--state", "ANCHORED")
    assert (status, told["counts"]["ACCEPTED"]) == (0, 0)
    message = told["messages"][-1]["message"]
    status, shown = _outbox(service, live_ledger, "show", message)
    assert (status, shown["promise"]["message"]) == (0, message)
    assert _outbox(service, live_ledger, "show", "0x" + "00" * 32)[0] == 4
    assert _outbox(service, live_ledger, "resign", message, "--key", str(live_ledger.key("issuer")))[0] == 1


def _outbox(service: Served, live_ledger: LiveLedger, *arguments: str) -> tuple[int, Json]:
    from tests.told import World

    world = World(live_ledger.folder, service.home)
    environment = world.environment(ELICENSE_RELAY_KEY=str(live_ledger.home / "relay.key"))
    done = subprocess.run(
        [sys.executable, "-m", "api.cli.main", "outbox", *arguments, "--json"],
        capture_output=True, text=True, env=environment, timeout=120, check=False,
    )  # fmt: skip
    return done.returncode, json.loads(done.stdout)


def test_what_a_killed_service_left_is_carried_by_the_operators_command(
    service: Served, live_ledger: LiveLedger, proxy: LyingProxy
) -> None:
    before = seq(live_ledger)
    proxy.cut = {"eth_sendRawTransaction"}
    answer = post(service, "/v1/licenses", live_ledger.input(), Prefer="wait=0")
    service.kill()
    service.wait()
    proxy.cut = set()
    status, told = _outbox(service, live_ledger, "run", "--once")
    assert (status, told["waiting"]) == (0, 0), told
    assert seq(live_ledger) == before + 1
    service.start()
    assert anchored(service, answer.headers["location"])["record"]["seq"] == before + 1


def test_a_node_that_loses_what_it_took_gets_it_again(
    service: Served, live_ledger: LiveLedger, proxy: LyingProxy
) -> None:
    before = seq(live_ledger)
    with Rpc(live_ledger.rpc) as node:
        node.call("evm_setAutomine", False)
        node.call("evm_setIntervalMining", 0)
        try:
            answer = post(service, "/v1/licenses", live_ledger.input(), Prefer="wait=0")
            while "eth_getTransactionReceipt" not in proxy.seen[-40:]:
                pass
            with service.department() as department:
                digest = department.get(answer.headers["location"]).json()["message"]
            row = live_ledger.ledger(service.home).queue.find(digest)
            assert row is not None
            for each in row.transactions:
                node.call("hardhat_dropTransaction", each.hash)
        finally:
            node.call("evm_setAutomine", True)
            node.call("evm_setIntervalMining", 1000)
    assert anchored(service, answer.headers["location"])["record"]["seq"] == before + 1
    assert seq(live_ledger) == before + 1
