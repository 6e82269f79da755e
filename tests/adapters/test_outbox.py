"""Bringing accepted messages onto a real chain: in order, each once, whatever the chain does to them."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from ledger.adapters.clock import SystemClock
from ledger.adapters.rpc import Rpc
from ledger.adapters.sqlite.prepared import SqlitePrepared
from ledger.adapters.sqlite.queue import SqliteQueue
from ledger.bootstrap import Ledger
from ledger.domain.document import Envelope
from ledger.domain.holders import holder_binding
from ledger.domain.messages import DEFAULT_LIFETIME, key_id
from ledger.errors import ChainOutageError, LedgerError, RuleError, StoreOutageError
from ledger.ports.queue import MessageState, Queued
from ledger.service.accept import Desk
from ledger.service.orders import ActOrder, Issued
from ledger.service.sources import Asked
from ledger.service.submission import Messages, digest_of
from tests.depth import some
from tests.live import ISSUER, RELYING, LiveLedger, found
from tests.lying_proxy import LyingProxy


@pytest.fixture(scope="module")
def live_ledger(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveLedger]:
    """A ledger of their own: these tests turn its clock and take blocks back."""
    with ExitStack() as undo:
        yield found(tmp_path_factory.mktemp("turned"), undo)


@pytest.fixture
def rpc(live_ledger: LiveLedger) -> Iterator[Rpc]:
    """The node itself."""
    with Rpc(live_ledger.rpc) as made:
        yield made


@pytest.fixture
def ledger(live_ledger: LiveLedger, tmp_path: Path) -> Ledger:
    """A home of its own."""
    return live_ledger.ledger(tmp_path / "home")


@pytest.fixture
def slow(rpc: Rpc) -> Iterator[Rpc]:
    """Blocks when told to, and every second; transactions wait in the node's pool."""
    rpc.call("evm_setAutomine", False)
    rpc.call("evm_setIntervalMining", 0)
    yield rpc
    rpc.call("evm_mine")
    rpc.call("evm_setAutomine", True)
    rpc.call("evm_setIntervalMining", 1000)


def test_a_local_chain_lives_through_an_empty_block_that_is_made_after_others(slow: Rpc) -> None:
    account, other, *_ = slow.call("eth_accounts")
    slow.call("evm_mine")
    sent = slow.call("eth_sendTransaction", {"from": account, "to": other, "value": "0x1"})
    slow.call("evm_setIntervalMining", 100)
    while slow.call("eth_getTransactionReceipt", sent) is None:
        time.sleep(0.05)
    slow.call("evm_setIntervalMining", 0)
    height = int(slow.call("eth_blockNumber"), 16)
    slow.call("evm_mine")
    assert int(slow.call("eth_blockNumber"), 16) == height + 1


def desk(ledger: Ledger) -> Desk:
    """Accepts and waits for nothing."""
    return Desk(ledger.accepting(), lambda queued: queued)


def accept(ledger: Ledger, live_ledger: LiveLedger, count: int = 1) -> list[Issued]:
    """Licenses that are accepted and not sent."""
    issuing, signer = ledger.issuing(desk(ledger)), live_ledger.signer("issuer")
    return [issuing.issue(live_ledger.input(), signer) for _ in range(count)]


def rows(ledger: Ledger, issued: list[Issued]) -> list[Queued]:
    found = [ledger.queue.find(each.progress.message) for each in issued]
    return [each for each in found if each is not None]


def states(ledger: Ledger, issued: list[Issued]) -> list[str]:
    return [each.state.value for each in rows(ledger, issued)]


def seq(ledger: Ledger) -> int:
    return ledger.reader.journal()[0]


def settle(ledger: Ledger, node: Rpc, blocks: int) -> None:
    """Steps with a block after each, so many."""
    for _ in range(blocks):
        ledger.anchoring.step()
        node.call("evm_mine")
    ledger.anchoring.step()


def hole(proxy: LyingProxy, victim: int) -> list[str]:
    """Swallow the n-th transaction that is sent, once, as if it had been taken."""
    sent: list[str] = []

    def instead(call: dict[str, Any]) -> Any:
        if call["method"] != "eth_sendRawTransaction" or call["params"][0] in sent:
            return None
        sent.append(call["params"][0])
        return "0x" + "00" * 32 if len(sent) == victim + 1 else None

    proxy.instead = instead
    return sent


