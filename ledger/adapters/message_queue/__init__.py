"""Accepted messages, and messages that wait for a signature made elsewhere, in SQLite."""

from __future__ import annotations

from ledger.adapters.message_queue.prepared import SqlitePrepared
from ledger.adapters.message_queue.queue import SqliteQueue

__all__ = ["SqlitePrepared", "SqliteQueue"]
