"""The sentences of every error code, in Chinese and English, one table a subject."""

from __future__ import annotations

from ledger.errors.texts import (
    api,
    chain,
    cli,
    copies,
    crypto,
    declarations,
    document,
    editions,
    erasure,
    feeds,
    identifiers,
    items,
    keeping,
    licenses,
    network,
    outbox,
    receipts,
    registry,
    representations,
    rows,
    sharing,
    sharing_desk,
    sheets,
    stores,
    uses,
    wallet,
)
from ledger.errors.texts.text import Text

TEXTS: dict[str, Text] = {
    **crypto.TEXTS,
    **identifiers.TEXTS,
    **items.TEXTS,
    **document.TEXTS,
    **erasure.TEXTS,
    **keeping.TEXTS,
    **network.TEXTS,
    **chain.TEXTS,
    **licenses.TEXTS,
    **outbox.TEXTS,
    **receipts.TEXTS,
    **registry.TEXTS,
    **representations.TEXTS,
    **sharing.TEXTS,
    **sharing_desk.TEXTS,
    **declarations.TEXTS,
    **editions.TEXTS,
    **sheets.TEXTS,
    **feeds.TEXTS,
    **copies.TEXTS,
    **rows.TEXTS,
    **stores.TEXTS,
    **uses.TEXTS,
    **wallet.TEXTS,
    **api.TEXTS,
    **cli.TEXTS,
}

__all__ = ["TEXTS", "Text"]
