"""What a PDF layout may hold: pages that lie there. Runs in the bounds of `worker`."""

from __future__ import annotations

import io
import re
import zlib
from collections.abc import Iterator

from pypdf import PdfReader
from pypdf.filters import ASCII85Decode, ASCIIHexDecode
from pypdf.generic import DictionaryObject, EncodedStreamObject, StreamObject

from ledger.adapters.copies.limits import (
    ARCHIVES,
    MAX_LAYOUT,
    MAX_OBJECTS,
    MAX_PAGES,
    MAX_UNPACKED,
    PROGRAMS,
)
from ledger.errors import MalformedError

_HEADER = re.compile(rb"%PDF-[12]\.[0-9][\r\n]")
_ACTIVE_KEYS = frozenset({"/JS", "/JavaScript", "/AA", "/XFA", "/RichMedia", "/Launch", "/Win", "/Mac"})
_ACTIVE_ACTIONS = frozenset(
    {
        "/JavaScript",
        "/Launch",
        "/GoToR",
        "/GoToE",
        "/SubmitForm",
        "/ImportData",
        "/Rendition",
        "/Movie",
        "/Sound",
        "/RichMediaExecute",
        "/GoTo3DView",
    }
)
_ACTIVE_KINDS = frozenset({"/RichMedia", "/Movie", "/Screen", "/3D", "/Sound"})
_FLATE = frozenset({"/FlateDecode", "/Fl"})
_UNPACKED_BY_PARSER = frozenset({"/LZWDecode", "/RunLengthDecode"})
"""Rare; the parser has limits of its own for them."""
_TEXTUAL = {"/ASCII85Decode": ASCII85Decode.decode, "/ASCIIHexDecode": ASCIIHexDecode.decode}
_CHUNK, _HEAD = 1 << 20, 16


def harmless_pdf(data: bytes) -> PdfReader:
    """Read a PDF that is neither damaged nor encrypted, and does nothing.

    What the parser chokes on otherwise goes up as it is: the process ends by it, which `worker` reports.

    Raises:
        MalformedError: `LAYOUT_TOO_LARGE`, `LAYOUT_DAMAGED`, `LAYOUT_ENCRYPTED`, `LAYOUT_ACTIVE`,
            `LAYOUT_TOO_COSTLY`.
    """
    if len(data) > MAX_LAYOUT:
        raise MalformedError("LAYOUT_TOO_LARGE", size=len(data), limit=MAX_LAYOUT)
    if not _HEADER.match(data):
        raise _damaged("header")
    if b"%%EOF" not in data[-1024:] or b"startxref" not in data[-2048:]:
        raise _damaged("end")
    return _read(data)


def _read(data: bytes) -> PdfReader:
    reader = PdfReader(io.BytesIO(data), strict=False)
    if reader.is_encrypted:
        raise MalformedError("LAYOUT_ENCRYPTED")
    _require_bounded(reader)
    budget = MAX_UNPACKED
    for each in _objects(reader):
        for part in _parts(each):
            _require_passive(part)
        if isinstance(each, StreamObject):
            budget -= _unpacked(each, budget)
    if not reader.pages:
        raise _damaged("pages")
    return reader


def _require_bounded(reader: PdfReader) -> None:
    count = sum(len(table) for table in reader.xref.values()) + len(reader.xref_objStm)
    if count > MAX_OBJECTS:
        raise MalformedError("LAYOUT_TOO_COSTLY", limit=f"{MAX_OBJECTS} objects")
    if len(reader.pages) > MAX_PAGES:
        raise MalformedError("LAYOUT_TOO_COSTLY", limit=f"{MAX_PAGES} pages")


def _objects(reader: PdfReader) -> Iterator[object]:
    """Every object of the file, also those that nothing names."""
    from pypdf.generic import IndirectObject

    numbers = {(number, generation) for generation, table in reader.xref.items() for number in table}
    numbers |= {(number, 0) for number in reader.xref_objStm}
    for number, generation in sorted(numbers):
        if number:
            yield reader.get_object(IndirectObject(number, generation, reader))
    yield reader.trailer


def _parts(whole: object) -> Iterator[DictionaryObject]:
    """An object and all that stands in it; what it refers to is an object of its own."""
    left = [whole]
    while left:
        each = left.pop()
        if isinstance(each, dict):
            if isinstance(each, DictionaryObject):
                yield each
            left.extend(
                each.raw_get(key) if isinstance(each, DictionaryObject) else each[key] for key in each
            )
        elif isinstance(each, list):
            left.extend(list.__iter__(each))


def _require_passive(part: DictionaryObject) -> None:
    for key in part:
        if str(key) in _ACTIVE_KEYS:
            raise _active(str(key))
    kinds = {str(part.raw_get(key)) for key in ("/Type", "/Subtype") if key in part}
    action = str(part.raw_get("/S")) if "/S" in part else ""
    for found in (*sorted(kinds & _ACTIVE_KINDS), *({action} & _ACTIVE_ACTIONS)):
        raise _active(found)


def _unpacked(stream: StreamObject, budget: int) -> int:
    """Bytes that a stream unpacks to; no program and no archive is embedded."""
    size, head = _counted(stream, budget)
    if size > budget:
        raise MalformedError("LAYOUT_TOO_COSTLY", limit=f"{MAX_UNPACKED >> 20} MiB unpacked")
    if stream.get("/Type") == "/EmbeddedFile" and head.startswith((*PROGRAMS, *ARCHIVES)):
        raise _active("/EmbeddedFile")
    return size


def _counted(stream: StreamObject, budget: int) -> tuple[int, bytes]:
    """How much comes out of a stream, and how it begins; what is deflated is counted without being kept."""
    if not isinstance(stream, EncodedStreamObject):
        data = stream.get_data()
        return len(data), data[:_HEAD]
    names = stream.get("/Filter", [])
    filters = [str(name) for name in (names if isinstance(names, list) else [names])]
    raw = stream._data
    while filters and filters[0] in _TEXTUAL:
        raw = _TEXTUAL[filters.pop(0)](raw)
    if not filters or filters[0] not in _FLATE:
        data = stream.get_data() if set(filters) & _UNPACKED_BY_PARSER else raw
        return len(data), data[:_HEAD]
    if len(filters) > 1 and filters[1] in (*_FLATE, *_TEXTUAL, *_UNPACKED_BY_PARSER):
        raise MalformedError("LAYOUT_TOO_COSTLY", limit="nested compression")
    return _inflated(raw, budget)


def _inflated(raw: bytes, budget: int) -> tuple[int, bytes]:
    """How much comes out of a zlib stream, up to one byte more than the budget, and how it begins."""
    machine, size, head, rest = zlib.decompressobj(), 0, b"", raw
    try:
        while rest and size <= budget and not machine.eof:
            out = machine.decompress(rest, _CHUNK)
            head = head or out[:_HEAD]
            size, rest = size + len(out), machine.unconsumed_tail
    except zlib.error:
        raise _damaged("compression") from None
    return size, head


def _active(part: str) -> MalformedError:
    return MalformedError("LAYOUT_ACTIVE", part=part)


def _damaged(reason: str) -> MalformedError:
    return MalformedError("LAYOUT_DAMAGED", reason=reason)
