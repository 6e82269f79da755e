"""Files as the texts of QR codes: back as they were, and nothing but an error for what is none."""

from __future__ import annotations

import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.domain import base45
from ledger.domain.form_text import MOST_UNPACKED, PREFIX, form_text, read_form_text
from ledger.errors import MalformedError

FORM = {"format": "elicense-grant-request/1", "ledgerId": "0x" + "5a" * 32, "fields": ["姓名", "name"]}


def packed(data: bytes) -> str:
    return PREFIX + base45.encode(zlib.compress(data, 9))


def code_of(text: str) -> str:
    with pytest.raises(MalformedError) as raised:
        read_form_text(text)
    return raised.value.code


@given(st.dictionaries(st.text(max_size=8), st.text(max_size=20) | st.integers(0, 2**53 - 1), max_size=8))
def test_what_fits_comes_back_as_it_was(form: dict[str, object]) -> None:
    assert read_form_text(form_text(form)) == form


def test_a_text_is_of_the_characters_that_a_code_holds_most_densely() -> None:
    assert set(form_text(FORM)) <= set(base45.ALPHABET)


def test_what_is_too_large_for_a_code_is_said() -> None:
    with pytest.raises(MalformedError) as raised:
        form_text({"salts": ["".join(f"{n * 2654435761 % 2**32:08x}" for n in range(600))]})
    assert raised.value.code == "FORM_TOO_LARGE"


def test_what_would_fill_the_memory_is_not_unpacked() -> None:
    bomb = packed(b'{"a":"' + b" " * (MOST_UNPACKED * 30) + b'"}')
    assert len(bomb) < 5_000
    assert code_of(bomb) == "FORM_TEXT_MALFORMED"


def test_what_is_cut_off_goes_on_or_is_of_another_kind_is_refused() -> None:
    text = form_text(FORM)
    raw = base45.decode(text[len(PREFIX) :])
    for other in ("", PREFIX, text[:-3], text + "00", "EL1:" + text[4:], PREFIX + "ü", text + "0" * 9000):
        assert code_of(other) == "FORM_TEXT_MALFORMED", other
    assert code_of(PREFIX + base45.encode(raw + b"more")) == "FORM_TEXT_MALFORMED"
    assert code_of(packed(b"[1]")) == "JSON_NOT_OBJECT"
    assert code_of(packed(b'{"a":1,"a":2}')) == "JSON_DUPLICATE_KEY"


@given(st.binary(max_size=200))
def test_bytes_that_are_no_form_are_refused_with_a_code(data: bytes) -> None:
    assert code_of(PREFIX + base45.encode(data)) == "FORM_TEXT_MALFORMED"
    assert code_of(packed(data)).startswith("JSON_")
