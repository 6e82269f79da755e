"""The book of one feed, in SQLite inside the folder that the feed goes into.

It knows what every number said and what became of it, what is begun, which identifiers are held, and
the rejected lines themselves. The folder alone is enough to go on: a home that was lost takes it up
from there. What is about to be recorded on the ledger is on disk before, and what was recorded right
after; lines by which nothing is recorded wait for the next of these moments, since reading them
again does no harm.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from ledger.domain.canonical import JsonObject
from ledger.domain.feed import FeedEntry
from ledger.domain.feed_fates import Fate, Held, RejectedLine, Said
from ledger.domain.feed_header import FeedHeader, FeedKind
from ledger.domain.identifiers import serial_of
from ledger.domain.sheet_rows import RowFault
from ledger.errors import StoreOutageError, UsageError

BOOK = ".collect.db"
LOCK = ".collect.lock"
_OWN = frozenset({BOOK, LOCK, f"{BOOK}-wal", f"{BOOK}-shm", f"{BOOK}-journal"})
_VERSION = 1
_SCHEMA = """
CREATE TABLE feed (
  ledger TEXT NOT NULL, source TEXT NOT NULL, issuer TEXT NOT NULL, type TEXT NOT NULL,
  due INTEGER NOT NULL);
CREATE TABLE file (digest TEXT PRIMARY KEY, is_done INTEGER NOT NULL);
CREATE TABLE line (
  space TEXT, sequence INTEGER, digest TEXT NOT NULL, fate TEXT NOT NULL, file TEXT NOT NULL,
  PRIMARY KEY (space, sequence)) WITHOUT ROWID;
CREATE TABLE begun (
  space TEXT, sequence INTEGER, rev INTEGER, PRIMARY KEY (space, sequence)) WITHOUT ROWID;
CREATE TABLE open (
  space TEXT, sequence INTEGER, text TEXT NOT NULL, faults TEXT NOT NULL, at INTEGER NOT NULL,
  PRIMARY KEY (space, sequence));
CREATE TABLE open_name (
  space TEXT, name TEXT, sequence INTEGER, PRIMARY KEY (space, name, sequence)) WITHOUT ROWID;
CREATE TABLE name (name TEXT PRIMARY KEY, lineage TEXT NOT NULL) WITHOUT ROWID;
CREATE INDEX name_lineage ON name (lineage);
CREATE TABLE held (
  number INTEGER PRIMARY KEY, identifier TEXT NOT NULL UNIQUE, serial TEXT NOT NULL, license TEXT NOT NULL);
