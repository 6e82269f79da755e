"""Layout files of attackers: refused with a code and a remedy, in little time and memory, without a trace."""

from __future__ import annotations

import io
import resource
import struct
import zipfile
import zlib
from collections.abc import Callable
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.adapters.copies.limits import MAX_LAYOUT
from ledger.adapters.copies.press import Press
from ledger.adapters.copies.worker import MEMORY
from ledger.errors import MalformedError
from ledger.service.make_copies import OFD, PDF, Layout
from tests.copies.layouts import DOCUMENT, OFD_ROOT, PAGES, flate, named, ofd, pdf, raw_pdf, stream
from tests.copies.world import annotated, license_file
from tests.depth import IS_DEEP

PRESS = Press()
Job = Callable[[], bytes]


def refused(layout: bytes, media_type: str) -> str:
    with pytest.raises(MalformedError) as found:
        PRESS.require_harmless(layout, media_type)
    assert found.value.remedy()["zh"]
    assert "?" not in found.value.message()["en"]
    return found.value.code


@pytest.mark.parametrize(("layout", "media_type"), [(pdf(3), PDF), (raw_pdf(PAGES), PDF), (ofd(), OFD)])
def test_an_honest_layout_passes(layout: bytes, media_type: str) -> None:
    PRESS.require_harmless(layout, media_type)


# --- PDF --------------------------------------------------------------------------------------

BOMB = zlib.compress(bytes(300 << 20))
NESTED = zlib.compress(BOMB)
CATALOG = "<< /Type /Catalog /Pages 2 0 R {} >>"
PDFS: dict[str, tuple[str, Job]] = {
    "nothing": ("LAYOUT_DAMAGED", lambda: b""),
    "another format": ("LAYOUT_DAMAGED", lambda: b"\x89PNG\r\n\x1a\n" + bytes(100)),
    "something before the header": ("LAYOUT_DAMAGED", lambda: b"MZ" + pdf()),
    "cut off": ("LAYOUT_DAMAGED", lambda: pdf()[:-200]),
    "no pages": ("LAYOUT_DAMAGED", lambda: raw_pdf({1: PAGES[1], 2: "<< /Type /Pages /Kids [] /Count 0 >>"})),
    "pages in a circle": (
        "LAYOUT_DAMAGED",
        lambda: raw_pdf({**PAGES, 2: "<< /Type /Pages /Kids [2 0 R] /Count 1 >>"}),
    ),
    "deep nesting": ("LAYOUT_DAMAGED", lambda: raw_pdf({**PAGES, 4: "[" * 200_000 + "]" * 200_000})),
    "a stream that is none": (
        "LAYOUT_DAMAGED",
        lambda: raw_pdf({**PAGES, 4: stream(b"no zlib", "/Filter /FlateDecode")}),
    ),
    "too large": ("LAYOUT_TOO_LARGE", lambda: pdf() + bytes(MAX_LAYOUT)),
    "many pages": ("LAYOUT_TOO_COSTLY", lambda: pdf(101)),
    "one page many times": (
        "LAYOUT_TOO_COSTLY",
        lambda: raw_pdf({**PAGES, 2: f"<< /Type /Pages /Count 9999 /Kids [{'3 0 R ' * 9999}] >>"}),
    ),
    "many objects": (
        "LAYOUT_TOO_COSTLY",
        lambda: raw_pdf({**PAGES, **dict.fromkeys(range(4, 20_005), "null")}),
    ),
    "a bomb": ("LAYOUT_TOO_COSTLY", lambda: raw_pdf({**PAGES, 4: flate(bytes(300 << 20))})),
    "a bomb in a bomb": (
        "LAYOUT_TOO_COSTLY",
        lambda: raw_pdf({**PAGES, 4: stream(NESTED, "/Filter [/FlateDecode /FlateDecode]")}),
    ),
    "a bomb in letters": (
        "LAYOUT_TOO_COSTLY",
        lambda: raw_pdf(
            {**PAGES, 4: stream(BOMB.hex().encode() + b">", "/Filter [/ASCIIHexDecode /FlateDecode]")}
        ),
    ),
    "a program in it": (
        "LAYOUT_ACTIVE",
        lambda: raw_pdf({**PAGES, 4: flate(b"MZ\x90\x00" + bytes(99), "/Type /EmbeddedFile")}),
    ),
    "an archive in it": (
        "LAYOUT_ACTIVE",
        lambda: raw_pdf({**PAGES, 4: stream(ofd(), "/Type /EmbeddedFile")}),
    ),
    "encrypted": (
        "LAYOUT_ENCRYPTED",
        lambda: raw_pdf(
            {
                **PAGES,
                4: f"<< /Filter /Standard /V 1 /R 2 /O <{'00' * 32}> /U <{'00' * 32}> /P -4 >>",
            },
            "/Root 1 0 R /Encrypt 4 0 R /ID [<00> <00>]",
        ),
    ),
    **{
        name: ("LAYOUT_ACTIVE", lambda body=body: raw_pdf({**PAGES, 4: body}))
        for name, body in {
            "a script": "<< /S /JavaScript /JS (app.alert(1)) >>",
            "a script under another spelling": "<< /S /J#61vaScript /J#53 (app.alert(1)) >>",
            "a launch": "<< /Type /Action /S /Launch /F (cmd.exe) >>",
            "another file": "<< /S /GoToR /F (other.pdf) >>",
            "a form that is sent": "<< /S /SubmitForm /F (collect) >>",
            "rich media": "<< /Type /Annot /Subtype /RichMedia >>",
            "deep in a list": "[[[<< /A << /S /Launch >> >>]]]",
        }.items()
    },
    "a script at opening": (
        "LAYOUT_ACTIVE",
        lambda: raw_pdf({**PAGES, 1: CATALOG.format("/OpenAction << /S /JavaScript /JS (x) >>")}),
    ),
    "a form of XFA": (
        "LAYOUT_ACTIVE",
        lambda: raw_pdf({**PAGES, 1: CATALOG.format("/AcroForm << /XFA 4 0 R >>")}),
    ),
    "further actions": (
        "LAYOUT_ACTIVE",
        lambda: raw_pdf({**PAGES, 3: PAGES[3].replace(">>", "/AA << /O << /S /Named /N /Print >> >> >>")}),
    ),
}


