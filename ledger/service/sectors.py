"""Rules of sectors: published by regions, kept by whoever grants, hands out or supervises by them.

The ledger has a text's digest as a version of the region's code table `SECTORS`; the text is a file that
anybody may hand on. A table of that name that a body publishes says nothing: which trades get what is for
regions to say, and their governing key, or that of a superior region, signs it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from ledger.domain.canonical import JsonObject
from ledger.domain.lineage import void_as_of
from ledger.domain.moments import rfc3339
from ledger.domain.objects import region_id
from ledger.domain.sector_rules import TABLE, SectorTable, read_sectors
from ledger.domain.sharing_entities import CodeTable
from ledger.errors import MalformedError, RuleError, TrustError, UnknownIdError, UsageError
from ledger.ports import Entities
from ledger.service import share_owed
from ledger.service.code_tables import says_already
from ledger.service.party_texts import ByDigest
from ledger.service.sector_rules import RulesInEffect, SectorRules, begins, sector_table, version_at
from ledger.service.share import ShareOrder
from ledger.service.signing import KeyFile

MAX_SECTORS_FILE = 1 << 20
"""Bytes of a file of rules that are read."""

_MOST_READ = 16
"""Texts that are kept in memory."""


class Sectors:
    """The texts of rules that a home keeps.

    Args:
        kept: Where they are kept, by digest.
    """

    def __init__(self, kept: ByDigest) -> None:
        self._kept = kept
        self._read: dict[str, SectorTable] = {}

    def keep(self, table: SectorTable) -> str:
        """Keep a text; gives its digest."""
        self._kept.save(table.digest, table.as_json())
        return table.digest

    def find(self, digest: str) -> SectorTable | None:
        """The text with a digest; None where this home has none, or something else in its place."""
        if digest in self._read:
            return self._read[digest]
        try:
            kept = self._kept.load(digest)
            found = read_sectors(kept) if kept is not None else None
        except MalformedError:  # a damaged file is as good as none
            return None
        if found is None or found.digest != digest:
            return None
        if len(self._read) >= _MOST_READ:
            self._read.clear()
        self._read[digest] = found
        return found

    def told(self, digest: str) -> JsonObject:
        """The file of a text; raises `SECTORS_TEXT_NOT_HERE`."""
        found = self.find(digest)
        if found is None:
            raise UnknownIdError("SECTORS_TEXT_NOT_HERE", digest=digest[:80])
        return found.as_json()

    def take(self, state: Entities, form: Mapping[str, object]) -> list[JsonObject]:
        """Keep a text that somebody hands in, where a region published it; tells as what.

        Raises:
            MalformedError: As `read_sectors`.
            TrustError: `NOT_SECTORS`: no region published this, or it was altered.
        """
        table = read_sectors(form)
        places = [
            {"region": f"{region:06d}", "version": number}
            for region, own in _tables(state)
            for number, each in enumerate(own.versions, 1)
            if each.digest == table.digest
        ]
        if not places:
            raise TrustError("NOT_SECTORS", digest=table.digest)
        self.keep(table)
        return places


def publish(
    state: Entities, region: int, table: SectorTable, since: int, by: Sequence[KeyFile]
) -> ShareOrder:
    """Publish a region's rules, or their next version; by the region or a superior one.

    Args:
        state: The ledger.
        region: Whose they are.
        table: Their text.
        since: From when they count, in Unix seconds; not before they are recorded.
        by: Governing keys.

    Raises:
        RuleError: `SECTORS_THERE`.
    """
    own = sector_table(state, region)
    if says_already(state, own, table.digest):
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
        return [
            row
            for code, own in _tables(self.state)
            if region in (None, code)
            for row in self._rows(code, own)
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

    def _rows(self, code: int, table: CodeTable) -> list[JsonObject]:
        is_void = void_as_of(self.state, self.now)
        counting = version_at(table, self.now, is_void)
        return [
            {
                "region": f"{code:06d}",
                "version": number,
                "digest": each.digest,
                "publishedAt": rfc3339(each.recorded_at),
                "since": rfc3339(begins(each)),
                "counts": counting is not None and counting[0] == number,
                "void": is_void(each.key_id, each.recorded_at),
                "here": self.sectors.find(each.digest) is not None,
            }
            for number, each in enumerate(table.versions, 1)
        ]


def _tables(state: Entities) -> Iterator[tuple[int, CodeTable]]:
    """Region and table of all rules, by region."""
    regions = {region_id(int(code)): int(code) for code, _ in state.entities("region")}
    found = [
        (regions[each.publisher], each)
        for _, each in state.entities("codeTable")
        if isinstance(each, CodeTable) and each.name == TABLE and each.publisher in regions
    ]
    return iter(sorted(found, key=lambda each: each[0]))
