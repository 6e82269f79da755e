"""From pages to a face: attached files that are filled in later, no traces of who made it, a mark.

Written by pypdf in one way: a plain cross-reference table, no dates, no random identifiers.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Sequence

from pypdf import PageObject, PdfReader, PdfWriter, Transformation
from pypdf.generic import (
    ArrayObject,
    ByteStringObject,
    DictionaryObject,
    IndirectObject,
    NameObject,
    StreamObject,
    TextStringObject,
)

from ledger.domain.annotated_copy import DISCLOSURE_NAME, LABEL_NAME, FacePlaces, marked
from ledger.domain.sm3 import sm3

LAYOUT_NAME = "layout.ofd"

Size = tuple[float, float]
"""Width and height in points."""

_SEALS = ("/Widget", "/Stamp")
"""Notes that pages are looked at with: the pictures of seals."""
_PRODUCER = "elicense-ledger"
_END = re.compile(
    rb"trailer\n<<\n/Size (\d+)\n/Root (\d+) 0 R\n/Info (\d+) 0 R\n>>\nstartxref\n(\d+)\n%%EOF\n\Z"
)
_ASTRAL = re.compile(rb"<([0-9A-F]{5,6})>")


def face_of(pages: bytes, title: str, layout: bytes | None = None) -> bytes:
    """A face from typeset pages, with an OFD layout file as a further attachment where there is one."""
    writer = PdfWriter()
    for page in PdfReader(io.BytesIO(pages)).pages:
        writer.add_page(page)
    return _finished(writer, title, layout)


def overlaid(reader: PdfReader, stamps: Callable[[Sequence[Size]], bytes], title: str) -> bytes:
    """A face from a layout's pages, each with its stamp over it; nothing else of the layout is taken over.

    Args:
        reader: The layout.
        stamps: Makes pages of these sizes, in points.
        title: Of the document.
    """
    writer = PdfWriter()
    pages = [_upright(writer.add_page(_passive(page))) for page in reader.pages]
    boxes = [page.mediabox for page in pages]
    made = PdfReader(io.BytesIO(stamps([(float(box.width), float(box.height)) for box in boxes])))
    for page, box, stamp in zip(pages, boxes, made.pages, strict=True):
        place = Transformation().translate(float(box.left), float(box.bottom))
        page.merge_transformed_page(stamp, place)
    return _finished(writer, title, None)


def _passive(page: PageObject) -> PageObject:
    """A page of a layout with nothing but what one looks at: what it names otherwise would come with it."""
    notes = [note for note in page.get("/Annots", ()) if note.get_object().get("/Subtype") in _SEALS]
    for note in notes:
        for extra in ("/A", "/AA", "/PA", "/Parent", "/Popup", "/V", "/P"):
            note.get_object().pop(extra, None)
    page[NameObject("/Annots")] = ArrayObject(notes)
    for extra in ("/AA", "/Metadata", "/PieceInfo", "/Thumb", "/B", "/StructParents"):
        page.pop(extra, None)
    return page


def _upright(page: PageObject) -> PageObject:
    """The page as it is looked at, so that nothing else has to be turned."""
    if page.rotation % 360:
        page.transfer_rotation_to_content()
    return page


def _finished(writer: PdfWriter, title: str, layout: bytes | None) -> bytes:
    for each in list(writer._objects):
        _mend_unicode(each)
    first = _attached(writer, title, layout)
    buffer = io.BytesIO()
    writer.write(buffer)
    data = buffer.getvalue()
    end = _END.search(data[-256:])
    assert end is not None
    size, root, info, prev = (int(number) for number in end.groups())
    return marked(data, FacePlaces(first, size, root, info, prev, sm3(data)[:16]))


def _mend_unicode(each: object) -> None:
    """The map to Unicode writes characters beyond the first plane as one number; readers want UTF-16."""
    if isinstance(each, DictionaryObject) and "/ToUnicode" in each:
        stream = each["/ToUnicode"]
        assert isinstance(stream, StreamObject)
        stream.set_data(_ASTRAL.sub(_as_utf16, stream.get_data()))


def _as_utf16(found: re.Match[bytes]) -> bytes:
    return b"<" + chr(int(found[1], 16)).encode("utf-16-be").hex().upper().encode() + b">"


def _attached(writer: PdfWriter, title: str, layout: bytes | None) -> int:
    """Names the attached files; gives the number of the first of the two that are filled in later."""
    streams = [writer._add_object(_embedded(b"", "application/json")) for _ in range(2)]
    files = [
        _file(writer, name, stream, "/Data")
        for name, stream in zip((DISCLOSURE_NAME, LABEL_NAME), streams, strict=True)
    ]
    if layout is not None:
        stream = writer._add_object(_embedded(layout, "application/ofd"))
        files.append(_file(writer, LAYOUT_NAME, stream, "/Source"))
    names = [part for file in files for part in (file.get_object()["/F"], file)]  # type: ignore[index]
    root = writer.root_object
    listed = DictionaryObject({NameObject("/Names"): ArrayObject(names)})
    root[NameObject("/Names")] = DictionaryObject({NameObject("/EmbeddedFiles"): listed})
    root[NameObject("/AF")] = ArrayObject(files)
    root[NameObject("/Lang")] = TextStringObject("zh-CN")
    writer.metadata = None
    writer.add_metadata({"/Title": title, "/Producer": _PRODUCER})
    return streams[0].idnum


def _embedded(content: bytes, media_type: str) -> StreamObject:
    stream = StreamObject()
    stream[NameObject("/Type")] = NameObject("/EmbeddedFile")
    stream[NameObject("/Subtype")] = NameObject("/" + media_type)
    stream.set_data(content)
    return stream


def _file(writer: PdfWriter, name: str, stream: IndirectObject, relation: str) -> IndirectObject:
    content = DictionaryObject({NameObject("/F"): stream, NameObject("/UF"): stream})
    return writer._add_object(
        DictionaryObject(
            {
                NameObject("/Type"): NameObject("/Filespec"),
                NameObject("/F"): ByteStringObject(name.encode()),
                NameObject("/UF"): TextStringObject(name),
                NameObject("/EF"): content,
                NameObject("/AFRelationship"): NameObject(relation),
            }
        )
    )
