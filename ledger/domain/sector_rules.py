"""Rules of sectors (行业): which trades may get which data of a region's bodies, on which basis.

    {"format": "elicense-sectors/1", "sectors": [{"code", "title": {"zh", "en"}}],
     "members": [{"body", "sectors": [CODE]}],
     "rules": [{"sector", "of": ["*" | TYPE | "OWNER/CODE"], "bases": ["DUTY" | "CONSENT"], "grade",
                "purposes"?: [CODE], "items"?: [CODE]}],
     "source"}

A code is a word that the region chose: nothing here knows a classification of trades. One of a letter and
two digits (`J66`) lies in the one of the letter (`J`), where both are listed. `body` is a credit code, of
whatever region. A rule lets the bodies of one sector have what it is `of`, fields of its `grade` and below.

What some rule of the text is of is *governed*: it goes to those only whom one rule lets have all that a grant
asks for. A body of no sector gets none of it. What no rule is of goes as it did without the text.
The ledger has the keccak-256 of the RFC 8785 form, as of any code table, under the name `SECTORS`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from eth_hash.auto import keccak

from ledger.domain.canonical import JsonObject, canonical
from ledger.domain.field_list import HIGHEST_GRADE
from ledger.domain.identifiers import Uscc, is_type_code
from ledger.domain.sharing import Basis
from ledger.domain.strict_form import StrictForm
from ledger.errors import LedgerError, MalformedError

FORMAT = "elicense-sectors/1"
TABLE = "SECTORS"
"""The name of the code table that has a region's rules."""
EVERYTHING = "*"
MOST_SECTORS, MOST_MEMBERS, MOST_RULES, MOST_WORDS = 256, 8_000, 1_000, 256
_CODE = re.compile("[A-Z][A-Z0-9-]{0,31}", re.ASCII)
_DIVISION = re.compile("[A-Z][0-9]{2}", re.ASCII)
_RESOURCE = re.compile("[0-9A-Z]{18}/[!-~]{1,32}", re.ASCII)
_WORD = re.compile("[!-~]{1,32}", re.ASCII)
_FORM = StrictForm("SECTORS_MALFORMED")


class SectorAnswer(StrEnum):
    """What rules of sectors say to a grant, and of what it fails."""

    NO_RULES = "NO_RULES"
    NOT_GOVERNED = "NOT_GOVERNED"
    ALLOWED = "ALLOWED"
    NO_SECTOR = "NO_SECTOR"
    SECTOR_OTHER = "SECTOR_OTHER"
    BASIS_OTHER = "BASIS_OTHER"
    PURPOSE_OTHER = "PURPOSE_OTHER"
    ITEM_OTHER = "ITEM_OTHER"
    GRADE_ABOVE = "GRADE_ABOVE"

    @property
    def is_allowed(self) -> bool:
        """Whether nothing forbids it."""
        return self in (SectorAnswer.NO_RULES, SectorAnswer.NOT_GOVERNED, SectorAnswer.ALLOWED)


_FARTHEST = list(SectorAnswer)
"""Behind in this list is what fails last of a rule."""


@dataclass(frozen=True)
class Sector:
    """A sector with its title in two languages."""

    code: str
    zh: str
    en: str


@dataclass(frozen=True)
class SectorRule:
    """What the bodies of one sector may have.

    Attributes:
        number: Its place in the text, counted from 1.
        sector: Code of the sector.
        of: License types, resources (`OWNER/CODE`), or `*` for all.
        bases: On which basis.
        grade: The highest of the fields, 1 to 4.
        purposes: Codes of purposes; empty for any.
        items: Codes of matters; empty for any.
    """

    number: int
    sector: str
    of: tuple[str, ...]
    bases: tuple[Basis, ...]
    grade: int
    purposes: tuple[str, ...] = ()
    items: tuple[str, ...] = ()

    def as_json(self) -> JsonObject:
        """As the file has it."""
        return {
            "sector": self.sector,
            "of": list(self.of),
            "bases": [each.name for each in self.bases],
            "grade": self.grade,
            **({"purposes": list(self.purposes)} if self.purposes else {}),
            **({"items": list(self.items)} if self.items else {}),
        }


