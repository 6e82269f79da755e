"""Typesetting of faces: A4 pages, an embedded font with Chinese, a watermark over everything.

The font is Noto Sans SC (SIL OFL 1.1, beside this module): all of GB 18030's basic level, Extension A and
the characters of the General Standard list beyond the first plane. A character that it lacks is shown by
its number, as are those that cannot be seen or that turn text around: what stands there stands for itself.
"""

from __future__ import annotations

import io
import math
from collections.abc import Iterator, Sequence
from functools import cache
from importlib import resources
from typing import Any, NamedTuple

from ledger.domain.copy_face import CopyFace, Row

FONT = "NotoSansSC"
A4 = (595.28, 841.89)
"""Width and height in points."""

_MARGIN, _LABELS, _GAP = 48.0, 138.0, 7.0
_TOP, _BOTTOM = 118.0, 96.0
_INK, _FAINT, _RULE, _ACCENT = (0.1, 0.1, 0.1), (0.42, 0.42, 0.42), (0.8, 0.8, 0.8), (0.55, 0.07, 0.09)
_WATERMARK_ALPHA, _SLOPE, _SHARES = 0.13, 32, (0.22, 0.5, 0.78)
_SPACING = 1.4
_ZH, _EN, _VALUE = 10, 7, 11
_MOST_LINES = 36


class _Section(NamedTuple):
    """A heading."""

    zh: str
    en: str


class _Block(NamedTuple):
    """A row as it is printed: what it is called in both languages, and its value, in lines."""

    zh: list[str]
    en: list[str]
    value: list[str]


_Line = _Section | _Block


def font() -> Any:
    """The font, loaded once for a process."""
    from reportlab.pdfbase import pdfmetrics

    return pdfmetrics.getFont(_registered())


@cache
def _registered() -> str:
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont

    file = resources.files("ledger.adapters.copies").joinpath("fonts/NotoSansSC-Regular.ttf")
    pdfmetrics.registerFont(TTFont(FONT, io.BytesIO(file.read_bytes())))
    return FONT


def face_pages(face: CopyFace) -> bytes:
    """The pages of a face, as a PDF without the attached files."""
    paper, pages = _Paper(A4), list(_paged(face))
    for number, lines in enumerate(pages, 1):
        _header(paper, face)
        y = A4[1] - _TOP
        for line in lines:
            y = _draw(paper, line, y)
        _footer(paper, face, number, len(pages))
        watermark(paper, face.watermark)
        paper.canvas.showPage()
    return paper.finished()


def stamps(face: CopyFace, sizes: Sequence[tuple[float, float]]) -> bytes:
    """One page for each of a layout's, to be laid over it: the annotation in a strip, and the watermark."""
    paper = _Paper(A4)
    for width, height in sizes:
        paper.canvas.setPageSize((width, height))
        paper.size = (width, height)
        _strip(paper, face)
        watermark(paper, face.watermark)
        paper.canvas.showPage()
    return paper.finished()


class _Paper:
    """A canvas with text of one font."""

    def __init__(self, size: tuple[float, float]) -> None:
        from reportlab.pdfgen.canvas import Canvas

        font()
        self.size, self._buffer = size, io.BytesIO()
        self.canvas: Any = Canvas(self._buffer, pagesize=size, invariant=1, pageCompression=1)

    def text(self, x: float, y: float, said: str, size: float, color: tuple[float, float, float]) -> None:
        """One line from its left end."""
        self.canvas.setFillColorRGB(*color)
        self.canvas.setFont(FONT, size)
        self.canvas.drawString(x, y, legible(said))

    def rule(self, y: float, color: tuple[float, float, float] = _RULE, width: float = 0.5) -> None:
        """A line from margin to margin."""
        self.canvas.setStrokeColorRGB(*color)
        self.canvas.setLineWidth(width)
        self.canvas.line(_MARGIN, y, self.size[0] - _MARGIN, y)

    def finished(self) -> bytes:
        """The PDF."""
        self.canvas.save()
        return self._buffer.getvalue()


# --- lines --------------------------------------------------------------------------------


