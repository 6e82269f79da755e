"""The right to run a home's outbox: a lock that the system holds for one process and frees at its end."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ledger.errors import StoreOutageError


class FileLease:
    """The `Lease` of an outbox. No time runs out: a process that was stopped still has it, a killed one not.

    Args:
        path: The lock file; it names the process that has the lease.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    @contextmanager
    def hold(self) -> Iterator[bool]:
        """Have it meanwhile; gives False where another process, or another thread, has it.

        Raises:
            StoreOutageError: `OUTBOX`.
        """
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise StoreOutageError("OUTBOX", path=str(self._path), reason=str(error.strerror)) from error
        try:
            yield _is_locked(descriptor)
        finally:
            os.close(descriptor)

    def holder(self) -> str:
        """The number of the process that had it last, as the file says."""
        try:
            return self._path.read_text(encoding="ascii").strip() or "?"
        except (OSError, UnicodeError):
            return "?"


def _is_locked(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    os.ftruncate(descriptor, 0)
    os.write(descriptor, str(os.getpid()).encode())
    return True
