"""Sheets of licenses as files: CSV, Excel workbooks and JSON Lines, read row by row.

Whatever the length of a file, one row is in memory at a time (for workbooks also 8 bytes for each
different text: the texts themselves wait in a temporary file). A row that cannot be read is handed
on with its fault and the next one follows; only what makes every row doubtful stops the whole.

CSV follows RFC 4180 strictly. After a quote that is out of place the rest of its line is dropped;
a quote that never closes takes the rest of the file with it, because guessing where the next row
begins would let the text of a cell pass as a row.
"""

from __future__ import annotations

import codecs
import csv
import io
import json
import mmap
import os
import re
import struct
import tempfile
import warnings
import zipfile
import zlib
from array import array
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path
from typing import IO, Any, BinaryIO, Literal, overload
from xml.parsers import expat

from ledger.domain.canonical import MAX_BYTES
from ledger.domain.sheet_rows import (
    LONGEST_CELL,
    REASON_COLUMN,
    Cell,
    CellFault,
    CellKind,
    RowFault,
    SheetRow,
)
from ledger.errors import MalformedError, UsageError

WIDEST_ROW = 2_048
LARGEST_UNPACKED = 1 << 30
LARGEST_PART = 32 << 20
MOST_PARTS = 2_000
HIGHEST_RATIO = 200
"""Times by which deflate may shrink a part beyond the first MiB; real sheets stay below 60."""

Format = Literal["csv", "xlsx", "jsonl"]
_ENDINGS: dict[str, Format] = {".csv": "csv", ".xlsx": "xlsx", ".jsonl": "jsonl"}
_CHUNK = 1 << 16


@dataclass(frozen=True, slots=True)
class SheetForm:
    """How a sheet is written.

    Attributes:
        format: `csv`, `xlsx` or `jsonl`.
        encoding: `utf-8`, `utf-8-sig` or `gb18030`; a workbook counts as `utf-8`.
        names: The header; None for JSON Lines.
    """

    format: Format
    encoding: str
    names: tuple[str, ...] | None


class Sheet:
    """An open sheet; close it, or use it in a `with` block.

    Attributes:
        form: Format, encoding and header.
        rows: Its rows, once, in order; blank ones are left out.
    """

    def __init__(
        self, form: SheetForm, rows: Iterator[SheetRow], resources: ExitStack, share: Callable[[], float]
    ) -> None:
        self.form = form
        self.rows = rows
        self._resources = resources
        self._share = share

    @property
    def share_read(self) -> float:
        """How much of the file was read, 0.0 to 1.0, for a progress bar."""
        return min(1.0, self._share())

    def close(self) -> None:
        """Let go of the file."""
        self._resources.close()

    def __enter__(self) -> Sheet:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def open_sheet(path: Path) -> Sheet:
    """Open a sheet and read its header.

    Args:
        path: A `.csv` (UTF-8 with or without byte-order mark, or GB 18030), `.xlsx` (its first
            visible sheet) or `.jsonl` file (one license input a line, UTF-8).

    Raises:
        UsageError: `FILE_UNREADABLE`.
        MalformedError: `SHEET_FORMAT`, `SHEET_ENCODING`, `SHEET_UTF16`, `SHEET_EMPTY`, `SHEET_HEADER`,
            and for workbooks `SHEET_DAMAGED`, `SHEET_TOO_LARGE`, `SHEET_UNSAFE_XML`,
            `SHEET_NONE_VISIBLE`. Reading the rows of a workbook may raise `SHEET_DAMAGED` or
            `SHEET_TOO_LARGE`, too.
    """
    sheet_format = _ENDINGS.get(path.suffix.lower())
    with ExitStack() as resources:
        try:
            file = resources.enter_context(path.open("rb"))
            start = file.read(8)
        except OSError as error:
            reason = error.strerror or str(error)
            raise UsageError("FILE_UNREADABLE", path=str(path), reason=reason) from None
        is_package = start.startswith((b"PK\x03\x04", b"PK\x05\x06", b"\xd0\xcf\x11\xe0"))
        if sheet_format is None or is_package != (sheet_format == "xlsx"):
            raise MalformedError("SHEET_FORMAT", name=path.name)
        file.seek(0)
        opened = _OPENERS[sheet_format](file, resources)
        opened._resources = resources.pop_all()
        return opened


