"""Who sent a request: an organisation's registered SM2 key, judged by the ledger.

The signature covers method, path with query, time, nonce and body, under a tag of its own, so that
it serves no other request and no ledger message. A nonce is used up only by a request that was
signed rightly; nobody can burn another's.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from ledger.domain.acts import Purpose
from ledger.domain.entities import Key, License, Organisation
from ledger.domain.lineage import EVER, cut_off_of
from ledger.domain.messages import key_id as id_of
from ledger.domain.moments import parse_moment
from ledger.domain.objects import organisation_id
from ledger.domain.requests import HEADERS, request_message
from ledger.domain.rights import Rights
from ledger.domain.state import StateView, typed
from ledger.errors import NotEntitledError, RuleError, UsageError
from ledger.ports import Clock, RequestStore, Verifier

TOLERANCE = 300
"""Seconds by which a request's time may differ from ours."""

_FORMS = {
    "organisation": re.compile(r"[0-9A-Z]{18}"),
    "key": re.compile(r"0x[0-9a-f]{64}"),
    "time": re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?Z"),
    "nonce": re.compile(r"[A-Za-z0-9_.~+/=-]{8,128}"),
    "signature": re.compile(r"[0-9a-f]{128}"),
}
_TYPE = re.compile(r"[0-9A-Z]{18}[0-9]{3}")


class NotAuthenticatedError(RuleError):
    """Nobody whom the ledger knows signed this request."""

    http_status = 401


@dataclass(frozen=True)
class SignedRequest:
    """A request as it came, unverified. The last five members are the headers' texts.

    Attributes:
        method: In upper case.
        target: Path and, where there is one, `?` and the query, as sent.
        body: Its bytes, perhaps none.
    """

    method: str
    target: str
    body: bytes
    organisation: str
    key: str
    time: str
    nonce: str
    signature: str

    def message(self) -> bytes:
        """The 64 bytes that the sender signs."""
        return request_message(self.method, self.target, self.time, self.nonce, self.body)


@dataclass(frozen=True)
class Principal:
    """An organisation that signed a request.

    Attributes:
        uscc: Its unified social credit code.
        region: GB/T 2260 code of its region.
        key_id: 0x-hex.
    """

    uscc: str
    region: int
    key_id: str


@dataclass(frozen=True)
class Registry:
    """What the ledger says of organisations and keys, and the time of the block that says it."""

    state: StateView
    time: int


def signs_for(registry: Registry, uscc: str, issuer: str, license_type: str) -> bool:
    """Whether an organisation may sign in an issuer's name now: the issuer itself, or its operator.

    Args:
        registry: What the ledger says of rights.
        uscc: The organisation.
        issuer: Whose name stands on the license, as somebody wrote it.
        license_type: Its type, likewise.
    """
    if uscc == issuer or not (_FORMS["organisation"].fullmatch(issuer) and _TYPE.fullmatch(license_type)):
        return uscc == issuer
    body = organisation_id(uscc)
    return Rights(registry.state, registry.time).may_issue(body, license_type, issuer)


def registered_key(state: StateView, uscc: str, key_id: str) -> tuple[Organisation, Key]:
    """The organisation and its signing key.

    Raises:
        NotAuthenticatedError: `AUTH_ORGANISATION_UNKNOWN`; `AUTH_KEY_UNKNOWN`: no signing key of
            this organisation.
    """
    organisation = typed(state, "organisation", uscc, Organisation)
    if organisation is None:
        raise NotAuthenticatedError("AUTH_ORGANISATION_UNKNOWN", organisation=uscc)
    key = typed(state, "key", key_id, Key)
    owner = organisation_id(uscc)
    if key is None or key.owner != owner or key.purpose is not Purpose.SIGN:
        raise NotAuthenticatedError("AUTH_KEY_UNKNOWN", organisation=uscc, key=key_id)
    return organisation, key


