"""Fields of a license that follow from others: declared by its type, computed by whoever issues.

    "derived": {"maskedUnit": {"from": "face/unitNumber", "rule": "mask", "start": 6, "end": 0,
                               "title": {"zh": "不动产单元号（隐）", "en": "Unit, masked"}, "grade": 2}}

The field stands in the face, `face/maskedUnit`, and is a salted leaf as any other: it can be granted,
handed out and shown without its source, and whoever has it alone proves that the issuer signed it.
`holders/*/name` stands for each holder: then the field is a list in the order of holders. Everything here
is pure; which definition counts for a license is told by the type's digest on the ledger.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ledger.domain.canonical import JsonObject, JsonValue
from ledger.domain.field_rules import METADATA, is_text
from ledger.domain.masking import IsOneOf, Mask, Rule, Year, bad_form, is_hidden_enough, rule_of
from ledger.errors import MalformedError

MOST_DERIVED = 64
"""Derived fields of one type."""

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9]{0,59}")
_HOLDER = re.compile(r"holders/(?:0|\*)/(name|code|codeType)")
_MEMBERS = {"from", "title", "grade"}
_DATES = frozenset({"certificateIssuedDate", "certificateEffectiveDate", "certificateExpiringDate"})
_CODE_LENGTH = 18
"""Characters of credit codes and citizen IDs; other codes of holders are masked by the same rule."""
_LENGTHS = {"uscc": _CODE_LENGTH, "citizen-id": _CODE_LENGTH, "date": 10, "region": 6}
_EACH = "/*/"
_HOLDER_METADATA = {
    "metadata/certificateHolderName": "holders/0/name",
    "metadata/certificateHolderCode": "holders/0/code",
    "metadata/certificateHolderTypeCode": "holders/0/codeType",
}
"""Metadata that say of a single holder what `holders` says."""
_TYPES: Mapping[type, str] = {Mask: "string", Year: "integer"}


@dataclass(frozen=True, slots=True)
class DerivedField:
    """A field that follows from another one.

    Attributes:
        name: Its name in the face.
        source: Path of the field that it follows from; `*` stands for each holder.
        rule: How it follows.
        title_zh: What people call it.
        title_en: The same in English.
        grade: Its sensitivity, at most that of its source.
    """

    name: str
    source: str
    rule: Rule
    title_zh: str
    title_en: str
    grade: int

    @property
    def path(self) -> str:
        """Where it stands in a license."""
        return f"face/{self.name}"

    def as_json(self) -> JsonObject:
        """As in a definition."""
        title = {"zh": self.title_zh, "en": self.title_en}
        return {"from": self.source, **self.rule.as_json(), "title": title, "grade": self.grade}

    @property
    def schema(self) -> JsonObject:
        """JSON Schema of one value."""
        return {"type": _TYPES.get(type(self.rule), "boolean")}

    def value(self, fields: Mapping[str, JsonValue]) -> JsonValue:
        """What follows from all fields of a license, by path; None where nothing does."""
        if _EACH not in self.source:
            return self.rule.value(fields.get(self.source))
        found: list[JsonValue] = []
        while (source := self.source.replace("*", str(len(found)))) in fields:
            found.append(self.rule.value(fields[source]))
        return found or None

    def source_of(self, path: str) -> str | None:
        """The one field that its field at a path follows from; None where the path is no field of it."""
        if _EACH not in self.source:
            return self.source if path == self.path else None
        place = path.removeprefix(self.path + "/")
        return self.source.replace("*", place) if place != path and place.isdecimal() else None


Derived = Mapping[str, DerivedField]
"""By name."""


def derived_values(derived: Derived, fields: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
    """What a face has to say beside what was filled in, by name; what nothing follows for is left out.

    Args:
        derived: Of the license's type.
        fields: All other fields of the license, by path.
    """
    found = ((name, each.value(fields)) for name, each in derived.items())
    return {name: value for name, value in found if value is not None}


def broken_rules(derived: Derived, seen: Mapping[str, object]) -> list[str]:
    """The derived fields that say something else than their rule, of those seen with their source.

    Args:
        derived: Of the license's type.
        seen: Fields by path: of a whole license, or those shown.

    Returns:
        Their paths.
    """
    return [path for path in seen for each in derived.values() if _is_broken(each, path, seen)]


def derived_named(derived: Derived, names: Sequence[str]) -> list[JsonObject]:
    """Which fields of a list follow from others, and how.

    Args:
        derived: Of the license's type.
        names: Of the list: a path, or its last part alone.

    Returns:
        `{"field", "from", "rule", …}`, in the order of the names.
    """
    by_name = {form: each for each in derived.values() for form in (each.name, each.path)}
    heads = {name: name.rsplit("/", 1)[0] if name[-1:].isdecimal() else name for name in names}
    found = ((name, by_name[head]) for name, head in heads.items() if head in by_name)
    return [{"field": name, "from": each.source, **each.rule.as_json()} for name, each in found]


def _is_broken(each: DerivedField, path: str, seen: Mapping[str, Any]) -> bool:
    source = each.source_of(path)
    if source is None:  # a field of another form than the rule makes is none of its own
        return path == each.path or path.startswith(each.path + "/")
    if source not in seen:
        return False
    expected, found = each.rule.value(seen[source]), seen[path]
    return type(expected) is not type(found) or expected != found


# --- a definition -----------------------------------------------------------------------------


def derived_of(form: object, schema: JsonObject) -> dict[str, DerivedField]:
    """The derived fields of a definition; their grades are compared by whoever knows the grades.

    Args:
        form: The member `derived`.
        schema: JSON Schema of the face.

    Raises:
        MalformedError: `DERIVED_FORM`, `DERIVED_NAME`, `DERIVED_SOURCE`, `DERIVED_OF_DERIVED`,
            `DERIVED_RULE_UNKNOWN`, `DERIVED_RULE_UNFIT`, `DERIVED_MASK` or `DERIVED_MASK_TWICE`,
            naming the field.
    """
    return _derived_in(form, schema, lambda source: _node(source, schema), "face/")


def row_derived_of(form: object, schema: JsonObject) -> dict[str, DerivedField]:
    """The same of the rows of a data set, whose fields stand under no branch.

    Args:
        form: The member `derived`.
        schema: JSON Schema of a row.

    Raises:
        MalformedError: As `derived_of`.
    """

    def node_of(source: str) -> JsonObject | None:
        return _in_face([_plain(step) for step in source.split("/")], schema)

    return _derived_in(form, schema, node_of, "")


_NodeOf = Callable[[str], JsonObject | None]
"""What is known of a source, as a schema; None where there is no such field."""


def _derived_in(form: object, schema: JsonObject, node_of: _NodeOf, branch: str) -> dict[str, DerivedField]:
    if not isinstance(form, dict) or len(form) > MOST_DERIVED:
        raise bad_form("derived", "derived")
    taken = schema.get("properties", {})
    for name in form:
        if not _NAME.fullmatch(name) or name in taken:
            raise MalformedError("DERIVED_NAME", name=name[:80])
    others = {branch + name for name in form}
    made = {name: _field(name, each, others, node_of) for name, each in form.items()}
    _require_one_mask(made)
    return made


def _require_one_mask(derived: Derived) -> None:
    """Of one source one mask: two that keep different ends would show together what each of them hides."""
    masked: dict[str, str] = {}
    for name, each in derived.items():
        source = _HOLDER_METADATA.get(each.source, each.source.replace(_EACH, "/0/"))
        if isinstance(each.rule, Mask) and masked.setdefault(source, name) != name:
            raise MalformedError("DERIVED_MASK_TWICE", name=name, other=masked[source])


def _field(name: str, form: object, others: Collection[str], node_of: _NodeOf) -> DerivedField:
    if not isinstance(form, dict):
        raise bad_form(name, name)
    missing = _MEMBERS - form.keys()
    if missing:
        raise bad_form(name, min(missing))
    source, grade = form["from"], form["grade"]
    if not isinstance(source, str):
        raise bad_form(name, "from")
    if type(grade) is not int:
        raise bad_form(name, "grade")
    rule = rule_of(name, {member: value for member, value in form.items() if member not in _MEMBERS})
    if any(source == each or source.startswith(f"{each}/") for each in others):
        raise MalformedError("DERIVED_OF_DERIVED", name=name, source=source[:80])
    _require_source(name, source, rule, node_of(source))
    return DerivedField(name, source, rule, *_title(name, form["title"]), grade)


def _title(name: str, title: object) -> tuple[str, str]:
    match title:
        case {"zh": str(zh), "en": str(en), **others} if is_text(zh) and is_text(en) and not others:
            return zh, en
    raise bad_form(name, "title")


def _require_source(name: str, source: str, rule: Rule, node: JsonObject | None) -> None:
    """A source is there, and is of a kind that the rule is for."""
    if node is None:
        raise MalformedError("DERIVED_SOURCE", name=name, source=source[:80])
    if not _fits(rule, node):
        raise MalformedError("DERIVED_RULE_UNFIT", name=name, source=source, rule=rule.as_json()["rule"])
    longest = min(_lengths(node), default=None)
    if isinstance(rule, Mask) and longest is not None:
        kept = rule.start + rule.end
        if not is_hidden_enough(kept, longest):
            raise MalformedError("DERIVED_MASK", name=name, kept=kept, most=longest // 2)


def _node(source: str, schema: JsonObject) -> JsonObject | None:
    """What is known of a source, as a schema; None where licenses have no such field."""
    branch, *steps = source.split("/")
    holder = _HOLDER.fullmatch(source)
    if holder:
        return {"type": "string", **({"maxLength": _CODE_LENGTH} if holder[1] == "code" else {})}
    if branch == "metadata" and len(steps) == 1 and steps[0] in METADATA and steps[0] != "extendInfo":
        form = {"format": "date"} if steps[0] in _DATES else {}
        length = {"maxLength": _CODE_LENGTH} if steps[0] == "certificateHolderCode" else {}
        return {"type": "string", **form, **length}
    return _in_face([_plain(step) for step in steps], schema) if branch == "face" and steps else None


def _in_face(steps: list[str], node: object) -> JsonObject | None:
    for step in steps:
        inner = node.get("properties") if isinstance(node, dict) else None
        node = inner.get(step) if isinstance(inner, dict) else None
    return node if isinstance(node, dict) else None


def _plain(step: str) -> str:
    return step.replace("~1", "/").replace("~0", "~")


def _fits(rule: Rule, node: JsonObject) -> bool:
    given = node.get("type")
    types = {given} if isinstance(given, str) else set(given or ())
    if isinstance(rule, Year):
        return types <= {"string", "null"} and node.get("format") == "date"
    allowed = {"string", "integer", "null"} if isinstance(rule, IsOneOf) else {"string", "null"}
    return bool(types - {"null"}) and types <= allowed


def _lengths(node: JsonObject) -> Iterator[int]:
    """Bounds on the length of a source, as far as its schema tells."""
    if type(node.get("maxLength")) is int:
        yield node["maxLength"]
    if isinstance(node.get("enum"), list):
        yield max((len(each) for each in node["enum"] if isinstance(each, str)), default=0)
    if node.get("format") in _LENGTHS:
        yield _LENGTHS[str(node["format"])]
