"""The index in SQL: what the ledger adds up to, kept for speed, and the identifiers of this home.

Two databases. `index.db` is derived from the ledger: it may be deleted at any time and is made
again. `names.db` knows which identifier stands for which license, which no chain tells. Any URL of
SQLAlchemy may take their place, as long as it is not the same one for both.

SQLite runs in WAL mode: readers never wait, one process writes at a time, others wait their turn.
"""

from __future__ import annotations

import json
import re
import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import DatabaseError, SQLAlchemyError
from sqlalchemy.sql.dml import Insert

from ledger.domain.canonical import parse_strict
from ledger.domain.entities import Entity, License
from ledger.domain.entity_json import entity_from_json, entity_to_json
from ledger.domain.links import By, links_of
from ledger.errors import MalformedError, StoreOutageError, TrustError
from ledger.ports import Advance, Cursor, IndexRow, Name

KEPT_HEADS = 64
"""Places to which the index can go back without being made again."""

BUSY_SECONDS = 30
"""How long a writer waits for another."""

_VERSIONS = {
    "index": ("index_1", "index_2", "index_3", "index_4", "index_5", "index_6", "index_7", "index_8"),
    "names": ("names_1", "names_2", "names_3"),
}
"""Schema versions of each database, the newest last."""

_NAMES_AT_ONCE = 500
_LICENSE_ID = re.compile(r"0x[0-9a-f]{64}")
_BUSY = ("locked", "busy")
_DAMAGED = ("malformed", "not a database", "corrupt", "no such table", "no such column")

_meta = sa.MetaData()


def _text(name: str, key: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text, primary_key=key)


def _number(name: str, key: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger, primary_key=key, autoincrement=False)


_entities = sa.Table(
    "entities", _meta, _text("table_name", True), _text("key", True), _text("body"), _number("seq")
)
_licenses = sa.Table("licenses", _meta, _text("license_id", True), _text("issuer"), _text("license_type"))
_links = sa.Table("links", _meta, *(_text(each, True) for each in ("table_name", "found_by", "value", "key")))
_messages = sa.Table("messages", _meta, _text("digest", True), _number("seq"))
_cursor, _heads = (
    sa.Table(name, _meta, _number("block", True), _text("block_hash"), _number("seq"), _text("head"))
    for name in ("cursor", "heads")
)
_undo = sa.Table(
    "undo",
    _meta,
    _number("block", True),
    _text("table_name", True),
    _text("key", True),
    _text("body"),
    _number("seq"),
)
_ledger = sa.Table("ledger", _meta, _text("ledger_id", True))
_names = sa.Table(
    "names",
    _meta,
    _text("identifier", True),
    _text("license_id"),
    _text("issuer"),
    _text("cid"),
    _number("added_at"),
    _text("place"),
    _number("number"),
)

_AT = sa.and_(_entities.c.table_name == sa.bindparam("t"), _entities.c.key == sa.bindparam("k"))
_GET = sa.select(_entities.c.body).where(_AT)
_KEEP_UNDO = _undo.insert().values(
    block=sa.bindparam("b"),
    table_name=sa.bindparam("t"),
    key=sa.bindparam("k"),
    body=sa.select(_entities.c.body).where(_AT).scalar_subquery(),
    seq=sa.select(_entities.c.seq).where(_AT).scalar_subquery(),
)
_DERIVED = (_entities, _licenses, _links, _messages, _cursor, _heads, _undo, _ledger)


