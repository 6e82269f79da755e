"""Verification as a service: reads the document, gets the histories it needs, answers with a verdict.

What cannot be checked is UNKNOWN, never a guess; a forged file stays TAMPERED even with every node
down, since that needs none.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache, partial

from ledger.domain.apply import State
from ledger.domain.derived import broken_rules
from ledger.domain.doubts import Doubt, NameFields, doubt_flags, doubts_shown
from ledger.domain.entities import Key, License
from ledger.domain.entities import LicenseType as RegisteredType
from ledger.domain.license_types import LicenseType
from ledger.domain.lineage import MAX_HANDS, void_as_of
from ledger.domain.messages import CLOCK_TOLERANCE, MESSAGES, Domain
from ledger.domain.moments import rfc3339
from ledger.domain.objects import key_object
from ledger.domain.official import TypeKind, named_document
from ledger.domain.seals import named_seal, stated_sealing
from ledger.domain.state import typed
from ledger.domain.trustfile import TrustFile
from ledger.domain.verdict import IN_FORCE, Check, HeadSeen, Outcome, Step, Verdict, failed, skipped, unknown
from ledger.errors import LedgerError, OutageError, TrustError
from ledger.ports import Clock, Verifier
from ledger.proof.bindings import flags_of
from ledger.proof.seals import FindSeals, JudgedSeal, Sealing, judge_seal, seal_objects, with_layout_judged
from ledger.proof.verification import (
    Claim,
    Findings,
    Question,
    examine,
    missing_objects,
    objects_behind,
    own_objects,
)
from ledger.service.counting import FindTexts
from ledger.service.doubts import doubts_about
from ledger.service.partial_state import state_of, state_of_facts
from ledger.service.sources import Histories

MAX_ROUNDS = 12
"""Rounds of asking for histories; each brings at least one superior region or is the last."""

TOGETHER = 500
"""Subjects for which histories are fetched together; more take more memory and save little."""

_SIGNATURES = 1_000
"""Signatures of which the answer is remembered: all licenses of a batch have the same one."""


@dataclass(frozen=True)
class Ask:
    """What the caller wants to know.

    Attributes:
        region: GB/T 2260 code as a number, or None.
        at: Moment of legal effect, or None for now.
        known_at: Moment of knowledge, or None for the head's.
        max_age: Seconds; an older head cannot answer about now, nor about what was known after it.
    """

    region: int | None = None
    at: int | None = None
    known_at: int | None = None
    max_age: int = 60

    def moment(self, now: int) -> int:
        """The moment of legal effect, in seconds since 1970."""
        return now if self.at is None else self.at


@dataclass(frozen=True)
class Subject:
    """A document or presentation as read: its own checks, and its claim if it could be read.

    Attributes:
        before: FORM and INTEGRITY.
        claim: None where the form is broken.
        after: HOLDER and BASIS.
        disclosed: Field values that were shown, or None.
        flags: What stands beside the result whatever the ledger says.
        instead: What stands for steps 3 to 7 where there is no license to ask the ledger about.
        good: The result where nothing speaks against it.
    """

    before: tuple[Check, ...]
    claim: Claim | None
    after: tuple[Check, ...]
    disclosed: Mapping[str, object] | None = None
    flags: tuple[str, ...] = ()
    instead: tuple[Check, ...] = ()
    good: str = IN_FORCE

    @property
    def is_shown_rightly(self) -> bool:
        """Whether the field values may be passed on: nothing in the document or its showing failed."""
        return all(check.outcome is not Outcome.FAIL for check in (*self.before, *self.after))

    @property
    def is_read(self) -> bool:
        """Whether it is a document, copy or presentation by its form, good or not."""
        return any(each.step is Step.FORM and each.outcome is Outcome.PASS for each in self.before)


SEAL_VALIDITY = "SEAL_VALIDITY"
"""The check of a layout file's seal that a list of seals makes: its term, and whether it was revoked."""

NO_PRESENTATION = (skipped(Step.HOLDER, "NOT_PRESENTED"), skipped(Step.BASIS, "NO_DATA_HANDED_OUT"))
_ON_LEDGER = (Step.SIGNATURE, Step.ISSUER, Step.ANCHOR, Step.STATUS, Step.RECOGNITION)
_NOT_REACHED = Findings(tuple(skipped(step, "NOT_REACHED") for step in _ON_LEDGER))


Doubts = Mapping[str, Sequence[Doubt]]
"""What is doubted, by license."""

