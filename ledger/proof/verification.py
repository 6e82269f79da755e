"""Verification: numbered checks of one claim against a state of the ledger.

    (1) FORM  (2) INTEGRITY  are done by whoever read the document, without a ledger
    (3) SIGNATURE    the issuer's SM2 signature over the message that was recorded
    (4) ISSUER       a registered body, entitled to the type when it was recorded
    (5) ANCHOR       the record on the ledger says the same
    (6) STATUS       at the moment asked, as known at the moment asked
    (7) RECOGNITION  in the region asked: by law, at home, or under an agreement
    (8) HOLDER       of a presentation; done by whoever resolved it
    (9) BASIS        where data is handed out

Everything here is pure: it takes entities, however they were authenticated, and says what follows.
The state may be partial; `missing_objects` says which histories are still needed.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field

from ledger.domain.acts import Purpose, Scope, Status
from ledger.domain.conversion import ConversionSignature
from ledger.domain.entities import (
    Batch,
    Key,
    License,
    LicenseFact,
    LicenseType,
    Organisation,
    Region,
    Terms,
)
from ledger.domain.facts import Fact
from ledger.domain.grounds import ground_json, ground_text
from ledger.domain.leaves import is_leaf_of, leaf_license
from ledger.domain.license_input import COLLECTED, NATIVE, ORIGINS
from ledger.domain.lifecycle import Standing, announced_at, status_at, superseding_at
from ledger.domain.lineage import EVER, cut_off_of, line_of, registrars, void_as_of
from ledger.domain.messages import MESSAGES, Domain, Kind
from ledger.domain.moments import rfc3339
from ledger.domain.objects import (
    batch_object,
    entitlement_object,
    from_ascii32,
    key_object,
    organisation_id,
    organisation_object,
    recognition_object,
    region_object,
    type_object,
)
from ledger.domain.official import TypeKind
from ledger.domain.rights import Rights
from ledger.domain.rivals import first_of, rivals_of, with_leaf
from ledger.domain.rules.catalog import recognition_key
from ledger.domain.state import StateView, typed
from ledger.domain.verdict import Check, Outcome, Step, failed, passed, skipped, unknown
from ledger.proof.actors import actor_evidence, actor_objects
from ledger.proof.bindings import binding_at, binding_keys, binding_objects

VerifySignature = Callable[[bytes, bytes, bytes], bool]
"""(public key, message, signature) → whether it holds; never raises."""

Domains = Callable[[str], Sequence[Domain]]
"""From a contract's name to the EIP-712 domains of messages to it: of the one that the trust file names,
then of those that took its place one after another."""

RESULT_OF_STATUS = {status: status.name for status in Status} | {Status.UNKNOWN: "NOT_ANCHORED"}


@dataclass(frozen=True)
class Claim:
    """What a document or presentation says of itself, before anything is believed.

    Attributes:
        identifier: The license identifier, when it is disclosed.
        message_name: `Issue`, `Amend`, `IssueBatch` or `RenewBatch`.
        signed: Members of the signed struct by name, with `keyId`; hashes as 0x-hex.
        signature: 64 bytes.
        ledger_id: 0x-hex; a hint, compared with the trust file.
        leaf: What the leaf of a license of a batch binds, by the names of `OPENING`; None for a single one.
        index: Its place in the batch.
        proof: What leads from it to the signed root, 0x-hex.
        origin: Where the license came from, by its own words (`ORIGINS`); None where they are not shown.
        message: M in hex, as the document tells it; empty where it does not.
        conversion: Who converted a paper license and who checked it, as evidence; None without signatures.
        conversions: Their signatures.
        is_unsigned_for: Whether a whole document says that it was converted and nobody signed for that.
        kind: Whether it is a license or an official document, by its own words; None where not shown.
        seen: The field values that it shows, by path; only to be asked where its integrity holds.
    """

    identifier: str | None
    message_name: str
    signed: Mapping[str, object]
    signature: bytes
    ledger_id: str
    license_id: str
    issuer: str
    license_type: str
    leaf: Mapping[str, object] | None = None
    index: int = 0
    proof: tuple[str, ...] = ()
    origin: str | None = None
    message: str = ""
    conversion: Mapping[str, object] | None = None
    conversions: tuple[ConversionSignature, ...] = ()
    is_unsigned_for: bool = False
    kind: TypeKind | None = None
    seen: Callable[[], Mapping[str, object]] = field(default=dict, compare=False, repr=False)

    @property
    def flags(self) -> tuple[str, ...]:
        """What the document says of its origin, to be shown beside any result; none for a native issue.

        No ledger knows the origin: where the document does not show it, that itself is worth a flag.
        """
        if self.origin == NATIVE:
            return ()
        unsigned = ("CONVERSION_UNSIGNED",) if self.is_unsigned_for else ()
        return (self.origin.upper() if self.origin in ORIGINS else "ORIGIN_NOT_SHOWN", *unsigned)

    @property
    def batch(self) -> str:
        """Object of the batch that it claims to be of, 0x-hex; empty for a single license."""
        if self.leaf is None:
            return ""
        return "0x" + batch_object(self.issuer, bytes.fromhex(str(self.signed["root"])[2:])).hex()

    @property
    def terms(self) -> Mapping[str, object]:
        """Where `digest`, `holderBinding`, `validFrom` and `validTo` stand: the leaf, or what was signed."""
        return self.signed if self.leaf is None else self.leaf

    @property
    def key_id(self) -> str:
        """0x-hex id of the key that signed."""
        return str(self.signed["keyId"])


@dataclass(frozen=True)
class Question:
    """What is asked: where, as of when.

    Attributes:
        at: Moment of legal effect.
        known_at: Moment of knowledge.
        region: GB/T 2260 code as a number, or None when no region is asked.
        age: Age of the ledger data in seconds.
        stale: Whether that age forbids an answer about now.
    """

    at: int
    known_at: int
    region: int | None
    age: int | None = None
    stale: bool = False


@dataclass(frozen=True)
class Findings:
    """What steps 3 to 7 found, with what a caller shows beside them."""

    checks: tuple[Check, ...]
    agreement: Mapping[str, object] | None = None
    flags: tuple[str, ...] = ()
    standing: Standing | None = None
    license: License | None = None
    collector: str = ""
    """Code of the body that signed a collected license: the issuer itself, or who operates for it."""


@dataclass(frozen=True)
class _Case:
    """One claim against one state under one question."""

    claim: Claim
    state: StateView
    question: Question
    domains: Domains
    verify: VerifySignature
    license: License | None = field(init=False)
    key: Key | None = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "license", license_of(self.claim, self.state, self.question.known_at))
        object.__setattr__(self, "key", typed(self.state, "key", self.claim.key_id, Key))

    @property
    def ledger_id(self) -> bytes:
        """Of the caller's ledger, 32 bytes."""
        return self._taking[0].ledger_id

    @property
    def cut_offs(self) -> Callable[[str], int | None]:
        """Compromise times of keys, as known at the moment asked."""
        return cut_offs_of(self.state, self.question.known_at)

    @property
    def announced(self) -> tuple[LicenseFact, ...]:
        """What is recorded and takes effect only later."""
        if self.license is None:
            return ()
        return announced_at(self.license, self.question.at, self.question.known_at, self.cut_offs)

    @property
    def is_by_its_contract(self) -> bool:
        """Whether a contract that takes such messages recorded the license."""
        return self.license is not None and self.license.writer in {each.contract for each in self._taking}

    @property
    def messages(self) -> list[bytes]:
        """What may have been signed: M for the contract that recorded the license, or for each that could."""
        struct, key = MESSAGES[self.claim.message_name], bytes.fromhex(self.claim.key_id[2:])
        data = struct.data(self.claim.signed)
        writer = self.license.writer if self.license and self.is_by_its_contract else ""
        chosen = [each for each in self._taking if not writer or each.contract == writer]
        return [each.signed_message(struct, key, data) for each in chosen]

    @property
    def _taking(self) -> Sequence[Domain]:
        return self.domains(MESSAGES[self.claim.message_name].contract)


