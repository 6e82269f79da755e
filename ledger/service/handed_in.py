"""Messages that are signed elsewhere, by a UKey or an HSM: prepared here, read strictly, sent as they stand.

What belongs to a prepared message and is not in it (the license with its salts, the leaves of a
batch) is kept under its digest until it has run out, so that the signature alone has to come back.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from ledger.domain.canonical import JsonObject
from ledger.domain.holders import require_somebody
from ledger.domain.message_form import faulty_member, is_word
from ledger.domain.messages import MESSAGES, WITH_LEAVES, Kind, MessageType
from ledger.domain.records import RecordSignature
from ledger.domain.revisions import revision_in
from ledger.domain.signed_message import Prepared, SignedMessage, signature_of, signed_from_json
from ledger.errors import MalformedError, NotEntitledError
from ledger.ports.queue import Queued
from ledger.service.accept import Desk
from ledger.service.batch_draft import BatchDraft
from ledger.service.documents import require_not_erased
from ledger.service.doing import Doing, DoToLicenses
from ledger.service.drafts import Draft, Drafts
from ledger.service.issue import IssueLicenses
from ledger.service.issue_batch import IssueBatches
from ledger.service.orders import MAX_BATCH
from ledger.service.submission import DomainOf

_SIGNATURE = re.compile(r"[0-9a-f]{128}")


class PreparedMessages(Protocol):
    """Remembers prepared messages until they run out."""

    def prepare(self, digest: str, form: JsonObject, until: int, issues: Collection[str]) -> None:
        """Keep what belongs to a message that issues these licenses; on return it is on disk."""
        ...

    def prepared(self, digest: str) -> JsonObject | None:
        """What was kept under a message's digest, or None."""
        ...


@dataclass(frozen=True)
class Unsigned:
    """A message to be signed elsewhere.

    Attributes:
        message: It, without signatures.
        content: `{"license", "salts"}` of the license that it issues, so that the signer can recompute
            the digest; of a batch `{"licenses"}`, with what the leaves are made of; None for what issues
            none.
    """

    message: SignedMessage
    content: JsonObject | None = None

    def as_json(self, key: str) -> dict[str, object]:
        """M and the struct behind it, for the key that is to sign it."""
        identity = bytes.fromhex(key[2:])
        prepared = self.message.prepared
        shown: dict[str, object] = {
            "message": prepared.message(identity).hex(),
            "signed": prepared.as_json(identity),
            "keyId": key,
            "digest": self.message.digest,
        }
        return shown if self.content is None else {**shown, **self.content}


@dataclass(frozen=True)
class Handed:
    """A message as it came back: the struct by name, the key, its signature, leaves where it has any."""

    struct: str
    signed: Mapping[str, object]
    key: str
    signature: str
    leaves: Sequence[str] = ()

    def read(self, domain: DomainOf) -> SignedMessage:
        """The message, read strictly.

        Args:
            domain: For which contracts messages are now.

        Raises:
            MalformedError: `SIGNED_MESSAGE_FORM` with the member.
            UsageError: `BINDING_OF_NOBODY`.
        """
        struct = MESSAGES[self.struct]
        _require(is_word(self.key), "keyId")
        _require(bool(_SIGNATURE.fullmatch(self.signature)), "signature")
        _require(all(map(is_word, self.leaves)), "leaves")
        _require(len(self.leaves) <= MAX_BATCH, "leaves")
        values = read_members(struct, self.signed, self.key)
        if struct.name == "Bind":
            require_somebody(bytes.fromhex(str(values["holderBinding"])[2:]))
        made = signature_of(bytes.fromhex(self.key[2:]), bytes.fromhex(self.signature))
        leaves = tuple(bytes.fromhex(each[2:]) for each in self.leaves)
        _require(not leaves or struct.name in WITH_LEAVES, "leaves")
        return SignedMessage(Prepared(struct, values, domain(struct.contract)), (made,), leaves)


