"""Where corrections stand, in the words of answers: who answers, who must be told, who has heard.

Nobody sends notices: a notice is what follows from the records for a body, and everybody computes the same.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from ledger.domain.canonical import JsonObject
from ledger.domain.corrections import (
    HandedOut,
    PastUse,
    acknowledgement_deadline,
    answer_deadline,
    corrects,
    doubted_version,
    handed_out,
    past_uses,
    to_tell,
    upheld,
)
from ledger.domain.deadlines import Counting, Deadline
from ledger.domain.entities import Key, License
from ledger.domain.field_list import FieldList
from ledger.domain.moments import rfc3339
from ledger.domain.objects import organisation_id
from ledger.domain.resources import provides
from ledger.domain.sharing import CorrectionState
from ledger.domain.sharing_entities import (
    Acknowledgement,
    Correction,
    CorrectionAct,
    CorrectionStep,
    Grant,
    Resource,
    UseBatch,
    Uses,
    resource_owner,
)
from ledger.domain.state import typed
from ledger.ports import Entities
from ledger.service.counting import CountDeadlines
from ledger.service.evidence import Evidence
from ledger.service.listed_bodies import listed_bodies
from ledger.service.origins import ShowOrigins
from ledger.service.party_texts import NOTHING, PartyTexts
from ledger.service.shown_grants import HOLDER

_HOLDERS = (CorrectionAct.ASKED, CorrectionAct.CONTESTED)
_JUDGED = (CorrectionAct.ANSWERED, CorrectionAct.SETTLED)
_OPEN = (CorrectionState.OPEN, CorrectionState.DISPUTED)
_MOST_NEXT = 16
"""Who is next, in a row; `show` tells all of them."""
MOST_ROWS = 500
"""Rows of one answer, so that whoever floods a license with doubts makes no answer longer."""


@dataclass(frozen=True)
class Wanted:
    """Which corrections are asked for; what is empty or false asks nothing.

    Attributes:
        body: What concerns this body, by its credit code.
        is_open: What waits for an answer, or to be settled.
        is_overdue: What somebody is late with now.
        license_id: 0x-hex.
        resource: Key.
        limit: Rows, `MOST_ROWS` at most.
        after: The correction behind which the rows begin, 0x-hex.
    """

    body: str = ""
    is_open: bool = False
    is_overdue: bool = False
    license_id: str = ""
    resource: str = ""
    limit: int = MOST_ROWS
    after: str = ""


@dataclass(frozen=True)
class ShowCorrections:
    """Tells where corrections stand.

    Attributes:
        index: The ledger.
        texts: What this home knows behind digests.
        evidence: The same of evidence.
        now: The moment asked about.
        count: Tells how deadlines are counted.
    """

    index: Entities
    texts: PartyTexts
    evidence: Evidence
    now: int
    count: CountDeadlines

    def rows(self, wanted: Wanted) -> JsonObject:
        """The keys of `correction list`: the oldest first, how many there are in all, and in which states."""
        found = [each for each in self._all if self._is_wanted(each, wanted)]
        names = [each.correction_id for each in found]
        start = names.index(wanted.after) + 1 if wanted.after in names else 0
        rows = [self._row_for(each, wanted.body) for each in found[start : start + wanted.limit]]
        return {
            "corrections": rows,
            "total": len(found),
            "counts": dict(sorted(Counter(each.state.name for each in found).items())),
            "next": names[start + len(rows) - 1] if rows and start + len(rows) < len(found) else None,
        }

    def row(self, correction: Correction) -> JsonObject:
        """A member of `corrections` of `correction list`."""
        told = self.told(correction)
        return {
            "correction": correction.correction_id,
            "state": correction.state.name,
            "resource": correction.resource,
            "licenseId": _or_none(correction.license_id),
            "fields": self._listed(correction).named(correction.fields),
            "openedBy": correction.by or HOLDER,
            "openedAt": rfc3339(correction.steps[0].recorded_at),
            "opened": correction.steps[0].act.name,
            "answer": self._answer(correction),
            "next": self.next(correction)[:_MOST_NEXT],
            "overdue": self.is_overdue(correction),
            "toTell": len(told),
            "acknowledged": sum(each.done_at != 0 for each in told.values()),
        }

    def show(self, correction: Correction) -> JsonObject:
        """The keys of `correction show`."""
        told, users = self.told(correction), self.users(correction)
        return {
            **self.row(correction),
            "next": self.next(correction),
            "grant": correction.grant or None,
            "evidence": {
                "digest": correction.evidence,
                "here": self.evidence.is_here(correction.evidence),
            },
            "steps": [self._step(correction, step) for step in correction.steps],
            "users": [self._user(correction, body, users, told.get(body)) for body in to_tell(users)],
            "affected": self._affected(correction) if upheld(correction) else None,
            "rev": correction.rev,
        }

    def notice(self, correction: Correction, body: str) -> JsonObject | None:
        """What a body is told of a correction that was upheld; None where it need not be told."""
        deadline = self.told(correction).get(body)
        if deadline is None:
            return None
        return self._user(correction, body, self.users(correction), deadline)

    def told(self, correction: Correction) -> dict[str, Deadline]:
        """Who must be told of what was upheld, and until when each has to say that it heard."""
        known = self._told.get(correction.correction_id)
        if known is None:
            users = self.to_tell(correction)
            count = self.count.of
            known = {body: self.acknowledged(correction, step, body, count(body)) for step, body in users}
            self._told[correction.correction_id] = known
        return known

    def to_tell(self, correction: Correction) -> list[tuple[CorrectionStep, str]]:
        """By which step a correction was upheld, with each body that must be told of that."""
        step = upheld(correction)
        return [(step, body) for body in to_tell(self.users(correction))] if step else []

    def acknowledged(
        self, correction: Correction, step: CorrectionStep, body: str, counting: Counting
    ) -> Deadline:
        """Until when one of these has to say that it heard, by how its deadlines count, and when it did."""
        done_at = self._heard.get((correction.correction_id, body), 0)
        return acknowledgement_deadline(step, counting, done_at)

    def users(self, correction: Correction) -> list[PastUse]:
        """The uses that may have carried what is doubted, until it was corrected or until now."""
        resource, step = self._resource(correction), upheld(correction)
        until = step.recorded_at if step else self.now
        license_ = typed(self.index, "license", correction.license_id, License)
        since = license_.facts[0].recorded_at if license_ else 0
        version, handed = self._version(correction, resource), self._handed.get(resource.key, [])
        return past_uses(correction, resource, version, handed, since, until)

    def next(self, correction: Correction) -> list[JsonObject]:
        """Who has to act, what, and until when; the regulation gives who settles no number of days."""
        match correction.state:
            case CorrectionState.OPEN:
                owner = self._resource(correction).owner
                return [_waits("ANSWER", owner, self._answer(correction))]
            case CorrectionState.DISPUTED:
                return [_waits("SETTLE", f"{correction.steps[-1].region:06d}", None)]
        told = self.told(correction)
        late = {body: self._deadline(body, each) for body, each in told.items() if not each.done_at}
        return [_waits("ACKNOWLEDGE", body, each) for body, each in late.items()]

    def is_overdue(self, correction: Correction) -> bool:
        """Whether somebody who has to act is late with it now."""
        return any(each["overdue"] for each in self.next(correction))

    def is_open(self, correction: Correction) -> bool:
        """Whether it waits for an answer, or to be settled."""
        return correction.state in _OPEN

    def concerns(self, correction: Correction, body: str) -> list[str]:
        """What a body has to do with it: `OPENER`, `PROVIDER`, `USER` that has to be told."""
        is_provider = provides(self.index, organisation_id(body), self._resource(correction), self.now)
        roles = {
            "OPENER": correction.by == body,
            "PROVIDER": is_provider,
            "USER": body in self.told(correction),
        }
        return [role for role, holds in roles.items() if holds]

    def _is_wanted(self, correction: Correction, wanted: Wanted) -> bool:
        return (
            wanted.license_id in ("", correction.license_id)
            and wanted.resource in ("", correction.resource)
            and (not wanted.is_open or self.is_open(correction))
            and (not wanted.body or bool(self.concerns(correction, wanted.body)))
            and (not wanted.is_overdue or self.is_overdue(correction))
        )

    def _row_for(self, correction: Correction, body: str) -> JsonObject:
        if not body:
            return self.row(correction)
        own = {"roles": self.concerns(correction, body), "notice": self.notice(correction, body)}
        return {**self.row(correction), **own}

    @cached_property
    def _all(self) -> Sequence[Correction]:
        found = [each for _, each in self.index.entities("correction") if isinstance(each, Correction)]
        return sorted(found, key=lambda each: each.steps[0].seq)

    @cached_property
    def _told(self) -> dict[str, dict[str, Deadline]]:
        return {}

    @cached_property
    def _handed(self) -> dict[str, list[HandedOut]]:
        entities = self.index.entities
        grants = {name: each for name, each in entities("grant") if isinstance(each, Grant)}
        uses = (each for _, each in entities("uses") if isinstance(each, Uses))
        batches = (each for _, each in entities("useBatch") if isinstance(each, UseBatch))
        return handed_out(grants, uses, batches)

    @cached_property
    def _heard(self) -> Mapping[tuple[str, str], int]:
        """When a body said of a correction that it heard."""
        return {
            (each.correction, each.by): each.recorded_at
            for _, each in self.index.entities("acknowledgement")
            if isinstance(each, Acknowledgement)
        }

    def _resource(self, correction: Correction) -> Resource:
        resource = typed(self.index, "resource", correction.resource, Resource)
        assert resource is not None, "a correction is of a resource"
        return resource

    def _version(self, correction: Correction, resource: Resource) -> int:
        grant = typed(self.index, "grant", correction.grant, Grant) if correction.grant else None
        return doubted_version(correction, resource, grant)

    def _listed(self, correction: Correction) -> FieldList:
        """The names of its fields; positions alone where this home does not know the list."""
        resource = self._resource(correction)
        digest = resource.versions[self._version(correction, resource) - 1].fields_digest
        return self.texts.list_of(digest) or FieldList((), ())

    def _affected(self, correction: Correction) -> JsonObject:
        """Which sets rest on the fields; on any field, where their names are not known here."""
        listed = self._listed(correction)
        names = listed.named(correction.fields) if listed.names else []
        return ShowOrigins(self.index, self.texts, self.now).resting_on(correction.resource, names)

    def _user(
        self, correction: Correction, body: str, users: Sequence[PastUse], deadline: Deadline | None
    ) -> JsonObject:
        own = [each for each in users if each.body == body]
        fields = 0
        for each in own:
            fields |= each.fields
        return {
            "body": body,
            "uses": len(own),
            "fields": self._listed(correction).named(fields),
            "lastUsedAt": rfc3339(own[-1].recorded_at),
            "grants": sorted({each.grant for each in own}),
            "acknowledgement": self._deadline(body, deadline) if deadline else None,
        }

    def _step(self, correction: Correction, step: CorrectionStep) -> JsonObject:
        return {
            "act": step.act.name,
            "state": step.state.name,
            "at": rfc3339(step.recorded_at),
            "by": HOLDER if step.act in _HOLDERS else step.by or self._body(step.key_id),
            "correctedBy": self._corrected_by(correction, step),
            "reason": step.reason or None,
            "text": self._text(step.digest),
            "region": f"{step.region:06d}" if step.region else None,
            "keyId": step.key_id,
            "seq": step.seq,
        }

    def _corrected_by(self, correction: Correction, step: CorrectionStep) -> JsonObject | None:
        """What corrects; whether that is a license in the place of the doubted one, everybody checks."""
        license_id = _or_none(step.license_id)
        if step.act not in _JUDGED or not (license_id or step.version):
            return None
        fits = corrects(self.index, correction, license_id, step.recorded_at) if license_id else None
        return {"licenseId": license_id, "version": step.version or None, "fits": fits}

    def _text(self, digest: str) -> str | None:
        found = self.texts.text(digest) if digest not in ("", NOTHING) else None
        return found.text if found else None

    def _body(self, key_id: str) -> str | None:
        key = typed(self.index, "key", key_id, Key)
        return self._bodies.get(key.owner) if key else None

    @cached_property
    def _bodies(self) -> Mapping[str, str]:
        return listed_bodies(self.index)

    def _answer(self, correction: Correction) -> JsonObject:
        owner = resource_owner(correction.resource)
        return self._deadline(owner, answer_deadline(correction, self.count.of(owner)))

    def _deadline(self, body: str, deadline: Deadline) -> JsonObject:
        return {
            "due": rfc3339(deadline.due),
            "doneAt": rfc3339(deadline.done_at) if deadline.done_at else None,
            "overdue": deadline.is_overdue(self.now),
            **self.count.told(body, deadline),
        }


def _waits(need: str, by: str, deadline: JsonObject | None) -> JsonObject:
    due = deadline or {"due": None, "overdue": False}
    return {"need": need, "by": by, "due": due["due"], "overdue": due["overdue"]}


def _or_none(license_id: str) -> str | None:
    return None if license_id in ("", NOTHING) else license_id
