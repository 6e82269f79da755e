"""The lock file of a lease: a file of its own, whatever somebody put into the folder."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from ledger.adapters.lease import FileLease
from ledger.errors import StoreOutageError


def test_a_lease_writes_into_no_file_of_another_name_and_waits_for_no_pipe(tmp_path: Path) -> None:
    other, link, pipe = (tmp_path / name for name in ("key.pem", "link.lock", "pipe.lock"))
    other.write_text("a key")
    link.symlink_to(other)
    os.mkfifo(pipe)
    for path in (link, pipe, tmp_path):
        with pytest.raises(StoreOutageError), FileLease(path).hold():
            pass
    assert other.read_text() == "a key"
    lease = FileLease(tmp_path / "own.lock")
    with lease.hold() as is_ours, lease.hold() as is_theirs:
        assert (is_ours, is_theirs, lease.holder()) == (True, False, str(os.getpid()))
