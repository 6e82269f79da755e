"""PDF from outside, parsed in a process of its own that has a little time and memory.

    python -I -m ledger.adapters.copies.worker      job on stdin → face, or a refusal, on stdout

The job is one line of JSON, then the layout. Whatever the file does to the parser, this process answers
in time with a code: the other one is killed.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from functools import partial
from typing import Any

from ledger.adapters.copies.limits import MAX_LAYOUT
from ledger.domain.copy_face import CopyFace, Row
from ledger.errors import LedgerError, MalformedError

PDF, OFD = "application/pdf", "application/ofd"
SECONDS = 20
"""Most time for one file, on any clock."""
MEMORY = 1 << 30
"""Most bytes of address space."""

_REFUSED = b"refused "
_OUT_OF_MEMORY = 9


def in_bounds(layout: bytes, face: CopyFace | None) -> bytes:
    """Check a PDF layout and, where a face is given, print it over the layout's pages.

    Raises:
        MalformedError: As `Press.require_harmless`.
    """
    if len(layout) > MAX_LAYOUT:
        raise MalformedError("LAYOUT_TOO_LARGE", size=len(layout), limit=MAX_LAYOUT)
    job = json.dumps(None if face is None else vars(face)).encode() + b"\n" + layout
    try:
        done = subprocess.run(
            [sys.executable, "-I", "-m", __name__],
            input=job,
            capture_output=True,
            timeout=SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise MalformedError("LAYOUT_TOO_COSTLY", limit=f"{SECONDS} s") from None
    if done.returncode == 0:
        return _answer(done.stdout)
    if done.returncode in (_OUT_OF_MEMORY, -_OUT_OF_MEMORY):
        raise MalformedError("LAYOUT_TOO_COSTLY", limit=f"{MEMORY >> 20} MiB")
    if done.returncode < 0:
        raise MalformedError("LAYOUT_TOO_COSTLY", limit=f"{SECONDS} s")
    raise MalformedError("LAYOUT_DAMAGED", reason="structure")


def _answer(data: bytes) -> bytes:
    if not data.startswith(_REFUSED):
        return data
    code, fields = json.loads(data[len(_REFUSED) :])
    raise MalformedError(code, **fields)


def main() -> int:
    """Do one job in bounds."""
    with suppress(ImportError, ValueError, OSError):  # a platform without limits still has the clock
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    line, layout = sys.stdin.buffer.readline(), sys.stdin.buffer.read(MAX_LAYOUT + 1)
    try:
        sys.stdout.buffer.write(_done(json.loads(line), layout))
    except LedgerError as refusal:
        told = json.dumps([refusal.code, refusal.plain_fields()])
        sys.stdout.buffer.write(_REFUSED + told.encode())
    except MemoryError:
        return _OUT_OF_MEMORY
    return 0


def _done(form: Mapping[str, Any] | None, layout: bytes) -> bytes:
    from ledger.adapters.copies.compose import overlaid
    from ledger.adapters.copies.pdf_guard import harmless_pdf
    from ledger.adapters.copies.typeset import stamps

    reader = harmless_pdf(layout)
    if form is None:
        return b""
    face = _face(form)
    return overlaid(reader, partial(stamps, face), face.title[0])


def _face(form: Mapping[str, Any]) -> CopyFace:
    return CopyFace(
        title=tuple(form["title"]),
        annotation=tuple(Row(*row) for row in form["annotation"]),
        fields=tuple(Row(*row) for row in form["fields"]),
        hidden=form["hidden"],
        watermark=form["watermark"],
        has_layout=form["has_layout"],
        is_document=form["is_document"],
    )


if __name__ == "__main__":
    sys.exit(main())