def license_of(claim: Claim, state: StateView, as_of: int) -> License | None:
    """The license that a claim is about, as the ledger held it at `as_of`.

    A leaf of a batch to which nothing happened has no record of its own: it is what its batch makes it.
    Of several licenses under one id the first counts that is not void; a claim to a void one is told so.
    """
    rivals = _rivals(claim, state)
    if not rivals:
        return None
    is_void = void_as_of(state, as_of)
    first = first_of(rivals, is_void, as_of)
    own = next((each for each in rivals if says_the_same(each, claim)), first)
    if is_void(own.facts[0].key_id, own.facts[0].recorded_at):
        return own
    return first if _may_be(claim, state, first) else None


def _rivals(claim: Claim, state: StateView) -> tuple[License, ...]:
    """The licenses under the id of a claim: those with records, and the leaf that it is about."""
    rivals, batch = rivals_of(state, claim.license_id), _batch_of(claim, state)
    if claim.leaf is None or batch is None:
        return rivals
    if not is_leaf_of(state.ledger_id, batch, claim.leaf, claim.index, claim.proof):
        return rivals
    return with_leaf(rivals, leaf_license(batch, claim.batch, claim.index, claim.leaf))


def _batch_of(claim: Claim, state: StateView) -> Batch | None:
    return typed(state, "batch", claim.batch, Batch) if claim.leaf else None