class SqlIndex:
    """The `Index` port over two SQL databases.

    Args:
        url: Of the derived database, for example `sqlite:////var/lib/elicense/index.db`.
        names_url: Of the one with the identifiers.
        ledger_id: The ledger that it follows, 32 bytes.

    Raises:
        StoreOutageError: `INDEX_DAMAGED`, `INDEX_OTHER_LEDGER`, `INDEX_TOO_NEW`, `INDEX_BUSY`,
            `INDEX_UNAVAILABLE`, `NAMES_DAMAGED`.
    """

    def __init__(self, url: str, names_url: str, ledger_id: bytes) -> None:
        self._ledger_id = ledger_id
        self._index = _Store(url, "index", "INDEX_DAMAGED")
        self._names = _Store(names_url, "names", "NAMES_DAMAGED")
        self._require_ledger()

    @property
    def ledger_id(self) -> bytes:
        """The ledger that it follows, 32 bytes."""
        return self._ledger_id

    def close(self) -> None:
        """Let go of both databases."""
        self._index.engine.dispose()
        self._names.engine.dispose()

    # --- reading --------------------------------------------------------------------------

    def get(self, table: str, key: str) -> Entity | None:
        """The entity, or None."""
        with self._index.reading() as connection:
            body = connection.execute(_GET, {"t": table, "k": key}).scalar()
        return None if body is None else self._entity(table, body)

    def entities(self, table: str, after: str = "") -> Iterator[tuple[str, Entity]]:
        """The entities of a table with their keys, by key, those behind `after`."""
        of_table = (_entities.c.table_name == table, _entities.c.key > after)
        yield from self._chosen(table, sa.and_(*of_table))

    def between(self, table: str, first: str, last: str) -> Iterator[tuple[str, Entity]]:
        """The entities of a table whose keys lie between two, these included, by key."""
        yield from self._chosen(
            table, sa.and_(_entities.c.table_name == table, _entities.c.key.between(first, last))
        )

    def linked(self, table: str, by: By, value: str, after: str = "") -> Iterator[tuple[str, Entity]]:
        """The entities that are found by a word (`ledger.domain.links`), by key, those behind `after`."""
        at = (_links.c.table_name == table, _links.c.found_by == by.value, _links.c.value == value)
        keys = sa.select(_links.c.key).where(*at, _links.c.key > after)
        yield from self._chosen(table, sa.and_(_entities.c.table_name == table, _entities.c.key.in_(keys)))

    def _chosen(self, table: str, condition: sa.ColumnElement[bool]) -> Iterator[tuple[str, Entity]]:
        chosen = sa.select(_entities.c.key, _entities.c.body).where(condition).order_by(_entities.c.key)
        with self._index.reading() as connection:
            for key, body in connection.execute(chosen):
                yield key, self._entity(table, body)

    def find_licenses(
        self, issuer: str | None = None, license_type: str | None = None, limit: int = 100, after: str = ""
    ) -> list[License]:
        """Licenses by issuer and type, in the order of their ids, from behind `after` on."""
        chosen = (
            sa.select(_entities.c.body)
            .join(_licenses, _licenses.c.license_id == _entities.c.key)
            .where(_entities.c.table_name == "license", _licenses.c.license_id > after)
        )
        if issuer is not None:
            chosen = chosen.where(_licenses.c.issuer == issuer)
        if license_type is not None:
            chosen = chosen.where(_licenses.c.license_type == license_type)
        with self._index.reading() as connection:
            bodies = connection.execute(chosen.order_by(_licenses.c.license_id).limit(limit)).scalars().all()
        found = [self._entity("license", body) for body in bodies]
        return [each for each in found if isinstance(each, License)]

    def seq_of(self, message_digest: str) -> int | None:
        """Where a message was recorded first, or None."""
        with self._index.reading() as connection:
            return connection.execute(
                sa.select(_messages.c.seq).where(_messages.c.digest == message_digest)
            ).scalar()

    def cursor(self) -> Cursor | None:
        """How far it is; None when empty."""
        with self._index.reading() as connection:
            return self._read_cursor(connection)

    def heads(self) -> list[Cursor]:
        """Recent places to which it can go back, newest first."""
        with self._index.reading() as connection:
            rows = connection.execute(sa.select(_heads).order_by(_heads.c.block.desc())).all()
        return [self._as_cursor(row) for row in rows]

    def rows(self) -> Iterator[IndexRow]:
        """Every stored row as it is, the identifiers included."""
        for table in _DERIVED:
            yield from _rows(self._index, table)
        yield from _rows(self._names, _names)

    # --- writing --------------------------------------------------------------------------

    def put(self, advance: Advance) -> bool:
        """Keep an advance in one transaction.

        Returns:
            False, and nothing kept, when the index no longer stands at `advance.since`.
        """
        with self._index.writing() as connection:
            if self._read_cursor(connection) != advance.since:
                return False
            block = advance.until.block
            places = [{"b": block, "t": table, "k": key} for table, key in advance.changes]
            if places and advance.since:
                connection.execute(_KEEP_UNDO, places)
            self._write(connection, advance)
            self._move(connection, advance.until)
            _upsert(connection, _heads, [_as_row(advance.until)])
            _forget_old_heads(connection)
        return True

    def roll_back(self, to: Cursor | None) -> None:
        """Go back to one of `heads`; None empties the index."""
        with self._index.writing() as connection:
            if to is None:
                for table in _DERIVED[:-1]:
                    connection.execute(table.delete())
                return
            later = sa.select(_undo).where(_undo.c.block > to.block).order_by(_undo.c.block.desc())
            for row in connection.execute(later).all():
                _restore(connection, row, self._entity)
            for table in (_undo, _heads):
                connection.execute(table.delete().where(table.c.block > to.block))
            connection.execute(_messages.delete().where(_messages.c.seq > to.seq))
            self._move(connection, to)

    def _write(self, connection: Connection, advance: Advance) -> None:
        rows = []
        licenses = []
        for (table, key), (entity, seq) in advance.changes.items():
            body = _body(entity)
            rows.append({"table_name": table, "key": key, "body": body, "seq": seq})
            if isinstance(entity, License):
                licenses.append(_license_row(key, entity))
        _upsert(connection, _entities, rows)
        _upsert(connection, _licenses, licenses)
        _link(connection, {place: entity for place, (entity, _) in advance.changes.items()})
        seqs = [{"digest": digest, "seq": seq} for digest, seq in advance.messages.items()]
        _upsert(connection, _messages, seqs, replace=False)

    def _move(self, connection: Connection, to: Cursor) -> None:
        connection.execute(_cursor.delete())
        connection.execute(_cursor.insert(), [_as_row(to)])

    # --- identifiers ----------------------------------------------------------------------

    def remember(self, identifier: str, license_id: str, issuer: str, added_at: int, cid: str = "") -> None:
        """Note that an identifier stands for a license.

        Args:
            identifier: As GB/T 36904 writes it.
            license_id: 0x-hex.
            issuer: Credit code of the issuing body.
            added_at: Seconds since 1970.
            cid: Content id of the encrypted document, if this home keeps one.

        Raises:
            TrustError: `NAME_TAKEN`: it stands for another license already.
        """
        self.remember_all([Name(identifier, license_id, issuer, added_at, cid)])

    def remember_all(self, names: Sequence[Name]) -> None:
        """The same of many licenses in one transaction; raises as `remember`, and keeps none then."""
        with self._names.writing() as connection:
            known = _known_names(connection, [each.identifier for each in names])
            _upsert(connection, _names, _name_rows(names, known, _last_number(connection)))

    def resolve(self, text: str) -> str | None:
        """The license id of an identifier that this home knows, or `text` itself if it is one."""
        if _LICENSE_ID.fullmatch(text.lower()):
            return text.lower()
        return self._name(_names.c.license_id, _names.c.identifier == text)

    def license_at(self, place: str) -> str | None:
        """The license id that this home knows for a place in a batch, `object/index`."""
        return self._name(_names.c.license_id, _names.c.place == place)

    def identifier_of(self, license_id: str) -> str | None:
        """The identifier that this home knows for a license."""
        return self._name(_names.c.identifier, _names.c.license_id == license_id)

    def names(self, issuer: str) -> Iterator[tuple[str, str]]:
        """Identifier and license id of every license of an issuer that this home knows, by identifier."""
        chosen = sa.select(_names.c.identifier, _names.c.license_id).where(_names.c.issuer == issuer)
        with self._names.reading() as connection:
            for row in connection.execute(chosen.order_by(_names.c.identifier)):
                yield row.identifier, row.license_id

    def named_since(self, issuer: str, number: int) -> Iterator[tuple[int, str]]:
        """Number and license id of what was named of an issuer after a number, in order.

        Numbers grow with each name that is noted anew. Where the newest is smaller than the one asked
        about, the file is another one than before, and all of them are told.
        """
        own = _names.c.issuer == issuer
        with self._names.reading() as connection:
            newest = connection.execute(sa.select(sa.func.max(_names.c.number)).where(own)).scalar() or 0
            after = number if number <= newest else 0
            chosen = sa.select(_names.c.number, _names.c.license_id).where(own, _names.c.number > after)
            for row in connection.execute(chosen.order_by(_names.c.number)):
                yield row.number, row.license_id

    def cid_of(self, license_id: str) -> str | None:
        """Where this home keeps the encrypted document of a license."""
        return self._name(_names.c.cid, _names.c.license_id == license_id) or None

    def _name(self, column: sa.Column[Any], condition: sa.ColumnElement[bool]) -> str | None:
        with self._names.reading() as connection:
            return connection.execute(sa.select(column).where(condition)).scalar()

    # --- inside ---------------------------------------------------------------------------

    def _require_ledger(self) -> None:
        own = "0x" + self._ledger_id.hex()
        with self._index.writing() as connection:
            found = connection.execute(sa.select(_ledger.c.ledger_id)).scalar()
            if found is None:
                connection.execute(_ledger.insert(), [{"ledger_id": own}])
            elif found != own:
                raise StoreOutageError("INDEX_OTHER_LEDGER", path=self._index.path, found=found)

    def _entity(self, table: str, body: str) -> Entity:
        try:
            return entity_from_json(table, parse_strict(body.encode()))
        except MalformedError as error:
            raise StoreOutageError("INDEX_DAMAGED", path=self._index.path, reason=error.code) from None

    def _read_cursor(self, connection: Connection) -> Cursor | None:
        row = connection.execute(sa.select(_cursor)).first()
        return None if row is None else self._as_cursor(row)

    def _as_cursor(self, row: sa.Row[Any]) -> Cursor:
        try:
            return Cursor(row.seq, bytes.fromhex(row.head.removeprefix("0x")), row.block, row.block_hash)
        except ValueError:
            raise StoreOutageError("INDEX_DAMAGED", path=self._index.path, reason="head") from None


