"""Layout files of official documents: which they are, and a sheet that names them."""

from __future__ import annotations

import stat
import zipfile
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from api.cli.files import digest_of
from api.cli.output import unreadable
from ledger.adapters.sheets import Sheet
from ledger.domain.canonical import MAX_BYTES
from ledger.domain.document import Envelope
from ledger.domain.official_columns import LAYOUT_FILE, MEDIA_TYPE
from ledger.domain.sheet_rows import Cell, CellFault, SheetRow
from ledger.errors import Bilingual, LedgerError, UsageError
from ledger.service.verify_layouts import is_layout

_HEAD = 1 << 20
_NO_FILE = Bilingual("不是普通文件", "no regular file")


class Layout(NamedTuple):
    """A layout file: SM3 of all its bytes, 64 digits, and its media type."""

    sm3: str
    media_type: str


def layout_of(path: str) -> Layout:
    """A layout file by its content; only what it is, is looked at.

    Raises:
        UsageError: `FILE_UNREADABLE`; `DOCUMENT_LAYOUT`: it is neither OFD nor PDF, or an annotated copy.
    """
    try:
        if not stat.S_ISREG(Path(path).stat().st_mode):
            raise UsageError("FILE_UNREADABLE", path=path, reason=_NO_FILE)
        with Path(path).open("rb") as file:
            head = file.read(_HEAD)
        is_pdf = head.startswith(b"%PDF-")
        is_ofd = not is_pdf and zipfile.is_zipfile(path) and _has_ofd(path)
    except OSError as error:
        raise unreadable(path, error) from error
    if not is_layout(head) or not (is_pdf or is_ofd):
        raise UsageError("DOCUMENT_LAYOUT", path=path)
    return Layout(digest_of(path), "application/pdf" if is_pdf else "application/ofd")


def anchored_layout(path: Path) -> str | None:
    """SM3 of the layout file that an anchor file is of, 64 digits; None where it is none."""
    try:
        if not stat.S_ISREG(path.stat().st_mode) or path.stat().st_size > MAX_BYTES:
            return None
        layout = Envelope.parse(path.read_bytes()).license["layout"]
    except (OSError, LedgerError):
        return None
    return str(layout["sm3"]) if layout else None


def _has_ofd(path: str) -> bool:
    try:
        with zipfile.ZipFile(path) as package:
            return "OFD.xml" in package.namelist()
    except zipfile.BadZipFile:
        return False


def with_layouts(sheet: Sheet, folder: Path) -> Sheet:
    """A sheet whose column `file` names layout files, as one with their SM3 and media types.

    JSON Lines have inputs as they are.

    Args:
        sheet: As a clerk keeps it.
        folder: Where the layout files are.
    """
    names = [name.strip() for name in sheet.form.names or ()]
    if LAYOUT_FILE not in names:
        return sheet
    place = names.index(LAYOUT_FILE)
    read = (*names[: place + 1], MEDIA_TYPE, *names[place + 1 :])
    rows = (_with_layout(row, read, place, folder) for row in sheet.rows)
    return Sheet(replace(sheet.form, names=read), rows, ExitStack(), lambda: sheet.share_read)


def _with_layout(row: SheetRow, names: tuple[str, ...], place: int, folder: Path) -> SheetRow:
    """The row with SM3 and media type of the file that it names; where there is none, with that fault."""
    if place >= len(row.cells):
        return row
    before, named, after = row.cells[:place], row.cells[place].text.strip(), row.cells[place + 1 :]
    told, faults = Layout("", ""), tuple(_behind(fault, place) for fault in row.faults)
    if named:
        try:
            told = layout_of(str(folder / named))
        except UsageError as refused:
            faults = (*faults, CellFault(refused.code, place, {**refused.fields}))
    cells = (*before, Cell(told.sm3), Cell(told.media_type), *after)
    return SheetRow(row.line, cells, names, faults, row)


def _behind(fault: CellFault, place: int) -> CellFault:
    """A fault of the row as it was, by the column's place now that one stands behind `place`."""
    is_behind = fault.column is not None and fault.column > place
    return fault._replace(column=(fault.column or 0) + 1) if is_behind else fault
