"""Uses and refusals in the words of answers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from ledger.domain.canonical import JsonObject
from ledger.domain.entities import Entity
from ledger.domain.field_list import FieldList
from ledger.domain.links import By
from ledger.domain.moments import rfc3339
from ledger.domain.sharing import ResourceKind
from ledger.domain.sharing_entities import (
    Grant,
    Refusal,
    Resource,
    Use,
    UseBatch,
    Uses,
    resource_key,
    resource_owner,
)
from ledger.domain.state import typed
from ledger.domain.use_reasons import reason_code
from ledger.errors import UnknownIdError
from ledger.ports import Index
from ledger.service.party_texts import NOTHING, PartyTexts
from ledger.service.routes import exchange_of

_TABLES = ("uses", "useBatch", "refusal")


@dataclass(frozen=True)
class UseFilter:
    """Which uses are asked for; None takes any."""

    grant: str | None = None
    grantee: str | None = None
    owner: str | None = None

    def takes(self, row: JsonObject) -> bool:
        """Whether a row is asked for."""
        return (
            self.grant in (None, row["grant"])
            and self.grantee in (None, row["grantee"])
            and self.owner in (None, row["owner"])
        )


@dataclass(frozen=True)
class ShowUses:
    """Tells what the ledger has of uses.

    Attributes:
        index: The ledger.
        texts: What this home knows behind digests.
        leaves_of: The uses in a batch, by its object, where this home gave or had the data; else none.
        batch_of: The batch of a use, by the digest of its request, where this home knows it; else "".
        hops_of: Through whose hands the files of a use came here, by the digest of its request; None where no
            platform signed that.
    """

    index: Index
    texts: PartyTexts
    leaves_of: Callable[[str], Sequence[Use]] = lambda _: ()
    batch_of: Callable[[str], str] = lambda _: ""
    hops_of: Callable[[str], JsonObject | None] = lambda _: None

    def rows(self, asked: UseFilter) -> list[JsonObject]:
        """The members of `uses` of `use list`, as they were recorded one after another."""
        found = (row for each in self._records(asked) for row in self._told(*each))
        return sorted(filter(asked.takes, found), key=_order)

    def show(self, name: str) -> JsonObject:
        """One record, by its object or number, or one use or refusal by the digest of its request.

        Of a record with several uses the first one.

        Args:
            name: 0x-hex, or the record's number in decimal digits.

        Raises:
            UnknownIdError: `USE_UNKNOWN`.
        """
        wanted = self._object_at(int(name)) if _is_number(name) else name.lower()
        found = (row for each in self._named_so(wanted) for row in self._told(*each))
        for row in sorted(found, key=_order):
            if wanted == row["request"] or (wanted == row["object"] and row["batch"] is None):
                return {**row, **self._way_of(row)}
        raise UnknownIdError("USE_UNKNOWN", use=name[:80])

    def _object_at(self, seq: int) -> str:
        """The object of the use, batch or refusal that a record is; empty where it is none."""
        every = (each for table in _TABLES for each in self.index.entities(table))
        return next((name for name, each in every if getattr(each, "seq", None) == seq), "")

    def _way_of(self, row: JsonObject) -> JsonObject:
        """What it crossed, null where its grant is not known, and who is known to have carried it."""
        grant = typed(self.index, "grant", row["grant"] or "", Grant)
        exchange = exchange_of(self.index, grant) if grant else None
        crosses = sorted(exchange.crosses) if exchange else None
        return {"crosses": crosses, "hops": self.hops_of(row["request"]) if row["request"] else None}

    def _records(self, asked: UseFilter) -> Iterator[tuple[str, Entity]]:
        """The records in which there may be something that is asked for, each once."""
        index = self.index
        if asked.grant:
            for table in _TABLES:
                yield from index.linked(table, By.GRANT, asked.grant)
        elif asked.grantee or asked.owner:
            by, body = (By.GRANTEE, asked.grantee) if asked.grantee else (By.OWNER, asked.owner or "")
            yield from self._under(index.linked("grant", by, body))
            yield from index.entities("refusal") if asked.grantee else index.linked("refusal", by, body)
        else:
            for table in _TABLES:
                yield from index.entities(table)

    def _under(self, grants: Iterable[tuple[str, Entity]]) -> Iterator[tuple[str, Entity]]:
        found: dict[str, Entity] = {}
        for grant, _ in grants:
            for table in ("uses", "useBatch"):
                found.update(self.index.linked(table, By.GRANT, grant))
        yield from found.items()

    def _named_so(self, name: str) -> Iterator[tuple[str, Entity]]:
        """The records that are, or hold, what has a name."""
        index, batch = self.index, self.batch_of(name)
        named = [(table, each) for table in _TABLES for each in {name, batch} - {""}]
        found = ((each, index.get(table, each)) for table, each in named)
        yield from ((each, entity) for each, entity in found if entity is not None)
        for table in ("uses", "refusal"):
            yield from index.linked(table, By.REQUEST, name)

    def _told(self, object_id: str, entity: Entity) -> Iterator[JsonObject]:
        match entity:
            case Uses():
                yield from (self._use(object_id, entity, use, n) for n, use in enumerate(entity.uses))
            case UseBatch():
                yield from self._of_batch(object_id, entity)
            case Refusal():
                yield self._refusal(object_id, entity)

    def _use(self, object_id: str, entity: Uses, use: Use, place: int) -> JsonObject:
        parties = {"owner": entity.owner, "grantee": entity.grantee, "resource": self._resource(use.grant)}
        return {**self._said(use), **_row(object_id, entity, place), **parties}

    def _said(self, use: Use) -> JsonObject:
        return {
            "kind": use.kind.name,
            "grant": use.grant,
            "fields": self._named(use.grant, use.fields),
            "request": use.request_digest,
            "response": None if use.response_digest == NOTHING else use.response_digest,
            "state": use.commitment if self._is_of_rows(use.grant) else None,
        }

    def _of_batch(self, object_id: str, entity: UseBatch) -> Iterator[JsonObject]:
        """The batch as the ledger has it, and behind it the uses in it that this home knows."""
        batch = self._batch(object_id, entity)
        yield batch
        parties = {name: batch[name] for name in ("owner", "grantee", "resource")}
        for place, use in enumerate(self.leaves_of(object_id)):
            yield {**self._said(use), **_row(object_id, entity, place), **parties, "batch": object_id}

    def _batch(self, object_id: str, entity: UseBatch) -> JsonObject:
        grant = typed(self.index, "grant", entity.grant, Grant)
        resource = self._resource(entity.grant)
        return {
            "kind": "BATCH",
            "grant": entity.grant,
            "fields": self._named(entity.grant, entity.fields),
            "request": None,
            "response": None,
            "state": None,
            **_row(object_id, entity),
            "size": entity.size,
            "owner": resource_owner(resource) if resource else None,
            "grantee": grant.grantee if grant else None,
            "resource": resource,
        }

    def _refusal(self, object_id: str, entity: Refusal) -> JsonObject:
        return {
            "kind": "REFUSED",
            "grant": entity.grant or None,
            "fields": [],
            "request": entity.request_digest or None,
            "response": None,
            "state": None,
            **_row(object_id, entity),
            "size": entity.size,
            "reason": entity.reason or None,
            "reasonCode": reason_code(entity.reason),
            "owner": entity.owner,
            "grantee": entity.grantee or None,
            "resource": resource_key(entity.owner, entity.code),
        }

    def _is_of_rows(self, grant: str) -> bool:
        """Whether a grant is of a data set: the last word of its uses is the state of that."""
        found = typed(self.index, "grant", grant, Grant)
        resource = typed(self.index, "resource", found.resource, Resource) if found else None
        return resource is not None and resource.current.kind is ResourceKind.DATA_SET

    def _resource(self, grant: str) -> str | None:
        found = typed(self.index, "grant", grant, Grant)
        return found.resource if found else None

    def _named(self, grant: str, fields: int) -> list[str]:
        """Names of fields; positions where this home does not know the list."""
        found = typed(self.index, "grant", grant, Grant)
        resource = typed(self.index, "resource", found.resource, Resource) if found else None
        digest = resource.versions[found.version - 1].fields_digest if found and resource else NOTHING
        return (self.texts.list_of(digest) or FieldList((), ())).named(fields)


def _is_number(name: str) -> bool:
    return name.isascii() and name.isdigit() and len(name) < 20


def _order(row: JsonObject) -> tuple[int, bool, int]:
    """By records; the uses in a batch stand behind it."""
    return row["seq"], row["batch"] is not None, row["place"]


def _row(object_id: str, entity: Uses | UseBatch | Refusal, place: int = 0) -> JsonObject:
    return {
        "object": object_id,
        "batch": None,
        "place": place,
        "size": 1,
        "seq": entity.seq,
        "recordedAt": rfc3339(entity.recorded_at),
        "reason": None,
        "reasonCode": None,
    }
