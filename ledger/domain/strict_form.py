"""Members of signed JSON forms, read strictly: each has one spelling, whatever is off is named."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ledger.domain.messages import key_id
from ledger.domain.moments import parse_moment, rfc3339
from ledger.domain.sm import is_public_key
from ledger.errors import MalformedError, UsageError

MAX_TEXT = 500


@dataclass(frozen=True, slots=True)
class StrictForm:
    """Reads members of one kind of form.

    Attributes:
        code: Of the `MalformedError` that names the member at fault as `field`.

    Example:
        >>> StrictForm("CHALLENGE_MALFORMED").hexed({"id": "0A"}, "id", 1)
        Traceback (most recent call last):
        ledger.errors.MalformedError: CHALLENGE_MALFORMED: The challenge is not well formed (id).
    """

    code: str

    def require(self, holds: bool, field: str) -> None:
        """Refuse the form because of one member unless `holds`."""
        if not holds:
            raise self.fault(field)

    def hexed(self, form: Mapping[str, object], field: str, size: int, prefix: str = "") -> bytes:
        """`size` bytes in hex of lower case, after `prefix` (`0x` or nothing)."""
        value = form.get(field)
        if not isinstance(value, str) or not value.startswith(prefix):
            raise self.fault(field)
        digits = value.removeprefix(prefix)
        self.require(len(digits) == 2 * size and not set(digits) - set("0123456789abcdef"), field)
        return bytes.fromhex(digits)

    def text(self, value: object, field: str) -> str:
        """Printable text of 1 to 500 characters."""
        if not isinstance(value, str) or not 0 < len(value) <= MAX_TEXT or not value.isprintable():
            raise self.fault(field)
        return value

    def instant(self, form: Mapping[str, object], field: str) -> int:
        """RFC 3339 in UTC with `Z` and whole seconds, as Unix seconds."""
        text = self.text(form.get(field), field)
        try:
            found = parse_moment(text)
        except UsageError:
            raise self.fault(field) from None
        self.require(found >= 0 and rfc3339(found) == text, field)
        return found

    def party(self, value: object, field: str) -> tuple[str | None, bytes]:
        """`{"uscc", "keyId", "publicKey"}`: a body's code, or None, and its key as 65 bytes."""
        if not isinstance(value, dict) or set(value) != {"uscc", "keyId", "publicKey"}:
            raise self.fault(field)
        public_key = self.hexed(value, "publicKey", 65)
        self.require(is_public_key(public_key), "publicKey")
        self.require(value["keyId"] == "0x" + key_id(public_key).hex(), "keyId")
        return None if value["uscc"] is None else self.text(value["uscc"], "uscc"), public_key

    def fault(self, field: str) -> MalformedError:
        """The error that names a member."""
        return MalformedError(self.code, field=field)
