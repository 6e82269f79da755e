"""By what entities of sharing are found, beside their keys: whose they are, for whom, about what.

An index keeps these words beside the entities, so that a question about one body or one license reads what
is about it and nothing else. What is found by words at all always has one that never changes.
"""

from __future__ import annotations

from enum import StrEnum

from ledger.domain.entities import Entity
from ledger.domain.sharing_entities import (
    Correction,
    Declaration,
    Demand,
    Grant,
    Item,
    Refusal,
    Repeat,
    Resource,
    UseBatch,
    Uses,
    resource_owner,
)

NO_LICENSE = "0x" + "00" * 32
"""What stands where something is about no single license."""


class By(StrEnum):
    """By what it is found."""

    OWNER = "owner"
    GRANTEE = "grantee"
    DEMANDER = "demander"
    RESOURCE = "resource"
    LICENSE = "license"
    GRANT = "grant"
    REQUEST = "request"
    OPEN = "open"


YES = "yes"
"""The word of what holds or does not."""

Links = frozenset[tuple[By, str]]


def links_of(entity: Entity) -> Links:
    """By which words an entity is found; none for what is found by its key alone.

    Example:
        >>> sorted(links_of(Demand(1, "11310118MB1A2B3C4D", "0x00", "", 0)))
        [(<By.DEMANDER: 'demander'>, '11310118MB1A2B3C4D'), (<By.OPEN: 'open'>, 'yes')]
    """
    match entity:
        case Resource() | Item():
            return frozenset({(By.OWNER, entity.owner)})
        case Demand():
            open_ = [] if entity.matches else [(By.OPEN, YES)]
            return frozenset([(By.DEMANDER, entity.demander), *open_])
        case Declaration() | Grant():
            return _of_resource(entity)
        case Correction() | Repeat():
            return _about(entity.license_id)
        case Uses() | UseBatch() | Refusal():
            return _of_use(entity)
        case _:
            return frozenset()


def _of_resource(entity: Declaration | Grant) -> Links:
    own = frozenset({(By.OWNER, resource_owner(entity.resource)), (By.RESOURCE, entity.resource)})
    if isinstance(entity, Declaration):
        return own
    return own | {(By.GRANTEE, entity.grantee)} | _about(entity.license_id)


def _of_use(record: Uses | UseBatch | Refusal) -> Links:
    match record:
        case Uses():
            named = ([(By.GRANT, use.grant), (By.REQUEST, use.request_digest)] for use in record.uses)
            return frozenset(each for one in named for each in one)
        case UseBatch():
            return frozenset({(By.GRANT, record.grant)})
    own = [(By.OWNER, record.owner), (By.GRANT, record.grant), (By.REQUEST, record.request_digest)]
    return frozenset(each for each in own if each[1])


def _about(license_id: str) -> Links:
    return frozenset() if license_id == NO_LICENSE else frozenset({(By.LICENSE, license_id)})
