"""How documents are kept, read, archived and erased in this home."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from ledger import crypto
from ledger.adapters.artifacts import load_artifacts
from ledger.adapters.chain import PackedChain, PackedNode, RecordedChain
from ledger.adapters.disk import flush, wipe
from ledger.adapters.feed_erasure import FeedFolders
from ledger.adapters.feed_register import FeedRegister
from ledger.adapters.outbox import FileOutbox
from ledger.adapters.rpc import Rpc
from ledger.adapters.sm4 import Sm4Gcm
from ledger.adapters.sqlite.requests import SqliteRequests
from ledger.bootstrap.stores import HOLDERS, REQUESTS, USES, Stores
from ledger.domain.acts import Purpose
from ledger.domain.archive import MAX_PACKAGE
from ledger.domain.canonical import JsonObject, parse_strict
from ledger.domain.document import Envelope
from ledger.domain.entities import Key, License
from ledger.domain.objects import organisation_id
from ledger.domain.records import Record
from ledger.domain.trustfile import TrustFile, read_trust_file
from ledger.errors import UnknownIdError
from ledger.service.archive import JudgeArchives, MakeArchives, ViewArchived
from ledger.service.content_places import (
    BlobsPlace,
    ContentPlace,
    DraftPlace,
    FilesPlace,
    RowsPlace,
    WrapsPlace,
)
from ledger.service.documents import ReadDocuments, require_not_erased
from ledger.service.drafts import Document, Drafts
from ledger.service.due import DueDocuments
from ledger.service.erase import EraseDocuments
from ledger.service.keep import KeepDocument
from ledger.service.legal_holds import LegalHolds
from ledger.service.packages import Packages
from ledger.service.retention import Retention
from ledger.service.sources import Asked
from ledger.service.standing import license_in
from ledger.service.statements import Notary
from ledger.service.verify import VerifyLicenses
from ledger.service.warrants import Warrants

_KEYS_FOR = 10
"""Seconds for which a body's registered encryption keys are remembered."""


