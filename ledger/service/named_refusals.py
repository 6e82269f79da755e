"""What contracts refuse, with the names that people have for what it is about."""

from __future__ import annotations

from collections.abc import Mapping

from ledger.domain.objects import ascii32, resource_object
from ledger.domain.refusals import said_again
from ledger.domain.sharing_entities import Resource
from ledger.errors import LedgerError
from ledger.ports import Entities

_ABOUT = ("resource", "object")


def named(error: LedgerError, state: Entities) -> LedgerError:
    """The same refusal with `OWNER/CODE` in the place of a resource's object, where the ledger has it.

    Args:
        error: Any error.
        state: The ledger.
    """
    wanted = {name: error.fields[name] for name in _ABOUT if _is_object(error.fields.get(name))}
    names = _names(state, set(map(str, wanted.values()))) if wanted else {}
    found = {name: names[each] for name, each in wanted.items() if isinstance(each, str) and each in names}
    if not found:
        return error
    return type(error)(error.code, **said_again({**error.fields, **found})).said_at(error.said_by)


def _is_object(value: object) -> bool:
    return isinstance(value, str) and value.startswith("0x") and len(value) == 66


def _names(state: Entities, objects: set[str]) -> Mapping[str, str]:
    """`OWNER/CODE` of resources by their objects; the whole catalog is read, which a refusal may cost."""
    return {
        own: each.key
        for _, each in state.entities("resource")
        if isinstance(each, Resource) and (own := _object(each)) in objects
    }


def _object(resource: Resource) -> str:
    return "0x" + resource_object(resource.owner, ascii32(resource.code)).hex()
