"""Error texts: issuing, acts, registry."""

from __future__ import annotations

from ledger.errors.texts.text import Text

TEXTS: dict[str, Text] = {
    "UNKNOWN_LICENSE": Text(
        zh="没有找到证照 {id}。",
        en="No license is known under {id}.",
        remedy_zh="核对证照标识或 licenseId；本地索引可能尚未同步。",
        remedy_en="Check the identifier or licenseId; the local index may not have caught up.",
    ),
    "BAD_TIME": Text(
        zh="无法识别的时间“{text}”。",
        en="Not a time: {text}",
        remedy_zh="用 RFC 3339（如 2026-11-22T08:00:00Z）或日期 YYYY-MM-DD。",
        remedy_en="Use RFC 3339 (2026-11-22T08:00:00Z) or a day, YYYY-MM-DD.",
    ),
}
