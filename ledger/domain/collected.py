"""Who collects which datum by what providers declared, since when, and who collects it again (重复采集)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from ledger.domain.declared import begins
from ledger.domain.entities import IsVoid
from ledger.domain.origins_file import Datum, OriginsFile
from ledger.domain.sharing_entities import Declaration, Told

FileOf = Callable[[Told], OriginsFile | None]
"""From a version to its file, where that is at hand."""


@dataclass(frozen=True)
class Collection:
    """A body collects a datum.

    Attributes:
        since: From when on without a break, by the ledger: never before the record that says so.
        seq: That record.
        body: Who, by its credit code.
        resource: Into which resource.
        fields: Into which of its fields.
        ground: On which ground, of the first of these.
    """

    since: int
    seq: int
    body: str
    resource: str
    fields: tuple[str, ...]
    ground: str


def versions_until(declaration: Declaration, at: int, is_void: IsVoid) -> list[tuple[int, Told]]:
    """Which version took effect when, in order of time, until a moment; without what a stolen key signed."""
    good = [each for each in declaration.told if not is_void(each.key_id, each.recorded_at)]
    begun = sorted((begins(each), number) for number, each in enumerate(good) if begins(each) <= at)
    found: list[tuple[int, Told]] = []
    last = -1
    for moment, number in begun:
        if number > last:
            if found and found[-1][0] == moment:
                found.pop()
            found.append((moment, good[number]))
            last = number
    return found


def collected_by(
    body: str, resource: str, versions: Sequence[tuple[int, Told]], file_of: FileOf
) -> tuple[dict[Datum, Collection], list[Told]]:
    """What a body collects into a resource, and the versions that have to be known for that and are not.

    Args:
        body: Who, by its credit code.
        resource: Key of the resource.
        versions: As `versions_until` gives them.
        file_of: Finds their files. Where one is missing, what was collected before it is not known.
    """
    found: dict[Datum, Collection] = {}
    last = file_of(versions[-1][1]) if versions else None
    unbroken = dict(last.collected()) if last else {}
    for moment, told in reversed(versions):
        file = file_of(told)
        if file is None:
            return found, [told]
        own = file.collected()
        unbroken = {datum: fields for datum, fields in unbroken.items() if datum in own}
        if not unbroken:
            break
        for datum, fields in unbroken.items():
            names = tuple(each.name for each in fields)
            found[datum] = Collection(moment, told.seq, body, resource, names, fields[0].ground)
    return found, []


def collected_again(found: Iterable[Mapping[Datum, Collection]]) -> dict[Datum, list[Collection]]:
    """What more than one body collects: one collection of each body, who was first by the ledger first."""
    by_body: dict[Datum, dict[str, Collection]] = defaultdict(dict)
    for each in found:
        for datum, one in each.items():
            earlier = by_body[datum].get(one.body)
            if earlier is None or _order(one) < _order(earlier):
                by_body[datum][one.body] = one
    return {
        datum: sorted(by_body[datum].values(), key=_order)
        for datum in sorted(by_body)
        if len(by_body[datum]) > 1
    }


def _order(each: Collection) -> tuple[int, int]:
    return each.since, each.seq


@dataclass(frozen=True)
class FlowUp:
    """Data came to a body from bodies of regions below its own, and no list obliges it to let them flow back.

    Attributes:
        since: From when on the origins say so.
        seq: Their record.
        body: Who has the data.
        resource: In which resource.
        sources: The resources below from which they came.
    """

    since: int
    seq: int
    body: str
    resource: str
    sources: tuple[str, ...]
