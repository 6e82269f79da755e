"""What routes may ask for: the services of one ledger, handed in by `api.main`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from api.metrics import Metrics
from api.writing import Writing
from ledger.domain.entities import License
from ledger.ports import Clock, RequestStore
from ledger.service.authorise import AuthoriseRequests
from ledger.service.catalog import Catalog
from ledger.service.documents import ReadDocuments
from ledger.service.erase import EraseDocuments
from ledger.service.present import PresentService
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
        promises: `GIVEN`, or why no promise is given.
        pending: Accepted messages that are not decided yet.
    """

    block: int | None
    age_seconds: int | None
    reasons: tuple[str, ...]
    promises: str
    pending: int


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
        documents: Reads documents of issued licenses.
        erasing: Erases them.
        license_now: A license as the newest block has it, by its id.
        require_acts_for: Refuses a body (credit code) that does not act on a license.
        writing: Whatever writes to the ledger.
        resolve: Identifier or license id → license id, identifier where known.
        show: Where a license stands.
        catalog: Types and agreements.
        readiness: Looks at chain and head.
        metrics: Measures the outbox; asks no node.
        api: Address under which wallets reach this service, or None.
    """

    clock: Clock
    authorise: AuthoriseRequests
    requests: RequestStore
    histories: Callable[[Asked], Histories]
    verify: Callable[[Asked], VerifyLicenses]
    read_file: Callable[[bytes], Subject]
    present: PresentService
    documents: Callable[[], ReadDocuments]
    erasing: Callable[[], EraseDocuments]
    license_now: Callable[[str], License]
    require_acts_for: Callable[[str, License], None]
    writing: Writing
    resolve: Callable[[str], tuple[str, str | None]]
    show: Show
    catalog: Catalog
    readiness: Callable[[], Readiness]
    metrics: Callable[[], Metrics]
    api: str | None
