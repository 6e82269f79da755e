"""The composition root: which adapters serve the services in this process."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property, partial
from pathlib import Path
from threading import Lock

from ledger import crypto
from ledger.adapters.artifacts import load_artifacts
from ledger.adapters.batch_outbox import SqliteBatchOutbox
from ledger.adapters.chain import Addresses, Chain
from ledger.adapters.clock import SystemClock, SystemEntropy, SystemPace
from ledger.adapters.content import FolderContent
from ledger.adapters.disk import flush, wipe
from ledger.adapters.erasures import FolderErasures
from ledger.adapters.feed_erasure import FeedFolders
from ledger.adapters.feed_register import FeedRegister
from ledger.adapters.founder import ReleasedContracts
from ledger.adapters.index import SqlIndex, open_index
from ledger.adapters.ipfs import IpfsContent
from ledger.adapters.issuer_home import FolderIssuerHome
from ledger.adapters.lease import FileLease
from ledger.adapters.message_queue import SqlitePrepared, SqliteQueue
from ledger.adapters.outbox import FileOutbox
from ledger.adapters.request_store import SqliteRequests
from ledger.adapters.rpc import Rpc
from ledger.adapters.sender import Sender
from ledger.adapters.sm4 import Sm4Gcm
from ledger.adapters.type_files import TypeFiles
from ledger.domain.acts import Purpose
from ledger.domain.apply import APPLY_VERSION
from ledger.domain.document import Envelope
from ledger.domain.entities import Key, License
from ledger.domain.entities import Ledger as Records
from ledger.domain.entity_json import ENTITY_OF, state_digest
from ledger.domain.messages import Domain, Kind
from ledger.domain.objects import organisation_id, region_id
from ledger.domain.records import Record
from ledger.domain.revisions import revision_in
from ledger.domain.signed_message import Call
from ledger.domain.state import typed
from ledger.domain.trustfile import TrustFile, read_trust_file
from ledger.errors import LedgerError, UnknownIdError, UsageError
from ledger.ports import Content, Index, Name, Signer, Verifier
from ledger.proof.claims import opening_of, read_envelope
from ledger.proof.verification import Claim
from ledger.service.accept import STALL_SECONDS, AcceptMessages, Desk, GivePromises
from ledger.service.act import ActOnLicenses
from ledger.service.admission import Admission
from ledger.service.anchor import AnchorMessages
from ledger.service.authorise import require_acts_for
from ledger.service.capacity import Capacities
from ledger.service.content_places import (
    BlobsPlace,
    ContentPlace,
    DraftPlace,
    FilesPlace,
    RowsPlace,
    WrapsPlace,
)
from ledger.service.documents import ReadDocuments
from ledger.service.doing import DoToLicenses
from ledger.service.drafts import Document, Drafts, DraftStores
from ledger.service.erase import EraseDocuments
from ledger.service.follow import Follow
from ledger.service.fsck import Fsck, check_index
from ledger.service.handed_in import SignedElsewhere
from ledger.service.issue import IssueLicenses
from ledger.service.issue_batch import IssueBatches
from ledger.service.keep import KeepDocument
from ledger.service.license_file import recorded_claim
from ledger.service.live_index import LiveIndex, Sight
from ledger.service.old_licenses import OldLicenses
from ledger.service.promises import JudgePromises
from ledger.service.replay import ReplayedRecord, ReplayLedger
from ledger.service.represent import RepresentHolders
from ledger.service.resign import ResignMessages
from ledger.service.run_outbox import Pace, RunOutbox
from ledger.service.sources import Asked, Histories
from ledger.service.standing import Shown, license_state, show_license
from ledger.service.submission import Messages, Submissions
from ledger.service.succession import MakeSuccessors
from ledger.service.verify import NO_PRESENTATION, Subject, VerifyLicenses, reused
from ledger.settings import Settings

REQUESTS = "requests.sqlite3"
"""File of a home in which the API remembers requests and answers."""

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

    def _domain_by_records(self, contract: str) -> Domain:
        """The same as the records tell, so that it is known while no node answers."""
        ledger = typed(self.look().index, "ledger", "ledger", Records) or Records()
        pinned = self.trust.domain(contract)
        return replace(pinned, contract=[pinned.contract, *ledger.generations(contract)][-1])

    def successors(self) -> MakeSuccessors:
        """Makes contracts that are to take the place of others."""

        def maker() -> ReleasedContracts:
            return ReleasedContracts(self.sender, self.sender.rpc, load_artifacts())

        return MakeSuccessors(self.reader, maker, FileOutbox(self.settings.home / "successors"))

    @cached_property
    def messages(self) -> Messages:
        """Prepares messages; needs no relay key."""
        return Messages(self._domain_by_records, self.clock)

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
        return VerifyLicenses(self.trust, opened, self.verifier, self.clock, asked.level, self._license_at)

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
            self.types().get,
            self.home,
            DraftStores(self._outbox, self._batch_outbox, self.erasures),
            self._keep_contents,
            self.entropy,
            accepting.is_alive,
            self._openings,
        )

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
            self._domain_by_records,
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

    @cached_property
    def content(self) -> Content:
        """Where encrypted documents are kept: the IPFS daemon of the settings, or a folder of this home.

        Raises:
            UsageError: `CONTENT_SETTING`, `IPFS_ADDRESS`.
        """
        where = self.settings.content
        if where is None:
            return self._folder_content
        kind, _, url = where.partition(":")
        if kind != "ipfs":
            raise UsageError("CONTENT_SETTING", value=where[:120])
        return IpfsContent(url)

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
            self.clock,
        )

    def require_acts_for(self, body: str, license_: License) -> None:
        """Refuse a body (credit code) that is not a license's issuer, what followed it, or its operator.

        Raises:
            NotEntitledError: `NOT_THE_ISSUER`.
        """
        require_acts_for(self.follow(), body, license_, int(self.clock.now().timestamp()))

    def _content_places(self) -> list[ContentPlace]:
        """Wherever this home keeps something of a document; wrapped keys first, what may be away last."""
        answers = self.settings.home / REQUESTS
        stores = [self._folder_content, *([self.content] if self.settings.content else [])]
        feeds = FeedRegister(self.settings.home, self.trust.ledger_id)

        def folders(issuer: str, type_: str) -> FeedFolders:
            return FeedFolders([Path(each.folder) for each in feeds.places(issuer, type_)], wipe)

        return [
            WrapsPlace(self.home),
            DraftPlace(self._outbox.traces, partial(self._outbox.erase, wipe=wipe)),
            RowsPlace("leaves", self._batch_outbox),
            *([RowsPlace("answers", SqliteRequests(answers))] if answers.exists() else []),
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
        """Where a license stands."""
        now = int(self.clock.now().timestamp())
        opening = self.drafts().opening(license_id)
        shown = show_license(self.histories(asked), license_id, at, known_at, now, opening)
        return shown.naming(self._license_at)

    def license_now(self, license_id: str) -> License:
        """A license as the newest block has it, to be acted on; of a batch too, where this home issued it.

        Raises:
            UnknownIdError: `UNKNOWN_LICENSE`.
        """
        opening = self.drafts().opening(license_id)
        return license_state(self.histories(Asked()), license_id, opening)[0]

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
