"""Several licenses under one id: which of them it stands for, and what a cut-off changes about that.

An id's first record wins that is not void. The others are kept: where the key of the first turns out
to have been stolen by then, the id stands for the next one. Each has facts of its own; what restricts
one of them restricts all, since nobody can tell which of them it was meant for.
`contracts/Lifecycle.sol` computes the same on chain; a fuzz test compares the two.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ledger.domain.acts import RULES
from ledger.domain.entities import Contested, IsVoid, License, LicenseFact, Rivals
from ledger.domain.facts import Fact
from ledger.domain.lifecycle import has_room
from ledger.domain.lineage import EVER, void_as_of
from ledger.domain.state import Change, Overlay, Refused, StateView, typed

MAX_RIVALS = 8
"""Most licenses under one id; where more are opened, one gives way that no cut-off brings back."""

_CONTESTED = ("contested", "licenses")


def rivals_of(state: StateView, license_id: str) -> tuple[License, ...]:
    """Every license with records under an id, in the order in which they came; empty where there is none.

    Each has the revision of the id.
    """
    found = typed(state, "rivals", license_id, Rivals)
    stands = typed(state, "license", license_id, License)
    if found is None or stands is None:
        return (stands,) if stands else ()
    return tuple(replace(each, rev=stands.rev) for each in found.licenses)


def first_of(rivals: Sequence[License], is_void: IsVoid, as_of: int = EVER) -> License:
    """Which of several licenses an id stands for, as known at `as_of`.

    The first one recorded by then that is not void, or the first where all are. By the second, as in
    the contract, which keeps no numbers of records: within one, what has a record already stays.

    Args:
        rivals: One at least, in the order in which they came.
        is_void: What is void, as known at `as_of`.
        as_of: Moment of knowledge.
    """

    def rank(license_: License) -> tuple[bool, int]:
        issued = license_.facts[0]
        is_out = issued.recorded_at > as_of or is_void(issued.key_id, issued.recorded_at)
        return is_out, issued.recorded_at

    return min(rivals, key=rank)


def with_leaf(rivals: Sequence[License], leaf: License) -> tuple[License, ...]:
    """The licenses under an id and the leaf of a batch, which is one of them also before it is opened.

    What restricts stands for the leaf where it was done under the id since the batch, while something
    older stood there: had that been void already, it would have been done to the leaf. The leaf goes on
    from the revision that the id has.
    """
    if not rivals or any(each.batch == leaf.batch for each in rivals):
        return tuple(rivals) or (leaf,)
    kept = _kept(rivals, leaf)
    return (*rivals, replace(leaf, rev=rivals[0].rev + 1, facts=(*leaf.facts, *kept)))


def is_opened(state: StateView, license_id: str, batch: str) -> bool:
    """Whether the leaf of an id in a batch, by its object, has records of its own."""
    return any(each.batch == batch for each in rivals_of(state, license_id))


def is_void_issue(state: StateView, license_: License, as_of: int) -> bool:
    """Whether the key that issued a license was cut off by then, as known at `as_of`."""
    issued = license_.facts[0]
    return void_as_of(state, as_of)(issued.key_id, issued.recorded_at)


def standing(state: StateView, leaf: License, as_of: int = EVER) -> License:
    """The license that an id stands for, as known at `as_of`, among those with records and a leaf."""
    rivals = with_leaf(rivals_of(state, leaf.license_id), leaf)
    return first_of(rivals, void_as_of(state, as_of), as_of)


def added(state: StateView, fact: Fact, license_: License) -> list[Change]:
    """What changes where a license gets its first record under its id.

    Args:
        state: As things stand before.
        fact: The record.
        license_: As it stands after, of `with_leaf` where others are under the id.

    Raises:
        Refused: `DUPLICATE_ID`: the id stands for another one.
    """
    key, before = license_.license_id, rivals_of(state, license_.license_id)
    is_void = void_as_of(state, fact.time)
    if first_of((*before, license_), is_void, fact.time) is not license_:
        raise Refused("DUPLICATE_ID", f"license {key}")
    changes = [Change("license", key, license_)]
    if before:
        changes.append(Change("rivals", key, Rivals(_placed(before, license_, is_void))))
    if len(before) == 1:
        ids = typed(state, *_CONTESTED, Contested) or Contested(())
        changes.append(Change(*_CONTESTED, Contested((*ids.license_ids, key))))
    return changes


def gone_on(state: StateView, after: License) -> list[Change]:
    """What changes where one more fact, its last, was added to the license that an id stands for.

    What restricts is added to every license under the id: it stands, whichever of them the id turns out
    to mean.
    """
    key, last = after.license_id, after.facts[-1]
    found = typed(state, "rivals", key, Rivals)
    if found is None:
        return [Change("license", key, after)]
    licenses = (after if _is_same(each, after) else _restricted(each, last) for each in found.licenses)
    return [Change("license", key, after), Change("rivals", key, Rivals(tuple(licenses)))]


def settled(state: StateView, cut_off: Change, at: int) -> list[Change]:
    """The ids that stand for other licenses once a key is cut off.

    Args:
        state: As things stand before.
        cut_off: The key as it is after.
        at: When that is recorded.
    """
    ids = typed(state, *_CONTESTED, Contested)
    after = Overlay(state)
    after.put(cut_off)
    is_void = void_as_of(after, at)
    return [change for key in (ids.license_ids if ids else ()) for change in _settled(state, key, is_void)]


def _settled(state: StateView, key: str, is_void: IsVoid) -> list[Change]:
    before, first = state.get("license", key), first_of(rivals_of(state, key), is_void)
    return [] if first == before else [Change("license", key, first)]


def _placed(before: Sequence[License], license_: License, is_void: IsVoid) -> tuple[License, ...]:
    """With one more; of too many, the last goes that is void, or void whenever the new one is."""
    if len(before) < MAX_RIVALS:
        return (*before, license_)
    key_id = license_.facts[0].key_id
    for place in range(MAX_RIVALS - 1, 0, -1):
        issued = before[place].facts[0]
        if issued.key_id == key_id or is_void(issued.key_id, issued.recorded_at):
            return (*before[:place], license_, *before[place + 1 :])
    raise Refused("BAD_RECORD", f"more than {MAX_RIVALS} licenses under {license_.license_id}")


def _kept(rivals: Sequence[License], leaf: License) -> tuple[LicenseFact, ...]:
    """What restricts, of what was done under an id since a leaf's batch, and something older stood there."""
    since = leaf.facts[0].recorded_at
    older = next((each for each in rivals if each.facts[0].recorded_at <= since), None)
    if older is None:
        return ()
    later = (each for each in older.facts[1:] if each.recorded_at >= since)
    kept = (each for each in later if not RULES[each.act].permissive)
    return tuple(map(_of_another, kept))


def _of_another(fact: LicenseFact) -> LicenseFact:
    """A fact as it is of another license than it was recorded of: an annulment works from the beginning."""
    return replace(fact, effective=1) if RULES[fact.act].retroactive_by_default else fact


def _restricted(license_: License, fact: LicenseFact) -> License:
    if RULES[fact.act].permissive or not has_room(license_, fact.act):
        return license_
    return replace(license_, facts=(*license_.facts, _of_another(fact)))


def _is_same(one: License, other: License) -> bool:
    return one.facts[0].seq == other.facts[0].seq
