"""Published forms that a home keeps: the ledger has a digest, whoever needs the text keeps it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Generic, Protocol, TypeVar

from ledger.domain.canonical import JsonObject
from ledger.errors import MalformedError, TrustError, UnknownIdError
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

_DIGEST = re.compile("0x[0-9a-f]{64}")


class KeptForms(Generic[F]):
    """The texts of one kind that a home keeps.

    Args:
        kept: Where they are kept, by digest.
        read: Reads one strictly.
        absent: Code of the error that one is not here.
    """

    def __init__(self, kept: ByDigest, read: Callable[[Mapping[str, object]], F], absent: str) -> None:
        self._kept, self._read, self._absent = kept, read, absent

    def keep(self, form: F) -> str:
        """Keep one; gives its digest."""
        self._kept.save(form.digest, form.as_json())
        return form.digest

    def keep_published(
        self, form: F, places: list[JsonObject], refusal: str, **named: object
    ) -> list[JsonObject]:
        """Keep one that somebody hands in, where it was published.

        Args:
            form: It.
            places: As what it stands on the ledger.
            refusal: Code of the error that it nowhere does; that names the digest.
            named: What else it names.

        Raises:
            TrustError: With that code.
        """
        if not places:
            raise TrustError(refusal, **named, digest=form.digest)
        self.keep(form)
        return places

    def find(self, digest: str) -> F | None:
        """The one with a digest; None where this home has none, or something else in its place."""
        if _DIGEST.fullmatch(digest) is None:  # it names a file
            return None
        try:
            kept = self._kept.load(digest)
            found = self._read(kept) if kept is not None else None
        except MalformedError:  # a damaged file is as good as none
            return None
        return found if found is not None and found.digest == digest else None

    def has(self, digest: str) -> bool:
        """Whether `find` finds it."""
        return self.find(digest) is not None

    def told(self, digest: str) -> JsonObject:
        """The text with a digest; raises UnknownIdError with the code for an absent one."""
        found = self.find(digest)
        if found is None:
            raise UnknownIdError(self._absent, digest=digest[:80])
        return found.as_json()
