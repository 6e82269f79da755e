"""From the row of a sheet to a license input: columns, cells, and what is wrong with either.

A header names fields: the metadata names of GB/T 36903, `serial`, `origin`, `holderKey`,
`holderEncryptionKey`, `holders.0.name`, `face.<field>` with further steps after full stops, and
`layout.<field>`. The JSON Schema of the license type says what the text of a cell means.

Cells are taken as they are or refused, never repaired: spreadsheets round long numbers, write
them as 1.23E+17 and drop leading zeros, and what is signed afterwards cannot be changed.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any, Literal, NamedTuple

from ledger.domain.canonical import MAX_INTEGER, JsonObject, JsonValue, parse_strict, parse_value
from ledger.domain.document import FilledIn, fill_in, license_faults
from ledger.domain.field_rules import FieldFault
from ledger.domain.first_lines import FirstLines
from ledger.domain.license_input import LONG_TERM, MOST_HOLDERS, NATIVE
from ledger.domain.license_types import LicenseType
from ledger.errors import MalformedError

LONGEST_CELL = 32_767
"""Characters that one cell of a spreadsheet holds; no field of a license needs more."""

RENEWS_COLUMN = "renews"
"""The column of a renewal that names the license before, by its identifier or license id."""

REASON_COLUMN = "rejectedReason"
"""The column that a rejected sheet has more; reading skips it, so a corrected sheet goes in again."""


class CellKind(Enum):
    """What a cell was in its sheet; CSV knows text only."""

    TEXT = auto()
    NUMBER = auto()
    DATE = auto()
    BOOLEAN = auto()
    FORMULA = auto()
    ERROR = auto()


class Cell(NamedTuple):
    """One cell.

    Attributes:
        text: Its content; a day as `YYYY-MM-DD`, a truth value as `true` or `false`.
        kind: What it was in the sheet.
    """

    text: str
    kind: CellKind = CellKind.TEXT


class CellFault(NamedTuple):
    """What a reader found wrong with a row before anyone looked at its meaning.

    Attributes:
        code: A key of the error texts.
        column: Index of the cell from 0, or None for the row as a whole.
        hints: What the sentence names besides the field.
    """

    code: str
    column: int | None = None
    hints: Mapping[str, object] = {}


@dataclass(frozen=True, slots=True)
class SheetRow:
    """One row as a reader hands it on.

    Attributes:
        line: Where it begins: line of a text file, row of a workbook; from 1.
        cells: Its cells; for JSON Lines one cell with the line.
        names: The header that it stands under; None for JSON Lines.
        faults: What the reader found wrong.
    """

    line: int
    cells: tuple[Cell, ...]
    names: tuple[str, ...] | None = None
    faults: tuple[CellFault, ...] = ()


@dataclass(frozen=True, slots=True)
class RowFault:
    """One reason why a row is rejected.

    Attributes:
        line: The row's line.
        code: A key of the error texts.
        field: The column as the header names it; empty for the row as a whole.
        message: The sentence as `{"zh", "en"}`; it never repeats what the cell says.
    """

    line: int
    code: str
    field: str
    message: Mapping[str, str]

    def told(self, language: Literal["zh", "en"]) -> str:
        """Code and sentence, between them the column where the sentence does not name it.

        Example:
            >>> row_fault(7, "REGION_FORM", "certificateAreaCode").told("en")[:37]
            'REGION_FORM certificateAreaCode: A re'
            >>> row_fault(7, "SHEET_FORMULA", "serial").told("en")
            'SHEET_FORMULA: The cell in serial is a formula.'
        """
        sentence = self.message[language]
        field = "" if self.field in sentence else f" {self.field}"
        return f"{self.code}{field}: {sentence}"

    def as_json(self) -> dict[str, Any]:
        """`{"line", "code", "field", "message"}`, an entry of `rejected` in docs/interfaces.md."""
        return {"line": self.line, "code": self.code, "field": self.field, "message": dict(self.message)}


def row_fault(line: int, code: str, field: str = "", /, **hints: object) -> RowFault:
    """A fault with its sentence.

    Example:
        >>> row_fault(7, "SHEET_FORMULA", "serial").as_json()["message"]["en"]
        'The cell in serial is a formula.'
    """
    return RowFault(line, code, field, MalformedError(code, **{**hints, "field": field}).message())


def _told(line: int, field: str, error: MalformedError) -> RowFault:
    hints = {name: hint for name, hint in error.fields.items() if name != "field"}
    return row_fault(line, error.code, field, **hints)


class Form(Enum):
    """How the text of a cell becomes a JSON value."""

    TEXT = auto()
    IDENTIFIER = auto()
    DAY = auto()
    INTEGER = auto()
    BOOLEAN = auto()
    LIST = auto()
    OBJECT = auto()


@dataclass(frozen=True, slots=True)
class Column:
    """What one column of a header means.

    Attributes:
        name: As the header writes it, without white space around.
        path: Steps into the license input; numbers are places in lists.
        form: How its cells are read.
        is_nullable: Whether 长期 stands for null.
        items: How the entries of a list are read.
    """

    name: str
    path: tuple[str | int, ...]
    form: Form
    is_nullable: bool = False
    items: Form = Form.TEXT


def read_header(
    names: Sequence[str],
    kind: LicenseType,
    given: Mapping[str, JsonValue] | None = None,
    is_renewal: bool = False,
) -> tuple[Column | None, ...]:
    """The columns of a header, in order; None stands for one that is passed over.

    Args:
        names: The header; empty names at its end count for nothing.
        kind: The license type.
        given: Metadata that every row is to have where it has no cell for it.
        is_renewal: Whether each row names the license before; its serial follows from that one then.

    Raises:
        MalformedError: `SHEET_EMPTY`, `SHEET_COLUMN_BLANK`, `SHEET_COLUMN_UNKNOWN`,
            `SHEET_COLUMN_TWICE`, `SHEET_COLUMN_CLASH` or `SHEET_COLUMN_MISSING`, naming the columns.
    """
    trimmed = [name.strip() for name in names]
    while trimmed and not trimmed[-1]:
        trimmed.pop()
    if not trimmed:
        raise MalformedError("SHEET_EMPTY")
    if "" in trimmed:
        raise MalformedError("SHEET_COLUMN_BLANK", column=trimmed.index("") + 1)
    renews = {RENEWS_COLUMN: _RENEWS} if is_renewal else {}
    columns = [None if name == REASON_COLUMN else renews.get(name) or _column(name, kind) for name in trimmed]
    unknown = [name for name, found in zip(trimmed, columns, strict=True) if not found]
    _refuse("SHEET_COLUMN_UNKNOWN", [name for name in unknown if name != REASON_COLUMN])
    known = [column for column in columns if column]
    _refuse_overlaps(known)
    missing = list(_missing(known, kind, given or {}))
    if is_renewal:
        missing = [name for name in missing if name != "serial"]
        missing += [] if _RENEWS in known else [RENEWS_COLUMN]
    _refuse("SHEET_COLUMN_MISSING", missing)
    return tuple(columns)


class InputRows:
    """Reads the rows of one sheet; remembers their identifiers, so that none comes twice.

    Args:
        names: The header of the sheet, or None for JSON Lines.
        kind: The license type of every row.
        given: Metadata for every row that has no cell for it, such as the issuer's name and code.
        origin: Of every row that does not say it.
        is_renewal: Whether each row names the license before, as `renews`.

    Raises:
        MalformedError: The codes of `read_header`.
    """

    def __init__(
        self,
        names: Sequence[str] | None,
        kind: LicenseType,
        given: Mapping[str, JsonValue] | None = None,
        origin: str = NATIVE,
        is_renewal: bool = False,
    ) -> None:
        self._kind, self._origin = kind, origin
        self._given = dict(given or {})
        self._columns = None if names is None else read_header(names, kind, given, is_renewal)
        self._names = _names_by_path(self._columns or ())
        self._lines = FirstLines()

    def read(self, row: SheetRow) -> JsonObject | list[RowFault]:
        """The license input of a row, or every reason why there is none; as `fill_in`."""
        found = self.fill_in(row)
        return found.given if isinstance(found, FilledIn) else found

    def fill_in(self, row: SheetRow) -> FilledIn | list[RowFault]:
        """The license that a row makes, with its input, or every reason why there is none.

        A row whose identifier an earlier good row has is rejected with `SHEET_DUPLICATE`.

        Args:
            row: A row of the sheet; each is read once.
        """
        given, faults = self.given_of(row)
        return faults if given is None else self.judge(row.line, given, faults)

    def given_of(self, row: SheetRow) -> tuple[JsonObject | None, list[RowFault]]:
        """What a row gives, not yet judged, or None, and what is wrong with its cells."""
        if row.faults:
            return None, [self._reader_fault(row, fault) for fault in row.faults]
        given, faults = self._line_input(row) if self._columns is None else self._cells_input(row)
        if given is not None:
            given["metadata"] = _completed(given.get("metadata", {}), self._given)
            given.setdefault("origin", self._origin)
        return given, faults

    def judge(
        self, line: int, given: JsonObject, faults: Sequence[RowFault] = ()
    ) -> FilledIn | list[RowFault]:
        """The license that an input makes, or every reason why it makes none, those of its cells included."""
        faults = list(faults)
        try:
            made = fill_in(given, self._kind)
        except MalformedError:
            reported = {fault.field for fault in faults}
            more = (self._content_fault(line, fault) for fault in license_faults(given, self._kind))
            return faults + [fault for fault in more if fault.field not in reported]
        if faults:
            return faults
        first = self._lines.first_of(made.identifier, line)
        if first == line:
            return made
        field = self._column_of("metadata/certificateIdentifier", fallback=self._column_of("serial"))
        return [row_fault(line, "SHEET_DUPLICATE", field, first=first)]

    def _line_input(self, row: SheetRow) -> tuple[JsonObject | None, list[RowFault]]:
        try:
            given = parse_strict(row.cells[0].text.encode())
        except MalformedError as fault:
            return None, [_told(row.line, "", fault)]
        given.pop(REASON_COLUMN, None)
        return given, []

    def _cells_input(self, row: SheetRow) -> tuple[JsonObject | None, list[RowFault]]:
        columns = self._columns or ()
        shape = _shape_fault(row, len(columns))
        if shape:
            return None, [shape]
        tree: dict[Any, Any] = {}
        faults = []
        for column, cell in zip(columns, row.cells, strict=False):
            if column is None or not cell.text.strip():
                continue
            try:
                _put(tree, column.path, cell_value(cell, column))
            except MalformedError as fault:
                faults.append(_told(row.line, column.name, fault))
        gaps = [self._gap_fault(row.line, gap) for gap in _gaps(tree, ())]
        given = _with_lists(tree)
        return given, faults or gaps

    def _gap_fault(self, line: int, gap: tuple[str | int, ...]) -> RowFault:
        path = "/".join(map(str, gap))
        inner = [name for place, name in self._names.items() if f"{place}/".startswith(f"{path}/")]
        return row_fault(line, "SHEET_LIST_GAP", inner[0] if inner else path.replace("/", "."))

    def _reader_fault(self, row: SheetRow, fault: CellFault) -> RowFault:
        names = row.names or ()
        is_named = fault.column is not None and fault.column < len(names)
        field = names[fault.column] if is_named and fault.column is not None else ""
        return row_fault(row.line, fault.code, field, **fault.hints)

    def _content_fault(self, line: int, fault: FieldFault) -> RowFault:
        hints = {name: hint for name, hint in fault.hints.items() if name != "field"}
        return row_fault(line, fault.code, self._column_of(fault.field), **hints)

    def _column_of(self, path: str, fallback: str | None = None) -> str:
        """The header's name for a field: of its own column, or of the list that it stands in."""
        steps = path.split("/")
        for end in range(len(steps), 0, -1):
            name = self._names.get("/".join(steps[:end]))
            if name:
                return name
        return fallback or ".".join(steps[1:] if steps[0] == "metadata" else steps)


