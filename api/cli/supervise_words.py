"""What `supervise sharing` and `supervise effect` found, as people read it."""

from __future__ import annotations

from api.cli.calendar_words import counted_by
from api.cli.deadline_words import deadline
from api.cli.output import said, worded
from api.cli.plain import one_line
from api.cli.rulebook_words import ruled_by
from ledger.domain.canonical import JsonObject
from ledger.domain.deadlines import Number
from ledger.domain.words import DEADLINE, GRANT_NEED, RIGHT, RULE_NUMBER, SECTOR_ANSWER, WAITING
from ledger.errors import OutageError

_EXTENSION = Number.EXTENSION.value


def sharing_text(data: JsonObject) -> str:
    """Who was in time, what was late, what waits."""
    counts = data["counts"]
    scope = said("全部机构", "all bodies") if data["scope"] == "*" else data["scope"]
    head = said(
        f"{scope}  到期 {counts['due']}  按期 {counts['met']}  逾期了结 {counts['late']}  "
        f"逾期未办 {counts['open']}  ({data['at']})",
        f"{scope}  due {counts['due']}  met {counts['met']}  late {counts['late']}  "
        f"open {counts['open']}  ({data['at']})",
    )
    lines = [head]
    lines += [_measured(each) for each in data["measure"]]
    lines += [_finding(each) for each in data["findings"]]
    lines += [_breach(each) for each in data["breaches"]]
    lines += [_waiting(each) for each in data["waiting"]]
    lines += [_counted(data["calendars"])] if data["calendars"] else []
    lines += _not_by_rulebook(data["rulebook"])
    lines += _not_extended(data)
    lines += _against(data["againstRules"])
    lines += [_raised(each) for each in data["regraded"]]
    lines += [_ungraded(each) for each in data["gradesNotHere"]]
    is_found = any(data[name] for name in ("findings", "breaches", "againstRules", "regraded"))
    lines += _not_judged(data, is_found=is_found)
    return "\n".join(lines if is_found else [*lines, _nothing(data)])


def _not_judged(data: JsonObject, *, is_found: bool = False) -> list[str]:
    """Texts that are not here, whose matters nobody could judge for want of them.

    Where there are findings the command has no error beside which would stand what helps: it stands here.
    """
    absent = data["notHere"]
    codes = dict.fromkeys(each["code"] for each in absent) if is_found else ()
    helps = [OutageError(code).remedy() for code in codes]
    return [*map(_absent, absent), *(f"  → {said(each['zh'], each['en'])}" for each in helps)]


def _absent(each: JsonObject) -> str:
    place = "  ".join(str(each[name]) for name in ("region", "year") if each[name])
    bodies, count = each["bodies"], each["notJudged"]
    what = said(
        f"内容不在本机，{count} 件未能判断：{'、'.join(bodies)}",
        f"its text is not here; {count} matter{'s' * (count != 1)} not judged: {', '.join(bodies)}",
    )
    return f"? {each['code']}  {place}  {each['digest']}\n  {what}"


def _nothing(data: JsonObject) -> str:
    if data["notHere"]:
        return said("已判断的事项中没有发现", "no findings among what was judged")
    return said("没有发现", "no findings")


def _measured(each: JsonObject) -> str:
    count = each["extended"]
    extended = said(f"（其中经批准延期 {count}）", f" ({count} extended)") if count else ""
    return f"  {each['body']}  {_kind(each)}  {each['ratio']}{extended}"


def _not_by_rulebook(rulebook: list[JsonObject]) -> list[str]:
    """Rulebooks that are not counted by as they are: whose text is not here, or who say too much."""
    is_odd = (each["countedBy"] != "RULEBOOK" and each["region"] for each in rulebook)
    odd = [each for each, holds in zip(rulebook, is_odd, strict=True) if holds]
    return [f"! {worded(RULE_NUMBER, each['number'])}  {ruled_by([each])}" for each in odd]


def _not_extended(data: JsonObject) -> list[str]:
    is_counted = data["extensions"] is not None
    return [] if is_counted else [said("未计目录更新的延期", "no extension of an update was counted")]


