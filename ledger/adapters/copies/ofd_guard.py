"""What an OFD layout (GB/T 33190) may hold: a ZIP of plain XML, pictures and fonts, as large as it says.

Nothing is written to a disk and nothing is fetched; each file is unpacked to be counted and looked at,
and let go of.
"""

from __future__ import annotations

import io
import re
import stat
import zipfile
import zlib
from collections.abc import Iterator
from xml.parsers import expat

from ledger.adapters.copies.limits import (
    ARCHIVES,
    MAX_ENTRIES,
    MAX_LAYOUT,
    MAX_RATIO,
    MAX_UNPACKED,
    MAX_XML,
    PROGRAMS,
)
from ledger.errors import MalformedError

_ROOT = "OFD.xml"
_NAMESPACE = "http://www.ofdspec.org/2016"
_NAME = re.compile(r"[^\x00-\x1f\x7f\\:*?\"<>|]{1,512}")
_EXECUTABLE = re.compile(
    r"\.(exe|dll|com|scr|bat|cmd|ps1|vbs|js|jar|sh|msi|lnk|hta|zip|ofd|rar|7z|gz)$", re.IGNORECASE
)
_CHUNK = 1 << 20
_RATIO_FROM = 1 << 20
_MAX_DEPTH = 64


def require_harmless_ofd(data: bytes) -> None:
    """Refuse an OFD that is too large, damaged, encrypted, or holds what a layout does not need.

    Raises:
        MalformedError: `LAYOUT_TOO_LARGE`, `LAYOUT_DAMAGED`, `LAYOUT_ENCRYPTED`, `LAYOUT_ACTIVE`,
            `LAYOUT_TOO_COSTLY`.
    """
    if len(data) > MAX_LAYOUT:
        raise MalformedError("LAYOUT_TOO_LARGE", size=len(data), limit=MAX_LAYOUT)
    if not data.startswith(b"PK\x03\x04"):
        raise _damaged("header")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            _require_entries(archive.infolist())
            _require_contents(archive)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError, ValueError):
        raise _damaged("archive") from None


def _require_entries(entries: list[zipfile.ZipInfo]) -> None:
    if len(entries) > MAX_ENTRIES:
        raise MalformedError("LAYOUT_TOO_COSTLY", limit=f"{MAX_ENTRIES} files")
    names = [entry.filename.casefold() for entry in entries]
    if len(set(names)) != len(names):
        raise _damaged("names")
    if _ROOT not in {entry.filename for entry in entries}:
        raise _damaged(_ROOT)
    if sum(entry.file_size for entry in entries) > MAX_UNPACKED:
        raise MalformedError("LAYOUT_TOO_COSTLY", limit=f"{MAX_UNPACKED >> 20} MiB unpacked")
    for entry in entries:
        _require_entry(entry)


def _require_entry(entry: zipfile.ZipInfo) -> None:
    steps = entry.filename.removesuffix("/").split("/")
    if not _NAME.fullmatch(entry.filename) or any(step in ("", ".", "..") for step in steps):
        raise MalformedError("LAYOUT_ACTIVE", part="path")
    if entry.orig_filename != entry.filename or stat.S_ISLNK(entry.external_attr >> 16):
        raise MalformedError("LAYOUT_ACTIVE", part="link")
    if _EXECUTABLE.search(entry.filename):
        raise MalformedError("LAYOUT_ACTIVE", part=steps[-1][-40:])
    if entry.flag_bits & 0x1:
        raise MalformedError("LAYOUT_ENCRYPTED")
    if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise _damaged("compression")
    if entry.file_size > max(_RATIO_FROM, MAX_RATIO * entry.compress_size):
        raise MalformedError("LAYOUT_TOO_COSTLY", limit=f"{MAX_RATIO} times")


def _require_contents(archive: zipfile.ZipFile) -> None:
    """Unpacks one file after another; what lies about its size is found out by the archive's own check."""
    for entry in archive.infolist():
        if entry.is_dir():
            continue
        is_xml = entry.filename.lower().endswith(".xml")
        if is_xml and entry.file_size > MAX_XML:
            raise MalformedError("LAYOUT_TOO_COSTLY", limit=f"{MAX_XML >> 20} MiB of XML")
        reader = _Xml(entry.filename == _ROOT) if is_xml else None
        for number, chunk in enumerate(_chunks(archive, entry)):
            if number == 0 and chunk.startswith((*PROGRAMS, *ARCHIVES)):
                raise MalformedError("LAYOUT_ACTIVE", part=entry.filename[-40:])
            if reader:
                reader.feed(chunk)
        if reader:
            reader.close()


def _chunks(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> Iterator[bytes]:
    with archive.open(entry) as file:
        while chunk := file.read(_CHUNK):
            yield chunk


class _Xml:
    """Reads XML for its form: no document type, so no entities; not too deep; the root file is OFD's."""

    def __init__(self, is_root: bool) -> None:
        self._is_root, self._depth = is_root, 0
        self._parser = expat.ParserCreate(namespace_separator=" ")
        self._parser.StartDoctypeDeclHandler = self._doctype
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end

    def feed(self, chunk: bytes) -> None:
        """The next bytes."""
        self._parse(chunk, is_last=False)

    def close(self) -> None:
        """There are no more."""
        self._parse(b"", is_last=True)

    def _parse(self, chunk: bytes, is_last: bool) -> None:
        try:
            self._parser.Parse(chunk, is_last)
        except expat.ExpatError:
            raise _damaged("XML") from None

    def _doctype(self, *_: object) -> None:
        raise MalformedError("LAYOUT_ACTIVE", part="DOCTYPE")

    def _start(self, name: str, _: object) -> None:
        if self._is_root and self._depth == 0 and name != f"{_NAMESPACE} OFD":
            raise _damaged(_ROOT)
        self._depth += 1
        if self._depth > _MAX_DEPTH:
            raise MalformedError("LAYOUT_TOO_COSTLY", limit=f"{_MAX_DEPTH} levels of XML")

    def _end(self, _: str) -> None:
        self._depth -= 1


def _damaged(reason: str) -> MalformedError:
    return MalformedError("LAYOUT_DAMAGED", reason=reason)
