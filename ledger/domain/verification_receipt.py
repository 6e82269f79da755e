"""A receipt of a verification (核验回执): what a body checked, what it was asked, and what it found.

    {"format": "elicense-verification-receipt/1", "ledgerId",
     "asked": {"at": T|null, "knownAt": T|null, "region": CODE|null, "trust", "head": HASH|null, "maxAge",
               "shownBy": USCC|null},
     "subjects": [{"kind": "LICENSE"|"COPY"|"PRESENTATION"|"UNREAD",
                   "digest": SM3|null, "challenge": SM3|null,
                   "verdicts": [{"licenseId", "result", "at", "knownAt", "trust",
                                 "head": {"block", "hash", "time", "ageSeconds"}|null, "flags": [],
                                 "checks": [{"name", "outcome", "code"}]}]}],
     "askedBy": USCC|null, "verifiedAt", "verifier": {"uscc", "keyId", "publicKey"}, "signature"}

`digest` is SM3 of what was verified: of the RFC 8785 form where that is JSON, of the bytes of an annotated
copy, of the text of a QR code. All of these have random salts or a nonce in them, so the digest tells nothing
to who does not have them. What could not be read may be anything, a name for example: it has no digest.
`challenge` is the digest of the one that a presentation was held against; it names who asked the holder, and
what for. A verdict's `at` and `knownAt` are the moments that it is about, those of `asked` what was asked.
The verifier signs TAG(verification-receipt) ‖ SM3(RFC 8785 form without `signature`).

A receipt proves who found what of which document, and not before which block. That it is true is proved by
verifying again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from ledger.domain.canonical import JsonObject, canonical, parse_strict
from ledger.domain.label import Verifies
from ledger.domain.messages import key_id
from ledger.domain.moments import parse_moment, rfc3339
from ledger.domain.regions import RegionCode
from ledger.domain.sm import TAG_VERIFICATION_RECEIPT
from ledger.domain.sm3 import sm3
from ledger.domain.strict_form import StrictForm
from ledger.domain.unsigned import unsigned_digest
from ledger.domain.verdict import (
    AS_HANDED_OUT,
    COULD_NOT_CHECK,
    IN_FORCE,
    PRECEDENCE,
    HeadSeen,
    Outcome,
    Step,
    Verdict,
)
from ledger.errors import BadSignatureError, LedgerError, MalformedError, UsageError, WrongLedgerError

FORMAT = "elicense-verification-receipt/1"

LICENSE, COPY, PRESENTATION, UNREAD = "LICENSE", "COPY", "PRESENTATION", "UNREAD"
KINDS = (LICENSE, COPY, PRESENTATION, UNREAD)

MOST_VERDICTS = 500
"""Verdicts in one receipt: with their codes they stay below what a request may carry."""
MOST_HEADS = 32
"""Blocks by which they were judged: each is looked up by who checks; a verifier needs one, or a few."""
MAX_RECEIPT = 4 << 20
"""Bytes of a receipt that are read."""

_RESULTS = {*PRECEDENCE, IN_FORCE, AS_HANDED_OUT, COULD_NOT_CHECK}
_PASSED = {
    IN_FORCE: {Step.FORM, Step.INTEGRITY, Step.SIGNATURE, Step.ISSUER, Step.ANCHOR, Step.STATUS},
    AS_HANDED_OUT: {Step.FORM, Step.INTEGRITY, Step.BASIS},
}
"""Steps that hold where nothing speaks against a license, or a copy of a row."""
_FORM = StrictForm("VERIFICATION_RECEIPT_MALFORMED")
_KEYS = {"format", "ledgerId", "asked", "subjects", "askedBy", "verifiedAt", "verifier", "signature"}
_ASKED = {"at", "knownAt", "region", "trust", "head", "maxAge", "shownBy"}
_VERDICT = {"licenseId", "result", "at", "knownAt", "trust", "head", "flags", "checks"}
_LEVELS = ("rpc", "quorum", "state", "seals")


@dataclass(frozen=True, slots=True)
class WasAsked:
    """What a verifier was asked, as it was said.

    Attributes:
        at: Moment of legal effect in Unix seconds, or None for now.
        known_at: Moment of knowledge, or None for the head's.
        region: Six digits, or None.
        trust: Level asked for.
        head: Hash of the block that the asker pinned, 0x-hex, or None.
        max_age: Seconds.
        shown_by: Credit code of who shows or relies on a copy, or None.
    """

    at: int | None = None
    known_at: int | None = None
    region: str | None = None
    trust: str = "rpc"
    head: str | None = None
    max_age: int = 60
    shown_by: str | None = None

    def as_json(self) -> JsonObject:
        """The member `asked`."""
        return {
            "at": None if self.at is None else rfc3339(self.at),
            "knownAt": None if self.known_at is None else rfc3339(self.known_at),
            "region": self.region,
            "trust": self.trust,
            "head": self.head,
            "maxAge": self.max_age,
            "shownBy": self.shown_by,
        }


@dataclass(frozen=True, slots=True)
class FoundVerdict:
    """What was found of one license.

    Attributes:
        license_id: 0x-hex; None where none could be read, or it is a row of a data set.
        result: Code of the result.
        at: Moment of legal effect that it is about, RFC 3339.
        known_at: Moment of knowledge, RFC 3339.
        trust: The level that was reached, or `none`.
        head: None where no node could be asked.
        flags: Beside the result.
        checks: (name, outcome, code) of each step.
    """

    license_id: str | None
    result: str
    at: str
    known_at: str
    trust: str
    head: HeadSeen | None
    flags: tuple[str, ...]
    checks: tuple[tuple[str, str, str], ...]

    def as_json(self) -> JsonObject:
        """One of the member `verdicts`."""
        return {
            "licenseId": self.license_id,
            "result": self.result,
            "at": self.at,
            "knownAt": self.known_at,
            "trust": self.trust,
            "head": None if self.head is None else self.head.as_json(),
            "flags": list(self.flags),
            "checks": [dict(zip(("name", "outcome", "code"), each, strict=True)) for each in self.checks],
        }


@dataclass(frozen=True, slots=True)
class VerifiedSubject:
    """One document, copy or presentation with what was found of it.

    Attributes:
        kind: One of `KINDS`.
        digest: As the module's head says, hex; None of what could not be read.
        challenge: Digest of the challenge that a presentation was held against, hex; None of others.
        verdicts: One for each license shown, in their order.
    """

    kind: str
    digest: str | None
    challenge: str | None
    verdicts: tuple[FoundVerdict, ...]

    def as_json(self) -> JsonObject:
        """One of the member `subjects`."""
        verdicts = [each.as_json() for each in self.verdicts]
        return {
            "kind": self.kind,
            "digest": self.digest,
            "challenge": self.challenge,
            "verdicts": verdicts,
        }


@dataclass(frozen=True, slots=True)
class VerificationReceipt:
    """One receipt; ids and digests in hex, times Unix seconds.

    Attributes:
        ledger_id: 0x-hex.
        asked: What was asked.
        subjects: Of what, in the order asked.
        asked_by: Credit code of the body that signed the request; None where nobody did.
        verified_at: By the verifier's clock.
        verifier: Its credit code.
        public_key: Its signing key, 65 bytes.
        signature: 64 bytes; empty before it is signed.
    """

    ledger_id: str
    asked: WasAsked
    subjects: tuple[VerifiedSubject, ...]
    asked_by: str | None
    verified_at: int
    verifier: str
    public_key: bytes
    signature: bytes = b""

    @property
    def key_id(self) -> str:
        """Id of the verifier's key, 0x-hex."""
        return "0x" + key_id(self.public_key).hex()

    @property
    def verdicts(self) -> tuple[FoundVerdict, ...]:
        """All that was found, subject by subject."""
        return tuple(verdict for each in self.subjects for verdict in each.verdicts)

    def message(self) -> bytes:
        """The 64 bytes that are signed."""
        return TAG_VERIFICATION_RECEIPT + unsigned_digest(self.as_json())

    def signed(self, signature: bytes) -> VerificationReceipt:
        """The same receipt with its signature."""
        return replace(self, signature=signature)

    def as_json(self) -> JsonObject:
        """The form of the module's head."""
        return {
            "format": FORMAT,
            "ledgerId": self.ledger_id,
            "asked": self.asked.as_json(),
            "subjects": [each.as_json() for each in self.subjects],
            "askedBy": self.asked_by,
            "verifiedAt": rfc3339(self.verified_at),
            "verifier": {"uscc": self.verifier, "keyId": self.key_id, "publicKey": self.public_key.hex()},
            "signature": self.signature.hex(),
        }

    def check(self, verifier: Verifies, ledger_id: str | None = None) -> None:
        """Let pass only what the key that it names signed, for the ledger that is meant.

        Raises:
            BadSignatureError: `VERIFICATION_RECEIPT_SIGNATURE`.
            WrongLedgerError: `WRONG_LEDGER`.
        """
        if not verifier.verify(self.public_key, self.message(), self.signature):
            raise BadSignatureError("VERIFICATION_RECEIPT_SIGNATURE", key=self.key_id)
        if ledger_id not in (None, self.ledger_id):
            raise WrongLedgerError("WRONG_LEDGER", what="ledgerId", expected=ledger_id, found=self.ledger_id)


