"""The answer of a verification: nine named checks and one result.

FAIL beats UNKNOWN beats PASS; SKIPPED never changes the result. Which failure names the result is
decided by one frozen order, `PRECEDENCE`: what speaks against authenticity comes before what
speaks against effect.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum

from ledger.domain.moments import rfc3339
from ledger.domain.official import TypeKind
from ledger.domain.official_texts import code_texts, result_texts
from ledger.domain.verdict_texts import SCOPE_TEXTS


class Outcome(Enum):
    """How one check ended."""

    PASS = "PASS"
    FAIL = "FAIL"
    UNKNOWN = "UNKNOWN"
    SKIPPED = "SKIPPED"


class Step(Enum):
    """The nine checks, in order."""

    FORM = 1
    INTEGRITY = 2
    SIGNATURE = 3
    ISSUER = 4
    ANCHOR = 5
    STATUS = 6
    RECOGNITION = 7
    HOLDER = 8
    BASIS = 9


PRECEDENCE: tuple[str, ...] = (
    "MALFORMED",
    "TAMPERED",
    "ISSUER_UNKNOWN",
    "NOT_ANCHORED",
    "KEY_COMPROMISED",
    "ISSUER_NOT_ENTITLED",
    "STALE_PRESENTATION",
    "ANNULLED",
    "REVOKED",
    "WITHDRAWN",
    "CANCELLED",
    "VOIDED",
    "SUPERSEDED",
    "SUSPENDED",
    "EXPIRED",
    "NOT_YET",
    "NOT_RECOGNIZED_HERE",
    "OUT_OF_SCOPE",
)
"""Results of failed checks, the strongest first. Frozen."""

COULD_NOT_CHECK = "COULD_NOT_CHECK"
IN_FORCE = "IN_FORCE"
AS_HANDED_OUT = "AS_HANDED_OUT"
"""What a copy of a row of a data set is called where nothing speaks against it: no license is in force.

