"""Ordering at a service: it prepares, this side reads what it is to sign, signs, and keeps the promise.

The key never leaves this side, and nothing is signed blindly: M is recomputed from the struct, the
struct is held against the order, the document's digest against the document. Where a node can be
asked, so are the keys of others: of promises, and of license files that were signed earlier.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Protocol

from ledger.domain.acts import Act, Purpose
from ledger.domain.canonical import JsonObject
from ledger.domain.document import Envelope, build_license, license_digest
from ledger.domain.entities import Key
from ledger.domain.identifiers import LicenseIdentifier
from ledger.domain.license_types import LicenseType
from ledger.domain.messages import (
    CLOCK_TOLERANCE,
    MAX_LIFETIME,
    MESSAGES,
    MessageType,
    issued_id,
    key_id,
    message_digest,
    plain_value,
)
from ledger.domain.moments import rfc3339
from ledger.domain.objects import ascii32, from_ascii32, organisation_id
from ledger.domain.promise import Promise
from ledger.domain.representation import scope_bitmap
from ledger.domain.signed_message import Prepared, SignedMessage
from ledger.domain.state import StateView, typed
from ledger.domain.trustfile import TrustFile
from ledger.errors import BadSignatureError, ChainOutageError, MalformedError, TrustError
from ledger.ports import Clock, Signer, Verifier
from ledger.service.drafts import content_members
from ledger.service.handed_in import read_members
from ledger.service.handed_sharing import HandedSharing
from ledger.service.orders import NOT_CHECKED, REGISTERED, ActOrder, act_of, amendment_of, ground_of
from ledger.service.promises import require_registered
from ledger.service.represent import RepresentOrder, kind_of, scope_of
from ledger.service.share import Shared, shared_as

_OF_EACH = ("rev", "signedAt", "notAfter", "digest")
"""Members in which two messages for the same order may differ."""

_SKEW = 300
"""Seconds by which the service's clock may differ from ours."""

PATIENCE = {"Prefer": "wait=30"}
"""With what is handed in: for how many seconds the service waits for its record before it answers."""


class Service(Protocol):
    """A service that takes signed requests."""

    def post(self, target: str, body: JsonObject, headers: Mapping[str, str] | None = None) -> JsonObject:
        """The answer to one signed request."""
        ...

    def get(self, target: str) -> JsonObject:
        """The answer to one signed question."""
        ...


@dataclass(frozen=True)
class Order:
    """What is asked of the service, and what the message has to say then.

    Attributes:
        body: For POST /v1/messages, without the key.
        struct: Of the message.
        expected: Members of it, by name.
        given: The license input, where it issues one.
    """

    body: JsonObject
    struct: str
    expected: Mapping[str, object]
    given: JsonObject | None = None


@dataclass(frozen=True)
class Known:
    """What this side knows by itself.

    Attributes:
        types: From a type code to its definition.
        resolve: From an identifier or id to the license id that this side knows for it, or None.
        registry: The ledger as a node shows it now, or None where none can be asked: then whose key
            signed a promise, or an earlier license file, stays open.
    """

    types: Callable[[str], LicenseType]
    resolve: Callable[[str], str | None]
    registry: Callable[[], StateView | None]


class PromiseCheck:
    """Checks the promises of a service.

    Args:
        ledger_id: The ledger that they have to be for, 0x-hex.
        verifier: SM2.
        registry: As `Known.registry`.
    """

    def __init__(self, ledger_id: str, verifier: Verifier, registry: Callable[[], StateView | None]) -> None:
        self._ledger_id, self._verifier, self._registry = ledger_id, verifier, registry

    def of(self, answer: JsonObject, digest: str) -> str | None:
        """Refuse a promise that is not about a message, or that no key of its body signed.

        Args:
            answer: Of the service; it may carry none.
            digest: Of the message that was handed in, 0x-hex.

        Returns:
            `REGISTERED`, or `NOT_CHECKED` where no node says whose the key is; None without a promise.

        Raises:
            BadSignatureError: `PROMISE_SIGNATURE_BAD`, `PROMISE_OF_ANOTHER`, `PROMISE_KEY_UNKNOWN`.
            MalformedError: `PROMISE_MALFORMED`.
        """
        if answer.get("promise") is None:
            return None
        promise = Promise.from_json(answer["promise"])
        promise.check(self._verifier, self._ledger_id)
        if promise.digest != digest:
            raise BadSignatureError("PROMISE_OF_ANOTHER", field="message")
        registry = self._registry()
        if registry is None:
            return NOT_CHECKED
        require_registered(registry, promise)
        return REGISTERED


