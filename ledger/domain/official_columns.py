"""The words by which clerks name the fields of an official document, in a sheet and on the command line."""

from __future__ import annotations

from ledger.domain.license_types import LicenseType

LAYOUT_FILE = "file"
"""The column of the layout file; who reads the sheet puts its SM3 there."""
MEDIA_TYPE = "layout.mediaType"
"""The column that is put beside it then."""

_COLUMNS = {
    "number": "certificateNumber",
    "title": "certificateName",
    "date": "certificateIssuedDate",
    "effective": "certificateEffectiveDate",
    "until": "certificateExpiringDate",
    "area": "certificateAreaCode",
    "seal": "layout.sealSerial",
    LAYOUT_FILE: "layout.sm3",
}
_WORDS = {column: word for word, column in _COLUMNS.items()}


def column_name(name: str, kind: LicenseType) -> str:
    """What sheets of licenses call a column: by the list above, or as a field of the type's face.

    Example:
        >>> from ledger.domain.license_types import license_type
        >>> official = license_type("11100000MB0TE5T605201")
        >>> [column_name(each, official) for each in ("number", "genre", "serial", "face.pages")]
        ['certificateNumber', 'face.genre', 'serial', 'face.pages']
    """
    if not kind.is_document:
        return name
    if name in _COLUMNS:
        return _COLUMNS[name]
    properties = kind.schema.get("properties")
    is_face = isinstance(properties, dict) and name.split(".", maxsplit=1)[0] in properties
    return f"face.{name}" if is_face else name


def clerks_name(column: str, kind: LicenseType) -> str:
    """The other way round: what a clerk is told that a sheet lacks."""
    return _WORDS.get(column, column.removeprefix("face.")) if kind.is_document else column
