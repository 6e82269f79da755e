"""Places for what takes a thread for long: so many in all, so many for each department."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from threading import Lock

import anyio

PAUSE = 0.02
"""Seconds between two looks for a free place."""


class Turns:
    """Places that departments take for a while; whoever finds none waits without a thread, or not at all.

    Args:
        most: In all.
        each: For one department.
    """

    def __init__(self, most: int, each: int) -> None:
        self._most, self._each = most, each
        self._taken: Counter[str] = Counter()
        self._guard = Lock()

    @contextmanager
    def taken(self, body: str) -> Iterator[bool]:
        """Have a place meanwhile; gives False where none is free."""
        is_taken = self._take(body)
        try:
            yield is_taken
        finally:
            if is_taken:
                self._give(body)

    @asynccontextmanager
    async def awaited(self, body: str) -> AsyncIterator[None]:
        """Have a place meanwhile, as soon as one is free."""
        while not self._take(body):
            await anyio.sleep(PAUSE)
        try:
            yield
        finally:
            self._give(body)

    def _take(self, body: str) -> bool:
        with self._guard:
            is_free = self._taken[body] < self._each and self._taken.total() < self._most
            if is_free:
                self._taken[body] += 1
            return is_free

    def _give(self, body: str) -> None:
        with self._guard:
            self._taken[body] -= 1
            if not self._taken[body]:
                del self._taken[body]