@dataclass(frozen=True)
class Wanted:
    """What a grant asks for.

    Attributes:
        body: Credit code of who gets it.
        resource: `OWNER/CODE`.
        license_type: Of the resource; empty of a data set.
        basis: On which.
        purpose: Code of the purpose.
        item: Code of the matter, or empty.
        is_within: Whether no field of it is above a grade.
    """

    body: str
    resource: str
    license_type: str
    basis: Basis
    purpose: str
    item: str
    is_within: Callable[[int], bool]


@dataclass(frozen=True)
class SectorTable:
    """The sectors of a region, who is in them, and what they may have.

    Attributes:
        sectors: In the order of the file, as all of these.
        members: Body and the codes of its sectors.
        rules: By number.
        source: Where it was published.
    """

    sectors: tuple[Sector, ...]
    members: tuple[tuple[str, tuple[str, ...]], ...]
    rules: tuple[SectorRule, ...]
    source: str

    def sectors_of(self, body: str) -> list[str]:
        """The sectors that a body is in, those that its own lie in among them, by code."""
        named = set(self._members.get(body, ()))
        above = {code[0] for code in named if _DIVISION.fullmatch(code)} & self.codes
        return sorted(named | above)

    def governs(self, resource: str, license_type: str) -> bool:
        """Whether some rule is of a resource (`OWNER/CODE`) or its type (empty for none)."""
        return not self._governed.isdisjoint({EVERYTHING, resource, license_type})

    def answer(self, wanted: Wanted) -> tuple[SectorAnswer, int]:
        """What the rules say, and the number of the rule that allows it or fails it last; 0 for none.

        Raises:
            LedgerError: From `is_within`, where only the grades decide, and no other rule allows it.
        """
        if not self.governs(wanted.resource, wanted.license_type):
            return SectorAnswer.NOT_GOVERNED, 0
        own = self.sectors_of(wanted.body)
        if not own:
            return SectorAnswer.NO_SECTOR, 0
        farthest, untold = (SectorAnswer.SECTOR_OTHER, 0), list[LedgerError]()
        for rule in self._about(wanted, own):
            try:
                said = _judged(rule, wanted)
            except LedgerError as error:
                untold.append(error)
                continue
            if said is SectorAnswer.ALLOWED:
                return said, rule.number
            farthest = max(farthest, (said, rule.number), key=lambda each: _FARTHEST.index(each[0]))
        if untold:
            raise untold[0]
        return farthest

    def _about(self, wanted: Wanted, own: list[str]) -> Iterator[SectorRule]:
        """The rules of some sectors that are of what is wanted."""
        named = {EVERYTHING, wanted.resource, wanted.license_type}
        return (each for each in self.rules if each.sector in own and not named.isdisjoint(each.of))

    @cached_property
    def codes(self) -> frozenset[str]:
        """The codes of all sectors."""
        return frozenset(each.code for each in self.sectors)

    @cached_property
    def _members(self) -> Mapping[str, tuple[str, ...]]:
        return dict(self.members)

    @cached_property
    def _governed(self) -> frozenset[str]:
        return frozenset(each for rule in self.rules for each in rule.of)

    @cached_property
    def digest(self) -> str:
        """What the ledger has of it, 0x-hex."""
        return "0x" + keccak(canonical(self.as_json())).hex()

    def as_json(self) -> JsonObject:
        """The form of the module's head."""
        return {
            "format": FORMAT,
            "sectors": [
                {"code": each.code, "title": {"zh": each.zh, "en": each.en}} for each in self.sectors
            ],
            "members": [{"body": body, "sectors": list(codes)} for body, codes in self.members],
            "rules": [each.as_json() for each in self.rules],
            "source": self.source,
        }


def _judged(rule: SectorRule, wanted: Wanted) -> SectorAnswer:
    """What one rule of the body's sector says."""
    if wanted.basis not in rule.bases:
        return SectorAnswer.BASIS_OTHER
    if rule.purposes and wanted.purpose not in rule.purposes:
        return SectorAnswer.PURPOSE_OTHER
    if rule.items and wanted.item not in rule.items:
        return SectorAnswer.ITEM_OTHER
    return SectorAnswer.ALLOWED if wanted.is_within(rule.grade) else SectorAnswer.GRADE_ABOVE


