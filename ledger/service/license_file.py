"""License files that come with a command: they name a license, and open the leaf of a batch that it is."""

from __future__ import annotations

from ledger.domain.document import Envelope
from ledger.errors import BadProofError
from ledger.proof.claims import opening_of, whole_claim
from ledger.proof.verification import Claim, says_the_same
from ledger.service.sources import Histories
from ledger.service.standing import license_state


def recorded_claim(histories: Histories, data: bytes) -> Claim:
    """What a license file claims, where the ledger has that license.

    A forger could write one license's identifier beside another's id, and have somebody act on the
    one who means the other.

    Args:
        histories: Where the ledger is asked.
        data: The file.

    Raises:
        MalformedError: It is no license file.
        BadProofError: `DOCUMENT_TAMPERED`: it is not whole; `FILE_NOT_RECORDED`: nor what was recorded.
        UnknownIdError: `UNKNOWN_LICENSE`.
        OutageError, TrustError: The ledger could not be asked, or its answer is not proved.
    """
    claim = whole_claim(Envelope.parse(data))
    license_, _ = license_state(histories, claim.license_id, opening_of(claim))
    if not says_the_same(license_, claim):
        raise BadProofError("FILE_NOT_RECORDED", id=claim.license_id)
    return claim
