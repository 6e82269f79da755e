"""Route policies: published by regions, kept by whoever follows them, held against exchanges.

As calendars are, a policy is a version of a region's code table, signed by its governing key or that of a
superior region; a body's own table of that name is none. For an exchange counts the policy of the owner's
region, else of the nearest region above it that has one in effect. The ledger has its digest only: a provider
that lacks the text hands nothing out until it has it, since it cannot know what is forbidden.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ledger.domain.canonical import JsonObject
from ledger.domain.effect import crossed
from ledger.domain.entities import IsVoid, Organisation
from ledger.domain.lineage import EVER, superiors_of, void_as_of
from ledger.domain.moments import rfc3339
from ledger.domain.routes import TABLE, RouteChannel, RoutePolicy, RouteRule, Way, read_routes
from ledger.domain.sharing_entities import CodeTable, CodeTableVersion, Grant, resource_owner
from ledger.domain.state import StateView, typed
from ledger.errors import NotEntitledError, OutageError, RuleError, TrustError, UnknownIdError
from ledger.ports import Entities
from ledger.service import share_owed
from ledger.service.code_tables import counts_already, region_table, region_tables
from ledger.service.kept_forms import KeptForms
from ledger.service.share import ShareOrder
from ledger.service.signing import KeyFile

MAX_ROUTES_FILE = 1 << 18
"""Bytes of a policy's file that are read."""


@dataclass(frozen=True)
class InEffect:
    """A policy that counts.

    Attributes:
        region: Whose it is.
        version: Which of its versions.
        digest: Of that.
        policy: Its text; None where this home does not have it.
    """

    region: int
    version: int
    digest: str
    policy: RoutePolicy | None

    def as_json(self) -> JsonObject:
        """Which policy that is, in the words of answers."""
        named = {"region": f"{self.region:06d}", "version": self.version, "digest": self.digest}
        return {**named, "here": self.policy is not None}

    def required(self) -> RoutePolicy:
        """Its text; raises `ROUTES_NOT_HERE`."""
        if self.policy is None:
            raise OutageError("ROUTES_NOT_HERE", region=f"{self.region:06d}", digest=self.digest)
        return self.policy


@dataclass(frozen=True)
class Exchange:
    """Between whom a grant lets data go, and what that crosses.

    Attributes:
        grant: Object of the grant, 0x-hex.
        owner: Whose data they are.
        grantee: Who asks.
        crosses: What of the five the records tell that it crosses.
    """

    grant: str
    owner: Organisation
    grantee: Organisation
    crosses: frozenset[str]


def exchange_of(state: StateView, grant: Grant) -> Exchange | None:
    """The exchange that a grant is about; None where a body of it is not known."""
    ends = (resource_owner(grant.resource), grant.grantee)
    owner, grantee = (typed(state, "organisation", each, Organisation) for each in ends)
    if owner is None or grantee is None:
        return None
    return Exchange(grant.grant_id, owner, grantee, crossed(owner, grantee, grant.item))


@dataclass(frozen=True)
class Routes:
    """Which policy counts, by one state of the ledger at a moment.

    Attributes:
        state: The ledger.
        kept: The texts that this home keeps.
        at: The moment, in Unix seconds, at which a version has to have begun.
        recorded_until: What was recorded later does not count; anything that stands there, of the present,
            where a clock may lag behind the chain.
        known_at: Until when a key's compromise is known.
    """

    state: StateView
    kept: KeptForms[RoutePolicy]
    at: int
    recorded_until: int = EVER
    known_at: int = EVER

    def in_effect(self, region: int) -> InEffect | None:
        """The policy of a region, else of the nearest one above it; None where there is none."""
        is_void, until = void_as_of(self.state, self.known_at), self.recorded_until
        for code in superiors_of(self.state, region, self.at, until):
            table = region_table(self.state, code, TABLE)
            found = _counting(table, self.at, until, is_void) if table else None
            if found is not None:
                number, version = found
                return InEffect(code, number, version.digest, self.kept.find(version.digest))
        return None

    def rule_of(self, grant: Grant) -> tuple[int, RouteRule] | None:
        """The rule for a grant's exchanges; None where there is none.

        Raises:
            OutageError: `ROUTES_NOT_HERE`.
        """
        exchange = exchange_of(self.state, grant)
        found = self.in_effect(exchange.owner.region) if exchange else None
        if exchange is None or found is None:
            return None
        return found.required().rule_for(exchange.crosses)

    def require(self, grant: Grant, way: Way) -> RouteRule | None:
        """Let pass a use that comes on a way that is allowed; gives the rule, None where there is none.

        Raises:
            NotEntitledError: `ROUTE_NOT_ALLOWED`.
            OutageError: `ROUTES_NOT_HERE`.
        """
        found = self.rule_of(grant)
        if found is None:
            return None
        number, rule = found
        if not rule.allows(way):
            raise NotEntitledError("ROUTE_NOT_ALLOWED", grant=grant.grant_id, rule=number, way=told_way(way))
        return rule

    def require_channel(self, grant: Grant, is_direct: bool) -> None:
        """Let pass a channel unless it is known here to be forbidden; raises `ROUTE_NOT_ALLOWED`."""
        exchange = exchange_of(self.state, grant)
        found = self.in_effect(exchange.owner.region) if exchange else None
        chosen = found.policy.rule_for(exchange.crosses) if exchange and found and found.policy else None
        channel = RouteChannel.DIRECT if is_direct else RouteChannel.PLATFORM
        if chosen is not None and channel not in chosen[1].channels:
            told = {"grant": grant.grant_id, "rule": chosen[0], "way": channel.value}
            raise NotEntitledError("ROUTE_NOT_ALLOWED", **told)

    def of(self, grant: Grant) -> JsonObject:
        """The keys of `route of`; raises `UNKNOWN_BODY`."""
        exchange = exchange_of(self.state, grant)
        if exchange is None:
            raise UnknownIdError("UNKNOWN_BODY", body=grant.grantee)
        found = self.in_effect(exchange.owner.region)
        chosen = found.policy.rule_for(exchange.crosses) if found and found.policy else None
        rule = chosen[1].as_json() if chosen else None
        return {
            "grant": grant.grant_id,
            "owner": exchange.owner.uscc,
            "grantee": grant.grantee,
            "crosses": sorted(exchange.crosses),
            "system": None,
            "policy": found.as_json() if found else None,
            "rule": chosen[0] if chosen else None,
            "channels": rule["channels"] if rule else None,
            "hops": rule["hops"] if rule else None,
            "maxGrade": rule["maxGrade"] if rule else None,
        }