def read_sectors(form: Mapping[str, object]) -> SectorTable:
    """A text in the form of the module's head.

    Raises:
        MalformedError: `SECTORS_MALFORMED` with the member at fault; `SECTOR_UNKNOWN`: a sector that the
            text does not list; `SECTOR_TWICE`: a sector or a body is listed twice.
    """
    _FORM.require(form.get("format") == FORMAT, "format")
    _FORM.require(form.keys() == {"format", "sectors", "members", "rules", "source"}, "keys")
    sectors = tuple(map(_sector, _listed(form["sectors"], "sectors", MOST_SECTORS)))
    members = tuple(map(_member, _listed(form["members"], "members", MOST_MEMBERS)))
    rules = enumerate(_listed(form["rules"], "rules", MOST_RULES), 1)
    table = SectorTable(
        sectors, members, tuple(_rule(*each) for each in rules), _FORM.text(form["source"], "source")
    )
    _require_once([each.code for each in sectors])
    _require_once([body for body, _ in members])
    for code in _named(table):
        if code not in table.codes:
            raise MalformedError("SECTOR_UNKNOWN", sector=code)
    return table


def _named(table: SectorTable) -> Iterator[str]:
    yield from (code for _, codes in table.members for code in codes)
    yield from (each.sector for each in table.rules)


def _require_once(values: list[str]) -> None:
    seen: set[str] = set()
    for each in values:
        if each in seen:
            raise MalformedError("SECTOR_TWICE", value=each)
        seen.add(each)


def _listed(value: object, field: str, most: int, least: int = 0) -> list[object]:
    if not isinstance(value, list) or not least <= len(value) <= most:
        raise _FORM.fault(field)
    return value


def _sector(value: object) -> Sector:
    if not isinstance(value, dict) or value.keys() != {"code", "title"}:
        raise _FORM.fault("sectors")
    title = value["title"]
    if not isinstance(title, dict) or title.keys() != {"zh", "en"}:
        raise _FORM.fault("sectors/title")
    zh, en = (_FORM.text(title[language], f"sectors/title/{language}") for language in ("zh", "en"))
    return Sector(_matched(_CODE, value["code"], "sectors/code"), zh, en)


def _member(value: object) -> tuple[str, tuple[str, ...]]:
    if not isinstance(value, dict) or value.keys() != {"body", "sectors"}:
        raise _FORM.fault("members")
    body = _FORM.text(value["body"], "members/body")
    try:
        Uscc.parse(body)
    except LedgerError:
        raise _FORM.fault("members/body") from None
    return body, _words(value["sectors"], "members/sectors", _CODE)


def _rule(number: int, value: object) -> SectorRule:
    needed, free = {"sector", "of", "bases", "grade"}, {"purposes", "items"}
    if not isinstance(value, dict) or value.keys() - free != needed:
        raise _FORM.fault("rules")
    grade = value["grade"]
    if isinstance(grade, bool) or not isinstance(grade, int) or not 1 <= grade <= HIGHEST_GRADE:
        raise _FORM.fault("rules/grade")
    bases = _words(value["bases"], "rules/bases", re.compile("DUTY|CONSENT"))
    return SectorRule(
        number=number,
        sector=_matched(_CODE, value["sector"], "rules/sector"),
        of=_of(value["of"]),
        bases=tuple(Basis[each] for each in bases),
        grade=grade,
        purposes=_words(value["purposes"], "rules/purposes", _WORD) if "purposes" in value else (),
        items=_words(value["items"], "rules/items", _WORD) if "items" in value else (),
    )


def _of(value: object) -> tuple[str, ...]:
    """Everything, which stands alone, or license types and resources."""
    named = tuple(_FORM.text(each, "rules/of") for each in _listed(value, "rules/of", MOST_WORDS, 1))
    is_known = named == (EVERYTHING,) or all(
        is_type_code(each) or _RESOURCE.fullmatch(each) for each in named
    )
    _FORM.require(is_known and len(set(named)) == len(named), "rules/of")
    return named


def _words(value: object, field: str, form: re.Pattern[str]) -> tuple[str, ...]:
    named = tuple(_matched(form, each, field) for each in _listed(value, field, MOST_WORDS, 1))
    _FORM.require(len(set(named)) == len(named), field)
    return named


def _matched(form: re.Pattern[str], value: object, field: str) -> str:
    text = _FORM.text(value, field)
    _FORM.require(form.fullmatch(text) is not None, field)
    return text
