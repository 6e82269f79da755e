"""Sentences of the codes about heads of other ledgers."""

from __future__ import annotations

from ledger.errors.texts.text import Text

TEXTS: dict[str, Text] = {
    "HEAD_MALFORMED": Text(
        "不是规范的账本链头（{field}）。",
        "This is no well-formed head of a ledger ({field}).",
        "在对方账本一侧用 head tell 重新写出文件。",
        "Have `head tell` write the file again, at the other ledger.",
    ),
    "HEAD_OTHER_LEDGER": Text(
        "代码表 {name} 只能放该账本的链头，文件是账本 {ledger} 的。",
        "The code table {name} holds heads of that ledger only; the file is of {ledger}.",
        "用 head witness，表名按文件中的账本确定。",
        "Use `head witness`, which takes the name from the file.",
    ),
    "HEAD_FROM_WHERE": Text(
        "没有说明见证哪个链头。",
        "It is not said which head is vouched for.",
        "给出链头文件，或用 --other 指定对方账本的信任文件由本命令自行读取；两者都给时先核对再见证。",
        "Name the file of the head, or --other with the trust file of the other ledger, which is then read; with "
        "both, the file is held against that ledger first.",
    ),
    "HEAD_FILE_FIRST": Text(
        "密钥不在本机时，须先把要见证的链头写成文件。",
        "Where a key is elsewhere, the head has to be in a file first.",
        "在对方账本上运行 head tell --out FILE，再以 FILE 见证：两次运行须签同一份内容。",
        "Have it written with `head tell --out FILE` at the other ledger and name FILE: both runs sign the same.",
    ),
    "HEAD_OF_OWN": Text(
        "{ledger} 就是本账本，不能为自己作证。",
        "{ledger} is this very ledger, which cannot vouch for itself.",
        "见证另一账本的链头；本账本的链头用 head tell 交给对方见证。",
        "Vouch for another ledger; hand it the head of this one with `head tell`.",
    ),
    "HEAD_THERE": Text(
        "地区 {region} 最近见证的就是这个链头（区块 {block}）。",
        "This head (block {block}) is what {region} vouched for last.",
        "无须再次见证；用 head list 查看。",
        "There is nothing to do; see `head list`.",
    ),
    "HEAD_OLDER": Text(
        "该链头停在序号 {seq}，已见证到序号 {before}。",
        "That head stands at seq {seq}; one at seq {before} was vouched for already.",
        "见证更新的链头；若对方账本现在只到这里，用 head check 核对它是否被回退。",
        "Vouch for a newer head; where the other ledger is no further now, see by `head check` whether it went back.",
    ),
    "HEAD_DIFFERS": Text(
        "对方账本在区块 {block}、序号 {seq} 处与已见证的链头不一致（{what}）。",
        "At block {block}, seq {seq}, the other ledger is not what was vouched for ({what}).",
        "停止信赖该节点；用其他节点及 audit replay 复算，仍不一致即为该账本被改写或分叉，保存双方文件并报告监管方。",
        "Rely on that node no more; replay over other nodes. If they say the same, the ledger was rewritten or forked: "
        "keep the files of both sides and tell whoever supervises them.",
    ),
    "HEAD_NOT_REACHED": Text(
        "对方账本还没有到区块 {block}、序号 {seq}。",
        "The other ledger has not reached block {block}, seq {seq}.",
        "节点可能落后：稍后重试或换节点；若各节点都到不了，该账本已被回退。",
        "The node may lag behind: try later or another one. Where none gets there, the ledger went back.",
    ),
    "HEAD_TEXT_NOT_HERE": Text(
        "链头（{digest}）已在账上，本机没有其内容。",
        "The head ({digest}) is on the ledger, and its text is not here.",
        "向见证它的地区取得文件，用 head keep FILE 保存。",
        "Get the file from the region that vouched for it, and `head keep FILE`.",
    ),
    "HEAD_LEDGER_UNKNOWN": Text(
        "本机没有该账本的信任文件。",
        "No trust file of that ledger is here.",
        "用 --other 指定；head witness --other 会记住它。",
        "Name it with --other; `head witness --other` remembers it.",
    ),
    "HEAD_UNCHECKED": Text(
        "有账本无法读取，其链头未能核对。",
        "A ledger could not be read, so its heads were not checked.",
        "原因见各行的 what；用 --other 单独核对该账本。",
        "`what` of its rows says why; check that ledger by itself with --other.",
    ),
    "HEAD_RECORDS_UNSOUND": Text(
        "该节点给出的记录与其自身链头（区块 {block}）不符，无从核对。",
        "The records that the node serves do not add up to its own head (block {block}): nothing can be checked by "
        "them.",
        "换用该账本的其他节点（--other-rpc），并对它运行 audit replay。",
        "Use another node of that ledger (--other-rpc), and replay it.",
    ),
    "NOT_A_HEAD": Text(
        "没有地区见证过此链头（{digest}）：未曾发布，或已被改动。",
        "No region vouched for this head ({digest}): it never was, or it was altered.",
        "向见证它的地区重新取得。",
        "Get it from the region that vouched for it again.",
    ),
    "UNKNOWN_HEAD": Text(
        "地区 {region} 没有见证过账本 {ledger}。",
        "Region {region} has vouched for no head of ledger {ledger}.",
        "用 head list 查看。",
        "See `head list`.",
    ),
}
