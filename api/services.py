"""What routes may ask for: the services of one ledger, handed in by `api.main`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from api.keeping import Keeping
from api.lookups import Lookups
from api.metrics import Metrics
from api.providing import Providing
from api.turns import Turns
from api.writing import Writing
from ledger.domain.doubts import NameFields
from ledger.domain.entities import License
from ledger.domain.handout import Handout
from ledger.domain.origins_file import OriginsFile
from ledger.ports import Clock, Entities, RequestStore
from ledger.service.answer_holders import AnswerHolders
from ledger.service.authorise import AuthoriseRequests
from ledger.service.body_names import BodyNames
from ledger.service.calendars import Calendars
from ledger.service.catalog import Catalog
from ledger.service.catalog_texts import CatalogTexts
from ledger.service.copy_uses import Receipt
from ledger.service.documents import ReadDocuments
from ledger.service.erase import EraseDocuments
from ledger.service.extensions import Extensions
from ledger.service.list_shared import ListShared
from ledger.service.lodged_promises import PromiseLists
from ledger.service.present import PresentService
from ledger.service.routes import ShowRoutes
from ledger.service.rulebooks import Rulebooks
from ledger.service.seals import Seals
from ledger.service.sectors import Sectors
from ledger.service.share_editions import ShowEditions
from ledger.service.sharing_grounds import Grounds
from ledger.service.shown_corrections import ShowCorrections
from ledger.service.sources import Asked, Histories
from ledger.service.standing import Shown
from ledger.service.supervise_origins import SupervisedOrigins
from ledger.service.supervise_promises import SupervisedPromises
from ledger.service.supervise_sharing import SupervisedSharing, Without
from ledger.service.take_texts import TakeTexts
from ledger.service.verification_receipts import CheckVerifications, RepeatVerifications, SignReceipts
from ledger.service.verify import Subject, VerifyLicenses
from ledger.service.verify_copies import VerifyCopies
from ledger.service.witness_heads import WitnessedHeads

Show = Callable[[Asked, str, int | None, int | None], Shown]


@dataclass(frozen=True)
class Readiness:
    """Whether the service can answer: the newest block it sees, and why it is not ready.

    Attributes:
        block: Height, or None where no node answers.
        age_seconds: Of that block.
        reasons: Error codes, none when ready.
        promises: `GIVEN`, or why no promise is given now.
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
        copies: What reads copies at a level of trust, with receipts of their uses and
            the handouts they came in.
        receipts: Signs receipts of verifications with the key of this service's body.
        check_receipts: Holds such receipts against the ledger, at a level of trust.
        repeating: Verifies again what receipts are about: the trust asked for, what reads copies, and what
            reads presentations.
        read_file: The bytes of a license file → a subject of verification.
        present: Challenges and presentations of this service.
        documents: Reads documents of issued licenses.
        erasing: Erases them.
        keeping: How long they are kept, and what is made of them before they go.
        license_now: A license as the newest block has it, by its id.
        require_acts_for: Refuses a body (credit code) that does not act on a license.
        writing: Whatever writes to the ledger.
        turns: Places for the work of writes.
        providing: Hands data out under grants.
        resolve: Identifier or license id → license id, identifier where known.
        lookups: Counts the identifiers that bodies name of licenses of others.
        show: Where a license stands.
        name_fields: Names the fields of resources, where a list of them is at hand.
        catalog: Types and agreements.
        corrections: Where doubts about shared data stand now.
        listing: Lists what is shared, as anybody may read it.
        names: What bodies are called, as far as it is known here.
        texts: Takes in what parties send each other.
        catalog_texts: What everybody registered may read behind digests.
        calendars: The calendars of working days that are kept here.
        extensions: The extensions of updates of the catalog that are kept here.
        rulebooks: The rulebooks of working days that are kept here.
        grounds: The grounds of sharing that are kept here.
        sectors: The rules of sectors that are kept here.
        seals: The lists of electronic seals that are kept here.
        routes: Which route policies regions published, by a state of the ledger.
        heads: Which heads of other ledgers, likewise.
        promise_lists: The lists of lodged promises that are kept here.
        supervise_lodged: What became of the promises that were lodged.
        supervise_sharing: What was due and did not come in time: as of when, since when, of which body,
            and without which texts.
        supervise_origins: What is collected again: as of when, since when, by which body, and whether files
            that are not here are left out.
        keep_origins: Keeps a file of origins that its provider declared.
        license_at: A license by its id, and what opens its leaf where that is of a batch.
        editions: Where editions of open data stand now.
        holders: Answers holders who prove that a license is theirs.
        readiness: Looks at chain and head.
        metrics: Measures the outbox; asks no node.
        api: Address under which wallets reach this service, or None.
    """

    clock: Clock
    authorise: AuthoriseRequests
    requests: RequestStore
    histories: Callable[[Asked], Histories]
    verify: Callable[[Asked], VerifyLicenses]
    copies: Callable[[Asked, Sequence[Receipt], Sequence[Handout]], VerifyCopies]
    receipts: SignReceipts
    check_receipts: Callable[[Asked], CheckVerifications]
    repeating: Callable[[Asked, VerifyCopies, Callable[[str], list[Subject]]], RepeatVerifications]
    read_file: Callable[[bytes], Subject]
    present: PresentService
    documents: Callable[[], ReadDocuments]
    erasing: Callable[[], EraseDocuments]
    keeping: Keeping
    license_now: Callable[[str], License]
    require_acts_for: Callable[[str, License], None]
    writing: Writing
    turns: Turns
    providing: Providing
    resolve: Callable[[str], tuple[str, str | None]]
    lookups: Lookups
    show: Show
    name_fields: NameFields
    catalog: Catalog
    corrections: Callable[[], ShowCorrections]
    listing: Callable[[], ListShared]
    names: Callable[[], BodyNames]
    texts: TakeTexts
    catalog_texts: CatalogTexts
    calendars: Calendars
    extensions: Extensions
    rulebooks: Rulebooks
    grounds: Grounds
    supervise_origins: Callable[[int | None, int, str, bool], SupervisedOrigins]
    keep_origins: Callable[[Mapping[str, object]], OriginsFile]
    sectors: Sectors
    supervise_sharing: Callable[[int | None, int, str, Without], SupervisedSharing]
    seals: Seals
    routes: Callable[[Entities], ShowRoutes]
    heads: Callable[[Entities], WitnessedHeads]
    promise_lists: PromiseLists
    supervise_lodged: Callable[[], SupervisedPromises]
    license_at: Callable[[str, Mapping[str, object] | None], License]
    editions: Callable[[], ShowEditions]
    holders: AnswerHolders
    readiness: Callable[[], Readiness]
    metrics: Callable[[], Metrics]
    api: str | None
