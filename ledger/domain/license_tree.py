"""The tree of a batch: keccak-256 over license leaves, as the contracts build it.

    leaf = keccak256(0x00 ‖ abi.encode(licenseId, type, digest, holderBinding, validFrom, validTo))
    node = keccak256(0x01 ‖ left ‖ right)

Leaf and node domains are apart (0x00, 0x01), so no inner node passes for a leaf; an odd node is
carried up, so no list of leaves shares its root with another of the same size. The size is signed
beside the root and is an input of every check.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from eth_abi.abi import encode
from eth_hash.auto import keccak

from ledger.domain.index_tree import climb, levels, siblings

MAX_SIZE = 2**32 - 1
LEAF_WORDS, WORD_BITS = 4, 256
"""How a set of leaves is written: a batch has at most 1,000."""

_LEAF_TYPES = ("bytes32", "bytes32", "bytes32", "bytes32", "uint64", "uint64")


def leaf_hash(
    license_id: bytes, type_code: str, digest: bytes, holder_binding: bytes, valid_from: int, valid_to: int
) -> bytes:
    """The leaf of one license.

    Args:
        license_id: 32 bytes.
        type_code: The 21 characters of the license type, ASCII.
        digest: Content digest, 32 bytes.
        holder_binding: 32 bytes, zeros while unbound.
        valid_from: First second of validity, Unix time.
        valid_to: First second after it; 0 for none.

    Example:
        >>> leaf_hash(bytes(32), "11100000000013338W011", bytes(32), bytes(32), 0, 0).hex()[:16]
        '70d575846636432a'
    """
    type_word = type_code.encode("ascii").ljust(32, b"\0")
    words = (license_id, type_word, digest, holder_binding, valid_from, valid_to)
    return keccak(b"\x00" + encode(_LEAF_TYPES, words))


def node_hash(left: bytes, right: bytes) -> bytes:
    """An inner node: keccak256(0x01 ‖ left ‖ right)."""
    return keccak(b"\x01" + left + right)


class Tree:
    """A built tree; give many proofs without hashing again.

    Example:
        >>> tree = Tree([bytes([n]) * 32 for n in range(5)])
        >>> verify(tree.root, bytes([4]) * 32, 4, 5, tree.proof(4)), len(tree.proof(4))
        (True, 1)
    """

    def __init__(self, leaves: Sequence[bytes]) -> None:
        self._levels = levels(leaves, node_hash)

    @property
    def root(self) -> bytes:
        """32 bytes."""
        return self._levels[-1][0]

    @property
    def size(self) -> int:
        """How many leaves there are."""
        return len(self._levels[0])

    def proof(self, index: int) -> list[bytes]:
        """The sibling hashes of one leaf, upwards.

        Raises:
            IndexError: No leaf has that index.
        """
        if not 0 <= index < self.size:
            raise IndexError(index)
        return siblings(self._levels, [index], self.size)


def leaf_words(indices: Iterable[int]) -> dict[str, bytes]:
    """A set of leaves as the members of a renewal: bit n of `leavesW` stands for leaf 256 W + n.

    Example:
        >>> words = leaf_words([0, 258])
        >>> words["leaves0"].hex()[-2:], words["leaves1"].hex()[-2:]
        ('01', '04')
    """
    bits = sum({1 << index for index in indices})
    words = [bits >> WORD_BITS * word & (1 << WORD_BITS) - 1 for word in range(LEAF_WORDS)]
    return {f"leaves{word}": value.to_bytes(32, "big") for word, value in enumerate(words)}


def leaf_bits(values: Mapping[str, object]) -> int:
    """The inverse: the four words, as 0x-hex, as one number, whose bit n stands for leaf n.

    Example:
        >>> leaf_bits({name: "0x" + word.hex() for name, word in leaf_words([0, 258]).items()}) == 1 + 2**258
        True
    """
    words = (int(str(values[f"leaves{word}"]), 16) for word in range(LEAF_WORDS))
    return sum(value << WORD_BITS * word for word, value in enumerate(words))


def root(leaves: Sequence[bytes]) -> bytes:
    """The root over at least one leaf of 32 bytes."""
    return Tree(leaves).root


def proof(leaves: Sequence[bytes], index: int) -> list[bytes]:
    """The proof of one leaf; build a `Tree` to make many."""
    return Tree(leaves).proof(index)


def verify(root: bytes, leaf: bytes, index: int, size: int, proof: Sequence[bytes]) -> bool:
    """Whether `leaf` stands at `index` in the tree of `size` leaves under `root`.

    Never raises on data: a proof too long, too short or of other than 32-byte hashes is False.
    """
    if not 0 <= index < size <= MAX_SIZE or any(len(word) != 32 for word in (root, leaf, *proof)):
        return False
    return climb({index: leaf}, size, proof, node_hash) == root