def open_index(folder: Path, ledger_id: bytes) -> SqlIndex:
    """The index of a home folder: `index.db` and `names.db` in it, both made if absent.

    They are readable by their owner only: the ledger hides the identifiers that `names.db` tells.

    Raises:
        StoreOutageError: As `SqlIndex`.
    """
    files = [folder.absolute() / name for name in ("index.db", "names.db")]
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        for file in files:
            file.touch(mode=0o600)
    except OSError as error:
        raise StoreOutageError("INDEX_UNAVAILABLE", path=str(folder), reason=str(error)) from error
    urls = [f"sqlite:///{file}" for file in files]
    return SqlIndex(urls[0], urls[1], ledger_id)


class _Store:
    """One database: its engine, its schema brought up to date, its faults in our words."""

    def __init__(self, url: str, name: str, damaged: str) -> None:
        self.engine = _engine(url, durable=name == "names")
        self.path = self.engine.url.database or str(self.engine.url)
        self._name, self._damaged = name, damaged
        self.upgrade()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        with self._faults(), self.engine.connect() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        writer = self.engine.execution_options(elicense_writes=True)
        with self._faults(), writer.begin() as connection:
            yield connection

    def upgrade(self, to: str = "head") -> None:
        """Bring the schema up to date, or down again to `base`."""
        with self.reading() as connection:
            found = _schema_version(connection)
        known = _VERSIONS[self._name]
        if to == "head" and found == known[-1]:
            return
        if found not in (None, *known):
            raise StoreOutageError("INDEX_TOO_NEW", path=self.path, found=found)
        with self.writing() as connection:
            _migrate(connection, self._name, to)

    @contextmanager
    def _faults(self) -> Iterator[None]:
        try:
            yield
        except SQLAlchemyError as error:
            raise self._outage(error) from error
        except (OSError, UnicodeDecodeError) as error:
            raise StoreOutageError(self._damaged, path=self.path, reason=type(error).__name__) from error

    def _outage(self, error: SQLAlchemyError) -> StoreOutageError:
        reason = str(error.orig) if isinstance(error, DatabaseError) else str(error)
        if any(word in reason for word in _BUSY):
            return StoreOutageError("INDEX_BUSY", path=self.path)
        if any(word in reason for word in _DAMAGED):
            return StoreOutageError(self._damaged, path=self.path, reason=reason)
        return StoreOutageError("INDEX_UNAVAILABLE", path=self.path, reason=reason)


