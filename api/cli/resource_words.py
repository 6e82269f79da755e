"""One resource of the catalog as people read it."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from api.cli.deadline_words import deadline
from api.cli.grant_words import regraded_lines
from api.cli.output import said, worded
from api.cli.plain import one_line
from api.cli.resource_edition import edition_line
from api.cli.resource_snapshot import snapshot_line
from ledger.domain.official import TypeKind
from ledger.domain.words import BASE_LIBRARY, RESOURCE_KIND
from ledger.domain.words import SHARING as SHARING_WORDS


def resource_card(data: dict[str, object], kind: TypeKind | None = None) -> str:
    """One resource as `resource show` tells it to people.

    Args:
        data: The answer of `resource show`.
        kind: What is of its license type, where that is known here.
    """
    rows = _ROWS if kind is not TypeKind.DOCUMENT else tuple(_OF_DOCUMENTS.get(row[0], row) for row in _ROWS)
    lines = [f"{data['resource']}  {worded(SHARING_WORDS, data['sharing'])}"]
    if data["until"]:
        ground = ground_words(data)
        until = data["until"]
        lines.append(said(f"例外依据 {ground}，至 {until}", f"exception: ground {ground}, until {until}"))
    lines += [f"  {said(*label)}  {told}" for label, tell in rows if (told := tell(data))]
    lines.append(_mounted_line(data))
    here = data["rowsHere"]
    if isinstance(here, dict):
        count, at = here["rows"], here["loadedAt"]
        lines.append(
            said(
                f"  本机已载入 {count} 行，{at}，按 {here['keyField']} 查询",
                f"  {count} rows loaded here at {at}, by {here['keyField']}",
            )
        )
    if data["lapsed"]:
        lines.append(said("  例外已到期，仍按例外共享", "  the exception LAPSED and is still applied"))
    if data["overdue"]:
        due = deadline(str(data["updateDue"]))
        lines.append(said(f"  应于 {due}前更新", f"  an update was due before {due}"))
    lines += _field_lines(data)
    lines += _regraded_lines(data["regraded"])
    editions = data["editions"]
    lines += [f"  {edition_line(each)}" for each in (editions if isinstance(editions, list) else [])]
    snapshots = data["snapshots"]
    lines += [f"  {snapshot_line(each)}" for each in (snapshots if isinstance(snapshots, list) else [])]
    return "\n".join(map(one_line, lines))


def _regraded_lines(found: object) -> list[str]:
    rows = found if isinstance(found, list) else []
    return [line for each in rows for line in regraded_lines(each, f"{each['grant']} ({each['grantee']})")]


def _mounted_line(data: dict[str, object]) -> str:
    proved = data["proved"]
    if isinstance(proved, dict):
        by, at = proved["by"], proved["at"]
        return said(f"  已挂接，{by} 于 {at} 探测相符", f"  mounted; {by} found it there at {at}")
    if data["mounted"]:
        return said("  声明已挂接，未经证实", "  declared to be mounted; nobody proved it")
    return said("  未挂接", "  not mounted")


def ground_words(data: Mapping[str, object]) -> str:
    """A ground by its number, with the place in the law where that is known here."""
    number, words = data["ground"], data["groundText"]
    if isinstance(words, dict):
        return said(f"{number} 号：{words['zh']}", f"{number}: {words['en']}")
    return said(f"{number} 号（提供单位自编）", f"{number} (the owner's number)")


def _field_lines(data: dict[str, object]) -> list[str]:
    fields, count = data["fields"], data["fieldCount"]
    if isinstance(fields, list):
        return [f"  {row['grade']}  {row['name']}" for row in fields]
    return [
        said(
            f"  {count} 个字段，清单不在本机：以 --field-list 给出",
            f"  {count} fields, list not here: --field-list",
        )
    ]


def _named(key: str) -> Callable[[dict[str, object]], str]:
    return lambda data: str(data[key] or "")


def _cycle(data: dict[str, object]) -> str:
    days = data["cycleDays"]
    return said(f"{days} 天", f"{days} days") if days else ""


def _library(data: dict[str, object]) -> str:
    """The base library and whose it is; nothing of a resource that is part of none."""
    if data["baseLibrary"] == "NONE":
        return ""
    return f"{worded(BASE_LIBRARY, data['baseLibrary'])} {data['region'] or ''}".rstrip()


def _items(data: dict[str, object]) -> str:
    items = data["items"]
    return said("、", ", ").join(map(str, items)) if isinstance(items, list) else ""


def _versions(data: dict[str, object]) -> str:
    number, since = data["version"], data["registeredAt"]
    return said(f"第 {number} 版，{since} 登记", f"{number}, registered at {since}")


_ROWS: tuple[tuple[tuple[str, str], Callable[[dict[str, object]], str]], ...] = (
    (("提供单位", "owner"), _named("owner")),
    (("代办单位", "operator"), _named("operator")),
    (("类别", "kind"), lambda data: worded(RESOURCE_KIND, data["kind"])),
    (("证照类型", "license type"), _named("type")),
    (("使用权", "right of use"), _named("useRight")),
    (("收益权", "right of benefit"), _named("benefitRight")),
    (("基础库", "base library"), _library),
    (("更新周期", "updated within"), _cycle),
    (("事项", "items"), _items),
    (("版本", "version"), _versions),
)
"""What a card names, in its order: the label, and what stands behind it; nothing where that is empty."""

_OF_DOCUMENTS: dict[tuple[str, str], tuple[tuple[str, str], Callable[[dict[str, object]], str]]] = {
    ("类别", "kind"): (("类别", "kind"), lambda _: said("公文", "official documents of a type")),
    ("证照类型", "license type"): (("公文类型", "document type"), _named("type")),
}
"""Lines, by their labels, that say something else of a resource of official documents."""
