"""A provider answers a holder who proves that the license is hers: which uses were about it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from ledger.domain.canonical import JsonObject
from ledger.domain.entities import Representation
from ledger.domain.holder_proofs import lacks_binding, lacks_mandate
from ledger.domain.holder_request import TOLERANCE, HolderRequest
from ledger.domain.lineage import void_as_of
from ledger.domain.named_use import NamedUse
from ledger.domain.representation import RepresentationScope
from ledger.domain.rules.representations import representation_key
from ledger.domain.sharing import HolderProof
from ledger.domain.state import StateView, typed
from ledger.errors import NotEntitledError, RuleError
from ledger.ports import Clock, RequestStore, Verifier
from ledger.service.authorise import NotAuthenticatedError
from ledger.service.holder_uses import HolderUses, Subject
from ledger.service.standing import license_in


class NamesUses(Protocol):
    """What a provider keeps beside its records: whose data each use was of."""

    def of(self, license_id: str) -> Sequence[NamedUse]:
        """The uses of a license's data, 0x-hex."""
        ...


class AnswerHolders:
    """Tells holders what happened to their data.

    Args:
        ledger_id: 0x-hex.
        is_provider: Whether this service answers for a body.
        shown: What the records tell, up to the newest block.
        named: What this provider knows beyond them.
        verifier: SM2.
        clock: Ours.
        requests: Remembers nonces.
    """

    def __init__(
        self,
        ledger_id: str,
        is_provider: Callable[[str], bool],
        shown: Callable[[], HolderUses],
        named: NamesUses,
        verifier: Verifier,
        clock: Clock,
        requests: RequestStore,
    ) -> None:
        self._ledger_id, self._is_provider = ledger_id, is_provider
        self._shown, self._named = shown, named
        self._verifier, self._clock, self._requests = verifier, clock, requests

    def answer(self, request: HolderRequest) -> JsonObject:
        """What the records tell of a license, and what this provider names; the request is used up.

        Raises:
            RuleError: `FILE_OF_ANOTHER_LEDGER`.
            NotAuthenticatedError: `AUTH_TIME`, `AUTH_REPLAYED`, `HOLDER_REQUEST_UNSIGNED`.
            NotEntitledError: `PROVIDER_ELSEWHERE`, `HOLDER_NOT_BOUND`, `HOLDER_NOT_REPRESENTED`.
            UnknownIdError: `UNKNOWN_LICENSE`.
            OutageError: The ledger or the store could not be asked.
        """
        now = int(self._clock.now().timestamp())
        self._require_for_us(request, now)
        if not request.signers(self._verifier):
            raise NotAuthenticatedError("HOLDER_REQUEST_UNSIGNED")
        shown = self._shown()
        subject = _require_holder(shown.index, request, now)
        until = max(request.requested_at, now) + 2 * TOLERANCE
        if not self._requests.claim_nonce(request.license_id, request.nonce, now, until):
            raise NotAuthenticatedError("AUTH_REPLAYED", nonce=request.nonce)
        named = self._named.of(request.license_id)
        return {**shown.view(subject, named), "named": [each.as_json() for each in named]}

    def _require_for_us(self, request: HolderRequest, now: int) -> None:
        if request.ledger_id != self._ledger_id:
            raise RuleError("FILE_OF_ANOTHER_LEDGER", given=request.ledger_id, ledger=self._ledger_id)
        if not self._is_provider(request.provider):
            raise NotEntitledError("PROVIDER_ELSEWHERE", provider=request.provider)
        if abs(request.requested_at - now) > TOLERANCE:
            raise NotAuthenticatedError("AUTH_TIME", time=request.requested_at, tolerance=TOLERANCE)


def _require_holder(state: StateView, request: HolderRequest, now: int) -> Subject:
    """The license, where the keys are the ones that it is bound to now, or stand in for its holder."""
    opened, is_void = request.opened, void_as_of(state, now)
    license_ = license_in(state, request.license_id, request.opening)
    if opened.kind is HolderProof.REPRESENTATIVE:
        key = representation_key(request.license_id, opened.commitment)
        found = typed(state, "representation", key, Representation)
        lack = lacks_mandate(found, RepresentationScope.CONSENT, now, is_void)
        code = "HOLDER_NOT_REPRESENTED"
    else:
        lack, code = lacks_binding(opened, license_, is_void), "HOLDER_NOT_BOUND"
    if lack:
        raise NotEntitledError(code, licenseId=request.license_id)
    return Subject(license_.license_id, license_.license_type, license_.issuer)
