"""Sentences of the codes about rules of sectors."""

from __future__ import annotations

from ledger.errors.texts.text import Text

TEXTS: dict[str, Text] = {
    "SECTORS_MALFORMED": Text(
        "不是规范的行业规则（{field}）。",
        "These are no well-formed rules of sectors ({field}).",
        "格式 elicense-sectors/1 须有且仅有 sectors、members、rules、source；各成员的写法见 docs/interfaces.md。",
        "The form elicense-sectors/1 has sectors, members, rules, source and nothing else; docs/interfaces.md "
        "says how each is written.",
    ),
    "SECTOR_UNKNOWN": Text(
        "行业 {sector} 未列在 sectors 中。",
        "The sector {sector} is not listed in sectors.",
        "在 sectors 中列出该行业及其名称，或更正代码。",
        "List it in sectors with its title, or correct the code.",
    ),
    "SECTOR_TWICE": Text(
        "{value} 列了两次。",
        "{value} is listed twice.",
        "每个行业、每个机构只列一次；一个机构可以属于若干行业。",
        "List each sector and each body once; a body may be in several sectors.",
    ),
    "SECTORS_THERE": Text(
        "届时地区 {region} 适用的行业规则已是此内容。",
        "The rules of sectors of {region} that count from then on say this already.",
        "无须再次发布；用 sector list 查看。",
        "There is nothing to publish; see `sector list`.",
    ),
    "SECTORS_NOT_HERE": Text(
        "地区 {region} 的行业规则（{digest}）已上链，但本机没有其内容，无法判断可否共享。",
        "The rules of sectors of {region} ({digest}) are on the ledger, and their text is not here: whether data may "
        "be shared cannot be told.",
        "向该地区取得文件后 sector keep FILE，或用 sector show 加 --api 从服务取得；监察可用 --without-sectors 略过并注明。",
        "Get the file and `sector keep FILE`, or fetch it with `sector show … --api`. Supervision goes on without "
        "it under --without-sectors, and says so.",
    ),
    "SECTOR_GRADES_NOT_HERE": Text(
        "行业规则按字段等级限制，但本机没有字段清单 {digest} 及其等级。",
        "A rule of sectors limits the grade of fields, and the list {digest} with their grades is not here.",
        "向资源的提供单位取得字段清单，用 sector may … --field-list FILE 收入本机。",
        "Get the list of fields from the resource's provider and take it in with `sector may … --field-list FILE`.",
    ),
    "SECTORS_TEXT_NOT_HERE": Text(
        "此处没有摘要为 {digest} 的行业规则。",
        "No rules of sectors with the digest {digest} are kept here.",
        "向发布地区取得文件。",
        "Get the file from the region that published it.",
    ),
    "NOT_SECTORS": Text(
        "没有地区发布过此行业规则（{digest}）：从未发布，或者被改动过。",
        "No region published these rules of sectors ({digest}): they never were, or were altered.",
        "向发布地区取得原文件；用 sector list 核对摘要。",
        "Get the file from the region that published it; compare digests with `sector list`.",
    ),
    "UNKNOWN_SECTORS": Text(
        "地区 {region} 及其上级此刻没有行业规则。",
        "Neither region {region} nor one above it has rules of sectors at that moment.",
        "没有规则的地区，共享不受行业限制；用 sector list 查看。",
        "Where there are none, sharing is not limited by sector; see `sector list`.",
    ),
    "SECTOR_REGION": Text(
        "请说明地区；发布过行业规则的有：{regions}。",
        "Say which region; rules of sectors were published by: {regions}.",
        "加 --region CODE。",
        "Add --region CODE.",
    ),
    "SECTOR_SENT_WHERE": Text(
        "--send 须同时给出 --api 与 --key。",
        "--send needs --api and --key.",
        "加上服务地址、本单位签名密钥与 --org。",
        "Name the service, your signing key and --org.",
    ),
    "SECTOR_NOT_ALLOWED": Text(
        "地区 {region} 的行业规则（第 {version} 版）不允许 {body} 取得 {resource}：{reason}，规则 {rule}。",
        "The rules of sectors of {region}, version {version}, do not let {body} have {resource}: {reason}, rule {rule}.",
        "用 sector may 查看是哪一条；须由该地区发布新版规则，所有单位不得例外。",
        "`sector may` tells what fails; only another version by that region changes it, no owner can.",
    ),
}
