"""A feed: what another system did to its licenses, line by line, for a ledger to take over (归集).

    {"format": "elicense-feed/1", "source", "issuer", "type", "collector", "first", "sourceTime"}
    {"sequence": 1, "op": "insert", "license": {license input}}
    {"sequence": 2, "op": "update", "act": "renew", "key": {"serial"}, "license": {license input}}
    {"sequence": 3, "op": "end", "act": "revoke", "ground": "PENALTY", "key": {"identifier"}}

Numbers count up without a gap, over all files of a feed: what is missing, out of order or said
twice in different words makes the whole file doubtful and is refused as such. A line that is bad in
itself is told with its reasons; the others go on.

Two more kinds of file have the same lines. `corrections` say anew what was rejected, under its own
numbers. A `mend` follows from a comparison with what the source holds (`license reconcile`) and has
numbers of its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from ledger.domain.acts import AMEND_KINDS, GROUNDS_OF, Act, Ground
from ledger.domain.canonical import JsonObject, canonical, parse_strict
from ledger.domain.exchange_codes import (
    ENDED_BY,
    OPERATIONS,
    OTHER_OPERATION,
    STATUS_NAMES,
    Operation,
    statuses_after,
)
from ledger.domain.feed_header import FeedHeader, FeedKind, is_sequence, moment_in
from ledger.domain.feed_verbs import ENDS, UPDATES, VERBS, ground_of, is_ground
from ledger.domain.field_rules import is_region
from ledger.domain.identifiers import LicenseIdentifier
from ledger.domain.sheet_rows import REASON_COLUMN, RowFault, SheetRow, row_fault
from ledger.domain.sm3 import sm3
from ledger.errors import MalformedError

LONGEST_NOTE = 2_000
UNREAD = "unreadLine"
"""The member under which a rejected line that is no JSON object is kept."""


class Op(Enum):
    """What a line does to the source's stock."""

    INSERT = "insert"
    UPDATE = "update"
    END = "end"
    SKIP = "skip"
    """A rejected line that is taken back; in corrections only."""


_WITH_LICENSE = frozenset({*AMEND_KINDS.values(), Act.ISSUE, Act.TRANSFER_IN})


@dataclass(frozen=True)
class LicenseKey:
    """Which license a line is about: exactly one of the three is not empty."""

    serial: str = ""
    identifier: str = ""
    license_id: str = ""


@dataclass(frozen=True)
class FeedOrder:
    """What a good line orders.

    Attributes:
        op: What happened to the source's stock.
        act: What that is in law; None where nothing is to be recorded.
        key: The license; None for an insert.
        given: The license input, where there is one.
        ground: A name of `Ground`.
        effective: Unix seconds, or 0 for the act's default.
        reference: Number of the decision, or empty.
        region: Where a transfer goes to, or 0.
        source_time: When the source did it, Unix seconds.
    """

    op: Op
    act: Act | None
    key: LicenseKey | None
    given: JsonObject | None
    ground: str
    effective: int
    reference: str
    region: int
    source_time: int


@dataclass(frozen=True)
class FeedEntry:
    """One line as read.

    Attributes:
        line: Its line in the file, from 1.
        sequence: Its number; of an unreadable line the one that is due.
        digest: SM3 of what it says, 64 digits; the same words in another spelling have the same one.
        text: The line itself.
        names: What it calls licenses by, good or bad: two lines with a name in common are about one license.
        order: What it orders; None where it has faults.
        faults: Why it orders nothing.
    """

    line: int
    sequence: int
    digest: str
    text: str
    names: frozenset[str]
    order: FeedOrder | None
    faults: tuple[RowFault, ...] = ()


# --- lines ----------------------------------------------------------------------------------


def read_entries(rows: Iterable[SheetRow], header: FeedHeader) -> Iterator[FeedEntry]:
    """The lines behind a header, in order.

    A number that comes again with the very same words is handed on again; it does no harm.

    Raises:
        MalformedError: `FEED_GAP`, `FEED_REPEATED` or `FEED_ORDER`, naming the line.
    """
    read = _Corrections() if header.kind is FeedKind.CORRECTIONS else _Numbered(header.first)
    for row in rows:
        entry = _Line(row, header, read.due).entry()
        read.take(entry)
        yield entry


class _Numbered:
    """Numbers without a gap; what was said under each of them."""

    def __init__(self, first: int) -> None:
        self._first, self.due = first, first
        self._said = bytearray()

    def take(self, entry: FeedEntry) -> None:
        said = bytes.fromhex(entry.digest)
        if entry.sequence > self.due:
            raise MalformedError("FEED_GAP", line=entry.line, expected=self.due, found=entry.sequence)
        if entry.sequence < self._first:
            raise MalformedError("FEED_ORDER", line=entry.line, expected=self.due, found=entry.sequence)
        if entry.sequence == self.due:
            self._said += said
            self.due += 1
        elif self._said_under(entry.sequence) != said:
            raise MalformedError("FEED_REPEATED", line=entry.line, sequence=entry.sequence)

    def _said_under(self, sequence: int) -> bytes:
        place = 32 * (sequence - self._first)
        return bytes(self._said[place : place + 32])


