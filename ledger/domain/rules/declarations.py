"""Rules of declarations: what the provider of a resource says of it beside its terms."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from ledger.domain.facts import Fact
from ledger.domain.messages import Kind
from ledger.domain.representation import LATEST
from ledger.domain.rules.resources import known_resource
from ledger.domain.sharing import DeclarationKind
from ledger.domain.sharing_entities import Declaration, Resource, Told, resource_key
from ledger.domain.state import (
    Change,
    Refused,
    Rule,
    StateView,
    id_of,
    int_of,
    next_rev,
    str_of,
    text_of,
    typed,
)


def _declared(state: StateView, fact: Fact) -> list[Change]:
    key, kind = known_resource(state, fact.values).key, DeclarationKind(int_of(fact.values, "kind"))
    other, told = _other(state, fact, key, kind), _told(fact)
    _require_fit(kind, told, key)
    _require_dates(kind, told, fact.time)
    before = typed(state, "declaration", id_of(fact), Declaration) or Declaration(0, key, kind, other, ())
    after = replace(before, rev=next_rev(before.rev, fact), told=(*before.told, told))
    return [Change("declaration", id_of(fact), after)]


def _told(fact: Fact) -> Told:
    values = fact.values
    return Told(
        seq=fact.seq,
        recorded_at=fact.time,
        key_id=fact.key_ids[0],
        digest=str_of(values, "digest"),
        since=int_of(values, "since"),
        until=int_of(values, "until"),
        root=str_of(values, "root"),
        size=int_of(values, "size"),
    )


def _other(state: StateView, fact: Fact, key: str, kind: DeclarationKind) -> str:
    """The resource to which a mapping leads, which is known and another one; empty of the other kinds."""
    owner, code = text_of(fact.values, "toOwner"), text_of(fact.values, "toCode")
    other = resource_key(owner, code) if owner or code else ""
    if kind is not DeclarationKind.MAPPING and not other:
        return ""
    is_known = typed(state, "resource", other, Resource) is not None
    if kind is not DeclarationKind.MAPPING or not is_known or other == key:
        raise Refused("BAD_RECORD", f"{kind.name} of {key} to {other or 'nothing'}")
    return other


def _require_fit(kind: DeclarationKind, told: Told, key: str) -> None:
    """Each kind says what it needs, and nothing else."""
    is_snapshot, is_rooted = kind is DeclarationKind.SNAPSHOT, bool(int(told.root, 16))
    is_told = bool(int(told.digest, 16)) or kind is DeclarationKind.OUTAGE
    is_sized = bool(told.size) if is_snapshot else not told.size or kind is DeclarationKind.INTERFACE
    if not is_told or not is_sized or is_rooted != is_snapshot:
        raise Refused("BAD_RECORD", f"an unfit {kind.name} of {key}")


def _require_dates(kind: DeclarationKind, told: Told, at: int) -> None:
    is_range, is_near = told.since < told.until, max(told.since, told.until) <= LATEST
    fits = {
        DeclarationKind.OUTAGE: is_near and told.since != 0 and (is_range or told.until == 0),
        DeclarationKind.SNAPSHOT: is_range and told.until <= at,
    }
    if not fits.get(kind, is_near and told.until == 0):
        raise Refused("BAD_RECORD", f"{kind.name} from {told.since} until {told.until}")


APPLY: Mapping[Kind, Rule] = {Kind.RESOURCE_DECLARED: _declared}
