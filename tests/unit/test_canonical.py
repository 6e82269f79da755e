"""The strict reader, the canonical writer and the folded key, against fixed vectors and random documents."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import rfc8785
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ledger.domain.canonical import (
    MAX_BYTES,
    MAX_DEPTH,
    MAX_INTEGER,
    canonical,
    is_canonical,
    match_key,
    parse_strict,
    parse_value,
)
from ledger.errors import MalformedError

FOLDER = Path(__file__).parents[1] / "vectors" / "canonical"
VECTORS = json.loads((FOLDER / "json.json").read_text(encoding="utf-8"))["vectors"]
NAMES = json.loads((FOLDER / "names.json").read_text(encoding="utf-8"))
GOOD = [vector for vector in VECTORS if "canonical" in vector]
BAD = [vector for vector in VECTORS if "error" in vector]

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
scalars = st.none() | st.booleans() | st.integers(-MAX_INTEGER, MAX_INTEGER) | texts
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4)
)
objects = st.dictionaries(texts, values, max_size=5)


def data_of(vector) -> bytes:
    if "hex" in vector:
        return bytes.fromhex(vector["hex"])
    if "repeat" in vector:
        return (vector["repeat"]["text"] * vector["repeat"]["times"]).encode()
    return vector["text"].encode("utf-8")


def refusal(call, *arguments) -> str:
    with pytest.raises(MalformedError) as caught:
        call(*arguments)
    return caught.value.code


def test_there_are_vectors_enough():
    assert len(VECTORS) >= 60
    assert len(NAMES["same"]) >= 30


@pytest.mark.parametrize("vector", GOOD, ids=lambda vector: vector["name"])
def test_good_input_has_its_canonical_form(vector):
    expected = vector["canonical"].encode("utf-8")
    assert canonical(parse_strict(data_of(vector))) == expected
    assert is_canonical(expected)
    assert is_canonical(data_of(vector)) is (data_of(vector) == expected)


@pytest.mark.parametrize("vector", BAD, ids=lambda vector: vector["name"])
def test_bad_input_is_refused_with_its_code(vector):
    assert refusal(parse_strict, data_of(vector)) == vector["error"]


def test_input_beyond_the_limit_is_refused_before_it_is_read():
    filler = b'{"a":"' + b"x" * (MAX_BYTES - 8) + b'"}'
    assert len(filler) == MAX_BYTES
    assert parse_strict(filler)["a"].startswith("x")
    assert refusal(parse_strict, filler + b" ") == "JSON_TOO_LARGE"


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ({"a": 1.0}, "JSON_FLOAT"),
        ({"a": float("nan")}, "JSON_FLOAT"),
        ({"a": MAX_INTEGER + 1}, "JSON_INTEGER_RANGE"),
        ({"a": "\ud800"}, "JSON_SURROGATE"),
        ({"\udc00": 1}, "JSON_SURROGATE"),
        ({1: 1}, "JSON_TYPE"),
        ({"a": b"bytes"}, "JSON_TYPE"),
        ({"a": (1, 2)}, "JSON_TYPE"),
        ({"a": {1, 2}}, "JSON_TYPE"),
    ],
)
def test_the_writer_refuses_what_the_format_does_not_carry(value, code):
    assert refusal(canonical, value) == code


def test_the_writer_stops_at_the_same_depth_as_the_reader():
    value: object = 1
    for _ in range(MAX_DEPTH):
        value = [value]
    assert parse_value(canonical(value)) == value
    assert refusal(canonical, [value]) == "JSON_TOO_DEEP"
    endless: list[object] = []
    endless.append(endless)
    assert refusal(canonical, endless) == "JSON_TOO_DEEP"


@settings(max_examples=300)
@given(objects)
def test_what_is_written_is_read_back_alike_whatever_the_spelling(value):
    data = canonical(value)
    assert parse_strict(data) == value
    assert is_canonical(data)
    for spelling in (json.dumps(value), json.dumps(value, ensure_ascii=False, indent=2)):
        assert canonical(parse_strict(spelling.encode())) == data


@settings(max_examples=300)
@given(objects)
@example({"\ue000": 1, "\U00010000": 2, "a": {"\uffff": [], "\U0010ffff": "\x7f\x1f\u2028"}})
def test_the_reference_implementation_writes_the_same(value):
    assert canonical(value) == rfc8785.dumps(value)


@settings(max_examples=300)
@given(st.binary(max_size=60) | st.text(max_size=60).map(lambda text: text.encode("utf-8", "surrogatepass")))
def test_no_bytes_make_the_reader_fail_otherwise(data):
    try:
        value = parse_strict(data)
    except MalformedError:
        return
    assert parse_strict(canonical(value)) == value


@pytest.mark.parametrize("pair", NAMES["same"], ids=ascii)
def test_spellings_of_one_name_meet(pair):
    assert match_key(pair[0]) == match_key(pair[1])


@pytest.mark.parametrize("pair", NAMES["different"], ids=ascii)
def test_different_names_stay_apart(pair):
    assert match_key(pair[0]) != match_key(pair[1])


@settings(max_examples=300)
@given(st.text(max_size=20))
def test_folding_twice_changes_nothing(name):
    assert match_key(match_key(name)) == match_key(name)
