"""What the grantee of uses in batches remembers: what it asked for, and what it signed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from ledger.domain.canonical import JsonObject
from ledger.domain.rules.uses import use_of
from ledger.domain.sharing_entities import Use

OVER = "OVER"
"""In place of a batch: the grant ended before the use stood in one."""


@dataclass(frozen=True)
class AskedUse:
    """A use that this home asked for, to stand in a batch.

    Attributes:
        id: Digest of the request, 0x-hex.
        grant: The grant's object, 0x-hex.
        fields: What was asked for, as a bitmap of the published list.
        words: What the provider answered, 0x-hex; None as long as that did not arrive.
        promise: The provider's; None likewise.
        batch: Object of the batch that was signed here with the use in it; empty before that, or `OVER`.
        index: Its leaf there.
    """

    id: str
    grant: str
    fields: int
    words: tuple[str, ...] | None = None
    promise: JsonObject | None = None
    batch: str = ""
    index: int = 0

    @property
    def use(self) -> Use:
        """What the words say; the answer has arrived."""
        assert self.words is not None, "the provider answered"
        return use_of(tuple(bytes.fromhex(each[2:]) for each in self.words))


class AskedStore(Protocol):
    """Every change is on disk when it returns."""

    def keep(self, use: AskedUse) -> None:
        """Keep what is about to be asked for; what is kept stays."""
        ...

    def told(self, use_id: str, words: Sequence[str], promise: JsonObject) -> None:
        """Keep what the provider answered."""
        ...

    def drop(self, use_id: str) -> None:
        """Forget what nothing came of."""
        ...

    def find(self, use_id: str) -> AskedUse | None:
        """A use, or None."""
        ...

    def unsigned(self, grant: str = "") -> list[AskedUse]:
        """What was asked for under a grant, or any, and stands in no batch that was signed here."""
        ...

    def sign(self, batch: str, uses: Sequence[str]) -> None:
        """Note, before a signature is sent, which uses it is for."""
        ...

    def end(self, uses: Sequence[str]) -> None:
        """Note that uses will stand in no batch any more."""
        ...

    def leaves_of(self, batch: str) -> list[AskedUse]:
        """The uses in a batch that was signed here, in its order."""
        ...
