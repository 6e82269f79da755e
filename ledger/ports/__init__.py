"""What the services need from the world, in the domain's words.

Adapters in `ledger.adapters` (and the wallet's own) implement these; services receive them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from ledger.domain.canonical import JsonObject
from ledger.domain.copy_face import CopyFace
from ledger.domain.entities import Entity, License
from ledger.domain.erasure import Erasure
from ledger.domain.links import By
from ledger.domain.records import RawLog, Record
from ledger.domain.trustfile import ContractEntry
from ledger.proof.headers import Header


class Clock(Protocol):
    """Where time comes from."""

    def now(self) -> datetime:
        """The present moment, aware, in UTC."""
        ...


class Entropy(Protocol):
    """Where randomness comes from."""

    def token(self, size: int) -> bytes:
        """`size` bytes from a cryptographically secure source."""
        ...


class Signer(Protocol):
    """One SM2 private key, wherever it lives (file, UKey, HSM)."""

    @property
    def public_key(self) -> bytes:
        """65 bytes, `04‖X‖Y`."""
        ...

    def sign(self, message: bytes, uid: bytes = b"1234567812345678") -> bytes:
        """64 bytes, `r‖s`, over `message` (GB/T 32918.2; e = SM3(Z‖message))."""
        ...


class Verifier(Protocol):
    """Checks SM2 signatures. Never raises on data: whatever is not a signature is False."""

    @property
    def backend(self) -> str:
        """The name shown in results, for example `libcrypto 3.0.19`."""
        ...

    def verify(
        self, public_key: bytes, message: bytes, signature: bytes, uid: bytes = b"1234567812345678"
    ) -> bool:
        """Whether `signature` (64 bytes, `r‖s`) by `public_key` (65 bytes, `04‖X‖Y`) holds."""
        ...


class Encryptor(Protocol):
    """Encrypts to an SM2 public key."""

    def encrypt(self, public_key: bytes, plaintext: bytes) -> bytes:
        """The ciphertext C1C3C2 in DER (GM/T 0009 7.2); `plaintext` has at least one byte."""
        ...


class Decryptor(Protocol):
    """One SM2 private key that opens what was encrypted to it."""

    @property
    def public_key(self) -> bytes:
        """65 bytes, `04‖X‖Y`."""
        ...

    def decrypt(self, ciphertext: bytes) -> bytes:
        """The plaintext of a DER ciphertext; an altered one or another key's raises."""
        ...


class Sealer(Protocol):
    """Authenticated encryption of content under a symmetric key (SM4-GCM)."""

    def new_key(self) -> bytes:
        """A fresh random key."""
        ...

    def seal(self, key: bytes, plaintext: bytes, associated: bytes = b"") -> bytes:
        """One self-contained blob, bound to `associated`."""
        ...

    def open(self, key: bytes, sealed: bytes, associated: bytes = b"") -> bytes:
        """The content of a blob; an altered one or a wrong key raises."""
        ...