CREATE INDEX held_serial ON held (serial);
CREATE TABLE batch (number INTEGER PRIMARY KEY, file TEXT NOT NULL, issued TEXT NOT NULL);
"""


class FeedBook:
    """The `Book` of `ledger.service.collect`, held against other processes until closed.

    Args:
        path: The folder; made if missing.
        ledger_id: 0x-hex.
        header: Of the file at hand.
        file: Digest of the file at hand.
        resume: Whether what was begun here may be taken up.

    Attributes:
        is_resumed: Whether an earlier run of the file at hand was found.

    Raises:
        UsageError: `FOLDER_NOT_EMPTY`, `FOLDER_BUSY`, `FEED_FOLDER_OTHER`, `FEED_UNFINISHED`.
        StoreOutageError: `FEED_BOOK`, here and in every method.
    """

    def __init__(self, path: Path, ledger_id: str, header: FeedHeader, file: str, resume: bool) -> None:
        self._path, self._header, self._file = path, header, file
        self._space = file if header.kind is FeedKind.MEND else ""
        self._resources = contextlib.ExitStack()
        try:
            with self._faults():
                self._open(ledger_id, resume)
        except BaseException:
            self._resources.close()
            raise

    def close(self) -> None:
        """Keep what was noted, and let another process at the folder."""
        with self._faults(), self._resources:
            if self._database.in_transaction:
                self._database.execute("COMMIT")

    def __enter__(self) -> FeedBook:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def place(self) -> str:
        """The folder."""
        return str(self._path)

    # --- what is known --------------------------------------------------------------------

    @property
    def due(self) -> int:
        """The number that the next increment goes on with; 0 before the first one."""
        return int(self._first("SELECT due FROM feed")[0])

    @property
    def begins(self) -> int:
        """The number that the feed began with here; 0 before the first line."""
        return int(self._first("SELECT MIN(sequence) FROM line WHERE space = ''")[0] or 0)

    def said(self, sequence: int) -> Said | None:
        """What a number said before, or None."""
        query = "SELECT digest, fate, file FROM line WHERE space = ? AND sequence = ?"
        row = self._first(query, self._space, sequence)
        return Said(row[0], Fate(row[1]), row[2] != self._file) if row else None

    def open_before(self, entry: FeedEntry) -> int | None:
        """The number of a rejected line about the same license, said before this one."""
        names = self._all_names(entry.names)
        marks = ", ".join("?" * len(names))
        query = f"SELECT MIN(sequence) FROM open_name WHERE space = ? AND sequence < ? AND name IN ({marks})"
        found = self._first(query, self._space, entry.sequence, *names)[0]
        return None if found is None else int(found)

    def held(self, identifier: str) -> Held | None:
        """A license that the feed brought, by its identifier."""
        row = self._first("SELECT identifier, license FROM held WHERE identifier = ?", identifier)
        return Held(*row) if row else None

    def newest(self, serial: str) -> Held | None:
        """The one that the feed brought last under a serial."""
        query = "SELECT identifier, license FROM held WHERE serial = ? ORDER BY number DESC LIMIT 1"
        row = self._first(query, serial)
        return Held(*row) if row else None

    def begun_batch(self) -> frozenset[int]:
        """The lines whose batch was begun and not ended."""
        return self._begun("AND rev IS NULL")

    def begun_at(self, sequence: int) -> int | None:
        """The revision that the license of a line had when the line was begun."""
        query = "SELECT rev FROM begun WHERE space = ? AND sequence = ?"
        row = self._first(query, self._space, sequence)
        return row[0] if row else None

    def begun(self) -> frozenset[int]:
        """Every line that was begun and not ended."""
        return self._begun("")

    def batches(self) -> list[JsonObject]:
        """The batches of the file at hand, in order."""
        query = "SELECT issued FROM batch WHERE file = ? ORDER BY number"
        return [json.loads(row[0]) for row in self._rows(query, self._file)]

    def rejected(self) -> Iterator[RejectedLine]:
        """Every rejected line of the feed, of whichever file, in order."""
        query = "SELECT sequence, text, faults FROM open WHERE space = '' ORDER BY sequence"
        with self._faults():
            for sequence, text, faults in self._database.execute(query):
                yield RejectedLine(sequence, text, tuple(RowFault(**each) for each in json.loads(faults)))

    # --- what becomes of lines ------------------------------------------------------------

    def begin_batch(self, entries: Sequence[FeedEntry]) -> None:
        """Note that lines are about to be issued as one batch; on disk on return."""
        self._begin([(entry, None) for entry in entries])

    def begin(self, entry: FeedEntry, rev: int) -> None:
        """Note that a line is about to be recorded of a license with this revision; on disk on return."""
        self._begin([(entry, rev)])

    def drop(self, sequences: Iterable[int]) -> None:
        """Forget that lines were begun."""
        with self._writing(is_last=True):
            for sequence in sequences:
                place = (self._space, sequence)
                self._database.execute("DELETE FROM begun WHERE space = ? AND sequence = ?", place)
                query = "DELETE FROM line WHERE space = ? AND sequence = ? AND fate = ?"
                self._database.execute(query, (*place, Fate.BEGUN.value))

    def end(self, done: Sequence[tuple[FeedEntry, Fate, Held | None]], batch: JsonObject | None) -> None:
        """Note what became of lines that were begun; on disk on return."""
        with self._writing(is_last=True):
            for entry, fate, held in done:
                self._note(entry, fate)
                if held is not None:
                    self._hold(held)
                    self._join(entry.names)
            if batch is not None:
                row = (self._file, json.dumps(batch))
                self._database.execute("INSERT INTO batch (file, issued) VALUES (?, ?)", row)

    def settle(self, entry: FeedEntry) -> None:
        """Note a line by which nothing had to be recorded."""
        with self._writing():
            self._note(entry, Fate.UNCHANGED)

    def reject(self, entry: FeedEntry, faults: Sequence[RowFault]) -> None:
        """Keep a line with the reasons against it."""
        with self._writing():
            self._note(entry, Fate.OPEN)
            at = entry.order.source_time if entry.order else self._header.source_time
            told = json.dumps([fault.as_json() for fault in faults])
            row = (self._space, entry.sequence, entry.text, told, at)
            self._database.execute("INSERT INTO open VALUES (?, ?, ?, ?, ?)", row)
            names = [(self._space, name, entry.sequence) for name in entry.names]
            self._database.executemany("INSERT INTO open_name VALUES (?, ?, ?)", names)

    def finish(self, until: int) -> None:
        """Note that the file was taken to its end; on disk on return."""
        with self._writing(is_last=True):
            self._database.execute("UPDATE file SET is_done = 1 WHERE digest = ?", (self._file,))
            if self._header.kind is FeedKind.INCREMENT and until:
                self._database.execute("UPDATE feed SET due = MAX(due, ?)", (until + 1,))

    # --- inside: lines --------------------------------------------------------------------

    def _begin(self, lines: Sequence[tuple[FeedEntry, int | None]]) -> None:
        with self._writing(is_last=True):
            for entry, rev in lines:
                self._note(entry, Fate.BEGUN)
                row = (self._space, entry.sequence, rev)
                self._database.execute("INSERT INTO begun VALUES (?, ?, ?)", row)

    def _note(self, entry: FeedEntry, fate: Fate) -> None:
        place = (self._space, entry.sequence)
        for table in ("begun", "open", "open_name"):
            self._database.execute(f"DELETE FROM {table} WHERE space = ? AND sequence = ?", place)
        row = (*place, entry.digest, fate.value, self._file)
        self._database.execute("INSERT OR REPLACE INTO line VALUES (?, ?, ?, ?, ?)", row)
        if self._header.kind is FeedKind.MEND and fate not in (Fate.BEGUN, Fate.OPEN):
            self._mend(entry.names)

    def _mend(self, names: Iterable[str]) -> None:
        """Settle what was rejected about a license until the comparison that the mend follows from."""
        known = self._all_names(names)
        marks = ", ".join("?" * len(known))
        query = (
            "SELECT DISTINCT sequence FROM open_name JOIN open USING (space, sequence) "
            f"WHERE space = '' AND at <= ? AND name IN ({marks})"
        )
        for (sequence,) in self._rows(query, self._header.source_time, *known):
            for table in ("open", "open_name"):
                self._database.execute(f"DELETE FROM {table} WHERE space = '' AND sequence = ?", (sequence,))
            settled = (Fate.UNCHANGED.value, self._file, sequence)
            self._database.execute(
                "UPDATE line SET fate = ?, file = ? WHERE space = '' AND sequence = ?", settled
            )

    def _hold(self, held: Held) -> None:
        row = (held.identifier, serial_of(held.identifier), held.license_id)
        self._database.execute("INSERT INTO held (identifier, serial, license) VALUES (?, ?, ?)", row)

    # --- inside: names --------------------------------------------------------------------

    def _join(self, names: frozenset[str]) -> None:
        """From now on all of them call one license."""
        if len(names) < 2:
            return
        lineage = min(names)
        known = self._all_names(names)
        rows = [(name, lineage) for name in known]
        self._database.executemany("INSERT OR REPLACE INTO name VALUES (?, ?)", rows)

    def _all_names(self, names: Iterable[str]) -> list[str]:
        """Names, and all others of the same licenses."""
        found = set(names)
        for name in tuple(found):
            query = "SELECT b.name FROM name a JOIN name b ON a.lineage = b.lineage WHERE a.name = ?"
            found |= {row[0] for row in self._rows(query, name)}
        return sorted(found)

    # --- inside: the database -------------------------------------------------------------

    def _open(self, ledger_id: str, resume: bool) -> None:
        self._path.mkdir(parents=True, exist_ok=True)
        self._lock()
        book = self._path / BOOK
        if not book.exists() and {each.name for each in self._path.iterdir()} - _OWN:
            raise UsageError("FOLDER_NOT_EMPTY", path=self.place)
        book.touch(mode=0o600)
        database = sqlite3.connect(book, isolation_level=None)
        self._database = self._resources.enter_context(contextlib.closing(database))
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("PRAGMA synchronous = FULL")
        database.execute("PRAGMA secure_delete = ON")  # a settled line is overwritten, not just unlinked
        self._take_up(ledger_id)
        self._require_finished(resume)

    def _lock(self) -> None:
        lock = self._resources.enter_context((self._path / LOCK).open("a"))
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise UsageError("FOLDER_BUSY", path=self.place) from None

    def _take_up(self, ledger_id: str) -> None:
        own = (ledger_id, self._header.source, self._header.issuer, self._header.type)
        version = self._first("PRAGMA user_version")[0]
        if version == 0:
            made = f"BEGIN; {_SCHEMA} PRAGMA user_version = {_VERSION}; COMMIT;"
            self._database.executescript(made)
            self._database.execute("INSERT INTO feed VALUES (?, ?, ?, ?, 0)", own)
        elif version != _VERSION:
            raise sqlite3.DatabaseError(f"version {version}")
        found = self._first("SELECT ledger, source, issuer, type FROM feed")
        if found == own:
            return
        if self._first("SELECT 1 FROM line LIMIT 1"):
            raise UsageError(
                "FEED_FOLDER_OTHER", path=self.place, source=found[1], issuer=found[2], type=found[3]
            )
        query = "UPDATE feed SET ledger = ?, source = ?, issuer = ?, type = ?"
        self._database.execute(query, own)  # whatever came first was refused

    def _require_finished(self, resume: bool) -> None:
        """Whether the file at hand may be taken up, and whether it was begun before."""
        begun = [row[0] for row in self._rows("SELECT digest FROM file WHERE is_done = 0")]
        others = self._rows("SELECT 1 FROM begun WHERE space != ? LIMIT 1", self._space)
        if (begun and not resume) or others:
            raise UsageError("FEED_UNFINISHED", path=self.place)
        self.is_resumed = self._file in begun

    @contextlib.contextmanager
    def _writing(self, is_last: bool = False) -> Iterator[None]:
        """Writes; with the last of them all since the last time before are on disk."""
        with self._faults():
            if not self._database.in_transaction:
                self._database.execute("BEGIN IMMEDIATE")
                self._enter_file()
            try:
                yield
            except BaseException:
                self._database.execute("ROLLBACK")
                raise
            if is_last:
                self._database.execute("COMMIT")

    def _enter_file(self) -> None:
        """The file at hand is begun; one whose place it takes is done."""
        self._database.execute("UPDATE file SET is_done = 1")
        self._database.execute("INSERT OR REPLACE INTO file VALUES (?, 0)", (self._file,))

    def _begun(self, condition: str) -> frozenset[int]:
        query = f"SELECT sequence FROM begun WHERE space = ? {condition}"
        return frozenset(row[0] for row in self._rows(query, self._space))

    def _rows(self, query: str, *values: object) -> list[Any]:
        with self._faults():
            return self._database.execute(query, values).fetchall()

    def _first(self, query: str, *values: object) -> Any:
        return next(iter(self._rows(query, *values)), None)

    @contextlib.contextmanager
    def _faults(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, OSError) as error:
            raise StoreOutageError("FEED_BOOK", path=self.place, reason=str(error)) from error
