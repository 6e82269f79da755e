"""By which numbers of working days something was counted, as people read it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from api.cli.calendar_words import counted_by
from api.cli.output import said
from ledger.domain.canonical import JsonObject


def ruled_by(rulebook: Sequence[JsonObject]) -> str:
    """The member `rulebook` beside a deadline in a few words; empty for none.

    Example:
        >>> row = {"days": 5, "countedBy": "RULEBOOK", "region": "310000", "version": 2, "said": 5}
        >>> ruled_by([row, {**row, "days": 10, "countedBy": "DEFAULT", "region": None, "said": None}])
        '5 working days (rulebook of 310000, version 2) + 10 working days (regulation)'
    """
    return " + ".join(map(_ruled, rulebook))


def how_counted(deadline: Mapping[str, Any]) -> str:
    """By how many days of which calendars something is due, by its members `rulebook` and `calendars`.

    Example:
        >>> day = {"year": 2026, "countedBy": "WEEKDAYS", "region": None, "version": None}
        >>> row = {"days": 10, "countedBy": "DEFAULT", "region": None, "version": None, "said": None}
        >>> how_counted({"rulebook": [row], "calendars": [day]})
        '10 working days (regulation); 2026: Monday to Friday'
    """
    parts = (ruled_by(deadline["rulebook"]), counted_by(deadline["calendars"]))
    return said("；", "; ").join(each for each in parts if each)


def _ruled(each: JsonObject) -> str:
    days, by = each["days"], _by(each)
    return said(f"{days} 个工作日（{by}）", f"{days} working day{'s' * (days != 1)} ({by})")


def _by(each: JsonObject) -> str:
    region, version, told = each["region"], each["version"], each["said"]
    if each["countedBy"] == "RULEBOOK":
        return said(f"{region} 期限规则第 {version} 版", f"rulebook of {region}, version {version}")
    if each["countedBy"] == "LIMIT":
        return said(
            f"条例上限；{region} 期限规则第 {version} 版定为 {told}，不予采用",
            f"as the regulation allows; version {version} of the rulebook of {region} says {told}",
        )
    if region is None:
        return said("条例规定", "regulation")
    return said(
        f"条例规定；{region} 期限规则第 {version} 版的内容不在本机",
        f"regulation; the text of {region}'s rulebook, version {version}, is not here",
    )
