"""Running the outbox: one process at a time brings the queue onto the ledger, the others wait."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Protocol

from ledger.errors import LedgerError, OutageError, OutcomeUnknownError, StoreOutageError
from ledger.ports.queue import MessageQueue, Queued
from ledger.service.anchor import AnchorMessages, Step

SHORT, LONG = 0.05, 1.0
"""Seconds between two looks: just after something changed, and at most while messages are under way."""

POLL, REST = 0.5, 5.0
"""Seconds between two looks while nothing waits, and after the chain failed."""

CONFIRM_EVERY = 30.0
"""Seconds between two looks at records that may have become final."""


class Lease(Protocol):
    """The right to run the outbox of a home; ends with the process that holds it."""

    def hold(self) -> AbstractContextManager[bool]:
        """Have it meanwhile; gives False where another process, or another thread, has it."""
        ...

    def holder(self) -> str:
        """The number of the process that has it."""
        ...


class Pace(Protocol):
    """Time that passes while something is waited for."""

    def elapsed(self) -> float:
        """Seconds on a clock that never goes back."""
        ...

    def pause(self, seconds: float) -> None:
        """Let time pass; less, where something happened meanwhile."""
        ...


class RunOutbox:
    """Runs the outbox of one home.

    Args:
        queue: Its queue.
        anchoring: Makes steps; opened when first needed, since a relay key may be missing here.
        lease: The right to do so.
        pace: Time.
    """

    def __init__(
        self, queue: MessageQueue, anchoring: Callable[[], AnchorMessages], lease: Lease, pace: Pace
    ) -> None:
        self._queue, self._anchoring, self._lease, self._pace = queue, anchoring, lease, pace

    def serve(
        self, stop: Callable[[], bool], tell: Callable[[LedgerError | None], None], waits: bool = True
    ) -> None:
        """Run until told to stop; while another process runs it, wait for its end.

        Args:
            stop: Whether to stop; what was sent is found again by whoever runs next.
            tell: Hears of every failure, and once (None) when it is over.
            waits: False does not wait for another process.

        Raises:
            StoreOutageError: `OUTBOX_LED`: another process runs it, and this one does not wait.
        """
        while not stop():
            with self._lease.hold() as is_ours:
                if is_ours:
                    self._lead(stop, tell)
                elif waits:
                    self._pace.pause(LONG)
                else:
                    raise StoreOutageError("OUTBOX_LED", process=self._lease.holder())

    def drain(self) -> Step:
        """Step until nothing waits any more, or nothing moves for a while.

        Raises:
            StoreOutageError: `OUTBOX_LED`: another process runs it.
            OutageError: As `AnchorMessages.step`.
        """
        with self._lease.hold() as is_ours:
            if not is_ours:
                raise StoreOutageError("OUTBOX_LED", process=self._lease.holder())
            moved, pause = self._pace.elapsed(), SHORT
            while True:
                step = self._anchoring().step()
                if step.changed:
                    moved, pause = self._pace.elapsed(), SHORT
                if not step.waiting or self._pace.elapsed() - moved > REST:
                    self._anchoring().confirm()
                    return step
                self._pace.pause(pause)
                pause = min(LONG, pause * 1.5)

    def wait(self, queued: Queued, seconds: float) -> Queued:
        """See a message through: run the outbox for it, or wait while another process does.

        Raises:
            OutcomeUnknownError: `MESSAGE_WAITING`: it is accepted, and not yet decided.
        """
        end, pause, last = self._pace.elapsed() + seconds, SHORT, None
        while queued.is_pending:
            try:
                step = self._step()
            except OutageError as error:
                last, step = error, None
            queued = self._queue.find(queued.digest) or queued
            if not queued.is_pending:
                break
            if self._pace.elapsed() >= end:
                reason = str(last) if last else "-"
                raise OutcomeUnknownError("MESSAGE_WAITING", message=queued.digest, reason=reason)
            pause = SHORT if step and step.changed else min(LONG, pause * 1.5)
            self._pace.pause(pause)
        return queued

    def _step(self) -> Step | None:
        """One step, or None while another process or thread makes them."""
        with self._lease.hold() as is_ours:
            return self._anchoring().step() if is_ours else None

    def _lead(self, stop: Callable[[], bool], tell: Callable[[LedgerError | None], None]) -> None:
        pause, confirmed, failed = SHORT, self._pace.elapsed(), False
        while not stop():
            try:
                pause = self._stepped(pause)
                if self._pace.elapsed() - confirmed >= CONFIRM_EVERY:
                    confirmed = self._pace.elapsed()
                    self._anchoring().confirm()
                if failed:
                    failed = False
                    tell(None)
            except LedgerError as error:
                pause, failed = REST, True
                tell(error)
            self._pace.pause(pause)

    def _stepped(self, pause: float) -> float:
        """One step, if anything waits; how long to pause after it."""
        if not self._queue.waiting():
            return POLL
        step = self._anchoring().step()
        if not step.waiting:
            return POLL
        return SHORT if step.changed else min(LONG, pause * 1.5)


def look_again(queue: MessageQueue, pace: Pace, queued: Queued, seconds: float) -> Queued:
    """Wait for a message that another thread or process brings onto the ledger; gives it as it is then."""
    end, pause = pace.elapsed() + seconds, SHORT
    while queued.is_pending and pace.elapsed() < end:
        pace.pause(min(pause, max(0.0, end - pace.elapsed())))
        pause = min(LONG / 2, pause * 1.5)
        queued = queue.find(queued.digest) or queued
    return queued
