"""Rulebooks of regions: published by them, kept by whoever counts by them.

The ledger has a rulebook's digest as a version of the region's code table `RULEBOOK`; its text is a file that
anybody may hand on. A table of that name that a body publishes is none: nobody sets his own deadlines.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from ledger.domain.canonical import JsonObject
from ledger.domain.deadlines import Number, Ruled, Start
from ledger.domain.entities import Organisation, Region
from ledger.domain.lineage import EVER, void_as_of
from ledger.domain.moments import rfc3339
from ledger.domain.rulebook import TABLE, Rulebook, read_rulebook
from ledger.domain.sharing_entities import CodeTable
from ledger.domain.state import StateView, typed
from ledger.errors import RuleError, UnknownIdError
from ledger.ports import Entities
from ledger.service import share_owed
from ledger.service.code_tables import (
    places_of,
    region_table,
    region_tables,
    says_already,
    version_rows,
)
from ledger.service.kept_forms import KeptForms
from ledger.service.party_texts import ByDigest
from ledger.service.region_tables import RegionTables
from ledger.service.rule_numbers import RuleNumbers, Running
from ledger.service.share import ShareOrder
from ledger.service.signing import KeyFile

MAX_RULEBOOK_FILE = 1 << 16
"""Bytes of a rulebook's file that are read."""


class Rulebooks(KeptForms[Rulebook]):
    """The texts of rulebooks that a home keeps.

    Args:
        kept: Where they are kept, by digest.
    """

    def __init__(self, kept: ByDigest) -> None:
        super().__init__(kept, read_rulebook, "RULEBOOK_TEXT_NOT_HERE")

    def take(self, state: Entities, form: Mapping[str, object]) -> list[JsonObject]:
        """Keep a rulebook that somebody hands in, where a region published it; tells as what.

        Raises:
            MalformedError: As `read_rulebook`.
            TrustError: `NOT_A_RULEBOOK`: no region published this, or it was altered.
        """
        rulebook = read_rulebook(form)
        places = places_of(region_tables(state, lambda name: name == TABLE), rulebook.digest)
        return self.keep_published(rulebook, places, "NOT_A_RULEBOOK")


def publish(state: StateView, region: int, rulebook: Rulebook, by: Sequence[KeyFile]) -> ShareOrder:
    """Publish a region's rulebook, or its next version; by the region or a superior one.

    Args:
        state: The ledger.
        region: Whose it is.
        rulebook: Its text; it counts from the moment that it names.
        by: Governing keys.

    Raises:
        RuleError: `RULEBOOK_THERE`, `RULEBOOK_OTHER_REGION`, `RULEBOOK_OTHER_VERSION`, `RULEBOOK_LONGER`.
    """
    if says_already(state, region_table(state, region, TABLE), rulebook.digest, rulebook.since):
        raise RuleError("RULEBOOK_THERE", region=f"{region:06d}")
    rev = _let_pass(state, region, rulebook)
    order = share_owed.set_code_table(region, "", TABLE, rulebook.as_json(), rulebook.since, by)
    return replace(order, rev=rev)


def keep_rulebook(
    state: StateView, kept: Rulebooks, region: int, name: str, form: Mapping[str, object], since: int
) -> int | None:
    """Keep the rulebook that a region publishes as any other code table; of another table nothing is asked.

    Gives the revision of the table with which the rulebook alone goes on; None for another table.

    Args:
        state: The ledger.
        kept: Texts of rulebooks.
        region: Whose the table is.
        name: Of the table.
        form: Its content.
        since: From when the table is to count, in Unix seconds.

    Raises:
        MalformedError: As `read_rulebook`.
        RuleError: As `publish`; `RULEBOOK_OTHER_BEGIN`.
    """
    if name != TABLE:
        return None
    rulebook = read_rulebook(form)
    rev = _let_pass(state, region, rulebook)
    if rulebook.since != since:
        told = {"since": rfc3339(rulebook.since), "other": rfc3339(since)}
        raise RuleError("RULEBOOK_OTHER_BEGIN", **told)
    kept.keep(rulebook)
    return rev


