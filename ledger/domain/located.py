"""What a lookup found: a use code for each license, good under one grant, for a short time.

    {"format": "elicense-located/1", "grant", "request", "found": [{"type", "useCode", "until"}]}

It says that there are these licenses, and nothing of what is in them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from ledger.domain.canonical import JsonObject, canonical, parse_strict
from ledger.domain.moments import rfc3339
from ledger.domain.strict_form import StrictForm

FORMAT = "elicense-located/1"
CODE_BYTES = 16

_FORM = StrictForm("LOCATED_MALFORMED")
_CODE = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True)
class Found:
    """One license that was found.

    Attributes:
        license_type: Code of its type.
        use_code: By which it is named, 32 hex digits.
        until: First second at which that is good no more.
    """

    license_type: str
    use_code: str
    until: int

    def as_json(self) -> JsonObject:
        """Its row."""
        return {"type": self.license_type, "useCode": self.use_code, "until": rfc3339(self.until)}


@dataclass(frozen=True)
class Located:
    """The answer to a lookup.

    Attributes:
        grant: 0x-hex.
        request: Digest of the request, 0x-hex.
        found: What there is; perhaps nothing.
    """

    grant: str
    request: str
    found: tuple[Found, ...]

    @property
    def data(self) -> bytes:
        """The file, in RFC 8785 form."""
        return canonical(self.as_json())

    def as_json(self) -> JsonObject:
        """The form of the module's head."""
        rows = [each.as_json() for each in self.found]
        return {"format": FORMAT, "grant": self.grant, "request": self.request, "found": rows}


def is_use_code(name: str) -> bool:
    """Whether a license is named by a use code; identifiers and ids look otherwise.

    Example:
        >>> is_use_code("0" * 32), is_use_code("0x" + "0" * 64)
        (True, False)
    """
    return _CODE.fullmatch(name) is not None


def read_located(data: bytes) -> Located:
    """Read an answer from outside.

    Raises:
        MalformedError: `LOCATED_MALFORMED`, or the codes of `parse_strict`.
    """
    form = parse_strict(data)
    _FORM.require(set(form) == {"format", "grant", "request", "found"} and form["format"] == FORMAT, "format")
    grant, request = ("0x" + _FORM.hexed(form, name, 32, "0x").hex() for name in ("grant", "request"))
    rows = form["found"]
    _FORM.require(isinstance(rows, list), "found")
    return Located(grant, request, tuple(_found(row) for row in rows))


def _found(row: object) -> Found:
    if not isinstance(row, dict) or set(row) != {"type", "useCode", "until"}:
        raise _FORM.fault("found")
    code = _FORM.hexed(row, "useCode", CODE_BYTES).hex()
    return Found(_FORM.text(row["type"], "type"), code, _FORM.instant(row, "until"))
