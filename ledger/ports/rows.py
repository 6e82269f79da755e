"""What keeps the rows of data sets, to hand out of."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple, Protocol, TypeVar

T = TypeVar("T")


@dataclass(frozen=True)
class KeptState:
    """A data set as it was loaded.

    Attributes:
        resource: `OWNER/CODE`.
        loaded_at: In Unix seconds.
        rows: How many there are.
        root: Of the tree over them, 32 bytes.
        key_field: The field by which rows are found.
        nonce: What the keys of this load were made with, 32 bytes.
    """

    resource: str
    loaded_at: int
    rows: int
    root: bytes
    key_field: str
    nonce: bytes


class SealedRow(NamedTuple):
    """One row before its place is known.

    Attributes:
        key: Keyed digest by which it is found, 32 bytes.
        digest: Of its content, 32 bytes.
        sealed: Its fields, encrypted.
    """

    key: bytes
    digest: bytes
    sealed: bytes


@dataclass(frozen=True)
class KeptRow:
    """One row of a state.

    Attributes:
        row: The row.
        index: Its place.
        proof: What leads from it to the root.
    """

    row: SealedRow
    index: int
    proof: tuple[bytes, ...]


class RowStore(Protocol):
    """Keeps one state of each data set; a new one takes the place of the last, whole or not at all."""

    def state(self, resource: str) -> KeptState | None:
        """A data set as it was loaded last, or None."""
        ...

    def find(self, resource: str, key: bytes) -> tuple[KeptState, KeptRow | None] | None:
        """A row by the digest of its key, and of which state it is; None where nothing was loaded."""
        ...

    def counted(self, resource: str, count: Callable[[KeptState, Iterator[SealedRow]], T]) -> T | None:
        """What somebody counts of all rows of one state; None where nothing was loaded."""
        ...

    def replace(
        self, resource: str, key_field: str, nonce: bytes, rows: Iterable[SealedRow], now: Callable[[], int]
    ) -> KeptState:
        """Keep a new state; what `rows` raises leaves the last one in its place.

        Args:
            resource: `OWNER/CODE`.
            key_field: The field by which rows are found.
            nonce: 32 bytes.
            rows: At least one, no key twice.
            now: Tells when they were read.
        """
        ...

    def remove(self, resource: str) -> bool:
        """Forget a data set; whether there was one."""
        ...
