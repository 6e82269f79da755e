"""What proves that a holder signed: words that open a license's holder binding.

A command of a holder carries them beside the message (`contracts/interfaces/IHolders.sol`), so that a
record says by itself whose keys signed. The first word is how, then follow the four words of each signer's
keys, and, for one of several holders, the bindings of all.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from eth_hash.auto import keccak

from ledger.domain.acts import Act
from ledger.domain.entities import IsVoid, License, Mandate, Representation, TermKind
from ledger.domain.holders import (
    FEWEST_JOINT,
    MOST_JOINT,
    UNBOUND,
    HolderRule,
    PublicPair,
    holder_binding,
    joint_binding,
)
from ledger.domain.presenters import AllHolders, AnyHolder, Presenter, Representative
from ledger.domain.representation import RepresentationScope
from ledger.domain.sharing import HolderProof

_PAIR = 4
_NO_KEY = bytes(64)


@dataclass(frozen=True)
class OpenedBinding:
    """A proof, read.

    Attributes:
        kind: By whose keys a holder signs.
        points: The signing keys, 65 bytes each, in the order of the signatures.
        bindings: The binding of each of them, 32 bytes.
        listed: The bindings of all holders, of whom one signs.
    """

    kind: HolderProof
    points: tuple[bytes, ...]
    bindings: tuple[bytes, ...]
    listed: tuple[bytes, ...] = ()

    @property
    def key_ids(self) -> tuple[str, ...]:
        """Ids of the signing keys, 0x-hex."""
        return tuple("0x" + keccak(point[1:]).hex() for point in self.points)

    @property
    def commitment(self) -> str:
        """The holder binding that they open, 0x-hex; zeros where who signs is none of the holders.

        Of a representative it is the commitment by which the ledger knows him.
        """
        match self.kind:
            case HolderProof.ALL:
                opened = joint_binding(HolderRule.ALL, self.bindings)
            case HolderProof.ANY:
                is_listed = self.bindings[0] in self.listed
                opened = joint_binding(HolderRule.ANY, self.listed) if is_listed else UNBOUND
            case _:
                opened = self.bindings[0]
        return "0x" + opened.hex()


def read_proof(words: Sequence[bytes]) -> OpenedBinding:
    """Read the words of a proof.

    Raises:
        ValueError: They have not the form of any.
    """
    kind = HolderProof(int.from_bytes(words[0], "big") if words else 0)
    rest = words[1:]
    signers = len(rest) // _PAIR if kind is HolderProof.ALL else 1
    keys, listed = rest[: _PAIR * signers], tuple(rest[_PAIR * signers :])
    holders = {HolderProof.ALL: signers, HolderProof.ANY: len(listed)}.get(kind, FEWEST_JOINT)
    is_whole = len(keys) == _PAIR * signers and (not listed or kind is HolderProof.ANY)
    if not is_whole or not FEWEST_JOINT <= holders <= MOST_JOINT:
        raise ValueError(f"{len(words)} words prove nothing")
    pairs = [keys[start : start + _PAIR] for start in range(0, len(keys), _PAIR)]
    points = tuple(b"\x04" + x + y for x, y, _, _ in pairs)
    return OpenedBinding(kind, points, tuple(map(_binding_of, pairs)), listed)


def _binding_of(pair: Sequence[bytes]) -> bytes:
    encryption = b"".join(pair[2:])
    return holder_binding(
        b"\x04" + b"".join(pair[:2]), None if encryption == _NO_KEY else b"\x04" + encryption
    )


def proof_words(presenter: Presenter) -> tuple[bytes, ...]:
    """The proof of who signs, the inverse of `read_proof`.

    Example:
        >>> pair = PublicPair(b"\\4" + b"k" * 64, b"\\4" + b"e" * 64)
        >>> read_proof(proof_words(pair)).commitment == pair.binding
        True
    """
    listed: tuple[bytes, ...] = ()
    match presenter:
        case AllHolders():
            kind = HolderProof.ALL
        case AnyHolder():
            kind = HolderProof.ANY
            listed = tuple(bytes.fromhex(binding[2:]) for binding in presenter.bindings)
        case Representative():
            kind = HolderProof.REPRESENTATIVE
        case PublicPair():
            kind = HolderProof.SINGLE
    words = [word for pair in presenter.pairs for word in _pair_words(pair)]
    return (int(kind).to_bytes(32, "big"), *words, *listed)


def _pair_words(pair: PublicPair) -> tuple[bytes, ...]:
    points = (pair.holder_key[1:], pair.holder_encryption_key[1:])
    return tuple(half for point in points for half in (point[:32], point[32:]))


def lacks_binding(
    opened: OpenedBinding, license_: License, is_void: IsVoid, is_restrictive: bool = False
) -> str:
    """Why these keys are not the ones that a license is bound to; empty where they are.

    As the contracts judge it. They know the last binding alone: where the key that made it falls, nothing
    is bound until somebody binds anew.

    Args:
        opened: What the proof opens.
        license_: As the records until then leave it.
        is_void: What is void, as known then.
        is_restrictive: Whether a device that was reported lost may do it too.
    """
    if int(license_.holder_binding, 16) == 0 or opened.commitment != license_.holder_binding:
        return "not signed by whom the license is bound to"
    for fact in reversed(license_.facts[1:]):
        if fact.act is Act.FREEZE and not is_restrictive:
            return "signed by a device that is reported lost"
        if fact.act is Act.BIND:
            break
    else:
        fact = license_.facts[0]
    return "the key that bound the device is compromised" if is_void(fact.key_id, fact.recorded_at) else ""


def lacks_mandate(
    representation: Representation | None, scope: RepresentationScope, at: int, is_void: IsVoid
) -> str:
    """Why somebody does not stand in for a holder, as the contracts judge it; empty where he does.

    The contracts know the last terms alone.
    """
    given = _given(representation)
    if representation is None or given is None:
        return "nobody stands in for the holder by this key"
    until = representation.mandates[-1].until
    if not given.since <= at or (until and at >= until) or scope not in given.scope:
        return "the representation does not cover this"
    is_lost = any(is_void(key, given.recorded_at) for key in given.by_keys)
    return "the key that gave the representation is compromised" if is_lost else ""


def _given(representation: Representation | None) -> Mandate | None:
    mandates = representation.mandates if representation else ()
    return next((each for each in reversed(mandates) if each.kind is TermKind.GIVEN), None)
