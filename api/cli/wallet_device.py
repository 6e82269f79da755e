"""The wallet on this device: its file, its passphrase, its keys."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from api.cli import keys
from ledger import crypto
from ledger.adapters.clock import SystemClock, SystemEntropy
from ledger.adapters.sm4 import Sm4Gcm
from ledger.settings import home
from wallet.wallet import Device, Wallet

VaultOption = Annotated[str | None, typer.Option("--vault", metavar="FILE", help="The vault's file.")]


def device() -> Device:
    """Keys, cipher and clock of this device."""
    return Device(crypto.signer, crypto.verifier(), Sm4Gcm(), SystemEntropy(), SystemClock())


def passphrase() -> bytes:
    """What opens the vault; empty where nothing was said."""
    return keys.passphrase() or b""


def vault_path(vault: str | None) -> Path:
    """The vault's file; by default the one of this home."""
    return Path(vault) if vault else home() / "wallet.vault"


def open_wallet(vault: str | None) -> Wallet:
    """The wallet in a vault.

    Raises:
        UsageError: `VAULT_PASSPHRASE_NEEDED`.
    """
    return Wallet(vault_path(vault), passphrase(), device())