LicenseAt = Callable[[str, int], str | None]
"""The license id at a place in a batch (object, index), where it is known here."""

Definition = Callable[[str, str], LicenseType | None]
"""The definition of a type (code) with a schema digest (0x-hex), where it is known here."""

Definitions = Sequence[LicenseType | None]
"""Those by which a license may have been recorded; None for one that is not known here."""


@dataclass(frozen=True)
class AtHand:
    """What a home knows beside the ledger, and shows beside a verdict.

    Attributes:
        license_at: Names licenses of batches that took others' places; what it says is not proved.
        name_fields: Names the fields of resources, where a list of them is at hand.
        definition: Knows types by what the ledger says of them; derived fields are checked by it.
        find_seals: Finds texts of lists of seals; with None no license's seal is looked up.
        find_texts: Finds the texts by which what is due is counted; as for `doubts_about`.
    """

    license_at: LicenseAt = lambda *_: None
    name_fields: NameFields = lambda _: None
    definition: Definition = lambda *_: None
    find_seals: FindSeals | None = None
    find_texts: FindTexts | None = None


class VerifyLicenses:
    """Answers for one ledger.

    Args:
        trust: The pinned trust file.
        open_histories: Connects and authenticates a head; raises what goes wrong.
        verifier: Checks SM2 signatures.
        clock: Tells now.
        level: The trust level asked for, shown where none was reached.
        at_hand: What is known here beside the ledger.
    """

    def __init__(
        self,
        trust: TrustFile,
        open_histories: Callable[[], Histories],
        verifier: Verifier,
        clock: Clock,
        level: str = "rpc",
        at_hand: AtHand | None = None,
    ) -> None:
        self._trust, self._open, self._clock, self._level = trust, open_histories, clock, level
        self._at_hand = at_hand or AtHand()
        self._holds = lru_cache(maxsize=_SIGNATURES)(verifier.verify)

    def verify(self, subject: Subject, ask: Ask) -> Verdict:
        """The verdict on one subject."""
        return self.verify_together([subject], ask)[0]

    def verify_together(self, subjects: Sequence[Subject], ask: Ask) -> list[Verdict]:
        """The verdicts on some hundreds of subjects, each as it would be alone.

        What they need of the ledger is fetched for all of them at once and then let go of, so that
        any number passes through group by group in the same memory. What goes wrong about one of
        them is told of that one only.
        """
        claims = [subject.claim for subject in subjects if subject.claim]
        if not claims:
            return [self._without_claim(subject, ask) for subject in subjects]
        try:
            histories = self._open()
            self._follow(claims, histories)
            sealing = self._sealing_bodies(subjects)
            state = self._state_for(claims, ask.region, histories, sealing)
            doubts = self._doubts(claims, ask, histories)
        except (OutageError, TrustError) as problem:
            if len(claims) > 1 and self._is_answering():
                half = len(subjects) // 2
                return [
                    *self.verify_together(subjects[:half], ask),
                    *self.verify_together(subjects[half:], ask),
                ]
            return [self._unchecked(subject, problem, ask) for subject in subjects]
        find = lru_cache(maxsize=None)(self._at_hand.find_seals) if self._at_hand.find_seals else None
        return [self._checked(subject, ask, histories, state, doubts, find) for subject in subjects]

    def _sealing_bodies(self, subjects: Sequence[Subject]) -> set[str]:
        """Issuers of whose lists of seals something is asked."""
        if self._at_hand.find_seals is None:
            return set()
        return {each.claim.issuer for each in subjects if each.claim and _names_seal(each, each.claim)}

    def _is_answering(self) -> bool:
        """Whether the ledger can be asked at all, so that a failure may be about one subject alone."""
        try:
            self._open().reader.head()
        except (OutageError, TrustError):
            return False
        return True

    def _doubts(self, claims: Sequence[Claim], ask: Ask, histories: Histories) -> Doubts:
        """What is doubted of each license, as known then."""
        licenses = {claim.license_id for claim in claims}
        return doubts_about(histories, licenses, _known_at(ask, histories), self._at_hand.find_texts)

    def _checked(
        self,
        subject: Subject,
        ask: Ask,
        histories: Histories,
        state: State,
        doubts: Doubts,
        find_seals: FindSeals | None,
    ) -> Verdict:
        claim = subject.claim
        if claim is None:
            return self._without_claim(subject, ask)
        findings = self._examine(claim, ask, histories, state)
        definitions = self._definitions(findings.license, state)
        subject = _with_rules(subject, claim, definitions)
        if find_seals is not None:
            judged = _judged_seal(subject, claim, findings, state, _known_at(ask, histories), find_seals)
            subject, findings = _with_seal(subject, findings, judged)
        verdict = self._verdict(subject, ask, findings, histories)
        kind = _kind(claim, definitions)
        is_named = kind is TypeKind.DOCUMENT and subject.is_shown_rightly
        named = named_document(claim.seen()) if is_named else None
        verdict = replace(verdict, kind=kind, document=named, flags=flags_of(kind, verdict.flags))
        license_type = findings.license.license_type if findings.license else ""
        shown = doubts_shown(doubts[claim.license_id], license_type)
        return self._with_doubts(verdict, shown, _known_at(ask, histories))

    def _definitions(self, recorded: License | None, state: State) -> Definitions:
        """The type's definition by which a license was recorded, or both where two came in one second."""
        if recorded is None:
            return []
        code, known = recorded.license_type, self._at_hand.definition
        return [known(code, digest) for digest in _schemas_then(state, recorded)]

    def _without_claim(self, subject: Subject, ask: Ask) -> Verdict:
        """The verdict on what is no license, or could not be read as one."""
        if not subject.instead:
            return self._verdict(subject, ask, _NOT_REACHED, None)
        try:
            histories = self._open()
        except (OutageError, TrustError) as problem:
            code, evidence = _why_unchecked(problem)
            return self._verdict(
                subject, ask, Findings(_unknown_status(subject.instead, code, evidence)), None
            )
        checks = subject.instead
        if self._is_stale(ask, histories):
            checks = _unknown_status(checks, "STALE_HEAD")
        return self._verdict(subject, ask, Findings(checks), histories)

    def _is_stale(self, ask: Ask, histories: Histories) -> bool:
        """Whether the head is too old to tell what the ledger holds at the moment of knowledge."""
        now, head = int(self._clock.now().timestamp()), histories.header.time
        known_at = now if ask.known_at is None else ask.known_at
        if histories.is_pinned or (ask.known_at is not None and known_at <= head):
            return False
        is_ahead = known_at > max(now, head) + CLOCK_TOLERANCE
        return is_ahead or now - head > ask.max_age or head > now + CLOCK_TOLERANCE

    def _with_doubts(self, verdict: Verdict, doubts: Sequence[Doubt], known_at: int) -> Verdict:
        """The verdict with what is doubted beside it; that changes no result."""
        corrections = tuple(each.as_json(self._at_hand.name_fields, known_at) for each in doubts)
        return replace(verdict, flags=(*verdict.flags, *doubt_flags(doubts)), corrections=corrections)

    def _examine(self, claim: Claim, ask: Ask, histories: Histories, state: State) -> Findings:
        now = int(self._clock.now().timestamp())
        age = max(0, now - histories.header.time)
        question = Question(
            at=_at(ask, now, histories.header.time),
            known_at=_known_at(ask, histories),
            region=ask.region,
            age=age,
            stale=self._is_stale(ask, histories),
        )
        findings = examine(claim, state, question, partial(self._domains, histories), self._holds)
        unproved = histories.unproved("Journal", MESSAGES[claim.message_name].contract)
        checks = tuple(map(self._naming, findings.checks))
        findings = replace(findings, checks=checks, flags=(*findings.flags, *unproved))
        return self._with_level(findings, histories)

    def _naming(self, check: Check) -> Check:
        """With the id of a license of a batch that took the place of another, where it is known here."""
        leaf = check.evidence.get("supersededByLeaf")
        known = (
            self._at_hand.license_at(str(leaf["batch"]), int(leaf["index"]))
            if isinstance(leaf, Mapping)
            else None
        )
        return replace(check, evidence={**check.evidence, "supersededBy": known}) if known else check

    def _domains(self, histories: Histories, contract: str) -> list[Domain]:
        domain = self._trust.domain(contract)
        return [replace(domain, contract=each.address) for each in histories.generations(contract)]

    def _with_level(self, findings: Findings, histories: Histories) -> Findings:
        if histories.level == self._level:
            return findings
        missed = TrustError("TRUST_NOT_REACHED", asked=self._level, reached=histories.level)
        evidence = {**missed.fields, **missed.remedy()}
        return replace(findings, checks=tuple(_unproved(check, evidence) for check in findings.checks))

    def _follow(self, claims: Sequence[Claim], histories: Histories) -> None:
        """Find out where the contracts stand that the claims have to do with."""
        for contract in {"Journal", *(MESSAGES[claim.message_name].contract for claim in claims)}:
            histories.generations(contract)

    def _state_for(
        self, claims: Sequence[Claim], region: int | None, histories: Histories, sealing: Collection[str]
    ) -> State:
        """Ask for histories until nothing more is needed; those of single licenses are not kept.

        Args:
            claims: What is to be judged.
            region: Where.
            histories: The ledger.
            sealing: Bodies whose lists of seals are needed, too.
        """
        loaded = histories.known
        state = state_of_facts(histories.ledger_id, histories.facts_of(loaded))
        passing = {each for claim in claims for each in own_objects(claim)}
        try:
            for _ in range(MAX_ROUNDS):
                wanted = {each for claim in claims for each in missing_objects(claim, state, region)}
                wanted |= {each for body in sealing for each in seal_objects(state, body)}
                wanted = (wanted | passing) - loaded
                if not wanted:
                    break
                loaded |= wanted
                found = histories.facts_of(wanted)
                if not found:
                    break
                passing |= {each for fact in found for each in objects_behind(fact)}
                state = state_of_facts(histories.ledger_id, histories.facts_of(loaded))
        finally:
            histories.forget(passing)
        return state

    def _unchecked(self, subject: Subject, problem: LedgerError, ask: Ask) -> Verdict:
        if subject.claim is None:
            return self._without_claim(subject, ask)
        code, evidence = _why_unchecked(problem)
        steps = [step for step in _ON_LEDGER if step is not Step.RECOGNITION or ask.region is not None]
        asked = [unknown(step, code, evidence) for step in steps]
        if ask.region is None:
            asked.append(skipped(Step.RECOGNITION, "NOT_ASKED"))
        return self._verdict(subject, ask, Findings(tuple(asked)), None)

    def _verdict(
        self, subject: Subject, ask: Ask, findings: Findings, histories: Histories | None
    ) -> Verdict:
        now = int(self._clock.now().timestamp())
        head = _head_seen(histories, now) if histories else None
        known_at = ask.known_at if ask.known_at is not None else head.time if head else now
        return Verdict(
            identifier=subject.claim.identifier if subject.claim else None,
            at=rfc3339(_at(ask, now, head.time if head else now)),
            known_at=rfc3339(known_at),
            region=None if ask.region is None else f"{ask.region:06d}",
            trust=histories.level if histories else "none",
            age_seconds=head.age if head else None,
            agreement=findings.agreement,
            flags=(*(subject.claim.flags if subject.claim else ()), *findings.flags, *subject.flags),
            disclosed=subject.disclosed if subject.is_shown_rightly else None,
            checks=(*subject.before, *findings.checks, *subject.after),
            collector=findings.collector or None,
            good=subject.good,
            head=head,
            kind=subject.claim.kind if subject.claim else None,
        )


