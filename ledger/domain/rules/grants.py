"""Rules of Grants: what is asked for, decided, consented to, withdrawn and delegated."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from ledger.domain.acts import Sharing
from ledger.domain.entities import License
from ledger.domain.facts import Fact
from ledger.domain.grants import GrantStanding, needs_met, needs_of, standing_at, uses_left
from ledger.domain.lineage import void_as_of
from ledger.domain.messages import Kind
from ledger.domain.representation import LATEST
from ledger.domain.resources import is_of_resource
from ledger.domain.rules.resources import bitmap_of, known_resource, require_organisation
from ledger.domain.sharing import Basis, Outcome, ResourceKind, all_fields, is_within
from ledger.domain.sharing_entities import Grant, GrantAct, GrantStep, Need, Resource
from ledger.domain.state import (
    Change,
    Refused,
    Rule,
    StateView,
    int_of,
    next_rev,
    require_new,
    str_of,
    text_of,
    typed,
)


def known_grant(state: StateView, grant_id: str) -> Grant:
    """The grant of an object; refuses what is none."""
    grant = typed(state, "grant", grant_id, Grant)
    if grant is None:
        raise Refused("BAD_RECORD", f"unknown grant {grant_id}")
    return grant


def usable_grant(state: StateView, fact: Fact, grant_id: str) -> Grant:
    """A grant that is in effect when something is recorded; refuses any other, one that is used up too."""
    grant = known_grant(state, grant_id)
    standing = standing_at(state, grant, fact.time, fact.time, void_as_of(state, fact.time))
    if standing is not GrantStanding.IN_EFFECT:
        raise Refused("NOT_ENTITLED", f"grant {grant_id} is {standing}")
    return grant


def require_fields(fields: int, allowed: int) -> None:
    """Refuse no fields, and others than are allowed."""
    if not is_within(fields, allowed):
        raise Refused("NOT_ENTITLED", f"fields {fields:#x} where {allowed:#x} are allowed")


def resource_of(state: StateView, grant: Grant) -> Resource:
    """The resource that a grant is about."""
    resource = typed(state, "resource", grant.resource, Resource)
    if resource is None:
        raise Refused("BAD_RECORD", f"unknown resource {grant.resource}")
    return resource


def _requested(state: StateView, fact: Fact) -> list[Change]:
    values = fact.values
    grant_id, resource = require_new(state, "grant", fact), known_resource(state, values)
    grant = Grant(
        rev=1,
        grant_id=grant_id,
        seq=fact.seq,
        recorded_at=fact.time,
        key_id=fact.key_ids[0],
        grantee=text_of(values, "grantee"),
        resource=resource.key,
        version=int_of(values, "version"),
        basis=Basis(int_of(values, "basis")),
        purpose=text_of(values, "purpose"),
        purpose_digest=str_of(values, "purposeDigest"),
        item=text_of(values, "item"),
        case_commitment=str_of(values, "caseCommitment"),
        license_id=str_of(values, "licenseId"),
        fields=bitmap_of(values, "fields"),
        since=int_of(values, "since"),
        until=int_of(values, "until"),
        count=int_of(values, "count"),
        is_delegable=int_of(values, "delegable") != 0,
    )
    _require_grantable(grant, resource)
    _require_term(fact, grant)
    current = resource.current
    needs = needs_of(grant.basis, grant.fields, current.sharing, current.sensitive)
    return [Change("grant", grant_id, replace(grant, needs=needs))]


def _require_grantable(grant: Grant, resource: Resource) -> None:
    current = resource.current
    if current.sharing is Sharing.NOT_SHARED or grant.version != resource.version:
        raise Refused("BAD_RECORD", f"{resource.key} version {grant.version} is not to be granted")
    require_fields(grant.fields, all_fields(current.field_count))
    if grant.basis is Basis.DUTY and not grant.item:
        raise Refused("BAD_RECORD", "a duty without a matter")
    is_of_license = current.kind is ResourceKind.LICENSE_TYPE and int(grant.license_id, 16) != 0
    if grant.basis is Basis.CONSENT and not is_of_license:
        raise Refused("BAD_RECORD", "a consent to nothing that is a holder's")


def _require_term(fact: Fact, grant: Grant) -> None:
    if not (grant.since < grant.until <= LATEST and fact.time < grant.until):
        raise Refused("BAD_RECORD", f"granted from {grant.since} until {grant.until}")


def _with_step(grant: Grant, fact: Fact, step: GrantStep) -> list[Change]:
    after = replace(grant, rev=next_rev(grant.rev, fact), steps=(*grant.steps, step))
    return [Change("grant", grant.grant_id, after)]


def _step(fact: Fact, act: GrantAct) -> GrantStep:
    return GrantStep(seq=fact.seq, recorded_at=fact.time, key_id=fact.key_ids[0], act=act)


def _noticed(state: StateView, fact: Fact) -> list[Change]:
    grant = known_grant(state, str_of(fact.values, "grant"))
    step = replace(_step(fact, GrantAct.NOTICE), digest=str_of(fact.values, "missing"))
    return _with_step(grant, fact, step)


def _standing_grant(state: StateView, fact: Fact) -> Grant:
    """A grant that was neither refused nor withdrawn."""
    grant = known_grant(state, str_of(fact.values, "grant"))
    ended = (GrantAct.WITHDRAWAL, GrantAct.CONSENT_WITHDRAWAL)
    if any(step.outcome is Outcome.NO or step.act in ended for step in grant.steps):
        raise Refused("BAD_RECORD", f"grant {grant.grant_id} ended before")
    return grant


def _waiting_grant(state: StateView, fact: Fact, need: Need) -> Grant:
    grant = _standing_grant(state, fact)
    if need not in grant.needs - needs_met(grant.steps):
        raise Refused("BAD_RECORD", f"grant {grant.grant_id} waits for no {need.name}")
    return grant


def _decided(state: StateView, fact: Fact) -> list[Change]:
    return _judged(state, fact, Need.DECISION, GrantAct.DECISION, GrantAct.REVIEW)


def _reviewed(state: StateView, fact: Fact) -> list[Change]:
    return _judged(state, fact, Need.REVIEW, GrantAct.REVIEW, GrantAct.DECISION)


def _judged(state: StateView, fact: Fact, need: Need, act: GrantAct, other: GrantAct) -> list[Change]:
    grant, values = _waiting_grant(state, fact, need), fact.values
    step = replace(
        _step(fact, act),
        outcome=Outcome(int_of(values, "outcome")),
        reason=int_of(values, "reason"),
        digest=str_of(values, "reasonDigest"),
    )
    if step.outcome is Outcome.NO and not step.reason:
        raise Refused("BAD_RECORD", "refused without a reason")
    if any(each.act is other and each.key_id == step.key_id for each in grant.steps):
        raise Refused("NOT_ENTITLED", "decided and reviewed by one key")
    return _with_step(grant, fact, step)


def _consented(state: StateView, fact: Fact) -> list[Change]:
    grant, values = _waiting_grant(state, fact, Need.CONSENT), fact.values
    license_ = typed(state, "license", str_of(values, "licenseId"), License)
    is_same = str_of(values, "licenseId") == grant.license_id
    if not is_same or not is_of_resource(state, license_, resource_of(state, grant), fact.time):
        raise Refused("BAD_RECORD", f"a consent about another license than {grant.license_id}")
    fields = bitmap_of(values, "fields")
    require_fields(fields, grant.fields)
    issue = license_.facts[0].seq if license_ else 0
    return _with_step(grant, fact, replace(_step(fact, GrantAct.CONSENT), fields=fields, issue=issue))


def _withdrawn(state: StateView, fact: Fact) -> list[Change]:
    grant, by = _standing_grant(state, fact), text_of(fact.values, "by")
    parents = [known_grant(state, grant.parent).grantee] if grant.parent else []
    if by not in (grant.grantee, resource_of(state, grant).owner, *parents):
        raise Refused("NOT_ENTITLED", f"{by} is no party to grant {grant.grant_id}")
    step = replace(_step(fact, GrantAct.WITHDRAWAL), by=by, reason=int_of(fact.values, "reason"))
    return _with_step(grant, fact, step)


def _consent_withdrawn(state: StateView, fact: Fact) -> list[Change]:
    grant = _standing_grant(state, fact)
    if Need.CONSENT not in grant.needs or str_of(fact.values, "licenseId") != grant.license_id:
        raise Refused("BAD_RECORD", f"no consent about that license in grant {grant.grant_id}")
    return _with_step(grant, fact, _step(fact, GrantAct.CONSENT_WITHDRAWAL))


def _delegated(state: StateView, fact: Fact) -> list[Change]:
    values, grant_id = fact.values, require_new(state, "grant", fact)
    parent = _delegable(state, fact)
    grant = replace(
        parent,
        rev=1,
        grant_id=grant_id,
        seq=fact.seq,
        recorded_at=fact.time,
        key_id=fact.key_ids[0],
        grantee=text_of(values, "grantee"),
        fields=bitmap_of(values, "fields"),
        since=int_of(values, "since"),
        until=int_of(values, "until"),
        count=int_of(values, "count"),
        needs=frozenset(),
        is_delegable=False,
        parent=parent.grant_id,
        steps=(),
        used=0,
        delegated=0,
        used_up_at=0,
    )
    require_organisation(state, grant.grantee)
    require_fields(grant.fields, parent.granted)
    _require_term(fact, grant)
    if grant.since < parent.since or grant.until > parent.until:
        raise Refused("NOT_ENTITLED", f"delegated beyond the term of {parent.grant_id}")
    changes = [Change("grant", grant_id, grant)]
    if parent.count:
        if not grant.count:
            raise Refused("NOT_ENTITLED", "a part of a counted grant that is not counted")
        taken = take(parent, fact, grant.count, is_delegation=True)
        changes.append(Change("grant", parent.grant_id, taken))
    return changes


def _delegable(state: StateView, fact: Fact) -> Grant:
    parent = usable_grant(state, fact, str_of(fact.values, "parent"))
    if not parent.is_delegable:
        raise Refused("NOT_ENTITLED", f"grant {parent.grant_id} is not delegable")
    return parent


def take(grant: Grant, fact: Fact, count: int, is_delegation: bool = False) -> Grant:
    """A grant after some of its uses were made, or delegated; refuses more than are left."""
    left = uses_left(grant)
    if left is not None and count > left:
        raise Refused("NOT_ENTITLED", f"{count} uses of grant {grant.grant_id} where {left} are left")
    used, delegated = (0, count) if is_delegation else (count, 0)
    after = replace(grant, used=grant.used + used, delegated=grant.delegated + delegated)
    return replace(after, used_up_at=fact.time) if uses_left(after) == 0 else after


APPLY: Mapping[Kind, Rule] = {
    Kind.GRANT_REQUESTED: _requested,
    Kind.GRANT_NOTICED: _noticed,
    Kind.GRANT_DECIDED: _decided,
    Kind.GRANT_REVIEWED: _reviewed,
    Kind.CONSENT_GIVEN: _consented,
    Kind.GRANT_WITHDRAWN: _withdrawn,
    Kind.CONSENT_WITHDRAWN: _consent_withdrawn,
    Kind.GRANT_DELEGATED: _delegated,
}
