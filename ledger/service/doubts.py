"""Which corrections stand beside a verdict: read from the ledger itself, at the level of trust asked for."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from ledger.domain.apply import State
from ledger.domain.doubts import Doubt, doubt_of, resource_of
from ledger.domain.facts import Fact
from ledger.domain.sharing_entities import resource_owner
from ledger.service.counting import CountDeadlines, FindTexts, counting_objects
from ledger.service.partial_state import state_of_facts
from ledger.service.sources import Histories

_MAX_ROUNDS = 12
"""Rounds of asking for histories; each brings at least one superior region or key, or is the last."""


def doubts_about(
    histories: Histories, licenses: Collection[str], known_at: int, texts: FindTexts | None = None
) -> dict[str, list[Doubt]]:
    """The corrections about each license, as known at a moment, in the order in which they were opened.

    Args:
        histories: The ledger.
        licenses: Ids, 0x-hex.
        known_at: The moment of knowledge.
        texts: Finds the texts by which what is due is counted; with None that is the regulation's number of
            days, Monday to Friday.

    Raises:
        OutageError, TrustError: The ledger could not be asked, or what it tells is not proved.
    """
    listed = histories.doubts_of([bytes.fromhex(each[2:]) for each in licenses])
    corrections = _by_object(histories, {each for objects in listed.values() for each in objects})
    resources = _by_object(
        histories, {name for facts in corrections.values() if (name := resource_of(facts))}
    )

    def known(objects: Sequence[bytes]) -> list[Doubt]:
        told = (corrections[each] for each in objects)
        found = [doubt_of(facts, resources.get(resource_of(facts) or b"", ()), known_at) for facts in told]
        return [each for each in found if each is not None]

    doubts = {"0x" + each.hex(): known(objects) for each, objects in listed.items()}
    awaited = [each for several in doubts.values() for each in several if each.is_awaited]
    if texts is None or not awaited:
        return doubts
    count = _count_deadlines(histories, awaited, known_at, texts)
    return {name: [_counted(each, count) for each in several] for name, several in doubts.items()}


def _counted(doubt: Doubt, count: CountDeadlines) -> Doubt:
    """A doubt whose deadline is counted by calendar and rulebook of its provider's region."""
    if not doubt.is_awaited:
        return doubt
    owner = resource_owner(doubt.correction.resource)
    counted = replace(doubt, counting=count.of(owner))
    return replace(counted, told=count.told(owner, counted.deadline))


def _count_deadlines(
    histories: Histories, doubts: Sequence[Doubt], known_at: int, texts: FindTexts
) -> CountDeadlines:
    """What counts by the histories of providers, their regions, and the calendars and rulebooks of these.

    They are proved as the doubts are. Without a text the days are Monday to Friday, or the regulation's.
    """
    asked = {(resource_owner(each.correction.resource), each.deadline.since) for each in doubts}
    state, loaded = State(histories.ledger_id), set[bytes]()
    for _ in range(_MAX_ROUNDS):
        wanted = {name for body, since in asked for name in counting_objects(state, body, since)} - loaded
        if not wanted:
            break
        loaded |= wanted
        known = [each for each in histories.facts_of(loaded) if each.time <= known_at]
        state = state_of_facts(histories.ledger_id, known)
    return CountDeadlines.by(state, known_at, texts)


def _by_object(histories: Histories, objects: Collection[bytes]) -> Mapping[bytes, list[Fact]]:
    histories.facts_of(objects)
    return {each: histories.facts_of([each]) for each in objects}
