"""The right to run a home's outbox: a lock that the system holds for one process and frees at its end."""

from __future__ import annotations

import errno
import fcntl
import os
import stat
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
            descriptor = self._opened()
        except OSError as error:
            raise StoreOutageError("OUTBOX", path=str(self._path), reason=str(error.strerror)) from error
        try:
            yield _is_locked(descriptor)
        finally:
            os.close(descriptor)

    def _opened(self) -> int:
        """The file, made where it is not there: a regular one, for it is written anew; no link to another."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK
        descriptor = os.open(self._path, flags, 0o600)
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            os.close(descriptor)
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST))
        return descriptor

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
