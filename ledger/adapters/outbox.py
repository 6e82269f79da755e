"""Drafts as files: one per license, replaced whole and flushed before anything is sent."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from ledger.domain.canonical import JsonObject, canonical, parse_strict
from ledger.errors import StoreOutageError


class FileOutbox:
    """A folder of drafts that only their owner can read.

    Args:
        folder: Made on first use.
        flush: Has files and their names on the disk (`ledger.adapters.disk.flush`), where an entry may not
            even be lost with the power; without it a name may be.
    """

    def __init__(self, folder: Path, flush: Callable[[Sequence[Path]], None] = lambda _: None) -> None:
        self._folder, self._flush = folder, flush

    def load(self, key: str) -> JsonObject | None:
        """The entry, or None.

        Raises:
            StoreOutageError: `OUTBOX`.
        """
        try:
            return parse_strict(self._path(key).read_bytes())
        except FileNotFoundError:
            return None
        except OSError as error:
            raise self._outage(error) from error

    def save(self, key: str, entry: JsonObject) -> None:
        """Keep an entry; on return it is on disk.

        Raises:
            StoreOutageError: `OUTBOX`.
        """
        path = self._path(key)
        draft = path.with_name(f".{path.name}.{os.getpid()}")
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(descriptor, "wb") as handle:
                handle.write(canonical(entry))
                handle.flush()
                os.fsync(handle.fileno())
            os.replace(draft, path)
            self._flush([path])
        except OSError as error:
            raise self._outage(error) from error

    def names(self) -> list[str]:
        """The names of all entries, sorted.

        Raises:
            StoreOutageError: `OUTBOX`.
        """
        try:
            names = [each.name for each in self._folder.iterdir()] if self._folder.exists() else []
        except OSError as error:
            raise self._outage(error) from error
        return sorted(
            each.removesuffix(".json") for each in names if each[0] != "." and each.endswith(".json")
        )

    def drop(self, key: str) -> None:
        """Forget an entry."""
        self._path(key).unlink(missing_ok=True)

    def traces(self, key: str) -> list[Path]:
        """The file of an entry, and what writes of it that broke off may have left."""
        path = self._path(key)
        return [each for each in (path, *self._folder.glob(f".{path.name}.*")) if each.exists()]

    def erase(self, key: str, wipe: Callable[[Path], bool]) -> None:
        """Destroy an entry; the caller holds it.

        Args:
            key: Of the entry.
            wipe: Overwrites and removes a file (`ledger.adapters.disk.wipe`).

        Raises:
            StoreOutageError: `OUTBOX`.
        """
        try:
            for trace in self.traces(key):
                wipe(trace)
        except OSError as error:
            raise self._outage(error) from error

    @contextmanager
    def hold(self, key: str) -> Iterator[None]:
        """Keep every other process away from an entry meanwhile.

        Raises:
            StoreOutageError: `OUTBOX`.
        """
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            descriptor = os.open(self._path(key).with_suffix(".lock"), os.O_WRONLY | os.O_CREAT, 0o600)
        except OSError as error:
            raise self._outage(error) from error
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)

    def _path(self, key: str) -> Path:
        return self._folder / f"{key.removeprefix('0x')}.json"

    def _outage(self, error: OSError) -> StoreOutageError:
        return StoreOutageError("OUTBOX", path=str(self._folder), reason=error.strerror or str(error))
