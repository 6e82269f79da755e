"""Error texts: licenses."""

from __future__ import annotations

from ledger.errors.texts.text import Text

TEXTS: dict[str, Text] = {
    "UNKNOWN_LICENSE": Text(
        zh="没有找到证照 {id}。",
        en="No license is known under {id}.",
        remedy_zh="核对证照标识或 licenseId；本地索引可能尚未同步。",
        remedy_en="Check the identifier or licenseId; the local index may not have caught up.",
    ),
}
