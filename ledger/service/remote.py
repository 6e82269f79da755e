"""Ordering at a service: it prepares, this side reads what it is to sign, signs, and keeps the promise.

The key never leaves this side, and nothing is signed blindly: M is recomputed from the struct, the
struct is held against the order, the document's digest against the document.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Protocol

from ledger.domain.acts import Act
from ledger.domain.canonical import JsonObject
from ledger.domain.document import Envelope, build_license, license_digest
from ledger.domain.identifiers import LicenseIdentifier
from ledger.domain.license_types import LicenseType
from ledger.domain.messages import (
    CLOCK_TOLERANCE,
    MAX_LIFETIME,
    MESSAGES,
    issued_id,
    key_id,
    message_digest,
    plain_value,
)
from ledger.domain.moments import rfc3339
from ledger.domain.objects import ascii32
from ledger.domain.promise import Promise
from ledger.domain.representation import scope_bitmap
from ledger.domain.signed_message import Prepared
from ledger.domain.trustfile import TrustFile
from ledger.errors import BadSignatureError, MalformedError, TrustError
from ledger.ports import Clock, Signer, Verifier
from ledger.service.drafts import content_members
from ledger.service.handed_in import read_members
from ledger.service.orders import ActOrder, act_of, amendment_of, ground_of
from ledger.service.represent import RepresentOrder, kind_of, scope_of

_OF_EACH = ("rev", "signedAt", "notAfter", "digest")
"""Members in which two messages for the same order may differ."""

_SKEW = 300
"""Seconds by which the service's clock may differ from ours."""


class Service(Protocol):
    """A service that takes signed requests."""

    def post(self, target: str, body: JsonObject, headers: Mapping[str, str] | None = None) -> JsonObject:
        """The answer to one signed request."""
        ...


@dataclass(frozen=True)
class _Order:
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


