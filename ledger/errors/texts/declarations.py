"""Error texts: interfaces, outages, snapshots and mappings of resources."""

from __future__ import annotations

from ledger.errors.texts.text import Text

TEXTS: dict[str, Text] = {
    "DECLARATION_UNFIT": Text(
        "声明 {declaration} 缺少所需内容，或写了该类声明不用的内容。",
        "The declaration {declaration} lacks something, or says what its kind has no use for.",
        "由本软件重新生成消息。",
        "Have this software make the message anew.",
    ),
    "DECLARED_ALREADY": Text(
        "资源 {resource} 的第 {number} 次声明已是这些内容。",
        "Declaration {number} of the resource {resource} says just that already.",
        "无需再声明；内容改变后再声明。",
        "There is nothing to do; declare it again when something changes.",
    ),
    "DECLARED_OTHER": Text(
        "文件不是账本上声明的那一份：摘要为 {given}，账本为 {recorded}。",
        "The file is not the one that was declared: its digest is {given}, the ledger has {recorded}.",
        "向资源提供单位索取声明时的文件。",
        "Ask the provider for the file that it declared.",
    ),
    "INTERFACE_MALFORMED": Text(
        "接口文件格式不正确（{field}）。",
        "That is no file of an interface ({field}).",
        "按 docs/interfaces.md 的 elicense-interface/1 填写。",
        "Write it as elicense-interface/1 of docs/interfaces.md says.",
    ),
    "INTERFACE_UNKNOWN": Text(
        "资源 {resource} 在该时刻没有声明接口。",
        "No interface of the resource {resource} was declared by that moment.",
        "由提供单位声明（interface set）。",
        "Its provider declares one (interface set).",
    ),
    "INTERFACE_NOT_OFFERED": Text(
        "资源 {resource} 的接口现为 {status}（suspended 暂停，retired 停用），不受理用证。",
        "The interface of {resource} is {status}: no use goes through it.",
        "用 interface show 查看何时起恢复，或向提供单位询问。",
        "See `interface show` for when it is offered again, or ask its provider.",
    ),
    "INTERFACE_QUOTA": Text(
        "资源 {resource} 的接口每日每个用证单位限用 {quota} 次，今日已用完。",
        "The interface of {resource} takes {quota} uses of a body a day, and today's are used up.",
        "北京时间零点后再试，或与提供单位商定更高限额。",
        "Try again after midnight in Beijing, or agree with the provider on more.",
    ),
    "MAPPING_MALFORMED": Text(
        "字段对应文件格式不正确（{field}）。",
        "That is no file of a mapping ({field}).",
        "按 docs/interfaces.md 的 elicense-mapping/1 填写。",
        "Write it as elicense-mapping/1 of docs/interfaces.md says.",
    ),
    "MAPPING_OF_OTHERS": Text(
        "文件写的是 {source} 到 {target} 的字段对应。",
        "The file maps {source} to {target}.",
        "写明文件中的两个资源，或改用另一文件。",
        "Name the two resources of the file, or take another file.",
    ),
    "MAPPING_FIELD_UNKNOWN": Text(
        "资源 {resource} 公布的字段中没有：{fields}。",
        "The published fields of the resource {resource} do not include: {fields}.",
        "用 resource show 查看字段名；清单有新版的，按新版填写。",
        "See the names with resource show; where the list has a new version, use that.",
    ),
    "MAPPING_UNKNOWN": Text(
        "没有声明 {source} 到 {target} 的字段对应。",
        "No mapping of {source} to {target} is declared.",
        "由 {source} 的提供单位声明（mapping set）。",
        "The provider of {source} declares one (mapping set).",
    ),
    "MAPPING_NOT_HERE": Text(
        "本机没有摘要为 {digest} 的字段对应文件。",
        "This home does not have the mapping with the digest {digest}.",
        "加 --file，给出提供单位的文件。",
        "Give the provider's file with --file.",
    ),
    "MAPPING_ROWS": Text(
        "{path} 不是字段行：须为一个 JSON 对象、以 rows 列出的多个对象，或每行一个对象。",
        "{path} holds no rows: that takes a JSON object, several under rows, or an object a line.",
        "按字段名给出各行。",
        "Give the rows by the names of their fields.",
    ),
    "OUTAGE_PERIOD": Text(
        "停止服务的起止时间不成立。",
        "The outage ends before it begins.",
        "--until 须晚于 --since；仍在停止的不写 --until。",
        "Give an --until after --since, or none while it lasts.",
    ),
    "SNAPSHOT_PERIOD": Text(
        "快照须是已经结束的时段。",
        "A snapshot is of a period that is over.",
        "--since 早于 --until，--until 不晚于现在。",
        "Give a --since before --until, and an --until that has passed.",
    ),
    "SNAPSHOT_OTHER": Text(
        "摘要为 {digest} 的文件不是该资源声明的快照：未曾声明，或已被改动。",
        "The file with the digest {digest} is no declared snapshot: it never was one, or it was altered.",
        "向提供单位索取声明时的文件。",
        "Ask the provider for the file that it declared.",
    ),
    "SNAPSHOT_VOID": Text(
        "资源 {resource} 的第 {number} 个快照由已失密的密钥签发，无效。",
        "Snapshot {number} of the resource {resource} was signed by a compromised key and is void.",
        "请提供单位重新声明。",
        "Ask the provider to declare it anew.",
    ),
}
