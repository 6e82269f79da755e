"""Batches of uses before their second signature: what waits for the grantee, and taking what it signs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from ledger.domain.canonical import JsonObject
from ledger.domain.moments import rfc3339
from ledger.domain.sharing import MOST_LEAVES
from ledger.domain.sharing_entities import Grant
from ledger.domain.signed_message import signature_of, signed_from_json
from ledger.domain.state import typed
from ledger.errors import TransitionError, UnknownIdError
from ledger.ports import Clock
from ledger.ports.queue import MessageQueue, Queued
from ledger.ports.uses import GatheredUse, KeptBatch, UseState, UseStore
from ledger.service.accept import Desk
from ledger.service.check_uses import acts_as
from ledger.service.handed_sharing import HandedSharing
from ledger.service.live_index import Sight
from ledger.service.submission import DomainOf


@dataclass(frozen=True)
class PendingUses:
    """The uses of a grant that the grantee has not signed for yet.

    Attributes:
        grant: The grant, 0x-hex.
        gathered: Those in no batch yet.
        batches: What waits for the signature, each with its uses.
    """

    grant: str
    gathered: list[GatheredUse]
    batches: list[tuple[KeptBatch, HandedSharing, list[GatheredUse]]]

    def as_json(self) -> JsonObject:
        """The keys of `GET /v1/uses/pending`."""
        return {
            "grant": self.grant,
            "gathered": [each.id for each in self.gathered],
            "batches": [
                {
                    "object": batch.object,
                    "use": message.as_json(),
                    "uses": [list(each.words) for each in uses],
                    "signBy": rfc3339(batch.sign_by),
                    "late": batch.is_late,
                }
                for batch, message, uses in self.batches
            ],
        }


class SignBatches:
    """Takes grantees' signatures under batches.

    Args:
        store: Remembers uses.
        look: The ledger as near as can be had.
        queue: The accepted messages.
        domain: From a contract to the domain of messages to it.
        clock: Ours.
    """

    def __init__(
        self,
        store: UseStore,
        look: Callable[[], Sight],
        queue: MessageQueue,
        domain: DomainOf,
        clock: Clock,
    ) -> None:
        self._store, self._look, self._queue = store, look, queue
        self._domain, self._clock = domain, clock

    def pending(self, grant: str, sender: str) -> PendingUses:
        """What a grantee has to sign under its grant.

        Raises:
            UnknownIdError: `UNKNOWN_GRANT`, also where it is another's.
        """
        self._require_grantee(grant, sender, "UNKNOWN_GRANT", grant=grant)
        gathered = self._store.in_no_batch(grant, MOST_LEAVES)  # first: none falls between the two
        offered = self._store.batches([UseState.OFFERED], grant)
        return PendingUses(grant, gathered, [self._shown(each) for each in offered])

    def sign(self, object_id: str, sender: str, key: str, signature: str, desk: Desk) -> Queued:
        """Accept a batch that the grantee signs, and wait for its record; the same again changes nothing.

        Args:
            object_id: Of the batch, 0x-hex.
            sender: Credit code of who signs.
            key: Id of its key, 0x-hex.
            signature: 128 hex digits, over M of the batch with that key.
            desk: Where it is handed in.

        Raises:
            UnknownIdError: `USE_BATCH_UNKNOWN`.
            TransitionError: `USE_BATCH_OVER`: it is recorded, or never will be.
            LedgerError: What the contracts refuse.
        """
        batch = self._store.batch(object_id)
        if batch is None:
            raise UnknownIdError("USE_BATCH_UNKNOWN", batch=object_id)
        self._require_grantee(batch.grant, sender, "USE_BATCH_UNKNOWN", batch=object_id)
        known = self._queue.find(batch.digest)
        if known is not None and known.is_alive:
            return desk.settled(known)
        if batch.state is not UseState.OFFERED:
            raise TransitionError("USE_BATCH_OVER", batch=object_id)
        message = signed_from_json(batch.message, self._domain)
        second = signature_of(bytes.fromhex(key[2:]), bytes.fromhex(signature))
        message = replace(message, signatures=(message.signatures[0], second))
        queued = desk.accept(message.needed, message)
        signed = replace(batch, state=UseState.SIGNED, message=message.as_json())
        self._store.change_batch(signed, batch)
        return desk.settled(queued)

    def _shown(self, batch: KeptBatch) -> tuple[KeptBatch, HandedSharing, list[GatheredUse]]:
        message = signed_from_json(batch.message, self._domain)
        return batch, HandedSharing.of(message), self._store.leaves_of(batch.object)

    def _require_grantee(self, grant_id: str, sender: str, code: str, **fields: str) -> None:
        index, now = self._look().index, int(self._clock.now().timestamp())
        grant = typed(index, "grant", grant_id, Grant)
        if grant is None or not acts_as(index, sender, grant.grantee, now):
            raise UnknownIdError(code, **fields)
