"""What became of an accepted message, in the words of whoever asked for it."""

from __future__ import annotations

from ledger.domain.acts import Act
from ledger.domain.document import Envelope
from ledger.ports import Index
from ledger.ports.queue import Queued
from ledger.service.act import acted
from ledger.service.drafts import Drafts
from ledger.service.issue_batch import IssueBatches
from ledger.service.orders import Acted, Issued, IssuedBatch, Progress, anchored

_ACT_OF = {"Bind": Act.BIND, "TransferOut": Act.TRANSFER_OUT}


class Outcomes:
    """Tells what messages of the queue do.

    Args:
        drafts: What this home keeps of its licenses.
        batches: What it keeps of its batches.
        index: Knows identifiers.
    """

    def __init__(self, drafts: Drafts, batches: IssueBatches, index: Index) -> None:
        self._drafts, self._batches, self._index = drafts, batches, index

    def of(self, queued: Queued) -> Issued | IssuedBatch | Acted | None:
        """The license, batch or act; None where the document was made elsewhere and is not kept here."""
        name, values = queued.message.prepared.struct.name, queued.message.prepared.values
        if name == "IssueBatch":
            return self._batches.batch(queued)
        if name in ("Issue", "Amend"):
            return self._issued(queued, self.supersedes(queued))
        return acted(queued, _ACT_OF.get(name) or Act(int(str(values["act"]))))

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
        if kept is None or envelope is None or self._drafts.carried(envelope).digest != queued.digest:
            return None
        return Issued(anchored(envelope, queued.record), Progress.of(queued), supersedes, kept["cid"])
