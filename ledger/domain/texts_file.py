"""The file by which one party of a grant or a correction tells another what stands behind its digests.

    {"format": "elicense-party-texts/1", "ledgerId", "object", "texts": [{"text", "salt"}]}

It says nothing by itself: a text counts where the records of `object` have its digest.
"""

from __future__ import annotations

from dataclasses import dataclass

from ledger.domain.canonical import JsonObject, JsonValue
from ledger.domain.salted_text import SaltedText, salted_text
from ledger.domain.strict_form import StrictForm

FORMAT = "elicense-party-texts/1"
MOST_BYTES = 1 << 20
"""Most bytes of one in RFC 8785 form, before it is encrypted."""

_FORM = StrictForm("TEXTS_MALFORMED")


@dataclass(frozen=True)
class TextsFile:
    """Some texts of one grant or correction.

    Attributes:
        ledger_id: 0x-hex.
        about: Object of the grant or correction, 0x-hex.
        texts: Each once, with its salt.
    """

    ledger_id: str
    about: str
    texts: tuple[SaltedText, ...]

    def as_json(self) -> JsonObject:
        """The form of the module's head."""
        texts = [each.as_json() for each in self.texts]
        return {"format": FORMAT, "ledgerId": self.ledger_id, "object": self.about, "texts": texts}


def read_texts_file(form: JsonObject) -> TextsFile:
    """The inverse of `TextsFile.as_json`, for files from anywhere.

    Raises:
        MalformedError: `TEXTS_MALFORMED` with the member.

    Example:
        >>> made = TextsFile("0x" + "1a" * 32, "0x" + "2b" * 32, (SaltedText("办理登记", bytes(32)),))
        >>> read_texts_file(made.as_json()) == made
        True
    """
    members = {"format", "ledgerId", "object", "texts"}
    _FORM.require(form.keys() == members and form["format"] == FORMAT, "format")
    ledger_id, about = ("0x" + _FORM.hexed(form, name, 32, "0x").hex() for name in ("ledgerId", "object"))
    return TextsFile(ledger_id, about, _texts(form["texts"]))


def _texts(told: JsonValue) -> tuple[SaltedText, ...]:
    read = [salted_text(each) for each in told] if isinstance(told, list) else []
    texts = tuple(each for each in read if each is not None and each.text)
    is_each_once = len({each.digest for each in texts}) == len(read)
    _FORM.require(bool(read) and is_each_once, "texts")
    return texts
