"""The seal that a license names, by the lists of seals on the ledger.

An issuer's own list counts, and those of its region and of the regions above that. The last version of each
that was recorded and had begun by the moment of knowledge counts, unless a compromised key signed it
(docs/adr/0040). That a list says so is proved as everything else is; what it says is its publisher's word.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from ledger.domain.canonical import JsonObject
from ledger.domain.entities import Organisation
from ledger.domain.lineage import regions_above, registrars, superiors_of, void_as_of
from ledger.domain.moments import rfc3339
from ledger.domain.objects import (
    ascii32,
    code_table_object,
    key_object,
    organisation_object,
    region_object,
)
from ledger.domain.seals import (
    TABLE_NAME,
    CountingList,
    Known,
    NamedSeal,
    SealList,
    SealStanding,
    known_of,
)
from ledger.domain.sharing_entities import CodeTable, CodeTableVersion
from ledger.domain.state import StateView, typed

FindSeals = Callable[[str], SealList | None]
"""From a digest to the list, where its text is at hand."""

SEAL_REVOKED = "SEAL_REVOKED"
SEAL_REVOKED_BEFORE_RECORD = "SEAL_REVOKED_BEFORE_RECORD"
SEAL_DIFFERS = "SEAL_DIFFERS"
SEAL_LIST_NOT_HERE = "SEAL_LIST_NOT_HERE"
_FLAG_OF = {
    SealStanding.REVOKED: SEAL_REVOKED,
    SealStanding.NOT_IN_TERM: "SEAL_NOT_IN_TERM",
    SealStanding.NOT_LISTED: "SEAL_NOT_LISTED",
    SealStanding.LIST_NOT_HERE: SEAL_LIST_NOT_HERE,
}
SEAL_FLAGS = frozenset({*_FLAG_OF.values(), SEAL_REVOKED_BEFORE_RECORD, SEAL_DIFFERS})
"""Flags beside a verdict that lists of seals give."""


def body_table(body: str) -> bytes:
    """Object of the code table that has a body's list."""
    return code_table_object(organisation_object(body), ascii32(TABLE_NAME))


def region_table(region: int) -> bytes:
    """Object of the code table that has a region's list."""
    return code_table_object(region_object(region), ascii32(TABLE_NAME))


def seal_table(state: StateView, table: bytes) -> CodeTable | None:
    """A code table by its object; None where nothing was published."""
    return typed(state, "codeTable", "0x" + table.hex(), CodeTable)


def seal_objects(state: StateView, issuer: str) -> set[bytes]:
    """Objects whose histories decide which lists count for a body; as `missing_objects`."""
    body = typed(state, "organisation", issuer, Organisation)
    regions = regions_above(state, body.region) if body else set[int]()
    tables = {body_table(issuer), *map(region_table, regions)}
    needed = {organisation_object(issuer), *map(region_object, regions), *tables}
    listed = (table for each in tables if (table := seal_table(state, each)))
    keys = {version.key_id for table in listed for version in table.versions}
    every = {*keys, *(above for key in keys for above in registrars(state, key))}
    return needed | {key_object(bytes.fromhex(each[2:])) for each in every}


def counting_version(
    state: StateView, table: CodeTable, known_at: int
) -> tuple[int, CodeTableVersion] | None:
    """Number and content of the version that counts at a moment of knowledge; None where none does."""
    is_void = void_as_of(state, known_at)
    counting = [
        (number, each)
        for number, each in enumerate(table.versions, 1)
        if max(each.recorded_at, each.since) <= known_at and not is_void(each.key_id, each.recorded_at)
    ]
    return counting[-1] if counting else None


def counting_lists(state: StateView, body: str, known_at: int, find: FindSeals) -> Iterator[CountingList]:
    """The lists that count for a body at a moment of knowledge: its own, then those of regions above."""
    own = typed(state, "organisation", body, Organisation)
    regions = superiors_of(state, own.region, known_at, known_at) if own else []
    tables = [(body, body_table(body)), *((f"{each:06d}", region_table(each)) for each in regions)]
    for publisher, table in tables:
        listed = seal_table(state, table)
        counting = counting_version(state, listed, known_at) if listed else None
        if counting is not None:
            number, version = counting
            yield CountingList(publisher, number, version.digest, find(version.digest))


@dataclass(frozen=True)
class Sealing:
    """A license's seal, and when it was put on it.

    Attributes:
        seal: As the license names it.
        stated: When it was sealed by the license's own words, in Unix seconds, or None.
        recorded: When the license was recorded; the layout file, whose digest it has, was sealed by then.
    """

    seal: NamedSeal
    stated: int | None
    recorded: int

    @property
    def at(self) -> int:
        """The moment by which the seal is judged: the stated one, but none after the record."""
        return self.recorded if self.stated is None else min(self.stated, self.recorded)

    @property
    def is_stated(self) -> bool:
        """Whether that moment is nothing but the issuer's word."""
        return self.stated is not None and self.stated <= self.recorded


@dataclass(frozen=True)
class JudgedSeal:
    """What lists say of a license's seal, as known when it was recorded, and now.

    Attributes:
        sealing: The seal and its moment.
        then: By the lists that counted when the license was recorded.
        now: By those that count at the moment of knowledge.
    """

    sealing: Sealing
    then: Known
    now: Known

    @property
    def flags(self) -> tuple[str, ...]:
        """What stands beside the verdict; it changes no result."""
        standing = self.now.standing(self.sealing.at)
        flag = _FLAG_OF.get(standing)
        is_late = self.now.standing(self.sealing.recorded) is SealStanding.REVOKED
        late = (SEAL_REVOKED_BEFORE_RECORD,) if is_late and standing is not SealStanding.REVOKED else ()
        return (*((flag,) if flag else ()), *late, *((SEAL_DIFFERS,) if self.now.differs else ()))

    @property
    def is_listed(self) -> bool:
        """Whether lists say whether it was revoked and in its term."""
        told = {SealStanding.GOOD, SealStanding.REVOKED, SealStanding.NOT_IN_TERM}
        return self.now.standing(self.sealing.at) in told

    def as_json(self) -> JsonObject:
        """The member `seal` of the evidence of step 4."""
        sealing = self.sealing
        return {
            **sealing.seal.as_json(),
            "sealedAt": rfc3339(sealing.at),
            "sealedAtBy": "STATED" if sealing.is_stated else "RECORDED",
            "recordedAt": rfc3339(sealing.recorded),
            "then": self.then.as_json(sealing.at),
            "now": self.now.as_json(sealing.at),
        }


def judge_seal(state: StateView, issuer: str, sealing: Sealing, known_at: int, find: FindSeals) -> JudgedSeal:
    """Hold the seal of a license against the lists on the ledger.

    Args:
        state: Complete for `seal_objects`.
        issuer: Credit code of whose license it is.
        sealing: The seal.
        known_at: The moment of knowledge.
        find: Finds texts of lists.
    """
    then, now = (
        known_of(issuer, sealing.seal, counting_lists(state, issuer, moment, find))
        for moment in (min(sealing.recorded, known_at), known_at)
    )
    return JudgedSeal(sealing, then, now)


def with_layout_judged(evidence: Mapping[str, object], check: str) -> dict[str, object]:
    """The evidence of a layout file without one of the checks of its seal that nobody made."""
    layout = evidence.get("layout")
    seal = layout.get("seal") if isinstance(layout, dict) else None
    if not isinstance(layout, dict) or not isinstance(seal, dict):
        return dict(evidence)
    left = [each for each in seal["notChecked"] if each["check"] != check]
    return {**evidence, "layout": {**layout, "seal": {**seal, "notChecked": left}}}
