"""What both sides of a use remember, and how they reach each other.

The provider keeps each request with what it answered, before anybody is told:

    RESERVED → OFFERED → SIGNED → RECORDED
             ↘ gone    ↘ ENDED  the offer ran out unsigned, or the ledger refused the use

A request counts against its grant from the moment it is reserved, whatever dies afterwards.

A use that will stand in a batch is GATHERED instead, and released with the provider's promise. Batches are
OFFERED → SIGNED → RECORDED or ENDED, and their uses become RECORDED or ENDED with them.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from ledger.domain.canonical import JsonObject
from ledger.domain.rules.uses import use_of
from ledger.domain.sharing_entities import Use
from ledger.domain.use_receipt import RecordPlace


class UseState(StrEnum):
    """How far a use is."""

    RESERVED = "RESERVED"
    GATHERED = "GATHERED"
    OFFERED = "OFFERED"
    SIGNED = "SIGNED"
    RECORDED = "RECORDED"
    ENDED = "ENDED"


OPEN = frozenset({UseState.RESERVED, UseState.GATHERED, UseState.OFFERED, UseState.SIGNED})
"""States of a use that may still be recorded."""


@dataclass(frozen=True)
class KeptUse:
    """A use as its provider keeps it.

    Attributes:
        id: Digest of the request, 0x-hex.
        grant: The grant's object, 0x-hex.
        grantee: Credit code of who asked.
        request: As it was sent (`ledger.domain.use_request`).
        state: How far it is.
        sign_by: Last second at which the grantee may sign.
        license_id: Whose fields are handed out, 0x-hex; empty before it is offered.
        object: What its record is about, 0x-hex; empty before it is offered.
        digest: Of the message, 0x-hex; empty before it is offered.
        message: The signed message, as the queue keeps it; None before it is offered.
        handout: What is handed out, encrypted for the grantee; None before it is offered.
        place: Where it stands on the ledger, once that was seen.
    """

    id: str
    grant: str
    grantee: str
    request: JsonObject
    state: UseState
    sign_by: int
    license_id: str = ""
    object: str = ""
    digest: str = ""
    message: JsonObject | None = None
    handout: JsonObject | None = None
    place: RecordPlace | None = None


@dataclass(frozen=True)
class GatheredUse:
    """A use that was released, to stand in a batch.

    Attributes:
        id: Digest of the request, 0x-hex.
        grant: The grant's object, 0x-hex.
        words: What the record tells of it, 0x-hex.
        promise: The provider's (`ledger.domain.use_promise`).
        at: When it was gathered, in Unix seconds.
        batch: Object of the batch in which it stands, 0x-hex; empty as long as it is in none.
        index: Its leaf there.
    """

    id: str
    grant: str
    words: tuple[str, ...]
    promise: JsonObject
    at: int
    batch: str = ""
    index: int = 0

    @property
    def use(self) -> Use:
        """What the words say."""
        return use_of(tuple(bytes.fromhex(each[2:]) for each in self.words))


@dataclass(frozen=True)
class KeptBatch:
    """A batch of uses as its provider keeps it.

    Attributes:
        object: 0x-hex.
        grant: The grant's object, 0x-hex.
        state: OFFERED, SIGNED, RECORDED or ENDED.
        digest: Of the message, 0x-hex.
        message: As the provider signed it, or both did.
        sign_by: Last second at which the grantee's signature is in time.
        is_late: Whether that time passed, so that its uses were recorded as left unsigned.
    """

    object: str
    grant: str
    state: UseState
    digest: str
    message: JsonObject
    sign_by: int
    is_late: bool = False


@dataclass(frozen=True)
class Gathering:
    """The uses of one grant that are in no batch yet: how many, and when the first was gathered."""

    grant: str
    count: int
    since: int


@dataclass(frozen=True)
class BatchCounts:
    """How uses in batches stand.

    Attributes:
        gathered: In no batch yet.
        unsigned: In batches that wait for the grantee's signature.
        late: Of those, the ones whose time to sign is over.
        closed: Grants that get no further uses in batches because of that.
        broken: Promises of uses whose time passed without a record in it.
    """

    gathered: int
    unsigned: int
    late: int
    closed: int
    broken: int


@dataclass(frozen=True)
class UseCode:
    """A use code (用证码): names a license to one operator of one grantee, under one grant, for a short time.

    Attributes:
        code: 32 hex digits, random.
        grant: The grant, 0x-hex.
        license_id: 0x-hex.
        request: Digest of the request by which it was found, 0x-hex.
        until: First second at which it is good no more.
    """

    code: str
    grant: str
    license_id: str
    request: str
    until: int


@dataclass(frozen=True)
class KeptRefusal:
    """A request that was refused, until the ledger has it.

    Attributes:
        id: Digest of the request, 0x-hex.
        owner: Credit code of the body whose resource was asked for.
        code: The owner's code for the resource.
        grantee: Credit code of who asked.
        grant: The grant that was named, 0x-hex.
        reason: Number of the reason.
        at: When, in Unix seconds.
    """

    id: str
    owner: str
    code: str
    grantee: str
    grant: str
    reason: int
    at: int


@dataclass(frozen=True)
class NamedRefusal:
    """A refusal of which the provider knows whose data were asked for.

    Attributes:
        refusal: It.
        request: What was asked; None of a lookup.
        message: That records it, as a form.
    """

    refusal: KeptRefusal
    request: JsonObject | None
    message: JsonObject


Admit = Callable[[Sequence[KeptUse]], Mapping[str, UseState]]
"""Judges a new use by the other open ones of its grant."""


class UseStore(Protocol):
    """What a provider remembers of uses; every change is on disk when it returns."""

    def find(self, use_id: str) -> KeptUse | None:
        """A use, or None."""
        ...

    def of_license(self, license_id: str) -> list[KeptUse]:
        """The uses of a license's data, 0x-hex, and those that located it, whatever became of them."""
        ...

    def reserve(self, use: KeptUse, admit: Admit | None) -> KeptUse:
        """Keep a new use; gives the one that is kept already under its id.

        Args:
            use: Reserved.
            admit: Is given the other open uses of its grant, while nobody else reserves any; tells which of
                them are open no more, or raises: then nothing is kept. None where nobody counts.
        """
        ...

    def asked_since(self, grants: Collection[str], since: int, now: int) -> list[str]:
        """Uses of some grants that were asked for from a moment on, without those that ended or ran out."""
        ...

    def change(self, use: KeptUse, before: Collection[UseState]) -> bool:
        """Keep another state of a use; False where it is in none of the states `before`.

        What is handed out is kept with an offer and never after it: by then it may have been erased.
        """
        ...

    def forget(self, license_id: str) -> None:
        """Forget what was handed out of a license; that it was used stays."""
        ...

    def row_handouts(self) -> Iterator[KeptUse]:
        """The uses of rows of data sets of which a handout is kept; without it, and without messages."""
        ...

    def forget_uses(self, uses: Collection[str]) -> None:
        """Forget what was handed out in some uses; that they were stays."""
        ...

    def compact(self) -> None:
        """Leave nothing of what was forgotten on the disk."""
        ...

    def keep_codes(self, codes: Sequence[UseCode], now: int) -> None:
        """Keep use codes; forget those that are long over."""
        ...

    def use_code(self, code: str) -> UseCode | None:
        """A use code, or None."""
        ...

    def signed(self, limit: int) -> list[KeptUse]:
        """Uses that both sides signed and nobody saw on the ledger yet."""
        ...

    def drop(self, use_id: str) -> None:
        """Forget a use that was reserved and never offered."""
        ...

    def gather(self, use: KeptUse, gathered: GatheredUse) -> bool:
        """Keep that a reserved use was gathered; False where it is reserved no more."""
        ...

    def gathered(self, use_id: str) -> GatheredUse | None:
        """A use that was gathered, or None."""
        ...

    def gatherings(self) -> list[Gathering]:
        """The grants of which uses are in no batch yet."""
        ...

    def in_no_batch(self, grant: str, limit: int) -> list[GatheredUse]:
        """The uses of a grant that are in no batch yet, the oldest first."""
        ...

    def close(self, batch: KeptBatch, uses: Sequence[str]) -> bool:
        """Keep a batch with its uses in their order; False where one of them is in a batch already."""
        ...

    def batch(self, object_id: str) -> KeptBatch | None:
        """A batch by its object, or None."""
        ...

    def batches(self, states: Collection[UseState], grant: str = "") -> list[KeptBatch]:
        """The batches in some states, of a grant or of any, the oldest first."""
        ...

    def leaves_of(self, object_id: str) -> list[GatheredUse]:
        """The uses in a batch, in its order."""
        ...

    def change_batch(self, batch: KeptBatch, before: KeptBatch, place: RecordPlace | None = None) -> bool:
        """Keep another state of a batch, and of its uses where it is over.

        Args:
            batch: As it is from now on.
            before: As it was read; where it is so no more, nothing is kept and the answer is False.
            place: Where it was recorded.
        """
        ...

    def anchored(self, uses: Collection[str], at: int) -> None:
        """Note when gathered uses were first recorded, in a batch or as left unsigned."""
        ...

    def left_unsigned(self) -> Mapping[str, list[str]]:
        """Uses whose record as left unsigned is under way: by the digest of the message that carries it."""
        ...

    def unsigned_record(self, use_id: str) -> JsonObject | None:
        """The recorded message that tells that a use was left unsigned, or None."""
        ...

    def batch_counts(self, now: int) -> BatchCounts:
        """How uses in batches stand at a moment."""
        ...

    def promises(self) -> Iterator[JsonObject]:
        """All promises of uses, in the order in which they were given."""
        ...

    def is_refused(self, use_id: str) -> bool:
        """Whether a request was refused before."""
        ...

    def refused_since(self, grantee: str, owner: str, code: str, reason: int, since: int) -> list[int]:
        """When a grantee's requests for a resource were refused for a reason after a moment, in order."""
        ...

    def refuse(self, refusals: Sequence[KeptRefusal]) -> None:
        """Keep refusals; the first of a request stands."""
        ...

    def concern(self, use_id: str, licenses: Collection[str], request: JsonObject | None) -> None:
        """Keep whose data a request asked for that is refused.

        Args:
            use_id: Digest of the request, 0x-hex.
            licenses: As far as they are known, by id.
            request: What was asked, for their holders; None of a lookup, which names a person.
        """
        ...

    def refused_of(self, license_id: str) -> list[NamedRefusal]:
        """The refusals about a license that a message carries, in the order of their requests."""
        ...

    def refusals(self, limit: int) -> list[KeptRefusal]:
        """Refusals that no message carries yet: by resource, of each at most so many, the oldest first.

        Before all others stands what was released and left unsigned, whose record is promised.
        """
        ...

    def carry(self, refusals: Collection[str], digest: str, message: JsonObject) -> bool:
        """Keep a message that records refusals, before it is handed in.

        False, and nothing is kept, where another message carries one of them already.
        """
        ...

    def carriers(self) -> list[tuple[str, JsonObject]]:
        """Kept messages that were not handed in yet, with their digests."""
        ...

    def handed_in(self, digest: str) -> None:
        """Note that a kept message is in the queue."""
        ...

    def uncarry(self, digest: str) -> None:
        """Forget a message that cannot be handed in: its refusals wait for another."""
        ...


class Channel(Protocol):
    """The grantee's way to a provider."""

    @property
    def is_direct(self) -> bool:
        """Whether a refusal is the provider's own word, not that of whoever carries files."""
        ...

    def ask(self, request: JsonObject) -> JsonObject:
        """The offer for a request; raises what the provider refuses."""
        ...

    def sign(self, use_id: str, key: str, signature: str) -> JsonObject:
        """Accept an offer: what became of it; raises what the provider refuses."""
        ...

    def copy(self, use_id: str) -> JsonObject:
        """`{"handout", "receipt", "promise"}`; raises `USE_NOT_RECORDED` as long as it is not released."""
        ...


class BatchChannel(Channel, Protocol):
    """The grantee's way to a provider that gathers uses."""

    def pending(self, grant: str) -> JsonObject:
        """The uses of a grant that wait for a batch, and a batch that waits for the grantee's signature."""
        ...

    def sign_batch(self, object_id: str, key: str, signature: str) -> JsonObject:
        """Sign a batch: what became of it; raises what the provider refuses."""
        ...
