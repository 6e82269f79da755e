"""Keeping a document: encrypted for its issuer and its holders, stored by its content id.

The blob is SM4-GCM under a key that is used once. The key is wrapped by SM2 encryption for each
reader, outside the blob, so that destroying the wraps is enough to erase the document. Documents of
a batch share the SM2 part: what is wrapped there is a key under which those of the documents lie.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from ledger.domain.canonical import JsonObject
from ledger.domain.sm3 import sm3
from ledger.errors import LedgerError, MalformedError, NotEntitledError, TrustError
from ledger.ports import Content, Decryptor, Encryptor, Sealer

_BINDING = b"elicense/1/blob"
"""Associated data of every blob: it opens as a kept document and as nothing else."""

_KEY_BINDING = b"elicense/1/key"
"""The same of a document's key under that of its batch."""


@dataclass(frozen=True)
class Wrap:
    """A document's key for one reader.

    Attributes:
        to: Its public key, 130 hex digits.
        wrapped: DER ciphertext (hex) of the document's key; of the key of a batch where `under` is not empty.
        under: The document's key, sealed under that of the batch (hex).
    """

    to: str
    wrapped: str
    under: str = ""

    def as_json(self) -> JsonObject:
        """`{"to", "wrapped"}`, and `under` where there is one."""
        return {name: value for name, value in vars(self).items() if value or name != "under"}


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

    def require_digest(self, blob: bytes) -> None:
        """Refuse bytes that are not those of the document.

        Raises:
            TrustError: `DOCUMENT_SEAL_BROKEN`.
        """
        if sm3(blob).hex() != self.sm3:
            raise TrustError("DOCUMENT_SEAL_BROKEN", cid=self.cid)

    def as_json(self) -> JsonObject:
        """`{"cid", "sm3", "wraps": [{"to", "wrapped", "under"}]}`."""
        return {"cid": self.cid, "sm3": self.sm3, "wraps": [wrap.as_json() for wrap in self.wraps]}


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
        case {"to": str(to), "wrapped": str(wrapped), **rest} if _is_hex(to) and _is_hex(wrapped):
            under = rest.get("under", "")
            if isinstance(under, str) and _is_hex(under) and rest.keys() <= {"under"}:
                return Wrap(to, wrapped, under)
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
        (kept,) = self.keep_all([document], readers, [()])
        if kept is None:
            raise MalformedError("SM2_KEY_INVALID", reason="length")
        return kept

    def keep_all(
        self, documents: Sequence[bytes], readers: Sequence[bytes], holders: Sequence[Sequence[bytes]]
    ) -> list[KeptDocument | None]:
        """Keep many documents, each under a key of its own; None where nobody could read it.

        Args:
            documents: The envelopes' bytes.
            readers: Public encryption keys of all of them.
            holders: For each document the keys of further readers.

        Raises:
            MalformedError: `SM2_KEY_INVALID`, `CONTENT_TOO_LARGE`.
            ContentOutageError: The store failed.
        """
        wraps_of = (
            self._wrapped_once(readers) if len(documents) > 1 else partial(self._wraps, readers=readers)
        )
        made: list[tuple[bytes, tuple[Wrap, ...]]] = []
        for document, further in zip(documents, holders, strict=True):
            key = self._sealer.new_key()
            own = [each for each in further if each not in readers]
            wraps = (*wraps_of(key), *self._wraps(key, own))
            made.append((self._sealer.seal(key, document, _BINDING), wraps))
        cids = iter(self._content.put_all([blob for blob, wraps in made if wraps]))
        return [KeptDocument(next(cids), sm3(blob).hex(), wraps) if wraps else None for blob, wraps in made]

    def _wraps(self, key: bytes, readers: Sequence[bytes]) -> tuple[Wrap, ...]:
        distinct = dict.fromkeys(readers)
        return tuple(Wrap(each.hex(), self._encryptor.encrypt(each, key).hex()) for each in distinct)

    def _wrapped_once(self, readers: Sequence[bytes]) -> Callable[[bytes], tuple[Wrap, ...]]:
        """For a batch: one key more is wrapped for each reader, and seals the keys of the documents.

        SM2 is the costly part. Every document still falls with its own wraps: the key that they share
        opens no other than those that are sealed under it.
        """
        common = self._sealer.new_key()
        wraps = self._wraps(common, readers)
        return lambda key: tuple(replace(each, under=self._under(common, key)) for each in wraps)

    def _under(self, common: bytes, key: bytes) -> str:
        return self._sealer.seal(common, key, _KEY_BINDING).hex()

    def open(self, kept: KeptDocument, reader: Decryptor) -> bytes:
        """The document, for one of its readers.

        Raises:
            NotEntitledError: `DOCUMENT_NOT_WRAPPED`: not encrypted to this key.
            TrustError: `CONTENT_ALTERED`, `DOCUMENT_SEAL_BROKEN`.
            ContentOutageError: `CONTENT_MISSING`, `CONTENT_UNAVAILABLE`.
        """
        _wrap_for(kept, reader)
        return self.open_sealed(kept, self.sealed(kept), reader)

    def sealed(self, kept: KeptDocument) -> bytes:
        """The encrypted bytes of a document, as they were stored; raises as `open`."""
        blob = self._content.get(kept.cid)
        kept.require_digest(blob)
        return blob

    def open_sealed(self, kept: KeptDocument, blob: bytes, reader: Decryptor) -> bytes:
        """The document in encrypted bytes, whoever stored them; raises as `open`."""
        wrap = _wrap_for(kept, reader)
        try:
            return self._sealer.open(self._unwrapped(wrap, reader), blob, _BINDING)
        except LedgerError as error:
            raise TrustError("DOCUMENT_SEAL_BROKEN", cid=kept.cid) from error

    def _unwrapped(self, wrap: Wrap, reader: Decryptor) -> bytes:
        key = reader.decrypt(bytes.fromhex(wrap.wrapped))
        return self._sealer.open(key, bytes.fromhex(wrap.under), _KEY_BINDING) if wrap.under else key


def _wrap_for(kept: KeptDocument, reader: Decryptor) -> Wrap:
    own = reader.public_key.hex()
    wrap = next((each for each in kept.wraps if each.to == own), None)
    if wrap is None:
        raise NotEntitledError("DOCUMENT_NOT_WRAPPED", key=own[:18])
    return wrap
