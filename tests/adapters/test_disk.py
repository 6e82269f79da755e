"""Files on the disk: each of few by itself, many at once, and what goes wrong is told."""

from __future__ import annotations

import ctypes
import os
from pathlib import Path
from types import SimpleNamespace

import pytest

from ledger.adapters import disk


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    paths = [tmp_path / f"{n % 3}" / f"file {n}" for n in range(20)]
    for path in paths:
        path.parent.mkdir(exist_ok=True)
        path.write_text("content")
    return paths


@pytest.fixture
def flushed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The paths of all that is flushed one by one."""
    seen: list[str] = []
    fsync = os.fsync

    def watched(descriptor: int) -> None:
        seen.append(os.readlink(f"/proc/self/fd/{descriptor}"))
        fsync(descriptor)

    monkeypatch.setattr(disk.os, "fsync", watched)
    return seen


def test_few_files_are_flushed_with_their_folders(
    files: list[Path], flushed: list[str], tmp_path: Path
) -> None:
    disk.flush(files[:4])
    folders = {str(path.parent) for path in files} | {str(tmp_path)}
    assert set(flushed) == {str(path) for path in files[:4]} | folders


def test_many_files_are_left_to_the_file_system(files: list[Path], flushed: list[str]) -> None:
    disk.flush(files)
    assert flushed == []


def test_a_system_that_cannot_flush_a_file_system_flushes_every_file(
    files: list[Path], flushed: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ctypes, "CDLL", lambda *_, **__: SimpleNamespace())
    disk.flush(files)
    assert {str(path) for path in files} < set(flushed)


def test_a_disk_that_fails_is_told(files: list[Path], monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(_: int) -> int:
        ctypes.set_errno(5)
        return -1

    monkeypatch.setattr(ctypes, "CDLL", lambda *_, **__: SimpleNamespace(syncfs=failing))
    with pytest.raises(OSError, match="Input/output error"):
        disk.flush(files)


def test_nothing_to_flush_is_no_fault() -> None:
    disk.flush([])
