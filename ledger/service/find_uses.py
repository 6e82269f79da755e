"""Finding the first record of a promised use: a batch that has it as a leaf, or that it was left unsigned."""

from __future__ import annotations

from collections.abc import Iterator

from ledger.domain.facts import fact_of
from ledger.domain.links import By
from ledger.domain.messages import CLOCK_TOLERANCE
from ledger.domain.sharing_entities import Grant, Recorded, Refusal, Resource, UseBatch
from ledger.domain.state import typed
from ledger.domain.use_leaves import refusal_leaf, use_leaf
from ledger.domain.use_promise import UsePromise
from ledger.domain.use_reasons import LEFT_UNSIGNED, REASONS
from ledger.ports import Index, LedgerReader

_UNSIGNED = REASONS[LEFT_UNSIGNED]


class FindUses:
    """Finds uses in one state of the ledger; leaves are read once, whatever is asked for.

    Args:
        index: The state.
        reader: Gives records with their leaves.
    """

    def __init__(self, index: Index, reader: LedgerReader) -> None:
        self._index, self._reader = index, reader
        self._leaves: dict[int, frozenset[bytes]] = {}

    def first(self, promise: UsePromise) -> Recorded | None:
        """The first record that keeps a promise, in time or not; None where there is none."""
        since = promise.accepted_at - CLOCK_TOLERANCE
        found = [*self._batches(promise), *self._refusals(promise)]
        late_enough = sorted((each.seq, each, leaf) for each, leaf in found if each.recorded_at >= since)
        return next((each for _, each, leaf in late_enough if self._holds(each, leaf)), None)

    def _batches(self, promise: UsePromise) -> Iterator[tuple[Recorded, bytes]]:
        leaf = use_leaf(promise.use)
        for _, each in self._index.linked("useBatch", By.GRANT, promise.use.grant):
            if isinstance(each, UseBatch):
                yield each, leaf

    def _refusals(self, promise: UsePromise) -> Iterator[tuple[Recorded, bytes]]:
        grant = typed(self._index, "grant", promise.use.grant, Grant)
        resource = typed(self._index, "resource", grant.resource, Resource) if grant else None
        if grant is None or resource is None:
            return
        leaf = refusal_leaf(grant.grantee, grant.grant_id, _UNSIGNED, promise.digest)
        for _, each in self._index.linked("refusal", By.OWNER, resource.owner):
            if isinstance(each, Refusal) and each.code == resource.code:
                yield each, leaf

    def _holds(self, record: Recorded, leaf: bytes) -> bool:
        if isinstance(record, Refusal) and not record.root:
            words = (record.grantee, record.grant, record.reason, record.request_digest)
            return refusal_leaf(*words) == leaf
        if record.seq not in self._leaves:
            self._leaves[record.seq] = frozenset(fact_of(self._reader.record_at(record.seq)).leaves)
        return leaf in self._leaves[record.seq]
