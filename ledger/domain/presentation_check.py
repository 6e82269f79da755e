"""What is wrong with a presentation: the findings of step 8, and the check that they add up to.

A presentation is one act: where anything in it fails, the step fails for every license in it, and
nothing of it is redeemed. That a license is bound to nobody, or that the ledger could not be asked
about it, concerns this license alone.
"""

from __future__ import annotations

from collections.abc import Sequence

from ledger.domain.challenge import CLOCK_SKEW, MAX_TTL, Challenge, Verifies, is_signed
from ledger.domain.presentation import Presentation
from ledger.domain.presenter_check import Finding, Known, presenter_check, presenter_findings, tampered
from ledger.domain.verdict import PRECEDENCE, Check, Step, failed, passed, skipped, unknown
from ledger.errors import LedgerError


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
        return _unknown(problem)
    if not attestation and any(finding.license_id == license_id for finding in findings):
        return skipped(Step.HOLDER, "HOLDER_UNBOUND")
    return presenter_check(presentation, license_id, known) if presentation else passed(Step.HOLDER)


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
    signed; (5) every key signed all of it; (6) each license's keys open its holder binding, by the rule
    in it where there are several holders, or they are those of a representative of the holder, or a
    body that may vouch does so. What is not checked here: the issuer's signature and the ledger,
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
        *content_findings(presentation, challenge, verifier, now),
        *_signature_findings(presentation, verifier),
        *presenter_findings(presentation, challenge, known or Known()),
    ]


def content_findings(
    presentation: Presentation, challenge: Challenge, verifier: Verifies, now: int
) -> list[Finding]:
    """What is wrong with a presentation whoever signs it: the first four of `check_presentation`."""
    return [
        *_challenge_findings(presentation, challenge, verifier),
        *_freshness_findings(presentation, challenge, now),
        *_scope_findings(presentation, challenge),
        *_digest_findings(presentation),
    ]


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


def _unknown(problem: LedgerError) -> Check:
    code = "BAD_PROOF" if problem.family == "trust" else "CHAIN_UNREACHABLE"
    is_told = problem.code == "TRUST_NOT_REACHED"
    return unknown(
        Step.HOLDER, problem.code if is_told else code, {"code": problem.code, **problem.message()}
    )


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
    return [tampered("DISCLOSURE_MISMATCH", "DIGEST_MISMATCH", shown) for shown in broken]


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
