"""The state of a ledger as rules see it: entities by table and key, and how members of records are read."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Protocol, TypeVar, runtime_checkable

from ledger.domain.entities import AnySpan, Entity, TermKind
from ledger.domain.facts import Fact, Values, object_of
from ledger.domain.objects import from_ascii32
from ledger.errors import MalformedError


class StateView(Protocol):
    """Entities of one ledger by table and key; what is not there is None."""

    @property
    def ledger_id(self) -> bytes:
        """The ledger that it is of, 32 bytes."""
        ...

    def get(self, table: str, key: str) -> Entity | None:
        """The entity, or None."""
        ...


@runtime_checkable
class ListedView(StateView, Protocol):
    """A `StateView` that can be listed, too."""

    def entities(self, table: str, after: str = "") -> Iterator[tuple[str, Entity]]:
        """The entities of a table with their keys, by key, those behind `after`."""
        ...


@dataclass(frozen=True)
class Change:
    """One entity as it stands after a record."""

    table: str
    key: str
    entity: Entity


class Overlay:
    """A state with changes on top that are not recorded yet, as a `StateView`."""

    def __init__(self, below: StateView) -> None:
        self._below = below
        self._changes: dict[tuple[str, str], Entity] = {}

    @property
    def ledger_id(self) -> bytes:
        """The ledger that it is of, 32 bytes."""
        return self._below.ledger_id

    def get(self, table: str, key: str) -> Entity | None:
        """The entity, or None."""
        return self._changes.get((table, key)) or self._below.get(table, key)

    def entities(self, table: str, after: str = "") -> Iterator[tuple[str, Entity]]:
        """The entities of a table with their keys, by key, as far as what lies below can be listed."""
        below = self._below.entities(table, after) if isinstance(self._below, ListedView) else ()
        changed = {key: entity for (each, key), entity in self._changes.items() if each == table}
        merged = {**dict(below), **{key: entity for key, entity in changed.items() if key > after}}
        return iter(sorted(merged.items(), key=lambda row: row[0]))

    def put(self, change: Change) -> None:
        """Lay a change on top."""
        self._changes[change.table, change.key] = change.entity


Rule = Callable[["StateView", Fact], list[Change]]
"""What a kind of record does: the entities after it. Raises `Refused`."""


class Refused(Exception):
    """A record that honest contracts would not have written.

    Args:
        code: A finding code of replay.
        detail: What does not fit.
    """

    def __init__(self, code: str, detail: str) -> None:
        self.code, self.detail = code, detail
        super().__init__(f"{code}: {detail}")


E = TypeVar("E")


def typed(state: StateView, table: str, key: str, kind: type[E]) -> E | None:
    """The entity under `key` when it is of `kind`."""
    found = state.get(table, key)
    return found if isinstance(found, kind) else None


def int_of(values: Values, name: str) -> int:
    """A number among the members of a message."""
    value = values[name]
    assert isinstance(value, int)
    return value


def str_of(values: Values, name: str) -> str:
    """A word among the members of a message, mostly 0x-hex."""
    value = values[name]
    assert isinstance(value, str)
    return value


def text_of(values: Values, name: str) -> str:
    """The ASCII text in a word; refuses a word that is none."""
    try:
        return from_ascii32(str_of(values, name))
    except MalformedError:
        raise Refused("BAD_RECORD", f"{name} is not ASCII") from None


def raw_of(word: str) -> bytes:
    """The bytes of 0x-hex."""
    return bytes.fromhex(word.removeprefix("0x"))


def next_rev(previous: int, fact: Fact) -> int:
    """The revision after a record that goes on from `previous`; refuses one that does not."""
    given = int_of(fact.values, "rev")
    if given != previous:
        raise Refused("BAD_RECORD", f"revision {given} where {previous} was current")
    return previous + 1


def one_of(key_ids: tuple[str, ...]) -> str:
    """The key on which a registration rests, when it rests on one alone."""
    return key_ids[0] if len(key_ids) == 1 else ""


def ended_span(span: AnySpan, fact: Fact) -> AnySpan:
    """A span as an end of it leaves it."""
    return replace(
        span,
        recorded_at=fact.time,
        until=int_of(fact.values, "until"),
        kind=TermKind.ENDED,
        by_keys=fact.key_ids,
        seq=fact.seq,
    )


def id_of(fact: Fact) -> str:
    """The object that a record is about, 0x-hex."""
    return "0x" + object_of(fact.kind, fact.values).hex()


def require_new(state: StateView, table: str, fact: Fact) -> str:
    """The object of a record that makes something; refuses one that is there."""
    key = id_of(fact)
    if state.get(table, key):
        raise Refused("DUPLICATE_ID", f"{table} {key}")
    next_rev(0, fact)
    return key
