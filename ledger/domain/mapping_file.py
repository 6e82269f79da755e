"""How the fields of one resource are called in another one, and how codes turn into others.

    {"format": "elicense-mapping/1", "from": "OWNER/CODE", "to": "OWNER/CODE",
     "fields": [{"from": "sex", "to": "gender", "codes": {"1": "M", "2": "F"}}, ...]}

The ledger has SM3 over the RFC 8785 form. Nothing is dropped in silence: what has no counterpart is told.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from ledger.domain.canonical import JsonObject, JsonValue, canonical
from ledger.domain.sharing import MOST_FIELDS
from ledger.domain.sm3 import sm3
from ledger.domain.strict_form import StrictForm

FORMAT = "elicense-mapping/1"
MOST_CODES = 10_000
LONGEST_NAME = 200
"""Characters of the name of a field, and of a code."""

_FORM = StrictForm("MAPPING_MALFORMED")
_RESOURCE = re.compile(r"[0-9A-Z]{18}/\S{1,32}")


@dataclass(frozen=True)
class MappedField:
    """One field and its counterpart.

    Attributes:
        source: Its name in the one resource.
        target: In the other one.
        codes: From codes of the one to codes of the other; empty where values stay as they are.
    """

    source: str
    target: str
    codes: Mapping[str, str] = field(default_factory=dict)

    def as_json(self) -> JsonObject:
        """A member of `fields`."""
        named: JsonObject = {"from": self.source, "to": self.target}
        return {**named, "codes": dict(self.codes)} if self.codes else named


@dataclass(frozen=True)
class MappedRows:
    """Rows under the other resource's names.

    Attributes:
        rows: In their order.
        unmapped: Fields without a counterpart, and in how many rows each stood.
        unconverted: Values that the conversion of codes does not know: row (counted from 1), field, value.
    """

    rows: list[JsonObject]
    unmapped: dict[str, int]
    unconverted: list[JsonObject]

    @property
    def is_complete(self) -> bool:
        """Whether everything went over."""
        return not self.unmapped and not self.unconverted

    def as_json(self) -> JsonObject:
        """What `mapping apply` answers."""
        unmapped: JsonValue = [
            {"field": name, "rows": count} for name, count in sorted(self.unmapped.items())
        ]
        return {
            "rows": [*self.rows],
            "unmapped": unmapped,
            "unconverted": [*self.unconverted],
            "complete": self.is_complete,
        }


@dataclass(frozen=True)
class MappingFile:
    """A mapping.

    Attributes:
        source: Key of the resource whose fields are mapped.
        target: Key of the resource in whose names they come out.
        fields: In their order; no name twice on either side.
    """

    source: str
    target: str
    fields: tuple[MappedField, ...]

    @property
    def digest(self) -> str:
        """SM3 of the canonical form, 0x-hex: what the ledger has of it."""
        return "0x" + sm3(canonical(self.as_json())).hex()

    def as_json(self) -> JsonObject:
        """The file."""
        fields: JsonValue = [each.as_json() for each in self.fields]
        return {"format": FORMAT, "from": self.source, "to": self.target, "fields": fields}

    def apply(self, rows: Iterable[JsonObject]) -> MappedRows:
        """Rows under the names of the other resource.

        Example:
            >>> made = MappingFile("A/1", "B/1", (MappedField("sex", "gender", {"1": "M"}),))
            >>> made.apply([{"sex": "1", "age": 3}]).as_json()["unmapped"]
            [{'field': 'age', 'rows': 1}]
        """
        known = {each.source: each for each in self.fields}
        made = MappedRows([], {}, [])
        for number, row in enumerate(rows, 1):
            out: JsonObject = {}
            for name, value in row.items():
                mapped = known.get(name)
                if mapped is None:
                    made.unmapped[name] = made.unmapped.get(name, 0) + 1
                elif not mapped.codes:
                    out[mapped.target] = value
                elif isinstance(value, str | int) and str(value) in mapped.codes:
                    out[mapped.target] = mapped.codes[str(value)]
                else:
                    made.unconverted.append({"row": number, "field": name, "value": value})
            made.rows.append(out)
        return made


def read_mapping(form: JsonObject) -> MappingFile:
    """The inverse of `MappingFile.as_json`, for files from anywhere.

    Raises:
        MalformedError: `MAPPING_MALFORMED` with the member.
    """
    members = {"format", "from", "to", "fields"}
    _FORM.require(form.keys() == members and form["format"] == FORMAT, "format")
    ends, rows = (form["from"], form["to"]), form["fields"]
    for name, key in zip(("from", "to"), ends, strict=True):
        _FORM.require(isinstance(key, str) and bool(_RESOURCE.fullmatch(key)), name)
    _FORM.require(isinstance(rows, list) and 0 < len(rows) <= MOST_FIELDS, "fields")
    assert isinstance(rows, list)
    fields = tuple(_field(row, number) for number, row in enumerate(rows))
    for names in ({each.source for each in fields}, {each.target for each in fields}):
        _FORM.require(len(names) == len(fields), "fields")
    return MappingFile(str(ends[0]), str(ends[1]), fields)


def _field(row: JsonValue, number: int) -> MappedField:
    where = f"fields/{number}"
    _FORM.require(isinstance(row, dict) and row.keys() | {"codes"} == {"from", "to", "codes"}, where)
    assert isinstance(row, dict)
    codes = row.get("codes", {})
    is_codes = isinstance(codes, dict) and len(codes) <= MOST_CODES and ("codes" not in row or bool(codes))
    _FORM.require(is_codes, f"{where}/codes")
    assert isinstance(codes, dict)
    texts = [row["from"], row["to"], *codes, *codes.values()]
    _FORM.require(all(isinstance(each, str) and 0 < len(each) <= LONGEST_NAME for each in texts), where)
    return MappedField(str(row["from"]), str(row["to"]), {name: str(each) for name, each in codes.items()})
