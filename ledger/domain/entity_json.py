"""Entities as JSON and back, and the digest of a whole state.

Names are those of the fields, enums are their numbers, sets are sorted lists. A number beyond
±(2^53 − 1), which JSON readers do not agree on, is a decimal string. The digest is what auditors
compare: SM3 over the RFC 8785 form of `{"apply": VERSION, "tables": {table: {key: entity}}}`.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import fields, is_dataclass
from enum import IntEnum
from functools import lru_cache
from typing import Any, cast, get_args, get_origin, get_type_hints

from ledger.domain.canonical import MAX_INTEGER, JsonObject, canonical
from ledger.domain.entities import (
    Batch,
    Contested,
    Entity,
    Key,
    Ledger,
    License,
    LicenseType,
    Organisation,
    Powers,
    Region,
    Relay,
    Representation,
    Rivals,
    Terms,
)
from ledger.domain.sharing_entities import (
    Acknowledgement,
    Attestation,
    CodeTable,
    Correction,
    Declaration,
    Demand,
    Duty,
    Edition,
    Grant,
    Item,
    Refusal,
    Repeat,
    Resource,
    UseBatch,
    Uses,
)
from ledger.domain.sm3 import new_sm3
from ledger.errors import MalformedError

ENTITY_OF: dict[str, type[Entity]] = {
    "ledger": Ledger,
    "region": Region,
    "organisation": Organisation,
    "key": Key,
    "relay": Relay,
    "type": LicenseType,
    "entitlement": Terms,
    "power": Powers,
    "recognition": Terms,
    "license": License,
    "rivals": Rivals,
    "contested": Contested,
    "batch": Batch,
    "representation": Representation,
    "resource": Resource,
    "libraryWriter": Terms,
    "demand": Demand,
    "duty": Duty,
    "codeTable": CodeTable,
    "grant": Grant,
    "uses": Uses,
    "useBatch": UseBatch,
    "refusal": Refusal,
    "correction": Correction,
    "attestation": Attestation,
    "acknowledgement": Acknowledgement,
    "item": Item,
    "repeat": Repeat,
    "edition": Edition,
    "declaration": Declaration,
}
"""The tables of a state, and what each holds."""


def entity_to_json(entity: Entity) -> JsonObject:
    """An entity as a JSON object with the names of its fields.

    Example:
        >>> entity_to_json(Region(rev=1, code=310118, parent=310000, since=1_767_225_600))["code"]
        310118
    """
    return {name: _to_json(getattr(entity, name)) for name in _names(cast(Hashable, type(entity)))}


def entity_from_json(table: str, obj: JsonObject) -> Entity:
    """The inverse of `entity_to_json`.

    Args:
        table: A name of `ENTITY_OF`.
        obj: What was written.

    Raises:
        MalformedError: `ENTITY_FORM`: unknown table, or not what `entity_to_json` writes.
    """
    try:
        entity: Entity = _reader(cast(Hashable, ENTITY_OF[table]))(obj)
    except (KeyError, TypeError, ValueError):
        raise MalformedError("ENTITY_FORM", table=table) from None
    return entity


def state_digest(tables: Mapping[str, Mapping[str, Entity]], apply_version: str) -> str:
    """SM3 over the RFC 8785 form of a state, 64 hex digits; empty tables do not count.

    Args:
        tables: Entities by table and key.
        apply_version: Version of `apply` that made them.

    Example:
        >>> state_digest({}, "apply/1") == state_digest({"region": {}}, "apply/1")
        True
    """
    digest = new_sm3(b'{"apply":' + _quoted(apply_version) + b',"tables":{')
    mark = b""
    for table in sorted((name for name in tables if tables[name]), key=_order):
        digest.update(mark + _quoted(table) + b":{")
        mark = b""
        for key in sorted(tables[table], key=_order):
            digest.update(mark + _quoted(key) + b":" + canonical(entity_to_json(tables[table][key])))
            mark = b","
        digest.update(b"}")
        mark = b","
    digest.update(b"}}")
    return digest.digest().hex()


def _order(name: str) -> bytes:
    """RFC 8785 3.2.3 sorts names by UTF-16 code units."""
    return name.encode("utf-16-be")


def _quoted(text: str) -> bytes:
    return canonical([text])[1:-1]


@lru_cache(maxsize=64)
def _names(kind: Hashable) -> tuple[str, ...]:
    return tuple(field.name for field in fields(cast(Any, kind)))


def _to_json(value: Any) -> Any:
    if isinstance(value, str | bool):
        return value
    if isinstance(value, int):
        number = int(value)
        return number if abs(number) <= MAX_INTEGER else str(number)
    if isinstance(value, frozenset):
        return [_to_json(each) for each in sorted(int(each) for each in value)]
    if isinstance(value, tuple):
        return [_to_json(each) for each in value]
    return {name: _to_json(getattr(value, name)) for name in _names(cast(Hashable, type(value)))}


_Reader = Callable[[Any], Any]


@lru_cache(maxsize=64)
def _reader(kind: Any) -> _Reader:
    """What reads a value of one annotated type; ValueError or TypeError on another form."""
    if is_dataclass(kind) and isinstance(kind, type):
        return _dataclass_reader(kind)
    origin = get_origin(kind)
    if origin is frozenset:
        return _set_reader(_reader(get_args(kind)[0]))
    if origin is tuple:
        return _tuple_reader(get_args(kind))
    if isinstance(kind, type) and issubclass(kind, IntEnum):
        return lambda value: kind(_int(value))
    return {int: _int, str: _str, bool: _bool}[kind]


def _dataclass_reader(kind: type) -> _Reader:
    hints = get_type_hints(kind)
    readers = {name: _reader(hints[name]) for name in _names(cast(Hashable, kind))}

    def read(value: Any) -> Any:
        if not isinstance(value, dict) or value.keys() != readers.keys():
            raise ValueError(kind.__name__)
        return kind(**{name: reader(value[name]) for name, reader in readers.items()})

    return read


def _tuple_reader(kinds: tuple[Any, ...]) -> _Reader:
    if len(kinds) == 2 and kinds[1] is Ellipsis:
        each = _reader(kinds[0])
        return lambda value: tuple(each(item) for item in _list(value))
    readers = [_reader(kind) for kind in kinds]
    return lambda value: tuple(read(item) for read, item in zip(readers, _list(value), strict=True))


def _set_reader(each: _Reader) -> _Reader:
    def read(value: Any) -> Any:
        members = [each(item) for item in _list(value)]
        if members != sorted(set(members)):
            raise ValueError("not sorted")
        return frozenset(members)

    return read


def _list(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise TypeError("list")
    return value


def _str(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError("string")
    return value


def _bool(value: Any) -> bool:
    if not isinstance(value, bool):
        raise TypeError("boolean")
    return value


def _int(value: Any) -> int:
    if isinstance(value, str):
        number = int(value)
        if abs(number) <= MAX_INTEGER or str(number) != value:
            raise ValueError("number")
        return number
    if type(value) is not int or abs(value) > MAX_INTEGER:
        raise TypeError("number")
    return value
