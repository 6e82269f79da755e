"""Error texts: how long documents are kept, legal holds, archive packages."""

from __future__ import annotations

from ledger.errors.texts.text import Text

TEXTS: dict[str, Text] = {
    "STATEMENT_DAMAGED": Text(
        "本机的保管文件 {name} 已损坏（{reason}）。",
        "A file about the documents in this home's keeping, {name}, is damaged ({reason}).",
        "从备份恢复该文件；在此之前不删除任何文档。",
        "Restore it from a backup; no document is erased before.",
    ),
    "STATEMENT_NOT_SIGNED": Text(
        "本机的保管文件 {name} 不是机关 {by} 所签。",
        "A file about the documents in this home's keeping, {name}, is not what {by} signed.",
        "从备份恢复该文件；若密钥已失密，请重新设定保存期限。",
        "Restore it from a backup; if its key was compromised, set the rule anew.",
    ),
    "RETENTION_BASIS": Text(
        "{basis} 不是保存期限的依据。",
        "{basis} is no basis of a retention period.",
        "LAW：法律、行政法规规定；OWN：本机关自定。",
        "LAW: prescribed by law or administrative regulation; OWN: by the body itself.",
    ),
    "RETENTION_YEARS": Text(
        "保存期限不能是 {years} 年。",
        "A retention period cannot be {years} years.",
        "给出 0 至 {most} 的整数年数，或用 --permanent 表示永久。",
        "Give whole years from 0 to {most}, or --permanent.",
    ),
    "RETENTION_PERIOD": Text(
        "没有给出保存期限，或给了两个。",
        "No retention period is given, or two are.",
        "用 --years 给出年数，或用 --permanent 表示永久。",
        "Give either --years or --permanent.",
    ),
    "RETENTION_REFERENCE": Text(
        "保存期限须注明其规定或决定，且不超过 {most} 个字符。",
        "A retention period needs the provision or decision that it rests on, {most} characters at most.",
        "用 --reference 写明规定或决定的名称、条款或文号。",
        "Name it with --reference.",
    ),
    "RETENTION_TYPE": Text(
        "{type} 不是证照类型代码。",
        "{type} is no code of a license type.",
        "给出 21 位的类型代码（elicense type list）。",
        "Give the 21 characters of a type (`elicense type list`).",
    ),
    "RETENTION_UNSET": Text(
        "证照 {id} 的类型没有设定保存期限，不能判定是否期满。",
        "No retention period is set for the type of license {id}, so nothing tells that it is over.",
        "先用 elicense retention set 设定；个人撤回同意或违法处理的，用相应的 --ground。",
        "Set one with `elicense retention set`; for the person's own right use its --ground.",
    ),
    "RETENTION_NOT_ENDED": Text(
        "证照 {id} 尚未终结，其文档须保存至终结后 {years} 年（{basis}）。",
        "License {id} has not ended; its document is kept for {years} years after that ({basis}).",
        "待证照终结且期满后再删除；有法院或主管机关的决定时用 --order。",
        "Erase it when it has ended and the period is over; with an order of a court, use --order.",
    ),
    "RETENTION_RUNS": Text(
        "证照 {id} 的文档须保存至 {until}（{basis}）。",
        "The document of license {id} has to be kept until {until} ({basis}).",
        "届时再删除；期限由法律规定的（LAW），个人请求删除时应停止除存储外的处理。有法院决定时用 --order。",
        "Erase it then. Where a law prescribes the period (LAW), a person's request stops all processing but "
        "storage. With an order of a court, use --order.",
    ),
    "RETENTION_FOR_EVER": Text(
        "证照 {id} 的文档永久保存（{basis}）。",
        "The document of license {id} is kept for ever ({basis}).",
        "有法院或主管机关的决定时用 --order。",
        "With an order of a court or authority, use --order.",
    ),
    "ERASURE_ORDER": Text(
        "决定的文号过长，不得超过 {most} 个字符。",
        "The number of the order is longer than {most} characters.",
        "只写文号。",
        "Give its number alone.",
    ),
    "LICENSE_HELD": Text(
        "证照 {id} 的文档自 {since} 起依法保全（{reference}），共 {count} 项保全。",
        "The document of license {id} is under legal hold since {since} ({reference}), {count} in all.",
        "解除全部保全（elicense hold lift）之前不得删除。",
        "It may not be erased before every hold is lifted (`elicense hold lift`).",
    ),
    "HOLD_REFERENCE": Text(
        "保全须注明决定的文号，每项文字不超过 {most} 个字符。",
        "A hold needs the number of its order; no text is longer than {most} characters.",
        "用 --reference 写明文号。",
        "Name it with --reference.",
    ),
    "HOLD_LICENSES": Text(
        "一项保全不能涉及 {count} 份证照。",
        "One hold cannot be on {count} licenses.",
        "给出 1 至 {most} 份证照。",
        "Name 1 to {most}.",
    ),
    "HOLD_UNKNOWN": Text(
        "本机没有保全 {hold}。",
        "This home has no hold {hold}.",
        "用 elicense hold list 查看。",
        "`elicense hold list` shows them.",
    ),
    "HOLD_NOT_COMPETENT": Text(
        "{by} 无权对证照 {id} 采取保全。",
        "{by} is not competent to hold the document of license {id}.",
        "由颁发机构、其承继或代办机构，或颁发地地区及其上级（以治理密钥）办理。",
        "The issuer, what followed it or its operator does that, or the region of issue or one above it.",
    ),
    "HOLD_OF_ANOTHER": Text(
        "保全 {hold} 由 {by} 采取，只能由其或其承继机构解除。",
        "Hold {hold} was put on by {by}; only that body, or what followed it, lifts it.",
        "由该机关解除。",
        "Have that body lift it.",
    ),
    "ARCHIVE_NOT_MADE": Text(
        "证照 {id} 尚未归档，不得以此理由删除。",
        "No archive package of license {id} was made; on this ground it is not erased without one.",
        "先运行 elicense license archive，把归档包移交档案保管处。",
        "Run `elicense license archive` first and hand the package to whoever keeps the archive.",
    ),
    "ARCHIVE_OUTDATED": Text(
        "证照 {id} 归档之后又有记录（第 {rev} 项）。",
        "Something was recorded about license {id} after its archive package was made (revision {rev}).",
        "重新运行 elicense license archive。",
        "Run `elicense license archive` again.",
    ),
    "ARCHIVE_UNKNOWN": Text(
        "本机没有为证照 {id} 制作过摘要为 {sm3} 的归档包。",
        "No archive package of license {id} with the digest {sm3} was made here.",
        "先取得归档包（GET …/archive），写入磁盘，再报其 SM3。",
        "Fetch one (GET …/archive), have it on disk, then tell its SM3.",
    ),
    "ARCHIVE_TOO_LARGE": Text(
        "文件超过归档包的上限 {most} 字节。",
        "The file is larger than an archive package may be, {most} bytes.",
        "勿使用；向制作机关索取原件。",
        "Do not use it; ask who made it for the original.",
    ),
    "ARCHIVE_LAYOUT": Text(
        "不是归档包的格式（{reason}）。",
        "This is not laid out as an archive package is ({reason}).",
        "勿使用；归档包不可重新压缩，向制作机关索取原件。",
        "Do not use it. A package must not be packed anew; ask who made it for the original.",
    ),
    "ARCHIVE_MANIFEST": Text(
        "归档包的成员清单不合格式（{reason}）。",
        "The manifest of the archive package is not in its form ({reason}).",
        "勿使用；向制作机关索取原件。",
        "Do not use it; ask who made it for the original.",
    ),
    "ARCHIVE_NODE": Text(
        "归档包中的 node.json 不合格式（{what}）。",
        "`node.json` of the archive package is not in its form ({what}).",
        "勿使用；向制作机关索取原件。",
        "Do not use it; ask who made it for the original.",
    ),
    "ARCHIVE_LICENSE": Text(
        "归档包中的证照文件不合格式。",
        "The license file of the archive package is not in its form.",
        "勿使用；向制作机关索取原件。",
        "Do not use it; ask who made it for the original.",
    ),
    "ARCHIVE_ALTERED": Text(
        "归档包的成员 {member} 与清单不符。",
        "The member {member} of the archive package is not the one that its manifest names.",
        "文件被改动：勿使用；向制作机关索取原件。",
        "The file was altered: do not use it; ask who made it for the original.",
    ),
    "ARCHIVE_SIGNATURE": Text(
        "归档包不是 {by} 所签。",
        "The archive package is not what {by} signed.",
        "文件被改动或伪造：勿使用。",
        "It was altered or forged: do not use it.",
    ),
    "ARCHIVE_MAKER": Text(
        "{by} 无权为 {issuer} 颁发的证照制作归档包。",
        "{by} may not make archive packages of what {issuer} issued.",
        "由颁发机构、其承继或代办机构制作。",
        "The issuer, what followed it or its operator does that.",
    ),
    "ARCHIVE_OTHER_HEAD": Text(
        "归档包的区块是 {found}，不是 {asked}。",
        "The archive package stands on block {found}, not on {asked}.",
        "给出该高度的区块哈希，或不用 --head。",
        "Name the hash of that very block, or leave --head out.",
    ),
    "ARCHIVE_CONTRADICTS": Text(
        "归档包的 {member} 与其余部分矛盾。",
        "{member} of the archive package contradicts the rest of it.",
        "勿使用；向制作机关索取原件。",
        "Do not use it; ask who made it for the original.",
    ),
    "ARCHIVE_LACKS": Text(
        "归档包中没有 {what}。",
        "The archive package has nothing to answer with for {what}.",
        "本程序版本所需多于包内所有：用制作时的版本核验，或向制作机关索取完整的包。",
        "This version needs more than is in it: verify with the version of its time, or ask for a whole one.",
    ),
    "ARCHIVE_OTHER_MAKER": Text(
        "归档包由 {by} 以另一密钥制作，不是所给的 {asked}。",
        "The archive package was made by {by} with another key than the one given, {asked}.",
        "核对移交记录中的制作密钥；不符则勿使用。",
        "Compare with the key that was noted when it was handed over; do not use it if that is another.",
    ),
    "ARCHIVE_UNPINNED": Text(
        "归档包自身相符，但没有包外的凭据可与之比较。",
        "The archive package agrees with itself, but there is nothing from outside to hold it against.",
        "给出另行保存的信任文件（--network），以及制作机关的公钥（--maker）或区块哈希（--head）："
        "任何人都能造出自相符合的账本和区块。",
        "Give a trust file that was kept apart (--network), and the maker's public key (--maker) or the block's "
        "hash (--head): anybody can make up a ledger and a block that agree with themselves.",
    ),
    "ARCHIVE_HERE": Text(
        "{path} 是归档包。",
        "{path} is an archive package.",
        "用 elicense verify-archive 核验。",
        "Verify it with `elicense verify-archive`.",
    ),
}
