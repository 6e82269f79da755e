"""Verification as a service: reads the document, gets the histories it needs, answers with a verdict.

What cannot be checked is UNKNOWN, never a guess; a forged file stays TAMPERED even with every node
down, since that needs none.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from ledger.domain.apply import Refused, State
from ledger.domain.facts import fact_of
from ledger.domain.messages import CLOCK_TOLERANCE
from ledger.domain.moments import rfc3339
from ledger.domain.records import Record
from ledger.domain.trustfile import TrustFile
from ledger.domain.verdict import Check, Outcome, Step, Verdict, skipped, unknown
from ledger.errors import LedgerError, OutageError, TrustError
from ledger.ports import Clock, Verifier
from ledger.proof.verification import Claim, Findings, Question, examine, missing_objects
from ledger.service.sources import Histories

MAX_ROUNDS = 12
"""Rounds of asking for histories; each brings at least one superior region or is the last."""


@dataclass(frozen=True)
class Ask:
    """What the caller wants to know.

    Attributes:
        region: GB/T 2260 code as a number, or None.
        at: Moment of legal effect, or None for now.
        known_at: Moment of knowledge, or None for the head's.
        max_age: Seconds; an older head cannot answer about now.
    """

    region: int | None = None
    at: int | None = None
    known_at: int | None = None
    max_age: int = 60


@dataclass(frozen=True)
class Subject:
    """A document or presentation as read: its own checks, and its claim if it could be read.

    Attributes:
        before: FORM and INTEGRITY.
        claim: None where the form is broken.
        after: HOLDER and BASIS.
        disclosed: Field values that were shown, or None.
    """

    before: tuple[Check, ...]
    claim: Claim | None
    after: tuple[Check, ...]
    disclosed: Mapping[str, object] | None = None

    @property
    def is_shown_rightly(self) -> bool:
        """Whether the field values may be passed on: nothing in the document or its showing failed."""
        return all(check.outcome is not Outcome.FAIL for check in (*self.before, *self.after))


NO_PRESENTATION = (skipped(Step.HOLDER, "NOT_PRESENTED"), skipped(Step.BASIS, "NO_DATA_HANDED_OUT"))
_ON_LEDGER = (Step.SIGNATURE, Step.ISSUER, Step.ANCHOR, Step.STATUS, Step.RECOGNITION)


class VerifyLicenses:
    """Answers for one ledger.

    Args:
        trust: The pinned trust file.
        open_histories: Connects and authenticates a head; raises what goes wrong.
        verifier: Checks SM2 signatures.
        clock: Tells now.
        level: The trust level asked for, shown where none was reached.
    """

    def __init__(
        self,
        trust: TrustFile,
        open_histories: Callable[[], Histories],
        verifier: Verifier,
        clock: Clock,
        level: str = "rpc",
    ) -> None:
        self._trust, self._open, self._verifier = trust, open_histories, verifier
        self._clock, self._level = clock, level

    def verify(self, subject: Subject, ask: Ask) -> Verdict:
        """The verdict on one subject."""
        if subject.claim is None:
            rest = tuple(skipped(step, "NOT_REACHED") for step in _ON_LEDGER)
            return self._verdict(subject, ask, Findings(rest), None)
        try:
            histories = self._open()
            findings = self._examine(subject.claim, ask, histories)
        except (OutageError, TrustError) as problem:
            return self._verdict(subject, ask, self._unchecked(problem, ask), None)
        return self._verdict(subject, ask, findings, histories)

    def _examine(self, claim: Claim, ask: Ask, histories: Histories) -> Findings:
        state = self._state_for(claim, ask.region, histories)
        now = int(self._clock.now().timestamp())
        age = max(0, now - histories.header.time)
        judged = ask.known_at is None and not histories.is_pinned
        question = Question(
            at=max(now, histories.header.time) if ask.at is None else ask.at,
            known_at=histories.header.time if ask.known_at is None else ask.known_at,
            region=ask.region,
            age=age,
            stale=judged and (age > ask.max_age or histories.header.time > now + CLOCK_TOLERANCE),
        )
        findings = examine(claim, state, question, self._trust.domain, self._verifier.verify)
        return self._with_level(findings, histories)

    def _with_level(self, findings: Findings, histories: Histories) -> Findings:
        if histories.level == self._level:
            return findings
        evidence = {"asked": self._level, "reached": histories.level}
        checks = tuple(_unproved(check, evidence) for check in findings.checks)
        return Findings(checks, findings.agreement, findings.flags, findings.standing, findings.license)

    def _state_for(self, claim: Claim, region: int | None, histories: Histories) -> State:
        """Ask for histories until nothing more is needed."""
        records: list[Record] = []
        loaded: set[bytes] = set()
        ledger_id = histories.ledger_id
        state = State(ledger_id)
        for _ in range(MAX_ROUNDS):
            wanted = missing_objects(claim, state, region) - loaded
            if not wanted:
                break
            records += histories.of(wanted)
            loaded |= wanted
            state = state_of(ledger_id, records)
        return state

    def _unchecked(self, problem: LedgerError, ask: Ask) -> Findings:
        code = _CHECK_CODES.get(
            problem.code, "BAD_PROOF" if problem.family == "trust" else "CHAIN_UNREACHABLE"
        )
        evidence = {"code": problem.code, **problem.message()}
        steps = [step for step in _ON_LEDGER if step is not Step.RECOGNITION or ask.region is not None]
        asked = [unknown(step, code, evidence) for step in steps]
        if ask.region is None:
            asked.append(skipped(Step.RECOGNITION, "NOT_ASKED"))
        return Findings(tuple(asked))

    def _verdict(
        self, subject: Subject, ask: Ask, findings: Findings, histories: Histories | None
    ) -> Verdict:
        now = int(self._clock.now().timestamp())
        known_at = ask.known_at if ask.known_at is not None else histories.header.time if histories else now
        return Verdict(
            identifier=subject.claim.identifier if subject.claim else None,
            at=rfc3339(now if ask.at is None else ask.at),
            known_at=rfc3339(known_at),
            region=None if ask.region is None else f"{ask.region:06d}",
            trust=histories.level if histories else "none",
            age_seconds=max(0, now - histories.header.time) if histories else None,
            agreement=findings.agreement,
            flags=findings.flags,
            disclosed=subject.disclosed if subject.is_shown_rightly else None,
            checks=(*subject.before, *findings.checks, *subject.after),
        )


def _unproved(check: Check, evidence: Mapping[str, object]) -> Check:
    """A check made from what nothing proves: no refusal counts, and no anchor.

    What one node says is no reason to refuse a license where proof was asked for. What needs no node
    to be found out, another ledger's id in the document, is refused all the same.
    """
    is_told_by_document = check.code == "OTHER_LEDGER"
    is_anchor = check.step is Step.ANCHOR and check.outcome is Outcome.PASS
    if is_anchor or (check.outcome is Outcome.FAIL and not is_told_by_document):
        found = {"found": check.code} if check.outcome is Outcome.FAIL else {}
        return unknown(check.step, "TRUST_NOT_REACHED", {**evidence, **found})
    return check


_CHECK_CODES = {"WRONG_LEDGER": "WRONG_LEDGER"}


def state_of(ledger_id: bytes, records: list[Record]) -> State:
    """The state that some histories add up to, oldest record first.

    A record that honest contracts would not have written leaves no trace: what it would have made
    stays unknown, and the checks that need it fail.
    """
    state = State(ledger_id)
    for record in sorted(records, key=lambda each: each.seq):
        try:
            state.apply(fact_of(record))
        except Refused:
            continue
    return state


def once(connect: Callable[[], Histories]) -> Callable[[], Histories]:
    """Connect at the first call; every later one gets the same histories, or the same failure."""
    made: list[Histories | LedgerError] = []

    def opened() -> Histories:
        if not made:
            try:
                made.append(connect())
            except (OutageError, TrustError) as problem:
                made.append(problem)
        if isinstance(made[0], LedgerError):
            raise made[0]
        return made[0]

    return opened
