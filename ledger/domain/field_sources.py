"""The tree of sources of a field, or of what comes of it; each field is followed once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ledger.domain.origins_file import Place

MOST_IN_CYCLES = 10_000
"""Fields that cycles are told with, all together: there may be a cycle for each link, each of all fields."""


@dataclass(frozen=True)
class Step:
    """A field in a tree, in the order in which a tree is read.

    Attributes:
        depth: Steps from where the tree begins.
        place: The field.
        parent: The one that leads to it; None where the tree begins.
        is_cycle: It leads back to itself: it stands above on this branch, and is not followed.
        is_again: It was followed before, on another branch.
    """

    depth: int
    place: Place
    parent: Place | None
    is_cycle: bool = False
    is_again: bool = False


@dataclass(frozen=True)
class Tree:
    """What was found.

    Attributes:
        steps: All fields, each behind the one that leads to it.
        cycles: Fields that lead to one another in a circle; the first of each is named again at its end.
            No more begin beyond `MOST_IN_CYCLES`; `steps` marks the rest all the same.
    """

    steps: list[Step]
    cycles: list[list[Place]]


def follow(starts: Sequence[Place], next_of: Callable[[Place], Sequence[Place]]) -> Tree:
    """The tree from some fields on; any depth, and never longer than there are links.

    Example:
        >>> a, b = Place("A/1", "x"), Place("B/1", "y")
        >>> tree = follow([a], {a: [b], b: [a]}.__getitem__)
        >>> [(each.depth, each.place.field, each.is_cycle) for each in tree.steps]
        [(0, 'x', False), (1, 'y', False), (2, 'x', True)]
    """
    tree, path, above, followed = Tree([], []), list[Place](), set[Place](), set[Place]()
    told = 0
    waiting: list[tuple[int, Place, Place | None]] = [(0, each, None) for each in reversed(starts)]
    while waiting:
        depth, place, parent = waiting.pop()
        above.difference_update(path[depth:])
        del path[depth:]
        is_cycle, is_again = place in above, place in followed
        tree.steps.append(Step(depth, place, parent, is_cycle, is_again and not is_cycle))
        if is_cycle and told < MOST_IN_CYCLES:
            tree.cycles.append([*path[path.index(place) :], place])
            told += len(tree.cycles[-1])
        if is_cycle or is_again:
            continue
        followed.add(place)
        above.add(place)
        path.append(place)
        waiting += [(depth + 1, each, place) for each in reversed(next_of(place))]
    return tree