def _names_seal(subject: Subject, claim: Claim) -> bool:
    """Whether a license of which nothing is wrong so far shows which seal it bears."""
    is_whole = all(check.outcome is not Outcome.FAIL for check in subject.before)
    return is_whole and named_seal(claim.seen()) is not None


def _judged_seal(
    subject: Subject, claim: Claim, findings: Findings, state: State, known_at: int, find: FindSeals
) -> JudgedSeal | None:
    """What lists say of the seal of a license that is on the ledger as it says; None of any other."""
    is_anchored = any(each.step is Step.ANCHOR and each.outcome is Outcome.PASS for each in findings.checks)
    if findings.license is None or not is_anchored or not _names_seal(subject, claim):
        return None
    seen = claim.seen()
    seal, recorded = named_seal(seen), findings.license.facts[0].recorded_at
    if seal is None:
        return None
    return judge_seal(state, claim.issuer, Sealing(seal, stated_sealing(seen), recorded), known_at, find)


def _with_seal(subject: Subject, findings: Findings, judged: JudgedSeal | None) -> tuple[Subject, Findings]:
    """Both with what lists say of the seal: as evidence of step 4, as flags, beside the layout file."""
    if judged is None:
        return subject, findings
    checks = tuple(
        replace(each, evidence={**each.evidence, "seal": judged.as_json()})
        if each.step is Step.ISSUER
        else each
        for each in findings.checks
    )
    if judged.is_listed:
        before = [
            replace(each, evidence=with_layout_judged(each.evidence, SEAL_VALIDITY))
            for each in subject.before
        ]
        subject = replace(subject, before=tuple(before))
    return subject, replace(findings, checks=checks, flags=(*findings.flags, *judged.flags))


