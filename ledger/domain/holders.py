"""Whose device keys are tied to a license: one holder's, or several holders' under a rule.

The ledger holds 32 bytes, the holder binding. For one holder they commit to his two keys, for several
to the rule (任一: any of them; 全体: all of them together) and to the binding of each, in order; the
two kinds of commitment have domains of their own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import NamedTuple

from eth_hash.auto import keccak

from ledger.domain.canonical import JsonObject
from ledger.domain.sm import is_public_key
from ledger.errors import UsageError

UNBOUND = bytes(32)
"""The holder binding of a license that no device key is tied to."""
FEWEST_JOINT, MOST_JOINT = 2, 8
"""How many holders are bound together."""

PAIR = ("holderKey", "holderEncryptionKey")
"""What a license input calls the two keys of a holder."""

_SINGLE_DOMAIN = keccak(b"elicense/1/holder-binding")
_JOINT_DOMAIN = keccak(b"elicense/1/joint-holder-binding")


class HolderRule(IntEnum):
    """Who of several holders shows a license."""

    ANY = 1
    ALL = 2


def holder_binding(holder_key: bytes | None, holder_encryption_key: bytes | None) -> bytes:
    """The commitment by which the ledger ties a holder's device keys to one license.

    keccak256(keccak256("elicense/1/holder-binding") ‖ X‖Y ‖ X‖Y of the encryption key or 64 zeros).

    Args:
        holder_key: 65 bytes `04‖X‖Y`, or None for an unbound license.
        holder_encryption_key: 65 bytes, or None.

    Returns:
        32 bytes; all zero without a holder key.

    Example:
        >>> holder_binding(None, None) == UNBOUND
        True
    """
    if holder_key is None:
        return UNBOUND
    encryption = holder_encryption_key[1:] if holder_encryption_key else bytes(64)
    return keccak(_SINGLE_DOMAIN + holder_key[1:] + encryption)


def joint_binding(rule: HolderRule, bindings: Iterable[bytes]) -> bytes:
    """The commitment to several holders.

    keccak256(keccak256("elicense/1/joint-holder-binding") ‖ rule ‖ count ‖ the binding of each), rule and
    count one byte each.

    Args:
        rule: Who of them shows.
        bindings: `holder_binding` of each, in their order.

    Example:
        >>> first, second = bytes(31) + b"\\1", bytes(31) + b"\\2"
        >>> joint_binding(HolderRule.ANY, [first, second]) == joint_binding(HolderRule.ANY, [second, first])
        False
    """
    listed = list(bindings)
    return keccak(_JOINT_DOMAIN + bytes([rule, len(listed)]) + b"".join(listed))


class PublicPair(NamedTuple):
    """The holder's keys for one license, which the issuer binds to it: two points of 65 bytes, `04‖X‖Y`."""

    holder_key: bytes
    holder_encryption_key: bytes

    @property
    def binding(self) -> str:
        """The holder binding that commits to both, 0x-hex."""
        return "0x" + holder_binding(*self).hex()

    @property
    def pairs(self) -> tuple[PublicPair, ...]:
        """The keys that sign: these."""
        return (self,)

    def opens(self, binding: str) -> bool:
        """Whether a holder binding (0x-hex) commits to both keys, or to the signing key alone."""
        return binding in (self.binding, "0x" + holder_binding(self.holder_key, None).hex())

    def as_json(self) -> JsonObject:
        """The keys in hex, as a license input names them."""
        return dict(zip(PAIR, (key.hex() for key in self), strict=True))

    @classmethod
    def from_json(cls, form: Mapping[str, str]) -> PublicPair:
        """The inverse of `as_json`, for keys that were checked."""
        return cls(*(bytes.fromhex(form[name]) for name in PAIR))


