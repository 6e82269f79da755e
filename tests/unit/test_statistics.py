"""Statistics of data sets: which cells are told, how counts are rounded, what is read back."""

from __future__ import annotations

from typing import Any

import pytest

from ledger.domain.canonical import canonical
from ledger.domain.field_list import FieldList
from ledger.domain.statistics import Statistics, cells_of, read_statistics, values_of
from ledger.errors import MalformedError

WORD = "0x" + "ab" * 32
LISTED = FieldList(("code", "status", "address", "address/street"), (1, 1, 2, 3))
Json = dict[str, Any]


def table(**changes: Any) -> Statistics:
    cells = cells_of([b'["a",null]'] * 29 + [b'["b",1]'] * 10 + [b'["c",1]'] * 9)
    given: Json = {"grant": WORD, "request": WORD, "resource": "OWNER/CODE", "state": WORD, "loaded_at": 5}
    return Statistics(**{**given, "by": ("status", "code"), "cells": cells, **changes})


def test_cells_of_few_are_left_out_and_counts_are_multiples_of_the_least() -> None:
    assert table().cells == ((("a", None), 20), (("b", 1), 10))
    assert cells_of([b"[1]"] * 9) == () == cells_of([])


def test_a_row_counts_by_what_is_granted_of_it_and_nothing_else() -> None:
    row = {"code": "1", "status": "存续", "address/city": "示例市", "address/street": "示例路"}

    def counted(*by: str, current: FieldList = LISTED) -> bytes:
        return values_of(row, by, LISTED, LISTED.bitmap(list(by)), current)

    assert counted("status") == canonical(["存续"])
    assert counted("address") == canonical([{"address/city": "示例市"}]), "the street has a name of its own"
    assert values_of({"code": "1"}, ("status", "code"), LISTED, 3, LISTED) == canonical([None, "1"])
    later = FieldList((*LISTED.names, "address/city"), (*LISTED.grades, 4))
    assert counted("address", current=later) == canonical([None]), (
        "what is named otherwise now was not granted"
    )


def test_a_table_is_read_as_it_was_written_and_nothing_else_is() -> None:
    made = table()
    assert read_statistics(made.data) == made
    form = made.as_json()
    cell = form["cells"][0]
    bad: list[Json] = [
        {**form, "format": "elicense-statistics/2"},
        {**form, "more": 1},
        {**form, "least": 0},
        {**form, "by": ["status"]},
        {**form, "state": "0x00"},
        {**form, "cells": [{**cell, "count": 25}]},
        {**form, "cells": [{**cell, "count": True}]},
        {**form, "cells": [{**cell, "count": 0}]},
        {**form, "cells": [{"values": cell["values"]}]},
    ]
    for each in bad:
        with pytest.raises(MalformedError) as refused:
            read_statistics(canonical(each))
        assert refused.value.code == "STATISTICS_MALFORMED"