class _Corrections:
    """Ascending numbers."""

    def __init__(self) -> None:
        self.due = 0

    def take(self, entry: FeedEntry) -> None:
        if entry.sequence < max(1, self.due):
            raise MalformedError("FEED_ORDER", line=entry.line, expected=self.due, found=entry.sequence)
        self.due = entry.sequence + 1


_MEMBERS = (
    *("sequence", "op", "act", "sourceTime", "key", "license", "ground", "effective"),
    *("reference", "region", "status", "note"),
)


class _Line:
    """Reads one line, collecting everything that is wrong with it."""

    def __init__(self, row: SheetRow, header: FeedHeader, due: int) -> None:
        self._row, self._header, self._due = row, header, due
        self._faults: list[RowFault] = []
        self._given: JsonObject = {}

    def entry(self) -> FeedEntry:
        text = self._row.cells[0].text if self._row.cells else ""
        self._given = self._object(text)
        is_read = not self._faults
        sequence = self._sequence() if is_read else self._due
        order = self._order() if is_read else None
        said = canonical(self._given) if is_read else text.encode("utf-8", "replace")
        return FeedEntry(
            line=self._row.line,
            sequence=sequence,
            digest=sm3(said).hex(),
            text=text,
            names=_names_in(self._given, self._header),
            order=None if self._faults else order,
            faults=tuple(self._faults),
        )

    def _object(self, text: str) -> JsonObject:
        if self._row.faults:
            fault = self._row.faults[0]
            self._fault("", fault.code, **fault.hints)
            return {}
        try:
            given = parse_strict(text.encode())
        except MalformedError as error:
            self._fault("", error.code, **error.fields)
            return {}
        given.pop(REASON_COLUMN, None)
        return given

    def _sequence(self) -> int:
        sequence = self._given.get("sequence")
        if isinstance(sequence, int) and is_sequence(sequence):
            return sequence
        self._fault("sequence", "FIELD_REQUIRED" if sequence is None else "FIELD_TYPE", expected="integer")
        return self._due

    def _order(self) -> FeedOrder | None:
        for name in self._given:
            if name not in _MEMBERS:
                self._fault(name[:80], "FIELD_NOT_ALLOWED")
        source_time = self._time("sourceTime") or self._header.source_time
        operation = self._operation()
        if operation is None:
            return None
        op, verb = Op(operation.op), operation.verb
        if op is Op.SKIP:
            return FeedOrder(op, None, None, None, Ground.NONE.name, 0, "", 0, source_time)
        act = Act.ISSUE if op is Op.INSERT else VERBS.get(verb)
        self._require_status(verb)
        return FeedOrder(
            op=op,
            act=act,
            key=self._key(op, act, operation.names_previous),
            given=self._license(act),
            ground=self._ground(act, verb, operation.ground),
            effective=self._time("effective"),
            reference=self._text("reference"),
            region=self._region(act),
            source_time=source_time,
        )

    # --- what is done -----------------------------------------------------------------

    def _operation(self) -> Operation | None:
        op = self._word("op")
        if op == OTHER_OPERATION:
            self._fault("op", "FEED_OTHER_OPERATION")
            return None
        if op in OPERATIONS:
            return self._coded(OPERATIONS[op])
        if op == "skip" and self._header.kind is FeedKind.CORRECTIONS:
            return Operation("skip", "")
        return self._plain(op)

    def _coded(self, operation: Operation) -> Operation | None:
        if "act" in self._given:
            self._fault("act", "FIELD_NOT_ALLOWED")
        if operation.verb:
            return operation
        verb = ENDED_BY.get(self._word("status"))
        if verb is None:
            self._fault("status", "FIELD_CHOICE", expected=", ".join(ENDED_BY))
            return None
        return Operation("update" if verb in UPDATES else "end", verb)

    def _plain(self, op: str) -> Operation | None:
        verbs: dict[str, Iterable[str]] = {"insert": ("issue",), "update": UPDATES, "end": ENDS}
        if op not in verbs:
            self._fault("op", "FIELD_CHOICE", expected=", ".join((*verbs, *OPERATIONS)))
            return None
        verb = self._word("act") or ("issue" if op == "insert" else "")
        if verb not in verbs[op]:
            self._fault("act", "FIELD_CHOICE", expected=", ".join(verbs[op]))
            return None
        return Operation(op, verb)

    def _require_status(self, verb: str) -> None:
        if "status" not in self._given:
            return
        status = self._word("status")
        if status not in STATUS_NAMES:
            self._fault("status", "FIELD_CHOICE", expected=", ".join(STATUS_NAMES))
        elif status not in statuses_after(verb):
            self._fault("status", "FEED_STATUS", status=status, act=verb)

    def _ground(self, act: Act | None, verb: str, meant: Ground) -> str:
        name = self._word("ground")
        if not name and meant is not Ground.NONE:
            return meant.name
        name = name or self._header.grounds.get(verb) or ground_of(act, verb)
        allowed = ", ".join(sorted(ground.name for ground in GROUNDS_OF[act])) if act else ""
        if not name:
            self._fault("ground", "FEED_GROUND", act=verb, grounds=allowed)
        elif act and not is_ground(act, name):
            self._fault("ground", "FIELD_CHOICE", expected=allowed)
        return name

    # --- to which license ---------------------------------------------------------------

    def _key(self, op: Op, act: Act | None, names_previous: bool) -> LicenseKey | None:
        given = self._given.get("key")
        if op in (Op.INSERT, Op.SKIP):
            if given is not None:
                self._fault("key", "FIELD_NOT_ALLOWED")
            return None
        if not isinstance(given, dict) or len(given) != 1:
            self._fault("key", "FIELD_REQUIRED" if given is None else "FIELD_TYPE", expected="{serial}")
            return None
        known = ("identifier", "licenseId") if names_previous or act is Act.TRANSFER_IN else _KEYS
        ((name, value),) = given.items()
        if name not in known:
            self._fault("key", "FIELD_CHOICE", expected=", ".join(known))
        elif not isinstance(value, str) or not value or len(value) > 200:
            self._fault(f"key/{name}", "FIELD_TYPE", expected="string")
        elif name == "licenseId" and not _LICENSE_ID.fullmatch(value.lower()):
            self._fault(f"key/{name}", "FIELD_PATTERN")
        else:
            return LicenseKey(**{_KEYS[name]: value})
        return None

    def _license(self, act: Act | None) -> JsonObject | None:
        given = self._given.get("license")
        if act not in _WITH_LICENSE:
            if given is not None:
                self._fault("license", "FIELD_NOT_ALLOWED")
            return None
        if not isinstance(given, dict):
            self._fault("license", "FIELD_REQUIRED" if given is None else "FIELD_TYPE", expected="object")
            return None
        return given

    # --- the rest -----------------------------------------------------------------------

    def _region(self, act: Act | None) -> int:
        code = self._given.get("region")
        if act is not Act.TRANSFER_OUT:
            if code is not None:
                self._fault("region", "FIELD_NOT_ALLOWED")
            return 0
        if not isinstance(code, str) or not is_region(code):
            self._fault("region", "FIELD_REQUIRED" if code is None else "REGION_FORM")
            return 0
        return int(code)

    def _time(self, name: str) -> int:
        given = self._given.get(name)
        if given is None:
            return 0
        moment = moment_in(given)
        if moment is None or moment <= 0:  # the ledger counts from 1970, and 0 stands for none
            self._fault(name, "FEED_TIME")
            return 0
        return moment

    def _word(self, name: str) -> str:
        """A member that is one word; empty where it is absent or none."""
        given = self._given.get(name)
        if given is None or isinstance(given, str):
            return given or ""
        self._fault(name, "FIELD_TYPE", expected="string")
        return ""

    def _text(self, name: str) -> str:
        given = self._given.get(name, "")
        if not isinstance(given, str) or len(given) > LONGEST_NOTE:
            self._fault(name, "FIELD_TYPE", expected="string")
            return ""
        return given

    def _fault(self, field_: str, code: str, **hints: object) -> None:
        self._faults.append(row_fault(self._row.line, code, field_, **hints))


