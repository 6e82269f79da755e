"""What waits for its turn, in a file that nobody else sees and that ends with the run."""

from __future__ import annotations

import io
import json
import tempfile

from ledger.domain.canonical import JsonObject
from ledger.errors import StoreOutageError


class TemporarySpool:
    """Keeps objects out of memory; close it, or use it in a `with` block."""

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile()  # noqa: SIM115  # closed by `close`

    def add(self, entry: JsonObject) -> int:
        """Keep an object; where it is found again.

        Raises:
            StoreOutageError: `SPOOL`.
        """
        try:
            place = self._file.seek(0, io.SEEK_END)
            self._file.write(json.dumps(entry).encode() + b"\n")
        except OSError as error:
            raise StoreOutageError("SPOOL", reason=error.strerror or str(error)) from error
        return place

    def get(self, place: int) -> JsonObject:
        """An object that was kept."""
        self._file.seek(place)
        entry: JsonObject = json.loads(self._file.readline())
        return entry

    def close(self) -> None:
        """Let go of the file, and of all that is in it."""
        self._file.close()

    def __enter__(self) -> TemporarySpool:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
