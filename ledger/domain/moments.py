"""Moments and days: RFC 3339 in UTC outside, Unix seconds inside; legal days in Asia/Shanghai."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, timezone

from ledger.errors import UsageError

SHANGHAI = timezone(timedelta(hours=8), "Asia/Shanghai")
"""China has had one offset and no summer time since 1992; legal days are reckoned in it."""

_DAY = 86_400

FIRST_SECOND = -62_135_596_800
"""The first second of the year 1."""
LAST_SECOND = 253_402_300_799
"""The last that RFC 3339 can write; the ledger's numbers go further."""


def rfc3339(seconds: int) -> str:
    """Unix seconds as RFC 3339 with `Z`; what lies outside the years 1 to 9999 is shown as their edge.

    Example:
        >>> rfc3339(0), rfc3339(2**64 - 1)
        ('1970-01-01T00:00:00Z', '9999-12-31T23:59:59Z')
        >>> rfc3339(parse_moment("0001-01-01"))
        '0001-01-01T00:00:00Z'
    """
    inside = min(max(seconds, FIRST_SECOND), LAST_SECOND)
    return datetime.fromtimestamp(inside, UTC).strftime("%Y-%m-%dT%H:%M:%SZ").rjust(20, "0")


def parse_moment(text: str) -> int:
    """RFC 3339 or a day (its first moment in Asia/Shanghai) as Unix seconds.

    Raises:
        UsageError: `BAD_TIME`.

    Example:
        >>> parse_moment("1970-01-01T00:01:00Z"), parse_moment("1970-01-02")
        (60, 57600)
    """
    try:
        if len(text) == 10:
            return start_of_day(date.fromisoformat(text))
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is None:
            raise ValueError("no offset")
        return int(moment.timestamp())
    except (ValueError, OverflowError):
        raise UsageError("BAD_TIME", text=text[:40]) from None


def parse_end(text: str) -> int:
    """The same for an end: a day means its last moment, so the first second after it.

    Raises:
        UsageError: `BAD_TIME`.

    Example:
        >>> parse_end("1970-01-01T00:01:00Z"), parse_end("1970-01-02") - parse_moment("1970-01-02")
        (60, 86400)
    """
    return parse_moment(text) + (_DAY if len(text) == 10 else 0)


def start_of_day(day: date) -> int:
    """00:00 of a legal day, in Unix seconds."""
    return int(datetime.combine(day, time(), SHANGHAI).timestamp())


def end_of_day(day: date) -> int:
    """24:00 of a legal day, in Unix seconds: the first moment that is no longer of it.

    Example:
        >>> end_of_day(date(9999, 12, 31)) - end_of_day(date(9999, 12, 30))
        86400
    """
    return start_of_day(day) + _DAY
