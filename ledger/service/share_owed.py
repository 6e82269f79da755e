"""Orders about what is lacked and owed: demands, duties, code tables, who writes in base libraries."""

from __future__ import annotations

from collections.abc import Sequence

from eth_hash.auto import keccak

from ledger.domain.canonical import JsonValue, canonical
from ledger.domain.sharing import BaseLibrary, DutyKind
from ledger.domain.sharing_entities import Demand, Resource
from ledger.domain.state import StateView, typed
from ledger.errors import UnknownIdError, UsageError
from ledger.ports import Entropy
from ledger.service.catalog_texts import CatalogTexts
from ledger.service.share import ShareOrder
from ledger.service.share_resources import code_word
from ledger.service.signing import KeyFile


def demand(
    demander: str,
    wanted: str,
    item: str,
    catalog_texts: CatalogTexts,
    entropy: Entropy,
    by: Sequence[KeyFile],
) -> ShareOrder:
    """Say which data a body lacks; by that body. The ledger gets a salted digest of the words.

    Raises:
        UsageError: `WORDS_EMPTY`.
    """
    if not wanted.strip():
        raise UsageError("WORDS_EMPTY", name="--wanted")
    members = {
        "demander": code_word("demander", demander),
        "nonce": entropy.token(32),
        "wanted": catalog_texts.wanted(wanted),
        "item": code_word("item", item),
    }
    return ShareOrder("Demand", members, tuple(by), drawn=frozenset({"nonce", "wanted"}))


def offer(name: str, resource: Resource, by: Sequence[KeyFile]) -> ShareOrder:
    """Offer a resource to a demand; by the provider."""
    return ShareOrder("Offer", _pair(name, resource), tuple(by))


def match(name: str, resource: Resource, by: Sequence[KeyFile]) -> ShareOrder:
    """Say that a resource meets a demand; by the body whose demand it is."""
    return ShareOrder("MatchDemand", _pair(name, resource), tuple(by))


def _pair(name: str, resource: Resource) -> dict[str, object]:
    named = {"owner": code_word("owner", resource.owner), "code": code_word("code", resource.code)}
    return {"demand": name, **named}


def demand_in(state: StateView, name: str) -> Demand:
    """A demand by its object; raises `UNKNOWN_DEMAND`."""
    found = typed(state, "demand", name, Demand)
    if found is None:
        raise UnknownIdError("UNKNOWN_DEMAND", demand=name[:80])
    return found


def set_duty(
    region: int, owner: str, code: str, kind: DutyKind, what: str, due: int, by: Sequence[KeyFile]
) -> ShareOrder:
    """Set an item of a region's responsibility list, which is published; a due time of 0 strikes it out.

    Args:
        region: Whose list; it or a superior one signs.
        owner: The body that owes it.
        code: The owner's code for the resource that meets it.
        kind: Sharing, or letting data flow back.
        what: Digest of the item in the words of the list, 0x-hex (`CatalogTexts.what`).
        due: First moment that is too late.
        by: Governing keys.
    """
    members = {
        "region": region,
        "owner": code_word("owner", owner),
        "code": code_word("code", code),
        "kind": int(kind),
        "what": what,
        "due": due,
    }
    return ShareOrder("SetDuty", members, tuple(by))


def set_code_table(
    region: int, publisher: str, name: str, table: JsonValue, since: int, by: Sequence[KeyFile]
) -> ShareOrder:
    """Publish a version of a code table, by a region or by a body.

    Args:
        region: Whose table it is; 0 where it is a body's.
        publisher: Credit code of the body; empty where it is a region's.
        name: Of the table.
        table: Its content, as it is published.
        since: From when it counts.
        by: Governing keys of the region, or signing keys of the body.
    """
    members = {
        "region": region,
        "publisher": code_word("publisher", publisher),
        "name": code_word("name", name),
        "digest": table_digest(table),
        "since": since,
    }
    return ShareOrder("SetCodeTable", members, tuple(by))


def table_digest(table: JsonValue) -> str:
    """keccak-256 of the canonical form of a code table, 0x-hex."""
    return "0x" + keccak(canonical(table)).hex()


def name_writer(
    region: int, library: BaseLibrary, body: str, since: int, until: int, by: Sequence[KeyFile]
) -> ShareOrder:
    """Name a body that writes in a base library of a region; one that is over ends it."""
    members = {
        "region": region,
        "baseLibrary": int(library),
        "body": code_word("body", body),
        "since": since,
        "until": until,
    }
    return ShareOrder("NameLibraryWriter", members, tuple(by))
