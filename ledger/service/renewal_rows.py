"""From the row of a sheet to a license and the one whose place it takes."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from ledger.domain.canonical import JsonObject
from ledger.domain.document import FilledIn
from ledger.domain.first_lines import FirstLines
from ledger.domain.sheet_rows import RENEWS_COLUMN, InputRows, RowFault, SheetRow, row_fault
from ledger.errors import TransitionError
from ledger.service.old_licenses import Old, Olds
from ledger.service.orders import next_version


class Renewal(NamedTuple):
    """A license, and the one whose place it takes."""

    made: FilledIn
    old: Old


class RenewalRows:
    """Reads the rows of one sheet of renewals.

    Args:
        inputs: Reads the rest of each row.
        olds: Finds the licenses that are named.
        code: The license type of every row.
        is_kept: Whether this home has issued, or is issuing, the license of an input.
    """

    def __init__(self, inputs: InputRows, olds: Olds, code: str, is_kept: Callable[[FilledIn], bool]) -> None:
        self._inputs, self._olds = inputs, olds
        self._code, self._is_kept = code, is_kept
        self._lines = FirstLines()

    def read(self, row: SheetRow) -> Renewal | list[RowFault]:
        """The renewal of a row, or every reason why there is none."""
        given, faults = self._inputs.given_of(row)
        if given is None:
            return faults
        old = self._old(row.line, given)
        if isinstance(old, RowFault):
            return [*faults, old]
        first = self._lines.find(old.license_id)
        if first is not None:
            return [*faults, row_fault(row.line, "RENEWS_TWICE", RENEWS_COLUMN, first=first)]
        made = self._made(row.line, given, old.identifier, faults)
        if isinstance(made, list):
            return made
        if self._is_kept(made):
            return [row_fault(row.line, "SHEET_ISSUED", RENEWS_COLUMN)]
        self._lines.first_of(old.license_id, row.line)
        return Renewal(made, old)

    def again(self, row: SheetRow) -> Renewal | list[RowFault]:
        """The renewal of a row that an earlier run has taken, wherever the license before stands now."""
        given, faults = self._inputs.given_of(row)
        if given is None:
            return faults
        old = self._olds.named(str(given.pop(RENEWS_COLUMN, "")), issuer_of(given))
        if old is None:
            return [row_fault(row.line, "RENEWS_UNKNOWN", RENEWS_COLUMN)]
        made = self._made(row.line, given, old.identifier, faults)
        return made if isinstance(made, list) else Renewal(made, old)

    def _old(self, line: int, given: JsonObject) -> Old | RowFault:
        """The license before; its name is taken out of the input."""
        text = given.pop(RENEWS_COLUMN, None)
        if not isinstance(text, str) or not text:
            return row_fault(line, "RENEWS_MISSING", RENEWS_COLUMN)
        found = self._olds.find(text, self._code, issuer_of(given))
        return found if isinstance(found, Old) else row_fault(line, found, RENEWS_COLUMN)

    def _made(
        self, line: int, given: JsonObject, identifier: str | None, faults: list[RowFault]
    ) -> FilledIn | list[RowFault]:
        try:
            following = next_version(given, identifier)
        except TransitionError as error:
            return [*faults, RowFault(line, error.code, RENEWS_COLUMN, error.message())]
        return self._inputs.judge(line, following, faults)


def issuer_of(given: JsonObject) -> str:
    """Credit code of the issuer that an input names; empty where it names none."""
    metadata = given.get("metadata")
    issuer = metadata.get("certificateIssuingAuthorityCode") if isinstance(metadata, dict) else None
    return str(issuer or "")