def require_current(state: StateView, key: Key, now: int) -> None:
    """Let pass only a key that may sign now; one that a thief registered with a stolen key may not.

    Args:
        state: The key and those that it descends from.
        key: The key.
        now: Seconds since 1970.

    Raises:
        NotEntitledError: `AUTH_KEY_NOT_CURRENT`, `AUTH_KEY_CUT_OFF`.
    """
    if not key.is_valid_at(now):
        raise NotEntitledError("AUTH_KEY_NOT_CURRENT", key=key.key_id)
    cut_off = cut_off_of(state, key.key_id, EVER)
    if cut_off is not None and cut_off <= now:
        raise NotEntitledError("AUTH_KEY_CUT_OFF", key=key.key_id)


def is_acting_for(state: StateView, body: str, license_: License, now: int) -> bool:
    """Whether a body acts on a license: its issuer, what followed it, its operator."""
    return Rights(state, now).may_act(organisation_id(body), license_.license_type, license_.issuer)


def require_acts_for(state: StateView, body: str, license_: License, now: int) -> None:
    """Let pass only a body that acts on a license.

    Raises:
        NotEntitledError: `NOT_THE_ISSUER`.
    """
    if not is_acting_for(state, body, license_, now):
        raise NotEntitledError("NOT_THE_ISSUER", issuer=license_.issuer, signer=body)


class AuthoriseRequests:
    """Says who signed a request.

    Args:
        registry: (organisation, key id) → what the ledger says of them now.
        verifier: SM2.
        clock: Ours.
        requests: Remembers nonces.
    """

    def __init__(
        self,
        registry: Callable[[str, str], Registry],
        verifier: Verifier,
        clock: Clock,
        requests: RequestStore,
    ) -> None:
        self._registry, self._verifier = registry, verifier
        self._clock, self._requests = clock, requests

    def authorise(self, request: SignedRequest) -> Principal:
        """The organisation behind a request; the request is used up.

        Raises:
            NotAuthenticatedError: `AUTH_MISSING`, `AUTH_MALFORMED`, `AUTH_TIME`, `AUTH_SIGNATURE`,
                `AUTH_REPLAYED`, and as `registered_key`.
            NotEntitledError: As `require_current`.
            OutageError: The ledger or the store cannot be asked.
        """
        _require_form(request)
        now = int(self._clock.now().timestamp())
        sent = self._require_fresh(request, now)
        registry = self._registry(request.organisation, request.key)
        organisation, key = registered_key(registry.state, request.organisation, request.key)
        self._require_signed(request, key)
        require_current(registry.state, key, max(now, registry.time))
        until = max(sent, now) + 2 * TOLERANCE
        if not self._requests.claim_nonce(key.key_id, request.nonce, now, until):
            raise NotAuthenticatedError("AUTH_REPLAYED", nonce=request.nonce)
        return Principal(organisation.uscc, organisation.region, key.key_id)

    def _require_fresh(self, request: SignedRequest, now: int) -> int:
        try:
            sent = parse_moment(request.time)
        except UsageError:
            raise NotAuthenticatedError("AUTH_MALFORMED", header="Elicense-Time") from None
        if abs(sent - now) > TOLERANCE:
            raise NotAuthenticatedError("AUTH_TIME", time=request.time, tolerance=TOLERANCE)
        return sent

    def _require_signed(self, request: SignedRequest, key: Key) -> None:
        public_key = bytes.fromhex(key.public_key)
        is_signed = self._verifier.verify(public_key, request.message(), bytes.fromhex(request.signature))
        if not is_signed or "0x" + id_of(public_key).hex() != request.key:
            raise NotAuthenticatedError("AUTH_SIGNATURE", key=request.key)


def _require_form(request: SignedRequest) -> None:
    given = {name: getattr(request, name) for name in _FORMS}
    if not any(given.values()):
        raise NotAuthenticatedError("AUTH_MISSING")
    for name, header in zip(_FORMS, HEADERS, strict=True):
        if not _FORMS[name].fullmatch(given[name]):
            raise NotAuthenticatedError("AUTH_MALFORMED", header=header)