def _share_of(file: BinaryIO) -> Callable[[], float]:
    size = max(1, os.fstat(file.fileno()).st_size)
    return lambda: file.tell() / size


# --- CSV ------------------------------------------------------------------------------------


def _open_csv(file: BinaryIO, resources: ExitStack) -> Sheet:
    encoding = _encoding_of(file)
    text = resources.enter_context(io.TextIOWrapper(file, encoding=encoding, newline=""))
    records = _CsvRecords(text)
    header = next((record for record in records if not _is_blank(record)), None)
    if header is None:
        raise MalformedError("SHEET_EMPTY")
    if header.faults:
        raise MalformedError("SHEET_HEADER", line=header.line, reason=header.faults[0].code)
    names = _trimmed(tuple(cell.text for cell in header.cells))
    rows = (_under(names, record) for record in records if record.faults or not _is_blank(record))
    return Sheet(SheetForm("csv", encoding, names), rows, resources, _share_of(file))


def _encoding_of(file: BinaryIO) -> str:
    """UTF-8 where every byte fits, else GB 18030 where every byte fits."""
    start = file.read(4)
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise MalformedError("SHEET_UTF16")
    wrong_utf8 = _first_wrong_byte(file, "utf-8")
    if wrong_utf8 is None:
        return "utf-8-sig" if start.startswith(codecs.BOM_UTF8) else "utf-8"
    wrong_gb = _first_wrong_byte(file, "gb18030")
    if wrong_gb is not None:
        raise MalformedError("SHEET_ENCODING", utf8Offset=wrong_utf8, gbOffset=wrong_gb)
    return "gb18030"


def _first_wrong_byte(file: BinaryIO, encoding: str) -> int | None:
    """Offset from 0 of the first byte that does not decode; the file is rewound afterwards."""
    decoder = codecs.getincrementaldecoder(encoding)()
    offset = 0
    file.seek(0)
    try:
        while True:
            chunk = file.read(_CHUNK)
            pending = len(decoder.getstate()[0])
            try:
                decoder.decode(chunk, final=not chunk)
            except UnicodeDecodeError as error:
                return offset - pending + error.start
            if not chunk:
                return None
            offset += len(chunk)
    finally:
        file.seek(0)


class _CsvRecords:
    """Records of a CSV file: line, cells, faults."""

    def __init__(self, text: IO[str]) -> None:
        self._text = text
        self._line = 0
        self._carried = ""

    def __iter__(self) -> Iterator[SheetRow]:
        return self

    def __next__(self) -> SheetRow:
        chunk = self._next_chunk()
        if not chunk:
            raise StopIteration
        if _is_plain(chunk):
            self._line += 1
            return SheetRow(self._line, tuple(map(Cell, chunk.rstrip("\r\n").split(","))))
        record = _CsvRecord(self._line + 1)
        while chunk:
            is_end = chunk[-1] in "\r\n"
            self._line += is_end
            record.feed(chunk)
            if is_end and not record.is_quoted:
                break
            chunk = self._next_chunk()
        return record.finish(self._line if is_end else self._line + 1)

    def _next_chunk(self) -> str:
        """A line with its end, or a piece of a very long one; never half of a CR LF."""
        chunk, self._carried = self._carried + self._text.readline(_CHUNK), ""
        if len(chunk) >= _CHUNK and chunk.endswith("\r"):
            following = self._text.read(1)
            if following == "\n":
                return chunk + following
            self._carried = following
        return chunk


def _is_plain(line: str) -> bool:
    """Whether a line needs no more than cutting at its commas, as most do."""
    return '"' not in line and len(line) < LONGEST_CELL and line.count(",") < WIDEST_ROW


