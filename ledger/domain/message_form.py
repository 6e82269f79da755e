"""Whether what somebody hands in as a signed struct has the members of that struct, each in its form."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

_WORD = re.compile(r"0x[0-9a-f]{64}")
_ADDRESS = re.compile(r"0x[0-9a-f]{40}")


def faulty_member(fields: Sequence[tuple[str, str]], given: Mapping[str, object]) -> str | None:
    """The first member that is missing, unknown or not of its kind; None where all are well formed.

    Args:
        fields: Name and Solidity type of each member.
        given: Members by name, hashes as 0x-hex in lower case.

    Example:
        >>> faulty_member([("count", "uint32")], {"count": -1})
        'count'
    """
    kinds = dict(fields)
    unlike = given.keys() ^ kinds.keys()
    if unlike:
        return min(unlike)
    return next((name for name, kind in kinds.items() if not _is_of(given[name], kind)), None)


def is_word(value: object) -> bool:
    """Whether it is 32 bytes as 0x-hex in lower case."""
    return isinstance(value, str) and bool(_WORD.fullmatch(value))


def _is_of(value: object, kind: str) -> bool:
    if kind == "bytes32":
        return is_word(value)
    if kind == "address":
        return isinstance(value, str) and bool(_ADDRESS.fullmatch(value))
    if kind == "bytes32[]":
        return isinstance(value, list) and all(map(is_word, value))
    if not isinstance(value, int) or isinstance(value, bool):
        return False
    return 0 <= value < 1 << int(kind.removeprefix("uint"))
