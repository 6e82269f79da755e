"""Statistics of a data set: how many rows have which values of some fields, and nothing of any row.

    {"format": "elicense-statistics/1", "grant", "request", "resource", "state", "loadedAt", "by": [NAME],
     "least", "cells": [{"values": [VALUE], "count"}]}

`values` stand in the order of `by`; null where a row has no such field, an object of its fields where a name
of the list has several. A cell of fewer than `least` rows is not in it. A count is rounded down to a multiple
of `least`, and there is no total: so the difference of two tables, by other fields or of another load, is no
number of rows. `state` is that of the data set (`ledger.domain.row_tree`), which the use records.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ledger.domain.canonical import JsonObject, JsonValue, canonical, parse_strict
from ledger.domain.field_list import FieldList
from ledger.domain.moments import rfc3339
from ledger.domain.row_fields import granted_fields, name_of
from ledger.domain.sharing_entities import Grant
from ledger.domain.strict_form import StrictForm

FORMAT = "elicense-statistics/1"
ONLY = "STATISTICS-ONLY"
"""The purpose code of a grant that is for statistics, and for nothing else."""
LEAST = 10
"""Rows of a cell that is told."""
_KEYS = {"format", "grant", "request", "resource", "state", "loadedAt", "by", "least", "cells"}
_FORM = StrictForm("STATISTICS_MALFORMED")


def is_for_statistics(grant: Grant) -> bool:
    """Whether a grant was asked for statistics only: no row is ever handed out under it."""
    return grant.purpose == ONLY


@dataclass(frozen=True)
class Statistics:
    """One table.

    Attributes:
        grant: 0x-hex.
        request: Digest of the request, 0x-hex.
        resource: `OWNER/CODE`.
        state: Of the data set, 0x-hex.
        loaded_at: When the data were loaded, in Unix seconds.
        by: Names of fields.
        cells: Values by these, and the rounded number of rows; in the order of their canonical form.
        least: Rows of a cell that is told, to a multiple of which counts are rounded down.
    """

    grant: str
    request: str
    resource: str
    state: str
    loaded_at: int
    by: tuple[str, ...]
    cells: tuple[tuple[tuple[JsonValue, ...], int], ...]
    least: int = LEAST

    @property
    def data(self) -> bytes:
        """The file, in RFC 8785 form."""
        return canonical(self.as_json())

    def as_json(self) -> JsonObject:
        """The form of the module's head."""
        return {
            "format": FORMAT,
            "grant": self.grant,
            "request": self.request,
            "resource": self.resource,
            "state": self.state,
            "loadedAt": rfc3339(self.loaded_at),
            "by": list(self.by),
            "least": self.least,
            "cells": [{"values": list(values), "count": count} for values, count in self.cells],
        }


def values_of(
    row: Mapping[str, JsonValue], by: tuple[str, ...], listed: FieldList, fields: int, current: FieldList
) -> bytes:
    """What a row counts as, in RFC 8785 form: its values of fields that a grant allows.

    Args:
        row: All its fields.
        by: Names of the list.
        listed: The published list of the grant.
        fields: These names, as a bitmap of it.
        current: The list by which the row was loaded.
    """
    found: dict[str, JsonObject] = {name: {} for name in by}
    for path in granted_fields(row, listed, fields, current):
        name = name_of(path, listed.names)
        if name in found:
            found[name][path] = row[path]
    return canonical([_value(found[name], name) for name in by])


def _value(own: JsonObject, name: str) -> JsonValue:
    if not own:
        return None
    return own[name] if own.keys() == {name} else own


def cells_of(rows: Iterable[bytes], least: int = LEAST) -> tuple[tuple[tuple[JsonValue, ...], int], ...]:
    """How many rows count as what, without the cells of few.

    Example:
        >>> cells_of([b'["a"]'] * 13 + [b'["b"]'] * 9)
        ((('a',), 10),)
    """
    counted = sorted((values, count) for values, count in Counter(rows).items() if count >= least)
    told = ((parse_strict(b'{"v":' + values + b"}")["v"], count) for values, count in counted)
    return tuple((tuple(values), count // least * least) for values, count in told)


def read_statistics(data: bytes) -> Statistics:
    """Read a table from outside.

    Raises:
        MalformedError: `STATISTICS_MALFORMED`, or the codes of `parse_strict`.
    """
    form = parse_strict(data)
    _FORM.require(set(form) == _KEYS and form["format"] == FORMAT, "format")
    grant, request, state = (
        "0x" + _FORM.hexed(form, name, 32, "0x").hex() for name in ("grant", "request", "state")
    )
    _FORM.require(isinstance(form["by"], list) and isinstance(form["cells"], list), "cells")
    by = tuple(_FORM.text(each, "by") for each in form["by"])
    least = _whole(form["least"], "least")
    found = Statistics(
        grant=grant,
        request=request,
        resource=_FORM.text(form["resource"], "resource"),
        state=state,
        loaded_at=_FORM.instant(form, "loadedAt"),
        by=by,
        cells=tuple(_cell(each, len(by), least) for each in form["cells"]),
        least=least,
    )
    _FORM.require(found.data == data, "form")
    return found


def _cell(value: object, width: int, least: int) -> tuple[tuple[JsonValue, ...], int]:
    if not isinstance(value, dict) or value.keys() != {"values", "count"}:
        raise _FORM.fault("cells")
    values, count = value["values"], _whole(value["count"], "cells/count")
    if not isinstance(values, list) or len(values) != width:
        raise _FORM.fault("cells/values")
    _FORM.require(count >= least and count % least == 0, "cells/count")
    return tuple(values), count


def _whole(value: object, field: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise _FORM.fault(field)
    return value
