"""What a copy discloses: fields of a license, or fields of one row of a data set."""

from __future__ import annotations

from ledger.domain import disclosed_row as rows
from ledger.domain.canonical import JsonObject, parse_strict
from ledger.domain.disclosed import DisclosedLicense, disclosed_license
from ledger.domain.disclosed_row import DisclosedRow, disclosed_row
from ledger.errors import MalformedError

Disclosed = DisclosedLicense | DisclosedRow
"""Fields with all that leads from them to what the ledger has."""


def disclosed(form: JsonObject) -> Disclosed:
    """Either, in a JSON object that was already read strictly; raises `DISCLOSURE_MALFORMED`."""
    return disclosed_row(form) if form.get("format") == rows.FORMAT else disclosed_license(form)


def read_handed_out(data: bytes) -> Disclosed:
    """Either as a file: the RFC 8785 form and no other.

    Raises:
        MalformedError: `DISCLOSURE_MALFORMED` with the member at fault, or the codes of `parse_strict`.
    """
    found = disclosed(parse_strict(data))
    if found.data != data:
        raise MalformedError("DISCLOSURE_MALFORMED", field="form")
    return found
