"""Signing batches of uses again and again: until nothing waits, or until told to stop."""

from __future__ import annotations

import signal
import sys
import threading
import time
from collections.abc import Callable, Sequence
from typing import Any

from api.cli.output import said
from ledger.errors import OutageError
from ledger.service.countersign import Countersigned

PAUSE = 1.0
"""Seconds between two looks at what waits."""


class SignLoop:
    """Looks after some grants.

    Args:
        step: Signs what waits under a grant.
        grants: Their objects.

    Attributes:
        batches: What was signed.
        waiting: Uses that were in no batch yet, at the last look.
    """

    def __init__(self, step: Callable[[str], Countersigned], grants: Sequence[str]) -> None:
        self._step, self._grants = step, grants
        self._stopped = threading.Event()
        self.batches: list[dict[str, Any]] = []
        self.waiting = 0

    def until_signed(self, seconds: float) -> None:
        """Go on until no use waits for a batch any more, or the time is over; raises as the step."""
        end = time.monotonic() + seconds
        self._look()
        while self.waiting and time.monotonic() < end:
            self._stopped.wait(PAUSE)
            self._look()

    def watch(self) -> None:
        """Go on until SIGTERM or Ctrl-C; what is out of reach is tried again, whatever is wrong ends it."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: self._stopped.set())
        while not self._stopped.is_set():
            try:
                self._look()
            except OutageError as error:
                print(error.code, file=sys.stderr)
            self._stopped.wait(PAUSE)

    def _look(self) -> None:
        found = [self._step(each) for each in self._grants]
        signed = [each.as_json() for one in found for each in one.batches]
        self.waiting = sum(each.waiting for each in found)
        self.batches += signed
        for each in signed:
            text = said(f"已签 {each['size']} 次用证", f"signed for {each['size']} uses")
            print(f"{text}  {each['batch']}", file=sys.stderr)
