"""Seeing what became of uses: where they stand on the ledger."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from ledger.domain.sharing_entities import Uses
from ledger.domain.state import typed
from ledger.domain.use_receipt import RecordPlace
from ledger.ports import LedgerReader
from ledger.ports.queue import MessageQueue
from ledger.ports.uses import GatheredUse, KeptUse, UseState, UseStore
from ledger.service.live_index import Sight
from ledger.service.settle_batches import SettleBatches

MOST_SETTLED = 200
"""Uses that are looked after at once."""


class SettleUses:
    """Notes what became of uses that both sides signed.

    Args:
        store: Remembers uses.
        look: The ledger as near as can be had.
        reader: Tells where records stand.
        queue: The accepted messages.
        batches: The same of batches.
    """

    def __init__(
        self,
        store: UseStore,
        look: Callable[[], Sight],
        reader: LedgerReader,
        queue: MessageQueue,
        batches: SettleBatches,
    ) -> None:
        self._store, self._look, self._reader, self._queue = store, look, reader, queue
        self._batches = batches

    def step(self) -> int:
        """Look after uses that nobody came back for; gives of how many something was found out.

        Raises:
            OutageError: The ledger cannot be asked; a later step goes on.
        """
        sight = self._look()
        return sum(self._settled(use, sight) for use in self._store.signed(MOST_SETTLED))

    def seen(self, use: KeptUse, gathered: GatheredUse | None, sight: Sight) -> KeptUse:
        """A use with its place on the ledger, where it has one by now; its holder is told from then on."""
        if gathered is not None:
            return self._seen_in_batch(use, gathered, sight)
        found = typed(sight.index, "uses", use.object, Uses) if use.object else None
        if use.place is not None or found is None:
            return use
        record = self._reader.record_at(found.seq)
        place = RecordPlace(record.seq, record.tx_hash, record.block, record.time)
        after = replace(use, state=UseState.RECORDED, place=place)
        self._store.change(after, list(UseState))
        return after

    def _seen_in_batch(self, use: KeptUse, gathered: GatheredUse, sight: Sight) -> KeptUse:
        batch = self._store.batch(gathered.batch) if gathered.batch else None
        if use.place is not None or batch is None:
            return use
        self._batches.seen(batch, sight.index)
        return self._store.find(use.id) or use

    def _settled(self, use: KeptUse, sight: Sight) -> bool:
        if self.seen(use, None, sight).state is UseState.RECORDED:
            return True
        queued = self._queue.find(use.digest)
        if queued is None or queued.error() is None:
            return False
        return self._store.change(replace(use, state=UseState.ENDED), [UseState.SIGNED])