class _CsvRecord:
    """One record as it comes in piece by piece."""

    def __init__(self, line: int) -> None:
        self.is_quoted = False
        self._line = line
        self._cells: list[str] = []
        self._pieces: list[str] = []
        self._length = 0
        self._was_quoted = False
        self._faults: list[CellFault] = []
        self._is_lost = False  # the rest of the line after a quote out of place

    def feed(self, chunk: str) -> None:
        place = 0
        while place < len(chunk) and not self._is_lost:
            place = self._quoted(chunk, place) if self.is_quoted else self._plain(chunk, place)

    def finish(self, last_line: int) -> SheetRow:
        if self.is_quoted:
            self._fault(CellFault("SHEET_QUOTE_OPEN", None, {"last": last_line}))
        self._end_cell()
        return SheetRow(self._line, tuple(map(Cell, self._cells)), None, tuple(self._faults))

    def _quoted(self, chunk: str, place: int) -> int:
        close = chunk.find('"', place)
        if close < 0:
            self._take(chunk[place:])
            return len(chunk)
        self._take(chunk[place:close])
        if chunk[close + 1 : close + 2] == '"':
            self._take('"')
            return close + 2
        self.is_quoted = False
        return close + 1

    def _plain(self, chunk: str, place: int) -> int:
        if chunk[place] == '"' and not self._length and not self._was_quoted:
            self.is_quoted = self._was_quoted = True
            return place + 1
        stop = _CSV_STOP.search(chunk, place)
        end = stop.start() if stop else len(chunk)
        if end > place:
            if self._was_quoted:
                return self._lose(chunk, place)
            self._take(chunk[place:end])
        if not stop:
            return len(chunk)
        if stop.group() == '"':
            return self._lose(chunk, place)
        if stop.group() == ",":
            self._end_cell()
            return end + 1
        return len(chunk)

    def _lose(self, chunk: str, place: int) -> int:
        self._fault(CellFault("SHEET_QUOTE"))
        self._is_lost = True
        self._take(chunk[place:].rstrip("\r\n"))
        return len(chunk)

    def _take(self, piece: str) -> None:
        room = LONGEST_CELL + 1 - self._length
        if piece and room > 0:
            self._pieces.append(piece[:room])
        self._length += len(piece)

    def _end_cell(self) -> None:
        if self._length > LONGEST_CELL:
            self._fault(CellFault("SHEET_CELL_TOO_LONG", len(self._cells), {"limit": LONGEST_CELL}))
        if len(self._cells) < WIDEST_ROW:
            self._cells.append("".join(self._pieces)[:LONGEST_CELL])
        else:
            self._fault(CellFault("SHEET_CELLS_TOO_MANY", None, {"expected": WIDEST_ROW}))
        self._pieces, self._length, self._was_quoted = [], 0, False

    def _fault(self, fault: CellFault) -> None:
        if fault not in self._faults:
            self._faults.append(fault)


_CSV_STOP = re.compile('[",\r\n]')


def _is_blank(row: SheetRow) -> bool:
    return not any(cell.text.strip() for cell in row.cells)


def _trimmed(names: tuple[str, ...]) -> tuple[str, ...]:
    width = max((place for place, name in enumerate(names, 1) if name.strip()), default=0)
    return tuple(name.strip() for name in names[:width])


def _under(names: tuple[str, ...], row: SheetRow) -> SheetRow:
    return SheetRow(row.line, row.cells, names, row.faults)


# --- JSON Lines -----------------------------------------------------------------------------


def _open_jsonl(file: BinaryIO, resources: ExitStack) -> Sheet:
    start = file.read(3)
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise MalformedError("SHEET_UTF16")
    if start != codecs.BOM_UTF8:
        file.seek(0)
    form = SheetForm("jsonl", "utf-8", None)
    return Sheet(form, _json_rows(file), resources, _share_of(file))


def _json_rows(file: BinaryIO) -> Iterator[SheetRow]:
    line = 0
    while piece := file.readline(MAX_BYTES + 2):
        line += 1
        content, faults = piece.rstrip(b"\r\n"), []
        if len(content) > MAX_BYTES:
            faults = [CellFault("JSON_TOO_LARGE", None, {"limit": MAX_BYTES})]
            content = content[:LONGEST_CELL]
            while not piece.endswith(b"\n") and (piece := file.readline(MAX_BYTES)):
                pass
        text = content.decode("utf-8", "replace")
        if not faults and text.encode("utf-8") != content:
            faults = [CellFault("JSON_NOT_UTF8", None, {"offset": _wrong_offset(content)})]
        if text.strip():
            yield SheetRow(line, (Cell(text),), None, tuple(faults))


def _wrong_offset(content: bytes) -> int:
    try:
        content.decode("utf-8")
    except UnicodeDecodeError as error:
        return error.start
    return 0


