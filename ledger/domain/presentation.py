"""A presentation (亮证): chosen fields of one license, shown once, to one verifier's challenge.

It carries the issuer's signed message (so that the verifier checks the issuer's signature and the
ledger by itself), the disclosed fields with what leads from them to the content digest, the two
keys that open the holder binding, and the holder's signature over all of it:

    TAG(presentation) ‖ SM3(RFC 8785 form without `signature`)

That SM3 is also the id under which the verifier's API keeps the whole thing while the QR code
carries only id, key hint and signature. The texts in QR codes are `presentation_text`'s business.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from ledger.domain.canonical import JsonObject, canonical
from ledger.domain.challenge import CLOCK_SKEW, MAX_TTL, Challenge, Verifies, is_signed
from ledger.domain.document import holder_binding
from ledger.domain.fields_tree import Disclosure
from ledger.domain.messages import key_id
from ledger.domain.moments import rfc3339
from ledger.domain.sm import sm3, tag
from ledger.domain.verdict import PRECEDENCE, Check, Step, failed, passed, skipped
from ledger.errors import BadProofError
from ledger.errors.texts import TEXTS

FORMAT = "elicense-presentation/1"
UNBOUND = "0x" + "00" * 32
"""The holder binding of a license that no device key is bound to."""
HINT_BYTES = 8


@dataclass(frozen=True, slots=True)
class Presentation:
    """What a holder shows; nothing in it is to be believed before it was checked.

    Attributes:
        challenge_id: The challenge that it answers, 16 bytes.
        nonce: That challenge's nonce, 16 bytes.
        challenge_digest: SM3 of that challenge as the holder saw it, 32 bytes. Without it, a
            middleman could pass a verifier's id and nonce on under a name and purpose of its own.
        message: Which struct the issuer signed, `Issue` or `Amend` (`ledger.domain.messages`).
        signed: Its members by name, without `keyId`; numbers, and 32-byte words in 0x-hex.
        issuer_key: Id of the issuer's key, 32 bytes.
        issuer_signature: Over the signed message, 64 bytes.
        disclosure: The fields shown.
        holder_key: The holder's signing key for this license, 65 bytes.
        holder_encryption_key: Its companion for encryption, 65 bytes.
        made_at: By the holder's clock, in seconds since 1970.
        expires: First second at which it is too late, never after the challenge.
        signature: The holder's, 64 bytes; empty in the form kept at the verifier's API.
    """

    challenge_id: bytes
    nonce: bytes
    challenge_digest: bytes
    message: str
    signed: Mapping[str, object]
    issuer_key: bytes
    issuer_signature: bytes
    disclosure: Disclosure
    holder_key: bytes
    holder_encryption_key: bytes
    made_at: int
    expires: int
    signature: bytes = b""

    @property
    def license_id(self) -> str:
        """0x-hex id of the license shown (the new one, where an amendment issued it)."""
        return str(self.signed["newLicenseId" if self.message == "Amend" else "licenseId"])

    @property
    def digest(self) -> str:
        """0x-hex content digest that the issuer signed."""
        return str(self.signed["digest"])

    @property
    def binding(self) -> str:
        """0x-hex holder binding that the issuer signed; zeros where there is none."""
        return str(self.signed["holderBinding"])

    @property
    def is_intact(self) -> bool:
        """Whether the fields shown lead to the content digest that the issuer signed."""
        try:
            return "0x" + self.disclosure.content_digest().hex() == self.digest
        except BadProofError:
            return False

    @property
    def id(self) -> bytes:
        """SM3 of the RFC 8785 form without `signature`, 32 bytes."""
        form = self.as_json()
        del form["signature"]
        return sm3(canonical(form))

    @property
    def key_hint(self) -> bytes:
        """The first 8 bytes of the holder key's id."""
        return key_id(self.holder_key)[:HINT_BYTES]

    def holder_message(self) -> bytes:
        """The 64 bytes that the holder signs."""
        return presentation_message(self.id)

    def with_signature(self, signature: bytes) -> Presentation:
        """The same presentation with this holder signature (or none: `b""`)."""
        return replace(self, signature=signature)

    def short(self) -> ShortPresentation:
        """What the short QR code carries of it."""
        return ShortPresentation(self.id, self.key_hint, self.signature)

    def as_json(self) -> JsonObject:
        """The signed form, with `signature`."""
        return {
            "format": FORMAT,
            "challengeId": self.challenge_id.hex(),
            "nonce": self.nonce.hex(),
            "challengeDigest": self.challenge_digest.hex(),
            "message": self.message,
            "signed": dict(self.signed),
            "issuerKey": "0x" + self.issuer_key.hex(),
            "issuerSignature": self.issuer_signature.hex(),
            "disclosure": _disclosure_json(self.disclosure),
            "holderKey": self.holder_key.hex(),
            "holderEncryptionKey": self.holder_encryption_key.hex(),
            "madeAt": rfc3339(self.made_at),
            "expires": rfc3339(self.expires),
            "signature": self.signature.hex(),
        }


