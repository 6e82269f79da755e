"""License files at hand that may be the companion of a layout file."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Sequence
from contextlib import suppress
from itertools import islice
from pathlib import Path

from api.cli.output import read_input, unreadable
from ledger.service.verify_layouts import Companion

_SUFFIX = ".elic.json"
_MOST_FILES = 1_000
"""License files of a folder that are looked at."""
_MOST_BYTES = 1 << 20


def companions(layout: str, named: Sequence[str]) -> Iterator[Companion]:
    """Those that were named, the one with the layout file's own name, then all of its folder.

    Args:
        layout: Path of the layout file.
        named: Files, or folders of them.
    """
    for path in named:
        if Path(path).is_dir():
            try:
                yield from _of_folder(Path(path))
            except OSError as error:
                raise unreadable(path, error) from error
        else:
            yield Companion(read_input(path, _MOST_BYTES), is_named=True)
    place = Path(layout)
    own = _read(place.with_name(place.stem + _SUFFIX))
    if own is not None:
        yield Companion(own, is_named=True)
    with suppress(OSError):  # a folder that may not be listed has none to be found
        yield from _of_folder(place.parent)


def _of_folder(folder: Path) -> Iterator[Companion]:
    with os.scandir(folder) as entries:
        names = sorted(entry.name for entry in entries if entry.name.endswith(_SUFFIX))
    for data in islice(filter(None, (_read(folder / name) for name in names)), _MOST_FILES):
        yield Companion(data, is_named=False)


def _read(path: Path) -> bytes | None:
    """Its first bytes; a file beyond the limit is cut off, and so no license file.

    None of what is no file, is gone meanwhile, or may not be read: anybody may have put it there.
    """
    with suppress(OSError):
        if stat.S_ISREG(path.stat().st_mode):
            with path.open("rb") as file:
                return file.read(_MOST_BYTES)
    return None
