"""Accepting messages: on disk and promised, or refused; nothing in between.

A message is accepted when it would be recorded as things stand, counting what was accepted before
it. Then it is put into the queue together with the promise, in one transaction; only after that is
anybody told. While the ledger is not seen, or records do not come, what is accepted is not promised
before that is over. Where nothing has been anchored for long, nothing more is accepted: an outage
costs availability, never a promise.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

from ledger.domain.canonical import JsonObject
from ledger.domain.entities import Organisation
from ledger.domain.lineage import descent_of
from ledger.domain.objects import key_object
from ledger.domain.promise import MAX_DELAY, Promise
from ledger.domain.registry_messages import KIND_OF
from ledger.domain.signed_message import SignedMessage
from ledger.domain.state import StateView
from ledger.domain.trustfile import TrustFile
from ledger.errors import (
    ChainOutageError,
    LedgerError,
    NotEntitledError,
    OutageError,
    StoreOutageError,
    TransitionError,
)
from ledger.ports import Clock, Index, Signer
from ledger.ports.queue import (
    KeysSeen,
    MessageQueue,
    PlaceTakenError,
    Queued,
    QueueMovedError,
    Recorded,
    Request,
)
from ledger.service.admission import Admission, overlay_of
from ledger.service.live_index import Sight
from ledger.service.named_refusals import named
from ledger.service.signing_body import signing_body

STALL_SECONDS = 4 * 3600
"""Seconds without any record after which messages are no longer accepted (X-Road stops after as long)."""

MOST_IN_A_ROW = 8
"""Messages that may wait one behind the other: each needs a block of its own, and holds up the others'."""

_MOST_TRIES = 20

Make = Callable[[StateView], SignedMessage]
"""Makes a message for a state, which counts what was accepted before it."""


def latest_record(message: SignedMessage, now: int) -> int:
    """The last second at which a record keeps a promise of now; none is made after a message's end."""
    return min(now + MAX_DELAY, message.not_after)


class GivePromises:
    """Signs promises with the registered key of the relay's body.

    Args:
        trust: The pinned trust file.
        signer: The key, or None where none was given: then nothing is promised.
    """

    def __init__(self, trust: TrustFile, signer: Signer | None) -> None:
        self._trust, self._signer = trust, signer

    @property
    def has_key(self) -> bool:
        """Whether promises may be given at all."""
        return self._signer is not None

    def state(self, index: Index, now: int) -> str:
        """`GIVEN`, or why not: `NO_KEY`, `KEY_NOT_REGISTERED`."""
        if self._signer is None:
            return "NO_KEY"
        return "GIVEN" if self._body(index, now) is not None else "KEY_NOT_REGISTERED"

    def promise(self, message: SignedMessage, now: int, index: Index) -> JsonObject | None:
        """The promise for a message that is accepted now, or None."""
        body = self._body(index, now)
        if self._signer is None or body is None:
            return None
        by = latest_record(message, now)
        made = Promise(
            ledger_id=self._trust.ledger_id,
            digest=message.digest,
            accepted_at=now,
            anchor_by=by,
            uscc=body.uscc,
            public_key=self._signer.public_key,
        )
        return made.signed(self._signer.sign(made.message())).as_json()

    def _body(self, index: Index, now: int) -> Organisation | None:
        """Whose signing key it is, while that may sign."""
        if self._signer is None:
            return None
        return signing_body(index, self._signer.public_key, now)