_LICENSE_ID = re.compile(r"0x[0-9a-f]{64}")
_KEYS = {"serial": "serial", "identifier": "identifier", "licenseId": "license_id"}


# --- names ----------------------------------------------------------------------------------


def name_of(identifier: str, header: FeedHeader) -> str:
    """What an identifier calls a license by: its serial, where it is one of the feed's own.

    All versions of a license have one serial, so that lines about them are about one license.
    """
    try:
        found = LicenseIdentifier.parse(identifier, strict=False)
    except MalformedError:
        return f"identifier:{identifier[:200]}"
    is_issuer = len(found.issuer_code) != 18 or found.issuer_code == header.issuer
    if is_issuer and found.type_code == header.type:
        return serial_name(found.serial)
    return f"identifier:{identifier}"


def serial_name(serial: str) -> str:
    """What a serial calls a license by."""
    return f"serial:{serial[:200]}"


def _names_in(given: JsonObject, header: FeedHeader) -> frozenset[str]:
    """Every name in a line, however bad the rest of it is."""
    found: set[str] = set()
    for holder in (given.get("key"), given.get("license")):
        if isinstance(holder, dict):
            found |= set(_names(holder, header))
    return frozenset(found)


def _names(holder: Mapping[str, Any], header: FeedHeader) -> Iterator[str]:
    metadata = holder.get("metadata")
    stated = metadata.get("certificateIdentifier") if isinstance(metadata, dict) else None
    for identifier in (holder.get("identifier"), stated):
        if isinstance(identifier, str):
            yield name_of(identifier, header)
    if isinstance(holder.get("serial"), str):
        yield serial_name(holder["serial"])
    if isinstance(holder.get("licenseId"), str):
        yield f"license:{holder['licenseId'].lower()[:80]}"
