"""What came of sharing, from the records alone: uses, whose rights they met, what they crossed, scores."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TypeVar

from ledger.domain.canonical import JsonObject
from ledger.domain.corrections import upheld
from ledger.domain.declared import (
    Availability,
    Outage,
    begins,
    declaration_of,
    in_effect,
    out_seconds,
    outages_of,
    silent_undeclared,
)
from ledger.domain.effect import CROSSED, FORMULA, Effect, Part, crossed
from ledger.domain.entities import Entity, IsVoid, Organisation
from ledger.domain.interface_file import FORMAT as INTERFACE_FORMAT
from ledger.domain.interface_file import read_interface
from ledger.domain.lineage import followers_of, void_as_of
from ledger.domain.moments import rfc3339
from ledger.domain.resources import mount_of, proof_of
from ledger.domain.sharing import DeclarationKind, UseKind
from ledger.domain.sharing_entities import (
    Correction,
    Grant,
    Item,
    Refusal,
    Repeat,
    Resource,
    ResourceVersion,
    UseBatch,
    Uses,
    resource_key,
)
from ledger.domain.state import typed
from ledger.ports import Entities
from ledger.service.party_texts import PartyTexts
from ledger.service.supervise_sharing import EVERYBODY, SupervisedSharing, Supervision

E = TypeVar("E", bound=Entity)


@dataclass
class Entry:
    """What happened to an entry of the catalog in a period.

    Attributes:
        resource: The entry.
        uses: Of its data.
        located: How often it was told only where they are.
        refused: Requests that were refused.
        opened: Corrections that were opened about it.
        upheld: Corrections about it that were found right.
        last_used: Unix seconds; 0 where it was not used.
        out: Seconds in which its provider declared it to be out.
        silent: Probes that nobody answered, outside of outages declared before.
        availability: Of its interface, where that has one in effect whose file is here.
        grantees: Who used it, by credit code.
    """

    resource: Resource
    uses: int = 0
    located: int = 0
    refused: int = 0
    opened: int = 0
    upheld: int = 0
    last_used: int = 0
    out: int = 0
    silent: int = 0
    availability: Availability | None = None
    grantees: set[str] = field(default_factory=set)

    def as_json(self, at: int) -> JsonObject:
        """A member of `resources` of `supervise effect`."""
        version = self.resource.current
        return {
            "resource": self.resource.key,
            "owner": self.resource.owner,
            "useRight": version.use_right or None,
            "benefitRight": version.benefit_right or None,
            "sharing": version.sharing.name,
            "uses": self.uses,
            "located": self.located,
            "refused": self.refused,
            "grantees": len(self.grantees),
            "corrections": self.opened,
            "upheld": self.upheld,
            "declared": mount_of(self.resource, at) is not None,
            "proved": proof_of(self.resource, at) is not None,
            "outageSeconds": self.out,
            "silentUndeclared": self.silent,
            "availability": _availability(self.availability),
            "lastUsedAt": rfc3339(self.last_used) if self.last_used else None,
        }


@dataclass(frozen=True)
class HandedOver:
    """Data that went from one body to another.

    Attributes:
        grant: Under which.
        at: Time of the record.
        uses: How often.
    """

    grant: Grant
    at: int
    uses: int


@dataclass(frozen=True)
class SuperviseEffect:
    """Measures what came of sharing in a period.

    Attributes:
        state: The ledger as it was known at the moment.
        asked: Of whom, and for which period.
        sharing: What fell due in it, of the same bodies.
        texts: What is known behind digests: what interfaces promise.
    """

    state: Entities
    asked: Supervision
    sharing: SupervisedSharing
    texts: PartyTexts

    def as_json(self) -> JsonObject:
        """The keys of `supervise effect`."""
        asked, entries = self.asked, self._entries
        return {
            "at": rfc3339(asked.at),
            "asOf": rfc3339(self.sharing.as_of),
            "since": rfc3339(asked.since) if asked.since else None,
            "scope": asked.org or EVERYBODY,
            "formula": FORMULA,
            "bodies": [self._body(body, self._by_owner.get(body, [])) for body in self._bodies],
            "resources": [each.as_json(asked.at) for _, each in sorted(entries.items())],
            "crossings": self._crossings(),
            "rights": self._rights(),
            "calendars": self.sharing.calendars(),
            "rulebook": self.sharing.rulebook(),
            "extensions": self.sharing.extensions(),
            "notHere": [each.as_json() for each in self.sharing.absent],
        }

    @cached_property
    def _entries(self) -> Mapping[str, Entry]:
        found = {
            each.key: Entry(each)
            for each in self._all("resource", Resource)
            if self.asked.org in ("", self._now(each.owner))
        }
        self._count_uses(found)
        self._count_silence(found)
        for refusal in self._all("refusal", Refusal):
            entry = found.get(resource_key(refusal.owner, refusal.code))
            if entry and self._is_in_period(refusal.recorded_at):
                entry.refused += refusal.size
        for correction in self._all("correction", Correction):
            entry, right = found.get(correction.resource), upheld(correction)
            if entry:
                entry.opened += self._is_in_period(correction.steps[0].recorded_at)
                entry.upheld += right is not None and self._is_in_period(right.recorded_at)
        return found

    def _count_silence(self, found: Mapping[str, Entry]) -> None:
        asked, is_void = self.asked, void_as_of(self.state, self.asked.at)
        for key, entry in found.items():
            declared = declaration_of(self.state, key, DeclarationKind.OUTAGE)
            entry.out = out_seconds(outages_of(declared, is_void), asked.since, asked.at)
            silent = silent_undeclared(entry.resource, declared, is_void)
            entry.silent = sum(self._is_in_period(each.recorded_at) for each in silent)
            entry.availability = self._availability_of(key, outages_of(declared, is_void), is_void)

    def _availability_of(self, key: str, outages: list[Outage], is_void: IsVoid) -> Availability | None:
        declared = declaration_of(self.state, key, DeclarationKind.INTERFACE)
        found = in_effect(declared, self.asked.at, is_void)
        form = self.texts.form_of(found[1].digest, INTERFACE_FORMAT) if found else None
        if declared is None or form is None:
            return None
        since = max(self.asked.since, min(begins(each) for each in declared.told))
        span = self.asked.at - since
        promised = read_interface(form).availability
        return Availability(promised, out_seconds(outages, since, self.asked.at), span) if span > 0 else None

    def _count_uses(self, found: Mapping[str, Entry]) -> None:
        for each in self._handed_over:
            entry = found.get(each.grant.resource)
            if entry:
                entry.uses += each.uses
                entry.last_used = max(entry.last_used, each.at)
                entry.grantees.add(each.grant.grantee)
        for record in self._all("uses", Uses):
            if self._is_in_period(record.recorded_at):
                for use in record.uses:
                    grant = typed(self.state, "grant", use.grant, Grant)
                    entry = found.get(grant.resource) if grant else None
                    if entry and use.kind is UseKind.LOCATE:
                        entry.located += 1

    @cached_property
    def _handed_over(self) -> list[HandedOver]:
        """All data that were used in the period, of whatever body."""
        counted: Counter[tuple[str, int]] = Counter()
        for record in self._all("uses", Uses):
            for use in record.uses:
                counted[use.grant, record.recorded_at] += use.kind is UseKind.DATA
        for batch in self._all("useBatch", UseBatch):
            counted[batch.grant, batch.recorded_at] += batch.size
        grants = {name: typed(self.state, "grant", name, Grant) for name, _ in counted}
        return [
            HandedOver(grant, at, uses)
            for (name, at), uses in sorted(counted.items())
            if uses and (grant := grants[name]) and self._is_in_period(at)
        ]

    # --- bodies ---------------------------------------------------------------------------

    @cached_property
    def _by_owner(self) -> Mapping[str, list[Entry]]:
        found: dict[str, list[Entry]] = defaultdict(list)
        for each in self._entries.values():
            found[self._now(each.resource.owner)].append(each)
        return found

    @property
    def _bodies(self) -> list[str]:
        """Who has a score: owners of entries, and who handles items for which something was used or asked."""
        return sorted({*self._by_owner, *self._items_of})

    @cached_property
    def _items_of(self) -> Mapping[str, dict[str, bool]]:
        """Of each body the items for which data were used or asked for again; whether once was enough."""
        is_void, found = void_as_of(self.state, self.asked.at), defaultdict[str, dict[str, bool]](dict)
        again = {
            each.item
            for each in self._all("repeat", Repeat)
            if self._is_in_period(each.recorded_at) and not is_void(each.key_id, each.recorded_at)
        }
        for code in again.union(each.grant.item for each in self._handed_over):
            item = typed(self.state, "item", code, Item) if code else None
            body = self._now(item.owner) if item else ""
            if body and self.asked.org in ("", body):
                found[body][code] = code not in again
        return found

    def _body(self, body: str, own: list[Entry]) -> JsonObject:
        """A member of `bodies`; where a text is missing nobody knows what it did in time, nor its score."""
        at, entries = self.asked.at, len(own)
        uses, corrected = sum(each.uses for each in own), sum(each.upheld for each in own)
        due = [each.deadline for each in self.sharing.fallen if each.body == body]
        items = self._items_of.get(body, {})
        proved = sum(proof_of(each.resource, at) is not None for each in own)
        effect = Effect(
            mounted=Part(proved, entries),
            timely=Part(sum(not each.is_overdue(at) for each in due), len(due)),
            used=Part(sum(each.uses > 0 for each in own), entries),
            sound=Part(max(0, uses - corrected), uses),
            once=Part(sum(items.values()), len(items)),
        )
        known = typed(self.state, "organisation", body, Organisation)
        parts = {name: str(part) for name, part in effect.parts.items()}
        is_whole = not any(body in each.bodies for each in self.sharing.absent)
        return {
            "body": body,
            "region": f"{known.region:06d}" if known else None,
            "entries": entries,
            "uses": uses,
            "located": sum(each.located for each in own),
            "refused": sum(each.refused for each in own),
            "grantees": len(set().union(*(each.grantees for each in own))),
            "upheld": corrected,
            "parts": parts if is_whole else {**parts, "timely": None},
            "score": effect.score if is_whole else None,
        }

    # --- exchanges ------------------------------------------------------------------------

    def _crossings(self) -> JsonObject:
        """How many uses crossed what; `system` is null, for no record tells it."""
        counted: Counter[str] = Counter(dict.fromkeys(CROSSED, 0))
        uses = 0
        for each in self._own_exchanges():
            uses += each.uses
            ends = (each.grant.resource.partition("/")[0], each.grant.grantee)
            owner, grantee = (typed(self.state, "organisation", name, Organisation) for name in ends)
            if owner and grantee:
                for name in crossed(owner, grantee, each.grant.item):
                    counted[name] += each.uses
        return {"uses": uses, **{name: counted[name] for name in CROSSED}, "system": None}

    def _rights(self) -> list[JsonObject]:
        """Whose rights the uses met, by the version of the entry that was in effect then."""
        counted: Counter[tuple[str, str]] = Counter()
        for each in self._own_exchanges():
            entry = self._entries[each.grant.resource]
            version = _version_at(entry.resource, each.at)
            told = {
                "OWNER": entry.resource.owner,
                "USE": version.use_right,
                "BENEFIT": version.benefit_right,
            }
            for right, body in told.items():
                if body:
                    counted[right, body] += each.uses
        return [
            {"right": right, "body": body, "uses": uses} for (right, body), uses in sorted(counted.items())
        ]

    def _own_exchanges(self) -> Iterator[HandedOver]:
        return (each for each in self._handed_over if each.grant.resource in self._entries)

    # --- reading --------------------------------------------------------------------------

    def _all(self, table: str, kind: type[E]) -> Iterator[E]:
        return (each for _, each in self.state.entities(table) if isinstance(each, kind))

    def _now(self, owner: str) -> str:
        """The body that acts for an owner by now."""
        return followers_of(self.state, owner, self.asked.at)[-1]

    def _is_in_period(self, moment: int) -> bool:
        return self.asked.since <= moment <= self.asked.at


def _availability(found: Availability | None) -> JsonObject | None:
    if found is None:
        return None
    return {"promised": found.promised, "measured": found.measured, "kept": found.is_kept}


def _version_at(resource: Resource, at: int) -> ResourceVersion:
    known = [each for each in resource.versions if each.recorded_at <= at]
    return known[-1] if known else resource.versions[0]