class SignedElsewhere:
    """Prepares messages for signers elsewhere, and takes them in when they are signed.

    Args:
        domain: For which contracts messages are now.
        drafts: Know the licenses of this home.
        issuing: Makes and takes licenses.
        batches: Makes and takes batches.
        doing: Makes what is done to licenses.
        desk: Where messages are handed in.
        prepared: Remembers what belongs to them.
    """

    def __init__(
        self,
        domain: DomainOf,
        drafts: Drafts,
        issuing: IssueLicenses,
        batches: IssueBatches,
        doing: DoToLicenses,
        desk: Desk,
        prepared: PreparedMessages,
    ) -> None:
        self._domain, self._drafts, self._desk, self._prepared = domain, drafts, desk, prepared
        self._issuing, self._batches, self._doing = issuing, batches, doing

    def prepare_license(self, draft: Draft) -> Unsigned:
        """The message of a draft.

        Raises:
            UnknownIdError: `UNKNOWN_LICENSE`: it takes the place of none.
            ErasedError: `DOCUMENT_ERASED`, `ERASURE_UNFINISHED`.
        """
        salts = self._drafts.salts(draft.license)
        state = self._desk.accepting.state({draft.license_id, draft.about} - {""})
        message = self._issuing.unsigned(draft, salts, state)
        with self._drafts.outbox.hold(draft.license_id):
            require_not_erased(self._drafts.erasures, draft.license_id)
            self._keep(message, {"draft": draft.as_json(), "salts": salts}, [draft.license_id])
        return Unsigned(message, {"license": draft.license, "salts": salts})

    def prepare_batch(self, draft: BatchDraft) -> Unsigned:
        """The message of a batch; of one that renews another for the revision that this one has now."""
        if draft.renews:
            draft = replace(draft, renews=replace(draft.renews, rev=self._revision(draft.renews.batch)))
        message = self._batches.unsigned(draft)
        self._keep(message, {"batch": draft.as_json()}, [each.id for each in draft.names])
        return Unsigned(message, {"licenses": draft.shown})

    def _revision(self, batch: str) -> int:
        state = self._desk.accepting.state({batch})
        return revision_in(state, Kind.LICENSE_BATCH_RENEWED, {"earlier": batch})

    def prepare_act(self, doing: Doing) -> Unsigned:
        """The message of something to do to a license; raises `UNKNOWN_LICENSE`.

        Nothing of it is kept: any body may hand it in with its signature.
        """
        return Unsigned(self._doing.prepared(doing))

    def hand_in(self, handed: Handed, request_id: str | None = None) -> Queued:
        """Accept a message that was signed elsewhere, and wait for it.

        Raises:
            MalformedError: `SIGNED_MESSAGE_FORM` with the member.
            NotEntitledError: `MESSAGE_OF_ANOTHER`: another body asked for this message.
            RuleError: What the contracts refuse.
        """
        message = handed.read(self._domain)
        form = self._prepared.prepared(message.digest)
        if form is None:
            _require(bool(message.leaves) == (handed.struct in WITH_LEAVES), "leaves")
            message = self._opened(message)
            return self._desk.send(message.needed, message)
        if form["owner"] != self._desk.owner:
            raise NotEntitledError("MESSAGE_OF_ANOTHER", message=message.digest)
        kept = signed_from_json(form["message"], self._domain)
        return self._take(form, kept, message.signatures, request_id)

    def _take(
        self,
        form: JsonObject,
        kept: SignedMessage,
        signatures: tuple[RecordSignature, ...],
        request_id: str | None,
    ) -> Queued:
        message = replace(kept, signatures=signatures)
        if "draft" in form:
            draft = Draft.from_json(form["draft"])
            return self._issuing.hand_in(draft, form["salts"], message, request_id).progress.here
        return self._batches.hand_in(BatchDraft.from_json(form["batch"]), message).progress.here

    def _keep(self, message: SignedMessage, content: JsonObject, issues: Collection[str]) -> None:
        form = {"owner": self._desk.owner, "message": message.as_json(), **content}
        self._prepared.prepare(message.digest, form, message.not_after, issues)

    def _opened(self, message: SignedMessage) -> SignedMessage:
        """The message with the opening of the leaf that it is about, where this home keeps that."""
        struct, values = message.prepared.struct, message.prepared.values
        state = self._desk.accepting.state(message.needed)
        return replace(message, opening=self._drafts.standing(struct, values, state)[1])


def read_members(struct: MessageType, signed: Mapping[str, object], key: str) -> dict[str, object]:
    """The members after `keyId`, each of its kind.

    Raises:
        MalformedError: `SIGNED_MESSAGE_FORM`: one is missing, unknown or not of its kind.

    Example:
        >>> read_members(MESSAGES["EndKey"], {"rev": -1}, "0x" + "00" * 32)
        Traceback (most recent call last):
        ledger.errors.MalformedError: SIGNED_MESSAGE_FORM: In the signed message, key is not in its form.
    """
    _require(signed.get("keyId", key) == key, "keyId")
    members = {name: value for name, value in signed.items() if name != "keyId"}
    fault = faulty_member(struct.fields[1:], members)
    _require(fault is None, fault or "")
    return {name: members[name] for name, _ in struct.fields[1:]}


def _require(holds: bool, member: str) -> None:
    if not holds:
        raise MalformedError("SIGNED_MESSAGE_FORM", member=member)