def _let_pass(state: StateView, region: int, rulebook: Rulebook) -> int:
    """Refuse what would count for nothing: under another region or number, or beyond the regulation.

    Gives the revision that was looked at: behind another one the rulebook would have the wrong number.
    """
    if rulebook.region != region:
        told = {"own": f"{rulebook.region:06d}", "region": f"{region:06d}"}
        raise RuleError("RULEBOOK_OTHER_REGION", **told)
    table = region_table(state, region, TABLE)
    version = len(table.versions) + 1 if table else 1
    if rulebook.version != version:
        raise RuleError("RULEBOOK_OTHER_VERSION", own=rulebook.version, version=version)
    rulebook.require_allowed()
    return version - 1


@dataclass(frozen=True)
class ShowRulebooks:
    """Tells which rulebooks regions published, and what they say.

    Attributes:
        state: The ledger.
        rulebooks: The texts that this home keeps.
        now: The moment asked about.
    """

    state: Entities
    rulebooks: Rulebooks
    now: int

    def rows(self, region: int | None = None) -> list[JsonObject]:
        """The members of `rulebooks` of `rulebook list`: all versions, by region and number."""
        tables = region_tables(self.state, lambda name: name == TABLE)
        own = [each for each in tables if region in (None, each[0])]
        return [row for code, table in own for row in self._versions(code, table)]

    def show(self, region: int) -> JsonObject:
        """The keys of `rulebook show`; raises `UNKNOWN_RULEBOOK`."""
        table = region_table(self.state, region, TABLE)
        if table is None:
            raise UnknownIdError("UNKNOWN_RULEBOOK", region=f"{region:06d}")
        counting = self._counting(region)
        shown = counting.published if counting else table.versions[-1]
        text = self.rulebooks.find(shown.digest)
        return {
            "region": f"{region:06d}",
            "digest": shown.digest,
            "versions": self._versions(region, table),
            "rulebook": text.as_json() if text else None,
        }

    def of_body(self, body: str) -> JsonObject:
        """The same for a body, by its credit code; raises `UNKNOWN_BODY`, too."""
        found = typed(self.state, "organisation", body, Organisation)
        if found is None:
            raise UnknownIdError("UNKNOWN_BODY", body=body)
        return self.of(found.region)

    def of(self, region: int) -> JsonObject:
        """The keys of `rulebook of`: what counts in a region for what begins to run at the moment.

        Raises:
            OutageError: `RULEBOOK_NOT_HERE`.
            UnknownIdError: `UNKNOWN_REGION`.
        """
        if typed(self.state, "region", str(region), Region) is None:
            raise UnknownIdError("UNKNOWN_REGION", region=f"{region:06d}")
        tables = RegionTables(self.state)
        rule = RuleNumbers(tables, self.now, self.rulebooks.find, assumes_defaults=False).of_region(region)
        start = Start(self.now, EVER)
        ruled = (rule(each, start) for each in Number)
        numbers = [{**each.as_json(), "source": self._source(each)} for each in ruled]
        return {"region": f"{region:06d}", "at": rfc3339(self.now), "numbers": numbers}

    def _source(self, ruled: Ruled) -> JsonObject | None:
        """The text of law of a number that a rulebook names."""
        text = self.rulebooks.find(ruled.digest) if ruled.said else None
        rule = text.of(ruled.number) if text else None
        return rule.as_json()["source"] if rule else None

    def _versions(self, region: int, table: CodeTable) -> list[JsonObject]:
        rows = version_rows(region, table, self.now, void_as_of(self.state, self.now), self.rulebooks.has)
        counting = self._counting(region)
        version = counting.version if counting else 0
        return [{**row, "counts": row["version"] == version} for row in rows]

    def _counting(self, region: int) -> Running | None:
        """The version that counts for what begins now, as far as texts are here."""
        numbers = RuleNumbers(RegionTables(self.state), self.now, self.rulebooks.find)
        return numbers.counting(region, Start(self.now, EVER))
