"""What a home remembers of the documents that it erased: one file each, written before anything goes."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path

from ledger.domain.canonical import canonical, parse_strict
from ledger.domain.erasure import Erasure, erasure_of
from ledger.errors import MalformedError, StoreOutageError, UsageError


class FolderErasures:
    """The `Erasures` port over a folder; files are replaced whole, readable by their owner only.

    Args:
        folder: Made at the first `keep`.
        flush: Has files on the disk (`ledger.adapters.disk.flush`).
    """

    def __init__(self, folder: Path, flush: Callable[[Sequence[Path]], None]) -> None:
        self._folder, self._flush = folder, flush

    def of(self, license_id: str) -> Erasure | None:
        """The erasure of a license's document, or None.

        Raises:
            StoreOutageError: `ERASURES`, `ERASURE_DAMAGED`.
        """
        file = self._file(license_id)
        try:
            found = erasure_of(parse_strict(file.read_bytes()))
        except FileNotFoundError:
            return None
        except OSError as error:
            raise self._outage(error) from error
        except (MalformedError, UsageError) as error:
            raise StoreOutageError("ERASURE_DAMAGED", path=str(file), reason=error.code) from None
        if found.license_id != license_id:
            raise StoreOutageError("ERASURE_DAMAGED", path=str(file), reason="licenseId")
        return found

    def keep(self, erasure: Erasure) -> None:
        """Keep an erasure in place of what was kept of it before; on return it is on disk.

        Raises:
            StoreOutageError: `ERASURES`.
        """
        file = self._file(erasure.license_id)
        draft = file.with_name(f".{file.name}")
        try:
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(descriptor, "wb") as opened:
                opened.write(canonical(erasure.as_json()) + b"\n")
                opened.flush()
                os.fsync(opened.fileno())
            os.replace(draft, file)
            self._flush([file])
        except OSError as error:
            raise self._outage(error) from error

    def _file(self, license_id: str) -> Path:
        return self._folder / f"{license_id.removeprefix('0x')}.json"

    def _outage(self, error: OSError) -> StoreOutageError:
        return StoreOutageError("ERASURES", path=str(self._folder), reason=error.strerror or str(error))
