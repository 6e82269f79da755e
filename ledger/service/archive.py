"""Archive packages: made from a node's answers, and judged years later without node and without home.

A package is judged by the very service that verifies licenses, at the level `state`, over a reader that
answers from the package alone. So every record in it is proved under one block. That block, and with it
the registration of the key that signed the package, is the package's own word: anybody can make up a
block with everything under it. So the caller names what it is to be held against: the block's hash, or
the maker's key.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple, Protocol

from ledger.domain.archive import (
    ABOUT,
    LICENSE,
    MANIFEST,
    NETWORK,
    NODE,
    README,
    RECORDS,
    REFERENCES,
    Archive,
    Checkpoint,
    Manifest,
    decision_digest,
    decisions_in,
    measured,
    package_of,
    read_archive,
)
from ledger.domain.canonical import JsonObject, canonical
from ledger.domain.document import Envelope
from ledger.domain.entities import Key, License
from ledger.domain.lineage import MAX_HANDS, followers_of
from ledger.domain.messages import Kind, key_id
from ledger.domain.moments import rfc3339
from ledger.domain.objects import entitlement_object, key_object, organisation_id
from ledger.domain.records import Record
from ledger.domain.sm import DEFAULT_ID
from ledger.domain.sm3 import sm3
from ledger.domain.state import StateView, typed
from ledger.domain.statements import Signed, Signs
from ledger.domain.trustfile import TrustFile
from ledger.domain.verdict import Outcome, Step, Verdict
from ledger.errors import (
    LedgerError,
    MalformedError,
    NotEntitledError,
    TrustError,
    WrongLedgerError,
)
from ledger.ports import Clock, LedgerReader, Verifier
from ledger.proof.claims import claim_of_file, opening_of, read_envelope
from ledger.service.authorise import is_acting_for, registered_key, require_current
from ledger.service.partial_state import state_of
from ledger.service.sources import Asked, Histories
from ledger.service.standing import Shown, show_license
from ledger.service.verify import NO_PRESENTATION, Ask, Subject, VerifyLicenses, state_of_key
from ledger.service.warrants import ArchivedPackage

_AUTHENTIC = (Step.FORM, Step.INTEGRITY, Step.SIGNATURE, Step.ISSUER, Step.ANCHOR)
"""What has to hold whatever became of the license."""


class Recording(Protocol):
    """A reader that keeps what it is answered."""

    @property
    def reader(self) -> LedgerReader:
        """Asks a node."""
        ...

    def packed(self) -> bytes:
        """What it was answered until now, as `node.json` has it."""
        ...


@dataclass(frozen=True)
class Anchors:
    """What a caller knows from elsewhere, so that a package need not vouch for itself.

    Attributes:
        trust: Its own trust file; None where it has none.
        head: Hash of the block, 0x-hex; None where it does not know it.
        maker: Public key of the body that made the package, 65 bytes; None where it does not know it.
    """

    trust: TrustFile | None = None
    head: str | None = None
    maker: bytes | None = None

    @property
    def level(self) -> str:
        """How far a package that holds is to be believed: `state`, the maker's word (`rpc`), or `none`."""
        if self.head is not None:
            return "state"
        return "rpc" if self.maker is not None else "none"

    @property
    def are_enough(self) -> bool:
        """Whether nothing of the answer rests on the package's own word."""
        return self.trust is not None and self.level != "none"


@dataclass(frozen=True)
class Judged:
    """What a package shows.

    Attributes:
        archive: The package.
        verdict: On its license, as known at its block.
        rev: Of the license then.
        anchors: What the caller held it against.
    """

    archive: Archive
    verdict: Verdict
    rev: int
    anchors: Anchors

    @property
    def is_authentic(self) -> bool:
        """Whether the license is the one that was recorded, by a body that might."""
        return all(check.outcome is Outcome.PASS for check in self.verdict.checks if check.step in _AUTHENTIC)

    @property
    def package(self) -> ArchivedPackage:
        """As a home notes it before anybody has it."""
        return ArchivedPackage(self.archive.sm3, self.rev, kept=False)

    def as_json(self) -> JsonObject:
        """The keys of `verify-archive`."""
        manifest = self.archive.manifest
        return {
            "identifier": manifest.identifier,
            "licenseId": manifest.license_id,
            "ledgerId": manifest.ledger_id,
            "sm3": self.archive.sm3,
            "by": manifest.signed.by,
            "keyId": manifest.signed.key_id,
            "madeAt": rfc3339(manifest.signed.at),
            "checkpoint": manifest.checkpoint.as_json(),
            "rev": self.rev,
            "trust": self.anchors.level,
            "pinned": self.anchors.are_enough,
            "authentic": self.is_authentic,
            "result": self.verdict.result,
            "kind": self.verdict.kind.value if self.verdict.kind else None,
            "checks": [each.as_json(self.verdict.kind) for each in self.verdict.checks],
        }