def subject_digest(data: bytes) -> str:
    """SM3 of what was verified, hex: of the RFC 8785 form where it is JSON, else of the bytes.

    So a license file has one digest, however its JSON is laid out.

    Example:
        >>> subject_digest(b'{"a": 1}') == subject_digest(b'{ "a":1 }')
        True
    """
    try:
        return sm3(canonical(parse_strict(data, len(data)))).hex()
    except (LedgerError, RecursionError):
        return sm3(data).hex()


def found_verdict(verdict: Verdict, license_id: str | None) -> FoundVerdict:
    """What a receipt keeps of a verdict: codes, and no value of a field."""
    return FoundVerdict(
        license_id=license_id,
        result=verdict.result,
        at=verdict.at,
        known_at=verdict.known_at,
        trust=verdict.trust,
        head=verdict.head,
        flags=verdict.flags,
        checks=tuple((each.step.name, each.outcome.value, each.code) for each in verdict.checks),
    )


def verification_receipt(form: Mapping[str, object]) -> VerificationReceipt:
    """Read a receipt from outside; form only, the signature is not checked.

    Raises:
        MalformedError: `VERIFICATION_RECEIPT_MALFORMED` with the member at fault.
    """
    _FORM.require(form.get("format") == FORMAT, "format")
    _FORM.require(form.keys() == _KEYS, "keys")
    verifier, public_key = _FORM.party(form["verifier"], "verifier")
    if verifier is None:
        raise _FORM.fault("verifier")
    found = VerificationReceipt(
        ledger_id="0x" + _FORM.hexed(form, "ledgerId", 32, "0x").hex(),
        asked=_asked(form["asked"]),
        subjects=_subjects(form["subjects"]),
        asked_by=_body(form, "askedBy"),
        verified_at=_FORM.instant(form, "verifiedAt"),
        verifier=verifier,
        public_key=public_key,
        signature=_FORM.hexed(form, "signature", 64),
    )
    _FORM.require(found.as_json() == form, "form")
    return found


