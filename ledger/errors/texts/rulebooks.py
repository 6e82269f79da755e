"""Sentences of the codes about rulebooks of working days."""

from __future__ import annotations

from ledger.errors.texts.text import Text

TEXTS: dict[str, Text] = {
    "RULEBOOK_MALFORMED": Text(
        "不是规范的期限规则（{field}）。",
        "This is no well-formed rulebook ({field}).",
        "格式 elicense-rulebook/1 须有且仅有 region（六位）、version（自 1 起）、from（以 Z 结尾的时刻）、rules；每条"
        "须有 number、days（1 至 250 的整数）、source（zh，可加 en）。number 的取值见 rulebook of。",
        "The form elicense-rulebook/1 has region (six digits), version (from 1), from (a moment with Z), rules and "
        "nothing else; each rule has number, days (a whole number from 1 to 250) and source (zh, and en or not). "
        "`rulebook of` tells the numbers that there are.",
    ),
    "RULEBOOK_TWICE": Text(
        "期限规则中 {number} 写了两次。",
        "The rulebook names {number} twice.",
        "每个期限只写一条。",
        "Write one rule for each number.",
    ),
    "RULEBOOK_LONGER": Text(
        "{number} 定为 {days} 个工作日，超过政务数据共享条例规定的 {most} 个。",
        "{number} is set to {days} working days; the regulation on sharing government data allows {most}.",
        "地区只能缩短，不能延长条例规定的期限；请改为不超过 {most}，或删去此条。",
        "A region may shorten what the regulation gives, and not lengthen it: set {most} or less, or leave the rule "
        "out.",
    ),
    "RULEBOOK_OTHER_REGION": Text(
        "此期限规则是地区 {own} 的，不是地区 {region} 的。",
        "This is the rulebook of region {own}, not of {region}.",
        "用 --region 写明文件所载的地区，或更正文件中的 region。",
        "Name the region of the file by --region, or correct the file.",
    ),
    "RULEBOOK_OTHER_VERSION": Text(
        "文件写的是第 {own} 版，该地区的下一版是第 {version} 版。",
        "The file says version {own}; the next one of this region is {version}.",
        "用 rulebook list 查看已发布的版本；已上链的版本不能改写，请把 version 改为 {version}。",
        "See `rulebook list`: what is recorded is not rewritten, so set version to {version}.",
    ),
    "RULEBOOK_OTHER_BEGIN": Text(
        "文件自 {since} 起适用，与代码表的 {other} 不一致。",
        "The file counts from {since}, the code table from {other}.",
        "用 rulebook publish，它按文件所载的时刻发布。",
        "Use `rulebook publish`, which takes the moment from the file.",
    ),
    "RULEBOOK_THERE": Text(
        "地区 {region} 的期限规则最新版本已是此内容。",
        "The newest version of the rulebook of {region} says this already.",
        "无须再次发布；用 rulebook show 查看。",
        "There is nothing to publish; see `rulebook show`.",
    ),
    "RULEBOOK_NOT_HERE": Text(
        "地区 {region} 的期限规则第 {version} 版（{digest}）已在账上，本机没有与其相符的内容，无法计算期限。",
        "Version {version} of the rulebook of {region} ({digest}) is on the ledger, and no text that fits it is here: "
        "what was due cannot be counted.",
        "向发布方取得文件后 rulebook keep FILE，或用 rulebook show 加 --api 从服务取得；"
        "监察命令也可加 --assume-defaults 按条例规定的期限计算，结果会注明。",
        "Get the file and `rulebook keep FILE`, or fetch it with `rulebook show … --api`. To supervise without it, "
        "--assume-defaults counts the numbers of the regulation, and the answer says so.",
    ),
    "RULEBOOK_TEXT_NOT_HERE": Text(
        "这里没有摘要为 {digest} 的期限规则。",
        "No rulebook with the digest {digest} is kept here.",
        "向发布它的地区取得文件。",
        "Get the file from the region that published it.",
    ),
    "NOT_A_RULEBOOK": Text(
        "没有地区发布过此内容的期限规则（{digest}）：未曾发布，或已被改动。",
        "No region published this rulebook ({digest}): it never was, or was altered.",
        "向发布它的地区重新取得。",
        "Get it from the region that published it again.",
    ),
    "UNKNOWN_RULEBOOK": Text(
        "地区 {region} 没有发布过期限规则。",
        "Region {region} has published no rulebook.",
        "用 rulebook list 查看；没有自己规则的，适用最近的上级地区的，再没有的适用条例规定的期限。",
        "See `rulebook list`; a region without its own has that of the nearest region above it, else what the "
        "regulation says.",
    ),
}
