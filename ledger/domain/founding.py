"""The founding file: who founds a ledger, with which bodies, types, rights and agreements.

Format in docs/interfaces.md. Reading it gives values in the order in which they are recorded;
key paths stay text, since only an adapter may open files.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from ledger.domain.acts import AMEND_KINDS, LISTED, RULES, Act, Scope, Sharing
from ledger.domain.identifiers import Uscc
from ledger.domain.moments import end_of_day, start_of_day
from ledger.domain.official import TypeKind
from ledger.domain.regions import RegionCode
from ledger.domain.rights import IDENTITY_PROVIDER
from ledger.domain.secrecy import require_unclassified
from ledger.errors import MalformedError

SHARING = {
    "unconditional": Sharing.UNCONDITIONAL,
    "conditional": Sharing.CONDITIONAL,
    "not_shared": Sharing.NOT_SHARED,
}
_TYPE_CODE = re.compile(r"[0-9A-HJ-NPQRTUWXY]{18}[0-9]{3}")
_LEDGER_ID = re.compile(r"(?:0x)?([0-9a-f]{64})")
LEVELS = {"国家级": 1, "省部级": 2, "省级": 2, "地市级": 3, "区县级": 4, "乡镇级": 5, "其他": 5}
"""Levels of bodies, numbered as one public implementation of the catalogue standard does."""


@dataclass(frozen=True)
class FoundingRegion:
    """A founding region; `parent` 0 makes it a root region, with a vote and a seal to sign."""

    code: int
    parent: int
    name: str
    key: str | None
    recover_key: str | None


@dataclass(frozen=True)
class FoundingOrganisation:
    """A body that is registered at the founding."""

    uscc: str
    name: str
    region: int
    level: int
    key: str | None
    encryption_key: str | None


@dataclass(frozen=True)
class FoundingType:
    """A license type that is registered at the founding."""

    code: str
    name: str
    schema: str | Mapping[str, Any] | None
    """A path, the JSON Schema itself, or None for a type that ships with the package."""
    grades: Mapping[str, Any]
    scope: Scope
    sharing: Sharing
    acts: frozenset[Act]
    region: int
    ground: int
    derived: Mapping[str, Any] = field(default_factory=dict)
    """Fields that follow from others (`ledger.domain.derived`), where the schema is given by itself."""
    kind: str | None = None
    """What is of it (`ledger.domain.official`), where the schema is given by itself."""

    @property
    def definer(self) -> str:
        """Credit code of the defining authority; empty for the type of a right, which no license is of."""
        return "" if self.code == IDENTITY_PROVIDER else self.code[:18]


@dataclass(frozen=True)
class FoundingEntitlement:
    """Who may issue what, where, from when until when (Unix seconds; 0: no end)."""

    type: str
    issuer: str
    region: int
    since: int
    until: int
    operator: str | None = None
    """Who may sign in the issuer's name."""


@dataclass(frozen=True)
class FoundingRecognition:
    """Licenses of `from_region` are accepted in `to_region`, `type` counting as `as_type`."""

    from_region: int
    to_region: int
    type: str
    as_type: str
    since: int
    until: int


@dataclass(frozen=True)
class Founding:
    """A whole founding file."""

    ledger_id: str | None
    threshold: int
    regions: tuple[FoundingRegion, ...]
    organisations: tuple[FoundingOrganisation, ...]
    types: tuple[FoundingType, ...]
    entitlements: tuple[FoundingEntitlement, ...]
    recognitions: tuple[FoundingRecognition, ...]

    @property
    def roots(self) -> tuple[FoundingRegion, ...]:
        """The founders: regions without a superior."""
        return tuple(region for region in self.regions if region.parent == 0)


def read_founding(document: object) -> Founding:
    """Read a founding file that a YAML or JSON reader has opened.

    Raises:
        MalformedError: `FOUNDING_FILE`, naming the member that is off.
    """
    top = _mapping(document, "")
    founding = Founding(
        ledger_id=_optional(top, "ledgerId", _ledger_id),
        threshold=_number(top, "threshold"),
        regions=_regions(_rows(top, "regions")),
        organisations=tuple(_organisation(row) for row in _rows(top, "organisations")),
        types=tuple(_type(row) for row in _rows(top, "types")),
        entitlements=tuple(_entitlement(row) for row in _rows(top, "entitlements")),
        recognitions=tuple(_recognition(row) for row in _rows(top, "recognitions")),
    )
    _check(founding)
    return founding


