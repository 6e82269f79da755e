"""One ledger with all its services."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property, partial
from pathlib import Path

from ledger.adapters.clock import SystemPace
from ledger.adapters.lease import FileLease
from ledger.adapters.outbox import FileOutbox
from ledger.adapters.sm4 import Sm4Gcm
from ledger.bootstrap.documents import Documents
from ledger.bootstrap.published import Published
from ledger.bootstrap.stores import ASKED, USES, Stores
from ledger.bootstrap.supervised import Supervised
from ledger.domain.canonical import JsonObject
from ledger.domain.derived import Derived
from ledger.domain.disclosed_row import DisclosedRow
from ledger.domain.document import Envelope
from ledger.domain.entities import License, Representation
from ledger.domain.handout import Handout
from ledger.domain.messages import Domain, Kind
from ledger.domain.moments import parse_moment
from ledger.domain.objects import region_id
from ledger.domain.revisions import revision_in
from ledger.domain.row_schema import RowSchema
from ledger.domain.row_tree import RowsState
from ledger.domain.rules.representations import representation_key
from ledger.domain.sharing_entities import Resource, resource_key
from ledger.domain.state import typed
from ledger.domain.trustfile import BOUND, TrustFile
from ledger.domain.verification_receipt import COPY, PRESENTATION, VerifiedSubject, WasAsked
from ledger.errors import MalformedError, TrustError, UnknownIdError
from ledger.ports import Entities, Index, Name, Signer
from ledger.proof.claims import claim_of_shown, opening_of, read_envelope
from ledger.proof.verification import Claim
from ledger.service.accept import STALL_SECONDS, AcceptMessages, Desk, GivePromises
from ledger.service.act import ActOnLicenses
from ledger.service.admission import Admission
from ledger.service.anchor import AnchorMessages
from ledger.service.authorise import require_acts_for
from ledger.service.capacity import Capacities
from ledger.service.check_conversions import CheckConversions
from ledger.service.copy_records import CopyRecords
from ledger.service.copy_uses import CopyUses, IndexedUses, Receipt, named_by_request
from ledger.service.doing import DoToLicenses
from ledger.service.drafts import Drafts, DraftStores, ReadInputs
from ledger.service.forget_rows import ForgetRows
from ledger.service.handed_in import SignedElsewhere
from ledger.service.handed_registry import RegistryOnLedger
from ledger.service.handed_sharing import require_opening
from ledger.service.holder_uses import HolderUses
from ledger.service.issue import IssueLicenses
from ledger.service.issue_batch import IssueBatches
from ledger.service.license_file import recorded_claim
from ledger.service.list_shared import ListShared
from ledger.service.load_rows import LoadRows
from ledger.service.locate_licenses import LocateLicenses
from ledger.service.name_uses import NameUses
from ledger.service.official_documents import OfficialDocuments
from ledger.service.old_licenses import OldLicenses
from ledger.service.party_texts import PartyTexts
from ledger.service.promises import JudgePromises
from ledger.service.recorded import recorded
from ledger.service.represent import RepresentHolders
from ledger.service.representatives import StandIn, representatives_of
from ledger.service.resign import ResignMessages
from ledger.service.run_outbox import Pace, RunOutbox
from ledger.service.share import ShareOnLedger, SignShared
from ledger.service.shown_corrections import ShowCorrections
from ledger.service.shown_grants import ShowGrants
from ledger.service.shown_uses import ShowUses
from ledger.service.signing import Brought
from ledger.service.sources import Asked
from ledger.service.standing import Shown, license_in, license_state, show_license, standing_in
from ledger.service.submission import Messages
from ledger.service.supervise_promises import HeldPromise, promises_given
from ledger.service.unsigned_uses import UnsignedUses, unsigned_by_us, unsigned_here
from ledger.service.verification_receipts import (
    CheckVerifications,
    RepeatVerifications,
    SignReceipts,
)
from ledger.service.verify import NO_PRESENTATION, AtHand, Subject, VerifyLicenses, reused
from ledger.service.verify_copies import CopyAsk, VerifyCopies, read_copy
from ledger.settings import Settings

_OTHERS = "ledgers"
"""Folder of a home with the trust files of other ledgers."""

WAIT_SECONDS = 60.0
"""How long a command waits for the record of what it wrote."""


class Ledger(Stores):
    """One ledger with all its services.

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
        super().__init__(settings, passphrase, on_drawn)
        self._openings: dict[str, Mapping[str, object]] = {}
        self._files: dict[str, Claim] = {}

    @cached_property
    def published(self) -> Published:
        """What regions and platforms published."""
        return Published(self)

    @cached_property
    def supervised(self) -> Supervised:
        """What was due, or against a rule."""
        return Supervised(self, self.published)

    @cached_property
    def documents(self) -> Documents:
        """How documents are kept and erased."""
        return Documents(self, self.drafts, self.verify, self.license_now)

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
        return AnchorMessages(self.queue, self.sender, self.reader, self.following(), self.clock)

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
            header = self.following().sync()
            return self.index, header.time

        return JudgePromises(self.reader, followed)

    def promises_given(self) -> Iterable[HeldPromise]:
        """The promises that this home gave: of messages in its queue, and of uses in batches."""
        return promises_given(self.queue, self.uses_kept if (self.settings.home / USES).exists() else None)

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
                self.published.seals.find,
                self.published.counting_texts,
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
        records = CopyRecords(opened, uses)
        return VerifyCopies(self.trust.ledger_id, self.verifier, records, self._schema_then)

    def _schema_then(self, state: RowsState) -> RowSchema | None:
        """The schema that a data set had when it was loaded, as far as this home knows it and the ledger."""
        found = typed(self.index, "resource", resource_key(state.owner, state.code), Resource)
        then = [each for each in found.versions if each.recorded_at <= state.loaded_at] if found else []
        return self.party_texts.schema_of(then[-1].schema_digest) if then else None

    def row_derived(self, row: DisclosedRow) -> Derived:
        """The derived fields of a row; none where its schema is not known here."""
        schema = self._schema_then(row.state)
        return schema.derived if schema else {}

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

    def drafts(self, desk: Desk | None = None) -> Drafts:
        """What this home issued or is issuing."""
        accepting = desk.accepting if desk else self.accepting()
        return Drafts(
            self.trust,
            ReadInputs(self.types().get, self.check_conversions().require),
            self.home,
            DraftStores(self.drafts_alone, self.drafts_in_batches, self.erasures),
            self.documents.keep_contents,
            self.entropy,
            accepting.is_alive,
            self._openings,
        )

    def check_conversions(self) -> CheckConversions:
        """Whether who converted paper licenses signed for it."""
        return CheckConversions(self.trust.ledger_id, self.verifier, lambda: self.look().index, self.clock)

    def issuing(self, desk: Desk | None = None) -> IssueLicenses:
        """The service that issues and amends licenses one by one, for who stands at a desk."""
        desk = desk or self.desk
        return IssueLicenses(self.drafts(desk), self.messages, desk)

    def batches(self, desk: Desk | None = None) -> IssueBatches:
        """The service that issues licenses in batches."""
        desk = desk or self.desk
        return IssueBatches(self.drafts(desk), self.messages, desk)

    def official_documents(self) -> OfficialDocuments:
        """The official documents that this home knows."""
        return OfficialDocuments(self.follow, self.drafts(), self._license_at, self.clock)

    def old_licenses(self) -> OldLicenses:
        """The licenses that are to be renewed, as the newest block has them."""
        header = self.following().sync()
        now = max(self.now(), header.time)
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
        desk, signing = desk or self.desk, self.sign_shared(brought)
        return ShareOnLedger(signing, desk, self.domain_of_records, self.drafts(desk).kind)

    def registry(self, desk: Desk | None = None) -> RegistryOnLedger:
        """The service that writes about the registry what was signed elsewhere."""

        def domain(contract: str) -> Domain:
            """Records do not name what the Directory makes itself: its chain tells where that stands."""
            return self.domain_now(contract) if contract in BOUND else self.domain_of_records(contract)

        return RegistryOnLedger(Messages(domain, self.clock), desk or self.desk, domain, self.clock)

    def sign_shared(self, brought: Brought | None = None) -> SignShared:
        """Makes messages about sharing; needs no relay key."""
        return SignShared(self.messages, self.clock, brought)

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

    def listing(self, state: Entities, texts: PartyTexts | None = None) -> ListShared:
        """What lists what is shared, by a state of this ledger.

        Args:
            state: The ledger.
            texts: What may be told of what stands behind digests; None for all that this home knows.
        """
        texts, now = texts or self.party_texts, self.now()
        shown = ShowGrants(state, texts, now, self.published.counting(state, now), self.derived_of)
        return ListShared(state, shown, texts, now, self.catalog_texts, self.published.read_grounds(state))

    def grants(self, index: Entities) -> ShowGrants:
        """What tells where grants stand now, by an index of this ledger."""
        now = self.now()
        return ShowGrants(index, self.party_texts, now, self.published.counting(index, now), self.derived_of)

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

    def holder_uses(self, index: Index) -> HolderUses:
        """What tells holders of their data, by an index of this ledger."""
        return HolderUses(index, self.grants(index), self.corrections(index))

    def corrections(self, index: Entities) -> ShowCorrections:
        """What tells where corrections stand now, by a state of this ledger."""
        return self.supervised.corrections_at(index, self.now())

    def loading_rows(self) -> LoadRows:
        """Loads the rows of data sets."""
        return LoadRows(self.rows_kept, self.home.secret, Sm4Gcm(), self.entropy, self.now)

    def forgetting_rows(self) -> ForgetRows:
        """Forgets handouts of rows when their data set is loaded anew."""
        return ForgetRows(self.uses_kept, self.rows_kept, self.home.secret, self.now)

    def uses(self, index: Index) -> ShowUses:
        """What tells uses and refusals, by an index of this ledger."""
        return ShowUses(
            index, self.party_texts, self.leaves_of, self.batch_of, self.published.known_ways.told
        )

    def unsigned_uses(self) -> list[UnsignedUses]:
        """Uses of this home that wait for a grantee's signature."""
        provided = unsigned_here(self.uses_kept) if (self.settings.home / USES).exists() else []
        used = unsigned_by_us(self.uses_asked) if (self.settings.home / ASKED).exists() else []
        return [*provided, *used]

    def locating(self) -> LocateLicenses:
        """Finds licenses of this home by their holders."""
        return LocateLicenses(self.holder_names, self.index.named_since, self.drafts().kept, self.home.secret)

    def require_acts_for(self, body: str, license_: License) -> None:
        """Refuse a body (credit code) that is not a license's issuer, what followed it, or its operator.

        Raises:
            NotEntitledError: `NOT_THE_ISSUER`.
        """
        require_acts_for(self.follow(), body, license_, self.now())

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

    def remember(self, envelope: Envelope, cid: str | None = None) -> None:
        """Note which identifier stands for which license; only this home knows."""
        self.remember_all([(envelope, cid)])

    def remember_all(self, kept: Sequence[tuple[Envelope, str | None]]) -> None:
        """The same of many licenses, each with the content id of its document."""
        now = self.now()
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
        now, histories = self.now(), self.histories(asked)
        opening, find = self.drafts().opening(license_id), self.published.counting_texts
        shown = show_license(histories, license_id, at, known_at, now, opening, find)
        names = self._represented_by(license_id)
        found = representatives_of(histories, license_id, names, shown.at, shown.known_at)
        shown = shown.of_kind(self.drafts().kind(shown.license.license_type))
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
        return standing_in(self.index, license_, self.now(), self._license_at)

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
