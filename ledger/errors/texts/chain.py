"""Error texts: chain."""

from __future__ import annotations

from ledger.errors.texts.text import Text

TEXTS: dict[str, Text] = {
}
