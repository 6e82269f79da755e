"""Rules of Representations: who stands in for the holder of a license."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from ledger.domain.entities import Mandate, Representation
from ledger.domain.facts import Fact
from ledger.domain.messages import Kind
from ledger.domain.representation import LATEST, RepresentationKind, is_term_of, scope_from_bitmap
from ledger.domain.rules.licenses import known_license
from ledger.domain.state import Change, Refused, Rule, StateView, ended_span, int_of, next_rev, str_of, typed


def representation_key(license_id: str, representative: str) -> str:
    """Key of a representation in its table; both parts 0x-hex."""
    return f"{license_id}/{representative}"


def _representation(state: StateView, fact: Fact) -> Representation:
    ids = (str_of(fact.values, "licenseId"), str_of(fact.values, "representative"))
    known = typed(state, "representation", representation_key(*ids), Representation)
    return known or Representation(0, *ids, ())


def _with_mandate(before: Representation, fact: Fact, mandate: Mandate) -> list[Change]:
    after = replace(before, rev=next_rev(before.rev, fact), mandates=(*before.mandates, mandate))
    return [Change("representation", representation_key(after.license_id, after.representative), after)]


def _represented(state: StateView, fact: Fact) -> list[Change]:
    values = fact.values
    known_license(state, fact)
    title, until = RepresentationKind(int_of(values, "kind")), int_of(values, "until")
    since = max(fact.time, int_of(values, "since"))
    if not is_term_of(title, since, until):
        raise Refused("BAD_RECORD", f"no {title.name} stands in from {since} until {until}")
    mandate = Mandate(
        recorded_at=fact.time,
        since=since,
        until=until,
        by_keys=fact.key_ids,
        seq=fact.seq,
        title=title,
        scope=scope_from_bitmap(int_of(values, "scope")),
        reference=str_of(values, "reference"),
    )
    return _with_mandate(_representation(state, fact), fact, mandate)


def _representation_ended(state: StateView, fact: Fact) -> list[Change]:
    before, until = _representation(state, fact), int_of(fact.values, "until")
    if not before.mandates:
        raise Refused("BAD_RECORD", f"nothing to end: representation of {before.license_id}")
    last = before.mandates[-1]
    if not fact.time <= until <= LATEST or (last.until and until >= last.until):
        raise Refused("BAD_RECORD", f"an end at {until} where {last.until} stood")
    return _with_mandate(before, fact, ended_span(last, fact))


APPLY: Mapping[Kind, Rule] = {
    Kind.REPRESENTATION_MADE: _represented,
    Kind.REPRESENTATION_ENDED: _representation_ended,
}
