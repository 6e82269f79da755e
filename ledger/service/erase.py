"""Erasing documents of issued licenses off the ledger.

An order is kept, with what remains of the license, before anything is destroyed, and is carried out
from there: the same order again goes on wherever an earlier run died, and it is said to be done only
after every place was emptied. Wrapped keys go first, so that a document whose store is out of reach
is unreadable already.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from typing import NamedTuple

from ledger.domain.canonical import JsonObject
from ledger.domain.document import Envelope
from ledger.domain.entities import License
from ledger.domain.erasure import Erasure, ErasureGround, Warrant, remains_of
from ledger.domain.messages import key_id
from ledger.domain.moments import rfc3339
from ledger.errors import MalformedError, RuleError, TrustError, UnknownIdError
from ledger.ports import Clock, Index, IssuerHome, Signer
from ledger.proof.claims import claim_of_file, opening_of
from ledger.service.authorise import registered_key, require_acts_for, require_current
from ledger.service.content_places import ContentPlace, Doomed
from ledger.service.documents import ReadDocuments, documents_of
from ledger.service.drafts import Drafts
from ledger.service.submission import digest_of
from ledger.service.warrants import Warrants


class ErasureOrder(NamedTuple):
    """Who orders an erasure, and why.

    Attributes:
        ground: Why.
        body: Credit code of the body.
        signer: A signing key of that body.
        reference: Number of a court's or authority's order that has it erased before its time.
    """

    ground: ErasureGround
    body: str
    signer: Signer
    reference: str = ""


@dataclass(frozen=True)
class PlannedErasure:
    """What an erasure destroys.

    Attributes:
        doomed: The license, and where its documents are.
        found: How much of it there is now, by place.
        remains: What will be kept.
        earlier: The order that was given before, where there is one.
        warrant: What lets the document go; of the order that was given before, what let it.
    """

    doomed: Doomed
    found: dict[str, int]
    remains: JsonObject | None
    earlier: Erasure | None
    warrant: Warrant | None

    def as_json(self, erasure: Erasure | None = None) -> dict[str, object]:
        """A member of `erased` of `license erase`: of this plan, or of the order that came of it."""
        told = erasure or self.earlier
        return {
            "identifier": self.doomed.identifier or None,
            "licenseId": self.doomed.id,
            "done": bool(told and told.is_done),
            "ground": told.ground.name if told else None,
            "at": rfc3339(told.at) if told else None,
            "by": told.by if told else None,
            "keyId": told.key_id if told else None,
            "cids": list(self.doomed.cids),
            "destroyed": dict(told.found) if told else self.found,
            **(self.warrant or Warrant()).as_json(),
        }


class EraseDocuments:
    """Erases what a home keeps of licenses that its body issued.

    Args:
        index: Up to date: keys, bodies, rights, and the identifiers that this home knows.
        license_now: A license as the newest block has it, by its id.
        drafts: What this home issued, and what it erased.
        home: Has the register.
        documents: Holds a draft against the ledger.
        places: Every place that keeps something of a document, in the order in which they are emptied.
        warrants: Judges whether a document may go.
        clock: Tells now.
    """

    def __init__(
        self,
        index: Index,
        license_now: Callable[[str], License],
        drafts: Drafts,
        home: IssuerHome,
        documents: ReadDocuments,
        places: Sequence[ContentPlace],
        warrants: Warrants,
        clock: Clock,
    ) -> None:
        self._index, self._license_now, self._home = index, license_now, home
        self._drafts, self._erasures = drafts, drafts.erasures
        self._documents, self._places = documents, places
        self._warrants, self._clock = warrants, clock

    def plan(self, license_id: str, order: ErasureOrder) -> PlannedErasure:
        """What an erasure would destroy; nothing is changed.

        Args:
            license_id: 0x-hex.
            order: What would have it erased.

        Raises:
            UnknownIdError: `UNKNOWN_LICENSE`; `DOCUMENT_NOT_KEPT`: this home keeps nothing of it.
            NotEntitledError: `NOT_THE_ISSUER`.
            RuleError: `ERASURE_UNDERWAY`: its issue is not finished; `ERASURE_FEED_OPEN`; as
                `Warrants.warrant`, where it was not ordered before.
            TrustError: `KEPT_ALTERED`: its draft is not what the ledger recorded.
            OutageError: A store or the ledger is not there.
        """
        earlier = self._erasures.of(license_id)
        kept = self._kept(license_id) if earlier is None else None  # else it may be half destroyed
        license_ = self._license_now(license_id)
        require_acts_for(self._index, order.body, license_, self._now())
        cids = [each.cid for each in documents_of(self._home, license_)]
        every = tuple(dict.fromkeys([*(earlier.cids if earlier else ()), *cids]))
        doomed = Doomed(license_, self._index.identifier_of(license_id) or "", every)
        found = {place.name: place.count(doomed) for place in self._places}
        if earlier is None and not any(found.values()):
            raise UnknownIdError("DOCUMENT_NOT_KEPT", id=license_id)
        remains = remains_of(kept, opening_of(claim_of_file(kept))) if kept else None
        if earlier is not None:
            return PlannedErasure(doomed, found, remains, earlier, earlier.warrant)
        warrant = self._warrants.warrant(license_, order.ground, order.body, order.reference)
        return PlannedErasure(doomed, found, remains, None, warrant)

    def erase(self, license_ids: Collection[str], order: ErasureOrder) -> list[dict[str, object]]:
        """Erase the documents of licenses; what was ordered before is carried out as it was ordered.

        All orders are looked at before the first is given. Killed at any moment, the same call again
        finishes what it began.

        Returns:
            For each license the keys of `license erase`.

        Raises:
            NotAuthenticatedError, NotEntitledError: The key is none that signs for the body now.
            As `plan`.
        """
        self._require_signing(order)
        with ExitStack() as held:
            for key in sorted({*license_ids, *filter(None, map(self._batch_of, license_ids))}):
                held.enter_context(self._drafts.outbox.hold(key))
            with self._warrants.unchanged():
                plans = [self.plan(license_id, order) for license_id in dict.fromkeys(license_ids)]
                begun = [(plan, self._begun(plan, order)) for plan in plans]
            self._carry_out(
                [plan for plan, erasure in begun if not erasure.is_done or any(plan.found.values())]
            )
            return [plan.as_json(self._done(erasure)) for plan, erasure in begun]

    def _carry_out(self, plans: Sequence[PlannedErasure]) -> None:
        for place in self._places if plans else ():
            for plan in plans:
                place.destroy(plan.doomed)
            place.settle()

    def _begun(self, plan: PlannedErasure, order: ErasureOrder) -> Erasure:
        """The order, on disk; one that was given before stands."""
        if plan.earlier is not None:
            return plan.earlier
        erasure = Erasure(
            "0x" + self._index.ledger_id.hex(),
            plan.doomed.id,
            order.ground,
            int(self._clock.now().timestamp()),
            order.body,
            "0x" + key_id(order.signer.public_key).hex(),
            plan.doomed.cids,
            plan.found,
            plan.remains,
            warrant=plan.warrant,
        )
        signed = replace(erasure, signature=order.signer.sign(erasure.message).hex())
        self._erasures.keep(signed)
        return signed

    def _done(self, erasure: Erasure) -> Erasure:
        done = erasure.done()
        if not erasure.is_done:
            self._erasures.keep(done)
        return done

    # --- who may ----------------------------------------------------------------------------

    def _require_signing(self, order: ErasureOrder) -> None:
        identity = "0x" + key_id(order.signer.public_key).hex()
        _, key = registered_key(self._index, order.body, identity)
        require_current(self._index, key, self._now())

    def _now(self) -> int:
        return int(self._clock.now().timestamp())

    # --- what is kept -----------------------------------------------------------------------

    def _batch_of(self, license_id: str) -> str | None:
        return self._drafts.batches.batch_of(license_id)

    def _kept(self, license_id: str) -> Envelope | None:
        """The license as its draft has it, held against the ledger; None without a draft.

        What opens a leaf is nowhere else: a draft that was altered is not destroyed.
        """
        try:
            envelope = self._alone(license_id) or self._in_batch(license_id)
            return self._documents.of_record(envelope.to_bytes(), license_id) if envelope else None
        except (MalformedError, TrustError) as error:
            raise TrustError("KEPT_ALTERED", id=license_id, reason=error.code) from error

    def _alone(self, license_id: str) -> Envelope | None:
        entry = self._drafts.outbox.load(license_id)
        return self._recorded(Envelope.from_json(entry["envelope"]), license_id) if entry else None

    def _in_batch(self, license_id: str) -> Envelope | None:
        leaf = self._drafts.batches.leaf(license_id)
        return self._recorded(Envelope.parse(leaf.envelope), license_id) if leaf else None

    def _recorded(self, envelope: Envelope, license_id: str) -> Envelope | None:
        """An envelope whose message is on the ledger; None where it will never be."""
        digest = digest_of(envelope)
        if self._index.seq_of(digest) is not None:
            return envelope
        if self._drafts.is_alive(digest):
            raise RuleError("ERASURE_UNDERWAY", id=license_id)
        return None
