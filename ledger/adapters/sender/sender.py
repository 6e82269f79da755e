"""Sending: one relay account submits what bodies signed, each message in exactly one transaction.

The transaction is signed, shown to the caller, and only then sent. When an answer is lost the same
bytes are sent again; a second, different transaction for one message is never made.
"""

from __future__ import annotations

import fcntl
import os
import stat
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from eth_utils.address import to_checksum_address

from ledger.domain.abi import Artifact
from ledger.domain.refusals import refused
from ledger.errors import ChainOutageError, OutcomeUnknownError, RuleError, UsageError
from ledger.ports import JsonRpc, Receipt, Reverted, Transaction
from ledger.proof.answers import data_of, list_of, log_of, member_of, number_of

if TYPE_CHECKING:
    from eth_account import Account
    from eth_account.signers.local import LocalAccount

GWEI = 10**9
GAS_MARGIN = 1.25
"""Gas limit over the estimate: the state may move between the two."""

PAUSE = 0.05
"""Seconds before the first look for a receipt; they grow to one second."""

SignedHook = Callable[[Transaction], None]


class Sender:
    """Submits calls from one relay account. Only one process at a time sends with an account.

    Args:
        rpc: The node.
        key_file: The relay key, see `load_relay_key`.
        addresses: Addresses of the ledger's contracts by name.
        artifacts: Compiled contracts by name.
        patience: Seconds to wait for a receipt, and for another sender of this account.
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

    def send(
        self,
        contract: str,
        function: str,
        arguments: Sequence[Any],
        on_signed: SignedHook | None = None,
    ) -> Receipt:
        """Submit one call and wait until it is on the chain.

        It is tried first without sending, so that a refusal costs nothing and tells its reason.

        Args:
            contract: Name of a contract of the ledger.
            function: One of its functions.
            arguments: In order; a struct is a sequence of its members.
            on_signed: Sees the transaction before it goes out; keep it to `settle` after a crash.

        Raises:
            RuleError: The contract refused, with the code of its reason.
            ChainOutageError: `RELAY_BUSY`, `RELAY_NOT_FUNDED`, or the node cannot be used; nothing was sent.
            OutcomeUnknownError: `TRANSACTION_UNKNOWN`: sent, and no receipt in time.
        """
        return self.send_many([(contract, function, arguments)], on_signed)[0]

    def send_many(
        self, calls: Sequence[tuple[str, str, Sequence[Any]]], on_signed: SignedHook | None = None
    ) -> list[Receipt]:
        """Submit independent calls with consecutive nonces, in batches; wait for all of them.

        Each is tried alone before, against the present state: a call that needs an earlier one of
        the same list has to wait for it.

        Returns:
            Their receipts in the same order.

        Raises:
            As `send`, for the first call that is refused; then nothing was sent.
        """
        with self._alone():
            drafts = self._drafts([self._target(*call) for call in calls])
            return self._send_signed(self._sign(drafts), on_signed)

    def deploy(
        self, name: str, arguments: Sequence[Any] = (), on_signed: SignedHook | None = None
    ) -> tuple[str, Receipt]:
        """Make a contract; returns its address, 0x-hex in lower case, and the receipt.

        Raises:
            As `send`.
        """
        data = self._artifacts[name].encode_deploy(arguments)
        with self._alone():
            receipt = self._send_signed(self._sign(self._drafts([(None, data)])), on_signed)[0]
        answer = self.rpc.call("eth_getTransactionReceipt", receipt.tx_hash)
        method = "eth_getTransactionReceipt"
        return "0x" + data_of(member_of(answer, "contractAddress", method), method, 20).hex(), receipt

    def settle(self, transaction: Transaction) -> Receipt:
        """Bring a kept transaction to its end: look for it, send the very same again, wait.

        Raises:
            OutcomeUnknownError: `TRANSACTION_UNKNOWN`: still no receipt.
            ChainOutageError: `TRANSACTION_DISPLACED`: another transaction has its nonce, so it can
                never take effect and its message may be sent anew.
            RuleError: The contract refused it.
        """
        self._broadcast([transaction])
        return self._await(transaction)

    def _target(self, contract: str, function: str, arguments: Sequence[Any]) -> tuple[str, bytes]:
        return self._addresses[contract], self._artifacts[contract].encode_call(function, arguments)

    def _drafts(self, targets: Sequence[tuple[str | None, bytes]]) -> list[dict[str, Any]]:
        """What the transactions have in common with a plain call, tried and with their gas limits."""
        drafts: list[dict[str, Any]] = [
            {"data": "0x" + data.hex(), **({"to": to} if to else {})} for to, data in targets
        ]
        estimates = self.rpc.batch(
            [("eth_estimateGas", [{"from": self.account, **draft}]) for draft in drafts]
        )
        for draft, estimate in zip(drafts, estimates, strict=True):
            if isinstance(estimate, Reverted):
                raise refused(estimate.data, self._artifacts)
            draft["gas"] = int(number_of(estimate, "eth_estimateGas") * GAS_MARGIN)
        return drafts

    def _sign(self, drafts: Sequence[dict[str, Any]]) -> list[Transaction]:
        balance, fees = self._fees()
        price = fees.get("maxFeePerGas", fees.get("gasPrice", 0))
        needed = sum(int(draft["gas"]) for draft in drafts) * price
        if needed > balance:
            raise ChainOutageError("RELAY_NOT_FUNDED", account=self.account, balance=balance, needed=needed)
        nonce = number_of(
            self.rpc.call("eth_getTransactionCount", self.account, "pending"), "eth_getTransactionCount"
        )
        return [self._signed({**draft, **fees}, nonce + i) for i, draft in enumerate(drafts)]

    def _signed(self, draft: dict[str, Any], nonce: int) -> Transaction:
        if self._chain_id is None:
            self._chain_id = number_of(self.rpc.call("eth_chainId"), "eth_chainId")
        fields = {**draft, "nonce": nonce, "chainId": self._chain_id, "value": 0}
        if "to" in fields:
            fields["to"] = to_checksum_address(fields["to"])
        signed = self._account.sign_transaction(fields)
        return Transaction("0x" + bytes(signed.hash).hex(), bytes(signed.raw_transaction), nonce)

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
        if isinstance(block, dict) and block.get("baseFeePerGas") is not None:
            base = number_of(block["baseFeePerGas"], "eth_getBlockByNumber")
            tip = min(GWEI, number_of(price, "eth_gasPrice")) if balance else 0
            return balance, {"maxFeePerGas": 4 * base + tip, "maxPriorityFeePerGas": tip}
        return balance, {"gasPrice": number_of(price, "eth_gasPrice")}

    def _broadcast(self, transactions: Sequence[Transaction]) -> list[ChainOutageError]:
        """Send; what the node refused outright. Whether it arrived is told by its receipt alone."""
        calls = [("eth_sendRawTransaction", ["0x" + each.raw.hex()]) for each in transactions]
        try:
            answers = self.rpc.batch(calls)
        except ChainOutageError:
            return []
        return [each for each in answers if isinstance(each, ChainOutageError)]

    def _send_signed(
        self, transactions: Sequence[Transaction], on_signed: SignedHook | None
    ) -> list[Receipt]:
        if on_signed is not None:
            for transaction in transactions:
                on_signed(transaction)
        refusals = self._broadcast(transactions)
        if refusals and not self._known(transactions[0]):
            raise refusals[0]
        return [self._await(transaction) for transaction in transactions]

    def _known(self, transaction: Transaction) -> bool:
        """Whether the node has it; True where it does not say."""
        try:
            return self.rpc.call("eth_getTransactionByHash", transaction.hash) is not None
        except ChainOutageError:
            return True

    def _await(self, transaction: Transaction) -> Receipt:
        deadline = time.monotonic() + self._patience
        pause = PAUSE
        while True:
            receipt = self._look(transaction)
            if receipt is not None:
                return receipt
            if time.monotonic() >= deadline:
                raise self._lost(transaction)
            time.sleep(pause)
            pause = min(1.0, pause * 1.5)
            if pause >= 1.0:
                self._broadcast([transaction])

    def _look(self, transaction: Transaction) -> Receipt | None:
        try:
            receipt, status = self._receipt(transaction)
        except ChainOutageError:
            return None
        if status != 1:
            raise self._failure(transaction, receipt.block)
        return receipt

    def _receipt(self, transaction: Transaction) -> tuple[Receipt, int]:
        method = "eth_getTransactionReceipt"
        answer = self.rpc.call(method, transaction.hash)
        block = number_of(member_of(answer, "blockNumber", method), method)
        gas_used = number_of(member_of(answer, "gasUsed", method), method)
        logs = list_of(member_of(answer, "logs", method), method)
        receipt = Receipt(transaction.hash, block, gas_used, tuple(log_of(each, method) for each in logs))
        return receipt, number_of(member_of(answer, "status", method), method)

    def _failure(self, transaction: Transaction, block: int) -> Exception:
        """Why a transaction on the chain failed: the same call again around its block."""
        failed = RuleError("TRANSACTION_FAILED", txHash=transaction.hash)
        try:
            answer = self.rpc.call("eth_getTransactionByHash", transaction.hash)
            call = {
                name: member_of(answer, name, "eth_getTransactionByHash") for name in ("from", "to", "gas")
            }
            call["data"] = member_of(answer, "input", "eth_getTransactionByHash")
            self.rpc.call("eth_call", call, hex(block - 1))
            self.rpc.call("eth_call", call, hex(block))
        except Reverted as revert:
            return refused(revert.data, self._artifacts)
        except ChainOutageError:
            return failed
        return failed

    def _lost(self, transaction: Transaction) -> Exception:
        try:
            used = number_of(
                self.rpc.call("eth_getTransactionCount", self.account, "latest"), "eth_getTransactionCount"
            )
        except ChainOutageError:
            used = 0
        if used > transaction.nonce and self._look(transaction) is None:
            return ChainOutageError("TRANSACTION_DISPLACED", txHash=transaction.hash, nonce=transaction.nonce)
        return OutcomeUnknownError(
            "TRANSACTION_UNKNOWN", txHash=transaction.hash, seconds=round(self._patience)
        )

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Hold the account: its nonces come from one writer."""
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


