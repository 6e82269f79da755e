"""What a holder sees of her license (谁用过我的数据): who asked, looked, or was refused.

Two kinds of grants are told apart. What names her license, everybody reads from the records. A use under a
grant of a whole type, or a batch of them, says whose data it was to nobody but the parties: the records tell
who may look and how often it did, and the provider names the uses that were about her (`ledger.domain.
named_use`), which the records then bear out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TypeVar

from ledger.domain.canonical import JsonObject
from ledger.domain.entities import Entity
from ledger.domain.lineage import acts_for
from ledger.domain.links import By
from ledger.domain.moments import rfc3339
from ledger.domain.named_use import NamedUse
from ledger.domain.objects import ascii32, organisation_id
from ledger.domain.sharing import UseKind
from ledger.domain.sharing_entities import (
    Correction,
    Grant,
    Refusal,
    Resource,
    Use,
    UseBatch,
    Uses,
    resource_owner,
)
from ledger.domain.state import typed
from ledger.domain.use_reasons import LEFT_UNSIGNED, REASONS
from ledger.ports import Index
from ledger.service.party_texts import NOTHING
from ledger.service.shown_corrections import ShowCorrections
from ledger.service.shown_grants import HOLDER, ShowGrants

_OF_GRANTS = {
    "DECISION": "GRANT_DECIDED",
    "REVIEW": "GRANT_REVIEWED",
    "CONSENT": "CONSENT_GIVEN",
    "WITHDRAWAL": "GRANT_WITHDRAWN",
    "CONSENT_WITHDRAWAL": "CONSENT_WITHDRAWN",
}


E = TypeVar("E", bound=Entity)


@dataclass(frozen=True)
class Subject:
    """A license as its holder knows it from its file.

    Attributes:
        license_id: 0x-hex.
        license_type: Its type's code.
        issuer: Credit code.
    """

    license_id: str
    license_type: str
    issuer: str


@dataclass(frozen=True)
class HolderUses:
    """Tells what happened to the data of a license.

    Attributes:
        index: The ledger.
        grants: Tells where grants stand.
        corrections: The same of corrections.
    """

    index: Index
    grants: ShowGrants
    corrections: ShowCorrections

    def view(self, subject: Subject, named: Sequence[NamedUse] = ()) -> JsonObject:
        """The keys of `wallet uses` for one license, in the order of the records.

        Args:
            subject: The license.
            named: Uses that the provider says were about it; those that the records do not bear out stand
                in `unproved`.
        """
        own = [each for each in self._grants.values() if each.license_id == subject.license_id]
        found = [(each, self._of_named(each)) for each in named if each.license_id == subject.license_id]
        events = [
            *(
                event for _, event in found if event is not None
            ),  # where the records name them, too, those win
            *self._of_grants(own),
            *self._of_uses({each.grant_id for each in own}),
            *self._of_refusals({each.grant_id for each in own}),
            *self._of_corrections(subject.license_id),
        ]
        unique = {(each["seq"], each["event"], each["request"]): each for each in events}
        return {
            "licenseId": subject.license_id,
            "events": sorted(unique.values(), key=lambda each: (each["seq"], each["event"])),
            "mayLook": list(self._may_look(subject)),
            "unproved": [each.as_json() for each, event in found if event is None],
        }

    @cached_property
    def _grants(self) -> dict[str, Grant]:
        return {name: each for name, each in self.index.entities("grant") if isinstance(each, Grant)}

    def _of_grants(self, grants: Iterable[Grant]) -> Iterator[JsonObject]:
        for grant in grants:
            yield self._event("GRANT_REQUESTED", grant, grant, fields=grant.fields, by=grant.grantee)
            for step in grant.steps:
                name = _OF_GRANTS.get(step.act.name)
                if name is not None:
                    by = HOLDER if name.startswith("CONSENT") else step.by or grant.grantee
                    by = resource_owner(grant.resource) if name.endswith(("DECIDED", "REVIEWED")) else by
                    yield self._event(name, grant, step, fields=step.fields, by=by, outcome=step.outcome.name)

    def _of_uses(self, names: set[str]) -> Iterator[JsonObject]:
        for record in self._under("uses", names, Uses):
            yield from (self._used(record, use) for use in record.uses if use.grant in names)
        for batch in self._under("useBatch", names, UseBatch):
            grant = self._grants[batch.grant]
            yield self._event("USED", grant, batch, fields=batch.fields, by=grant.grantee, times=batch.size)

    def _under(self, table: str, grants: Iterable[str], kind: type[E]) -> Iterator[E]:
        """What stands under some grants; what stands under two of them comes twice."""
        for name in grants:
            yield from (
                each for _, each in self.index.linked(table, By.GRANT, name) if isinstance(each, kind)
            )

    def _used(self, record: Uses | UseBatch, use: Use, named_by: str | None = None) -> JsonObject:
        grant = self._grants[use.grant]
        name = "USED" if use.kind is UseKind.DATA else "LOCATED"
        told = self._event(name, grant, record, fields=use.fields, by=grant.grantee)
        return {**told, "request": use.request_digest, "namedBy": named_by}

    def _of_refusals(self, names: set[str]) -> Iterator[JsonObject]:
        for each in self._under("refusal", names, Refusal):
            yield self._refused(each, self._grants[each.grant])

    def _refused(self, refusal: Refusal, grant: Grant | None, named_by: str | None = None) -> JsonObject:
        """A refusal, or data that were handed out in a batch that their user did not sign."""
        name = "USED" if refusal.reason == REASONS[LEFT_UNSIGNED] else "REFUSED"
        told = self._event(name, grant, refusal, by=refusal.grantee)
        about = {
            "resource": f"{refusal.owner}/{refusal.code}",
            "reason": refusal.reason,
            "request": refusal.request_digest or None,
            "namedBy": named_by,
        }
        return {**told, **about}

    def _of_corrections(self, license_id: str) -> Iterator[JsonObject]:
        for _, each in self.index.linked("correction", By.LICENSE, license_id):
            if isinstance(each, Correction):
                shown = self.corrections.show(each)
                for step in shown["steps"]:
                    yield {
                        **_EMPTY,
                        "event": f"CORRECTION_{step['act']}",
                        "at": step["at"],
                        "seq": step["seq"],
                        "by": step["by"],
                        "resource": each.resource,
                        "fields": shown["fields"],
                        "correction": each.correction_id,
                        "outcome": step["state"],
                    }

    def _of_named(self, named: NamedUse) -> JsonObject | None:
        """The event of a use that the provider named; None where no record bears it out."""
        if not named.is_asked_so:
            return None
        if named.is_refusal:
            refusal = self._refusal_of(named)
            if refusal is None:
                return None
            return self._refused(refusal, self._grants.get(refusal.grant), named.owner)
        use, record = named.use, self.index.get(named.table, named.object_id)
        is_recorded = (isinstance(record, Uses) and use in record.uses) or (
            isinstance(record, UseBatch) and named.is_leaf_of(record)
        )
        if not is_recorded or use is None or use.grant not in self._grants:
            return None
        assert isinstance(record, Uses | UseBatch), "one of the two is recorded"
        return self._used(record, use, named.owner)

    def _refusal_of(self, named: NamedUse) -> Refusal | None:
        """The refusal that was named, as its record or its leaf in one says it; None where none does."""
        refusal = typed(self.index, "refusal", named.object_id, Refusal)
        if refusal is None or named.root is None:
            is_it = refusal is not None and refusal.request_digest == named.request_digest
            return refusal if is_it else None
        grantee, name, reason, _ = named.words
        grant = self._grants.get("0x" + name.hex())
        if grant is None or ascii32(grant.grantee) != grantee or not named.is_leaf_of(refusal):
            return None
        return replace(
            refusal,
            grantee=grant.grantee,
            grant=grant.grant_id,
            reason=int.from_bytes(reason, "big"),
            request_digest=named.request_digest,
        )

    def _may_look(self, subject: Subject) -> Iterator[JsonObject]:
        """Who may look at any license of this type, and how often it did: whose data, no record says."""
        for grant in self._grants.values():
            if grant.license_id == NOTHING and self._covers(grant, subject):
                row = self.grants.row(grant)
                names = ("grant", "standing", "grantee", "resource", "basis", "until")
                fields = self.grants.fields_of(grant, grant.granted)
                yield {**{name: row[name] for name in names}, "fields": fields, "used": grant.used}

    def _covers(self, grant: Grant, subject: Subject) -> bool:
        resource = typed(self.index, "resource", grant.resource, Resource)
        if resource is None or resource.current.license_type != subject.license_type:
            return False
        owner = organisation_id(resource.owner)
        return acts_for(self.index, owner, subject.issuer, self.grants.now)

    def _event(
        self, name: str, grant: Grant | None, record: object, *, by: str, fields: int = 0, **more: object
    ) -> JsonObject:
        seq, at = (int(getattr(record, each)) for each in ("seq", "recorded_at"))
        told = {"event": name, "at": rfc3339(at), "seq": seq, "by": by or None}
        if grant is not None:
            told |= {
                "resource": grant.resource,
                "fields": self.grants.fields_of(grant, fields) if fields else None,
                "grant": grant.grant_id,
                "basis": grant.basis.name,
                "purposeCode": grant.purpose or None,
                "item": grant.item or None,
            }
        return {**_EMPTY, **told, **more}


_EMPTY: JsonObject = {
    "event": "",
    "at": "",
    "seq": 0,
    "by": None,
    "resource": None,
    "fields": None,
    "grant": None,
    "basis": None,
    "purposeCode": None,
    "item": None,
    "outcome": None,
    "reason": None,
    "times": None,
    "request": None,
    "namedBy": None,
    "correction": None,
}
