"""Grounds of sharing: the law by its number, where something is shared conditionally or not at all.

    {"format": "elicense-grounds/1",
     "grounds": {"7": {"act": {"zh", "en"}, "article": "9(2)", "text"?}},
     "source"}

Numbers are those that a registration of a resource names (`ground`), 1 to 65535 in decimal. `article` is the
number of the article, with paragraph and item in brackets. `text` are its words.
The ledger has the keccak-256 of the RFC 8785 form, as of any code table, under the name `GROUNDS`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from eth_hash.auto import keccak

from ledger.domain.canonical import JsonObject, canonical
from ledger.domain.strict_form import StrictForm

FORMAT = "elicense-grounds/1"
TABLE = "GROUNDS"
"""The name of the code table that has a region's grounds."""
MOST_GROUNDS = 1_000
HIGHEST = (1 << 16) - 1
_NUMBER = re.compile("[1-9][0-9]{0,4}", re.ASCII)
_ARTICLE = re.compile(r"([1-9][0-9]{0,3})(?:\(([1-9][0-9]?)\))?(?:\(([1-9][0-9]?)\))?", re.ASCII)
_FORM = StrictForm("GROUNDS_MALFORMED")


@dataclass(frozen=True)
class SharingGround:
    """On what law something is shared conditionally or not at all.

    Attributes:
        act_zh: Title of the act in Chinese.
        act_en: In English.
        article: Number of the article, paragraph and item in brackets.
        text: Its words; empty where the table has none.
    """

    act_zh: str
    act_en: str
    article: str
    text: str = ""

    @property
    def words(self) -> JsonObject:
        """The place in the law in both languages.

        Example:
            >>> SharingGround("示例条例", "Example regulation", "9(2)").words
            {'zh': '《示例条例》第9条第2款', 'en': 'Example regulation, art. 9(2)'}
        """
        found = _ARTICLE.fullmatch(self.article)
        assert found is not None, "it was read"
        parts = zip(found.groups(), ("条", "款", "项"), strict=True)
        place = "".join(f"第{number}{unit}" for number, unit in parts if number)
        return {"zh": f"《{self.act_zh}》{place}", "en": f"{self.act_en}, art. {self.article}"}

    def as_json(self) -> JsonObject:
        """As the file has it."""
        act = {"zh": self.act_zh, "en": self.act_en}
        return {"act": act, "article": self.article, **({"text": self.text} if self.text else {})}


@dataclass(frozen=True)
class GroundTable:
    """A region's grounds.

    Attributes:
        grounds: By number.
        source: Where they were published.
    """

    grounds: Mapping[int, SharingGround]
    source: str

    @cached_property
    def digest(self) -> str:
        """What the ledger has of it, 0x-hex."""
        return "0x" + keccak(canonical(self.as_json())).hex()

    def as_json(self) -> JsonObject:
        """The form of the module's head."""
        rows = {str(number): self.grounds[number].as_json() for number in sorted(self.grounds)}
        return {"format": FORMAT, "grounds": rows, "source": self.source}


def read_grounds(form: Mapping[str, object]) -> GroundTable:
    """A text in the form of the module's head.

    Raises:
        MalformedError: `GROUNDS_MALFORMED` with the member at fault.

    Example:
        >>> read_grounds({"format": FORMAT, "grounds": {"07": {}}, "source": "示例"})
        Traceback (most recent call last):
        ledger.errors.MalformedError: GROUNDS_MALFORMED: This is no well-formed list of grounds (grounds/07).
    """
    _FORM.require(form.get("format") == FORMAT, "format")
    _FORM.require(form.keys() == {"format", "grounds", "source"}, "keys")
    rows = form["grounds"]
    if not isinstance(rows, dict) or not 1 <= len(rows) <= MOST_GROUNDS:
        raise _FORM.fault("grounds")
    made = {_number(number): _ground(f"grounds/{number}", each) for number, each in rows.items()}
    return GroundTable(made, _FORM.text(form["source"], "source"))


def _number(text: object) -> int:
    field = f"grounds/{str(text)[:20]}"
    _FORM.require(isinstance(text, str) and _NUMBER.fullmatch(text) is not None, field)
    number = int(str(text))
    _FORM.require(number <= HIGHEST, field)
    return number


def _ground(field: str, value: object) -> SharingGround:
    if not isinstance(value, dict) or value.keys() - {"text"} != {"act", "article"}:
        raise _FORM.fault(field)
    act = value["act"]
    if not isinstance(act, dict) or act.keys() != {"zh", "en"}:
        raise _FORM.fault(f"{field}/act")
    zh, en = (_FORM.text(act[language], f"{field}/act/{language}") for language in ("zh", "en"))
    article = _FORM.text(value["article"], f"{field}/article")
    _FORM.require(_ARTICLE.fullmatch(article) is not None, f"{field}/article")
    text = _FORM.text(value["text"], f"{field}/text") if "text" in value else ""
    return SharingGround(zh, en, article, text)