def row_input(
    row: SheetRow, kind: LicenseType, given: Mapping[str, JsonValue] | None = None
) -> JsonObject | list[RowFault]:
    """The license input of one row alone, or every reason why there is none.

    A whole sheet is read by one `InputRows`, which understands the header once and sees duplicates.

    Raises:
        MalformedError: The codes of `read_header`.
    """
    return InputRows(row.names, kind, given).read(row)


# --- cells ----------------------------------------------------------------------------------

_SCIENTIFIC = re.compile(r"[+-]?[0-9]+(\.[0-9]*[eE][+-]?|[eE][+-])[0-9]+")
"""What a spreadsheet shows for a long number; `1E17` alone may be a serial."""

_WHOLE = re.compile(r"-?(0|[1-9][0-9]{0,15})")
_EIGHT_DIGITS = re.compile(r"[0-9]{8}")
_ERRORS = frozenset({"#N/A", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NUM!", "#NULL!", "#SPILL!", "#CALC!"})
_TRUTH = {"true": True, "false": False, "是": True, "否": False}
_DIRECTION = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c")
_SEPARATOR = "^"


def cell_value(cell: Cell, column: Column) -> JsonValue:
    """The JSON value that a cell which is not blank stands for.

    A list is written as JSON or with `^` between its entries, an object as JSON, a truth value as
    true, false, 是 or 否, a day as a date cell, `YYYY-MM-DD` or `YYYYMMDD`. Whether the value
    fits the license type is for `build_license` to say.

    Raises:
        MalformedError: A code of the sheet texts, `FIELD_TYPE`, or a code of `parse_value`.

    Example:
        >>> day = Column("certificateIssuedDate", ("metadata", "certificateIssuedDate"), Form.DAY)
        >>> cell_value(Cell("20250106"), day)
        '2025-01-06'
        >>> cell_value(Cell("3.1E+17"), Column("serial", ("serial",), Form.IDENTIFIER))
        Traceback (most recent call last):
        ...
        ledger.errors.MalformedError: SHEET_SCIENTIFIC: The cell in serial is in scientific notation: its digits are lost.
    """  # noqa: E501
    _require_kind(cell, column)
    _require_clean(cell.text, column)
    if column.form is Form.DAY:
        return _day(cell.text, column)
    if column.form is Form.LIST:
        return _list(cell.text, column)
    if column.form is Form.OBJECT:
        return _json(cell.text, dict, column)
    return _scalar(cell.text, column, column.form)


def _refusal(code: str, column: Column, **hints: object) -> MalformedError:
    return MalformedError(code, field=column.name, **hints)


_KINDS: dict[Form, CellKind] = {
    Form.DAY: CellKind.DATE,
    Form.INTEGER: CellKind.NUMBER,
    Form.BOOLEAN: CellKind.BOOLEAN,
}
_KIND_CODES = {
    CellKind.NUMBER: "SHEET_NUMBER_NOT_TEXT",
    CellKind.DATE: "SHEET_DATE_NOT_TEXT",
    CellKind.BOOLEAN: "SHEET_CELL_KIND",
    CellKind.FORMULA: "SHEET_FORMULA",
    CellKind.ERROR: "SHEET_ERROR_CELL",
}


def _require_kind(cell: Cell, column: Column) -> None:
    if cell.kind not in (CellKind.TEXT, _KINDS.get(column.form)):
        raise _refusal(_KIND_CODES[cell.kind], column)
    if cell.text.startswith("="):
        raise _refusal("SHEET_FORMULA", column)
    if cell.text in _ERRORS or not cell.text.strip("#"):
        raise _refusal("SHEET_ERROR_CELL", column)


def _require_clean(text: str, column: Column) -> None:
    if len(text) > LONGEST_CELL:
        raise _refusal("SHEET_CELL_TOO_LONG", column, limit=LONGEST_CELL)
    if text != text.strip():
        raise _refusal("SHEET_BLANK_EDGE", column)
    if "\ufffd" in text:
        raise _refusal("SHEET_LOST_CHARACTER", column)
    if not text.isascii() and not _DIRECTION.isdisjoint(text):
        raise _refusal("SHEET_INVISIBLE", column)
    if column.form not in (Form.LIST, Form.OBJECT):
        if _SCIENTIFIC.fullmatch(text):
            raise _refusal("SHEET_SCIENTIFIC", column)
        if column.form is not Form.TEXT:
            _require_plain_characters(text, column)


def _require_plain_characters(text: str, column: Column) -> None:
    """Refuse what looks like an identifier and is none."""
    if text.isascii():
        return
    for character in text:
        if unicodedata.category(character) in ("Cf", "Zs", "Zl", "Zp"):
            raise _refusal("SHEET_INVISIBLE", column)
        folded = unicodedata.normalize("NFKC", character)
        if folded != character and folded.isascii() and folded.isalnum():
            raise _refusal("SHEET_FULL_WIDTH", column)


def _scalar(text: str, column: Column, form: Form) -> JsonValue:
    if form is Form.INTEGER:
        if not _WHOLE.fullmatch(text) or text == "-0":
            raise _refusal("FIELD_TYPE", column, expected="integer")
        if abs(int(text)) > MAX_INTEGER:
            raise _refusal("JSON_INTEGER_RANGE", column)
        return int(text)
    if form is Form.BOOLEAN:
        if text.lower() not in _TRUTH:
            raise _refusal("FIELD_TYPE", column, expected="boolean")
        return _TRUTH[text.lower()]
    return text


def _day(text: str, column: Column) -> str | None:
    if text == LONG_TERM and column.is_nullable:
        return None
    return f"{text[:4]}-{text[4:6]}-{text[6:]}" if _EIGHT_DIGITS.fullmatch(text) else text


def _list(text: str, column: Column) -> JsonValue:
    if text.startswith("["):
        return _json(text, list, column)
    if column.items in (Form.LIST, Form.OBJECT):
        raise _refusal("FIELD_TYPE", column, expected="array")
    entry = Column(column.name, column.path, column.items)
    return [cell_value(Cell(part), entry) for part in text.split(_SEPARATOR)]


def _json(text: str, kind: type, column: Column) -> JsonValue:
    value = parse_value(text.encode())
    if not isinstance(value, kind):
        raise _refusal("FIELD_TYPE", column, expected="array" if kind is list else "object")
    return value


# --- columns --------------------------------------------------------------------------------

_METADATA: dict[str, Form] = {
    "certificateName": Form.TEXT,
    "certificateTypeName": Form.TEXT,
    "certificateTypeCode": Form.IDENTIFIER,
    "certificateNumber": Form.IDENTIFIER,
    "certificateIdentifier": Form.IDENTIFIER,
    "certificateVersion": Form.IDENTIFIER,
    "certificateIssuingAuthorityName": Form.TEXT,
    "certificateIssuingAuthorityCode": Form.IDENTIFIER,
    "certificateIssuedDate": Form.DAY,
    "certificateHolderName": Form.TEXT,
    "certificateHolderCode": Form.IDENTIFIER,
    "certificateHolderTypeName": Form.TEXT,
    "certificateHolderTypeCode": Form.IDENTIFIER,
    "certificateEffectiveDate": Form.DAY,
    "certificateExpiringDate": Form.DAY,
    "certificateAreaCode": Form.IDENTIFIER,
    "relatedItemName": Form.TEXT,
    "relatedItemCode": Form.IDENTIFIER,
    "sealSigner": Form.TEXT,
    "sealTime": Form.TEXT,
    "sealName": Form.TEXT,
}
_RENEWS = Column(RENEWS_COLUMN, (RENEWS_COLUMN,), Form.IDENTIFIER)
_TOP = dict.fromkeys(("serial", "origin", "holderKey", "holderEncryptionKey"), Form.IDENTIFIER)
_HOLDER = {"name": Form.TEXT, "code": Form.IDENTIFIER, "codeType": Form.IDENTIFIER}
_LAYOUT = {
    "sm3": Form.IDENTIFIER,
    "mediaType": Form.TEXT,
    "sealSerial": Form.IDENTIFIER,
    "sealCertificateSm3": Form.IDENTIFIER,
    "sealCertificateSerial": Form.IDENTIFIER,
    "sealPolicy": Form.IDENTIFIER,
}
_PLACE = re.compile(r"0|[1-9][0-9]{0,2}")
_IDENTIFIER_NAME = re.compile(r"(?:^|[a-z0-9])(?:Number|Code|No|Id|Identifier|Serial|Sm3|Key)$", re.ASCII)
_IDENTIFIER_FORMATS = ("uscc", "citizen-id", "region")


def _column(name: str, kind: LicenseType) -> Column | None:
    steps = tuple(int(step) if _PLACE.fullmatch(step) else step for step in name.split("."))
    match steps:
        case ("face", _, *_) if "" not in steps:
            return _face_column(name, steps, kind)
        case ("holders", int(place), str(field)) if place < MOST_HOLDERS and field in _HOLDER:
            return Column(name, steps, _HOLDER[field])
        case ("layout", str(field)) if field in _LAYOUT:
            return Column(name, steps, _LAYOUT[field])
        case ("extendInfo" | "metadata", *_):
            return _extended_column(name, steps if steps[0] == "metadata" else ("metadata", *steps))
        case (str(field),) if field in _TOP:
            return Column(name, steps, _TOP[field])
    return _extended_column(name, ("metadata", *steps))


def _extended_column(name: str, path: tuple[str | int, ...]) -> Column | None:
    match path:
        case ("metadata", str(field)) if field in _METADATA:
            return Column(name, path, _METADATA[field], field == "certificateExpiringDate")
        case ("metadata", "extendInfo"):
            return Column(name, path, Form.OBJECT)
        case ("metadata", "extendInfo", str(field)) if field:
            return Column(name, path, Form.TEXT)
    return None


def _face_column(name: str, steps: tuple[str | int, ...], kind: LicenseType) -> Column | None:
    own = kind.derived_at("/".join(map(str, steps)))
    node = _schema_at(kind.schema, steps[1:], kind.schema) if own is None else own.schema
    if node is None:
        return None
    items = _resolved(node.get("items"), kind.schema)
    last = next(str(step) for step in reversed(steps) if isinstance(step, str))
    return Column(name, steps, _form(node, last), "null" in _types(node), _form(items, last))


def _schema_at(node: object, steps: tuple[str | int, ...], root: JsonObject) -> JsonObject | None:
    """The part of a schema that speaks of a place in the face; None where nothing may stand."""
    schema = _resolved(node, root)
    if not steps:
        return schema
    below = _member(schema, steps[0])
    if isinstance(below, dict) or below is True:
        return _schema_at(below, steps[1:], root)
    for keyword in ("allOf", "anyOf", "oneOf"):
        for branch in schema.get(keyword, ()):
            found = _schema_at(branch, steps, root) if _says(branch, steps[0], root) else None
            if found is not None:
                return found
    return {} if below is None and not _types(schema) else None


def _says(branch: object, step: str | int, root: JsonObject) -> bool:
    return isinstance(_member(_resolved(branch, root), step), dict)


def _member(schema: JsonObject, step: str | int) -> object:
    """The schema of one step down, True for anything, False for nothing, None where it is silent."""
    if isinstance(step, int):
        first = schema.get("prefixItems", [])
        silent = True if "array" in _types(schema) else None
        return first[step] if step < len(first) else schema.get("items", silent)
    properties = schema.get("properties", {})
    if step in properties:
        return properties[step]
    others = schema.get("additionalProperties")
    if others is None and "object" in _types(schema):
        return True
    return others


def _resolved(node: object, root: JsonObject) -> JsonObject:
    for _ in range(16):  # a schema may refer to itself
        if not isinstance(node, dict):
            return {}
        target = node.get("$ref")
        if not isinstance(target, str) or not target.startswith("#"):
            return node
        found: Any = root
        for step in filter(None, target[1:].split("/")):
            found = found.get(step.replace("~1", "/").replace("~0", "~")) if isinstance(found, dict) else None
        node = found
    return {}


def _types(schema: JsonObject) -> tuple[str, ...]:
    given = schema.get("type", ())
    return (given,) if isinstance(given, str) else tuple(given)


_FORMS = {
    "integer": Form.INTEGER,
    "number": Form.INTEGER,
    "boolean": Form.BOOLEAN,
    "array": Form.LIST,
    "object": Form.OBJECT,
}


def _form(schema: JsonObject, name: str) -> Form:
    types = [kind for kind in _types(schema) if kind != "null"]
    if types and "string" not in types:
        return _FORMS.get(types[0], Form.TEXT)
    if schema.get("format") == "date":
        return Form.DAY
    if "enum" in schema:
        return Form.TEXT
    is_identifier = "pattern" in schema or schema.get("format") in _IDENTIFIER_FORMATS
    return Form.IDENTIFIER if is_identifier or _IDENTIFIER_NAME.search(name) else Form.TEXT


def _refuse(code: str, names: list[str]) -> None:
    if names:
        shown = ", ".join(name[:80] for name in names[:10])
        raise MalformedError(code, columns=shown + (", …" if len(names) > 10 else ""))


def _refuse_overlaps(columns: list[Column]) -> None:
    paths: dict[tuple[str | int, ...], str] = {}
    for column in columns:
        _refuse("SHEET_COLUMN_TWICE", [column.name] if column.path in paths else [])
        paths[column.path] = column.name
    kinds: dict[tuple[str | int, ...], type] = {}
    for column in columns:
        for end in range(1, len(column.path)):
            step = type(column.path[end])
            clashes = column.path[:end] in paths or kinds.setdefault(column.path[:end], step) is not step
            _refuse("SHEET_COLUMN_CLASH", [column.name] if clashes else [])


_REQUIRED: tuple[tuple[str, ...], ...] = (
    ("serial", "metadata/certificateIdentifier"),
    ("metadata/certificateIssuingAuthorityName",),
    ("metadata/certificateIssuingAuthorityCode",),
    ("metadata/certificateIssuedDate",),
    ("metadata/certificateExpiringDate",),
    ("metadata/certificateAreaCode",),
    ("metadata/certificateHolderName", "holders/0/name"),
    ("metadata/certificateHolderCode", "holders/0/code"),
)
"""What no license does without; of each line one is enough."""


def _missing(columns: list[Column], kind: LicenseType, given: Mapping[str, JsonValue]) -> Iterator[str]:
    present = {"/".join(map(str, column.path)) for column in columns}
    present |= {f"metadata/{name}" for name in given}
    for choices in _REQUIRED:
        if present.isdisjoint(choices):
            yield choices[0].removeprefix("metadata/")
    tops = {path.split("/")[1] for path in present if path.startswith("face/")}
    for name in kind.schema.get("required", ()):
        if name not in tops:
            yield f"face.{name}"


def _names_by_path(columns: Sequence[Column | None]) -> dict[str, str]:
    names = {"/".join(map(str, column.path)): column.name for column in columns if column}
    for own, other in (
        ("holders/0/name", "metadata/certificateHolderName"),
        ("holders/0/code", "metadata/certificateHolderCode"),
        ("holders/0/codeType", "metadata/certificateHolderTypeCode"),
    ):
        if other in names:
            names.setdefault(own, names[other])
        elif own in names:
            names[other] = names[own]
    return names


# --- rows -----------------------------------------------------------------------------------


def _shape_fault(row: SheetRow, width: int) -> RowFault | None:
    if len(row.cells) < width:
        return row_fault(row.line, "SHEET_CELLS_TOO_FEW", found=len(row.cells), expected=width)
    if any(cell.text.strip() for cell in row.cells[width:]):
        return row_fault(row.line, "SHEET_CELLS_TOO_MANY", expected=width)
    return None


def _put(tree: dict[Any, Any], path: tuple[str | int, ...], value: JsonValue) -> None:
    for step in path[:-1]:
        tree = tree.setdefault(step, {})
    tree[path[-1]] = value


def _is_list(value: object) -> bool:
    return isinstance(value, dict) and bool(value) and all(isinstance(step, int) for step in value)


def _with_lists(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    if _is_list(value):
        return [_with_lists(value[step]) for step in sorted(value)]
    return {step: _with_lists(inner) for step, inner in value.items()}


def _gaps(value: object, path: tuple[str | int, ...]) -> Iterator[tuple[str | int, ...]]:
    """The places that a list leaves empty before a filled one."""
    if not isinstance(value, dict):
        return
    if _is_list(value):
        yield from ((*path, place) for place in range(max(value)) if place not in value)
    for step, inner in value.items():
        yield from _gaps(inner, (*path, step))


def _completed(metadata: object, given: Mapping[str, JsonValue]) -> Any:
    return {**given, **metadata} if isinstance(metadata, dict) else metadata
