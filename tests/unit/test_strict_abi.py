"""Reading strictly, judged by eth-abi: what it encodes is read as it says, and nothing else is."""

from __future__ import annotations

from typing import Any

import pytest
from eth_abi.abi import decode, encode
from eth_abi.exceptions import DecodingError, EncodingError
from hypothesis import given
from hypothesis import strategies as st

from ledger.domain.messages import MESSAGES
from ledger.domain.strict_abi import decode_strict

WORD = st.binary(min_size=32, max_size=32)
SIGNATURE = "(bytes32,uint16,bytes32,bytes32)"
VALUES: dict[str, st.SearchStrategy[Any]] = {
    **{f"uint{bits}": st.integers(0, 2**bits - 1) for bits in (8, 16, 32, 64, 256)},
    "bytes32": WORD,
    "address": st.binary(min_size=20, max_size=20).map(lambda raw: "0x" + raw.hex()),
    "bytes": st.binary(max_size=100),
    "bytes32[]": st.lists(WORD, max_size=4).map(tuple),
    f"{SIGNATURE}[]": st.lists(st.tuples(WORD, st.integers(0, 2**16 - 1), WORD, WORD), max_size=3).map(tuple),
}


@st.composite
def encoded(draw: st.DrawFn) -> tuple[list[str], tuple[Any, ...]]:
    types = draw(st.lists(st.sampled_from(sorted(VALUES)), min_size=1, max_size=6))
    return types, tuple(draw(VALUES[each]) for each in types)


def by_eth_abi(types: list[str], data: bytes) -> tuple[Any, ...] | None:
    """What eth-abi reads, where it encodes to the same bytes again."""
    try:
        values = decode(types, data)
        return values if encode(types, values) == data else None
    except (DecodingError, EncodingError, OverflowError, ValueError):
        return None


def by_us(types: list[str], data: bytes) -> tuple[Any, ...] | None:
    try:
        return decode_strict(types, data)
    except ValueError:
        return None


def test_every_type_of_a_message_is_among_those_that_are_judged_here() -> None:
    assert {kind for struct in MESSAGES.values() for _, kind in struct.fields} <= set(VALUES)


@given(encoded())
def test_what_was_encoded_is_read(given_: tuple[list[str], tuple[Any, ...]]) -> None:
    types, values = given_
    assert decode_strict(types, encode(types, values)) == values


@given(encoded(), st.data())
def test_with_any_byte_changed_both_read_the_same_or_nothing(
    given_: tuple[list[str], tuple[Any, ...]], data: st.DataObject
) -> None:
    types, values = given_
    changed = bytearray(encode(types, values))
    place = data.draw(st.integers(0, len(changed) - 1))
    changed[place] ^= data.draw(st.integers(1, 255))
    assert by_us(types, bytes(changed)) == by_eth_abi(types, bytes(changed))


@given(encoded(), st.binary(max_size=40), st.integers(0, 40))
def test_with_bytes_cut_off_or_added_both_read_the_same_or_nothing(
    given_: tuple[list[str], tuple[Any, ...]], more: bytes, cut: int
) -> None:
    types, values = given_
    whole = encode(types, values)
    for each in (whole + more, whole[: len(whole) - cut], more + whole):
        assert by_us(types, each) == by_eth_abi(types, each)


@pytest.mark.parametrize("count", [33, 2**32, 2**256 - 1])
@pytest.mark.parametrize("kind", ["bytes", "bytes32[]", f"{SIGNATURE}[]"])
def test_a_length_that_is_a_lie_costs_nothing(kind: str, count: int) -> None:
    data = (32).to_bytes(32, "big") + count.to_bytes(32, "big") + bytes(32)
    assert by_us([kind], data) is None


@pytest.mark.parametrize("kind", ["bool", "int8", "string", "bytes4", "(bytes,uint8)[]", "uint8[][]"])
def test_another_type_is_refused(kind: str) -> None:
    with pytest.raises(ValueError, match="no type of records"):
        decode_strict([kind], bytes(31) + b"\x20" + bytes(31) + b"\x01" + bytes(64))