class OrderAtService:
    """Has a service prepare messages, signs them here, hands them in.

    Args:
        service: The service.
        body: Credit code of the body that orders.
        trust: The pinned trust file: which ledger a message has to be for.
        known: What this side knows of types, licenses and keys.
        verifier: Checks promises.
        signer: The body's registered signing key.
        clock: Ours.

    Attributes:
        service: The service.
    """

    def __init__(
        self,
        service: Service,
        body: str,
        trust: TrustFile,
        known: Known,
        verifier: Verifier,
        signer: Signer,
        clock: Clock,
    ) -> None:
        self.service, self._body, self._trust = service, body, trust
        self._types, self._resolve, self._registry = known.types, known.resolve, known.registry
        self._by = "0x" + ascii32(body).hex()
        self._verifier, self._signer, self._clock = verifier, signer, clock
        self._promises = PromiseCheck(trust.ledger_id, verifier, known.registry)

    def issue(self, given: JsonObject, request_id: str | None = None) -> JsonObject:
        """Issue a license; the keys of `license issue` and `envelope`."""
        order = Order({"act": "issue", "input": given}, "Issue", {}, given)
        return self._carry_out(order, request_id)

    def amend(self, id_: str, given: JsonObject, kind: str, ground: str, effective: int = 0) -> JsonObject:
        """Issue the next version of a license; the keys of `license amend` and `envelope`.

        Raises:
            UsageError: `ACT_UNKNOWN`, `GROUND_NOT_OF_ACT`.
        """
        return self._carry_out(self.amendment(id_, given, kind, ground, effective))

    def amendment(self, id_: str, given: JsonObject, kind: str, ground: str, effective: int = 0) -> Order:
        """What is asked for the next version of a license; raises as `amend`."""
        act = amendment_of(kind)
        body = {"act": "amend", "id": id_, "input": given, "kind": kind, "ground": ground, **_from(effective)}
        fact = {"act": int(act), "ground": int(ground_of(act, ground)), "effective": effective}
        return Order(body, "Amend", self._about(id_) | fact, given)

    def act(self, id_: str, order: ActOrder) -> JsonObject:
        """Suspend, resume or end a license; which number of a decision is meant, the service digests.

        Raises:
            UsageError: `ACT_UNKNOWN`, `GROUND_NOT_OF_ACT`.
        """
        act = act_of(order)
        fact = {"act": int(act), "ground": int(ground_of(act, order.ground)), "effective": order.effective}
        body = {"act": order.verb, "id": id_, "ground": order.ground, "reference": order.reference}
        if order.region is not None:
            body["region"], fact["region"] = f"{order.region:06d}", order.region
        if order.kind is not None:
            body["kind"] = order.kind.value
        return self._carry_out(Order(body | _from(order.effective), "Act", self._about(id_) | fact))

    def bind(self, id_: str, body: JsonObject, binding: bytes) -> JsonObject:
        """Tie a holder's device keys to a license; `binding` is what has to be signed for them."""
        expected = self._about(id_) | {"by": self._by, "holderBinding": "0x" + binding.hex()}
        return self._carry_out(Order({"act": "bind", "id": id_, **body}, "Bind", expected))

    def freeze(self, id_: str) -> JsonObject:
        """Stop the binding of a lost device."""
        expected = self._about(id_) | {"by": self._by}
        return self._carry_out(Order({"act": "freeze", "id": id_}, "Freeze", expected))

    def represent(self, id_: str, keys: JsonObject, order: RepresentOrder) -> JsonObject:
        """Let somebody stand in for a holder; `keys` are the representative's, as the service takes them."""
        terms = {"kind": order.kind, "scope": list(order.scope), "reference": order.reference}
        since = {"since": rfc3339(order.since)} if order.since else {}
        until = {} if order.until is None else {"until": rfc3339(order.until)}
        expected = self._about(id_) | {
            "representative": "0x" + order.representative.hex(),
            "kind": int(kind_of(order.kind)),
            "scope": scope_bitmap(scope_of(order.scope)),
            "since": max(0, order.since),
            "until": order.until or 0,
        }
        body = {"act": "represent", "id": id_, **keys, **terms, **since, **until}
        return self._carry_out(Order(body, "Represent", expected))

    def represent_end(self, id_: str, representative: bytes, until: int) -> JsonObject:
        """End a representation."""
        who = "0x" + representative.hex()
        body = {"act": "represent-end", "id": id_, "representative": who, "until": rfc3339(until)}
        expected = self._about(id_) | {"representative": who, "until": until}
        return self._carry_out(Order(body, "EndRepresentation", expected))

    def transfer_out(self, id_: str, region: str, reference: str) -> JsonObject:
        """Let a license go to another region."""
        body = {"act": "transfer-out", "id": id_, "region": region, "reference": reference}
        return self._carry_out(Order(body, "TransferOut", self._about(id_) | {"toRegion": int(region)}))

    def transfer_in(self, id_: str, given: JsonObject) -> JsonObject:
        """Take a license in from another region."""
        body = {"act": "transfer-in", "id": id_, "input": given}
        expected = self._about(id_) | {"act": int(Act.TRANSFER_IN)}
        return self._carry_out(Order(body, "Amend", expected, given))

    def transfer_cancel(self, id_: str) -> JsonObject:
        """Keep a license after all."""
        expected = self._about(id_) | {"act": int(Act.TRANSFER_CANCEL), "region": 0}
        return self._carry_out(Order({"act": "transfer-cancel", "id": id_}, "Act", expected))

    def _about(self, id_: str) -> dict[str, object]:
        """The license that is meant, where this side knows its id."""
        known = self._resolve(id_)
        return {} if known is None else {"licenseId": known}

    def _carry_out(self, order: Order, request_id: str | None = None) -> JsonObject:
        identity = key_id(self._signer.public_key)
        key = "0x" + identity.hex()
        asked = self.ask(order.body)
        prepared = self.read(order, asked)
        signature = self._signer.sign(prepared.message(identity)).hex()
        handed: JsonObject = {"signed": asked["signed"], "keyId": key, "signature": signature}
        if request_id is not None:
            handed["requestId"] = request_id
        answer = self.service.post("/v1/messages", handed, PATIENCE)
        self.check_answer(answer, prepared, asked)
        return {**answer, "promiseKey": self.check_promise(answer, prepared)}

    def ask(self, body: JsonObject) -> JsonObject:
        """What the service prepares for this side's key; raises what it refuses."""
        key = "0x" + key_id(self._signer.public_key).hex()
        return self.service.post("/v1/messages", {**body, "keyId": key})

    def prepared(self, struct: MessageType, signed: Mapping[str, object], key: str) -> Prepared:
        """The message of a struct as it is signed; raises `SIGNED_MESSAGE_FORM`."""
        return Prepared(struct, read_members(struct, signed, key), self._trust.domain(struct.contract))

    def check_answer(self, answer: JsonObject, prepared: Prepared, asked: JsonObject) -> None:
        """Refuse an answer about another license than was ordered.

        Raises:
            TrustError: `SERVICE_ANSWER_DIFFERS` with the member.
        """
        values = prepared.values
        is_new = prepared.struct.name in ("Issue", "Amend")
        _answers(
            answer.get("licenseId") == (issued_id(values) if is_new else values["licenseId"]), "licenseId"
        )
        if "rev" in answer:
            _answers(answer["rev"] == int(str(values["rev"])) + 1, "rev")
        if "representative" in values:
            _answers(answer.get("representative") == values["representative"], "representative")
        if is_new:
            self._check_file(answer.get("envelope"), prepared, asked)

    def _check_file(self, form: object, prepared: Prepared, asked: JsonObject) -> None:
        """The license file is of the license that was ordered, as a key of this body signed it.

        Under the same request id it may be of an earlier message: with salts, a time and a key of its own.

        Raises:
            ChainOutageError: `SERVICE_FILE_UNCHECKED`: by another key, and no node says whose it is.
        """
        try:
            envelope = Envelope.from_json(form if isinstance(form, dict) else {})
            signed = read_members(prepared.struct, envelope.signed, envelope.signer["keyId"])
            _answers(license_digest(envelope.license, envelope.salts).hex() == envelope.digest, "digest")
        except MalformedError:
            raise _answered("envelope") from None
        _answers(envelope.license == asked["license"], "license")
        own = {**prepared.values, **{name: signed[name] for name in _OF_EACH if name in signed}}
        _answers(signed == own and signed["digest"] == "0x" + envelope.digest, "signed")
        _answers(envelope.signer["uscc"] == from_ascii32(str(own["issuer"])), "signer")
        identity = bytes.fromhex(envelope.signer["keyId"][2:])
        self.check_signature(replace(prepared, values=signed), identity, bytes.fromhex(envelope.signature))

    def check_signature(self, prepared: Prepared, identity: bytes, signature: bytes) -> None:
        """A message about licenses is signed by a key of this body or of their issuer.

        Raises:
            ChainOutageError: `SERVICE_FILE_UNCHECKED`: by another key, and no node says whose it is.
            TrustError: `SERVICE_ANSWER_DIFFERS`.
        """
        public_key = self._key_of_body(identity, str(prepared.values["issuer"]))
        message = prepared.message(identity)
        _answers(self._verifier.verify(public_key, message, signature), "signature")

    def _key_of_body(self, identity: bytes, issuer: str) -> bytes:
        """Our own key, or another one that is registered for this body or for the issuer."""
        if identity == key_id(self._signer.public_key):
            return self._signer.public_key
        registry, name = self._registry(), "0x" + identity.hex()
        if registry is None:
            raise ChainOutageError("SERVICE_FILE_UNCHECKED", key=name)
        key = typed(registry, "key", name, Key)
        bodies = {organisation_id(self._body), organisation_id(from_ascii32(issuer))}
        if key is None or key.owner not in bodies or key.purpose is not Purpose.SIGN:
            raise _answered("signer")
        return bytes.fromhex(key.public_key)

    def read(self, order: Order, asked: JsonObject) -> Prepared:
        """The message that is to be signed, held against what was ordered.

        Raises:
            TrustError: `SERVICE_MESSAGE_DIFFERS` with the member.
        """
        identity = key_id(self._signer.public_key)
        try:
            prepared = self.prepared(MESSAGES[order.struct], asked["signed"], "0x" + identity.hex())
        except (MalformedError, KeyError, AttributeError):
            raise _differs("signed") from None
        values = prepared.values
        _require(asked.get("message") == prepared.message(identity).hex(), "message")
        self._require_timely(values)
        self.require_ordered(order, asked, values)
        return prepared

    def require_ordered(self, order: Order, asked: JsonObject, values: Mapping[str, object]) -> None:
        """Hold a message and its document against what was ordered; raises `SERVICE_MESSAGE_DIFFERS`."""
        for name, value in order.expected.items():
            _require(values[name] == value, name)
        if order.given is not None:
            is_next = "newLicenseId" in values
            self._require_content(order.given, asked, values, is_next=is_next)

    def _require_timely(self, values: Mapping[str, object]) -> None:
        now = int(self._clock.now().timestamp())
        signed_at, not_after = (int(str(values[name])) for name in ("signedAt", "notAfter"))
        _require(abs(signed_at - now) <= _SKEW, "signedAt")
        _require(now - CLOCK_TOLERANCE < not_after <= signed_at + MAX_LIFETIME, "notAfter")

    def _require_content(
        self, given: JsonObject, asked: JsonObject, values: Mapping[str, object], *, is_next: bool
    ) -> None:
        """The document is the one that was ordered, and what is signed is its digest."""
        license_, salts = asked.get("license"), asked.get("salts")
        if not isinstance(license_, dict) or not isinstance(salts, dict):
            raise _differs("license")
        code = str(given["metadata"]["certificateTypeCode"])
        mine = _numbered(given, license_) if is_next else given
        _require(license_ == build_license(mine, self._types(code)), "license")
        try:
            digest = license_digest(license_, salts).hex()
        except MalformedError:
            raise _differs("salts") from None
        _require(values["digest"] == "0x" + digest, "digest")
        for name, value in content_members(given, license_).items():
            _require(values[name] == plain_value(value), name)

    def check_promise(self, answer: JsonObject, prepared: Prepared) -> str | None:
        """How far a promise was checked; raises as `PromiseCheck`."""
        envelope = answer.get("envelope")
        signed = envelope["signed"] if isinstance(envelope, dict) else prepared.values
        return self._promises.of(answer, message_digest(prepared.struct, prepared.struct.data(signed)))