def _engine(url: str, durable: bool) -> Engine:
    engine = sa.create_engine(url)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare_durable if durable else _prepare)
        event.listen(engine, "begin", _begin)
    return engine


def _prepare(connection: Any, _: object, synchronous: str = "NORMAL") -> None:
    """WAL with NORMAL never corrupts; a power cut may lose the newest rows, which are derived again."""
    connection.isolation_level = None  # SQLAlchemy says when a transaction begins
    connection.execute(f"PRAGMA busy_timeout = {BUSY_SECONDS * 1000}")
    connection.execute(f"PRAGMA synchronous = {synchronous}")
    _use_wal(connection)


def _use_wal(connection: Any) -> None:
    """Switch a new file to WAL; SQLite's own waiting does not cover two processes that do it at once."""
    deadline = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > deadline:
                raise
            time.sleep(0.01)
        else:
            return


def _prepare_durable(connection: Any, record: object) -> None:
    _prepare(connection, record, "FULL")


def _begin(connection: Connection) -> None:
    """A writer takes its turn at once; a single query needs no transaction."""
    if connection.get_execution_options().get("elicense_writes"):
        connection.exec_driver_sql("BEGIN IMMEDIATE")


def _schema_version(connection: Connection) -> str | None:
    if not sa.inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar()


