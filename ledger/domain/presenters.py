"""Who shows a license: its holder, one of several holders, all of them together, or a representative.

The holder is shown by his two keys alone (`ledger.domain.holders.PublicPair`). Each of the others says
what he is, so that a verifier knows where to look him up: holders in the holder binding, a representative
in the records of who stands in for the holder.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from ledger.domain.canonical import JsonObject
from ledger.domain.entities import IsVoid, Mandate, Representation
from ledger.domain.holders import HolderRule, JointHolders, PublicPair, holder_binding, joint_binding


@dataclass(frozen=True, slots=True)
class Representative:
    """Somebody who stands in for the holder.

    Attributes:
        pair: His own keys for this license.
    """

    pair: PublicPair
    word: ClassVar[str] = "REPRESENTATIVE"

    @property
    def pairs(self) -> tuple[PublicPair, ...]:
        """The keys that sign."""
        return (self.pair,)

    @property
    def names(self) -> tuple[str, ...]:
        """What the ledger may know him by, 0x-hex: both keys, or the signing key alone."""
        return (self.pair.binding, "0x" + holder_binding(self.pair.holder_key, None).hex())

    def as_json(self) -> JsonObject:
        """His part of the signed form."""
        return {"as": self.word, "keys": [self.pair.as_json()]}


@dataclass(frozen=True, slots=True)
class AnyHolder:
    """One of several holders, where any of them shows.

    Attributes:
        pair: Hers.
        bindings: Of every holder, in their order, 0x-hex; hers is among them.
    """

    pair: PublicPair
    bindings: tuple[str, ...]
    word: ClassVar[str] = HolderRule.ANY.name

    @property
    def pairs(self) -> tuple[PublicPair, ...]:
        """The keys that sign."""
        return (self.pair,)

    @property
    def sentence(self) -> dict[str, str]:
        """Who shows, as `{"zh", "en"}`."""
        return {"zh": f"由{self.count}位持证人之一出示。", "en": f"Shown by one of {self.count} holders."}

    @property
    def binding(self) -> str:
        """The holder binding that follows, 0x-hex."""
        return "0x" + joint_binding(HolderRule.ANY, (bytes.fromhex(each[2:]) for each in self.bindings)).hex()

    @property
    def count(self) -> int:
        """How many holders there are."""
        return len(self.bindings)

    def opens(self, binding: str) -> bool:
        """Whether a holder binding (0x-hex) commits to these holders, and to her as one of them."""
        return binding == self.binding and self.pair.binding in self.bindings

    def as_json(self) -> JsonObject:
        """Her part of the signed form."""
        return {"as": self.word, "keys": [self.pair.as_json()], "bindings": list(self.bindings)}


@dataclass(frozen=True, slots=True)
class AllHolders:
    """Several holders, where only all of them together show.

    Attributes:
        pairs: The keys of every holder, in their order; all of them sign.
    """

    pairs: tuple[PublicPair, ...]
    word: ClassVar[str] = HolderRule.ALL.name

    @property
    def sentence(self) -> dict[str, str]:
        """Who shows, as `{"zh", "en"}`."""
        return {
            "zh": f"由全体{self.count}位持证人共同出示。",
            "en": f"Shown by all {self.count} holders together.",
        }

    @property
    def binding(self) -> str:
        """The holder binding that follows, 0x-hex."""
        return JointHolders(HolderRule.ALL, self.pairs).binding

    @property
    def count(self) -> int:
        """How many holders there are."""
        return len(self.pairs)

    def opens(self, binding: str) -> bool:
        """Whether a holder binding (0x-hex) commits to exactly these holders."""
        return binding == self.binding

    def as_json(self) -> JsonObject:
        """Their part of the signed form."""
        return {"as": self.word, "keys": [pair.as_json() for pair in self.pairs]}


Presenter = PublicPair | Representative | AnyHolder | AllHolders
"""Who shows a license."""


def presenter_of(pair: PublicPair, holders: JointHolders | None) -> Presenter:
    """The holder with these keys, as one of several where there are several."""
    if holders is None:
        return pair
    return AnyHolder(pair, holders.bindings) if holders.rule is HolderRule.ANY else AllHolders(holders.pairs)


class Lack(StrEnum):
    """Why somebody does not stand in for a holder; keys of `ledger.errors.texts.TEXTS`."""

    NOT_REPRESENTED = "NOT_REPRESENTED"
    NOT_BEGUN = "REPRESENTATION_NOT_BEGUN"
    ENDED = "REPRESENTATION_ENDED"


def mandate_of(
    representations: Sequence[Representation], at: int, as_of: int, is_void: IsVoid
) -> Mandate | Lack:
    """The mandate by which somebody stands in for a holder at a moment, or why there is none.

    Args:
        representations: What is recorded of him for the license, under each name that he may have.
        at: The moment, in seconds since 1970.
        as_of: Moment of knowledge.
        is_void: What a compromised key gave does not count; an end stands.
    """
    for representation in representations:
        mandate = representation.at(at, as_of, is_void)
        if mandate is not None:
            return mandate
    given = [each for one in representations for each in one.standing(as_of, is_void)]
    if not given:
        return Lack.NOT_REPRESENTED
    is_to_come = any(at < each.since and (each.until == 0 or each.since < each.until) for each in given)
    return Lack.NOT_BEGUN if is_to_come else Lack.ENDED
