"""The schema of a data set whose rows have masked or otherwise derived fields.

    {"format": "elicense-row-schema/1", "schema": JSON SCHEMA OF A ROW,
     "derived": {"maskedCode": {"from": "code", "rule": "mask", "start": 3, "end": 4,
                                "title": {"zh": "代码（隐）", "en": "Code, masked"}, "grade": 2}}}

The rules are those of license types (`ledger.domain.derived`); `from` is the path of a field in the row. The
ledger has the keccak-256 of the RFC 8785 form as the `schemaDigest` of the resource, where else that of the
plain JSON Schema stands. Whoever loads the rows computes the fields, so that a masked one is a salted leaf as
any other: it is granted, handed out and proved without the field that it follows from.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from eth_hash.auto import keccak

from ledger.domain.canonical import JsonObject, JsonValue, canonical
from ledger.domain.derived import Derived, row_derived_of
from ledger.domain.field_list import FieldList
from ledger.domain.row_fields import name_of
from ledger.domain.strict_form import StrictForm
from ledger.errors import MalformedError

FORMAT = "elicense-row-schema/1"
_FORM = StrictForm("ROW_SCHEMA_MALFORMED")


@dataclass(frozen=True)
class RowSchema:
    """What a row has, and which of its fields follow from others.

    Attributes:
        form: As it was published: the form of the module's head, or a plain JSON Schema.
        derived: By name; none of a plain one.
    """

    form: JsonObject
    derived: Derived

    @property
    def digest(self) -> str:
        """What the ledger has of it, 0x-hex."""
        return "0x" + keccak(canonical(self.form)).hex()

    def require_listed(self, listed: FieldList) -> None:
        """Let pass only derived fields that can be granted, of their grade and none above the source's.

        Args:
            listed: The published list of the data set.

        Raises:
            MalformedError: `ROW_DERIVED_UNLISTED`: not in the list, or with another grade; `DERIVED_GRADE`.
        """
        grades = dict(zip(listed.names, listed.grades, strict=True))
        for name, each in self.derived.items():
            if grades.get(name) != each.grade:
                raise MalformedError("ROW_DERIVED_UNLISTED", name=name, grade=each.grade)
            source = name_of(each.source, grades)
            highest = grades[source] if source else 0
            if each.grade > highest:
                raise MalformedError("DERIVED_GRADE", name=name, grade=each.grade, highest=highest)


def read_row_schema(form: JsonObject) -> RowSchema:
    """The schema in a file, of either form.

    Raises:
        MalformedError: `ROW_SCHEMA_MALFORMED`; as `row_derived_of`.
    """
    if form.get("format") != FORMAT:
        return RowSchema(form, {})
    _FORM.require(form.keys() == {"format", "schema", "derived"}, "keys")
    schema = form["schema"]
    if not isinstance(schema, dict):
        raise _FORM.fault("schema")
    return RowSchema(form, row_derived_of(form["derived"], schema))


def with_derived(derived: Derived, fields: Mapping[str, JsonValue]) -> dict[str, JsonValue] | None:
    """The fields of a row with those that follow from others; None where one says something else already.

    Example:
        >>> with_derived({}, {"code": "7"})
        {'code': '7'}
    """
    made = dict(fields)
    for name, each in derived.items():
        value, found = each.rule.value(fields.get(each.source)), fields.get(name)
        is_branch = any(path.startswith(f"{name}/") for path in fields)
        if is_branch or (found is not None and (type(found) is not type(value) or found != value)):
            return None
        if value is not None or name in fields:
            made[name] = value
    return made


def broken_in_row(derived: Derived, seen: Mapping[str, JsonValue]) -> list[str]:
    """The derived fields of a row that do not follow from their source, of those seen with it."""
    both = [(name, each) for name, each in derived.items() if name in seen and each.source in seen]
    found = ((name, seen[name], each.rule.value(seen[each.source])) for name, each in both)
    return [name for name, told, value in found if type(told) is not type(value) or told != value]
