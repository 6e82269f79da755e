"""Holding a receipt of a use against the ledger."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ledger.domain.entities import Key
from ledger.domain.lineage import cut_off_of
from ledger.domain.objects import organisation_id
from ledger.domain.sharing_entities import Grant, Use, UseBatch, Uses
from ledger.domain.state import typed
from ledger.domain.use_receipt import BatchPlace, UseReceipt
from ledger.errors import BadProofError, BadSignatureError
from ledger.ports import Index, Verifier


@dataclass(frozen=True)
class Found:
    """What the ledger has of a receipt's use."""

    record: Uses | UseBatch
    use: Use
    grantee: str


class CheckReceipts:
    """Checks receipts by one ledger.

    Args:
        follow: The ledger's state now.
        verifier: SM2.
    """

    def __init__(self, follow: Callable[[], Index], verifier: Verifier) -> None:
        self._follow, self._verifier = follow, verifier

    def check(self, receipt: UseReceipt) -> Found:
        """The use that a receipt is about; its copy belongs to it by the digests.

        Raises:
            BadSignatureError: `USE_RECEIPT_SIGNATURE`: not signed, or by no good key of the provider.
            WrongLedgerError: `WRONG_LEDGER`.
            BadProofError: `USE_RECEIPT_DIFFERS` with the member; `object`: no such use is recorded.
        """
        index = self._follow()
        receipt.check(self._verifier, "0x" + index.ledger_id.hex())
        key = typed(index, "key", receipt.key_id, Key)
        cut_off = cut_off_of(index, receipt.key_id, receipt.issued_at)
        is_theirs = key is not None and key.owner == organisation_id(receipt.provider)
        is_good = key is not None and key.is_valid_at(receipt.issued_at)
        if not is_theirs or not is_good or (cut_off is not None and cut_off <= receipt.issued_at):
            raise BadSignatureError("USE_RECEIPT_SIGNATURE", key=receipt.key_id)
        found = _single(index, receipt) if receipt.batch is None else _in_batch(index, receipt, receipt.batch)
        if found is None:
            raise BadProofError("USE_RECEIPT_DIFFERS", member="object")
        self._require_borne_out(receipt, found, index.seq_of(receipt.message_digest))
        return found

    def _require_borne_out(self, receipt: UseReceipt, found: Found, seq: int | None) -> None:
        place, record, use = receipt.place, found.record, found.use
        members = {
            "grant": (receipt.grant, use.grant),
            "response": (receipt.response, use.response_digest),
            "grantee": (receipt.grantee, found.grantee),
            "message": (seq, record.seq),
            "seq": (place.seq if place else record.seq, record.seq),
            "recordedAt": (place.time if place else record.recorded_at, record.recorded_at),
        }
        for member, (said, recorded) in members.items():
            if said != recorded:
                raise BadProofError("USE_RECEIPT_DIFFERS", member=member)


def _single(index: Index, receipt: UseReceipt) -> Found | None:
    record = typed(index, "uses", receipt.object, Uses)
    if record is None:
        return None
    use = next((each for each in record.uses if each.request_digest == receipt.request), None)
    return None if use is None else Found(record, use, record.grantee)


def _in_batch(index: Index, receipt: UseReceipt, place: BatchPlace) -> Found | None:
    """The use in a batch of its own grant, by the proof that the receipt has."""
    record, use = typed(index, "useBatch", receipt.object, UseBatch), place.use
    grant = typed(index, "grant", record.grant, Grant) if record else None
    if record is None or grant is None or not place.is_in(record):
        return None
    is_same = (use.grant, use.request_digest) == (record.grant, receipt.request)
    return Found(record, use, grant.grantee) if is_same else None
