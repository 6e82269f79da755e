"""By which calendars days were counted, as people read it."""

from __future__ import annotations

from collections.abc import Sequence

from api.cli.output import said
from ledger.domain.canonical import JsonObject


def counted_by(calendars: Sequence[JsonObject]) -> str:
    """The member `calendars` beside a deadline in a few words.

    Example:
        >>> counted_by([{"year": 2026, "countedBy": "WEEKDAYS", "region": None, "version": None}])
        '2026: Monday to Friday'
    """
    return said("，", ", ").join(map(_counted, calendars))


def _counted(each: JsonObject) -> str:
    year, region, version = each["year"], each["region"], each["version"]
    if each["countedBy"] == "CALENDAR":
        return said(
            f"{year} 年按 {region} 日历第 {version} 版", f"{year}: calendar of {region}, version {version}"
        )
    if region is None:
        return said(f"{year} 年按周一至周五", f"{year}: Monday to Friday")
    return said(
        f"{year} 年按周一至周五（{region} 日历第 {version} 版的内容不在本机）",
        f"{year}: Monday to Friday (the text of {region}'s calendar, version {version}, is not here)",
    )
