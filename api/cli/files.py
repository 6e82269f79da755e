"""Reading and writing files for commands: clear errors, nothing overwritten by halves."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from api.cli.output import open_input
from ledger.domain.sm3 import new_sm3
from ledger.errors import UsageError


def digest_of(path: str, taken: bytes = b"") -> str:
    """SM3 of a file, 64 digits, read piece by piece; `-` is stdin.

    Args:
        path: The file.
        taken: What was read of stdin before; a file is read from its beginning.

    Raises:
        UsageError: `FILE_UNREADABLE`.
    """
    digest = new_sm3()
    if path == "-":
        digest.update(taken)
    with open_input(path) as file:
        while chunk := file.read(1 << 20):
            digest.update(chunk)
    return digest.digest().hex()


def write_new(path: Path, data: bytes, mode: int = 0o644) -> None:
    """Write a file that must not exist yet.

    Raises:
        UsageError: `FILE_EXISTS`.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    except FileExistsError:
        raise UsageError("FILE_EXISTS", path=str(path)) from None
    with os.fdopen(descriptor, "wb") as handle:
        handle.write(data)
        handle.flush()
        os.fsync(handle.fileno())


def replace_file(path: Path, data: bytes, mode: int = 0o644) -> None:
    """Write a file whole: a reader sees the old one or the new one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(path.name + f".{os.getpid()}.new")
    draft.unlink(missing_ok=True)
    try:
        write_new(draft, data, mode)
        os.replace(draft, path)
    except OSError:
        draft.unlink(missing_ok=True)
        raise


def write_out(path: Path, data: bytes, mode: int = 0o644) -> None:
    """The same for a file that was asked for.

    Raises:
        UsageError: `FILE_UNWRITABLE`.
    """
    try:
        replace_file(path, data, mode)
    except OSError as error:
        reason = error.strerror or str(error)
        raise UsageError("FILE_UNWRITABLE", path=str(path), reason=reason) from None


@contextmanager
def replaced(path: Path, mode: int = 0o644) -> Iterator[BinaryIO]:
    """A file that grows beside its place and takes it at the end, whole; one that stays empty leaves none."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(path.name + f".{os.getpid()}.new")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
    try:
        with os.fdopen(descriptor, "wb") as handle:
            yield handle
            handle.flush()
            os.fsync(handle.fileno())
            is_empty = handle.tell() == 0
        if is_empty:
            path.unlink(missing_ok=True)
        else:
            os.replace(draft, path)
    finally:
        draft.unlink(missing_ok=True)


def pretty(value: object) -> bytes:
    """JSON for people's eyes, with a newline at the end."""
    return (json.dumps(value, ensure_ascii=False, indent=2) + "\n").encode()