def require_grade(rule: RouteRule | None, grant: Grant, grade: int) -> None:
    """Let pass fields of a grade that a rule allows; raises `ROUTE_GRADE`."""
    if rule is not None and not rule.allows_grade(grade):
        raise NotEntitledError("ROUTE_GRADE", grant=grant.grant_id, grade=grade, most=rule.max_grade)


def told_way(way: Way) -> str:
    """A way in a few words.

    Example:
        >>> from ledger.domain.routes import DIRECT_WAY
        >>> told_way(DIRECT_WAY)
        'direct'
    """
    return " ".join([way.channel.value, " → ".join(way.platforms)]).strip()


def _counting(
    table: CodeTable, at: int, recorded_until: int, is_void: IsVoid
) -> tuple[int, CodeTableVersion] | None:
    """Number and content of the version that counts: of those that have begun, the one that began last."""
    begun = [
        (each.since, number, each)
        for number, each in enumerate(table.versions, 1)
        if each.since <= at
        and each.recorded_at <= recorded_until
        and not is_void(each.key_id, each.recorded_at)
    ]
    return max(begun, key=lambda each: each[:2])[1:] if begun else None


@dataclass(frozen=True)
class ShowRoutes:
    """Tells which policies regions published.

    Attributes:
        state: The ledger.
        kept: The texts that this home keeps.
        now: The moment asked about.
    """

    state: Entities
    kept: KeptForms[RoutePolicy]
    now: int

    def rows(self, region: int | None = None) -> list[JsonObject]:
        """The members of `routes` of `route list`: all versions, by region and number."""
        return [
            row
            for code, table in region_tables(self.state, lambda name: name == TABLE)
            if region in (None, code)
            for row in self._versions(code, table)
        ]

    def show(self, region: int) -> JsonObject:
        """The keys of `route show`: what counts in a region, and its own versions.

        Raises:
            UnknownIdError: `UNKNOWN_ROUTES`: neither it nor a region above it has a policy.
        """
        table = region_table(self.state, region, TABLE)
        found = Routes(self.state, self.kept, self.now).in_effect(region)
        if table is None and found is None:
            raise UnknownIdError("UNKNOWN_ROUTES", region=f"{region:06d}")
        return {
            "region": f"{region:06d}",
            "policy": found.as_json() if found else None,
            "rules": found.policy.as_json()["rules"] if found and found.policy else None,
            "versions": list(self._versions(region, table)) if table else [],
        }

    def told(self, digest: str) -> JsonObject:
        """The file of a policy; raises `ROUTES_TEXT_NOT_HERE`."""
        return self.kept.told(digest)

    def take(self, form: Mapping[str, object]) -> list[JsonObject]:
        """Keep a policy that somebody hands in, where a region published it; tells as what.

        Raises:
            MalformedError: As `read_routes`.
            TrustError: `NOT_ROUTES`: no region published this, or it was altered.
        """
        policy = read_routes(form)
        places = [
            {"region": each["region"], "version": each["version"]}
            for each in self.rows()
            if each["digest"] == policy.digest
        ]
        if not places:
            raise TrustError("NOT_ROUTES", digest=policy.digest)
        self.kept.keep(policy)
        return places

    def _versions(self, region: int, table: CodeTable) -> list[JsonObject]:
        is_void = void_as_of(self.state, EVER)
        counting = _counting(table, self.now, EVER, is_void)
        return [
            {
                "region": f"{region:06d}",
                "version": number,
                "digest": each.digest,
                "since": rfc3339(each.since),
                "publishedAt": rfc3339(each.recorded_at),
                "counts": counting is not None and counting[0] == number,
                "void": is_void(each.key_id, each.recorded_at),
                "here": self.kept.find(each.digest) is not None,
            }
            for number, each in enumerate(table.versions, 1)
        ]


def publish(
    state: StateView, region: int, policy: RoutePolicy, since: int, now: int, by: Sequence[KeyFile]
) -> ShareOrder:
    """Publish a region's policy, or its next version; by the region or a superior one.

    Raises:
        RuleError: `ROUTES_THERE`: it counts from then already.
    """
    if counts_already(state, region_table(state, region, TABLE), policy.digest, max(since, now)):
        raise RuleError("ROUTES_THERE", region=f"{region:06d}")
    return share_owed.set_code_table(region, "", TABLE, policy.as_json(), since, by)


def keep_routes(kept: KeptForms[RoutePolicy], name: str, form: Mapping[str, object]) -> None:
    """Keep the policy that a region publishes as any other code table; of another table nothing is asked.

    Raises:
        MalformedError: As `read_routes`.
    """
    if name == TABLE:
        kept.keep(read_routes(form))
