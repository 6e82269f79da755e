"""What `supervise sharing` found, as people read it."""

from __future__ import annotations

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
    return "\n".join(lines if data["findings"] else [*lines, said("没有发现", "no findings")])


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
