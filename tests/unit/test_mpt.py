"""Trie proofs of a real node hold; nothing else does, and nothing but `BadProofError` comes out."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import rlp as second_rlp
from eth_hash.auto import keccak
from hypothesis import given
from hypothesis import strategies as st

from ledger.errors import BadProofError
from ledger.proof.mpt import EMPTY_ROOT, Account, verify, verify_account, verify_storage
from ledger.proof.rlp import decode_rlp, encode_rlp

RECORDED: dict[str, Any] = json.loads(
    (Path(__file__).parents[1] / "vectors/proofs/accounts.json").read_text(encoding="utf-8")
)
STATE_ROOT = bytes.fromhex(RECORDED["block"]["stateRoot"][2:])
PROOFS: list[dict[str, Any]] = RECORDED["proofs"]
FULL, SMALL, PLAIN, ABSENT = PROOFS


def nodes(proof: list[str]) -> list[bytes]:
    return [bytes.fromhex(node[2:]) for node in proof]


def account(answer: dict[str, Any]) -> Account | None:
    return verify_account(STATE_ROOT, answer["address"], nodes(answer["accountProof"]))


@pytest.mark.parametrize("answer", [FULL, SMALL, PLAIN])
def test_accounts_hold_what_the_node_says(answer: dict[str, Any]) -> None:
    assert account(answer) == Account(
        nonce=int(answer["nonce"], 16),
        balance=int(answer["balance"], 16),
        storage_root=bytes.fromhex(answer["storageHash"][2:]),
        code_hash=bytes.fromhex(answer["codeHash"][2:]),
    )


def test_an_address_without_account_is_proved_absent() -> None:
    assert account(ABSENT) is None


def test_every_slot_holds_what_was_written_and_the_others_nothing() -> None:
    seen = 0
    for answer in (FULL, SMALL):
        root = bytes.fromhex(answer["storageHash"][2:])
        written = RECORDED["written"][answer["address"]]
        for each in answer["storageProof"]:
            word = verify_storage(root, int(each["key"], 16), nodes(each["proof"]))
            assert "0x" + word.hex() == written.get(each["key"], "0x" + "00" * 32)
            seen += 1
    assert seen == 142


def test_storage_that_was_never_written_is_empty() -> None:
    assert verify_storage(EMPTY_ROOT, 0, []) == bytes(32)
    assert verify_storage(EMPTY_ROOT, 0, nodes(PLAIN["storageProof"][0]["proof"])) == bytes(32)


def test_a_proof_of_one_slot_proves_no_other() -> None:
    root = bytes.fromhex(FULL["storageHash"][2:])
    first, second = FULL["storageProof"][:2]
    with pytest.raises(BadProofError):
        verify_storage(root, int(second["key"], 16), nodes(first["proof"]))


def test_absence_cannot_be_claimed_by_leaving_nodes_out() -> None:
    root = bytes.fromhex(FULL["storageHash"][2:])
    for each in FULL["storageProof"]:
        for length in range(len(each["proof"])):
            with pytest.raises(BadProofError):
                verify_storage(root, int(each["key"], 16), nodes(each["proof"])[:length])


def test_nodes_left_over_are_refused() -> None:
    root = bytes.fromhex(FULL["storageHash"][2:])
    each = FULL["storageProof"][0]
    with pytest.raises(BadProofError, match="left over"):
        verify_storage(root, int(each["key"], 16), [*nodes(each["proof"]), b"\x80"])


def test_any_flipped_bit_of_a_proof_is_found() -> None:
    root = bytes.fromhex(FULL["storageHash"][2:])
    each = FULL["storageProof"][0]
    proof = nodes(each["proof"])
    for i, node in enumerate(proof):
        for place in range(len(node)):
            flipped = node[:place] + bytes([node[place] ^ 1 << place % 8]) + node[place + 1 :]
            with pytest.raises(BadProofError):
                verify_storage(root, int(each["key"], 16), [*proof[:i], flipped, *proof[i + 1 :]])


def test_another_root_is_refused() -> None:
    with pytest.raises(BadProofError):
        verify_account(b"\1" * 32, FULL["address"], nodes(FULL["accountProof"]))


def compact(nibbles: list[int], *, leaf: bool) -> bytes:
    flag = 2 * leaf + len(nibbles) % 2
    padded = [flag, *([] if len(nibbles) % 2 else [0]), *nibbles]
    return bytes(high << 4 | low for high, low in zip(padded[::2], padded[1::2], strict=True))


def path_of(key: bytes) -> list[int]:
    return [half for byte in keccak(key) for half in (byte >> 4, byte & 15)]


def built(node: Any) -> tuple[bytes, list[bytes]]:
    """Root and proof of a trie of one encoded node, by the second implementation."""
    encoded = second_rlp.encode(node)
    return keccak(encoded), [encoded]


def test_nodes_inside_nodes_are_followed() -> None:
    path = path_of(b"key")
    branch: list[Any] = [b""] * 17
    branch[path[60]] = [compact(path[61:], leaf=True), b"\x07"]
    root, proof = built([compact(path[:60], leaf=False), branch])
    assert verify(root, b"key", proof) == b"\x07"
    assert verify(root, b"other", proof) is None


def malformed() -> dict[str, Any]:
    """Nodes that no trie has, each under its own hash."""
    path = path_of(b"key")
    leaf = compact(path, leaf=True)
    return {
        "a string": b"abc",
        "three items": [b"", b"", b""],
        "sixteen items": [b""] * 16,
        "an empty list": [],
        "a leaf without value": [leaf, b""],
        "a leaf with a list": [leaf, [b"\1"]],
        "an unknown path flag": [bytes([0x40]) + keccak(b"key"), b"\1"],
        "a path that is not padded with zeros": [bytes([0x2F]) + keccak(b"key"), b"\1"],
        "an empty path": [b"", b"\1"],
        "a path that is a list": [[b"\1"], b"\1"],
        "an extension by nothing": [b"\0", [leaf, b"\1"]],
        "an extension to nothing": [compact(path[:5], leaf=False), b""],
        "a reference of 31 bytes": [compact(path[:5], leaf=False), b"\1" * 31],
        "a reference to a node that is not there": [compact(path[:5], leaf=False), b"\1" * 32],
        "a branch below the end": [compact(path, leaf=False), [b""] * 17],
    }


@pytest.mark.parametrize("defect", malformed())
def test_misshapen_nodes_are_refused_even_under_their_own_hash(defect: str) -> None:
    root, proof = built(malformed()[defect])
    with pytest.raises(BadProofError):
        verify(root, b"key", proof)


@pytest.mark.parametrize(
    "value",
    [
        b"abc",
        [b"", b"", b"\1" * 32],
        [b"", b"", b"\1" * 31, b"\1" * 32],
        [b"\0\1", b"", b"\1" * 32, b"\1" * 32],
        [b"", b"\1" * 33, b"\1" * 32, b"\1" * 32],
        [[b""], b"", b"\1" * 32, b"\1" * 32],
    ],
)
def test_misshapen_accounts_are_refused(value: Any) -> None:
    path = path_of(bytes(20))
    root, proof = built([compact(path, leaf=True), second_rlp.encode(value)])
    with pytest.raises(BadProofError):
        verify_account(root, "0x" + "00" * 20, proof)


@pytest.mark.parametrize("value", [b"", b"\0\1", b"\1" * 33, [b"\1"]])
def test_misshapen_storage_values_are_refused(value: Any) -> None:
    path = path_of(bytes(32))
    root, proof = built([compact(path, leaf=True), second_rlp.encode(value)])
    with pytest.raises(BadProofError):
        verify_storage(root, 0, proof)


def test_proofs_beyond_any_size_are_refused() -> None:
    for proof in ([b"\x80"] * 66, [b"\0" * 2049]):
        with pytest.raises(BadProofError, match="size"):
            verify(b"\1" * 32, b"key", proof)


@given(st.data())
def test_mutated_proofs_never_hold_and_raise_nothing_else(data: st.DataObject) -> None:
    answer = data.draw(st.sampled_from(FULL["storageProof"]))
    proof = nodes(answer["proof"])
    node = data.draw(st.integers(0, len(proof) - 1))
    place = data.draw(st.integers(0, len(proof[node]) - 1))
    patch = data.draw(st.binary(max_size=4))
    cut = data.draw(st.integers(0, 4))
    mutated = proof[node][:place] + patch + proof[node][place + cut :]
    # Under the root of the mutated first node, so that the hash check does not hide the parser.
    changed = [*proof[:node], mutated, *proof[node + 1 :]]
    for root in (keccak(changed[0]), bytes.fromhex(FULL["storageHash"][2:])):
        try:
            word = verify_storage(root, int(answer["key"], 16), changed)
        except BadProofError:
            continue
        assert changed == proof or root != bytes.fromhex(FULL["storageHash"][2:])
        assert len(word) == 32


ITEMS = st.recursive(st.binary(max_size=70), lambda inner: st.lists(inner, max_size=5), max_leaves=12)


@given(ITEMS)
def test_rlp_agrees_with_the_second_implementation(item: Any) -> None:
    try:
        assert decode_rlp(second_rlp.encode(item)) == item
    except BadProofError:
        assert depth(item) > 7


@given(st.lists(st.binary(max_size=300), max_size=20))
def test_rlp_is_written_as_the_second_implementation_writes_it(items: list[bytes]) -> None:
    assert encode_rlp(items) == second_rlp.encode(items)


@given(st.binary(max_size=80))
def test_any_bytes_are_one_rlp_item_or_a_bad_proof_as_the_second_implementation_says(raw: bytes) -> None:
    try:
        expected = second_rlp.decode(raw)
    except second_rlp.DecodingError:
        with pytest.raises(BadProofError):
            decode_rlp(raw)
    else:
        assert second_rlp.encode(expected) == raw
        if depth(expected) <= 7:
            assert decode_rlp(raw) == as_lists(expected)


def test_deep_nesting_is_a_bad_proof() -> None:
    raw = b""
    for _ in range(600):
        raw = encode_list(raw)
    with pytest.raises(BadProofError):
        decode_rlp(raw)


def encode_list(payload: bytes) -> bytes:
    size = len(payload)
    if size <= 55:
        return bytes([0xC0 + size]) + payload
    digits = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([0xF7 + len(digits)]) + digits + payload


def depth(item: Any) -> int:
    return 0 if isinstance(item, bytes) else 1 + max((depth(each) for each in item), default=0)


def as_lists(item: Any) -> Any:
    return item if isinstance(item, bytes) else [as_lists(each) for each in item]
