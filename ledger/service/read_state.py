"""The state of the ledger as a service reads it out: entities, page by page, for who has no node.

Whoever reads it believes the service, as one believes a node at the level `rpc`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Protocol

from ledger.domain.canonical import JsonObject
from ledger.domain.entities import Entity
from ledger.domain.entity_json import ENTITY_OF, entity_from_json, entity_to_json
from ledger.domain.links import By
from ledger.errors import MalformedError, TrustError, UnknownIdError
from ledger.ports import Entities

MOST_ENTITIES = 500
"""Entities of one answer."""


def read_entity(state: Entities, table: str, key: str) -> JsonObject:
    """One entity as an answer; raises `UNKNOWN_TABLE`."""
    entity = state.get(_table(table), key)
    return {"entity": None if entity is None else entity_to_json(entity)}


def read_entities(
    state: Entities, table: str, word: tuple[By, str] | None, after: str, limit: int
) -> JsonObject:
    """Some entities of a table as an answer, and the last key where more follow; raises `UNKNOWN_TABLE`."""
    table = _table(table)
    found = state.linked(table, *word, after) if word else state.entities(table, after)
    taken = list(islice(found, limit + 1))
    rows = [{"key": key, "entity": entity_to_json(entity)} for key, entity in taken[:limit]]
    return {"entities": rows, "next": rows[-1]["key"] if len(taken) > limit else None}


def _table(name: str) -> str:
    if name not in ENTITY_OF:
        raise UnknownIdError("UNKNOWN_TABLE", table=name[:40], known=", ".join(sorted(ENTITY_OF)))
    return name


class Answering(Protocol):
    """A service that answers signed questions."""

    def get(self, target: str, query: Mapping[str, str] | None = None) -> JsonObject:
        """The answer to one."""
        ...


class RemoteState:
    """The state of the ledger as a service tells it: `Entities`, each fetched once.

    Args:
        service: Answers.
        ledger_id: That it has to be of, 32 bytes.
    """

    def __init__(self, service: Answering, ledger_id: bytes) -> None:
        self._service, self._ledger_id = service, ledger_id
        self._known: dict[tuple[str, str], Entity | None] = {}

    @property
    def ledger_id(self) -> bytes:
        """The ledger that it is of, 32 bytes."""
        return self._ledger_id

    def get(self, table: str, key: str) -> Entity | None:
        """The entity, or None; raises `SERVICE_ANSWER_DIFFERS`, and what the service refuses."""
        place = (table, key)
        if place not in self._known:
            told = self._asked(f"{table}/entity", {"key": key}).get("entity")
            self._known[place] = None if told is None else _entity(table, told)
        return self._known[place]

    def entities(self, table: str, after: str = "") -> Iterator[tuple[str, Entity]]:
        """The entities of a table with their keys, by key, those behind `after`; raises as `get`."""
        return self._all(table, {}, after)

    def linked(self, table: str, by: By, value: str, after: str = "") -> Iterator[tuple[str, Entity]]:
        """The entities that are found by a word, by key, those behind `after`; raises as `get`."""
        return self._all(table, {"by": by.value, "value": value}, after)

    def _all(self, table: str, word: Mapping[str, str], after: str) -> Iterator[tuple[str, Entity]]:
        last: str | None = after
        while last is not None:
            told = self._asked(table, {**word, **({"after": last} if last else {})})
            rows = told.get("entities")
            if not isinstance(rows, list):
                raise TrustError("SERVICE_ANSWER_DIFFERS", member="entities")
            for row in rows:
                entity = self._known[table, str(row["key"])] = _entity(table, row["entity"])
                yield str(row["key"]), entity
            last = _further(told.get("next"), last)

    def _asked(self, place: str, query: Mapping[str, str]) -> JsonObject:
        answer = self._service.get(f"/v1/state/{place}", query)
        if answer.get("ledgerId") != "0x" + self._ledger_id.hex():
            raise TrustError("SERVICE_ANSWER_DIFFERS", member="ledgerId")
        return answer


def _entity(table: str, form: object) -> Entity:
    try:
        return entity_from_json(table, form if isinstance(form, dict) else {})
    except MalformedError:
        raise TrustError("SERVICE_ANSWER_DIFFERS", member=table) from None


def _further(told: object, last: str) -> str | None:
    """The key behind which the next page begins; a service that goes back is not followed for ever."""
    if told is None:
        return None
    if not isinstance(told, str) or told <= last:
        raise TrustError("SERVICE_ANSWER_DIFFERS", member="next")
    return told
