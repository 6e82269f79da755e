"""Who stands for whom: keys and the keys that registered them, bodies and what followed them.

A key falls with the one that registered it, where that one was cut off before the registration; so
does whatever that key registered in turn (design: Compromise). A region or an organisation that was
merged is followed by another from a date on. The Directory and its Keys compute the same on chain.
"""

from __future__ import annotations

from ledger.domain.entities import IsVoid, Key, Organisation, Region
from ledger.domain.objects import organisation_id
from ledger.domain.state import StateView, typed

EVER = 2**64 - 1
"""A moment after all others."""

MAX_HANDS = 8
"""Through how many successors a body acts for another, and how many hand-overs a key may be away."""

MAX_LINE = 64
"""Most regions that `line_of` lists."""


def descent_of(state: StateView, key_id: str) -> list[str]:
    """A key and those that it descends from, 0x-hex; whoever cuts off one of them ends it."""
    line, key = [key_id], typed(state, "key", key_id, Key)
    while key is not None and key.by_key and len(line) <= MAX_HANDS + 1:
        line.append(key.by_key)
        key = typed(state, "key", key.by_key, Key)
    return line


def cut_off_of(state: StateView, key_id: str, as_of: int) -> int | None:
    """From when on what a key signed is void, as known at `as_of`; None when it is not.

    Its own cut-off, or its registration, where a key that it descends from was cut off before that.

    Args:
        state: The key and those that it descends from; what is missing is taken as sound.
        key_id: 0x-hex.
        as_of: Moment of knowledge.
    """
    key = typed(state, "key", key_id, Key)
    if key is None:
        return None
    own = key.cut_off(as_of)
    if own is not None and own <= key.since:
        return own
    child, registrar = key, typed(state, "key", key.by_key, Key)
    for _ in range(MAX_HANDS + 1):
        if registrar is None:
            return own
        cut_off = registrar.cut_off(as_of)
        if cut_off is not None and cut_off <= child.since:
            return key.since
        child, registrar = registrar, typed(state, "key", registrar.by_key, Key)
    return own


def void_as_of(state: StateView, as_of: int) -> IsVoid:
    """Tells whether what a key gave at a moment is void, as known at `as_of`."""

    def is_void(key_id: str, recorded_at: int) -> bool:
        cut_off = cut_off_of(state, key_id, as_of)
        return cut_off is not None and cut_off <= recorded_at

    return is_void


def registrars(state: StateView, key_id: str) -> list[str]:
    """The keys that a key descends from, as far as `state` knows, the nearest first."""
    line: list[str] = []
    key = typed(state, "key", key_id, Key)
    while key is not None and key.by_key and key.by_key not in line:
        line.append(key.by_key)
        key = typed(state, "key", key.by_key, Key)
    return line


def superiors_of(state: StateView, region: int, at: int, as_of: int) -> list[int]:
    """A region, its successors and superiors, and theirs, each once; empty when unknown.

    Args:
        state: Regions.
        region: GB/T 2260 code as a number.
        at: Moment at which a succession must be in effect.
        as_of: Moment of knowledge.
    """
    found: list[int] = []
    _climb(state, region, at, as_of, found)
    return found


def _climb(state: StateView, region: int, at: int, as_of: int, found: list[int]) -> None:
    here, seen = typed(state, "region", str(region), Region), set[int]()
    while here is not None and here.code not in seen:
        seen.add(here.code)
        if here.code not in found and len(found) < MAX_LINE:
            found.append(here.code)
            if is_succeeded(here, at, as_of):
                _climb(state, here.successor, at, as_of, found)
        here = typed(state, "region", str(here.parent), Region)


def regions_above(state: StateView, region: int) -> set[int]:
    """All regions that decide which are superior to one, at any moment, as far as `state` knows; itself too.

    Ask again with their histories until nothing new is named.
    """
    named = {region}
    for code in superiors_of(state, region, EVER, EVER):
        here = typed(state, "region", str(code), Region)
        named |= {near for near in (here.parent, here.successor) if near} if here else set()
    return named


def is_succeeded(region: Region, at: int, as_of: int) -> bool:
    """Whether another region stands for this one at `at`, as known at `as_of`."""
    return bool(region.successor) and region.succeeded_at <= at and region.succession_recorded_at <= as_of


def line_of(state: StateView, region: int, at: int, as_of: int) -> list[int]:
    """`superiors_of` and all regions that these followed: whose agreements count for a region.

    Args:
        state: Regions.
        region: GB/T 2260 code as a number.
        at: Moment at which a succession must be in effect.
        as_of: Moment of knowledge.
    """
    line = superiors_of(state, region, at, as_of)
    for code in line:
        here = typed(state, "region", str(code), Region)
        for earlier in here.predecessors if here else ():
            counts = earlier.since <= at and earlier.recorded_at <= as_of
            if counts and earlier.region not in line and len(line) < MAX_LINE:
                line.append(earlier.region)
    return line


def followers_of(state: StateView, organisation: str, at: int = EVER) -> list[str]:
    """An organisation and what followed it by `at`, one after another, as far as `state` knows.

    Args:
        state: Organisations.
        organisation: Unified social credit code.
        at: Record time.
    """
    line = [organisation]
    here = typed(state, "organisation", organisation, Organisation)
    while here is not None and here.successor and here.succeeded_at <= at and len(line) <= MAX_HANDS:
        line.append(here.successor)
        here = typed(state, "organisation", here.successor, Organisation)
    return line


def acts_for(state: StateView, body: str, organisation: str, at: int) -> bool:
    """Whether `body` is an organisation or followed it by `at`, as the contracts judge it then.

    Args:
        state: Organisations.
        body: Object id, 0x-hex.
        organisation: Unified social credit code.
        at: Record time.
    """
    line = followers_of(state, organisation, at)
    return any(body == organisation_id(each) for each in line)