@pytest.mark.parametrize("name", PDFS)
def test_a_pdf_that_is_damaged_costly_or_does_something_is_refused(name: str) -> None:
    code, job = PDFS[name]
    assert refused(job(), PDF) == code


def test_what_would_take_the_machines_memory_is_ended_in_its_own_process() -> None:
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    references = " ".join("4 0 R" for _ in range(100_000))
    content = flate(b"q Q " * 9_000_000)
    layout = raw_pdf(
        {**PAGES, 3: PAGES[3].replace(">>", f"/Contents [{references}] /Resources << >> >>"), 4: content}
    )
    with pytest.raises(MalformedError) as found:
        annotated(license_file(**named(layout, PDF)), Layout(layout, PDF))
    assert found.value.code in {"LAYOUT_TOO_COSTLY", "LAYOUT_DAMAGED"}
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss <= max(before, MEMORY >> 10)


@settings(max_examples=20 if IS_DEEP else 8, deadline=None)
@given(st.data())
def test_a_pdf_with_any_byte_changed_is_printed_or_refused(data: st.DataObject) -> None:
    layout = bytearray(pdf())
    layout[data.draw(st.integers(0, len(layout) - 1))] ^= data.draw(st.integers(1, 255))
    made = bytes(layout)
    try:
        printed = annotated(license_file(**named(made, PDF)), Layout(made, PDF))
    except MalformedError:
        return
    assert printed.startswith(b"%PDF-")


# --- OFD --------------------------------------------------------------------------------------


