"""A grant as people read it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from api.cli.deadline_words import deadline
from api.cli.derived_words import derived_line
from api.cli.output import said, worded
from api.cli.plain import one_line
from api.cli.rulebook_words import how_counted
from ledger.domain.canonical import JsonObject
from ledger.domain.words import BASIS, GRANT_ACT, GRANT_NEED, GRANT_STANDING, OUTCOME


def card(data: JsonObject, named: Callable[[object], str] = str) -> str:
    """`grant show` in the language of this run; `named` tells bodies by name."""
    lines = [
        f"{data['grant']}  {worded(GRANT_STANDING, data['standing'])}",
        said(
            f"  {named(data['grantee'])} 申请使用 {data['resource']}",
            f"  {named(data['grantee'])} asks for {data['resource']}",
        ),
        f"  {worded(BASIS, data['basis'])}  {data['purposeCode'] or ''} {data['purpose'] or ''}".rstrip(),
        *_case(data),
        said("  字段：", "  fields: ") + ", ".join(data["granted"]),
        *(f"    {derived_line(each['field'], each)}" for each in data["derived"]),
        said(f"  至 {data['until']}", f"  until {data['until']}") + _uses(data),
        *(f"  {_step(step)}" for step in data["steps"]),
        *_waiting(data),
        *regraded_lines(data["regraded"]),
    ]
    return "\n".join(map(one_line, lines))


def _case(data: JsonObject) -> Sequence[str]:
    """The matter and the case that it is for, as far as this home knows them."""
    told = " ".join(str(each) for each in (data["item"], data["case"]) if each)
    return [said(f"  事项、案号：{told}", f"  matter, case: {told}")] if told else []


def _uses(data: JsonObject) -> str:
    if data["left"] is None:
        return ""
    return said(
        f"，剩 {data['left']} 次（共 {data['count']} 次）", f", {data['left']} of {data['count']} uses left"
    )


def _step(step: JsonObject) -> str:
    parts = [step["at"], worded(GRANT_ACT, step["act"]), _who(step["by"] or "?")]
    if step["outcome"]:
        parts.append(worded(OUTCOME, step["outcome"]))
    parts += [step["text"]] if step["text"] else []
    return "  ".join(map(str, parts))


def _waiting(data: JsonObject) -> Sequence[str]:
    """Who is next, and how late that is: silence is shown."""
    lines = [
        said(
            f"  待 {_who(each['by'])} {worded(GRANT_NEED, each['need'])}",
            f"  waits for {_who(each['by'])} to {worded(GRANT_NEED, each['need'])}",
        )
        for each in data["next"]
    ]
    due, by = deadline(data["decision"]["due"]), how_counted(data["decision"])
    if data["overdue"]:
        lines.append(
            said(f"  已逾期：应于 {due}前答复（{by}）", f"  OVERDUE: an answer was due before {due} ({by})")
        )
    elif any(each["need"] in ("DECISION", "REVIEW") for each in data["next"]):
        lines.append(said(f"  应于 {due}前答复（{by}）", f"  an answer is due before {due} ({by})"))
    return lines


def _who(by: object) -> str:
    return said("持证人", "the holder") if by == "HOLDER" else str(by)


def regraded_lines(found: JsonObject | None, grant: str = "") -> Sequence[str]:
    """What a grant lacks by the present grades of its fields, and what to do; `grant` names it in a list."""
    if found is None:
        return []
    of, version = (f"{grant} " if grant else ""), found["version"]
    if found["missing"] is None:
        return [
            said(
                f"  {of}字段的现行级别无从核对：第 {version} 版的字段清单不在本机",
                f"  {of}present grades cannot be held against it: the list of version {version} is not here",
            )
        ]
    fields = ", ".join(found["fields"])
    lacked = [worded(GRANT_NEED, need) for need in found["missing"]]
    zh, en = "、".join(lacked), " and ".join(lacked)
    return [
        said(
            f"  {of}授权之后字段升级（第 {version} 版，{found['since']}）：{fields}；按新级别尚缺：{zh}。"
            "请撤回授权（grant withdraw），由用证单位重新申请",
            f"  {of}REGRADED since (version {version}, {found['since']}): {fields}; by the new grade "
            f"somebody had to {en}. Withdraw it (grant withdraw), and let it be requested again",
        )
    ]
