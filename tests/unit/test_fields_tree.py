"""The content digest: every size, every way to show a part, and nothing that passes for one."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.domain.canonical import canonical
from ledger.domain.fields_tree import (
    DisclosedField,
    Disclosure,
    content_digest,
    disclose,
    draw_salts,
    flatten,
    leaves,
    node,
    ordered,
    root,
    seal,
)
from ledger.domain.sm3 import sm3
from ledger.errors import BadProofError, LedgerError, MalformedError


def fields_of(size: int) -> dict[str, object]:
    return {f"face/f{index}": f"值{index}" for index in range(size)}


def salts_of(fields) -> dict[str, bytes]:
    return {path: sm3(b"salt" + path.encode()) for path in fields}


def second_digest(fields, salts) -> bytes:
    """The digest again, top down instead of bottom up."""

    def hashed(path):
        name = path.encode()
        return sm3(b"\x00" + salts[path] + len(name).to_bytes(4, "big") + name + canonical(fields[path]))

    def top(words):
        if len(words) == 1:
            return words[0]
        split = 1 << (len(words) - 1).bit_length() - 1
        return sm3(b"\x01" + top(words[:split]) + top(words[split:]))

    words = [hashed(path) for path in sorted(fields, key=str.encode)]
    return sm3(b"\x02" + len(words).to_bytes(4, "big") + top(words))


def refusal(call, *arguments) -> str:
    with pytest.raises(LedgerError) as caught:
        call(*arguments)
    return caught.value.code


@pytest.mark.parametrize("size", range(1, 258))
def test_every_size_has_the_digest_of_the_second_implementation(size):
    fields = fields_of(size)
    salts = salts_of(fields)
    digest = content_digest(fields, salts)
    assert digest == second_digest(fields, salts)
    chance = random.Random(size)
    for count in {0, 1, 2, size // 2, size}:
        paths = chance.sample(sorted(fields), min(count, size))
        shown = disclose(fields, salts, paths)
        assert shown.content_digest() == digest
        assert shown.values() == {path: fields[path] for path in paths}


def test_each_single_field_of_each_small_size_is_proved_and_stays_small():
    for size in range(1, 34):
        fields = fields_of(size)
        salts = salts_of(fields)
        digest = content_digest(fields, salts)
        for path in fields:
            shown = disclose(fields, salts, [path])
            assert shown.content_digest() == digest
            assert len(shown.hashes) <= (size - 1).bit_length()


def test_showing_everything_needs_no_hashes_and_neighbours_share_theirs():
    fields = fields_of(16)
    salts = salts_of(fields)
    assert disclose(fields, salts, fields).hashes == ()
    first, second = ordered(fields)[:2]
    assert len(disclose(fields, salts, [first, second]).hashes) == 3


def test_a_disclosure_travels_as_plain_values():
    fields = {"a": None, "b": True, "c": 7, "d": "丁", "e": [], "f": {}}
    salts = salts_of(fields)
    for path in fields:
        shown = disclose(fields, salts, [path])
        assert Disclosure.from_list(shown.as_list()) == shown


def test_hidden_values_and_salts_are_not_in_what_is_shown():
    fields = {"holders/0/code": "310101190001010011", "holders/0/name": "示例甲", "face/scope": "示例"}
    salts = salts_of(fields)
    shown = disclose(fields, salts, ["face/scope"]).as_list()
    assert "310101190001010011" not in str(shown)
    assert not any(salts[path] in bytes(shown[2]) for path in fields)


def test_paths_stand_in_the_order_of_their_bytes():
    assert ordered(["b", "a/10", "a/2", "a", "证", "Z"]) == ["Z", "a", "a/10", "a/2", "b", "证"]


def test_flattening_keeps_every_field_and_empty_container():
    document = {"a": {"b": [1, {"c": None}], "d": [], "e": {}}, "x/y~z": "q"}
    assert flatten(document) == {"a/b/0": 1, "a/b/1/c": None, "a/d": [], "a/e": {}, "x~1y~0z": "q"}


@pytest.mark.parametrize("document", [{"a": {"0": 1}}, {"": 1}, {"a": {"": 1}}, {"a": [{"12": 1}]}, {"٣": 1}])
def test_names_that_read_like_places_in_a_list_are_refused(document):
    assert refusal(flatten, document) == "FIELD_NAME"


def test_salts_must_match_the_fields_one_to_one():
    fields = fields_of(3)
    salts = salts_of(fields)
    path = next(iter(fields))
    assert (
        refusal(content_digest, fields, {name: salts[name] for name in list(salts)[1:]}) == "SALTS_MISMATCH"
    )
    assert refusal(content_digest, fields, {**salts, "more": bytes(32)}) == "SALTS_MISMATCH"
    assert refusal(content_digest, fields, {**salts, path: bytes(31)}) == "SALTS_MISMATCH"
    assert refusal(content_digest, {}, {}) == "FIELDS_NONE"
    assert refusal(content_digest, fields_of(4097), {}) == "FIELDS_TOO_MANY"
    assert refusal(disclose, fields, salts, ["none"]) == "FIELD_UNKNOWN"


def test_every_field_gets_its_own_salt_from_the_source():
    drawn = iter(range(100))
    salts = draw_salts(fields_of(5), lambda size: bytes([next(drawn)]) * size)
    assert len(set(salts.values())) == 5
    assert all(len(salt) == 32 for salt in salts.values())


def test_value_path_salt_count_and_order_all_bind():
    fields = {"a": "1", "b": "2"}
    salts = salts_of(fields)
    digest = content_digest(fields, salts)
    assert content_digest({"a": 1, "b": "2"}, salts) != digest
    assert content_digest({"a": "2", "b": "1"}, salts) != digest
    assert content_digest(fields, {"a": salts["b"], "b": salts["a"]}) != digest
    assert seal(3, root(leaves(fields, salts))) != digest


def test_an_inner_node_does_not_pass_for_a_leaf():
    """The preimage of a node, offered as salt, path and value of a leaf, hashes under another first byte."""
    fields = fields_of(4)
    salts = salts_of(fields)
    hashes = leaves(fields, salts)
    digest = content_digest(fields, salts)
    inner = [node(*hashes[:2]), node(*hashes[2:])]
    assert seal(4, root(inner)) == digest  # the node level alone has the root …
    assert seal(2, root(inner)) != digest  # … but the count gives it away
    forged = Disclosure(2, (DisclosedField(0, "face/f0", hashes[0], "x"),), (inner[1],))
    assert forged.content_digest() != digest
    assert sm3(b"\x00" + hashes[0] + hashes[1]) != inner[0]


@pytest.mark.parametrize(
    "value",
    [
        None,
        [],
        [1, [], b"", 0],
        [1, [[0, "a", bytes(32)]], b""],
        [1, [[0, "a", bytes(31), "x"]], b""],
        [1, [[1, "a", bytes(32), "x"]], b""],
        [1, [[-1, "a", bytes(32), "x"]], b""],
        [0, [[0, "a", bytes(32), "x"]], b""],
        [4097, [], bytes(32)],
        [2, [[0, "a", bytes(32), "x"]], b""],
        [2, [[0, "a", bytes(32), "x"]], bytes(31)],
        [2, [[0, "a", bytes(32), "x"]], bytes(64)],
        [2, [[1, "a", bytes(32), "x"], [0, "b", bytes(32), "x"]], b""],
        [2, [[0, "b", bytes(32), "x"], [1, "a", bytes(32), "x"]], b""],
        [2, [[0, "a", bytes(32), "x"], [1, "a", bytes(32), "x"]], b""],
        [2, [[0, "a", bytes(32), "x"], [0, "b", bytes(32), "x"]], b""],
        [1, [[0, "a", bytes(32), 1.5]], b""],
        [1, [[0, "a", bytes(32), {"x": 1}]], b""],
        [1, [[0, "a", bytes(32), 2**53]], b""],
        [1, [[0, "a", bytes(32), "\ud800"]], b""],
        [True, [[0, "a", bytes(32), "x"]], b""],
        [2, [[False, "a", bytes(32), "x"]], bytes(32)],
        [2, [], b""],
        [2, [], bytes(64)],
    ],
    ids=repr,
)
def test_what_forms_no_proof_is_refused_as_such(value):
    with pytest.raises(BadProofError) as caught:
        Disclosure.from_list(value).content_digest()
    assert caught.value.code == "DISCLOSURE_FORM"


def mutated(shown: Disclosure, chance: random.Random) -> list[object]:
    size, fields, hashes = shown.as_list()
    target = chance.choice(["hash", "hash", "field", "field", "size", "drop", "add", "swap"])
    if target == "size":
        return [size + chance.choice([-1, 1, 2, 7]), fields, hashes]
    if target == "field" and fields:
        return [size, with_one_field_changed(fields, chance), hashes]
    if target == "hash" and hashes:
        return [size, fields, flipped(hashes, chance)]
    if target == "drop" and hashes:
        return [size, fields, hashes[32:]]
    if target == "swap" and len(hashes) >= 64:
        return [size, fields, hashes[32:64] + hashes[:32] + hashes[64:]]
    return [size, fields, hashes + chance.randbytes(32)]


def with_one_field_changed(fields: list[list[object]], chance: random.Random) -> list[list[object]]:
    chosen = chance.randrange(len(fields))
    index, path, salt, value = fields[chosen]
    changed = chance.choice(
        [
            [index + chance.choice([-1, 1, 2]), path, salt, value],
            [index, path + "x", salt, value],
            [index, path, flipped(salt, chance), value],
            [index, path, salt, flipped(value.encode(), chance).decode("latin-1")],
        ]
    )
    return [*fields[:chosen], changed, *fields[chosen + 1 :]]


def flipped(data: bytes, chance: random.Random) -> bytes:
    place = chance.randrange(len(data))
    return data[:place] + bytes([data[place] ^ 1 << chance.randrange(8)]) + data[place + 1 :]


def test_no_mutated_disclosure_leads_to_the_digest():
    chance = random.Random(20260101)
    known = []
    for size in (1, 2, 3, 5, 8, 13, 21, 34):
        fields = fields_of(size)
        salts = salts_of(fields)
        digest = content_digest(fields, salts)
        for count in (0, 1, 2, size // 2):
            paths = chance.sample(sorted(fields), min(count, size))
            known.append((digest, disclose(fields, salts, paths)))
    accepted = 0
    for _ in range(20_000):
        digest, shown = chance.choice(known)
        try:
            accepted += Disclosure.from_list(mutated(shown, chance)).content_digest() == digest
        except BadProofError:
            continue
    assert accepted == 0


names = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=6).filter(
    lambda name: not name.isdecimal()
)
values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | names,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=3),
    max_leaves=12,
)


@settings(max_examples=150)
@given(st.dictionaries(names, values, min_size=1, max_size=5), st.data())
def test_any_part_of_any_document_leads_to_its_digest(document, data):
    fields = flatten(document)
    salts = salts_of(fields)
    paths = data.draw(st.lists(st.sampled_from(sorted(fields)), unique=True))
    shown = disclose(fields, salts, paths)
    assert shown.content_digest() == content_digest(fields, salts) == second_digest(fields, salts)
    assert set(shown.values()) == set(paths)


@settings(max_examples=150)
@given(st.dictionaries(names, values, max_size=4), st.dictionaries(names, values, max_size=4))
def test_different_documents_never_flatten_alike(one, other):
    if canonical(one) != canonical(other):
        alike = {path: canonical(value) for path, value in flatten(one).items()}
        assert alike != {path: canonical(value) for path, value in flatten(other).items()}


def test_a_document_too_odd_to_flatten_is_malformed_not_a_crash():
    with pytest.raises(MalformedError):
        flatten({"a": {"1": {}}})
