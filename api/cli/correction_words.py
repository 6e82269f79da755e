"""A correction as people read it."""

from __future__ import annotations

from api.cli.deadline_words import deadline
from api.cli.origin_words import affected_lines
from api.cli.output import said, worded
from api.cli.rulebook_words import how_counted
from ledger.domain.canonical import JsonObject
from ledger.domain.words import CORRECTION_ACT, CORRECTION_NEED, CORRECTION_STATE


def card(data: JsonObject) -> str:
    """`correction show` in the language of this run."""
    about = data["licenseId"] or said("整个资源", "the whole resource")
    fields = ", ".join(data["fields"])
    lines = [
        f"{data['correction']}  {worded(CORRECTION_STATE, data['state'])}",
        said(
            f"  {who(data['openedBy'])} 质疑 {data['resource']}：{fields}",
            f"  {who(data['openedBy'])} doubts {data['resource']}: {fields}",
        ),
        f"  {about}",
        *(f"  {_step(step)}" for step in data["steps"]),
        *(f"  {_waits(each)}" for each in data["next"]),
        said(
            f"  答复期限：{how_counted(data['answer'])}",
            f"  days to answer: {how_counted(data['answer'])}",
        ),
        said(
            f"  应告知 {data['toTell']} 个使用方，{data['acknowledged']} 个已确认",
            f"  {data['toTell']} past users to be told, {data['acknowledged']} have heard",
        ),
        *(f"    {_user(each)}" for each in data["users"]),
        *(affected_lines(data["affected"]) if data["affected"] else []),
    ]
    return "\n".join(lines)


def line(row: JsonObject) -> str:
    """Where a correction stands and who is next, in one line."""
    return "  ".join(filter(None, (worded(CORRECTION_STATE, row["state"]), waiting(row))))


def waiting(row: JsonObject) -> str:
    """Who is next and what for, the first three of them; empty where nobody is."""
    waits = [_waits(each) for each in row["next"]]
    return "  ".join([*waits[:3], *(["…"] if len(waits) > 3 else [])])


def _step(step: JsonObject) -> str:
    parts = [
        step["at"],
        worded(CORRECTION_ACT, step["act"]),
        who(step["by"]),
        worded(CORRECTION_STATE, step["state"]),
    ]
    corrected = step["correctedBy"]
    if corrected:
        parts.append(f"→ {corrected['licenseId'] or '#' + str(corrected['version'])}")
        if corrected["fits"] is False:
            parts.append(said("（注意：并非该证照的更正）", "(NOTE: it did not take that license's place)"))
    parts += [step["text"]] if step["text"] else []
    return "  ".join(map(str, parts))


def _waits(each: JsonObject) -> str:
    need, by = worded(CORRECTION_NEED, each["need"]), who(each["by"])
    text = said(f"待 {by} {need}", f"waits for {by} to {need}")
    if each["overdue"]:
        return text + said(f"，已逾期（{deadline(each['due'])}）", f", OVERDUE since {deadline(each['due'])}")
    if not each["due"]:
        return text
    return text + said(f"，{deadline(each['due'])}前", f" before {deadline(each['due'])}")


def _user(user: JsonObject) -> str:
    uses, last, heard = user["uses"], user["lastUsedAt"], user["acknowledgement"]
    times = said(f"{uses} 次，末次 {last}", f"{uses} uses, last {last}")
    return "  ".join([user["body"], times, *([_heard(heard)] if heard else [])])


def _heard(heard: JsonObject) -> str:
    due, done = deadline(heard["due"]), heard["doneAt"]
    late = said("，逾期", ", LATE") if heard["overdue"] else ""
    if done:
        return said(f"{done} 已确认", f"heard at {done}") + late
    return said(f"未确认，{due}前", f"has not said so, due before {due}") + late


def who(by: object) -> str:
    """A body or a region by its code, or that it is the holder."""
    return said("持证人", "the holder") if by == "HOLDER" else str(by or "?")