@pytest.mark.parametrize("victim", some([7, 0, 50], 2))
def test_a_dropped_transaction_with_fifty_behind_it_is_sent_again_within_three_blocks(
    live_ledger: LiveLedger, tmp_path: Path, slow: Rpc, victim: int
) -> None:
    with LyingProxy(live_ledger.rpc) as proxy:
        ledger = live_ledger.ledger(tmp_path / "home", proxy.url)
        before = seq(ledger)
        issued = accept(ledger, live_ledger, 51)
        sent = hole(proxy, victim)
        ledger.anchoring.step()
        slow.call("evm_mine")
        assert (len(sent), seq(ledger)) == (51, before + victim)
        settle(ledger, slow, 3)
        assert states(ledger, issued) == ["ANCHORED"] * 51
        assert seq(ledger) == before + 51
    numbers = [each.record.seq for each in rows(ledger, issued) if each.record]
    assert numbers == list(range(before + 1, before + 52)), "in the order of acceptance"


def test_a_hole_that_nobody_remembers_is_filled(ledger: Ledger, live_ledger: LiveLedger, slow: Rpc) -> None:
    """The message of the lost transaction is given up; what was sent behind it must not wait for ever."""
    first, *rest = accept(ledger, live_ledger, 4)
    ledger.anchoring.step()
    [lost] = rows(ledger, [first])
    assert slow.call("hardhat_dropTransaction", lost.transactions[-1].hash)
    ledger.queue.change([lost.expired()], MessageState.SENT)
    settle(ledger, slow, 2)
    assert states(ledger, rest) == ["ANCHORED"] * 3


def test_a_message_takes_the_nonce_that_is_free_before_what_strangers_left_in_the_pool(
    ledger: Ledger, live_ledger: LiveLedger, slow: Rpc
) -> None:
    """Another process of the same account died between its first transaction and the next ones."""
    calls = [each.message.call for each in rows(ledger, accept(ledger, live_ledger))]
    relay = live_ledger.ledger(live_ledger.home).sender
    [gone, *strangers] = relay.sign(calls * 4, [21_000 * 30] * 4)
    relay.broadcast(strangers)
    issued = accept(ledger, live_ledger)
    settle(ledger, slow, 3)
    assert states(ledger, issued) == ["ANCHORED"]
    standing = relay.standing()
    assert gone.nonce + 4 <= standing.used == standing.free, "nothing waits behind a hole"


def test_what_became_too_cheap_is_sent_again_dearer_and_recorded_once(
    ledger: Ledger, live_ledger: LiveLedger, slow: Rpc
) -> None:
    before = seq(ledger)
    issued = accept(ledger, live_ledger, 3)
    ledger.anchoring.step()
    price = rows(ledger, issued)[0].transactions[-1].price
    slow.call("hardhat_setNextBlockBaseFeePerGas", hex(3 * price))
    slow.call("evm_mine")
    assert states(ledger, issued) == ["SENT"] * 3
    settle(ledger, slow, 2)
    assert states(ledger, issued) == ["ANCHORED"] * 3
    assert seq(ledger) == before + 3
    assert all(len(each.transactions) == 2 for each in rows(ledger, issued))
    while int(slow.call("eth_getBlockByNumber", "latest", False)["baseFeePerGas"], 16) > 10**9:
        slow.call("hardhat_mine", hex(20))


def test_a_transaction_whose_nonce_another_took_is_made_anew(
    ledger: Ledger, live_ledger: LiveLedger, slow: Rpc
) -> None:
    before = seq(ledger)
    issued = accept(ledger, live_ledger)
    ledger.anchoring.step()
    [row] = rows(ledger, issued)
    slow.call("hardhat_dropTransaction", row.transactions[-1].hash)
    live_ledger.ledger().sender.fill([row.transactions[-1].nonce])
    slow.call("evm_mine")
    settle(ledger, slow, 2)
    assert states(ledger, issued) == ["ANCHORED"]
    assert rows(ledger, issued)[0].transactions[-1].nonce == row.transactions[-1].nonce + 1
    assert seq(ledger) == before + 1


def test_what_another_relay_carried_is_found_and_not_sent_again(
    ledger: Ledger, live_ledger: LiveLedger
) -> None:
    issued = accept(ledger, live_ledger)
    [row] = rows(ledger, issued)
    receipt = live_ledger.ledger().sender.send(*row.message.call)
    before = seq(ledger)
    ledger.outbox().drain()
    [after] = rows(ledger, issued)
    assert after.record is not None
    assert (after.state, after.record.tx_hash) == (MessageState.ANCHORED, receipt.tx_hash)
    assert (after.record.gas_used, seq(ledger)) == (None, before), "nothing of ours was needed"


