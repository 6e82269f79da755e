"""Sending: one message, one transaction, whatever happens on the way."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from eth_hash.auto import keccak

from ledger.adapters.artifacts import load_artifacts
from ledger.adapters.net.hardhat import fund
from ledger.adapters.rpc import Rpc
from ledger.adapters.sender import Sender, create_relay_key, load_relay_key
from ledger.errors import ChainOutageError, LedgerError, OutcomeUnknownError, RuleError, UsageError
from ledger.ports import Receipt, Transaction
from tests.adapters.conftest import Ledger
from tests.lying_proxy import LyingProxy

GIFT = 10**18


@pytest.fixture
def fresh(ledger: Ledger) -> Iterator[Ledger]:
    """The ledger, put back afterwards."""
    snapshot = ledger.rpc.call("evm_snapshot")
    yield ledger
    assert ledger.rpc.call("evm_revert", snapshot)


def through(ledger: Ledger, url: str, patience: float = 120) -> Sender:
    """A second sender of the same account, elsewhere."""
    addresses = {name: entry.address for name, entry in ledger.trust.contracts.items()}
    return Sender(Rpc(url, attempts=1), ledger.key_file, addresses, load_artifacts(), patience)


def test_a_call_lands_with_its_record(fresh: Ledger) -> None:
    receipt = fresh.sender.send("Directory", "addRegion", fresh.add_region(430000))
    assert [log.tx_hash for log in receipt.logs] == [receipt.tx_hash]
    assert receipt.gas_used > 21_000
    assert receipt.block == fresh.chain.head().number


def test_a_refusal_costs_nothing_and_has_our_code(fresh: Ledger) -> None:
    before = fresh.chain.head()
    with pytest.raises(RuleError) as caught:
        fresh.sender.send("Directory", "addRegion", fresh.add_region(310000))
    assert caught.value.code == "STALE_REVISION"
    assert (caught.value.fields["given"], caught.value.fields["current"]) == (0, 1)
    assert fresh.chain.head() == before


def test_the_same_message_is_never_in_two_transactions_when_the_answer_is_lost(fresh: Ledger) -> None:
    nonce = fresh.rpc.call("eth_getTransactionCount", fresh.sender.account, "latest")
    with LyingProxy(fresh.url) as proxy:
        proxy.drop = {"eth_sendRawTransaction"}
        receipt = through(fresh, proxy.url).send("Directory", "addRegion", fresh.add_region(430000))
    assert len(receipt.logs) == 1
    used = int(fresh.rpc.call("eth_getTransactionCount", fresh.sender.account, "latest"), 16) - int(nonce, 16)
    assert used == 1


def signed(ledger: Ledger, *codes: int) -> list[Transaction]:
    """Transactions that add regions, with consecutive nonces, not sent."""
    calls = [("Directory", "addRegion", ledger.add_region(code)) for code in codes]
    return ledger.sender.sign(calls, [int(gas) for gas in ledger.sender.estimates(calls)])


def test_what_never_arrived_is_unknown_and_sent_again_as_it_was(fresh: Ledger) -> None:
    [transaction] = signed(fresh, 430000)
    assert transaction.hash == "0x" + keccak(transaction.raw).hex()
    with LyingProxy(fresh.url) as proxy:
        proxy.cut = {"eth_sendRawTransaction"}
        through(fresh, proxy.url).broadcast([transaction])
    assert fresh.sender.known([transaction]) == [False]
    assert fresh.sender.look([transaction]) == [None]
    for _ in range(2):
        fresh.sender.broadcast([transaction])
    [receipt] = fresh.sender.look([transaction])
    assert isinstance(receipt, Receipt)
    assert (receipt.tx_hash, fresh.sender.known([transaction])) == (transaction.hash, [True])


def test_who_does_not_get_an_answer_waits_and_says_that_it_does_not_know(fresh: Ledger) -> None:
    with LyingProxy(fresh.url) as proxy:
        proxy.cut = {"eth_sendRawTransaction"}
        with pytest.raises(OutcomeUnknownError, match="TRANSACTION_UNKNOWN"):
            through(fresh, proxy.url, 0.2).send("Directory", "addRegion", fresh.add_region(430000))


def test_a_transaction_whose_nonce_is_taken_never_takes_effect(fresh: Ledger) -> None:
    [transaction] = signed(fresh, 430000)
    fresh.sender.send("Directory", "addRegion", fresh.add_region(440000))
    assert fresh.sender.standing().used == transaction.nonce + 1
    fresh.sender.broadcast([transaction])
    assert fresh.sender.look([transaction]) == [None]


def test_a_failure_on_the_chain_is_told_with_its_reason(fresh: Ledger) -> None:
    first, second = signed(fresh, 430000, 430000)
    fresh.sender.broadcast([first, second])
    receipt, failure = fresh.sender.look([first, second])
    assert isinstance(receipt, Receipt)
    assert isinstance(failure, RuleError)
    assert failure.code == "STALE_REVISION"


@pytest.fixture
def slow(fresh: Ledger) -> Iterator[Ledger]:
    """The ledger on a chain that makes blocks when told to; transactions wait in the node's pool."""
    fresh.rpc.call("evm_setAutomine", False)
    yield fresh
    fresh.rpc.call("evm_setAutomine", True)


def test_nonces_go_on_behind_what_waits_and_leave_out_what_is_taken(slow: Ledger) -> None:
    [first] = signed(slow, 430000)
    slow.sender.broadcast([first])
    calls = [("Directory", "addRegion", slow.add_region(code)) for code in (440000, 450000)]
    gas = [1_000_000, 1_000_000]
    made = slow.sender.sign(calls, gas, taken={first.nonce + 1})
    assert [each.nonce for each in made] == [first.nonce + 2, first.nonce + 3]