def _may_be(claim: Claim, state: StateView, license_: License) -> bool:
    """Whether a license was there by the batch of which the claim names a leaf that may be none of it."""
    batch = _batch_of(claim, state)
    if batch is None or license_.batch == claim.batch:
        return True
    return license_.facts[0].recorded_at <= batch.recorded_at


def examine(
    claim: Claim, state: StateView, question: Question, domains: Domains, verify: VerifySignature
) -> Findings:
    """Do steps 3 to 7.

    Args:
        claim: What is claimed.
        state: Entities as authenticated by the caller; complete for `missing_objects`.
        question: What is asked.
        domains: Of the contracts of the caller's ledger.
        verify: The SM2 verifier.

    Returns:
        The five checks in order, the agreement used and the flags.
    """
    case = _Case(claim, state, question, domains, verify)
    if claim.ledger_id and claim.ledger_id != "0x" + case.ledger_id.hex():
        return _of_another_ledger(case)
    standing = _standing(case)
    recognition, agreement = _recognition(case)
    checks = [_signature(case), _issuer(case), _anchor(case), _status(case, standing), recognition]
    if question.stale:
        checks = [_unless_overtaken(check) for check in checks]
    return Findings(tuple(checks), agreement, _flags(case), standing, case.license, _collector(case))


_MAY_HAVE_CHANGED = {"ISSUER_UNKNOWN", "NOT_ANCHORED", "SUSPENDED", "NOT_RECOGNIZED_HERE", "REGION_UNKNOWN"}
"""Refusals that a later record lifts; the others, ends above all, stand whatever came since."""


def _unless_overtaken(check: Check) -> Check:
    """A refusal from a head that is too old to say that it still holds is none."""
    if check.outcome is Outcome.FAIL and check.code in _MAY_HAVE_CHANGED:
        return unknown(check.step, "STALE_HEAD", {**check.evidence, "found": check.code})
    return check


def _of_another_ledger(case: _Case) -> Findings:
    rest = [skipped(step, "NOT_REACHED") for step in (Step.SIGNATURE, Step.ISSUER)]
    anchor = failed(Step.ANCHOR, "NOT_ANCHORED", "OTHER_LEDGER", {"ledgerId": case.claim.ledger_id})
    later = [skipped(step, "NOT_REACHED") for step in (Step.STATUS, Step.RECOGNITION)]
    return Findings((*rest, anchor, *later))


def _signature(case: _Case) -> Check:
    claim = case.claim
    if case.key is None:
        return skipped(Step.SIGNATURE, "KEY_UNKNOWN", {"keyId": claim.key_id})
    messages, key = case.messages, bytes.fromhex(case.key.public_key)
    signed = next((each for each in messages if case.verify(key, each, claim.signature)), None)
    evidence: dict[str, object] = {"keyId": claim.key_id, "message": (signed or messages[0]).hex()}
    if signed is None:
        return failed(Step.SIGNATURE, "TAMPERED", "BAD_SIGNATURE", evidence)
    if claim.message not in ("", signed.hex()):
        return failed(Step.SIGNATURE, "TAMPERED", "MESSAGE_MISMATCH", evidence)
    if claim.conversion is not None:
        evidence["conversion"] = claim.conversion
    problem = next((code for each in claim.conversions if (code := _conversion_problem(case, each))), None)
    return (
        failed(Step.SIGNATURE, "TAMPERED", problem, evidence) if problem else passed(Step.SIGNATURE, evidence)
    )