def test_an_act_whose_license_moved_meanwhile_is_refused_with_a_clear_word(
    ledger: Ledger, live_ledger: LiveLedger
) -> None:
    signer = live_ledger.signer("issuer")
    license_id = str(ledger.issuing().issue(live_ledger.input(), signer).envelope.anchor["licenseId"])
    order = ActOrder("suspend", "INVESTIGATION")
    waiting = ledger.acting(desk(ledger)).act(license_id, order, signer)
    live_ledger.ledger().acting().bind(
        license_id, holder_binding(signer.public_key, None), 1, 2, signer, ISSUER
    )
    ledger.outbox().drain()
    row = ledger.queue.find(waiting.progress.message)
    assert row is not None
    assert (row.state, row.reason and row.reason.code) == (MessageState.REFUSED, "STALE_REVISION")
    again = ledger.resigning().resign(row.digest, signer)
    assert again.state is MessageState.ANCHORED
    assert ledger.show(Asked(), license_id).standing.status.name == "SUSPENDED"
    old = ledger.queue.find(row.digest)
    assert old is not None
    assert old.resigned_as == again.digest
    with pytest.raises(RuleError, match="MESSAGE_NOT_RESIGNED"):
        ledger.resigning().resign(row.digest, signer)


class Died(BaseException):
    """kill -9, as far as this process can."""


def test_whoever_dies_after_a_message_took_anothers_place_finds_that_it_did(
    ledger: Ledger, live_ledger: LiveLedger, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A binding that was signed twice in place of one would be recorded twice."""
    signer = live_ledger.signer("issuer")
    license_id = str(ledger.issuing().issue(live_ledger.input(), signer).envelope.anchor["licenseId"])
    binding = holder_binding(signer.public_key, None)
    made = ledger.acting(desk(ledger)).bind(license_id, binding, 1, 2, signer, ISSUER)
    row = ledger.queue.find(made.progress.message)
    assert row is not None
    ledger.queue.change([row.expired()], MessageState.ACCEPTED)
    add = SqliteQueue.add

    def add_and_die(*arguments: Any, **named: Any) -> Any:
        add(*arguments, **named)
        raise Died

    with monkeypatch.context() as patch:
        patch.setattr(SqliteQueue, "add", add_and_die)
        with pytest.raises(Died):
            ledger.resigning().resign(row.digest, signer)
    restarted = live_ledger.ledger(ledger.settings.home)
    with pytest.raises(RuleError, match="MESSAGE_NOT_RESIGNED"):
        restarted.resigning().resign(row.digest, signer)
    restarted.outbox().drain()
    assert restarted.license_now(license_id).rev == 2, "one binding"


def test_of_two_that_sign_one_message_again_at_once_one_does(ledger: Ledger, live_ledger: LiveLedger) -> None:
    signer = live_ledger.signer("issuer")
    license_id = str(ledger.issuing().issue(live_ledger.input(), signer).envelope.anchor["licenseId"])
    binding = holder_binding(signer.public_key, None)
    made = ledger.acting(desk(ledger)).bind(license_id, binding, 1, 2, signer, ISSUER)
    row = ledger.queue.find(made.progress.message)
    assert row is not None
    ledger.queue.change([row.expired()], MessageState.ACCEPTED)

    def resign(_: int) -> str:
        try:
            return live_ledger.ledger(ledger.settings.home).resigning().resign(row.digest, signer).state.value
        except RuleError as error:
            return error.code

    with ThreadPoolExecutor(4) as pool:
        told = sorted(pool.map(resign, range(4)))
    assert told == ["ANCHORED", *["MESSAGE_NOT_RESIGNED"] * 3]
    assert ledger.license_now(license_id).rev == 2


class LateClock:
    """A clock that is behind the chain's, so that what it signs runs out soon."""

    def __init__(self, ledger: Ledger, left: int) -> None:
        self.at = ledger.reader.head().time + left - DEFAULT_LIFETIME

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.at, UTC)


