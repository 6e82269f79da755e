"""What people read of doubts beside a verdict."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from api.cli.deadline_words import deadline
from api.cli.output import said
from api.cli.plain import one_line
from api.cli.rulebook_words import how_counted


def doubt_lines(corrections: Iterable[Mapping[str, Any]]) -> list[str]:
    """One line for each member of `corrections` of a verdict."""
    return ["  ? " + _line(each) for each in corrections]


def _line(row: Mapping[str, Any]) -> str:
    fields = ", ".join(_field(each) for each in row["fields"])
    name = f"{row['correction'][:10]}…"
    by = row["correctedBy"]
    if by:
        what = by["licenseId"] or said(f"第 {by['version']} 版", f"version {by['version']}")
        return said(
            f"疑义 {name} 成立：{fields}；以 {what} 为准",
            f"doubt {name} was right: {fields}; see {what}",
        )
    since = row["openedAt"]
    opened = said(f"疑义 {name}：{fields}；提出于 {since}", f"doubt {name}: {fields}; opened {since}")
    return opened + _awaited(row)


def _awaited(row: Mapping[str, Any]) -> str:
    if row["due"] is None:
        return said("；已上报争议", "; disputed")
    late = said("（已逾期）", " (overdue)") if row["overdue"] else ""
    due, by = deadline(row["due"]), how_counted(row) or said("按周一至周五", "Monday to Friday")
    return said(f"；应于 {due}前答复（{by}）", f"; answer due before {due} ({by})") + late


def _field(name: str) -> str:
    """A field's name, or that it is one whose name is not at hand."""
    return said(f"某字段 {name}", f"a field {name}") if name.startswith("#") else one_line(name)
