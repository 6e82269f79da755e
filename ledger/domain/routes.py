"""Which way exchanges take (路由策略), by what they cross: over which channels, whose platforms, which data.

    {"format": "elicense-routes/1",
     "rules": [{"crosses": [NAME], "channels": ["direct"|"platform"], "hops": null | [USCC],
                "maxGrade": null | 1..4}]}

Of the rules the first counts whose `crosses` the exchange crosses all (`ledger.domain.effect`: `level`,
`region`, `department`, `matter`); one without any is for every exchange. One that no rule is for goes as it
likes. `hops` are the bodies through whose platforms it goes, from who asks to who provides; null for any, or
none that signed. What is handed out goes the same way back. `maxGrade` is the highest grade that may be asked
for. The ledger has the keccak-256 of the RFC 8785 form, as a version of the region's code table `ROUTES`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum

from eth_hash.auto import keccak

from ledger.domain.canonical import JsonObject, canonical
from ledger.domain.effect import CROSSED
from ledger.domain.field_list import HIGHEST_GRADE
from ledger.domain.hop_slip import MOST_HOPS
from ledger.domain.identifiers import Uscc
from ledger.domain.strict_form import StrictForm
from ledger.errors import LedgerError

FORMAT = "elicense-routes/1"
TABLE = "ROUTES"
MOST_RULES = 64
_FORM = StrictForm("ROUTES_MALFORMED")


class RouteChannel(StrEnum):
    """How a use reaches the provider."""

    DIRECT = "direct"
    PLATFORM = "platform"


@dataclass(frozen=True)
class Way:
    """The way that an exchange took.

    Attributes:
        channel: How it came.
        platforms: Bodies whose platforms signed for it, from who asked to who provides.
    """

    channel: RouteChannel
    platforms: tuple[str, ...] = ()


DIRECT_WAY = Way(RouteChannel.DIRECT)


@dataclass(frozen=True)
class RouteRule:
    """One rule; members as in the module's head."""

    crosses: tuple[str, ...]
    channels: tuple[RouteChannel, ...]
    hops: tuple[str, ...] | None
    max_grade: int | None

    def is_for(self, crossed: Collection[str]) -> bool:
        """Whether it is for an exchange that crosses some of the five."""
        return set(self.crosses) <= set(crossed)

    def allows(self, way: Way) -> bool:
        """Whether an exchange may go that way."""
        if way.channel not in self.channels:
            return False
        is_direct = way.channel is RouteChannel.DIRECT
        return is_direct or self.hops is None or way.platforms == self.hops

    def allows_grade(self, grade: int) -> bool:
        """Whether fields of a grade may be asked for."""
        return self.max_grade is None or grade <= self.max_grade

    def as_json(self) -> JsonObject:
        """As in the file."""
        return {
            "crosses": list(self.crosses),
            "channels": [each.value for each in self.channels],
            "hops": None if self.hops is None else list(self.hops),
            "maxGrade": self.max_grade,
        }


@dataclass(frozen=True)
class RoutePolicy:
    """All rules of a region, in their order."""

    rules: tuple[RouteRule, ...]

    @property
    def digest(self) -> str:
        """What the ledger has of it, 0x-hex."""
        return "0x" + keccak(canonical(self.as_json())).hex()

    def rule_for(self, crossed: Collection[str]) -> tuple[int, RouteRule] | None:
        """The rule that counts for an exchange, with its number from 1; None where none is for it."""
        found = ((number, each) for number, each in enumerate(self.rules, 1) if each.is_for(crossed))
        return next(found, None)

    def as_json(self) -> JsonObject:
        """The form of the module's head."""
        return {"format": FORMAT, "rules": [each.as_json() for each in self.rules]}


def read_routes(form: Mapping[str, object]) -> RoutePolicy:
    """A policy in the form of the module's head.

    Raises:
        MalformedError: `ROUTES_MALFORMED` with the member at fault.
    """
    _FORM.require(form.get("format") == FORMAT, "format")
    _FORM.require(form.keys() == {"format", "rules"}, "keys")
    rules = form["rules"]
    if not isinstance(rules, list) or len(rules) > MOST_RULES:
        raise _FORM.fault("rules")
    return RoutePolicy(tuple(_rule(each, f"rules/{number}") for number, each in enumerate(rules)))


def _rule(form: object, where: str) -> RouteRule:
    if not isinstance(form, dict) or form.keys() != {"crosses", "channels", "hops", "maxGrade"}:
        raise _FORM.fault(where)
    crosses = _names(form["crosses"], CROSSED, f"{where}/crosses")
    channels = _names(form["channels"], [each.value for each in RouteChannel], f"{where}/channels")
    _FORM.require(bool(channels), f"{where}/channels")
    hops, grade = form["hops"], form["maxGrade"]
    is_grade = type(grade) is int and 0 < grade <= HIGHEST_GRADE
    _FORM.require(grade is None or is_grade, f"{where}/maxGrade")
    named = None if hops is None else _bodies(hops, f"{where}/hops")
    _FORM.require(named is None or RouteChannel.PLATFORM.value in channels, f"{where}/hops")
    return RouteRule(crosses, tuple(map(RouteChannel, channels)), named, grade)


def _names(value: object, known: Collection[str], where: str) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(each, str) and each in known for each in value):
        raise _FORM.fault(where)
    _FORM.require(len(set(value)) == len(value), where)
    return tuple(value)


def _bodies(value: object, where: str) -> tuple[str, ...]:
    if not isinstance(value, list) or not 0 < len(value) <= MOST_HOPS:
        raise _FORM.fault(where)
    try:
        return tuple(Uscc.parse(str(each)).text for each in value)
    except LedgerError:
        raise _FORM.fault(where) from None