def test_what_runs_out_unsent_is_reported_and_signed_again_with_the_same_content(
    live_ledger: LiveLedger, tmp_path: Path, slow: Rpc
) -> None:
    signing = live_ledger.ledger(tmp_path / "home")
    signing.__dict__["messages"] = Messages(signing.trust.domain, LateClock(signing, left=20))
    issued = accept(signing, live_ledger, 1)
    [row] = rows(signing, issued)
    slow.call("evm_increaseTime", 30)
    slow.call("evm_mine")
    ledger = live_ledger.ledger(tmp_path / "home")
    ledger.outbox().drain()
    assert states(ledger, issued) == ["EXPIRED"]
    assert ledger.queue.rows(MessageState.EXPIRED, 10) == rows(ledger, issued), "reported, not dropped"
    slow.call("evm_setAutomine", True)
    with pytest.raises(LedgerError):
        ledger.resigning().resign(row.digest, live_ledger.signer("relying"))
    again = ledger.resigning().resign(row.digest, live_ledger.signer("issuer"))
    assert again.state is MessageState.ANCHORED
    kept = ledger.drafts().outbox.load(str(issued[0].envelope.anchor["licenseId"]))
    assert kept is not None
    assert kept["envelope"]["salts"] == issued[0].envelope.salts, "the same content"
    assert kept["envelope"]["signed"]["signedAt"] != issued[0].envelope.signed["signedAt"]
    assert digest_of(Envelope.from_json(kept["envelope"])) == again.digest
    signer = key_id(live_ledger.signer("issuer").public_key)
    assert kept["envelope"]["signer"]["keyId"] == "0x" + signer.hex(), "not the key that was refused"


def test_what_a_node_refuses_without_its_contract_holds_up_nobody_and_runs_out(
    live_ledger: LiveLedger, tmp_path: Path, slow: Rpc
) -> None:
    with LyingProxy(live_ledger.rpc) as proxy:
        ledger = live_ledger.ledger(tmp_path / "home", proxy.url)
        signing = live_ledger.ledger(tmp_path / "home", proxy.url)
        signing.__dict__["messages"] = Messages(signing.trust.domain, LateClock(signing, left=20))
        stuck = accept(signing, live_ledger)
        for each in rows(ledger, stuck):
            ledger.queue.change([replace(each, gas=0)], MessageState.ACCEPTED)
        good = accept(ledger, live_ledger)
        proxy.rewrite = refuse_to_try(bytes.fromhex(str(stuck[0].envelope.anchor["licenseId"])[2:]))
        with pytest.raises(ChainOutageError, match="RELAY_REFUSED"):
            ledger.anchoring.step()
        assert states(ledger, good) == ["SENT"]
        slow.call("evm_increaseTime", 30)
        slow.call("evm_mine")
        ledger.anchoring.step()
        assert states(ledger, [*stuck, *good]) == ["EXPIRED", "ANCHORED"]


def refuse_to_try(about: bytes) -> Callable[[dict[str, Any], dict[str, Any]], dict[str, Any]]:
    """A node that will not say what calls about something would do, as over its limit of gas."""

    def rewrite(call: dict[str, Any], answer: dict[str, Any]) -> dict[str, Any]:
        if call["method"] != "eth_estimateGas" or about.hex() not in call["params"][0]["data"]:
            return answer
        error = {"code": -32000, "message": "gas required exceeds allowance"}
        return {"jsonrpc": "2.0", "id": answer["id"], "error": error}

    return rewrite


def test_a_batch_that_ran_out_is_signed_again_with_its_licenses_also_after_a_key_was_refused(
    live_ledger: LiveLedger, tmp_path: Path, slow: Rpc
) -> None:
    signing = live_ledger.ledger(tmp_path / "home")
    signing.__dict__["messages"] = Messages(signing.trust.domain, LateClock(signing, left=20))
    inputs = [live_ledger.input() for _ in range(2)]
    batch = signing.batches(desk(signing)).issue_batch(inputs, live_ledger.signer("issuer"))
    slow.call("evm_increaseTime", 30)
    slow.call("evm_mine")
    ledger = live_ledger.ledger(tmp_path / "home")
    ledger.outbox().drain()
    slow.call("evm_setAutomine", True)
    with pytest.raises(LedgerError):
        ledger.resigning().resign(batch.progress.message, live_ledger.signer("relying"))
    again = ledger.resigning().resign(batch.progress.message, live_ledger.signer("issuer"))
    shown = ledger.batches(desk(ledger)).batch(again)
    assert shown is not None
    assert [digest_of(each.envelope) for each in shown.licenses] == [again.digest] * 2
    signer = "0x" + key_id(live_ledger.signer("issuer").public_key).hex()
    assert {each.envelope.signer["keyId"] for each in shown.licenses} == {signer}


