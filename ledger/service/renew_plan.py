"""What is to be done with a sheet of renewals, as the journal of the sheet has it line by line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from ledger.domain.canonical import JsonObject
from ledger.domain.sheet_rows import RowFault
from ledger.service.old_licenses import LeafPlace, Old


@dataclass
class Chunk:
    """Rows whose licenses one batch renews.

    Attributes:
        number: Place in the journal, counted from 0.
        batch: Object of the earlier batch.
        rows: Line and leaf of each, by leaf.
        done: What was issued.
        is_dropped: Whether the ledger refused it, and its rows were planned anew.
    """

    number: int
    batch: str
    rows: list[tuple[int, int]]
    done: JsonObject | None = None
    is_dropped: bool = False

    def as_json(self) -> JsonObject:
        """As the journal has it."""
        return {"batch": self.batch, "rows": [list(each) for each in self.rows]}


@dataclass(frozen=True)
class Single:
    """How far the renewal of one license is.

    Attributes:
        is_done: Whether it is recorded, and its file handed over.
        is_accepted: Whether it is handed over, and its record still to come.
        promise_key: How far a service's promise of it was checked, or None.
    """

    is_done: bool = False
    is_accepted: bool = False
    promise_key: str | None = None


@dataclass
class Plan:
    """What is to be done, and what is done."""

    chunks: list[Chunk] = field(default_factory=list)
    singles: dict[int, Single] = field(default_factory=dict)
    """By line: how far it is."""
    faults: list[RowFault] = field(default_factory=list)

    @property
    def lines(self) -> set[int]:
        """Lines that are or will be renewed."""
        living = (chunk for chunk in self.chunks if not chunk.is_dropped)
        return {line for chunk in living for line, _ in chunk.rows} | set(self.singles)

    def take(self, entry: JsonObject) -> None:
        """Go on as a line of the journal says."""
        if "plan" in entry:
            self._lay(entry["plan"])
        elif "done" in entry:
            self.chunks[entry["done"]].done = entry["issued"]
        elif "renewed" in entry:
            recorded, checked = entry.get("recorded", True), entry.get("promiseKey")
            self.singles[entry["renewed"]] = Single(recorded, not recorded, checked)
        elif "dropped" in entry:
            self.chunks[entry["dropped"]].is_dropped = True
            self._lay(entry["instead"])
        elif "rejected" in entry:
            self._reject([RowFault(**each) for each in entry["rejected"]])

    def _lay(self, added: JsonObject) -> None:
        for each in added["batches"]:
            rows = [(line, leaf) for line, leaf in each["rows"]]
            self.chunks.append(Chunk(len(self.chunks), each["batch"], rows))
        self.singles |= dict.fromkeys(added["singles"], Single())
        self._reject([RowFault(**each) for each in added["rejected"]])

    def _reject(self, faults: Sequence[RowFault]) -> None:
        self.faults += faults
        for fault in faults:
            self.singles.pop(fault.line, None)


def planned(good: Sequence[tuple[int, Old, str]], size: int) -> JsonObject:
    """Rows by the batch of their old licenses and by issuer, in the order of the leaves; the rest singly."""
    groups: dict[tuple[str, str], list[tuple[int, LeafPlace]]] = {}
    for line, old, issuer in good:
        if old.leaf is not None:
            groups.setdefault((old.leaf.batch, issuer), []).append((line, old.leaf))
    batches = []
    for (batch, _), rows in groups.items():
        rows.sort(key=lambda row: row[1].index)
        ordered = [[line, leaf.index] for line, leaf in rows]
        batches += [
            {"batch": batch, "rows": ordered[start : start + size]} for start in range(0, len(rows), size)
        ]
    return {"batches": batches, "singles": [line for line, old, _ in good if old.leaf is None]}
