"""QR codes: drawn by segno, read back by zxing-cpp."""

from __future__ import annotations

import io
import warnings

import segno
import zxingcpp
from PIL import Image, UnidentifiedImageError

from ledger.errors import MalformedError, UsageError

LARGEST_VERSION = 31
"""At error correction M it holds 1,400 bytes as base45, and cameras still read it."""
LARGEST_IMAGE = 40_000_000
"""Pixels; more is refused before it is unpacked."""
_BORDER = 4  # modules of white that ISO/IEC 18004 asks for


class QrCode:
    """One QR code at error correction M or better.

    Args:
        text: What it carries; base45 characters pack most densely.

    Raises:
        MalformedError: `PRESENTATION_TOO_LARGE` above version 31.

    Example:
        >>> code = QrCode("EL1:HELLO")
        >>> code.version, read_image(code.png())
        (1, 'EL1:HELLO')
    """

    def __init__(self, text: str) -> None:
        self._code = segno.make_qr(text, error="m")
        self.version = int(self._code.version)
        if self.version > LARGEST_VERSION:
            raise MalformedError("PRESENTATION_TOO_LARGE", size=len(text), limit=2132)

    def png(self, scale: int = 6) -> bytes:
        """A PNG file, `scale` pixels a module."""
        out = io.BytesIO()
        self._code.save(out, kind="png", scale=scale, border=_BORDER)
        return out.getvalue()

    def svg(self, scale: int = 6) -> bytes:
        """An SVG file."""
        out = io.BytesIO()
        self._code.save(out, kind="svg", scale=scale, border=_BORDER, light="white")
        return out.getvalue()

    def terminal(self) -> str:
        """Half-block characters, light on dark terminals and dark on light ones."""
        out = io.StringIO()
        self._code.terminal(out=out, border=_BORDER, compact=True)
        return out.getvalue()


def read_image(data: bytes, path: str = "-") -> str:
    """The text of the one QR code in an image.

    Args:
        data: A PNG or JPEG file.
        path: Its name in errors.

    Raises:
        UsageError: `IMAGE_UNREADABLE`, `QR_NOT_FOUND`, `QR_AMBIGUOUS`.
    """
    found = zxingcpp.read_barcodes(
        _pixels(data, path),
        formats=zxingcpp.BarcodeFormats([zxingcpp.BarcodeFormat.QRCode]),
        text_mode=zxingcpp.TextMode.Plain,
    )
    texts = {code.text for code in found if code.valid}
    if not texts:
        raise UsageError("QR_NOT_FOUND", path=path)
    if len(texts) > 1:
        raise UsageError("QR_AMBIGUOUS", path=path, count=len(texts))
    return str(texts.pop())


def is_image(data: bytes) -> bool:
    """Whether a file begins like a PNG or a JPEG."""
    return data.startswith((b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff"))


def _pixels(data: bytes, path: str) -> Image.Image:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # the size is checked below
            image = Image.open(io.BytesIO(data), formats=("PNG", "JPEG"))
        if image.width * image.height > LARGEST_IMAGE:
            raise UsageError("IMAGE_UNREADABLE", path=path, reason="too many pixels")
        return image.convert("L")
    except (UnidentifiedImageError, Image.DecompressionBombError, OSError, SyntaxError, ValueError) as error:
        raise UsageError("IMAGE_UNREADABLE", path=path, reason=type(error).__name__) from None
