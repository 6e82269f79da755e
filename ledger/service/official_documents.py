"""The official documents of a body that a home knows, with where each stands now."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from ledger.domain.canonical import JsonObject
from ledger.domain.identifiers import LicenseIdentifier
from ledger.domain.official import TypeKind, document_serial, named_document
from ledger.errors import MalformedError, RuleError, UnknownIdError
from ledger.ports import Clock, Index
from ledger.service.drafts import Drafts
from ledger.service.standing import license_in, standing_in
from ledger.service.verify import LicenseAt

_FIRST = "001"
_OF_NUMBER = re.compile("[0-9A-F]{20}")
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
        for identifier, license_id in self._documents(index, issuer):
            yield ListedDocument(
                identifier, license_id, self._named(license_id), self._standing(index, license_id, now)
            )

    def require_unused(self, issuer: str, number: str, own: tuple[str, str]) -> None:
        """Let pass a number that no recorded document of a body has, as far as this home knows.

        It knows the number of every document whose serial follows from it, of others by their kept files.

        Args:
            issuer: The body's credit code.
            number: As the document bears it.
            own: Type code and serial that the document is to have: its earlier versions may have the number.

        Raises:
            RuleError: `DOCUMENT_EXISTS`.
            OutageError: The ledger cannot be asked.
        """
        index, serial = self._index(), document_serial(number)
        for identifier, license_id in self._documents(index, issuer):
            found = LicenseIdentifier.parse(identifier, strict=False)
            if (found.type_code, found.serial) == own or not self._bears(found, license_id, serial):
                continue
            if self._standing(index, license_id, 0) is not _NOT_RECORDED:
                raise RuleError("DOCUMENT_EXISTS", number=number, id=identifier)

    def _documents(self, index: Index, issuer: str) -> Iterator[tuple[str, str]]:
        """Identifier and license id of each document of a body; of each type the kind is asked once."""
        kinds: dict[str, TypeKind | None] = {}
        for identifier, license_id in index.names(issuer):
            before = identifier.rsplit(".", 3)[0]  # what stands before serial, version and check character
            if before not in kinds:
                kinds[before] = self._drafts.kind(_type_in(identifier))
            if kinds[before] is TypeKind.DOCUMENT:
                yield identifier, license_id

    def _bears(self, found: LicenseIdentifier, license_id: str, serial: str) -> bool:
        """Whether a document has the number behind a serial; the file is read where its own does not tell."""
        if found.serial == serial:
            return True
        if found.version == _FIRST and _OF_NUMBER.fullmatch(found.serial):
            return False
        number = self._named(license_id)["number"]
        return isinstance(number, str) and document_serial(number) == serial

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
