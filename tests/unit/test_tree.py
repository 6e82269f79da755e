"""The batch tree: every size, a second implementation, attacks and mutations."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest
from eth_hash.auto import keccak

from ledger.domain.index_tree import levels
from ledger.domain.license_tree import Tree, leaf_hash, node_hash, proof, root, verify

VECTORS = json.loads(
    (Path(__file__).parents[1] / "vectors" / "tree" / "keccak.json").read_text(encoding="utf-8")
)
SIZES = range(1, 258)


def leaves_of(size: int) -> list[bytes]:
    return [keccak(b"leaf" + index.to_bytes(4, "big")) for index in range(size)]


def second_root(leaves: list[bytes]) -> bytes:
    """The same tree said otherwise: the left part is the largest power of two that leaves a rest."""
    if len(leaves) == 1:
        return leaves[0]
    split = 1 << (len(leaves) - 1).bit_length() - 1
    return keccak(b"\x01" + second_root(leaves[:split]) + second_root(leaves[split:]))


def second_proof(leaves: list[bytes], index: int) -> list[bytes]:
    if len(leaves) == 1:
        return []
    split = 1 << (len(leaves) - 1).bit_length() - 1
    if index < split:
        return [*second_proof(leaves[:split], index), second_root(leaves[split:])]
    return [*second_proof(leaves[split:], index - split), second_root(leaves[:split])]


@pytest.mark.parametrize("size", SIZES)
def test_every_leaf_of_every_size_is_proved(size):
    leaves = leaves_of(size)
    tree = Tree(leaves)
    assert tree.root == second_root(leaves)
    for index in range(size):
        assert verify(tree.root, leaves[index], index, size, tree.proof(index))


@pytest.mark.parametrize("size", [1, 2, 3, 5, 6, 7, 8, 11, 31, 33])
def test_proofs_are_those_of_the_second_implementation(size):
    leaves = leaves_of(size)
    assert [proof(leaves, index) for index in range(size)] == [
        second_proof(leaves, index) for index in range(size)
    ]


@pytest.mark.parametrize("size", [1, 2, 3, 4, 5, 7, 8, 9, 13, 16, 17, 31, 32, 33, 64, 65])
def test_another_index_length_or_order_is_refused(size):
    leaves = leaves_of(size)
    tree = Tree(leaves)
    for index in range(size):
        given, found = leaves[index], tree.proof(index)
        assert not any(
            verify(tree.root, given, other, size, found) for other in range(size) if other != index
        )
        assert not verify(tree.root, given, index, size, [*found, bytes(32)])
        assert not verify(tree.root, given, index, size, [bytes(32), *found])
        if found:
            assert not verify(tree.root, given, index, size, found[:-1])
            assert not verify(tree.root, given, index, size, found[1:])
        if len(found) > 1:
            assert not verify(tree.root, given, index, size, found[::-1])


def test_numbers_and_hashes_out_of_form_are_refused_without_raising():
    leaves = leaves_of(5)
    found = proof(leaves, 2)
    top = root(leaves)
    for index, size in ((-1, 5), (5, 5), (2, 0), (2, 2), (0, -1), (2, 2**32)):
        assert not verify(top, leaves[2], index, size, found)
    assert not verify(top[:31], leaves[2], 2, 5, found)
    assert not verify(top, leaves[2] + b"\0", 2, 5, found)
    assert not verify(top, leaves[2], 2, 5, [found[0] + found[1], *found[2:]])
    assert not verify(top, leaves[2], 2, 5, [found[0][:31], *found[1:]])


def test_no_inner_node_passes_for_a_leaf():
    for size in range(2, 40):
        leaves = leaves_of(size)
        built = levels(leaves, node_hash)
        for height, level in enumerate(built[1:], start=1):
            for place, inner in enumerate(level):
                if inner in leaves:
                    continue  # an odd leaf carried up is that leaf
                short = Tree(leaves).proof(min(place << height, size - 1))[height:]
                assert not any(verify(built[-1][0], inner, index, size, short) for index in range(size))


def test_an_inner_node_cannot_be_hashed_as_a_leaf():
    left, right = leaves_of(2)
    assert keccak(b"\x00" + left + right) != node_hash(left, right)


def test_a_repeated_last_leaf_gives_another_root():
    for size in (1, 3, 5, 7, 9, 33):
        leaves = leaves_of(size)
        assert root(leaves) != root([*leaves, leaves[-1]])


def test_equal_leaves_are_told_apart_by_their_place():
    leaves = [leaves_of(1)[0]] * 6
    tree = Tree(leaves)
    assert all(verify(tree.root, leaves[0], index, 6, tree.proof(index)) for index in range(6))
    assert not verify(tree.root, leaves[0], 4, 6, tree.proof(0))


def test_no_tree_is_made_of_nothing_and_no_proof_of_no_leaf():
    with pytest.raises(ValueError, match="at least one leaf"):
        root([])
    for index in (-1, 3):
        with pytest.raises(IndexError):
            proof(leaves_of(3), index)


def test_no_mutated_proof_is_accepted():
    chance = random.Random(20260101)
    trees = {size: Tree(leaves_of(size)) for size in range(1, 66)}
    accepted = 0
    for _ in range(100_000):
        size = chance.randrange(1, 66)
        index = chance.randrange(size)
        words = [trees[size].root, keccak(b"leaf" + index.to_bytes(4, "big")), *trees[size].proof(index)]
        place, bit = chance.randrange(len(words)), chance.randrange(256)
        words[place] = (int.from_bytes(words[place], "big") ^ 1 << bit).to_bytes(32, "big")
        accepted += verify(words[0], words[1], index, size, words[2:])
    assert accepted == 0


@pytest.mark.parametrize("vector", VECTORS["trees"], ids=lambda vector: str(vector["size"]))
def test_the_vectors_shared_with_the_contracts_hold(vector):
    leaves = leaves_of(vector["size"])
    assert "0x" + root(leaves).hex() == vector["root"] == "0x" + second_root(leaves).hex()
    for entry in vector["proofs"]:
        words = [bytes.fromhex(word[2:]) for word in entry["proof"]]
        assert words == second_proof(leaves, entry["index"])
        assert verify(
            bytes.fromhex(vector["root"][2:]), leaves[entry["index"]], entry["index"], vector["size"], words
        )


@pytest.mark.parametrize("vector", VECTORS["leaves"], ids=lambda vector: vector["name"])
def test_license_leaves_are_six_words_behind_a_zero_byte(vector):
    words = [bytes.fromhex(vector[name][2:]) for name in ("licenseId", "digest", "holderBinding")]
    typed = vector["type"].encode().ljust(32, b"\0")
    times = [vector[name].to_bytes(32, "big") for name in ("validFrom", "validTo")]
    assert (
        "0x" + keccak(b"\x00" + words[0] + typed + words[1] + words[2] + b"".join(times)).hex()
        == vector["leaf"]
    )
    assert (
        "0x" + leaf_hash(words[0], vector["type"], *words[1:], vector["validFrom"], vector["validTo"]).hex()
        == vector["leaf"]
    )
