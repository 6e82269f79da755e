"""Why a request to use data is refused: each code has a number, which the ledger holds.

Numbers are never reused. What is refused for another reason is an error of form or an outage, and is not
recorded.
"""

from __future__ import annotations

LEFT_UNSIGNED = "USE_LEFT_UNSIGNED"
"""Nothing was refused: data were released in a batch that the grantee did not sign in time."""

REASONS: dict[str, int] = {
    "GRANT_ENDED": 1,
    "GRANT_PENDING": 2,
    "GRANT_NOT_YET": 3,
    "GRANT_OVER": 4,
    "GRANT_EXHAUSTED": 5,
    "GRANT_KEY_COMPROMISED": 6,
    "FIELDS_NOT_ALLOWED": 7,
    "OTHER_GRANT": 8,
    "GRANT_OTHER_LICENSE": 9,
    "GRANT_PURPOSE_OTHER": 10,
    "READER_KEY_OTHER": 11,
    "USE_CODE_OTHER": 12,
    "USE_CODE_OVER": 13,
    "UNKNOWN_LICENSE": 14,
    "DOCUMENT_ERASED": 15,
    "ERASURE_UNFINISHED": 16,
    "HANDOUT_NOTHING": 17,
    "NAME_NOT_REGISTERED": 18,
    "USES_UNSIGNED": 19,
    LEFT_UNSIGNED: 20,
    "ROW_UNKNOWN": 21,
    "ROWS_SPENT": 22,
    "INTERFACE_QUOTA": 23,
    "SECTOR_NOT_ALLOWED": 24,
    "INTERFACE_NOT_OFFERED": 25,
    "ROUTE_NOT_ALLOWED": 26,
    "ROUTE_GRADE": 27,
    "STATISTICS_ONLY": 28,
    "STATISTICS_NOT_GRANTED": 29,
}
"""Code of `ledger.errors` → number in the record."""


FINAL = REASONS.keys() | {
    "USE_OFFER_OVER",
    "USE_REQUEST_TIME",
    "USE_NOT_IN_BATCH",
    "USE_WANTS_LICENSE",
    "USE_WANTS_ROW",
    "ROWS_NOT_HERE",
    "STATISTICS_ROWS",
    "USE_REFUSED_BEFORE",
    "USE_UNKNOWN",
    "UNKNOWN_GRANT",
    "DOCUMENT_NOT_KEPT",
    "FIELDS_NOT_HERE",
    "SIGNING_KEY_NOT_HELD",
}
"""Refusals after which nothing comes of a request any more."""


def reason_code(number: int) -> str | None:
    """The code of a number; None where this version knows none.

    Example:
        >>> reason_code(5), reason_code(9999)
        ('GRANT_EXHAUSTED', None)
    """
    return next((code for code, each in REASONS.items() if each == number), None)
