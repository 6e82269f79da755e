"""Error texts: documents of issued licenses, read and erased."""

from __future__ import annotations

from ledger.errors.texts.text import Text

TEXTS: dict[str, Text] = {
    "DOCUMENT_NOT_KEPT": Text(
        "本机没有证照 {id} 的文档。",
        "This home keeps no document of license {id}.",
        "在签发它的机器上运行；颁发机构没有登记加密密钥时，文档不另存。",
        "Run it in the home that issued it. Where the issuer has no registered encryption key, none is kept.",
    ),
    "DOCUMENT_NOT_OF_RECORD": Text(
        "打开的文档不是账本所记的证照 {id}（{reason}）。",
        "The opened document is not license {id} as the ledger recorded it ({reason}).",
        "勿使用；从备份恢复登记簿与文档后重试。",
        "Do not use it; restore register and document from a backup, then try again.",
    ),
    "DOCUMENT_UNCHECKED": Text(
        "证照 {id} 的文档未能与账本核对（{reason}）。",
        "The document of license {id} could not be held against the ledger ({reason}).",
        "稍后重试。",
        "Try again in a moment.",
    ),
    "DOCUMENT_ERASED": Text(
        "证照 {id} 的文档已于 {at} 依法删除（{ground}）。",
        "The document of license {id} was erased at {at} ({ground}).",
        "内容不可恢复；账本记录与状态照旧，持证主体手中的证照仍可核验。",
        "It cannot be restored. Record and status stand, and copies that others hold still verify.",
    ),
    "ERASURE_UNFINISHED": Text(
        "证照 {id} 的文档于 {at} 决定删除（{ground}），尚未完成。",
        "The document of license {id} was ordered to be erased at {at} ({ground}); that is not finished.",
        "再次运行 elicense license erase，直至完成。",
        "Run `elicense license erase` again until it is done.",
    ),
    "ERASURE_UNDERWAY": Text(
        "证照 {id} 的签发尚未完成。",
        "The issue of license {id} is not finished.",
        "先再次运行签发命令，完成后再删除。",
        "Run the command that issues it again first, then erase.",
    ),
    "ERASURE_UNCONFIRMED": Text(
        "将永久销毁 {count} 份证照的文档，尚未确认。",
        "The documents of {count} licenses would be destroyed for good; that was not confirmed.",
        "核对上列内容，加 --yes 再次运行；只看不删用 --dry-run。",
        "Check what is listed and run it again with --yes; --dry-run only shows.",
    ),
    "ERASURE_GROUND": Text(
        "{ground} 不是删除的理由。",
        "{ground} is no ground of an erasure.",
        "使用其一：{grounds}。",
        "Use one of {grounds}.",
    ),
    "ERASURE_FEED_OPEN": Text(
        "归集目录 {path} 中还有关于证照 {id} 的行没有了结。",
        "In the feed folder {path} lines about license {id} are not settled.",
        "先更正或撤回被拒绝的行，或用 --resume 完成归集，再删除。",
        "Correct or take back the rejected lines, or finish with --resume, then erase.",
    ),
    "ERASURES": Text(
        "删除记录 {path} 不能读写：{reason}。",
        "The record of erasures {path} cannot be read or written: {reason}.",
        "检查磁盘空间与文件权限后重试。",
        "Check disk space and file permissions, then try again.",
    ),
    "ERASURE_DAMAGED": Text(
        "删除记录 {path} 已损坏（{reason}）。",
        "The record of an erasure {path} is damaged ({reason}).",
        "从备份恢复该文件：它是对该证照继续办理的依据。",
        "Restore this file from a backup: later acts on the license need it.",
    ),
    "KEPT_ALTERED": Text(
        "本机所存证照 {id} 与账本不符（{reason}），未删除任何内容。",
        "What this home keeps of license {id} is not what the ledger recorded ({reason}); nothing was erased.",
        "从备份恢复 outbox 目录后重试：其中有继续办理所需的数据。",
        "Restore the folder outbox from a backup and try again: it has what later acts need.",
    ),
}
