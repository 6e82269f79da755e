"""Signed messages about the registry on their way to a relay: prepared, read strictly, all taken or none.

Whoever signs, regions as a rule, any registered body may hand it in: relays carry, contracts judge.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ledger.domain.canonical import JsonObject
from ledger.domain.facts import object_of
from ledger.domain.identifiers import Uscc
from ledger.domain.message_form import faulty_member, is_word
from ledger.domain.messages import CLOCK_TOLERANCE, MAX_LIFETIME, MESSAGES
from ledger.domain.objects import from_ascii32
from ledger.domain.registry_messages import KIND_OF, MADE_ONCE
from ledger.domain.revisions import revision_in
from ledger.domain.signed_message import Prepared, SignedMessage, signature_of
from ledger.domain.state import StateView
from ledger.errors import MalformedError
from ledger.ports import Clock
from ledger.ports.queue import Queued
from ledger.service.accept import Desk
from ledger.service.admission import overlay_of
from ledger.service.orders import Progress
from ledger.service.submission import DomainOf, Messages

MOST_MESSAGES = 64
"""Messages of one request: what the end of a body with many rights takes."""

MOST_SIGNERS = 65
"""Signatures of one message: the contracts take as many root regions, and a new key beside them."""


@dataclass(frozen=True)
class RegistryOrder:
    """A message that is wanted.

    Attributes:
        struct: Which.
        members: Its members after the header, hashes as 0x-hex.
        signers: Ids of the keys that are to sign it, 0x-hex, in the contract's order.
        header: `signedAt` and `notAfter`, where signatures over it were made already.
    """

    struct: str
    members: Mapping[str, object]
    signers: Sequence[str]
    header: Mapping[str, int] | None = None

    def as_json(self) -> JsonObject:
        """A member of `orders` of `POST /v1/registry/messages`."""
        wanted = {"struct": self.struct, "members": dict(self.members), "signers": list(self.signers)}
        return {**wanted, **(self.header or {})}


@dataclass(frozen=True)
class HandedRegistry:
    """A message as it came.

    Attributes:
        struct: Which.
        signed: Its members without `keyId`, hashes as 0x-hex.
        signatures: Key id (0x-hex) and signature (128 hex digits) of each signer, in the contract's order.
    """

    struct: str
    signed: Mapping[str, object]
    signatures: Sequence[tuple[str, str]]

    @classmethod
    def of(cls, message: SignedMessage) -> HandedRegistry:
        """A message that goes out."""
        form = message.as_json()
        return cls(form["struct"], form["values"], [(key, raw) for key, raw in form["signatures"]])

    def as_json(self) -> JsonObject:
        """A member of `messages` of `POST /v1/registry`."""
        made = [{"keyId": key, "signature": raw} for key, raw in self.signatures]
        return {"struct": self.struct, "signed": dict(self.signed), "signatures": made}

    def read(self, domain: DomainOf) -> SignedMessage:
        """The message.

        Raises:
            MalformedError: `SIGNED_MESSAGE_FORM` with the member.
        """
        _require(self.struct in KIND_OF, "struct")
        struct = MESSAGES[self.struct]
        fault = faulty_member(struct.fields[1:], self.signed)
        _require(fault is None, fault or "")
        _require(_is_of_body(self.struct, self.signed), "uscc")
        _require(0 < len(self.signatures) <= MOST_SIGNERS, "signatures")
        made = tuple(signature_of(bytes.fromhex(key[2:]), bytes.fromhex(raw)) for key, raw in self.signatures)
        return SignedMessage(Prepared(struct, dict(self.signed), domain(struct.contract)), made)


@dataclass(frozen=True)
class Registered:
    """What became of a message about the registry.

    Attributes:
        queued: The message.
        about: The object that it is about, 0x-hex.
        rev: The revision that it makes.
    """

    queued: Queued
    about: str
    rev: int

    @classmethod
    def of(cls, queued: Queued) -> Registered:
        """What a message of the queue does."""
        prepared = queued.message.prepared
        return cls(queued, registry_object(prepared), int(str(prepared.values["rev"])) + 1)

    def as_json(self) -> JsonObject:
        """A member of `records` of `POST /v1/registry`; null before the record what it decides."""
        message, place = self.queued.message.prepared.struct.name, Progress.of(self.queued).as_json()
        about = {"message": message, "object": self.about, "rev": self.rev, "digest": self.queued.digest}
        return {**about, **place}


def registry_object(prepared: Prepared) -> str:
    """The object that a message about the registry goes on with, 0x-hex."""
    return "0x" + object_of(KIND_OF[prepared.struct.name], prepared.values).hex()


class RegistryOnLedger:
    """Prepares messages about the registry, and takes signed ones.

    Args:
        messages: Prepares.
        desk: Where they are handed in.
        domain: For which contracts messages are now.
        clock: Tells which headers can still be recorded.
    """

    def __init__(self, messages: Messages, desk: Desk, domain: DomainOf, clock: Clock) -> None:
        self._messages, self._desk, self._domain, self._clock = messages, desk, domain, clock

    def prepare(self, orders: Sequence[RegistryOrder]) -> list[SignedMessage]:
        """The messages of some orders, unsigned, each as things stand when those before it are recorded.

        Raises:
            MalformedError: `SIGNED_MESSAGE_FORM` with the member.
        """
        for order in orders:
            self._require_order(order)
        drafts = [self._draft(order, 0) for order in orders]
        state = self._desk.accepting.state({each for draft in drafts for each in draft.needed})
        now = int(self._clock.now().timestamp())
        made: list[SignedMessage] = []
        for order in orders:
            message = self._draft(order, self._revision(order, state))
            state = overlay_of(state, [message], now)
            made.append(message)
        return made

    def take(self, handed: Sequence[HandedRegistry]) -> list[Registered]:
        """Accept all of some messages or none, and wait for the last of them.

        Who hands the same ones in again learns what became of them: by its digest each is accepted once.

        Raises:
            MalformedError: `SIGNED_MESSAGE_FORM` with the member.
            LedgerError: What the contracts refuse of one of them.
        """
        taken = self._desk.accept_all([each.read(self._domain) for each in handed])
        last = self._desk.settled(taken[-1])
        after = [self._desk.recorded(each.digest) or each for each in taken[:-1]]
        for each in after:
            if (error := each.error()) is not None:
                raise error
        return [Registered.of(each) for each in [*after, last]]

    def _draft(self, order: RegistryOrder, rev: int) -> SignedMessage:
        members = {**order.members, **(order.header or {})}
        return SignedMessage(self._messages.prepare(order.struct, rev, members), ())

    def _revision(self, order: RegistryOrder, state: StateView) -> int:
        """What is registered once begins at 0, so that nobody is made to sign for a second one."""
        return 0 if order.struct in MADE_ONCE else revision_in(state, KIND_OF[order.struct], order.members)

    def _require_order(self, order: RegistryOrder) -> None:
        _require(order.struct in KIND_OF, "struct")
        fault = faulty_member(MESSAGES[order.struct].members, order.members)
        _require(fault is None, fault or "")
        _require(_is_of_body(order.struct, order.members), "uscc")
        _require(all(map(is_word, order.signers)), "signers")
        if order.header is not None:
            for name in ("signedAt", "notAfter"):
                _require(name in order.header, name)
            now = int(self._clock.now().timestamp())
            signed_at, not_after = order.header["signedAt"], order.header["notAfter"]
            _require(0 <= signed_at <= now + CLOCK_TOLERANCE, "signedAt")
            _require(now < not_after <= signed_at + MAX_LIFETIME, "notAfter")


def _is_of_body(struct: str, members: Mapping[str, object]) -> bool:
    """Whether a body that is to be registered has a credit code; the contracts take any word for one."""
    if struct != "AddOrganisation":
        return True
    try:
        Uscc.parse(from_ascii32(str(members["uscc"])))
    except MalformedError:
        return False
    return True


def _require(holds: bool, member: str) -> None:
    if not holds:
        raise MalformedError("SIGNED_MESSAGE_FORM", member=member)
