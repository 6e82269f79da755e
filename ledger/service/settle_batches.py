"""Seeing what became of batches of uses: recorded, left unsigned, or refused by the ledger.

Whatever was released stands on the ledger in the end. Where both sides' batch does not come in time, or never
will, the provider records alone that the uses were left unsigned.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from ledger.domain.messages import message_digest
from ledger.domain.sharing_entities import Grant, Resource, UseBatch
from ledger.domain.state import typed
from ledger.domain.use_reasons import LEFT_UNSIGNED, REASONS
from ledger.domain.use_receipt import RecordPlace
from ledger.errors import GrantUnusableError
from ledger.ports import Clock, Index, LedgerReader
from ledger.ports.queue import MessageQueue
from ledger.ports.uses import KeptBatch, KeptRefusal, UseState, UseStore
from ledger.service.check_uses import current_key, require_in_effect
from ledger.service.gather_uses import GatherUses
from ledger.service.live_index import Sight, fresh
from ledger.service.tried import all_tried

OPEN_BATCHES = frozenset({UseState.OFFERED, UseState.SIGNED})
"""States of a batch that may still be recorded."""

_FOR_GOOD = frozenset({"GRANT_ENDED", "GRANT_OVER", "GRANT_KEY_COMPROMISED"})

_KEY_FELL = "KEY_NOT_CURRENT"
"""Refused with a key that fell after it had signed: by another key the same uses can still be recorded."""

RENEW_SECONDS = 86_400
"""Seconds before the end of a batch's message at which the provider signs it anew."""


class SettleBatches:
    """Notes what became of batches.

    Args:
        store: Remembers them.
        look: The ledger as near as can be had.
        reader: Tells where records stand.
        queue: The accepted messages.
        gathering: Makes batches.
        clock: Ours.
    """

    def __init__(
        self,
        store: UseStore,
        look: Callable[[], Sight],
        reader: LedgerReader,
        queue: MessageQueue,
        gathering: GatherUses,
        clock: Clock,
    ) -> None:
        self._store, self._look, self._reader, self._queue = store, look, reader, queue
        self._gathering, self._clock = gathering, clock

    def step(self) -> None:
        """Look after all batches, and after the records of what was left unsigned.

        Raises:
            LedgerError: The first thing that could not be done; a later step goes on.
        """
        batches = self._store.batches(OPEN_BATCHES)
        if batches:
            index = fresh(self._look())
            all_tried(partial(self._settle, each, index) for each in batches)
        for digest, uses in self._store.left_unsigned().items():
            queued = self._queue.find(digest)
            if queued is not None and queued.record is not None:
                self._store.anchored(uses, queued.record.time)
            elif queued is not None and queued.error() is not None:
                self._store.uncarry(digest)  # another message carries them

    def seen(self, batch: KeptBatch, index: Index) -> KeptBatch:
        """A batch with its uses where they stand on the ledger, if it is recorded by now."""
        found = typed(index, "useBatch", batch.object, UseBatch)
        if batch.state not in OPEN_BATCHES or found is None:
            return batch
        record = self._reader.record_at(found.seq)
        digest = message_digest(record.message_type(), record.decoded().data)  # it may be an earlier offer
        after = replace(batch, state=UseState.RECORDED, digest=digest)
        place = RecordPlace(record.seq, record.tx_hash, record.block, record.time)
        self._store.change_batch(after, batch, place)
        return after

    def _settle(self, batch: KeptBatch, index: Index) -> None:
        batch = self.seen(batch, index)
        if batch.state is UseState.RECORDED:
            return
        queued = self._queue.find(batch.digest)
        refusal = queued.error() if queued is not None else None
        if refusal is not None:
            self._refused(batch, fresh(self._look()), is_by_key=refusal.code == _KEY_FELL)
        elif queued is not None and batch.state is UseState.OFFERED:  # its service died in between
            signed = replace(batch, state=UseState.SIGNED, message=queued.message.as_json())
            self._store.change_batch(signed, batch)
        elif batch.state is UseState.OFFERED:
            self._wait(batch, index)

    def _wait(self, batch: KeptBatch, index: Index) -> None:
        """For the grantee's signature, which may come late; what it is late for is recorded meanwhile."""
        now, after = self._now(), batch
        if current_key(index, batch.message["signatures"][0][0], now) is None:
            self._offer_anew(batch, index, now)
            return
        if batch.sign_by < now and not batch.is_late:
            self._record_unsigned(batch, index, now)
            after = replace(after, is_late=True)
        if after.is_late and self._is_over(batch, index, now):
            after = replace(after, state=UseState.ENDED)
        if after != batch and not self._store.change_batch(after, batch):
            return  # a later step sees what became of it
        if after.state is UseState.OFFERED and int(batch.message["values"]["notAfter"]) - RENEW_SECONDS < now:
            self._offer_anew(after, index, now)

    def _refused(self, batch: KeptBatch, index: Index, *, is_by_key: bool) -> None:
        """The ledger refused what both signed: they sign anew where a key fell and the grant is not over."""
        now = self._now()
        if self.seen(batch, index).state is UseState.RECORDED:
            return
        if is_by_key and not self._is_over(batch, index, now):
            self._offer_anew(batch, index, now)
            return
        if not batch.is_late:
            self._record_unsigned(batch, index, now)
        self._store.change_batch(replace(batch, state=UseState.ENDED), batch)

    def _offer_anew(self, batch: KeptBatch, index: Index, now: int) -> None:
        """Under a message of now, with time to sign it; not before a key is held that may sign it."""
        made = self._gathering.renewed(batch, index)
        if current_key(index, made.message["signatures"][0][0], now) is None:
            return
        sign_by = batch.sign_by if batch.is_late else made.sign_by
        offered = replace(batch, state=UseState.OFFERED, digest=made.digest, message=made.message)
        self._store.change_batch(replace(offered, sign_by=sign_by), batch)

    def _is_over(self, batch: KeptBatch, index: Index, now: int) -> bool:
        """Whether nothing is recorded under its grant any more."""
        try:
            require_in_effect(index, _grant_of(batch, index), now)
        except GrantUnusableError as error:
            return error.code in _FOR_GOOD
        return False

    def _now(self) -> int:
        return int(self._clock.now().timestamp())

    def _record_unsigned(self, batch: KeptBatch, index: Index, now: int) -> None:
        """Keep, to be recorded, that data were released and the use signed by one side only."""
        grant = _grant_of(batch, index)
        resource = typed(index, "resource", grant.resource, Resource)
        assert resource is not None, "a grant is of a resource"
        of = (resource.owner, resource.code, grant.grantee, batch.grant, REASONS[LEFT_UNSIGNED], now)
        self._store.refuse([KeptRefusal(each.id, *of) for each in self._store.leaves_of(batch.object)])


def _grant_of(batch: KeptBatch, index: Index) -> Grant:
    grant = typed(index, "grant", batch.grant, Grant)
    assert grant is not None, "uses were gathered under it"
    return grant