def entry(name: str, content: bytes = b"x", attributes: int = 0, flags: int = 0) -> bytes:
    """An OFD with one further entry whose header says what no honest writer says."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("OFD.xml", OFD_ROOT)
        info = zipfile.ZipInfo(name)
        info.external_attr = attributes
        archive.writestr(info, content)
    data = bytearray(buffer.getvalue())
    place = data.rindex(b"PK\x01\x02")
    (flagged,) = struct.unpack_from("<H", data, place + 8)
    struct.pack_into("<H", data, place + 8, flagged | flags)
    return bytes(data)


def lying(size: int) -> bytes:
    """An OFD whose last entry says that it is small, and is not."""
    data = bytearray(ofd({"Doc_0/Res/a.bin": bytes(size)}))
    struct.pack_into("<I", data, data.rindex(b"PK\x01\x02") + 24, 10)
    return bytes(data)


def repeated() -> bytes:
    """An OFD with two files of one name: what one reader takes, another does not."""
    return ofd({"Doc_0/Document.xm1": DOCUMENT}).replace(b"Document.xm1", b"Document.xml")


LAUGHS = (
    '<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">'
    '<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]><l>&c;</l>'
)
OUTSIDE = '<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a SYSTEM "file:///etc/passwd">]><l>&a;</l>'
OFDS: dict[str, tuple[str, Job]] = {
    "nothing": ("LAYOUT_DAMAGED", lambda: b""),
    "cut off": ("LAYOUT_DAMAGED", lambda: ofd()[:-30]),
    "something before it": ("LAYOUT_DAMAGED", lambda: b"%PDF-1.7\n" + ofd()),
    "another archive": ("LAYOUT_DAMAGED", lambda: ofd({}).replace(b"OFD.xml", b"ODF.xml")),
    "another root": ("LAYOUT_DAMAGED", lambda: ofd({"OFD.xml": "<OFD/>"})),
    "broken XML": ("LAYOUT_DAMAGED", lambda: ofd({"Doc_0/a.xml": "<a><b></a>"})),
    "a name twice": ("LAYOUT_DAMAGED", repeated),
    "names that differ in case": ("LAYOUT_DAMAGED", lambda: ofd({"doc_0/document.XML": DOCUMENT})),
    "a size that lies": ("LAYOUT_DAMAGED", lambda: lying(1 << 20)),
    "too large": ("LAYOUT_TOO_LARGE", lambda: ofd() + bytes(MAX_LAYOUT)),
    "encrypted": ("LAYOUT_ENCRYPTED", lambda: entry("Doc_0/a.bin", flags=1)),
    "a bomb": ("LAYOUT_TOO_COSTLY", lambda: ofd({"Doc_0/a.bin": bytes(60 << 20)})),
    "many bombs": ("LAYOUT_TOO_COSTLY", lambda: ofd({f"Doc_0/{n}.bin": bytes(1 << 20) for n in range(201)})),
    "many files": ("LAYOUT_TOO_COSTLY", lambda: ofd({f"Doc_0/{n}": b"" for n in range(2_000)})),
    "large XML": (
        "LAYOUT_TOO_COSTLY",
        lambda: ofd({"a.xml": "<a>" + "".join(map(str, range(1_400_000))) + "</a>"}),
    ),
    "deep XML": ("LAYOUT_TOO_COSTLY", lambda: ofd({"a.xml": "<a>" * 65 + "</a>" * 65})),
    "an archive in it": ("LAYOUT_ACTIVE", lambda: ofd({"Doc_0/Res/a.bin": ofd()})),
    "a ZIP in it by its name": ("LAYOUT_ACTIVE", lambda: ofd({"Doc_0/Res/a.zip": b""})),
    "a program in it": ("LAYOUT_ACTIVE", lambda: ofd({"Doc_0/Res/a.png": b"\x7fELF" + bytes(60)})),
    "a program by its name": ("LAYOUT_ACTIVE", lambda: ofd({"Doc_0/Res/a.EXE": b"x"})),
    "entities that grow": ("LAYOUT_ACTIVE", lambda: ofd({"Doc_0/a.xml": LAUGHS})),
    "entities from outside": ("LAYOUT_ACTIVE", lambda: ofd({"Doc_0/a.xml": OUTSIDE})),
    "entities in UTF-16": ("LAYOUT_ACTIVE", lambda: ofd({"Doc_0/a.xml": LAUGHS.encode("utf-16")})),
    "a link": ("LAYOUT_ACTIVE", lambda: entry("Doc_0/a", b"/etc/passwd", attributes=0o120777 << 16)),
    **{
        f"the path {name!r}": ("LAYOUT_ACTIVE", lambda name=name: entry(name))
        for name in ("../a", "Doc_0/../../a", "/etc/a", "a//b", "./a", "C:\\a", "a\\..\\b", "a\x01b")
    },
}


@pytest.mark.parametrize("name", OFDS)
def test_an_ofd_that_is_damaged_costly_or_does_something_is_refused(name: str) -> None:
    code, job = OFDS[name]
    assert refused(job(), OFD) == code


HONEST = ofd({"Doc_0/Res/a.bin": b"picture" * 50})


@given(st.integers(0, len(HONEST) - 1), st.integers(1, 255))
def test_an_ofd_with_any_byte_changed_passes_or_is_refused(place: int, change: int) -> None:
    altered = bytearray(HONEST)
    altered[place] ^= change
    _passes_or_is_refused(bytes(altered))


@given(st.integers(0, len(HONEST)), st.binary(max_size=64))
def test_an_ofd_cut_off_anywhere_and_gone_on_with_anything_passes_or_is_refused(
    place: int, rest: bytes
) -> None:
    _passes_or_is_refused(HONEST[:place] + rest)


def _passes_or_is_refused(layout: bytes) -> None:
    with suppress(MalformedError):
        PRESS.require_harmless(layout, OFD)
