"""What became of an accepted message, in the words of whoever asked for it."""

from __future__ import annotations

from ledger.domain.document import Envelope
from ledger.domain.messages import issued_id
from ledger.domain.registry_messages import KIND_OF
from ledger.ports import Index
from ledger.ports.queue import Queued
from ledger.service.act import acted
from ledger.service.documents import require_not_erased
from ledger.service.drafts import Drafts
from ledger.service.handed_registry import Registered
from ledger.service.issue_batch import IssueBatches
from ledger.service.orders import Acted, Issued, IssuedBatch, Progress, anchored
from ledger.service.represent import Represented, represented
from ledger.service.share import STRUCTS, Shared, shared
from ledger.service.submission import digest_of

Outcome = Issued | IssuedBatch | Acted | Represented | Shared | Registered
"""What messages do, by what they are about."""


class Outcomes:
    """Tells what messages of the queue do.

    Args:
        drafts: What this home keeps of its licenses.
        batches: What it keeps of its batches.
        index: Knows identifiers, and since when representations count.
    """

    def __init__(self, drafts: Drafts, batches: IssueBatches, index: Index) -> None:
        self._drafts, self._batches, self._index = drafts, batches, index

    def of(self, queued: Queued) -> Outcome | None:
        """What it does; None where it issues a license whose document is not kept here."""
        name = queued.message.prepared.struct.name
        if name in KIND_OF:
            return Registered.of(queued)
        if name in STRUCTS:
            return shared(queued)
        if queued.message.leaves:
            return self._batches.batch(queued)
        if name in ("Represent", "EndRepresentation"):
            return represented(queued, self._index)
        if name in ("Issue", "Amend"):
            return self._issued(queued, self.supersedes(queued))
        return acted(queued)

    def require_kept(self, queued: Queued) -> None:
        """Refuse to answer a write again whose license was erased since.

        Raises:
            ErasedError: `DOCUMENT_ERASED`, `ERASURE_UNFINISHED`.
        """
        if queued.message.prepared.struct.name in ("Issue", "Amend"):
            require_not_erased(self._drafts.erasures, issued_id(queued.message.prepared.values))

    def supersedes(self, queued: Queued) -> str | None:
        """The license whose place another takes, by its identifier where that is known here."""
        values = queued.message.prepared.values
        if queued.message.prepared.struct.name != "Amend":
            return None
        return self._index.identifier_of(str(values["licenseId"])) or str(values["licenseId"])

    def _issued(self, queued: Queued, supersedes: str | None) -> Issued | None:
        values = queued.message.prepared.values
        kept = self._drafts.outbox.load(str(values.get("newLicenseId", values["licenseId"])))
        envelope = Envelope.from_json(kept["envelope"]) if kept else None
        if kept is None or envelope is None or digest_of(envelope) != queued.digest:
            return None
        return Issued(anchored(envelope, queued.record), Progress.of(queued), supersedes, kept["cid"])