class About(NamedTuple):
    """What a reader is asked about.

    Attributes:
        envelope: The license file.
        body: Credit code of the body that makes the package.
        key_id: Of the key that signs it, 0x-hex.
        head: Hash of the block, 0x-hex.
    """

    envelope: bytes
    body: str
    key_id: str
    head: str


@dataclass(frozen=True)
class Sight:
    """What a reader shows under one block.

    Attributes:
        verdict: On the license file.
        shown: Where the license stands.
        checkpoint: The block, and the Journal's place under it.
    """

    verdict: Verdict
    shown: Shown
    checkpoint: Checkpoint


class ViewArchived:
    """Asks a reader everything by which a package is judged.

    Args:
        verifier: SM2.
        clock: Ages are told by it; no judgement depends on it.
    """

    def __init__(self, verifier: Verifier, clock: Clock) -> None:
        self._verifier, self._clock = verifier, clock

    def view(self, reader: LedgerReader, trust: TrustFile, about: About) -> Sight:
        """What is proved under the block.

        Raises:
            MalformedError: `ARCHIVE_LICENSE`: the license file is none.
            NotAuthenticatedError, NotEntitledError: `ARCHIVE_MAKER`; the key is none of the body's then.
            TrustError, OutageError: What is not proved, or not there.
        """
        histories = Histories([reader], Asked("state", about.head))
        before, claim, _ = read_envelope(about.envelope)
        if claim is None:
            raise MalformedError("ARCHIVE_LICENSE")
        header = histories.header
        verify = VerifyLicenses(trust, lambda: histories, self._verifier, self._clock, "state")
        asked = Ask(at=header.time, known_at=header.time)
        verdict = verify.verify(Subject(before, claim, NO_PRESENTATION), asked)
        shown = show_license(
            histories, claim.license_id, header.time, header.time, header.time, opening_of(claim)
        )
        _require_maker(histories, about, shown)
        seq, head = reader.proven_journal(header)
        checkpoint = Checkpoint(header.number, header.hash, header.time, seq, "0x" + head.hex())
        return Sight(verdict, shown, checkpoint)


def _require_maker(histories: Histories, about: About, shown: Shown) -> None:
    """Let pass only a key that signed at the block's time for a body that acted on the license."""
    license_, now = shown.license, histories.header.time
    bodies = {about.body, license_.issuer}
    right = entitlement_object(license_.license_type, license_.issuer)
    for _ in range(MAX_HANDS + 1):
        objects = [bytes.fromhex(organisation_id(each)[2:]) for each in sorted(bodies)]
        state = state_of_key(histories, about.key_id, right, *objects)
        line = set(followers_of(state, license_.issuer, now))
        if line <= bodies:
            break
        bodies |= line
    _, key = registered_key(state, about.body, about.key_id)
    require_current(state, key, now)
    if not is_acting_for(state, about.body, license_, now):
        raise NotEntitledError("ARCHIVE_MAKER", by=about.body, issuer=license_.issuer)


