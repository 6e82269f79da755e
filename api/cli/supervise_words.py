"""What `supervise sharing` and `supervise effect` found, as people read it."""

from __future__ import annotations

from api.cli.calendar_words import counted_by
from api.cli.output import said
from ledger.domain.canonical import JsonObject


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
    lines += [f"  {each['body']}  {each['kind']}  {each['ratio']}" for each in data["measure"]]
    lines += [_finding(each) for each in data["findings"]]
    lines += [_waiting(each) for each in data["waiting"]]
    lines += [_counted(data["calendars"])] if data["calendars"] else []
    return "\n".join(lines if data["findings"] else [*lines, said("没有发现", "no findings")])


def effect_text(data: JsonObject) -> str:
    """Who earned what by sharing, and what was exchanged."""
    scope = said("全部机构", "all bodies") if data["scope"] == "*" else data["scope"]
    since = data["since"] or said("起始", "the beginning")
    lines = [f"{scope}  {since} – {data['at']}  ({data['formula']})"]
    lines += [_score(each) for each in data["bodies"]]
    lines += [_entry(each) for each in data["resources"]]
    lines += [_right(each) for each in data["rights"]]
    lines += [_counted(data["calendars"])] if data["calendars"] else []
    return "\n".join([*lines, _crossings(data["crossings"])])


def _counted(calendars: list[JsonObject]) -> str:
    return said(f"工作日：{counted_by(calendars)}", f"working days by {counted_by(calendars)}")


def _score(each: JsonObject) -> str:
    parts = each["parts"]
    score = each["score"] or "–"
    return said(
        f"{each['body']}  得分 {score}  挂接核实 {parts['mounted']}  按期 {parts['timely']}  "
        f"有使用 {parts['used']}  未被更正 {parts['sound']}",
        f"{each['body']}  score {score}  mounted {parts['mounted']}  in time {parts['timely']}  "
        f"used {parts['used']}  sound {parts['sound']}",
    )


def _entry(each: JsonObject) -> str:
    return said(
        f"  {each['resource']}  使用 {each['uses']}（{each['grantees']} 个机构）  定位 {each['located']}  "
        f"拒绝 {each['refused']}  更正 {each['upheld']}/{each['corrections']}  "
        f"停止 {each['outageSeconds']} 秒  未声明而无应答 {each['silentUndeclared']}",
        f"  {each['resource']}  uses {each['uses']} (by {each['grantees']})  located {each['located']}  "
        f"refused {each['refused']}  corrected {each['upheld']}/{each['corrections']}  "
        f"out {each['outageSeconds']} s  silent undeclared {each['silentUndeclared']}",
    )


_RIGHTS = {"OWNER": ("归属权", "owner"), "USE": ("使用权", "right of use"), "BENEFIT": ("收益权", "benefit")}


def _right(each: JsonObject) -> str:
    uses = said(f"使用 {each['uses']}", f"uses {each['uses']}")
    return f"  {said(*_RIGHTS[each['right']])}  {each['body']}  {uses}"


def _crossings(found: JsonObject) -> str:
    return said(
        f"共 {found['uses']} 次：跨部门 {found['department']}  跨地域 {found['region']}  "
        f"跨层级 {found['level']}  跨业务 {found['matter']}（跨系统无记录可据）",
        f"{found['uses']} uses: across departments {found['department']}, regions {found['region']}, "
        f"levels {found['level']}, matters {found['matter']} (no record tells of systems)",
    )


def _finding(each: JsonObject) -> str:
    state = said("未办", "still open") if each["open"] else said("已了结", "closed")
    return said(
        f"✗ {each['code']}  {each['body']}  {each['about']}\n  {each['zh']}"
        f"应于 {each['due']} 前；逾期 {each['daysLate']} 天，{state}",
        f"✗ {each['code']}  {each['body']}  {each['about']}\n  {each['en']} "
        f"Due before {each['due']}; {each['daysLate']} days late, {state}",
    )


def _waiting(each: JsonObject) -> str:
    return said(
        f"… {each['kind']}  {each['body']}  {each['about']}  {each['zh']}已 {each['openDays']} 天",
        f"… {each['kind']}  {each['body']}  {each['about']}  {each['en']} Open for {each['openDays']} days",
    )