class Reverted(Exception):
    """The contract refused a call; `data` is its ABI-encoded reason, perhaps empty."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        super().__init__("0x" + data.hex())


class JsonRpc(Protocol):
    """One chain node, or several that stand in for one another. Its answers are not trusted."""

    def call(self, method: str, *params: Any) -> Any:
        """The `result` of one call; raises `Reverted`, or `ChainOutageError` for all else."""
        ...

    def batch(self, calls: Sequence[tuple[str, Sequence[Any]]]) -> list[Any]:
        """The results of many calls in their order; an error answer stands there as its exception."""
        ...


@dataclass(frozen=True)
class Receipt:
    """A transaction that is on the chain and did what it should."""

    tx_hash: str
    block: int
    gas_used: int
    logs: tuple[RawLog, ...]


@dataclass(frozen=True)
class Transaction:
    """A signed transaction: keep it before it is sent; sending it twice does no harm.

    Attributes:
        hash: 0x-hex.
        raw: As it goes out.
        nonce: Its number among those of its account.
        account: 0x-hex in lower case.
        gas: Its limit.
        price: Most wei that it pays for a unit of gas.
    """

    hash: str
    raw: bytes
    nonce: int
    account: str
    gas: int
    price: int


class CopyPress(Protocol):
    """Makes what people look at of an annotated copy."""

    def face(self, face: CopyFace, layout: bytes | None = None, media_type: str = "") -> bytes:
        """The face as a PDF, as `ledger.domain.annotated_copy` wants it, over or with a layout file."""
        ...

    def require_harmless(self, layout: bytes, media_type: str) -> None:
        """Refuse a layout file that is too large, damaged, or does more than lie there."""
        ...


class LedgerReader(Protocol):
    """The ledger as one chain shows it. Reads are evidence only together with a proof."""

    @property
    def ledger_id(self) -> bytes:
        """The ledger that it is asked for, 32 bytes."""
        ...

    def head(self) -> Header:
        """The newest block."""
        ...

    def header(self, block: int | str) -> Header:
        """The block at a height or with a hash, its hash recomputed."""
        ...

    def logs(self, from_block: int | None = None, to_block: int | None = None) -> Iterator[RawLog]:
        """The Journal's logs in the order in which the node serves them."""
        ...

    def records(self, from_block: int | None = None, to_block: int | None = None) -> Iterator[Record]:
        """The same, decoded; `BAD_RECORD` on the first that is none."""
        ...

    def records_of(self, object_id: bytes, to_block: int | None = None) -> list[Record]:
        """All records about one object."""
        ...

    def histories_of(
        self, objects: Collection[bytes], to_block: int | None = None
    ) -> dict[bytes, list[Record]]:
        """All records about each of many objects, asked for together."""
        ...

    def record_at(self, seq: int) -> Record:
        """The record with a number."""
        ...

    def records_at(self, seqs: Collection[int]) -> dict[int, Record]:
        """The records with numbers, asked for together."""
        ...

    def journal(self, block: int | None = None) -> tuple[int, bytes]:
        """(seq, head) of the Journal at a height, as the node says."""
        ...

    def proven_journal(self, header: Header) -> tuple[int, bytes]:
        """(seq, head) of the Journal, proved under the header's state root."""
        ...

    def proven_words(self, objects: Sequence[bytes], header: Header) -> dict[bytes, bytes]:
        """The Journal's word of each object, proved under the header's state root."""
        ...

    def doubts_of(self, licenses: Sequence[bytes], block: int | None = None) -> dict[bytes, list[bytes]]:
        """Objects of the corrections about each license, in order, as the node says."""
        ...

    def proven_doubts(self, licenses: Sequence[bytes], header: Header) -> dict[bytes, list[bytes]]:
        """The same, proved under the header's state root."""
        ...

    def generations(self, contract: str, block: int | None = None) -> tuple[ContractEntry, ...]:
        """A contract of the trust file and those that took its place one after another, as the node says."""
        ...

    def proven_generations(self, contract: str, header: Header) -> tuple[ContractEntry, ...]:
        """The same, proved under the header's state root."""
        ...

    def call(self, contract: str, function: str, *arguments: Any, block: int | None = None) -> Any:
        """What a view function of a contract of the ledger returns, as the node says."""
        ...

    def check_ledger(self) -> None:
        """Raise `WrongLedgerError` unless the chain is the one that the trust file names."""
        ...


class LedgerWriter(Protocol):
    """Sends what is signed to the ledger's contracts, from one relay account."""

    @property
    def account(self) -> str:
        """The relay account, 0x-hex in lower case."""
        ...

    def send(self, contract: str, function: str, arguments: Sequence[Any]) -> Receipt:
        """Submit one call and wait until it is on the chain."""
        ...


class RedemptionStore(Protocol):
    """What a verifier remembers of challenges and presentations."""

    def keep_challenge(self, challenge: bytes, form: str, expires: int) -> None:
        """Remember a challenge (its JSON text) until it expires."""
        ...

    def challenge(self, challenge: bytes) -> str | None:
        """The JSON text of a challenge, or None."""
        ...

    def keep_presentation(
        self, presentation: bytes, challenge: bytes, text: str, expires: int, limit: int
    ) -> bool:
        """Keep a presentation until it expires; False where `limit` are kept for its challenge already."""
        ...

    def presentation(self, presentation: bytes) -> str | None:
        """The text of a kept presentation, or None."""
        ...

    def answered(self, presentation: bytes) -> bytes | None:
        """The id of the challenge for which a presentation was left, also after it was redeemed."""
        ...

    def redeem(self, challenge: bytes, at: int) -> bool:
        """Use up a challenge; True for exactly one caller, ever."""
        ...

    def is_redeemed(self, challenge: bytes) -> bool:
        """Whether a challenge was used up."""
        ...

    def forget(self, before: int) -> None:
        """Drop what expired before a moment."""
        ...