def legible(text: str) -> str:
    """Text of which every character can be seen: others by their number."""
    known = font().face.charToGlyph
    return "".join(each if _is_seen(each, known) else f"‹U+{ord(each):04X}›" for each in text)


def _is_seen(letter: str, known: Any) -> bool:
    return letter.isprintable() and ord(letter) in known


def wrapped(text: str, width: float, size: float) -> list[str]:
    """Text in lines no wider than `width` points: between words, else between any two characters."""
    lines: list[str] = []
    rest = legible(text)
    while rest:
        fit = _fitting(rest, width, size)
        if fit < len(rest) and " " in rest[:fit].strip() and rest[fit].isascii():
            fit = rest.rindex(" ", 0, fit) + 1 or fit
        lines.append(rest[:fit].rstrip())
        rest = rest[fit:].lstrip(" ")
    return lines or [""]


def _fitting(text: str, width: float, size: float) -> int:
    """How many characters fit, one at least."""
    used = 0.0
    measure = font().stringWidth
    for place, letter in enumerate(text):
        used += measure(letter, size)
        if used > width:
            return max(place, 1)
    return len(text)


def _block(row: Row) -> _Block:
    width = _LABELS - 10
    value = wrapped(row.value, A4[0] - 2 * _MARGIN - _LABELS, _VALUE)
    return _Block(wrapped(row.zh, width, _ZH), wrapped(row.en, width, _EN), value)


def _height(line: _Line) -> float:
    if isinstance(line, _Section):
        return 34.0
    labels = _SPACING * (_ZH * len(line.zh) + _EN * len(line.en))
    return max(labels, _SPACING * _VALUE * len(line.value)) + _GAP


def _lines(face: CopyFace) -> Iterator[_Line]:
    yield _Section("加注", "Annotation")
    yield from map(_block, face.annotation)
    yield _Section("授权提供的字段", "Fields that were granted")
    for row in face.fields:
        yield from _split(_block(row))


def _split(block: _Block) -> Iterator[_Block]:
    """A value of many lines in parts that fit on pages."""
    for start in range(0, len(block.value), _MOST_LINES):
        yield block._replace(value=block.value[start : start + _MOST_LINES])


def _paged(face: CopyFace) -> Iterator[list[_Line]]:
    room = A4[1] - _TOP - _BOTTOM
    page: list[_Line] = []
    used = 0.0
    for line in _lines(face):
        height = _height(line)
        if used + height > room and page:
            yield page
            page, used = [], 0.0
        page.append(line)
        used += height
    yield page


def _draw(paper: _Paper, line: _Line, y: float) -> float:
    """Draws a line below `y`; gives where the next one begins."""
    end = y - _height(line)
    if isinstance(line, _Section):
        paper.text(_MARGIN, y - 20, line.zh, 12, _ACCENT)
        beside = _MARGIN + font().stringWidth(line.zh, 12) + 8
        paper.text(beside, y - 20, line.en, 8, _FAINT)
        paper.rule(y - 27, _ACCENT, 0.8)
        return end
    place = y - 12
    for text, size, color in (
        *((each, _ZH, _INK) for each in line.zh),
        *((each, _EN, _FAINT) for each in line.en),
    ):
        paper.text(_MARGIN, place, text, size, color)
        place -= size * _SPACING
    for number, text in enumerate(line.value):
        paper.text(_MARGIN + _LABELS, y - 12 - number * _VALUE * _SPACING, text, _VALUE, _INK)
    paper.rule(end + 1)
    return end


# --- around the lines ---------------------------------------------------------------------


_HEADING = ("电子证照加注件", "Annotated copy of an electronic license")
_OFFICIAL_HEADING = ("电子公文加注件", "Annotated copy of an official document")
_ROW_HEADING = ("共享数据加注件", "Annotated copy of a row of a data set")


