"""One relay account on one node: nonces, prices, transactions and their receipts."""

from __future__ import annotations

import fcntl
import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import count, islice
from pathlib import Path
from typing import Any

from eth_utils.address import to_checksum_address

from ledger.adapters.sender.keys import load_relay_key
from ledger.domain.abi import Artifact
from ledger.domain.refusals import refused
from ledger.domain.signed_message import Call
from ledger.errors import ChainOutageError, LedgerError, RuleError
from ledger.ports import JsonRpc, Receipt, Reverted, Transaction
from ledger.ports.relay import RelayStanding
from ledger.proof.answers import list_of, log_of, member_of, number_of

GWEI = 10**9
GAS_MARGIN = 1.25
"""Gas limit over the estimate: the state may move between the two."""

BUMP = 1.25
"""Price of a transaction over the one whose place it takes; nodes ask for an eighth more at most."""

FILLER_GAS = 21_000
PAUSE = 0.05
"""Seconds between two looks at the lock, and before the first look for a receipt."""


class RelayAccount:
    """The `Relay` port: one account, whose transactions come from one process at a time.

    Args:
        rpc: The node.
        key_file: The relay key, see `load_relay_key`.
        addresses: Addresses of the ledger's contracts by name.
        artifacts: Compiled contracts by name.
        patience: Seconds to wait for another sender of this account.
    """

    def __init__(
        self,
        rpc: JsonRpc,
        key_file: Path,
        addresses: Mapping[str, str],
        artifacts: Mapping[str, Artifact],
        patience: float = 60.0,
    ) -> None:
        self.rpc = rpc
        self._account = load_relay_key(key_file)
        self._lock_file = key_file.with_name(key_file.name + ".lock")
        self._addresses = addresses
        self._artifacts = artifacts
        self._patience = patience
        self._chain_id: int | None = None

    @property
    def account(self) -> str:
        """The relay account, 0x-hex in lower case."""
        return str(self._account.address).lower()

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Hold the account: its nonces come from one writer.

        Raises:
            ChainOutageError: `RELAY_BUSY`.
        """
        with self._lock_file.open("a") as handle:
            deadline = time.monotonic() + self._patience
            while True:
                try:
                    fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    break
                except BlockingIOError:
                    if time.monotonic() >= deadline:
                        raise ChainOutageError("RELAY_BUSY", account=self.account) from None
                    time.sleep(PAUSE)
            yield

    def standing(self) -> RelayStanding:
        """Where the account stands, as the node says."""
        asked = "eth_getTransactionCount"
        used, free, block, price = self.rpc.batch(
            [
                (asked, [self.account, "latest"]),
                (asked, [self.account, "pending"]),
                ("eth_getBlockByNumber", ["latest", False]),
                ("eth_gasPrice", []),
            ]
        )
        method = "eth_getBlockByNumber"
        return RelayStanding(
            used=number_of(used, asked),
            free=number_of(free, asked),
            price=_base_fee(block) if _has_base_fee(block) else number_of(price, "eth_gasPrice"),
            block=number_of(member_of(block, "number", method), method),
            time=number_of(member_of(block, "timestamp", method), method),
        )

    def estimates(self, calls: Sequence[Call]) -> list[int | LedgerError]:
        """Gas limit of each call against the present state, or why its contract or the node refuses it."""
        return self._estimates([self._target(*call) for call in calls])

    def sign(
        self, calls: Sequence[Call], gas: Sequence[int], taken: Collection[int] = ()
    ) -> list[Transaction]:
        """Transactions with the next free nonces in order, leaving out those `taken`; nothing is sent.

        Raises:
            ChainOutageError: `RELAY_NOT_FUNDED`, or no usable answer.
        """
        return self._sign([self._target(*call) for call in calls], gas, taken)

    def reprice(self, call: Call, earlier: Sequence[Transaction]) -> Transaction:
        """The same call under the same nonce, at a price for which it takes the place of `earlier`."""
        last = earlier[-1]
        balance, fees = self._fees()
        dearer = {name: int(value * BUMP ** len(earlier)) + 1 for name, value in fees.items()}
        top = "maxFeePerGas" if "maxFeePerGas" in fees else "gasPrice"
        dearer[top] = max(dearer[top], int(last.price * BUMP) + 1)
        self._require_funds(balance, last.gas * dearer[top])
        return self._signed({**_draft(*self._target(*call)), "gas": last.gas, **dearer}, last.nonce)

    def fill(self, nonces: Collection[int]) -> None:
        """Use up nonces with transactions that do nothing, so that later ones can follow."""
        _, fees = self._fees()
        draft = {"to": self.account, "data": "0x", "gas": FILLER_GAS, **fees}
        self.broadcast([self._signed(draft, nonce) for nonce in sorted(nonces)])

    def broadcast(self, transactions: Sequence[Transaction]) -> None:
        """Send, in order; whether one arrived is told by its receipt alone."""
        self._refusals(transactions)

    def look(self, transactions: Sequence[Transaction]) -> list[Receipt | LedgerError | None]:
        """The receipt of each, why it failed on the chain, or None where it is in no block."""
        if not transactions:
            return []
        method = "eth_getTransactionReceipt"
        answers = self.rpc.batch([(method, [each.hash]) for each in transactions])
        return [self._outcome(each, answer) for each, answer in zip(transactions, answers, strict=True)]

    def known(self, transactions: Sequence[Transaction]) -> list[bool]:
        """Whether the node has each; True where it does not say."""
        if not transactions:
            return []
        answers = self.rpc.batch([("eth_getTransactionByHash", [each.hash]) for each in transactions])
        return [answer is not None for answer in answers]

    def _target(self, contract: str, function: str, arguments: Sequence[Any]) -> tuple[str, bytes]:
        return self._addresses[contract], self._artifacts[contract].encode_call(function, arguments)

    def _estimates(self, targets: Sequence[tuple[str | None, bytes]]) -> list[int | LedgerError]:
        if not targets:
            return []
        method = "eth_estimateGas"
        answers = self.rpc.batch([(method, [{"from": self.account, **_draft(*each)}]) for each in targets])
        return [self._estimate(answer, method) for answer in answers]

    def _estimate(self, answer: Any, method: str) -> int | LedgerError:
        if isinstance(answer, Reverted):
            return refused(answer.data, self._artifacts)
        if isinstance(answer, ChainOutageError):
            return answer  # of this call alone: the others of the same batch have their answers
        return int(number_of(answer, method) * GAS_MARGIN)

    def _sign(
        self, targets: Sequence[tuple[str | None, bytes]], gas: Sequence[int], taken: Collection[int] = ()
    ) -> list[Transaction]:
        balance, fees = self._fees()
        self._require_funds(balance, sum(gas) * fees.get("maxFeePerGas", fees.get("gasPrice", 0)))
        asked = "eth_getTransactionCount"
        free = number_of(self.rpc.call(asked, self.account, "pending"), asked)
        nonces = islice((nonce for nonce in count(free) if nonce not in taken), len(targets))
        drafts = [{**_draft(*target), "gas": each, **fees} for target, each in zip(targets, gas, strict=True)]
        return [self._signed(draft, nonce) for draft, nonce in zip(drafts, nonces, strict=True)]

    def _require_funds(self, balance: int, needed: int) -> None:
        if needed > balance:
            raise ChainOutageError("RELAY_NOT_FUNDED", account=self.account, balance=balance, needed=needed)

    def _signed(self, draft: Mapping[str, Any], nonce: int) -> Transaction:
        if self._chain_id is None:
            self._chain_id = number_of(self.rpc.call("eth_chainId"), "eth_chainId")
        fields = {**draft, "nonce": nonce, "chainId": self._chain_id, "value": 0}
        if "to" in fields:
            fields["to"] = to_checksum_address(fields["to"])
        signed = self._account.sign_transaction(fields)
        price = int(fields.get("maxFeePerGas", fields.get("gasPrice", 0)))
        hash_ = "0x" + bytes(signed.hash).hex()
        return Transaction(
            hash_, bytes(signed.raw_transaction), nonce, self.account, int(fields["gas"]), price
        )

    def _fees(self) -> tuple[int, dict[str, int]]:
        """Balance, and a price that stays good while the base fee rises for some blocks.

        A permissioned network may ask no fee; then an empty account sends for nothing.
        """
        block, price, held = self.rpc.batch(
            [
                ("eth_getBlockByNumber", ["latest", False]),
                ("eth_gasPrice", []),
                ("eth_getBalance", [self.account, "latest"]),
            ]
        )
        balance = number_of(held, "eth_getBalance")
        if _has_base_fee(block):
            tip = min(GWEI, number_of(price, "eth_gasPrice")) if balance else 0
            return balance, {"maxFeePerGas": 4 * _base_fee(block) + tip, "maxPriorityFeePerGas": tip}
        return balance, {"gasPrice": number_of(price, "eth_gasPrice")}

    def _refusals(self, transactions: Sequence[Transaction]) -> list[ChainOutageError]:
        """Send; what the node refused outright."""
        if not transactions:
            return []
        calls = [("eth_sendRawTransaction", ["0x" + each.raw.hex()]) for each in transactions]
        try:
            answers = self.rpc.batch(calls)
        except ChainOutageError:
            return []
        return [each for each in answers if isinstance(each, ChainOutageError)]

    def _outcome(self, transaction: Transaction, answer: Any) -> Receipt | LedgerError | None:
        if answer is None or isinstance(answer, ChainOutageError):
            return None
        method = "eth_getTransactionReceipt"
        block = number_of(member_of(answer, "blockNumber", method), method)
        if number_of(member_of(answer, "status", method), method) != 1:
            return self._failure(transaction, block)
        gas_used = number_of(member_of(answer, "gasUsed", method), method)
        logs = list_of(member_of(answer, "logs", method), method)
        return Receipt(transaction.hash, block, gas_used, tuple(log_of(each, method) for each in logs))

    def _failure(self, transaction: Transaction, block: int) -> LedgerError:
        """Why a transaction on the chain failed: the same call again around its block."""
        failed = RuleError("TRANSACTION_FAILED", txHash=transaction.hash)
        method = "eth_getTransactionByHash"
        try:
            answer = self.rpc.call(method, transaction.hash)
            call = {name: member_of(answer, name, method) for name in ("from", "to", "gas")}
            call["data"] = member_of(answer, "input", method)
            self.rpc.call("eth_call", call, hex(block - 1))
            self.rpc.call("eth_call", call, hex(block))
        except Reverted as revert:
            return refused(revert.data, self._artifacts)
        except ChainOutageError:
            return failed
        return failed


def _draft(to: str | None, data: bytes) -> dict[str, Any]:
    """What a transaction has in common with a plain call."""
    return {"data": "0x" + data.hex(), **({"to": to} if to else {})}


def _has_base_fee(block: Any) -> bool:
    return isinstance(block, dict) and block.get("baseFeePerGas") is not None


def _base_fee(block: Any) -> int:
    return number_of(block["baseFeePerGas"], "eth_getBlockByNumber")
