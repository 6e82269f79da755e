"""What a message about sharing or the registry rests on: the objects that have to be as it assumes."""

from __future__ import annotations

from collections.abc import Sequence

from ledger.domain import objects
from ledger.domain.facts import Values
from ledger.domain.messages import plain_value
from ledger.domain.registry_messages import KIND_OF, foundations
from ledger.domain.sharing import USE_WORDS

_ON_ITEMS = frozenset({"RegisterItem", "EndItem", "TellRepeat", "ReportRepeat"})
_BY_NAME = ("grant", "parent", "correction", "demand")


def rests_on(struct: str, values: Values, words: Sequence[bytes] = ()) -> frozenset[str]:
    """Objects beside the one that a message goes on, 0x-hex: its grant, resource, correction, demand.

    Of the registry: regions, bodies and types that it names.

    Args:
        struct: Name of the message.
        values: Its members, ids as bytes or 0x-hex.
        words: What stands beside it; of uses, the grants among them.

    Example:
        >>> sorted(rests_on("DecideGrant", {"grant": bytes(32)})) == ["0x" + "00" * 32]
        True
    """
    if struct in KIND_OF:
        return foundations(values)
    named = {str(plain_value(values[name])) for name in _BY_NAME if name in values}
    if {"owner", "code"} <= values.keys():
        owner = objects.from_ascii32(_raw(values["owner"]))
        make = objects.item_object if struct in _ON_ITEMS else objects.resource_object
        named.add("0x" + make(owner, _raw(values["code"])).hex())
    if struct == "Use":
        named |= {"0x" + word.hex() for word in words[::USE_WORDS]}
    return frozenset(named)


def _raw(value: object) -> bytes:
    return bytes.fromhex(str(plain_value(value))[2:])