class OrderAtService:
    """Has a service prepare messages, signs them here, hands them in.

    Args:
        service: The service.
        body: Credit code of the body that orders.
        trust: The pinned trust file: which ledger a message has to be for.
        types: From a type code to its definition.
        resolve: From an identifier or id to the license id that this side knows for it, or None.
        verifier: Checks promises.
        signer: The body's registered signing key.
        clock: Ours.
    """

    def __init__(
        self,
        service: Service,
        body: str,
        trust: TrustFile,
        types: Callable[[str], LicenseType],
        resolve: Callable[[str], str | None],
        verifier: Verifier,
        signer: Signer,
        clock: Clock,
    ) -> None:
        self._service, self._trust = service, trust
        self._types, self._resolve = types, resolve
        self._by = "0x" + ascii32(body).hex()
        self._verifier, self._signer, self._clock = verifier, signer, clock

    def issue(self, given: JsonObject, request_id: str | None = None) -> JsonObject:
        """Issue a license; the keys of `license issue` and `envelope`."""
        order = _Order({"act": "issue", "input": given}, "Issue", {}, given)
        return self._carry_out(order, request_id)

    def amend(self, id_: str, given: JsonObject, kind: str, ground: str, effective: int = 0) -> JsonObject:
        """Issue the next version of a license; the keys of `license amend` and `envelope`.

        Raises:
            UsageError: `ACT_UNKNOWN`, `GROUND_NOT_OF_ACT`.
        """
        act = amendment_of(kind)
        body = {"act": "amend", "id": id_, "input": given, "kind": kind, "ground": ground, **_from(effective)}
        fact = {"act": int(act), "ground": int(ground_of(act, ground)), "effective": effective}
        return self._carry_out(_Order(body, "Amend", self._about(id_) | fact, given))

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
        return self._carry_out(_Order(body | _from(order.effective), "Act", self._about(id_) | fact))

    def bind(self, id_: str, body: JsonObject, binding: bytes) -> JsonObject:
        """Tie a holder's device keys to a license; `binding` is what has to be signed for them."""
        expected = self._about(id_) | {"by": self._by, "holderBinding": "0x" + binding.hex()}
        return self._carry_out(_Order({"act": "bind", "id": id_, **body}, "Bind", expected))

    def freeze(self, id_: str) -> JsonObject:
        """Stop the binding of a lost device."""
        expected = self._about(id_) | {"by": self._by}
        return self._carry_out(_Order({"act": "freeze", "id": id_}, "Freeze", expected))

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
        return self._carry_out(_Order(body, "Represent", expected))

    def represent_end(self, id_: str, representative: bytes, until: int) -> JsonObject:
        """End a representation."""
        who = "0x" + representative.hex()
        body = {"act": "represent-end", "id": id_, "representative": who, "until": rfc3339(until)}
        expected = self._about(id_) | {"representative": who, "until": until}
        return self._carry_out(_Order(body, "EndRepresentation", expected))

    def transfer_out(self, id_: str, region: str, reference: str) -> JsonObject:
        """Let a license go to another region."""
        body = {"act": "transfer-out", "id": id_, "region": region, "reference": reference}
        return self._carry_out(_Order(body, "TransferOut", self._about(id_) | {"toRegion": int(region)}))

    def transfer_in(self, id_: str, given: JsonObject) -> JsonObject:
        """Take a license in from another region."""
        body = {"act": "transfer-in", "id": id_, "input": given}
        expected = self._about(id_) | {"act": int(Act.TRANSFER_IN)}
        return self._carry_out(_Order(body, "Amend", expected, given))

    def transfer_cancel(self, id_: str) -> JsonObject:
        """Keep a license after all."""
        expected = self._about(id_) | {"act": int(Act.TRANSFER_CANCEL), "region": 0}
        return self._carry_out(_Order({"act": "transfer-cancel", "id": id_}, "Act", expected))

    def _about(self, id_: str) -> dict[str, object]:
        """The license that is meant, where this side knows its id."""
        known = self._resolve(id_)
        return {} if known is None else {"licenseId": known}

    def _carry_out(self, order: _Order, request_id: str | None = None) -> JsonObject:
        identity = key_id(self._signer.public_key)
        key = "0x" + identity.hex()
        asked = self._service.post("/v1/messages", {**order.body, "keyId": key})
        prepared = self._read(order, asked, key)
        signature = self._signer.sign(prepared.message(identity)).hex()
        handed: JsonObject = {"signed": asked["signed"], "keyId": key, "signature": signature}
        if request_id is not None:
            handed["requestId"] = request_id
        answer = self._service.post("/v1/messages", handed)
        self._check_answer(answer, prepared, asked)
        self._check_promise(answer, prepared)
        return answer

    def _check_answer(self, answer: JsonObject, prepared: Prepared, asked: JsonObject) -> None:
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

        Under the same request id it may be of an earlier message: with salts and a time of its own.
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
        if envelope.signer["keyId"] == "0x" + key_id(self._signer.public_key).hex():
            message = replace(prepared, values=signed).message(key_id(self._signer.public_key))
            signature = bytes.fromhex(envelope.signature)
            _answers(self._verifier.verify(self._signer.public_key, message, signature), "signature")

    def _read(self, order: _Order, asked: JsonObject, key: str) -> Prepared:
        """The message that is to be signed, held against what was ordered.

        Raises:
            TrustError: `SERVICE_MESSAGE_DIFFERS` with the member.
        """
        struct = MESSAGES[order.struct]
        try:
            values = read_members(struct, asked["signed"], key)
        except (MalformedError, KeyError, AttributeError):
            raise _differs("signed") from None
        prepared = Prepared(struct, values, self._trust.domain(struct.contract))
        _require(asked.get("message") == prepared.message(bytes.fromhex(key[2:])).hex(), "message")
        self._require_timely(values)
        for name, value in order.expected.items():
            _require(values[name] == value, name)
        if order.given is not None:
            is_next = "newLicenseId" in values
            self._require_content(order.given, asked, values, is_next=is_next)
        return prepared

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

    def _check_promise(self, answer: JsonObject, prepared: Prepared) -> None:
        """Refuse a promise that is not about what was handed in, or that its key did not sign.

        Raises:
            BadSignatureError: `PROMISE_SIGNATURE_BAD`, `PROMISE_OF_ANOTHER`.
            MalformedError: `PROMISE_MALFORMED`.
        """
        if answer.get("promise") is None:
            return
        promise = Promise.from_json(answer["promise"])
        promise.check(self._verifier, self._trust.ledger_id)
        envelope = answer.get("envelope")
        signed = envelope["signed"] if isinstance(envelope, dict) else prepared.values
        if promise.digest != message_digest(prepared.struct, prepared.struct.data(signed)):
            raise BadSignatureError("PROMISE_OF_ANOTHER", field="message")


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