def _header(paper: _Paper, face: CopyFace) -> None:
    width, height = paper.size
    heading, title = _ROW_HEADING if face.is_row else _OFFICIAL_HEADING if face.is_document else _HEADING
    paper.text(_MARGIN, height - 50, heading, 18, _ACCENT)
    paper.text(width - _MARGIN - font().stringWidth(title, 8), height - 48, title, 8, _FAINT)
    for name, size, y in ((face.title[0], 13, height - 76), (face.title[1], 8, height - 90)):
        paper.text(_MARGIN, y, wrapped(name, width - 2 * _MARGIN, size)[0], size, _INK)
    paper.rule(height - 100, _ACCENT, 1.2)


def _footer(paper: _Paper, face: CopyFace, number: int, count: int) -> None:
    paper.rule(_BOTTOM - 12)
    for place, text in enumerate(_notes(face)):
        paper.text(_MARGIN, _BOTTOM - 24 - 10.5 * place, text, 7.2, _FAINT)
    page = f"第 {number}/{count} 页 page {number} of {count}"
    right = paper.size[0] - _MARGIN - font().stringWidth(page, 7.2)
    paper.text(right, 26, page, 7.2, _FAINT)


_FOOT = """\
仅供上列单位在上列期限内用于上列用途；由他人出示、过期或用于他途的，不得采信。加注件不是原件。
For this body, this purpose and this time only: do not rely on it otherwise, nor when others show it.
{zh}另有 {hidden} 个字段未提供。{hidden} further field(s) of the {en} were not provided. Not the original.
核验 To verify: elicense verify 本文件 this file. 字段与标签见附件 Attached: disclosure.json, label.json
"""
_LAYOUT_NOTE = "版式文件（OFD）未经改动，见附件。The layout file (OFD) is attached unchanged: layout.ofd"


def _notes(face: CopyFace) -> list[str]:
    zh, en = ("该行", "row") if face.is_row else ("证照", "license")
    zh, en = ("公文", "document") if face.is_document else (zh, en)
    notes = _FOOT.format(hidden=face.hidden, zh=zh, en=en).splitlines()
    return [*notes, _LAYOUT_NOTE] if face.has_layout else notes


def watermark(paper: _Paper, text: str) -> None:
    """A text across the page, three times, over what is there."""
    width, height = paper.size
    canvas, said = paper.canvas, legible(text)
    angle = math.radians(_SLOPE)
    room = min(width / math.cos(angle), 2 * _SHARES[0] * height / math.sin(angle))
    size = min(20.0, 0.94 * room / font().stringWidth(said, 1))
    canvas.saveState()
    canvas.setFillColorRGB(*_ACCENT)
    canvas.setFillAlpha(_WATERMARK_ALPHA)
    canvas.setFont(FONT, size)
    for share in _SHARES:
        canvas.saveState()
        canvas.translate(width / 2, height * share)
        canvas.rotate(_SLOPE)
        canvas.drawCentredString(0, 0, said)
        canvas.restoreState()
    canvas.restoreState()


def _strip(paper: _Paper, face: CopyFace) -> None:
    """The annotation at the foot of a layout's page, on white."""
    width, size = paper.size[0] - 24, 7.0
    said = ["加注件 Annotated copy", *(f"{row.zh} {row.en}: {row.value}" for row in face.annotation)]
    lines = _packed(said, width - 12, size)
    height = len(lines) * size * _SPACING + 8
    canvas = paper.canvas
    canvas.setFillColorRGB(1, 1, 1)
    canvas.setStrokeColorRGB(*_ACCENT)
    canvas.setLineWidth(0.8)
    canvas.rect(12, 10, width, height, stroke=1, fill=1)
    for number, line in enumerate(lines):
        paper.text(18, 10 + height - (number + 1) * size * _SPACING, line, size, _INK)


def _packed(parts: Sequence[str], width: float, size: float) -> list[str]:
    """Parts side by side, as many in a line as fit; one that is too long for a line is broken."""
    lines: list[str] = []
    for part in parts:
        first, *more = wrapped(part, width, size)
        beside = f"{lines[-1]}  |  {first}" if lines else first
        is_fit = bool(lines) and not more and font().stringWidth(beside, size) <= width
        lines[-1:] = [beside] if is_fit else [*lines[-1:], first, *more]
    return lines