def _asked(value: object) -> WasAsked:
    form = _members(value, _ASKED, "asked")
    return WasAsked(
        at=None if form["at"] is None else _moment(form, "at"),
        known_at=None if form["knownAt"] is None else _moment(form, "knownAt"),
        region=None if form["region"] is None else _region(form["region"]),
        trust=_one_of(form["trust"], _LEVELS, "trust"),
        head=None if form["head"] is None else "0x" + _FORM.hexed(form, "head", 32, "0x").hex(),
        max_age=_number(form, "maxAge"),
        shown_by=_body(form, "shownBy"),
    )


def _subjects(value: object) -> tuple[VerifiedSubject, ...]:
    subjects = tuple(map(_subject, _list(value, "subjects")))
    count = sum(len(each.verdicts) for each in subjects)
    _FORM.require(0 < count <= MOST_VERDICTS, "subjects")
    heads = {verdict.head for each in subjects for verdict in each.verdicts}
    _FORM.require(len(heads) <= MOST_HEADS, "head")
    return subjects


def _subject(value: object) -> VerifiedSubject:
    form = _members(value, {"kind", "digest", "challenge", "verdicts"}, "subjects")
    kind = _one_of(form["kind"], KINDS, "kind")
    _FORM.require((form["digest"] is None) == (kind == UNREAD), "digest")
    digest, challenge = (_digest(form, name) for name in ("digest", "challenge"))
    _FORM.require(challenge is None or kind in (PRESENTATION, UNREAD), "challenge")
    verdicts = tuple(map(_verdict, _list(form["verdicts"], "verdicts")))
    _FORM.require(len(verdicts) == 1 or (kind == PRESENTATION and len(verdicts) > 1), "verdicts")
    for each in verdicts:
        _require_possible(kind, each)
    return VerifiedSubject(kind, digest, challenge, verdicts)


def _digest(form: Mapping[str, object], field: str) -> str | None:
    return None if form[field] is None else _FORM.hexed(form, field, 32).hex()


