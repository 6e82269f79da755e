"""Which revision of what a message binds."""

from __future__ import annotations

from ledger.domain.entities import Batch, License, Representation
from ledger.domain.facts import Values
from ledger.domain.messages import ON_LICENSES, ON_REPRESENTATIONS, Kind
from ledger.domain.rules.representations import representation_key
from ledger.domain.state import StateView, typed


def revision_in(state: StateView, kind: Kind, values: Values) -> int:
    """The revision of what a record of this kind goes on with; 0 where there is nothing yet.

    Args:
        state: As things stand before the record.
        kind: The record's kind: of a license, a representation or a batch.
        values: Members of its struct by name, ids as 0x-hex.
    """
    found: License | Representation | Batch | None = None
    if kind in ON_LICENSES:
        found = typed(state, "license", str(values["licenseId"]), License)
    elif kind in ON_REPRESENTATIONS:
        key = representation_key(str(values["licenseId"]), str(values["representative"]))
        found = typed(state, "representation", key, Representation)
    elif kind is Kind.LICENSE_BATCH_RENEWED:
        found = typed(state, "batch", str(values["earlier"]), Batch)
    return found.rev if found else 0
