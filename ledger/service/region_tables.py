"""Code tables of regions by their names, read once: what counts by them is looked up for many deadlines."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice

from ledger.domain.entities import Entity, Organisation
from ledger.domain.lineage import regions_above, registrars
from ledger.domain.objects import (
    ascii32,
    code_table_object,
    key_object,
    organisation_object,
    region_object,
)
from ledger.domain.sharing_entities import CodeTable
from ledger.domain.state import ListedView, StateView, typed

MOST_LISTED = 100
"""Code tables that are looked through at once."""


@dataclass(frozen=True)
class RegionTables:
    """The code tables of regions, by one state of the ledger.

    Attributes:
        state: The ledger.
    """

    state: StateView
    _known: dict[tuple[int, str], CodeTable | None] = field(default_factory=dict)

    def of(self, region: int, name: str) -> CodeTable | None:
        """A region's code table by its name; None where it never published one."""
        if (region, name) not in self._known:
            few, key = self._few, table_key(region, name)
            found = typed(self.seen, "codeTable", key, CodeTable) if few is None else few.get(key)
            self._known[region, name] = found
        return self._known[region, name]

    def may_have(self, is_wanted: Callable[[str], bool]) -> bool:
        """Whether there may be a table whose name is wanted.

        A ledger that has none is so found out at once, also where each entity is asked of a service.
        """
        return self._few is None or any(map(is_wanted, self._names))

    def region_of(self, body: str) -> int:
        """The region of a body by its credit code; 0 where that is not known."""
        found = typed(self.seen, "organisation", body, Organisation)
        return found.region if found else 0

    @cached_property
    def seen(self) -> StateView:
        """The state, each of whose entities is read once."""
        return Remembered(self.state)

    @cached_property
    def _few(self) -> Mapping[str, CodeTable] | None:
        """All code tables by their objects; None where there are many, which are then read one by one."""
        if not isinstance(self.state, ListedView):
            return None
        taken = list(islice(self.state.entities("codeTable"), MOST_LISTED + 1))
        listed = {key: each for key, each in taken if isinstance(each, CodeTable)}
        return listed if len(taken) <= MOST_LISTED else None

    @cached_property
    def _names(self) -> frozenset[str]:
        return frozenset(each.name for each in (self._few or {}).values())


def table_key(region: int, name: str) -> str:
    """The object of a region's code table, 0x-hex."""
    return "0x" + _object(region, name).hex()


def _object(region: int, name: str) -> bytes:
    return code_table_object(region_object(region), ascii32(name))


def table_objects(state: StateView, body: str, names: list[str]) -> set[bytes]:
    """Objects whose histories decide what tables of some names say for a body.

    Ask again with the state that these give until nothing new is asked for.

    Args:
        state: As far as it is known.
        body: Credit code.
        names: Of tables of regions.
    """
    own = typed(state, "organisation", body, Organisation)
    regions = regions_above(state, own.region) if own else set[int]()
    tables = {_object(region, name) for region in regions for name in names}
    listed = (typed(state, "codeTable", "0x" + each.hex(), CodeTable) for each in tables)
    signed = {version.key_id for table in listed if table for version in table.versions}
    keys = {*signed, *(above for key in signed for above in registrars(state, key))}
    needed = {organisation_object(body), *map(region_object, regions), *tables}
    return needed | {key_object(bytes.fromhex(each[2:])) for each in keys}


class Remembered:
    """A state whose entities are read once: each day looks at the same few regions and tables."""

    def __init__(self, below: StateView) -> None:
        self._below = below
        self._known: dict[tuple[str, str], Entity | None] = {}

    @property
    def ledger_id(self) -> bytes:
        """The ledger that it is of, 32 bytes."""
        return self._below.ledger_id

    def get(self, table: str, key: str) -> Entity | None:
        """The entity, or None."""
        if (table, key) not in self._known:
            self._known[table, key] = self._below.get(table, key)
        return self._known[table, key]
