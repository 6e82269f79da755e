"""A license's place in the vault: which pair is its, and as what this wallet shows it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple

from ledger.domain.canonical import JsonObject
from ledger.domain.holders import JointHolders, PublicPair
from ledger.domain.presenters import Presenter, Representative, presenter_of
from wallet.held import HeldLicense, read_license

Fits = Callable[[PublicPair], bool]
"""Whether a pair is the one that belongs to a license."""


class Bound(NamedTuple):
    """To whom a license is bound.

    Attributes:
        fits: Tells the pair.
        holders: All of them, where there are several.
    """

    fits: Fits
    holders: JointHolders | None = None


def bound_to(binding: str, lists: Iterable[JointHolders | None]) -> Bound:
    """The holders whom a holder binding (0x-hex) commits to: one of these lists, or one holder alone."""
    holders = next((each for each in lists if each and each.binding == binding), None)
    return bound_to_each(holders) if holders else Bound(lambda pair: pair.opens(binding))


def bound_to_each(holders: JointHolders) -> Bound:
    """Several holders; any of them may be the one of this wallet."""
    return Bound(lambda pair: pair in holders.pairs, holders)


class Entry(NamedTuple):
    """One license of the wallet.

    Attributes:
        license: The license.
        pair: The number of its key pair.
        holders: Everybody whom it is bound to, where that are several.
        is_represented: Whether this wallet's owner stands in for the holder.
    """

    license: HeldLicense
    pair: int
    holders: JointHolders | None = None
    is_represented: bool = False

    @classmethod
    def from_json(cls, kept: JsonObject) -> Entry:
        """As the vault keeps it."""
        holders = kept.get("holders")
        return cls(
            read_license(kept["envelope"]),
            int(kept["pair"]),
            JointHolders.from_json(holders) if holders else None,
            bool(kept.get("represented")),
        )

    def as_json(self, envelope: JsonObject) -> JsonObject:
        """The inverse; the envelope as it came."""
        return {
            "licenseId": self.license.license_id,
            "pair": self.pair,
            "envelope": envelope,
            **({"holders": self.holders.as_json()} if self.holders else {}),
            **({"represented": True} if self.is_represented else {}),
        }

    def presenter(self, pair: PublicPair) -> Presenter:
        """As whom the owner of the pair shows it."""
        return Representative(pair) if self.is_represented else presenter_of(pair, self.holders)
