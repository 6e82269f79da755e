"""Rules of editions: what is published as open data, and withdrawn."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from ledger.domain.acts import Sharing
from ledger.domain.facts import Fact
from ledger.domain.messages import Kind
from ledger.domain.representation import LATEST
from ledger.domain.rules.resources import known_resource
from ledger.domain.sharing_entities import Edition
from ledger.domain.state import (
    Change,
    Refused,
    Rule,
    StateView,
    id_of,
    int_of,
    next_rev,
    require_new,
    str_of,
    text_of,
    typed,
)


def _published(state: StateView, fact: Fact) -> list[Change]:
    resource, object_id = known_resource(state, fact.values), require_new(state, "edition", fact)
    if resource.current.sharing is not Sharing.OPEN:
        raise Refused("BAD_RECORD", f"{resource.key} is not open")
    edition = _edition(fact, resource.key)
    _require_complete(fact, edition)
    if edition.number != len(resource.editions) + 1:
        raise Refused("BAD_RECORD", f"edition {edition.number} after {len(resource.editions)}")
    after = replace(resource, editions=(*resource.editions, object_id))
    return [Change("edition", object_id, edition), Change("resource", resource.key, after)]


def _edition(fact: Fact, resource: str) -> Edition:
    values = fact.values
    return Edition(
        seq=fact.seq,
        recorded_at=fact.time,
        key_id=fact.key_ids[0],
        rev=1,
        resource=resource,
        number=int_of(values, "number"),
        digest=str_of(values, "digest"),
        size=int_of(values, "size"),
        media_type=text_of(values, "mediaType"),
        license=text_of(values, "license"),
        since=max(int_of(values, "since"), fact.time),
        root=str_of(values, "root"),
        rows=int_of(values, "rows"),
    )


def _require_complete(fact: Fact, edition: Edition) -> None:
    is_said = bool(edition.size and edition.media_type and edition.license)
    is_tree = bool(int(edition.root, 16)) == bool(edition.rows)
    if not is_said or not is_tree or int_of(fact.values, "since") > LATEST:
        raise Refused("BAD_RECORD", f"an incomplete edition {edition.number} of {edition.resource}")


def _withdrawn(state: StateView, fact: Fact) -> list[Change]:
    known_resource(state, fact.values)
    before, reason = typed(state, "edition", id_of(fact), Edition), int_of(fact.values, "reason")
    if before is None or before.withdrawn_at or not reason:
        raise Refused("BAD_RECORD", f"withdrawn edition {id_of(fact)}, reason {reason}")
    after = replace(before, rev=next_rev(before.rev, fact), withdrawn_at=fact.time, reason=reason)
    return [Change("edition", id_of(fact), after)]


APPLY: Mapping[Kind, Rule] = {
    Kind.EDITION_PUBLISHED: _published,
    Kind.EDITION_WITHDRAWN: _withdrawn,
}
