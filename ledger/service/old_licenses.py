"""The licenses that others are to take the places of: where they stand, and why one cannot be renewed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple, Protocol

from ledger.domain.acts import Status
from ledger.domain.entities import Batch, License
from ledger.domain.leaves import leaf_license
from ledger.domain.lifecycle import status_at
from ledger.domain.lineage import acts_for
from ledger.domain.objects import organisation_id
from ledger.domain.rivals import is_opened, standing
from ledger.domain.state import typed
from ledger.ports import Index
from ledger.proof.verification import cut_offs_of

_BATCHES = 64
"""Batches of which the state is remembered while a sheet is read."""

_STANDING = frozenset({Status.IN_FORCE, Status.NOT_YET, Status.EXPIRED, Status.SUSPENDED})
"""Where a license can stand that is renewed; the contracts have the last word."""


@dataclass(frozen=True)
class LeafPlace:
    """A place in a batch.

    Attributes:
        batch: Its object, 0x-hex.
        index: From 0.
    """

    batch: str
    index: int


@dataclass(frozen=True)
class Old:
    """A license that another is to take the place of.

    Attributes:
        license_id: 0x-hex.
        identifier: Where this home knows it.
        leaf: Its place in a batch as long as nothing happened to it; None for one that stands alone.
    """

    license_id: str
    identifier: str | None
    leaf: LeafPlace | None


class Named(NamedTuple):
    """A license by what a sheet calls it, and the credit code of the body that renews it."""

    issuer: str
    name: str


class Olds(Protocol):
    """Finds the licenses that others are to take the places of: `OldLicenses`, or a service."""

    def find(self, text: str, code: str, issuer: str) -> Old | str:
        """As `OldLicenses.find`."""
        ...

    def named(self, text: str, issuer: str) -> Old | None:
        """As `OldLicenses.named`."""
        ...


class OldLicenses:
    """Finds licenses by what a sheet calls them.

    Args:
        index: The ledger as this home has followed it, and the identifiers that it knows.
        opening_of: What opens the leaf of a license that this home issued or took in, by its license id.
        now: Unix seconds.
    """

    def __init__(
        self, index: Index, opening_of: Callable[[str], Mapping[str, object] | None], now: int
    ) -> None:
        self._index, self._opening_of, self._now = index, opening_of, now
        self._cut_offs = cut_offs_of(index, now)
        self._batch = lru_cache(_BATCHES)(lambda key: typed(index, "batch", key, Batch))

    def find(self, text: str, code: str, issuer: str) -> Old | str:
        """The license that a text names, or the code of the reason why it cannot be renewed.

        Args:
            text: Identifier or license id.
            code: The type that it has to be of.
            issuer: Credit code of the body that renews it.

        Returns:
            It, or `RENEWS_UNKNOWN`, `RENEWS_OTHER_TYPE`, `RENEWS_OTHER_ISSUER`, `RENEWS_TAKEN`.
        """
        license_id = self._index.resolve(text)
        found = self._found(license_id) if license_id else None
        if found is None:
            return "RENEWS_UNKNOWN"
        license_, leaf = found
        if license_.license_type != code:
            return "RENEWS_OTHER_TYPE"
        if not acts_for(self._index, organisation_id(issuer), license_.issuer, self._now):
            return "RENEWS_OTHER_ISSUER"
        if status_at(license_, self._now, self._now, self._cut_offs).status not in _STANDING:
            return "RENEWS_TAKEN"
        return Old(license_.license_id, self._index.identifier_of(license_.license_id), leaf)

    def named(self, text: str, issuer: str) -> Old | None:  # noqa: ARG002 - what this home knows is its own
        """The license that a text names, wherever it stands; without its place."""
        license_id = self._index.resolve(text)
        return Old(license_id, self._index.identifier_of(license_id), None) if license_id else None

    def _found(self, license_id: str) -> tuple[License, LeafPlace | None] | None:
        """As the ledger holds it: alone or opened, or as a leaf to which nothing happened."""
        alone = typed(self._index, "license", license_id, License)
        opening = self._opening_of(license_id)
        leaf = self._leaf(opening) if opening else None
        if leaf is None:
            return (alone, None) if alone else None
        first = standing(self._index, leaf[0], self._now)
        is_closed = first.batch == leaf[1].batch and not is_opened(self._index, license_id, first.batch)
        return first, leaf[1] if is_closed else None

    def _leaf(self, opening: Mapping[str, object]) -> tuple[License, LeafPlace] | None:
        place = LeafPlace(str(opening["batch"]), int(str(opening["index"])))
        batch = self._batch(place.batch)
        return (leaf_license(batch, place.batch, place.index, opening), place) if batch else None
