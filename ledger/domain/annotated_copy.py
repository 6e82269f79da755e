"""An annotated copy (加注件) as a file: a PDF that people read, with what programs check at its end.

    face │ mark │ disclosure object │ label object │ cross-reference, trailer

The face is a whole PDF that names two attached files, empty in it, and ends with the mark
`%elicense-copy/1 first size root info prev id`: where the two objects belong. What follows is one
incremental update (ISO 32000-1 7.5.6) that fills them, written in one way only: the reader writes it
again and compares. The label signs size and SM3 of all before it and SM3 of the disclosure. So no byte
of a copy can change without being found out, neither what people see nor what programs read, and
nobody has to parse a PDF from outside to find that out.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from ledger.domain.canonical import canonical, parse_strict
from ledger.domain.handed_out import read_handed_out
from ledger.domain.handout import MAX_COPY
from ledger.domain.label import FaceFile, Label, label_from_json
from ledger.domain.plain_copy import Copy
from ledger.domain.sm3 import sm3
from ledger.errors import BadProofError, MalformedError

DISCLOSURE_NAME, LABEL_NAME = "disclosure.json", "label.json"
"""How the attached files are called."""

_MARK = b"%elicense-copy/1 "
_NUMBER = rb"(0|[1-9][0-9]{0,9})"
_MARK_LINE = re.compile(rb"%%EOF\n%elicense-copy/1 " + rb" ".join([_NUMBER] * 5) + rb" ([0-9a-f]{32})\n\Z")
_LONGEST_MARK = 128
_START = re.compile(rb"startxref\n" + _NUMBER + rb"\n%%EOF\n\Z")
_TABLE = re.compile(
    rb"xref\n0 1\n0{10} 65535 f \n" + _NUMBER + rb" 2\n([0-9]{10}) 00000 n \n([0-9]{10}) 00000 n \n"
)
_STREAM = re.compile(
    _NUMBER
    + rb" 0 obj\n<< /Type /EmbeddedFile /Subtype /application#2Fjson /Length "
    + _NUMBER
    + rb" >>\nstream\n"
)
_LONGEST_HEAD = 160


class FacePlaces(NamedTuple):
    """Where the attached files belong in a face.

    Attributes:
        first: Object number of the disclosure; the label's is the next.
        size: One more than the highest object number.
        root: Object number of the catalog.
        info: Of the document information.
        prev: Where the face's own cross-reference table begins.
        id: Of the face, 16 bytes.
    """

    first: int
    size: int
    root: int
    info: int
    prev: int
    id: bytes


def marked(pdf: bytes, places: FacePlaces) -> bytes:
    """A face, from a PDF that ends with `%%EOF` and a line feed."""
    numbers = " ".join(str(number) for number in places[:5])
    return pdf + _MARK + f"{numbers} {places.id.hex()}\n".encode()


def face_file(face: bytes) -> FaceFile:
    """What a label says of a face."""
    return FaceFile(sm3(face).hex(), len(face))


def write_annotated_copy(face: bytes, copy: Copy) -> bytes:
    """The whole file.

    Args:
        face: As `marked` made it.
        copy: The fields with their label, signed over `face_file(face)`.

    Raises:
        MalformedError: `COPY_TOO_LARGE`.
    """
    made = _with_files(face, copy.disclosed.data, canonical(copy.label.as_json()))
    if len(made) > MAX_COPY:
        raise MalformedError("COPY_TOO_LARGE", size=len(made), limit=MAX_COPY)
    return made


def is_annotated_copy(data: bytes) -> bool:
    """Whether a file says that it is an annotated copy."""
    return data.startswith(b"%PDF-") and _MARK in data


def read_annotated_copy(data: bytes) -> Copy:
    """What a copy says, where all of its bytes are those that its label was made for.

    `Copy.check` and `Label.require_current` have still to let it pass.

    Raises:
        MalformedError: `COPY_TOO_LARGE`; `COPY_NOT_FOUND`: no annotated copy; as `read_handed_out` and
            `label_from_json`.
        BadProofError: `COPY_ALTERED`: a byte was changed, added or left out.
    """
    if len(data) > MAX_COPY:
        raise MalformedError("COPY_TOO_LARGE", size=len(data), limit=MAX_COPY)
    if not is_annotated_copy(data):
        raise MalformedError("COPY_NOT_FOUND")
    face, disclosure, label_form = _parts(data)
    label = _label(label_form)
    if label.file != face_file(face):
        raise BadProofError("COPY_ALTERED", part="face")
    return Copy(read_handed_out(disclosure), label)


def _label(data: bytes) -> Label:
    form = parse_strict(data)
    if canonical(form) != data:
        raise BadProofError("COPY_ALTERED", part="label")
    return label_from_json(form)


class _Parts(NamedTuple):
    face: bytes
    disclosure: bytes
    label: bytes


def _parts(data: bytes) -> _Parts:
    """Take the file apart; what does not give the same bytes again was not written here."""
    first, second = _offsets(data)
    parts = _Parts(data[:first], _stream(data, first), _stream(data, second))
    if _with_files(*parts) != data:
        raise BadProofError("COPY_ALTERED", part="end")
    return parts


def _offsets(data: bytes) -> tuple[int, int]:
    start = _START.search(data[-64:])
    table = _TABLE.match(data, int(start[1])) if start else None
    if table is None:
        raise BadProofError("COPY_ALTERED", part="end")
    return int(table[2]), int(table[3])


def _stream(data: bytes, offset: int) -> bytes:
    head = _STREAM.match(data[offset : offset + _LONGEST_HEAD])
    if head is None:
        raise BadProofError("COPY_ALTERED", part="files")
    start = offset + head.end()
    return data[start : start + int(head[2])]


def _places(face: bytes) -> FacePlaces:
    line = _MARK_LINE.search(face[-_LONGEST_MARK:])
    if line is None:
        raise BadProofError("COPY_ALTERED", part="mark")
    first, size, root, info, prev = (int(number) for number in line.groups()[:5])
    return FacePlaces(first, size, root, info, prev, bytes.fromhex(line[6].decode()))


def _with_files(face: bytes, disclosure: bytes, label: bytes) -> bytes:
    places = _places(face)
    first = _object(places.first, disclosure)
    second = _object(places.first + 1, label)
    offsets = (len(face), len(face) + len(first))
    rows = "".join(f"{offset:010d} 00000 n \n" for offset in offsets)
    whole = sm3(face + first + second)[:16].hex()
    end = (
        f"xref\n0 1\n0000000000 65535 f \n{places.first} 2\n{rows}trailer\n"
        f"<< /Size {places.size} /Root {places.root} 0 R /Info {places.info} 0 R /Prev {places.prev}"
        f" /ID [<{places.id.hex()}> <{whole}>] >>\n"
        f"startxref\n{offsets[1] + len(second)}\n%%EOF\n"
    )
    return face + first + second + end.encode()


def _object(number: int, content: bytes) -> bytes:
    kind = "/Type /EmbeddedFile /Subtype /application#2Fjson"
    head = f"{number} 0 obj\n<< {kind} /Length {len(content)} >>\nstream\n"
    return head.encode() + content + b"\nendstream\nendobj\n"