@dataclass(frozen=True)
class Cursor:
    """How far an index has followed the ledger: a Journal position and the block it stands in."""

    seq: int
    head: bytes
    block: int
    block_hash: str


@dataclass(frozen=True)
class Advance:
    """What one run of records changes, kept whole or not at all.

    Attributes:
        since: Where the index stood before; None for an empty one.
        until: Where it stands after.
        changes: Entities by (table, key), with the seq of the record that changed each last.
        messages: First seq of each message, by its digest (0x-hex).
    """

    since: Cursor | None
    until: Cursor
    changes: Mapping[tuple[str, str], tuple[Entity, int]]
    messages: Mapping[str, int]


@dataclass(frozen=True)
class IndexRow:
    """One row as an index stores it, for `audit fsck`: its table, its key, its other columns."""

    table: str
    key: str
    columns: Mapping[str, object]


@dataclass(frozen=True)
class Name:
    """What an identifier stands for.

    Attributes:
        identifier: As GB/T 36904 writes it.
        license_id: 0x-hex.
        issuer: Credit code of the issuing body.
        added_at: Seconds since 1970.
        cid: Content id of the encrypted document, if this home keeps one.
        place: Its place in a batch, `object/index`; empty for a license of its own record.
    """

    identifier: str
    license_id: str
    issuer: str
    added_at: int
    cid: str = ""
    place: str = ""


class Entities(Protocol):
    """Entities of one ledger: a `StateView` that can be listed, too."""

    @property
    def ledger_id(self) -> bytes:
        """The ledger that it is of, 32 bytes."""
        ...

    def get(self, table: str, key: str) -> Entity | None:
        """The entity, or None."""
        ...

    def entities(self, table: str, after: str = "") -> Iterator[tuple[str, Entity]]:
        """The entities of a table with their keys, by key, those behind `after`."""
        ...

    def linked(self, table: str, by: By, value: str, after: str = "") -> Iterator[tuple[str, Entity]]:
        """The entities that are found by a word (`ledger.domain.links`), by key, those behind `after`."""
        ...


class Index(Entities, Protocol):
    """Entities derived from the ledger, kept for speed; never believed where a proof is asked for."""

    def between(self, table: str, first: str, last: str) -> Iterator[tuple[str, Entity]]:
        """The entities of a table whose keys lie between two, these included, by key."""
        ...

    def find_licenses(
        self, issuer: str | None = None, license_type: str | None = None, limit: int = 100, after: str = ""
    ) -> list[License]:
        """Licenses by issuer and type, by id; `after` is the last id of the page before."""
        ...

    def seq_of(self, message_digest: str) -> int | None:
        """Where a message was recorded first (`ledger.domain.messages.message_digest`), or None."""
        ...

    def cursor(self) -> Cursor | None:
        """How far it is; None when empty."""
        ...

    def heads(self) -> list[Cursor]:
        """Recent places to which it can go back, newest first."""
        ...

    def put(self, advance: Advance) -> bool:
        """Keep an advance in one transaction; False when another process was there first."""
        ...

    def roll_back(self, to: Cursor | None) -> None:
        """Go back to one of `heads`, or to nothing."""
        ...

    def rows(self) -> Iterator[IndexRow]:
        """Every stored row as it is."""
        ...

    def remember(self, identifier: str, license_id: str, issuer: str, added_at: int, cid: str = "") -> None:
        """Note that an identifier stands for a license; the chain never holds identifiers."""
        ...

    def remember_all(self, names: Sequence[Name]) -> None:
        """The same of many licenses: all of them or none."""
        ...

    def resolve(self, text: str) -> str | None:
        """The license id of an identifier that this home knows, or `text` itself if it is one."""
        ...

    def license_at(self, place: str) -> str | None:
        """The license id that this home knows for a place in a batch, `object/index`."""
        ...

    def identifier_of(self, license_id: str) -> str | None:
        """The identifier that this home knows for a license."""
        ...

    def names(self, issuer: str) -> Iterator[tuple[str, str]]:
        """Identifier and license id of every license of an issuer that this home knows, by identifier."""
        ...

    def named_since(self, issuer: str, number: int) -> Iterator[tuple[int, str]]:
        """Number and license id of what was named of an issuer after a number; all, where the file is new."""
        ...

    def cid_of(self, license_id: str) -> str | None:
        """Where this home keeps the encrypted document of a license."""
        ...


