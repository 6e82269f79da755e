"""Signed requests of departments: what exactly is signed, and in which headers it travels."""

from __future__ import annotations

from ledger.domain.sm import TAG_REQUEST, sm3

HEADERS = ("Elicense-Org", "Elicense-Key", "Elicense-Time", "Elicense-Nonce", "Elicense-Signature")


def request_message(method: str, target: str, time: str, nonce: str, body: bytes) -> bytes:
    """What a department signs: TAG(request) ‖ SM3(five lines).

    Example:
        >>> request_message("GET", "/v1/types", "2026-01-01T00:00:00Z", "0123456789abcdef", b"").hex()[:16]
        '1e9181bee607e92a'
    """
    lines = "\n".join([method, target, time, nonce, sm3(body).hex()])
    return TAG_REQUEST + sm3(lines.encode("utf-8"))
