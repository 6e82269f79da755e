"""A license as the wallet holds it: its envelope, and what a presentation takes from it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ledger.domain.canonical import JsonObject
from ledger.domain.document import Envelope
from ledger.domain.fields_tree import flatten
from ledger.domain.leaves import is_own_id
from ledger.domain.official import TypeKind
from ledger.domain.presentation import UNBOUND, ShownLicense
from ledger.domain.presenters import Presenter
from ledger.errors import BadProofError, RuleError
from ledger.proof.claims import shown_of, whole_claim
from ledger.proof.verification import Claim


@dataclass(frozen=True)
class HeldLicense:
    """One license of a wallet.

    Attributes:
        envelope: The license file.
        claim: What it claims; of a license of a batch with its leaf.
    """

    envelope: Envelope
    claim: Claim

    @property
    def identifier(self) -> str:
        """GB/T 36904 identifier."""
        return self.envelope.identifier

    @property
    def license_id(self) -> str:
        """0x-hex license id that the issuer signed."""
        return self.claim.license_id

    @property
    def ledger_id(self) -> bytes:
        """The ledger that it is recorded on, 32 bytes."""
        return bytes.fromhex(self.claim.ledger_id[2:])

    @property
    def type_name(self) -> str:
        """Name of its type as the license says it, or the type's code."""
        return str(self.envelope.license["metadata"].get("certificateTypeName") or self.envelope.type_code)

    @property
    def binding(self) -> str:
        """0x-hex holder binding that the issuer signed."""
        return str(self.claim.terms["holderBinding"])

    @property
    def is_bound(self) -> bool:
        """Whether the issuer bound a device key when it issued the license."""
        return self.binding != UNBOUND

    @property
    def paths(self) -> list[str]:
        """The path of every field."""
        return list(flatten(self.envelope.license))

    def show(self, paths: Sequence[str], holder: Presenter | None) -> ShownLicense:
        """The fields at `paths` and nothing else, shown by somebody with keys or without any."""
        return shown_of(self.envelope, self.claim, paths, holder)


def read_license(data: JsonObject) -> HeldLicense:
    """Read an envelope and check all of it that needs no ledger.

    The issuer's signature and the record are the verifier's business; `verify` asks for them.

    Raises:
        MalformedError: `ENVELOPE_FORM`; `SIGNED_STRUCT`.
        BadProofError: `DOCUMENT_TAMPERED`.
        RuleError: `DOCUMENT_NOT_HELD`: it is an official document, which nobody holds.
    """
    envelope = Envelope.from_json(data)
    if envelope.kind is TypeKind.DOCUMENT:
        raise RuleError("DOCUMENT_NOT_HELD", identifier=envelope.identifier)
    claim = whole_claim(envelope)
    held = HeldLicense(envelope, claim)
    if not is_own_id(held.ledger_id, claim.issuer, claim.license_id, str(claim.terms["handle"])):
        raise BadProofError("DOCUMENT_TAMPERED", parts="anchor/ledgerId")
    return held
