"""Which line had an identifier first, against a dictionary."""

from __future__ import annotations

import tracemalloc

from hypothesis import given
from hypothesis import strategies as st

from ledger.domain.first_lines import FirstLines


@given(st.lists(st.text(max_size=3)))
def test_it_answers_as_a_dictionary_does(identifiers: list[str]) -> None:
    lines, known = FirstLines(), dict[str, int]()
    for line, each in enumerate(identifiers, start=1):
        assert lines.first_of(each, line) == known.setdefault(each, line)


def test_a_hundred_thousand_are_told_apart_and_take_few_bytes_each() -> None:
    tracemalloc.start()
    lines = FirstLines()
    for number in range(100_000):
        assert lines.first_of(f"identifier {number}", number + 1) == number + 1
    kept, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert [lines.first_of(f"identifier {number}", 1_000_000) for number in (0, 7, 99_999)] == [1, 8, 100_000]
    assert kept < 60 * 100_000
