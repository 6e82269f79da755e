"""Everybody who was let stand in for the holder of a license, as the ledger has it."""

from __future__ import annotations

import contextlib
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from ledger.domain.entities import IsVoid, Mandate, Representation, TermKind
from ledger.domain.lineage import void_as_of
from ledger.domain.moments import rfc3339
from ledger.domain.objects import representation_object
from ledger.domain.rules.representations import representation_key
from ledger.domain.state import Refused, typed
from ledger.errors import UnknownIdError
from ledger.service.represent import names_of
from ledger.service.sources import Histories
from ledger.service.standing import license_state
from ledger.service.verify import state_of_key


@dataclass(frozen=True)
class StandIn:
    """One record by which somebody stands in for a holder, or did, or will.

    Attributes:
        name: Commitment to his keys for this license, 0x-hex; nothing else tells who it is.
        mandate: By what title, for what, from when and until where it was ended.
        in_force: Whether he stands in by it at the moment asked.
        void: Whether it does not count, because its key was compromised.
    """

    name: str
    mandate: Mandate
    in_force: bool
    void: bool

    def as_json(self) -> dict[str, object]:
        """A member of `representatives` of `license show`."""
        given = self.mandate
        return {
            "representative": self.name,
            "kind": given.title.name,
            "scope": names_of(given.scope),
            "since": rfc3339(given.since),
            "until": rfc3339(given.until) if given.until else None,
            "recordedAt": rfc3339(given.recorded_at),
            "seq": given.seq,
            "inForce": self.in_force,
            "void": self.void,
        }


def representatives_of(
    histories: Histories, license_id: str, names: Collection[str], at: int, as_of: int
) -> tuple[StandIn, ...]:
    """What is recorded of some representatives of a license, in the order of the records.

    Args:
        histories: The ledger.
        license_id: 0x-hex.
        names: Commitments to the keys of those who are looked at, 0x-hex.
        at: Moment at which somebody stands in, or does not.
        as_of: Moment of knowledge.

    Raises:
        OutageError, TrustError: The ledger could not be asked, or its answer is not proved.
    """
    is_void = void_in(histories, as_of)
    recorded = representations_in(histories, license_id, names)
    rows = [row for each in recorded for row in _rows_of(each, at, as_of, is_void)]
    return tuple(sorted(rows, key=lambda row: row.mandate.seq))


def _rows_of(each: Representation, at: int, as_of: int, is_void: IsVoid) -> Iterator[StandIn]:
    standing = {mandate.seq: mandate for mandate in each.standing(as_of, is_void)}
    now = each.at(at, as_of, is_void)
    for given in each.mandates:
        if given.kind is TermKind.GIVEN and given.recorded_at <= as_of:
            mandate, is_now = standing.get(given.seq, given), now is not None and now.seq == given.seq
            yield StandIn(each.representative, mandate, is_now, given.seq not in standing)


def representations_in(histories: Histories, license_id: str, names: Collection[str]) -> list[Representation]:
    """The representations of a license under some names, as of the head; raises as `representatives_of`."""
    license_ = bytes.fromhex(license_id[2:])
    facts = histories.facts_of([representation_object(license_, bytes.fromhex(name[2:])) for name in names])
    if not facts:
        return []
    try:
        state = license_state(histories, license_id)[1]
    except UnknownIdError:
        return []
    for fact in facts:
        with contextlib.suppress(Refused):
            state.apply(fact)
    keys = [representation_key(license_id, name) for name in names]
    recorded = [typed(state, "representation", key, Representation) for key in keys]
    return [each for each in recorded if each]


def void_in(histories: Histories, as_of: int) -> IsVoid:
    """What a compromised key gave after its compromise, as known at a moment; an end stands."""

    def is_void(key_id: str, recorded_at: int) -> bool:
        return void_as_of(state_of_key(histories, key_id), as_of)(key_id, recorded_at)

    return is_void
