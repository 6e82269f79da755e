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


def siblings(built: Sequence[Sequence[bytes]], indices: Iterable[int]) -> list[bytes]:
    """The minimal proof for the leaves at `indices`, out of `levels`.

    Example:
        >>> siblings(levels([b"a", b"b", b"c"], lambda left, right: left + right), [0])
        [b'b', b'c']
    """
    known = set(indices)
    needed: list[bytes] = []
    for level in built[:-1]:
        wanted = sorted({index ^ 1 for index in known} - known)
        needed += [level[index] for index in wanted if index < len(level)]
        known = {index // 2 for index in known}
    return needed


def climb(known: Mapping[int, bytes], size: int, proof: Sequence[bytes], node: NodeHash) -> bytes | None:
    """The root that `known` leaves (by index) and their proof lead to, or None for a proof of wrong form.

    Nothing is left over and nothing is missing: a proof too long or too short is of wrong form.

    Example:
        >>> climb({0: b"a"}, 3, [b"b", b"c"], lambda left, right: left + right)
        b'abc'
    """
    if not known or not all(0 <= index < size for index in known):
        return None
    rest = iter(proof)
    width, level = size, dict(known)
    while width > 1:
        above = _next_level(level, width, rest, node)
        if above is None:
            return None
        width, level = (width + 1) // 2, above
    return level[0] if next(rest, None) is None else None


def _next_level(
    level: Mapping[int, bytes], width: int, rest: Iterator[bytes], node: NodeHash
) -> dict[int, bytes] | None:
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
        pair = (sibling, level[index]) if index & 1 else (level[index], sibling)
        above[index // 2] = node(*pair)
    return above
