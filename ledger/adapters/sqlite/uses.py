"""Uses as their provider keeps them, in SQLite.

A use is reserved and judged in one transaction, so that of any number of threads and processes no two
take the same place of a counted grant.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from ledger.adapters.sqlite.file import SqliteFile
from ledger.adapters.sqlite.use_batches import BATCH_SCHEMA, UseBatchRows, insert_gathered, place_json
from ledger.domain.canonical import JsonObject
from ledger.domain.moments import parse_moment, rfc3339
from ledger.domain.use_reasons import LEFT_UNSIGNED, REASONS
from ledger.domain.use_receipt import RecordPlace
from ledger.errors import StoreOutageError
from ledger.ports.uses import OPEN, Admit, GatheredUse, KeptRefusal, KeptUse, NamedRefusal, UseCode, UseState

_SCHEMA = """
CREATE TABLE IF NOT EXISTS use (
  id TEXT PRIMARY KEY, grant_id TEXT NOT NULL, grantee TEXT NOT NULL, request TEXT NOT NULL,
  state TEXT NOT NULL, sign_by INTEGER NOT NULL, license_id TEXT NOT NULL, object TEXT NOT NULL,
  digest TEXT NOT NULL, message TEXT, handout TEXT, place TEXT) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS use_grant ON use (grant_id, state);
CREATE INDEX IF NOT EXISTS use_signed ON use (state) WHERE state = 'SIGNED';
CREATE INDEX IF NOT EXISTS use_license ON use (license_id);
CREATE TABLE IF NOT EXISTS refusal (
  id TEXT PRIMARY KEY, owner TEXT NOT NULL, code TEXT NOT NULL, grantee TEXT NOT NULL, grant_id TEXT NOT NULL,
  reason INTEGER NOT NULL, at INTEGER NOT NULL, message TEXT NOT NULL DEFAULT '') WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS use_code (
  code TEXT PRIMARY KEY, grant_id TEXT NOT NULL, license_id TEXT NOT NULL, request TEXT NOT NULL,
  until INTEGER NOT NULL) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS use_code_until ON use_code (until);
