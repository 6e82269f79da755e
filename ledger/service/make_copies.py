"""Making copies of either kind: for programs, and for people with a face."""

from __future__ import annotations

from typing import NamedTuple

from ledger.domain.annotated_copy import face_file, write_annotated_copy
from ledger.domain.copy_face import copy_face, row_face
from ledger.domain.disclosed import DisclosedLicense
from ledger.domain.disclosed_row import DisclosedRow
from ledger.domain.handed_out import Disclosed
from ledger.domain.label import FaceFile, Label, UseTerms
from ledger.domain.license_types import LicenseType
from ledger.domain.plain_copy import Copy, write_plain_copy
from ledger.domain.sm3 import sm3
from ledger.errors import BadProofError, RuleError
from ledger.ports import CopyPress, Signer

PDF, OFD = "application/pdf", "application/ofd"


class Provider(NamedTuple):
    """Who hands out.

    Attributes:
        uscc: Its credit code.
        name: Its registered name.
        signer: Its signing key.
    """

    uscc: str
    name: str
    signer: Signer


class Layout(NamedTuple):
    """A license's own layout file: its bytes and what they are."""

    data: bytes
    media_type: str


class MakeCopies:
    """Makes copies; one input makes the same face, and the provider's key the label.

    Args:
        press: Makes faces.
    """

    def __init__(self, press: CopyPress) -> None:
        self._press = press

    def plain(self, disclosed: Disclosed, terms: UseTerms, issued_at: int, provider: Provider) -> bytes:
        """A copy for programs: fields and label as JSON.

        Raises:
            BadProofError: `LABEL_OF_ANOTHER`: the terms are of another license or ledger.
        """
        label = _label(disclosed, terms, issued_at, provider, None)
        return write_plain_copy(Copy(disclosed, label))

    def annotated(
        self,
        disclosed: DisclosedLicense,
        terms: UseTerms,
        issued_at: int,
        provider: Provider,
        kind: LicenseType,
        layout: Layout | None = None,
    ) -> bytes:
        """An annotated copy (加注件): a PDF with fields and label attached.

        Args:
            disclosed: The fields handed out.
            terms: For whom, for what, until when.
            issued_at: Unix seconds.
            provider: Who hands it out.
            kind: The license's type.
            layout: The license's own layout file, which shows all of its fields.

        Raises:
            BadProofError: `LABEL_OF_ANOTHER`; `LAYOUT_OF_ANOTHER`: the license does not name this file.
            RuleError: `LAYOUT_SHOWS_MORE`: not all fields of the license are handed out.
            MalformedError: As `CopyPress.require_harmless`; `COPY_TOO_LARGE`.
        """
        if layout is not None:
            _require_own(disclosed, layout)
        size, by = disclosed.size, _shown(provider)
        is_beside = layout is not None and layout.media_type == OFD
        shown = copy_face(terms, issued_at, by, disclosed.values, size, kind, is_beside)
        face = self._press.face(shown, *(layout or (None, "")))
        label = _label(disclosed, terms, issued_at, provider, face_file(face))
        return write_annotated_copy(face, Copy(disclosed, label))

    def annotated_row(
        self, disclosed: DisclosedRow, terms: UseTerms, issued_at: int, provider: Provider
    ) -> bytes:
        """An annotated copy of a row of a data set; arguments and errors as those of `annotated`."""
        values, size = disclosed.values, disclosed.size
        shown = row_face(terms, issued_at, _shown(provider), values, disclosed.state, size)
        face = self._press.face(shown)
        label = _label(disclosed, terms, issued_at, provider, face_file(face))
        return write_annotated_copy(face, Copy(disclosed, label))


def _shown(provider: Provider) -> str:
    return f"{provider.name}（{provider.uscc}）"


def _label(
    disclosed: Disclosed, terms: UseTerms, issued_at: int, provider: Provider, file: FaceFile | None
) -> Label:
    if (terms.ledger_id, terms.license_id) != (disclosed.ledger_id, disclosed.license_id):
        raise BadProofError("LABEL_OF_ANOTHER", grant=terms.grant)
    signer = provider.signer
    unsigned = Label(terms, issued_at, disclosed.digest, file, provider.uscc, signer.public_key)
    return unsigned.signed(signer.sign(unsigned.message()))


def _require_own(disclosed: DisclosedLicense, layout: Layout) -> None:
    """The layout is the one that the license names, and shows nothing that is not handed out."""
    hidden = disclosed.shown.disclosure.size - len(disclosed.values)
    if hidden:
        raise RuleError("LAYOUT_SHOWS_MORE", hidden=hidden)
    found = sm3(layout.data).hex()
    named = (disclosed.values.get("layout/sm3"), disclosed.values.get("layout/mediaType", layout.media_type))
    if named != (found, layout.media_type):
        raise BadProofError("LAYOUT_OF_ANOTHER", found=found)
