"""Keeping a document: encrypted for its issuer and its holder, stored by its content id.

The blob is SM4-GCM under a key that is used once. The key is wrapped by SM2 encryption for each
reader, outside the blob, so that destroying the wraps is enough to erase the document.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ledger.domain.canonical import JsonObject
from ledger.domain.sm3 import sm3
from ledger.errors import LedgerError, MalformedError, NotEntitledError, TrustError
from ledger.ports import Content, Decryptor, Encryptor, Sealer

_BINDING = b"elicense/1/blob"
"""Associated data of every blob: it opens as a kept document and as nothing else."""


@dataclass(frozen=True)
class Wrap:
    """A document's key for one reader: its public key (130 hex digits) and DER ciphertext (hex)."""

    to: str
    wrapped: str


@dataclass(frozen=True)
class KeptDocument:
    """Where an encrypted document is and who can open it.

    Attributes:
        cid: Content id of the blob.
        sm3: SM3 of the blob, 64 hex digits.
        wraps: Its key, once for each reader.
    """

    cid: str
    sm3: str
    wraps: tuple[Wrap, ...]

    def as_json(self) -> JsonObject:
        """`{"cid", "sm3", "wraps": [{"to", "wrapped"}]}`."""
        wraps = [{"to": wrap.to, "wrapped": wrap.wrapped} for wrap in self.wraps]
        return {"cid": self.cid, "sm3": self.sm3, "wraps": wraps}


def kept_document(obj: Any) -> KeptDocument:
    """Read what `as_json` wrote.

    Raises:
        MalformedError: `JSON_TYPE`: another form.
    """
    match obj:
        case {"cid": str(cid), "sm3": str(digest), "wraps": list(rows)}:
            return KeptDocument(cid, digest, tuple(_wrap(row) for row in rows))
    raise MalformedError("JSON_TYPE")


def _wrap(row: Any) -> Wrap:
    match row:
        case {"to": str(to), "wrapped": str(wrapped)} if _is_hex(to) and _is_hex(wrapped):
            return Wrap(to, wrapped)
    raise MalformedError("JSON_TYPE")


def _is_hex(text: str) -> bool:
    return len(text) % 2 == 0 and not set(text) - set("0123456789abcdef")


class KeepDocument:
    """Encrypts, stores and opens documents.

    Args:
        content: Where blobs go.
        sealer: SM4-GCM.
        encryptor: SM2 encryption.
    """

    def __init__(self, content: Content, sealer: Sealer, encryptor: Encryptor) -> None:
        self._content, self._sealer, self._encryptor = content, sealer, encryptor

    def keep(self, document: bytes, readers: Sequence[bytes]) -> KeptDocument:
        """Encrypt under a fresh key, store, and wrap the key.

        Args:
            document: The envelope's bytes.
            readers: Public encryption keys of issuer and holder, 65 bytes each; one at least.

        Raises:
            MalformedError: `SM2_KEY_INVALID`, `CONTENT_TOO_LARGE`.
            ContentOutageError: The store failed.
        """
        if not readers:
            raise MalformedError("SM2_KEY_INVALID", reason="length")
        key = self._sealer.new_key()
        distinct = dict.fromkeys(readers)
        wraps = tuple(Wrap(each.hex(), self._encryptor.encrypt(each, key).hex()) for each in distinct)
        blob = self._sealer.seal(key, document, _BINDING)
        return KeptDocument(self._content.put(blob), sm3(blob).hex(), wraps)

    def open(self, kept: KeptDocument, reader: Decryptor) -> bytes:
        """The document, for one of its readers.

        Raises:
            NotEntitledError: `DOCUMENT_NOT_WRAPPED`: not encrypted to this key.
            TrustError: `CONTENT_ALTERED`, `DOCUMENT_SEAL_BROKEN`.
            ContentOutageError: `CONTENT_MISSING`, `CONTENT_UNAVAILABLE`.
        """
        own = reader.public_key.hex()
        wrap = next((each for each in kept.wraps if each.to == own), None)
        if wrap is None:
            raise NotEntitledError("DOCUMENT_NOT_WRAPPED", key=own[:18])
        blob = self._content.get(kept.cid)
        if sm3(blob).hex() != kept.sm3:
            raise TrustError("DOCUMENT_SEAL_BROKEN", cid=kept.cid)
        try:
            return self._sealer.open(reader.decrypt(bytes.fromhex(wrap.wrapped)), blob, _BINDING)
        except LedgerError as error:
            raise TrustError("DOCUMENT_SEAL_BROKEN", cid=kept.cid) from error

    def erase(self, kept: KeptDocument) -> bool:
        """Destroy the blob; the caller forgets the wraps. False when there was none."""
        return self._content.erase(kept.cid)
