"""Renewing the licenses of a sheet: by the batch where their old ones are leaves, else one by one.

All rows are read before anything is signed, because a renewal names the leaves of one earlier batch
and these may stand anywhere in the sheet. What is to be done is then noted in one line of the
journal. An interrupted run is taken up by reading the sheet again: rows that the journal knows are
renewed as it says, each once, and of the others it knows why not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import NamedTuple, Protocol

from ledger.domain.canonical import JsonObject
from ledger.domain.document import FilledIn
from ledger.domain.sheet_rows import RENEWS_COLUMN, Cell, CellKind, RowFault, SheetRow, row_fault
from ledger.errors import LedgerError, NotEntitledError, RuleError
from ledger.ports import Signer
from ledger.service.deliver_batch import Batches, DeliverBatch, Folder, Remember
from ledger.service.issue_sheet import Journal, Rejected, SheetReport
from ledger.service.old_licenses import Named, Old, Olds
from ledger.service.orders import MAX_BATCH, PROMISE_KEYS, Deliver, Issued, Renews
from ledger.service.renew_plan import Chunk, Plan, planned
from ledger.service.renewal_rows import Renewal, RenewalRows

Amend = Callable[[str, str | None, JsonObject, Signer, Deliver], Issued]
"""Renews one license: its id, its identifier where known, the input of the new one, who signs, hand-over."""

_MOVED = frozenset({"LEAF_TAKEN", "BATCH_RENEWED_OFTEN"})
"""Refusals of a batch whose leaves do not stand any more where they stood when it was planned."""


class Taken(NamedTuple):
    """A good row, as it waits for its turn."""

    row: SheetRow
    renewal: Renewal

    def as_json(self) -> JsonObject:
        """As a spool keeps it."""
        made, old = self.renewal
        cells = [[cell.text, cell.kind.name] for cell in self.row.cells]
        names = [old.license_id, old.identifier]
        return {"line": self.row.line, "cells": cells, "old": names, "made": [made.given, made.license]}

    @classmethod
    def from_json(cls, form: JsonObject) -> Taken:
        """The inverse of `as_json`."""
        row = SheetRow(form["line"], tuple(Cell(text, CellKind[kind]) for text, kind in form["cells"]))
        license_id, identifier = form["old"]
        return cls(row, Renewal(FilledIn(*form["made"]), Old(license_id, identifier, None)))


class Spool(Protocol):
    """Keeps objects out of memory while one run lasts."""

    def add(self, entry: JsonObject) -> int:
        """Keep an object; where it is found again."""
        ...

    def get(self, place: int) -> JsonObject:
        """An object that was kept."""
        ...


@dataclass
class RenewReport(SheetReport):
    """What became of a sheet of renewals.

    Attributes:
        singly: Rows of `accepted` whose licenses were renewed by themselves.
        pending: Rows of `singly` whose record is still to come.
        promise_keys: How far a service's promises of `singly` were checked.
    """

    singly: int = 0
    pending: int = 0
    promise_keys: set[str] = field(default_factory=set)

    @property
    def is_pending(self) -> bool:
        """Whether a record is still to come."""
        return super().is_pending or self.pending > 0

    def as_json(self) -> dict[str, object]:
        """Keys of `license renew-batch`; of several promises the one that was checked least counts."""
        least = next((each for each in PROMISE_KEYS if each in self.promise_keys), None)
        alone = {"singly": self.singly, "pending": self.pending, "promiseKey": least}
        return {**super().as_json(), **alone}


class Renewing(NamedTuple):
    """What renews, and tells where licenses stand.

    Attributes:
        batches: What issues batches.
        amend: What renews one license.
        olds: Where the licenses before stand, as the ledger has them when it is called; takes those that
            are asked for.
        revision: Revision of a batch of the ledger, by its object, 0x-hex.
    """

    batches: Batches
    amend: Amend
    olds: Callable[[Sequence[Named]], Olds]
    revision: Callable[[str], int]


class RenewSheet:
    """Renews the licenses of one sheet.

    Args:
        renewing: The ledger's side.
        journal: Of this sheet and no other.
        rejected: Takes the bad rows.
        folder: Takes the license files.
        spool: Keeps rows until their turn.
        remember: Notes licenses, so that they are found by their identifiers.
        size: Most licenses of a batch, 1 to 1,000.
    """

    def __init__(
        self,
        renewing: Renewing,
        journal: Journal,
        rejected: Rejected,
        folder: Folder,
        spool: Spool,
        remember: Remember,
        size: int = MAX_BATCH,
    ) -> None:
        self._renewing = renewing
        self._journal, self._rejected = journal, rejected
        self._folder, self._spool = folder, spool
        self._deliver = DeliverBatch(renewing.batches, folder, remember)
        self._size = min(size, MAX_BATCH)
        self._plan, self._places = Plan(), dict[int, int]()

    def run(self, rows: Iterable[SheetRow], reader: RenewalRows, signer: Signer) -> RenewReport:
        """Renew what is not renewed yet.

        Args:
            rows: All rows of the sheet, in order.
            reader: Reads them.
            signer: A registered signing key of the issuer.

        Returns:
            The report on the whole sheet, earlier runs included. A refusal that concerns more than
            one row, or an outage, ends the run and stands in `stopped`.
        """
        report = RenewReport()
        try:
            self._prepare(rows, reader)
            self._renew_batches(signer, report)
            self._renew_singles(signer, report)
        except LedgerError as error:
            report.stopped = error
        report.rejected = sorted(self._plan.faults, key=lambda fault: fault.line)
        return report

    # --- the plan ---------------------------------------------------------------------------

    def _prepare(self, rows: Iterable[SheetRow], reader: RenewalRows) -> None:
        """Read the sheet, and know what is to be done: from the journal, or noted there now."""
        entries = list(self._journal.entries())
        for entry in entries:
            self._plan.take(entry)
        if entries:
            self._take_up(rows, reader)
        else:
            self._note(planned(list(self._good(rows, reader)), self._size), self._plan.faults)

    def _good(self, rows: Iterable[SheetRow], reader: RenewalRows) -> Iterator[tuple[int, Old, str]]:
        """Line, old license and issuer of each good row; the others are kept with their reasons."""
        for row in rows:
            found = reader.read(row)
            if isinstance(found, list):
                self._rejected.add(row, found)
                self._plan.faults += found
                continue
            self._keep(row, found)
            yield row.line, found.old, _issuer_of(found.made)

    def _take_up(self, rows: Iterable[SheetRow], reader: RenewalRows) -> None:
        ours, faults = self._plan.lines, dict[int, list[RowFault]]()
        for fault in self._plan.faults:
            faults.setdefault(fault.line, []).append(fault)
        for row in rows:
            if row.line in ours:
                found = reader.again(row)
                if isinstance(found, list):
                    raise RuleError("SHEET_CHANGED", line=row.line)
                self._keep(row, found)
            elif row.line in faults:
                self._rejected.add(row, faults[row.line])

    def _note(self, added: JsonObject, faults: Sequence[RowFault]) -> None:
        """Put a plan into the journal; from now on it holds."""
        self._rejected.sync()
        self._plan.faults = []
        self._add({"plan": {**added, "rejected": [fault.as_json() for fault in faults]}})

    def _add(self, entry: JsonObject) -> None:
        self._journal.add(entry)
        self._plan.take(entry)

    # --- by the batch -----------------------------------------------------------------------

    def _renew_batches(self, signer: Signer, report: RenewReport) -> None:
        number = 0
        while number < len(self._plan.chunks):  # a refusal adds some
            chunk = self._plan.chunks[number]
            if not chunk.is_dropped:
                self._renew_batch(chunk, signer, report)
            number += 1

    def _renew_batch(self, chunk: Chunk, signer: Signer, report: RenewReport) -> None:
        group = [self._taken(line).renewal.made for line, _ in chunk.rows]
        if chunk.done is not None and chunk.done["seq"] is None:
            chunk.done = None  # accepted by a service then; what became of it?
        if chunk.done is None or not all(self._folder.has(each.identifier) for each in group):
            try:
                issued = self._deliver.issue(group, signer, partial(self._renews, chunk))
            except RuleError as error:
                if error.code not in _MOVED:
                    raise
                self._plan_anew(chunk, error)
                return
            if chunk.done is None:
                shown = {**issued.as_json(), "renews": chunk.batch}
                self._add({"done": chunk.number, "issued": shown})
        report.accepted += len(group)
        report.batches.append(chunk.done or {})

    def _renews(self, chunk: Chunk) -> Renews:
        leaves = tuple(leaf for _, leaf in chunk.rows)
        return Renews(chunk.batch, leaves, self._renewing.revision(chunk.batch))

    def _plan_anew(self, chunk: Chunk, refusal: RuleError) -> None:
        """Sort the rows of a refused batch by where their licenses stand now."""
        rows = [self._taken(line) for line, _ in chunk.rows]
        olds = self._renewing.olds([Named(_issuer_of(made), old.license_id) for _, (made, old) in rows])
        good, faults = list[tuple[int, Old, str]](), list[RowFault]()
        for taken in rows:
            line, made, issuer = taken.row.line, taken.renewal.made, _issuer_of(taken.renewal.made)
            old = olds.find(taken.renewal.old.license_id, _type_of(made), issuer)
            if isinstance(old, str):
                faults.append(row_fault(line, old, RENEWS_COLUMN))
                self._rejected.add(taken.row, faults[-1:])
            else:
                is_alone = refusal.code == "BATCH_RENEWED_OFTEN"
                good.append((line, Old(old.license_id, old.identifier, None) if is_alone else old, issuer))
        anew = planned(good, self._size)
        if anew["batches"] == [chunk.as_json()]:
            raise refusal  # nothing moved that this home can see
        self._rejected.sync()
        instead = {**anew, "rejected": [fault.as_json() for fault in faults]}
        self._add({"dropped": chunk.number, "instead": instead})

    # --- one by one -------------------------------------------------------------------------

    def _renew_singles(self, signer: Signer, report: RenewReport) -> None:
        for line in list(self._plan.singles):
            if not self._plan.singles[line].is_done and not self._renew_alone(line, signer):
                continue
            single = self._plan.singles[line]
            report.accepted += 1
            report.singly += 1
            report.pending += single.is_accepted
            report.promise_keys |= {single.promise_key} if single.promise_key else set()

    def _renew_alone(self, line: int, signer: Signer) -> bool:
        """Renew the license of one row; False where the ledger refuses that one."""
        taken = self._taken(line)
        made, old = taken.renewal

        def deliver(issued: Issued) -> None:
            self._deliver.deliver([issued])
            is_recorded, checked = issued.seq is not None, issued.progress.promise_key
            self._add({"renewed": line, "recorded": is_recorded, "promiseKey": checked})

        try:
            self._renewing.amend(old.license_id, old.identifier, made.given, signer, deliver)
        except NotEntitledError:
            raise
        except RuleError as error:
            fault = RowFault(line, error.code, RENEWS_COLUMN, error.message())
            self._rejected.add(taken.row, [fault])
            self._rejected.sync()
            self._add({"rejected": [fault.as_json()]})
            return False
        return True

    def _keep(self, row: SheetRow, renewal: Renewal) -> None:
        self._places[row.line] = self._spool.add(Taken(row, renewal).as_json())

    def _taken(self, line: int) -> Taken:
        return Taken.from_json(self._spool.get(self._places[line]))


def _issuer_of(made: FilledIn) -> str:
    return str(made.license["metadata"]["certificateIssuingAuthorityCode"])


def _type_of(made: FilledIn) -> str:
    return str(made.license["metadata"]["certificateTypeCode"])