def _conversion_problem(case: _Case, each: ConversionSignature) -> str | None:
    """What is wrong with a signature for a conversion; one by a key that was stolen by then is flagged."""
    if not case.verify(each.public_key, each.message, each.signature):
        return "BAD_CONVERSION"
    key = typed(case.state, "key", each.key_id, Key)
    return None if is_key_of(each, key) else "CONVERSION_KEY"


def is_key_of(each: ConversionSignature, key: Key | None) -> bool:
    """Whether a registered key signs for the body that a signature names, and did when that was made."""
    if key is None or key.owner != organisation_id(each.by):
        return False
    return key.purpose is Purpose.SIGN and key.is_valid_at(each.at)


def _issuer(case: _Case) -> Check:
    claim, age = case.claim, case.question.age
    body = typed(case.state, "organisation", claim.issuer, Organisation)
    evidence: dict[str, object] = {"issuer": claim.issuer, "keyId": claim.key_id}
    if body is None or case.key is None:
        return failed(Step.ISSUER, "ISSUER_UNKNOWN", evidence=evidence, age=age)
    if case.license is None:
        return skipped(Step.ISSUER, "NOT_REACHED", evidence)
    return _right(case, case.key, case.license.facts[0], evidence)


def _right(case: _Case, key: Key, issued: LicenseFact, evidence: dict[str, object]) -> Check:
    """Whether a registered key could sign for the issuer when it was recorded, and the issuer issue."""
    claim, age = case.claim, case.question.age
    operator = _operator(case, key)
    if operator is None:
        return failed(Step.ISSUER, "ISSUER_NOT_ENTITLED", "KEY_NOT_OF_ISSUER", evidence, age)
    if operator:
        evidence["operator"] = operator
    if key.purpose is not Purpose.SIGN or not key.is_valid_at(issued.recorded_at):
        return failed(Step.ISSUER, "ISSUER_NOT_ENTITLED", "KEY_NOT_VALID_THEN", evidence, age)
    rights = Rights.of_fact(case.state, issued, void_as_of(case.state, case.question.known_at))
    term = rights.right(claim.license_type, claim.issuer)
    if term is None:
        return failed(Step.ISSUER, "ISSUER_NOT_ENTITLED", evidence=evidence, age=age)
    if operator and term.detail != operator:
        return failed(Step.ISSUER, "ISSUER_NOT_ENTITLED", "OUTSIDE_MANDATE", evidence, age)
    evidence |= {"region": f"{term.region:06d}", "since": rfc3339(term.since)}
    return passed(Step.ISSUER, evidence, age)


def _operator(case: _Case, key: Key) -> str | None:
    """The operator, of all that the issuer's right ever named, whose key it is; empty for the issuer's own.

    None for a key of neither.
    """
    if key.owner == organisation_id(case.claim.issuer):
        return ""
    rights = typed(case.state, "entitlement", f"{case.claim.license_type}/{case.claim.issuer}", Terms)
    named = {term.detail for term in (rights.terms if rights else ()) if term.detail}
    return next((each for each in named if key.owner == organisation_id(each)), None)


def _anchor(case: _Case) -> Check:
    license_, age = case.license, case.question.age
    evidence: dict[str, object] = {"licenseId": case.claim.license_id}
    if license_ is None or license_.facts[0].recorded_at > case.question.known_at:
        return failed(Step.ANCHOR, "NOT_ANCHORED", evidence=evidence, age=age)
    first = license_.facts[0]
    evidence |= {"seq": first.seq, "recordedAt": rfc3339(first.recorded_at), "contract": license_.writer}
    if not says_the_same(license_, case.claim):
        return failed(Step.ANCHOR, "TAMPERED", "ANCHOR_MISMATCH", evidence, age)
    if not case.is_by_its_contract:
        return failed(Step.ANCHOR, "NOT_ANCHORED", "OTHER_CONTRACT", evidence, age)
    return passed(Step.ANCHOR, evidence, age)


