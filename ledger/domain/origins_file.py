"""How each field of a resource comes about, as its provider publishes it.

    {"format": "elicense-origins/1", "resource": "OWNER/CODE", "fields": [
      {"name": "phone", "how": "collected", "element": "DE00123", "subject": "POPULATION", "ground": TEXT},
      {"name": "birth", "how": "received", "from": {"resource": "OWNER/CODE", "field": "birth"}},
      {"name": "age", "how": "derived", "from": [{"resource", "field"}], "method": {"zh", "en"}},
      {"name": "number", "how": "issued"}]}

The ledger has SM3 over the RFC 8785 form. An element has one spelling, so that two bodies that collect the
same datum of the same subject are recognised (一数一源).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from ledger.domain.canonical import JsonObject, JsonValue, canonical
from ledger.domain.sharing import MOST_FIELDS, BaseLibrary
from ledger.domain.sm3 import sm3
from ledger.domain.strict_form import StrictForm

FORMAT = "elicense-origins/1"
MOST_SOURCES = 256
"""Fields that one field is derived from."""
MAX_ORIGINS_FILE = 1 << 20
"""Bytes of a file that are read: as many as homes read back and services take."""

_FORM = StrictForm("ORIGINS_MALFORMED")
_RESOURCE = re.compile(r"[0-9A-Z]{18}/[!-~]{1,32}")
_ELEMENT = re.compile(r"[A-Z0-9][A-Z0-9._-]{0,63}")
_SUBJECTS = frozenset(each.name for each in BaseLibrary if each is not BaseLibrary.NONE)


class How(StrEnum):
    """How a field comes about."""

    COLLECTED = "collected"
    RECEIVED = "received"
    DERIVED = "derived"
    ISSUED = "issued"


_MEMBERS: Mapping[How, frozenset[str]] = {
    How.COLLECTED: frozenset({"name", "how", "element", "subject", "ground"}),
    How.RECEIVED: frozenset({"name", "how", "from"}),
    How.DERIVED: frozenset({"name", "how", "from", "method"}),
    How.ISSUED: frozenset({"name", "how"}),
}


@dataclass(frozen=True, order=True)
class Place:
    """A field of a resource.

    Attributes:
        resource: Key of the resource.
        field: Its name there.
    """

    resource: str
    field: str

    def as_json(self) -> JsonObject:
        """A source in a file, a member of answers."""
        return {"resource": self.resource, "field": self.field}


@dataclass(frozen=True, order=True)
class Datum:
    """What is collected: a data element of a subject.

    Attributes:
        subject: The domain (主题域), a base library by its name.
        element: Code of the data element.
    """

    subject: str
    element: str

    def as_json(self) -> JsonObject:
        """Two members of answers."""
        return {"subject": self.subject, "element": self.element}


@dataclass(frozen=True)
class FieldOrigin:
    """How one field comes about.

    Attributes:
        name: The field.
        how: In which of four ways.
        datum: What is collected; None of the other ways.
        ground: The law on which it is collected, as text.
        sources: What it is received or derived from.
        zh: How it is derived, in Chinese.
        en: The same in English.
    """

    name: str
    how: How
    datum: Datum | None = None
    ground: str = ""
    sources: tuple[Place, ...] = ()
    zh: str = ""
    en: str = ""

    def as_json(self) -> JsonObject:
        """A member of `fields`."""
        named: JsonObject = {"name": self.name, "how": self.how.value}
        sources: list[JsonValue] = [each.as_json() for each in self.sources]
        match self.how:
            case How.COLLECTED if self.datum is not None:
                return {**named, **self.datum.as_json(), "ground": self.ground}
            case How.RECEIVED:
                return {**named, "from": sources[0]}
            case How.DERIVED:
                return {**named, "from": sources, "method": {"zh": self.zh, "en": self.en}}
        return named


@dataclass(frozen=True)
class OriginsFile:
    """How all fields of a resource come about.

    Attributes:
        resource: Its key.
        fields: In their order; no name twice.
    """

    resource: str
    fields: tuple[FieldOrigin, ...]

    @property
    def digest(self) -> str:
        """SM3 of the canonical form, 0x-hex: what the ledger has of it."""
        return "0x" + sm3(canonical(self.as_json())).hex()

    def as_json(self) -> JsonObject:
        """The file."""
        fields: JsonValue = [each.as_json() for each in self.fields]
        return {"format": FORMAT, "resource": self.resource, "fields": fields}

    def named(self, name: str) -> FieldOrigin | None:
        """How a field comes about; None of a field that the file does not name."""
        return next((each for each in self.fields if each.name == name), None)

    def collected(self) -> dict[Datum, list[FieldOrigin]]:
        """What is collected, with the fields that it goes into."""
        found: dict[Datum, list[FieldOrigin]] = {}
        for each in self.fields:
            if each.datum is not None:
                found.setdefault(each.datum, []).append(each)
        return found


def read_origins(form: Mapping[str, object]) -> OriginsFile:
    """The inverse of `OriginsFile.as_json`, for files from anywhere.

    Raises:
        MalformedError: `ORIGINS_MALFORMED` with the member.
    """
    _FORM.require(form.keys() == {"format", "resource", "fields"} and form["format"] == FORMAT, "format")
    resource, rows = form["resource"], form["fields"]
    _FORM.require(isinstance(resource, str) and bool(_RESOURCE.fullmatch(resource)), "resource")
    _FORM.require(isinstance(rows, list) and 0 < len(rows) <= MOST_FIELDS, "fields")
    assert isinstance(rows, list)
    fields = tuple(_field(row, f"fields/{number}", str(resource)) for number, row in enumerate(rows))
    _FORM.require(len({each.name for each in fields}) == len(fields), "fields")
    return OriginsFile(str(resource), fields)


def _field(row: object, where: str, resource: str) -> FieldOrigin:
    if not isinstance(row, dict):
        raise _FORM.fault(where)
    how = next((each for each in How if each.value == row.get("how")), None)
    if how is None:
        raise _FORM.fault(f"{where}/how")
    _FORM.require(row.keys() == _MEMBERS[how], where)
    name = _name(row["name"], f"{where}/name")
    if how is How.COLLECTED:
        return FieldOrigin(name, how, _datum(row, where), _FORM.text(row["ground"], f"{where}/ground"))
    if how is How.ISSUED:
        return FieldOrigin(name, how)
    given = [row["from"]] if how is How.RECEIVED else row["from"]
    sources = _sources(given, f"{where}/from", Place(resource, name))
    if how is How.RECEIVED:
        _FORM.require(sources[0].resource != resource, f"{where}/from")
        return FieldOrigin(name, how, sources=sources)
    return FieldOrigin(name, how, None, "", sources, *_method(row["method"], f"{where}/method"))


def _datum(row: Mapping[str, object], where: str) -> Datum:
    element, subject = row["element"], row["subject"]
    _FORM.require(isinstance(element, str) and bool(_ELEMENT.fullmatch(element)), f"{where}/element")
    _FORM.require(isinstance(subject, str) and subject in _SUBJECTS, f"{where}/subject")
    return Datum(str(subject), str(element))


def _sources(given: object, where: str, own: Place) -> tuple[Place, ...]:
    """What a field comes from: none twice, and not itself."""
    _FORM.require(isinstance(given, list) and 0 < len(given) <= MOST_SOURCES, where)
    assert isinstance(given, list)
    sources = tuple(_source(each, where) for each in given)
    _FORM.require(len(set(sources)) == len(sources) and own not in sources, where)
    return sources


def _source(each: object, where: str) -> Place:
    if not isinstance(each, dict) or each.keys() != {"resource", "field"}:
        raise _FORM.fault(where)
    resource = each["resource"]
    _FORM.require(isinstance(resource, str) and bool(_RESOURCE.fullmatch(resource)), where)
    return Place(str(resource), _name(each["field"], where))


def _method(value: object, where: str) -> tuple[str, str]:
    if not isinstance(value, dict) or value.keys() != {"zh", "en"}:
        raise _FORM.fault(where)
    return _FORM.text(value["zh"], where), _FORM.text(value["en"], where)


def _name(value: object, where: str) -> str:
    """The name of a field, as published lists have it."""
    is_name = isinstance(value, str) and 0 < len(value) <= 200 and "," not in value
    _FORM.require(is_name, where)
    return str(value)
