"""Orders about the catalog of resources: what there is, how it is to be had, what is owed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from eth_hash.auto import keccak

from ledger.domain.canonical import JsonObject, canonical
from ledger.domain.field_list import FieldList
from ledger.domain.moments import rfc3339
from ledger.domain.objects import ascii32
from ledger.domain.sharing_entities import Resource, ResourceVersion, resource_key
from ledger.domain.state import StateView, typed
from ledger.domain.words import CODE_OF
from ledger.errors import Coded, UnknownIdError, UsageError
from ledger.service.party_texts import NOTHING
from ledger.service.share import ShareOrder
from ledger.service.signing import KeyFile

NEW: Mapping[str, object] = {
    "kind": 2,
    "licenseType": NOTHING,
    "operator": NOTHING,
    "schemaDigest": NOTHING,
    "sharing": 1,
    "ground": 0,
    "until": 0,
    "cycleDays": 0,
    "baseLibrary": 0,
    "region": 0,
    "useRight": NOTHING,
    "benefitRight": NOTHING,
    "itemsDigest": NOTHING,
}
"""A data set that is shared without condition: what an owner says nothing about."""


def register_resource(
    owner: str, code: str, members: Mapping[str, object], by: Sequence[KeyFile]
) -> ShareOrder:
    """Register a resource, or its next version; by the owner.

    Args:
        owner: Credit code.
        code: The owner's code for it.
        members: All others of `RegisterResource`.
        by: A signing key of the owner.
    """
    named = {"owner": code_word("owner", owner), "code": code_word("code", code)}
    return ShareOrder("RegisterResource", {**named, **members}, tuple(by))


def field_members(fields: FieldList) -> dict[str, object]:
    """What a registration tells of a list of fields."""
    return {
        "fieldsDigest": fields.digest,
        "fieldCount": len(fields.names),
        "sensitive": f"0x{fields.sensitive:064x}",
        "gradesDigest": fields.grades_digest,
    }


def version_members(version: ResourceVersion) -> dict[str, object]:
    """What a version tells, for the next one that says the rest anew."""
    return {
        "kind": int(version.kind),
        "licenseType": ascii32(version.license_type),
        "operator": ascii32(version.operator),
        "schemaDigest": version.schema_digest,
        "fieldsDigest": version.fields_digest,
        "fieldCount": version.field_count,
        "sensitive": f"0x{version.sensitive:064x}",
        "gradesDigest": version.grades_digest,
        "sharing": int(version.sharing),
        "ground": version.ground,
        "until": version.until,
        "cycleDays": version.cycle_days,
        "baseLibrary": int(version.base_library),
        "region": version.region,
        "useRight": ascii32(version.use_right),
        "benefitRight": ascii32(version.benefit_right),
        "itemsDigest": version.items_digest,
    }


def schema_digest(schema: JsonObject) -> str:
    """keccak-256 of the canonical form of a JSON Schema, 0x-hex."""
    return "0x" + keccak(canonical(schema)).hex()


def resource_in(state: StateView, key: str) -> Resource:
    """A resource by its key, `OWNER/CODE`; raises `UNKNOWN_RESOURCE`."""
    found = typed(state, "resource", key, Resource)
    if found is None:
        raise UnknownIdError("UNKNOWN_RESOURCE", resource=key[:80])
    return found


def read_key(text: str) -> str:
    """The key of a resource as people write it, `OWNER/CODE`; raises `RESOURCE_NAME`."""
    owner, slash, code = text.partition("/")
    if not slash or not owner or not code:
        raise UsageError("RESOURCE_NAME", text=text[:80])
    return resource_key(owner, code)


def code_word(name: str, text: str) -> bytes:
    """A code as a word of a message; raises `CODE_FORM`."""
    is_code = text.isascii() and (not text or text.isprintable()) and len(text) <= 32 and " " not in text
    if not is_code:
        raise code_fault(name, text)
    return ascii32(text)


def code_fault(name: str, text: str) -> UsageError:
    """`CODE_FORM` for a code; `name` says of what, as of `CODE_OF`."""
    return UsageError("CODE_FORM", name=Coded(name, *CODE_OF.get(name, (name, name))), text=text[:80])


def version_json(resource: Resource, version: ResourceVersion) -> dict[str, object]:
    """A version as `resource show` tells it."""
    return {
        "owner": resource.owner,
        "resource": resource.key,
        "kind": version.kind.name,
        "type": version.license_type or None,
        "operator": version.operator or None,
        "sharing": version.sharing.name,
        "ground": version.ground or None,
        "until": rfc3339(version.until) if version.until else None,
        "cycleDays": version.cycle_days or None,
        "baseLibrary": version.base_library.name,
        "region": f"{version.region:06d}" if version.region else None,
        "useRight": version.use_right or None,
        "benefitRight": version.benefit_right or None,
        "fieldsDigest": version.fields_digest,
        "fieldCount": version.field_count,
        "registeredAt": rfc3339(version.recorded_at),
    }
