"""Evidence as files of a folder, each named by its digest and readable by its owner only."""

from __future__ import annotations

import os
from pathlib import Path

from ledger.errors import StoreOutageError


class EvidenceFolder:
    """Bytes by the digest of them.

    Args:
        folder: Made on first use.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def load(self, digest: str) -> bytes | None:
        """The bytes, or None.

        Raises:
            StoreOutageError: `OUTBOX`.
        """
        try:
            return self._path(digest).read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise self._outage(error) from error

    def save(self, digest: str, data: bytes) -> None:
        """Keep bytes; on return they are on disk.

        Raises:
            StoreOutageError: `OUTBOX`.
        """
        path = self._path(digest)
        draft = path.with_name(f".{path.name}.{os.getpid()}")
        try:
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(descriptor, "wb") as handle:
                handle.write(data)
                handle.flush()
                os.fsync(handle.fileno())
            os.replace(draft, path)
        except OSError as error:
            raise self._outage(error) from error

    def _path(self, digest: str) -> Path:
        return self._folder / digest.removeprefix("0x")

    def _outage(self, error: OSError) -> StoreOutageError:
        return StoreOutageError("OUTBOX", path=str(self._folder), reason=error.strerror or str(error))
