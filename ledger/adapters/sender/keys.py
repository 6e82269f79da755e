"""Relay keys: secp256k1 in a file that only its owner can read. No right hangs on one."""

from __future__ import annotations

import os
import stat
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from ledger.errors import UsageError

if TYPE_CHECKING:
    from eth_account import Account
    from eth_account.signers.local import LocalAccount


def create_relay_key(path: Path) -> str:
    """Make a fresh relay key in a file that only its owner can read; returns the account.

    Raises:
        FileExistsError: Keys are never overwritten.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    account = _accounts().create()
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as handle:
        handle.write(bytes(account.key).hex() + "\n")
    return str(account.address).lower()


def load_relay_key(path: Path) -> LocalAccount:
    """Read a relay key: 64 hexadecimal digits in a file that only its owner can read.

    Raises:
        UsageError: `RELAY_KEY_MISSING`, or `RELAY_KEY_FILE` with the reason.
    """
    try:
        mode = path.stat().st_mode
        text = path.read_text(encoding="ascii").strip().removeprefix("0x")
    except FileNotFoundError:
        raise UsageError("RELAY_KEY_MISSING", path=str(path)) from None
    except (OSError, UnicodeError):
        raise UsageError("RELAY_KEY_FILE", path=str(path), reason="unreadable") from None
    if mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise UsageError("RELAY_KEY_FILE", path=str(path), reason="others can read it")
    try:
        account: LocalAccount = _accounts().from_key(bytes.fromhex(text))
    except ValueError:
        raise UsageError("RELAY_KEY_FILE", path=str(path), reason="not a key") from None
    return account


def _accounts() -> type[Account]:
    """eth_account's entry, imported late, and without what it does to Python's recursion limit.

    Its dependency py_ecc raises the limit to 100,000 for the whole process, with which deeply
    nested input ends in a crash instead of a `RecursionError`.
    """
    limit = sys.getrecursionlimit()
    from eth_account import Account

    sys.setrecursionlimit(limit)
    return Account
