"""Accepting messages: on disk and promised, or refused; nothing in between.

A message is accepted when it would be recorded as things stand, counting what was accepted before
it. Then it is put into the queue together with the promise, in one transaction; only after that is
anybody told. Where nothing has been anchored for long, nothing more is accepted: an outage costs
availability, never a promise.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace

from ledger.domain.acts import Purpose
from ledger.domain.canonical import JsonObject
from ledger.domain.entities import Key, Organisation
from ledger.domain.messages import key_id
from ledger.domain.objects import organisation_object
from ledger.domain.promise import MAX_DELAY, Promise
from ledger.domain.signed_message import SignedMessage
from ledger.domain.state import StateView, typed
from ledger.domain.trustfile import TrustFile
from ledger.errors import ChainOutageError, NotEntitledError, OutageError, StoreOutageError
from ledger.ports import Clock, Index, Signer
from ledger.ports.queue import MessageQueue, Queued, QueueMovedError, Request
from ledger.proof.verification import cut_offs_of
from ledger.service.admission import Admission, overlay_of
from ledger.service.live_index import Sight

STALL_SECONDS = 4 * 3600
"""Seconds without any record after which messages are no longer accepted (X-Road stops after as long)."""

MOST_IN_A_ROW = 8
"""Messages that may wait one behind the other: each needs a block of its own, and holds up the others'."""

_MOST_TRIES = 20

Make = Callable[[StateView], SignedMessage]
"""Makes a message for a state, which counts what was accepted before it."""


class GivePromises:
    """Signs promises with the registered key of the relay's body.

    Args:
        trust: The pinned trust file.
        signer: The key, or None where none was given: then nothing is promised.
    """

    def __init__(self, trust: TrustFile, signer: Signer | None) -> None:
        self._trust, self._signer = trust, signer

    def state(self, index: Index, now: int) -> str:
        """`GIVEN`, or why not: `NO_KEY`, `KEY_NOT_REGISTERED`."""
        if self._signer is None:
            return "NO_KEY"
        return "GIVEN" if self._body(index, now) is not None else "KEY_NOT_REGISTERED"

    def promise(self, digest: str, now: int, index: Index) -> JsonObject | None:
        """The promise for a message that is accepted now, or None."""
        body = self._body(index, now)
        if self._signer is None or body is None:
            return None
        made = Promise(
            self._trust.ledger_id, digest, now, now + MAX_DELAY, body.uscc, self._signer.public_key
        )
        return made.signed(self._signer.sign(made.message())).as_json()

    def _body(self, index: Index, now: int) -> Organisation | None:
        """Whose signing key it is, while that may sign."""
        if self._signer is None:
            return None
        identity = "0x" + key_id(self._signer.public_key).hex()
        key = typed(index, "key", identity, Key)
        if key is None or key.purpose is not Purpose.SIGN or not key.is_valid_at(now):
            return None
        if cut_offs_of(index, now)(identity) is not None:
            return None
        bodies = (each for _, each in index.entities("organisation") if isinstance(each, Organisation))
        return next(
            (each for each in bodies if "0x" + organisation_object(each.uscc).hex() == key.owner), None
        )


