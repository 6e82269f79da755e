"""Numbers about the outbox, in the text format of Prometheus: nothing about a license, a body or a person."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ledger.ports.queue import MessageState, QueueState
from ledger.ports.uses import BatchCounts

MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8"


@dataclass(frozen=True)
class Metrics:
    """What is measured at a moment.

    Attributes:
        queue: The queue of the home, from its disk.
        uses: How uses in batches stand, from its disk.
        failures: Steps of the outbox that failed in this process; where another one runs it, they fail there.
        now: The moment, in Unix seconds.
    """

    queue: QueueState
    uses: BatchCounts
    failures: int
    now: int

    def text(self) -> str:
        """The page that is scraped.

        Example:
            >>> queue, uses = QueueState({MessageState.SENT: 2}, 100, None), BatchCounts(0, 0, 0, 0, 0)
            >>> print(Metrics(queue, uses, 1, 130).text().splitlines()[2])
            elicense_queue_messages{state="ACCEPTED"} 0
        """
        return "".join(f"{line}\n" for line in self._lines())

    def _lines(self) -> Iterator[str]:
        queue, counts = self.queue, self.queue.counts
        yield from _head("elicense_queue_messages", "gauge", "Accepted messages by what became of them.")
        for state in MessageState:
            yield f'elicense_queue_messages{{state="{state.value}"}} {counts.get(state, 0)}'
        yield from _one("elicense_queue_pending", "gauge", "Messages not decided yet.", queue.pending)
        oldest = 0 if queue.oldest_pending is None else max(0, self.now - queue.oldest_pending)
        text = "Age of the oldest message, and of its promise, that is not decided; 0 where none waits."
        yield from _one("elicense_queue_oldest_seconds", "gauge", text, oldest)
        text = "Promises whose time passed without a record in it."
        yield from _one("elicense_promises_broken", "gauge", text, queue.broken + self.uses.broken)
        yield from self._of_uses()
        text = "Messages that were recorded; falls only where a fork takes records away."
        yield from _one("elicense_records_sent", "gauge", text, counts.get(MessageState.ANCHORED, 0))
        if queue.last_anchored is not None:
            since = max(0, self.now - queue.last_anchored)
            text = "Since a message was last seen recorded."
            yield from _one("elicense_last_record_seconds", "gauge", text, since)
        text = (
            "Steps of the outbox that failed in this process since it started; one process of a home runs it."
        )
        yield from _one("elicense_outbox_failures_total", "counter", text, self.failures)

    def _of_uses(self) -> Iterator[str]:
        uses = self.uses
        yield from _one("elicense_uses_gathered", "gauge", "Released uses in no batch yet.", uses.gathered)
        text = "Released uses in batches that wait for their grantees' signatures."
        yield from _one("elicense_uses_unsigned", "gauge", text, uses.unsigned)
        text = "Of those, the ones whose time to sign is over; recorded as left unsigned."
        yield from _one("elicense_uses_unsigned_late", "gauge", text, uses.late)
        text = "Grants that get no further uses in batches until their grantees have signed."
        yield from _one("elicense_grants_unsigned", "gauge", text, uses.closed)


def _head(name: str, kind: str, text: str) -> Iterator[str]:
    yield f"# HELP {name} {text}"
    yield f"# TYPE {name} {kind}"


def _one(name: str, kind: str, text: str, value: int) -> Iterator[str]:
    yield from _head(name, kind, text)
    yield f"{name} {value}"
