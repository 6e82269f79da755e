"""Using data under a grant, at the body that needs them: ask, check and sign, take the copy.

Each step is on disk before the next begins, so that the same order again goes on where it died: it asks with
the same request and signs with the same signature, and the provider answers both as before. What is signed
stays until the ledger, or the provider under its signature, says that nothing comes of it (`OrderEnds`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from ledger.domain.canonical import JsonObject, canonical
from ledger.domain.disclosed_row import DisclosedRow
from ledger.domain.handout import Handout, handout_from_json
from ledger.domain.license_tree import root
from ledger.domain.messages import CLOCK_TOLERANCE, MAX_LIFETIME, key_id
from ledger.domain.objects import from_ascii32, use_batch_object
from ledger.domain.rules.uses import use_of
from ledger.domain.salted_text import SaltedText
from ledger.domain.sharing import USE_WORDS, UseKind
from ledger.domain.sharing_entities import Grant, Use
from ledger.domain.signed_message import SignedMessage
from ledger.domain.sm3 import sm3
from ledger.domain.statistics import read_statistics
from ledger.domain.use_reasons import FINAL
from ledger.domain.use_receipt import UseReceipt, use_receipt
from ledger.domain.use_refusal import REQUEST, SIGNATURE
from ledger.domain.use_request import BATCH, COUNTS, Locate, UseRequest, use_request
from ledger.errors import LedgerError, MalformedError, OutcomeUnknownError, RuleError, UsageError
from ledger.ports import Clock, Decryptor, Entropy, Signer
from ledger.ports.uses import Channel
from ledger.service.answer_differs import differs
from ledger.service.ask_in_batches import AskInBatches
from ledger.service.check_offers import ReadOffers
from ledger.service.order_ends import OrderEnds, SignedOrder
from ledger.service.run_outbox import Pace
from ledger.service.share import about
from ledger.service.verify_copies import read_copy

PAUSE = 0.5
"""Seconds between two tries to fetch a copy."""

_UNREADABLE = "SERVICE_REFUSED"
"""A refusal that says nothing which is known: it ends nothing either."""
LARGEST_KEPT = 1 << 18
"""Bytes of an offer that is taken, and of an answer to a lookup that is kept."""


class Orders(Protocol):
    """Uses under way, each replaced whole."""

    def load(self, key: str) -> JsonObject | None:
        """What is kept under a key, or None."""
        ...

    def save(self, key: str, entry: JsonObject) -> None:
        """Keep it; on return it is on disk."""
        ...

    def drop(self, key: str) -> None:
        """Forget it."""
        ...


@dataclass(frozen=True)
class UseOrder:
    """What is wanted.

    Attributes:
        grant: The grant.
        fields: What of it is wanted, as a bitmap of the published list.
        names: The names of these fields.
        license: Identifier, license id or use code; empty of a data set.
        owner: Credit code of the body whose resource it is.
        purpose: As the grant was asked for.
        operator: Salted digest of who asks, 0x-hex.
        grantee_name: Registered name of the grantee.
        media_type: Of the copy.
        locate: Whose licenses are looked for; None where data are wanted.
        is_batched: Whether the use may stand in a batch.
        row: Key of the row of a data set; empty of a license.
        is_counted: Whether rows of a data set are to be counted, by the fields.
    """

    grant: Grant
    fields: int
    names: tuple[str, ...]
    license: str
    owner: str
    purpose: SaltedText
    operator: str
    grantee_name: str
    media_type: str
    locate: Locate | None = None
    is_batched: bool = False
    row: str = ""
    is_counted: bool = False

    @property
    def kind(self) -> UseKind:
        """What the use is."""
        return UseKind.DATA if self.locate is None else UseKind.LOCATE

    @property
    def terms(self) -> JsonObject:
        """What makes two orders the same."""
        return {
            "grant": self.grant.grant_id,
            "license": self.license,
            "fields": list(self.names),
            "mediaType": self.media_type,
            "locate": self.locate.as_json() if self.locate else None,
            **({"record": BATCH} if self.is_batched else {}),
            **({"row": self.row} if self.row else {}),
            **({"statistics": COUNTS} if self.is_counted else {}),
        }


@dataclass(frozen=True)
class Used:
    """What came of an order.

    Attributes:
        request: As it was sent.
        handout: What came, encrypted.
        copy: What it holds.
        receipt: The provider's; None as long as the use is in no batch that is recorded.
        promise: The provider's, of a use that will stand in a batch; None of another.
    """

    request: UseRequest
    handout: Handout
    copy: bytes
    receipt: UseReceipt | None
    promise: JsonObject | None = None


MakeRequest = Callable[[UseOrder], UseRequest]
"""Makes a request with a nonce and a time of its own, signed."""


class UseData:
    """Uses data under grants.

    Args:
        ledger_id: 0x-hex.
        channel: The way to the provider.
        orders: What is under way.
        signer: A registered signing key of the grantee.
        open_handout: Opens what is handed out, with a registered encryption key of it.
        offers: Reads what the provider offers.
        batched: Asks for uses that will stand in batches.
        ends: Tells whether something may still come of what was signed.
    """

    def __init__(
        self,
        ledger_id: str,
        channel: Channel,
        orders: Orders,
        signer: Signer,
        open_handout: Callable[[Handout], bytes],
        offers: ReadOffers,
        batched: AskInBatches,
        ends: OrderEnds,
    ) -> None:
        self._ledger_id, self._channel, self._orders = ledger_id, channel, orders
        self._signer, self._open, self._offers = signer, open_handout, offers
        self._batched, self._ends = batched, ends

    def use(self, key: str, order: UseOrder, make: MakeRequest, pace: Pace, seconds: float) -> Used:
        """Carry out an order, or go on with it.

        Args:
            key: Under which it is kept; the same order under it is the same use.
            order: What is wanted.
            make: Makes a fresh request.
            pace: Time.
            seconds: How long to wait for the record.

        Raises:
            UsageError: `USE_FOLDER_OTHER`: another order is kept under the key.
            TrustError: `USE_ANSWER_DIFFERS` with the member; what comes is not what was asked for.
            OutcomeUnknownError: `USE_NOT_RECORDED`: accepted; the same order again goes on.
                `USE_REFUSAL_UNPROVED`: refused after it was signed, by nothing that counts.
            LedgerError: What the provider refuses.
        """
        kept = self._kept(key, order, make)
        request = use_request(kept["request"])
        try:
            ask = self._gather if order.is_batched else self._sign
            ask(key, kept, request, order)
            answer = kept.get("answer") or self._fetched(request.digest, pace, seconds)
        except (RuleError, UsageError) as error:
            if error.code in FINAL or error.code == _UNREADABLE:
                self._end(key, kept, order, error)
            raise
        try:
            used = self._opened(request, kept, answer)
        except MalformedError:
            raise differs("answer") from None
        if order.locate is not None and "answer" not in kept:
            self._keep_answer(key, kept, used)
        return used

    def _kept(self, key: str, order: UseOrder, make: MakeRequest) -> JsonObject:
        kept = self._orders.load(key)
        if kept is not None and kept["terms"] != order.terms:
            raise UsageError("USE_FOLDER_OTHER", folder=key[:80])
        if kept is None or self._is_over(kept, order):
            kept = {"terms": order.terms, "request": make(order).as_json()}
            self._orders.save(key, kept)
        return kept

    def _is_over(self, kept: JsonObject, order: UseOrder) -> bool:
        """Whether by the ledger nothing comes any more of what was signed and never answered."""
        is_open = "signature" in kept and "answer" not in kept
        return is_open and self._ends.is_over(self._signed(kept, order))

    def _end(self, key: str, kept: JsonObject, order: UseOrder, refused: LedgerError) -> None:
        """Forget what nothing comes of, so that the same order again makes another request.

        What was gathered stands in the provider's promise and stays; so does what was signed over a platform,
        where files come again, until the ledger tells (`_is_over`).
        """
        if "signature" not in kept and refused.code == _UNREADABLE:
            return
        if "signature" in kept and self._channel.is_direct:
            self._ends.require_over(self._signed(kept, order), refused)
        elif "signature" in kept or "words" in kept:
            return
        self._orders.drop(key)

    def _signed(self, kept: JsonObject, order: UseOrder) -> SignedOrder:
        request = use_request(kept["request"])
        sent = {REQUEST: kept["request"], SIGNATURE: self._signature(kept)}
        return SignedOrder(request.digest, order.owner, self._message(kept), sent)

    def _signature(self, kept: JsonObject) -> JsonObject:
        """As the provider gets it."""
        keyed = "0x" + key_id(self._signer.public_key).hex()
        return {"keyId": keyed, "signature": kept["signature"]}

    def _keep_answer(self, key: str, kept: JsonObject, used: Used) -> None:
        """What was looked up once is not asked again, whatever becomes of the provider or the grant."""
        assert used.receipt is not None, "a lookup stands in no batch"
        answer: JsonObject = {"handout": used.handout.as_json(), "receipt": used.receipt.as_json()}
        if len(canonical(answer)) <= LARGEST_KEPT:
            self._orders.save(key, {**kept, "answer": answer})

    def _gather(self, key: str, kept: JsonObject, request: UseRequest, order: UseOrder) -> None:
        """Ask for what will stand in a batch; that is signed later, with others (`Countersign`)."""
        if "words" not in kept:
            kept["words"] = self._batched.ask(request, order.fields)
            self._orders.save(key, kept)

    def _sign(self, key: str, kept: JsonObject, request: UseRequest, order: UseOrder) -> None:
        """Ask, check, sign; what was signed before is sent as it is."""
        if "signature" not in kept:
            offer = self._channel.ask(kept["request"])
            message = self._checked(offer, request, order)
            identity = key_id(self._signer.public_key)
            kept["use"] = offer["use"]
            kept["signature"] = self._signer.sign(message.prepared.message(identity)).hex()
            self._orders.save(key, kept)
        if "accepted" not in kept:
            signed = self._signature(kept)
            self._channel.sign(request.digest, signed["keyId"], signed["signature"])
            kept["accepted"] = {}
            self._orders.save(key, kept)

    def _checked(self, offer: JsonObject, request: UseRequest, order: UseOrder) -> SignedMessage:
        """The use that is to be signed: this request's, of these fields, and nothing else."""
        try:
            if len(canonical(offer["use"])) > LARGEST_KEPT:  # it is kept, and has to be read again
                raise differs("use")
            message = self._offers.read(offer["use"])
            use = use_of(message.leaves[:USE_WORDS])
        except (LedgerError, KeyError, TypeError, ValueError):
            raise differs("use") from None
        values = message.prepared.values
        wanted = {
            "struct": (message.prepared.struct.name, "Use"),
            "id": (offer.get("id"), request.digest),
            "size": ((values["size"], len(message.leaves)), (1, USE_WORDS)),
            "owner": (from_ascii32(str(values["owner"])), order.owner),
            "grantee": (from_ascii32(str(values["grantee"])), request.grantee),
            "grant": (use.grant, request.grant),
            "kind": (use.kind, order.kind),
            "fields": (use.fields, order.fields),
            "requestDigest": (use.request_digest, request.digest),
        }
        for member, (found, expected) in wanted.items():
            if found != expected:
                raise differs(member)
        if "0x" + root(message.leaves).hex() != values["root"]:
            raise differs("root")
        lifetime = int(str(values["notAfter"])) - int(str(values["signedAt"]))
        if not CLOCK_TOLERANCE < lifetime <= MAX_LIFETIME:
            raise differs("notAfter")
        if not self._offers.is_providers(message):
            raise differs("signatures")
        return message

    def _fetched(self, use_id: str, pace: Pace, seconds: float) -> JsonObject:
        end = pace.elapsed() + seconds
        while True:
            try:
                return self._channel.copy(use_id)
            except OutcomeUnknownError:
                if pace.elapsed() >= end:
                    raise
                pace.pause(PAUSE)

    def _opened(self, request: UseRequest, kept: JsonObject, answer: JsonObject) -> Used:
        """What came, held against what both sides signed."""
        use, form = self._use(kept), answer.get("handout")
        answered = use.response_digest if use.kind is UseKind.DATA else use.commitment
        if not isinstance(form, dict) or "0x" + sm3(canonical(form)).hex() != answered:
            raise differs("handout")
        handout = handout_from_json(form)
        belongs = (handout.terms.ledger_id, handout.terms.grant, handout.terms.request)
        if belongs != (self._ledger_id, request.grant, request.digest):
            raise differs("handout/terms")
        receipt = self._received(request, kept, handout, answer.get("receipt"))
        promise = self._batched.promise(request.digest) if request.is_batched else None
        copy = self._open(handout)
        if request.row and _state_of(copy) != use.commitment:
            raise differs("state")
        if request.is_counted:
            _require_table(request, copy, use.commitment)
        return Used(request, handout, copy, receipt, promise)

    def _use(self, kept: JsonObject) -> Use:
        """What both sides sign, or will."""
        if "words" in kept:
            return use_of(tuple(bytes.fromhex(each[2:]) for each in kept["words"]))
        return use_of(self._message(kept).leaves[:USE_WORDS])

    def _message(self, kept: JsonObject) -> SignedMessage:
        return self._offers.read(kept["use"])

    def _received(
        self, request: UseRequest, kept: JsonObject, handout: Handout, told: object
    ) -> UseReceipt | None:
        """The receipt, held against the use; one in a batch has none before that is recorded."""
        if told is None and request.is_batched:
            return None
        receipt, use = use_receipt(told if isinstance(told, dict) else {}), self._use(kept)
        receipt.check(self._offers.verifier, self._ledger_id)
        expected = {
            "grant": (receipt.grant, request.grant),
            "request": (receipt.request, request.digest),
            "response": (receipt.response, use.response_digest),
            "licenseId": (receipt.license_id, handout.terms.license_id),
            "grantee": (receipt.grantee, request.grantee),
            **self._placed(receipt, use, kept),
        }
        for member, (found, wanted) in expected.items():
            if found != wanted:
                raise differs(f"receipt/{member}")
        return receipt

    def _placed(self, receipt: UseReceipt, use: Use, kept: JsonObject) -> dict[str, tuple[object, object]]:
        """What a receipt says of the record, and what it has to say."""
        if "words" not in kept:
            message = self._message(kept)
            object_, digest = about(message), message.digest
            return {"object": (receipt.object, object_), "message": (receipt.message_digest, digest)}
        batch = receipt.batch
        if batch is None:
            raise differs("receipt/batch")
        object_ = "0x" + use_batch_object(bytes.fromhex(use.grant[2:]), batch.root).hex()
        return {"object": (receipt.object, object_), "batch": (batch.use, use)}


