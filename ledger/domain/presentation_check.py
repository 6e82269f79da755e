"""What is wrong with a presentation: the findings of step 8, and the check that they add up to.

A presentation is one act: where anything in it fails, the step fails for every license in it, and
nothing of it is redeemed. That a license is bound to nobody, or that the ledger could not be asked
about it, concerns this license alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from ledger.domain.attestation import Attestation
from ledger.domain.challenge import CLOCK_SKEW, MAX_TTL, Challenge, Verifies, is_signed
from ledger.domain.moments import rfc3339
from ledger.domain.presentation import UNBOUND, Presentation, ShownLicense
from ledger.domain.verdict import PRECEDENCE, Check, Outcome, Step, failed, passed, skipped, unknown
from ledger.errors import LedgerError
from ledger.errors.texts import TEXTS


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that does not hold, or, for `HOLDER_UNBOUND`, could not be asked.

    Attributes:
        reason: The exact cause, a key of `ledger.errors.texts.TEXTS`.
        code: Code of step 8, a key of `ledger.domain.verdict_texts.CODE_TEXTS`.
        result: Result that it speaks for; empty for `HOLDER_UNBOUND`.
        fields: Field names that the cause is about.
        license_id: 0x-hex id of the license that it is about; empty where it is the whole.
    """

    reason: str
    code: str
    result: str
    fields: tuple[str, ...] = ()
    license_id: str = ""

    def message(self) -> dict[str, str]:
        """The cause as `{"zh", "en"}`."""
        text = TEXTS[self.reason]
        values = {"fields": ", ".join(self.fields), "identifier": self.license_id}
        return {"zh": text.zh.format_map(values), "en": text.en.format_map(values)}


@dataclass(frozen=True, slots=True)
class Registrant:
    """The body that a signing key is registered for.

    Attributes:
        uscc: Its unified social credit code.
        is_current: Whether the key may sign now: valid, and neither it nor one that it descends from
            declared compromised.
    """

    uscc: str
    is_current: bool


@dataclass(frozen=True, slots=True)
class Known:
    """What the ledger holds now about those who show, as far as it was asked.

    Attributes:
        bindings: Holder bindings (0x-hex) by license id; the one that the issuer signed counts for a
            license that is not there. Differs from that one after a rebind.
        attester: The body whose key vouches; None where the ledger knows none.
        problems: Why nothing is known, by the license id or key id that it was asked about.
        frozen: Ids of licenses whose binding stopped until they are bound anew.
    """

    bindings: Mapping[str, str] = field(default_factory=dict)
    attester: Registrant | None = None
    problems: Mapping[str, LedgerError] = field(default_factory=dict)
    frozen: frozenset[str] = frozenset()


def stale(reason: str) -> Finding:
    """A finding about freshness or about which challenge was answered."""
    return Finding(reason, "STALE_PRESENTATION", "STALE_PRESENTATION")


def is_refused(findings: Sequence[Finding]) -> bool:
    """Whether any finding is a failure."""
    return any(finding.result for finding in findings)


def holder_check(
    findings: Sequence[Finding],
    presentation: Presentation | None = None,
    license_id: str = "",
    known: Known | None = None,
) -> Check:
    """Step 8 of the verdict on one license of a presentation.

    The failure that weighs most by `PRECEDENCE` gives code and result; the evidence lists all.

    Args:
        findings: About the presentation.
        presentation: None where none could be read.
        license_id: The license, 0x-hex.
        known: What it was checked with.
    """
    failures = [finding for finding in findings if finding.result]
    if failures:
        return _failed(failures)
    known, attestation = known or Known(), presentation.attestation if presentation else None
    problem = known.problems.get(attestation.key_id if attestation else license_id)
    if problem is not None:
        code = "BAD_PROOF" if problem.family == "trust" else "CHAIN_UNREACHABLE"
        return unknown(Step.HOLDER, code, {"code": problem.code, **problem.message()})
    if presentation and attestation:
        return _attested(presentation.made_at, attestation, known)
    if any(finding.license_id == license_id for finding in findings):
        return skipped(Step.HOLDER, "HOLDER_UNBOUND")
    return passed(Step.HOLDER)


