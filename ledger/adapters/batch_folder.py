"""Folders of license files; that of `license issue-batch` has a journal by which a run is taken up."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import BinaryIO

from ledger.domain.canonical import JsonObject
from ledger.errors import StoreOutageError, UsageError

JOURNAL = ".issue-batch.jsonl"
_ENDING = ".elic.json"
_OWN = frozenset({JOURNAL, ".rejected.part"})


Flush = Callable[[Sequence[Path]], None]


class LicenseFolder:
    """License files by their identifiers.

    Args:
        path: The folder; it is there already.
        flush: Has files on the disk (`ledger.adapters.disk.flush`).
    """

    def __init__(self, path: Path, flush: Flush) -> None:
        self._path, self._flush, self._written = path, flush, list[Path]()

    def has(self, identifier: str) -> bool:
        """Whether the file of a license is there."""
        return self._file_of(identifier).exists()

    def read(self, identifier: str) -> bytes | None:
        """The file of a license; None where there is none.

        Raises:
            StoreOutageError: `FOLDER_UNWRITTEN`.
        """
        try:
            return self._file_of(identifier).read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise self._outage(error) from error

    def identifiers(self) -> Iterator[str]:
        """Every license that has a file here."""
        return (each.name.removesuffix(_ENDING) for each in self._path.glob(f"*{_ENDING}"))

    def write(self, identifier: str, data: bytes) -> None:
        """Write the file of a license, whole or not at all; `sync` has it on disk.

        Raises:
            StoreOutageError: `FOLDER_UNWRITTEN`.
        """
        path = self._file_of(identifier)
        draft = path.with_name(f".{path.name}.new")  # one process is in here
        try:
            descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                file.write(data)
            os.replace(draft, path)
        except OSError as error:
            raise self._outage(error) from error
        self._written.append(path)

    def sync(self) -> None:
        """Have all that was written on disk.

        Raises:
            StoreOutageError: `FOLDER_UNWRITTEN`.
        """
        try:
            self._flush(self._written)
        except OSError as error:
            raise self._outage(error) from error
        self._written = []

    def _file_of(self, identifier: str) -> Path:
        return self._path / f"{identifier}{_ENDING}"

    def _outage(self, error: OSError) -> StoreOutageError:
        reason = error.strerror or str(error)
        return StoreOutageError("FOLDER_UNWRITTEN", path=str(self._path), reason=reason)


class BatchFolder(LicenseFolder):
    """A folder that one sheet is issued into; held against other processes until closed.

    Args:
        path: Made if missing.
        head: What tells this sheet and order from every other; the first line of the journal.
        resume: Whether a run that was begun here may be taken up.
        flush: Has files on the disk (`ledger.adapters.disk.flush`).

    Attributes:
        is_resumed: Whether an earlier run was found.

    Raises:
        UsageError: `FOLDER_NOT_EMPTY`; `FOLDER_OTHER`, where it holds the run of another sheet or order;
            `FOLDER_BUSY`, where another process is at it.
        StoreOutageError: `FOLDER_UNWRITTEN`.
    """

    def __init__(self, path: Path, head: JsonObject, resume: bool, flush: Flush) -> None:
        super().__init__(path, flush)
        try:
            path.mkdir(parents=True, exist_ok=True)
            journal = path / JOURNAL
            is_begun = journal.exists() and journal.stat().st_size > 0
            if (is_begun and not resume) or (not is_begun and {each.name for each in path.iterdir()} - _OWN):
                raise UsageError("FOLDER_NOT_EMPTY", path=str(path))
            journal.touch(mode=0o600)
            self._file: BinaryIO = journal.open("a+b")
        except OSError as error:
            raise self._outage(error) from error
        try:
            self.is_resumed = self._take_up(head)
        except UsageError:
            self._file.close()
            raise

    def close(self) -> None:
        """Let another process at the folder."""
        self._file.close()

    def __enter__(self) -> BatchFolder:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # --- journal --------------------------------------------------------------------------

    def entries(self) -> Iterator[JsonObject]:
        """Every line after the first."""
        self._file.seek(0)
        self._file.readline()
        for line in self._file.readlines():
            yield json.loads(line)

    def add(self, entry: JsonObject) -> None:
        """Add a line; on return it is on disk.

        Raises:
            StoreOutageError: `FOLDER_UNWRITTEN`.
        """
        try:
            self._file.write(json.dumps(entry).encode() + b"\n")
            self._file.flush()
            os.fsync(self._file.fileno())
        except OSError as error:
            raise self._outage(error) from error

    def _take_up(self, head: JsonObject) -> bool:
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise UsageError("FOLDER_BUSY", path=str(self._path)) from None
        self._file.seek(0)
        content = self._file.read()
        whole = content.rfind(b"\n") + 1
        self._file.truncate(whole)  # a torn last line was never acted on
        if not whole:
            self.add(head)
            return False
        if json.loads(content.split(b"\n", 1)[0]) != json.loads(json.dumps(head)):
            raise UsageError("FOLDER_OTHER", path=str(self._path))
        return True
