"""The published list of a resource's fields: names and positions lead to each other, nothing else is read."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.domain.field_list import FieldList, read_field_list
from ledger.domain.salted_text import SaltedText, salted_text
from ledger.errors import MalformedError, UsageError

LIST = FieldList(("name", "sex", "birthDate"), (1, 2, 3))


@given(st.sets(st.sampled_from(LIST.names), min_size=1))
def test_names_and_bitmaps_lead_to_each_other(names: set[str]) -> None:
    assert set(LIST.named(LIST.bitmap(sorted(names)))) == names


def test_a_list_survives_its_file_and_order_counts() -> None:
    assert read_field_list(LIST.as_json()) == LIST
    turned = FieldList(LIST.names[::-1], LIST.grades[::-1])
    assert turned.digest != LIST.digest
    assert (LIST.sensitive, turned.sensitive) == (0b100, 0b001)


@pytest.mark.parametrize("names", [[], ["nobody"], ["name", "nobody"]])
def test_fields_that_were_not_published_are_refused(names: list[str]) -> None:
    with pytest.raises(UsageError, match="FIELD_NOT_IN_RESOURCE"):
        LIST.bitmap(names)


@pytest.mark.parametrize(
    "rows",
    [
        [],
        "name",
        [{"name": "a"}],
        [{"name": "a", "grade": 0}],
        [{"name": "a", "grade": True}],
        [{"name": "a,b", "grade": 1}],
        [{"name": "a", "grade": 1}, {"name": "a", "grade": 2}],
        [{"name": f"f{n}", "grade": 1} for n in range(257)],
    ],
)
def test_what_is_no_list_is_refused(rows: Any) -> None:
    with pytest.raises(MalformedError, match="FIELDS_MALFORMED"):
        read_field_list({"format": "elicense-fields/1", "fields": rows})


def test_a_changed_text_has_another_digest() -> None:
    kept = SaltedText("办理登记", b"s" * 32)
    assert salted_text(kept.as_json()) == kept
    assert SaltedText("办理注销", kept.salt).digest != kept.digest
    assert salted_text({"text": "a", "salt": "00"}) is None
