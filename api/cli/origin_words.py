"""Where fields come from, as people read it."""

from __future__ import annotations

from api.cli.output import said, worded
from api.cli.plain import one_line
from ledger.domain.canonical import JsonObject
from ledger.domain.words import BASE_LIBRARY, HOW, ORIGIN_STANDING


def checked_text(data: JsonObject) -> str:
    """`origin check`."""
    lines = [f"{data['resource']}  {data['digest']}", f"  {_counts(data['counts'])}"]
    return "\n".join(map(one_line, [*lines, *(f"  {_datum(each)}" for each in data["elements"])]))


def set_text(data: JsonObject) -> str:
    """`origin set`: what was declared, and a warning of whatever another body collects."""
    lines = [f"{data['resource']}  v{data['version'] or '?'}  {data['digest']}"]
    for each in data["collectedAlready"]:
        lines.append("! " + said("其他部门采集在先：", "another body collects: ") + _datum(each))
        lines.append(f"    {_collection(each['first'])}")
    return "\n".join(map(one_line, [*lines, *_not_here(data)]))


def card(data: JsonObject) -> str:
    """`origin show`."""
    lines = [f"{data['resource']}  v{data['version']}  {data['since']}  {data['digest']}"]
    form = data["origins"]
    if isinstance(form, dict):
        lines += [f"  {_field(each)}" for each in form["fields"]]
    else:
        lines.append("  " + worded(ORIGIN_STANDING, "NOT_HERE"))
    if data["fieldsChanged"]:
        lines.append("  " + said("字段清单此后有新版", "the list of fields is another one since"))
    return "\n".join(map(one_line, lines))


def again_text(data: JsonObject) -> str:
    """`origin again`."""
    lines = []
    for each in data["elements"]:
        lines += [_datum(each), f"  {said('首先采集', 'first')}  {_collection(each['first'])}"]
        lines += [f"  {said('重复采集', 'again')}  {_collection(one)}" for one in each["again"]]
    if not data["elements"]:
        lines.append(said("没有发现重复采集", "nothing is collected twice"))
    return "\n".join(map(one_line, [*lines, *_not_here(data)]))


def findings_text(data: JsonObject) -> str:
    """`supervise origins`."""
    lines = []
    for each in data["findings"]:
        lines += [
            f"✗ {each['code']}  {_datum(each)}  {_collection(each)}",
            f"  {said(each['zh'], each['en'])}",
            f"  {said('首先采集', 'first')}  {_collection(each['first'])}",
        ]
    for each in data["unlisted"]:
        lines += [
            f"✗ {each['code']}  {each['resource']}  {each['since']}",
            f"  {said(each['zh'], each['en'])}",
            f"  ← {', '.join(each['sources'])}",
        ]
    if not lines:
        lines.append(said("没有发现", "no findings"))
    return "\n".join(map(one_line, [*lines, *_not_here(data)]))


def lineage_text(data: JsonObject) -> str:
    """`origin lineage`: the tree, a field a line."""
    lines = [_step(each) for each in data["lineage"]]
    for each in data["cycles"]:
        path = " → ".join(f"{place['resource']}#{place['field']}" for place in each)
        lines.append("! " + said("循环：", "cycle: ") + path)
    return "\n".join([*lines, *map(one_line, _not_here(data))] or ["–"])


def affected_lines(affected: JsonObject) -> list[str]:
    """What rests on what was corrected, for `correction show`."""
    head = said("据此得出、须相应更新：", "rests on it, to be brought up to date: ")
    lines = [
        f"  {head}{each['resource']}  {', '.join(each['fields'])}  {each['body']}"
        for each in affected["sets"]
    ]
    return [*lines, *(f"  {each}" for each in _not_here(affected))]


def _step(each: JsonObject) -> str:
    parts = [f"{each['resource']}#{each['field']}"]
    parts.append(worded(HOW, each["how"]) if each["how"] else worded(ORIGIN_STANDING, each["standing"]))
    parts += [_datum(each)] if each["element"] else []
    parts += [said(each["method"]["zh"], each["method"]["en"])] if each["method"] else []
    parts += [str(each["digest"])] if each["standing"] == "NOT_HERE" else []
    parts += [said("（循环，见上）", "(a cycle, see above)")] if each["cycle"] else []
    parts += [said("（见上）", "(see above)")] if each["again"] else []
    indent = "  " * min(int(each["depth"]), 20)
    return indent + one_line("  ".join(parts))


def _field(each: JsonObject) -> str:
    parts = [each["name"], worded(HOW, each["how"])]
    if each["how"] == "collected":
        parts += [_datum(each), each["ground"]]
    given = each.get("from", [])
    sources = given if isinstance(given, list) else [given]
    parts += [", ".join(f"{one['resource']}#{one['field']}" for one in sources)] if sources else []
    return "  ".join(parts)


def _datum(each: JsonObject) -> str:
    return f"{worded(BASE_LIBRARY, each['subject'])} {each['element']}"


def _collection(each: JsonObject) -> str:
    since = said(f"自 {each['since']}", f"since {each['since']}")
    return f"{each['body']}  {each['resource']}  {', '.join(each['fields'])}  {since}  {each['ground']}"


def _counts(counts: JsonObject) -> str:
    return "  ".join(f"{worded(HOW, how)} {count}" for how, count in counts.items())


def _not_here(data: JsonObject) -> list[str]:
    """Whatever was left out since its file is not here."""
    head = said("缺少来源文件：", "no file of origins here: ")
    return [f"? {head}{each['resource']}  v{each['version']}  {each['digest']}" for each in data["notHere"]]
