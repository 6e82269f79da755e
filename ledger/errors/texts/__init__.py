"""The sentences of every error code, in Chinese and English, one table a subject."""

from __future__ import annotations

from ledger.errors.texts import (
    api,
    chain,
    cli,
    crypto,
    document,
    erasure,
    feeds,
    identifiers,
    licenses,
    network,
    registry,
    representations,
    sheets,
    stores,
    wallet,
)
from ledger.errors.texts.text import Text

TEXTS: dict[str, Text] = {
    **crypto.TEXTS,
    **identifiers.TEXTS,
    **document.TEXTS,
    **erasure.TEXTS,
    **network.TEXTS,
    **chain.TEXTS,
    **licenses.TEXTS,
    **registry.TEXTS,
    **representations.TEXTS,
    **sheets.TEXTS,
    **feeds.TEXTS,
    **stores.TEXTS,
    **wallet.TEXTS,
    **api.TEXTS,
    **cli.TEXTS,
}

__all__ = ["TEXTS", "Text"]