def check_presentation(
    presentation: Presentation,
    challenge: Challenge,
    verifier: Verifies,
    now: int,
    known: Known | None = None,
) -> list[Finding]:
    """Check all that a presentation promises about holder, freshness and scope (step 8).

    (1) the challenge is signed by the key it names, and is the one answered; (2) both are fresh by
    the verifier's clock; (3) the fields are those asked for; (4) they lead to what the issuer
    signed; (5) every key signed all of it; (6) each license's two keys open its holder binding, or
    a body that may vouch does so. What is not checked here: the issuer's signature and the ledger,
    single use, and whether the asking organisation is registered.

    Args:
        presentation: As read, unverified.
        challenge: The verifier's own copy.
        verifier: SM2.
        now: The verifier's clock, in seconds since 1970.
        known: What the ledger holds now; by default only what the issuers signed is known.

    Returns:
        Nothing where all holds; failures first, `HOLDER_UNBOUND` last.
    """
    return [
        *_challenge_findings(presentation, challenge, verifier),
        *_freshness_findings(presentation, challenge, now),
        *_scope_findings(presentation, challenge),
        *_digest_findings(presentation),
        *_signature_findings(presentation, verifier),
        *_presenter_findings(presentation, challenge, known or Known()),
    ]


def attestation_findings(attestation: Attestation, challenge: Challenge, known: Known) -> list[Finding]:
    """Whether the body of this key may vouch for a holder towards this verifier."""
    if challenge.attested is False:
        return [_NOT_ALLOWED]
    if attestation.key_id in known.problems:
        return []
    body = known.attester
    if body is None:
        return [Finding("ATTESTER_UNKNOWN", "ATTESTER_UNKNOWN", "TAMPERED")]
    is_asking = attestation.public_key == challenge.public_key or body.uscc == challenge.uscc
    rules = ((body.is_current, _NOT_VALID), (challenge.attested or is_asking, _NOT_ALLOWED))
    return [finding for holds, finding in rules if not holds]


_NOT_VALID = Finding("ATTESTER_KEY_NOT_VALID", "ATTESTER_KEY_NOT_VALID", "TAMPERED")
_NOT_ALLOWED = Finding("ATTESTATION_NOT_ALLOWED", "ATTESTATION_NOT_ALLOWED", "OUT_OF_SCOPE")


def _attested(at: int, attestation: Attestation, known: Known) -> Check:
    body = known.attester.uscc if known.attester else ""
    evidence = {
        "attestedBy": body,
        "keyId": attestation.key_id,
        "method": attestation.method.word,
        "at": rfc3339(at),
        "officer": attestation.officer.hex() or None,
        **attestation.method.sentence(body),
    }
    return Check(Step.HOLDER, Outcome.PASS, "HOLDER_ATTESTED", "", evidence)


def _failed(failures: list[Finding]) -> Check:
    worst = min(failures, key=lambda finding: PRECEDENCE.index(finding.result))
    evidence: dict[str, object] = {
        "reasons": [finding.reason for finding in failures],
        "fields": list(worst.fields),
        **worst.message(),
    }
    if worst.license_id:
        evidence["licenseId"] = worst.license_id
    return failed(Step.HOLDER, worst.result, worst.code, evidence)


def _challenge_findings(
    presentation: Presentation, challenge: Challenge, verifier: Verifies
) -> list[Finding]:
    found = []
    if not is_signed(challenge, verifier):
        found.append(Finding("CHALLENGE_SIGNATURE_BAD", "BAD_SIGNATURE", "TAMPERED"))
    if presentation.challenge_id != challenge.id:
        found.append(stale("CHALLENGE_MISMATCH"))
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
        (made < challenge.expires - MAX_TTL - CLOCK_SKEW, "PRESENTATION_BEFORE_CHALLENGE"),
        (not made < expires <= made + MAX_TTL, "PRESENTATION_TOO_LONG"),
        (expires > challenge.expires, "PRESENTATION_TOO_LONG"),
    )
    reasons = dict.fromkeys(reason for broken, reason in rules if broken)
    return [stale(reason) for reason in reasons]