# --- workbooks ------------------------------------------------------------------------------

_MERGED = re.compile(
    rb"mergeCell\s[^>]*?ref\s*=\s*[\"']\$?[A-Z]{1,3}\$?([0-9]{1,7})(?::\$?[A-Z]{1,3}\$?([0-9]{1,7}))?[\"']"
)
_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_BROKEN: tuple[type[Exception], ...] = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    OSError,
    LookupError,
    ValueError,
    TypeError,
    AttributeError,
    SyntaxError,  # what the XML parser raises
    NotImplementedError,
    RuntimeError,  # an encrypted part
    OverflowError,
)


def _damaged(error: Exception) -> MalformedError:
    return MalformedError("SHEET_DAMAGED", reason=type(error).__name__)


def _open_xlsx(file: BinaryIO, resources: ExitStack) -> Sheet:
    try:
        archive = resources.enter_context(zipfile.ZipFile(file))
        _require_modest(archive)
        _require_no_doctype(archive)
        book = _Book(archive, resources)
    except MalformedError:
        raise
    except _BROKEN as error:
        raise _damaged(error) from None
    rows = _plain_errors(book.rows())
    header = next((row for row in rows if row.faults or not _is_blank(row)), None)
    if header is None:
        raise MalformedError("SHEET_EMPTY")
    kinds = {cell.kind for cell in header.cells} - {CellKind.TEXT}
    if header.faults or kinds:
        reason = header.faults[0].code if header.faults else "SHEET_CELL_KIND"
        raise MalformedError("SHEET_HEADER", line=header.line, reason=reason)
    names = _trimmed(tuple(cell.text for cell in header.cells))
    padded = (_padded(names, row) for row in rows if row.faults or not _is_blank(row))
    return Sheet(SheetForm("xlsx", "utf-8", names), padded, resources, book.share)


def _padded(names: tuple[str, ...], row: SheetRow) -> SheetRow:
    missing = len(names) - len(row.cells)
    return SheetRow(row.line, row.cells + (Cell(""),) * missing, names, row.faults)


def _plain_errors(rows: Iterator[SheetRow]) -> Iterator[SheetRow]:
    try:
        yield from rows
    except MalformedError:
        raise
    except _BROKEN as error:
        raise _damaged(error) from None


def _require_modest(archive: zipfile.ZipFile) -> None:
    """Refuse what would unpack to more than a sheet can need, before anything is unpacked."""
    parts = archive.infolist()
    if len(parts) > MOST_PARTS:
        raise MalformedError("SHEET_TOO_LARGE", reason=f"{len(parts)} parts")
    if len({part.filename for part in parts}) != len(parts):
        raise MalformedError("SHEET_DAMAGED", reason="two parts of one name")
    if sum(part.file_size for part in parts) > LARGEST_UNPACKED:
        raise MalformedError("SHEET_TOO_LARGE", reason=f"{LARGEST_UNPACKED} bytes")
    for part in parts:
        if part.file_size > 1 << 20 and part.file_size > HIGHEST_RATIO * max(1, part.compress_size):
            raise MalformedError("SHEET_TOO_LARGE", reason=f"1:{HIGHEST_RATIO}")
        is_streamed = part.filename.startswith("xl/worksheets/") or part.filename == "xl/sharedStrings.xml"
        if part.file_size > LARGEST_PART and not is_streamed:
            raise MalformedError("SHEET_TOO_LARGE", reason=f"{LARGEST_PART} bytes")


class _RootSeenError(Exception):
    """The prolog of an XML part is over."""


def _require_no_doctype(archive: zipfile.ZipFile) -> None:
    for part in archive.infolist():
        with archive.open(part) as source:
            _scan_prolog(source, part.filename)


def _scan_prolog(source: IO[bytes], name: str) -> None:
    parser = expat.ParserCreate()

    def refuse(*_: object) -> None:
        raise MalformedError("SHEET_UNSAFE_XML", part=name[:80])

    def stop(*_: object) -> None:
        raise _RootSeenError

    parser.StartDoctypeDeclHandler = refuse
    parser.StartElementHandler = stop
    try:
        while chunk := source.read(_CHUNK):
            parser.Parse(chunk, False)
    except _RootSeenError:
        pass
    except expat.ExpatError as error:
        if name.endswith((".xml", ".rels")):  # pictures are none
            raise _damaged(error) from None