class AcceptMessages:
    """Takes messages into the queue of this home.

    Args:
        queue: The queue.
        look: The ledger as near as can be had.
        admission: Judges.
        promises: Signs promises.
        clock: Ours.
        stall: Seconds without any record after which nothing more is accepted.
        needs_node: Whether a node has to answer; without that, what can be judged here is accepted.
    """

    def __init__(
        self,
        queue: MessageQueue,
        look: Callable[[], Sight],
        admission: Admission,
        promises: GivePromises,
        clock: Clock,
        stall: int = STALL_SECONDS,
        needs_node: bool = False,
    ) -> None:
        self.queue, self._look, self._admission = queue, look, admission
        self._promises, self._clock = promises, clock
        self._stall, self._needs_node = stall, needs_node

    def accept(
        self,
        objects: Collection[str],
        what: Make | SignedMessage,
        owner: str = "",
        request: Request | None = None,
    ) -> Queued:
        """Accept a message, or refuse it.

        Args:
            objects: Ids of what it is about and rests on, 0x-hex.
            what: The message; or what makes it, and makes another one where one came in between.
            owner: Credit code of the body that hands it in.
            request: The request under whose idempotency key it comes.

        Returns:
            The message in the queue. One that is there already stays as it is, and so does the one
            that came under the same idempotency key.

        Raises:
            ChainOutageError: `ANCHOR_STALLED`; `MESSAGES_IN_A_ROW`: too many wait about the same object.
            NotEntitledError: `MESSAGE_OF_ANOTHER`: another body handed it in.
            LedgerError: As `Admission`.
        """
        for _ in range(_MOST_TRIES):
            known = self.queue.of_request(owner, request.key) if request else None
            if known is not None:
                return known
            try:
                return self._accept_once(objects, what, owner, request)
            except QueueMovedError:
                continue
        raise StoreOutageError("QUEUE_CONTENDED", tries=_MOST_TRIES)

    def state(self, objects: Collection[str]) -> StateView:
        """The ledger's state, with what was accepted about some objects and is not recorded yet."""
        return overlay_of(
            self._sight().index, [each.message for each in self.queue.about(objects)], self._now()
        )

    def is_alive(self, digest: str) -> bool:
        """Whether a message is recorded, or may still be."""
        known = self.queue.find(digest)
        if known is not None:
            return known.is_alive
        return self._sight().index.seq_of(digest) is not None

    def note_successor(self, digest: str, successor: str) -> None:
        """Note of a message that will never be recorded which one was signed in its place."""
        old = self.queue.find(digest)
        if old is not None and old.error() is not None:
            self.queue.change([replace(old, resigned_as=successor)], old.state)

    def promise_state(self) -> str:
        """Whether promises are given now: `GIVEN`, or why not."""
        return self._promises.state(self._look().index, self._now())

    def _accept_once(
        self, objects: Collection[str], what: Make | SignedMessage, owner: str, request: Request | None
    ) -> Queued:
        now, sight = self._now(), self._sight()
        self._require_moving(sight, now)
        pending = self.queue.about(objects)
        state = overlay_of(sight.index, [each.message for each in pending], now)
        message = what if isinstance(what, SignedMessage) else what(state)
        known = self.queue.find(message.digest)
        if known is not None and known.is_alive:
            if message is what:
                return _own(known, owner)
            raise QueueMovedError  # somebody made the very same one meanwhile
        self._require_turn(message, pending)
        is_known = sight.index.seq_of(message.digest) is not None
        gas = 0 if is_known else self._admit(message, state, sight, is_first=not pending, now=now)
        promise = self._promises.promise(message.digest, now, sight.index)
        seen = max((each.number for each in pending), default=0)
        return self.queue.add(Queued(message, owner, now, promise, request, gas), objects, seen)

    def _admit(
        self, message: SignedMessage, state: StateView, sight: Sight, *, is_first: bool, now: int
    ) -> int:
        """By the contract where nothing waits before the message and a node answers; else judged here."""
        if sight.is_fresh and is_first:
            try:
                return self._admission.require(message, state, now)
            except OutageError:
                if self._needs_node:
                    raise
        self._admission.judge(message, state, now)
        return 0

    def _sight(self) -> Sight:
        sight = self._look()
        if sight.outage is not None and (self._needs_node or sight.index.cursor() is None):
            raise sight.outage
        return sight

    def is_stalled(self) -> bool:
        """Whether nothing was recorded for so long that nothing more is accepted."""
        sight = self._look()
        return sight.index.cursor() is not None and self._stalled(sight, self._now()) >= self._stall

    def _require_moving(self, sight: Sight, now: int) -> None:
        seconds = self._stalled(sight, now)
        if seconds >= self._stall and not self._needs_node:  # who needs one sends the messages as well
            raise ChainOutageError("ANCHOR_STALLED", seconds=seconds, limit=self._stall)

    def _require_turn(self, message: SignedMessage, pending: Sequence[Queued]) -> None:
        before = [each for each in pending if each.message.touched & message.touched]
        if len(before) >= MOST_IN_A_ROW and not self._needs_node:
            raise ChainOutageError("MESSAGES_IN_A_ROW", object=min(message.touched), count=len(before))

    def _stalled(self, sight: Sight, now: int) -> int:
        """Seconds for which messages waited and none was recorded, or no node answered."""
        since = self.queue.state().stalled_since()
        waited = 0 if since is None else now - since
        return waited if sight.is_fresh else max(waited, now - (sight.seen_at or 0))

    def _now(self) -> int:
        return int(self._clock.now().timestamp())


def _own(known: Queued, owner: str) -> Queued:
    """A message that is there already, for the body that handed it in: its license is nobody else's."""
    if known.owner != owner:
        raise NotEntitledError("MESSAGE_OF_ANOTHER", message=known.digest)
    return known


@dataclass(frozen=True)
class Desk:
    """Where services hand messages in for one caller, and learn what became of them.

    Attributes:
        accepting: Takes messages in.
        wait: Waits for what becomes of a message, as long as this caller waits; gives it as it is then.
        owner: The caller's credit code; empty for this home.
        request: The caller's request, where it carries an idempotency key.
    """

    accepting: AcceptMessages
    wait: Callable[[Queued], Queued]
    owner: str = ""
    request: Request | None = None

    def send(self, objects: Collection[str], what: Make | SignedMessage) -> Queued:
        """Accept a message and wait for it.

        Raises:
            LedgerError: It was not accepted, or the ledger refused it.
        """
        return self.settled(self.accept(objects, what))

    def accept(self, objects: Collection[str], what: Make | SignedMessage) -> Queued:
        """Accept a message and wait for nothing; raises as `AcceptMessages.accept`."""
        return self.accepting.accept(objects, what, self.owner, self.request)

    def settled(self, queued: Queued) -> Queued:
        """Wait for an accepted message.

        Raises:
            LedgerError: The ledger refused it, or it ran out.
        """
        after = self.wait(queued)
        error = after.error()
        if error is not None:
            raise error
        return after

    def recorded(self, digest: str) -> Queued | None:
        """The message with a digest that is in the queue, whatever became of it."""
        return self.accepting.queue.find(digest)
