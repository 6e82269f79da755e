"""Who stands in for a holder, by what title, and for what.

A representative is known to the ledger by the holder binding of device keys of his own
(`ledger.domain.holders.holder_binding`), made for the one license. `contracts/lib/Types.sol` mirrors
the numbers. Law: 民法典 arts. 23 and 34, 61, 161-163 and 165, 1122-1127.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntEnum

LONGEST_AGENCY = 1_096 * 86_400
"""Longest time for which an agent stands in, in seconds: three years, one of them a leap year."""


LATEST = 2**48 - 1
"""The last moment that the contracts store."""


class RepresentationKind(IntEnum):
    """By what title somebody stands in (监护人, 法定代表人, 委托代理人, 继承人)."""

    GUARDIAN = 1
    LEGAL_REPRESENTATIVE = 2
    AGENT = 3
    HEIR = 4

    @property
    def words(self) -> tuple[str, str]:
        """The title, in Chinese and in English."""
        return _TITLES[self]


_TITLES = {
    RepresentationKind.GUARDIAN: ("监护人", "guardian"),
    RepresentationKind.LEGAL_REPRESENTATIVE: ("法定代表人", "legal representative"),
    RepresentationKind.AGENT: ("委托代理人", "agent"),
    RepresentationKind.HEIR: ("继承人", "heir"),
}


class RepresentationScope(IntEnum):
    """What a representative may do, one bit each (亮证, 授权, 申请校核)."""

    PRESENT = 1
    CONSENT = 2
    CORRECT = 4

    @property
    def words(self) -> tuple[str, str]:
        """What it lets him do, in Chinese and in English."""
        return _ALLOWED[self]


_ALLOWED = {
    RepresentationScope.PRESENT: ("亮证", "present"),
    RepresentationScope.CONSENT: ("授权", "consent"),
    RepresentationScope.CORRECT: ("申请校核", "correct"),
}


def scope_bitmap(scope: Iterable[RepresentationScope]) -> int:
    """A scope as one number.

    Example:
        >>> scope_bitmap({RepresentationScope.PRESENT, RepresentationScope.CORRECT})
        5
    """
    return sum(set(scope))


def scope_from_bitmap(bitmap: int) -> frozenset[RepresentationScope]:
    """The inverse of `scope_bitmap`.

    Raises:
        ValueError: It is empty, or has bits that mean nothing.

    Example:
        >>> sorted(each.name for each in scope_from_bitmap(3))
        ['CONSENT', 'PRESENT']
    """
    scope = frozenset(each for each in RepresentationScope if bitmap & each)
    if not scope or scope_bitmap(scope) != bitmap:
        raise ValueError(f"{bitmap} is no scope")
    return scope


def is_term_of(kind: RepresentationKind, since: int, until: int) -> bool:
    """Whether somebody may stand in by this title from `since` until `until` (Unix seconds; 0: no end).

    Example:
        >>> is_term_of(RepresentationKind.GUARDIAN, 100, 0), is_term_of(RepresentationKind.AGENT, 100, 0)
        (True, False)
    """
    if until == 0:
        return kind is not RepresentationKind.AGENT and since <= LATEST
    longest = LONGEST_AGENCY if kind is RepresentationKind.AGENT else until
    return since < until <= LATEST and until - since <= longest
