"""Extensions of updates of the catalog: more working days that a superior allowed, and why.

    {"format": "elicense-extensions/1",
     "extensions": [{"resource": "OWNER/CODE", "change", "days", "reason": {"zh", "en"}}]}

`change` is the moment of the change that the catalog has to follow, which the deadline counts from, in RFC
3339 with `Z`; `days` are 1 to 5 working days more than its ten (政务数据共享条例). A text is the whole
list of its region, and whatever once stood in it stays. The ledger has the keccak-256 of the RFC 8785 form,
as of any code table, under the name `CATALOG-EXTENSIONS`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from eth_hash.auto import keccak

from ledger.domain.canonical import JsonObject, canonical
from ledger.domain.moments import rfc3339
from ledger.domain.strict_form import StrictForm
from ledger.errors import MalformedError

FORMAT = "elicense-extensions/1"
TABLE = "CATALOG-EXTENSIONS"
"""The name of the code table that has a region's extensions."""
MOST_EXTENSIONS = 2_000
MOST_DAYS = 5
"""Working days by which a superior may extend."""
_RESOURCE = re.compile("[0-9A-Z]{18}/[!-~]{1,32}", re.ASCII)
_FORM = StrictForm("EXTENSIONS_MALFORMED")


@dataclass(frozen=True)
class Extension:
    """More days for one entry of the catalog to follow one change.

    Attributes:
        resource: Key of the entry.
        change: What its deadline counts from, in Unix seconds.
        days: Working days more, 1 to 5.
        zh: Why, in Chinese.
        en: In English.
    """

    resource: str
    change: int
    days: int
    zh: str
    en: str

    @property
    def of(self) -> tuple[str, int]:
        """Of which entry and change."""
        return self.resource, self.change

    def as_json(self) -> JsonObject:
        """As the file has it."""
        return {
            "resource": self.resource,
            "change": rfc3339(self.change),
            "days": self.days,
            "reason": {"zh": self.zh, "en": self.en},
        }


@dataclass(frozen=True)
class Extended:
    """An extension that counts, and where it stands.

    Attributes:
        extension: What it says.
        region: Whose list has it.
        version: Of that list.
        digest: Of that version, 0x-hex.
    """

    extension: Extension
    region: int
    version: int
    digest: str

    def as_json(self) -> JsonObject:
        """The member `extension` of a finding."""
        own = {"region": f"{self.region:06d}", "version": self.version, "digest": self.digest}
        return {**self.extension.as_json(), **own}


@dataclass(frozen=True)
class ExtensionList:
    """What a region extended, in the order of the file."""

    extensions: tuple[Extension, ...]

    @cached_property
    def digest(self) -> str:
        """What the ledger has of it, 0x-hex."""
        return "0x" + keccak(canonical(self.as_json())).hex()

    def of(self, resource: str, change: int) -> Extension | None:
        """The extension of an entry for a change; None where there is none."""
        return self._rows.get((resource, change))

    def lost(self, earlier: Iterable[Extension]) -> Extension | None:
        """The first of some earlier extensions that it has no more, or with fewer days."""
        return next((each for each in earlier if self._days(each) < each.days), None)

    def as_json(self) -> JsonObject:
        """The form of the module's head."""
        return {"format": FORMAT, "extensions": [each.as_json() for each in self.extensions]}

    def _days(self, extension: Extension) -> int:
        found = self._rows.get(extension.of)
        return found.days if found else 0

    @cached_property
    def _rows(self) -> Mapping[tuple[str, int], Extension]:
        return {each.of: each for each in self.extensions}


def read_extensions(form: Mapping[str, object]) -> ExtensionList:
    """A text in the form of the module's head.

    Raises:
        MalformedError: `EXTENSIONS_MALFORMED` with the member at fault; `EXTENSION_TWICE`.

    Example:
        >>> read_extensions({"format": FORMAT})
        Traceback (most recent call last):
        ledger.errors.MalformedError: EXTENSIONS_MALFORMED: This is no well-formed list of extensions (keys).
    """
    _FORM.require(form.get("format") == FORMAT, "format")
    _FORM.require(form.keys() == {"format", "extensions"}, "keys")
    rows = form["extensions"]
    if not isinstance(rows, list) or not 1 <= len(rows) <= MOST_EXTENSIONS:
        raise _FORM.fault("extensions")
    made = tuple(_extension(f"extensions/{place}", each) for place, each in enumerate(rows))
    seen = set[tuple[str, int]]()
    for each in made:
        if each.of in seen:
            raise MalformedError("EXTENSION_TWICE", resource=each.resource, change=rfc3339(each.change))
        seen.add(each.of)
    return ExtensionList(made)


def _extension(field: str, value: object) -> Extension:
    if not isinstance(value, dict) or value.keys() != {"resource", "change", "days", "reason"}:
        raise _FORM.fault(field)
    resource, days, reason = value["resource"], value["days"], value["reason"]
    if not isinstance(resource, str) or _RESOURCE.fullmatch(resource) is None:
        raise _FORM.fault(f"{field}/resource")
    if isinstance(days, bool) or not isinstance(days, int) or not 1 <= days <= MOST_DAYS:
        raise _FORM.fault(f"{field}/days")
    if not isinstance(reason, dict) or reason.keys() != {"zh", "en"}:
        raise _FORM.fault(f"{field}/reason")
    zh, en = (_FORM.text(reason[language], f"{field}/reason/{language}") for language in ("zh", "en"))
    change = _FORM.instant({f"{field}/change": value["change"]}, f"{field}/change")
    return Extension(resource, change, days, zh, en)