class _Metered:
    """A source that stops a parser from taking in too much before it has a whole element."""

    def __init__(self, source: IO[bytes], limit: int = 8 << 20) -> None:
        self._source = source
        self._limit = limit
        self._since = 0
        self.total = 0

    def read(self, size: int = -1) -> bytes:
        data = self._source.read(size)
        self.total += len(data)
        self._since += len(data)
        if self._since > self._limit:
            raise MalformedError("SHEET_TOO_LARGE", reason=f"{self._limit} bytes in one element")
        return data

    def rest(self) -> None:
        self._since = 0


class _Book:
    """The first visible sheet of a workbook."""

    def __init__(self, archive: zipfile.ZipFile, resources: ExitStack) -> None:
        from openpyxl.reader.excel import ExcelReader
        from openpyxl.styles.stylesheet import apply_stylesheet
        from openpyxl.worksheet._reader import WorkSheetParser

        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of fonts and extensions that say nothing about cells
            reader = ExcelReader(archive.fp, read_only=True, keep_links=False)
            resources.enter_context(reader.archive)
            reader.read_manifest()
            strings = _shared_strings(reader, resources)
            reader.read_workbook()
            apply_stylesheet(reader.archive, reader.wb)
        self._parts = reader.archive
        self._target = _first_visible(reader)
        self._size = max(1, self._parts.getinfo(self._target).file_size)
        self._merged = self._merged_rows()
        self._source = _Metered(resources.enter_context(self._parts.open(self._target)))
        self._book = reader.wb
        # Told of no date formats, it leaves numbers alone; the dates among them are made in `_cell`.
        self._parser = WorkSheetParser(self._source, strings)

    def share(self) -> float:
        return float(self._source.total / self._size)

    def rows(self) -> Iterator[SheetRow]:
        from openpyxl.xml.functions import iterparse

        holder: Any = None
        last = 0
        for event, element in iterparse(self._source, events=("start", "end")):
            if event == "start":
                holder = element if element.tag == f"{_MAIN}sheetData" else holder
            elif element.tag == f"{_MAIN}sheetData":
                return
            elif element.tag == f"{_MAIN}row":
                row = self._row(element, last)
                last = row.line
                holder.clear()  # or a hundred thousand empty rows stay behind
                self._source.rest()
                yield row

    def _row(self, element: Any, last: int) -> SheetRow:
        self._parser.row_dimensions.clear()
        stated = element.get("r", "")
        line = int(stated) if stated.isascii() and stated.isdigit() and len(stated) < 8 else last + 1
        if line <= last:
            raise MalformedError("SHEET_DAMAGED", reason=f"row {line} after row {last}")
        try:
            _, found = self._parser.parse_row(element)
            cells = self._cells(found, line)
        except _BROKEN:
            self._parser.row_counter = line
            return SheetRow(line, (), None, (CellFault("SHEET_ROW_DAMAGED"),))
        faults = (CellFault("SHEET_MERGED"),) if self._is_merged(line) else ()
        return SheetRow(line, cells, None, faults)

    def _cells(self, found: list[dict[str, Any]], line: int) -> tuple[Cell, ...]:
        cells: list[Cell] = []
        for entry in found:
            place = entry["column"] - 1
            if place < len(cells) or entry["row"] != line:
                raise ValueError("cells out of order")
            if entry["value"] is None:
                continue
            if place >= WIDEST_ROW:
                raise ValueError("row too wide")
            cells += [_BLANK] * (place - len(cells))
            cells.append(self._cell(entry))
        return tuple(cells)

    def _cell(self, entry: dict[str, Any]) -> Cell:
        from openpyxl.utils.datetime import from_excel

        style, value = entry["style_id"], entry["value"]
        if entry["data_type"] != "n" or style not in self._book._date_formats:
            return _cell_of(entry["data_type"], value)
        is_span = style in self._book._timedelta_formats
        try:
            return _date_cell(from_excel(value, self._book.epoch, timedelta=is_span))
        except (OverflowError, ValueError):
            return Cell(str(value), CellKind.ERROR)  # no day of the calendar

    def _is_merged(self, line: int) -> bool:
        return any(first <= line <= last for first, last in self._merged)

    def _merged_rows(self) -> list[tuple[int, int]]:
        """Rows in which cells are merged; the list stands behind the rows, so it is looked up first."""
        found: set[tuple[int, int]] = set()
        tail = b""
        with self._parts.open(self._target) as source:
            while chunk := source.read(_CHUNK):
                window = tail + chunk
                for match in _MERGED.finditer(window):
                    found.add((int(match[1]), int(match[2] or match[1])))
                tail = window[-256:]
        return _joined(sorted(found))


