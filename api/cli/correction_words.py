"""A correction as people read it."""

from __future__ import annotations

from collections.abc import Mapping

from api.cli.calendar_words import counted_by
from api.cli.output import said
from ledger.domain.canonical import JsonObject

_STATES = {
    "OPEN": ("待答复", "open"),
    "UPHELD": ("予以更正", "upheld"),
    "REJECTED": ("不予更正", "rejected"),
    "DISPUTED": ("争议中", "disputed"),
    "SETTLED_UPHELD": ("裁定予以更正", "settled: upheld"),
    "SETTLED_REJECTED": ("裁定不予更正", "settled: rejected"),
}
_ACTS = {
    "OPENED": ("使用方提出校核", "doubted by a body that used it"),
    "ASKED": ("持证人申请校核", "the holder asked"),
    "ATTESTED": ("比对不符，自动提出", "opened by an attestation that does not match"),
    "ANSWERED": ("答复", "answered"),
    "DISPUTED": ("提交争议", "disputed"),
    "CONTESTED": ("持证人申请复核", "the holder contests"),
    "SETTLED": ("裁定", "settled"),
}
_NEEDS = {
    "ANSWER": ("答复", "answer"),
    "SETTLE": ("裁定", "settle"),
    "ACKNOWLEDGE": ("确认知悉", "acknowledge"),
}


def card(data: JsonObject) -> str:
    """`correction show` in the language of this run."""
    about = data["licenseId"] or said("整个资源", "the whole resource")
    fields = ", ".join(data["fields"])
    lines = [
        f"{data['correction']}  {_word(_STATES, data['state'])}",
        said(
            f"  {_who(data['openedBy'])} 质疑 {data['resource']}：{fields}",
            f"  {_who(data['openedBy'])} doubts {data['resource']}: {fields}",
        ),
        f"  {about}",
        *(f"  {_step(step)}" for step in data["steps"]),
        *(f"  {_waits(each)}" for each in data["next"]),
        said(
            f"  答复期限：{counted_by(data['answer']['calendars'])}",
            f"  days to answer counted by {counted_by(data['answer']['calendars'])}",
        ),
        said(
            f"  应告知 {data['toTell']} 个使用方，{data['acknowledged']} 个已确认",
            f"  {data['toTell']} past users to be told, {data['acknowledged']} have heard",
        ),
        *(f"    {_user(each)}" for each in data["users"]),
    ]
    return "\n".join(lines)


def line(row: JsonObject) -> str:
    """Where a correction stands and who is next, in one line."""
    waiting = [_waits(each) for each in row["next"]]
    return "  ".join([_word(_STATES, row["state"]), *waiting[:3], *(["…"] if len(waiting) > 3 else [])])


def _word(words: Mapping[str, tuple[str, str]], name: object) -> str:
    return said(*words[str(name)])


def _step(step: JsonObject) -> str:
    parts = [step["at"], _word(_ACTS, step["act"]), _who(step["by"]), _word(_STATES, step["state"])]
    corrected = step["correctedBy"]
    if corrected:
        parts.append(f"→ {corrected['licenseId'] or '#' + str(corrected['version'])}")
        if corrected["fits"] is False:
            parts.append(said("（注意：并非该证照的更正）", "(NOTE: it did not take that license's place)"))
    parts += [step["text"]] if step["text"] else []
    return "  ".join(map(str, parts))


def _waits(each: JsonObject) -> str:
    need, who = _word(_NEEDS, each["need"]), _who(each["by"])
    text = said(f"待 {who} {need}", f"waits for {who} to {need}")
    if each["overdue"]:
        return text + said(f"，已逾期（{each['due']}）", f", OVERDUE since {each['due']}")
    return text + (said(f"，{each['due']} 前", f" before {each['due']}") if each["due"] else "")


def _user(user: JsonObject) -> str:
    uses, last, heard = user["uses"], user["lastUsedAt"], user["acknowledgement"]
    times = said(f"{uses} 次，末次 {last}", f"{uses} uses, last {last}")
    return "  ".join([user["body"], times, *([_heard(heard)] if heard else [])])


def _heard(heard: JsonObject) -> str:
    due, done = heard["due"], heard["doneAt"]
    late = said("，逾期", ", LATE") if heard["overdue"] else ""
    if done:
        return said(f"{done} 已确认", f"heard at {done}") + late
    return said(f"未确认，{due} 前", f"has not said so, due before {due}") + late


def _who(by: object) -> str:
    return said("持证人", "the holder") if by == "HOLDER" else str(by or "?")