def _with_rules(subject: Subject, claim: Claim, definitions: Definitions) -> Subject:
    """The subject with a broken form where it contradicts its type.

    It may be of another kind, or have a derived field that, seen with its source, does not agree with that.
    The definition is that of the type's version in which the license was recorded; where that is not known
    here, nothing is said.
    """
    if not definitions or any(check.outcome is Outcome.FAIL for check in subject.before):
        return subject
    kinds = {each.kind for each in definitions if each}
    if claim.kind is not None and all(definitions) and claim.kind not in kinds:
        stated, defined = claim.kind.value, sorted(each.value for each in kinds)
        return _misformed(subject, "KIND_MISMATCH", {"stated": stated, "defined": defined[0]})
    broken = [
        broken_rules(each.derived, claim.seen()) if each and each.derived else [] for each in definitions
    ]
    return _misformed(subject, "DERIVED_MISMATCH", {"fields": broken[-1]}) if all(broken) else subject


def _kind(claim: Claim, definitions: Definitions) -> TypeKind | None:
    """What is judged: by the type's definition where that is known here, else by its own words."""
    return next((each.kind for each in reversed(definitions) if each), claim.kind)


def _misformed(subject: Subject, code: str, evidence: Mapping[str, object]) -> Subject:
    form = failed(Step.FORM, "MALFORMED", code, evidence)
    return replace(
        subject, before=tuple(form if check.step is Step.FORM else check for check in subject.before)
    )