class JudgeArchives:
    """Reads packages and judges them.

    Args:
        viewing: Asks readers.
        verifier: SM2.
        open_packed: From a trust file and `node.json` to a reader that answers from that alone.
        read_trust: Reads a trust file, its seal checked.
    """

    def __init__(
        self,
        viewing: ViewArchived,
        verifier: Verifier,
        open_packed: Callable[[TrustFile, bytes], LedgerReader],
        read_trust: Callable[[bytes], TrustFile],
    ) -> None:
        self._viewing, self._verifier = viewing, verifier
        self.open, self._read_trust = open_packed, read_trust

    def judge(self, data: bytes, anchors: Anchors) -> Judged:
        """What a package shows.

        Args:
            data: The file, from a stranger.
            anchors: What it is held against.

        Raises:
            MalformedError: As `read_archive`; `ARCHIVE_NODE`, `ARCHIVE_LICENSE`.
            TrustError: `ARCHIVE_ALTERED`, `ARCHIVE_SIGNATURE`, `ARCHIVE_OTHER_HEAD`, `ARCHIVE_OTHER_MAKER`,
                `ARCHIVE_CONTRADICTS`; `WRONG_LEDGER`; what is not proved.
            NotAuthenticatedError, NotEntitledError: As `ViewArchived.view`.
            OutageError: `ARCHIVE_LACKS`: something that a judgement needs is not in it.
        """
        archive = read_archive(data)
        manifest, trust = archive.manifest, self._trust_file(archive, anchors.trust)
        _require_anchored(manifest, anchors)
        self._require_signature(manifest)
        reader = self.open(trust, archive.contents[NODE])
        signed, license_ = manifest.signed, archive.contents[LICENSE]
        about = About(license_, signed.by, signed.key_id, manifest.checkpoint.hash)
        sight = self._viewing.view(reader, trust, about)
        every = {each.object for each in reader.records()}
        Histories([reader], Asked("state", about.head)).of(every)  # also of what no judgement needs
        _require_agreeing(archive, sight, records_shown(reader, trust))
        return Judged(archive, sight.verdict, sight.shown.license.rev, anchors)

    def _trust_file(self, archive: Archive, own: TrustFile | None) -> TrustFile:
        packed = self._read_trust(archive.contents[NETWORK])
        if packed.ledger_id != archive.manifest.ledger_id:
            raise TrustError("ARCHIVE_CONTRADICTS", member=NETWORK)
        if own is not None and _pin(own) != _pin(packed):
            found = sm3(canonical(_pin(packed))).hex()
            raise WrongLedgerError("WRONG_LEDGER", what="trust file", expected=own.ledger_id, found=found)
        return packed

    def _require_signature(self, manifest: Manifest) -> None:
        signed = manifest.signed
        try:
            key, signature = bytes.fromhex(manifest.public_key), bytes.fromhex(signed.signature)
            holds = self._verifier.verify(key, manifest.message, signature)
            holds = holds and "0x" + key_id(key).hex() == signed.key_id
        except (ValueError, LedgerError):
            holds = False
        if not holds:
            raise TrustError("ARCHIVE_SIGNATURE", by=signed.by[:40])


def _require_anchored(manifest: Manifest, anchors: Anchors) -> None:
    if anchors.head not in (None, manifest.checkpoint.hash):
        raise TrustError("ARCHIVE_OTHER_HEAD", asked=str(anchors.head)[:80], found=manifest.checkpoint.hash)
    if anchors.maker is not None and anchors.maker.hex() != manifest.public_key:
        asked = "0x" + key_id(anchors.maker).hex()
        raise TrustError("ARCHIVE_OTHER_MAKER", asked=asked, by=manifest.signed.by)


class MakeArchives:
    """Makes packages of licenses whose documents this home keeps.

    Args:
        trust: The trust file of this home.
        viewing: Asks readers.
        record: Begins a recording of what a node answers.
        judging: Judges a package before anybody gets it.
        kept: A license file of this home, held against the ledger, by license id.
        references: Decisions about a license with their salts, as the register has them.
        clock: Tells now.
    """

    def __init__(
        self,
        trust: TrustFile,
        viewing: ViewArchived,
        record: Callable[[], Recording],
        judging: JudgeArchives,
        kept: Callable[[str], Envelope],
        references: Callable[[str, str], Sequence[JsonObject]],
        clock: Clock,
    ) -> None:
        self._trust, self._viewing, self._record = trust, viewing, record
        self._judging, self._kept, self._references = judging, kept, references
        self._clock = clock

    def make(self, license_id: str, body: str, signer: Signs) -> tuple[bytes, Judged]:
        """The package of a license as it was recorded, judged as a stranger will judge it.

        What became of the license, or of the key that signed it, is no reason not to pack it.

        Args:
            license_id: 0x-hex.
            body: Credit code of the body that makes it.
            signer: A signing key of that body.

        Raises:
            ErasedError: `DOCUMENT_ERASED`, `ERASURE_UNFINISHED`.
            UnknownIdError: `UNKNOWN_LICENSE`, `DOCUMENT_NOT_KEPT`.
            LedgerError: As `ViewArchived.view` and `JudgeArchives.judge`.
        """
        envelope, recording = self._kept(license_id), self._record()
        issuer = claim_of_file(envelope).issuer
        signed = Signed.now(body, signer, int(self._clock.now().timestamp()))
        about = About(envelope.to_bytes(), body, signed.key_id, recording.reader.head().hash)
        sight = self._viewing.view(recording.reader, self._trust, about)
        node = self._with_keys(recording, about.head)
        contents = {
            README: ABOUT.encode(),
            LICENSE: about.envelope,
            NETWORK: canonical(self._trust.with_rpc(()).to_json()) + b"\n",
            NODE: node,
            RECORDS: records_shown(self._judging.open(self._trust, node), self._trust),
            REFERENCES: self._decisions(issuer, sight.shown.license),
        }
        manifest = Manifest(
            self._trust.ledger_id,
            license_id,
            envelope.identifier,
            sight.checkpoint,
            measured(contents),
            signer.public_key.hex(),
            signed,
        )
        data = package_of(manifest.sign(signer), contents)
        return data, self._judging.judge(data, Anchors(self._trust, about.head, signer.public_key))

    def _with_keys(self, recording: Recording, head: str) -> bytes:
        """What was recorded, with every key that signed any of it, so that each signature can be checked."""
        histories = Histories([recording.reader], Asked("state", head))
        node = recording.packed()
        for _ in range(MAX_HANDS):
            lacking = keys_lacking(self._judging.open(self._trust, node))
            if not lacking - histories.known:
                break
            histories.facts_of(lacking)
            node = recording.packed()
        return node

    def _decisions(self, issuer: str, license_: License) -> bytes:
        """Numbers of decisions that came to be recorded."""
        rows = self._references(issuer, license_.license_id)
        recorded = [each for each in rows if decision_digest(each) in _decided(license_)]
        return canonical({"references": recorded}) + b"\n"


