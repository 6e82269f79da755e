"""Base45 and CBOR against the vectors of their RFCs and against a second implementation."""

from __future__ import annotations

import cbor2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.domain import base45, cbor
from ledger.errors import MalformedError

RFC_9285 = [(b"AB", "BB8"), (b"Hello!!", "%69 VD92EX0"), (b"base-45", "UJCLQE7W581"), (b"ietf!", "QED8WEX0")]


@pytest.mark.parametrize(("data", "text"), RFC_9285)
def test_base45_is_that_of_the_rfc(data: bytes, text: str) -> None:
    assert base45.encode(data) == text
    assert base45.decode(text) == data


@pytest.mark.parametrize("text", ["A", "ABCD", "GGW", ":::", "::", "ab8", "BB8\n", "B,8", "５５５", "BB8B"])
def test_base45_refuses_what_no_bytes_give(text: str) -> None:
    with pytest.raises(MalformedError, match="QR_TEXT_MALFORMED"):
        base45.decode(text)


@given(st.binary(max_size=300))
def test_base45_round_trips(data: bytes) -> None:
    assert base45.decode(base45.encode(data)) == data


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**64), 2**64 - 1)
    | st.binary(max_size=300)
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=300)
    | st.just({}),
    lambda inner: st.lists(inner, max_size=30),
    max_leaves=20,
)


@given(VALUES)
def test_cbor_is_the_deterministic_form_of_another_implementation(value: object) -> None:
    ours = cbor.encode(value)
    assert ours == cbor2.dumps(value, canonical=True)
    assert cbor2.loads(ours) == value


@given(VALUES.filter(lambda value: not isinstance(value, list)))
def test_cbor_round_trips(value: object) -> None:
    found = cbor.decode(cbor.encode([value, value]))
    assert found == [value, value]
    assert [type(item) for item in found] == [type(value)] * 2  # type: ignore[union-attr]


BAD_CBOR = {
    "nothing": "",
    "trailing byte": "0000",
    "one in two bytes": "1801",
    "23 in two bytes": "1817",
    "255 in three bytes": "1900ff",
    "length of a string not shortest": "580161",
    "string cut off": "4261",
    "text cut off": "6261",
    "array cut off": "8201",
    "array longer than the input": "9b00000000ffffffff",
    "indefinite string": "5f4161ff",
    "indefinite array": "9f01ff",
    "indefinite map": "bfff",
    "map with a member": "a10102",
    "duplicate keys": "a2010201ff",
    "tag": "c001",
    "bignum": "c24101",
    "half float": "f93c00",
    "double": "fb3ff0000000000000",
    "undefined": "f7",
    "simple value": "f0",
    "false in two bytes": "f814",
    "reserved length": "1c",
    "break": "ff",
    "text that is not UTF-8": "62c328",
    "surrogate": "63eda080",
    "too deep": "81" * 20 + "00",
}


@pytest.mark.parametrize("name", BAD_CBOR)
def test_cbor_refuses(name: str) -> None:
    with pytest.raises(MalformedError, match="CBOR_MALFORMED"):
        cbor.decode(bytes.fromhex(BAD_CBOR[name]))


@given(st.binary(max_size=60))
def test_cbor_that_is_read_is_written_the_same(data: bytes) -> None:
    try:
        value = cbor.decode(data)
    except MalformedError:
        return
    assert cbor.encode(value) == data


@pytest.mark.parametrize("value", [1.5, {"a": 1}, (1,), 2**64, -(2**64) - 1, "\ud800"])
def test_cbor_writes_nothing_that_it_cannot_read(value: object) -> None:
    with pytest.raises(MalformedError, match="CBOR_MALFORMED"):
        cbor.encode(value)