def _joined(ranges: list[tuple[int, int]]) -> list[tuple[int, int]]:
    joined: list[tuple[int, int]] = []
    for first, last in ranges:
        if joined and first <= joined[-1][1] + 1:
            joined[-1] = (joined[-1][0], max(last, joined[-1][1]))
        else:
            joined.append((first, last))
    return joined


def _first_visible(reader: Any) -> str:
    for sheet, relation in reader.parser.find_sheets():
        if sheet.state == "visible" and "chartsheet" not in relation.Type:
            return str(relation.target)
    raise MalformedError("SHEET_NONE_VISIBLE")


_BLANK = Cell("")


def _cell_of(data_type: str, value: Any) -> Cell:
    if data_type == "f":
        return Cell(str(getattr(value, "text", value)), CellKind.FORMULA)
    if data_type == "e":
        return Cell(str(value), CellKind.ERROR)
    if isinstance(value, str):
        return Cell(value)
    if isinstance(value, bool):
        return Cell("true" if value else "false", CellKind.BOOLEAN)
    if isinstance(value, int | float):
        is_whole = isinstance(value, float) and value.is_integer() and abs(value) < 1e15
        return Cell(str(int(value)) if is_whole else str(value), CellKind.NUMBER)
    return _date_cell(value)


def _date_cell(value: Any) -> Cell:
    if isinstance(value, datetime) and value.time() == time():
        value = value.date()
    return Cell(str(value), CellKind.DATE)


class _StringsOnDisk(Sequence[str]):
    """The texts of a workbook, which cells name by number."""

    def __init__(self, resources: ExitStack) -> None:
        self._resources = resources
        self._file = resources.enter_context(tempfile.TemporaryFile())  # noqa: SIM115
        self._ends = array("Q", [0])
        self._content: mmap.mmap | bytes = b""

    def append(self, text: str) -> None:
        data = text.encode()
        self._file.write(data)
        self._ends.append(self._ends[-1] + len(data))

    def complete(self) -> None:
        """Make what was appended readable."""
        self._file.flush()
        if self._ends[-1]:
            mapped = mmap.mmap(self._file.fileno(), 0, access=mmap.ACCESS_READ)
            self._content = self._resources.enter_context(mapped)

    def __len__(self) -> int:
        return len(self._ends) - 1

    @overload
    def __getitem__(self, index: int) -> str: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[str]: ...

    def __getitem__(self, index: int | slice) -> str | Sequence[str]:
        if isinstance(index, slice):
            return [self[place] for place in range(*index.indices(len(self)))]
        if not 0 <= index < len(self):
            raise IndexError(index)
        return self._content[self._ends[index] : self._ends[index + 1]].decode()


def _shared_strings(reader: Any, resources: ExitStack) -> _StringsOnDisk:
    from openpyxl.xml.constants import SHARED_STRINGS

    strings = _StringsOnDisk(resources)
    part = reader.package.find(SHARED_STRINGS)
    if part is not None:
        with reader.archive.open(part.PartName[1:]) as opened:
            for text in _strings_in(_Metered(opened)):
                strings.append(text)
    strings.complete()
    return strings


def _strings_in(source: _Metered) -> Iterator[str]:
    from openpyxl.xml.functions import iterparse

    root: Any = None
    for event, element in iterparse(source, events=("start", "end")):
        root = element if root is None else root
        if event == "end" and element.tag == f"{_MAIN}si":
            yield _string_of(element)
            root.clear()
            source.rest()


def _string_of(element: Any) -> str:
    """The text of a string with or without runs; readings of ideographs (rPh) do not belong to it."""
    texts = [*element.findall(f"{_MAIN}t"), *element.findall(f"{_MAIN}r/{_MAIN}t")]
    return "".join(text.text or "" for text in texts)