def records_shown(reader: LedgerReader, trust: TrustFile) -> bytes:
    """The records of a package for people, one a line, with what was signed and by which keys.

    Raises:
        TrustError: `BAD_RECORD`.
    """
    records = sorted(reader.records(), key=lambda each: each.seq)
    state = state_of(reader.ledger_id, records)
    return b"".join(canonical(_line(each, trust, state)) + b"\n" for each in records)


def keys_lacking(reader: LedgerReader) -> set[bytes]:
    """Objects of the keys that signed records of a package and are not in it."""
    records = sorted(reader.records(), key=lambda each: each.seq)
    state = state_of(reader.ledger_id, records)
    signed = {each.key_id for record in records for each in record.decoded().signatures}
    return {key_object(each) for each in signed if typed(state, "key", "0x" + each.hex(), Key) is None}


def _line(record: Record, trust: TrustFile, state: StateView) -> JsonObject:
    struct, body = record.message_type(), record.decoded()
    domain = replace(trust.domain(struct.contract), contract=record.writer)
    signatures = []
    for each in body.signatures:
        key = typed(state, "key", "0x" + each.key_id.hex(), Key)
        signatures.append(
            {
                "keyId": "0x" + each.key_id.hex(),
                "publicKey": key.public_key if key else None,
                "id": DEFAULT_ID.decode(),
                "message": domain.signed_message(struct, each.key_id, body.data).hex(),
                "signature": each.raw.hex(),
            }
        )
    return {
        "seq": record.seq,
        "time": rfc3339(record.time),
        "writer": record.writer,
        "kind": record.kind,
        "kindName": Kind(record.kind).name,
        "object": "0x" + record.object.hex(),
        "block": record.block,
        "txHash": record.tx_hash,
        "logIndex": record.log_index,
        "signatures": signatures,
    }


def _require_agreeing(archive: Archive, sight: Sight, records: bytes) -> None:
    """Refuse what says in one place other than in another."""
    manifest, shown = archive.manifest, sight.shown
    identifier = sight.verdict.identifier
    told = (manifest.license_id, manifest.identifier, manifest.checkpoint)
    if told != (shown.license.license_id, identifier, sight.checkpoint):
        raise TrustError("ARCHIVE_CONTRADICTS", member=MANIFEST)
    if archive.contents[RECORDS] != records:
        raise TrustError("ARCHIVE_CONTRADICTS", member=RECORDS)
    if not decisions_in(archive.contents[REFERENCES]) <= _decided(shown.license):
        raise TrustError("ARCHIVE_CONTRADICTS", member=REFERENCES)


def _decided(license_: License) -> set[str]:
    """Digests of the decisions that the ledger has about a license."""
    return {fact.reference for fact in license_.facts}


def _pin(trust: TrustFile) -> JsonObject:
    """What of a trust file says which ledger it is; the rest are hints."""
    return {**trust.to_json(), "rpc": [], "api": None}