def read_type(document: object) -> FoundingType:
    """Read one license type: a row of a founding file, or a definition (`elicense-type/1`).

    Raises:
        MalformedError: `FOUNDING_FILE`, naming the member that is off.
        RuleError: `CLASSIFIED_DATA`: it says that it holds state secrets.
    """
    row = _mapping(document, "types")
    if not isinstance(row.get("name"), dict):
        return _type(row)
    names = _mapping(row["name"], "name")
    return _type({**row, "name": names.get("zh"), "schema": row, "grades": None})


def _check(founding: Founding) -> None:
    voters = len(founding.roots)
    most = voters - 1 if voters >= 3 else voters
    if not 1 <= founding.threshold <= most:
        raise _bad("threshold", f"must be from 1 to {most}")
    if any(region.key is None for region in founding.roots):
        raise _bad("regions.key", "every founder needs a key")
    known = {region.code for region in founding.regions}
    for organisation in founding.organisations:
        if organisation.region not in known:
            raise _bad("organisations.region", f"{organisation.region:06d} is not among the regions")


def _regions(rows: Sequence[Any]) -> tuple[FoundingRegion, ...]:
    """Superiors first, whatever the order in the file."""
    regions = {region.code: region for region in map(_region, rows)}
    if len(regions) != len(rows):
        raise _bad("regions.code", "stands twice")
    ordered: list[FoundingRegion] = []
    waiting = list(regions.values())
    while waiting:
        placed = {region.code for region in ordered} | {0}
        ready = [region for region in waiting if region.parent in placed]
        if not ready:
            raise _bad("regions.parent", f"{waiting[0].parent:06d} is not among the regions")
        ordered += ready
        waiting = [region for region in waiting if region not in ready]
    return tuple(ordered)


def _region(row: object) -> FoundingRegion:
    members = _mapping(row, "regions")
    return FoundingRegion(
        code=_region_code(members, "code"),
        parent=_optional(members, "parent", _region_code) or 0,
        name=_text(members, "name"),
        key=_optional(members, "key", _text),
        recover_key=_optional(members, "recoverKey", _text),
    )


def _organisation(row: object) -> FoundingOrganisation:
    members = _mapping(row, "organisations")
    return FoundingOrganisation(
        uscc=_uscc(members, "uscc"),
        name=_text(members, "name"),
        region=_region_code(members, "region"),
        level=_level(members, "level"),
        key=_optional(members, "key", _text),
        encryption_key=_optional(members, "encryptionKey", _text),
    )


def _type(row: object) -> FoundingType:
    members = _mapping(row, "types")
    require_unclassified(members, str(members.get("code")))
    if members.get("code") == IDENTITY_PROVIDER:
        _check_provider(members)
    return FoundingType(
        code=_type_code(members, "code"),
        name=_text(members, "name"),
        schema=_optional(members, "schema", _schema),
        grades=_optional(members, "grades", lambda m, n: _mapping(m[n], n)) or {},
        scope=_choice(members, "scope", {"national": Scope.NATIONAL, "regional": Scope.REGIONAL}),
        sharing=_choice(members, "sharing", SHARING),
        acts=_acts(members),
        region=_optional(members, "region", _region_code) or 0,
        ground=_optional(members, "ground", _number) or 0,
        derived=_optional(members, "derived", lambda m, n: _mapping(m[n], n)) or {},
        kind=_optional(members, "kind", _kind),
    )


def _check_provider(members: Mapping[str, Any]) -> None:
    """The right of identity providers is to bind, and no document is of it."""
    if members.get("acts") != [RULES[Act.BIND].verb]:
        raise _bad("types.acts", f"bind alone, for {IDENTITY_PROVIDER}")
    if members.get("schema") is not None:
        raise _bad("types.schema", f"nothing, for {IDENTITY_PROVIDER}")


def _kind(members: Mapping[str, Any], name: str) -> str:
    value = members[name]
    if not isinstance(value, str) or value not in TypeKind.__members__:
        raise _bad("types.kind", "one of " + ", ".join(TypeKind.__members__))
    return value


