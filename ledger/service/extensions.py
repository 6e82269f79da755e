"""Extensions of updates of the catalog: published by superiors, kept by whoever supervises by them.

The ledger has a list's digest as a version of the region's code table `CATALOG-EXTENSIONS`; the text is a
file that anybody may hand on. What stands in any version stays extended, if that version was recorded before
the deadline without it fell due, by the owner's region or one above it, with a key that was not compromised
(docs/adr/0042). Of several the longest counts, never their sum.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from ledger.domain.canonical import JsonObject
from ledger.domain.deadlines import Deadline
from ledger.domain.entities import Organisation
from ledger.domain.extensions import TABLE, Extended, Extension, ExtensionList, read_extensions
from ledger.domain.lineage import EVER, superiors_of, void_as_of
from ledger.domain.moments import rfc3339
from ledger.domain.resources import catalog_changes
from ledger.domain.sharing_entities import CodeTable, CodeTableVersion, Resource
from ledger.domain.state import StateView, typed
from ledger.errors import OutageError, RuleError, UnknownIdError
from ledger.ports import Entities
from ledger.service import share_owed
from ledger.service.code_tables import begins, places_of, region_table, region_tables, says_already
from ledger.service.kept_forms import KeptForms
from ledger.service.party_texts import ByDigest
from ledger.service.region_tables import Remembered
from ledger.service.share import ShareOrder
from ledger.service.signing import KeyFile

MAX_EXTENSIONS_FILE = 1 << 20
"""Bytes of a file of extensions that are read: as many as homes read back and services take."""

FindExtensions = Callable[[str], ExtensionList | None]
"""From a digest to the list, where its text is at hand."""


class Extensions(KeptForms[ExtensionList]):
    """The texts of extensions that a home keeps.

    Args:
        kept: Where they are kept, by digest.
    """

    def __init__(self, kept: ByDigest) -> None:
        super().__init__(kept, read_extensions, "EXTENSIONS_TEXT_NOT_HERE")

    def take(self, state: Entities, form: Mapping[str, object]) -> list[JsonObject]:
        """Keep a text that somebody hands in, where a region published it; tells as what.

        Raises:
            MalformedError: As `read_extensions`.
            TrustError: `NOT_EXTENSIONS`: no region published this, or it was altered.
        """
        listed = read_extensions(form)
        places = places_of(region_tables(state, lambda name: name == TABLE), listed.digest)
        return self.keep_published(listed, places, "NOT_EXTENSIONS")


def publish(
    state: StateView, kept: Extensions, region: int, listed: ExtensionList, by: Sequence[KeyFile]
) -> ShareOrder:
    """Publish a region's extensions, or their next version, which is the whole list again.

    What the region extended before stays in it; that is checked where earlier texts are here.

    Args:
        state: The ledger.
        kept: Texts of earlier versions.
        region: Whose they are.
        listed: Their text; it counts from its record on.
        by: Governing keys of the region or a superior one.

    Raises:
        RuleError: `EXTENSIONS_THERE`, `EXTENSION_TAKEN_AWAY`, `EXTENSION_OF_ANOTHER_REGION`,
            `EXTENSION_NO_CHANGE`.
    """
    if says_already(state, region_table(state, region, TABLE), listed.digest, 0):
        raise RuleError("EXTENSIONS_THERE", region=f"{region:06d}")
    _let_pass(state, kept, region, listed)
    return share_owed.set_code_table(region, "", TABLE, listed.as_json(), 0, by)


def keep_extensions(
    state: StateView, kept: Extensions, region: int, name: str, form: Mapping[str, object]
) -> None:
    """Keep the extensions that a region publishes as any other code table; of another table nothing is asked.

    Raises:
        MalformedError: As `read_extensions`.
        RuleError: As `publish`, but for `EXTENSIONS_THERE`.
    """
    if name == TABLE:
        listed = read_extensions(form)
        _let_pass(state, kept, region, listed)
        kept.keep(listed)


def _let_pass(state: StateView, kept: Extensions, region: int, listed: ExtensionList) -> None:
    table, is_void = region_table(state, region, TABLE), void_as_of(state, EVER)
    versions = table.versions if table else ()
    counting = (each.digest for each in versions if not is_void(each.key_id, each.recorded_at))
    earlier = [row for each in counting if (text := kept.find(each)) for row in text.extensions]
    lost = listed.lost(earlier)
    if lost is not None:
        told = {"resource": lost.resource, "change": rfc3339(lost.change), "days": lost.days}
        raise RuleError("EXTENSION_TAKEN_AWAY", **told)
    known = {each.of for each in earlier}
    for each in listed.extensions:
        if each.of not in known:
            _require_own(state, region, each)


def _require_own(state: StateView, region: int, extension: Extension) -> None:
    """Refuse what would count for nothing: of a body elsewhere, or after no change."""
    resource = typed(state, "resource", extension.resource, Resource)
    owner = typed(state, "organisation", resource.owner, Organisation) if resource else None
    if resource is None or owner is None or region not in superiors_of(state, owner.region, EVER, EVER):
        named = {"resource": extension.resource, "region": f"{region:06d}"}
        raise RuleError("EXTENSION_OF_ANOTHER_REGION", **named)
    if extension.change not in catalog_changes(state, resource):
        told = {"resource": extension.resource, "change": rfc3339(extension.change)}
        raise RuleError("EXTENSION_NO_CHANGE", **told)


@dataclass(frozen=True)
class CountExtensions:
    """Tells what a superior extended, by one state of the ledger.

    Attributes:
        state: The ledger as it was known at a moment.
        known_at: The moment.
        find: Finds texts.
    """

    state: StateView
    known_at: int
    find: FindExtensions
    _texts: dict[str, ExtensionList] = field(default_factory=dict)

    def of(self, resource: Resource) -> Callable[[Deadline], Extended | None]:
        """What counts for a deadline of an entry of the catalog, where it was not met without.

        It raises `EXTENSIONS_NOT_HERE` (OutageError) where a text is missing that may extend it.
        """
        return lambda each: self._longest(resource, each) if each.is_overdue(self.known_at) else None

    def _longest(self, resource: Resource, deadline: Deadline) -> Extended | None:
        found = [
            (version.seq, Extended(row, region, number, version.digest))
            for region, number, version in self._in_time(resource.owner, deadline.due)
            if (row := self._text(region, version.digest).of(resource.key, deadline.since))
        ]
        longest = max(found, key=lambda each: (each[1].extension.days, -each[0]), default=None)
        return longest[1] if longest else None

    def _in_time(self, owner: str, due: int) -> Iterator[tuple[int, int, CodeTableVersion]]:
        """Region, number and content of each version that covers a body and began before a moment."""
        body = typed(self._seen, "organisation", owner, Organisation)
        is_void = void_as_of(self._seen, self.known_at)
        for region in self._above(body, due - 1):
            table = region_table(self._seen, region, TABLE)
            for number, each in enumerate(table.versions if table else (), 1):
                is_counting = begins(each) < due and not is_void(each.key_id, each.recorded_at)
                if is_counting and region in self._above(body, begins(each)):
                    yield region, number, each

    def _above(self, body: Organisation | None, at: int) -> list[int]:
        return superiors_of(self._seen, body.region, at, min(self.known_at, at)) if body else []

    def _text(self, region: int, digest: str) -> ExtensionList:
        found = self._texts.get(digest) or self.find(digest)
        if found is None:
            raise OutageError("EXTENSIONS_NOT_HERE", region=f"{region:06d}", digest=digest)
        self._texts[digest] = found
        return found

    @cached_property
    def _seen(self) -> StateView:
        return Remembered(self.state)


@dataclass(frozen=True)
class ShowExtensions:
    """Tells which extensions regions published, and what they say.

    Attributes:
        state: The ledger.
        extensions: The texts that this home keeps.
        now: The present.
    """

    state: Entities
    extensions: Extensions
    now: int

    def rows(self, region: int | None = None) -> list[JsonObject]:
        """The members of `extensions` of `extension list`: all versions, by region and number."""
        tables = region_tables(self.state, lambda name: name == TABLE)
        own = [each for each in tables if region in (None, each[0])]
        return [row for code, table in own for row in self._versions(code, table)]

    def show(self, region: int) -> JsonObject:
        """The keys of `extension show`; raises `UNKNOWN_EXTENSIONS`."""
        table = region_table(self.state, region, TABLE)
        if table is None:
            raise UnknownIdError("UNKNOWN_EXTENSIONS", region=f"{region:06d}")
        last = table.versions[-1]
        text = self.extensions.find(last.digest)
        return {
            "region": f"{region:06d}",
            "digest": last.digest,
            "versions": self._versions(region, table),
            "extensions": text.as_json() if text else None,
        }

    def _versions(self, region: int, table: CodeTable) -> list[JsonObject]:
        is_void = void_as_of(self.state, self.now)
        return [
            {
                "region": f"{region:06d}",
                "version": number,
                "digest": each.digest,
                "publishedAt": rfc3339(each.recorded_at),
                "since": rfc3339(begins(each)),
                "void": is_void(each.key_id, each.recorded_at),
                "here": self.extensions.find(each.digest) is not None,
            }
            for number, each in enumerate(table.versions, 1)
        ]