def says_the_same(license_: License, claim: Claim) -> bool:
    """Whether a license is recorded as a file or a presentation claims it to be."""
    first, signed = license_.facts[0], claim.terms
    return (
        license_.batch == claim.batch
        and license_.digest == signed["digest"]
        and first.holder_binding == signed["holderBinding"]
        and (license_.valid_from, license_.valid_to) == (signed["validFrom"], signed["validTo"])
        and (license_.issuer, license_.license_type) == (claim.issuer, claim.license_type)
        and first.key_id == claim.key_id
    )


def cut_offs_of(state: StateView, as_of: int) -> Callable[[str], int | None]:
    """Compromise times of keys, their own or inherited, as known at `as_of`."""

    def cut_off(key_id: str) -> int | None:
        return cut_off_of(state, key_id, as_of)

    return cut_off


def _standing(case: _Case) -> Standing:
    return status_at(case.license, case.question.at, case.question.known_at, case.cut_offs)


def _status(case: _Case, standing: Standing) -> Check:
    if standing.status is Status.UNKNOWN:
        return skipped(Step.STATUS, "NOT_REACHED")
    evidence = _status_evidence(case, standing)
    if standing.status is not Status.IN_FORCE:
        return failed(
            Step.STATUS, RESULT_OF_STATUS[standing.status], evidence=evidence, age=case.question.age
        )
    if case.question.stale:
        return unknown(Step.STATUS, "STALE_HEAD", evidence)
    return passed(Step.STATUS, evidence, case.question.age)


def _status_evidence(case: _Case, standing: Standing) -> dict[str, object]:
    assert case.license is not None
    evidence: dict[str, object] = {"status": standing.status.name, "rev": case.license.rev}
    if standing.since:
        evidence["since"] = rfc3339(standing.since)
    if standing.fact is not None:
        evidence |= {"act": standing.fact.act.name, "ground": standing.fact.ground, "seq": standing.fact.seq}
        evidence["groundText"] = ground_text(standing.fact.ground)
        evidence["recordedAt"] = rfc3339(standing.fact.recorded_at)
        evidence["retroactive"] = standing.retroactive
        evidence |= actor_evidence(case.state, case.license, standing.fact)
    superseding = superseding_at(case.license, case.question.known_at, case.cut_offs)
    announced = [announced_evidence(fact) for fact in case.announced]
    return evidence | ({"announced": announced} if announced else {}) | successor_evidence(superseding)


def announced_evidence(fact: LicenseFact) -> dict[str, object]:
    """What was recorded, and takes effect only later."""
    times = {"effective": rfc3339(fact.effective), "recordedAt": rfc3339(fact.recorded_at)}
    return {"act": fact.act.name, **ground_json(fact.ground), **times, "seq": fact.seq}


ANNOUNCED = "ACT_ANNOUNCED"
"""Flag beside a verdict: something that is recorded takes effect only later."""


def successor_evidence(superseding: LicenseFact | None) -> dict[str, object]:
    """Which license took the place of another: the leaf that it is, its id where known; empty for none."""
    evidence: dict[str, object] = {}
    if superseding is None:
        return evidence
    if superseding.batch:
        evidence["supersededByLeaf"] = {"batch": superseding.batch, "index": superseding.index}
    if superseding.successor:
        evidence["supersededBy"] = superseding.successor
    return evidence


def _flags(case: _Case) -> tuple[str, ...]:
    if case.license is None:
        return ()
    announced = (ANNOUNCED,) if case.announced else ()
    cuts = [(each.at, case.cut_offs(each.key_id)) for each in case.claim.conversions]
    stolen = ("CONVERSION_KEY_CUT_OFF",) if any(cut is not None and cut <= at for at, cut in cuts) else ()
    return (*binding_at(case.state, case.license, case.question.known_at).flags, *announced, *stolen)


def _collector(case: _Case) -> str:
    """Who signed what was collected: the issuer or its operator; empty for another origin or key."""
    if case.claim.origin != COLLECTED or case.key is None:
        return ""
    operator = _operator(case, case.key)
    return case.claim.issuer if operator == "" else operator or ""


