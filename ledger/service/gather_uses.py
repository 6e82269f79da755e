"""Uses that stand in batches: released with the provider's promise, gathered by grant, closed and offered.

Only what is released on a promise at all: a duty that nobody counts, on what is shared without condition. A
batch is closed while there is time left for the grantee to sign it and for the record, so that the promise of
its oldest use is kept. Whoever does not sign in time gets no further uses in batches under that grant.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from ledger.domain.canonical import canonical
from ledger.domain.handout import Handout
from ledger.domain.license_tree import root
from ledger.domain.promise import MAX_DELAY
from ledger.domain.rules.uses import use_words
from ledger.domain.sharing import MOST_LEAVES
from ledger.domain.sharing_entities import Grant, Resource
from ledger.domain.sm3 import sm3
from ledger.domain.state import StateView, typed
from ledger.domain.use_leaves import use_leaf
from ledger.domain.use_promise import UsePromise, words_json
from ledger.errors import ChainOutageError, GrantUnusableError, RuleError
from ledger.ports import Clock, Index, Signer
from ledger.ports.uses import GatheredUse, Gathering, KeptBatch, KeptUse, UseState, UseStore
from ledger.service.answer_lookups import Answer
from ledger.service.check_uses import GrantedUse, require_in_effect
from ledger.service.live_index import Sight, fresh
from ledger.service.make_handouts import Providers
from ledger.service.share import ShareOrder, SignShared, about
from ledger.service.signing import KeyFile
from ledger.service.tried import all_tried

BATCH_SECONDS = 20
"""Seconds for which uses are gathered before their batch is closed, unless a service is told otherwise."""

LONGEST_BATCH = 25
"""More than that would leave the grantee no time to sign."""

SIGN_SECONDS = 40
"""Seconds after the first use of a batch until which the grantee's signature is in time."""

LEAST_SECONDS = 15
"""Seconds that a grantee has at least, however late the batch was closed."""

BATCH_LIFETIME = 7 * 86_400
"""Seconds for which a batch may be recorded after it was signed by the provider; then it signs anew."""


class GatherUses:
    """Gathers uses into batches.

    Args:
        store: Remembers uses.
        look: The ledger as near as can be had.
        providers: For whom this service hands out.
        signing: Makes messages.
        keeps: Whether promises of now are kept as far as can be seen.
        clock: Ours.
        seconds: For which uses are gathered.
    """

    def __init__(
        self,
        store: UseStore,
        look: Callable[[], Sight],
        providers: Providers,
        signing: SignShared,
        keeps: Callable[[], bool],
        clock: Clock,
        seconds: int = BATCH_SECONDS,
    ) -> None:
        self._store, self._look, self._providers = store, look, providers
        self._signing, self._keeps, self._clock, self._seconds = signing, keeps, clock, seconds

    def require_open(self, asked: GrantedUse, state: StateView, now: int) -> None:
        """Let pass only what may stand in a batch, and whose record can be promised.

        Raises:
            RuleError: `USE_NOT_IN_BATCH`; `USE_REFUSED_BEFORE`: the record of that request is a refusal.
            GrantUnusableError: `USES_UNSIGNED`: the grantee has to sign what it used; or the grant ends
                before the promise does.
            ChainOutageError: `USE_NOT_PROMISED`: records do not come, so that none is promised.
        """
        request = asked.request
        if not asked.is_released_on_promise:
            raise RuleError("USE_NOT_IN_BATCH", grant=request.grant)
        if self._store.is_refused(request.digest):
            raise RuleError("USE_REFUSED_BEFORE", use=request.digest)
        offered = self._store.batches([UseState.OFFERED], request.grant)
        late = [each for each in offered if each.is_late or each.sign_by < now]
        if late:
            count = sum(len(self._store.leaves_of(each.object)) for each in late)
            raise GrantUnusableError("USES_UNSIGNED", grant=request.grant, count=count)
        require_in_effect(state, asked.grant, now + MAX_DELAY)
        if not self._keeps():
            raise ChainOutageError("USE_NOT_PROMISED", grant=request.grant)

    def gather(
        self, reserved: KeptUse, content: Answer, handout: Handout, provider: tuple[str, Signer]
    ) -> KeptUse | None:
        """Keep a use with the promise of its record; None where somebody else went on with it."""
        now, form, request = self._now(), handout.as_json(), content.asked.request
        uscc, signer = provider
        use = content.use("0x" + sm3(canonical(form)).hex())
        promise = UsePromise(
            ledger_id=request.ledger_id,
            use=use,
            accepted_at=now,
            anchor_by=now + MAX_DELAY,
            uscc=uscc,
            public_key=signer.public_key,
        )
        promise = promise.signed(signer.sign(promise.message()))
        words = tuple(words_json(use_words(use)))
        gathered = GatheredUse(reserved.id, reserved.grant, words, promise.as_json(), now)
        kept = replace(reserved, state=UseState.GATHERED, license_id=content.license_id, handout=form)
        return kept if self._store.gather(kept, gathered) else None

    def step(self) -> None:
        """Close the batches that are due.

        Raises:
            LedgerError: The first thing that could not be done; the others were, and a later step goes on.
        """
        now = self._now()
        due = [each for each in self._store.gatherings() if self._is_due(each, now)]
        if due:
            index = fresh(self._look())
            all_tried(partial(self._close, each.grant, index) for each in due)

    def renewed(self, batch: KeptBatch, index: Index) -> KeptBatch:
        """A batch whose message runs out unsigned, under a message of now."""
        return self._made(batch.grant, self._store.leaves_of(batch.object), index)

    def _is_due(self, gathering: Gathering, now: int) -> bool:
        return gathering.count >= MOST_LEAVES or now - gathering.since >= self._seconds

    def _close(self, grant: str, index: Index) -> None:
        while uses := self._store.in_no_batch(grant, MOST_LEAVES):
            batch = self._made(grant, uses, index)
            self._store.close(batch, [each.id for each in uses])  # not where another process took some
            if len(uses) < MOST_LEAVES:
                break

    def _made(self, grant_id: str, uses: list[GatheredUse], index: Index) -> KeptBatch:
        """The batch as the provider signs it."""
        now = self._now()
        grant = typed(index, "grant", grant_id, Grant)
        resource = typed(index, "resource", grant.resource, Resource) if grant else None
        assert resource is not None, "a use was gathered under the grant"
        _, signer = self._providers.of(index, resource, now)
        fields = 0
        for each in uses:
            fields |= each.use.fields
        leaves = tuple(use_leaf(each.use) for each in uses)
        members = {
            "grant": grant_id,
            "fields": f"0x{fields:064x}",
            "root": "0x" + root(leaves).hex(),
            "size": len(leaves),
            "notAfter": now + BATCH_LIFETIME,
        }
        order = ShareOrder("UseBatch", members, (KeyFile(signer.public_key, signer),), leaves)
        message = self._signing.signed(order, index)
        sign_by = max(uses[0].at + SIGN_SECONDS, now + LEAST_SECONDS)
        form = message.as_json()
        return KeptBatch(about(message), grant_id, UseState.OFFERED, message.digest, form, sign_by)

    def _now(self) -> int:
        return int(self._clock.now().timestamp())