def _require_table(request: UseRequest, copy: bytes, state: str) -> None:
    """The statistics that were asked for, of the state that the use records."""
    try:
        table = read_statistics(copy)
    except LedgerError:
        raise differs("statistics") from None
    told = (table.grant, table.request, table.by, table.state)
    if told != (request.grant, request.digest, request.fields, state):
        raise differs("statistics")


def _state_of(copy: bytes) -> str:
    """The state of the data set to which the row of a copy leads; empty where it leads to none."""
    try:
        disclosed = read_copy(copy).disclosed
    except LedgerError:
        return ""
    return disclosed.state_digest if isinstance(disclosed, DisclosedRow) and disclosed.is_intact else ""


def requests_of(
    ledger_id: str, signer: Signer, reader: Decryptor, grantee: str, entropy: Entropy, clock: Clock
) -> MakeRequest:
    """What makes a body's requests."""

    def make(order: UseOrder) -> UseRequest:
        made = UseRequest(
            ledger_id=ledger_id,
            grant=order.grant.grant_id,
            license=order.license,
            fields=order.names,
            purpose=order.purpose,
            operator=order.operator,
            grantee=grantee,
            grantee_name=order.grantee_name,
            public_key=signer.public_key,
            to=reader.public_key,
            media_type=order.media_type,
            nonce=entropy.token(32),
            requested_at=int(clock.now().timestamp()),
            locate=order.locate,
            is_batched=order.is_batched,
            row=order.row,
            is_counted=order.is_counted,
        )
        return made.signed(signer.sign(made.message()))

    return make
