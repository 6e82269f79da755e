"""Sentences of the codes about extensions of updates of the catalog."""

from __future__ import annotations

from ledger.errors.texts.text import Text

TEXTS: dict[str, Text] = {
    "EXTENSIONS_MALFORMED": Text(
        "不是规范的延期清单（{field}）。",
        "This is no well-formed list of extensions ({field}).",
        "格式 elicense-extensions/1 须有且仅有 extensions；每条须有 resource（OWNER/CODE）、change（以 Z 结尾的"
        "时刻）、days（1 至 5）、reason（zh、en）。",
        "The form elicense-extensions/1 has extensions and nothing else; each has resource (OWNER/CODE), change (a "
        "moment with Z), days (1 to 5) and reason (zh, en).",
    ),
    "EXTENSION_TWICE": Text(
        "同一变更（{resource}，{change}）在清单中出现两次。",
        "The list extends one deadline twice ({resource}, {change}).",
        "每个资源的每次变更只写一条；合计不得超过 5 个工作日。",
        "Name each change of a resource once, with five working days at most.",
    ),
    "EXTENSIONS_THERE": Text(
        "地区 {region} 的延期清单最新版本已是此内容。",
        "The newest version of the extensions of {region} says this already.",
        "无须再次发布；用 extension show 查看。",
        "There is nothing to publish; see `extension show`.",
    ),
    "EXTENSION_TAKEN_AWAY": Text(
        "此前的延期（{resource}，{change}，{days} 个工作日）在新版本中缺失或缩短。",
        "The new version lacks or shortens what was extended before ({resource}, {change}, {days} working days).",
        "延期一经批准不得取消；每个版本都是完整清单，请保留此前各条。",
        "What was once extended stays so; each version is the whole list, so keep its earlier rows.",
    ),
    "EXTENSION_OF_ANOTHER_REGION": Text(
        "资源 {resource} 不在账上，或其所有者不属于地区 {region} 及其下级地区。",
        "The resource {resource} is not on the ledger, or its owner is not of region {region} or one below it.",
        "请由所有者所在地区或其上级地区发布；用 resource list 核对资源。",
        "Let the owner's region or one above it publish this; see `resource list`.",
    ),
    "EXTENSION_NO_CHANGE": Text(
        "资源 {resource} 所依据的证照类型和所有者在 {change} 没有变更。",
        "Neither the license type nor the owner of {resource} changed at {change}.",
        "变更的时刻即期限的起算时刻：supervise sharing --at（取将来时刻）结果中的 since。",
        "The moment is what the deadline counts from: `since` in what `supervise sharing --at` tells of a later day.",
    ),
    "EXTENSIONS_NOT_HERE": Text(
        "地区 {region} 发布的延期清单（{digest}）不在本机，无法判断目录更新是否逾期。",
        "The extensions that {region} published ({digest}) are not here, so what of the catalog is late cannot be told.",
        "用 extension keep 收入，或用 extension show 加 --api 取得；监察命令也可加 --without-extensions 不计延期，"
        "结果会注明。",
        "Take them in by `extension keep`, or fetch them by `extension show` with --api; --without-extensions counts "
        "none, and the answer says so.",
    ),
    "EXTENSIONS_TEXT_NOT_HERE": Text(
        "这里没有摘要为 {digest} 的延期清单。",
        "No list of extensions with the digest {digest} is kept here.",
        "向发布它的地区取得文件。",
        "Get the file from the region that published it.",
    ),
    "NOT_EXTENSIONS": Text(
        "没有地区发布过此内容的延期清单（{digest}）：未曾发布，或已被改动。",
        "No region published this list of extensions ({digest}): it never was, or was altered.",
        "向发布它的地区重新取得。",
        "Get it from the region that published it again.",
    ),
    "UNKNOWN_EXTENSIONS": Text(
        "地区 {region} 没有发布过延期清单。",
        "Region {region} has published no extensions.",
        "用 extension list 查看；由地区用 extension publish 发布。",
        "See `extension list`; a region publishes them by `extension publish`.",
    ),
}
