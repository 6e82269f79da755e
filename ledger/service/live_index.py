"""The index as near to the ledger as can be had: followed now, or as it was when a node last answered."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from ledger.errors import OutageError
from ledger.ports import Clock, Index
from ledger.proof.headers import Header

RETRY_SECONDS = 5
"""Seconds for which a node that did not answer is not asked again by this."""


class Sightings(Protocol):
    """Remembers over restarts when this home saw the ledger last."""

    def saw_ledger(self, at: int) -> None:
        """Note a moment, in Unix seconds; to the minute is enough."""
        ...

    def ledger_seen(self) -> int | None:
        """The last moment noted, or None."""
        ...


@dataclass(frozen=True)
class Sight:
    """What is known of the ledger.

    Attributes:
        index: Its state.
        is_fresh: Whether a node answered just now.
        time: Of the newest block that was seen; the present where none was since the start.
        seen_at: When a node answered last, by our clock; None where none ever did.
        outage: Why none answers, or None.
    """

    index: Index
    is_fresh: bool
    time: int
    seen_at: int | None
    outage: OutageError | None = None


def fresh(sight: Sight) -> Index:
    """The ledger as a node shows it now; a grant may have ended since it was last seen.

    Raises:
        OutageError: No node answers.
    """
    if sight.outage is not None:
        raise sight.outage
    return sight.index


class LiveIndex:
    """Looks at the ledger through the index.

    Args:
        follow: Brings the index up to the head and gives the block at which it stands.
        index: The index.
        clock: Ours.
        sightings: Remembers when a node answered.
    """

    def __init__(
        self, follow: Callable[[], Header], index: Index, clock: Clock, sightings: Sightings
    ) -> None:
        self._follow, self._index, self._clock, self._sightings = follow, index, clock, sightings
        self._time: int | None = None
        self._failed: tuple[int, OutageError] | None = None

    def look(self) -> Sight:
        """The state now, or the last one known while no node answers.

        Raises:
            TrustError: What the node serves does not add up: nothing may rest on it.
            StoreOutageError: The index itself cannot be used.
        """
        now = int(self._clock.now().timestamp())
        outage = self._outage(now)
        if outage is None:
            self._sightings.saw_ledger(now)
        seen_at = now if outage is None else self._sightings.ledger_seen()
        time = self._time if self._time is not None else now
        return Sight(self._index, outage is None, time, seen_at, outage)

    def _outage(self, now: int) -> OutageError | None:
        """Follow; why that was not possible. A node that was silent a moment ago is not asked."""
        if self._failed is not None and 0 <= now - self._failed[0] < RETRY_SECONDS:
            return self._failed[1]
        try:
            self._time = self._follow().time
        except OutageError as error:
            self._failed = (now, error)
            return error
        self._failed = None
        return None
