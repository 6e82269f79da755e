"""Code tables: which version counts when, and whether a file is the one in effect."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from enum import StrEnum

from ledger.domain.canonical import JsonObject
from ledger.domain.entities import IsVoid
from ledger.domain.lineage import EVER, void_as_of
from ledger.domain.moments import rfc3339
from ledger.domain.objects import (
    ascii32,
    code_table_object,
    organisation_object,
    region_id,
    region_object,
)
from ledger.domain.sharing_entities import CodeTable, CodeTableVersion
from ledger.domain.state import StateView, typed
from ledger.errors import UnknownIdError, UsageError
from ledger.ports import Entities
from ledger.service.listed_bodies import listed_bodies
from ledger.service.share_resources import code_word

_USCC = 18
_KEY = re.compile("([0-9]{6}|[0-9A-Z]{18})/([!-~]{1,32})")


class TableStanding(StrEnum):
    """Whether a version counts at a moment."""

    IN_EFFECT = "IN_EFFECT"
    NOT_YET = "NOT_YET"
    SUPERSEDED = "SUPERSEDED"


def effective_table(table: CodeTable, at: int) -> tuple[int, CodeTableVersion] | None:
    """Number and content of the version that counts at a moment; None where none does yet.

    Of those that have begun it is the one that began last; of two that began together, the later one.
    """
    begun = [(each.since, number, each) for number, each in enumerate(table.versions, 1) if each.since <= at]
    if not begun:
        return None
    _, number, version = max(begun, key=lambda each: each[:2])
    return number, version


def begins(version: CodeTableVersion) -> int:
    """When a version comes into effect: once it is recorded, and its time has come."""
    return max(version.recorded_at, version.since)


def version_at(
    table: CodeTable, at: int, is_void: IsVoid, before: int | None = None
) -> tuple[int, CodeTableVersion] | None:
    """Number and content of the version that counts at a moment; None where none does.

    Args:
        table: Of a region.
        at: In Unix seconds.
        is_void: Tells keys that were compromised.
        before: Only what stands on the ledger before this record; None for all.
    """
    counting = [
        (begins(each), number, each)
        for number, each in enumerate(table.versions, 1)
        if begins(each) <= at
        and (before is None or each.seq < before)
        and not is_void(each.key_id, each.recorded_at)
    ]
    return max(counting, key=lambda each: each[:2])[1:] if counting else None


def region_table(state: StateView, region: int, name: str) -> CodeTable | None:
    """A region's code table by its name; None where the region never published one."""
    own = "0x" + code_table_object(region_object(region), ascii32(name)).hex()
    return typed(state, "codeTable", own, CodeTable)


def says_already(state: StateView, table: CodeTable | None, digest: str, since: int) -> bool:
    """Whether the newest version of a table is a text, not for later than a moment, and by a sound key.

    What a compromised key signed counts for nothing, so that the same text has to be published again; so it
    has where it was to count from too late a moment.

    Args:
        state: Keys.
        table: Of which every version counts, or the last one that was recorded.
        digest: Of the text, 0x-hex.
        since: From when it shall count.
    """
    last = table.versions[-1] if table is not None else None
    if last is None or last.digest != digest or last.since > max(since, last.recorded_at):
        return False
    return not void_as_of(state, EVER)(last.key_id, last.recorded_at)


def counts_already(state: StateView, table: CodeTable | None, digest: str, at: int) -> bool:
    """Whether a text is what counts at a moment, so that publishing it for then changes nothing.

    Args:
        state: Keys.
        table: Of which the version counts that came into effect last.
        digest: Of the text, 0x-hex.
        at: From when it shall count, not before now; what is recorded next is not before what is.
    """
    if table is None:
        return False
    first = max(at, table.versions[-1].recorded_at)
    found = version_at(table, first, void_as_of(state, EVER))
    return found is not None and found[1].digest == digest


def region_tables(state: Entities, is_wanted: Callable[[str], bool]) -> list[tuple[int, CodeTable]]:
    """The code tables of regions whose names are wanted, with the region, by region and name.

    A table of such a name that a body publishes is none of them.
    """
    regions = {region_id(int(code)): int(code) for code, _ in state.entities("region")}
    found = [
        (regions[each.publisher], each)
        for each in _all(state)
        if each.publisher in regions and is_wanted(each.name)
    ]
    return sorted(found, key=lambda each: (each[0], each[1].name))


