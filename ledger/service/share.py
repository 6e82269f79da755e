"""Handing in what is signed about sharing: one order, one message, one way onto the ledger.

A message goes through the same queue as those about licenses, so it is judged, promised, sent, found again
after a crash and listed as they are.

How to add one: its struct stands in `ledger.domain.sharing_structs`; write a function that gives a
`ShareOrder` with the members after the header, as in `ledger.service.share_resources` and
`ledger.service.share_grants`, and hand that to `ShareOnLedger.send`. What it rests on and which revision it
binds follow from the tables in `ledger.domain.resting` and `ledger.domain.revisions`. Where several bodies
sign, their keys are `signers` in the order that the contract wants; what the contract takes beside the
message are `words`. A message that was signed elsewhere whole, as those of holders, goes to `hand_in`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

from ledger.domain.canonical import JsonObject
from ledger.domain.facts import object_of
from ledger.domain.message_form import is_word
from ledger.domain.messages import plain_value
from ledger.domain.official import TypeKind
from ledger.domain.revisions import revision_in
from ledger.domain.rules.resources import resource_key_of
from ledger.domain.sharing import Basis
from ledger.domain.sharing_entities import Resource
from ledger.domain.sharing_structs import RECORDED_AS
from ledger.domain.signed_message import SignedMessage
from ledger.domain.state import StateView, typed
from ledger.errors import RuleError
from ledger.ports import Clock
from ledger.ports.queue import Queued
from ledger.service.accept import Desk
from ledger.service.orders import Progress
from ledger.service.signing import Brought, KeyFile, SignatureRequest
from ledger.service.submission import DomainOf, Messages

STRUCTS = frozenset(RECORDED_AS.values())
"""Messages about sharing."""


class Handed(Protocol):
    """A message that was signed elsewhere, not read yet."""

    def read(self, domain: DomainOf) -> SignedMessage:
        """The message; raises what is wrong with its form."""
        ...


class SignaturesMissingError(Exception):
    """Keys that are not on this machine have still to sign; nothing was handed in."""

    def __init__(self, requests: Sequence[SignatureRequest]) -> None:
        super().__init__(f"{len(requests)} signatures are missing")
        self.requests = requests


@dataclass(frozen=True)
class ShareOrder:
    """A message about sharing, and who signs it.

    Attributes:
        struct: One of `STRUCTS`.
        members: Its members after the header; hashes as bytes or 0x-hex.
        signers: Keys of the competent bodies, in the order that the contract wants: signing keys, governing
            ones where a region signs.
        words: What the contract takes beside the message.
        drawn: Members that are made of random bytes, so that a second run makes others.
        rev: The revision with which it goes on, where its content holds for no other; None takes the one that
            it finds.
    """

    struct: str
    members: Mapping[str, object]
    signers: tuple[KeyFile, ...]
    words: tuple[bytes, ...] = ()
    drawn: frozenset[str] = frozenset()
    rev: int | None = None


@dataclass(frozen=True)
class Shared:
    """A message about sharing that is on the ledger, or accepted.

    Attributes:
        struct: Which.
        about: The object that it is about, 0x-hex.
        rev: The revision that it makes.
        seq: Number of its record; None as long as it is only accepted.
        gas_used: What that cost this relay.
        promise: The relay's promise, or None.
        promise_key: How far a service's promise was checked; None where none was asked or gave one.
    """

    struct: str
    about: str
    rev: int
    seq: int | None
    gas_used: int | None
    promise: JsonObject | None
    promise_key: str | None = None

    def as_json(self) -> dict[str, object]:
        """What every command about sharing that writes answers beside its own keys."""
        return {
            "object": self.about,
            "rev": self.rev,
            "seq": self.seq,
            "gasUsed": self.gas_used,
            "promise": self.promise,
            "promiseKey": self.promise_key,
        }


def shared(queued: Queued) -> Shared:
    """What a message of the queue about sharing does."""
    place = Progress.of(queued).as_json()
    return shared_as(queued.message, place)


def shared_as(message: SignedMessage, place: Mapping[str, Any]) -> Shared:
    """What a message does, with `seq`, `gasUsed` and `promise` as a relay tells them."""
    struct = message.prepared.struct.name
    rev = int(str(message.prepared.values["rev"])) + 1
    return Shared(struct, about(message), rev, place["seq"], place["gasUsed"], place["promise"])


def about(message: SignedMessage) -> str:
    """The object that a message is about, 0x-hex."""
    fact = message.facts(0)[-1]
    return "0x" + object_of(fact.kind, fact.values).hex()


class SignShared:
    """Makes messages about sharing, signed here or by signatures that were brought.

    Args:
        messages: Prepares messages.
        clock: Tells which of the brought headers are still good.
        brought: Signatures made elsewhere, by an earlier run's requests.
    """

    def __init__(self, messages: Messages, clock: Clock, brought: Brought | None = None) -> None:
        self._messages, self._clock, self._brought = messages, clock, brought or Brought()

    def signed(self, order: ShareOrder, state: StateView) -> SignedMessage:
        """The message of an order as things stand.

        Raises:
            SignaturesMissingError: Keys that are elsewhere have still to sign.
        """
        fact = self.draft(order).facts(0)[-1]
        rev = revision_in(state, fact.kind, fact.values) if order.rev is None else order.rev
        header = self._brought.header(order.struct, int(self._clock.now().timestamp()))
        message = self.draft(order, rev, header)
        requests: list[SignatureRequest] = []
        made = [self._brought.sign(key, message.prepared, order.struct, requests) for key in order.signers]
        if requests:
            raise SignaturesMissingError(requests)
        return replace(message, signatures=tuple(each for each in made if each is not None))

    def draft(
        self, order: ShareOrder, rev: int = 0, header: Mapping[str, int] | None = None
    ) -> SignedMessage:
        """The message without signatures; revision and times are made up where none are given."""
        members = {**order.members, **self._drawn_before(order), **(header or {})}
        return SignedMessage(self._messages.prepare(order.struct, rev, members), (), order.words)

    def _drawn_before(self, order: ShareOrder) -> Mapping[str, object]:
        """Random members as an earlier run of the very same order drew them, and asked signatures for."""
        signed = self._brought.signed.get(order.struct, {})
        kept = {name: plain_value(each) for name, each in order.members.items() if name not in order.drawn}
        if any(signed.get(name) != each for name, each in kept.items()):
            return {}
        return {name: signed[name] for name in order.drawn if is_word(signed.get(name))}


class ShareOnLedger:
    """Writes what is shared to one ledger.

    Args:
        signing: Makes messages.
        desk: Where they are handed in.
        domain: For which contracts messages are now.
        kind_of: What is of a type, by its code; None where that is not known here.
    """

    def __init__(
        self, signing: SignShared, desk: Desk, domain: DomainOf, kind_of: Callable[[str], TypeKind | None]
    ) -> None:
        self._signing, self._desk, self._domain, self._kind_of = signing, desk, domain, kind_of

    def send(self, order: ShareOrder) -> Shared:
        """Sign, hand in, wait.

        Raises:
            SignaturesMissingError: Keys that are elsewhere have still to sign.
            LedgerError: What the contracts refuse.
        """
        needed = self._signing.draft(order).needed
        return shared(self._desk.send(needed, lambda state: self._signing.signed(order, state)))

    def hand_in(self, message: SignedMessage) -> Shared:
        """Hand in what was signed elsewhere, as it stands; raises what the contracts refuse."""
        return shared(self._desk.send(message.needed, message))

    def take(self, handed: Handed) -> Queued:
        """The same of what came over the wire.

        Raises:
            MalformedError: `SIGNED_MESSAGE_FORM` with the member.
            RuleError: `DOCUMENT_CONSENT`: it asks for consent where nobody holds what is asked for.
            LedgerError: What the contracts refuse.
        """
        message = handed.read(self._domain)
        self._require_holder(message)
        return self._desk.send(message.needed, message)

    def _require_holder(self, message: SignedMessage) -> None:
        """No request rests on consent to the use of official documents; their holder is nobody."""
        values = message.prepared.values
        if message.prepared.struct.name != "RequestGrant" or values["basis"] != Basis.CONSENT:
            return
        found = typed(self._desk.accepting.state(()), "resource", resource_key_of(values), Resource)
        code = found.current.license_type if found else ""
        if found and code and self._kind_of(code) is TypeKind.DOCUMENT:
            raise RuleError("DOCUMENT_CONSENT", resource=found.key)
