"""Sentences of the codes about calendars of working days."""

from __future__ import annotations

from ledger.errors.texts.text import Text

TEXTS: dict[str, Text] = {
    "CALENDAR_MALFORMED": Text(
        "不是规范的工作日历（{field}）。",
        "This is no well-formed calendar ({field}).",
        "格式 elicense-calendar/1 须有且仅有 year、holidays、workdays、source，节假日合计不超过 100 天。",
        "The form elicense-calendar/1 has year, holidays, workdays, source and nothing else, and at most 100 "
        "days off.",
    ),
    "CALENDAR_DAY": Text(
        "“{text}”不是日期。",
        "{text} is no day.",
        "日期写作 YYYY-MM-DD，且须实际存在。",
        "Write days as YYYY-MM-DD; each has to exist.",
    ),
    "CALENDAR_YEAR": Text(
        "{day} 不在日历所属的 {year} 年。",
        "{day} does not lie in {year}, the year of the calendar.",
        "跨年假期按年分写：上一年的日子写入上一年日历的新版本。",
        "Split a holiday that crosses the new year: days of another year go into a further version of that "
        "year's calendar.",
    ),
    "CALENDAR_RANGE": Text(
        "假期的末日 {last} 早于首日 {first}。",
        "A holiday ends on {last}, before it begins on {first}.",
        "更正 from 与 until；首尾两日都放假。",
        "Correct from and until; both days are in the holiday.",
    ),
    "CALENDAR_DAY_TWICE": Text(
        "{day} 写了两次。",
        "{day} is named twice.",
        "假期不得重叠，同一天只写一次；相连的两个节日按日分开。",
        "Holidays may not overlap and no day is named twice; divide two that meet by days.",
    ),
    "CALENDAR_WORKDAY": Text(
        "{day} 不能是调休上班日：它不是周六、周日，或者在假期之内。",
        "{day} is no make-up working day: it is no Saturday or Sunday, or lies in a holiday.",
        "workdays 只列须上班的周六、周日，并且不在 holidays 之内。",
        "List in workdays only Saturdays and Sundays that are worked and lie in no holiday.",
    ),
    "CALENDAR_OTHER_YEAR": Text(
        "代码表 {name} 只能放该年的工作日历，文件是 {year} 年的。",
        "The code table {name} holds the calendar of that year only; the file is of {year}.",
        "用 calendar publish，表名按文件的年份确定。",
        "Use `calendar publish`, which takes the name from the file.",
    ),
    "CALENDAR_YEAR_OVER": Text(
        "{year} 年已没有尚未开始的日子，此日历不会影响任何一天。",
        "No day of {year} is still to begin, so this calendar would count for none.",
        "某一天是否工作日，以当天开始前已上链的日历为准；核对年份。",
        "A day is judged by what was recorded before it began; check the year.",
    ),
    "CALENDAR_THERE": Text(
        "地区 {region} 的 {year} 年日历最新版本已是此内容。",
        "The newest version of the calendar of {region} for {year} says this already.",
        "无须再次发布；用 calendar show 查看。",
        "There is nothing to publish; see `calendar show`.",
    ),
    "CALENDAR_NOT_HERE": Text(
        "地区 {region} 的 {year} 年工作日历（{digest}）已在账上，本机没有其内容，无法计算期限。",
        "The calendar of {region} for {year} ({digest}) is on the ledger, and its text is not here: what was due "
        "cannot be counted.",
        "向发布方取得文件后 calendar keep FILE，或用 calendar show 加 --api 从服务取得；"
        "监察命令也可加 --assume-weekdays 按周一至周五计算，结果会注明。",
        "Get the file and `calendar keep FILE`, or fetch it with `calendar show … --api`. To supervise without it, "
        "--assume-weekdays counts Monday to Friday, and the answer says so.",
    ),
    "CALENDAR_TEXT_NOT_HERE": Text(
        "这里没有摘要为 {digest} 的工作日历。",
        "No calendar with the digest {digest} is kept here.",
        "向发布它的地区取得文件。",
        "Get the file from the region that published it.",
    ),
    "NOT_A_CALENDAR": Text(
        "没有地区把此内容（{digest}）发布为 {year} 年的工作日历：未曾发布，或已被改动。",
        "No region published this ({digest}) as its calendar of {year}: it never was, or was altered.",
        "向发布它的地区重新取得。",
        "Get it from the region that published it again.",
    ),
    "UNKNOWN_CALENDAR": Text(
        "地区 {region} 没有发布过 {year} 年的工作日历。",
        "Region {region} has published no calendar of {year}.",
        "用 calendar list 查看；没有自己日历的地区用最近的上级地区的。",
        "See `calendar list`; a region without its own has that of the nearest region above it.",
    ),
    "CALENDAR_FAR": Text(
        "{time} 所在的年份没有工作日历可言。",
        "{time} lies in no year that may have a calendar.",
        "起算时间须在 1992 至 2998 年。",
        "Count from a moment in the years 1992 to 2998.",
    ),
    "CALENDAR_SENT_WHERE": Text(
        "--send 须说明送往哪个服务。",
        "--send needs a service.",
        "加 --api、--key 和 --org。",
        "Add --api, --key and --org.",
    ),
}