class ShareAtService:
    """Hands signed messages about sharing in at a service.

    Args:
        service: The service.
        promises: Checks what it promises.
    """

    def __init__(self, service: Service, promises: PromiseCheck) -> None:
        self._service, self._promises = service, promises

    def hand_in(self, message: SignedMessage) -> Shared:
        """Hand a message in and wait for it.

        Raises:
            TrustError: `SERVICE_ANSWER_DIFFERS` with the member.
            BadSignatureError: As `PromiseCheck`.
            LedgerError: What the service refuses.
        """
        answer = self._service.post("/v1/sharing", HandedSharing.of(message).as_json(), PATIENCE)
        _answers({"seq", "gasUsed", "promise"} <= answer.keys(), "seq")
        made = shared_as(message, answer)
        _answers(answer.get("object") == made.about, "object")
        _answers(answer.get("rev") == made.rev, "rev")
        return replace(made, promise_key=self._promises.of(answer, message.digest))


def _numbered(given: JsonObject, license_: JsonObject) -> JsonObject:
    """An input with the serial and version that follow from the license before, where it names none."""
    try:
        made = LicenseIdentifier.parse(str(license_["metadata"]["certificateIdentifier"]), strict=False)
    except (MalformedError, KeyError, TypeError):
        raise _differs("license") from None
    metadata = {"certificateVersion": made.version, **given["metadata"]}
    return {**given, "serial": given.get("serial") or made.serial, "metadata": metadata}


def _from(effective: int) -> JsonObject:
    return {"effective": rfc3339(effective)} if effective else {}


def _require(holds: bool, member: str) -> None:
    if not holds:
        raise _differs(member)


def _answers(holds: bool, member: str) -> None:
    if not holds:
        raise _answered(member)


def _answered(member: str) -> TrustError:
    return TrustError("SERVICE_ANSWER_DIFFERS", member=member)


def _differs(member: str) -> TrustError:
    return TrustError("SERVICE_MESSAGE_DIFFERS", member=member)
