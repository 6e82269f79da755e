"""Feeds for tests: what a department's own system would send, line by line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.e2e.sheets_made import TYPE, license_input, rows

ISSUER = "11320000MB0TE5T36A"
SOURCE_TIME = "2026-11-20T08:00:00Z"
Json = dict[str, Any]


def header(first: int = 1, **changes: Any) -> Json:
    """The first line of a feed."""
    return {
        "format": "elicense-feed/1",
        "source": "js-registry",
        "issuer": ISSUER,
        "type": TYPE,
        "collector": ISSUER,
        "first": first,
        "sourceTime": SOURCE_TIME,
        **changes,
    }


def given(number: int, **metadata: Any) -> Json:
    """A license input of the source; the same number is the same license."""
    made = license_input(rows(1, number)[0])
    del made["origin"]
    made["metadata"] |= metadata
    return made


def serial(number: int) -> str:
    """The serial of a license."""
    return str(given(number)["serial"])


class Feed:
    """Lines with their numbers, from a number on."""

    def __init__(self, first: int = 1, **header_changes: Any) -> None:
        self.first, self.header = first, header(first, **header_changes)
        self.lines: list[Json] = []

    @property
    def next(self) -> int:
        """The number of the next line."""
        return self.first + len(self.lines)

    def line(self, **members: Any) -> Feed:
        """A line of any kind."""
        self.lines.append({"sequence": self.next, **members})
        return self

    def insert(self, number: int, **metadata: Any) -> Feed:
        """A new license."""
        return self.line(op="insert", license=given(number, **metadata))

    def update(self, number: int, act: str, **metadata: Any) -> Feed:
        """An amendment, by the license's serial."""
        return self.line(
            op="update", act=act, key={"serial": serial(number)}, license=given(number, **metadata)
        )

    def act(self, number: int, act: str, ground: str | None = None, **members: Any) -> Feed:
        """What needs no license input, by the license's serial."""
        op = "update" if act in ("suspend", "resume") or act.startswith("transfer") else "end"
        grounds = {} if ground is None else {"ground": ground}
        return self.line(op=op, act=act, key={"serial": serial(number)}, **grounds, **members)

    def write(self, path: Path) -> Path:
        """The file, header first."""
        content = [self.header, *self.lines]
        path.write_text("".join(json.dumps(each, ensure_ascii=False) + "\n" for each in content))
        return path