def ancestors(state: StateView, region: int) -> list[int]:
    """A region and its superiors as registered, the region itself first."""
    line: list[int] = []
    found = typed(state, "region", str(region), Region)
    while found is not None and found.code not in line:
        line.append(found.code)
        found = typed(state, "region", str(found.parent), Region)
    return line


def _recognition(case: _Case) -> tuple[Check, Mapping[str, object] | None]:
    asked, license_ = case.question.region, case.license
    if asked is None:
        return skipped(Step.RECOGNITION, "NOT_ASKED"), None
    if license_ is None:
        return skipped(Step.RECOGNITION, "NOT_REACHED"), None
    if not ancestors(case.state, asked):
        return failed(
            Step.RECOGNITION, "NOT_RECOGNIZED_HERE", "REGION_UNKNOWN", {"region": f"{asked:06d}"}
        ), None
    basis = recognition_basis(
        case.state, license_.license_type, license_.region, asked, case.question.at, case.question.known_at
    )
    if basis is None:
        evidence = {"from": f"{license_.region:06d}", "to": f"{asked:06d}"}
        return failed(Step.RECOGNITION, "NOT_RECOGNIZED_HERE", evidence=evidence, age=case.question.age), None
    if case.question.stale:
        return unknown(Step.RECOGNITION, "STALE_HEAD", basis), basis
    return passed(Step.RECOGNITION, basis, case.question.age), basis


def recognition_basis(
    state: StateView, license_type: str, from_region: int, to_region: int, at: int, known_at: int
) -> dict[str, object] | None:
    """Why a license of one region counts in another, or None when it does not.

    A NATIONAL type counts everywhere by law. A REGIONAL one counts at home, wherever both regions lie
    under one root region; elsewhere where an agreement says so. A superior region's agreement covers its
    inferiors. `Catalog.recognized` says the same for the present.

    Args:
        state: Types, regions and agreements.
        license_type: 21-character code.
        from_region: Region of the issuer's entitlement.
        to_region: Region asked.
        at: Moment of legal effect.
        known_at: Moment of knowledge.
    """
    kind = typed(state, "type", license_type, LicenseType)
    version = kind.at(known_at, void_as_of(state, known_at)) if kind else None
    if version is not None and version.scope is Scope.NATIONAL:
        return {"basis": "LAW", "scope": "NATIONAL", "ground": version.ground}
    givers, takers = (line_of(state, region, at, known_at) for region in (from_region, to_region))
    home = _home(state, givers, takers)
    if home:
        return {"basis": "HOME", "region": f"{home:06d}"}
    for giver in givers:
        for taker in takers:
            basis = _agreed(state, license_type, giver, taker, at, known_at)
            if basis is not None:
                return basis
    return None


def _home(state: StateView, givers: list[int], takers: list[int]) -> int:
    """The root region that both lie under, within which a license counts without agreement; 0 for none."""
    common = (typed(state, "region", str(code), Region) for code in givers if code in takers)
    return next((each.code for each in common if each and each.parent == 0), 0)


def _agreed(
    state: StateView, license_type: str, giver: int, taker: int, at: int, known_at: int
) -> dict[str, object] | None:
    agreement = typed(state, "recognition", recognition_key(giver, taker, license_type), Terms)
    term = agreement.at(at, known_at, void_as_of(state, known_at)) if agreement else None
    if term is None:
        return None
    return {
        "basis": "AGREEMENT",
        "id": "0x" + recognition_object(giver, taker, license_type).hex(),
        "from": f"{giver:06d}",
        "to": f"{taker:06d}",
        "type": license_type,
        "asType": term.detail,
        "since": rfc3339(term.since),
        "until": rfc3339(term.until) if term.until else None,
    }


def own_objects(claim: Claim) -> set[bytes]:
    """The license that a claim is about, and its batch: what no claim on another license needs."""
    names = (claim.license_id, claim.batch) if claim.leaf is not None else (claim.license_id,)
    return {bytes.fromhex(name[2:]) for name in names}


