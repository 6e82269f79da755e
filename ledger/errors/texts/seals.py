"""Sentences of the codes about lists of electronic seals."""

from __future__ import annotations

from ledger.errors.texts.text import Text

TEXTS: dict[str, Text] = {
    "SEALS_MALFORMED": Text(
        "不是规范的印章名录（{field}）。",
        "This is no well-formed list of seals ({field}).",
        "格式 elicense-seals/1 须有且仅有 seals（1 至 2000 枚），每枚的成员、取值见 docs/interfaces.md。",
        "The form elicense-seals/1 has seals (1 to 2,000) and nothing else; docs/interfaces.md has the members "
        "of each.",
    ),
    "SEAL_TERM": Text(
        "印章 {serial} 的有效期止于其开始之时或之前。",
        "The term of seal {serial} ends no later than it begins.",
        "更正 from 与 until；无期限的 until 写 null。",
        "Correct from and until; where there is no end, until is null.",
    ),
    "SEAL_TWICE": Text(
        "同一单位的印章 {serial} 以相同证书序列号写了两次。",
        "The list names seal {serial} of one body twice with the same certificate serial.",
        "每枚印章每张证书一项；撤销写在原有项的 revoked。",
        "One entry for each certificate of a seal; a revocation goes into the entry's member revoked.",
    ),
    "SEAL_OF_ANOTHER_BODY": Text(
        "名录由 {publisher} 发布，不能列入 {body} 的印章。",
        "A list of {publisher} cannot have seals of {body}.",
        "机构只列自己的印章；地区只列本地区及下级地区已登记机构的印章。",
        "A body lists its own seals; a region those of registered bodies of itself and the regions below it.",
    ),
    "SEAL_UNREVOKED": Text(
        "上一版已撤销印章 {serial}，这一版没有，或撤销的时刻更晚。",
        "The version before revoked seal {serial}; this one does not, or only from a later moment on.",
        "撤销不可收回：保留该项及其 revoked，时刻只能提前；另制新印章，列为新的一项。",
        "A revocation is for good: keep the entry, its moment may only move earlier, and list the new seal as "
        "another entry.",
    ),
    "SEALS_THERE": Text(
        "{publisher} 的印章名录已是这一份。",
        "This already is the list of seals of {publisher}.",
        "没有需要发布的内容；核对文件。",
        "There is nothing to publish; check the file.",
    ),
    "SEALS_OF": Text(
        "未写明由谁发布。",
        "It is not said whose list it is.",
        "机构的名录用 --org USCC，地区的用 --region CODE。",
        "A body's list takes --org USCC, a region's --region CODE.",
    ),
    "SEALS_SENT_WHERE": Text(
        "未写明把名录交存于哪个服务。",
        "It is not said at which service to leave the list.",
        "--send 须同时给出 --api URL --key PEM --org USCC。",
        "--send takes --api URL --key PEM --org USCC.",
    ),
    "NOT_A_SEAL_LIST": Text(
        "账本上没有人发布过这份印章名录（摘要 {digest}）。",
        "Nobody published this list of seals (digest {digest}).",
        "文件被改动过或尚未发布；向发布者重新取得。",
        "It was altered or is not published yet; get it from its publisher.",
    ),
    "SEALS_TEXT_NOT_HERE": Text(
        "此处没有摘要为 {digest} 的印章名录。",
        "The list of seals {digest} is not here.",
        "向发布者取得文件，再用 seal keep 收入。",
        "Get the file from its publisher and take it in with `seal keep`.",
    ),
    "UNKNOWN_SEAL_LIST": Text(
        "{publisher} 没有发布印章名录。",
        "{publisher} has published no list of seals.",
        "用 seal list 查看已发布的名录。",
        "`seal list` tells which there are.",
    ),
    "UNKNOWN_SEAL": Text(
        "本机所有的印章名录中没有 {serial}。",
        "No list of seals that is here names {serial}.",
        "核对编号或证书序列号；用 seal list 查看哪些名录不在本机。",
        "Check the serial; `seal list` tells which lists are not here.",
    ),
}
