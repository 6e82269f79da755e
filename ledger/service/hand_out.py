"""Handing out: sealing a copy for the one body that it was made for, and opening it there."""

from __future__ import annotations

from collections.abc import Sequence

from ledger.domain.disclosed import DisclosedLicense
from ledger.domain.document import Envelope
from ledger.domain.handout import MAX_COPY, Handout, HandoutTerms, associated
from ledger.errors import LedgerError, MalformedError, NotEntitledError, TrustError
from ledger.ports import Decryptor, Encryptor, Sealer
from ledger.proof.claims import shown_of, whole_claim


def disclosed_of(envelope: Envelope, paths: Sequence[str]) -> DisclosedLicense:
    """Some fields of a license file, on their own.

    Args:
        envelope: The license file, with all fields and salts.
        paths: Of the fields; `ledger.domain.disclosed.granted_paths` has those of a grant.

    Raises:
        BadProofError: `DOCUMENT_TAMPERED`.
        MalformedError: `FIELD_UNKNOWN`, `SIGNED_STRUCT`.
    """
    claim = whole_claim(envelope)
    return DisclosedLicense(claim.ledger_id, shown_of(envelope, claim, paths))


class HandOut:
    """Seals copies and opens them.

    Args:
        sealer: SM4-GCM.
        encryptor: SM2 encryption.
    """

    def __init__(self, sealer: Sealer, encryptor: Encryptor) -> None:
        self._sealer, self._encryptor = sealer, encryptor

    def seal(self, copy: bytes, media_type: str, terms: HandoutTerms, reader: bytes) -> Handout:
        """Encrypt a copy under a fresh key for one reader.

        Args:
            copy: Its bytes.
            media_type: What they are.
            terms: The use that it belongs to.
            reader: The grantee's encryption key, 65 bytes.

        Raises:
            MalformedError: `SM2_KEY_INVALID`; `COPY_TOO_LARGE`.
        """
        if len(copy) > MAX_COPY:
            raise MalformedError("COPY_TOO_LARGE", size=len(copy), limit=MAX_COPY)
        key = self._sealer.new_key()
        wrapped = self._encryptor.encrypt(reader, key)
        sealed = self._sealer.seal(key, copy, associated(terms, media_type, reader))
        return Handout(terms, media_type, reader, wrapped, sealed)

    def open(self, handout: Handout, reader: Decryptor, expected: HandoutTerms | None = None) -> bytes:
        """The copy, for the one that it was made for.

        Args:
            handout: As it came.
            reader: The grantee's encryption key.
            expected: The use that the reader asked for; None takes any.

        Raises:
            NotEntitledError: `HANDOUT_NOT_YOURS`: made for another key.
            BadProofError: `HANDOUT_OF_ANOTHER`: it answers another use.
            TrustError: `HANDOUT_SEAL_BROKEN`: bytes, wrapped key or what they are bound to was altered.
        """
        if reader.public_key != handout.to:
            raise NotEntitledError("HANDOUT_NOT_YOURS", key=reader.public_key.hex()[:18])
        if expected is not None:
            handout.terms.require(expected)
        bound = associated(handout.terms, handout.media_type, handout.to)
        try:
            return self._sealer.open(reader.decrypt(handout.wrapped), handout.sealed, bound)
        except LedgerError as error:
            raise TrustError("HANDOUT_SEAL_BROKEN", grant=handout.terms.grant) from error
