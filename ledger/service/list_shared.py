"""What the records tell of what is shared, page by page: resources, grants, demands, items, repeats.

A question about a body or a license reads what is about it (`ledger.domain.links`), never a whole table.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import TypeVar

from ledger.domain.canonical import JsonObject
from ledger.domain.entities import Entity, License
from ledger.domain.items import effective, item_check, owner_of
from ledger.domain.links import YES, By
from ledger.domain.sharing_entities import Declaration, Demand, Grant, Item, Repeat, Resource, resource_owner
from ledger.domain.state import typed
from ledger.errors import UnknownIdError
from ledger.ports import Entities
from ledger.service.catalog_texts import CatalogTexts, Of
from ledger.service.materials import Answer, materials_there
from ledger.service.origins import ShowOrigins
from ledger.service.party_texts import PartyTexts
from ledger.service.share_declarations import ShowDeclarations
from ledger.service.share_editions import ShowEditions
from ledger.service.share_grants import grant_in
from ledger.service.share_items import item_in, item_json, repeat_json
from ledger.service.share_resources import resource_in, version_json
from ledger.service.sharing_grounds import ReadGrounds
from ledger.service.shown_grants import ShowGrants
from ledger.service.shown_resources import demand_json, mounted_json

MOST_ROWS = 500
"""Rows of one page of an answer over HTTP."""

E = TypeVar("E", bound=Entity)
R = TypeVar("R")
Found = Iterator[tuple[str, Entity]]


@dataclass(frozen=True)
class Page:
    """Which part of a list is asked for.

    Attributes:
        limit: Rows; None for all.
        after: The key behind which they begin.
    """

    limit: int | None = None
    after: str = ""


ALL = Page()


@dataclass(frozen=True)
class GrantFilter:
    """Which grants are asked for; None takes any."""

    grantee: str | None = None
    owner: str | None = None
    resource: str | None = None
    license_id: str | None = None
    is_waiting: bool = False

    @property
    def words(self) -> list[tuple[By, str]]:
        """By which words they are found, what is rarest first."""
        asked = (
            (By.LICENSE, self.license_id),
            (By.RESOURCE, self.resource),
            (By.GRANTEE, self.grantee),
            (By.OWNER, self.owner),
        )
        return [(by, value) for by, value in asked if value is not None]

    def takes(self, grant: Grant) -> bool:
        """Whether a grant is asked for; who waits for it is another question."""
        return (
            self.grantee in (None, grant.grantee)
            and self.owner in (None, resource_owner(grant.resource))
            and self.resource in (None, grant.resource)
            and self.license_id in (None, grant.license_id)
        )


@dataclass(frozen=True)
class ListShared:
    """Lists what is shared.

    Attributes:
        state: The ledger.
        shown: Tells where grants stand.
        texts: What may be told of what stands behind digests.
        now: The moment asked about.
        catalog_texts: What everybody may read.
        grounds: Tells the law behind numbers of grounds.
    """

    state: Entities
    shown: ShowGrants
    texts: PartyTexts
    now: int
    catalog_texts: CatalogTexts
    grounds: ReadGrounds

    # --- the catalog ----------------------------------------------------------------------

    def resources(self, owner: str | None = None, page: Page = ALL) -> JsonObject:
        """The keys of `resource list`."""
        found = self._found("resource", (By.OWNER, owner), page)
        return self._page("resources", _of(found, Resource), lambda _, each: self._resource(each), page)

    def resource(self, key: str) -> JsonObject:
        """The keys of `resource show`; raises `UNKNOWN_RESOURCE`."""
        found = resource_in(self.state, key)
        names = self.texts.list_of(found.current.fields_digest)
        items = self.catalog_texts.find(Of.ITEMS, found.current.items_digest)
        return {
            **self._resource(found),
            "editions": ShowEditions(self.state, self.now).of(key),
            "snapshots": self.declared.snapshots(key),
            "versions": [version_json(found, each) for each in found.versions],
            "fields": names.as_json()["fields"] if names else None,
            "items": list(items.items) if items else None,
            "regraded": self.shown.regraded_of(found),
            "rev": found.rev,
        }

    @property
    def declared(self) -> ShowDeclarations:
        """Tells of interfaces, snapshots and mappings."""
        return ShowDeclarations(self.state, self.texts, self.now)

    def interfaces(self, owner: str | None = None, page: Page = ALL) -> JsonObject:
        """The keys of `interface list`: those in effect."""
        declared = self.declared
        found = _of(self._found("declaration", (By.OWNER, owner), page), Declaration)
        rows = ((name, row) for name, each in found if (row := declared.row(each)) is not None)
        return self._page("interfaces", rows, lambda _, row: row, page)

    @property
    def origins(self) -> ShowOrigins:
        """Tells where fields come from."""
        return ShowOrigins(self.state, self.texts, self.now)

    def origins_list(self, owner: str | None = None, page: Page = ALL) -> JsonObject:
        """The keys of `origin list`: those in effect."""
        origins = self.origins
        found = _of(self._found("declaration", (By.OWNER, owner), page), Declaration)
        rows = ((name, row) for name, each in found if (row := origins.row(each)) is not None)
        return self._page("origins", rows, lambda _, row: row, page)

    def _resource(self, resource: Resource) -> JsonObject:
        own = version_json(resource, resource.current)
        words = self.grounds.words(resource.owner, resource.current.ground)
        mounted = mounted_json(resource, self.now)
        return {**own, "groundText": words, "version": resource.version, **mounted}

    # --- grants ---------------------------------------------------------------------------

    def grants(self, wanted: GrantFilter, page: Page = ALL) -> JsonObject:
        """The keys of `grant list`."""
        by, value = wanted.words[0] if wanted.words else (By.GRANTEE, None)
        found = self._found("grant", (by, value), page)
        chosen = ((name, each) for name, each in _of(found, Grant) if wanted.takes(each))
        if wanted.is_waiting:
            chosen = ((name, each) for name, each in chosen if self.shown.next(each))
        return self._page("grants", chosen, lambda _, each: self.shown.row(each), page)

    def grants_about(self, licenses: Iterable[str]) -> list[JsonObject]:
        """The rows of the grants about some licenses, by grant, each with its fields by name."""
        found = {name: each for own in licenses for name, each in self._about(own)}
        return [
            {**self.shown.row(each), "fields": self.shown.fields_of(each, each.granted)}
            for _, each in sorted(found.items())
        ]

    def _about(self, license_id: str) -> Iterator[tuple[str, Grant]]:
        return _of(self.state.linked("grant", By.LICENSE, license_id), Grant)

    def grant(self, name: str) -> JsonObject:
        """The keys of `grant show`; raises `UNKNOWN_GRANT`."""
        return self.shown.show(grant_in(self.state, name))

    # --- demands --------------------------------------------------------------------------

    def demands(self, demander: str | None = None, is_open: bool = False, page: Page = ALL) -> JsonObject:
        """The keys of `demand list`: of a page the oldest first."""
        word = (By.DEMANDER, demander) if demander or not is_open else (By.OPEN, YES)
        found = _of(self._found("demand", word, page), Demand)
        chosen = ((name, each) for name, each in found if not (is_open and each.matches))
        told = self._page("demands", chosen, self._demand, page)
        return {**told, "demands": sorted(told["demands"], key=lambda row: str(row["madeAt"]))}

    def _demand(self, name: str, demand: Demand) -> JsonObject:
        words = self.catalog_texts.find(Of.WANTED, demand.wanted) or self.texts.text(demand.wanted)
        return demand_json(name, demand, words.text if words else None, self.now)

    # --- items ----------------------------------------------------------------------------

    def items(self, owner: str | None = None, page: Page = ALL) -> JsonObject:
        """The keys of `item list`: those in effect."""
        found = _of(self._found("item", (By.OWNER, owner), page), Item)
        chosen = ((name, each) for name, each in found if effective(each, self.now) is not None)
        return self._page("items", chosen, lambda _, each: self._item(each), page)

    def _item(self, item: Item) -> JsonObject:
        version = effective(item, self.now)
        assert version is not None, "it is in effect"
        return item_json(item, *version)

    def item(self, code: str, at: int | None = None) -> JsonObject:
        """The keys of `item show`; raises `UNKNOWN_ITEM`."""
        item, number, version = item_in(self.state, code, self.now if at is None else at)
        listed = self.texts.item_of(version.list_digest)
        return {
            **item_json(item, number, version),
            "check": item_check(code),
            "name": listed.name if listed else None,
            "materials": [each.as_json() for each in listed.materials] if listed else None,
            "versions": len(item.versions),
        }

    def materials(self, code: str, licenses: Iterable[License], at: int) -> list[JsonObject]:
        """What need not be brought for an item, by licenses at hand.

        Raises:
            UnknownIdError: `UNKNOWN_ITEM`; `ITEM_LIST_NOT_HERE`: its list is not known here.
        """
        _, _, version = item_in(self.state, code, at)
        listed = self.texts.item_of(version.list_digest)
        if listed is None:
            raise UnknownIdError("ITEM_LIST_NOT_HERE", item=code, digest=version.list_digest)
        own = list(licenses)
        catalog = [each for issuer in {one.issuer for one in own} for each in self._catalog_of(issuer)]
        told = materials_there(self.state, catalog, listed, own, at)
        return [{**each.as_json(), **self._refused_on(each)} for each in told]

    def _refused_on(self, answer: Answer) -> JsonObject:
        """On what law the resource of a material is not shared; nulls of any other answer."""
        found = typed(self.state, "resource", answer.material.resource, Resource)
        if answer.reason != "NOT_SHARED" or found is None:
            return {"ground": None, "groundText": None}
        ground = found.current.ground
        return {"ground": ground or None, "groundText": self.grounds.words(found.owner, ground)}

    def _catalog_of(self, owner: str) -> Iterator[Resource]:
        return (each for _, each in _of(self.state.linked("resource", By.OWNER, owner), Resource))

    def repeats(self, owner: str | None = None, item: str | None = None, page: Page = ALL) -> JsonObject:
        """The keys of `item repeats`, with how many there are of each body on this page."""
        found = _of(self.state.entities("repeat", page.after), Repeat)
        chosen = (
            (name, each)
            for name, each in found
            if owner in (None, owner_of(each.item)) and item in (None, each.item)
        )
        told = self._page("repeats", chosen, repeat_json, page)
        return {**told, "counts": dict(Counter(str(row["body"]) for row in told["repeats"]))}

    # --- pages ----------------------------------------------------------------------------

    def _found(self, table: str, word: tuple[By, str | None], page: Page) -> Found:
        by, value = word
        if value is None:
            return self.state.entities(table, page.after)
        return self.state.linked(table, by, value, page.after)

    def _page(
        self, name: str, found: Iterator[tuple[str, R]], row: Callable[[str, R], JsonObject], page: Page
    ) -> JsonObject:
        """Some rows, and the key of the last where more follow."""
        taken = list(islice(found, None if page.limit is None else page.limit + 1))
        rows = taken if page.limit is None else taken[: page.limit]
        return {
            name: [row(key, each) for key, each in rows],
            "next": rows[-1][0] if rows and len(taken) > len(rows) else None,
        }


def _of(found: Found, kind: type[E]) -> Iterator[tuple[str, E]]:
    return ((name, each) for name, each in found if isinstance(each, kind))
