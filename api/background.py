"""Work that a service does beside answering, in a thread of its own."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from ledger.errors import LedgerError

if TYPE_CHECKING:
    from structlog.typing import FilteringBoundLogger

EVERY = 5.0
"""Seconds between two looks."""
STOP_SECONDS = 5.0


class Background:
    """Steps until the service stops; what goes wrong is said, and tried again.

    Args:
        step: One piece of work.
        log: Told what goes wrong.
    """

    def __init__(self, step: Callable[[], object], log: FilteringBoundLogger) -> None:
        self._step, self._log = step, log
        self._stopped = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin."""
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, args=(self._stopped,), name="uses", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End after the present step; the rest is on disk."""
        self._stopped.set()
        if self._thread is not None:
            self._thread.join(STOP_SECONDS)

    def _run(self, stopped: threading.Event) -> None:
        while not stopped.wait(EVERY):
            try:
                self._step()
            except LedgerError as error:
                self._log.warning("uses", code=error.code)
            except Exception as error:  # noqa: BLE001 - it ends with the service: what waits is on disk
                self._log.warning("uses", code=type(error).__name__)