class AcceptMessages:
    """Takes messages into the queue of this home.

    Args:
        queue: The queue.
        look: The ledger as near as can be had.
        record_of: Where a message stands that the index knows; raises `OutageError`.
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
        record_of: Callable[[SignedMessage], Recorded],
        admission: Admission,
        promises: GivePromises,
        clock: Clock,
        stall: int = STALL_SECONDS,
        needs_node: bool = False,
    ) -> None:
        self.queue, self._look, self._record_of, self._admission = queue, look, record_of, admission
        self._promises, self._clock = promises, clock
        self._stall, self._needs_node = stall, needs_node

    def accept(
        self,
        objects: Collection[str],
        what: Make | SignedMessage,
        owner: str = "",
        request: Request | None = None,
        instead_of: str = "",
    ) -> Queued:
        """Accept a message, or refuse it.

        Args:
            objects: Ids of what it is about and rests on, 0x-hex.
            what: The message; or what makes it, and makes another one where one came in between.
            owner: Credit code of the body that hands it in.
            request: The request under whose idempotency key it comes.
            instead_of: Digest of a message that will never be recorded and in whose place it comes, or none.

        Returns:
            The message in the queue. One that is there already stays as it is, and so does the one
            that came under the same idempotency key. One that stands on the ledger and is not in the
            queue is answered from there and not taken in: whoever reads it there may hand it in.

        Raises:
            ChainOutageError: `ANCHOR_STALLED`; `MESSAGES_IN_A_ROW`: too many wait about the same object.
            NotEntitledError: `MESSAGE_OF_ANOTHER`: another body handed it in.
            TransitionError: `MESSAGE_NOT_RESIGNED`: another came in that place.
            LedgerError: As `Admission`.
        """
        for _ in range(_MOST_TRIES):
            known = self.queue.of_request(owner, request.key) if request else None
            if known is not None:
                return known
            try:
                return self._accept_once(objects, what, owner, request, instead_of)
            except QueueMovedError:
                continue
            except PlaceTakenError:
                old = self.queue.find(instead_of)
                state = old.state.value if old else "-"
                raise TransitionError("MESSAGE_NOT_RESIGNED", message=instead_of, state=state) from None
        raise StoreOutageError("QUEUE_CONTENDED", tries=_MOST_TRIES)

    def accept_all(self, messages: Sequence[SignedMessage], owner: str = "") -> list[Queued]:
        """Accept several messages, each behind those before it, or refuse all of them.

        Args:
            messages: In the order in which they are to be recorded.
            owner: Credit code of the body that hands them in.

        Returns:
            As `accept` of each. Those that are new are taken in at once: all are on disk, or none.

        Raises:
            LedgerError: As `accept`, of the first that is refused.
        """
        for _ in range(_MOST_TRIES):
            with suppress(QueueMovedError):
                return self._accept_all_once(messages, owner)
        raise StoreOutageError("QUEUE_CONTENDED", tries=_MOST_TRIES)

    def state(self, objects: Collection[str]) -> StateView:
        """The ledger's state, with what was accepted about some objects and is not recorded yet."""
        return self._laid(self._sight(), self.queue.about(objects))

    def is_alive(self, digest: str) -> bool:
        """Whether a message is recorded, or may still be."""
        known = self.queue.find(digest)
        return (known is not None and known.is_alive) or self._sight().index.seq_of(digest) is not None

    def named(self, error: LedgerError) -> LedgerError:
        """A refusal with the names of what it is about, as far as the index has them."""
        with suppress(OutageError):
            return named(error, self._look().index)
        return error

    def promise_state(self) -> str:
        """Whether promises are given now: `GIVEN`, or why not: as `GivePromises.state`, or `WITHHELD`."""
        sight = self._look()
        state = self._promises.state(sight.index, self._moment(sight))
        return "WITHHELD" if state == "GIVEN" and not self._keeps(sight) else state

    def keeps_promises(self) -> bool:
        """Whether promises of now are kept as far as can be seen, whoever gives them."""
        return self._keeps(self._look())

    def promised(self, queued: Queued) -> Queued:
        """A pending message with the promise that could not be given when it was accepted, if it can now."""
        if queued.promise is not None or not queued.is_pending or not self._promises.has_key:
            return queued
        try:
            sight, pending = self._look(), self.queue.about(queued.message.needed)
            before = [each for each in pending if each.number < queued.number]
            state, by_contract = self._laid(sight, before), False
            waiting = self._about_its_keys(queued.message, state, queued.number)
            ending = [each.message for each in waiting if _of_registry(each.message)]
            state = overlay_of(state, ending, self._moment(sight)) if ending else state
            if _of_registry(queued.message) and not before:
                self._admission.require(queued.message, state, self._moment(sight))
                by_contract = True
            promise = self._promise(queued.message, state, sight, by_contract=by_contract)
        except LedgerError:  # whatever stands in its way now is told when it is sent
            return queued
        return queued if promise is None else self.queue.promise(replace(queued, promise=promise))

    def _accept_once(
        self,
        objects: Collection[str],
        what: Make | SignedMessage,
        owner: str,
        request: Request | None,
        instead_of: str,
    ) -> Queued:
        sight = self._sight()
        self._require_moving(sight, self._now())
        pending = self.queue.about(objects)
        state = self._laid(sight, pending)
        message = what if isinstance(what, SignedMessage) else what(state)
        known = self._known(message, state, sight, owner, is_new=message is not what)
        if known is not None:
            return known
        self._require_turn(message, [each.message for each in pending])
        queued, keys = self._admitted(message, state, sight, is_first=not pending)
        seen = max((each.number for each in pending), default=0)
        return self.queue.add(replace(queued, owner=owner, request=request), objects, seen, instead_of, keys)

    def _accept_all_once(self, messages: Sequence[SignedMessage], owner: str) -> list[Queued]:
        sight = self._sight()
        self._require_moving(sight, self._now())
        pending = self.queue.about({name for each in messages for name in each.needed})
        before, state = [each.message for each in pending], self._laid(sight, pending)
        taken, new, keys = dict[str, Queued](), list[Queued](), list[KeysSeen]()
        for message in messages:
            known = taken.get(message.digest) or self._known(message, state, sight, owner)
            if known is None:
                self._require_turn(message, before)
                about = message.needed | _keys_of(message, state)
                is_first = not any(each.needed & about for each in before)
                admitted, own = self._admitted(message, state, sight, is_first=is_first)
                known = replace(admitted, owner=owner)
                new.append(known)
                keys.append(own)
                before.append(message)
                state = overlay_of(state, [message], self._moment(sight))
            taken[message.digest] = known
        seen = max((each.number for each in pending), default=0)
        added = self.queue.add_all(new, seen, keys) if new else []
        taken |= {each.digest: each for each in added}
        return [taken[each.digest] for each in messages]

    def _known(
        self, message: SignedMessage, state: StateView, sight: Sight, owner: str, *, is_new: bool = False
    ) -> Queued | None:
        """A message that waits here or is recorded; None of another.

        Raises:
            QueueMovedError: It was made just now, and somebody else made the very same one meanwhile.
        """
        known = self.queue.find(message.digest)
        if known is not None and known.is_alive:
            if is_new:
                raise QueueMovedError
            return _own(known, owner)
        if sight.index.seq_of(message.digest) is not None:
            return self._recorded(message, state, known, owner)
        return None

    def _admitted(
        self, message: SignedMessage, state: StateView, sight: Sight, *, is_first: bool
    ) -> tuple[Queued, KeysSeen]:
        """A message that would be recorded, with its promise and its keys; raises why it would not be.

        Args:
            message: The message.
            state: As it will be with what waits before it recorded.
            sight: The ledger.
            is_first: Whether nothing waits about what it is about and rests on.
        """
        waiting = self._about_its_keys(message, state)
        ending = [each.message for each in waiting if _of_registry(each.message)]
        seen = KeysSeen(
            frozenset(_keys_of(message, state)), max((each.number for each in waiting), default=0)
        )
        state = overlay_of(state, ending, self._moment(sight)) if ending else state
        gas = self._admit(message, state, sight, is_first=is_first and not ending)
        promise = None if gas is None else self._promise(message, state, sight, by_contract=gas > 0)
        return Queued(message, "", self._now(), promise, None, gas or 0), seen

    def _about_its_keys(
        self, message: SignedMessage, state: StateView, before: int | None = None
    ) -> list[Queued]:
        """What waits and changes the keys that signed a message, or those that registered them.

        Args:
            message: The message.
            state: Tells from which keys they descend.
            before: Number before which it waits, or None.
        """
        keys = _keys_of(message, state)
        pending = [each for each in self.queue.about(keys) if before is None or each.number < before]
        return [each for each in pending if keys & each.message.touched]

    def _recorded(self, message: SignedMessage, state: StateView, known: Queued | None, owner: str) -> Queued:
        """A message that stands on the ledger by another relay, or by a queue that was lost."""
        self._admission.require_signed(message, state)
        record = self._record_of(message)
        if known is not None:  # it was given up here
            found = replace(known, reason=None).anchored(record)
            self.queue.change([found], known.state)
            if known.owner == owner:
                return found
        return Queued(message, owner, self._now()).anchored(record)

    def _admit(self, message: SignedMessage, state: StateView, sight: Sight, *, is_first: bool) -> int | None:
        """By the contract where nothing waits before the message and a node answers; else judged here.

        Returns:
            Its gas, 0 where its contract had not to be asked, None where that did not answer.
        """
        gas: int | None = 0
        now = self._moment(sight)
        if sight.is_fresh and is_first:
            try:
                return self._admission.require(message, state, now)
            except OutageError:
                if self._needs_node:
                    raise
                gas = None
        self._admission.judge(message, state, now)
        return gas

    def _promise(
        self, message: SignedMessage, state: StateView, sight: Sight, *, by_contract: bool
    ) -> JsonObject | None:
        """The promise, where one is given now; raises what would be refused before it runs out.

        What the registry's contracts refuse is judged here in part only: without their word for a message,
        nothing is promised of it.
        """
        if _of_registry(message) and not by_contract:
            return None
        since = self._moment(sight)
        promise = self._promises.promise(message, since, sight.index) if self._keeps(sight) else None
        if promise is not None:
            self._admission.judge(message, state, latest_record(message, since))
        return promise

    def _keeps(self, sight: Sight) -> bool:
        """Whether promises of now are kept as far as can be seen: the ledger is seen, and records come."""
        return sight.is_fresh and self._stalled(sight, self._now()) < MAX_DELAY

    def _laid(self, sight: Sight, pending: Sequence[Queued]) -> StateView:
        """The ledger's state as it will be with pending messages recorded."""
        return overlay_of(sight.index, [each.message for each in pending], self._moment(sight))

    def _moment(self, sight: Sight) -> int:
        """The present: ours, or the newest block's where our clock lags behind the ledger, which judges."""
        return max(self._now(), sight.time)

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

    def _require_turn(self, message: SignedMessage, before: Sequence[SignedMessage]) -> None:
        count = sum(bool(each.touched & message.touched) for each in before)
        if count >= MOST_IN_A_ROW and not self._needs_node:
            raise ChainOutageError("MESSAGES_IN_A_ROW", object=min(message.touched), count=count)

    def _stalled(self, sight: Sight, now: int) -> int:
        """Seconds for which messages waited and none was recorded, or no node answered."""
        since = self.queue.state().stalled_since()
        waited = 0 if since is None else now - since
        return waited if sight.is_fresh else max(waited, now - (sight.seen_at or 0))

    def _now(self) -> int:
        return int(self._clock.now().timestamp())