def test_what_a_fork_took_away_is_recorded_again(ledger: Ledger, live_ledger: LiveLedger, slow: Rpc) -> None:
    before = seq(ledger)
    issued = accept(ledger, live_ledger, 2)
    snapshot = slow.call("evm_snapshot")
    settle(ledger, slow, 1)
    assert states(ledger, issued) == ["ANCHORED"] * 2
    assert slow.call("evm_revert", snapshot)
    slow.call("hardhat_mine", hex(20))
    assert seq(ledger) == before
    assert ledger.anchoring.confirm() == 2
    settle(ledger, slow, 2)
    assert states(ledger, issued) == ["ANCHORED"] * 2
    assert seq(ledger) == before + 2
    slow.call("hardhat_mine", hex(20))
    assert ledger.anchoring.confirm() == 0
    assert all(each.is_final for each in rows(ledger, issued))


def test_many_at_once_about_one_license_bind_one_revision_each(
    ledger: Ledger, live_ledger: LiveLedger
) -> None:
    signer = live_ledger.signer("issuer")
    license_id = str(ledger.issuing().issue(live_ledger.input(), signer).envelope.anchor["licenseId"])
    acting, binding = ledger.acting(desk(ledger)), holder_binding(signer.public_key, None)
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda _: acting.bind(license_id, binding, 1, 2, signer, ISSUER), range(8)))
    assert sorted(each.rev for each in made) == list(range(2, 10))
    ledger.outbox().drain()
    found = [ledger.queue.find(each.progress.message) for each in made]
    assert {each.state.value for each in found if each} == {"ANCHORED"}
    assert ledger.license_now(license_id).rev == 9


def test_an_act_on_what_is_only_accepted_follows_it(ledger: Ledger, live_ledger: LiveLedger) -> None:
    signer = live_ledger.signer("issuer")
    [issued] = accept(ledger, live_ledger)
    license_id = str(issued.envelope.anchor["licenseId"])
    acting = ledger.acting(desk(ledger))
    acting.act(license_id, ActOrder("suspend", "INVESTIGATION"), signer)
    with pytest.raises(LedgerError, match="NOT_ACCEPTABLE"):
        acting.act(license_id, ActOrder("suspend", "INVESTIGATION"), signer)
    ledger.outbox().drain()
    assert ledger.show(Asked(), license_id).standing.status.name == "SUSPENDED"


def of_body(ledger: Ledger, owner: str) -> Desk:
    """What a body hands in at a service over this home."""
    return replace(desk(ledger), owner=owner)


def test_who_has_much_to_send_leaves_room_for_who_has_little(
    ledger: Ledger, live_ledger: LiveLedger, slow: Rpc
) -> None:
    """Eight acts on each of eight licenses fill no window; nor do more licenses than fit into it."""
    signer, many = live_ledger.signer("issuer"), of_body(ledger, ISSUER)
    rows = []
    for _ in range(8):
        issued = ledger.issuing(many).issue(live_ledger.input(), signer)
        license_id, acting = str(issued.envelope.anchor["licenseId"]), ledger.acting(many)
        rows.append(issued.progress.message)
        for verb, ground in [("suspend", "INVESTIGATION"), ("resume", "CONDITIONS_MET_AGAIN")] * 4:
            rows.append(acting.act(license_id, ActOrder(verb, ground), signer).progress.message)
    rows += [ledger.issuing(many).issue(live_ledger.input(), signer).progress.message for _ in range(60)]
    first = ledger.issuing(of_body(ledger, RELYING)).issue(live_ledger.input(), signer)
    ledger.anchoring.step()
    assert states(ledger, [first]) == ["SENT"], "the last that came, among seventy that could be sent"
    assert len(ledger.queue.sent(100)) == 64
    second = ledger.issuing(of_body(ledger, RELYING)).issue(live_ledger.input(), signer)
    slow.call("evm_mine")
    ledger.anchoring.step()
    assert states(ledger, [first, second]) == ["ANCHORED", "SENT"]
    settle(ledger, slow, 12)
    found = [ledger.queue.find(each) for each in rows]
    assert {each.state.value for each in found if each} == {"ANCHORED"}
    numbers = [each.record.seq for each in found if each and each.record]
    acts = [numbers[at : at + 9] for at in range(0, 72, 9)]
    assert acts == [sorted(each) for each in acts], "acts on one license in their order"


