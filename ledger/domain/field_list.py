"""The published list of a resource's fields: what the positions of a bitmap are called, and how graded.

The ledger holds digests of it; the list itself is kept by whoever shares, and handed on as a file.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeGuard

from eth_hash.auto import keccak

from ledger.domain.canonical import JsonObject, JsonValue, canonical
from ledger.domain.secrecy import MEMBER, require_unclassified
from ledger.domain.sharing import MOST_FIELDS, fields_bitmap, fields_of
from ledger.errors import MalformedError, RuleError, UsageError

FORMAT = "elicense-fields/1"
HIGHEST_GRADE = 4
SENSITIVE_FROM = 3
"""Grades from here on are sensitive; they run from 1, open, to 4, as those of license types do."""


@dataclass(frozen=True)
class FieldList:
    """Fields of a resource, by position.

    Attributes:
        names: What they are called; none twice.
        grades: Their grades, 1 open to 4 most sensitive.
    """

    names: tuple[str, ...]
    grades: tuple[int, ...]

    @property
    def digest(self) -> str:
        """keccak-256 of the canonical form of the names, in their order, 0x-hex."""
        return "0x" + keccak(canonical(list(self.names))).hex()

    @property
    def grades_digest(self) -> str:
        """keccak-256 of the canonical form of the grades by name, 0x-hex."""
        return "0x" + keccak(canonical(dict(zip(self.names, self.grades, strict=True)))).hex()

    @property
    def sensitive(self) -> int:
        """The fields of sensitive grades."""
        return fields_bitmap(place for place, grade in enumerate(self.grades) if grade >= SENSITIVE_FROM)

    def bitmap(self, names: Sequence[str]) -> int:
        """Some fields, by name, as one number.

        Raises:
            UsageError: `FIELD_NOT_IN_RESOURCE`.

        Example:
            >>> FieldList(("name", "sex"), (1, 2)).bitmap(["sex"])
            2
        """
        places = {name: place for place, name in enumerate(self.names)}
        unknown = [name for name in names if name not in places]
        if unknown or not names:
            raise UsageError("FIELD_NOT_IN_RESOURCE", field=", ".join(unknown), known=", ".join(places))
        return fields_bitmap(places[name] for name in names)

    def named(self, bitmap: int) -> list[str]:
        """The inverse; a position beyond the list keeps its number.

        Example:
            >>> FieldList(("name", "sex"), (1, 2)).named(3)
            ['name', 'sex']
        """
        known = len(self.names)
        return [self.names[place] if place < known else f"#{place}" for place in fields_of(bitmap)]

    def as_json(self) -> JsonObject:
        """As a file hands it on."""
        rows = [{"name": name, "grade": grade} for name, grade in zip(self.names, self.grades, strict=True)]
        return {"format": FORMAT, "fields": rows}


def field_list(rows: JsonValue) -> FieldList:
    """The list that rows `{"name", "grade"}` make.

    Raises:
        MalformedError: `FIELDS_MALFORMED`.
        RuleError: `GRADE_ABOVE_SENSITIVE`; `CLASSIFIED_DATA`: a field is marked as a state secret.
    """
    if not isinstance(rows, list) or not 0 < len(rows) <= MOST_FIELDS:
        raise MalformedError("FIELDS_MALFORMED")
    rows = [_unclassified(row) if isinstance(row, dict) else row for row in rows]
    pairs = [(row["name"], row["grade"]) for row in rows if _is_field(row)]
    made = FieldList(tuple(name for name, _ in pairs), tuple(grade for _, grade in pairs))
    if len(pairs) != len(rows) or len(set(made.names)) != len(made.names):
        raise MalformedError("FIELDS_MALFORMED")
    return made


def read_field_list(form: JsonObject) -> FieldList:
    """The list in a file; raises as `field_list`."""
    require_unclassified(form, "fields")
    form = {name: value for name, value in form.items() if name != MEMBER}
    if form.keys() != {"format", "fields"} or form["format"] != FORMAT:
        raise MalformedError("FIELDS_MALFORMED")
    return field_list(form["fields"])


def _unclassified(row: JsonObject) -> JsonObject:
    """A row without the member that says whether it is a secret: it is none, and no more than sensitive."""
    name, grade = str(row.get("name")), row.get("grade")
    require_unclassified(row, name)
    if type(grade) is int and grade > HIGHEST_GRADE:
        raise RuleError("GRADE_ABOVE_SENSITIVE", field=name[:80], grade=grade, highest=HIGHEST_GRADE)
    return {member: value for member, value in row.items() if member != MEMBER}


def _is_field(row: JsonValue) -> TypeGuard[JsonObject]:
    return (
        isinstance(row, dict)
        and row.keys() == {"name", "grade"}
        and isinstance(row["name"], str)
        and 0 < len(row["name"]) <= 200
        and "," not in row["name"]
        and type(row["grade"]) is int
        and 1 <= row["grade"] <= HIGHEST_GRADE
    )