def _extended(each: JsonObject) -> str:
    """By what a deadline was longer, before its day; by no more than a rulebook allows."""
    found = each["extension"]
    if found is None:
        return ""
    days, region = found["days"], found["region"]
    why = one_line(said(str(found["reason"]["zh"]), str(found["reason"]["en"])))
    most = next((row for row in each["rulebook"] if row["number"] == _EXTENSION), None)
    zh, en = "", ""
    if most and most["days"] < days:
        zh, en = f"，至多计 {ruled_by([most])}", f"; of that at most {ruled_by([most])}"
    return said(
        f"经地区 {region} 批准延期 {days} 个工作日（{why}）{zh}，",
        f"{region} extended it by {days} working days ({why}){en}. ",
    )


def _against(found: list[JsonObject] | None) -> list[str]:
    if found is None:
        return [said("未按行业规则核对", "no grant was held against rules of sectors")]
    return [_against_rules(each) for each in found]


def _raised(each: JsonObject) -> str:
    lacked = [worded(GRANT_NEED, need) for need in each["missing"]]
    told = said(f"缺：{'、'.join(lacked)}", f"missing: {', '.join(lacked)}")
    which = f"{each['resource']} #{each['version']}, {each['since']}, {each['grantee']}"
    text = said(f"{each['zh']}{told}", f"{each['en']} {told}")
    return f"✗ {each['code']}  {each['body']}  {each['about']}\n  {text} ({which})"


def _ungraded(each: JsonObject) -> str:
    named = f"{each['resource']} #{each['version']}"
    return said(
        f"? {named}：字段清单不在本机，授权与现行级别未核对",
        f"? {named}: its list of fields is not here, so grants were not held against present grades",
    )


def _against_rules(each: JsonObject) -> str:
    why, who = worded(SECTOR_ANSWER, each["answer"]), each["grantee"]
    maybe = "" if each["certain"] else said("；可能签于规则生效之前", "; may have been signed before")
    rules = said(
        f"{each['region']} 第 {each['version']} 版，自 {each['rulesSince']}{maybe}",
        f"{each['region']}, version {each['version']}, since {each['rulesSince']}{maybe}",
    )
    told = said(f"{each['zh']}{who}：{why}（{rules}）", f"{each['en']} {who}: {why} ({rules})")
    return f"✗ {each['code']}  {each['body']}  {each['about']}\n  {told}"


def effect_text(data: JsonObject) -> str:
    """Who earned what by sharing, and what was exchanged."""
    scope = said("全部机构", "all bodies") if data["scope"] == "*" else data["scope"]
    since = data["since"] or said("起始", "the beginning")
    lines = [f"{scope}  {since} – {data['at']}", *_formula(data)]
    lines += [_score(each) for each in data["bodies"]]
    lines += [_entry(each) for each in data["resources"]]
    lines += [_right(each) for each in data["rights"]]
    lines += [_counted(data["calendars"])] if data["calendars"] else []
    lines += _not_by_rulebook(data["rulebook"])
    lines += _not_extended(data)
    return "\n".join([*lines, _crossings(data["crossings"]), *_not_judged(data)])


def _counted(calendars: list[JsonObject]) -> str:
    return said(f"工作日：{counted_by(calendars)}", f"working days by {counted_by(calendars)}")


_PARTS = {
    "mounted": (
        ("挂接核实", "mounted"),
        (
            "目录条目中经他方探测证实已挂接的",
            "entries of the catalog that another body proved to be mounted, of all",
        ),
    ),
    "timely": (
        ("按期", "in time"),
        ("期内到期事项中按期办理的", "what was done in time, of all that fell due in the period"),
    ),
    "used": (
        ("有使用", "used"),
        ("目录条目中期内被使用过的", "entries whose data were used in the period, of all"),
    ),
    "sound": (
        ("未被更正", "sound"),
        (
            "全部使用中扣除期内经核实成立的更正",
            "uses less corrections that were upheld in the period, of all uses",
        ),
    ),
    "once": (
        ("未重复索要", "once"),
        (
            "期内用过数据或重复索要过材料的服务事项中，没有重复索要的",
            "service items for which nothing was asked for again, of all that used data or asked again",
        ),
    ),
}
"""The parts of a score: what each is called, and what it counts."""


def _formula(data: JsonObject) -> list[str]:
    """How a score comes about, where there is one."""
    if not data["bodies"]:
        return []
    head = said(
        f"得分（{data['formula']}）＝有数的各项之平均 × 100，保留两位小数；"
        "“–”表示各项都没有数，或者有一项因缺少内容而无从判断（“?”）：",
        f"score ({data['formula']}) = 100 × the mean of the parts that count anything, cut off behind two "
        "decimals; – where none does, or where a text is missing to tell one (?):",
    )
    return [head, *(f"  {said(*name)}{said('：', ': ')}{said(*what)}" for name, what in _PARTS.values())]