_OPENERS: dict[Format, Callable[[BinaryIO, ExitStack], Sheet]] = {
    "csv": _open_csv,
    "xlsx": _open_xlsx,
    "jsonl": _open_jsonl,
}


# --- rejected rows --------------------------------------------------------------------------

_FINITE = re.compile(r"-?[0-9]{1,300}(\.[0-9]+)?(e[+-][0-9]{1,3})?")
_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


class RejectedSheet:
    """The rows that were not issued, with the reasons, in the form of the sheet that they came from.

    Rows wait in `.rejected.part`, one JSON object a line: a killed process loses none that
    `sync` has seen, and a line that was torn is dropped on the way back. `finish` writes
    `rejected.<ext>` whole or not at all.

    Args:
        folder: Where the files stand; it is there already.
        like: Form of the sheet that is read.
        language: `zh` or `en`, for the reasons.

    Raises:
        UsageError: `SHEET_OTHER`, where the folder keeps rows of a sheet of another form;
            `FILE_UNREADABLE`.
    """

    def __init__(self, folder: Path, like: SheetForm, language: Literal["zh", "en"] = "zh") -> None:
        self.path = folder / f"rejected.{like.format}"
        self._like = like
        self._language = language
        self._spool = folder / ".rejected.part"
        self._places: dict[int, int] = {}
        try:
            self._spool.touch(mode=0o600)  # people's data, as in the license files beside it
            self._file: BinaryIO = self._spool.open("a+b")
            self._take_up()
        except OSError as error:
            reason = error.strerror or str(error)
            raise UsageError("FILE_UNREADABLE", path=str(self._spool), reason=reason) from None

    def __len__(self) -> int:
        return len(self._places)

    def __contains__(self, line: int) -> bool:
        return line in self._places

    def add(self, row: SheetRow, faults: Sequence[RowFault]) -> bool:
        """Keep a row; one that is kept already, after a restart, stays as it is.

        Args:
            row: The row as it was read.
            faults: Why it is rejected; at least one.

        Returns:
            Whether it is new.
        """
        if row.line in self._places:
            return False
        cells = [[cell.text, cell.kind.name] for cell in row.cells]
        entry = {"line": row.line, "cells": cells, "reason": _reason(faults, self._language)}
        self._places[row.line] = self._file.seek(0, io.SEEK_END)
        self._append(entry)
        return True

    def sync(self) -> None:
        """Have every row on disk; call it before noting elsewhere that they were handled."""
        self._file.flush()
        os.fsync(self._file.fileno())

    def finish(self) -> Path | None:
        """Write the sheet of rejected rows in order of lines.

        Returns:
            Its path, or None where no row was rejected; then there is no such file.
        """
        if self._places:
            draft = self.path.with_name(f".{self.path.name}.{os.getpid()}")
            draft.touch(mode=0o600)
            _WRITERS[self._like.format](draft, self._like, self._entries())
            _keep(draft)
            os.replace(draft, self.path)
        else:
            self.path.unlink(missing_ok=True)
        self._file.close()
        self._spool.unlink(missing_ok=True)
        return self.path if self._places else None

    def close(self) -> None:
        """Let go of the file and keep the rows for another time."""
        self._file.close()

    def _take_up(self) -> None:
        """Read what an earlier run kept, up to the last whole line."""
        self._file.seek(0)
        form = {"format": self._like.format, "encoding": self._like.encoding, "names": self._like.names}
        expected = json.loads(json.dumps(form))
        place = 0
        while (line := self._file.readline()).endswith(b"\n"):
            entry = json.loads(line)
            if place == 0 and entry != expected:
                self._file.close()
                raise UsageError("SHEET_OTHER", name=self._spool.name)
            if place:
                self._places[entry["line"]] = place
            place += len(line)
        self._file.truncate(place)
        if place == 0:
            self._append(form)

    def _append(self, entry: object) -> None:
        self._file.write(json.dumps(entry).encode() + b"\n")
        self._file.flush()

    def _entries(self) -> Iterator[tuple[list[Cell], str]]:
        for line in sorted(self._places):
            self._file.seek(self._places[line])
            entry = json.loads(self._file.readline())
            yield [Cell(text, CellKind[kind]) for text, kind in entry["cells"]], entry["reason"]


