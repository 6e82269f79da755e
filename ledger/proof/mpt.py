"""Merkle-Patricia proofs: what an account or a storage slot holds under a state root.

Verifies the answers of `eth_getProof` (EIP-1186), presence and absence alike. Every node given
must be used; whatever is off is a `BadProofError`, never another exception.
Source: Ethereum Yellow Paper, appendices B (RLP) and D (trie).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from eth_hash.auto import keccak

from ledger.errors import BadProofError
from ledger.proof.rlp import Item, decode_rlp

EMPTY_ROOT = keccak(b"\x80")
"""Root of a trie without entries."""

MAX_NODES = 65
MAX_NODE_SIZE = 2048


@dataclass(frozen=True)
class Account:
    """One account of the state.

    Attributes:
        nonce: Transactions sent, or contracts made.
        balance: In wei.
        storage_root: Root of its storage trie, 32 bytes.
        code_hash: keccak256 of its code, 32 bytes.
    """

    nonce: int
    balance: int
    storage_root: bytes
    code_hash: bytes


def verify_account(state_root: bytes, address: str, proof: Sequence[bytes]) -> Account | None:
    """The account at `address` under `state_root`; None where the proof shows that there is none.

    Args:
        state_root: Of an authenticated header, 32 bytes.
        address: 20 bytes as 0x-hex.
        proof: The RLP nodes from the root down, `accountProof`.

    Raises:
        BadProofError: `BAD_PROOF`.
    """
    value = verify(state_root, bytes.fromhex(address[2:]), proof)
    if value is None:
        return None
    fields = decode_rlp(value)
    if not isinstance(fields, list) or len(fields) != 4:
        raise _bad("account")
    nonce, balance, storage_root, code_hash = (_bytes(each) for each in fields)
    if len(storage_root) != 32 or len(code_hash) != 32:
        raise _bad("account")
    return Account(_number(nonce), _number(balance), storage_root, code_hash)


def verify_storage(storage_root: bytes, slot: int, proof: Sequence[bytes]) -> bytes:
    """The word in `slot` under `storage_root`, 32 bytes; zeros where the proof shows absence.

    Raises:
        BadProofError: `BAD_PROOF`.
    """
    value = verify(storage_root, slot.to_bytes(32, "big"), proof)
    if value is None:
        return bytes(32)
    word = _bytes(decode_rlp(value))
    if not word or len(word) > 32 or word[0] == 0:
        raise _bad("storage value")
    return word.rjust(32, b"\0")


def verify(root: bytes, key: bytes, proof: Sequence[bytes]) -> bytes | None:
    """The value under keccak256(`key`) in the trie `root`; None where the proof shows absence.

    Raises:
        BadProofError: `BAD_PROOF`: a node's hash, its form, or the path is wrong, or nodes are left over.
    """
    if len(proof) > MAX_NODES or any(len(node) > MAX_NODE_SIZE for node in proof):
        raise _bad("size")
    if root == EMPTY_ROOT and list(proof) in ([], [b"\x80"]):
        return None
    path = _nibbles(keccak(key))
    rest = list(proof)
    step: Item = root
    while True:
        node = _load(step, rest)
        if node is None:
            return _done(None, rest)
        following, path, value = _descend(node, path)
        if following is None:
            return _done(value, rest)
        step = following


def _descend(node: list[Item], path: list[int]) -> tuple[Item | None, list[int], bytes | None]:
    """One node down: (what to follow, rest of the path, value when there is nothing to follow)."""
    if len(node) == 17:
        if not path:
            raise _bad("branch at the end of the path")
        return node[path[0]], path[1:], None
    if len(node) != 2:
        raise _bad("node")
    part, leaf = _compact(_bytes(node[0]))
    if leaf:
        return None, [], _bytes(node[1]) if part == path else None
    if not part or node[1] == b"":
        raise _bad("extension")
    if path[: len(part)] != part:
        return None, [], None
    return node[1], path[len(part) :], None


def _load(step: Item, rest: list[bytes]) -> list[Item] | None:
    """The node that a reference stands for: by hash from the proof, embedded, or none."""
    if isinstance(step, list):
        return step
    if step == b"":
        return None
    if len(step) != 32 or not rest or keccak(rest[0]) != step:
        raise _bad("node hash")
    node = decode_rlp(rest.pop(0))
    if not isinstance(node, list):
        raise _bad("node")
    return node


def _done(value: bytes | None, rest: list[bytes]) -> bytes | None:
    if rest:
        raise _bad("nodes left over")
    if value == b"":
        raise _bad("empty value")
    return value


def _compact(data: bytes) -> tuple[list[int], bool]:
    """Hex-prefix encoding: the nibbles, and whether they end in a leaf."""
    nibbles = _nibbles(data)
    if not nibbles or nibbles[0] > 3:
        raise _bad("path")
    if nibbles[0] & 1:
        return nibbles[1:], nibbles[0] >= 2
    if nibbles[1] != 0:
        raise _bad("path")
    return nibbles[2:], nibbles[0] >= 2


def _nibbles(data: bytes) -> list[int]:
    return [half for byte in data for half in (byte >> 4, byte & 15)]


def _bytes(item: Item) -> bytes:
    if isinstance(item, list):
        raise _bad("list instead of bytes")
    return item


def _number(data: bytes) -> int:
    if data[:1] == b"\0" or len(data) > 32:
        raise _bad("number")
    return int.from_bytes(data, "big")


def _bad(what: str) -> BadProofError:
    return BadProofError("BAD_PROOF", what=what)
