"""Error texts: editions of open data."""

from __future__ import annotations

from ledger.errors.texts.text import Text

TEXTS: dict[str, Text] = {
    "NOT_OPEN": Text(
        "资源 {resource} 没有开放。",
        "The resource {resource} is not open.",
        "由所有者先改为开放（resource amend --sharing open）。",
        "Its owner opens it first (resource amend --sharing open).",
    ),
    "NOT_OPENABLE": Text(
        "只有不含敏感字段的数据集可以开放：{arguments}。",
        "Only a data set without sensitive fields may be open: {arguments}.",
        "去掉 3 级以上的字段，另行编目；证照类资源不能开放。",
        "Register one without fields of grade 3 and above; licenses are never open.",
    ),
    "EDITION_EMPTY": Text(
        "{path} 是空文件。",
        "{path} is empty.",
        "发布有内容的文件。",
        "Publish a file with something in it.",
    ),
    "EDITION_INCOMPLETE": Text(
        "版次 {edition} 缺少内容、许可或媒体类型，或行数与根不符。",
        "The edition {edition} lacks bytes, a license or a media type, or rows and root do not fit.",
        "由本软件重新生成消息。",
        "Have this software make the message anew.",
    ),
    "EDITION_ORDER": Text(
        "版次号为 {number}，下一版应为 {next}。",
        "The edition is numbered {number}; the next one is {next}.",
        "重新发布一次。",
        "Publish it again.",
    ),
    "EDITION_THERE": Text(
        "相同的字节已发布为资源 {resource} 的第 {number} 版。",
        "The same bytes are edition {number} of the resource {resource} already.",
        "无需再发布；内容改变后再发布新版。",
        "There is nothing to do; publish the next edition when something changes.",
    ),
    "UNKNOWN_EDITION": Text(
        "账本没有版次 {edition}。",
        "The ledger knows no edition {edition}.",
        "用 resource show 查看已发布的版次。",
        "See the published ones with resource show.",
    ),
    "EDITION_WITHDRAWN": Text(
        "版次 {edition} 已撤回。",
        "The edition {edition} was withdrawn.",
        "取所有者现行的版次。",
        "Take the edition that its owner publishes now.",
    ),
    "EDITION_KEY_COMPROMISED": Text(
        "版次 {edition} 由已失密的密钥签发，无效。",
        "The edition {edition} was signed by a compromised key and is void.",
        "向所有者查问，取其重新发布的版次。",
        "Ask the owner, and take the edition that it publishes anew.",
    ),
    "NOT_AN_EDITION": Text(
        "摘要为 {digest} 的内容不是已发布的版次：未曾发布，或已被改动。",
        "What has the digest {digest} is no published edition: it never was one, or it was altered.",
        "从所有者公布的地址重新取得文件。",
        "Get the file anew from where its owner publishes it.",
    ),
    "EDITIONS_OF": Text(
        "须写明文件摘要或资源。",
        "Name the digest of a file, a resource, or both.",
        "加 digest= 或 resource=。",
        "Give digest= or resource=.",
    ),
    "EDITION_ROWS": Text(
        "{path} 不能逐行证明：须为 UTF-8 文本，至多 {most} 行，每行不超过 1 MiB。",
        "{path} cannot be proved row by row: that takes UTF-8 text of at most {most} rows, each below 1 MiB.",
        "不加 --rows 发布整个文件。",
        "Publish the whole file without --rows.",
    ),
    "EDITION_WITHOUT_ROWS": Text(
        "资源 {resource} 的第 {number} 版发布时没有逐行的根。",
        "Edition {number} of the resource {resource} was published without a root over its rows.",
        "核验整个文件（resource verify-edition）。",
        "Verify the whole file (resource verify-edition).",
    ),
    "EDITION_ROW_UNKNOWN": Text(
        "没有第 {row} 行：共 {rows} 行。",
        "There is no row {row}; there are {rows}.",
        "行号从 1 起，表头是第 1 行。",
        "Rows count from 1; the head of a table is row 1.",
    ),
    "EDITION_FALSE": Text(
        "节点对资源 {resource} 的版次所说与账本记录不符（{member}）。",
        "The node says something else of the edition of {resource} than its records do ({member}).",
        "再试一次；仍然如此的，换一个节点，并告知审计方。",
        "Try again; if that stays so, ask another node and tell an auditor.",
    ),
    "EDITION_ROW_ALTERED": Text(
        "第 {row} 行与资源 {resource} 第 {number} 版的内容不符：已被改动，或不在该处。",
        "Row {row} is not what edition {number} of the resource {resource} has there: it was altered or moved.",
        "取得整个文件核验。",
        "Get the whole file and verify that.",
    ),
    "EDITION_ROW_MALFORMED": Text(
        "行证明文件格式不正确（{field}）。",
        "That is no proof of a row ({field}).",
        "用 resource prove-row 重新生成。",
        "Make it again with resource prove-row.",
    ),
}
