"""Drafts of licenses: what an input becomes before anything is sent, and where it survives a crash."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from typing import NamedTuple, Protocol

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
from ledger.domain.license_input import type_code_in
from ledger.domain.license_types import LicenseType
from ledger.domain.messages import KINDS_OF, ON_LICENSES, OPENS, MessageType
from ledger.domain.objects import ascii32, license_handle, license_id
from ledger.domain.official import TypeKind
from ledger.domain.revisions import revision_in
from ledger.domain.rivals import is_opened
from ledger.domain.signed_message import SignedMessage
from ledger.domain.sm3 import sm3
from ledger.domain.state import StateView
from ledger.domain.trustfile import TrustFile
from ledger.errors import MalformedError
from ledger.ports import BatchOutbox, Entropy, Erasures, IssuerHome, KeptLeaf
from ledger.proof.claims import claim_of_file, opening_of
from ledger.service.standing import license_in
from ledger.service.submission import digest_of


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
    """A license on its way.

    Attributes:
        struct: What issues it: `Issue`, `Amend` or `IssueBatch`.
        name: What stands for it on the ledger.
        members: Of its message beside header and digest.
        license: The license.
        given: The input that it was made from.
        about: Id of the license whose place it takes; empty where it takes none.
        supersedes: That license as callers know it, or None.
    """

    struct: str
    name: Name
    members: Mapping[str, object]
    license: JsonObject
    given: JsonObject
    about: str = ""
    supersedes: str | None = None

    def as_json(self) -> JsonObject:
        """The draft as it is kept for a signature made elsewhere; its message is kept beside it."""
        return {"name": list(self.name), **{name: getattr(self, name) for name in _KEPT}}

    @classmethod
    def from_json(cls, form: JsonObject) -> Draft:
        """The inverse of `as_json`."""
        return cls(members={}, **{**form, "name": Name(*form["name"])})

    @property
    def license_id(self) -> str:
        """Its id, 0x-hex."""
        return self.name.id


_KEPT = ("struct", "license", "given", "about", "supersedes")


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


@dataclass(frozen=True)
class ReadInputs:
    """What inputs of licenses are read by.

    Attributes:
        types: From a type code to its definition.
        require_converted: Refuses a license for whose conversion from paper the right keys did not sign.
    """

    types: Callable[[str], LicenseType]
    require_converted: Callable[[JsonObject], None]


class Drafts:
    """Makes drafts for issuers whose secrets this home holds, and keeps them.

    Args:
        trust: The pinned trust file.
        inputs: What inputs are read by.
        home: The issuers' own files.
        stores: Where drafts are kept.
        keep_contents: Stores the encrypted documents, before anything is anchored.
        entropy: Salts.
        is_alive: Whether the message with a digest is recorded, or may still be.
        handed_in: Openings of leaves that the ledger has, by license id: other homes issued them.
    """

    def __init__(
        self,
        trust: TrustFile,
        inputs: ReadInputs,
        home: IssuerHome,
        stores: DraftStores,
        keep_contents: KeepContents,
        entropy: Entropy,
        is_alive: Callable[[str], bool],
        handed_in: Mapping[str, Mapping[str, object]],
    ) -> None:
        self._trust, self._inputs, self._home = trust, inputs, home
        self._entropy, self.is_alive, self._handed_in = entropy, is_alive, handed_in
        self.outbox, self.batches, self.erasures = stores
        self.keep_contents = keep_contents

    @property
    def ledger_id(self) -> str:
        """The ledger that they are for, 0x-hex."""
        return self._trust.ledger_id

    def salts(self, license_: JsonObject) -> dict[str, str]:
        """Fresh salts for every field of a license."""
        return new_salts(license_, self._entropy.token)

    def token(self) -> bytes:
        """32 random bytes: the name of a draft that nothing else names."""
        return self._entropy.token(32)

    def keep_content(self, envelope: Envelope, given: JsonObject) -> str | None:
        """Store the encrypted document of an input; its content id, or None without readers."""
        document = Document(envelope.anchor["licenseId"], envelope.to_bytes(), encryption_keys(given))
        return self.keep_contents(envelope.signer["uscc"], [document])[0]

    def filled_in(self, given: JsonObject | FilledIn) -> FilledIn:
        """An input with the license that it means; raises `LICENSE_INPUT`."""
        if not isinstance(given, FilledIn):
            return FilledIn(given, self.license(given))
        self._inputs.require_converted(given.license)
        return given

    def license(self, given: JsonObject) -> JsonObject:
        """The license that an input means; raises `LICENSE_INPUT`."""
        license_ = build_license(given, self._inputs.types(type_code_in(given)))
        self._inputs.require_converted(license_)
        return license_

    def kind(self, code: str) -> TypeKind | None:
        """What is of a type, where that is known here."""
        try:
            return self._inputs.types(code).kind
        except MalformedError:
            return None

    def name(self, license_: JsonObject) -> Name:
        """What stands for a license on the ledger."""
        metadata = license_["metadata"]
        issuer = str(metadata["certificateIssuingAuthorityCode"])
        handle = license_handle(self._home.secret(issuer), str(metadata["certificateIdentifier"]))
        made = license_id(bytes.fromhex(self._trust.ledger_id[2:]), issuer, handle)
        return Name("0x" + made.hex(), "0x" + handle.hex())

    def draws_secret(self, license_: JsonObject) -> bool:
        """Whether naming a license would draw its issuer's secret: this home has none."""
        return not self._home.has_secret(str(license_["metadata"]["certificateIssuingAuthorityCode"]))

    def envelope(self, draft: Draft, salts: Mapping[str, str], message: SignedMessage) -> Envelope:
        """The envelope of a signed draft, not yet anchored."""
        row = FilledIn(draft.given, draft.license)
        return envelope_of(self._trust.ledger_id, row, draft.license_id, salts, message)

    def carry(self, envelope: Envelope, message: SignedMessage) -> Envelope:
        """An envelope whose license is issued by another message than before; the same content."""
        [signature] = message.signatures
        return replace(
            envelope,
            signer={**envelope.signer, "keyId": "0x" + signature.key_id.hex()},
            signed=message.prepared.as_json(signature.key_id),
            message=message.prepared.message(signature.key_id).hex(),
            signature=signature.raw.hex(),
        )

    def is_alone(self, license_id: str) -> bool:
        """Whether a license is issued here by a message of its own, or may still be."""
        kept = self.outbox.load(license_id)
        return kept is not None and self.is_alive(digest_of(Envelope.from_json(kept["envelope"])))

    def batch_with(self, license_id: str) -> str | None:
        """The batch by which a license is issued here, or may still be.

        A batch that can no longer be recorded, and holds the license, is forgotten: each stands in one.
        """
        key = self.batches.batch_of(license_id)
        if key is None or self.is_living(key):
            return key
        self.batches.drop(key)
        return None

    def is_living(self, key: str) -> bool:
        """Whether the licenses of a kept batch are on the ledger, or may still come there."""
        kept = self.batches.load(key) or {}
        if "message" in kept:
            return kept["message"] is None or self.is_alive(kept["message"])
        leaves = self.batches.leaves(key)  # an entry of an earlier version does not say
        return bool(leaves) and self.is_alive(digest_of(Envelope.parse(leaves[0].envelope)))

    def is_kept(self, license_id: str) -> bool:
        """Whether a license is issued here or may still be, alone or in a batch, or was erased."""
        if self.erasures.of(license_id) is not None:
            return True
        return self.is_alone(license_id) or self.batch_with(license_id) is not None

    def kept(self, license_id: str) -> Envelope | None:
        """The license file that this home made, alone or in a batch; None where it has none."""
        entry = self.outbox.load(license_id)
        if entry is not None:
            return Envelope.from_json(entry["envelope"])
        leaf = self.batches.leaf(license_id)
        return Envelope.parse(leaf.envelope) if leaf else None

    def opening(self, license_id: str) -> Mapping[str, object] | None:
        """What opens the leaf of a license that this home put into a batch, took in or was handed."""
        if license_id in self._handed_in:
            return self._handed_in[license_id]
        leaf = self.batches.leaf(license_id)
        if leaf is not None:
            return opening_of(claim_of_file(Envelope.parse(leaf.envelope)))
        erasure = self.erasures.of(license_id)
        return erasure.opening if erasure else None

    def standing(
        self, struct: MessageType, values: Mapping[str, object], state: StateView
    ) -> tuple[int, Mapping[str, object] | None]:
        """The revision that a message binds as things stand, and what opens the leaf that it is about.

        Raises:
            UnknownIdError: `UNKNOWN_LICENSE`.
        """
        kind = KINDS_OF[struct.name][0]
        if kind not in OPENS:
            return revision_in(state, kind, values), None
        id_ = str(values["licenseId"])
        license_ = license_in(state, id_, self.opening(id_))
        rev = license_.rev if kind in ON_LICENSES else revision_in(state, kind, values)
        return rev, self.opening_of(license_, state)

    def resting_on(self, license_id: str) -> frozenset[str]:
        """Ids of what decides how a license stands: its own, and that of the batch whose leaf it may be."""
        opening = self.opening(license_id)
        return frozenset({license_id} if opening is None else {license_id, str(opening["batch"])})

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
            self.batches.begin(key, {"message": None}, taken)

    def opening_of(self, license_: License, state: StateView) -> Mapping[str, object] | None:
        """What goes with the first thing that happens to a license of a batch.

        None where it was opened before: only of an opened leaf does a home know that did not issue it.
        """
        is_closed = license_.batch and not is_opened(state, license_.license_id, license_.batch)
        return self.opening(license_.license_id) if is_closed else None


def envelope_of(
    ledger_id: str, row: FilledIn, license_id: str, salts: Mapping[str, str], message: SignedMessage
) -> Envelope:
    """The envelope of a license by its signed message, not yet anchored; ids are 0x-hex."""
    issuer = str(row.license["metadata"]["certificateIssuingAuthorityCode"])
    [signature] = message.signatures
    return Envelope(
        license=row.license,
        salts=salts,
        digest=license_digest(row.license, salts).hex(),
        signer={"uscc": issuer, "keyId": "0x" + signature.key_id.hex()},
        signed=message.prepared.as_json(signature.key_id),
        message=message.prepared.message(signature.key_id).hex(),
        signature=signature.raw.hex(),
        leaf=None,
        anchor=unanchored(ledger_id, license_id),
        holders=input_holders(row.given),
    )


def unanchored(ledger_id: str, license_id: str) -> JsonObject:
    """The anchor of a license that is not on the ledger yet; both are 0x-hex."""
    nowhere = dict.fromkeys(("seq", "txHash", "block", "batch"))
    return {"ledgerId": ledger_id, "licenseId": license_id, **nowhere}


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
