"""The service cut off, stopped, doubled: nothing accepted is lost, nothing is there twice, and it is said."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor

from ledger.adapters.rpc import Rpc
from tests.e2e.outbox_desk import Json, anchored, post, running, seq, service, until
from tests.forked import elicense
from tests.live import LiveLedger, live_ledger
from tests.lying_proxy import LyingProxy, proxy
from tests.served import NODE_AWAY, Served
from tests.told import World

__all__ = ["live_ledger", "proxy", "running", "service"]


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
            until(lambda: department.client.get("/readyz").json()["pending"] >= 5)
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
        inputs = [live_ledger.input() for _ in range(3)]
        batch = post(service, "/v1/batches", {"inputs": inputs}, Prefer="wait=0")
        assert (batch.status_code, batch.json()["batches"][0]["seq"]) == (202, None), batch.text
        assert [each.json()["promise"] for each in (first, second, batch)] == [None] * 3
        service.kill()
        service.wait()
        service.start()
    finally:
        proxy.target = node
    for each in (first, second, batch):
        anchored(service, each.headers["location"])
    assert seq(live_ledger) == before + 4
    with service.department() as department:
        until(lambda: department.client.get("/readyz").json()["promises"] == "GIVEN")


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
        late = post(other, "/v1/licenses", live_ledger.input(), Prefer="wait=60")
        assert late.status_code == 201, late.text
        for each in answers:
            if each.status_code == 202:
                anchored(other, each.headers["location"])
        assert seq(live_ledger) == before + 13
    finally:
        other.close()


def test_a_second_runner_is_told_that_the_outbox_is_led(service: Served, live_ledger: LiveLedger) -> None:
    post(service, "/v1/licenses", live_ledger.input())
    for arguments in (["run"], ["run", "--once"]):
        status, told = _outbox(service, live_ledger, *arguments)
        assert (status, told["code"]) == (75, "OUTBOX_LED"), told
    assert _outbox(service, live_ledger, "list", "--waiting")[1]["messages"] == []
    assert _outbox(service, live_ledger, "list", "--failed")[1]["messages"] == []
    status, told = _outbox(service, live_ledger, "list", "--state", "ANCHORED")
    assert (status, told["counts"]["ACCEPTED"]) == (0, 0)
    message = told["messages"][-1]["message"]
    status, shown = _outbox(service, live_ledger, "show", message)
    assert (status, shown["promise"]["message"]) == (0, message)
    assert _outbox(service, live_ledger, "show", "0x" + "00" * 32)[0] == 4
    assert _outbox(service, live_ledger, "resign", message, "--key", str(live_ledger.key("issuer")))[0] == 1


def _outbox(service: Served, live_ledger: LiveLedger, *arguments: str) -> tuple[int, Json]:
    world = World(live_ledger.folder, service.home)
    environment = world.environment(ELICENSE_RELAY_KEY=str(live_ledger.home / "relay.key"))
    done = elicense("outbox", *arguments, "--json", env=environment)
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
            with service.department() as department:
                digest = department.get(answer.headers["location"]).json()["message"]
            queue = live_ledger.ledger(service.home).queue

            def taken() -> list[str]:
                """The message's transactions that the node has."""
                row = queue.find(digest)
                hashes = [each.hash for each in row.transactions] if row else []
                return [each for each in hashes if node.call("eth_getTransactionByHash", each)]

            until(lambda: bool(taken()))
            for each in taken():
                node.call("hardhat_dropTransaction", each)
        finally:
            node.call("evm_setAutomine", True)
            node.call("evm_setIntervalMining", 1000)
    assert anchored(service, answer.headers["location"])["record"]["seq"] == before + 1
    assert seq(live_ledger) == before + 1
