"""Orders about service items, and licenses that were asked for again for one."""

from __future__ import annotations

from collections.abc import Sequence

from ledger.domain.items import ItemList, effective, item_words, owner_of
from ledger.domain.license_tree import root
from ledger.domain.moments import rfc3339
from ledger.domain.objects import ascii32
from ledger.domain.sharing_entities import Item, ItemVersion, Repeat
from ledger.domain.state import StateView, typed
from ledger.errors import TransitionError, UnknownIdError
from ledger.ports import Entities
from ledger.service.share import ShareOrder
from ledger.service.signing import KeyFile

_DAY = 86_400
"""Seconds within which a body's second report of the same is taken for the first one again."""


def register_item(listed: ItemList, since: int, by: Sequence[KeyFile]) -> ShareOrder:
    """Register an item, or its next version; by the handling body.

    Args:
        listed: What it is and needs.
        since: From when it counts, in Unix seconds; 0 for now.
        by: A signing key of the handling body.
    """
    words = tuple(item_words(listed))
    members = {"region": listed.region, "since": since, "root": root(words), "size": len(words)}
    return ShareOrder("RegisterItem", {**_named(listed.code), **members}, tuple(by), words)


def end_item(code: str, until: int, by: Sequence[KeyFile]) -> ShareOrder:
    """End an item at a moment, 0 for now; by the handling body."""
    return ShareOrder("EndItem", {**_named(code), "until": until}, tuple(by))


def repeat_members(code: str, version: int, license_id: str, asked_at: int) -> dict[str, object]:
    """What says that a license was asked for again for a version of an item, at a moment."""
    return {"licenseId": license_id, **_named(code), "version": version, "askedAt": asked_at}


def require_first_report(state: Entities, body: str, license_id: str, item: str, at: int) -> None:
    """Refuse to report one asking twice: a body told of the same within a day before.

    Args:
        state: The ledger.
        body: Credit code of who reports.
        license_id: What was asked for again, 0x-hex.
        item: Code of the item.
        at: When it was asked for, Unix seconds.

    Raises:
        TransitionError: `REPEAT_TOLD`, naming the report that is there.
    """
    for name, told in state.entities("repeat"):
        if not isinstance(told, Repeat) or (told.by, told.license_id, told.item) != (body, license_id, item):
            continue
        if abs(told.asked_at - at) < _DAY:
            asked = rfc3339(told.asked_at)
            raise TransitionError("REPEAT_TOLD", repeat=name, item=item, licenseId=license_id, askedAt=asked)


def report_repeat(body: str, members: dict[str, object], by: Sequence[KeyFile]) -> ShareOrder:
    """Report it, as a body that was shown the license."""
    return ShareOrder("ReportRepeat", {"by": ascii32(body), **members}, tuple(by))


def _named(code: str) -> dict[str, object]:
    return {"owner": ascii32(owner_of(code)), "code": ascii32(code)}


def item_in(state: StateView, code: str, at: int) -> tuple[Item, int, ItemVersion]:
    """An item with number and version of what counts at a moment; raises `UNKNOWN_ITEM`."""
    item = typed(state, "item", code, Item)
    version = effective(item, at) if item else None
    if item is None or version is None:
        raise UnknownIdError("UNKNOWN_ITEM", item=code)
    return item, *version


def item_json(item: Item, number: int, version: ItemVersion) -> dict[str, object]:
    """A version as `item show` tells it."""
    after = item.versions[number] if number < len(item.versions) else None
    return {
        "item": item.code,
        "owner": item.owner,
        "region": f"{version.region:06d}",
        "version": number,
        "since": rfc3339(version.since),
        "until": rfc3339(after.since) if after else None,
        "types": list(version.types),
        "listDigest": version.list_digest,
    }


def repeat_json(name: str, repeat: Repeat) -> dict[str, object]:
    """A license that was asked for again, as `item repeats` tells it."""
    return {
        "repeat": name,
        "item": repeat.item,
        "body": owner_of(repeat.item),
        "version": repeat.version,
        "licenseId": repeat.license_id,
        "askedAt": rfc3339(repeat.asked_at),
        "by": repeat.by or None,
        "recordedAt": rfc3339(repeat.recorded_at),
        "seq": repeat.seq,
    }
