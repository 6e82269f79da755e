"""What is wrong with a field, and the rules that fields of every license share.

A fault names its field by path and says what was expected, never what was found: values are
personal data, and faults end up in logs and reject sheets.
"""

from __future__ import annotations

import dataclasses
import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from ledger.domain.identifiers import CitizenId, Uscc
from ledger.domain.regions import RegionCode
from ledger.errors import Bilingual, MalformedError

if TYPE_CHECKING:
    from jsonschema import Draft202012Validator, ValidationError

LONGEST_TEXT = 512

METADATA = (
    "certificateName",
    "certificateTypeName",
    "certificateTypeCode",
    "certificateNumber",
    "certificateIdentifier",
    "certificateVersion",
    "certificateIssuingAuthorityName",
    "certificateIssuingAuthorityCode",
    "certificateIssuedDate",
    "certificateHolderName",
    "certificateHolderCode",
    "certificateHolderTypeName",
    "certificateHolderTypeCode",
    "certificateEffectiveDate",
    "certificateExpiringDate",
    "certificateAreaCode",
    "relatedItemName",
    "relatedItemCode",
    "sealSigner",
    "sealTime",
    "sealName",
    "extendInfo",
)
"""Metadata of an original; the four fields of an annotated copy (加注件) have no place in it."""

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


@dataclass(frozen=True, slots=True)
class FieldFault:
    """One thing wrong with one field.

    Attributes:
        field: Path of the field, for example `metadata/certificateIssuedDate`.
        code: A key of the error texts.
        hints: What the sentence names besides the field.

    Example:
        >>> FieldFault("serial", "FIELD_REQUIRED").as_json()["message"]["en"]
        'The field serial is missing.'
    """

    field: str
    code: str
    hints: Mapping[str, object] = dataclasses.field(default_factory=dict, hash=False)

    def as_json(self) -> dict[str, Any]:
        """`{"field", "code", "message": {"zh", "en"}}`."""
        error = MalformedError(self.code, **{**self.hints, "field": self.field})
        return {"field": self.field, "code": self.code, "message": error.message()}


def parse_day(text: object) -> date | None:
    """A day written `YYYY-MM-DD` that the calendar has, else None.

    Example:
        >>> parse_day("2024-02-29"), parse_day("2023-02-29"), parse_day("20240229")
        (datetime.date(2024, 2, 29), None, None)
    """
    if not isinstance(text, str) or not _DAY.fullmatch(text):
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def text_fault(path: str, value: object) -> FieldFault:
    """`FIELD_PATTERN` of what is no text, with what is wrong where that is not seen at a glance."""
    is_broken = isinstance(value, str) and any(unicodedata.category(each) == "Cc" for each in value)
    how = Bilingual("：不能含有换行等控制字符", ": no line breaks or other control characters")
    return FieldFault(path, "FIELD_PATTERN", {"how": how} if is_broken else {})


def is_text(value: object, longest: int = LONGEST_TEXT) -> bool:
    """Whether a value is one line that says something: not blank, no control characters."""
    if not isinstance(value, str) or not value.strip() or len(value) > longest:
        return False
    return not any(unicodedata.category(character) == "Cc" for character in value)


def accepts(parse: Callable[[str], object]) -> Callable[[object], bool]:
    """A predicate out of a parser that raises `MalformedError`."""

    def check(value: object) -> bool:
        if not isinstance(value, str):
            return False
        try:
            parse(value)
        except MalformedError:
            return False
        return True

    return check


def is_region(value: object) -> bool:
    """Whether a value is a region code of a known province; counties come and go."""
    return accepts(lambda text: RegionCode.parse(text, strict=False))(value)


FORMATS: dict[str, Callable[[object], bool]] = {
    "date": lambda value: parse_day(value) is not None,
    "uscc": accepts(Uscc.parse),
    "citizen-id": accepts(CitizenId.parse),
    "region": is_region,
}
"""What `format` in the schema of a license type may ask for."""


def schema_faults(validator: Draft202012Validator, value: object, path: str) -> list[FieldFault]:
    """Every fault that a schema finds in a value, in order of fields, each once."""
    found = {fault: None for error in validator.iter_errors(value) for fault in _translate(error, path)}
    return sorted(found, key=lambda fault: (fault.field, fault.code))


def _translate(error: ValidationError, path: str) -> Iterator[FieldFault]:
    place = "/".join((path, *map(str, error.absolute_path)))
    rule: Any = error.validator_value
    instance: Any = error.instance
    keyword = str(error.validator)
    if keyword == "required":
        for name in rule:
            if name not in instance:
                yield FieldFault(f"{place}/{name}", "FIELD_REQUIRED")
    elif keyword == "additionalProperties":
        schema: Any = error.schema
        for name in instance.keys() - schema.get("properties", {}).keys():
            yield FieldFault(f"{place}/{name}", "FIELD_NOT_ALLOWED")
    else:
        yield _simple_fault(place, keyword, rule)


def _simple_fault(place: str, keyword: str, rule: object) -> FieldFault:
    if keyword == "format":
        return FieldFault(place, "FIELD_DATE" if rule == "date" else "FIELD_PATTERN")
    if keyword == "pattern":
        return FieldFault(place, "FIELD_PATTERN")
    expected = ", ".join(map(str, rule)) if isinstance(rule, list) else str(rule)
    if keyword == "type":
        return FieldFault(place, "FIELD_TYPE", {"expected": expected})
    if keyword in ("enum", "const"):
        return FieldFault(place, "FIELD_CHOICE", {"expected": expected})
    if keyword in ("minLength", "maxLength", "minItems", "maxItems"):
        return FieldFault(place, "FIELD_LENGTH", {"expected": f"{keyword} {expected}"})
    return FieldFault(place, "FIELD_RULE", {"expected": keyword})
