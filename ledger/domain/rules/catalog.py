"""Rules of the Catalog: types, rights to issue, powers to intervene, agreements between regions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from ledger.domain import objects
from ledger.domain.acts import NAMEABLE, Scope, Sharing, acts_bitmap, acts_from_bitmap
from ledger.domain.entities import LicenseType, Power, Powers, Term, Terms, TypeVersion
from ledger.domain.facts import Fact, Values
from ledger.domain.messages import Kind
from ledger.domain.state import (
    Change,
    Refused,
    Rule,
    StateView,
    ended_span,
    int_of,
    next_rev,
    one_of,
    str_of,
    text_of,
    typed,
)


def _type_registered(state: StateView, fact: Fact) -> list[Change]:
    values = fact.values
    code = text_of(values, "licenseType")
    sharing = Sharing(int_of(values, "sharing"))
    if sharing is Sharing.OPEN:
        raise Refused("BAD_RECORD", f"an open license type {code}")
    before = typed(state, "type", code, LicenseType) or LicenseType(0, code, ())
    version = TypeVersion(
        since=fact.time,
        region=int_of(values, "region"),
        definer=text_of(values, "definer"),
        schema_digest=str_of(values, "schemaDigest"),
        grades_digest=str_of(values, "gradesDigest"),
        acts=acts_from_bitmap(int_of(values, "acts")),
        scope=Scope(int_of(values, "scope")),
        sharing=sharing,
        ground=int_of(values, "ground"),
        by_key=one_of(fact.key_ids),
    )
    after = LicenseType(next_rev(before.rev, fact), code, (*before.versions, version))
    return [Change("type", code, after)]


def _with_term(state: StateView, fact: Fact, table: str, key: tuple[str, ...], term: Term) -> list[Change]:
    name = "/".join(key)
    before = typed(state, table, name, Terms) or Terms(0, key, ())
    after = Terms(next_rev(before.rev, fact), key, (*before.terms, term))
    return [Change(table, name, after)]


def _end_term(state: StateView, fact: Fact, table: str, key: tuple[str, ...]) -> list[Change]:
    before = typed(state, table, "/".join(key), Terms)
    if before is None:
        raise Refused("BAD_RECORD", f"nothing to end: {table} {'/'.join(key)}")
    return _with_term(state, fact, table, key, ended_span(before.terms[-1], fact))


def _entitlement_key(values: Values) -> tuple[str, ...]:
    return (text_of(values, "licenseType"), text_of(values, "issuer"))


def _entitled(state: StateView, fact: Fact) -> list[Change]:
    values = fact.values
    term = Term(
        recorded_at=fact.time,
        since=int_of(values, "since"),
        until=int_of(values, "until"),
        region=int_of(values, "region"),
        detail=text_of(values, "operator"),
        by_keys=fact.key_ids,
        seq=fact.seq,
    )
    return _with_term(state, fact, "entitlement", _entitlement_key(values), term)


def _entitlement_ended(state: StateView, fact: Fact) -> list[Change]:
    return _end_term(state, fact, "entitlement", _entitlement_key(fact.values))


def power_key(license_type: str, body: str, region: int) -> str:
    """Key of a power in its table; the body by its object, 0x-hex."""
    return f"{license_type}/{body}/{region:06d}"


def _powers(state: StateView, fact: Fact) -> tuple[str, Powers]:
    code, uscc = text_of(fact.values, "licenseType"), text_of(fact.values, "body")
    region = int_of(fact.values, "region")
    key = power_key(code, objects.organisation_id(uscc), region)
    return key, typed(state, "power", key, Powers) or Powers(0, code, uscc, region, ())


def _with_power(key: str, before: Powers, fact: Fact, power: Power) -> list[Change]:
    after = replace(before, rev=next_rev(before.rev, fact), powers=(*before.powers, power))
    return [Change("power", key, after)]


def _empowered(state: StateView, fact: Fact) -> list[Change]:
    values, bits = fact.values, int_of(fact.values, "acts")
    acts = acts_from_bitmap(bits)
    if not acts or acts - NAMEABLE or acts_bitmap(acts) != bits:
        raise Refused("BAD_RECORD", f"nobody is named for acts {bits:#x}")
    power = Power(
        recorded_at=fact.time,
        since=int_of(values, "since"),
        until=int_of(values, "until"),
        by_keys=fact.key_ids,
        seq=fact.seq,
        acts=acts,
    )
    return _with_power(*_powers(state, fact), fact, power)


def _power_ended(state: StateView, fact: Fact) -> list[Change]:
    key, before = _powers(state, fact)
    if not before.powers:
        raise Refused("BAD_RECORD", f"nothing to end: power {key}")
    return _with_power(key, before, fact, ended_span(before.powers[-1], fact))


def recognition_key(from_region: int, to_region: int, license_type: str) -> str:
    """Key of an agreement in the `recognition` table."""
    return f"{from_region:06d}/{to_region:06d}/{license_type}"


def _recognition_key(values: Values) -> tuple[str, ...]:
    code = text_of(values, "licenseType")
    name = recognition_key(int_of(values, "fromRegion"), int_of(values, "toRegion"), code)
    return tuple(name.split("/"))


def _recognized(state: StateView, fact: Fact) -> list[Change]:
    values = fact.values
    term = Term(
        recorded_at=fact.time,
        since=int_of(values, "since"),
        until=int_of(values, "until"),
        detail=text_of(values, "asType"),
        by_keys=fact.key_ids,
        seq=fact.seq,
    )
    return _with_term(state, fact, "recognition", _recognition_key(values), term)


def _recognition_ended(state: StateView, fact: Fact) -> list[Change]:
    return _end_term(state, fact, "recognition", _recognition_key(fact.values))


APPLY: Mapping[Kind, Rule] = {
    Kind.TYPE_REGISTERED: _type_registered,
    Kind.ENTITLEMENT_GIVEN: _entitled,
    Kind.ENTITLEMENT_ENDED: _entitlement_ended,
    Kind.POWER_GIVEN: _empowered,
    Kind.POWER_ENDED: _power_ended,
    Kind.RECOGNITION_AGREED: _recognized,
    Kind.RECOGNITION_ENDED: _recognition_ended,
}
