"""Bits by their runs: one form for each word."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.domain.bit_runs import runs_of, word_of


@given(st.binary(min_size=32, max_size=32))
def test_a_word_comes_back_from_its_runs(word: bytes) -> None:
    runs = runs_of(word)
    assert word_of(runs) == word
    assert sum(runs) == 256
    assert all(runs[1:]), "no empty row but perhaps the first"


@pytest.mark.parametrize("runs", [[], [255], [256, 1], [0, -1, 257], [300, -44]])
def test_what_is_no_runs_of_a_word_is_refused(runs: list[int]) -> None:
    with pytest.raises(ValueError, match="256"):
        word_of(runs)