def test_a_queue_of_an_earlier_version_is_taken_over_with_what_waits_in_it(
    ledger: Ledger, live_ledger: LiveLedger
) -> None:
    signer = live_ledger.signer("issuer")
    [issued] = accept(ledger, live_ledger)
    license_id = str(issued.envelope.anchor["licenseId"])
    ledger.acting(desk(ledger)).act(license_id, ActOrder("suspend", "INVESTIGATION"), signer)
    with closing(sqlite3.connect(ledger.settings.home / "outbox.sqlite3")) as database:
        database.executescript("ALTER TABLE touched DROP COLUMN is_changed; DROP INDEX touched_number")
    later = live_ledger.ledger(ledger.settings.home)
    assert [each.digest for each in later.queue.ready(9)] == [issued.progress.message]
    later.outbox().drain()
    assert later.show(Asked(), license_id).standing.status.name == "SUSPENDED"


def test_two_homes_processes_do_not_run_one_outbox(ledger: Ledger, live_ledger: LiveLedger) -> None:
    accept(ledger, live_ledger)
    other = live_ledger.ledger(ledger.settings.home)
    lease = other.outbox()._lease
    with lease.hold() as is_ours:
        assert is_ours
        with pytest.raises(StoreOutageError) as caught:
            ledger.outbox().drain()
    assert (caught.value.code, caught.value.exit_code) == ("OUTBOX_LED", 75)
    assert ledger.outbox().drain().waiting == 0


def test_a_relay_that_may_not_write_refuses_no_message(
    ledger: Ledger, live_ledger: LiveLedger, tmp_path: Path
) -> None:
    from ledger.adapters.sender import create_relay_key

    issued = accept(ledger, live_ledger)
    create_relay_key(tmp_path / "stranger.key")
    stranger = Ledger(replace(ledger.settings, relay_key=tmp_path / "stranger.key"))
    row = rows(ledger, issued)[0]
    ledger.queue.change([replace(row, gas=0)], MessageState.ACCEPTED)
    with pytest.raises(ChainOutageError, match="RELAY_REFUSED"):
        stranger.outbox().drain()
    assert states(ledger, issued) == ["ACCEPTED"]
    ledger.outbox().drain()
    assert states(ledger, issued) == ["ANCHORED"]


# --- messages that wait for a signature made elsewhere ------------------------------------------


def test_prepared_messages_are_forgotten_by_the_licenses_that_they_issue(tmp_path: Path) -> None:
    prepared = SqlitePrepared(tmp_path / "prepared.sqlite3", SystemClock())
    one, two, three = ("0x" + each * 32 for each in ("01", "02", "03"))
    later = 2_000_000_000
    prepared.prepare("0xaa", {"license": "示例甲"}, later, [one])
    prepared.prepare("0xbb", {"license": "示例甲乙"}, later, [one, two])
    prepared.prepare("0xcc", {"license": "示例丙"}, later, [three])
    prepared.prepare("0xcc", {"license": "示例丙丁"}, later, [three])
    assert [prepared.count(each) for each in (one, two, three)] == [2, 1, 1]
    prepared.forget(one)
    prepared.compact()
    assert [prepared.count(each) for each in (one, two, three)] == [0, 0, 1]
    assert [prepared.prepared(each) for each in ("0xaa", "0xbb")] == [None, None]
    assert prepared.prepared("0xcc") == {"license": "示例丙丁"}
    assert not any("示例甲".encode() in file.read_bytes() for file in tmp_path.iterdir())
    assert (tmp_path / "prepared.sqlite3").stat().st_mode & 0o777 == 0o600


def test_a_prepared_message_is_gone_a_day_after_it_ran_out(tmp_path: Path) -> None:
    prepared, now = SqlitePrepared(tmp_path / "prepared.sqlite3", SystemClock()), int(time.time())
    prepared.prepare("0xaa", {}, now - 86_500, ["0x01"])
    prepared.prepare("0xbb", {}, now - 86_300, ["0x01"])
    prepared.prepare("0xcc", {}, now + 60, [])
    assert [prepared.prepared(each) for each in ("0xaa", "0xbb", "0xcc")] == [None, {}, {}]
    assert prepared.count("0x01") == 1