def objects_behind(fact: Fact) -> set[bytes]:
    """What a record about a license rests on: its issuer's right, or the batch whose leaf was opened.

    Without these `apply` refuses the record; they are looked up by what the ledger says, whatever a
    claim says.
    """
    if fact.kind is Kind.LICENSE_OPENED:
        return {bytes.fromhex(str(fact.values["batch"])[2:])}
    if fact.kind in _ISSUING:
        code, issuer = (from_ascii32(str(fact.values[name])) for name in ("licenseType", "issuer"))
        return {entitlement_object(code, issuer)}
    return set()


_ISSUING = {
    Kind.LICENSE_ISSUED,
    Kind.LICENSE_ISSUED_BY_AMENDMENT,
    Kind.LICENSE_BATCH_ISSUED,
    Kind.LICENSE_BATCH_ISSUED_BY_RENEWAL,
}


def missing_objects(claim: Claim, state: StateView, region: int | None) -> set[bytes]:
    """Objects whose histories steps 3 to 7 need, as far as `state` lets one know.

    Ask again with the state that these give until nothing new is asked for. What the ledger says of the
    license counts beside what the claim says, which may be another type or issuer.
    """
    rivals = _rivals(claim, state)
    stated = {(claim.license_type, claim.issuer)}
    stated |= {(each.license_type, each.issuer) for each in rivals}
    needed = own_objects(claim) | {
        organisation_object(claim.issuer),
        key_object(bytes.fromhex(claim.key_id[2:])),
        *(type_object(code) for code, _ in stated),
        *(entitlement_object(code, issuer) for code, issuer in stated),
    }
    for license_ in rivals:
        needed |= license_objects(state, license_)
    for each in (*rivals, None):
        needed |= _recognition_objects(state, each, region) if region is not None else set()
    return needed | _keys_behind(state, stated, {claim.key_id, *(each.key_id for each in claim.conversions)})


def license_objects(state: StateView, license_: License) -> set[bytes]:
    """Objects whose histories decide where a license stands and what it is bound to; as `missing_objects`."""
    stated = (license_.license_type, license_.issuer)
    keys = {fact.key_id for fact in license_.signed} | binding_keys(state, license_)
    own = {type_object(stated[0]), entitlement_object(*stated)}
    needed = own | binding_objects(state, license_) | actor_objects(state, license_)
    return needed | _keys_behind(state, [stated], keys)


def _keys_behind(state: StateView, stated: Collection[tuple[str, str]], keys: set[str]) -> set[bytes]:
    """Keys, those on which the types and rights stated rest, and those that all these descend from."""
    every = set(keys)
    for code, issuer in stated:
        kind = typed(state, "type", code, LicenseType)
        every |= {version.by_key for version in (kind.versions if kind else ()) if version.by_key}
        every |= _keys_of(typed(state, "entitlement", f"{code}/{issuer}", Terms))
    return _key_objects(state, every)


def _keys_of(terms: Terms | None) -> set[str]:
    return {key for term in (terms.terms if terms else ()) for key in term.by_keys}


def _key_objects(state: StateView, keys: set[str]) -> set[bytes]:
    every = {*keys, *(above for key in keys for above in registrars(state, key))}
    return {key_object(bytes.fromhex(key[2:])) for key in every}


def _recognition_objects(state: StateView, license_: License | None, region: int) -> set[bytes]:
    starts = [region] + ([license_.region] if license_ else [])
    lines = [line_of(state, start, EVER, EVER) for start in starts]
    named = {code for line in lines for code in line}
    named |= {near for code in named for near in _next_to(state, code)}
    needed = {region_object(code) for code in (*starts, *named)}
    if license_ is not None and all(lines):
        takers, givers = lines
        pairs = [(giver, taker) for giver in givers for taker in takers]
        needed |= {recognition_object(*pair, license_.license_type) for pair in pairs}
        names = [recognition_key(*pair, license_.license_type) for pair in pairs]
        agreed = (typed(state, "recognition", name, Terms) for name in names)
        needed |= _key_objects(state, {key for each in agreed for key in _keys_of(each)})
    return needed


def _next_to(state: StateView, code: int) -> list[int]:
    """Regions that a region names: its superior, its successor, those that it followed."""
    here = typed(state, "region", str(code), Region)
    if here is None:
        return []
    named = (here.parent, here.successor, *(earlier.region for earlier in here.predecessors))
    return [near for near in named if near]
