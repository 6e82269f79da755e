"""From differences to the lines that mend them, as far as a comparison alone can tell.

What only a person knows stays undone and is told: a status that says not what happened, an ended
license that the source holds as in force, a license without content. What the ledger alone holds is
left to the report.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from ledger.domain.acts import Act, Status
from ledger.domain.canonical import JsonObject
from ledger.domain.exchange_codes import ENDED_BY
from ledger.domain.snapshot import SnapshotRow
from ledger.service.reconcile import Difference

_OPEN = (Status.IN_FORCE, Status.NOT_YET, Status.EXPIRED)
"""Where acts may follow."""

_ENDS = ("03", "04", "07")


class _Untold(Exception):
    """Nothing to feed can be told; the text is the reason's code."""


@dataclass
class MendFeed:
    """Writes the lines of a mend.

    Attributes:
        write: Takes one line.
        written: How many there are.
        undone: Differences without a line: the license and the reason.
    """

    write: Callable[[JsonObject], None]
    written: int = 0
    undone: list[JsonObject] = field(default_factory=list)

    def take(self, found: Difference) -> None:
        """Write what mends a difference as far as it goes, and note why it goes no further."""
        try:
            for line in _lines(found):
                self.written += 1
                self.write({"sequence": self.written, **line})
        except _Untold as reason:
            name = found.identifier or found.row.identifier or found.row.serial
            self.undone.append({"identifier": name, "code": str(reason)})


def _lines(found: Difference) -> Iterator[JsonObject]:
    row, standing, key = found.row, found.standing, {"identifier": found.identifier}
    if standing is None or not (found.fields or found.is_other_status):
        yield from _brought(found, row)
        return
    is_suspended = standing.status is Status.SUSPENDED
    if not is_suspended and standing.status not in _OPEN:
        raise _Untold("ENDED")
    if is_suspended and row.status == "01":
        is_leaving = standing.fact is not None and standing.fact.act is Act.TRANSFER_OUT
        yield {"op": "10" if is_leaving else "06", "key": key}
    elif is_suspended and found.fields:
        yield from _ended_at_least(row, key)
    yield from _amended(found, row, is_lifted=is_suspended)


def _amended(found: Difference, row: SnapshotRow, is_lifted: bool) -> Iterator[JsonObject]:
    """The source's content, then its status; a license in force of which both differ has both."""
    if found.fields:
        yield _correction(found, row)
    if not found.is_other_status:
        return
    if row.status != "01":
        yield _act(row, {"serial": row.serial} if found.fields else {"identifier": found.identifier})
    elif not (found.fields or is_lifted):
        raise _Untold("ENDED")


def _ended_at_least(row: SnapshotRow, key: JsonObject) -> Iterator[JsonObject]:
    """A suspended license is not amended; an end may follow as it is."""
    if row.status in _ENDS:
        yield _act(row, key)
    raise _Untold("SUSPENDED")


def _brought(found: Difference, row: SnapshotRow) -> Iterator[JsonObject]:
    """A license that the ledger does not hold, or holds in an earlier version only."""
    if row.given is None:
        raise _Untold("NO_CONTENT")
    if found.standing is not None and found.standing.status not in _OPEN:
        raise _Untold("ENDED")
    if found.standing is None:
        yield {"op": "insert", "license": row.given}
    else:
        key = {"identifier": found.identifier}
        yield {"op": "update", "act": "change", "key": key, "license": row.given}
    if row.status not in ("01", "05"):
        yield _act(row, {"serial": row.serial})


def _correction(found: Difference, row: SnapshotRow) -> JsonObject:
    """The source's words as the next version: what was recorded stays as it is."""
    given = dict(row.given or {})
    metadata = dict(given["metadata"])
    for name in ("certificateIdentifier", "certificateVersion"):
        metadata.pop(name, None)
    ground = {"ground": "CLERICAL_ERROR"}
    key = {"identifier": found.identifier}
    license_ = {**given, "serial": row.serial, "metadata": metadata}
    return {"op": "update", "act": "correct", **ground, "key": key, "license": license_}


def _act(row: SnapshotRow, key: JsonObject) -> JsonObject:
    more = {name: value for name, value in (("ground", row.ground), ("region", row.region)) if value}
    if row.status == "02":
        return {"op": "03", "key": key, **more}
    if row.status not in ENDED_BY:
        raise _Untold("STATUS_UNTOLD")
    return {"op": "05", "status": row.status, "key": key, **more}