def _migrate(connection: Connection, name: str, to: str) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    folder = Path(__file__).parent / "migrations" / name
    config.set_main_option("script_location", str(folder).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    (command.upgrade if to == "head" else command.downgrade)(config, to)


def _upsert(
    connection: Connection, table: sa.Table, rows: list[dict[str, Any]], replace: bool = True
) -> None:
    if not rows:
        return
    statement: Any = _dialect_insert(connection, table)
    keys = [column.name for column in table.primary_key]
    if replace:
        others = {each.name: statement.excluded[each.name] for each in table.c if each.name not in keys}
        statement = statement.on_conflict_do_update(index_elements=keys, set_=others)
    else:
        statement = statement.on_conflict_do_nothing(index_elements=keys)
    connection.execute(statement, rows)


def _dialect_insert(connection: Connection, table: sa.Table) -> Insert:
    if connection.dialect.name == "sqlite":
        from sqlalchemy.dialects import sqlite

        return sqlite.insert(table)
    from sqlalchemy.dialects import postgresql

    return postgresql.insert(table)


def _link(connection: Connection, entities: Mapping[tuple[str, str], Entity]) -> None:
    """Note anew by which words entities are found; what is found by its key alone has none."""
    found = {place: links_of(entity) for place, entity in entities.items()}
    rows = [
        {"table_name": table, "found_by": by.value, "value": value, "key": key}
        for (table, key), links in found.items()
        for by, value in sorted(links)
    ]
    _unlink(connection, {(row["table_name"], row["key"]) for row in rows})
    if rows:
        connection.execute(_links.insert(), rows)


def _unlink(connection: Connection, places: Iterable[tuple[str, str]]) -> None:
    gone = [{"t": table, "k": key} for table, key in places]
    if gone:
        is_of = sa.and_(_links.c.table_name == sa.bindparam("t"), _links.c.key == sa.bindparam("k"))
        connection.execute(_links.delete().where(is_of), gone)


def _restore(connection: Connection, row: sa.Row[Any], read: Callable[[str, str], Entity]) -> None:
    """Put one entity back as it was; what did not exist goes."""
    if row.body is not None:
        old = {"table_name": row.table_name, "key": row.key, "body": row.body, "seq": row.seq}
        _upsert(connection, _entities, [old])
        _link(connection, {(row.table_name, row.key): read(row.table_name, row.body)})
        return
    _unlink(connection, [(row.table_name, row.key)])
    connection.execute(
        _entities.delete().where(_entities.c.table_name == row.table_name, _entities.c.key == row.key)
    )
    if row.table_name == "license":
        connection.execute(_licenses.delete().where(_licenses.c.license_id == row.key))


def _forget_old_heads(connection: Connection) -> None:
    """An undo older than every head has nothing to go back to."""
    oldest = connection.execute(
        sa.select(_heads.c.block).order_by(_heads.c.block.desc()).offset(KEPT_HEADS - 1).limit(1)
    ).scalar()
    if oldest is not None:
        connection.execute(_heads.delete().where(_heads.c.block < oldest))
        connection.execute(_undo.delete().where(_undo.c.block <= oldest))


def _body(entity: Entity) -> str:
    """The RFC 8785 form; with ASCII names and no floats the standard library writes the same, faster."""
    return json.dumps(entity_to_json(entity), ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _license_row(key: str, license_: License) -> dict[str, Any]:
    return {"license_id": key, "issuer": license_.issuer, "license_type": license_.license_type}


def _as_row(cursor: Cursor) -> dict[str, Any]:
    return {
        "block": cursor.block,
        "block_hash": cursor.block_hash,
        "seq": cursor.seq,
        "head": "0x" + cursor.head.hex(),
    }


def _known_names(connection: Connection, identifiers: Sequence[str]) -> dict[str, sa.Row[Any]]:
    found: dict[str, sa.Row[Any]] = {}
    for start in range(0, len(identifiers), _NAMES_AT_ONCE):
        some = identifiers[start : start + _NAMES_AT_ONCE]
        rows = connection.execute(sa.select(_names).where(_names.c.identifier.in_(some)))
        found |= {row.identifier: row for row in rows}
    return found


def _last_number(connection: Connection) -> int:
    return connection.execute(sa.select(sa.func.max(_names.c.number))).scalar() or 0


def _name_rows(names: Sequence[Name], known: Mapping[str, sa.Row[Any]], last: int) -> list[dict[str, Any]]:
    """The names as they are kept; those that are new get the next numbers."""
    return [_name_row(each, known.get(each.identifier), last + n) for n, each in enumerate(names, 1)]


def _name_row(name: Name, known: sa.Row[Any] | None, number: int) -> dict[str, Any]:
    """A name keeps its license, its first day and its number."""
    if known and known.license_id != name.license_id:
        raise TrustError("NAME_TAKEN", identifier=name.identifier, known=known.license_id)
    if known is None:
        return vars(name) | {"number": number}
    first = {"added_at": known.added_at, "number": known.number}
    return vars(name) | first | {"cid": name.cid or known.cid, "place": name.place or known.place}


def _rows(store: _Store, table: sa.Table) -> Iterable[IndexRow]:
    keys = [column.name for column in table.primary_key]
    with store.reading() as connection:
        for row in connection.execute(sa.select(table).order_by(*table.primary_key)).mappings():
            key = "/".join(str(row[name]) for name in keys)
            yield IndexRow(table.name, key, _others(row, keys))


def _others(row: Mapping[Any, Any], keys: list[str]) -> dict[str, object]:
    return {str(name): value for name, value in row.items() if name not in keys}
