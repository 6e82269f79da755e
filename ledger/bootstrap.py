"""The composition root: which adapters serve the services in this process."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property, partial
from pathlib import Path
from threading import Lock

from ledger import crypto
from ledger.adapters.artifacts import load_artifacts
from ledger.adapters.batch_outbox import SqliteBatchOutbox
from ledger.adapters.chain import Addresses, Chain, PackedChain, PackedNode, RecordedChain
from ledger.adapters.clock import SystemClock, SystemEntropy, SystemPace
from ledger.adapters.content import FolderContent
from ledger.adapters.disk import flush, wipe
from ledger.adapters.erasures import FolderErasures
from ledger.adapters.evidence_folder import EvidenceFolder
from ledger.adapters.feed_erasure import FeedFolders
from ledger.adapters.feed_register import FeedRegister
from ledger.adapters.founder import ReleasedContracts
from ledger.adapters.index import SqlIndex, open_index
from ledger.adapters.ipfs import IpfsContent
from ledger.adapters.issuer_home import FolderIssuerHome
from ledger.adapters.lease import FileLease
from ledger.adapters.outbox import FileOutbox
from ledger.adapters.replicas import ReplicatedContent
from ledger.adapters.rpc import Rpc
from ledger.adapters.sender import Sender
from ledger.adapters.sm4 import Sm4Gcm
from ledger.adapters.sqlite.asked import SqliteAsked
from ledger.adapters.sqlite.holder_names import SqliteHolderNames
from ledger.adapters.sqlite.prepared import SqlitePrepared
from ledger.adapters.sqlite.queue import SqliteQueue
from ledger.adapters.sqlite.requests import SqliteRequests
from ledger.adapters.sqlite.rows import SqliteRows
from ledger.adapters.sqlite.uses import SqliteUses
from ledger.adapters.type_files import TypeFiles
from ledger.domain.acts import Purpose
from ledger.domain.apply import APPLY_VERSION
from ledger.domain.archive import MAX_PACKAGE
from ledger.domain.canonical import JsonObject, parse_strict
from ledger.domain.derived import Derived
from ledger.domain.disclosed_row import DisclosedRow
from ledger.domain.document import Envelope
from ledger.domain.entities import Key, License, Representation
from ledger.domain.entities import Ledger as Records
from ledger.domain.entity_json import ENTITY_OF, state_digest
from ledger.domain.handout import Handout
from ledger.domain.ledger_head import LedgerHead, read_head
from ledger.domain.messages import Domain, Kind
from ledger.domain.moments import parse_moment
from ledger.domain.objects import organisation_id, region_id
from ledger.domain.records import Record
from ledger.domain.revisions import revision_in
from ledger.domain.routes import RoutePolicy, read_routes
from ledger.domain.rules.representations import representation_key
from ledger.domain.sharing_entities import Use
from ledger.domain.signed_message import Call
from ledger.domain.state import StateView, typed
from ledger.domain.trustfile import BOUND, TrustFile, read_trust_file
from ledger.domain.verification_receipt import COPY, PRESENTATION, VerifiedSubject, WasAsked
from ledger.errors import LedgerError, MalformedError, OutageError, TrustError, UnknownIdError, UsageError
from ledger.ports import Content, Entities, Index, Name, Signer, Verifier
from ledger.proof.claims import claim_of_shown, opening_of, read_envelope
from ledger.proof.verification import Claim
from ledger.service.accept import STALL_SECONDS, AcceptMessages, Desk, GivePromises
from ledger.service.act import ActOnLicenses
from ledger.service.admission import Admission
from ledger.service.anchor import AnchorMessages
from ledger.service.archive import JudgeArchives, MakeArchives, ViewArchived
from ledger.service.authorise import require_acts_for
from ledger.service.calendars import Calendars, ShowCalendars
from ledger.service.capacity import Capacities
from ledger.service.catalog_texts import CatalogTexts
from ledger.service.check_conversions import CheckConversions
from ledger.service.check_hops import CheckHops, KnownWays
from ledger.service.content_places import (
    BlobsPlace,
    ContentPlace,
    DraftPlace,
    FilesPlace,
    RowsPlace,
    WrapsPlace,
)
from ledger.service.copy_records import CopyRecords
from ledger.service.copy_uses import CopyUses, IndexedUses, Receipt, named_by_request
from ledger.service.documents import ReadDocuments, require_not_erased
from ledger.service.doing import DoToLicenses
from ledger.service.drafts import Document, Drafts, DraftStores, ReadInputs
from ledger.service.due import DueDocuments
from ledger.service.erase import EraseDocuments
from ledger.service.evidence import Evidence
from ledger.service.extensions import CountExtensions, Extensions, ShowExtensions
from ledger.service.follow import Follow
from ledger.service.forget_rows import ForgetRows
from ledger.service.fsck import Fsck, check_index
from ledger.service.hand_out import HandOut
from ledger.service.hand_texts import HandTexts
from ledger.service.handed_in import SignedElsewhere
from ledger.service.handed_registry import RegistryOnLedger
from ledger.service.handed_sharing import require_opening
from ledger.service.holder_uses import HolderUses
from ledger.service.issue import IssueLicenses
from ledger.service.issue_batch import IssueBatches
from ledger.service.keep import KeepDocument
from ledger.service.kept_forms import KeptForms
from ledger.service.known_at import KnownAt
from ledger.service.legal_holds import LegalHolds
from ledger.service.license_file import recorded_claim
from ledger.service.list_shared import ListShared
from ledger.service.live_index import LiveIndex, Sight
from ledger.service.load_rows import LoadRows
from ledger.service.locate_licenses import LocateLicenses
from ledger.service.name_uses import NameUses
from ledger.service.old_licenses import OldLicenses
from ledger.service.origins import ShowOrigins
from ledger.service.packages import Packages
from ledger.service.party_texts import PartyTexts, PublishedTexts
from ledger.service.promises import JudgePromises
from ledger.service.publish_hops import PublishHops, SignedSlips
from ledger.service.recorded import recorded
from ledger.service.replay import ReplayedRecord, ReplayLedger
from ledger.service.represent import RepresentHolders
from ledger.service.representatives import StandIn, representatives_of
from ledger.service.resign import ResignMessages
from ledger.service.retention import Retention
from ledger.service.routes import Routes, ShowRoutes
from ledger.service.run_outbox import Pace, RunOutbox
from ledger.service.seals import Seals, ShowSeals
from ledger.service.sector_rules import FindSectors, SectorRules
from ledger.service.sectors import Sectors, ShowSectors
from ledger.service.seen_records import SeenRecords
from ledger.service.share import ShareOnLedger, SignShared
from ledger.service.sharing_grounds import Grounds, ReadGrounds, ShowGrounds
from ledger.service.shown_corrections import ShowCorrections
from ledger.service.shown_grants import ShowGrants
from ledger.service.shown_uses import ShowUses
from ledger.service.signing import Brought
from ledger.service.sources import Asked, Histories
from ledger.service.standing import Shown, license_in, license_state, show_license, standing_in
from ledger.service.statements import Notary
from ledger.service.submission import DomainOf, Messages, Submissions
from ledger.service.succession import MakeSuccessors
from ledger.service.supervise_effect import SuperviseEffect
from ledger.service.supervise_origins import SupervisedOrigins, supervise_origins
from ledger.service.supervise_promises import HeldPromise, promises_given
from ledger.service.supervise_routes import SuperviseRoutes
from ledger.service.supervise_sharing import SupervisedSharing, SuperviseSharing, Supervision, Without
from ledger.service.unsigned_uses import UnsignedUses, unsigned_by_us, unsigned_here
from ledger.service.verification_receipts import (
    CheckVerifications,
    RepeatVerifications,
    SignReceipts,
)
from ledger.service.verify import NO_PRESENTATION, AtHand, Subject, VerifyLicenses, reused
from ledger.service.verify_copies import CopyAsk, VerifyCopies, read_copy
from ledger.service.warrants import Warrants
from ledger.service.witness_heads import WitnessedHeads
from ledger.service.working_days import WorkingDays
from ledger.settings import Settings

REQUESTS = "requests.sqlite3"
"""File of a home in which the API remembers requests and answers."""

ASKED = "asked.sqlite3"
"""File of a home in which a grantee keeps what it asked for, to stand in batches of uses."""

USES = "uses.sqlite3"
"""File of a home in which a provider keeps what it is asked for."""

ROWS = "rows.sqlite3"
"""File of a home with the rows of the data sets that it hands out of."""
HOLDERS = "holders.sqlite3"
"""File of a home in which it finds its licenses by their holders."""

_WITH_ALL = Without()
_OTHERS = "ledgers"
"""Folder of a home with the trust files of other ledgers."""

_KEYS_FOR = 10
"""Seconds for which a body's registered encryption keys are remembered."""

