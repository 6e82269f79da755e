"""A snapshot: what another system holds now, license by license, to be compared with the ledger.

JSON Lines: optionally a header `{"format": "elicense-snapshot/1", "source", "sourceTime"}`, then
`{"status": "01", "identifier" | "serial", "license": {license input}}` a line; or a sheet with the
columns of `issue-batch` and one more, `status`. A row without content has its status compared only.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ledger.domain.canonical import JsonObject, parse_strict
from ledger.domain.exchange_codes import OTHER_STATUS, STATUS_NAMES
from ledger.domain.identifiers import serial_of
from ledger.domain.license_input import COLLECTED
from ledger.domain.license_types import LicenseType
from ledger.domain.moments import parse_moment
from ledger.domain.sheet_rows import REASON_COLUMN, Cell, InputRows, RowFault, SheetRow, row_fault
from ledger.errors import MalformedError, UsageError

FORMAT = "elicense-snapshot/1"
_OWN = ("status", "note", "ground", "region")
"""What a row says beside the license."""
_KEYS = ("certificateIdentifier", "serial")


@dataclass(frozen=True)
class SnapshotHeader:
    """When a snapshot was taken, and of which system.

    Attributes:
        source: Name of the system; empty where it is not told.
        source_time: Unix seconds, or None where it is not told.
    """

    source: str = ""
    source_time: int | None = None


@dataclass(frozen=True)
class SnapshotRow:
    """What a source holds of one license.

    Attributes:
        line: Its line in the file.
        identifier: As the source writes it; empty where it knows a license by its serial alone.
        serial: Its serial.
        status: A key of `STATUS_NAMES`.
        given: The license input; None where content is not told.
        ground: The ground of that status; empty where it is not told.
        region: Where it goes to; empty where it is not told.
    """

    line: int
    identifier: str
    serial: str
    status: str
    given: JsonObject | None
    ground: str = ""
    region: str = ""


def read_snapshot_header(row: SheetRow) -> SnapshotHeader | None:
    """The header of a snapshot; None where the row is the first license.

    Raises:
        MalformedError: `SNAPSHOT_HEADER`.
    """
    try:
        given = parse_strict(row.cells[0].text.encode()) if row.names is None and not row.faults else {}
    except MalformedError:
        return None
    if "format" not in given:
        return None
    source, told = given.get("source", ""), given.get("sourceTime")
    is_known = given.keys() <= {"format", "source", "sourceTime", "issuer", "type"}
    if given["format"] != FORMAT or not is_known or not isinstance(source, str):
        raise MalformedError("SNAPSHOT_HEADER")
    try:
        return SnapshotHeader(source, parse_moment(str(told)) if told is not None else None)
    except UsageError:
        raise MalformedError("SNAPSHOT_HEADER") from None


class SnapshotRows:
    """Reads the rows of one snapshot; none comes twice.

    Args:
        names: The header of a sheet, or None for JSON Lines.
        kind: The license type of every row.
        issuer: Credit code of the issuer of every row.

    Raises:
        MalformedError: The codes of `ledger.domain.sheet_rows.read_header`; `SHEET_COLUMN_MISSING` for
            `status` or the identifier.
    """

    def __init__(self, names: Sequence[str] | None, kind: LicenseType, issuer: str) -> None:
        self._kind, self._names = kind, names
        metadata = {"certificateTypeCode": kind.code, "certificateIssuingAuthorityCode": issuer}
        columns = None if names is None else [name for name in names if name.strip() not in _OWN]
        self._has_content = columns is None or any(name.strip() not in (*_KEYS, "") for name in columns)
        self._inputs = InputRows(columns if self._has_content else None, kind, metadata, COLLECTED)
        self._seen: set[str] = set()
        if names is not None:
            self._require_columns([name.strip() for name in names])

    def read(self, row: SheetRow) -> SnapshotRow | list[RowFault]:
        """What a row says, or every reason why it says nothing."""
        if row.faults:
            return self._faults(self._inputs.read(row))
        try:
            own, given = self._told(row)
        except MalformedError as error:
            return [row_fault(row.line, error.code, "", **error.fields)]
        if isinstance(given, list):
            return given
        return self._row(row.line, own, given)

    def _told(self, row: SheetRow) -> tuple[Mapping[str, str], JsonObject | list[RowFault] | None]:
        """What stands beside the license, and the license."""
        return self._line(row) if row.names is None else self._cells(row)

    def _line(self, row: SheetRow) -> tuple[Mapping[str, str], JsonObject | list[RowFault] | None]:
        line = parse_strict(row.cells[0].text.encode())
        line.pop(REASON_COLUMN, None)
        license_ = line.pop("license", None)
        for name, value in line.items():
            if name not in (*_OWN, "identifier", "serial") or not isinstance(value, str):
                code = "FIELD_TYPE" if name in (*_OWN, "identifier", "serial") else "FIELD_NOT_ALLOWED"
                return {}, [row_fault(row.line, code, name[:80], expected="string")]
        if license_ is None:
            return line, None
        text = json.dumps(license_, ensure_ascii=False)
        return line, self._inputs.read(SheetRow(row.line, (Cell(text),)))

    def _cells(self, row: SheetRow) -> tuple[Mapping[str, str], JsonObject | list[RowFault] | None]:
        names = [name.strip() for name in row.names or ()]
        cells = dict(zip(names, row.cells, strict=False))
        own = {name: cells[name].text.strip() for name in (*_OWN, *_KEYS) if name in cells}
        own["identifier"] = own.pop("certificateIdentifier", "")
        if not self._has_content:
            return own, None
        kept = [(name, cell) for name, cell in zip(names, row.cells, strict=False) if name not in _OWN]
        columns, texts = tuple(name for name, _ in kept), tuple(cell for _, cell in kept)
        return own, self._inputs.read(SheetRow(row.line, texts + row.cells[len(names) :], columns))

    def _row(
        self, line: int, own: Mapping[str, str], given: JsonObject | None
    ) -> SnapshotRow | list[RowFault]:
        stated = (given or {}).get("metadata", {}).get("certificateIdentifier") or ""
        identifier = own.get("identifier") or stated
        serial = own.get("serial") or (given or {}).get("serial") or _serial_in(identifier)
        faults = list(self._row_faults(line, own, identifier, stated, serial))
        return faults or SnapshotRow(
            line, identifier, serial, own["status"], given, own.get("ground", ""), own.get("region", "")
        )

    def _row_faults(
        self, line: int, own: Mapping[str, str], identifier: str, stated: str, serial: str
    ) -> Sequence[RowFault]:
        status = own.get("status", "")
        if status not in STATUS_NAMES:
            code = "FIELD_CHOICE" if status else "FIELD_REQUIRED"
            return [row_fault(line, code, "status", expected=", ".join(STATUS_NAMES))]
        if status == OTHER_STATUS and not own.get("note"):
            return [row_fault(line, "FIELD_REQUIRED", "note")]
        if not serial:
            return [row_fault(line, "FIELD_REQUIRED", "identifier")]
        if stated and identifier != stated:
            return [row_fault(line, "FIELD_CONTRADICTS", "identifier", other="license")]
        name = identifier or serial
        if name in self._seen:
            return [row_fault(line, "SNAPSHOT_TWICE", "identifier")]
        self._seen.add(name)
        return []

    def _require_columns(self, names: Sequence[str]) -> None:
        missing = [name for name in ("status",) if name not in names]
        missing += [] if set(names) & set(_KEYS) else [_KEYS[0]]
        if missing:
            raise MalformedError("SHEET_COLUMN_MISSING", columns=", ".join(missing))

    def _faults(self, read: JsonObject | list[RowFault]) -> list[RowFault]:
        assert isinstance(read, list)
        return read


def _serial_in(identifier: str) -> str:
    try:
        return serial_of(identifier)
    except MalformedError:
        return ""