@dataclass(frozen=True)
class KeptLeaf:
    """A license of a batch as its home keeps it.

    Attributes:
        license_id: 0x-hex.
        envelope: Its envelope with all salts, in canonical form, as it was before the ledger had it.
        cid: Content id of the encrypted document, or None.
    """

    license_id: str
    envelope: bytes
    cid: str | None


class BatchOutbox(Protocol):
    """Drafts of batches that survive a crash, found by batch or by license."""

    def begin(self, key: str, entry: JsonObject, leaves: Sequence[KeptLeaf]) -> None:
        """Keep a batch with its licenses, all or nothing; on return they are on disk."""
        ...

    def load(self, key: str) -> JsonObject | None:
        """The entry of a batch, or None."""
        ...

    def save(self, key: str, entry: JsonObject) -> None:
        """Put another entry in place of a batch's; on return it is on disk."""
        ...

    def leaves(self, key: str) -> list[KeptLeaf]:
        """The licenses of a batch in the order of their leaves."""
        ...

    def leaf(self, license_id: str) -> KeptLeaf | None:
        """A license of any batch, or None."""
        ...

    def batch_of(self, license_id: str) -> str | None:
        """The batch that has a license, or None."""
        ...

    def drop(self, key: str) -> None:
        """Forget a batch that never reached the ledger, and its licenses."""
        ...


class Erasures(Protocol):
    """What a home remembers of the documents that it erased."""

    def of(self, license_id: str) -> Erasure | None:
        """The erasure of a license's document, or None."""
        ...

    def keep(self, erasure: Erasure) -> None:
        """Keep an erasure in place of what was kept of it before; on return it is on disk."""
        ...


class Content(Protocol):
    """Encrypted documents by content id; what comes back was checked against the id."""

    def put(self, data: bytes) -> str:
        """Keep bytes; returns their content id (CIDv1, raw, SHA-256)."""
        ...

    def put_all(self, many: Sequence[bytes]) -> list[str]:
        """Keep many; their content ids in the same order."""
        ...

    def get(self, cid: str) -> bytes:
        """The bytes of an id; other bytes raise, they are never returned."""
        ...

    def has(self, cid: str) -> bool:
        """Whether the store holds it."""
        ...

    def erase(self, cid: str) -> bool:
        """Destroy content; False when there was none."""
        ...


class IssuerHome(Protocol):
    """What one issuing body keeps off the chain, shared by its machines."""

    def secret(self, issuer: str) -> bytes:
        """The body's 32 bytes, drawn at first use, by which identifiers become license ids."""
        ...

    def has_secret(self, issuer: str) -> bool:
        """Whether the body's secret was drawn, or brought here."""
        ...

    def note(self, issuer: str, license_id: str, entry: Mapping[str, object]) -> None:
        """Append to the body's register: references with their salts, wrapped keys."""
        ...

    def note_all(self, issuer: str, entries: Sequence[tuple[str, Mapping[str, object]]]) -> None:
        """Append many entries at once, each with the license that it is about."""
        ...

    def notes(self, issuer: str, license_id: str) -> list[JsonObject]:
        """What the register holds of a license, in order."""
        ...

    def forget_documents(self, issuer: str, license_id: str) -> None:
        """Destroy the wrapped keys of a license's documents; its other notes stay."""
        ...


@dataclass(frozen=True)
class KeptAnswer:
    """What an earlier request under the same idempotency key was and got.

    Attributes:
        request: Digest of that request, 32 bytes.
        status: Its HTTP status; 0 while it still runs.
        body: Its answer.
    """

    request: bytes
    status: int
    body: bytes


class RequestStore(Protocol):
    """What an API remembers of requests, so that each counts once."""

    def claim_nonce(self, key_id: str, nonce: str, now: int, until: int) -> bool:
        """Use up a key's nonce, remembered until a moment; True for exactly one caller."""
        ...

    def begin(self, owner: str, key: str, request: bytes, now: int) -> KeptAnswer | None:
        """Claim an idempotency key; None lets the caller go ahead, status 0 says that another has it."""
        ...

    def finish(self, owner: str, key: str, status: int, body: bytes) -> None:
        """Keep the answer for a claimed key."""
        ...

    def release(self, owner: str, key: str) -> None:
        """Give a claimed key back: nothing was done under it."""
        ...
