"""Sending from one relay account: its key, its nonces and prices, single calls and their receipts."""

from __future__ import annotations

from ledger.adapters.sender.account import RelayAccount
from ledger.adapters.sender.keys import create_relay_key, load_relay_key
from ledger.adapters.sender.sender import Sender

__all__ = ["RelayAccount", "Sender", "create_relay_key", "load_relay_key"]
