"""The first line of a feed: which feed it is, where it goes on, what the file is for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from ledger.domain.canonical import JsonObject, parse_strict
from ledger.domain.feed_verbs import VERBS, is_ground
from ledger.domain.identifiers import Uscc, is_type_code
from ledger.domain.moments import parse_moment, rfc3339
from ledger.domain.sheet_rows import SheetRow
from ledger.errors import MalformedError, UsageError

FORMAT = "elicense-feed/1"
LAST_SEQUENCE = 2**53 - 1
LONGEST_SOURCE = 64


class FeedKind(Enum):
    """What a file of a feed is for."""

    INCREMENT = "increment"
    CORRECTIONS = "corrections"
    MEND = "mend"


@dataclass(frozen=True)
class FeedHeader:
    """The first line of a feed.

    Attributes:
        source: Name of the system that issued; with issuer and type it tells one feed from all others.
        issuer: Credit code of the issuing body.
        type: Code of the license type of every line.
        collector: Credit code of the body that collects and signs.
        first: Number of the first line.
        source_time: When the source wrote the file, Unix seconds.
        kind: What the file is for.
        grounds: By verb, the ground that is meant where a line gives none.
    """

    source: str
    issuer: str
    type: str
    collector: str
    first: int
    source_time: int
    kind: FeedKind = FeedKind.INCREMENT
    grounds: Mapping[str, str] = field(default_factory=dict)

    def as_json(self) -> JsonObject:
        """The line that `read_header` reads back."""
        return {
            "format": FORMAT,
            "source": self.source,
            "issuer": self.issuer,
            "type": self.type,
            "collector": self.collector,
            "first": self.first,
            "sourceTime": rfc3339(self.source_time),
            "kind": self.kind.value,
            "grounds": dict(self.grounds),
        }


_HEADER = ("format", "source", "issuer", "type", "collector", "first", "sourceTime")
_HEADER_OPTIONS = ("kind", "grounds")


def read_header(row: SheetRow) -> FeedHeader:
    """The header of a feed.

    Raises:
        MalformedError: `FEED_HEADER`, naming the member that is missing, unknown or off.
    """
    given = _header_object(row)
    for name in (*_HEADER, *given):
        if name not in given or name not in (*_HEADER, *_HEADER_OPTIONS):
            raise _bad_header(name)
    for name, is_right in _HEADER_RULES.items():
        if name in given and not is_right(given[name]):
            raise _bad_header(name)
    return FeedHeader(
        source=given["source"],
        issuer=given["issuer"],
        type=given["type"],
        collector=given["collector"],
        first=given["first"],
        source_time=moment_in(given["sourceTime"]) or 0,
        kind=FeedKind(given.get("kind", "increment")),
        grounds=given.get("grounds", {}),
    )


def _header_object(row: SheetRow) -> JsonObject:
    try:
        if row.faults:
            raise MalformedError(row.faults[0].code)
        return parse_strict(row.cells[0].text.encode())
    except MalformedError:
        raise _bad_header("format") from None


def _bad_header(name: str) -> MalformedError:
    return MalformedError("FEED_HEADER", field=name[:80])


def _is_uscc(value: object) -> bool:
    try:
        return isinstance(value, str) and bool(Uscc.parse(value))
    except MalformedError:
        return False


def _is_source(value: object) -> bool:
    if not isinstance(value, str) or not 1 <= len(value) <= LONGEST_SOURCE:
        return False
    return value.isascii() and all(each.isalnum() or each in "._-" for each in value)


def is_sequence(value: object) -> bool:
    """Whether a value is a number of a line."""
    return type(value) is int and 1 <= value <= LAST_SEQUENCE


def _are_grounds(value: object) -> bool:
    if not isinstance(value, dict):
        return False
    return all(is_ground(VERBS.get(verb), name) for verb, name in value.items())


_HEADER_RULES = {
    "format": lambda value: value == FORMAT,
    "source": _is_source,
    "issuer": _is_uscc,
    "type": lambda value: isinstance(value, str) and is_type_code(value),
    "collector": _is_uscc,
    "first": is_sequence,
    "sourceTime": lambda value: moment_in(value) is not None,
    "kind": lambda value: isinstance(value, str) and value in {kind.value for kind in FeedKind},
    "grounds": _are_grounds,
}


def moment_in(value: object) -> int | None:
    """A time in Unix seconds; None where the value is none."""
    try:
        return parse_moment(value) if isinstance(value, str) else None
    except UsageError:
        return None
