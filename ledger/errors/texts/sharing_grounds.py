"""Sentences of the codes about grounds of sharing."""

from __future__ import annotations

from ledger.errors.texts.text import Text

TEXTS: dict[str, Text] = {
    "GROUNDS_MALFORMED": Text(
        "不是规范的依据清单（{field}）。",
        "This is no well-formed list of grounds ({field}).",
        "格式 elicense-grounds/1 须有且仅有 grounds、source；编号为 1 至 65535，每条有 act（zh、en）、article，"
        "可有 text；article 写作 9、9(2) 或 9(2)(3)。",
        "The form elicense-grounds/1 has grounds and source and nothing else; numbers are 1 to 65535, each has act "
        "(zh, en), article and perhaps text; an article is written 9, 9(2) or 9(2)(3).",
    ),
    "GROUNDS_THERE": Text(
        "届时地区 {region} 适用的依据清单已是此内容。",
        "The grounds of {region} that count from then on say this already.",
        "无须再次发布；用 ground show 查看。",
        "There is nothing to publish; see `ground show`.",
    ),
    "GROUNDS_TEXT_NOT_HERE": Text(
        "这里没有摘要为 {digest} 的依据清单。",
        "No list of grounds with the digest {digest} is kept here.",
        "向发布它的地区取得文件。",
        "Get the file from the region that published it.",
    ),
    "NOT_GROUNDS": Text(
        "没有地区发布过此内容的依据清单（{digest}）：未曾发布，或已被改动。",
        "No region published this list of grounds ({digest}): it never was, or was altered.",
        "向发布它的地区重新取得。",
        "Get it from the region that published it again.",
    ),
    "UNKNOWN_GROUNDS": Text(
        "地区 {region} 及其上级地区都没有生效的依据清单。",
        "Neither region {region} nor one above it has grounds in effect.",
        "用 ground list 查看；由地区用 ground publish 发布。",
        "See `ground list`; a region publishes them by `ground publish`.",
    ),
    "GROUNDS_SENT_WHERE": Text(
        "--send 须说明送往哪个服务。",
        "--send needs a service.",
        "加 --api、--key 和 --org。",
        "Add --api, --key and --org.",
    ),
}