def _scope_findings(presentation: Presentation, challenge: Challenge) -> list[Finding]:
    """Nothing unasked is shown, no license either; everything asked is answered by at least one."""
    shown = {each.license_id: list(each.disclosure.values()) for each in presentation.licenses}
    extra = {name: [path for path in paths if not challenge.asks_for(path)] for name, paths in shown.items()}
    missing = challenge.unanswered([path for paths in shown.values() for path in paths])
    found = [_scope("FIELDS_NOT_ASKED", paths, name) for name, paths in extra.items() if paths]
    found += [_scope("FIELDS_MISSING", missing)] if missing else []
    is_set = len(shown) > 1
    return found + [
        _scope("LICENSE_NOT_ASKED", (), name) for name, paths in shown.items() if is_set and not paths
    ]


def _scope(reason: str, fields: Sequence[str], license_id: str = "") -> Finding:
    return Finding(reason, "FIELDS_OUT_OF_SCOPE", "OUT_OF_SCOPE", tuple(fields), license_id)


def _digest_findings(presentation: Presentation) -> list[Finding]:
    broken = [shown for shown in presentation.licenses if not shown.is_intact(presentation.ledger_id)]
    return [_tampered("DISCLOSURE_MISMATCH", "DIGEST_MISMATCH", shown) for shown in broken]


def _signature_findings(presentation: Presentation, verifier: Verifies) -> list[Finding]:
    signers, signatures, message = presentation.signers, presentation.signatures, presentation.message()
    holds = len(signers) == len(signatures) and all(
        verifier.verify(key, message, signature) for key, signature in zip(signers, signatures, strict=True)
    )
    if holds:
        return []
    if presentation.attestation:
        return [Finding("ATTESTATION_SIGNATURE_BAD", "BAD_SIGNATURE", "TAMPERED")]
    return [Finding("HOLDER_SIGNATURE_BAD", "BAD_HOLDER_SIGNATURE", "TAMPERED")]


def _presenter_findings(presentation: Presentation, challenge: Challenge, known: Known) -> list[Finding]:
    """Whether those who sign may show: a body that vouches, or the holders that are bound."""
    if presentation.attestation:
        return attestation_findings(presentation.attestation, challenge, known)
    return _binding_findings(presentation, known)


def _binding_findings(presentation: Presentation, known: Known) -> list[Finding]:
    asked = [shown for shown in presentation.licenses if shown.license_id not in known.problems]
    bound = [(shown, known.bindings.get(shown.license_id, shown.binding)) for shown in asked]
    wrong = [shown for shown, binding in bound if binding != UNBOUND and not _opens(shown, binding)]
    unbound = [shown.license_id for shown, binding in bound if binding == UNBOUND]
    return [
        *(_tampered("HOLDER_KEY_MISMATCH", "HOLDER_KEY_MISMATCH", shown) for shown in wrong),
        *(_frozen(shown) for shown in asked if shown.license_id in known.frozen),
        *(Finding("HOLDER_UNBOUND", "HOLDER_UNBOUND", "", (), license_id) for license_id in unbound),
    ]


def _opens(shown: ShownLicense, binding: str) -> bool:
    return shown.holder is not None and shown.holder.opens(binding)


def _frozen(shown: ShownLicense) -> Finding:
    return Finding("HOLDER_FROZEN", "HOLDER_FROZEN", "STALE_PRESENTATION", (), shown.license_id)


def _tampered(reason: str, code: str, shown: ShownLicense) -> Finding:
    return Finding(reason, code, "TAMPERED", (), shown.license_id)
