"""The outbox of a home brought onto the ledger by commands that are killed, doubled, cut off."""

from __future__ import annotations

from pathlib import Path

import pytest

from ledger.bootstrap import Ledger
from ledger.ports.queue import MessageState
from ledger.service.accept import Desk
from ledger.service.orders import ActOrder
from tests.depth import some
from tests.live import LiveLedger, live_ledger
from tests.lying_proxy import LyingProxy, proxy
from tests.served import NODE_AWAY, Worker, strike

__all__ = ["live_ledger", "proxy"]

STEPS = [
    ("eth_getTransactionCount", "before", 1),
    ("eth_getTransactionCount", "after", 1),
    ("eth_sendRawTransaction", "before", 1),
    ("eth_sendRawTransaction", "after", 1),
    ("eth_sendRawTransaction", "after", 2),
    ("eth_sendRawTransaction", "before", 3),
    ("eth_sendRawTransaction", "after", 3),
    ("eth_getTransactionReceipt", "before", 1),
    ("eth_getTransactionReceipt", "after", 1),
    ("eth_getTransactionReceipt", "after", 3),
    ("eth_estimateGas", "before", 1),
    ("eth_estimateGas", "after", 1),
    ("eth_getLogs", "after", 1),
    ("eth_getLogs", "after", 2),
]


@pytest.fixture
def home(live_ledger: LiveLedger, tmp_path: Path) -> Ledger:
    """Two licenses are accepted in it, and an act on the first, which has to follow that one."""
    ledger = live_ledger.ledger(tmp_path / "home")
    signer = live_ledger.signer("issuer")
    desk = Desk(ledger.accepting(live_ledger.signer("relying")), lambda queued: queued)
    first, _ = (ledger.issuing(desk).issue(live_ledger.input(), signer) for _ in range(2))
    order = ActOrder("suspend", "INVESTIGATION")
    ledger.acting(desk).act(str(first.envelope.anchor["licenseId"]), order, signer)
    return ledger


def worker(live_ledger: LiveLedger, home: Ledger, rpc: str) -> Worker:
    return Worker(live_ledger, home.settings.home, rpc)


def seq(live_ledger: LiveLedger) -> int:
    return live_ledger.ledger().reader.journal()[0]


def require_recorded_once(home: Ledger, before: int, after: int) -> None:
    """Every message of the queue has a record of its own, and nothing else was recorded."""
    rows = home.queue.rows(None, 10)
    assert [each.state for each in rows] == [MessageState.ANCHORED] * 3
    records = [each.record.seq for each in rows if each.record]
    assert sorted(records) == list(range(before + 1, after + 1))
    assert records[0] < records[2], "the act after what it rests on"
    late = [each for each in rows if each.record and each.due and each.record.time > each.due]
    assert home.queue.state().broken == len(late), "none, unless the machine was too slow to keep it"


@pytest.mark.parametrize("step", some(STEPS, 6), ids=lambda step: "-".join(map(str, step)))
def test_what_a_worker_killed_at_any_step_left_is_recorded_once_by_the_next(
    live_ledger: LiveLedger, home: Ledger, proxy: LyingProxy, step: tuple[str, str, int]
) -> None:
    before, first = seq(live_ledger), worker(live_ledger, home, proxy.url)
    strike(proxy, first, *step)
    assert first.start().end() == (-9, {}), "it came so far"
    proxy.watch = lambda _method, _when: None
    status, told = worker(live_ledger, home, proxy.url).start().end()
    assert (status, told["waiting"], told["counts"]) == (0, 0, {"ANCHORED": 3})
    require_recorded_once(home, before, seq(live_ledger))


def test_killed_again_and_again_the_last_worker_finishes(
    live_ledger: LiveLedger, home: Ledger, proxy: LyingProxy
) -> None:
    before = seq(live_ledger)
    for step in STEPS[::3]:
        each = worker(live_ledger, home, proxy.url)
        strike(proxy, each, *step)
        status, _ = each.start().end()
        assert status in (-9, 0), "0 where others had come so far that it made no such call"
    proxy.watch = lambda _method, _when: None
    assert worker(live_ledger, home, proxy.url).start().end()[0] == 0
    require_recorded_once(home, before, seq(live_ledger))


@pytest.mark.parametrize("method", ["eth_sendRawTransaction", "eth_getTransactionReceipt"])
def test_a_second_worker_is_sent_away_in_the_midst_of_the_firsts_step(
    live_ledger: LiveLedger, home: Ledger, proxy: LyingProxy, method: str
) -> None:
    before, told = seq(live_ledger), list[tuple[int, str]]()

    def watch(seen: str, when: str) -> None:
        if (seen, when) == (method, "before") and not told:
            status, answer = worker(live_ledger, home, live_ledger.rpc).start().end()
            told.append((status, answer["code"]))

    proxy.watch = watch
    status, _ = worker(live_ledger, home, proxy.url).start().end()
    proxy.watch = lambda _method, _when: None
    assert (status, told) == (0, [(75, "OUTBOX_LED")])
    require_recorded_once(home, before, seq(live_ledger))


def test_without_a_node_a_worker_says_so_and_loses_nothing(live_ledger: LiveLedger, home: Ledger) -> None:
    before = seq(live_ledger)
    status, told = worker(live_ledger, home, NODE_AWAY).start().end()
    assert (status, told["error"]["family"]) == (75, "outage")
    assert home.queue.state().counts == {MessageState.ACCEPTED: 3}
    assert worker(live_ledger, home, live_ledger.rpc).start().end()[0] == 0
    require_recorded_once(home, before, seq(live_ledger))
