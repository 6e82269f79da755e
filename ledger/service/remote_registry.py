"""Governing at a service: it prepares, this side reads what it is to sign, signs, hands all of it in."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from ledger.domain.canonical import JsonObject
from ledger.domain.entities import Key, Ledger, Organisation, Region
from ledger.domain.messages import CLOCK_TOLERANCE, MAX_LIFETIME, MESSAGES, Domain, key_id, plain_value
from ledger.domain.objects import from_ascii32
from ledger.domain.registry_messages import KIND_OF, MADE_ONCE, place_of
from ledger.domain.signed_message import Prepared, SignedMessage
from ledger.domain.state import StateView, typed
from ledger.domain.trustfile import BOUND
from ledger.errors import MalformedError, RuleError, TrustError
from ledger.ports import Clock
from ledger.service.govern import Governed, Order, Recorded
from ledger.service.handed_in import read_members
from ledger.service.handed_registry import HandedRegistry, RegistryOrder, registry_object
from ledger.service.remote import PATIENCE, PromiseCheck, Service
from ledger.service.signing import Brought
from ledger.service.submission import DomainOf

_ADDRESS = re.compile("0x[0-9a-f]{40}")
_SKEW = 300
"""Seconds by which the service's clock may differ from ours."""


class GovernAtService:
    """Carries out orders on a sealed ledger through a department's service; needs no node.

    Args:
        service: The service.
        state: The registry as it tells it.
        domain: For which contracts messages are now, of the pinned ledger.
        promises: Checks what it promises.
        clock: Ours.
        brought: Signatures made elsewhere, by an earlier run's requests.
    """

    def __init__(
        self,
        service: Service,
        state: StateView,
        domain: DomainOf,
        promises: PromiseCheck,
        clock: Clock,
        brought: Brought | None = None,
    ) -> None:
        self._service, self._state, self._domain = service, state, domain
        self._promises, self._clock, self._brought = promises, clock, brought or Brought()

    def run(self, orders: Sequence[Order]) -> Governed:
        """Sign and hand in some orders, all or none, or say which signatures are missing.

        Raises:
            RuleError: `ALREADY_REGISTERED` where nothing is left to do.
            TrustError: `SERVICE_MESSAGE_DIFFERS`, `SERVICE_ANSWER_DIFFERS` with the member.
            BadSignatureError: As `PromiseCheck`.
            LedgerError: What the service refuses.
        """
        governed = Governed()
        open_orders = [order for order in orders if not self._is_done(order)]
        if orders and not open_orders:
            raise RuleError("ALREADY_REGISTERED", object="0x" + orders[0].object.hex())
        messages = [self._signed(*each, governed) for each in self._prepared(open_orders)]
        if not governed.requests:
            governed.records = self._handed_in(messages)
        return governed

    def _prepared(self, orders: Sequence[Order]) -> list[tuple[Order, Prepared]]:
        wanted = [self._wanted(order).as_json() for order in orders]
        answer = self._service.post("/v1/registry/messages", {"orders": wanted})
        asked = answer.get("messages")
        if not isinstance(asked, list) or len(asked) != len(orders):
            raise _differs("messages")
        return [(order, self._read(order, each)) for order, each in zip(orders, asked, strict=True)]

    def _wanted(self, order: Order) -> RegistryOrder:
        now = int(self._clock.now().timestamp())
        header = self._brought.header(order.purpose, now) or None
        return RegistryOrder(order.name, _plain(order), _signers(order), header)

    def _read(self, order: Order, asked: Any) -> Prepared:
        """The message that is to be signed, held against what was ordered."""
        struct, signers = MESSAGES[order.name], _signers(order)
        try:
            values = read_members(struct, asked["signed"], signers[0])
            told = [(each["keyId"], each["message"]) for each in asked["toSign"]]
        except (MalformedError, KeyError, TypeError, AttributeError):
            raise _differs("signed") from None
        for name, value in _plain(order).items():
            _require(values[name] == value, name)
        self._require_timely(order, values)
        prepared = Prepared(struct, values, self._domain_of(struct.contract, asked))
        mine = [(key, prepared.message(bytes.fromhex(key[2:])).hex()) for key in signers]
        _require(told == mine, "message")
        return prepared

    def _domain_of(self, contract: str, asked: Mapping[str, object]) -> Domain:
        """For which contract: the service's word counts where no record names what took another's place.

        Chain and ledger are the pinned ones whatever it says, so that nothing but this ledger takes it.
        """
        domain, told = self._domain(contract), asked.get("contract")
        ledger = typed(self._state, "ledger", "ledger", Ledger)
        is_next = ledger is not None and len(ledger.generations("Directory")) > 1
        if contract in BOUND and is_next and isinstance(told, str) and _ADDRESS.fullmatch(told):
            return replace(domain, contract=told)
        _require(told == domain.contract, "contract")
        return domain

    def _require_timely(self, order: Order, values: Mapping[str, object]) -> None:
        now = int(self._clock.now().timestamp())
        signed_at, not_after = (int(str(values[name])) for name in ("signedAt", "notAfter"))
        brought = self._brought.header(order.purpose, now)
        if brought:
            _require(brought == {"signedAt": signed_at, "notAfter": not_after}, "signedAt")
            return
        _require(abs(signed_at - now) <= _SKEW, "signedAt")
        _require(now - CLOCK_TOLERANCE < not_after <= signed_at + MAX_LIFETIME, "notAfter")

    def _signed(self, order: Order, prepared: Prepared, governed: Governed) -> SignedMessage:
        made = [self._brought.sign(key, prepared, order.purpose, governed.requests) for key in order.signers]
        return SignedMessage(prepared, tuple(each for each in made if each is not None))

    def _handed_in(self, messages: Sequence[SignedMessage]) -> list[Recorded]:
        forms = [HandedRegistry.of(message).as_json() for message in messages]
        rows = self._service.post("/v1/registry", {"messages": forms}, PATIENCE).get("records")
        if not isinstance(rows, list) or len(rows) != len(messages):
            raise _answered("records")
        return [self._recorded(message, row) for message, row in zip(messages, rows, strict=True)]

    def _recorded(self, message: SignedMessage, row: Any) -> Recorded:
        name, about = message.prepared.struct.name, registry_object(message.prepared)
        rev = int(str(message.prepared.values["rev"])) + 1
        expected = {"message": name, "object": about, "rev": rev, "digest": message.digest}
        for member, value in expected.items():
            if not isinstance(row, dict) or row.get(member) != value:
                raise _answered(member)
        if not {"seq", "txHash", "block", "gasUsed", "promise"} <= row.keys():
            raise _answered("seq")
        return Recorded(
            message=name,
            about=about,
            seq=row["seq"],
            rev=rev,
            tx_hash=row["txHash"],
            block=row["block"],
            gas_used=row["gasUsed"],
            digest=message.digest,
            promise=row["promise"],
            promise_key=self._promises.of(row, message.digest),
        )

    def _is_done(self, order: Order) -> bool:
        """Whether exactly this was recorded before, as the service tells it; only of things made once."""
        if order.name not in MADE_ONCE:
            return False
        members = _plain(order)
        found = self._state.get(*place_of(KIND_OF[order.name], members))
        return found is not None and _says_the_same(found, members)


def _says_the_same(found: object, members: Mapping[str, object]) -> bool:
    if isinstance(found, Organisation):
        told = (found.uscc, found.region, found.level, found.name_digest)
        wanted = tuple(members[name] for name in ("region", "level", "nameDigest"))
        return told == (from_ascii32(str(members["uscc"])), *wanted)
    if isinstance(found, Key):
        terms = (found.owner, int(found.purpose), found.valid_from, found.valid_to)
        return terms == tuple(members[name] for name in ("owner", "purpose", "validFrom", "validTo"))
    return isinstance(found, Region) and (found.code, found.parent) == (members["region"], members["parent"])


def _plain(order: Order) -> JsonObject:
    return {name: plain_value(value) for name, value in order.members.items()}


def _signers(order: Order) -> list[str]:
    return ["0x" + key_id(key.public_key).hex() for key in order.signers]


def _require(holds: bool, member: str) -> None:
    if not holds:
        raise _differs(member)


def _differs(member: str) -> TrustError:
    return TrustError("SERVICE_MESSAGE_DIFFERS", member=member)


def _answered(member: str) -> TrustError:
    return TrustError("SERVICE_ANSWER_DIFFERS", member=member)
