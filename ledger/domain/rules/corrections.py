"""Rules of Corrections: doubts, answers, disputes, and who heard of what was corrected."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from ledger.domain.corrections import DISPUTABLE, is_later, upheld
from ledger.domain.entities import License
from ledger.domain.facts import Fact
from ledger.domain.lineage import superiors_of
from ledger.domain.messages import Kind
from ledger.domain.objects import organisation_id
from ledger.domain.resources import is_of_resource, provides
from ledger.domain.rules.grants import known_grant, require_fields
from ledger.domain.rules.resources import bitmap_of, known_resource, require_organisation, resource_key_of
from ledger.domain.sharing import CorrectionState, Outcome, all_fields
from ledger.domain.sharing_entities import (
    Acknowledgement,
    Attestation,
    Correction,
    CorrectionAct,
    CorrectionStep,
    Resource,
)
from ledger.domain.state import (
    Change,
    Refused,
    Rule,
    StateView,
    id_of,
    int_of,
    next_rev,
    require_new,
    str_of,
    text_of,
    typed,
)

BEGINS = {
    Kind.CORRECTION_OPENED: CorrectionAct.OPENED,
    Kind.CORRECTION_ASKED: CorrectionAct.ASKED,
    Kind.ATTESTED: CorrectionAct.ATTESTED,
}
"""What a record that begins a correction does."""

_DISPUTES = {
    Kind.CORRECTION_DISPUTED: CorrectionAct.DISPUTED,
    Kind.CORRECTION_CONTESTED: CorrectionAct.CONTESTED,
}
_STATES_AFTER = {
    Kind.CORRECTION_ANSWERED: (CorrectionState.UPHELD, CorrectionState.REJECTED),
    Kind.CORRECTION_SETTLED: (CorrectionState.SETTLED_UPHELD, CorrectionState.SETTLED_REJECTED),
}


def begun_correction(fact: Fact) -> Correction:
    """The correction that a record begins, as the record tells it."""
    values = fact.values
    return Correction(
        rev=1,
        correction_id=id_of(fact),
        resource=resource_key_of(values),
        license_id=str_of(values, "licenseId"),
        fields=bitmap_of(values, "fields"),
        evidence=str_of(values, "evidence"),
        by=text_of(values, "by") if "by" in values else "",
        grant=str_of(values, "grant") if "grant" in values else "",
        steps=(_step(fact, BEGINS[fact.kind], CorrectionState.OPEN),),
    )


def continued_correction(correction: Correction, fact: Fact) -> Correction:
    """A correction after a record that goes on with it, as the record tells it."""
    step = _dispute_step(fact) if fact.kind in _DISPUTES else _judging_step(fact)
    return replace(correction, rev=next_rev(correction.rev, fact), steps=(*correction.steps, step))


def _begun(fact: Fact) -> Change:
    return Change("correction", id_of(fact), begun_correction(fact))


def _continued(correction: Correction, fact: Fact) -> list[Change]:
    return [Change("correction", correction.correction_id, continued_correction(correction, fact))]


def _step(fact: Fact, act: CorrectionAct, state: CorrectionState) -> CorrectionStep:
    return CorrectionStep(seq=fact.seq, recorded_at=fact.time, key_id=fact.key_ids[0], act=act, state=state)


def _require_new(state: StateView, fact: Fact) -> str:
    require_new(state, "attestation", fact)
    return require_new(state, "correction", fact)


def _opened(state: StateView, fact: Fact) -> list[Change]:
    values = fact.values
    _require_new(state, fact)
    grant = known_grant(state, str_of(values, "grant"))
    is_theirs = (grant.grantee, grant.resource) == (text_of(values, "by"), resource_key_of(values))
    is_of_license = not int(grant.license_id, 16) or grant.license_id == str_of(values, "licenseId")
    if not (is_theirs and is_of_license and grant.used):
        raise Refused("NOT_ENTITLED", f"nothing of the kind was used under grant {grant.grant_id}")
    require_fields(bitmap_of(values, "fields"), grant.granted)
    return [_begun(fact)]


def _asked(state: StateView, fact: Fact) -> list[Change]:
    values = fact.values
    _require_new(state, fact)
    resource = known_resource(state, values)
    require_fields(bitmap_of(values, "fields"), all_fields(resource.current.field_count))
    license_ = typed(state, "license", str_of(values, "licenseId"), License)
    if not is_of_resource(state, license_, resource, fact.time):
        raise Refused("BAD_RECORD", f"a license that is not of {resource.key}")
    return [_begun(fact)]


def _attested(state: StateView, fact: Fact) -> list[Change]:
    values, object_id = fact.values, _require_new(state, fact)
    resource, by = known_resource(state, values), text_of(values, "by")
    fields = bitmap_of(values, "fields")
    require_fields(fields, all_fields(resource.current.field_count))
    if provides(state, organisation_id(by), resource, fact.time):
        raise Refused("NOT_ENTITLED", f"{by} attests what it provides itself")
    attestation = Attestation(
        seq=fact.seq,
        recorded_at=fact.time,
        key_id=fact.key_ids[0],
        rev=1,
        by=by,
        resource=resource.key,
        license_id=str_of(values, "licenseId"),
        fields=fields,
        outcome=Outcome(int_of(values, "outcome")),
        evidence=str_of(values, "evidence"),
    )
    changes = [Change("attestation", object_id, attestation)]
    if attestation.outcome is Outcome.NO:
        changes.append(_begun(fact))
    return changes


def known_correction(state: StateView, fact: Fact) -> Correction:
    """The correction that a record names; refuses what is none."""
    correction = typed(state, "correction", str_of(fact.values, "correction"), Correction)
    if correction is None:
        raise Refused("BAD_RECORD", f"unknown correction {fact.values['correction']}")
    return correction


def _standing_at(state: StateView, fact: Fact, *states: CorrectionState) -> Correction:
    correction = known_correction(state, fact)
    if correction.state not in states:
        raise Refused("BAD_RECORD", f"correction {correction.correction_id} is {correction.state.name}")
    return correction


def corrected_resource(state: StateView, correction: Correction) -> Resource:
    """The resource that a correction is about."""
    resource = typed(state, "resource", correction.resource, Resource)
    if resource is None:
        raise Refused("BAD_RECORD", f"unknown resource {correction.resource}")
    return resource


def _judging_step(fact: Fact) -> CorrectionStep:
    """Of an answer or a settlement."""
    values, states = fact.values, _STATES_AFTER[fact.kind]
    is_upheld = Outcome(int_of(values, "outcome")) is Outcome.YES
    act = CorrectionAct.ANSWERED if fact.kind is Kind.CORRECTION_ANSWERED else CorrectionAct.SETTLED
    return replace(
        _step(fact, act, states[0] if is_upheld else states[1]),
        license_id=str_of(values, "licenseId"),
        version=int_of(values, "version"),
        reason=int_of(values, "reason"),
        digest=str_of(values, "reasonDigest"),
    )


def _dispute_step(fact: Fact) -> CorrectionStep:
    return replace(
        _step(fact, _DISPUTES[fact.kind], CorrectionState.DISPUTED),
        by=text_of(fact.values, "by") if "by" in fact.values else "",
        region=int_of(fact.values, "region"),
        digest=str_of(fact.values, "argument"),
    )


def _judged(state: StateView, fact: Fact, correction: Correction) -> list[Change]:
    step, is_upheld = _judging_step(fact), int_of(fact.values, "outcome") == Outcome.YES
    if not is_upheld and not step.reason:
        raise Refused("BAD_RECORD", "rejected without a reason")
    if not _corrects(state, step, is_upheld, correction):
        raise Refused("BAD_RECORD", f"corrected by {step.license_id}, version {step.version}")
    return _continued(correction, fact)


def _corrects(state: StateView, step: CorrectionStep, is_upheld: bool, correction: Correction) -> bool:
    """What is upheld names a license on the ledger, or a later version; what is not names none."""
    has_license = int(step.license_id, 16) != 0
    if (has_license or step.version != 0) != is_upheld:
        return False
    if step.version and not is_later(correction, corrected_resource(state, correction), step.version):
        return False
    return not has_license or typed(state, "license", step.license_id, License) is not None


def _answered(state: StateView, fact: Fact) -> list[Change]:
    return _judged(state, fact, _standing_at(state, fact, CorrectionState.OPEN))


def _disputed(state: StateView, fact: Fact) -> list[Change]:
    correction, by = _standing_at(state, fact, *DISPUTABLE), text_of(fact.values, "by")
    if by not in {corrected_resource(state, correction).owner, correction.by}:
        raise Refused("NOT_ENTITLED", f"{by} is no party to correction {correction.correction_id}")
    return _taken_up(state, fact, correction)


def _contested(state: StateView, fact: Fact) -> list[Change]:
    correction, license_id = _standing_at(state, fact, *DISPUTABLE), str_of(fact.values, "licenseId")
    if correction.by or correction.license_id != license_id:
        raise Refused("NOT_ENTITLED", f"not asked for by the holder of {license_id}")
    return _taken_up(state, fact, correction)


def _taken_up(state: StateView, fact: Fact, correction: Correction) -> list[Change]:
    """It went to a region above the owner's."""
    region, owner = int_of(fact.values, "region"), corrected_resource(state, correction).owner
    above = superiors_of(state, require_organisation(state, owner).region, fact.time, fact.time)
    if region not in above:
        raise Refused("BAD_RECORD", f"{region:06d} is not superior to the region of {owner}")
    return _continued(correction, fact)


