"""The shape of every tree here: index-based, an odd node is carried up, never duplicated.

Level 0 is the leaves in their order; node i of a level is made of nodes 2i and 2i+1 of the level
below; where 2i+1 does not exist, node 2i goes up unchanged. The shape follows from the number of
leaves alone, so a proof needs no directions: index and size give them. The hash is an argument;
`fields_tree` brings SM3, `ledger.domain.license_tree` keccak-256.

A proof for any set of leaves lists the hashes that cannot be computed from them, level by level
upwards, left to right. It is minimal, and there is exactly one for each set.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

NodeHash = Callable[[bytes, bytes], bytes]
Level = Mapping[int, bytes] | Sequence[bytes]
"""The nodes of one level by their index, all of them or some."""


def levels(leaves: Sequence[bytes], node: NodeHash) -> list[list[bytes]]:
    """Every level from the leaves up; the last one holds the root alone.

    Args:
        leaves: At least one hash of 32 bytes.
        node: Combines a left and a right node.

    Raises:
        ValueError: There are no leaves.

    Example:
        >>> [len(level) for level in levels([b"a", b"b", b"c"], lambda left, right: left + right)]
        [3, 2, 1]
    """
    if not leaves:
        raise ValueError("a tree has at least one leaf")
    built = [list(leaves)]
    while len(built[-1]) > 1:
        below = built[-1]
        above = [node(left, right) for left, right in zip(below[::2], below[1::2], strict=False)]
        built.append(above + below[len(above) * 2 :])
    return built


def siblings(built: Sequence[Level], indices: Iterable[int], size: int) -> list[bytes]:
    """The minimal proof for the leaves at `indices`, out of `levels` or `known_levels`.

    Args:
        built: The levels, from the leaves up.
        indices: Which leaves.
        size: How many leaves the tree has.

    Example:
        >>> siblings(levels([b"a", b"b", b"c"], lambda left, right: left + right), [0], 3)
        [b'b', b'c']
    """
    known, width = set(indices), size
    needed: list[bytes] = []
    for level in built[:-1]:
        wanted = sorted({index ^ 1 for index in known} - known)
        needed += [level[index] for index in wanted if index < width]
        known, width = {index // 2 for index in known}, (width + 1) // 2
    return needed


def climb(known: Mapping[int, bytes], size: int, proof: Sequence[bytes], node: NodeHash) -> bytes | None:
    """The root that `known` leaves (by index) and their proof lead to, or None for a proof of wrong form.

    Nothing is left over and nothing is missing: a proof too long or too short is of wrong form.

    Example:
        >>> climb({0: b"a"}, 3, [b"b", b"c"], lambda left, right: left + right)
        b'abc'
    """
    built = known_levels(known, size, proof, node)
    return built[-1][0] if built else None


def known_levels(
    known: Mapping[int, bytes], size: int, proof: Sequence[bytes], node: NodeHash
) -> list[dict[int, bytes]]:
    """Every node that `known` leaves and their proof give, by index, level by level upwards.

    From these a proof for fewer of the leaves can be taken; empty for a proof of wrong form.

    Example:
        >>> known_levels({0: b"a"}, 3, [b"b", b"c"], lambda left, right: left + right)
        [{0: b'a', 1: b'b'}, {0: b'ab', 1: b'c'}, {0: b'abc'}]
    """
    if not known or not all(0 <= index < size for index in known):
        return []
    rest, width = iter(proof), size
    built = [dict(known)]
    while width > 1:
        above = _next_level(built[-1], width, rest, node)
        if above is None:
            return []
        built.append(above)
        width = (width + 1) // 2
    return built if next(rest, None) is None else []


def _next_level(
    level: dict[int, bytes], width: int, rest: Iterator[bytes], node: NodeHash
) -> dict[int, bytes] | None:
    """The level above; siblings that the proof gives are added to `level`."""
    above: dict[int, bytes] = {}
    for index in sorted(level):
        if index // 2 in above:
            continue
        if index ^ 1 >= width:
            above[index // 2] = level[index]
            continue
        sibling = level[index ^ 1] if index ^ 1 in level else next(rest, None)
        if sibling is None:
            return None
        level[index ^ 1] = sibling
        pair = (sibling, level[index]) if index & 1 else (level[index], sibling)
        above[index // 2] = node(*pair)
    return above
