"""The effect of sharing (应用成效): what exchanges cross, and the score that a body earns by what it shared.

What an exchange may cross are levels, regions, systems, departments and matters (跨层级、跨地域、跨系统、
跨部门、跨业务). The formula is this project's own; its inputs are told beside it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from ledger.domain.entities import Organisation
from ledger.domain.items import owner_of

FORMULA = "elicense-effect/2"
"""`Effect.score`: 100 times the mean of the parts that there are, cut off behind two decimals.

Version 1 had no part `once`.
"""

CROSSED = ("department", "region", "level", "matter")
"""What the records tell of an exchange; which information systems carried it they do not."""

_ITEM_LENGTH = 31


def crossed(owner: Organisation, grantee: Organisation, item: str) -> frozenset[str]:
    """What an exchange of data crosses, of `CROSSED`.

    Args:
        owner: Whose data they are.
        grantee: Who used them.
        item: Code of the matter that they were used for, as the grant has it.

    Returns:
        `department` for two bodies, `region` and `level` where they are registered in other ones, `matter`
        where the service item that the data were used for is handled by another body than the owner.
    """
    facts = {
        "department": owner.uscc != grantee.uscc,
        "region": owner.region != grantee.region,
        "level": owner.level != grantee.level,
        "matter": len(item) == _ITEM_LENGTH and owner_of(item) != owner.uscc,
    }
    return frozenset(name for name, is_crossed in facts.items() if is_crossed)


@dataclass(frozen=True)
class Part:
    """One part of a score: so many of so many; none of none says nothing.

    Example:
        >>> str(Part(2, 3)), str(Part(0, 0))
        ('2/3', '0/0')
    """

    good: int
    total: int

    @property
    def value(self) -> Fraction | None:
        """From 0 to 1; None where there was nothing."""
        return Fraction(self.good, self.total) if self.total else None

    def __str__(self) -> str:
        return f"{self.good}/{self.total}"


@dataclass(frozen=True)
class Effect:
    """What a body's sharing came to in a period.

    Attributes:
        mounted: Entries of its catalog that others proved to be mounted, of all.
        timely: What fell due and was done in time, of all that fell due.
        used: Entries whose data were used in the period, of all.
        sound: Uses that no correction which was upheld in the period stands against, of all.
        once: Service items of it for which data were used or asked for again in the period, and nothing was
            asked for again, of all of them.
    """

    mounted: Part
    timely: Part
    used: Part
    sound: Part
    once: Part

    @property
    def parts(self) -> dict[str, Part]:
        """By name."""
        return {
            "mounted": self.mounted,
            "timely": self.timely,
            "used": self.used,
            "sound": self.sound,
            "once": self.once,
        }

    @property
    def score(self) -> str | None:
        """By `FORMULA`; None where there is no part.

        Example:
            >>> Effect(Part(2, 3), Part(0, 0), Part(1, 2), Part(4, 4), Part(1, 3)).score
            '62.50'
            >>> Effect(*[Part(0, 0)] * 5).score is None
            True
        """
        return _scored(part.value for part in self.parts.values())


def _scored(values: Iterable[Fraction | None]) -> str | None:
    known = [each for each in values if each is not None]
    if not known:
        return None
    hundredths = int(sum(known, Fraction(0)) / len(known) * 10_000)
    return f"{hundredths // 100}.{hundredths % 100:02d}"