CREATE TABLE IF NOT EXISTS located (
  license_id TEXT NOT NULL, request TEXT NOT NULL, PRIMARY KEY (license_id, request)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS refused_license (
  license_id TEXT NOT NULL, id TEXT NOT NULL, request TEXT,
  PRIMARY KEY (license_id, id)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS carrier (
  digest TEXT PRIMARY KEY, message TEXT NOT NULL, handed_in INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS refusal_of ON refusal (grantee, owner, code, reason, at);
CREATE INDEX IF NOT EXISTS refusal_open ON refusal (at) WHERE message = '';
"""
CODE_MEMORY = 7 * 86_400
"""Seconds for which a use code is remembered after its end, so that it is told from one that never was."""
_OPEN = ", ".join(f"'{state}'" for state in sorted(OPEN))


class SqliteUses(UseBatchRows):
    """The `UseStore` port, and `Rows` of erasures.

    Args:
        path: The database file.

    Raises:
        StoreOutageError: `USES_OUTAGE`, here and in every method.
    """

    def __init__(self, path: Path) -> None:
        def outage(reason: str) -> StoreOutageError:
            return StoreOutageError("USES_OUTAGE", path=str(path), reason=reason)

        super().__init__(SqliteFile(path, _SCHEMA + BATCH_SCHEMA, outage))

    def find(self, use_id: str) -> KeptUse | None:
        """A use, or None."""
        with self._file.reading() as database:
            return _find(database, use_id)

    def of_license(self, license_id: str) -> list[KeptUse]:
        """The uses of a license's data, and those that located it."""
        located = "SELECT request FROM located WHERE license_id = ?1"
        query = f"SELECT * FROM use WHERE license_id = ?1 OR id IN ({located}) ORDER BY id"  # noqa: S608
        with self._file.reading() as database:
            return [_use(row) for row in database.execute(query, (license_id,))]

    def reserve(self, use: KeptUse, admit: Admit | None) -> KeptUse:
        """Keep a new use where `admit` does not raise."""
        with self._file.writing() as database:
            known = _find(database, use.id)
            if known is not None:
                return known
            if admit is not None:
                _admit(database, use.grant, admit)
            database.execute(f"INSERT INTO use VALUES ({', '.join('?' * 12)})", _row(use))  # noqa: S608
        return use

    def asked_since(self, grants: Collection[str], since: int, now: int) -> list[str]:
        """Uses of some grants that were asked for from a moment on, without those that ended or ran out."""
        own = ", ".join("?" * len(grants))
        query = (
            f"SELECT id FROM use WHERE grant_id IN ({own}) AND state != 'ENDED' "  # noqa: S608
            "AND NOT (state IN ('RESERVED', 'OFFERED') AND sign_by < ?) "
            "AND json_extract(request, '$.requestedAt') >= ?"
        )
        with self._file.reading() as database:
            return [str(row[0]) for row in database.execute(query, (*grants, now, rfc3339(since)))]

    def change(self, use: KeptUse, before: Collection[UseState]) -> bool:
        """Keep another state of a use, where it is in one of the states `before`.

        What is handed out is kept with an offer and never after it: by then it may have been erased.
        """
        with self._file.writing() as database:
            known = _find(database, use.id)
            if known is None or known.state not in before:
                return False
            after = use if known.state is UseState.RESERVED else replace(use, handout=known.handout)
            database.execute(f"REPLACE INTO use VALUES ({', '.join('?' * 12)})", _row(after))  # noqa: S608
        return True

    def keep_codes(self, codes: Sequence[UseCode], now: int) -> None:
        """Keep use codes; forget those that are long over, not which licenses were located."""
        with self._file.writing() as database:
            database.execute("DELETE FROM use_code WHERE until < ?", (now - CODE_MEMORY,))
            rows = [tuple(vars(each).values()) for each in codes]
            database.executemany("INSERT INTO use_code VALUES (?, ?, ?, ?, ?)", rows)
            named = [(each.license_id, each.request) for each in codes]
            database.executemany("INSERT OR IGNORE INTO located VALUES (?, ?)", named)

    def use_code(self, code: str) -> UseCode | None:
        """A use code, or None."""
        with self._file.reading() as database:
            row = database.execute("SELECT * FROM use_code WHERE code = ?", (code,)).fetchone()
        return None if row is None else UseCode(*row)

    def signed(self, limit: int) -> list[KeptUse]:
        """Uses that both sides signed and nobody saw on the ledger yet."""
        query = "SELECT * FROM use WHERE state = ? LIMIT ?"
        with self._file.reading() as database:
            return [_use(row) for row in database.execute(query, (UseState.SIGNED.value, limit))]

    def drop(self, use_id: str) -> None:
        """Forget a use that was reserved and never offered."""
        with self._file.writing() as database:
            change = "DELETE FROM use WHERE id = ? AND state = ?"
            database.execute(change, (use_id, UseState.RESERVED.value))

    def gather(self, use: KeptUse, gathered: GatheredUse) -> bool:
        """Keep that a reserved use was gathered; False where it is reserved no more."""
        with self._file.writing() as database:
            known = _find(database, use.id)
            if known is None or known.state is not UseState.RESERVED:
                return False
            database.execute(f"REPLACE INTO use VALUES ({', '.join('?' * 12)})", _row(use))  # noqa: S608
            insert_gathered(database, gathered, parse_moment(str(gathered.promise["anchorBy"])))
        return True

    def is_refused(self, use_id: str) -> bool:
        """Whether a request was refused before."""
        with self._file.reading() as database:
            found = database.execute("SELECT 1 FROM refusal WHERE id = ?", (use_id,)).fetchone()
        return found is not None

    def refused_since(self, grantee: str, owner: str, code: str, reason: int, since: int) -> list[int]:
        """When a grantee's requests for a resource were refused for a reason after a moment, in order."""
        query = (
            "SELECT at FROM refusal WHERE grantee = ? AND owner = ? AND code = ? AND reason = ? AND at > ? "
            "ORDER BY at"
        )
        with self._file.reading() as database:
            return [int(row[0]) for row in database.execute(query, (grantee, owner, code, reason, since))]

    def refuse(self, refusals: Sequence[KeptRefusal]) -> None:
        """Keep refusals; the first of a request stands."""
        rows = [tuple(vars(each).values()) for each in refusals]
        with self._file.writing() as database:
            database.executemany("INSERT OR IGNORE INTO refusal VALUES (?, ?, ?, ?, ?, ?, ?, '')", rows)

    def concern(self, use_id: str, licenses: Collection[str], request: JsonObject | None) -> None:
        """Keep whose data a request asked for that is refused."""
        rows = [(each, use_id, _dumped(request)) for each in licenses]
        with self._file.writing() as database:
            database.executemany("INSERT OR IGNORE INTO refused_license VALUES (?, ?, ?)", rows)

    def refused_of(self, license_id: str) -> list[NamedRefusal]:
        """The refusals about a license that a message carries, in the order of their requests."""
        query = (
            "SELECT refusal.id, owner, code, grantee, grant_id, reason, at, request, carrier.message "
            "FROM refused_license JOIN refusal USING (id) JOIN carrier ON carrier.digest = refusal.message "
            "WHERE license_id = ? ORDER BY refusal.id"
        )
        with self._file.reading() as database:
            rows = database.execute(query, (license_id,)).fetchall()
        found = ((KeptRefusal(*row[:7]), _loaded(row[7]), _loaded(row[8]) or {}) for row in rows)
        return [NamedRefusal(*each) for each in found]

    def refusals(self, limit: int) -> list[KeptRefusal]:
        """Refusals that no message carries yet, by resource, so many of each."""
        query = (
            "SELECT * FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY owner, code "
            "ORDER BY reason != ?, at, id) AS place FROM refusal WHERE message = '') "
            "WHERE place <= ? ORDER BY owner, code, place"
        )
        with self._file.reading() as database:
            rows = database.execute(query, (REASONS[LEFT_UNSIGNED], limit))
            return [KeptRefusal(*row[:7]) for row in rows]

    def carry(self, refusals: Collection[str], digest: str, message: JsonObject) -> bool:
        """Keep a message that records refusals; False where another carries one of them already."""
        change = "UPDATE refusal SET message = ? WHERE id = ? AND message = ''"
        rows = [(digest, each) for each in refusals]
        with self._file.trying() as database:
            if database.executemany(change, rows).rowcount != len(rows):
                return False
            database.execute("INSERT INTO carrier VALUES (?, ?, 0)", (digest, _dumped(message)))
            database.execute("COMMIT")
        return True

    def carriers(self) -> list[tuple[str, JsonObject]]:
        """Kept messages that were not handed in yet."""
        query = "SELECT digest, message FROM carrier WHERE handed_in = 0"
        with self._file.reading() as database:
            return [(digest, json.loads(message)) for digest, message in database.execute(query)]

    def handed_in(self, digest: str) -> None:
        """Note that a kept message is in the queue."""
        with self._file.writing() as database:
            database.execute("UPDATE carrier SET handed_in = 1 WHERE digest = ?", (digest,))

    def uncarry(self, digest: str) -> None:
        """Forget a message that cannot be handed in."""
        with self._file.writing() as database:
            database.execute("UPDATE refusal SET message = '' WHERE message = ?", (digest,))
            database.execute("DELETE FROM carrier WHERE digest = ?", (digest,))

    def count(self, license_id: str) -> int:
        """How many handouts of a license are kept."""
        query = "SELECT COUNT(*) FROM use WHERE license_id = ? AND handout IS NOT NULL"
        with self._file.reading() as database:
            return int(database.execute(query, (license_id,)).fetchone()[0])

    def forget(self, license_id: str) -> None:
        """Forget those, and which requests found the license by its holder; that it was used stays.

        Only `compact` leaves nothing of them.
        """
        with self._file.writing() as database:
            database.execute("UPDATE use SET handout = NULL WHERE license_id = ?", (license_id,))
            database.execute("DELETE FROM located WHERE license_id = ?", (license_id,))
            database.execute("DELETE FROM use_code WHERE license_id = ?", (license_id,))

    def row_handouts(self) -> Iterator[KeptUse]:
        """The uses of rows of data sets of which a handout is kept; without it, and without messages."""
        query = (
            "SELECT id, grant_id, grantee, request, state, sign_by, license_id, object, digest, NULL, NULL, "
            "place FROM use WHERE handout IS NOT NULL AND json_extract(request, '$.row') IS NOT NULL"
        )
        with self._file.reading() as database:
            yield from map(_use, database.execute(query))

    def forget_uses(self, uses: Collection[str]) -> None:
        """Forget what was handed out in some uses, overwritten where it stood; that they were stays."""
        with self._file.writing() as database:
            change = "UPDATE use SET handout = NULL WHERE id = ?"
            database.executemany(change, [(each,) for each in uses])

    def compact(self) -> None:
        """Write the file anew."""
        self._file.compact()


def _admit(database: sqlite3.Connection, grant: str, admit: Admit) -> None:
    query = f"SELECT * FROM use WHERE grant_id = ? AND state IN ({_OPEN})"  # noqa: S608 - our words
    closed = admit([_use(row) for row in database.execute(query, (grant,))])
    rows = [(state.value, each) for each, state in closed.items()]
    database.executemany("UPDATE use SET state = ? WHERE id = ?", rows)


def _find(database: sqlite3.Connection, use_id: str) -> KeptUse | None:
    row = database.execute("SELECT * FROM use WHERE id = ?", (use_id,)).fetchone()
    return None if row is None else _use(row)


def _use(row: Sequence[str | int | None]) -> KeptUse:
    id_, grant, grantee, request, state, sign_by, license_id, object_, digest, message, handout, place = row
    made = KeptUse(
        id=str(id_),
        grant=str(grant),
        grantee=str(grantee),
        request=_loaded(request) or {},
        state=UseState(str(state)),
        sign_by=int(sign_by or 0),
        license_id=str(license_id),
        object=str(object_),
        digest=str(digest),
        message=_loaded(message),
        handout=_loaded(handout),
    )
    found = _loaded(place)
    return made if found is None else replace(made, place=RecordPlace(**found))


def _row(use: KeptUse) -> tuple[str | int | None, ...]:
    place = None if use.place is None else place_json(use.place)
    return (
        use.id,
        use.grant,
        use.grantee,
        _dumped(use.request),
        use.state.value,
        use.sign_by,
        use.license_id,
        use.object,
        use.digest,
        _dumped(use.message),
        _dumped(use.handout),
        _dumped(place),
    )


def _dumped(form: JsonObject | None) -> str | None:
    return None if form is None else json.dumps(form, ensure_ascii=False, separators=(",", ":"))


def _loaded(text: str | int | None) -> JsonObject | None:
    return None if text is None else dict(json.loads(str(text)))
