"""Region codes of GB/T 2260 and the hierarchy that their prefixes spell.

A code has six digits, `PPCCDD`: `PP0000` is a province, `PPCC00` a prefecture, anything else a
county or district. Codes are abolished and created every year, so the table carries its revision,
and whoever reads an old license asks for the lenient rules: an obsolete code is never an error there.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Literal

from ledger.errors import MalformedError

Level = Literal["province", "prefecture", "county"]

_FORM = re.compile(r"[0-9]{6}")


@dataclass(frozen=True, slots=True)
class RegionTable:
    """The published list: its revision, where it came from, and code → name."""

    revision: str
    source: str
    names: Mapping[str, str]


@cache
def region_table() -> RegionTable:
    """The table that ships with the package.

    Example:
        >>> region_table().revision, len(region_table().names)
        ('2019-04', 3219)
    """
    text = resources.files("ledger.domain").joinpath("data/gb2260.tsv").read_text(encoding="utf-8")
    rows = [line.split("\t") for line in text.splitlines()]
    heads = {row[0].removeprefix("# "): row[1] for row in rows if row[0].startswith("# ") and len(row) == 2}
    names = {row[0]: row[1] for row in rows if not row[0].startswith("#")}
    return RegionTable(heads["revision"], heads["source"], MappingProxyType(names))


@dataclass(frozen=True, slots=True, order=True)
class RegionCode:
    """One region, as its six digits.

    Example:
        >>> qingpu = RegionCode.parse("310118")
        >>> qingpu.name, qingpu.level, [str(region) for region in qingpu.ancestors()]
        ('青浦区', 'county', ['310000'])
    """

    text: str

    @classmethod
    def parse(cls, text: str, *, strict: bool = True) -> RegionCode:
        """Read a code.

        Args:
            text: Six ASCII digits; full-width digits are refused.
            strict: Whether the code must stand in the table; otherwise only its province must.

        Raises:
            MalformedError: `REGION_FORM`, or when strict `REGION_UNKNOWN`.
        """
        names = region_table().names
        if not _FORM.fullmatch(text) or f"{text[:2]}0000" not in names:
            raise MalformedError("REGION_FORM")
        if strict and text not in names:
            raise MalformedError("REGION_UNKNOWN", region=text, revision=region_table().revision)
        return cls(text)

    def __str__(self) -> str:
        return self.text

    @property
    def name(self) -> str | None:
        """The name in the table, or None for a code that it does not list."""
        return region_table().names.get(self.text)

    @property
    def level(self) -> Level:
        """What the zeros say: province, prefecture or county."""
        if self.text.endswith("0000"):
            return "province"
        return "prefecture" if self.text.endswith("00") else "county"

    def ancestors(self) -> tuple[RegionCode, ...]:
        """The regions above this one, nearest first.

        The published list has no prefecture for districts of the four municipalities nor for
        counties that a province runs directly; those answer with the province alone.
        """
        candidates = (f"{self.text[:4]}00", f"{self.text[:2]}0000")
        names = region_table().names
        return tuple(RegionCode(code) for code in candidates if code != self.text and code in names)

    def covers(self, inferior: RegionCode) -> bool:
        """Whether `inferior` is this region or lies inside it, by prefix."""
        return inferior.text.startswith(_prefix(self.text))


def ancestors(code: str) -> tuple[str, ...]:
    """The codes above `code`, nearest first (lenient: obsolete codes have ancestors too).

    Example:
        >>> ancestors("330421")
        ('330400', '330000')
    """
    return tuple(region.text for region in RegionCode.parse(code, strict=False).ancestors())


def covers(superior: str, inferior: str) -> bool:
    """Whether `inferior` is `superior` or lies inside it.

    Example:
        >>> covers("330000", "330421"), covers("330400", "330481"), covers("330421", "330000")
        (True, True, False)
    """
    return RegionCode.parse(superior, strict=False).covers(RegionCode.parse(inferior, strict=False))


def region_name(code: str) -> str | None:
    """The name of one code, or None where the table has none.

    Example:
        >>> region_name("610922"), region_name("610981")
        ('石泉县', None)
    """
    return region_table().names.get(code)


def full_region_name(code: str) -> str:
    """The name from the province down, unlisted levels left out.

    Example:
        >>> full_region_name("330421")
        '浙江省嘉兴市嘉善县'
    """
    region = RegionCode.parse(code, strict=False)
    return "".join(part.name or "" for part in (*reversed(region.ancestors()), region))


def find_regions(name: str) -> tuple[RegionCode, ...]:
    """Every listed region of exactly that name, in the order of codes; several districts share one.

    Example:
        >>> [str(region) for region in find_regions("朝阳区")]
        ['110105', '220104']
    """
    return tuple(RegionCode(code) for code, listed in region_table().names.items() if listed == name)


def _prefix(code: str) -> str:
    if code.endswith("0000"):
        return code[:2]
    return code[:4] if code.endswith("00") else code
