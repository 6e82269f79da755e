"""Rules of service items, and of licenses that were asked for again although the ledger had them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from ledger.domain.acts import Status
from ledger.domain.entities import License
from ledger.domain.facts import Fact
from ledger.domain.items import effective, is_item_code
from ledger.domain.lifecycle import status_at
from ledger.domain.lineage import cut_off_of, superiors_of
from ledger.domain.messages import Kind
from ledger.domain.objects import from_ascii32
from ledger.domain.representation import LATEST
from ledger.domain.rules.resources import require_organisation
from ledger.domain.rules.uses import require_tree
from ledger.domain.sharing import MOST_MATERIALS
from ledger.domain.sharing_entities import Item, ItemVersion, Repeat
from ledger.domain.state import (
    Change,
    Refused,
    Rule,
    StateView,
    int_of,
    next_rev,
    require_new,
    str_of,
    text_of,
    typed,
)
from ledger.errors import MalformedError


def _registered(state: StateView, fact: Fact) -> list[Change]:
    values, owner = fact.values, text_of(fact.values, "owner")
    if not is_item_code(text_of(values, "code"), owner):
        raise Refused("BAD_RECORD", f"item {text_of(values, 'code')} of {owner}")
    require_tree(fact, MOST_MATERIALS + 1)
    region = int_of(values, "region")
    own = require_organisation(state, owner).region
    if own not in superiors_of(state, region, fact.time, fact.time):
        raise Refused("BAD_RECORD", f"{region:06d} lies outside {own:06d}")
    digest, *types = fact.leaves
    return _followed(state, fact, "since", region, "0x" + digest.hex(), tuple(map(_type, types)))


def _type(word: bytes) -> str:
    try:
        return from_ascii32(word)
    except MalformedError:
        raise Refused("BAD_RECORD", "a license type that is not ASCII") from None


def _ended(state: StateView, fact: Fact) -> list[Change]:
    return _followed(state, fact, "until")


def _followed(
    state: StateView,
    fact: Fact,
    moment: str,
    region: int = 0,
    list_digest: str = "",
    types: tuple[str, ...] = (),
) -> list[Change]:
    """The item with one version more; a region of 0 ends it."""
    owner, code = text_of(fact.values, "owner"), text_of(fact.values, "code")
    before = typed(state, "item", code, Item) or Item(0, owner, code)
    last = before.versions[-1] if before.versions else None
    given = int_of(fact.values, moment)
    since = max(given, fact.time)
    if given > LATEST or since < (last.since if last else 0):
        raise Refused("BAD_RECORD", f"item {code} from {given}")
    if region == 0 and (last is None or last.region == 0):
        raise Refused("BAD_RECORD", f"unknown item {code}")
    version = ItemVersion(
        seq=fact.seq,
        recorded_at=fact.time,
        key_id=fact.key_ids[0],
        since=since,
        region=region,
        list_digest=list_digest,
        types=types,
    )
    after = replace(before, rev=next_rev(before.rev, fact), versions=(*before.versions, version))
    return [Change("item", code, after)]


def _repeated(state: StateView, fact: Fact) -> list[Change]:
    values, object_id = fact.values, require_new(state, "repeat", fact)
    asked_at, number = int_of(values, "askedAt"), int_of(values, "version")
    code, license_id = text_of(values, "code"), str_of(values, "licenseId")
    item, license_ = typed(state, "item", code, Item), typed(state, "license", license_id, License)
    version = effective(item, asked_at) if item and item.owner == text_of(values, "owner") else None
    if asked_at > fact.time or version is None or version[0] != number:
        raise Refused("BAD_RECORD", f"item {code} was not in effect as version {number} at {asked_at}")
    if license_ is None or license_.license_type not in version[1].types:
        raise Refused("BAD_RECORD", f"item {code} does not list {license_id}")
    if not _was_in_force(state, license_, asked_at):
        raise Refused("BAD_RECORD", f"{license_id} was not in force at {asked_at}")
    repeat = Repeat(
        seq=fact.seq,
        recorded_at=fact.time,
        key_id=fact.key_ids[0],
        rev=1,
        by=text_of(values, "by") if "by" in values else "",
        license_id=license_id,
        item=code,
        version=number,
        asked_at=asked_at,
    )
    return [Change("repeat", object_id, repeat)]


def _was_in_force(state: StateView, license_: License, at: int) -> bool:
    """As was known then."""
    standing = status_at(license_, at, at, lambda key: cut_off_of(state, key, at))
    return standing.status is Status.IN_FORCE


APPLY: Mapping[Kind, Rule] = {
    Kind.ITEM_REGISTERED: _registered,
    Kind.ITEM_ENDED: _ended,
    Kind.REPEAT_TOLD: _repeated,
    Kind.REPEAT_REPORTED: _repeated,
}