def _schemas_then(state: State, license_: License) -> list[str]:
    """Digests of the type's version in which a license was recorded; of both, where one came that second."""
    kind = typed(state, "type", license_.license_type, RegisteredType)
    if kind is None:
        return []
    issued = license_.facts[0].recorded_at
    before = kind.at(issued - 1, void_as_of(state, issued))
    then = [version for version in kind.versions if version.since == issued]
    return [version.schema_digest for version in ([before] if before else []) + then]


def _at(ask: Ask, now: int, head_time: int) -> int:
    """The moment of legal effect: the one asked, else now, and no earlier than the newest block."""
    return max(now, head_time) if ask.at is None else ask.at


def _head_seen(histories: Histories, now: int) -> HeadSeen:
    header = histories.header
    return HeadSeen(header.number, header.hash, header.time, max(0, now - header.time))


def _known_at(ask: Ask, histories: Histories) -> int:
    """The moment of knowledge: the one asked, else the head's."""
    return histories.header.time if ask.known_at is None else ask.known_at


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


def _why_unchecked(problem: LedgerError) -> tuple[str, dict[str, object]]:
    """Code and evidence of what could not be checked."""
    code = "BAD_PROOF" if problem.family == "trust" else "CHAIN_UNREACHABLE"
    return _CHECK_CODES.get(problem.code, code), {"code": problem.code, **problem.message()}


def _unknown_status(
    checks: Sequence[Check], code: str, evidence: Mapping[str, object] | None = None
) -> tuple[Check, ...]:
    """The same checks, of which step 6 could not be done."""
    return tuple(unknown(each.step, code, evidence) if each.step is Step.STATUS else each for each in checks)


def state_of_key(histories: Histories, key_id: str, *others: bytes) -> State:
    """The state of a key, of the keys that it descends from, and of other objects.

    Args:
        histories: The ledger.
        key_id: 0x-hex.
        others: Their ids, 32 bytes each.
    """
    wanted, state = [key_id], State(histories.ledger_id)
    for _ in range(MAX_HANDS + 1):
        objects = [*others, *(key_object(bytes.fromhex(each[2:])) for each in wanted)]
        state = state_of(histories.ledger_id, histories.of(objects))
        key = typed(state, "key", wanted[-1], Key)
        if key is None or not key.by_key or key.by_key in wanted:
            break
        wanted.append(key.by_key)
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


def reused(connect: Callable[[], Histories], clock: Clock, seconds: int) -> Callable[[], Histories]:
    """As `once`, and anew after so many seconds.

    So thousands of subjects are judged under few heads, none of which is too old to say anything
    about now.
    """
    since, current = 0.0, once(connect)

    def opened() -> Histories:
        nonlocal since, current
        now = clock.now().timestamp()
        if not since <= now < since + seconds:
            since, current = now, once(connect)
        return current()

    return opened
