"""Uses that took another way than the route policy said, as far as slips of platforms tell it.

The ledger has that a use was, not how it went. Slips tell that, where this home saw them: a party's home did,
and one that was handed them. It is judged by the policy that counted when the last platform passed the
request on, as the provider had to judge it. A use that a rule binds to platforms and of which no slip is here
is counted as unproved and is no finding.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property, partial

from ledger.domain.canonical import JsonObject
from ledger.domain.field_list import FieldList
from ledger.domain.hop_slip import HopSlip
from ledger.domain.moments import rfc3339
from ledger.domain.routes import RouteChannel, RoutePolicy, RouteRule, Way
from ledger.domain.sharing import fields_of
from ledger.domain.sharing_entities import Grant, Resource, Use, UseBatch, Uses
from ledger.domain.state import typed
from ledger.ports import Entities
from ledger.service.absent_texts import AbsentText, AbsentTexts
from ledger.service.check_hops import KnownWays
from ledger.service.kept_forms import KeptForms
from ledger.service.routes import Exchange, InEffect, Routes, exchange_of, told_way
from ledger.service.supervise_sharing import EVERYBODY, Supervision

CODE = "ROUTE_BROKEN"

_SENTENCES = {
    "request": ("申请没有走路由策略规定的路径", "the request did not take the way of the route policy"),
    "copy": ("副本没有走路由策略规定的路径", "the copy did not take the way of the route policy"),
    "grade": ("所涉字段超出路由策略许可的级别", "fields are of a higher grade than the route policy allows"),
}


@dataclass(frozen=True)
class RecordedUse:
    """A use, where it stands."""

    use: Use
    object: str
    seq: int
    recorded_at: int


@dataclass(frozen=True)
class BrokenRoute:
    """A use against the policy.

    Attributes:
        what: `request`, `copy` or `grade`.
        recorded: The use.
        exchange: Between whom.
        policy: By which it is judged.
        number: Of the rule.
        way: That it took.
    """

    what: str
    recorded: RecordedUse
    exchange: Exchange
    policy: InEffect
    number: int
    way: Way

    def as_json(self) -> JsonObject:
        """A member of `findings` of `supervise routes`."""
        zh, en = _SENTENCES[self.what]
        return {
            "finding": CODE,
            "what": self.what,
            "zh": zh,
            "en": en,
            "owner": self.exchange.owner.uscc,
            "grantee": self.exchange.grantee.uscc,
            "grant": self.exchange.grant,
            "use": self.recorded.use.request_digest,
            "object": self.recorded.object,
            "seq": self.recorded.seq,
            "recordedAt": rfc3339(self.recorded.recorded_at),
            "crosses": sorted(self.exchange.crosses),
            "policy": self.policy.as_json(),
            "rule": self.number,
            "way": told_way(self.way),
        }


@dataclass
class _Counts:
    uses: int = 0
    ruled: int = 0
    judged: int = 0
    unproved: int = 0


@dataclass(frozen=True)
class SuperviseRoutes:
    """Holds uses of a period against route policies.

    Attributes:
        state: The ledger as it was known at the moment.
        asked: Of whose data, and for which period.
        as_of: Time of the newest block.
        policies: The texts that this home keeps.
        ways: The slips that it saw.
        leaves_of: The uses in a batch, where this home knows them.
        list_of: The published list of fields behind a digest, where it is here.
    """

    state: Entities
    asked: Supervision
    as_of: int
    policies: KeptForms[RoutePolicy]
    ways: KnownWays
    leaves_of: Callable[[str], Sequence[Use]]
    list_of: Callable[[str], FieldList | None]
    _counts: _Counts = field(default_factory=_Counts)

    def as_json(self) -> JsonObject:
        """The keys of `supervise routes`."""
        asked, found, counts = self.asked, self.findings, self._counts
        return {
            "at": rfc3339(asked.at),
            "asOf": rfc3339(self.as_of),
            "since": rfc3339(asked.since) if asked.since else None,
            "scope": asked.org or EVERYBODY,
            "counts": {
                "uses": counts.uses,
                "ruled": counts.ruled,
                "judged": counts.judged,
                "unproved": counts.unproved,
            },
            "findings": [each.as_json() for each in found],
            "notHere": [each.as_json() for each in self.absent],
        }

    @property
    def findings(self) -> list[BrokenRoute]:
        """What broke a policy, in the order of the records."""
        return self._found[0]

    @property
    def absent(self) -> list[AbsentText]:
        """Policies that are not here, and of whom uses were not judged for want of them."""
        return self._found[1]

    @cached_property
    def _found(self) -> tuple[list[BrokenRoute], list[AbsentText]]:
        absent = AbsentTexts()
        recorded = sorted(self._uses(), key=lambda each: each.seq)
        return [broken for each in recorded for broken in self._of(each, absent)], absent.found()

    def _uses(self) -> Iterator[RecordedUse]:
        for name, record in self.state.entities("uses"):
            if isinstance(record, Uses) and self._is_in_period(record.recorded_at):
                for use in record.uses:
                    yield RecordedUse(use, name, record.seq, record.recorded_at)
        for name, batch in self.state.entities("useBatch"):
            if isinstance(batch, UseBatch) and self._is_in_period(batch.recorded_at):
                for use in self.leaves_of(name):
                    yield RecordedUse(use, name, batch.seq, batch.recorded_at)

    def _of(self, recorded: RecordedUse, absent: AbsentTexts) -> list[BrokenRoute]:
        grant = typed(self.state, "grant", recorded.use.grant, Grant)
        exchange = exchange_of(self.state, grant) if grant else None
        if grant is None or exchange is None or self.asked.org not in ("", exchange.owner.uscc):
            return []
        self._counts.uses += 1
        return absent.judged(exchange.owner.uscc, partial(self._judged, recorded, grant, exchange))

    def _judged(self, recorded: RecordedUse, grant: Grant, exchange: Exchange) -> Iterator[BrokenRoute]:
        """What broke the policy that counted; raises `ROUTES_NOT_HERE` (OutageError)."""
        slips = self.ways.of(recorded.use.request_digest)
        asked = slips.get("request", ())
        at = asked[-1].passed_at if asked else recorded.recorded_at
        policy = Routes(self.state, self.policies, at, at, self.asked.at).in_effect(exchange.owner.region)
        found = policy.required().rule_for(exchange.crosses) if policy else None
        if policy is None or found is None:
            return
        number, rule = found
        self._counts.ruled += 1
        if not asked:
            self._counts.unproved += _wants_platforms(rule)
            return
        self._counts.judged += 1
        for what, way in self._broken(rule, grant, recorded.use, slips):
            yield BrokenRoute(what, recorded, exchange, policy, number, way)

    def _broken(
        self, rule: RouteRule, grant: Grant, use: Use, slips: dict[str, tuple[HopSlip, ...]]
    ) -> Iterator[tuple[str, Way]]:
        there = _way(slips["request"])
        if not rule.allows(there):
            yield "request", there
        back = _way(slips.get("copy", ())[::-1])
        if back.platforms and not rule.allows(back):
            yield "copy", back
        if not rule.allows_grade(self._grade(grant, use.fields)):
            yield "grade", there

    def _grade(self, grant: Grant, fields: int) -> int:
        """The highest grade of some fields by the published list; 0 where that is not here."""
        resource = typed(self.state, "resource", grant.resource, Resource)
        listed = self.list_of(resource.versions[grant.version - 1].fields_digest) if resource else None
        places = fields_of(fields) if listed else []
        return max((listed.grades[each] for each in places if listed), default=0)

    def _is_in_period(self, moment: int) -> bool:
        return self.asked.since <= moment <= self.asked.at


def _way(slips: Sequence[HopSlip]) -> Way:
    return Way(RouteChannel.PLATFORM, tuple(each.platform for each in slips))


def _wants_platforms(rule: RouteRule) -> bool:
    """Whether slips would have to be somewhere."""
    return rule.hops is not None or RouteChannel.DIRECT not in rule.channels
