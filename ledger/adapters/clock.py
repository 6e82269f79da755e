"""Time, pauses and randomness from the operating system."""

from __future__ import annotations

import secrets
import threading
import time
from datetime import UTC, datetime


class SystemClock:
    """The machine's clock. It decides nothing on the ledger; block time does."""

    def now(self) -> datetime:
        """The present moment in UTC."""
        return datetime.now(UTC)


class SystemEntropy:
    """The operating system's generator."""

    def token(self, size: int) -> bytes:
        """`size` bytes."""
        return secrets.token_bytes(size)


class SystemPace:
    """Time that passes while something is waited for, cut short by `wake`."""

    def __init__(self) -> None:
        self._wake = threading.Event()

    def elapsed(self) -> float:
        """Seconds on the machine's monotonic clock."""
        return time.monotonic()

    def pause(self, seconds: float) -> None:
        """Sleep, at most until somebody calls `wake`."""
        self._wake.wait(seconds)
        self._wake.clear()

    def wake(self) -> None:
        """End the present pause, or the next one."""
        self._wake.set()
