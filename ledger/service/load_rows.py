"""Loading the rows of a data set into the home that hands them out: all of a file, or nothing of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from ledger.domain.canonical import JsonValue, parse_strict
from ledger.domain.derived import Derived
from ledger.domain.field_list import FieldList
from ledger.domain.fields_tree import flatten
from ledger.domain.row_fields import name_of
from ledger.domain.row_schema import with_derived
from ledger.domain.row_tree import LONGEST_KEY, MOST_ROWS
from ledger.domain.sheet_rows import CellKind, SheetRow
from ledger.errors import MalformedError, UsageError
from ledger.ports import Entropy, Sealer
from ledger.ports.rows import KeptState, RowStore, SealedRow
from ledger.service.seal_rows import RowSeals, row_key

NONCE_BYTES = 32
LONGEST_ROW = 1 << 19
"""Bytes of a row's fields in canonical form: what it is sealed and handed out with has to fit as well."""

_UNREAD = {CellKind.FORMULA: "SHEET_FORMULA", CellKind.ERROR: "SHEET_ERROR_CELL"}


@dataclass(frozen=True)
class TableForm:
    """How a table is read.

    Attributes:
        resource: `OWNER/CODE`.
        listed: The published list of the resource's fields.
        key_field: The field by which rows are found.
        columns: The header; None for JSON Lines.
        derived: Which fields follow from others; they are computed here.
    """

    resource: str
    listed: FieldList
    key_field: str
    columns: tuple[str, ...] | None
    derived: Derived = field(default_factory=dict)

    def require(self) -> None:
        """Let pass only a table whose columns are fields of the resource, the key among them.

        Raises:
            UsageError: `ROWS_KEY_FIELD`.
            MalformedError: `ROWS_COLUMN`, `SHEET_COLUMN_TWICE`.
        """
        if self.key_field not in self.listed.names:
            raise UsageError("ROWS_KEY_FIELD", field=self.key_field, known=", ".join(self.listed.names)[:300])
        if self.columns is None:
            return
        twice = [name for place, name in enumerate(self.columns) if name in self.columns[:place]]
        if twice:
            raise MalformedError("SHEET_COLUMN_TWICE", columns=", ".join(twice)[:300])
        self._require_listed(self.columns, line=1)
        if self.key_field not in self.columns:
            raise UsageError("ROWS_KEY_FIELD", field=self.key_field, known=", ".join(self.columns)[:300])

    def fields(self, row: SheetRow) -> dict[str, JsonValue]:
        """The fields of a row by their paths, with those that follow from others; a blank cell is null.

        Raises:
            MalformedError: `ROWS_LINE` with the line, and what is wrong with it; `ROWS_COLUMN`.
        """
        made = with_derived(self.derived, self._given(row))
        if made is None:
            raise _fault(row.line, "FIELD_DERIVED")
        return made

    def _given(self, row: SheetRow) -> dict[str, JsonValue]:
        if row.faults:
            raise _fault(row.line, row.faults[0].code)
        if self.columns is not None:
            return self._of_cells(row, self.columns)
        try:
            fields = flatten(parse_strict(row.cells[0].text.encode()))
        except MalformedError as error:
            raise _fault(row.line, error.code) from None
        self._require_listed(list(fields), row.line)
        return fields

    def key(self, row: SheetRow, fields: Mapping[str, JsonValue]) -> str:
        """The key of a row; raises `ROWS_LINE`."""
        value = fields.get(self.key_field)
        text = str(value).strip() if isinstance(value, str | int) and not isinstance(value, bool) else ""
        if not text or len(text) > LONGEST_KEY or not text.isprintable():
            raise _fault(row.line, "ROWS_KEY_FORM")
        return text

    def _of_cells(self, row: SheetRow, columns: Sequence[str]) -> dict[str, JsonValue]:
        cells = row.cells[: len(columns)]
        if len(cells) < len(columns) or any(cell.text.strip() for cell in row.cells[len(columns) :]):
            raise _fault(
                row.line, "SHEET_CELLS_TOO_FEW" if len(cells) < len(columns) else "SHEET_CELLS_TOO_MANY"
            )
        unread = next((_UNREAD[cell.kind] for cell in cells if cell.kind in _UNREAD), None)
        if unread:
            raise _fault(row.line, unread)
        if cells[columns.index(self.key_field)].kind is CellKind.NUMBER:  # rounded, and without its zeros
            raise _fault(row.line, "SHEET_NUMBER_NOT_TEXT")
        return {name: cell.text or None for name, cell in zip(columns, cells, strict=True)}

    def _require_listed(self, paths: Sequence[str], line: int) -> None:
        """Each field has a name in the list: else it could never be granted."""
        names = set(self.listed.names)
        unknown = [path for path in paths if name_of(path, names) is None]
        if unknown:
            raise MalformedError("ROWS_COLUMN", line=line, columns=", ".join(unknown)[:300])


class LoadRows:
    """Loads data sets.

    Args:
        store: Keeps the rows.
        secret: From a credit code to the body's secret.
        sealer: SM4-GCM.
        entropy: Draws nonces.
        now: Unix seconds.
    """

    def __init__(
        self,
        store: RowStore,
        secret: Callable[[str], bytes],
        sealer: Sealer,
        entropy: Entropy,
        now: Callable[[], int],
    ) -> None:
        self._store, self._secret, self._sealer = store, secret, sealer
        self._entropy, self._now = entropy, now

    def load(self, owner: str, form: TableForm, rows: Iterator[SheetRow]) -> KeptState:
        """Put a table in the place of what was loaded before.

        Args:
            owner: Credit code of the body whose resource it is.
            form: How the table is read.
            rows: As they come from a sheet.

        Raises:
            MalformedError: `ROWS_LINE`, `ROWS_COLUMN`, `ROWS_KEY_TWICE`, `ROWS_TOO_MANY`, `ROWS_NONE`.
            UsageError: `ROWS_KEY_FIELD`.
            StoreOutageError: `ROWS_OUTAGE`.
        """
        form.require()
        secret, nonce = self._secret(owner), self._entropy.token(NONCE_BYTES)
        seals = RowSeals(self._sealer, secret, form.resource, nonce)
        sealed = _sealed(secret, form, seals, rows)
        return self._store.replace(form.resource, form.key_field, nonce, sealed, self._now)


def _sealed(secret: bytes, form: TableForm, seals: RowSeals, rows: Iterator[SheetRow]) -> Iterator[SealedRow]:
    lines: dict[bytes, int] = {}
    for row in rows:
        fields = form.fields(row)
        key = row_key(secret, form.resource, form.key(row, fields))
        if key in lines:
            raise MalformedError("ROWS_KEY_TWICE", first=lines[key], line=row.line)
        if len(lines) >= MOST_ROWS:
            raise MalformedError("ROWS_TOO_MANY", limit=MOST_ROWS)
        lines[key] = row.line
        try:
            sealed = seals.sealed(key, fields)
        except MalformedError as error:
            raise _fault(row.line, error.code) from None
        if len(sealed.sealed) > LONGEST_ROW:
            raise _fault(row.line, "JSON_TOO_LARGE")
        yield sealed
    if not lines:
        raise MalformedError("ROWS_NONE")


def _fault(line: int, code: str) -> MalformedError:
    return MalformedError("ROWS_LINE", line=line, reason=code)
