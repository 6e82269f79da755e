"""What bodies sign about the registry: which record each message makes, of what, and by which keys.

Regions, organisations, keys, relays, contracts, types, rights, powers and agreements. Reading and
replay go by `ledger.domain.rules`; this is what has to be known of a message before it is recorded.
"""

from __future__ import annotations

from collections.abc import Mapping

from ledger.domain import objects
from ledger.domain.acts import Purpose
from ledger.domain.facts import Values
from ledger.domain.messages import KINDS_OF, Kind, plain_value
from ledger.domain.objects import from_ascii32, organisation_id
from ledger.domain.rules.catalog import power_key, recognition_key

KIND_OF: dict[str, Kind] = {
    "AddRegion": Kind.REGION_ADDED,
    "SetThreshold": Kind.THRESHOLD_SET,
    "Succeed": Kind.CONTRACT_SUCCEEDED,
    "SucceedRegion": Kind.REGION_SUCCEEDED,
    "SucceedOrganisation": Kind.ORGANISATION_SUCCEEDED,
    "AddOrganisation": Kind.ORGANISATION_ADDED,
    "RegisterKey": Kind.KEY_REGISTERED,
    "EndKey": Kind.KEY_ENDED,
    "CutOffKey": Kind.KEY_CUT_OFF,
    "RotateKey": Kind.KEY_ROTATED,
    "RecoverKey": Kind.KEY_LOST,
    "AddRelay": Kind.RELAY_ADDED,
    "EndRelay": Kind.RELAY_ENDED,
    "RegisterType": Kind.TYPE_REGISTERED,
    "Entitle": Kind.ENTITLEMENT_GIVEN,
    "EndEntitlement": Kind.ENTITLEMENT_ENDED,
    "Empower": Kind.POWER_GIVEN,
    "EndPower": Kind.POWER_ENDED,
    "Recognize": Kind.RECOGNITION_AGREED,
    "EndRecognition": Kind.RECOGNITION_ENDED,
}
"""The record that each message makes; of two, the first, which goes on with what is there."""

ON_REGISTRY = frozenset(KIND_OF.values())

REGISTRY_RECORDS = frozenset(kind for name in KIND_OF for kind in KINDS_OF[name])
"""All records that they make."""

MADE_ONCE = frozenset({"AddRegion", "AddOrganisation", "RegisterKey"})
"""Messages about what is registered once and for all."""

_WITH_POSSESSION = frozenset({"RegisterKey", "RotateKey", "RecoverKey"})


def place_of(kind: Kind, values: Values) -> tuple[str, str]:
    """Table and key of what a record of the registry goes on with.

    Args:
        kind: One of `ON_REGISTRY`.
        values: Members of its struct by name, words as bytes or 0x-hex.

    Example:
        >>> place_of(Kind.REGION_ADDED, {"region": 310118})
        ('region', '310118')
    """
    if kind in _BY_KEY:
        return "key", str(plain_value(values[_BY_KEY[kind]]))
    if kind in (Kind.REGION_ADDED, Kind.REGION_SUCCEEDED):
        return "region", str(values["region"])
    if kind in (Kind.ORGANISATION_ADDED, Kind.ORGANISATION_SUCCEEDED):
        return "organisation", _text(values, "uscc")
    if kind in (Kind.RELAY_ADDED, Kind.RELAY_ENDED):
        return "relay", str(values["relay"])
    return _of_catalog(kind, values) or ("ledger", "ledger")


def _of_catalog(kind: Kind, values: Values) -> tuple[str, str] | None:
    if kind is Kind.TYPE_REGISTERED:
        return "type", _text(values, "licenseType")
    if kind in (Kind.ENTITLEMENT_GIVEN, Kind.ENTITLEMENT_ENDED):
        return "entitlement", f"{_text(values, 'licenseType')}/{_text(values, 'issuer')}"
    if kind in (Kind.POWER_GIVEN, Kind.POWER_ENDED):
        body = organisation_id(_text(values, "body"))
        return "power", power_key(_text(values, "licenseType"), body, _number(values, "region"))
    if kind in (Kind.RECOGNITION_AGREED, Kind.RECOGNITION_ENDED):
        sides = (_number(values, "fromRegion"), _number(values, "toRegion"))
        return "recognition", recognition_key(*sides, _text(values, "licenseType"))
    return None


_BY_KEY = {
    Kind.KEY_REGISTERED: "newKey",
    Kind.KEY_ENDED: "key",
    Kind.KEY_CUT_OFF: "key",
    Kind.KEY_ROTATED: "key",
    Kind.KEY_LOST: "key",
}


def foundations(values: Values) -> frozenset[str]:
    """Objects that have to be registered before a message of the registry counts, 0x-hex.

    Example:
        >>> len(foundations({"region": 310118, "parent": 310000, "nameDigest": bytes(32)}))
        2
    """
    regions = [each for name in _REGIONS if isinstance(each := values.get(name), int) and each]
    found = {objects.region_object(each) for each in regions}
    found |= {objects.organisation_object(_text(values, name)) for name in _BODIES if _is_set(values, name)}
    found |= {objects.type_object(_text(values, name)) for name in _TYPES if _is_set(values, name)}
    owner = {str(plain_value(values["owner"]))} if "owner" in values else set[str]()
    return frozenset("0x" + each.hex() for each in found) | owner


_REGIONS = ("region", "parent", "successor", "fromRegion", "toRegion")
_BODIES = ("successor", "issuer", "operator", "body", "definer")
_TYPES = ("licenseType", "asType")


def purpose_needed(struct: str, values: Values) -> Purpose:
    """Which keys sign a message of the registry, beside one that proves its possession."""
    if struct == "RotateKey":
        return Purpose(_number(values, "purpose"))
    return Purpose.RECOVER if struct == "RecoverKey" else Purpose.GOVERN


def new_key(struct: str, values: Mapping[str, object]) -> tuple[bytes, bytes] | None:
    """Id and 65 bytes of the key that a message registers and that signs it last; None without one."""
    is_proved = struct in _WITH_POSSESSION and values.get("purpose") != Purpose.ENCRYPT
    return (_raw(values, "newKey"), b"\x04" + _raw(values, "x") + _raw(values, "y")) if is_proved else None


def _raw(values: Values, name: str) -> bytes:
    return bytes.fromhex(str(plain_value(values[name]))[2:])


def _text(values: Values, name: str) -> str:
    return from_ascii32(_raw(values, name))


def _number(values: Values, name: str) -> int:
    return int(str(values[name]))


def _is_set(values: Values, name: str) -> bool:
    is_word = name in values and not isinstance(values[name], int)
    return is_word and any(_raw(values, name))
