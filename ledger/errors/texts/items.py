"""Error texts: service items, their lists of materials, licenses that were asked for again."""

from __future__ import annotations

from ledger.errors.texts.text import Text

TEXTS: dict[str, Text] = {
    "REPEAT_TOLD": Text(
        "本机构已报告过事项 {item} 在 {askedAt} 重复要求证照 {licenseId}（{repeat}）。",
        "This body reported already that item {item} asked again for license {licenseId} at {askedAt} ({repeat}).",
        "同一次不必再报；24 小时内确实又被要求一次的，用 --at 写明那一次的时间。",
        "One asking is reported once; for another one within 24 hours, say by --at when that was.",
    ),
    "ITEM_CODE": Text(
        "「{item}」不是事项实施编码。",
        '"{item}" is no code of a service item.',
        "编码为31位数字和大写字母：18位办理机构信用代码、1位层级、12位基本编码；可加1位校验码。",
        "It has 31 digits and capital letters: the body's 18-character code, one digit for the level, the 12 "
        "characters of the base code; a check character may stand behind.",
    ),
    "ITEM_MALFORMED": Text(
        "事项文件格式有误（{field}）。",
        "The file of the service item is not well formed ({field}).",
        "按 elicense-item/1 的格式修改该成员。",
        "Correct that member to the form elicense-item/1.",
    ),
    "UNKNOWN_ITEM": Text(
        "账本没有生效的事项 {item}。",
        "The ledger has no service item {item} in effect.",
        "核对编码；办理机构用 item add 登记。",
        "Check the code; the handling body registers it with item add.",
    ),
    "ITEM_THERE": Text(
        "事项 {item} 已登记，内容相同。",
        "The service item {item} is registered already, and says the same.",
        "无需再登记；内容改变后再登记新版本。",
        "There is nothing to do; register the next version when something changes.",
    ),
    "ITEM_LIST_NOT_HERE": Text(
        "本机没有事项 {item} 的材料清单（摘要 {digest}）。",
        "The list of materials of the service item {item} (digest {digest}) is not here.",
        "向办理机构取得文件，用 --file FILE 提供。",
        "Get the file from the handling body and hand it in with --file FILE.",
    ),
    "ITEM_LIST_OTHER": Text(
        "文件摘要为 {given}，账本登记的是 {recorded}。",
        "The file has the digest {given}; the ledger records {recorded}.",
        "向办理机构取当前公布的文件。",
        "Get the file that the handling body publishes now.",
    ),
    "ITEM_WORDS": Text(
        "材料清单的字数不符：{found}，应为 {size}（1至65）。",
        "There are {found} words of the list of materials where {size} are stated (1 to 65).",
        "由本软件重新生成消息。",
        "Have this software make the message anew.",
    ),
    "ITEM_ORDER": Text(
        "该版本自 {since} 起，早于前一版本的 {before}。",
        "The version begins at {since}, before the one that it follows ({before}).",
        "选定更晚的生效时间。",
        "Choose a later time.",
    ),
    "REPEAT_TIME": Text(
        "时刻 {askedAt} 尚未到来（现为 {time}）。",
        "The moment {askedAt} is still to come (now is {time}).",
        "写明被要求提交的时刻。",
        "State the moment at which the license was asked for.",
    ),
    "REPEAT_ITEM": Text(
        "事项 {item} 的第 {version} 版在 {askedAt} 不在实施。",
        "Version {version} of the service item {item} was not in effect at {askedAt}.",
        "用 item show 查看各版本的起止。",
        "See from when to when each version counted with item show.",
    ),
    "REPEAT_STATUS": Text(
        "证照 {licenseId} 在 {askedAt} 不在有效状态，要求提交并无不当。",
        "The license {licenseId} was not in force at {askedAt}, so nobody asked in vain.",
        "用 license show 查看该时刻的状态。",
        "See where it stood then with license show.",
    ),
    "REPEAT_NOT_LISTED": Text(
        "事项 {item} 的材料清单没有证照 {licenseId} 所属的类型。",
        "The service item {item} does not list the type of the license {licenseId}.",
        "用 item show 查看材料清单。",
        "See its list of materials with item show.",
    ),
}
