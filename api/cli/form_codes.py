"""Files that may come and go as QR codes: what a holder is asked, and what her wallet signed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

import typer

from api.cli.output import read_input
from api.cli.showing import write
from ledger.domain.canonical import JsonObject, parse_strict
from ledger.domain.form_text import PREFIX, form_text, read_form_text

CodeOption = Annotated[
    str | None, typer.Option("--png", metavar="FILE", help="The same as a picture of a QR code.")
]


def read_form(given: str) -> JsonObject:
    """The JSON object in a file, in the picture of a QR code, or in such a code's text.

    Args:
        given: The file; `-` is stdin; a code's text stands for itself.

    Raises:
        UsageError: `FILE_UNREADABLE`, and as `read_image`.
        MalformedError: `FORM_TEXT_MALFORMED`, or as `parse_strict`.
    """
    if given.startswith(PREFIX):
        return read_form_text(given)
    data = read_input(given)
    text = _text_in(data, given)
    return parse_strict(data) if text is None else read_form_text(text)


def _text_in(data: bytes, name: str) -> str | None:
    from ledger.adapters.qr import is_image, read_image

    if is_image(data):
        return read_image(data, name)
    return data.decode("ascii").strip() if data.startswith(PREFIX.encode()) and data.isascii() else None


def drawn_form(form: JsonObject, png: str | None, *, is_shown: bool = False) -> Callable[[], str]:
    """Draw a file as a QR code; gives what a terminal shows of it.

    Args:
        form: The file.
        png: Where its picture goes.
        is_shown: Draw it without a picture, too.

    Raises:
        MalformedError: `FORM_TOO_LARGE`.
        UsageError: `FILE_UNWRITABLE`.
    """
    if png is None and not is_shown:
        return str
    from ledger.adapters.qr import QrCode

    code = QrCode(form_text(form))
    if png is not None:
        write(png, code.png())
    return code.terminal