def _verdict(value: object) -> FoundVerdict:
    form = _members(value, _VERDICT, "verdicts")
    checks = tuple(map(_check, _list(form["checks"], "checks")))
    _FORM.require([name for name, *_ in checks] == [step.name for step in Step], "checks")
    result = _one_of(form["result"], tuple(_RESULTS), "result")
    _FORM.require(_follows(result, {name: outcome for name, outcome, _ in checks}), "result")
    license_id = None if form["licenseId"] is None else "0x" + _FORM.hexed(form, "licenseId", 32, "0x").hex()
    return FoundVerdict(
        license_id=license_id,
        result=result,
        at=rfc3339(_moment(form, "at")),
        known_at=rfc3339(_moment(form, "knownAt")),
        trust=_one_of(form["trust"], (*_LEVELS, "none"), "trust"),
        head=None if form["head"] is None else _head(form["head"]),
        flags=tuple(_word(each, "flags") for each in _list(form["flags"], "flags")),
        checks=checks,
    )


def _require_possible(kind: str, verdict: FoundVerdict) -> None:
    """Refuse what nobody finds: a level without a block, something good of nothing, a row that is no copy."""
    _FORM.require((verdict.head is None) == (verdict.trust == "none"), "head")
    is_read = verdict.checks[0][1] == Outcome.PASS.value
    _FORM.require(kind != UNREAD or (not is_read and verdict.license_id is None), "kind")
    if verdict.result in _PASSED:
        is_row = verdict.result == AS_HANDED_OUT
        _FORM.require(verdict.head is not None, "head")
        _FORM.require((verdict.license_id is None) == is_row, "licenseId")
        _FORM.require(not is_row or kind == COPY, "result")


def _follows(result: str, outcomes: Mapping[str, str]) -> bool:
    """Whether a result is one of such outcomes: FAIL beats UNKNOWN beats PASS."""
    if Outcome.FAIL.value in outcomes.values():
        return result in PRECEDENCE
    if Outcome.UNKNOWN.value in outcomes.values():
        return result == COULD_NOT_CHECK
    held = {step for step in Step if outcomes[step.name] == Outcome.PASS.value}
    return result in _PASSED and _PASSED[result] <= held


def _check(value: object) -> tuple[str, str, str]:
    form = _members(value, {"name", "outcome", "code"}, "checks")
    names, outcomes = tuple(each.name for each in Step), tuple(each.value for each in Outcome)
    name, outcome = _one_of(form["name"], names, "name"), _one_of(form["outcome"], outcomes, "outcome")
    return name, outcome, _word(form["code"], "code")


def _head(value: object) -> HeadSeen:
    form = _members(value, {"block", "hash", "time", "ageSeconds"}, "head")
    block, age = _number(form, "block"), _number(form, "ageSeconds")
    return HeadSeen(block, "0x" + _FORM.hexed(form, "hash", 32, "0x").hex(), _moment(form, "time"), age)


def _members(value: object, names: set[str], field: str) -> Mapping[str, object]:
    if not isinstance(value, dict) or value.keys() != names:
        raise _FORM.fault(field)
    return value


def _list(value: object, field: str) -> list[object]:
    if not isinstance(value, list) or len(value) > MOST_VERDICTS:
        raise _FORM.fault(field)
    return value


def _one_of(value: object, known: Sequence[str], field: str) -> str:
    if not isinstance(value, str) or value not in known:
        raise _FORM.fault(field)
    return value


def _word(value: object, field: str) -> str:
    """A code: letters, digits and low lines; later versions may have more of them."""
    text = _FORM.text(value, field)
    _FORM.require(text.isascii() and text.replace("_", "").isalnum() and len(text) <= 64, field)
    return text


def _body(form: Mapping[str, object], field: str) -> str | None:
    return None if form[field] is None else _FORM.text(form[field], field)


def _region(value: object) -> str:
    text = _FORM.text(value, "region")
    try:
        return RegionCode.parse(text, strict=False).text
    except MalformedError:
        raise _FORM.fault("region") from None


def _moment(form: Mapping[str, object], field: str) -> int:
    text = _FORM.text(form[field], field)
    try:
        found = parse_moment(text)
    except UsageError:
        raise _FORM.fault(field) from None
    _FORM.require(rfc3339(found) == text, field)
    return found


def _number(form: Mapping[str, object], field: str) -> int:
    value = form[field]
    if type(value) is not int or not 0 <= value < 1 << 53:
        raise _FORM.fault(field)
    return value
