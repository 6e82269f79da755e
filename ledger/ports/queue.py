"""The queue of accepted messages: what became of each, on disk before anybody is told.

    ACCEPTED → SENT → ANCHORED
             ↘      ↘ REFUSED   the contract refused it for good
                    ↘ EXPIRED   it was not recorded until its `notAfter`: to be signed again

A message that was sent goes back to ACCEPTED where its transaction can no longer take effect. The
message itself can be recorded once only, since it binds a revision or a new id: so sending it again
is always safe, and whether it was recorded is told by its digest, whichever relay carried it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Protocol

from ledger.domain.canonical import JsonObject
from ledger.domain.moments import parse_moment
from ledger.domain.refusals import refusal_of
from ledger.domain.signed_message import SignedMessage
from ledger.errors import LedgerError, RuleError
from ledger.ports import Transaction


class MessageState(StrEnum):
    """How far a message is."""

    ACCEPTED = "ACCEPTED"
    SENT = "SENT"
    ANCHORED = "ANCHORED"
    REFUSED = "REFUSED"
    EXPIRED = "EXPIRED"


PENDING = frozenset({MessageState.ACCEPTED, MessageState.SENT})
"""States of a message that may still be recorded."""


KEY_SECONDS = 86_400
"""Seconds for which an idempotency key counts."""


class QueueMovedError(Exception):
    """Another message about the same object came in between; look again and decide anew."""


class PlaceTakenError(Exception):
    """The message in whose place one was to come may still be recorded, or has another in its place."""


@dataclass(frozen=True)
class KeysSeen:
    """The keys by which a message was judged, and what was seen to wait about them.

    Attributes:
        keys: Objects of the keys that signed it, and of those from which they descend, 0x-hex.
        number: Highest number among the pending messages that change one of them.
    """

    keys: frozenset[str] = frozenset()
    number: int = 0


NO_KEYS = KeysSeen()
"""Of what is judged by no key."""


@dataclass(frozen=True)
class Recorded:
    """Where a message stands on the ledger.

    Attributes:
        seq: Number of its last record.
        tx_hash: The transaction that carried it.
        block: Height of its block.
        time: Of that block, in Unix seconds.
        gas_used: None where another relay paid for it.
    """

    seq: int
    tx_hash: str
    block: int
    time: int
    gas_used: int | None

    def as_json(self) -> JsonObject:
        """`{"seq", "txHash", "block", "gasUsed"}`."""
        return {"seq": self.seq, "txHash": self.tx_hash, "block": self.block, "gasUsed": self.gas_used}


@dataclass(frozen=True)
class Reason:
    """Why a message was refused: a code of `ledger.errors` with its fields."""

    code: str
    fields: Mapping[str, object]

    @classmethod
    def of(cls, error: LedgerError) -> Reason:
        """The reason that an error gives."""
        return cls(error.code, error.plain_fields())

    def error(self) -> LedgerError:
        """The error again."""
        return refusal_of(self.code, self.fields)


@dataclass(frozen=True)
class Request:
    """The request under whose idempotency key a message came in.

    Attributes:
        key: The `Idempotency-Key`.
        digest: Of the whole request, 32 bytes in hex.
    """

    key: str
    digest: str


@dataclass(frozen=True)
class Queued:
    """A message of the queue.

    Attributes:
        message: What is to be recorded.
        owner: Credit code of the body that handed it in, which alone may ask for it; empty for this home.
        accepted_at: When it was on disk, in Unix seconds.
        promise: The relay's promise (`elicense-promise/1`), or None as long as none is given.
        request: Under which idempotency key it came in, or None.
        gas: What its contract asked for when it was accepted; 0 where that was not asked.
        state: How far it is.
        transactions: Kept before they were sent, all with one nonce, the newest last.
        record: Where it stands, once anchored.
        reason: Why it was refused.
        resigned_as: Digest of the message that was signed in its place; empty where none was.
        is_final: Whether its record lies so deep that no fork takes it away.
        number: Its place in the order of acceptance.
    """

    message: SignedMessage
    owner: str
    accepted_at: int
    promise: JsonObject | None = None
    request: Request | None = None
    gas: int = 0
    state: MessageState = MessageState.ACCEPTED
    transactions: tuple[Transaction, ...] = ()
    record: Recorded | None = None
    reason: Reason | None = None
    resigned_as: str = ""
    is_final: bool = False
    number: int = 0

    @property
    def digest(self) -> str:
        """The message's digest, 0x-hex."""
        return self.message.digest

    @property
    def is_pending(self) -> bool:
        """Whether it may still be recorded."""
        return self.state in PENDING

    @property
    def due(self) -> int | None:
        """The last second at which a record keeps its promise; None where none was given."""
        return None if self.promise is None else parse_moment(str(self.promise["anchorBy"]))

    @property
    def is_alive(self) -> bool:
        """Whether it is recorded, or may still be."""
        return self.is_pending or self.state is MessageState.ANCHORED

    def sent(self, transaction: Transaction) -> Queued:
        """The same with the transaction that carries it, to be kept before that is sent."""
        return replace(self, state=MessageState.SENT, transactions=(*self.transactions, transaction))

    def waiting(self) -> Queued:
        """The same, to be sent anew: no transaction of it can take effect any more."""
        return replace(self, state=MessageState.ACCEPTED, transactions=(), record=None, gas=0)

    def anchored(self, record: Recorded) -> Queued:
        """The same, recorded."""
        return replace(self, state=MessageState.ANCHORED, record=record)

    def refused(self, error: LedgerError) -> Queued:
        """The same, refused for good."""
        return replace(self, state=MessageState.REFUSED, reason=Reason.of(error))

    def expired(self) -> Queued:
        """The same, to be signed again."""
        return replace(self, state=MessageState.EXPIRED)

    @property
    def is_open(self) -> bool:
        """Whether another message may come in its place: it will never be recorded, and none came yet."""
        return not self.is_alive and not self.resigned_as

    def error(self) -> LedgerError | None:
        """What whoever waits for it is told where it will never be recorded."""
        if self.state is MessageState.EXPIRED:
            return RuleError("MESSAGE_EXPIRED_UNSENT", message=self.digest)
        return self.reason.error() if self.reason is not None else None


