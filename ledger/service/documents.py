"""Documents of issued licenses: fetched, opened, and held against the record on the ledger."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from ledger.domain.canonical import JsonObject
from ledger.domain.content_id import cid_of
from ledger.domain.document import Envelope
from ledger.domain.entities import License
from ledger.domain.erasure import Erasure
from ledger.domain.moments import rfc3339
from ledger.domain.records import Record
from ledger.domain.verdict import Check, Outcome, Step
from ledger.errors import ErasedError, MalformedError, OutageError, TrustError, UnknownIdError
from ledger.ports import Decryptor, Erasures, IssuerHome
from ledger.proof.claims import read_envelope
from ledger.service.keep import KeepDocument, KeptDocument, kept_document
from ledger.service.verify import NO_PRESENTATION, Ask, Subject, VerifyLicenses

_OF_RECORD = (Step.FORM, Step.INTEGRITY, Step.SIGNATURE, Step.ANCHOR)
"""What makes a document the one that the ledger recorded, wherever the license stands."""


@dataclass(frozen=True)
class SealedDocument:
    """An encrypted document on its way to one who can open it.

    Attributes:
        license_id: 0x-hex.
        kept: Its content id, digest and wrapped keys.
        blob: The encrypted bytes.
    """

    license_id: str
    kept: KeptDocument
    blob: bytes

    def as_json(self) -> JsonObject:
        """`{"licenseId", "cid", "sm3", "wraps", "sealed"}`; `sealed` is base64."""
        told = {**self.kept.as_json(), "sealed": base64.b64encode(self.blob).decode()}
        return {"licenseId": self.license_id, **told}


def sealed_document(value: JsonObject) -> SealedDocument:
    """Read what `SealedDocument.as_json` wrote; the bytes are those of the content id.

    Raises:
        MalformedError: `JSON_TYPE`: another form.
        TrustError: `CONTENT_ALTERED`, `DOCUMENT_SEAL_BROKEN`: other bytes.
    """
    match value:
        case {"licenseId": str(license_id), "sealed": str(sealed)}:
            kept, blob = kept_document(value), _decoded(sealed)
            if cid_of(blob) != kept.cid:
                raise TrustError("CONTENT_ALTERED", cid=kept.cid[:80])
            kept.require_digest(blob)
            return SealedDocument(license_id, kept, blob)
    raise MalformedError("JSON_TYPE")


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise MalformedError("JSON_TYPE") from None


class ReadDocuments:
    """Reads what a home keeps of licenses.

    Args:
        home: Has the wrapped keys.
        erasures: Of this home.
        keeper: Fetches and opens.
        known_cid: From a license id to the content id of the document that was anchored, where known.
        verify: Holds a document against the ledger.
        issued_by: The record by which a license was issued.
    """

    def __init__(
        self,
        home: IssuerHome,
        erasures: Erasures,
        keeper: KeepDocument,
        known_cid: Callable[[str], str | None],
        verify: VerifyLicenses,
        issued_by: Callable[[Envelope], Record],
    ) -> None:
        self._home, self._erasures, self._keeper = home, erasures, keeper
        self._known_cid, self._verify, self._issued_by = known_cid, verify, issued_by

    def read(self, license_: License, reader: Decryptor) -> Envelope:
        """The license file, for a key that its document was encrypted to.

        Args:
            license_: As the ledger holds it.
            reader: The encryption key of the issuer or a holder.

        Raises:
            ErasedError: `DOCUMENT_ERASED`, `ERASURE_UNFINISHED`.
            UnknownIdError: `DOCUMENT_NOT_KEPT`.
            NotEntitledError: `DOCUMENT_NOT_WRAPPED`.
            TrustError: `CONTENT_ALTERED`, `DOCUMENT_SEAL_BROKEN`, `DOCUMENT_NOT_OF_RECORD`.
            OutageError: `CONTENT_MISSING`, `DOCUMENT_UNCHECKED`; the store or the ledger is not there.
        """
        return self.of_record(self._keeper.open(self._kept(license_), reader), license_.license_id)

    def read_sealed(self, sealed: SealedDocument, reader: Decryptor) -> Envelope:
        """The license file in an encrypted document that another home handed over; raises as `read`."""
        data = self._keeper.open_sealed(sealed.kept, sealed.blob, reader)
        return self.of_record(data, sealed.license_id)

    def sealed(self, license_: License) -> SealedDocument:
        """The encrypted document with its wrapped keys, for whoever can open it; raises as `read`."""
        kept = self._kept(license_)
        return SealedDocument(license_.license_id, kept, self._keeper.sealed(kept))

    def require_of_record(self, data: bytes, license_id: str) -> Envelope:
        """The license file in `data`, where it is the one that the ledger recorded under an id.

        Raises:
            TrustError: `DOCUMENT_NOT_OF_RECORD`.
            OutageError: `DOCUMENT_UNCHECKED`: the ledger could not be asked.
        """
        before, claim, envelope = read_envelope(data)
        verdict = self._verify.verify(Subject(before, claim, NO_PRESENTATION), Ask())
        bad = next((each for each in verdict.checks if _is_bad(each)), None)
        if bad is not None and bad.outcome is Outcome.UNKNOWN:
            raise OutageError("DOCUMENT_UNCHECKED", id=license_id, reason=bad.code)
        if bad is not None or envelope is None or envelope.anchor["licenseId"] != license_id:
            raise TrustError("DOCUMENT_NOT_OF_RECORD", id=license_id, reason=bad.code if bad else "licenseId")
        return envelope

    def of_record(self, data: bytes, license_id: str) -> Envelope:
        """The license file in `data` with its place on the ledger; raises as `require_of_record`."""
        envelope = self.require_of_record(data, license_id)
        record = self._issued_by(envelope)
        seen = {"seq": record.seq, "txHash": record.tx_hash, "block": record.block}
        return replace(envelope, anchor={**envelope.anchor, **seen})

    def _kept(self, license_: License) -> KeptDocument:
        """The document that was anchored: an earlier run that died may have left another one."""
        require_not_erased(self._erasures, license_.license_id)
        documents = documents_of(self._home, license_)
        if not documents:
            raise UnknownIdError("DOCUMENT_NOT_KEPT", id=license_.license_id)
        known = self._known_cid(license_.license_id)
        return next((each for each in documents if each.cid == known), documents[-1])


def documents_of(home: IssuerHome, license_: License) -> list[KeptDocument]:
    """Every encrypted document that a home has noted of a license, in order."""
    notes: list[Any] = [note.get("content") for note in home.notes(license_.issuer, license_.license_id)]
    return [kept_document(each) for each in notes if each is not None]


def require_not_erased(erasures: Erasures, license_id: str) -> None:
    """Refuse a license whose document was erased.

    Raises:
        ErasedError: `DOCUMENT_ERASED`; `ERASURE_UNFINISHED`: the order is not carried out to its end.
    """
    erasure = erasures.of(license_id)
    if erasure is not None:
        raise erased(erasure)


def erased(erasure: Erasure) -> ErasedError:
    """What is answered to whoever asks for an erased document."""
    code = "DOCUMENT_ERASED" if erasure.is_done else "ERASURE_UNFINISHED"
    told = {"at": rfc3339(erasure.at), "ground": erasure.ground.name}
    return ErasedError(code, id=erasure.license_id, **told)


_OF_ITS_TYPE = ("DERIVED_MISMATCH", "KIND_MISMATCH")


def _is_bad(check: Check) -> bool:
    """Whether a check speaks against being of record; what contradicts its type is of it, too."""
    is_good = check.outcome is Outcome.PASS or check.code in _OF_ITS_TYPE
    return check.step in _OF_RECORD and not is_good