@dataclass(frozen=True, slots=True)
class JointHolders:
    """Several holders with their keys, as an issuer binds them.

    Attributes:
        rule: Who of them shows.
        pairs: The keys of each, `FEWEST_JOINT` to `MOST_JOINT`, none twice.
    """

    rule: HolderRule
    pairs: tuple[PublicPair, ...]

    @property
    def bindings(self) -> tuple[str, ...]:
        """The binding of each, 0x-hex."""
        return tuple(pair.binding for pair in self.pairs)

    @property
    def binding(self) -> str:
        """The holder binding that commits to all of them, 0x-hex."""
        return "0x" + joint_binding(self.rule, (holder_binding(*pair) for pair in self.pairs)).hex()

    def as_json(self) -> JsonObject:
        """The members of a license input and of a license file."""
        return {"holderRule": self.rule.name, "holderKeys": [pair.as_json() for pair in self.pairs]}

    @classmethod
    def from_json(cls, form: JsonObject) -> JointHolders:
        """The inverse of `as_json`, for members that are `is_rule` and `are_pairs`."""
        return cls(HolderRule[form["holderRule"]], tuple(map(PublicPair.from_json, form["holderKeys"])))


def is_rule(value: object) -> bool:
    """Whether it names a rule."""
    return isinstance(value, str) and value in HolderRule.__members__


def are_pairs(value: object) -> bool:
    """Whether it lists the keys of several holders, each key once."""
    if not isinstance(value, list) or not FEWEST_JOINT <= len(value) <= MOST_JOINT:
        return False
    if not all(isinstance(pair, dict) and pair.keys() == set(PAIR) for pair in value):
        return False
    keys = [key for pair in value for key in pair.values()]
    return all(map(is_key, keys)) and len(set(keys)) == len(keys)


def is_key(value: object) -> bool:
    """Whether it is a public key as 130 hex digits in lower case, a point of the curve."""
    is_hex = isinstance(value, str) and len(value) == 130 and not set(value) - set("0123456789abcdef")
    return is_hex and is_public_key(bytes.fromhex(str(value)))


def input_holders(given: JsonObject) -> JointHolders | None:
    """The several holders that a license input binds together; None where it names one key or none."""
    return JointHolders.from_json(given) if given.get("holderKeys") is not None else None


def asked_binding(given: JsonObject) -> bytes:
    """The holder binding that a caller asks for by the members of a license input that name keys.

    Raises:
        UsageError: `HOLDER_KEYS`: no key, or neither one holder's alone nor several with a rule, each key
            once.
    """
    singles = [given.get(name) for name in PAIR]
    is_joint = given.get("holderKeys") is not None or given.get("holderRule") is not None
    is_single = singles[0] is not None and all(key is None or is_key(key) for key in singles)
    are_joint = is_rule(given.get("holderRule")) and are_pairs(given.get("holderKeys"))
    if not (are_joint and singles == [None, None] if is_joint else is_single):
        raise UsageError("HOLDER_KEYS")
    return input_binding(given)


def require_somebody(binding: bytes) -> bytes:
    """Let pass only a commitment to somebody's keys: to bind nobody would undo a freeze.

    Raises:
        UsageError: `BINDING_OF_NOBODY`.
    """
    if binding == UNBOUND:
        raise UsageError("BINDING_OF_NOBODY")
    return binding


def input_binding(given: JsonObject) -> bytes:
    """The holder binding that a license input asks for; `UNBOUND` where it names no key."""
    joint = input_holders(given)
    if joint is not None:
        return bytes.fromhex(joint.binding[2:])
    keys = [given.get(name) for name in ("holderKey", "holderEncryptionKey")]
    holder, encryption = (bytes.fromhex(key) if key else None for key in keys)
    return holder_binding(holder, encryption)


def encryption_keys(given: JsonObject) -> tuple[bytes, ...]:
    """The encryption keys that a license input names for its holders, 65 bytes each."""
    keys = (pair.get("holderEncryptionKey") for pair in given.get("holderKeys") or [given])
    return tuple(bytes.fromhex(key) for key in keys if isinstance(key, str))
