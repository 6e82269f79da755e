"""One relay account: how signed messages get onto the chain."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

from ledger.domain.signed_message import Call
from ledger.errors import LedgerError
from ledger.ports import Receipt, Transaction


@dataclass(frozen=True)
class RelayStanding:
    """Where a relay account stands on its chain.

    Attributes:
        used: Nonces that are used up: that of the next transaction in a block.
        free: First nonce that no transaction has, as far as the node knows.
        price: Least wei for a unit of gas with which a transaction gets into a block now.
        block: Height of the newest block.
        time: Its time, in Unix seconds.
    """

    used: int
    free: int
    price: int
    block: int
    time: int


class Relay(Protocol):
    """Signs and sends transactions of one account; keeps nothing and waits for nothing."""

    @property
    def account(self) -> str:
        """The account, 0x-hex in lower case."""
        ...

    def alone(self) -> AbstractContextManager[None]:
        """Keep every other sender of the account away meanwhile: its nonces come from one writer."""
        ...

    def standing(self) -> RelayStanding:
        """Where the account stands."""
        ...

    def estimates(self, calls: Sequence[Call]) -> list[int | LedgerError]:
        """Gas limit of each call against the present state, or why its contract or the node refuses it."""
        ...

    def sign(self, calls: Sequence[Call], gas: Sequence[int], taken: Collection[int]) -> list[Transaction]:
        """Transactions with the next free nonces in order, leaving out those `taken`; nothing is sent."""
        ...

    def reprice(self, call: Call, earlier: Sequence[Transaction]) -> Transaction:
        """The same call under the same nonce, at a price for which it takes the place of `earlier`."""
        ...

    def fill(self, nonces: Collection[int]) -> None:
        """Use up nonces with transactions that do nothing, so that later ones can follow."""
        ...

    def broadcast(self, transactions: Sequence[Transaction]) -> None:
        """Send; whether one arrived is told by `look` and `known` alone."""
        ...

    def look(self, transactions: Sequence[Transaction]) -> list[Receipt | LedgerError | None]:
        """The receipt of each, why it failed on the chain, or None where it is in no block."""
        ...

    def known(self, transactions: Sequence[Transaction]) -> list[bool]:
        """Whether the node has each, in a block or waiting."""
        ...
