"""Leaves, proofs and forms of uses in batches, whatever their number."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.domain.license_tree import Tree
from ledger.domain.named_use import NamedUse, named_use
from ledger.domain.rules.uses import use_words
from ledger.domain.sharing import UseKind
from ledger.domain.sharing_entities import Refusal, Use, UseBatch
from ledger.domain.use_leaves import leaf_of, refusal_words, use_leaf
from ledger.domain.use_receipt import BatchPlace
from ledger.errors import MalformedError

OWNER, GRANTEE = "11310000MB0TE5T1XB", "11330000MB0TE5T28K"
GRANT = "0x" + "aa" * 32
BORN = {"seq": 7, "recorded_at": 100, "key_id": "0x" + "01" * 32, "rev": 1}


def word(number: int) -> str:
    return f"0x{number:064x}"


def uses(size: int) -> list[Use]:
    return [Use(GRANT, UseKind.DATA, 1, word(9 * n + 1), word(9 * n + 2), word(0)) for n in range(size)]


def recorded(tree: Tree) -> UseBatch:
    root = "0x" + tree.root.hex()
    return UseBatch(**BORN, grant=GRANT, grantee_key=word(2), fields=1, root=root, size=tree.size)


@given(st.integers(1, 70), st.data())
def test_each_use_in_a_batch_is_proved_where_it_stands_and_nowhere_else(
    size: int, data: st.DataObject
) -> None:
    said = uses(size)
    tree = Tree([use_leaf(each) for each in said])
    batch, index = recorded(tree), data.draw(st.integers(0, size - 1))
    place = BatchPlace(said[index], tree.root, index, size, tuple(tree.proof(index)))
    assert place.is_in(batch)
    other = data.draw(st.integers(0, size - 1).filter(lambda each: each != index) if size > 1 else st.none())
    if other is not None:
        assert not replace(place, index=other).is_in(batch)
        assert not replace(place, use=said[other]).is_in(batch)
    assert not replace(place, use=replace(said[index], fields=2)).is_in(batch)
    assert not replace(place, size=size + 1).is_in(batch)
    assert not replace(place, proof=(*place.proof, bytes(32))).is_in(batch)
    named = NamedUse(
        word(5), OWNER, said[index].request_digest, tree.root, use_words(said[index]), index, place.proof
    )
    assert named.is_leaf_of(batch)
    assert named_use(named.as_json()) == named


@given(st.integers(1, 70), st.data())
def test_what_was_left_unsigned_is_proved_among_refusals(size: int, data: st.DataObject) -> None:
    words = [refusal_words(GRANTEE, GRANT, 20, word(n + 1)) for n in range(size)]
    tree = Tree([leaf_of(each) for each in words])
    refusal = Refusal(**BORN, owner=OWNER, code="R-1", root="0x" + tree.root.hex(), size=size)
    index = data.draw(st.integers(0, size - 1))
    proof = tuple(tree.proof(index))
    named = NamedUse(word(5), OWNER, word(index + 1), tree.root, words[index], index, proof)
    assert named.is_refusal
    assert named.is_leaf_of(refusal)
    assert named_use(named.as_json()) == named
    changed = refusal_words(GRANTEE, GRANT, 5, word(index + 1))
    assert not replace(named, words=changed).is_leaf_of(refusal), "another reason"


@pytest.mark.parametrize(
    "change",
    [
        {"root": None},
        {"index": None},
        {"index": 1000},
        {"words": []},
        {"words": [word(1)] * 6},
        {"requestDigest": word(9)},
        {"kind": "USE"},
        {"proof": ["0x12"]},
    ],
)
def test_a_refusal_in_a_batch_has_one_form(change: dict[str, object]) -> None:
    words = refusal_words(GRANTEE, GRANT, 20, word(1))
    form = NamedUse(word(5), OWNER, word(1), leaf_of(words), words, 0).as_json()
    assert named_use(form).is_refusal
    with pytest.raises(MalformedError):
        named_use({**form, **change})
