"""Text that stays off the ledger, which holds SM3(salt ‖ text): nobody guesses it, its keeper proves it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ledger.domain.canonical import JsonObject, JsonValue
from ledger.domain.sm3 import sm3

_SALT = re.compile("[0-9a-f]{64}")


@dataclass(frozen=True)
class SaltedText:
    """A text and the 32 random bytes before it."""

    text: str
    salt: bytes

    @property
    def digest(self) -> str:
        """What the ledger holds, 0x-hex."""
        return "0x" + sm3(self.salt + self.text.encode()).hex()

    def as_json(self) -> JsonObject:
        """As it is kept and handed on."""
        return {"text": self.text, "salt": self.salt.hex()}


def salted_text(form: JsonValue) -> SaltedText | None:
    """The inverse of `as_json`; None for any other form.

    Example:
        >>> given = SaltedText("办理登记", bytes(32))
        >>> salted_text(given.as_json()) == given
        True
    """
    if not isinstance(form, dict) or form.keys() != {"text", "salt"}:
        return None
    text, salt = form["text"], form["salt"]
    if not isinstance(text, str) or not isinstance(salt, str) or not _SALT.fullmatch(salt):
        return None
    return SaltedText(text, bytes.fromhex(salt))
