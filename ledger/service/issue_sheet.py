"""Issuing the rows of a sheet in batches: each good row once, whatever dies meanwhile.

A journal tells which rows go into which batch before anything is signed, and that a batch is done
after its last file is written. Reading a sheet gives the same inputs every time, and the same inputs
make the same batch (`IssueBatches.issue_batch`), so that an interrupted run is taken up by reading
the sheet again: what is done is passed over, what was begun is finished, the rest follows.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple, Protocol

from ledger.domain.canonical import JsonObject
from ledger.domain.document import FilledIn
from ledger.domain.sheet_rows import InputRows, RowFault, SheetRow, row_fault
from ledger.errors import LedgerError
from ledger.ports import Signer
from ledger.service.deliver_batch import Batches, DeliverBatch, Folder, Remember
from ledger.service.orders import MAX_BATCH


class Journal(Protocol):
    """Lines that survive a crash, in order."""

    def entries(self) -> Iterator[JsonObject]:
        """What was added, from the first on."""
        ...

    def add(self, entry: JsonObject) -> None:
        """Add a line; on return it is on disk."""
        ...


class Rejected(Protocol):
    """Keeps the rows that are not issued, with their reasons."""

    def add(self, row: SheetRow, faults: Sequence[RowFault]) -> bool:
        """Keep a row; one that is kept already stays as it is."""
        ...

    def sync(self) -> None:
        """Have every row on disk."""
        ...


@dataclass
class SheetReport:
    """What became of a sheet.

    Attributes:
        accepted: Rows whose licenses are on the ledger and handed over.
        rejected: Every reason against every other row, in order of lines.
        batches: `{root, size, seq, txHash, promiseKey}` each.
        stopped: Why the rest was not done; None where all was.
    """

    accepted: int = 0
    rejected: list[RowFault] = field(default_factory=list)
    batches: list[JsonObject] = field(default_factory=list)
    stopped: LedgerError | None = None

    @property
    def is_pending(self) -> bool:
        """Whether a record is still to come."""
        return any(each["seq"] is None for each in self.batches)

    def as_json(self) -> dict[str, object]:
        """Keys of `license issue-batch`."""
        rejected = [fault.as_json() for fault in self.rejected]
        return {"accepted": self.accepted, "rejected": rejected, "batches": self.batches}


@dataclass
class _Planned:
    """A batch as the journal knows it."""

    number: int
    ranges: list[tuple[int, int]]
    done: JsonObject | None = None

    @property
    def last(self) -> int:
        return self.ranges[-1][1]

    def __contains__(self, line: int) -> bool:
        return any(first <= line <= last for first, last in self.ranges)


class _Good(NamedTuple):
    """A row without faults, and what it makes."""

    row: SheetRow
    made: FilledIn


class SheetBatches(Batches, Protocol):
    """What issues, and knows what is issued."""

    def refused(self, given: Sequence[FilledIn]) -> list[RowFault]:
        """Why some of the inputs cannot be issued, each counted as a line from 1.

        What is issued already, or is being issued, is `LICENSE_EXISTS`.
        """
        ...


class IssueSheet:
    """Issues one sheet.

    Args:
        batches: What issues.
        journal: Of this sheet and no other.
        rejected: Takes the bad rows.
        folder: Takes the license files.
        remember: Notes the licenses of a batch, so that they are found by their identifiers.
        size: Most licenses of a batch, 1 to 1,000.
    """

    def __init__(
        self,
        batches: SheetBatches,
        journal: Journal,
        rejected: Rejected,
        folder: Folder,
        remember: Remember,
        size: int = MAX_BATCH,
    ) -> None:
        self._batches, self._journal = batches, journal
        self._rejected, self._folder = rejected, folder
        self._deliver = DeliverBatch(batches, folder, remember)
        self._size = min(size, MAX_BATCH)

    def run(self, rows: Iterable[SheetRow], inputs: InputRows, signer: Signer) -> SheetReport:
        """Issue what is not issued yet.

        Args:
            rows: All rows of the sheet, in order; one at a time is looked at.
            inputs: Reads them.
            signer: A registered signing key of the issuer.

        Returns:
            The report on the whole sheet, earlier runs included. A refusal of the ledger or an
            outage ends the run and stands in `stopped`; the batch that it met is issued as a whole
            by another run, or not at all.
        """
        report = SheetReport()
        try:
            for planned, group in self._groups(rows, inputs, report):
                self._issue(planned, group, signer, report)
        except LedgerError as error:
            report.stopped = error
        report.rejected.sort(key=lambda fault: fault.line)
        return report

    def _groups(
        self, rows: Iterable[SheetRow], inputs: InputRows, report: SheetReport
    ) -> Iterator[tuple[_Planned, list[FilledIn]]]:
        """The good rows batch by batch: first those that the journal knows, then new ones."""
        plan = _plan(self._journal)
        begun = len(plan)
        waiting, group = iter(plan), list[_Good]()
        planned = next(waiting, None)
        for row in rows:
            made = self._good(row, inputs, planned, report)
            if made is not None:
                group.append(_Good(row, made))
            if planned is not None and row.line >= planned.last:
                yield planned, _made(group)
                planned, group = next(waiting, None), []
            elif planned is None and len(group) == self._size:
                group = self._new(group, report)
                if len(group) == self._size:
                    yield self._begin(begun, group), _made(group)
                    begun, group = begun + 1, []
        group = self._new(group, report)
        if group:
            yield self._begin(begun, group), _made(group)

    def _good(
        self, row: SheetRow, inputs: InputRows, planned: _Planned | None, report: SheetReport
    ) -> FilledIn | None:
        """What a row makes; None where it is rejected."""
        made = inputs.fill_in(row)
        if isinstance(made, list):
            self._reject(row, made, report)
        elif planned is None or row.line in planned:
            return made
        else:
            self._reject(row, [_issued_before(row)], report)
        return None

    def _new(self, group: Sequence[_Good], report: SheetReport) -> list[_Good]:
        """The rows of a group that can be issued; the others are rejected."""
        refused: dict[int, list[RowFault]] = {}
        for fault in self._batches.refused(_made(group)) if group else ():
            refused.setdefault(fault.line, []).append(fault)
        for place, faults in refused.items():
            row = group[place - 1].row
            self._reject(row, [_told(row, fault) for fault in faults], report)
        return [each for place, each in enumerate(group, start=1) if place not in refused]

    def _reject(self, row: SheetRow, faults: Sequence[RowFault], report: SheetReport) -> None:
        self._rejected.add(row, faults)
        report.rejected.extend(faults)

    def _begin(self, number: int, group: Sequence[_Good]) -> _Planned:
        """Note which rows a batch is made of; from now on it is made of no others."""
        planned = _Planned(number, _ranges([each.row.line for each in group]))
        self._rejected.sync()
        self._journal.add({"batch": number, "lines": [list(each) for each in planned.ranges]})
        return planned

    def _issue(self, planned: _Planned, group: list[FilledIn], signer: Signer, report: SheetReport) -> None:
        done = planned.done
        if done is not None and done["seq"] is None:
            done = None  # accepted by a service then; what became of it?
        if done is None or not all(self._folder.has(each.identifier) for each in group):
            shown = self._deliver.issue(group, signer).as_json()
            if done is None:
                self._journal.add({"done": planned.number, "issued": shown})
            done = shown
        report.accepted += len(group)
        report.batches.append(done)


def _made(group: Sequence[_Good]) -> list[FilledIn]:
    return [each.made for each in group]


def _issued_before(row: SheetRow) -> RowFault:
    return row_fault(row.line, "SHEET_ISSUED", "serial" if row.names else "")


def _told(row: SheetRow, fault: RowFault) -> RowFault:
    """What is wrong with an input, told of its row."""
    return _issued_before(row) if fault.code == "LICENSE_EXISTS" else replace(fault, line=row.line)


def _plan(journal: Journal) -> list[_Planned]:
    plan: list[_Planned] = []
    for entry in journal.entries():
        if "batch" in entry:
            plan.append(_Planned(entry["batch"], [(first, last) for first, last in entry["lines"]]))
        elif "done" in entry:
            plan[entry["done"]].done = entry["issued"]
    return plan


def _ranges(lines: Sequence[int]) -> list[tuple[int, int]]:
    """Ascending numbers as closed ranges.

    Example:
        >>> _ranges([2, 3, 4, 7])
        [(2, 4), (7, 7)]
    """
    ranges: list[tuple[int, int]] = []
    for line in lines:
        if ranges and ranges[-1][1] == line - 1:
            ranges[-1] = (ranges[-1][0], line)
        else:
            ranges.append((line, line))
    return ranges
