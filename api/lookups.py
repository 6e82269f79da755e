"""Licenses that callers name by their identifiers: a number can be guessed, so tries are counted."""

from __future__ import annotations

from collections import deque
from threading import Lock

from ledger.errors import RuleError
from ledger.ports import Clock

WINDOW = 3_600
"""Seconds for which a try counts."""

MOST = 120
"""Identifiers that a body may name in that time of licenses on which it does not act."""


class Lookups:
    """Counts identifiers by body, in memory of one process.

    What is there and what is not count alike: neither how often nor when it ends tells one from the other.

    Args:
        clock: Tells now.
        most: How many different ones a body may name within `WINDOW`.
    """

    def __init__(self, clock: Clock, most: int = MOST) -> None:
        self._clock, self._most = clock, most
        self._named: dict[str, deque[tuple[int, str]]] = {}
        self._lock = Lock()

    def count(self, body: str, identifier: str) -> None:
        """Count an identifier that a body names; the same one again, while it counts, is no new try.

        Raises:
            RuleError: `LOOKUPS_SPENT` with `seconds`, after which another one may be named.
        """
        now = int(self._clock.now().timestamp())
        with self._lock:
            named = self._named.setdefault(body, deque())
            while named and named[0][0] <= now - WINDOW:
                named.popleft()
            if any(identifier == each for _, each in named):
                return
            if len(named) >= self._most:
                seconds = max(1, named[0][0] + WINDOW - now) if named else WINDOW
                raise RuleError("LOOKUPS_SPENT", most=self._most, seconds=seconds)
            named.append((now, identifier))
