"""Which revision of what a message binds."""

from __future__ import annotations

from ledger.domain.entities import Batch, License, Representation
from ledger.domain.facts import Values, object_of
from ledger.domain.messages import ON_LICENSES, ON_REPRESENTATIONS, Kind
from ledger.domain.registry_messages import ON_REGISTRY, place_of
from ledger.domain.rules.representations import representation_key
from ledger.domain.rules.resources import library_writer_key, resource_key_of
from ledger.domain.sharing import BaseLibrary
from ledger.domain.state import StateView, int_of, text_of, typed

_IN_TABLE = {
    Kind.DEMAND_OFFERED: "demand",
    Kind.DEMAND_MATCHED: "demand",
    Kind.DUTY_SET: "duty",
    Kind.CODE_TABLE_SET: "codeTable",
    Kind.GRANT_NOTICED: "grant",
    Kind.GRANT_DECIDED: "grant",
    Kind.GRANT_REVIEWED: "grant",
    Kind.CONSENT_GIVEN: "grant",
    Kind.GRANT_WITHDRAWN: "grant",
    Kind.CONSENT_WITHDRAWN: "grant",
    Kind.CORRECTION_ANSWERED: "correction",
    Kind.CORRECTION_DISPUTED: "correction",
    Kind.CORRECTION_CONTESTED: "correction",
    Kind.CORRECTION_SETTLED: "correction",
    Kind.EDITION_PUBLISHED: "edition",
    Kind.EDITION_WITHDRAWN: "edition",
    Kind.RESOURCE_DECLARED: "declaration",
}
"""Tables of what is known by its object."""

_RESOURCES = frozenset({Kind.RESOURCE_REGISTERED, Kind.RESOURCE_MOUNTED, Kind.RESOURCE_PROBED})

_ITEMS = frozenset({Kind.ITEM_REGISTERED, Kind.ITEM_ENDED})

ON_SHARED = _RESOURCES | _ITEMS | _IN_TABLE.keys() | {Kind.LIBRARY_WRITER_NAMED}
"""Records of sharing that bind the revision of what they are about."""


def revision_in(state: StateView, kind: Kind, values: Values) -> int:
    """The revision of what a record of this kind goes on with; 0 where there is nothing yet.

    Args:
        state: As things stand before the record.
        kind: The record's kind: of a license, a representation, a batch, of what is shared or registered.
        values: Members of its struct by name, ids as 0x-hex.
    """
    found: License | Representation | Batch | None = None
    if kind in ON_LICENSES | {Kind.LICENSE_ISSUED}:
        found = typed(state, "license", str(values["licenseId"]), License)
    elif kind in ON_REPRESENTATIONS:
        key = representation_key(str(values["licenseId"]), str(values["representative"]))
        found = typed(state, "representation", key, Representation)
    elif kind is Kind.LICENSE_BATCH_RENEWED:
        found = typed(state, "batch", str(values["earlier"]), Batch)
    elif kind in ON_SHARED | ON_REGISTRY:
        place = _place(kind, values) if kind in ON_SHARED else place_of(kind, values)
        return int(getattr(state.get(*place), "rev", 0))
    return found.rev if found else 0


def _place(kind: Kind, values: Values) -> tuple[str, str]:
    """Table and key of what a record of sharing goes on with."""
    if kind in _RESOURCES:
        return "resource", resource_key_of(values)
    if kind in _ITEMS:
        return "item", text_of(values, "code")
    if kind is Kind.LIBRARY_WRITER_NAMED:
        base_library = BaseLibrary(int_of(values, "baseLibrary"))
        key = library_writer_key(int_of(values, "region"), base_library, text_of(values, "body"))
        return "libraryWriter", key
    return _IN_TABLE[kind], "0x" + object_of(kind, values).hex()