Whoever wants a license must not take it for one, so it is no success unless a row is asked for."""


@dataclass(frozen=True)
class Check:
    """One step of a verification.

    Attributes:
        step: Which one.
        outcome: How it ended.
        code: Why, as a stable word; the text of the check belongs to it.
        result: For a failure, the result that it speaks for.
        evidence: What was looked at: public values only, for whoever wants to look again.
        age_seconds: Age of the ledger data used, or None when none was.
    """

    step: Step
    outcome: Outcome
    code: str = "OK"
    result: str = ""
    evidence: Mapping[str, object] = field(default_factory=dict)
    age_seconds: int | None = None

    def as_json(self, kind: TypeKind | None = None) -> dict[str, object]:
        """The check as `docs/interfaces.md` shows it, in the words for what was checked."""
        zh, en = code_texts(kind)[self.code]
        return {
            "step": self.step.value,
            "name": self.step.name,
            "outcome": self.outcome.value,
            "code": self.code,
            "evidence": dict(self.evidence),
            "ageSeconds": self.age_seconds,
            "message": {"zh": zh, "en": en},
        }


Evidence = Mapping[str, object]


def passed(step: Step, evidence: Evidence | None = None, age: int | None = None) -> Check:
    """A check that held."""
    return Check(step, Outcome.PASS, "OK", "", evidence or {}, age)


def failed(
    step: Step, result: str, code: str = "", evidence: Evidence | None = None, age: int | None = None
) -> Check:
    """A check that speaks for `result`; its code is the result unless a finer one is given."""
    return Check(step, Outcome.FAIL, code or result, result, evidence or {}, age)


def unknown(step: Step, code: str, evidence: Evidence | None = None) -> Check:
    """A check that could not be done."""
    return Check(step, Outcome.UNKNOWN, code, "", evidence or {})


def skipped(step: Step, code: str, evidence: Evidence | None = None) -> Check:
    """A check that nobody asked for or that does not apply."""
    return Check(step, Outcome.SKIPPED, code, "", evidence or {})


def result_of(checks: Sequence[Check], good: str = IN_FORCE) -> str:
    """One result for all checks, by `PRECEDENCE`.

    Args:
        checks: All of them.
        good: The result where nothing speaks against it.

    Example:
        >>> unreachable = unknown(Step.RECOGNITION, "CHAIN_UNREACHABLE")
        >>> result_of([passed(Step.FORM), failed(Step.STATUS, "REVOKED"), unreachable])
        'REVOKED'
        >>> result_of([passed(Step.FORM), unreachable])
        'COULD_NOT_CHECK'
        >>> result_of([passed(Step.FORM), skipped(Step.HOLDER, "NOT_PRESENTED")])
        'IN_FORCE'
    """
    failures = [check.result for check in checks if check.outcome is Outcome.FAIL]
    if failures:
        return min(failures, key=PRECEDENCE.index)
    if any(check.outcome is Outcome.UNKNOWN for check in checks):
        return COULD_NOT_CHECK
    return good


@dataclass(frozen=True, slots=True)
class HeadSeen:
    """The block by which something was judged.

    Attributes:
        block: Its height.
        hash: 0x-hex.
        time: Its time, in Unix seconds.
        age: Seconds since then, by the verifier's clock.
    """

    block: int
    hash: str
    time: int
    age: int

    def as_json(self) -> dict[str, object]:
        """As receipts of verifications have it."""
        return {"block": self.block, "hash": self.hash, "time": rfc3339(self.time), "ageSeconds": self.age}


@dataclass(frozen=True)
class Verdict:
    """The whole answer. Times are RFC 3339 in UTC."""

    identifier: str | None
    at: str
    known_at: str
    region: str | None
    trust: str
    age_seconds: int | None
    agreement: Mapping[str, object] | None
    flags: tuple[str, ...]
    disclosed: Mapping[str, object] | None
    checks: tuple[Check, ...]
    collector: str | None = None
    """Code of the body that collected the license from another system and signed it."""
    corrections: tuple[Mapping[str, object], ...] = ()
    """Doubts about fields of the license that are open, or were found right."""
    good: str = IN_FORCE
    """The result where nothing speaks against it."""
    head: HeadSeen | None = None
    """The block by which it was judged; None where no node could be asked, or none had to be."""
    kind: TypeKind | None = None
    """What was judged: a license or an official document; None of what is neither, or could not be read."""
    document: Mapping[str, object] | None = None
    """What an official document says it is (`ledger.domain.official.NAMED`), where its content holds."""

    @property
    def result(self) -> str:
        """The result code."""
        return result_of(self.checks, self.good)

    @property
    def exit_code(self) -> int:
        """0 in force, 3 could not check, 2 malformed, else 1."""
        return {IN_FORCE: 0, COULD_NOT_CHECK: 3, "MALFORMED": 2}.get(self.result, 1)

    @property
    def message(self) -> dict[str, str]:
        """What the result means and what to do next, in both languages."""
        zh, en = result_texts(self.kind)[self.result]
        ways = [SCOPE_TEXTS[reason] for check in self.checks for reason in _scope_reasons(check)]
        return {"zh": zh + "".join(way[0] for way in ways), "en": " ".join([en, *(way[1] for way in ways)])}

    def as_json(self) -> dict[str, object]:
        """The verdict as `docs/interfaces.md` shows it."""
        return {
            "result": self.result,
            "message": self.message,
            "kind": self.kind.value if self.kind else None,
            "document": dict(self.document) if self.document is not None else None,
            "identifier": self.identifier,
            "at": self.at,
            "knownAt": self.known_at,
            "region": self.region,
            "trust": self.trust,
            "ageSeconds": self.age_seconds,
            "agreement": dict(self.agreement) if self.agreement else None,
            "flags": list(self.flags),
            "corrections": [dict(each) for each in self.corrections],
            "collector": self.collector,
            "disclosed": dict(self.disclosed) if self.disclosed is not None else None,
            "checks": [check.as_json(self.kind) for check in self.checks],
        }


def _scope_reasons(check: Check) -> list[str]:
    """In which ways a presentation is out of scope, where that is what a check speaks for."""
    findings = check.evidence.get("reasons") if check.result == "OUT_OF_SCOPE" else None
    return [each for each in SCOPE_TEXTS if isinstance(findings, list) and each in findings]


def together(verdicts: Sequence[Verdict]) -> dict[str, object]:
    """Several verdicts as `docs/interfaces.md` shows them: `results`, and `counts` by result."""
    counts = Counter(verdict.result for verdict in verdicts)
    return {"results": [verdict.as_json() for verdict in verdicts], "counts": dict(counts)}
