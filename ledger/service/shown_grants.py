"""Where grants stand, in the words of answers: what happened, who is next, what is late, what is left."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from ledger.domain.canonical import JsonObject
from ledger.domain.derived import Derived, derived_named
from ledger.domain.entities import Key
from ledger.domain.field_list import FieldList
from ledger.domain.grants import (
    GrantStanding,
    decision_deadline,
    extra_notices,
    needs_met,
    review_deadline,
    standing_at,
    uses_left,
)
from ledger.domain.lineage import void_as_of
from ledger.domain.links import By
from ledger.domain.moments import rfc3339
from ledger.domain.regraded import UnknownGrades, regraded
from ledger.domain.sharing_entities import Grant, GrantAct, GrantStep, Need, Resource, resource_owner
from ledger.domain.state import typed
from ledger.ports import Entities
from ledger.service.counting import CountDeadlines
from ledger.service.listed_bodies import listed_bodies
from ledger.service.party_texts import NOTHING, PartyTexts

HOLDER = "HOLDER"
"""How answers call the holder of a license, whose keys are registered nowhere."""

_OWN = {Need.DECISION: "OWNER", Need.REVIEW: "OWNER", Need.CONSENT: HOLDER}
_GOING_ON = (GrantStanding.PENDING, GrantStanding.NOT_YET, GrantStanding.IN_EFFECT)
"""Where grants stand that are used, or may be one day."""
_HOLDERS = (GrantAct.CONSENT, GrantAct.CONSENT_WITHDRAWAL)


@dataclass(frozen=True)
class ShowGrants:
    """Tells where grants stand.

    Attributes:
        state: The ledger.
        texts: What this home knows behind digests.
        now: The moment asked about.
        count: Tells how deadlines are counted.
        derived: The derived fields of a license type, as far as it is known here.
    """

    state: Entities
    texts: PartyTexts
    now: int
    count: CountDeadlines
    derived: Callable[[str], Derived] = field(default=lambda _: {})

    def row(self, grant: Grant) -> JsonObject:
        """A member of `grants` of `grant list`."""
        return {
            "grant": grant.grant_id,
            "standing": self.standing(grant).value,
            "grantee": grant.grantee,
            "resource": grant.resource,
            "basis": grant.basis.name,
            "licenseId": None if grant.license_id == NOTHING else grant.license_id,
            "until": rfc3339(grant.until),
            "next": self.next(grant),
            "overdue": self._is_overdue(grant),
            "left": uses_left(grant),
        }

    def show(self, grant: Grant) -> JsonObject:
        """The keys of `grant show`."""
        listed = self._listed(grant)
        return {
            **self.row(grant),
            "version": grant.version,
            "purposeCode": grant.purpose or None,
            "purpose": self._text(grant.purpose_digest),
            "item": grant.item or None,
            "case": self._text(grant.case_commitment),
            "fields": listed.named(grant.fields),
            "granted": listed.named(grant.granted),
            "derived": self._derived_of(grant, listed.named(grant.fields)),
            "since": rfc3339(grant.since) if grant.since else None,
            "count": grant.count or None,
            "used": grant.used,
            "delegated": grant.delegated,
            "delegable": grant.is_delegable,
            "parent": grant.parent or None,
            "needs": [need.name for need in sorted(grant.needs)],
            "requested": {
                "at": rfc3339(grant.recorded_at),
                "by": self._body(grant.key_id),
                "seq": grant.seq,
            },
            "steps": [self._step(step, listed) for step in grant.steps],
            "decision": self._decision(grant),
            "regraded": self.regraded(grant),
            "extraNotices": len(extra_notices(grant, void_as_of(self.state, self.now))),
            "rev": grant.rev,
        }

    def fields_of(self, grant: Grant, fields: int) -> list[str]:
        """Some of its fields, by name where this home knows the list."""
        return self._listed(grant).named(fields)

    def regraded(self, grant: Grant) -> JsonObject | None:
        """What it lacks by the present grades of its fields; None where nothing, or where it has ended.

        Where a list of names is not here nothing is told of what it lacks: `missing` is null.
        """
        resource = typed(self.state, "resource", grant.resource, Resource)
        if resource is None or self.standing(grant) not in _GOING_ON:
            return None
        above = typed(self.state, "grant", grant.parent, Grant) if grant.parent else None
        is_void = void_as_of(self.state, self.now)
        found = regraded(grant, above, resource, self.texts.names_of, is_void)
        if found is None:
            return None
        if isinstance(found, UnknownGrades):
            return {"version": found.version, "since": None, "fields": None, "missing": None}
        return {
            "version": found.version,
            "since": rfc3339(found.since),
            "fields": self.fields_of(grant, found.fields),
            "missing": [need.name for need in sorted(found.missing)],
        }

    def regraded_of(self, resource: Resource) -> list[JsonObject]:
        """The members of `regraded` of `resource show`: its grants that lack something by present grades."""
        if not any(each.sensitive for each in resource.versions[1:]):
            return []
        found = self.state.linked("grant", By.RESOURCE, resource.key)
        grants = (each for _, each in found if isinstance(each, Grant) and each.version < resource.version)
        told = ((each, self.regraded(each)) for each in grants)
        return [{"grant": each.grant_id, "grantee": each.grantee, **own} for each, own in told if own]

    def standing(self, grant: Grant) -> GrantStanding:
        """Where it stands now."""
        return standing_at(self.state, grant, self.now, self.now, void_as_of(self.state, self.now))

    def next(self, grant: Grant) -> list[JsonObject]:
        """Who has to act for it to come into effect, in the order in which they are best asked."""
        if self.standing(grant) is not GrantStanding.PENDING:
            return []
        owner = resource_owner(grant.resource)
        names = {"OWNER": owner, HOLDER: HOLDER}
        waiting = sorted(grant.needs - needs_met(grant.steps))
        return [{"need": need.name, "by": names[_OWN[need]]} for need in waiting]

    def _is_overdue(self, grant: Grant) -> bool:
        """Whether the owner's decision or review is late and waited for: a holder has no deadline."""
        waited = {str(each["need"]) for each in self.next(grant)}
        counting = self.count.of(resource_owner(grant.resource))
        decision, review = decision_deadline(grant, counting), review_deadline(grant, counting)
        own = {Need.DECISION: decision, Need.REVIEW: review}
        return any(
            need.name in waited and deadline.is_overdue(self.now)
            for need, deadline in own.items()
            if deadline
        )

    def _decision(self, grant: Grant) -> JsonObject:
        owner = resource_owner(grant.resource)
        deadline = decision_deadline(grant, self.count.of(owner))
        return {
            "due": rfc3339(deadline.due),
            "doneAt": rfc3339(deadline.done_at) if deadline.done_at else None,
            "overdue": deadline.is_overdue(self.now),
            **self.count.told(owner, deadline),
        }

    def _step(self, step: GrantStep, listed: FieldList) -> JsonObject:
        return {
            "act": step.act.name,
            "at": rfc3339(step.recorded_at),
            "by": HOLDER if step.act in _HOLDERS else self._body(step.key_id),
            "outcome": step.outcome.name if step.act in (GrantAct.DECISION, GrantAct.REVIEW) else None,
            "reason": step.reason or None,
            "text": self._text(step.digest),
            "fields": listed.named(step.fields) if step.fields else None,
            "keyId": step.key_id,
            "seq": step.seq,
        }

    def _derived_of(self, grant: Grant, names: list[str]) -> list[JsonObject]:
        """Which of its fields are masked or follow otherwise from others."""
        resource = typed(self.state, "resource", grant.resource, Resource)
        version = resource.versions[grant.version - 1] if resource else None
        if version is None:
            return []
        schema = None if version.license_type else self.texts.schema_of(version.schema_digest)
        derived = self.derived(version.license_type) if version.license_type else {}
        return derived_named(schema.derived if schema else derived, names)

    def _listed(self, grant: Grant) -> FieldList:
        """The names of its fields; positions alone where this home does not know the list."""
        resource = typed(self.state, "resource", grant.resource, Resource)
        digest = resource.versions[grant.version - 1].fields_digest if resource else NOTHING
        return self.texts.list_of(digest) or FieldList((), ())

    def _text(self, digest: str) -> str | None:
        found = self.texts.text(digest) if digest not in ("", NOTHING) else None
        return found.text if found else None

    def _body(self, key_id: str) -> str | None:
        key = typed(self.state, "key", key_id, Key)
        return self._bodies.get(key.owner) if key else None

    @cached_property
    def _bodies(self) -> Mapping[str, str]:
        return listed_bodies(self.state)