def test_a_hole_in_the_nonces_is_filled_and_the_rest_follows(slow: Ledger) -> None:
    first, *rest = signed(slow, 430000, 440000, 450000)
    slow.sender.broadcast(rest)
    slow.rpc.call("evm_mine")
    assert slow.sender.look(rest) == [None, None]
    assert slow.sender.standing().free == first.nonce
    slow.sender.fill([first.nonce])
    slow.rpc.call("evm_mine")
    assert all(isinstance(each, Receipt) for each in slow.sender.look(rest))


def test_what_became_too_cheap_is_sent_again_dearer_and_lands_once(slow: Ledger) -> None:
    call = ("Directory", "addRegion", slow.add_region(430000))
    [cheap] = slow.sender.sign([call], [1_000_000])
    slow.sender.broadcast([cheap])
    slow.rpc.call("hardhat_setNextBlockBaseFeePerGas", hex(5 * cheap.price))
    slow.rpc.call("evm_mine")
    assert slow.sender.look([cheap]) == [None]
    assert slow.sender.standing().price > cheap.price
    dearer = slow.sender.reprice(call, [cheap])
    assert (dearer.nonce, dearer.price > cheap.price) == (cheap.nonce, True)
    slow.sender.broadcast([dearer])
    slow.rpc.call("evm_mine")
    outcomes = slow.sender.look([cheap, dearer])
    assert outcomes[0] is None
    assert isinstance(outcomes[1], Receipt)


def test_a_call_that_fails_on_the_chain_tells_the_reason(fresh: Ledger) -> None:
    before = fresh.chain.journal()[0]
    calls = [("Directory", "addRegion", fresh.add_region(430000))] * 2
    with pytest.raises(RuleError, match="STALE_REVISION"):
        fresh.sender.send_many(calls)
    assert fresh.chain.journal()[0] == before + 1


def test_many_calls_go_out_in_order(fresh: Ledger) -> None:
    before, codes = fresh.chain.journal()[0], [430000, 440000, 450000, 460000, 500000]
    calls = [("Directory", "addRegion", fresh.add_region(code)) for code in codes]
    receipts = fresh.sender.send_many(calls)
    assert [receipt.block for receipt in receipts] == sorted(receipt.block for receipt in receipts)
    assert fresh.chain.journal()[0] == before + len(codes)


def test_one_account_has_one_sender_at_a_time(fresh: Ledger) -> None:
    with (fresh.key_file.with_name("relay.key.lock")).open("a") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        with pytest.raises(ChainOutageError) as caught:
            through(fresh, fresh.url, 0.1).send("Directory", "addRegion", fresh.add_region(430000))
    assert (caught.value.code, caught.value.exit_code) == ("RELAY_BUSY", 75)


def test_an_empty_account_is_told_before_anything_is_sent(fresh: Ledger, tmp_path: Path) -> None:
    create_relay_key(tmp_path / "poor.key")
    poor = Sender(fresh.rpc, tmp_path / "poor.key", {}, load_artifacts())
    with pytest.raises(ChainOutageError, match="RELAY_NOT_FUNDED"):
        poor.deploy("SM2Verifier")


def test_another_account_may_not_write_while_the_ledger_is_founded(fresh: Ledger, tmp_path: Path) -> None:
    account = create_relay_key(tmp_path / "other.key")
    fund(fresh.rpc, account, GIFT)
    addresses = {name: entry.address for name, entry in fresh.trust.contracts.items()}
    other = Sender(fresh.rpc, tmp_path / "other.key", addresses, load_artifacts())
    with pytest.raises(RuleError, match="NOT_FOUNDER"):
        other.send("Directory", "addRegion", fresh.add_region(430000))


def test_funding_fills_up_to_the_sum_and_no_further(fresh: Ledger) -> None:
    account = "0x" + "12" * 20
    for _ in range(2):
        fund(fresh.rpc, account, GIFT)
        assert int(fresh.rpc.call("eth_getBalance", account, "latest"), 16) == GIFT


def test_a_node_that_dies_before_sending_leaves_nothing_behind(fresh: Ledger) -> None:
    for method in ("eth_estimateGas", "eth_getBalance", "eth_getTransactionCount"):
        with LyingProxy(fresh.url) as proxy:
            proxy.cut = {method}
            with pytest.raises(ChainOutageError):
                through(fresh, proxy.url).send("Directory", "addRegion", fresh.add_region(430000))
        assert "eth_sendRawTransaction" not in proxy.seen


def test_relay_keys_are_files_that_only_their_owner_reads(tmp_path: Path) -> None:
    path = tmp_path / "new" / "relay.key"
    account = create_relay_key(path)
    assert path.stat().st_mode & 0o777 == 0o600
    assert str(load_relay_key(path).address).lower() == account
    with pytest.raises(FileExistsError):
        create_relay_key(path)
    path.chmod(0o644)
    assert _code(path) == "RELAY_KEY_FILE"


@pytest.mark.parametrize("content", [b"", b"zz", b"00" * 32, b"ff" * 32, b"12" * 31, b"\xff\xfe", b"12" * 33])
def test_relay_key_files_that_hold_no_key_are_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "relay.key"
    path.write_bytes(content)
    path.chmod(0o600)
    assert _code(path) == "RELAY_KEY_FILE"


def test_a_missing_relay_key_is_told(tmp_path: Path) -> None:
    assert _code(tmp_path / "none.key") == "RELAY_KEY_MISSING"


def _code(path: Path) -> Any:
    with pytest.raises(UsageError) as caught:
        load_relay_key(path)
    error: LedgerError = caught.value
    assert str(path) in error.message()["en"]
    return error.code