def _schema(members: Mapping[str, Any], name: str) -> str | Mapping[str, Any]:
    value = members[name]
    return value if isinstance(value, dict) else _text(members, name)


def _acts(members: Mapping[str, Any]) -> frozenset[Act]:
    given = members.get("acts")
    known = [*LISTED, "amend"]
    if not isinstance(given, list) or any(word not in known for word in given):
        raise _bad("types.acts", "a list of " + ", ".join(LISTED))
    amendments = set(AMEND_KINDS.values()) if "amend" in given else set()
    return frozenset({LISTED[word] for word in given if word in LISTED} | amendments)


def _entitlement(row: object) -> FoundingEntitlement:
    members = _mapping(row, "entitlements")
    return FoundingEntitlement(
        type=_type_code(members, "type"),
        issuer=_uscc(members, "issuer"),
        region=_region_code(members, "region"),
        since=_first_day(members, "from"),
        until=_last_day(members, "until"),
        operator=_optional(members, "operator", _uscc),
    )


def _recognition(row: object) -> FoundingRecognition:
    members = _mapping(row, "recognitions")
    return FoundingRecognition(
        from_region=_region_code(members, "from"),
        to_region=_region_code(members, "to"),
        type=_type_code(members, "type"),
        as_type=_optional(members, "asType", _type_code) or _type_code(members, "type"),
        since=_first_day(members, "since"),
        until=_last_day(members, "until"),
    )


def _first_day(members: Mapping[str, Any], name: str) -> int:
    day = _day(members, name)
    if day is None:
        raise _bad(name, "a day, YYYY-MM-DD")
    return start_of_day(day)


def _last_day(members: Mapping[str, Any], name: str) -> int:
    day = _day(members, name)
    return end_of_day(day) if day else 0


def _day(members: Mapping[str, Any], name: str) -> date | None:
    value = members.get(name)
    if value is None or isinstance(value, date):
        return value
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError):
        raise _bad(name, "a day, YYYY-MM-DD") from None


def _mapping(value: object, where: str) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise _bad(where or "file", "an object")
    return value


def _rows(members: Mapping[str, Any], name: str) -> Sequence[Any]:
    value = members.get(name, [])
    if not isinstance(value, list):
        raise _bad(name, "a list")
    return value


def _text(members: Mapping[str, Any], name: str) -> str:
    value = members.get(name)
    if not isinstance(value, str) or not value:
        raise _bad(name, "text")
    return value


def _number(members: Mapping[str, Any], name: str) -> int:
    value = members.get(name)
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise _bad(name, "a whole number")
    return value


def _ledger_id(members: Mapping[str, Any], name: str) -> str:
    match = _LEDGER_ID.fullmatch(_text(members, name))
    if not match:
        raise _bad(name, "64 digits of lower-case hex")
    return "0x" + match[1]


def _level(members: Mapping[str, Any], name: str) -> int:
    value = members.get(name)
    return LEVELS[value] if isinstance(value, str) and value in LEVELS else _number(members, name)


def _region_code(members: Mapping[str, Any], name: str) -> int:
    value = members.get(name)
    text = f"{value:06d}" if isinstance(value, int) and not isinstance(value, bool) else value
    if not isinstance(text, str):
        raise _bad(name, "a GB/T 2260 code")
    return int(RegionCode.parse(text, strict=False).text)


def _uscc(members: Mapping[str, Any], name: str) -> str:
    return Uscc.parse(_text(members, name)).text


def _type_code(members: Mapping[str, Any], name: str) -> str:
    value = _text(members, name)
    if value != IDENTITY_PROVIDER and not _TYPE_CODE.fullmatch(value):
        raise _bad(name, "a 21-character type code")
    return value


def _choice(members: Mapping[str, Any], name: str, choices: Mapping[str, Any]) -> Any:
    value = str(members.get(name)).casefold()
    if value not in choices:
        raise _bad(name, "one of " + ", ".join(choices))
    return choices[value]


def _optional(members: Mapping[str, Any], name: str, read: Callable[[Mapping[str, Any], str], Any]) -> Any:
    return None if members.get(name) is None else read(members, name)


def _bad(member: str, expected: str) -> MalformedError:
    return MalformedError("FOUNDING_FILE", member=member, expected=expected)
