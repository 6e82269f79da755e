"""Published forms that a home keeps: the ledger has a digest, whoever needs the text keeps it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Generic, Protocol, TypeVar

from ledger.domain.canonical import JsonObject
from ledger.errors import MalformedError
from ledger.service.party_texts import ByDigest


class PublishedForm(Protocol):
    """A form whose digest stands on the ledger."""

    @property
    def digest(self) -> str:
        """What the ledger has of it, 0x-hex."""
        ...

    def as_json(self) -> JsonObject:
        """Its text."""
        ...


F = TypeVar("F", bound=PublishedForm)


class KeptForms(Generic[F]):
    """The texts of one kind that a home keeps.

    Args:
        kept: Where they are kept, by digest.
        read: Reads one strictly.
    """

    def __init__(self, kept: ByDigest, read: Callable[[Mapping[str, object]], F]) -> None:
        self._kept, self._read = kept, read

    def keep(self, form: F) -> str:
        """Keep one; gives its digest."""
        self._kept.save(form.digest, form.as_json())
        return form.digest

    def find(self, digest: str) -> F | None:
        """The one with a digest; None where this home has none, or something else in its place."""
        try:
            kept = self._kept.load(digest)
            found = self._read(kept) if kept is not None else None
        except MalformedError:  # a damaged file is as good as none
            return None
        return found if found is not None and found.digest == digest else None
