"""What contracts refuse, with the names that people have for what it is about."""

from __future__ import annotations

from collections.abc import Mapping

from ledger.domain.entities import Key
from ledger.domain.objects import ascii32, resource_object
from ledger.domain.refusals import said_again
from ledger.domain.sharing_entities import Resource
from ledger.domain.state import typed
from ledger.errors import Coded, LedgerError
from ledger.ports import Entities
from ledger.service.listed_bodies import listed_bodies

_ABOUT = ("resource", "object")
_BODIES = ("owner", "signer")
_OF_A_KEY = ("KEY_PURPOSE", "KEY_NOT_CURRENT")


def named(error: LedgerError, state: Entities) -> LedgerError:
    """The same refusal with the names that people have, where the ledger has them.

    In the place of objects stand `OWNER/CODE` of a resource, the code of a body or region; behind a key's id
    stands whose it is.

    Args:
        error: Any error.
        state: The ledger.
    """
    wanted = {name: error.fields[name] for name in _ABOUT if _is_object(error.fields.get(name))}
    names = _names(state, set(map(str, wanted.values()))) if wanted else {}
    found: dict[str, object] = {
        name: names[each] for name, each in wanted.items() if isinstance(each, str) and each in names
    }
    found |= _bodies(error, state)
    if not found:
        return error
    return type(error)(error.code, **said_again({**error.fields, **found})).said_at(error.said_by)


def _bodies(error: LedgerError, state: Entities) -> dict[str, object]:
    """The bodies that a refusal names by their objects, and who has the key that it names."""
    given = {name: str(error.fields[name]) for name in _BODIES if _is_object(error.fields.get(name))}
    key = typed(state, "key", str(error.fields.get("keyId")), Key) if error.code in _OF_A_KEY else None
    if not given and key is None:
        return {}
    codes = listed_bodies(state)
    found: dict[str, object] = {name: codes[each] for name, each in given.items() if each in codes}
    if key is not None and key.owner in codes:
        whose = codes[key.owner]
        found["keyId"] = Coded(key.key_id, f"{key.key_id}（{whose}）", f"{key.key_id} (of {whose})")
    return found


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
