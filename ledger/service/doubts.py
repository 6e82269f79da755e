"""Which corrections stand beside a verdict: read from the ledger itself, at the level of trust asked for."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from ledger.domain.doubts import Doubt, doubt_of, resource_of
from ledger.domain.facts import Fact
from ledger.service.sources import Histories


def doubts_about(histories: Histories, licenses: Collection[str], known_at: int) -> dict[str, list[Doubt]]:
    """The corrections about each license, as known at a moment, in the order in which they were opened.

    Args:
        histories: The ledger.
        licenses: Ids, 0x-hex.
        known_at: The moment of knowledge.

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

    return {"0x" + each.hex(): known(objects) for each, objects in listed.items()}


def _by_object(histories: Histories, objects: Collection[bytes]) -> Mapping[bytes, list[Fact]]:
    histories.facts_of(objects)
    return {each: histories.facts_of([each]) for each in objects}
