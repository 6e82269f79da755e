"""Sending single calls: one relay account submits what bodies signed and waits for the receipts.

When an answer is lost the same bytes are sent again; a second, different transaction for one message
is not made here. What has to survive the process goes through the queue of accepted messages instead
(`ledger.service.anchor`).
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

from ledger.adapters.sender.account import PAUSE, RelayAccount
from ledger.domain.signed_message import Call
from ledger.errors import ChainOutageError, LedgerError, OutcomeUnknownError
from ledger.ports import Receipt, Transaction
from ledger.proof.answers import data_of, member_of, number_of


class Sender(RelayAccount):
    """Submits calls from one relay account, and waits. `patience` also bounds the wait for a receipt."""

    def send(self, contract: str, function: str, arguments: Sequence[Any]) -> Receipt:
        """Submit one call and wait until it is on the chain.

        It is tried first without sending, so that a refusal costs nothing and tells its reason.

        Args:
            contract: Name of a contract of the ledger.
            function: One of its functions.
            arguments: In order; a struct is a sequence of its members.

        Raises:
            RuleError: The contract refused, with the code of its reason.
            ChainOutageError: `RELAY_BUSY`, `RELAY_NOT_FUNDED`, or the node cannot be used; nothing was sent.
            OutcomeUnknownError: `TRANSACTION_UNKNOWN`: sent, and no receipt in time.
        """
        return self.send_many([(contract, function, list(arguments))])[0]

    def send_many(self, calls: Sequence[Call]) -> list[Receipt]:
        """Submit independent calls with consecutive nonces, in batches; wait for all of them.

        Each is tried alone before, against the present state: a call that needs an earlier one of
        the same list has to wait for it.

        Returns:
            Their receipts in the same order.

        Raises:
            As `send`, for the first call that is refused; then nothing was sent.
        """
        return self._submit([self._target(*call) for call in calls])

    def deploy(self, name: str, arguments: Sequence[Any] = ()) -> tuple[str, Receipt]:
        """Make a contract; returns its address, 0x-hex in lower case, and the receipt.

        Raises:
            As `send`.
        """
        [receipt] = self._submit([(None, self._artifacts[name].encode_deploy(arguments))])
        method = "eth_getTransactionReceipt"
        answer = self.rpc.call(method, receipt.tx_hash)
        return "0x" + data_of(member_of(answer, "contractAddress", method), method, 20).hex(), receipt

    def _submit(self, targets: Sequence[tuple[str | None, bytes]]) -> list[Receipt]:
        with self.alone():
            gas = []
            for each in self._estimates(targets):
                if isinstance(each, LedgerError):
                    raise each
                gas.append(each)
            transactions = self._sign(targets, gas)
            refusals = self._refusals(transactions)
            if refusals and not self._is_known(transactions[0]):
                raise refusals[0]
            return [self._await(each) for each in transactions]

    def _is_known(self, transaction: Transaction) -> bool:
        try:
            return self.known([transaction])[0]
        except ChainOutageError:
            return True

    def _await(self, transaction: Transaction) -> Receipt:
        deadline = time.monotonic() + self._patience
        pause = PAUSE
        while True:
            receipt = self._receipt(transaction)
            if receipt is not None:
                return receipt
            if time.monotonic() >= deadline:
                raise self._lost(transaction)
            time.sleep(pause)
            pause = min(1.0, pause * 1.5)
            if pause >= 1.0:
                self.broadcast([transaction])

    def _receipt(self, transaction: Transaction) -> Receipt | None:
        try:
            [found] = self.look([transaction])
        except ChainOutageError:
            return None
        if isinstance(found, LedgerError):
            raise found
        return found

    def _lost(self, transaction: Transaction) -> LedgerError:
        asked = "eth_getTransactionCount"
        try:
            used = number_of(self.rpc.call(asked, self.account, "latest"), asked)
        except ChainOutageError:
            used = 0
        if used > transaction.nonce and self._receipt(transaction) is None:
            return ChainOutageError("TRANSACTION_DISPLACED", txHash=transaction.hash, nonce=transaction.nonce)
        return OutcomeUnknownError(
            "TRANSACTION_UNKNOWN", txHash=transaction.hash, seconds=round(self._patience)
        )
