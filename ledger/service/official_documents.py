"""The official documents of a body that a home knows, with where each stands now."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from ledger.domain.canonical import JsonObject
from ledger.domain.identifiers import LicenseIdentifier
from ledger.domain.official import TypeKind, named_document
from ledger.errors import MalformedError, UnknownIdError
from ledger.ports import Clock, Index
from ledger.service.drafts import Drafts
from ledger.service.standing import license_in, standing_in
from ledger.service.verify import LicenseAt

_NOT_RECORDED = {"status": "NOT_ANCHORED", "supersededBy": None, "supersededByLeaf": None}


@dataclass(frozen=True)
class ListedDocument:
    """One document.

    Attributes:
        identifier: Its identifier.
        license_id: Its id on the ledger, 0x-hex.
        named: Number, title and so on, as its file says; each None where the file is not kept here.
        standing: As `standing_in`.
    """

    identifier: str
    license_id: str
    named: JsonObject
    standing: JsonObject

    def as_json(self) -> dict[str, Any]:
        """A row of `document list`."""
        return {
            "identifier": self.identifier,
            "licenseId": self.license_id,
            **self.named,
            **self.standing,
        }


class OfficialDocuments:
    """Lists documents.

    Args:
        index: Brings the index up to the chain's head and hands it over.
        drafts: What this home anchored, and its types.
        license_at: Names a license of a batch, where it is known.
        clock: Tells now.
    """

    def __init__(
        self, index: Callable[[], Index], drafts: Drafts, license_at: LicenseAt, clock: Clock
    ) -> None:
        self._index, self._drafts, self._license_at, self._clock = index, drafts, license_at, clock

    def of(self, issuer: str) -> Iterator[ListedDocument]:
        """The documents of a body, by identifier.

        Args:
            issuer: Its credit code.

        Raises:
            OutageError: The ledger cannot be asked.
        """
        index, now = self._index(), int(self._clock.now().timestamp())
        kinds: dict[str, TypeKind | None] = {}
        for identifier, license_id in index.names(issuer):
            code = _type_in(identifier)
            if kinds.setdefault(code, self._drafts.kind(code)) is not TypeKind.DOCUMENT:
                continue
            yield ListedDocument(
                identifier, license_id, self._named(license_id), self._standing(index, license_id, now)
            )

    def _named(self, license_id: str) -> JsonObject:
        envelope = self._drafts.kept(license_id)
        metadata = envelope.license["metadata"] if envelope else {}
        return named_document({f"metadata/{name}": value for name, value in metadata.items()})

    def _standing(self, index: Index, license_id: str, now: int) -> JsonObject:
        try:
            found = license_in(index, license_id, self._drafts.opening(license_id))
        except UnknownIdError:
            return _NOT_RECORDED
        return standing_in(index, found, now, self._license_at)


def _type_in(identifier: str) -> str:
    """The type code in an identifier; empty of another form."""
    try:
        return LicenseIdentifier.parse(identifier, strict=False).type_code
    except MalformedError:
        return ""
