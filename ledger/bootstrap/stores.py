"""What a home keeps of one ledger, each thing in its store."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property

from ledger import crypto
from ledger.adapters.batch_outbox import SqliteBatchOutbox
from ledger.adapters.content import FolderContent
from ledger.adapters.disk import flush, wipe
from ledger.adapters.erasures import FolderErasures
from ledger.adapters.evidence_folder import EvidenceFolder
from ledger.adapters.ipfs import IpfsContent
from ledger.adapters.issuer_home import FolderIssuerHome
from ledger.adapters.outbox import FileOutbox
from ledger.adapters.replicas import ReplicatedContent
from ledger.adapters.sm4 import Sm4Gcm
from ledger.adapters.sqlite.asked import SqliteAsked
from ledger.adapters.sqlite.holder_names import SqliteHolderNames
from ledger.adapters.sqlite.prepared import SqlitePrepared
from ledger.adapters.sqlite.rows import SqliteRows
from ledger.adapters.sqlite.uses import SqliteUses
from ledger.adapters.type_files import TypeFiles
from ledger.bootstrap.reach import Reach
from ledger.domain.sharing_entities import Use
from ledger.errors import UsageError
from ledger.ports import Content
from ledger.service.catalog_texts import CatalogTexts
from ledger.service.evidence import Evidence
from ledger.service.hand_out import HandOut
from ledger.service.hand_texts import HandTexts
from ledger.service.party_texts import PartyTexts, PublishedTexts
from ledger.service.seen_records import SeenRecords
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


class Stores(Reach):
    """What a home keeps of one ledger.

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
        super().__init__(settings)
        self._passphrase, self._on_drawn = passphrase, on_drawn

    @cached_property
    def prepared_messages(self) -> SqlitePrepared:
        """Messages that wait for signatures made elsewhere."""
        return SqlitePrepared(self.settings.home / "prepared.sqlite3", self.clock)

    def types(self) -> TypeFiles:
        """License types: the shipped ones and those beside the trust file."""
        return TypeFiles(self.settings.network.resolve().parent / "types")

    @cached_property
    def home(self) -> FolderIssuerHome:
        """The issuers' own files in this home."""
        return FolderIssuerHome(self.settings.home, Sm4Gcm(), self._passphrase, self._on_drawn)

    @cached_property
    def erasures(self) -> FolderErasures:
        """The documents that this home erased."""
        return FolderErasures(self.settings.home / "erased", flush)

    @property
    def drafts_alone(self) -> FileOutbox:
        """Licenses that are being issued one by one."""
        return FileOutbox(self.settings.home / "outbox")

    @cached_property
    def drafts_in_batches(self) -> SqliteBatchOutbox:
        """Licenses that are being issued in batches, and the leaves of those that were."""
        return SqliteBatchOutbox(self.settings.home / "outbox")

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

    @property
    def _texts_kept(self) -> FileOutbox:
        return FileOutbox(self.settings.home / "sharing")

    @cached_property
    def seen_records(self) -> SeenRecords:
        """What a holder saw of her licenses."""
        return SeenRecords(FileOutbox(self.settings.home / "seen"))

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

    @cached_property
    def holder_names(self) -> SqliteHolderNames:
        """By which licenses are found by their holders."""
        return SqliteHolderNames(self.settings.home / HOLDERS)

    @cached_property
    def content(self) -> Content:
        """Where encrypted documents are kept: the IPFS daemons of the settings, or a folder of this home.

        Raises:
            UsageError: `CONTENT_SETTING`, `IPFS_ADDRESS`.
        """
        where = self.settings.content
        if where is None:
            return self.folder_content
        kind, _, urls = where.partition(":")
        if kind != "ipfs":
            raise UsageError("CONTENT_SETTING", value=where[:120])
        stores = [IpfsContent(url.strip()) for url in urls.split(",")]
        return stores[0] if len(stores) == 1 else ReplicatedContent(stores)

    @property
    def folder_content(self) -> FolderContent:
        """The folder of this home for documents."""
        return FolderContent(self.settings.home / "content", flush, wipe)
