"""Deadlines as people in China reckon them: legal days, in Beijing time."""

from __future__ import annotations

from datetime import datetime, timedelta

from api.cli.output import said
from ledger.domain.moments import LAST_SECOND, SHANGHAI, parse_moment


def deadline(due: str) -> str:
    """The first moment that is too late, RFC 3339, as the end of a day, or as a time where it is none.

    Example:
        >>> deadline("2026-11-30T16:00:00Z"), deadline("2026-11-30T16:00:01Z")
        ('24:00 on 2026-11-30 (Beijing time)', '00:00:01 on 2026-12-01 (Beijing time)')
    """
    seconds = parse_moment(due)
    if seconds + SHANGHAI.utcoffset(None).seconds > LAST_SECOND:
        return due
    moment = datetime.fromtimestamp(seconds, SHANGHAI)
    day, clock = moment.date(), moment.strftime("%H:%M:%S")
    if clock == "00:00:00":
        day, clock = day - timedelta(days=1), "24:00"
    return said(f"{day} {clock}（北京时间）", f"{clock} on {day} (Beijing time)")
