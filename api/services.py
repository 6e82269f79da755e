"""What routes may ask for: the services of one ledger, handed in by `api.main`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock

from ledger.domain.document import Envelope
from ledger.domain.entities import License
from ledger.errors import NotEntitledError
from ledger.ports import Clock, RequestStore, Signer
from ledger.service.act import ActOnLicenses
from ledger.service.authorise import AuthoriseRequests
from ledger.service.catalog import Catalog
from ledger.service.documents import ReadDocuments
from ledger.service.erase import EraseDocuments
from ledger.service.handed_in import SubmitSigned
from ledger.service.issue import IssueLicenses
from ledger.service.present import PresentService
from ledger.service.represent import RepresentHolders
from ledger.service.sources import Asked, Histories
from ledger.service.standing import Shown
from ledger.service.verify import Subject, VerifyLicenses

Show = Callable[[Asked, str, int | None, int | None], Shown]


@dataclass(frozen=True)
class Readiness:
    """Whether the service can answer: the newest block it sees, and why it is not ready.

    Attributes:
        block: Height, or None where no node answers.
        age_seconds: Of that block.
        reasons: Error codes, none when ready.
    """

    block: int | None
    age_seconds: int | None
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class Services:
    """Everything that routes call.

    Attributes:
        clock: Tells now.
        authorise: Says who signed a request.
        requests: Remembers answers under idempotency keys.
        histories: Authenticated histories at a level of trust.
        verify: The verification service at a level of trust; it judges all subjects under one head.
        read_file: The bytes of a license file → a subject of verification.
        present: Challenges and presentations of this service.
        issuing: Issues and amends with keys that this service holds.
        acting: Acts with them.
        documents: Reads documents of issued licenses.
        erasing: Erases them.
        license_now: A license as the newest block has it, by its id.
        require_acts_for: Refuses a body (credit code) that does not act on a license.
        representing: Lets others stand in for holders.
        submit_signed: Takes messages signed elsewhere.
        signer: USCC → the key held for that organisation, or None.
        resolve: Identifier or license id → license id, identifier where known.
        remember: Notes which identifier stands for a license, and where its document is.
        show: Where a license stands.
        catalog: Types and agreements.
        readiness: Looks at chain and head.
        api: Address under which wallets reach this service, or None.
        writing: Held during a write. The relay sends one transaction at a time anyway.
    """

    clock: Clock
    authorise: AuthoriseRequests
    requests: RequestStore
    histories: Callable[[Asked], Histories]
    verify: Callable[[Asked], VerifyLicenses]
    read_file: Callable[[bytes], Subject]
    present: PresentService
    issuing: Callable[[], IssueLicenses]
    acting: Callable[[], ActOnLicenses]
    documents: Callable[[], ReadDocuments]
    erasing: Callable[[], EraseDocuments]
    license_now: Callable[[str], License]
    require_acts_for: Callable[[str, License], None]
    representing: Callable[[], RepresentHolders]
    submit_signed: Callable[[], SubmitSigned]
    signer: Callable[[str], Signer | None]
    resolve: Callable[[str], tuple[str, str | None]]
    remember: Callable[[Envelope, str | None], None]
    show: Show
    catalog: Catalog
    readiness: Callable[[], Readiness]
    api: str | None
    writing: Lock

    def held_key(self, uscc: str) -> Signer:
        """The key that this service holds for an organisation.

        Raises:
            NotEntitledError: `SIGNING_KEY_NOT_HELD`.
        """
        signer = self.signer(uscc)
        if signer is None:
            raise NotEntitledError("SIGNING_KEY_NOT_HELD", organisation=uscc)
        return signer