@dataclass(frozen=True)
class QueueState:
    """The queue as a whole.

    Attributes:
        counts: Messages by state.
        oldest_pending: When the oldest message was accepted that is not yet decided; None where none waits.
        last_anchored: When a message was anchored last; None where none ever was.
        broken: Promises whose time is over without a record in it, by our clock.
    """

    counts: Mapping[MessageState, int]
    oldest_pending: int | None
    last_anchored: int | None
    broken: int = 0

    @property
    def pending(self) -> int:
        """How many messages are not yet decided."""
        return sum(self.counts.get(state, 0) for state in PENDING)

    def stalled_since(self) -> int | None:
        """Since when messages have waited and none was anchored; None where none waits."""
        if self.oldest_pending is None:
            return None
        return max(self.oldest_pending, self.last_anchored or 0)


class MessageQueue(Protocol):
    """Where accepted messages are kept. Each call is one transaction, on disk when it returns."""

    def add(
        self,
        queued: Queued,
        objects: Collection[str],
        seen: int,
        instead_of: str = "",
        keys: KeysSeen = NO_KEYS,
    ) -> Queued:
        """Take a message in; one with its digest that will never be recorded gives way to it.

        Args:
            queued: The message, not yet numbered.
            objects: Ids of what it is about or reserves for itself, 0x-hex.
            seen: Highest number among the pending messages about its objects that its acceptance rests on.
            instead_of: Digest of a message of the queue that will never be recorded and in whose place
                it comes: that is noted there in the same transaction.
            keys: By which keys it was judged.

        Returns:
            It as it is kept, with its number.

        Raises:
            QueueMovedError: Meanwhile it, or another one about one of its objects or that changes one of its
                keys, was taken in.
            PlaceTakenError: The message of `instead_of` may still be recorded, or has another in its place.
        """
        ...

    def add_all(self, queued: Sequence[Queued], seen: int, keys: Sequence[KeysSeen]) -> list[Queued]:
        """Take several messages in, in their order and one transaction: all of them, or none.

        Args:
            queued: Each, not yet numbered; it is about what it needs.
            seen: As for `add`, of all of them.
            keys: As for `add`, of each.

        Raises:
            QueueMovedError: As `add`, of one of them.
        """
        ...

    def change(self, queued: Sequence[Queued], was: MessageState) -> list[Queued]:
        """Keep messages as they are now, each where its state is still `was`; those that were kept."""
        ...

    def promise(self, queued: Queued) -> Queued:
        """Keep the promise of a message that waits without one; gives it as it is kept then."""
        ...

    def find(self, digest: str) -> Queued | None:
        """The message with a digest (0x-hex), or None."""
        ...

    def of_request(self, owner: str, key: str) -> Queued | None:
        """The message that came in under a body's idempotency key within the last day, or None.

        A key under which one still waits goes on to count until that is decided.
        """
        ...

    def waiting(self) -> int:
        """How many messages are not yet decided."""
        ...

    def sent(self, limit: int) -> list[Queued]:
        """The first messages that are under way, in their order."""
        ...

    def ready(self, limit: int) -> list[Queued]:
        """Messages that can be sent next, in their order: accepted, and resting on none that is pending.

        Where there are more than `limit`, its bodies share it: each has as many of them under way and
        chosen as any other, as far as it has messages, and its first come first.
        """
        ...

    def about(self, objects: Collection[str]) -> list[Queued]:
        """All pending messages about these objects and, in turn, about what those rest on, in their order."""
        ...

    def unsettled(self, until_block: int, limit: int) -> list[Queued]:
        """Anchored messages in blocks up to a height whose records are not yet final."""
        ...

    def rows(self, state: MessageState | None, limit: int, after: int = 0) -> list[Queued]:
        """Messages in their order, behind the number `after`."""
        ...

    def state(self) -> QueueState:
        """The queue as a whole."""
        ...