def _keys_of(message: SignedMessage, state: StateView) -> set[str]:
    """Objects of the keys that signed a message, and of those from which they descend, 0x-hex."""
    line = {each for key in message.signatures for each in descent_of(state, "0x" + key.key_id.hex())}
    return {"0x" + key_object(bytes.fromhex(each[2:])).hex() for each in line}


def _of_registry(message: SignedMessage) -> bool:
    return message.prepared.struct.name in KIND_OF


def _own(known: Queued, owner: str) -> Queued:
    """A message that is there already, for the body that handed it in: its license is nobody else's.

    One about the registry is about nobody in particular, and several of its signers may hand it in.
    """
    if known.owner != owner and not _of_registry(known.message):
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

    def send(self, objects: Collection[str], what: Make | SignedMessage, instead_of: str = "") -> Queued:
        """Accept a message and wait for it; arguments as for `AcceptMessages.accept`.

        Raises:
            LedgerError: It was not accepted, or the ledger refused it.
        """
        return self.settled(self.accept(objects, what, instead_of))

    def accept(self, objects: Collection[str], what: Make | SignedMessage, instead_of: str = "") -> Queued:
        """Accept a message and wait for nothing; raises as `AcceptMessages.accept`."""
        try:
            return self.accepting.accept(objects, what, self.owner, self.request, instead_of)
        except LedgerError as error:
            raise self.accepting.named(error) from error

    def accept_all(self, messages: Sequence[SignedMessage]) -> list[Queued]:
        """Accept all of some messages or none, and wait for nothing; as `AcceptMessages.accept_all`."""
        return self.accepting.accept_all(messages, self.owner)

    def settled(self, queued: Queued) -> Queued:
        """Wait for an accepted message.

        Raises:
            LedgerError: The ledger refused it, or it ran out.
        """
        after = self.wait(queued)
        error = after.error()
        if error is not None:
            raise self.accepting.named(error)
        return after

    def recorded(self, digest: str) -> Queued | None:
        """The message with a digest that is in the queue, whatever became of it."""
        return self.accepting.queue.find(digest)
