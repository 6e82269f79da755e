"""Rulebooks of regions: in how many working days what has to be done where data are shared.

    {"format": "elicense-rulebook/1", "region", "version", "from",
     "rules": [{"number", "days", "source": {"zh", "en"?}}]}

`region` are its six digits, `version` counts its rulebooks from 1, `from` is the moment from which it counts
(RFC 3339 with `Z`), for what begins to run after it was recorded. `number` is one of
`ledger.domain.deadlines.Number`, each at most once; a number that is not named is that of the nearest region
above which names it. `source` is the text of law that the number comes from. The numbers of 政务数据共享条例
bind: a rulebook says as much or less.
The ledger has the keccak-256 of the RFC 8785 form, as of any code table, under the name `RULEBOOK`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from eth_hash.auto import keccak

from ledger.domain.canonical import JsonObject, canonical
from ledger.domain.deadlines import DEFAULTS, Number
from ledger.domain.moments import rfc3339
from ledger.domain.strict_form import StrictForm
from ledger.errors import MalformedError, RuleError

FORMAT = "elicense-rulebook/1"
TABLE = "RULEBOOK"
"""The name of the code table that has a region's rulebook."""
MOST_DAYS = 250
"""Working days that a rule may name at all: those of a year."""
MOST_VERSIONS = 1_000_000
_REGION = re.compile("[1-9][0-9]{5}", re.ASCII)
_FORM = StrictForm("RULEBOOK_MALFORMED")


@dataclass(frozen=True)
class Rule:
    """A number of working days, and the text of law that it comes from.

    Attributes:
        number: Which.
        days: 1 to 250.
        zh: The source, in Chinese.
        en: In English; None where it is not said.
    """

    number: Number
    days: int
    zh: str
    en: str | None = None

    @property
    def is_longer(self) -> bool:
        """Whether it is more than the regulation allows.

        Example:
            >>> Rule(Number.DECISION, 11, "虚构").is_longer, Rule(Number.DECISION, 10, "虚构").is_longer
            (True, False)
        """
        return self.days > DEFAULTS[self.number]

    def as_json(self) -> JsonObject:
        """As the file has it."""
        source = {"zh": self.zh} if self.en is None else {"zh": self.zh, "en": self.en}
        return {"number": self.number.value, "days": self.days, "source": source}


@dataclass(frozen=True)
class Rulebook:
    """The rulebook of a region.

    Attributes:
        region: GB/T 2260 code as a number.
        version: Which of its rulebooks it is, from 1.
        since: From when it counts, in Unix seconds.
        rules: In the order of the file.
    """

    region: int
    version: int
    since: int
    rules: tuple[Rule, ...]

    @cached_property
    def digest(self) -> str:
        """What the ledger has of it, 0x-hex."""
        return "0x" + keccak(canonical(self.as_json())).hex()

    def of(self, number: Number) -> Rule | None:
        """The rule for a number; None where it names none."""
        return next((each for each in self.rules if each.number is number), None)

    def require_allowed(self) -> None:
        """Refuse a number beyond the regulation's; raises `RULEBOOK_LONGER`."""
        for each in self.rules:
            if each.is_longer:
                most = DEFAULTS[each.number]
                raise RuleError("RULEBOOK_LONGER", number=each.number.value, days=each.days, most=most)

    def as_json(self) -> JsonObject:
        """The form of the module's head."""
        return {
            "format": FORMAT,
            "region": f"{self.region:06d}",
            "version": self.version,
            "from": rfc3339(self.since),
            "rules": [each.as_json() for each in self.rules],
        }


def read_rulebook(form: Mapping[str, object]) -> Rulebook:
    """A rulebook in the form of the module's head; it may say more than is allowed.

    Raises:
        MalformedError: `RULEBOOK_MALFORMED` with the member at fault; `RULEBOOK_TWICE`.

    Example:
        >>> read_rulebook({"format": FORMAT})
        Traceback (most recent call last):
        ledger.errors.MalformedError: RULEBOOK_MALFORMED: This is no well-formed rulebook (keys).
    """
    _FORM.require(form.get("format") == FORMAT, "format")
    _FORM.require(form.keys() == {"format", "region", "version", "from", "rules"}, "keys")
    region, rules = form["region"], form["rules"]
    if not isinstance(region, str) or _REGION.fullmatch(region) is None:
        raise _FORM.fault("region")
    version, since = _count(form["version"], MOST_VERSIONS, "version"), _FORM.instant(form, "from")
    if not isinstance(rules, list) or not 1 <= len(rules) <= len(Number):
        raise _FORM.fault("rules")
    made = tuple(_rule(f"rules/{place}", each) for place, each in enumerate(rules))
    seen = set[Number]()
    for each in made:
        if each.number in seen:
            raise MalformedError("RULEBOOK_TWICE", number=each.number.value)
        seen.add(each.number)
    return Rulebook(int(region), version, since, made)


def _rule(field: str, value: object) -> Rule:
    if not isinstance(value, dict) or value.keys() != {"number", "days", "source"}:
        raise _FORM.fault(field)
    number, source = value["number"], value["source"]
    if not isinstance(number, str) or number not in set(Number):
        raise _FORM.fault(f"{field}/number")
    days = _count(value["days"], MOST_DAYS, f"{field}/days")
    if not isinstance(source, dict) or source.keys() not in ({"zh"}, {"zh", "en"}):
        raise _FORM.fault(f"{field}/source")
    zh = _FORM.text(source["zh"], f"{field}/source/zh")
    en = _FORM.text(source["en"], f"{field}/source/en") if "en" in source else None
    return Rule(Number(number), days, zh, en)


def _count(value: object, most: int, field: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= most:
        raise _FORM.fault(field)
    return value