def _keep(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())


def _reason(faults: Sequence[RowFault], language: Literal["zh", "en"]) -> str:
    """It begins with a code, so that no spreadsheet takes it for a formula."""
    return "; ".join(fault.told(language) for fault in faults)


def _places_of(like: SheetForm) -> tuple[list[str], int | None]:
    """The header of a rejected sheet, and where the reason of an earlier round stands in it."""
    names = list(like.names or ())
    return (
        ([*names], names.index(REASON_COLUMN)) if REASON_COLUMN in names else ([*names, REASON_COLUMN], None)
    )


def _with_reason(cells: list[Cell], reason: str, width: int, place: int | None) -> list[Cell]:
    if place is not None:
        cells = cells + [_BLANK] * (width - len(cells))
        return [*cells[:place], Cell(reason), *cells[place + 1 :]]
    cells = cells + [_BLANK] * (width - 1 - len(cells))
    return [*cells[: width - 1], Cell(reason), *cells[width - 1 :]]


def _write_csv(path: Path, like: SheetForm, entries: Iterator[tuple[list[Cell], str]]) -> None:
    names, place = _places_of(like)
    with path.open("w", encoding=like.encoding, errors="replace", newline="") as file:
        writer = csv.writer(file, lineterminator="\r\n")
        writer.writerow(names)
        for cells, reason in entries:
            writer.writerow([cell.text for cell in _with_reason(cells, reason, len(names), place)])


def _write_jsonl(path: Path, like: SheetForm, entries: Iterator[tuple[list[Cell], str]]) -> None:
    with path.open("w", encoding=like.encoding, newline="\n") as file:
        for cells, reason in entries:
            file.write(_json_line(cells[0].text if cells else "", reason) + "\n")


def _json_line(text: str, reason: str) -> str:
    """The line with the reason as its last member; what is no JSON object is kept as a text."""
    stated = json.dumps({REASON_COLUMN: reason}, ensure_ascii=False)
    try:
        is_object = isinstance(json.loads(text), dict)
    except (ValueError, RecursionError):
        is_object = False
    if not is_object:
        kept = json.dumps({"rejectedLine": text}, ensure_ascii=False)
        return f"{kept[:-1]}, {stated[1:]}"
    inner = _EARLIER_REASON.sub("", text.strip()[1:-1].rstrip())
    return f"{{{inner}, {stated[1:]}" if inner.strip() else stated


_EARLIER_REASON = re.compile(rf',?\s*"{REASON_COLUMN}"\s*:\s*"(?:[^"\\]|\\.)*"\s*$')


def _write_xlsx(path: Path, like: SheetForm, entries: Iterator[tuple[list[Cell], str]]) -> None:
    from openpyxl import Workbook

    names, place = _places_of(like)
    book = Workbook(write_only=True)
    sheet = book.create_sheet("rejected")
    sheet.append([_written(sheet, Cell(name)) for name in names])
    for cells, reason in entries:
        sheet.append([_written(sheet, cell) for cell in _with_reason(cells, reason, len(names), place)])
    book.save(path)


def _written(sheet: Any, cell: Cell) -> Any:
    """A cell as it was; formulas, errors and whatever else a program might act on become text."""
    from openpyxl.cell import WriteOnlyCell

    if cell.kind is CellKind.NUMBER and _FINITE.fullmatch(cell.text):
        is_whole = cell.text.lstrip("-").isdigit()
        return WriteOnlyCell(sheet, int(cell.text) if is_whole else float(cell.text))
    if cell.kind is CellKind.BOOLEAN:
        return WriteOnlyCell(sheet, cell.text == "true")
    made = WriteOnlyCell(sheet)
    if cell.kind is CellKind.DATE and len(cell.text) == 10:
        made.value = date.fromisoformat(cell.text)
        made.number_format = "yyyy-mm-dd"
        return made
    made.value = _NOT_IN_XML.sub("\ufffd", cell.text)[:LONGEST_CELL]
    made.data_type = "s"
    made.number_format = "@"
    return made


_WRITERS: dict[Format, Callable[[Path, SheetForm, Iterator[tuple[list[Cell], str]]], None]] = {
    "csv": _write_csv,
    "xlsx": _write_xlsx,
    "jsonl": _write_jsonl,
}