def _kind(each: JsonObject) -> str:
    return worded({**DEADLINE, **WAITING}, each["kind"])


def _score(each: JsonObject) -> str:
    parts = "  ".join(f"{said(*_PARTS[name][0])} {part or '?'}" for name, part in each["parts"].items())
    score = each["score"] or "–"
    return said(f"{each['body']}  得分 {score}  {parts}", f"{each['body']}  score {score}  {parts}")


def _entry(each: JsonObject) -> str:
    told = each["availability"]
    if told is None:
        kept = ""
    elif told["kept"]:
        kept = said(f"  可用率 {told['measured']}%", f"  available {told['measured']} %")
    else:
        kept = said(
            f"  可用率 {told['measured']}%，低于承诺 {told['promised']}%",
            f"  available {told['measured']} %, {told['promised']} % promised",
        )
    return _counts(each) + kept


def _counts(each: JsonObject) -> str:
    return said(
        f"  {each['resource']}  使用 {each['uses']}（{each['grantees']} 个机构）  查找 {each['located']}  "
        f"拒绝 {each['refused']}  更正 {each['upheld']}/{each['corrections']}  "
        f"停止 {each['outageSeconds']} 秒  未声明而无应答 {each['silentUndeclared']}",
        f"  {each['resource']}  uses {each['uses']} (by {each['grantees']})  located {each['located']}  "
        f"refused {each['refused']}  corrected {each['upheld']}/{each['corrections']}  "
        f"out {each['outageSeconds']} s  silent undeclared {each['silentUndeclared']}",
    )


def _right(each: JsonObject) -> str:
    uses = said(f"使用 {each['uses']}", f"uses {each['uses']}")
    return f"  {worded(RIGHT, each['right'])}  {each['body']}  {uses}"


def _crossings(found: JsonObject) -> str:
    return said(
        f"共 {found['uses']} 次：跨部门 {found['department']}  跨地域 {found['region']}  "
        f"跨层级 {found['level']}  跨业务 {found['matter']}（跨系统无记录可据）",
        f"{found['uses']} uses: across departments {found['department']}, regions {found['region']}, "
        f"levels {found['level']}, matters {found['matter']} (no record tells of systems)",
    )


def _finding(each: JsonObject) -> str:
    state = said("未办", "still open") if each["open"] else said("已了结", "closed")
    ruled = ruled_by([row for row in each["rulebook"] if row["number"] != _EXTENSION])
    due, late = deadline(each["due"]), each["daysLate"]
    zh, en = (f"期限 {ruled}，", f" after {ruled}") if ruled else ("", "")
    return said(
        f"✗ {each['code']}  {each['body']}  {each['about']}\n  {each['zh']}"
        f"{_extended(each)}{zh}应于 {due}前；逾期 {late} 天，{state}",
        f"✗ {each['code']}  {each['body']}  {each['about']}\n  {each['en']} "
        f"{_extended(each)}Due{en} before {due}; {late} day{'s' * (late != 1)} late, {state}",
    )


def _breach(each: JsonObject) -> str:
    told = said(
        f"{each['zh']}记录 {each['seq']}，{each['at']}", f"{each['en']} Record {each['seq']}, {each['at']}"
    )
    return f"✗ {each['code']}  {each['body']}  {each['about']}\n  {told}"


def _waiting(each: JsonObject) -> str:
    return said(
        f"… {_kind(each)}  {each['body']}  {each['about']}  {each['zh']}已 {each['openDays']} 天",
        f"… {_kind(each)}  {each['body']}  {each['about']}  {each['en']} Open for {each['openDays']} days",
    )


def routes_text(data: JsonObject) -> str:
    """What people read of `supervise routes`."""
    counts = data["counts"]
    head = said(
        f"用证 {counts['uses']}，有规则 {counts['ruled']}，已判 {counts['judged']}，"
        f"无凭条 {counts['unproved']}",
        f"{counts['uses']} uses, {counts['ruled']} under a rule, {counts['judged']} judged, "
        f"{counts['unproved']} without slips",
    )
    rows = [
        f"✗ {each['finding']}  {said(each['zh'], each['en'])}  {each['grantee']} ← {each['owner']}  "
        f"#{each['rule']}  {each['way']}  {each['use']}"
        for each in data["findings"]
    ]
    return "\n".join([head, *(rows or [_nothing(data)]), *_not_judged(data, is_found=bool(rows))])