def create_relay_key(path: Path) -> str:
    """Make a fresh relay key in a file that only its owner can read; returns the account.

    Raises:
        FileExistsError: Keys are never overwritten.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    account = _accounts().create()
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as handle:
        handle.write(bytes(account.key).hex() + "\n")
    return str(account.address).lower()


def load_relay_key(path: Path) -> LocalAccount:
    """Read a relay key: 64 hexadecimal digits in a file that only its owner can read.

    Raises:
        UsageError: `RELAY_KEY_MISSING`, or `RELAY_KEY_FILE` with the reason.
    """
    try:
        mode = path.stat().st_mode
        text = path.read_text(encoding="ascii").strip().removeprefix("0x")
    except FileNotFoundError:
        raise UsageError("RELAY_KEY_MISSING", path=str(path)) from None
    except (OSError, UnicodeError):
        raise UsageError("RELAY_KEY_FILE", path=str(path), reason="unreadable") from None
    if mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise UsageError("RELAY_KEY_FILE", path=str(path), reason="others can read it")
    try:
        account: LocalAccount = _accounts().from_key(bytes.fromhex(text))
    except ValueError:
        raise UsageError("RELAY_KEY_FILE", path=str(path), reason="not a key") from None
    return account


def _accounts() -> type[Account]:
    """eth_account's entry, imported late, and without what it does to Python's recursion limit.

    Its dependency py_ecc raises the limit to 100,000 for the whole process, with which deeply
    nested input ends in a crash instead of a `RecursionError`.
    """
    limit = sys.getrecursionlimit()
    from eth_account import Account

    sys.setrecursionlimit(limit)
    return Account