def _settled(state: StateView, fact: Fact) -> list[Change]:
    return _judged(state, fact, _standing_at(state, fact, CorrectionState.DISPUTED))


def _acknowledged(state: StateView, fact: Fact) -> list[Change]:
    object_id, correction = require_new(state, "acknowledgement", fact), known_correction(state, fact)
    if upheld(correction) is None:
        raise Refused("BAD_RECORD", f"correction {correction.correction_id} is {correction.state.name}")
    acknowledgement = Acknowledgement(
        seq=fact.seq,
        recorded_at=fact.time,
        key_id=fact.key_ids[0],
        rev=1,
        correction=correction.correction_id,
        by=text_of(fact.values, "by"),
    )
    return [Change("acknowledgement", object_id, acknowledgement)]


APPLY: Mapping[Kind, Rule] = {
    Kind.CORRECTION_OPENED: _opened,
    Kind.CORRECTION_ASKED: _asked,
    Kind.ATTESTED: _attested,
    Kind.CORRECTION_ANSWERED: _answered,
    Kind.CORRECTION_DISPUTED: _disputed,
    Kind.CORRECTION_CONTESTED: _contested,
    Kind.CORRECTION_SETTLED: _settled,
    Kind.CORRECTION_ACKNOWLEDGED: _acknowledged,
}
