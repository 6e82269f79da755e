"""Promises in files and folders that a command names."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from api.cli.output import read_input
from ledger.domain.canonical import MAX_BYTES, parse_strict
from ledger.errors import MalformedError
from ledger.service.promises import promise_in
from ledger.service.supervise_promises import HeldPromise


def held_promises(paths: list[str]) -> Iterator[HeldPromise]:
    """The promises in files that are named, and in whatever of a folder holds one.

    Raises:
        MalformedError: A file that is named holds none.
    """
    for path in paths:
        if not Path(path).is_dir():
            yield HeldPromise(promise_in(parse_strict(read_input(path, MAX_BYTES + 1))), path)
            continue
        for file in sorted(filter(Path.is_file, Path(path).rglob("*.json"))):
            held = _of_folder(str(file))
            if held is not None:
                yield held


def _of_folder(path: str) -> HeldPromise | None:
    try:
        return HeldPromise(promise_in(parse_strict(read_input(path, MAX_BYTES + 1))), path)
    except MalformedError:  # a folder holds other files as well
        return None