def body_tables(state: Entities, name: str) -> list[tuple[str, CodeTable]]:
    """The code tables of a name that bodies published, with the body's credit code, by that.

    A table of that name that a region publishes is none of them.
    """
    bodies = listed_bodies(state)
    codes = ((bodies.get(each.publisher, ""), each) for each in _all(state) if each.name == name)
    return sorted(((code, each) for code, each in codes if len(code) == _USCC), key=lambda each: each[0])


def places_of(tables: Iterable[tuple[int, CodeTable]], digest: str) -> list[JsonObject]:
    """As which versions of the tables of which regions a text stands: members of `published`."""
    return [
        {"region": f"{region:06d}", "version": number}
        for region, table in tables
        for number, each in enumerate(table.versions, 1)
        if each.digest == digest
    ]


def version_rows(
    region: int, table: CodeTable, at: int, is_void: IsVoid, is_here: Callable[[str], bool]
) -> list[JsonObject]:
    """All versions of a region's table as lists tell them, with which one counts at a moment.

    Args:
        region: Whose it is.
        table: The table.
        at: In Unix seconds.
        is_void: Tells keys that were compromised.
        is_here: Whether the text with a digest is kept.
    """
    counting = version_at(table, at, is_void)
    return [
        {
            "region": f"{region:06d}",
            "version": number,
            "digest": each.digest,
            "publishedAt": rfc3339(each.recorded_at),
            "since": rfc3339(begins(each)),
            "counts": counting is not None and counting[0] == number,
            "void": is_void(each.key_id, each.recorded_at),
            "here": is_here(each.digest),
        }
        for number, each in enumerate(table.versions, 1)
    ]


def table_in(state: Entities, key: str) -> CodeTable:
    """A code table by its publisher and name, `PUBLISHER/NAME`.

    Raises:
        UsageError: `CODE_TABLE_KEY`.
        UnknownIdError: `UNKNOWN_CODE_TABLE`.
    """
    found = _KEY.fullmatch(key)
    if found is None:
        raise UsageError("CODE_TABLE_KEY", key=key[:60])
    publisher, name = found.groups()
    owner = region_object(int(publisher)) if len(publisher) == 6 else organisation_object(publisher)
    own = "0x" + code_table_object(owner, code_word("name", name)).hex()
    table = typed(state, "codeTable", own, CodeTable)
    if table is None:
        raise UnknownIdError("UNKNOWN_CODE_TABLE", table=key)
    return table


def table_json(state: Entities, table: CodeTable, at: int) -> JsonObject:
    """The keys of `code-table show` that the ledger tells."""
    current = effective_table(table, at)
    return {
        "name": table.name,
        "publisher": listed_bodies(state).get(table.publisher, table.publisher),
        "at": rfc3339(at),
        "version": current[0] if current else None,
        "digest": current[1].digest if current else None,
        "since": rfc3339(current[1].since) if current else None,
        "versions": [
            {
                "version": number,
                "digest": each.digest,
                "since": rfc3339(each.since),
                "publishedAt": rfc3339(each.recorded_at),
                "standing": _standing(table, number, at).value,
            }
            for number, each in enumerate(table.versions, 1)
        ],
    }


def tables_with(state: Entities, digest: str, at: int, key: str | None = None) -> list[JsonObject]:
    """Where a table with a digest stands: one row for each version that it is; raises as `table_in`.

    Args:
        state: The ledger.
        digest: 0x-hex.
        at: The moment asked about.
        key: Only of this table, or None for all.
    """
    tables = [table_in(state, key)] if key is not None else list(_all(state))
    bodies = listed_bodies(state)
    return [
        {
            "name": table.name,
            "publisher": bodies.get(table.publisher, table.publisher),
            "version": number,
            "since": rfc3339(each.since),
            "standing": _standing(table, number, at).value,
        }
        for table in tables
        for number, each in enumerate(table.versions, 1)
        if each.digest == digest
    ]


def _standing(table: CodeTable, number: int, at: int) -> TableStanding:
    current = effective_table(table, at)
    if current is not None and current[0] == number:
        return TableStanding.IN_EFFECT
    return TableStanding.NOT_YET if table.versions[number - 1].since > at else TableStanding.SUPERSEDED


def _all(state: Entities) -> Iterator[CodeTable]:
    return (each for _, each in state.entities("codeTable") if isinstance(each, CodeTable))
