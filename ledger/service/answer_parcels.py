"""Answering what a platform carried: requests are offered or refused, signed uses recorded and handed out.

Nothing is kept here: what the provider's store and the ledger have decides, so the same files again get the
same answers, and a run that died is gone on with by the next.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol

from ledger.domain.canonical import JsonObject
from ledger.domain.hop_slip import CarriedFile
from ledger.domain.message_form import is_word
from ledger.domain.routes import RouteChannel, Way
from ledger.domain.use_refusal import REQUEST, SIGNATURE
from ledger.domain.use_request import use_request
from ledger.errors import LedgerError, MalformedError, OutageError, StoreOutageError, TrustError
from ledger.ports.uses import KeptUse
from ledger.service.accept import Desk
from ledger.service.check_hops import CheckHops, KnownWays, carried_of
from ledger.service.offer_uses import OfferUses
from ledger.service.release_uses import ReleaseUses
from ledger.service.use_refusals import SignRefusals

_SIGNATURE = re.compile("[0-9a-f]{128}")


class Parcels(Protocol):
    """What came from grantees, and where answers go."""

    def requests(self) -> Iterator[tuple[str, JsonObject]]:
        """Requests that are neither offered nor refused, by use."""
        ...

    def signatures(self) -> Iterator[tuple[str, JsonObject]]:
        """Signatures whose copies did not go yet, by use."""
        ...

    def carried(self, use_id: str, kind: str) -> tuple[bytes, list[JsonObject]] | None:
        """The bytes of a file that came, and the slips beside it; None where it is there no more."""
        ...

    def answer(self, use_id: str, kind: str, form: JsonObject) -> None:
        """Send an `offer` or a `copy`."""
        ...

    def refuse(self, use_id: str, form: JsonObject) -> None:
        """Send the signed form of why there is none."""
        ...


@dataclass(frozen=True)
class Answered:
    """What became of one file.

    Attributes:
        use: Digest of the request, as the file is named.
        answer: `OFFERED`, `HANDED_OUT`, `REFUSED`, or `WAITING` where a later run may do it.
        error: Why it is refused, or waits.
    """

    use: str
    answer: str
    error: LedgerError | None = None

    @property
    def code(self) -> str | None:
        """The error's code."""
        return self.error.code if self.error else None


class AnswerParcels:
    """Answers files of a platform.

    Args:
        parcels: The platform's.
        offers: Answers requests.
        releases: Takes signatures and lets data go.
        offer_json: A use as a grantee is offered it.
        desk: Where uses are handed in; waits for their records.
        refusals: Signs why there is no answer.
        hops: Judges slips of platforms.
        ways: Keeps them.
    """

    def __init__(
        self,
        parcels: Parcels,
        offers: OfferUses,
        releases: ReleaseUses,
        offer_json: Callable[[KeptUse], JsonObject],
        desk: Desk,
        refusals: SignRefusals,
        hops: CheckHops,
        ways: KnownWays,
    ) -> None:
        self._hops, self._ways = hops, ways
        self._parcels, self._offers, self._releases = parcels, offers, releases
        self._offer_json, self._desk, self._refusals = offer_json, desk, refusals

    def run(self) -> list[Answered]:
        """Answer all that came; one file's fault is no other's.

        Raises:
            StoreOutageError: The folder or the store cannot be used.
        """
        requests = self._parcels.requests()
        offered = [self._tried(use_id, REQUEST, form, self._offer) for use_id, form in requests]
        signed = self._parcels.signatures()
        return offered + [self._tried(use_id, SIGNATURE, form, self._hand_out) for use_id, form in signed]

    def _tried(
        self, use_id: str, of: str, form: JsonObject, answer: Callable[[str, JsonObject], Answered]
    ) -> Answered:
        try:
            return answer(use_id, form)
        except StoreOutageError:
            raise
        except OutageError as outage:
            return Answered(use_id, "WAITING", outage)
        except LedgerError as error:
            self._parcels.refuse(use_id, self._refusals.sign(use_id, of, form, error))
            return Answered(use_id, "REFUSED", error)

    def _offer(self, use_id: str, form: JsonObject) -> Answered:
        request = use_request(form)
        if request.digest != use_id:
            raise MalformedError("USE_REQUEST_MALFORMED", field="digest")
        if request.is_batched:
            raise MalformedError("USE_REQUEST_MALFORMED", field="record")
        use = self._offers.offer(form, None, self._arrived(use_id, "request", request.grantee))
        self._parcels.answer(use_id, "offer", self._offer_json(use))
        return Answered(use_id, "OFFERED")

    def _arrived(self, use_id: str, kind: str, sender: str = "") -> Way:
        """Check and keep the slips of a file; the way that they tell."""
        came = self._parcels.carried(use_id, kind)
        carried = carried_of(use_id, kind, *came) if came is not None else CarriedFile(use_id, kind, "")
        self._hops.check(carried)
        carried.check_ends(sender)
        self._ways.note(carried)
        return Way(RouteChannel.PLATFORM, carried.platforms)

    def _hand_out(self, use_id: str, form: JsonObject) -> Answered:
        key, signature = _signature(form)
        try:
            self._arrived(use_id, "signature")
        except TrustError as error:  # what both sides signed is not refused for what a platform did
            return Answered(use_id, "WAITING", error)
        self._releases.sign(self._releases.asked(use_id), key, signature, self._desk)
        released = self._releases.release(self._releases.asked(use_id))
        self._parcels.answer(use_id, "copy", released.as_json())
        return Answered(use_id, "HANDED_OUT")


def _signature(form: Mapping[str, object]) -> tuple[str, str]:
    """The key and what it signed; raises `USE_SIGNATURE_FORM`."""
    key, signature = str(form.get("keyId")), str(form.get("signature"))
    if form.keys() != {"keyId", "signature"} or not is_word(key) or not _SIGNATURE.fullmatch(signature):
        raise MalformedError("USE_SIGNATURE_FORM")
    return key, signature
