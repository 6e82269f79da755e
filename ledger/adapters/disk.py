"""Many small files on the disk at the cost of one, and files that go from it.

A file is safe from a power cut when it and its name were flushed. Flushed one by one, a thousand
files wait for the disk two thousand times.
"""

from __future__ import annotations

import ctypes
import os
from collections.abc import Iterable, Sequence
from pathlib import Path

FEW = 8
"""Up to so many files are flushed one by one: a whole file system may hold much that is not ours."""


def flush(files: Sequence[Path]) -> None:
    """Have files, their names, and the folders made for them on the disk when this returns.

    Many at once are left to the operating system, which writes out each file system that they are
    on as a whole; where it cannot do that (only Linux can), every file and folder is flushed.

    Args:
        files: Written and closed already.

    Raises:
        OSError: The disk failed, or a file is gone.
    """
    folders = {folder for file in files for folder in (file.parent, file.parent.parent)}
    if len(files) <= FEW or not _flush_file_systems(folders):
        for path in (*files, *folders):
            _flush_one(path)


def wipe(file: Path) -> bool:
    """Overwrite a file with zeros and remove it; on return it is gone. False where there was none.

    Copies that a disk or a backup keeps of its blocks are not reached.

    Raises:
        OSError: The disk failed.
    """
    try:
        size = file.stat().st_size
        with file.open("r+b") as opened:
            opened.write(bytes(size))
            opened.flush()
            os.fsync(opened.fileno())
        file.unlink()
    except FileNotFoundError:
        return False
    _flush_one(file.parent)
    return True


def _flush_file_systems(folders: Iterable[Path]) -> bool:
    """False where the system has no way to."""
    syncfs = getattr(ctypes.CDLL(None, use_errno=True), "syncfs", None)
    if syncfs is None:
        return False
    one_of_each = {folder.stat().st_dev: folder for folder in folders}
    for folder in one_of_each.values():
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            if syncfs(descriptor):
                number = ctypes.get_errno()
                raise OSError(number, os.strerror(number))
        finally:
            os.close(descriptor)
    return True


def _flush_one(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
