"""Key files as command-line options: where the passphrase comes from, which key is meant."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from api.cli.output import read_input

if TYPE_CHECKING:
    from ledger.adapters.libcrypto import LibcryptoSigner


def passphrase() -> bytes | None:
    """The passphrase for encrypted key files.

    `ELICENSE_PASSPHRASE`, else the first line of the file that `ELICENSE_PASSPHRASE_FILE` names,
    else None.

    Raises:
        UsageError: `FILE_UNREADABLE`: the passphrase file.
    """
    given = os.environ.get("ELICENSE_PASSPHRASE")
    if given:
        return os.fsencode(given)
    path = os.environ.get("ELICENSE_PASSPHRASE_FILE")
    if not path:
        return None
    return read_input(path).split(b"\n", 1)[0].rstrip(b"\r") or None


def signer(path: str) -> LibcryptoSigner:
    """The signer of a `--key` file; raises as `ledger.crypto.load_signer`."""
    from ledger import crypto

    return crypto.load_signer(path, passphrase())


def public_key(path: str) -> bytes:
    """The public key of a `--key` file of any kind; raises as `ledger.crypto.load_public_key`."""
    from ledger import crypto

    return crypto.load_public_key(path, passphrase())
