"""Grounds of sharing: published by regions, kept by whoever reads on what law something is not shared.

The ledger has a text's digest as a version of the region's code table `GROUNDS`; the text is a file that
anybody may hand on. For a body counts the table of its region, else of the nearest region above it that has
one; of its versions the one that came into effect last. What a compromised key signed does not count.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from ledger.domain.canonical import JsonObject
from ledger.domain.entities import Organisation
from ledger.domain.ground_table import TABLE, GroundTable, SharingGround, read_grounds
from ledger.domain.lineage import superiors_of, void_as_of
from ledger.domain.moments import rfc3339
from ledger.domain.sharing_entities import CodeTable, CodeTableVersion
from ledger.domain.state import StateView, typed
from ledger.errors import RuleError, UnknownIdError
from ledger.ports import Entities
from ledger.service import share_owed
from ledger.service.code_tables import (
    begins,
    counts_already,
    places_of,
    region_table,
    region_tables,
    version_at,
    version_rows,
)
from ledger.service.kept_forms import KeptForms
from ledger.service.party_texts import ByDigest
from ledger.service.share import ShareOrder
from ledger.service.signing import KeyFile

MAX_GROUNDS_FILE = 1 << 20
"""Bytes of a file of grounds that are read."""


class Grounds(KeptForms[GroundTable]):
    """The texts of grounds that a home keeps.

    Args:
        kept: Where they are kept, by digest.
    """

    def __init__(self, kept: ByDigest) -> None:
        super().__init__(kept, read_grounds, "GROUNDS_TEXT_NOT_HERE")

    def take(self, state: Entities, form: Mapping[str, object]) -> list[JsonObject]:
        """Keep a text that somebody hands in, where a region published it; tells as what.

        Raises:
            MalformedError: As `read_grounds`.
            TrustError: `NOT_GROUNDS`: no region published this, or it was altered.
        """
        table = read_grounds(form)
        places = places_of(_tables(state), table.digest)
        return self.keep_published(table, places, "NOT_GROUNDS")


def publish(
    state: Entities, region: int, table: GroundTable, since: int, now: int, by: Sequence[KeyFile]
) -> ShareOrder:
    """Publish a region's grounds, or their next version; by the region or a superior one.

    Args:
        state: The ledger.
        region: Whose they are.
        table: Their text.
        since: From when they count, in Unix seconds; not before they are recorded.
        now: The present.
        by: Governing keys.

    Raises:
        RuleError: `GROUNDS_THERE`: they count from then already.
    """
    if counts_already(state, region_table(state, region, TABLE), table.digest, max(since, now)):
        raise RuleError("GROUNDS_THERE", region=f"{region:06d}")
    return share_owed.set_code_table(region, "", TABLE, table.as_json(), since, by)


def keep_grounds(grounds: Grounds, name: str, form: Mapping[str, object]) -> None:
    """Keep the grounds that a region publishes as any other code table; of another table nothing is asked.

    Raises:
        MalformedError: As `read_grounds`.
    """
    if name == TABLE:
        grounds.keep(read_grounds(form))


@dataclass(frozen=True)
class ReadGrounds:
    """Tells the law behind the numbers that registrations name, by one state of the ledger.

    Attributes:
        state: The ledger.
        grounds: The texts that this home keeps.
        now: The moment asked about.
    """

    state: StateView
    grounds: Grounds
    now: int
    _read: dict[str, GroundTable | None] = field(default_factory=dict)

    def of(self, owner: str, number: int) -> SharingGround | None:
        """The ground of a body by its number; None where that is not known here."""
        table = self._of_body(owner)
        return table.grounds.get(number) if table else None

    def words(self, owner: str, number: int) -> JsonObject | None:
        """The place in the law, `{"zh", "en"}`; None for no number, and where it is not known here."""
        found = self.of(owner, number) if number else None
        return found.words if found else None

    def is_listed(self, owner: str, number: int) -> bool | None:
        """Whether the grounds of a body's region have a number; None where none that count are here."""
        table = self._of_body(owner) if number else None
        return number in table.grounds if table else None

    def counting(self, region: int) -> tuple[int, int, CodeTableVersion] | None:
        """Region, number and content of the version that counts for a region; None where none does."""
        is_void = void_as_of(self.state, self.now)
        for code in superiors_of(self.state, region, self.now, self.now):
            table = region_table(self.state, code, TABLE)
            found = version_at(table, self.now, is_void) if table else None
            if found is not None:
                return code, *found
        return None

    def _of_body(self, owner: str) -> GroundTable | None:
        if owner not in self._read:
            body = typed(self.state, "organisation", owner, Organisation)
            found = self.counting(body.region) if body else None
            self._read[owner] = self.grounds.find(found[2].digest) if found else None
        return self._read[owner]


@dataclass(frozen=True)
class ShowGrounds:
    """Tells which grounds regions published, and what they say.

    Attributes:
        state: The ledger.
        grounds: The texts that this home keeps.
        now: The moment asked about.
    """

    state: Entities
    grounds: Grounds
    now: int

    def rows(self, region: int | None = None) -> list[JsonObject]:
        """The members of `grounds` of `ground list`: all versions, by region and number."""
        is_void = void_as_of(self.state, self.now)
        return [
            row
            for code, table in _tables(self.state)
            if region in (None, code)
            for row in version_rows(code, table, self.now, is_void, self.grounds.has)
        ]

    def show(self, region: int) -> JsonObject:
        """The keys of `ground show`; raises `UNKNOWN_GROUNDS`."""
        found = ReadGrounds(self.state, self.grounds, self.now).counting(region)
        if found is None:
            raise UnknownIdError("UNKNOWN_GROUNDS", region=f"{region:06d}")
        code, number, version = found
        text = self.grounds.find(version.digest)
        return {
            "asked": f"{region:06d}",
            "at": rfc3339(self.now),
            "region": f"{code:06d}",
            "version": number,
            "digest": version.digest,
            "since": rfc3339(begins(version)),
            "grounds": text.as_json() if text else None,
        }


def _tables(state: Entities) -> list[tuple[int, CodeTable]]:
    """Region and table of all grounds, by region."""
    return region_tables(state, lambda name: name == TABLE)
