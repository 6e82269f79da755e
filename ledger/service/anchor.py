"""Anchoring accepted messages: in order, each once, whatever dies meanwhile.

One step looks at what was sent, then sends what waits; bodies with much to send share the way with
those who have little. Everything that a step rests on is in the
queue or on the chain, so that whoever makes the next step, after any crash, goes on as if nothing
had happened: a transaction is kept before it is sent, the same bytes are sent again where they got
lost, and where a transaction can no longer take effect its message is sent anew. A message binds a
revision or a new id, so that the ledger takes it once; by its digest it is found there, whichever
relay carried it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from ledger.domain.records import record_of
from ledger.errors import ChainOutageError, LedgerError, OutageError
from ledger.ports import Clock, LedgerReader, Receipt
from ledger.ports.queue import MessageQueue, MessageState, Queued, Recorded
from ledger.ports.relay import Relay, RelayStanding
from ledger.service.follow import Follow
from ledger.service.recorded import last_of, recorded

WINDOW = 64
"""Most messages under way at once."""

DEPTH = 12
"""Blocks on top of a record after which it is looked for once more, and then counts as final."""

ASKED_SECONDS = 30
"""Seconds for which the answer of a contract at acceptance is taken for its answer now."""

_OF_RELAY = frozenset({"NOT_RELAY", "JOURNAL_CLOSED", "LEDGER_NOT_SEALED"})
"""Refusals that say something of this relay or its contracts, nothing of the message."""

_FOR_NOW = frozenset({"MESSAGE_TOO_EARLY", "TRANSACTION_FAILED"})
"""Refusals that may not be repeated when the message is sent again."""

_EXPIRED = "MESSAGE_EXPIRED"
GRACE_SECONDS = 120
"""Seconds after its end for which a message is kept where no newer block shows that it has run out."""


@dataclass(frozen=True)
class Step:
    """What a step left.

    Attributes:
        waiting: Messages that are not yet decided.
        changed: Messages whose state it changed.
    """

    waiting: int
    changed: int


class AnchorMessages:
    """Brings the messages of a queue onto the ledger. One process at a time does it for a queue.

    Args:
        queue: The queue.
        relay: The account that sends.
        reader: The ledger as a node shows it.
        follow: Brings the index up to the head.
        clock: Ours.
    """

    def __init__(
        self, queue: MessageQueue, relay: Relay, reader: LedgerReader, follow: Follow, clock: Clock
    ) -> None:
        self._queue, self._relay = queue, relay
        self._reader, self._follow, self._clock = reader, follow, clock

    def step(self) -> Step:
        """Look at what is under way, send what waits.

        Raises:
            OutageError: The chain or the queue cannot be used; nothing is lost, a later step goes on.
        """
        sent = self._queue.sent(WINDOW)
        changed = self._look_after(sent) if sent else 0
        if self._queue.ready(1):
            changed += self._send()
        return Step(self._queue.waiting(), changed)

    def confirm(self) -> int:
        """Look once more for records that lie deep by now; what a fork took away is sent again.

        Returns:
            How many messages have to be anchored again.
        """
        head = self._reader.head().number
        deep = self._queue.unsettled(head - DEPTH, WINDOW)
        if not deep:
            return 0
        after = [self._confirmed(each) for each in deep]
        self._queue.change(after, MessageState.ANCHORED)
        return sum(each.is_pending for each in after)

    def _confirmed(self, queued: Queued) -> Queued:
        found = self._recorded(queued)
        if found is None:
            return queued.waiting()
        gas = queued.record.gas_used if queued.record else None
        return replace(queued, record=replace(found, gas_used=gas), is_final=True)

    # --- what is under way ------------------------------------------------------------------

    def _look_after(self, sent: Sequence[Queued]) -> int:
        standing = self._relay.standing()
        transactions = [each for queued in sent for each in queued.transactions]
        found = dict(zip((each.hash for each in transactions), self._relay.look(transactions), strict=True))
        changed, open_ = 0, []
        for queued in sent:
            outcome = next((each for tx in queued.transactions if (each := found[tx.hash])), None)
            if outcome is None and not self._is_over(queued, standing):
                open_.append(queued)
            else:
                changed += self._settle(queued, outcome, standing)
        if changed:
            self._follow.sync()  # so that what was just recorded is known, also if the chain goes away
        self._nurse(open_, standing)
        return changed

    def _is_over(self, queued: Queued, standing: RelayStanding) -> bool:
        """Whether nothing that was sent can take effect any more."""
        nonce = queued.transactions[-1].nonce
        is_ours = queued.transactions[-1].account == self._relay.account
        return (is_ours and nonce < standing.used) or standing.time > queued.message.not_after

    def _settle(self, queued: Queued, outcome: Receipt | LedgerError | None, standing: RelayStanding) -> int:
        if isinstance(outcome, Receipt):
            return self._keep(queued.anchored(_record_in(outcome, queued)), queued)
        record = self._recorded(queued)
        if record is not None:
            return self._keep(queued.anchored(record), queued)
        if standing.time > queued.message.not_after:
            return self._keep(queued.expired(), queued)
        if outcome is None:
            return self._keep(queued.waiting(), queued)  # another transaction has its nonce
        return self._refuse(queued, outcome)

    def _nurse(self, open_: Sequence[Queued], standing: RelayStanding) -> None:
        """Send again what got lost, dearer what is too cheap; fill nonces that hold up the rest."""
        if not open_:
            return
        own = [each for each in open_ if each.transactions[-1].account == self._relay.account]
        cheap = [each for each in own if each.transactions[-1].price < standing.price]
        dearer = [each.sent(self._relay.reprice(each.message.call, each.transactions)) for each in cheap]
        kept = self._queue.change(dearer, MessageState.SENT)
        newest = {each.number: each.transactions[-1] for each in (*open_, *kept)}
        transactions = sorted(newest.values(), key=lambda each: each.nonce)
        known = self._relay.known(transactions)
        lost = [each for each, is_known in zip(transactions, known, strict=True) if not is_known]
        self._relay.broadcast(lost)
        nonces = {each.transactions[-1].nonce for each in own}
        holes = range(standing.free, min(nonces, default=0))
        if holes and not self._queue.ready(1):  # else a message takes the free nonce
            self._relay.fill(holes)

    # --- what waits -------------------------------------------------------------------------

    def _send(self) -> int:
        with self._relay.alone():
            sent = self._queue.sent(WINDOW)
            tried = self._tried(self._queue.ready(WINDOW - len(sent)))
            good = [(each, gas) for each, gas in tried if isinstance(gas, int)]
            changed = self._dispatch(good, sent) if good else 0
        return changed + self._refuse_all(
            [(each, refusal) for each, refusal in tried if isinstance(refusal, LedgerError)]
        )

    def _refuse_all(self, refused: Sequence[tuple[Queued, LedgerError]]) -> int:
        """Settle each; what says something of the relay or its node is told behind all of them."""
        changed, failures = 0, list[ChainOutageError]()
        for each, refusal in refused:
            try:
                changed += self._refuse(each, refusal)
            except ChainOutageError as error:
                failures.append(error)
        if failures:
            raise failures[0]
        return changed

    def _tried(self, ready: Sequence[Queued]) -> list[tuple[Queued, int | LedgerError]]:
        """The gas of each, or why it is refused; what was asked at acceptance is not asked again at once."""
        now = int(self._clock.now().timestamp())
        asked = [each for each in ready if not each.gas or now - each.accepted_at > ASKED_SECONDS]
        estimates = self._relay.estimates([each.message.call for each in asked])
        found = {each.number: answer for each, answer in zip(asked, estimates, strict=True)}
        return [(each, found.get(each.number, each.gas)) for each in ready]

    def _dispatch(self, good: Sequence[tuple[Queued, int]], sent: Sequence[Queued]) -> int:
        taken = {each.nonce for queued in sent for each in queued.transactions}
        calls = [each.message.call for each, _ in good]
        transactions = self._relay.sign(calls, [gas for _, gas in good], taken)
        rows = [each.sent(made) for (each, _), made in zip(good, transactions, strict=True)]
        kept = self._queue.change(rows, MessageState.ACCEPTED)
        self._relay.broadcast([each.transactions[-1] for each in kept])
        return len(kept)

    def _refuse(self, queued: Queued, refusal: LedgerError) -> int:
        """Refused by the contract: perhaps because it stands there already, or only for now."""
        record = self._recorded(queued)
        if record is not None:
            return self._keep(queued.anchored(record), queued)
        if isinstance(refusal, OutageError) or refusal.code in _OF_RELAY:
            if self._has_run_out(queued):
                return self._keep(queued.expired(), queued)
            raise ChainOutageError("RELAY_REFUSED", account=self._relay.account, reason=str(refusal))
        if refusal.code in _FOR_NOW:
            return self._keep(queued.waiting(), queued) if queued.state is MessageState.SENT else 0
        if refusal.code == _EXPIRED:
            return self._keep(queued.expired(), queued) if self._has_run_out(queued) else 0
        return self._keep(queued.refused(refusal), queued)

    def _has_run_out(self, queued: Queued) -> bool:
        """By the ledger's time, or by ours with some minutes over where no block is made."""
        now = int(self._clock.now().timestamp())
        last = queued.message.not_after
        return self._relay.standing().time > last or now > last + GRACE_SECONDS

    # --- both -------------------------------------------------------------------------------

    def _keep(self, after: Queued, before: Queued) -> int:
        return len(self._queue.change([after], before.state))

    def _recorded(self, queued: Queued) -> Recorded | None:
        """Where the message stands on the ledger, whoever brought it there; None where it does not."""
        self._follow.sync()
        if self._follow.index.seq_of(queued.digest) is None:
            return None
        return recorded(self._reader, queued.message)


def _record_in(receipt: Receipt, queued: Queued) -> Recorded:
    """The last record of a message among the logs of its transaction."""
    last = last_of(queued.message, [record_of(log) for log in receipt.logs])
    return Recorded(last.seq, receipt.tx_hash, receipt.block, last.time, receipt.gas_used)
