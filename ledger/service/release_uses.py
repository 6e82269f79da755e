"""Letting data go: after the grantee signed the use, and the ledger has it.

A use that is recorded is released, whichever relay brought it there. One under a duty that nobody counts, on
what is shared without condition, is released once it is accepted and its record promised; or, where it will
stand in a batch, as soon as it is gathered.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from ledger.domain.canonical import JsonObject
from ledger.domain.rules.uses import use_of
from ledger.domain.signed_message import SignedMessage, signature_of, signed_from_json
from ledger.domain.use_receipt import UseReceipt
from ledger.domain.use_request import UseRequest, use_request
from ledger.errors import (
    ErasedError,
    LedgerError,
    OutcomeUnknownError,
    TransitionError,
    UnknownIdError,
)
from ledger.ports import Clock, Index
from ledger.ports.queue import MessageQueue, Queued
from ledger.ports.uses import GatheredUse, KeptUse, UseState, UseStore
from ledger.service.accept import Desk
from ledger.service.batch_places import batch_place
from ledger.service.check_uses import acts_as, asked_of
from ledger.service.live_index import Sight
from ledger.service.make_handouts import Providers
from ledger.service.offer_uses import OfferUses
from ledger.service.settle_uses import SettleUses
from ledger.service.submission import DomainOf


@dataclass(frozen=True)
class Released:
    """What a grantee gets.

    Attributes:
        handout: The encrypted copy.
        receipt: Where the use stands; None as long as it is in no batch that is recorded.
        promise: Of a use that will stand in a batch; None of another.
    """

    handout: JsonObject
    receipt: UseReceipt | None
    promise: JsonObject | None = None

    def as_json(self) -> JsonObject:
        """`{"handout", "receipt", "promise"}`."""
        receipt = self.receipt.as_json() if self.receipt else None
        return {"handout": self.handout, "receipt": receipt, "promise": self.promise}


class ReleaseUses:
    """Takes grantees' signatures, and releases what they asked for.

    Args:
        store: Remembers uses.
        offers: Notes refusals.
        look: The ledger as near as can be had.
        queue: The accepted messages.
        providers: For whom this service hands out.
        settling: Sees where uses stand on the ledger.
        domain: From a contract to the domain of messages to it.
        clock: Ours.
    """

    def __init__(
        self,
        store: UseStore,
        offers: OfferUses,
        look: Callable[[], Sight],
        queue: MessageQueue,
        providers: Providers,
        settling: SettleUses,
        domain: DomainOf,
        clock: Clock,
    ) -> None:
        self._store, self._offers, self._look, self._queue = store, offers, look, queue
        self._providers, self._settling = providers, settling
        self._domain, self._clock = domain, clock

    def own(self, use_id: str, sender: str) -> KeptUse:
        """A use that the sender asked for; another's is as unknown as none.

        Raises:
            UnknownIdError: `USE_UNKNOWN`.
        """
        use = self.asked(use_id)
        if not acts_as(self._look().index, sender, use.grantee, self._now()):
            raise UnknownIdError("USE_UNKNOWN", use=use_id)
        return use

    def asked(self, use_id: str) -> KeptUse:
        """A use, whoever wants to know; raises `USE_UNKNOWN`."""
        use = self._store.find(use_id)
        if use is None:
            raise UnknownIdError("USE_UNKNOWN", use=use_id)
        return use

    def sign(self, use: KeptUse, key: str, signature: str, desk: Desk) -> Queued:
        """Accept a use that the grantee signs, and wait for its record.

        Args:
            use: Offered.
            key: Id of the grantee's key, 0x-hex.
            signature: 128 hex digits, over M of the use with that key.
            desk: Where it is handed in.

        Raises:
            TransitionError: `USE_OFFER_OVER`.
            LedgerError: What the contracts refuse, or rules of sectors by now; the refusal is noted.
        """
        if use.message is None:  # in a batch, or not offered yet
            raise TransitionError("USE_OFFER_OVER", use=use.id)
        known = self._queue.find(use.digest)
        if known is not None and use.state is not UseState.OFFERED:
            return desk.settled(known)
        if use.state is not UseState.OFFERED or (known is None and use.sign_by < self._now()):
            raise TransitionError("USE_OFFER_OVER", use=use.id)
        index = self._look().index
        asked, message = asked_of(index, use_request(use.request)), self._message(use)
        second = signature_of(bytes.fromhex(key[2:]), bytes.fromhex(signature))
        message = replace(message, signatures=(message.signatures[0], second))
        try:
            self._offers.require_sector(index, asked, self._now())
            queued = desk.accept(message.needed, message)
        except LedgerError as error:
            self._offers.note_refusal(index, asked, error)
            raise
        self._store.change(replace(use, state=UseState.SIGNED, message=message.as_json()), [UseState.OFFERED])
        return desk.settled(queued)

    def release(self, use: KeptUse) -> Released:
        """What was asked for, once it may go.

        Raises:
            TransitionError: `USE_NOT_SIGNED`, `USE_OFFER_OVER`.
            OutcomeUnknownError: `USE_NOT_RECORDED`: not yet.
            ErasedError: `HANDOUT_ERASED`, `HANDOUT_OF_ROW_OVER`.
            LedgerError: Why it will never be recorded.
        """
        sight = self._look()
        gathered = self._store.gathered(use.id)
        use = self._settling.seen(use, gathered, sight)
        if gathered is None and use.state is not UseState.RECORDED:
            self._require_promised(use, sight)
        if use.handout is None:
            code = "HANDOUT_OF_ROW_OVER" if use.request.get("row") else "HANDOUT_ERASED"
            raise ErasedError(code, id=use.license_id)
        if gathered is None:
            return Released(use.handout, self._receipt(use, sight.index))
        is_recorded = use.state is UseState.RECORDED
        receipt = self._receipt(use, sight.index, gathered) if is_recorded else None
        return Released(use.handout, receipt, gathered.promise)

    def _require_promised(self, use: KeptUse, sight: Sight) -> None:
        if use.state in (UseState.RESERVED, UseState.OFFERED):
            raise TransitionError("USE_NOT_SIGNED", use=use.id)
        queued = self._queue.find(use.digest)
        if queued is None or use.state is UseState.ENDED:
            raise (queued and queued.error()) or TransitionError("USE_OFFER_OVER", use=use.id)
        error = queued.error()
        if error is not None:
            self._store.change(replace(use, state=UseState.ENDED), [UseState.SIGNED])
            raise error
        asked = asked_of(sight.index, use_request(use.request))
        if queued.promise is None or not asked.is_released_on_promise:
            raise OutcomeUnknownError("USE_NOT_RECORDED", use=use.id)

    def _receipt(self, use: KeptUse, index: Index, gathered: GatheredUse | None = None) -> UseReceipt:
        request: UseRequest = use_request(use.request)
        now = self._now()
        provider, signer = self._providers.of(index, asked_of(index, request).resource, now)
        said = gathered.use if gathered else use_of(self._message(use).leaves)
        made = UseReceipt(
            ledger_id=request.ledger_id,
            grant=use.grant,
            license_id=use.license_id,
            request=use.id,
            response=said.response_digest,
            object=use.object,
            message_digest=use.digest,
            place=use.place,
            grantee=use.grantee,
            provider=provider,
            public_key=signer.public_key,
            issued_at=now,
            batch=batch_place(self._store, gathered) if gathered else None,
        )
        return made.signed(signer.sign(made.message()))

    def _message(self, use: KeptUse) -> SignedMessage:
        assert use.message is not None, "it was offered"
        return signed_from_json(use.message, self._domain)

    def _now(self) -> int:
        return int(self._clock.now().timestamp())
