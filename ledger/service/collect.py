"""Collecting: a feed of what another system did to its licenses, taken over into the ledger (归集).

Each line counts once, whatever dies meanwhile: a book keeps what became of every number, what is
begun, and which identifiers are held. Inserts are gathered into batches; anything else about a
license in the batch has the batch issued first, so that nothing overtakes its own insert. A line
that is rejected keeps later ones about its license waiting, and no others.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from ledger.domain.acts import RULES, Act, Group
from ledger.domain.canonical import JsonObject
from ledger.domain.document import FilledIn, fill_in, license_faults
from ledger.domain.entities import License
from ledger.domain.feed import FeedEntry, FeedOrder, LicenseKey, Op
from ledger.domain.feed_fates import Fate, Held
from ledger.domain.feed_header import FeedHeader, FeedKind
from ledger.domain.field_rules import FieldFault
from ledger.domain.identifiers import FIRST_VERSION, LicenseIdentifier, serial_of
from ledger.domain.license_input import COLLECTED, CONVERTED_UNCHECKED
from ledger.domain.license_types import LicenseType
from ledger.domain.sheet_rows import RowFault, row_fault
from ledger.errors import LedgerError, MalformedError, RuleError, UsageError
from ledger.ports import Signer
from ledger.service.collect_book import Book
from ledger.service.collect_steps import FeedSteps, Target, says
from ledger.service.deliver_batch import Batches, DeliverBatch
from ledger.service.orders import MAX_BATCH, next_version

_ISSUER, _TYPE = "certificateIssuingAuthorityCode", "certificateTypeCode"
_MADE_ANEW = frozenset({Act.REPLACE, Act.REISSUE})
"""Amendments that may leave every word as it was: another document of the same content."""

OF_ONE_LINE = frozenset(
    {
        *("ACT_NOT_ALLOWED", "ACT_NOT_KNOWN", "ACT_NOT_RETROACTIVE", "LICENSE_EXISTS", "LICENSE_FULL"),
        *("ACT_AFTER_ANNOUNCED", "LICENSE_SUPERSEDED"),
        *("UNKNOWN_LICENSE", "UNKNOWN_REGION", "TYPE_CHANGED", "TRANSFER_ELSEWHERE"),
        *("DATES_REVERSED", "VERSIONS_EXHAUSTED"),
    }
)
"""Refusals that say something of one license; every other one stops the run."""


_FATES = {
    Group.START: Fate.INSERTED,
    Group.AMEND: Fate.UPDATED,
    Group.END: Fate.ENDED,
    Group.SUSPEND: Fate.SUSPENDED,
    Group.RESUME: Fate.LIFTED,
}


@dataclass
class FeedReport:
    """What became of a file.

    Attributes:
        counts: Lines by what became of them.
        rejected: The rejected ones, by number, with the reasons.
        batches: `{root, size, seq, txHash}` each.
        first: Its first number, 0 in an empty file.
        until: Its last number.
        begins: The first number of the feed that was ever taken here; 0 where none was.
        stopped: Why the rest was not done; None where all was.
    """

    counts: Counter[Fate] = field(default_factory=Counter)
    rejected: list[tuple[int, Sequence[RowFault]]] = field(default_factory=list)
    batches: list[JsonObject] = field(default_factory=list)
    first: int = 0
    until: int = 0
    begins: int = 0
    stopped: LedgerError | None = None

    def as_json(self) -> dict[str, object]:
        """Keys of `license collect`."""
        faults = (
            {"line": fault.line, "sequence": sequence, **fault.as_json()}
            for sequence, reasons in self.rejected
            for fault in reasons
        )
        return {
            **{fate.value: self.counts[fate] for fate in Fate if fate.is_settled},
            "rejected": list(faults),
            "batches": self.batches,
            "from": self.first,
            "until": self.until,
            "begins": self.begins,
        }


class _Rejected(Exception):
    """A line that will not be carried out."""

    def __init__(self, *faults: FieldFault) -> None:
        self.faults = faults


@dataclass
class _Gathered:
    """Inserts that go into the next batch."""

    entries: list[FeedEntry] = field(default_factory=list)
    inputs: list[FilledIn] = field(default_factory=list)
    names: set[str] = field(default_factory=set)

    def add(self, entry: FeedEntry, given: FilledIn) -> None:
        self.entries.append(entry)
        self.inputs.append(given)
        self.names |= entry.names


class OwnBatches(Batches, Protocol):
    """What issues batches here, and knows what this home has issued."""

    def is_kept(self, given: FilledIn) -> bool:
        """Whether this home has issued, or is issuing, the license of an input."""
        ...


class CollectFeed:
    """Takes over one file of a feed.

    Args:
        header: Its header.
        kind: The license type of every line.
        book: Of this feed and no other.
        batches: Issues batches.
        deliver: Hands them over.
        steps: Carries out everything else.
        find: From an identifier to the license id that this home knows, or None.
        size: Most licenses of a batch, 1 to 1,000.
    """

    def __init__(
        self,
        header: FeedHeader,
        kind: LicenseType,
        book: Book,
        batches: OwnBatches,
        deliver: DeliverBatch,
        steps: FeedSteps,
        find: Callable[[str], str | None],
        size: int = MAX_BATCH,
    ) -> None:
        self._header, self._kind, self._book = header, kind, book
        self._batches, self._deliver, self._steps, self._find = batches, deliver, steps, find
        self._size = min(size, MAX_BATCH)
        self._gathered, self._report = _Gathered(), FeedReport()

    # --- before anything is recorded ------------------------------------------------------

    def check(self, entries: Iterable[FeedEntry], begin_at: int | None = None) -> None:
        """Refuse a file that does not go on where the feed stands. Nothing is recorded.

        Args:
            entries: All lines of the file.
            begin_at: The number that the feed begins with, as the caller knows it; None for 1.

        Raises:
            MalformedError: `FEED_GAP`, `FEED_BEGINS_LATE`, `FEED_BEFORE_BEGINNING`, `FEED_REPEATED`,
                `FEED_ORDER`, `FEED_NOT_OPEN`.
            UsageError: `FEED_UNFINISHED`: another file was begun, and this one does not finish it;
                `FEED_BEGIN_OTHER`.
        """
        self._require_first(begin_at)
        due = self._book.due
        begun = set(self._book.begun())
        for entry in entries:
            begun.discard(entry.sequence)
            self._require_same(entry, due)
        if begun:
            raise UsageError("FEED_UNFINISHED", path=self._book.place)

    def _require_first(self, begin_at: int | None) -> None:
        first, due = self._header.first, self._book.due
        if begin_at is not None and begin_at != first:
            raise UsageError("FEED_BEGIN_OTHER", given=begin_at, found=first)
        if self._header.kind is not FeedKind.INCREMENT:
            return
        if due and first > due:
            raise MalformedError("FEED_GAP", line=1, expected=due, found=first)
        if not due and first > 1 and begin_at is None:
            raise MalformedError("FEED_BEGINS_LATE", found=first, before=first - 1)

    def _require_same(self, entry: FeedEntry, due: int) -> None:
        said = self._book.said(entry.sequence)
        if said is None:
            if self._header.kind is FeedKind.CORRECTIONS:
                raise MalformedError("FEED_NOT_OPEN", line=entry.line, sequence=entry.sequence)
            if self._header.kind is FeedKind.INCREMENT and entry.sequence < due:
                begins = self._book.begins
                raise MalformedError(
                    "FEED_BEFORE_BEGINNING", line=entry.line, begins=begins, found=entry.sequence
                )
        elif said.fate is not Fate.OPEN and said.digest != entry.digest:
            raise MalformedError("FEED_REPEATED", line=entry.line, sequence=entry.sequence)

    # --- the run --------------------------------------------------------------------------

    def run(self, entries: Iterable[FeedEntry], signer: Signer) -> FeedReport:
        """Take over what is not taken over yet; once for each object.

        Args:
            entries: All lines of the file, in order; one at a time is looked at.
            signer: A registered signing key of the collecting body.

        Returns:
            The report on the whole file, earlier runs included. A refusal that concerns more than
            one line, or an outage, ends the run and stands in `stopped`.
        """
        report = self._report
        try:
            for entry in entries:
                if entry.sequence > report.until:  # else it comes again
                    report.first, report.until = report.first or entry.sequence, entry.sequence
                    self._take(entry, signer)
            self._issue(signer)
            self._book.finish(report.until)
        except LedgerError as error:
            report.stopped = error
        report.batches, report.begins = self._book.batches(), self._book.begins
        return report

    def _take(self, entry: FeedEntry, signer: Signer) -> None:
        said = self._book.said(entry.sequence)
        if said is not None and said.fate.is_settled:
            self._report.counts[Fate.UNCHANGED if said.is_older else said.fate] += 1
            return
        try:
            self._carry_out(entry, signer)
        except _Rejected as rejected:
            told = [row_fault(entry.line, each.code, each.field, **_hints(each)) for each in rejected.faults]
            self._reject(entry, told)

    def _carry_out(self, entry: FeedEntry, signer: Signer) -> None:
        blocker = self._book.open_before(entry)
        if blocker is not None:
            raise _Rejected(FieldFault("", "FEED_WAITS", {"sequence": blocker}))
        if entry.order is None:
            self._reject(entry, entry.faults)
            return
        if self._gathered.names & entry.names:
            self._issue(signer)
        if entry.order.op is Op.SKIP:
            self._settle(entry)
        elif entry.order.op is Op.INSERT:
            self._insert(entry, entry.order, signer)
        else:
            self._on_license(entry, entry.order, signer)

    def _reject(self, entry: FeedEntry, faults: Sequence[RowFault]) -> None:
        self._book.reject(entry, faults)
        self._report.rejected.append((entry.sequence, faults))

    def _settle(self, entry: FeedEntry) -> None:
        self._book.settle(entry)
        self._report.counts[Fate.UNCHANGED] += 1

    def _end(self, done: Sequence[tuple[FeedEntry, Fate, Held | None]], batch: JsonObject | None) -> None:
        self._book.end(done, batch)
        self._report.counts.update(fate for _, fate, _ in done)

    # --- inserts --------------------------------------------------------------------------

    def _insert(self, entry: FeedEntry, order: FeedOrder, signer: Signer) -> None:
        given = self._filled_in(self._completed(order))
        begun = self._book.begun_batch()
        if entry.sequence not in begun:
            if self._is_held(given):
                self._settle(entry)
                return
            if self._batches.is_kept(given):
                raise _Rejected(FieldFault("license/serial", "SHEET_ISSUED"))
        self._gathered.add(entry, given)
        if len(self._gathered.entries) == (len(begun) or self._size):
            self._issue(signer)

    def _is_held(self, given: FilledIn) -> bool:
        """Whether the feed brought the very license before; refuses another one of its serial."""
        held = self._book.held(given.identifier)
        envelope = self._steps.envelope(given.identifier) if held else None
        if envelope is not None and envelope.license == given.license:
            return True
        other = held or self._book.newest(serial_of(given.identifier))
        if other is not None:
            raise _Rejected(FieldFault("license/serial", "FEED_HELD", {"identifier": other.identifier}))
        return False

    def _issue(self, signer: Signer) -> None:
        gathered = self._gathered
        if not gathered.entries:
            return
        self._begin_batch(gathered)
        try:
            batch = self._deliver.issue(gathered.inputs, signer)
        except RuleError:
            self._book.drop(entry.sequence for entry in gathered.entries)  # none of it is on the ledger
            raise
        held = (Held(each.envelope.identifier, _id_of(each.envelope.anchor)) for each in batch.licenses)
        done = [(entry, Fate.INSERTED, each) for entry, each in zip(gathered.entries, held, strict=True)]
        self._end(done, batch.as_json())
        self._gathered = _Gathered()

    def _begin_batch(self, gathered: _Gathered) -> None:
        """Note the batch, or find it noted; a part of a noted one would be another batch."""
        begun = self._book.begun_batch()
        if not begun:
            self._book.begin_batch(gathered.entries)
        elif begun != {entry.sequence for entry in gathered.entries}:
            raise UsageError("FEED_UNFINISHED", path=self._book.place)

    # --- all else -------------------------------------------------------------------------

    def _on_license(self, entry: FeedEntry, order: FeedOrder, signer: Signer) -> None:
        held = self._resolve(order.key or LicenseKey())
        try:
            done = self._recorded(entry, order, held, signer)
        except RuleError as error:
            self._book.drop([entry.sequence])
            if error.code not in OF_ONE_LINE:
                raise
            raise _Rejected(FieldFault("", error.code, error.fields)) from None
        if done is None:
            self._settle(entry)
        else:
            self._end([(entry, *done)], None)

    def _resolve(self, key: LicenseKey) -> Held:
        held = self._book.newest(key.serial) if key.serial else self._book.held(key.identifier)
        if held is not None:
            return held
        license_id = key.license_id or (self._find(key.identifier) if key.identifier else None)
        if not license_id:
            raise _Rejected(FieldFault("key", "FEED_LICENSE_UNKNOWN"))
        return Held(key.identifier, license_id.lower())

    def _recorded(
        self, entry: FeedEntry, order: FeedOrder, held: Held, signer: Signer
    ) -> tuple[Fate, Held | None] | None:
        """What became of an order; None where nothing had to be recorded."""
        license_, begun_at = self._steps.now(held.license_id), self._book.begun_at(entry.sequence)
        self._require_own(license_, order)
        if order.act is None:
            if not 0 < license_.valid_to <= order.source_time:
                raise _Rejected(FieldFault("op", "FEED_NOT_EXPIRED"))
            return None
        since = license_.rev if begun_at is None else begun_at
        target = Target(license_, held.identifier or None, since, begun_at is not None)
        if order.given is not None:
            return self._amended(entry, order, target, signer)
        if not target.is_resumed:
            if says(license_.facts[-1], order):
                return None
            self._book.begin(entry, since)
        self._steps.act(target, order, signer)
        return _FATES[RULES[order.act].group], None

    def _require_own(self, license_: License, order: FeedOrder) -> None:
        """A feed is about the licenses of one issuer and type; those of others come by transfer alone."""
        is_own = license_.issuer == self._header.issuer or order.act is Act.TRANSFER_IN
        if not is_own or license_.license_type != self._header.type:
            raise _Rejected(FieldFault("key", "FEED_FOREIGN"))

    def _amended(
        self, entry: FeedEntry, order: FeedOrder, target: Target, signer: Signer
    ) -> tuple[Fate, Held | None] | None:
        given = self._filled_in(self._next(order, target))
        if not target.is_resumed:
            if self._is_same(order, given, target):
                return None
            if self._book.held(given.identifier) or self._batches.is_kept(given):
                raise _Rejected(FieldFault("license", "FEED_HELD", {"identifier": given.identifier}))
            self._book.begin(entry, target.since)
        made = self._steps.amend(target, order, given, signer)
        return Fate.UPDATED, Held(given.identifier, _id_of(made.anchor))

    def _next(self, order: FeedOrder, target: Target) -> JsonObject:
        """The whole input with its version: the one told, the first of a new serial, or the next one."""
        given, old = self._completed(order), target.identifier
        metadata = given["metadata"]
        stated = metadata.get("certificateIdentifier")
        if stated is None and old is not None and given.get("serial") in (None, serial_of(old)):
            return next_version(given, old)
        version = _version_in(stated) if stated is not None else FIRST_VERSION
        return {**given, "metadata": {"certificateVersion": version, **metadata}}

    def _is_same(self, order: FeedOrder, given: FilledIn, target: Target) -> bool:
        """Whether an update says nothing new; refuses one that says it under the same identifier."""
        old = self._steps.envelope(target.identifier) if target.identifier else None
        if given.identifier == target.identifier:
            if old is not None and old.license == given.license:
                return True
            told = {"identifier": given.identifier}
            raise _Rejected(FieldFault("license", "FEED_SAME_IDENTIFIER", told))
        is_kept = old is not None and _content(old.license) == _content(given.license)
        return is_kept and order.act not in _MADE_ANEW

    # --- license inputs -------------------------------------------------------------------

    def _completed(self, order: FeedOrder) -> JsonObject:
        """The license input with what the header says of every one."""
        given = {"origin": COLLECTED, **(order.given or {})}
        metadata = given.get("metadata")
        if not isinstance(metadata, dict):
            raise _Rejected(FieldFault("license/metadata", "FIELD_REQUIRED"))
        if given["origin"] not in (COLLECTED, CONVERTED_UNCHECKED):
            raise _Rejected(FieldFault("license/origin", "FEED_ORIGIN"))
        header = {_TYPE: self._header.type, _ISSUER: self._header.issuer}
        given["metadata"] = {**header, **metadata}
        if given["metadata"][_ISSUER] != self._header.issuer:
            other = {"other": "issuer"}
            raise _Rejected(FieldFault(f"license/metadata/{_ISSUER}", "FIELD_CONTRADICTS", other))
        return given

    def _filled_in(self, given: JsonObject) -> FilledIn:
        try:
            return fill_in(given, self._kind)
        except MalformedError:
            faults = license_faults(given, self._kind)
            told = (FieldFault(f"license/{each.field}", each.code, each.hints) for each in faults)
            raise _Rejected(*told) from None


def _content(license_: JsonObject) -> JsonObject:
    """A license without what tells its versions apart."""
    own = ("certificateIdentifier", "certificateVersion")
    metadata = {name: value for name, value in license_["metadata"].items() if name not in own}
    return {**license_, "metadata": metadata}


def _version_in(identifier: object) -> str:
    """The version that an identifier states; that of no identifier is left to its own fault."""
    try:
        return LicenseIdentifier.parse(str(identifier), strict=False).version
    except MalformedError:
        return FIRST_VERSION


def _hints(fault: FieldFault) -> dict[str, object]:
    return {name: hint for name, hint in fault.hints.items() if name != "field"}


def _id_of(anchor: JsonObject) -> str:
    return str(anchor["licenseId"])
