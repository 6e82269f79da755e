"""The closed list of rules by which one field of a license follows from another, and hides part of it.

    mask        keeps `start` leading and `end` trailing characters, the others become `*` one by one
    year        the year of a date
    isOneOf     whether the value is one of `codes`
    startsWith  whether the text begins with `prefix`

None of them asks for today's date, so that a value once computed stays right. What is absent, null or
empty has no derived value. A character is what people see as one: a code point with the marks and format
characters behind it; emoji joined by U+200D are one, so are two regional indicators and a syllable of
Hangul jamo.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from ledger.domain.canonical import JsonObject, JsonValue
from ledger.domain.field_rules import parse_day
from ledger.errors import MalformedError

MOST_KEPT = 16
"""Characters that a mask may keep, at both ends together."""
MOST_CODES = 256
LONGEST_PREFIX = 64
STAR = "*"

_JOINER = "\u200d"


class Rule(Protocol):
    """What computes a field from another."""

    def value(self, source: JsonValue) -> JsonValue:
        """The derived value; None where there is none."""
        ...

    def as_json(self) -> JsonObject:
        """The members of a definition, `rule` first."""
        ...

    def words(self) -> tuple[str, str]:
        """What it does, in Chinese and English."""
        ...


@dataclass(frozen=True, slots=True)
class Mask:
    """Keeps the ends of a text.

    At least half of the characters and at least one are hidden; a text too short for that is hidden
    wholly. The number of stars is that of the characters hidden.

    Example:
        >>> [Mask(1, 0).value(text) for text in ("王小明", "王", "", None)]
        ['王**', '*', None, None]
        >>> Mask(3, 4).value("13800000000"), Mask(3, 2).value("13800000000")
        ('***********', '138******00')
    """

    start: int
    end: int

    def value(self, source: JsonValue) -> JsonValue:
        """The text with its middle hidden."""
        if not isinstance(source, str) or not source:
            return None
        seen = characters(source)
        if not is_hidden_enough(self.start + self.end, len(seen)):
            return STAR * len(seen)
        last = len(seen) - self.end
        return "".join([*seen[: self.start], STAR * (last - self.start), *seen[last:]])

    def as_json(self) -> JsonObject:
        """As in a definition."""
        return {"rule": "mask", "start": self.start, "end": self.end}

    def words(self) -> tuple[str, str]:
        """What it keeps."""
        return (
            f"保留前 {self.start} 位、后 {self.end} 位，其余以 * 代替",
            f"keeps {self.start} leading and {self.end} trailing characters, the others are *",
        )


@dataclass(frozen=True, slots=True)
class Year:
    """The year of a date.

    Example:
        >>> Year().value("1900-01-31"), Year().value(None)
        (1900, None)
    """

    def value(self, source: JsonValue) -> JsonValue:
        """The year as a number."""
        day = parse_day(source)
        return day.year if day else None

    def as_json(self) -> JsonObject:
        """As in a definition."""
        return {"rule": "year"}

    def words(self) -> tuple[str, str]:
        """What it tells."""
        return "只给年份", "the year alone"


@dataclass(frozen=True, slots=True)
class IsOneOf:
    """Whether a code is one of a list.

    Example:
        >>> IsOneOf(("B", "C1")).value("B"), IsOneOf((1, 2)).value(3), IsOneOf((1,)).value(None)
        (True, False, None)
    """

    codes: tuple[str | int, ...]

    def value(self, source: JsonValue) -> JsonValue:
        """Yes or no; a number is no text."""
        if source == "" or isinstance(source, bool) or not isinstance(source, str | int):
            return None
        return source in self.codes

    def as_json(self) -> JsonObject:
        """As in a definition."""
        return {"rule": "isOneOf", "codes": list(self.codes)}

    def words(self) -> tuple[str, str]:
        """Of which list."""
        listed = ", ".join(map(str, self.codes))
        return f"是否为其中之一：{listed}", f"whether it is one of: {listed}"


@dataclass(frozen=True, slots=True)
class StartsWith:
    """Whether a text begins with another, code point by code point.

    Example:
        >>> StartsWith("3101").value("310118"), StartsWith("3101").value("")
        (True, None)
    """

    prefix: str

    def value(self, source: JsonValue) -> JsonValue:
        """Yes or no."""
        return source.startswith(self.prefix) if isinstance(source, str) and source else None

    def as_json(self) -> JsonObject:
        """As in a definition."""
        return {"rule": "startsWith", "prefix": self.prefix}

    def words(self) -> tuple[str, str]:
        """With what."""
        return f"是否以“{self.prefix}”开头", f"whether it begins with “{self.prefix}”"


def is_hidden_enough(kept: int, length: int) -> bool:
    """Whether at least half of a text, and at least one character, stays hidden.

    Example:
        >>> [is_hidden_enough(1, length) for length in (1, 2, 3)], is_hidden_enough(2, 3)
        ([False, True, True], False)
    """
    return kept <= length // 2


def characters(text: str) -> list[str]:
    """A text cut into what people see as characters; joined again they are the text.

    Example:
        >>> [len(characters(text)) for text in ("欧阳𠮷", "e\u0301", "👨\u200d👩\u200d👧", "🇨🇳🇨🇳", "각")]
        [3, 1, 1, 2, 1]
    """
    found: list[str] = []
    for each in text:
        if found and _continues(found[-1], each):
            found[-1] += each
        else:
            found.append(each)
    return found


def rule_of(name: str, form: Mapping[str, JsonValue]) -> Rule:
    """The rule in a definition.

    Args:
        name: Of the derived field, for what goes wrong.
        form: `rule` and what belongs to it, and nothing else.

    Raises:
        MalformedError: `DERIVED_RULE_UNKNOWN`, `DERIVED_FORM` with the member, or `DERIVED_MASK`.
    """
    word = form.get("rule")
    if not isinstance(word, str) or word not in _RULES:
        raise MalformedError("DERIVED_RULE_UNKNOWN", name=name, known=", ".join(_RULES))
    members, read = _RULES[word]
    wrong = {"rule", *members} ^ form.keys()
    if wrong:
        raise bad_form(name, min(wrong))
    return read(name, form)


def bad_form(name: str, member: str) -> MalformedError:
    """A member of a derived field that is missing, unknown or of wrong form."""
    return MalformedError("DERIVED_FORM", name=name[:80], member=member[:80])


def _mask(name: str, form: Mapping[str, JsonValue]) -> Rule:
    start, end = form["start"], form["end"]
    if not isinstance(start, int) or isinstance(start, bool) or start < 0:
        raise bad_form(name, "start")
    if not isinstance(end, int) or isinstance(end, bool) or end < 0:
        raise bad_form(name, "end")
    made = Mask(start, end)
    if not 1 <= made.start + made.end <= MOST_KEPT:
        raise MalformedError("DERIVED_MASK", name=name, kept=made.start + made.end, most=MOST_KEPT)
    return made


def _is_one_of(name: str, form: Mapping[str, JsonValue]) -> Rule:
    codes = form["codes"]
    if not isinstance(codes, list) or not 0 < len(codes) <= MOST_CODES:
        raise bad_form(name, "codes")
    plain = tuple(each for each in codes if isinstance(each, str | int) and not isinstance(each, bool))
    if len(plain) != len(codes) or "" in plain or len(set(plain)) != len(plain):
        raise bad_form(name, "codes")
    return IsOneOf(plain)


def _starts_with(name: str, form: Mapping[str, JsonValue]) -> Rule:
    prefix = form["prefix"]
    if not isinstance(prefix, str) or not 0 < len(prefix) <= LONGEST_PREFIX:
        raise bad_form(name, "prefix")
    return StartsWith(prefix)


_RULES = {
    "mask": (("start", "end"), _mask),
    "year": ((), lambda *_: Year()),
    "isOneOf": (("codes",), _is_one_of),
    "startsWith": (("prefix",), _starts_with),
}


def _continues(before: str, each: str) -> bool:
    """Whether a code point belongs to the character before it."""
    if unicodedata.category(each) in ("Mn", "Mc", "Me", "Cf") or "\U0001f3fb" <= each <= "\U0001f3ff":
        return True
    if before[-1] == _JOINER and len(before) > 1:
        return True
    if _is_regional(each):
        return len(before) == 1 and _is_regional(before)
    return _is_jamo_after(before[-1], each)


def _is_regional(each: str) -> bool:
    return "\U0001f1e6" <= each <= "\U0001f1ff"


def _is_jamo_after(last: str, each: str) -> bool:
    """A vowel or final jamo behind a jamo or a syllable."""
    is_hangul = "\u1100" <= last <= "\u11ff" or "\uac00" <= last <= "\ud7a3"
    is_leading = "\u1100" <= each <= "\u115f" and "\u1100" <= last <= "\u115f"
    return is_leading or (is_hangul and "\u1160" <= each <= "\u11ff")
