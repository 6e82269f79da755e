"""Sentences of the codes about route policies."""

from __future__ import annotations

from ledger.errors.texts.text import Text

TEXTS: dict[str, Text] = {
    "ROUTES_MALFORMED": Text(
        "不是规范的路由策略（{field}）。",
        "This is no well-formed route policy ({field}).",
        "格式 elicense-routes/1：每条规则有且仅有 crosses（level、region、department、matter）、"
        "channels（direct、platform）、hops（机构代码或 null，须许可 platform）、maxGrade（1 至 4 或 null）。"
        "是否跨系统，账上没有记录，不能作为条件。",
        "The form elicense-routes/1: each rule has crosses (level, region, department, matter), channels (direct, "
        "platform), hops (credit codes or null, with platform only), maxGrade (1 to 4 or null) and nothing else. "
        "Which systems an exchange crosses no record tells, so that is no condition.",
    ),
    "ROUTES_THERE": Text(
        "届时地区 {region} 适用的路由策略已是此内容。",
        "The route policy of {region} that counts from then on says this already.",
        "无须再次发布；用 route show 查看。",
        "There is nothing to publish; see `route show`.",
    ),
    "ROUTES_NOT_HERE": Text(
        "地区 {region} 的路由策略（{digest}）已在账上，本机没有其内容，无从判断许可哪条路径。",
        "The route policy of {region} ({digest}) is on the ledger, and its text is not here: which ways are allowed "
        "cannot be told.",
        "向该地区取得文件后 route keep FILE，或用 route show 加 --api 从服务取得，然后重试。",
        "Get the file from that region and `route keep FILE`, or fetch it with `route show … --api`; then try again.",
    ),
    "ROUTES_TEXT_NOT_HERE": Text(
        "这里没有摘要为 {digest} 的路由策略。",
        "No route policy with the digest {digest} is kept here.",
        "向发布它的地区取得文件。",
        "Get the file from the region that published it.",
    ),
    "PUBLISHED_SENT_WHERE": Text(
        "--send 须说明送往哪个服务。",
        "--send needs a service.",
        "加 --api、--key 和 --org。",
        "Add --api, --key and --org.",
    ),
    "NOT_ROUTES": Text(
        "没有地区把此内容（{digest}）发布为路由策略：未曾发布，或已被改动。",
        "No region published this ({digest}) as its route policy: it never was, or it was altered.",
        "向发布它的地区重新取得。",
        "Get it from the region that published it again.",
    ),
    "UNKNOWN_ROUTES": Text(
        "地区 {region} 及其上级都没有路由策略。",
        "Neither region {region} nor one above it has a route policy.",
        "没有策略的，任何路径均可；用 route list 查看。",
        "Without one any way will do; see `route list`.",
    ),
    "ROUTE_NOT_ALLOWED": Text(
        "授权 {grant} 的用证不得走此路径（{way}）：不符合路由策略第 {rule} 条。",
        "Uses of grant {grant} may not come this way ({way}): rule {rule} of the route policy.",
        "用 route of GRANT 查看应走的通道和平台，按此重新申请。",
        "See by `route of GRANT` over which channel and platforms they go, and ask again that way.",
    ),
    "ROUTE_GRADE": Text(
        "授权 {grant} 的用证所涉字段为 {grade} 级，路由策略只许到 {most} 级。",
        "The fields that were asked for under grant {grant} are of grade {grade}; the route policy allows up to {most}.",
        "少申请字段；用 route of GRANT 查看许可的级别。",
        "Ask for fewer fields; `route of GRANT` tells the grade.",
    ),
}