WAIT_SECONDS = 60.0
"""How long a command waits for the record of what it wrote."""


class Ledger:
    """One ledger as this process reaches it: made from settings, opened when first needed.

    Args:
        settings: Where everything is.
        passphrase: Seals and opens the issuers' secrets; None for the home's own key.
        on_drawn: Told the code of a body for which a secret was drawn.
    """

    def __init__(
        self,
        settings: Settings,
        passphrase: bytes | None = None,
        on_drawn: Callable[[str], None] = lambda _: None,
    ) -> None:
        self.settings, self._passphrase, self._on_drawn = settings, passphrase, on_drawn
        self.clock, self.entropy = SystemClock(), SystemEntropy()
        self._readers_of: dict[str, tuple[int, list[bytes]]] = {}
        self._looking = Lock()
        self._openings: dict[str, Mapping[str, object]] = {}
        self._files: dict[str, Claim] = {}

    @cached_property
    def trust(self) -> TrustFile:
        """The pinned trust file, its seal checked.

        Raises:
            UsageError: `NETWORK_MISSING`.
            MalformedError: `TRUST_FILE`.
            BadSignatureError: `SEAL_SIGNATURE`.
        """
        try:
            data = self.settings.network.read_bytes()
        except OSError:
            raise UsageError("NETWORK_MISSING", path=str(self.settings.network)) from None
        trust = read_trust_file(data)
        trust.check_seal(self.verifier)
        return trust.with_rpc(self.settings.rpc) if self.settings.rpc else trust

    @cached_property
    def verifier(self) -> Verifier:
        """The SM2 verifier of this process."""
        return crypto.verifier()

    @cached_property
    def readers(self) -> list[Chain]:
        """One reader per endpoint."""
        if not self.trust.rpc:
            raise UsageError("RPC_MISSING")
        artifacts = load_artifacts()
        return [Chain(Rpc(url), self.trust, artifacts) for url in self.trust.rpc]

    @cached_property
    def reader(self) -> Chain:
        """The endpoints as one: whichever answers first."""
        if not self.trust.rpc:
            raise UsageError("RPC_MISSING")
        return Chain(Rpc(self.trust.rpc), self.trust, load_artifacts())

    @cached_property
    def sender(self) -> Sender:
        """The relay of this process."""
        rpc = Rpc(self.trust.rpc[0])
        addresses = Addresses(Chain(rpc, self.trust, load_artifacts()))
        return Sender(rpc, self.settings.relay_key, addresses, load_artifacts())

    @cached_property
    def submissions(self) -> Submissions:
        """Prepares and submits messages one by one."""
        return Submissions(self._domain_by_slots, self.sender, self.clock)

    def _domain_by_slots(self, contract: str) -> Domain:
        """Of messages to a contract of the ledger, or to what took its place as the contracts tell."""
        return replace(self.trust.domain(contract), contract=self.reader.generations(contract)[-1].address)

    def domain_of_records(self, contract: str) -> Domain:
        """The same as the records tell, so that it is known while no node answers."""
        return self.domain_in(self.look().index)(contract)

    def successors(self) -> MakeSuccessors:
        """Makes contracts that are to take the place of others."""

        def maker() -> ReleasedContracts:
            return ReleasedContracts(self.sender, self.sender.rpc, load_artifacts())

        return MakeSuccessors(self.reader, maker, FileOutbox(self.settings.home / "successors"))

    @cached_property
    def messages(self) -> Messages:
        """Prepares messages; needs no relay key."""
        return Messages(self.domain_of_records, self.clock)

    @cached_property
    def queue(self) -> SqliteQueue:
        """The accepted messages of this home."""
        return SqliteQueue(self.settings.home / "outbox.sqlite3", self.trust.domain, self.clock)

    @cached_property
    def prepared_messages(self) -> SqlitePrepared:
        """Messages that wait for signatures made elsewhere."""
        return SqlitePrepared(self.settings.home / "prepared.sqlite3", self.clock)

    def look(self) -> Sight:
        """The ledger through the index, as near as can be had."""
        with self._looking:
            return self._live.look()

    def seen(self) -> Index | None:
        """The ledger as a node shows it now, or None where none is named or answers.

        Raises:
            TrustError: What the node serves does not add up.
        """
        sight = self.look() if self.trust.rpc else None
        return sight.index if sight is not None and sight.is_fresh else None

    @cached_property
    def _live(self) -> LiveIndex:
        return LiveIndex(lambda: self._follow().sync(), self.index, self.clock, self.queue)

    def accepting(
        self, promise_signer: Signer | None = None, stall: int = STALL_SECONDS, needs_node: bool = True
    ) -> AcceptMessages:
        """Takes messages into the queue.

        Args:
            promise_signer: Signs promises, or None.
            stall: Seconds without any record after which nothing more is accepted.
            needs_node: Whether a node has to answer meanwhile.
        """
        return AcceptMessages(
            self.queue,
            self.look,
            lambda message: recorded(self.reader, message),
            Admission(self.verifier, self._try),
            GivePromises(self.trust, promise_signer),
            self.clock,
            stall,
            needs_node,
        )

    def outbox(self, pace: Pace | None = None) -> RunOutbox:
        """Brings the queue onto the ledger."""
        lease = FileLease(self.settings.home / "outbox.lock")
        return RunOutbox(self.queue, lambda: self.anchoring, lease, pace or SystemPace())

    @cached_property
    def anchoring(self) -> AnchorMessages:
        """Makes the steps of the outbox."""
        return AnchorMessages(self.queue, self.sender, self.reader, self._follow(), self.clock)

    @cached_property
    def desk(self) -> Desk:
        """Where the commands of this home hand messages in; they see each through themselves."""
        _ = self.sender  # without a relay key nothing is accepted
        running = self.outbox()
        return Desk(self.accepting(), lambda queued: running.wait(queued, WAIT_SECONDS))

    def resigning(self) -> ResignMessages:
        """Signs again what ran out or was refused."""
        desk = self.desk
        return ResignMessages(self.queue, self.drafts(desk), self.batches(desk), self.messages, desk)

    def judging(self) -> JudgePromises:
        """Holds promises against the ledger."""

        def followed() -> tuple[Index, int]:
            header = self._follow().sync()
            return self.index, header.time

        return JudgePromises(self.reader, followed)

    def promises_given(self) -> Iterable[HeldPromise]:
        """The promises that this home gave: of messages in its queue, and of uses in batches."""
        return promises_given(self.queue, self.uses_kept if (self.settings.home / USES).exists() else None)

    def _follow(self) -> Follow:
        return Follow(self.reader, self.index)

    def _try(self, call: Call) -> int | LedgerError:
        """What a contract says to a call of this process's relay; nothing is sent."""
        [answer] = self.sender.estimates([call])
        return answer

    def histories(self, asked: Asked) -> Histories:
        """Connect, check that it is this ledger, and authenticate a head."""
        is_one_enough = asked.level == "rpc" or asked.head is not None
        return Histories([self.reader] if is_one_enough else self.readers, asked)

    def verify(self, asked: Asked, head_for: int = 0) -> VerifyLicenses:
        """The verification service at one level of trust.

        Args:
            asked: The trust asked for.
            head_for: Seconds for which one head serves; 0 has every call look for the newest.
        """
        opened = reused(partial(self.histories, asked), self.clock, head_for)
        return VerifyLicenses(
            self.trust,
            opened,
            self.verifier,
            self.clock,
            asked.level,
            AtHand(
                self._license_at,
                self.party_texts.list_of,
                self.types().with_digest,
                self.seals.find,
                self.calendars.find,
            ),
        )

    def copies(
        self,
        asked: Asked,
        head_for: int = 0,
        receipts: Sequence[Receipt] = (),
        handouts: Sequence[Handout] = (),
    ) -> VerifyCopies:
        """What reads copies for `verify`; the arguments are those.

        Args:
            asked: The trust asked for.
            head_for: Seconds for which one head serves.
            receipts: Of uses, which lead to their records.
            handouts: In which copies came, to be held against their uses.
        """
        opened = reused(partial(self.histories, asked), self.clock, head_for)
        brought = (named_by_request(receipts), {each.terms.request: each for each in handouts})
        uses = CopyUses(IndexedUses(self.follow), self.verifier, *brought)
        return VerifyCopies(self.trust.ledger_id, self.verifier, CopyRecords(opened, uses))

    def sign_receipts(self, signer: Signer | None, index: Callable[[], Index] | None = None) -> SignReceipts:
        """Signs receipts of verifications.

        Args:
            signer: The verifier's key, or None: then none is given.
            index: Tells whose key it is; by default the ledger as near as can be had.
        """
        return SignReceipts(self.trust.ledger_id, signer, index or (lambda: self.look().index), self.clock)

    def check_receipts(self, asked: Asked) -> CheckVerifications:
        """Holds receipts of verifications against the ledger, at a level of trust."""
        return CheckVerifications(
            self.trust.ledger_id, partial(self.histories, asked), self.verifier, self.clock
        )

    def repeating(
        self, asked: Asked, copies: VerifyCopies, reread: Callable[[str], list[Subject]]
    ) -> RepeatVerifications:
        """Verifies again what receipts are about.

        Args:
            asked: The trust asked for.
            copies: Reads copies, with what was brought for them.
            reread: Reads presentations, by the text of their code.
        """

        def read(verified: VerifiedSubject, was: WasAsked, data: bytes) -> Sequence[Subject]:
            if verified.kind == PRESENTATION:
                return reread(data.decode("utf-8", "replace"))
            if verified.kind == COPY:
                return [copies.subject(data, CopyAsk(parse_moment(verified.verdicts[0].at), was.shown_by))]
            return [self.read_file(data)]

        return RepeatVerifications(self.verify, asked, read)

    def replay(
        self,
        on_record: Callable[[ReplayedRecord], None] | None = None,
        on_progress: Callable[[int], None] | None = None,
    ) -> ReplayLedger:
        """The replay service."""
        return ReplayLedger(self.trust, self.verifier, self.clock, on_record, on_progress)

    @cached_property
    def index(self) -> SqlIndex:
        """The index of this home, as far as it has followed the ledger."""
        return open_index(self.settings.home, bytes.fromhex(self.trust.ledger_id[2:]))

    def follow(self) -> SqlIndex:
        """The index, brought up to the chain's head."""
        self._follow().sync()
        return self.index

    def live_digest(self) -> str:
        """The state digest of the live index, to be compared with a replay's."""
        index = self.follow()
        tables = {table: dict(index.entities(table)) for table in ENTITY_OF}
        return state_digest({name: rows for name, rows in tables.items() if rows}, APPLY_VERSION)

    def types(self) -> TypeFiles:
        """License types: the shipped ones and those beside the trust file."""
        return TypeFiles(self.settings.network.resolve().parent / "types")

    @cached_property
    def home(self) -> FolderIssuerHome:
        """The issuers' own files in this home."""
        return FolderIssuerHome(self.settings.home, Sm4Gcm(), self._passphrase, self._on_drawn)

    def drafts(self, desk: Desk | None = None) -> Drafts:
        """What this home issued or is issuing."""
        accepting = desk.accepting if desk else self.accepting()
        return Drafts(
            self.trust,
            ReadInputs(self.types().get, self.check_conversions().require),
            self.home,
            DraftStores(self._outbox, self._batch_outbox, self.erasures),
            self._keep_contents,
            self.entropy,
            accepting.is_alive,
            self._openings,
        )

    def check_conversions(self) -> CheckConversions:
        """Whether who converted paper licenses signed for it."""
        return CheckConversions(self.trust.ledger_id, self.verifier, lambda: self.look().index, self.clock)

    @cached_property
    def erasures(self) -> FolderErasures:
        """The documents that this home erased."""
        return FolderErasures(self.settings.home / "erased", flush)

    @property
    def _outbox(self) -> FileOutbox:
        return FileOutbox(self.settings.home / "outbox")

    @cached_property
    def _batch_outbox(self) -> SqliteBatchOutbox:
        return SqliteBatchOutbox(self.settings.home / "outbox")

    def issuing(self, desk: Desk | None = None) -> IssueLicenses:
        """The service that issues and amends licenses one by one, for who stands at a desk."""
        desk = desk or self.desk
        return IssueLicenses(self.drafts(desk), self.messages, desk)

    def batches(self, desk: Desk | None = None) -> IssueBatches:
        """The service that issues licenses in batches."""
        desk = desk or self.desk
        return IssueBatches(self.drafts(desk), self.messages, desk)

    def old_licenses(self) -> OldLicenses:
        """The licenses that are to be renewed, as the newest block has them."""
        header = self._follow().sync()
        now = max(int(self.clock.now().timestamp()), header.time)
        return OldLicenses(self.index, self.drafts().opening, now)

    def batch_revision(self, batch: str) -> int:
        """The revision of a batch (0x-hex), with all that was accepted about it, to be bound by a renewal."""
        state = self.desk.accepting.state({batch})
        return revision_in(state, Kind.LICENSE_BATCH_RENEWED, {"earlier": batch})

    def _doing(self, desk: Desk) -> DoToLicenses:
        return DoToLicenses(self.drafts(desk), self.messages, desk)

    def acting(self, desk: Desk | None = None) -> ActOnLicenses:
        """The service that acts on licenses."""
        region_for = Capacities(self._region_of, self.clock).region_for
        return ActOnLicenses(self._doing(desk or self.desk), self.home, self.entropy, region_for)

    def _region_of(self, owner: str) -> int:
        """The code of a region by its object id, 0x-hex; 0 where there is none."""
        codes = (int(code) for code, _ in self.index.entities("region"))
        return next((code for code in codes if region_id(code) == owner), 0)

    def signed_elsewhere(self, desk: Desk) -> SignedElsewhere:
        """The service for keys that are not here."""
        return SignedElsewhere(
            self.domain_of_records,
            self.drafts(desk),
            self.issuing(desk),
            self.batches(desk),
            self._doing(desk),
            desk,
            self.prepared_messages,
        )

    def representing(self, desk: Desk | None = None) -> RepresentHolders:
        """The service that lets others stand in for holders."""
        return RepresentHolders(self._doing(desk or self.desk), self.home, self.entropy)

    def sharing(self, desk: Desk | None = None, brought: Brought | None = None) -> ShareOnLedger:
        """The service that writes about what is shared."""
        return ShareOnLedger(self.sign_shared(brought), desk or self.desk, self.domain_of_records)

    def registry(self, desk: Desk | None = None) -> RegistryOnLedger:
        """The service that writes about the registry what was signed elsewhere."""

        def domain(contract: str) -> Domain:
            """Records do not name what the Directory makes itself: its chain tells where that stands."""
            return self.domain_now(contract) if contract in BOUND else self.domain_of_records(contract)

        return RegistryOnLedger(Messages(domain, self.clock), desk or self.desk, domain, self.clock)

    def domain_in(self, state: StateView) -> DomainOf:
        """Of messages to contracts of the pinned ledger, as somebody tells which took their places."""

        def domain(contract: str) -> Domain:
            pinned, told = self.trust.domain(contract), typed(state, "ledger", "ledger", Records) or Records()
            return replace(pinned, contract=[pinned.contract, *told.generations(contract)][-1])

        return domain

    def sign_shared(self, brought: Brought | None = None) -> SignShared:
        """Makes messages about sharing; needs no relay key."""
        return SignShared(self.messages, self.clock, brought)

    @cached_property
    def party_texts(self) -> PartyTexts:
        """What this home knows behind the digests of sharing."""
        return PartyTexts(self._texts_kept, self.entropy)

    @property
    def published_texts(self) -> PublishedTexts:
        """What of that anybody may read."""
        return PublishedTexts(self._texts_kept, self.entropy)

    @property
    def hand_texts(self) -> HandTexts:
        """What hands that on to the parties, and takes it in."""
        return HandTexts(self.trust.ledger_id, self.party_texts, HandOut(Sm4Gcm(), crypto.encryptor()))

    @cached_property
    def catalog_texts(self) -> CatalogTexts:
        """What this home knows of what everybody registered may read."""
        return CatalogTexts(
            FileOutbox(self.settings.home / "catalog-texts"), self.entropy, self.trust.ledger_id
        )

    @cached_property
    def calendars(self) -> Calendars:
        """The calendars of working days that this home keeps."""
        return Calendars(FileOutbox(self.settings.home / "calendars"))

    @cached_property
    def seals(self) -> Seals:
        """The lists of electronic seals that this home keeps."""
        return Seals(FileOutbox(self.settings.home / "seals"))

    def showing_seals(self, state: Entities) -> ShowSeals:
        """What tells which lists of seals were published, by a state of this ledger."""
        return ShowSeals(state, self.seals, self._now())

    @cached_property
    def heads(self) -> KeptForms[LedgerHead]:
        """The heads of other ledgers that this home keeps."""
        return KeptForms(FileOutbox(self.settings.home / "heads"), read_head, "HEAD_TEXT_NOT_HERE")

    def witnessed_heads(self, state: Entities) -> WitnessedHeads:
        """What regions vouched for of other ledgers, by a state of this one."""
        return WitnessedHeads(state, self.heads, self._now())

    def beside(self, network: Path, rpc: Sequence[str] = ()) -> Ledger:
        """Another ledger, to be read: by its trust file, and by nodes in the place of those that it names."""
        return Ledger(replace(self.settings, network=network, rpc=tuple(rpc), api=None))

    def remember_other(self, trust: TrustFile) -> None:
        """Keep the trust file of another ledger, so that its heads can be checked again."""
        self._others.save(trust.ledger_id, trust.to_json())

    def known_others(self) -> list[Ledger]:
        """The other ledgers whose trust files this home keeps."""
        return [self.beside(self.settings.home / _OTHERS / f"{name}.json") for name in self._others.names()]

    @property
    def _others(self) -> FileOutbox:
        return FileOutbox(self.settings.home / _OTHERS)

    @cached_property
    def routes(self) -> KeptForms[RoutePolicy]:
        """The route policies that this home keeps."""
        return KeptForms(FileOutbox(self.settings.home / "routes"), read_routes, "ROUTES_TEXT_NOT_HERE")

    def routes_in(self, state: StateView) -> Routes:
        """Which route policies count now, by a state of this ledger."""
        return Routes(state, self.routes, self._now())

    def showing_routes(self, state: Entities) -> ShowRoutes:
        """What tells which route policies regions published, by a state of this ledger."""
        return ShowRoutes(state, self.routes, self._now())

    def check_hops(self) -> CheckHops:
        """What judges slips of platforms."""
        return CheckHops(self.trust.ledger_id, lambda: self.look().index, self.verifier, self.clock)

    @cached_property
    def known_ways(self) -> KnownWays:
        """By which platforms files of uses came here."""
        return KnownWays(FileOutbox(self.settings.home / "ways"))

    @cached_property
    def signed_slips(self) -> SignedSlips:
        """The slips that this home signed for a platform."""
        return SignedSlips(lambda name: FileOutbox(self.settings.home / "hops" / name))

    def publishing_hops(self, state: StateView) -> PublishHops:
        """What publishes and proves what a platform carried, by a state of this ledger."""
        return PublishHops(self.trust.ledger_id, state, self.signed_slips, self._now())

    @cached_property
    def extensions(self) -> Extensions:
        """The extensions of updates of the catalog that this home keeps."""
        return Extensions(FileOutbox(self.settings.home / "extensions"))

    def showing_extensions(self, state: Entities) -> ShowExtensions:
        """What tells which extensions regions published, by a state of this ledger."""
        return ShowExtensions(state, self.extensions, self._now())

    @cached_property
    def grounds_kept(self) -> Grounds:
        """The grounds of sharing that this home keeps."""
        return Grounds(FileOutbox(self.settings.home / "grounds"))

    def read_grounds(self, state: StateView) -> ReadGrounds:
        """What tells the law behind numbers of grounds now, by a state of this ledger."""
        return ReadGrounds(state, self.grounds_kept, self._now())

    def showing_grounds(self, state: Entities, at: int | None = None) -> ShowGrounds:
        """What tells which grounds of sharing regions published, as of a moment or now."""
        when = self._now() if at is None else at
        return ShowGrounds(KnownAt(state, when), self.grounds_kept, when)

    def working_days(self, state: StateView, at: int, assumes_weekdays: bool = True) -> WorkingDays:
        """What tells working days by a state of this ledger, as it was known at a moment.

        Args:
            state: The ledger.
            at: The moment.
            assumes_weekdays: Whether Monday to Friday are counted by a calendar whose text is not here.
        """
        return WorkingDays(state, at, self.calendars.find, assumes_weekdays)

    def showing_calendars(self, state: Entities) -> ShowCalendars:
        """What tells which calendars regions published, by a state of this ledger."""
        return ShowCalendars(state, self.calendars, self._now())

    @cached_property
    def sectors(self) -> Sectors:
        """The rules of sectors that this home keeps."""
        return Sectors(FileOutbox(self.settings.home / "sectors"))

    def sector_rules(self, state: StateView, at: int, find: FindSectors | None = None) -> SectorRules:
        """What tells what rules of sectors say, by a state of this ledger, as it was known at a moment.

        Args:
            state: The ledger.
            at: The moment.
            find: Finds their texts; None for those that this home keeps.
        """
        return SectorRules(state, at, find or self.sectors.find, self.party_texts.list_of)

    def showing_sectors(self, state: Entities, at: int | None = None) -> ShowSectors:
        """What tells which rules of sectors regions published, as of a moment or now."""
        when = self._now() if at is None else at
        known = KnownAt(state, when)
        return ShowSectors(known, self.sectors, self.sector_rules(known, when), when)

    @property
    def _texts_kept(self) -> FileOutbox:
        return FileOutbox(self.settings.home / "sharing")

    def listing(self, state: Entities, texts: PartyTexts | None = None) -> ListShared:
        """What lists what is shared, by a state of this ledger.

        Args:
            state: The ledger.
            texts: What may be told of what stands behind digests; None for all that this home knows.
        """
        texts, now = texts or self.party_texts, int(self.clock.now().timestamp())
        shown = ShowGrants(state, texts, now, self.working_days(state, now), self.derived_of)
        return ListShared(state, shown, texts, now, self.catalog_texts, self.read_grounds(state))

    def grants(self, index: Entities) -> ShowGrants:
        """What tells where grants stand now, by an index of this ledger."""
        now = int(self.clock.now().timestamp())
        return ShowGrants(index, self.party_texts, now, self.working_days(index, now), self.derived_of)

    def derived_of(self, code: str) -> Derived:
        """The derived fields of a license type by its code; none where it is not known here."""
        try:
            return self.types().get(code).derived
        except MalformedError:
            return {}

    @cached_property
    def name_uses(self) -> NameUses:
        """Names whose data uses were of, where this home provided them."""
        return NameUses(self.uses_kept, self.domain_of_records, self.index.seq_of)

    @cached_property
    def seen_records(self) -> SeenRecords:
        """What a holder saw of her licenses."""
        return SeenRecords(FileOutbox(self.settings.home / "seen"))

    def holder_uses(self, index: Index) -> HolderUses:
        """What tells holders of their data, by an index of this ledger."""
        return HolderUses(index, self.grants(index), self.corrections(index))

    def corrections(self, index: Entities) -> ShowCorrections:
        """What tells where corrections stand now, by a state of this ledger."""
        return self._corrections_at(index, int(self.clock.now().timestamp()))

    def _corrections_at(self, state: Entities, at: int, assumes_weekdays: bool = True) -> ShowCorrections:
        days = self.working_days(state, at, assumes_weekdays)
        return ShowCorrections(state, self.party_texts, self.evidence, at, days)

    def supervise_sharing(
        self, at: int | None, since: int = 0, org: str = "", without: Without = _WITH_ALL
    ) -> SupervisedSharing:
        """What was due where data are shared and did not come in time, by the newest block.

        Args:
            at: As of when; None for now, which is the newest block's time where our clock is behind it.
            since: Only what fell due from then on.
            org: Only what this body owes, by its credit code; empty for all.
            without: Which texts it goes on without.

        Raises:
            OutageError: No node answers; `CALENDAR_NOT_HERE`, `EXTENSIONS_NOT_HERE`, `SECTORS_NOT_HERE`,
                `SECTOR_GRADES_NOT_HERE`.
            UnknownIdError: `UNKNOWN_BODY`.
        """
        return self._supervised(at, since, org, without)[1]

    def supervise_origins(
        self, at: int | None, since: int = 0, org: str = "", leaves_out: bool = False
    ) -> SupervisedOrigins:
        """What is collected from people again, by the newest block.

        Args:
            at: As of when; as for `supervise_sharing`.
            since: Only what was collected again from then on.
            org: Only by this body; empty for all.
            leaves_out: Whether files that are not here are left out; else they are refused.

        Raises:
            OutageError: No node answers; `ORIGINS_NOT_HERE`.
            UnknownIdError: `UNKNOWN_BODY`.
        """
        newest, asked = self._asked(at, since, org)
        shown = ShowOrigins(KnownAt(self.index, asked.at), self.party_texts, asked.at)
        return supervise_origins(shown, asked, newest, leaves_out)

    def supervise_effect(
        self, at: int | None, since: int = 0, org: str = "", without: Without = _WITH_ALL
    ) -> SuperviseEffect:
        """What came of sharing in a period, by the newest block; as `supervise_sharing`."""
        known, sharing = self._supervised(at, since, org, replace(without, sectors=True))
        return SuperviseEffect(known, sharing.asked, sharing, self.party_texts)

    def supervise_routes(self, at: int | None, since: int = 0, org: str = "") -> SuperviseRoutes:
        """Which uses of a period took another way than route policies said, by the newest block.

        Args:
            at: As for `supervise_sharing`.
            since: Only what was recorded from then on.
            org: Only of this body's data, by its credit code; empty for all.

        Raises:
            OutageError: No node answers.
            UnknownIdError: `UNKNOWN_BODY`.
        """
        newest, asked = self._asked(at, since, org)
        told = (self.routes, self.known_ways, self.leaves_of, self.party_texts.list_of)
        return SuperviseRoutes(KnownAt(self.index, asked.at), asked, newest, *told)

    def _supervised(
        self, at: int | None, since: int, org: str, without: Without
    ) -> tuple[KnownAt, SupervisedSharing]:
        newest, asked = self._asked(at, since, org)
        known = KnownAt(self.index, asked.at)
        corrections = self._corrections_at(known, asked.at, without.calendars)
        rules = None if without.sectors else self.sector_rules(known, asked.at)
        extensions = None if without.extensions else CountExtensions(known, asked.at, self.extensions.find)
        return known, SuperviseSharing(known, corrections, asked, newest, rules, extensions).supervise()

    def _asked(self, at: int | None, since: int, org: str) -> tuple[int, Supervision]:
        """The newest block's time, and what is supervised; raises `UNKNOWN_BODY`."""
        newest = self._follow().sync().time
        if org and self.index.get("organisation", org) is None:
            raise UnknownIdError("UNKNOWN_BODY", body=org)
        now = max(newest, self._now())
        return newest, Supervision(now if at is None else at, since, org)

    @cached_property
    def evidence(self) -> Evidence:
        """What this home knows behind the digests of evidence."""
        return Evidence(EvidenceFolder(self.settings.home / "evidence"), self.entropy)

    @cached_property
    def uses_kept(self) -> SqliteUses:
        """What grantees asked this home for."""
        return SqliteUses(self.settings.home / USES)

    @cached_property
    def rows_kept(self) -> SqliteRows:
        """The rows of data sets that this home hands out of."""
        return SqliteRows(self.settings.home / ROWS)

    @property
    def has_rows(self) -> bool:
        """Whether rows were ever loaded here; to look makes no file."""
        return (self.settings.home / ROWS).exists()

    def loading_rows(self) -> LoadRows:
        """Loads the rows of data sets."""
        return LoadRows(self.rows_kept, self.home.secret, Sm4Gcm(), self.entropy, self._now)

    def forgetting_rows(self) -> ForgetRows:
        """Forgets handouts of rows when their data set is loaded anew."""
        return ForgetRows(self.uses_kept, self.rows_kept, self.home.secret, self._now)

    def _now(self) -> int:
        return int(self.clock.now().timestamp())

    @cached_property
    def uses_asked(self) -> SqliteAsked:
        """What this home asked for, to stand in batches of uses."""
        return SqliteAsked(self.settings.home / ASKED)

    def leaves_of(self, batch: str) -> list[Use]:
        """The uses in a batch, by its object, where this home provided or signed them; else none."""
        provided = self.uses_kept.leaves_of(batch) if (self.settings.home / USES).exists() else []
        if provided:
            return [each.use for each in provided]
        used = self.uses_asked.leaves_of(batch) if (self.settings.home / ASKED).exists() else []
        return [each.use for each in used if each.words is not None]

    def batch_of(self, use_id: str) -> str:
        """The batch of a use, by the digest of its request, where this home provided or signed it."""
        provided = self.uses_kept.gathered(use_id) if (self.settings.home / USES).exists() else None
        if provided is not None:
            return provided.batch
        used = self.uses_asked.find(use_id) if (self.settings.home / ASKED).exists() else None
        return used.batch if used is not None else ""

    def uses(self, index: Index) -> ShowUses:
        """What tells uses and refusals, by an index of this ledger."""
        return ShowUses(index, self.party_texts, self.leaves_of, self.batch_of, self.known_ways.told)

    def unsigned_uses(self) -> list[UnsignedUses]:
        """Uses of this home that wait for a grantee's signature."""
        provided = unsigned_here(self.uses_kept) if (self.settings.home / USES).exists() else []
        used = unsigned_by_us(self.uses_asked) if (self.settings.home / ASKED).exists() else []
        return [*provided, *used]

    @cached_property
    def _holder_names(self) -> SqliteHolderNames:
        return SqliteHolderNames(self.settings.home / HOLDERS)

    def locating(self) -> LocateLicenses:
        """Finds licenses of this home by their holders."""
        return LocateLicenses(
            self._holder_names, self.index.named_since, self.drafts().kept, self.home.secret
        )

    def domain_now(self, contract: str) -> Domain:
        """Of messages to a contract, as its chain tells; as the trust file says while no node answers."""
        try:
            return self._domain_by_slots(contract)
        except OutageError:
            return self.trust.domain(contract)

    @cached_property
    def content(self) -> Content:
        """Where encrypted documents are kept: the IPFS daemons of the settings, or a folder of this home.

        Raises:
            UsageError: `CONTENT_SETTING`, `IPFS_ADDRESS`.
        """
        where = self.settings.content
        if where is None:
            return self._folder_content
        kind, _, urls = where.partition(":")
        if kind != "ipfs":
            raise UsageError("CONTENT_SETTING", value=where[:120])
        stores = [IpfsContent(url.strip()) for url in urls.split(",")]
        return stores[0] if len(stores) == 1 else ReplicatedContent(stores)

    @property
    def _folder_content(self) -> FolderContent:
        return FolderContent(self.settings.home / "content", flush, wipe)

    @property
    def _keeper(self) -> KeepDocument:
        return KeepDocument(self.content, Sm4Gcm(), crypto.encryptor())

    def documents(self) -> ReadDocuments:
        """The service that reads documents of issued licenses."""
        verify = self.verify(Asked())
        return ReadDocuments(
            self.home, self.erasures, self._keeper, self.index.cid_of, verify, self._issued_by
        )

    def erasing(self) -> EraseDocuments:
        """The service that erases documents of issued licenses."""
        return EraseDocuments(
            self.follow(),
            self.license_now,
            self.drafts(),
            self.home,
            self.documents(),
            self._content_places(),
            self.warrants(),
            self.clock,
        )

    def _notary(self) -> Notary:
        return Notary(self.follow(), self.verifier, self.clock, self.trust.ledger_id)

    def retention(self) -> Retention:
        """The rules by which this home keeps documents."""
        return Retention(self._notary(), FileOutbox(self.settings.home / "retention", flush))

    def legal_holds(self) -> LegalHolds:
        """The legal holds on documents of this home."""
        return LegalHolds(
            self._notary(),
            FileOutbox(self.settings.home / "holds", flush),
            FileOutbox(self.settings.home / "holds-put", flush),
            self.license_now,
            self.erasures,
            self.entropy,
        )

    @property
    def packages(self) -> Packages:
        """The archive packages that this home made."""
        store = FileOutbox(self.settings.home / "archived", flush)
        return Packages(store, lambda: self.legal_holds().unchanged(), self.erasures)

    def judging_archives(self) -> JudgeArchives:
        """Judges archive packages; asks no node and reads nothing of this home."""

        def read_trust(data: bytes) -> TrustFile:
            trust = read_trust_file(data)
            trust.check_seal(self.verifier)
            return trust

        def packed(trust: TrustFile, node: bytes) -> PackedChain:
            return PackedChain(PackedNode(parse_strict(node, MAX_PACKAGE)), trust, load_artifacts())

        return JudgeArchives(ViewArchived(self.verifier, self.clock), self.verifier, packed, read_trust)

    def making_archives(self) -> MakeArchives:
        """Makes archive packages of licenses whose documents this home keeps."""
        return MakeArchives(
            self.trust,
            ViewArchived(self.verifier, self.clock),
            lambda: RecordedChain(Rpc(self.trust.rpc), self.trust, load_artifacts()),
            self.judging_archives(),
            self._kept_file,
            self._references,
            self.clock,
        )

    def _kept_file(self, license_id: str) -> Envelope:
        """The license file that this home made, with its place on the ledger."""
        require_not_erased(self.erasures, license_id)
        kept = self.drafts().kept(license_id)
        if kept is None:
            raise UnknownIdError("DOCUMENT_NOT_KEPT", id=license_id)
        return self.documents().of_record(kept.to_bytes(), license_id)

    def _references(self, issuer: str, license_id: str) -> list[JsonObject]:
        """Numbers of decisions about a license, with their salts."""
        notes = self.home.notes(issuer, license_id)
        names = ("reference", "salt")
        return [{name: note[name] for name in names} for note in notes if "reference" in note]

    def due(self) -> DueDocuments:
        """Lists until when documents of this home are kept."""
        index, drafts = self.follow(), self.drafts()

        def known(license_id: str) -> License:
            return license_in(index, license_id, drafts.opening(license_id))

        kept = (self.retention(), self.legal_holds(), self.packages.of)
        return DueDocuments(index, known, *kept, self.erasures, self.clock)

    def warrants(self) -> Warrants:
        """Judges whether documents may be erased now."""
        return Warrants(self.retention(), self.legal_holds(), self.packages.of, self.clock)

    def require_acts_for(self, body: str, license_: License) -> None:
        """Refuse a body (credit code) that is not a license's issuer, what followed it, or its operator.

        Raises:
            NotEntitledError: `NOT_THE_ISSUER`.
        """
        require_acts_for(self.follow(), body, license_, int(self.clock.now().timestamp()))

    def _content_places(self) -> list[ContentPlace]:
        """Wherever this home keeps something of a document; wrapped keys first, what may be away last."""
        answers, uses, holders = (self.settings.home / name for name in (REQUESTS, USES, HOLDERS))
        stores = [self._folder_content, *([self.content] if self.settings.content else [])]
        feeds = FeedRegister(self.settings.home, self.trust.ledger_id)

        def folders(issuer: str, type_: str) -> FeedFolders:
            return FeedFolders([Path(each.folder) for each in feeds.places(issuer, type_)], wipe)

        return [
            WrapsPlace(self.home),
            DraftPlace(self._outbox.traces, partial(self._outbox.erase, wipe=wipe)),
            RowsPlace("leaves", self._batch_outbox),
            *([RowsPlace("answers", SqliteRequests(answers))] if answers.exists() else []),
            *([RowsPlace("handouts", self.uses_kept)] if uses.exists() else []),
            *([RowsPlace("holders", self._holder_names)] if holders.exists() else []),
            RowsPlace("prepared", self.prepared_messages),
            FilesPlace(folders),
            BlobsPlace(stores),
        ]

    def _issued_by(self, envelope: Envelope) -> Record:
        """The record by which a license of the ledger was issued, alone or in a batch."""
        issued = envelope.place[0] if envelope.place else str(envelope.anchor["licenseId"])
        return self.histories(Asked()).of([bytes.fromhex(issued[2:])])[0]

    def _keep_contents(self, issuer: str, documents: Sequence[Document]) -> list[str | None]:
        """Encrypt for the issuer's registered encryption keys and the holders'; note who can open what."""
        readers = self._encryption_keys(issuer)
        if not readers and not any(each.holder_keys for each in documents):
            return [None for _ in documents]
        holders = [each.holder_keys for each in documents]
        kept = self._keeper.keep_all([each.data for each in documents], readers, holders)
        notes = [
            (document.license_id, {"content": each.as_json()})
            for document, each in zip(documents, kept, strict=True)
            if each
        ]
        self.home.note_all(issuer, notes)
        return [each.cid if each else None for each in kept]

    def _encryption_keys(self, uscc: str) -> list[bytes]:
        """Looked up anew after `_KEYS_FOR` seconds: licenses come many in a row."""
        now = int(self.clock.now().timestamp())
        asked, keys = self._readers_of.get(uscc, (0, []))
        if not asked <= now < asked + _KEYS_FOR:
            keys = self._registered_encryption_keys(uscc, now)
            self._readers_of[uscc] = (now, keys)
        return keys

    def _registered_encryption_keys(self, uscc: str, now: int) -> list[bytes]:
        owner = organisation_id(uscc)
        index = self.look().index  # while no node answers, as they were registered last
        keys = [entity for _, entity in index.entities("key") if isinstance(entity, Key)]
        return [
            bytes.fromhex(key.public_key)
            for key in keys
            if key.owner == owner and key.purpose is Purpose.ENCRYPT and key.is_valid_at(now)
        ]

    def resolve(self, text: str) -> tuple[str, str | None]:
        """The license id that an identifier or id means, and the identifier where this home knows it.

        Raises:
            UnknownIdError: `UNKNOWN_LICENSE`.
        """
        if text in self._files:
            return self._files[text].license_id, self._files[text].identifier
        license_id = self.index.resolve(text)
        if license_id is None:
            raise UnknownIdError("UNKNOWN_LICENSE", id=text[:120])
        return license_id, self.index.identifier_of(license_id)

    def hand_in(self, data: bytes) -> None:
        """Take what this home does not keep from a license file: its id, and its leaf where it is of a batch.

        Raises:
            LedgerError: As `ledger.service.license_file`.
        """
        claim = recorded_claim(self.histories(Asked()), data)
        opening = opening_of(claim)
        self._files |= dict.fromkeys((str(claim.identifier), claim.license_id), claim)
        self._openings |= {claim.license_id: opening} if opening else {}

    def fsck(self) -> Fsck:
        """The index compared with the ledger, row by row."""
        return check_index(self.reader, self.index)

    def remember(self, envelope: Envelope, cid: str | None = None) -> None:
        """Note which identifier stands for which license; only this home knows."""
        self.remember_all([(envelope, cid)])

    def remember_all(self, kept: Sequence[tuple[Envelope, str | None]]) -> None:
        """The same of many licenses, each with the content id of its document."""
        now = int(self.clock.now().timestamp())
        self.index.remember_all(
            [
                Name(
                    each.identifier,
                    str(each.anchor["licenseId"]),
                    each.signer["uscc"],
                    now,
                    cid or "",
                    f"{each.place[0]}/{each.place[1]}" if each.place else "",
                )
                for each, cid in kept
            ]
        )

    def _license_at(self, batch: str, index: int) -> str | None:
        return self.index.license_at(f"{batch}/{index}")

    def take_in(self, envelopes: Sequence[Envelope]) -> None:
        """Know license files that another home wrote: their identifiers, and the leaves of batches."""
        self.drafts().take_leaves(envelopes)
        self.remember_all([(each, None) for each in envelopes])

    def show(
        self, asked: Asked, license_id: str, at: int | None = None, known_at: int | None = None
    ) -> Shown:
        """Where a license stands, and who stands in for its holder: of whom there is, the index tells."""
        now, histories = int(self.clock.now().timestamp()), self.histories(asked)
        opening, find = self.drafts().opening(license_id), self.calendars.find
        shown = show_license(histories, license_id, at, known_at, now, opening, find)
        names = self._represented_by(license_id)
        found = representatives_of(histories, license_id, names, shown.at, shown.known_at)
        return replace(shown, representatives=tuple(map(StandIn.as_json, found))).naming(self._license_at)

    def _represented_by(self, license_id: str) -> list[str]:
        """The names of all who were let stand in for the holder of a license, 0x-hex."""
        first, last = (representation_key(license_id, "0x" + digit * 64) for digit in "0f")
        found = self.follow().between("representation", first, last)
        return [each.representative for _, each in found if isinstance(each, Representation)]

    def license_now(self, license_id: str) -> License:
        """A license as the newest block has it, to be acted on; of a batch too, where this home issued it.

        Raises:
            UnknownIdError: `UNKNOWN_LICENSE`.
        """
        opening = self.drafts().opening(license_id)
        return license_state(self.histories(Asked()), license_id, opening)[0]

    def standing_of_copy(self, copy: bytes) -> JsonObject | None:
        """Where the license of a copy stands now (`standing_in`), by the index as it was followed last.

        None where that does not have the license, the copy is of none, or none at all.
        """
        try:
            shown = read_copy(copy).disclosed
            if isinstance(shown, DisclosedRow):
                return None
            claim = claim_of_shown(shown.shown, bytes.fromhex(shown.ledger_id[2:]))
            license_ = license_in(self.index, claim.license_id, opening_of(claim))
        except (MalformedError, TrustError, UnknownIdError):
            return None
        return standing_in(self.index, license_, int(self.clock.now().timestamp()), self._license_at)

    def license_at_hand(self, license_id: str, opening: Mapping[str, object] | None = None) -> License:
        """A license as the newest block has it, by its id and what opens its leaf, where it is of a batch.

        Raises:
            UnknownIdError: `UNKNOWN_LICENSE`.
            MalformedError: `SIGNED_MESSAGE_FORM`.
        """
        require_opening(opening)
        known = opening or self.drafts().opening(license_id)
        return license_in(self.follow(), license_id, known)

    def license_settled(self, license_id: str) -> License:
        """A license as the newest block has it, once nothing that was accepted about it is under way.

        Raises:
            OutcomeUnknownError: `MESSAGE_WAITING`.
            UnknownIdError: `UNKNOWN_LICENSE`.
        """
        running = self.outbox()
        for queued in self.queue.about({license_id}):
            running.wait(queued, WAIT_SECONDS)
        return self.license_now(license_id)

    def read_file(self, data: bytes) -> Subject:
        """A license file as a subject of verification."""
        before, claim, _ = read_envelope(data)
        return Subject(before, claim, NO_PRESENTATION)
