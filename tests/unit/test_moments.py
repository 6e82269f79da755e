"""Moments at the edges of what can be written."""

from __future__ import annotations

import pytest

from ledger.domain.moments import parse_moment, rfc3339
from ledger.errors import UsageError


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("0001-01-01", "0001-01-01T00:00:00Z"),
        ("0001-01-01T00:00:00+14:00", "0001-01-01T00:00:00Z"),
        ("0999-01-02T00:00:00Z", "0999-01-02T00:00:00Z"),
        ("1900-01-01", "1899-12-31T16:00:00Z"),
        ("9999-12-31T23:59:59-14:00", "9999-12-31T23:59:59Z"),
    ],
)
def test_every_moment_that_is_taken_can_be_shown(text: str, shown: str) -> None:
    assert rfc3339(parse_moment(text)) == shown


@pytest.mark.parametrize("text", ["", "now", "2026-02-30", "2026-01-01T00:00:00", "2016-12-31T23:59:60Z"])
def test_what_is_no_moment_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="BAD_TIME"):
        parse_moment(text)
