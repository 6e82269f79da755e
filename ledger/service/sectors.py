"""Rules of sectors: published by regions, kept by whoever grants, hands out or supervises by them.

The ledger has a text's digest as a version of the region's code table `SECTORS`; the text is a file that
anybody may hand on. A table of that name that a body publishes says nothing: which trades get what is for
regions to say, and their governing key, or that of a superior region, signs it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ledger.domain.canonical import JsonObject
from ledger.domain.lineage import void_as_of
from ledger.domain.moments import rfc3339
from ledger.domain.sector_rules import TABLE, SectorTable, read_sectors
from ledger.domain.sharing_entities import CodeTable
from ledger.errors import RuleError, UnknownIdError, UsageError
from ledger.ports import Entities
from ledger.service import share_owed
from ledger.service.code_tables import counts_already, places_of, region_table, region_tables, version_rows
from ledger.service.kept_forms import KeptForms
from ledger.service.party_texts import ByDigest
from ledger.service.sector_rules import RulesInEffect, SectorRules
from ledger.service.share import ShareOrder
from ledger.service.signing import KeyFile

MAX_SECTORS_FILE = 1 << 20
"""Bytes of a file of rules that are read."""

_MOST_READ = 16
"""Texts that are kept in memory."""


class Sectors(KeptForms[SectorTable]):
    """The texts of rules that a home keeps.

    Args:
        kept: Where they are kept, by digest.
    """

    def __init__(self, kept: ByDigest) -> None:
        super().__init__(kept, read_sectors, "SECTORS_TEXT_NOT_HERE")
        self._in_memory: dict[str, SectorTable] = {}

    def find(self, digest: str) -> SectorTable | None:
        """The text with a digest; None where this home has none, or something else in its place."""
        found = self._in_memory.get(digest) or super().find(digest)
        if found is not None and digest not in self._in_memory:
            if len(self._in_memory) >= _MOST_READ:
                self._in_memory.clear()
            self._in_memory[digest] = found
        return found

    def take(self, state: Entities, form: Mapping[str, object]) -> list[JsonObject]:
        """Keep a text that somebody hands in, where a region published it; tells as what.

        Raises:
            MalformedError: As `read_sectors`.
            TrustError: `NOT_SECTORS`: no region published this, or it was altered.
        """
        table = read_sectors(form)
        places = places_of(_tables(state), table.digest)
        return self.keep_published(table, places, "NOT_SECTORS")


def publish(
    state: Entities, region: int, table: SectorTable, since: int, now: int, by: Sequence[KeyFile]
) -> ShareOrder:
    """Publish a region's rules, or their next version; by the region or a superior one.

    Args:
        state: The ledger.
        region: Whose they are.
        table: Their text.
        since: From when they count, in Unix seconds; not before they are recorded.
        now: The present.
        by: Governing keys.

    Raises:
        RuleError: `SECTORS_THERE`: they count from then already.
    """
    if counts_already(state, region_table(state, region, TABLE), table.digest, max(since, now)):
        raise RuleError("SECTORS_THERE", region=f"{region:06d}")
    return share_owed.set_code_table(region, "", TABLE, table.as_json(), since, by)


def keep_sectors(sectors: Sectors, name: str, form: Mapping[str, object]) -> None:
    """Keep the rules that a region publishes as any other code table; of another table nothing is asked.

    Raises:
        MalformedError: As `read_sectors`.
    """
    if name == TABLE:
        sectors.keep(read_sectors(form))


@dataclass(frozen=True)
class ShowSectors:
    """Tells which rules regions published, and what they say.

    Attributes:
        state: The ledger.
        sectors: The texts that this home keeps.
        rules: Tells which of them counts.
        now: The moment asked about.
    """

    state: Entities
    sectors: Sectors
    rules: SectorRules
    now: int

    def rows(self, region: int | None = None) -> list[JsonObject]:
        """The members of `rules` of `sector list`: all versions, by region and number."""
        is_void = void_as_of(self.state, self.now)
        return [
            row
            for code, own in _tables(self.state)
            if region in (None, code)
            for row in version_rows(code, own, self.now, is_void, self.sectors.has)
        ]

    def region(self) -> int:
        """The one region that published rules; raises `SECTOR_REGION` where there is not one."""
        regions = [code for code, _ in _tables(self.state)]
        if len(regions) != 1:
            raise UsageError("SECTOR_REGION", regions=", ".join(f"{each:06d}" for each in regions) or "–")
        return regions[0]

    def show(self, region: int) -> JsonObject:
        """The keys of `sector show`; raises `UNKNOWN_SECTORS`."""
        by = self.counting(region)
        text = self.sectors.find(by.digest)
        return {
            "asked": f"{region:06d}",
            "at": rfc3339(self.now),
            **by.named,
            "since": rfc3339(by.begins),
            "rules": text.as_json() if text else None,
        }

    def of(self, body: str, region: int) -> JsonObject:
        """The keys of `sector of`.

        Raises:
            UnknownIdError: `UNKNOWN_SECTORS`.
            OutageError: `SECTORS_NOT_HERE`.
        """
        by = self.counting(region)
        text = self.rules.text(by)
        own = set(text.sectors_of(body))
        return {
            "body": body,
            "asked": f"{region:06d}",
            "at": rfc3339(self.now),
            **by.named,
            "sectors": [
                {"sector": each.code, "zh": each.zh, "en": each.en}
                for each in text.sectors
                if each.code in own
            ],
            "rules": [{"rule": each.number, **each.as_json()} for each in text.rules if each.sector in own],
        }

    def counting(self, region: int) -> RulesInEffect:
        """The rules that count for bodies of a region; raises `UNKNOWN_SECTORS`."""
        found = self.rules.in_effect(region, self.now)
        if found is None:
            raise UnknownIdError("UNKNOWN_SECTORS", region=f"{region:06d}")
        return found


def _tables(state: Entities) -> list[tuple[int, CodeTable]]:
    """Region and table of all rules, by region."""
    return region_tables(state, lambda name: name == TABLE)
