"""What remembers under which digests licenses are found by their holders."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True)
class Noted:
    """Some licenses as they were looked at.

    Attributes:
        found: Under which digests each is found.
        waiting: Those that have no file here yet.
        until: Number of the last name that was looked at; 0 where these had been waiting.
    """

    found: Mapping[str, frozenset[bytes]] = field(default_factory=dict)
    waiting: tuple[str, ...] = ()
    until: int = 0


class HolderNames(Protocol):
    """Remembers under which digests licenses are found."""

    def looked_until(self, issuer: str) -> int:
        """Number of the last name of an issuer that was looked at; 0 before the first."""
        ...

    def waiting(self, issuer: str) -> list[str]:
        """Licenses of an issuer that were named before they had a file."""
        ...

    def note(self, issuer: str, noted: Noted) -> None:
        """Note what was looked at, all of it or nothing; what was forgotten stays so."""
        ...

    def of(self, digest: bytes) -> list[str]:
        """The licenses under a digest."""
        ...
