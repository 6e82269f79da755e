"""The vault's file: written whole or not at all, readable by its owner only, one writer at a time."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

from ledger.errors import OutageError, UsageError

LARGEST = 64 << 20


def read_vault(path: Path) -> bytes:
    """The bytes of a vault.

    Raises:
        UsageError: `VAULT_MISSING`, `VAULT_UNREADABLE`.
    """
    try:
        with path.open("rb") as file:
            return file.read(LARGEST)
    except FileNotFoundError:
        raise UsageError("VAULT_MISSING", path=str(path)) from None
    except (OSError, ValueError) as error:
        raise _unreadable(path, error) from None


def write_vault(path: Path, data: bytes, is_new: bool = False) -> None:
    """Replace a vault, or make a new one, with permissions 0600.

    The old content stays until the new one is on the disk.

    Raises:
        UsageError: `VAULT_EXISTS` where a new one would replace another, `VAULT_UNREADABLE`.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        _replace(path, data, is_new)
    except FileExistsError:
        raise UsageError("VAULT_EXISTS", path=str(path)) from None
    except (OSError, ValueError) as error:
        raise _unreadable(path, error) from None


@contextlib.contextmanager
def lock(path: Path) -> Iterator[None]:
    """Hold the vault against other programs of this device while the block runs.

    Raises:
        UsageError: `VAULT_MISSING`, `VAULT_UNREADABLE`.
        OutageError: `VAULT_BUSY`.
    """
    import fcntl

    name = path.with_name(path.name + ".lock")
    if not path.exists():
        raise UsageError("VAULT_MISSING", path=str(path))
    try:
        descriptor = os.open(name, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise _unreadable(path, error) from None
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise OutageError("VAULT_BUSY", path=str(path)) from None
        yield
    finally:
        os.close(descriptor)


def _replace(path: Path, data: bytes, is_new: bool) -> None:
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")  # mode 0600
    draft = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        if is_new:
            os.link(draft, path)  # unlike a rename, refuses an existing name
        else:
            draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
    _sync(path.parent)


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _unreadable(path: Path, error: Exception) -> UsageError:
    reason = getattr(error, "strerror", None) or str(error)
    return UsageError("VAULT_UNREADABLE", path=str(path), reason=reason)
