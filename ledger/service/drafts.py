"""Drafts of licenses: what an input becomes before anything is sent, and where it survives a crash."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

from ledger.domain.canonical import JsonObject
from ledger.domain.document import (
    Envelope,
    FilledIn,
    build_license,
    license_digest,
    new_salts,
    validity,
)
from ledger.domain.entities import License
from ledger.domain.holders import encryption_keys, input_binding, input_holders
from ledger.domain.license_types import LicenseType
from ledger.domain.objects import ascii32, license_handle, license_id
from ledger.domain.records import RecordSignature
from ledger.domain.sm3 import sm3
from ledger.domain.trustfile import TrustFile
from ledger.errors import MalformedError
from ledger.ports import BatchOutbox, Entropy, Erasures, IssuerHome, KeptLeaf, Transaction
from ledger.proof.claims import claim_of_file, opening_of
from ledger.service.submission import Prepared


class Outbox(Protocol):
    """Drafts that survive a crash: one entry per key, replaced whole."""

    def load(self, key: str) -> JsonObject | None:
        """The entry, or None."""
        ...

    def save(self, key: str, entry: JsonObject) -> None:
        """Keep an entry; on return it is on disk."""
        ...

    def drop(self, key: str) -> None:
        """Forget an entry that never reached the ledger."""
        ...

    def hold(self, key: str) -> AbstractContextManager[None]:
        """Keep every other process away from an entry meanwhile."""
        ...


class Document(NamedTuple):
    """What is kept encrypted of a license.

    Attributes:
        license_id: 0x-hex.
        data: The envelope's bytes, not yet anchored.
        holder_keys: The holders' encryption keys, 65 bytes each.
    """

    license_id: str
    data: bytes
    holder_keys: tuple[bytes, ...]


KeepContents = Callable[[str, Sequence[Document]], list[str | None]]
"""Encrypts documents for an issuer and their holders and stores them: content ids, None without readers."""


class Name(NamedTuple):
    """A license's id, and the handle that makes it its issuer's; both 0x-hex."""

    id: str
    handle: str


@dataclass(frozen=True)
class Draft:
    """A license on its way: its struct, its id, what it binds, what was filled in."""

    struct: str
    license_id: str
    rev: int
    members: Mapping[str, object]
    license: JsonObject
    given: JsonObject
    supersedes: str | None
    opening: Mapping[str, object] | None = None


class DraftStores(NamedTuple):
    """Where drafts are kept, and what stays when their documents are erased.

    Attributes:
        outbox: Drafts of single licenses.
        batches: Drafts of batches.
        erasures: What is left of erased ones.
    """

    outbox: Outbox
    batches: BatchOutbox
    erasures: Erasures


class Drafts:
    """Makes drafts for issuers whose secrets this home holds, and keeps them.

    Args:
        trust: The pinned trust file.
        types: From a type code to its definition.
        home: The issuers' own files.
        stores: Where drafts are kept.
        keep_contents: Stores the encrypted documents, before anything is anchored.
        entropy: Salts.
        handed_in: Openings of leaves that another home issued, by license id.
    """

    def __init__(
        self,
        trust: TrustFile,
        types: Callable[[str], LicenseType],
        home: IssuerHome,
        stores: DraftStores,
        keep_contents: KeepContents,
        entropy: Entropy,
        handed_in: Mapping[str, Mapping[str, object]],
    ) -> None:
        self._trust, self._types, self._home = trust, types, home
        self._entropy, self._handed_in = entropy, handed_in
        self.outbox, self.batches, self.erasures = stores
        self.keep_contents = keep_contents

    def salts(self, license_: JsonObject) -> dict[str, str]:
        """Fresh salts for every field of a license."""
        return new_salts(license_, self._entropy.token)

    def keep_content(self, envelope: Envelope, given: JsonObject) -> str | None:
        """Store the encrypted document of an input; its content id, or None without readers."""
        document = Document(envelope.anchor["licenseId"], envelope.to_bytes(), encryption_keys(given))
        return self.keep_contents(envelope.signer["uscc"], [document])[0]

    def filled_in(self, given: JsonObject | FilledIn) -> FilledIn:
        """An input with the license that it means; raises `LICENSE_INPUT`."""
        return given if isinstance(given, FilledIn) else FilledIn(given, self.license(given))

    def license(self, given: JsonObject) -> JsonObject:
        """The license that an input means; raises `LICENSE_INPUT`."""
        metadata = given.get("metadata")
        code = metadata.get("certificateTypeCode") if isinstance(metadata, dict) else None
        if not isinstance(code, str):
            raise MalformedError("LICENSE_INPUT", errors=[{"field": "metadata/certificateTypeCode"}])
        return build_license(given, self._types(code))

    def name(self, license_: JsonObject) -> Name:
        """What stands for a license on the ledger."""
        metadata = license_["metadata"]
        issuer = str(metadata["certificateIssuingAuthorityCode"])
        handle = license_handle(self._home.secret(issuer), str(metadata["certificateIdentifier"]))
        made = license_id(bytes.fromhex(self._trust.ledger_id[2:]), issuer, handle)
        return Name("0x" + made.hex(), "0x" + handle.hex())

    def envelope(
        self, draft: Draft, salts: Mapping[str, str], prepared: Prepared, signature: RecordSignature
    ) -> Envelope:
        """The envelope of a signed draft, not yet anchored."""
        issuer = str(draft.license["metadata"]["certificateIssuingAuthorityCode"])
        anchor = {"ledgerId": self._trust.ledger_id, "licenseId": draft.license_id}
        return Envelope(
            license=draft.license,
            salts=salts,
            digest=license_digest(draft.license, salts).hex(),
            signer={"uscc": issuer, "keyId": "0x" + signature.key_id.hex()},
            signed=prepared.as_json(signature.key_id),
            message=prepared.message(signature.key_id).hex(),
            signature=signature.raw.hex(),
            leaf=None,
            anchor={**anchor, "seq": None, "txHash": None, "block": None, "batch": None},
            holders=input_holders(draft.given),
        )

    def is_kept(self, license_id: str, own: str = "") -> bool:
        """Whether a draft of a license is kept, alone or in a batch other than `own`, or was erased."""
        if self.batches.batch_of(license_id) not in (None, own):
            return True
        return self.erasures.of(license_id) is not None or self.outbox.load(license_id) is not None

    def opening(self, license_id: str) -> Mapping[str, object] | None:
        """What opens the leaf of a license that this home issued in a batch, took in or was handed."""
        leaf, key = self.batches.leaf(license_id), self.batches.batch_of(license_id)
        batch = self.batches.load(key) if key else None
        if leaf is None or batch is None or batch["gasUsed"] is None:
            erasure = self.erasures.of(license_id)
            return (erasure.opening if erasure else None) or self._handed_in.get(license_id)
        return opening_of(claim_of_file(Envelope.parse(leaf.envelope)))

    def take_leaves(self, envelopes: Sequence[Envelope]) -> None:
        """Keep what opens leaves, by their license files, so that acts on them go through this home, too.

        Files of single licenses, and of leaves that are kept already or were erased, are passed over.

        Raises:
            MalformedError: As `ledger.proof.claims.claim_of`.
        """
        claims = [(claim_of_file(each), each) for each in envelopes]
        taken = [
            KeptLeaf(claim.license_id, each.to_bytes(), None)
            for claim, each in claims
            if claim.leaf is not None and not self.is_kept(claim.license_id)
        ]
        if taken:
            key = "0x" + sm3(b"".join(sm3(each.envelope) for each in taken)).hex()
            self.batches.begin(key, {"seen": None, "transaction": None, "gasUsed": 0}, taken)

    def opening_of(self, license_: License) -> Mapping[str, object] | None:
        """What goes with the first thing that happens to a license of a batch.

        None where it was opened before: only of an opened leaf does a home know that did not issue it.
        """
        return self.opening(license_.license_id) if license_.batch and len(license_.facts) == 1 else None


def content_members(given: JsonObject, license_: JsonObject) -> dict[str, object]:
    """What a message tells of a license beside its id and digest."""
    metadata = license_["metadata"]
    days = validity(license_)
    return {
        "issuer": ascii32(str(metadata["certificateIssuingAuthorityCode"])),
        "licenseType": ascii32(str(metadata["certificateTypeCode"])),
        "holderBinding": input_binding(given),
        "validFrom": days.valid_from,
        "validTo": days.valid_to,
    }


def signed_members(envelope: Envelope) -> dict[str, Any]:
    """What was signed, header included, so that a draft is sent as it was signed."""
    return {name: value for name, value in envelope.signed.items() if name != "keyId"}


def kept_transaction(kept: JsonObject) -> Transaction | None:
    """The transaction of an entry, where one was signed."""
    given = kept["transaction"]
    return Transaction(given["hash"], bytes.fromhex(given["raw"]), given["nonce"]) if given else None


def with_transaction(kept: JsonObject, transaction: Transaction) -> JsonObject:
    """An entry that keeps a transaction before it is sent."""
    shown = {"hash": transaction.hash, "raw": transaction.raw.hex(), "nonce": transaction.nonce}
    return {**kept, "transaction": shown}
