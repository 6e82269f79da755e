"""Layout files: honest ones as issuers make them, and those of attackers."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Mapping
from typing import Any

from reportlab.pdfgen.canvas import Canvas

from ledger.domain.sm3 import sm3

OFD_ROOT = (
    '<?xml version="1.0" encoding="UTF-8"?>'
    '<ofd:OFD xmlns:ofd="http://www.ofdspec.org/2016" Version="1.0" DocType="OFD">'
    "<ofd:DocBody><ofd:DocRoot>Doc_0/Document.xml</ofd:DocRoot></ofd:DocBody></ofd:OFD>"
)
DOCUMENT = '<ofd:Document xmlns:ofd="http://www.ofdspec.org/2016"><ofd:Pages/></ofd:Document>'


def pdf(pages: int = 1, size: tuple[float, float] = (595.0, 842.0), text: str = "LAYOUT FACE 0001") -> bytes:
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=size, invariant=1)
    for number in range(pages):
        canvas.rect(40, 40, size[0] - 80, size[1] - 80)
        canvas.drawString(80, size[1] - 120, f"{text} page {number + 1}")
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def raw_pdf(objects: Mapping[int, str | bytes], trailer: str = "/Root 1 0 R") -> bytes:
    """A PDF of these objects, by number, as one writes it by hand."""
    data, offsets = b"%PDF-1.7\n", {}
    for number, body in sorted(objects.items()):
        offsets[number] = len(data)
        content = body.encode() if isinstance(body, str) else body
        data += f"{number} 0 obj\n".encode() + content + b"\nendobj\n"
    size, start = max(objects) + 1, len(data)
    rows = "".join(
        f"{offsets[number]:010d} 00000 n \n" if number in offsets else "0000000000 65535 f \n"
        for number in range(size)
    )
    end = f"xref\n0 {size}\n{rows}trailer\n<< /Size {size} {trailer} >>\nstartxref\n{start}\n%%EOF\n"
    return data + end.encode()


PAGES = {
    1: "<< /Type /Catalog /Pages 2 0 R >>",
    2: "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
    3: "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] >>",
}


def stream(content: bytes, members: str = "") -> bytes:
    return f"<< /Length {len(content)} {members} >>\nstream\n".encode() + content + b"\nendstream"


def flate(content: bytes, members: str = "") -> bytes:
    return stream(zlib.compress(content, 9), "/Filter /FlateDecode " + members)


def ofd(files: Mapping[str, str | bytes] | None = None, **options: Any) -> bytes:
    """An OFD of these files beside the two that every one has."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, **options) as archive:
        for name, content in {"OFD.xml": OFD_ROOT, "Doc_0/Document.xml": DOCUMENT, **(files or {})}.items():
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def named(layout: bytes, media_type: str) -> dict[str, Any]:
    """What a license input says of its layout file."""
    return {"layout": {"sm3": sm3(layout).hex(), "mediaType": media_type, "sealSerial": "31000000000001"}}