@dataclass(frozen=True, slots=True)
class ShortPresentation:
    """A presentation by its id; who resolves it must get exactly what the id names.

    Attributes:
        id: 32 bytes, `Presentation.id`.
        key_hint: 8 bytes of the holder key's id, to refuse a mix-up early.
        signature: The holder's, 64 bytes.
    """

    id: bytes
    key_hint: bytes
    signature: bytes

    def resolve(self, kept: Presentation) -> Presentation:
        """The whole presentation, from the one kept at the API without signature.

        Raises:
            BadProofError: `PRESENTATION_MIXED_UP`: what was kept is not what this id names.
        """
        if kept.id != self.id or kept.key_hint != self.key_hint:
            raise BadProofError("PRESENTATION_MIXED_UP")
        return kept.with_signature(self.signature)


def presentation_message(presentation_id: bytes) -> bytes:
    """What a holder signs for the presentation of this id: 64 bytes."""
    return tag("presentation") + presentation_id


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that does not hold, or, for `HOLDER_UNBOUND`, could not be asked.

    Attributes:
        reason: The exact cause, a key of `ledger.errors.texts.TEXTS`.
        code: Code of step 8, a key of `ledger.domain.verdict_texts.CODE_TEXTS`.
        result: Result that it speaks for; empty for `HOLDER_UNBOUND`.
        fields: Field names that the cause is about.
    """

    reason: str
    code: str
    result: str
    fields: tuple[str, ...] = ()

    def message(self) -> dict[str, str]:
        """The cause as `{"zh", "en"}`."""
        text, values = TEXTS[self.reason], {"fields": ", ".join(self.fields)}
        return {"zh": text.zh.format_map(values), "en": text.en.format_map(values)}


UNBOUND_FINDING = Finding("HOLDER_UNBOUND", "HOLDER_UNBOUND", "")


def stale(reason: str) -> Finding:
    """A finding about freshness or about which challenge was answered."""
    return Finding(reason, "STALE_PRESENTATION", "STALE_PRESENTATION")


def holder_check(findings: Sequence[Finding]) -> Check:
    """Step 8 of a verdict, from the findings about a presentation.

    The failure that weighs most by `PRECEDENCE` gives code and result; the evidence lists all.
    """
    failures = [finding for finding in findings if finding.result]
    reasons = [finding.reason for finding in findings]
    if failures:
        worst = min(failures, key=lambda finding: PRECEDENCE.index(finding.result))
        return failed(
            Step.HOLDER, worst.result, worst.code, {"reasons": reasons, "fields": list(worst.fields)}
        )
    if findings:
        return skipped(Step.HOLDER, "HOLDER_UNBOUND")
    return passed(Step.HOLDER)


def check_holder(
    presentation: Presentation,
    challenge: Challenge,
    verifier: Verifies,
    now: int,
    binding: str | None = None,
) -> list[Finding]:
    """Check all that a presentation promises about holder, freshness and scope (step 8).

    (1) the challenge is signed by the key it names, and is the one answered; (2) both are fresh by
    the verifier's clock; (3) the fields are those asked for; (4) they lead to the content digest
    that the issuer signed; (5) the two keys open the holder binding; (6) the holder signed all of
    it. What is not checked here: the issuer's signature and the ledger, single use, and whether
    the asking organisation is registered.

    Args:
        presentation: As read, unverified.
        challenge: The verifier's own copy.
        verifier: SM2.
        now: The verifier's clock, in seconds since 1970.
        binding: The binding that the ledger holds now (0x-hex); by default the one that the
            issuer signed. Differs after a rebind.

    Returns:
        Nothing where all holds; failures first, `HOLDER_UNBOUND` last.
    """
    return [
        *_challenge_findings(presentation, challenge, verifier),
        *_freshness_findings(presentation, challenge, now),
        *_scope_findings(presentation, challenge),
        *_digest_findings(presentation),
        *_signature_findings(presentation, verifier),
        *_binding_findings(presentation, presentation.binding if binding is None else binding),
    ]


def opens_binding(holder_key: bytes, holder_encryption_key: bytes, binding: str) -> bool:
    """Whether a pair of keys, or its signing key alone, is what a holder binding commits to.

    Args:
        holder_key: 65 bytes.
        holder_encryption_key: 65 bytes; an issuer may have bound none.
        binding: 0x-hex, as on the ledger.
    """
    forms = (holder_binding(holder_key, holder_encryption_key), holder_binding(holder_key, None))
    return binding in ["0x" + form.hex() for form in forms]


def _challenge_findings(
    presentation: Presentation, challenge: Challenge, verifier: Verifies
) -> list[Finding]:
    found = []
    if not is_signed(challenge, verifier):
        found.append(Finding("CHALLENGE_SIGNATURE_BAD", "BAD_SIGNATURE", "TAMPERED"))
    if presentation.challenge_id != challenge.id:
        found.append(stale("CHALLENGE_MISMATCH"))
    elif presentation.nonce != challenge.nonce:
        found.append(stale("NONCE_MISMATCH"))
    elif presentation.challenge_digest != challenge.digest:
        found.append(stale("CHALLENGE_ALTERED"))
    return found


def _freshness_findings(presentation: Presentation, challenge: Challenge, now: int) -> list[Finding]:
    made, expires = presentation.made_at, presentation.expires
    rules = (
        (now >= challenge.expires, "CHALLENGE_EXPIRED"),
        (challenge.expires - now > MAX_TTL + CLOCK_SKEW, "CHALLENGE_TOO_LONG"),
        (now >= expires, "PRESENTATION_EXPIRED"),
        (made > now + CLOCK_SKEW, "PRESENTATION_FROM_FUTURE"),
        (not made < expires <= made + MAX_TTL, "PRESENTATION_TOO_LONG"),
        (expires > challenge.expires, "PRESENTATION_TOO_LONG"),
    )
    reasons = dict.fromkeys(reason for broken, reason in rules if broken)
    return [stale(reason) for reason in reasons]


def _scope_findings(presentation: Presentation, challenge: Challenge) -> list[Finding]:
    shown = [field.path for field in presentation.disclosure.fields]
    extra = tuple(path for path in shown if not challenge.asks_for(path))
    missing = tuple(challenge.unanswered(shown))
    found = (("FIELDS_NOT_ASKED", extra), ("FIELDS_MISSING", missing))
    return [
        Finding(reason, "FIELDS_OUT_OF_SCOPE", "OUT_OF_SCOPE", fields) for reason, fields in found if fields
    ]


def _digest_findings(presentation: Presentation) -> list[Finding]:
    if presentation.is_intact:
        return []
    return [Finding("DISCLOSURE_MISMATCH", "DIGEST_MISMATCH", "TAMPERED")]


def _signature_findings(presentation: Presentation, verifier: Verifies) -> list[Finding]:
    signature = presentation.signature
    holds = verifier.verify(presentation.holder_key, presentation.holder_message(), signature)
    return [] if holds else [Finding("HOLDER_SIGNATURE_BAD", "BAD_HOLDER_SIGNATURE", "TAMPERED")]


def _binding_findings(presentation: Presentation, binding: str) -> list[Finding]:
    if binding == UNBOUND:
        return [UNBOUND_FINDING]
    if opens_binding(presentation.holder_key, presentation.holder_encryption_key, binding):
        return []
    return [Finding("HOLDER_KEY_MISMATCH", "HOLDER_KEY_MISMATCH", "TAMPERED")]


def _disclosure_json(disclosure: Disclosure) -> JsonObject:
    return {
        "size": disclosure.size,
        "fields": [
            {"index": field.index, "path": field.path, "salt": field.salt.hex(), "value": field.value}
            for field in disclosure.fields
        ],
        "hashes": b"".join(disclosure.hashes).hex(),
    }
