"""The press: faces of annotated copies, the same bytes for the same face and layout."""

from __future__ import annotations

from ledger.adapters.copies.ofd_guard import require_harmless_ofd
from ledger.adapters.copies.worker import OFD, PDF, in_bounds
from ledger.domain.copy_face import CopyFace
from ledger.errors import MalformedError


class Press:
    """The `CopyPress` port."""

    def face(self, face: CopyFace, layout: bytes | None = None, media_type: str = "") -> bytes:
        """The face of a copy, ready for its attached files.

        Args:
            face: What people read.
            layout: The license's own layout file: a PDF is printed under the annotation, an OFD
                attached as it is.
            media_type: Of the layout.

        Raises:
            MalformedError: As `require_harmless`.
        """
        from ledger.adapters.copies.compose import face_of
        from ledger.adapters.copies.typeset import face_pages

        if layout is not None and media_type == PDF:
            return in_bounds(layout, face)
        if layout is not None:
            self.require_harmless(layout, media_type)
        return face_of(face_pages(face), face.title[0], layout)

    def require_harmless(self, layout: bytes, media_type: str) -> None:
        """Refuse a layout file that is too large, damaged, encrypted, or does more than lie there.

        Raises:
            MalformedError: `LAYOUT_TYPE`, `LAYOUT_TOO_LARGE`, `LAYOUT_DAMAGED`, `LAYOUT_ENCRYPTED`,
                `LAYOUT_ACTIVE`, `LAYOUT_TOO_COSTLY`.
        """
        if media_type == OFD:
            require_harmless_ofd(layout)
        elif media_type == PDF:
            in_bounds(layout, None)
        else:
            raise MalformedError("LAYOUT_TYPE", type=media_type[:80])
