"""Licenses that a home issued, to hand out of: found by name, with their files, held against the ledger."""

from __future__ import annotations

from collections.abc import Callable

from ledger.domain.document import Envelope
from ledger.domain.entities import License
from ledger.domain.license_types import LicenseType
from ledger.domain.state import StateView
from ledger.errors import TrustError, UnknownIdError
from ledger.service.documents import require_not_erased
from ledger.service.drafts import Drafts
from ledger.service.standing import license_in


class IssuedHere:
    """The `LicensesHere` of a home.

    Args:
        resolve: From an identifier or id to a license id, or None.
        drafts: What this home issued.
        types: From a type code to its definition.
    """

    def __init__(
        self,
        resolve: Callable[[str], str | None],
        drafts: Drafts,
        types: Callable[[str], LicenseType],
    ) -> None:
        self._resolve, self._drafts, self._types = resolve, drafts, types

    def find(self, name: str, state: StateView) -> License:
        """A license by identifier or id, as the ledger has it; raises `UNKNOWN_LICENSE`."""
        license_id = self._resolve(name)
        if license_id is None:
            raise UnknownIdError("UNKNOWN_LICENSE", id=name[:120])
        return license_in(state, license_id, self._drafts.opening(license_id))

    def file(self, license_: License) -> Envelope:
        """The license file, as the ledger recorded it.

        Raises:
            ErasedError: `DOCUMENT_ERASED`, `ERASURE_UNFINISHED`.
            UnknownIdError: `DOCUMENT_NOT_KEPT`.
            TrustError: `DOCUMENT_NOT_OF_RECORD`: what is kept here is not what was recorded.
        """
        require_not_erased(self._drafts.erasures, license_.license_id)
        envelope = self._drafts.kept(license_.license_id)
        if envelope is None:
            raise UnknownIdError("DOCUMENT_NOT_KEPT", id=license_.license_id)
        if license_.digest not in ("0x" + envelope.digest, envelope.digest):
            raise TrustError("DOCUMENT_NOT_OF_RECORD", id=license_.license_id, reason="digest")
        return envelope

    def is_erased(self, license_id: str) -> bool:
        """Whether its document was erased, or is being."""
        return self._drafts.erasures.of(license_id) is not None

    def kind(self, license_: License) -> LicenseType:
        """Its type; raises `LICENSE_TYPE_UNKNOWN`."""
        return self._types(license_.license_type)