class Documents:
    """How documents of issued licenses are kept in a home, read, archived and erased.

    Args:
        stores: The ledger, and the home.
        drafts: What the home issued or is issuing.
        verify: The verification service at a level of trust.
        license_now: Finds a license as the newest block has it, by its id.
    """

    def __init__(
        self,
        stores: Stores,
        drafts: Callable[[], Drafts],
        verify: Callable[[Asked], VerifyLicenses],
        license_now: Callable[[str], License],
    ) -> None:
        self._stores, self._drafts, self._verify, self._license_now = stores, drafts, verify, license_now
        self._readers_of: dict[str, tuple[int, list[bytes]]] = {}

    @property
    def _keeper(self) -> KeepDocument:
        return KeepDocument(self._stores.content, Sm4Gcm(), crypto.encryptor())

    def reading(self) -> ReadDocuments:
        """The service that reads documents of issued licenses."""
        verify = self._verify(Asked())
        return ReadDocuments(
            self._stores.home,
            self._stores.erasures,
            self._keeper,
            self._stores.index.cid_of,
            verify,
            self._issued_by,
        )

    def erasing(self) -> EraseDocuments:
        """The service that erases documents of issued licenses."""
        return EraseDocuments(
            self._stores.follow(),
            self._license_now,
            self._drafts(),
            self._stores.home,
            self.reading(),
            self._content_places(),
            self.warrants(),
            self._stores.clock,
        )

    def _notary(self) -> Notary:
        return Notary(
            self._stores.follow(), self._stores.verifier, self._stores.clock, self._stores.trust.ledger_id
        )

    def retention(self) -> Retention:
        """The rules by which this home keeps documents."""
        return Retention(self._notary(), FileOutbox(self._stores.settings.home / "retention", flush))

    def legal_holds(self) -> LegalHolds:
        """The legal holds on documents of this home."""
        return LegalHolds(
            self._notary(),
            FileOutbox(self._stores.settings.home / "holds", flush),
            FileOutbox(self._stores.settings.home / "holds-put", flush),
            self._license_now,
            self._stores.erasures,
            self._stores.entropy,
        )

    @property
    def packages(self) -> Packages:
        """The archive packages that this home made."""
        store = FileOutbox(self._stores.settings.home / "archived", flush)
        return Packages(store, lambda: self.legal_holds().unchanged(), self._stores.erasures)

    def judging_archives(self) -> JudgeArchives:
        """Judges archive packages; asks no node and reads nothing of this home."""

        def read_trust(data: bytes) -> TrustFile:
            trust = read_trust_file(data)
            trust.check_seal(self._stores.verifier)
            return trust

        def packed(trust: TrustFile, node: bytes) -> PackedChain:
            return PackedChain(PackedNode(parse_strict(node, MAX_PACKAGE)), trust, load_artifacts())

        return JudgeArchives(
            ViewArchived(self._stores.verifier, self._stores.clock), self._stores.verifier, packed, read_trust
        )

    def making_archives(self) -> MakeArchives:
        """Makes archive packages of licenses whose documents this home keeps."""
        return MakeArchives(
            self._stores.trust,
            ViewArchived(self._stores.verifier, self._stores.clock),
            lambda: RecordedChain(Rpc(self._stores.trust.rpc), self._stores.trust, load_artifacts()),
            self.judging_archives(),
            self._kept_file,
            self._references,
            self._stores.clock,
        )

    def _kept_file(self, license_id: str) -> Envelope:
        """The license file that this home made, with its place on the ledger."""
        require_not_erased(self._stores.erasures, license_id)
        kept = self._drafts().kept(license_id)
        if kept is None:
            raise UnknownIdError("DOCUMENT_NOT_KEPT", id=license_id)
        return self.reading().of_record(kept.to_bytes(), license_id)

    def _references(self, issuer: str, license_id: str) -> list[JsonObject]:
        """Numbers of decisions about a license, with their salts."""
        notes = self._stores.home.notes(issuer, license_id)
        names = ("reference", "salt")
        return [{name: note[name] for name in names} for note in notes if "reference" in note]

    def due(self) -> DueDocuments:
        """Lists until when documents of this home are kept."""
        index, drafts = self._stores.follow(), self._drafts()

        def known(license_id: str) -> License:
            return license_in(index, license_id, drafts.opening(license_id))

        kept = (self.retention(), self.legal_holds(), self.packages.of)
        return DueDocuments(index, known, *kept, self._stores.erasures, self._stores.clock)

    def warrants(self) -> Warrants:
        """Judges whether documents may be erased now."""
        return Warrants(self.retention(), self.legal_holds(), self.packages.of, self._stores.clock)

    def _content_places(self) -> list[ContentPlace]:
        """Wherever this home keeps something of a document; wrapped keys first, what may be away last."""
        answers, uses, holders = (self._stores.settings.home / name for name in (REQUESTS, USES, HOLDERS))
        stores = [
            self._stores.folder_content,
            *([self._stores.content] if self._stores.settings.content else []),
        ]
        feeds = FeedRegister(self._stores.settings.home, self._stores.trust.ledger_id)

        def folders(issuer: str, type_: str) -> FeedFolders:
            return FeedFolders([Path(each.folder) for each in feeds.places(issuer, type_)], wipe)

        return [
            WrapsPlace(self._stores.home),
            DraftPlace(self._stores.drafts_alone.traces, partial(self._stores.drafts_alone.erase, wipe=wipe)),
            RowsPlace("leaves", self._stores.drafts_in_batches),
            *([RowsPlace("answers", SqliteRequests(answers))] if answers.exists() else []),
            *([RowsPlace("handouts", self._stores.uses_kept)] if uses.exists() else []),
            *([RowsPlace("holders", self._stores.holder_names)] if holders.exists() else []),
            RowsPlace("prepared", self._stores.prepared_messages),
            FilesPlace(folders),
            BlobsPlace(stores),
        ]

    def _issued_by(self, envelope: Envelope) -> Record:
        """The record by which a license of the ledger was issued, alone or in a batch."""
        issued = envelope.place[0] if envelope.place else str(envelope.anchor["licenseId"])
        return self._stores.histories(Asked()).of([bytes.fromhex(issued[2:])])[0]

    def keep_contents(self, issuer: str, documents: Sequence[Document]) -> list[str | None]:
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
        self._stores.home.note_all(issuer, notes)
        return [each.cid if each else None for each in kept]

    def _encryption_keys(self, uscc: str) -> list[bytes]:
        """Looked up anew after `_KEYS_FOR` seconds: licenses come many in a row."""
        now = self._stores.now()
        asked, keys = self._readers_of.get(uscc, (0, []))
        if not asked <= now < asked + _KEYS_FOR:
            keys = self._registered_encryption_keys(uscc, now)
            self._readers_of[uscc] = (now, keys)
        return keys

    def _registered_encryption_keys(self, uscc: str, now: int) -> list[bytes]:
        owner = organisation_id(uscc)
        index = self._stores.look().index  # while no node answers, as they were registered last
        keys = [entity for _, entity in index.entities("key") if isinstance(entity, Key)]
        return [
            bytes.fromhex(key.public_key)
            for key in keys
            if key.owner == owner and key.purpose is Purpose.ENCRYPT and key.is_valid_at(now)
        ]
